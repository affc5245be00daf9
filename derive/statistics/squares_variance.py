"""How the squares about the mean of a sample vary, from the fourth moment of its numbers.

Casella and Berger, Statistical Inference, exercises 5.8 and 7.65.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Integer, S, Symbol, oo

from derive.calculus.extrema import TABLES as EXTREMA
from derive.calculus.intervals import ArgMin
from derive.core import Derivation
from derive.engine import limited
from derive.probability.quantities import Quantity, worked_out
from derive.rules import Outcome, Rewrite, RuleTable
from derive.statistics import estimation
from derive.statistics.estimation import (
    Q_ABOUT_MEAN,
    SAMPLE,
    MeanSquaredError,
    OfEstimators,
    asked_estimator,
    fourth_moment,
    n,
    table,
    v,
)
from derive.structure import fresh

k = Symbol("k", positive=True)
WITH_FOURTH = (*SAMPLE, k)


class SquaresVariance(Quantity):
    """The variance of the squares about the mean, added up, of n numbers of variance v and fourth
    central moment k: SquaresVariance(n, v, k).
    """

    name = "Var SS"


class SumsMoment(Quantity):
    """The mean of (sum of y^2)^p (sum of y)^q, of n numbers y of mean 0, variance v and fourth
    moment k: SumsMoment(p, q, n, v, k).
    """

    name = "E"

    def _sympystr(self, printer: Any) -> str:
        if not getattr(printer, "as_on_paper", False):
            return super()._sympystr(printer)
        p, q, n, *_ = map(printer._print, self.args)
        parts = [f"(Σy²)^{p}"] * (p != "0") + [f"(Σy)^{q}"] * (q != "0")
        return f"E[{'·'.join(parts)} | {n} of y = x - mu]"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        p, q, n, *_ = map(printer._print, self.args)
        parts = [rf"(\Sigma y^2)^{{{p}}}"] * (p != "0") + [rf"(\Sigma y)^{{{q}}}"] * (q != "0")
        power = f"^{{{exp}}}" if exp else ""
        inside = rf"{' '.join(parts)} \,\middle|\, {n} \text{{ of }} y = x - \mu"
        return rf"\operatorname{{E}}{power}\left[{inside}\right]"


class BestFactor(OfEstimators):
    """The c for which c T has the least mean squared error: BestFactor(T, S, Q, n, mu, v, k, t)."""

    name = "best factor"
    has_target = True


SQUARES = table(SquaresVariance, "variances of sums of squares")
MOMENTS = table(SumsMoment, "moments of sums")
FACTORS = RuleTable(BestFactor, lambda goal: goal.args, "best factors")


@estimation.VARIANCES.rule(
    "of the squares about the mean",
    example=estimation.EstimatorVariance(Q_ABOUT_MEAN / n, *WITH_FOURTH),
)
def of_the_squares_about_the_mean(
    T: Expr, S: Symbol, Q: Symbol, n: Expr, mu: Expr, v: Expr, *fourth: Expr
) -> Outcome:
    """A constant term changes nothing; a constant factor of the squares about the mean, added up,
    comes out as its square."""
    factor = T.expand().coeff(Q, 1)
    rest = (T - factor * (Q - S**2 / n)).expand()
    if not fourth or factor == 0 or {S, Q} & (rest.free_symbols | factor.free_symbols):
        return None
    return factor**2 * SquaresVariance(n, v, *fourth)


@SQUARES.rule("mean square less square of the mean", example=SquaresVariance(n, v, k))
def mean_square_less_square_of_mean(n: Expr, v: Expr, k: Expr) -> Outcome:
    """With y = x - mu, the squares about the mean are the sum of y^2 less (sum of y)^2/n, which is
    expected to be (n - 1) v."""
    square = (
        SumsMoment(2, 0, n, v, k)
        - 2 * SumsMoment(1, 2, n, v, k) / n
        + SumsMoment(0, 4, n, v, k) / n**2
    )
    return square - (n - 1) ** 2 * v**2


@MOMENTS.rule("numbers that pair up", example=SumsMoment(0, 4, n, v, k))
def numbers_that_pair_up(p: Integer, q: Integer, n: Expr, v: Expr, k: Expr) -> Outcome:
    """Multiplied out, only fourth powers and products of two squares have a mean that is not zero:
    n of the former; of the latter n (n - 1) for each way to pair up the factors."""
    if (p, q) not in WAYS:
        return None
    return n * k + WAYS[p, q] * n * (n - 1) * v**2


WAYS = {(2, 0): 1, (1, 2): 1, (0, 4): 3}  # to pair up four factors, of which squares are paired


@FACTORS.rule("least mean squared error", example=BestFactor(Q_ABOUT_MEAN, *WITH_FOURTH, v))
def least_mean_squared_error(T: Expr, S_: Symbol, Q: Symbol, *sample: Expr) -> Outcome:
    """The mean squared error is a quadratic in the factor: it is least at one place."""
    c = Symbol(fresh("c", T, *sample).name)
    return Rewrite(ArgMin(MeanSquaredError(c * T, S_, Q, *sample), c, S.Zero, oo), sample[0] > 1)


TABLES: dict[type, RuleTable] = {
    **EXTREMA,
    **estimation.TABLES,
    SquaresVariance: SQUARES,
    SumsMoment: MOMENTS,
    BestFactor: FACTORS,
}


@limited
def estimator_error(
    estimator: str, target: Any = "mu", fourth: Any = "k", timeout: float = 20.0
) -> Derivation:
    """The mean squared error of an estimator, as in `estimator_bias`.

    It is linear in the sample, or a factor times the squares about the mean, Q - S^2/n; then it
    depends on the fourth central moment of the numbers: `fourth`, which is 3*v^2 of a normal law.

    >>> estimator_error("sample mean").result
    v/n
    >>> estimator_error("sample variance", fourth="3*v^2").result
    2*v**2/(n - 1)
    """
    T, wanted = asked_estimator(estimator, target)
    sample = (*SAMPLE, *fourth_moment(T, fourth))
    return worked_out(MeanSquaredError(T, *sample, wanted), TABLES, timeout)


@limited
def best_shrinkage(
    estimator: str = "Q - S^2/n", target: Any = "v", fourth: Any = "3*v^2", timeout: float = 20.0
) -> Derivation:
    """The factor of an estimator with the least mean squared error, as in `estimator_error`.

    Of the squares about the mean of normal numbers it is 1/(n + 1), rather than 1/(n - 1).

    >>> best_shrinkage().result
    1/(n + 1)
    """
    T, wanted = asked_estimator(estimator, target)
    sample = (*SAMPLE, *fourth_moment(T, fourth))
    return worked_out(BestFactor(T, *sample, wanted), TABLES, timeout)
