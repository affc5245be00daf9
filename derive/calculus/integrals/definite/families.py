"""Named definite integrals: the gamma and beta functions, and what they give for waves and logs.

Gradshteyn and Ryzhik, sections 3.19-3.24, 3.38, 3.62, 3.76, 4.25; DLMF chapter 5.
"""

from __future__ import annotations

from collections.abc import Callable

from sympy import (
    Abs,
    Add,
    And,
    Dummy,
    Expr,
    Function,
    I,
    Integral,
    Lt,
    Mul,
    S,
    Symbol,
    cos,
    cosh,
    erf,
    erfc,
    exp,
    factorial,
    gamma,
    log,
    oo,
    pi,
    sec,
    sign,
    sin,
    sinh,
    sqrt,
    tan,
)
from sympy.logic.boolalg import Boolean

from derive.calculus.digamma import with_known_digammas
from derive.calculus.integrals.definite.matching import (
    Value,
    binomial,
    factors,
    family,
    monomial,
    power_of,
    roots_apart,
    sine_and_cosine_powers,
)
from derive.calculus.integrals.operators import (
    Rules,
    definite,
    nonzero,
    nonzero_factors,
    positive,
    quadratic,
    real,
    real_part,
)
from derive.calculus.limit_table import lim
from derive.rules import Outcome, Rewrite
from derive.structure import depends_on, fresh

x, y = Symbol("x"), Symbol("y")
a, b, m, n, p, q, s, t = (Symbol(name) for name in "abmnpqst")
RULES = Rules()


# ------------------------------------------------------------------ Gaussian


@RULES.definite(
    "square of the Gaussian", example=Integral(exp(-(x**2)), (x, -oo, oo)), on=(exp, Mul)
)
def gaussian(f: Expr, x: Symbol, low: Expr, high: Expr) -> Outcome:
    """Complete the square; the square of the integral is an integral over the plane."""
    c, found = factors(f, x)
    if (low, high) != (-oo, oo) or len(found) != 1 or not isinstance(found[0][0], exp):
        return None
    coefficients = quadratic(found[0][0].args[0], x)
    if coefficients is None:
        return None
    k, beta, delta = coefficients
    y = fresh("y", f, x)
    plane = Integral(exp((k * (x**2 + y**2)).expand()), (x, -oo, oo), (y, -oo, oo))
    given = positive(-k)
    peak = exp(delta - beta**2 / (4 * k))
    return None if given == False else Rewrite(c * peak * sqrt(plane), given)


@family(
    RULES,
    "Gaussian times cosine",
    -oo,
    oo,
    example=Integral(exp(-(x**2)) * cos(b * x), (x, -oo, oo)),
)
def gaussian_times_cosine(f: Expr, x: Symbol) -> Value | None:
    """I'(b) = -b/(2*a)*I(b), under the integral sign and by parts; I(0) is the Gaussian."""
    c, found = factors(f, x)
    waves = [g.args[0] / x for g, e in found if isinstance(g, cos) and e == 1]
    bells = [-g.args[0] / x**2 for g, _ in found if isinstance(g, exp)]
    if len(found) != 2 or len(waves) != 1 or len(bells) != 1:
        return None
    (frequency,), (k,) = waves, bells
    if depends_on(frequency, x) or depends_on(k, x):
        return None
    u = fresh("t", f, x)
    decay = definite(-u / (2 * k), u, S.Zero, frequency)
    return c * definite(exp(-k * x**2), x, -oo, oo) * exp(decay), positive(k)


@family(
    RULES,
    "Gaussian times cosine, half line",
    S.Zero,
    oo,
    example=Integral(exp(-(x**2)) * cos(b * x), (x, 0, oo)),
)
def gaussian_times_cosine_on_half_line(f: Expr, x: Symbol) -> Value | None:
    """The integrand is even: half of the integral over the whole line."""
    found = gaussian_times_cosine(f, x)
    return None if found is None else (definite(f, x, -oo, oo) / 2, found[1])


