"""Packages that are looked for when they are needed, and the error that says how to get them."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class MissingExtra(ImportError):
    """A package that only an extra installs is not there."""


def extra(module: str, name: str, purpose: str) -> Any:
    """The module, for `purpose`. Raises MissingExtra, which says that the extra `name` has it.

    >>> extra("math", "fast", "nothing").sqrt(4.0)
    2.0
    >>> extra("nowhere", "fast", "compiled ufuncs")
    Traceback (most recent call last):
    ...
    lambdify_bridge.extras.MissingExtra: compiled ufuncs need the package nowhere: pip install "derive-bridge[fast]"
    """  # noqa: E501
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        package = module.partition(".")[0]
        if error.name != package:
            raise
        raise MissingExtra(
            f'{purpose} need the package {package}: pip install "derive-bridge[{name}]"'
        ) from None
