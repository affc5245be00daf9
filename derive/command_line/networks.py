"""What the command line asks of networks: gradients of a loss, equation by equation."""

from __future__ import annotations

import argparse
from typing import Any

from derive.command_line.arrays import add_shapes, declared


def _backprop(options: argparse.Namespace, read: Any) -> Any:
    from derive import backprop

    if options.shape:
        return _network(options)
    equations = [read(text) for text in options.equations]
    wrt = [read.letter(name) for name in options.wrt.replace(",", " ").split()] or None
    return backprop(equations, wrt=wrt, timeout=options.timeout)


def _network(options: argparse.Namespace) -> Any:
    from derive.networks.backward import backward

    return backward(options.equations, options.wrt or None, *declared(options)).whole


def _add_backprop(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("equations", nargs="+", help="z = w*x + b, ...; the last is the loss")
    parser.add_argument("--wrt", default="", metavar="w,b", help="by which letters (all inputs)")
    add_shapes(parser)


SUBJECTS = (("backprop", "gradients of a loss, equation by equation", _backprop, _add_backprop),)
