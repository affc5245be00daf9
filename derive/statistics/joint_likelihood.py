"""Two parameters that make a sample most likely: one for every other, then the other.

Casella and Berger, Statistical Inference, section 7.2.2 (the profile likelihood).
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Add,
    Expr,
    FiniteSet,
    Integer,
    Mul,
    S,
    Symbol,
    Tuple,
    cancel,
    exp,
    expand,
    expand_log,
    expand_power_base,
    factor,
    gamma,
    log,
    oo,
    powsimp,
    sift,
    sqrt,
    together,
)

from derive.asked import letter
from derive.calculus.intervals import ArgMax, RootBetween
from derive.calculus.roots_between import textbook
from derive.calculus.signs import negative_if
from derive.core import Derivation
from derive.engine import limited
from derive.probability.quantities import Listed, Quantity, ascending, worked_out
from derive.rules import Outcome, Rewrite, RuleTable
from derive.statistics import likelihood
from derive.statistics.likelihood import (
    MaximumLikelihood,
    formulas_of,
    log_density,
    log_likelihood,
    positive_data,
    powers_apart,
    table,
    where_concave,
    where_the_slope_changes,
)
from derive.structure import D, depends_on

x, m, v = Symbol("x", real=True), Symbol("m"), Symbol("v")
s, t, k = Symbol("s"), Symbol("t"), Symbol("k", positive=True)
y = Symbol("y", real=True)


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
GAMMA = y ** (s - 1) * exp(-y / t) / (gamma(s) * t**s)
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


@JOINT.rule(
    "the likeliest one as a function of the other",
    example=JointMaximumLikelihood(GAMMA, y, (s, t), DATA, (0, oo), (0, oo)),
)
def one_as_a_function_of_the_other(
    f: Expr, x: Symbol, letters: Tuple, data: Tuple, first: Tuple, second: Tuple
) -> Outcome:
    """For each value of the one parameter the likelihood is largest at a value of the other that is
    known by a formula: put there, it leaves a function of the one alone."""
    if first != (0, oo) or second != (0, oo):
        return None
    found = (
        _by_profile(f, x, pair, data, turned)
        for pair, turned in ((letters.args, False), (letters.args[::-1], True))
    )
    return tuple(rewrite for rewrite in found if rewrite)


def _by_profile(
    f: Expr, x: Symbol, pair: tuple[Symbol, Symbol], data: Tuple, turned: bool
) -> Rewrite | None:
    """The one parameter by its profile, and with it the other one."""
    one, other = pair
    own = Symbol(one.name, positive=True)
    density = powers_apart(f.xreplace({one: own}), other)
    L = Add(*(log_density(density).xreplace({x: value}) for value in data))
    best = _zero_of_powers(L.diff(other), other)
    if best is None:
        return None
    place = ProfileMaximum(L.xreplace({other: best}), own, S.Zero, oo)
    both = place, best.xreplace({own: place})
    likeliest = MaximumLikelihood(density, x, other, data, S.Zero, oo)
    premise = likeliest, FiniteSet(best)
    return Rewrite(Tuple(*(both[::-1] if turned else both)), premises=(premise,))


def _zero_of_powers(score: Expr, t: Symbol) -> Expr | None:
    """The zero of c/t + d/t**(q + 1): (-d/c)**(1/q)."""
    steps: dict[Expr, Expr] = {}
    for term in Add.make_args(expand(score * t)):
        factor, moving = term.as_independent(t, as_Add=False)
        power = powsimp(moving).as_base_exp()[1] if depends_on(moving, t) else S.Zero
        steps[power] = steps.get(power, S.Zero) + factor
    constant = steps.pop(S.Zero, S.Zero)
    if len(steps) != 1 or constant == 0:
        return None
    ((power, factor),) = steps.items()
    return textbook(textbook(-factor / constant) ** (-1 / power))


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


@PROFILES.rule(
    "terms apart",
    example=ProfileMaximum(3 * k * log(k / 2) - 3 * log(gamma(k)) - 2 * k, k, 0, oo),
)
def terms_apart(L: Expr, t: Symbol, a: Expr, b: Expr) -> Outcome:
    """Logarithms of products are sums, and fractions are cancelled; terms without the parameter
    change nothing."""
    found = expand(expand_log(expand_power_base(L), force=True))
    logs, others = sift(Add.make_args(found), lambda term: term.has(log), binary=True)
    found = Add(*logs, expand(cancel(Add(*others))))
    kept = Add(*(term for term in Add.make_args(found) if depends_on(term, t)))
    return ProfileMaximum(kept, t, a, b) if kept != L else None


@PROFILES.rule(
    "concave term by term",
    example=ProfileMaximum(3 * log(k) + k - 3 * log(2**k + 3**k), k, 0, oo),
)
def concave_term_by_term(L: Expr, t: Symbol, a: Expr, b: Expr) -> Outcome:
    """All terms are concave: the logarithm of a sum of exponentials is convex, by Cauchy's and
    Schwarz's inequality, and the second derivative of log(gamma(t)) is larger than 1/t, that of
    t*log(t). The score falls and has one zero at most."""
    bent, gammas = S.Zero, S.Zero
    for term in Add.make_args(L):
        number, moving = term.as_coeff_Mul()
        if moving == log(gamma(t)) and a == 0:
            gammas += number
        elif not _is_convex_logarithm(moving, t):
            bent += term.diff(t, 2)
        elif number > 0:
            return None
    bent = expand(bent) + gammas / t  # an upper bound of the second derivative
    if gammas > 0 or not ((gammas < 0 and bent == 0) or negative_if(bent, t, a, b) == True):
        return None
    return RootBetween(D(L, t), t, a, b)


def _is_convex_logarithm(f: Expr, t: Symbol) -> bool:
    """Whether it is log(c1*exp(a1*t) + c2*exp(a2*t) + ...) with positive numbers c."""
    if not isinstance(f, log):
        return False
    for term in Add.make_args(f.args[0]):
        factor, power = term.as_independent(t, as_Add=False)
        slope = log_density(power).diff(t) if depends_on(power, t) else S.Zero
        if not factor.is_positive or depends_on(slope, t) or isinstance(power, Symbol):
            return False
    return isinstance(f.args[0], Add)


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

    f: the density or the probability at x; data: numbers, or letters, which are positive. Of a
    shape and a scale both bounds are (0, oo).
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
