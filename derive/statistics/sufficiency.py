"""Sufficient statistics by the factorisation theorem: the density of a sample as g(T, t) h(x).

Casella and Berger, Statistical Inference, theorem 6.2.6 and theorem 6.2.10.
"""

from __future__ import annotations

from typing import Any

from sympy import Add, Basic, Expr, Mul, S, Symbol, Tuple, exp, expand_log, log, pi, powsimp, sqrt

from derive.asked import letter, scalar
from derive.calculus.integrals.integrate import exact
from derive.core import Derivation
from derive.engine import limited
from derive.probability.quantities import Quantity, with_positive_letters, worked_out
from derive.rules import Outcome, Rewrite, RuleTable
from derive.statistics.samples import Sums, sample_of, size, sum_of, sum_of_squares_of
from derive.structure import depends_on

x, mu = Symbol("x", real=True), Symbol("mu", real=True)
p, v, theta = (Symbol(name, positive=True) for name in ("p", "v", "theta"))
a, b, c = (Symbol(name, positive=True) for name in "abc")
n, k = Symbol("n", integer=True, positive=True), Symbol("k", positive=True)
SAMPLE = Sums(n, Symbol("S", real=True), k + Symbol("S", real=True) ** 2)


class JointDensity(Quantity):
    """The density of a sample of independent numbers: JointDensity(f, x, parameters, sample)."""

    name = "f"
    bound = (1,)


class JointLogDensity(Quantity):
    """The logarithm of the density of a sample: JointLogDensity(f, x, parameters, sample)."""

    name = "log f"
    bound = (1,)


def with_powers(found: Expr) -> Expr:
    """t**n for exp(n*log(t))."""
    if not isinstance(found, exp):
        return found.replace(lambda node: isinstance(node, exp), with_powers)
    exponent, powers = [], []
    for term in Add.make_args(found.args[0].expand()):
        logs = [g for g in Mul.make_args(term) if isinstance(g, log)]
        if len(logs) == 1:
            powers.append(logs[0].args[0] ** (term / logs[0]))
        else:
            exponent.append(term)
    return powsimp(Mul(*powers), combine="exp") * exp(Add(*exponent))


DENSITIES = RuleTable(
    JointDensity, lambda goal: goal.args, "densities of samples", tidy=with_powers
)
LOGARITHMS = RuleTable(JointLogDensity, lambda goal: goal.args, "logarithms of joint densities")
NORMAL = exp(-((x - mu) ** 2) / (2 * v)) / sqrt(2 * pi * v)
EXAMPLE = (NORMAL, x, Tuple(mu, v), SAMPLE)


@DENSITIES.rule("product of densities", example=JointDensity(*EXAMPLE))
def product_of_densities(f: Expr, x: Symbol, parameters: Tuple, sample: Basic) -> Outcome:
    """The densities of independent numbers are multiplied: their logarithms add up."""
    return exp(JointLogDensity(f, x, parameters, sample))


@LOGARITHMS.rule("factorisation theorem", example=JointLogDensity(*EXAMPLE))
def factorisation_theorem(f: Expr, x: Symbol, parameters: Tuple, sample: Basic) -> Outcome:
    """The parameters meet the sample in sums T alone: the density is a function of these and the
    parameters, times one without the parameters, so that T is sufficient."""
    found = separated(f, x, parameters)
    if found is None:
        return None
    together, alone = found
    sums = [sum_over(T, x, sample) for T in together]
    rest = sum_over(alone, x, sample)
    if rest is None or any(T is None for T in sums):
        return None
    terms = (eta * T for eta, T in zip(together.values(), sums, strict=True))
    of_sample = (T_sum for T, T_sum in zip(together, sums, strict=True) if depends_on(T, x))
    where = tuple((Symbol(f"T_{j}"), T) for j, T in enumerate(of_sample, 1))
    return Rewrite(Add(*terms, rest), where=where)


def separated(f: Expr, x: Symbol, parameters: Tuple) -> tuple[dict[Expr, Expr], Expr] | None:
    """The functions of x by what they are multiplied with, and what is without the parameters."""
    together: dict[Expr, Expr] = {}
    alone: Expr = S.Zero
    for term in Add.make_args(expand_log(log(f), force=True).expand()):
        eta, T = term.as_independent(x, as_Add=False)
        if not any(depends_on(term, t) for t in parameters):
            alone += term
        elif any(depends_on(T, t) for t in parameters):
            return None
        else:
            number, T = T.as_coeff_Mul()
            together[T] = together.get(T, S.Zero) + number * eta
    return together, alone


def sum_over(T: Expr, x: Symbol, sample: Basic) -> Expr | None:
    """T at each number, added up; of sums alone where T is a quadratic in x."""
    if isinstance(sample, Tuple):
        return Add(*(T.xreplace({x: value}) for value in sample))
    whole = T.as_poly(x) if depends_on(T, x) else None
    if whole is None:
        return None if depends_on(T, x) else T * size(sample)
    if whole.degree() > 2:
        return None
    each = size(sample), sum_of(sample), sum_of_squares_of(sample)
    return Add(*(Mul(whole.nth(j), of) for j, of in enumerate(each)))


TABLES: dict[type, RuleTable] = {JointDensity: DENSITIES, JointLogDensity: LOGARITHMS}
ANY = {"n": "n", "sum": "S", "squares": "Q"}


@limited
def sufficient_statistics(
    f: Any, x: Any, parameters: Any, sample: Any = None, timeout: float = 20.0
) -> Derivation:
    """The density of a sample in two factors: sums T with the parameters, and the sample alone.

    f: the density or the probability at x; parameters: a letter or several; sample: letters for the
    numbers, ["a", "b", "c"], or of n numbers their sum S and sum of squares Q, where nothing is
    said. The sums T are the letters of the last step. Other letters are positive.
    Raises NoRuleApplies where there are no such sums, BudgetExceeded, ValueError, ParseError.

    >>> sufficient_statistics("t*exp(-t*x)", "x", "t").result
    t**n*exp(-S*t)
    """
    read = exact(scalar(f))
    names = parameters if isinstance(parameters, (list, tuple)) else [parameters]
    own = {letter(x, read): Symbol(letter(x, read).name, real=True)}
    letters = Tuple(*(with_positive_letters(letter(name, read)) for name in names))
    density = with_positive_letters(read.xreplace(own))
    data = sample_of(ANY if sample is None else sample, least=1)
    goal = JointDensity(density, *own.values(), letters, data)
    return worked_out(goal, TABLES, timeout)
