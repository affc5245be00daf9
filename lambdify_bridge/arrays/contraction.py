"""A product of arrays with sums over labels as operations: two factors at a time.

A label that only one factor has is summed there; then the pair with the smallest result goes first.
Pairs are matrix products where they can be (BLAS), elementwise products with broadcasting where
nothing is summed, and `einsum` for the rest. An axis along which nothing changes is never filled:
it has size 1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

from lambdify_bridge.arrays.builder import ArrayBuilder

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
Labels = tuple[int, ...]


class Term(NamedTuple):
    """A value, and the label of each of its axes."""

    value: int
    labels: Labels


def contracted(b: ArrayBuilder, terms: Sequence[Term], out: Labels) -> Term:
    """The product of `terms`, with the labels of `out` that any of them has, in this order."""
    left = [diagonal(b, term) for term in terms]
    while True:
        left = [_summed(b, term, _others(left, k, out)) for k, term in enumerate(left)]
        if len(left) == 1:
            return ordered(b, left[0], tuple(i for i in out if i in left[0].labels))
        first, second = _best(left, out)
        rest = [term for k, term in enumerate(left) if k not in (first, second)]
        keep = {*out, *(i for term in rest for i in term.labels)}
        left = [_pair(b, left[first], left[second], keep, out), *rest]


def diagonal(b: ArrayBuilder, term: Term) -> Term:
    """A label that comes twice: the diagonal."""
    labels = tuple(dict.fromkeys(term.labels))
    return term if labels == term.labels else _einsum(b, [term], labels)


def ordered(b: ArrayBuilder, term: Term, out: Labels) -> Term:
    """The same value with its axes in the order of `out`."""
    if term.labels == out:
        return term
    return Term(b.transpose(term.value, [term.labels.index(i) for i in out]), out)


def _others(terms: Sequence[Term], k: int, out: Labels) -> set[int]:
    needed = set(out)
    for n, term in enumerate(terms):
        needed |= set(term.labels) if n != k else set()
    return needed


def _summed(b: ArrayBuilder, term: Term, needed: set[int]) -> Term:
    """Summed over the labels that nothing else needs."""
    axes = [a for a, i in enumerate(term.labels) if i not in needed]
    if not axes:
        return term
    labels = tuple(i for i in term.labels if i in needed)
    return Term(b.reduce("sum", term.value, axes if labels else None), labels)


def _best(terms: Sequence[Term], out: Labels) -> tuple[int, int]:
    """The pair whose product has the fewest axes, and sums over the most."""

    own = [set(term.labels) for term in terms]
    times = Counter(i for labels in own for i in labels)
    keep = set(out)

    def cost(pair: tuple[int, int]) -> tuple[int, int, int]:
        a, b = own[pair[0]], own[pair[1]]
        gone = sum(times[i] == 2 and i not in keep for i in a & b)
        return len(a | b) - gone - max(len(a), len(b)), -gone, len(a | b)

    return min(combinations(range(len(terms)), 2), key=cost)


def _pair(b: ArrayBuilder, one: Term, two: Term, keep: set[int], out: Labels) -> Term:
    both = [i for i in one.labels if i in two.labels]
    gone = [i for i in both if i not in keep]
    batch = [i for i in both if i in keep]
    if not gone:
        labels = _merged(one, two, out)
        return Term(b.mul(*(spread(b, term, labels).value for term in (one, two))), labels)
    if len(gone) == 1 and not batch and len(one.labels) <= 2 and len(two.labels) <= 2:
        return _matmul(b, one, two, gone[0], out)
    if not batch and len(one.labels) + len(two.labels) > 4:
        return _tensordot(b, one, two, gone)
    return _einsum(b, [one, two], tuple(i for i in _merged(one, two, out) if i not in gone))


def _matmul(b: ArrayBuilder, one: Term, two: Term, inner: int, out: Labels) -> Term:
    rows = [i for i in one.labels if i != inner]
    columns = [i for i in two.labels if i != inner]
    if rows and columns and _order(out, columns[0]) < _order(out, rows[0]):
        one, two, rows, columns = two, one, columns, rows
    left = ordered(b, one, (*rows, inner))
    right = ordered(b, two, (inner, *columns))
    return Term(b.emit("matmul", left.value, right.value), (*rows, *columns))


def _order(out: Labels, label: int) -> int:
    return out.index(label) if label in out else len(out)


def _tensordot(b: ArrayBuilder, one: Term, two: Term, gone: Sequence[int]) -> Term:
    axes = tuple(tuple(term.labels.index(i) for i in gone) for term in (one, two))
    labels = tuple(i for i in (*one.labels, *two.labels) if i not in gone)
    return Term(b.emit("tensordot", one.value, two.value, payload=axes), labels)


def _einsum(b: ArrayBuilder, terms: Sequence[Term], out: Labels) -> Term:
    spec = f"{','.join(_spell(term.labels) for term in terms)}->{_spell(out)}"
    return Term(b.emit("einsum", *(term.value for term in terms), payload=spec), out)


def _merged(one: Term, two: Term, out: Labels) -> Labels:
    """All labels of two terms, those of the result first and in its order."""
    both = dict.fromkeys((*one.labels, *two.labels))
    first = [i for i in out if i in both]
    return (*first, *(i for i in both if i not in first))


def spread(b: ArrayBuilder, term: Term, labels: Labels) -> Term:
    """The value with an axis of size 1 for each of `labels` that it does not have.

    Leading axes need none: NumPy broadcasts there.
    """
    own = tuple(i for i in labels if i in term.labels)
    turned = ordered(b, term, own)
    if not own:
        return turned
    rest = labels[labels.index(own[0]) :]
    return Term(b.expand(turned.value, [i in own for i in rest]), rest)


def _spell(labels: Sequence[int]) -> str:
    return "".join(LETTERS[i] for i in labels)
