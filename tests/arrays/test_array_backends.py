"""Functions of whole arrays with other libraries: every operation beside NumPy, and beside one
another's derivatives."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

from derive.arrays.nodes import Array, variables
from derive.arrays.reading import read
from lambdify_bridge import gradient_function, jacobian_function, to_numpy
from lambdify_bridge.backends.dask_arrays import PRESENT
from lambdify_bridge.backends.numpy_arrays import ARRAYS
from tests.arrays.test_array_programs import CASES, point

Made = Callable[[str], Array]
SHAPES = {"A": "m,n", "x": "n"}
LOSS = "sum(tanh(A @ x)**2) + sum(logsumexp(A, axis=1))/n"


@pytest.fixture
def jax() -> Any:
    library = pytest.importorskip("jax", reason="JAX is not installed")
    library.config.update("jax_enable_x64", True)
    yield library
    library.config.update("jax_enable_x64", False)


@pytest.fixture
def torch() -> Any:
    library = pytest.importorskip("torch", reason="PyTorch is not installed")
    library.set_default_dtype(library.float64)
    yield library
    library.set_default_dtype(library.float32)


def assert_as_numpy(made: Made, text: str, backend: str) -> None:
    node = made(text)
    names, at = [v.name for v in variables(node)], point(node)
    expected = to_numpy(node, names)(**at)
    f = to_numpy(node, names, backend=backend)
    found = f(**at)
    found = np.asarray(found.compute() if backend == "dask" else found, float)
    if "eigvecs" in text:  # each up to its sign
        found, expected = abs(found), abs(expected)
    assert found.shape == np.shape(expected)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
    space: dict[str, Any] = {}
    exec(f.source, space)
    assert callable(space["function"])


@pytest.mark.parametrize(("made", "text"), CASES)
def test_with_jax(made: Made, text: str, jax: Any) -> None:
    assert_as_numpy(made, text, "jax")


@pytest.mark.parametrize(("made", "text"), CASES)
def test_with_torch(made: Made, text: str, torch: Any) -> None:
    assert_as_numpy(made, text, "torch")


@pytest.mark.parametrize(("made", "text"), CASES)
def test_with_mpmath(made: Made, text: str) -> None:
    assert_as_numpy(made, text, "mpmath")


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of NumPy, when Dask computes
@pytest.mark.parametrize(("made", "text"), CASES)
def test_with_dask(made: Made, text: str) -> None:
    pytest.importorskip("dask.array", reason="Dask is not installed")
    node = made(text)
    program = to_numpy(node, [v.name for v in variables(node)]).program
    if {operation.name for operation in program.operations} & ({*ARRAYS} - PRESENT):
        with pytest.raises(ValueError, match="Dask has no"):
            to_numpy(node, backend="dask")
    else:
        assert_as_numpy(made, text, "dask")


def at() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(3)
    return random.normal(size=(3, 4)), random.normal(size=4)


def test_derivatives_with_jax(jax: Any) -> None:
    """JAX's own derivatives of our function, compiled, and our gradient as a function of JAX."""
    A, x = at()
    loss = read(LOSS, SHAPES)
    f = to_numpy(loss, backend="jax")
    theirs = jax.jit(jax.grad(f, argnums=(0, 1)))(A, x)
    for ours in (gradient_function(loss)(A, x), gradient_function(loss, backend="jax")(A, x)):
        for one, two in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(one, two, rtol=1e-12)
    hessian = jax.hessian(f, argnums=1)(A, x)
    found = jacobian_function(gradient_function(loss, wrt="x"), wrt="x")(A, x)
    np.testing.assert_allclose(found, hessian, rtol=1e-11, atol=1e-13)


def test_derivatives_with_torch(torch: Any) -> None:
    A, x = (torch.tensor(value, requires_grad=True) for value in at())
    loss = read(LOSS, SHAPES)
    to_numpy(loss, backend="torch")(A, x).backward()
    for ours, theirs in zip(gradient_function(loss)(*at()), (A.grad, x.grad), strict=True):
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-12)
    single = to_numpy(loss, backend="torch")(*(torch.tensor(v, dtype=torch.float32) for v in at()))
    assert single.dtype == torch.float32


def test_many_digits() -> None:
    """Constants have them too."""
    f = to_numpy(read("A @ x/3 + sqrt(2)*exp(A @ x)", SHAPES), backend="mpmath", digits=40)
    (found,) = f(np.ones((1, 1)), np.ones(1))
    with mpmath.workdps(45):
        expected = mpmath.mpf(1) / 3 + mpmath.sqrt(2) * mpmath.e
        assert abs(found - expected) < mpmath.mpf(10) ** -39
    inverse = to_numpy(read("inv(A)", {"A": "n,n"}), backend="mpmath", digits=30)
    hilbert = 1 / (np.arange(6)[:, None] + np.arange(6) + 1.0)
    with mpmath.workdps(30):
        product = inverse(hilbert) @ np.frompyfunc(mpmath.mpf, 1, 1)(hilbert)
        assert abs(product - np.eye(6, dtype=int)).max() < mpmath.mpf(10) ** -20


@pytest.mark.parametrize("backend", ["c", "ufunc", "flint"])
def test_what_computes_numbers_only_says_so(backend: str) -> None:
    node = read("A @ x", SHAPES)
    with pytest.raises(ValueError, match="no functions of whole arrays: numpy, jax"):
        to_numpy(node, backend=backend)
    with pytest.raises(ValueError, match="no functions of whole arrays: numpy, jax"):
        gradient_function(read(LOSS, SHAPES), backend=backend)
    with pytest.raises(ValueError, match="take those of the library"):
        jacobian_function(node, backend="jax")


def test_shapes_are_checked_and_functions_copied() -> None:
    f = to_numpy(read("A @ x", SHAPES), backend="mpmath", digits=20)
    with pytest.raises(ValueError, match="axis 0 of x has size 3, but n is 4"):
        f(np.ones((3, 4)), np.ones(3))
    A, x = at()
    again = pickle.loads(pickle.dumps(f))
    assert (again(A, x) == f(A, x)).all()
    with pytest.raises(TypeError, match="not text"):
        f([["1", "2"]], ["3", "4"])
