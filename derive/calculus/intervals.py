"""Operators of a function on an interval: where it is largest, how large, where it is zero.

All four are written `Operator(f, x, a, b)`, for a < x < b; `x` is a name of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from mpmath import mp, workprec
from mpmath.libmp import mpf_pos, prec_to_dps, round_nearest
from sympy import Expr, Float, Rational, Symbol, multiplicity, oo

from derive.structure import BetweenBounds

SHORT = 10**6  # a denominator
SPARE = 5  # digits


def in_mpmath(f: Expr, x: Symbol) -> Callable[[Any], Any]:
    """f as a function of an mpmath number, with the digits of mpmath at the time."""

    def value(place: Any) -> Any:
        at = f.subs(x, Float._new(place._mpf_, mp.prec))
        return at.evalf(prec_to_dps(mp.prec) + SPARE)._to_mpmath(mp.prec)

    return value


class OnInterval(BetweenBounds):
    """An operator on f(x) for a < x < b; `name` is what it prints as."""

    is_extended_real = True
    name = ""
    sees_to_its_variable = True  # its rules ask that f is smooth for all x between a and b
    differentiates_in_one_line = True

    def __new__(cls, f: Any, x: Symbol, a: Any = -oo, b: Any = oo) -> OnInterval:
        return super().__new__(cls, f, x, a, b)

    @property
    def everywhere(self) -> bool:
        return self.args[2:] == (-oo, oo)

    def _sympystr(self, printer: Any) -> str:
        f, x, a, b = (printer._print(part) for part in self.args)
        if not getattr(printer, "as_on_paper", False):
            return f"{type(self).__name__}({f}, {x}, {a}, {b})"
        a, b = (_end(printer, end) for end in self.args[2:])
        under = x if self.everywhere else f"{a}<{x}<{b}"
        name = self.name.replace(r"\,", "")
        return f"{name}_{under if len(under) == 1 else f'{{{under}}}'}({f})"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        f, x = (printer._print(part) for part in self.args[:2])
        a, b = (_end(printer, end) for end in self.args[2:])
        under = x if self.everywhere else f"{a} < {x} < {b}"
        power = f"^{{{exp}}}" if exp else ""
        return rf"\operatorname*{{{self.name}}}_{{{under}}} \left({f}\right){power}"


def _end(printer: Any, end: Expr) -> str:
    """Long decimals as decimals, with all of their digits."""
    return decimals(end) if end.is_Rational and end.q > SHORT else printer._print(end)


def decimals(value: Rational) -> str:
    """A fraction with all of its decimals, where these come to an end; else as it is.

    >>> from sympy import Rational
    >>> decimals(Rational(66851507843, 12500000000))
    '5.34812062744'
    """
    twos, fives = (multiplicity(prime, value.q) for prime in (2, 5))
    places = max(twos, fives)
    if value.q != 2**twos * 5**fives:
        return str(value)
    digits = str(abs(value.p) * 10**places // value.q).rjust(places + 1, "0")
    return f"{'-' * (value.p < 0)}{digits[:-places]}.{digits[-places:]}" if places else str(value)


class ArgMax(OnInterval):
    """The one place between a and b where f is largest.

    >>> from sympy.abc import x
    >>> ArgMax(1 - x**2, x, -1, 1)
    ArgMax(1 - x**2, x, -1, 1)
    """

    name = r"arg\,max"


class ArgMin(OnInterval):
    """The one place between a and b where f is smallest."""

    name = r"arg\,min"


class Maximum(OnInterval):
    """The largest value of f between a and b."""

    name = "max"


class RootBetween(OnInterval):
    """The one zero of f between a and b."""

    name = "root"


WORD = 64  # bits


@lru_cache(maxsize=256)
def _zero(root: IsolatedRoot, prec: int) -> Any:
    f, x, a, b = root.args
    with workprec(prec):
        ends = (a._to_mpmath(prec), b._to_mpmath(prec))
        return mp.findroot(in_mpmath(f, x), ends, solver="anderson", verify=False, maxsteps=prec)


class IsolatedRoot(OnInterval):
    """The one zero of f between two decimal fractions, where it changes its sign: a number.

    >>> from sympy.abc import x
    >>> from sympy import S, log
    >>> IsolatedRoot(x + log(x), x, S(56)/100, S(57)/100).evalf(10)
    0.5671432904
    """

    name = "root"
    is_number = True
    is_real = True
    is_finite = True
    is_comparable = True

    def _eval_evalf(self, prec: int) -> Expr:
        words = 1 + (prec + 20) // WORD  # SymPy asks again and again, for a few digits more
        return Float._new(mpf_pos(_zero(self, words * WORD)._mpf_, prec, round_nearest), prec)

    def _eval_is_positive(self) -> bool | None:
        return True if self.args[2] >= 0 else None

    def _eval_is_negative(self) -> bool | None:
        return True if self.args[3] <= 0 else None
