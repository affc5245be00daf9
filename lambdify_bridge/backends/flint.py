"""A `Program` as functions of balls: intervals that are certain to hold the true value.

Lower with `exact=True`: constants are enclosed as tightly as the rest.  The precision climbs until
the results have the digits that were asked for.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from lambdify_bridge.backends.pointwise import pointwise
from lambdify_bridge.backends.python_source import Language, exact_literal, run
from lambdify_bridge.backends.python_source import source as printed
from lambdify_bridge.constants import FOLD, NAMED
from lambdify_bridge.extras import extra
from lambdify_bridge.program import Program

BITS = 3.3219280948873626  # of a decimal digit
SPARE, MOST = 32, 20_000  # bits at first, and at the end
OPERATORS = ("add", "sub", "mul", "div", "neg")
LOCK = threading.RLock()  # FLINT has one precision for all threads


LANGUAGE = Language(
    name="FLINT",
    calls={name: f"balls.{name}" for name in FOLD if name not in OPERATORS}
    | {"and": "balls.both", "or": "balls.either"},
    opening={
        "": "# with as many digits as flint.ctx.dps says",
        "balls.": "from lambdify_bridge.backends.flint_functions import balls",
        "select(": "from lambdify_bridge.backends.flint_functions import same, select",
        "root(": "from lambdify_bridge.backends.flint_functions import root",
        "inf": "from math import inf",
        "nan": "from math import nan",
    },
    reserved=frozenset({"balls", "root", "same", "select", "inf", "nan"}),
    literal=lambda number: exact_literal(number, "balls.number({})", "balls.fraction({}, {})"),
    named={name: lambda _, name=name: f"balls.{name}()" for name in NAMED}
    | {"root": lambda payload: f"root({payload[0]}, {payload[1]})"},
    box=lambda text: f"balls.number({text})",
    lazy=True,
)


class NotCertified(ArithmeticError):
    """No precision tried decides a condition."""


def source(program: Program) -> str:
    """Python text of a function of balls.

    >>> from sympy import pi, sin
    >>> from sympy.abc import x
    >>> from lambdify_bridge.lowering import lower
    >>> print(source(lower([sin(pi * x) / 3], exact=True)))
    # with as many digits as flint.ctx.dps says
    from lambdify_bridge.backends.flint_functions import balls
    <BLANKLINE>
    <BLANKLINE>
    def function(x):
        return (balls.sin(balls.Pi() * x) / 3,)
    <BLANKLINE>
    """
    return printed(program, LANGUAGE)


def compiled(program: Program, digits: int = 15) -> Callable[..., tuple[Any, ...]]:
    """The function of numbers, or of lists and arrays of them: balls with so many certain digits.

    Inputs are exact numbers (int, float, Fraction, mpmath's) or balls; of balls that are not exact
    the results have what digits they can.  Raises NotCertified where balls overlap the border
    between two branches.
    """
    flint = extra("flint", "fast", "certified values")
    function = run(source(program))

    def at_a_point(*inputs: Any) -> tuple[Any, ...]:
        with LOCK:
            return _climb(flint, function, [_exact(flint, value) for value in inputs], digits)

    return pointwise(at_a_point, len(program.outputs))


def certified(ball: Any) -> str:
    """What a ball says in words, as "1.414213562373095 certified to 3e-16"."""
    if not ball.is_finite():
        return "not certified: no bound is known"
    parts = (ball.real, ball.imag) if hasattr(ball, "imag") and ball.imag != 0 else (ball.real,)
    middle = " + ".join(map(_middle, parts)) + ("*I" if len(parts) == 2 else "")
    radius = max((part.rad() for part in parts), key=lambda r: r.mid())
    return middle if radius == 0 else f"{middle} certified to {radius.str(1, radius=False)}"


def _middle(part: Any) -> str:
    digits = max(1, min(1000, round(part.rel_accuracy_bits() / BITS)))
    text = part.mid().str(digits, radius=False)
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def _climb(
    flint: Any, function: Callable[..., Any], values: Sequence[Callable[[], Any]], digits: int
) -> tuple[Any, ...]:
    """Twice the bits until the digits are there, or more bits no longer help."""
    bits, wanted, before = int(digits * BITS) + SPARE, digits * BITS, -1.0
    while True:
        with flint.ctx.workprec(bits):
            results = _computed(flint, function, values)
        if results is not None:
            accuracy = [_accuracy(flint, result) for result in results]
            settled = min(accuracy, default=wanted) >= wanted
            if settled or 2 * bits > MOST or (before >= 0 and sum(accuracy) <= before):
                return results
            before = sum(accuracy)
        elif 2 * bits > MOST:
            shown = f"{int(bits / BITS)} digits"
            raise NotCertified(f"which branch applies is not decided by {shown}: is it a border?")
        bits *= 2


def _computed(
    flint: Any, function: Callable[..., Any], values: Sequence[Callable[[], Any]]
) -> tuple[Any, ...] | None:
    from lambdify_bridge.backends.flint_functions import Undecided, ball

    try:
        results = function(*[value() for value in values])
        return tuple([r if isinstance(r, bool) else ball(r) for r in results if _known(r)])
    except Undecided:
        return None


def _known(result: Any) -> bool:
    from lambdify_bridge.backends.flint_functions import Undecided

    if result is None:
        raise Undecided("a condition")
    return True


def _accuracy(flint: Any, result: Any) -> float:
    """Bits that are certain; all of them in what is no number."""
    if isinstance(result, bool) or not result.is_finite():
        return 0.0 if not isinstance(result, bool) else float(MOST)
    return float(min(MOST, result.rel_accuracy_bits()))


def _exact(flint: Any, value: Any) -> Callable[[], Any]:
    """The number as a ball, in the precision of the moment."""
    if isinstance(value, flint.arb | flint.acb):
        return lambda: value
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, str):
        raise TypeError("a number is needed, not text")
    if hasattr(value, "_mpf_"):
        import mpmath

        value = Fraction(*map(int, mpmath.libmp.to_rational(value._mpf_)))
    if isinstance(value, Fraction):
        return lambda: flint.arb(flint.fmpq(value.numerator, value.denominator))
    if isinstance(value, complex):
        return lambda: flint.acb(value)
    number = value if isinstance(value, int | float) else float(value)
    return lambda: flint.arb(number)
