"""What a goal is worked out to: whether later steps may build on it, and what is surely so."""

from __future__ import annotations

from typing import Any

from sympy import (
    AccumBounds,
    Basic,
    Eq,
    Expr,
    FiniteSet,
    Mul,
    Ne,
    Set,
    Symbol,
    nan,
    simplify,
    together,
    true,
    zoo,
)
from sympy.core.expr import AtomicExpr
from sympy.logic.boolalg import Boolean

from derive.structure import free_symbols


class DoesNotExist(AtomicExpr):
    """The value of a limit or an integral that has none."""

    __slots__ = ()

    def __reduce_ex__(self, protocol: Any) -> str:
        return "DOES_NOT_EXIST"  # the one object of this name, in any process

    def _sympystr(self, printer: Any) -> str:
        return "does not exist"

    def _pretty(self, printer: Any) -> Any:
        return printer._print_Symbol(Symbol("does not exist"))

    def _latex(self, printer: Any) -> str:
        return r"\text{does not exist}"


DOES_NOT_EXIST = DoesNotExist()


def not_zero(divisor: Expr) -> Boolean:
    """The condition that a divisor is not zero: true where that is known for real letters."""
    plain = [s for s in free_symbols(divisor) if s.is_extended_real is None]
    top = together(divisor).as_numer_denom()[0]
    as_known = {s: Symbol(s.name, real=True, nonzero=True) for s in plain}
    doubtful = [f for f in Mul.make_args(top) if f.xreplace(as_known).is_zero is not False]
    return Ne(Mul(*map(_plain_divisor, doubtful)), 0) if doubtful else true


def _plain_divisor(factor: Expr) -> Expr:
    """What is zero where the factor is: without a power, a number in front and a sign."""
    base, exponent = factor.as_base_exp()
    if not exponent.is_positive:
        return factor
    primitive = base.as_content_primitive()[1]
    return -primitive if primitive.could_extract_minus_sign() else primitive


def usable(result: Basic) -> bool:
    """A result that later steps may build on: a value, or the plain finding that there is none."""
    if result == DOES_NOT_EXIST:
        return True
    return not result.has(nan, zoo, AccumBounds, DoesNotExist)


def holds(premise: tuple[Basic, Set] | Eq | Ne, values: list[Basic]) -> bool:
    if isinstance(premise, Eq):
        return DOES_NOT_EXIST not in values and same(*values)
    if isinstance(premise, Ne):
        return DOES_NOT_EXIST in values or differ(*values)
    value, allowed = values[0], premise[1]
    if value == DOES_NOT_EXIST:
        return allowed == FiniteSet(DOES_NOT_EXIST)
    return allowed.contains(value) == True or allowed.contains(simplify(value)) == True


def same(a: Basic, b: Basic) -> bool:
    return a == b or (a.is_finite is not False and simplify(a - b) == 0)


def differ(a: Basic, b: Basic) -> bool:
    """Surely different: numbers that differ, or infinities of other signs."""
    if a.is_infinite or b.is_infinite:
        return a != b
    return simplify(a - b).is_zero is False