@family(
    RULES,
    "Cauchy and Schloemilch",
    S.Zero,
    oo,
    example=Integral(exp(-(x**2) - 1 / x**2), (x, 0, oo)),
)
def cauchy_schloemilch(f: Expr, x: Symbol) -> Value | None:
    """a*x**2 + b/x**2 is (sqrt(a)*x - sqrt(b)/x)**2 + 2*sqrt(a*b): integrate by what is squared."""
    c, found = factors(f, x)
    if len(found) != 1 or not isinstance(found[0][0], exp):
        return None
    exponent = found[0][0].args[0].expand()
    k, l = -exponent.coeff(x, 2), -exponent.coeff(x, -2)
    if l == 0 or (exponent + k * x**2 + l / x**2).expand() != 0:
        return None
    u = fresh("u", f, x)
    whole = definite(exp(-(u**2)), u, -oo, oo)
    value = exp(-2 * sqrt(k * l)) * whole / (2 * sqrt(k))
    return c * value, And(positive(k), positive(l))


# ------------------------------------------------------------------ gamma and beta functions


def differentiated(value: Callable[[Expr], Expr], at: Expr, times: Expr) -> Expr:
    """The derivative of `value` of that order: it brings log(x)**times under the integral sign."""
    if times == 0:
        return value(at)
    letter = Dummy("s", positive=True)
    return with_known_digammas(value(letter).diff(letter, int(times)).subs(letter, at).doit())


def _whole(times: Expr) -> bool:
    return bool(times.is_Integer and 0 <= times <= 6)


@family(
    RULES, "gamma function", S.Zero, oo, example=Integral(x ** (s - 1) * exp(-a * x), (x, 0, oo))
)
def gamma_function(f: Expr, x: Symbol) -> Value | None:
    """Scaled, it is the integral that defines the gamma function, or its derivative by s."""
    c, found = factors(f, x)
    e, found = power_of(x, found)
    times, found = power_of(log(x), found)
    if len(found) != 1 or not isinstance(found[0][0], exp) or not _whole(times):
        return None
    exponent = monomial(found[0][0].args[0], x)
    if exponent is None:
        return None
    k, degree = -exponent[0], exponent[1]

    def value(e: Expr) -> Expr:
        return gamma((e + 1) / degree) * k ** (-(e + 1) / degree) / degree

    given = And(positive(real_part(e + 1)), positive(real_part(k)), positive(degree))
    return c * differentiated(value, e, times), given


def beta_function(u: Expr, v: Expr, reflected: bool = True) -> Expr:
    """gamma(u)*gamma(v)/gamma(u + v), by the reflection formula where u + v is a small integer."""
    total = u + v
    if not (total.is_Integer and 0 < total <= 6) or u.is_integer or not reflected:
        return gamma(u) * gamma(v) / gamma(total)
    rising = Mul(*(j - u for j in range(1, int(total))))
    wave = sin((pi * u).expand()) if u.has(I) else sin(pi * u)
    return pi / wave * rising / factorial(total - 1)


def between_integers(u: Expr, v: Expr) -> Boolean:
    """Where the reflection formula divides by sin(pi*u): u is no integer between 0 and u + v."""
    total = u + v
    if not (total.is_Integer and 0 < total <= 6) or u.is_integer:
        return S.true
    return And(*(nonzero_factors(u - j) for j in range(1, int(total))))


