"""For tests of people's own code: assertions that say what is wrong.

>>> from math import cos
>>> import sympy
>>> report = assert_matches(lambda x: -cos(x), -sympy.cos(sympy.Symbol("x")))
>>> report.verdict
'confirmed'
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lambdify_bridge.validation import ValidationError, ValidationReport, validate

__all__ = ["ValidationError", "assert_matches"]


def assert_matches(function: Callable[..., Any], against: Any, **options: Any) -> ValidationReport:
    """The report of `validate(function, against, **options)`, where it is confirmed.

    Raises ValidationError, an AssertionError whose text is the report, where it is refuted or
    undecided.
    """
    __tracebackhide__ = True
    return validate(function, against, **options).raise_for_verdict()
