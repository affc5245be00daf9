"""Products by one index: factorials, products that telescope, gamma values, sine products."""

from __future__ import annotations

from typing import Any

from sympy import (
    Add,
    Expr,
    Mul,
    Poly,
    Pow,
    Product,
    S,
    Symbol,
    cancel,
    cos,
    exp,
    factor,
    factorial,
    gamma,
    gammasimp,
    log,
    oo,
    pi,
    simplify,
    sin,
    sinh,
    sqrt,
    together,
)

from derive.asked import in_order, scalar
from derive.calculus.sums.behaviour import Convergence, sign_far_out
from derive.calculus.sums.convergence import DIVERGENT, tables
from derive.calculus.sums.gamma_values import places, product_of_gammas
from derive.calculus.sums.operators import (
    Rules,
    at_least,
    at_places,
    far_out,
    linear_factors,
    product_of,
    smaller_than_one,
    unequal,
    unpack,
)
from derive.calculus.sums.summation import asked_for, tidy
from derive.calculus.sums.telescoping import antidifference
from derive.core import Derivation
from derive.engine import Budget, limited, search
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import depends_on, free_symbols, sigma

x = Symbol("x")
k, n = Symbol("k", integer=True), Symbol("n", integer=True)
T = Symbol("T")
BASICS = Rules(Product)
METHODS = Rules(Product)
FEW, MANY = 4, 60


# ------------------------------------------------------------------ read off


