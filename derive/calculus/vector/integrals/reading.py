"""What is handed in: curves, surfaces and regions by their coordinates, ranges of parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sympy import Basic, Rational, Symbol, Tuple

from derive.asked import in_order, letter, place
from derive.calculus.integrals.integrate import exact, holding_somewhere
from derive.calculus.vector.integrals.operators import (
    OverParameters,
    parameters,
)
from derive.calculus.vector.integrals.parametric import TABLES
from derive.calculus.vector.reading import field, formula, values_of
from derive.core import Derivation
from derive.engine import Budget, search
from derive.rules import RuleTable
from derive.structure import depends_on

Ranges = Sequence[Any]
Region = Mapping[str, Any] | str


COORDINATES: dict[str, dict[str, str]] = {
    "polar": {"x": "r*cos(theta)", "y": "r*sin(theta)"},
    "cylindrical": {"x": "r*cos(theta)", "y": "r*sin(theta)", "z": "z"},
    "spherical": {
        "x": "r*sin(phi)*cos(theta)", "y": "r*sin(phi)*sin(theta)", "z": "r*cos(phi)",
    },
}  # fmt: skip


def ranges(given: Any, count: int, within: Basic) -> Tuple:
    """One range (t, a, b) or a list of them, the innermost first. Raises ValueError."""
    listed = given if isinstance(given, (list, tuple, Tuple)) else [given]
    if len(listed) == 3 and not isinstance(listed[0], (list, tuple, Tuple)):
        listed = [listed]
    if len(listed) != count or any(not isinstance(one, (list, tuple, Tuple)) for one in listed):
        word = "one range" if count == 1 else f"a list of {count} ranges"
        raise ValueError(f"write {word}, each as ['t', 0, 1]; the innermost first")
    found = [_range(one, within) for one in listed]
    names = [x for x, _, _ in found]
    if len(set(names)) < len(names):
        raise ValueError("a parameter has two ranges")
    for k, (x, *ends) in enumerate(found):
        for end in ends:
            if any(depends_on(end, inner) for inner in names[: k + 1]):
                raise ValueError(f"{x} up to {end}: write this range before those that it needs")
    return Tuple(*(Tuple(*one) for one in found))


def _range(one: Sequence[Any], within: Basic) -> tuple[Any, ...]:
    if len(one) != 3:
        raise ValueError(f"{tuple(one)} is no range: write ['t', 0, 1]")
    name, *ends = one
    low, high = (exact(place(end)) for end in ends)
    if low.is_infinite or high.is_infinite:
        raise ValueError(f"the range of {name} ends: {low} to {high} does not")
    return letter(name, within), low, high


def with_signs(goal: OverParameters) -> OverParameters:
    """Parameters that begin at 0 or above are not negative; a letter that one of these ends at, or
    a range from minus the letter to the letter, is positive."""
    limits = goal.args[-1]
    begun = [limit.args for limit in limits if limit.args[1].is_nonnegative]
    known: dict[Basic, Basic] = {
        x: Symbol(x.name, nonnegative=True) for x, _, _ in begun if _is_plain(x)
    }
    even = [limit.args for limit in limits if limit.args[1] == -limit.args[2]]
    ends = [high for _, _, high in begun + even if high.is_Symbol and _is_plain(high)]
    fixed = [end for end in ends if end not in parameters(limits)]
    known |= {end: Symbol(end.name, positive=True) for end in fixed}
    return goal.func(*(part.xreplace(known) for part in goal.args))


SHARES = (0.01, 0.31, 0.47, 0.73, 0.99)  # of each range, where the ranges within it are looked at


def upward(limits: Tuple) -> Tuple:
    """The ranges, none of which is seen to run downwards. Raises ValueError.

    >>> from sympy.abc import u, v
    >>> upward(Tuple(Tuple(v, 0, 1 - u), Tuple(u, 0, 1)))
    ((v, 0, 1 - u), (u, 0, 1))
    """
    for share in SHARES:
        there: dict[Basic, Basic] = {}
        for x, low, high in reversed(limits.args):
            a, b = low.subs(there), high.subs(there)
            if (b - a).is_negative:
                raise ValueError(f"{x} runs from {low} down to {high}: write the lower end first")
            there[x] = a + (b - a) * Rational(str(share))
    return limits


def _is_plain(x: Symbol) -> bool:
    return x.is_extended_real is None


def worked_out(
    goal: Basic,
    timeout: float,
    tables: Mapping[type, RuleTable] = TABLES,
    only: frozenset[str] | None = None,
) -> Derivation:
    root = search(goal, tables, Budget(seconds=timeout), only)
    return holding_somewhere(Derivation(root, goal, arguments=in_order(goal)))


def image(along: Any, within: Basic) -> tuple[Tuple, Tuple]:
    """Coordinates and what they are, from `{"x": "r*cos(t)", ...}` or the name of a system."""
    if isinstance(along, str):
        if along not in COORDINATES:
            raise ValueError(f"{along!r} is none of {', '.join(COORDINATES)}: write {{'x': ...}}")
        along = COORDINATES[along]
    letters, values = values_of(along, within)
    for x, own in zip(letters, values, strict=True):
        if own != x and any(depends_on(value, x) for value in values):
            raise ValueError(f"{x} is a coordinate: name the parameters otherwise")
    return letters, values


def function_or_field(f: Any) -> Basic:
    return field(f) if isinstance(f, (list, tuple, Tuple)) else formula(f)


def as_many_components(F: Basic, letters: Tuple) -> None:
    if isinstance(F, Tuple) and len(F) != len(letters):
        raise ValueError(f"the field has {len(F)} components, for {len(letters)} letters")
