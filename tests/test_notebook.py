"""`%derive` and `%%derive` in a shell of IPython (extra docs)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from derive.core import Derivation

pytest.importorskip("IPython")


@pytest.fixture(scope="module")
def shell() -> Iterator[Any]:
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    settings = Config()
    settings.HistoryManager.enabled = False
    found = InteractiveShell.instance(config=settings)
    found.run_line_magic("load_ext", "derive")
    yield found
    InteractiveShell.clear_instance()


def ran(shell: Any, code: str) -> Any:
    done = shell.run_cell(code)
    assert done.success
    return done.result


def test_a_line_is_a_derivation(shell: Any) -> None:
    d = ran(shell, "%derive diff x**2*sin(x)")
    assert isinstance(d, Derivation)
    assert str(d.result) == "x**2*cos(x) + 2*x*sin(x)"
    assert d.verdict == "confirmed"


def test_it_can_be_kept_and_has_the_options_of_the_command_line(shell: Any) -> None:
    ran(shell, 'd = %derive integrate "x^n" x --positive n --no-check')
    assert shell.user_ns["d"].verdict == "undecided"
    assert str(shell.user_ns["d"].result) == "x**(n + 1)/(n + 1)"


def test_braces_and_dollars_are_not_of_the_shell(shell: Any) -> None:
    shell.user_ns["x"] = 3
    assert str(ran(shell, "%derive diff x**3").result) == "3*x**2"
    assert not shell.run_cell("%derive diff {x}**3").success


def test_a_cell_has_a_question_in_each_line(shell: Any) -> None:
    cell = "%%derive --no-check\n# two of them\ndiff x**2\n\nlimit sin(x)/x x 0\n"
    found = ran(shell, cell)
    assert [str(d.result) for d in found] == ["2*x", "1"]
    assert [name for name, _ in found.named] == ["diff x**2", "limit sin(x)/x x 0"]
    shown = found._repr_mimebundle_()
    assert set(shown) == {"text/plain", "text/markdown"}
    assert r"**diff x\*\*2**" in shown["text/markdown"]
    assert shown["text/plain"].count("Result:") == 2


def test_several_answers_to_one_question(shell: Any) -> None:
    found = ran(shell, "%derive eigen [[2,1],[1,2]]")
    assert len(found) > 1
    assert found[:2].named == found.named[:2]


def test_what_has_a_form_of_its_own_is_printed(shell: Any, capsys: Any) -> None:
    assert ran(shell, '%derive rules "product rule"') is None
    assert ran(shell, "%derive diff x**2 --latex") is None
    assert ran(shell, "%derive diff x**2 --at x=3") is None
    out = capsys.readouterr().out
    assert "Differentiate one factor at a time" in out
    assert r"\begin{aligned}" in out
    assert "result 6.0" in out


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("%derive diff x**", "ends too early"),
        ("%derive nothing", "invalid choice"),
        ("%%derive\ndiff x\nlimit x", "limit x"),
        ("%derive integrate x**x x", "no rule"),
    ],
)
def test_no_answer_is_an_error_that_stops_the_notebook(
    shell: Any, capsys: Any, code: str, words: str
) -> None:
    assert not shell.run_cell(code).success
    assert words in capsys.readouterr().err
