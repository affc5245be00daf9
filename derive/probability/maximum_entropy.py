"""Laws of the largest entropy under a constraint, by a Lagrange multiplier.

The entropy is concave in the probabilities: where the Lagrangian is stationary, it is largest
(Cover and Thomas, Elements of Information Theory, chapter 12).
"""

from __future__ import annotations

from typing import Any

from sympy import Add, Expr, S, Symbol, Tuple, exp, log, oo

from derive.asked import letter, scalar
from derive.calculus.extrema import TABLES as EXTREMA
from derive.calculus.integrals.integrate import exact
from derive.calculus.integrals.operators import definite
from derive.calculus.intervals import RootBetween
from derive.core import Derivation
from derive.engine import limited
from derive.probability.bayes import KERNELS, DensityOfKernel
from derive.probability.expectations import TABLES as EXPECTATIONS
from derive.probability.expectations import worked_out
from derive.probability.moments import tidied
from derive.probability.quantities import Listed, Quantity, ascending, numbers
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import depends_on, free_symbols, fresh

x, t = Symbol("x", positive=True), Symbol("t", real=True)
m, v = Symbol("m", positive=True), Symbol("v", positive=True)


class MaximumEntropyDensity(Quantity):
    """At x, on (a, b), with the expected value c of g: MaximumEntropyDensity(g, c, x, a, b)."""

    name = "density of the largest entropy"


class Multiplier(Quantity):
    """By what the largest entropy grows with c: Multiplier(g, c, x, a, b)."""

    name = "multiplier"
    bound = (2,)


class KernelMean(Quantity):
    """The expected value of g where the density is exp(-l g): KernelMean(g, l, x, a, b)."""

    name = "mean"
    bound = (2,)


class MaximumEntropyTable(Listed):
    """The probabilities of the values, with their mean c: MaximumEntropyTable(values, c).

    Without c: nothing is known of the mean.
    """

    name = "probabilities of the largest entropy"


class GibbsFactor(Quantity):
    """exp(-multiplier) of the values with mean c: GibbsFactor(values, c)."""

    name = "Gibbs factor"


def unpack(goal: Any) -> tuple[Any, ...]:
    return goal.args


DENSITIES = RuleTable(MaximumEntropyDensity, unpack, "densities of the largest entropy",
                      tidy=tidied)  # fmt: skip
KERNEL_MEANS = RuleTable(KernelMean, unpack, "means of exponential kernels", tidy=tidied)
MULTIPLIERS = RuleTable(Multiplier, unpack, "multipliers", tidy=tidied)
PROBABILITIES = RuleTable(MaximumEntropyTable, unpack, "probabilities of the largest entropy",
                          tidy=lambda found: Tuple(*map(tidied, found)))  # fmt: skip
FACTORS = RuleTable(GibbsFactor, unpack, "Gibbs factors", tidy=tidied)