@family(
    RULES,
    "beta function",
    S.Zero,
    S.One,
    example=Integral(x ** (p - 1) * (1 - x) ** (q - 1), (x, 0, 1)),
)
def beta_on_unit_interval(f: Expr, x: Symbol) -> Value | None:
    """With u = x**m it is the integral that defines the beta function, or a derivative of it."""
    c, found = factors(roots_apart(f, x), x)
    e, found = power_of(x, found)
    times, found = power_of(log(x), found)
    again, found = _logarithms(found)
    shape = binomial(found[0][0], x) if len(found) == 1 and _whole(times) else None
    if shape is None or shape[1] != -shape[0] or found[0][1].is_integer:
        return None
    k, _, degree = shape
    power = found[0][1]

    def value(e: Expr) -> Expr:
        return differentiated(
            lambda n: k**n * beta_function((e + 1) / degree, n + 1) / degree, power, again
        )

    ends = And(positive(real_part(e + 1)), positive(real_part(power + 1)), positive(degree))
    given = And(ends, between_integers((e + 1) / degree, power + 1))
    given = given if k == 1 else And(given, positive(k))
    return c * differentiated(value, e, times), given


def _logarithms(
    found: list[tuple[Expr, Expr]],
) -> tuple[Expr, list[tuple[Expr, Expr]]]:
    """The exponent of log(u) beside a power of u, and the other factors."""
    for base, _ in found:
        times, others = power_of(log(base), found)
        if times != 0 and _whole(times):
            return times, others
    return S.Zero, found


@family(
    RULES,
    "beta function on the half line",
    S.Zero,
    oo,
    example=Integral(x ** (s - 1) / (1 + x) ** t, (x, 0, oo)),
)
def beta_on_half_line(f: Expr, x: Symbol) -> Value | None:
    """With u = d*x**m/(c + d*x**m) it is the integral that defines the beta function, or a
    derivative of it."""
    k, found = factors(f, x)
    e, found = power_of(x, found)
    times, found = power_of(log(x), found)
    again, found = _logarithms(found)
    shape = binomial(found[0][0], x) if len(found) == 1 and _whole(times) else None
    if shape is None or _elementary(e, shape[2], found[0][1], times + again):
        return None
    c, d, degree = shape
    power = -found[0][1]
    whole = ((e + 1) / degree).is_integer  # there the reflected form is 0/0

    def value(e: Expr) -> Expr:
        u = (e + 1) / degree
        turned = differentiated(
            lambda n: c ** (u - n) * d**-u * beta_function(u, n - u, not whole) / degree,
            power,
            again,
        )
        return k * (-1) ** again * turned

    u = (e + 1) / degree
    given = And(positive(c), positive(d), positive(degree), positive(u), positive(power - u))
    return differentiated(value, e, times), given


def _elementary(e: Expr, degree: Expr, power: Expr, times: Expr) -> bool:
    """Rational with a quadratic denominator: the antiderivative is simpler."""
    return bool(e.is_integer and degree in (1, 2) and power.is_integer and times == 0)


@family(
    RULES,
    "powers of sine and cosine over a quarter turn",
    S.Zero,
    pi / 2,
    example=Integral(sin(x) ** m * cos(x) ** n, (x, 0, pi / 2)),
)
def quarter_turn(f: Expr, x: Symbol) -> Value | None:
    """With u = sin(x)**2 it is the integral that defines the beta function (Wallis, 1656)."""
    k, f = _double_angles(f, x)
    found = sine_and_cosine_powers(f, x)
    if found is None or all(e.is_integer and -1 <= e <= 3 for e in found):
        return None
    u, v = ((e + 1) / 2 for e in found)
    return k * beta_function(u, v) / 2, And(*(positive(e + 1) for e in found))


def _double_angles(f: Expr, x: Symbol) -> tuple[Expr, Expr]:
    """2**p, g with f = 2**p*g: sin(2*x)**p is 2**p*sin(x)**p*cos(x)**p, all positive there."""
    _, found = factors(f, x)
    p = power_of(sin(2 * x), found)[0]
    return S(2) ** p, f / sin(2 * x) ** p * sin(x) ** p * cos(x) ** p


