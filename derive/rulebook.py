"""The rule book: every rule of every table, with its sentence, an example, and what it gives.

It is generated from the tables; a rule that is added to one appears here by itself.
"""

from __future__ import annotations

import pkgutil
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

from sympy import Basic, true

from derive.render.data import typed
from derive.render.formula import formula
from derive.render.markdown import escaped
from derive.render.text import one_line
from derive.rules import Rewrite, Rule, RuleTable

FACES = (
    "derive.__main__",
    "derive.command_line",
    "derive.notebook",
    "derive.rulebook",
    "derive.render",
)


@dataclass(frozen=True)
class Entry:
    """One rule as the rule book shows it."""

    table: RuleTable
    rule: Rule

    @property
    def title(self) -> str:
        return f"{self.table.title} ({self.table.operator.__name__})"

    @property
    def room(self) -> str:
        """The package in which the rule stands, no deeper than derive.calculus.integrals."""
        package = self.rule.function.__module__.rpartition(".")[0]
        return ".".join(package.split(".")[:3])

    @property
    def gives(self) -> Rewrite | None:
        """What the rule makes of its example."""
        return _of_its_example(self.table, self.rule)

    @property
    def given(self) -> Basic | None:
        """The condition, where there is one."""
        return None if self.gives is None or self.gives.given is true else self.gives.given

    def equation(self, line: Callable[[Basic], str]) -> str:
        example = line(self.rule.example)
        return f"{example} = {line(self.gives.equals)}" if self.gives else example


@cache
def _of_its_example(table: RuleTable, rule: Rule) -> Rewrite | None:
    found = table.rewrites(rule.example, frozenset({rule.name}))
    return next((rewrite for _, rewrite in found), None)


def tables() -> tuple[RuleTable, ...]:
    """Every rule table of the package, in the order of the modules that hold them.

    >>> "derivatives" in [table.title for table in tables()]
    True
    """
    return _tables_of(import_module(name) for name in _modules())


def _tables_of(modules: Iterable[ModuleType]) -> tuple[RuleTable, ...]:
    found: dict[int, RuleTable] = {}
    for module in modules:
        for value in vars(module).values():
            if isinstance(value, RuleTable) and value.rules:
                found.setdefault(id(value), value)
    return tuple(found.values())


def _modules() -> list[str]:
    names = (m.name for m in pkgutil.walk_packages([str(Path(__file__).parent)], "derive."))
    return sorted(name for name in names if not name.startswith(FACES))


def entries(word: str = "", among: Iterable[RuleTable] | None = None) -> Iterator[Entry]:
    """The rules in the order in which they are tried; with `word`, those that mention it."""
    seen: set[int] = set()
    for table in tables() if among is None else among:
        for rule in table:
            mentioned = word.lower() in f"{table.title} {rule.name} {rule.sentence}".lower()
            if mentioned and id(rule) not in seen:
                seen.add(id(rule))
                yield Entry(table, rule)


def example_of(name: str, sentence: str) -> str:
    """The equation by which the rule book shows a rule; empty for one that no table has.

    >>> example_of("power rule", "The exponent comes down in front and drops by one.")
    'd/dx(x⁵) = 5x⁴'
    """
    loaded = (m for n, m in sorted(sys.modules.items()) if n.startswith("derive.") and m)
    for among in (_tables_of(loaded), None):  # what made the step is loaded, unless it was read
        for entry in entries(name, among):
            if (entry.rule.name, entry.rule.sentence) == (name, sentence):
                return entry.equation(one_line)
    return ""


def text(word: str = "") -> str:
    """The rule book as plain text.

    >>> print(text("product rule"))
    derivatives (Derivative)
    <BLANKLINE>
      product rule: Differentiate one factor at a time and keep the others.
        d/dx(x²·sin(x)) = x²·d/dx(sin(x)) + sin(x)·d/dx(x²)
    """
    lines: list[str] = []
    for title, group in _grouped(entries(word)).items():
        lines += ["", title, ""] if lines else [title, ""]
        for entry in group:
            lines.append(f"  {entry.rule.name}: {entry.rule.sentence}")
            condition = f" (if {one_line(entry.given)})" if entry.given is not None else ""
            lines.append(f"    {entry.equation(one_line)}{condition}")
    return "\n".join(lines)


def markdown(word: str = "", room: str = "") -> str:
    """The rule book, or the rules of one room, as a page of Markdown."""
    chosen = (entry for entry in entries(word) if room in ("", entry.room))
    lines: list[str] = []
    for title, group in _grouped(chosen).items():
        lines += [f"## {escaped(title)}", ""]
        for entry in group:
            condition = f" if ${formula(entry.given)}$" if entry.given is not None else ""
            lines.append(f"- **{escaped(entry.rule.name)}**: {escaped(entry.rule.sentence)}")
            lines.append(f"  ${entry.equation(formula)}${condition}")
        lines.append("")
    return "\n".join(lines).rstrip()


def rooms() -> list[str]:
    """The packages that hold rules, each of which has a page in the documentation.

    >>> "derive.calculus.integrals" in rooms()
    True
    """
    return sorted({entry.room for entry in entries()})


def data(word: str = "") -> list[dict[str, str]]:
    """The rule book for programs."""
    return [
        {
            "table": entry.table.title,
            "rule": entry.rule.name,
            "sentence": entry.rule.sentence,
            "example": typed(entry.rule.example),
            "gives": typed(entry.gives.equals) if entry.gives else "",
            "given": typed(entry.given) if entry.given is not None else "",
        }
        for entry in entries(word)
    ]


def _grouped(chosen: Iterable[Entry]) -> dict[str, list[Entry]]:
    groups: dict[str, list[Entry]] = {}
    for entry in chosen:
        groups.setdefault(entry.title, []).append(entry)
    return groups
