"""Sums, products and powers of SymPy as operations: signs taken apart, long ones in pairs.

Polynomials go by Horner's rule, whole powers by squares.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import sympy as sp

from lambdify_bridge.builder import EXACT, Builder
from lambdify_bridge.constants import is_negative

FEWEST_TERMS = 3  # of a polynomial, and its degree, for Horner's rule to save operations
SIGNED = {"constant", "neg", "mul", "div"}  # operations that may show a minus sign
LONGEST_CHAIN = 16  # terms: more are added in pairs, which rounds less and is not as deep
LONGEST_PRODUCT = 16  # x**n up to here is a product of squares, several times as fast as np.power


def product_of(b: Builder, node: Any, values: list[Any]) -> int:
    """constant * numerators / denominators: -a, 2*a and 1/a come apart."""
    constant, above, below = None, list[int](), list[int]()
    known, operations = b.known, b.operations
    for value in values:
        value = value if type(value) is int else b.scalar(value)
        if value in known:
            constant = value if constant is None else b.mul(constant, value)
            continue
        name, operands, _ = operations[value]
        if name not in SIGNED or (name != "neg" and operands[0] not in known):
            above.append(value)
            continue
        if name == "neg":
            number, factor = b.constant(-1), operands[0]
        else:
            number, factor = operands
        (below if name == "div" else above).append(factor)
        constant = number if constant is None else b.mul(constant, number)
    if constant is None:
        return _times(b, above)
    numerator = _scaled(b, constant, above, shared=bool(below))
    return b.div(numerator, _times(b, below)) if below else numerator


def _times(b: Builder, factors: list[int]) -> int:
    if len(factors) > LONGEST_CHAIN:
        return b.balanced(b.mul, factors)
    result = factors[0]
    for factor in factors[1:]:
        result = b.mul(result, factor)
    return result


def _scaled(b: Builder, constant: int, factors: list[int], shared: bool) -> int:
    """The product of the factors times a constant; x/3 stays a quotient, which rounds once."""
    if not factors:
        return constant
    result, number = _times(b, factors), b.known[constant]
    if type(number) is int:
        return b.apply("neg", result) if number == -1 else b.mul(constant, result)
    if type(number) is Fraction and abs(number.numerator) == 1 and not shared:
        divisor = number.denominator
        if divisor & (divisor - 1):  # a power of two is exact as a factor, and faster
            return b.div(result, b.constant(divisor * number.numerator))
    return b.mul(constant, result)


def _negated(b: Builder, value: int) -> int | None:
    """The value without its minus sign, or None if it shows none."""
    name, operands, number = b.operations[value]
    if name == "constant":
        return b.apply("neg", value) if is_negative(number) else None
    if name == "neg":
        return operands[0]
    if name not in ("mul", "div"):
        return None
    first, second = operands
    number = b.value_of(second if name == "div" else first)
    if number is not None and is_negative(number):
        if name == "div":
            return b.div(first, b.apply("neg", second))
        return b.mul(b.apply("neg", first), second)
    if name == "div" and b.operations[first][0] != "div":
        numerator = _negated(b, first)
        return None if numerator is None else b.div(numerator, second)
    return None


def sum_of(b: Builder, node: Any, values: list[Any]) -> int:
    if len(values) >= FEWEST_TERMS and (horner := _horner(b, node)) is not None:
        return horner
    plus, minus = signed(b, values)
    if len(plus) + len(minus) > LONGEST_CHAIN:
        total = b.balanced(b.add, plus)
        return b.sub(total, b.balanced(b.add, minus)) if minus else total
    return added(b, plus, minus)


def signed(b: Builder, values: Sequence[Any]) -> tuple[list[int], list[int]]:
    """Terms with a plus sign, the constant; and those with a minus sign, without it."""
    constant, plus, minus = None, list[int](), list[int]()
    known, operations = b.known, b.operations
    scalars = [value if type(value) is int else b.scalar(value) for value in values]
    for value in scalars:
        if value in known:
            constant = value if constant is None else b.apply("add", constant, value)
        elif operations[value][0] not in SIGNED or (positive := _negated(b, value)) is None:
            plus.append(value)
        else:
            minus.append(positive)
    if constant is not None and not b.is_number(constant, 0):
        negative = _negated(b, constant) if plus else None
        if negative is None:
            plus.append(constant)
        else:
            minus.append(negative)
    if not plus and minus:  # all have a minus sign: the first keeps it
        plus = [next(value for value in scalars if b.value_of(value) is None)]
        minus = minus[1:]
    return plus or [b.constant(0)], minus


def added(b: Builder, plus: Sequence[int], minus: Sequence[int]) -> int:
    """Those with a minus sign are subtracted last."""
    result = plus[0]
    for term in plus[1:]:
        result = b.add(result, term)
    for term in minus:
        result = b.sub(result, term)
    return result


def _horner(b: Builder, node: Any) -> int | None:
    """A polynomial in one symbol with numbers for coefficients: ((a*x + b)*x + c)*x + d.

    Higham, Accuracy and Stability of Numerical Algorithms, chapter 5.
    """
    coefficients: dict[int, Any] = {}
    letter: Any = None
    for term in node.args:
        number, base, exponent = _monomial(term)
        if exponent and letter not in (None, base):
            return None
        if number is None or not 0 <= exponent <= LONGEST_CHAIN:
            return None
        letter = base if exponent else letter
        coefficients[int(exponent)] = number
    if letter is None or len(coefficients) < len(node.args) or max(coefficients) < FEWEST_TERMS:
        return None
    return _nested(b, b.symbols[letter], coefficients) if letter in b.symbols else None


def _monomial(term: Any) -> tuple[Any, Any, Any]:
    """Number, symbol and exponent of a term; None in place of the number for another term."""
    if term.is_Number:
        return term, None, 0
    number, power = term.args if term.is_Mul and len(term.args) == 2 else (sp.S.One, term)
    base, exponent = power.args if power.is_Pow else (power, sp.S.One)
    fits = number.is_Number and base.is_Symbol and exponent.is_Integer
    return (number, base, exponent) if fits else (None, None, 0)


def _nested(b: Builder, x: int, coefficients: dict[int, Any]) -> int:
    """The highest power first; missing ones are jumped over."""
    degrees = sorted(coefficients, reverse=True)
    result = b.number(coefficients[degrees[0]])
    for degree, below in zip(degrees, [*degrees[1:], 0], strict=True):
        if degree > below:
            power = _integer_power(b, x, degree - below)
            result = b.apply("neg", power) if b.is_number(result, -1) else b.mul(result, power)
        if below != degree and below in coefficients:
            number = b.number(coefficients[below])
            negative = _negated(b, number)
            result = b.add(result, number) if negative is None else b.sub(result, negative)
    return result


def power_of(b: Builder, node: Any, values: list[Any]) -> int:
    base, exponent = map(b.scalar, values)
    if b.is_number(exponent, 2) and base not in b.known:
        return b.emit("square", base)
    if node.base is sp.S.Exp1:
        return b.apply("exp", exponent)
    number = b.value_of(exponent)
    if base not in b.known and type(number) in EXACT and number.denominator <= 2:
        whole, half = divmod(abs(2 * number), 2)
        if whole <= LONGEST_PRODUCT:
            factors = [_integer_power(b, base, int(whole))] + [b.apply("sqrt", base)] * int(half)
            result = _times(b, factors if whole else factors[1:] or factors)
            return b.reciprocal(result) if number < 0 else result
    return b.apply("power", base, exponent)


def _integer_power(b: Builder, base: int, n: int) -> int:
    """By halving, so that the powers of a polynomial share their factors."""
    if n <= 1:
        return base if n else b.constant(1)
    if n % 2:
        return b.mul(_integer_power(b, base, n - 1), base)
    return b.apply("square", _integer_power(b, base, n // 2))
