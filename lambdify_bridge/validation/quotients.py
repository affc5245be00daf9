"""The cause that a derivative is a difference quotient: its error is that of a step."""

from __future__ import annotations

import numpy as np

from lambdify_bridge.validation.chain_rule import slopes
from lambdify_bridge.validation.evidence import FAILURES, Evidence, Sample
from lambdify_bridge.validation.table import CauseTable, Example

QUOTIENTS = CauseTable()
STEPS = (1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7)
BETWEEN = {"forward": (1.0, 0.0), "central": (1.0, -1.0), "backward": (0.0, -1.0)}
SHARE = 0.05  # of an error that the quotient may leave unexplained
CLEAR = 200.0  # times the tolerance: what is less may be rounding


@QUOTIENTS.cause(
    "difference quotient",
    example=Example("exp(-x)*sin(y)",
                    lambda x, y: ((np.exp(-x - 1e-4) - np.exp(-x)) / 1e-4 * np.sin(y),
                                  np.exp(-x) * (np.sin(y + 1e-4) - np.sin(y)) / 1e-4),
                    kind="gradient"),
)  # fmt: skip
def is_a_quotient(evidence: Evidence) -> str | None:
    """The derivative is computed by differences, and has the error of their step"""
    if evidence.formula.forward is None or not any(
        sample.excess(k) > CLEAR for sample in evidence.usual for k in evidence.failing
    ):
        return None
    for word, ends in BETWEEN.items():
        for step in STEPS:
            if all(_has_its_error(evidence, s, step, ends) for s in evidence.usual):
                return f"a {word} difference with the step {step:g}"
    return None


def _has_its_error(
    evidence: Evidence, sample: Sample, step: float, ends: tuple[float, float]
) -> bool:
    outputs = sample.result.outputs or ()
    try:
        found = slopes(evidence, sample, step=step, ends=ends)
    except FAILURES:
        return False
    return found is not None and all(
        k < len(outputs)
        and outputs[k].shape == sample.expected[k].shape
        and bool(np.all(
            np.abs(outputs[k] - found[k])
            <= SHARE * np.abs(found[k] - sample.expected[k]) + sample.tolerance[k] / SHARE
        ))
        for k in evidence.failing
    )  # fmt: skip
