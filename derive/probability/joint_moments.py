"""Marginal and conditional densities, moments and conditional moments of two letters together.

A density is known up to a factor: every one of these is a quotient of integrals of it (Casella and
Berger, chapter 4; Blitzstein and Hwang, chapters 7 and 9).
"""

from __future__ import annotations

from sympy import (
    Add,
    And,
    Basic,
    Expr,
    ImmutableMatrix,
    Mul,
    Pow,
    S,
    Symbol,
    Tuple,
    exp,
    expand,
    expand_log,
    log,
    oo,
    powsimp,
    sqrt,
)
from sympy.logic.boolalg import Boolean

from derive.calculus.integrals.operators import nonzero
from derive.probability.bayes import KERNELS, DensityOfKernel, gaussian_kernel
from derive.probability.expectations import TABLES as EXPECTATIONS
from derive.probability.joint_laws import JointLaw, JointTable, OfJoint, over, ranges
from derive.probability.moments import Expectation, Variance, normal_density, tidied
from derive.probability.quantities import Listed, all_positive
from derive.rules import Outcome, Rewrite, RuleTable

x, y = Symbol("x", positive=True), Symbol("y", positive=True)
u, v = Symbol("u", real=True), Symbol("v", real=True)
SQUARE = JointLaw(x + y, (x, 0, 1), (y, 0, 1))
TRIANGLE = JointLaw(2 * x, (x, 0, 1), (y, 0, x))
BELL = JointLaw(exp(-(u**2) + u * v - v**2), (u, -oo, oo), (v, -oo, oo))
TABLE = JointTable(ImmutableMatrix([[S(1) / 2, S(1) / 8], [S(1) / 8, S(1) / 4]]),
                   (u, (0, 1)), (v, (0, 2)))  # fmt: skip


class MarginalDensity(OfJoint):
    """The density of one letter alone: MarginalDensity((x, place), law)."""

    name = "density"


class MarginalProbabilities(Listed, OfJoint):
    """The probabilities of the values of one letter: MarginalProbabilities((x, x), table)."""

    name = "P"


class ConditionalDensity(OfJoint):
    """The density of y where x is known: ConditionalDensity((y, y), (x, place), law)."""

    name = "conditional density"


class JointExpectation(OfJoint):
    """The expected value of g: JointExpectation(g, law)."""

    name = "E"


class JointVariance(OfJoint):
    """The variance of g: JointVariance(g, law)."""

    name = "Var"


class JointCovariance(OfJoint):
    """The covariance of g and h: JointCovariance(g, h, law)."""

    name = "Cov"


class JointCorrelation(OfJoint):
    """The covariance of g and h in standard deviations: JointCorrelation(g, h, law)."""

    name = "Corr"


class ConditionalExpectation(OfJoint):
    """The expected value of g where x is known: ConditionalExpectation(g, (x, place), law)."""

    name = "E"


class ConditionalVariance(OfJoint):
    """The variance of g where x is known: ConditionalVariance(g, (x, place), law)."""

    name = "Var"


def settled(value: Basic) -> Basic:
    """In textbook form; the logarithms of numbers in those of primes."""
    return tidied(expand_log(value, factor=True)) if value.has(log) else tidied(value)


def table(operator: type, title: str) -> RuleTable:
    return RuleTable(operator, lambda goal: goal.args, title, tidy=settled)


MARGINALS = table(MarginalDensity, "marginal densities")
MARGINAL_TABLES = RuleTable(MarginalProbabilities, lambda goal: goal.args, "marginal probabilities")
CONDITIONALS = table(ConditionalDensity, "conditional densities")
MEANS = table(JointExpectation, "expected values of two letters")
VARIANCES = table(JointVariance, "variances of two letters")
COVARIANCES = table(JointCovariance, "covariances")
CORRELATIONS = table(JointCorrelation, "correlations")
CONDITIONAL_MEANS = table(ConditionalExpectation, "conditional expected values")
CONDITIONAL_VARIANCES = table(ConditionalVariance, "conditional variances")


# ------------------------------------------------------------------ densities


