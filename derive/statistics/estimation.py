"""Estimators of an i.i.d. sample: bias, variance, mean squared error.

Casella and Berger, Statistical Inference, chapter 7.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Add,
    Expr,
    Symbol,
    factor,
)

from derive.asked import scalar
from derive.calculus.integrals.integrate import exact
from derive.core import Derivation
from derive.engine import limited
from derive.probability.quantities import Quantity, worked_out
from derive.rules import Outcome, RuleTable
from derive.structure import depends_on

total, squares = Symbol("S", real=True), Symbol("Q", positive=True)
n = Symbol("n", integer=True, positive=True)
mu, v = Symbol("mu", real=True), Symbol("v", positive=True)
x, theta = Symbol("x", positive=True), Symbol("theta", positive=True)
SAMPLE = (total, squares, n, mu, v)


class OfEstimators(Quantity):
    """An operator on T, a function of the sum S and the sum of squares Q of a sample.

    Operator(T, S, Q, n, mu, v): of n independent numbers of mean mu and variance v. Where the
    squares vary, the fourth central moment k comes next.
    """

    has_target = False

    bound = (1, 2)

    def _sympystr(self, printer: Any) -> str:
        if not getattr(printer, "as_on_paper", False):
            return super()._sympystr(printer)
        T, S, Q, n, mu, v, *more = map(printer._print, self.args)
        of = f" for {more.pop()}" if self.has_target else ""
        law = ", ".join([mu, v, *(f"fourth {k}" for k in more)])
        return f"{self.name}[{T}{of} | {S} = Σx, {Q} = Σx², {n} of x ~ ({law})]"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        T, S, Q, n, mu, v, *more = map(printer._print, self.args)
        power = f"^{{{exp}}}" if exp else ""
        of = rf"_{{{more.pop()}}}" if self.has_target else ""
        law = r",\ ".join([mu, v, *(rf"\mu_4 = {k}" for k in more)])
        sums = rf"{S} = \Sigma x,\ {Q} = \Sigma x^2"
        inside = rf"{T} \,\middle|\, {sums},\ {n} \text{{ of }} x \sim \left({law}\right)"
        return rf"\operatorname{{{self.name}}}{of}{power}\left[{inside}\right]"


class EstimatorMean(OfEstimators):
    """The expected value of T."""

    name = "E"


class EstimatorVariance(OfEstimators):
    """The variance of T."""

    name = "Var"


class Bias(OfEstimators):
    """The expected value of T less what it estimates: Bias(T, S, Q, n, mu, v, target)."""

    name = "bias"
    has_target = True


class MeanSquaredError(OfEstimators):
    """The expected (T - target)**2: MeanSquaredError(T, S, Q, n, mu, v, target)."""

    name = "MSE"
    has_target = True


def table(operator: type, title: str) -> RuleTable:
    return RuleTable(operator, lambda goal: goal.args, title, tidy=factor)


MEANS, VARIANCES = (
    table(EstimatorMean, "means of estimators"),
    table(EstimatorVariance, "variances of estimators"),
)
BIASES, ERRORS = table(Bias, "biases"), table(MeanSquaredError, "mean squared errors")
Q_ABOUT_MEAN = squares - total**2 / n


@MEANS.rule("sum of the sample", example=EstimatorMean(total, *SAMPLE), on=Symbol)
def sum_of_the_sample(
    T: Expr, S: Symbol, Q: Symbol, n: Expr, mu: Expr, v: Expr, *fourth: Expr
) -> Outcome:
    """Each of the n numbers is expected to be mu."""
    return n * mu if T == S else None


@MEANS.rule("sum of squares", example=EstimatorMean(squares, *SAMPLE), on=Symbol)
def sum_of_squares(
    T: Expr, S: Symbol, Q: Symbol, n: Expr, mu: Expr, v: Expr, *fourth: Expr
) -> Outcome:
    """The expected square of each number is its variance, and the square of its mean."""
    return n * (v + mu**2) if T == Q else None


@MEANS.rule("square of the sum", example=EstimatorMean(total**2, *SAMPLE))
def square_of_the_sum(T: Expr, S: Symbol, Q: Symbol, *sample: Expr) -> Outcome:
    """The expected square of the sum is its variance, and the square of its mean."""
    parts = (S, S, Q, *sample)
    return EstimatorVariance(*parts) + EstimatorMean(*parts) ** 2 if T == S**2 else None


@MEANS.rule("linearity", example=EstimatorMean(Q_ABOUT_MEAN, *SAMPLE))
def linearity(T: Expr, S: Symbol, Q: Symbol, *sample: Expr) -> Outcome:
    """The expected value of a sum is that of its terms; constants come out."""
    terms = []
    for term in Add.make_args(T.expand()):
        fixed, moving = term.as_independent(S, Q, as_Add=False)
        if moving not in (1, S, Q, S**2):
            return None
        terms.append(fixed if moving == 1 else fixed * EstimatorMean(moving, S, Q, *sample))
    return Add(*terms)


@VARIANCES.rule("independent numbers", example=EstimatorVariance(total, *SAMPLE), on=Symbol)
def independent_numbers(
    T: Expr, S: Symbol, Q: Symbol, n: Expr, mu: Expr, v: Expr, *fourth: Expr
) -> Outcome:
    """Variances of independent numbers add up."""
    return n * v if T == S else None


@VARIANCES.rule("constant factor", example=EstimatorVariance(total / n + 1, *SAMPLE))
def constant_factor(T: Expr, S: Symbol, Q: Symbol, *sample: Expr) -> Outcome:
    """A constant term changes nothing; a constant factor comes out as its square."""
    fixed = T.expand().coeff(S, 1)
    if depends_on(T, Q) or depends_on(fixed, S) or depends_on((T - fixed * S).expand(), S):
        return None
    return fixed**2 * EstimatorVariance(S, S, Q, *sample)


@BIASES.rule("expected value less target", example=Bias(Q_ABOUT_MEAN / n, *SAMPLE, v))
def expected_value_less_target(T: Expr, S: Symbol, Q: Symbol, *sample: Expr) -> Outcome:
    """The bias is how far the expected value lies from what is estimated."""
    return EstimatorMean(T, S, Q, *sample[:-1]) - sample[-1]


@ERRORS.rule("variance and squared bias", example=MeanSquaredError(total / (n + 1), *SAMPLE, mu))
def variance_and_squared_bias(T: Expr, S: Symbol, Q: Symbol, *sample: Expr) -> Outcome:
    """The mean square about a place is the variance, and the square of the mean's distance."""
    spread = EstimatorVariance(T, S, Q, *sample[:-1])
    return spread + Bias(T, S, Q, *sample) ** 2


