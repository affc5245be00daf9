"""Calculus of one variable: derivatives, limits, integrals."""
