"""Text of the command line as SymPy objects: parsed, never evaluated."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any


class Reader:
    """Text to SymPy, with what the options say of the letters."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.facts: dict[str, list[str]] = {}
        for fact in ("positive", "real", "integer"):
            for name in getattr(options, fact).replace(",", " ").split():
                self.facts.setdefault(name, []).append(fact)

    def __call__(self, text: str) -> Any:
        from derive.elementary import FUNCTIONS
        from derive.parse import parse

        return parse(text, self.facts, local=FUNCTIONS)

    def letter(self, text: str) -> Any:
        from derive.parse import parse_symbol

        return parse_symbol(text, self.facts)


def values(settings: Sequence[str], read: Reader) -> dict[Any, Any]:
    values = {}
    for setting in settings:
        for part in setting.split(","):
            name, equals, value = part.partition("=")
            if not equals:
                raise ValueError(f"--at {part}: write a letter and its value, such as x=2")
            values[read.letter(name)] = read(value)
    return values


def seconds(text: str) -> float:
    """A time limit, of argparse."""
    seconds = float(text)
    if not 0 < seconds < 1e6:
        raise argparse.ArgumentTypeError(f"{text} is no number of seconds")
    return seconds
