"""Determinants of letters in factors: where a sum of lines has a common factor, as in Vandermonde
and circulant matrices, it comes out in front."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations, product

from sympy import Add, Basic, Determinant, Expr, Symbol, expand, factor, symbols, trigsimp
from sympy.functions.elementary.trigonometric import TrigonometricFunction

from derive.linear_algebra.determinants import RULES, added, content, det, example
from derive.linear_algebra.elimination import Matrix, R, is_plain_polynomial, step_to_triangle, tidy
from derive.rules import Outcome, Rewrite

a, b, c, x, y, z = symbols("a b c x y z")
LARGEST = 5  # rows up to which more than two are added: there are 3^n ways

LONGEST = 200  # operations in a result up to which its factors are looked for

LATER = ("three by three", "swap two rows", "add a multiple of a row", "cofactor expansion")


def in_factors(value: Basic) -> Basic:
    """A polynomial in factors, where these are shorter; sines and cosines in fewer terms."""
    if not value.free_symbols or value.has(Determinant) or value.count_ops() > LONGEST:
        return value
    if value.has(TrigonometricFunction):
        return trigsimp(value)
    if not is_plain_polynomial(value):
        return value
    return min(value, factor(value), key=lambda each: each.count_ops())


RULES_IN_FACTORS = RULES.without("two by two", *LATER)
RULES_IN_FACTORS.title = "determinants in factors"
RULES_IN_FACTORS.tidy = in_factors

Signs = dict[int, int]  # of the lines in a sum, by their numbers


@RULES_IN_FACTORS.rule("two by two", example=example([[a, b], [b, a]]))
def two_by_two_in_factors(A: Matrix) -> Outcome:
    """Two by two: the product of the diagonal minus the product of the other diagonal."""
    if A.shape != (2, 2):
        return None
    if not of_letters(A):
        return RULES["two by two"].function(A)
    return factor(expand(A[0, 0] * A[1, 1] - A[0, 1] * A[1, 0]))


@RULES_IN_FACTORS.rule(
    "common factor of a column", example=example([[x, 1, y], [x * y, y, 5], [3 * x, 2, 1]])
)
def common_factor_of_column(A: Matrix) -> Outcome:
    """A factor common to a whole column comes out in front."""
    for k in range(A.cols):
        column = list(A.col(k))
        common = content(column)
        if common.free_symbols:
            smaller = with_column(A, k, [tidy(e / common) for e in column])
            return Rewrite(common * det(smaller), where=((C(k, True), C(k) / common),))
    return None


@RULES_IN_FACTORS.rule(
    "sum of rows with a common factor", example=example([[a, b, c], [c, a, b], [b, c, a]])
)
def sum_of_rows(A: Matrix) -> Outcome:
    """Adding a row to another, or taking it away, leaves the determinant as it is; what comes of it
    has a factor."""
    found = sum_with_factor(A)
    if found is None:
        return None
    signs, line = found
    k = changed_by(signs)
    changed = with_column(A.T, k, line).T
    return Rewrite(det(changed), where=((R(k, True), summed(R, signs)),))


@RULES_IN_FACTORS.rule(
    "sum of columns with a common factor",
    example=example([[1, 1, 1], [x, y, z], [x**2, y**2, z**2]]),
)
def sum_of_columns(A: Matrix) -> Outcome:
    """Adding a column to another, or taking it away, leaves the determinant as it is; what comes of
    it has a factor."""
    found = sum_with_factor(A.T)
    if found is None:
        return None
    signs, line = found
    k = changed_by(signs)
    return Rewrite(det(with_column(A, k, line)), where=((C(k, True), summed(C, signs)),))


@RULES_IN_FACTORS.rule(
    "add a multiple of the row of a one", example=example([[1, a, b], [a, 1, c], [b, c, 1]])
)
def add_row_of_a_one(A: Matrix) -> Outcome:
    """Adding a multiple of one row to another leaves the determinant as it is."""
    if A.rows != 3 or not of_letters(A) or abs(A[0, 0]) != 1:
        return None
    return added(A, step_to_triangle(A, numbers=True))


for name in LATER:
    RULES_IN_FACTORS.add(RULES[name])


def of_letters(A: Matrix) -> bool:
    return bool(A.free_symbols) and all(map(is_plain_polynomial, A))


def sum_with_factor(A: Matrix) -> tuple[Signs, list[Expr]] | None:
    """The shortest sum of rows, with signs, that is zero or has a factor with letters."""
    if A.rows < 3 or not of_letters(A):
        return None
    for signs in sums(A.rows):
        line = [expand(Add(*(n * A[i, j] for i, n in signs.items()))) for j in range(A.cols)]
        if not any(line) or has_letters_in_common(line):
            return signs, line
    return None


def has_letters_in_common(line: list[Expr]) -> bool:
    letters = [e.free_symbols for e in line if e != 0]
    return bool(set.intersection(*letters) and content(line).free_symbols)


def sums(count: int) -> Iterator[Signs]:
    """Of two rows, of three ...; the row that is changed has the sign plus."""
    for size in range(2, count + 1 if count <= LARGEST else 3):
        for rows in combinations(range(count), size):
            for signs in product((-1, 1), repeat=size - 1):
                ordered = (*signs, 1) if size == 2 else (1, *signs)
                yield dict(zip(rows, ordered, strict=True))


def changed_by(signs: Signs) -> int:
    """The later row of two, else the first."""
    return max(signs) if len(signs) == 2 else min(signs)


def summed(name: Callable[[int], Symbol], signs: Signs) -> Expr:
    return Add(*(n * name(i) for i, n in signs.items()))


def C(column: int, new: bool = False) -> Symbol:
    """The name of a column, counted from one; with a prime after the operation."""
    return Symbol(f"C_{column + 1}'" if new else f"C_{column + 1}")


def with_column(A: Matrix, k: int, column: list[Expr]) -> Matrix:
    return Matrix(A.rows, A.cols, lambda i, j: column[i] if j == k else A[i, j])
