"""lambdify_bridge: derived formulas as NumPy functions, and numbers that say whether they are true.

It knows SymPy, NumPy and SciPy, and takes anything with `lhs` and `rhs`; names load on first use.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lambdify_bridge.accuracy import Accuracy as Accuracy
    from lambdify_bridge.accuracy import accuracy as accuracy
    from lambdify_bridge.check import check as check
    from lambdify_bridge.estimate import Estimate as Estimate
    from lambdify_bridge.estimate import estimate as estimate
    from lambdify_bridge.estimate import residual_of as residual_of
    from lambdify_bridge.estimate import value as value
    from lambdify_bridge.evaluate import Undecided as Undecided
    from lambdify_bridge.evaluate import Undefined as Undefined
    from lambdify_bridge.gradients import gradient_function as gradient_function
    from lambdify_bridge.gradients import hessian_function as hessian_function
    from lambdify_bridge.gradients import jacobian_function as jacobian_function
    from lambdify_bridge.gradients import value_and_gradient as value_and_gradient
    from lambdify_bridge.report import NotVerified as NotVerified
    from lambdify_bridge.report import Report as Report
    from lambdify_bridge.to_numpy import NumpyFunction as NumpyFunction
    from lambdify_bridge.to_numpy import to_numpy as to_numpy
    from lambdify_bridge.validation import ValidationError as ValidationError
    from lambdify_bridge.validation import ValidationReport as ValidationReport
    from lambdify_bridge.validation import validate as validate

_HOME = {
    "Accuracy": "accuracy",
    "accuracy": "accuracy",
    "check": "check",
    "Estimate": "estimate",
    "estimate": "estimate",
    "residual_of": "estimate",
    "value": "estimate",
    "Undecided": "evaluate",
    "Undefined": "evaluate",
    "gradient_function": "gradients",
    "hessian_function": "gradients",
    "jacobian_function": "gradients",
    "value_and_gradient": "gradients",
    "NotVerified": "report",
    "Report": "report",
    "NumpyFunction": "to_numpy",
    "to_numpy": "to_numpy",
    "ValidationError": "validation",
    "ValidationReport": "validation",
    "validate": "validation",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value  # the submodule of the same name must not shadow the function
    return value


def __dir__() -> list[str]:
    return __all__


class _Package(ModuleType):
    """Importing the submodule of a function's name must not hide the function."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
