"""For pytest: fixtures that check gradients and derivations, and a file of what they found.

    def test_slope(check_gradient):
        check_gradient(my_slope, sympy.sin(x**2))

`--derive-report=PATH` writes every report as JSON, in the order of the tests.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PROPERTY = "derive_report"
PASSED = ("confirmed", "certified", "proved")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("derive", "checks of gradients and derivations")
    group.addoption(
        "--derive-report", metavar="PATH", default=None, help="write the reports as JSON"
    )


def pytest_configure(config: pytest.Config) -> None:
    path = config.getoption("--derive-report")
    if path and not hasattr(config, "workerinput"):  # of several processes the first one writes
        config.pluginmanager.register(_Collector(Path(path)), "derive-report")


class _Collector:
    """The reports of all tests, from the processes in which they ran."""

    def __init__(self, path: Path) -> None:
        self.path, self.reports = path, list[dict[str, Any]]()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call":
            return
        for name, data in report.user_properties:
            if name == PROPERTY and isinstance(data, dict):
                self.reports.append({"test": report.nodeid, **data})

    def pytest_sessionfinish(self) -> None:
        self.path.write_text(
            json.dumps({"reports": self.reports}, indent=2) + "\n", encoding="utf-8"
        )


@pytest.fixture
def check_gradient(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """`check_gradient(function, against, **options)`: see `lambdify_bridge.validate`.

    Of an expression the function is its gradient; of a derivation what was derived.
    """

    def check(function: Callable[..., Any], against: Any, **options: Any) -> Any:
        __tracebackhide__ = True
        from lambdify_bridge.validation import validate

        is_derived = hasattr(getattr(against, "whole", against), "result") or isinstance(
            against, dict
        )
        report = validate(
            function, against, **({} if is_derived else {"kind": "gradient"}) | options
        )
        _record(request, report.to_dict())
        return report.raise_for_verdict()

    return check


@pytest.fixture
def check_derivation(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """`check_derivation(derivation)`: every step against numbers; its report.

    With a function as the second argument that is validated against the result as well.
    """

    def check(derivation: Any, function: Callable[..., Any] | None = None, **options: Any) -> Any:
        __tracebackhide__ = True
        from lambdify_bridge.validation import validate

        report = derivation.check()
        _record(
            request,
            {
                "against": str(derivation.problem),
                "verdict": report.verdict,
                "reason": report.reason,
            },
        )
        if report.verdict not in PASSED:
            raise AssertionError(f"{derivation.problem}: {report}")
        if function is None:
            return report
        found = validate(function, derivation, **options)
        _record(request, found.to_dict())
        return found.raise_for_verdict()

    return check


def _record(request: pytest.FixtureRequest, data: dict[str, Any]) -> None:
    plain = json.loads(json.dumps(data, default=str))
    request.node.user_properties.append((PROPERTY, plain))
