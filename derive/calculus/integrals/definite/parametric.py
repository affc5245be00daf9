"""A parameter under the integral sign: Feynman's method, and 1/x as the integral of exp(-x*t).

Courant and John, Introduction to Calculus and Analysis II, section 4.12.
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import (
    Add,
    And,
    Expr,
    Function,
    I,
    Integral,
    S,
    Symbol,
    atan,
    cancel,
    cos,
    exp,
    factorial,
    log,
    oo,
    pi,
    re,
    sin,
    tan,
    together,
)
from sympy.logic.boolalg import Boolean

from derive.calculus.integrals.definite.convergent import convergence
from derive.calculus.integrals.definite.matching import (
    Value,
    factors,
    family,
    monomial,
    power_of,
)
from derive.calculus.integrals.operators import Rules, definite, positive, real
from derive.rules import Rewrite
from derive.structure import D, depends_on, fresh, postorder

x, a, b = Symbol("x"), Symbol("a"), Symbol("b")
RULES = Rules()


def _parameter(f: Expr, x: Symbol) -> Symbol:
    return Symbol(fresh("t", f, x).name, positive=True)


# ------------------------------------------------------------------ 1/x as an integral


@family(
    RULES, "Laplace transform under the integral", S.Zero, oo,
    example=Integral(sin(x) / x, (x, 0, oo)),
)  # fmt: skip
def laplace(f: Expr, x: Symbol) -> Value | None:
    """Write 1/x**n as an integral of t**(n - 1)*exp(-x*t), and integrate by x first."""
    _c, found = factors(f, x)
    n = -power_of(x, found)[0]
    if not n.is_Integer or not 1 <= n <= 6 or not f.has(sin, cos, exp):
        return None
    terms = exponentials((f * x**n), x)
    if terms is None or not _vanishes(terms, int(n)):
        return None
    if any(n - j < (2 if rate == 0 else 1) for _, j, rate in terms if _decay(rate) == 0):
        return None  # without damping, the tail is not small enough
    t = _parameter(f, x)
    transform = Add(*(k * factorial(j) / (t - rate) ** (j + 1) for k, j, rate in terms))
    transform = cancel(together(transform * t ** (n - 1) / factorial(n - 1)))
    if transform.has(I):
        return None
    given = And(*(_damped(rate) for _, _, rate in terms))
    return definite(transform, t, S.Zero, oo), given


@family(
    RULES, "Laplace transform", S.Zero, oo,
    example=Integral(x * exp(-a * x) * sin(b * x), (x, 0, oo)),
)  # fmt: skip
def damped(f: Expr, x: Symbol) -> Value | None:
    """Sines and cosines are complex exponentials; x**j*exp(-t*x) has the integral j!/t**(j + 1)."""
    if not f.has(sin, cos) or not f.has(exp):
        return None
    terms = exponentials(f, x)
    if terms is None or any(_decay(rate) == 0 for _, _, rate in terms):
        return None
    total = cancel(together(Add(*(c * factorial(j) / (-r) ** (j + 1) for c, j, r in terms))))
    if total.has(I):
        return None
    return total, And(*(_damped(rate) for _, _, rate in terms))


Exponential = tuple[Expr, int, Expr]  # c, j, rate of c*x**j*exp(rate*x)


def exponentials(g: Expr, x: Symbol) -> list[Exponential] | None:
    """g as a sum of c*x**j*exp(rate*x), sines and cosines as complex exponentials."""
    if any(not isinstance(h, (sin, cos, exp)) for h in g.atoms(Function) if depends_on(h, x)):
        return None
    found: dict[tuple[int, Expr], Expr] = {}
    for term in Add.make_args(g.rewrite([sin, cos], exp).expand()):
        c, parts = factors(term, x)
        rate, j = S.Zero, S.Zero
        for base, power in parts:
            inside = monomial(base.args[0].expand(), x) if isinstance(base, exp) else None
            if base == x:
                j += power
            elif inside is not None and inside[1] == 1:
                rate += power * inside[0]
            else:
                return None
        if not j.is_Integer or j < 0:
            return None
        key = int(j), rate.expand()
        found[key] = found.get(key, S.Zero) + c
    return [(c, j, rate) for (j, rate), c in found.items() if c != 0]


def _vanishes(terms: list[Exponential], n: int) -> bool:
    """Whether the Taylor coefficients below x**n are zero: divided by x**n it stays bounded."""
    for k in range(n):
        total = Add(*(c * r ** (k - j) / factorial(k - j) for c, j, r in terms if k >= j))
        if total.expand() != 0:
            return False
    return True


def _decay(rate: Expr) -> Expr:
    """How fast exp(rate*x) falls."""
    known = {r: s for s in rate.free_symbols if (r := real(s)) != s}
    return (-re(real(rate).expand())).doit().xreplace(known)


def _damped(rate: Expr) -> Boolean:
    decay = _decay(rate)
    return S.true if decay == 0 else positive(decay)


# ------------------------------------------------------------------ Feynman


@family(
    RULES, "the exponent as the parameter", S.Zero, S.One,
    example=Integral((x**a - 1) / log(x), (x, 0, 1)),
)  # fmt: skip
def exponent_as_parameter(f: Expr, x: Symbol) -> Value | None:
    """I'(a) is the integral of x**a, 1/(a + 1): the logarithm in the denominator is gone."""
    top = (f * log(x)).expand()
    if not top.is_Add or len(top.args) != 2 or depends_on(top.coeff(log(x)), x) or top.has(log):
        return None
    (c, p), (d, q) = (_power(term, x) for term in top.args)
    if c is None or d is None or (c + d) != 0:
        return None
    t = fresh("t", f, x)
    return c * definite(1 / (t + 1), t, q, p), And(positive(p + 1), positive(q + 1))


