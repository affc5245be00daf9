"""Runge-Kutta methods: conditions, orders and stability, against steps that are really made."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sympy import Eq, Expr, ImmutableMatrix, Rational, S, Symbol, Tuple, oo, sqrt

from derive import (
    NoRuleApplies,
    order_conditions,
    runge_kutta_order,
    stability_function,
    stability_region,
)
from derive.numerical_computing.runge_kutta import (
    HALVES,
    HEUN,
    NODE,
    OTHER_NAMES,
    OrderCondition,
    OrderFrom,
    RungeKuttaOrder,
    StabilityFunction,
    StabilityLimit,
    tableau,
    trees,
)
from derive.numerical_computing.stability_regions import ImaginaryLimit, SquaredSize
from lambdify_bridge import check

z = Symbol("z")
a, b, c = (Symbol(s) for s in "abc")
GENERAL = ImmutableMatrix([[0, 0], [a, 0]]), ImmutableMatrix([b, c])

# fmt: off
u, v = Symbol("u", real=True), Symbol("v", real=True)
WRONG: list[tuple[Any, Any]] = [
    (OrderCondition(Tuple(NODE), *GENERAL),            a * c - Rational(1, 3)),
    (OrderCondition(Tuple(NODE, NODE), *GENERAL),      a * c - Rational(1, 3)),
    (OrderCondition(Tuple(Tuple(NODE)), *GENERAL),     -Rational(1, 3)),
    (RungeKuttaOrder(HEUN, HALVES),                    S(3)),
    (RungeKuttaOrder(HEUN, HALVES),                    S(1)),
    (OrderFrom(Tuple(S(0)), Tuple(S(1))),              S(2)),
    (StabilityFunction(HEUN, HALVES, z),               1 + z + z**2),
    (StabilityLimit(1 + z + z**2 / 2, z),              S(3)),
    (StabilityLimit(1 / (1 - z), z),                   S(2)),
    (ImaginaryLimit(1 + z + z**2 / 2 + z**3 / 6, z),   sqrt(2)),
    (ImaginaryLimit(1 + z, z),                         S(1)),
    (SquaredSize(1 + z, z, u, v),                      1 + u**2 + v**2),
]
# fmt: on
ORDERS = {"euler": 1, "implicit euler": 1, "midpoint": 2, "heun": 2, "trapezoid": 2}
ORDERS |= {"ralston": 2, "implicit midpoint": 2}
ORDERS |= {"kutta": 3, "rk4": 4, "gauss": 4}


@pytest.mark.parametrize(("goal", "claim"), WRONG, ids=str)
def test_mistakes_are_refuted(goal: Any, claim: Any) -> None:
    assert check(Eq(goal, claim, evaluate=False)).verdict == "refuted"


def test_trees_are_counted_as_in_the_books() -> None:
    assert [len(trees(n)) for n in range(1, 7)] == [1, 1, 2, 4, 9, 20]


@pytest.mark.one_in(2)
@pytest.mark.parametrize(("name", "order"), ORDERS.items())
def test_orders(name: str, order: int) -> None:
    d = runge_kutta_order(name)
    assert d.result == order
    assert d.check().verdict == "confirmed", d.report


def test_a_wrong_tableau_loses_its_order() -> None:
    A = [[0, 0, 0, 0], ["1/2", 0, 0, 0], [0, "1/2", 0, 0], [0, 0, 1, 0]]
    assert runge_kutta_order(A, ["1/6", "1/3", "1/3", "1/6"]).result == 4
    assert runge_kutta_order(A, ["1/4", "1/4", "1/4", "1/4"]).result == 2
    assert runge_kutta_order(A, ["1/6", "1/3", "1/3", "1/3"]).result == 0
    with pytest.raises(NoRuleApplies):
        runge_kutta_order([[0, 0], ["a", 0]], ["b", "c"])


def test_conditions_in_letters() -> None:
    d = order_conditions([[0, 0], ["a", 0]], ["b", "c"], 3)
    half, third, sixth = (Rational(1, k) for k in (2, 3, 6))
    assert set(d.result) == {b + c - 1, a * c - half, a**2 * c - third, -sixth}
    assert d.check().verdict == "confirmed", d.report
    assert set(order_conditions("rk4").result) == {S.Zero}


@pytest.mark.parametrize("name", ORDERS)
def test_stability(name: str) -> None:
    d = stability_function(name)
    for each in d:
        assert each.check().verdict == "confirmed", each.report
    implicit = name in ("implicit euler", "implicit midpoint", "trapezoid", "gauss")
    assert (d.limit.result == oo) == implicit


@pytest.mark.parametrize(("name", "first"), [*OTHER_NAMES.items(), ("Heun's method", "heun"),
    ("Trapezoidal rule", "trapezoid"), ("Crank-Nicolson", "trapezoid"), ("RK4", "rk4"),
    ("implicit_midpoint", "implicit midpoint")])  # fmt: skip
def test_other_names(name: str, first: str) -> None:
    assert tableau(name, None) == tableau(first, None)


def test_the_limit_of_the_classical_method() -> None:
    limit = float(stability_function("rk4").limit.result)
    assert limit == pytest.approx(2.785293563405282)

    def size_after(h: float) -> float:
        y = 1.0
        for _ in range(3000):
            k1 = -y
            k2 = -(y + h / 2 * k1)
            k3 = -(y + h / 2 * k2)
            k4 = -(y + h * k3)
            y += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        return abs(y)

    assert size_after(0.999 * limit) < 1e-2
    assert size_after(1.001 * limit) > 1e2


@pytest.mark.parametrize(
    ("name", "up"),
    [("euler", S(0)), ("kutta", sqrt(3)), ("rk4", 2 * sqrt(2)), ("trapezoid", oo)],
)
def test_regions_of_stability(name: str, up: Expr) -> None:
    region = stability_region(name)
    assert region.imaginary.result == up
    for each in region:
        assert each.check(points=3).verdict == "confirmed", each.report
    R, size = region.function.to_numpy(), region.size.to_numpy(["x", "y"])
    places = np.random.default_rng(3).normal(size=(2, 20))
    expected = np.abs(R(places[0] + 1j * places[1])) ** 2
    np.testing.assert_allclose(size(*places), expected, rtol=1e-12)


def test_the_function_as_numbers() -> None:
    R = stability_function("heun").function.to_numpy()
    np.testing.assert_allclose(R(np.array([-2.0, 0.0, 1.0])), [1.0, 1.0, 2.5])


def test_mistakes_of_the_caller_are_named() -> None:
    with pytest.raises(ValueError, match="one of the names"):
        runge_kutta_order("rk5")
    with pytest.raises(ValueError, match="one size"):
        runge_kutta_order([[0, 0], [1, 0]], [1])
    with pytest.raises(ValueError, match="from 1 to 4"):
        order_conditions("rk4", order=5)
