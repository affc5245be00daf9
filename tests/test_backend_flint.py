"""Functions of balls: they hold the true value, they are thin, and they say so."""

from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy as sp
from sympy.abc import x, y

flint = pytest.importorskip("flint", reason="python-flint is not installed")

from lambdify_bridge import gradient_function  # noqa: E402
from lambdify_bridge.backends.flint import (  # noqa: E402
    NotCertified,
    certified,
    compiled,
    source,
)
from lambdify_bridge.backends.flint_functions import BALLS, NUMBERS  # noqa: E402
from lambdify_bridge.constants import FOLD, NAMED  # noqa: E402
from lambdify_bridge.lowering import lower  # noqa: E402
from tests.support.function_cases import TABLE, case_of  # noqa: E402
from tests.support.piecewise_cases import PIECEWISE, branch_values  # noqa: E402
from tests.test_backend_mpmath import (  # noqa: E402
    CONSTANTS,
    MANY_CONSTANTS,
    PLACE,
    digits_of,
)


def ball_of(expected, digits):
    """A number of SymPy with an error bound, as a ball."""
    with flint.ctx.workdps(digits + 10):
        return flint.arb(str(expected)) + flint.arb(0, 1) * flint.arb(10) ** -digits * abs(
            flint.arb(str(expected))
        )


def holds(ball, expected, digits):
    """Whether the ball holds the value, and has the digits that were asked for."""
    assert ball.rel_accuracy_bits() >= digits * 3.32
    return ball.overlaps(ball_of(expected, digits + 8))


def test_tables_fit_together():
    assert {*BALLS, "add", "sub", "mul", "div", "neg"} == {*FOLD, "and", "or"}
    assert set(NUMBERS) == set(NAMED)


@pytest.mark.parametrize("digits", [15, 60])
@pytest.mark.parametrize("kind", TABLE, ids=lambda kind: kind.__name__)
def test_every_function_of_the_table(kind, digits):
    expression, symbols, points = case_of(kind)
    f = compiled(lower([expression], symbols, exact=True), digits)
    for point in points:
        (ball,) = f(*point)
        expected = digits_of(expression, dict(zip(symbols, point, strict=True)), digits)
        assert isinstance(ball, flint.arb), "real values of real numbers"
        if expected == 0:
            assert ball.contains(0)
        else:
            assert holds(ball, expected, digits)


@pytest.mark.parametrize("constant", [*CONSTANTS, sp.sqrt(10**40 + 1) - 10**20], ids=str)
def test_constants(constant):
    (ball,) = compiled(lower([constant * x], [x], exact=True), 40)(1)
    assert holds(ball, constant.evalf(90), 40)


def test_precision_climbs_where_digits_cancel():
    formula = sp.sqrt(x**2 + 1) - x
    (ball,) = compiled(lower([formula], exact=True), 30)(10**60)
    assert holds(ball, sp.Rational(1, 2 * 10**60), 30)


def test_zero_is_enclosed_tightly():
    (ball,) = compiled(lower([sp.sin(sp.pi * x)], exact=True), 30)(2)
    assert ball.contains(0)
    assert ball.rad() < flint.arb(10) ** -60


@pytest.mark.parametrize("name", PIECEWISE)
def test_piecewise(name):
    formula, points = PIECEWISE[name]
    f = compiled(lower([formula], [x, y], exact=True))
    for point in points:
        value = float(f(*point)[0])
        assert value == pytest.approx(branch_values(formula, point)[0], rel=1e-15)


def test_where_no_condition_holds_there_is_nan():
    f = compiled(lower([sp.Piecewise((1, x > 1), (2, x < -1))], exact=True))
    assert f(0)[0].is_nan()
    assert compiled(lower([sp.sqrt(x)], exact=True))(-1)[0].is_nan()
    assert not compiled(lower([1 / x], exact=True))(0)[0].is_finite()


