"""Definite integrals, one file for each method, in the order in which they are tried."""

from derive.calculus.integrals.definite import (
    bounds,
    confluent,
    ellipses,
    families,
    fundamental_theorem,
    improper,
    incomplete,
    kinks,
    multiple,
    parametric,
    residues,
    series,
    substitution,
    symmetry,
)
from derive.calculus.integrals.definite.fundamental_theorem import BETWEEN

# What shortens the work or names the integral; then the fundamental theorem; then what branches.
FIRST = (
    multiple.RULES,
    bounds.RULES,
    kinks.RULES,
    families.RULES,
    ellipses.RULES,
    confluent.RULES,
    incomplete.RULES,
    parametric.RULES,
    residues.RULES,
    series.RULES,
    symmetry.PARITY,
    substitution.EARLY,
    symmetry.DECISIVE,
    improper.RULES,
    fundamental_theorem.RULES,
)
LAST = (substitution.RULES,)

__all__ = ["BETWEEN", "FIRST", "LAST"]
