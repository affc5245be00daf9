"""Backward equations as they are printed: the textbook's form, and true as they stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import derive
from derive.arrays.along import softmax
from derive.arrays.nodes import Array, Named, postorder, variable
from derive.arrays.reading import read
from derive.core import Derivation
from derive.networks import (
    avg_pool2d,
    batch_norm,
    conv1d,
    conv2d,
    conv_transpose2d,
    cross_entropy,
    layer_norm,
    rms_norm,
)
from lambdify_bridge.arrays.function import ArrayFunction
from lambdify_bridge.arrays.points import shape_of, value
from tests.networks.cases import CASES, Case
from tests.support import index_text


def pulled_back(out: Array, wrt: str) -> Derivation:
    """The adjoint of a layer, applied to a variable D of the shape of what it gives."""
    return derive.vjp(out.named("H"), wrt, variable("D", out.shape))


def on_paper(d: Derivation) -> str:
    """The right side of the last line of the text."""
    result = next(line for line in d.text().splitlines() if line.startswith("Result: "))
    return result.partition(" = ")[2]


MATRIX, IMAGE = variable("X", "N,d"), variable("X", "N,C,h,w")

# fmt: off
NORMS = [
    (layer_norm(MATRIX), "r(X) ∘ (H̄ - mean(H̄) - H ∘ mean(H̄ ∘ H))"),
    (layer_norm(variable("X", "3,4")), "r(X) ∘ (H̄ - mean(H̄) - H ∘ mean(H̄ ∘ H))"),
    (rms_norm(MATRIX),   "r(X) ∘ (H̄ - H ∘ mean(H̄ ∘ H))"),
    (batch_norm(MATRIX), "r(X) ∘ (H̄ - mean(H̄, axis=0) - H ∘ mean(H̄ ∘ H, axis=0))"),
    (batch_norm(IMAGE),
     "r(X) ∘ (H̄ - mean(H̄, axis=(0, 2, 3)) - H ∘ mean(H̄ ∘ H, axis=(0, 2, 3)))"),
    (softmax(MATRIX, axis=1), "H ∘ (H̄ - sum(H̄ ∘ H, axis=1))"),
]
# fmt: on


@pytest.mark.parametrize(("out", "expected"), NORMS, ids=[f"{out}" for out, _ in NORMS])
def test_norm_layers_print_as_in_the_textbook(out: Array, expected: str) -> None:
    d = pulled_back(out, "X")
    assert on_paper(d) == expected
    assert d.check(points=2).verdict == "confirmed", d.report


def test_softmax_with_cross_entropy_is_the_difference_of_both() -> None:
    Z, Y = variable("Z", "N,k"), variable("Y", "N,k", "one-hot")
    d = derive.gradient(cross_entropy(Z, Y), "Z")
    assert on_paper(d) == "(softmax(Z) - Y)/N"


X, K, k = variable("X", "2,3,6,5"), variable("K", "4,3,3,2"), variable("k", "3,4,3,2")
S, F = variable("S", "2,3,7"), variable("F", "4,3,3")

# fmt: off
WINDOWS: list[tuple[str, Callable[[], Array], str, str]] = [
    ("convolution, padded", lambda: conv2d(X, K, padding=1), "X",
     "Σ_mnp H̄[i,p,k - m + 1,l - n + 1] K[p,j,m,n]"),
    ("its kernel",          lambda: conv2d(X, K, padding=1), "K",
     "Σ_mnp H̄[m,i,n,p] X[m,j,k + n - 1,l + p - 1]"),
    ("stride",              lambda: conv1d(S, F, stride=2), "S",
     "Σ_lmn H̄[i,n,m] F[n,j,l] [k = l + 2*m]"),
    ("dilation",            lambda: conv1d(S, F, dilation=2), "S",
     "Σ_lm H̄[i,m,k - 2*l] F[m,j,l]"),
    ("cut, then padded",    lambda: conv1d(S[:, :, 2:5], F, padding=2), "S",
     "Σ_lm H̄[i,m,k - l] F[m,j,l] [0 <= k - 2 < 3]"),
    ("the kernel of that",  lambda: conv1d(S[:, :, 2:5], F, padding=2), "F",
     "Σ_lm H̄[l,i,m] S[l,j,k + m] [0 <= k + m - 2 < 3]"),
    ("transposed",          lambda: conv_transpose2d(X, k), "X",
     "Σ_mnp H̄[i,m,k + n,l + p] k[j,m,n,p]"),
]
# fmt: on


@pytest.mark.parametrize(
    ("layer", "wrt", "expected"), [row[1:] for row in WINDOWS], ids=[row[0] for row in WINDOWS]
)
def test_index_notation_is_true_as_printed(
    layer: Callable[[], Array], wrt: str, expected: str
) -> None:
    d = pulled_back(layer(), wrt)
    assert on_paper(d) == expected
    values = random_values(d)
    shape = tuple(map(int, d.result.shape))
    by_text = index_text.value(expected, {**values, "H̄": values["D"]}, shape)
    assert np.allclose(by_text, d.to_numpy()(**values))


def test_pooling_with_overlap_is_told_by_its_places() -> None:
    d = pulled_back(avg_pool2d(X, (3, 2), (2, 1)), "X")
    text = on_paper(d)
    assert text.endswith("/6")
    values = random_values(d)
    with_adjoint = {**values, "H̄": values["D"]}
    of_sums = index_text.value(text.removesuffix("/6"), with_adjoint, (2, 3, 6, 5))
    assert np.allclose(of_sums / 6, d.to_numpy()(**values))


def random_values(d: Derivation) -> dict[str, Any]:
    random = np.random.default_rng(3)
    return {v.name: random.standard_normal(tuple(map(int, v.shape))) for v in d.arguments}


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_every_layer_is_read_back_from_its_text(case: Case) -> None:
    arrays = {name: variable(name, shape, case.structures.get(name, ""))
              for name, shape in case.shapes.items()}  # fmt: skip
    out = case.ours(**arrays)
    if any(isinstance(node, Named) for node in postorder(out)):
        return  # names are told by their own equations
    again = read(str(out), case.shapes, case.structures)
    random = np.random.default_rng(4)
    values = [value(v, shape_of(v, {}), random, "positive") for v in arrays.values()]
    ours, theirs = (ArrayFunction([each], list(arrays.values()))(*values) for each in (out, again))
    assert np.allclose(ours, theirs, rtol=1e-12)
