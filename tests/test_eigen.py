"""Eigenvalues, eigenvectors and roots of polynomials against their definitions, in numbers."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from sympy import (
    CRootOf,
    Float,
    I,
    Matrix,
    Tuple,
    cos,
    sin,
    sqrt,
    symbols,
)

from derive.core import Derivation
from derive.engine import NoRuleApplies, derive
from derive.linear_algebra import eigen
from derive.linear_algebra.eigen import TABLES as TABLES_OF_EIGEN
from derive.linear_algebra.elimination import is_zero
from derive.linear_algebra.isolated_roots import apart, smith_radii
from derive.linear_algebra.polynomials import Roots
from tests.support.operators_in_numpy import check, floats, points, value

a, b, c, d, t, x, y, z, lam = symbols("a b c d t x y z lambda")


def companion(*last):
    """Ones above the diagonal, and the last row."""
    return Matrix(len(last), len(last), lambda i, j: last[j] if i == len(last) - 1 else i + 1 == j)


EIGEN = {
    "symmetric": [[2, 1], [1, 2]],
    "rotation by a right angle": [[0, -1], [1, 0]],
    "golden ratio": [[1, 1], [1, 0]],
    "letters": [[a, b], [c, d]],
    "rotation": [[cos(t), -sin(t)], [sin(t), cos(t)]],
    "projection on a line": [[cos(t) ** 2, cos(t) * sin(t)], [cos(t) * sin(t), sin(t) ** 2]],
    "reflection": [[cos(2 * t), sin(2 * t)], [sin(2 * t), -cos(2 * t)]],
    "rank one": [[a**2, a * b], [a * b, b**2]],
    "floats": [[0.5, 0.1], [0.2, 0.3]],
    "one": [[5]],
    "triangular": [[1, 2, 3], [0, 4, 5], [0, 0, 6]],
    "irrational": [[1, 2, 0], [2, 1, 1], [0, 1, 1]],
    "repeated": [[2, 0, 0], [0, 2, 0], [0, 0, 3]],
    "defective": [[2, 1, 0], [0, 2, 0], [0, 0, 3]],
    "defective letters": [[a, b, 0], [0, a, b], [0, 0, a]],
    "cube root": [[0, 1, 0], [0, 0, 1], [2, 0, 0]],
    "cycle": [[0, 1, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 1, 0], [0, 0, 0, 0, 1], [1, 0, 0, 0, 0]],
    "no formula": [
        [0, 1, 0, 0, 0],
        [0, 0, 1, 0, 0],
        [0, 0, 0, 1, 0],
        [0, 0, 0, 0, 1],
        [1, 1, 0, 0, 0],
    ],
    "no formula and a block": [
        [0, 1, 0, 0, 0],
        [0, 0, 1, 0, 0],
        [0, 0, 0, 1, 0],
        [-1, -1, 0, 0, 1],
        [0, 0, 0, 0, 2],
    ],
    "biquadratic": [[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [-1, 0, 10, 0]],
    "chain": [[2, 1, 0, 0], [1, 2, 1, 0], [0, 1, 2, 1], [0, 0, 1, 2]],
    "Hermitian": [[1, I], [-I, 2]],
    "radical entries": [[1, sqrt(2)], [sqrt(2), 3]],
    "singular": [[1, 2, 3], [4, 5, 6], [7, 8, 9]],
    "three real roots": [[2, 1, 0], [1, 3, 1], [0, 1, 5]],
    "one real root": [[1, 2, 0], [0, 1, 3], [1, 0, 2]],
    "cubic and a block": [[2, 1, 0, 0], [1, 3, 1, 0], [0, 1, 5, 0], [0, 1, 2, 7]],
}


@cache
def worked_out(name):
    """The eigenpairs of one of the matrices, for all tests that look at them."""
    return eigen(EIGEN[name])


@pytest.mark.one_in(2)
@pytest.mark.parametrize("name", EIGEN)
def test_eigen_every_step_and_the_residual(name):
    found = worked_out(name)
    for derivation in (found.characteristic_polynomial, found.values, *found.vectors):
        check(derivation)
    check(found.trace)
    check(found.determinant)
    for at in points(found.trace.problem):
        A = floats(found.trace.problem.args[0], at)
        assert np.allclose(np.poly(A), value(found.values.result, at))
        for number, vectors in zip(found.distinct, found.vectors, strict=True):
            V = floats(vectors.result, at)
            assert V.shape[1] >= 1
            assert np.allclose(A @ V, value(number, at) * V)


@pytest.mark.one_in(3)
@pytest.mark.parametrize("name", EIGEN)
def test_trace_and_determinant_are_those_of_the_matrix(name):
    found = worked_out(name)
    A = found.trace.problem.args[0]
    assert found.trace.result.count_ops() <= sum(A.diagonal()).count_ops()
    assert is_zero(found.trace.result - sum(A.diagonal()))
    assert is_zero(found.determinant.result - A.det(method="berkowitz"))
    assert found.trace.root.equals.args or A.rows == 1


def test_eigen_results_as_in_textbooks():
    assert eigen([[2, 1], [1, 2]]).values.result == Tuple(1, 3)
    assert eigen([[0, -1], [1, 0]]).values.result == Tuple(-I, I)
    assert eigen(EIGEN["rotation"]).distinct == (cos(t) - I * sin(t), cos(t) + I * sin(t))
    assert eigen(EIGEN["letters"]).characteristic_polynomial.result.coeff(lam) == -a - d
    assert eigen([[lam, 1], [1, lam]]).distinct == (lam - 1, lam + 1)


@pytest.mark.parametrize(
    ("name", "multiplicities", "defective"),
    [
        ("defective", ((2, 1), (1, 1)), True),
        ("repeated", ((2, 2), (1, 1)), False),
        ("defective letters", ((3, 1),), True),
        ("symmetric", ((1, 1), (1, 1)), False),
    ],
)
def test_multiplicities(name, multiplicities, defective):
    found = worked_out(name)
    assert found.multiplicities == multiplicities
    assert found.defective is defective


ROOTS = {
    z**3 + 2: "pure power",
    z**3 - a: "pure power",
    z**6 + z**3 + 1: "roots of one",
    z**8 - z**7 + z**5 - z**4 + z**3 - z + 1: "roots of one",
    z**8 - 1: "factors",
    z**5: "factors",
    2 * (z - 1) ** 2 * (z + a): "factors",
    a * (z + 1): "linear equation",
    (a - b) ** 2 * z**2 - c: "quadratic formula",
    z**4 + a * z**2 + b: "biquadratic equation",
    2 * z**3 - 9 * z**2 + 3 * z + 7: "three real roots of a cubic",
    3 * z**3 + z**2 - z + 5: "Cardano's formula",
    3 * z**3 + z**2 - z - 5: "Cardano's formula",
    z**3 - 3 * z**2 + 3 * z - 3: "Cardano's formula",
    z**4 + z + 1: "roots isolated by discs",
    z**5 - z - 1: "roots isolated by discs",
    (z**5 - z - 1) * (z - 2): "factors",
}


@pytest.mark.parametrize("p", ROOTS, ids=str)
def test_roots(p):
    root = derive(Roots(p, z), TABLES_OF_EIGEN)
    assert root.rule == ROOTS[p]
    check(Derivation(root, root.goal))


@pytest.mark.parametrize("p", [z**5 - a * z - 1, z**4 + sqrt(2) * z + 1, z**3 + a * z + 1], ids=str)
def test_no_formula_here(p):
    with pytest.raises(NoRuleApplies, match="no rule applies to roots"):
        derive(Roots(p, z), TABLES_OF_EIGEN)


def test_no_closed_form_says_so():
    text = r"no closed form here .* -a\*lambda \+ lambda\*\*3 - 1"
    with pytest.raises(NoRuleApplies, match=text) as caught:
        eigen([[0, 1, 0], [0, 0, 1], [1, a, 0]])
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value.goal, Roots)


# ------------------------------------------------------------------ roots without a formula


def test_discs_hold_one_root_each():
    """Against NumPy, and by counting: as many discs as roots, no two of them with a point in
    common."""
    root = derive(Roots(z**5 - 8 * z**4 - 8 * z**3 + 116 * z**2 - 56 * z - 209, z), TABLES_OF_EIGEN)
    found = [(complex(centre), float(radius)) for _, (centre, radius) in root.where]
    for value_, (centre, radius) in zip(root.result, found, strict=True):
        assert abs(complex(value_.evalf(20)) - centre) < radius + 1e-15
        assert radius < 1e-13
    theirs = np.roots([1, -8, -8, 116, -56, -209])
    assert all(min(abs(theirs - centre)) < 1e-12 for centre, _ in found)
    gaps = [abs(c - d) for k, (c, _) in enumerate(found) for d, _ in found[:k]]
    assert min(gaps) > 2 * max(radius for _, radius in found)


@pytest.mark.parametrize("off", ["0.001", "0.4"])
def test_radii_are_bounds_for_places_that_are_off(off):
    """Whatever the places, the discs hold all the roots."""
    p = [Fraction(c) for c in (-1, -1, 0, 0, 0, 1)]
    roots = np.roots([1, 0, 0, 0, -1, -1])
    centres = [(Fraction(float(r.real)) + Fraction(off), Fraction(float(r.imag))) for r in roots]
    radii = smith_radii(p, centres)
    for r in roots:
        gaps = [
            abs(r - complex(*map(float, c))) - float(s) for c, s in zip(centres, radii, strict=True)
        ]
        assert min(gaps) < 0
    assert apart(centres, radii) is (off == "0.001")


def test_the_derivation_stops_at_the_characteristic_polynomial():
    found = worked_out("no formula")
    last = found.values.steps[-1]
    assert last.rule == "roots isolated by discs"
    assert "stops at the polynomial" in last.sentence
    assert found.values.result.args[0] == CRootOf(z**5 - z - 1, 0)
    real, *others = (centre for _, (centre, _) in last.where)
    assert abs(real - Float("1.16730397826142")) < 1e-13
    assert all(other.has(I) for other in others)


QUARTICS = [
    # the characteristic polynomial from the constant up, without its leading 1; the rule
    ([1, 3, -4, 3], "palindromic equation"),
    ([-1, 2, 3, 2], "biquadratic after a shift"),
    ([-1, 4, 0, 0], "two quadratic factors"),
    ([1, 8, -7, -2], "biquadratic after a shift"),
]


@pytest.mark.parametrize(("k", "rule"), QUARTICS)
def test_quartics_with_a_closed_form(k: list[int], rule: str) -> None:
    A = [[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [-c for c in k]]
    found = eigen(A)
    assert rule in {step.rule for step in found.values.steps}
    assert not found.values.result.has(CRootOf)
    for each in (found.values, *found.vectors, found.trace):
        assert each.check(points=2).verdict == "confirmed", each.report
    values = np.sort_complex(np.array([complex(v.evalf()) for v in found.values.result]))
    np.testing.assert_allclose(values, np.sort_complex(np.linalg.eigvals(A)), atol=1e-10)


def test_other_quartics_stay_numbered() -> None:
    A = [[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [-1, -1, 0, 0]]
    assert eigen(A).values.result.has(CRootOf)


def test_a_root_of_what_is_negative_for_real_letters_is_imaginary():
    a, b, c = symbols("a b c")
    values = eigen([[0, -c, b], [c, 0, -a], [-b, a, 0]]).values.result
    assert set(values) == {0, I * sqrt(a**2 + b**2 + c**2), -I * sqrt(a**2 + b**2 + c**2)}
