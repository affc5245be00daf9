"""Conditions that follow from others: what bounds on letters settle is not asked again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sympy import (
    And,
    Dummy,
    Expr,
    Ge,
    Gt,
    Le,
    Lt,
    Ne,
    Symbol,
    count_ops,
    factor,
    together,
    true,
)
from sympy.logic.boolalg import Boolean

LARGE = 60  # operations: of longer conditions it is not asked whether they follow


def without_implied(conditions: Iterable[Boolean]) -> tuple[Boolean, ...]:
    """Each condition once, without those that hold wherever letters keep within their bounds.

    >>> from sympy.abc import a, b
    >>> without_implied([a > 1, b > 0, Ne(a + b, 0), (a - 1)/(a + b) > 0])
    (a > 1, b > 0)
    """
    each = (part for condition in conditions for part in _parts(condition))
    parts = tuple(dict.fromkeys(part for part in each if part is not true))
    above = {part.gts - part.lts for part in parts if isinstance(part, (Gt, Lt))}
    parts = tuple(part for part in parts if not _is_apart(part, above))
    bounds = [bound for part in parts if (bound := _bound(part))]
    if not bounds or len(parts) == 1:
        return parts
    low = {b.letter: b for b in sorted(bounds, key=Bound.strength) if b.is_lower}
    high = {b.letter: b for b in sorted(bounds, key=Bound.strength) if not b.is_lower}
    tight = {b.part for b in (*low.values(), *high.values())}
    loose = {b.part for b in bounds} - tight
    inside = {s: _inside(low.get(s), high.get(s)) for s in dict.fromkeys([*low, *high])}
    known = {s: within for s, within in inside.items() if within is not None}
    others = (part for part in parts if part not in loose)
    return tuple(part for part in others if part in tight or not _follows(part, known))


def _parts(condition: Boolean) -> tuple[Boolean, ...]:
    """In order: `And.make_args` gives a set."""
    return condition.args if isinstance(condition, And) else (condition,)


@dataclass(frozen=True)
class Bound:
    """A condition on a letter alone: s > 2, 2 < s, s <= 3 ..."""

    part: Boolean
    letter: Symbol
    number: Expr
    is_lower: bool

    @property
    def is_open(self) -> bool:
        return isinstance(self.part, (Gt, Lt))

    def strength(self) -> tuple[Expr, bool]:
        return self.number if self.is_lower else -self.number, self.is_open


def _is_apart(part: Boolean, positive: set[Expr]) -> bool:
    """v != w where v > w, or v < w, is asked as well."""
    return isinstance(part, Ne) and not positive.isdisjoint(
        {part.lhs - part.rhs, part.rhs - part.lhs}
    )


def _bound(part: Boolean) -> Bound | None:
    if not isinstance(part, (Gt, Lt, Ge, Le)):
        return None
    for letter, number, is_lower in ((part.gts, part.lts, True), (part.lts, part.gts, False)):
        if letter.is_Symbol and number.is_number and number.is_real:
            return Bound(part, letter, number, is_lower)
    return None


def _inside(low: Bound | None, high: Bound | None) -> Expr | None:
    """A letter between its bounds by one without an upper bound; None where that cannot be."""
    end = low or high
    assert end is not None
    s = Dummy(end.letter.name, positive=True) if end.is_open else Dummy(nonnegative=True)
    if low is None or high is None:
        return end.number + (s if end.is_lower else -s)
    if not high.is_open or not low.number < high.number:
        return None
    return low.number + (high.number - low.number) * s / (1 + s)


def _follows(part: Boolean, inside: dict[Symbol, Expr]) -> bool:
    """Whether a condition is seen to hold for all letters within their bounds."""
    if not part.free_symbols & set(inside) or count_ops(part) > LARGE:
        return False
    others = {s: Dummy(s.name, real=True) for s in part.free_symbols if s.is_real is None}
    known = {**others, **inside}
    if isinstance(part, Ne):
        return bool(_sign(part.lhs - part.rhs, known).is_nonzero)
    if isinstance(part, (Gt, Lt)):
        return bool(_sign(part.gts - part.lts, known).is_positive)
    if isinstance(part, (Ge, Le)):
        return bool(_sign(part.gts - part.lts, known).is_nonnegative)
    return False


def _sign(difference: Expr, known: dict[Symbol, Expr]) -> Expr:
    return factor(together(difference.xreplace(known)))
