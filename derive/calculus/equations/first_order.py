"""Equations y' = f(x, y): linear, separable, Bernoulli's, homogeneous; and solving for y."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import (
    Abs,
    Dummy,
    Expr,
    Integral,
    Le,
    Poly,
    Pow,
    S,
    Symbol,
    acosh,
    asin,
    asinh,
    atan,
    atanh,
    cancel,
    cosh,
    count_ops,
    exp,
    expand,
    expand_log,
    expand_mul,
    factor,
    log,
    pi,
    powsimp,
    separatevars,
    simplify,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
    together,
    true,
)

from derive.calculus.equations.operators import ImplicitSolution, IntegratingFactor, Solution
from derive.calculus.integrals.operators import antiderivative, linear, quadratic
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import depends_on, fresh

x, y, C = Symbol("x"), Symbol("y"), Symbol("C")


def unpack(goal: Expr) -> tuple[Expr, ...]:
    return goal.args


RULES = RuleTable(Solution, unpack, "differential equations of first order")


def shorter(result: Expr) -> Expr:
    """The same multiplied out, where exponentials cancel."""
    return min(result, powsimp(expand_mul(result)), key=lambda e: e.count_ops())


FACTOR = RuleTable(IntegratingFactor, unpack, "integrating factors", tidy=shorter)


@RULES.rule("linear equation", example=Solution(x**2 - 3 * y, y, x, C))
def linear_equation(f: Expr, y: Symbol, x: Symbol, C: Symbol) -> Outcome:
    """Write it as y' + p(x)*y = q(x) and multiply by exp(A), where A' = p."""
    found = linear(expand(f), y) if depends_on(f, y) else (S.Zero, f)
    if found is None:
        return None
    p, q = cancel(-found[0]), factor(found[1])
    if p == 0:
        return C + antiderivative(f, x)
    where = ((Symbol("p"), p), (Symbol("q"), q))
    return Rewrite(IntegratingFactor(antiderivative(p, x), q, y, x, C), where=where)


@RULES.rule("separate the variables", example=Solution(x * y**2, y, x, C))
def separable(f: Expr, y: Symbol, x: Symbol, C: Symbol) -> Outcome:
    """Divide by the factor with y, where it is not 0, and integrate both sides."""
    parts = separated(f, y, x)
    if parts is None:
        return None
    g, h = parts
    G = antiderivative(g, x) if depends_on(f, x) else g * x
    return ImplicitSolution(antiderivative(1 / h, y), G, y, x, C)


def separated(f: Expr, y: Symbol, x: Symbol) -> tuple[Expr, Expr] | None:
    """`g, h` with f = g(x)*h(y), where y is in it."""
    if not depends_on(f, y):
        return None
    if not depends_on(f, x):
        letters, h = f.as_independent(y, as_Add=False)  # by which nothing needs to be divided
        return (S.One, f) if letters.is_number else (letters, h)
    parts = separatevars(factor(f), symbols=[x, y], dict=True)
    if parts is None:
        return None
    above, below = parts["coeff"].as_numer_denom()
    return above * parts[x], parts[y] / below


@RULES.rule("Bernoulli's equation", example=Solution(x * y**2 - y, y, x, C))
def bernoulli(f: Expr, y: Symbol, x: Symbol, C: Symbol) -> Outcome:
    """In y' = q*y**n - p*y put u = y**(1 - n): the equation for u is linear."""
    terms = _by_powers(expand(f), y)
    powers = sorted(terms.keys() - {S.One}, key=str)
    if terms.keys() - {S.One} != set(powers[:1]) or S.One not in terms or not powers:
        return None
    n = powers[0]
    if not n.is_Rational or n == 0:
        return None
    u = fresh("u", f, C)
    rate = expand((1 - n) * (terms[n] + terms[S.One] * u))
    return Rewrite(Solution(rate, u, x, C) ** (1 / (1 - n)), where=((u, y ** (1 - n)),))


def _by_powers(f: Expr, y: Symbol) -> dict[Expr, Expr]:
    """The coefficients of the powers of y; none where f is more than a sum of them."""
    terms: dict[Expr, Expr] = {}
    for term in f.as_ordered_terms():
        coefficient, rest = term.as_independent(y, as_Add=False)
        base, power = rest.as_base_exp() if rest != 1 else (y, S.Zero)
        if base != y or depends_on(power, y):
            return {}
        terms[power] = terms.get(power, S.Zero) + coefficient
    return terms


@RULES.rule("homogeneous equation", example=Solution((x**2 + x * y + y**2) / x**2, y, x, C))
def homogeneous(f: Expr, y: Symbol, x: Symbol, C: Symbol) -> Outcome:
    """f depends on y/x alone, for x > 0 at least: put y = u*x, and the variables separate."""
    u, ahead = fresh("u", f, C), Dummy(x.name, positive=True)
    along = f.subs(y, u * x)
    slope = cancel(simplify(along))
    given = true if not depends_on(slope, x) else x > 0
    if given is not true:
        slope = cancel(simplify(along.subs(x, ahead)))
    if slope.free_symbols & {x, ahead}:
        return None
    rate = factor(together(slope - u)) / x
    return Rewrite(x * Solution(rate, u, x, C), given, where=((u, y / x),))


