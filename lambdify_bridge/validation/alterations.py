"""Formulas that differ from the true one by one operation, or by one argument."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from lambdify_bridge.program import Operation
from lambdify_bridge.validation.evidence import Evidence, Sample
from lambdify_bridge.validation.part_text import text_of
from lambdify_bridge.validation.runs import Changes, Operator, operator_of

MOST = 160  # operations of a formula that are looked at one by one


class Alteration(NamedTuple):
    """What is said of it, of which parts of the formula, and the operations that it changes."""

    said: str
    parts: tuple[int, ...]
    at: Callable[[Sample], Changes]

    def where(self, evidence: Evidence) -> str:
        program = evidence.formula.written.program
        return self.said.format(*[text_of(program, k) for k in self.parts])

    def outputs(self, evidence: Evidence, sample: Sample) -> list[np.ndarray]:
        return evidence.changed(sample, self.at(sample))


def always(said: str, parts: tuple[int, ...], changes: Changes) -> Alteration:
    """An alteration that is the same at all inputs."""
    return Alteration(said, parts, lambda _: changes)


def first(evidence: Evidence, alterations: Iterable[Alteration]) -> str | None:
    """The first one that gives what the function gives."""
    for each in alterations:
        if evidence.explains(lambda s, k, a=each: a.outputs(evidence, s)[k]):
            return each.where(evidence)
    return None


def operations(evidence: Evidence, *names: str) -> list[tuple[int, Operation]]:
    """The operations of the formula as it is written, by their names."""
    program = evidence.formula.written.program
    found = [(k, op) for k, op in enumerate(program.operations) if not names or op.name in names]
    return found[-MOST:]


def arguments_changed(
    evidence: Evidence, said: str, numbers: Iterable[int], how: Callable[[Any], Any]
) -> Iterator[Alteration]:
    """Each of these inputs of the program as a function of itself."""
    program = evidence.formula.written.program
    for p in numbers:
        users = [(k, op) for k, op in enumerate(program.operations) if p in op.operands]
        changes = {k: _with_operand(op, p, how) for k, op in users}
        if changes:
            yield always(said, (p,), changes)


def _with_operand(operation: Operation, p: int, how: Callable[[Any], Any]) -> Operator:
    plain = operator_of(operation)

    def changed(*values: Any) -> Any:
        return plain(
            *[
                how(v) if each == p else v
                for each, v in zip(operation.operands, values, strict=True)
            ]
        )

    return changed
