"""The table of antiderivatives, read for f(u) with u = a*x + b, and the power rule."""

from __future__ import annotations

from sympy import (
    Abs,
    Add,
    And,
    Chi,
    Ci,
    Ei,
    Expr,
    Function,
    Heaviside,
    Integral,
    LambertW,
    Mul,
    Ne,
    Pow,
    S,
    Shi,
    Si,
    Symbol,
    atan,
    ceiling,
    cos,
    cosh,
    cot,
    coth,
    csc,
    csch,
    erf,
    erfc,
    erfi,
    exp,
    floor,
    fresnelc,
    fresnels,
    li,
    log,
    pi,
    polylog,
    sec,
    sech,
    sign,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)

from derive.calculus.integrals.operators import (
    Rules,
    antiderivative,
    linear,
    nonzero,
    positive,
    quadratic,
    real,
)
from derive.elementary import relu, sigmoid, softplus
from derive.rules import Outcome, Rewrite, Rule
from derive.structure import depends_on, fresh

x, n, u = Symbol("x"), Symbol("n"), Symbol("u")
RULES = Rules()


@RULES.indefinite("constant", example=Integral(5, x))
def constant(f: Expr, x: Symbol) -> Outcome:
    """What does not depend on the variable grows in proportion to it."""
    return f * x if not depends_on(f, x) else None


@RULES.indefinite("one over the variable", example=Integral(1 / x, x), on=Pow)
def reciprocal(f: Expr, x: Symbol) -> Outcome:
    """The integral of 1/u is the logarithm of |u|, on both sides of zero."""
    base, power = f.args
    found = linear(base, x) if power == -1 else None
    return Rewrite(log(Abs(base)) / found[0], nonzero(found[0])) if found else None


@RULES.indefinite("power rule", example=Integral(x**5, x), on=(Pow, Symbol))
def power_rule(f: Expr, x: Symbol) -> Outcome:
    """Raise the exponent by one and divide by the new exponent."""
    base, power = f.as_base_exp()
    if depends_on(power, x) or power == -1:
        return None
    found = linear(base, x)
    if found is None:
        return None
    return Rewrite(
        base ** (power + 1) / ((power + 1) * found[0]),
        And(nonzero(found[0]), S.true if power.is_number else Ne(power, -1)),
    )


@RULES.indefinite("exponential with a constant base", example=Integral(2**x, x), on=Pow)
def constant_base(f: Expr, x: Symbol) -> Outcome:
    """An exponential with base a is its own integral, divided by log(a)."""
    base, power = f.args
    found = None if depends_on(base, x) else linear(power, x)
    if found is None:
        return None
    known = base.is_number and base.is_positive and base != 1
    given = S.true if known else And(base > 0, Ne(base, 1))
    return Rewrite(f / (found[0] * log(base)), And(given, nonzero(found[0])))


@RULES.indefinite("product of powers", example=Integral(x ** Symbol("z") * sqrt(x), x), on=Mul)
def product_of_powers(f: Expr, x: Symbol) -> Outcome:
    """Powers of the variable: their exponents add up."""
    powers = [p.as_base_exp() for p in f.args]
    if any(base != x or depends_on(power, x) for base, power in powers):
        return None
    total = Add(*(power for _, power in powers)) + 1
    return Rewrite(x * f / total, nonzero(total)) if total != 0 else None


