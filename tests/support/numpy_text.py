"""Formulas in NumPy's spelling straight to numbers: a walk over Python's syntax tree.

Nothing of what is under test takes part. Vectors are columns, so that `.T`, `@` and `*` mean what
they mean on paper. `slopes` are central differences of such a formula.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import scipy.linalg

Values = Mapping[str, Any]
Structure = Callable[[np.ndarray], np.ndarray]


def column(values: Any) -> np.ndarray:
    return np.reshape(values, (-1, 1))


def number(x: Any) -> float:
    return float(np.reshape(x, ()))


def _norm(x: np.ndarray, ord: Any = None) -> float:
    vector = x.shape[1] == 1
    return float(np.linalg.norm(x[:, 0] if vector else x, ord))


def _diag(x: np.ndarray) -> np.ndarray:
    return np.diag(x[:, 0]) if x.shape[1] == 1 else column(np.diag(x))


def vec(x: Any) -> np.ndarray:
    return column(np.asarray(x).reshape(-1, order="F"))


def commutation(m: int, n: int) -> np.ndarray:
    """Columns are vec(Xᵀ) for the unit matrices X, in the order of vec(X)."""
    units = np.eye(m * n).reshape(m * n, n, m).transpose(0, 2, 1)
    return np.hstack([vec(unit.T) for unit in units])


# fmt: off
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "trace": np.trace, "det": np.linalg.det, "inv": np.linalg.inv, "norm": _norm,
    "logdet": lambda x: np.linalg.slogdet(x)[1], "matrix_power": np.linalg.matrix_power,
    "log": np.log, "exp": np.exp, "abs": np.abs, "sign": np.sign, "sin": np.sin,
    "sqrt": np.sqrt, "sum": np.sum,
    "expm": scipy.linalg.expm, "kron": np.kron, "eye": np.eye, "diag": _diag, "diagonal": _diag,
    "ones": lambda *sizes: column(np.ones(sizes)) if len(sizes) == 1 else np.ones(sizes),
    "eigvalsh": lambda x: column(np.linalg.eigvalsh(x)),
    "eigvecsh": lambda x: np.linalg.eigh(x)[1],
    "einsum": np.einsum, "vec": vec, "commutation": commutation, "tanh": np.tanh,
}
OPERATORS: dict[type, Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.Div: operator.truediv, ast.Pow: operator.pow, ast.MatMult: operator.matmul,
    ast.USub: operator.neg,
}
# fmt: on


def value(text: str, values: Values) -> Any:
    """The value of a formula; names stand for `values`, vectors as columns."""
    return _value(ast.parse(text, mode="eval").body, values)


def _value(node: ast.AST, values: Values) -> Any:
    match node:
        case ast.Constant(value=constant):
            return constant
        case ast.Name(id=name):
            return values[name]
        case ast.BinOp(left=a, op=op, right=b):
            return OPERATORS[type(op)](_value(a, values), _value(b, values))
        case ast.UnaryOp(op=op, operand=a):
            return OPERATORS[type(op)](_value(a, values))
        case ast.Attribute(value=a, attr="T"):
            return np.transpose(_value(a, values))
        case ast.Subscript(value=x):  # x[:, None]: a vector is a column already
            return _value(x, values)
        case ast.Call(func=ast.Name(id=name), args=given):
            return FUNCTIONS[name](*(_value(a, values) for a in given))
    raise ValueError(f"not read: {ast.dump(node)}")


# ------------------------------------------------------------------ slopes


def slope(f: Callable[[float], Any], step: float = 2e-3) -> np.ndarray:
    """f'(0) by central differences of two steps, extrapolated once more."""
    one, two, four = ((np.asarray(f(h)) - np.asarray(f(-h))) / (2 * h)
                      for h in (step, step / 2, step / 4))  # fmt: skip
    first, second = (4 * two - one) / 3, (4 * four - two) / 3
    return np.asarray((16 * second - first) / 15)


def along(text: str, name: str, direction: Any, values: Values, step: float = 2e-3) -> np.ndarray:
    """How the formula changes when the variable `name` moves along a direction."""
    return slope(lambda t: value(text, {**values, name: values[name] + t * direction}), step)


def slopes(text: str, name: str, values: Values, keeps: Structure = np.asarray) -> np.ndarray:
    """All slopes along the entries of a variable, each entry moved as far as `keeps` lets it.

    The axes of the formula come first (none for a number), then those of the variable.
    """
    here = np.asarray(values[name], float)
    each = [along(text, name, keeps(unit), values).squeeze() for unit in units(here.shape)]
    return np.stack(each, -1).reshape(each[0].shape + here.shape)


def curvatures(text: str, name: str, values: Values) -> np.ndarray:
    """All second slopes of a number along pairs of entries of a variable."""
    here = np.asarray(values[name], float)

    def second(one: np.ndarray, two: np.ndarray) -> float:
        def inner(s: float) -> Any:
            return along(text, name, two, {**values, name: here + s * one}, 1e-2)

        return number(slope(inner, 1e-2))

    rows = [[second(one, two) for two in units(here.shape)] for one in units(here.shape)]
    return np.array(rows).reshape(here.shape + here.shape)


def units(shape: tuple[int, ...]) -> list[np.ndarray]:
    found = []
    for place in np.ndindex(shape):
        unit = np.zeros(shape)
        unit[place] = 1.0
        found.append(unit)
    return found
