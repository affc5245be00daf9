"""Probabilities that are drawn themselves: the Dirichlet law, and what counts say of it.

Its constant is a chain of beta integrals, one entry after the other; moments and posteriors are
quotients of these (Gelman et al., Bayesian Data Analysis, section 3.4).
"""

from __future__ import annotations

from typing import Any

from sympy import Add, And, Expr, Gt, Mul, S, Symbol, Tuple, cancel, gammasimp
from sympy.logic.boolalg import Boolean

from derive.calculus.integrals.operators import definite
from derive.core import Derivation
from derive.engine import limited
from derive.probability.expectations import TABLES as EXPECTATIONS
from derive.probability.expectations import worked_out
from derive.probability.moments import tidied
from derive.probability.quantities import Quantity, numbers, with_positive_letters
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import free_symbols, fresh

a, b, c = (Symbol(name, positive=True) for name in "abc")
p, q = Symbol("p_1", positive=True), Symbol("p_2", positive=True)


class DirichletIntegral(Quantity):
    """Of the product of p_i**(alpha_i - 1) over all probabilities p: DirichletIntegral(alpha)."""

    name = "simplex integral"


class DirichletMoment(Quantity):
    """The expected value of the product of p_i**k_i: DirichletMoment(k, alpha)."""

    name = "E"


class DirichletVariance(Quantity):
    """The covariance of p_i and p_j, counted from 0: DirichletVariance(i, j, alpha)."""

    name = "Cov"


class DirichletPosterior(Quantity):
    """The density at p after the counts: DirichletPosterior(alpha, counts, p), the last p left out.

    The prior is a Dirichlet law, each observation is categorical.
    """

    name = "posterior density"


def unpack(goal: Quantity) -> tuple[Any, ...]:
    return goal.args


def _short(value: Expr) -> Expr:
    found = gammasimp(value)
    return tidied(cancel(found) if found.is_rational_function() else found)


INTEGRALS = RuleTable(DirichletIntegral, unpack, "simplex integrals", tidy=tidied)
MOMENTS = RuleTable(DirichletMoment, unpack, "Dirichlet moments", tidy=_short)
SPREADS = RuleTable(DirichletVariance, unpack, "Dirichlet covariances", tidy=_short)
POSTERIORS = RuleTable(DirichletPosterior, unpack, "Dirichlet posteriors", tidy=tidied)


def _positive(alpha: Tuple) -> Boolean:
    return And(*(Gt(each, 0) for each in alpha if not each.is_positive))


@INTEGRALS.rule("one entry after the other", example=DirichletIntegral((a, b, c)))
def one_entry_after_the_other(alpha: Tuple) -> Outcome:
    """The first entry is t, the others share 1 - t as probabilities of their own."""
    first, *rest = alpha
    if not rest:
        return Rewrite(S.One, _positive(alpha))
    t = Symbol(fresh("t", alpha).name, positive=True)
    own = definite(t ** (first - 1) * (1 - t) ** (Add(*rest) - 1), t, S.Zero, S.One)
    return Rewrite(own * DirichletIntegral(Tuple(*rest)), _positive(alpha))


@MOMENTS.rule("larger exponents", example=DirichletMoment((1, 0, 2), (a, b, c)))
def larger_exponents(k: Tuple, alpha: Tuple) -> Outcome:
    """A power of an entry adds to its exponent in the density: a quotient of two integrals."""
    larger = Tuple(*(x + n for x, n in zip(alpha, k, strict=True)))
    return DirichletIntegral(larger) / DirichletIntegral(alpha)


def _powers(count: int, *entries: Expr) -> Tuple:
    return Tuple(*(S(sum(1 for e in entries if e == k)) for k in range(count)))


