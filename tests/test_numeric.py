"""What a numerical method computes: integrals, sums, products, derivatives; numeric=True.

Values are those of closed forms, or of mpmath.
"""

import pickle
import warnings

import mpmath
import numpy as np
import pytest
import sympy as sp
from scipy import special
from sympy import DiracDelta, Heaviside, Integral, Product, Sum, cos, exp, log, oo, pi, sin, sqrt
from sympy.abc import j, k, s, t, x, y

from lambdify_bridge import gradient_function, hessian_function
from lambdify_bridge.to_numpy import to_numpy

CERTAIN = 1e-9


def numerical(expression, args=None):
    return to_numpy(expression, args, numeric=True)


def fails(expression, *args):
    with pytest.warns(RuntimeWarning, match="has no certain value"):
        assert np.isnan(numerical(expression)(*args)).all()


# -- integrals ------------------------------------------------------------------------------------

# fmt: off
INTEGRALS = [
    (exp(-t**2), -oo, oo, sqrt(pi)),
    (exp(-(t - 1000)**2), -oo, oo, sqrt(pi)),
    (exp(-(t - sp.Rational(3, 10))**2 * 10**8), 0, 1, sqrt(pi) / 10**4),
    (1 / (1 + 10**12 * t**2), -oo, oo, pi / 10**6),
    (sp.sech(1000*(t - sp.Rational(1, 3)))**2, 0, 1, sp.Rational(1, 500)),
    (1 / sqrt(t), 0, 1, 2),
    (1 / sqrt(1 - t**2), -1, 1, pi),
    (log(t), 0, 1, -1),
    (t**-sp.Rational(11, 10), 1, oo, 10),
    (t / (exp(t) - 1), 0, oo, pi**2 / 6),
    (log(1 + 1/t) / t, 1, oo, pi**2 / 12),
    (t**2 * exp(-t), 0, oo, 2),
    (exp(-t) * cos(20*t), 0, oo, sp.Rational(1, 401)),
    (cos(500*t), 0, 1, sin(500) / 500),
    (sin(t) / t, 0, oo, pi / 2),
    (sin(t) / t, -oo, oo, pi),
    (cos(t) / sqrt(t), 0, oo, sqrt(pi / 2)),
    (cos(t) / (1 + t**2), -oo, oo, pi / sp.E),
    (sp.Abs(t - sp.Rational(3, 10)), 0, 1, sp.Rational(29, 100)),
    (sp.Abs(sin(t)), 0, 10, 7 - sp.cos(10 - 3*pi)),
    (sp.floor(5*t), 0, 1, 2),
    (sp.Piecewise((1, t < sp.Rational(1, 3)), (2, True)), 0, 1, sp.Rational(5, 3)),
    (t, 3, 1, -4),
    (sin(t), -1, 1, 0),
    (sp.Integer(1), 0, 3, 3),
    (exp(sp.I*t), 0, pi, 2*sp.I),
]
WITHOUT_VALUE = [
    (1 / t, 0, 1), (1 / t, 1, oo), (1 / (t - sp.Rational(3, 10)), 0, 1), (sp.tan(t), 0, 2),
    (sin(t), 0, oo), (t * sin(t), 0, oo), (cos(t**2), 0, oo), (log(t), -1, 1),
    (1 / (t * log(t)**2), 2, oo),                     # its tail is 0.001 at 1e400
]
SUMS = [
    (1 / k**2, 1, oo, pi**2 / 6),
    (k**-sp.Rational(3, 2), 1, oo, sp.zeta(sp.Rational(3, 2))),
    (log(k) / k**2, 1, oo, mpmath.mpf("0.93754825431584375370")),
    (1 / (k**2 + 1), -oo, oo, pi / sp.tanh(pi)),
    (exp(-(k - 1000)**2), 0, oo, mpmath.jtheta(3, 0, mpmath.exp(-1))),
    ((-1)**k / (2*k + 1), 0, oo, pi / 4),
    ((-1)**(k + 1) / sqrt(k), 1, oo, mpmath.altzeta(0.5)),
    ((-1)**k * log(k) / k, 1, oo, mpmath.euler * mpmath.log(2) - mpmath.log(2)**2 / 2),
    (50**k / sp.factorial(k), 0, oo, exp(50)),
    ((1 + (-1)**k) / 2**k, 0, oo, sp.Rational(8, 3)),
    (sp.Rational(99, 100)**k, 0, oo, 100),
    ((sp.I / 2)**k, 0, oo, 1 / (1 - sp.I/2)),
    (k, 1, 100, 5050),
    (k, 5, 4, 0),
    (k, 5, 3, -4),                                    # Karr's convention, as in SymPy
]
SUMS_WITHOUT_VALUE = [
    (1 / k, 1, oo), ((-1)**k, 0, oo), ((-1)**k * (1 + 1/k), 1, oo), (sin(k) / k, 1, oo),
    (2**k, 0, oo),
    ((1 + (-1)**k) / k**2, 1, oo), (1 / (k * log(k)**2), 2, oo), (k, sp.Rational(1, 2), 3),
]
# fmt: on


