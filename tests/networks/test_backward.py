"""Whole networks: equations in, every line checked; linear in depth; the NumPy beside PyTorch's."""

from __future__ import annotations

from itertools import accumulate

import numpy as np
import pytest

import derive
from derive.arrays.nodes import postorder, variable, variables
from derive.networks.activations import relu
from derive.networks.backward import Backward
from derive.networks.layers import Sequential, dense
from derive.networks.losses import mse
from derive.networks.recurrent import Unrolled, gru, inputs, lstm, rnn
from tests.networks.depth import NETWORKS, UNNAMED, derived, long_sum, size_of

MLP = ["Z_1 = X @ W_1 + b_1", "H = relu(Z_1)", "Z_2 = H @ W_2 + b_2",
       "L = -sum(Y*log_softmax(Z_2, axis=1))/N"]  # fmt: skip
SHAPES = {"X": "N,d", "W_1": "d,h", "b_1": "h", "W_2": "h,k", "b_2": "k", "Y": "N,k"}


def mlp() -> Backward:
    found = derive.backprop(MLP, wrt="W_1,b_1,W_2,b_2", shapes=SHAPES, structures={"Y": "one-hot"})
    assert isinstance(found, Backward)
    return found


def test_equations_of_a_network() -> None:
    found = mlp()
    results = {name: str(d.result) for name, d in found.items()}
    assert results == {"W_1": "X.T @ Z_1_bar", "b_1": "Z_1_bar.T @ ones(N)",
                       "W_2": "H.T @ Z_2_bar", "b_2": "Z_2_bar.T @ ones(N)"}  # fmt: skip
    assert "(softmax(Z_2, axis=1) - Y)/N" in [str(step.equals) for step in found.whole.steps]
    assert found.check().verdict == "confirmed", found.whole.report


def test_the_function_shares_the_forward_pass() -> None:
    f = mlp().to_numpy()
    assert f.source.count("X @ W_1") == 1
    assert f.source.count("np.maximum") == 1
    random = np.random.default_rng(0)
    X, W_1, b_1 = random.normal(size=(5, 3)), random.normal(size=(3, 4)), random.normal(size=4)
    W_2, b_2, Y = random.normal(size=(4, 2)), random.normal(size=2), np.eye(2)[[0, 1, 1, 0, 1]]
    loss, *slopes = f(X=X, W_1=W_1, b_1=b_1, W_2=W_2, b_2=b_2, Y=Y)
    Z = np.maximum(X @ W_1 + b_1, 0) @ W_2 + b_2
    P = np.exp(Z) / np.exp(Z).sum(1, keepdims=True)
    assert np.isclose(loss, -np.log(P[Y == 1]).mean())
    assert np.allclose(slopes[3], (P - Y).mean(0))


@pytest.mark.one_in(3)
@pytest.mark.parametrize("cell", [rnn, gru, lstm])
def test_backpropagation_through_time(cell: object) -> None:
    found = derive.backprop(mse(unrolled(cell, 3).last, variable("Y", "N,h")).named("L"))
    assert isinstance(found, Backward)
    assert found.check(points=1).verdict == "confirmed", found.whole.report


def test_one_line_for_each_gradient_after_the_adjoints_that_it_uses() -> None:
    lines = mlp().text().splitlines()
    wanted = ["∂L/∂W_1", "∂L/∂b_1", "∂L/∂W_2", "∂L/∂b_2"]
    assert lines[:4] == wanted
    at = lines.index("Result:")
    assert [line.split(" = ")[0].strip() for line in lines[at + 1 : at + 5]] == wanted
    numbered = [line.split(" = ")[0].split()[1] for line in lines if line.lstrip()[0].isdigit()]
    assert numbered == ["Ū_1", "Z̄_2", "Z̄_2", "H̄", "Z̄_1", *wanted]
    rows = mlp().latex().splitlines()
    assert sum(row.startswith(r"\frac{\partial L}{\partial W_{1}} &=") for row in rows) == 2
    assert not any(r"\partial \left(" in row for row in rows)


