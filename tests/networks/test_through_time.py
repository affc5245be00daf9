"""Recurrences in t: the lines of every step of an unrolling, checked by numbers, printed with t."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from derive.arrays.gradient import one_sweep
from derive.arrays.nodes import Array, variable, variables
from derive.arrays.textbook import textbook
from derive.core import Step
from derive.networks.activations import relu, sigmoid, tanh
from derive.networks.recurrent import Unrolled, gru, lstm, rnn
from derive.networks.through_time import OverTime, through_time

CELLS = [rnn, gru, lstm]
CHECKED = "tests/networks/test_through_time.py::test_numbers_confirm_every_line"

RNN = """\
∂L/∂X_t
∂L/∂W
∂L/∂U
∂L/∂b
∂L/∂h_0
  with z_t = X_t W + h_(t-1) U + 𝟏 bᵀ
  with h_t = tanh(z_t)
  with L = Σ_{t=1}^T tr(G_tᵀ h_t)
  1. z̄_(T+1) = 0                                                 no step after the last
  2. h̄_t = G_t + z̄_(t+1) Uᵀ
         differential of a sum, ⟨1, tr(G_tᵀ dh_t)⟩ = ⟨G_t, dh_t⟩, ⟨z̄_(t+1), dh_t U⟩ = ⟨z̄_(t+1) Uᵀ, dh_t⟩
  3. z̄_t = h̄_t ∘ (1 - h_t²)
         differential entry by entry, ⟨h̄_t, (1 - h_t²) ∘ dz_t⟩ = ⟨h̄_t ∘ (1 - h_t²), dz_t⟩
  4. ∂L/∂X_t = z̄_t Wᵀ
         differential of a sum, ⟨z̄_t, dX_t W⟩ = ⟨z̄_t Wᵀ, dX_t⟩
  5. ∂L/∂W = Σ_{t=1}^T X_tᵀ z̄_t
         differential of a sum, ⟨z̄_t, X_t dW⟩ = ⟨X_tᵀ z̄_t, dW⟩
  6. ∂L/∂U = Σ_{t=1}^T h_(t-1)ᵀ z̄_t
         differential of a sum, ⟨z̄_t, h_(t-1) dU⟩ = ⟨h_(t-1)ᵀ z̄_t, dU⟩
  7. ∂L/∂b = Σ_{t=1}^T z̄_tᵀ 𝟏                                    differential of a sum, ⟨z̄_t, 𝟏 dbᵀ⟩ = ⟨z̄_tᵀ 𝟏, db⟩
  8. ∂L/∂h_0 = z̄_1 Uᵀ
         differential of a sum, ⟨z̄_1, dh_0 U⟩ = ⟨z̄_1 Uᵀ, dh_0⟩
Result:
  ∂L/∂X_t = z̄_t Wᵀ
  ∂L/∂W = Σ_{t=1}^T X_tᵀ z̄_t
  ∂L/∂U = Σ_{t=1}^T h_(t-1)ᵀ z̄_t
  ∂L/∂b = Σ_{t=1}^T z̄_tᵀ 𝟏
  ∂L/∂h_0 = z̄_1 Uᵀ