@DENSITIES.rule("nothing is known", example=MaximumEntropyDensity(0, 0, t, S.Zero, S(3)))
def nothing_is_known(g: Expr, c: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """-log(p) - 1 + lambda_0 = 0 for each x: the density is the same everywhere."""
    return DensityOfKernel(S.One, x, a, b) if g == 0 and (b - a).is_finite else None


@DENSITIES.rule(
    "the constraint holds by itself", example=MaximumEntropyDensity(x, S.Half, x, S.Zero, S.One)
)
def the_constraint_holds_by_itself(g: Expr, c: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """The density that is the same everywhere has this mean: the multiplier is zero."""
    bounded = a.is_finite and b.is_finite
    return DensityOfKernel(S.One, x, a, b) if g == x and bounded and 2 * c == a + b else None


@DENSITIES.rule("stationary Lagrangian", example=MaximumEntropyDensity(x, S(2), x, S.Zero, oo))
def stationary_lagrangian(g: Expr, c: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """-log(p) - 1 + lambda_0 - lambda g = 0 for each x: p is exp(-lambda g) times a constant."""
    if g == 0:
        return None
    return DensityOfKernel(kernel(g, Multiplier(g, c, x, a, b)), x, a, b)


def kernel(g: Expr, multiplier: Expr) -> Expr:
    """exp(-l g); a power of x where g is a logarithm."""
    return g.args[0] ** (-multiplier) if isinstance(g, log) else exp(-multiplier * g)


@MULTIPLIERS.rule(
    "from the constraint on a logarithm", example=Multiplier(log(x), S(2), x, S.One, oo), on=log
)
def from_the_constraint_on_a_logarithm(g: Expr, c: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """The kernel is a power of x, which has an integral up to infinity where it falls faster than
    1/x: the multiplier is 1 and more, so much that g has the expected value c."""
    if g != log(x) or not a.is_positive or b != oo:
        return None
    more = Symbol(fresh("lamda", g, c, a, b).name, positive=True)
    return 1 + RootBetween(KernelMean(g, 1 + more, x, a, b) - c, more, S.Zero, oo)


@MULTIPLIERS.rule("from the constraint", example=Multiplier(x, S(2), x, S.Zero, oo))
def from_the_constraint(g: Expr, c: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """The multiplier for which g has the expected value c."""
    bounded = a.is_finite and b.is_finite  # both ends may be the likelier one
    known = {"real": True, "nonzero": True} if bounded else {"positive": True}
    multiplier = Symbol(fresh("lamda", g, c, a, b).name, **known)
    mean = KernelMean(g, multiplier, x, a, b)
    return RootBetween(mean - c, multiplier, -oo if bounded else S.Zero, oo)


@KERNEL_MEANS.rule("definition", example=KernelMean(x, m, x, S.Zero, oo))
def kernel_mean(g: Expr, multiplier: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """The integral of g times the kernel, by that of the kernel."""
    weight = kernel(g, multiplier)
    return definite(g * weight, x, a, b) / definite(weight, x, a, b)


@PROBABILITIES.rule("nothing is known", example=MaximumEntropyTable((0, 1, 4)))
def equal_probabilities(values: Tuple, *mean: Expr) -> Outcome:
    """-log(p) - 1 + lambda_0 = 0 for each value: all are equally likely."""
    return None if mean else Tuple(*[S.One / len(values)] * len(values))


@PROBABILITIES.rule("stationary Lagrangian", example=MaximumEntropyTable((0, 1, 2), S(3) / 2))
def gibbs_probabilities(values: Tuple, *mean: Expr) -> Outcome:
    """-log(p) - 1 + lambda_0 - lambda x = 0 for each value x: p is z**x by the sum of these."""
    z = GibbsFactor(values, *mean)
    total = Add(*(z**value for value in values))
    return Tuple(*(z**value / total for value in values))


@FACTORS.rule("from the constraint", example=GibbsFactor((0, 1, 2), S(3) / 2))
def factor_from_the_constraint(values: Tuple, c: Expr) -> Outcome:
    """The factor z for which the values, weighted by z**x, have the mean c."""
    if not all(value.is_Integer for value in values):
        return None
    z = Symbol(fresh("z", c).name, positive=True)
    least = min(values)
    balance = Add(*((value - c) * z ** (value - least) for value in values))
    given = (c - least > 0) & (max(values) - c > 0)
    return None if given == False else Rewrite(RootBetween(balance, z, S.Zero, oo), given)


TABLES: dict[type, RuleTable] = {
    **EXPECTATIONS,
    **EXTREMA,
    DensityOfKernel: KERNELS,
    MaximumEntropyDensity: DENSITIES,
    Multiplier: MULTIPLIERS,
    KernelMean: KERNEL_MEANS,
    MaximumEntropyTable: PROBABILITIES,
    GibbsFactor: FACTORS,
}


# ------------------------------------------------------------------ what the user calls


@limited
def maximum_entropy_density(
    over: Any, g: Any = 0, mean: Any = 0, x: Any = "x", timeout: float = 20.0
) -> Derivation:
    """The density on `over` = (a, b) of the largest entropy, where g has the expected value `mean`.

    On a finite interval without a constraint; on a half line or the line with one, as g = x or
    g = (x - mu)**2. The multiplier is found from the constraint, by its integrals.
    Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> maximum_entropy_density((0, "oo"), "x", "m").result
    exp(-x/m)/m
    >>> maximum_entropy_density(("a", "b")).result
    1/(-a + b)
    """
    formulas = Tuple(exact(scalar(g)), exact(scalar(mean)))
    ends = ascending(over)
    own = letter(x, formulas)
    here = Symbol(own.name, positive=True) if ends[0].is_nonnegative else _real(own)
    known = {s: _known(s, formulas[1]) for s in _open(Tuple(formulas, ends)) if s != own}
    formula, c = formulas.xreplace({**known, own: here})
    if formula != 0 and not depends_on(formula, here):
        raise ValueError(f"{g} does not depend on {own}: its expected value is no constraint")
    goal = MaximumEntropyDensity(formula, c, here, *ends.xreplace(known))
    return worked_out(goal, timeout, TABLES)


def _open(expression: Tuple) -> list[Symbol]:
    return [s for s in sorted(free_symbols(expression), key=str) if s.is_real is None]


def _real(s: Symbol) -> Symbol:
    return Symbol(s.name, real=True) if s.is_real is None else s


def _known(s: Symbol, mean: Expr) -> Symbol:
    """The letter of a mean of what is positive is positive, others are real."""
    return Symbol(s.name, positive=True) if s == mean else _real(s)


@limited
def maximum_entropy_table(values: Any, mean: Any = None, timeout: float = 20.0) -> Derivation:
    """The probabilities of the largest entropy of whole values: equal, or by their mean (Gibbs).

    >>> maximum_entropy_table([1, 2, 3]).result
    (1/3, 1/3, 1/3)
    >>> maximum_entropy_table([0, 1], "m").result
    (1 - m, m)
    """
    listed = Tuple(*numbers(values))
    if len(set(listed)) < max(len(listed), 2):
        raise ValueError("write two different values at least")
    if mean is None:
        return worked_out(MaximumEntropyTable(listed), timeout, TABLES)
    c = exact(scalar(mean))
    c = c.xreplace({s: Symbol(s.name, positive=True) for s in _open(Tuple(c))})
    if not all(value.is_Integer for value in listed):
        raise ValueError("the values are whole numbers where their mean is known")
    if c.is_number and not min(listed) < c < max(listed):
        raise ValueError(f"no probabilities of these values have the mean {mean}")
    return worked_out(MaximumEntropyTable(listed, c), timeout, TABLES)
