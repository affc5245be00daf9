"""The digamma function in closed form at rational places (Gauss), and sums of its values."""

from __future__ import annotations

from sympy import (
    Add,
    EulerGamma,
    Expr,
    cos,
    cot,
    digamma,
    expand_log,
    factor_terms,
    log,
    pi,
    polygamma,
    sin,
)

GAUSS = (1, 2, 3, 4, 5, 6, 8, 12)  # denominators whose digamma values are shown in closed form


def plain_logs(value: Expr) -> Expr:
    """log(12) as 2*log(2) + log(3), so that they add up.

    >>> plain_logs(log(12) - log(6))
    log(2)
    """
    return expand_log(value.expand(), force=True, factor=True).expand()


def psi(q: Expr) -> Expr:
    """The digamma function, in closed form at fractions with small denominators (Gauss).

    >>> from sympy import Rational
    >>> psi(Rational(1, 2))
    -2*log(2) - EulerGamma
    """
    if not q.is_Rational or q.q not in GAUSS or q > 40:
        return digamma(q)
    whole = int(-(-q // 1)) - 1
    rest = q - whole
    shifted = Add(*(1 / (rest + j) for j in range(whole)))
    if rest == 1:
        return -EulerGamma + shifted
    p, d = rest.p, rest.q
    logs = Add(
        *(2 * cos(2 * pi * p * j / d) * log(sin(pi * j / d)) for j in range(1, (d + 1) // 2))
    )
    return (-EulerGamma - log(2 * d) - pi / 2 * cot(pi * p / d) + logs + shifted).expand()


def with_known_digammas(value: Expr) -> Expr:
    """The same with closed forms for digamma values, and its logarithms added up.

    >>> from sympy import Rational
    >>> with_known_digammas(2*digamma(Rational(1, 3)) + EulerGamma)
    -3*log(3) - sqrt(3)*pi/3 - EulerGamma
    """
    if value.free_symbols or not value.has(polygamma, EulerGamma):
        return value
    places = [g for g in value.atoms(polygamma) if g.args[0] == 0]
    closed = plain_logs(value.xreplace({g: psi(g.args[1]) for g in places}))
    return min(closed, factor_terms(closed, sign=False), key=lambda form: form.count_ops())
