"""SymPy's matrix expressions as arrays, and back.

A matrix symbol of one column is a vector, a symbol that is no size a variable of rank 0.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import sympy as sp
from sympy.matrices.expressions import MatrixExpr

from derive.arrays import matrix, notation, operators
from derive.arrays.elementwise import elementwise
from derive.arrays.nodes import (
    Array,
    Identity,
    Map,
    Named,
    Ones,
    Variable,
    identity,
    ones,
    variable,
)
from derive.arrays.operators import Row, array, short
from derive.arrays.product import product, zeros


def from_sympy(expression: Any) -> Any:
    """A SymPy matrix expression, or a scalar one of matrices, as an array.

    Raises NotImplementedError for what arrays have no word for.

    >>> n = sp.Symbol("n")
    >>> A, x = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("x", n, 1)
    >>> from_sympy(x.T * A * x)
    x.T @ A @ x
    """
    sizes = {s for m in expression.atoms(sp.MatrixSymbol) for n in m.shape for s in n.free_symbols}
    return _Reading(sizes).value(expression)


class _Reading:
    def __init__(self, sizes: set[sp.Symbol]) -> None:
        self.sizes = sizes

    def value(self, e: Any) -> Any:
        if isinstance(e, sp.MatrixSymbol):
            return self.symbol(e)
        known = READ.get(type(e).__name__)
        if known is not None:
            return known(*(self.value(a) for a in e.args))
        if isinstance(e, (sp.Identity, sp.ZeroMatrix, sp.MatrixBase)) or e.func == sp.OneMatrix:
            return self.constant(e)
        if isinstance(e, sp.MatMul):
            return self.matmul(e)
        if isinstance(e, sp.MatPow):
            return matrix.matrix_power(self.value(e.base), e.exp)
        if isinstance(e, MatrixExpr):
            raise NotImplementedError(f"{type(e).__name__} has no array here: {e}")
        return self.scalar(e)

    def symbol(self, m: sp.MatrixSymbol) -> Any:
        rows, columns = m.shape
        if columns == 1:
            return variable(m.name, (rows,))
        return Row(variable(m.name, (columns,))) if rows == 1 else variable(m.name, (rows, columns))

    def constant(self, e: Any) -> Array:
        rows, columns = e.shape
        if isinstance(e, sp.Identity):
            return identity(rows)
        if isinstance(e, sp.ZeroMatrix):
            return zeros((rows,) if columns == 1 else (rows, columns))
        if isinstance(e, sp.MatrixBase):
            raise NotImplementedError("a matrix of entries is no array here: name it")
        return (
            ones(rows)
            if columns == 1
            else product(1, [(ones(rows), "i"), (ones(columns), "j")], "ij")
        )

    def matmul(self, e: sp.MatMul) -> Any:
        coefficient, factors = e.as_coeff_matrices()
        result = reduce(operators.matmul, [self.value(f) for f in factors])
        return result if coefficient == 1 else operators.multiply(self.scalar(coefficient), result)

    def scalar(self, e: Any) -> Array:
        """A formula of numbers: those given by matrices are letters meanwhile."""
        letters: dict[sp.Symbol, Array] = {}
        changes: dict[Any, sp.Symbol] = {}
        for part in sorted(e.atoms(sp.Trace, sp.Determinant), key=str):
            changes[part] = sp.Dummy(real=True)
            letters[changes[part]] = array(self.value(part))
        for part in sorted((m for m in e.atoms(MatrixExpr) if m.shape == (1, 1)), key=str):
            changes[part] = sp.Dummy(real=True)
            letters[changes[part]] = array(self.value(part))
        plain = e.xreplace(changes)
        for s in sorted(plain.free_symbols - set(letters) - self.sizes, key=str):
            letters[s] = variable(s.name)
        return elementwise(plain, letters) if letters else array(plain)


READ: dict[str, Callable[..., Any]] = {
    "MatAdd": lambda *terms: reduce(operators.add, terms),
    "Transpose": lambda X: X.T,
    "Inverse": lambda X, *_: matrix.inv(X),
    "Trace": matrix.trace,
    "Determinant": matrix.det,
    "HadamardProduct": lambda *factors: reduce(operators.multiply, factors),
}


# ------------------------------------------------------------------ back


def to_sympy(a: Array) -> Any:
    """An array of at most two axes as a SymPy expression.

    Raises NotImplementedError for what SymPy has no word for.

    >>> from derive.arrays.nodes import variable
    >>> A, x = variable("A", "n,n"), variable("x", "n")
    >>> to_sympy(x.T @ A @ x)
    Trace(x.T*A*x)
    """
    if a.rank > 2:
        raise NotImplementedError(f"{short(a)} has {a.rank} axes, SymPy's matrices have two")
    return _entry(_shown(notation.written(a)), a.rank)


def _shown(of: Any) -> Any:
    if isinstance(of, notation.Leaf):
        return _leaf(of.array)
    if isinstance(of, notation.Chain):
        return sp.MatMul(*map(_shown, of.parts))
    if isinstance(of, notation.Turned):
        return sp.Transpose(_shown(of.of))
    if isinstance(of, notation.Added):
        terms = [_shown(term) for term in of.terms]
        some = next((t for t in terms if isinstance(t, MatrixExpr)), None)
        if some is None:
            return sp.Add(*terms)
        whole = [t if isinstance(t, MatrixExpr) else t * sp.OneMatrix(*some.shape) for t in terms]
        return sp.MatAdd(*whole)
    if isinstance(of, notation.Scaled):
        return _scaled(of)
    if isinstance(of, notation.EntryByEntry):
        above = [_shown(part) for part in of.above]
        below = [sp.HadamardPower(_shown(part), -1) for part in of.below]
        return sp.HadamardProduct(*above, *below)
    if isinstance(of, notation.Raised):
        inner = _shown(of.of)
        return (sp.HadamardPower if isinstance(inner, MatrixExpr) else sp.Pow)(inner, of.exponent)
    if isinstance(of, notation.Call):
        return _call(of.name, _shown(of.of))
    raise NotImplementedError("index notation is nothing that SymPy's matrices can say")


def _scaled(of: notation.Scaled) -> Any:
    number = of.coefficient
    for part in of.above:
        number *= _number(_shown(part))
    for part in of.below:
        number /= _number(_shown(part))
    return number if of.of is None else number * _shown(of.of)


def _number(e: Any) -> Any:
    return sp.Trace(e) if isinstance(e, MatrixExpr) else e


def _entry(e: Any, rank: int) -> Any:
    return _number(e) if rank == 0 else e


def _call(name: str, inner: Any) -> Any:
    if name == "tr":
        return sp.Trace(inner)
    if name == "diag":
        return sp.DiagMatrix(inner)
    if name == "norm":
        return sp.sqrt(sp.Trace(inner.T * inner))
    if name in ("sum", "total"):
        rows, columns = inner.shape
        return sp.Trace(sp.OneMatrix(1, rows) * inner * sp.OneMatrix(columns, 1))
    raise NotImplementedError(f"SymPy has no {name} of a matrix expression")


def _leaf(a: Array) -> Any:
    shape = (*a.shape, 1) if a.rank == 1 else a.shape
    if isinstance(a, (Variable, Named)):
        return sp.MatrixSymbol(a.name, *shape) if a.rank else sp.Symbol(a.name)
    if isinstance(a, Ones):
        return sp.OneMatrix(*shape)
    if isinstance(a, Identity):
        return sp.Identity(shape[0])
    inner: Any = to_sympy(a.args[0]) if a.args else None
    if isinstance(a, Map) and len(a.args) == 1:
        t = sp.Symbol("t1", real=True)
        if a.rank == 0:
            return a.function.xreplace({t: inner})
        return inner.applyfunc(sp.Lambda(t, a.function))
    made = {"Inverse": sp.Inverse, "Determinant": sp.Determinant}.get(type(a).__name__)
    if made is not None:
        return made(inner)
    if isinstance(a, matrix.Norm):
        return sp.sqrt(sp.Trace(inner.T * inner))
    if isinstance(a, matrix.LogDeterminant):
        return sp.log(sp.Abs(sp.Determinant(inner)))
    raise NotImplementedError(f"SymPy has no word for {short(a)}")
