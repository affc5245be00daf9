"""The pages that are made: the rule book, the API reference by subject, the notebooks."""

from __future__ import annotations

import inspect
import re
import shutil
from collections.abc import Iterable, Iterator
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
NOTEBOOKS = ROOT / "examples" / "notebooks"
GENERAL = "derive"
FACES = "render", "saved"
# Classes whose methods and fields are part of what they promise.
SHOWN_WHOLE = {
    "Accuracy", "Derivation", "Document", "Estimate", "InputLimits", "Notation", "NumpyFunction",
    "Report", "Rewrite", "Rule", "RuleTable", "Step", "ValidationReport",
}  # fmt: skip
INTRODUCTIONS = {
    GENERAL: ("Questions, answers and limits", "What questions and answers are made of."),
    "lambdify_bridge": ("The bridge to numbers", ""),
}
SPECIAL = re.compile(r"([*|_\\<>])")


def write(into: Path) -> None:
    """All pages, in place of those of an earlier build."""
    shutil.rmtree(into, ignore_errors=True)
    for folder, pages in (("rules", rules()), ("api", api())):
        (into / folder).mkdir(parents=True)
        for name, text in pages.items():
            (into / folder / f"{name}.md").write_text(text, encoding="utf-8")
    (into / "notebooks").mkdir()
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        shutil.copy(path, into / "notebooks")


# ------------------------------------------------------------------ the rule book


def rules() -> dict[str, str]:
    from derive import rulebook

    return {
        room: f"# {_title(room)}\n\n{_first_sentences(room)}\n\n{rulebook.markdown(room=room)}\n"
        for room in rulebook.rooms()
    }


def _title(room: str) -> str:
    words = room.removeprefix("derive.").split(".")
    return ": ".join(words).replace("_", " ").capitalize()


def _first_sentences(module: str) -> str:
    return " ".join((import_module(module).__doc__ or "").split("\n\n")[0].split())


# ------------------------------------------------------------------ the API reference


def api() -> dict[str, str]:
    """A page for each subject; every public name stands on one."""
    return {room: _api_page(room, names) for room, names in subjects().items()}


def subjects() -> dict[str, list[str]]:
    """The public names, each in full, by the package that holds them.

    >>> "derive.diff" in subjects()["derive.calculus"]
    True
    """
    import derive
    import lambdify_bridge
    from derive import networks

    found: dict[str, list[str]] = {GENERAL: []}
    for name in derive.__all__:
        if not name.startswith("__"):
            found.setdefault(_room(derive._MODULE_OF[name]), []).append(f"derive.{name}")
    found["derive.networks"] += [f"derive.networks.{name}" for name in networks.__all__]
    found["lambdify_bridge"] = [f"lambdify_bridge.{name}" for name in lambdify_bridge.__all__]
    found["lambdify_bridge"] += ["lambdify_bridge.testing.assert_matches"]
    return found


def _room(module: str) -> str:
    """derive.calculus.vector and derive.probability are rooms; derive.parse is in none."""
    top, _, _ = module.removeprefix("derive.").partition(".")
    if module.startswith("derive.calculus.vector") or module == "derive.gradients":
        return "derive.calculus.vector"
    is_room = _is_package(f"derive.{top}") and top not in FACES
    return f"derive.{top}" if is_room else GENERAL


def _is_package(module: str) -> bool:
    return hasattr(import_module(module), "__path__")


def _api_page(room: str, names: list[str]) -> str:
    title, words = INTRODUCTIONS.get(room, (_title(room), ""))
    lines = [f"# {title}", "", words or _first_sentences(room), "", "```{eval-rst}"]
    for name in names:
        lines += [*_directive(name), ""]
    return "\n".join([*lines, "```", ""])


def _directive(name: str) -> list[str]:
    module, _, last = name.rpartition(".")
    thing = getattr(import_module(module), last)
    kind = "autoclass" if inspect.isclass(thing) else "autofunction"
    whole = ["   :members:"] if last in SHOWN_WHOLE else []
    return [f".. {kind}:: {name}", *whole]


# ------------------------------------------------------------------ docstrings


def restructured(lines: Iterable[str]) -> list[str]:
    r"""A docstring as Sphinx reads it: what it holds of plain text, code and examples is kept so.

    >>> restructured(["The `args` of a*b.", "", "    as it is*", "", ">>> 1 + 1", "2"])
    ['The ``args``\\  of a\\*b.', '', '::', '', '        as it is*', '', '>>> 1 + 1', '2', '']
    """
    blocks = (list(g) for blank, g in groupby(lines, lambda line: not line.strip()) if not blank)
    return [line for block in blocks for line in (*_restructured(block), "")]


def _restructured(block: list[str]) -> Iterator[str]:
    if block[0].startswith(">>>"):
        yield from block
    elif block[0].startswith((" ", "|")):
        yield from ("::", "", *(f"    {line}".rstrip() for line in block))
    elif block[0].startswith("- "):
        yield from _prose("\n".join(block)).split("\n")
    else:
        yield from _prose("\n".join(line.strip() for line in block)).split("\n")


def _prose(text: str) -> str:
    """Words with nothing that reStructuredText takes for its own, and code as code."""
    parts = re.split(r"`([^`]+)`", text)
    words = (SPECIAL.sub(r"\\\1", part) for part in parts[::2])
    code = (f"``{' '.join(part.split())}``" for part in parts[1::2])
    return "".join(_alternating(words, code))


def _alternating(words: Any, code: Any) -> Iterator[str]:
    for word in words:
        yield word
        if (each := next(code, None)) is not None:
            yield each + "\\ "  # a letter may follow
