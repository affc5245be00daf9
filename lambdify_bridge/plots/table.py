"""The table of pictures: which kinds there are, and which operator has which."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lambdify_bridge.plots.approach import approach, partial_products, partial_sums
from lambdify_bridge.plots.areas import area
from lambdify_bridge.plots.axes import on, titled
from lambdify_bridge.plots.convergence import convergence
from lambdify_bridge.plots.curves import antiderivative, place, polynomial, result, tangent
from lambdify_bridge.plots.planes import eigenvectors, path_on_a_curve, points, quadratic_path
from lambdify_bridge.plots.values import known
from lambdify_bridge.plots.view import View

MOST_PIECES = 10_000


def of_one_variable(derivation: Any) -> bool:
    return len(derivation.problem.args) == 2


def indefinite(derivation: Any) -> bool:
    return of_one_variable(derivation) and len(derivation.problem.args[1]) == 1


def between_bounds(derivation: Any) -> bool:
    return of_one_variable(derivation) and len(derivation.problem.args[1]) == 3


def first_derivative(derivation: Any) -> bool:
    return of_one_variable(derivation) and bool(derivation.problem.args[1][1] == 1)


def in_one_letter(derivation: Any) -> bool:
    letters = derivation.problem.args[1]
    return not letters.args or len(letters) == 1


def in_the_plane(derivation: Any) -> bool:
    return len(derivation.problem.args[1]) == 2


def two_by_two(derivation: Any) -> bool:
    return bool(derivation.problem.args[0].shape == (2, 2))


def a_formula(derivation: Any) -> bool:
    found = derivation.result
    letters = [s for s in derivation.arguments if s in found.free_symbols]
    return bool(letters) and getattr(found, "is_commutative", False) and not found.is_Matrix


@dataclass(frozen=True)
class Picture:
    """A kind of picture, the operators that have it by name, and when; `draw` says what is seen."""

    kind: str
    of: tuple[str, ...]
    draw: Callable[[Any, Any, View], None]
    when: Callable[[Any], bool]


ANY = "any"

# The first row that fits is what is drawn where no kind is named.
PICTURES = (
    Picture("tangent", ("Derivative",), tangent, of_one_variable),
    Picture("area", ("Integral",), area, between_bounds),
    Picture("antiderivative", ("Integral",), antiderivative, indefinite),
    Picture("approach", ("Limit",), approach, lambda derivation: True),
    Picture("partial sums", ("Sum",), partial_sums, between_bounds),
    Picture("partial products", ("Product",), partial_products, between_bounds),
    Picture("polynomial", ("Truncated", "TaylorPolynomial"), polynomial, in_one_letter),
    Picture("place", ("ArgMax", "ArgMin"), place, lambda derivation: True),
    Picture("eigenvectors", ("Eigenvalues",), eigenvectors, two_by_two),
    Picture("path", ("QuadraticDescent",), quadratic_path, two_by_two),
    Picture("path", ("GradientDescent",), path_on_a_curve, lambda derivation: True),
    Picture("points", ("CriticalPoints", "ConstrainedExtrema"), points, in_the_plane),
    Picture("convergence", ("Derivative",), convergence, first_derivative),
    Picture("convergence", ("Integral",), convergence, between_bounds),
    Picture("result", (ANY,), result, a_formula),
)


def pictures_of(derivation: Any) -> list[Picture]:
    """The pictures that a derivation has, the one that is drawn by itself first."""
    name = type(derivation.problem).__name__
    return [p for p in PICTURES if (name in p.of or ANY in p.of) and p.when(derivation)]


def plot(
    derivation: Any,
    kind: str = "",
    axes: Any = None,
    *,
    title: str = "",
    values: Mapping[Any, float] | None = None,
    over: tuple[float, float] | None = None,
    at: Any = None,
    count: int | None = None,
) -> Any:
    """Draw a derivation; returns matplotlib's Axes. Raises ValueError, MissingExtra."""
    found = pictures_of(derivation)
    if not found:
        raise ValueError(f"there is no picture of {type(derivation.problem).__name__}")
    kinds = [p.kind for p in found]
    if kind and kind not in kinds:
        raise ValueError(f"there is no picture {kind!r} of this; write one of {', '.join(kinds)}")
    if count is not None and not (isinstance(count, int) and 1 <= count <= MOST_PIECES):
        raise ValueError(f"count={count!r}: write a whole number from 1 to {MOST_PIECES}")
    chosen = found[kinds.index(kind)] if kind else found[0]
    view = View(known(values), over, at, count)
    axes = on(axes)
    titled(axes, title)
    chosen.draw(axes, derivation, view)
    return axes
