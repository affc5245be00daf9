"""Arrays as they are written: a product with sums over labels becomes matrix notation.

The labels of a product are the vertices of a graph, its matrices the edges, its vectors weights at
the vertices. Vertices that are summed over are taken away one by one: one edge and a vector make
A x, two edges in a row A B, two side by side A ∘ B, a closed way a trace. What cannot be taken
apart like this, or has more than two axes, is left in index notation (`Einsum`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from sympy import Expr, S

from derive.arrays.nodes import Array, Identity, Ones, Power, Product, Sum
from derive.arrays.product import is_zero, product
from derive.arrays.rearranged import Reshaped

Label = int


@dataclass(frozen=True)
class Leaf:
    """An array under its own name, or a function of arrays."""

    array: Array


@dataclass(frozen=True)
class Call:
    """tr, diag, diagonal, sum of written arrays."""

    name: str
    of: Written


@dataclass(frozen=True)
class Chain:
    """The matrix product of the parts, in order."""

    parts: tuple[Written, ...]


@dataclass(frozen=True)
class Turned:
    """The transpose."""

    of: Written


@dataclass(frozen=True)
class EntryByEntry:
    """The elementwise product of `above` over that of `below`, numbers included."""

    above: tuple[Written, ...]
    below: tuple[Written, ...] = ()
    matrix: bool = False


@dataclass(frozen=True)
class Scaled:
    """A number, and numbers given by arrays of rank 0, times the rest (None: nothing is left)."""

    coefficient: Expr
    above: tuple[Written, ...]
    below: tuple[Written, ...]
    of: Written | None


@dataclass(frozen=True)
class Raised:
    of: Written
    exponent: Expr
    matrix: bool = False


@dataclass(frozen=True)
class Added:
    terms: tuple[Written, ...]


@dataclass(frozen=True)
class Einsum:
    """Index notation: the product of the factors' entries, summed over labels not in `out`."""

    factors: tuple[tuple[Written, tuple[Label, ...]], ...]
    out: tuple[Label, ...]


@dataclass(frozen=True)
class Kron:
    """The Kronecker product."""

    left: Written
    right: Written


@dataclass(frozen=True)
class Commutation:
    """K with K vec(X) = vec(Xᵀ) for every X of `rows` and `columns`."""

    rows: Expr
    columns: Expr


@dataclass(frozen=True)
class Column:
    """A vector as a matrix of one column."""

    of: Written


@dataclass(frozen=True)
class Reduced:
    """The sum or mean over axes, repeated along them: `rank` axes in all."""

    name: str
    of: Written
    axes: tuple[int, ...]
    rank: int


@dataclass(frozen=True)
class Spread:
    """An array without some axes, repeated along them: `rank` axes in all."""

    of: Written
    axes: tuple[int, ...]
    rank: int


Written: TypeAlias = (
    Leaf | Call | Chain | Turned | EntryByEntry | Scaled | Raised | Added | Einsum
    | Kron | Commutation | Column | Reduced | Spread
)  # fmt: skip
Edge = tuple[Any, Label, Label]


def written(array: Array) -> Written:
    """How an array is written, one level of named quantities deep."""
    if isinstance(array, Sum):
        return Added(tuple(_added(_terms(array))))
    if isinstance(array, Power):
        return Raised(written(array.args[0]), array.exponent, array.rank == 2)
    if isinstance(array, Product):
        from derive.arrays.entrywise import as_entrywise

        if array.rank and is_zero(array):
            return Leaf(array)
        return as_entrywise(array) or _Reduction(array).result()
    if isinstance(array, Reshaped):
        from derive.arrays.kronecker import as_kronecker

        return as_kronecker(array) or Leaf(array)
    return Leaf(array)


def _terms(array: Array) -> list[Array]:
    """The terms of a sum and of the sums in it."""
    terms: list[Array] = []
    waiting = [array]
    while waiting:
        term = waiting.pop()
        if isinstance(term, Sum):
            waiting.extend(reversed(term.args))
        else:
            terms.append(term)
    return terms


