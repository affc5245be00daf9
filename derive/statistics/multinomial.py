"""The likeliest probabilities of several categories, by a Lagrange multiplier.

Casella and Berger, Statistical Inference, section 7.2.2; Bishop, Pattern Recognition and Machine
Learning, section 2.2.
"""

from __future__ import annotations

from typing import Any

from sympy import Add, Basic, Integer, S, Symbol, Tuple, log, oo

from derive.calculus.derivatives import RULES as DERIVATIVES
from derive.calculus.intervals import RootBetween
from derive.calculus.isolated_roots import RULES as ROOTS
from derive.calculus.roots_between import textbook
from derive.calculus.signs import NegativeOn, negative_if
from derive.core import Derivation
from derive.engine import limited
from derive.probability.quantities import (
    Listed,
    Quantity,
    all_positive,
    numbers,
    with_positive_letters,
    worked_out,
)
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import D, fresh

COUNTS = Tuple(*map(Integer, (3, 1, 4)))


class LikeliestProbabilities(Listed):
    """The probabilities of categories that make it likeliest that each is counted so often.

    LikeliestProbabilities((n_1, n_2, ...)): they are positive, and 1 together.
    """

    name = "maximum likelihood"


class CountsMultiplier(Quantity):
    """By what the largest log-likelihood grows with the total of the probabilities."""

    name = "multiplier"


PROBABILITIES = RuleTable(LikeliestProbabilities, lambda goal: goal.args, "likeliest probabilities",
                          tidy=lambda found: Tuple(*map(textbook, found)))  # fmt: skip
MULTIPLIERS = RuleTable(CountsMultiplier, lambda goal: goal.args, "multipliers of counts",
                        tidy=textbook)  # fmt: skip


@PROBABILITIES.rule("stationary Lagrangian", example=LikeliestProbabilities(COUNTS))
def stationary_lagrangian(counts: Tuple) -> Outcome:
    """Of n_1 log(p_1) + n_2 log(p_2) + ... - lambda (p_1 + p_2 + ... - 1) each derivative is zero:
    n/p - lambda = 0. The second derivatives -n/p^2 are negative, the mixed ones are zero: this is
    the maximum."""
    p = Symbol(fresh("p", counts).name, positive=True)
    given = all_positive(counts)
    bent = []
    for n in dict.fromkeys(counts):
        sign = negative_if(-n / p**2, p, S.Zero, S.One)
        if sign is None:
            return None
        bent.append((D(n * log(p), p, 2), NegativeOn(p, S.Zero, S.One, sign)))
    multiplier = CountsMultiplier(counts)
    return Rewrite(Tuple(*(n / multiplier for n in counts)), given, premises=tuple(bent))


@MULTIPLIERS.rule("the probabilities add up to 1", example=CountsMultiplier(COUNTS))
def probabilities_add_up_to_one(counts: Tuple) -> Outcome:
    """The multiplier for which the probabilities n/lambda are 1 together."""
    multiplier = Symbol(fresh("lamda", counts).name, positive=True)
    return RootBetween(Add(*(n / multiplier for n in counts)) - 1, multiplier, S.Zero, oo)


TABLES: dict[type, RuleTable] = {
    LikeliestProbabilities: PROBABILITIES,
    CountsMultiplier: MULTIPLIERS,
    RootBetween: ROOTS,
    DERIVATIVES.operator: DERIVATIVES,
}


@limited
def multinomial_mle(counts: Any, timeout: float = 20.0) -> Derivation:
    """The probabilities of categories that are likeliest after each was counted so often.

    counts: numbers, or letters, which are positive. A category that was never counted has the
    probability 0, at the end of its range: leave it out.
    Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> multinomial_mle([3, 1, 4]).result
    (3/8, 1/8, 1/2)
    """
    seen = Tuple(*(with_positive_letters(value) for value in numbers(counts)))
    if len(seen) < 2:
        raise ValueError("write how often each of two categories, or more, was counted")
    wrong: list[Basic] = [value for value in seen if value.is_positive is False]
    if wrong:
        raise ValueError(f"each category was counted once at least, not {wrong[0]} times")
    return worked_out(LikeliestProbabilities(seen), TABLES, timeout)
