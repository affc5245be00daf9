"""Functions of mpmath numbers: right to every digit, whatever their number."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy as sp
from sympy.abc import x, y

from lambdify_bridge import gradient_function, hessian_function, to_numpy
from lambdify_bridge.backends.mpmath import compiled, source
from lambdify_bridge.lowering import lower
from tests.support.function_cases import TABLE, case_of
from tests.support.piecewise_cases import PIECEWISE, branch_values

CONSTANTS = [
    sp.pi, sp.E, sp.EulerGamma, sp.Catalan, sp.GoldenRatio, sp.Rational(1, 3), sp.Float("0.1"),
    sp.sqrt(2) + sp.log(3), sp.exp(-sp.pi) / sp.gamma(sp.Rational(1, 3)), sp.zeta(3),
    sp.CRootOf(x**5 - x - 1, 0), 1 / sp.Integer(7) + sp.besselj(1, 2),
]  # fmt: skip


def digits_of(expression, values, digits):
    """By exact substitution, to so many digits."""
    value = expression.subs({s: sp.Rational(v) for s, v in values.items()})
    if isinstance(value, sp.erf2 | sp.erfcinv):
        value = value.rewrite(sp.erf if isinstance(value, sp.erf2) else sp.erfinv)
    return value.evalf(digits + 10)


def error(value, expected, digits):
    """The relative error, measured with as many digits."""
    with mpmath.workdps(digits + 10):
        real, imaginary = (
            mpmath.mpf(part._mpf_) for part in map(sp.Float, expected.as_real_imag())
        )
        exact = mpmath.mpc(real, imaginary)
        return abs(value - exact) / max(abs(exact), mpmath.mpf(10) ** -digits)


@pytest.mark.parametrize("digits", [50, 200])
@pytest.mark.parametrize("kind", TABLE, ids=lambda kind: kind.__name__)
def test_every_function_of_the_table(kind, digits):
    expression, symbols, points = case_of(kind)
    f = compiled(lower([expression], symbols, exact=True), digits)
    for point in points[:2]:
        (value,) = f(*point)
        expected = digits_of(expression, dict(zip(symbols, point, strict=True)), digits)
        assert error(value, expected, digits) < mpmath.mpf(10) ** (2 - digits)


@pytest.mark.parametrize("digits", [50, 200])
@pytest.mark.parametrize("constant", CONSTANTS, ids=str)
def test_constants_have_all_digits(constant, digits):
    (value,) = compiled(lower([constant * x], [x], exact=True), digits)(1)
    assert error(value, constant.evalf(digits + 30), digits) < mpmath.mpf(10) ** (2 - digits)


def test_rational_constants_are_folded_exactly():
    total = sp.Add(x / 3, sp.Rational(1, 7), sp.Float(0.1), evaluate=False)
    program = lower([total], exact=True)
    assert Fraction(1, 7) + Fraction(0.1) in {o.payload for o in program.operations}
    assert program.counts() == {"div": 1, "add": 1}


def test_a_program_of_floats_is_taken_as_well():
    (value,) = compiled(lower([sp.pi * x]), 30)(1)
    assert value == mpmath.mpf(np.pi)


@pytest.mark.parametrize("name", PIECEWISE)
def test_piecewise(name):
    formula, points = PIECEWISE[name]
    f = compiled(lower([formula], [x, y], exact=True), 30)
    for point in points:
        assert f(*point)[0] == pytest.approx(branch_values(formula, point)[0], rel=1e-15)


def test_only_the_branch_that_applies_is_computed():
    text = source(lower([sp.Piecewise((sp.zeta(x), x > 2), (sp.log(y), True))], exact=True))
    main = text[text.index("def function") :]
    assert "zeta" in text
    assert "zeta" not in main
    f = compiled(lower([sp.Piecewise((1 / x, x > 0), (5, x < 0))], exact=True))
    assert f(-1)[0] == 5
    assert mpmath.isnan(f(0)[0])
    assert mpmath.isnan(f(mpmath.nan)[0])


def test_where_there_is_no_value_there_is_nan():
    f = compiled(lower([1 / x, x + 1], exact=True))
    pole, value = f(0)
    assert mpmath.isnan(pole)
    assert value == 1
    assert mpmath.isnan(compiled(lower([sp.zeta(x)], exact=True))(1)[0])


def test_numbers_keep_their_digits():
    f = compiled(lower([x**2, sp.sqrt(x), x > 1, sp.Integer(3)], exact=True), 60)
    with mpmath.workdps(60):
        third = mpmath.mpf(1) / 3
    square, root, large, three = f(third)
    assert mpmath.mp.dps == 15, "the precision of others is left alone"
    assert isinstance(square, mpmath.mpf)
    assert isinstance(three, mpmath.mpf)
    assert large is False
    with mpmath.workdps(70):
        assert abs(square - third**2) < mpmath.mpf(10) ** -60
        assert abs(root**2 - third) < mpmath.mpf(10) ** -59
    assert f(-1)[1] == 1j
    assert f(np.float64(4))[1] == 2
    assert f(Fraction(1, 4))[1] == 0.5
    with pytest.raises(TypeError, match="not text"):
        f("0.1")


def test_lists_and_arrays_element_by_element():
    f = compiled(lower([x + y, x > y], exact=True), 30)
    total, larger = f([1, 2, 3], np.array([[0.5], [2.5]]))
    assert total.shape == larger.shape == (2, 3)
    assert total.tolist() == [[1.5, 2.5, 3.5], [3.5, 4.5, 5.5]]
    assert larger.tolist() == [[True] * 3, [False, False, True]]
    assert f([], 1)[0].shape == (0,)


def test_threads_do_not_disturb_one_another():
    f = compiled(lower([sp.zeta(x) + sp.exp(-x) * sp.gamma(x)], exact=True), 40)
    g = compiled(lower([sp.zeta(x) + sp.exp(-x) * sp.gamma(x)], exact=True), 15)
    points = [2 + k / mpmath.mpf(16) for k in range(24)]
    expected = [(f(p)[0], g(p)[0]) for p in points]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda p: (f(p)[0], g(p)[0]), points)) == expected


def test_the_source_runs_by_itself():
    symbols = sp.symbols("mp FOLD lambda mpmath x0")
    hostile = sp.Symbol("__import__('os')")
    formula = sum(symbols) + sp.Piecewise((sp.log(hostile), hostile > 0), (sp.pi, True))
    text = source(lower([formula], [*symbols, hostile], exact=True), 30)
    assert "__import__" not in text
    namespace = {}
    exec(text, namespace)
    (value,) = namespace["function"](1, 2, 3, 4, 5, -1)
    assert abs(value - (15 + mpmath.mp.pi)) < 1e-14
    assert namespace["mp"].dps == 40


def test_the_source_of_every_language_is_the_same_under_every_hash_seed():
    text = (
        "from tests.support.piecewise_cases import PIECEWISE\n"
        "from lambdify_bridge.lowering import lower\n"
        "from lambdify_bridge.backends import jax, torch, mpmath, flint\n"
        "program = lower([formula for formula, _ in PIECEWISE.values()])\n"
        "exact = lower([formula for formula, _ in PIECEWISE.values()], exact=True)\n"
        "print(jax.source(program), torch.source(program), mpmath.source(exact))\n"
        "print(flint.source(exact))\n"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", text],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "77")
    }
    assert len(found) == 1
    assert len(found.pop()) > 2000


# -- derivatives ----------------------------------------------------------------------------------

MANY_CONSTANTS = (
    sp.exp(x / 3) * sp.sin(sp.pi * y) + sp.sqrt(2) * sp.erf(x * y) + (x + y) ** sp.Rational(1, 3)
    + sp.gamma(x + sp.sqrt(2)) + sp.besselj(2, x * y) + sp.CRootOf(x**5 - x - 1, 0) * x**2
    + sp.Piecewise((sp.log(x) / 3, x > sp.sqrt(2)), (0, True))
)  # fmt: skip
PLACE = {x: Fraction(17, 10), y: Fraction(3, 10)}


def test_constants_of_derivatives_are_exact():
    """SymPy's derivative by exact substitution agrees to 48 digits."""
    slopes = gradient_function(MANY_CONSTANTS, backend="mpmath", digits=50)(*PLACE.values())
    curvature = hessian_function(MANY_CONSTANTS, backend="mpmath", digits=50)(*PLACE.values())
    for k, v in enumerate((x, y)):
        right = digits_of(sp.diff(MANY_CONSTANTS, v), PLACE, 60)
        assert error(slopes[k], right, 50) < mpmath.mpf("1e-48")
        for m, w in enumerate((x, y)):
            right = digits_of(sp.diff(MANY_CONSTANTS, v, w), PLACE, 60)
            assert error(curvature[k, m], right, 50) < mpmath.mpf("1e-47")


def test_derivatives_of_a_function_have_its_backend():
    f = to_numpy(x**2 / 3, backend="mpmath")
    third = gradient_function(f, backend="mpmath")(Fraction(1, 2))[0]
    assert abs(third - mpmath.mpf(1) / 3) < 1e-15
    with pytest.raises(ValueError, match="have the same backend"):
        gradient_function(f)
    with pytest.raises(ValueError, match="`digits` are those"):
        gradient_function(x**2, digits=30)
