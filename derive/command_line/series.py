"""What the command line asks about sequences, sums, products, series and differential equations."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

Question = Callable[[argparse.Namespace, Any], Any]


def _over_range(name: str) -> Question:
    def question(options: argparse.Namespace, read: Any) -> Any:
        import derive

        over = read.letter(options.k), read(options.a), read(options.b)
        return getattr(derive, name)(read(options.f), over, timeout=options.timeout)

    return question


def _recursion(options: argparse.Namespace, read: Any) -> Any:
    from derive import limit_of_recursion

    start = read(options.start)
    return limit_of_recursion(read(options.f), read.letter(options.a), start, options.timeout)


def _add_recursion(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("f", help="the next term from the one before, as text: sqrt(2 + a)")
    parser.add_argument("a", help="the letter of the terms")
    parser.add_argument("start", help="the first term")


def _convergence(options: argparse.Namespace, read: Any) -> Any:
    from derive import convergence

    n = read.letter(options.n)
    return convergence(read(options.f), n, read(options.start), timeout=options.timeout)


def _radius(options: argparse.Namespace, read: Any) -> Any:
    from derive import radius_of_convergence

    return radius_of_convergence(read(options.f), read.letter(options.n), timeout=options.timeout)


def _add_radius(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("f", help="the coefficients, as text: 1/n!")
    parser.add_argument("n", help="the index")


def _series(options: argparse.Namespace, read: Any) -> Any:
    from derive import series

    x, centre = read.letter(options.x), read(options.centre)
    return series(read(options.f), x, centre, options.n, timeout=options.timeout)


def _add_series(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("f", help="the function, as text: exp(x)*sin(x)")
    parser.add_argument("x", help="the variable")
    parser.add_argument("centre", nargs="?", default="0", help="the centre (0)")
    parser.add_argument("--n", type=int, default=6, help="terms of degree below n (6)")


def _add_range(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("f", help="the terms or factors, as text: 1/k**2")
    parser.add_argument("k", help="the index")
    parser.add_argument("a", help="where it begins: 1")
    parser.add_argument("b", help="where it ends: n, oo")


def _add_convergence(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("f", help="the terms, as text: 1/n**2")
    parser.add_argument("n", help="the index")
    parser.add_argument("start", nargs="?", default="1", help="where it begins (1)")


def _dsolve(options: argparse.Namespace, read: Any) -> Any:
    from derive import dsolve

    y, x = read.letter(options.y), read.letter(options.x)
    return dsolve(options.equation, y, x, *options.values, timeout=options.timeout)


def _add_dsolve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("equation", help="the differential equation, as text: y' = -2*x*y")
    parser.add_argument("y", help="the unknown function")
    parser.add_argument("x", help="its variable")
    parser.add_argument("values", nargs="*", help="initial values, as text: y(0) = 1")


SUBJECTS = (
    ("recursion", "the limit of a(n+1) = f(a(n)): recursion f a start", _recursion, _add_recursion),
    ("series", "a Taylor or Laurent series: series f x centre", _series, _add_series),
    ("summation", "a sum: summation f k a b", _over_range("summation"), _add_range),
    ("product", "a product: product f k a b", _over_range("product"), _add_range),
    ("radius", "the radius of convergence of a power series: radius a_n n", _radius, _add_radius),
    ("dsolve", "a differential equation: dsolve equation y x", _dsolve, _add_dsolve),
    ("convergence", "whether a series converges: convergence f n", _convergence, _add_convergence),
)
