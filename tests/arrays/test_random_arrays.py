"""Random array formulas against an evaluator of our own, and the mistakes that they showed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sympy import tanh

import derive
from derive.arrays.along import AlongAxis, sum_
from derive.arrays.elementwise import elementwise
from derive.arrays.matrix import MatrixFunction
from derive.arrays.nodes import PLACES, Array, postorder, variable
from derive.arrays.reading import FUNCTIONS, read
from derive.arrays.unevaluated import Adjoint
from lambdify_bridge.arrays.function import ArrayFunction
from tests.support.array_trials import Outcome, second_derivatives, trial
from tests.support.array_values import evaluate
from tests.support.random_arrays import SIZES, Formula, formula

SEEDS = range(5000, 5050)
MAY_BE_UNDECIDED = 0.1  # of the derivations
SHAPES = {
    "A": "m,n", "B": "m,n", "x": "n", "y": "n", "b": "m", "X": "n,n", "s": "", "t": "",
    "T": "k,m,n", "S": "n,n", "v": "4", "M": "3,4", "Q": "n,n,2",
}  # fmt: skip


def test_random_formulas() -> None:
    """Values, gradients and printed forms are right; what is refused is told in one line."""
    outcomes = {seed: trial(formula(seed, depth=3), seed, check=seed % 3 == 0) for seed in SEEDS}
    bad = {seed: o for seed, o in outcomes.items() if o.kind.isupper()}
    assert not bad, "\n".join(f"{s}: {o.detail}\n{formula(s, depth=3)}" for s, o in bad.items())
    assert sum(o.kind == "right" for o in outcomes.values()) > 0.8 * len(SEEDS)
    verdicts = [verdict for o in outcomes.values() for verdict, _ in o.verdicts]
    assert verdicts.count("confirmed") > (1 - MAY_BE_UNDECIDED) * len(verdicts)


OCCURRING = """
    @ ** .T sum mean trace det logdet inv solve kron diag diagonal vec norm nuclear_norm
    spectral_norm expm sqrtm eigvalsh cholesky matrix_power softmax log_softmax logsumexp sigmoid
    softplus relu max min maximum minimum where einsum concatenate transpose reshape outer tril triu
    ones eye exp log tanh normalise take arange
