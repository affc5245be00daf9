"""The two normal distributions of a diffusion model, derived from one step of noise.

Ho, Jain and Abbeel, Denoising diffusion probabilistic models, 2020. A step from s = t - 1 to t
keeps the part alpha_t of the variance: q(x_t | x_s) = N(x_t; sqrt(alpha_t) x_s, 1 - alpha_t).
alphabar_s is the product of the alphas up to s, and alphabar_t = alpha_t alphabar_s.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, S, Symbol, sqrt

from derive.answers import Answers
from derive.core import Derivation
from derive.probability.moments import Expectation, Variance, normal_density, worked_out

alpha_t, alphabar_s = Symbol("alpha_t", positive=True), Symbol("alphabar_s", positive=True)
x_0, x_s, x_t = (Symbol(name, real=True) for name in ("x_0", "x_s", "x_t"))
epsilon = Symbol("epsilon", real=True)


@dataclass(frozen=True)
class MeanAndVariance(Answers):
    mean: Derivation
    variance: Derivation


def before() -> Expr:
    """q(x_s | x_0), the distribution before the step."""
    return normal_density(x_s, sqrt(alphabar_s) * x_0, 1 - alphabar_s)


def step() -> Expr:
    """q(x_t | x_s), one step of noise."""
    return normal_density(x_t, sqrt(alpha_t) * x_s, 1 - alpha_t)


def diffusion_marginal() -> MeanAndVariance:
    """q(x_t | x_0) from q(x_s | x_0): of x_t = sqrt(alpha_t) x_s + sqrt(1 - alpha_t) epsilon.

    With alphabar_t = alpha_t alphabar_s it is N(x_t; sqrt(alphabar_t) x_0, 1 - alphabar_t):
    equation 4, by induction over the steps.

    >>> after = diffusion_marginal()
    >>> after.mean.result
    sqrt(alpha_t)*sqrt(alphabar_s)*x_0
    >>> after.variance.result
    -alpha_t*alphabar_s + 1
    """
    noisy = sqrt(alpha_t) * x_s + sqrt(1 - alpha_t) * epsilon
    laws = (x_s, before()), (epsilon, normal_density(epsilon, S.Zero, S.One))
    return _moments(noisy, *laws)


def diffusion_posterior() -> MeanAndVariance:
    """q(x_s | x_t, x_0), which is in proportion to q(x_t | x_s) q(x_s | x_0) by Bayes' rule.

    Equations 6 and 7, where beta_t = 1 - alpha_t and alphabar_t = alpha_t alphabar_s.

    >>> given_both_ends = diffusion_posterior()
    >>> above, below = given_both_ends.mean.result.as_numer_denom()
    >>> above
    sqrt(alpha_t)*x_t*(1 - alphabar_s) + sqrt(alphabar_s)*x_0*(1 - alpha_t)
    >>> below
    -alpha_t*alphabar_s + 1
    >>> given_both_ends.variance.result
    (1 - alpha_t)*(1 - alphabar_s)/(-alpha_t*alphabar_s + 1)
    """
    return _moments(x_s, (x_s, step() * before()))


def _moments(g: Expr, *laws: tuple[Symbol, Expr]) -> MeanAndVariance:
    return MeanAndVariance(worked_out(Expectation(g, *laws)), worked_out(Variance(g, *laws)))
