"""Operations on whole arrays as PyTorch code: a row for each, beside those of NumPy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from lambdify_bridge.backends.numpy_arrays import ARRAYS, Row, sizes_of, tuple_of
from lambdify_bridge.backends.python_source import run
from lambdify_bridge.backends.python_source import source as printed
from lambdify_bridge.backends.torch import LANGUAGE
from lambdify_bridge.extras import extra
from lambdify_bridge.program import Program


def _reduction(name: str) -> Callable[..., str]:
    def row(along: Any, x: Any) -> str:
        axes, kept = along
        if axes is None:
            return f"{x.atom}.{name}()"
        return f"{x.atom}.{name}({tuple(axes)}{', keepdim=True' * kept})"

    return row


def _einsum(spec: str, *x: Any) -> str:
    return f'torch.einsum("{spec}", {", ".join(map(str, x))})'


def _permute(axes: Any, x: Any) -> str:
    return f"{x.atom}.T" if len(axes) == 2 else f"{x.atom}.permute{tuple(axes)}"


def _shape(sizes: Any, unknown: Any) -> str:
    return tuple_of(sizes_of(sizes, unknown))


def _triangle(which: Any, *n: Any) -> str:
    return f"torch.{which[0]}(unit.new_ones({_shape(which[1], n)}))"


def _tensordot(axes: Any, a: Any, b: Any) -> str:
    return f"torch.tensordot({a}, {b}, {tuple(map(list, axes))})"


def _positions(which: Any, x: Any) -> str:
    axis, more = which
    places = f"torch.arange({x.atom}.shape[{axis}], device={x.atom}.device)"
    return places + (f"[:{', None' * more}]" if more else "")


def _own(name: str) -> Row:
    """The row of NumPy, whose function has a namesake."""
    row = ARRAYS[name]
    assert not isinstance(row, str)
    return lambda payload, *x: row(payload, *x).replace("runtime.", "arrays.")


# fmt: off
ROWS: dict[str, Row] = {
    "size":              "{0.atom}.shape[{p}]",
    "square":            "{0.atom} ** 2",  # of sizes as well
    "whole":             "int({0})",
    "where":             "torch.where({0}, {1}, {2})",
    "einsum":            _einsum,
    "tensordot":         _tensordot,
    "sum":               _reduction("sum"),
    "max":               _reduction("amax"),
    "min":               _reduction("amin"),
    "shift":             _reduction("amax"),
    "transpose":         _permute,
    "expand":            ARRAYS["expand"],
    "broadcast":         lambda shape, x, *n: f"torch.broadcast_to({x} * unit, {_shape(shape, n)})",
    "reshape":           lambda shape, x, *n: f"torch.reshape({x}, {_shape(shape, n)})",
    "eye":               lambda shape, *n: f"arrays.eye({sizes_of(shape[:1], n)[0]}, unit)",
    "triangle":          _triangle,
    "one_hot":           lambda n, x, *size: f"arrays.one_hot({x}, {sizes_of([n], size)[0]}, unit)",
    "positions":         _positions,
    "index":             ARRAYS["index"],
    "scatter":           _own("scatter"),
    "slice":             ARRAYS["slice"],
    "place":             _own("place"),
    "windows":           _own("windows"),
    "overlap":           _own("overlap"),
    "inverse":           "torch.linalg.inv({0})",
    "determinant":       "torch.linalg.det({0})",
    "logdet":            "torch.linalg.slogdet({0})[1]",
    "expm":              "torch.linalg.matrix_exp({0})",
    "expm_derivative":   "arrays.expm_derivative({0}, {1})",
    "sqrtm":             "arrays.sqrtm({0})",
    "eigenvalues":       "torch.linalg.eigvalsh(arrays.symmetric({0}))",
    "eigenvectors":      "torch.linalg.eigh(arrays.symmetric({0}))[1]",
    "cholesky":          "torch.linalg.cholesky(arrays.symmetric({0}))",
    "polar":             "arrays.polar({0})",
    "leading_pair":      "arrays.leading_pair({0})",
    "sylvester":         "arrays.sylvester({0}, {1}, {2})",
    "lower_half":        "arrays.lower_half({0})",
    "norm":              "torch.linalg.vector_norm({0})",
    "nuclear_norm":      'torch.linalg.matrix_norm({0}, "nuc")',
    "spectral_norm":     "torch.linalg.matrix_norm({0}, 2)",
    "logsumexp":         "torch.logsumexp({0}, {p})",
    "lengths":           "torch.linalg.vector_norm({0}, dim={p})",
    "normalise":         "arrays.normalise({0}, {p})",
    "at_max":            "arrays.at_max({0}, {p})",
    "at_min":            "arrays.at_max(-{0.atom}, {p})",
    "standardized":      _own("standardized"),
    "inverse_deviation": _own("inverse_deviation"),
}
# fmt: on
OF_ARRAYS = replace(
    LANGUAGE,
    arrays=ROWS,
    opening={
        **LANGUAGE.opening,
        "arrays.": "from lambdify_bridge.backends import torch_array_functions as arrays",
    },
    reserved=LANGUAGE.reserved | {"arrays", "int"},
)


def source(program: Program) -> str:
    """Python text of a function of tensors. Raises ValueError for what PyTorch does not have."""
    return printed(program, OF_ARRAYS)


class Library:
    """What a call needs: the function, its arguments as tensors."""

    def __init__(self, program: Program) -> None:
        self.torch = extra("torch", "torch", "functions of torch tensors")
        self.source = source(program)
        self.function = run(self.source, {"int": int})

    def array(self, value: Any) -> Any:
        tensor = self.torch.as_tensor(value)
        return tensor if tensor.is_floating_point() else tensor.to(self.torch.get_default_dtype())

    def indices(self, value: Any) -> Any:
        return self.torch.as_tensor(value).long()

    def result(self, value: Any) -> Any:
        return self.torch.as_tensor(value)
