"""The words of the command line: its commands, their options, its help."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from derive import __version__
from derive.command_line import (
    arrays,
    ask,
    batch,
    calculus,
    completion,
    demo,
    doctor,
    extrema,
    files,
    latex,
    matrices,
    networks,
    rules,
    series,
    validate,
)
from derive.command_line.answer import answer
from derive.command_line.reading import seconds

EXAMPLES = """examples:
  derive diff "x**2*sin(x)" x                derive limit "sin(x)/x" x 0 --dir +
  derive diff "x**x" x --method logarithmic  derive integrate "x*exp(x)" x
  derive determinant "[[a,b],[c,d]]"         derive integrate "exp(-x^2)" x -oo oo
  derive eigen "[[2,1],[1,2]]"               derive rules "by parts"
  derive batch corpus.jsonl --out results.jsonl
  derive ask fixed_point "cos(x)" x          derive ask
  derive latex "\\int_0^1 x^2 e^x dx"         derive --from-latex "\\frac{d}{dx} \\sin x"
  derive gradient "norm(A @ x - b)**2" x --shape A=m,n --shape x=n --shape b=m
  derive backprop "z = w*x + b" "a = sigmoid(z)" "L = (a - y)**2/2" --wrt w,b

exit codes:
  0 worked out, check passed    1 check refuted it or could not decide
  2 input that is not read      3 no rule applies, or out of time
"""

SUBJECTS = (
    *calculus.SUBJECTS,
    *series.SUBJECTS,
    *extrema.SUBJECTS,
    *matrices.SUBJECTS,
    *arrays.SUBJECTS,
    *networks.SUBJECTS,
    *latex.SUBJECTS,
    *ask.SUBJECTS,
)
# Each gives its summary, adds its arguments to a parser, and runs.
OTHERS = {
    "validate": validate,
    "demo": demo,
    "batch": batch,
    "rules": rules,
    "doctor": doctor,
    "completion": completion,
}


def parser() -> argparse.ArgumentParser:
    """The parser of all commands, which imports nothing heavy."""
    parser = argparse.ArgumentParser(
        prog="derive",
        description="Closed forms derived step by step, and checked against numbers.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"derive {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, summary: str, run: Callable[..., int], *parents: Any) -> Any:
        added = commands.add_parser(name, help=summary, description=summary, parents=list(parents))
        added.set_defaults(run=run)
        return added

    parents = _shown(), _asked()
    for name, summary, question, add in SUBJECTS:
        added = command(name, summary, answer, *parents)
        added.set_defaults(question=question)
        add(added)
    for name, other in OTHERS.items():
        other.add(command(name, other.SUMMARY, other.run))
    return parser


def _shown() -> argparse.ArgumentParser:
    parent = argparse.ArgumentParser(add_help=False)
    form = parent.add_mutually_exclusive_group()
    for name, words in (
        ("tree", "as a tree (what a terminal shows)"),
        ("text", "as numbered lines (what a file gets)"),
        ("latex", "as LaTeX"),
        ("markdown", "as Markdown"),
        ("json", "as JSON"),
    ):
        form.add_argument(
            f"--{name}", dest="shown_as", action="store_const", const=name, help=words
        )
    form.add_argument("--source", metavar="LANGUAGE",
                      help="the result in numpy, python, c, jax, torch, latex, typst")  # fmt: skip
    parent.set_defaults(shown_as="")
    parent.add_argument("--detail", default="normal", choices=("brief", "normal", "full"),
                        help="the main steps, all, or each with its sentence")  # fmt: skip
    files.add(parent)
    return parent


def _asked() -> argparse.ArgumentParser:
    parent = argparse.ArgumentParser(add_help=False)
    parent.add_argument("--at", action="append", default=[], metavar="x=2", help="values there")
    parent.add_argument("--check", action=argparse.BooleanOptionalAction, default=True)
    parent.add_argument("--timeout", type=seconds, default=20.0, help="seconds (20)")
    for fact in ("positive", "real", "integer"):
        parent.add_argument(f"--{fact}", default="", metavar="x,y", help=f"letters that are {fact}")
    return parent
