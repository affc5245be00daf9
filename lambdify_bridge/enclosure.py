"""Values between bounds, for formulas made of exponentials and powers: digits that cancel show.

Of (exp(1/x + exp(-x)) - exp(1/x))*exp(x) plain numbers lose as many digits as x is large, and an
exponential that is lost may be multiplied by a larger one afterwards. Intervals (mpmath's) say how
much is known, however far out: x next to exp(x) costs no digit at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from operator import add, mul
from threading import local
from typing import Any

import mpmath
from mpmath import libmp
from sympy import Basic, Symbol

from lambdify_bridge.nodes import nodes
from lambdify_bridge.values import Number, Undefined

FIRST_DIGITS = 40
MOST_DIGITS, MOST_DIGITS_OF_SLOW = 2560, 160
SLOW = {"gamma", "loggamma", "factorial"}
LARGEST = 20_000  # binary digits of what an exponential is taken of
MOST_NODES = 300
DIGITS = 60  # binary ones of a value
NARROW = 1e-12  # of its size, how wide a value may be

EXACT = {"Add", "Mul", "Pow"}  # rounded outwards

Interval = Any
_of_thread = local()


def can_be_enclosed(function: Basic) -> bool:
    """Whether every operation in it is one that intervals are known for, and they are not many."""
    every = list(nodes(function))
    known = (n.is_Symbol or n.is_Rational or type(n).__name__ in FUNCTIONS for n in every)
    return len(every) <= MOST_NODES and all(known)


def enclosed(function: Basic, values: Mapping[Symbol, Number]) -> Any:
    """The value at real numbers, as mpmath's raw number: off by `NARROW` of its size at most.

    Raises Undefined.
    """
    context = _context()
    digits = FIRST_DIGITS
    slow = any(type(node).__name__ in SLOW for node in nodes(function))
    while digits <= (MOST_DIGITS_OF_SLOW if slow else MOST_DIGITS):
        context.dps = digits
        try:
            low, high = _value(context, function, values, {})._mpi_
        except (ZeroDivisionError, ValueError, libmp.ComplexResult):
            low, high = libmp.fnan, libmp.fnan
        if _is_narrow(low, high):
            return libmp.mpf_pos(low, DIGITS, "n")
        digits *= 2
    raise Undefined("more digits cancel than are computed")


def enclosing(digits: int) -> Any:
    """A context of intervals of its own, for so many digits."""
    context = mpmath.ctx_iv.MPIntervalContext()
    context.dps = digits
    return context


def numbers_between(
    context: Any, function: Basic, letters: Mapping[Basic, Interval] | None = None
) -> Interval:
    """Bounds of all values while the letters are in these intervals.

    Raises KeyError for a function that is not known here, ValueError, ZeroDivisionError.
    """
    return _value(context, function, {}, dict(letters or {}))


def _context() -> Any:
    if not hasattr(_of_thread, "context"):
        _of_thread.context = mpmath.ctx_iv.MPIntervalContext()
    return _of_thread.context


def _is_narrow(low: Any, high: Any) -> bool:
    if any(end in (libmp.fnan, libmp.finf, libmp.fninf, libmp.fzero) for end in (low, high)):
        return False
    width = libmp.mpf_sub(high, low, 53)
    return bool(libmp.mpf_le(width, libmp.mpf_mul(libmp.mpf_abs(low), libmp.from_float(NARROW))))


def _value(
    context: Any, node: Basic, values: Mapping[Symbol, Number], known: dict[Basic, Interval]
) -> Interval:
    if node not in known:
        if node in values:
            raw = values[node]._mpf_
            known[node] = context.make_mpf((raw, raw))
        else:
            inside = [_value(context, argument, values, known) for argument in node.args]
            known[node] = _of(context, node, inside)
    return known[node]


def _of(context: Any, node: Any, inside: list[Interval]) -> Interval:
    if node.is_Rational:
        return context.mpf(int(node.p)) / int(node.q)
    if node.is_Pow:
        return _power(context, node, *inside)
    value = FUNCTIONS[type(node).__name__](context, *inside)
    return value if type(node).__name__ in EXACT else value * _one(context)


def _one(context: Any) -> Interval:
    """1 and a little on both sides: the last digit of mpmath's functions is not always rounded."""
    little = libmp.from_man_exp(1, 3 - context.prec)
    return context.make_mpf((libmp.mpf_sub(libmp.fone, little), libmp.mpf_add(libmp.fone, little)))