# fmt: off
TABLE = (
    # integrand          antiderivative            in words
    (sin(u),             -cos(u),                  "sine"),
    (cos(u),             sin(u),                   "cosine"),
    (exp(u),             exp(u),                   "exponential"),
    (sec(u)**2,          tan(u),                   "secant squared"),
    (csc(u)**2,          -cot(u),                  "cosecant squared"),
    (sec(u)*tan(u),      sec(u),                   "secant times tangent"),
    (csc(u)*cot(u),      -csc(u),                  "cosecant times cotangent"),
    (cos(u)**-2,         tan(u),                   "one over cosine squared"),
    (sin(u)**-2,         -cot(u),                  "one over sine squared"),
    (tan(u),             -log(Abs(cos(u))),        "tangent"),
    (cot(u),             log(Abs(sin(u))),         "cotangent"),
    (sec(u),             log(Abs(sec(u) + tan(u))), "secant"),
    (csc(u),             -log(Abs(csc(u) + cot(u))), "cosecant"),
    (1/cos(u),           log(Abs(sec(u) + tan(u))), "one over cosine"),
    (1/sin(u),           -log(Abs(csc(u) + cot(u))), "one over sine"),
    (tan(u)**2,          tan(u) - u,               "tangent squared"),
    (cot(u)**2,          -cot(u) - u,              "cotangent squared"),
    (sinh(u),            cosh(u),                  "hyperbolic sine"),
    (cosh(u),            sinh(u),                  "hyperbolic cosine"),
    (tanh(u),            log(cosh(u)),             "hyperbolic tangent"),
    (coth(u),            log(Abs(sinh(u))),        "hyperbolic cotangent"),
    (sech(u),            atan(sinh(u)),            "hyperbolic secant"),
    (csch(u),            log(Abs(tanh(u/2))),      "hyperbolic cosecant"),
    (1/cosh(u),          atan(sinh(u)),            "one over hyperbolic cosine"),
    (1/sinh(u),          log(Abs(tanh(u/2))),      "one over hyperbolic sine"),
    (sech(u)**2,         tanh(u),                  "hyperbolic secant squared"),
    (cosh(u)**-2,        tanh(u),                  "one over hyperbolic cosine squared"),
    (csch(u)**2,         -coth(u),                 "hyperbolic cosecant squared"),
    (sinh(u)**-2,        -coth(u),                 "one over hyperbolic sine squared"),
    (sech(u)*tanh(u),    -sech(u),                 "hyperbolic secant times tangent"),
    (csch(u)*coth(u),    -csch(u),                 "hyperbolic cosecant times cotangent"),
    (tanh(u)**2,         u - tanh(u),              "hyperbolic tangent squared"),
    (coth(u)**2,         u - coth(u),              "hyperbolic cotangent squared"),
    (sigmoid(u),         softplus(u),              "sigmoid"),
    (softplus(u),        -polylog(2, -exp(u)),     "softplus"),
    (relu(u),            u*relu(u)/2,              "relu"),
    (Heaviside(u),       u*Heaviside(u),           "unit step"),
    (sign(u),            Abs(u),                   "sign"),
    (Abs(u),             u*Abs(u)/2,               "absolute value"),
    (floor(u),           u*floor(u) - floor(u)*(floor(u) + 1)/2, "floor"),
    (ceiling(u),         u*ceiling(u) - ceiling(u)*(ceiling(u) - 1)/2, "ceiling"),
    (erf(u),             u*erf(u) + exp(-u**2)/sqrt(pi),  "error function"),
    (erfc(u),            u*erfc(u) - exp(-u**2)/sqrt(pi), "complementary error function"),
    (LambertW(u),        u*LambertW(u) - u + exp(LambertW(u)), "Lambert's W"),
    (1/log(u),           li(u),                    "one over logarithm"),
    (Ei(u),              u*Ei(u) - exp(u),         "exponential integral"),
    (Si(u),              u*Si(u) + cos(u),         "sine integral"),
    (Ci(u),              u*Ci(u) - sin(u),         "cosine integral"),
    (Shi(u),             u*Shi(u) - cosh(u),       "hyperbolic sine integral"),
    (Chi(u),             u*Chi(u) - sinh(u),       "hyperbolic cosine integral"),
    (li(u),              u*li(u) - Ei(2*log(u)),   "logarithmic integral"),
    (fresnels(u),        u*fresnels(u) + cos(pi*u**2/2)/pi, "sine Fresnel integral"),
    (fresnelc(u),        u*fresnelc(u) - sin(pi*u**2/2)/pi, "cosine Fresnel integral"),
)

