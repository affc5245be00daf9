"""One-hot rows in a product as NumPy's indexing, so that their matrix is never made.

A sum over the axis that they choose from is an entry taken: the sum of H[k,a] X[a,d] over a is
X[i[k],d]. A sum over the axes of the indices adds entries up where they belong: that of
H[k,a] V[k,d] over k.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from lambdify_bridge.arrays.contraction import Labels, Term, contracted, ordered

Lines = Callable[[str], str]  # puts a value on a line of its own: what it is called there


@dataclass(frozen=True)
class Chosen:
    """One-hot rows: the indices in the code, the labels of their axes, the label chosen from."""

    indices: str
    labels: Labels
    place: int
    size: str
    matrix: Callable[[], str]  # the rows as an array, for want of anything better


def without_rows(
    rows: Sequence[Chosen], terms: Sequence[Term], out: Labels, put: Lines
) -> list[Term]:
    """The terms of the same product without one-hot rows."""
    left, now = list(rows), list(terms)
    while left:
        group, found = next(_indexed(left, now, out, put), ([left[0]], None))
        left = [each for each in left if each not in group]
        now = found or [*now, Term(group[0].matrix(), (*group[0].labels, group[0].place))]
    return now


def _indexed(
    rows: list[Chosen], terms: list[Term], out: Labels, put: Lines
) -> Iterator[tuple[list[Chosen], list[Term]]]:
    for attempt in (_taken, _added_up):
        for group in _groups(rows, out):
            others = {i for each in rows if each not in group for i in (*each.labels, each.place)}
            places = [each.place for each in group]
            labels = group[0].labels
            if len({*labels, *places}) == len(labels) + len(places):
                found = attempt(group, terms, out, others, put)
                if found:
                    yield group, found


def _groups(rows: list[Chosen], out: Labels) -> Iterator[list[Chosen]]:
    """Rows that run together, and each by itself."""
    kinds = [(each.labels, each.place in out) for each in rows]
    for kind in dict.fromkeys(kinds):
        yield [each for each, own in zip(rows, kinds, strict=True) if own == kind]
    yield from ([each] for each in rows)


def _taken(
    group: list[Chosen], terms: list[Term], out: Labels, others: set[int], put: Lines
) -> list[Term] | None:
    """Entries taken from every term that has the axes chosen from, which are summed over."""
    places = {each.place for each in group}
    uses = [term for term in terms if places & set(term.labels)]
    carried = {i for term in uses for i in term.labels}
    twice = any(len(set(term.labels)) < len(term.labels) for term in uses)
    if places & ({*out} | others) or not places <= carried or twice:
        return None
    return [_at(term, group) if term in uses else term for term in terms]


def _at(term: Term, group: list[Chosen]) -> Term:
    """The entries of one term at the indices."""
    here = [each for each in group if each.place in term.labels]
    labels = group[0].labels
    shared = [i for i in labels if i in term.labels]
    if len(here) == 1 and not shared:
        axis = term.labels.index(here[0].place)
        code = f"{term.bracketed}[{':, ' * axis}{here[0].indices}]"
        return Term(code, term.labels[:axis] + labels + term.labels[axis + 1 :])
    front = (*shared, *(each.place for each in here))
    rest = tuple(i for i in term.labels if i not in front)
    index = [_grid(group[0].indices, labels, i) for i in shared] + [each.indices for each in here]
    return Term(f"{ordered(term, front + rest).bracketed}[{', '.join(index)}]", labels + rest)


def _grid(indices: str, labels: Labels, label: int) -> str:
    """0, 1, ... along one axis of the indices."""
    axis = labels.index(label)
    new = ", None" * (len(labels) - 1 - axis)
    return f"np.arange({indices}.shape[{axis}])" + (f"[:{new}]" if new else "")


def _added_up(
    group: list[Chosen], terms: list[Term], out: Labels, others: set[int], put: Lines
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
    value = contracted(uses, labels + carried, put) if uses else Term("1.0", ())
    indices, sizes = (_tuple([getattr(each, name) for each in group]) for name in
                      ("indices", "size"))  # fmt: skip
    code = f"runtime.scattered({_with_axes(value, labels)}, {indices}, {sizes})"
    return [*rest, Term(code, places + tuple(i for i in value.labels if i not in labels))]


def _tuple(texts: Sequence[str]) -> str:
    return f"({', '.join(texts)}{',' * (len(texts) == 1)})"


def _with_axes(term: Term, labels: Labels) -> str:
    """The code of a term with an axis, of size 1 if need be, for each of the labels in front."""
    if all(i in term.labels for i in labels) or not term.labels:
        return term.code
    index = [":" if i in term.labels else "None" for i in labels]
    return f"{term.bracketed}[{', '.join(index)}]"
