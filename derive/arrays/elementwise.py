"""Functions entry by entry: any scalar function that SymPy knows, applied to each entry.

A formula in scalars becomes sums, products and powers of arrays as far as it goes; what is left is
a `Map` of one function.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sympy import Expr, Function, Piecewise, S, Symbol, sympify

from derive.arrays.nodes import PLACES, Array, Map, Power, Product, Shape, ones
from derive.arrays.product import is_number, is_zero, number, product, scaled, split, zeros
from derive.arrays.sums import total


def filled(value: Expr, shape: Shape) -> Array:
    """Every entry is `value`."""
    return product(value, [(ones(n), (k,)) for k, n in enumerate(shape)], range(len(shape)))


def hadamard(arrays: Sequence[Array], coefficient: Expr = S.One) -> Array:
    """The product entry by entry of arrays of one shape."""
    labels = range(arrays[0].rank)
    return product(coefficient, [(array, labels) for array in arrays], labels)


def power(base: Array, exponent: Expr) -> Array:
    """Each entry of `base` to the power `exponent`, a number or a formula in sizes."""
    exponent = sympify(exponent, strict=True)
    if exponent == 0:
        return filled(S.One, base.shape)
    if exponent == 1:
        return base
    if is_zero(base):
        if not exponent.is_positive:
            raise ZeroDivisionError(f"0 to the power {exponent}: there is a division by zero")
        return base
    if isinstance(base, Product):
        if is_number(base):
            return number(base.coefficient**exponent)
        if base.coefficient != 1 and (exponent.is_integer or base.coefficient.is_positive):
            rest = scaled(1 / base.coefficient, base)
            return scaled(base.coefficient**exponent, power(rest, exponent))
    if isinstance(base, Power) and exponent.is_integer:
        return power(base.args[0], base.exponent * exponent)
    return hadamard([Power.make((base,), (exponent,), base.shape)])


def elementwise(formula: Expr, letters: Mapping[Symbol, Array]) -> Array:
    """A formula in scalars, with arrays of one shape in place of its letters.

    >>> from derive.arrays.nodes import variable
    >>> from sympy import sin
    >>> from sympy.abc import t
    >>> elementwise(1 - t * sin(t), {t: variable("x", "n")})
    -x*sin(x) + 1
    """
    shape = next(iter(letters.values())).shape
    if formula in letters:
        return letters[formula]
    if formula.free_symbols.isdisjoint(letters):
        return filled(formula, shape) if formula != 0 else zeros(shape)
    if formula.is_Add:
        return total([elementwise(term, letters) for term in formula.as_ordered_terms()])
    if formula.is_Mul:
        coefficient, factors = formula.as_coeff_mul(*letters)
        return hadamard([elementwise(factor, letters) for factor in factors], coefficient)
    if formula.is_Pow and not formula.exp.has(*letters):
        return power(elementwise(formula.base, letters), formula.exp)
    return _map(formula, letters)


def _map(formula: Expr, letters: Mapping[Symbol, Array]) -> Array:
    """One function of arrays; formulas in its arguments are arrays of their own."""
    call = isinstance(formula, Function) and not isinstance(formula, Piecewise)
    parts = formula.args if call else sorted(formula.free_symbols, key=str)
    inner = {part: elementwise(part, letters) for part in parts if part.has(*letters)}
    places = dict(zip(inner, PLACES, strict=False))
    arrays = {place: inner[part] for part, place in places.items()}
    if call:
        function = formula.func(*(places.get(part, part) for part in parts))
    else:
        function = formula.xreplace(places)
    if function.func != formula.func:  # simpler, now that its letters are real
        return elementwise(function, arrays)
    if all(is_number(array) for array in arrays.values()):
        return number(function.subs({place: split(a)[0] for place, a in arrays.items()}))
    return Map.make(tuple(arrays.values()), (function,), next(iter(arrays.values())).shape)
