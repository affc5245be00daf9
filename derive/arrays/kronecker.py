"""Matrices whose rows and columns are numbered by two axes each, as Kronecker products.

Entry ((j, i), (l, k)) of such a matrix may be W[j, i] P[j, l] Q[i, k] U[l, k]: then it is written
diag(vec Wᵀ) (P ⊗ Q) diag(vec Uᵀ), where vec puts columns under one another; with P and Q between j
and k, i and l, the commutation matrix K, which takes vec X to vec Xᵀ, stands behind them. (Magnus
and Neudecker, Matrix differential calculus, sections 2.4 and 3.7.)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any

from sympy import S

from derive.arrays.nodes import Array, Identity, Labels, Ones, Product, Sum, identity, ones
from derive.arrays.notation import (
    Call,
    Column,
    Commutation,
    Kron,
    Leaf,
    Written,
    chain,
    scaled_by,
    transposes,
    turned,
    written,
)
from derive.arrays.operators import ShapeError, short
from derive.arrays.product import is_number, product
from derive.arrays.rearranged import Reshaped, reshaped
from derive.arrays.sums import total
from derive.arrays.unevaluated import VecJacobian

Factors = list[tuple[Array, Labels]]
ROWS, COLUMNS, LEFT, RIGHT = (0, 1), (2, 3), (0, 2), (1, 3)
GROUPS = (LEFT, RIGHT, ROWS, COLUMNS)
SWAPPED = {0: 0, 1: 1, 2: 3, 3: 2}


def between_vectors(J: Array, rank: int) -> Array:
    """A Jacobian as a matrix: the columns of f under one another, and those of X.

    `rank` is how many axes of J are those of f. Arrays of more than two axes are refused before.

    >>> from derive.arrays.nodes import variable
    >>> A, B = variable("A", "m,n"), variable("B", "p,q")
    >>> between_vectors(product(1, [(A, "ik"), (B, "lj")], "ijkl"), 2)
    kron(B.T, A)
    """
    if (rank, J.rank) == (1, 2):
        return J
    places = (*ROWS[::-1][:rank], *COLUMNS[::-1][: J.rank - rank])  # a vector is one column
    single = [(ones(1), (label,)) for label in range(4) if label not in places]
    return _term_by_term(product(1, [(J, places), *single], range(4)))


def _term_by_term(of: Array) -> Array:
    """The matrix, its sums opened as far as they have to be for Kronecker products."""
    if isinstance(of, Sum):
        return total([_term_by_term(term) for term in of.args])
    if isinstance(of, Product) and not _grouped(of):
        factors = list(of.factors)
        sums = [k for k, (factor, _) in enumerate(factors) if isinstance(factor, Sum)]
        for k in sums[:1]:
            before, (opened, labels), after = factors[:k], factors[k], factors[k + 1 :]
            terms = ([*before, (term, labels), *after] for term in opened.args)
            return total([_term_by_term(product(of.coefficient, t, of.out)) for t in terms])
    return reshaped(of, _merged(of))


def _merged(of: Array) -> tuple[Any, Any]:
    a, b, c, d = of.shape
    return a * b, c * d


def of_vectors(f: Array, variable: Array) -> Array:
    """The derivative of vec(f) by vec(variable), unevaluated. Raises ShapeError: three axes."""
    for each in (f, variable):
        if each.rank > 2:
            raise ShapeError(
                f"{short(each)} has {each.rank} axes and no vec: ask for the form "
                '"index" or "operator"'
            )
    shape = tuple(prod(each.shape, start=S.One) for each in (f, variable))
    return VecJacobian.make((f, variable), (), shape)


def commutation(m: Any, n: Any) -> Array:
    """K with K vec(X) = vec(Xᵀ) for every m by n matrix X.

    >>> commutation("m", "n")
    commutation(m, n)
    """
    rows, columns = identity(m), identity(n)
    swapped = product(1, [(rows, (0, 3)), (columns, (1, 2))], range(4))
    return reshaped(swapped, _merged(swapped))


def as_kronecker(array: Reshaped) -> Written | None:
    """How a matrix of this kind, or vec of one, is written; None for any other."""
    of = array.args[0]
    if (of.rank, array.rank) == (2, 1):
        plain, other = written(of), turned(written(of))
        return Call("vec", other) if transposes(other) < transposes(plain) else None
    if isinstance(of, Product) and of.rank == 4 and array.shape == _merged(of):
        grouped = _grouped(of)
        return grouped.written() if grouped else None
    return None


def _grouped(of: Product) -> _Grouped | None:
    found = (_Grouped.of(of, commuted) for commuted in (False, True))
    return next((form for form in found if form), None)


class _Grouped:
    """The factors of a product by the two axes that they stand between."""

    def __init__(self, of: Product, commuted: bool) -> None:
        self.array, self.commuted = of, commuted
        self.sizes = of.shape if not commuted else tuple(of.shape[SWAPPED[k]] for k in range(4))
        self.groups: dict[tuple[int, int], Factors] = {pair: [] for pair in GROUPS}
        self.scalars: list[Written] = []

    @classmethod
    def of(cls, array: Product, commuted: bool) -> _Grouped | None:
        """None where a factor stands between other axes."""
        found, factors = cls(array, commuted), list(array.factors)
        if commuted:
            factors = [(f, tuple(SWAPPED.get(i, i) for i in own)) for f, own in factors]
        return found if all(map(found.put, _apart(factors), [factors] * len(factors))) else None

    def put(self, part: Factors, factors: Factors) -> bool:
        at = {label for _, own in part for label in own if label < 4}
        if not at:
            self.scalars.append(written(product(1, part, ())))
            return True
        for renamed in (part, *_renamed(part, factors)):
            at = {label for _, own in renamed for label in own if label < 4}
            pair = next((pair for pair in GROUPS if at <= set(pair)), None)
            if pair:
                self.groups[pair] += renamed
                return True
        return False

    def written(self) -> Written:
        inside = [pair for pair in (LEFT, RIGHT) if self.carries(pair)]
        rows, columns = self.weights(ROWS), self.weights(COLUMNS, self.commuted)
        if not inside:
            return scaled_by(S.One, self.scalars, self.outer(rows, columns))
        middle = [] if all(map(self.is_identity, (LEFT, RIGHT))) else self.kronecker()
        middle += [Commutation(*self.sizes[2:])] if self.is_mixed() else []
        parts = [_diagonal(each) for each in (rows,) if each] + middle
        parts += [_diagonal(each) for each in (columns,) if each]
        every = Leaf(identity(prod(self.sizes[:2], start=S.One)))
        return scaled_by(S.One, self.scalars, chain(*parts) if parts else every)

    def carries(self, pair: tuple[int, int]) -> bool:
        """Whether more than ones stand between two axes."""
        return any(not isinstance(factor, Ones) for factor, _ in self.groups[pair])

    def is_identity(self, pair: tuple[int, int]) -> bool:
        return isinstance(self.between(pair), Identity)

    def is_mixed(self) -> bool:
        """Whether the commutation matrix is not simply the identity."""
        return self.commuted and 1 not in self.sizes

    def between(self, pair: tuple[int, int], out: Sequence[int] | None = None) -> Array:
        """The product of the factors between two axes."""
        filled = [(ones(self.sizes[label]), (label,)) for label in pair]
        return product(1, [*self.groups[pair], *filled], pair if out is None else out)

    def kronecker(self) -> list[Written]:
        pairs = (LEFT, RIGHT)
        if self.commuted and 1 in self.sizes[:2]:
            pairs = (RIGHT, LEFT)
        sides = [side for side in map(self.side, pairs) if side]
        return [Kron(*sides)] if len(sides) == 2 else sides

    def side(self, pair: tuple[int, int]) -> Written | None:
        """One of the two matrices; a row or a column by its vector, one entry as a number."""
        rows, columns = (self.sizes[label] for label in pair)
        if rows == columns == 1:
            entry = self.between(pair, ())
            self.scalars += [] if is_number(entry) else [written(entry)]
            return None
        if 1 not in (rows, columns):
            return written(self.between(pair))
        vector = Column(written(self.between(pair, pair[:1] if columns == 1 else pair[1:])))
        return vector if columns == 1 else turned(vector)

    def weights(self, pair: tuple[int, int], swapped: bool = False) -> Written | None:
        """vec of the matrix between the two axes of the rows, or of the columns."""
        if not self.groups[pair] or not self.carries(pair):
            return None
        outer, inner = pair[::-1] if swapped else pair
        if self.sizes[outer] == 1:
            return written(self.between(pair, (inner,)))
        if self.sizes[inner] == 1:
            return written(self.between(pair, (outer,)))
        return Call("vec", written(self.between(pair, (inner, outer))))

    def outer(self, rows: Written | None, columns: Written | None) -> Written:
        """A column times a row."""
        m, n = (self.sizes[a] * self.sizes[b] for a, b in (ROWS, COLUMNS))
        left = rows or (Leaf(ones(m)) if m != 1 else None)
        right = columns or (Leaf(ones(n)) if n != 1 else None)
        sides = [left] if left else []
        return chain(*sides, turned(right)) if right else chain(*sides)


def _diagonal(vector: Written) -> Written:
    return Call("diag", vector)


def _apart(factors: Factors) -> list[Factors]:
    """The factors in groups that share no label that is summed over."""
    groups: list[Factors] = []
    for factor, own in factors:
        inner = {label for label in own if label > 3}
        met = [g for g in groups if any(inner & set(labels) for _, labels in g)]
        groups = [g for g in groups if g not in met]
        groups.append([*(pair for g in met for pair in g), (factor, own)])
    return groups


def _renamed(part: Factors, factors: Factors) -> Iterator[Factors]:
    """The same with one axis in place of another that an identity matrix makes equal."""
    for factor, own in factors:
        if isinstance(factor, Identity) and max(own) < 4 and (factor, own) not in part:
            for old, new in (own, own[::-1]):
                yield [(f, tuple(new if i == old else i for i in ls)) for f, ls in part]
