"""The public face: what `import derive` costs, and that every name it promises is there."""

from __future__ import annotations

import subprocess
import sys

import pytest

import derive


def imported(code: str) -> set[str]:
    """The modules that a fresh Python has loaded after `code`."""
    show = "; import sys; print(*sorted(sys.modules), sep='\\n')"
    run = [sys.executable, "-c", code + show]
    out = subprocess.run(run, capture_output=True, text=True, check=True, timeout=60)
    return set(out.stdout.split())


def test_import_derive_loads_nothing_heavy() -> None:
    added = imported("import derive") - imported("pass")
    assert not added & {"sympy", "numpy", "scipy", "mpmath", "argparse"}
    assert len(added) < 40, sorted(added)


def test_deriving_needs_no_numpy() -> None:
    loaded = imported("import derive; derive.diff('x**2*sin(x)', 'x').text()")
    assert "sympy" in loaded
    assert not loaded & {"numpy", "scipy", "scipy.stats", "matplotlib"}


def test_the_command_line_shows_its_help_without_sympy() -> None:
    loaded = imported("from derive.command_line import main; main(['--help'])")
    assert "sympy" not in loaded


@pytest.mark.parametrize("name", derive.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(derive, name) is getattr(derive, name)


def test_names_are_listed_once_and_in_order() -> None:
    assert dir(derive) == sorted(set(derive.__all__))
    assert {"diff", "limit", "integrate", "eigen", "backprop", "parse"} <= set(dir(derive))


def test_a_name_that_is_not_there_says_so() -> None:
    with pytest.raises(AttributeError, match="no attribute 'differentiate'"):
        derive.differentiate  # noqa: B018


def test_star_import() -> None:
    names: dict[str, object] = {}
    exec("from derive import *", names)
    assert set(derive.__all__) <= set(names)


def test_version() -> None:
    assert derive.__version__ == "0.1.0"
