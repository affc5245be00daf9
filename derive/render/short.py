"""Letters for what is nested too deep, or is too large, to be printed in one piece.

SymPy's printers recurse, and print a shared subexpression once for every path to it. Cut into
pieces that are named, a chain of 5,000 operations prints in linear time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sympy import Add, Basic, Expr, Function, MatrixBase, Mul, Pow, Symbol
from sympy.concrete.expr_with_limits import ExprWithLimits

from derive.structure import postorder

TOO_DEEP, TOO_LARGE = 100, 5000  # operations; printed as they are up to here
PIECE_DEPTH, PIECE_SIZE = 40, 400


def _opaque(node: Basic) -> bool:
    """An operator that prints as a short name, whatever network of equations it carries, or a
    node that sees to its length itself."""
    return hasattr(node, "definitions") or getattr(node, "prints_itself", False)


def excessive(expressions: Iterable[Basic]) -> bool:
    """Whether one of the expressions, written out as a tree, is too deep or too large to print."""
    seen: dict[int, tuple[Basic, int, int]] = {}
    for expression in expressions:
        for node in postorder(expression, stop=lambda node: id(node) in seen or _opaque(node)):
            if id(node) not in seen:
                below = [] if _opaque(node) else [seen[id(a)] for a in node.args]
                depth = 1 + max((b[1] for b in below), default=-1)
                size = 1 + sum(b[2] for b in below)
                if depth > TOO_DEEP or size > TOO_LARGE:
                    return True
                seen[id(node)] = node, depth, size
    return False


@dataclass(frozen=True)
class _Piece:
    number: int  # the same for equal nodes
    inside: Basic  # the node, with letters for the pieces below it
    name: Basic  # what stands for the node where something else uses it
    depth: int
    size: int


class Pieces:
    """Cuts expressions into named pieces; equal pieces get the same letter.

    >>> from sympy.abc import x
    >>> from sympy import sin
    >>> deep = x
    >>> for _ in range(50):
    ...     deep = sin(deep)
    >>> pieces = Pieces({"x"})
    >>> pieces.shortened(deep)
    sin(sin(sin(sin(sin(sin(sin(sin(sin(s_1)))))))))
    >>> len(pieces.letters)
    1
    """

    def __init__(self, taken: Iterable[str]) -> None:
        self.taken = frozenset(taken)
        self.letters: list[tuple[Symbol, Basic]] = []
        self._seen: dict[int, tuple[Basic, _Piece]] = {}  # by identity; the node is kept alive
        self._equal: dict[object, _Piece] = {}
        self._count = 0

    def shortened(self, expression: Basic) -> Basic:
        def known(node: Basic) -> bool:
            return id(node) in self._seen or _opaque(node)

        for node in postorder(expression, stop=known):
            if id(node) not in self._seen:
                self._seen[id(node)] = node, self._piece(node)
        return self._seen[id(expression)][1].inside

    def _piece(self, node: Basic) -> _Piece:
        parts = () if _opaque(node) else node.args
        below = [self._seen[id(part)][1] for part in parts]
        key = (type(node), *(piece.number for piece in below)) if below else node
        if key not in self._equal:
            self._equal[key] = self._new(node, below)
        return self._equal[key]

    def _new(self, node: Basic, below: list[_Piece]) -> _Piece:
        inside = remade(node, [piece.name for piece in below]) if below else node
        depth = 1 + max((piece.depth for piece in below), default=-1)
        size = 1 + sum(piece.size for piece in below)
        number = len(self._equal)
        if (depth <= PIECE_DEPTH and size <= PIECE_SIZE) or not _can_be_named(node):
            return _Piece(number, inside, inside, depth, size)
        name = self._letter()
        self.letters.append((name, inside))
        return _Piece(number, inside, name, 0, 1)

    def _letter(self) -> Symbol:
        self._count += 1
        while f"s_{self._count}" in self.taken:
            self._count += 1
        return Symbol(f"s_{self._count}")


def _can_be_named(node: Basic) -> bool:
    return isinstance(node, Expr) and not getattr(node, "is_Matrix", False)


def remade(node: Basic, arguments: list[Basic]) -> Basic:
    """`node` with other arguments, in the same order and not evaluated."""
    if all(new is old for new, old in zip(arguments, node.args, strict=True)):
        return node
    if isinstance(node, (Add, Mul)):
        return type(node)._from_args(arguments)
    if isinstance(node, (Pow, Function)):
        return node.func(*arguments, evaluate=False)
    if isinstance(node, MatrixBase):
        return node.func(*arguments)
    new = Basic.__new__(type(node), *arguments)
    if isinstance(node, ExprWithLimits):
        new.is_commutative = node.is_commutative
    return new
