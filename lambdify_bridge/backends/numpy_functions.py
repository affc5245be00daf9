"""What generated source calls besides NumPy and SciPy."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lambdify_bridge.backends import confluent
from lambdify_bridge.backends.confluent import hyperu
from lambdify_bridge.backends.numeric_integrals import integrated
from lambdify_bridge.backends.numeric_slopes import differentiated
from lambdify_bridge.backends.numeric_sums import multiplied, summed
from lambdify_bridge.backends.polylogarithm import polylog, polylog_re


def same(value: Any) -> Any:
    return value


def select(*cases: tuple[Any, Callable[..., Any], tuple[Any, ...]]) -> Any:
    """`branch(*operands)` where its mask holds, computed there only; NaN where no mask holds."""
    shapes = [np.shape(value) for mask, _, operands in cases for value in (mask, *operands)]
    shape = np.broadcast_shapes(*shapes)
    if shape == ():
        chosen = (branch(*operands) for mask, branch, operands in cases if mask)
        return next(chosen, math.nan)
    pieces = [_piece(shape, *case) for case in cases]
    result = np.full(math.prod(shape), np.nan, _common_dtype([piece for _, piece in pieces]))
    for where, piece in pieces:
        result[where] = piece
    return result.reshape(shape)


def _piece(shape: tuple[int, ...], mask: Any, branch: Callable[..., Any], operands: Any) -> Any:
    """Where a mask holds, and the branch there; by index, as masks take five times as long."""
    where = np.flatnonzero(np.broadcast_to(mask, shape))
    chosen = (
        np.broadcast_to(value, shape).reshape(-1).take(where) if np.ndim(value) else value
        for value in operands
    )
    return where, branch(*chosen)


def _common_dtype(values: Sequence[Any]) -> Any:
    """As NumPy promotes: Python's numbers are weak, and a Boolean counts as a number."""
    strong = {value.dtype for value in values if hasattr(value, "dtype")}
    weak = [1j] if any(type(value) is complex for value in values) else [1.0]
    return np.result_type(*strong, *weak)


def differs(a: Any, b: Any) -> Any:
    """Known to be unequal: NaN is not."""
    return (a != b) & (a == a) & (b == b)


def floor(x: Any) -> Any:
    return np.floor(x.real) + 1j * np.floor(x.imag) if np.iscomplexobj(x) else np.floor(x)


def ceiling(x: Any) -> Any:
    return -floor(-x)


def sinc(x: Any) -> Any:
    nonzero = np.where(x == 0, 1.0, x)
    return np.where(x == 0, 1.0, np.sin(nonzero) / nonzero)


def softplus(x: Any) -> Any:
    """log(1 + exp(x)); np.logaddexp(0, x) takes six times as long."""
    if np.iscomplexobj(x):
        return np.log(1 + np.exp(x))
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))


def sigmoid(x: Any) -> Any:
    """Neither exponential overflows, and both tails are exact."""
    if np.iscomplexobj(x):
        return 1 / (1 + np.exp(-x))
    return np.exp(np.minimum(x, 0.0)) / (1 + np.exp(-np.abs(x)))


def hypot(x: Any, y: Any) -> Any:
    """Squares where they neither overflow nor vanish: a seventh of the time of np.hypot."""
    if np.iscomplexobj(x) or np.iscomplexobj(y):
        return np.sqrt(x * x + y * y)
    if np.ndim(x) == np.ndim(y) == 0:
        return np.hypot(x, y)
    total = x * x + y * y
    limits = np.finfo(total.dtype)
    length = np.sqrt(total)
    # The square of the smaller one may vanish beside this; below, digits of either are lost.
    if total.size and not (total.min() > limits.tiny / limits.eps**2 and total.max() <= limits.max):
        there = np.flatnonzero(~((total > limits.tiny / limits.eps**2) & (total <= limits.max)))
        sides = (np.broadcast_to(side, total.shape).reshape(-1)[there] for side in (x, y))
        length.reshape(-1)[there] = np.hypot(*sides)
    return length


def scipy_special() -> Any:
    from scipy import special

    return special


def scipy_linalg() -> Any:
    from scipy import linalg

    return linalg


def _part(name: str, which: int, positive: bool = False) -> Callable[[Any], Any]:
    """One of the results of a SciPy function that returns several.

    SciPy gives the real part of Ci and Chi left of 0, where they are complex.
    """

    def part(x: Any) -> Any:
        value = getattr(scipy_special(), name)(x)[which]
        return np.where(x < 0, np.nan, value) if positive and not np.iscomplexobj(x) else value

    return part


def lambertw(x: Any, k: Any) -> Any:
    value = scipy_special().lambertw(x, k)
    if np.iscomplexobj(x):
        return value
    return np.where(value.imag == 0, value.real, np.nan)


def _of_integer_order(name: str) -> Callable[[Any, Any], Any]:
    """A SciPy function whose first argument has to be an integer; NaN for the others."""

    def function(n: Any, x: Any) -> Any:
        order = np.floor(n)
        value = getattr(scipy_special(), name)(np.asarray(order).astype(np.intp), x)
        return np.where(order == n, value, np.nan)

    return function


def lowergamma(s: Any, x: Any) -> Any:
    special = scipy_special()
    return special.gamma(s) * special.gammainc(s, x)


def uppergamma(s: Any, x: Any) -> Any:
    special = scipy_special()
    return special.gamma(s) * special.gammaincc(s, x)


def expint(p: Any, x: Any) -> Any:
    """SciPy's takes whole orders and real numbers."""
    return (confluent.expint if np.iscomplexobj(x) else _of_integer_order("expn"))(p, x)


# fmt: off
OWN = (
    same, select, differs, floor, ceiling, sinc, softplus, sigmoid, hypot, lambertw, lowergamma,
    uppergamma, expint, hyperu, polylog, polylog_re, integrated, summed, multiplied, differentiated,
)

HELPERS: dict[str, Callable[..., Any]] = {function.__name__: function for function in OWN} | {
    "polygamma":   _of_integer_order("polygamma"),
    "hermite":     _of_integer_order("eval_hermite"),
    "fresnels":    _part("fresnel", 0),
    "fresnelc":    _part("fresnel", 1),
    "Si":          _part("sici", 0),
    "Ci":          _part("sici", 1, positive=True),
    "Shi":         _part("shichi", 0),
    "Chi":         _part("shichi", 1, positive=True),
    "airyai":      _part("airy", 0),
    "airyaiprime": _part("airy", 1),
    "airybi":      _part("airy", 2),
    "airybiprime": _part("airy", 3),
}
# fmt: on


def __getattr__(name: str) -> Any:
    """What a file that holds generated source imports."""
    if name in HELPERS:
        return HELPERS[name]
    raise AttributeError(name)
