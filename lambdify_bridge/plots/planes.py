"""What lies in a plane: eigenvectors, a surface by its level lines, the path of an optimiser."""

from __future__ import annotations

from typing import Any

import numpy as np
from sympy import Symbol

from lambdify_bridge.plots.values import Array, function, number, put_in, range_of
from lambdify_bridge.plots.view import View

AROUND = 200
LEVELS = 24
STEPS = 20
ASIDE = 0.35  # of what the points span, added on each side
REAL = 1e-10


def eigenvectors(axes: Any, derivation: Any, view: View) -> None:
    """The circle and its image under the matrix; along eigenvectors the image is a multiple."""
    A = _numbers(derivation.problem.args[0], view)
    turn = np.linspace(0, 2 * np.pi, AROUND)
    circle = np.array([np.cos(turn), np.sin(turn)])
    axes.plot(*circle, color="0.6", label="unit circle")
    axes.plot(*(A @ circle), color="C0", label="its image")
    told = set()
    for value in derivation.result.args:
        at = complex(put_in(value, view.values))
        if abs(at.imag) > REAL * max(1.0, abs(at)) or at.real in told:
            continue
        told.add(at.real)
        for j, v in enumerate(_null_space(A - at.real * np.eye(2))):
            ends = np.stack([-v, v]).T * max(1.0, abs(at.real))
            label = f"eigenvalue {at.real:.4g}" if j == 0 else None
            axes.plot(*ends, "--", color=f"C{len(told)}", label=label)
            axes.annotate(
                "", at.real * v, (0, 0), arrowprops={"arrowstyle": "->", "color": f"C{len(told)}"}
            )
    axes.set_aspect("equal", adjustable="datalim")
    axes.legend(title=None if told else "no real eigenvector: every direction turns")


def _null_space(A: Array) -> list[Array]:
    """Unit vectors that a singular matrix takes to 0."""
    _, sizes, rows = np.linalg.svd(A)
    return [row for row, size in zip(rows, sizes, strict=True) if size <= 1e-8 * (1 + sizes[0])]


def _numbers(matrix: Any, view: View) -> Array:
    entries = [number(entry, view.values) for entry in matrix]
    return np.array(entries).reshape(matrix.shape)


def quadratic_path(axes: Any, derivation: Any, view: View) -> None:
    """The level lines of the loss, and where the steps of the optimiser lead."""
    A, b, _, _, k, _ = derivation.problem.args
    Q, c = _numbers(A, view), _numbers(b, view).ravel()
    at = _of_steps([put_in(entry, view.values) for entry in derivation.result], k)
    places = np.stack([at(n) for n in range((view.count or STEPS) + 1)])
    X, Y = _grid(places)
    Z = np.stack([X, Y], axis=-1)
    axes.contour(X, Y, np.einsum("...i,ij,...j", Z, Q, Z) / 2 - Z @ c, LEVELS, alpha=0.5)
    axes.plot(*places.T, "o-", color="C3", markersize=3, label=f"{len(places) - 1} steps")
    axes.legend()


def _of_steps(formulas: list[Any], k: Any) -> Any:
    """The place after n steps, where the number of steps is a letter."""
    if not isinstance(k, Symbol):
        raise ValueError(f"the number of steps is {k}: a path needs a letter there")
    compiled = [function(formula, k) for formula in formulas]
    return lambda n: np.array([float(f(np.array([float(n)]))[0]) for f in compiled])


def path_on_a_curve(axes: Any, derivation: Any, view: View) -> None:
    """The loss, and where the steps of the optimiser lead on it."""
    f, x, _, _, k = derivation.problem.args
    at = _of_steps([put_in(derivation.result, view.values)], k)
    steps = np.array([at(n)[0] for n in range((view.count or STEPS) + 1)])
    y = function(put_in(f, view.values), x)
    aside = ASIDE * (np.ptp(steps) or 1.0)
    places = range_of(y, view.over or (steps.min() - aside, steps.max() + aside))
    axes.plot(places, y(places), label="f")
    axes.plot(steps, y(steps), "o-", color="C3", markersize=3, label=f"{len(steps) - 1} steps")
    axes.set(xlabel=x.name)
    axes.legend()


def points(axes: Any, derivation: Any, view: View) -> None:
    """The level lines of the function, its points by kind, and the constraint if there is one."""
    f, letters, *constraints = derivation.problem.args
    height = function(put_in(f, view.values), *letters)
    found = [
        (type(p).__name__, p.args[0] if constraints else p.args)
        for p in derivation.result.args
        if type(p.args[0]).__name__ != "PointsWith"  # a curve, not a point
    ]
    places = np.array([[number(c, view.values) for c in place] for _, place in found])
    if not len(places):
        raise ValueError("there are no points to draw")
    X, Y = _grid(places)
    axes.contour(X, Y, height(X, Y), LEVELS, alpha=0.5)
    for g in constraints[0] if constraints else ():
        axes.contour(X, Y, function(put_in(g, view.values), *letters)(X, Y), [0.0], colors="0.3")
    for (kind, _), (x, y) in zip(found, places, strict=True):
        axes.plot(x, y, "o", label=_in_words(kind))
    axes.set(xlabel=letters[0].name, ylabel=letters[1].name)
    axes.legend()


def _in_words(name: str) -> str:
    """The name of a kind as words.

    >>> _in_words("SaddlePoint")
    'saddle point'
    """
    return "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()


def _grid(places: Array) -> tuple[Array, Array]:
    """A net around the points."""
    places = places[np.isfinite(places).all(axis=1)]
    low, high = places.min(axis=0), places.max(axis=0)
    aside = np.maximum(ASIDE * (high - low), 0.25 * max(1.0, float(np.ptp(places, axis=0).max())))
    x, y = (np.linspace(a, b, 160) for a, b in zip(low - aside, high + aside, strict=True))
    X, Y = np.meshgrid(x, y)
    return X, Y
