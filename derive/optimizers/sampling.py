"""Stochastic gradients: what the slope over a mini-batch is expected to be, and its variance."""

from __future__ import annotations

from typing import Any

from sympy import Add, Basic, Derivative, Expr, Rational, S, Symbol, Tuple, false, true

from derive.asked import in_order, letter, scalar
from derive.calculus.derivatives import RULES as DERIVATIVES
from derive.calculus.integrals.integrate import exact
from derive.calculus.roots_between import textbook
from derive.core import Derivation
from derive.engine import Budget, limited, search
from derive.optimizers.operators import ByName
from derive.optimizers.trajectories import count
from derive.rules import Outcome, RuleTable
from derive.structure import D, depends_on

w, a, b = Symbol("w"), Symbol("a"), Symbol("b", integer=True, positive=True)


class OfSamples(ByName, Expr):
    """An operator on losses or values that are drawn, each as likely as the others."""

    is_commutative = True
    is_extended_real = True

    def __new__(cls, values: Any, *others: Any) -> OfSamples:
        return Expr.__new__(cls, Tuple(*values), *map(S, others))


class BatchGradient(OfSamples):
    """The expected value of the mean slope of b losses that are drawn: BatchGradient(losses, w, b,
    again), where `again` says whether a loss may be drawn several times."""

    name = "E mean slope"


class BatchVariance(OfSamples):
    """The variance of that mean slope: BatchVariance(losses, w, b, again)."""

    name = "Var mean slope"


class VarianceOfDraw(OfSamples):
    """The variance of a value that is drawn."""

    name = "Var"


LOSSES = (w - 1) ** 2, (w - a) ** 2 / 2, 3 * w
MEANS = RuleTable(BatchGradient, lambda goal: goal.args, "expected slopes of mini-batches")
VARIANCES = RuleTable(BatchVariance, lambda goal: goal.args, "variances of mini-batches")
DRAWS = RuleTable(VarianceOfDraw, lambda goal: goal.args, "variances of a draw")
TABLES = {
    Derivative: DERIVATIVES,
    BatchGradient: MEANS,
    BatchVariance: VARIANCES,
    VarianceOfDraw: DRAWS,
}
MEANS.tidy = VARIANCES.tidy = textbook


@MEANS.rule("slope of the mean loss", example=BatchGradient(LOSSES, w, 2, true))
def slope_of_the_mean_loss(losses: Tuple, w: Symbol, b: Expr, again: Basic) -> Outcome:
    """Each of the b draws takes each loss with the probability 1/N, and expected values add up: the
    mean slope is expected to be the slope of the mean loss, whatever b is."""
    return D(Rational(1, len(losses)) * Add(*losses), w)


def slopes(losses: Tuple, w: Symbol) -> tuple[Expr, ...]:
    return tuple(D(loss, w) for loss in losses)


@VARIANCES.rule("independent draws", example=BatchVariance(LOSSES, w, 2, true))
def independent_draws(losses: Tuple, w: Symbol, b: Expr, again: Basic) -> Outcome:
    """Variances of independent draws add up, and 1/b in front of their sum counts twice: a b-th of
    the variance of one draw is left."""
    return VarianceOfDraw(slopes(losses, w)) / b if again is true else None


@VARIANCES.rule("draws without replacement", example=BatchVariance(LOSSES, w, 2, false))
def without_replacement(losses: Tuple, w: Symbol, b: Expr, again: Basic) -> Outcome:
    """Two draws have the covariance -v/(N - 1), as all N together have no variance: v/b is
    multiplied by (N - b)/(N - 1)."""
    n = len(losses)
    if again is true or n < 2:
        return None
    return VarianceOfDraw(slopes(losses, w)) * (n - b) / (b * (n - 1))


@DRAWS.rule("mean square about the mean", example=VarianceOfDraw((S(1), S(4), a)))
def mean_square_about_the_mean(values: Tuple) -> Outcome:
    """The mean of the squares of the distances from the mean."""
    mean = Add(*values) / len(values)
    return Rational(1, len(values)) * Add(*((value - mean) ** 2 for value in values))


# ------------------------------------------------------------------ what the user calls


def asked_losses(losses: Any, w: Any) -> tuple[list[Expr], Symbol]:
    found = [exact(scalar(loss)) for loss in losses]
    variable = letter(w, Tuple(*found))
    if not depends_on(Tuple(*found), variable):
        raise ValueError(f"no loss depends on {variable}")
    return found, variable


def size(batch: Any) -> Expr:
    """How many losses are drawn: one at least; a letter for it is a whole number."""
    found = count(batch)
    if found.is_zero:
        raise ValueError("a batch has one loss at least")
    return Symbol(found.name, integer=True, positive=True) if found.is_Symbol else found


@limited
def stochastic_gradient(losses: Any, w: Any, batch: Any = 1, timeout: float = 20.0) -> Derivation:
    """What the mean slope of a batch of drawn losses is expected to be: that of the mean loss.

    SGD draws one of the losses in every step, mini-batches several.

    >>> stochastic_gradient(["(w - x_1)^2/2", "(w - x_2)^2/2"], "w").result
    w - x_1/2 - x_2/2
    """
    found, variable = asked_losses(losses, w)
    return worked_out(BatchGradient(found, variable, size(batch), true), timeout)


@limited
def batch_variance(
    losses: Any, w: Any, batch: Any = "b", replacement: bool = True, timeout: float = 20.0
) -> Derivation:
    """The variance of the mean slope of a batch: that of one draw, over the size of the batch.

    `replacement=False`: no loss is drawn twice, and a batch of all has no variance.

    >>> batch_variance(["(w - 1)^2/2", "(w - 3)^2/2"], "w").result
    1/b
    """
    found, variable = asked_losses(losses, w)
    number = size(batch)
    if number.is_Symbol and str(number) in map(str, Tuple(*found).free_symbols):
        raise ValueError(f"{number} stands in the losses: name the size of the batch otherwise")
    if not replacement and number.is_number and number > len(found):
        raise ValueError(f"{number} of {len(found)} losses cannot be drawn without replacement")
    again = true if replacement else false
    return worked_out(BatchVariance(found, variable, number, again), timeout)


def worked_out(goal: Expr, timeout: float) -> Derivation:
    root = search(goal, TABLES, Budget(seconds=timeout))
    return Derivation(root, goal, arguments=in_order(goal))
