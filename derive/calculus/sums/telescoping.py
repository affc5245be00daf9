"""Sums that telescope: neighbours that cancel, partial fractions, Gosper's algorithm, by parts."""

from __future__ import annotations

from itertools import pairwise

from sympy import (
    Add,
    Dummy,
    Expr,
    Mul,
    Poly,
    S,
    Symbol,
    apart,
    binomial,
    cancel,
    expand_log,
    factor,
    factorial,
    harmonic,
    linsolve,
    log,
    oo,
    simplify,
    sqrt,
    symbols,
    together,
)
from sympy.polys.polyerrors import PolynomialError

from derive.calculus.sums.operators import Rules, far_out, linear_factors, ratio
from derive.rules import Outcome, Rewrite
from derive.structure import depends_on, sigma

x = Symbol("x")
k, n = Symbol("k", integer=True), Symbol("n", integer=True)
T = Symbol("T")
RULES = Rules()
GOSPER = Rules()
PARTS = Rules()
LONGEST_SHIFT = 12
HIGHEST_DEGREE = 12


# ------------------------------------------------------------------ neighbours that cancel


@RULES.finite("telescoping sum", example=sigma(sqrt(k + 1) - sqrt(k), k, 1, n), on=Add)
def telescoping(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """The terms are T(k + 1) - T(k): neighbours cancel, and T at the ends is left."""
    found = antidifference(f, k)
    if found is None:
        return None
    return Rewrite(found.subs(k, b + 1) - found.subs(k, a), where=((T, found),))


@RULES.infinite("telescoping series", example=sigma(1 / k - 1 / (k + 2), k, 1, oo), on=Add)
def telescoping_series(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """The terms are T(k + 1) - T(k): the limit of T is left, minus T at the start."""
    found = antidifference(f, k)
    return _to_infinity(found, k, a) if found is not None else None


def _to_infinity(found: Expr, k: Symbol, a: Expr) -> Rewrite:
    return Rewrite(far_out(found, k) - found.subs(k, a), where=((T, found),))


def antidifference(f: Expr, k: Symbol) -> Expr | None:
    """T with T(k + 1) - T(k) = f(k), where f adds up the same function at shifted places.

    >>> from sympy.abc import k
    >>> antidifference(1/k - 1/(k + 2), k)
    -1/(k + 1) - 1/k
    """
    terms = [term.as_independent(k, as_Add=False) for term in Add.make_args(f)]
    shapes: list[tuple[Expr, list[tuple[Expr, int]]]] = []
    for c, g in terms:
        for shape, members in shapes:
            shift = _shift(g, shape, k)
            if shift is not None:
                members.append((c, shift))
                break
        else:
            shapes.append((g, [(c, 0)]))
    parts = [_within(shape, members, k) for shape, members in shapes]
    return None if None in parts else Add(*parts)


def _shift(g: Expr, shape: Expr, k: Symbol) -> int | None:
    """s with g(k) = shape(k + s)."""
    for s in range(-LONGEST_SHIFT, LONGEST_SHIFT + 1):
        if _same(g, shape.subs(k, k + s)):
            return s
    return None


def _same(a: Expr, b: Expr) -> bool:
    if a == b or type(a) is not type(b) or a.is_Add:
        return bool(a == b or (a.is_Add and b.is_Add and (a - b).expand() == 0))
    pairs = zip(a.args, b.args, strict=False)
    return len(a.args) == len(b.args) and all((u - v).expand() == 0 for u, v in pairs)


def _within(shape: Expr, members: list[tuple[Expr, int]], k: Symbol) -> Expr | None:
    """The antidifference of a sum of c*shape(k + s) whose coefficients add up to 0."""
    if simplify(Add(*(c for c, _ in members))) != 0:
        return None
    lowest = min(s for _, s in members)
    terms = (c * shape.subs(k, k + j) for c, s in members for j in range(lowest, s))
    return Add(*terms)


@RULES.any("logarithm of a quotient", example=sigma(log(1 + 1 / k), k, 1, n))
def logarithms_apart(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """The logarithm of a quotient is a difference of logarithms."""
    if not isinstance(f, log) or not f.args[0].is_rational_function(k):
        return None
    above, below = factor(together(f.args[0])).as_numer_denom()
    parts = expand_log(log(above), force=True) - expand_log(log(below), force=True)
    return sigma(parts, k, a, b) if antidifference(parts, k) is not None else None


@RULES.any("partial fractions", example=sigma(1 / (k * (k + 2)), k, 1, oo))
def partial_fractions(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """Partial fractions whose neighbours cancel."""
    parts = in_fractions(f, k)
    if parts is None or antidifference(parts, k) is None:
        return None
    return sigma(parts, k, a, b)


def in_fractions(f: Expr, k: Symbol) -> Expr | None:
    """A rational function in partial fractions, where that makes it a sum."""
    if not f.is_rational_function(k) or f.is_polynomial(k):
        return None
    try:
        parts = apart(f, k)
    except (PolynomialError, NotImplementedError):
        return None
    return parts if parts.is_Add and parts != f else None


# ------------------------------------------------------------------ Gosper's algorithm


@GOSPER.finite("Gosper's algorithm", example=sigma(k * factorial(k), k, 1, n))
def gosper_sum(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """Gosper's algorithm finds T with terms T(k + 1) - T(k): T at the ends is left."""
    found = gosper(f, k)
    if found is None or _may_break(found, f, k, a):
        return None
    return Rewrite(simplify(found.subs(k, b + 1)) - found.subs(k, a), where=((T, found),))


@GOSPER.infinite("Gosper's algorithm, infinite", example=sigma(k / factorial(k + 1), k, 1, oo))
def gosper_series(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """Gosper's algorithm finds T with terms T(k + 1) - T(k): its limit is left, minus the start."""
    found = gosper(f, k)
    if found is None or _may_break(found, f, k, a):
        return None
    return _to_infinity(found, k, a)


def _may_break(found: Expr, f: Expr, k: Symbol, a: Expr) -> bool:
    """Whether T may have a pole at one of the places, where f is 0: then nothing cancels there."""
    multiple = simplify(found / f)
    below = multiple.as_numer_denom()[1] if multiple.is_rational_function(k) else S.One
    if not depends_on(below, k):
        return False
    roots_known = linear_factors(below, k)
    if roots_known is None:
        return bool(Poly(below, k).ground_roots())
    places = [-shift for shift in roots_known[1]]
    return any(p.is_integer is not False and not (a - p).is_positive for p in places)


def gosper(f: Expr, k: Symbol) -> Expr | None:
    """T with T(k + 1) - T(k) = f(k), a rational multiple of f; None where there is none.

    Petkovsek, Wilf and Zeilberger, A = B (1996), chapter 5.

    >>> from sympy.abc import k
    >>> gosper(k*factorial(k), k)
    factorial(k)
    """
    r = ratio(f, k)
    if r is None or not r.is_rational_function(k):
        return None
    p, q, c = _gosper_form(r, k)
    x = _polynomial_solution(p, q, c, k)
    if x is None:
        return None
    multiple = factor(cancel(q.subs(k, k - 1) * x / c))
    return _absorbed(multiple, f, k)


def _absorbed(multiple: Expr, f: Expr, k: Symbol) -> Expr:
    """A rational multiple of f, in the shorter of its forms."""
    found = multiple * f
    return min((found, simplify(found)), key=lambda form: form.count_ops())


def _gosper_form(r: Expr, k: Symbol) -> tuple[Expr, Expr, Expr]:
    """p, q, c with r = p/q * c(k + 1)/c(k), where no q(k + h) shares a factor with p(k)."""
    above, below = cancel(r).as_numer_denom()
    p, q, c = Poly(above, k), Poly(below, k), S.One
    while True:
        found = _shared(p, q, k)
        if found is None:
            return p.as_expr(), q.as_expr(), c
        g, h = found
        p, q = p.quo(g), q.quo(g.compose(Poly(k - h, k)))
        c *= Mul(*(g.as_expr().subs(k, k - j) for j in range(1, h + 1)))


def _shared(p: Poly, q: Poly, k: Symbol) -> tuple[Poly, int] | None:
    """A factor g(k) of p for which g(k - h), h >= 0, is a factor of q."""
    for g, _ in p.factor_list()[1]:
        for other, _ in q.factor_list()[1]:
            h = _distance(g, other, k)
            if h is not None and h >= 0:
                return g, h
    return None


def _distance(g: Poly, other: Poly, k: Symbol) -> int | None:
    """h with other(k + h) = const*g(k)."""
    d = g.degree()
    if d == 0 or other.degree() != d:
        return None
    first, second = (cancel(u.nth(d - 1) / u.LC()) for u in (g, other))
    h = cancel((first - second) / d)
    if not h.is_Integer:
        return None
    moved = other.compose(Poly(k + h, k))
    same = cancel(moved.as_expr() / g.as_expr())
    return int(h) if not depends_on(same, k) else None


def _polynomial_solution(p: Expr, q: Expr, c: Expr, k: Symbol) -> Expr | None:
    """The polynomial x with p(k)*x(k + 1) - q(k - 1)*x(k) = c(k), by undetermined coefficients."""
    lower = q.subs(k, k - 1).expand()
    degree = _degree_bound(Poly(p, k), Poly(lower, k), Poly(c, k))
    if degree is None or degree > HIGHEST_DEGREE:
        return None
    letters = symbols(f"_c:{degree + 1}", cls=Dummy)
    x = Add(*(letter * k**j for j, letter in enumerate(letters)))
    rest = Poly((p * x.subs(k, k + 1) - lower * x - c).expand(), k)
    return _solved(x, rest.all_coeffs(), letters)


def _solved(x: Expr, equations: list[Expr], letters: tuple[Symbol, ...]) -> Expr | None:
    found = list(linsolve(equations, *letters))
    if not found:
        return None
    free = dict.fromkeys(letters, S.Zero)
    solution = x.subs(dict(zip(letters, found[0], strict=True))).subs(free)
    return solution if solution != 0 else None


def _degree_bound(p: Poly, q: Poly, c: Poly) -> int | None:
    plus, minus = p + q, p - q
    if minus.degree() >= plus.degree():
        bound = c.degree() - minus.degree()
        return bound if bound >= 0 else None
    d = plus.degree()
    if d == 0:
        return int(c.degree()) + 1
    bounds = [c.degree() - d + 1]
    special = cancel(-2 * minus.nth(d - 1) / plus.LC())
    if special.is_Integer:
        bounds.append(int(special))
    return max(bounds) if max(bounds) >= 0 else None


# ------------------------------------------------------------------ summation by parts


@PARTS.finite("summation by parts", example=sigma(k * harmonic(k), k, 1, n), on=(Mul, harmonic))
def by_parts(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """With P(k + 1) - P(k) = p(k), p*H adds up to P*H at the ends, less the sum of P(k)/k."""
    H = harmonic(k)
    p = Mul(*(part for part in Mul.make_args(f) if part != H))
    if p.has(harmonic) or not p.is_polynomial(k):
        return None
    P = factor(_polynomial_antidifference(p, k))
    ends = P.subs(k, b + 1) * harmonic(b) - P.subs(k, a) * harmonic(a - 1)
    inside = cancel(P / k)
    return Rewrite(ends - sigma(inside, k, a, b), where=((Symbol("P"), P),))


def _polynomial_antidifference(p: Expr, k: Symbol) -> Expr:
    """P with P(k + 1) - P(k) = p(k) and P(0) = 0: in binomial coefficients, one step higher."""
    values = [p.subs(k, j) for j in range(Poly(p, k).degree() + 1)]
    total: Expr = S.Zero
    for j in range(len(values)):
        total += values[0] * binomial(k, j + 1).expand(func=True)
        values = [b - a for a, b in pairwise(values)]
    return total.expand()


__all__ = ["GOSPER", "PARTS", "RULES", "antidifference", "gosper", "in_fractions"]
