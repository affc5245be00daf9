"""Where an integrand has a kink, a jump, a singularity or the middle of a peak, as formulas.

An integral is split there, so that each part is smooth inside. Places that are zeros of linear or
quadratic expressions are known; the method has to be adaptive for the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy as sp

MOST = 8  # of them
STEPS = (sp.Abs, sp.sign, sp.Heaviside, sp.log)


def breaks(f: Any, x: Any) -> list[Any]:
    """
    >>> from sympy import Abs, exp
    >>> from sympy.abc import x, y
    >>> breaks(Abs(x - y) * exp(-(x - 3)**2), x)
    [3, y]
    """
    found: dict[Any, None] = {}
    for part in _delicate(f, x):
        found |= dict.fromkeys(_zeros(part, x))
    free = f.free_symbols
    places = sorted((p for p in found if p.free_symbols <= free), key=sp.default_sort_key)
    return places if len(places) <= MOST else []


def _delicate(f: Any, x: Any) -> Iterator[Any]:
    """Expressions at whose zeros the integrand may not be smooth, or that peak where they turn."""
    for node in sp.preorder_traversal(f):
        if not isinstance(node, sp.Basic) or x not in node.free_symbols:
            continue
        if isinstance(node, STEPS):
            yield node.args[0]
        elif isinstance(node, sp.exp):
            yield sp.expand(node.args[0])
        elif isinstance(node, sp.Pow) and not _is_whole(node.exp):
            yield node.base
        elif isinstance(node, sp.Max | sp.Min):
            yield from (p - q for k, p in enumerate(node.args) for q in node.args[:k])
        elif isinstance(node, sp.core.relational.Relational):
            yield node.lhs - node.rhs


def _is_whole(exponent: Any) -> bool:
    return bool(exponent.is_Integer and exponent.is_positive)


def _zeros(f: Any, x: Any) -> list[Any]:
    """Those of a linear or quadratic expression, and where the latter turns."""
    if not f.is_polynomial(x):
        return []
    polynomial = sp.Poly(f, x)
    if polynomial.degree() == 1:
        a, b = polynomial.all_coeffs()
        return [-b / a]
    if polynomial.degree() != 2:
        return []
    a, b, c = polynomial.all_coeffs()
    middle = -b / (2 * a)
    away = sp.sqrt(sp.expand(b**2 - 4 * a * c)) / (2 * a)
    zeros = [middle - away, middle + away]
    return list(dict.fromkeys(z for z in [middle, *zeros] if z.is_extended_real is not False))


def from_singular_ends(f: Any, x: Any, a: Any, b: Any) -> Any:
    """The integral from a to b, the variable counted from a bound where f is singular, or None.

    So the distance to that bound keeps its digits: 1/sqrt(y - x) from 0 to y is 1/sqrt(x).

    >>> from sympy import S, sqrt
    >>> from sympy.abc import x, y
    >>> from_singular_ends(1/sqrt(y - x), x, S(0), y)
    Integral(1/sqrt(x), (x, 0, y))
    """
    at_a, at_b = (_is_singular(f, x, bound) for bound in (a, b))
    if x in (a + b).free_symbols or not (at_b or (at_a and a != 0)):
        return None
    middle = (a + b) / 2 if at_a else a
    above = sp.Integral(f.subs(x, b - x), (x, 0, b - middle)) if at_b else 0
    if not at_a:
        return above
    return above + sp.Integral(f.subs(x, a + x), (x, 0, (middle if at_b else b) - a))


def _is_singular(f: Any, x: Any, bound: Any) -> bool:
    """Whether the base of a power or the argument of a logarithm is 0 at the bound."""
    if bound.is_infinite:
        return False
    return any(sp.expand(base.subs(x, bound)) == 0 for base in _bases(f, x))


def _bases(f: Any, x: Any) -> Iterator[Any]:
    for node in sp.preorder_traversal(f):
        if isinstance(node, sp.log) and x in node.free_symbols:
            yield node.args[0]
        elif isinstance(node, sp.Pow) and x in node.base.free_symbols and not _is_whole(node.exp):
            yield node.base


def wave(f: Any, x: Any) -> tuple[Any, Any, Any] | None:
    """g, w and p of f = g*sin(w*x + p) where nothing else of f oscillates, or None.

    >>> from sympy import cos, exp
    >>> from sympy.abc import x, y
    >>> wave(exp(-x) * cos(y * x), x)
    (exp(-x), y, pi/2)
    """
    factors = sp.Mul.make_args(f)
    waves = [g for g in factors if isinstance(g, sp.sin | sp.cos) and x in g.free_symbols]
    if len(waves) != 1 or not waves[0].args[0].is_polynomial(x):
        return None
    polynomial, rest = sp.Poly(waves[0].args[0], x), f / waves[0]
    if polynomial.degree() != 1 or any(x in g.free_symbols for g in rest.atoms(sp.sin, sp.cos)):
        return None
    w, p = polynomial.all_coeffs()
    return rest, w, p + (sp.pi / 2 if isinstance(waves[0], sp.cos) else 0)
