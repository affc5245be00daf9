"""The rule book: every rule of every table, with its sentence, an example, and what it gives.

It is generated from the tables; a rule that is added to one appears here by itself.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from sympy import Basic, true

from derive.render.data import typed
from derive.render.latex import formula
from derive.render.markdown import escaped
from derive.render.text import one_line
from derive.rules import Rewrite, Rule, RuleTable

FACES = ("derive.__main__", "derive.command_line", "derive.rulebook", "derive.render")


@dataclass(frozen=True)
class Entry:
    """One rule as the rule book shows it."""

    table: RuleTable
    rule: Rule

    @property
    def title(self) -> str:
        return f"{self.table.title} ({self.table.operator.__name__})"

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
    found: dict[int, RuleTable] = {}
    for name in _modules():
        for value in vars(import_module(name)).values():
            if isinstance(value, RuleTable) and value.rules:
                found.setdefault(id(value), value)
    return tuple(found.values())


def _modules() -> list[str]:
    import derive

    names = (m.name for m in pkgutil.walk_packages(derive.__path__, "derive."))
    return sorted(name for name in names if not name.startswith(FACES))


def entries(word: str = "") -> Iterator[Entry]:
    """The rules in the order in which they are tried; with `word`, those that mention it."""
    seen: set[int] = set()
    for table in tables():
        for rule in table:
            mentioned = word.lower() in f"{table.title} {rule.name} {rule.sentence}".lower()
            if mentioned and id(rule) not in seen:
                seen.add(id(rule))
                yield Entry(table, rule)


def text(word: str = "") -> str:
    """The rule book as plain text.

    >>> print(text("product rule"))
    derivatives (Derivative)
    <BLANKLINE>
      product rule: Differentiate one factor at a time and keep the others.
        d/dx(x²·sin(x)) = x²·d/dx(sin(x)) + sin(x)·d/dx(x²)
    """
    lines: list[str] = []
    for title, group in _grouped(word):
        lines += ["", title, ""] if lines else [title, ""]
        for entry in group:
            lines.append(f"  {entry.rule.name}: {entry.rule.sentence}")
            condition = f" (if {one_line(entry.given)})" if entry.given is not None else ""
            lines.append(f"    {entry.equation(one_line)}{condition}")
    return "\n".join(lines)


def markdown(word: str = "") -> str:
    """The rule book as a page of Markdown."""
    lines: list[str] = []
    for title, group in _grouped(word):
        lines += [f"## {escaped(title)}", ""]
        for entry in group:
            condition = f" if ${formula(entry.given)}$" if entry.given is not None else ""
            lines.append(f"- **{escaped(entry.rule.name)}**: {escaped(entry.rule.sentence)}")
            lines.append(f"  ${entry.equation(formula)}${condition}")
        lines.append("")
    return "\n".join(lines).rstrip()


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


def _grouped(word: str) -> Iterator[tuple[str, list[Entry]]]:
    groups: dict[str, list[Entry]] = {}
    for entry in entries(word):
        groups.setdefault(entry.title, []).append(entry)
    yield from groups.items()
