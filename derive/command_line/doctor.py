"""`derive doctor`: what is installed here, and what each extra would add."""

from __future__ import annotations

import argparse
import platform

from derive import __version__
from derive.command_line.codes import WORKED_OUT
from derive.command_line.showing import json_of
from derive.command_line.terminal import write
from lambdify_bridge.extras import EXTRAS, install, version_of

SUMMARY = "what is installed, and what each extra would add"
NEEDED = ("sympy", "numpy", "scipy", "mpmath")


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(options: argparse.Namespace) -> int:
    found = findings()
    write(json_of(found) if options.json else text(found))
    return WORKED_OUT


def findings() -> dict[str, dict[str, str]]:
    """Versions, the C compiler, and for each extra its packages and their versions.

    >>> findings()["versions"]["Python"] == platform.python_version()
    True
    """
    versions = {"derive": __version__, "Python": platform.python_version()}
    versions |= {name: version_of(name) for name in NEEDED}
    versions |= {"ground types": _ground_types(), "C compiler": _compiler()}
    return {"versions": versions} | {name: extra.versions for name, extra in EXTRAS.items()}


def text(found: dict[str, dict[str, str]]) -> str:
    """Two tables: what is there, and the extras."""
    lines = [f"{name:<13} {version or 'missing'}" for name, version in found["versions"].items()]
    lines += ["", "extras:"]
    for name, extra in EXTRAS.items():
        packages = [f"{p} {v or 'is missing'}" for p, v in found[name].items()]
        there = all(found[name].values())
        lines.append(f"  {name:<9} {'installed' if there else 'missing  '}  {extra.purpose}")
        lines.append(f"{'':23}{', '.join(packages)}")
        if not there:
            lines.append(f"{'':23}{install(name)}")
    return "\n".join(lines)


def _ground_types() -> str:
    from sympy.external.gmpy import GROUND_TYPES

    return str(GROUND_TYPES)


def _compiler() -> str:
    from lambdify_bridge.backends.c_compiler import NoCompiler, described

    try:
        return described()
    except NoCompiler as missing:
        return f"missing: {missing}"
