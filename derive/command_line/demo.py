"""`derive demo`: one derivation of each subject."""

from __future__ import annotations

import argparse
import shlex

from derive.command_line.reading import seconds
from derive.command_line.terminal import write

SUMMARY = "one derivation of each subject, with its check"
DEMO = (
    ("diff", "x**2*sin(x)", "x"),
    ("diff", "x**2", "x", "--method", "definition"),
    ("limit", "sin(x)/x", "x", "0"),
    ("integrate", "x*exp(x)", "x"),
    ("integrate", "x**2", "x", "0", "1"),
    ("summation", "1/k^2", "k", "1", "oo"),
    ("series", "exp(sin(x))", "x", "0"),
    ("determinant", "[[2,1,0],[1,3,1],[0,1,4]]"),
    ("inverse", "[[2,1],[5,3]]"),
    ("eigen", "[[2,1],[1,2]]"),
    ("gradient", "norm(A @ x - b)**2", "x", "--shape", "A=m,n", "--shape", "x=n", "--shape", "b=m"),
    ("backprop", "z = w*x + b", "a = sigmoid(z)", "L = (a - y)**2/2", "--wrt", "w,b"),
)


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--timeout", type=seconds, default=20.0, help="seconds for each (20)")


def run(options: argparse.Namespace) -> int:
    from derive.command_line.run import main as command

    codes = []
    for words in DEMO:
        write("$ derive " + shlex.join(words))
        codes.append(command([*words, "--timeout", str(options.timeout)]))
        write("")
    return max(codes)
