"""Index notation: entries of windows, padded and cut arrays as entries of the array itself.

X[i, 2o + k - 1] is place k of window o. An index outside of an array stands for 0: that is what
padding puts there, and what overlapping windows add up to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, count

from sympy import Expr, S, Symbol

from derive.arrays.nodes import Array, Ones, Product
from derive.arrays.notation import Einsum, Leaf, Written, written
from derive.arrays.rearranged import Placed, Taken
from derive.arrays.windows import Overlapped, Windows

INDEX_LETTERS = "ijklmnpqrstuvwabcdefgh"


@dataclass
class Entries:
    """A product of entries, summed over letters.

    It counts where the two sides of each of `where` are the same, and each of `within` is from 0
    on and below a size.
    """

    fresh: Iterator[Symbol]
    coefficient: Expr = S.One
    summed: list[Symbol] = field(default_factory=list)
    factors: list[tuple[Written, list[Expr]]] = field(default_factory=list)
    where: list[tuple[Expr, Expr]] = field(default_factory=list)
    within: list[tuple[Expr, Expr]] = field(default_factory=list)
    sizes: dict[Expr, Expr] = field(default_factory=dict)

    def more(self, size: Expr | None = None) -> Symbol:
        """A new letter that is summed over."""
        letter = next(self.fresh)
        self.summed.append(letter)
        if size is not None:
            self.sizes[letter] = size
        return letter

    @property
    def bounds(self) -> dict[Expr, Expr]:
        """How far the letters run that stand nowhere alone as an index."""
        alone = {i for _, index in self.factors for i in index}
        return {i: n for i, n in self.sizes.items() if i not in alone}

    def put(self, array: Array, index: Sequence[Expr], sure: Sequence[bool] = ()) -> None:
        """An array with an index: windows, cuts and products in it are looked through.

        Where an index is not `sure` to be inside, what is outside of a cut is 0, though the array
        that it was cut from has an entry there.
        """
        place, safe = list(index), list(sure or [True] * array.rank)
        while True:
            if isinstance(array, Windows):
                axis, _, stride, dilation = array.where
                self.inside(array, place, safe, axis)
                self.inside(array, place, safe, array.rank - 1)
                step = place.pop()
                safe.pop()
                place[axis] = stride * place[axis] + dilation * step
            elif isinstance(array, Overlapped):
                self.overlapped(array, place, safe)
            elif isinstance(array, Placed) and array.where[3] == 1:
                place[array.where[0]] -= array.where[1]
                safe[array.where[0]] = False
            elif isinstance(array, Taken):
                axis, start, _, step = array.where
                self.inside(array, place, safe, axis)
                place[axis] = start + step * place[axis]
            else:
                break
            array = array.args[0]
        if isinstance(array, Product) and all(factor.rank for factor in array.args):
            self.product(array, place, safe)
        else:
            self.factors.append((written(array), place))

    def inside(self, array: Array, place: list[Expr], safe: list[bool], axis: int) -> None:
        """The condition that an index is inside, where that is not sure."""
        if not safe[axis]:
            self.within.append((place[axis], array.shape[axis]))
            safe[axis] = True

    def overlapped(self, array: Overlapped, place: list[Expr], safe: list[bool]) -> None:
        """Entry t is the sum over the places k of the windows o with t = stride o + dilation k."""
        axis, _, stride, dilation = array.where
        (inner,) = array.args
        k = self.more(inner.shape[-1])
        if stride == 1:
            place[axis] -= dilation * k
            safe[axis] = False
        else:
            o = self.more(inner.shape[axis])
            self.where.append((place[axis], stride * o + dilation * k))
            place[axis], safe[axis] = o, True
        place.append(k)
        safe.append(True)

    def product(self, array: Product, place: Sequence[Expr], sure: Sequence[bool]) -> None:
        self.coefficient *= array.coefficient
        letters: dict[int, Expr] = dict(enumerate(place))
        safe = dict(enumerate(sure))
        for factor, labels in array.factors:
            for label, n in zip(labels, factor.shape, strict=True):
                if label not in letters:
                    letters[label] = self.more(n)
            index = [letters[label] for label in labels]
            known = [safe.get(label, True) for label in labels]
            if isinstance(factor, Ones):
                self.inside(factor, index, known, 0)
            else:
                self.put(factor, index, known)


def entries(of: Einsum) -> Entries:
    """The entries that index notation shows.

    >>> from derive.arrays.nodes import variable
    >>> from derive.arrays.windows import windows
    >>> from sympy import Integer
    >>> w = windows(variable("x", "n"), 0, Integer(3), stride=2)
    >>> entries(Einsum(((Leaf(w), (0, 1)),), (0, 1))).factors[0][1]
    [2*i + j]
    """
    found = Entries(_letters(of))
    letters = {label: next(found.fresh) for label in of.out}
    for factor, labels in of.factors:
        sizes = factor.array.shape if isinstance(factor, Leaf) else [None] * len(labels)
        for label, n in zip(labels, sizes, strict=True):
            if label not in letters:
                letters[label] = found.more(n)
        index = [letters[label] for label in labels]
        if isinstance(factor, Leaf) and isinstance(factor.array, Ones) and len(of.factors) > 1:
            continue  # nothing changes along that axis
        if isinstance(factor, Leaf):
            found.put(factor.array, index)
        else:
            found.factors.append((factor, index))
    return found


def _letters(of: Einsum) -> Iterator[Symbol]:
    """Letters for indices, but those that are sizes."""
    leaves = (factor.array for factor, _ in of.factors if isinstance(factor, Leaf))
    sizes = {str(letter) for leaf in leaves for n in leaf.shape for letter in n.free_symbols}
    names = chain(INDEX_LETTERS, (f"i_{k}" for k in count(1)))
    return (Symbol(name, integer=True) for name in names if name not in sizes)


def is_added_up(array: Array) -> bool:
    """Whether entries of it are sums over overlapping windows."""
    while isinstance(array, (Taken, Placed)):
        array = array.args[0]
    return isinstance(array, Overlapped)


def by_index(array: Array) -> Einsum:
    """An array as its entry at an index."""
    axes = tuple(range(array.rank))
    return Einsum(((Leaf(array), axes),), axes)
