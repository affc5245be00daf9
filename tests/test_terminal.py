"""The terminal: trees in its width and characters, colour, progress, files, doctor, completion."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy
import pytest
import sympy

import derive
from derive.command_line import main
from derive.command_line.codes import WORKED_OUT, WRONG_USAGE
from derive.command_line.completion import SHELLS, script
from derive.command_line.doctor import findings
from derive.command_line.terminal import Progress, has_unicode, is_coloured
from derive.networks.backward import backward
from derive.render.tree import NARROWEST, nested, tree
from lambdify_bridge.backends import c_compiler
from lambdify_bridge.extras import EXTRAS, version_of

ROOT = Path(__file__).resolve().parent.parent
LAYER = ["Z = X @ W", "L = norm(Z)**2"]
SHAPES = {"X": "n,p", "W": "p,q"}
QUESTIONS = {
    "by parts": lambda: derive.integrate("x**3*exp(x)", "x"),
    "came back": lambda: derive.integrate("exp(x)*sin(x)", "x"),
    "premises": lambda: derive.limit("(1 - cos(x))/x**2", "x", 0),
    "matrix": lambda: derive.determinant([["a", "b", 1], ["c", "d", 2], [3, 4, 5]]),
    "several answers": lambda: backward(LAYER, "X,W", SHAPES).whole,
}


@pytest.fixture(scope="module")
def answers() -> dict[str, derive.Derivation]:
    return {name: question() for name, question in QUESTIONS.items()}


# ------------------------------------------------------------------ trees


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize("detail", ["brief", "normal", "full"])
@pytest.mark.parametrize("columns", [30, 60, 100])
def test_a_tree_fits_its_columns(name, detail, columns, answers) -> None:
    for ascii in (False, True):
        shown = tree(answers[name], detail, columns, ascii)
        assert max(map(len, shown.splitlines())) <= columns
        assert not ascii or shown.isascii()


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_wide_tree_says_what_the_text_says(name, answers) -> None:
    def words(shown: str) -> list[str]:
        return re.findall(r"[^\s├└│─]+", shown)

    assert words(tree(answers[name], columns=500)) == words(answers[name].text())


def test_a_narrow_tree_loses_no_word(answers) -> None:
    def letters(shown: str) -> str:
        return re.sub(r"[\s├└│─]", "", shown)

    for answer in answers.values():
        assert letters(tree(answer, columns=40)) == letters(answer.text())


def test_columns_below_the_narrowest_are_that_many(answers) -> None:
    assert tree(answers["by parts"], columns=1) == tree(answers["by parts"], columns=NARROWEST)


def test_parts_hang_below_the_step_that_needs_them() -> None:
    assert tree(derive.diff("x*sin(x)", "x"), ascii=True).splitlines()[3:5] == [
        "|- 2. d/dx(sin(x)) = cos(x)  sine",
        "`- 3. d/dx(x) = 1  identity",
    ]
    assert nested([0, 2, 2, 1, 0]) == [0, 1, 1, 1, 0]


# ------------------------------------------------------------------ what the terminal is


def test_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    assert not is_coloured()  # no terminal
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert is_coloured()
    monkeypatch.setenv("NO_COLOR", "1")
    assert not is_coloured()


def test_colours_change_no_character(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["diff", "x*sin(x)", "x", "--tree"]
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    main(words)
    plain = capsys.readouterr().out
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    main(words)
    coloured = capsys.readouterr().out
    assert "\x1b" not in plain
    assert "\x1b[32mconfirmed" in coloured
    assert re.sub(r"\x1b\[\d+m", "", coloured) == plain


def on_a_terminal(*words: str, columns: int = 60, **environment: str) -> bytes:
    """What a process shows whose standard streams are a terminal of that width."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    env = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR")}
    env |= {"COLUMNS": str(columns), "TERM": "xterm", **environment}
    process = subprocess.Popen(
        [sys.executable, *words], cwd=ROOT, env=env, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 4096):
            shown += piece
    except OSError:  # Linux says so where the other side is closed
        pass
    os.close(ours)
    assert process.wait(60) == 0
    return shown


