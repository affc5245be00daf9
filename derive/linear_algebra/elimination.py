"""Row operations on explicit matrices, one at a time, for determinants, inverses, null spaces.

Entries are exact: floats become rationals on the way in, and whether an entry is zero is decided
by exact rewriting, never by a tolerance alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sympy import (
    Abs,
    And,
    CRootOf,
    Dummy,
    Expr,
    Float,
    I,
    Integer,
    Mul,
    Ne,
    Pow,
    Rational,
    S,
    Symbol,
    cancel,
    cos,
    default_sort_key,
    expand,
    expand_trig,
    factor,
    factor_list,
    factor_terms,
    fraction,
    minimal_polynomial,
    nan,
    nsimplify,
    oo,
    radsimp,
    sin,
    tan,
    together,
    trigsimp,
    true,
    zoo,
)
from sympy import ImmutableDenseMatrix as Matrix
from sympy.functions.elementary.trigonometric import TrigonometricFunction
from sympy.logic.boolalg import Boolean
from sympy.polys.polyerrors import NotAlgebraic, PolynomialError

from derive.asked import asked
from derive.core import Letters
from derive.engine import shown

# ------------------------------------------------------------------ matrices as asked


def matrix(A: Any) -> Matrix:
    """The matrix asked for, with exact entries. Raises ValueError, TypeError in one line."""
    M = asked(A.tolist() if hasattr(A, "tolist") and hasattr(A, "dtype") else A)
    if not isinstance(M, Matrix):
        raise ValueError(f"{shown(M)} is not a matrix: write its rows, as in [[1, 2], [3, 4]]")
    if 0 in M.shape:
        raise ValueError(f"a matrix of shape {M.shape} has no entries")
    if any(e.has(nan, oo, -oo, zoo) for e in M.flat()):
        raise ValueError("every entry of the matrix has to be finite")
    return M.applyfunc(lambda e: nsimplify(e, rational=True) if e.has(Float) else e)


def square(A: Any, what: str) -> Matrix:
    M = matrix(A)
    if M.rows != M.cols:
        raise ValueError(f"{what} needs a square matrix; this one is {M.rows} by {M.cols}")
    return M


# ------------------------------------------------------------------ entries

SMALL = 60  # operations in a sum up to which its factors are looked for


@lru_cache(maxsize=20_000)
def tidy(entry: Expr) -> Expr:
    """An equal entry in a settled form: one fraction in lowest terms, no root below a number."""
    if entry.is_Rational or entry.is_Symbol:
        return entry
    if not entry.free_symbols:
        return expand(radsimp(expand(entry)))
    if entry.has(Abs):
        entry = without_squared_sizes(entry)
    above, below = fraction(together(entry))
    above = expand(above)
    if above == 0:
        return S.Zero
    try:
        entry = cancel(above / below)
    except PolynomialError:
        entry = above / below
    entry = with_roots_joined(entry)
    return trigsimp(entry) if entry.has(TrigonometricFunction) else entry


def with_roots_joined(entry: Expr) -> Expr:
    """u sqrt(u) below a product of u with others is one root of u: it shows once both parts of the
    quotient are products."""
    above, below = fraction(entry)
    if not (below.free_symbols and has_root(entry)):
        return entry
    try:
        small = above.count_ops() <= SMALL and not above.has(I)
        parts = (above, factor(above) if small else factor_terms(above)), (below, factor(below))
    except PolynomialError:
        return entry
    above, below = (min(part, key=lambda each: each.count_ops()) for part in parts)
    return above / below


def without_squared_sizes(entry: Expr) -> Expr:
    """|u|^2 is u^2 for real u; letters are real that are not declared complex."""
    changes: dict[Expr, Expr] = {}
    for power in entry.atoms(Pow):
        size, n = power.args
        if isinstance(size, Abs) and n.is_Integer and not is_complex(size.args[0]):
            changes[power] = size.args[0] ** (n - n % 2) * size ** (n % 2)
    return entry.xreplace(changes)


def is_complex(entry: Expr) -> bool:
    return entry.has(I) or any(map(is_complex_letter, entry.free_symbols))


def is_complex_letter(x: Symbol) -> bool:
    """Whether it is declared complex, and not real: of a letter of which nothing is said it is not
    so."""
    return bool(x.is_complex and not x.is_real)


@lru_cache(maxsize=20_000)
def is_zero(entry: Expr) -> bool:
    """Whether the entry is zero, for all values of its letters.

    Raises ValueError where neither is certain: a wrong pivot would give a wrong answer.
    """
    entry = tidy(entry)
    if entry == 0:
        return True
    if entry.is_Rational or entry.is_zero is False or _rational_function(entry):
        return False
    if far_from_zero(entry):
        return False
    if not entry.free_symbols and _zero_by_minimal_polynomial(entry):
        return True
    if entry.has(TrigonometricFunction) and _zero_by_half_angles(entry):
        return True
    raise ValueError(f"cannot decide whether {shown(entry)} is zero")


def _rational_function(entry: Expr) -> bool:
    """Rational coefficients, no roots: in lowest terms it is zero only if it is written 0."""
    return is_plain(entry) and entry.is_rational_function(*entry.free_symbols)


def is_plain_polynomial(entry: Expr) -> bool:
    return is_plain(entry) and bool(entry.is_polynomial(*entry.free_symbols))


def is_plain(entry: Expr) -> bool:
    """Of letters and rationals only, without roots."""
    return all(a.is_Rational or a.is_Symbol for a in entry.atoms()) and not has_root(entry)


def has_root(entry: Expr) -> bool:
    return any(not p.exp.is_Integer for p in entry.atoms(Pow))


def far_from_zero(entry: Expr) -> bool:
    """Not zero at one of three points; an analytic function is then nonzero almost everywhere."""
    entry = entry.xreplace({root: root.eval_approx(60) for root in entry.atoms(CRootOf)})
    letters = sorted(entry.free_symbols, key=default_sort_key)
    for shift in range(3 if letters else 1):
        numbers = (Rational(17 * k + 5 * shift + 3, 11) for k in range(len(letters)))
        point = {
            x: number * (1 + I / 3) if is_complex_letter(x) else number
            for x, number in zip(letters, numbers, strict=True)
        }
        value = entry.subs(point).evalf(40)
        if value.is_number and value.is_finite and abs(value) > Rational(1, 10**20):
            return True
    return False


def _zero_by_minimal_polynomial(number: Expr) -> bool:
    x = Symbol("x")
    try:
        return minimal_polynomial(number, x) == x
    except (NotAlgebraic, NotImplementedError):
        return False


def _zero_by_half_angles(entry: Expr) -> bool:
    """Sines and cosines as rational functions of the tangents of the half angles."""
    apart = expand_trig(entry)
    changes: dict[Expr, Expr] = {}
    for angle in {f.args[0] for f in apart.atoms(TrigonometricFunction)}:
        half = Dummy()
        changes[sin(angle)] = 2 * half / (1 + half**2)
        changes[cos(angle)] = (1 - half**2) / (1 + half**2)
        changes[tan(angle)] = 2 * half / (1 - half**2)
    return bool(tidy(apart.xreplace(changes)) == 0)


def nonzero(divisor: Expr) -> Boolean:
    """The condition that a divisor is not zero, for each of its factors that can be; what it is
    itself divided by was a divisor before."""
    if divisor.has(TrigonometricFunction):
        divisor = tidy(divisor)
    return And(*(Ne(each, 0) for each in bare_factors(fraction(together(divisor))[0])))


def bare_factors(product: Expr) -> list[Expr]:
    """The factors with letters that can be zero, without powers and roots; a sum that has no
    factors stays as it is written."""
    if not product.free_symbols:
        return []
    try:
        number, pairs = factor_list(product)
    except PolynomialError:
        number, pairs = S.One, [(each, 1) for each in Mul.make_args(product)]
    if len(pairs) == 1 and pairs[0][1] == 1 and abs(number) == 1:
        pairs = [(product, 1)]
    bases = (each.base if is_positive_power(each) else each for each, _ in pairs)
    return [each for each in bases if with_real_letters(each).is_zero is not False]


def is_positive_power(entry: Expr) -> bool:
    return bool(entry.is_Pow and entry.exp.is_positive)


def with_real_letters(entry: Expr) -> Expr:
    """Letters are real of which nothing else is said."""
    unsaid = (x for x in entry.free_symbols if x.is_complex is None)
    return entry.xreplace({x: Symbol(x.name, real=True) for x in unsaid})


# ------------------------------------------------------------------ one row operation


def R(row: int, new: bool = False) -> Symbol:
    """The name of a row, counted from one as in textbooks; with a prime after the operation."""
    return Symbol(f"R_{row + 1}'" if new else f"R_{row + 1}")


@dataclass(frozen=True)
class RowOperation:
    """Swap rows `row` and `other`, scale `row` by `factor`, or add `factor` times `other` to `row`.

    >>> RowOperation("add", 1, 0, Integer(-3)).on(Matrix([[1, 2], [3, 4]]))
    Matrix([
    [1,  2],
    [0, -2]])
    """

    kind: str
    row: int
    other: int = -1
    factor: Expr = S.One
    given: Boolean = true

    @property
    def where(self) -> Letters:
        here, there = R(self.row), R(self.other)
        if self.kind == "swap":
            return ((R(self.row, new=True), there), (R(self.other, new=True), here))
        new = self.factor * here if self.kind == "scale" else here + self.factor * there
        return ((R(self.row, new=True), new),)

    def on(self, M: Matrix) -> Matrix:
        rows = [list(M.row(i)) for i in range(M.rows)]
        i, j = self.row, self.other
        if self.kind == "swap":
            rows[i], rows[j] = rows[j], rows[i]
        elif self.kind == "scale":
            rows[i] = [tidy(self.factor * e) for e in rows[i]]
        else:
            rows[i] = [tidy(e + self.factor * f) for e, f in zip(rows[i], rows[j], strict=True)]
        return Matrix(rows)


def pivot_row(M: Matrix, column: int, rows: range, numbers: bool = False) -> int | None:
    """The row with the simplest nonzero entry in the column; the first such, for fewer swaps."""
    candidates = [i for i in rows if not is_zero(M[i, column])]
    if numbers:
        candidates = [i for i in candidates if M[i, column].is_number]
    return min(candidates, key=lambda i: (*simplicity(M[i, column]), i), default=None)


def simplicity(pivot: Expr) -> tuple[int, int]:
    """How good a pivot is: one, a rational, a number, surely not zero, without roots, any."""
    if pivot in (1, -1):
        return 0, 0
    if pivot.is_Rational:
        return 1, 0
    kinds = (pivot.is_number, pivot.is_zero is False, not has_root(pivot), True)
    return 2 + kinds.index(True), pivot.count_ops()


def step_to_triangle(M: Matrix, numbers: bool = False) -> RowOperation | None:
    """The next row operation towards an upper triangular matrix; None when there is none.

    `numbers`: only where a number can be the pivot, so that no condition is needed.
    """
    for k in range(M.cols):
        below = [i for i in range(k + 1, M.rows) if not is_zero(M[i, k])]
        if below:
            best = pivot_row(M, k, range(k, M.rows), numbers)
            if best is None:
                return None
            if best != k:
                return RowOperation("swap", k, best)
            factor = tidy(-M[below[0], k] / M[k, k])
            return RowOperation("add", below[0], k, factor, nonzero(M[k, k]))
    return None


def step_to_reduced_form(M: Matrix) -> RowOperation | None:
    """The next row operation towards the reduced row echelon form; None when it is reached."""
    top = 0
    for column in range(M.cols):
        best = pivot_row(M, column, range(top, M.rows))
        if best is None:
            continue
        if best != top:
            return RowOperation("swap", top, best)
        pivot = M[top, column]
        if pivot != 1:
            return RowOperation("scale", top, factor=tidy(1 / pivot), given=nonzero(pivot))
        for i in range(M.rows):
            if i != top and not is_zero(M[i, column]):
                return RowOperation("add", i, top, tidy(-M[i, column]))
        top += 1
    return None


def pivots(M: Matrix) -> list[int]:
    """The pivot columns of a matrix in reduced row echelon form."""
    rows = ([j for j in range(M.cols) if not is_zero(M[i, j])] for i in range(M.rows))
    return [nonzero_at[0] for nonzero_at in rows if nonzero_at]


def identity(n: int) -> Matrix:
    return Matrix(n, n, lambda i, j: Integer(i == j))
