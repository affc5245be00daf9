"""The Matrix Cookbook: its formulas against differences, our results against its formulas."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

import derive
from derive.arrays.reading import read
from derive.arrays.textbook import textbook
from derive.core import Derivation
from tests.arrays.cookbook import FREE_ENTRIES, IDENTITIES, LEFT_OUT, Identity
from tests.support import numpy_text

EACH = pytest.mark.parametrize("row", IDENTITIES, ids=[f"{r.number} {r.f}" for r in IDENTITIES])
SIZES = {"m": 4, "n": 3, "k": 2, "p": 5}
AGREE = 1e-7
SAME_FORM = 0.95  # of the rows, at least


# ------------------------------------------------------------------ a row read


def declared(row: Identity) -> tuple[dict[str, str], dict[str, str]]:
    """The shapes and the structures of the variables."""
    shapes, structures = {}, {}
    for item in row.shapes.split(";"):
        name, _, rest = item.strip().partition(" ")
        shapes[name], _, structure = rest.partition(" ")
        if structure:
            structures[name] = structure
    return shapes, structures


def keeps(structure: str) -> Callable[[np.ndarray], np.ndarray]:
    """The projection onto the matrices of a structure."""
    if structure in ("symmetric", "positive definite"):
        return lambda x: (x + x.T) / 2
    return (lambda x: np.diag(np.diag(x))) if structure == "diagonal" else np.asarray


def point(row: Identity, seed: int) -> dict[str, Any]:
    """Random values of the variables, vectors as columns, determinants positive; and the sizes."""
    random = np.random.default_rng([seed, IDENTITIES.index(row)])
    shapes, structures = declared(row)
    values: dict[str, Any] = dict(SIZES)
    for name, sizes in shapes.items():
        shape = tuple(SIZES[n] for n in sizes.split(",") if n)
        x = keeps(structures.get(name, ""))(random.standard_normal(shape))
        if len(shape) == 2 and shape[0] == shape[1]:
            x = x + 4 * np.eye(shape[0])
        values[name] = numpy_text.column(x) if len(shape) == 1 else x
    return values


def arguments(row: Identity, d: Derivation, values: dict[str, Any]) -> list[Any]:
    shapes, _ = declared(row)
    return [values[v.name][:, 0] if shapes[v.name].isalpha() else values[v.name]
            for v in d.arguments]  # fmt: skip


def by_differences(row: Identity, values: dict[str, Any]) -> np.ndarray:
    _, structures = declared(row)
    if row.kind == "jvp":
        return numpy_text.along(row.f, row.wrt, values["V"], values)
    if row.kind == "hessian":
        return numpy_text.curvatures(row.f, row.wrt, values)
    kept = keeps(structures.get(row.wrt, ""))
    return numpy_text.slopes(row.f, row.wrt, values, kept)


def free_entries(x: np.ndarray) -> np.ndarray:
    """Both entries of a symmetric matrix move by one, where one does."""
    return x + x.T - x * np.eye(len(x))


@cache
def derived(row: Identity) -> Derivation:
    shapes, structures = declared(row)
    if row.kind == "jvp":
        return derive.jvp(row.f, row.wrt, "V", shapes, structures)
    return getattr(derive, row.kind)(row.f, row.wrt, shapes, structures)


def error(found: Any, wanted: Any) -> float:
    """The largest difference relative to the largest entry."""
    a, b = (np.squeeze(np.asarray(x, float)) for x in (found, wanted))
    return (
        float(np.max(np.abs(a - b)) / max(1e-3, np.max(np.abs(b)))) if a.shape == b.shape else 9.0
    )


# ------------------------------------------------------------------ values


@EACH
def test_the_formula_of_the_book_is_what_differences_say(row: Identity) -> None:
    for seed in range(2):
        values = point(row, seed)
        slopes = by_differences(row, values)
        assert error(numpy_text.value(row.expected, values), slopes) < AGREE
        if row.note == FREE_ENTRIES:
            free = numpy_text.slopes(row.f, row.wrt, values, free_entries)
            assert error(numpy_text.value(row.printed, values), free) < AGREE
        elif row.printed:
            assert error(numpy_text.value(row.printed, values), slopes) > 1e-2


@EACH
def test_our_result_has_the_same_values(row: Identity) -> None:
    d = derived(row)
    f = d.to_numpy()
    for seed in range(3):
        values = point(row, seed)
        ours = f(*arguments(row, d, values))
        assert error(ours, numpy_text.value(row.expected, values)) < 1e-10


@EACH
def test_every_line_is_confirmed(row: Identity) -> None:
    assert derived(row).check().verdict == "confirmed", derived(row).report


# ------------------------------------------------------------------ form


def ordered(text: str) -> str:
    """A formula with the terms of every sum in one order."""
    return ast.unparse(_ordered(ast.parse(text, mode="eval").body))


def _ordered(node: Any) -> Any:
    if _is_sum(node):
        terms = sorted(sign + text for sign, text in _terms(node))
        return ast.parse("".join(terms), mode="eval").body
    for name, field in ast.iter_fields(node):
        if isinstance(field, ast.expr):
            setattr(node, name, _ordered(field))
        elif isinstance(field, list):
            setattr(node, name, [_ordered(each) for each in field])
    return node


def _is_sum(node: Any) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub))


def _terms(node: Any) -> list[tuple[str, str]]:
    """The terms of a sum, each with its sign."""
    if not _is_sum(node):
        text = ast.unparse(_ordered(node))
        return [("-", text[1:])] if text.startswith("-") else [("+", text)]
    turn = {"+": "-", "-": "+"} if isinstance(node.op, ast.Sub) else {"+": "+", "-": "-"}
    return _terms(node.left) + [(turn[sign], text) for sign, text in _terms(node.right)]


def forms(row: Identity) -> tuple[str, str]:
    """Our result as it is printed, and the formula of the book once it is read."""
    shapes, structures = declared(row)
    book = textbook(read(row.expected, shapes, structures))
    return ordered(str(derived(row).result)), ordered(str(book))


def test_the_form_is_that_of_the_book() -> None:
    other = [(row.number, *forms(row)) for row in IDENTITIES if len(set(forms(row))) > 1]
    same = 1 - len(other) / len(IDENTITIES)
    assert same >= SAME_FORM, "\n".join(map(str, other))


# ------------------------------------------------------------------ the table


def test_every_number_of_the_chapter_is_there_once() -> None:
    """33 to 144; 95 ends the line of 94, and 96 is the function that 97 and 98 are about."""
    worked_out = {row.number for row in IDENTITIES}
    left_out = [row.number for row in LEFT_OUT]
    assert not worked_out & set(left_out)
    there = worked_out | set(left_out) | {"95", "96"}
    assert {str(n) for n in range(33, 145)} <= there
    assert len(set(left_out)) == len(left_out)
