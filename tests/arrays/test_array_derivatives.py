"""Derivatives of programs of arrays: each operation, and whole networks, beside what they mean."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest
import sympy as sp

import derive
from derive.arrays.nodes import Array, variable, variables
from derive.arrays.reading import read
from lambdify_bridge import (
    gradient_function,
    hessian_function,
    jacobian_function,
    to_numpy,
    value_and_gradient,
)
from lambdify_bridge.arrays.lowering import lowered
from lambdify_bridge.backends.numpy import compile_source, source
from lambdify_bridge.differentiation import programs
from lambdify_bridge.differentiation.array_partials import CONSTANT, DIFFERENTIALS, LINEAR
from lambdify_bridge.program import Operation, Program
from lambdify_bridge.shapes import SHAPES as RULES
from lambdify_bridge.shapes import ArrayVariable
from tests.arrays.test_array_programs import (
    CASES,
    GRADIENTS,
    SIZES,
    STRUCTURES,
    of_gradient,
    of_text,
    point,
    used,
)  # fmt: skip

# Derivatives of the polar factor are not known here, nor second ones of the exponential.
REFUSED = {"polar(A)", "leading_pair(A)", "expm_frechet(X, S)"}
SMOOTH = [(made, text) for made, text in CASES if text not in REFUSED]
# fmt: off
TWICE = [
    "sum(A @ x)**2", "sum(softmax(A, axis=1)**2)", "sum(log_softmax(T, axis=1)**2)", "det(X)**2",
    "sum(logsumexp(A, axis=0)**2)", "sum(normalise(A, axis=1)[:, 1])", "sum(inv(X)**2)",
    "logdet(S)", "sum(sqrtm(S))", "sum(eigvalsh(S)**3)", "sum(cholesky(S)**3)", "norm(A)",
    "sum(X[i]**3)",
    "sum(windows(A, 1, 2)**3)", "sum(standardized(T, (1,))**3)", "sum(inverse_deviation(A, (0,)))",
    "sum(placed(A, 1, 2, 9, 2)**3)", "sum(where(A > 0, A**2, x**3))", "sum(kron(A, X)**2)",
    "sum(tanh(A @ x))**2", "sum(norm(T, axis=0)*A)", "sum(reshape(T, (k, m*n))**3)",
]
# fmt: on


class Case:
    """A program with values for its inputs, and the positions that it is differentiated by."""

    def __init__(self, node: Array) -> None:
        given, at = variables(node), point(node)
        self.program = lowered([node], given).program
        self.by = [k for k, v in enumerate(given) if v.structure != "indices"]
        self.values: list[Any] = [np.asarray(at[v.name]) for v in given]
        self.values += [SIZES[letter] for letter in self.program.inputs[len(given) :]]

    def run(self, program: Program, *more: Any) -> tuple[np.ndarray, ...]:
        with np.errstate(all="ignore"):
            found = compile_source(source(program))(*self.values, *more)
        return tuple(np.asarray(each, float) for each in found)

    def moved(self, by: list[np.ndarray], step: float) -> np.ndarray:
        values = list(self.values)
        for k, v in zip(self.by, by, strict=True):
            values[k] = values[k] + step * v
        with np.errstate(all="ignore"):
            return np.asarray(compile_source(source(self.program))(*values)[0], float)

    def slope(self, by: list[np.ndarray], h: float = 1e-5) -> np.ndarray:
        """The difference quotient along a direction, of order 4."""
        f = {s: self.moved(by, s * h) for s in (-2, -1, 1, 2)}
        return (8 * (f[1] - f[-1]) - (f[2] - f[-2])) / (12 * h)

    def directions(self) -> list[np.ndarray]:
        random = np.random.default_rng(5)
        return [random.normal(size=np.shape(self.values[k])) for k in self.by]


@pytest.mark.parametrize(("made", "text"), SMOOTH)
def test_tangents_are_difference_quotients(made: Any, text: str) -> None:
    case = Case(made(text))
    if not case.by:
        return
    by = case.directions()
    (change,) = case.run(programs.jacobian_vector(case.program, case.by), *by)
    expected = case.slope(by)
    there = np.isfinite(expected)
    assert there.any()
    np.testing.assert_allclose(change[there], expected[there], rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(("made", "text"), SMOOTH)
def test_adjoints_are_transposed_tangents(made: Any, text: str) -> None:
    """wᵀ(Jv) is (wᵀJ)v, for random v and w, and the adjoints have the shapes of the arguments."""
    case = Case(made(text))
    by = case.directions()
    (value,) = case.run(case.program)
    w = np.random.default_rng(6).normal(size=value.shape)
    slopes = case.run(programs.vector_jacobian(case.program, case.by), w)
    assert [s.shape for s in slopes] == [v.shape for v in by]
    if case.by:
        (change,) = case.run(programs.jacobian_vector(case.program, case.by), *by)
        total = sum(np.sum(s * v) for s, v in zip(slopes, by, strict=True))
        np.testing.assert_allclose(total, np.sum(w * change), rtol=1e-10, equal_nan=True)


@pytest.mark.parametrize("text", TWICE)
def test_products_with_the_second_derivative(text: str) -> None:
    node = of_text(text)
    case = Case(node)
    by = case.directions()
    found = case.run(programs.hessian_vector(case.program, case.by), *by)
    slope = programs.gradient(case.program, case.by)
    for k, second in enumerate(found):
        case.program = Program(slope.inputs, slope.operations, (slope.outputs[k],))
        np.testing.assert_allclose(second, case.slope(by), rtol=1e-5, atol=1e-5)


def test_every_operation_has_a_row() -> None:
    """And every row is differentiated by one of the tests above."""
    assert {*RULES} <= {*LINEAR, *DIFFERENTIALS, *CONSTANT}
    assert not CONSTANT & {*LINEAR, *DIFFERENTIALS}
    names = {
        operation.name for made, text in CASES for operation in Case(made(text)).program.operations
    }
    assert {*LINEAR, *DIFFERENTIALS, *CONSTANT} <= names | {"indicator"}


@pytest.mark.parametrize("text", sorted(REFUSED))
def test_what_has_no_derivative_here_says_so(text: str) -> None:
    case = Case(of_text(text))
    with pytest.raises(ValueError, match="no derivative of"):
        programs.jacobian_vector(case.program, case.by)


def single(name: str, payload: Any, *shapes: tuple[int, ...]) -> Case:
    """One operation on arrays of these shapes."""
    case = Case.__new__(Case)
    random = np.random.default_rng(8)
    case.values = [random.normal(size=shape) for shape in shapes]
    inputs = tuple(
        ArrayVariable(f"x{k}", tuple(map(sp.Integer, shape))) for k, shape in enumerate(shapes)
    )
    own = tuple(Operation("input", (), k) for k in range(len(shapes)))
    operations = (*own, Operation(name, tuple(range(len(shapes))), payload))
    case.program = Program(inputs, operations, (len(shapes),))
    case.by = [*range(len(shapes))]
    return case


# fmt: off
SINGLE = [
    ("matmul", None, (3, 4), (4, 5)), ("matmul", None, (4,), (4, 5)),
    ("matmul", None, (3, 4), (4,)), ("matmul", None, (4,), (4,)),
    ("einsum", "ii->i", (3, 3)), ("einsum", "iij->j", (3, 3, 2)),
    ("einsum", "ab,ab->a", (3, 4), (3, 4)), ("einsum", "ab,cb->", (3, 4), (2, 4)),
    ("einsum", "iab,ibi->a", (3, 4, 2), (3, 2, 3)),
    ("tensordot", ((0, 2), (1, 0)), (2, 3, 4), (4, 2)), ("sum", ((0, 2), False), (2, 3, 4)),
    ("sum", (None, False), (2, 3)), ("sum", ((1,), True), (2, 3)),
    ("max", (None, False), (2, 3)), ("max", ((0, 1), True), (2, 3)), ("min", ((0,), True), (2, 3)),
    ("add", None, (2, 1, 3), (4, 1)), ("mul", None, (2, 1, 3), (4, 1)), ("mul", None, (3,), (2, 3)),
    ("div", None, (3,), (2, 1)), ("transpose", (2, 0, 1), (2, 3, 4)),
    ("expand", (False, True, False), (3, 4)), ("maximum", None, (3,), (2, 3)),
]
# fmt: on


@pytest.mark.parametrize(("name", "payload", "shapes"), [(n, p, s) for n, p, *s in SINGLE])
def test_single_operations_by_all_operands(name: str, payload: Any, shapes: Any) -> None:
    case = single(name, payload, *shapes)
    by = case.directions()
    (change,) = case.run(programs.jacobian_vector(case.program, case.by), *by)
    np.testing.assert_allclose(change, case.slope(by), rtol=1e-7, atol=1e-8)
    w = np.random.default_rng(9).normal(size=change.shape)
    slopes = case.run(programs.vector_jacobian(case.program, case.by), w)
    assert [s.shape for s in slopes] == [v.shape for v in by]
    total = sum(np.sum(s * v) for s, v in zip(slopes, by, strict=True))
    np.testing.assert_allclose(total, np.sum(w * change), rtol=1e-12)


def test_axes_along_which_an_adjoint_is_the_same_are_counted() -> None:
    """The adjoint of a sum is one number for all entries; broadcast entries are used many times."""
    inputs = (ArrayVariable("A", (sp.Integer(2), sp.Integer(3))), ArrayVariable("x", (sp.S(3),)))
    operations = [Operation("input", (), 0), Operation("input", (), 1), Operation("add", (0, 1))]
    operations.append(Operation("sum", (2,), (None, False)))
    slope = programs.gradient(Program(inputs, tuple(operations), (3,)))
    by_A, by_x = compile_source(source(slope))(np.ones((2, 3)), np.ones(3))
    assert np.asarray(by_A).tolist() == [[1.0] * 3] * 2
    assert np.asarray(by_x).tolist() == [2.0] * 3


# -- functions -------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", GRADIENTS)
def test_gradients_are_those_that_derive_finds(text: str) -> None:
    expected = of_gradient(text)
    node = of_text(text)
    wrt = next(name for name in used(text) if name not in STRUCTURES)
    names = [v.name for v in variables(node)]
    at = point(node)
    found = gradient_function(node, names, wrt=wrt)(**at)
    theirs = to_numpy(expected)(**{v.name: at[v.name] for v in variables(expected)})
    np.testing.assert_allclose(found, theirs, rtol=1e-12, atol=1e-14)


SHAPES = {"X": "N,d", "W_1": "d,h", "b_1": "h", "W_2": "h,k", "b_2": "k", "Y": "N,k"}
WEIGHTS = "W_1, b_1, W_2, b_2"
NETWORKS = [
    ["Z = X @ W_1 + b_1", "H = relu(Z)", "L = -sum(Y*log_softmax(H @ W_2 + b_2, axis=1))/N"],
    ["H = tanh(X @ W_1 + b_1)", "L = sum((softmax(H @ W_2 + b_2, axis=1) - Y)**2)"],
    ["H = standardized(X @ W_1 + b_1, (0,))", "L = sum(logsumexp(H @ W_2 + b_2, axis=1)*X[:, 0])"],
    ["H = normalise(X @ W_1 + b_1, axis=1)", "L = norm(H @ W_2 + b_2 - Y)"],
]  # fmt: skip


def of_network() -> dict[str, np.ndarray]:
    sizes, random = {"N": 5, "d": 4, "h": 6, "k": 3}, np.random.default_rng(2)
    return {name: random.normal(size=[sizes[n] for n in shape.split(",")])
            for name, shape in SHAPES.items()}  # fmt: skip


def loss(lines: list[str]) -> Array:
    """The last line in place of the names of those before it."""
    *before, last = (line.split(" = ", 1) for line in lines)
    text = last[1]
    for name, meaning in reversed(before):
        text = "".join(f"({meaning})" if part == name else part
                       for part in sp.utilities.iterables.flatten(_words(text)))  # fmt: skip
    return read(text, {name: s for name, s in SHAPES.items() if name in _words(text)})


def _words(text: str) -> list[str]:
    import re

    return re.split(r"(\w+)", text)


@pytest.mark.parametrize("lines", NETWORKS)
def test_networks_beside_the_derivation(lines: list[str]) -> None:
    derived = derive.backprop(lines, wrt=WEIGHTS, shapes=SHAPES).to_numpy()
    at = of_network()
    value, *expected = derived(**{name: at[name] for name in derived.args})
    node = loss(lines)
    swept = value_and_gradient(node, wrt=WEIGHTS)
    ours, *slopes = swept(**{name: at[name] for name in swept.args})
    assert ours == pytest.approx(value, rel=1e-13)
    for mine, theirs in zip(slopes, expected, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-10, atol=1e-12)


def test_what_is_accepted() -> None:
    node, at = read("sum(tanh(A @ x))", {"A": "m,n", "x": "n"}), of_network()
    A, x = at["W_1"], np.arange(6.0)
    by_A, by_x = gradient_function(node)(A, x)
    assert by_A.shape == A.shape
    np.testing.assert_array_equal(gradient_function(node, "x, A", wrt="x")(x, A), by_x)
    np.testing.assert_array_equal(gradient_function(to_numpy(node), wrt=["A"])(A=A, x=x), by_A)
    derivation = derive.gradient("sum(tanh(A @ x))", "x", {"A": "m,n", "x": "n"})
    J = jacobian_function(derivation, wrt="x")
    assert J(A, x).shape == (6, 6)
    for each in (pickle.loads(pickle.dumps(J)), copy.copy(J)):
        np.testing.assert_array_equal(each(A, x), J(A, x))


def test_refusals() -> None:
    shapes = {"A": "m,n", "x": "n"}
    with pytest.raises(ValueError, match="of one number, not of an array"):
        gradient_function(read("A @ x", shapes))
    with pytest.raises(ValueError, match="y is none of them"):
        gradient_function(read("sum(A @ x)", shapes), wrt="y")
    with pytest.raises(ValueError, match="has its arguments"):
        gradient_function(to_numpy(read("sum(A @ x)", shapes)), "A, x")


@pytest.mark.parametrize(("structure", "keeps"), [
    ("symmetric", lambda G: (G + G.T) / 2), ("diagonal", lambda G: G * np.eye(len(G))),
    ("lower triangular", np.tril), ("upper triangular", np.triu),
])  # fmt: skip
def test_structures_are_kept(structure: str, keeps: Any) -> None:
    X = np.random.default_rng(4).normal(size=(3, 3))
    A, at = np.arange(9.0).reshape(3, 3), keeps(X)
    shapes, text = {"S": "n,n", "A": "n,n"}, "sum(tanh(A @ S @ S))"
    free = gradient_function(read(text, shapes), "S, A", wrt="S")(at, A)
    own = gradient_function(read(text, shapes, {"S": structure}), "S, A", wrt="S")(at, A)
    np.testing.assert_allclose(own, keeps(free), atol=1e-14)
    derived = derive.gradient(text, "S", shapes, {"S": structure}).to_numpy()
    np.testing.assert_allclose(own, derived(S=at, A=A), atol=1e-12)


def test_jacobians_by_whole_arrays() -> None:
    A, x = np.random.default_rng(1).normal(size=(2, 3)), np.array([0.3, -1.0, 0.4])
    slope = 1 - np.tanh(A @ x) ** 2
    tall = read("tanh(A @ x)", {"A": "m,n", "x": "n"})
    for text, by in (("A, x", (0, 1)), ("x, A", (1, 0))):
        found = jacobian_function(tall, text)(*([A, x] if by[0] == 0 else [x, A]))
        np.testing.assert_allclose(found[by[1]], slope[:, None] * A)
        expected = np.einsum("i,ij,k->ijk", slope, np.eye(2), x)
        np.testing.assert_allclose(found[by[0]], expected)
    forwards = jacobian_function(read("outer(x, x)", {"x": "n"}))(x)
    np.testing.assert_allclose(forwards, np.einsum("ik,j->ijk", np.eye(3), x)
                               + np.einsum("jk,i->ijk", np.eye(3), x))  # fmt: skip


def test_second_derivatives_by_whole_arrays() -> None:
    A, x = np.random.default_rng(1).normal(size=(2, 3)), np.array([0.3, -1.0, 0.4])
    node = read("sum(exp(A @ x))", {"A": "m,n", "x": "n"})
    e = np.exp(A @ x)
    H = hessian_function(node, wrt="x")
    np.testing.assert_allclose(H(A, x), A.T @ (e[:, None] * A))
    (aa, ax), (xa, xx) = hessian_function(node)(A, x)
    np.testing.assert_allclose(aa, np.einsum("i,ij,k,l->ikjl", e, np.eye(2), x, x))
    np.testing.assert_allclose(xx, H(A, x))
    np.testing.assert_allclose(ax, np.moveaxis(xa, 0, -1))
    derived = derive.hessian("sum(exp(A @ x))", "x", {"A": "m,n", "x": "n"}).to_numpy()
    np.testing.assert_allclose(derived(A=A, x=x), H(A, x))


def test_the_precision_of_the_arguments() -> None:
    x = variable("x", "n")
    found = gradient_function((x @ x) / 3)(np.ones(3, np.float32))
    assert found.dtype == np.float32


def test_what_is_not_chosen_adds_nothing() -> None:
    """Not even 0 times infinity."""
    node = read("sum(where(x > 0, log(x)*sqrt(x), 3*x))", {"x": "n"})
    found = gradient_function(node)(np.array([0.0, 1.0, -2.0]))
    np.testing.assert_allclose(found, [3.0, 1.0, 3.0])


def test_scalar_formulas_by_some_of_their_arguments() -> None:
    x, y = sp.symbols("x y")
    np.testing.assert_array_equal(gradient_function(x**2 * y, wrt="y")(3.0, 2.0), [9.0])
    np.testing.assert_array_equal(hessian_function(x**2 * y, [x, y], wrt=[x])(3.0, 2.0), [[4.0]])
    with pytest.raises(ValueError, match="z is none of them"):
        gradient_function(x**2 * y, wrt="z")


@pytest.mark.parametrize("lines", NETWORKS[:2])
def test_networks_beside_autograd(lines: list[str]) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    at = of_network()
    T = {name: torch.tensor(value, requires_grad=True) for name, value in at.items()}
    Z = T["X"] @ T["W_1"] + T["b_1"]
    H = torch.relu(Z) if "relu" in lines[1] else torch.tanh(Z)
    out = H @ T["W_2"] + T["b_2"]
    if "log_softmax" in lines[-1]:
        value = -(T["Y"] * torch.log_softmax(out, 1)).sum() / len(at["X"])
    else:
        value = ((torch.softmax(out, 1) - T["Y"]) ** 2).sum()
    value.backward()
    swept = value_and_gradient(loss(lines), wrt=WEIGHTS)
    ours, *slopes = swept(**{name: at[name] for name in swept.args})
    assert ours == pytest.approx(value.item(), rel=1e-12)
    for name, mine in zip(WEIGHTS.split(", "), slopes, strict=True):
        np.testing.assert_allclose(mine, T[name].grad.numpy(), rtol=1e-10, atol=1e-12)
