"""What is simplified while an array is built: the text it is written as, and its values."""

from __future__ import annotations

import numpy as np
import pytest

from derive.arrays.nodes import variable
from derive.arrays.reading import read
from derive.arrays.textbook import textbook
from lambdify_bridge.arrays.function import ArrayFunction
from tests.support import numpy_text

SHAPES = {
    "A": "n,n", "B": "n,n", "C": "n,n", "X": "n,n", "S": "n,n", "Z": "n,m", "W": "m,m",
    "x": "n", "y": "n", "t": "",
}  # fmt: skip
STRUCTURES = {"S": "symmetric", "W": "symmetric"}

# fmt: off
SIMPLER = [
    ("B @ inv(A @ B)",                        "inv(A)"),
    ("inv(A @ B) @ A",                        "inv(B)"),
    ("A.T @ inv(A @ B).T",                    "inv(B).T"),
    ("C @ inv(2*A @ B @ C) @ A",              "inv(B)/2"),
    ("inv(A.T @ B) @ A.T @ x",                "inv(B) @ x"),
    ("S @ inv(A @ S)",                        "inv(A)"),
    ("Z.T @ inv(Z @ Z.T)",                    "Z.T @ inv(Z @ Z.T)"),
    ("inv(X.T @ A.T @ X)",                    "inv(X.T @ A @ X).T"),
    ("inv(A.T + B.T)",                        "inv(A + B).T"),
    ("inv(A.T + B)",                          "inv(A.T + B)"),
    ("det(A.T @ B.T)",                        "det(B @ A)"),
    ("logdet(A.T @ B.T)",                     "logdet(B @ A)"),
    ("expm(X.T)",                             "expm(X).T"),
    ("inv(Z @ W @ Z.T) - inv(Z @ W @ Z.T).T", "zeros"),
    ("eigvecsh(S) @ eigvecsh(S).T",           "eye(n)"),
    ("eigvecsh(S).T @ eigvecsh(S) @ x",       "x"),
    ("A.T @ ones(n) - 2*B.T @ ones(n)",       "(A - 2*B).T @ ones(n)"),
    ("A @ ones(n) + B @ ones(n)",             "(A + B) @ ones(n)"),
    ("A.T @ ones(n) + B @ ones(n)",           "A.T @ ones(n) + B @ ones(n)"),
    ("sign(x)*x",                             "abs(x)"),
    ("sign(x)*abs(x)",                        "x"),
    ("sign(x)/abs(x)",                        "1/x"),
    ("sign(x)*abs(x)**3",                     "x**3"),
    ("sign(x)*abs(y)",                        "sign(x)*abs(y)"),
    ("trace(kron(A, Z @ Z.T))",               "trace(A)*norm(Z)**2"),
    ("kron(A + t*B, C)",                      "kron(A + t*B, C)"),
    ("kron(2*A, C) + kron(B, C)",             "2*kron(A, C) + kron(B, C)"),
    ("A @ x + B @ x",                         "(A + B) @ x"),
    ("A @ x + t*x",                           "A @ x + t*x"),
    ("A @ A @ x + A @ y + B @ x + B @ y",     "A @ (A @ x + y) + B @ (x + y)"),
    ("-(C @ A @ S) - C @ B @ S",              "-C @ (A + B) @ S"),
    ("-(S @ A @ x) - S @ A @ y",              "-S @ A @ (x + y)"),
    ("(x - y) @ (x - y).T",                   "(x - y) @ (x - y).T"),
    ("-(x - y) @ (x - y).T",                  "-(x - y) @ (x - y).T"),
]
# fmt: on


@pytest.mark.parametrize(("text", "simpler"), SIMPLER)
def test_what_becomes_simpler_keeps_its_values(text: str, simpler: str) -> None:
    array = textbook(read(text, SHAPES, STRUCTURES))
    assert str(array) == simpler or (simpler == "zeros" and array.coefficient == 0)
    random = np.random.default_rng(5)
    sizes = {"m": 5, "n": 3}
    values = {
        name: random.standard_normal([sizes[n] for n in shape.split(",") if n])
        for name, shape in SHAPES.items()
    }
    values |= {name: values[name] + values[name].T for name in STRUCTURES}
    given = [variable(name, shape, STRUCTURES.get(name, "")) for name, shape in SHAPES.items()]
    ours = ArrayFunction([array], given)(*values.values())
    columns = {k: numpy_text.column(v) if v.ndim == 1 else v for k, v in values.items()}
    wanted = numpy_text.value(text, {**columns, **sizes})
    assert np.allclose(np.squeeze(ours), np.squeeze(wanted), rtol=1e-9, atol=1e-9)
