"""Series by algebra: polynomials, sums, the Cauchy product, long division, moving the centre."""

from __future__ import annotations

from sympy import (
    Add,
    Expr,
    Function,
    Mul,
    Pow,
    S,
    Subs,
    Symbol,
    atan,
    cancel,
    cos,
    cosh,
    cot,
    coth,
    csc,
    csch,
    exp,
    expand,
    factorial,
    log,
    oo,
    sin,
    sinh,
    sqrt,
    together,
)

from derive.calculus.continuity import positive
from derive.calculus.integrals.operators import nonzero
from derive.calculus.series.maclaurin import RULES  # its rows come first
from derive.calculus.series.operators import (
    Truncated,
    below,
    far_from_origin,
    polynomial_quotient,
    valuation,
    value_at_zero,
)
from derive.rules import Outcome, Rewrite
from derive.structure import depends_on, fresh

x, a = Symbol("x"), Symbol("a")
MANY = 400  # the largest exponent that is multiplied out
LARGEST = 400  # operations of a derivative


@RULES.rule("constant", example=Truncated(a, x, 0, 4))
def constant(f: Expr, x: Symbol, x0: Expr, n: int) -> Outcome:
    """A constant is its own series."""
    if depends_on(f, x):
        return None
    return f if n > 0 else S.Zero


@RULES.rule("infinity to the origin", example=Truncated(sqrt(1 + 1 / x), x, oo, 3))
def from_infinity(f: Expr, x: Symbol, x0: Expr, n: int) -> Outcome:
    """Put x = 1/t (or -1/t), which moves infinity to 0 from the right."""
    if x0 not in (oo, -oo):
        return None
    t, side = fresh("t", f, x), 1 if x0 == oo else -1
    moved = Truncated(far_from_origin(f, x, t, side), t, 0, n)
    if side == -1 and n > 0:
        return Rewrite(Subs(moved, t, -1 / x), where=((x, -1 / t),))
    return Rewrite(Subs(moved, t, 1 / x), where=((x, 1 / t),))


@RULES.rule("centre to the origin", example=Truncated(1 / x, x, 2, 4))
def centre_to_origin(f: Expr, x: Symbol, x0: Expr, n: int) -> Outcome:
    """Put x = x0 + t, which moves the centre to 0."""
    if x0 == 0:
        return None
    t = fresh("t", f, x, x0)
    moved = _multiplied_out(f.subs(x, x0 + t))
    return Rewrite(Subs(Truncated(moved, t, 0, n), t, x - x0), where=((x, x0 + t),))


def _multiplied_out(f: Expr) -> Expr:
    """The polynomials in f in powers of t: 4 + 4*t + t**2 rather than (2 + t)**2."""
    short = expand(f, trig=False, log=False, power_base=False, power_exp=False)
    return short if short.count_ops() <= 2 * f.count_ops() + 10 else f


@RULES.rule("multiply out and cut off", example=Truncated((1 + x + x**2) ** 2, x, 0, 3))
def polynomial(f: Expr, x: Symbol, x0: Expr, n: int) -> Outcome:
    """Multiply the polynomials, and drop the terms of higher degree."""
    if f.has(Truncated) or _too_long(f):
        return None
    return below(f, x, n)


def _too_long(f: Expr) -> bool:
    return any(p.exp.is_Integer and p.exp > MANY for p in f.atoms(Pow))


@RULES.rule("sum rule", example=Truncated(sin(x) + exp(x), x, 0, 4), on=Add)
def sum_rule(f: Expr, x: Symbol, x0: Expr, n: int) -> Outcome:
    """Series are added term by term."""
    fixed, moving = f.as_independent(x, as_Add=True)
    terms = [fixed] if fixed != 0 and n > 0 else []
    return Add(*terms, *(Truncated(term, x, 0, n) for term in Add.make_args(moving)))


@RULES.rule("powers of x in front", example=Truncated(3 * x**2 * sin(x), x, 0, 6), on=Mul)
def powers_in_front(f: Expr, x: Symbol, x0: Expr, n: int) -> Outcome:
    """Constants and powers of x stay in front; what is left is needed to another degree."""
    fixed, moving = f.as_independent(x, as_Add=False)
    powers = [p for p in Mul.make_args(moving) if p.as_base_exp()[0] == x]
    shift = sum((p.as_base_exp()[1] for p in powers), S.Zero)
    if not shift.is_Integer or (fixed == 1 and shift == 0):
        return None
    rest = Mul(*(p for p in Mul.make_args(moving) if p not in powers))
    return fixed * x**shift * Truncated(rest, x, 0, n - shift)


