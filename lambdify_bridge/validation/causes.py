"""All likely causes in one table, the simplest first."""

from __future__ import annotations

from lambdify_bridge.validation.behaviour import BEHAVIOUR
from lambdify_bridge.validation.chain_rule import CHAIN_RULE, OUTER
from lambdify_bridge.validation.exchanged import EXCHANGED
from lambdify_bridge.validation.grids import GRIDS
from lambdify_bridge.validation.left_out import LEFT_OUT
from lambdify_bridge.validation.mistakes import MISTAKES
from lambdify_bridge.validation.precision import PRECISION
from lambdify_bridge.validation.quotients import QUOTIENTS
from lambdify_bridge.validation.residuals import RESIDUALS
from lambdify_bridge.validation.table import CauseTable
from lambdify_bridge.validation.terms import COUNTED, PARTS
from lambdify_bridge.validation.two_mistakes import PAIRS, with_a_factor

ONE = RESIDUALS + COUNTED + CHAIN_RULE + MISTAKES + LEFT_OUT + EXCHANGED
SINGLE = QUOTIENTS + PRECISION + ONE + PARTS + OUTER
TOGETHER = PAIRS + with_a_factor(ONE + OUTER)
CAUSES: CauseTable = BEHAVIOUR + SINGLE + TOGETHER + GRIDS


def markdown() -> str:
    """The causes in order, each with its sentence, as a table."""
    rows = dict[str, str]()
    for row in CAUSES:
        rows.setdefault(row.name, row.sentence)
    lines = ["| likely cause | what it means |", "|---|---|"]
    return "\n".join([*lines, *(f"| {name} | {sentence} |" for name, sentence in rows.items())])
