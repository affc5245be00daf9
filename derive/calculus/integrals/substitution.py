"""Change of variable: u = g(x) where the rest of the integrand is, or brings, the factor g'(x)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from math import gcd

from sympy import (
    Abs,
    Expr,
    Function,
    I,
    Integral,
    Mul,
    Pow,
    Rational,
    S,
    Symbol,
    cancel,
    cos,
    cosh,
    coth,
    default_sort_key,
    exp,
    floor,
    log,
    sec,
    sech,
    sign,
    sin,
    sqrt,
    tan,
    tanh,
    together,
)
from sympy.logic.boolalg import Boolean

from derive.calculus.integrals.operators import (
    Rules,
    derivative,
    linear,
    nonzero,
    nonzero_factors,
    size,
    substitution,
)
from derive.rules import Outcome, Rewrite
from derive.structure import depends_on, free_symbols, fresh, postorder

x = Symbol("x")
RULES = Rules()
ROOTS = Rules()
MANY_CANDIDATES = 12
LARGE = 120


@RULES.indefinite("linear substitution", example=Integral(log(2 * x + 3), x))
def linear_substitution(f: Expr, x: Symbol) -> Outcome:
    """The variable occurs only in one linear expression: integrate by that, divide by its slope."""
    g = _linear_core(f, x)
    line = linear(g, x) if g is not None else None
    if line is None or line[0].has(I):
        return None
    a, b = line
    u = fresh("u", f, x)
    h = f.subs(x, (u - b) / a) if b != 0 or a != 1 else None
    h = None if h is None else _replace(f, g, u)
    if h is None or depends_on(h, x):
        return None
    Iu, letters = substitution(h, u, g, x)
    return Rewrite(Iu / a, nonzero(a), where=letters)


def _linear_core(f: Expr, x: Symbol) -> Expr | None:
    """The one expression a*x + b through which f depends on x."""
    cores = []
    stack = [f]
    while stack:
        node = stack.pop()
        if not depends_on(node, x):
            continue
        if node == x:
            return None
        if linear(node, x) is not None:
            if node not in cores:
                cores.append(node)
        else:
            stack.extend(node.args)
    if len(cores) != 1 or cores[0] == x or not free_symbols(cores[0]) <= free_symbols(f):
        return None  # a letter that is bound in f (by a limit, say) may not leave it
    return cores[0]


def _replace(f: Expr, g: Expr, u: Symbol) -> Expr:
    return f.xreplace({g: u})


@RULES.indefinite("substitution", example=Integral(x * cos(x**2), x), on=(Mul, Pow, Function))
def u_substitution(f: Expr, x: Symbol) -> Iterator[Rewrite]:
    """One factor is the derivative of what the rest depends on: make that the new variable."""
    if size(f) > LARGE:
        return
    u = fresh("u", f, x)
    for g in candidates(f, x):
        for dg in slopes(g, f, x):
            h = in_terms_of(f, g, dg, u, x)
            if h is not None and _simpler(h, f, x):
                Iu, letters = substitution(h, u, g, x, dg)
                fixed = dg.as_independent(x, as_Add=False)[0]
                yield Rewrite(Iu, nonzero_factors(fixed), where=letters)
                break


def candidates(f: Expr, x: Symbol) -> list[Expr]:
    """Inner functions, radicands, denominators, exponents; then functions; then powers of x."""
    inner, outer, powers = [], [], []
    for node in postorder(f):
        if node.is_Pow:
            inner += node.args
            powers += [node]
        elif isinstance(node, Function):
            inner += node.args
            outer += [node]
    found = dict.fromkeys([*inner, *outer, *powers])
    return [g for g in found if _worth_it(g, f, x)][:MANY_CANDIDATES]


def _worth_it(g: Expr, f: Expr, x: Symbol) -> bool:
    if g in (f, x) or not depends_on(g, x) or g.has(Abs, sign, floor, I):
        return False  # of a real variable, and without kinks
    return isinstance(g, Expr) and linear(g, x) is None and free_symbols(g) <= free_symbols(f)


def slopes(g: Expr, f: Expr, x: Symbol) -> Iterator[Expr]:
    """The derivative of g, in the forms in which it may stand in the integrand."""
    if isinstance(g, (tan, tanh)):
        a = derivative(g.args[0], x)
        circular = isinstance(g, tan)
        yield a * (sec if circular else sech)(g.args[0]) ** 2
        yield a / (cos if circular else cosh)(g.args[0]) ** 2
    if isinstance(g, coth):
        yield derivative(g.args[0], x) * (1 - g**2)
    dg = derivative(g, x)
    if dg != 0:
        yield dg


def in_terms_of(f: Expr, g: Expr, dg: Expr, u: Symbol, x: Symbol) -> Expr | None:
    """h(u) with f = h(g)*g', or None."""
    quotient = f / dg
    h = _put(quotient, g, u)
    if depends_on(h, x):
        h = _put(cancel(together(quotient)), g, u)
    if depends_on(h, x):
        return None
    return h


