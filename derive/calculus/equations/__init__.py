"""Ordinary differential equations of one unknown function."""

from derive.calculus.equations.solve import dsolve

__all__ = ["dsolve"]
