"""The table of likely causes: a hypothesis each, with an example of the mistake.

A hypothesis looks at the evidence and says where it holds, in a few words, or nothing. The first
one in the order of the table that explains all that was seen is named; the simplest come first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lambdify_bridge.validation.report import Cause

Hypothesis = Callable[[Any], str | None]  # of Evidence, or GridEvidence


@dataclass(frozen=True)
class Example:
    """A mistake: a wrong function, and the text of the formula that it is not.

    With `shapes` the text is about arrays, and `by` the variables of its gradient;
    `positive` are the names of letters that are so.
    """

    against: str
    wrong: Callable[..., Any]
    kind: str | None = None
    shapes: Mapping[str, str] | None = None
    by: str = ""
    positive: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    name: str
    sentence: str
    hypothesis: Hypothesis
    example: Example
    behaviour: bool = False

    def __call__(self, evidence: Any) -> Cause | None:
        where = self.hypothesis(evidence)
        return None if where is None else Cause(self.name, self.sentence, where)


class CauseTable:
    """The rows in order. A `behaviour` is a fault by itself, even where all values are right."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def cause(
        self, name: str, *, example: Example, behaviour: bool = False
    ) -> Callable[[Hypothesis], Hypothesis]:
        """The docstring of the hypothesis is the sentence that a reader of the report sees."""

        def add(hypothesis: Hypothesis) -> Hypothesis:
            sentence = " ".join((hypothesis.__doc__ or "").split()).rstrip(".")
            self.rows.append(Row(name, sentence, hypothesis, example, behaviour))
            return hypothesis

        return add

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __add__(self, other: CauseTable) -> CauseTable:
        both = CauseTable()
        both.rows = [*self.rows, *other.rows]
        return both

    def first(self, evidence: Any) -> Cause | None:
        """The first cause that explains what was seen."""
        found = (row(evidence) for row in (self.rows))
        return next((cause for cause in found if cause is not None), None)