def _added(terms: Sequence[Array]) -> Iterator[Written]:
    """The terms of a sum: where one of them has all entries, others need not be repeated."""
    from derive.arrays.entrywise import as_entrywise, is_repeated

    filled, repeated = list(map(_is_filled, terms)), list(map(is_repeated, terms))
    if all(f or r for f, r in zip(filled, repeated, strict=True)):
        yield written(terms[0])
        terms = terms[1:]
        repeated = [False] * len(terms)
    for term, short in zip(terms, repeated, strict=True):
        known = as_entrywise(term, within_sum=True) if short and isinstance(term, Product) else None
        yield known or _term(term)


def _term(array: Array) -> Written:
    """A term of a sum, where a number stands for an array filled with it."""
    if isinstance(array, Ones):
        return Scaled(S.One, (), (), None)
    if isinstance(array, Product) and _is_filled(array):
        return written(product(array.coefficient, _but_ones(array), ()))
    return written(array)


def _is_filled(array: Array) -> bool:
    """Whether all entries are plainly the same number."""
    if not isinstance(array, Product):
        return isinstance(array, Ones)
    return bool(array.rank) and not any(
        set(labels) & set(array.out) for _, labels in _but_ones(array)
    )


def _but_ones(array: Product) -> list[tuple[Array, tuple[Label, ...]]]:
    return [(f, labels) for f, labels in array.factors if not isinstance(f, Ones)]


def turned(of: Written) -> Written:
    """The transpose, taken as far inside as it goes."""
    if isinstance(of, Turned):
        return of.of
    if isinstance(of, Chain):
        return Chain(tuple(turned(part) for part in reversed(of.parts)))
    if isinstance(of, Added):
        inside = Added(tuple(turned(term) for term in of.terms))
        return inside if transposes(inside) <= transposes(of) + 1 else Turned(of)
    if isinstance(of, Scaled):
        return of if of.of is None else replace(of, of=turned(of.of))
    if isinstance(of, EntryByEntry):
        above, below = (tuple(map(turned, parts)) for parts in (of.above, of.below))
        return replace(of, above=above, below=below)
    if isinstance(of, Raised):
        base = turned(of.of)
        return replace(of, of=base) if transposes(base) <= transposes(of.of) else Turned(of)
    if isinstance(of, Call) and of.name not in ("diagonal", "vec"):  # a number, or diag
        return of
    if isinstance(of, Kron):
        return Kron(turned(of.left), turned(of.right))
    if isinstance(of, (Reduced, Spread)):
        return replace(of, of=turned(of.of), axes=tuple(1 - axis for axis in of.axes))
    if isinstance(of, Commutation):
        return Commutation(of.columns, of.rows)
    if isinstance(of, Leaf) and (of.array.rank == 0 or of.array.is_symmetric()):
        return of
    return Turned(of)


def chain(*parts: Written) -> Written:
    """The matrix product; products inside of it are opened."""
    flat: list[Written] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, Chain) else (part,))
    return flat[0] if len(flat) == 1 else Chain(tuple(flat))


def entry_by_entry(parts: Sequence[Written], matrix: bool = False) -> Written:
    if len(parts) > 1:
        counted = Counter(parts)
        parts = [Raised(p, S(n), matrix) if n > 1 else p for p, n in counted.items()]
    above = tuple(p for p in parts if not _is_reciprocal(p))
    below = tuple(_reciprocal(p) for p in parts if _is_reciprocal(p))
    return above[0] if len(above) == 1 and not below else EntryByEntry(above, below, matrix)


def scaled_by(coefficient: Expr, numbers: Sequence[Written], of: Written | None) -> Written:
    """A coefficient and numbers, some of them reciprocals, times the rest."""
    numbers = [_repeated(s, n) for s, n in Counter(numbers).items()]
    above = tuple(s for s in numbers if not _is_reciprocal(s))
    below = tuple(_reciprocal(s) for s in numbers if _is_reciprocal(s))
    if coefficient == 1 and not below:
        if of is None and len(above) == 1:
            return above[0]
        if of is not None and not above:
            return of
    return Scaled(coefficient, above, below, of)


def _repeated(of: Written, n: int) -> Written:
    """A number times itself."""
    base, exponent = (of.of, of.exponent) if isinstance(of, Raised) else (of, S.One)
    return of if n == 1 else Raised(base, n * exponent)


