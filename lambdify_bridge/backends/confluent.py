"""Tricomi's function and exponential integrals of complex arguments, for arrays.

SciPy has them for real arguments only. DLMF 13.4.4: for a > 0 and |arg z| < pi/2,

    U(a, b, z) = 1/gamma(a) * integral of exp(-z*u) * u**(a - 1) * (1 + u)**(b - a - 1), 0 to oo.

Along the ray of half the angle of -z the integrand neither cancels by much nor fades away slowly,
on the imaginary axis too. In v, u = exp(v), it is analytic in a strip of half width pi/4: the
trapezoidal rule converges geometrically, below rounding with this step (Trefethen and Weideman,
The exponentially convergent trapezoidal rule, SIAM Review 56, 2014).
"""

from __future__ import annotations

from typing import Any

import numpy as np

STEP = 0.1
LOWEST = np.finfo(float).eps / 64  # below, the integrand is u**(a - 1): its tail is a power series
FARTHEST = 1200.0  # exp(-FARTHEST*cos(pi/4)) is 0


def hyperu(a: Any, b: Any, z: Any) -> Any:
    """U(a, b, z) where Re z >= 0 and one of a, a - b + 1 is positive; NaN elsewhere."""
    real = not np.iscomplexobj(z)
    orders = np.asarray(a, float), np.asarray(b, float)
    a, b, z = np.broadcast_arrays(*orders, np.asarray(z, complex))
    other = a <= 0  # DLMF 13.2.40
    with np.errstate(all="ignore"):
        value = _rays(np.where(other, a - b + 1, a), np.where(other, 2 - b, b), z)
        value = np.where(other, z ** (1 - b) * value, value)
    return (value.real if real else value)[()]


def expint(p: Any, z: Any) -> Any:
    """The generalised exponential integral, exp(-z)*U(1, 2 - p, z): DLMF 8.19.1 and 13.6.6."""
    return np.exp(-z) * hyperu(1.0, 2 - np.asarray(p), z)


def _rays(a: Any, b: Any, z: Any) -> Any:
    from scipy.special import gamma, gammaln

    inside = (a > 0) & (z.real >= 0) & (z != 0)
    at_zero = np.where(b < 1, gamma(1 - b) / gamma(a - b + 1), np.inf)
    value = np.where((z == 0) & (a > 0), at_zero, np.nan).astype(complex)
    if inside.any():
        value[inside] = _along_the_ray(a[inside], b[inside], z[inside], gammaln(a[inside]))
    return value


def _along_the_ray(a: Any, b: Any, z: Any, log_gamma: Any) -> Any:
    turn = np.exp(-0.5j * np.angle(z))
    size, rate, power = np.abs(z), z * turn, b - a - 1
    v = np.log(LOWEST / np.maximum(1, size))
    total = np.exp(a * v - log_gamma) / -np.expm1(-a * STEP)
    for _ in range(int(np.ceil((np.log(FARTHEST / size) - v).max() / STEP))):
        v = v + STEP
        u = np.exp(v)
        total = total + np.exp(a * v - rate * u + power * np.log1p(turn * u) - log_gamma)
    return STEP * total * turn**a
