"""Definite integrals, one file for each method, in the order in which they are tried."""

from derive.calculus.integrals.definite import (
    bounds,
    families,
    fundamental_theorem,
    improper,
    kinks,
    multiple,
    parametric,
    residues,
    series,
    substitution,
    symmetry,
)
from derive.calculus.integrals.definite.fundamental_theorem import BETWEEN
from derive.calculus.integrals.definite.sums import SUMS

# What shortens the work or names the integral; then the fundamental theorem; then what branches.
FIRST = (
    multiple.RULES,
    bounds.RULES,
    kinks.RULES,
    families.RULES,
    parametric.LAPLACE,
    residues.RULES,
    series.RULES,
    symmetry.PARITY,
    symmetry.DECISIVE,
    substitution.EARLY,
    fundamental_theorem.RULES,
)
LAST = (
    substitution.RULES,
    symmetry.RULES,
    parametric.RULES,
    improper.RULES,
)

__all__ = ["BETWEEN", "FIRST", "LAST", "SUMS"]