def _is_reciprocal(of: Written) -> bool:
    return isinstance(of, Raised) and bool(of.exponent.as_coeff_Mul()[0].is_negative)


def _reciprocal(of: Any) -> Written:
    return of.of if of.exponent == -1 else Raised(of.of, -of.exponent, of.matrix)


class _Reduction:
    """A product while its labels are taken away."""

    def __init__(self, array: Product) -> None:
        self.array, self.out = array, set(array.out)
        self.scalars: list[Written] = []
        self.weights: dict[Label, list[Written]] = {}
        self.edges: list[Edge] = []

    def result(self) -> Written:
        array = self.array
        if array.rank > 2 or any(factor.rank > 2 for factor in array.args):
            return self.in_indices()
        for factor, labels in array.factors:
            self.put(written(factor), labels)
        while self.step():
            pass
        left = {label for _, i, j in self.edges for label in (i, j)} | set(self.weights)
        if not left <= self.out:
            return self.in_indices()
        return self.scaled(self.rest())

    def in_indices(self) -> Written:
        factors = [(written(f), labels) for f, labels in self.array.factors if f.rank]
        factors.sort(key=lambda pair: min(pair[1]))
        self.scalars = [written(f) for f in self.array.args if not f.rank]
        plain = len(factors) == 1 and factors[0][1] == self.array.out
        return self.scaled(factors[0][0] if plain else Einsum(tuple(factors), self.array.out))

    def scaled(self, of: Written | None) -> Written:
        return scaled_by(self.array.coefficient, self.scalars, of)

    # -- what a factor becomes -----------------------------------------------------------------

    def put(self, of: Written, labels: tuple[Label, ...]) -> None:
        if not labels:
            self.scalars.append(of)
        elif len(labels) == 1:
            self.weights.setdefault(labels[0], []).append(of)
        elif labels[0] == labels[1]:
            self.loop(of, labels[0])
        else:
            self.edges.append((of, labels[0], labels[1]))

    def loop(self, of: Written, at: Label) -> None:
        alone = sum(own.count(at) for own in self.array.labels) == 2
        if at not in self.out and alone:
            self.scalars.append(Call("tr", of))
        else:
            self.weights.setdefault(at, []).append(Call("diagonal", of))

    # -- taking labels away --------------------------------------------------------------------

    def step(self) -> bool:
        inner = sorted(
            ({label for _, i, j in self.edges for label in (i, j)} | set(self.weights)) - self.out
        )
        for wanted in (self.alone, self.at_the_end, self.closed, self.on_the_way):
            if any(wanted(label) for label in inner):
                return True
        return self.side_by_side()

    def at(self, label: Label) -> list[Edge]:
        return [edge for edge in self.edges if label in edge[1:]]

    def alone(self, label: Label) -> bool:
        """A vertex without edges: the sum of its vector, or the inner product of two."""
        if self.at(label):
            return False
        self.scalars.append(_inner(self.weights.pop(label)))
        return True

    def at_the_end(self, label: Label) -> bool:
        """A vertex with one edge: the matrix times its vector."""
        edges = self.at(label)
        if len(edges) != 1:
            return False
        (edge,) = edges
        of, i = (edge[0], edge[1]) if edge[2] == label else (turned(edge[0]), edge[2])
        bare = not (self.weights.get(i) or self.weights.get(label)) and len(self.at(i)) == 1
        if bare and i not in self.out:
            self.edges.remove(edge)
            self.scalars.append(Call("total", edge[0]))
            return True
        vector = self.weights.pop(label, None)
        right = entry_by_entry(vector) if vector else Leaf(_ones_at(self.array, label))
        self.edges.remove(edge)
        self.weights.setdefault(i, []).append(chain(of, right))
        return True

    def closed(self, label: Label) -> bool:
        """Two vertices joined by two edges and by nothing else: a trace, or a squared norm."""
        edges = self.at(label)
        if len(edges) != 2 or label in self.weights:
            return False
        (a, i, j), (b, p, q) = edges
        other = i if j == label else j
        if other in self.out or other in self.weights or {p, q} != {i, j} or i == j:
            return False
        if len(self.at(other)) != 2:
            return False
        first = a if i == other else turned(a)
        second = b if p == label else turned(b)
        self.edges = [edge for edge in self.edges if edge not in edges]
        same = first == turned(second)
        norm = Raised(Call("norm", a), S(2))
        self.scalars.append(norm if same else plainer(Call("tr", chain(first, second))))
        return True

    def on_the_way(self, label: Label) -> bool:
        """A vertex between two edges: a matrix product."""
        edges = self.at(label)
        if len(edges) != 2:
            return False
        (a, i, j), (b, p, q) = edges
        ends = ({i, j} | {p, q}) - {label}
        if len(ends) == 1 and not self.out & ends and len(self.at(next(iter(ends)))) > 2:
            return False
        first = (a, i) if j == label else (turned(a), j)
        second = (b, q) if p == label else (turned(b), p)
        vector = self.weights.pop(label, None)
        middle = (Call("diag", entry_by_entry(vector)),) if vector else ()
        place = self.edges.index(edges[0])
        self.edges = [edge for edge in self.edges if edge not in edges]
        of = chain(first[0], *middle, second[0])
        if first[1] == second[1]:
            self.weights.setdefault(first[1], []).append(Call("diagonal", of))
        elif min(first[1], second[1]) == second[1]:
            self.edges.insert(place, (turned(of), second[1], first[1]))
        else:
            self.edges.insert(place, (of, first[1], second[1]))
        return True

    def side_by_side(self) -> bool:
        """Edges between the same vertices: an elementwise product."""
        for k, (_, i, j) in enumerate(self.edges):
            same = [edge for edge in self.edges if {edge[1], edge[2]} == {i, j}]
            if len(same) > 1:
                parts = [of if (p, q) == (i, j) else turned(of) for of, p, q in same]
                rest = [edge for edge in self.edges[:k] if edge not in same]
                after = [edge for edge in self.edges[k:] if edge not in same]
                self.edges = [*rest, (entry_by_entry(parts, matrix=True), i, j), *after]
                return True
        return False

    # -- what is left --------------------------------------------------------------------------

    def rest(self) -> Written | None:
        if not self.array.rank:
            return None
        if self.array.rank == 1:
            return entry_by_entry(self.weights[0])
        rows, columns = self.weights.get(0, []), self.weights.get(1, [])
        if not self.edges:
            return chain(self.side(rows, 0), turned(self.side(columns, 1)))
        ((of, i, _),) = self.edges
        of = of if i == 0 else turned(of)
        if isinstance(of, Leaf) and isinstance(of.array, Identity) and (rows or columns):
            return Call("diag", entry_by_entry(rows + columns))
        left = (Call("diag", entry_by_entry(rows)),) if rows else ()
        right = (Call("diag", entry_by_entry(columns)),) if columns else ()
        return chain(*left, of, *right)

    def side(self, weights: list[Written], label: Label) -> Written:
        return entry_by_entry(weights) if weights else Leaf(_ones_at(self.array, label))


