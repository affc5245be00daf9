"""What generated source for whole arrays calls besides PyTorch itself."""

from __future__ import annotations

from typing import Any

import torch


def eye(n: int, unit: Any) -> Any:
    return torch.eye(n, dtype=unit.dtype, device=unit.device)


def one_hot(indices: Any, n: int, unit: Any) -> Any:
    return (indices[..., None] == torch.arange(n, device=indices.device)) * unit


def expm_derivative(x: Any, v: Any) -> Any:
    """The change of the exponential where x changes by v: a block of that of [[x, v], [0, x]]."""
    n = len(x)
    rows = torch.cat([torch.cat([x, v], 1), torch.cat([torch.zeros_like(x), x], 1)], 0)
    return torch.linalg.matrix_exp(rows)[:n, n:]


def sqrtm(x: Any) -> Any:
    """By eigenvalues: of a matrix that has as many eigenvectors as rows."""
    values, vectors = torch.linalg.eig(x)
    return (vectors * torch.sqrt(values) @ torch.linalg.inv(vectors)).real


def sylvester(a: Any, b: Any, c: Any) -> Any:
    """z with a z + z b = c: a linear system for its entries."""
    m, n = c.shape
    whole = torch.kron(a, eye(n, c)) + torch.kron(eye(m, c), b.T.contiguous())
    return torch.linalg.solve(whole, c.reshape(-1)).reshape(m, n)


def symmetric(x: Any) -> Any:
    return (x + x.T) / 2


def polar(x: Any) -> Any:
    u, _, vt = torch.linalg.svd(x, full_matrices=False)
    return u @ vt


def leading_pair(x: Any) -> Any:
    u, _, vt = torch.linalg.svd(x, full_matrices=False)
    return torch.outer(u[:, 0], vt[0])


def lower_half(x: Any) -> Any:
    return torch.tril(x, -1) + torch.diag(torch.diag(x)) / 2


def normalise(x: Any, axis: int) -> Any:
    return x / torch.linalg.vector_norm(x, dim=axis, keepdim=True)


def at_max(x: Any, axis: int) -> Any:
    return torch.zeros_like(x).scatter(axis, x.argmax(axis, keepdim=True), 1.0)


def scattered(x: Any, indices: tuple[Any, ...], sizes: tuple[int, ...]) -> Any:
    shape = torch.broadcast_shapes(*[i.shape for i in indices])
    rest = x.shape[len(shape) :] if isinstance(x, torch.Tensor) else ()
    x = torch.as_tensor(x, device=indices[0].device)
    x = x if x.is_floating_point() else x.to(torch.get_default_dtype())
    zero = torch.zeros((*sizes, *rest), dtype=x.dtype, device=x.device)
    return zero.index_put(indices, x.expand(*shape, *rest), accumulate=True)


def placed(x: Any, axis: int, start: int, size: int, step: int) -> Any:
    place = start + step * torch.arange(x.shape[axis], device=x.device)
    shape = (*x.shape[:axis], size, *x.shape[axis + 1 :])
    return torch.zeros(shape, dtype=x.dtype, device=x.device).index_copy(axis, place, x)


def windows(x: Any, axis: int, size: int, stride: int, dilation: int) -> Any:
    return x.unfold(axis, dilation * (size - 1) + 1, stride)[..., ::dilation]


def overlapped(x: Any, axis: int, size: int, stride: int, dilation: int) -> Any:
    many, inside = x.shape[axis], x.shape[-1]
    steps = torch.arange(many, device=x.device)[:, None] * stride
    places = (steps + dilation * torch.arange(inside, device=x.device)).reshape(-1)
    moved = x.movedim(-1, axis + 1).flatten(axis, axis + 1)
    shape = (*moved.shape[:axis], size, *moved.shape[axis + 1 :])
    zero = torch.zeros(shape, dtype=x.dtype, device=x.device)
    return zero.index_add(axis, places, moved)


def inverse_deviation(x: Any, axes: tuple[int, ...], eps: float, centred: bool) -> Any:
    square = x.var(axes, correction=0) if centred else torch.square(x).mean(axes)
    return 1.0 / torch.sqrt(square + eps)


def standardized(x: Any, axes: tuple[int, ...], eps: float, centred: bool) -> Any:
    square = x.var(axes, correction=0, keepdim=True) if centred else (x * x).mean(axes, True)
    r = 1.0 / torch.sqrt(square + eps)
    return (x - x.mean(axes, keepdim=True)) * r if centred else x * r