@pytest.mark.parametrize(("f", "a", "b", "value"), INTEGRALS, ids=str)
def test_integrals_with_a_closed_form(f, a, b, value):
    found = numerical(Integral(f, (t, a, b)))()
    size = mpmath.mpf(1) if value == 0 else abs(complex(value))
    assert abs(found - complex(value)) <= CERTAIN * size


@pytest.mark.parametrize(("f", "a", "b"), WITHOUT_VALUE, ids=str)
def test_integrals_without_a_certain_value_are_nan(f, a, b):
    fails(Integral(f, (t, a, b)))


def test_19641_integrals_of_arrays():
    f = numerical(Integral(sin(t) / t, (t, 0, x)))
    points = np.linspace(-5, 5, 41)
    np.testing.assert_allclose(f(points), special.sici(points)[0], rtol=1e-12)
    assert f(1.0) == f(np.array(1.0))
    assert type(f(1.0)) is float
    assert f(np.float32([1, 2])).dtype == np.float32
    assert np.isnan(f([np.nan, 1.0])).tolist() == [True, False], "and nothing warns"


def test_bounds_and_integrands_of_arguments_broadcast():
    f = numerical(Integral(exp(-x * t), (t, 0, y)), [x, y])
    rate, end = np.array([[0.5], [1.0], [2.0]]), np.array([1.0, 2.0, np.inf, 0.0, -1.0])
    np.testing.assert_allclose(f(rate, end), -np.expm1(-rate * end) / rate, rtol=1e-13)
    many = np.linspace(0.1, 3, 2000)
    np.testing.assert_allclose(f(many, 1.0), -np.expm1(-many) / many, rtol=1e-13)


def test_integrals_inside_integrals():
    f = numerical(Integral(x * exp(-s * t), (s, 0, t), (t, 0, y)), [x, y])
    right = [2 * (mpmath.log(b**2) + mpmath.euler + mpmath.e1(b**2)) / 2 for b in (1, 3)]
    np.testing.assert_allclose(f(2.0, [1.0, 3.0]), np.array(right, float), rtol=1e-10)
    disk = Integral(1, (s, -sqrt(x**2 - t**2), sqrt(x**2 - t**2)), (t, -x, x))
    assert numerical(disk)(2.0) == pytest.approx(4 * np.pi, rel=CERTAIN)


def test_an_end_that_depends_on_an_argument_may_be_singular():
    abel = numerical(Integral(cos(t) / sqrt(x - t), (t, 0, x)))
    right = mpmath.quad(lambda u: mpmath.cos(2 - u * u) * 2, [0, mpmath.sqrt(2)])
    assert abel(2.0) == pytest.approx(float(right), rel=1e-13)
    slope = mpmath.quad(lambda u: -mpmath.sin(2 - u * u) * 2, [0, mpmath.sqrt(2)]) + 2**-0.5
    assert gradient_function(abel)(2.0)[0] == pytest.approx(float(slope), rel=1e-12)


def test_the_places_of_kinks_and_jumps_are_known():
    f = numerical(Integral(sp.Abs(t - x) * Heaviside(t - y), (t, 0, 1)), [x, y])
    right = [[((c - 1) ** 2 + (c - d) * abs(c - d)) / 2 for d in (0.0, 0.9)] for c in (0.3, 0.5)]
    np.testing.assert_allclose(f([[0.3], [0.5]], [0.0, 0.9]), right, rtol=1e-14)


