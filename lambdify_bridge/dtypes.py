"""The kind of number that a value is: bool, int, float or complex, from what it is computed of.

An int is a whole number, whatever it is stored as. Of a symbol the kind is that of its
assumptions; where these leave it open it is real, as are the numbers of an array.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

Kind = type[bool] | type[int] | type[float] | type[complex]
KINDS: tuple[Kind, ...] = (bool, int, float, complex)  # each holds those before it
RANK = {kind: rank for rank, kind in enumerate(KINDS)}
MASKS = {"lt", "le", "gt", "ge", "eq", "differs", "and", "or"}


def dtypes_of(inputs: Sequence[Any], operations: Sequence[Any]) -> tuple[Kind, ...]:
    """The kind of each value of a program."""
    found: list[Kind] = []
    for name, operands, payload in operations:
        if name == "input":
            found.append(_of_input(inputs[payload]))
        elif name == "power":
            found.append(_of_power(operations, operands, found))
        else:
            rule = RULES.get(name, _analytic)
            found.append(rule(payload, *[found[k] for k in operands]))
    return tuple(found)


def widest(least: Kind, *kinds: Kind) -> Kind:
    """
    >>> widest(bool, int, complex, float)
    <class 'complex'>
    """
    return max(least, *kinds, key=RANK.__getitem__) if kinds else least


def _of_input(symbol: Any) -> Kind:
    if getattr(symbol, "is_integer", None):
        return int
    is_complex = getattr(symbol, "is_extended_real", None) is False
    return complex if is_complex else float


def _of_constant(value: Any) -> Kind:
    if isinstance(value, bool | complex):
        return type(value)
    whole = isinstance(value, int | float | Fraction) and value == value and value % 1 == 0
    return int if whole else float


def _of_power(operations: Sequence[Any], operands: Sequence[int], found: Sequence[Kind]) -> Kind:
    """A whole number to a fixed power that is whole and not below 0 is whole."""
    base, exponent = (found[k] for k in operands)
    name, _, payload = operations[operands[1]]
    if name == "constant" and exponent is int and payload >= 0:
        return widest(int, base)
    return _analytic(None, base, exponent)


def _analytic(payload: Any, *kinds: Kind) -> Kind:
    """Whole numbers have values between the whole numbers."""
    return widest(float, *kinds)


def _ring(payload: Any, *kinds: Kind) -> Kind:
    """Sums and products of whole numbers are whole."""
    return widest(int, *kinds)


def _same(payload: Any, x: Kind, *_: Kind) -> Kind:
    return x


def _real(payload: Any, x: Kind) -> Kind:
    """A real part, a size: of a whole number whole."""
    return float if x is complex else widest(int, x)


def _whole(payload: Any, *kinds: Kind) -> Kind:
    return complex if complex in kinds else int


def _chosen(payload: Any, *kinds: Kind) -> Kind:
    """Where no mask holds the value is NaN."""
    return widest(float, *kinds[1::2])


def _count(payload: Any, *_: Kind) -> Kind:
    return int


def _mask(payload: Any, *_: Kind) -> Kind:
    return bool


# fmt: off
RULES: dict[str, Callable[..., Kind]] = {
    "constant":      _of_constant,
    "ImaginaryUnit": lambda _: complex,
    "root":          lambda payload: complex if payload[1].imag else float,
    "select":        _chosen,
    "where":         lambda _, mask, value, otherwise: widest(bool, value, otherwise),
    "guard":         lambda _, mask, value, number: value,
    "arg":           lambda _, x: float,
}
GROUPS: list[tuple[Callable[..., Kind], set[str]]] = [
    (_mask,  MASKS),
    (_ring,  {"add", "sub", "mul", "neg", "square", "mod", "maximum", "minimum",
              "sum", "matmul", "einsum", "tensordot", "scatter", "overlap"}),
    (_real,  {"abs", "re", "im"}),
    (_whole, {"sign", "floor", "ceiling"}),
    (_count, {"indicator", "size", "whole", "eye", "triangle", "one_hot", "positions"}),
    (_same,  {"named", "conjugate", "max", "min", "transpose", "expand", "broadcast", "reshape",
              "index", "slice", "place", "windows"}),
]
RULES |= {name: rule for rule, names in GROUPS for name in sorted(names)}
# fmt: on
