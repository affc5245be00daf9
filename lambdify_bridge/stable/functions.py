"""Functions that keep digits, as SymPy nodes; `lowering` knows them by the names of their classes.

Those of sympy.codegen.cfunctions mean the same, but importing them takes longer than most formulas.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from lambdify_bridge.functions import FARTHEST


class expm1(sp.Function):
    """exp(u) - 1."""

    def definition(self) -> Any:
        return sp.exp(self.args[0]) - 1


class log1p(sp.Function):
    """log(1 + u)."""

    def definition(self) -> Any:
        return sp.log(1 + self.args[0])


class hypot(sp.Function):
    """sqrt(x**2 + y**2), whose squares neither overflow nor underflow."""

    def definition(self) -> Any:
        return sp.sqrt(self.args[0] ** 2 + self.args[1] ** 2)


class sigmoid(sp.Function):
    """1/(1 + exp(-u))."""

    def definition(self) -> Any:
        return 1 / (1 + sp.exp(-self.args[0]))


class softplus(sp.Function):
    """log(1 + exp(u))."""

    def definition(self) -> Any:
        return sp.log(1 + sp.exp(self.args[0]))


class quotient(sp.Function):
    """a/b, in this order: SymPy would gather a/b/c as a/(b*c), whose product may overflow."""

    def definition(self) -> Any:
        return self.args[0] / self.args[1]


class total(sp.Function):
    """a + b, in this order."""

    def definition(self) -> Any:
        return self.args[0] + self.args[1]


class root(sp.Function):
    """a**(1/n): as 1/n is no float, what its rounding leaves is a factor near 1."""

    def definition(self) -> Any:
        return self.args[0] ** (1 / self.args[1])


class greatest(sp.Function):
    """The floor of the largest of some real numbers, between -1e38 and 1e38.

    A shift for exponentials: any number near the largest serves, a whole one has the slope 0, and
    infinity minus infinity is never formed.
    """

    def definition(self) -> Any:
        return sp.floor(sp.Min(sp.Max(*self.args, -FARTHEST), FARTHEST))