def _put(f: Expr, g: Expr, u: Symbol) -> Expr:
    h = f.xreplace({g: u})
    if g.is_Pow and g.exp.is_Rational and g.exp.p == 1:
        return h.xreplace({g.base: u**g.exp.q}).subs(g, u)
    return h.subs(g, u) if g.is_Pow or isinstance(g, exp) else h


def _simpler(h: Expr, f: Expr, x: Symbol) -> bool:
    """Smaller, or a little larger with fewer functions in it."""
    fewer = _functions(h) < _functions(f)
    return size(h) <= size(f) + (12 if fewer else 0)


def _functions(f: Expr) -> int:
    return len(f.atoms(Function) | {p for p in f.atoms(Pow) if not p.exp.is_Integer})


@RULES.indefinite("substitute a power", example=Integral(x / (x**4 + 1), x), on=(Mul, Pow))
def substitute_power(f: Expr, x: Symbol) -> Outcome:
    """Besides one factor, the variable occurs only in powers of one power of it."""
    k = common_power(x * f, x)
    if k is None or k == 1:
        return None
    u = fresh("u", f, x)
    t = Symbol("t", positive=True)
    h = (x * f).subs(x, t ** (1 / k)).subs(t, u) / (k * u)
    if not _integer_powers(h, u):
        return None
    Iu, letters = substitution(h, u, x**k, x)
    return Rewrite(Iu, where=letters)


def common_power(f: Expr, x: Symbol) -> Expr | None:
    """The largest k such that f is built from x**k, when x occurs only in integer powers."""
    exponents = []
    stack = [f]
    while stack:
        node = stack.pop()
        if node == x:
            return None
        if node.is_Pow and node.base == x:
            if not node.exp.is_Integer:
                return None
            exponents.append(abs(int(node.exp)))
        else:
            stack.extend(a for a in node.args if depends_on(a, x))
    return S(reduce(gcd, exponents)) if exponents else None


def _integer_powers(h: Expr, u: Symbol) -> bool:
    return all(p.exp.is_Integer for p in h.atoms(Pow) if p.base == u)


# ------------------------------------------------------------------ roots and exponentials


