"""Places inside places: where the cases of a Piecewise are computed."""

from __future__ import annotations

from typing import Any, TypeVar

Place = TypeVar("Place", bound=Any)  # with `depth` and `parent`


def innermost(a: Place, b: Place) -> Place:
    """The innermost place that holds both."""
    while a is not b:
        if a.depth < b.depth:
            a, b = b, a
        assert a.parent is not None
        a = a.parent
    return a
