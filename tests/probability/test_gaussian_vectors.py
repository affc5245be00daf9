"""Normal vectors: conditional and mapped, against scipy's densities and NumPy, and refusals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats as known
from sympy import Eq, ImmutableMatrix, Symbol, Tuple

from derive import conditional_normal, linear_map_of_normal
from derive.probability.gaussian_vectors import KnownPartCovariance, KnownPartMean
from lambdify_bridge import check

MEAN, SPREAD = [1, 2, 3], [[2, 1, 0], [1, 3, 1], [0, 1, 4]]
LAW = f"X, Y, Z ~ MultivariateNormal({MEAN}, {SPREAD})"
Array = np.ndarray


def numbers(matrix: object, **values: float) -> Array:
    return np.array(matrix.subs(values).tolist(), dtype=float)  # type: ignore[attr-defined]


def test_the_conditional_density_is_the_joint_one_normalised() -> None:
    found = conditional_normal({"Z": "z"}, LAW)
    (z,) = found.mean.result.free_symbols
    mean = numbers(found.mean.result.subs(z, 1.5))[:, 0]
    spread = numbers(found.covariance.result)
    joint = known.multivariate_normal(MEAN, SPREAD)
    alone = known.norm(3, 2).pdf(1.5)
    for x, y in ((0, 0), (1, -1), (2.5, 3)):
        expected = joint.pdf([x, y, 1.5]) / alone
        assert known.multivariate_normal(mean, spread).pdf([x, y]) == pytest.approx(expected)
    assert found.mean.check().verdict == found.covariance.check().verdict == "confirmed"


def test_letters() -> None:
    law = "X, Y ~ MultivariateNormal([m, n], [[s**2, r*s*q], [r*s*q, q**2]])"
    found = conditional_normal("X", law)
    X, m, n, r, s, q = (Symbol(name, real=True) for name in "Xmnrsq")
    (mean,), (spread,) = found.mean.result, found.covariance.result
    assert (mean - (n + r * q / s * (X - m))).simplify() == 0
    assert (spread - q**2 * (1 - r**2)).simplify() == 0
    assert found.mean.given.subs({s: 1, q: 1, r: 2}) == False


def test_marginals_and_maps() -> None:
    found = linear_map_of_normal(["X", "Z"], LAW)
    assert numbers(found.covariance.result).tolist() == [[2, 0], [0, 4]]
    found = linear_map_of_normal(["X - Y", "2*Z + X + 1"], LAW)
    A = np.array([[1, -1, 0], [1, 0, 2]])
    assert np.array_equal(numbers(found.covariance.result), A @ SPREAD @ A.T)
    assert np.array_equal(numbers(found.mean.result)[:, 0], A @ MEAN + [0, 1])
    assert found.mean.check().verdict == found.covariance.check().verdict == "confirmed"


def test_mistakes_are_refuted() -> None:
    V = ImmutableMatrix(SPREAD)
    wrong_spread = ImmutableMatrix([[2, 1], [1, 3]])
    mean = KnownPartMean(Tuple(2), Tuple(0), ImmutableMatrix(MEAN), V)
    for goal, wrong in (
        (KnownPartCovariance(Tuple(2), V), wrong_spread),
        (mean, ImmutableMatrix([1, 2])),
    ):
        assert check(Eq(goal, wrong, evaluate=False)).verdict == "refuted"


def test_refused() -> None:
    with pytest.raises(ValueError, match="not all and not none"):
        conditional_normal(["X", "Y", "Z"], LAW)
    with pytest.raises(ValueError, match="not all and not none"):
        conditional_normal({"W": 1}, LAW)
    with pytest.raises(ValueError, match="no normal vector"):
        conditional_normal("X", "X ~ Normal(0, 1)")
    with pytest.raises(ValueError, match="no linear combination"):
        linear_map_of_normal(["X*Y"], LAW)
