"""What numerical methods have in common: rows of points, and what happens where a method fails."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

ROWS = 256  # points that are computed together
Function = Callable[..., tuple[Any, ...]]
Rows = Sequence[np.ndarray]

_inside = threading.local()  # whether the method runs inside another one, which will warn


def by_rows(what: str, values: Rows, compute: Callable[[Rows], np.ndarray]) -> Any:
    """What `compute` makes of rows of doubles; in the shape and of the type of `values`.

    NaN among the values gives NaN; NaN out of others is a failure, of which the caller is warned.
    """
    strong = [value.dtype for value in values if isinstance(value, np.ndarray | np.generic)]
    kind = complex if any(map(np.iscomplexobj, values)) else float
    shape = np.broadcast_shapes(*map(np.shape, values))
    flat = [np.broadcast_to(np.asarray(v, kind), shape).reshape(-1) for v in values]
    size = flat[0].size
    known = np.ones(size, bool)
    for each in flat:
        known &= ~np.isnan(each)
    places = np.flatnonzero(known)
    result = np.full(size, np.nan)
    with _Inside() as is_outermost:
        for start in range(0, places.size, ROWS):
            chunk = places[start : start + ROWS]
            found = compute([each[chunk] for each in flat])
            result = result.astype(np.result_type(result, found), copy=False)
            result[chunk] = found
    failed = int(np.isnan(result[places]).sum())
    if failed and is_outermost:
        at = f"at {failed} of {size} points" if size > 1 else "here"
        warnings.warn(f"{what} has no certain value {at}: NaN", RuntimeWarning, stacklevel=2)
    whole = result.reshape(shape)
    if not strong:
        return whole.item() if shape == () else whole
    if np.result_type(*strong) in (np.dtype("f4"), np.dtype("c8")):
        whole = whole.astype("c8" if np.iscomplexobj(whole) else "f4")
    return whole[()]


class _Inside:
    """Whether this is the outermost method that runs in this thread."""

    def __enter__(self) -> bool:
        self.was = getattr(_inside, "now", False)
        _inside.now = True
        return not self.was

    def __exit__(self, *error: Any) -> None:
        _inside.now = self.was


def columns(f: Function, x: np.ndarray, letters: Rows) -> np.ndarray:
    """The function at a matrix of places, a row for each point."""
    value = f(x, *[letter.reshape(-1, *(1,) * (x.ndim - 1)) for letter in letters])[0]
    return np.array(np.broadcast_to(value, x.shape))  # the caller may write to it
