"""Linear combinations of letters that are drawn: means, variances and covariances by algebra alone.

Nothing but the means and the covariance matrix of the letters is known, or their laws, which are
independent of each other (Blitzstein and Hwang, Introduction to Probability, section 7.3).
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

from sympy import Add, Basic, Expr, ImmutableMatrix, Mul, S, Symbol, Tuple, expand, stats

from derive.asked import asked, letter, scalar
from derive.calculus.integrals.integrate import exact
from derive.core import Derivation
from derive.engine import limited
from derive.probability import expectations
from derive.probability.expectations import drawn, letters_and_laws
from derive.probability.moments import (
    Expectation,
    Laws,
    Moment,
    Variance,
    is_drawn,
    mean_of,
    tidied,
)
from derive.probability.quantities import Quantity, numbers, with_real_letters, worked_out
from derive.probability.random_variables import formula_of, random_variable
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import depends_on

X, Y = Symbol("X", real=True), Symbol("Y", real=True)
a, b, c = (Symbol(name, real=True) for name in "abc")
v, w = Symbol("v", positive=True), Symbol("w", positive=True)
SPREAD = ImmutableMatrix([[v, c], [c, w]])


class Combination(Quantity):
    """An operator on linear formulas in letters of which moments are known; these come last."""

    bound = (-2,)

    @property
    def free_symbols(self) -> set[Basic]:
        *formulas, letters, known = self.args
        inside = set().union(*(g.free_symbols for g in formulas)) - set(letters)
        return inside | known.free_symbols

    def _sympystr(self, printer: Any) -> str:
        if not getattr(printer, "as_on_paper", False):
            return super()._sympystr(printer)
        return f"{self.name}[{', '.join(map(printer._print, self.args[:-2]))}]"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        inside = r",\, ".join(map(printer._print, self.args[:-2]))
        power = f"^{{{exp}}}" if exp else ""
        return rf"\operatorname{{{self.name}}}{power}\left[{inside}\right]"


class MeanOfCombination(Combination):
    """MeanOfCombination(g, letters, means)."""

    name = "E"


class VarianceOfCombination(Combination):
    """VarianceOfCombination(g, letters, covariance matrix)."""

    name = "Var"


class CovarianceOfCombinations(Combination):
    """CovarianceOfCombinations(g, h, letters, covariance matrix)."""

    name = "Cov"


class LawCovariance(Moment):
    """The covariance of g and h, of independent letters: LawCovariance((g, h), (x, law), ...)."""

    name = "Cov"

    def __new__(cls, pair: Any, *laws: Any) -> LawCovariance:
        return Moment.__new__(cls, Tuple(*pair), *laws)


def unpack(goal: Combination) -> tuple[Any, ...]:
    return goal.args


MEANS = RuleTable(MeanOfCombination, unpack, "means of combinations", tidy=expand)
VARIANCES = RuleTable(VarianceOfCombination, unpack, "variances of combinations", tidy=expand)
COVARIANCES = RuleTable(
    CovarianceOfCombinations, unpack, "covariances of combinations", tidy=expand
)
OF_LAWS = RuleTable(
    LawCovariance,
    lambda goal: (*goal.args[0], goal.args[1:]),
    "covariances of independent letters",
    tidy=tidied,
)


def weights(g: Expr, letters: Tuple) -> tuple[list[Expr], Expr] | None:
    """The factor of each letter, and the constant; None where g is not linear.

    >>> weights(2 * X - Y + 1, Tuple(X, Y))
    ([2, -1], 1)
    """
    read = expand(g).as_poly(*letters)
    if read is None or read.total_degree() > 1:
        return None
    factors = [read.coeff_monomial(x) for x in letters]
    return factors, read.coeff_monomial(1)


# ------------------------------------------------------------------ where moments are known


@MEANS.rule(
    "linearity", example=MeanOfCombination(a * X + b * Y + c, (X, Y), (v, w)), on=(Add, Mul)
)
def linearity(g: Expr, letters: Tuple, means: Tuple) -> Outcome:
    """The mean of a sum is the sum of the means, whether or not the letters are independent;
    constant factors come out."""
    found = weights(g, letters)
    if found is None:
        return None
    factors, constant = found
    each = (f * MeanOfCombination(x, letters, means) for f, x in zip(factors, letters, strict=True))
    return Add(*each, constant)


@MEANS.rule("known mean", example=MeanOfCombination(X, (X, Y), (v, w)), on=Symbol)
def known_mean(g: Symbol, letters: Tuple, means: Tuple) -> Outcome:
    """The mean of the letter is known."""
    return means[list(letters).index(g)] if g in letters.args else None


@VARIANCES.rule(
    "variance of a sum",
    example=VarianceOfCombination(a * X + b * Y + 3, (X, Y), SPREAD),
    on=(Add, Mul),
)
def variance_of_sum(g: Expr, letters: Tuple, spread: Basic) -> Outcome:
    """(a U + b V + c) less its mean is a (U - E U) + b (V - E V): squared, each variance comes with
    the square of its factor, and each covariance twice with both factors; constants do not vary."""
    found = weights(g, letters)
    if found is None:
        return None
    terms = [(f, x) for f, x in zip(found[0], letters, strict=True) if f != 0]
    own = (f**2 * VarianceOfCombination(x, letters, spread) for f, x in terms)
    both = (
        2 * e * f * CovarianceOfCombinations(x, y, letters, spread)
        for (e, x), (f, y) in combinations(terms, 2)
    )
    return Add(*own, *both)


@VARIANCES.rule("known variance", example=VarianceOfCombination(X, (X, Y), SPREAD), on=Symbol)
def known_variance(g: Symbol, letters: Tuple, spread: Any) -> Outcome:
    """The variance of a letter stands on the diagonal of the covariance matrix."""
    return _entry(g, g, letters, spread)


@COVARIANCES.rule(
    "known covariance", example=CovarianceOfCombinations(X, Y, (X, Y), SPREAD), on=Symbol
)
def known_covariance(g: Expr, h: Expr, letters: Tuple, spread: Any) -> Outcome:
    """The covariance of two letters is an entry of the covariance matrix."""
    return _entry(g, h, letters, spread)


@COVARIANCES.rule(
    "bilinearity", example=CovarianceOfCombinations(a * X + Y, X - b * Y, (X, Y), SPREAD)
)
def bilinearity(g: Expr, h: Expr, letters: Tuple, spread: Basic) -> Outcome:
    """A covariance is linear in both of its places: each term of the one with each of the other."""
    first, second = (weights(each, letters) for each in (g, h))
    if first is None or second is None:
        return None
    terms = (
        e * f * (
            VarianceOfCombination(x, letters, spread)
            if x == y
            else CovarianceOfCombinations(x, y, letters, spread)
        )
        for e, x in zip(first[0], letters, strict=True)
        for f, y in zip(second[0], letters, strict=True)
    )  # fmt: skip
    return Add(*terms)


def _entry(g: Expr, h: Expr, letters: Tuple, spread: Any) -> Expr | None:
    names = list(letters)
    return spread[names.index(g), names.index(h)] if g in names and h in names else None


# ------------------------------------------------------------------ of independent letters

NORMAL, POISSON = drawn(X, stats.Normal("X", a, v)), drawn(Y, stats.Poisson("Y", w))


@OF_LAWS.rule("bilinearity", example=LawCovariance((a * X + Y, X - b * Y), NORMAL, POISSON))
def bilinearity_of_laws(g: Expr, h: Expr, laws: Laws) -> Outcome:
    """A covariance is linear in both of its places; constants do not vary with anything."""
    first, second = (_terms(each, laws) for each in (g, h))
    if len(first) == len(second) == 1 and first[0][0] == second[0][0] == 1:
        plain = first[0][1] == g and second[0][1] == h
        return None if plain else _covariance(first[0][1], second[0][1], laws)
    return Add(*(e * f * _covariance(s, t, laws) for e, s in first for f, t in second))


def _terms(g: Expr, laws: Laws) -> list[tuple[Expr, Expr]]:
    """Constant factor and moving part of each term that varies."""
    letters = [law.args[0] for law in laws]
    parts = (t.as_independent(*letters, as_Add=False) for t in Add.make_args(expand(g)))
    return [(fixed, moving) for fixed, moving in parts if is_drawn(moving, laws)]


def _covariance(g: Expr, h: Expr, laws: Laws) -> Expr:
    if g == h:
        return mean_of(Variance, g, laws)
    return mean_of(LawCovariance, Tuple(g, h), laws)


@OF_LAWS.rule("independent", example=LawCovariance((X, Y), NORMAL, POISSON))
def independent(g: Expr, h: Expr, laws: Laws) -> Outcome:
    """No letter stands in both: they are independent, and what has a mean does not vary with the
    other."""
    if any(depends_on(g, law.args[0]) and depends_on(h, law.args[0]) for law in laws):
        return None
    each = ((mean_of(Expectation, part, laws), S.Reals) for part in (g, h))
    return Rewrite(S.Zero, premises=tuple(each))


@OF_LAWS.rule("with itself", example=LawCovariance((X, X), NORMAL))
def with_itself(g: Expr, h: Expr, laws: Laws) -> Outcome:
    """The covariance of a number with itself is its variance."""
    return Variance(g, *laws) if g == h else None


@OF_LAWS.rule(
    "mean of the product less the product of the means", example=LawCovariance((X, X**2), NORMAL)
)
def covariance_by_moments(g: Expr, h: Expr, laws: Laws) -> Outcome:
    """E[(g - E g)(h - E h)], multiplied out."""
    means = mean_of(Expectation, g, laws) * mean_of(Expectation, h, laws)
    return mean_of(Expectation, expand(g * h), laws) - means


TABLES: dict[type, RuleTable] = {
    MeanOfCombination: MEANS,
    VarianceOfCombination: VARIANCES,
    CovarianceOfCombinations: COVARIANCES,
}
TABLES_OF_LAWS: dict[type, RuleTable] = {**expectations.TABLES, LawCovariance: OF_LAWS}


# ------------------------------------------------------------------ what the user calls


def of_variables(g: Any, h: Any, variables: tuple[Any, ...], timeout: float) -> Derivation:
    """The covariance of two formulas in independent random variables."""
    read = tuple(map(random_variable, variables))
    laws = [Tuple(*each) for each in letters_and_laws(read)]
    pair = Tuple(*(formula_of(each, *read) for each in (g, h)))
    if not all(is_drawn(each, tuple(laws)) for each in pair):
        raise ValueError(f"{g} and {h} have to hold letters that are drawn")
    kept = (law for law in laws if depends_on(pair, law[0]))
    return expectations.worked_out(LawCovariance(pair, *kept), timeout, TABLES_OF_LAWS)


def _letters(names: Any) -> tuple[Tuple, Any]:
    """The letters, and the law where they are given by one."""
    if isinstance(names, str) and "~" in names:
        one = random_variable(names)
        if len(one.parameters) != 2 or not isinstance(one.parameters[1], ImmutableMatrix):
            raise ValueError(f"{one} has no covariance matrix: write a MultivariateNormal law")
        return Tuple(*(Symbol(s.name, real=True) for s in one.letters)), one
    listed = names if isinstance(names, (list, tuple)) else [names]
    found = [Symbol(letter(name).name, real=True) for name in listed]
    if not found or len(set(found)) < len(found):
        raise ValueError("the letters that are drawn have names of their own")
    return Tuple(*found), None


def _linear(g: Any, letters: Tuple) -> Expr:
    formula = with_real_letters(exact(scalar(g)))
    if weights(formula, letters) is None:
        raise ValueError(f"{g} is no linear combination of {', '.join(map(str, letters))}")
    return formula


def _spread(letters: Tuple, covariance: Any) -> ImmutableMatrix:
    """The covariance matrix; where none is given, letters v_X on the diagonal and c_XY beside."""
    n = len(letters)
    if covariance is None:
        return ImmutableMatrix(n, n, lambda i, j: _named(letters, i, j))
    read = asked(covariance)
    if not isinstance(read, ImmutableMatrix) or read.shape != (n, n) or read != read.T:
        raise ValueError(f"the covariance matrix is a symmetric matrix of {n} by {n}")
    spread = read.applyfunc(lambda entry: with_real_letters(exact(entry)))
    if any(spread[:k, :k].det().is_negative for k in range(1, n + 1)):
        raise ValueError("no letters vary like this: the covariance matrix has a negative minor")
    return ImmutableMatrix(spread)


def _named(letters: Tuple, i: int, j: int) -> Symbol:
    if i == j:
        return Symbol(f"v_{letters[i]}", nonnegative=True)
    return Symbol(f"c_{letters[min(i, j)]}{letters[max(i, j)]}", real=True)


@limited
def mean_of_combination(
    g: Any, letters: Any, means: Any = None, timeout: float = 20.0
) -> Derivation:
    """The mean of a linear combination of letters of which only the means are known.

    `means`: one for each letter; where none are given they are called m_X, m_Y, ...
    Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> mean_of_combination("a*X - 2*Y + 1", ["X", "Y"]).result
    a*m_X - 2*m_Y + 1
    """
    names, law = _letters(letters)
    if law is not None:
        known = list(law.parameters[0])
    elif means is None:
        known = [Symbol(f"m_{x}", real=True) for x in names]
    else:
        known = [with_real_letters(each) for each in numbers(means)]
    if len(known) != len(names):
        raise ValueError("write one mean for each letter")
    goal = MeanOfCombination(_linear(g, names), names, Tuple(*known))
    return worked_out(goal, TABLES, timeout)


@limited
def variance_of_combination(
    g: Any, letters: Any, covariance: Any = None, timeout: float = 20.0
) -> Derivation:
    """The variance of a linear combination of correlated letters, by their covariance matrix.

    `letters`: names, or the text of a MultivariateNormal law. `covariance`: a matrix; without one
    the variances are called v_X, v_Y and the covariances c_XY.
    Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> variance_of_combination("a*X + b*Y + c", ["X", "Y"]).result
    a**2*v_X + 2*a*b*c_XY + b**2*v_Y
    """
    names, law = _letters(letters)
    spread = _spread(names, covariance) if law is None else law.parameters[1]
    return worked_out(VarianceOfCombination(_linear(g, names), names, spread), TABLES, timeout)


@limited
def covariance_of_combinations(
    g: Any, h: Any, letters: Any, covariance: Any = None, timeout: float = 20.0
) -> Derivation:
    """The covariance of two linear combinations; asked as `variance_of_combination`.

    >>> covariance_of_combinations("X + Y", "X - Y", ["X", "Y"]).result
    v_X - v_Y
    """
    names, law = _letters(letters)
    spread = _spread(names, covariance) if law is None else law.parameters[1]
    goal = CovarianceOfCombinations(_linear(g, names), _linear(h, names), names, spread)
    return worked_out(goal, TABLES, timeout)
