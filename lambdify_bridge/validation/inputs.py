"""Where a function is tried: seeded inputs of several regions, in the types that it is given.

Usual ones come first, of either sign where the formula allows it; then far ones, small ones, those
beside 0 and 1, and whole numbers, where kinks are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from lambdify_bridge.arrays.points import FEW, index_ranges, sizes_of, structure_of, value
from lambdify_bridge.validation.formulas import Formula, Given

USUAL, FAR, SMALL, BESIDE, WHOLE = "usual", "far", "small", "beside", "whole"
REGIONS = (USUAL, FAR, SMALL, BESIDE, WHOLE)
CANDIDATES = 32
FAR_AWAY = (12.0, 40.0, 150.0, 1000.0)
TINY = {8: (1e-3, 1e-6, 1e-9), 4: (1e-2, 1e-3, 1e-4)}  # by the bytes of the type
CLOSE = {8: 2.0**-20, 4: 2.0**-9}
SIZES = ((3, 4, 5, 7, 6), (5, 3, 7, 4, 6), (4, 5, 3, 6, 7))
ARRAYS_FAR, ARRAYS_TINY = (30.0, 1000.0), 1e-4
SHIFTED = {8: 1e6, 4: 3e2}
Domain = Mapping[str, tuple[float, float]]


class Place(NamedTuple):
    """Inputs, the region that they are of, and the size of what is small there (1: nothing is)."""

    inputs: tuple[np.ndarray, ...]
    region: str
    size: float = 1.0


def places(formula: Formula, dtype: np.dtype, seed: int, domain: Domain) -> Iterator[Place]:
    """Candidates in the order of their regions; not all need to be of the formula's domain."""
    found = _of_arrays(formula, dtype, seed) if formula.of_arrays else _of_scalars(
        formula, dtype, seed, domain
    )  # fmt: skip
    for place in found:
        yield place._replace(inputs=tuple(in_type(x, dtype) for x in place.inputs))


def in_type(x: Any, dtype: np.dtype) -> np.ndarray:
    x = np.asarray(x)
    return x if x.dtype.kind in "bi" else x.astype(dtype)


# ------------------------------------------------------------------ scalars


