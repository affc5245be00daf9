"""Circular and hyperbolic functions: identities, reduction formulas, and the substitutions that
turn a rational function of sine and cosine into a rational function (Bioche's rules)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sympy import (
    Add,
    Expr,
    Function,
    Integral,
    Mul,
    Poly,
    Pow,
    Rational,
    S,
    Symbol,
    cancel,
    cos,
    cosh,
    cot,
    coth,
    csc,
    csch,
    default_sort_key,
    exp,
    expand_mul,
    expand_trig,
    log,
    sec,
    sech,
    sin,
    sinh,
    tan,
    tanh,
    together,
)

from derive.calculus.integrals.operators import (
    Rules,
    antiderivative,
    linear,
    nonzero,
    size,
    substitution,
)
from derive.rules import Outcome, Rewrite
from derive.structure import depends_on, fresh

x = Symbol("x")
RULES = Rules()
REDUCTIONS = Rules()
RATIONAL = Rules()

CIRCULAR = (sin, cos, tan, cot, sec, csc)
HYPERBOLIC = (sinh, cosh, tanh, coth, sech, csch)

# fmt: off
# The reduction formula of a power n of a function with argument t: what is outside the integral,
# and the factor of the integral of the power n - 2 (Gradshteyn and Ryzhik 2.51, 2.52, 2.41).
FORMULAS = {
    sin:  lambda t, n: (-sin(t)**(n - 1)*cos(t)/n,       (n - 1)/n),
    cos:  lambda t, n: (cos(t)**(n - 1)*sin(t)/n,        (n - 1)/n),
    tan:  lambda t, n: (tan(t)**(n - 1)/(n - 1),         -1),
    cot:  lambda t, n: (-cot(t)**(n - 1)/(n - 1),        -1),
    sec:  lambda t, n: (sec(t)**(n - 2)*tan(t)/(n - 1),  (n - 2)/(n - 1)),
    csc:  lambda t, n: (-csc(t)**(n - 2)*cot(t)/(n - 1), (n - 2)/(n - 1)),
    sinh: lambda t, n: (sinh(t)**(n - 1)*cosh(t)/n,      -(n - 1)/n),
    cosh: lambda t, n: (cosh(t)**(n - 1)*sinh(t)/n,      (n - 1)/n),
    tanh: lambda t, n: (-tanh(t)**(n - 1)/(n - 1),       1),
    coth: lambda t, n: (-coth(t)**(n - 1)/(n - 1),       1),
    sech: lambda t, n: (sech(t)**(n - 2)*tanh(t)/(n - 1), (n - 2)/(n - 1)),
    csch: lambda t, n: (-csch(t)**(n - 2)*coth(t)/(n - 1), -(n - 2)/(n - 1)),
}
RECIPROCAL = {sin: csc, cos: sec, sinh: csch, cosh: sech}
# fmt: on


@REDUCTIONS.indefinite("reduction formula", example=Integral(sec(x) ** 3, x), on=Pow)
def reduction(f: Expr, x: Symbol) -> Outcome:
    """Integration by parts, or an identity, brings the exponent down by two."""
    base, n = f.args
    head = type(base)
    if n.is_Integer and n < -2 and head in RECIPROCAL:
        head, n = RECIPROCAL[head], -n
    found = linear(base.args[0], x) if head in FORMULAS else None
    if found is None or not n.is_Integer or n < 3 or _better_otherwise(head, n):
        return None
    t = base.args[0]
    outside, factor = FORMULAS[head](t, n)
    written = 1 / base ** (n - 2) if head is not type(base) else base ** (n - 2)
    equals = outside / found[0] + factor * antiderivative(written, x)
    return Rewrite(equals, nonzero(found[0]))


def _better_otherwise(head: type, n: Expr) -> bool:
    """Odd powers of sine and cosine are substitutions, even ones sums of multiple angles."""
    return head in (sin, cos, sinh, cosh) and (n % 2 == 1 or (n <= 12 and head in (sin, cos)))


def powers(
    f: Expr, kinds: tuple[type, ...], x: Symbol
) -> tuple[Expr, Expr, dict[type, Expr]] | None:
    """The common argument, its slope, the exponents: of a product of functions of these kinds."""
    found: dict[type, Expr] = {}
    argument = None
    for factor in Mul.make_args(f):
        base, power = factor.as_base_exp() if not isinstance(factor, exp) else (factor, S.One)
        if type(base) not in kinds or argument not in (None, base.args[0]):
            return None
        argument = base.args[0]
        found[type(base)] = power
    line = linear(argument, x)
    return (argument, line[0], found) if line else None


@RULES.indefinite("odd power", example=Integral(sin(x) ** 3 * cos(x) ** 2, x), on=(Mul, Pow))
def odd_power(f: Expr, x: Symbol) -> Outcome:
    """Keep one factor of the odd power for du, and write the others by sin^2 + cos^2 = 1."""
    for s, c in ((sin, cos), (sinh, cosh)):
        found = powers(f, (s, c), x)
        if found is None:
            continue
        t, a, exponents = found
        (m, n), hyperbolic = (exponents.get(s, S.Zero), exponents.get(c, S.Zero)), s is sinh
        u = fresh("u", f, x)
        if _odd(m) and not (_odd(n) and n < m):
            square = u**2 - 1 if hyperbolic else 1 - u**2
            h, g = u**n * square ** ((m - 1) / 2), c(t)
            sign = 1 if hyperbolic else -1
        elif _odd(n):
            square = 1 + u**2 if hyperbolic else 1 - u**2
            h, g, sign = u**m * square ** ((n - 1) / 2), s(t), 1
        else:
            continue
        Iu, letters = substitution(h, u, g, x)
        return Rewrite(sign * Iu / a, nonzero(a), where=letters)
    return None


def _odd(n: Expr) -> bool:
    return n.is_Integer and n % 2 == 1 and n > 0


@RULES.indefinite("secant and tangent", example=Integral(tan(x) ** 2 * sec(x) ** 4, x), on=(Mul,))
def secant_tangent(f: Expr, x: Symbol) -> Outcome:
    """An even power of the secant leaves u = tan, an odd power of the tangent leaves u = sec."""
    for T, C, sign in ((tan, sec, 1), (cot, csc, -1)):
        found = powers(f, (T, C), x)
        if found is None or len(found[2]) < 2:
            continue
        t, a, exponents = found
        m, n, u = exponents[T], exponents[C], fresh("u", f, x)
        if n.is_Integer and n % 2 == 0 and n > 0:
            h, g = u**m * (1 + u**2) ** ((n - 2) / 2), T(t)
        elif _odd(m):
            h, g = u ** (n - 1) * (u**2 - 1) ** ((m - 1) / 2), C(t)
        elif m.is_Integer and m > 0:
            changed = expand_mul(C(t) ** n * (C(t) ** 2 - 1) ** (m / 2)).expand()
            return antiderivative(changed, x)
        else:
            continue
        Iu, letters = substitution(h, u, g, x)
        return Rewrite(sign * Iu / a, nonzero(a), where=letters)
    return None


@RULES.indefinite("half angle", example=Integral(sin(x) ** 2, x), on=(Pow,))
def half_angle(f: Expr, x: Symbol) -> Outcome:
    """Write the square of a sine or cosine by the cosine of the double angle."""
    base, n = f.args
    if n != 2 or type(base) not in (sin, cos, sinh, cosh):
        return None
    t = base.args[0]
    return antiderivative(_square(type(base), t), x)


def _square(head: type, t: Expr) -> Expr:
    half = Rational(1, 2)
    return {
        sin: half - cos(2 * t) / 2,
        cos: half + cos(2 * t) / 2,
        sinh: cosh(2 * t) / 2 - half,
        cosh: cosh(2 * t) / 2 + half,
    }[head]


@RULES.indefinite("products to sums", example=Integral(sin(3 * x) * cos(5 * x), x), on=(Mul, Pow))
def products_to_sums(f: Expr, x: Symbol) -> Outcome:
    """Write products and powers of sines and cosines as sums of sines and cosines."""
    factors = Mul.make_args(f)
    waves = [p for p in factors if _wave(p, x)]
    count = sum(p.exp if p.is_Pow else 1 for p in waves)
    if count < 2 or count > 12:
        return None
    rest = Mul(*(p for p in factors if p not in waves))
    if not _polynomial_exponential(rest, x):
        return None
    total = fourier(waves)
    return antiderivative(Add(*(rest * term for term in Add.make_args(total))), x)


def _wave(p: Expr, x: Symbol) -> bool:
    base = p.base if p.is_Pow else p
    whole = not p.is_Pow or (p.exp.is_Integer and p.exp > 0)
    return whole and isinstance(base, (sin, cos)) and linear(base.args[0], x) is not None


def _polynomial_exponential(rest: Expr, x: Symbol) -> bool:
    plain = (p for p in Mul.make_args(rest) if not isinstance(p, exp))
    return all(p.is_polynomial(x) or linear(p.as_base_exp()[0], x) for p in plain)


def fourier(waves: list[Expr]) -> Expr:
    """A product of sines and cosines as a sum of them."""
    total: Expr = S.One
    for wave in waves:
        base, n = wave.as_base_exp()
        for _ in range(int(n)):
            total = Add(*(_product(term, base) for term in Add.make_args(total)))
    return total


def _product(term: Expr, wave: Expr) -> Expr:
    """c*f(s)*g(t) as a sum."""
    c, f = term.as_independent(sin, cos, as_Add=False)
    if f == 1:
        return term * wave
    s, t = f.args[0], wave.args[0]
    if isinstance(f, sin) and isinstance(wave, sin):
        return c * (cos(s - t) - cos(s + t)) / 2
    if isinstance(f, cos) and isinstance(wave, cos):
        return c * (cos(s - t) + cos(s + t)) / 2
    if isinstance(f, cos):
        s, t = t, s
    return c * (sin(s + t) + sin(s - t)) / 2


# ------------------------------------------------------------------ rational in sine and cosine

# Names that no letter of an integrand can have.
s, c = Symbol("sine of the angle"), Symbol("cosine of the angle")

# fmt: off
IN_SINE_AND_COSINE = {
    sin: s, cos: c, tan: s/c, cot: c/s, sec: 1/c, csc: 1/s,
    sinh: s, cosh: c, tanh: s/c, coth: c/s, sech: 1/c, csch: 1/s,
}
# fmt: on


class Waves(NamedTuple):
    """R(s, c) at s, c = the sine and cosine, perhaps hyperbolic, of an angle linear in x."""

    R: Expr
    angle: Expr
    slope: Expr
    hyperbolic: bool


def in_sine_and_cosine(f: Expr, x: Symbol) -> Waves | None:
    """f as a rational function of the sine and cosine of one angle."""
    calls = sorted((g for g in f.atoms(Function) if depends_on(g, x)), key=default_sort_key)
    heads = {type(g) for g in calls}
    hyperbolic = heads <= set(HYPERBOLIC)
    if not calls or not (hyperbolic or heads <= set(CIRCULAR)):
        return None
    angle = common_angle([g.args[0] for g in calls], x)
    line = linear(angle, x) if angle is not None else None
    if line is None:
        return None
    whole = {g: _multiple(g, angle, hyperbolic) for g in calls}
    R = f.xreplace(whole)
    if depends_on(R, x) or not R.is_rational_function(s, c):
        return None
    return Waves(cancel(together(R)), angle, line[0], hyperbolic)


def common_angle(angles: list[Expr], x: Symbol) -> Expr | None:
    """An angle of which all others are small integer multiples."""
    if any(linear(a, x) is None for a in angles):
        return None
    for angle in angles:
        ratios = [cancel(a / angle) for a in angles]
        if all(r.is_Integer and abs(r) <= 6 for r in ratios):
            return angle
    return None


def _multiple(g: Expr, angle: Expr, hyperbolic: bool) -> Expr:
    k = cancel(g.args[0] / angle)
    t = Symbol("t")
    R = IN_SINE_AND_COSINE[type(g)]
    if k == 1:
        return R
    first, second = (sinh, cosh) if hyperbolic else (sin, cos)
    expanded = {s: expand_trig(first(k * t)), c: expand_trig(second(k * t))}
    return R.xreplace(expanded).xreplace({first(t): s, second(t): c})


@RATIONAL.indefinite("rational in sine and cosine", example=Integral(1 / (1 + cos(x) ** 2), x))
def bioche(f: Expr, x: Symbol) -> Iterator[Rewrite]:
    """Odd in the sine: take u = cos. Odd in the cosine: u = sin. Even in both together: u = tan."""
    found = in_sine_and_cosine(f, x)
    if found is None or size(found.R) > 150:
        return
    R, angle, a, hyperbolic = found
    u = fresh("u", f, x)
    first, second, third = (sinh, cosh, tanh) if hyperbolic else (sin, cos, tan)
    sign = 1 if hyperbolic else -1
    choices = []
    if cancel(R.subs(s, -s) + R) == 0:
        square = c**2 - 1 if hyperbolic else 1 - c**2
        choices.append((sign * _even(R / s, s, square).subs(c, u), second(angle)))
    if cancel(R.subs(c, -c) + R) == 0:
        square = 1 + s**2 if hyperbolic else 1 - s**2
        choices.append((_even(R / c, c, square).subs(s, u), first(angle)))
    if not choices and cancel(R.subs({s: -s, c: -c}, simultaneous=True) - R) == 0:
        square = 1 / (1 - u**2) if hyperbolic else 1 / (1 + u**2)
        h = _even(R.subs(s, u * c), c, square) * square
        choices.append((h, third(angle)))
    for h, g in choices:
        Iu, letters = substitution(cancel(together(h)), u, g, x)
        yield Rewrite(Iu / a, nonzero(a), where=letters)


def _even(R: Expr, s: Symbol, square: Expr) -> Expr:
    """R, even in s, with `square` for s**2."""
    over, under = cancel(together(R)).as_numer_denom()
    return _even_polynomial(over, s, square) / _even_polynomial(under, s, square)


def _even_polynomial(p: Expr, s: Symbol, square: Expr) -> Expr:
    terms = Poly(p, s).terms()
    return Add(*(coefficient * square ** Rational(k, 2) for (k,), coefficient in terms))


@RATIONAL.indefinite("tangent of the half angle", example=Integral(1 / (2 + cos(x)), x))
def half_angle_tangent(f: Expr, x: Symbol) -> Outcome:
    """With u = tan(x/2), sine, cosine and dx are rational functions of u."""
    found = in_sine_and_cosine(f, x)
    if found is None or found.hyperbolic or size(found.R) > 150:
        return None
    R, angle, a, _ = found
    u = fresh("u", f, x)
    values = {s: 2 * u / (1 + u**2), c: (1 - u**2) / (1 + u**2)}
    h = cancel(together(R.xreplace(values) * 2 / (1 + u**2)))
    Iu, letters = substitution(h, u, tan(angle / 2), x)
    return Rewrite(Iu / a, nonzero(a), where=letters)


@RATIONAL.indefinite(
    "hyperbolic functions as exponentials", example=Integral(exp(x) / (1 + cosh(x)), x)
)
def as_exponentials(f: Expr, x: Symbol) -> Outcome:
    """Write the hyperbolic functions by their definition as exponentials."""
    calls = [g for g in f.atoms(*HYPERBOLIC) if depends_on(g, x)]
    if not calls or f.has(*CIRCULAR, log):
        return None
    changed = f.xreplace({g: g.rewrite(exp) for g in calls})
    return antiderivative(changed, x)


@RATIONAL.indefinite(
    "in sine and cosine", example=Integral(tan(x) * (sec(x) + cos(x)) * exp(sin(x)), x)
)
def by_definition(f: Expr, x: Symbol) -> Outcome:
    """Write tangent, cotangent, secant and cosecant by sine and cosine."""
    names = {tan: lambda t: sin(t) / cos(t), cot: lambda t: cos(t) / sin(t),
             sec: lambda t: 1 / cos(t), csc: lambda t: 1 / sin(t)}  # fmt: skip
    changes = {g: names[type(g)](g.args[0]) for g in f.atoms(*names) if depends_on(g, x)}
    if not changes:
        return None
    changed = expand_mul(f.xreplace(changes))
    return antiderivative(changed, x)
