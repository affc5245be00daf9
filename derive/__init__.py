"""Closed forms derived step by step, each step an equation that is checked against numbers.

>>> import derive
>>> d = derive.diff("x**2*sin(x)", "x")
>>> d.result
x**2*cos(x) + 2*x*sin(x)
>>> d.check().verdict
'confirmed'

Names load when they are first used: `import derive` alone does not import SymPy.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# fmt: off
_MODULE_OF = {
    "diff":            "derive.calculus.derivatives",
    "limit":           "derive.calculus.limits",
    "limit_of_recursion": "derive.calculus.limits",
    "integrate":       "derive.calculus.integrals",
    "alternatives":    "derive.calculus.integrals",
    "series":          "derive.calculus.series",
    "taylor_remainder": "derive.calculus.series",
    "summation":       "derive.calculus.sums",
    "product":         "derive.calculus.sums",
    "convergence":     "derive.calculus.sums",
    "radius_of_convergence": "derive.calculus.sums",
    "dsolve":          "derive.calculus.equations",
    "implicit_diff":   "derive.calculus.curves",
    "parametric_diff": "derive.calculus.curves",
    "argmax":          "derive.calculus.extrema",
    "argmin":          "derive.calculus.extrema",
    "maximum":         "derive.calculus.extrema",
    "determinant":     "derive.linear_algebra",
    "inverse":         "derive.linear_algebra",
    "eigen":           "derive.linear_algebra",
    "gradient":        "derive.arrays.gradient",
    "jacobian":        "derive.arrays.jacobian",
    "hessian":         "derive.arrays.jacobian",
    "jvp":             "derive.arrays.jacobian",
    "vjp":             "derive.arrays.jacobian",
    "backprop":        "derive.networks.backprop",
    "parse":           "derive.parse",
    "Derivation":      "derive.core",
    "Step":            "derive.core",
    "Rule":            "derive.rules",
    "RuleTable":       "derive.rules",
    "Rewrite":         "derive.rules",
    "NoRuleApplies":   "derive.engine",
    "BudgetExceeded":  "derive.engine",
    "DerivationError": "derive.engine",
    "ParseError":      "derive.tokens",
    "sigmoid":         "derive.elementary",
    "softplus":        "derive.elementary",
    "relu":            "derive.elementary",
}
# fmt: on

if TYPE_CHECKING:
    from derive.arrays.gradient import gradient
    from derive.arrays.jacobian import hessian, jacobian, jvp, vjp
    from derive.calculus.curves import implicit_diff, parametric_diff
    from derive.calculus.derivatives import diff
    from derive.calculus.equations import dsolve
    from derive.calculus.extrema import argmax, argmin, maximum
    from derive.calculus.integrals import alternatives, integrate
    from derive.calculus.limits import limit, limit_of_recursion
    from derive.calculus.series import series, taylor_remainder
    from derive.calculus.sums import convergence, product, radius_of_convergence, summation
    from derive.core import Derivation, Step
    from derive.elementary import relu, sigmoid, softplus
    from derive.engine import BudgetExceeded, DerivationError, NoRuleApplies
    from derive.linear_algebra import determinant, eigen, inverse
    from derive.networks.backprop import backprop
    from derive.parse import parse
    from derive.rules import Rewrite, Rule, RuleTable
    from derive.tokens import ParseError

__all__ = [
    "BudgetExceeded",
    "Derivation",
    "DerivationError",
    "NoRuleApplies",
    "ParseError",
    "Rewrite",
    "Rule",
    "RuleTable",
    "Step",
    "__version__",
    "alternatives",
    "argmax",
    "argmin",
    "backprop",
    "convergence",
    "determinant",
    "diff",
    "dsolve",
    "eigen",
    "gradient",
    "hessian",
    "implicit_diff",
    "integrate",
    "inverse",
    "jacobian",
    "jvp",
    "limit",
    "limit_of_recursion",
    "maximum",
    "parametric_diff",
    "parse",
    "product",
    "radius_of_convergence",
    "relu",
    "series",
    "sigmoid",
    "softplus",
    "summation",
    "taylor_remainder",
    "vjp",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_MODULE_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__


class _Package(ModuleType):
    """Importing the submodule of a function's name must not hide the function."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _MODULE_OF and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
