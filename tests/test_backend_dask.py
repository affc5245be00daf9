"""Functions of Dask arrays: the NumPy function block by block, lazily."""

import numpy as np
import pytest
import sympy as sp
from sympy.abc import x, y

from lambdify_bridge.backends.dask import by_block
from lambdify_bridge.to_numpy import to_numpy

pytest.importorskip("dask.array", reason="Dask is not installed")
import dask.array as da

FORMULA = sp.Piecewise((sp.log(x), x > 0), (y, True))


def test_chunks_are_kept_and_nothing_is_computed_before_it_is_asked():
    f, calls = to_numpy(FORMULA, [x, y]), []

    def counted(*blocks):
        calls.append([np.shape(block) for block in blocks])
        return f(*blocks)

    a = da.random.default_rng(1).normal(size=(100, 50), chunks=(30, 25))
    result = by_block(counted)(a, a + 1)
    assert result.chunks == a.chunks
    assert all(np.prod(shape) == 1 for call in calls for shape in call), "a sample, for the type"
    calls.clear()
    np.testing.assert_array_equal(result.compute(), f(a.compute(), a.compute() + 1))
    assert len(calls) == 8


def test_inputs_broadcast():
    f = to_numpy(FORMULA, [x, y])
    a, b = np.linspace(-1, 1, 12).reshape(3, 4), np.arange(4.0)
    blocks = by_block(f)
    for second in (2.0, b, da.from_array(b, chunks=2), da.from_array(a[:, :1], chunks=1)):
        expected = f(a, np.asarray(second))
        np.testing.assert_array_equal(blocks(da.from_array(a, chunks=2), second), expected)


def test_several_results_and_matrices():
    f = to_numpy([FORMULA, sp.Matrix([[x, y, 1]]), x > y], [x, y])
    a = da.from_array(np.linspace(-1, 1, 10), chunks=4)
    results = by_block(f)(a, 0.5)
    assert [r.shape for r in results] == [(10,), (10, 1, 3), (10,)]
    assert [r.dtype for r in results] == [float, float, bool]
    assert [r.chunks[0] for r in results] == [(4, 4, 2)] * 3
    for result, expected in zip(results, f(a.compute(), 0.5), strict=True):
        np.testing.assert_array_equal(result, expected)


def test_precision_is_kept():
    a = da.ones(5, chunks=2, dtype=np.float32)
    result = by_block(to_numpy(sp.sqrt(2) * x))(a)
    assert result.dtype == np.float32 == result.compute().dtype
