"""Other derivations of the same: by parts or by substitution, by rules or from the definition."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sympy import Basic, Derivative, Determinant, Integral, Inverse, Limit

from derive.core import Derivation
from derive.deadline import OutOfTime, within
from derive.engine import Budget, BudgetExceeded, NoRuleApplies

SOONEST = 0.5  # seconds that one more way gets at least
PASSED = ("proved", "certified", "confirmed")

Found = Iterator[tuple[str, Derivation]]


@dataclass(frozen=True)
class Way:
    """A derivation, what it begins with, and how many steps it takes."""

    method: str
    derivation: Derivation

    @property
    def length(self) -> int:
        return len(self.derivation.steps)

    def __repr__(self) -> str:
        return f"<{self.method}: {self.length} steps>"


def other_ways(derivation: Derivation, seconds: float = 20.0) -> tuple[Way, ...]:
    """The ways that end in `seconds` and pass the check, the shortest first.

    Raises ValueError for a problem of which only one way is known.

    >>> import derive
    >>> other_ways(derive.diff("x**2", "x"))
    (<definition: 3 steps>, <logarithmic: 4 steps>)
    """
    problem = derivation.problem
    ask = next((ask for kind, ask in ASK.items() if isinstance(problem, kind)), None)
    if ask is None:
        known = ", ".join(kind.__name__ for kind in ASK)
        kind = type(problem).__name__
        raise ValueError(f"only one way is known for {kind}; several for {known}")
    ways: dict[tuple[Any, ...], Way] = {_path(derivation): Way("as given", derivation)}
    with suppress(OutOfTime), within(seconds):
        for method, other in ask(problem, Budget(seconds=seconds)):
            if _path(other) not in ways and other.check().verdict in PASSED:
                ways[_path(other)] = Way(method, other)
    return tuple(sorted(list(ways.values())[1:], key=lambda way: way.length))


def _path(derivation: Derivation) -> tuple[tuple[Basic, str, Basic], ...]:
    return tuple((step.goal, step.rule, step.equals) for step in derivation.steps)


def _each(methods: Any, ask: Callable[[str, float], Derivation], budget: Budget) -> Found:
    """What each method gives, as long as there is time."""
    for method in methods:
        try:
            yield method, ask(method, max(budget.left(), SOONEST))
        except (NoRuleApplies, BudgetExceeded, ValueError):
            continue  # this method does not lead there


def _derivative(problem: Any, budget: Budget) -> Found:
    from derive.calculus.differentiation import METHODS, diff

    def ask(method: str, seconds: float) -> Derivation:
        return diff(*problem.args, method=method, timeout=seconds)

    return _each(METHODS, ask, budget)


def _integral(problem: Any, budget: Budget) -> Found:
    from derive.calculus.integrals import alternatives, integrate
    from derive.calculus.integrals.integrate import begins_with

    over = [tuple(limit) for limit in problem.limits]
    first = integrate(problem.args[0], *over, timeout=budget.left())
    yield begins_with(first), first
    for other in alternatives(problem.args[0], *over, timeout=budget.left()):
        yield begins_with(other), other


def _limit(problem: Any, budget: Budget) -> Found:
    from derive.calculus.limits import METHODS, by_rule, worked_out

    yield "limit laws", worked_out(problem, budget.left())
    yield from _each(METHODS, lambda name, left: by_rule(problem, name, left), budget)


def _determinant(problem: Any, budget: Budget) -> Found:
    from derive.linear_algebra.determinants import METHODS, determinant

    def ask(method: str, seconds: float) -> Derivation:
        return determinant(problem.args[0], method=method, timeout=seconds)

    return _each(("auto", *METHODS, "block"), ask, budget)


def _inverse(problem: Any, budget: Budget) -> Found:
    from derive.linear_algebra.inverses import METHODS, inverse

    def ask(method: str, seconds: float) -> Derivation:
        return inverse(problem.args[0], method=method, timeout=seconds)

    return _each(METHODS, ask, budget)


ASK: dict[type[Basic], Callable[[Any, Budget], Found]] = {
    Derivative: _derivative,
    Integral: _integral,
    Limit: _limit,
    Determinant: _determinant,
    Inverse: _inverse,
}
