"""All rules, in the order in which they are tried: special ones before general ones."""

from lambdify_bridge.stable import differences, exponentials, series
from lambdify_bridge.stable.table import RULES

__all__ = ["RULES", "differences", "exponentials", "series"]
