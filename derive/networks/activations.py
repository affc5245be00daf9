"""Activations: a scalar formula each, applied to every entry; its derivative follows from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Abs, Expr, Piecewise, Rational, erf, exp, pi, sqrt
from sympy import tanh as scalar_tanh

from derive.arrays.elementwise import elementwise
from derive.arrays.nodes import PLACES, Array
from derive.arrays.operators import array
from derive.arrays.product import exactly
from derive.elementary import relu as scalar_relu
from derive.elementary import sigmoid as scalar_sigmoid
from derive.elementary import softplus as scalar_softplus

t = PLACES[0]
HALF = Rational(1, 2)
# Klambauer et al., Self-normalizing neural networks, 2017, to the digits of a double.
SELU_ALPHA = Rational("1.6732632423543772848170429916717")
SELU_SCALE = Rational("1.0507009873554804934193349852946")
GELU_CUBE = Rational("0.044715")  # Hendrycks and Gimpel, Gaussian error linear units, 2016


def _elu(alpha: Expr) -> Expr:
    return Piecewise((t, t > 0), (alpha * (exp(t) - 1), True))


# fmt: off
FORMULAS: dict[str, Expr] = {
    "relu":        scalar_relu(t),
    "sigmoid":     scalar_sigmoid(t),
    "tanh":        scalar_tanh(t),
    "softplus":    scalar_softplus(t),
    "softsign":    t / (1 + Abs(t)),
    "silu":        t * scalar_sigmoid(t),
    "selu":        SELU_SCALE * _elu(SELU_ALPHA),
    "gelu":        t / 2 * (1 + erf(t / sqrt(2))),
    "gelu_tanh":   t / 2 * (1 + scalar_tanh(sqrt(2 / pi) * (t + GELU_CUBE * t**3))),
    "mish":        t * scalar_tanh(scalar_softplus(t)),
    "hardtanh":    Piecewise((-1, t < -1), (1, t > 1), (t, True)),
    "hardsigmoid": Piecewise((0, t < -3), (1, t > 3), (t / 6 + HALF, True)),
}
# fmt: on


def _applied(name: str) -> Callable[[Any], Array]:
    def activation(Z: Any) -> Array:
        return elementwise(FORMULAS[name], {t: array(Z)})

    activation.__name__ = name
    activation.__doc__ = f"{FORMULAS[name]}, entry by entry."
    return activation


relu = _applied("relu")
sigmoid = _applied("sigmoid")
tanh = _applied("tanh")
softplus = _applied("softplus")
softsign = _applied("softsign")
silu = _applied("silu")
selu = _applied("selu")
gelu = _applied("gelu")
gelu_tanh = _applied("gelu_tanh")
mish = _applied("mish")
hardtanh = _applied("hardtanh")
hardsigmoid = _applied("hardsigmoid")


def leaky_relu(Z: Any, slope: Any = 0.01) -> Array:
    """t where it is positive, `slope` times t elsewhere."""
    slope = exactly(slope)
    return elementwise(Piecewise((t, t > 0), (slope * t, True)), {t: array(Z)})


def elu(Z: Any, alpha: Any = 1) -> Array:
    """t where it is positive, `alpha` (exp(t) - 1) elsewhere."""
    return elementwise(_elu(exactly(alpha)), {t: array(Z)})
