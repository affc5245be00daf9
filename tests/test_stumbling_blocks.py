"""What users of lambdify have stumbled over, each with the thread that tells of it.

Threads are sympy's where nothing else is said: github.com/sympy/sympy/issues/<number>.
"""

import copy
import inspect
import pickle
import time
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import sympy as sp
from scipy import special
from sympy.abc import a, b, n, t, x, y, z

from lambdify_bridge.to_numpy import to_numpy


@pytest.fixture(autouse=True)
def nothing_warns():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


# -- shapes ---------------------------------------------------------------------------------------


def test_5642_a_constant_has_the_shape_of_the_inputs():
    u = np.linspace(-2, 2, 10)
    np.testing.assert_array_equal(to_numpy(sp.diff(x**2, x, 2), [x])(u), np.full(10, 2.0))


def test_18347_an_array_in_gives_an_array_out():
    assert to_numpy(sp.Integer(1), [x])(np.array([1, 2])).tolist() == [1, 1]
    assert to_numpy(sp.Integer(1), [x])(1) == 1


def test_24036_entries_that_are_constant_fit_the_others():
    f = to_numpy(sp.Matrix([x, 1, sp.pi]))
    np.testing.assert_array_equal(f(np.zeros(4)), np.tile([[0], [1], [np.pi]], (4, 1, 1)))
    assert [np.shape(value) for value in to_numpy([x, sp.Integer(0)], [x])(np.zeros(4))] == [
        (4,)
    ] * 2


def test_27632_matrices_of_scalars_and_arrays():
    f = to_numpy(sp.Matrix([[a, b], [a + b, b**2]]), [a, b])
    np.testing.assert_array_equal(f(np.ones(5), 10.0), [[[1, 10], [11, 100]]] * 5)


def test_leading_batch_axes():
    f = to_numpy(sp.Matrix([[x, y]]))
    assert f(np.zeros((7, 1)), np.zeros(3)).shape == (7, 3, 1, 2)
    assert to_numpy(sp.Matrix(0, 1, []), [x])(np.zeros(3)).shape == (3, 0, 1)  # 27174


def test_every_kind_of_input_array():
    f = to_numpy(x**2 + 1)
    whole = np.arange(12.0).reshape(3, 4)
    whole.flags.writeable = False
    assert f(np.array(3.0)) == 10
    assert f(np.empty((0, 3))).shape == (0, 3)
    np.testing.assert_array_equal(f(whole[::-1, ::2].T), whole[::-1, ::2].T ** 2 + 1)
    np.testing.assert_array_equal(f(np.asfortranarray(whole)), whole**2 + 1)


# -- Piecewise ------------------------------------------------------------------------------------


def test_15014_a_branch_is_computed_where_it_applies():
    f = to_numpy(sp.Piecewise((x, x > 1), (x - 1, x < 1)))
    np.testing.assert_array_equal(f([0, 1, 2]), [-1, np.nan, 2])


def test_11306_a_pole_beside_the_branch():
    f = to_numpy(sp.Piecewise((1 / x, y < -1), (x, y <= 1), (1 / x, True)), [x, y])
    assert f(0, 1) == 0
    assert f([0, 2, 0], [1, 3, 0]).tolist() == [0, 0.5, 0]


def test_14789_logarithms_of_both_signs():
    f = to_numpy(sp.Piecewise((sp.log(-x), x < 0), (sp.log(x), True)))
    assert f(10) == np.log(10)
    np.testing.assert_array_equal(f([-10.0, 10.0]), np.log([10, 10]))


def test_28585_roots_of_both_signs():
    f = to_numpy(sp.Piecewise((sp.sqrt(x), x >= 0), (sp.sqrt(-x), True)))
    np.testing.assert_array_equal(f([1.44, -1.44]), [1.2, 1.2])


def test_25307_numbers_are_no_objects():
    f = to_numpy(sp.Piecewise((0, x < 0), (sp.Max(x, 1) ** 2, True)))
    assert f(np.array([-1, 3])).dtype == float
    assert to_numpy(sp.Matrix([[1, x]]), [x])(np.arange(3)).dtype == float