@SPREADS.rule(
    "mean of the product less the product of the means",
    example=DirichletVariance(0, 1, (a, b, c)),
)
def covariance_by_moments(i: Expr, j: Expr, alpha: Tuple) -> Outcome:
    """E[(p_i - E p_i)(p_j - E p_j)], multiplied out."""
    n = len(alpha)
    means = (DirichletMoment(_powers(n, each), alpha) for each in (i, j))
    return DirichletMoment(_powers(n, i, j), alpha) - Mul(*means)


@POSTERIORS.rule("prior times likelihood", example=DirichletPosterior((a, b, c), (2, 0, 1), (p, q)))
def prior_times_likelihood(alpha: Tuple, counts: Tuple, places: Tuple) -> Outcome:
    """Each observation of a category adds one to its exponent: a Dirichlet density again."""
    exponents = Tuple(*(x + n for x, n in zip(alpha, counts, strict=True)))
    last = 1 - Add(*places)
    kernel = Mul(*(x ** (n - 1) for x, n in zip((*places, last), exponents, strict=True)))
    inside = And(*(c for c in (*(x > 0 for x in places), last > 0) if c != True))
    return Rewrite(kernel / DirichletIntegral(exponents), inside)


TABLES: dict[type, RuleTable] = {
    **EXPECTATIONS,
    DirichletIntegral: INTEGRALS,
    DirichletMoment: MOMENTS,
    DirichletVariance: SPREADS,
    DirichletPosterior: POSTERIORS,
}


# ------------------------------------------------------------------ what the user calls


def _weights(alpha: Any) -> Tuple:
    found = Tuple(*(with_positive_letters(each) for each in numbers(alpha)))
    if len(found) < 2 or any(each.is_positive is False for each in found):
        raise ValueError("a Dirichlet law has two positive parameters at least")
    return found


def _entry(k: int, alpha: Tuple) -> int:
    if isinstance(k, bool) or not isinstance(k, int) or not 1 <= k <= len(alpha):
        raise ValueError(f"the entries are counted from 1 to {len(alpha)}: {k} is none")
    return k - 1


@limited
def dirichlet_mean(alpha: Any, entry: int = 1, timeout: float = 20.0) -> Derivation:
    """The expected value of an entry of probabilities with a Dirichlet law, counted from 1.

    >>> dirichlet_mean(["a", "b", "c"]).result
    a/(a + b + c)
    """
    weights = _weights(alpha)
    goal = DirichletMoment(_powers(len(weights), S(_entry(entry, weights))), weights)
    return worked_out(goal, timeout, TABLES)


@limited
def dirichlet_covariance(
    alpha: Any, entry: int = 1, other: int = 1, timeout: float = 20.0
) -> Derivation:
    """The covariance of two entries; of an entry with itself it is the variance.

    >>> dirichlet_covariance(["a", "b"], 1, 2).result
    -a*b/((a + b)**2*(a + b + 1))
    """
    weights = _weights(alpha)
    goal = DirichletVariance(_entry(entry, weights), _entry(other, weights), weights)
    return worked_out(goal, timeout, TABLES)


@limited
def dirichlet_posterior(alpha: Any, counts: Any, timeout: float = 20.0) -> Derivation:
    """The density of the probabilities of categories after their counts; the prior is Dirichlet.

    The last probability is 1 less the others, which are called p_1, p_2, ...

    >>> dirichlet_posterior([1, 1], [3, 1]).result
    20*p_1**3*(1 - p_1)
    """
    weights = _weights(alpha)
    seen = Tuple(*(with_positive_letters(each) for each in numbers(counts)))
    if len(seen) != len(weights) or any(each.is_negative for each in seen):
        raise ValueError(f"write {len(weights)} counts, none negative")
    names = [Symbol(f"p_{k + 1}", positive=True) for k in range(len(weights) - 1)]
    taken = free_symbols(Tuple(weights, seen)) & set(names)
    if taken:
        raise ValueError(f"{min(map(str, taken))} is a probability: name the parameter otherwise")
    return worked_out(DirichletPosterior(weights, seen, Tuple(*names)), timeout, TABLES)