def test_what_fails_at_a_point_fails_there_alone():
    f = numerical(Integral(t**x, (t, 0, 1)))
    with pytest.warns(RuntimeWarning, match="at 1 of 3 points"):
        values = f([1.0, -1.0, -0.5])
    np.testing.assert_allclose(values, [0.5, np.nan, 2.0], rtol=1e-12)


# -- sums and products ----------------------------------------------------------------------------


@pytest.mark.parametrize(("f", "a", "b", "value"), SUMS, ids=str)
def test_sums_with_a_closed_form(f, a, b, value):
    found = numerical(Sum(f, (k, a, b)))()
    assert abs(found - complex(value)) <= CERTAIN * (abs(complex(value)) or 1)


@pytest.mark.parametrize(("f", "a", "b"), SUMS_WITHOUT_VALUE, ids=str)
def test_sums_without_a_certain_value_are_nan(f, a, b):
    fails(Sum(f, (k, a, b)))


def test_sums_of_arrays():
    f = numerical(Sum(x**k / k, (k, 1, y)), [x, y])
    points, ends = np.array([[0.5], [-0.9]]), np.array([1.0, 10.0, 300.0])
    right = [[sum(p**n / n for n in range(1, int(m) + 1)) for m in ends] for (p,) in points]
    np.testing.assert_allclose(f(points, ends), right, rtol=1e-14)
    np.testing.assert_allclose(f(points[:, 0], np.inf), -np.log1p(-points[:, 0]), rtol=1e-13)
    zeta = numerical(Sum(k**-x, (k, 1, oo)))
    np.testing.assert_allclose(zeta([2.0, 3.5]), special.zeta([2.0, 3.5]), rtol=1e-12)


def test_sums_inside_sums_and_of_integrals():
    right = sum(1 / (m * m + n * n) for m in range(1, 11) for n in range(1, m + 1))
    assert numerical(Sum(1 / (k**2 + j**2), (k, 1, j), (j, 1, 10)))() == pytest.approx(right)
    mixed = numerical(Sum(Integral(t**k, (t, 0, x)), (k, 0, oo)))
    assert mixed(0.5) == pytest.approx(np.log(2), rel=CERTAIN)


def test_products():
    assert numerical(Product(k, (k, 1, x)))([0.0, 5.0]).tolist() == [1, 120]
    assert numerical(Product(k, (k, 3, 0)))() == 0.5  # 1/(1*2)
    wallis = numerical(Product(1 - x**2 / k**2, (k, 1, oo)))
    assert wallis(0.5) == pytest.approx(2 / np.pi, rel=CERTAIN)


# -- derivatives ----------------------------------------------------------------------------------


def test_gradients_of_integrals_by_leibniz():
    f = numerical(Integral(exp(-x * t**2), (t, -y, 2 * y)), [x, y])
    u, v = 0.7, 1.3
    by_x = -mpmath.quad(lambda t: t**2 * mpmath.exp(-u * t**2), [-v, 2 * v])
    by_y = 2 * np.exp(-u * 4 * v**2) + np.exp(-u * v**2)
    np.testing.assert_allclose(gradient_function(f)(u, v), [float(by_x), by_y], rtol=1e-12)
    twice = mpmath.quad(lambda t: t**4 * mpmath.exp(-u * t**2), [-v, 2 * v])
    assert hessian_function(f)(u, v)[0, 0] == pytest.approx(float(twice), rel=1e-12)


def test_gradients_of_sums_and_products():
    assert gradient_function(numerical(Sum(x**k, (k, 0, oo))))(0.5)[0] == pytest.approx(4)
    f = numerical(Product(x + k, (k, 0, 3)))
    assert gradient_function(f)(2.0)[0] == pytest.approx(120 * (1 / 2 + 1 / 3 + 1 / 4 + 1 / 5))


def test_a_jump_that_moves_is_not_differentiated():
    f = numerical(Integral(Heaviside(t - x) * t, (t, 0, 1)))
    assert f(0.6) == pytest.approx(0.32, rel=1e-14)
    with pytest.raises(ValueError, match="jumps at a place that depends"):
        gradient_function(f)
    kink = numerical(Integral(sp.Abs(t - x), (t, 0, 1)))
    assert gradient_function(kink)(0.3)[0] == pytest.approx(-0.4, rel=1e-13)
    with pytest.raises(ValueError, match="jumps at a place that depends"):
        hessian_function(kink)