def test_22726_conditions_inside_conditions_and_arrays():
    f = to_numpy(sp.Piecewise((1, sp.ITE(x > 0, y > 0, y < 0)), (2, True)), [x, y])
    assert f([1, 1, -1, -1], [1, -1, 1, -1]).tolist() == [1, 2, 2, 1]
    assert to_numpy(sp.Array([[[x, 1]], [[2, x]]]))(3.0).tolist() == [[[3, 1]], [[2, 3]]]


def test_11463_a_real_root_by_cases():
    assert to_numpy(sp.real_root(x, 3), dtype=complex)(-8.0) == pytest.approx(-2)


# -- speed and depth ------------------------------------------------------------------------------


def test_14671_a_call_with_numbers_does_not_build_arrays():
    value = to_numpy(sp.sin(x) * y)(1.0, 2.0)
    assert isinstance(value, float)


def test_24673_deep_expressions():
    u = x
    for _ in range(3000):
        u = sp.Add(sp.sin(u, evaluate=False), 1, evaluate=False)
    assert np.isfinite(to_numpy(u)(0.5))


def test_24246_sharing_evaluates_nothing():
    expression = (sp.factorial(365, evaluate=False) / sp.factorial(365 - x)) / 365**x
    with np.errstate(all="raise"):
        assert to_numpy(sp.factorial(5, evaluate=False) / sp.factorial(5 - x))(2) == 20
    start = time.perf_counter()
    with pytest.raises(ValueError, match="beyond the range of floats"):
        to_numpy(expression)
    assert time.perf_counter() - start < 5


def test_26404_what_is_no_symbol_is_refused():
    f = sp.Function("f")
    with pytest.raises(ValueError, match=r"Derivative|not defined"):
        to_numpy(f(t).diff(t) * f(t), [t])


def test_25043_sharing_takes_linear_time():
    u = x
    for k in range(60):  # a tree of 2**60 nodes
        u = sp.Mul(sp.Add(u, k + 2, evaluate=False), sp.sin(u, evaluate=False), evaluate=False)
    start = time.perf_counter()
    f = to_numpy(u)
    assert sum(f.program.counts().values()) == 180
    assert time.perf_counter() - start < 5


def test_arguments_with_the_names_of_shared_values():
    """symengine 0.15's cse overwrites an argument called x1 that the formula does not use."""
    x0, x1, x2, own = sp.symbols("x0 x1 x2 _1")
    shared = sp.sin(x0 + x2) + sp.cos(x0 + x2) + (x0 + x2) ** 2
    f = to_numpy([shared, x1, own], [x0, x1, x2, own])
    first, second, third = f(1.0, 100.0, 2.0, 7.0)
    assert first == pytest.approx(np.sin(3) + np.cos(3) + 9)
    assert (second, third) == (100, 7)


def test_threads_share_a_function():
    f = to_numpy(sp.exp(-(x**2)) * sp.Piecewise((sp.log(x), x > 0), (x, True)))
    arrays = [np.linspace(-k, k, 1000) for k in range(1, 33)]
    expected = [f(array) for array in arrays]
    with ThreadPoolExecutor(4) as pool:
        for value, right in zip(pool.map(f, arrays), expected, strict=True):
            np.testing.assert_array_equal(value, right)


# -- the function as an object --------------------------------------------------------------------


def test_12023_functions_are_copied_and_pickled():
    f = to_numpy([sp.sin(x) * y, sp.Matrix([x, y])])
    for twin in (copy.copy(f), copy.deepcopy(f), pickle.loads(pickle.dumps(f))):
        assert twin(1.0, 2.0)[0] == f(1.0, 2.0)[0]
        assert twin.args == f.args