@MARGINALS.rule("integrate the other letter out", example=MarginalDensity((x, x), TRIANGLE))
def integrate_out(known: Tuple, law: JointLaw) -> Outcome:
    """The density of one letter alone has as its kernel the integral over the other one."""
    letter, place = known
    found = ranges(law, letter)
    if found is None or not place.is_Symbol:
        return None
    inner, (_, low, high) = found
    kernel = over(law.args[0], inner).xreplace({letter: place})
    return Rewrite(DensityOfKernel(kernel, place, low, high), _within(place, low, high))


@MARGINAL_TABLES.rule("sums of rows or columns", example=MarginalProbabilities((u, u), TABLE))
def sums_of_rows(known: Tuple, law: JointTable) -> Outcome:
    """All cells in which the letter has the value."""
    values = next(listed for letter, listed in law.args[1:] if letter == known[0])
    sums = (Add(*(p for _, p in law.row(known[0], value))) for value in values)
    return Rewrite(Tuple(*sums), _proper(law))


@CONDITIONALS.rule(
    "the joint density, normalised", example=ConditionalDensity((y, y), (x, x), TRIANGLE)
)
def joint_density_normalised(wanted: Tuple, known: Tuple, law: JointLaw) -> Outcome:
    """Where the other letter is known, the joint density is a kernel of the density of this one."""
    found = ranges(law, known[0])
    if found is None or not wanted[1].is_Symbol:
        return None
    inner, outer = found
    here = {known[0]: known[1]}
    low, high = (end.subs(here) for end in inner[1:])
    given = And(_within(known[1], *outer[1:]), _within(wanted[1], low, high))
    kernel = law.args[0].subs(here).xreplace({wanted[0]: wanted[1]})
    return Rewrite(DensityOfKernel(powsimp(kernel), wanted[1], low, high), given)


def _within(place: Expr, low: Expr, high: Expr) -> Boolean:
    return And(*(c for c in (place > low, place < high) if c != True))


def _proper(law: JointLaw) -> Boolean:
    return all_positive(law.args[0]) if isinstance(law, JointTable) else S.true


# ------------------------------------------------------------------ moments


@MEANS.rule("linearity", example=JointExpectation(2 * x + y, SQUARE), on=(Add, Mul))
def linearity(g: Expr, law: JointLaw) -> Outcome:
    """The expected value of a sum is that of its terms; constants come out."""
    return Add(*(_constant_out(term, law) for term in Add.make_args(expand(g))))


def _constant_out(term: Expr, law: JointLaw) -> Expr:
    fixed, moving = term.as_independent(*law.letters, as_Add=False)
    return fixed * JointExpectation(moving, law) if moving != 1 else fixed


@MEANS.rule("a letter of a bell", example=JointExpectation(u**2, BELL), on=(Symbol, Pow))
def letter_of_a_bell(g: Expr, law: JointLaw) -> Outcome:
    """Completing the square in both letters leaves the normal density of the one."""
    letter, n = g.as_base_exp()
    found = _bell_of(letter, law) if letter in law.letters and n in (1, 2) else None
    if found is None:
        return None
    f, given = found
    mean, spread = (operator(letter, (letter, f)) for operator in (Expectation, Variance))
    return Rewrite(mean if n == 1 else spread + mean**2, given)


@MEANS.rule("a product in a bell", example=JointExpectation(u * v, BELL), on=Mul)
def product_in_a_bell(g: Expr, law: JointLaw) -> Outcome:
    """E[h(x) y] = E[h(x) E[y | x]]: what is known is a constant."""
    x, y = law.letters
    known, other = g.as_independent(y, as_Add=False)
    if other not in (y, y**2) or not known.has(x) or _bell_of(x, law) is None:
        return None
    return JointExpectation(known * ConditionalExpectation(other, (x, x), law), law)


def _bell_of(letter: Symbol, law: JointLaw) -> tuple[Expr, Boolean] | None:
    """The normal density of one letter, and when it is one."""
    known = _gaussian(Tuple(letter, letter), law)
    if known is None:
        return None
    other, f, first = known
    exponent = expand_log(log(powsimp(law.args[0], combine="exp")), force=True)
    _, m, v = f.args
    rest = expand(exponent + (other - m) ** 2 / (2 * v)).subs(other, 0)
    found = gaussian_kernel(exp(rest.as_independent(letter, as_Add=True)[1]), letter)
    if found is None:
        return None
    return normal_density(letter, *found[:2]), And(first, found[2])


