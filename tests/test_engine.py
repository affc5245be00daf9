"""The engine: order, sharing, budget, errors, goals that come back, depth."""

from __future__ import annotations

import time

import pytest
from sympy import (
    Abs,
    Basic,
    Derivative,
    Expr,
    Function,
    Integral,
    S,
    Symbol,
    Tuple,
    cos,
    exp,
    log,
    sin,
    sympify,
    tanh,
)
from sympy.core.parameters import evaluate

from derive import BudgetExceeded, NoRuleApplies, diff
from derive.calculus.derivatives import RULES
from derive.engine import Budget, derive, search
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import D, depth, free_symbols

x, y = Symbol("x"), Symbol("y")


class Climb(Expr):
    """A stand-in operator: Climb(n) is n, n - 1, ... down to where the rules stop."""

    def __new__(cls, n: int | Expr) -> Climb:
        return Expr.__new__(cls, sympify(n))


def table(*rules: tuple[str, object]) -> RuleTable:
    made = RuleTable(Climb, lambda goal: goal.args, "climbing")
    for name, function in rules:
        made.rule(name, example=Climb(5))(function)  # type: ignore[arg-type]
    return made


def down(n: Expr) -> Outcome:
    """One step down."""
    return 1 + Climb(n - 1) if n > 0 else None


def bottom(n: Expr) -> Outcome:
    """At the bottom."""
    return n if n == 0 else None


def to_half(n: Expr) -> Outcome:
    """Leads nowhere."""
    return Climb(n - S.Half) if n.is_integer else None


def test_the_first_rule_wins() -> None:
    step = derive(Climb(3), {Climb: table(("bottom", bottom), ("down", down))})
    assert step.result == 3
    assert [step.rule, step.parts[0].rule] == ["down", "down"]


def test_search_turns_back_where_a_rule_leads_nowhere() -> None:
    rules = {Climb: table(("bottom", bottom), ("half", to_half), ("down", down))}
    with pytest.raises(NoRuleApplies):
        derive(Climb(3), rules)
    assert search(Climb(3), rules).result == 3


def test_no_rule_says_which_goal_how_we_got_there_and_what_was_tried() -> None:
    with pytest.raises(NoRuleApplies) as caught:
        derive(Climb(2), {Climb: table(("down", down))})
    error = caught.value
    assert error.goal == Climb(0)
    assert error.trail == (Climb(2), Climb(1))
    assert error.tried == ("down",)
    assert "\n" not in str(error)
    assert error.partial is not None
    assert error.partial.problem == Climb(2)
    assert error.partial.result == 2 + Climb(0)


def test_rules_that_go_in_a_circle_are_stopped() -> None:
    def there_and_back(n: Expr) -> Outcome:
        """In a circle."""
        return Climb(-n)

    with pytest.raises(NoRuleApplies, match="lead back"):
        derive(Climb(2), {Climb: table(("circle", there_and_back))})
    with pytest.raises(NoRuleApplies):
        search(Climb(2), {Climb: table(("circle", there_and_back))})


@pytest.mark.parametrize("work", [derive, search])
def test_the_budget_of_steps(work) -> None:
    rules = {Climb: table(("bottom", bottom), ("down", down))}
    with pytest.raises(BudgetExceeded) as caught:
        work(Climb(25), rules, Budget(steps=10))
    assert "10 steps" in str(caught.value)
    assert caught.value.partial is not None
    assert caught.value.partial.problem == Climb(25)


def test_the_budget_of_seconds() -> None:
    def slowly(n: Expr) -> Outcome:
        """One slow step down."""
        time.sleep(0.02)
        return 1 + Climb(n - 1)

    begun = time.monotonic()
    with pytest.raises(BudgetExceeded, match=r"0\.1 s"):
        derive(Climb(1000), {Climb: table(("slowly", slowly))}, Budget(seconds=0.1))
    assert time.monotonic() - begun < 2


