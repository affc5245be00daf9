"""One formula in the languages of typesetting."""

from __future__ import annotations

from collections.abc import Callable

from sympy import Basic

from derive.render.formula import formula
from derive.render.typst import typst

TYPESET: dict[str, Callable[[Basic], str]] = {"latex": formula, "typst": typst}
