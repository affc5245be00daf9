"""The fixtures and the report file of the pytest plugin, in test runs of their own."""

from __future__ import annotations

import json

import pytest

pytest_plugins = ["pytester"]
PLUGIN = ("-p", "lambdify_bridge.pytest_plugin", "-p", "no:cacheprovider", "-p", "no:xdist")
TESTS = """
    import numpy as np, sympy, derive
    from sympy.abc import x

    def test_right(check_gradient):
        check_gradient(lambda x: 2*x*np.cos(x**2), sympy.sin(x**2))

    def test_wrong(check_gradient):
        check_gradient(lambda x: np.cos(x**2), sympy.sin(x**2))

    def test_derived(check_derivation):
        d = derive.diff("x*exp(x)", "x")
        assert check_derivation(d).verdict == "confirmed"
        check_derivation(d, lambda x: (1 + x)*np.exp(x))
"""


def test_fixtures_and_the_report_file(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(TESTS)
    result = pytester.runpytest_subprocess(*PLUGIN, "--derive-report=found.json")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*likely cause chain-rule factor missing*"])
    reports = json.loads((pytester.path / "found.json").read_text())["reports"]
    assert [r["verdict"] for r in reports] == ["confirmed", "refuted"] + ["confirmed"] * 3
    assert reports[1]["test"].endswith("test_wrong")
    assert reports[1]["cause"]["name"].startswith("chain-rule")


def test_without_the_option_no_file_is_written(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(TESTS)
    pytester.runpytest_subprocess(*PLUGIN).assert_outcomes(passed=2, failed=1)
    assert not list(pytester.path.glob("*.json"))
