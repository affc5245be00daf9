"""Where a formula may do something in a narrow place: what its own numbers say of it.

exp(-(1000*x - 300)**2) is 0 to every digit but near x = 3/10, and 1/(x**2 + 10**-10) is large near
0 alone. Nodes and samples that do not know the place go by it, all of them alike. The arguments of
functions and the bases of powers that are polynomials tell: their roots and lowest points, and how
wide they are there.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from sympy import Basic, Expr, Symbol

from lambdify_bridge.evaluate import Evaluator, Number, Undecided, Undefined, is_real
from lambdify_bridge.nodes import nodes

NARROW = 0.04  # of the range, or of the distance from the origin
MOST = 8
HIGHEST = 8  # degree of a polynomial whose roots are looked for
WAVES = {"sin", "cos", "tan", "sec", "csc", "cot"}
Place = tuple[float, float]  # where, and how wide


def narrow_places(at: Evaluator, x: Symbol, function: Basic, a: Number, b: Number) -> list[Number]:
    """Places inside (a, b) to cut a range at, so that no peak lies between two nodes; often none.

    Where one is narrow all are given: next to it, the others are far away.
    """
    inside = [(p, w) for p, w in places(at, x, function) if a < p < b]
    if not any(_is_narrow(p, w, float(a), float(b)) for p, w in inside):
        return []
    narrowest = sorted(dict(inside).items(), key=lambda place: place[1])[:MOST]
    return [at.ctx.mpf(p) for p, _ in sorted(narrowest)]


def _is_narrow(place: float, width: float, a: float, b: float) -> bool:
    around = b - a if np.isfinite(b - a) else max(1.0, *(abs(place - e) for e in _ends(a, b)))
    return width < NARROW * around


def _ends(a: float, b: float) -> list[float]:
    return [end for end in (a, b) if np.isfinite(end)] or [0.0]


def places(at: Evaluator, x: Symbol, function: Basic) -> list[Place]:
    """Roots and lowest points of the polynomials of x that its functions and powers are of."""
    found: list[Place] = []
    for coefficients in _polynomials(function, x):
        try:
            values = [at(c) for c in coefficients]
        except (Undefined, Undecided):
            continue
        if all(is_real(v) and at.ctx.isfinite(v) for v in values):
            found += _of(np.array([float(at.ctx.re(v)) for v in values]))
    return sorted(set(found))


def _of(polynomial: Any) -> list[Place]:
    """The first coefficient belongs to the highest power."""
    if not np.isfinite(polynomial).all() or polynomial[0] == 0:
        return []
    slope: Any = np.polyder(polynomial)
    roots = [(r.real, _width(r, slope)) for r in np.roots(polynomial)]
    if len(polynomial) > 2:
        bend: Any = np.polyder(slope)
        flat = [r.real for r in np.roots(slope) if abs(r.imag) <= 1e-9 * (1 + abs(r))]
        roots += [(r, 1 / np.sqrt(max(float(abs(np.polyval(bend, r))), 1e-300))) for r in flat]
    return [(float(p), float(w)) for p, w in roots if np.isfinite(p) and w > 0]


def _width(root: complex, slope: Any) -> float:
    if abs(root.imag) > 1e-12 * (1 + abs(root)):
        return float(abs(root.imag))
    return 1 / max(float(abs(np.polyval(slope, root.real))), 1e-300)


@lru_cache(maxsize=1000)
def _polynomials(function: Basic, x: Symbol) -> tuple[tuple[Expr, ...], ...]:
    """The coefficients of the polynomials, each once."""
    found: dict[tuple[Expr, ...], None] = {}
    for part in (part for node in nodes(function) for part in _parts(node)):
        polynomial = part.as_poly(x) if x in part.free_symbols else None
        if polynomial is not None and polynomial.gens == (x,) and polynomial.degree() <= HIGHEST:
            found[tuple(polynomial.all_coeffs())] = None
    return tuple(found)


def _parts(node: Any) -> list[Any]:
    """What the value of a function or a power hangs on, where it does not swing."""
    if node.is_Pow:
        base, exponent = node.args
        whole = exponent.is_Integer and exponent > 0
        return [exponent] if whole else [base, exponent]
    if node.is_Relational:
        return [node.args[0] - node.args[1]]
    if node.is_Function and type(node).__name__ not in WAVES | {"Piecewise"}:
        return [arg for arg in node.args if isinstance(arg, Expr)]
    return []
