"""Undetermined coefficients: the form of an elementary antiderivative is known from the denominator
of the integrand, its coefficients follow by comparison (Norman's method for Risch's problem; M.
Bronstein, Symbolic Integration I, 2nd edition, section 10)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from sympy import (
    Abs,
    Add,
    Dummy,
    Expr,
    Integral,
    Mul,
    Poly,
    PolynomialError,
    Pow,
    S,
    Symbol,
    cancel,
    cos,
    exp,
    factor_list,
    linsolve,
    log,
    sin,
    tan,
    tanh,
    together,
)

from derive.calculus.integrals.operators import Rules, derivative, size
from derive.rules import Outcome
from derive.structure import depends_on, postorder

x = Symbol("x")
RULES = Rules()
LARGE, MOST_KERNELS, MOST_UNKNOWNS = 60, 3, 60
KERNELS = (log, exp, tan, tanh)


class Field(NamedTuple):
    """The integrand as a rational function of x and letters for the kernels."""

    f: Expr
    letters: dict[Expr, Symbol]  # kernel: its letter
    slopes: dict[Symbol, Expr]  # letter (x too): its derivative, rational in all letters


@RULES.indefinite("undetermined coefficients", example=Integral(exp(x) * (1 / x - 1 / x**2), x))
def undetermined(f: Expr, x: Symbol) -> Outcome:
    """Differentiate an antiderivative of the only form that it can have, and compare."""
    field = _field(f, x)
    if field is None:
        return None
    try:
        F = _solution(field, x)
    except PolynomialError:
        return None
    if F is None:
        return None
    back = {letter: kernel for kernel, letter in field.letters.items()}
    return F.xreplace(back)


def _field(f: Expr, x: Symbol) -> Field | None:
    """None where a kernel's derivative needs another kernel, or there are too many of them."""
    f = _by_half_angle(f, x)
    kernels = [n for n in postorder(f) if depends_on(n, x) and _is_kernel(n)]
    if not 1 <= len(kernels) <= MOST_KERNELS or size(f) > LARGE or len(f.free_symbols) > 2:
        return None
    letters = {kernel: Dummy(f"t{k}") for k, kernel in enumerate(kernels)}
    outer = sorted(kernels, key=lambda n: -n.count_ops())
    plain = f
    for kernel in outer:
        plain = plain.xreplace({kernel: letters[kernel]})
    slopes: dict[Symbol, Expr] = {x: S.One}
    for kernel in kernels:
        slope = derivative(kernel, x)
        for other in outer:
            slope = slope.xreplace({other: letters[other]})
        slopes[letters[kernel]] = cancel(together(slope))
    plain = cancel(together(plain))
    every = [plain, *slopes.values()]
    if not all(e.is_rational_function(*slopes) for e in every):
        return None
    return Field(plain, letters, slopes)


def _by_half_angle(f: Expr, x: Symbol) -> Expr:
    """Sines and cosines of one angle beside other kernels, by the tangent of its half."""
    waves = [g for g in f.atoms(sin, cos) if depends_on(g, x)]
    angles = {g.args[0] for g in waves}
    below = any(p.exp.is_negative and p.has(*waves) for p in f.atoms(Pow)) if waves else False
    if len(angles) != 1 or not below:
        return f
    t = tan(angles.pop() / 2)
    return f.xreplace({g: (2 * t if isinstance(g, sin) else 1 - t**2) / (1 + t**2) for g in waves})


def _is_kernel(n: Expr) -> bool:
    return isinstance(n, KERNELS) or (
        n.is_Pow and n.exp.is_Rational and n.exp.q == 2 and n.exp.p == 1
    )


def _solution(field: Field, x: Symbol) -> Expr | None:
    """N/D + sum(c*log|p|): D the denominator with its powers lowered, p its factors."""
    over, under = field.f.as_numer_denom()
    letters = list(field.slopes)
    factors = [(p, k) for p, k in factor_list(under, *letters)[1]]
    below = Mul(*(p ** (k if _lasts(p, field) else k - 1) for p, k in factors))
    monomials = list(_monomials(over, below, letters, field))
    logarithms = [p for p, _ in factors if not _lasts(p, field)]
    unknowns = [Dummy(f"c{k}") for k in range(len(monomials) + len(logarithms))]
    if not unknowns or len(unknowns) > MOST_UNKNOWNS:
        return None
    above = Add(*(c * m for c, m in zip(unknowns, monomials, strict=False)))
    tail = list(zip(unknowns[len(monomials) :], logarithms, strict=True))
    slope = _slope(above / below, field) + Add(*(c * _slope(p, field) / p for c, p in tail))
    claim = together(slope - field.f).as_numer_denom()[0]
    equations = Poly(claim.expand(), *letters).coeffs()
    solutions = list(linsolve(equations, unknowns))
    if not solutions:
        return None
    free = dict.fromkeys(unknowns, S.Zero)
    values = {c: cancel(v.xreplace(free)) for c, v in zip(unknowns, solutions[0], strict=True)}
    whole = (above.xreplace(values) / below).factor()
    return whole + Add(*(values[c] * log(Abs(p)) for c, p in tail))


def _slope(e: Expr, field: Field) -> Expr:
    return Add(*(e.diff(letter) * slope for letter, slope in field.slopes.items()))


def _lasts(p: Expr, field: Field) -> bool:
    """Whether p divides its own derivative, as an exponential does: its powers are not lowered."""
    ratio = cancel(together(_slope(p, field) / p))
    return not depends_on_any(ratio.as_numer_denom()[1], p.free_symbols)


def depends_on_any(e: Expr, letters: set[Symbol]) -> bool:
    return bool(e.free_symbols & letters)


def _monomials(over: Expr, below: Expr, letters: list[Symbol], field: Field) -> Iterator[Expr]:
    """What may stand in the numerator: degrees up to one above those of the integrand."""
    top, bottom = Poly(over, *letters), Poly(below, *letters)
    bounds = [max(top.degree(letter) + 1, bottom.degree(letter)) for letter in letters]
    total = max(top.total_degree() + 1, bottom.total_degree() + 1)
    for powers in product(*(range(int(b) + 1) for b in bounds)):
        if 0 <= sum(powers) <= total:
            yield Mul(*(letter**k for letter, k in zip(letters, powers, strict=True)))
