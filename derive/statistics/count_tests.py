"""Pearson's chi-squared test: of counts against expected counts, and of a table for independence.

Pearson, Philosophical Magazine 1900; Fisher, Journal of the Royal Statistical Society 1922.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Add,
    And,
    Expr,
    Gt,
    ImmutableMatrix,
    Integer,
    Rational,
    Symbol,
    Tuple,
    cancel,
    stats,
)

from derive.calculus.roots_between import textbook
from derive.engine import limited
from derive.probability.distributions import law_of
from derive.probability.quantities import (
    Listed,
    numbers,
    rows_of_numbers,
    with_positive_letters,
)
from derive.rules import Outcome, Rewrite, RuleTable
from derive.statistics import p_values
from derive.statistics.p_values import GREATER, LIMITING, HypothesisTest, LimitingPValue, tested
from derive.statistics.samples import OfSample, counted, table
from derive.statistics.tails import tail

a, b = Symbol("a", positive=True), Symbol("b", positive=True)


class ExpectedCounts(Listed):
    """The counts of a table, row by row, that its margins lead to where they are independent."""

    name = "expected"


class ChiSquaredStatistic(OfSample):
    """How far counts are from expected ones: ChiSquaredStatistic(observed, expected, estimated).

    `estimated`: how many parameters of the expected counts were estimated.
    """

    name, symbol = "χ²", r"\chi^2"


class IndependenceStatistic(OfSample):
    """How far a table of counts is from independence of its rows and columns."""

    name, symbol = "χ²", r"\chi^2"


EXPECTED = RuleTable(ExpectedCounts, lambda goal: goal.args, "expected counts")
STATISTICS = table(ChiSquaredStatistic, "chi-squared statistics")
INDEPENDENCE = RuleTable(
    IndependenceStatistic,
    lambda goal: goal.args,
    "chi-squared statistics of tables",
    tidy=textbook,
)
OBSERVED = Tuple(*map(Integer, (8, 9, 19, 5)))
HYPOTHESIS = Tuple(*(Rational(41, 4),) * 4)
TABLE = ImmutableMatrix([[12, 5], [a, 9]])


@EXPECTED.rule("margins multiplied", example=ExpectedCounts(TABLE))
def margins_multiplied(counts: ImmutableMatrix) -> Outcome:
    """Where rows and columns are independent, a cell has its row's part of its column's count."""
    whole = Add(*counts)
    rows = [Add(*counts.row(i)) for i in range(counts.rows)]
    columns = [Add(*counts.col(j)) for j in range(counts.cols)]
    return Tuple(*(r * c / whole for r in rows for c in columns))


@STATISTICS.rule(
    "squared distances over expected counts", example=ChiSquaredStatistic(OBSERVED, HYPOTHESIS, 0)
)
def squared_distances_over_expected(observed: Tuple, expected: Tuple, used: Expr) -> Outcome:
    """The squared distance of each count from the expected one, over its variance, nearly the
    expected count."""
    terms = ((o - e) ** 2 / e for o, e in zip(observed, expected, strict=True))
    return Rewrite(Add(*terms), And(*(Gt(e, 0) for e in expected)))


@INDEPENDENCE.rule("cell by cell", example=IndependenceStatistic(TABLE))
def cell_by_cell(counts: ImmutableMatrix) -> Outcome:
    """The cells of the table against what its margins lead to; one less than the rows and one less
    than the columns of the margins are estimated."""
    estimated = Integer(counts.rows + counts.cols - 2)
    return ChiSquaredStatistic(Tuple(*counts), ExpectedCounts(counts), estimated)


@LIMITING.rule(
    "chi-squared of counts",
    example=LimitingPValue(ChiSquaredStatistic(OBSERVED, HYPOTHESIS, 0), GREATER),
    on=ChiSquaredStatistic,
)
def chi_squared_of_counts(statistic: Expr, side: Integer) -> Outcome:
    """The hypothesis given, for large counts the statistic has nearly the chi-squared distribution;
    the total takes one degree of freedom, each estimated parameter another."""
    observed, _, used = statistic.args
    return tail(statistic, chi_squared(len(observed.args) - 1 - used), side)


@LIMITING.rule(
    "chi-squared of a table",
    example=LimitingPValue(IndependenceStatistic(TABLE.xreplace({a: Integer(7)})), GREATER),
    on=IndependenceStatistic,
)
def chi_squared_of_a_table(statistic: Expr, side: Integer) -> Outcome:
    """The rows and columns independent, for large counts the statistic has nearly the chi-squared
    distribution; its degrees of freedom are the cells less the margins that are free."""
    (counts,) = statistic.args
    return tail(statistic, chi_squared(Integer((counts.rows - 1) * (counts.cols - 1))), side)


def chi_squared(freedom: Expr) -> Any:
    return law_of(stats.ChiSquared("X", freedom))


TABLES: dict[type, RuleTable] = {
    **p_values.TABLES,
    ExpectedCounts: EXPECTED,
    ChiSquaredStatistic: STATISTICS,
    IndependenceStatistic: INDEPENDENCE,
}


# ------------------------------------------------------------------ what the user calls


@limited
def chi_squared_test(
    observed: Any, expected: Any = None, estimated: Any = 0, timeout: float = 20.0
) -> HypothesisTest:
    """Whether counts are as expected; of a table of counts, whether rows and columns are
    independent.

    observed: the counts, or the rows of a table; expected: as many counts or weights, alike where
    nothing is said; estimated: how many parameters of these come from the counts.
    Letters are positive. Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> chi_squared_test([8, 12]).statistic.result
    4/5
    >>> chi_squared_test([[10, 20], [20, 10]]).statistic.result
    20/3
    """
    if isinstance(observed, (list, tuple)) and observed and isinstance(observed[0], (list, tuple)):
        statistic: Expr = IndependenceStatistic(_table_of_counts(observed))
        if expected is not None:
            raise ValueError("a table of counts is tested for independence: it has no expected")
    else:
        counts = [_count(value) for value in numbers(observed)]
        statistic = ChiSquaredStatistic(
            Tuple(*counts), Tuple(*_expected(expected, counts)), _used(estimated, len(counts))
        )
    return tested(statistic, LimitingPValue(statistic, GREATER), TABLES, timeout)


def _count(value: Expr) -> Expr:
    found = with_positive_letters(value)
    if found.is_negative:
        raise ValueError(f"{value} is no count: it is negative")
    return found


def _table_of_counts(question: Any) -> ImmutableMatrix:
    counts = ImmutableMatrix([[_count(v) for v in row] for row in rows_of_numbers(question)])
    if min(counts.shape) < 2:
        raise ValueError("a table has two rows and two columns, or more")
    margins = [Add(*counts.row(i)) for i in range(counts.rows)]
    margins += [Add(*counts.col(j)) for j in range(counts.cols)]
    if any(margin == 0 for margin in margins):
        raise ValueError("a row or a column of zeros says nothing: leave it out")
    return counts


def _expected(expected: Any, counts: list[Expr]) -> list[Expr]:
    """As large together as the counts."""
    size, whole = len(counts), Add(*counts)
    if size < 2:
        raise ValueError("two counts or more are needed")
    if expected is None:
        return [whole / size] * size
    weights = [with_positive_letters(value) for value in numbers(expected)]
    if len(weights) != size or any(weight.is_positive is False for weight in weights):
        raise ValueError("each count has an expected one, which is positive")
    total = Add(*weights)
    return [cancel(weight * whole / total) for weight in weights]


def _used(estimated: Any, cells: int) -> Expr:
    if estimated == 0:
        return Integer(0)
    found = counted(estimated)
    if not found.is_Integer or found > cells - 2:
        raise ValueError("at least one degree of freedom has to be left")
    return found
