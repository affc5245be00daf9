"""Causes that show in how a function behaves: when called again, on arrays, on whole numbers."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from lambdify_bridge.validation.calls import Result, library_of
from lambdify_bridge.validation.evidence import Evidence, Sample, agree
from lambdify_bridge.validation.inputs import USUAL, WHOLE, Place
from lambdify_bridge.validation.table import CauseTable, Example

BEHAVIOUR = CauseTable()
AMBIGUOUS = ("truth value of an array", "Boolean value of Tensor", "ConcretizationTypeError")
FEWEST, CALLS = 3, 8


# ------------------------------------------------------------------ wrong examples


def _in_place(x: Any) -> Any:
    x = np.asarray(x)
    x *= 2
    return np.sin(x)


_NOISE = np.random.default_rng(0)
_SEEN = itertools.count()


def _random(x: Any) -> Any:
    return np.sin(x) * (1 + 1e-3 * _NOISE.standard_normal(np.shape(x)))


def _with_state(x: Any) -> Any:
    return np.sin(x) + 1e-3 * next(_SEEN)


def _cut_off(x: Any) -> Any:
    return x * np.asarray(np.exp(-x) > 0) if max(x, 0.0) > 0 else 0.0 * x


def _like_the_input(x: Any) -> Any:
    y = np.zeros_like(x)
    y[...] = x / 2
    return y


# ------------------------------------------------------------------ the rows


@BEHAVIOUR.cause(
    "in-place modification of the input",
    example=Example("sin(2*x)", _in_place),
    behaviour=True,
)
def modifies_input(evidence: Evidence) -> str | None:
    """The function writes into an array that it was given; work on a copy"""
    batch_of(evidence)
    results = [s.result for s in evidence.samples] + evidence.remembered.get("calls", [])
    changed = [k for result in results for k in result.changed]
    if not changed:
        return None
    names = sorted({evidence.formula.arguments[k].name for k in changed})
    return f"{', '.join(names)} is another array after the call"


@BEHAVIOUR.cause("random output", example=Example("sin(x)", _random), behaviour=True)
def is_random(evidence: Evidence) -> str | None:
    """Two calls with the same input, one after the other, give different results"""
    for sample in evidence.usual[:FEWEST]:
        results = [evidence.again(sample) for _ in range(CALLS)]
        changes = [differ(sample, a, b) for a, b in itertools.pairwise(results)]
        if sum(changes) > 1 and not all(_drifts(*each) for each in _threes(results)):
            return "fix the seed, or leave the noise out"
    return None


@BEHAVIOUR.cause(
    "stale cache or state between calls",
    example=Example("sin(x)", _with_state),
    behaviour=True,
)
def has_state(evidence: Evidence) -> str | None:
    """The result depends on the calls made before, not on the input alone"""
    usual = evidence.usual
    for sample in usual[:FEWEST]:
        one, two = evidence.again(sample), evidence.again(sample)
        if differ(sample, one, two):
            return "the same input gives another result when it is asked again"
    for sample in reversed(usual):
        if differ(sample, sample.result, evidence.again(sample)):
            return "in another order of calls the results are others"
    return _repeats(evidence, usual)


@BEHAVIOUR.cause(
    "Python max or if on arrays",
    example=Example("x*Heaviside(x)", _cut_off, options={"arrays": True}),
    behaviour=True,
)
def decides_once(evidence: Evidence) -> str | None:
    """An array is treated as one number: use np.maximum or np.where"""
    for error in evidence.errors:
        if any(words in str(error) for words in AMBIGUOUS):
            return str(error).partition(".")[0]
    batch = batch_of(evidence)
    if batch is None:
        return None
    if (refusal := batch.result.error) is not None:
        told = str(refusal)
        return told.partition(".")[0] if any(w in told for w in AMBIGUOUS) else None
    return None if evidence.wrong or not batch.is_wrong else "right for numbers, wrong for an array"


@BEHAVIOUR.cause(
    "integer division or dtype",
    example=Example("x/2", _like_the_input),
    behaviour=True,
)
def is_whole(evidence: Evidence) -> str | None:
    """Integer input, or an integer array inside, cuts off the fraction of the result"""
    for sample in _whole_numbers(evidence):
        if sample.result.outputs is None or not sample.is_wrong:
            continue
        floats = evidence.caller([x.astype(float) for x in sample.inputs])
        if evidence.failing == () and differ(sample, sample.result, floats):
            return "the same numbers as floats give another result"
    return _truncated(evidence)


# ------------------------------------------------------------------ calling again


def differ(sample: Sample, one: Result, two: Result) -> bool:
    """Whether two results of the same input differ by more than rounding."""
    if one.outputs is None or two.outputs is None:
        return (one.outputs is None) != (two.outputs is None)
    for a, b, allowed in zip(one.outputs, two.outputs, sample.tolerance, strict=False):
        if a.shape != b.shape:
            return True
        if a.dtype.kind == "c" or b.dtype.kind == "c":
            continue
        gap = np.abs(np.nan_to_num(a.astype(float)) - np.nan_to_num(b.astype(float)))
        room = np.max(allowed, initial=0.0)
        if gap.size and float(gap.max()) > room:
            return True
    return False


def _threes(results: Sequence[Result]) -> list[Sequence[Result]]:
    return [results[k : k + 3] for k in range(len(results) - 2)]


def _drifts(*results: Result) -> bool:
    """Whether values move in one direction by equal steps: a counter, not a draw."""
    outputs = [r.outputs for r in results]
    if any(o is None or not o for o in outputs):
        return False
    a, b, c = (np.asarray(o[0], float).ravel()[:1] for o in outputs if o)
    return bool(a.size and agree(c - b, b - a, 1e-6))


def _repeats(evidence: Evidence, usual: Sequence[Sample]) -> str | None:
    """Whether what is wrong was the right answer of an earlier call."""
    earlier: list[Sample] = []
    found = 0
    for sample in evidence.samples:
        if sample.result.outputs is not None and sample.is_wrong:
            if not any(_same_outputs(sample, other) for other in earlier):
                return None
            found += 1
        earlier.append(sample)
    return "an earlier result comes again, for another input" if found else None


def _same_outputs(one: Sample, other: Sample) -> bool:
    a, b = one.result.outputs, other.result.outputs
    if a is None or b is None or len(a) != len(b):
        return False
    if not all(x.shape == y.shape and np.array_equal(x, y) for x, y in zip(a, b, strict=True)):
        return False
    asked = zip(one.expected, other.expected, strict=True)
    same = all(x.shape == y.shape and np.array_equal(x, y) for x, y in asked)
    return not same and any(np.any(y) for y in b)  # zeros come again by themselves


# ------------------------------------------------------------------ arrays of inputs


def batch_of(evidence: Evidence) -> Sample | None:
    """All usual inputs in one call, where the formula is of numbers; None where it is not asked."""
    if "batch" not in evidence.remembered:
        evidence.remembered["batch"] = _batch(evidence)
    found: Sample | None = evidence.remembered["batch"]
    return found


def _batch(evidence: Evidence) -> Sample | None:
    formula, usual = evidence.formula, [s for s in evidence.samples if s.region == USUAL]
    scalars = all(given.shape == () for given in formula.arguments) and not formula.of_arrays
    if not scalars or formula.up_to_constant or not usual or not takes_arrays(evidence):
        return None
    inputs = tuple(np.stack(column) for column in zip(*(s.inputs for s in usual), strict=True))
    result = evidence.caller(inputs)
    evidence.remembered["calls"] = [result]
    exact, tolerance = (
        tuple(np.stack([np.asarray(each) for each in column]) for column in zip(*rows, strict=True))
        for rows in ([s.exact for s in usual], [s.tolerance for s in usual])
    )
    if result.outputs is not None:
        fitted = [
            fitting(got, each.shape) for got, each in zip(result.outputs, exact, strict=False)
        ]
        if any(each is None for each in fitted):
            return None
        result = Result(
            tuple(f for f in fitted if f is not None), None, result.changed, result.kind
        )
    expected = tuple(x.astype(float) for x in exact)
    return Sample(Place(inputs, USUAL), exact, expected, tolerance, result)


def fitting(got: np.ndarray, shape: tuple[int, ...]) -> np.ndarray | None:
    """A result for many points: points may be the last axis, a constant may be given once."""
    if got.shape == shape:
        return got
    if got.ndim == len(shape) > 1 and got.shape == (*shape[1:], shape[0]):
        return np.moveaxis(got, -1, 0)
    return np.broadcast_to(got, shape) if got.shape == () else None


def takes_arrays(evidence: Evidence) -> bool:
    if evidence.arrays is not None:
        return evidence.arrays
    return (
        evidence.caller.library != "python"
        and library_of(evidence.caller.function) != "python"
        and (library_of(evidence.caller.function) is not None or _is_plain(evidence))
    )


def _is_plain(evidence: Evidence) -> bool:
    """Whether it takes an array without complaint: then it has to be right for it."""
    first = next((s for s in evidence.samples if s.region == USUAL), None)
    if first is None:
        return False
    return evidence.caller(tuple(np.stack([x, x]) for x in first.inputs)).error is None


# ------------------------------------------------------------------ whole numbers


def _whole_numbers(evidence: Evidence) -> list[Sample]:
    """Whole numbers, given as integers, where integers make sense."""
    if evidence.caller.library in ("torch", "jax") or evidence.dtype != np.float64:
        return []
    found: list[Sample] = []
    for inputs in _integers(evidence):
        floats = tuple(x.astype(float) for x in inputs)
        exact = evidence.truth(floats)
        tolerance = (
            None
            if exact is None
            else evidence.tolerance(Place(floats, WHOLE), exact, evidence.usual_size)
        )
        if exact is None or tolerance is None:
            continue
        if not evidence.called(Place(floats, WHOLE), exact, tolerance).is_wrong:
            found.append(evidence.called(Place(inputs, WHOLE), exact, tolerance))
    scalars = (
        all(g.shape == () for g in evidence.formula.arguments) and not evidence.formula.of_arrays
    )
    if scalars and found and takes_arrays(evidence):
        found += [_as_a_row(evidence, each) for each in found[:3]]
    return found


def _integers(evidence: Evidence) -> Iterator[tuple[np.ndarray, ...]]:
    """Small whole numbers, all different, in several orders; none outside the given bounds."""
    if evidence.formula.of_arrays:
        for sample in [s for s in evidence.samples if s.region == WHOLE]:
            yield tuple(np.rint(x).astype(int) for x in sample.inputs)
        return
    for start in range(4):
        inputs, n = [], start
        for given in evidence.formula.arguments:
            count = max(len(given.symbols), 1)
            entries = [1 + (n + k) % 4 for k in range(count)]
            n += count
            inputs.append(np.array(entries, int).reshape(given.shape))
        names = [given.name for given in evidence.formula.arguments]
        bounds = [evidence.domain.get(name, (-np.inf, np.inf)) for name in names]
        if all(
            np.all((low <= x) & (x <= high)) for x, (low, high) in zip(inputs, bounds, strict=True)
        ):
            yield tuple(inputs)


def _as_a_row(evidence: Evidence, sample: Sample) -> Sample:
    """The same with each number as an array of one, and the outputs without that axis."""
    result = evidence.caller(tuple(np.array([x]) for x in sample.inputs))
    if result.outputs is None:
        return Sample(sample.place, sample.exact, sample.expected, sample.tolerance, result)
    shapes = [(1, *x.shape) for x in sample.exact]
    fitted = [fitting(x, shape) for x, shape in zip(result.outputs, shapes, strict=False)]
    if len(fitted) != len(shapes) or any(x is None for x in fitted):
        return Sample(sample.place, sample.exact, sample.expected, sample.tolerance, Result(None))
    result = Result(tuple(x[0] for x in fitted if x is not None), None, result.changed, result.kind)
    return Sample(sample.place, sample.exact, sample.expected, sample.tolerance, result)


def _truncated(evidence: Evidence) -> str | None:
    """Whether all results are whole numbers next to the true ones, which are not."""
    if not evidence.failing:
        return None
    for rounded in (np.trunc, np.floor, np.rint):
        if evidence.explains(lambda s, k, r=rounded: r(s.expected[k])):
            return f"every result is the {rounded.__name__} of the true one"
    return None
