"""Derivatives of programs: each row of the table against differences in 40 digits, both modes."""

import itertools
import random

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy.abc import x, y, z

from lambdify_bridge.backends.numpy import compile_source, source
from lambdify_bridge.differentiation.partials import ARITHMETIC, FLAT, NONE, PARTIALS
from lambdify_bridge.differentiation.programs import (
    gradient,
    hessian,
    hessian_vector,
    jacobian,
    jacobian_vector,
    vector_jacobian,
)
from lambdify_bridge.differentiation.sparsity import groups
from lambdify_bridge.evaluate import Evaluator
from lambdify_bridge.lowering import lower
from tests.test_program import TABLE, case_of

SEED = 20261121


def run(program, *values):
    with np.errstate(all="ignore"):
        return compile_source(source(program))(*values)


def by_sympy(expression, values):
    """The value of one function; erf2 and erfcinv SymPy computes by another name only."""
    if isinstance(expression, sp.erf2 | sp.erfcinv):
        other = sp.erf if isinstance(expression, sp.erf2) else sp.erfinv
        expression = expression.rewrite(other)
    return expression.subs(values).evalf(40)


def by_mpmath(expression, values):
    return sp.sympify(Evaluator(values, digits=40)(expression))


def slope(expression, symbols, point, k, value):
    """The derivative by one symbol: a central difference in 40 digits."""
    h = sp.Rational(1, 10**12)
    values = {s: sp.Rational(v) for s, v in zip(symbols, point, strict=True)}
    ends = [values | {symbols[k]: values[symbols[k]] + shift} for shift in (h, -h)]
    above, below = (value(expression, end) for end in ends)
    return complex((above - below) / (2 * h))


def orders(kind):
    """The places of arguments by which no derivative is known: orders and branches."""
    expression, symbols, _ = case_of(kind)
    found = set()
    for name, operands, _ in lower([expression], symbols).operations:
        row = PARTIALS.get(name, ())
        found |= {k for k, slope in zip(operands, row, strict=False) if slope is NONE}
    return found


@pytest.mark.parametrize("kind", TABLE, ids=lambda kind: kind.__name__)
def test_every_function_of_the_table(kind):
    expression, symbols, points = case_of(kind)
    program = lower([expression], symbols)
    known = []
    for k in range(len(symbols)):
        if k in orders(kind):
            with pytest.raises(ValueError, match="no derivative of"):
                gradient(program, [k])
        else:
            known.append(k)
    for point, k in itertools.product(points, known):
        expected = slope(expression, symbols, point, k, by_sympy)
        (backwards,) = run(gradient(program, [k]), *point)
        (forwards,) = run(jacobian_vector(program, [k]), *point, 1.0)
        assert backwards == pytest.approx(expected.real, rel=2e-9, abs=1e-11)
        assert forwards == pytest.approx(backwards, rel=1e-13, abs=1e-14)


def test_the_table_names_every_operation():
    """A new operation has a row, even if it says that no derivative is known."""
    from lambdify_bridge.constants import FOLD

    assert set(FOLD) <= {*ARITHMETIC, *PARTIALS}
    assert not set(ARITHMETIC) & set(PARTIALS)


FORMULAS = [
    sp.exp(x * y) * sp.sin(z) / (1 + x**2) + sp.sqrt(y) * sp.log(z) ** 3 + x**y,
    (x - y / z) ** 4 - x / (y**2 + z**2) ** sp.Rational(3, 2) + z**-3,
    sp.Max(x, y) * sp.Min(y, z) + sp.Abs(x - z) * sp.sign(y),
    sp.atan2(x, y) * sp.tanh(z) + sp.Mod(x, y) * z**y,
    sp.Piecewise((x**2 * sp.log(y), x > y), (sp.sqrt(y - x) * z, True)),
    sp.erf(x * y) * sp.gamma(z) + sp.besselj(2, x * z) - sp.loggamma(y + z),
]


@pytest.mark.parametrize("formula", FORMULAS, ids=range(len(FORMULAS)))
def test_gradient_jacobian_hessian_agree_with_differences(formula):
    rng = random.Random(SEED)
    program = lower([formula], [x, y, z])
    second = hessian(program)
    for _ in range(4):
        point = [rng.uniform(0.3, 2.5) for _ in range(3)]
        expected = [slope(formula, (x, y, z), point, k, by_mpmath).real for k in range(3)]
        first = run(gradient(program), *point)
        np.testing.assert_allclose(first, expected, rtol=1e-9, atol=1e-11)
        value, *again = run(gradient(program, value=True), *point)
        assert value == run(program, *point)[0]
        np.testing.assert_allclose(again, first, rtol=1e-14)
        whole = np.zeros((3, 3))
        whole[second.rows, second.columns] = run(second.program, *point)
        h = 1e-6
        steps = [
            (
                np.array(run(gradient(program), *(np.array(point) + h * e)))
                - np.array(run(gradient(program), *(np.array(point) - h * e)))
            )
            / (2 * h)
            for e in np.eye(3)
        ]
        np.testing.assert_allclose(whole, steps, rtol=1e-6, atol=1e-7)
        np.testing.assert_array_equal(whole, whole.T)
        v = [rng.uniform(-1, 1) for _ in range(3)]
        product = run(hessian_vector(program), *point, *v)
        np.testing.assert_allclose(product, whole @ v, rtol=1e-10, atol=1e-12)


