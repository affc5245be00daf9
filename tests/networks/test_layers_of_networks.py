"""Every layer and loss: each line of its derivation checked, its NumPy beside PyTorch's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from derive.arrays.gradient import gradients, together
from derive.arrays.nodes import Variable, variable
from derive.arrays.product import product
from derive.core import Derivation
from lambdify_bridge.arrays.points import KINDS, shape_of, value
from tests.networks.cases import CASES, Case

EACH = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])


def derived(case: Case) -> tuple[Derivation, list[Variable]]:
    """The gradients of a weighted sum of what the layer gives, by all it takes."""
    arrays = {name: variable(name, shape, case.structures.get(name, ""))
              for name, shape in case.shapes.items()}  # fmt: skip
    out = case.ours(**arrays)
    weights = variable("R", out.shape)
    labels = range(out.rank)
    loss = product(1, [(weights, labels), (out, labels)], ()).named("L")
    moving = [v for v in arrays.values() if v.structure == ""]
    return together(gradients(loss, moving)), moving


@EACH
def test_every_line_is_confirmed(case: Case) -> None:
    d, _ = derived(case)
    report = d.check(points=1)
    assert report.verdict == "confirmed", report


@pytest.mark.torch
@EACH
def test_agrees_with_torch(case: Case) -> None:
    torch = pytest.importorskip("torch")
    d, moving = derived(case)
    random = np.random.default_rng(5)
    values = {v.name: value(v, shape_of(v, {}), random, KINDS[0]) for v in d.arguments}
    loss, *ours = d.to_numpy()(**values)
    tensors = {name: torch.tensor(x, requires_grad=name in {v.name for v in moving})
               for name, x in values.items()}  # fmt: skip
    weights = tensors.pop("R")
    theirs = (weights * case.theirs(torch, torch.nn.functional, **tensors)).sum()
    theirs.backward()
    assert np.isclose(loss, theirs.item(), rtol=1e-10)
    for v, mine in zip(moving, ours, strict=True):
        close(mine, tensors[v.name].grad.numpy())


def close(mine: Any, theirs: Any) -> None:
    assert np.max(np.abs(mine - theirs)) <= 1e-10 * max(1.0, np.max(np.abs(theirs)))
