"""Bayes' theorem: of tables of hypotheses, and of densities of a parameter.

Posterior is prior times likelihood, divided by what that adds up to. Constant factors cancel, so
that a density is known by its kernel (Gelman et al., Bayesian Data Analysis, chapter 2).
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Add,
    And,
    Expr,
    Ge,
    Gt,
    Integral,
    Limit,
    Mul,
    S,
    Symbol,
    Tuple,
    exp,
    expand,
    gamma,
    oo,
    pi,
    powsimp,
    sqrt,
)
from sympy.logic.boolalg import Boolean

from derive.asked import letter, place, scalar
from derive.calculus.integrals.integrate import TABLES as INTEGRALS
from derive.calculus.integrals.integrate import exact
from derive.calculus.integrals.operators import positive
from derive.calculus.limits import RULES as LIMITS
from derive.calculus.roots_between import textbook
from derive.core import Derivation
from derive.engine import limited
from derive.probability.quantities import (
    Listed,
    Quantity,
    all_positive,
    numbers,
    probabilities,
    with_positive_letters,
    worked_out,
)
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import depends_on

p, s = Symbol("p", positive=True), Symbol("s", positive=True)
x, mu, theta = Symbol("x", real=True), Symbol("mu", real=True), Symbol("theta")


class Evidence(Quantity):
    """How probable the observation is: Evidence(priors, likelihoods)."""

    name = "evidence"


class Joint(Listed):
    """How probable each hypothesis is together with the observation: Joint(priors, likelihoods)."""

    name = "joint"


class Posterior(Listed):
    """How probable each hypothesis is after the observation: Posterior(priors, likelihoods)."""

    name = "posterior"


class PosteriorDensity(Quantity):
    """Of t, between a and b: PosteriorDensity(prior, likelihood, t, a, b).

    Both are functions of t up to a factor.
    """

    name = "posterior density"


class DensityOfKernel(Quantity):
    """The density of t that has this kernel between a and b: DensityOfKernel(kernel, t, a, b)."""

    name = "density"


EVIDENCE = RuleTable(Evidence, lambda goal: goal.args, "evidence")
JOINTS = RuleTable(Joint, lambda goal: goal.args, "joint probabilities")
POSTERIORS = RuleTable(
    Posterior,
    lambda goal: goal.args,
    "posterior probabilities",
    tidy=lambda found: Tuple(*map(textbook, found.args)),
)
DENSITIES = RuleTable(PosteriorDensity, lambda goal: goal.args, "posterior densities")
KERNELS = RuleTable(DensityOfKernel, lambda goal: goal.args, "densities of kernels")
PRIORS, LIKELIHOODS = (p, 1 - p), (s, S(1) / 4)


@EVIDENCE.rule("law of total probability", example=Evidence(PRIORS, LIKELIHOODS))
def law_of_total_probability(priors: Tuple, likelihoods: Tuple) -> Outcome:
    """Each hypothesis contributes its prior times the likelihood of the observation."""
    terms = (a * b for a, b in zip(priors, likelihoods, strict=True))
    return Rewrite(Add(*terms), are_probabilities(priors, likelihoods))


def are_probabilities(priors: Tuple, likelihoods: Tuple) -> Boolean:
    below = (Ge(1 - value, 0) for value in likelihoods)
    return And(all_positive(priors), all_positive(likelihoods), *(c for c in below if c != True))


@JOINTS.rule("multiplication rule", example=Joint(PRIORS, LIKELIHOODS))
def product_rule_of_probabilities(priors: Tuple, likelihoods: Tuple) -> Outcome:
    """P(H and E) = P(H) P(E | H)."""
    both = Tuple(*(a * b for a, b in zip(priors, likelihoods, strict=True)))
    return Rewrite(both, are_probabilities(priors, likelihoods))


@POSTERIORS.rule("Bayes' theorem", example=Posterior(PRIORS, LIKELIHOODS))
def bayes_theorem(priors: Tuple, likelihoods: Tuple) -> Outcome:
    """P(H | E) = P(H) P(E | H) / P(E)."""
    evidence = Evidence(priors, likelihoods)
    each = (a * b / evidence for a, b in zip(priors, likelihoods, strict=True))
    return Rewrite(Tuple(*each), are_probabilities(priors, likelihoods))


# ------------------------------------------------------------------ densities


@DENSITIES.rule(
    "prior times likelihood",
    example=PosteriorDensity(theta * (1 - theta), theta**3, theta, 0, 1),
)
def prior_times_likelihood(prior: Expr, likelihood: Expr, t: Symbol, a: Expr, b: Expr) -> Outcome:
    """Bayes' theorem: the posterior is proportional to the prior times the likelihood."""
    return DensityOfKernel(powsimp(prior * likelihood), t, a, b)


