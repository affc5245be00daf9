"""What generated source for PyTorch calls besides PyTorch itself: all of it differentiable."""

from __future__ import annotations

import math
from functools import reduce
from typing import Any

import torch
from torch import special


def unit(*inputs: Any) -> Any:
    """1 without axes, in the precision and on the device of the inputs."""
    kind = reduce(torch.promote_types, [value.dtype for value in inputs])
    return torch.ones((), dtype=kind, device=inputs[0].device)


def select(*cases: Any) -> Any:
    """The value whose mask holds, of mask, value, mask, value, ...; NaN where none does."""
    result: Any = math.nan
    for mask, value in zip(cases[-2::-2], cases[::-2], strict=True):
        result = torch.where(mask, value, result)
    return result


def differs(a: Any, b: Any) -> Any:
    """Known to be unequal: NaN is not."""
    return (a != b) & (a == a) & (b == b)


def im(x: Any) -> Any:
    return torch.imag(x) if x.is_complex() else torch.zeros_like(x)


def conjugate(x: Any) -> Any:
    return torch.conj(x) if x.is_complex() else x


def heaviside(x: Any, at_zero: Any) -> Any:
    step = torch.where(x > 0, torch.ones_like(x), torch.zeros_like(x))
    return torch.where(x == 0, at_zero, torch.where(x == x, step, x))


def sinc(x: Any) -> Any:
    nonzero = torch.where(x == 0, 1.0, x)
    series = 1 - x * x / 6  # with the second derivative at 0
    return torch.where(x == 0, series, torch.sin(nonzero) / nonzero)


def softplus(x: Any) -> Any:
    return torch.logaddexp(x, torch.zeros_like(x))


def right_of_zero(x: Any, value: Any) -> Any:
    """What is complex left of 0 is NaN there."""
    return torch.where(x > 0, value, math.nan)


def loggamma(x: Any) -> Any:
    return right_of_zero(x, special.gammaln(x))


def _quotient(above: tuple[Any, ...], below: tuple[Any, ...]) -> Any:
    """Of gamma functions, by logarithms, and the signs apart."""
    size, sign = 0.0, 1.0
    for power, arguments in ((1, above), (-1, below)):
        for x in arguments:
            size = size + power * special.gammaln(x)
            odd = (x < 0) & (torch.remainder(torch.floor(x), 2) == 1)
            sign = sign * torch.where(odd, -torch.ones_like(x), torch.ones_like(x))
    return sign * torch.exp(size)


def gamma(x: Any) -> Any:
    return _quotient((x,), ())


def beta(a: Any, b: Any) -> Any:
    return _quotient((a, b), (a + b,))


def binomial(n: Any, k: Any) -> Any:
    return _quotient((n + 1,), (k + 1, n - k + 1))


def poch(x: Any, n: Any) -> Any:
    return _quotient((x + n,), (x,))


def polygamma(n: float, x: Any) -> Any:
    return special.polygamma(int(n), x) if n == int(n) and n >= 0 else x * math.nan


def lowergamma(s: Any, x: Any) -> Any:
    return gamma(s) * special.gammainc(s, x)


def uppergamma(s: Any, x: Any) -> Any:
    return gamma(s) * special.gammaincc(s, x)


def erfcinv(x: Any) -> Any:
    return -special.ndtri(x / 2) / math.sqrt(2)


def zeta(s: Any, a: Any = 1.0) -> Any:
    return special.zeta(s, a)


# -- Bessel functions: PyTorch has the values, and no derivatives --------------------------------


class _Bessel(torch.autograd.Function):
    """A function of PyTorch, and the function that is its derivative."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Any, name: str) -> Any:
        return getattr(special, f"modified_bessel_{name}")(x)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        x, ctx.name = inputs
        ctx.save_for_backward(x)

    @staticmethod
    def backward(ctx: Any, gradient: Any) -> Any:
        (x,) = ctx.saved_tensors
        return gradient * SLOPES[ctx.name](x), None


def K0(x: Any) -> Any:
    return _Bessel.apply(x, "k0")


def K1(x: Any) -> Any:
    return _Bessel.apply(x, "k1")


SLOPES = {"k0": lambda x: -K1(x), "k1": lambda x: -K0(x) - K1(x) / x}  # DLMF 10.29.3
