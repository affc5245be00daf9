"""What a mean or a variance alone says of probabilities: Markov, Chebyshev; and Jensen.

The bounds are the largest values over all laws with that mean or variance, so that they are sharp
(Blitzstein and Hwang, Introduction to Probability, section 10.1).
"""

from __future__ import annotations

from typing import Any

from sympy import And, Derivative, Expr, S, Symbol, Tuple, exp, oo, sqrt, stats
from sympy.stats.rv import RandomSymbol

from derive.asked import scalar
from derive.calculus.derivatives import RULES as DERIVATIVES
from derive.calculus.integrals.integrate import exact
from derive.calculus.signs import positive_if
from derive.core import Derivation
from derive.engine import limited
from derive.probability.expectations import TABLES as EXPECTATIONS
from derive.probability.expectations import drawn, worked_out
from derive.probability.moments import Expectation, Variance, tidied
from derive.probability.quantities import Quantity, ascending
from derive.probability.random_variables import formula_of, random_variable
from derive.rules import Outcome, Rewrite, RuleTable

X = Symbol("X", real=True)
m, a = Symbol("m", positive=True), Symbol("a", positive=True)
s, c = Symbol("s", positive=True), Symbol("c", positive=True)


class LargestTail(Quantity):
    """The largest P(X >= a) of all X >= 0 with the mean m: LargestTail(m, a)."""

    name = "largest tail"


class LargestDeviation(Quantity):
    """The largest P(|X - E X| >= c) of all X with the variance v: LargestDeviation(v, c)."""

    name = "largest deviation"


class JensenGap(Quantity):
    """E[f(X)] - f(E[X]): JensenGap(f, (x, law))."""

    name = "Jensen gap"

    @property
    def bound_symbols(self) -> list[Symbol]:
        return [self.args[1].args[0]]


class LeastJensenGap(Quantity):
    """The least E[f(X)] - f(E[X]) of all X in (a, b): LeastJensenGap(f, x, a, b)."""

    name = "least Jensen gap"
    bound = (1,)


def unpack(goal: Quantity) -> tuple[Any, ...]:
    return goal.args


TAILS = RuleTable(LargestTail, unpack, "largest tails", tidy=tidied)
DEVIATIONS = RuleTable(LargestDeviation, unpack, "largest deviations", tidy=tidied)
GAPS = RuleTable(JensenGap, unpack, "Jensen gaps", tidy=tidied)
LEAST_GAPS = RuleTable(LeastJensenGap, unpack, "least Jensen gaps")


@TAILS.rule("Markov's inequality", example=LargestTail(m, 3 * m))
def markov(mean: Expr, a: Expr) -> Outcome:
    """X/a is at least 1 where X >= a, and at least 0: P(X >= a) <= E[X]/a, equal on 0 and a."""
    given = And(a >= mean)
    return None if given == False else Rewrite(mean / a, given)


@DEVIATIONS.rule("Chebyshev's inequality", example=LargestDeviation(s, 2 * sqrt(s)))
def chebyshev_from_markov(variance: Expr, c: Expr) -> Outcome:
    """|X - E X| >= c where its square is at least c**2: Markov's inequality for the square."""
    return LargestTail(variance, c**2)


@GAPS.rule("definition", example=JensenGap(exp(X), drawn(X, stats.Uniform("X", 0, 2))))
def gap_by_definition(f: Expr, law: Tuple) -> Outcome:
    """The expected value of f(X), less f at the expected value."""
    mean = Expectation(law[0], law)
    return Expectation(f, law) - f.xreplace({law[0]: mean})


@LEAST_GAPS.rule("Jensen's inequality", example=LeastJensenGap(exp(X), X, -oo, oo))
def jensen(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """f'' > 0: f lies above its tangent at E[X], and the tangent is there on the average."""
    given = positive_if(f.diff(x, 2), x, a, b)
    return None if given is None else Rewrite(S.Zero, given)


TABLES: dict[type, RuleTable] = {
    **EXPECTATIONS,
    Derivative: DERIVATIVES,
    LargestTail: TAILS,
    LargestDeviation: DEVIATIONS,
    JensenGap: GAPS,
    LeastJensenGap: LEAST_GAPS,
}


# ------------------------------------------------------------------ what the user calls


def _positive(question: Any) -> Expr:
    value = exact(scalar(question))
    plain = sorted((s for s in value.free_symbols if s.is_real is None), key=str)
    value = value.xreplace({s: Symbol(s.name, positive=True) for s in plain})
    if value.is_positive is False:
        raise ValueError(f"{question} is not positive")
    return value


def _is_number(variable: Any) -> bool:
    """Whether a number or a formula for one is asked about, and not a random variable."""
    if isinstance(variable, str):
        return "~" not in variable
    return isinstance(variable, (int, float)) or (
        isinstance(variable, Expr) and not variable.has(RandomSymbol)
    )


@limited
def markov_bound(variable: Any, a: Any = "a", timeout: float = 20.0) -> Derivation:
    """The largest probability of X >= a that the mean alone allows: E[X]/a, for X >= 0.

    `variable`: a random variable that is not negative, or its mean.

    >>> markov_bound("X ~ Exponential(lamda)", "a").result
    1/(a*lamda)
    >>> markov_bound("m", "a").result
    m/a
    """
    if _is_number(variable):
        return worked_out(LargestTail(_positive(variable), _positive(a)), timeout, TABLES)
    v = random_variable(variable)
    if not v.bounds[0].is_nonnegative:
        raise ValueError(f"{v} may be negative: Markov's inequality asks that it is not")
    mean = Expectation(v.letter, (v.letter, v.law))
    return worked_out(LargestTail(mean, _positive(a)), timeout, TABLES)


@limited
def chebyshev_bound(variable: Any, c: Any = "c", timeout: float = 20.0) -> Derivation:
    """The largest probability of |X - E X| >= c that the variance alone allows: Var[X]/c**2.

    `variable`: a random variable, or its variance.

    >>> chebyshev_bound("sigma**2", "k*sigma").result
    k**(-2)
    """
    if _is_number(variable):
        return worked_out(LargestDeviation(_positive(variable), _positive(c)), timeout, TABLES)
    v = random_variable(variable)
    spread = Variance(v.letter, (v.letter, v.law))
    return worked_out(LargestDeviation(spread, _positive(c)), timeout, TABLES)


@limited
def jensen_gap(f: Any, variable: Any, timeout: float = 20.0) -> Derivation:
    """E[f(X)] - f(E[X]), which is not negative where f is convex.

    >>> jensen_gap("X**2", "X ~ Exponential(lamda)").result
    lamda**(-2)
    """
    v = random_variable(variable)
    goal = JensenGap(formula_of(f, v), (v.letter, v.law))
    return worked_out(goal, timeout, TABLES)


@limited
def jensen_bound(
    f: Any, x: Any = "x", over: Any = ("-oo", "oo"), timeout: float = 20.0
) -> Derivation:
    """The least E[f(X)] - f(E[X]) of all X in `over`: 0 where f is convex there.

    >>> jensen_bound("exp(x)").result
    0
    """
    formula = exact(scalar(f))
    low, high = ascending(over)
    own = Symbol(str(scalar(x)), **({"positive": True} if low.is_nonnegative else {"real": True}))
    plain = {s: own if s.name == own.name else Symbol(s.name, real=True)
             for s in sorted(formula.free_symbols, key=str)}  # fmt: skip
    return worked_out(LeastJensenGap(formula.xreplace(plain), own, low, high), timeout, TABLES)