@ROOTS.indefinite("substitute the root", example=Integral(x * sqrt(x + 1), x))
def substitute_root(f: Expr, x: Symbol) -> Outcome:
    """A root of a linear expression becomes the new variable, and the roots are gone."""
    roots = {p for p in f.atoms(Pow) if p.exp.is_Rational and p.exp.q > 1 and depends_on(p, x)}
    bases = {p.base for p in roots}
    if len(bases) != 1:
        return None
    (base,) = bases
    found = linear(base, x) or moebius(base, x)
    if found is None:
        return None
    n = S(reduce(lambda p, q: p * q // gcd(p, q), (int(p.exp.q) for p in roots)))
    u = fresh("u", f, x)
    inverse = _inverse(found, u**n)
    powers = {p: u ** (p.exp * n) for p in roots}
    h = f.xreplace(powers).subs(x, inverse) * inverse.diff(u)
    if depends_on(h, x):
        return None
    h = cancel(together(h)) if h.is_rational_function(u) else h
    Iu, letters = substitution(h, u, base ** (1 / n), x)
    return Rewrite(Iu, _invertible(found), where=letters)


def moebius(base: Expr, x: Symbol) -> tuple[Expr, ...] | None:
    """`a, b, c, d` of (a*x + b)/(c*x + d)."""
    if not base.is_rational_function(x):
        return None
    over, under = together(base).as_numer_denom()
    below = linear(under, x)
    above = linear(over, x) if depends_on(over, x) else (S.Zero, over)
    return (*above, *below) if above and below else None


def _invertible(coefficients: tuple[Expr, ...]) -> Boolean:
    a, b, c, d = coefficients if len(coefficients) == 4 else (*coefficients, S.Zero, S.One)
    return nonzero_factors(a * d - b * c)


def _inverse(coefficients: tuple[Expr, ...], y: Expr) -> Expr:
    if len(coefficients) == 2:
        a, b = coefficients
        return (y - b) / a
    a, b, c, d = coefficients
    return (b - d * y) / (c * y - a)


@ROOTS.indefinite("substitute the logarithm", example=Integral(sin(log(x)), x))
def substitute_logarithm(f: Expr, x: Symbol) -> Outcome:
    """With u = log(x) the variable is an exponential."""
    logs = {g for g in f.atoms(log) if depends_on(g, x)}
    if len(logs) != 1 or size(f) > LARGE:
        return None
    (g,) = logs
    found = linear(g.args[0], x)
    if found is None:
        return None
    (a, b), u = found, fresh("u", f, x)
    h = f.xreplace({g: u}).subs(x, (exp(u) - b) / a) * exp(u) / a
    Iu, letters = substitution(h, u, g, x)
    return Rewrite(Iu, nonzero(a), where=letters)


@ROOTS.indefinite("substitute the exponential", example=Integral(1 / (exp(x / 2) + exp(x / 3)), x))
def substitute_exponential(f: Expr, x: Symbol) -> Outcome:
    """A function of exponentials alone: take the exponential as the new variable."""
    rates = []
    for node in sorted(f.atoms(exp), key=default_sort_key):
        found = linear(node.args[0], x)
        if found is None or found[0].has(I):
            if depends_on(node, x):
                return None
            continue
        rates.append(found)
    k = _common_rate([a for a, _ in rates])
    if k is None:
        return None
    u = fresh("u", f, x)
    powers = {exp(a * x + b): exp(b) * u ** (a / k) for a, b in rates}
    h = f.xreplace(powers)
    if depends_on(h, x):
        return None
    h = h / (k * u)
    h = cancel(together(h)) if h.is_rational_function(u) else h
    Iu, letters = substitution(h, u, exp(k * x), x)
    return Rewrite(Iu, nonzero(k), where=letters)


def _common_rate(rates: list[Expr]) -> Expr | None:
    """k such that every rate is an integer multiple of it."""
    if not rates:
        return None
    ratios = [cancel(r / rates[0]) for r in rates]
    if not all(r.is_Rational for r in ratios):
        return None
    above = reduce(gcd, (abs(int(r.p)) for r in ratios))
    below = reduce(lambda p, q: p * q // gcd(p, q), (int(r.q) for r in ratios))
    k = rates[0] * Rational(above, below)
    return -k if k.could_extract_minus_sign() else k


@ROOTS.indefinite("substitute the denominator", example=Integral(sin(x / (x + 1)), x))
def substitute_denominator(f: Expr, x: Symbol) -> Outcome:
    """A function of one quotient of linear expressions: with u = 1/denominator it is linear."""
    quotients = sorted(
        {n for n in postorder(f) if n.is_Mul and _function_of(n, f, x)}, key=default_sort_key
    )
    found = moebius(quotients[0], x) if quotients else None
    if found is None or size(f) > LARGE:
        return None
    (a, b, c, d), u = found, fresh("u", f, x)
    if c == 0:
        return None
    h = f.xreplace({quotients[0]: a / c + (b - a * d / c) * u}) / u**2
    if depends_on(h, x):
        return None
    Iu, letters = substitution(h, u, 1 / (c * x + d), x)
    return Rewrite(-Iu / c, nonzero(c), where=letters)


def _function_of(n: Expr, f: Expr, x: Symbol) -> bool:
    return any(n in g.args for g in f.atoms(Function)) and moebius(n, x) is not None


@ROOTS.indefinite(
    "substitute the logarithm of a power",
    example=Integral(cos(log(3 * x**2)), x),
)
def substitute_logarithm_of_power(f: Expr, x: Symbol) -> Outcome:
    """With u = log(a*x**n) powers of x are exponentials of u, up to a factor that is constant."""
    logs = [g for g in f.atoms(log) if depends_on(g, x)]
    if len(logs) != 1 or size(f) > LARGE:
        return None
    (g,) = logs
    a, power = g.args[0].as_independent(x, as_Add=False)
    n = power.as_base_exp()[1]
    if power.as_base_exp()[0] != x or depends_on(n, x) or (a == 1 and n == 1):
        return None
    u = fresh("u", f, x)
    h = (x * f).xreplace({g: u})
    m, rest = _power_of(h, x)
    if depends_on(rest, x):
        return None
    k = (m / n).cancel()
    Iu, letters = substitution(rest * exp(k * u), u, g, x)
    return Rewrite(x**m * (a * x**n) ** (-k) * Iu / n, nonzero(n), where=letters)


def _power_of(h: Expr, x: Symbol) -> tuple[Expr, Expr]:
    """m, r of h = x**m * r."""
    m = S.Zero
    for factor in Mul.make_args(h):
        base, power = factor.as_base_exp()
        if base == x and not depends_on(power, x):
            m += power
    return m, h / x**m
