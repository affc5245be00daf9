"""The command line's LaTeX: what was understood is said, then it is worked out."""

from __future__ import annotations

import argparse
from typing import Any

from derive.command_line.terminal import remark

WORDS = r'a question in LaTeX: latex "\int_0^1 x^2 e^x dx"'


def _latex(options: argparse.Namespace, read: Any) -> Any:
    from derive import from_latex, work_out
    from derive.render.text import one_line

    functions = options.functions.replace(",", " ").split()
    question = from_latex(options.text.strip(), read.facts, functions=functions)
    remark(f"understood: {one_line(question)}")
    return work_out(question, timeout=options.timeout)


def _add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", help="the formula, as in a paper")
    parser.add_argument("--functions", default="", metavar="y,u",
                        help="letters that a bracket after them calls")  # fmt: skip


SUBJECTS = (("latex", WORDS, _latex, _add),)
