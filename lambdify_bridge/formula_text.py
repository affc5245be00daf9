"""A formula in one line, written when somebody reads it: SymPy takes milliseconds to print one."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from sympy.matrices import MatrixBase

LARGEST, DEEPEST = 100, 25  # nodes and levels that are printed


class FormulaText:
    """The text of an expression; of a large one (as a tree) just its number of operations."""

    def __init__(self, expression: Any, operations: int, what: str = "{}") -> None:
        """`what` is said of it: "gradient of {}"."""
        self.expression, self.operations, self.what = expression, operations, what

    def said(self, what: str) -> FormulaText:
        return FormulaText(self.expression, self.operations, what.format(self.what))

    @cached_property
    def text(self) -> str:
        if not isinstance(self.expression, str) and not _is_small(self.expression):
            return self.what.format(f"<{self.operations} operations>")
        return self.what.format(" ".join(str(self.expression).split()))

    def __str__(self) -> str:
        return self.text

    def __reduce__(self) -> tuple[Any, ...]:
        return FormulaText, (self.text, self.operations)


def _is_small(expression: Any) -> bool:
    stack, nodes = [(expression, 0)], 0
    while stack:
        node, depth = stack.pop()
        nodes += 1
        if nodes > LARGEST or depth > DEEPEST:
            return False
        if isinstance(node, MatrixBase):
            node = node.flat()
        inner = node if isinstance(node, list | tuple) else getattr(node, "args", ())
        stack += [(child, depth + 1) for child in inner]
    return True


class Described:
    """The docstring of a class, and of an object its call and its formula."""

    def __init__(self, of_class: str) -> None:
        self.of_class = of_class

    def __get__(self, instance: Any, owner: type) -> str:
        return self.of_class if instance is None else f"{instance._call} = {instance.formula}"

    def __set__(self, instance: Any, value: Any) -> None:
        """A `staticmethod` takes over the docstring of what it wraps, which is ours already."""
