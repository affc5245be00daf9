"""A printer that prints each expression once: the lines of a derivation repeat one another.

No expression is worked out to be printed, and none is put into another order but that of terms.
"""

from __future__ import annotations

from typing import Any

from sympy import Basic, Expr
from sympy.printing.printer import Printer

from derive.render.order import ordered_terms


class PrintsOnce(Printer):
    def __init__(self, settings: dict[str, Any] | None = None) -> None:
        super().__init__(settings)
        self._printed: dict[tuple[type, Basic], str] = {}

    def _print(self, expr: Any, **kwargs: Any) -> str:
        if kwargs or not isinstance(expr, Basic):
            return str(super()._print(expr, **kwargs))
        key = type(expr), expr
        if key not in self._printed:
            self._printed[key] = str(super()._print(expr))
        return self._printed[key]

    def _as_ordered_terms(self, expr: Expr, order: Any = None) -> list[Expr]:
        return ordered_terms(expr, order or self.order)
