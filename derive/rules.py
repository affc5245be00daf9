"""Rule, RuleTable, Rewrite: the mathematics as data.

A rule takes what a mathematician sees (`f, x`) and returns the right-hand side, or None. It does
not recurse and keeps no state: what remains to be done it leaves as an unevaluated operator.
`example=` is the rule's test, its entry in the rule book and its documentation; its docstring is
the sentence that a reader of the derivation sees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sympy import Basic, Eq, FiniteSet, Ne, Set, true
from sympy.logic.boolalg import Boolean

from derive.core import Letters


@dataclass(frozen=True)
class Rewrite:
    """A right-hand side with its condition, its letters, and what has to be shown first.

    A premise is a pair (operator, set): the operator, worked out, has to lie in the set. A premise
    `Eq(a, b)` or `Ne(a, b)` compares two operators, worked out.
    """

    equals: Basic
    given: Boolean = true
    where: Letters = ()
    premises: tuple[tuple[Basic, Set] | Eq | Ne, ...] = ()


Outcome: TypeAlias = Basic | Rewrite | Iterable[Basic | Rewrite] | None


@dataclass(frozen=True, eq=False)
class Rule:
    name: str
    function: Callable[..., Outcome]
    example: Basic
    sentence: str
    on: tuple[type, ...] | None = None
    whole: bool = False
    on_request: bool = False

    def __repr__(self) -> str:
        return f"<Rule {self.name}>"


@dataclass(eq=False)
class RuleTable:
    """The rules for one operator, special before general.

    `unpack(goal)` gives what the rule functions take; the class of its first item selects the
    rules (`on=`) that are worth trying. `final(goal)` tells goals that are answers already, and
    `tidy` the form in which results are left.
    """

    operator: type
    unpack: Callable[[Any], tuple[Any, ...]]
    title: str
    final: Callable[[Any], bool] = lambda goal: False
    tidy: Callable[[Basic], Basic] = lambda result: result
    rules: list[Rule] = field(default_factory=list)
    _by_head: dict[type, tuple[Rule, ...]] = field(default_factory=dict)

    def rule(
        self,
        name: str,
        *,
        example: Basic,
        on: type | tuple[type, ...] | None = None,
        whole: bool = False,
        on_request: bool = False,
    ) -> Callable[[Callable[..., Outcome]], Callable[..., Outcome]]:
        """Add the decorated function.

        `on`: the classes of the first item that it is for; `whole`: it takes the goal itself;
        `on_request`: it is used only where it is asked for by name.
        """

        def add(function: Callable[..., Outcome]) -> Callable[..., Outcome]:
            heads = (on,) if isinstance(on, type) else on
            self.add(Rule(name, function, example, _sentence(function), heads, whole, on_request))
            return function

        return add

    def add(self, rule: Rule) -> None:
        if any(rule.name == other.name for other in self.rules):
            raise ValueError(f"{self.title} already has a rule called {rule.name!r}")
        self.rules.append(rule)
        self._by_head.clear()

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    def __getitem__(self, name: str) -> Rule:
        return next(rule for rule in self.rules if rule.name == name)

    def candidates(self, head: type) -> tuple[Rule, ...]:
        if head not in self._by_head:
            self._by_head[head] = tuple(
                r for r in self.rules if r.on is None or issubclass(head, r.on)
            )
        return self._by_head[head]

    def rewrites(
        self, goal: Basic, only: frozenset[str] | None = None
    ) -> Iterator[tuple[Rule, Rewrite]]:
        """What the rules say of `goal`, in order, without a right-hand side that is the goal."""
        items = self.unpack(goal)
        for rule in self.candidates(type(items[0])):
            if _allowed(rule, only):
                found = rule.function(goal) if rule.whole else rule.function(*items)
                for rewrite in outcomes(found):
                    if rewrite.equals != goal:
                        yield rule, rewrite

    def names(self, only: frozenset[str] | None = None) -> tuple[str, ...]:
        return tuple(rule.name for rule in self.rules if _allowed(rule, only))

    def without(self, *names: str) -> RuleTable:
        """The same table without some rules (L'Hopital's, where it would argue in a circle)."""
        rules = [rule for rule in self.rules if rule.name not in names]
        return RuleTable(self.operator, self.unpack, self.title, self.final, self.tidy, rules)


def _allowed(rule: Rule, only: frozenset[str] | None) -> bool:
    return not rule.on_request if only is None else rule.name in only


def outcomes(outcome: Outcome) -> Iterator[Rewrite]:
    """A rule's answer, in any of its forms, as rewrites."""
    if outcome is None:
        return
    if isinstance(outcome, Rewrite):
        yield outcome
    elif isinstance(outcome, Basic):
        yield Rewrite(outcome)
    else:
        for each in outcome:
            yield from outcomes(each)


def _sentence(function: Callable[..., Outcome]) -> str:
    if not function.__doc__:
        raise ValueError(f"rule {function.__name__} needs a docstring: the sentence readers see")
    return " ".join(function.__doc__.split())


ZERO = FiniteSet(0)