def test_a_terminal_gets_a_coloured_tree_of_its_width() -> None:
    shown = on_a_terminal("-m", "derive", "diff", "x*sin(x)", "x", PYTHONIOENCODING="utf-8")
    text = shown.decode()
    assert "├─ 2. " in text
    assert "\x1b[32mconfirmed" in text
    lines = re.sub(r"\x1b\[\d+m", "", text).split("\r\n")
    # What is seen of a line is what is written after the last return to its start.
    assert max(len(line.rpartition("\r")[2]) for line in lines) <= 60


def test_a_terminal_without_unicode_or_colours_gets_neither() -> None:
    words = ("-m", "derive", "diff", "x*sin(x)", "x", "--no-check")
    shown = on_a_terminal(*words, PYTHONIOENCODING="latin-1", NO_COLOR="1")
    assert shown.isascii()
    assert b"|- 2. " in shown
    assert b"\x1b" not in shown


SLOW = (
    "import time; import derive.command_line.terminal as t; t.PATIENCE = 0.05\n"
    "with t.Progress('working'): time.sleep(0.3)\n"
)


def test_progress_is_shown_after_a_while_and_erased() -> None:
    shown = on_a_terminal("-c", SLOW)
    assert b"\rderive: working, 1 s" in shown
    assert shown.endswith(b"s\r" + b" " * (len(shown.split(b"\r")[-2])) + b"\r")


def test_progress_is_only_for_terminals(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress("working") as progress:
        assert progress.thread is None
    assert capsys.readouterr().err == ""


def test_a_terminal_of_other_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    class Latin:
        encoding = "iso-8859-1"

    assert has_unicode()
    monkeypatch.setattr(sys, "stdout", Latin())
    assert not has_unicode()


# ------------------------------------------------------------------ files and detail


def test_all_files_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = {kind: tmp_path / f"answer.{kind}" for kind in ("html", "tex", "md")}
    files = [word for kind, path in paths.items() for word in (f"--{kind}", str(path))]
    assert main(["diff", "x**2", "x", *files]) == WORKED_OUT
    assert "Result:" in capsys.readouterr().out
    assert "<!doctype html>" in paths["html"].read_text("utf-8").lower()
    assert paths["tex"].read_text("utf-8").startswith("\\documentclass")
    assert paths["md"].read_text("utf-8").startswith("$$\n")
    assert main(["eigen", "[[2,1],[1,2]]", "--no-check", *files]) == WORKED_OUT
    assert "\\tableofcontents" in paths["tex"].read_text("utf-8")
    assert paths["md"].read_text("utf-8").count("$$\n\\begin{aligned}") >= 3
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        path.name for path in paths.values()
    )


