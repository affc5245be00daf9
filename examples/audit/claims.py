"""The claims of the tutorial, and who audits which."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from audit.findings import Finding, judge
from lambdify_bridge import Report, check

Claim = dict[str, Any]
CLAIMS = Path(__file__).parent.parent / "data" / "tutorial_claims.json"
AUDITS: dict[str, Callable[[Claim], Finding]] = {}


def audits(name: str) -> Callable[[Callable[[Claim], Finding]], Callable[[Claim], Finding]]:
    """Enter the decorated function as the audit of the claim `name`."""

    def add(function: Callable[[Claim], Finding]) -> Callable[[Claim], Finding]:
        AUDITS[name] = function
        return function

    return add


def read(path: Path = CLAIMS) -> list[Claim]:
    """The claims; decimals keep the digits that were printed."""
    text = path.read_text(encoding="utf-8")
    return json.loads(text, parse_float=Decimal)["claims"]


@dataclass(frozen=True)
class Audited:
    claim: Claim
    finding: Finding
    verdict: str
    reasons: list[str]
    reports: tuple[Report, ...]

    @property
    def unconfirmed(self) -> list[Report]:
        return [report for report in self.reports if report.verdict not in PASSED]


PASSED = ("confirmed", "certified", "proved")


def audited_claim(claim: Claim) -> Audited:
    """Derive, compute as published, compare; every derivation is checked against numbers."""
    finding = AUDITS[claim["id"]](claim)
    verdict, reasons = judge(finding)
    reports = tuple(check(derivation) for derivation in finding.derivations)
    return Audited(claim, finding, verdict, reasons, reports)


def floats(value: Any) -> Any:
    """Numbers of the JSON file, at any depth, as Python floats (integers stay)."""
    if isinstance(value, list):
        return [floats(entry) for entry in value]
    return float(value) if isinstance(value, Decimal) else value
