"""Sums and products of many points at once: term by term, and accelerated where they are endless.

An endless sum counts only where its terms fall geometrically, or where two ways agree: alternating
sums by Cohen, Rodriguez Villegas and Zagier (2000), monotone ones by SciPy's Euler-Maclaurin sum,
each after different numbers of terms. As in SymPy, a sum from a to a - 1 is empty, and one further
down is minus the sum of the terms between (Karr 1981).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lambdify_bridge.backends.numeric_points import Function, Rows, by_rows, columns

LONGEST = 100_000_000  # terms of a finite sum
TOGETHER = 2**20  # terms of all points that are computed at once
BLOCKS = (64, 128, 256, 512, 1024, 2048, 4096, 8192)  # terms of an endless sum, then to accelerate
STEADIEST = 0.9  # ratio of terms 16 apart that counts as geometric
CERTAIN = 1e-10
TO_ZERO = 0.9  # how far the terms of an accelerated sum must fall, over a range of 1 to 8
FAR = 2.0 ** np.arange(14, 21)  # where a sum that is 0 so far may yet begin
SHIFTS = ((20, 32), (33, 40))  # terms before an alternating sum is accelerated, and in that
HEADS = (40, 90)  # terms before a monotone one is


def summed(f: Function, a: Any, b: Any, *letters: Any) -> Any:
    """The sum of f(k, *letters) for k from a to b.

    >>> float(summed(lambda k, x: (x**k,), 0.0, np.inf, np.float64(0.5)))
    2.0
    """
    return by_rows("a sum", [a, b, *letters], lambda rows: _rows(f, rows[0], rows[1], rows[2:]))


def multiplied(f: Function, a: Any, b: Any, *letters: Any) -> Any:
    """The product of f(k, *letters) for k from a to b, both finite.

    >>> multiplied(lambda k: (k,), 1.0, np.array([0.0, 4.0]))
    array([ 1., 24.])
    """

    def compute(rows: Rows) -> np.ndarray:
        first, last, backwards = _forwards(rows[0].real, rows[1].real)
        result = _finite(f, first, last, rows[2:], np.prod, np.multiply, 1.0)
        result[~_is_whole(rows[0], rows[1])] = np.nan
        return np.where(backwards, 1 / result, result)

    return by_rows("a product", [a, b, *letters], compute)


def _is_whole(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (a == np.floor(a.real)) & (b == np.floor(b.real))


def _forwards(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    backwards = b < a - 1
    return np.where(backwards, b + 1, a), np.where(backwards, a - 1, b), backwards


def _rows(f: Function, a: np.ndarray, b: np.ndarray, letters: Rows) -> np.ndarray:
    whole = _is_whole(a, b)
    first, last, backwards = _forwards(a.real, b.real)
    up, down = np.isinf(last), np.isinf(first)
    middle = np.where(down, np.where(up, 0.0, last + 1), first)  # what is above, and below it
    finite = ~up & ~down
    total = _finite(f, np.where(finite, first, 0), np.where(finite, last, -1), letters)

    def mirrored(k: Any, *others: Any) -> tuple[Any, ...]:
        return f(-k, *others)

    for function, where, start in ((f, up, middle), (mirrored, down, 1 - middle)):
        places = np.flatnonzero(where & whole)
        if places.size:
            more = _endless(function, start[places], [c[places] for c in letters])
            total = total.astype(np.result_type(total, more), copy=False)
            total[places] += more
    total[~whole | ~np.isfinite(total)] = np.nan
    return np.where(backwards, -total, total)


# -- so many terms ---------------------------------------------------------------------------------


def _finite(
    f: Function, first: np.ndarray, last: np.ndarray, letters: Rows,
    reduce: Any = np.sum, combine: Any = np.add, neutral: float = 0.0,
) -> np.ndarray:  # fmt: skip
    """Rows with about the same number of terms are computed together."""
    counts = np.maximum(last - first + 1, 0)
    result = np.full(first.size, neutral)
    result[~(counts <= LONGEST)] = np.nan
    order = np.argsort(counts, kind="stable")
    order = order[(counts[order] > 0) & (counts[order] <= LONGEST)]
    while order.size:
        many = int(counts[order[-1]])
        rows = max(1, min(order.size, TOGETHER // many))
        chunk, order = order[-rows:], order[:-rows]
        of = [letter[chunk] for letter in letters]
        for start in range(0, many, TOGETHER):
            k = np.arange(start, min(start + TOGETHER, many), dtype=float)
            terms = columns(f, first[chunk, None] + k, of)
            kept = np.where(k < counts[chunk, None], terms, neutral)
            part = reduce(kept, axis=1)
            result = result.astype(np.result_type(result, part), copy=False)
            result[chunk] = combine(result[chunk], part)
    return result


# -- endless ---------------------------------------------------------------------------------------


def _endless(f: Function, first: np.ndarray, letters: Rows) -> np.ndarray:
    """From `first` upwards."""
    found = np.full(first.size, np.nan)
    waiting = np.arange(first.size)
    head = np.zeros((first.size, 0))
    for many in BLOCKS:
        of = [letter[waiting] for letter in letters]
        k = np.arange(head.shape[1], many)
        terms = np.concatenate([head, columns(f, first[waiting, None] + k, of)], axis=1)
        value, done = _geometric(terms)
        found = found.astype(np.result_type(found, value), copy=False)
        found[waiting[done]] = value[done]
        waiting, head = waiting[~done], terms[~done]
        if not waiting.size:
            return found
    for place, terms in zip(waiting, head, strict=True):
        of = [letter[place : place + 1] for letter in letters]
        found[place] = _accelerated(f, first[place], terms, of)
    return found


def _geometric(terms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The sums so far, and where the rest is below rounding: the largest of 16 terms falls by a
    steady ratio to the largest of the next 16."""
    size = np.abs(terms)
    total, whole = terms.sum(axis=1), size.sum(axis=1)
    before, last = size[:, -32:-16].max(axis=1), size[:, -16:].max(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(last > 0, last / before, 0.0)
        rest = 16 * last * ratio / (1 - ratio)
    done = (ratio < STEADIEST) & (rest <= 1e-16 * whole) & (whole > 0) & np.isfinite(whole)
    return total, done


def _accelerated(f: Function, first: float, terms: np.ndarray, letters: Rows) -> Any:
    """One sum, by the way that fits its terms; NaN where none does."""
    if not terms.any():
        far = columns(f, np.array([first + FAR]), letters)
        return 0.0 if not far.any() else np.nan
    if np.iscomplexobj(terms) or not np.isfinite(terms).all():
        return np.nan
    later = terms[len(terms) // 8 :]
    size = np.abs(later)
    falls = bool((size[1:] <= size[:-1]).all() and size[-1] < TO_ZERO * size[0])
    if falls and (later[1:] * later[:-1] < 0).all():
        values = [_alternating(terms, *shift) for shift in SHIFTS]
    elif falls and ((later > 0).all() or (later < 0).all()):
        values = [_monotone(f, first, terms, head, letters) for head in HEADS]
    else:
        return np.nan
    one, other = values
    return other if abs(one - other) <= CERTAIN * np.abs(terms[:64]).sum() else np.nan


def _alternating(terms: np.ndarray, shift: int, n: int) -> Any:
    """The first terms, and the rest by algorithm 1 of Cohen, Rodriguez Villegas and Zagier."""
    rest = np.abs(terms[shift : shift + n])
    d = (3 + np.sqrt(8)) ** n
    d = (d + 1 / d) / 2
    b, c, total = -1.0, -d, 0.0
    for k in range(n):
        c = b - c
        total += c * rest[k]
        b *= (k + n) * (k - n) / ((k + 0.5) * (k + 1))
    return terms[:shift].sum() + np.sign(terms[shift]) * total / d


def _monotone(f: Function, first: float, terms: np.ndarray, head: int, letters: Rows) -> Any:
    from scipy.integrate import nsum

    sign = np.sign(terms[head])

    def term(k: np.ndarray) -> np.ndarray:
        k = np.asarray(k, float)
        return sign * columns(f, k.reshape(1, -1), letters).reshape(k.shape)

    found = nsum(term, first + head, np.inf)
    return terms[:head].sum() + sign * found.sum if found.success else np.nan