def test_one_variable_is_told_as_one() -> None:
    found = derive.backprop(MLP, wrt="b_2", shapes=SHAPES, structures={"Y": "one-hot"})
    lines = found.text().splitlines()  # type: ignore[union-attr]
    assert lines[0] == "∂L/∂b_2"
    assert lines[-2] == "Result: ∂L/∂b_2 = Z̄_2ᵀ 𝟏"
    assert "(∂L/∂b_2)" not in "".join(lines)


def test_adjoints_come_from_the_last_step_to_the_first() -> None:
    found = derive.backprop(mse(unrolled(lstm, 3).last, variable("Y", "N,h")), wrt="W_f,b_f")
    goals = [str(step.goal) for step in found.whole.root.premises]  # type: ignore[union-attr]
    steps = [int(name[-5]) for name in goals if name != "U_1_bar"]
    assert steps == sorted(steps, reverse=True)
    assert str(found["b_f"].result) == "(zf_3_bar + zf_2_bar + zf_1_bar).T @ ones(N)"


def test_forward_and_backward_are_the_loss_and_the_gradients_by_name() -> None:
    found = mlp()
    random = np.random.default_rng(0)
    sizes = {"N": 5, "d": 3, "h": 4, "k": 2}
    values = {v.name: random.normal(size=[sizes[str(n)] for n in v.shape])
              for v in found.whole.arguments}  # fmt: skip
    loss, *slopes = found.to_numpy()(**values)
    assert found.forward(**values) == loss
    by_name = found.backward(**values)
    assert list(by_name) == list(found)
    for ours, slope in zip(by_name.values(), slopes, strict=True):
        assert np.array_equal(ours, slope)
    with pytest.raises(TypeError, match="misses X"):
        found.forward(Y=values["Y"])


def test_layers_one_after_another() -> None:
    network = Sequential(lambda X: dense(X, variable("W", "d,h")), relu, name="A")
    out = network(variable("X", "N,d"))
    assert str(out) == "A_2"
    assert str(out.definition) == "relu(A_1)"  # type: ignore[attr-defined]
    assert network == Sequential(*network.layers, name="A")
    with pytest.raises(TypeError, match="a layer is a function of one array"):
        Sequential(relu, 3)  # type: ignore[arg-type]


def unrolled(cell: object, steps: int, shape: str = "N") -> Unrolled:
    X, h = inputs(steps, f"{shape},d"), variable("h_0", f"{shape},h")
    return lstm(X, h, variable("c_0", f"{shape},h")) if cell is lstm else cell(X, h)  # type: ignore


@pytest.mark.one_in(5)
@pytest.mark.parametrize("name", NETWORKS)
def test_nodes_and_lines_of_a_layer_do_not_grow(name: str) -> None:
    sizes = [size_of(derived(name, depth)) for depth in (2, 4, 8, 16)]
    one, two, three = (
        ((b.nodes - a.nodes) / n, (b.lines - a.lines) / n)
        for a, b, n in zip(sizes, sizes[1:], (2, 4, 8), strict=False)
    )
    assert one == two == three


CHECKED_BELOW = "tests/networks/test_backward.py::test_without_names_a_derivation_is_right"


@pytest.mark.checked_by(CHECKED_BELOW)
@pytest.mark.parametrize("name", UNNAMED)
def test_without_names_a_derivation_is_as_long_as_the_network_is_deep(name: str) -> None:
    sizes = [size_of(derive.backprop(UNNAMED[name](depth))) for depth in (64, 128, 256)]
    for small, middle, large in zip(*sizes, strict=True):
        assert large - middle < 2.2 * (middle - small)


@pytest.mark.one_in(2)
@pytest.mark.parametrize("name", UNNAMED)
def test_without_names_a_derivation_is_right(name: str) -> None:
    loss = UNNAMED[name](66 if name == "linear net" else 20)
    found = derive.backprop(loss, wrt=[str(variables(loss)[k]) for k in (0, 1)])
    assert found.check(points=1).verdict == "confirmed", found.whole.report