@family(
    RULES,
    "logarithms of sine and cosine over a quarter turn",
    S.Zero,
    pi / 2,
    example=Integral(log(sin(x)) ** 2, (x, 0, pi / 2)),
)
def logarithms_over_quarter_turn(f: Expr, x: Symbol) -> Value | None:
    """The beta function of the powers of sine and cosine, differentiated by their exponents."""
    _, found = factors(f, x)
    i, found = power_of(log(sin(x)), found)
    j, found = power_of(log(cos(x)), found)
    powers = sine_and_cosine_powers(Mul(*(base**e for base, e in found)), x)
    if powers is None or not (_whole(i) and _whole(j) and 1 < i + j <= 4):
        return None
    p, q = powers
    s, t = Dummy("s", positive=True), Dummy("t", positive=True)
    slope = (gamma(s) * gamma(t) / gamma(s + t)).diff(s, int(i)).diff(t, int(j))
    value = slope.subs({s: (p + 1) / 2, t: (q + 1) / 2}).doit() / 2 ** (1 + i + j)
    return with_known_digammas(value), And(positive(p + 1), positive(q + 1))


# ------------------------------------------------------------------ hyperbolic quotients


def _hyperbolic_quotient(f: Expr, x: Symbol) -> Value | None:
    """Half the integral over the whole line, up to the sign of a."""
    _, found = factors(f, x)
    heads = {base.func for base, _ in found}
    if heads not in ({cosh}, {sinh}):
        return None
    above = [base.args[0] / x for base, e in found if e == 1]
    below = [base.args[0] / x for base, e in found if e == -1]
    if len(found) != 2 or len(above) != 1 or len(below) != 1:
        return None
    (a,), (b,) = above, below
    if depends_on(a, x) or depends_on(b, x):
        return None
    wave = tan if heads == {sinh} else sec
    return pi / (2 * b) * wave(pi * a / (2 * b)), And(positive(b), positive(b - a), positive(a + b))


@family(
    RULES,
    "quotient of hyperbolic functions",
    S.Zero,
    oo,
    example=Integral(cosh(a * x) / cosh(x), (x, 0, oo)),
)
def hyperbolic_quotient(f: Expr, x: Symbol) -> Value | None:
    """Along the line i*pi/b higher it has a constant multiple: one residue lies between them."""
    return _hyperbolic_quotient(f, x)


@family(
    RULES,
    "quotient of hyperbolic functions, whole line",
    -oo,
    oo,
    example=Integral(sinh(a * x) / sinh(x), (x, -oo, oo)),
)
def hyperbolic_quotient_on_line(f: Expr, x: Symbol) -> Value | None:
    """The integrand is even: twice the integral over the half line."""
    found = _hyperbolic_quotient(f, x)
    return None if found is None else (2 * definite(f, x, S.Zero, oo), found[1])


# ------------------------------------------------------------------ error function


@family(
    RULES,
    "complementary error function",
    S.Zero,
    oo,
    example=Integral(x * (1 - erf(x)), (x, 0, oo)),
)
def complementary_error_function(f: Expr, x: Symbol) -> Value | None:
    """By definition erfc(x) is 1 - erf(x)."""
    changes = {
        g: c * erfc(h.args[0])
        for g in (node for node in f.atoms(Add) if len(node.args) == 2)
        for h in g.atoms(erf)
        if (c := g.subs(h, 0)) != 0 and (g - c * (1 - h)).expand() == 0
    }
    return (definite(f.xreplace(changes), x, S.Zero, oo), S.true) if changes else None


# ------------------------------------------------------------------ sine and cosine of a power


@family(RULES, "sign of the frequency", S.Zero, oo, example=Integral(sin(a * x) / x, (x, 0, oo)))
def sign_of_frequency(f: Expr, x: Symbol) -> Value | None:
    """With u = |a|*x the frequency leaves only its sign."""
    c, found = factors(f, x)
    k = found[1][0].args[0] / x if len(found) == 2 and isinstance(found[1][0], sin) else x
    if found[0] != (x, -1) or depends_on(k, x) or k == 1 or found[1][1] != 1:
        return None
    return c * sign(k) * definite(sin(x) / x, x, S.Zero, oo), S.true


