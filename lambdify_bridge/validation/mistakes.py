"""Causes that are mistakes in the formula: an operation, or an argument, is taken otherwise.

An alternative formula is the true one with operations replaced; it is named only where it
gives what the function gives at every usual input.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from lambdify_bridge.program import Operation
from lambdify_bridge.validation.alterations import operations
from lambdify_bridge.validation.evidence import Evidence, Sample
from lambdify_bridge.validation.residuals import DEGREE, LN2, LN10, is_factor
from lambdify_bridge.validation.runs import Changes, Operator, operator_of
from lambdify_bridge.validation.table import CauseTable, Example

MISTAKES = CauseTable()
TRIGONOMETRIC = ("sin", "cos", "tan")
INVERSE = ("asin", "acos", "atan", "atan2")


def replaced(evidence: Evidence, changes: Changes) -> bool:
    return bool(changes) and evidence.explains(lambda s, k: evidence.changed(s, changes)[k])


def one_or_all(changes: dict[int, Operator]) -> Iterator[dict[int, Operator]]:
    if len(changes) > 1:
        yield changes
    for k, operator in changes.items():
        yield {k: operator}


def after(how: Callable[[Any], Any], operation: Operation) -> Operator:
    plain = operator_of(operation)
    return lambda *values: how(plain(*values))


def before(how: Callable[[Any], Any], operation: Operation) -> Operator:
    plain = operator_of(operation)
    return lambda *values: plain(*[how(v) for v in values])


# ------------------------------------------------------------------ units, bases, parameters


@MISTAKES.cause(
    "degrees against radians", example=Example("sin(x)*y", lambda x, y: y * np.sin(np.radians(x)))
)
def in_degrees(evidence: Evidence) -> str | None:
    """An angle is taken in degrees where radians are meant, or the other way round"""
    trigonometric = operations(evidence, *TRIGONOMETRIC)
    inverse = operations(evidence, *INVERSE)
    for word, c in (("degrees", DEGREE), ("radians", 1 / DEGREE)):
        turned = {k: before(partial(np.multiply, c), op) for k, op in trigonometric}
        given = {k: after(partial(np.multiply, 1 / c), op) for k, op in inverse}
        for changes in (*one_or_all(turned), *one_or_all(given)):
            if replaced(evidence, changes):
                return f"in {word}"
    if is_factor(evidence, DEGREE, 1 / DEGREE) is not None:
        return "off by the factor pi/180"
    return _argument_taken(
        evidence, {"in degrees": lambda x: x * DEGREE, "in radians": lambda x: x / DEGREE}
    )


@MISTAKES.cause("log base", example=Example("x*log(x) + y", lambda x, y: x * np.log10(x) + y))
def in_another_base(evidence: Evidence) -> str | None:
    """A logarithm or a power has another base than e"""
    logs = operations(evidence, "log", "log1p", "logsumexp")
    for base, c in (("10", LN10), ("2", LN2)):
        changed = {k: after(partial(np.multiply, 1 / c), op) for k, op in logs}
        powers = {k: before(partial(np.multiply, c), op) for k, op in operations(evidence, "exp")}
        natural = {k: after(partial(np.multiply, c), op) for k, op in logs}
        for changes in (*one_or_all(changed), *one_or_all(powers), *one_or_all(natural)):
            if replaced(evidence, changes):
                return f"base {base}"
        if is_factor(evidence, c, 1 / c) is not None:
            return f"off by the factor log({base})"
        other = evidence.formula.in_base(base)
        if other and evidence.explains(lambda s, k, f=other: f(s.inputs)[k]):
            return f"base {base}"
    return None


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def _logit(x: Any) -> Any:
    return np.log(x / (1 - x))


LINKS: dict[str, Callable[[Any], Any]] = {
    "its sigmoid": _sigmoid,
    "its logit": _logit,
    "its logarithm": np.log,
    "its exponential": np.exp,
}
SCALES: dict[str, Callable[[Any], Any]] = {
    "its square": np.square,
    "its root": np.sqrt,
    "its reciprocal": lambda x: 1 / x,
}


@MISTAKES.cause(
    "natural parameter against logit",
    example=Example("-y*log(p) - (1 - y)*log(1 - p)",
                    lambda p, y: np.logaddexp(0, p) - y * p),
)  # fmt: skip
def other_parameter(evidence: Evidence) -> str | None:
    """A probability or a rate stands where its logit or its logarithm is meant, or the reverse"""
    if (found := _argument_taken(evidence, LINKS)) is not None:
        return found
    for name, link in LINKS.items():
        if evidence.explains(lambda s, k, g=link: g(s.expected[k])):
            return f"the result is {name}"
    return _by_another_parameter(evidence)


def _by_another_parameter(evidence: Evidence) -> str | None:
    """Whether a derivative by p is the one by the logit of p, or the reverse."""
    formula = evidence.formula
    if formula.kind not in ("gradient", "derivative") or len(evidence.failing) != 1:
        return None
    if formula.forward is None or any(given.shape for given in formula.arguments):
        return None
    k = formula.wrt[evidence.failing[0]]
    name = formula.arguments[k].name
    for said, power in (("by the logit of", 1), ("by the probability whose logit is", -1)):
        if evidence.explains(
            lambda s, j, p=power: s.expected[j] * (s.inputs[k] * (1 - s.inputs[k])) ** p
        ):
            return f"the derivative is {said} {name}"
    return None


@MISTAKES.cause(
    "another scale parameter",
    example=Example("exp(-(x - m)**2/(2*s**2))/s",
                    lambda m, s, x: np.exp(-((x - m) ** 2) / (2 * s)) / np.sqrt(s),
                    positive="s"),
)  # fmt: skip
def other_scale(evidence: Evidence) -> str | None:
    """A variance is taken for a standard deviation, a rate for a scale, or the other way round"""
    return _argument_taken(evidence, SCALES)


def _argument_taken(evidence: Evidence, links: dict[str, Callable[[Any], Any]]) -> str | None:
    for k, given in enumerate(evidence.formula.arguments):
        if not given.moving:
            continue
        for name, link in links.items():

            def alternative(s: Sample, j: int, k: int = k, g: Any = link) -> Any:
                inputs = list(s.inputs)
                inputs[k] = g(np.asarray(inputs[k], float))
                return evidence.at(inputs)[j]

            if evidence.explains(alternative):
                return (
                    f"{given.name} stands for {name}"
                    if not name.startswith("in ")
                    else f"{given.name} {name}"
                )
    return None


# ------------------------------------------------------------------ another axis


@MISTAKES.cause(
    "wrong axis summed",
    example=Example("X/sum(X, axis=1, keepdims=True)", lambda X: X / X.sum(0), shapes={"X": "n,n"}),
)
def along_another_axis(evidence: Evidence) -> str | None:
    """The sum or the mean runs along another axis"""
    changes: dict[int, Operator] = {}
    for k, operation in operations(evidence, *ALONG):
        other = _other_axis(operation)
        if other is not None:
            changes[k] = operator_of(other)
    return "another axis" if any(replaced(evidence, c) for c in one_or_all(changes)) else None


ALONG = (
    "sum",
    "shift",
    "max",
    "min",
    "logsumexp",
    "lengths",
    "normalise",
    "standardized",
    "inverse_deviation",
)


def _other_axis(operation: Operation) -> Operation | None:
    payload = operation.payload
    if isinstance(payload, int):
        return operation._replace(payload=1 - payload) if payload in (0, 1) else None
    axes, *rest = payload
    if isinstance(axes, tuple) and len(axes) == 1 and axes[0] in (0, 1):
        return operation._replace(payload=((1 - axes[0],), *rest))
    return None
