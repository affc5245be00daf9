"""The README's Python runs as printed, and its two commands are the ones that CI uses."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_python_block_runs_as_printed() -> None:
    blocks = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    assert len(blocks) >= 5
    test = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, "README.md", None, 0)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    runner.run(test)
    assert runner.summarize(verbose=False).failed == 0


def test_the_terminal_block_is_what_the_command_prints(capsys) -> None:
    from derive.__main__ import main

    command, printed = re.search(r"```text\n\$ (.*?)\n(.*?)```", README, flags=re.DOTALL).groups()
    _, _, _, *arguments = re.findall(r'"([^"]*)"|(\S+)', command)
    assert main([a or b for a, b in arguments]) == 0
    assert " ".join(capsys.readouterr().out.split()) == " ".join(printed.split())


def test_each_command_is_one_line_that_starts_from_python3() -> None:
    commands = re.findall(r"```sh\n(.*?)\n```", README, flags=re.DOTALL)
    assert len(commands) == 2
    for command in commands:
        assert "\n" not in command
        assert command.startswith("python3 -m venv .venv && .venv/bin/pip install")
    assert commands[0].endswith("python -m derive demo")
    assert commands[1].endswith("python -m pytest")


def test_ci_takes_the_test_command_from_here() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "README.md" in script
    assert not re.search(r"^\s*\S*python -m pytest", script, flags=re.MULTILINE)
