"""An expression as operations in order, each distinct one once: read once, run at many points.

What holds no letter is worked out once for a context and a precision, not again at every point.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from sympy import Basic, Symbol
from sympy.core.function import AppliedUndef
from sympy.matrices import MatrixBase

from lambdify_bridge.values import (
    CONSTANTS,
    FUNCTIONS,
    Matrix,
    Number,
    Undecided,
    Undefined,
    power,
    stand_in,
)

HUGE = 4000
LARGEST = 200  # operations: what is larger shares its parts with other expressions
KEPT = 4000  # formulas

# An operation takes the point, the values found so far, and gives one more value.
Operation = Callable[[Any, Sequence[Number]], Number]
Lazy = Callable[[Any, Any], Number]
LAZY: dict[str, Lazy] = {}


def estimator(*names: str) -> Callable[[Lazy], Lazy]:
    """Register how operators of these class names become numbers, from their definition."""

    def register(function: Lazy) -> Lazy:
        taken = [name for name in names if name in LAZY]
        if taken:
            raise ValueError(f"{taken[0]} has an estimator already")
        LAZY.update(dict.fromkeys(names, function))
        return function

    return register


def sees_its_arguments(node: Basic) -> bool:
    """Whether a node is given to its estimator as it is, not the values of its arguments."""
    return type(node).__name__ in LAZY or isinstance(node, MatrixBase)


class Formula:
    """The operations of one expression."""

    def __init__(self, order: list[Basic]) -> None:
        places = {node: k for k, node in enumerate(order)}
        self.size = len(order)
        self.fixed: list[tuple[int, Operation]] = []  # what holds no letter
        self.moving: list[tuple[int, Operation]] = []
        self.known: tuple[Any, int, list[Number]] | None = None
        moves: set[Basic] = set()
        for k, node in enumerate(order):
            lazy = sees_its_arguments(node)
            arguments = () if lazy else node.args
            if lazy or isinstance(node, Symbol) or not moves.isdisjoint(arguments):
                moves.add(node)
                kind = self.moving
            else:
                kind = self.fixed
            kind.append((k, operation(node, [places[a] for a in arguments])))

    def __call__(self, at: Any) -> Number:
        """The value at a point, an Evaluator. Raises what the operations raise."""
        known = self.known
        if known is None or known[0] is not at.ctx or known[1] != at.ctx.prec:
            known = self.known = (at.ctx, at.ctx.prec, self._constants(at))
        values = known[2].copy()
        for k, apply in self.moving:
            values[k] = apply(at, values)
        return values[-1]

    def _constants(self, at: Any) -> list[Number]:
        values: list[Number] = [None] * self.size
        for k, apply in self.fixed:
            values[k] = apply(at, values)
        return values


@lru_cache(maxsize=KEPT)
def formula(expression: Basic) -> Formula | None:
    """The operations of `expression`; None where there are too many of them.

    >>> from sympy.abc import x
    >>> formula(x**2 + x).size
    4
    """
    seen: set[int] = set()  # by identity, until it is known to be small
    order: list[Basic] = []
    stack: list[tuple[Basic, bool]] = [(expression, False)]
    while stack:
        node, opened = stack.pop()
        if opened:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            if len(seen) > LARGEST:
                return None
            stack.append((node, True))
            if not sees_its_arguments(node):
                stack.extend((argument, False) for argument in node.args)
    return Formula(list(dict.fromkeys(order)))


# ------------------------------------------------------------------ one node, one operation


def operation(node: Basic, places: Sequence[int]) -> Operation:
    """What one node does with the values at `places`, those of its arguments."""
    name = type(node).__name__
    if sees_its_arguments(node):
        return lambda at, values: at.estimated(node)
    if isinstance(node, Symbol):
        return lambda at, values: at.letter(node)
    if name in ("Add", "MatAdd"):
        return _sum(places)
    if name in ("Mul", "MatMul"):
        return _product(places)
    if name == "Pow":
        return _power(node, *places)
    if getattr(node, "is_Rational", False):
        p, q = int(node.p), int(node.q)
        return lambda at, values: at.ctx.mpf(p) / q
    if getattr(node, "is_Float", False):
        return lambda at, values: at.ctx.make_mpf(node._mpf_)
    if name in CONSTANTS:
        constant = CONSTANTS[name]
        return lambda at, values: constant(at.ctx)
    if isinstance(node, AppliedUndef):
        unknown = node.func.__name__
        return lambda at, values: stand_in(at.ctx, unknown, [values[k] for k in places])
    if name in FUNCTIONS:
        return _function(name, places)
    if hasattr(node, "definition"):
        definition = node.definition()
        return lambda at, values: at(definition)
    if name in ("Tuple", "FiniteSet"):
        return lambda at, values: tuple([values[k] for k in places])
    return _refusal(f"{name} has no estimator and no numerical value")


def _refusal(why: str) -> Operation:
    def apply(at: Any, values: Sequence[Number]) -> Number:
        raise Undecided(why)

    return apply


def _sum(places: Sequence[int]) -> Operation:
    first, *others = places

    def apply(at: Any, values: Sequence[Number]) -> Number:
        total = values[first]
        for k in others:
            total = total + values[k]
        if isinstance(total, at.ctx.mpf) and at.ctx.isnan(total):
            raise Undefined("infinities of both signs do not add up")
        return total

    return apply


def _product(places: Sequence[int]) -> Operation:
    first, *others = places

    def apply(at: Any, values: Sequence[Number]) -> Number:
        product = values[first]
        for k in others:
            product = product * values[k]
        return product

    return apply


def _power(node: Basic, base: int, exponent: int) -> Operation:
    n = node.args[1]
    if getattr(n, "is_Integer", False) and abs(int(n)) < HUGE:
        return _whole_power(base, int(n))

    def apply(at: Any, values: Sequence[Number]) -> Number:
        refuse_huge(at.ctx, values[exponent])
        return power(at.ctx, values[base], values[exponent])

    return apply


def _whole_power(base: int, n: int) -> Operation:
    def apply(at: Any, values: Sequence[Number]) -> Number:
        value = values[base]
        if n < 0 and not isinstance(value, Matrix) and value == 0:
            raise Undefined("division by zero")
        return value**n

    return apply


def _function(name: str, places: Sequence[int]) -> Operation:
    function = FUNCTIONS[name]
    if name == "log":
        return lambda at, values: function(at.ctx, *[values[k] for k in places])
    if len(places) == 1:
        (only,) = places

        def apply_to_one(at: Any, values: Sequence[Number]) -> Number:
            value = values[only]
            refuse_huge(at.ctx, value)
            return function(at.ctx, value)

        return apply_to_one

    def apply(at: Any, values: Sequence[Number]) -> Number:
        arguments = [values[k] for k in places]
        for value in arguments:
            refuse_huge(at.ctx, value)
        return function(at.ctx, *arguments)

    return apply


def refuse_huge(c: Any, value: Number) -> None:
    """exp(exp(t)) far out would compute for ever: its argument has millions of digits."""
    real = getattr(value, "_mpf_", None)
    if real is not None:
        _, digits, shift, length = real  # a number that is not finite has no digits
        huge = digits and shift + length > HUGE
    else:
        huge = hasattr(value, "imag") and value and c.isfinite(value) and c.mag(value) > HUGE
    if huge:
        raise Undefined(f"an argument above 2**{HUGE}")
