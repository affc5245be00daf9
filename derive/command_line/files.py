"""The files that an answer is written to, beside what is shown: looked at before work starts."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from derive.core import Derivation

PICTURES = (".png", ".svg", ".pdf")
Answers = Sequence[tuple[str, "Derivation"]]


def _html(path: Path, answers: Answers, detail: str) -> None:
    from derive import report

    if _is_one(answers):
        answers[0][1].to_html(path)
    else:
        report(answers, path)


def _tex(path: Path, answers: Answers, detail: str) -> None:
    from derive import Document

    if _is_one(answers):
        answers[0][1].to_tex(path, detail=detail)
    else:
        named = tuple(title for title, _ in answers)
        Document([answer for _, answer in answers], headings=named, detail=detail).to_tex(path)


def _md(path: Path, answers: Answers, detail: str) -> None:
    from derive.command_line.showing import blocks
    from derive.render.files import write

    write("\n".join(blocks("markdown", answers, (), detail)).strip() + "\n", path)


def _plot(path: Path, answers: Answers, detail: str) -> None:
    from derive.render.files import write

    if len(answers) > 1:
        raise ValueError(f"--plot draws one answer: this question has {len(answers)}")
    picture = BytesIO()
    answers[0][1].plot().figure.savefig(picture, format=path.suffix[1:].lower())
    write(picture.getvalue(), path)


def _is_one(answers: Answers) -> bool:
    return len(answers) == 1 and not answers[0][0]


KINDS: dict[str, tuple[str, Callable[[Path, Answers, str], None]]] = {
    "html": ("write a page of HTML there too", _html),
    "tex": ("write a document of LaTeX there too", _tex),
    "md": ("write Markdown there too", _md),
    "plot": ("draw a picture there: .png, .svg or .pdf", _plot),
}


def add(parser: argparse.ArgumentParser) -> None:
    for kind, (words, _) in KINDS.items():
        parser.add_argument(f"--{kind}", metavar="FILE", help=words)


def asked_for(options: argparse.Namespace) -> dict[str, Path]:
    """Where each kind goes. Raises ValueError where two go to one place, or one to none."""
    paths = {kind: Path(name) for kind in KINDS if (name := getattr(options, kind)) is not None}
    taken: dict[Path, str] = {}
    for kind, path in paths.items():
        _refuse(kind, path)
        other = taken.setdefault(path.resolve(), kind)
        if other != kind:
            raise ValueError(f"--{other} and --{kind} both write {path}: name two files")
    return paths


def _refuse(kind: str, path: Path) -> None:
    if not path.name or path.is_dir():
        raise ValueError(f"--{kind} {path} is a directory: name a file in it")
    if kind == "plot" and path.suffix.lower() not in PICTURES:
        raise ValueError(f"--plot {path}: name a file that ends in {', '.join(PICTURES)}")
    if not path.parent.is_dir():
        raise ValueError(f"--{kind} {path}: there is no directory {path.parent}")


def write_files(paths: dict[str, Path], answers: Answers, options: Any) -> None:
    """Each file whole, or as it was before."""
    for kind, path in paths.items():
        KINDS[kind][1](path, answers, options.detail)