@KERNELS.rule(
    "constant factors cancel", example=DensityOfKernel(3 * p * exp(-p * theta), theta, 0, oo)
)
def constant_factors_cancel(kernel: Expr, t: Symbol, a: Expr, b: Expr) -> Outcome:
    """A factor without the letter stands above and below: it cancels."""
    fixed, moving = gathered(kernel, t).as_independent(t, as_Add=False)
    moving = -moving if fixed.is_negative else moving  # a kernel is positive
    return DensityOfKernel(moving, t, a, b) if moving not in (kernel, 1) else None


def gathered(kernel: Expr, t: Symbol) -> Expr:
    """The exponents of exponentials in one, without their terms that t is not in."""
    factors = Mul.make_args(kernel)
    exponent = expand(Add(*(f.args[0] for f in factors if isinstance(f, exp))))
    moving = Add(*(term for term in Add.make_args(exponent) if depends_on(term, t)))
    others = Mul(*(f for f in factors if not isinstance(f, exp)))
    return others * exp(moving.collect(t))


@KERNELS.rule(
    "kernel of a normal density",
    example=DensityOfKernel(exp(-2 * theta**2 + theta), theta, -oo, oo),
)
def kernel_of_a_normal_density(kernel: Expr, t: Symbol, a: Expr, b: Expr) -> Outcome:
    """exp(-A t^2/2 + B t): completing the square gives the mean B/A and the variance 1/A."""
    known = gaussian_kernel(kernel, t) if (a, b) == (-oo, oo) else None
    if known is None:
        return None
    m, v, given = known
    found = exp(-((t - m) ** 2) / (2 * v)) / sqrt(2 * pi * v)
    return Rewrite(found, given, where=((Symbol("mean"), m), (Symbol("variance"), v)))


def gaussian_kernel(kernel: Expr, t: Symbol) -> tuple[Expr, Expr, Boolean] | None:
    """Mean and variance of the normal density with this kernel, and when there is one."""
    if not isinstance(kernel, exp):
        return None
    flat = expand(kernel.args[0])
    A, B = -2 * flat.coeff(t, 2), flat.coeff(t, 1)
    if A == 0 or depends_on(A, t) or depends_on(B, t):
        return None
    rest = expand(flat + A * t**2 / 2 - B * t)
    variance = textbook(1 / A)
    given = S.true if A.is_positive else positive(variance)
    if depends_on(rest, t) or given == False:
        return None
    return textbook(B / A), variance, given


@KERNELS.rule(
    "kernel of an inverse gamma density",
    example=DensityOfKernel(exp(-2 / theta) / theta**3, theta, 0, oo),
)
def kernel_of_an_inverse_gamma_density(kernel: Expr, t: Symbol, a: Expr, b: Expr) -> Outcome:
    """exp(-B/t) t^(-A - 1): with u = B/t the integral of the kernel is gamma(A)/B^A."""
    moving = gathered(powsimp(kernel), t).as_independent(t, as_Add=False)[1]
    powers, exponents = moving.as_independent(exp, as_Add=False)
    B = -(expand(exponents.args[0]) * t) if isinstance(exponents, exp) else S.Zero
    base, n = powers.as_base_exp()
    base, n = (t, -n) if base == 1 / t else (base, n)
    B, A = B.expand(), textbook(-n - 1)
    if (a, b) != (0, oo) or base != t or B == 0 or any(depends_on(e, t) for e in (A, B)):
        return None
    given = And(*(Gt(e, 0) for e in (A, B) if not e.is_positive))
    if given == False:
        return None
    found = B**A * exp(-B / t) / (gamma(A) * t ** (A + 1))
    return Rewrite(found, given, where=((Symbol("A"), A), (Symbol("B"), B)))


@KERNELS.rule("normalise", example=DensityOfKernel(theta**3 * (1 - theta), theta, 0, 1))
def normalise(kernel: Expr, t: Symbol, a: Expr, b: Expr) -> Outcome:
    """A density is its kernel divided by the integral of the kernel, a positive number."""
    whole = Integral(kernel, Tuple(t, a, b))
    return Rewrite(kernel / whole, Gt(1 / whole, 0, evaluate=False))


