"""The method of moments: parameters for which a law has the mean and variance of the sample.

Casella and Berger, Statistical Inference, section 7.2.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy import (
    And,
    Basic,
    Dummy,
    Expr,
    Mul,
    Pow,
    S,
    Symbol,
    Tuple,
    cancel,
    exp,
    expand,
    oo,
    powsimp,
    sqrt,
    stats,
    together,
)
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from derive.asked import in_order, letter
from derive.calculus.roots_between import textbook
from derive.calculus.sums.convergence import tables as of_calculus
from derive.core import Derivation
from derive.engine import limited
from derive.probability import expectations
from derive.probability.branches import branches
from derive.probability.distributions import bounds, conditions
from derive.probability.expectations import drawn, single
from derive.probability.moments import Expectation, Variance
from derive.probability.plane_maps import in_short, region
from derive.probability.quantities import Listed, Quantity, worked_out
from derive.probability.random_variables import random_variable
from derive.rules import Outcome, Rewrite, RuleTable
from derive.statistics.samples import known, spread
from derive.structure import depends_on

X = Symbol("X", real=True)
a, b, k, t = (Symbol(name, positive=True) for name in "abkt")
m, v = Symbol("m", positive=True), Symbol("v", positive=True)


class MomentEstimate(Listed):
    """The parameters for which the law of x has the mean m and the variance v.

    MomentEstimate(parameters, (x, law), m, v).
    """

    name = "by moments"
    sees_to_its_variable = True

    @property
    def bound_symbols(self) -> list[Symbol]:
        return [*self.args[0].args, self.args[1].args[0]]


class SolvedFor(Quantity):
    """One of the letters for which all equations e = 0 and a condition hold.

    SolvedFor(letter, letters, (e, ...), condition).
    """

    name = "solution"
    bound = (0, 1)
    sees_to_its_variable = True


class SolutionFor(Quantity):
    """The letter for which e = 0 and a condition holds: SolutionFor(t, e, condition)."""

    name = "solution"
    bound = (0,)
    sees_to_its_variable = True


ESTIMATES = RuleTable(MomentEstimate, lambda goal: goal.args, "estimates by moments")
SYSTEMS = RuleTable(SolvedFor, lambda goal: goal.args, "equations of moments")
SOLUTIONS = RuleTable(
    SolutionFor, lambda goal: goal.args, "solutions of one equation", tidy=lambda found: found
)
GAMMA = drawn(X, stats.Gamma("X", k, t))


@ESTIMATES.rule("moments matched", example=MomentEstimate((k, t), GAMMA, m, v))
def moments_matched(letters: Tuple, one: Tuple, m: Expr, v: Expr) -> Outcome:
    """The mean, and with two parameters the variance, of the law is set equal to that of the
    sample."""
    x, law = one
    if not single((one,)):
        return None
    equations = (Expectation(x, one) - m, Variance(x, one) - v)[: len(letters)]
    holds = conditions(law)
    given = _possible(law, letters, m, v)
    if len(letters) == 1:
        return Rewrite(Tuple(SolutionFor(letters[0], equations[0], holds)), given)
    return Rewrite(Tuple(*(SolvedFor(each, letters, equations, holds) for each in letters)), given)


def _possible(law: Basic, letters: Tuple, m: Expr, v: Expr) -> Boolean:
    """A mean lies between the ends of the support, and no variance is larger than where all of the
    probability is at both ends (Bhatia and Davis 2000)."""
    low, high = bounds(law)
    if any(depends_on(end, t) for end in (low, high) for t in letters):
        return S.true
    gaps = [gap for gap in (m - low, high - m) if gap.is_finite is not False]
    if len(gaps) == 2 and len(letters) == 2:
        gaps.append(gaps[0] * gaps[1] - v)
    left = tuple(gap for gap in map(in_short, gaps) if not gap.is_positive)
    return region(left, in_order(Tuple(*left)))


@SYSTEMS.rule("one letter put in", example=SolvedFor(k, (k, t), (k * t - m, k * t**2 - v), S.true))
def one_letter_put_in(letter: Symbol, letters: Tuple, equations: Tuple, holds: Boolean) -> Outcome:
    """The first equation gives one letter by the other, which is put into the second."""
    for s, t in (tuple(letters), tuple(letters)[::-1]):
        root = linear_root(equations[0], s)
        found = undone(equations[0], s) if root is None else (root, S.true)
        if found is None:
            continue
        by_other, within = found
        left = together(cancel(powsimp(expand(equations[1].subs(s, by_other)))))
        positive = by_other > 0 if s.is_positive else S.true
        allowed = And(holds.subs(s, by_other), positive, within)
        best = SolutionFor(t, left, allowed)
        return best if letter == t else by_other.xreplace({t: best})
    return None


def undone(f: Expr, t: Symbol) -> tuple[Expr, Boolean] | None:
    """Where c + k g(t) is zero, g a function with one way back, and when there is such a place."""
    fixed, moving = expand(f).as_independent(t, as_Add=True)
    k, g = moving.as_independent(t, as_Add=False)
    y = Dummy("y", real=True)
    ways = branches(g, t, S.Zero if t.is_positive else -oo, oo, y) if depends_on(g, t) else None
    if not ways or len(ways) != 1:
        return None
    (way,), value = ways, textbook(-fixed / k)
    ends = [value > way.low] if way.low != -oo else []
    ends += [value < way.high] if way.high != oo else []
    within = And(*ends)
    return way.back.subs(y, value), within


def linear_root(f: Expr, t: Symbol) -> Expr | None:
    """Where a quotient is zero whose numerator is linear in t."""
    above = together(f).as_numer_denom()[0].as_poly(t)
    return -above.nth(0) / above.nth(1) if above is not None and above.degree() == 1 else None


@SOLUTIONS.rule("linear", example=SolutionFor(a, m / (1 + a) - 1 / (2 + a), S.true))
def linear(t: Symbol, f: Expr, holds: Boolean) -> Outcome:
    """Cleared of denominators the equation is linear in the letter."""
    root = linear_root(f, t)
    return None if root is None else Rewrite(textbook(root), remaining(holds, t, root))


@SOLUTIONS.rule("undone step by step", example=SolutionFor(a, m * exp(a**2) - m - v, S.true))
def undone_step_by_step(t: Symbol, f: Expr, holds: Boolean) -> Outcome:
    """The letter stands in one function alone, which has one way back."""
    found = undone(f, t)
    return found and Rewrite(found[0], remaining(And(holds, found[1]), t, found[0]))


@SOLUTIONS.rule("squares", example=SolutionFor(b, (b - m) ** 2 / 3 - v, b > m))
def squares(t: Symbol, f: Expr, holds: Boolean) -> Outcome:
    """Cleared of denominators the equation is A (t - c)^2 = B: of both roots the one that the
    condition allows."""
    above = together(f).as_numer_denom()[0].as_poly(t)
    if above is None or above.degree() != 2:
        return None
    for root in roots_of_square(*(above.nth(j) for j in (2, 1, 0))):
        given = remaining(holds, t, root)
        if given == True:
            return root
    return None


def roots_of_square(A: Expr, B: Expr, C: Expr) -> Iterator[Expr]:
    middle, inside = -B / (2 * A), cancel((B**2 - 4 * A * C) / (4 * A**2))
    yield from (middle + sqrt(inside), middle - sqrt(inside))


def remaining(holds: Boolean, t: Symbol, root: Expr) -> Boolean:
    """The condition at the root, as far as it is not known to hold."""
    asked = [each.subs(t, root) for each in And.make_args(holds)]
    asked += [root > 0] if t.is_positive else []
    gaps = [in_short(each.gts - each.lts) for each in asked if isinstance(each, Relational)]
    others = (each for each in asked if not isinstance(each, Relational))
    if any(gap.is_nonpositive for gap in gaps):
        return S.false
    left = tuple(dict.fromkeys(gap for gap in _apart(gaps) if not gap.is_positive))
    return And(*others, region(left, in_order(Tuple(*left))))


def _apart(gaps: list[Expr]) -> list[Expr]:
    """Without the factors that are positive by another one of these conditions."""
    whole = [part for gap in gaps for part in _shared(gap, gaps)]
    alone = {gap.expand() for gap in whole if not isinstance(gap, (Mul, Pow))}
    return [_without(gap, alone) if isinstance(gap, (Mul, Pow)) else gap for gap in whole]


def _without(product: Expr, positive: set[Expr]) -> Expr:
    """The factors that are left, with the sign of those that are negative by a condition."""
    left = S.One
    for g in Mul.make_args(product):
        base, n = g.as_base_exp()
        if base.expand() in positive or (-base).expand() in positive:
            left = left if base.expand() in positive or n.is_even else -left
        else:
            left *= g
    return left if isinstance(left, Mul) and len(left.args) > 2 else left.expand()


def _shared(gap: Expr, gaps: list[Expr]) -> list[Expr]:
    """p g > 0 and q g > 0 where p + q is a number: that has the sign of g, of p and of q."""
    for other in gaps:
        for g in Mul.make_args(gap):
            if other == gap or g.is_number or g not in Mul.make_args(other):
                continue
            total = (gap / g + other / g).expand()
            if total.is_number and total.is_nonzero:
                side = 1 if total.is_positive else -1
                return [(side * part).expand() for part in (g, gap / g, other / g)]
    return [gap]


MOMENTS: dict[type, RuleTable] = {**of_calculus(), **expectations.TABLES}
TABLES: dict[type, RuleTable] = {
    **MOMENTS,
    MomentEstimate: ESTIMATES,
    SolvedFor: SYSTEMS,
    SolutionFor: SOLUTIONS,
}


@limited
def moment_estimate(
    variable: Any, parameters: Any, mean: Any = "m", variance: Any = "v", timeout: float = 20.0
) -> Derivation:
    """The parameters for which a law has the mean and the variance of a sample.

    variable: text, "X ~ Gamma(k, theta)"; parameters: one letter or two; variance: the mean square
    about the mean, over n. Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> moment_estimate("X ~ Gamma(k, theta)", ["k", "theta"]).result
    (m**2/v, v/m)
    """
    one = random_variable(variable)
    names = parameters if isinstance(parameters, (list, tuple)) else [parameters]
    letters = [letter(name, one.law) for name in names]
    if not 1 <= len(letters) <= 2 or not all(depends_on(one.law, s) for s in letters):
        raise ValueError(f"{one} has other parameters: name one or two of them")
    middle = known(mean)
    if middle.is_Symbol and one.bounds[0].is_nonnegative:
        middle = Symbol(middle.name, positive=True)
    goal = MomentEstimate(letters, (one.letter, one.law), middle, spread(variance))
    return worked_out(goal, TABLES, timeout)
