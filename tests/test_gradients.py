"""Gradients, Jacobians and Hessians of formulas as NumPy functions: shapes, values, errors."""

import itertools
import pickle

import numpy as np
import pytest
import sympy as sp
from scipy import optimize
from scipy.sparse import csr_array
from sympy.abc import t, x, y

from lambdify_bridge import (
    gradient_function,
    hessian_function,
    jacobian_function,
    to_numpy,
    value_and_gradient,
)

LETTERS = sp.symbols("x:12")
ROSENBROCK = sp.Add(*(100 * (b - a**2) ** 2 + (1 - a) ** 2 for a, b in itertools.pairwise(LETTERS)))


def many(n):
    letters = sp.symbols(f"x:{n}")
    pairs = itertools.pairwise(letters)
    terms = [100 * (b - a**2) ** 2 + (1 - a) ** 2 for a, b in pairs]
    return sp.Add(*terms, evaluate=False), letters


def test_shapes():
    f = x**2 * sp.sin(y)
    assert gradient_function(f)(1.0, 2.0).shape == (2,)
    assert gradient_function(f)(np.ones((4, 1)), np.ones(3)).shape == (4, 3, 2)
    assert gradient_function(f, [[x, y]])(np.ones((5, 2))).shape == (5, 2)
    by_t, by_v = gradient_function(f * t, [t, [x, y]])(np.ones(5), np.ones((5, 2)))
    assert by_t.shape == (5,)
    assert by_v.shape == (5, 2)
    matrix = sp.Matrix(2, 2, sp.symbols("m:4"))
    assert gradient_function(matrix.det(), [matrix])(np.ones((3, 2, 2))).shape == (3, 2, 2)
    assert jacobian_function(sp.Matrix([x, y, x * y]), [[x, y]])(np.ones((7, 2))).shape == (
        7, 3, 1, 2,
    )  # fmt: skip
    assert hessian_function(f)(1.0, 2.0).shape == (2, 2)
    assert hessian_function(matrix.det(), [matrix])(np.eye(2)).shape == (2, 2, 2, 2)


def test_values_against_scipy():
    point = np.random.default_rng(3).normal(size=12)
    value, slope = value_and_gradient(ROSENBROCK, [LETTERS])(point)
    assert value == pytest.approx(optimize.rosen(point), rel=1e-14)
    np.testing.assert_allclose(slope, optimize.rosen_der(point), rtol=1e-13)
    np.testing.assert_allclose(slope, gradient_function(ROSENBROCK, LETTERS)(*point), rtol=1e-14)
    dense = hessian_function(ROSENBROCK, [LETTERS])(point)
    np.testing.assert_allclose(dense, optimize.rosen_hess(point), rtol=1e-13)
    sparse = hessian_function(ROSENBROCK, [LETTERS], sparse=True)(point)
    assert isinstance(sparse, csr_array)
    assert sparse.nnz == 34
    np.testing.assert_array_equal(sparse.toarray(), dense)


@pytest.mark.slow
def test_a_long_program_goes_level_by_level():
    f, letters = many(1500)
    gradient = gradient_function(f, [letters])
    assert gradient._levels
    assert len(gradient._levels.groups) < 20
    points = np.random.default_rng(4).normal(size=(3, 1500))
    expected = [optimize.rosen_der(point) for point in points]
    np.testing.assert_allclose(gradient(points), expected, rtol=1e-12)
    grid = np.stack([points, 2 * points])  # points along two axes
    np.testing.assert_array_equal(gradient(grid), [gradient(points), gradient(2 * points)])
    np.testing.assert_allclose(gradient(points.astype(np.float32)), expected, rtol=1e-2, atol=1)
    assert gradient(points.astype(np.float32)).dtype == np.float32
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(gradient))(points), gradient(points))
    value, slope = value_and_gradient(f, [letters])(points[0])
    assert value == pytest.approx(optimize.rosen(points[0]), rel=1e-12)
    np.testing.assert_allclose(slope, expected[0], rtol=1e-12)
    sparse = hessian_function(f, [letters], sparse=True)(points[0])
    v = np.random.default_rng(5).normal(size=1500)
    np.testing.assert_allclose(sparse @ v, optimize.rosen_hess_prod(points[0], v), rtol=1e-10)


def test_levels_and_source_agree():
    """The same program, point by point and as a whole."""
    f, letters = many(600)
    gradient = gradient_function(sp.Add(f, sp.sin(letters[0] * letters[5])), letters)
    assert gradient._levels
    point = np.random.default_rng(6).normal(size=600)
    by_source = np.array(gradient._function(*point))
    np.testing.assert_allclose(gradient(*point), by_source, rtol=1e-14, atol=1e-300)


def test_a_compiled_function_is_differentiated():
    f = to_numpy(x**2 * y, [y, x])
    assert gradient_function(f)(2.0, 3.0).tolist() == [9, 12]
    assert hessian_function(f)(2.0, 3.0).tolist() == [[0, 6], [6, 4]]
    assert repr(gradient_function(f)) == "NumpyFunction(y, x: gradient of x**2*y)"
    with pytest.raises(ValueError, match="leave `args` out"):
        gradient_function(f, [x])


def test_precision_is_kept():
    single = np.ones(3, np.float32)
    assert gradient_function(sp.exp(x) / 3, [x])(single).dtype == np.float32
    assert gradient_function(sp.sqrt(x), dtype=complex)(-1.0)[0] == pytest.approx(-0.5j)


def test_refusals():
    with pytest.raises(ValueError, match="one scalar formula is needed, not 2"):
        gradient_function([x, y])
    with pytest.raises(ValueError, match="put them into one Matrix"):
        jacobian_function([x, sp.Matrix([x, y])])
    with pytest.raises(ValueError, match="two axes"):
        jacobian_function(x, [x], sparse=True)
    with pytest.raises(ValueError, match="of one point"):
        jacobian_function([x, y], sparse=True)(np.ones(2), 1.0)
    with pytest.raises(ValueError, match=r"x has shape \(3,\), the last axes have to be \(12,\)"):
        gradient_function(ROSENBROCK, [LETTERS])(np.ones(3))
