"""How probable it is that a statistic lies as far out: tails of densities, and their integrals.

Abramowitz and Stegun, Handbook of Mathematical Functions, 26.4 to 26.7; DLMF 8.17.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Abs,
    And,
    Basic,
    Expr,
    Ge,
    Gt,
    Integer,
    Integral,
    Min,
    Mul,
    Rational,
    S,
    Symbol,
    Tuple,
    atan,
    beta,
    betainc_regularized,
    catalan,
    count_ops,
    erfc,
    exp,
    gamma,
    gammasimp,
    oo,
    pi,
    powdenest,
    powsimp,
    simplify,
    sqrt,
    stats,
    uppergamma,
)

from derive.probability.distributions import (
    bounds,
    conditions,
    in_latex,
    in_text,
    law_of,
    written_out,
)
from derive.probability.quantities import Quantity
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import depends_on, fresh

q, nu = Symbol("q", positive=True), Symbol("nu", positive=True)
a, b, c, u = (Symbol(name, positive=True) for name in "abcu")
t, x = Symbol("t", real=True), Symbol("x", real=True)
NORMAL = law_of(stats.Normal("Z", 0, 1))
T_LAW, F_LAW = law_of(stats.StudentT("T", nu)), law_of(stats.FDistribution("F", a, b))
CHI_SQUARED = law_of(stats.ChiSquared("X", nu))
LONGEST_SUM = Rational(5, 2)  # exponents of a t density up to which its tail is written out


class TailProbability(Quantity):
    """A probability of values as far out as q: Operator(q, law)."""

    relation = relation_in_latex = ""

    def _sympystr(self, printer: Any) -> str:
        place, law = printer._print(self.args[0]), in_text(printer, self.args[1])
        if not getattr(printer, "as_on_paper", False):
            return f"{type(self).__name__}({place}, {law})"
        return f"P(X {self.relation} {place}), X ~ {law}"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        place, law = printer._print(self.args[0]), in_latex(printer, self.args[1])
        power = f"^{{{exp}}}" if exp else ""
        event = rf"X {self.relation_in_latex} {place}"
        return rf"\operatorname{{P}}{power}\left({event} \,\middle|\, X \sim {law}\right)"


class UpperTail(TailProbability):
    """The probability of q or more: UpperTail(q, law)."""

    relation, relation_in_latex = "≥", r"\ge"


class LowerTail(TailProbability):
    """The probability of q or less: LowerTail(q, law)."""

    relation, relation_in_latex = "≤", r"\le"


class TwoSided(TailProbability):
    """Twice the smaller of both tails: TwoSided(q, law)."""

    relation, relation_in_latex = "as far out as", r"\text{ as far out as }"


UPPER, LOWER, BOTH = (
    RuleTable(operator, lambda goal: goal.args, title)
    for operator, title in (
        (UpperTail, "upper tails"),
        (LowerTail, "lower tails"),
        (TwoSided, "two-sided tails"),
    )
)


def is_symmetric(law: Basic) -> bool:
    """Whether the density is the same at x and at -x."""
    if bounds(law) != (-oo, oo):
        return False
    f = written_out(law, x)
    return bool(f == f.xreplace({x: -x}) or simplify(f - f.subs(x, -x)) == 0)


@BOTH.rule("both tails alike", example=TwoSided(t, NORMAL))
def both_tails_alike(q: Expr, law: Basic) -> Outcome:
    """The density is symmetric about zero: both tails are as large."""
    return 2 * UpperTail(Abs(q), law) if is_symmetric(law) else None


@BOTH.rule("the smaller tail twice", example=TwoSided(q, F_LAW))
def the_smaller_tail_twice(q: Expr, law: Basic) -> Outcome:
    """The statistic may as well lie as far out on the other side: the smaller tail counts twice."""
    return 2 * Min(UpperTail(q, law), LowerTail(q, law))


@LOWER.rule("mirrored", example=LowerTail(t, T_LAW))
def mirrored(q: Expr, law: Basic) -> Outcome:
    """The density is symmetric about zero: below q is as probable as above -q."""
    return UpperTail(-q, law) if is_symmetric(law) else None


@LOWER.rule("complement", example=LowerTail(q, CHI_SQUARED))
def complement(q: Expr, law: Basic) -> Outcome:
    """What is not above lies below."""
    return 1 - UpperTail(q, law)


@UPPER.rule("the whole support", example=UpperTail(0, CHI_SQUARED))
def the_whole_support(q: Expr, law: Basic) -> Outcome:
    """Every value is at least the least one."""
    return Rewrite(S.One, conditions(law)) if q == bounds(law)[0] else None


@UPPER.rule("the density integrated", example=UpperTail(t, NORMAL))
def the_density_integrated(q: Expr, law: Basic) -> Outcome:
    """The probability is the integral of the density from there on."""
    low, high = bounds(law)
    name = fresh("u", q, law).name
    place = Symbol(name, **({"real": True} if low == -oo else {"positive": True}))
    f = written_out(law, place)
    f = f.replace(lambda node: isinstance(node, catalan), lambda node: node.rewrite(gamma))
    f = powdenest(f, force=low == 0)
    inside = S.true if low == -oo else Ge(q, low)
    return Rewrite(Integral(f, (place, q, high)), And(conditions(law), inside))


# ------------------------------------------------------------------ the integrals

TAILS = RuleTable(
    Integral,
    lambda goal: (goal.function, *goal.limits[0]),
    "integrals over tails",
)


def closed(*factors: Expr) -> Expr:
    """The constant factor in its shortest form."""
    whole = Mul(*factors)
    ways = [whole, gammasimp(whole), powsimp(whole), gammasimp(powdenest(whole, force=True))]
    return min(ways, key=count_ops)


def _factors(f: Expr, u: Symbol) -> tuple[Expr, list[tuple[Expr, Expr]]]:
    """The constant factor, and what depends on u as powers."""
    fixed, moving = f.as_independent(u, as_Add=False)
    factors = [each for each in Mul.make_args(moving) if each != 1]
    return fixed, [(e, S.One) if isinstance(e, exp) else e.as_base_exp() for e in factors]


def _linear(f: Expr, u: Symbol, degree: int = 1) -> tuple[Expr, Expr] | None:
    """A and B of A + B*u**degree."""
    whole = f.as_poly(u)
    if whole is None or whole.degree() != degree or whole.length() != 2 or not whole.nth(0):
        return None
    return whole.nth(0), whole.nth(degree)


@TAILS.rule(
    "complementary error function", example=Integral(c * exp(-b * u**2), (u, q, oo)), on=(Mul, exp)
)
def complementary_error_function(f: Expr, u: Symbol, q: Expr, end: Expr) -> Outcome:
    """With u = v/sqrt(A) the integral of exp(-A u^2) is that of exp(-v^2), by which erfc is
    defined."""
    fixed, factors = _factors(f, u)
    if end != oo or len(factors) != 1 or not isinstance(factors[0][0], exp):
        return None
    A = -factors[0][0].args[0] / u**2
    if depends_on(A, u) or A.is_positive is False:
        return None
    return Rewrite(fixed * sqrt(pi) / (2 * sqrt(A)) * erfc(sqrt(A) * q), Gt(A, 0))


@TAILS.rule(
    "upper incomplete gamma function",
    example=Integral(c * u ** (a - 1) * exp(-b * u), (u, q, oo)),
    on=(Mul, exp),
)
def upper_incomplete_gamma(f: Expr, u: Symbol, q: Expr, end: Expr) -> Outcome:
    """With v = A u the integral of u^(s - 1) exp(-A u) is that by which Gamma(s, v) is defined."""
    fixed, factors = _factors(f, u)
    rate = [-base.args[0] / u for base, _ in factors if isinstance(base, exp)]
    powers = [(base, e) for base, e in factors if not isinstance(base, exp)]
    if end != oo or len(rate) != 1 or len(powers) > 1:
        return None
    base, e = powers[0] if powers else (u, S.Zero)
    if base != u or depends_on(Tuple(rate[0], e), u):
        return None
    given = And(Gt(rate[0], 0), Ge(q, 0), Gt(e + 1, 0))
    value = fixed * uppergamma(e + 1, rate[0] * q) / rate[0] ** (e + 1)
    return Rewrite(value.expand() if value.has(erfc) else value, given) if given != False else None


def _of_t_density(f: Expr, u: Symbol, end: Expr) -> tuple[Expr, Expr, Expr] | None:
    """c, m and s of c*(1 + u**2/m)**(-s)."""
    fixed, factors = _factors(f, u)
    if end != oo or len(factors) != 1:
        return None
    base, e = factors[0]
    parts = _linear(base, u, 2)
    if parts is None or depends_on(e, u) or e.is_nonnegative:
        return None
    A, B = parts
    return fixed * A**e, A / B, -e


@TAILS.rule("arctangent", example=Integral(1 / (1 + t**2 / a), (t, q, oo)))
def arctangent(f: Expr, u: Symbol, q: Expr, end: Expr) -> Outcome:
    """1/(1 + u^2/m) has the antiderivative sqrt(m) atan(u/sqrt(m)), which tends to
    sqrt(m) pi/2."""
    found = _of_t_density(f, u, end)
    if found is None or found[2] != 1:
        return None
    fixed, m, _ = found
    left = atan(sqrt(m) / q) if q.is_positive else pi / 2 - atan(q / sqrt(m))
    return Rewrite(closed(fixed, sqrt(m)) * left, Gt(m, 0))


@TAILS.rule("algebraic antiderivative", example=Integral(c * (a + u**2) ** (-S(3) / 2), (u, t, oo)))
def algebraic_antiderivative(f: Expr, u: Symbol, q: Expr, end: Expr) -> Outcome:
    """(1 + u^2/m)^(-3/2) is the derivative of u/sqrt(1 + u^2/m), which tends to sqrt(m)."""
    found = _of_t_density(f, u, end)
    if found is None or found[2] != Rational(3, 2):
        return None
    fixed, m, _ = found
    return Rewrite(closed(fixed, sqrt(m)) * (1 - q / sqrt(m + q**2)), Gt(m, 0))


@TAILS.rule("one power less, by parts", example=Integral(c / (1 + u**2 / a) ** 2, (u, t, oo)))
def one_power_less(f: Expr, u: Symbol, q: Expr, end: Expr) -> Outcome:
    """The derivative of u (1 + u^2/m)^(1 - s) holds the powers 1 - s and -s: the integral of the
    one is known by that of the other."""
    found = _of_t_density(f, u, end)
    if found is None or not (2 * found[2]).is_Integer or not 1 < found[2] <= LONGEST_SUM:
        return None
    fixed, m, s = found
    less = Integral((1 + u**2 / m) ** (1 - s), (u, q, end))
    whole = (2 * s - 3) * less - q * (1 + q**2 / m) ** (1 - s)
    return Rewrite(fixed / (2 * s - 2) * whole, Gt(m, 0))


@TAILS.rule(
    "incomplete beta function", example=Integral(c * (1 + u**2 / a) ** (-b - 1), (u, q, oo))
)
def incomplete_beta(f: Expr, u: Symbol, q: Expr, end: Expr) -> Outcome:
    """With w = m/(m + u^2) the integral of (1 + u^2/m)^(-s) is that of
    w^(s - 3/2) (1 - w)^(-1/2), an incomplete beta function."""
    found = _of_t_density(f, u, end)
    if found is None or not q.is_nonnegative:
        return None
    fixed, m, s = found
    half = S.Half
    size = closed(fixed, sqrt(m) / 2, sqrt(pi), gamma(s - half) / gamma(s))
    value = size * betainc_regularized(s - half, half, 0, m / (m + q**2))
    given = And(Gt(m, 0), Gt(s, half))
    return Rewrite(value, given) if given != False else None


@TAILS.rule(
    "incomplete beta function on both sides of zero",
    example=Integral(c * (1 + u**2 / a) ** (-b - 1), (u, t, oo)),
)
def incomplete_beta_on_both_sides(f: Expr, u: Symbol, q: Expr, end: Expr) -> Outcome:
    """With w = (1 - u/sqrt(m + u^2))/2 the integral of (1 + u^2/m)^(-s) is that of
    (w (1 - w))^(s - 3/2), an incomplete beta function, wherever it begins."""
    found = _of_t_density(f, u, end)
    if found is None or q.is_extended_real is False:
        return None
    fixed, m, s = found
    half = S.Half
    size = closed(fixed, sqrt(m), sqrt(pi), gamma(s - half) / gamma(s))
    w = (1 - q / sqrt(m + q**2)) / 2
    given = And(Gt(m, 0), Gt(s, half))
    value = size * betainc_regularized(s - half, s - half, 0, w)
    return Rewrite(value, given) if given != False else None


@TAILS.rule("power of a linear function", example=Integral(c * (a + b * u) ** -3, (u, q, oo)))
def power_of_a_linear_function(f: Expr, u: Symbol, q: Expr, end: Expr) -> Outcome:
    """(A + B u)^(-s) is the derivative of -(A + B u)^(1 - s)/(B (s - 1)), which tends to 0."""
    fixed, factors = _factors(f, u)
    parts = _linear(factors[0][0], u) if len(factors) == 1 else None
    if end != oo or parts is None or depends_on(factors[0][1], u):
        return None
    (A, B), s = parts, -factors[0][1]
    given = And(Gt(A + B * q, 0), Gt(B, 0), Gt(s, 1))
    value = fixed * (A + B * q) ** (1 - s) / (B * (s - 1))
    return Rewrite(value, given) if given != False else None


@TAILS.rule(
    "incomplete beta function of a ratio",
    example=Integral(u ** (a - 1) * (b + c * u) ** (-a - 1), (u, q, oo)),
)
def incomplete_beta_of_a_ratio(f: Expr, u: Symbol, q: Expr, end: Expr) -> Outcome:
    """With w = A/(A + B u) the integral of u^(p - 1) (A + B u)^(-s) is that of
    w^(s - p - 1) (1 - w)^(p - 1), an incomplete beta function."""
    fixed, factors = _factors(f, u)
    p = 1 + sum(e for base, e in factors if base == u)
    others = [(base, e) for base, e in factors if base != u]
    parts = _linear(others[0][0], u) if len(others) == 1 else None
    if end != oo or parts is None or depends_on(Tuple(p, others[0][1]), u):
        return None
    (A, B), s = parts, -others[0][1]
    size = closed(fixed, A ** (p - s), B**-p, beta(s - p, p).rewrite(gamma))
    value = size * betainc_regularized(s - p, p, 0, A / (A + B * q))
    given = And(Gt(A, 0), Gt(B, 0), Gt(p, 0), Gt(s - p, 0), Ge(q, 0))
    return Rewrite(value, given) if given != False else None


TABLES: dict[type, RuleTable] = {
    Integral: TAILS,
    UpperTail: UPPER,
    LowerTail: LOWER,
    TwoSided: BOTH,
}


def tail(q: Expr, law: Basic, side: Integer) -> TailProbability:
    """Of the side that speaks against the hypothesis: 1 above, -1 below, 0 both."""
    return {1: UpperTail, -1: LowerTail, 0: TwoSided}[int(side)](q, law)
