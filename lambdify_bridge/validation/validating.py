"""validate: somebody's function against a formula or a derivation, and what is wrong with it."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from lambdify_bridge.validation.behaviour import BEHAVIOUR, batch_of
from lambdify_bridge.validation.calls import LIBRARIES, Caller, Result, library_of, parameters
from lambdify_bridge.validation.causes import SINGLE, TOGETHER
from lambdify_bridge.validation.evidence import ROUNDINGS, Evidence, Sample
from lambdify_bridge.validation.formulas import Formula, formula
from lambdify_bridge.validation.grids import SAMPLED, validate_sampled
from lambdify_bridge.validation.inputs import USUAL, WHOLE, Domain, Place, drawn
from lambdify_bridge.validation.report import Cause, Seen, ValidationReport
from lambdify_bridge.workers import in_a_worker

FEWEST = 3  # usual inputs: with fewer nothing is said


def _not_over(
    stopped: Exception, function: Callable[..., Any], against: Any, **options: Any
) -> ValidationReport:
    """The report where the limits ended it: who never comes back is not confirmed."""
    kind, dtype = options.get("kind") or "value", options.get("dtype", "float64")
    reason = f"the validation ran {stopped}"
    what = getattr(against, "problem", against)
    return ValidationReport(_name(function), str(what), kind, str(dtype), "undecided", reason, 0)


def _name(function: Callable[..., Any]) -> str:
    return str(getattr(function, "__qualname__", repr(function)))


@in_a_worker(_not_over)
def validate(
    function: Callable[..., Any],
    against: Any,
    *,
    kind: str | None = None,
    args: Any = None,
    wrt: Any = None,
    library: str | None = None,
    dtype: Any = "float64",
    domain: Mapping[str, tuple[float, float]] | None = None,
    arrays: bool | None = None,
    grids: Sequence[str] = ("uniform", "uneven"),
    seed: int = 0,
) -> ValidationReport:
    """Compare a function with a formula at many inputs, and say what is likely to be wrong.

    function
        Takes the arguments of the formula by position: numbers, NumPy arrays, torch tensors or jax
        arrays. A tuple, a list, a dict by name or one array of the outputs is returned.
    against
        A SymPy expression (or a list or a matrix of them), an array formula, or a derivation:
        anything with `result` and `problem`.
    kind
        What the function computes of the expression: "value", "gradient", "jacobian", "hessian",
        "backward" (the function takes an upstream gradient for each output as well), "pdf" (its
        integral has to be 1), "loss" (of a derived gradient, what was differentiated), "sampled
        derivative", "sampled integral" (the function takes values and their grid).  Default:
        what a derivation is about; of an expression the value, or the gradient where there are
        several arguments and the function returns one number for each.
    args
        The arguments in order, as for `to_numpy`. Default: those of the derivation, or the symbols
        in the order of the function's parameters of these names, or by name.
    wrt
        By which arguments, of a gradient, a Jacobian or a backward pass. Default: all.
    library
        "numpy", "python", "torch" or "jax": of arrays, but for "python".  Default: what the code of
        the function names.
    dtype
        "float64" or "float32": the type of the inputs, whose precision the result is judged by.
    domain
        Bounds of arguments by name, beside what is known of the symbols.
    arrays
        Whether the function has to take arrays of points; by default as its code looks.

    grids
        Of sampled kinds, the grids: "uniform", "uneven", "unsorted".

    With `timeout` or `memory` the function is called in another process: it has to be one of a
    module that can be imported there.

    Raises ValueError for a formula that cannot be computed, MissingExtra without the library.

    >>> import numpy as np
    >>> from sympy import sin
    >>> from sympy.abc import x
    >>> print(validate(lambda x: np.cos(x**2), sin(x**2), kind="gradient").cause.name)
    chain-rule factor missing or counted twice
    """
    chosen_type = np.dtype(dtype)
    if chosen_type not in (np.float32, np.float64):
        raise ValueError(f"functions are validated in float32 and float64, not {chosen_type}")
    chosen = library or library_of(function) or "numpy"
    if chosen not in LIBRARIES:
        raise ValueError(f"the library is one of {', '.join(LIBRARIES)}, not {library!r}")
    if kind in SAMPLED:
        return validate_sampled(
            function, against, kind, chosen, chosen_type, domain or {}, seed, grids
        )
    names = parameters(function)
    target = formula(against, kind, args, names, wrt)
    if kind is None and not hasattr(against, "result"):
        first = Evidence(target, _caller(function, target, chosen), chosen_type, seed, domain or {})
        target = _as_it_returns(first, against, args, names)
    if arrays is None and library in ("numpy", "torch", "jax"):
        arrays = True
    evidence = _evidence(function, target, chosen, chosen_type, domain or {}, arrays, seed)
    evidence.collect()
    return _judged(evidence, _name(function))


# ------------------------------------------------------------------ how it is called


def _evidence(
    function: Callable[..., Any],
    target: Formula,
    library: str,
    dtype: np.dtype,
    domain: Domain,
    arrays: bool | None,
    seed: int,
) -> Evidence:
    evidence = Evidence(
        target, _caller(function, target, library), dtype, seed, domain, arrays=arrays
    )
    first = _first_true(evidence)
    if first is None:
        return evidence
    result = evidence.caller(first.inputs)
    scalars = all(given.shape == () for given in target.arguments)
    if (
        isinstance(result.error, (TypeError, IndexError, AttributeError))
        and scalars
        and library != "python"
    ):
        in_a_row = replace(evidence.caller, in_a_row=True)
        if in_a_row(first.inputs).error is None:
            evidence.caller, result = in_a_row, in_a_row(first.inputs)
    count = len(result.outputs) if result.outputs is not None else 0
    if target.loss_first and count == len(target.names) - 1:
        evidence.kept = slice(1, None)
        evidence.caller = replace(evidence.caller, names=target.names[1:])
    return evidence


def _caller(function: Callable[..., Any], target: Formula, library: str) -> Caller:
    scalars = all(layout is not None and layout.shape == () for layout in target.layouts)
    return Caller(function, library, target.names, joined=scalars and len(target.names) > 1)


def _first_true(evidence: Evidence) -> Place | None:
    from lambdify_bridge.validation.inputs import places

    found = places(evidence.formula, evidence.dtype, evidence.seed, evidence.domain)
    return next((place for place in found if evidence.truth(place.inputs) is not None), None)


def _as_it_returns(evidence: Evidence, against: Any, args: Any, names: Sequence[str]) -> Formula:
    """The gradient where one number is returned for each argument of a scalar formula."""
    target = evidence.formula
    if target.of_arrays or len(target.layouts) != 1 or target.layouts[0] is None:
        return target
    entries = sum(max(len(given.symbols), 1) for given in target.arguments)
    if entries < 2 or target.layouts[0].shape:
        return target
    evidence.caller = replace(evidence.caller, names=("",) * 2)
    first = _first_true(evidence)
    outputs = evidence.caller(first.inputs).outputs if first is not None else None
    if outputs is None or sum(x.size for x in outputs) != entries:
        return target
    return formula(against, "gradient", args, names)


# ------------------------------------------------------------------ the verdict


def _judged(evidence: Evidence, name: str) -> ValidationReport:
    target = evidence.formula
    report = ValidationReport(
        name, target.text, target.kind, evidence.dtype.name, "confirmed", "",
        len(evidence.samples), seen=_seen(evidence),
    )  # fmt: skip
    if not target.arguments or len([s for s in evidence.samples if s.region == USUAL]) < FEWEST:
        reason = "too few inputs were found at which the formula has a real value: give a domain"
        return replace(report, verdict="undecided", reason=reason)
    cause = BEHAVIOUR.first(evidence)
    worst = _worst(evidence)
    if worst is None and cause is None and (batch := batch_of(evidence)) is not None:
        worst = batch if batch.is_wrong and batch.result.outputs is not None else None
    density = None
    if target.kind == "pdf" and worst is None and cause is None:
        density = _density(evidence)
    if worst is None and cause is None and density is None:
        return _confirmed(evidence, report)
    if cause is None and worst is not None:
        cause = _cause(evidence)
    reason = "no cause of the table explains every input" if cause is None else str(cause)
    report = replace(report, verdict="refuted", reason=density or reason, cause=cause)
    return _at(evidence, report, _simplest(evidence, worst)) if worst is not None else report


def _cause(evidence: Evidence) -> Cause | None:
    """The first cause that explains all outputs that are wrong, or else a cause for each."""
    if (cause := SINGLE.first(evidence)) is not None or len(evidence.failing) < 2:
        return cause or TOGETHER.first(evidence)
    parts = [(evidence.caller.names[k], _only(evidence, k)) for k in evidence.failing]
    each = [(name, SINGLE.first(part) or TOGETHER.first(part)) for name, part in parts]
    first = next((found for _, found in each if found is not None), None)
    if first is None:
        return None
    return replace(first, where="; ".join(_told(name, found, first) for name, found in each))


def _told(name: str, found: Cause | None, first: Cause) -> str:
    if found is None:
        return f"{name} is not explained"
    return f"in {name}: " + ("" if found.name == first.name else f"{found.name}, ") + found.where


def _only(evidence: Evidence, k: int) -> Evidence:
    """The same evidence, in which only one output counts as wrong."""
    part = replace(evidence, remembered={})
    part.__dict__["failing"] = (k,)
    return part


def _seen(evidence: Evidence) -> tuple[Seen, ...]:
    names = [given.name for given in evidence.formula.arguments]
    return tuple(
        Seen(
            dict(zip(names, sample.inputs, strict=True)),
            max((sample.excess(k) for k in range(len(sample.exact))), default=0.0),
        )
        for sample in evidence.samples
    )


def _worst(evidence: Evidence) -> Sample | None:
    wrong = evidence.wrong
    if not wrong:
        return None
    usual = [s for s in wrong if s.region == USUAL and s.result.error is None]
    return max(usual or wrong, key=lambda s: max(s.excess(k) for k in range(len(s.exact))))


def _confirmed(evidence: Evidence, report: ValidationReport) -> ValidationReport:
    usual = max(
        (s for s in evidence.samples),
        key=lambda s: max(s.excess(k) for k in range(len(s.exact))),
    )
    kinks = sum(s.sides is not None for s in evidence.samples)
    notes = [f"{kinks} kinks or jumps, values between both sides accepted"] if kinks else []
    share = max(usual.excess(k) for k in range(len(usual.exact)))
    reason = f"{len(evidence.samples)} inputs, the worst error is {share:.0%} of its tolerance"
    return _at(evidence, replace(report, reason=reason, notes=tuple(notes)), usual)


def _at(evidence: Evidence, report: ValidationReport, sample: Sample) -> ValidationReport:
    """The report with the numbers of one sample."""
    k = max(range(len(sample.exact)), key=sample.excess)
    named = {g.name: x for g, x in zip(evidence.formula.arguments, sample.inputs, strict=True)}
    expected, outputs = sample.expected[k], sample.result.outputs
    several = len(sample.exact) > 1
    output = f" ({evidence.caller.names[k]})" if several and k < len(evidence.caller.names) else ""
    if outputs is None or k >= len(outputs) or len(outputs) != len(sample.exact):
        error = sample.result.error
        got: Any = f"{type(error).__name__}: {error}" if error else f"{len(outputs or ())} outputs"
        return replace(report, worst=named, output=output, expected=expected, got=got)
    got = outputs[k]
    if got.shape != expected.shape:
        return replace(
            report,
            worst=named,
            output=f"{output} of shape {expected.shape}",
            expected=expected,
            got=got,
        )
    off, allowed = sample.off(k), np.broadcast_to(sample.tolerance[k], expected.shape)
    with np.errstate(all="ignore"):
        over = np.nan_to_num(off / allowed, nan=np.inf, posinf=np.inf)
    place = np.unravel_index(int(np.argmax(over)), expected.shape) if expected.shape else ()
    size = max(abs(float(expected[place])), float(np.finfo(evidence.dtype).tiny))
    ulp = float(np.spacing(evidence.dtype.type(size)))
    apart, tolerance = float(off[place]), float(allowed[place])
    return replace(
        report, worst=named, output=output, expected=expected, got=got, error=apart,
        ulps=apart / ulp, relative=apart / size, tolerance=tolerance,
        why=_why(evidence, tolerance, size),
    )  # fmt: skip


def _why(evidence: Evidence, tolerance: float, size: float) -> str:
    condition = tolerance / (ROUNDINGS * evidence.unit * size)
    count = len(evidence.formula.written.program.operations)
    return (
        f"{ROUNDINGS:g} roundings of {evidence.unit:.1e}, times the condition {condition:.3g} of "
        f"the formula there (its inputs and {count} operations)"
    )


# ------------------------------------------------------------------ a simple counterexample


def _simplest(evidence: Evidence, worst: Sample) -> Sample:
    """A wrong sample with simple inputs, if one is found."""
    for place in _simpler(evidence, worst):
        exact = evidence.truth(place.inputs)
        if exact is None:
            continue
        tolerance = evidence.tolerance(place, exact, evidence.usual_size)
        if tolerance is None or evidence.formula.up_to_constant:
            continue
        sample = evidence.called(place, exact, tolerance, evidence.beside(place, exact))
        if sample.is_wrong and (sample.result.error is None) == (worst.result.error is None):
            return sample
    return worst


SIMPLE = (1.0, 2.0, 0.5, -1.0, 3.0, -2.0)


def _simpler(evidence: Evidence, worst: Sample) -> Iterator[Place]:
    """Inputs that are simpler: small whole numbers, small arrays, few digits."""
    place, arguments = worst.place, evidence.formula.arguments
    if (
        place.inputs
        and place.inputs[0].ndim > 0
        and np.shape(worst.exact[0])
        and batch_of(evidence) is worst
    ):
        return
    if evidence.formula.of_arrays:
        if place.region in (USUAL, WHOLE):
            for turn in range(3):
                small = drawn(arguments, "normal", turn, [evidence.seed, 50 + turn])
                yield place._replace(inputs=tuple(_rounded(evidence, x, 0) for x in small))
    elif place.region in (USUAL, WHOLE):
        for k in range(len(SIMPLE)):
            yield place._replace(
                inputs=tuple(
                    np.resize(np.array(SIMPLE[k:] + SIMPLE[:k]), x.shape).astype(x.dtype)
                    if x.shape else np.asarray(SIMPLE[(k + j) % len(SIMPLE)]).astype(x.dtype)
                    for j, x in enumerate(place.inputs)
                )
            )  # fmt: skip
    for digits in (1, 2, 3):
        yield place._replace(inputs=tuple(_rounded(evidence, x, digits) for x in place.inputs))


def _rounded(evidence: Evidence, x: np.ndarray, digits: int) -> np.ndarray:
    """The entries with so many digits; whole numbers with none."""
    if x.dtype.kind in "bi" or set(np.unique(x)) <= {0.0, 1.0}:
        return x
    if digits == 0:
        return np.rint(2 * x).astype(evidence.dtype)
    with np.errstate(all="ignore"):
        power = 10.0 ** (digits - 1 - np.floor(np.log10(np.abs(x.astype(float)))))
        few = np.where(x == 0, 0.0, np.rint(x * power) / power)
    return few.astype(evidence.dtype)


# ------------------------------------------------------------------ densities


def _density(evidence: Evidence) -> str | None:
    """What a function has to be as a density: not negative, of integral 1."""
    from scipy.integrate import IntegrationWarning, quad

    target = evidence.formula
    names = [given.name for given in target.arguments]
    k = names.index("x") if "x" in names else len(names) - 1
    at = next(s for s in evidence.samples if s.region == USUAL)
    negative = [s for s in evidence.samples if s.result.outputs and np.min(s.result.outputs[0]) < 0]
    if negative:
        return "it is negative, and no density"

    def value(t: float) -> float:
        inputs = list(at.inputs)
        inputs[k] = np.asarray(t, evidence.dtype)
        result: Result = evidence.caller(inputs)
        return float(np.real(result.outputs[0])) if result.outputs is not None else 0.0

    symbol = target.arguments[k].symbols[0]
    low, high = evidence.domain.get(names[k], (0.0 if symbol.is_nonnegative else -np.inf, np.inf))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IntegrationWarning)
        total = sum(quad(value, a, b, limit=200)[0] for a, b in _pieces(low, high))
    if abs(total - 1) > 1e-5:
        return f"its integral over {names[k]} is {total:.6g}, not 1"
    return None


def _pieces(low: float, high: float) -> list[tuple[float, float]]:
    """The interval, cut at points where densities have kinks and poles."""
    cuts = [low, *(c for c in (-8.0, -1.0, 0.0, 1.0, 8.0) if low < c < high), high]
    return list(itertools.pairwise(cuts))