def _power(term: Expr, x: Symbol) -> tuple[Expr | None, Expr]:
    if not depends_on(term, x):
        return term, S.Zero
    found = monomial(term, x)
    return found if found is not None else (None, S.Zero)


def _by_parameter(f: Expr, x: Symbol, a: Expr, b: Expr) -> Iterator[tuple[Expr, Rewrite]]:
    """I'(t) as the integral of what, and I(1) = I(0) + the integral of I'(t) from 0 to 1."""
    premises = convergence(f, x, a, b)
    for node in postorder(f):
        if premises is not None and isinstance(node, (atan, log)) and depends_on(node, x):
            t = _parameter(f, x)
            moving = _with_parameter(node, x, t)
            if moving is None:
                continue
            slope = cancel(together(f.xreplace({node: moving}).diff(t)))
            if _functions(slope, x) < _functions(f, x):
                start = f.xreplace({node: moving.subs(t, 0)})
                rest = S.Zero if start == 0 else definite(start, x, a, b)
                growth = definite(definite(slope, x, a, b), t, S.Zero, S.One)
                where = ((D(f.xreplace({node: moving}), t), slope),)
                yield slope, Rewrite(rest + growth, where=where, premises=premises)


@RULES.definite(
    "differentiate under the integral sign",
    example=Integral(atan(x) / (x * (1 + x**2)), (x, 0, oo)),
)
def feynman(f: Expr, x: Symbol, a: Expr, b: Expr) -> Iterator[Rewrite]:
    """Let a parameter t run from 0 to 1 in it: I(1) is I(0) and the integral of I'(t)."""
    for slope, rewrite in _by_parameter(f, x, a, b):
        if b == oo and slope.is_rational_function(x):
            yield rewrite


@RULES.definite(
    "differentiate under the integral sign, circular functions",
    example=Integral(atan(2 * sin(x)) / sin(x), (x, 0, pi / 2)),
)
def feynman_for_waves(f: Expr, x: Symbol, a: Expr, b: Expr) -> Iterator[Rewrite]:
    """Let a parameter t run from 0 to 1 in it: I(1) is I(0) and the integral of I'(t)."""
    for slope, rewrite in _by_parameter(f, x, a, b):
        if f.has(sin, cos, tan) and not slope.has(log, atan):
            yield rewrite


def _with_parameter(node: Expr, x: Symbol, t: Symbol) -> Expr | None:
    """atan(t*u); log(1 + t*u), with t**2 where u is a square."""
    (inside,) = node.args
    if isinstance(node, atan):
        return atan(t * inside)
    fixed, moving = inside.as_independent(x, as_Add=True)
    if fixed != 1 or moving == 0:
        return None
    inner = monomial(moving, x)
    square = inner is not None and inner[1] == 2
    return log(1 + (t**2 if square else t) * moving)


def _functions(f: Expr, x: Symbol) -> int:
    return sum(1 for g in postorder(f) if isinstance(g, Function) and depends_on(g, x))
