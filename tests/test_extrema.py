"""Places and values of extrema: what is found, what is refused, and mistakes that are refuted."""

from __future__ import annotations

from typing import Any

import pytest
from sympy import (
    Abs,
    Derivative,
    Eq,
    Expr,
    LambertW,
    Rational,
    S,
    Symbol,
    cos,
    exp,
    log,
    oo,
    sin,
    sqrt,
)

import derive
from derive import NoRuleApplies, argmax
from derive.calculus.extrema import LARGEST
from derive.calculus.intervals import ArgMax, ArgMin, Maximum, RootBetween
from derive.calculus.isolated_roots import between_two_numbers
from derive.calculus.signs import between_if, negative_if, positive_if, smooth_if
from derive.command_line import main
from derive.elementary import relu
from derive.structure import D
from lambdify_bridge import check, estimate
from lambdify_bridge.values import Undecided, Undefined

x, a, b = Symbol("x"), Symbol("a"), Symbol("b")
p, q = Symbol("p", positive=True), Symbol("q", positive=True)

# fmt: off
FOUND: list[tuple[str, Expr, tuple[Any, Any], Any]] = [
    ("argmax",  x - x**2,                        (0, 1),    Rational(1, 2)),
    ("argmax",  p*log(x) + q*log(1 - x),         (0, 1),    p/(p + q)),
    ("argmax",  7 + 3*p*(2*x - x**2),            (-oo, oo), 1),
    ("argmax",  x**p*(1 - x)**q,                 (0, 1),    p/(p + q)),
    ("argmax",  exp(-(x - a)**2/p),              (-oo, oo), a),
    ("argmax",  x**p*exp(-q*x),                  (0, oo),   p/q),
    ("argmax",  log(1 + exp(-(x - 3)**2)),       (-oo, oo), 3),
    ("argmax",  -p*exp(x) + q*x,                 (-oo, oo), log(q/p)),
    ("argmin",  x**2 - 6*x,                      (-oo, oo), 3),
    ("argmin",  (x - a)**2 + (x - b)**2,         (-oo, oo), a/2 + b/2),
    ("argmin",  x**2 + exp(-x),                  (-oo, oo), LambertW(Rational(1, 2))),
    ("argmin",  p*x**2/2 + exp(-q*x),            (-oo, oo), LambertW(q**2/p)/q),
    ("argmin",  -log(x) + x/p,                   (0, oo),   p),
    ("argmin",  p/x + q*x,                       (0, oo),   sqrt(p)/sqrt(q)),
    ("argmin",  2*x*log(x) + x*log(x)/p,         (0, oo),   exp(-1)),
    ("argmax",  p*sqrt(x) - x,                   (0, oo),   p**2/4),
    ("argmin",  -2*x*(1 - x),                    (0, 1),    Rational(1, 2)),
    ("maximum", x*(1 - x),                       (0, 1),    Rational(1, 4)),
    ("maximum", x*exp(-x),                       (0, oo),   exp(-1)),
    ("maximum", p*log(x) + q*log(1 - x),         (0, 1),    p*log(p/(p + q)) + q*log(q/(p + q))),
]
REFUSED: list[tuple[Any, tuple[Any, Any]]] = [
    (x**2, (-1, 1)),                     # largest towards both ends
    (x, (0, 1)),                         # towards one end
    (x - x**2, (1, 2)),                  # the stationary point is outside
    (x**3 - x, (-1, 1)),                 # the second derivative changes its sign
    (-(x**2 - 1)**2, (-oo, oo)),         # two places
    (sin(x), (0, 10)),
    (-x**2 + 4*Abs(x - 1), (-oo, oo)),   # a kink, with a stationary point beside it
    (log(x) - x, (-3, 3)),               # not real everywhere
    (-x**2 - 1/x, (-1, 1)),              # a pole inside
    (S(1) - x**4, (-1, 1)),              # the second derivative is zero at the top
]
# fmt: on


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("question", "f", "over", "place"), FOUND, ids=str)
def test_found(question: str, f: Expr, over: tuple[Any, Any], place: Expr) -> None:
    d = getattr(derive, question)(f, x, over)
    assert (d.result - place).simplify() == 0
    assert d.check().verdict == "confirmed", d.report


