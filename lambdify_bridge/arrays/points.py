"""Values at which array equations are compared: small sizes, all different, and random entries.

Variables of a declared structure get values of that structure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from sympy import Expr

SIZES = (3, 4, 2, 5, 6, 7)  # of the letters, in the order in which they appear
KINDS = ("normal", "positive", "small")
FEW = 3  # indices that choose from no axis


def sizes_of(nodes: Sequence[Any], turn: int) -> dict[Any, int]:
    """A whole number for every letter of a size; `turn` picks among several assignments."""
    sizes = [n for node in nodes for n in node.shape]
    sizes += [each for node in nodes for each in node.data if isinstance(each, Expr)]
    letters = list(dict.fromkeys(letter for n in sizes for letter in _letters(n)))
    order = SIZES if turn % 2 == 0 else (5, 2, 4, 3, 7, 6)
    return {letter: order[k % len(order)] for k, letter in enumerate(letters)}


def _letters(n: Any) -> list[Any]:
    return sorted((letter for letter in n.free_symbols if letter.is_integer), key=str)


def shape_of(node: Any, sizes: dict[Any, int]) -> tuple[int, ...]:
    return tuple(int(n.subs(sizes)) for n in node.shape)


class Point(NamedTuple):
    """Values of the variables, sizes of the letters, and the generator that they came from."""

    values: dict[Any, np.ndarray]
    sizes: dict[Any, int]
    random: np.random.Generator


def candidates(nodes: Sequence[Any], seed: int, others: Sequence[Any] = ()) -> Iterator[Point]:
    """Points for the variables `nodes`, of one kind after another; `others` have sizes as well."""
    for turn in range(2 * len(KINDS)):
        random = np.random.default_rng([seed, turn])
        sizes = sizes_of((*nodes, *others), turn // len(KINDS))
        kind = KINDS[turn % len(KINDS)]
        ranges = index_ranges((*nodes, *others), sizes)
        values = {
            node: value(node, shape_of(node, sizes), random, kind, ranges.get(node, FEW))
            for node in nodes
        }
        yield Point(values, sizes, random)


def index_ranges(nodes: Iterable[Any], sizes: dict[Any, int]) -> dict[Any, int]:
    """The size of the axis that each variable of indices chooses from; the smallest of several."""
    ranges: dict[Any, int] = {}
    for node in nodes:
        if type(node).__name__ == "OneHot":
            n, variable = shape_of(node, sizes)[-1], node.args[0]
            while variable.args:  # rearranged
                variable = next(a for a in variable.args if type(a).__name__ != "Ones")
            ranges[variable] = min(n, ranges.get(variable, n))
    return ranges


def value(
    node: Any, shape: tuple[int, ...], random: np.random.Generator, kind: str, below: int = FEW
) -> np.ndarray:
    """Random entries for one variable, of its structure; indices are less than `below`."""
    if structure_of(node) == "indices":
        return np.asarray(random.integers(0, below, shape))
    entries = {
        "normal": lambda: random.standard_normal(shape),
        "positive": lambda: random.uniform(0.3, 1.7, shape),
        "small": lambda: random.uniform(-0.6, 0.6, shape),
    }[kind]()
    return structured(np.asarray(entries), structure_of(node), random)


def structure_of(node: Any) -> str:
    return str(node.data[1]) if type(node).__name__ == "Variable" else ""


def structured(x: np.ndarray, structure: str, random: np.random.Generator) -> np.ndarray:
    """An array of a structure, made of one without."""
    if structure == "positive definite":
        return x @ x.T + np.eye(len(x))
    if structure == "orthogonal":
        return np.linalg.qr(random.standard_normal(x.shape))[0]
    if structure == "one-hot":
        return np.eye(x.shape[-1])[random.integers(0, x.shape[-1], x.shape[:-1])]
    if structure == "mask":
        return (random.random(x.shape) < 0.6).astype(float)
    return in_structure(x, structure)


def in_structure(x: np.ndarray, structure: str) -> np.ndarray:
    """The projection of an array onto a linear structure: a direction that keeps it."""
    if structure in ("symmetric", "positive definite"):
        return (x + x.T) / 2
    if structure == "diagonal":
        return np.diag(np.diag(x))
    if structure == "lower triangular":
        return np.tril(x)
    return np.triu(x) if structure == "upper triangular" else x
