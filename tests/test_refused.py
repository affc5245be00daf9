"""A result that numbers refute is not handed out: the next rule is taken, or it says why not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sympy import Add, Expr, Integral, Limit, Mul, Piecewise, S, Symbol, cos, exp, log, sin

from derive import BudgetExceeded, NoRuleApplies
from derive.calculus.integrals import BETWEEN, RULES, Between, branches, cases, integrate
from derive.calculus.integrals.branches import JOINED
from derive.calculus.integrals.cases import CASES
from derive.calculus.limits import RULES as LIMITS
from derive.calculus.limits import lim
from derive.core import Step, walk
from derive.engine import Budget, search
from derive.rules import Outcome, RuleTable

x = Symbol("x")


def with_false(rule: Callable[..., Outcome], table: RuleTable, example: Expr) -> RuleTable:
    """A copy of the table with `rule` as its first."""
    copy = table.without()
    copy.rule("false rule", example=example)(rule)
    copy.rules.insert(0, copy.rules.pop())
    return copy


def sine_again(f: Expr, x: Symbol) -> Outcome:
    """The sine would be its own integral."""
    return sin(x) if x.is_Symbol and f == sin(x) else None


def forgotten_slope(f: Expr, x: Symbol) -> Outcome:
    """The factor of the inner function is forgotten."""
    return -cos(2 * x) if f == sin(2 * x) else None


def sum_without_an_end(f: Expr, x: Symbol) -> Outcome:
    """One term of the sum is forgotten."""
    return Add(*(Integral(g, x) for g in f.args[:-1])) if isinstance(f, Add) else None


def integrals(rule: Callable[..., Outcome]) -> dict[type, RuleTable]:
    tables = {Integral: with_false(rule, RULES, Integral(sin(x), x))}
    return tables | {Between: BETWEEN, Limit: LIMITS}


def used(step: Step) -> set[str]:
    return {each.rule for each in walk(step)}


@pytest.mark.parametrize(
    ("rule", "goal", "result"),
    [
        (sine_again, Integral(sin(x), x), -cos(x)),
        (sine_again, Integral(x * cos(x), x), x * sin(x) + cos(x)),  # false two steps down
        (forgotten_slope, Integral(sin(2 * x), x), -cos(2 * x) / 2),
        (sum_without_an_end, Integral(x**2 + exp(x) + cos(x), x), x**3 / 3 + exp(x) + sin(x)),
        (sine_again, Integral(sin(x), (x, 0, S.Pi)), 2),
    ],
)
def test_the_engine_takes_the_next_rule(
    rule: Callable[..., Outcome], goal: Integral, result: Expr
) -> None:
    tables = integrals(rule)
    wrong = search(goal, tables, check=False)
    assert "false rule" in used(wrong)
    assert wrong.result != result
    right = search(goal, tables)
    assert right.result == result
    assert "false rule" not in used(right)


def test_only_the_rewriting_to_blame_is_given_up() -> None:
    """What the rule says of another goal may be true."""

    def half_right(f: Expr, x: Symbol) -> Outcome:
        """True of one integrand, false of the other."""
        return -cos(x) if f in (sin(x), log(x)) else None

    step = search(Integral(sin(x) + log(x), x), integrals(half_right))
    rules = {each.goal: each.rule for each in walk(step)}
    assert rules[Integral(sin(x), x)] == "false rule"
    assert rules[Integral(log(x), x)] != "false rule"


def test_a_false_limit_is_refused() -> None:
    def always_one(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
        """Every quotient would tend to one."""
        return S.One if isinstance(f, Mul) else None

    goal = lim(sin(2 * x) / x, x, S.Zero)
    tables = {Limit: with_false(always_one, LIMITS, goal)}
    assert search(goal, tables, check=False).result == 1
    assert search(goal, tables).result == 2


@pytest.mark.false_on_purpose
def test_a_false_joint_of_the_branches_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    f = 1 / (2 + cos(x))
    assert integrate(f, x).root.rule == JOINED.name
    monkeypatch.setattr(branches, "continuous", lambda F, x: 2 * F)
    assert integrate(f, x, check=False).root.rule == JOINED.name
    assert JOINED.name not in used(integrate(f, x).root)


@pytest.mark.false_on_purpose
def test_false_cases_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    assert integrate("x**n", "x", cases=True).root.rule == CASES.name
    doubled = lambda *rows: Piecewise(*((2 * F, where) for F, where in rows))
    monkeypatch.setattr(cases, "Piecewise", doubled)
    assert integrate("x**n", "x", cases=True, check=False).root.rule == CASES.name
    assert CASES.name not in used(integrate("x**n", "x", cases=True).root)


def test_what_is_refuted_is_not_returned_when_the_time_to_find_the_cause_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def for_ever(root: Step) -> None:
        while True:
            pass

    monkeypatch.setattr("derive.engine.to_blame", for_ever)
    with pytest.raises(BudgetExceeded, match="was refuted: at x = "):
        search(Integral(sin(x), x), integrals(sine_again), Budget(seconds=1))


def test_where_nothing_is_left_it_says_what_was_refused_and_why() -> None:
    only_false = RuleTable(Integral, RULES.unpack, "false integrals")
    only_false.rule("false rule", example=Integral(sin(x), x))(sine_again)
    with pytest.raises(NoRuleApplies) as caught:
        search(Integral(sin(x), x), {Integral: only_false})
    said = str(caught.value)
    assert said.startswith("no rule works out Integral(sin(x), x); refused false rule at ")
    assert "left is " in said
    assert "right is " in said
    assert "\n" not in said