@BASICS.finite("no factors", example=product_of(x**k, k, n + 1, n))
def no_factors(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """A product of no factors is 1."""
    return S.One if (b - a + 1).expand() == 0 else None


@BASICS.finite("a few factors", example=product_of(x + 1 / k, k, 1, 3))
def few_factors(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """Multiply the few factors."""
    length = b - a
    if a == b:
        return f.subs(k, a)
    if not length.is_Integer or not 0 < length < FEW:
        return None
    return Mul(*at_places(f, k, a, int(length) + 1))


@BASICS.finite("constant factors", example=product_of(x, k, 1, n))
def constant_factors(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """The same factor again and again: a power."""
    return f ** (b - a + 1).expand() if not depends_on(f, k) else None


@BASICS.any("a factor that is zero", example=product_of(1 - 4 / k**2, k, 1, oo))
def zero_factor(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """One factor is zero, and so is the product."""
    places = (
        Poly(numerator, k).ground_roots() if (numerator := _numerator(f, k)) is not None else {}
    )
    inside = [r for r in places if r.is_Integer and a.is_Integer and r >= a]
    return S.Zero if any(b == oo or (b.is_Integer and r <= b) for r in inside) else None


def _numerator(f: Expr, k: Symbol) -> Expr | None:
    if not f.is_rational_function(k) or not depends_on(f, k):
        return None
    above = together(f).as_numer_denom()[0]
    return above if depends_on(above, k) else None


@BASICS.any("powers of a constant", example=product_of(x ** (k**2), k, 1, n), on=(Pow, exp))
def powers_of_constant(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """Powers of the same base: the exponents add up."""
    base, power = f.as_base_exp()
    return base ** sigma(power, k, a, b) if not depends_on(base, k) else None


# ------------------------------------------------------------------ methods


@METHODS.finite("telescoping product", example=product_of(1 + 1 / k, k, 1, n))
def telescoping(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """The factors are T(k + 1)/T(k): neighbours cancel, and T at the ends is left."""
    found = antiquotient(f, k)
    if found is None:
        return None
    return Rewrite(found.subs(k, b + 1) / found.subs(k, a), where=((T, found),))


@METHODS.infinite("telescoping product, infinite", example=product_of(1 - 1 / k**2, k, 2, oo))
def telescoping_infinite(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """The factors are T(k + 1)/T(k): the limit of T is left, over T at the start."""
    found = antiquotient(f, k)
    if found is None:
        return None
    return Rewrite(far_out(found, k) / found.subs(k, a), where=((T, found),))


def antiquotient(f: Expr, k: Symbol) -> Expr | None:
    """T with T(k + 1)/T(k) = f(k), where f is a quotient of shifted factors.

    >>> from sympy.abc import k
    >>> antiquotient(1 + 1/k, k)
    k
    """
    whole = factor(together(f)) if f.is_rational_function(k) else f
    if not all(part.is_rational_function(k) for part in Mul.make_args(whole)):
        return None
    logs = Add(*(p * log(g) for g, p in (part.as_base_exp() for part in Mul.make_args(whole))))
    found = antidifference(logs, k)
    if found is None:
        return None
    terms = (term.as_independent(log, as_Add=False) for term in Add.make_args(found))
    return Mul(*(g.args[0] ** p for p, g in terms if isinstance(g, log)))


@METHODS.finite("factorial", example=product_of(k, k, 1, n))
def to_factorial(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """A product of neighbouring numbers is a quotient of factorials."""
    if not f.is_polynomial(k) or Poly(f, k).degree() != 1:
        return None
    c, q = Poly(f, k).all_coeffs()
    shift = cancel(q / c)
    outside = c ** (b - a + 1).expand()
    first, last = (a + shift).expand(), (b + shift).expand()
    if first.is_Integer:
        if first < 1:
            return None
        return Rewrite(outside * factorial(last) / factorial(first - 1), at_least(last, first - 1))
    quotient = gamma(last + 1) / gamma(first)
    return Rewrite(outside * quotient, unequal(first, S.Zero) if free_symbols(first) else S.true)


@METHODS.finite("factor by factor", example=product_of(k * 2**k, k, 1, n))
def factor_by_factor(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """A product of products is multiplied factor by factor."""
    whole = factor(together(f)) if f.is_rational_function(k) else f
    parts = Mul.make_args(whole)
    if len(parts) < 2:
        return None
    return Mul(*(product_of(part, k, a, b) for part in parts))


@METHODS.finite("power of a product", example=product_of(k**2, k, 1, n), on=Pow)
def power_of_product(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """An exponent that stays the same is taken once, at the end."""
    base, power = f.as_base_exp()
    if depends_on(power, k) or power == 1 or not power.is_Integer:
        return None
    return product_of(base, k, a, b) ** power


@METHODS.finite("cosines of halved angles", example=product_of(cos(x / 2**k), k, 1, n), on=cos)
def halved_angles(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """By sin(2t) = 2*sin(t)*cos(t) each factor is a quotient of neighbouring sines."""
    angle = f.args[0]
    if cancel(angle.subs(k, k + 1) / angle) != S.Half:
        return None
    first, last = angle.subs(k, a - 1), angle.subs(k, b)
    return Rewrite(sin(first) / (2 ** (b - a + 1) * sin(last)), unequal(sin(last), S.Zero))


@METHODS.infinite(
    "cosines of halved angles, infinite",
    example=product_of(cos(x / 2**k), k, 1, oo),
    on=cos,
)
def viete(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """Viete: the product of n cosines is sin(u)/(2**n*sin(u/2**n)), and its limit is sin(u)/u."""
    angle = f.args[0]
    if cancel(angle.subs(k, k + 1) / angle) != S.Half:
        return None
    first = angle.subs(k, a - 1)
    return Rewrite(sin(first) / first, unequal(first, S.Zero))


@METHODS.any("squares of squares", example=product_of(1 + x ** (2**k), k, 0, n), on=Add)
def repeated_squares(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """With (1 - u)*(1 + u) = 1 - u**2 each factor turns 1 - u into 1 - u**2."""
    u = f - 1
    base, power = u.as_base_exp()
    if depends_on(base, k) or not depends_on(power, k):
        return None
    if simplify(power.subs(k, k + 1) / power) != 2:
        return None
    first = u.subs(k, a)
    if b == oo:
        given = smaller_than_one(base)
        return Rewrite(1 / (1 - first), given) if given != False else None
    return Rewrite((1 - u.subs(k, b + 1)) / (1 - first), unequal(first, S.One))


# ------------------------------------------------------------------ infinite products


@METHODS.infinite("Euler's sine product", example=product_of(1 - x**2 / k**2, k, 1, oo), on=Add)
def sine_product(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """Euler: sin(pi*x)/(pi*x) is the product of 1 - x**2/k**2, and cos likewise over odd places."""
    c = cancel((f - 1) * k**2)
    if a == 1 and not depends_on(c, k):
        return _sine(c)
    c = cancel((f - 1) * (2 * k - 1) ** 2)
    return cos(pi * _root(-c) / 2) if a == 1 and not depends_on(c, k) and c != 0 else None


def _sine(c: Expr) -> Expr:
    if c.could_extract_minus_sign():
        return sin(pi * _root(-c)) / (pi * _root(-c))
    return sinh(pi * _root(c)) / (pi * _root(c))


def _root(c: Expr) -> Expr:
    base, power = c.as_base_exp()
    return base ** (power / 2) if power.is_Integer and power % 2 == 0 else sqrt(c)


@METHODS.infinite("gamma values", example=product_of(4 * k**2 / (4 * k**2 - 1), k, 1, oo))
def gamma_values(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """Factors (k + u)*.../((k + v)*...) with equal sums of u and v: a quotient of gamma values."""
    if not f.is_rational_function(k) or not a.is_Integer:
        return None
    above, below = cancel(together(f).subs(k, k + a)).as_numer_denom()
    if not depends_on(below, k) or not depends_on(above, k):
        return None
    upper, lower = (linear_factors(p, k) or places(p, k) for p in (above, below))
    if upper is None or lower is None or len(upper[1]) != len(lower[1]):
        return None
    if cancel(upper[0] - lower[0]) != 0 or cancel(Add(*upper[1]) - Add(*lower[1])) != 0:
        return None
    top, bottom = product_of_gammas(lower[1]), product_of_gammas(upper[1])
    if top is None or bottom is None or S.ComplexInfinity in (top, bottom):
        return None
    value = top / bottom
    return gammasimp(value) if free_symbols(value) else value


@METHODS.infinite("to zero or infinity", example=product_of(1 - 1 / (2 * k), k, 1, oo))
def to_zero_or_infinity(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """The logarithms of the factors, of one sign, have no finite sum: the product goes with it."""
    logs = log(f)
    if free_symbols(f) - {k} or not all(v.is_positive for v in at_places(f, k, a, FEW)):
        return None
    sign = sign_far_out(logs, k)
    value = None if sign is None else oo if sign > 0 else S.Zero
    premises = ((Convergence(logs, k, a), DIVERGENT),)
    return Rewrite(value, premises=premises) if value is not None else None


@METHODS.finite("multiply the factors", example=product_of(x + 2**k, k, 1, 6))
def multiply(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """No formula is needed: multiply the factors one by one."""
    length = b - a
    if not length.is_Integer or not 0 < length < MANY:
        return None
    return Mul(*at_places(f, k, a, int(length) + 1))


RULES = RuleTable(Product, unpack, "products", tidy=tidy)
for _rule in (*BASICS, *METHODS):
    RULES.add(_rule)


@limited
def product(f: Expr | str, *ranges: Any, timeout: float = 20.0) -> Derivation:
    """The product of `f`, step by step: `product(f, (k, 1, n))`, `product(f, (k, 1, oo))`.

    The index and the letters in its bounds are integers. Raises NoRuleApplies, BudgetExceeded,
    ValueError, ParseError.

    >>> product("1 + 1/k", ("k", 1, "n")).result
    n + 1
    >>> product("1 - 1/k^2", ("k", 2, "oo")).result
    1/2
    """
    if len(ranges) != 1:
        raise ValueError("a product has one range: write product(f, (k, 1, n))")
    goal = asked_for(Product, scalar(f), ranges, "product")
    root = search(goal, tables(), Budget(seconds=timeout))
    return Derivation(root, goal, arguments=in_order(goal))