not checked"""  # noqa: E501


@pytest.mark.checked_by(CHECKED)
def test_a_simple_network_as_printed() -> None:
    found = through_time(rnn)
    assert found.text() == RNN
    rows = found.latex().splitlines()
    assert rows[1].startswith(r"z_{t} &= X_{t} W + h_{t-1} U + \mathbf{1} b^{\top}")
    assert any(row.startswith(r"\bar{z}_{T+1} &= 0") for row in rows)
    assert any(row.startswith(r"\bar{h}_{t} &= G_{t} + \bar{z}_{t+1} U^{\top}") for row in rows)
    assert r"\frac{\partial L}{\partial W} &= \sum_{t=1}^{T} X_{t}^{\top} \bar{z}_{t}" in rows[-5]
    assert r"\sum_{t=1}^{T} h_{t-1}^{\top} \bar{z}_{t}" in found.markdown()


@pytest.mark.checked_by(CHECKED)
def test_the_cell_of_a_long_short_term_memory() -> None:
    told = {str(step.goal): str(step.equals) for step in through_time(lstm).steps}
    assert told["c_t_bar"] == "c_(t+1)_bar*f_(t+1) + s_t_bar*(1 - s_t**2)"
    assert told["f_t_bar"] == "c_t_bar*c_(t-1)"
    assert told["dL_dU_o"] == "Σ_{t=1}^T h_(t-1).T @ zo_t_bar"
    assert told["dL_dc_0"] == "c_1_bar*f_1"


@pytest.mark.checked_by(CHECKED)
@pytest.mark.parametrize("cell", CELLS)
def test_numbers_confirm_every_line(cell: Any) -> None:
    found = through_time(cell)
    report = found.check(points=1)
    assert report.verdict == "confirmed", report
    assert found.text().splitlines()[-1].startswith("confirmed: with t = 3, ..., 1: all ")


@pytest.mark.checked_by(CHECKED)
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("steps", [1, 2, 5])
def test_every_line_of_an_unrolling_is_the_recurrence(cell: Any, steps: int) -> None:
    found = through_time(cell)
    unrolling = replace(found.unrolling, steps=steps)
    put = {step.goal: step for step in found.at_each_step(steps).steps[1:]}
    engine = unrolling.found.whole
    assert set(put) == {step.goal for step in engine.steps[1:]}
    for step in engine.steps[1:]:
        assert textbook(put[step.goal].equals) is step.equals
        assert set(put[step.goal].where) == set(step.where)
    forward = dict(found.definitions[:-1])
    for t in range(1, steps + 1):
        for letter, formula in forward.items():
            assert unrolling.at(formula, t) is unrolling.at(letter, t).args[0]


def wrong(step: Step) -> Step:
    """Its right side half as large again."""
    if isinstance(step.equals, OverTime):
        larger: Any = OverTime(step.equals.term * 3 / 2)
    else:
        larger = step.equals * 3 / 2
    return replace(step, equals=larger, result=larger)


@pytest.mark.false_on_purpose
@pytest.mark.parametrize("line", range(1, 8))
def test_a_wrong_line_is_refuted(line: int) -> None:
    found = through_time(rnn)
    lines = [*found.root.premises, *found.root.parts]
    lines[line] = wrong(lines[line])
    n = len(found.root.premises)
    root = one_sweep(variable("L"), lines[:n], lines[n:])
    assert replace(found, root=root, _reports=[]).check(points=1).verdict == "refuted"


@pytest.mark.checked_by(CHECKED)
@pytest.mark.parametrize("cell", CELLS)
def test_unrolled_to_any_length(cell: Any) -> None:
    found = through_time(cell).unrolled(2)
    assert {"X_1", "X_2", "h_0"} <= set(found)
    assert found.check(points=1).verdict == "confirmed"


# ------------------------------------------------------------------ cells of one's own


def tied(X: Sequence[Array], h: Array, k: Array) -> Unrolled:
    """Two layers of states that share a matrix; no biases."""
    W, U_1 = variable("W", (X[0].shape[-1], h.shape[-1])), variable("U_1", h.shape[-1:] * 2)
    states = []
    for t, x in enumerate(X, 1):
        h = relu((x @ W + h @ U_1).named(f"y_{t}")).named(f"h_{t}")
        k = (sigmoid((k @ U_1).named(f"q_{t}")).named(f"p_{t}") * h + k).named(f"k_{t}")
        states.append(k)
    return Unrolled(tuple(states), {"W": W, "U_1": U_1})


def test_a_cell_of_ones_own() -> None:
    found = through_time(tied, X="d", state="h")
    told = {str(step.goal): str(step.equals) for step in found.steps}
    assert told["dL_dU_1"].startswith("Σ_{t=1}^T (")
    assert told["y_(T+1)_bar"] == "zeros((h,))"
    assert found.check(points=2).verdict == "confirmed"


def masked(X: Sequence[Array], h: Array) -> Unrolled:
    """With an array that is no parameter."""
    U, M, states = variable("U", h.shape[-1:] * 2), variable("M", h.shape), []
    for t, x in enumerate(X, 1):
        h = ((x + h @ U) * M).named(f"h_{t}")
        states.append(h)
    return Unrolled(tuple(states), {"U": U})


def test_what_is_no_parameter_is_held() -> None:
    found = through_time(masked, "N,h")
    assert [str(question) for question, _ in found.answers] == ["dL_dX_t", "dL_dU", "dL_dh_0"]
    assert found.check(points=1).verdict == "confirmed"


def unnamed(X: Sequence[Array], h: Array) -> Unrolled:
    U, states = variable("U", h.shape[-1:] * 2), []
    for t, x in enumerate(X, 1):
        h = tanh(tanh(x + h @ U) @ U).named(f"h_{t}")
        states.append(h)
    return Unrolled(tuple(states), {"U": U})


def other_at_first(X: Sequence[Array], h: Array) -> Unrolled:
    U, states = variable("U", h.shape[-1:] * 2), []
    for t, x in enumerate(X, 1):
        h = ((x if t > 1 else 2 * x) + h @ U).named(f"h_{t}")
        states.append(h)
    return Unrolled(tuple(states), {"U": U})


def without_index(X: Sequence[Array], h: Array) -> Unrolled:
    U, states = variable("U", h.shape[-1:] * 2), []
    for t, x in enumerate(X, 1):
        h = (x + h @ U).named(f"state{'abcdefgh'[t]}")
        states.append(h)
    return Unrolled(tuple(states), {"U": U})


BAD: list[tuple[Callable[[], object], type[Exception], str]] = [
    (lambda: through_time("lstm"), TypeError, "'lstm' is no cell: write rnn"),  # type: ignore
    (lambda: through_time(tanh), TypeError, "a cell takes inputs and states"),
    (lambda: through_time(unnamed, "N,h"), ValueError, "name with its index"),
    (lambda: through_time(other_at_first, "N,h"), ValueError, "h_t is another one at each step"),
    (lambda: through_time(without_index, "N,h"), ValueError, "has no index: give each"),
    (lambda: through_time(rnn, state="2h"), ValueError, "'2h' is not a size"),
    (lambda: through_time(rnn).to_numpy(), ValueError, r"unrolled\(T\).to_numpy"),
    (lambda: through_time(rnn).unrolled(0), ValueError, "0 is no number of steps"),
    (lambda: through_time(rnn).unrolled("T"), ValueError, "T is no number of steps"),  # type: ignore
    (lambda: through_time(lambda X, h: h), TypeError, "gives no Unrolled"),  # type: ignore
]


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("asked", "error", "says"), BAD)
def test_bad_input_is_told_in_one_line(
    asked: Callable[[], object], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says) as told:
        asked()
    assert "\n" not in str(told.value)


def test_letters_of_the_loss_are_no_letters_of_the_cell() -> None:
    def cell(X: Sequence[Array], h: Array) -> Unrolled:
        G, states = variable("G", h.shape[-1:] * 2), []
        for t, x in enumerate(X, 1):
            h = tanh((x + h @ G).named(f"z_{t}")).named(f"h_{t}")
            states.append(h)
        return Unrolled(tuple(states), {"G": G})

    found = through_time(cell, "N,h")
    assert str(found.steps[2].equals) == "V_t + z_(t+1)_bar @ G.T"
    assert [v.name for v in variables(found.unrolled(1).whole.problem.args[0])].count("G") == 1
