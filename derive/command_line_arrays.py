"""The command line's questions about arrays: gradient, jacobian, hessian."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any


def _gradient(options: argparse.Namespace, read: Any) -> Any:
    from derive import gradient

    return gradient(**_asked(options))


def _jacobian(options: argparse.Namespace, read: Any) -> Any:
    from derive import jacobian

    return jacobian(**_asked(options))


def _hessian(options: argparse.Namespace, read: Any) -> Any:
    from derive import hessian

    return hessian(**_asked(options))


def _asked(options: argparse.Namespace) -> dict[str, Any]:
    return {
        "f": options.f,
        "wrt": options.x,
        "shapes": _pairs("--shape A=m,n", options.shape),
        "structures": _pairs("--structure A=symmetric", options.structure),
        "timeout": options.timeout,
    }


def _pairs(example: str, settings: Sequence[str]) -> dict[str, str]:
    pairs = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals:
            raise ValueError(f"{setting} is not read: write {example}")
        pairs[name.strip()] = value.strip()
    return pairs


def _add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("f", help="a formula in NumPy's spelling: norm(A @ x - b)**2")
    parser.add_argument("x", help="the variable")
    parser.add_argument("--shape", action="append", default=[], metavar="A=m,n",
                        help="the shape of a variable (x= for a number)")  # fmt: skip
    parser.add_argument("--structure", action="append", default=[], metavar="A=symmetric",
                        help="what is known of a variable")  # fmt: skip


SUBJECTS = (
    ("gradient", "the gradient of a number by an array: gradient f x --shape x=n", _gradient, _add),
    ("jacobian", "all partial derivatives by an array: jacobian f x --shape x=n", _jacobian, _add),
    ("hessian", "second derivatives by an array: hessian f x --shape x=n", _hessian, _add),
)
