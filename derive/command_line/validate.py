"""The command line's `validate`: people's own function against a formula.

This is the one command that runs code of others: it imports the module that is named. The formula
is text, which is read by derive's own parser and never evaluated.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from derive.command_line.arrays import add_shapes, declared
from derive.command_line.reading import Reader
from derive.command_line.showing import json_of
from derive.command_line.terminal import write

SUMMARY = "a function of yours against a formula: validate module:function --against f"
CONFIRMED, NOT_CONFIRMED = 0, 1


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("function", metavar="module:function",
                        help="is imported from here, which runs the module")  # fmt: skip
    parser.add_argument("--against", required=True, metavar="f", help="the formula, as text")
    parser.add_argument("--kind", help="value, gradient, jacobian, hessian, backward, pdf ...")
    parser.add_argument("--args", default=None, metavar="x,y", help="the arguments in order")
    parser.add_argument("--wrt", default=None, metavar="w,b", help="by what, of a gradient")
    parser.add_argument("--library", help="numpy, python, torch or jax (as the code looks)")
    parser.add_argument("--dtype", default="float64", help="float64 or float32")
    parser.add_argument("--domain", action="append", default=[], metavar="x=0,1", help="bounds")
    parser.add_argument("--seed", type=int, default=0, help="of the inputs (0)")
    parser.add_argument("--timeout", type=float, help="seconds until it is stopped (no limit)")
    for fact in ("positive", "real", "integer"):
        parser.add_argument(f"--{fact}", default="", metavar="x,y", help=f"letters that are {fact}")
    add_shapes(parser)
    parser.add_argument("--json", action="store_true", help="the report as JSON")


def validated(options: argparse.Namespace, read: Callable[[str], Any]) -> tuple[Any, int]:
    """The report, and the exit code. Raises ValueError, ParseError."""
    from lambdify_bridge import validate

    function = imported(options.function)
    arguments = names(options.args)
    report = validate(
        function,
        _against(options, read),
        kind=None if options.shape and options.kind in ("gradient", "jacobian") else options.kind,
        args=arguments,
        wrt=None if options.shape else names(options.wrt),
        library=options.library,
        dtype=options.dtype,
        domain=dict(map(_bounds, options.domain)),
        seed=options.seed,
        timeout=options.timeout,
    )
    return report, CONFIRMED if report.verdict == "confirmed" else NOT_CONFIRMED


def imported(name: str) -> Callable[..., Any]:
    """The function `module:function`, looked for here first. Raises ValueError."""
    module, colon, path = name.strip().partition(":")
    if not (module and colon and path):
        raise ValueError(f"{name} is no function: write module:function")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        found: Any = import_module(module)
    except ModuleNotFoundError as missing:
        raise ValueError(f"there is no module {missing.name}: run this where it is") from None
    for part in path.split("."):
        if not hasattr(found, part):
            raise ValueError(f"{module} has no {path}")
        found = getattr(found, part)
    if not callable(found):
        raise ValueError(f"{name} is no function but {type(found).__name__}")
    return found


def _against(options: argparse.Namespace, read: Callable[[str], Any]) -> Any:
    """The formula, or of declared arrays the derivation of its gradient."""
    if not options.shape:
        return read(options.against)
    shapes, structures = declared(options)
    by = names(options.wrt) or []
    if options.kind == "jacobian":
        from derive import jacobian

        return jacobian(options.against, by[0] if by else "", shapes, structures)
    if by:
        from derive.networks.backward import backward

        found = backward(options.against, by, shapes, structures)
        return found[by[0]] if len(by) == 1 else found
    from derive.arrays.operators import array
    from derive.arrays.reading import declared as known
    from derive.arrays.reading import read_with

    return array(read_with(options.against, known(shapes, structures)))


def names(text: str | None) -> list[str] | None:
    return text.replace(",", " ").split() if text else None


def _bounds(text: str) -> tuple[str, tuple[float, float]]:
    name, equals, bounds = text.partition("=")
    low, comma, high = bounds.partition(",")
    if not (equals and comma):
        raise ValueError(f"--domain {text}: write a letter and its bounds, such as x=0,1")
    return name.strip(), (float(low), float(high))


def run(options: argparse.Namespace) -> int:
    report, code = validated(options, Reader(options))
    write(json_of(report.to_dict()) if options.json else str(report))
    return code
