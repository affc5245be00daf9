"""Densities of two functions together: against draws, boxes traced back, and scipy's densities."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats as known
from scipy.integrate import dblquad
from sympy import Eq, Min, Symbol, Tuple, exp, lambdify, pi

from derive import NoRuleApplies, covariance, density_of_function, independence, marginal
from derive.probability.joint_laws import PairDensity
from derive.probability.random_variables import random_variable
from lambdify_bridge import check
from lambdify_bridge.draws import drawn
from lambdify_bridge.evaluate import Evaluator

MANY = 400_000
NORMALS = ["X ~ Normal(0, 1)", "Y ~ Normal(0, 1)"]
WAITS = ["X ~ Exponential(1)", "Y ~ Exponential(1)"]
EVEN = ["X ~ Uniform(0, 1)", "Y ~ Uniform(0, 1)"]
GAMMAS = ["X ~ Gamma(2, 1)", "Y ~ Gamma(3, 1)"]
POLAR = ["sqrt(X**2 + Y**2)", "atan2(Y, X)"]
TURNED = ["sqrt(-2*log(X))*cos(2*pi*Y)", "sqrt(-2*log(X))*sin(2*pi*Y)"]

# fmt: off
# functions, laws of both letters, a box that lies where both have a density
BOXES: list[tuple[list[str], list[str], tuple[float, float, float, float]]] = [
    (POLAR,                        NORMALS,  (0.5, 1.2, -1, 0.5)),
    (["X**2 + Y**2", "X/Y"],       NORMALS,  (0.5, 1.5, 0.2, 1)),
    (["X + Y", "X - Y"],           NORMALS,  (-0.5, 1, 0, 1)),
    (["X + Y", "X - Y"],           EVEN,     (0.8, 1.1, -0.4, 0.5)),
    (["X/(X + Y)", "X + Y"],       GAMMAS,   (0.2, 0.5, 3, 5)),
    (["X*Y", "X/Y"],               EVEN,     (0.1, 0.3, 0.5, 1.5)),
    (["min(X, Y)", "max(X, Y)"],   WAITS,    (0.1, 0.5, 0.6, 1.5)),
    (["X**2", "Y**2"],             NORMALS,  (0.3, 1, 0.5, 1)),
    (["X + Y", "X*Y"],             NORMALS,  (1.2, 2, -0.5, 0.3)),
    (["exp(X)", "X + Y"],          NORMALS,  (0.5, 1.5, -0.5, 0.5)),
    (["Y", "X/Y"],                 NORMALS,  (-1, -0.2, 0.5, 1)),
    (TURNED,                       EVEN,     (-0.9, 0.4, -0.7, -0.2)),
]
# fmt: on


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("functions", "laws", "box"), BOXES, ids=lambda v: str(v)[:30])
def test_boxes_are_as_probable_as_draws_say(functions: Any, laws: Any, box: Any) -> None:
    d = density_of_function(functions, laws, ["u", "v"])
    assert d.check(far=False).verdict == "confirmed"
    u, v = d.problem.args[1]
    density = lambdify([v, u], d.result, "numpy")
    a, b, c, e = box
    probability, error = dblquad(density, a, b, c, e)
    assert error < 1e-6
    share = _share_in_box(d, box)
    assert abs(share - probability) < 5 * (probability * (1 - probability) / MANY) ** 0.5


def _share_in_box(d: Any, box: tuple[float, float, float, float]) -> float:
    """Of seeded draws that the functions bring into the box."""
    functions, _, *laws = d.problem.args
    r, nowhere = np.random.default_rng(3), Evaluator({})
    columns = [drawn(r, MANY, letter, law, nowhere) for letter, law in laws]
    letters = [letter for letter, _ in laws]
    first, second = (lambdify(letters, g, "numpy")(*columns) for g in functions)
    a, b, c, e = box
    return float(np.mean((first > a) & (first < b) & (second > c) & (second < e)))


@pytest.mark.parametrize(
    ("functions", "laws", "region"),
    [
        (["X + Y", "X - Y"], WAITS, "(v < u) & (v > -u)"),
        (["X + Y", "X/(X + Y)"], WAITS, "v < 1"),
        (["X*Y", "X/Y"], EVEN, "(v > u) & (v < 1/u)"),
        (["min(X, Y)", "max(X, Y)"], EVEN, "(v > u) & (u < 1) & (v < 1)"),
        (["X + Y", "X*Y"], NORMALS, "v < u**2/4"),
        (["sqrt(X**2 + Y**2)", "atan(Y/X)"], WAITS, "v < pi/2"),
    ],
    ids=str,
)
def test_the_region_is_stated(functions: Any, laws: Any, region: str) -> None:
    assert str(density_of_function(functions, laws).given) == region


def test_box_and_muller() -> None:
    """Radius and angle of two normal numbers are independent; from such come normal numbers."""
    there = density_of_function(POLAR, NORMALS, ["r", "theta"])
    r, _ = there.problem.args[1]
    assert (there.result - r * exp(-(r**2) / 2) / (2 * pi)).simplify() == 0
    assert independence(there).result == 0
    assert marginal("r", there).result == r * exp(-(r**2) / 2)
    assert marginal("theta", there).result == 1 / (2 * pi)
    back = density_of_function(TURNED, EVEN, ["u", "v"])
    u, v = back.problem.args[1]
    assert (back.result - exp(-(u**2) / 2 - v**2 / 2) / (2 * pi)).simplify() == 0


# fmt: off
MARGINALS: list[tuple[list[str], list[str], str, Any]] = [
    (["X/(X + Y)", "X + Y"],     GAMMAS,  "u", known.beta(2, 3)),
    (["X/(X + Y)", "X + Y"],     GAMMAS,  "v", known.gamma(5)),
    (["X + Y", "X - Y"],         WAITS,   "u", known.gamma(2)),
    (["min(X, Y)", "max(X, Y)"], EVEN,    "u", known.beta(1, 2)),
    (["min(X, Y)", "max(X, Y)"], EVEN,    "v", known.beta(2, 1)),
]
# fmt: on


@pytest.mark.parametrize(
    ("functions", "laws", "letter", "of_scipy"), MARGINALS, ids=range(len(MARGINALS))
)
def test_marginals(functions: Any, laws: Any, letter: str, of_scipy: Any) -> None:
    d = marginal(letter, density_of_function(functions, laws))
    (place,) = d.result.free_symbols
    for at in (0.2, 0.7):
        assert float(d.result.subs(place, at)) == pytest.approx(of_scipy.pdf(at), rel=1e-12)
    assert d.check(far=False).verdict == "confirmed"


def test_joint_laws_are_asked_for() -> None:
    d = density_of_function(["x/y", "y"], ("8*x*y", ("y", 0, 1), ("x", 0, "y")), ["s", "t"])
    s, t = d.problem.args[1]
    assert d.result == 8 * s * t**3
    assert d.check(far=False).verdict == "confirmed"
    bell = "X, Y ~ MultivariateNormal([0, 0], [[1, 1/2], [1/2, 1]])"
    assert covariance("u", "v", density_of_function(["X + Y", "X - Y"], bell)).result == 0


def test_mistakes_are_refuted() -> None:
    u, v = Symbol("u", positive=True), Symbol("v", positive=True)
    one, other = (random_variable(text) for text in GAMMAS)
    X, Y = one.letter, other.letter
    laws = Tuple(X, one.law), Tuple(Y, other.law)
    there = (u * v) * exp(-u * v) * (u * (1 - v)) ** 2 * exp(-u * (1 - v)) / 2
    goal = PairDensity((X + Y, X / (X + Y)), (u, v), *laws)
    assert check(Eq(goal, there * u, evaluate=False)).verdict == "confirmed"
    assert check(Eq(goal, there, evaluate=False)).verdict == "refuted"
    waits = [random_variable(text) for text in WAITS]
    laws = tuple(Tuple(each.letter, each.law) for each in waits)
    one_way = PairDensity((Min(X, Y), X + Y), (u, v), *laws)
    assert check(Eq(one_way, exp(-v), evaluate=False)).verdict == "refuted"
    assert check(Eq(one_way, 2 * exp(-v), evaluate=False)).verdict == "confirmed"


@pytest.mark.parametrize(
    ("functions", "laws"),
    [
        (["X + Y**3", "X - Y"], NORMALS),
        (["X + Y", "2*X + 2*Y"], NORMALS),
        (["X + Y", "X*Y"], EVEN),
        (["X + Y", "X - Y"], ["X ~ Poisson(1)", "Y ~ Poisson(2)"]),
    ],
    ids=str,
)
def test_refused_where_no_way_back_is_known(functions: Any, laws: Any) -> None:
    with pytest.raises(NoRuleApplies, match="no way back"):
        density_of_function(functions, laws)


def test_refused_questions() -> None:
    with pytest.raises(ValueError, match="both letters"):
        density_of_function(["X", "X**3"], NORMALS)
    with pytest.raises(ValueError, match="letters of their own"):
        density_of_function(["X + Y", "X - Y"], NORMALS, ["u", "u"])
    with pytest.raises(ValueError, match="no range of one letter"):
        marginal("u", density_of_function(["X + Y", "X"], EVEN))
    with pytest.raises(ValueError, match="no density of two functions"):
        marginal("u", density_of_function("X**2", "X ~ Normal(0, 1)"))
