"""Choices of notation in LaTeX. What is not chosen stays as every face writes it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

LOG = re.compile(r"\\log(?![A-Za-z_])")  # of base e; another base stands below it
MARK = re.compile(r"\^\{(-?)\\top\}")

# fmt: off
CHOICES = {
    "log":         ("log", "ln"),
    "vectors":     ("plain", "bold"),        # letters of vectors and matrices
    "brackets":    ("square", "round"),      # around the entries of a matrix
    "transpose":   ("", "T", r"\top", r"\intercal", r"\mathsf{T}", r"\prime"),
    "derivatives": ("", "total", "partial"),
}
# fmt: on


@dataclass(frozen=True)
class Notation:
    r"""How LaTeX writes what has several notations; the first of each list is the usual one.

    `log`: "log" or "ln". `vectors`: "plain" or "bold". `brackets` of matrices: "square" or
    "round". `transpose`: "T", r"\top", r"\intercal", r"\mathsf{T}" or r"\prime"; empty: T for
    explicit matrices, \top for arrays. `derivatives`: "total" or "partial"; empty: partial where
    the question has several letters.

    Raises ValueError for another choice.

    >>> import derive
    >>> print(derive.diff("log(x)", "x").latex(notation=Notation(log="ln")).splitlines()[1][:55])
    \frac{d}{d x} \ln{\left(x \right)} &= \frac{1}{x} && \t
    """

    log: str = "log"
    vectors: str = "plain"
    brackets: str = "square"
    transpose: str = ""
    derivatives: str = ""

    def __post_init__(self) -> None:
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                allowed = ", ".join(choice for choice in choices if choice)
                raise ValueError(f"{name} is {getattr(self, name)!r}; write one of {allowed}")

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of SymPy's printer that say the same."""
        style = {"mat_symbol_style": "bold"} if self.vectors == "bold" else {}
        return style | ({"mat_delim": "("} if self.brackets == "round" else {})

    def is_partial(self, several_letters: bool) -> bool:
        return self.derivatives == "partial" if self.derivatives else several_letters

    def spelled(self, tex: str) -> str:
        """A printed formula in the chosen spelling; names cannot hold the commands looked for."""
        tex = LOG.sub(lambda found: r"\ln", tex) if self.log == "ln" else tex
        if not self.transpose:
            return tex
        return MARK.sub(lambda found: f"^{{{found[1]}{self.transpose}}}", tex)


AS_IT_IS = Notation()
