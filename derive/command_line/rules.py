"""`derive rules`: the rule book."""

from __future__ import annotations

import argparse

from derive.command_line.codes import WORKED_OUT
from derive.command_line.showing import json_of
from derive.command_line.terminal import write

SUMMARY = "the rule book"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("word", nargs="?", default="", help="only the rules that mention it")
    form = parser.add_mutually_exclusive_group()
    for name in ("latex", "markdown", "json"):
        form.add_argument(f"--{name}", dest="shown_as", action="store_const", const=name)
    parser.set_defaults(shown_as="text")


def run(options: argparse.Namespace) -> int:
    from derive import rulebook

    if options.shown_as == "json":
        write(json_of(rulebook.data(options.word)))
        return WORKED_OUT
    shown = rulebook.text if options.shown_as == "text" else rulebook.markdown
    book = shown(options.word)
    if not book:
        raise ValueError(f"no rule mentions {options.word!r}")
    write(book)
    return WORKED_OUT
