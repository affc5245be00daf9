"""Programs of array graphs: shapes, code and single operations, beside the values at run time."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from sympy import (
    Expr,
    Max,
    Piecewise,
    Symbol,
    exp,
    gamma,
    log,
    loggamma,
    polygamma,
    sign,
    tanh,
)

import derive
from derive.arrays.elementwise import elementwise
from derive.arrays.nodes import Array, size, variable, variables
from derive.arrays.reading import read
from derive.elementary import relu, softplus
from lambdify_bridge import to_numpy
from lambdify_bridge.arrays.function import ArrayFunction
from lambdify_bridge.arrays.tape import Tape
from lambdify_bridge.backends.numpy import CALLS, INFIX, PREFIX
from lambdify_bridge.backends.numpy_arrays import ARRAYS
from lambdify_bridge.shapes import SHAPES as RULES

t = Symbol("t", real=True)
SHAPES = {"A": "m,n", "B": "m,n", "x": "n", "y": "n", "X": "n,n", "S": "n,n", "T": "k,m,n",
          "i": "m", "W": "m,n,3"}  # fmt: skip
STRUCTURES = {"S": "positive definite", "i": "indices"}
SIZES = {size("m"): 3, size("n"): 4, size("k"): 2}

# fmt: off
TEXTS = [
    "A @ x",  "A.T @ A",  "sum(A*B)",  "A*x",  "A + x",  "sum(A, axis=0)*x",  "norm(A @ x)*B",
    "max(A, axis=1)",  "min(T, axis=2)",  "softmax(A, axis=1)",  "log_softmax(T, axis=1)",
    "logsumexp(A, axis=0)",  "normalise(A, axis=1)",  "norm(T, axis=0)",  "at_max(A, axis=1)",
    "at_min(A, axis=0)",  "inv(X)",  "det(X)*x",  "logdet(S)",  "expm(X)",  "sqrtm(S)",
    "eigvalsh(S)",  "eigvecsh(S)",  "cholesky(S)",  "polar(A)",  "leading_pair(A)",
    "lower_half(X)",  "nuclear_norm(A)",  "spectral_norm(A)",  "expm_frechet(X, S)",
    "solve_sylvester(S, S, X)",  "standardized(T, (1,))",  "inverse_deviation(A, (0,))",
    "reshape(T, (k, m*n))",  "A[:2]",  "A[:m - 1]",  "W[:, :, ::2]",  "placed(A, 1, 2, 9, 2)",
    "placed(A, 0, n, m + n)",  "windows(T, 1, 2)",  "windows(A, 1, 2, 2)",
    "overlapped(W, 1, n + 2)",  "overlapped(T, 0, n + k)",  "one_hot(i, 5)",  "one_hot(i, m)",
    "X[i]",  "T[:, i]",  "A[arange(m), i]",  "T[:, arange(m), i]",
    "T[:, i, i]",  "X[i][:, i]",  "tril(X)",    "eye(n) + X",  "eye(m*n)*sum(A)",
    "where(A > 0, A, x)",  "relu(A)",  "where(A > 0, 1, 0)*B",  "where(x < y, x**2, exp(y))",
    "heaviside(x, 0)",  "x**-1.5 + n*x - x/3",  "einsum('ij,ik->ijk', A, B)",  "T @ x",
    "einsum('kij,kil->jl', T, T)",  "outer(x, y)[:, None]",  "x[None, :] + A",
    "polygamma(1, x**2)",  "softplus(x)",  "-A/n - 2*B",  "kron(A, X)",
    "concatenate((A, B), 1)",  "trace(X)",  "diag(X)",  "diag(x)",
]
GRADIENTS = ["sum(X[i]*A)", "sum(tanh(A @ X)[i]**2)", "sum(relu(A @ x))",
             "sum(windows(A, 1, 2)**2)", "sum(log_softmax(A, axis=1)[arange(m), i])",
             "sum(A[:2]**2)"]
# fmt: on


def used(text: str) -> dict[str, str]:
    words = "".join(c if c.isalnum() or c == "_" else " " for c in text).split()
    return {name: shape for name, shape in SHAPES.items() if name in words}


def of_text(text: str) -> Array:
    names = used(text)
    return read(text, names, {name: k for name, k in STRUCTURES.items() if name in names})


def of_gradient(text: str) -> Array:
    names = used(text)
    structures = {name: k for name, k in STRUCTURES.items() if name in names}
    return derive.gradient(text, next(n for n in names if n not in structures), names,
                           structures).result  # fmt: skip


CASES = [*((of_text, text) for text in TEXTS), *((of_gradient, text) for text in GRADIENTS)]


def point(node: Array) -> dict[str, Any]:
    r = np.random.default_rng(7)
    values: dict[str, Any] = {}
    for v in variables(node):
        shape = [int(n.subs(SIZES)) for n in v.shape]
        x = r.normal(size=shape)
        values[v.name] = {"indices": r.integers(0, 2, shape),
                          "positive definite": x @ x.T + np.eye(len(x)) if x.ndim == 2 else x,
                          }.get(v.structure, x)  # fmt: skip
    return values


@pytest.mark.parametrize(("made", "text"), CASES)
def test_shapes_are_those_at_run_time(made: Callable[[str], Array], text: str) -> None:
    """Of every single operation: what is inferred is what NumPy gives."""
    node = made(text)
    tape, at = Tape([node]), point(node)
    with np.errstate(all="ignore"):
        values = tape.run({v: np.asarray(at[v.name]) for v in tape.given}, SIZES)
    for operation, value, shape in zip(
        tape.program.operations, values, tape.program.shapes, strict=True
    ):
        assert np.shape(value) == tuple(int(n.subs(SIZES)) for n in shape), operation


def test_every_row_is_used() -> None:
    """No row without an operation that is lowered to, and no operation without a row."""
    names = {operation.name for made, text in CASES
             for operation in Tape([made(text)]).program.operations}  # fmt: skip
    assert set(ARRAYS) <= names
    assert names <= {*ARRAYS, *CALLS, *INFIX, *PREFIX, "input", "constant", "named"}
    assert set(RULES) <= {*ARRAYS, "matmul"}
    assert not set(ARRAYS) & {*CALLS, *INFIX, *PREFIX}


@pytest.mark.parametrize(("made", "text"), CASES)
def test_the_source_runs_by_itself(made: Callable[[str], Array], text: str) -> None:
    node = made(text)
    f, values = ArrayFunction([node], variables(node)), [*point(node).values()]
    space: dict[str, Any] = {}
    exec(f.source, space)
    with np.errstate(all="ignore"):
        (alone,) = space["function"](*values)
    assert np.array_equal(f(*values), alone, equal_nan=True)


FUNCTIONS = [tanh(t), 1 / (1 + exp(-t)), t**3 - 2 / t, gamma(t) * polygamma(1, t), loggamma(t),
             Piecewise((t**2, t < 1), (log(t), t < 2), (5, True)), Max(t, 1, t**2), sign(t - 1),
             Piecewise((1, (t > 1) & (t < 2)), (0, True)), softplus(t), relu(t - 1)]  # fmt: skip


@pytest.mark.parametrize("function", FUNCTIONS, ids=str)
def test_entries_are_computed_as_numbers_are(function: Expr) -> None:
    x, points = variable("x", "n"), np.linspace(0.2, 3.0, 9)
    ours = ArrayFunction([elementwise(function, {t: x})], [x])(points)
    assert np.allclose(ours, to_numpy(function, [t])(points), rtol=1e-14)


def test_only_what_follows_is_computed_again() -> None:
    A, x = variable("A", "m,n"), variable("x", "n")
    Z = (A @ x).named("Z")
    H = elementwise(tanh(t), {t: Z}).named("H")
    out = H @ H + Z @ Z + x @ x
    tape, at = Tape([out]), point(out)
    space = tape.run({v: at[v.name] for v in tape.given}, {})
    moved = np.array([1.0, -2.0, 0.5])
    again = tape.again(space, tape.places[H], moved)
    z, x_ = at["A"] @ at["x"], at["x"]
    assert np.isclose(tape.output(again, out), moved @ moved + z @ z + x_ @ x_)
    assert tape.output(again, Z) is tape.output(space, Z)
    again = tape.again(space, tape.places[Z], moved)
    assert np.isclose(
        tape.output(again, out), np.tanh(moved) @ np.tanh(moved) + moved @ moved + x_ @ x_
    )
    names = [tape.program.operations[place].name for place, _, _ in tape.after(tape.places[H])]
    assert names == ["matmul", "add", "add"]


def test_results_share_no_memory() -> None:
    x = variable("x", "n")
    f, given = (
        ArrayFunction([x, x, variable("A", "n,n").T], [x, variable("A", "n,n")], single=False),
        [np.ones(2), np.eye(2)],
    )
    one, two, three = f(*given)
    assert not any(np.shares_memory(a, b) for a, b in combinations([one, two, three, *given], 2))


def test_names_that_code_cannot_have() -> None:
    x, y = variable("floor", "n"), variable("max", "n")
    f = ArrayFunction([((x * y).named("np") * (x - y).named("sum")).named("int")], [x, y])
    assert np.array_equal(f(np.ones(2), np.full(2, 3.0)), [-6.0, -6.0])
    assert np.array_equal(f(**dict(zip(f.args, [[1.0], [2.0]], strict=True))), [-2.0])


# ------------------------------------------------------------------ types of arrays


def test_arguments_are_converted_to_the_type_that_is_asked() -> None:
    d = derive.gradient("norm(A @ x)**2", "x", shapes={"A": ("m", "n"), "x": "n"})
    f = d.to_numpy(dtype=np.float32)
    A, x = np.eye(2), np.array([1.0, 2.0])
    assert f(A, x).dtype == np.float32
    assert pickle.loads(pickle.dumps(f))(A, x).dtype == np.float32
    assert np.array_equal(f(A, x), [2, 4])


@pytest.mark.parametrize("value", [np.array([1j, 2]), np.array(["a", "b"]), np.array([None, 1])])
def test_what_are_no_real_numbers_is_refused(value: np.ndarray) -> None:
    f = derive.gradient("norm(A @ x)**2", "x", shapes={"A": ("m", "n"), "x": "n"}).to_numpy()
    with pytest.raises(TypeError, match="takes arrays of real numbers, not of"):
        f(np.eye(2), value)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"dtype": complex}, "arrays are real"), ({"dtype": float, "backend": "jax"}, "keep their")],
)
def test_types_that_no_array_function_has(options: dict, message: str) -> None:
    d = derive.gradient("norm(A @ x)**2", "x", shapes={"A": ("m", "n"), "x": "n"})
    with pytest.raises(ValueError, match=message):
        d.to_numpy(**options)
