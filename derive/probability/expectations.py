"""Expected values and variances of functions of random variables, from the sums and integrals.

The law of a letter is an object of sympy.stats. The integral or sum that defines an expected value
is worked out by the rules of calculus; that none exists is found there as well.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sympy import (
    Abs,
    Add,
    And,
    Basic,
    Expr,
    FiniteSet,
    I,
    Integral,
    Limit,
    Mul,
    S,
    Sum,
    Symbol,
    Tuple,
    cancel,
    ceiling,
    cos,
    exp,
    expand_log,
    expand_power_exp,
    factor,
    im,
    log,
    oo,
    powsimp,
    re,
    sin,
    stats,
)

from derive.asked import in_order, scalar
from derive.calculus.integrals.integrate import exact, holding_somewhere
from derive.calculus.sums.convergence import tables as of_calculus
from derive.core import Derivation, Step
from derive.engine import DOES_NOT_EXIST, Budget, NoRuleApplies, limited, search
from derive.probability.distributions import (
    bounds,
    conditions,
    drawn,
    is_discrete,
    law_of,
    outcomes,
    parameters,
    place_of,
    row_of,
    single,
    written_out,
)
from derive.probability.moments import (
    MEANS,
    VARIANCES,
    Expectation,
    Laws,
    Moment,
    Variance,
    is_drawn,
    tidied,
)
from derive.probability.moments import TABLES as MOMENTS
from derive.probability.random_variables import RandomVariable, formula_of, random_variable
from derive.probability.transforms import has_no_name, without_closed_form
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import depends_on, fresh

X, Y, Z = (Symbol(name, real=True) for name in "XYZ")
K = Symbol("K", integer=True)
a, t = Symbol("a", positive=True), Symbol("t", real=True)
mu, sigma = Symbol("mu", real=True), Symbol("sigma", positive=True)


class TotalProbability(Moment):
    """The integral or sum of a density over the support: TotalProbability((x, law))."""

    name = "P"

    def __new__(cls, *laws: Any) -> TotalProbability:
        return Expr.__new__(cls, *(Tuple(*law) for law in laws))

    @property
    def bound_symbols(self) -> list[Symbol]:
        return [law.args[0] for law in self.args]

    def _sympystr(self, printer: Any) -> str:
        laws = ", ".join(map(printer._print, self.args))
        if not getattr(printer, "as_on_paper", False):
            return f"TotalProbability({laws})"
        return (
            Expectation(S.One, *self.args)
            ._sympystr(printer)
            .replace("E_", "P_")
            .removesuffix("[1]")
        )

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return Expectation(S.One, *self.args)._latex(printer, exp).replace("{E}", "{P}")


NORMAL = drawn(X, stats.Normal("X", mu, sigma))
COIN = drawn(K, stats.Bernoulli("K", S(1) / 3))
COUNT = drawn(K, stats.Poisson("K", a))
TOTALS = RuleTable(TotalProbability, lambda goal: goal.args, "total probability", tidy=tidied)


# ------------------------------------------------------------------ definitions


def over_the_support(g: Expr, letter: Symbol, law: Basic) -> Expr:
    """The integral or the sum of g times the density."""
    listed = outcomes(law)
    if listed is not None:
        return Add(*(g.subs(letter, value) * chance for value, chance in listed))
    x = place_of(letter, law, g)
    inside = powsimp(g.xreplace({letter: x}) * written_out(law, x), combine="exp")
    operator = Sum if is_discrete(law) else Integral
    return operator(inside, (x, *bounds(law)))


@MEANS.rule("expanded", example=Expectation((X + 1) ** 2, NORMAL))
def expanded(g: Expr, laws: Laws) -> Outcome:
    """Multiply out: the expected value of each term is looked for."""
    found = expand_log(g.expand()) if single(laws) else g
    if (
        isinstance(found, Mul)
        and isinstance(g, exp)
        and any(not is_drawn(f, laws) for f in found.args)
    ):
        return Expectation(found, *laws)
    return Expectation(found, *laws) if isinstance(found, Add) and not isinstance(g, Add) else None


# ------------------------------------------------------------------ in standard form

U = Symbol("U", real=True)
# fmt: off
STANDARD = {      # name: the letter in terms of one of a simpler law, which is given too
    "Normal":    lambda z, mu, sigma: (mu + sigma*z,             stats.Normal("Z", 0, 1)),
    "LogNormal": lambda z, mu, sigma: (exp(mu + sigma*z),        stats.Normal("Z", 0, 1)),
    "Cauchy":    lambda z, x0, gamma: (x0 + gamma*z,             stats.Cauchy("Z", 0, 1)),
    "Laplace":   lambda z, mu, b:     (mu + b*z,                 stats.Laplace("Z", 0, 1)),
    "Logistic":  lambda z, mu, s:     (mu + s*(log(z) - log(1 - z)), stats.Uniform("U", 0, 1)),
}
# fmt: on


def standard(g: Expr, letter: Symbol, law: Basic) -> tuple[Expr, Symbol, Basic] | None:
    row = row_of(law)
    if row is None or row.name not in STANDARD:
        return None
    if row.name == "Normal" and not g.has(sin, cos):
        return None  # squares are completed where it stands
    z = Symbol(fresh("U" if row.name == "Logistic" else "Z", g, law).name, real=True)
    form, simpler = STANDARD[row.name](z, *parameters(law))
    if law_of(simpler) == law:
        return None
    changed = g.xreplace({letter: form})
    if changed.is_rational_function(z) and not changed.is_polynomial(z):
        changed = factor(cancel(changed))  # places and scales drop out
    if form.has(log):
        changed = changed.replace(lambda n: isinstance(n, exp), lambda n: in_powers(n.args[0]))
    return expand_power_exp(changed), z, law_of(simpler)


def in_powers(u: Expr) -> Expr:
    """exp(u) with powers for multiples of logarithms.

    >>> z = Symbol("z", positive=True)
    >>> in_powers(2 * a * log(z) + 1)
    E*z**(2*a)
    """
    parts = [term.as_independent(log, as_Add=False) for term in Add.make_args(u.expand())]
    single_logs = [isinstance(moving, log) for _, moving in parts]
    rest = Add(*(c * m for (c, m), one in zip(parts, single_logs, strict=True) if not one))
    powers = (m.args[0] ** c for (c, m), one in zip(parts, single_logs, strict=True) if one)
    return Mul(exp(rest), *powers)


@MEANS.rule("standard form", example=Expectation(X**2, drawn(X, stats.LogNormal("X", mu, sigma))))
def standard_form(g: Expr, laws: Laws) -> Outcome:
    """The letter has the law of this function of one with a standard law."""
    one = single(laws)
    found = one and standard(g, *one)
    if not one or not found:
        return None
    changed, z, law = found
    return Rewrite(Expectation(changed, (z, law)), conditions(one[1]))


@TOTALS.rule("standard form", example=TotalProbability(drawn(X, stats.Cauchy("X", mu, sigma))))
def standard_total(*laws: Tuple) -> Outcome:
    """The letter is this function of one with a standard law: no probability is lost."""
    one = single(laws)
    found = one and standard(one[0], *one)
    return Rewrite(TotalProbability(found[1:]), conditions(one[1])) if one and found else None


@TOTALS.rule("over the whole support", example=TotalProbability(NORMAL))
def whole_support(*laws: Tuple) -> Outcome:
    """The density integrated, or the probabilities summed, over all values."""
    found = single(laws)
    return found and Rewrite(over_the_support(S.One, *found), conditions(found[1]))


@MEANS.rule(
    "odd function about the middle",
    example=Expectation(sin(t * X), drawn(X, stats.Cauchy("X", 0, 1))),
)
def odd_about_the_middle(g: Expr, laws: Laws) -> Outcome:
    """A bounded odd function of a letter that is symmetric about zero."""
    one = single(laws)
    if not one or not isinstance(g, sin) or is_discrete(one[1]):
        return None
    letter, law = one
    x = place_of(letter, law, g)
    f = written_out(law, x)
    low, high = bounds(law)
    symmetric = low == -high and (f - f.subs(x, -x)).expand() == 0
    odd = (g + g.subs(letter, -letter)).expand() == 0
    return Rewrite(S.Zero, conditions(law)) if symmetric and odd else None


@MEANS.rule(
    "Euler's formula", example=Expectation(exp(I * t * X), drawn(X, stats.Uniform("X", 0, 1)))
)
def euler(g: Expr, laws: Laws) -> Outcome:
    """exp(i*u) is cos(u) + i*sin(u): real and imaginary part have their own expected values."""
    one = single(laws)
    if not one or not (isinstance(g, exp) and g.has(I)) or is_discrete(one[1]):
        return None
    f, (low, high) = written_out(one[1], place_of(*one)), bounds(one[1])
    endless = not (low.is_finite and high.is_finite)
    if f.has(exp) and not f.has(Abs) and (endless or f.has(cos)):
        return None
    if low.is_finite and high is S.Infinity and f.is_algebraic_expr(place_of(*one)):
        return None  # powers beside exp(-z*x) have names, those beside a cosine lead nowhere
    size, turn = re(g.args[0]), im(g.args[0])
    parts = (Expectation(exp(size) * wave(turn), *laws) for wave in (cos, sin))
    real_part, imaginary = parts
    return real_part + I * imaginary


@MEANS.rule(
    "both sides of the middle",
    example=Expectation(exp(X / 2), drawn(X, stats.Laplace("X", 0, 1))),
    on=exp,
)
def both_sides_of_the_middle(g: Expr, laws: Laws) -> Outcome:
    """Of a letter that is symmetric about zero: both sides are integrals over positive values."""
    one = single(laws)
    if not one or is_discrete(one[1]) or g.has(I) or bounds(one[1]) != (-oo, oo):
        return None
    letter, law = one
    x, y = place_of(letter, law, g), Symbol(fresh(letter.name.lower(), g, law).name, positive=True)
    f = written_out(law, x)
    if not f.has(Abs) or f.subs(x, -x) != f:
        return None
    sides = (powsimp(g.subs(letter, s * y) * f.subs(x, y), combine="exp") for s in (1, -1))
    return Rewrite(Add(*(Integral(side, (y, 0, oo)) for side in sides)), conditions(law))


@MEANS.rule(
    "the tail is too heavy",
    example=Expectation(exp(a * X), drawn(X, stats.Pareto("X", 1, 3))),
    on=exp,
)
def heavy_tail(g: Expr, laws: Laws) -> Outcome:
    """The density falls more slowly than any exponential function, and its product with one that
    grows does not tend to zero: the integral is infinite."""
    one = single(laws)
    if not one or is_discrete(one[1]) or bounds(one[1])[1] != oo:
        return None
    letter, law = one
    rate = g.args[0].as_independent(letter, as_Add=False)
    if rate[1] != letter or rate[0].is_real is not True or rate[0].is_nonpositive:
        return None
    x = place_of(letter, law, g)
    f = written_out(law, x)
    if depends_on(expand_log(log(f), force=True).replace(log, lambda u: S.Zero), x):
        return None
    open_ones = [s for s in in_order(rate[0]) if s.is_positive is None]
    known = {s: Symbol(s.name, positive=True) for s in open_ones}
    if not rate[0].xreplace(known).is_positive:
        return None
    grows = Limit((rate[0] * x + expand_log(log(f), force=True)).xreplace(known), x, oo)
    given = And(*(s > 0 for s in open_ones), conditions(law))
    return Rewrite(oo, given, premises=((grows, FiniteSet(oo)),))


@MEANS.rule("values below a place turned", example=Expectation(Abs(K - 2), COUNT), on=Abs)
def values_below_turned(g: Abs, laws: Laws) -> Outcome:
    """|u| is u, and -2*u more where u is negative: for counts that is so for a few values only."""
    one = single(laws)
    if not one or not is_discrete(one[1]) or outcomes(one[1]) is not None:
        return None
    letter, law = one
    place = letter - g.args[0]
    low = bounds(law)[0]
    if not place.is_number or not place.is_real or not low.is_Integer or place <= low:
        return None
    k = place_of(letter, law, g)
    below = Sum((place - k) * written_out(law, k), (k, low, ceiling(place) - 1))
    return Rewrite(Expectation(g.args[0], one) + 2 * below, conditions(law))


@MEANS.rule(
    "addition theorem",
    example=Expectation(cos(mu + t * X), drawn(X, stats.Normal("X", 0, 1))),
    on=(cos, sin),
)
def addition_theorem(g: Expr, laws: Laws) -> Outcome:
    """cos(m + u) = cos(m)*cos(u) - sin(m)*sin(u); sin(m + u) = sin(m)*cos(u) + cos(m)*sin(u)."""
    one = single(laws)
    if not one or is_discrete(one[1]) or bounds(one[1]) != (-oo, oo):
        return None
    m, u = g.args[0].expand().as_independent(one[0], as_Add=True)
    if m == 0:
        return None
    of_cos, of_sin = Expectation(cos(u), one), Expectation(sin(u), one)
    if isinstance(g, cos):
        return cos(m) * of_cos - sin(m) * of_sin
    return sin(m) * of_cos + cos(m) * of_sin


@MEANS.rule("definition", example=Expectation(X**2, NORMAL))
def definition(g: Expr, laws: Laws) -> Outcome:
    """The integral, or the sum, of the function times the density over all values."""
    found = single(laws)
    return found and Rewrite(over_the_support(g, *found), conditions(found[1]))


# ------------------------------------------------------------------ variances


@VARIANCES.rule("mean of the square less the square of the mean", example=Variance(X, NORMAL))
def by_moments(g: Expr, laws: Laws) -> Outcome:
    """E[(g - E g)**2], multiplied out; where there is no E g, there is nothing to deviate from."""
    if not single(laws) and (len(laws) < 2 or not all(single((law,)) for law in laws)):
        return None
    found = Expectation((g**2).expand(), *laws) - Expectation(g, *laws) ** 2
    none = FiniteSet(DOES_NOT_EXIST), FiniteSet(oo)
    without = (Rewrite(DOES_NOT_EXIST, premises=((Expectation(g, *laws), s),)) for s in none)
    return (Rewrite(found), *without)


# ------------------------------------------------------------------ working them out

TABLES = {**MOMENTS, TotalProbability: TOTALS}


def worked_out(
    goal: Basic,
    timeout: float = 20.0,
    tables: dict[type, RuleTable] = TABLES,
    only: frozenset[str] | None = None,
) -> Derivation:
    """The derivation of an operator on random variables, with the rules of calculus at hand."""
    calculus = of_calculus()
    calculus[Sum] = replace(calculus[Sum], final=has_no_name)
    root: Step = search(goal, {**calculus, **tables}, Budget(seconds=timeout), only)
    return holding_somewhere(Derivation(root, goal, arguments=in_order(goal)))


def letters_and_laws(variables: tuple[RandomVariable, ...]) -> list[tuple[Symbol, Basic]]:
    letters = [v.letter for v in variables]
    if len({letter.name for letter in letters}) < len(letters):
        raise ValueError("two random variables have the same letter: name them apart")
    return [(v.letter, v.law) for v in variables]


def moment_of(operator: type[Moment], g: Any, variables: tuple[Any, ...]) -> Expr:
    """Operator(g, laws) from what was asked: a formula and random variables, or one of these."""
    if not variables:
        variables, g = (g,), None
    read = tuple(map(random_variable, variables))
    formula = read[0].letter if g is None else formula_of(g, *read)
    laws = letters_and_laws(read)
    return operator(formula, *(law for law in laws if depends_on(formula, law[0])))


@limited
def expectation(g: Any, *variables: Any, timeout: float = 20.0) -> Derivation:
    """The expected value of a function of independent random variables, or of one of these.

    A variable: text, "X ~ Normal(mu, sigma)", or a RandomSymbol of sympy.stats. The result is "does
    not exist" or infinite where that is so; what it asks of the parameters is in `given`.
    Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> expectation("X**2", "X ~ Normal(mu, sigma)").result
    mu**2 + sigma**2
    >>> expectation("X ~ StudentT(nu)").given
    nu - 1 > 0
    """
    goal = moment_of(Expectation, g, variables)
    if not isinstance(goal, Expectation) or len(goal.args) == 1:
        raise ValueError(f"{g} holds no letter that is drawn")
    return worked_out(goal, timeout)


@limited
def variance(g: Any, *variables: Any, timeout: float = 20.0) -> Derivation:
    """The variance of a function of independent random variables; asked as `expectation`.

    >>> variance("X ~ Gamma(k, theta)").result
    k*theta**2
    """
    goal = moment_of(Variance, g, variables)
    if len(goal.args) == 1:
        raise ValueError(f"{g} holds no letter that is drawn")
    return worked_out(goal, timeout)


@limited
def moment(variable: Any, n: Any, central: bool = False, timeout: float = 20.0) -> Derivation:
    """The n-th moment E[X**n]; with `central`, of X less its expected value.

    >>> moment("X ~ Exponential(lamda)", 3).result
    6/lamda**3
    """
    v, order = random_variable(variable), exact(scalar(n))
    if not order.is_integer or not order.is_nonnegative or not order.is_Integer:
        raise ValueError(f"a moment has an order 1, 2, 3, ..., not {n}")
    middle = S.Zero
    if central:
        middle = worked_out(Expectation(v.letter, (v.letter, v.law)), timeout).result
        if middle == DOES_NOT_EXIST or not middle.is_finite:
            raise NoRuleApplies(f"{v} has no expected value to take the moment about", middle)
    g = (v.letter - middle) ** order
    return worked_out(Expectation(g, (v.letter, v.law)), timeout)


@limited
def normalisation(variable: Any, timeout: float = 20.0) -> Derivation:
    """That the total probability is 1: the integral or sum of the density, worked out.

    >>> normalisation("X ~ Beta(a, b)").result
    1
    """
    v = random_variable(variable)
    return worked_out(TotalProbability((v.letter, v.law)), timeout)


@limited
def moment_generating_function(variable: Any, t: Any = "t", timeout: float = 20.0) -> Derivation:
    """E[exp(t*X)]; `given` says for which t it is finite, as far as the way that was taken asks.

    >>> moment_generating_function("X ~ Poisson(lamda)").result
    exp(lamda*exp(t) - lamda)
    """
    v = random_variable(variable)
    return _transform(exp(_real(t, v) * v.letter), v, timeout)


@limited
def characteristic_function(variable: Any, t: Any = "t", timeout: float = 20.0) -> Derivation:
    """E[exp(i*t*X)], which always exists.

    >>> characteristic_function("X ~ Normal(0, 1)").result
    exp(-t**2/2)
    """
    v = random_variable(variable)
    return _transform(exp(I * _real(t, v) * v.letter), v, timeout)


def _transform(g: Expr, v: RandomVariable, timeout: float) -> Derivation:
    try:
        return worked_out(Expectation(g, (v.letter, v.law)), timeout)
    except NoRuleApplies as error:
        raise without_closed_form(v.law, error) from error


def _real(t: Any, v: RandomVariable) -> Expr:
    return formula_of(t, v)
