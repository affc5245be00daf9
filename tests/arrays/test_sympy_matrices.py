"""SymPy's matrix expressions to arrays and back; gradients of them."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp

import derive
from derive.arrays.sympy_matrices import from_sympy, to_sympy

n, m = sp.symbols("n m", integer=True, positive=True)
A, B, C = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("B", n, n), sp.MatrixSymbol("C", m, n)
x, y = sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("y", n, 1)
s = sp.Symbol("s")

THERE_AND_BACK = [
    A, A.T, A * B, A * B.T, A + B, 2 * A - 3 * B, A.I, A * B.I * A.T, C * x, C.T * C, x * y.T,
    sp.HadamardProduct(A, B), sp.Identity(n), sp.Trace(A * B), sp.Determinant(A),
    sp.log(sp.Determinant(A)), s * A, s * sp.Trace(A), A * (x + y), sp.Trace(A) * B,
    sp.MatPow(A, 3), sp.sin(s) * A,
]  # fmt: skip


@pytest.mark.parametrize("e", THERE_AND_BACK, ids=str)
def test_there_and_back_is_the_same(e: Any) -> None:
    back = to_sympy(from_sympy(e))
    assert same(back, e), back


def same(a: Any, b: Any) -> bool:
    """Equal, or equal for explicit matrices: SymPy writes A*A*A and A**3, sums in any order."""
    if a == b or sp.simplify(a) == b:
        return True
    small = {n: 2, m: 3}
    return sp.simplify(explicit(a.subs(small)) - explicit(b.subs(small))) in (0, sp.zeros(2, 2))


def explicit(e: Any) -> Any:
    return e.as_explicit() if hasattr(e, "as_explicit") else e.doit()


def test_the_gradient_of_a_sympy_expression() -> None:
    d = derive.gradient(sp.log(sp.Determinant(A)) + sp.Trace(B * A), "A")
    assert str(d.result) == "B.T + inv(A).T"
    assert d.check().verdict == "confirmed"
    assert same(to_sympy(d.result), A.I.T + B.T)


def test_what_has_no_word_is_refused() -> None:
    with pytest.raises(NotImplementedError, match="axes"):
        to_sympy(derive.jacobian(A * B, "A").result)
    with pytest.raises(NotImplementedError, match="BlockMatrix"):
        from_sympy(sp.BlockMatrix([[A, B], [B, A]]))
