"""Operations on complex balls that say where they are analytic: for integrals and remainders.

While `analytic()` is on, a function whose branch cut the ball touches is NaN: what comes out
finite is then the value of a function that is analytic on the whole ball. |x|, the steps and the
branches of a Piecewise are continued from the real line, to both sides of the border.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from flint import acb, arb, fmpq

from lambdify_bridge.backends.flint_functions import BALLS, NUMBERS, Truth, ball

_now = SimpleNamespace(analytic=False)
UNKNOWN = acb(arb.nan())

# Analytic wherever they are finite.
MEROMORPHIC = (
    "exp", "expm1", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sinc", "gamma", "digamma",
    "erf", "erfc", "erfi", "Si", "Shi", "fresnels", "fresnelc", "airyai", "airybi", "airyaiprime",
    "airybiprime", "square", "chebyshevt", "chebyshevu", "hermite", "legendre", "laguerre",
    "hyp0f1", "poch", "sigmoid",
)  # fmt: skip


@contextmanager
def analytic(on: bool) -> Iterator[None]:
    """Whether finite results have to be those of an analytic function."""
    before, _now.analytic = _now.analytic, on
    try:
        yield
    finally:
        _now.analytic = before


def _left_of(end: int) -> Callable[[Any], bool]:
    return lambda z: z.imag.contains(0) and not z.real > end


def _beyond_one(z: Any) -> bool:
    return z.imag.contains(0) and not abs(z.real) < 1


def _beyond_i(z: Any) -> bool:
    return z.real.contains(0) and not abs(z.imag) < 1


# Whether a ball touches the cut, as DLMF 4.2, 4.23, 4.37, 5.4, 6.2 draw them.
CUTS: dict[str, Callable[[Any], bool]] = {
    "log": _left_of(0), "sqrt": _left_of(0), "log1p": _left_of(-1), "loggamma": _left_of(0),
    "Ei": _left_of(0), "Ci": _left_of(0), "Chi": _left_of(0), "acosh": _left_of(1),
    "asin": _beyond_one, "acos": _beyond_one, "atanh": _beyond_one,
    "atan": _beyond_i, "asinh": _beyond_i,
}  # fmt: skip


def _with_a_cut(name: str, touches: Callable[[Any], bool]) -> Callable[[Any], Any]:
    function = BALLS[name]
    return lambda x: UNKNOWN if _now.analytic and touches(acb(ball(x))) else function(x)


def _plain(name: str) -> Callable[..., Any]:
    """A function of whose cuts nothing is known here."""
    function = BALLS[name]
    return lambda *values: UNKNOWN if _now.analytic else function(*values)


def _power(a: Any, b: Any) -> Any:
    a, b = acb(ball(a)), acb(ball(b))
    whole = b.unique_fmpz() if b.is_exact() else None
    return a ** int(whole) if whole is not None else a.pow(b, analytic=_now.analytic)


def _on_the_line(name: str) -> Callable[..., Any]:
    """What flint continues from the real line."""

    def function(first: Any, *others: Any) -> Any:
        z, rest = acb(ball(first)), [acb(ball(value)) for value in others]
        return getattr(z, name)(*rest, analytic=_now.analytic)

    return function


def _relation(holds: Callable[[Any, Any], bool], fails: Callable[[Any, Any], bool]) -> Any:
    """Decided by the real parts, on the whole ball or not at all."""

    def function(a: Any, b: Any) -> Truth:
        left, right = acb(ball(a)).real, acb(ball(b)).real
        return True if holds(left, right) else False if fails(left, right) else None

    return function


def _equal(a: Any, b: Any) -> Truth:
    left, right = acb(ball(a)), acb(ball(b))
    if left == right and left.is_exact():
        return None if _now.analytic else True
    return None if left.overlaps(right) else False


def _differs(a: Any, b: Any) -> Truth:
    equal = _equal(a, b)
    return None if equal is None else not equal


# fmt: off
ANALYTIC: dict[str, Callable[..., Any]] = (
    {name: _plain(name) for name in BALLS}
    | {name: BALLS[name] for name in MEROMORPHIC}
    | {name: _with_a_cut(name, touches) for name, touches in CUTS.items()}
    | {
        "power":     _power,
        "hypot":     lambda a, b: (acb(ball(a))**2 + acb(ball(b))**2).sqrt(analytic=_now.analytic),
        "abs":       _on_the_line("real_abs"),
        "sign":      _on_the_line("real_sgn"),
        "floor":     _on_the_line("real_floor"),
        "ceiling":   _on_the_line("real_ceil"),
        "heaviside": lambda x, at_zero: _on_the_line("real_heaviside")(x),
        "maximum":   _on_the_line("real_max"),
        "minimum":   _on_the_line("real_min"),
        "softplus":  lambda x: ANALYTIC["log"](1 + acb(ball(x)).exp()),
        "lt":        _relation(lambda a, b: a < b, lambda a, b: a >= b),
        "le":        _relation(lambda a, b: a <= b, lambda a, b: a > b),
        "gt":        _relation(lambda a, b: a > b, lambda a, b: a <= b),
        "ge":        _relation(lambda a, b: a >= b, lambda a, b: a < b),
        "eq":        _equal,
        "differs":   _differs,
        "and":       BALLS["and"],
        "or":        BALLS["or"],
    }
)
# fmt: on

# The same as attributes: what generated source says.
balls = SimpleNamespace(
    **ANALYTIC,
    **NUMBERS,
    fraction=fmpq,
    number=lambda value: acb(ball(value)),
    both=BALLS["and"],
    either=BALLS["or"],
)
