"""Limits from the literature, as written in tests/calculus/data/limits.json.

Each has its source (B. Demidovich's problems, D. Gruntz's thesis, reports of wrong or missing
answers of SymPy), its number there, and what is known of its letters.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sympy import Expr, Symbol, oo, simplify

from derive.engine import DOES_NOT_EXIST
from derive.parse import parse, parse_symbol

DATA = Path(__file__).parent.parent / "calculus" / "data" / "limits.json"
FACTS = ("positive", "real", "integer")
SINGULAR = (oo, -oo, DOES_NOT_EXIST)


@dataclass(frozen=True)
class Problem:
    source: str
    number: str
    f: Expr
    x: Symbol
    to: Expr
    dir: str
    value: Expr

    @property
    def name(self) -> str:
        return f"{self.source} {self.number}: {self.f} at {self.to}{self.dir}"

    def is_answered_by(self, found: Expr) -> bool:
        if found == self.value or found in SINGULAR or self.value in SINGULAR:
            return bool(found == self.value)
        return bool(simplify(found - self.value) == 0)


def problems(source: str = "") -> list[Problem]:
    rows = json.loads(DATA.read_text())
    return [_problem(row) for row in rows if source in ("", row["source"])]


def _problem(row: dict[str, Any]) -> Problem:
    facts: dict[str, list[str]] = {}
    for fact in FACTS:
        for name in row.get(fact, "").split(","):
            facts.setdefault(name, []).append(fact)
    facts.pop("", None)
    none = row["value"] == "does not exist"
    value = DOES_NOT_EXIST if none else parse(row["value"], facts)
    f, to, x = parse(row["f"], facts), parse(row["to"], facts), parse_symbol(row["x"], facts)
    for name, meaning in row.get("where", {}).items():
        f = f.xreplace({Symbol(name): parse(meaning, facts)})
    return Problem(row["source"], row["number"], f, x, to, row["dir"], value)
