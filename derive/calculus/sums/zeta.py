"""Sums of reciprocal powers: zeta values and their alternating and odd relatives, harmonic numbers,
and rational functions by the digamma function."""

from __future__ import annotations

from sympy import (
    Add,
    And,
    Catalan,
    Expr,
    Gt,
    Mul,
    Poly,
    Pow,
    Rational,
    S,
    Symbol,
    bernoulli,
    cancel,
    cot,
    coth,
    digamma,
    euler,
    factorial,
    harmonic,
    log,
    oo,
    pi,
    polylog,
    sqrt,
    tan,
    tanh,
    zeta,
)

from derive.calculus.digamma import plain_logs, psi
from derive.calculus.sums.operators import Rules, ratio, smaller_than_one
from derive.calculus.sums.telescoping import in_fractions
from derive.rules import Outcome, Rewrite
from derive.structure import depends_on, sigma

x, c = Symbol("x"), Symbol("c")
k, n = Symbol("k", integer=True), Symbol("n", integer=True)
RULES = Rules()
HARMONIC = Rules()
FARTHEST = 12


def reciprocal_power(f: Expr, k: Symbol) -> tuple[Expr, Expr, Expr, Expr] | None:
    """`c, p, q, s` with f = c/(p*k + q)**s."""
    fixed, moving = f.as_independent(k, as_Add=False)
    base, power = moving.as_base_exp()
    if depends_on(power, k) or not base.is_polynomial(k) or not depends_on(base, k):
        return None
    coefficients = Poly(base, k).all_coeffs()
    return (fixed, *coefficients, -power) if len(coefficients) == 2 else None


def _alternating(f: Expr, k: Symbol) -> tuple[Expr, Expr] | None:
    """`sign, g` with f = sign*(-1)**k*g and no such power in g."""
    powers = [p for p in Mul.make_args(f) if isinstance(p, Pow) and depends_on(p.exp, k)]
    if len(powers) != 1 or powers[0].base not in (-1,):
        return None
    at_zero = powers[0].subs(k, 0)
    if ratio(powers[0], k) != -1 or at_zero not in (1, -1):
        return None
    return at_zero, Mul(*(p for p in Mul.make_args(f) if p != powers[0]))


def even_zeta(s: int) -> Expr:
    """Euler (1735): zeta(2m) from the Bernoulli number B_2m.

    >>> even_zeta(2)
    pi**2/6
    """
    return abs(bernoulli(s)) * (2 * pi) ** s / (2 * factorial(s))


def zeta_value(s: Expr) -> Expr:
    """The zeta function: a multiple of pi**s for even s, zeta(3), zeta(5), ... by name."""
    return even_zeta(int(s)) if s.is_Integer and s % 2 == 0 else zeta(s, evaluate=False)


def _above_one(s: Expr) -> Expr:
    return S.true if s.is_number and s > 1 else S.false if s.is_number else Gt(s, 1)


