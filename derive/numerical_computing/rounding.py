"""Rounding: the unit roundoff, how a formula magnifies relative errors, and errors of sums."""

from __future__ import annotations

from typing import Any

from sympy import (
    Abs,
    Add,
    And,
    Basic,
    Derivative,
    Expr,
    Ge,
    Integer,
    Lt,
    Mul,
    S,
    Subs,
    Sum,
    Symbol,
    Tuple,
    cancel,
    ceiling,
    factor,
    log,
    oo,
    together,
    true,
)

from derive.asked import in_order, letter, scalar
from derive.calculus.derivatives import RULES as DERIVATIVES
from derive.calculus.integrals.integrate import exact
from derive.calculus.series.operators import RULES as SERIES
from derive.calculus.series.operators import Truncated
from derive.calculus.sums.summation import RULES as SUMS
from derive.core import Derivation
from derive.engine import Budget, limited, search
from derive.linear_algebra.operators import Number
from derive.numerical_computing.letters import positive
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import D, depends_on, fresh

x, y = Symbol("x"), Symbol("y")
u = Symbol("u", positive=True)
n, p = (Symbol(s, integer=True, positive=True) for s in "np")
beta = Symbol("beta", integer=True, positive=True)


# ------------------------------------------------------------------ operators


class RelativeCondition(Number):
    """The relative change of f over that of x, in size, for small changes: (f, x).

    Numerically: x is changed very little.
    """

    word = "condition"


class RelativeErrorBound(Number):
    """The largest relative error of f, to first order in u, where each input is wrong by u at most.

    RelativeErrorBound(f, inputs, u), with u relative to the input. Numerically: the inputs are
    changed up and down in all ways.
    """

    word = "relative_error"


class Spacing(Number):
    """From 1 to the next number with p digits to the base beta: Spacing(beta, p).

    Numerically: what is added to 1 without effect, where digits are cut off.
    """

    word = "spacing"


class UnitRoundoff(Number):
    """The most that can be added to 1 so that it rounds to 1: UnitRoundoff(beta, p).

    Numerically: by rounding to the nearest of these numbers.
    """

    word = "unit_roundoff"


class RecursiveSum(Number):
    """The largest error of a sum of n terms added one after the other, over the sum of their sizes.

    RecursiveSum(n, u), where each addition has a relative error of u at most. Numerically: by
    adding, with errors of both signs.
    """

    word = "recursive_sum_error"


class PairwiseSum(Number):
    """The same where the sums of both halves are added: PairwiseSum(n, u)."""

    word = "pairwise_sum_error"


class FirstOrder(Number):
    """The part of the error of a sum that is linear in u: FirstOrder(error).

    Numerically: for a very small u.
    """

    word = "first_order"


class Gamma(Number):
    """The geometric series k*u + (k*u)**2 + ..., which bounds (1 + u)**k - 1: Gamma(k, u).

    Numerically: summed term by term.
    """

    word = "gamma"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        plain = rf"\gamma_{{{printer._print(self.args[0])}}}"
        return rf"{plain}^{{{exp}}}" if exp else plain


def in_factors(value: Basic) -> Basic:
    """A size over one denominator, in factors."""
    if isinstance(value, Abs):
        return Abs(factor(cancel(together(value.args[0]))))
    if isinstance(value, (Add, Mul)):
        return value.func(*map(in_factors, value.args))
    return value


def table(operator: type, title: str) -> RuleTable:
    return RuleTable(operator, lambda goal: goal.args, title)


CONDITIONS = table(RelativeCondition, "conditions of formulas")
CONDITIONS.tidy = in_factors
BOUNDS = table(RelativeErrorBound, "relative errors of formulas")
SPACINGS, UNITS = table(Spacing, "spacings"), table(UnitRoundoff, "unit roundoffs")
RECURSIVE = table(RecursiveSum, "errors of sums, one after the other")
PAIRWISE = table(PairwiseSum, "errors of sums, in halves")
FIRST, GAMMAS = table(FirstOrder, "first-order errors of sums"), table(Gamma, "gamma bounds")
FIRST.tidy = factor


# ------------------------------------------------------------------ conditions