def test_adding_to_a_long_sum_takes_as_long_as_adding_to_a_short_one() -> None:
    partial = list(accumulate(variable(f"x_{k}", "n") for k in range(500)))
    assert max(len(node.args) for node in postorder(*partial)) == 17


def test_a_long_sum_is_written_in_one_line_and_derived_in_pieces() -> None:
    loss = long_sum(20)
    assert str(loss) == f"v.T @ ({' + '.join(f'tanh(w*x_{k})' for k in range(1, 21))})"
    definitions = derive.backprop(loss, wrt="w").whole.definitions
    assert max(len(e.args) for _, e in definitions) == 17


BAD = [
    (["Z = X @ W"], "is no number"),
    (["Z @ W"], "no equation"),
    (["X = W @ W"], "has a shape"),
    (["Z = norm(X)", "Z = norm(W)"], "defined twice"),
    ([], "no equations"),
]


@pytest.mark.parametrize(("equations", "says"), BAD)
def test_bad_equations_are_told(equations: list[str], says: str) -> None:
    with pytest.raises((ValueError, derive.ParseError), match=says):
        derive.backprop(equations, shapes={"X": "N,d", "W": "d,k"})


def test_a_variable_that_is_not_there() -> None:
    with pytest.raises(ValueError, match="does not depend on V"):
        derive.backprop(["L = norm(X @ W)"], wrt="V", shapes={"X": "N,d", "W": "d,k", "V": "d"})


# ------------------------------------------------------------------ beside PyTorch


ORDER = {rnn: [""], gru: ["_r", "_u", "_n"], lstm: ["_i", "_f", "_g", "_o"]}


@pytest.mark.torch
@pytest.mark.parametrize("cell", [rnn, gru, lstm])
def test_recurrent_cells_agree_with_torch(cell: object) -> None:
    torch = pytest.importorskip("torch")
    steps, N, d, h = 4, 2, 3, 5
    found = derive.backprop(mse(unrolled(cell, steps).last, variable("Y", "N,h")).named("L"))
    assert isinstance(found, Backward)
    random = np.random.default_rng(1)
    sizes = {"N": N, "d": d, "h": h}
    values = {v.name: random.normal(size=[sizes[str(n)] for n in v.shape])
              for v in found.whole.arguments}  # fmt: skip
    _, *slopes = found.to_numpy()(**values)
    ours = dict(zip(found, slopes, strict=True))
    tensor = {k: torch.tensor(x, requires_grad=True) for k, x in values.items()}
    module = {rnn: torch.nn.RNN, gru: torch.nn.GRU, lstm: torch.nn.LSTM}[cell](d, h).double()
    states = [tensor["h_0"][None]] + ([tensor["c_0"][None]] if cell is lstm else [])
    weights = {
        "weight_ih_l0": torch.cat([tensor[f"W{s}"].T for s in ORDER[cell]]),
        "weight_hh_l0": torch.cat([tensor[f"U{s}"].T for s in ORDER[cell]]),
        "bias_ih_l0": torch.cat([tensor[f"b{s}"] for s in ORDER[cell]]),
        "bias_hh_l0": torch.cat([tensor["a_n"] if s == "_n" else torch.zeros(h).double()
                                 for s in ORDER[cell]]),
    }  # fmt: skip
    X = torch.stack([tensor[f"X_{t}"] for t in range(1, steps + 1)])
    state = tuple(states) if cell is lstm else states[0]
    out, _ = torch.func.functional_call(module, weights, (X, state))
    ((out[-1] - tensor["Y"]) ** 2).mean().backward()
    for name, mine in ours.items():
        theirs = tensor[name].grad.numpy()
        assert np.max(np.abs(mine - theirs)) <= 1e-10 * max(1.0, np.max(np.abs(theirs)))