# ------------------------------------------------------------------ products and quotients


def _above_and_below(f: Expr) -> tuple[list[Expr], list[Expr]]:
    """The factors of f, and those of its denominator."""
    above, under = [], []
    for part in Mul.make_args(f):
        base, power = part.as_base_exp()
        if power.is_Integer and power < 0 and not isinstance(part, exp):
            under.append(base**-power)
        else:
            above.append(part)
    return above, under


@RULES.rule("Cauchy product", example=Truncated(exp(x) * sin(x), x, 0, 5), on=Mul)
def cauchy_product(f: Expr, x: Symbol, x0: Expr, n: int) -> Outcome:
    """Multiply the series of the factors, each as far as the other one needs it."""
    above, under = _above_and_below(f)
    if under or len(above) < 2:
        return None
    g, h = above[0], Mul(*above[1:])
    v, w = valuation(g, x), valuation(h, x)
    if v is None or w is None:
        return None
    if v + w >= n:
        return S.Zero
    parts = Truncated(g, x, 0, n - w), Truncated(h, x, 0, n - v)
    return Truncated(Mul(*parts, evaluate=False), x, 0, n)


@RULES.rule("power of a series", example=Truncated(sin(x) ** 3, x, 0, 8), on=Pow)
def power_of_series(f: Expr, x: Symbol, x0: Expr, n: int) -> Outcome:
    """Raise the series of the base to the power."""
    base, power = f.as_base_exp()
    v = valuation(base, x)
    if not power.is_Integer or power < 2 or v is None:
        return None
    if v * power >= n:
        return S.Zero
    return Truncated(Truncated(base, x, 0, n - (power - 1) * v) ** power, x, 0, n)


@RULES.rule("quotient of two series", example=Truncated(sin(x) / cos(x), x, 0, 6), on=(Mul, Pow))
def quotient(f: Expr, x: Symbol, x0: Expr, n: int) -> Outcome:
    """Divide the series of the numerator by that of the denominator."""
    above, under = _above_and_below(f)
    g, h = Mul(*above), Mul(*under)
    if not under or f.is_rational_function(x):
        return None
    v, w = valuation(g, x), valuation(h, x)
    if v is None or w is None:
        return None
    length = n - (v - w)
    if length <= 0:
        return S.Zero
    parts = Truncated(g, x, 0, v + length), Truncated(h, x, 0, w + length)
    first = parts[0] if depends_on(g, x) else g
    return Truncated(Mul(first, Pow(parts[1], -1), evaluate=False), x, 0, n)


@RULES.rule("long division", example=Truncated((1 + x) / (1 - x - x**2), x, 0, 6), on=(Mul, Pow))
def long_division(f: Expr, x: Symbol, x0: Expr, n: int) -> Outcome:
    """Divide by rising powers: each remainder gives the next coefficient."""
    found = polynomial_quotient(f, x)
    if found is None:
        return None
    rest, divisor = (list(reversed(p.all_coeffs())) for p in found)
    lead = next(k for k, c in enumerate(divisor) if c != 0)
    divisor = divisor[lead:]
    terms: list[Expr] = []
    rest += [S.Zero] * max(0, n + lead - len(rest))
    for k in range(n + lead):
        c = cancel(rest[k] / divisor[0])
        terms.append(c * x ** (k - lead))
        for j, d in enumerate(divisor[: len(rest) - k]):
            rest[k + j] = rest[k + j] - c * d
    return Rewrite(Add(*terms), nonzero(divisor[0]))


# ------------------------------------------------------------------ a constant inside a function


@RULES.rule("constant out of the exponent", example=Truncated(exp(2 + x), x, 0, 4), on=exp)
def constant_in_exponent(f: Expr, x: Symbol, x0: Expr, n: int) -> Outcome:
    """The constant part of the exponent becomes a factor."""
    c = value_at_zero(f.args[0], x)
    if c in (None, 0):
        return None
    return exp(c) * Truncated(exp((f.args[0] - c).expand()), x, 0, n)


@RULES.rule("constant out of the logarithm", example=Truncated(log(2 + x), x, 0, 4), on=log)
def constant_in_logarithm(f: Expr, x: Symbol, x0: Expr, n: int) -> Outcome:
    """The constant part of the argument becomes a term, the rest is divided by it."""
    c = value_at_zero(f.args[0], x)
    given = None if c in (None, 0, 1) else positive(c)
    if given is None:
        return None
    inside = (f.args[0] / c).expand()
    return Rewrite(log(c) + Truncated(log(inside), x, 0, n), given)