@CONDITIONS.rule("relative change", example=RelativeCondition(x**3 - 2 * x, x))
def relative_change(f: Expr, x: Symbol) -> Outcome:
    """f changes by f' times the change of x: (f'*dx/f)/(dx/x), in size."""
    return Abs(x * D(f, x) / f) if depends_on(f, x) else S.Zero


@BOUNDS.rule("conditions add up", example=RelativeErrorBound(x - y, Tuple(x, y), u))
def conditions_add_up(f: Expr, inputs: Tuple, u: Expr) -> Outcome:
    """At the worst the errors of all inputs push the same way."""
    return u * Add(*(RelativeCondition(f, x) for x in inputs.args))


# ------------------------------------------------------------------ numbers with p digits


@UNITS.rule("half way to the next number", example=UnitRoundoff(S(2), S(24)))
def half_way(beta: Expr, p: Expr) -> Outcome:
    """Below the middle between 1 and the next number everything rounds to 1."""
    return Spacing(beta, p) / 2


@SPACINGS.rule("one in the last digit", example=Spacing(S(10), S(7)))
def one_in_the_last_digit(beta: Expr, p: Expr) -> Outcome:
    """Of the p digits of 1.00...0 the last one stands for beta**(1 - p)."""
    given = And(*(true if least.is_nonnegative else Ge(least, 0) for least in (beta - 2, p - 1)))
    return None if given == False else Rewrite(beta ** (1 - p), given)


# ------------------------------------------------------------------ sums


@RECURSIVE.rule("factors of all additions", example=RecursiveSum(S(5), u))
def factors_of_all_additions(n: Expr, u: Expr) -> Outcome:
    """The first term takes part in all n - 1 additions, each of which multiplies it by 1 + u."""
    return (1 + u) ** additions(RecursiveSum(n, u), n) - 1


@PAIRWISE.rule("factors of all levels", example=PairwiseSum(S(5), u))
def factors_of_all_levels(n: Expr, u: Expr) -> Outcome:
    """A term takes part in one addition on each of the levels, and log2(n) of them are enough."""
    return (1 + u) ** additions(PairwiseSum(n, u), n) - 1


@FIRST.rule("linear term", example=FirstOrder(RecursiveSum(S(5), u)))
def linear_term(error: Expr) -> Outcome:
    """Of the factors 1 + u of all its additions a term keeps what is linear in u."""
    if not isinstance(error, (RecursiveSum, PairwiseSum)):
        return None
    n, u = error.args
    t = fresh("t", n, u)
    return Subs(Truncated((1 + t) ** additions(error, n) - 1, t, 0, 2), Tuple(t), Tuple(u))


def additions(error: Expr, n: Expr) -> Expr:
    """In how many additions a term takes part."""
    return n - 1 if isinstance(error, RecursiveSum) else ceiling(log(n) / log(2))


@GAMMAS.rule("geometric series", example=Gamma(S(3), S(1) / 7))
def geometric_series(k: Expr, u: Expr) -> Outcome:
    """(1 + u)**k has no larger coefficients than 1 + k*u + (k*u)**2 + ..."""
    j = Symbol(fresh("j", k, u).name, integer=True, positive=True)
    return Rewrite(Sum((k * u) ** j, (j, 1, oo)), Lt(k * u, 1))


TABLES: dict[type, RuleTable] = {
    Derivative: DERIVATIVES,
    Truncated: SERIES,
    Sum: SUMS,
    RelativeCondition: CONDITIONS,
    RelativeErrorBound: BOUNDS,
    Spacing: SPACINGS,
    UnitRoundoff: UNITS,
    RecursiveSum: RECURSIVE,
    PairwiseSum: PAIRWISE,
    FirstOrder: FIRST,
    Gamma: GAMMAS,
}


# ------------------------------------------------------------------ what the user calls


