"""The form in which a result is printed: what the terms of a sum have in common stands in front.

2AᵀAx - 2Aᵀb becomes 2Aᵀ(Ax - b); P∘D - P∘(...) becomes P∘(D - ...). Names stay closed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from derive.arrays.nodes import Array, Ones, Product, Sum, ones, postorder
from derive.arrays.product import coefficient_of, product, scaled
from derive.arrays.sums import total
from derive.arrays.unevaluated import CLOSED


def textbook(array: Array) -> Array:
    """The same array with common factors of sums in front.

    >>> from derive.arrays.nodes import variable
    >>> A, x, b = variable("A", "m,n"), variable("x", "n"), variable("b", "m")
    >>> textbook(2*A.T @ A @ x - 2*A.T @ b)
    2*A.T @ (A @ x - b)
    """
    new: dict[Array, Array] = {}
    for node in postorder(array, into=CLOSED):
        if isinstance(node, CLOSED) or not node.args:
            new[node] = node
            continue
        args = tuple(new[argument] for argument in node.args)
        made = node if args == node.args else node.with_args(args)
        if isinstance(made, Sum):
            made = positive_first(factored(made))
        new[node] = sign_inside(made) if isinstance(made, Product) else made
    return new[array]


def positive_first(array: Array) -> Array:
    """P - Y, not -Y + P."""
    if not isinstance(array, Sum) or not is_negative(array.args[0]):
        return array
    order = sorted(array.args, key=is_negative)
    return Sum.make(tuple(order), (), array.shape)


def is_negative(term: Array) -> bool:
    return bool(coefficient_of(term).as_coeff_Mul()[0].is_negative)


def sign_inside(array: Product) -> Array:
    """A minus in front of a difference turns it round: Xᵀ(P - Y), not -Xᵀ(Y - P).

    Not where the difference comes twice, as in (x - a)(x - a)ᵀ.
    """
    if not is_negative(array):
        return array
    for k, (factor, _) in enumerate(array.factors):
        once = array.args.count(factor) == 1
        if once and isinstance(factor, Sum) and any(map(is_negative, factor.args)):
            turned = positive_first(total([scaled(-1, term) for term in factor.args]))
            args = (*array.args[:k], turned, *array.args[k + 1 :])
            return product(-array.coefficient, zip(args, array.labels, strict=True), array.out)
    return array


def factored(array: Sum) -> Array:
    for attempt in (_number, _everywhere, _left, _right, _vector, _added_up):
        found = attempt(array)
        if found is not None:
            return found
    return array


def _again(terms: list[Array]) -> Array:
    added = total(terms)
    if not isinstance(added, Sum):
        return added
    if all(map(is_negative, added.args)):
        return scaled(-1, factored(total([scaled(-1, term) for term in added.args])))
    return positive_first(factored(added))


# ------------------------------------------------------------------ numbers


def _number(array: Sum) -> Array | None:
    """A coefficient that all others are whole multiples of; no fraction where whole ones are.

    D - Σ/4 stays as it is: it would be (4D - Σ)/4.
    """
    coefficients = [coefficient_of(term) for term in array.args]
    whole = any(c.is_Integer for c in coefficients)
    for c in coefficients:
        if whole and not c.is_Integer:
            continue
        if c not in (1, -1) and all((other / c).is_Integer for other in coefficients):
            common = -c if (coefficients[0] / c).is_negative else c
            return scaled(common, _again([scaled(1 / common, term) for term in array.args]))
    return None


# ------------------------------------------------------------------ factors of all terms


def _everywhere(array: Sum) -> Array | None:
    """Factors that stand at the same labels of the result in every term."""
    terms = [term for term in array.args if isinstance(term, Product)]
    if len(terms) < len(array.args):
        return None
    each = [Counter(_outer(term)) for term in terms]
    common = each[0]
    for counted in each[1:]:
        common &= counted
    if not common:
        return None
    out, rests = terms[0].out, [list((Counter(term.factors) - common).elements()) for term in terms]
    carried = {label for rest in rests for _, labels in rest for label in labels}
    inner = tuple(label for label in out if label in carried)
    sides = [_filled(*each, inner) for each in zip(terms, rests, strict=True)]
    return product(1, [*common.elements(), (_again(sides), inner)], out)


def _outer(term: Product) -> Iterator[tuple[Array, Any]]:
    """The factors that only carry labels of the result."""
    return (
        (factor, labels)
        for factor, labels in term.factors
        if set(labels) <= set(term.out) and not isinstance(factor, Ones)
    )


def _filled(term: Product, kept: list[Any], out: tuple[Any, ...]) -> Array:
    """The factors kept of a term, the same along the axes that they do not have."""
    carried = {label for _, labels in kept for label in labels}
    sizes = dict(zip(term.out, term.shape, strict=True))
    filling = [(ones(sizes[label]), (label,)) for label in out if label not in carried]
    return product(term.coefficient, [*kept, *filling], out)


# ------------------------------------------------------------------ matrices at either end


def _left(array: Sum) -> Array | None:
    return _at_end(array, 0)


def _right(array: Sum) -> Array | None:
    return _at_end(array, array.rank - 1) if array.rank == 2 else None


def _at_end(array: Sum, end: int) -> Array | None:
    """The matrix that most terms begin (or end) with, in front of (behind) the sum of the rests."""
    if not 1 <= array.rank <= 2:
        return None
    firsts = [_first(term, end) for term in array.args]
    counted = Counter(first[:2] for first in firsts if first)
    if not counted or max(counted.values()) < 2:
        return None
    (matrix, axis), _ = counted.most_common(1)[0]
    rests, others = [], []
    for term, first in zip(array.args, firsts, strict=True):
        if first and first[:2] == (matrix, axis):
            rests.append(_after(term, *first[2:]))
        else:
            others.append(term)
    labels = ("end", "inner") if axis == 0 else ("inner", "end")
    out: list[Any] = list(range(array.rank))
    inside = [*out]
    out[end], inside[end] = "end", "inner"
    grouped = product(1, [(matrix, labels), (_again(rests), inside)], out)
    return _again([grouped, _again(others)]) if others else grouped


def _first(term: Array, end: int) -> tuple[Array, int, int, int, int] | None:
    """The matrix at one end of a chain, and which of its axes is there; where it stands in the
    term, the label of its other axis, and the end."""
    if not isinstance(term, Product):
        return None
    touching = [(k, f, labels) for k, (f, labels) in enumerate(term.factors) if end in labels]
    if len(touching) != 1 or touching[0][1].rank != 2:
        return None
    k, matrix, labels = touching[0]
    axis = labels.index(end)
    inner = labels[1 - axis]
    axis = 0 if matrix.is_symmetric() else axis
    others = [pair for n, pair in enumerate(term.factors) if n != k]
    if inner in term.out or not any(inner in own for _, own in others):
        return None
    return matrix, axis, k, inner, end


def _after(term: Any, place: int, inner: int, end: int) -> Array:
    """What follows a matrix at one end of a chain."""
    others = [pair for k, pair in enumerate(term.factors) if k != place]
    out: list[Any] = list(term.out)
    out[end] = inner
    return product(term.coefficient, others, out)


def _vector(array: Sum) -> Array | None:
    """The vector that most terms end with, behind the sum of the matrices before it."""
    if array.rank != 1:
        return None
    lasts = [_last(term) for term in array.args]
    counted = Counter(vector for vector, _ in lasts if vector is not None)
    if not counted or max(counted.values()) < 2:
        return None
    vector, _ = counted.most_common(1)[0]
    rests = [_before(t, k) for t, (v, k) in zip(array.args, lasts, strict=True) if v is vector]
    others = [t for t, (v, _) in zip(array.args, lasts, strict=True) if v is not vector]
    grouped = product(1, [(_again(rests), ("end", "inner")), (vector, ("inner",))], ("end",))
    return _again([grouped, *others])


def _added_up(array: Sum) -> Array | None:
    """Matrices whose rows are all added up, or all columns: (A + B)ᵀ 1, not Aᵀ 1 + Bᵀ 1."""
    terms = [term for term in array.args if isinstance(term, Product)]
    if array.rank != 1 or len(terms) < len(array.args):
        return None
    labels, *others = dict.fromkeys(term.labels for term in terms)
    if others or labels not in (((0, 1),), ((1, 0),)):
        return None
    matrices = [scaled(term.coefficient, term.args[0]) for term in terms]
    return product(1, [(_again(matrices), labels[0])], terms[0].out)


def _last(term: Array) -> tuple[Array | None, int]:
    """The vector at the end of a chain of matrices, and its place among the factors."""
    if not isinstance(term, Product):
        return None, 0
    vectors = [(k, f, own[0]) for k, (f, own) in enumerate(term.factors)
               if f.rank == 1 and own[0] not in term.out and not isinstance(f, Ones)]  # fmt: skip
    if len(vectors) != 1 or any(factor.rank > 2 for factor in term.args):
        return None, 0
    k, vector, inner = vectors[0]
    carried = [label for own in term.labels for label in own if len(own) == 2]
    return (vector, k) if carried.count(inner) == carried.count(0) == 1 else (None, 0)


def _before(term: Any, k: int) -> Array:
    """The matrices before the vector at place k."""
    others = [pair for n, pair in enumerate(term.factors) if n != k]
    return product(term.coefficient, others, (0, term.labels[k][0]))


def size_of(array: Array, known: dict[Array, int]) -> int:
    """The number of nodes as printed: a shared one counts wherever it stands."""
    for node in postorder(array, into=CLOSED):
        if node not in known:
            below = () if isinstance(node, CLOSED) else node.args
            known[node] = 1 + sum(known[argument] for argument in below)
    return known[array]
