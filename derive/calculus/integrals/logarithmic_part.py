"""The integral of a fraction with simple zeros below, by residues (Lazard, Rioboo and Trager): one
logarithm for each residue, arctangents of polynomials for conjugate pairs of them."""

from __future__ import annotations

from sympy import Abs, Expr, I, Poly, S, Symbol, atan, im, log, re, resultant, sqrt


def logarithmic_part(over: Poly, under: Poly, x: Symbol) -> Expr | None:
    """The antiderivative of over/under where all residues are of degree one or two, else None.

    >>> x = Symbol("x")
    >>> logarithmic_part(Poly(2*x**2 + 2, x), Poly(x**4 + x**2 + 1, x), x) is not None
    True
    """
    t = Symbol("t")
    slope = under.diff(x)
    claim = (over.as_expr() - t * slope.as_expr()).expand()
    residues = Poly(resultant(claim, under.as_expr(), x), t)
    total = None
    for factor, _ in residues.factor_list()[1]:
        term = _term(factor, over, under, slope, x)
        if term is None:
            return None
        total = term if total is None else total + term
    return total


def _term(factor: Poly, over: Poly, under: Poly, slope: Poly, x: Symbol) -> Expr | None:
    """What the zeros whose residues are the zeros of `factor` contribute."""
    if factor.degree() == 1:
        c = -factor.nth(0) / factor.nth(1)
        return c * log(Abs(_divisor(over, under, slope, c, x)))
    if factor.degree() > 2:
        return None
    m, d = -factor.nth(1) / (2 * factor.nth(2)), factor.discriminant() / factor.nth(2) ** 2 / 4
    if d > 0:
        both = [(c, _divisor(over, under, slope, c, x)) for c in (m + sqrt(d), m - sqrt(d))]
        return sum(c * log(Abs(g)) for c, g in both)
    g = _divisor(over, under, slope, m + I * sqrt(-d), x)
    coefficients = [c.expand(complex=True) for c in Poly(g, x).all_coeffs()]
    P, Q = (Poly([part(c) for c in coefficients], x, extension=True) for part in (re, im))
    # (m + i*k)*log(P + i*Q) and its conjugate, added
    size = (P**2 + Q**2).as_expr().expand()
    return m * log(size) - 2 * sqrt(-d) * angle(P, Q)


def _divisor(over: Poly, under: Poly, slope: Poly, c: Expr, x: Symbol) -> Expr:
    """The factor of `under` whose zeros have the residue c, monic."""
    field = {} if c.is_Rational else {"extension": [c]}
    first = Poly((over.as_expr() - c * slope.as_expr()).expand(), x, **field)
    return first.gcd(Poly(under.as_expr(), x, **field)).monic().as_expr()


def angle(P: Poly, Q: Poly) -> Expr:
    """The angle of P + i*Q, up to a constant, as arctangents of polynomials: none of them jumps.

    Rioboo's method: M. Bronstein, Symbolic Integration I, section 2.8.
    """
    total = S.Zero
    while True:
        if P.degree() < Q.degree():
            P, Q = -Q, P  # a quarter turn, which is a constant
        quotient, remainder = P.div(Q)
        if remainder.is_zero:
            return total - atan(quotient.as_expr())
        s, t, g = Q.gcdex(-P)
        total -= atan((P * s + Q * t).quo(g).as_expr())
        P, Q = s, t
