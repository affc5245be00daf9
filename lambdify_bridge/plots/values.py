"""What is drawn, as numbers: formulas on ranges where they are real, with the letters' values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from sympy import Basic, Expr, Symbol, sympify

from lambdify_bridge.to_numpy import to_numpy

SAMPLES = 801
USUAL = (-4.0, 4.0)
SHARES = (0.05, 0.95)  # of the values, which a picture shows whole
BEYOND = 0.6  # of what lies between them, added on both sides
STEEP = 3.0  # times as much has the range of all values to be for the picture to be cut

Array = np.ndarray
Function = Callable[[Any], Array]


def known(values: Mapping[Any, float] | None) -> dict[str, Any]:
    """The values of letters, by name. Raises ValueError for what is no number."""
    found = {}
    for letter, value in (values or {}).items():
        number = sympify(value, strict=True) if isinstance(value, (int, float, Basic)) else None
        if number is None or not number.is_number or number.is_extended_real is False:
            raise ValueError(f"values: {letter} is {value!r}, which is no real number")
        found[str(letter)] = number
    return found


def put_in(formula: Any, values: Mapping[str, Any]) -> Any:
    """The formula with the values of its letters in it."""
    letters = {s: values[s.name] for s in formula.free_symbols if s.name in values}
    return formula.xreplace(letters)


def function(formula: Any, *letters: Symbol) -> Callable[..., Array]:
    """The formula as a function of arrays, nan where it is not real. Raises ValueError.

    >>> from sympy import log, Symbol
    >>> x = Symbol("x")
    >>> function(log(x), x)(np.array([1.0, -1.0]))
    array([ 0., nan])
    """
    if others := sorted(s.name for s in formula.free_symbols - set(letters)):
        raise ValueError(
            f"{', '.join(others)}: no value; write plot(values={{'{others[0]}': 1, ...}})"
        )
    compiled = to_numpy(formula, list(letters))

    def real(*arrays: Any) -> Array:
        found = np.asarray(compiled(*(np.asarray(a, dtype=float) for a in arrays)))
        if np.iscomplexobj(found):
            found = np.where(np.abs(found.imag) <= 1e-12 * np.abs(found), found.real, np.nan)
        shape = np.broadcast_shapes(*(np.shape(a) for a in arrays))
        return np.broadcast_to(np.where(np.isfinite(found), found, np.nan), shape)

    return real


def number(formula: Expr, values: Mapping[str, Any]) -> float:
    """A bound or a place as a number, infinite ones as well. Raises ValueError."""
    value = put_in(formula, values)
    if others := sorted(s.name for s in value.free_symbols):
        raise ValueError(
            f"{', '.join(others)}: no value; write plot(values={{'{others[0]}': 1, ...}})"
        )
    if value.is_extended_real is False:
        raise ValueError(f"{value} is not real: no place on an axis")
    return float(value)


def finite(result: Any, values: Mapping[str, Any]) -> float | None:
    """A result as a number; None where it is infinite, or does not exist. Raises ValueError."""
    value = put_in(result, values)
    if not value.free_symbols and not value.is_finite:
        return None
    return number(value, {})


def range_of(f: Function, over: tuple[float, float] | None) -> Array:
    """Places between the ends, or where `f` is real in the usual range. Raises ValueError."""
    low, high = over or USUAL
    if not (np.isfinite([low, high]).all() and low < high):
        raise ValueError(f"over={over}: write two finite numbers, the smaller one first")
    places = np.linspace(low, high, SAMPLES)
    real = places[np.isfinite(f(places))]
    if len(real) < 2:
        raise ValueError(
            f"there is nothing to draw between {low:g} and {high:g}: write over=(low, high)"
        )
    return places if over else np.linspace(real[0], real[-1], SAMPLES)


def window(*curves: Array) -> tuple[float, float] | None:
    """What of steep curves is shown; None where all of it may be.

    >>> window(np.array([0.0, 1.0, 2.0]))
    """
    values = np.concatenate([curve[np.isfinite(curve)] for curve in curves])
    low, high = np.quantile(values, SHARES)
    if np.ptp(values) <= STEEP * (high - low) or high == low:
        return None
    aside = BEYOND * (high - low)
    return float(low - aside), float(high + aside)


def broken(curve: Array, shown: tuple[float, float] | None) -> Array:
    """The curve without the lines that would join both sides of a pole."""
    if shown is None:
        return curve
    low, high = shown
    beside = np.stack([curve[:-1], curve[1:]])
    jumps = (beside.min(axis=0) < low) & (beside.max(axis=0) > high)
    found = curve.copy()
    found[:-1][jumps] = np.nan
    return found
