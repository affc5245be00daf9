"""Roots without a formula are written in one letter, whatever was asked before."""

from __future__ import annotations

from sympy import Poly, symbols

from derive.numbered_roots import numbered_root, real_zeros

x, z = symbols("x z")


def test_roots_met_before_in_another_letter_change_nothing() -> None:
    met = Poly(x**5 - 7 * x - 3, x).real_roots()
    assert str(met[0]) == "CRootOf(x**5 - 7*x - 3, 0)"
    zeros = real_zeros(Poly(x**5 - 7 * x - 3, x))
    assert zeros == met
    assert [str(zero) for zero in zeros] == [f"CRootOf(z**5 - 7*z - 3, {k})" for k in range(3)]
    assert str(x - zeros[1]) == "x - CRootOf(z**5 - 7*z - 3, 1)"
    assert str(numbered_root(x**5 - 7 * x - 3, x, 2)) == "CRootOf(z**5 - 7*z - 3, 2)"


def test_a_factor_taken_out_of_a_root_stays_before_it() -> None:
    p = Poly(x**4 + 16 * x - 80, x)
    zeros = real_zeros(p)
    assert [str(zero) for zero in zeros] == [f"2*CRootOf(z**4 + 2*z - 5, {k})" for k in range(2)]
    assert all(abs(p.eval(zero).evalf(30)) < 1e-25 for zero in zeros)


def test_each_zero_comes_once_and_in_order() -> None:
    zeros = real_zeros(Poly((x - 1) ** 2 * (x**2 - 2), x))
    assert [float(zero) for zero in zeros] == sorted({-(2**0.5), 1.0, 2**0.5})
