"""Expected values and variances: what is found, and what the numbers say of mistakes."""

from __future__ import annotations

import pytest
from sympy import Eq, Expr, Rational, S, Symbol, exp, sqrt

from derive import NoRuleApplies
from derive.probability.moments import Expectation, Variance, normal_density, worked_out
from lambdify_bridge import check, estimate
from lambdify_bridge.values import Undecided

x, y = Symbol("x", real=True), Symbol("y", real=True)
m, n = Symbol("m", real=True), Symbol("n", real=True)
v, w = Symbol("v", positive=True), Symbol("w", positive=True)
BELL, OTHER = (x, normal_density(x, m, v)), (y, normal_density(y, n, w))
BOTH = (x, normal_density(x, m, v) * normal_density(x, n, w))

# fmt: off
FOUND: list[tuple[Expr, Expr]] = [
    (Expectation(x, BELL),                          m),
    (Expectation(3 - 2*x + v*y, BELL, OTHER),       3 - 2*m + v*n),
    (Expectation(x*y, BELL, OTHER),                 m*n),
    (Variance(x, BELL),                             v),
    (Variance(3 - 2*x + m*y, BELL, OTHER),          4*v + m**2*w),
    (Expectation(x, BOTH),                          (w*m + v*n)/(v + w)),
    (Variance(x, BOTH),                             v*w/(v + w)),
    (Expectation(x, (x, exp(-v*x**2 + m*x))),       m/(2*v)),
    (Variance(2*x, (x, exp(-v*x**2 + m*x))),        2/v),
]
REFUSED: list[Expr] = [
    Expectation(x, (x, exp(-x**4))),                # no quadratic
    Expectation(x, (x, exp(x**2))),                 # no density
    Variance(x + x**2, BELL),
]
WRONG: list[tuple[Expr, Expr]] = [
    (Expectation(x, BOTH),                          (v*m + w*n)/(v + w)),
    (Variance(x, BOTH),                             v + w),
    (Variance(x + y, BELL, OTHER),                  sqrt(v) + sqrt(w)),
    (Variance(3*x, BELL),                           3*v),
    (Expectation(x**2, BELL),                       m**2),
    (Expectation(x, BELL),                          m + Rational(1, 10**8)),
]
# fmt: on


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("goal", "value"), FOUND, ids=str)
def test_found(goal: Expr, value: Expr) -> None:
    d = worked_out(goal)
    assert (d.result - value).simplify() == 0
    assert d.check().verdict == "confirmed", d.report


@pytest.mark.parametrize("goal", REFUSED, ids=str)
def test_refused(goal: Expr) -> None:
    with pytest.raises(NoRuleApplies):
        worked_out(goal)


@pytest.mark.parametrize(("goal", "claim"), WRONG, ids=str)
def test_mistakes_are_refuted(goal: Expr, claim: Expr) -> None:
    assert check(Eq(goal, claim, evaluate=False)).verdict == "refuted"


def test_estimates_are_integrals() -> None:
    standard = (x, normal_density(x, S.Zero, S.One))
    assert float(estimate(Expectation(x**4, standard))) == pytest.approx(3, rel=1e-13)
    assert float(estimate(Expectation(exp(x), standard))) == pytest.approx(exp(0.5), rel=1e-13)
    assert float(estimate(Variance(x**2, standard))) == pytest.approx(2, rel=1e-13)
    far = (x, normal_density(x, S(300), Rational(1, 4)))
    assert float(estimate(Variance(x, far))) == pytest.approx(0.25, rel=1e-13)


def test_a_density_with_heavy_tails_is_not_decided() -> None:
    with pytest.raises(Undecided):
        estimate(Expectation(x, (x, 1 / (1 + x**2))))


def test_densities_of_letters_that_depend_on_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="depends on another letter"):
        Expectation(x + y, BELL, (y, normal_density(y, x, w)))


def test_it_prints() -> None:
    goal = Expectation(x + y, BELL, OTHER)
    assert worked_out(goal).text().startswith("E_{x ~ N(m, v), y ~ N(n, w)}[x + y]\n")
    assert worked_out(Variance(x, BOTH)).text().startswith("Var_{x ∝ N(x; m, v)·N(x; n, w)}[x]\n")
    assert r"\operatorname{E}_{x \sim \mathcal{N}\left(m,\, v\right)}" in worked_out(goal).latex()
