"""Packages that are looked for when they are needed, and the error that says how to get them.

The table says what each extra of the installation is for; the test compares it with pyproject.toml.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

PACKAGE = "derive-bridge"


@dataclass(frozen=True)
class Extra:
    """What an extra is for, and the packages that it installs."""

    purpose: str
    packages: tuple[str, ...]

    @property
    def versions(self) -> dict[str, str]:
        """The version of each package; empty where it is not installed."""
        return {name: version_of(name) for name in self.packages}


# fmt: off
EXTRAS = {
    "fast":     Extra("compiled ufuncs, and certain digits",          ("llvmlite", "python-flint")),
    "parallel": Extra("limits of time and memory, batches on all processors",         ("pebble",)),
    "html":     Extra("pages of HTML with mathematics",                 ("jinja2", "math-core")),
    "plot":     Extra("plots",                                                    ("matplotlib",)),
    "jax":      Extra("functions of jax arrays",                                         ("jax",)),
    "torch":    Extra("functions of torch tensors",                                    ("torch",)),
    "dask":     Extra("functions of dask arrays, larger than memory",                   ("dask",)),
    "shell":    Extra("words that the shell completes",                                ("shtab",)),
    "docs":     Extra("the documentation, notebooks run by themselves",
                    ("sphinx", "myst-nb", "furo", "nbclient", "nbconvert", "ipykernel")),
    "test":     Extra("the tests of this package",
                                             ("pytest", "hypothesis", "pytest-xdist", "psutil")),
    "dev":      Extra("work on this package",                                   ("ruff", "mypy")),
    "fuzz":     Extra("a fuzzer of the readers of text",                             ("atheris",)),
}
# fmt: on


class MissingExtra(ImportError):
    """A package that only an extra installs is not there."""


def version_of(package: str) -> str:
    """The version that is installed, or nothing.

    >>> version_of("sympy").count(".") > 0, version_of("no-such-package")
    (True, '')
    """
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def install(name: str) -> str:
    """What installs an extra.

    >>> install("fast")
    'pip install "derive-bridge[fast]"'
    """
    return f'pip install "{PACKAGE}[{name}]"'


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
        raise MissingExtra(f"{purpose} need the package {package}: {install(name)}") from None
