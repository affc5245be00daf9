"""Derivatives by variables of a declared structure, which moves keep: every line confirmed."""

from __future__ import annotations

import pytest

import derive

SHAPES = {"S": "n,n", "C": "n,n", "V": "n,n", "x": "n", "Y": "m,n", "M": "m,n"}
LINEAR = ["symmetric", "positive definite", "diagonal", "lower triangular", "upper triangular"]


@pytest.mark.parametrize("structure", LINEAR)
@pytest.mark.parametrize(
    ("kind", "f"),
    [
        ("gradient", "trace(C @ S)"),
        ("gradient", "logdet(S)"),
        ("gradient", "x @ S.T @ C @ x"),
        ("jacobian", "inv(S).T"),
        ("jacobian", "trace(C @ S)"),
        ("hessian", "logdet(S)"),
        ("hessian", "trace(S @ C @ S.T)"),
    ],
)
def test_derivatives_keep_the_structure(kind: str, f: str, structure: str) -> None:
    d = getattr(derive, kind)(f, "S", SHAPES, {"S": structure})
    assert d.check().verdict == "confirmed", d.report


def test_the_jacobian_of_a_number_is_its_gradient() -> None:
    for structure in LINEAR:
        both = [
            derive_by("trace(C @ S)", "S", SHAPES, {"S": structure})
            for derive_by in (derive.gradient, derive.jacobian)
        ]
        assert both[0].result == both[1].result


@pytest.mark.parametrize("structure", LINEAR)
def test_a_direction_keeps_the_structure(structure: str) -> None:
    given = {"S": structure}
    with pytest.raises(ValueError, match="the direction V is not"):
        derive.jvp("inv(S)", "S", "V", SHAPES, given)
    d = derive.jvp("inv(S)", "S", "V", SHAPES, given | {"V": structure})
    assert d.check().verdict == "confirmed", d.report


@pytest.mark.parametrize(("f", "wrt", "structure"), [
    ("trace(C @ S)", "S", "orthogonal"),
    ("sum(Y*M)", "Y", "one-hot"),
])  # fmt: skip
def test_what_cannot_move_entry_by_entry_is_refused(f: str, wrt: str, structure: str) -> None:
    with pytest.raises(ValueError, match="cannot move entry by entry"):
        derive.gradient(f, wrt, SHAPES, {wrt: structure})


@pytest.mark.parametrize("text", ["tril(C)", "triu(C)", "tril(ones(n, n))"])
def test_triangles_are_read(text: str) -> None:
    from derive.arrays.reading import read

    assert str(read(str(read(text, SHAPES)), SHAPES)) == str(read(text, SHAPES))


def test_a_number_by_a_number_has_second_derivatives() -> None:
    d = derive.hessian("t**4", "t", {"t": ""})
    assert str(d.result) == "12*t**2"
    assert d.check().verdict == "confirmed", d.report


def test_more_columns_than_rows_are_no_point_to_check_at() -> None:
    """The determinant of Xᵀ X is rounding there, and so is its gradient."""
    d = derive.gradient("det(X.T @ X)", "X", {"X": "m,n"})
    assert d.check().verdict == "confirmed", d.report
