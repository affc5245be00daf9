"""Numbers drawn from a law, seeded: what no quadrature and no formula has a part in.

Each row draws as the law is defined: from the uniform, exponential, normal and gamma generators of
NumPy, and by the inverse of a distribution function.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sympy import Interval, Range, S, Symbol

from lambdify_bridge import laws
from lambdify_bridge.evaluate import Evaluator

Array = Any
Generator = np.random.Generator
MOST_LISTED = 1000
LARGEST = 2.0**31


def _turned(r: Generator, size: int, mu: float, k: float) -> Array:
    """Angles from 0 to a whole turn."""
    return np.mod(r.vonmises(0.0, k, size) + mu, 2 * np.pi)


def _student(r: Generator, size: int, nu: float) -> Array:
    return r.standard_normal(size) / np.sqrt(2 * r.standard_gamma(nu / 2, size) / nu)


def _f(r: Generator, size: int, m: float, n: float) -> Array:
    return r.standard_gamma(m / 2, size) * n / (r.standard_gamma(n / 2, size) * m)


def _laplace(r: Generator, size: int, mu: float, b: float) -> Array:
    first, second = r.standard_exponential((2, size))
    return mu + b * (first - second)


def _logistic(r: Generator, size: int, mu: float, s: float) -> Array:
    u = r.random(size)
    return mu + s * np.log(u / (1 - u))


# fmt: off
# The class of sympy.stats: numbers drawn, from a generator, their count and the parameters.
SAMPLERS: dict[str, Callable[..., Array]] = {
    "GeometricDistribution":        lambda r, n, p:         r.geometric(p, n),
    "NegativeBinomialDistribution": lambda r, n, k, p:      r.poisson(r.gamma(k, (1 - p)/p, n)),
    "PoissonDistribution":          lambda r, n, a:         r.poisson(a, n),
    "UniformDistribution":          lambda r, n, a, b:      a + (b - a)*r.random(n),
    "ExponentialDistribution":      lambda r, n, a:         r.standard_exponential(n)/a,
    "GammaDistribution":            lambda r, n, k, theta:  theta*r.standard_gamma(k, n),
    "BetaDistribution":             lambda r, n, a, b:      r.beta(a, b, n),
    "NormalDistribution":           lambda r, n, mu, s:     mu + s*r.standard_normal(n),
    "LogNormalDistribution":        lambda r, n, mu, s:     np.exp(mu + s*r.standard_normal(n)),
    "StudentTDistribution":         _student,
    "ChiSquaredDistribution":       lambda r, n, k:         2*r.standard_gamma(k/2, n),
    "FDistributionDistribution":    _f,
    "CauchyDistribution":           lambda r, n, x0, s:     x0 + s/np.tan(np.pi*r.random(n)),
    "LaplaceDistribution":          _laplace,
    "LogisticDistribution":         _logistic,
    "ParetoDistribution":           lambda r, n, xm, a:     xm*np.exp(r.standard_exponential(n)/a),
    "WeibullDistribution":          lambda r, n, a, k:      a*r.standard_exponential(n)**(1/k),
    "VonMisesDistribution":         _turned,
}
# fmt: on


def drawn(r: Generator, size: int, letter: Symbol, law: Any, at: Evaluator) -> Array | None:
    """So many numbers from a law; None where no row draws from it."""
    if not laws.is_law(law):
        return _of_normal(r, size, letter, law, at)
    if type(law).__name__ == "BinomialDistribution":
        n, p, success, failure = (float(at(value)) for value in law.args)
        wins = r.binomial(int(n), p, size) if n < LARGEST else None
        return None if wins is None else success * wins + failure * (n - wins)
    if laws.is_listed(law):
        return _of_list(r, size, law, at)
    if isinstance(law.set, Range) and law.set.size.is_finite:
        return _of_whole_numbers(r, size, law, at)
    row = SAMPLERS.get(type(law).__name__)
    return None if row is None else row(r, size, *(float(at(value)) for value in law.args))


def _of_list(r: Generator, size: int, law: Any, at: Evaluator) -> Array | None:
    """The values, as often as they are probable."""
    values = sorted(law.set, key=str)
    if len(values) > MOST_LISTED:
        return None
    chances = np.array([float(at(S(law.pmf(value)))) for value in values])
    places = np.array([float(at(S(value))) for value in values])
    return places[np.searchsorted(np.cumsum(chances)[:-1], r.random(size), side="right")]


def _of_whole_numbers(r: Generator, size: int, law: Any, at: Evaluator) -> Array | None:
    low, high = (int(at(end)) for end in laws.ends(law))
    if high - low > MOST_LISTED:
        return None
    k = Symbol("k", integer=True)
    f = laws.density(law, k)
    chances = np.array([float(at.at({k: at.ctx.mpf(j)})(f)) for j in range(low, high + 1)])
    return low + np.searchsorted(np.cumsum(chances)[:-1], r.random(size), side="right")


def _of_normal(r: Generator, size: int, letter: Symbol, density: Any, at: Evaluator) -> Any:
    if type(density).__name__ != "normal_density" or density.args[0] != letter:
        return None
    m, v = (float(at(value)) for value in density.args[1:])
    return m + np.sqrt(v) * r.standard_normal(size)


def is_continuous(law: Any) -> bool:
    return isinstance(getattr(law, "set", None), Interval)
