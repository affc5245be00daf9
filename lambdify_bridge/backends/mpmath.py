"""A `Program` as functions of mpmath numbers, of any number of digits.

Every operation is the one that folds constants (constants.FOLD).  Lower with `exact=True`: then
constants have all digits too.  Only the branch of a Piecewise that applies is computed.
"""

from __future__ import annotations

import math
import operator
import threading
from collections.abc import Callable, Iterable
from typing import Any

import mpmath
import numpy as np

from lambdify_bridge.backends.pointwise import pointwise
from lambdify_bridge.backends.python_source import Language, exact_literal, run
from lambdify_bridge.backends.python_source import source as printed
from lambdify_bridge.constants import FOLD, NAMED
from lambdify_bridge.program import Program

SPARE = 10  # digits that rounding in a long formula may cost
NO_VALUE = (ArithmeticError, ValueError, mpmath.libmp.NoConvergence)


def same(value: Any) -> Any:
    return value


def select(*cases: tuple[bool, Callable[..., Any], tuple[Any, ...]]) -> Any:
    """`branch(*operands)` of the case whose mask holds; NaN where none does."""
    return next((branch(*operands) for holds, branch, operands in cases if holds), math.nan)


def _ordered(relation: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """Complex numbers have no order: neither holds."""
    return lambda a, b: not hasattr(a + b, "_mpc_") and relation(a, b)


ORDER = {"lt": "is_less", "le": "is_at_most", "gt": "is_more", "ge": "is_at_least"}
IS = sorted(ORDER.values())
is_less, is_at_most = _ordered(operator.lt), _ordered(operator.le)
is_more, is_at_least = _ordered(operator.gt), _ordered(operator.ge)


def root(context: Any, coefficients: Iterable[int], near: complex) -> Any:
    """The zero of a polynomial that is nearest to a point, by Newton's method."""
    polynomial = list(coefficients)
    zero = context.findroot(lambda z: context.polyval(polynomial, z), context.mpmathify(near))
    return zero if near.imag else context.re(zero)


def _literal(number: Any) -> str:
    return exact_literal(number, "mp.mpf({})", "mp.fraction({}, {})")


LANGUAGE = Language(
    name="mpmath",
    calls={
        name: f"mp.{how}" if isinstance(how, str) else f'FOLD["{name}"]'
        for name, how in FOLD.items()
        if name not in ("add", "sub", "mul", "div", "neg", "eq")
    }
    | ORDER,
    opening={
        "": "import mpmath",
        "select(": "from lambdify_bridge.backends.mpmath import same, select",
        "root(": "from lambdify_bridge.backends.mpmath import root",
        **{f"{name}(": f"from lambdify_bridge.backends.mpmath import {name}" for name in IS},
        "FOLD[": "from lambdify_bridge.constants import FOLD",
        "inf": "from math import inf",
        "nan": "from math import nan",
    },
    reserved=frozenset({"mp", "mpmath", "FOLD", "root", "same", "select", "inf", "nan", *IS}),
    literal=_literal,
    named={name: lambda _, how=how: f"mp.{how}" for name, how in NAMED.items()}
    | {"root": lambda payload: f"root(mp, {payload[0]}, {payload[1]})"},
    box=lambda text: f"mp.mpf({text})",
    first_lines=lambda names, text: [f"{n} = mp.convert({n})" for n in names],
    context="mp",
    lazy=True,
)


def source(program: Program, digits: int = 50) -> str:
    """Python text of a function of mpmath numbers, which computes with a context of its own.

    >>> from sympy import pi, sin
    >>> from sympy.abc import x
    >>> from lambdify_bridge.lowering import lower
    >>> print(source(lower([sin(pi * x) / 3], exact=True), 20))
    import mpmath
    mp = mpmath.MPContext()
    mp.dps = 30
    <BLANKLINE>
    <BLANKLINE>
    def function(x):
        x = mp.convert(x)
        return (mp.sin(mp.pi * x) / 3,)
    <BLANKLINE>
    """
    opening, _, body = printed(program, LANGUAGE).partition("\n\n\n")
    context = f"mp = mpmath.MPContext()\nmp.dps = {digits + SPARE}"
    return f"{opening}\n{context}\n\n\n{body}"


def compiled(program: Program, digits: int = 50) -> Callable[..., tuple[Any, ...]]:
    """The function of numbers, or of lists and arrays of them, to so many digits.

    Threads do not disturb one another.  Where an output has no value, as at a pole, it is NaN.
    """
    whole = _Local(source(program, digits))
    alone = [
        _Local(source(Program(program.inputs, program.operations, (k,)), digits))
        for k in (program.outputs if len(program.outputs) > 1 else ())
    ]

    def at_a_point(*inputs: Any) -> tuple[Any, ...]:
        values = [_number(value) for value in inputs]
        try:
            results = whole.function(*values)
        except NO_VALUE:
            results = tuple([_or_nan(one, values) for one in alone] or [mpmath.nan])
        return tuple([rounded(result, digits) for result in results])

    return pointwise(at_a_point, len(program.outputs))


class _Local(threading.local):
    """The function, in each thread with a context of its own: mpmath's remember their precision."""

    def __init__(self, text: str) -> None:
        self.function = run(text)


def _or_nan(one: _Local, values: list[Any]) -> Any:
    try:
        return one.function(*values)[0]
    except NO_VALUE:
        return mpmath.nan


def _number(value: Any) -> Any:
    """What mpmath's `convert` takes without rounding; text is refused, which it would read."""
    if isinstance(value, str):
        raise TypeError("a number is needed, not text")
    if isinstance(value, np.generic):
        return value.item()
    return value


def rounded(value: Any, digits: int) -> Any:
    """A number of mpmath's own context."""
    if isinstance(value, bool):
        return value
    bits = mpmath.libmp.dps_to_prec(digits)
    number = mpmath.mp.convert(value) if not hasattr(value, "func") else value
    if hasattr(number, "_mpc_"):
        parts = [mpmath.libmp.mpf_pos(part, bits, "n") for part in number._mpc_]
        return mpmath.mp.make_mpc(tuple(parts))
    return mpmath.mp.make_mpf(mpmath.libmp.mpf_pos(number._mpf_, bits, "n"))