@MEANS.rule("definition", example=JointExpectation(x * y, SQUARE))
def mean_by_definition(g: Expr, law: JointLaw) -> Outcome:
    """The integral of g times the density over the region, by that of the density."""
    if isinstance(law, JointTable):
        return None
    limits = law.args[2], law.args[1]
    return over(g * law.args[0], *limits) / over(law.args[0], *limits)


@MEANS.rule("over all cells", example=JointExpectation(u * v, TABLE))
def over_all_cells(g: Expr, law: JointLaw) -> Outcome:
    """Each value of g, times how probable its cell is."""
    if not isinstance(law, JointTable):
        return None
    return Rewrite(Add(*(g.subs(values) * p for values, p in law.cells())), _proper(law))


@MEANS.rule("law of total expectation", example=JointExpectation(y**2, TRIANGLE), on_request=True)
def total_expectation(g: Expr, law: JointLaw) -> Outcome:
    """E[g] = E[E[g | x]]: the conditional expected values, averaged over x."""
    if isinstance(law, JointTable):
        return Rewrite(Add(*(_chance(law, v) * _inside(g, v, law) for v in law.args[1][1])))
    x = law.letters[0]
    return JointExpectation(ConditionalExpectation(g, (x, x), law), law)


def _chance(law: JointTable, value: Expr) -> Expr:
    return Add(*(p for _, p in law.row(law.letters[0], value)))


def _inside(g: Expr, value: Expr, law: JointLaw) -> Expr:
    return ConditionalExpectation(g, (law.letters[0], value), law)


@VARIANCES.rule("mean of the square less the square of the mean", example=JointVariance(x, SQUARE))
def variance_by_moments(g: Expr, law: JointLaw) -> Outcome:
    """E[(g - E g)**2], multiplied out."""
    return JointExpectation(expand(g**2), law) - JointExpectation(g, law) ** 2


@VARIANCES.rule("law of total variance", example=JointVariance(y, TRIANGLE), on_request=True)
def total_variance(g: Expr, law: JointLaw) -> Outcome:
    """Var[g] = E[Var[g | x]] + Var[E[g | x]]: within the values of x, and between them."""
    x = law.letters[0]
    if not isinstance(law, JointTable):
        within = JointExpectation(ConditionalVariance(g, (x, x), law), law)
        return within + JointVariance(ConditionalExpectation(g, (x, x), law), law)
    chances = [(_chance(law, v), v) for v in law.args[1][1]]
    within = Add(*(p * ConditionalVariance(g, (x, v), law) for p, v in chances))
    mean = Add(*(p * _inside(g, v, law) for p, v in chances))
    between = Add(*(p * _inside(g, v, law) ** 2 for p, v in chances)) - mean**2
    return Rewrite(within + between, _proper(law))


@COVARIANCES.rule(
    "mean of the product less the product of the means", example=JointCovariance(x, y, SQUARE)
)
def covariance_by_moments(g: Expr, h: Expr, law: JointLaw) -> Outcome:
    """E[(g - E g)(h - E h)], multiplied out."""
    means = JointExpectation(g, law) * JointExpectation(h, law)
    return JointExpectation(expand(g * h), law) - means


@CORRELATIONS.rule("in standard deviations", example=JointCorrelation(x, y, SQUARE))
def in_standard_deviations(g: Expr, h: Expr, law: JointLaw) -> Outcome:
    """The covariance, by both standard deviations."""
    spread = sqrt(JointVariance(g, law) * JointVariance(h, law))
    return JointCovariance(g, h, law) / spread


# ------------------------------------------------------------------ where one letter is known


@CONDITIONAL_MEANS.rule("linearity", example=ConditionalExpectation(2 * x + y, (x, x), SQUARE),
                        on=(Add, Mul))  # fmt: skip
def conditional_linearity(g: Expr, known: Tuple, law: JointLaw) -> Outcome:
    """What is known is a constant: the expected value of a sum is that of its terms."""
    here = g.subs(known[0], known[1]) if known[0] != known[1] else g
    other = law.other(known[0])
    parts = (term.as_independent(other, as_Add=False) for term in Add.make_args(expand(here)))
    whole = (c * ConditionalExpectation(h, known, law) if h != 1 else c for c, h in parts)
    return Add(*whole)


