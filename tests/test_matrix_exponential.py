"""Exponentials of matrices: every step, and against SciPy."""

from __future__ import annotations

import doctest
import importlib
from dataclasses import replace

import numpy as np
import pytest
from scipy.linalg import expm
from sympy import (
    I,
    ImmutableMatrix,
    Ne,
    Rational,
    cos,
    cosh,
    exp,
    simplify,
    sin,
    sinh,
    sqrt,
    symbols,
    true,
)

from derive.engine import NoRuleApplies
from derive.linear_algebra import matrix_exponential
from lambdify_bridge import check
from tests.support.operators_in_numpy import floats, points

a, b, c, t = symbols("a b c t")


def test_docstring_examples():
    module = importlib.import_module("derive.linear_algebra.exponential")
    assert doctest.testmod(module).failed == 0


MATRICES = {
    "zero": ([[0, 0], [0, 0]], "diagonal matrix"),
    "diagonal": ([[1, 0], [0, a]], "diagonal matrix"),
    "nilpotent": ([[0, t, 1], [0, 0, 2], [0, 0, 0]], "series that ends"),
    "one eigenvalue": ([[3, 1], [-1, 1]], "one eigenvalue"),
    "Jordan block": ([[a, 1, 0], [0, a, 1], [0, 0, a]], "one eigenvalue"),
    "symmetric": ([[2, 1], [1, 2]], "basis of eigenvectors"),
    "rotation": ([[0, -t], [t, 0]], "square is a multiple of the identity"),
    "squeeze": ([[0, a], [b, 0]], "square is a multiple of the identity"),
    "damped": ([[-t, -2 * t], [2 * t, -t]], "mean of the diagonal apart"),
    "two eigenvalues": ([[a, b], [b, a]], "mean of the diagonal apart"),
    "all letters": ([[a, b], [c, t]], "mean of the diagonal apart"),
    "real eigenvalues": ([[t, 2 * t], [2 * t, t]], "basis of eigenvectors"),
    "triangle": ([[a, b], [0, c]], "basis of eigenvectors"),
    "complex eigenvalues": ([[1, -2, 0], [2, 1, 0], [0, 1, t]], "basis of eigenvectors"),
    "about an axis": ([[0, -c, b], [c, 0, -a], [-b, a, 0]], "cube is a multiple of the matrix"),
    "chain": ([[0, a, 0], [a, 0, b], [0, b, 0]], "cube is a multiple of the matrix"),
    "irrational": ([[1, 2], [3, 4]], "basis of eigenvectors"),
    "three": ([[1, 1, 0], [0, 2, 1], [0, 0, 3]], "basis of eigenvectors"),
    "repeated": ([[2, 1, 1], [1, 2, 1], [1, 1, 2]], "basis of eigenvectors"),
    "complex": ([[I, 0], [1, 2]], "basis of eigenvectors"),
    "blocks": ([[2, 1, 0], [0, 2, 0], [0, 0, a]], "blocks on the diagonal"),
    "defective": ([[2, 1, 0], [0, 2, 0], [t, 0, 3]], "basis of Jordan chains"),
    "oscillator in resonance": (
        [[0, 1, 0, 0], [-1, 0, 1, 0], [0, 0, 0, 1], [0, 0, -1, 0]],
        "basis of Jordan chains",
    ),
}


@pytest.mark.one_in(3)
@pytest.mark.parametrize("name", MATRICES)
def test_exponential(name):
    M, rule = MATRICES[name]
    found = matrix_exponential(M)
    assert found.root.rule == rule
    assert found.check().verdict == "confirmed"
    for at in points(found.problem):
        assert np.allclose(floats(found.result, at), expm(floats(found.problem.args[0], at)))


def test_a_rotation_is_real():
    found = matrix_exponential([[0, -t], [t, 0]])
    assert found.result == ImmutableMatrix([[cos(t), -sin(t)], [sin(t), cos(t)]])
    assert found.given == true
    by_eigenvectors = matrix_exponential([[0, -1], [1, 0]])
    assert by_eigenvectors.result == found.result.subs(t, 1)
    assert "roots of the characteristic polynomial" in {step.rule for step in by_eigenvectors.steps}


def test_two_letters_give_hyperbolic_functions():
    found = matrix_exponential([[a, b], [b, a]])
    even, odd = exp(a) * cosh(b), exp(a) * sinh(b)
    assert found.result == ImmutableMatrix([[even, odd], [odd, even]])
    assert found.given == true


def test_a_turn_about_an_axis_is_rodrigues_formula():
    K = ImmutableMatrix([[0, -c, b], [c, 0, -a], [-b, a, 0]])
    found, angle = matrix_exponential(K), sqrt(a**2 + b**2 + c**2)
    off = K.eye(3) + sin(angle) / angle * K + (1 - cos(angle)) / angle**2 * K**2 - found.result
    assert off.applyfunc(simplify) == K.zeros(3)
    assert found.given == Ne(a**2 + b**2 + c**2, 0)


@pytest.mark.false_on_purpose
@pytest.mark.parametrize("name", ["Jordan block", "symmetric", "rotation"])
def test_an_entry_that_is_off_is_refuted(name):
    found = matrix_exponential(MATRICES[name][0])
    off = found.result.as_mutable()
    off[0, -1] *= Rational(1001, 1000)
    off[0, -1] += Rational(1, 1000)
    wrong = replace(found, root=replace(found.root, result=ImmutableMatrix(off)))
    assert check(wrong).verdict == "refuted"


def test_eigenvalues_without_a_closed_form_are_refused():
    with pytest.raises(NoRuleApplies):
        matrix_exponential([[0, 0, a], [1, 0, 1], [0, 1, 1]])
    with pytest.raises(NoRuleApplies, match="numbered only"):
        matrix_exponential([[0, 0, 0, 1], [1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 2]])


def test_only_square_matrices():
    with pytest.raises(ValueError, match="1 by 2"):
        matrix_exponential([[1, 2]])
