"""The command line's questions in a notebook: `%derive` for one, `%%derive` for one in each line.

The words are those of the command line, and so are the errors; a derivation is shown by itself.
"""

from __future__ import annotations

import io
import shlex
from argparse import Namespace
from collections.abc import Sequence
from contextlib import redirect_stderr
from dataclasses import dataclass
from functools import partial
from typing import Any

from derive.answers import Named, as_text, for_a_notebook
from derive.command_line import main
from derive.command_line.codes import INTERRUPTED, NOT_WORKED_OUT, WRONG_USAGE
from derive.command_line.showing import printed
from lambdify_bridge.extras import extra


@dataclass(frozen=True)
class Answered(Sequence[Any]):
    """Several derivations below each other, each with the name that it has in the answer.

    >>> import derive
    >>> found = Answered((("slope", derive.diff("x**2", "x")), ("", derive.diff("x", "x"))))
    >>> len(found), found[0].result
    (2, 2*x)
    """

    named: tuple[Named, ...]

    def __len__(self) -> int:
        return len(self.named)

    def __getitem__(self, number: Any) -> Any:
        found = self.named[number]
        return Answered(found) if isinstance(number, slice) else found[1]

    def __repr__(self) -> str:
        return as_text(self.named)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return for_a_notebook(self.named)


def derive_line(line: str) -> Any:
    """`%derive diff x**2*sin(x)`: the derivation; several in one answer as `Answered`."""
    found = answered(shlex.split(line))
    return found[0][1] if len(found) == 1 else Answered(tuple(found)) if found else None


def derive_cell(line: str, cell: str) -> Any:
    """A question in each line; empty lines and those that begin with # are left out.

    What stands behind `%%derive` are options for all of them.
    """
    asked = [words for words in map(str.strip, cell.splitlines()) if words and words[0] != "#"]
    found: list[Named] = []
    for words in asked:
        answers = answered([*shlex.split(words), *shlex.split(line)])
        found += [(f"{words}: {name}" if name else words, d) for name, d in answers]
    return Answered(tuple(found)) if found else None


def answered(words: Sequence[str]) -> list[Named]:
    """The derivations that answer; what has another form (`rules`, `--latex`) is printed.

    Raises IPython's UsageError with the words of the command line where there is no answer.
    """
    found: list[Named] = []
    complaint = io.StringIO()
    with redirect_stderr(complaint):
        code = main(words, partial(_kept, found))
    if code == INTERRUPTED:
        raise KeyboardInterrupt
    if code in (WRONG_USAGE, NOT_WORKED_OUT) and not found:
        why = f"{shlex.join(words)}\n{complaint.getvalue().strip()}"
        raise _ipython("core.error").UsageError(why)
    print(complaint.getvalue(), end="")
    return found


def _kept(
    found: list[Named], options: Namespace, answers: Sequence[Named], values: Sequence[Any]
) -> None:
    if options.shown_as or options.source or values:
        printed(options, answers, values)
    else:
        found.extend(answers)


def register(shell: Any) -> None:
    """Add `%derive` and `%%derive`; braces and dollars in them are not IPython's."""
    as_written = _ipython("core.magic").no_var_expand
    shell.register_magic_function(as_written(derive_line), "line", "derive")
    shell.register_magic_function(as_written(derive_cell), "cell", "derive")


def _ipython(module: str) -> Any:
    return extra(f"IPython.{module}", "docs", "the magics of notebooks")
