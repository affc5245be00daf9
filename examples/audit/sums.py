"""Totals, means, covariances and norms of listed numbers, derived by the engine.

A new operator costs a class, a rule and a numerical estimator: here are five of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import Abs, Add, Basic, Expr, Rational, Symbol, Tuple, sqrt, sympify

from derive.core import Derivation
from derive.engine import derive
from derive.rules import RuleTable
from lambdify_bridge.evaluate import Evaluator, Number, estimator


class Listed(Expr):
    """An operator on listed numbers."""

    is_commutative = True
    words = ""

    def __new__(cls, *args: Any) -> Listed:
        return Expr.__new__(cls, *(sympify(each) for each in args))

    def _sympystr(self, printer: Any) -> str:
        inside = [printer._print(each) for each in self.args]
        lists = [f"[{i[1:-1]}]" if i.startswith("(") else i for i in inside]
        return f"{self.words}({', '.join(lists)})"

    def _latex(self, printer: Any) -> str:
        inside = ", ".join(printer._print(a) for a in self.args)
        return rf"\operatorname{{{self.words}}}\left({inside}\right)"


class TotalOf(Listed):
    words = "total"


class MeanOf(Listed):
    words = "mean"


class CovarianceOf(Listed):
    """CovarianceOf(x, y, d) divides by n - d: d = 0 for a population, 1 for a sample."""

    words = "cov"


class CorrelationOf(Listed):
    words = "corr"


class NormOf(Listed):
    """NormOf(x, p): the p-th root of the total of the p-th powers of the sizes."""

    words = "norm"


def unpack(goal: Listed) -> tuple[Basic, ...]:
    return goal.args


a, b, c = (Symbol(name, real=True) for name in "abc")
ABC = Tuple(a, b, c)
TABLES = {head: RuleTable(head, unpack, head.words) for head in Listed.__subclasses__()}


@TABLES[TotalOf].rule("total", example=TotalOf(ABC))
def total(x: Tuple) -> Expr:
    """Add the entries up."""
    return Add(*x)


@TABLES[MeanOf].rule("mean", example=MeanOf(ABC))
def mean(x: Tuple) -> Expr:
    """The total, divided by how many there are."""
    return TotalOf(x) / len(x)


@TABLES[CovarianceOf].rule("covariance", example=CovarianceOf(ABC, ABC, 0))
def covariance(x: Tuple, y: Tuple, d: Expr) -> Expr:
    """The products of the deviations from the means, added up and divided by n - d."""
    products = [(u - MeanOf(x)) * (v - MeanOf(y)) for u, v in zip(x, y, strict=True)]
    return TotalOf(Tuple(*products)) / (len(x) - d)


@TABLES[CorrelationOf].rule("correlation", example=CorrelationOf(ABC, ABC))
def correlation(x: Tuple, y: Tuple) -> Expr:
    """The covariance in units of both standard deviations."""
    return CovarianceOf(x, y, 0) / sqrt(CovarianceOf(x, x, 0) * CovarianceOf(y, y, 0))


@TABLES[NormOf].rule("norm", example=NormOf(ABC, 2))
def norm(x: Tuple, p: Expr) -> Expr:
    """The p-th root of the total of the p-th powers of the sizes."""
    return TotalOf(Tuple(*(Abs(entry) ** p for entry in x))) ** (1 / p)


# ------------------------------------------------------------------ numbers, another way each


def entries(node: Basic, at: Evaluator, which: int = 0) -> list[Number]:
    return [at(entry) for entry in node.args[which].args]


@estimator("TotalOf")
def total_by_fsum(node: Basic, at: Evaluator) -> Number:
    return at.ctx.fsum(entries(node, at))


@estimator("MeanOf")
def mean_by_updating(node: Basic, at: Evaluator) -> Number:
    """One entry at a time: the mean moves by its share of the surprise."""
    so_far = at.ctx.zero
    for k, entry in enumerate(entries(node, at), 1):
        so_far += (entry - so_far) / k
    return so_far


@estimator("CovarianceOf")
def covariance_by_pairs(node: Basic, at: Evaluator) -> Number:
    """Half the mean product of differences, over all pairs: no mean is needed."""
    x, y, n = entries(node, at), entries(node, at, 1), len(node.args[0].args)
    products = [(x[i] - x[j]) * (y[i] - y[j]) for i in range(n) for j in range(i)]
    return at.ctx.fsum(products) / n / (n - at(node.args[2]))


@estimator("CorrelationOf")
def correlation_by_regression(node: Basic, at: Evaluator) -> Number:
    """The slope of y by x, scaled: cov(x, y)/var(x) times the ratio of the spreads."""
    x, y = node.args
    by_pairs = [at(CovarianceOf(*two, 1)) for two in ((x, y), (x, x), (y, y))]
    return by_pairs[0] / by_pairs[1] * at.ctx.sqrt(by_pairs[1] / by_pairs[2])


@estimator("NormOf")
def norm_by_mpmath(node: Basic, at: Evaluator) -> Number:
    return at.ctx.norm(entries(node, at), at(node.args[1]))


# ------------------------------------------------------------------ what the audit calls


def exact(values: Sequence[Any]) -> Tuple:
    """Listed numbers as fractions; decimals as they are written."""
    return Tuple(*(Rational(str(v)) for v in values))


def worked_out(goal: Listed) -> Derivation:
    """
    >>> worked_out(MeanOf(exact([1, 2, 6]))).result
    3
    """
    return Derivation(derive(goal, TABLES), goal)