def _gaussian(known: Tuple, law: JointLaw) -> tuple[Symbol, Expr, Boolean] | None:
    """The other letter, and its normal density where this one is known."""
    other = law.other(known[0])
    if isinstance(law, JointTable) or (-oo, oo) not in (r.args[1:] for r in law.args[1:]):
        return None
    if next(r.args[1:] for r in law.args[1:] if r[0] == other) != (-oo, oo):
        return None
    here = powsimp(law.args[0].subs(known[0], known[1]), combine="exp")
    found = gaussian_kernel(here.as_independent(other, as_Add=False)[1], other)
    if found is None:
        return None
    m, v, given = found
    return other, normal_density(other, m, v), given


@CONDITIONAL_MEANS.rule(
    "the joint density is a bell",
    example=ConditionalExpectation(v, (u, u), BELL),
    on=(Symbol, Pow),
)
def conditional_mean_of_a_bell(g: Expr, known: Tuple, law: JointLaw) -> Outcome:
    """Where x is known, completing the square in the exponent shows a normal density of y."""
    found = _gaussian(known, law)
    if found is None:
        return None
    other, f, given = found
    mean, spread = (operator(other, (other, f)) for operator in (Expectation, Variance))
    if g not in (other, other**2):
        return None
    return Rewrite(mean if g == other else spread + mean**2, given)


@CONDITIONAL_MEANS.rule("definition", example=ConditionalExpectation(y**2, (x, x), TRIANGLE))
def conditional_mean_by_definition(g: Expr, known: Tuple, law: JointLaw) -> Outcome:
    """The integral of g times the density over the other letter, by that of the density."""
    found = None if isinstance(law, JointTable) else ranges(law, known[0])
    if found is None:
        return None
    inner, _ = found
    integrals = (over(f, inner).subs(known[0], known[1]) if known[0] != known[1] else over(f, inner)
                 for f in (g * law.args[0], law.args[0]))  # fmt: skip
    above, below = integrals
    return above / below


@CONDITIONAL_MEANS.rule(
    "over the cells of the value", example=ConditionalExpectation(v**2, (u, S.Zero), TABLE)
)
def over_the_cells(g: Expr, known: Tuple, law: JointLaw) -> Outcome:
    """The cells in which x has this value, by how probable these are together."""
    if not isinstance(law, JointTable):
        return None
    cells = law.row(*known)
    total = Add(*(p for _, p in cells))
    if total == 0:
        return None
    whole = Add(*(g.subs(values) * p for values, p in cells))
    return Rewrite(whole / total, And(_proper(law), nonzero(total)))


@CONDITIONAL_VARIANCES.rule(
    "the joint density is a bell", example=ConditionalVariance(v, (u, u), BELL), on=Symbol
)
def conditional_variance_of_a_bell(g: Expr, known: Tuple, law: JointLaw) -> Outcome:
    """Where x is known, completing the square in the exponent shows a normal density of y."""
    found = _gaussian(known, law)
    if found is None or g != found[0]:
        return None
    other, f, given = found
    return Rewrite(Variance(g, (other, f)), given)


@CONDITIONAL_VARIANCES.rule(
    "mean of the square less the square of the mean",
    example=ConditionalVariance(y, (x, x), TRIANGLE),
)
def conditional_variance_by_moments(g: Expr, known: Tuple, law: JointLaw) -> Outcome:
    """The variance of the density of y where x is known."""
    square = ConditionalExpectation(expand(g**2), known, law)
    return square - ConditionalExpectation(g, known, law) ** 2


TABLES: dict[type, RuleTable] = {
    **EXPECTATIONS,
    DensityOfKernel: KERNELS,
    MarginalDensity: MARGINALS,
    MarginalProbabilities: MARGINAL_TABLES,
    ConditionalDensity: CONDITIONALS,
    JointExpectation: MEANS,
    JointVariance: VARIANCES,
    JointCovariance: COVARIANCES,
    JointCorrelation: CORRELATIONS,
    ConditionalExpectation: CONDITIONAL_MEANS,
    ConditionalVariance: CONDITIONAL_VARIANCES,
}
