"""Operations on whole arrays as NumPy code: a row for each, from its operands and its payload."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Row = str | Callable[..., str]


def written(
    name: str, payload: Any, operands: Sequence[Any], rows: Mapping[str, Row] | None = None
) -> str:
    """The code of an operation; operands print themselves, `.atom` in brackets where needed.

    `rows` are those of another library.
    """
    row = (ARRAYS if rows is None else rows)[name]
    return row.format(*operands, p=payload) if isinstance(row, str) else row(payload, *operands)


def tuple_of(texts: Sequence[Any]) -> str:
    return f"({', '.join(map(str, texts))}{',' * (len(texts) == 1)})"


def sizes_of(sizes: Sequence[Any], unknown: Sequence[Any]) -> list[str]:
    """Whole numbers as they are, for all others the operands in turn."""
    operands: Iterator[Any] = iter(unknown)
    return [str(n) if n.is_Integer else str(next(operands)) for n in sizes]


def _shape(sizes: Sequence[Any], unknown: Sequence[Any]) -> str:
    return f"({', '.join(sizes_of(sizes, unknown))},)"


def _method(name: str) -> Row:
    """A reduction along axes; the axes stay, of size 1, where they are kept."""

    def row(along: Any, x: Any) -> str:
        axes, kept = along
        which = [] if axes is None else [str(axes[0]) if len(axes) == 1 else str(axes)]
        return f"{x.atom}.{name}({', '.join([*which, *['keepdims=True'] * kept])})"

    return row


def _transpose(axes: Sequence[int], x: Any) -> str:
    return f"{x.atom}.T" if len(axes) == 2 else f"{x.atom}.transpose({', '.join(map(str, axes))})"


def _expand(own: Sequence[bool], x: Any) -> str:
    return f"{x.atom}[{', '.join(':' if is_own else 'None' for is_own in own)}]"


def _slice(where: Any, x: Any, *unknown: Any) -> str:
    axis, start, count, step = where
    begin, end = sizes_of((start, start + (count - 1) * step + 1), unknown)
    return f"{x.atom}[{':, ' * axis}{begin}:{end}{f':{step}' if step > 1 else ''}]"


def _place(where: Any, x: Any, *unknown: Any) -> str:
    axis, start, size, step = where
    begin, n = sizes_of((start, size), unknown)
    return f"runtime.placed({x}, {axis}, {begin}, {n}, {step})"


def _sliding(name: str) -> Row:
    def row(where: Any, x: Any, *unknown: Any) -> str:
        axis, size, stride, dilation = where
        return f"runtime.{name}({x}, {axis}, {sizes_of([size], unknown)[0]}, {stride}, {dilation})"

    return row


def _positions(which: tuple[int, int], x: Any) -> str:
    axis, more = which
    return f"np.arange({x.atom}.shape[{axis}])" + (f"[:{', None' * more}]" if more else "")


def _index(axis: int, x: Any, *indices: Any) -> str:
    return f"{x.atom}[{':, ' * axis}{', '.join(map(str, indices))}]"


def _scatter(sizes: Sequence[Any], x: Any, *more: Any) -> str:
    many = len(sizes)
    return (
        f"runtime.scattered({x}, {tuple_of(more[:many])}, {tuple_of(sizes_of(sizes, more[many:]))})"
    )


def _deviation(name: str) -> Row:
    def row(over: Any, x: Any) -> str:
        axes, eps, centred = over
        return f"runtime.{name}({x}, {axes}, {float(eps)!r}, {centred})"

    return row


# fmt: off
ARRAYS: dict[str, Row] = {
    "size":              "{0.atom}.shape[{p}]",
    "whole":             "int({0})",
    "where":             "np.where({0}, {1}, {2})",
    "einsum":            lambda spec, *x: f'np.einsum("{spec}", {", ".join(map(str, x))})',
    "tensordot":         lambda axes, a, b: f"np.tensordot({a}, {b}, {tuple(map(list, axes))})",
    "sum":               _method("sum"),
    "max":               _method("max"),
    "min":               _method("min"),
    "shift":             _method("max"),
    "transpose":         _transpose,
    "expand":            _expand,
    "broadcast":         lambda shape, x, *n: f"np.broadcast_to({x}, {_shape(shape, n)})",
    "reshape":           lambda shape, x, *n: f"np.reshape({x}, {_shape(shape, n)})",
    "eye":               lambda shape, *n: f"np.eye({sizes_of(shape[:1], n)[0]})",
    "triangle":          lambda which, *n: f"np.{which[0]}(np.ones({_shape(which[1], n)}))",
    "one_hot":           lambda n, x, *size: f"runtime.one_hot({x}, {sizes_of([n], size)[0]})",
    "positions":         _positions,
    "index":             _index,
    "scatter":           _scatter,
    "slice":             _slice,
    "place":             _place,
    "windows":           _sliding("windows"),
    "overlap":           _sliding("overlapped"),
    "inverse":           "np.linalg.inv({0})",
    "determinant":       "np.linalg.det({0})",
    "logdet":            "np.linalg.slogdet({0})[1]",
    "expm":              "linalg.expm({0})",
    "expm_derivative":   "linalg.expm_frechet({0}, {1}, compute_expm=False)",
    "sqrtm":             "linalg.sqrtm({0}).real",
    "eigenvalues":       "np.linalg.eigvalsh(runtime.symmetric({0}))",
    "eigenvectors":      "np.linalg.eigh(runtime.symmetric({0}))[1]",
    "cholesky":          "np.linalg.cholesky(runtime.symmetric({0}))",
    "polar":             "runtime.polar({0})",
    "leading_pair":      "runtime.leading_pair({0})",
    "sylvester":         "linalg.solve_sylvester({0}, {1}, {2})",
    "lower_half":        "runtime.lower_half({0})",
    "norm":              "np.linalg.norm({0})",
    "nuclear_norm":      'np.linalg.norm({0}, "nuc")',
    "spectral_norm":     "np.linalg.norm({0}, 2)",
    "logsumexp":         "special.logsumexp({0}, axis={p})",
    "lengths":           "np.linalg.norm({0}, axis={p})",
    "normalise":         "runtime.normalise({0}, {p})",
    "at_max":            "runtime.at_max({0}, {p})",
    "at_min":            "runtime.at_min({0}, {p})",
    "standardized":      _deviation("standardized"),
    "inverse_deviation": _deviation("inverse_deviation"),
}
# fmt: on