"""


def test_every_function_occurs() -> None:
    texts = " ".join(formula(seed).text for seed in range(5000, 6500))
    words = {*re.findall(r"\w+|@|\*\*|\.T", texts)}
    assert not set(OCCURRING.split()) - words


@pytest.mark.one_in(3)
@pytest.mark.parametrize("seed", [0, 2, 3, 5, 8])
def test_second_derivatives(seed: int) -> None:
    found = second_derivatives(seed)
    assert not found.kind.isupper(), found.detail


# fmt: off
MISTAKES = [  # each was wrong, or no answer, once
    "sum(b*(A[:, 1] - A[:, -1]))",  "sum(x[1:]**2 - x[:-1])",       "norm(x, 3)*s",
    "sum(where(A > s, A**2, B))",   "sum(relu(A)*B)",               "sum(sign(x)*y**2)",
    "sum(abs(x)**s)",               "sum((1.5 + sin(x))**y)",       "sum((1 + x**2)**n)",
    "mean(maximum(x, n)*y)",        "sum(transpose(T, (2, 0, 1))*x[:, None, None])",
    "sum((x @ y.T)*X/(2 + X**2))",  "sum(y*reciprocal(2 + X**2))",  "norm(diagonal(X))**2",
    "trace(X)*sum(diagonal(X)*diagonal(X))",                        "sum(max(A, 0)*x)",
    "sum(((1.5 + sin(A))**x).T @ b)",                               "norm(x, inf)*s",
    "sum(reshape(A, (-1,))[1:])",   "sum(2**x + s**2)",             "sum(A*cosh(1.5)/sigmoid(n))",
    "sum(softmax(minimum(ones(n), s))*x)",                          "sum((x - mean(x))*y)",
    "sum(concatenate([M, M[1:]], 0)*v)",                            "sum(arcsinh(x[:, None])*X)",
    "x.T @ reshape((x.T @ X)*7, (n,))",                             "sum((1 + x**2)**(1/n))",
    "sum(maximum(x, minimum(1.5, n))*y)",                           "sum(x)*arctanh(0.9*tanh(1))",
    "sum(x)*where(pi >= n, pi, s)", "s*relu(0.1) + norm(x)",        "sum(x)*sigmoid(t - t)",
    "sum(abs((X - X.T)*A[0] + X))", "sum(relu(x - x) + x*s)",       "sum(A @ ((1.5 + sin(x))**s))",
    "sum(solve(X @ X.T + eye(n), y)*x)",                            "sum(1/(1 + exp(-30*x)))",
    "norm(mean(minimum(X/cosh(X), X), axis=1))",                    "trace(Q[:, :, -1])*s",
    "sum(where(A > s, A, B)*A*B) + sum(where(A > s, A, A)*B)",
    "sum(log_softmax(abs(X - mean(X, axis=0, keepdims=True)), axis=1)*S)",
    "sum(kron(A, B)**2)",           "det(T[0, :2, :2])",            "logdet(T[1, 1:3, :2])*s",
    "sum(inv(T[1, :2, :2]))*s",     "sum(relu(softmax(10*A, axis=0)))",
    "sum(max(where(A <= A, s, b[:, None]), axis=0)*x)",
    "sum(cholesky(eye(n) + outer(7*x, 7*x))*X)",
    "mean((abs(A)*A) @ x - mean((abs(A)*A) @ x, axis=0, keepdims=True))*s",
    "sum(minimum(10*A[0], diag(eigvalsh(S))))",                     "sum(asinh(x)*acosh(2 + y**2))",
]
# fmt: on


@pytest.mark.parametrize("text", MISTAKES)
def test_what_was_wrong_once(text: str) -> None:
    used = {name: shape for name, shape in SHAPES.items() if name in text}
    structures = {"S": "symmetric"} if "S" in used else {}
    found = trial(Formula(text, (), used, structures), 1)
    assert found.kind == "right", found
    assert {verdict for verdict, _ in found.verdicts} <= {"confirmed"}, found


def test_a_hessian_moves_the_adjoints_of_a_long_gradient() -> None:
    text = "norm(concatenate([A, A], axis=0) + (1.5 + sin(A))**s)**2"
    shapes = {"A": "1,m", "s": ""}
    slope = derive.gradient(text, "A", shapes)
    assert any(isinstance(node, Adjoint) for node in postorder(slope.result))
    d = derive.hessian(text, "A", shapes)
    assert not any(isinstance(node, Adjoint) for node in postorder(d.result))
    assert d.check().verdict == "confirmed", d.report


@pytest.mark.parametrize(
    "name", ["np", "linalg", "import_", "special", "runtime", "v", "µ", "__x__"]
)
def test_hostile_names(name: str) -> None:
    d = derive.gradient(f"sum(expm(X) @ {name})*norm({name})", name, {"X": "n,n", name: "n"})
    assert d.check().verdict == "confirmed", d.report
    assert read(str(d.result), {"X": "n,n", name: "n"}).shape == d.result.shape


def test_a_slice_that_does_not_fit_is_refused() -> None:
    """x[4] of a vector of 3 would be empty, and its sum 0."""
    x = variable("x", "n")
    f = ArrayFunction([sum_(x[4:5])], [x])
    assert f(np.arange(6.0)) == 4.0
    with pytest.raises(ValueError, match=r"n is 3"):
        f(np.arange(3.0))


def test_an_array_is_not_walked_by_python() -> None:
    with pytest.raises(TypeError, match="not iterable"):
        list(variable("x", "n"))


def every(kind: type) -> list[type]:
    return [each for sub in kind.__subclasses__() for each in (sub, *every(sub))]


def test_every_printed_function_is_read() -> None:
    names = {kind.name for kind in (*every(MatrixFunction), *every(AlongAxis))}  # type: ignore[attr-defined]
    assert names <= FUNCTIONS.keys()


STRUCTURES = ["symmetric", "positive definite", "diagonal", "lower triangular", "upper triangular"]


@pytest.mark.parametrize("structure", STRUCTURES)
@pytest.mark.parametrize(
    "text", ["trace(X @ S @ X)", "norm(S)**2 + sum(X*S)", "y @ S.T @ S @ X @ y"]
)
def test_gradients_keep_the_structure(text: str, structure: str) -> None:
    shapes = {"X": "n,n", "S": "n,n", "y": "n"}
    used = {name: shape for name, shape in shapes.items() if name in text}
    found = trial(Formula(text, (), used, {"S": structure}), 3)
    assert found.kind == "right", found
    assert {verdict for verdict, _ in found.verdicts} == {"confirmed"}, found


# ------------------------------------------------------------------ deep chains


def chained(n: int, step: Any) -> Array:
    y: Array = variable("x", "n")
    for _ in range(n):
        y = step(y)
    return y


b, A_ = variable("b", "n"), variable("A", "n,n")
CHAINS: dict[str, Any] = {
    "scaled and shifted": lambda y: y * 1.01 + b,
    "squared": lambda y: y * y * 0.1 + b,
    "applied": lambda y: A_ @ y,
    "a network": lambda y: elementwise(tanh(PLACES[0]), {PLACES[0]: A_ @ y + b}),
}


@pytest.mark.one_in(4)
@pytest.mark.parametrize(
    ("name", "n"),
    [("scaled and shifted", 2000), ("squared", 1000), ("applied", 500), ("a network", 500)],
)
def test_deep_chains(name: str, n: int) -> None:
    y = chained(n, CHAINS[name])
    d = derive.gradient(sum_(y), "x", timeout=60)
    assert all((str(y), str(d.result), d.text(), d.latex()))
    function = ArrayFunction([y], list(d.arguments))
    values = {"x": np.full(3, 0.1), "b": np.full(3, 0.01), "A": np.eye(3)}
    assert np.all(np.isfinite(function(*(values[name] for name in function.args))))


SCRIPT = """
import derive
from tests.support.random_arrays import formula
from derive.arrays.reading import read
from derive.arrays.nodes import variables
for seed in range(5000, 5025):
    f = formula(seed, depth=3)
    try:
        node = read(f.text, f.shapes, f.structures)
        loss = f.text if node.rank == 0 else f"sum(({f.text})**2)"
        for v in variables(node)[:2]:
            d = derive.gradient(loss, v.name, f.shapes, f.structures)
            print(d.text(), d.latex(), d.to_numpy().source)
    except (ValueError, derive.NoRuleApplies) as error:
        print(error)
"""


@pytest.mark.slow
def test_the_same_bytes_under_every_hash_seed() -> None:
    root = str(Path(__file__).parents[2])
    texts = []
    for hash_seed in ("0", "1", "777"):
        env = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": root}
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], env=env, capture_output=True, cwd=root
        )
        assert done.returncode == 0, done.stderr
        texts.append(done.stdout)
    assert texts[0] == texts[1] == texts[2]


# ------------------------------------------------------------------ the tests' own evaluator


def test_the_evaluator_by_hand() -> None:
    values = {"x": np.array([1.0, 2, 3]), "A": np.arange(12.0).reshape(4, 3)}
    assert np.array_equal(evaluate("x @ x.T", values, SIZES), np.outer(values["x"], values["x"]))
    assert evaluate("sum(where(A > 5, A, 0))", values, SIZES) == 51
    assert isinstance(trial(Formula("x +", ("n",), {"x": "n"}, {}), 0), Outcome)
