"""One-hot rows in a product as NumPy's indexing, so that their matrix is never made.

A sum over the axis that they choose from is an entry taken: the sum of H[k,a] X[a,d] over a is
X[i[k],d]. A sum over the axes of the indices adds entries up where they belong: that of
H[k,a] V[k,d] over k.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lambdify_bridge.arrays.builder import ArrayBuilder
from lambdify_bridge.arrays.contraction import Labels, Term, contracted, ordered


@dataclass(frozen=True)
class Chosen:
    """One-hot rows: the indices, the labels of their axes, the label chosen from and its size."""

    indices: int
    labels: Labels
    place: int
    size: Any
    matrix: int  # the rows as an array, for want of anything better


def without_rows(
    b: ArrayBuilder, rows: Sequence[Chosen], terms: Sequence[Term], out: Labels
) -> list[Term]:
    """The terms of the same product without one-hot rows."""
    left, now = list(rows), list(terms)
    while left:
        group, found = next(_indexed(b, left, now, out), ([left[0]], None))
        left = [each for each in left if each not in group]
        now = found or [*now, Term(group[0].matrix, (*group[0].labels, group[0].place))]
    return now


def _indexed(
    b: ArrayBuilder, rows: list[Chosen], terms: list[Term], out: Labels
) -> Iterator[tuple[list[Chosen], list[Term]]]:
    for attempt in (_taken, _added_up):
        for group in _groups(rows, out):
            others = {i for each in rows if each not in group for i in (*each.labels, each.place)}
            places = [each.place for each in group]
            labels = group[0].labels
            if len({*labels, *places}) == len(labels) + len(places):
                found = attempt(b, group, terms, out, others)
                if found:
                    yield group, found


def _groups(rows: list[Chosen], out: Labels) -> Iterator[list[Chosen]]:
    """Rows that run together, and each by itself."""
    kinds = [(each.labels, each.place in out) for each in rows]
    for kind in dict.fromkeys(kinds):
        yield [each for each, own in zip(rows, kinds, strict=True) if own == kind]
    yield from ([each] for each in rows)


def _taken(
    b: ArrayBuilder, group: list[Chosen], terms: list[Term], out: Labels, others: set[int]
) -> list[Term] | None:
    """Entries taken from every term that has the axes chosen from, which are summed over."""
    places = {each.place for each in group}
    uses = [term for term in terms if places & set(term.labels)]
    carried = {i for term in uses for i in term.labels}
    twice = any(len(set(term.labels)) < len(term.labels) for term in uses)
    if places & ({*out} | others) or not places <= carried or twice:
        return None
    return [_at(b, term, group) if term in uses else term for term in terms]


def _at(b: ArrayBuilder, term: Term, group: list[Chosen]) -> Term:
    """The entries of one term at the indices."""
    here = [each for each in group if each.place in term.labels]
    labels = group[0].labels
    shared = [i for i in labels if i in term.labels]
    if len(here) == 1 and not shared:
        axis = term.labels.index(here[0].place)
        value = b.emit("index", term.value, here[0].indices, payload=axis)
        return Term(value, term.labels[:axis] + labels + term.labels[axis + 1 :])
    front = (*shared, *(each.place for each in here))
    rest = tuple(i for i in term.labels if i not in front)
    index = [_grid(b, group[0].indices, labels, i) for i in shared]
    index += [each.indices for each in here]
    moved = ordered(b, term, front + rest)
    return Term(b.emit("index", moved.value, *index, payload=0), labels + rest)


def _grid(b: ArrayBuilder, indices: int, labels: Labels, label: int) -> int:
    """0, 1, ... along one axis of the indices."""
    axis = labels.index(label)
    return b.emit("positions", indices, payload=(axis, len(labels) - 1 - axis))


def _added_up(
    b: ArrayBuilder, group: list[Chosen], terms: list[Term], out: Labels, others: set[int]
) -> list[Term] | None:
    """Entries added up along the axes of the indices, which are summed over."""
    labels, places = group[0].labels, tuple(each.place for each in group)
    uses = [term for term in terms if set(labels) & set(term.labels)]
    rest = [term for term in terms if term not in uses]
    inside = dict.fromkeys(i for term in uses for i in term.labels if i not in labels)
    if set(labels) & ({*out} | others) or set(places) & set(inside):
        return None
    kept = {*out} | others | {i for term in rest for i in term.labels}
    carried = tuple(i for i in inside if i in kept)
    value = contracted(b, uses, labels + carried) if uses else Term(b.constant(1), ())
    sizes = tuple(each.size for each in group)
    operands = [_with_axes(b, value, labels), *(each.indices for each in group)]
    added = b.sized("scatter", sizes, operands, sizes)
    return [*rest, Term(added, places + tuple(i for i in value.labels if i not in labels))]


def _with_axes(b: ArrayBuilder, term: Term, labels: Labels) -> int:
    """The value of a term with an axis, of size 1 if need be, for each of the labels in front."""
    if all(i in term.labels for i in labels) or not term.labels:
        return term.value
    return b.expand(term.value, [i in term.labels for i in labels])