def _power(context: Any, node: Any, base: Interval, exponent: Interval) -> Interval:
    if node.exp.is_Integer and abs(node.exp) < LARGEST:
        return base ** int(node.exp)
    one = _one(context)
    return _exp(context, exponent * _log(context, base) * one) * one


def _log(context: Any, u: Interval) -> Interval:
    if not u.a > 0:
        raise ValueError("the logarithm of what may be negative")
    return context.log(u)


def _exp(context: Any, u: Interval) -> Interval:
    """What is smaller than 2**(-2**LARGEST) is between 0 and that; what is larger is too large."""
    low, high = u._mpi_
    if _size(high) > LARGEST and not libmp.mpf_sign(high) < 0:
        raise ValueError("too large an exponential")
    if _size(low) <= LARGEST:
        return context.make_mpf((_exp_of(context, low)[0], _exp_of(context, high)[1]))
    tiny = libmp.from_man_exp(1, -(2**LARGEST))
    top = tiny if _size(high) > LARGEST else _exp_of(context, high)[1]
    return context.make_mpf((libmp.fzero, top))


def _exp_of(context: Any, end: Any) -> Any:
    """Bounds of exp of one number: 2**n times exp of what is left of it after n*log(2)."""
    more = max(0, _size(end))
    context.prec += more + 8
    number = context.make_mpf((end, end))
    n = libmp.to_int(libmp.mpf_div(end, libmp.mpf_ln2(context.prec), context.prec))
    left = number - n * context.mpf(context.ln2)
    context.prec -= more + 8
    return [libmp.mpf_shift(bound, n) for bound in context.exp(left)._mpi_]


def _size(raw: Any) -> int:
    """Binary digits before the point."""
    _, _, exponent, count = raw
    return int(exponent + count)


def _constant(name: str) -> Callable[..., Interval]:
    return lambda context: context.mpf(getattr(context, name))


def _together(combine: Callable[[Interval, Interval], Interval]) -> Callable[..., Interval]:
    return lambda context, *parts: reduce(combine, parts)


def _besseli(context: Any, order: Interval, u: Interval) -> Interval:
    """The series of positive terms, each less than half of the one before it in the end; what is
    left out is at most the last term (DLMF 10.25.2)."""
    n = libmp.to_int(order._mpi_[0])
    if order != n or n < 0 or not u > 0:
        raise ValueError("a Bessel function of another order, or of a number that is not positive")
    square = u * u / 4
    term = (u / 2) ** n / context.gamma(n + 1)
    whole, k = term, 0
    while k < abs(u) or not term < whole * context.mpf(2) ** -context.prec:
        k += 1
        term *= square / (k * (k + n))
        whole += term
    return whole + context.make_mpf((libmp.fzero, term._mpi_[1]))


FUNCTIONS: dict[str, Callable[..., Interval]] = {
    "Add": _together(add),
    "Mul": _together(mul),
    "Pow": _power,
    "exp": _exp,
    "log": _log,
    "sin": lambda context, u: context.sin(u),
    "cos": lambda context, u: context.cos(u),
    "gamma": lambda context, u: context.gamma(u),
    "loggamma": lambda context, u: context.loggamma(u),
    "factorial": lambda context, u: context.gamma(u + 1),
    "besseli": _besseli,
    "Pi": _constant("pi"),
    "Exp1": _constant("e"),
}
