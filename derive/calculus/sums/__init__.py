"""Sums and products by one index: one file for each method, assembled in `summation`."""

from derive.calculus.sums.convergence import convergence
from derive.calculus.sums.products import product
from derive.calculus.sums.radius import radius_of_convergence
from derive.calculus.sums.summation import summation

__all__ = ["convergence", "product", "radius_of_convergence", "summation"]
