"""The p value of a test: which distribution its statistic has, and how probable values as far out
are. Each kind of statistic adds its rule where it is defined.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Expr, Integer

from derive.answers import Answers
from derive.core import Derivation
from derive.engine import Budget, search
from derive.probability.quantities import Quantity, possible
from derive.rules import RuleTable
from derive.statistics import samples, tails

SIDES = {"two-sided": Integer(0), "greater": Integer(1), "less": Integer(-1)}
GREATER, BOTH_SIDES = SIDES["greater"], SIDES["two-sided"]
IN_WORDS = {0: "on both sides", 1: "above", -1: "below"}


class PValue(Quantity):
    """How probable a statistic as far out is under the hypothesis: PValue(statistic, side).

    The side is 1 above, -1 below, 0 both.
    """

    name = "p"

    def _sympystr(self, printer: Any) -> str:
        statistic, side = map(printer._print, self.args)
        if not getattr(printer, "as_on_paper", False):
            return f"{type(self).__name__}({statistic}, {side})"
        return f"{self.name}[{statistic}, {IN_WORDS[int(self.args[1])]}]"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        statistic = printer._print(self.args[0])
        power = f"^{{{exp}}}" if exp else ""
        words = IN_WORDS[int(self.args[1])]
        return rf"{self.name}{power}\left[{statistic},\ \text{{{words}}}\right]"


class LimitingPValue(PValue):
    """The same by the distribution that the statistic tends to, or nearly has, in large samples."""


P_VALUES = RuleTable(PValue, lambda goal: goal.args, "p values")
LIMITING = RuleTable(LimitingPValue, lambda goal: goal.args, "p values of large samples")
TABLES: dict[type, RuleTable] = {
    **samples.TABLES,
    **tails.TABLES,
    PValue: P_VALUES,
    LimitingPValue: LIMITING,
}


@dataclass(frozen=True)
class HypothesisTest(Answers):
    """A test of a hypothesis: its statistic, and the p value of that."""

    statistic: Derivation
    p_value: Derivation


def side_of(alternative: str) -> Integer:
    if not isinstance(alternative, str) or alternative not in SIDES:
        raise ValueError(f"the alternative is one of {', '.join(SIDES)}, not {alternative}")
    return SIDES[alternative]


def tested(
    statistic: Expr, p_value: PValue, tables: dict[type, RuleTable], timeout: float
) -> HypothesisTest:
    """Both goals worked out, in the time of one."""
    budget = Budget(seconds=timeout)
    found = (possible(search(goal, tables, budget), goal) for goal in (statistic, p_value))
    return HypothesisTest(*found)