@RULES.rule("constant out of the power", example=Truncated(sqrt(4 + x), x, 0, 4), on=Pow)
def constant_in_power(f: Expr, x: Symbol, x0: Expr, n: int) -> Outcome:
    """The constant part of the base becomes a factor, the rest is divided by it."""
    base, power = f.args
    c = value_at_zero(base, x)
    if c in (None, 0, 1) or depends_on(power, x) or (power.is_Integer and power > 0):
        return None
    given = nonzero(c) if power.is_Integer else positive(c)
    if given is None:
        return None
    return Rewrite(c**power * Truncated((base / c).expand() ** power, x, 0, n), given)


@RULES.rule(
    "series of the inner function", example=Truncated(exp(log(1 + x) / x), x, 0, 4), on=Function
)
def inner_first(f: Expr, x: Symbol, x0: Expr, n: int) -> Outcome:
    """What is inside has a gap at 0 that its series fills."""
    if len(f.args) != 1 or isinstance(f.args[0], Truncated) or not depends_on(f, x):
        return None
    v = valuation(f.args[0], x)
    if value_at_zero(f.args[0], x) is not None or v is None or v < 0:
        return None
    return Truncated(f.func(Truncated(f.args[0], x, 0, n)), x, 0, n)


@RULES.rule("addition theorem", example=Truncated(sin(1 + x), x, 0, 4), on=(sin, cos, sinh, cosh))
def addition_theorem(f: Expr, x: Symbol, x0: Expr, n: int) -> Outcome:
    """Take the constant part out of the angle by the addition theorem."""
    c = value_at_zero(f.args[0], x)
    if c in (None, 0):
        return None
    u = (f.args[0] - c).expand()
    s, k = (sin, cos) if isinstance(f, (sin, cos)) else (sinh, cosh)
    odd, even = Truncated(s(u), x, 0, n), Truncated(k(u), x, 0, n)
    if isinstance(f, s):
        return s(c) * even + k(c) * odd
    return k(c) * even + (-1 if isinstance(f, cos) else 1) * s(c) * odd


@RULES.rule("power as an exponential", example=Truncated((1 + x) ** x, x, 0, 5), on=Pow)
def power_as_exponential(f: Expr, x: Symbol, x0: Expr, n: int) -> Outcome:
    """A power with x in its exponent is exp of the exponent times the logarithm of the base."""
    base, power = f.args
    if not depends_on(power, x) or isinstance(f, exp):
        return None
    c = value_at_zero(base, x)
    given = positive(c) if c is not None and c != 0 else None
    if given is None:
        return None
    return Rewrite(Truncated(exp(power * log(base)), x, 0, n), given)


@RULES.rule("hyperbolic or trigonometric quotient", example=Truncated(csc(x), x, 0, 4))
def as_quotient(f: Expr, x: Symbol, x0: Expr, n: int) -> Outcome:
    """Cotangent, cosecant and their like as quotients of functions with a known series."""
    changed = f.replace(lambda node: type(node) in QUOTIENTS, lambda node: _quotient_of(node))
    return Truncated(changed, x, 0, n) if changed != f else None


QUOTIENTS = {
    cot: lambda u: cos(u) / sin(u),
    csc: lambda u: 1 / sin(u),
    coth: lambda u: cosh(u) / sinh(u),
    csch: lambda u: 1 / sinh(u),
}


def _quotient_of(node: Expr) -> Expr:
    return QUOTIENTS[type(node)](node.args[0])


# ------------------------------------------------------------------ by derivatives


@RULES.rule("Taylor's formula", example=Truncated(atan(1 + x), x, 0, 4))
def taylor(f: Expr, x: Symbol, x0: Expr, n: int) -> Outcome:
    """The coefficient of x**k is the k-th derivative at 0, divided by k!."""
    terms, where, derivative = [], [], f
    for k in range(n):
        if derivative.count_ops() > LARGEST:
            return None
        value = value_at_zero(derivative, x)
        if value is None:
            return None
        where.append((Symbol("f" + "'" * k if k < 4 else f"f^({k})"), value))
        terms.append(value / factorial(k) * x**k)
        derivative = _shorter(derivative.diff(x))
    return Rewrite(Add(*terms), where=tuple(where))


def _shorter(f: Expr) -> Expr:
    return min((f, together(f), cancel(f) if f.is_rational_function() else f), key=Expr.count_ops)
