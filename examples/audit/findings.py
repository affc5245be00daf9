"""What was found about one claim, and the decision that makes a verdict of it.

A finding holds numbers only: what is derived, what the published computation gives, what was
printed, which error was predicted. No verdict is written down anywhere; `judge` works it out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import zip_longest
from typing import Any

import numpy as np
from sympy import Basic, MatrixBase, Tuple

RIGHT = "right"
ORDER = "right to the method's order of error"
FIGURE = "figure wrong"
FRAGILE = "fragile"
METHOD = "method wrong"
VERDICTS = (RIGHT, ORDER, FIGURE, FRAGILE, METHOD)  # of several, the last is the claim's

UNIT_ROUNDOFF = 2.0**-53
ROUNDING = 16 * UNIT_ROUNDOFF  # a handful of roundings, relative to the largest entry
FEWEST_DECIMALS = 8  # NumPy prints that many, and drops zeros at the end
LONGEST = 40  # characters of an exact value in a table
CLOSE = 0.1  # a leading term predicts the error to a tenth


@dataclass(frozen=True)
class Figure:
    """One number or array of a claim: derived, computed as published, as printed.

    `predicted` is the derived leading term of `method - derived`, `bound` a derived bound on its
    size; without them the method has to be exact up to rounding. `derived` is None where the
    quantity does not exist; `because` then says why.
    """

    name: str
    derived: Any
    method: Any
    printed: Any = None
    predicted: Any = 0.0
    bound: float = 0.0
    rounded_to: int | None = None
    because: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a computation gave, and what it complained about while it ran."""

    value: Any
    complaint: str = ""

    @property
    def broken(self) -> bool:
        return bool(self.complaint) or not np.all(np.isfinite(self.value))


@dataclass(frozen=True)
class Trial:
    """The published computation on another input, with what is derived for that input."""

    given: str
    derived: Any
    outcome: Outcome
    tolerance: float = ROUNDING

    @property
    def wrong(self) -> bool:
        return not self.outcome.broken and not agree(
            numbers(self.outcome.value), numbers(self.derived), self.tolerance
        )


@dataclass(frozen=True)
class Finding:
    """All about one claim. `decisions` are the outcomes of a random procedure, draw by draw."""

    figures: tuple[Figure, ...] = ()
    trials: tuple[Trial, ...] = ()
    decisions: Mapping[str, bool] = field(default_factory=dict)
    derivations: tuple[Any, ...] = ()
    notes: tuple[str, ...] = ()


def attempt(computation: Callable[..., Any], *given: Any) -> Outcome:
    """Run a computation: its value, and the first overflow, invalid operation or exception."""
    complaint = ""
    try:
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            return Outcome(computation(*given))
    except (ArithmeticError, ValueError, TypeError) as error:
        complaint = f"{type(error).__name__}: {error}"
    try:
        with np.errstate(all="ignore"):
            return Outcome(computation(*given), complaint)
    except (ArithmeticError, ValueError, TypeError):
        return Outcome(np.nan, complaint)


# ------------------------------------------------------------------ numbers


def numbers(value: Any) -> np.ndarray:
    """A number, a nested list, a SymPy expression or matrix as an array of float64."""
    if isinstance(value, MatrixBase):
        value = value.tolist()
    if isinstance(value, (list, tuple, Tuple)):
        return np.array([numbers(entry) for entry in value], dtype=float)
    if isinstance(value, Basic):
        return np.array(float(value.evalf(25)))
    return np.array(value, dtype=float)


def size(array: np.ndarray) -> float:
    return float(np.max(np.abs(array), initial=0.0))


def agree(left: np.ndarray, right: np.ndarray, tolerance: float) -> bool:
    """The same shape, and entries that differ by no more than `tolerance` of the largest."""
    return left.shape == right.shape and size(left - right) <= tolerance * max(size(right), 1e-300)


def pairs(printed: Any, value: np.ndarray) -> Iterator[tuple[Decimal, float]]:
    """The printed entries beside the computed ones."""
    flat = np.array(printed, dtype=object).ravel()
    yield from ((Decimal(p), float(v)) for p, v in zip(flat, value.ravel(), strict=True))


def misprints(printed: Any, value: np.ndarray, rounded_to: int | None) -> list[str]:
    """The printed entries that are not what the method gives, to the digits that were printed."""
    if np.shape(np.array(printed, dtype=object)) != value.shape:
        return [f"an array of another shape than {value.shape} is printed"]
    return [
        f"printed {p}, the method gives {v:.15g}{slip(p, v)}"
        for p, v in pairs(printed, value)
        if abs(float(p) - v) > 0.5 * 10.0 ** -decimals(p, rounded_to) + ROUNDING * size(value)
    ]


