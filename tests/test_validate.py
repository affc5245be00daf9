"""Verdicts on people's functions: every cause fires first on its own example, right ones pass."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy as sp
from sympy.abc import x, y

import derive
from derive.arrays.operators import array
from derive.arrays.reading import declared, read_with
from derive.networks.backward import backward
from derive.parse import parse
from lambdify_bridge import ValidationError, ValidationReport, validate
from lambdify_bridge.testing import assert_matches
from lambdify_bridge.validation.calls import library_of
from lambdify_bridge.validation.causes import CAUSES, markdown
from lambdify_bridge.validation.table import Example, Row
from tests.support.mistakes_of_people import OTHER_WORDS, SEEN, UNSEEN, WITHOUT_CAUSE
from tests.support.seeded_mistakes import (
    CASES,
    Mistake,
    is_right,
    judged,
    mistakes,
    own_mistakes,
)

LINES = 8
EVERY = 9  # of the seeded mistakes so many are left out, but for one
SEEDED = [(case, mistake) for case in CASES for mistake in mistakes(case)][::EVERY]


def against(example: Example) -> Any:
    if example.shapes is None:
        return parse(example.against, {s: ["positive"] for s in example.positive.split()})
    if example.by:
        return derive.gradient(example.against, example.by, example.shapes)
    return array(read_with(example.against, declared(example.shapes, {})))


def names(rows: Any) -> list[str]:
    return [f"{k} {row.name}" for k, row in enumerate(rows)]


# ------------------------------------------------------------------ the table


@pytest.mark.parametrize("row", list(CAUSES), ids=names(CAUSES))
def test_each_cause_is_named_first_on_its_own_example(row: Row) -> None:
    example = row.example
    report = validate(example.wrong, against(example), kind=example.kind, **example.options)
    assert report.verdict == "refuted"
    assert report.cause is not None, report
    assert report.cause.name == row.name
    assert len(str(report).splitlines()) <= LINES
    json.dumps(report.to_dict())


@pytest.mark.parametrize("row", list(CAUSES), ids=names(CAUSES))
def test_each_cause_has_a_sentence(row: Row) -> None:
    assert row.sentence
    assert not row.sentence.endswith(".")


# ------------------------------------------------------------------ the seeded part


@pytest.mark.parametrize("case", CASES[::3], ids=lambda case: case.name)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_correct_function_is_confirmed(case: Any, dtype: str) -> None:
    report = judged(case, case.against(), case.function, dtype=dtype)
    assert report.verdict == "confirmed", report


@pytest.mark.one_in(2)
@pytest.mark.parametrize("case", sorted({case.name for case, _ in SEEDED}))
def test_seeded_mistakes_are_refuted_and_named(case: str) -> None:
    chosen = [(c, m) for c, m in SEEDED if c.name == case]
    target = chosen[0][0].against()
    for each, mistake in chosen:
        report = judged(each, target, mistake.function)
        assert report.verdict == "refuted", mistake
        assert is_right(report, mistake.cause), f"{mistake}\n{report}"


@pytest.mark.one_in(12)
@pytest.mark.parametrize("case", SEEN, ids=lambda case: case.name)
def test_mistakes_of_people_are_refuted_and_named(case: Any) -> None:
    target = case.against()
    assert judged(case, target, case.function).verdict == "confirmed"
    for mistake in own_mistakes(case):
        report = judged(case, target, mistake.function)
        assert report.verdict == "refuted", mistake
        if mistake.how in WITHOUT_CAUSE:
            continue
        assert report.cause is not None, mistake
        names = OTHER_WORDS.get(mistake.cause, set())
        assert is_right(report, mistake.cause) or report.cause.name in names, report
        assert len(str(report).splitlines()) <= LINES


@pytest.mark.one_in(5)
@pytest.mark.parametrize("case", UNSEEN, ids=lambda case: case.name)
def test_mistakes_that_no_cause_was_made_for_are_refuted(case: Any) -> None:
    target = case.against()
    assert judged(case, target, case.function).verdict == "confirmed"
    for mistake in own_mistakes(case):
        report = judged(case, target, mistake.function)
        assert report.verdict == "refuted", mistake
        assert len(str(report).splitlines()) <= LINES


def test_what_is_seeded_is_what_was_promised() -> None:
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)
    every = [m for case in CASES for m in mistakes(case)]
    assert all(isinstance(m, Mistake) for m in every)
    seeded = {m.cause for m in every}
    known = {row.name for row in CAUSES}
    assert seeded <= known
    assert len(seeded) >= 24


# ------------------------------------------------------------------ reports


def test_a_report_says_where_and_why() -> None:
    report = validate(lambda x: np.cos(x**2), sp.sin(x**2), kind="gradient")
    assert report.worst == {"x": 1.0}
    assert report.expected == pytest.approx(2 * math.cos(1))
    assert report.relative == pytest.approx(0.5)
    assert report.ulps > 1e14
    text = str(report)
    for word in ("refuted", "x = 1", "expected", "got", "ULPs", "tolerance", "chain-rule"):
        assert word in text
    assert len(text.splitlines()) <= LINES


def test_the_same_question_has_the_same_report() -> None:
    one, two = (str(validate(lambda x: np.cos(x), sp.sin(x))) for _ in range(2))
    assert one == two


def test_no_cause_is_guessed() -> None:
    report = validate(lambda x: np.sin(x) + 0.1 * np.cos(3 * x), sp.sin(x))
    assert report.verdict == "refuted"
    assert report.cause is None
    assert "no cause of the table" in str(report)


def test_one_wrong_component_among_many_is_found() -> None:
    symbols = sp.symbols("v0:12")
    loss = sum(s**2 for s in symbols)

    def gradient(v: Any) -> Any:
        g = 2 * np.asarray(v)
        g[7] *= 1.02
        return g

    report = validate(gradient, loss, kind="gradient", args=[list(symbols)])
    assert report.verdict == "refuted"
    assert report.relative == pytest.approx(0.02)


def test_small_losses_are_judged_by_their_own_size() -> None:
    report = validate(lambda x: 2e-9 * x, x**2 * sp.Rational(1, 10**9) / 2, kind="gradient")
    assert report.verdict == "refuted"
    assert report.cause is not None
    assert report.cause.name == "factor 2 or 1/2"


def test_the_wrong_output_is_named() -> None:
    report = validate(lambda x, y: (y, -x), x * y, kind="gradient")
    assert report.cause is not None
    assert report.cause.name == "sign"
    assert "d/dy" in report.output


def test_assert_matches() -> None:
    assert assert_matches(np.sin, sp.sin(x)).verdict == "confirmed"
    with pytest.raises(ValidationError, match="likely cause sign") as caught:
        assert_matches(lambda x: -np.sin(x), sp.sin(x))
    assert isinstance(caught.value.report, ValidationReport)


# ------------------------------------------------------------------ what can be asked


def test_values_and_gradients_are_told_apart() -> None:
    assert validate(lambda x, y: x**2 * y, x**2 * y).kind == "value"
    assert validate(lambda x, y: (2 * x * y, x**2), x**2 * y).kind == "gradient"
    assert validate(
        lambda x, y: {"x": 2 * x * y, "y": x**2}, x**2 * y, kind="gradient"
    ).verdict == ("confirmed")


def test_arguments_follow_the_parameters_of_the_function() -> None:
    assert validate(lambda y, x: x - y, x - y).verdict == "confirmed"
    assert validate(lambda a, b: a - b, x - y, args=[y, x]).cause.name == "sign"


def test_derivations() -> None:
    slope = derive.diff("x**2*sin(x)", "x")
    right = validate(lambda x: 2 * x * np.sin(x) + x**2 * np.cos(x), slope)
    assert (right.kind, right.verdict) == ("derivative", "confirmed")
    half = validate(lambda x: 2 * x * np.sin(x), slope)
    assert half.cause is not None
    assert half.cause.name == "product rule with one term only"
    area = derive.integrate("x*exp(-a*x)", ("x", 0, 1))
    assert validate(
        lambda a: (1 - (1 + a) * np.exp(-a)) / a**2, area, domain={"a": (1, 3)}
    ).kind == ("integral")


def test_antiderivatives_may_differ_by_a_constant() -> None:
    found = derive.integrate("cos(x)", "x")
    assert validate(lambda x: np.sin(x) + 3, found).verdict == "confirmed"
    assert validate(lambda x: np.cos(x), found).verdict == "refuted"


def test_hessian_and_backward() -> None:
    f = x**2 * y + y**3
    hessian = validate(lambda x, y: np.array([[2 * y, 2 * x], [2 * x, 6 * y]]), f, kind="hessian")
    assert hessian.verdict == "confirmed"
    wrong = validate(lambda x, y: np.array([[2 * y, 2 * x], [0 * x, 6 * y]]), f, kind="hessian")
    assert wrong.verdict == "refuted"

    def back(x: Any, y: Any, up: Any) -> Any:
        return up[0] * y + up[1], up[0] * x

    assert validate(back, [x * y, x], kind="backward").verdict == "confirmed"


def test_a_density_integrates_to_one() -> None:
    t = sp.Symbol("x", real=True)
    unnormalised = validate(lambda x: np.exp(-(x**2) / 2), sp.exp(-(t**2) / 2), kind="pdf")
    assert unnormalised.verdict == "refuted"
    assert "integral over x is 2.50663" in unnormalised.reason


def test_subgradients_are_accepted_at_kinks() -> None:
    for at_zero in (0.0, 0.5, 1.0):
        slope = lambda x, c=at_zero: np.where(x > 0, 1.0, np.where(x < 0, 0.0, c))
        report = validate(slope, sp.Max(x, 0), kind="gradient")
        assert report.verdict == "confirmed"
        assert "kinks" in str(report)
    beyond = validate(
        lambda x: np.where(x > 0, 1.0, np.where(x < 0, 0.0, 2.0)), sp.Max(x, 0), kind="gradient"
    )
    assert beyond.verdict == "refuted"


def test_plain_python() -> None:
    def relu(x: float) -> float:
        return max(x, 0.0) + math.exp(-x) * 0

    assert validate(relu, sp.Max(x, 0), domain={"x": (-9, 9)}).verdict == "confirmed"
    report = validate(relu, sp.Max(x, 0), arrays=True, domain={"x": (-9, 9)}, library="numpy")
    assert report.cause is not None
    assert report.cause.name == "Python max or if on arrays"


def test_overflow_says_where_it_starts() -> None:
    report = validate(
        lambda x: np.log(1 + np.exp(x)), sp.log(1 + sp.exp(x)), domain={"x": (0.5, 5000)}
    )
    assert report.verdict == "refuted"
    report = validate(lambda x: np.exp(x) / (1 + np.exp(x)), 1 / (1 + sp.exp(-x)))
    assert report.cause is not None
    assert "709.8" in report.cause.where


def test_what_is_known_of_letters_is_respected() -> None:
    seen: list[tuple[Any, Any]] = []
    n, p = sp.Symbol("n", integer=True, positive=True), sp.Symbol("p", positive=True)

    def power(n: Any, p: Any) -> Any:
        seen.append((n, p))
        return p**n

    assert validate(power, p**n, library="python").verdict == "confirmed"
    assert all(n > 0 and n == int(n) and p > 0 for n, p in seen)


def test_no_domain_no_verdict() -> None:
    report = validate(lambda x: x, sp.sqrt(-1 - x**2))
    assert report.verdict == "undecided"
    assert "domain" in report.reason


def test_errors_are_findings() -> None:
    def broken(x: Any) -> Any:
        raise RuntimeError("no weights")

    report = validate(broken, sp.sin(x))
    assert report.verdict == "refuted"
    assert "no weights" in str(report)


RIDGE = ("sum((X @ w - y)**2)/n + lam*sum(w**2)", "w", {"X": "n,d", "w": "d", "y": "n", "lam": ""})


@pytest.mark.parametrize(
    ("wrong", "name", "said"),
    [
        (
            lambda X, w, y, lam: 2 * X.T @ (X @ w - y) / len(y) + lam * w,
            "factor of a term",
            ["the term 2*lam*w is counted with the factor 1/2"],
        ),
        (
            lambda X, w, y, lam: 2 * X.T @ (X @ w - y) + 2 * lam * w,
            "missing or extra 1/N",
            ["the term 2/n*((X @ w - y) @ X) is counted with the factor the size of axis 0 of X"],
        ),
        (
            lambda X, w, y, lam: -X.T @ (X @ w - y) / len(y) + lam * w,
            "two mistakes at once",
            ["the term 2*lam*w is counted", "factor -1/2"],
        ),
    ],
)
def test_the_wrong_term_is_told(wrong: Any, name: str, said: list[str]) -> None:
    report = validate(wrong, derive.gradient(*RIDGE))
    assert report.cause is not None
    assert report.cause.name == name
    assert all(words in str(report) for words in said), report


def test_each_wrong_output_has_its_cause() -> None:
    shapes = {"X": "N,d", "W": "d,k", "b": "k", "Y": "N,k"}
    against = backward("sum((X @ W + b - Y)**2)/N", "W, b", shapes, {})

    def wrong(X: Any, W: Any, b: Any, Y: Any) -> Any:
        error = X @ W + b - Y
        return -2 * X.T @ error / len(X), 2 * error / len(X)

    report = validate(wrong, against, args=["X", "W", "b", "Y"])
    assert report.cause is not None
    assert report.cause.name == "sign"
    assert "in d/db: batch not summed" in str(report)


def test_digits_lost_where_a_factorial_overflows_are_rounding() -> None:
    from scipy import special

    k, mean = sp.Symbol("k", integer=True, positive=True), sp.Symbol("l", positive=True)
    density = k * sp.log(mean) - mean - sp.loggamma(k + 1)
    right = validate(lambda k, l: k * np.log(l) - l - special.gammaln(k + 1), density)
    assert right.verdict == "confirmed", right


def test_a_phase_that_turns_round_is_rounding() -> None:
    time, period = sp.symbols("t T", positive=True)
    wave = validate(lambda t, T: np.cos(np.pi * t / T), sp.cos(sp.pi * time / period))
    assert wave.verdict == "confirmed", wave


@pytest.mark.parametrize(
    ("function", "kind"),
    [
        (lambda y, x: np.gradient(y, x, edge_order=2), "sampled derivative"),
        (lambda y, x: np.trapezoid(y, x), "sampled integral"),
    ],
)
def test_methods_of_second_order_are_confirmed(function: Any, kind: str) -> None:
    for dtype in ("float64", "float32"):
        assert validate(function, x * sp.exp(-x), kind=kind, dtype=dtype).verdict == "confirmed"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"kind": "slope"}, "the kind is one of"),
        ({"dtype": "float16"}, "float32 and float64"),
        ({"library": "fortran"}, "the library is one of"),
    ],
)
def test_wrong_questions(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        validate(np.sin, sp.sin(x), **options)


# ------------------------------------------------------------------ libraries


def test_a_library_is_known_by_its_name_in_the_code() -> None:
    import cmath as closed

    def imported(x: Any) -> Any:
        import math

        return math.sin(x)

    assert library_of(lambda x: np.sin(x)) == "numpy"
    assert library_of(lambda x: closed.sin(x)) == library_of(imported) == "python"
    assert library_of(lambda x: x + 1) is None


@pytest.mark.torch
def test_torch() -> None:
    torch = pytest.importorskip("torch")
    f = y * sp.tanh(x)
    report = validate(lambda x, y: y * torch.tanh(x), f, dtype="float32")
    assert report.verdict == "confirmed", report
    wrong = validate(lambda x, y: (y * torch.tanh(x), torch.tanh(x)), f, kind="gradient")
    assert wrong.verdict == "refuted"


def test_jax() -> None:
    jax = pytest.importorskip("jax")
    f = y * sp.tanh(x)
    slope = jax.grad(lambda x, y: y * jax.numpy.tanh(x), (0, 1))
    report = validate(slope, f, kind="gradient", library="jax", dtype="float32")
    assert report.verdict == "confirmed", report


def test_the_page_lists_the_causes_and_shows_a_report_as_it_is() -> None:
    page = (Path(__file__).parent.parent / "docs" / "validation.md").read_text(encoding="utf-8")
    assert markdown() in page
    report = str(validate(lambda x: np.cos(x**2), sp.sin(x**2), kind="gradient")).splitlines()
    assert all(line in page for line in report[1:])
