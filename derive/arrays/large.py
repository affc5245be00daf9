"""Numbers in the text of an array that would be too long to compute or to print are refused.

SymPy computes with numbers while it builds: 9**9**9**9 never returns.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Rational, S

from derive.arrays.nodes import Array
from derive.arrays.operators import Row
from derive.arrays.product import coefficient_of, is_number
from derive.functions import FUNCTIONS, digits, exponential, power, refuse_long_argument, too_long
from derive.limits_of_input import TooLarge, most

# What is computed of a number, where it is more than a function of it.
# fmt: off
COMPUTED: dict[str, Callable[..., Any]] = {
    "exp":        exponential,
    "expm1":      exponential,
    "sqrt":       lambda x: power(x, S.Half),
    "square":     lambda x: power(x, S(2)),
    "reciprocal": lambda x: power(x, S.NegativeOne),
    "gammaln":    FUNCTIONS["loggamma"][0],
    "loggamma":   FUNCTIONS["loggamma"][0],
    "polygamma":  FUNCTIONS["polygamma"][0],
    "log":        lambda x: x,
    "log1p":      lambda x: x,
}
# fmt: on


def refuse_long_power(base: Any, exponent: Any) -> None:
    """Raises Refused for 9**9**9**9, and for (2*x)**(10**9), which SymPy would compute."""
    base, exponent = _array(base), _array(exponent)
    if base is None or exponent is None or not is_number(exponent):
        return
    coefficient = coefficient_of(base)
    if coefficient not in (0, 1):
        power(coefficient, coefficient_of(exponent))


def refuse_long_call(word: str, arguments: list[Any]) -> None:
    """Raises Refused where a function of numbers would take too long."""
    arrays = [array for array in map(_array, arguments) if array is not None]
    numbers = [coefficient_of(each) for each in arrays if is_number(each)]
    if word in COMPUTED:
        if len(numbers) == len(arguments) and not any(n == 0 for n in numbers):
            COMPUTED[word](*numbers)
        return
    for number in numbers:
        refuse_long_argument(number, "degree")


def refuse_large(value: Any) -> Any:
    """The value. Raises TooLarge for too many axes, Refused for a number of too many digits."""
    found = _array(value)
    if found is None:
        return value
    if found.rank > most("axes"):
        raise TooLarge(f"an array of {found.rank} axes", "axes")
    if any(digits(n) > most("digits") for n in coefficient_of(found).atoms(Rational)):
        raise too_long("a number")
    return value


def _array(value: Any) -> Array | None:
    found = value.column if isinstance(value, Row) else value
    return found if isinstance(found, Array) else None