def decimals(printed: Decimal, rounded_to: int | None) -> int:
    exponent = printed.as_tuple().exponent
    shown = -exponent if isinstance(exponent, int) else 0
    return rounded_to if rounded_to is not None else max(shown, FEWEST_DECIMALS)


def slip(printed: Decimal, value: float) -> str:
    """Whether one digit was dropped, put in or changed in print."""
    wrong = str(printed)
    for right in {f"{value:.{digits}g}": None for digits in range(4, 18)}:
        if any(right[:k] + right[k + 1 :] == wrong for k in range(len(right))):
            return ": one digit is lost"
        if any(wrong[:k] + wrong[k + 1 :] == right for k in range(len(wrong))):
            return ": one digit too many"
        if sum(a != b for a, b in zip_longest(right, wrong)) == 1:
            return ": one digit is another"
    return ""


# ------------------------------------------------------------------ the decision


def judge(finding: Finding) -> tuple[str, list[str]]:
    """The verdict on a claim, and the reasons for all of it that is not simply right."""
    opinions = [judge_figure(figure) for figure in finding.figures]
    opinions += [judge_trial(trial) for trial in finding.trials]
    opinions.append(judge_decisions(finding.decisions))
    verdict = max((o[0] for o in opinions), key=VERDICTS.index)
    reasons = [reason for opinion, reason in opinions if opinion != RIGHT]
    return verdict, reasons or ["as derived, up to rounding"]


def judge_figure(figure: Figure) -> tuple[str, str]:
    """Is the method the quantity, up to the predicted error? Is its value what is printed?"""
    method = numbers(figure.method)
    wrong = [] if figure.printed is None else misprints(figure.printed, method, figure.rounded_to)
    printed = "; " + "; ".join(wrong) if wrong else ""
    if figure.derived is None:
        return METHOD, f"{figure.name}: {figure.because}, yet the method gives one{printed}"
    derived = numbers(figure.derived)
    if derived.shape != method.shape:
        shapes = f"derived is {kind(derived)}, the method gives {kind(method)}"
        return METHOD, f"{figure.name}: {shapes}{printed}"
    error, rounding = method - derived, ROUNDING * size(derived)
    if not explained(error, figure, rounding):
        return METHOD, f"{figure.name}: off by {size(error):.3g}, not by rounding{printed}"
    if wrong:
        return FIGURE, f"{figure.name}: " + "; ".join(wrong)
    if size(error) <= rounding:
        return RIGHT, ""
    return ORDER, f"{figure.name}: off by {size(error):.3g}, {prediction(figure)}"


def explained(error: np.ndarray, figure: Figure, rounding: float) -> bool:
    """The error is rounding, or within its bound, or what its leading term says."""
    if size(error) <= max(rounding, figure.bound):
        return True
    predicted = numbers(figure.predicted)
    return size(error - predicted) <= CLOSE * size(predicted) + rounding


def prediction(figure: Figure) -> str:
    if figure.bound:
        return f"derived bound {figure.bound:.3g}"
    return f"predicted {size(numbers(figure.predicted)):.3g}"


def judge_trial(trial: Trial) -> tuple[str, str]:
    outcome = trial.outcome
    if outcome.broken:
        return FRAGILE, f"breaks at {trial.given}: {outcome.complaint or shown(outcome.value)}"
    if trial.wrong:
        value, derived = shown(outcome.value, 6), shown(trial.derived, 6)
        return METHOD, f"counterexample {trial.given}: the method gives {value}, derived {derived}"
    return RIGHT, ""


def judge_decisions(decisions: Mapping[str, bool]) -> tuple[str, str]:
    """A procedure that says yes on one draw and no on the next says nothing on a single one."""
    if len(set(decisions.values())) < 2:
        return RIGHT, ""
    yes = next(draw for draw, decision in decisions.items() if decision)
    no = next(draw for draw, decision in decisions.items() if not decision)
    share = sum(decisions.values()) / len(decisions)
    return FRAGILE, (
        f"the verdict is the draw's: {yes} rejects, {no} does not; "
        f"of {len(decisions)} draws {share:.1%} reject"
    )


# ------------------------------------------------------------------ words


def kind(array: np.ndarray) -> str:
    return "a " + ("scalar" if array.ndim == 0 else "x".join(map(str, array.shape)) + " array")


def shown(value: Any, digits: int = 15) -> str:
    """A value on one line: exact SymPy as it is, if it is not too long, floats to `digits`."""
    if value is None:
        return "none"
    if isinstance(value, MatrixBase):
        value = value.tolist()
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, (list, tuple, Tuple)):
        return "[" + ", ".join(shown(entry, min(digits, 8)) for entry in value) + "]"
    if isinstance(value, (float, np.floating)):
        return f"{float(value) + 0.0:.{digits}g}"
    text = str(value)
    return text if len(text) <= LONGEST else f"about {value.evalf(digits)}"
