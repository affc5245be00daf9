"""What questions of this room are asked with: exact numbers in a list, positive letters, functions.

A function of which nothing is known is written f(x).
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Function, Symbol, Tuple

from derive.asked import letter, scalar
from derive.calculus.integrals.integrate import exact
from derive.structure import depends_on


def distinct(places: Any, what: str) -> Tuple:
    """Different real numbers, in the order given. Raises ValueError."""
    given = places.args if isinstance(places, Tuple) else places
    if not isinstance(given, (list, tuple, range)) or not given:
        raise ValueError(f"{what} are a list of numbers, such as [-1, 0, 1]; not {places!r}")
    found = [exact(scalar(place)) for place in given]
    for place in found:
        if place.free_symbols or not place.is_real:
            raise ValueError(f"{what} are real numbers; {place} is none")
    if len(set(found)) < len(found):
        raise ValueError(f"{what} are different from each other: {found}")
    return Tuple(*found)


def whole(number: Any, least: int, what: str) -> int:
    """A whole number that is not too small. Raises ValueError."""
    found = scalar(number)
    if not found.is_Integer or found < least:
        raise ValueError(f"{what} is a whole number, {least} or more; not {number}")
    return int(found)


def positive(question: Any) -> Expr:
    """A positive number; a letter of which nothing is known is positive. Raises ValueError."""
    found = exact(scalar(question))
    if found.is_positive is False:
        raise ValueError(f"{found} is asked for as a positive number")
    plain = sorted((s for s in found.free_symbols if s.is_real is None), key=str)
    return found.xreplace({s: Symbol(s.name, positive=True) for s in plain})


def function_of(f: Any, x: Any) -> tuple[Expr, Symbol]:
    """The function and its variable; f(x) where none is given. Raises ValueError."""
    if f is None:
        variable = letter(x)
        return Function("f")(variable), variable
    expression = exact(scalar(f))
    variable = letter(x, expression)
    if not depends_on(expression, variable):
        raise ValueError(f"{expression} does not depend on {variable}")
    return expression, variable