@limited
def condition_of(f: Any, x: Any, timeout: float = 20.0) -> Derivation:
    """The relative condition number |x*f'(x)/f(x)| of a formula by one of its inputs.

    So many times larger than the relative error of x that of f is. `.to_numpy()` is a function of
    the letters. Raises ValueError, ParseError, NoRuleApplies, BudgetExceeded. (Higham 2002, 1.6.)

    >>> condition_of("log(x)", "x").result
    1/Abs(log(x))
    >>> condition_of("a - b", "a").result
    Abs(a/(a - b))
    """
    expression = exact(scalar(f))
    variable = letter(x, expression)
    if not depends_on(expression, variable):
        raise ValueError(f"{expression} does not depend on {variable}")
    return worked_out(RelativeCondition(expression, variable), timeout)


@limited
def relative_error(f: Any, inputs: Any = None, u: Any = "u", timeout: float = 20.0) -> Derivation:
    """The largest relative error of a formula whose inputs are wrong by u at most, to first order.

    `inputs`: a list of letters; all of them where none is given. Of a difference it shows the
    cancellation. Raises ValueError, ParseError, NoRuleApplies, BudgetExceeded.

    >>> relative_error("a*b").result
    2*u
    >>> relative_error("a - b").result
    u*(Abs(a/(a - b)) + Abs(b/(a - b)))
    """
    expression, size = exact(scalar(f)), positive(u)
    letters = in_order(expression) if inputs is None else [letter(x, expression) for x in inputs]
    if not letters or not all(depends_on(expression, x) for x in letters):
        raise ValueError(f"{expression} does not depend on all of its inputs, or has none")
    if {x.name for x in letters} & {s.name for s in in_order(size)}:
        raise ValueError(f"{size} is an input and the size of its error: take another letter")
    return worked_out(RelativeErrorBound(expression, Tuple(*letters), size), timeout)


@limited
def unit_roundoff(base: Any = "beta", digits: Any = "p", timeout: float = 20.0) -> Derivation:
    """Half of the distance from 1 to the next number with so many digits: rounding to nearest.

    It bounds the relative error of rounding. Raises ValueError, ParseError, BudgetExceeded.

    >>> unit_roundoff(2, 53).result
    1/9007199254740992
    >>> unit_roundoff().result
    beta**(1 - p)/2
    """
    least = ((base, 2, "the base"), (digits, 1, "the number of digits"))
    return worked_out(UnitRoundoff(*(counted(k, low, what) for k, low, what in least)), timeout)


METHODS = {"recursive": RecursiveSum, "pairwise": PairwiseSum}
BOUNDS_OF_SUMS = ("first order", "all orders", "gamma")


@limited
def roundoff_of_sum(
    terms: Any = "n",
    method: str = "recursive",
    bound: str = "first order",
    u: Any = "u",
    timeout: float = 20.0,
) -> Derivation:
    """How large the error of a computed sum can be, over the sum of the sizes of its terms.

    `method`: "recursive", one after the other, or "pairwise". `bound`: "first order" in u, "all
    orders", or "gamma": k*u/(1 - k*u) with the number k of additions that a term takes part in.
    Raises ValueError, ParseError, NoRuleApplies, BudgetExceeded. (Higham 2002, chapter 4.)

    >>> roundoff_of_sum().result
    u*(n - 1)
    >>> roundoff_of_sum(1024, "pairwise").result
    10*u
    """
    if method not in METHODS or bound not in BOUNDS_OF_SUMS:
        raise ValueError(
            f"write one of {', '.join(METHODS)} and one of {', '.join(BOUNDS_OF_SUMS)}"
        )
    count, size = counted(terms, 1, "the number of terms"), positive(u)
    error = METHODS[method](count, size)
    if bound == "gamma":
        return worked_out(Gamma(additions(error, count), size), timeout)
    return worked_out(FirstOrder(error) if bound == "first order" else error, timeout)


def counted(question: Any, least: int, what: str) -> Expr:
    """A whole number, or a letter for one."""
    found = scalar(question)
    if isinstance(found, Symbol) and found.is_integer is None:
        found = Symbol(found.name, integer=True, positive=True)
    if not found.is_integer or (found >= least) == False:
        raise ValueError(f"{what} is a whole number, {least} or more; not {question}")
    return Integer(found) if found.is_Integer else found


def worked_out(goal: Basic, timeout: float) -> Derivation:
    root = search(goal, TABLES, Budget(seconds=timeout))
    return Derivation(root, goal, arguments=in_order(root.result))
