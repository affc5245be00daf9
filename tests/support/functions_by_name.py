"""The functions that lowering knows by the name of their class, and what NumPy says they are."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import sympy as sp
from sympy.abc import x

# name: arguments after x, the function, the least x
# fmt: off
KNOWN = {
    "sigmoid":  ((),   lambda v: 1 / (1 + np.exp(-v)),       -np.inf),
    "relu":     ((),   lambda v: np.maximum(v, 0),           -np.inf),
    "softplus": ((),   lambda v: np.logaddexp(0, v),         -np.inf),
    "expm1":    ((),   np.expm1,                             -np.inf),
    "log1p":    ((),   np.log1p,                             -0.75),
    "hypot":    ((3,), lambda v: np.hypot(v, 3),             -np.inf),
    "quotient": ((3,), lambda v: v / 3,                      -np.inf),
    "total":    ((3,), lambda v: v + 3,                      -np.inf),
    "root":     ((3,), np.cbrt,                              0.0),
    "greatest": ((3,), lambda v: np.floor(np.maximum(v, 3)), -np.inf),
}
# fmt: on


def cases(values: np.ndarray) -> Iterator[tuple[Any, np.ndarray, np.ndarray]]:
    """Expressions of x, values for it, and what the expressions are there."""
    for name, (more, function, least) in KNOWN.items():
        given = np.maximum(values, least)
        yield type(name, (sp.Function,), {})(x, *more), given, function(given)
