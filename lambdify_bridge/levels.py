"""From numbers that agree to a bound on the difference, and to a proof.

What is raised was confirmed before: neither ball arithmetic nor SymPy's rewriting is believed
against the definition.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sympy import Symbol

from lambdify_bridge.certificate import NoCertificate, bound
from lambdify_bridge.proof import proof
from lambdify_bridge.report import Report

SMALL = 1e-15  # relative: what a bound has to be below


def raised(report: Report, equation: Any, point: Mapping[Symbol, Any], level: str) -> Report:
    """The report with the strongest verdict that can be reached, if `level` asks for one.

    Raises MissingExtra where a certificate is needed, and python-flint is not there.
    """
    if level == "confirmed" or report.verdict != "confirmed":
        return report
    how = proof(equation.lhs, equation.rhs, getattr(equation, "given", True))
    if how:
        return replace(report, verdict="proved", reason=f"{how}; {report.reason}")
    if level == "proved":
        return replace(report, missed="exact rewriting does not show that the sides are equal")
    return _certified(report, equation, point)


def _certified(report: Report, equation: Any, point: Mapping[Symbol, Any]) -> Report:
    letters = {letter.name: letter for letter in point}
    places = [{letters[name]: v for name, v in at.items()} for at in report.points]
    try:
        worst = max(bound(equation.lhs, equation.rhs, place) for place in places or [{}])
    except NoCertificate as error:
        return replace(report, missed=str(error))
    if worst == float("inf"):
        return replace(report, verdict="refuted", reason="balls that hold the sides do not overlap")
    if worst > SMALL:
        return replace(report, missed=f"balls bound the relative difference by {worst:.0e} only")
    where = f"at {len(places)} points " if len(places) > 1 else ""
    how = f"{where}balls bound the relative difference by {worst:.0e}"
    return replace(report, verdict="certified", reason=f"{how}; {report.reason}")
