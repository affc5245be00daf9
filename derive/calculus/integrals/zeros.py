"""The zeros of a function on an interval, all of them and exactly, or a refusal.

What a definite integral must not step over: `zeros(u, x, a, b)` lists every real zero in [a, b],
or raises Unknown. Bounds with letters stand for the whole line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sympy import (
    Abs,
    Expr,
    Mul,
    Poly,
    Pow,
    S,
    Symbol,
    acos,
    asin,
    asinh,
    atan,
    cancel,
    ceiling,
    cos,
    cosh,
    cot,
    default_sort_key,
    erf,
    exp,
    floor,
    log,
    oo,
    pi,
    sec,
    sech,
    sign,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
    together,
)
from sympy.polys.polyerrors import BasePolynomialError

from derive.calculus.integrals.interval_values import on_interval
from derive.calculus.integrals.operators import linear, real
from derive.calculus.integrals.trigonometric import CIRCULAR, c, in_sine_and_cosine, s
from derive.numbered_roots import real_zeros
from derive.structure import depends_on, fresh, postorder

MOST_ZEROS = 60
# What interval arithmetic raises outside of a domain or for a function that it lacks.
NOT_COMPUTED = (ArithmeticError, ValueError, TypeError, NameError, NotImplementedError)


class Unknown(Exception):
    """Where a function vanishes, or is continuous, could not be found out."""


def order(p: Expr, q: Expr) -> int:
    """-1, 0 or 1 as p is below, at or above q. Raises Unknown."""
    if p == q:
        return 0
    if p.is_infinite or q.is_infinite:
        return -1 if p == -oo or q == oo else 1
    difference = real(p - q)
    if difference.is_positive or difference.is_negative:
        return 1 if difference.is_positive else -1
    if difference.free_symbols:
        raise Unknown(f"whether {p} is above {q}")
    value = difference.evalf(30)
    if not value.is_real:
        raise Unknown(f"whether {p} is above {q}")
    if abs(value) > S(10) ** -20:
        return 1 if value > 0 else -1
    if difference.equals(0):
        return 0
    raise Unknown(f"whether {p} is above {q}")


def numeric(a: Expr, b: Expr) -> bool:
    return not a.free_symbols and not b.free_symbols


def zeros(u: Expr, x: Symbol, a: Expr, b: Expr) -> list[Expr]:
    """Every zero of u in [a, b], in order where the bounds are numbers. Raises Unknown.

    >>> from sympy import pi, sin
    >>> from sympy.abc import x
    >>> zeros(sin(2*x), x, S(0), pi)
    [0, pi/2, pi]
    """
    if not numeric(a, b):
        a, b = -oo, oo
    found = list(dict.fromkeys(z for z in _zeros(u, x, a, b) if _inside(z, a, b)))
    return found if any(z.free_symbols for z in found) else ascending(found)


def ascending(points: list[Expr]) -> list[Expr]:
    """Sorted, each once. Raises Unknown."""
    kept: list[Expr] = []
    for p in sorted(points, key=lambda p: (p.evalf(30), default_sort_key(p))):
        if not kept or order(kept[-1], p):
            kept.append(p)
    return kept


def _inside(z: Expr, a: Expr, b: Expr) -> bool:
    return bool(z.free_symbols) or (order(z, a) >= 0 and order(z, b) <= 0)


def _zeros(u: Expr, x: Symbol, a: Expr, b: Expr) -> Iterator[Expr]:
    if not depends_on(u, x):
        return
    if u.is_Mul:
        for factor in u.args:
            yield from zeros(factor, x, a, b)
    elif u.is_Pow:
        if not depends_on(u.exp, x) and real(u.exp).is_negative is not True:
            yield from zeros(u.base, x, a, b)
    elif (line := linear(u, x)) is not None:
        slope, start = line
        yield -start / slope
    elif isinstance(u, (exp, cosh, sec, sech)):
        return
    elif isinstance(u, (Abs, sinh, tanh, atan, asinh, asin, erf, sign)):
        yield from zeros(u.args[0], x, a, b)
    elif isinstance(u, log) and len(u.args) == 1:
        yield from _equal(u.args[0], S.One, x, a, b)
    elif isinstance(u, (sin, tan)):
        yield from _family(u.args[0], S.Zero, pi, x, a, b)
    elif isinstance(u, (cos, cot)):
        yield from _family(u.args[0], pi / 2, pi, x, a, b)
    else:
        yield from _by_kernel(u, x, a, b)


def _by_kernel(u: Expr, x: Symbol, a: Expr, b: Expr) -> Iterator[Expr]:
    """u as a polynomial in one function of x; else proved to have no zero at all."""
    if _never_zero(u, x, a, b):
        return
    for attempt in (_polynomial, _trigonometric, _in_one_function, _with_root):
        found = attempt(u, x, a, b)
        if found is not None:
            yield from found
            return
    raise Unknown(f"where {u} is zero")


def _never_zero(u: Expr, x: Symbol, a: Expr, b: Expr) -> bool:
    known = real(u.xreplace({x: Symbol(x.name, real=True)}))
    if known.is_polynomial():
        return False
    if known.is_positive or known.is_negative:
        return True
    return not u.free_symbols - {x} and a.is_finite and b.is_finite and nowhere_zero(u, x, a, b)


def _polynomial(u: Expr, x: Symbol, a: Expr, b: Expr) -> list[Expr] | None:
    if not u.is_rational_function(x):
        return None
    try:
        p = Poly(together(u).as_numer_denom()[0], x)
    except BasePolynomialError:
        return None
    return _real_roots(p)


def _real_roots(p: Poly) -> list[Expr] | None:
    if p.degree() <= 0:
        return []
    if p.degree() == 2:
        return _quadratic_roots(p)
    if p.free_symbols_in_domain:
        return None
    roots: list[Expr] = []
    for factor, _ in p.factor_list()[1]:
        try:
            found = _quadratic_roots(factor) if factor.degree() == 2 else real_zeros(factor)
        except (BasePolynomialError, NotImplementedError, ValueError):
            return None
        if found is None:
            return None
        roots += found
    return roots


def _quadratic_roots(p: Poly) -> list[Expr] | None:
    a, b, c = p.all_coeffs()
    d = (b**2 - 4 * a * c).expand()
    if real(d).is_negative:
        return []
    if real(d).is_nonnegative is None:
        return None
    root = _plain_root(d)
    return [(-b - root) / (2 * a), (-b + root) / (2 * a)]


def _plain_root(d: Expr) -> Expr:
    return Mul(*(p.base ** (p.exp / 2) if p.is_Pow and p.exp == 2 else p**S.Half
                 for p in Mul.make_args(d)))  # fmt: skip


def _trigonometric(u: Expr, x: Symbol, a: Expr, b: Expr) -> list[Expr] | None:
    """By the tangent of the half angle; it leaves out the half turn."""
    if not u.has(*CIRCULAR):
        return None
    found = in_sine_and_cosine(u, x)
    if found is None or found.hyperbolic:
        return None
    t = fresh("t", u)
    top = found.R.as_numer_denom()[0]
    p = top.xreplace({s: 2 * t / (1 + t**2), c: (1 - t**2) / (1 + t**2)})
    roots = _real_roots(Poly(cancel(together(p)).as_numer_denom()[0], t))
    if roots is None:
        return None
    starts = [2 * atan(root) for root in roots]
    if top.xreplace({s: S.Zero, c: S.NegativeOne}).expand() == 0:
        starts.append(pi)
    return [z for start in starts for z in _family(found.angle, start, 2 * pi, x, a, b)]


def _in_one_function(u: Expr, x: Symbol, a: Expr, b: Expr) -> list[Expr] | None:
    top = together(u).as_numer_denom()[0]
    for g in _kernels(top, x):
        t = fresh("t", u)
        h = top.subs(g, t)
        if depends_on(h, x) or not h.is_rational_function(t):
            continue
        values = _real_roots(Poly(h.as_numer_denom()[0], t))
        if values is not None:
            return [z for value in values for z in _equal(g, value, x, a, b)]
    return None


def _with_root(u: Expr, x: Symbol, a: Expr, b: Expr) -> list[Expr] | None:
    """A + B*sqrt(q) = 0 only where A**2 = B**2*q; a number tells on which branch."""
    roots = {p.base for p in u.atoms(Pow) if p.exp.is_Rational and p.exp.q == 2}
    if len(roots) != 1 or u.free_symbols != {x}:
        return None
    (q,), t = roots, fresh("t", u)
    p = Poly(u.subs(sqrt(q), t).expand(), t) if q.is_polynomial(x) else None
    if p is None or p.degree() != 1 or not p.as_expr().is_rational_function(x):
        return None
    A, B = p.nth(0), p.nth(1)
    squared = cancel(together(A**2 - B**2 * q)).as_numer_denom()[0].expand()
    return [z for z in zeros(squared, x, a, b) if abs(u.subs(x, z).evalf(20)) < 1e-12]


def _kernels(u: Expr, x: Symbol) -> list[Expr]:
    kernels = [g for g in postorder(u) if depends_on(g, x) and (g.is_Function or g.is_Pow)]
    plain = [Pow(g.base, S.One / g.exp.q) for g in kernels if g.is_Pow and g.exp.is_Rational]
    return list(dict.fromkeys(k for k in [*kernels, *plain] if k != x))[:8]


# fmt: off
# g(v) = y at v = the first entry, if the second allows it.
INVERSE: dict[type, tuple[Callable[[Expr], Expr], Callable[[Expr], bool | None]]] = {
    exp:   (lambda y: log(y),            lambda y: y.is_positive),
    log:   (lambda y: exp(y),            lambda y: True),
    sinh:  (lambda y: asinh(y),          lambda y: True),
    asinh: (lambda y: sinh(y),           lambda y: True),
    tanh:  (lambda y: log((1 + y)/(1 - y))/2, lambda y: (1 - abs(y)).is_positive),
    atan:  (lambda y: tan(y),            lambda y: (pi/2 - abs(y)).is_positive),
}
# fmt: on


def _equal(g: Expr, y: Expr, x: Symbol, a: Expr, b: Expr) -> list[Expr]:
    """Where g(x) = y."""
    if type(g) in INVERSE:
        inverse, allowed = INVERSE[type(g)]
        fits = allowed(y)
        if fits is None:
            raise Unknown(f"whether {g} can be {y}")
        return zeros(g.args[0] - inverse(y), x, a, b) if fits else []
    if isinstance(g, (sin, cos)):
        if (1 - abs(y)).is_negative:
            return []
        starts = [asin(y), pi - asin(y)] if isinstance(g, sin) else [acos(y), -acos(y)]
        return [z for v in starts for z in _family(g.args[0], v, 2 * pi, x, a, b)]
    if isinstance(g, tan):
        return list(_family(g.args[0], atan(y), pi, x, a, b))
    if isinstance(g, Abs) and y.is_real:
        values = [y, -y] if y.is_nonnegative else []
        return [z for v in values for z in zeros(g.args[0] - v, x, a, b)]
    if g.is_Pow and g.exp.is_Rational and y.is_real:
        return zeros(g.base - y ** (1 / g.exp), x, a, b) if y.is_nonnegative else []
    if linear(g, x):
        return zeros(g - y, x, a, b)
    raise Unknown(f"where {g} is {y}")


def _family(v: Expr, start: Expr, period: Expr, x: Symbol, a: Expr, b: Expr) -> Iterator[Expr]:
    """Where v(x) = start + k*period for some integer k."""
    if not (a.is_finite and b.is_finite) or v.free_symbols - {x}:
        raise Unknown(f"all the places where {v} is {start} plus a multiple of {period}")
    low, high = bounds(v, x, a, b)
    first = int(ceiling((low - start) / period - S(1) / 1000))
    last = int(floor((high - start) / period + S(1) / 1000))
    if last - first > MOST_ZEROS:
        raise Unknown(f"more than {MOST_ZEROS} zeros")
    for k in range(first, last + 1):
        yield from zeros(v - start - k * period, x, a, b)


def bounds(v: Expr, x: Symbol, a: Expr, b: Expr) -> tuple[Expr, Expr]:
    """Numbers between which v stays on [a, b]."""
    found = linear(v, x)
    if found is not None:
        ends = sorted((v.subs(x, a).evalf(30), v.subs(x, b).evalf(30)))
        return ends[0], ends[1]
    try:
        value = on_interval(v, x, _low(a), _high(b))
        return S(float(value.a)), S(float(value.b))
    except NOT_COMPUTED:
        raise Unknown(f"between which bounds {v} stays") from None


def _low(a: Expr) -> float:
    value = float(a)
    return value - abs(value) * 1e-15


def _high(b: Expr) -> float:
    value = float(b)
    return value + abs(value) * 1e-15


def nowhere_zero(u: Expr, x: Symbol, a: Expr, b: Expr) -> bool:
    """Whether interval arithmetic, on ever smaller pieces, shows that u has no zero in [a, b]."""
    try:
        pending = [(_low(a), _high(b))]
        for _ in range(200):
            if not pending:
                return True
            low, high = pending.pop()
            found = on_interval(u, x, low, high)
            if 0 in found:
                middle = (low + high) / 2
                pending += [(low, middle), (middle, high)]
    except NOT_COMPUTED:
        return False
    return False
