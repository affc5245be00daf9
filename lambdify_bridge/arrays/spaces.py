"""Results of array functions: memory of their own, and memory that calls leave to one another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from lambdify_bridge.backends.numpy import compile_source
from lambdify_bridge.backends.numpy_buffers import Buffered, Memory, buffered
from lambdify_bridge.program import Program

MANY = 4096  # entries of the arguments from which on memory is worth the care


class Spaces:
    """A program run in memory that its calls reuse; two at the same time never have the same."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._idle: dict[Any, list[Any]] = {}  # by the last sizes and precision

    @cached_property
    def code(self) -> Buffered:
        return buffered(self.program)

    @cached_property
    def function(self) -> Callable[..., tuple[Any, ...]]:
        return compile_source(self.code.source)

    def results(
        self, arrays: Sequence[Any], sizes: Mapping[Any, int], kind: Any, out: Any
    ) -> list[Any]:
        """The results, in `out` where that is given. Raises ValueError where it does not fit."""
        key = (*sizes.values(), kind)
        if key not in self._idle:
            self._idle = {key: []}
        idle = self._idle.get(key, [])
        try:
            shapes, space = idle.pop()
        except IndexError:
            shapes = [_whole(memory.shape, sizes) for memory in self.code.results]
            space = [_empty(memory, sizes, kind) for memory in self.code.spaces]
        own = listed(out, len(shapes))
        target, taken = list[Any](), list(arrays)
        for given, shape, writes in zip(own, shapes, self.code.writes, strict=True):
            target.append(_target(given, shape, kind, taken) if writes else None)
            taken += [target[-1]] * writes
        found = of_their_own(self.function(*arrays, target, space), arrays, kind, [*space], target)
        idle.append((shapes, space))
        return written(found, own)


def _whole(shape: Sequence[Any], sizes: Mapping[Any, int]) -> tuple[int, ...]:
    return tuple([int(n.xreplace(sizes)) for n in shape])


def _empty(memory: Memory, sizes: Mapping[Any, int], kind: Any) -> np.ndarray:
    return np.empty(_whole(memory.shape, sizes), bool if memory.is_mask else kind)


def _target(given: Any, shape: tuple[int, ...], kind: Any, arrays: Sequence[Any]) -> np.ndarray:
    """The array that a result is computed in: the given one, unless others are in its memory."""
    fits = given is not None and given.shape == shape and given.dtype == kind
    return given if fits and _is_apart(given, arrays) else np.empty(shape, kind)


def _is_apart(given: np.ndarray, others: Sequence[np.ndarray]) -> bool:
    """Whether it surely shares no memory with others: two that own theirs do not."""
    if given.base is None:
        others = [each for each in others if each.base is not None or each is given]
    return not others or not any(np.may_share_memory(given, each) for each in others)


def listed(out: Any, many: int) -> Sequence[Any]:
    """An array for each result, None for a new one. Raises ValueError for more or fewer."""
    if out is None:
        return [None] * many
    own = list(out) if isinstance(out, tuple | list) else [out]
    if len(own) != many:
        raise ValueError(f"`out` holds {len(own)} arrays for {many} results: None is a new one")
    if not all([each is None or isinstance(each, np.ndarray) for each in own]):  # noqa: C419
        raise TypeError("`out` holds arrays, and None for new ones")
    return own


def written(found: Sequence[Any], own: Sequence[Any]) -> list[Any]:
    """The results, those with an array of their own in it. Raises ValueError where it is no fit."""
    results = []
    for k, (result, given) in enumerate(zip(found, own, strict=True)):
        if given is not None and given is not result:
            if given.shape != np.shape(result) or given.dtype != result.dtype:
                raise ValueError(
                    f"result {k} is of shape {np.shape(result)} and type {result.dtype}, its array "
                    f"in `out` of shape {given.shape} and type {given.dtype}"
                )
            given[...] = result
        results.append(result if given is None else given)
    return results


def of_their_own(
    results: Sequence[Any],
    arguments: Sequence[Any],
    kind: Any,
    shared: Sequence[Any] = (),
    written: Sequence[Any] = (),
) -> list[np.ndarray]:
    """The results as arrays that share memory with nothing; those that do already stay."""
    taken = {id(each) for each in (*arguments, *shared)}
    own = []
    for k, result in enumerate(results):
        is_written = k < len(written) and result is written[k] and id(result) not in taken
        new = isinstance(result, np.ndarray) and result.base is None and id(result) not in taken
        stays = is_written or (new and result.dtype == kind)
        own.append(result if stays else np.array(result, kind))
        taken.add(id(result))
    return own


def kinds_of(arrays: Sequence[Any]) -> set[str]:
    """The letters of floating types: a type itself takes NumPy long to hash."""
    return {each.dtype.char for each in arrays if each.dtype.kind == "f"}


def common(kinds: set[str]) -> np.dtype:
    """The precision of the arguments; indices have none."""
    return np.result_type(*kinds) if kinds else np.dtype(float)
