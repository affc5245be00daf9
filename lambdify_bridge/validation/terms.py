"""Causes that are mistakes in one or several terms of a sum, or in one part of the formula.

The true result is the sum of its additive terms; where the function counts each with a factor of
its own, least squares over the inputs tells the factors, if the terms are linearly independent.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from lambdify_bridge.program import Operation, Program
from lambdify_bridge.validation.alterations import Alteration, first, operations
from lambdify_bridge.validation.evidence import FAILURES, Evidence, Sample, agree
from lambdify_bridge.validation.part_text import text_of
from lambdify_bridge.validation.residuals import Factor, sizes
from lambdify_bridge.validation.runs import Changes, Operator, operator_of
from lambdify_bridge.validation.table import CauseTable, Example

COUNTED, PARTS = CauseTable(), CauseTable()
MOST_TERMS, DEEPEST = 7, 20  # terms of a sum, and levels to them
DEPENDENT = 1e-7  # least singular value of terms of size 1 that can be told apart
SNAPPED = 1e-6  # how near a fitted factor is to the number that it stands for
SIMPLE = 6  # numerators and denominators of factors that have a name
Where = tuple[tuple[int, int], ...]  # operations from the output inwards, and which operand


class Counted(NamedTuple):
    """A term, and with which factor the function counts it."""

    term: str
    factor: str
    kind: str

    def __str__(self) -> str:
        if self.kind == "missing":
            return f"the term {self.term} is left out"
        if self.kind == "sign":
            return f"the term {self.term} has the other sign"
        return f"the term {self.term} is counted with the factor {self.factor}"


# ------------------------------------------------------------------ the terms of a formula


def terms_of(program: Program, output: int, deep: bool) -> list[Where]:
    """The ways to the terms of a sum; `deep`: to those of sums inside products as well."""
    paths = list(itertools.islice(_paths(program, output, deep), MOST_TERMS + 1))
    return paths if 2 <= len(paths) <= MOST_TERMS else []


LINEAR = {"mul": (0, 1), "matmul": (0, 1), "div": (0,), "transpose": (0,), "sum": (0,)}


def _paths(program: Program, k: int, deep: bool, depth: int = 0) -> Iterator[Where]:
    name, operands, _ = program.operations[k]
    if name in ("add", "sub") and depth < DEEPEST:
        for place, each in enumerate(operands):
            yield from (((k, place), *rest) for rest in _paths(program, each, deep, depth + 1))
        return
    inside = (0,) if name in ("neg", "named") else LINEAR.get(name, ()) if deep else ()
    for place in inside:
        inner = _paths(program, operands[place], deep, depth + 1) if depth < DEEPEST else ()
        found = list(itertools.islice(inner, MOST_TERMS + 1))
        if len(found) > 1:
            yield from (((k, place), *rest) for rest in found)
            return
    yield ()


def _value(program: Program, term: Where, values: Sequence[Any]) -> Any:
    """A term in the output, from all values of the program."""
    found = None
    for k, place in reversed(term):
        operation = program.operations[k]
        if found is None:
            found = values[operation.operands[place]]
        if operation.name in ("add", "sub"):
            found = -np.asarray(found) if operation.name == "sub" and place else found
            continue
        plain = operator_of(operation)
        found = plain(
            *[found if j == place else values[each] for j, each in enumerate(operation.operands)]
        )
    return found


# ------------------------------------------------------------------ how they are counted


def counted(evidence: Evidence) -> tuple[Counted, ...]:
    """The terms that are counted with another factor than 1, where they explain the result."""
    if "counted" not in evidence.remembered:
        found = (_counted(evidence, deep) for deep in (False, True))
        evidence.remembered["counted"] = next((each for each in found if each), ())
    known: tuple[Counted, ...] = evidence.remembered["counted"]
    return known


def _counted(evidence: Evidence, deep: bool) -> tuple[Counted, ...]:
    formula = evidence.formula
    if len(evidence.failing) != 1 or formula.up_to_constant or not evidence.usual:
        return ()
    k = evidence.failing[0]
    output = _output(evidence, k)
    program = formula.written.program
    if output is None or not (terms := terms_of(program, output, deep)):
        return ()
    values = _all_values(evidence, k, terms)
    factors = None if values is None else _factors(evidence, k, values)
    if values is None or factors is None:
        return ()
    named = [_named(evidence, column) for column in factors.T]
    kept = [each for each in named if each is not None]
    wrong = [(t, each) for t, each in zip(terms, kept, strict=False) if each[0] != "1"]
    if len(kept) < len(named) or not wrong or len(wrong) == len(terms) > 2:
        return ()
    exact = {id(s): np.array([f(s) for _, f in kept]) for s in evidence.usual}
    place = {id(s): m for s, m in zip(evidence.usual, values, strict=True)}
    if not evidence.explains(
        lambda s, j: (place[id(s)] @ exact[id(s)]).reshape(s.expected[j].shape)
    ):
        return ()
    return tuple(Counted(text_of(program, output, t), name, _kind(name)) for t, (name, _) in wrong)


def _output(evidence: Evidence, k: int) -> int | None:
    """The operation of an output, where it is one value."""
    formula = evidence.formula
    layouts = formula.layouts[evidence.kept]
    if any(each is not None and each.shape for each in layouts):
        return None
    return formula.written.program.outputs[evidence.kept][k]


def _all_values(evidence: Evidence, k: int, terms: Sequence[Where]) -> list[np.ndarray] | None:
    """At each usual input a matrix: the entries of the output by the terms."""
    formula, found = evidence.formula, []
    for sample in evidence.usual:
        values, shape = evidence.values(sample), sample.expected[k].shape
        try:
            columns = [
                np.broadcast_to(_value(formula.written.program, t, values), shape) for t in terms
            ]
        except FAILURES:
            return None
        matrix = np.stack([np.asarray(c, float).reshape(-1) for c in columns], axis=1)
        if not np.isfinite(matrix).all():
            return None
        if not agree(matrix.sum(1), sample.expected[k].reshape(-1), evidence.slack,
                     np.reshape(sample.tolerance[k], -1), evidence.usual_size[k]):  # fmt: skip
            return None
        found.append(matrix)
    return found


def _factors(evidence: Evidence, k: int, values: Sequence[np.ndarray]) -> np.ndarray | None:
    """The factors of the terms at each usual input: the same everywhere, or else one by one."""
    seen = []
    for sample in evidence.usual:
        outputs = sample.result.outputs or ()
        if k >= len(outputs) or outputs[k].shape != sample.expected[k].shape:
            return None
        seen.append(np.asarray(outputs[k]).astype(float).reshape(-1))
    if not all(np.isfinite(each).all() for each in seen):
        return None
    whole = _least_squares(np.concatenate(values), np.concatenate(seen))
    if whole is not None:
        return np.tile(whole, (len(seen), 1))
    each = [_least_squares(matrix, got) for matrix, got in zip(values, seen, strict=True)]
    return np.array(each) if all(found is not None for found in each) else None


def _least_squares(matrix: np.ndarray, got: np.ndarray) -> np.ndarray | None:
    """The factors of the columns that give `got`, where there are such and no others."""
    lengths = np.linalg.norm(matrix, axis=0)
    if len(matrix) <= matrix.shape[1] or not lengths.all():
        return None
    u, s, v = np.linalg.svd(matrix / lengths, full_matrices=False)
    if s[-1] < DEPENDENT * s[0]:
        return None
    factors: np.ndarray = v.T @ ((u.T @ got) / s) / lengths
    off = np.linalg.norm(matrix @ factors - got)
    return factors if off <= SNAPPED * np.linalg.norm(np.abs(matrix) @ np.abs(factors)) else None


def _named(evidence: Evidence, column: np.ndarray) -> tuple[str, Factor] | None:
    """A factor in words, and as a function of the sample: a simple fraction, or one with a size."""
    if (plain := _fraction(column)) is not None:
        return str(plain), lambda s, c=float(plain): c
    for name, size in sizes(evidence):
        n = np.array([size(s) for s in evidence.usual])
        for power, sign in ((-1.0, "/"), (1.0, "*")):
            c = _fraction(column / n**power)
            if c:
                text = f"{c}/({name})" if sign == "/" else f"{c}*({name})"
                text = text if sign == "/" or c != 1 else name
                return text, lambda s, f=size, p=power, c=float(c): c * f(s) ** p
    return None


def _fraction(column: np.ndarray) -> Fraction | None:
    c = float(np.mean(column))
    if not np.isfinite(column).all() or np.max(np.abs(column - c)) > SNAPPED * max(1.0, abs(c)):
        return None
    found = Fraction(c).limit_denominator(SIMPLE)
    is_near = abs(float(found) - c) <= SNAPPED * max(1.0, abs(c))
    return found if is_near and abs(found.numerator) <= SIMPLE else None


def _kind(factor: str) -> str:
    return {"0": "missing", "-1": "sign"}.get(factor, "size" if "(" in factor or " " in factor
                                              else "factor")  # fmt: skip


def _one(evidence: Evidence, kind: str) -> str | None:
    found = counted(evidence)
    return str(found[0]) if len(found) == 1 and found[0].kind == kind else None


@COUNTED.cause(
    "missing or extra 1/N",
    example=Example("sum((X @ w - y)**2)/n + lam*sum(w**2)",
                    lambda X, w, y, lam: 2 * X.T @ (X @ w - y) + 2 * lam * w,
                    shapes={"X": "n,d", "w": "d", "y": "n", "lam": ""}, by="w"),
)  # fmt: skip
def size_of_a_term(evidence: Evidence) -> str | None:
    """A sum where a mean is meant, or a mean over something else, in one term"""
    return _one(evidence, "size")


@COUNTED.cause(
    "factor of a term",
    example=Example("sum((X @ w - y)**2)/n + lam*sum(w**2)",
                    lambda X, w, y, lam: 2 * X.T @ (X @ w - y) / len(y) + lam * w,
                    shapes={"X": "n,d", "w": "d", "y": "n", "lam": ""}, by="w"),
)  # fmt: skip
def count_of_a_term(evidence: Evidence) -> str | None:
    """One term is counted with another factor, such as twice or half"""
    return _one(evidence, "factor")


# ------------------------------------------------------------------ one part of the formula


@PARTS.cause(
    "sign of a term", example=Example("x**2 - y*sin(x)", lambda x, y: x**2 + y * np.sin(x))
)
def sign_of_a_term(evidence: Evidence) -> str | None:
    """One term or factor has the other sign"""
    return _one(evidence, "sign") or _one_scaled(evidence, {"-1": lambda s: -1.0})


@PARTS.cause(
    "factor of a term", example=Example("x**2/2 + y*sin(x)", lambda x, y: x**2 + y * np.sin(x))
)
def factor_of_a_term(evidence: Evidence) -> str | None:
    """One term is counted with another factor, such as twice or half"""
    return _one_scaled(evidence, {"2": lambda s: 2.0, "1/2": lambda s: 0.5})


@PARTS.cause(
    "missing or extra 1/N",
    example=Example("sum((X @ w - y)**2)/n + sum(w**2)",
                    lambda X, w, y: np.sum((X @ w - y) ** 2) + np.sum(w**2),
                    shapes={"X": "n,d", "w": "d", "y": "n"}),
)  # fmt: skip
def mean_of_a_term(evidence: Evidence) -> str | None:
    """A sum where a mean is meant, or a mean over something else, in one term"""
    found = {f"1/({name})": (lambda s, f=f: 1 / f(s)) for name, f in sizes(evidence)}
    return _one_scaled(evidence, found | dict(sizes(evidence))) or first(
        evidence, other_counts(evidence)
    )


def other_counts(evidence: Evidence) -> Iterator[Alteration]:
    """Divided by a size, in place of another denominator."""
    for k, operation in operations(evidence, "div"):
        for name, size in sizes(evidence):
            denominator = operation.operands[1]
            at = partial(_over, k, size)
            yield Alteration(f"{name} stands for {{0}}", (denominator,), at)


def _over(k: int, size: Factor, sample: Sample) -> Changes:
    return {k: lambda a, _: a / size(sample)}


@PARTS.cause(
    "population against sample variance",
    example=Example("(sum(x)/n)**2/(sum((x - sum(x)/n)**2)/n + 1)",
                    lambda x: np.mean(x) ** 2 / (np.var(x, ddof=1) + 1), shapes={"x": "n"}),
)  # fmt: skip
def variance_of_a_term(evidence: Evidence) -> str | None:
    """Divided by n - 1 where n is meant, or the other way round, inside the formula"""
    found: dict[str, Callable[..., float]] = {}
    for name, f in sizes(evidence):
        found[f"{name}/({name} - 1)"] = lambda s, f=f: f(s) / (f(s) - 1) if f(s) > 1 else math.nan
        found[f"({name} - 1)/{name}"] = lambda s, f=f: (f(s) - 1) / f(s)
    return _one_scaled(evidence, found)


@PARTS.cause("a term is missing", example=Example("x**2 + y*sin(x)", lambda x, y: x**2 + 0 * y))
def missing_term(evidence: Evidence) -> str | None:
    """One term of the formula is left out"""
    return _one(evidence, "missing") or _one_scaled(evidence, {"0": lambda s: 0.0})


UNSCALED = {
    "input", "constant", "size", "whole", "eye", "select", "lt", "le", "gt", "ge", "eq", "differs",
}  # fmt: skip


def _one_scaled(evidence: Evidence, factors: dict[str, Factor]) -> str | None:
    """Whether one value of the formula, times a factor, makes it what the function gives."""
    return first(evidence, scalings(evidence, factors))


def scalings(evidence: Evidence, factors: dict[str, Factor]) -> Iterator[Alteration]:
    """Every value of the formula, and every operand by itself, times each factor."""
    for k, operation in operations(evidence):
        if operation.name in UNSCALED:
            continue
        for name, factor in factors.items():
            for place in (None, *range(len(operation.operands))):

                def at(
                    s: Sample,
                    k: int = k,
                    op: Operation = operation,
                    f: Factor = factor,
                    p: int | None = place,
                ) -> Changes:
                    return {k: _scaling(op, p, f(s))}

                part = k if place is None else operation.operands[place]
                yield Alteration(f"{{0}} is multiplied by {name}", (part,), at)


def _scaling(operation: Operation, place: int | None, factor: float) -> Operator:
    """The operation with its result, or one of its operands, times a factor."""
    plain = operator_of(operation)
    if place is None:
        return lambda *values: factor * plain(*values)
    return lambda *values: plain(*[factor * v if j == place else v for j, v in enumerate(values)])
