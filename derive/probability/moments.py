"""Expected values and variances over independent letters, each drawn from a density or a law.

A density is known up to a factor: E is the integral of g times the density over that of the
density. Those of a Gaussian are read off its logarithm, which is a quadratic. A law is an object of
sympy.stats; expectations.py has the rules for these.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Add,
    Basic,
    Expr,
    FiniteSet,
    Function,
    I,
    Mul,
    Pow,
    S,
    Symbol,
    Tuple,
    catalan,
    count_ops,
    exp,
    expand_power_base,
    factor,
    factor_terms,
    gamma,
    gammasimp,
    oo,
    pi,
    powsimp,
    sqrt,
    true,
)
from sympy.logic.boolalg import Boolean

from derive.asked import in_order
from derive.calculus.extrema import TABLES as EXTREMA
from derive.calculus.extrema import log_of
from derive.calculus.integrals.operators import nonzero
from derive.calculus.intervals import ArgMax, OnInterval
from derive.calculus.roots_between import textbook
from derive.calculus.signs import NegativeConstants, negative_if, positive_if, smooth_if
from derive.core import Derivation
from derive.engine import DOES_NOT_EXIST, Budget, DoesNotExist, search
from derive.probability.distributions import in_latex, in_text
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import D, depends_on, free_symbols

Laws = tuple[Tuple, ...]


class normal_density(Function):
    """The density of the normal distribution of mean m and variance v, at x.

    >>> from sympy.abc import m, v, x
    >>> normal_density(x, m, v).definition()
    sqrt(2)*exp(-(-m + x)**2/(2*v))/(2*sqrt(pi)*sqrt(v))
    """

    nargs = 3

    def definition(self) -> Expr:
        x, m, v = self.args
        return exp(-((x - m) ** 2) / v / 2) / sqrt(2 * pi * v)

    def _sympystr(self, printer: Any) -> str:
        x, m, v = map(printer._print, self.args)
        on_paper = getattr(printer, "as_on_paper", False)
        return f"N({x}; {m}, {v})" if on_paper else f"normal_density({x}, {m}, {v})"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        x, m, v = map(printer._print, self.args)
        power = f"^{{{exp}}}" if exp else ""
        return rf"\mathcal{{N}}{power}\left({x};\, {m},\, {v}\right)"


class Moment(Expr):
    """`Operator(g, (x, density), ...)`: the letters are independent, the densities up to a factor.

    In place of a density there may be a law: an object of sympy.stats.

    A density depends on its own letter, not on the other ones that are drawn.
    """

    is_commutative = True
    sees_to_its_variable = True  # the rules ask that the densities are smooth
    differentiates_in_one_line = True
    name = ""

    def __new__(cls, g: Any, *laws: Any) -> Moment:
        drawn = {law[0] for law in laws}
        for x, density in laws:
            if drawn & free_symbols(density) - {x}:
                raise ValueError(f"the density of {x} depends on another letter that is drawn")
        return Expr.__new__(cls, S(g), *(Tuple(*law) for law in laws))

    @property
    def bound_symbols(self) -> list[Symbol]:
        return [law.args[0] for law in self.args[1:]]

    @property
    def free_symbols(self) -> set[Basic]:
        return set().union(*(part.free_symbols for part in self.args)) - set(self.bound_symbols)

    def _sympystr(self, printer: Any) -> str:
        g, *laws = map(printer._print, self.args)
        if not getattr(printer, "as_on_paper", False):
            return f"{type(self).__name__}({', '.join([g, *laws])})"
        drawn = ", ".join(_law(printer, *law.args) for law in self.args[1:])
        return f"{self.name}_{{{drawn}}}[{g}]"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        laws = r",\, ".join(_law_in_latex(printer, *law.args) for law in self.args[1:])
        power = f"^{{{exp}}}" if exp else ""
        inside = printer._print(self.args[0])
        return rf"\operatorname{{{self.name}}}_{{{laws}}}{power}\left[{inside}\right]"


def _law(printer: Any, x: Symbol, density: Expr) -> str:
    if isinstance(density, normal_density) and density.args[0] == x:
        letter, m, v = map(printer._print, density.args)
        return f"{letter} ~ N({m}, {v})"
    if not isinstance(density, Expr):
        return f"{printer._print(x)} ~ {in_text(printer, density)}"
    return f"{printer._print(x)} ∝ {printer._print(density)}"


def _law_in_latex(printer: Any, x: Symbol, density: Expr) -> str:
    if isinstance(density, normal_density) and density.args[0] == x:
        letter, m, v = map(printer._print, density.args)
        return rf"{letter} \sim \mathcal{{N}}\left({m},\, {v}\right)"
    if not isinstance(density, Expr):
        return rf"{printer._print(x)} \sim {in_latex(printer, density)}"
    return rf"{printer._print(x)} \propto {printer._print(density)}"


class Expectation(Moment):
    """The expected value of g.

    >>> from sympy.abc import m, v, x
    >>> Expectation(x + 1, (x, normal_density(x, m, v)))
    Expectation(x + 1, (x, normal_density(x, m, v)))
    """

    name = "E"


class Variance(Moment):
    """The variance of g."""

    name = "Var"


def unpack(goal: Moment) -> tuple[Expr, Laws]:
    return goal.args[0], goal.args[1:]


def of(operator: type[Moment], law: tuple[Symbol, Basic]) -> Moment:
    return operator(law[0], law)


def mean_of(operator: type[Moment], g: Expr, laws: Laws) -> Moment:
    """The operator over the letters that g depends on."""
    return operator(g, *(law for law in laws if depends_on(g, law.args[0])))


def is_drawn(g: Expr, laws: Laws) -> bool:
    return any(depends_on(g, law.args[0]) for law in laws)


def tidied(value: Basic) -> Basic:
    """In textbook form; of several ways to write gamma functions and powers, the shortest."""
    if not isinstance(value, Expr) or value.is_finite is False or value.has(DoesNotExist, oo):
        return value
    if isinstance(value, OnInterval):
        return value
    value = value.replace(lambda node: isinstance(node, catalan), lambda node: node.rewrite(gamma))
    if value.is_rational_function(*free_symbols(value)) and not value.has(I):
        return min((textbook(value), _signs_turned(textbook(value))), key=count_ops)
    if value.has(I):
        joined = powsimp(value)
        flat = joined.replace(exp, lambda u: exp(u.expand()))
        return min((value, joined, factor_terms(value), flat), key=count_ops)
    ways = [value, powsimp(value), factor_terms(value), textbook(value)]
    if value.has(gamma):
        ways += [textbook(gammasimp(value)), powsimp(textbook(gammasimp(powsimp(value))))]
    elif value.has(Pow):
        ways += [powsimp(textbook(powsimp(expand_power_base(value))))]
    return min(ways, key=count_ops)


def _signs_turned(value: Expr) -> Expr:
    """nu/(nu - 2) for -nu/(2 - nu)."""
    above, below = value.as_numer_denom()
    return factor(-above) / factor(-below)


x, y = Symbol("x"), Symbol("y")
STANDARD = (x, normal_density(x, S.Zero, S.One))
BELL = (x, normal_density(x, S(3), S(2)))
OTHER = (y, normal_density(y, S(-1), S(4)))
PRODUCT = (x, normal_density(x, S(1), S(2)) * normal_density(3, 2 * x, S(5)))

MEANS = RuleTable(Expectation, unpack, "expected values", tidy=tidied)
VARIANCES = RuleTable(Variance, unpack, "variances", tidy=tidied)


# ------------------------------------------------------------------ expected values


@MEANS.rule("linearity", example=Expectation(2 * x + 5 * y + 1, BELL, OTHER))
def linearity(g: Expr, laws: Laws) -> Outcome:
    """The expected value of a sum is that of its terms; constants come out."""
    terms = [_with_constants_out(term, laws) for term in Add.make_args(g)]
    return (Rewrite(Add(*terms)), *_without(g, laws))


def _without(g: Expr, laws: Laws) -> tuple[Rewrite, ...]:
    """A constant, and a multiple of what has no expected value, have none."""
    moving = [term for term in Add.make_args(g) if is_drawn(term, laws)]
    if len(moving) != 1:
        return ()
    fixed, h = moving[0].as_independent(*(law.args[0] for law in laws), as_Add=False)
    none = (mean_of(Expectation, h, laws), FiniteSet(DOES_NOT_EXIST))
    return () if h == g else (Rewrite(DOES_NOT_EXIST, nonzero(fixed), premises=(none,)),)


def _with_constants_out(term: Expr, laws: Laws) -> Expr:
    fixed = [k for k in Mul.make_args(term) if not is_drawn(k, laws)]
    moving = [k for k in Mul.make_args(term) if is_drawn(k, laws)]
    return Mul(*fixed, mean_of(Expectation, Mul(*moving), laws)) if moving else term


@MEANS.rule("independent factors", example=Expectation(x * y, BELL, OTHER), on=Mul)
def independent_factors(g: Mul, laws: Laws) -> Outcome:
    """The expected value of a product of independent factors is that of each, multiplied."""
    letters = [law.args[0] for law in laws]
    of_letter = {x: [f for f in g.args if depends_on(f, x)] for x in letters}
    apart = all(sum(depends_on(f, x) for x in letters) == 1 for f in g.args)
    if len(laws) < 2 or not apart:
        return None
    return Mul(*(mean_of(Expectation, Mul(*of_letter[x]), laws) for x in letters))


@MEANS.rule("mean of a normal distribution", example=Expectation(x, BELL), on=Symbol)
def mean_of_normal(g: Symbol, laws: Laws) -> Outcome:
    """The first letter of the normal distribution is its mean."""
    found = _normal(g, laws)
    return found and Rewrite(found[0], _is_positive(found[1]))


@MEANS.rule("mean of a Gaussian is its mode", example=Expectation(x, PRODUCT), on=Symbol)
def mean_is_mode(g: Symbol, laws: Laws) -> Outcome:
    """Where the log density is a quadratic, the density is symmetric about its highest place."""
    found = _quadratic(g, laws)
    if found is None:
        return None
    _, given, premise = found
    return Rewrite(ArgMax(laws[0].args[1], g), given, premises=(premise,))


# ------------------------------------------------------------------ variances


@VARIANCES.rule("independent terms", example=Variance(x + 2 * y + 3, BELL, OTHER), on=Add)
def independent_terms(g: Add, laws: Laws) -> Outcome:
    """Variances of independent terms add up; a constant has none."""
    moving = [term for term in g.args if is_drawn(term, laws)]
    drawn = [law.args[0] for law in laws]
    if any(sum(depends_on(term, letter) for term in moving) > 1 for letter in drawn):
        return None
    return Add(*(mean_of(Variance, term, laws) for term in moving)) if len(g.args) > 1 else None


@VARIANCES.rule("constant factor", example=Variance(3 * x, BELL), on=Mul)
def squared_factor(g: Mul, laws: Laws) -> Outcome:
    """A constant factor comes out as its square."""
    fixed = [k for k in g.args if not is_drawn(k, laws)]
    moving = [k for k in g.args if is_drawn(k, laws)]
    return Mul(*fixed) ** 2 * mean_of(Variance, Mul(*moving), laws) if fixed and moving else None


@VARIANCES.rule("variance of a normal distribution", example=Variance(x, BELL), on=Symbol)
def variance_of_normal(g: Symbol, laws: Laws) -> Outcome:
    """The second letter of the normal distribution is its variance."""
    found = _normal(g, laws)
    return found and Rewrite(found[1], _is_positive(found[1]))


@VARIANCES.rule("variance of a Gaussian", example=Variance(x, PRODUCT), on=Symbol)
def variance_of_gaussian(g: Symbol, laws: Laws) -> Outcome:
    """Where the log density is a quadratic, its second derivative is -1 over the variance."""
    found = _quadratic(g, laws)
    if found is None:
        return None
    log_density, given, premise = found
    return Rewrite(-1 / D(log_density, g, 2), given, premises=(premise,))


# ------------------------------------------------------------------ what the rules ask


def _normal(g: Symbol, laws: Laws) -> tuple[Expr, Expr] | None:
    """Mean and variance, where g is drawn from a normal distribution."""
    if len(laws) != 1 or laws[0].args[0] != g:
        return None
    density = laws[0].args[1]
    if not isinstance(density, normal_density) or density.args[0] != g:
        return None
    _, m, v = density.args
    return None if depends_on(m, g) or depends_on(v, g) else (m, v)


def _is_positive(v: Expr) -> Boolean:
    found = positive_if(v, Symbol("x"), -oo, oo)
    return v > 0 if found is None else found


def _quadratic(g: Symbol, laws: Laws) -> tuple[Expr, Boolean, tuple[Basic, Basic]] | None:
    """The log density up to a constant, where a look finds that it is a quadratic in g.

    With it the condition, and the premise that its second derivative is a negative constant.
    """
    if len(laws) != 1 or laws[0].args[0] != g or not isinstance(laws[0].args[1], Expr):
        return None
    found = log_of(laws[0].args[1], g, -oo, oo)
    if found is None:
        return None
    log_density = Add(*(term for term in Add.make_args(found[0]) if depends_on(term, g)))
    bent = negative_if(log_density.diff(g, 2).expand(), g, -oo, oo)
    if bent is None or smooth_if(log_density, g, -oo, oo) is not true:
        return None
    given = bent & found[1]
    return log_density, given, (D(log_density, g, 2), NegativeConstants(g, -oo, oo, given))


# ------------------------------------------------------------------ working them out

TABLES = {**EXTREMA, Expectation: MEANS, Variance: VARIANCES}


def worked_out(goal: Expr, budget: Budget | None = None) -> Derivation:
    """The derivation of a moment.

    >>> worked_out(Expectation(2*x + 1, BELL)).result
    7
    """
    return Derivation(search(goal, TABLES, budget), goal, arguments=in_order(goal))
