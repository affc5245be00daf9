"""Sufficient statistics by the factorisation theorem: the density of a sample as g(T, t) h(x).

Casella and Berger, Statistical Inference, theorem 6.2.6 and theorem 6.2.10.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Add,
    And,
    Basic,
    Expr,
    Ge,
    Gt,
    Le,
    Lt,
    Mul,
    Piecewise,
    S,
    Symbol,
    Tuple,
    exp,
    expand_log,
    log,
    oo,
    pi,
    powsimp,
    sqrt,
)

from derive.asked import letter, scalar
from derive.calculus.integrals.integrate import exact
from derive.core import Derivation
from derive.engine import NoRuleApplies, limited
from derive.probability.quantities import (
    Quantity,
    all_positive,
    with_positive_letters,
    worked_out,
)
from derive.rules import Outcome, Rewrite, RuleTable
from derive.statistics.samples import Sums, Totals, ends, sample_of, size, totals
from derive.structure import depends_on, fresh

x, mu = Symbol("x", real=True), Symbol("mu", real=True)
p, v, theta = (Symbol(name, positive=True) for name in ("p", "v", "theta"))
a, b, c = (Symbol(name, positive=True) for name in "abc")
n, k = Symbol("n", integer=True, positive=True), Symbol("k", positive=True)
End = tuple[Expr, type]  # with the relation that a number has to it
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
UNIFORM = Piecewise((1 / theta, x <= theta), (0, True))
EXAMPLE = (NORMAL, x, Tuple(mu, v), SAMPLE)


@DENSITIES.rule(
    "the least and the largest number",
    example=JointDensity(UNIFORM, x, Tuple(theta), Tuple(S(2), S(3), S(7))),
    on=Piecewise,
)
def the_least_and_the_largest(f: Piecewise, x: Symbol, parameters: Tuple, sample: Basic) -> Outcome:
    """A product with a factor of zero is zero: all numbers lie within the ends where the least and
    the largest one do, so that these are sufficient for the ends."""
    found = within_ends(f, x)
    if found is None:
        return None
    inside, lows, highs = found
    least, largest = ends(sample)
    known = [*((least, e) for e, _ in lows), *((largest, e) for e, _ in highs)]
    if not all(number.is_finite is not False for number, _ in known):
        return None
    above = [relation(least, end) for end, relation in lows]
    below = [relation(largest, end) for end, relation in highs]
    names = [(Symbol("least"), least)] * bool(lows) + [(Symbol("largest"), largest)] * bool(highs)
    joint = JointDensity(inside, x, parameters, sample)
    return Rewrite(Piecewise((joint, And(*above, *below)), (0, True)), where=tuple(names))


@DENSITIES.rule("product of densities", example=JointDensity(*EXAMPLE))
def product_of_densities(f: Expr, x: Symbol, parameters: Tuple, sample: Basic) -> Outcome:
    """The densities of independent numbers are multiplied: their logarithms add up."""
    return None if f.has(Piecewise) else exp(JointLogDensity(f, x, parameters, sample))


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
    fixed = (k.as_base_exp()[0] for k in Mul.make_args(f) if not depends_on(k, x))
    return Rewrite(Add(*terms, rest), all_positive(k for k in fixed if not k.is_positive), where)


def terms_of_logarithm(f: Expr) -> tuple[Expr, ...]:
    return Add.make_args(expand_log(log(f), force=True).expand())


def separated(f: Expr, x: Symbol, parameters: Tuple) -> tuple[dict[Expr, Expr], Expr] | None:
    """The functions of x by what they are multiplied with, and what is without the parameters."""
    together: dict[Expr, Expr] = {}
    alone: Expr = S.Zero
    for term in terms_of_logarithm(f):
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
    """T at each number, added up; None where that does not follow from the sums that are known."""
    if isinstance(sample, Tuple):
        return Add(*(T.xreplace({x: value}) for value in sample))
    known, found = totals(sample, x), []
    for term in Add.make_args(T.expand()):
        fixed, moving = term.as_independent(x, as_Add=False)
        if depends_on(moving, x) and moving not in known:
            return None
        found.append(fixed * known[moving] if depends_on(moving, x) else term * size(sample))
    return Add(*found)


def within_ends(f: Piecewise, x: Symbol) -> tuple[Expr, list[End], list[End]] | None:
    """The density between its ends, what x is not below, and what it is not above."""
    if len(f.args) != 2 or f.args[1][0] != 0:
        return None
    lows: list[End] = []
    highs: list[End] = []
    for part in And.make_args(f.args[0][1]):
        if not isinstance(part, (Le, Lt, Ge, Gt)) or x not in part.args:
            return None
        (end,) = [side for side in part.args if side != x] or [x]
        above = part.gts == x
        strict = isinstance(part, (Lt, Gt))
        if depends_on(end, x):
            return None
        if above:
            lows.append((end, Gt if strict else Ge))
        else:
            highs.append((end, Lt if strict else Le))
    return f.args[0][0], lows, highs


TABLES: dict[type, RuleTable] = {JointDensity: DENSITIES, JointLogDensity: LOGARITHMS}


def any_numbers(f: Expr, x: Symbol, parameters: Tuple) -> Totals:
    """A sample of any size, of which those sums are known that the density asks for."""
    inside, lows, highs = (within_ends(f, x) if isinstance(f, Piecewise) else None) or (f, [], [])
    split = separated(inside, x, parameters)
    if split is None:
        raise NoRuleApplies(_why(inside, x, parameters), JointDensity(f, x, parameters, Tuple()))
    together, alone = split
    parts = (term.as_independent(x, as_Add=False)[1] for term in Add.make_args(alone))
    functions = dict.fromkeys(T for T in (*together, *parts) if depends_on(T, x))
    where_real = x.as_dummy() if log(x) not in functions else Symbol(x.name, positive=True)
    names = {x: "S", x**2: "Q", log(x): "L"}
    rows: list[Tuple] = []
    for T in functions:
        name = fresh(names.get(T, "R"), f, parameters, *rows).name
        sign = T.xreplace({x: where_real}).is_positive
        rows.append(Tuple(T, Symbol(name, real=True, positive=sign or None)))
    least, largest = (Symbol(fresh(s, f, parameters, *rows).name, real=True) for s in "mM")
    known = Tuple(least if lows else -oo, largest if highs else oo)
    return Totals(n, x, Tuple(*rows), known)


def _why(f: Expr, x: Symbol, parameters: Tuple) -> str:
    """Which term of the logarithm does not come apart."""
    mixed = [
        term
        for term in terms_of_logarithm(f)
        if any(depends_on(term.as_independent(x, as_Add=False)[1], t) for t in parameters)
    ]
    letters = ", ".join(map(str, parameters))
    return (
        f"no sums whose number stays the same are sufficient: {mixed[0]} of the logarithm of the "
        f"density is no function of {letters} times one of {x}; the numbers in ascending order are "
        "sufficient for every density"
    )


@limited
def sufficient_statistics(
    f: Any, x: Any, parameters: Any, sample: Any = None, timeout: float = 20.0
) -> Derivation:
    """The density of a sample in two factors: sums T with the parameters, and the sample alone.

    f: the density or the probability at x; parameters: a letter or several; sample: letters for the
    numbers, ["a", "b", "c"]. Where nothing is said, there are n numbers of which S is the sum, Q
    that of the squares, L that of the logarithms, R another one, as needed; m and M are the least
    and the largest for a Piecewise density that is zero beyond its ends. The sums T are the letters
    of the last step. Other letters are positive.
    Raises NoRuleApplies where there are no such sums, BudgetExceeded, ValueError, ParseError.

    >>> sufficient_statistics("t*exp(-t*x)", "x", "t").result
    t**n*exp(-S*t)
    """
    read = exact(scalar(f))
    names = parameters if isinstance(parameters, (list, tuple)) else [parameters]
    own = {letter(x, read): Symbol(letter(x, read).name, real=True)}
    letters = Tuple(*(with_positive_letters(letter(name, read)) for name in names))
    density = with_positive_letters(read.xreplace(own))
    given = (density, *own.values(), letters)
    anyone = any_numbers(*given)
    data = anyone if sample is None else sample_of(sample, least=1)
    return worked_out(JointDensity(*given, data), TABLES, timeout)
