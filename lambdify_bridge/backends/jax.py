"""A `Program` as functions of JAX arrays: differentiable, jit-able, vmap-able.

Constants are Python's numbers, which take the precision of the arrays.  All branches of a
Piecewise are computed, each guarded where it does not apply, so that derivatives hold no NaN.
"""

from __future__ import annotations

from typing import Any

from lambdify_bridge.backends.guarded import guarded
from lambdify_bridge.backends.python_source import Language, float_literal, run
from lambdify_bridge.backends.python_source import source as printed
from lambdify_bridge.extras import extra
from lambdify_bridge.program import Program

# fmt: off
CALLS: dict[str, str] = {
    "exp":         "jnp.exp",
    "log":         "jnp.log",
    "expm1":       "jnp.expm1",
    "log1p":       "jnp.log1p",
    "hypot":       "jnp.hypot",
    "sqrt":        "jnp.sqrt",
    "square":      "jnp.square",
    "power":       "jnp.power",
    "sin":         "jnp.sin",
    "cos":         "jnp.cos",
    "tan":         "jnp.tan",
    "asin":        "jnp.arcsin",
    "acos":        "jnp.arccos",
    "atan":        "jnp.arctan",
    "sinh":        "jnp.sinh",
    "cosh":        "jnp.cosh",
    "tanh":        "jnp.tanh",
    "asinh":       "jnp.arcsinh",
    "acosh":       "jnp.arccosh",
    "atanh":       "jnp.arctanh",
    "atan2":       "jnp.arctan2",
    "abs":         "jnp.abs",
    "sign":        "jnp.sign",
    "floor":       "jnp.floor",
    "ceiling":     "jnp.ceil",
    "mod":         "jnp.mod",
    "heaviside":   "jnp.heaviside",
    "maximum":     "jnp.maximum",
    "minimum":     "jnp.minimum",
    "re":          "jnp.real",
    "im":          "jnp.imag",
    "conjugate":   "jnp.conjugate",
    "arg":         "jnp.angle",
    "select":      "own.select",
    "guard":       "jnp.where",
    "differs":     "own.differs",
    "sinc":        "own.sinc",
    "softplus":    "nn.softplus",
    "sigmoid":     "nn.sigmoid",
    "gamma":       "special.gamma",
    "loggamma":    "own.loggamma",
    "digamma":     "special.digamma",
    "polygamma":   "own.polygamma",
    "beta":        "special.beta",
    "binomial":    "own.binomial",
    "poch":        "special.poch",
    "lowergamma":  "own.lowergamma",
    "uppergamma":  "own.uppergamma",
    "betainc":     "special.betainc",
    "erf":         "special.erf",
    "erfc":        "special.erfc",
    "erfi":        "own.erfi",
    "erfinv":      "special.erfinv",
    "erfcinv":     "own.erfcinv",
    "Ei":          "special.expi",
    "Si":          "own.Si",
    "Ci":          "own.Ci",
    "fresnels":    "own.fresnels",
    "fresnelc":    "own.fresnelc",
    "zeta":        "own.zeta",
    "hyp1f1":      "special.hyp1f1",
    "hyp2f1":      "special.hyp2f1",
}
OF_ORDER: dict[tuple[str, float], str] = {
    ("expint", 1):  "own.E1",
    ("besseli", 0): "special.i0",
    ("besseli", 1): "special.i1",
}
# fmt: on
OPENING = {
    "": "import jax.numpy as jnp",
    "nn.": "from jax import nn",
    "special.": "from jax.scipy import special",
    "own.": "from lambdify_bridge.backends import jax_functions as own",
    "inf": "from math import inf",
    "nan": "from math import nan",
}

LANGUAGE = Language(
    name="JAX",
    calls=CALLS,
    of_order=OF_ORDER,
    opening=OPENING,
    reserved=frozenset({"jnp", "nn", "special", "own", "inf", "nan"}),
    literal=float_literal,
)


def source(program: Program) -> str:
    """Python text of a function of JAX arrays. Raises ValueError for what JAX does not have.

    >>> from sympy import Piecewise, log
    >>> from sympy.abc import x
    >>> from lambdify_bridge.lowering import lower
    >>> print(source(lower([Piecewise((log(x), x > 0), (0, True))])))
    import jax.numpy as jnp
    from lambdify_bridge.backends import jax_functions as own
    <BLANKLINE>
    <BLANKLINE>
    def function(x):
        _1 = x > 0.0
        _1 = own.select(_1, jnp.log(jnp.where(_1, x, 1.675)), x <= 0.0, 0.0)
        return (_1,)
    <BLANKLINE>
    """
    return printed(guarded(program), LANGUAGE)


def compiled(program: Program) -> Any:
    """The function of JAX arrays, broadcast to the common shape, in the precision of the inputs."""
    jnp = extra("jax.numpy", "jax", "functions of jax arrays")
    function = run(source(program))

    def of_arrays(*inputs: Any) -> tuple[Any, ...]:
        values = [_floating(jnp, value) for value in inputs]
        shape = jnp.broadcast_shapes(*(value.shape for value in values))
        real = jnp.finfo(jnp.result_type(*values, 1.0)).dtype
        return tuple([_arranged(jnp, result, shape, real) for result in function(*values)])

    return of_arrays


def _floating(jnp: Any, value: Any) -> Any:
    """Integers become floats; a Python number adapts to the arrays."""
    if isinstance(value, bool | int):
        value = float(value)
    array = jnp.asarray(value)
    if jnp.issubdtype(array.dtype, jnp.inexact):
        return array
    return array.astype(jnp.result_type(float))


def _arranged(jnp: Any, result: Any, shape: Any, real: Any) -> Any:
    """In the precision of all inputs together, also where it depends on some of them only."""
    if jnp.issubdtype(jnp.result_type(result), jnp.inexact):
        kind = jnp.result_type(real, 1j) if jnp.iscomplexobj(result) else real
        result = jnp.asarray(result, kind)
    return jnp.broadcast_to(result, shape)
