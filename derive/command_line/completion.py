"""`derive completion`: a script with which the shell completes commands, options and files."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from derive.command_line.codes import WORKED_OUT
from derive.command_line.terminal import write

SUMMARY = "a script for your shell: source <(derive completion bash)"
SHELLS = ("bash", "zsh", "fish")
OF_FILES = ("FILE", "corpus")  # what arguments that name a file are called


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=SHELLS)


def run(options: argparse.Namespace) -> int:
    write(script(options.shell))
    return WORKED_OUT


def script(shell: str) -> str:
    """The script, made from the parser that reads the commands. Raises MissingExtra."""
    from derive.command_line.arguments import parser
    from lambdify_bridge.extras import extra

    shtab = extra("shtab", "shell", "words that the shell completes")
    commands = parser()
    for action in _actions(commands):
        if action.metavar in OF_FILES or action.dest in OF_FILES:
            action.complete = shtab.FILE
    return str(shtab.complete(commands, shell))


def _actions(parser: argparse.ArgumentParser) -> Iterator[Any]:
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                yield from _actions(each)
