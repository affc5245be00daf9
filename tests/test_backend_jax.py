"""Functions of JAX arrays: values, derivatives, precision, and what JAX does not have."""

import numpy as np
import pytest
import sympy as sp
from sympy.abc import n, x, y

from lambdify_bridge.backends.jax import compiled, source
from lambdify_bridge.lowering import lower
from tests.support.function_cases import TABLE, case_of, exact
from tests.support.functions_by_name import cases
from tests.support.piecewise_cases import PIECEWISE, branch_values
from tests.support.slopes import slopes

jax = pytest.importorskip("jax", reason="JAX is not installed")
jnp = jax.numpy

# What JAX lacks, and those of an order that has to be 0 or 1.
LACKING = {
    sp.Shi, sp.Chi, sp.airyai, sp.airybi, sp.airyaiprime, sp.airybiprime, sp.polylog, sp.LambertW,
    sp.legendre, sp.chebyshevt, sp.chebyshevu, sp.hermite, sp.laguerre, sp.elliptic_k,
    sp.besselj, sp.bessely, sp.besseli, sp.besselk, sp.expint,
}  # fmt: skip
PRESENT = [kind for kind in TABLE if kind not in LACKING]
# Whose first arguments JAX does not differentiate by.
FIXED = {sp.lowergamma: 1, sp.uppergamma: 1, sp.betainc_regularized: 2}
DIGITS = {sp.gamma: 1e-12, sp.fresnels: 1e-9, sp.fresnelc: 1e-9}


@pytest.fixture(autouse=True)
def double_precision():
    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", False)


def of(expression, symbols=None):
    function = compiled(lower([expression], symbols))
    return lambda *values: function(*values)[0]


@pytest.mark.parametrize("kind", TABLE, ids=lambda kind: kind.__name__)
def test_every_function_of_the_table(kind):
    expression, symbols, points = case_of(kind)
    program = lower([expression], symbols)
    if kind in LACKING:
        with pytest.raises(ValueError, match="JAX has no"):
            compiled(program)
        return
    f = of(expression, symbols)
    columns = [jnp.asarray(column) for column in np.array(points).T]
    expected = [exact(expression, symbols, point).real for point in points]
    np.testing.assert_allclose(f(*columns), expected, rtol=DIGITS.get(kind, 2e-12), atol=1e-14)
    assert f(*(column.astype(np.float32) for column in columns)).dtype == np.float32


@pytest.mark.parametrize("kind", PRESENT, ids=lambda kind: kind.__name__)
def test_gradients(kind):
    expression, symbols, points = case_of(kind)
    f = of(expression, symbols)
    columns = [jnp.asarray(column) for column in np.array(points).T]
    expected = np.array([slopes(expression, symbols, point) for point in points]).T
    for k in range(FIXED.get(kind, 0), len(symbols)):
        for derivative in (jax.grad(f, k), jax.jacfwd(f, k)):
            found = jax.jit(jax.vmap(derivative))(*columns)
            np.testing.assert_allclose(found, expected[k], rtol=1e-8, atol=1e-11)


@pytest.mark.parametrize(
    "expression", [sp.besseli(0, x), sp.besseli(1, x), sp.expint(1, x)], ids=str
)
def test_functions_of_a_fixed_order(expression):
    f = of(expression)
    for point in (0.3, 2.5):
        assert f(point) == pytest.approx(exact(expression, [x], [point]).real, rel=1e-13)
        (expected,) = slopes(expression, [x], [point])
        assert jax.grad(f)(point) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("name", PIECEWISE)
def test_piecewise_and_its_derivatives(name):
    formula, points = PIECEWISE[name]
    f = of(formula, [x, y])
    a, b = (jnp.asarray(column, float) for column in zip(*points, strict=True))
    expected = np.array([branch_values(formula, point) for point in points]).T
    np.testing.assert_allclose(f(a, b), expected[0], rtol=1e-13)
    for k in (0, 1):
        for derivative in (jax.grad(f, k), jax.jacfwd(f, k)):
            found = jax.jit(jax.vmap(derivative))(a, b)
            np.testing.assert_allclose(found, expected[k + 1], rtol=1e-12, atol=1e-300)
    for dtype in (np.float32, np.float64):
        assert f(a.astype(dtype), b.astype(dtype)).dtype == dtype
    assert np.isfinite(jax.vmap(jax.hessian(f))(a, b)).all()


def test_where_no_condition_holds_there_is_nan():
    f = of(sp.Piecewise((1, x > 1), (2, x < -1)))
    np.testing.assert_array_equal(f(jnp.array([2.0, 0.0, -2.0, jnp.nan])), [1, np.nan, 2, np.nan])


def test_precision_of_the_inputs_is_kept():
    formula = sp.sqrt(2) * x + sp.Piecewise((sp.pi, x > 0), (1, True)) + sp.Max(x, 1) / 3
    f = compiled(lower([formula, sp.pi, x**2 + y], [x, y]))
    single = jnp.ones(3, jnp.float32)
    assert {result.dtype for result in f(single, single)} == {np.dtype(np.float32)}
    assert {result.dtype for result in f(single, 2.0)} == {np.dtype(np.float32)}
    assert {result.dtype for result in f(single, jnp.ones(3))} == {np.dtype(np.float64)}
    assert {result.shape for result in f(single, jnp.ones((2, 1)))} == {(2, 3)}
    assert f(jnp.arange(3), 1)[2].tolist() == [1, 2, 5]


def test_complex_values():
    f = of(sp.exp(sp.I * x) * sp.sqrt(y))
    np.testing.assert_allclose(f(1.0, -4 + 0j), np.exp(1j) * 2j, rtol=1e-15)


def test_what_jax_does_not_have():
    with pytest.raises(ValueError, match="'besselj'"):
        compiled(lower([sp.besselj(0, x)]))
    with pytest.raises(ValueError, match=r"'besseli' of an order other than 0, 1"):
        compiled(lower([sp.besseli(2, x)]))
    with pytest.raises(ValueError, match=r"'besseli' of an order other than 0, 1"):
        compiled(lower([sp.besseli(n, x)]))


def test_functions_known_by_name():
    for expression, given, expected in cases(np.array([-50.0, -0.5, 0.0, 1e-9, 2.0, 50.0])):
        found = of(expression)(jnp.array(given))
        np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_the_source_runs_by_itself():
    """Hostile names do not reach it; words of its own are not shadowed by symbols."""
    symbols = sp.symbols("jnp nan lambda own x0")
    hostile = sp.Symbol("__import__('os')")
    formula = sum(symbols) + sp.Piecewise((sp.log(hostile), hostile > 0)) + sp.erfi(symbols[0])
    text = source(lower([formula], [*symbols, hostile]))
    assert "__import__" not in text
    namespace = {}
    exec(text, namespace)
    (value,) = namespace["function"](1.0, 2.0, 3.0, 4.0, 5.0, 1.0)
    assert value == pytest.approx(15 + 1.6504257587975429, rel=1e-6)