def test_unevaluated_derivatives():
    e = sp.Derivative(Integral(exp(-x * t) / t, (t, 1, oo)), x)
    assert numerical(e)(2.0) == pytest.approx(-np.exp(-2) / 2, rel=1e-12)
    assert numerical(sp.Derivative(sin(x * y), x, (y, 2), evaluate=False))(2.0, 3.0) == (
        pytest.approx(-2 * 2 * np.sin(6) - 4 * 3 * np.cos(6))
    )
    inside = sp.Subs(sp.Derivative(exp(-(x**2)), x, evaluate=False), x, y / 2)
    assert numerical(inside)(2.0) == pytest.approx(-2 * np.exp(-1), rel=1e-15)


def test_derivatives_without_a_rule_are_difference_quotients():
    f = numerical(sp.Derivative(sp.zeta(x), x, evaluate=False))
    right = [float(mpmath.zeta(p, derivative=1)) for p in (2, 3)]
    np.testing.assert_allclose(f([2.0, 3.0]), right, rtol=1e-6)


# -- deltas ---------------------------------------------------------------------------------------


def test_24056_deltas_under_an_integral_are_worked_out():
    f = numerical(Integral(DiracDelta(2 * t - x) * cos(t) + t, (t, 0, y)), [x, y])
    np.testing.assert_allclose(f([1.0, 5.0, 0.0], 2.0), [np.cos(0.5) / 2 + 2, 2, 2.25])
    slope = numerical(Integral(DiracDelta(t - 1, 1) * t**3, (t, -oo, oo)))
    assert slope() == -3
    backwards = numerical(Integral(DiracDelta(t - 1), (t, 2, 0)))
    assert backwards() == -1


def test_26663_the_derivative_of_a_step_under_an_integral():
    step = sp.diff(Heaviside(t - x), t)
    f = numerical(Integral(step * exp(t), (t, -oo, oo)))
    np.testing.assert_allclose(f([0.0, 1.0]), [1, np.e])
    sign = numerical(Integral(sp.sign(t - x).diff(t) * t, (t, -2, 2)), [x])
    np.testing.assert_allclose(sign([-1.0, 1.5, 3.0]), [-2, 3, 0])


def test_deltas_that_are_not_worked_out_are_refused():
    for refused in (DiracDelta(t**2 - 1), DiracDelta(t) * DiracDelta(t - x)):
        with pytest.raises(ValueError, match="DiracDelta is worked out where"):
            numerical(Integral(refused, (t, -2, 2)))
    with pytest.raises(ValueError, match=r"put it under an Integral, which to_numpy.*numeric=True"):
        to_numpy(DiracDelta(x))


# -- refusals, and the function as an object ------------------------------------------------------


def test_refusals_say_what_to_do():
    with pytest.raises(ValueError, match=r"unevaluated Integral.*numeric=True"):
        to_numpy(Integral(exp(-(t**2)), (t, 0, x)))
    with pytest.raises(ValueError, match="needs both bounds"):
        numerical(Integral(t, t))
    with pytest.raises(ValueError, match="Limit has no numerical method"):
        numerical(sp.Limit(x, x, y))
    with pytest.raises(ValueError, match="not defined"):
        numerical(Integral(sp.Function("f")(t), (t, 0, 1)))


def test_the_source_runs_by_itself():
    inner = Integral(log(s) * Heaviside(s - t), (s, 0, 1))
    f = numerical(Integral(sp.Piecewise((inner, t < x), (t * x, True)), (t, 0, 1)))
    names = {}
    exec(f.source, names)
    assert names["function"](0.4)[0] == f(0.4)
    assert pickle.loads(pickle.dumps(f))(0.4) == f(0.4)


def test_backends_without_it_say_so():
    integral = Integral(exp(-(t**2)), (t, 0, x))
    with pytest.raises(ValueError, match="'integral'"):
        to_numpy(integral, numeric=True, backend="mpmath")


def test_nothing_warns_where_all_is_well():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert numerical(Integral(exp(-t) * log(t), (t, 0, oo)))() == pytest.approx(-np.euler_gamma)
