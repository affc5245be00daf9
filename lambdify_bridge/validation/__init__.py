"""People's own numeric code against a formula: a verdict, a counterexample, the likely cause."""

from lambdify_bridge.validation.report import Cause, ValidationError, ValidationReport
from lambdify_bridge.validation.validating import validate

__all__ = ["Cause", "ValidationError", "ValidationReport", "validate"]