@FACTOR.rule("integrating factor", example=IntegratingFactor(2 * x, x, y, x, C))
def integrating_factor(A: Expr, q: Expr, y: Symbol, x: Symbol, C: Symbol) -> Outcome:
    """The derivative of mu*y is mu*q: integrate it, and divide by mu = exp(A)."""
    if A.has(Integral):
        return None
    mu = without_bars(A)
    where = ((Symbol("mu"), mu),)
    if q == 0:
        return Rewrite(C / mu, where=where)
    inside = powsimp(expand(mu * q)) if q.is_polynomial(x) or mu.is_Pow else mu * q
    return Rewrite((C + antiderivative(inside, x)) / mu, where=where)


def without_bars(A: Expr) -> Expr:
    """exp(A), with v for |v|: a constant factor makes no difference."""
    bare = A.replace(lambda e: isinstance(e, Abs), lambda e: e.args[0])
    return powsimp(exp(expand_log(bare, force=True)))


# ------------------------------------------------------------------ F(y) = G(x) + C, for y


IMPLICIT: RuleTable = RuleTable(
    ImplicitSolution,
    unpack,
    "solving for the unknown function",
    final=lambda goal: not goal.has(Integral) and next(IMPLICIT.rewrites(goal), None) is None,
)
INVERSE = {atan: tan, tan: atan, asin: sin, asinh: sinh, atanh: tanh, acosh: cosh, exp: log}


@IMPLICIT.rule(
    "exponential of both sides",
    example=ImplicitSolution(log(Abs(y)) - log(Abs(y - 2)), x**2, y, x, C),
)
def of_logarithms(F: Expr, G: Expr, y: Symbol, x: Symbol, C: Symbol) -> Outcome:
    """The logarithms make one of a quotient; exp(C), with either sign, is a constant C again."""
    if F.has(Integral) or G.has(Integral):
        return None
    logs = _logarithms(F, y)
    if logs is None:
        return None
    k, quotient = logs
    right = C * exp(expand(G / k))
    found = [_linear_quotient(quotient, side, y) for side in (right, -right)]
    return None if None in found else min(found, key=count_ops)


def _linear_quotient(quotient: Expr, right: Expr, y: Symbol) -> Expr | None:
    """y where a quotient of polynomials is equal to the right side, and that is linear in y."""
    above, below = together(quotient).as_numer_denom()
    equation = Poly(expand(above - right * below), y)
    if equation.degree() != 1:
        return None
    slope, rest = equation.all_coeffs()
    return factor(-rest) / factor(slope)


def _logarithms(F: Expr, y: Symbol) -> tuple[Expr, Expr] | None:
    """`k, v` of F = k*log|v|."""
    k, quotient = None, S.One
    for term in expand(F).as_ordered_terms():
        c, rest = term.as_independent(y, as_Add=False)
        if not isinstance(rest, log):
            return None
        k = c if k is None else k
        inside = rest.args[0].args[0] if isinstance(rest.args[0], Abs) else rest.args[0]
        if not (c / k).is_Integer or not inside.is_rational_function(y):
            return None
        quotient *= inside ** (c / k)
    return k, quotient


@IMPLICIT.rule("complete the square", example=ImplicitSolution(y**2 - 2 * y, x**3 + 4, y, x, C))
def by_square(F: Expr, G: Expr, y: Symbol, x: Symbol, C: Symbol) -> Outcome:
    """Solve the quadratic equation for y; the other sign of the root gives the other half."""
    found = quadratic(F, y)
    if found is None or G.has(Integral):
        return None
    a, b, c = found
    middle = -b / (2 * a)
    return middle + sqrt(expand((G + C - c) / a + middle**2))


@IMPLICIT.rule("inverse function", example=ImplicitSolution(2 * atan(3 * y), x**3, y, x, C))
def by_inverse(F: Expr, G: Expr, y: Symbol, x: Symbol, C: Symbol) -> Outcome:
    """Apply the inverse function to both sides, and solve the linear equation for y."""
    if F.has(Integral) or G.has(Integral):
        return None
    fixed, moving = expand(F).as_independent(y, as_Add=True)
    k, h = moving.as_independent(y, as_Add=False)
    right = (G + C - fixed) / k
    for inside, inverse in _peeled(h, right):
        found = linear(inside, y)
        if found is not None:
            given = Le(Abs(right), pi / 2) if isinstance(h, asin) else true
            return Rewrite((inverse - found[1]) / found[0], given)
    return None


def _peeled(h: Expr, right: Expr) -> Iterator[tuple[Expr, Expr]]:
    """`u, g(r)` where h = r says u = g(r)."""
    yield h, right
    if type(h) in INVERSE:
        yield h.args[0], INVERSE[type(h)](right)
    if isinstance(h, Pow) and h.exp.is_Rational:
        yield h.base, (factor(right) if h.exp.is_Integer else expand(right)) ** (1 / h.exp)
