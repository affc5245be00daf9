"""Newton's method for several equations, damped, that comes to an end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from lambdify_bridge.evaluate import Number

STEPS, HALVINGS = 30, 40


def zero(
    c: Any, f: Callable[..., list[Number]], start: Sequence[Number], steps: int = STEPS
) -> tuple[Number, ...]:
    """A zero of f near the start. Raises ValueError where none is found.

    mpmath's own method halves its step for ever where f has no value there: nan is never smaller.

    >>> import mpmath
    >>> root = zero(mpmath.mp, lambda x, y: [x + y - 3, x*y - 2], (mpmath.mpf(4), mpmath.mpf(0)))
    >>> mpmath.nstr(root[0], 10), mpmath.nstr(root[1], 10)
    ('2.0', '1.0')
    """
    here = c.matrix(list(start))
    value = c.matrix(f(*here))
    size = _size(c, value)
    for _ in range(steps):
        if size <= c.eps:
            break
        step = c.lu_solve(c.jacobian(f, here), -value)
        for halved in range(HALVINGS):
            there = here + step / 2**halved
            found = c.matrix(f(*there))
            if _size(c, found) < size:
                break
        else:
            break  # no better: as near as these digits go, or stuck
        here, value, size = there, found, _size(c, found)
    if not size**2 <= 2**10 * c.eps:
        raise ValueError("Newton's method does not come to a zero")
    return tuple(here)


def _size(c: Any, values: Any) -> Number:
    return max(abs(each) for each in values) if all(map(c.isfinite, values)) else c.inf
