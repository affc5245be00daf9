"""Samples, as their numbers or as the sums of these, and what is worked out of them.

`Sums(n, S, Q)` is any sample of n numbers that add up to S and whose squares add up to Q,
`Summary(n, m, v)` any of n numbers with the mean m and the sample variance v, and `Totals` one of
which other sums are known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import Add, And, Basic, Expr, Gt, Integer, Max, Min, Symbol, Tuple, oo
from sympy.logic.boolalg import Boolean

from derive.asked import asked, scalar
from derive.calculus.integrals.integrate import exact
from derive.probability.quantities import (
    Printed,
    Quantity,
    finite,
    numbers,
    with_positive_letters,
    with_real_letters,
)
from derive.rules import Outcome, Rewrite, RuleTable

FEW = 6  # numbers of a sample that are printed one by one


class Sums(Printed):
    """A sample of which only the size, the sum and the sum of squares are known."""

    name = "sample"

    def _sympystr(self, printer: Any) -> str:
        n, S, Q = map(printer._print, self.args)
        on_paper = getattr(printer, "as_on_paper", False)
        return f"{n} of x, Σx = {S}, Σx² = {Q}" if on_paper else f"Sums({n}, {S}, {Q})"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        n, S, Q = map(printer._print, self.args)
        return rf"{n} \text{{ of }} x,\ \Sigma x = {S},\ \Sigma x^2 = {Q}"


class Totals(Printed):
    """A sample of which the size is known, sums of functions of the numbers, and perhaps the least
    and the largest number: Totals(n, x, ((T, sum), ...), (least, largest)), infinite if unknown.
    """

    name = "sample"
    bound = (1,)

    def _sympystr(self, printer: Any) -> str:
        if not getattr(printer, "as_on_paper", False):
            return super()._sympystr(printer)
        words = (f"Σ{T} = {total}" for T, total in self._printed(printer, "least", "largest"))
        return ", ".join([f"{printer._print(self.args[0])} of x", *words]).replace("Σ@", "")

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        named = self._printed(printer, r"\text{least}", r"\text{largest}")
        words = (rf"\Sigma {T} = {total}" for T, total in named)
        size = rf"{printer._print(self.args[0])} \text{{ of }} x"
        return r",\ ".join([size, *words]).replace(r"\Sigma @", "")

    def _printed(self, printer: Any, *names: str) -> list[tuple[str, str]]:
        """What is known, by its name; an @ where nothing is added up."""
        _, _, sums, ends = self.args
        known = [(f"@{name}", end) for name, end in zip(names, ends, strict=True) if end.is_finite]
        rows = [(printer._print(T), total) for T, total in sums]
        return [(T, printer._print(total)) for T, total in rows + known]


class Summary(Printed):
    """A sample of which only the size, the mean and the variance over n - 1 are known."""

    name = "sample"

    def _sympystr(self, printer: Any) -> str:
        n, m, v = map(printer._print, self.args)
        on_paper = getattr(printer, "as_on_paper", False)
        return f"{n} of mean {m}, variance {v}" if on_paper else f"Summary({n}, {m}, {v})"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        n, m, v = map(printer._print, self.args)
        return rf"{n} \text{{ of mean }} {m},\ \text{{variance }} {v}"


n, k = (Symbol(name, integer=True, positive=True) for name in "nk")
mean, v = Symbol("m", real=True), Symbol("v", positive=True)
IN_SHORT = Summary(n + 1, mean, v)
A = Tuple(*map(Integer, (2, 3, 7, 5)))
B = Tuple(*map(Integer, (1, 4, 4, 9, 6)))


def size(sample: Basic) -> Expr:
    return Integer(len(sample.args)) if isinstance(sample, Tuple) else sample.args[0]


def totals(sample: Basic, x: Symbol) -> dict[Expr, Expr]:
    """The functions of x of which the sum is known, where the numbers are not."""
    if isinstance(sample, Totals):
        own = {sample.args[1]: x}
        return {T.xreplace(own): total for T, total in sample.args[2]}
    if isinstance(sample, Summary):
        n, m, v = sample.args
        return {x: n * m, x**2: (n - 1) * v + n * m**2}
    return {x: sample.args[1], x**2: sample.args[2]}


def ends(sample: Basic) -> tuple[Expr, Expr]:
    """The least and the largest number; infinite, or no number, where they are not known."""
    if isinstance(sample, Tuple):
        return Min(*sample), Max(*sample)
    return sample.args[3] if isinstance(sample, Totals) else (-oo, oo)


def sum_of(sample: Basic) -> Expr:
    return sample.args[1] if isinstance(sample, Sums) else Add(*sample.args)


def sum_of_squares_of(sample: Basic) -> Expr:
    return sample.args[2] if isinstance(sample, Sums) else Add(*(x**2 for x in sample.args))


def at_least(count: int, *samples: Basic) -> Boolean:
    """The condition that there are so many numbers, where a letter stands for how many."""
    return And(*(Gt(size(sample), count - 1) for sample in samples))


def in_short(printer: Any, part: Basic, dots: str, space: str) -> str:
    """The first and the last of many numbers, as they are printed."""
    if not isinstance(part, Tuple) or len(part) <= FEW:
        return str(printer._print(part))
    first, last = ([printer._print(x) for x in some] for some in (part[: FEW - 2], part[-1:]))
    return f"({f',{space} '.join([*first, dots, *last])})"


class OfSample(Quantity):
    """An operator on a sample: a tuple of numbers, or Sums."""

    symbol = ""

    def _sympystr(self, printer: Any) -> str:
        if not getattr(printer, "as_on_paper", False):
            return super()._sympystr(printer)
        parts = [in_short(printer, part, "...", "") for part in self.args]
        alone = len(parts) == 1 and isinstance(self.args[0], Tuple)
        return self.name + (parts[0] if alone else f"({', '.join(parts)})")

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        inside = r",\ ".join(in_short(printer, p, r"\ldots", "\\ ") for p in self.args)
        power = f"^{{{exp}}}" if exp else ""
        return rf"{{{self.symbol}}}{power}\left({inside}\right)"


class SampleMean(OfSample):
    """The sum of the numbers over how many there are."""

    name, symbol = "mean", r"\operatorname{mean}"


class SquaresAboutMean(OfSample):
    """The sum of the squares of the distances from the mean."""

    name, symbol = "SS", r"\operatorname{SS}"


class SampleVariance(OfSample):
    """The squares about the mean over n - 1."""

    name, symbol = "s²", "s^2"


class SquaredError(OfSample):
    """The square of the standard error of the mean: the sample variance over n."""

    name, symbol = "SE²", r"\operatorname{SE}^2"


def table(operator: type, title: str) -> RuleTable:
    return RuleTable(operator, lambda goal: goal.args, title)


MEANS, SQUARES_ABOUT = table(SampleMean, "sample means"), table(SquaresAboutMean, "sums of squares")
VARIANCES, ERRORS = (
    table(SampleVariance, "sample variances"),
    table(SquaredError, "standard errors"),
)


@MEANS.rule("the mean is given", example=SampleMean(IN_SHORT), on=Summary)
def the_mean_is_given(sample: Basic) -> Outcome:
    """The mean is known."""
    return sample.args[1]


@SQUARES_ABOUT.rule("from the variance", example=SquaresAboutMean(IN_SHORT), on=Summary)
def from_the_variance(sample: Basic) -> Outcome:
    """The sample variance is known: it is the sum of squares over n - 1."""
    n, _, v = sample.args
    return Rewrite((n - 1) * v, at_least(2, sample))


@VARIANCES.rule("the variance is given", example=SampleVariance(IN_SHORT), on=Summary)
def the_variance_is_given(sample: Basic) -> Outcome:
    """The sample variance is known."""
    return Rewrite(sample.args[2], at_least(2, sample))


@MEANS.rule("sum over size", example=SampleMean(A))
def sum_over_size(sample: Basic) -> Outcome:
    """The numbers added up, over how many there are."""
    return sum_of(sample) / size(sample)


@SQUARES_ABOUT.rule("squares less the square of the mean", example=SquaresAboutMean(A))
def squares_less_square_of_mean(sample: Basic) -> Outcome:
    """The squares about the mean add up to the squares less n times that of the mean."""
    return sum_of_squares_of(sample) - size(sample) * SampleMean(sample) ** 2


@VARIANCES.rule("sum of squares over n - 1", example=SampleVariance(A))
def sum_of_squares_over_n_less_one(sample: Basic) -> Outcome:
    """One of the n distances from the mean follows from the others: over n - 1 there is no bias."""
    return Rewrite(SquaresAboutMean(sample) / (size(sample) - 1), at_least(2, sample))


@ERRORS.rule("variance of the mean", example=SquaredError(A))
def variance_of_the_mean(sample: Basic) -> Outcome:
    """The mean of n independent numbers varies n times less than one of them."""
    return Rewrite(SampleVariance(sample) / size(sample), at_least(2, sample))


TABLES: dict[type, RuleTable] = {
    SampleMean: MEANS,
    SquaresAboutMean: SQUARES_ABOUT,
    SampleVariance: VARIANCES,
    SquaredError: ERRORS,
}


# ------------------------------------------------------------------ what the user writes


def known(value: Any) -> Expr:
    """A number or a formula of real letters, exactly."""
    return with_real_letters(finite(value))


def counted(value: Any) -> Expr:
    """How many: a whole number, or a letter for one."""
    found = exact(scalar(value))
    plain = [s for s in sorted(found.free_symbols, key=str) if s.is_integer is None]
    found = found.xreplace({s: Symbol(s.name, integer=True, positive=True) for s in plain})
    if found.is_integer is False or found.is_positive is False:
        raise ValueError(f"a sample has 1, 2, 3, ... numbers, not {found}")
    return found


def sample_of(question: Any, least: int = 2) -> Basic:
    """A list of numbers, or what is known of it: {"n": ..., "mean": ..., "sd": ...}.

    The spread is given as "sd" or "variance" over n - 1; or "sum" and "squares" are given.
    """
    if isinstance(question, (Sums, Summary, Tuple)):
        return question
    if isinstance(question, Mapping):
        return summary(question)
    if isinstance(question, str):
        question = asked(question)
    values = [with_real_letters(value) for value in numbers(question)]
    if len(values) < least:
        raise ValueError(f"a sample of {least} or more numbers is needed, not {len(values)}")
    return Tuple(*values)


WAYS = ({"n", "mean", "sd"}, {"n", "mean", "variance"}, {"n", "sum", "squares"})


def summary(given: Mapping[str, Any]) -> Basic:
    """From a size with mean and spread, or with the sums of the numbers and of their squares."""
    if set(given) not in WAYS:
        ways = " or ".join("{" + ", ".join(sorted(way)) + "}" for way in WAYS)
        raise ValueError(f"a sample is a list of numbers, or is summed up by {ways}")
    count = counted(given["n"])
    if "sum" in given:
        total, squares = known(given["sum"]), known(given["squares"])
        if (count * squares - total**2).is_negative:
            raise ValueError(f"the squares of {count} numbers of the sum {total} add up to more")
        return Sums(count, total, squares)
    variance = spread(given["sd"]) ** 2 if "sd" in given else spread(given["variance"])
    return Summary(count, known(given["mean"]), variance)


def spread(value: Any) -> Expr:
    """A standard deviation or a variance: a positive number, or a formula of positive letters."""
    found = with_positive_letters(finite(value))
    if found.is_positive is False:
        raise ValueError(f"a spread is positive, not {found}")
    return found
