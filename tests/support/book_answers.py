"""Questions on sums, products, convergence and series with the answers of the literature."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import sympy

import derive
from derive.core import Derivation
from lambdify_bridge.check import Bench, Claim

DATA = Path(__file__).parent.parent / "calculus" / "data"
NO_VALUE = "none"


def questions(kind: str) -> list[dict[str, Any]]:
    return json.loads((DATA / f"{kind}.json").read_text())


def ask(kind: str, question: dict[str, Any]) -> Derivation:
    """Our derivation; raises DerivationError, ValueError."""
    f = question["f"]
    if kind == "series":
        return derive.series(f, question["variable"], question["centre"], question["n"])
    if kind == "convergence":
        return derive.convergence(f, question["index"], question["start"])
    over = question["index"], question["a"], question["b"]
    return (derive.summation if kind == "sums" else derive.product)(f, over)


def compared(kind: str, question: dict[str, Any], result: sympy.Basic) -> str:
    """right, wrong or undecided: beside the answer of the book, in words or by numbers."""
    if kind == "convergence":
        return "right" if str(result) == question["answer"] else "wrong"
    known = question["value"]
    if known == NO_VALUE:
        return "right" if str(result) == "does not exist" else "wrong"
    names = {s.name: s for s in result.free_symbols}
    value = derive.parse(known)
    value = value.xreplace({s: names.get(s.name, s) for s in value.free_symbols})
    if value == result:
        return "right"
    verdict = Bench(()).check(Claim(result, value, _domain(names))).verdict
    return {"confirmed": "right", "refuted": "wrong"}.get(verdict, verdict)


def _domain(names: dict[str, sympy.Symbol]) -> Any:
    """Where the answers of the books hold: small x, natural n."""
    counted = [s > 0 for s in names.values() if s.is_integer]
    small = [sympy.Abs(names["x"]) < sympy.Rational(1, 4)] if "x" in names else []
    return sympy.And(*counted, *small)
