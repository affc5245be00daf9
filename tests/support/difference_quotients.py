"""Antiderivatives against difference quotients, at points on both sides of zero."""

from __future__ import annotations

import mpmath
from sympy import Expr, Symbol, lambdify
from sympy.abc import x

from derive.elementary import relu, sigmoid, softplus

POINTS = [-7.3, -4.21, -2.6, -1.37, -0.83, -0.31, 0.23, 0.71, 1.42, 2.37, 4.6, 7.1]


def number(f: Expr, *letters: Symbol):
    for named in (sigmoid, softplus, relu):
        f = f.replace(named, lambda u, named=named: named(u).definition())
    return lambdify(letters, f, "mpmath")


def real_at(f, point):
    try:
        value = mpmath.mpmathify(f(point))
    except (ZeroDivisionError, ValueError, OverflowError):
        return None
    return None if abs(mpmath.im(value)) > 1e-15 or not mpmath.isfinite(value) else value.real


def slope(F, at):
    h = mpmath.mpf("1e-5")
    return (F(at - 2 * h) - 8 * F(at - h) + 8 * F(at + h) - F(at + 2 * h)) / (12 * h)


def assert_antiderivative(f: Expr, F: Expr) -> None:
    """F is real wherever f is, and its difference quotients are f."""
    f, F = number(f, x), number(F, x)
    tried = 0
    with mpmath.workdps(30):
        for point in map(mpmath.mpf, POINTS):
            value = real_at(f, point)
            if value is not None:
                tried += 1
                assert abs(mpmath.im(F(point))) < 1e-15, f"not real at {point}"
                assert abs(slope(F, point) - value) < 1e-9 * (1 + abs(value)), point
    assert tried >= 2
