"""Causes that show in the residual alone: the result is a simple function of the true one."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import Any

import numpy as np

from lambdify_bridge.validation.evidence import Evidence, Sample
from lambdify_bridge.validation.table import CauseTable, Example

RESIDUALS = CauseTable()
LN2, LN10, DEGREE = math.log(2), math.log(10), math.pi / 180
Factor = Callable[..., float]


def factor_of(evidence: Evidence) -> float | None:
    """The number c with got = c * expected at every usual input, if there is one."""
    if "factor" not in evidence.remembered:
        evidence.remembered["factor"] = _factor(evidence)
    found: float | None = evidence.remembered["factor"]
    return found


def _times(c: float, sample: Sample, k: int) -> np.ndarray:
    return c * sample.expected[k]


def _factor(evidence: Evidence) -> float | None:
    for sample in evidence.usual:
        outputs = sample.result.outputs
        for k in evidence.failing:
            expected = sample.expected[k]
            if (
                outputs is None
                or k >= len(outputs)
                or outputs[k].shape != expected.shape
                or not expected.size
            ):
                return None
            place = np.unravel_index(int(np.argmax(np.abs(expected))), expected.shape)
            if expected[place] == 0 or not np.isfinite(outputs[k][place]):
                continue
            c = float(np.real(outputs[k][place]) / expected[place])
            return c if c and evidence.explains(partial(_times, c)) else None
    return None


def is_factor(evidence: Evidence, *numbers: float) -> float | None:
    c = factor_of(evidence)
    if c is None:
        return None
    return next((n for n in numbers if abs(c - n) <= 20 * evidence.slack * abs(n)), None)


@RESIDUALS.cause("sign", example=Example("x*exp(-x)", lambda x: -x * np.exp(-x)))
def wrong_sign(evidence: Evidence) -> str | None:
    """The result has the other sign"""
    return None if is_factor(evidence, -1.0) is None else "everywhere"


@RESIDUALS.cause("factor 2 or 1/2", example=Example("(x - y)**2/2", lambda x, y: (x - y) ** 2))
def factor_two(evidence: Evidence) -> str | None:
    """The result is twice or half of what it should be"""
    c = is_factor(evidence, 2.0, 0.5, -2.0, -0.5)
    return None if c is None else f"got = {c:g} * expected"


@RESIDUALS.cause(
    "population against sample variance",
    example=Example("sum((x - sum(x)/n)**2)/n", lambda x: np.var(x, ddof=1), shapes={"x": "n"}),
)
def other_variance(evidence: Evidence) -> str | None:
    """Divided by n - 1 where n is meant, or the other way round"""
    for name, size in sizes(evidence):
        for power in (1.0, -1.0, 0.5, -0.5):
            if scaled(
                evidence, lambda s, f=size, p=power: (1 - 1 / f(s)) ** p if f(s) > 1 else math.nan
            ):
                return f"got = expected * ((n - 1)/n)^{power:g}, n {name}"
    return None


@RESIDUALS.cause(
    "missing or extra 1/N",
    example=Example("sum((X @ w - y)**2)/n", lambda X, w, y: np.sum((X @ w - y) ** 2),
                    shapes={"X": "n,d", "w": "d", "y": "n"}),
)  # fmt: skip
def mean_or_sum(evidence: Evidence) -> str | None:
    """A sum where a mean is meant, or a mean over something else"""
    found = list(sizes(evidence))
    for name, size in found:
        for power in (1.0, -1.0, 0.5, -0.5):
            if scaled(evidence, lambda s, f=size, p=power: f(s) ** p):
                root = "the root of " if abs(power) < 1 else ""
                return f"got = expected {'*' if power > 0 else '/'} {root}{name}"
    for name, size in found:
        for other, by in found:
            if name != other and scaled(evidence, lambda s, f=size, g=by: f(s) / g(s)):
                return f"got = expected * ({name}) / ({other})"
        for c in (2.0, 0.5):
            for power in (1.0, -1.0):
                if scaled(evidence, lambda s, f=size, p=power, c=c: c * f(s) ** p):
                    return f"got = expected * {c:g} {'*' if power > 0 else '/'} {name}"
    return None


def sizes(evidence: Evidence) -> Iterator[tuple[str, Factor]]:
    """The sizes of axes and arguments, and the arguments that are whole numbers."""
    seen = set[tuple[float, ...]]()
    for k, given in enumerate(evidence.formula.arguments):
        for axis in range(len(given.shape)):
            yield from _new(evidence, seen, f"the size of axis {axis} of {given.name}",
                            lambda s, k=k, a=axis: float(s.inputs[k].shape[a]))  # fmt: skip
        if len(given.shape) > 1:
            yield from _new(evidence, seen, f"the entries of {given.name}",
                            lambda s, k=k: float(s.inputs[k].size))  # fmt: skip
        if given.symbols and given.shape == () and given.symbols[0].is_integer:
            yield from _new(evidence, seen, given.name, lambda s, k=k: float(s.inputs[k]))


def _new(
    evidence: Evidence, seen: set[tuple[float, ...]], name: str, size: Factor
) -> Iterator[tuple[str, Factor]]:
    values = tuple(size(s) for s in evidence.usual)
    if values not in seen:
        seen.add(values)
        yield name, size


def scaled(evidence: Evidence, factor: Factor) -> bool:
    """Whether got = factor * expected, and not by the one factor 2 that stands for many things."""
    return evidence.explains(lambda s, k: factor(s) * s.expected[k])


# ------------------------------------------------------------------ shapes


def transposed(x: np.ndarray) -> np.ndarray | None:
    """The array with the halves of its axes exchanged."""
    if x.ndim < 2 or x.ndim % 2:
        return None
    half = x.ndim // 2
    return np.transpose(x, (*range(half, x.ndim), *range(half)))


@RESIDUALS.cause(
    "transposed",
    example=Example(
        "[[x*y], [x**2]]", lambda x, y: np.array([[y, 2 * x], [x, 0 * y]]), kind="jacobian"
    ),
)
def is_transposed(evidence: Evidence) -> str | None:
    """Rows and columns are exchanged"""
    if evidence.explains(lambda s, k: transposed(s.expected[k])):
        return "got = expected.T"
    for k, given in enumerate(evidence.formula.arguments):
        is_square = len(given.shape) == 2 and given.shape[0] == given.shape[1]
        if is_square and evidence.explains(
            lambda s, j, k=k: _with(evidence, s, k, np.transpose)[j]
        ):
            return f"{given.name}.T in place of {given.name}"
    return None


def _with(
    evidence: Evidence, sample: Sample, k: int, change: Callable[[Any], Any]
) -> list[np.ndarray]:
    """The true outputs with one argument changed."""
    inputs = list(sample.inputs)
    inputs[k] = change(np.asarray(inputs[k], float))
    return evidence.at(inputs)


@RESIDUALS.cause(
    "softmax Jacobian replaced by its diagonal",
    example=Example(
        "[exp(x)/(exp(x) + exp(y)), exp(y)/(exp(x) + exp(y))]",
        lambda x, y: np.diag([1 / (2 + 2 * np.cosh(x - y))] * 2),
        kind="jacobian",
    ),
)
def only_the_diagonal(evidence: Evidence) -> str | None:
    """An output depends on all inputs of its row, and only its own is differentiated by"""
    if evidence.explains(lambda s, k: _diagonal(s.expected[k])):
        return "everything off the diagonal is 0"
    for k, given in enumerate(evidence.formula.arguments):
        if given.shape and evidence.explains(lambda s, j, k=k: _own_part(evidence, s, k, j)):
            return f"only the entries of {given.name} in the same place count"
    return None


def _diagonal(x: np.ndarray) -> np.ndarray | None:
    return np.diag(np.diag(x)) if x.ndim == 2 and x.shape[0] == x.shape[1] else None


def _own_part(evidence: Evidence, sample: Sample, upstream: int, k: int) -> np.ndarray | None:
    """Each entry of the output with only the entry of the upstream gradient in its place."""
    expected, seed = sample.expected[k], sample.inputs[upstream]
    if seed.shape != expected.shape or not seed.shape:
        return None
    out = np.zeros(expected.shape)
    for place in np.ndindex(seed.shape):
        alone = np.zeros(seed.shape)
        alone[place] = seed[place]
        inputs = list(sample.inputs)
        inputs[upstream] = alone
        out[place] = evidence.at(inputs)[k][place]
    return out


@RESIDUALS.cause(
    "batch not summed",
    example=Example("sum(log(1 + exp(X @ w + b)))",
                    lambda X, w, b: 1 / (1 + np.exp(-(X @ w + b))),
                    shapes={"X": "n,d", "w": "d", "b": ""}, by="b"),
)  # fmt: skip
def batch_kept(evidence: Evidence) -> str | None:
    """The gradients of the single examples are returned, their sum or mean is meant"""
    if evidence.formula.forward is None and evidence.formula.kind != "backward":
        return None
    return _over_more_axes(evidence)


def _over_more_axes(evidence: Evidence) -> str | None:
    for how, reduced in (("sum", np.sum), ("mean", np.mean)):
        for last in (False, True):

            def seen(got: np.ndarray, f: Any = reduced, back: bool = last) -> Any:
                return got if got.ndim == 0 else f(got, axis=-1 if back else 0)

            if _axes_differ_by(evidence, (1,)) and evidence.explains(
                lambda s, k: s.expected[k], seen=seen
            ):
                which = "the last" if last else "the first"
                return f"the {how} over {which} axis of the result is right"
    return None


def _axes_differ_by(evidence: Evidence, more: Collection[int]) -> bool:
    """Whether the outputs have so many axes more than they should."""
    return all(
        s.result.outputs is not None
        and all(
            k < len(s.result.outputs) and s.result.outputs[k].ndim - s.expected[k].ndim in more
            for k in evidence.failing
        )
        for s in evidence.usual
    )


@RESIDUALS.cause(
    "broadcasting that should have been a sum",
    example=Example("sum((p - y)**2)/n", lambda p, y: np.mean((p - y[:, None]) ** 2),
                    shapes={"p": "n", "y": "n"}),
)  # fmt: skip
def broadcasts(evidence: Evidence) -> str | None:
    """Arrays of different axes are combined entry by entry with each other, or a sum is left out"""
    if (found := _over_more_axes(evidence)) is not None:
        return found
    if evidence.explains(lambda s, k: s.expected[k], seen=_diagonal_of):
        return "the diagonal of the result is right"
    errors = evidence.errors
    if errors and len(errors) == len(evidence.samples):
        words = ("broadcast", "mismatch in its core dimension", "not aligned")
        text = str(errors[0])
        return text[:60] if any(w in text for w in words) else None
    return _all_with_all(evidence)


def _diagonal_of(got: np.ndarray) -> Any:
    return np.diag(got) if got.ndim == 2 and got.shape[0] == got.shape[1] else np.nan


def _rolled(turn: int, x: np.ndarray) -> np.ndarray:
    return np.roll(x, turn, 0)


def _all_with_all(evidence: Evidence) -> str | None:
    """Whether every entry of one argument meets all entries of the others: the mean over turns."""
    for k, given in enumerate(evidence.formula.arguments):
        if not given.shape:
            continue
        for many in (False, True):

            def alternative(s: Sample, j: int, k: int = k, many: bool = many) -> Any:
                n = s.inputs[k].shape[0]
                turns = [_with(evidence, s, k, partial(_rolled, t))[j] for t in range(n)]
                total = np.sum(turns, axis=0)
                return total if many else total / n

            if evidence.explains(alternative):
                return f"each entry of {given.name} is combined with all others"
    return None


@RESIDUALS.cause(
    "wrong axis summed",
    example=Example("sum(log(1 + exp(X + b)))",
                    lambda X, b: np.sum(1 / (1 + np.exp(-(X + b))), axis=1),
                    shapes={"X": "n,d", "b": "d"}, by="b"),
)  # fmt: skip
def wrong_axis(evidence: Evidence) -> str | None:
    """The sum or the mean runs along another axis"""
    if _other_length(evidence) and evidence.explains(
        lambda s, k: np.sum(s.expected[k]), seen=lambda got: np.sum(got)
    ):
        return "the total is right, the shape is that of another axis"
    if (found := _over_fewer_axes(evidence)) is not None:
        return found
    matrices = [k for k, g in enumerate(evidence.formula.arguments) if len(g.shape) == 2]
    if not matrices:
        return None

    def turned(s: Sample, j: int) -> Any:
        inputs = [x.T if k in matrices else x for k, x in enumerate(s.inputs)]
        value = evidence.at(inputs)[j]
        return value.T if value.ndim == 2 else value

    return "along columns in place of rows" if evidence.explains(turned) else None


def _over_fewer_axes(evidence: Evidence) -> str | None:
    """Whether a sum or a mean runs over an axis that has to be kept."""
    if not _axes_differ_by(evidence, range(-4, 0)):
        return None
    for word, reduced in (("sum", np.sum), ("mean", np.mean)):
        for axis in (None, 0, -1):
            if evidence.explains(lambda s, k, f=reduced, a=axis: f(s.expected[k], axis=a)):
                which = {None: "all axes", 0: "the first axis", -1: "the last axis"}[axis]
                return f"got is the {word} of the true result over {which}"
    return None


def _other_length(evidence: Evidence) -> bool:
    """Whether the outputs have as many axes as they should, of other sizes."""
    return bool(evidence.failing) and all(
        s.result.outputs is not None
        and k < len(s.result.outputs)
        and s.result.outputs[k].ndim == s.expected[k].ndim > 0
        and sorted(s.result.outputs[k].shape) != sorted(s.expected[k].shape)
        for s in evidence.usual
        for k in evidence.failing
    )
