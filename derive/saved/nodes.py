"""Nodes made of arguments exactly as they were: nothing is evaluated or put in another order."""

from __future__ import annotations

from typing import Any

from sympy import (
    Add,
    Basic,
    ComplexRootOf,
    Expr,
    ImmutableDenseMatrix,
    Integer,
    MatrixBase,
    MatrixExpr,
    MatrixSymbol,
    Mul,
    Pow,
    Set,
    Subs,
    Symbol,
    Tuple,
)
from sympy.core.function import FunctionClass
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.logic.boolalg import Boolean

from derive.limits_of_input import TooLarge, most
from derive.numbered_roots import numbered_root
from derive.saved.entries import SavedError

MOST_ROOT_DEGREE = 30  # of a polynomial whose roots are counted: SymPy isolates them


def built(cls: Any, arguments: list[Basic], where: str) -> Basic:
    """The node of these arguments, exactly: SymPy's constructors would evaluate or reorder."""
    if cls is ImmutableDenseMatrix:
        return _matrix(arguments, where)
    if cls is ComplexRootOf:
        return _counted_root(arguments, where)
    if cls in (MatrixSymbol, Subs):
        return cls(*arguments)
    node = Basic.__new__(cls, *arguments)
    if isinstance(cls, FunctionClass):
        node.nargs = cls.nargs
    if "is_commutative" in _slots(cls):
        node.is_commutative = _commutes(cls, arguments)
    if cls.__name__ in ("And", "Or", "Max", "Min"):
        node._argset = frozenset(arguments)
    if cls.__name__ == "FiniteSet":
        node._args_set = set(arguments)
    return node


def _commutes(cls: Any, arguments: list[Basic]) -> bool:
    """As SymPy and `derive.structure` find it: a Limit is not known to, an Integral is."""
    if issubclass(cls, (Add, Mul, Pow)):
        return all(each.is_commutative for each in arguments)
    return arguments[0].is_commutative is not False


def _slots(cls: type) -> set[str]:
    return {slot for each in cls.__mro__ for slot in getattr(each, "__slots__", ())}


def _matrix(arguments: list[Basic], where: str) -> Basic:
    rows, columns, entries = arguments
    if not all(isinstance(n, Integer) and n >= 0 for n in (rows, columns)):
        raise SavedError(f"{where}: the size of a matrix is no number")
    if len(entries.args) > most("matrix_entries"):
        raise TooLarge(f"a matrix of {len(entries.args)} entries", "matrix_entries")
    if int(rows) * int(columns) != len(entries.args):
        raise SavedError(f"{where}: {rows} by {columns} entries, not {len(entries.args)}")
    return ImmutableDenseMatrix(int(rows), int(columns), list(entries.args))


def _counted_root(arguments: list[Basic], where: str) -> Basic:
    polynomial, k = arguments
    letters = polynomial.free_symbols
    powers = [p.exp for p in polynomial.atoms(Expr) if getattr(p, "is_Pow", False)]
    small = all(p.is_Integer and 0 < p <= MOST_ROOT_DEGREE for p in powers)
    if len(letters) != 1 or not small or not isinstance(k, Integer):
        raise SavedError(f"{where}: no root of a polynomial of degree up to {MOST_ROOT_DEGREE}")
    return numbered_root(polynomial, next(iter(letters)), int(k))


def warm(node: Basic) -> Basic:
    """Its hash is remembered before anything asks for it from far above."""
    hash(node)
    return node


def code(node: Basic) -> str:
    """The letter of `saved_types` for an argument."""
    if hasattr(node, "data") and hasattr(node, "moving"):
        return "A"
    if isinstance(node, Symbol):
        return "S"
    if isinstance(node, ExprCondPair):
        return "C"
    if isinstance(node, Tuple):
        return "T"
    if isinstance(node, (MatrixBase, MatrixExpr)):
        return "M"
    if isinstance(node, Boolean):
        return "B"
    return "E" if isinstance(node, Expr) and not isinstance(node, Set) else "K"


def data_code(value: Any) -> str:
    if isinstance(value, tuple):
        return f"({''.join(map(data_code, value))})"
    return {bool: "b", int: "i", str: "s"}.get(type(value), "E")


def is_size(n: Any) -> bool:
    return isinstance(n, Expr) and n.is_integer is True and n.is_nonnegative is True
