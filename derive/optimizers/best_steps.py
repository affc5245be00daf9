"""The steps, and the momenta, with which a method goes down a quadratic fastest."""

from __future__ import annotations

from sympy import Abs, Basic, Expr, Le, Max, Min, S, Subs, Symbol, Tuple, oo, sqrt, true
from sympy.logic.boolalg import Boolean

from derive.calculus.intervals import ArgMin, RootBetween
from derive.calculus.sums.operators import unequal
from derive.optimizers.methods import Descent, Method, Momentum, Nesterov
from derive.optimizers.rates import (
    TWO,
    NumberOfCurvatures,
    OfCurvatures,
    Rate,
    add_eigenbasis,
    convex_if,
    eta,
    table,
)
from derive.rules import Outcome, Rewrite

s = Symbol("s", positive=True)


class BestStep(NumberOfCurvatures):
    """The step of gradient descent with the smallest rate."""

    name = "best step"


class BestRate(NumberOfCurvatures):
    """The smallest rate that a method has with any step, and any momentum."""

    name = "best rate"


class BestMomentum(OfCurvatures):
    """The pair (eta, beta) with which a method has its smallest rate: BestMomentum(A, method)."""

    name = "best momentum"


BEST, BEST_RATES = table(BestStep, "best steps"), table(BestRate, "best rates")
BEST_MOMENTA = table(BestMomentum, "best momenta")
add_eigenbasis(BEST)
add_eigenbasis(BEST_RATES)
add_eigenbasis(BEST_MOMENTA, Momentum())


def ends(values: Basic) -> tuple[Expr, ...]:
    """The least and the largest curvature: of numbers, or the two letters that there are."""
    if not values.free_symbols:
        return Min(*values.args), Max(*values.args)
    return values.args if len(values.args) == 2 else ()


@BEST.rule("the extreme curvatures", example=BestStep(TWO))
def extreme_curvatures(values: Tuple, by: Method) -> Outcome:
    """Between the least and the largest curvature no factor is larger in size than at both."""
    given = convex_if(values)
    if given == False or len(set(values.args)) == 1 or not ends(values):
        return None
    sizes = Max(*(Abs(1 - eta * end) for end in ends(values)), evaluate=False)
    return Rewrite(ArgMin(sizes, eta, 0, oo), given)


@BEST.rule("a single curvature", example=BestStep(Tuple(S(3), S(3))))
def single_curvature(values: Tuple, by: Method) -> Outcome:
    """With one curvature a, 1 - eta*a can be zero: one step is enough."""
    given = convex_if(values)
    single = given != False and len(set(values.args)) == 1
    return Rewrite(1 / values.args[0], given) if single else None


@BEST_RATES.rule("the rate at the best step", example=BestRate(TWO))
def rate_at_the_best_step(values: Tuple, by: Method) -> Outcome:
    """The smallest rate is the one at the best step."""
    plain = isinstance(by, Descent) and isinstance(values, Tuple)
    return Rate(values, BestStep(values)) if plain else None


def double_root(values: Tuple) -> tuple[Expr, ArgMin, Boolean] | None:
    """The size of the double root along the first curvature, the best s, and where that holds."""
    given = convex_if(values)
    if given == False or len(set(values.args)) == 1 or not ends(values):
        return None
    first, last = (1 - s * sqrt(end) for end in ends(values))
    best = ArgMin(Max(Abs(first), Abs(last), evaluate=False), s, 0, oo)
    return Abs(first), best, given & unequal(*values.args) if values.free_symbols else given


@BEST_MOMENTA.rule("a double root at both ends", example=BestMomentum(TWO, Momentum()))
def double_root_at_both_ends(values: Tuple, by: Method) -> Outcome:
    """Roots are smallest where they are double, of size |1 - sqrt(eta*a)|: the worst a decides."""
    found = double_root(values) if isinstance(by, Momentum) else None
    if found is None:
        return None
    size, best, given = found
    return Rewrite(Tuple(best**2, Subs(size**2, s, best)), given, where=((s, sqrt(eta)),))


@BEST_RATES.rule("the size of the double root", example=BestRate(TWO, Momentum()))
def size_of_the_double_root(values: Tuple, by: Method) -> Outcome:
    """Roots are smallest where they are double, of size |1 - sqrt(eta*a)|: the worst a decides."""
    found = double_root(values) if isinstance(by, Momentum) else None
    if found is None:
        return None
    size, best, given = found
    return Rewrite(Subs(size, s, best), given, where=((s, sqrt(eta)),))


def opposite_roots(values: Tuple) -> tuple[Expr, RootBetween, Boolean] | None:
    """Nesterov's double root along the flattest curvature, the best step, and where that holds."""
    given = convex_if(values)
    if given == False or not ends(values):
        return None
    flattest, steepest = ends(values)
    best = RootBetween(1 - eta * flattest + 3 * (1 - eta * steepest), eta, 0, oo)
    in_order = Le(flattest, steepest) if values.free_symbols else true
    return 1 - sqrt(eta * flattest), best, given & in_order


@BEST_MOMENTA.rule("opposite roots at the ends", example=BestMomentum(TWO, Nesterov()))
def opposite_roots_at_the_ends(values: Tuple, by: Method) -> Outcome:
    """The flattest a has the double root 1 - sqrt(eta*a), the steepest has its opposite.

    Lessard, Recht and Packard 2016, proposition 1.
    """
    found = opposite_roots(values) if isinstance(by, Nesterov) else None
    if found is None:
        return None
    root, best, given = found
    return Rewrite(
        Tuple(best, Subs(root / (2 - root), eta, best)), given, where=((Symbol("q"), root),)
    )


@BEST_RATES.rule("the double root of the flattest", example=BestRate(TWO, Nesterov()))
def double_root_of_the_flattest(values: Tuple, by: Method) -> Outcome:
    """The flattest a has the double root 1 - sqrt(eta*a), the steepest has its opposite."""
    found = opposite_roots(values) if isinstance(by, Nesterov) else None
    if found is None:
        return None
    root, best, given = found
    return Rewrite(Subs(root, eta, best), given)
