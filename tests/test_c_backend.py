"""Programs as C: the text, the compiled ufunc, the cache."""

import os
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest
import sympy as sp
from sympy.abc import x, y

from lambdify_bridge.backends import c, c_compiler
from lambdify_bridge.backends.c_operations import COMPARISONS, OPERATIONS
from lambdify_bridge.lowering import lower
from tests.support import compiled_operations as shared

COMPILED = [name for name in shared.NUMBERS if name in OPERATIONS or name in COMPARISONS]
GAMMA_OF_C = {"gamma", "loggamma"}  # other signs at poles than SciPy's
needs_compiler = pytest.mark.skipif(
    not any(map(shutil.which, c_compiler.COMPILERS)), reason="there is no C compiler"
)


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.mark.one_in(6)
@needs_compiler
@pytest.mark.parametrize("name", COMPILED)
def test_operations(name):
    if name not in ("re", "im", "conjugate", "arg"):
        shared.agrees_with_mpmath(c.compiled, name)
    if name not in GAMMA_OF_C:
        shared.agrees_at_special_points(c.compiled, name)
    shared.independent_of_position(c.compiled, name)


@needs_compiler
@pytest.mark.parametrize(
    "property_", [p for p in shared.ALL if p is not shared.survives], ids=lambda p: p.__name__
)
def test_arrays(property_):
    property_(c.compiled)


@needs_compiler
def test_nothing_is_contracted():
    a = np.random.default_rng(1).random(100)
    fused = c.compiled(lower([x * y - sp.Symbol("z")])).ufunc
    np.testing.assert_array_equal(fused(a, a, a * a), np.zeros(100))


MAIN = """
#include <stdio.h>
int main(void) {
    double a[40], b[40];
    float s[3] = {1, 2, 3}, t[3];
    for (int k = 0; k < 40; k++) a[k] = k / 4.0;
    function(40, a, b);
    functionf(3, s, t);
    for (int k = 0; k < 40; k++) printf("%.17g\\n", b[k]);
    printf("%.9g\\n", t[2]);
}
"""


@needs_compiler
def test_the_text_stands_alone(tmp_path):
    formula = sp.exp(-x) * sp.sin(x) + x / 3
    (tmp_path / "main.c").write_text(c.source(lower([formula])) + MAIN)
    compiler = next(filter(None, map(shutil.which, c_compiler.COMPILERS)))
    command = [compiler, "-Wall", "-Wno-unknown-pragmas", "-Werror", "main.c", "-lm", "-o", "main"]
    subprocess.run(command, cwd=tmp_path, check=True)
    printed = subprocess.run([tmp_path / "main"], capture_output=True, text=True, check=True)
    *doubles, short = map(float, printed.stdout.split())
    a = np.arange(40) / 4
    np.testing.assert_allclose(doubles, np.exp(-a) * np.sin(a) + a / 3, rtol=1e-14)
    np.testing.assert_allclose(short, np.exp(-3) * np.sin(3) + 1, rtol=1e-6)


@pytest.mark.parametrize(
    "name", ['*/ system(""); /*', "x\n#include", "double", "π", "x; exit(1)", "%s{0}@"]
)
def test_nothing_typed_reaches_the_text(name):
    hostile, plain = sp.Symbol(name), sp.Symbol("a")
    assert c.source(lower([hostile**2 + sp.exp(hostile)])) == c.source(
        lower([plain**2 + sp.exp(plain)])
    )


@needs_compiler
def test_compiled_once(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first = c.compiled(lower([sp.tan(x) + 41]))
    (made,) = (tmp_path / "lambdify_bridge").iterdir()
    assert re.fullmatch(r"[0-9a-f]{64}\.so", made.name)
    assert (tmp_path / "lambdify_bridge").stat().st_mode & 0o777 == 0o700
    monkeypatch.setattr(c_compiler, "_compile", None)
    assert c.compiled(lower([sp.tan(x) + 41])).ufunc(1.0) == first.ufunc(1.0)


@needs_compiler
@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
@pytest.mark.parametrize("how", ["open", "link"])
def test_a_directory_of_others_is_refused(tmp_path, monkeypatch, how):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    directory = tmp_path / "lambdify_bridge"
    if how == "open":
        directory.mkdir()
        os.chmod(directory, 0o777)
    else:
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        directory.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PermissionError, match="lambdify_bridge"):
        c.compiled(lower([x + 1]))


def test_no_compiler(monkeypatch):
    monkeypatch.setattr(c_compiler, "COMPILERS", ())
    c_compiler._compiler.cache_clear()
    with pytest.raises(c_compiler.NoCompiler, match="install a C compiler"):
        c.compiled(lower([x + 2]))


@needs_compiler
def test_copies():
    import pickle

    made = c.compiled(lower([sp.sin(x) + y]), "wave")
    twin = pickle.loads(pickle.dumps(made))
    assert twin.source == made.source
    assert twin.ufunc(1.0, 2.0) == made.ufunc(1.0, 2.0)


def plant(tmp_path, monkeypatch, spoil):
    """A cache where the library of one formula was made, then spoiled; asking for it again."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    c.compiled(lower([sp.tan(x) + 43]))
    (made,) = (tmp_path / "lambdify_bridge").iterdir()
    spoil(made)
    return lambda: c.compiled(lower([sp.tan(x) + 43]))


def as_link(made):
    made.rename(made.parent.parent / "elsewhere.so")
    made.symlink_to(made.parent.parent / "elsewhere.so")


def as_pipe(made):
    made.unlink()
    os.mkfifo(made, 0o600)


# fmt: off
ATTACKS = {
    "a link in place of a library":    as_link,
    "a pipe in place of a library":    as_pipe,
    "a library that a group can write": lambda made: made.chmod(0o720),
    "a library that all can write":     lambda made: made.chmod(0o702),
    "a directory that others enter":    lambda made: made.parent.chmod(0o755),
    "a directory that all can write":   lambda made: made.parent.chmod(0o777),
    "a parent where others can rename": lambda made: made.parent.parent.chmod(0o777),
}
# fmt: on


@needs_compiler
@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
@pytest.mark.parametrize("attack", ATTACKS)
def test_code_that_others_could_have_written_is_not_loaded(tmp_path, monkeypatch, attack):
    ask = plant(tmp_path, monkeypatch, ATTACKS[attack])
    with pytest.raises(PermissionError) as refused:
        ask()
    assert "\n" not in str(refused.value)


@needs_compiler
@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_code_of_another_owner_is_not_loaded(tmp_path, monkeypatch):
    ask = plant(tmp_path, monkeypatch, lambda made: None)
    assert ask().ufunc(0.0) == 43
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    with pytest.raises(PermissionError):
        ask()


@needs_compiler
@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_a_parent_with_the_sticky_bit_is_fine(tmp_path, monkeypatch):
    assert plant(tmp_path, monkeypatch, lambda made: tmp_path.chmod(0o1777))().ufunc(0.0) == 43


@needs_compiler
def test_another_source_is_another_library(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for number in (1, 2):
        assert c.compiled(lower([sp.tan(x) + 50 + number])).ufunc(0.0) == 50 + number
    names = [path.stem for path in (tmp_path / "lambdify_bridge").iterdir()]
    assert len(set(names)) == 2
    assert all(re.fullmatch("[0-9a-f]{64}", name) for name in names)