def test_conditions_that_no_precision_decides():
    border = sp.Piecewise((1, sp.sqrt(x) ** 2 * sp.sin(x) ** 2 < x - x * sp.cos(x) ** 2), (0, True))
    with pytest.raises(NotCertified, match="border"):
        compiled(lower([border], exact=True))(2)
    f = compiled(lower([sp.Piecewise((1, x < sp.sqrt(2)), (0, True)), x < sp.sqrt(2)], exact=True))
    below = Fraction(14142135623730950488016887242096980785696, 10**40)
    assert f(below) == (1, True)
    assert f(below + Fraction(1, 10**40)) == (0, False)


def test_inputs_that_are_balls():
    f = compiled(lower([sp.exp(x) - 1, sp.Piecewise((x, x < 1), (1, True))], exact=True), 30)
    wide = flint.arb(0, 0.5)
    ball, chosen = f(wide)
    assert ball.overlaps(flint.arb(0.25).exp() - 1)
    assert ball.contains(flint.arb(-0.49).exp() - 1)
    assert chosen.contains(wide)
    with pytest.raises(NotCertified):
        f(flint.arb(1, 0.5))


def test_any_exact_number_is_taken():
    f = compiled(lower([x / 3], exact=True), 30)
    with mpmath.workdps(50):
        precise = mpmath.mpf(1) / 7
    for value in (2, 2.0, np.float64(2), Fraction(2), mpmath.mpf(2), flint.arb(2), np.int64(2)):
        assert holds(f(value)[0], sp.Rational(2, 3).evalf(50), 30)
    with flint.ctx.workdps(60):
        assert abs(f(precise)[0] - flint.fmpq(1, 21)) < flint.arb(10) ** -39
    assert holds(f(2j)[0].imag, sp.Rational(2, 3).evalf(50), 30)
    with pytest.raises(TypeError, match="not text"):
        f("2")


def test_complex_values():
    f = compiled(lower([sp.log(x) * sp.I, sp.exp(sp.I * sp.pi * y)], [x, y], exact=True), 30)
    first, second = f(-1 + 0j, 1)
    assert holds(first.real, -sp.pi.evalf(50), 30)
    assert (second + 1).contains(0)


def test_lists_and_arrays_element_by_element():
    (balls,) = compiled(lower([x + y], exact=True))([1, 2], [[1], [2]])
    assert balls.shape == (2, 2)
    assert [float(ball) for ball in balls.flat] == [2, 3, 3, 4]


def test_the_precision_of_others_is_left_alone():
    f = compiled(lower([sp.zeta(x) + sp.gamma(x)], exact=True), 40)
    before, points = flint.ctx.prec, [Fraction(k, 3) for k in range(4, 24)]
    expected = [str(f(p)[0]) for p in points]
    with ThreadPoolExecutor(4) as pool:
        assert [str(value[0]) for value in pool.map(f, points)] == expected
    assert flint.ctx.prec == before


def test_what_is_certified_is_said():
    f = compiled(lower([sp.sqrt(x)], exact=True), 20)
    assert certified(f(2)[0]).startswith("1.4142135623730950488")
    assert " certified to " in certified(f(2)[0])
    assert certified(f(4)[0]) == "2"
    assert certified(f(0.25)[0]) == "0.5"
    assert certified(f(-1)[0]) == "not certified: no bound is known"
    assert certified(f(-2 + 0j)[0]).partition(" certified")[0].endswith("*I")


def test_the_source_runs_by_itself():
    symbols = sp.symbols("balls root lambda same x0")
    hostile = sp.Symbol("__import__('os')")
    formula = sum(symbols) + sp.Piecewise((sp.log(hostile), hostile > 0), (sp.pi, True))
    text = source(lower([formula], [*symbols, hostile], exact=True))
    assert "__import__" not in text
    namespace = {}
    exec(text, namespace)
    (value,) = namespace["function"](*map(flint.arb, (1, 2, 3, 4, 5, -1)))
    assert value.contains(15 + flint.arb.pi())


def test_enclosures_of_derivatives_hold_the_true_value():
    slopes = gradient_function(MANY_CONSTANTS, backend="flint", digits=50)(*PLACE.values())
    for slope, v in zip(slopes, (x, y), strict=True):
        right = digits_of(sp.diff(MANY_CONSTANTS, v), PLACE, 60)
        assert slope.overlaps(ball_of(right, 55))
        assert slope.rad() < 1e-40