def test_products_with_a_vector():
    program = lower([x * y, sp.sin(y) * z, x * y, z + 1], [x, y, z])
    point, v, u = (0.3, 1.2, -0.7), (1.0, -2.0, 0.5), (0.1, 0.2, 0.3, 0.4)
    entries = jacobian(program)
    whole = np.zeros(entries.shape)
    whole[entries.rows, entries.columns] = run(entries.program, *point)
    s, c = np.sin(1.2), np.cos(1.2)
    expected = [[1.2, 0.3, 0], [0, -0.7 * c, s], [1.2, 0.3, 0], [0, 0, 1]]
    np.testing.assert_allclose(whole, expected, rtol=1e-15)
    np.testing.assert_allclose(run(jacobian_vector(program), *point, *v), whole @ v, rtol=1e-14)
    np.testing.assert_allclose(run(vector_jacobian(program), *point, *u), u @ whole, rtol=1e-14)
    assert [s.name for s in jacobian_vector(program).inputs] == ["x", "y", "z", "v0", "v1", "v2"]


def test_what_a_case_does_not_choose_adds_nothing():
    """0 times the infinite slope of log at 0 would be NaN."""
    g = sp.Piecewise((x * sp.log(x), x > 0), (0, True))
    (found,) = run(gradient(lower([g])), np.array([-1.0, 0.0, 1.0, 2.0]))
    np.testing.assert_allclose(found, [0, 0, 1, 1 + np.log(2)])
    h = sp.Piecewise((sp.sqrt(x) * g, x < 4), (sp.Piecewise((1 / (x - 5), x > 5), (0, True)), True))
    (found,) = run(gradient(lower([h])), np.array([1.0, 4.5, 5.0, 6.0]))
    np.testing.assert_allclose(found, [1.0, 0, 0, -1])


def test_sparse_jacobians_take_few_sweeps():
    n = 60
    letters = sp.symbols(f"x:{n}")
    chain = [letters[k] * letters[(k + 1) % n] ** 2 for k in range(n)]
    entries = jacobian(lower(chain, letters))
    assert len(entries.rows) == 2 * n
    assert len(entries.program.operations) < 6 * n
    rosenbrock = sp.Add(
        *(
            100 * (letters[k + 1] - letters[k] ** 2) ** 2 + (1 - letters[k]) ** 2
            for k in range(n - 1)
        )
    )
    second = hessian(lower([rosenbrock], letters))
    assert set(zip(second.rows, second.columns, strict=True)) == {
        (i, j) for i in range(n) for j in range(n) if abs(i - j) <= 1
    }
    assert len(second.program.operations) < 10 * n


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 11), max_size=5), max_size=12))
def test_groups_never_mix_in_a_row(rows):
    rows = [sorted(set(row)) for row in rows]
    found = groups(rows, 12)
    for group, row in itertools.product(found, rows):
        assert len(set(group) & set(row)) <= 1
    assert sorted(itertools.chain(*found)) == sorted({j for row in rows for j in row})


@pytest.mark.parametrize("depth", [10, 20_000])
def test_depth_is_linear(depth):
    u = sp.Symbol(f"w{depth}")  # a letter of its own: SymPy's cache compares equal graphs
    for _ in range(depth):
        u = sp.tanh(u, evaluate=False)
    counts = gradient(lower([u])).counts()
    assert counts == {"tanh": depth, "square": depth, "sub": depth, "mul": depth - 1}


def test_a_chain_by_the_chain_rule():
    u, value, expected = x, 0.5, 1.0
    for _ in range(10):
        u = sp.tanh(u, evaluate=False)
        value = np.tanh(value)
        expected *= 1 - value**2
    assert run(gradient(lower([u])), 0.5) == (pytest.approx(expected, rel=1e-14),)


def test_flat_operations_stop_the_sweep():
    assert all(row is FLAT for row in PARTIALS["heaviside"])
    program = gradient(lower([sp.floor(x) * y + sp.sign(x) + sp.Heaviside(x)], [x, y]))
    assert run(program, 2.5, 3.0) == (0.0, 2.0)
    assert "floor" in program.counts()
    assert program.counts()["floor"] == 1


def test_refusals():
    with pytest.raises(ValueError, match="a gradient is that of one output, not 2"):
        gradient(lower([x, y]))
    with pytest.raises(ValueError, match=r"no derivative of 'zeta'"):
        gradient(lower([sp.zeta(x)]))
    with pytest.raises(ValueError, match=r"no derivative of 'besselj' by its argument 1"):
        gradient(lower([sp.besselj(x, y)]))
    assert run(gradient(lower([sp.besselj(x, y)]), [1]), 2.0, 1.0)
