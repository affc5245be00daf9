"""A derivation as a tree of steps in a terminal's columns: what a step needs hangs below it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from textwrap import wrap

from derive.core import Derivation
from derive.render.names import plain_text
from derive.render.outline import Line, Outline, outline
from derive.render.text import (
    OneLine,
    conditions,
    definitions,
    equation,
    in_ascii,
    reasons,
    verdict,
)

NARROWEST = 24  # columns that an equation gets at any depth, and at any width of the terminal
APART = 2
BRANCHES = {False: ("├─ ", "└─ ", "│  ", "   "), True: ("|- ", "`- ", "|  ", "   ")}

Paint = Callable[[str, str], str]  # of what it is ("rule", "result", "verdict") and its text


def tree(
    derivation: Derivation,
    detail: str = "normal",
    columns: int = 80,
    ascii: bool = False,
    paint: Paint = lambda kind, shown: shown,
) -> str:
    """The steps, each below the one that it is a part of, in lines of at most `columns`.

    `detail`: "brief", "normal" or "full". `ascii`: without other characters. `paint` colours what
    it is given: a rule, a result, a verdict. A word longer than a line is cut in two.

    >>> import derive
    >>> print(tree(derive.diff("x*sin(x)", "x"), columns=60))
    d/dx(x·sin(x))
    1. d/dx(x·sin(x)) = x·d/dx(sin(x)) + sin(x)·d/dx(x)
       product rule, u = x, v = sin(x)
    ├─ 2. d/dx(sin(x)) = cos(x)  sine
    └─ 3. d/dx(x) = 1  identity
    Result: d/dx(x·sin(x)) = x·cos(x) + sin(x)
    not checked
    """
    shown = outline(derivation, detail=detail)
    return "\n".join(Tree(shown, max(columns, NARROWEST), ascii, paint).lines())


class Tree:
    """One outline, set out in columns."""

    def __init__(self, shown: Outline, columns: int, ascii: bool, paint: Paint) -> None:
        self.shown, self.columns, self.ascii, self.paint = shown, columns, ascii, paint
        self.line = OneLine(shown.partial).doprint

    def lines(self) -> Iterator[str]:
        shown = self.shown
        for question, _ in shown.answers:
            yield from self.folded(self.line(question))
        for each in definitions(shown, self.line):
            yield from self.folded(each)
        for step, (branch, below) in zip(shown.lines, self.branches(), strict=True):
            yield from self.step(step, branch, below)
        if shown.left_out:
            yield from self.folded(f"... {shown.left_out} more steps")
        yield from self.result()
        yield from self.folded(verdict(shown), kind="verdict")

    def result(self) -> Iterator[str]:
        constant = f" + {self.line(self.shown.constant)}" if self.shown.constant else ""
        ending = constant + conditions(self.shown.given, self.line)
        results = [equation(*pair, self.line) for pair in self.shown.answers]
        if len(results) == 1:
            yield from self.folded(f"Result: {results[0]}{ending}", kind="result")
            return
        yield from self.folded("Result:" + ending, kind="result")
        for result in results:
            yield from self.folded(result, "  ", "  ", "result")

    def step(self, step: Line, branch: str, below: str) -> Iterator[str]:
        number = f"{step.number}. "
        under = below + " " * len(number)
        said = self.spelled(equation(step.goal, step.equals, self.line))
        reason = self.spelled(reasons(step, self.line))
        first = f"{branch}{number}{said}"
        if len(first) + APART + len(reason) <= self.columns:
            yield first + " " * APART + self.paint("rule", reason)
        else:
            yield from self.folded(said, branch + number, under)
            yield from self.folded(reason, under, under, "rule")
        if step.note:
            yield from self.folded(plain_text(step.note), under, under)

    def folded(self, text: str, first: str = "", below: str = "", kind: str = "") -> Iterator[str]:
        """The text in lines: `first` in front of the first, `below` in front of the others."""
        within = max(self.columns - max(len(first), len(below)) - 2, NARROWEST // 2)
        pieces = wrap(self.spelled(text), within, break_on_hyphens=False) or [""]
        for k, piece in enumerate(pieces):
            front = below + "  " if k else first
            yield front + (self.paint(kind, piece) if kind else piece)

    def spelled(self, text: str) -> str:
        return in_ascii(text) if self.ascii else text

    def branches(self) -> list[tuple[str, str]]:
        """What stands in front of each step, and of the lines below its first one."""
        more, last, bar, nothing = BRANCHES[self.ascii]
        most = max((self.columns - NARROWEST) // len(more), 0)
        levels = [min(level, most) for level in nested([step.depth for step in self.shown.lines])]
        fronts = []
        for k, level in enumerate(levels):
            bars = "".join(bar if goes_on(levels, k, each) else nothing for each in range(1, level))
            here = goes_on(levels, k, level)
            branch = (more if here else last) if level else ""
            own = (bar if here else nothing) if level else ""
            fronts.append((bars + branch, bars + own))
        return fronts


def nested(depths: Sequence[int]) -> list[int]:
    """Depths as levels: where lines were left out, those below move up.

    >>> nested([0, 3, 3, 5, 1])
    [0, 1, 1, 2, 1]
    """
    levels, open_depths = [], list[int]()
    for depth in depths:
        while open_depths and open_depths[-1] >= depth:
            open_depths.pop()
        levels.append(len(open_depths))
        open_depths.append(depth)
    return levels


def goes_on(levels: Sequence[int], k: int, level: int) -> bool:
    """Whether another line of this level hangs below the same one, after line k."""
    following = next((each for each in levels[k + 1 :] if each <= level), -1)
    return following == level
