"""What the command line asks about places and values of extrema."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any


def _in_interval(name: str) -> Callable[[argparse.Namespace, Any], Any]:
    def question(options: argparse.Namespace, read: Any) -> Any:
        import derive

        if len(options.ends) not in (0, 2):
            raise ValueError(f"an interval has two ends: {name} f x a b, or {name} f x for all x")
        over = tuple(map(read, options.ends or ("-oo", "oo")))
        function = getattr(derive, name)
        return function(read(options.f), read.letter(options.x), over, timeout=options.timeout)

    return question


def _add_interval(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("f", help="the function, as text: x*exp(-x)")
    parser.add_argument("x", help="the variable")
    parser.add_argument("ends", nargs="*", metavar="a b", help="between a and b (all real numbers)")


SUBJECTS = tuple(
    (name, f"{what}: {name} f x a b", _in_interval(name), _add_interval)
    for name, what in (
        ("argmax", "the place where a function is largest"),
        ("argmin", "the place where a function is smallest"),
        ("maximum", "the largest value of a function"),
    )
)
