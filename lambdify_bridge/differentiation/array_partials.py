"""The derivatives of operations on whole arrays: one row each, read as mathematics.

An operation that is linear in an operand has its adjoint as row: what a change t of the result says
about the operand. Any other has its differential, which is written with linear operations; both
modes follow from either. Matrix functions: Giles, An extended collection of matrix derivative
results for forward and reverse mode algorithmic differentiation, 2008.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from lambdify_bridge.arrays.contraction import LETTERS, Term, contracted
from lambdify_bridge.differentiation.partials import FLAT, Value
from lambdify_bridge.differentiation.shaped import ShapedBuilder
from lambdify_bridge.shapes import ONE, Shape, broadcast

Adjoint = Callable[..., int]  # of builder, t, the operation's place, its payload and operands
Differential = Callable[..., Value]  # of payload, change of the operand, value, operands


# -- adjoints of linear operations -----------------------------------------------------------------


def labels_of(b: ShapedBuilder, index: int) -> tuple[list[list[int]], list[int]]:
    """A product with sums: a label for each axis of its operands, and those of the result."""
    name, operands, payload = b.operations[index]
    ranks = [len(b.shape(k)) for k in operands]
    if name == "einsum":
        *factors, out = [[LETTERS.index(c) for c in part] for part in _parts(payload)]
        return factors, out
    one, two = list(range(ranks[0])), list(range(ranks[0], sum(ranks)))
    inner = ((ranks[0] - 1,), (max(ranks[1] - 2, 0),)) if name == "matmul" else payload
    pairs = zip(*inner, strict=True)
    for p, q in pairs:
        two[q] = one[p]
    return [one, two], [i for i in one + two if (i in one) != (i in two)]


def _parts(spec: str) -> list[str]:
    return spec.replace("->", ",").split(",")


def _of_factor(slot: int) -> Adjoint:
    """The product of the other factors with t, summed over what the factor lacks."""

    def adjoint(b: ShapedBuilder, t: int, index: int, payload: Any, *operands: int) -> int:
        labels, out = labels_of(b, index)
        shape, own = b.shape(operands[slot]), labels[slot]
        terms = [b.term(t, out)]
        terms += [b.term(x, i) for k, (x, i) in enumerate(zip(operands, labels, strict=True))
                  if k != slot]  # fmt: skip
        wanted, fresh = list[int](), len(LETTERS)
        for axis, label in enumerate(own):
            if label in wanted:  # a diagonal: the identity has the label twice
                fresh -= 1
                side = b.sized("eye", (shape[axis],) * 2, [], shape[axis : axis + 1])
                terms.append(Term(side, (label, fresh)))
                label = fresh
            wanted.append(label)
        return _spread(b, terms, wanted, shape)

    return adjoint


def _spread(b: ShapedBuilder, terms: Sequence[Term], wanted: Sequence[int], shape: Shape) -> int:
    """The product of terms as an array of a shape, of size 1 where nothing changes."""
    arrays = [term for term in terms if term.labels]
    scalars = [term.value for term in terms if not term.labels]
    places = tuple(i for i, n in zip(wanted, shape, strict=True) if n != 1)
    if arrays:
        found = contracted(b, arrays, places)
        scalars.append(b.expand(found.value, [i in found.labels for i in wanted]))
    return b.chain_of_products(scalars)


def _sum(b: ShapedBuilder, t: int, index: int, along: Any, x: int) -> int:
    axes, kept = along
    rank, size = len(b.shape(x)), len(b.shape(t))
    gone = range(rank) if axes is None else [a % rank for a in axes]
    if kept or not size:
        return t
    axes_of_t = [a for a in range(rank) if a not in gone][-size:]
    first = axes_of_t[0]
    return b.expand(t, [a in axes_of_t for a in range(first, rank)])


def _transpose(b: ShapedBuilder, t: int, index: int, axes: Sequence[int], x: int) -> int:
    if not b.shape(t):
        return t
    return b.transpose(b.ranked(t, len(axes)), sorted(range(len(axes)), key=axes.__getitem__))


def _expand(b: ShapedBuilder, t: int, index: int, own: Sequence[bool], x: int) -> int:
    """New axes have size 1."""
    rank = len(b.shape(index))
    every = [*own, *[True] * (rank - len(own))]
    of_t = every[rank - len(b.shape(t)) :]
    return b.reshaped(t, tuple(n for n, is_own in zip(b.shape(t), of_t, strict=True) if is_own))


def _broadcast(b: ShapedBuilder, t: int, index: int, payload: Any, x: int, *sizes: int) -> int:
    return b.added_up(t, b.shape(index), b.shape(x))


def _reshape(b: ShapedBuilder, t: int, index: int, payload: Any, x: int, *sizes: int) -> int:
    return b.reshaped(b.full(t, b.shape(index)), b.shape(x)) if b.shape(t) else t


def _index(b: ShapedBuilder, t: int, index: int, axis: int, x: int, *indices: int) -> int:
    """Entries added up where they were taken."""
    of, many = b.shape(x), len(indices)
    t, rank = b.full(t, b.shape(index)), len(broadcast(*map(b.shape, indices)))
    front = [*range(axis, axis + rank)]
    order = front + [a for a in range(len(b.shape(t))) if a not in front]
    sizes = of[axis : axis + many]
    moved = b.transpose(t, order) if axis else t
    result = b.sized("scatter", sizes, [moved, *indices], sizes)
    back = [*range(many, many + axis), *range(many), *range(many + axis, len(of))]
    return b.transpose(result, back) if axis else result


def _scatter(b: ShapedBuilder, t: int, index: int, sizes: Any, x: int, *more: int) -> int:
    """The entry at each place where one was added."""
    indices = more[: len(sizes)]
    taken = b.emit("index", b.full(t, b.shape(index)), *indices, payload=0)
    return b.added_up(taken, b.shape(taken), b.shape(x))


def _slice(b: ShapedBuilder, t: int, index: int, where: Any, x: int, *sizes: int) -> int:
    axis, start, _, step = where
    n = b.shape(x)[axis]
    return b.sized("place", (axis, start, n, step), [b.full(t, b.shape(index))], (start, n))


def _place(b: ShapedBuilder, t: int, index: int, where: Any, x: int, *sizes: int) -> int:
    axis, start, _, step = where
    return _cut(b, b.full(t, b.shape(index)), axis, start, b.shape(x)[axis], step)


def _cut(b: ShapedBuilder, x: int, axis: int, start: Any, count: Any, step: int) -> int:
    ends = (start, start + (count - 1) * step + 1)
    return b.sized("slice", (axis, start, count, step), [x], ends)


def _windows(b: ShapedBuilder, t: int, index: int, where: Any, x: int, *sizes: int) -> int:
    axis, _, stride, dilation = where
    n, whole = b.shape(x)[axis], b.full(t, b.shape(index))
    return b.sized("overlap", (axis, n, stride, dilation), [whole], (n,))


def _overlap(b: ShapedBuilder, t: int, index: int, where: Any, x: int, *sizes: int) -> int:
    axis, _, stride, dilation = where
    many, inside = b.shape(x)[axis], b.shape(x)[-1]
    whole = b.full(t, b.shape(index))
    seen = b.sized("windows", (axis, inside, stride, dilation), [whole], (inside,))
    return seen if b.shape(seen)[axis] == many else _cut(b, seen, axis, ONE * 0, many, 1)


def _chosen(slot: int) -> Adjoint:
    """t where the operand was taken, 0 elsewhere."""

    def adjoint(b: ShapedBuilder, t: int, index: int, _: Any, mask: int, p: int, q: int) -> int:
        zero = b.constant(0)
        part = b.where(mask, t, zero) if slot == 1 else b.emit("where", mask, zero, t)
        return b.added_up(part, b.shape(index), b.shape((p, q)[slot - 1]))

    return adjoint


def _same(b: ShapedBuilder, t: int, index: int, payload: Any, x: int) -> int:
    return t


def _lower_half(b: ShapedBuilder, t: int, index: int, payload: Any, x: int) -> int:
    return b.emit("lower_half", b.full(t, b.shape(index)))


def _expm_derivative(b: ShapedBuilder, t: int, index: int, _: Any, x: int, v: int) -> int:
    turned = b.transpose(x, (1, 0))
    return b.emit("expm_derivative", turned, b.full(t, b.shape(index)))


def _sylvester(b: ShapedBuilder, t: int, index: int, _: Any, p: int, q: int, c: int) -> int:
    of = [b.transpose(p, (1, 0)), b.transpose(q, (1, 0)), b.full(t, b.shape(index))]
    return b.emit("sylvester", *of)


# -- differentials of the others -------------------------------------------------------------------


def shaped(x: Value) -> ShapedBuilder:
    assert isinstance(x.builder, ShapedBuilder)
    return x.builder


def product(p: Value, q: Value) -> Value:
    """The matrix product."""
    return Value(p.builder, p.builder.emit("matmul", p.index, q.index))


def turned(x: Value) -> Value:
    return Value(x.builder, shaped(x).transpose(x.index, (1, 0)))


def total(x: Value) -> Value:
    return along(x, None)


def along(x: Value, axes: Sequence[int] | None, kept: bool = False) -> Value:
    return Value(x.builder, shaped(x).reduce("sum", x.index, axes, kept))


def opened(y: Value, axis: int, rank: int) -> Value:
    """With the axis that was summed."""
    return Value(y.builder, shaped(y).expand(y.index, [a != axis for a in range(rank)]))


def rank_of(x: Value) -> int:
    return len(shaped(x).shape(x.index))


def mean(x: Value, axes: Sequence[int], kept: bool) -> Value:
    b, many = shaped(x), ONE
    for axis in axes:
        many *= b.shape(x.index)[axis]
    return along(x, axes, kept) / Value(b, b.formula(many))


def identity(x: Value) -> Value:
    b, n = shaped(x), shaped(x).shape(x.index)[-1]
    return Value(b, b.sized("eye", (n, n), [], (n,)))


def symmetric(x: Value) -> Value:
    return (x + turned(x)) / 2


def of_matrix(name: str, *operands: Value) -> Value:
    return Value(operands[0].builder, operands[0].builder.emit(name, *(x.index for x in operands)))


def _of_eigenvalues(_: Any, d: Value, y: Value, x: Value) -> Value:
    """The diagonal of Vᵀ dX V."""
    V = of_matrix("eigenvectors", x)
    return along(V * product(symmetric(d), V), (0,))


def _of_eigenvectors(_: Any, d: Value, V: Value, x: Value) -> Value:
    """V (F ∘ Vᵀ dX V), where F_ij is 1/(λ_j - λ_i), and 0 on the diagonal."""
    own, one = of_matrix("eigenvalues", x), identity(x)
    gaps = opened(own, 0, 2) - opened(own, 1, 2)
    inside = product(turned(V), product(symmetric(d), V))
    return product(V, (1 - one) / (gaps + one) * inside)


def _of_cholesky(_: Any, d: Value, L: Value, x: Value) -> Value:
    K = of_matrix("inverse", L)
    inside = product(K, product(symmetric(d), turned(K)))
    return product(L, of_matrix("lower_half", inside))


def _of_inverse(_: Any, d: Value, y: Value, x: Value) -> Value:
    return -product(y, product(d, y))


def _of_expm(_: Any, d: Value, y: Value, x: Value) -> Value:
    return of_matrix("expm_derivative", x, d)


def _in_first(_: Any, d: Value, y: Value, p: Value, q: Value, c: Value) -> Value:
    return -of_matrix("sylvester", p, q, product(d, y))


def _in_second(_: Any, d: Value, y: Value, p: Value, q: Value, c: Value) -> Value:
    return -of_matrix("sylvester", p, q, product(y, d))


def _of_logsumexp(axis: int, d: Value, y: Value, x: Value) -> Value:
    softmax = (x - opened(y, axis, rank_of(x))).call("exp")
    return along(softmax * d, (axis,))


def _of_lengths(axis: int, d: Value, y: Value, x: Value) -> Value:
    return along(x * d, (axis,)) / y


def _of_normalise(axis: int, d: Value, y: Value, x: Value) -> Value:
    b = shaped(x)
    length = Value(b, b.emit("lengths", x.index, payload=axis))
    return (d - y * along(y * d, (axis,), kept=True)) / opened(length, axis, rank_of(x))


def _of_extreme(along_which: Any, d: Value, y: Value, x: Value) -> Value:
    """The mean over those that are equal to it."""
    axes, kept = along_which
    b, rank = shaped(x), rank_of(x)
    gone = range(rank) if axes is None else axes
    whole = y if kept or axes is None else _all_opened(y, gone, rank)
    chosen = Value(b, b.emit("indicator", b.apply("eq", x.index, whole.index)))
    return along(chosen * d, axes, kept) / along(chosen, axes, kept)


def _all_opened(y: Value, gone: Sequence[int], rank: int) -> Value:
    return Value(y.builder, shaped(y).expand(y.index, [a not in gone for a in range(rank)]))


def _at(name: str) -> Differential:
    """Along one axis the first of equals counts."""

    def differential(along_which: Any, d: Value, y: Value, x: Value) -> Value:
        axes, kept = along_which
        if axes is None or len(axes) != 1:
            return _of_extreme(along_which, d, y, x)
        b = shaped(x)
        return along(Value(b, b.emit(name, x.index, payload=axes[0])) * d, axes, kept)

    return differential


def _of_standardized(over: Any, d: Value, y: Value, x: Value) -> Value:
    axes, _, centred = over
    moved = d - mean(d, axes, True) if centred else d
    return _deviation(over, x) * (moved - y * mean(y * d, axes, True))


def _deviation(over: Any, x: Value) -> Value:
    """The inverse deviation, with all axes."""
    b = shaped(x)
    r = Value(b, b.emit("inverse_deviation", x.index, payload=over))
    return _all_opened(r, over[0], rank_of(x))


def _of_deviation(over: Any, d: Value, y: Value, x: Value) -> Value:
    b = shaped(x)
    standard = Value(b, b.emit("standardized", x.index, payload=over))
    return -(y * y * mean(standard * d, over[0], False))


FACTOR = [_of_factor(slot) for slot in range(8)]

# fmt: off
LINEAR: dict[str, tuple[Adjoint | str | None, ...]] = {
    "matmul":            (FACTOR[0], FACTOR[1]),
    "tensordot":         (FACTOR[0], FACTOR[1]),
    "einsum":            tuple(FACTOR),
    "sum":               (_sum,),
    "transpose":         (_transpose,),
    "expand":            (_expand,),
    "broadcast":         (_broadcast,),
    "reshape":           (_reshape,),
    "index":             (_index,),
    "scatter":           (_scatter,),
    "slice":             (_slice,),
    "place":             (_place,),
    "windows":           (_windows,),
    "overlap":           (_overlap,),
    "where":             (FLAT, _chosen(1), _chosen(2)),
    "named":             (_same,),
    "lower_half":        (_lower_half,),
    "expm_derivative":   (None, _expm_derivative),
    "sylvester":         (None, None, _sylvester),
}
DIFFERENTIALS: dict[str, tuple[Differential | None, ...]] = {
    "inverse":           (_of_inverse,),
    "determinant":       (lambda _, d, y, x: y * total(turned(of_matrix("inverse", x)) * d),),
    "logdet":            (lambda _, d, y, x: total(turned(of_matrix("inverse", x)) * d),),
    "expm":              (_of_expm,),
    "sqrtm":             (lambda _, d, y, x: of_matrix("sylvester", y, y, d),),
    "sylvester":         (_in_first, _in_second, None),
    "eigenvalues":       (_of_eigenvalues,),
    "eigenvectors":      (_of_eigenvectors,),
    "cholesky":          (_of_cholesky,),
    "norm":              (lambda _, d, y, x: total(x * d) / y,),
    "nuclear_norm":      (lambda _, d, y, x: total(of_matrix("polar", x) * d),),
    "spectral_norm":     (lambda _, d, y, x: total(of_matrix("leading_pair", x) * d),),
    "max":               (_at("at_max"),),
    "min":               (_at("at_min"),),
    "logsumexp":         (_of_logsumexp,),
    "lengths":           (_of_lengths,),
    "normalise":         (_of_normalise,),
    "standardized":      (_of_standardized,),
    "inverse_deviation": (_of_deviation,),
    "polar":             (None,),
    "leading_pair":      (None,),
    "expm_derivative":   (None, None),
}
# fmt: on
# Sizes and indices are whole numbers; masks and places of the largest jump; a shift cancels.
CONSTANT = {
    "size",
    "whole",
    "eye",
    "triangle",
    "one_hot",
    "positions",
    "indicator",
    "at_max",
    "at_min",
    "shift",
}  # fmt: skip
