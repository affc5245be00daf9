"""The machine's C compiler, and the libraries it made before.

Libraries are kept by content (source, compiler, flags, processor) in a directory that only its
owner can enter, and appear there in one step.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import platform
import shutil
import stat
import subprocess
import tempfile
from functools import cache
from pathlib import Path

COMPILERS = ("cc", "gcc", "clang")
FLAGS = (
    "-std=gnu11", "-O3", "-march=native", "-fopenmp-simd", "-fno-math-errno", "-fno-trapping-math",
    "-ffp-contract=off", "-fPIC", "-shared",
)  # fmt: skip
WIDEST = "-mprefer-vector-width=512"  # known to compilers for x86 only
SECONDS = 300.0  # for one compilation


class NoCompiler(RuntimeError):
    """This machine has no C compiler."""


def library(source: str) -> ctypes.CDLL:
    """The compiled source; from the cache where it was compiled before.

    Raises NoCompiler, or RuntimeError with the compiler's words, or PermissionError where others
    can write to the cache.
    """
    compiler = _compiler()
    directory = _directory()
    text = "\0".join([source, *_command(compiler), _version(compiler), _processor()])
    path = directory / f"{hashlib.sha256(text.encode()).hexdigest()}.so"
    if not path.exists():
        _compile(compiler, source, path)
    _check_owner(path)
    return ctypes.CDLL(str(path))


def described() -> str:
    """The compiler's path, and the first line of what it says of itself. Raises NoCompiler."""
    compiler = _compiler()
    return f"{compiler}: {_version(compiler).splitlines()[0]}"


@cache
def _compiler() -> str:
    for name in COMPILERS:
        if path := shutil.which(name):
            return path
    raise NoCompiler(
        f"none of {', '.join(COMPILERS)} was found: install a C compiler, or use another backend"
    )


def _command(compiler: str) -> list[str]:
    x86 = platform.machine() in ("x86_64", "AMD64")
    return [compiler, *FLAGS, *([WIDEST] if x86 else [])]


@cache
def _version(compiler: str) -> str:
    return subprocess.run(
        [compiler, "--version"], capture_output=True, text=True, check=True, timeout=SECONDS
    ).stdout


@cache
def _processor() -> str:
    """What machine code may depend on."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return "\n".join(
        sorted({line for line in lines if line.startswith(("flags", "model", "Feat"))})
    )


def _directory() -> Path:
    """Our directory of the user's cache, with access for the owner alone."""
    base = os.environ.get("XDG_CACHE_HOME") or ""
    root = Path(base) if os.path.isabs(base) else Path.home() / ".cache"
    directory = root / "lambdify_bridge"
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    _check_parent(root)
    _check_owner(directory)
    return directory


def _check_parent(root: Path) -> None:
    """Nobody else may put another directory in the place of ours."""
    found = root.stat()
    open_to_all = found.st_mode & 0o002 and not found.st_mode & stat.S_ISVTX
    if open_to_all or found.st_uid not in (0, os.getuid()):
        raise PermissionError(
            f"others can rename what is in {root}: set XDG_CACHE_HOME to a directory of your own"
        )


def _check_owner(path: Path) -> None:
    """Code is loaded from here: nobody else may have written it."""
    found = path.lstat()
    kept = stat.S_ISDIR(found.st_mode) or stat.S_ISREG(found.st_mode)
    if not kept or found.st_uid != os.getuid() or found.st_mode & 0o022:
        raise PermissionError(
            f"{path} belongs to somebody else or others can write to it: remove it, or set "
            "XDG_CACHE_HOME to a directory of your own"
        )
    if stat.S_ISDIR(found.st_mode) and found.st_mode & 0o077:
        raise PermissionError(f"{path} is open to others: chmod 700 it")


def _compile(compiler: str, source: str, path: Path) -> None:
    with tempfile.TemporaryDirectory(dir=path.parent) as room:
        text, made = Path(room, "function.c"), Path(room, "function.so")
        text.write_text(source)
        vector = ["-lmvec"] if "_GLIBC_VECTORS" in source and _has_libmvec() else []
        command = [*_command(compiler), str(text), "-o", str(made), *vector, "-lm"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
        if done.returncode:
            raise RuntimeError(f"the C compiler failed:\n{done.stderr[-2000:]}")
        made.chmod(0o700)
        os.replace(made, path)


@cache
def _has_libmvec() -> bool:
    try:
        ctypes.CDLL("libmvec.so.1")
    except OSError:
        return False
    return True
