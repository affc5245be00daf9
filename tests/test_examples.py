"""The examples run and say what they should; the audit's verdicts follow from its numbers alone."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sympy import Derivative, Eq, Integer, cos, sin
from sympy.abc import x

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
sys.path.append(str(EXAMPLES))

import audit_tutorial  # noqa: E402
from audit import sums  # noqa: E402
from audit.claims import AUDITS, Audited, audited_claim, read  # noqa: E402
from audit.findings import (  # noqa: E402
    FIGURE,
    FRAGILE,
    METHOD,
    ORDER,
    RIGHT,
    Figure,
    Finding,
    Outcome,
    Trial,
    attempt,
    judge,
    misprints,
    numbers,
    slip,
)
from audit.report import checked, table  # noqa: E402

from derive.core import Derivation, Step  # noqa: E402
from lambdify_bridge import check  # noqa: E402

CLAIMS = {claim["id"]: claim for claim in read()}
SCRIPTS = sorted(EXAMPLES.glob("*.py"))
SAMPLE = EXAMPLES / "data" / "tutorial_audit.md"


def run(script: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", str(script), *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert not done.stderr
    return done.stdout


LONG = {"conv2d", "generative", "gradient_descent_step_size", "integrals", "lstm"}
ALONE = [
    pytest.param(s, id=s.stem, marks=pytest.mark.slow if s.stem in LONG else ())
    for s in SCRIPTS
    if s.stem != "audit_tutorial"
]


@pytest.mark.one_in(3)
@pytest.mark.parametrize("script", ALONE)
def test_example_runs_and_is_confirmed(script: Path) -> None:
    output = run(script)
    assert "confirmed" in output
    assert "refuted" not in output
    assert "undecided" not in output


@pytest.mark.one_in(3)
@pytest.mark.parametrize("name", ["pca_of_points", "step_size_range", "stability_regions"])
def test_example_draws_a_picture(name: str, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    written = tmp_path / "picture.png"
    run(EXAMPLES / f"{name}.py", "--picture", str(written))
    assert written.read_bytes().startswith(b"\x89PNG")


def test_the_picture_of_the_readme(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    written = tmp_path / "overview.svg"
    run(EXAMPLES / "overview.py", "--picture", str(written))
    assert b"<svg" in written.read_bytes()
    assert len(written.read_bytes()) < 150_000


def test_the_neuron_learns() -> None:
    losses = [float(v) for v in re.findall(r"loss ([0-9.]+)", run(EXAMPLES / "backprop_neuron.py"))]
    assert losses[0] == pytest.approx(np.log(2), abs=1e-4)
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 0.2


# ------------------------------------------------------------------ the audit as a whole


def same_but_for_rounding(left: str, right: str) -> bool:
    """The same words, and numbers that agree to six digits."""
    number = re.compile(r"-?\d+\.\d+(?:e[-+]?\d+)?")
    if number.sub("#", left) != number.sub("#", right):
        return False
    pairs = zip(number.findall(left), number.findall(right), strict=True)
    return all(float(a) == pytest.approx(float(b), rel=1e-6) for a, b in pairs)


@pytest.mark.slow
def test_the_sample_report_is_what_the_script_writes(tmp_path: Path) -> None:
    written = tmp_path / "report.md"
    output = run(EXAMPLES / "audit_tutorial.py", "--markdown", str(written))
    text = written.read_text(encoding="utf-8")
    assert same_but_for_rounding(text, SAMPLE.read_text(encoding="utf-8"))
    assert re.findall(r"^## ([a-z0-9-]+):", text, re.M) == list(CLAIMS)
    assert max(map(len, output.splitlines())) <= 120
    counts = re.search(r"^(\d+) claims: (.*)$", output, re.M)
    assert counts is not None
    assert int(counts[1]) == 27
    assert sum(int(n) for n in re.findall(r"\d+", counts[2])) == 27
    assert "derivations checked against their definitions, 0 not confirmed" in output


def test_every_claim_has_one_audit() -> None:
    assert len(CLAIMS) == len(read()) == 27
    assert set(AUDITS) == set(CLAIMS)


def test_no_audit_names_a_verdict() -> None:
    words = (RIGHT, ORDER, FIGURE, FRAGILE, METHOD)
    decide = ("findings", "report")
    subjects = [p for p in (EXAMPLES / "audit").glob("*.py") if p.stem not in decide]
    assert len(subjects) >= 5
    for path in subjects:
        text = path.read_text(encoding="utf-8")
        assert not any(f'"{word}"' in text for word in words)
        assert not re.search(r"\b(RIGHT|ORDER|FIGURE|FRAGILE|METHOD)\b", text)


# ------------------------------------------------------------------ facts that NumPy alone proves


def given(name: str) -> Any:
    return json.loads(json.dumps(CLAIMS[name]["input"], default=float))


def printed(name: str) -> Any:
    return json.loads(json.dumps(CLAIMS[name]["printed"], default=float))


def gradient_is_not_what_is_printed() -> bool:
    asked = given("numerical-gradient")
    method = np.gradient(asked["y"], asked["x"])
    inside = np.allclose(method[1:-1], 20 * np.array(asked["x"])[1:-1])
    return inside and not np.allclose(method, printed("numerical-gradient"))


def covariance_has_one_wrong_digit() -> bool:
    off = np.cov(given("covariance")["x"], given("covariance")["y"]) - printed("covariance")
    return np.count_nonzero(np.abs(off) > 1e-9) == 1


def product_is_elementwise() -> bool:
    asked = given("matrix-product")
    shapes = np.shape(asked["A"])[1] != np.shape(asked["B"])[0]
    return shapes and np.array_equal(np.multiply(asked["A"], asked["B"]), printed("matrix-product"))


def product_rule_is_far_off() -> bool:
    at = np.array(given("product-rule")["x"], dtype=float)
    h = 1e-6
    slope = ((at + h) ** 2 * np.sin(at + h) - (at - h) ** 2 * np.sin(at - h)) / (2 * h)
    return bool(np.max(np.abs(slope - printed("product-rule"))) > 1)


def chain_rule_is_far_off() -> bool:
    at = np.array(given("chain-rule")["x"], dtype=float)
    h = 1e-7
    slope = (np.sin((at + h) ** 6) - np.sin((at - h) ** 6)) / (2 * h)
    return bool(np.max(np.abs(slope - printed("chain-rule"))) > 1)


def largest_is_not_the_limit() -> bool:
    """(exp(x) - 1)/x tends to 1 and its largest value on (0, 1] is e - 1."""
    grid = np.linspace(0.001, 1, 1000)
    return bool(np.max(np.expm1(grid) / grid) > 1.7 and abs(np.expm1(1e-9) / 1e-9 - 1) < 1e-6)


def inverse_times_matrix_is_one() -> bool:
    return bool(np.allclose(np.dot(given("inverse"), printed("inverse")), np.eye(2), atol=1e-15))


def eigenpairs_have_no_residual() -> bool:
    values, vectors = printed("eigen")["values"], np.array(printed("eigen")["vectors"])
    return bool(np.allclose(given("eigen") @ vectors, vectors * values, atol=1e-8))


def y_is_proportional_to_x() -> bool:
    x, y = (np.array(given("correlation")[name]) for name in "xy")
    return np.array_equal(2 * x, y) and np.array_equal(printed("correlation"), np.ones((2, 2)))


def descent_ends_short_of_the_minimum() -> bool:
    asked = given("gradient-descent")
    position = asked["start"]
    for _ in range(asked["iterations"]):
        position -= asked["learning_rate"] * (2 * position - 2)
    return 1e-10 < position - 1 < 1e-9


def trapezoids_are_off_by_order_h_squared() -> bool:
    h = 1 / 99
    return abs(printed("area") - 1 / 3) == pytest.approx(h**2 / 6, rel=1e-6)


def gaussian_lost_a_digit() -> bool:
    return 4e-11 < abs(printed("gaussian-integral") - np.sqrt(np.pi)) < 6e-11


def softmax_is_nan() -> bool:
    with np.errstate(all="ignore"):
        e = np.exp(np.array([1000.0, 1001.0]))
        return bool(np.isnan(e / e.sum()).all())


FACTS = {
    "l1-norm": (RIGHT, lambda: sum(map(abs, given("l1-norm"))) == printed("l1-norm")),
    "l2-norm": (RIGHT, lambda: np.isclose(printed("l2-norm") ** 2, 55, rtol=1e-14)),
    "frobenius-norm": (RIGHT, lambda: np.isclose(printed("frobenius-norm") ** 2, 28, rtol=1e-14)),
    "inverse": (RIGHT, inverse_times_matrix_is_one),
    "eigen": (RIGHT, eigenpairs_have_no_residual),
    "determinant": (RIGHT, lambda: abs(printed("determinant") - (-1 * -4 - 2 * 3)) < 1e-14),
    "normalise": (RIGHT, lambda: np.isclose(np.linalg.norm(printed("normalise")["normalised"]), 1)),
    "mean": (RIGHT, lambda: printed("mean") * 5 == sum(given("mean"))),
    "variance": (RIGHT, lambda: printed("variance") == np.var(given("variance"))),
    "correlation": (RIGHT, y_is_proportional_to_x),
    "area": (ORDER, trapezoids_are_off_by_order_h_squared),
    "gradient-descent": (ORDER, descent_ends_short_of_the_minimum),
    "numerical-gradient": (FIGURE, gradient_is_not_what_is_printed),
    "covariance": (FIGURE, covariance_has_one_wrong_digit),
    "gaussian-integral": (FIGURE, gaussian_lost_a_digit),
    "softmax": (FRAGILE, softmax_is_nan),
    "matrix-product": (METHOD, product_is_elementwise),
    "dot-product": (METHOD, lambda: np.ndim(printed("dot-product")) != 0),
    "limit": (METHOD, largest_is_not_the_limit),
    "product-rule": (METHOD, product_rule_is_far_off),
    "chain-rule": (METHOD, chain_rule_is_far_off),
}


@pytest.mark.parametrize("name", FACTS)
def test_verdicts_that_numpy_alone_proves(name: str) -> None:
    verdict, fact = FACTS[name]
    assert fact()
    found = audited_claim(CLAIMS[name])
    assert found.verdict == verdict
    assert found.reports
    assert not found.unconfirmed


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("softmax", "breaks at x = [1000, 1001]"),
        ("sigmoid", "breaks at x = -1000"),
        ("relu", "ValueError"),
        ("t-test", "of 2000 draws"),
        ("gaussian-integral", "one digit is lost"),
        ("covariance", "printed 145.3, the method gives 148.3: one digit is another"),
        ("product-rule", "one digit too many"),
        ("limit", "counterexample"),
    ],
)
def test_reasons(name: str, words: str) -> None:
    assert words in "; ".join(audited_claim(CLAIMS[name]).reasons)


def test_gradient_descent_in_closed_form() -> None:
    found = audited_claim(CLAIMS["gradient-descent"]).finding
    assert float(found.figures[0].derived) == pytest.approx(1 + 4 * 0.8**100, rel=1e-15)
    assert "converges for 0 < r < 1;" in " ".join(found.notes)


def test_the_t_test_rejects_as_often_as_its_power_says() -> None:
    found = audited_claim(CLAIMS["t-test"]).finding
    share = np.mean(list(found.decisions.values()))
    power = float(re.findall(r"power is ([0-9.]+)%", found.notes[0])[0]) / 100
    assert abs(share - power) < 4 * np.sqrt(power * (1 - power) / len(found.decisions))


# ------------------------------------------------------------------ no verdict is hard-coded


def altered(value: Any) -> Any:
    """The same figures with the first that is not 0 larger by one per cent."""
    if isinstance(value, dict):
        first = next(iter(value))
        return {**value, first: altered(value[first])}
    if isinstance(value, list):
        return [altered(value[0]), *value[1:]]
    return Decimal(str(value)) * Decimal("1.01")


@pytest.mark.parametrize(
    "name",
    [n for n, (v, _) in FACTS.items() if v in (RIGHT, ORDER) and "printed" in CLAIMS[n]],
)
def test_a_figure_one_per_cent_off_is_found(name: str) -> None:
    claim = {**CLAIMS[name], "printed": altered(CLAIMS[name]["printed"])}
    assert audited_claim(claim).verdict == FIGURE


@pytest.mark.parametrize(
    ("name", "corrected", "verdict"),
    [
        ("covariance", [["148.3", "285.6"], ["285.6", "569.2"]], RIGHT),
        ("covariance", [["118.64", "228.48"], ["228.48", "455.36"]], RIGHT),
        ("variance", "2.5", RIGHT),
        ("gaussian-integral", "1.7724538509055159", RIGHT),
        ("numerical-gradient", ["10", "20", "40", "60", "70"], ORDER),
        ("matrix-product", [["900", "1600", "2100"], ["2400", "2500", "2400"]], METHOD),
    ],
)
def test_a_corrected_figure_is_accepted(name: str, corrected: Any, verdict: str) -> None:
    figures = json.loads(json.dumps(corrected).replace('"', ""), parse_float=Decimal)
    assert audited_claim({**CLAIMS[name], "printed": figures}).verdict == verdict


def test_other_inputs_are_worked_out_as_well() -> None:
    claim = deepcopy(CLAIMS["inverse"])
    claim["input"], claim["printed"] = [[2, 0], [0, 4]], [[Decimal("0.5"), 0], [0, Decimal("0.25")]]
    assert audited_claim(claim).verdict == RIGHT
    claim = {**CLAIMS["l2-norm"], "input": [3, 4], "printed": 5}
    assert audited_claim(claim).verdict == RIGHT


def test_the_script_reads_another_file_of_claims(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = {"claims": [{**CLAIMS["l1-norm"], "printed": 15.15}]}
    path = tmp_path / "claims.json"
    path.write_text(json.dumps(text), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["audit_tutorial.py", "--claims", str(path)])
    audit_tutorial.main()
    assert "FIGURE WRONG: norm: printed 15.15, the method gives 15" in capsys.readouterr().out


# ------------------------------------------------------------------ the decision


@pytest.mark.parametrize(
    ("figure", "verdict"),
    [
        (Figure("", 1, 1.0), RIGHT),
        (Figure("", 1, 1.0 + 1e-15), RIGHT),
        (Figure("", 1, 1.0, Decimal("1.00000002")), FIGURE),
        (Figure("", 1, 1.0, Decimal("1.000000001")), FIGURE),
        (Figure("", 1, 0.99999, 1, predicted=-1e-5, rounded_to=4), ORDER),
        (Figure("", 1, 1.001), METHOD),
        (Figure("", 1, 1.001, predicted=1e-3), ORDER),
        (Figure("", 1, 1.001, predicted=-1e-3), METHOD),
        (Figure("", 1, 1.001, predicted=2e-3), METHOD),
        (Figure("", 1, 1.001, bound=2e-3), ORDER),
        (Figure("", 1, 1.001, bound=5e-4), METHOD),
        (Figure("", 1, [1.0, 1.0]), METHOD),
        (Figure("", None, 1.0, because="there is none"), METHOD),
        (Figure("", [1, 2], [1.0, 2.0], [1, 2]), RIGHT),
        (Figure("", [1, 2], [1.0, 2.0], [1, 3]), FIGURE),
        (Figure("", [1, 2], [1.0, 2.0], 1), FIGURE),
        (Figure("", [1, 2], [1.0, 2.1], [1, 3]), METHOD),
    ],
)
def test_judged_figures(figure: Figure, verdict: str) -> None:
    assert judge(Finding((figure,)))[0] == verdict


def test_judged_trials_and_draws() -> None:
    good, wrong = Trial("", 1, Outcome(1.0)), Trial("", 1, Outcome(2.0))
    nan, loud = Trial("", 1, Outcome(np.nan)), Trial("", 1, Outcome(1.0, "overflow"))
    assert judge(Finding(trials=(good,)))[0] == RIGHT
    assert judge(Finding(trials=(good, nan)))[0] == FRAGILE
    assert judge(Finding(trials=(loud,)))[0] == FRAGILE
    assert judge(Finding(trials=(good, nan, wrong)))[0] == METHOD
    assert judge(Finding(decisions={"a": True, "b": False}))[0] == FRAGILE
    assert judge(Finding(decisions={"a": True, "b": True}))[0] == RIGHT


def test_attempts() -> None:
    assert attempt(np.exp, np.float64(1)) == Outcome(np.exp(1))
    overflow = attempt(np.exp, np.float64(1000))
    assert overflow.value == np.inf
    assert "overflow" in overflow.complaint
    assert attempt(float, "no number").broken


@pytest.mark.parametrize(
    ("shown", "value", "words"),
    [
        ("1.772453850955159", 1.7724538509055159, "one digit is lost"),
        ("1.473777746", 1.47377746, "one digit too many"),
        ("145.3", 148.3, "one digit is another"),
        ("3", 20.0, ""),
    ],
)
def test_slips_of_print(shown: str, value: float, words: str) -> None:
    assert words in slip(Decimal(shown), value)
    assert bool(slip(Decimal(shown), value)) == bool(words)
    assert misprints(Decimal(shown), numbers(value), None)


def test_a_derivation_that_is_not_confirmed_is_shown() -> None:
    false = check(Eq(Derivative(sin(x), x), -cos(x), evaluate=False))
    empty = check(Eq(x, x, evaluate=False))
    for report in (false, empty):
        shown = Audited(CLAIMS["mean"], Finding(), RIGHT, [], (report,))
        assert f"0 of 1 derivations confirmed; NOT CONFIRMED ({report.verdict})" in checked(shown)
        assert "NOT CONFIRMED" in table([shown])
        assert "1 derivations checked against their definitions, 1 not confirmed" in table([shown])


# ------------------------------------------------------------------ listed numbers


LISTS = np.random.default_rng(7).integers(-9, 9, (3, 2, 6))


@pytest.mark.parametrize("x_and_y", LISTS.tolist(), ids=str)
def test_sums_agree_with_numpy(x_and_y: list[list[int]]) -> None:
    u, v = (sums.exact(each) for each in x_and_y)
    expected = {
        sums.TotalOf(u): np.sum(x_and_y[0]),
        sums.MeanOf(u): np.mean(x_and_y[0]),
        sums.CovarianceOf(u, v, 0): np.cov(x_and_y, ddof=0)[0, 1],
        sums.CovarianceOf(u, v, 1): np.cov(x_and_y, ddof=1)[0, 1],
        sums.CorrelationOf(u, v): np.corrcoef(x_and_y)[0, 1],
        sums.NormOf(u, 1): np.linalg.norm(x_and_y[0], 1),
        sums.NormOf(u, 2): np.linalg.norm(x_and_y[0]),
        sums.NormOf(u, 3): np.linalg.norm(x_and_y[0], 3),
    }
    for goal, value in expected.items():
        found = sums.worked_out(goal)
        assert float(found.result) == pytest.approx(float(value), rel=1e-12)
        assert found.check().verdict == "confirmed"


@pytest.mark.parametrize("head", sorted(sums.TABLES, key=str), ids=lambda head: head.__name__)
def test_each_sum_has_an_estimator_that_refutes(head: type) -> None:
    """A result that is off by one in a thousand is refuted, not only accepted when right."""
    goal = next(iter(sums.TABLES[head])).example
    lists = {letter: Integer(k) for letter, k in zip(sums.ABC, (2, 3, 7), strict=True)}
    goal = goal.func(*(each.xreplace(lists) for each in goal.args))
    right = sums.worked_out(goal).result
    false = right * Integer(1001) / 1000
    step = Step(goal=goal, rule="false", equals=false, result=false)
    assert Derivation(step, goal).check().verdict == "refuted"
