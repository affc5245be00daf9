"""The command line: answers, forms, exit codes, and input that is not what it should be."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from derive.command_line import main
from derive.command_line.codes import NOT_CONFIRMED, NOT_WORKED_OUT, WORKED_OUT, WRONG_USAGE
from derive.command_line.demo import DEMO
from derive.command_line.showing import json_of
from derive.command_line.terminal import write
from lambdify_bridge.report import Report

ROOT = Path(__file__).resolve().parent.parent
BACKPROP = ("z = w*x + b", "a = sigmoid(z)", "L = (a - y)**2/2", "--wrt", "w,b")


def derive_command(*words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "derive", *words],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        timeout=60,
        check=False,
    )


# fmt: off
ANSWERS = (
    (("diff", "x**2*sin(x)", "x"),              "Result: d/dx(x²·sin(x)) = x²·cos(x) + 2x·sin(x)"),
    (("diff", "x^3", "x", "2"),                 "= 6x"),
    (("diff", "x**2*y", "x", "y"),              "= 2x"),
    (("diff", "x^2"),                           "= 2x"),
    (("diff", "sqrt(n^2)*n", "n", "--positive", "n"), "= 2n"),
    (("diff", "x**2", "x", "--method", "definition"), "lim_{h→0}"),
    (("limit", "sin(x)/x", "x", "0"),           "= 1"),
    (("limit", "1/x", "x", "0", "--dir", "-"),  "= -∞"),
    (("limit", "1/x", "x", "-oo"),              "= 0"),
    (("limit", "1/x", "x", "0"),                "does not exist"),
    (("integrate", "x*exp(x)", "x"),            "= x·exp(x) - exp(x) + C"),
    (("integrate", "x**2", "x", "-1", "2"),     "= 3"),
    (("determinant", "[[a,b],[c,d]]"),          "= a·d - b·c"),
    (("inverse", "[[2,1],[5,3]]"),              "= [[3, -1], [-5, 2]]"),
    (("eigen", "[[2,1],[1,2]]"),                "(1, 3)"),
    (("backprop", *BACKPROP),                   "Result: dL/db = "),
    (("ask", "kl_divergence", "[1/2,1/2]", "[1/4,3/4]"), "= -log(3)/2 + log(2)"),
    (("ask", "gradient", "x**2*y", '["x", "y"]', "--option", "at=[1,2]"), "= [[4], [1]]"),
    (("ask", "shannon_entropy", '["1/2", "1/2"]', "--option", "base=2"), "= 1"),
    (("ask", "diff", "sqrt(n^2)", "n", "--positive", "n"), "= 1"),
    (("ask", "newtons_method", "x**2 - 2", "x", "sqrt(2)"), "e²"),
    (("jacobian", "A @ x", "x", "--shape", "A=m,n", "--shape", "x=n"), "Result: ∂(A x)/∂x = A"),
    (("ask",),                                  "\nconvergence                 Whether the series"),
)
# fmt: on


@pytest.mark.parametrize(("words", "shown"), ANSWERS, ids=[" ".join(w) for w, _ in ANSWERS])
def test_answers(words: tuple[str, ...], shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "--no-check"]) == WORKED_OUT
    out, err = capsys.readouterr()
    assert shown in out
    assert err == ""


def test_the_check_decides_the_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "x**2*sin(x)", "x"]) == WORKED_OUT
    assert "\nconfirmed: " in capsys.readouterr().out


@pytest.mark.parametrize("verdict", ["refuted", "undecided"])
def test_what_is_not_confirmed_is_not_a_success(
    verdict: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("lambdify_bridge.check", lambda d, **_: Report("", verdict, "a reason"))
    for form in ("--latex", "--markdown", "--json"):
        assert main(["diff", "x**2", "x", form]) == NOT_CONFIRMED
        assert verdict in capsys.readouterr().out
    assert main(["diff", "x**2", "x"]) == NOT_CONFIRMED
    assert capsys.readouterr().out.endswith(f"{verdict}: a reason\n")


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("differentiate", "x"),
        ("diff",),
        ("diff", "sn(x)", "x"),
        ("diff", "x +", "x"),
        ("diff", "__import__('os').system('ls')", "x"),
        ("diff", "x*y"),
        ("diff", "x", "2*x"),
        ("diff", "x", "x", "--method", "guessing"),
        ("diff", "x", "x", "--timeout", "-1"),
        ("diff", "x", "x", "--at", "x"),
        ("diff", "x", "x", "--latex", "--json"),
        ("diff", "", "x"),
        ("diff", "x\ny$", "x"),
        ("limit", "x", "x"),
        ("limit", "x", "x", "0", "--dir", "up"),
        ("integrate", "x", "x", "0"),
        ("determinant", "[[1,2,3],[4,5,6]]"),
        ("inverse", "[[1,2],[2,4]]"),
        ("eigen", "[[1,2],[3]]"),
        ("backprop", "L = z**2", "z = w"),
        ("backprop", "x + 1"),
        ("rules", "no rule mentions this"),
        ("ask", "kl_divergnce"),
        ("ask", "parse", "x"),
        ("ask", "diff", "__import__('os')", "x"),
        ("ask", "diff", "x", "x", "--option", "method"),
        ("ask", "diff", "x", "x", "--option", "timeout=1"),
        ("ask", "diff"),
    ],
)
def test_wrong_usage(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(list(words)) == WRONG_USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[-1].startswith("derive")
    assert "Traceback" not in err


def test_unreadable_input_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "x\n\x1b[31m$", "x"]) == WRONG_USAGE
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "\x1b" not in err


def test_no_rule_applies(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["integrate", "exp(x)*log(x + sin(x))", "x", "--timeout", "5"]) == NOT_WORKED_OUT
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("derive: ")
    assert err.count("\n") == 1


def test_out_of_time_even_where_nothing_looks_at_the_budget(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stuck(*_: object, **__: object) -> None:
        while True:
            try:
                time.sleep(10)
            except Exception:
                continue

    monkeypatch.setattr("derive.diff", stuck)
    started = time.monotonic()
    assert main(["diff", "x", "x", "--timeout", "0.2"]) == NOT_WORKED_OUT
    assert time.monotonic() - started < 2
    assert capsys.readouterr().err == "derive: out of time (0.2 s)\n"


def test_a_check_that_runs_out_of_time_is_no_pass(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("lambdify_bridge.check", lambda d, **_: time.sleep(10))
    assert main(["diff", "x**2", "x", "--timeout", "0.2"]) == NOT_WORKED_OUT
    out, err = capsys.readouterr()
    assert "= 2x" in out
    assert "not checked" in out
    assert "out of time" in err


# ------------------------------------------------------------------ forms


def test_latex(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "x**2", "x", "--latex"]) == WORKED_OUT
    out = capsys.readouterr().out
    assert out.startswith("\\begin{aligned}\n")
    assert "\n% confirmed: " in out


def test_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eigen", "[[2,1],[1,2]]", "--markdown", "--no-check"]) == WORKED_OUT
    assert capsys.readouterr().out.count("$$\n\\begin{aligned}") >= 3


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "x**2", "x", "--json", "--at", "x=3"]) == WORKED_OUT
    data = json.loads(capsys.readouterr().out)
    assert (data["result"], data["verdict"]) == ("2*x", "confirmed")
    assert float(data["value"]["result"]) == pytest.approx(6)
    assert float(data["value"]["estimate"]) == pytest.approx(6)
    assert main(["eigen", "[[2,1],[1,2]]", "--json", "--no-check"]) == WORKED_OUT
    names = [each["name"] for each in json.loads(capsys.readouterr().out)["answers"]]
    assert "values" in names
    assert len(names) == len(set(names))


def test_html_is_written_beside_what_is_shown(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    one, several = tmp_path / "one.html", tmp_path / "several.html"
    assert main(["diff", "x**2", "x", "--html", str(one)]) == WORKED_OUT
    assert "Result:" in capsys.readouterr().out
    assert "✓</span> confirmed" in one.read_text(encoding="utf-8")
    assert main(["eigen", "[[2,1],[1,2]]", "--no-check", "--html", str(several)]) == WORKED_OUT
    assert several.read_text(encoding="utf-8").count("<section") >= 3
    nowhere = str(tmp_path / "nowhere" / "page.html")
    assert main(["diff", "x**2", "x", "--no-check", "--html", nowhere]) == WRONG_USAGE
    assert "nowhere" in capsys.readouterr().err


def test_json_may_stand_in_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    write(json_of({"</script>": "<!--"}))
    out = capsys.readouterr().out
    assert "<" not in out
    assert json.loads(out) == {"</script>": "<!--"}


def test_values_at_a_point_with_an_estimate(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["diff", "a*x**3", "x", "--at", "x=2,a=1/2", "--no-check"]
    assert main(words) == WORKED_OUT
    line = capsys.readouterr().out.splitlines()[-1]
    assert line.startswith("at x = 2, a = 1/2: result 6.0")
    estimate = float(line.split("estimate ")[1].split()[0])
    assert estimate == pytest.approx(6)


@pytest.mark.slow
def test_rules(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "product rule"]) == WORKED_OUT
    assert "Differentiate one factor at a time" in capsys.readouterr().out
    assert main(["rules", "--json"]) == WORKED_OUT
    book = json.loads(capsys.readouterr().out)
    assert len(book) > 100
    assert all(entry["sentence"] and entry["example"] for entry in book)


def test_demo_has_every_subject_and_is_confirmed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo"]) == WORKED_OUT
    out, err = capsys.readouterr()
    assert out.count("$ derive ") == len(DEMO)
    assert out.count("\nconfirmed: ") >= len(DEMO)
    assert err == ""


# ------------------------------------------------------------------ as a process


def test_exit_codes_of_the_process() -> None:
    assert derive_command("diff", "x**2", "x").returncode == WORKED_OUT
    wrong = derive_command("diff", "sn(x)", "x")
    assert wrong.returncode == WRONG_USAGE
    assert wrong.stderr.startswith(b"derive: unknown function 'sn'")
    assert wrong.stdout == b""


def test_help_is_there_and_fast() -> None:
    started = time.perf_counter()
    shown = derive_command("--help")
    assert shown.returncode == 0
    assert b"exit codes" in shown.stdout
    assert time.perf_counter() - started < 2  # 0.05 s where nothing else runs
    assert derive_command("--version").stdout == b"derive 0.1.0\n"


@pytest.mark.one_in(2)
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
def test_any_terminal_encoding(encoding: str) -> None:
    shown = derive_command(
        "integrate", "x**2/pi", "x", "0", "oo", "--no-check", PYTHONIOENCODING=encoding
    )
    assert b"Traceback" not in shown.stderr
    shown = derive_command("diff", "x**2", "x", "--no-check", PYTHONIOENCODING=encoding)
    assert shown.returncode == WORKED_OUT
    text = shown.stdout.decode(encoding)
    assert "x²" in text or "x^2" in text


@pytest.mark.slow
def test_whoever_reads_may_stop_reading() -> None:
    command = f"{sys.executable} -m derive rules | head -n 1; echo ${{PIPESTATUS[0]}}"
    shown = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert shown.stdout.splitlines()[-1] == "0"
    assert shown.stderr == ""


def test_output_that_is_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    assert main(["diff", "x**2", "x", "--no-check"]) == WORKED_OUT
    assert "= 2x" in out.getvalue()
