"""Which step sizes converge on a quadratic, how fast, and which are best.

The quadratic is given by its matrix A, or by its curvatures: the eigenvalues of A, all positive.
In the eigenbasis each coordinate of the error is multiplied by 1 - eta*a in every step.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Abs,
    And,
    Basic,
    Expr,
    Gt,
    ImmutableMatrix,
    Le,
    Max,
    Min,
    S,
    Subs,
    Symbol,
    Tuple,
    cancel,
    expand,
    factor,
    false,
    oo,
    radsimp,
    sqrt,
    together,
    true,
)
from sympy.logic.boolalg import Boolean

from derive.asked import asked, in_order, scalar
from derive.calculus.extrema import TABLES as EXTREMA
from derive.calculus.integrals.integrate import exact
from derive.calculus.intervals import ArgMin, RootBetween
from derive.calculus.sums.operators import unequal
from derive.core import Derivation
from derive.engine import Budget, NoRuleApplies, limited, search
from derive.linear_algebra.eigen import TABLES as EIGENVALUES
from derive.linear_algebra.eigen import Eigenvalues
from derive.optimizers.operators import ByName
from derive.rules import Outcome, Rewrite, RuleTable

eta = Symbol("eta", positive=True)
a, beta, s = Symbol("a"), Symbol("beta", positive=True), Symbol("s", positive=True)


# ------------------------------------------------------------------ operators


class OfCurvatures(ByName, Expr):
    """An operator on the curvatures of a quadratic, and perhaps on step sizes."""

    is_commutative = True
    is_extended_real: bool | None = True

    def __new__(cls, values: Any, *steps: Any) -> OfCurvatures:
        return Expr.__new__(cls, values, *map(S, steps))


class LargestStep(OfCurvatures):
    """The number below which every positive step of gradient descent converges, none above."""

    name = "largest step"


class Rate(OfCurvatures):
    """By what the error of gradient descent is multiplied in the long run: Rate(A, eta)."""

    name = "rate"


class BestStep(OfCurvatures):
    """The step of gradient descent with the smallest rate."""

    name = "best step"


class BestRate(OfCurvatures):
    """The smallest rate of gradient descent."""

    name = "best rate"


class MomentumRate(OfCurvatures):
    """The rate of x(n+1) = x(n) - eta*A*x(n) + beta*(x(n) - x(n-1)): MomentumRate(A, eta, beta)."""

    name = "rate with momentum"


class BestMomentum(OfCurvatures):
    """The pair (eta, beta) with the smallest rate with momentum."""

    name = "best momentum"
    is_extended_real = None


class LargestOver(Expr):
    """The largest of f(x) for the x in `values`: LargestOver(f, x, values)."""

    is_commutative = True
    is_extended_real = True
    name = "max"

    def __new__(cls, f: Any, x: Symbol, values: Basic) -> LargestOver:
        return Expr.__new__(cls, S(f), x, values)

    @property
    def bound_symbols(self) -> list[Symbol]:
        return [self.args[1]]

    @property
    def free_symbols(self) -> set[Basic]:
        f, x, values = self.args
        return (f.free_symbols - {x}) | values.free_symbols

    def _sympystr(self, printer: Any) -> str:
        f, x, values = map(printer._print, self.args)
        if not getattr(printer, "as_on_paper", False):
            return f"{type(self).__name__}({f}, {x}, {values})"
        return f"{self.name}_{{{x} in {values}}}({f})"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        f, x, values = map(printer._print, self.args)
        power = f"^{{{exp}}}" if exp else ""
        return rf"\{self.name}{power}_{{{x} \in {values}}} {f}"


class SmallestOver(LargestOver):
    """The smallest of f(x) for the x in `values`."""

    name = "min"


# ------------------------------------------------------------------ rules

MATRIX = ImmutableMatrix([[3, 1], [1, 2]])
TWO = Tuple(S(1), S(4))


def tidy(value: Basic) -> Basic:
    """Fractions over one denominator, in factors, inside of sizes and maxima as well."""
    if isinstance(value, Tuple):
        return Tuple(*map(tidy, value.args))
    if isinstance(value, (Max, Min)):
        return type(value)(*map(tidy, value.args))
    if isinstance(value, Abs):
        return Abs(tidy(value.args[0]))
    return expand(radsimp(value)) if value.is_number else factor(cancel(together(value)))


def table(operator: type, title: str) -> RuleTable:
    return RuleTable(operator, lambda goal: goal.args, title, tidy=tidy)


VALUES, SMALLEST_VALUES = table(LargestOver, "largest of"), table(SmallestOver, "smallest of")
STEPS, RATES = table(LargestStep, "largest steps"), table(Rate, "rates of gradient descent")
BEST, BEST_RATES = table(BestStep, "best steps"), table(BestRate, "best rates")
WITH_MOMENTUM = table(MomentumRate, "rates with momentum")
BEST_MOMENTA = table(BestMomentum, "best momenta")
BY_EIGENVALUES = (STEPS, RATES, BEST, BEST_RATES, WITH_MOMENTUM)
ARGUMENTS = ((), (S(1) / 10,), (), (), (S(1) / 10, S(9) / 10))


@VALUES.rule("put each in", example=LargestOver(Abs(1 - a / 3), a, TWO))
def put_each_in(f: Expr, x: Symbol, values: Tuple) -> Outcome:
    """The largest of the values at each place."""
    return Max(*(tidy(f.xreplace({x: value})) for value in values.args))


@SMALLEST_VALUES.rule("put each in", example=SmallestOver(a**2 - 3 * a, a, TWO))
def put_each_in_below(f: Expr, x: Symbol, values: Tuple) -> Outcome:
    """The smallest of the values at each place."""
    return Min(*(tidy(f.xreplace({x: value})) for value in values.args))


def in_the_eigenbasis(A: Basic) -> Basic | None:
    """The eigenvalues of a symmetric matrix."""
    symmetric = isinstance(A, ImmutableMatrix) and A == A.T
    return Eigenvalues(A) if symmetric else None


for _table, _steps in zip(BY_EIGENVALUES, ARGUMENTS, strict=True):

    def _rule(A: Basic, *steps: Expr, _operator: type = _table.operator) -> Outcome:
        """In the eigenbasis of a symmetric matrix each coordinate has its own curvature."""
        values = in_the_eigenbasis(A)
        return values and _operator(values, *steps)

    _table.rule("eigenbasis", example=_table.operator(MATRIX, *_steps))(_rule)


def convex_if(values: Basic) -> Boolean:
    """All curvatures are positive; false of a matrix, whose curvatures are not known yet."""
    if not isinstance(values, Tuple):
        return false
    return And(*(true if v.is_positive else Gt(v, 0) for v in values.args))


@STEPS.rule("every factor below one in size", example=LargestStep(TWO))
def every_factor_below_one(values: Tuple) -> Outcome:
    """|1 - eta*a| < 1 as long as eta*a < 2: the largest curvature allows the least."""
    if convex_if(values) == False:
        return None
    steepest = LargestOver(a, a, values)
    return Rewrite(RootBetween(2 - eta * steepest, eta, 0, oo), convex_if(values))


@RATES.rule("the slowest coordinate", example=Rate(TWO, S(1) / 10))
def slowest_coordinate(values: Tuple, eta: Expr) -> Outcome:
    """Each coordinate of the error is multiplied by 1 - eta*a; the largest size remains."""
    return LargestOver(Abs(1 - eta * a), a, values) if isinstance(values, Tuple) else None


@BEST.rule("the extreme curvatures", example=BestStep(TWO))
def extreme_curvatures(values: Tuple) -> Outcome:
    """Between the least and the largest curvature no factor is larger in size than at both."""
    given, numbers = convex_if(values), not values.free_symbols
    if given == False or not (numbers or len(values.args) == 2):
        return None
    ends = (SmallestOver(a, a, values), LargestOver(a, a, values)) if numbers else values.args
    sizes = Max(*(Abs(1 - eta * end) for end in ends), evaluate=False)
    return Rewrite(ArgMin(sizes, eta, 0, oo), given) if len(set(values.args)) > 1 else None


@BEST.rule("a single curvature", example=BestStep(Tuple(S(3), S(3))))
def single_curvature(values: Tuple) -> Outcome:
    """With one curvature a, 1 - eta*a can be zero: one step is enough."""
    given = convex_if(values)
    single = given != False and len(set(values.args)) == 1
    return Rewrite(1 / values.args[0], given) if single else None


@BEST_RATES.rule("the rate at the best step", example=BestRate(TWO))
def rate_at_the_best_step(values: Tuple) -> Outcome:
    """The smallest rate is the one at the best step."""
    return Rate(values, BestStep(values)) if isinstance(values, Tuple) else None


@WITH_MOMENTUM.rule("conjugate roots", example=MomentumRate(TWO, S(1) / 3, S(1) / 4))
def conjugate_roots(values: Tuple, eta: Expr, beta: Expr) -> Outcome:
    """Both roots of q**2 = (1 + beta - eta*a)*q - beta have the size sqrt(beta) if not real."""
    if not isinstance(values, Tuple):
        return None
    given = And(*(Le((1 + beta - eta * value) ** 2, 4 * beta) for value in values.args))
    return None if given == False else Rewrite(sqrt(beta), given)


@BEST_MOMENTA.rule("a double root at both ends", example=BestMomentum(TWO))
def double_root_at_both_ends(values: Tuple) -> Outcome:
    """Roots are smallest where they are double, of size |1 - sqrt(eta*a)|: the worst a decides."""
    given = convex_if(values)
    if given == False or len(values.args) != 2 or len(set(values.args)) == 1:
        return None
    sizes = Max(*(Abs(1 - s * sqrt(value)) for value in values.args), evaluate=False)
    best = ArgMin(sizes, s, 0, oo)
    size = Abs(1 - s * sqrt(values.args[0]))
    given = given & unequal(*values.args)
    return Rewrite(Tuple(best**2, Subs(size**2, s, best)), given, where=((s, sqrt(eta)),))


TABLES = {
    **EXTREMA,
    **EIGENVALUES,
    LargestOver: VALUES,
    SmallestOver: SMALLEST_VALUES,
    **{each.operator: each for each in (*BY_EIGENVALUES, BEST_MOMENTA)},
}


# ------------------------------------------------------------------ what the user calls


def curvatures(A: Any) -> Basic:
    """A symmetric matrix, or a list of curvatures, exactly."""
    if isinstance(A, (list, tuple)) and A and not isinstance(A[0], (list, tuple)):
        found = [exact(scalar(value)) for value in A]
        # A curvature is positive: letters of which nothing is known are taken to be.
        plain = {x for v in found for x in v.free_symbols if x.is_real is None}
        known = {x: Symbol(x.name, positive=True) for x in sorted(plain, key=str)}
        return Tuple(*(value.xreplace(known) for value in found))
    matrix = asked(A)
    if not isinstance(matrix, ImmutableMatrix) or matrix != matrix.T:
        raise ValueError("a quadratic has a symmetric matrix, or a list of curvatures")
    return matrix.applyfunc(exact)


def worked_out(goal: Expr, timeout: float = 20.0) -> Derivation:
    d = Derivation(search(goal, TABLES, Budget(seconds=timeout)), goal, arguments=in_order(goal))
    if d.given == False:
        raise NoRuleApplies(f"{goal} asks for positive curvatures", goal)
    return d


@limited
def largest_step(A: Any, timeout: float = 20.0) -> Derivation:
    """Gradient descent on x'Ax/2 - b'x converges for 0 < eta < this number, and for no other eta.

    A: a symmetric positive definite matrix, or the list of its eigenvalues, as letters too.
    Raises NoRuleApplies (also where a curvature is not positive), BudgetExceeded, ValueError.

    >>> largest_step([[3, 1], [1, 3]]).result
    1/2
    """
    return worked_out(LargestStep(curvatures(A)), timeout)


@limited
def best_step(A: Any, timeout: float = 20.0) -> Derivation:
    """The step of gradient descent whose error falls fastest; A as in `largest_step`.

    >>> best_step(["mu", "L"]).result
    2/(L + mu)
    """
    return worked_out(BestStep(curvatures(A)), timeout)


@limited
def convergence_rate(A: Any, eta: Any = None, timeout: float = 20.0) -> Derivation:
    """By what the error of gradient descent is multiplied in the long run; for the best `eta`.

    >>> convergence_rate([1, 9]).result
    4/5
    >>> convergence_rate([1, 9], 0.1).result
    9/10
    """
    values = curvatures(A)
    return worked_out(
        BestRate(values) if eta is None else Rate(values, exact(scalar(eta))), timeout
    )


@limited
def best_momentum(A: Any, timeout: float = 20.0) -> Derivation:
    """The step size and the momentum of the heavy ball for two curvatures; the rate is sqrt(beta).

    >>> best_momentum([1, 9]).result
    (1/4, 1/4)
    """
    values = curvatures(A)
    if not isinstance(values, Tuple) or len(values.args) != 2:
        raise ValueError("the best momentum is that for two curvatures, the least and the largest")
    return worked_out(BestMomentum(values), timeout)
