"""The documentation: `sphinx-build -W docs docs/built/html` (extra docs).

The rule book, the API reference and the notebooks are put into docs/made when the build begins;
formulas become MathML, so that no page fetches anything.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

import made  # noqa: E402
from docutils.nodes import SkipNode  # noqa: E402
from sphinx.util import logging  # noqa: E402

from derive import __version__  # noqa: E402
from derive.render.mathml import mathml  # noqa: E402

project = "derive-bridge"
author = "the authors of derive-bridge"
version = release = __version__
extensions = ["myst_nb", "sphinx.ext.autodoc"]
exclude_patterns = ["built"]
templates_path: list[str] = []

smartquotes = False
html_theme = "furo"
html_title = "derive-bridge"
html_static_path = ["static"]
html_css_files = ["formulas.css"]
html_math_renderer = "mathml"
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False

myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 3
nb_execution_mode = "auto"
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_merge_streams = True
nb_render_markdown_format = "myst"  # formulas of outputs are read as those of pages

autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_inherit_docstrings = False
python_use_unqualified_type_names = True

log = logging.getLogger(__name__)


def shown_inline(writer: Any, node: Any) -> None:
    writer.body.append(_read(node).replace(' display="block"', "", 1))
    raise SkipNode


def shown_alone(writer: Any, node: Any) -> None:
    writer.body.append(f'<div class="math">{_read(node)}</div>\n')
    raise SkipNode


def _read(node: Any) -> str:
    found = mathml(node.astext())
    if found.startswith("<code"):
        log.warning("a formula that cannot be read: %s", node.astext(), location=node)
    return found


def as_restructured_text(
    app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]
) -> None:
    lines[:] = made.restructured(lines)


def setup(app: Any) -> None:
    made.write(HERE / "made")
    app.add_html_math_renderer("mathml", (shown_inline, None), (shown_alone, None))
    app.connect("autodoc-process-docstring", as_restructured_text)
