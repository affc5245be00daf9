"""Operators of a function on an interval: where it is largest, how large, where it is zero.

All are written `Operator(f, x, a, b)`, for a < x < b; `x` is a name of their own.
"""

from __future__ import annotations

from typing import Any

import mpmath
from sympy import Expr, Float, Symbol, lambdify, oo

from derive.structure import BetweenBounds


def in_mpmath(x: Symbol, f: Expr) -> Any:
    """f as a function of an mpmath number; SymPy's own betainc_regularized is not regularized."""

    def regularized(a: Any, b: Any, start: Any, end: Any) -> Any:
        return mpmath.betainc(a, b, start, end, regularized=True)

    return lambdify(x, f, [{"betainc_regularized": regularized}, "mpmath"])


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
        under = x if self.everywhere else f"{a}<{x}<{b}"
        name = self.name.replace(r"\,", "")
        return f"{name}_{under if len(under) == 1 else f'{{{under}}}'}({f})"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        f, x, a, b = (printer._print(part) for part in self.args)
        under = x if self.everywhere else f"{a} < {x} < {b}"
        power = f"^{{{exp}}}" if exp else ""
        return rf"\operatorname*{{{self.name}}}_{{{under}}} \left({f}\right){power}"


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
        f, x, a, b = self.args
        with mpmath.workprec(prec + 20):
            value = in_mpmath(x, f)
            ends = tuple(mpmath.mpf(end.p) / end.q for end in (a, b))
            place = mpmath.findroot(value, ends, solver="anderson", verify=False, maxsteps=prec)
            return Float._new(place._mpf_, prec)

    def _eval_is_positive(self) -> bool | None:
        return True if self.args[2] >= 0 else None

    def _eval_is_negative(self) -> bool | None:
        return True if self.args[3] <= 0 else None
