"""Determinants by blocks: every step, and against the determinant of the whole matrix."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sympy import I, Matrix, expand, symbols

from derive import determinant
from lambdify_bridge import check

a, b, c, d, x, y = symbols("a b c d x y")

MATRICES = {
    "numbers": ([[2, 1, 0, 3], [1, 3, 1, 0], [4, 0, 5, 1], [0, 1, 2, 4]], "Schur complement"),
    "letters": ([[a, b, 1, 0], [c, d, 0, 1], [x, 0, 1, 2], [0, y, 3, 4]], "Schur complement"),
    "singular corner": ([[1, 2, 3, 4], [2, 4, 1, 1], [0, 1, 5, 2], [1, 1, 1, 6]],
                        "Schur complement"),
    "commuting": ([[a, b, 1, 2], [c, d, 3, 4], [1, 0, a, b], [0, 1, c, d]], "blocks that commute"),
    "five": ([[2, 0, 1, 0, 1], [0, 3, 0, 1, 0], [1, 0, 4, 0, 1], [0, 1, 0, 5, 0], [1, 1, 1, 1, 6]],
             "Schur complement"),
    "complex": ([[1, I, 0, 2], [0, 1, 1, I], [I, 0, 2, 1], [1, 1, 0, 3]], "Schur complement"),
    "small": ([[a, b], [c, d]], "two by two"),
}  # fmt: skip


@pytest.mark.parametrize("name", MATRICES)
def test_by_blocks(name):
    A, rule = MATRICES[name]
    found = determinant(A, method="block")
    assert found.root.rule == rule
    assert found.check().verdict == "confirmed"
    whole = Matrix(A).det(method="berkowitz")
    assert expand((found.result - whole).simplify()) == 0


def test_the_upper_block_is_not_singular():
    found = determinant(MATRICES["letters"][0], method="block")
    assert "a*d - b*c" in str(found.given)


@pytest.mark.false_on_purpose
def test_a_value_that_is_off_is_refuted():
    found = determinant(MATRICES["numbers"][0], method="block")
    wrong = replace(found, root=replace(found.root, result=found.result + 1))
    assert check(wrong).verdict == "refuted"
