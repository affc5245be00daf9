"""Integrals of one real variable: one file for each method, assembled in `integrate`."""

from derive.calculus.integrals.integrate import BETWEEN, RULES, alternatives, integrate
from derive.calculus.integrals.operators import Between

__all__ = ["BETWEEN", "RULES", "Between", "alternatives", "integrate"]
