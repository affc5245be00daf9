"""Causes that are mistakes in differentiating: product rule and chain rule, taken apart.

A wrong gradient is the right gradient of another function: where the product rule has one term
only, the other factor is held fixed; where a factor of the chain rule is missing, an operation has
the slope 1. These functions are differentiated by central differences.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from lambdify_bridge.program import Operation
from lambdify_bridge.validation.evidence import Evidence, Sample
from lambdify_bridge.validation.formulas import Formula
from lambdify_bridge.validation.runs import Changes, Operator, operator_of
from lambdify_bridge.validation.table import CauseTable, Example

CHAIN_RULE, OUTER = CauseTable(), CauseTable()
PRODUCTS = ("mul", "matmul", "einsum", "tensordot", "div", "power", "hypot")
STEP = 6e-6  # of a central difference: rounding and curvature are of one size
MOST = 120
Values = list[Any]
Change = Callable[[Values, Values], Changes]  # from the values at the point, and the moved inputs


# ------------------------------------------------------------------ slopes of another function


def slopes(
    evidence: Evidence,
    sample: Sample,
    change: Change | None = None,
    inner: int | None = None,
    step: float | None = None,
    ends: tuple[float, float] = (1.0, -1.0),
) -> list[np.ndarray] | None:
    """The derivatives that the formula has with a changed forward pass, shaped as its outputs.

    With `inner` those of the sum of the entries of this value, as if it were the output; with
    `step` the difference quotients of this step, between the two `ends`.
    """
    formula = evidence.formula
    if formula.forward is None or formula.kind == "hessian":
        return None
    flat = [
        np.asarray(x, float) if np.asarray(x).dtype.kind == "f" else x
        for x in formula.flat(sample.inputs)
    ]
    count = len(formula.forward.program.inputs)
    flat, upstream = flat[:count], flat[count:]
    runner = formula.forward
    base = runner.values(flat)

    def outputs(moved: Values) -> np.ndarray:
        if inner is not None:
            return np.array([np.sum(runner.values(moved)[inner])], float)
        changes = change(base, moved) if change else None
        found = runner(moved, changes)
        if formula.kind == "backward":
            return np.array(sum(u * v for u, v in zip(upstream, found, strict=True)), ndmin=1)
        return np.array([np.asarray(v, float).reshape(()) for v in found], float)

    columns = []
    for k in formula.wrt:
        x = np.asarray(flat[k], float)
        for place in np.ndindex(x.shape):
            h = step or STEP * max(1.0, abs(float(x[place])))
            values = []
            for end in ends:
                y = x.copy()
                y[place] += end * h
                values.append(outputs([*flat[:k], y[()], *flat[k + 1 :]]))
            columns.append((values[0] - values[1]) / ((ends[0] - ends[1]) * h))
    return _as_outputs(formula, np.array(columns).T, sample, evidence.kept)


def _as_outputs(
    formula: Formula, rows: np.ndarray, sample: Sample, kept: slice
) -> list[np.ndarray]:
    """Rows of slopes (one for each value of the forward pass) in the shapes of the outputs."""
    if formula.kind == "jacobian":
        return [rows.reshape(sample.expected[0].shape)]
    entries, start = rows[0], 0
    found: list[np.ndarray] = []
    for k, expected in enumerate(sample.expected):
        if formula.loss_first and kept == slice(None) and k == 0:
            found.append(expected)
            continue
        found.append(entries[start : start + expected.size].reshape(expected.shape))
        start += expected.size
    return found


def explained(evidence: Evidence, change: Change | None, inner: int | None = None) -> bool:
    slack = 1e-6 if evidence.dtype.itemsize == 8 else 2e-4

    def alternative(sample: Sample, k: int) -> Any:
        found = slopes(evidence, sample, change, inner)
        return None if found is None else found[k]

    return evidence.explains(alternative, slack=slack)


def candidates(evidence: Evidence) -> list[tuple[int, Operation]]:
    """The operations of the forward pass that depend on what it is differentiated by."""
    forward = evidence.formula.forward
    if forward is None:
        return []
    depends = dependent(evidence)
    chosen = [
        (k, op)
        for k, op in enumerate(forward.program.operations)
        if op.operands and op.name not in ("named", "size", "neg") and depends[k]
    ]
    return chosen[-MOST:]


def dependent(evidence: Evidence) -> list[set[int]]:
    """Of each operation the inputs, among those to differentiate by, that it depends on."""
    forward = evidence.formula.forward
    assert forward is not None
    found: list[set[int]] = []
    for k, operation in enumerate(forward.program.operations):
        if operation.name == "input":
            found.append({k} if k in evidence.formula.wrt else set())
        elif operation.name == "size":
            found.append(set())
        else:
            found.append(set().union(*(found[each] for each in operation.operands)))
    return found


# ------------------------------------------------------------------ the product rule


@CHAIN_RULE.cause(
    "product rule with one term only",
    example=Example("x**3*sin(x)", lambda x: x**3 * np.cos(x), kind="gradient"),
)
def one_term_only(evidence: Evidence) -> str | None:
    """Only one factor of a product is differentiated"""
    depends = dependent(evidence) if evidence.formula.forward else []
    for k, operation in candidates(evidence):
        operands = operation.operands
        if operation.name not in PRODUCTS or len(set(operands)) < 2:  # of a square it is a half
            continue
        if sum(bool(depends[each]) for each in operands) < 2:
            continue
        for fixed in range(len(operands)):
            if explained(evidence, _held(k, operation, operands, fixed)):
                return "the other factor is held fixed"
    return None


def _held(k: int, operation: Operation, operands: Sequence[int], fixed: int) -> Change:
    plain = operator_of(operation)

    def change(base: Values, moved: Values) -> Changes:
        def product(*values: Any) -> Any:
            return plain(*[base[operands[j]] if j == fixed else v for j, v in enumerate(values)])

        return {k: product}

    return change


# ------------------------------------------------------------------ the chain rule


@CHAIN_RULE.cause(
    "chain-rule factor missing or counted twice",
    example=Example("sin(x**3)", lambda x: np.cos(x**3), kind="gradient"),
)
def factor_of_the_chain(evidence: Evidence) -> str | None:
    """In d/dx f(g(x)) = f'(g(x)) g'(x) a factor is left out, or stands twice"""
    for word, power in (("left out", 0), ("counted twice", 2)):
        for k, operation in candidates(evidence):
            if explained(evidence, _inner(evidence, k, power)):
                return f"the inner derivative is {word}"
            place = _only_operand(evidence, operation)
            if place is not None and explained(evidence, _own_slope(k, operation, place, power)):
                return f"the derivative of {operation.name} is {word}"
    return None


REARRANGES = ("sum", "transpose", "expand", "reshape", "broadcast", "add", "sub")


def _only_operand(evidence: Evidence, operation: Operation) -> int | None:
    """Which operand moves, if it is one and the operation works entry by entry."""
    depends = dependent(evidence)
    moving = [j for j, each in enumerate(operation.operands) if depends[each]]
    return moving[0] if len(moving) == 1 and operation.name not in REARRANGES else None


def _of_one(operation: Operation, base: Values, place: int) -> Operator:
    """The operation as a function of one operand."""
    plain, operands = operator_of(operation), operation.operands

    def function(u: Any) -> Any:
        return plain(*[u if j == place else base[each] for j, each in enumerate(operands)])

    return function


def _inner(evidence: Evidence, k: int, power: int) -> Change:
    """An operation whose slope by each input is taken to a power: 0 for 1 in its place."""
    forward, inputs = evidence.formula.forward, sorted(dependent(evidence)[k])
    assert forward is not None

    def change(base: Values, moved: Values) -> Changes:
        moves = [p for p in inputs if not np.array_equal(base[p], moved[p])]

        def value(*_: Any) -> Any:
            total = np.asarray(base[k], float)
            for p in moves:
                step = np.asarray(moved[p], float) - np.asarray(base[p], float)
                if step.shape != total.shape:
                    raise ValueError("no factor for each entry")
                if power:
                    step = step * _slope_by(forward, base, k, p) ** power
                total = total + step
            return total

        return {k: value}

    return change


def _slope_by(forward: Any, base: Values, k: int, p: int) -> Any:
    """The slope of a value by an input, entry by entry."""
    count = len(forward.program.inputs)
    x = np.asarray(base[p], float)
    h = STEP * np.maximum(1.0, np.abs(x))
    ends = [forward.values([*base[:p], (x + s * h)[()], *base[p + 1 : count]])[k] for s in (1, -1)]
    return (np.asarray(ends[0]) - np.asarray(ends[1])) / (2 * h)


def _own_slope(k: int, operation: Operation, place: int, power: int) -> Change:
    """An operation whose own derivative is taken to a power."""
    operand = operation.operands[place]

    def change(base: Values, moved: Values) -> Changes:
        slope = slope_at(_of_one(operation, base, place), base[operand]) ** power if power else 1.0
        return {k: _straight(base[k], base[operand], slope, place)}

    return change


def slope_at(plain: Operator, u: Any) -> Any:
    u = np.asarray(u, float)
    h = STEP * np.maximum(1.0, np.abs(u))
    return (np.asarray(plain(u + h)) - np.asarray(plain(u - h))) / (2 * h)


def _straight(value: Any, at: Any, slope: Any, place: int) -> Operator:
    def line(*operands: Any) -> Any:
        u = operands[place]
        if np.shape(value) != np.shape(at):
            raise ValueError("no derivative for each entry")
        return value + slope * (u - at)

    return line


@CHAIN_RULE.cause(
    "inner derivative at the wrong point",
    example=Example("sin(x**2)", lambda x: 2 * x * np.cos(x), kind="gradient"),
)
def at_the_wrong_point(evidence: Evidence) -> str | None:
    """A derivative of the chain is evaluated at another value than the one that goes into it"""
    for k, operation in candidates(evidence):
        place = _only_operand(evidence, operation)
        if place is None or operation.name in LINEAR:
            continue
        for other, name in _other_points(evidence, k, operation.operands[place]):
            if explained(evidence, _slope_elsewhere(k, operation, place, other)):
                return f"the derivative of {operation.name} is taken at {name}"
        slope = BY_RESULT.get(operation.name)
        for other, name in _other_points(evidence, k, k) if slope else ():
            if explained(evidence, _slope_by_result(k, operation, place, other, slope)):
                return f"the derivative of {operation.name}, by its result, is taken at {name}"
    return None


BY_RESULT: dict[str, Callable[[Any], Any]] = {  # slopes as functions of the result
    "tanh": lambda y: 1 - y**2,
    "sigmoid": lambda y: y * (1 - y),
    "exp": lambda y: y,
    "sqrt": lambda y: 1 / (2 * y),
    "tan": lambda y: 1 + y**2,
}
LINEAR = ("mul", "matmul", "einsum", "tensordot", "neg")


def _other_points(evidence: Evidence, k: int, operand: int) -> Iterator[tuple[int, str]]:
    """Other values of the forward pass: the result of the operation, inputs, what came before."""
    forward = evidence.formula.forward
    assert forward is not None
    program = forward.program
    if operand != k:
        yield k, "its result"
    for p in range(len(program.inputs)):
        if p != operand:
            yield p, str(getattr(program.inputs[p], "name", program.inputs[p]))
    for each in range(operand - 1, len(program.inputs) - 1, -1):
        if program.operations[each].name not in ("size", "constant", "named"):
            yield each, "an earlier value"


def _slope_by_result(k: int, operation: Operation, place: int, other: int, slope: Any) -> Change:
    operand = operation.operands[place]

    def change(base: Values, moved: Values) -> Changes:
        if np.shape(base[other]) != np.shape(base[operand]):
            raise ValueError("a value of another shape")
        return {k: _straight(base[k], base[operand], slope(base[other]), place)}

    return change


def _slope_elsewhere(k: int, operation: Operation, place: int, other: int) -> Change:
    operand = operation.operands[place]

    def change(base: Values, moved: Values) -> Changes:
        if np.shape(base[other]) != np.shape(base[operand]):
            raise ValueError("a value of another shape")
        slope = slope_at(_of_one(operation, base, place), base[other])
        return {k: _straight(base[k], base[operand], slope, place)}

    return change


@OUTER.cause(
    "chain-rule factor missing or counted twice",
    example=Example("exp(x**2 + y**3)/2 + log(y**2 + 1)",
                    lambda x, y: np.array([2*x, 3*y**2]), kind="gradient"),
)  # fmt: skip
def outer_derivative(evidence: Evidence) -> str | None:
    """In d/dx f(g(x)) = f'(g(x)) g'(x) a factor is left out, or stands twice"""
    for k, _ in candidates(evidence):
        if explained(evidence, None, k):
            return "the outer derivative is left out"
    return None
