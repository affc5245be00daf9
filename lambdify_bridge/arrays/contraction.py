"""A product of arrays with sums over labels as NumPy code: two factors at a time.

A label that only one factor has is summed there; then the pair with the smallest result goes first.
Pairs are matrix products where they can be (BLAS), elementwise products with broadcasting where
nothing is summed, and `einsum` for the rest. An axis along which nothing changes is never filled:
it has size 1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
Labels = tuple[int, ...]


@dataclass(frozen=True)
class Term:
    """A value in the code: an expression, the label of each of its axes, how tightly it binds.

    `condition`: in brackets, where the value is 1 where it holds and 0 elsewhere.
    """

    code: str
    labels: Labels
    atom: bool = True
    condition: str = ""

    @property
    def bracketed(self) -> str:
        return self.code if self.atom else f"({self.code})"


def contracted(terms: Sequence[Term], out: Labels, name: Callable[[str], str]) -> Term:
    """The product of `terms`, with the labels of `out` that any of them has, in this order.

    `name(code)` puts a value on a line of its own and says what it is called there.
    """
    left = [diagonal(term) for term in terms]
    while True:
        left = [_summed(term, _others(left, k, out)) for k, term in enumerate(left)]
        if len(left) == 1:
            return ordered(left[0], tuple(i for i in out if i in left[0].labels))
        first, second = _best(left, out)
        keep = set(out)
        for k, term in enumerate(left):
            keep |= set(term.labels) if k not in (first, second) else set()
        pair = _pair(left[first], left[second], keep, out)
        rest = [term for k, term in enumerate(left) if k not in (first, second)]
        if rest:
            pair = Term(name(pair.code), pair.labels)
        left = [pair, *rest]


def diagonal(term: Term) -> Term:
    """A label that comes twice: the diagonal."""
    labels = tuple(dict.fromkeys(term.labels))
    if labels == term.labels:
        return term
    return Term(f'np.einsum("{_spell(term.labels)}->{_spell(labels)}", {term.code})', labels)


def ordered(term: Term, out: Labels) -> Term:
    """The same value with its axes in the order of `out`."""
    if term.labels == out:
        return term
    if len(out) == 2:
        return Term(f"{term.bracketed}.T", out)
    axes = tuple(term.labels.index(i) for i in out)
    return Term(f"{term.bracketed}.transpose({', '.join(map(str, axes))})", out)


def _others(terms: Sequence[Term], k: int, out: Labels) -> set[int]:
    needed = set(out)
    for n, term in enumerate(terms):
        needed |= set(term.labels) if n != k else set()
    return needed


def _summed(term: Term, needed: set[int]) -> Term:
    """Summed over the labels that nothing else needs."""
    axes = [a for a, i in enumerate(term.labels) if i not in needed]
    if not axes:
        return term
    labels = tuple(i for i in term.labels if i in needed)
    if not labels:
        return Term(f"{term.bracketed}.sum()", ())
    which = str(axes[0]) if len(axes) == 1 else str(tuple(axes))
    return Term(f"{term.bracketed}.sum({which})", labels)


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


def _pair(a: Term, b: Term, keep: set[int], out: Labels) -> Term:
    both = [i for i in a.labels if i in b.labels]
    gone = [i for i in both if i not in keep]
    batch = [i for i in both if i in keep]
    if not gone:
        return _elementwise(a, b, out)
    if len(gone) == 1 and not batch and len(a.labels) <= 2 and len(b.labels) <= 2:
        return _matmul(a, b, gone[0], out)
    labels = tuple(i for i in _merged(a, b, out) if i not in gone)
    spec = f"{_spell(a.labels)},{_spell(b.labels)}->{_spell(labels)}"
    if not batch and len(a.labels) + len(b.labels) > 4:
        return _tensordot(a, b, gone)
    return Term(f'np.einsum("{spec}", {a.code}, {b.code})', labels)


def _matmul(a: Term, b: Term, inner: int, out: Labels) -> Term:
    rows = [i for i in a.labels if i != inner]
    columns = [i for i in b.labels if i != inner]
    if rows and columns and _order(out, columns[0]) < _order(out, rows[0]):
        a, b, rows, columns = b, a, columns, rows
    left = ordered(a, (*rows, inner))
    right = ordered(b, (inner, *columns))
    return Term(f"{left.bracketed} @ {right.bracketed}", (*rows, *columns), atom=False)


def _order(out: Labels, label: int) -> int:
    return out.index(label) if label in out else len(out)


def _tensordot(a: Term, b: Term, gone: Sequence[int]) -> Term:
    axes = [a.labels.index(i) for i in gone], [b.labels.index(i) for i in gone]
    labels = tuple(i for i in (*a.labels, *b.labels) if i not in gone)
    return Term(f"np.tensordot({a.code}, {b.code}, ({axes[0]}, {axes[1]}))", labels)


def _merged(a: Term, b: Term, out: Labels) -> Labels:
    """All labels of two terms, those of the result first and in its order."""
    both = dict.fromkeys((*a.labels, *b.labels))
    first = [i for i in out if i in both]
    return (*first, *(i for i in both if i not in first))


def _elementwise(a: Term, b: Term, out: Labels) -> Term:
    labels = _merged(a, b, out)
    sides = [spread(term, labels).bracketed for term in (a, b)]
    if a.labels == b.labels == labels and bool(a.condition) != bool(b.condition):
        sides = [term.condition or term.bracketed for term in (a, b)]  # the product is a number
    return Term(" * ".join(sides), labels, atom=False)


def spread(term: Term, labels: Labels) -> Term:
    """The value with an axis of size 1 for each of `labels` that it does not have.

    Leading axes need none: NumPy broadcasts there.
    """
    own = tuple(i for i in labels if i in term.labels)
    turned = ordered(term, own)
    if not own:
        return turned
    first = labels.index(own[0])
    index = [":" if i in own else "None" for i in labels[first:]]
    if "None" not in index:
        return Term(turned.code, labels[first:], turned.atom)
    while index and index[-1] == ":":
        index.pop()
    return Term(f"{turned.bracketed}[{', '.join(index)}]", labels)


def _spell(labels: Sequence[int]) -> str:
    return "".join(LETTERS[i] for i in labels)
