"""Norms, inverse, determinant, eigenpairs, products."""

from __future__ import annotations

from typing import Any

import numpy as np
from sympy import ImmutableMatrix, Rational

import derive
from audit.claims import Claim, audits, floats
from audit.findings import Figure, Finding, Trial, attempt, numbers
from audit.sums import NormOf, TotalOf, exact, worked_out
from derive.core import Derivation
from lambdify_bridge import residual_of

Rows = list[list[Any]]


def listed(rows: Rows) -> list[Any]:
    return [entry for row in rows for entry in row]


@audits("l1-norm")
def l1_norm(claim: Claim) -> Finding:
    return vector_norm(claim, 1)


@audits("l2-norm")
def l2_norm(claim: Claim) -> Finding:
    return vector_norm(claim, 2)


def vector_norm(claim: Claim, p: int) -> Finding:
    norm = worked_out(NormOf(exact(claim["input"]), p))
    method = np.linalg.norm(floats(claim["input"]), p)
    return Finding((Figure("norm", norm.result, method, claim["printed"]),), derivations=(norm,))


@audits("frobenius-norm")
def frobenius_norm(claim: Claim) -> Finding:
    norm = worked_out(NormOf(exact(listed(claim["input"])), 2))
    method = np.linalg.norm(floats(claim["input"]), "fro")
    return Finding((Figure("norm", norm.result, method, claim["printed"]),), derivations=(norm,))


@audits("normalise")
def normalise(claim: Claim) -> Finding:
    A, printed = claim["input"], claim["printed"]
    norm = worked_out(NormOf(exact(listed(A)), 2))
    array = np.array(floats(A), dtype=float)
    figures = (
        Figure("norm", norm.result, np.linalg.norm(array), printed["norm"]),
        Figure(
            "normalised",
            ImmutableMatrix(A) / norm.result,
            array / np.linalg.norm(array),
            printed["normalised"],
        ),
    )
    return Finding(figures, derivations=(norm,))


@audits("inverse")
def inverse(claim: Claim) -> Finding:
    A = claim["input"]
    found = derive.inverse(A)
    figure = Figure("inverse", found.result, np.linalg.inv(floats(A)), claim["printed"])
    return Finding((figure,), derivations=(found,))


@audits("determinant")
def determinant(claim: Claim) -> Finding:
    A = claim["input"]
    found = derive.determinant(A)
    figure = Figure("determinant", found.result, np.linalg.det(floats(A)), claim["printed"])
    return Finding((figure,), derivations=(found,))


@audits("eigen")
def eigen(claim: Claim) -> Finding:
    A, printed = claim["input"], claim["printed"]
    found = derive.eigen(A)
    values, vectors = np.linalg.eig(floats(A))
    order, shown = np.argsort(values), np.array(floats(printed["values"]), dtype=float)
    places = np.argsort(shown)
    columns = np.array(printed["vectors"], dtype=object).T[places]
    pairs = sorted(zip(found.distinct, found.vectors, strict=True), key=lambda pair: pair[0])
    figures = (
        Figure(
            "eigenvalues",
            [value for value, _ in pairs],
            values[order],
            [printed["values"][k] for k in places],
        ),
        Figure(
            "eigenvectors",
            [unit(numbers(space.result).ravel()) for _, space in pairs],
            [unit(vector) for vector in vectors.T[order]],
            [signed(column) for column in columns],
        ),
        Figure("trace", found.trace.result, values.sum(), sum(printed["values"])),
        Figure("determinant", found.determinant.result, values.prod(), int(shown.prod())),
    )
    worst = max(
        residual_of(A, value, floats(vector.tolist()))
        for value, vector in zip(shown[places], columns, strict=True)
    )
    notes = (f"printed pairs: |Av - lambda v| is at most {worst:.0g} |v|, vectors up to sign",)
    return Finding(figures, derivations=derivations_of(found), notes=notes)


def derivations_of(found: derive.linear_algebra.Eigen) -> tuple[Derivation, ...]:
    return (
        found.characteristic_polynomial,
        found.values,
        *found.vectors,
        found.trace,
        found.determinant,
    )


def unit(vector: np.ndarray) -> np.ndarray:
    """Of length one, with the last entry positive: eigenvectors have no sign of their own."""
    return vector / np.linalg.norm(vector) * np.sign(vector[-1])


def signed(column: np.ndarray) -> list[Any]:
    """A printed eigenvector with its last entry positive, digits as they are."""
    return [-entry if column[-1] < 0 else entry for entry in column]


# ------------------------------------------------------------------ products


@audits("matrix-product")
def matrix_product(claim: Claim) -> Finding:
    """Matrix multiplication needs as many columns on the left as rows on the right."""
    A, B = claim["input"]["A"], claim["input"]["B"]
    derivations, product = product_of(A, B)
    why = f"a {len(A)}x{len(A[0])} and a {len(B)}x{len(B[0])} matrix have no matrix product"
    figure = Figure("product", product, np.multiply(A, B), claim["printed"], because=why)
    square = [row[:2] for row in A], [row[:2] for row in B]
    steps, truth = product_of(*square)
    trial = Trial(f"A = {square[0]}, B = {square[1]}", truth, attempt(np.multiply, *square))
    return Finding((figure,), (trial,), derivations=derivations + steps)


def product_of(A: Rows, B: Rows) -> tuple[tuple[Derivation, ...], ImmutableMatrix | None]:
    """Each entry as the total of products of a row and a column; None where there is none."""
    if len(A[0]) != len(B):
        return (), None
    columns = list(zip(*B, strict=True))
    found = [inner_product(row, column) for row in A for column in columns]
    return tuple(found), ImmutableMatrix(len(A), len(columns), [each.result for each in found])


def inner_product(x: Any, y: Any) -> Derivation:
    products = [Rational(str(u)) * Rational(str(v)) for u, v in zip(x, y, strict=True)]
    return worked_out(TotalOf(exact(products)))


@audits("dot-product")
def dot_product(claim: Claim) -> Finding:
    """The scalar that two arrays of one shape have is the total of the products of entries."""
    A, B = claim["input"]["A"], claim["input"]["B"]
    scalar = inner_product(listed(A), listed(B))
    derivations, product = product_of(A, B)
    figure = Figure("dot product", scalar.result, np.dot(A, B), claim["printed"])
    same = product is not None and np.array_equal(numbers(product), np.array(claim["printed"]))
    notes = (f"what is printed {'is' if same else 'is not'} the matrix product AB",)
    return Finding((figure,), derivations=(scalar, *derivations), notes=notes)
