"""Two parameters that make a sample most likely: one for every other, then the other.

Casella and Berger, Statistical Inference, section 7.2.2 (the profile likelihood).
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Integer, Mul, Symbol, Tuple, exp, factor, log, oo, sqrt, together

from derive.asked import letter
from derive.calculus.intervals import ArgMax
from derive.core import Derivation
from derive.engine import limited
from derive.probability.quantities import Listed, Quantity, ascending, worked_out
from derive.rules import Outcome, RuleTable
from derive.statistics import likelihood
from derive.statistics.likelihood import (
    formulas_of,
    log_likelihood,
    positive_data,
    table,
    where_concave,
    where_the_slope_changes,
)
from derive.structure import depends_on

x, m, v = Symbol("x", real=True), Symbol("m"), Symbol("v")


class JointMaximumLikelihood(Listed):
    """The two parameters that make a sample most likely, each between its bounds.

    JointMaximumLikelihood(f, x, (s, t), data, (a, b), (c, d)).
    """

    name = "maximum likelihood"
    bound = (1, 2)


class ProfileMaximum(Quantity):
    """Where the log-likelihood is largest along its largest values: ProfileMaximum(L, t, a, b)."""

    name = "argmax"
    bound = (1,)
    sees_to_its_variable = True


JOINT = RuleTable(JointMaximumLikelihood, lambda goal: goal.args, "two likeliest parameters")
PROFILES = table(ProfileMaximum, "profile likelihoods")
DATA = Tuple(*map(Integer, (2, 3, 7)))
NORMAL = exp(-((x - m) ** 2) / (2 * v)) / sqrt(v)


@JOINT.rule(
    "one for every value of the other",
    example=JointMaximumLikelihood(NORMAL, x, (m, v), DATA, (-oo, oo), (0, oo)),
)
def one_for_every_value_of_the_other(
    f: Expr, x: Symbol, letters: Tuple, data: Tuple, first: Tuple, second: Tuple
) -> Outcome:
    """Where the score of the first parameter is zero does not depend on the second: put there, it
    leaves a function of the second alone."""
    s, t = letters
    L = log_likelihood(f, x, s, data)
    zeros = Mul.make_args(factor(together(L.diff(s)).as_numer_denom()[0]))
    if any(depends_on(g, s) and depends_on(g, t) for g in zeros):
        return None
    best = ArgMax(L.subs(t, 1), s, *first)
    profile = log_likelihood(f, x, t, data).xreplace({s: best})
    return Tuple(best, ProfileMaximum(profile, t, *second))


@PROFILES.rule(
    "concave", example=ProfileMaximum(3 * Symbol("t") - 2 * exp(Symbol("t")), Symbol("t"), -oo, oo)
)
def concave(L: Expr, t: Symbol, a: Expr, b: Expr) -> Outcome:
    """The second derivative is negative: the score has one zero at most."""
    return where_concave(L, t, a, b)


@PROFILES.rule(
    "the score changes its sign once", example=ProfileMaximum(-3 * log(v) - 7 / v, v, 0, oo)
)
def changes_its_sign_once(L: Expr, t: Symbol, a: Expr, b: Expr) -> Outcome:
    """The score is a falling function over a positive one: it changes its sign at its zero."""
    return where_the_slope_changes(L, t, a, b)


TABLES: dict[type, RuleTable] = {
    **likelihood.TABLES,
    JointMaximumLikelihood: JOINT,
    ProfileMaximum: PROFILES,
}


@limited
def joint_mle(
    f: Any,
    x: Any,
    parameters: Any,
    data: Any,
    bounds: Any = (("-oo", "oo"), (0, "oo")),
    timeout: float = 20.0,
) -> Derivation:
    """The two parameters between their `bounds` for which the sample `data` is most likely.

    f: the density or the probability at x; data: numbers, or letters, which are positive.
    Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> joint_mle("exp(-(x - m)^2/(2*v))/sqrt(v)", "x", ["m", "v"], [1, 2, 6]).result
    (3, 14/3)
    """
    if len(parameters) != 2 or len(bounds) != 2:
        raise ValueError("two parameters are asked for, each with its bounds")
    (density,), own_x, first = formulas_of(x, parameters[0], f)
    second = Symbol(letter(parameters[1], density).name)
    if len({own_x.name, first.name, second.name}) < 3:
        raise ValueError("the data and both parameters have letters of their own")
    density = density.xreplace({letter(parameters[1], density): second})
    ends = [ascending(each) for each in bounds]
    goal = JointMaximumLikelihood(density, own_x, (first, second), positive_data(data), *ends)
    return worked_out(goal, TABLES, timeout)
