"""Derivations as one file of HTML, or as a piece of it for a notebook.

Nothing in the page runs and nothing is fetched; its content security policy says so to the browser.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from derive.answers import Answers, Named, named_derivations
from derive.core import Derivation
from derive.render.files import write
from derive.render.html.section import Section, section
from derive.render.names import plain_text
from lambdify_bridge.extras import extra

HERE = Path(__file__).parent


def page(sections: Sequence[Section], title: str) -> str:
    """A whole page; with several sections it has a table of contents."""
    template = _templates().get_template("page.html.jinja")
    shown = template.render(title=plain_text(title), sections=sections)
    return "\n".join(line for line in shown.splitlines() if line.strip()) + "\n"


def piece(of: Section) -> str:
    """One derivation with its style, to be put into a page that is there: a notebook's."""
    made = _templates()
    macros = made.get_template("derivation.html.jinja").make_module(made.globals)
    style = made.globals["style"]
    return f"<style>\n{style}</style>\n{macros.derivation(of, 'd', False)}"


@cache
def _templates() -> Any:
    jinja2 = extra("jinja2", "html", "HTML reports")
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    markup = extra("markupsafe", "html", "HTML reports").Markup
    made.globals |= {
        "math": markup,
        "style": markup((HERE / "derivation.css").read_text(encoding="utf-8")),
        "page_style": markup(_font() + (HERE / "page.css").read_text(encoding="utf-8")),
    }
    return made


def _font() -> str:
    """The mathematical font (see font/OFL.txt, tools/font_subset.py), inside of the page itself."""
    data = base64.b64encode((HERE / "font" / "stix-two-math.woff2").read_bytes()).decode()
    source = f"url(data:font/woff2;base64,{data}) format('woff2')"
    return (
        "/* A part of STIX Two Math, copyright 2001-2021 The STIX Fonts Project Authors,\n"
        "   under the SIL Open Font License 1.1 (scripts.sil.org/OFL). */\n"
        f"@font-face {{ font-family: 'STIX Two Math Subset'; src: {source}; }}\n"
    )


# ------------------------------------------------------------------ for people


def html(derivation: Derivation, title: str = "", plots: bool = False) -> str:
    """One derivation as a page of its own, whose title is the question where none is given.

    >>> import derive
    >>> shown = html(derive.diff("x**2", "x"))
    >>> "<title>d/dx(x²)</title>" in shown, "<script" in shown
    (True, False)
    """
    of = section(derivation, plots=plots)
    return page([of], title or of.name)


def report(
    derivations: Any,
    path: str | os.PathLike[str] | None = None,
    *,
    title: str = "",
    plots: bool = False,
) -> str:
    """Several derivations in one page of HTML, with a table of contents; returns the page.

    They are derivations, pairs of a name and a derivation, or whole answers with several (of
    `derive.eigen`), in a list or a mapping. `path`: the page is written there too, as a whole or
    not at all. The page is one file: it runs no script and fetches nothing. `plots`: with the
    picture of each that has one (extra "plot").
    Raises TypeError for what is no derivation, ValueError for none, MissingExtra without the
    packages of the extra "html".

    >>> import derive
    >>> page = derive.report([derive.diff("x**2", "x"), ("the sine", derive.diff("sin(x)", "x"))])
    >>> page.count("<section"), "the sine" in page
    (2, True)
    """
    named = list(_each(derivations))
    if not named:
        raise ValueError("a report is of at least one derivation")
    sections = [section(each, name, plots) for name, each in named]
    alone = sections[0].name if len(sections) == 1 else "Derivations"
    shown = page(sections, title or alone)
    if path is not None:
        write(shown, path)
    return shown


def _each(given: Any, name: str = "") -> Iterator[Named]:
    """The derivations, with the names that they have in a pair, a mapping or an answer."""
    if isinstance(given, (Derivation, Answers)):
        yield from named_derivations(given, name)
    elif isinstance(given, Mapping):
        for key, each in given.items():
            yield from _each(each, str(key).replace("_", " "))
    elif isinstance(given, tuple) and len(given) == 2 and isinstance(given[0], str):
        yield from _each(given[1], given[0])
    elif isinstance(given, Iterable) and not isinstance(given, (str, bytes)):
        for number, each in enumerate(given, 1):
            yield from _each(each, f"{name} {number}" if name else "")
    else:
        raise TypeError(f"a report is of derivations, not of {type(given).__name__}")


@dataclass(frozen=True)
class Shown:
    """What a notebook shows as HTML whose steps open and close."""

    html: str
    text: str

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.text


def show(given: Derivation | Answers) -> Shown:
    """A derivation, or each of an answer, for a notebook."""
    return Shown("\n".join(piece(section(each, name)) for name, each in _each(given)), given.text())