def test_signature_and_docstring():
    f = to_numpy(sp.sin(x) / y, [y, x])
    assert list(inspect.signature(f).parameters) == ["y", "x"]
    assert "sin(x)/y" in f.__doc__
    assert f(x=1.0, y=2.0) == f(2.0, 1.0)


def test_9339_unknown_functions_are_refused_when_compiled():
    with pytest.raises(ValueError, match="'f' is not defined"):
        to_numpy(sp.Function("f")(x) + 1)


def test_19641_an_integral_is_refused_when_compiled():
    with pytest.raises(ValueError, match="unevaluated Integral"):
        to_numpy(sp.Integral(sp.sin(t) / t, (t, 0, x)))


# -- numbers --------------------------------------------------------------------------------------


def test_26862_integers_to_negative_powers():
    f = to_numpy(sp.Rational(2, 3) * 3 ** (1 - n))
    np.testing.assert_allclose(f(np.arange(1, 14)), 2 / 3 * 3.0 ** -np.arange(13))
    assert to_numpy(x**-2)(np.array([2, 4])).tolist() == [0.25, 0.0625]
    assert to_numpy(x**25)(np.array([10])).tolist() == [1e25]
    assert to_numpy(x**2)(np.array([200], np.uint8)).tolist() == [40000]


def test_23923_the_exponential_of_a_large_number_is_infinite():
    f = to_numpy(1 / (1 + sp.exp(x)))
    assert f(1000) == 0
    assert f([1000, -1000]).tolist() == [0, 1]


def test_12671_overflow_raises_nothing():
    assert to_numpy(sp.exp(x))(10**4) == np.inf
    assert to_numpy(sp.exp(x))(np.array([10**4])).tolist() == [np.inf]
    assert to_numpy(x**y)(1e300, 2) == np.inf


def test_24056_heaviside():
    f = to_numpy(sp.Heaviside(x))
    assert f([-1, 0, 1]).tolist() == [0, 0.5, 1]
    assert to_numpy(sp.Heaviside(x, 1))(0) == 1
    with pytest.raises(ValueError, match="DiracDelta"):
        to_numpy(sp.Heaviside(x).diff(x))


def test_26663_derivatives_of_sign_are_refused_when_compiled():
    assert to_numpy(x - sp.sign(sp.sin(x)))([1, 4]).tolist() == [0, 5]
    with pytest.raises(ValueError, match="DiracDelta"):
        to_numpy(a * sp.Heaviside(x - n, sp.Rational(1, 2)).diff(n))


def test_24981_cube_roots_of_negative_numbers():
    expression = (2 * x + 1) ** sp.Rational(1, 3)
    assert np.isnan(to_numpy(expression)(-1.0)), "no real number is its principal root"
    assert to_numpy(expression, dtype=complex)(-1.0) == pytest.approx(np.exp(1j * np.pi / 3))


def test_24095_the_root_of_a_negative_number():
    assert np.isnan(to_numpy(sp.sqrt(x))(-2))
    assert to_numpy(sp.sqrt(x), dtype=complex)(-2) == pytest.approx(np.sqrt(2) * 1j)
    assert to_numpy(sp.sqrt(x))(-2 + 0j) == pytest.approx(np.sqrt(2) * 1j)


def test_21751_the_root_of_what_was_negated():
    """-im(x) is -0.0 for real x, and the angle of it one whole turn off."""
    for point in (10, 10.0, np.array([10.0]), 10 + 0j, np.array([10 + 0j])):
        assert to_numpy(sp.im(sp.sqrt(-x)))(point) == pytest.approx(np.sqrt(10))
        assert to_numpy(sp.im(sp.log(-x)))(point) == pytest.approx(np.pi)
    assert to_numpy(sp.im(sp.sqrt(-x)))(-10.0) == 0