@pytest.mark.parametrize(("f", "over"), REFUSED, ids=str)
def test_refused(f: Expr, over: tuple[Any, Any]) -> None:
    with pytest.raises(NoRuleApplies):
        argmax(f, x, over)


@pytest.mark.parametrize(
    ("f", "over"),
    [
        (-(x**2) + 4 * Abs(x - 1), (-oo, oo)),
        (log(x) - x, (-3, 3)),
        (-1 / x - x**2 * 9, (-1, 1)),
        (-exp(x) - relu(x), (-oo, oo)),
    ],
    ids=str,
)
def test_a_stationary_point_asks_for_a_smooth_function(f: Expr, over: tuple[Any, Any]) -> None:
    rule = LARGEST["stationary point of a concave function"]
    assert rule.function(f, x, *map(S, over)) is None


def test_conditions_on_plain_letters_are_said() -> None:
    assert argmax("a*x - b*x^2", "x").given == (b > 0)
    assert "(if P > 0 and Q > 0" in argmax("P*log(x) + Q*log(1 - x)", "x", (0, 1)).text()


def test_what_is_true_all_over_the_interval_is_no_condition() -> None:
    d = argmax("2*log(x) + log(1 - x)", "x", (0, 1))
    assert d.given == True
    assert any(x in step.given.free_symbols for step in d.steps)


def test_it_reads_as_a_derivation() -> None:
    assert argmax(p * log(x) + q * log(1 - x), x, (0, 1)).text().splitlines()[:-2] == [
        "argmax_{0<x<1}(p·log(x) + q·log(1 - x))",
        "  1. argmax_{0<x<1}(p·log(x) + q·log(1 - x))"
        " = root_{0<x<1}(∂/∂x(p·log(x) + q·log(1 - x)))",
        "         stationary point of a concave function, shown by 2",
        "  2. ∂²/∂x²(p·log(x) + q·log(1 - x)) = -p/x² - q/(1 - x)²",
        "         derivative: natural logarithm, chain rule, power rule (if x ≠ 0 and 1 - x ≠ 0)",
        "  3. ∂/∂x(p·log(x) + q·log(1 - x)) = p/x - q/(1 - x)",
        "         derivative: natural logarithm, chain rule (if x ≠ 0 and 1 - x ≠ 0)",
        "  4. root_{0<x<1}(p/x - q/(1 - x)) = root_{0<x<1}(p·(1 - x) - q·x)",
        "         clear denominators",
        "  5. root_{0<x<1}(p·(1 - x) - q·x) = p/(p + q)                    linear equation",
    ]


