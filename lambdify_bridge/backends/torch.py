"""A `Program` as functions of PyTorch tensors: differentiable, compilable, on any device.

All branches of a Piecewise are computed, each guarded where it does not apply, so that derivatives
hold no NaN.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lambdify_bridge.backends.guarded import guarded
from lambdify_bridge.backends.python_source import Language, float_literal, run
from lambdify_bridge.backends.python_source import source as printed
from lambdify_bridge.extras import extra
from lambdify_bridge.program import Program

# fmt: off
CALLS: dict[str, str] = {
    "exp":         "torch.exp",
    "log":         "torch.log",
    "expm1":       "torch.expm1",
    "log1p":       "torch.log1p",
    "hypot":       "torch.hypot",
    "sqrt":        "torch.sqrt",
    "square":      "torch.square",
    "power":       "torch.pow",
    "sin":         "torch.sin",
    "cos":         "torch.cos",
    "tan":         "torch.tan",
    "asin":        "torch.asin",
    "acos":        "torch.acos",
    "atan":        "torch.atan",
    "sinh":        "torch.sinh",
    "cosh":        "torch.cosh",
    "tanh":        "torch.tanh",
    "asinh":       "torch.asinh",
    "acosh":       "torch.acosh",
    "atanh":       "torch.atanh",
    "atan2":       "torch.atan2",
    "abs":         "torch.abs",
    "sign":        "torch.sgn",
    "floor":       "torch.floor",
    "ceiling":     "torch.ceil",
    "mod":         "torch.remainder",
    "heaviside":   "own.heaviside",
    "maximum":     "torch.maximum",
    "minimum":     "torch.minimum",
    "re":          "torch.real",
    "im":          "own.im",
    "conjugate":   "own.conjugate",
    "arg":         "torch.angle",
    "select":      "own.select",
    "guard":       "torch.where",
    "differs":     "own.differs",
    "sinc":        "own.sinc",
    "softplus":    "own.softplus",
    "sigmoid":     "torch.sigmoid",
    "gamma":       "own.gamma",
    "loggamma":    "own.loggamma",
    "digamma":     "special.digamma",
    "polygamma":   "own.polygamma",
    "beta":        "own.beta",
    "binomial":    "own.binomial",
    "poch":        "own.poch",
    "lowergamma":  "own.lowergamma",
    "uppergamma":  "own.uppergamma",
    "erf":         "special.erf",
    "erfc":        "special.erfc",
    "erfinv":      "special.erfinv",
    "erfcinv":     "own.erfcinv",
    "zeta":        "own.zeta",
}
# PyTorch's Bessel functions J and Y are left out: near 7 they have 7 digits, in double precision.
OF_ORDER: dict[tuple[str, float], str] = {
    ("besseli", 0): "special.i0", ("besseli", 1): "special.i1",
    ("besselk", 0): "own.K0", ("besselk", 1): "own.K1",
}
# fmt: on
OPENING = {
    "": "import torch",
    "own.": "from lambdify_bridge.backends import torch_functions as own",
    "inf": "from math import inf",
    "nan": "from math import nan",
    "special.": "from torch import special",
}


def _unit(names: Sequence[str], text: str) -> list[str]:
    return [f"unit = own.unit({', '.join(names)})"] if "unit" in text else []


LANGUAGE = Language(
    name="PyTorch",
    calls=CALLS,
    of_order=OF_ORDER,
    orders=frozenset({"polygamma"}),
    opening=OPENING,
    reserved=frozenset({"torch", "special", "own", "unit", "inf", "nan"}),
    literal=float_literal,
    # What takes tensors only, or would make float32 of two numbers.
    boxed=frozenset(
        {"maximum", "minimum", "atan2", "hypot", "heaviside", "select", "beta", "binomial",
         "poch", "lowergamma", "uppergamma"}
    ),
    box=lambda text: f"{text} * unit",
    first_lines=_unit,
)  # fmt: skip


def source(program: Program) -> str:
    """Python text of a function of tensors. Raises ValueError for what PyTorch does not have.

    >>> from sympy import Max
    >>> from sympy.abc import x, y
    >>> from lambdify_bridge.lowering import lower
    >>> print(source(lower([Max(x / y, 2)])))
    import torch
    from lambdify_bridge.backends import torch_functions as own
    <BLANKLINE>
    <BLANKLINE>
    def function(x, y):
        unit = own.unit(x, y)
        return (torch.maximum(2.0 * unit, x / y),)
    <BLANKLINE>
    """
    return printed(guarded(program), LANGUAGE)


def compiled(program: Program) -> Any:
    """The function of tensors, broadcast to the common shape, in their precision and on their
    device."""
    torch = extra("torch", "torch", "functions of torch tensors")
    function = run(source(program))

    def of_tensors(*inputs: Any) -> tuple[Any, ...]:
        values = _alike(torch, inputs)
        shape = torch.broadcast_shapes(*[value.shape for value in values])
        kind, device = torch.get_default_dtype(), None
        for k, value in enumerate(values):
            kind = torch.promote_types(kind, value.dtype) if k else value.dtype
            device = value.device
        real = kind.to_real() if kind.is_complex else kind
        return tuple(
            [_arranged(torch, result, shape, real, device) for result in function(*values)]
        )

    return of_tensors


def _alike(torch: Any, inputs: Sequence[Any]) -> list[Any]:
    """Tensors of numbers with a point; Python's numbers take the type of the tensors."""
    given = [value for value in inputs if isinstance(value, torch.Tensor)]
    kind, device = torch.get_default_dtype(), None
    floating = [value for value in given if value.is_floating_point() or value.is_complex()]
    for k, value in enumerate(floating):
        kind = torch.promote_types(kind, value.dtype) if k else value.dtype
    if given:
        device = given[0].device
    real = kind.to_real() if kind.is_complex else kind
    values = []
    for value in inputs:
        if isinstance(value, torch.Tensor):
            exact = value.is_floating_point() or value.is_complex()
            values.append(value if exact else value.to(real))
        else:
            weak = kind if not isinstance(value, complex) else real.to_complex()
            values.append(torch.as_tensor(value, dtype=weak, device=device))
    return values


def _arranged(torch: Any, result: Any, shape: Any, real: Any, device: Any) -> Any:
    """In the precision of all inputs together, also where it depends on some of them only."""
    if not isinstance(result, torch.Tensor):  # a constant
        kind = real.to_complex() if isinstance(result, complex) else real
        kind = torch.bool if isinstance(result, bool) else kind
        return torch.full(shape, result, dtype=kind, device=device)
    if result.dtype is not torch.bool:
        result = result.to(real.to_complex() if result.is_complex() else real)
    return result.broadcast_to(shape)