def test_a_goal_that_comes_back_is_solved_for() -> None:
    rules = RuleTable(Integral, lambda goal: (goal.function, goal.limits[0].args[0]), "integrals")

    @rules.rule("sign", example=Integral(-sin(x), x))
    def sign(f: Expr, x: Symbol) -> Outcome:
        """The sign in front."""
        return -Integral(-f, x) if f.could_extract_minus_sign() else None

    @rules.rule("by parts", example=Integral(exp(x) * sin(x), x))
    def by_parts(f: Expr, x: Symbol) -> Outcome:
        """By parts with the exponential."""
        rest = f / exp(x)
        return exp(x) * rest - Integral(exp(x) * rest.diff(x), x)

    step = search(Integral(exp(x) * sin(x), x), {Integral: rules})
    assert step.rule == "solve for the integral that came back"
    assert step.result.equals(exp(x) * (sin(x) - cos(x)) / 2)
    inner = step.parts[0]
    assert inner.rule == "by parts"
    assert inner.result.has(step.goal)


def test_premises_are_shown_and_must_hold() -> None:
    from sympy import FiniteSet

    def guarded(n: Expr) -> Outcome:
        """Allowed where the next one below is 0."""
        return Rewrite(n * 1, premises=((Climb(n - 1), FiniteSet(0)),))

    rules = {Climb: table(("bottom", bottom), ("guarded", guarded))}
    step = search(Climb(1), rules)
    assert [p.goal for p in step.premises] == [Climb(0)]
    with pytest.raises(NoRuleApplies):
        search(Climb(3), rules)


def test_shared_goals_are_worked_out_once() -> None:
    f = sin(x**2) + cos(x**2) + tanh(x**2)
    steps = diff(f, x).steps
    assert sum(step.goal == D(x**2, x) for step in steps) == 1


def test_two_rules_of_a_table_cannot_share_a_name() -> None:
    with pytest.raises(ValueError, match="already has"):
        table(("down", down), ("down", bottom))


def test_a_rule_needs_a_sentence() -> None:
    with pytest.raises(ValueError, match="docstring"):
        table(("mute", lambda n: None))


# ------------------------------------------------------------------ depth


def chain(n: int) -> Basic:
    f: Expr = x
    with evaluate(False):
        for _ in range(n):
            f = sin(f) + x
    return f


def seconds(n: int) -> float:
    f = chain(n)
    begun = time.process_time()
    derive(D(f, x), {Derivative: RULES})
    return time.process_time() - begun


def test_five_thousand_nested_operations_in_linear_time() -> None:
    small, large = seconds(1250), seconds(5000)
    assert large < 4 * 3 * small + 1


def test_a_deep_derivative_is_right_and_becomes_a_function() -> None:
    import numpy as np

    n, h = 3000, 1e-6
    f = chain(n // 2)
    d = diff(f, x)
    assert depth(d.result) > 1000

    def value(at: float) -> float:
        v = at
        for _ in range(n // 2):
            v = np.sin(v) + at
        return v

    slope = (value(0.3 + h) - value(0.3 - h)) / (2 * h)
    assert d.to_numpy([x])(0.3) == pytest.approx(slope, rel=1e-6)


@pytest.mark.slow
def test_deep_expressions_can_be_looked_at() -> None:
    d = diff(chain(1500), x)
    assert "derivative" in repr(d).lower() or "Derivation" in repr(d)
    assert d.text()
    assert d.check(points=1, far=False).verdict == "confirmed"


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    "fold", [lambda f: log(2 + f), lambda f: Abs(f) - 1, lambda f: 1 / (1 + f)]
)
def test_deep_chains_with_conditions(fold) -> None:
    f: Expr = x
    with evaluate(False):
        for _ in range(600):
            f = fold(f)
    assert diff(f, x).check(points=1, far=False).verdict == "confirmed"


def test_letters_of_a_deep_expression() -> None:
    assert free_symbols(chain(2000)) == {x}
    assert free_symbols(Integral(sin(x * y), (x, 0, 1))) == {y}
    assert free_symbols(Function("f")(x, y)) == {x, y}


def test_a_raw_derivative_is_as_written() -> None:
    nested = D(D(sin(x), x), x)
    assert nested.args == (D(sin(x), x), Tuple(x, 1))
    assert D(y, x) != 0