@family(RULES, "sine or cosine of a power", S.Zero, oo, example=Integral(sin(x**2), (x, 0, oo)))
def of_a_power(f: Expr, x: Symbol) -> Value | None:
    """Turned into exp(-x**m) by a turn in the complex plane, it is the gamma function."""
    c, found = factors(f, x)
    e, found = power_of(x, found)
    if len(found) != 1 or not isinstance(found[0][0], (sin, cos)) or found[0][1] != 1:
        return None
    wave = found[0][0]
    inside = monomial(wave.args[0], x)
    if inside is None:
        return None
    k, degree = inside
    u = (e + 1) / degree
    size = Abs(real(k)).xreplace({real(letter): letter for letter in k.free_symbols})
    if u == 0:
        plain = isinstance(wave, sin) and degree != 1
        return (
            (c * pi * sign(k) / (2 * degree), And(positive(degree), nonzero(k))) if plain else None
        )
    value = gamma(u) * size**-u / degree
    if isinstance(wave, cos):
        given = And(positive(u), positive(1 - u))
        return c * value * cos(pi * u / 2), And(given, positive(degree), nonzero(k))
    lower = Lt(-1, u) if u.free_symbols else S(bool(u > -1))
    given = And(lower, positive(1 - u), nonzero(u), positive(degree), nonzero(k))
    return c * sign(k) * value * sin(pi * u / 2), given


# ------------------------------------------------------------------ logarithms of a + b*cos(x)


@family(
    RULES,
    "logarithm of a constant plus a cosine",
    S.Zero,
    pi,
    example=Integral(log(a + b * cos(x)), (x, 0, pi)),
)
def log_of_cosine(f: Expr, x: Symbol) -> Value | None:
    """I'(a) is the integral of 1/(a + b*cos(x)), pi/sqrt(a**2 - b**2); I is pi*log(a) at b = 0."""
    if not isinstance(f, log):
        return None
    k, moving = f.args[0].as_independent(x, as_Add=True)
    l = moving / cos(x)
    if depends_on(l, x) or k == 0:
        return None
    given = And(positive(k), _not_negative(k**2 - l**2))
    return pi * log((k + sqrt(k**2 - l**2)) / 2), given


def _not_negative(u: Expr) -> Boolean:
    known = real(u).is_nonnegative
    return u >= 0 if known is None else S(bool(known))


# ------------------------------------------------------------------ Frullani


@family(
    RULES,
    "Frullani's integral",
    S.Zero,
    oo,
    example=Integral((exp(-a * x) - exp(-b * x)) / x, (x, 0, oo)),
)
def frullani(f: Expr, x: Symbol) -> Value | None:
    """The two parts differ by a scale only: between them lies the logarithm of the scale."""
    top = (f * x).expand()
    if not top.is_Add or len(top.args) != 2 or f.has(sin, cos):
        return None
    first, second = top.args
    scales = [k for k in (_scale(term, x) for term in top.args) if k is not None]
    if len(scales) != 2 or (first.subs(x, scales[1] * x / scales[0]) + second).expand() != 0:
        return None
    h = first.subs(x, x / scales[0])
    fall = lim(h, x, S.Zero, "+") - lim(h, x, oo)
    return fall * log(scales[1] / scales[0]), And(*(positive(k) for k in scales))


def _scale(term: Expr, x: Symbol) -> Expr | None:
    """a of a function of a*x, positive for positive letters."""
    inner = [g.args[0] for g in sorted(term.atoms(Function), key=str) if depends_on(g, x)]
    slopes = list(dict.fromkeys(Abs(real(u / x)) for u in inner if not depends_on(u / x, x)))
    if len(slopes) != 1 or len(inner) != len([u for u in inner if not depends_on(u / x, x)]):
        return None
    found = (inner[0] / x).as_independent(x, as_Add=False)[0]
    return -found if found.could_extract_minus_sign() else found