# What is divided by its own argument; no elementary antiderivative.
OVER_ARGUMENT = {
    exp:  lambda u: Ei(u),
    sin:  lambda u: Si(u),
    cos:  lambda u: Ci(Abs(u)),
    sinh: lambda u: Shi(u),
    cosh: lambda u: Chi(Abs(u)),
}
# fmt: on

Signature = tuple[frozenset[tuple[type, Expr]], Expr]


def signature(f: Expr) -> Signature | None:
    """Which functions, to which powers, of one common argument: f is their product."""
    powers = []
    argument = None
    for factor in Mul.make_args(f):
        function, power = factor.as_base_exp() if not isinstance(factor, exp) else (factor, S.One)
        if not isinstance(function, Function) or not power.is_number:
            return None
        if not function.args or argument not in (None, function.args[0]):
            return None
        argument = function.args[0]
        powers.append((function.func, power))
    return frozenset(powers), argument


def _row(integrand: Expr, F: Expr, words: str) -> Rule:
    shape = signature(integrand)
    if shape is None:
        raise ValueError(f"{integrand} is no product of powers of functions of one argument")
    wanted, _ = shape

    def row(f: Expr, x: Symbol) -> Outcome:
        found = signature(f) if x.is_Symbol else None
        if found is None or found[0] != wanted:
            return None
        slope = linear(found[1], x)
        return Rewrite(F.subs(u, found[1]) / slope[0], nonzero(slope[0])) if slope else None

    example = antiderivative(integrand.subs(u, x), x)
    sentence = f"The table of integrals: {words}."
    return Rule(f"integral of {words}", row, example, sentence, (type(integrand),))


for _line in TABLE:
    RULES.table.add(_row(*_line))


@RULES.indefinite("Gaussian", example=Integral(exp(-(x**2)), x), on=exp)
def gaussian(f: Expr, x: Symbol) -> Outcome:
    """Complete the square in the exponent; the error function is the integral of the Gaussian."""
    found = quadratic(f.args[0], x)
    return _gaussian(x, *found) if found else None


@RULES.indefinite("Gaussian with another base", example=Integral(2 ** (-(x**2)), x), on=Pow)
def gaussian_of_base(f: Expr, x: Symbol) -> Outcome:
    """Write the power as an exponential, and complete the square in the exponent."""
    base, power = f.args
    found = None if depends_on(base, x) else quadratic(power, x)
    return _gaussian(x, *(entry * log(base) for entry in found)) if found else None


def _gaussian(x: Symbol, a: Expr, b: Expr, c: Expr) -> Outcome:
    peak = exp(c - b**2 / (4 * a))
    if real(a).is_positive:
        root = sqrt(a)
        return sqrt(pi) * peak * erfi(root * x + b / (2 * root)) / (2 * root)
    given = positive(-a)
    root = sqrt(-a)
    return Rewrite(sqrt(pi) * peak * erf(root * x - b / (2 * root)) / (2 * root), given)


@RULES.indefinite("Fresnel integral", example=Integral(sin(x**2), x), on=(sin, cos))
def fresnel(f: Expr, x: Symbol) -> Outcome:
    """The sine or cosine of a square has a Fresnel integral as its antiderivative."""
    found = quadratic(f.args[0], x)
    if found is None:
        return None
    a, b, c = found
    if (c - b**2 / (4 * a)).expand() != 0:
        return None
    scale = sqrt(2 * a / pi)
    function = fresnels if isinstance(f, sin) else fresnelc
    return Rewrite(function(scale * (x + b / (2 * a))) / scale, positive(a))


@RULES.indefinite(
    "Fresnel integral of a quadratic", example=Integral(sin(x**2 + x + 1), x), on=(sin, cos)
)
def fresnel_of_quadratic(f: Expr, x: Symbol) -> Outcome:
    """Complete the square, and take the rest of the angle out by the addition theorem."""
    found = quadratic(f.args[0], x)
    if found is None:
        return None
    a, b, c = found
    square, rest = a * (x + b / (2 * a)) ** 2, c - b**2 / (4 * a)
    if a.could_extract_minus_sign():
        square, rest = -square, -rest
        odd = -1 if isinstance(f, sin) else 1
    else:
        odd = 1
    if rest == 0:
        return None
    S_, C_ = (antiderivative(wave(square), x) for wave in (sin, cos))
    equals = (
        S_ * cos(rest) + C_ * sin(rest) if isinstance(f, sin) else C_ * cos(rest) - S_ * sin(rest)
    )
    return odd * equals


