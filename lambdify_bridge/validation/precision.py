"""Causes that lie in floating point: single precision, overflow, cancellation, a kink."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lambdify_bridge.validation.evidence import Evidence, Sample
from lambdify_bridge.validation.inputs import USUAL, WHOLE
from lambdify_bridge.validation.table import CauseTable, Example

PRECISION = CauseTable()
NARROWER = {"float64": ("float32", "float16"), "float32": ("float16",)}
LEAST_OF_A_TYPE = 0.03  # of the precision of a type: its worst error is above
MOST_OFF = 0.5  # of the usual inputs are wrong where everything is computed in a narrower type
NUDGES, NUDGE = 8, 2.0**-34
NOISE = 0.05  # of an error changes at random where rounding made it
ROUNDED_OFF = 0.02  # relative: errors of cancellation grow from below this
HALVINGS = 40
FEW = 4


def _in_single(x: Any) -> Any:
    return np.exp(np.asarray(x, np.float32)) * 1.0


@PRECISION.cause("float32 precision", example=Example("exp(x)", _in_single))
def is_narrow(evidence: Evidence) -> str | None:
    """Something on the way is rounded to a narrower type than the input has"""
    usual = evidence.usual
    wrong = [s for s in usual if s.is_wrong]
    if not wrong or any(s.result.outputs is None for s in usual):
        return None
    for name in NARROWER.get(evidence.dtype.name, ()):
        coarser = float(np.finfo(name).eps) / 2 / evidence.unit
        is_many = len(wrong) >= MOST_OFF * len(usual)
        step = 2.0 ** (-4) * float(np.finfo(name).eps) * 2**8
        errors = sorted(map(_relative, wrong))
        if errors[-1] < float(np.finfo(name).eps) * LEAST_OF_A_TYPE:
            continue  # no type as narrow as that is so near
        if errors[len(errors) // 2] > ROUNDED_OFF:
            continue
        if is_many and all(_within(s, coarser) for s in usual) and _is_noise(evidence, wrong, step):
            narrow = all(s.result.kind == name for s in usual)
            return f"results have the precision of {name}" + (", and its type" if narrow else "")
    return None


def _is_noise(evidence: Evidence, wrong: list[Sample], step: float) -> bool:
    return all(_is_noisy(evidence, sample, step) for sample in wrong[:FEW])


def _within(sample: Sample, times: float) -> bool:
    return all(
        bool((sample.off(k) <= times * sample.tolerance[k]).all()) for k in range(len(sample.exact))
    )


@PRECISION.cause(
    "overflow",
    example=Example("log(1 + exp(x))", lambda x: np.logaddexp(0, -x) + np.log(np.exp(x))),
)
def overflows(evidence: Evidence) -> str | None:
    """An intermediate value leaves the range of floats where the result does not: shift, or use a
    stable form"""
    broken = [s for s in evidence.wrong if _is_lost(s)]
    if not broken or any(s.region == USUAL for s in broken):
        return None
    if any(s.region in (USUAL, WHOLE) for s in evidence.wrong if s not in broken):
        return None
    return _where_it_starts(evidence, broken[0])


def _is_lost(sample: Sample) -> bool:
    """Whether the result is no finite number, though the true one is."""
    if sample.result.outputs is None:
        return isinstance(
            sample.result.error, (OverflowError, FloatingPointError, ZeroDivisionError)
        ) or ("math domain error" in str(sample.result.error))
    return any(not np.isfinite(x).all() for x in sample.result.outputs)


def _where_it_starts(evidence: Evidence, sample: Sample) -> str | None:
    """The input on the way from a fine one where the result is lost first, by bisection."""
    high = 1.0
    fine = (2.0**-n for n in (10, 20) if not _breaks(evidence, _scaled(sample, 2.0**-n)))
    low = next(fine, 0.0)
    if not low or not _breaks(evidence, list(sample.inputs)):
        return None  # it is no matter of size
    for _ in range(HALVINGS):
        middle = math.sqrt(low * high)
        if _breaks(evidence, _scaled(sample, middle)):
            high = middle
        else:
            low = middle
    start = _scaled(sample, high)
    names = [given.name for given in evidence.formula.arguments]
    return "from " + ", ".join(map(_where, names, start)) + " on"


def _scaled(sample: Sample, factor: float) -> list[np.ndarray]:
    """What is far scaled down; what is of a usual size left alone."""
    return [
        (x * factor).astype(x.dtype)
        if x.dtype.kind == "f" and np.max(np.abs(x), initial=0.0) > 8
        else x
        for x in sample.inputs
    ]


def _breaks(evidence: Evidence, inputs: list[np.ndarray]) -> bool:
    result = evidence.caller(inputs)
    return result.outputs is None or any(not np.isfinite(x).all() for x in result.outputs)


def _where(name: str, x: np.ndarray) -> str:
    if x.ndim == 0:
        return f"{name} = {float(x):.4g}"
    return f"max |{name}| = {float(np.max(np.abs(x), initial=0.0)):.4g}"


# ------------------------------------------------------------------ cancellation


@PRECISION.cause("cancellation", example=Example("log(1 + x)", lambda x: np.log(1 + x)))
def cancels(evidence: Evidence) -> str | None:
    """Digits are lost where numbers that are nearly the same are subtracted: use another form, such
    as log1p, expm1, or deviations from the mean"""
    wrong = [s for s in evidence.wrong if s.result.outputs is not None and not _is_lost(s)]
    usual = [s for s in evidence.usual if s.is_wrong]
    if not wrong or any(s.result.outputs is None for s in evidence.wrong):
        return None
    if any(_relative(s) > ROUNDED_OFF or not _is_noisy(evidence, s) for s in usual):
        return None
    noisy = [s for s in wrong if _is_noisy(evidence, s)]
    if not noisy:
        return None
    worst = max(wrong, key=_relative)
    bits = -math.log2(evidence.unit) + math.log2(max(min(_relative(worst), 1.0), evidence.unit))
    return f"{bits:.0f} bits are lost"


def _relative(sample: Sample) -> float:
    """The largest error beside the largest of the true entries."""
    worst = 0.0
    for k, expected in enumerate(sample.expected):
        if sample.misses(k).any():
            size = float(np.max(np.abs(expected), initial=0.0)) or 1e-300
            worst = max(worst, float(np.max(sample.off(k), initial=0.0)) / size)
    return worst


def _is_noisy(evidence: Evidence, sample: Sample, step: float = 0.0) -> bool:
    """Whether the error changes at random when the input moves by next to nothing.

    A wrong formula is off by nearly the same beside the point; rounding is not.
    """
    errors = []
    step = step or (NUDGE if evidence.dtype.itemsize == 8 else 2.0**-18)
    for n in range(NUDGES):
        random = np.random.default_rng([3, n])
        inputs = tuple(
            (x * (1 + step * random.uniform(-1, 1, x.shape))).astype(x.dtype)
            if x.dtype.kind == "f"
            else x
            for x in sample.inputs
        )
        exact, result = evidence.truth(inputs), evidence.caller(inputs)
        if exact is None or result.outputs is None or len(result.outputs) != len(exact):
            continue
        parts = [_signed(g, e) for g, e in zip(result.outputs, exact, strict=True)]
        if all(part is not None for part in parts):
            errors.append(np.concatenate([part for part in parts if part is not None]))
    if len(errors) < NUDGES // 2:
        return False
    each = np.array(errors)
    size = np.max(np.abs(each), axis=0)
    spread = np.ptp(each, axis=0)
    worst = int(np.argmax(size))
    return bool(
        np.isfinite(size[worst]) and size[worst] > 0 and spread[worst] > NOISE * size[worst]
    )


def _signed(got: np.ndarray, exact: np.ndarray) -> np.ndarray | None:
    if got.shape != exact.shape or got.dtype.kind == "c":
        return None
    pairs = zip(got.reshape(-1), exact.reshape(-1), strict=True)
    return np.array([float(float(g) - e) if np.isfinite(g) else np.inf for g, e in pairs])


# ------------------------------------------------------------------ kinks


def _slope_of_abs(x: Any) -> Any:
    return np.divide(x, np.abs(x))


@PRECISION.cause(
    "kink at the sampled point", example=Example("Abs(x)", _slope_of_abs, kind="gradient")
)
def is_at_a_kink(evidence: Evidence) -> str | None:
    """There is a kink or a jump at this input, and the result is no value between both sides"""
    wrong = evidence.wrong
    if not wrong or any(s.region != WHOLE for s in wrong):
        return None
    for sample in wrong:
        if not _is_right_beside(evidence, sample):
            return None
    return "right on both sides"


def _is_right_beside(evidence: Evidence, sample: Sample) -> bool:
    for sign in (1.0, -1.0):
        inputs = tuple(
            (x + sign * 1e-3 * np.maximum(np.abs(x), 1)).astype(x.dtype)
            if x.dtype.kind == "f"
            else x
            for x in sample.inputs
        )
        exact = evidence.truth(inputs)
        if exact is None:
            continue
        tolerance = evidence.tolerance(
            sample.place._replace(inputs=inputs), exact, evidence.usual_size
        )
        if (
            tolerance is None
            or evidence.called(sample.place._replace(inputs=inputs), exact, tolerance).is_wrong
        ):
            return False
    return True
