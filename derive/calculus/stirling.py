"""Stirling's formula with nothing left out: gamma functions in elementary terms.

log(gamma(z)) is (z - 1/2)*log(z) - z + log(2*pi)/2 + binet(z), and Binet's function tends to zero
like 1/(12*z) (J. P. M. Binet 1839; Abramowitz and Stegun 6.1.40 for its asymptotic series).
"""

from __future__ import annotations

from typing import Any

from mpmath.libmp import prec_to_dps
from sympy import (
    Expr,
    Function,
    Integer,
    S,
    Symbol,
    bernoulli,
    beta,
    binomial,
    digamma,
    exp,
    factorial,
    gamma,
    log,
    loggamma,
    pi,
    polygamma,
)

z = Symbol("z", positive=True)


class binet(Function):
    """Binet's function log(gamma(z)) - ((z - 1/2)*log(z) - z + log(2*pi)/2), or a derivative of it.

    >>> binet(z).diff(z)
    binet(z, 1)
    """

    nargs = (1, 2)

    @property
    def order(self) -> Expr:
        return self.args[1] if len(self.args) == 2 else S.Zero

    def definition(self) -> Expr:
        u = self.args[0]
        if self.order == 0:
            return loggamma(u) - leading_part(u)
        elementary = leading_part(z).diff(z, self.order)
        return polygamma(self.order - 1, u) - elementary.xreplace({z: u})

    def _eval_evalf(self, prec: int) -> Expr:
        return self.definition().evalf(prec_to_dps(prec))

    def fdiff(self, argindex: int = 1) -> Expr:
        return binet(self.args[0], self.order + 1)

    def _eval_is_extended_real(self) -> Any:
        return self.args[0].is_positive or None

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        primes = rf"^{{({self.order})}}" if self.order else ""
        call = rf"\mu{primes}\left({printer._print(self.args[0])}\right)"
        return f"{call}^{{{exp}}}" if exp else call


def leading_part(u: Expr) -> Expr:
    """Stirling's approximation of log(gamma(u))."""
    return (u - S.Half) * log(u) - u + log(2 * pi) / 2


def asymptotic_terms(order: Expr, count: int) -> list[tuple[Expr, int]]:
    """`c, p` of the first terms c*z**p of the asymptotic series of a derivative of binet.

    >>> asymptotic_terms(S.Zero, 2)
    [(1/12, -1), (-1/360, -3)]
    """
    terms = []
    for k in range(1, count + 1):
        c, p = bernoulli(2 * k) / (2 * k * (2 * k - 1)), 1 - 2 * k
        for _ in range(int(order)):
            c, p = c * p, p - 1
        terms.append((c, p))
    return terms


def _polygamma(m: Expr, u: Expr) -> Expr | None:
    if not (m.is_Integer and m >= 0):
        return None
    return leading_part(z).diff(z, m + 1).xreplace({z: u}) + binet(u, m + Integer(1))


def log_gamma(u: Expr) -> Expr:
    return leading_part(u) + binet(u)


# fmt: off
IN_ELEMENTARY_TERMS: dict[type, Any] = {
    gamma:     lambda u: exp(log_gamma(u)),
    factorial: lambda u: exp((u + S.Half) * log(u) - u + log(2 * pi) / 2 + binet(u)),
    loggamma:  log_gamma,
    digamma:   lambda u: _polygamma(S.Zero, u),
    polygamma: _polygamma,
    binomial:  lambda n, k: factorial(n) / (factorial(k) * factorial(n - k)),
    beta:      lambda p, q: gamma(p) * gamma(q) / gamma(p + q),
}
# fmt: on