@RULES.infinite("zeta value", example=sigma(1 / k**2, k, 1, oo), on=Pow)
def zeta_sum(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """The sum of 1/k**s is zeta(s); for even s Euler found it, a multiple of pi**s."""
    found = reciprocal_power(f, k)
    if found is None or found[:2] != (1, 1) or not (a + found[2]).is_Integer:
        return None
    _, _, q, s = found
    first = a + q
    given = _above_one(s)
    if given == False or not 1 <= first <= FARTHEST:
        return None
    return Rewrite(zeta_value(s) - Add(*(S(j) ** -s for j in range(1, int(first)))), given)


@RULES.infinite("alternating zeta value (eta)", example=sigma((-1) ** (k + 1) / k**3, k, 1, oo))
def eta_sum(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """With alternating signs it is (1 - 2**(1 - s))*zeta(s), and log(2) for s = 1."""
    found = _alternating(f, k)
    power = reciprocal_power(found[1], k) if found else None
    if not found or power is None or power[:2] != (1, 1) or not (a + power[2]).is_Integer:
        return None
    _, _, q, s = power
    first = a + q
    if not 1 <= first <= FARTHEST or (s.is_number and not s > 0):
        return None
    sign = found[0] * (-1) ** (1 - q)  # of the term 1/1**s
    whole = log(2) if s == 1 else (1 - 2 ** (1 - s)) * zeta_value(s)
    before = Add(*((-1) ** (j - 1) * S(j) ** -s for j in range(1, int(first))))
    given = S.true if s.is_number else Gt(s, 1)
    return Rewrite(sign * (whole - before), given)


@RULES.infinite("odd reciprocal powers", example=sigma((2 * k - 1) ** -2, k, 1, oo))
def odd_sum(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """All terms of zeta(s) without the even ones, which are zeta(s)/2**s."""
    found = reciprocal_power(f, k)
    if found is None or found[1] != 2 or found[0] != 1:
        return None
    _, _, q, s = found
    first, given = 2 * a + q, _above_one(s)
    if given == False or not first.is_Integer or first % 2 == 0 or not 1 <= first <= 2 * FARTHEST:
        return None
    before = Add(*(S(j) ** -s for j in range(1, int(first), 2)))
    return Rewrite((1 - 2**-s) * zeta_value(s) - before, given)


@RULES.infinite("Dirichlet's beta", example=sigma((-1) ** k / (2 * k + 1) ** 3, k, 0, oo))
def beta_sum(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """The alternating sum over odd numbers: Euler numbers times pi**s, or Catalan's constant."""
    found = _alternating(f, k)
    power = reciprocal_power(found[1], k) if found else None
    if not found or power is None or power[:2] != (1, 2) or not power[3].is_Integer:
        return None
    _, _, q, s = power
    first = 2 * a + q
    if s < 1 or not first.is_Integer or first % 2 == 0 or not 1 <= first <= 2 * FARTHEST:
        return None
    whole = dirichlet_beta(int(s))
    sign = found[0] * (-1) ** ((1 - q) / 2)  # of the term 1/1**s
    before = Add(*((-1) ** ((j - 1) // 2) * S(j) ** -s for j in range(1, int(first), 2)))
    return sign * (whole - before)


def dirichlet_beta(s: int) -> Expr:
    """1 - 1/3**s + 1/5**s - ...; Abramowitz and Stegun 23.2.22.

    >>> dirichlet_beta(3)
    pi**3/32
    """
    if s % 2:
        return abs(euler(s - 1)) * (pi / 2) ** s / (2 * factorial(s - 1))
    if s == 2:
        return Catalan
    return (zeta(s, Rational(1, 4)) - zeta(s, Rational(3, 4))) / 4**s


@RULES.infinite("polylogarithm", example=sigma(x**k / k**2, k, 1, oo), on=Mul)
def polylogarithm(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """The sum of z**k/k**s is the polylogarithm of order s."""
    powers = [p for p in f.args if isinstance(p, Pow) and depends_on(p.exp, k)]
    rest = reciprocal_power(f / Mul(*powers), k)
    z = ratio(Mul(*powers), k) if powers else None
    if z is None or depends_on(z, k) or rest is None or rest[:3] != (1, 1, 0):
        return None
    given = smaller_than_one(z)
    if a != 1 or given == False or not rest[3].is_Integer or rest[3] < 2:
        return None
    first = Mul(*powers).subs(k, 0)
    if rest[3] == 2 and z == S.Half:
        return first * (pi**2 / 12 - log(2) ** 2 / 2)
    return Rewrite(first * polylog(rest[3], z), given)


@RULES.infinite("Hurwitz zeta value", example=sigma((3 * k + 1) ** -2, k, 0, oo))
def hurwitz_sum(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """The sum of 1/(k + q)**s is the zeta function of Hurwitz."""
    found = reciprocal_power(f, k)
    if found is None or found[0] != 1 or not found[3].is_number or not found[3] > 1:
        return None
    _, p, q, s = found
    place = cancel(a + q / p)
    if not place.is_number:
        given = Gt(place, 0)
    elif place > 0:
        given = S.true
    else:
        return None
    return Rewrite(p**-s * zeta(s, place), given)


# ------------------------------------------------------------------ harmonic numbers


@HARMONIC.finite("harmonic numbers", example=sigma(1 / k**2, k, 1, n), on=Pow)
def harmonic_sum(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """The sum of 1/k**s up to n is called the harmonic number H_n (of order s)."""
    found = reciprocal_power(f, k)
    if found is None or found[:2] != (1, 1) or not (a + found[2]).is_Integer or a + found[2] < 1:
        return None
    _, _, q, s = found
    if not s.is_Integer or s < 1:
        return None
    name = (lambda m: harmonic(m)) if s == 1 else (lambda m: harmonic(m, s))
    return name((b + q).expand()) - Add(*(S(j) ** -s for j in range(1, int(a + q))))


@HARMONIC.finite("odd harmonic numbers", example=sigma(1 / (2 * k - 1), k, 1, n), on=Pow)
def odd_harmonic_sum(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """All reciprocals up to 2n, without the even ones."""
    found = reciprocal_power(f, k)
    if found is None or found[0] != 1 or found[1] != 2 or found[3] != 1:
        return None
    first, last = (2 * a + found[2]), (2 * b + found[2]).expand()
    if not first.is_Integer or first % 2 == 0 or first < 1:
        return None
    before = Add(*(S.One / j for j in range(1, int(first), 2)))
    return harmonic(last + 1) - harmonic((last + 1) / 2) / 2 - before


# ------------------------------------------------------------------ rational functions


@HARMONIC.infinite("partial fractions by order", example=sigma(1 / (k**2 * (k + 1)), k, 1, oo))
def fractions_by_order(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """Partial fractions: those that converge only together stay together."""
    parts = in_fractions(f, k)
    if parts is None:
        return None
    simple = [term for term in parts.args if _order(term, k) == 1]
    others = [term for term in parts.args if term not in simple]
    if not others or any((_order(term, k) or 0) < 2 for term in others):
        return None
    together = [sigma(Add(*simple), k, a, b)] if simple else []
    return Add(*together, *(sigma(term, k, a, b) for term in others))


def _order(term: Expr, k: Symbol) -> Expr | None:
    found = reciprocal_power(term, k)
    return found[3] if found else None


@HARMONIC.infinite("digamma function", example=sigma(1 / (k * (2 * k + 1)), k, 1, oo))
def digamma_sum(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """Fractions c/(k + q) whose coefficients add up to 0: minus the sum of c times psi(a + q)."""
    parts = _simple_fractions(f, k)
    if parts is None or cancel(Add(*(c for c, _ in parts))) != 0:
        return None
    places = [cancel(a + q) for _, q in parts]
    if any(p.is_number and not p > 0 for p in places):
        return None
    given = And(*(Gt(p, 0) for p in places if not p.is_number))
    if given != True:
        value = -Add(*(c * digamma(p) for (c, _), p in zip(parts, places, strict=True)))
        return Rewrite(value, given)
    return plain_logs(-Add(*(c * psi(p) for (c, _), p in zip(parts, places, strict=True))))


def _simple_fractions(f: Expr, k: Symbol) -> list[tuple[Expr, Expr]] | None:
    """`(c, q), ...` of a sum of c/(k + q)."""
    parts = in_fractions(f, k)
    terms = Add.make_args(f if parts is None else parts)
    found = [p for p in (reciprocal_power(term, k) for term in terms) if p and p[3] == 1]
    return [(c / p, q / p) for c, p, q, _ in found] if len(found) == len(terms) > 1 else None


@HARMONIC.infinite("alternating digamma function", example=sigma((-1) ** k / (3 * k + 1), k, 0, oo))
def alternating_digamma(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """Even and odd places apart: half the difference of two digamma values."""
    found = _alternating(f, k)
    power = reciprocal_power(found[1], k) if found else None
    if not found or power is None or power[3] != 1:
        return None
    fixed, p, q, _ = power
    place = cancel(a + q / p)
    if not place.is_number or not place > 0 or not a.is_Integer:
        return None
    value = psi((place + 1) / 2) - psi(place / 2)
    return plain_logs(found[0] * (-1) ** a * fixed / p * value / 2)


@HARMONIC.infinite("partial fractions of the cotangent", example=sigma(1 / (k**2 + 1), k, 1, oo))
def cotangent(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """The partial fractions of the (hyperbolic) cotangent and tangent, added up."""
    fixed, moving = f.as_independent(k, as_Add=False)
    base, power = moving.as_base_exp()
    if power != -1 or not base.is_polynomial(k) or Poly(base, k).degree() != 2:
        return None
    A, B, C = Poly(base, k).all_coeffs()
    middle, gap = cancel(-B / (2 * A)), cancel(C / A - B**2 / (4 * A**2))  # A*((k - m)**2 + gap)
    start = cancel(a - middle)
    if not start.is_Rational or start.q > 2 or start < 0 or start > FARTHEST:
        return None
    return _from_cotangent(fixed / A, gap, start)


def _from_cotangent(fixed: Expr, gap: Expr, start: Expr) -> Rewrite | None:
    """The sum of fixed/(j**2 + gap) over j = start, start + 1, ...

    Abramowitz and Stegun 4.3.91, 4.3.92 and, for gap > 0, the same at imaginary places.
    """
    first = S.Half if start.q == 2 else S.One
    whole = (
        _negative_gap(gap, first) if gap.is_number and not gap > 0 else _positive_gap(gap, first)
    )
    if whole is None:
        return None
    before = Add(*(1 / ((first + j) ** 2 + gap) for j in range(int(start - first))))
    given = S.true if gap.is_number else Gt(gap, 0)
    return Rewrite(fixed * (whole - before if start > 0 else whole + 1 / gap), given)


def _negative_gap(gap: Expr, first: Expr) -> Expr | None:
    r = sqrt(-gap)
    if gap == 0 or (2 * r).is_Integer:
        return None
    return pi * tan(pi * r) / (2 * r) if first != 1 else (pi * r * cot(pi * r) - 1) / (2 * gap)


def _positive_gap(gap: Expr, first: Expr) -> Expr:
    r = _plain_root(gap)
    return pi * tanh(pi * r) / (2 * r) if first != 1 else (pi * r * coth(pi * r) - 1) / (2 * gap)


def _plain_root(gap: Expr) -> Expr:
    """sqrt(c**2) as c: the sum is even in it."""
    base, power = gap.as_base_exp()
    return base ** (power / 2) if power.is_Integer and power % 2 == 0 else sqrt(gap)