def test_25486_the_root_of_a_reciprocal():
    """1/(-2 + 0j) is -0.5 - 0j, on the wrong side of the cut."""
    for point in (-2 + 0j, np.array([-2 + 0j])):
        assert to_numpy(sp.sqrt(1 / x))(point) == pytest.approx(1j / np.sqrt(2))
        assert to_numpy(sp.sqrt(x) * sp.sqrt(1 / x))(point) == pytest.approx(-1)
    for formula in (sp.sqrt(-x), sp.log(-x), (-x) ** sp.Rational(1, 3), sp.sqrt(-(x**2)),
                    sp.arg(-x), sp.LambertW(-x)):  # fmt: skip
        right = complex(sp.N(formula.subs(x, 2)))
        assert to_numpy(formula)(2 + 0j) == pytest.approx(right, rel=1e-14)
        assert to_numpy(formula, dtype=complex)(2) == pytest.approx(right, rel=1e-14)
    assert to_numpy(sp.log(-sp.exp(sp.I * x)))(0.0) == pytest.approx(1j * np.pi)
    assert to_numpy(sp.sqrt(x))(complex(-2, -0.0)) == pytest.approx(-1j * np.sqrt(2)), "as given"


def test_11463_real_roots_of_negative_numbers():
    odd = to_numpy(sp.real_root(sp.Symbol("r", real=True), 3))
    np.testing.assert_allclose(odd([-8.0, 27.0, -0.0]), [-2, 3, 0], rtol=1e-15)
    assert np.isnan(to_numpy(sp.cbrt(x))(-8.0)), "the principal root is complex"


def test_22223_the_sign_of_a_complex_number():
    assert to_numpy(sp.sign(x))(1 + 1j) == pytest.approx((1 + 1j) / np.sqrt(2))


def test_single_precision_is_kept():
    f = to_numpy(sp.sqrt(2) * x + sp.pi + sp.Rational(1, 3) * sp.Heaviside(x) + sp.gamma(x))
    assert f(np.ones(3, np.float32)).dtype == np.float32
    assert f(np.float32(1)).dtype == np.float32


# -- functions ------------------------------------------------------------------------------------


def test_functions_of_scipy_take_arrays():
    points = np.array([0.5, 1.5, 2.5])
    for kind, ufunc in (
        (sp.gamma, special.gamma), (sp.erf, special.erf), (sp.Ei, special.expi),
        (sp.zeta, lambda v: special.zeta(v + 1, 1)), (sp.digamma, special.psi),
        (sp.LambertW, lambda v: special.lambertw(v).real),
    ):  # fmt: skip
        argument = x + 1 if kind is sp.zeta else x
        np.testing.assert_allclose(to_numpy(kind(argument))(points), ufunc(points), rtol=1e-14)
    for formula, value in (
        (sp.besselj(2, x), special.jv(2, points)),
        (sp.expint(3, x), special.expn(3, points)),
        (sp.polygamma(1, x), special.polygamma(1, points)),
    ):
        np.testing.assert_allclose(to_numpy(formula)(points), value, rtol=1e-14)


def test_traces_and_determinants_of_matrices():
    matrix = sp.Matrix([[x, y], [z, 1]])
    assert to_numpy(sp.Trace(matrix).doit())(2.0) == 3
    assert to_numpy(sp.Determinant(matrix).doit(), [x, y, z])(2.0, 3.0, 4.0) == -10


# -- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["lambda", "sin", "np", "exec", "λ", "x y", "_1", "function", "None", "__import__('os')", "1",
     "x\n    import os", "f(x)", "\u202e", "numpy", "self", "select"],
)  # fmt: skip
def test_any_name_of_an_argument(name):
    symbol = sp.Symbol(name)
    f = to_numpy(sp.sin(symbol) * x + symbol, [symbol, x])
    assert f(1.0, 2.0) == pytest.approx(2 * np.sin(1) + 1)
    assert "import os" not in f.source
    assert "__" not in f.source


def test_text_is_never_evaluated():
    for text in ("__import__('os').getcwd()", "x + 1", "lambda: 0"):
        with pytest.raises(TypeError, match="SymPy expression"):
            to_numpy(text)
    with pytest.raises(TypeError, match="numbers are needed"):
        to_numpy(x)("1")
