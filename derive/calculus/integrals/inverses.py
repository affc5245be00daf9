"""Inverse circular and hyperbolic functions: exponentials of them are algebraic, and what else
holds one becomes a circular or hyperbolic integral when it is the new variable. The same change of
variable is trigonometric substitution where the integrand holds a root of a quadratic."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from sympy import (
    Add,
    Expr,
    Function,
    Integral,
    Pow,
    Rational,
    Symbol,
    acos,
    acosh,
    acot,
    acoth,
    acsc,
    acsch,
    asec,
    asech,
    asin,
    asinh,
    atan,
    atanh,
    cancel,
    cos,
    cosh,
    cot,
    coth,
    csc,
    csch,
    default_sort_key,
    exp,
    sec,
    sech,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)

from derive.calculus.integrals.operators import Rules, linear, nonzero, size, substitution
from derive.calculus.integrals.operators import antiderivative as Int
from derive.rules import Outcome, Rewrite
from derive.structure import depends_on, fresh

x = Symbol("x")
ALGEBRA = Rules()
RULES = Rules()
LARGE = 80


# ------------------------------------------------------------------ exponentials of inverses


@ALGEBRA.indefinite(
    "exponential of an inverse hyperbolic function", example=Integral(exp(atanh(x)), x)
)
def exponential_of_inverse(f: Expr, x: Symbol) -> Outcome:
    """Inverse hyperbolic functions are logarithms: their exponentials are algebraic."""
    changes = {}
    for node in f.atoms(exp):
        new = _algebraic(node.args[0]) if depends_on(node, x) else None
        if new is not None:
            changes[node] = new
    return Int(f.xreplace(changes), x) if changes else None


def _algebraic(exponent: Expr) -> Expr | None:
    """exp(k*g(v) + rest) without g."""
    for term in Add.make_args(exponent):
        k, g = term.as_independent(*LOGARITHMIC, as_Add=False)
        if isinstance(g, (atanh, acoth)):
            (v,) = g.args
            base = (1 + v) ** (k / 2) * (1 - v) ** (-k / 2)
            if isinstance(g, acoth):
                base = ((v + 1) / (v - 1)) ** (k / 2)
        elif isinstance(g, (asinh, acosh)) and k.is_Integer:
            (v,) = g.args
            base = (v + sqrt(v**2 + 1 if isinstance(g, asinh) else v**2 - 1)) ** k
        else:
            continue
        return base * exp(exponent - term)
    return None


LOGARITHMIC = (atanh, acoth, asinh, acosh)


# ------------------------------------------------------------------ the inverse as new variable


class Change(NamedTuple):
    """v = outer(u) for u = inverse(v): dv/du, and what a quadratic in v becomes."""

    inverse: type
    outer: Callable[[Expr], Expr]
    slope: Callable[[Expr], Expr]
    square: Callable[[Expr], Expr]  # the quadratic that the change turns into a square ...
    root: Callable[[Expr], Expr]  # ... of this,
    positive: bool = True  # which is positive for these u


# fmt: off
CHANGES = (
    Change(asin,  sin,  cos,                     lambda v: 1 - v**2, cos),
    Change(acos,  cos,  lambda u: -sin(u),       lambda v: 1 - v**2, sin),
    Change(atan,  tan,  lambda u: sec(u)**2,     lambda v: 1 + v**2, sec),
    Change(asinh, sinh, cosh,                    lambda v: 1 + v**2, cosh),
    Change(acosh, cosh, sinh,                    lambda v: v**2 - 1, sinh),
    Change(atanh, tanh, lambda u: sech(u)**2,    lambda v: 1 - v**2, sech),
    Change(acoth, coth, lambda u: -csch(u)**2,   lambda v: v**2 - 1, csch, False),
    Change(acot,  cot,  lambda u: -csc(u)**2,    lambda v: 1 + v**2, csc, False),
    Change(asec,  sec,  lambda u: sec(u)*tan(u), lambda v: v**2 - 1, tan, False),
    Change(acsc,  csc,  lambda u: -csc(u)*cot(u), lambda v: v**2 - 1, cot, False),
    Change(asech, sech, lambda u: -sech(u)*tanh(u), lambda v: 1 - v**2, tanh),
    Change(acsch, csch, lambda u: -csch(u)*coth(u), lambda v: 1 + v**2, coth, False),
)
# fmt: on
BY_INVERSE = {change.inverse: change for change in CHANGES}


@RULES.indefinite("substitute the inverse function", example=Integral(exp(asin(x)), x))
def substitute_inverse(f: Expr, x: Symbol) -> Iterator[Rewrite]:
    """Take the inverse function as the new variable: the others become circular or hyperbolic."""
    nodes = [n for n in f.atoms(*BY_INVERSE) if depends_on(n, x)]
    if len(nodes) != 1 or size(f) > LARGE:
        return
    (node,) = nodes
    yield from _changed(f, x, BY_INVERSE[type(node)], node.args[0])


def _changed(f: Expr, x: Symbol, change: Change, v: Expr) -> Iterator[Rewrite]:
    """f dx with v, linear in x, as outer(u)."""
    line = linear(v, x)
    if line is None:
        return
    (a, b), u = line, fresh("u", f, x)
    inner = change.inverse(v)
    h = _in_angle(f.xreplace({inner: u}), x, change, v, u)
    if h is None:
        return
    h = _upright(h.subs(x, (change.outer(u) - b) / a) * change.slope(u))
    if not depends_on(h, x):
        Iu, letters = substitution(h, u, inner, x)
        yield Rewrite(Iu / a, nonzero(a), where=letters)


def _in_angle(f: Expr, x: Symbol, change: Change, v: Expr, u: Symbol) -> Expr | None:
    """Powers of the quadratic as powers of one function of u; None where other roots are left."""
    square, changes = change.square(v).expand(), {}
    for p in sorted(f.atoms(Pow), key=default_sort_key):
        if not depends_on(p.base, x) or p.base == v or depends_on(p.exp, x):
            continue
        c = cancel(p.base / square)
        if not depends_on(c, x):
            whole = p.exp.is_Integer or (c.is_positive and change.positive)
            changes[p] = c**p.exp * change.root(u) ** (2 * p.exp) if whole else None
        elif not p.exp.is_Integer:
            return None
    return None if None in changes.values() else f.xreplace(changes)


RECIPROCAL = {sec: cos, csc: sin, sech: cosh, csch: sinh, cot: tan, coth: tanh}


def _upright(h: Expr) -> Expr:
    """Negative powers of secants and their like as powers of the functions below them."""
    down = [p for p in h.atoms(Pow) if type(p.base) in RECIPROCAL and p.exp.is_negative]
    return h.xreplace({p: RECIPROCAL[type(p.base)](p.base.args[0]) ** -p.exp for p in down})


@RULES.indefinite(
    "trigonometric substitution",
    example=Integral(1 / (x**2 * (4 - x**2) ** Rational(3, 2)), x),
    on_request=True,
)
def trigonometric_substitution(f: Expr, x: Symbol) -> Iterator[Rewrite]:
    """The legs of a right triangle: the root of a quadratic becomes one circular function."""
    for p in sorted(f.atoms(Pow), key=default_sort_key):
        if p.exp.is_Rational and p.exp.q == 2:
            for change, v in _triangles(p.base, x):
                yield from _changed(f, x, change, v)


def _triangles(q: Expr, x: Symbol) -> Iterator[tuple[Change, Expr]]:
    """The changes of variable that make the quadratic q a square."""
    if not q.is_polynomial(x) or q.as_poly(x).degree() != 2:
        return
    a, b, c = q.as_poly(x).all_coeffs()
    d = cancel(c - b**2 / (4 * a))  # q = a*(x + b/(2*a))**2 + d
    shifted = x + b / (2 * a)
    if d.is_positive is False and a.is_positive is False:
        return
    for change, ratio in ((BY_INVERSE[asin], -a / d), (BY_INVERSE[asinh], a / d),
                          (BY_INVERSE[acosh], -a / d)):  # fmt: skip
        usable = d.is_positive if change.inverse is not acosh else d.is_negative
        if usable and cancel(ratio).is_positive:
            yield change, sqrt(cancel(ratio)) * shifted


def in_the_triangle(expression: Expr) -> Expr:
    """Functions of inverse functions read off the right triangle: sin(2*asin(v)) = 2*v*sqrt(...).

    >>> in_the_triangle(sin(2*asin(x)))
    2*x*sqrt(1 - x**2)
    """
    changes = {}
    for node in expression.atoms(Function):
        if isinstance(node, (sin, cos, tan, sinh, cosh, tanh)) and node.has(*BY_INVERSE):
            new = node.expand(trig=True, func=False)
            if new != node and not new.has(*(type(g) for g in node.args[0].atoms(*BY_INVERSE))):
                changes[node] = new
    return expression.xreplace(changes)