class _Letter(NamedTuple):
    symbol: Any
    bounds: tuple[float, float] | None

    @property
    def whole(self) -> bool:
        return bool(self.symbol.is_integer)

    def fitting(self, x: float) -> float:
        """The value, or the nearest of another sign or size that is allowed."""
        if self.symbol.is_negative:
            x = -abs(x)
        elif self.symbol.is_nonnegative:
            x = abs(x)
        if x == 0 and self.symbol.is_zero is False:
            x = 1.0
        if self.whole:
            x = float(round(x)) or float(
                not self.symbol.is_nonnegative or bool(self.symbol.is_positive)
            )
        if self.bounds:
            x = min(max(x, self.bounds[0]), self.bounds[1])
        return x

    def usual(self, random: np.random.Generator, k: int) -> float:
        if self.bounds and np.isfinite(self.bounds).all():
            low, high = self.bounds
            x = float(random.uniform(low, high))
            return float(round(x)) if self.whole else x
        if self.whole:
            sign = -1 if k % 3 == 2 and not self.symbol.is_nonnegative else 1
            return self.fitting(sign * float(random.integers(1, 5 + k // 3)))
        size = float(random.uniform(0.1, 1.6)) * (3.0 if k % 5 == 4 else 1.0)
        return self.fitting(-size if k >= 8 and random.random() < 0.6 else size)


def _of_scalars(formula: Formula, dtype: np.dtype, seed: int, domain: Domain) -> Iterator[Place]:
    random = np.random.default_rng([seed, 1])
    letters = [
        _Letter(symbol, domain.get(symbol.name, domain.get(given.name)))
        for given in formula.arguments
        for symbol in given.symbols
    ]
    for k in range(CANDIDATES):
        yield Place(_packed(formula, [each.usual(random, k) for each in letters]), USUAL)
    for region, size, special in _specials(dtype):
        for chosen in _one_or_all(len(letters)):
            usual = [each.usual(random, 0) for each in letters]
            values = [
                each.fitting(special) if k in chosen else x
                for k, (each, x) in enumerate(zip(letters, usual, strict=True))
            ]
            yield Place(_packed(formula, values), region, size)


def _specials(dtype: np.dtype) -> Iterator[tuple[str, float, float]]:
    for far in FAR_AWAY:
        yield from ((FAR, far, far), (FAR, far, -far))
    for tiny in TINY[dtype.itemsize]:
        yield from ((SMALL, tiny, tiny), (SMALL, tiny, -tiny))
    close = CLOSE[dtype.itemsize]
    yield from ((BESIDE, 1.0, 1 + close), (BESIDE, 1.0, 1 - close))
    yield from ((WHOLE, 1.0, float(n)) for n in (0, 1, 2, -1, -2))


def _one_or_all(count: int) -> list[set[int]]:
    alone = [{k} for k in range(min(count, 4))]
    return alone if count == 1 else [*alone, set(range(count))]


def _packed(formula: Formula, values: Sequence[float]) -> tuple[np.ndarray, ...]:
    packed, start = [], 0
    for given in formula.arguments:
        entries = values[start : start + len(given.symbols)]
        start += len(given.symbols)
        x = np.array(entries).reshape(given.shape)
        whole = bool(given.symbols) and all(s.is_integer for s in given.symbols)
        packed.append(x.astype(int) if whole else x)
    return tuple(packed)


# ------------------------------------------------------------------ arrays


def _of_arrays(formula: Formula, dtype: np.dtype, seed: int) -> Iterator[Place]:
    for turn in range(9):
        kind = ("normal", "positive", "small")[turn % 3]
        yield Place(drawn(formula.arguments, kind, turn // 3, [seed, turn]), USUAL)
    for turn, scale in enumerate(ARRAYS_FAR):
        plain = drawn(formula.arguments, "normal", turn, [seed, 20 + turn])
        yield Place(_moved(formula.arguments, plain, lambda x, s=scale: s * x), FAR, scale)
    shift = SHIFTED[dtype.itemsize]
    plain = drawn(formula.arguments, "normal", 0, [seed, 24])
    yield Place(_moved(formula.arguments, plain, lambda x: x + shift), FAR, shift)
    plain = drawn(formula.arguments, "normal", 1, [seed, 25])
    yield Place(_moved(formula.arguments, plain, lambda x: ARRAYS_TINY * x), SMALL, ARRAYS_TINY)
    for turn in range(2):
        plain = drawn(formula.arguments, "normal", turn, [seed, 30 + turn])
        yield Place(_moved(formula.arguments, plain, lambda x: np.round(1.5 * x)), WHOLE)


def drawn(
    arguments: Sequence[Given], kind: str, turn: int, seed: Sequence[int]
) -> tuple[np.ndarray, ...]:
    """Random entries for every variable, of its structure."""
    random = np.random.default_rng(list(seed))
    nodes = [given.node for given in arguments]
    letters = sizes_of(nodes, 0)
    sizes = {n: SIZES[turn % len(SIZES)][k % 5] for k, n in enumerate(letters)}
    ranges = index_ranges(nodes, sizes)
    return tuple(
        value(
            g.node,
            tuple(int(n.subs(sizes)) for n in g.shape),
            random,
            kind,
            ranges.get(g.node, FEW),
        )
        for g in arguments
    )


def _moved(
    arguments: Sequence[Given], inputs: Sequence[np.ndarray], how: Any
) -> tuple[np.ndarray, ...]:
    """Other entries where no structure is declared."""
    return tuple(
        how(x) if g.shape and not structure_of(g.node) else x
        for g, x in zip(arguments, inputs, strict=True)
    )
