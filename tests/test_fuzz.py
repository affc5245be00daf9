"""Bytes that a fuzzer finds (atheris): text, arrays and saved files raise declared errors only.

`python tests/test_fuzz.py text|array|saved [seconds]` runs one target by itself.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

SECONDS = 20  # for each of the three
DICTIONARY = [
    "sin(", "exp(", "sqrt(", "binomial(", "factorial(", "Piecewise((", "Limit(", "Derivative(",
    "Sum(", "[[", "]]", "**", "^", "!", "|", "²", "√", "∞", "__import__", "lambda", "9**9", "1e9",
    "norm(", "softmax(", "einsum('ij->i',", ".T", " @ ", "[:, None]", "axis=0", "where(", "None",
]  # fmt: skip


def of_text(text: str) -> None:
    from derive.parse import parse
    from derive.tokens import ParseError

    with suppress(ParseError):
        str(parse(text))


def of_array(text: str) -> None:
    from derive.arrays.reading import read

    with suppress(ValueError, ZeroDivisionError):
        str(read(text, {"x": "n", "y": "n", "A": "m,n", "X": "n,n", "i": "k"}))


def of_saved(text: str) -> None:
    """A saved derivation in which entries are replaced: on each line a place and a new value."""
    import derive

    whole = json.loads(_saved())
    for line in text.split("\n")[:4]:
        number, _, value = line.partition("=")
        place, key = _places(whole["saved"])[sum(map(ord, number)) % 997 % 150]
        with suppress(ValueError, RecursionError):
            place[key] = json.loads(value)
    for read, given in ((derive.Derivation.from_dict, whole), (derive.Derivation.from_json, text)):
        with suppress(derive.SavedError, derive.TooLarge):
            read(given)


def _places(whole: Any) -> list[tuple[Any, Any]]:
    """Every entry with what holds it, at least 150 of them."""
    found: list[tuple[Any, Any]] = []
    pending = [whole]
    while pending:
        holder = pending.pop()
        for key in list(holder) if isinstance(holder, dict) else range(len(holder)):
            found.append((holder, key))
            if isinstance(holder[key], (dict, list)):
                pending.append(holder[key])
    return found * (1 + 150 // len(found))


_kept: list[str] = []


def _saved() -> str:
    import derive

    if not _kept:
        _kept.append(derive.integrate("x*cos(x)", "x").to_json())
    return _kept[0]


TARGETS: dict[str, Callable[[str], None]] = {"text": of_text, "array": of_array, "saved": of_saved}
SEEDS = {
    "text": ["2x^2 + sin(x)/x", "[[1, x], [y, 2]]^-1", "Piecewise((x, x > 0), (0, True))", "|x|!"],
    "array": ["norm(A @ x - y[:2])**2", "sum(softmax(X, axis=1))", "einsum('ij,j->i', A, x)"],
    "saved": ['a=["Pow", 0, 0]', "k=[1]", 'm="y"\nz=0', 'q=["Symbol", "x", {}]', 'c=["sin", 1]'],
}


@pytest.mark.fuzz
@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="the extra fuzz: atheris")
@pytest.mark.parametrize("target", TARGETS)
def test_a_fuzzer_finds_no_other_error(target: str, tmp_path: Path) -> None:
    """Its own process: a fuzzer ends the one it runs in."""
    for k, seed in enumerate(SEEDS[target]):
        (tmp_path / f"seed{k}").write_text(seed, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, __file__, target, str(SECONDS), str(tmp_path)],
        capture_output=True, text=True, errors="replace", timeout=SECONDS * 4 + 120, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
    )  # fmt: skip
    assert ran.returncode == 0, (ran.stdout + ran.stderr)[-3000:]
    print(ran.stderr[-200:])


def main(target: str, seconds: str = str(SECONDS), *folders: str) -> None:
    import atheris

    with atheris.instrument_imports(include=["derive"]):
        import derive.arrays.reading
        import derive.parse
        import derive.saved.reading  # noqa: F401

    def once(data: bytes) -> None:
        TARGETS[target](data.decode("utf-8", errors="replace"))

    words = Path("words.dict")
    quoted = ("".join(f"\\x{b:02x}" for b in word.encode()) for word in DICTIONARY)
    words.write_text("\n".join(f'"{word}"' for word in quoted))
    options = [f"-max_total_time={seconds}", "-max_len=400", "-timeout=10", "-rss_limit_mb=4000"]
    atheris.Setup([sys.argv[0], *options, f"-dict={words}", *folders], once)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