@RULES.indefinite("divided by its argument", example=Integral(sin(x) / x, x), on=Mul)
def over_argument(f: Expr, x: Symbol) -> Outcome:
    """By definition: the sine integral, the exponential integral and their like."""
    found = _over_line(f, x)
    if found is None:
        return None
    function, below, a, k, shift = found
    if shift != 0:
        return None
    return Rewrite(OVER_ARGUMENT[type(function)](k * below) / a, And(nonzero(k), nonzero(a)))


def _over_line(f: Expr, x: Symbol) -> tuple[Expr, Expr, Expr, Expr, Expr] | None:
    """g, L, L', k, d of f = g(k*L + d)/L with L linear."""
    if len(f.args) != 2:
        return None
    for p, function in (f.args, f.args[::-1]):
        if function.is_Pow and not depends_on(function.base, x):
            function = exp(function.exp * log(function.base), evaluate=False)
        below = linear(1 / p, x) if p.is_Pow and p.exp == -1 else None
        angle = linear(function.args[0], x) if type(function) in OVER_ARGUMENT else None
        if below and angle:
            k = angle[0] / below[0]
            return function, 1 / p, below[0], k, (angle[1] - k * below[1]).expand()
    return None


# fmt: off
ADDITION = {
    exp:  lambda u, d: exp(d)*exp(u),
    sin:  lambda u, d: cos(d)*sin(u) + sin(d)*cos(u),
    cos:  lambda u, d: cos(d)*cos(u) - sin(d)*sin(u),
    sinh: lambda u, d: cosh(d)*sinh(u) + sinh(d)*cosh(u),
    cosh: lambda u, d: cosh(d)*cosh(u) + sinh(d)*sinh(u),
}
# fmt: on


@RULES.indefinite("divided by another line", example=Integral(sin(2 * x + 1) / (x + 3), x), on=Mul)
def over_another_line(f: Expr, x: Symbol) -> Outcome:
    """The argument is a multiple of the denominator and a constant: the addition theorem."""
    found = _over_line(f, x)
    if found is None or found[-1] == 0:
        return None
    function, below, _, k, shift = found
    u = fresh("u", f)
    if isinstance(function, exp):
        inner = exp(k * below, evaluate=False)
        return exp(shift) * antiderivative(Mul(inner, 1 / below, evaluate=False), x)
    parts = Add.make_args(ADDITION[type(function)](u, shift))
    return Add(*(_over(part, u, k * below, below, x) for part in parts))


def _over(part: Expr, u: Symbol, argument: Expr, below: Expr, x: Symbol) -> Expr:
    """c * Integral(g(argument)/below) for part = c*g(u)."""
    c, g = part.as_independent(u, as_Add=False)
    return c * antiderivative(g.func(argument) / below, x)


def by_table(f: Expr, x: Symbol) -> Rewrite | None:
    """The antiderivative, with its condition, where table, constant factors and sums suffice."""
    if f.is_Add:
        terms = [term for term in (by_table(g, x) for g in f.args) if term is not None]
        if len(terms) < len(f.args):
            return None
        return Rewrite(Add(*(t.equals for t in terms)), And(*(t.given for t in terms)))
    c, rest = f.as_independent(x, as_Add=False)
    if c != 1:
        F = by_table(rest, x)
        return None if F is None else Rewrite(c * F.equals, F.given)
    for rule in RULES.table.candidates(type(f)):
        found = rule.function(f, x)
        if found is not None:
            return found if isinstance(found, Rewrite) else Rewrite(found)
    return None