TABLES: dict[type, RuleTable] = {
    **INTEGRALS,
    Limit: LIMITS,
    Evidence: EVIDENCE,
    Joint: JOINTS,
    Posterior: POSTERIORS,
    PosteriorDensity: DENSITIES,
    DensityOfKernel: KERNELS,
}


# ------------------------------------------------------------------ what the user calls


def _of_hypotheses(prior: Any, likelihood: Any) -> tuple[Tuple, Tuple]:
    priors = probabilities(numbers(prior), "the priors")
    found = [with_positive_letters(value) for value in numbers(likelihood)]
    if len(priors) != len(found):
        raise ValueError(f"{len(priors)} priors and {len(found)} likelihoods: one each")
    wrong = [value for value in found if value.is_negative or (1 - value).is_negative]
    if wrong:
        raise ValueError(f"a likelihood lies between 0 and 1, not at {wrong[0]}")
    return priors, Tuple(*found)


@limited
def bayes_table(prior: Any, likelihood: Any, timeout: float = 20.0) -> Derivation:
    """The posterior probabilities of hypotheses, from their priors and from how probable each
    makes what was observed.

    Letters are positive; the priors add up to 1.

    >>> bayes_table(["1/100", "99/100"], ["9/10", "1/10"]).result
    (1/12, 11/12)
    """
    return worked_out(Posterior(*_of_hypotheses(prior, likelihood)), TABLES, timeout)


@limited
def evidence(prior: Any, likelihood: Any, timeout: float = 20.0) -> Derivation:
    """How probable an observation is over all hypotheses, by the law of total probability.

    >>> evidence(["1/2", "1/2"], ["1/4", "3/4"]).result
    1/2
    """
    return worked_out(Evidence(*_of_hypotheses(prior, likelihood)), TABLES, timeout)


@limited
def posterior_density(
    prior: Any, likelihood: Any, parameter: Any, bounds: Any = ("-oo", "oo"), timeout: float = 20.0
) -> Derivation:
    """The posterior density of a parameter between `bounds`; factors without it may be missing.

    Other letters are positive. Raises NoRuleApplies, ValueError.

    >>> posterior_density("t", "t*(1 - t)", "t", (0, 1)).result
    12*t**2*(1 - t)
    """
    formulas = Tuple(*(exact(scalar(f)) for f in (prior, likelihood)))
    t = letter(parameter, formulas)
    own = Symbol(t.name)
    others = sorted(formulas.free_symbols - {t}, key=str)
    plain = {x: Symbol(x.name, positive=True) for x in others if x.is_real is None}
    first, second = formulas.xreplace({**plain, t: own})
    ends = [exact(place(end)).xreplace(plain) for end in bounds]
    return worked_out(PosteriorDensity(first, second, own, *ends), TABLES, timeout)


# fmt: off
CONJUGATES = {   # prior, likelihood, ends
    "beta-binomial": ("t**(alpha-1)*(1-t)**(beta-1)", "t**k*(1-t)**(n-k)",      (0, 1)),
    "gamma-poisson": ("t**(alpha-1)*exp(-beta*t)",    "t**s*exp(-n*t)",         (0, "oo")),
    "inverse-gamma-normal": ("t**(-alpha-1)*exp(-beta/t)", "t**(-n/2)*exp(-s/(2*t))", (0, "oo")),
    "normal-normal": ("exp(-(t-m)**2/(2*v))",         "exp(-n*(a-t)**2/(2*w))", ("-oo", "oo")),
}
# fmt: on


@limited
def conjugate_posterior(family: str, timeout: float = 20.0) -> Derivation:
    """The posterior density of t: of a conjugate prior, with letters for what was observed.

    "beta-binomial": k successes in n trials of probability t. "gamma-poisson": n counts of mean t
    that add up to s; beta is a rate. "inverse-gamma-normal": n numbers of a known mean and of the
    variance t, with s the sum of the squares about that mean. "normal-normal": n numbers of mean t
    and variance w with the sample mean a; the prior has the mean m and the variance v.

    >>> conjugate_posterior("gamma-poisson").check().verdict
    'confirmed'
    """
    if family not in CONJUGATES:
        raise ValueError(f"{family!r} is no family: write one of {', '.join(CONJUGATES)}")
    prior, likelihood, ends = CONJUGATES[family]
    read = [exact(scalar(f)) for f in (prior, likelihood)]
    if family == "beta-binomial":  # of n - k failures, f
        k, n, f = Symbol("k", positive=True), Symbol("n"), Symbol("f", positive=True)
        read[1] = read[1].xreplace({Symbol("k"): k}).subs(n, k + f)
    return posterior_density(read[0], read[1], "t", ends)
