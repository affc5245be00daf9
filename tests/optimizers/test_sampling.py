"""Mini-batches: expected slopes and variances against draws that are really made."""

from __future__ import annotations

import numpy as np
import pytest
from sympy import Eq, Rational, Symbol, expand

from derive import batch_variance, stochastic_gradient
from lambdify_bridge import check

LOSSES = ["(w*2 - 1)^2/2", "(w*3 - 5)^2/2", "exp(w)", "(w + 1)^2/2"]
w = Symbol("w")


def slopes(at: float) -> np.ndarray:
    return np.array([2 * (2 * at - 1), 3 * (3 * at - 5), np.exp(at), at + 1])


def draws(size: int, replacement: bool) -> np.ndarray:
    rng = np.random.default_rng(11)
    batches = [rng.choice(slopes(0.5), size, replace=replacement) for _ in range(40_000)]
    return np.mean(batches, axis=1)


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize("replacement", [True, False])
def test_as_many_draws_show(size: int, replacement: bool) -> None:
    seen = draws(size, replacement)
    mean, spread = (
        stochastic_gradient(LOSSES, "w", size),
        batch_variance(LOSSES, "w", size, replacement=replacement),
    )
    assert mean.check().verdict == spread.check().verdict == "confirmed"
    assert np.isclose(mean.to_numpy()(0.5), slopes(0.5).mean())
    expected = float(spread.to_numpy()(0.5))
    assert np.isclose(seen.mean(), slopes(0.5).mean(), atol=5 * np.sqrt(expected / 40_000))
    assert np.isclose(seen.var(), expected, rtol=0.05)


def test_the_variance_falls_with_the_size() -> None:
    d = batch_variance(["(w*x - y)^2/2", "(w*u - v)^2/2"], "w")
    b = next(s for s in d.arguments if s.name == "b")
    one = batch_variance(["(w*x - y)^2/2", "(w*u - v)^2/2"], "w", 1)
    assert expand(d.result * b - one.result) == 0
    assert d.check().verdict == "confirmed"


def test_a_batch_of_all_has_no_variance() -> None:
    d = batch_variance(LOSSES, "w", replacement=False)
    (b,) = (s for s in d.arguments if s.name == "b")
    assert d.result.subs(b, 4) == 0
    assert d.check().verdict == "confirmed"


@pytest.mark.false_on_purpose
def test_what_is_off_is_refuted() -> None:
    for d in (stochastic_gradient(LOSSES, "w", 2), batch_variance(LOSSES, "w", 2)):
        wrong = d.result * Rational(1001, 1000)
        assert check(Eq(d.problem, wrong, evaluate=False)).verdict == "refuted"
    without = batch_variance(LOSSES, "w", 2, replacement=False)
    other = batch_variance(LOSSES, "w", 2)
    assert check(Eq(without.problem, other.result, evaluate=False)).verdict == "refuted"


def test_mistakes_of_the_caller_are_named() -> None:
    with pytest.raises(ValueError, match="no loss depends on v"):
        stochastic_gradient(LOSSES, "v")
    with pytest.raises(ValueError, match="one loss at least"):
        stochastic_gradient(LOSSES, "w", 0)
    with pytest.raises(ValueError, match="without replacement"):
        batch_variance(LOSSES, "w", 5, replacement=False)
    with pytest.raises(ValueError, match="otherwise"):
        batch_variance(["b*w", "2*w"], "w")
