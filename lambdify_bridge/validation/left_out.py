"""Causes that are something left out: a factor, a function, a power, or one in a count."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from lambdify_bridge.validation.alterations import (
    Alteration,
    always,
    arguments_changed,
    first,
    operations,
)
from lambdify_bridge.validation.evidence import Evidence
from lambdify_bridge.validation.part_text import text_of
from lambdify_bridge.validation.runs import operator_of
from lambdify_bridge.validation.table import CauseTable, Example

LEFT_OUT = CauseTable()
PLAIN = (1.0, -1.0, 2.0, -2.0, 0.5, -0.5, 0.0)


# ------------------------------------------------------------------ off by one


@LEFT_OUT.cause(
    "off by one",
    example=Example("y + x**(y - 1)", lambda x, y: y + x**y, positive="x y"),
)
def is_off_by_one(evidence: Evidence) -> str | None:
    """A count, an index or an exponent is one too large or too small"""
    return first(evidence, ones_off(evidence))


def ones_off(evidence: Evidence) -> Iterator[Alteration]:
    whole = _whole_arguments(evidence)
    yield from arguments_changed(evidence, "{0} - 1 stands for {0}", whole, lambda n: n - 1)
    yield from arguments_changed(evidence, "{0} + 1 stands for {0}", whole, lambda n: n + 1)
    for k, operation in operations(evidence, "add", "sub"):
        for place, each in enumerate(operation.operands):
            if _is_one(evidence, each):
                other = 1 - place
                sign = -1.0 if operation.name == "sub" and place == 0 else 1.0
                yield always("{0} stands for {1}", (operation.operands[other], k),
                             {k: lambda *v, o=other, s=sign: s * v[o]})  # fmt: skip
    for k, operation in operations(evidence, "power"):
        if constant_of(evidence, operation.operands[1]) is None:
            for shift in (1.0, -1.0):
                yield always(
                    f"the exponent of {{0}} is one {'more' if shift > 0 else 'less'}",
                    (k,),
                    {k: lambda b, e, c=shift: np.power(b, np.asarray(e, float) + c)},
                )


def _whole_arguments(evidence: Evidence) -> list[int]:
    symbols = evidence.formula.written.program.inputs
    return [k for k, each in enumerate(symbols) if getattr(each, "is_integer", False)]


def constant_of(evidence: Evidence, k: int) -> float | None:
    operation = evidence.formula.written.program.operations[k]
    value = operation.payload if operation.name == "constant" else None
    return value if isinstance(value, float) else None


def _is_one(evidence: Evidence, k: int) -> bool:
    return constant_of(evidence, k) in (1.0, -1.0)


# ------------------------------------------------------------------ powers


@LEFT_OUT.cause(
    "another power",
    example=Example("y*sqrt(x + y) + x", lambda x, y: y * (x + y) + x, positive="x y"),
)
def other_power(evidence: Evidence) -> str | None:
    """A root, a square or a reciprocal is left out, or stands where none is meant"""
    return first(evidence, other_powers(evidence))


def other_powers(evidence: Evidence) -> Iterator[Alteration]:
    for k, operation in operations(evidence):
        for said, how in POWERS.get(operation.name, {}).items():
            yield always(said, (k, *operation.operands), {k: how})
        exponent = (
            constant_of(evidence, operation.operands[1]) if operation.name == "power" else None
        )
        if exponent is not None:
            for other in sorted(
                {exponent - 1, exponent + 1, exponent / 2, 2 * exponent, -exponent}
            ):
                power = {k: lambda b, e, c=other: np.power(np.asarray(b, float), c)}
                yield always(f"the exponent of {{0}} is {other:g}", (k,), power)
        if operation.name in ("matmul", "lengths") and len(set(operation.operands)) == 1:
            how = np.square if operation.name == "lengths" else np.sqrt
            plain = operator_of(operation)
            said = f"its {'square' if operation.name == 'lengths' else 'root'} stands for {{0}}"
            yield always(said, (k,), {k: lambda *v, f=plain, h=how: h(f(*v))})


POWERS: dict[str, dict[str, Callable[..., Any]]] = {  # {0} the operation, {1}, {2} its operands
    "sqrt": {"{1} stands for {0}": lambda u: u},
    "square": {"{1} stands for {0}": lambda u: u, "the cube stands for {0}": lambda u: u**3},
    "mul": {
        "{1} is divided by {2}": lambda a, b: a / b,
        "{2} is divided by {1}": lambda a, b: b / a,
    },
    "div": {"{1} is multiplied by {2}": lambda a, b: a * b},
}


# ------------------------------------------------------------------ factors


@LEFT_OUT.cause(
    "a factor is left out or counted twice",
    example=Example("x*y/(1 - p)", lambda x, y, p: x * y,
                    options={"args": ["x", "y", "p"], "domain": {"p": (0.1, 0.9)}}),
)  # fmt: skip
def factor_left_out(evidence: Evidence) -> str | None:
    """A factor of a product, or the denominator of a quotient, is missing or stands twice"""
    return first(evidence, factors_left_out(evidence)) or _multiple(evidence)


def factors_left_out(evidence: Evidence) -> Iterator[Alteration]:
    for k, operation in operations(evidence, "mul", "div"):
        a, b = operation.operands
        is_quotient = operation.name == "div"
        if not _is_size(evidence, b):
            yield always("{0} is left out of {1}", (b, k), {k: lambda u, v: u + 0 * v})
        if not _is_size(evidence, a) and a != b:
            rest = (lambda u, v: 1 / v + 0 * u) if is_quotient else lambda u, v: v + 0 * u
            yield always("{0} is left out of {1}", (a, k), {k: rest})
    for k, operation in operations(evidence, "mul", "div"):
        plain = operator_of(operation)
        for place, each in enumerate(operation.operands):
            if not _is_size(evidence, each) and each != operation.operands[1 - place]:
                yield always("{0} stands twice in {1}", (each, k),
                             {k: lambda u, v, f=plain, p=place: _twice(f, u, v, p)})  # fmt: skip


def _twice(plain: Callable[..., Any], u: Any, v: Any, place: int) -> Any:
    return plain(u * u, v) if place == 0 else plain(plain(u, v), v)


def _is_size(evidence: Evidence, k: int) -> bool:
    """Whether a value is made of numbers and sizes only: those have causes of their own."""
    operation = evidence.formula.written.program.operations[k]
    if operation.name == "constant":
        return constant_of(evidence, k) in PLAIN
    if operation.name in ("size", "whole"):
        return True
    if operation.name not in ("mul", "div", "named", "neg"):
        return False
    return all(_is_size(evidence, each) for each in operation.operands)


def _multiple(evidence: Evidence) -> str | None:
    """Whether the result is the true one, times or over some value of the formula."""
    program = evidence.formula.written.program
    for k, _ in operations(evidence):
        if _is_size(evidence, k):
            continue
        for said, power in (("times", 1), ("divided by", -1)):
            if evidence.explains(
                lambda s, j, k=k, p=power: s.expected[j] * _like(evidence.values(s)[k], s, j) ** p
            ):
                return f"got = expected {said} {text_of(program, k)}"
    return None


def _like(value: Any, sample: Any, j: int) -> Any:
    value = np.asarray(value, float)
    if value.ndim and value.shape != sample.expected[j].shape:
        raise ValueError("a value of another shape")
    return value


# ------------------------------------------------------------------ functions


@LEFT_OUT.cause("a function is left out", example=Example("x + exp(y)/2", lambda x, y: x + y / 2))
def function_left_out(evidence: Evidence) -> str | None:
    """A function of one value is not applied"""
    return first(evidence, functions_left_out(evidence))


def functions_left_out(evidence: Evidence) -> Iterator[Alteration]:
    for k, operation in operations(evidence, *FUNCTIONS, "sign", "inverse"):
        yield always("{1} stands for {0}", (k, operation.operands[0]), {k: _itself})
    for k, operation in operations(evidence, "maximum", "minimum"):
        for place, each in enumerate(operation.operands):
            if constant_of(evidence, each) is not None:
                other = 1 - place
                yield always("{1} stands for {0}", (k, operation.operands[other]),
                             {k: lambda *v, o=other: v[o]})  # fmt: skip


def _itself(u: Any, *_: Any) -> Any:
    return u


FUNCTIONS = (
    "abs", "exp", "log", "expm1", "log1p", "sin", "cos", "tan", "asin", "acos", "atan", "sinh",
    "cosh", "tanh", "sigmoid", "softplus", "erf", "erfc", "gamma", "loggamma", "digamma", "floor",
)  # fmt: skip
