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

    return jacobian(**_asked(options), form=options.form)


def _hessian(options: argparse.Namespace, read: Any) -> Any:
    from derive import hessian

    return hessian(**_asked(options), form=options.form)


def _asked(options: argparse.Namespace) -> dict[str, Any]:
    shapes, structures = declared(options)
    known = {"shapes": shapes, "structures": structures, "timeout": options.timeout}
    return {"f": options.f, "wrt": options.x, **known}


def declared(options: argparse.Namespace) -> tuple[dict[str, str], dict[str, str]]:
    """The shapes and the structures that the options declare."""
    shapes = _pairs("--shape A=m,n", options.shape)
    return shapes, _pairs("--structure A=symmetric", options.structure)


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
    add_shapes(parser)


def add_shapes(parser: argparse.ArgumentParser) -> None:
    """The options that declare arrays."""
    parser.add_argument("--shape", action="append", default=[], metavar="A=m,n",
                        help="the shape of a variable (x= for a number)")  # fmt: skip
    parser.add_argument("--structure", action="append", default=[], metavar="A=symmetric",
                        help="what is known of a variable")  # fmt: skip


def _add_forms(parser: argparse.ArgumentParser) -> None:
    _add(parser)
    parser.add_argument("--form", default="index", choices=("index", "operator", "vec"),
                        help="entries, a map of a change, or a matrix of vec")  # fmt: skip


SUBJECTS = (
    ("gradient", "the gradient of a number by an array: gradient f x --shape x=n", _gradient, _add),
    (
        "jacobian",
        "all partial derivatives by an array: jacobian f x --shape x=n",
        _jacobian,
        _add_forms,
    ),
    ("hessian", "second derivatives by an array: hessian f x --shape x=n", _hessian, _add_forms),
)
