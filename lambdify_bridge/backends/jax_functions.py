"""What generated source for JAX calls besides JAX itself: all of it differentiable."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp
from jax.scipy import special


def select(*cases: Any) -> Any:
    """The value whose mask holds, of mask, value, mask, value, ...; NaN where none does."""
    result: Any = math.nan
    for mask, value in zip(cases[-2::-2], cases[::-2], strict=True):
        result = jnp.where(mask, value, result)
    return result


def differs(a: Any, b: Any) -> Any:
    """Known to be unequal: NaN is not."""
    return (a != b) & (a == a) & (b == b)


def sinc(x: Any) -> Any:
    return jnp.sinc(x / math.pi)


def right_of_zero(x: Any, value: Any) -> Any:
    """What is complex left of 0 is NaN there."""
    return jnp.where(x > 0, value, math.nan)


def loggamma(x: Any) -> Any:
    return right_of_zero(x, special.gammaln(x))


def polygamma(n: Any, x: Any) -> Any:
    """NaN for an order that is no integer."""
    order = jnp.floor(n)
    return jnp.where(order == n, special.polygamma(order.astype(int), x), math.nan)


def binomial(n: Any, k: Any) -> Any:
    """By logarithms, and the signs apart."""
    size, sign = 0.0, 1.0
    for x, power in ((n + 1.0, 1), (k + 1.0, -1), (n - k + 1.0, -1)):
        size, sign = size + power * special.gammaln(x), sign * special.gammasgn(x)
    return sign * jnp.exp(size)


def lowergamma(s: Any, x: Any) -> Any:
    return special.gamma(s) * special.gammainc(s, x)


def uppergamma(s: Any, x: Any) -> Any:
    return special.gamma(s) * special.gammaincc(s, x)


def erfi(x: Any) -> Any:
    return 2 / math.sqrt(math.pi) * x * special.hyp1f1(0.5, 1.5, x * x)


def erfcinv(x: Any) -> Any:
    return -special.ndtri(x / 2) / math.sqrt(2)


def E1(x: Any) -> Any:
    return right_of_zero(x, -special.expi(-x))


def Si(x: Any) -> Any:
    return special.sici(x)[0]


def Ci(x: Any) -> Any:
    return right_of_zero(x, special.sici(x)[1])


def fresnels(x: Any) -> Any:
    return special.fresnel(x)[0]


def fresnelc(x: Any) -> Any:
    return special.fresnel(x)[1]


def zeta(s: Any, a: Any = 1.0) -> Any:
    return special.zeta(s, a)
