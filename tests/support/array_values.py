"""Array formulas in NumPy's spelling as numbers: an evaluator of its own for the tests.

It walks Python's syntax tree and calls NumPy and SciPy; it shares nothing with the packages under
test. A transposed vector is a row: of use only in `x @ y.T`, the outer product.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import linalg, special

Floats = np.ndarray


@dataclass(frozen=True)
class Row:
    """A transposed vector."""

    column: Floats


def evaluate(text: str, values: Mapping[str, Floats], sizes: Mapping[str, int]) -> Floats:
    """The value of a formula; raises ValueError, LinAlgError where NumPy would."""
    return Formula(text)(values, sizes)


class Formula:
    """A text parsed once, to be evaluated often."""

    def __init__(self, text: str) -> None:
        self.body = ast.parse(text.strip(), mode="eval").body

    def __call__(self, values: Mapping[str, Floats], sizes: Mapping[str, int]) -> Floats:
        with np.errstate(all="ignore"):
            found = plain(_Walk(values, sizes).value(self.body))
        if np.iscomplexobj(found) and np.any(np.abs(np.imag(found)) > 1e-12):
            return np.full(np.shape(found), np.nan)
        return np.asarray(np.real(found), float)


def plain(x: Any) -> Any:
    return x.column if isinstance(x, Row) else x


class _Walk:
    def __init__(self, values: Mapping[str, Floats], sizes: Mapping[str, int]) -> None:
        self.values, self.sizes = values, sizes

    def value(self, node: ast.AST) -> Any:
        return getattr(self, f"_{type(node).__name__}")(node)

    def _Constant(self, node: ast.Constant) -> Any:
        return node.value

    def _Name(self, node: ast.Name) -> Any:
        if node.id in self.values:
            return self.values[node.id]
        return self.sizes[node.id] if node.id in self.sizes else CONSTANTS[node.id]

    def _Tuple(self, node: Any) -> Any:
        return tuple(plain(self.value(each)) for each in node.elts)

    _List = _Tuple

    def _UnaryOp(self, node: ast.UnaryOp) -> Any:
        x = self.value(node.operand)
        y = -plain(x) if isinstance(node.op, ast.USub) else plain(x)
        return Row(y) if isinstance(x, Row) else y

    def _BinOp(self, node: ast.BinOp) -> Any:
        a, b = self.value(node.left), self.value(node.right)
        if isinstance(node.op, ast.MatMult):
            return matmul(a, b)
        if isinstance(node.op, ast.Pow):
            found = np.power(np.asarray(plain(a), float), plain(b))
            if isinstance(a, int) and isinstance(b, int) and b >= 0:
                return int(found)
        else:
            found = ARITHMETIC[type(node.op)](plain(a), plain(b))
        row = isinstance(a, Row) or isinstance(b, Row)
        return Row(found) if row and np.ndim(found) == 1 else found

    def _Attribute(self, node: ast.Attribute) -> Any:
        assert node.attr == "T"
        x = self.value(node.value)
        if isinstance(x, Row):
            return x.column
        return Row(x) if np.ndim(x) == 1 else np.transpose(x)

    def _Compare(self, node: ast.Compare) -> Any:
        left, right = self.value(node.left), self.value(node.comparators[0])
        return RELATIONS[type(node.ops[0])](plain(left), plain(right))

    def _Subscript(self, node: ast.Subscript) -> Any:
        return np.asarray(plain(self.value(node.value)))[self.value(node.slice)]

    def _Slice(self, node: ast.Slice) -> slice:
        ends = (node.lower, node.upper, node.step)
        return slice(*(None if end is None else self.value(end) for end in ends))

    def _Call(self, node: ast.Call) -> Any:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id  # type: ignore[attr-defined]
        arguments = [plain(self.value(argument)) for argument in node.args]
        options = {k.arg: self.value(k.value) for k in node.keywords}
        return FUNCTIONS[name](*arguments, **options)


def matmul(a: Any, b: Any) -> Any:
    if isinstance(b, Row):
        if isinstance(a, Row) or np.ndim(a) != 1:
            raise ValueError("a row behind @")
        return np.outer(a, b.column)
    found = plain(a) @ b
    return Row(found) if isinstance(a, Row) and np.ndim(found) == 1 else found


# ------------------------------------------------------------------ functions


def norm(x: Any, ord: Any = None, axis: int | None = None) -> Any:
    if axis is not None:
        return np.sqrt(np.sum(np.square(x), axis))
    if np.ndim(x) == 2 and ord is not None:
        return np.linalg.norm(x, ord)
    if np.ndim(x) > 1:
        return np.sqrt(np.sum(np.square(x)))
    return np.abs(x) if np.ndim(x) == 0 else np.linalg.norm(x, ord)


def of_square(function: Callable[..., Any]) -> Callable[..., Any]:
    def called(x: Any, *more: Any) -> Any:
        if np.ndim(x) != 2 or np.shape(x)[0] != np.shape(x)[1]:
            raise ValueError("not a square matrix")
        return function(x, *more)

    return called


def symmetric(function: Callable[..., Any]) -> Callable[..., Any]:
    """Of the symmetric part, as LAPACK would see it if it read both triangles."""
    return of_square(lambda x: function((x + x.T) / 2))


def of_rank(rank: int, function: Callable[..., Any]) -> Callable[..., Any]:
    def called(x: Any, *more: Any) -> Any:
        if np.ndim(x) != rank:
            raise ValueError(f"not of rank {rank}")
        return function(x, *more)

    return called


def over_one_axis(function: Callable[..., Any]) -> Callable[..., Any]:
    """Without an axis only of a vector."""

    def called(x: Any, axis: int | None = None) -> Any:
        if axis is None and np.ndim(x) != 1:
            raise ValueError("no axis")
        return function(x, axis=-1 if axis is None else axis)

    return called


def at(function: Callable[..., Any]) -> Callable[..., Any]:
    def called(x: Any, axis: int) -> Any:
        place = function(x, axis=axis, keepdims=True)
        along = np.arange(x.shape[axis]).reshape([-1] + [1] * (x.ndim - 1 - axis % x.ndim))
        return (along == place).astype(float)

    return called


def singular(k: int | None) -> Callable[..., Any]:
    def called(x: Any) -> Any:
        u, _, vt = np.linalg.svd(x, full_matrices=False)
        return u[:, :k] @ vt[:k]

    return of_rank(2, called)


def kron(a: Any, b: Any) -> Any:
    if np.ndim(a) != 2 or np.ndim(b) != 2:
        raise ValueError("kron of matrices")
    return np.kron(a, b)


def outer(x: Any, y: Any) -> Any:
    if np.ndim(x) != 1 or np.ndim(y) != 1:
        raise ValueError("outer of vectors")
    return np.outer(x, y)


def diag(x: Any) -> Any:
    return np.diag(x) if np.ndim(x) == 1 else of_square(np.diag)(x)


def placed(x: Any, axis: int, start: int, size: int, step: int) -> Any:
    found = np.zeros((*x.shape[:axis], size, *x.shape[axis + 1 :]))
    stop = start + step * x.shape[axis]
    found[(slice(None),) * axis + (slice(start, stop, step),)] = x
    return found


def einsum(spec: str, *arrays: Any) -> Any:
    """Sizes of one label have to agree: NumPy would broadcast an axis of size 1."""
    sizes: dict[str, int] = {}
    for labels, each in zip(spec.split("->")[0].split(","), arrays, strict=True):
        for label, n in zip(labels, np.shape(each), strict=True):
            if sizes.setdefault(label, n) != n:
                raise ValueError(f"einsum: sizes of {label}")
    return np.einsum(spec, *arrays)


def mean(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return np.mean(x, axis=axis, keepdims=keepdims)


def solve(A: Any, b: Any) -> Any:
    return of_square(np.linalg.inv)(A) @ b


def sizes_of(sizes: Sequence[Any]) -> tuple[int, ...]:
    return tuple(sizes[0]) if len(sizes) == 1 and isinstance(sizes[0], tuple) else tuple(sizes)


# fmt: off
CONSTANTS = {"pi": np.pi, "inf": np.inf, "oo": np.inf}
ARITHMETIC = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: np.true_divide,
}
RELATIONS = {ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Lt: operator.lt, ast.LtE: operator.le}
SAME = (
    "exp", "log", "sqrt", "abs", "sign", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh",
    "cosh", "tanh", "arcsinh", "arccosh", "arctanh", "log1p", "expm1", "square", "maximum",
    "minimum", "transpose", "where", "sum", "dot", "eye", "floor", "ceil", "heaviside", "arctan2",
    "tril", "triu",
)
FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: getattr(np, name) for name in SAME},
    "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan, "asinh": np.arcsinh,
    "acosh": np.arccosh, "atanh": np.arctanh, "Abs": np.abs, "reciprocal": lambda x: 1.0 / x,
    "Max": np.maximum, "Min": np.minimum,
    "erf": special.erf, "erfc": special.erfc, "gammaln": special.gammaln, "gamma": special.gamma,
    "loggamma": special.gammaln, "digamma": special.digamma, "polygamma": special.polygamma,
    "sigmoid": special.expit, "softplus": lambda x: np.logaddexp(0.0, x),
    "relu": lambda x: np.maximum(x, 0.0),
    "trace": of_square(np.trace), "tr": of_square(np.trace), "det": of_square(np.linalg.det),
    "inv": of_square(np.linalg.inv), "logdet": of_square(lambda x: np.linalg.slogdet(x)[1]),
    "matrix_power": of_square(np.linalg.matrix_power), "norm": norm,
    "normalise": lambda x, axis=-1: x / np.sqrt(np.sum(x**2, axis, keepdims=True)),
    "one_hot": lambda i, n: np.eye(n)[np.asarray(i, int)], "arange": np.arange,
    "take": lambda x, i, axis=0: np.take(x, i, axis),
    "expm": of_square(linalg.expm), "sqrtm": of_square(linalg.sqrtm),
    "cholesky": symmetric(np.linalg.cholesky), "eigvalsh": symmetric(np.linalg.eigvalsh),
    "eigvecsh": symmetric(lambda x: np.linalg.eigh(x)[1]), "solve": solve,
    "nuclear_norm": of_rank(2, lambda x: np.sum(np.linalg.svd(x)[1])),
    "spectral_norm": of_rank(2, lambda x: np.max(np.linalg.svd(x)[1])),
    "polar": singular(None), "leading_pair": singular(1),
    "softmax": lambda x, axis=-1: special.softmax(x, axis=axis),
    "log_softmax": lambda x, axis=-1: special.log_softmax(x, axis=axis),
    "logsumexp": over_one_axis(special.logsumexp), "max": over_one_axis(np.max),
    "min": over_one_axis(np.min), "mean": mean, "at_max": at(np.argmax), "at_min": at(np.argmin),
    "diag": diag, "diagonal": of_square(np.diag), "kron": kron, "outer": outer, "einsum": einsum,
    "vec": of_rank(2, lambda x: np.reshape(x, -1, order="F")),
    "ones": lambda *sizes: np.ones(sizes_of(sizes)), "reshape": np.reshape,
    "zeros": lambda *sizes: np.zeros(sizes_of(sizes)),
    "concatenate": lambda arrays, axis=0: np.concatenate(arrays, axis=axis),
    "expm_frechet": lambda x, v: linalg.expm_frechet(x, v, compute_expm=False),
    "solve_sylvester": linalg.solve_sylvester, "placed": placed,
    "lower_half": lambda x: np.tril(x, -1) + np.diag(np.diag(x)) / 2,
}
# fmt: on