def test_latex() -> None:
    shown = argmax("x - x^2", "x", (0, 1)).latex()
    assert r"\operatorname*{arg\,max}_{0 < x < 1} \left(- x^{2} + x\right)" in shown
    assert r"\operatorname*{root}_{0 < x < 1}" in shown


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (lambda: argmax("x", "x", (1, 0)), "no number lies between"),
        (lambda: argmax("x", "x", 3), "two ends"),
        (lambda: argmax("y", "x", (0, 1)), "does not depend"),
        (lambda: argmax(p - p**2, p, (-1, 1)), "another letter"),
    ],
)
def test_bad_questions(call: Any, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        call()


def test_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["argmax", "p*log(D) + q*log(1-D)", "D", "0", "1", "--positive", "p,q"]
    assert main(asked) == 0
    assert "= p/(p + q)\nconfirmed" in capsys.readouterr().out
    assert main(["argmin", "x**2 - 2*x", "x"]) == 0
    assert main(["maximum", "x", "x", "0"]) == 2


# ------------------------------------------------------------------ the numbers


# fmt: off
ESTIMATES: list[tuple[Expr, float]] = [
    (ArgMax(x - x**2, x, 0, 1),               0.5),
    (ArgMax(x**2*exp(-x), x, 0, oo),          2.0),
    (ArgMax(-(x - 40)**2, x),                 40.0),
    (ArgMax(-Abs(x - Rational(1, 3)), x),     1/3),
    (ArgMax(sin(x), x, 0, 4),                 1.5707963267948966),
    (ArgMin(x + 1/x, x, 0, oo),               1.0),
    (Maximum(x*exp(-x), x, 0, oo),            0.36787944117144233),
    (RootBetween(x**3 - 2, x, 0, oo),         1.2599210498948732),
    (RootBetween(D(x**2 - x, x), x, -oo, oo), 0.5),
]
NO_ESTIMATE: list[Expr] = [
    ArgMax(x, x, 0, 1), ArgMax(x**2, x, -1, 1), ArgMax(cos(4*x), x, -3, 3),
    RootBetween(1/x, x, -1, 1), RootBetween(x**2 + 1, x), RootBetween(x**2 - 1, x),
    RootBetween(D(Abs(x), x), x), ArgMax(log(x) - x, x, -3, 3),
]
WRONG: list[tuple[Expr, Expr]] = [
    (ArgMax(p*log(x) + q*log(1 - x), x, 0, 1),  q/(p + q)),
    (ArgMax(p*log(x) + q*log(1 - x), x, 0, 1),  p/(p + q) + Rational(1, 10**7)),
    (ArgMax(x**2*exp(-x), x, 0, oo),            S(1)),
    (ArgMax(-(x - a)**2, x),                    -a),
    (ArgMin(x**2 - x, x),                       Rational(1, 3)),
    (Maximum(x - x**2, x, 0, 1),                Rational(1, 2)),
    (RootBetween(2*x - 3, x),                   Rational(2, 3)),
    (ArgMax(x - x**3, x, 0, 1),                 RootBetween(1 - x**2*2, x, 0, 1)),
]
# fmt: on


@pytest.mark.parametrize(("operator", "value"), ESTIMATES, ids=str)
def test_estimates(operator: Expr, value: float) -> None:
    assert float(estimate(operator)) == pytest.approx(value, rel=1e-14)


@pytest.mark.parametrize("operator", NO_ESTIMATE, ids=str)
def test_no_estimate(operator: Expr) -> None:
    with pytest.raises((Undefined, Undecided)):
        estimate(operator)


@pytest.mark.parametrize(
    "f",
    [1 / (x - Rational(7, 5)), 1 / (exp(x) - 7) - Rational(1, 100), (x - 1) * (x - 3) + exp(-x)],
)
def test_a_pole_and_two_zeros_are_no_isolated_zero(f: Expr) -> None:
    assert between_two_numbers(f, x, S.Zero, S(4)) is None


def test_an_isolated_zero_has_the_digits_that_are_asked_for() -> None:
    found = between_two_numbers(x - cos(x), x, -oo, oo)
    assert str(found.evalf(30)) == "0.739085133215160641655312087674"


@pytest.mark.parametrize(("operator", "claim"), WRONG, ids=str)
def test_mistakes_are_refuted(operator: Expr, claim: Expr) -> None:
    assert check(Eq(operator, claim, evaluate=False)).verdict == "refuted"


def test_the_other_end_of_the_scale_is_refuted() -> None:
    """Every equation of the derivation, with the place mirrored on the right-hand side."""
    for step in argmax(p * log(x) + q * log(1 - x), x, (0, 1)).steps:
        if isinstance(step.goal, ArgMax | RootBetween):
            mirrored = Eq(step.goal, 1 - step.equals, evaluate=False)
            assert check(mirrored).verdict == "refuted"


# ------------------------------------------------------------------ signs


def test_signs_on_an_interval() -> None:
    assert positive_if(x * (1 - x), x, S(0), S(1)) == True
    assert positive_if(x * (2 - x), x, S(0), S(3)) is None
    assert negative_if(-p / x**2 - q / (1 - x) ** 2, x, S(0), S(1)) == True
    assert negative_if(-1 / (1 - a) - x**2, x, -oo, oo) == (a < 1)
    assert positive_if(b - x, x, a, b) == (a - b < 0)
    assert positive_if(x**2, x, -oo, oo) is None
    assert positive_if(exp(x) * a, x, -oo, oo) == (a > 0)


def test_between() -> None:
    assert between_if(p / (p + q), S(0), S(1)) == True
    assert between_if(S(3), S(0), S(1)) is None
    assert between_if(a, S(0), oo) == (a > 0)


def test_smooth() -> None:
    assert smooth_if(Abs(x), x, S(-1), S(1)) is None
    assert smooth_if(1 / x, x, S(-1), S(1)) is None
    assert smooth_if(log(x) / x, x, S(0), oo) == True
    assert smooth_if(Derivative(exp(x), x), x, S(0), oo) is None


def test_public() -> None:
    assert {"argmax", "argmin", "maximum"} <= set(dir(derive))
