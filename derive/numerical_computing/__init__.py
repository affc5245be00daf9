"""Numerical computing: rounding, difference formulas, quadrature, iterations, Runge-Kutta."""
