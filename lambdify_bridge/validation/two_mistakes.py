"""Two mistakes at once: pairs of alterations, and one cause in a result that is scaled as well."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from lambdify_bridge.validation.alterations import Alteration
from lambdify_bridge.validation.evidence import FAILURES, Evidence, Sample, agree
from lambdify_bridge.validation.exchanged import (
    other_branches,
    other_broadcasts,
    other_thresholds,
    transposed_factors,
)
from lambdify_bridge.validation.left_out import (
    factors_left_out,
    functions_left_out,
    ones_off,
    other_powers,
)
from lambdify_bridge.validation.residuals import Factor, sizes, transposed
from lambdify_bridge.validation.runs import Changes
from lambdify_bridge.validation.table import CauseTable, Example
from lambdify_bridge.validation.terms import counted, scalings

PAIRS = CauseTable()
MOST_PAIRS, LARGEST = 4000, 80  # pairs that are tried, operations of a formula where they are
PROBES = 2


@PAIRS.cause(
    "two mistakes at once",
    example=Example("sum((X @ w - y)**2)/n + lam*sum(w**2)",
                    lambda X, w, y, lam: X.T @ (X @ w - y) / len(y) - 2 * lam * w,
                    shapes={"X": "n,d", "w": "d", "y": "n", "lam": ""}, by="w"),
)  # fmt: skip
def several_terms(evidence: Evidence) -> str | None:
    """Two causes together explain what is seen, neither of them alone"""
    found = counted(evidence)
    return "; ".join(map(str, found)) if len(found) > 1 else None


# ------------------------------------------------------------------ two alterations


@PAIRS.cause(
    "two mistakes at once",
    example=Example("x*exp(-y)/(1 - p)", lambda x, y, p: x * np.exp(y),
                    options={"args": ["x", "y", "p"], "domain": {"p": (0.1, 0.9)}}),
)  # fmt: skip
def two_alterations(evidence: Evidence) -> str | None:
    """Two causes together explain what is seen, neither of them alone"""
    if not evidence.failing or len(evidence.formula.written.program.operations) > LARGEST:
        return None
    told = list[tuple[str, str]]()
    for one, two in _pairs(evidence):
        both = Alteration("", (), partial(_together, one, two))
        if evidence.explains(lambda s, k, a=both: a.outputs(evidence, s)[k]):
            told.append((one.where(evidence), two.where(evidence)))
    return "; ".join(told[0]) if len(told) == 1 else None


def _together(one: Alteration, two: Alteration, sample: Sample) -> Changes:
    return {**one.at(sample), **two.at(sample)}


class _Effect(NamedTuple):
    alteration: Alteration
    operations: frozenset[int]


def _pairs(evidence: Evidence) -> Iterator[tuple[Alteration, Alteration]]:
    """Pairs that give what the function gives at the first usual input."""
    effects = list(_effects(evidence))
    sample = evidence.usual[0]
    pairs = sorted(itertools.combinations(range(len(effects)), 2), key=sum)
    for i, j in pairs[:MOST_PAIRS]:
        one, two = effects[i], effects[j]
        if one.operations & two.operations:
            continue
        both = _together(one.alteration, two.alteration, sample)
        found = _outputs(evidence, sample, both)
        if found is not None and _is_seen(evidence, sample, found):
            yield one.alteration, two.alteration


def _effects(evidence: Evidence) -> Iterator[_Effect]:
    """Alterations of different effects, each once."""
    probes, seen = evidence.usual[:PROBES], set[bytes]()
    seen.add(_print([[s.expected[k] for k in evidence.failing] for s in probes]))
    for each in _alterations(evidence):
        found = [_outputs(evidence, s, each.at(s)) for s in probes]
        if any(outputs is None for outputs in found):
            continue
        own = _print([[outputs[k] for k in evidence.failing] for outputs in found if outputs])
        if own not in seen:
            seen.add(own)
            yield _Effect(each, frozenset(each.at(probes[0])))


def _print(values: list[list[Any]]) -> bytes:
    flat = np.concatenate([np.ravel(x) for row in values for x in row]).astype(float)
    return bytes(np.char.mod("%.8e", flat + 0.0).tobytes())


def _alterations(evidence: Evidence) -> Iterator[Alteration]:
    yield from factors_left_out(evidence)
    yield from functions_left_out(evidence)
    yield from ones_off(evidence)
    yield from scalings(evidence, {"-1": lambda s: -1.0})
    yield from scalings(evidence, {"2": lambda s: 2.0, "1/2": lambda s: 0.5})
    for name, f in sizes(evidence):
        yield from scalings(evidence, {name: f, f"1/({name})": lambda s, f=f: 1 / f(s)})
    yield from scalings(evidence, {"0": lambda s: 0.0})
    yield from other_powers(evidence)
    yield from transposed_factors(evidence)
    yield from other_broadcasts(evidence)
    yield from other_branches(evidence)
    yield from other_thresholds(evidence)


def _outputs(evidence: Evidence, sample: Sample, changes: Any) -> list[np.ndarray] | None:
    try:
        with np.errstate(all="ignore"):
            found = evidence.changed(sample, changes)
    except FAILURES:
        return None
    fits = all(
        np.shape(found[k]) == sample.expected[k].shape and np.isfinite(found[k]).all()
        for k in evidence.failing
    )
    return found if fits else None


def _is_seen(evidence: Evidence, sample: Sample, found: list[np.ndarray]) -> bool:
    outputs = sample.result.outputs or ()
    return all(
        k < len(outputs)
        and agree(outputs[k], found[k], evidence.slack, sample.tolerance[k], evidence.usual_size[k])
        for k in evidence.failing
    )


# ------------------------------------------------------------------ a cause, and a factor


def with_a_factor(single: CauseTable) -> CauseTable:
    """The table of one row: one of the single causes, in a result that is scaled or transposed."""
    table = CauseTable()

    @table.cause(
        "two mistakes at once",
        example=Example("tanh(x)**3 + sin(x*y)",
                        lambda x, y: np.array([-3*np.tanh(x)**2 - y*np.cos(x*y), -x*np.cos(x*y)]),
                        kind="gradient"),
    )  # fmt: skip
    def scaled_as_well(evidence: Evidence) -> str | None:
        """Two causes together explain what is seen, neither of them alone"""
        if len(evidence.formula.written.program.operations) > LARGEST:
            return None
        for said, undone in _undoings(evidence):
            cause = single.first(_seen_as(evidence, undone))
            if cause is not None:
                return f"{said}; {cause.name}: {cause.where}"
        return None

    return table


def _undoings(evidence: Evidence) -> Iterator[tuple[str, Callable[[Sample, np.ndarray], Any]]]:
    """What may have been done to the whole result, and how it is undone."""
    for said, c in (("the sign", -1.0), ("the factor 2", 2.0), ("the factor 1/2", 0.5)):
        yield said, partial(_divided, lambda s, c=c: c)
    for name, size in sizes(evidence):
        if evidence.formula.of_arrays:
            yield f"the factor {name}", partial(_divided, size)
            yield f"the factor 1/({name})", partial(_divided, lambda s, f=size: 1 / f(s))
    if any(s.expected[k].ndim == 2 for s in evidence.usual for k in evidence.failing):
        yield "transposed", _turned


def _divided(factor: Factor, sample: Sample, x: np.ndarray) -> Any:
    return x / factor(sample)


def _turned(_: Sample, x: np.ndarray) -> Any:
    return x if (y := transposed(x)) is None else y


def _seen_as(evidence: Evidence, undone: Callable[[Sample, np.ndarray], Any]) -> Evidence:
    """The evidence as if something had not been done to the outputs that are wrong."""

    def outputs(sample: Sample) -> Any:
        return tuple(
            undone(sample, x) if k in evidence.failing else x
            for k, x in enumerate(sample.result.outputs or ())
        )

    samples = [replace(s, result=replace(s.result, outputs=outputs(s))) for s in evidence.usual]
    found = replace(evidence, samples=samples, remembered={})
    found.__dict__["failing"] = evidence.failing
    return found
