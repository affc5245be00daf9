"""Values of a formula on a whole interval, by mpmath's interval arithmetic, node by node."""

from __future__ import annotations

from typing import Any

from mpmath import iv
from sympy import Abs, E, Expr, Integer, Rational, Symbol, cos, exp, log, pi, sin, tan

from derive.structure import postorder

# fmt: off
FUNCTIONS: dict[Any, Any] = {
    sin: iv.sin, cos: iv.cos, tan: iv.tan, exp: iv.exp, log: iv.log, Abs: abs,
}
# fmt: on


def on_interval(v: Expr, x: Symbol, low: float, high: float) -> Any:
    """An interval that holds every value of v for x from `low` to `high`.

    >>> from sympy.abc import x
    >>> print(on_interval(x**2 + 1, x, 0, 2))
    [1.0, 5.0]

    Raises NotImplementedError for a letter or a function that it does not know.
    """
    values: dict[int, Any] = {}
    for node in postorder(v):
        below = [values[id(argument)] for argument in node.args]
        values[id(node)] = iv.mpf([low, high]) if node == x else _value(node, below)
    return values[id(v)]


def _value(node: Any, below: list[Any]) -> Any:
    if isinstance(node, Rational):
        return iv.mpf(node.p) / iv.mpf(node.q)
    if node is pi or node.is_Float or node.is_NumberSymbol:
        return iv.pi + 0 if node is pi else iv.e + 0 if node == E else _around(node)
    if node.is_Add:
        return sum(below, iv.mpf(0))
    if node.is_Mul:
        product = iv.mpf(1)
        for factor in below:
            product = product * factor
        return product
    if node.is_Pow:
        return _power(node, *below)
    if type(node) in FUNCTIONS:
        return FUNCTIONS[type(node)](*below)
    raise NotImplementedError(f"{type(node).__name__} on an interval")


def _power(node: Any, base: Any, exponent: Any) -> Any:
    if isinstance(node.exp, Integer):
        return base ** int(node.exp)
    if node.exp == Rational(1, 2):
        return iv.sqrt(base)
    return iv.exp(exponent * iv.log(base))


def _around(node: Any) -> Any:
    return iv.mpf(str(node.evalf(30))) * iv.mpf(["0.9999999999999999", "1.0000000000000002"])
