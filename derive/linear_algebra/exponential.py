"""The exponential of an explicit matrix: from its diagonal, a series that ends, eigenvectors, or
Jordan chains."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from sympy import (
    Add,
    And,
    Basic,
    Dummy,
    Expr,
    Rational,
    S,
    Symbol,
    cos,
    cosh,
    default_sort_key,
    diag,
    exp,
    expand,
    factorial,
    fraction,
    powsimp,
    sin,
    sinh,
    symbols,
)
from sympy.logic.boolalg import Boolean

from derive.asked import in_order
from derive.core import Derivation, Step
from derive.engine import Budget, NoRuleApplies, derive, limited
from derive.linear_algebra.eigen import Eigen, eigen, in_closed_form
from derive.linear_algebra.elimination import (
    Matrix,
    identity,
    is_zero,
    nonzero,
    square,
    tidy,
    with_real_letters,
)
from derive.linear_algebra.inverses import AUGMENTED, Augmented
from derive.linear_algebra.jordan_chains import jordan_form
from derive.linear_algebra.operators import Operator
from derive.linear_algebra.polynomials import square_root
from derive.linear_algebra.products import PRODUCTS, MatrixProduct
from derive.rules import Outcome, Rewrite, RuleTable

a, b, c, t = symbols("a b c t")


# ------------------------------------------------------------------ operators


class MatrixExponential(Operator):
    """I + A + A^2/2! + A^3/3! + ...

    Numerically: that series, until its terms are below the last digit.
    """

    word = "expm"

    def _latex(self, printer: Any) -> str:
        return rf"e^{{{printer._print(self.args[0])}}}"


class ExponentialIn(Operator):
    """S exp(D) S^-1, which is exp(S D S^-1): ExponentialIn(S, D).

    Numerically: the series of the exponential, at S D S^-1.
    """

    word = "expm_in_basis"

    def _latex(self, printer: Any) -> str:
        S, D = map(printer._print, self.args)
        return rf"{S} \, e^{{{D}}} \, {S}^{{-1}}"


class BlockDiagonal(Operator):
    """The matrix with the given ones along its diagonal, and zeros beside them.

    Numerically: put together.
    """

    word = "diag"


class Times(Operator):
    """A number times a matrix.

    Numerically: every entry multiplied.
    """

    word = "times"

    def _latex(self, printer: Any) -> str:
        return r" \, ".join(map(printer._print, self.args))


# ------------------------------------------------------------------ rules


def settled(value: Basic) -> Basic:
    return value.applyfunc(entry) if isinstance(value, Matrix) else value


def entry(value: Expr) -> Expr:
    """What is real as a real formula: e^(it) as a sine and a cosine, where letters are real."""
    if not value.has(S.ImaginaryUnit):
        return shorter(by_functions(value), tidy(value))
    real = {x: Symbol(x.name, real=True) for x in value.free_symbols}
    parts = expand(value.xreplace(real), complex=True)
    return tidy(parts.xreplace({r: x for x, r in real.items()}))


def shorter(first: Expr, second: Expr) -> Expr:
    return first if first.count_ops() <= second.count_ops() else second


def by_functions(value: Expr) -> Expr:
    """A sum with one term for each product of exponentials, sines and cosines in it."""
    functions = sorted(value.atoms(exp, sin, cos, sinh, cosh), key=default_sort_key)
    names = {f: Dummy() for f in functions}  # what they are taken of stays as it is
    back = {name: f for f, name in names.items()}
    found: dict[Expr, Expr] = {}
    for term in Add.make_args(expand(value.xreplace(names))):
        rest, function = term.as_independent(*back, as_Add=False)
        function = powsimp(function.xreplace(back))
        found[function] = found.get(function, S.Zero) + rest
    return Add(*(tidy(rest) * function for function, rest in found.items()))


EXPONENTIALS = RuleTable(
    MatrixExponential, lambda goal: goal.args, "matrix exponentials", tidy=settled
)


@EXPONENTIALS.rule("diagonal matrix", example=MatrixExponential(Matrix([[1, 0], [0, a]])))
def of_diagonal(A: Matrix) -> Outcome:
    """Powers of a diagonal matrix are those of its entries, and so is the exponential."""
    return Matrix(diag(*map(exp, A.diagonal()))) if A.is_diagonal() else None


@EXPONENTIALS.rule(
    "series that ends", example=MatrixExponential(Matrix([[0, a, 1], [0, 0, 2], [0, 0, 0]]))
)
def of_nilpotent(A: Matrix) -> Outcome:
    """A power of the matrix is zero, and all after it: the series is a finite sum."""
    total, power = identity(A.rows), A
    for k in range(1, A.rows + 1):
        if all(map(is_zero, power)):
            return total
        total, power = (total + power / factorial(k)), (power * A).applyfunc(tidy)
    return None


@EXPONENTIALS.rule("one eigenvalue", example=MatrixExponential(Matrix([[a, 1], [0, a]])))
def of_one_eigenvalue(A: Matrix) -> Outcome:
    """A = m I + N with the mean m of the diagonal, and N a matrix with a power that is zero: as m I
    commutes with N, the exponential is e^m times that of N."""
    mean = tidy(A.trace() * Rational(1, A.rows))
    N = (A - mean * identity(A.rows)).applyfunc(tidy)
    if is_zero(mean) or not all(map(is_zero, N**A.rows)):
        return None
    return Times(exp(mean), MatrixExponential(N))


@EXPONENTIALS.rule(
    "square is a multiple of the identity", example=MatrixExponential(Matrix([[0, a], [b, 0]]))
)
def of_square_root_of_identity(A: Matrix) -> Outcome:
    """With A^2 = d^2 I the even powers add up to cosh(d) I, the odd ones to sinh(d)/d A; where A^2
    is -d^2 I, to cos(d) I and sin(d)/d A."""
    found = halves(A, identity(A.rows))
    if found is None:
        return None
    even, odd, d = found
    powers = even(d) * identity(A.rows) + odd(d) * (A / d).applyfunc(tidy)
    return Rewrite(powers, divides(d, A), ((Symbol("d"), d),))


@EXPONENTIALS.rule(
    "mean of the diagonal apart", example=MatrixExponential(Matrix([[a, b], [b, a]]))
)
def of_mean_apart(A: Matrix) -> Outcome:
    """A = m I + N with the mean m of the diagonal, and N^2 a multiple of the identity: as m I
    commutes with N, the exponential is e^m times that of N."""
    mean = tidy(A.trace() * Rational(1, A.rows))
    N = (A - mean * identity(A.rows)).applyfunc(tidy)
    found = None if is_zero(mean) else halves(N, identity(A.rows))
    if found is None:
        return None
    even, _, d = found
    if even is cosh and terms(mean + d) < terms(mean) + terms(d):
        return None  # of [[t, 2*t], [2*t, t]] e^(3t) and e^(-t) are read more easily
    return Times(exp(mean), MatrixExponential(N))


@EXPONENTIALS.rule(
    "cube is a multiple of the matrix",
    example=MatrixExponential(Matrix([[0, -c, b], [c, 0, -a], [-b, a, 0]])),
)
def of_cube_root(A: Matrix) -> Outcome:
    """With A^3 = -d^2 A the powers from A on add up to sin(d)/d A and (1 - cos(d))/d^2 A^2
    (Rodrigues' formula); where A^3 is d^2 A, to sinh(d)/d A and (cosh(d) - 1)/d^2 A^2."""
    square = (A * A).applyfunc(tidy)
    found = halves(A, A)
    if found is None or (found[0] is cosh and is_polynomial(found[2])):
        return None
    even, odd, d = found
    sign = 1 if even is cosh else -1
    first, second = odd(d) / d, sign * (even(d) - 1) / tidy(d**2)
    powers = identity(A.rows) + first * A + second * square
    return Rewrite(powers, divides(d, A), ((Symbol("d"), d),))


def terms(value: Expr) -> int:
    return len(Add.make_args(expand(value)))


Halves = tuple[type[Expr], type[Expr], Expr]


def halves(A: Matrix, after: Matrix) -> Halves | None:
    """The even and the odd half of the series for A^2 M = d^2 M, or A^2 M = -d^2 M, with d, where
    M is I or A; None where d is a number."""
    ahead = (A * A * after).applyfunc(tidy)
    place = next((k for k, e in enumerate(after) if not is_zero(e)), None)
    if place is None or A.rows < 2:
        return None
    factor = tidy(ahead[place] / after[place])
    if not factor.free_symbols or not all(map(is_zero, ahead - factor * after)):
        return None
    turning = turns(factor)
    d = square_root(tidy(-factor if turning else factor))
    return (cos, sin, d) if turning else (cosh, sinh, d)


def turns(factor: Expr) -> bool:
    """Whether it is negative for real letters, or written with a minus where its sign is open."""
    known = with_real_letters(factor)
    if known.is_nonnegative or known.is_nonpositive:
        return bool(known.is_nonpositive)
    return bool(factor.could_extract_minus_sign())


def is_polynomial(d: Expr) -> bool:
    return bool(d.is_polynomial(*d.free_symbols))


def divides(d: Expr, A: Matrix) -> Boolean:
    """The condition that A/d is finite: it is where d is zero but divides all entries."""
    return And(*(nonzero(fraction(tidy(e / d))[1]) for e in A))


@EXPONENTIALS.rule(
    "blocks on the diagonal",
    example=MatrixExponential(Matrix([[2, 1, 0], [0, 2, 0], [0, 0, a]])),
)
def of_blocks(A: Matrix) -> Outcome:
    """Powers of a matrix of blocks along the diagonal are those of its blocks, and so is the
    exponential."""
    blocks = along_diagonal(A)
    if len(blocks) < 2:
        return None
    return BlockDiagonal(*map(MatrixExponential, blocks))


def along_diagonal(A: Matrix) -> list[Matrix]:
    """The smallest blocks beside which there are zeros only."""
    n = A.rows
    apart = lambda k: all(map(is_zero, [*A[k:, :k], *A[:k, k:]]))
    cuts = [0, *(k for k in range(1, n) if apart(k)), n]
    return [A[i:k, i:k] for i, k in pairwise(cuts)]


BLOCKS = RuleTable(BlockDiagonal, lambda goal: goal.args, "blocks along the diagonal")


@BLOCKS.rule("put together", example=BlockDiagonal(Matrix([[1, a], [b, 2]]), Matrix([[3]])))
def put_together(*blocks: Matrix) -> Outcome:
    """Write the blocks in one matrix."""
    return Matrix(diag(*blocks))


IN_BASIS = RuleTable(ExponentialIn, lambda goal: goal.args, "exponentials in a basis", tidy=settled)


@IN_BASIS.rule(
    "exponential in the basis",
    example=ExponentialIn(Matrix([[1, 1], [-1, 1]]), Matrix([[2, 0], [0, a]])),
)
def in_basis(basis: Matrix, D: Matrix) -> Outcome:
    """(S D S^-1)^k = S D^k S^-1 for every term of the series: S times the exponential of D times
    the inverse of S."""
    inverse = Augmented(basis, identity(basis.rows))
    return MatrixProduct(MatrixProduct(basis, MatrixExponential(D)), inverse)


MULTIPLES = RuleTable(Times, lambda goal: goal.args, "numbers times matrices", tidy=settled)


@MULTIPLES.rule("every entry times the number", example=Times(exp(a), Matrix([[1, 2], [b, 4]])))
def every_entry(scale: Expr, M: Matrix) -> Outcome:
    """A number times a matrix multiplies every entry."""
    return M.applyfunc(lambda e: scale * e)


TABLES: dict[type, RuleTable] = {
    MatrixExponential: EXPONENTIALS,
    ExponentialIn: IN_BASIS,
    BlockDiagonal: BLOCKS,
    Times: MULTIPLES,
    MatrixProduct: PRODUCTS,
    Augmented: AUGMENTED,
}


# ------------------------------------------------------------------ what the user calls

BY_EIGENVECTORS = "basis of eigenvectors"
BY_CHAINS = "basis of Jordan chains"
SENTENCES = {
    BY_EIGENVECTORS: "In a basis S of eigenvectors A = S D S^-1 with the eigenvalues on the "
    "diagonal of D.",
    BY_CHAINS: "In a basis S of Jordan chains A = S J S^-1 with the eigenvalues on the diagonal of "
    "J, and ones above it within a chain.",
}


@limited
def matrix_exponential(A: Any, timeout: float = 20.0) -> Derivation:
    """The exponential of a square matrix, step by step; a letter t in its entries gives e^(tA).

    Raises ValueError for a matrix that is not square, NoRuleApplies where eigenvalues have no
    closed form here.

    >>> matrix_exponential([[0, "t"], [0, 0]]).result
    Matrix([
    [1, t],
    [0, 1]])
    >>> matrix_exponential([[0, "-t"], ["t", 0]]).result
    Matrix([
    [cos(t), -sin(t)],
    [sin(t),  cos(t)]])
    """
    M = square(A, "an exponential")
    goal, budget = MatrixExponential(M), Budget(seconds=timeout)
    try:
        root = derive(goal, TABLES, budget)
    except NoRuleApplies:
        root = in_a_basis(goal, M, budget)
    return Derivation(root, goal, arguments=in_order(M))


def in_a_basis(goal: Basic, M: Matrix, budget: Budget) -> Step:
    """The exponential in a basis of eigenvectors, or of Jordan chains where these are too few."""
    seconds = max(budget.left(), 0.1)
    found = in_closed_form(eigen(M, timeout=seconds))
    premises: tuple[Step, ...]
    if found.defective:
        values, P, J = jordan_form(M, timeout=seconds)
        basis, D, rule = P.result, J.result, BY_CHAINS
        premises = (values.root, P.root, J.root)
    else:
        basis, D, rule = beside(found), diagonal(found), BY_EIGENVECTORS
        premises = (found.values.root, *(space.root for space in found.vectors))
    part = derive(ExponentialIn(basis, D), TABLES, budget)
    return Step(
        goal=goal,
        rule=rule,
        equals=part.goal,
        result=part.result,
        parts=(part,),
        premises=premises,
        sentence=SENTENCES[rule],
    )


def beside(found: Eigen) -> Matrix:
    """All eigenvectors as columns."""
    return Matrix.hstack(*(space.result for space in found.vectors))


def diagonal(found: Eigen) -> Matrix:
    """The eigenvalues along a diagonal, each as often as it has eigenvectors."""
    counts = (space.result.cols for space in found.vectors)
    values = [v for v, n in zip(found.distinct, counts, strict=True) for _ in range(n)]
    return Matrix(diag(*values))
