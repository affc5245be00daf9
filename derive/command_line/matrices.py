"""What the command line asks about vectors and matrices."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

Question = Callable[[argparse.Namespace, Any], Any]


def _of_one(name: str) -> Question:
    def question(options: argparse.Namespace, read: Any) -> Any:
        import derive

        return getattr(derive, name)(read(options.A), timeout=options.timeout)

    return question


def _by_method(name: str) -> Question:
    def question(options: argparse.Namespace, read: Any) -> Any:
        import derive

        method = options.method or "auto"
        return getattr(derive, name)(read(options.A), method=method, timeout=options.timeout)

    return question


def _of_two(name: str) -> Question:
    def question(options: argparse.Namespace, read: Any) -> Any:
        import derive

        return getattr(derive, name)(read(options.A), read(options.B), timeout=options.timeout)

    return question


def _norm(options: argparse.Namespace, read: Any) -> Any:
    from derive import norm

    order = options.ord if options.ord in (None, "fro", "nuc", "inf") else read(options.ord)
    return norm(read(options.A), order, timeout=options.timeout)


def _add_one(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("A", help="the matrix by rows: [[2,1],[1,2]]")


def _add_with_method(parser: argparse.ArgumentParser) -> None:
    _add_one(parser)
    parser.add_argument("--method", help="how to go about it")


def _add_two(parser: argparse.ArgumentParser) -> None:
    _add_one(parser)
    parser.add_argument("B", help="a matrix by rows, or a column: [[5],[6]]")


def _add_norm(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("A", help="the matrix by rows; one row or column is a vector")
    parser.add_argument("ord", nargs="?", help="1, 2, oo, p, fro, nuc (2, of a matrix fro)")


WITH_METHODS = {
    "determinant": "the determinant of a matrix",
    "inverse": "the inverse of a matrix",
}
ONE = {
    "eigen": "eigenvalues and eigenvectors of a matrix",
    "row_reduce": "the reduced row echelon form of a matrix, one row operation a step",
    "rank": "the rank of a matrix",
    "null_space": "a basis of the null space of a matrix",
    "column_space": "a basis of the column space of a matrix",
    "gram_schmidt": "orthogonal columns by Gram and Schmidt's process",
    "qr": "A = Q R by Gram and Schmidt's process",
    "lu": "P A = L U with partial pivoting",
    "cholesky": "A = L L^T of a positive definite matrix",
    "jordan_form": "the Jordan form of a matrix, and chains that lead to it",
    "diagonalise": "orthonormal eigenvectors of a symmetric matrix",
    "svd": "the singular value decomposition of a matrix",
    "singular_values": "the singular values of a matrix",
    "condition_number": "the condition number of a matrix",
    "pseudo_inverse": "the pseudo-inverse of a matrix",
    "matrix_exponential": "the exponential of a matrix",
    "principal_components": "the principal components of data, one sample a row",
}
TWO = {
    "matmul": "a matrix product, with the rule of shapes",
    "solve_linear": "all x with A x = b: solve_linear A b",
    "least_squares": "the x for which A x is nearest to b",
    "projection": "the point nearest to v in the span of columns: projection v A",
    "power_iteration": "A^k x and its rate: power_iteration A x",
}

SUBJECTS = (
    *((name, words, _by_method(name), _add_with_method) for name, words in WITH_METHODS.items()),
    *((name, summary, _of_one(name), _add_one) for name, summary in ONE.items()),
    *((name, summary, _of_two(name), _add_two) for name, summary in TWO.items()),
    ("norm", "a norm of a vector or matrix: norm A ord", _norm, _add_norm),
)
