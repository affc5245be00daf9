"""Products of arrays that lie over one another: entry by entry, with sums and means kept as axes.

D ∘ x̂ summed over the last axis and repeated along it is written sum(D ∘ x̂), as on paper, where
matrix notation would be diag(diagonal(D x̂ᵀ)) 𝟏 𝟏ᵀ. This is how norm layers and softmax are written.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from sympy import Expr, S

from derive.arrays.nodes import Array, Labels, Ones, Power, Product
from derive.arrays.normalised import Lengths
from derive.arrays.notation import (
    Call,
    Raised,
    Reduced,
    Spread,
    Written,
    entry_by_entry,
    scaled_by,
    written,
)
from derive.arrays.standardized import InverseDeviation


@dataclass
class _Part:
    """Factors that are summed over the same axes."""

    axes: tuple[int, ...]
    sizes: Expr
    factors: list[Written]
    whole: int = 0  # how many of them have all axes


def as_entrywise(array: Product, within_sum: bool = False) -> Written | None:
    """How such a product is written; None where matrix notation is plainer, or it is no such one.

    What is nothing but repeated along an axis is one only among the terms of a sum.
    """
    if not array.rank:
        return _summed(array)
    parts = _parts(array) if array.rank > 1 else None
    if not parts or not (within_sum or any(p.whole and not p.axes for p in parts)):
        return None
    coefficient = array.coefficient
    kept = array.rank > 2 and all(part.whole == len(part.factors) for part in parts)
    kept = kept or any(map(_is_along_an_axis, array.args))
    above: list[Written] = []
    for part in parts:
        inside = entry_by_entry(sorted(part.factors, key=_is_whole), matrix=True)
        if not part.axes:
            above.append(inside)
            continue
        mean = _divides(part.sizes, coefficient)
        coefficient = coefficient * part.sizes if mean else coefficient
        kept = kept or mean or part.whole > 1
        above.append(Reduced("mean" if mean else "sum", inside, part.axes, array.rank))
    if not kept:
        return None
    numbers = [written(factor) for factor in array.args if not factor.rank]
    return scaled_by(coefficient, numbers, entry_by_entry(above, matrix=True))


def _summed(array: Product) -> Written | None:
    """The sum of all entries of arrays of many axes that lie over one another."""
    factors = [(written(f), labels) for f, labels in array.factors if f.rank]
    labels = factors[0][1] if factors else ()
    over_one_another = all(own == labels for _, own in factors)
    if len(labels) < 3 or len(set(labels)) < len(labels) or not over_one_another:
        return None
    each = [of for of, _ in factors]
    inner = Raised(Call("norm", each[0]), S(2)) if len(each) == 2 and each[0] == each[1] else None
    total = inner or Call("all", entry_by_entry(each, matrix=True))
    numbers = [written(factor) for factor in array.args if not factor.rank]
    return scaled_by(array.coefficient, [*numbers, total], None)


def is_repeated(array: Array) -> bool:
    """Whether it is written as something repeated along an axis, which a sum does by itself."""
    return (
        isinstance(array, Product)
        and as_entrywise(array) is None
        and as_entrywise(array, within_sum=True) is not None
    )


def _parts(array: Product) -> list[_Part] | None:
    """The factors by the axes that they are summed over; None where axes do not lie over axes."""
    axis_of = _axes(array)
    if axis_of is None:
        return None
    part_of: dict[Labels, _Part] = {(): _Part((), S.One, [])}
    for factor, labels in sorted(array.factors, key=lambda pair: -pair[0].rank):
        inner = tuple(label for label in labels if label not in array.out)
        if not factor.rank or (isinstance(factor, Ones) and not inner):
            continue
        axes = tuple(axis_of.get(label, -1) for label in labels)
        met = [own for own in part_of if set(own) & set(inner)]
        fits = met == [inner] or (len(met) == 1 and set(inner) <= set(met[0]))
        if axes != tuple(sorted(set(axes) - {-1})) or (met and not fits):
            return None
        if not met and inner:
            n = prod((factor.shape[labels.index(label)] for label in inner), start=S.One)
            part_of[inner] = _Part(tuple(axis_of[label] for label in inner), n, [])
        part, missing = part_of[met[0] if met else inner], tuple(set(array.out) - set(axes))
        if any(label in array.out and label in part.axes for label in labels):
            return None  # along that axis the part is summed, and this factor is not
        part.whole += not missing
        part.factors.append(_spread(factor, missing, array.rank))
    return [part for part in part_of.values() if part.factors]


def _is_along_an_axis(factor: Array) -> bool:
    """Whether it is what matrix notation would need diagonal matrices for."""
    base = factor.args[0] if isinstance(factor, Power) else factor
    return isinstance(base, (InverseDeviation, Lengths))


def _spread(factor: Array, missing: tuple[int, ...], rank: int) -> Written:
    """The factor repeated along the axes that it does not have; what it divides by stays below."""
    if not missing:
        return written(factor)
    if isinstance(factor, Power) and factor.exponent.is_negative:
        return Raised(Spread(written(factor.args[0]), missing, rank), factor.exponent, True)
    return Spread(written(factor), missing, rank)


def _axes(array: Product) -> dict[int, int] | None:
    """The axis of every label; one that is summed over is where arrays with all axes have it."""
    axis_of = {axis: axis for axis in array.out}
    for factor, labels in array.factors:
        if factor.rank == array.rank:
            for axis, label in enumerate(labels):
                if axis_of.setdefault(label, axis) != axis:
                    return None
    return axis_of


def _is_whole(factor: Written) -> bool:
    return not isinstance(factor, Spread)


def _divides(n: Expr, coefficient: Expr) -> bool:
    """Whether a coefficient has 1/n in it."""
    below = coefficient.as_numer_denom()[1]
    return bool((coefficient * n).as_numer_denom()[1] * n == below) and n != 1
