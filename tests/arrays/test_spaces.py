"""Results written into arrays that are given, and memory that calls leave to one another."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from derive.arrays.nodes import variables
from derive.arrays.reading import read
from lambdify_bridge import gradient_function, to_numpy
from lambdify_bridge.arrays.function import ArrayFunction
from lambdify_bridge.arrays.spaces import MANY
from lambdify_bridge.backends.numpy import compile_source
from tests.arrays.test_array_programs import CASES, SIZES, point

SHAPES = {"A": "m,n", "B": "n,n", "x": "n"}
TEXT = "sum(tanh(A @ B + x)**2)"


def large(kind: Any = float) -> list[np.ndarray]:
    random = np.random.default_rng(0)
    found = random.normal(size=(60, 70)), random.normal(size=(70, 70)), random.normal(size=70)
    return [each.astype(kind) for each in found]


@pytest.mark.parametrize(("made", "text"), CASES)
def test_every_operation_into_given_memory(made: Any, text: str) -> None:
    """The same numbers, to the last bit but for the order of sums."""
    node = made(text)
    f, at = ArrayFunction([node, node + node], variables(node), single=False), point(node)
    arrays, sizes = f._arguments([at[name] for name in f.args], {})
    with np.errstate(all="ignore"):
        expected = f._function(*arrays)
        for _ in range(2):  # the second time in memory that was written before
            found = f._spaces.results(arrays, sizes | SIZES, np.dtype(float), None)
            for one, two in zip(found, expected, strict=True):
                assert one.shape == np.shape(two)
                np.testing.assert_allclose(one, two, rtol=1e-13, atol=1e-15, equal_nan=True)
            assert not any(np.shares_memory(a, b) for a, b in combinations([*found, *arrays], 2))


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_results_in_arrays_that_are_given(kind: Any) -> None:
    g = gradient_function(read(TEXT, SHAPES))
    arrays = large(kind)
    assert sum(each.size for each in arrays) > MANY
    expected = g(*arrays)
    out = tuple(np.empty_like(each) for each in arrays)
    found = g(*arrays, out=out)
    for one, two, given in zip(found, expected, out, strict=True):
        assert np.shares_memory(one, given)
        assert one.dtype == kind
        np.testing.assert_array_equal(one, two)
    some = g(*arrays, out=(None, out[1], None))
    assert [np.shares_memory(a, b) for a, b in zip(some, out, strict=True)] == [False, True, False]


def test_results_over_their_arguments() -> None:
    """Arguments, and other results, are read before they are written over."""
    g = gradient_function(read(TEXT, SHAPES))
    arrays = large()
    expected = [each.copy() for each in g(*arrays)]
    for one, two in zip(g(*arrays, out=tuple(arrays)), expected, strict=True):
        np.testing.assert_array_equal(one, two)
    f = to_numpy(read("A.T @ A", SHAPES))
    A = large()[1]
    expected_product = A.T @ A
    np.testing.assert_allclose(f(A, out=A[::-1]), expected_product, rtol=1e-12)


def test_what_does_not_fit_is_refused() -> None:
    g = gradient_function(read(TEXT, SHAPES), wrt="x")
    A, B, x = large()
    for wrong, error in [(np.empty(3), ValueError), (np.empty(70, np.float32), ValueError),
                         ((x, x), ValueError), ([1.0], TypeError)]:  # fmt: skip
        with pytest.raises(error):
            g(A, B, x, out=wrong)
    few = to_numpy(read("2*x", {"x": "n"}))
    out = np.zeros(3)
    assert few(np.ones(3), out=out).tolist() == out.tolist() == [2.0, 2.0, 2.0]


def test_many_threads_at_once() -> None:
    g = gradient_function(read(TEXT, SHAPES))
    many = [[(k + 1) / 4 * each for each in large()] for k in range(8)]
    expected = [g(*arrays) for arrays in many]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda k: g(*many[k % 8]), range(64)))
    for k, results in enumerate(found):
        for one, two in zip(results, expected[k % 8], strict=True):
            np.testing.assert_array_equal(one, two)


def test_mixed_precision_is_not_rounded() -> None:
    g = gradient_function(read(TEXT, SHAPES), wrt="A")
    A, B, x = large()
    mixed = g(A.astype(np.float32), B, x)
    assert mixed.dtype == float
    np.testing.assert_allclose(mixed, g(A.astype(np.float32).astype(float), B, x), rtol=1e-12)


def test_memory_is_used_again() -> None:
    f = to_numpy(read("exp(sin(cos(A + x)*2) + 1)", SHAPES))
    assert len(f._spaces.code.spaces) == 1
    assert compile_source(f._spaces.code.source)