TABLES: dict[type, RuleTable] = {
    EstimatorMean: MEANS,
    EstimatorVariance: VARIANCES,
    Bias: BIASES,
    MeanSquaredError: ERRORS,
}


# ------------------------------------------------------------------ what the user calls

# fmt: off
ESTIMATORS = {   # estimator, what it estimates
    "sample mean":         (total / n,              mu),
    "sample variance":     (Q_ABOUT_MEAN / (n - 1), v),
    "population variance": (Q_ABOUT_MEAN / n,       v),
}
# fmt: on
LETTERS = {s.name: s for s in SAMPLE}


def asked_estimator(estimator: str, target: Any) -> tuple[Expr, Expr]:
    if estimator in ESTIMATORS:
        return ESTIMATORS[estimator]
    read = [exact(scalar(each)) for each in (estimator, target)]
    known = {s: LETTERS[s.name] for f in read for s in f.free_symbols if s.name in LETTERS}
    return read[0].xreplace(known), read[1].xreplace(known)


def fourth_moment(T: Expr, fourth: Any) -> tuple[Expr, ...]:
    """The fourth central moment, where the squares of the numbers count."""
    if not depends_on(T, squares):
        return ()
    read = exact(scalar(fourth))
    known = {s: LETTERS.get(s.name, Symbol(s.name, positive=True)) for s in read.free_symbols}
    return (read.xreplace(known),)


@limited
def estimator_bias(estimator: str, target: Any = "mu", timeout: float = 20.0) -> Derivation:
    """The expected value of an estimator of an i.i.d. sample, less what it estimates.

    "sample mean"; "sample variance", over n - 1; "population variance", over n; or a formula in the
    sum S and the sum of squares Q of n numbers of mean mu and variance v, with its target.
    The squares about the mean add up to Q - S^2/n.

    >>> estimator_bias("population variance").result
    -v/n
    >>> estimator_bias("sample variance").result
    0
    """
    T, wanted = asked_estimator(estimator, target)
    return worked_out(Bias(T, *SAMPLE, wanted), TABLES, timeout)
