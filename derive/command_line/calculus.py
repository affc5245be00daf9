"""What the command line asks of calculus: derivatives, limits, integrals."""

from __future__ import annotations

import argparse
from typing import Any


def _diff(options: argparse.Namespace, read: Any) -> Any:
    from derive import diff

    by = [int(v) if v.strip().isdecimal() else read.letter(v) for v in options.variables]
    method = options.method or "rules"
    return diff(read(options.f), *by, method=method, timeout=options.timeout)


def _limit(options: argparse.Namespace, read: Any) -> Any:
    from derive import limit

    f, names, point = read(options.f), options.x.split(","), options.point.split(",")
    if len(names) > 1:
        letters, places = tuple(map(read.letter, names)), tuple(map(read, point))
        return limit(f, letters, places, dir=options.dir, timeout=options.timeout)
    x, x0 = read.letter(options.x), read(options.point)
    return limit(f, x, x0, dir=options.dir, timeout=options.timeout)


def _integrate(options: argparse.Namespace, read: Any) -> Any:
    from derive import integrate

    if len(options.bounds) not in (0, 2):
        raise ValueError("an integral has no bounds or two: integrate f x, or integrate f x a b")
    x = read.letter(options.x)
    over = (x, *map(read, options.bounds)) if options.bounds else x
    return integrate(read(options.f), over, method=options.method, timeout=options.timeout)


def _of_function(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("f", help="the function, as text: x**2*sin(x)")


def _with_method(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--method", help="how to go about it")


def _add_diff(parser: argparse.ArgumentParser) -> None:
    _of_function(parser)
    parser.add_argument("variables", nargs="*", metavar="x", help="by what: x, or x 2, or x y")
    _with_method(parser)


def _add_limit(parser: argparse.ArgumentParser) -> None:
    _of_function(parser)
    parser.add_argument("x", help="the variable (a sequence: --integer n), or several: x,y")
    parser.add_argument("point", help="what it tends to: 0, oo; of several variables 0,0")
    parser.add_argument("--dir", default="+-", choices=("+", "-", "+-"), help="the side (+-)")


def _add_integrate(parser: argparse.ArgumentParser) -> None:
    _of_function(parser)
    parser.add_argument("x", help="the variable")
    parser.add_argument("bounds", nargs="*", metavar="a b", help="from a to b")
    _with_method(parser)


SUBJECTS = (
    ("diff", "a derivative: diff f x", _diff, _add_diff),
    ("limit", "a limit: limit f x point", _limit, _add_limit),
    ("integrate", "an integral: integrate f x, or integrate f x a b", _integrate, _add_integrate),
)