def _inner(vectors: list[Written]) -> Written:
    if len(vectors) == 1:
        return Call("sum", vectors[0])
    *some, last = vectors
    first = entry_by_entry(some)
    plain = isinstance(first, Leaf)
    if first == last and not plain:
        return Raised(Call("norm", first), S(2))
    return plainer(chain(turned(first), last))


def plainer(of: Written) -> Written:
    """A number that is a product or a trace, or the same read backwards: fewer transposes."""
    if isinstance(of, Call):
        back: Written = Call(of.name, turned(of.of))
    else:
        back = turned(of)
    return back if transposes(back) < transposes(of) else of


def transposes(of: Any) -> int:
    """How many transposed parts it is written with."""
    if isinstance(of, Chain):
        return sum(map(transposes, of.parts))
    if isinstance(of, Added):
        return sum(map(transposes, of.terms))
    if isinstance(of, Turned):
        return 1 + transposes(of.of)
    return transposes(of.of) if isinstance(of, (Call, Scaled, Raised)) else 0


def _ones_at(array: Product, label: Label) -> Array:
    pairs = ((own, factor.shape) for factor, own in array.factors)
    n = next(n for own, shape in pairs for i, n in zip(own, shape, strict=True) if i == label)
    return Ones.make((), (n,), (n,))
