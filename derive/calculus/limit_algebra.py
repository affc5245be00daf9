"""Limits rewritten by algebra first: cancelled, rationalised, put over one denominator, split."""

from __future__ import annotations

from sympy import (
    Abs,
    Add,
    Expr,
    Function,
    Gt,
    Mul,
    Ne,
    PolynomialError,
    Pow,
    Rational,
    S,
    Symbol,
    acosh,
    asinh,
    atan,
    cancel,
    ceiling,
    combsimp,
    cos,
    cosh,
    cot,
    coth,
    csc,
    exp,
    factor,
    factor_terms,
    factorial,
    floor,
    frac,
    gamma,
    gammasimp,
    log,
    oo,
    pi,
    sec,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
    together,
)

from derive.calculus.continuity import continuity, is_zero
from derive.calculus.limit_basics import small_factor
from derive.calculus.limit_forms import names_the_form
from derive.calculus.limit_table import RULES, lim, look, powers, quotient
from derive.calculus.nearby import POLES, nearby
from derive.holes import rebuild
from derive.rules import Outcome, Rewrite
from derive.structure import depends_on, postorder

x, h, u, v = Symbol("x"), Symbol("h"), Symbol("u"), Symbol("v")
LARGEST = 150


def cancelled(f: Expr) -> Expr | None:
    if f.count_ops() > LARGEST:
        return None
    try:
        return cancel(f)
    except (PolynomialError, NotImplementedError, ValueError):
        return None


