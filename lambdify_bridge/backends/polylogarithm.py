"""The polylogarithm of integer order, for arrays: series near 0 and near 1, inversion far out.

D. Wood, The Computation of Polylogarithms (1992), equations 8.1, 9.3 and 10.3. The relative error
is below 1e-13, except near zeros of the function.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

TERMS = 64


def polylog(s: Any, z: Any) -> Any:
    """Li_s(z); of a real z above 1, where the value is complex, NaN."""
    value = _complex(s, z)
    if np.iscomplexobj(z):
        return value
    return np.where(np.asarray(z) > 1, np.nan, value.real).astype(_real_type(z))[()]


def polylog_re(s: Any, z: Any) -> Any:
    """The real part of Li_s(z), of a real z above 1 as well."""
    return _complex(s, z).real.astype(_real_type(z))[()]


def _real_type(z: Any) -> Any:
    kind = np.asarray(z).dtype
    return (
        kind if kind.kind == "f" else np.zeros((), kind).real.dtype if kind.kind == "c" else float
    )


def _complex(s: Any, z: Any) -> Any:
    order, z = int(s), np.asarray(z, dtype=complex)
    if order != s or order < 1:
        return np.full(z.shape, np.nan, complex)
    size = np.abs(z)
    value = np.full(z.shape, np.nan, complex)
    with np.errstate(all="ignore"):
        for where, method in (
            (size <= 0.5, _near_zero),
            ((size > 0.5) & (size < 2), _near_one),
            (size >= 2, _far_out),
        ):
            value[where] = method(order, z[where])
    return value


def _near_zero(s: int, z: Any) -> Any:
    total = np.zeros_like(z)
    for k in range(TERMS, 0, -1):
        total = z * (total + 1 / float(k) ** s)
    return total


def _near_one(s: int, z: Any) -> Any:
    """In powers of m = log(z): zeta(s - k)*m**k/k!, with a logarithm in place of zeta(1)."""
    if s == 1:
        return -np.log(1 - z)
    m = np.log(z)
    harmonic = sum(1 / k for k in range(1, s))
    power = m ** (s - 1) / math.factorial(s - 1)
    total = np.where(power == 0, 0, power * (harmonic - np.log(-m)))
    term = np.ones_like(m)
    for k in range(TERMS):
        if k != s - 1:
            total = total + _zeta(s - k) * term
        term = term * m / (k + 1)
    return total


def _zeta(n: int) -> float:
    """The zeta function at an integer other than 1."""
    from scipy.special import bernoulli, zeta

    if n > 1:
        return float(zeta(n))
    return -0.5 if n == 0 else float(-bernoulli(1 - n)[1 - n] / (1 - n))


def _far_out(s: int, z: Any) -> Any:
    """Li_s(z) + (-1)**s*Li_s(1/z) is a polynomial in log(-z): a Bernoulli polynomial."""
    from scipy.special import bernoulli

    t = 0.5 + np.log(0j - z) / (2j * np.pi)  # 0j - z: from below the cut, as mpmath has it
    numbers = bernoulli(max(s, 2))[: s + 1]
    polynomial = sum(math.comb(s, k) * numbers[k] * t ** (s - k) for k in range(s + 1))
    return -((-1) ** s) * _near_zero(s, 1 / z) - (2j * np.pi) ** s / math.factorial(s) * polynomial
