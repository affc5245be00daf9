"""Jordan chains: a basis for a matrix with too few eigenvectors, and the form that it has there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Basic, Expr, Mul, S, Symbol, Tuple, diag, true
from sympy.logic.boolalg import Boolean

from derive.answers import Answers
from derive.core import Derivation, Letters
from derive.engine import limited
from derive.linear_algebra.eigen import TABLES as EIGEN
from derive.linear_algebra.eigen import Eigenspace, Eigenvalues, by_no_plain_root, distinct, same
from derive.linear_algebra.elimination import (
    Matrix,
    far_from_zero,
    identity,
    is_zero,
    nonzero,
    square,
    tidy,
)
from derive.linear_algebra.null_space import NullSpace
from derive.linear_algebra.operators import Operator
from derive.linear_algebra.products import PRODUCTS, MatrixProduct
from derive.linear_algebra.spectral import BESIDE, Asked, SideBySide
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import fresh

# ------------------------------------------------------------------ operators


class JordanChains(Operator):
    """Columns that span all X that a power of N = A - value*I sends to zero, in chains: N sends the
    first column of each to zero, and every other one to the one before it.

    Numerically: by these residuals; chains are not unique.
    """

    word = "jordan_chains"


class ChainsIn(Operator):
    """The Jordan chains of N for the value 0, from bases of the null spaces of N, N^2, N^3, ...

    Numerically: as the Jordan chains of N.
    """

    word = "chains"


class JordanBasis(Operator):
    """The Jordan chains of all values, one after the other: JordanBasis(A, values), with the value
    of each column.

    Numerically: by the residuals of the chains.
    """

    word = "jordan_basis"


class InBasis(Operator):
    """The matrix P^-1 A P of the map A in the basis of the columns of P: InBasis(A, P, values),
    with the eigenvalue that goes with each column.

    Numerically: from a linear solver.
    """

    word = "in_basis"

    def _latex(self, printer: Any) -> str:
        A, P, _ = map(printer._print, self.args)
        return rf"{P}^{{-1}} \, {A} \, {P}"


# ------------------------------------------------------------------ chains of one value

DEFECTIVE = Matrix([[3, 1, 0], [-1, 1, 0], [1, 1, 2]])
CHAINS = RuleTable(JordanChains, lambda goal: goal.args, "Jordan chains")


def shifted(A: Matrix, value: Expr) -> Matrix:
    return (A - value * identity(A.rows)).applyfunc(tidy)


def power(N: Basic, k: int) -> Basic:
    return N if k == 1 else MatrixProduct(power(N, k - 1), N)


def height(N: Matrix) -> int:
    """The first power of N after which null spaces grow no more."""
    ranks, M = [N.cols], identity(N.rows)
    while True:
        M = (M * N).applyfunc(tidy)
        ranks.append(rank(M))
        if ranks[-1] == ranks[-2]:
            return len(ranks) - 2


def rank(M: Matrix) -> int:
    return M.rank(iszerofunc=is_zero, simplify=tidy) if M.cols else 0


@CHAINS.rule("simple eigenvalue", example=JordanChains(Matrix([[2, 1], [1, 2]]), S(3)))
def simple_eigenvalue(A: Matrix, value: Expr) -> Outcome:
    """The value is a root of the characteristic polynomial once: its chain is an eigenvector."""
    if A.free_symbols:
        return None
    z = fresh("z", A)
    p = A.charpoly(z).as_expr()
    once = far_from_zero(p.diff(z).subs(z, value)) and not far_from_zero(p.subs(z, value))
    return Eigenspace(A, value) if once else None


@CHAINS.rule("null spaces of powers", example=JordanChains(DEFECTIVE, S(2)))
def null_spaces_of_powers(A: Matrix, value: Expr) -> Outcome:
    """The null spaces of N = A - lambda I, N^2, N^3, ... grow until they hold as many dimensions as
    the eigenvalue is often a root: every chain lies in the last of them."""
    N = shifted(A, value)
    last = height(N)
    if last == 0:
        return None
    equals = ChainsIn(N, *(NullSpace(power(N, k)) for k in range(1, last + 1)))
    return Rewrite(equals, no_larger(N, N.cols - rank(N**last)))


def no_larger(N: Matrix, multiplicity: int) -> Boolean:
    """Zero is as often an eigenvalue of N, and not more often where letters have special values."""
    if not N.free_symbols:
        return true
    z = fresh("z", N)
    return nonzero(tidy(N.charpoly(z).all_coeffs()[N.cols - multiplicity]))


FROM_SPACES = RuleTable(ChainsIn, lambda goal: goal.args, "chains in null spaces")
NILPOTENT = Matrix([[1, 1, 0], [-1, -1, 0], [1, 1, 0]])
ITS_SPACES = Matrix([[-1, 0], [1, 0], [0, 1]]), identity(3)


@FROM_SPACES.rule("chains from the top", example=ChainsIn(NILPOTENT, *ITS_SPACES))
def from_the_top(N: Matrix, *spaces: Matrix) -> Outcome:
    """A vector v of the null space of N^k that is independent of that of N^(k-1), and of the chains
    found before, ends a chain N^(k-1) v, ..., N v, v."""
    found: list[list[Matrix]] = []
    for k in range(len(spaces), 0, -1):
        below = [spaces[k - 2][:, j] for j in range(spaces[k - 2].cols)] if k > 1 else []
        taken = below + [chain[k - 1] for chain in found]
        for j in range(spaces[k - 1].cols):
            v = spaces[k - 1][:, j]
            if rank(Matrix.hstack(*taken, v)) > len(taken):
                taken.append(v)
                found.append(chain_to(N, v, k))
    columns = [v for chain in found for v in chain]
    if not columns:
        return None
    X = Matrix.hstack(*columns)
    return Rewrite(X, independent(X), where=ends(found))


def independent(X: Matrix) -> Boolean:
    """Where the columns are independent."""
    if not X.free_symbols:
        return true
    M = X if X.rows == X.cols else (X.T * X).applyfunc(tidy)
    return nonzero(tidy(M.det(method="berkowitz")))


def chain_to(N: Matrix, v: Matrix, k: int) -> list[Matrix]:
    """N^(k-1) v, ..., N v, v."""
    chain = [v]
    for _ in range(k - 1):
        chain.insert(0, (N * chain[0]).applyfunc(tidy))
    return chain


def ends(chains: list[list[Matrix]]) -> Letters:
    return tuple((Symbol(f"v_{n}"), chain[-1]) for n, chain in enumerate(chains, 1))


# ------------------------------------------------------------------ the basis, the Jordan form

BASES = RuleTable(JordanBasis, lambda goal: goal.args, "bases of Jordan chains")
TWO_VALUES = Matrix([[2, 1, 0], [0, 2, 0], [0, 0, 3]])


@BASES.rule("chains side by side", example=JordanBasis(TWO_VALUES, Tuple(2, 2, 3)))
def chains_side_by_side(A: Matrix, values: Tuple) -> Outcome:
    """Vectors of different eigenvalues are independent: the chains of all of them are a basis."""
    if not are_all_eigenvalues(A, values):
        return None
    return SideBySide(*(JordanChains(A, value) for value in distinct(values)))


def are_all_eigenvalues(A: Matrix, values: Tuple) -> bool:
    """Whether each is there as often as it is a root, as far as forty digits show."""
    z = fresh("z", A, values)
    difference = A.charpoly(z).as_expr() - Mul(*(z - value for value in values))
    return not any(far_from_zero(difference.subs(z, k)) for k in range(A.rows + 1))


FORMS = RuleTable(InBasis, lambda goal: goal.args, "matrices in a basis")


@FORMS.rule(
    "read off the chains", example=InBasis(TWO_VALUES, identity(3), Tuple(S(2), S(2), S(3)))
)
def read_off_the_chains(A: Matrix, P: Matrix, values: Tuple) -> Outcome:
    """A p = lambda p at the start of a chain, and A p = lambda p + q with the vector q before p in
    it: lambda on the diagonal, and a one above it for each q."""
    J = diag(*values)
    for k in range(P.cols):
        rest = A * P[:, k] - values[k] * P[:, k]
        if vanish(rest):
            continue
        if k == 0 or not vanish(rest - P[:, k - 1]):
            return None
        J[k - 1, k] = S.One
    return Rewrite(J.as_immutable(), independent(P))


def vanish(v: Matrix) -> bool:
    """Exactly where that can be seen; else as far as forty digits show."""
    return all(map(vanishes, v))


def vanishes(entry: Expr) -> bool:
    try:
        return not far_from_zero(entry) if by_no_plain_root(entry) else is_zero(entry)
    except ValueError:
        return not far_from_zero(entry)


TABLES: dict[type, RuleTable] = {
    **EIGEN,
    MatrixProduct: PRODUCTS,
    SideBySide: BESIDE,
    JordanChains: CHAINS,
    ChainsIn: FROM_SPACES,
    JordanBasis: BASES,
    InBasis: FORMS,
}


# ------------------------------------------------------------------ what the user calls


@dataclass(frozen=True)
class Jordan(Answers):
    """A P = P J: the eigenvalues, the basis P of Jordan chains, and J with the values on its
    diagonal and ones above it within each chain."""

    values: Derivation
    P: Derivation
    J: Derivation


@limited
def jordan_form(A: Any, timeout: float = 20.0) -> Jordan:
    """The Jordan form of a square matrix, and chains of generalised eigenvectors that lead to it.

    Raises ValueError for a matrix that is not square, NoRuleApplies where the eigenvalues have no
    closed form here. Source: Horn and Johnson 2013, section 3.1.

    >>> jordan_form([[3, 1], [-1, 1]]).J.result
    Matrix([
    [2, 1],
    [0, 2]])
    """
    ask = Asked(square(A, "a Jordan form"), timeout, TABLES)
    values = ask(Eigenvalues(ask.M))
    found = values.result
    grouped = Tuple(*(v for first in distinct(found) for v in found if same(v, first)))
    P = ask(JordanBasis(ask.M, grouped))
    return Jordan(values, P, ask(InBasis(ask.M, P.result, grouped)))