@RULES.rule("cancel a common factor", example=lim((x**2 - 4) / (x - 2), x, 2), on=(Mul, Pow))
@names_the_form
def cancel_common_factor(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """Numerator and denominator vanish together: cancel the factor they share."""
    above, below = quotient(f)
    if look(below, x, x0, d).value != 0 or look(above, x, x0, d).value != 0:
        return None
    reduced = cancelled(f)
    if reduced is None or reduced == f:
        return None
    top, bottom = quotient(together(reduced))
    left = look(bottom, x, x0, d).value == 0 and look(top, x, x0, d).value == 0
    if left and bottom.count_ops() >= below.count_ops():
        return None
    return lim(_shorter(reduced), x, x0, d)


def _shorter(f: Expr) -> Expr:
    return min(f, factor(f), key=lambda form: form.count_ops())


def _roots(term: Expr, x: Symbol) -> int | None:
    """2 or 3 where the term holds a square or cube root of something with x in it."""
    for base, exponent in powers(term):
        if isinstance(exponent, Rational) and exponent.q in (2, 3) and depends_on(base, x):
            return exponent.q
    return None


@RULES.rule(
    "multiply by the conjugate", example=lim((sqrt(x) - 2) / (x - 4), x, 4), on=(Mul, Add, Pow)
)
@names_the_form
def conjugate(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """Expand the fraction by the conjugate, so that a difference of roots loses its roots."""
    for g, exponent in powers(f):
        found = _by_conjugate(g, x, x0, d) if exponent in (1, -1) else None
        if found is not None:
            difference, other = found
            equals = Mul(f, g**-exponent, (difference / other) ** exponent)
            return Rewrite(lim(equals, x, x0, d), where=((u, other),))
    return None


def _cancels_out(g: Add, x: Symbol, x0: Expr, d: str) -> bool:
    """A sum that tends to zero, or of the form oo - oo, of real terms."""
    whole, values = look(g, x, x0, d), [look(term, x, x0, d).value for term in g.args]
    return whole.value == 0 or (whole.value is None and oo in values and -oo in values)


def _by_conjugate(g: Expr, x: Symbol, x0: Expr, d: str) -> tuple[Expr, Expr] | None:
    """g = difference/other, with the roots in `other` alone."""
    if not isinstance(g, Add) or not _cancels_out(g, x, x0, d):
        return None
    rooted = [term for term in g.args if _roots(term, x)]
    if not rooted or (len(rooted) > 1 and len(g.args) > 2):
        return None
    p, q = rooted[0], -(g - rooted[0])
    n = _roots(p, x)
    if _roots(q, x) not in (None, n):
        return None
    other = p + q if n == 2 else p**2 + p * q + q**2
    if look(other, x, x0, d).value == 0:
        return None
    return (p**n - q**n).expand(), other


# ------------------------------------------------------------------ differences that tend to 0/0


@RULES.rule("combine the logarithms", example=lim(log(2 * x + 1) - log(x), x, oo), on=Add)
@names_the_form
def combine_logarithms(f: Add, x: Symbol, x0: Expr, d: str) -> Outcome:
    """A difference of logarithms is the logarithm of the quotient."""
    logs = [t for t in f.args if isinstance(t, log)]
    minus = [t for t in f.args if isinstance(-t, log)]
    if len(logs) != 1 or len(minus) != 1 or look(f, x, x0, d).finite:
        return None
    above, below = logs[0].args[0], (-minus[0]).args[0]
    ends = [look(part, x, x0, d) for part in (above, below)]
    if any(end.sign != 1 for end in ends):
        return None
    ratio = cancelled(above / below)
    inside = (above / below).expand() if ratio is None else ratio
    return lim(log(inside) + (f - logs[0] - minus[0]), x, x0, d)


def _rise(f: Expr, x: Symbol, x0: Expr) -> tuple[Expr, list[Expr]] | None:
    """f = (g(x) - g(x0))/(c*(x - x0)): the denominator, and the terms of g that move."""
    above, below = quotient(f)
    above = factor_terms(above) if isinstance(above, Mul) else above
    if x0 in (oo, -oo) or not isinstance(above, Add) or not depends_on(below, x):
        return None
    slope = below.diff(x)
    if depends_on(slope, x) or not is_zero(rebuild(below, {x: x0}, set())):
        return None
    fixed, moving = above.as_independent(x, as_Add=True)
    terms = list(Add.make_args(moving))
    at = [found for term in terms if (found := continuity(term, x, x0)) is not None]
    if len(at) != len(terms) or not is_zero(fixed + Add(*(value for value, _ in at))):
        return None
    return below, terms


@RULES.rule(
    "difference quotient of a sum",
    example=lim((sin(x + h) + exp(x + h) - sin(x) - exp(x)) / h, h, 0),
)
def rise_of_sum(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """The difference quotient of a sum is the sum of the difference quotients."""
    found = _rise(f, x, x0)
    if found is None or len(found[1]) < 2:
        return None
    below, terms = found
    return Add(*(lim((term - rebuild(term, {x: x0}, set())) / below, x, x0, d) for term in terms))


@RULES.rule(
    "difference quotient of a product", example=lim(((x + h) * sin(x + h) - x * sin(x)) / h, h, 0)
)
def rise_of_product(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """Add and subtract a mixed term: each factor rises while the other stays."""
    found = _rise(f, x, x0)
    if found is None or not isinstance(found[1][0], Mul):
        return None
    below, (term, *_) = found
    c, moving = term.as_independent(x, as_Add=False)
    if c != 1:
        return c * lim((moving - rebuild(moving, {x: x0}, set())) / below, x, x0, d)
    if not isinstance(moving, Mul):
        return None
    p, q = moving.as_two_terms()
    p0, q0 = (rebuild(part, {x: x0}, set()) for part in (p, q))
    steps = (
        lim(p, x, x0, d) * lim((q - q0) / below, x, x0, d),
        q0 * lim((p - p0) / below, x, x0, d),
    )
    return Rewrite(Add(*steps), where=((u, p), (v, q)))


# F(A) - F(B) as a product, with D = A - B.
DIFFERENCES = {
    sin: lambda A, B, D: 2 * cos(B + D / 2) * sin(D / 2),
    cos: lambda A, B, D: -2 * sin(B + D / 2) * sin(D / 2),
    tan: lambda A, B, D: sin(D) / (cos(A) * cos(B)),
    cot: lambda A, B, D: -sin(D) / (sin(A) * sin(B)),
    sec: lambda A, B, D: (cos(B) - cos(A)) / (cos(A) * cos(B)),
    csc: lambda A, B, D: (sin(B) - sin(A)) / (sin(A) * sin(B)),
    exp: lambda A, B, D: exp(B) * (exp(D) - 1),
    log: lambda A, B, D: log(1 + (D / B).expand()),
    sinh: lambda A, B, D: 2 * cosh(B + D / 2) * sinh(D / 2),
    cosh: lambda A, B, D: 2 * sinh(B + D / 2) * sinh(D / 2),
    tanh: lambda A, B, D: sinh(D) / (cosh(A) * cosh(B)),
    coth: lambda A, B, D: -sinh(D) / (sinh(A) * sinh(B)),
    atan: lambda A, B, D: atan(D / (1 + A * B)),
}


def _difference(F: Expr, x: Symbol, x0: Expr) -> tuple[Expr, Expr] | None:
    """F(A) - F(B), with A the moving argument and B its value, as a product; and its condition."""
    if isinstance(F, Pow):
        return _difference_of_powers(F, x, x0)
    if type(F) not in DIFFERENCES:
        return None
    A = F.args[0]
    B = rebuild(A, {x: x0}, set())
    return DIFFERENCES[type(F)](A, B, (A - B).expand()), Gt(B, 0) if type(F) is log else S.true


def _difference_of_powers(F: Pow, x: Symbol, x0: Expr) -> tuple[Expr, Expr] | None:
    A, p = F.args
    B, q = (rebuild(part, {x: x0}, set()) for part in (A, p))
    if not depends_on(A, x):
        return B**q * (A ** (p - q).expand() - 1), Gt(A, 0)
    if depends_on(p, x):
        return exp(p * log(A)) - B**q, Gt(B, 0)
    if p.is_Integer and p.is_negative:
        return (B**-p - A**-p) / (A * B) ** -p, Ne(B, 0)
    if p.is_Integer and p <= 12:
        return (A - B).expand() * Add(*(A**k * B ** (p - 1 - k) for k in range(p))), S.true
    if p.is_Integer:
        return None
    return B**p * ((1 + ((A - B) / B).expand()) ** p - 1), Gt(B, 0)


@RULES.rule("difference formula", example=lim((sin(x + h) - sin(x)) / h, h, 0))
def difference_formula(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """Write the difference of two values of the function as a product."""
    found = _rise(f, x, x0)
    if found is None or len(found[1]) > 1 or not isinstance(found[1][0], (Function, Pow)):
        return None
    below, (term,) = found
    product = _difference(term, x, x0)
    if product is None or product[1] == False:
        return None
    return Rewrite(lim(product[0] / below, x, x0, d), product[1])


@RULES.rule(
    "difference of two values", example=lim((exp(tan(x)) - exp(x)) / x**3, x, 0), on=(Mul, Add)
)
@names_the_form
def difference_of_values(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """Two values of one function at arguments that come together: write it as a product."""
    for g, p in powers(f):
        pair = _two_values(g) if p == 1 else None
        if pair is None or not all(depends_on(part, x) for part in pair):
            continue
        (A,), (B,) = (part.args for part in pair)
        if look((A - B).expand(), x, x0, d).value == 0:
            product = DIFFERENCES[type(pair[0])](A, B, (A - B).expand())
            return Rewrite(lim(f / g * product, x, x0, d), where=((u, A), (v, B)))
    return None


def _two_values(g: Expr) -> tuple[Expr, Expr] | None:
    """F(A), F(B) of g = F(A) - F(B)."""
    if not isinstance(g, Add) or len(g.args) != 2:
        return None
    for above, below in (g.args, g.args[::-1]):
        if type(above) in DIFFERENCES and type(-below) is type(above) and type(above) is not log:
            return above, -below
    return None


def _at_a_pole(node: Expr, x: Symbol, x0: Expr, d: str) -> bool:
    sides = "+-" if d == "+-" else d
    return depends_on(node, x) and any(nearby(node, x, x0, side).infinite for side in sides)


@RULES.rule(
    "rewrite in sines and cosines", example=lim(tan(x) / tan(3 * x), x, pi / 2), on=(Mul, Add)
)
@names_the_form
def rewrite_in_sines(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """Tangents, cotangents and secants at their poles are quotients of sine and cosine."""
    nodes = [n for n in postorder(f) if type(n) in POLES and _at_a_pole(n, x, x0, d)]
    changes = {
        n: Mul(POLES[type(n)](n.args[0])[0], 1 / POLES[type(n)](n.args[0])[1]) for n in nodes
    }
    if not changes:
        return None
    new = rebuild(f, changes, set())
    return lim(together(new) if isinstance(new, Add) else new, x, x0, d)


EXPONENTIALS = {
    sinh: lambda u: (exp(u) - exp(-u)) / 2,
    cosh: lambda u: (exp(u) + exp(-u)) / 2,
    asinh: lambda u: log(u + sqrt(u**2 + 1)),
    acosh: lambda u: log(u + sqrt(u**2 - 1)),
}


@RULES.rule(
    "write as exponentials or logarithms", example=lim(sinh(x) / exp(x), x, oo), on=(Mul, Add)
)
def as_exponentials(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """Hyperbolic functions of a large argument are written with exponentials or logarithms."""
    nodes = [n for n in postorder(f) if type(n) in EXPONENTIALS and depends_on(n, x)]
    changes = {
        n: EXPONENTIALS[type(n)](n.args[0]) for n in nodes if look(n.args[0], x, x0, d).infinite
    }
    return lim(rebuild(f, changes, set()), x, x0, d) if changes else None


@RULES.rule("one exponential", example=lim(exp(exp(x)) * exp(-exp(x - 1)), x, oo), on=Mul)
def one_exponential(f: Mul, x: Symbol, x0: Expr, d: str) -> Outcome:
    """A product of exponentials is the exponential of the sum."""
    if not all(isinstance(factor, exp) for factor in f.args if depends_on(factor, x)):
        return None
    fixed, moving = f.as_independent(x, as_Add=False)
    return (
        fixed * lim(exp(Add(*(k.args[0] for k in moving.args))), x, x0, d)
        if isinstance(moving, Mul)
        else None
    )


@RULES.rule("functional equation of gamma", example=lim(x * gamma(x), x, 0), on=Mul)
def gamma_at_its_pole(f: Mul, x: Symbol, x0: Expr, d: str) -> Outcome:
    """gamma(u) = gamma(u + 1)/u takes the pole at zero out of the function."""
    nodes = [n for n in f.args if isinstance(n, gamma) and look(n.args[0], x, x0, d).value == 0]
    changes = {n: gamma(n.args[0] + 1) / n.args[0] for n in nodes}
    return lim(rebuild(f, changes, set()), x, x0, d) if changes else None


@RULES.rule(
    "quotient of gamma functions", example=lim(gamma(x + 2) / gamma(x) / x**2, x, oo), on=(Mul, Pow)
)
def quotient_of_gammas(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """gamma(u + 1) = u*gamma(u): functions whose arguments differ by whole numbers cancel."""
    before = _gammas(f, x)
    if before < 2:
        return None
    fewer = gammasimp(f) if f.has(gamma) else combsimp(f)
    return lim(fewer, x, x0, d) if _gammas(fewer, x) < before else None


def _gammas(f: Expr, x: Symbol) -> int:
    """The number of different gamma functions of x in `f`."""
    return len({k for k in postorder(f) if isinstance(k, (gamma, factorial)) and depends_on(k, x)})


@RULES.rule("whole part and fraction", example=lim(x * floor(1 / x), x, 0, "+"))
def whole_and_fraction(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """The whole part of a large number is the number less its fraction, which is below one."""
    nodes = [n for n in postorder(f) if isinstance(n, (floor, ceiling)) and depends_on(n, x)]
    nodes = [n for n in nodes if look(n.args[0], x, x0, d).infinite]
    if not nodes or isinstance(f, floor):
        return None
    changes = {
        n: n.args[0] - frac(n.args[0]) if isinstance(n, floor) else n.args[0] + frac(-n.args[0])
        for n in nodes
    }
    return lim(rebuild(f, changes, set()).expand(), x, x0, d)


@RULES.rule("one root", example=lim(sqrt(1 - x**2) / sqrt(1 - x), x, 1, "-"), on=Mul)
def one_root(f: Mul, x: Symbol, x0: Expr, d: str) -> Outcome:
    """A quotient of roots is the root of the quotient."""
    roots = [
        (b, p) for b, p in powers(f) if p.is_Rational and not p.is_Integer and depends_on(b, x)
    ]
    above = [(b, p) for b, p in roots if p.is_positive and look(b, x, x0, d).sign == 1]
    below = [(b, p) for b, p in roots if p.is_negative and look(b, x, x0, d).sign == 1]
    pairs = [(a, b, p) for a, p in above for b, q in below if p == -q]
    for a, b, p in pairs:
        inside = cancelled(a / b)
        if inside is not None and inside.count_ops() < (a / b).count_ops():
            return lim(f / (a**p * b**-p) * inside**p, x, x0, d)
    return None


@RULES.rule("bring to a standard limit", example=lim(sin(3 * x) / sin(2 * x), x, 0), on=(Mul, Pow))
@names_the_form
def to_standard_limit(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """A factor that tends to zero is compared with its argument; the rest is a simpler limit."""
    if look(f, x, x0, d).value is not None and not depends_on(f, x):
        return None
    for g, p in powers(f):
        found = small_factor(g, x, x0, d) if p.is_number else None
        rest = Mul(f, g**-p)
        if found is None or not depends_on(rest, x) or look(rest, x, x0, d).finite:
            continue
        inner, _, k = found
        if not p.is_integer and k % 2 and look(inner, x, x0, d).sign != 1:
            continue
        left = Mul(rest, (inner if p.is_integer or k % 2 else Abs(inner)) ** (k * p))
        left = left if cancelled(left) is None else cancelled(left)
        equals = lim(g / inner**k, x, x0, d) ** p * lim(left, x, x0, d)
        return Rewrite(equals, where=((u, inner),))
    return None


@RULES.rule("one denominator", example=lim(1 / (exp(x) - 1) - 1 / x, x, 0), on=Add)
@names_the_form
def one_denominator(f: Add, x: Symbol, x0: Expr, d: str) -> Outcome:
    """Infinite terms that work against each other are put over one denominator."""
    parts = [look(term, x, x0, d) for term in f.args]
    if look(f, x, x0, d).value is not None or (x0 in (oo, -oo) and not _fractions(f, x, x0, d)):
        return None
    if all(part.finite for part in parts):
        return None
    whole = together(f)
    return lim(whole, x, x0, d) if not isinstance(whole, Add) else None


def _fractions(f: Add, x: Symbol, x0: Expr, d: str) -> bool:
    return any(depends_on(quotient(term)[1], x) for term in f.args)