def test_a_picture_beside_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("matplotlib")
    picture = tmp_path / "tangent.svg"
    assert main(["diff", "x**2", "x", "--no-check", "--plot", str(picture)]) == WORKED_OUT
    assert "<svg" in picture.read_text("utf-8")
    words = ["eigen", "[[2,1],[1,2]]", "--no-check", "--plot", str(tmp_path / "several.png")]
    assert main(words) == WRONG_USAGE
    assert "--plot draws one answer" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["tangent.svg"]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (("--tex", "a.x", "--md", "a.x"), "--tex and --md both write a.x: name two files"),
        (("--tex", "a.x", "--md", "./a.x"), "both write"),
        (("--html", "nowhere/a.html"), "there is no directory nowhere"),
        (("--md", "."), "is a directory"),
        (("--md", ""), "is a directory"),
        (("--plot", "picture.doc"), "name a file that ends in .png, .svg, .pdf"),
    ],
)
def test_files_that_cannot_be_are_refused_before_work(
    files, said, tmp_path, monkeypatch, capsys
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("derive.diff", lambda *_, **__: pytest.fail("work began"))
    assert main(["diff", "x**2", "x", *files]) == WRONG_USAGE
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert said in err
    assert not list(tmp_path.iterdir())


def test_detail(capsys: pytest.CaptureFixture[str]) -> None:
    lengths = []
    for detail in ("brief", "normal", "full"):
        words = ["integrate", "x*exp(x)", "x", "--no-check", "--detail", detail]
        for form in ("--text", "--tree", "--latex", "--markdown"):
            assert main([*words, form]) == WORKED_OUT
        lengths.append(len(capsys.readouterr().out))
    assert lengths[0] < lengths[1] < lengths[2]


def test_source(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["diff", "x**3", "x", "--no-check", "--source"]
    assert main([*words, "c"]) == WORKED_OUT
    assert "return 3*pow(x, 2);" in capsys.readouterr().out
    assert main([*words, "cobol"]) == WRONG_USAGE
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "typst, not 'cobol'" in err


# ------------------------------------------------------------------ doctor, completion


def test_the_doctor_tells_the_truth_of_this_python() -> None:
    found = findings()
    assert found["versions"]["Python"] == platform.python_version()
    assert found["versions"]["sympy"] == sympy.__version__
    assert found["versions"]["numpy"] == numpy.__version__
    assert found["versions"]["ground types"] == sympy.external.gmpy.GROUND_TYPES
    assert found["test"]["pytest"] == pytest.__version__
    try:
        compiler = c_compiler._compiler()
    except c_compiler.NoCompiler:
        compiler = "missing"
    assert found["versions"]["C compiler"].startswith(compiler)


def test_the_doctor_says_how_to_get_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    there = {"jinja2": "3.1"}
    monkeypatch.setattr("lambdify_bridge.extras.version_of", lambda name: there.get(name, ""))
    assert main(["doctor"]) == WORKED_OUT
    out = capsys.readouterr().out
    assert "jinja2 3.1, math-core is missing" in out
    assert all(f'pip install "derive-bridge[{name}]"' in out for name in EXTRAS)


def test_the_table_of_extras_is_the_one_of_the_installation() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    assert set(EXTRAS) == set(extras) - {"all"}
    for name, extra in EXTRAS.items():
        needed = [re.split(r"[\[<>=]", each)[0] for each in extras[name]]
        assert set(extra.packages) == set(needed) - {project["name"]}, name


def test_a_package_that_is_not_there_has_no_version() -> None:
    assert version_of("no-such-package") == ""


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_knows_commands_and_options(shell: str) -> None:
    pytest.importorskip("shtab")
    shown = script(shell)
    for word in ("integrate", "completion", "detail", "timeout"):
        assert word in shown


def completed(*words: str) -> list[str]:
    """What bash offers where the last word is being typed."""
    *before, _ = words
    typed = " ".join(f"'{word}'" for word in words)
    offer = "\n".join([
        "set -u", script("bash").replace("complete -o", ": complete -o"),
        f"COMP_WORDS=({typed}); COMP_CWORD={len(before)}; COMPREPLY=()",
        "_shtab_derive", 'printf "%s\\n" "${COMPREPLY[@]}"',
    ])  # fmt: skip
    bash = subprocess.run(
        ["bash", "-c", offer], cwd=ROOT, capture_output=True, text=True, timeout=20, check=False
    )
    assert bash.stderr == ""
    return bash.stdout.split()


@pytest.mark.skipif(not Path("/bin/bash").exists(), reason="there is no bash")
def test_bash_completes() -> None:
    pytest.importorskip("shtab")
    assert completed("derive", "integ") == ["integrate"]
    assert "--timeout" in completed("derive", "diff", "--t")
    assert completed("derive", "completion", "z") == ["zsh"]
    assert "README.md" in completed("derive", "diff", "x", "x", "--md", "READ")
    assert set(completed("derive", "diff", "--detail", "")) == {"brief", "normal", "full"}
