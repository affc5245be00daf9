"""Residues: rational integrands on the line, with a sine or cosine, and on the circle.

Ablowitz and Fokas, Complex Variables (2003), sections 4.2 and 4.3.
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import (
    Abs,
    Add,
    And,
    Expr,
    Gt,
    I,
    Integral,
    Poly,
    S,
    Symbol,
    cancel,
    cos,
    exp,
    expand,
    expand_complex,
    oo,
    pi,
    radsimp,
    roots,
    sign,
    sin,
    sqrt,
    together,
)
from sympy.logic.boolalg import Boolean

from derive.calculus.integrals.definite.matching import factors
from derive.calculus.integrals.definite.poles import at_pole, at_simple_pole, shown
from derive.calculus.integrals.definite.symmetry import parity
from derive.calculus.integrals.operators import Rules, definite, nonzero, positive, real
from derive.core import Letters
from derive.rules import Outcome, Rewrite
from derive.structure import depends_on, fresh, postorder

x, a, b = Symbol("x"), Symbol("a"), Symbol("b")
RULES = Rules()
HIGHEST = 10  # degree of a denominator
Residues = list[tuple[Expr, Expr]]


class _NotFound(Exception):
    """The poles could not be found, or where they lie."""


@RULES.definite("residues in the upper half plane", example=Integral(1 / (1 + x**4), (x, -oo, oo)))
def on_the_line(f: Expr, x: Symbol, low: Expr, high: Expr) -> Outcome:
    """Close the path by a half circle: 2*pi*i times the sum of the residues in the upper half."""
    if not f.is_rational_function(x) or _falls(f, x) < 2:
        return None
    if f.free_symbols == {x} and Poly(_below(f, x), x).degree() < 4:
        return None  # an antiderivative is as short
    return _closed(f, x, low, high, S.Zero, real_part=True)


@RULES.definite(
    "residues with a sine or cosine", example=Integral(cos(a * x) / (x**2 + b**2), (x, -oo, oo))
)
def with_a_wave(f: Expr, x: Symbol, low: Expr, high: Expr) -> Outcome:
    """The sine or cosine is part of exp(i*k*x), which fades away in the upper half plane."""
    _c, found = factors(f, x)
    waves = [g for g, e in found if isinstance(g, (sin, cos)) and e == 1]
    if len(waves) != 1 or depends_on(waves[0].args[0] / x, x):
        return None
    (wave,) = waves
    R, k = f / wave, wave.args[0] / x
    if not R.is_rational_function(x) or _falls(R, x) < 1:
        return None
    return _closed(R, x, low, high, k, real_part=isinstance(wave, cos))


@RULES.definite("Euler's formula", example=Integral(exp(I * a * x) / (x**2 + 1), (x, -oo, oo)))
def both_waves(f: Expr, x: Symbol, low: Expr, high: Expr) -> Outcome:
    """A wave exp(i*k*x) is cos(k*x) + i*sin(k*x): the two integrals converge each."""
    _c, found = factors(f, x)
    exponent = Add(*(e * g.args[0] for g, e in found if isinstance(g, exp)))
    k, R = exponent.coeff(x) / I, f / exp(exponent)
    if (low, high) != (-oo, oo) or exponent != I * k * x or not real(k).is_real:
        return None
    if not R.is_rational_function(x) or _falls(R, x) < 1:
        return None
    return definite(R * cos(k * x), x, low, high) + I * definite(R * sin(k * x), x, low, high)


def _below(f: Expr, x: Symbol) -> Expr:
    return together(f).as_numer_denom()[1]


def _falls(f: Expr, x: Symbol) -> int:
    """The degree of the denominator less that of the numerator."""
    top, below = cancel(together(f)).as_numer_denom()
    return int(Poly(below, x).degree() - Poly(top, x).degree()) if depends_on(below, x) else 0


def _closed(R: Expr, x: Symbol, low: Expr, high: Expr, k: Expr, real_part: bool) -> Rewrite | None:
    """The integral of R(x)*exp(i*k*x), its real or its imaginary part."""
    f = R if k == 0 else R * (cos(k * x) if real_part else sin(k * x))
    half = (low, high) == (S.Zero, oo) and parity(f, x) == 1
    if (low, high) != (-oo, oo) and not half:
        return None
    letters = {s: Symbol(s.name, positive=True) for s in sorted(f.free_symbols - {x}, key=str)}
    here, rate = R.xreplace(letters), Abs(k.xreplace(letters))
    try:
        upper, on_line = _residues(cancel(together(here)), exp(I * rate * x), x)
    except _NotFound:
        return None
    if any(not _removable(f.xreplace(letters), x, z) for z, _ in on_line):
        return None
    total = expand_complex(2 * pi * I * Add(*(r for _, r in upper)))
    total += expand_complex(pi * I * Add(*(r for _, r in on_line)))
    value = _short(total.as_real_imag()[0 if real_part else 1])
    value = value * (sign(k) if not real_part and k != 0 and k.is_number else 1)
    plain = {positive_one: s for s, positive_one in letters.items()}
    where = tuple((Symbol(f"z_{j}"), z.xreplace(plain)) for j, (z, _) in enumerate(upper, 1))
    whole = (here * exp(I * rate * x)).xreplace(plain)
    premises = [p for z, _ in (*upper, *on_line) for p in shown(whole, x, z.xreplace(plain))]
    value, given = _for_all_signs(value, f, x, letters, half)
    return Rewrite(value / 2 if half else value, given, where, tuple(premises))


def _for_all_signs(
    value: Expr, f: Expr, x: Symbol, letters: dict[Symbol, Symbol], half: bool
) -> tuple[Expr, Boolean]:
    """Found for positive letters; where f is even in a letter, or on the whole line in it and x
    together, its absolute value will do."""
    given = S.true
    for s, known in letters.items():
        even = f.subs(s, -s) == f or (not half and _turns(f, x, s))
        value = value.xreplace({known: Abs(s) if even else s})
        given = And(given, nonzero(s) if even else positive(s))
    return value, given


def _turns(f: Expr, x: Symbol, s: Symbol) -> bool:
    """Whether f stays as it is where x and the letter change their signs."""
    turned = f.subs({x: -x, s: -s}, simultaneous=True)
    return bool(expand(together(f - turned).as_numer_denom()[0]) == 0)


def _removable(f: Expr, x: Symbol, z: Expr) -> bool:
    """Whether the sine or cosine in the numerator vanishes at the simple pole z."""
    waves = [g for g in postorder(f) if isinstance(g, (sin, cos))]
    return any(g.subs(x, z).equals(0) for g in waves)


def _residues(R: Expr, g: Expr, x: Symbol) -> tuple[Residues, Residues]:
    """Poles and residues of R*g, g regular, in the upper half plane, and at the real poles."""
    upper, on_line = [], []
    for z, order in _poles(R, x):
        height = _imaginary(z)
        if height > 0:
            upper.append((z, _residue(R, g, x, z, order)))
        elif height == 0:
            if order > 1:
                raise _NotFound
            on_line.append((z, _residue(R, g, x, z, order)))
    return upper, on_line


def _poles(R: Expr, x: Symbol) -> list[tuple[Expr, int]]:
    below = Poly(R.as_numer_denom()[1], x)
    if below.degree() > HIGHEST:
        raise _NotFound
    found: list[tuple[Expr, int]] = []
    for factor, power in below.factor_list()[1]:
        zeros = roots(factor)
        if sum(zeros.values()) != factor.degree():
            raise _NotFound
        found += [(z, power * times) for z, times in zeros.items()]
    return sorted(found, key=lambda pole: (_place(pole[0]), str(pole[0])))


def _place(z: Expr) -> tuple[float, float]:
    """Where z lies, its letters taken as numbers of no particular relation."""
    letters = sorted(z.free_symbols, key=str)
    value = complex(z.xreplace({s: S(7 + 2 * k) / 5 for k, s in enumerate(letters)}).evalf(20))
    return round(value.real, 9), round(value.imag, 9)


def _imaginary(z: Expr) -> int:
    part = expand_complex(z).as_real_imag()[1]
    if part.is_zero:
        return 0
    if part.free_symbols and part.is_positive is None and part.is_negative is None:
        raise _NotFound
    return 1 if _place(z)[1] > 0 else -1 if _place(z)[1] < 0 else 0


def _residue(R: Expr, g: Expr, x: Symbol, z: Expr, order: int) -> Expr:
    """The residue of R*g, g regular, at a pole of R of that order."""
    return at_simple_pole(R, g, x, z) if order == 1 else at_pole(R, g, x, z, order)


def _short(value: Expr) -> Expr:
    forms = [value, value.expand(), radsimp(value.expand()), together(value), cancel(value)]
    if not value.free_symbols:
        forms.append(radsimp(together(value.expand())).trigsimp())
    return min(forms, key=lambda form: form.count_ops())


# ------------------------------------------------------------------ on the circle


@RULES.definite(
    "a constant plus a cosine over a period", example=Integral(1 / (a + b * cos(x)), (x, 0, 2 * pi))
)
def linear_on_the_circle(f: Expr, x: Symbol, low: Expr, high: Expr) -> Outcome:
    """With z = exp(i*x) one pole lies in the unit circle; its residue is 1/sqrt(a**2 - b**2)."""
    c, found = factors(f, x)
    if len(found) != 1 or found[0][1] != -1 or not f.free_symbols - {x}:
        return None
    k, moving = found[0][0].as_independent(x, as_Add=True)
    p, q = moving.expand().coeff(cos(x)), moving.expand().coeff(sin(x))
    if (moving - p * cos(x) - q * sin(x)).expand() != 0:
        return None
    once = (low, high) in ((S.Zero, 2 * pi), (-pi, pi))
    if not once and (q != 0 or (low, high) != (S.Zero, pi)):
        return None
    largest = Abs(p) if q == 0 else Abs(q) if p == 0 else sqrt(p**2 + q**2)
    value = 2 * pi / sqrt(k**2 - p**2 - q**2)
    return Rewrite(c * (value if once else value / 2), Gt(k, largest))


@RULES.definite(
    "residues in the unit circle", example=Integral(cos(x) / (5 - 4 * cos(x)), (x, 0, 2 * pi))
)
def on_the_circle(f: Expr, x: Symbol, low: Expr, high: Expr) -> Outcome:
    """With z = exp(i*x): 2*pi*i times the sum of the residues of f/(i*z) in the unit circle."""
    if (low, high) not in ((S.Zero, 2 * pi), (-pi, pi)) or f.free_symbols != {x}:
        return None
    z = fresh("z", f, x)
    R = _on_circle(f, x, z)
    if R is None:
        return None
    try:
        inside = list(_inside(R, z))
    except _NotFound:
        return None
    value = _short(expand_complex(2 * pi * I * Add(*(r for _, r in inside))).as_real_imag()[0])
    premises = tuple(premise for pole, _ in inside for premise in shown(R, z, pole))
    return Rewrite(value, where=_named(z, inside), premises=premises)


def _on_circle(f: Expr, x: Symbol, z: Symbol) -> Expr | None:
    """f/(i*z) as a rational function of z = exp(i*x), with a denominator beyond powers of z."""
    changes = {}
    for g in postorder(f):
        if isinstance(g, (sin, cos)):
            n = g.args[0] / x
            if not n.is_Integer:
                return None
            changes[g] = (z**n + z**-n) / 2 if isinstance(g, cos) else (z**n - z**-n) / (2 * I)
    R = f.xreplace(changes)
    if depends_on(R, x) or not R.is_rational_function(z):
        return None
    R = cancel(together(R / (I * z)))
    below = R.as_numer_denom()[1]
    return R if any(g.is_Add and depends_on(g, z) for g in postorder(below)) else None


def _inside(R: Expr, z: Symbol) -> Iterator[tuple[Expr, Expr]]:
    for pole, order in _poles(R, z):
        distance = abs(complex(pole.evalf(20))) - 1
        if abs(distance) < 1e-9:
            raise _NotFound
        if distance < 0:
            yield pole, _residue(R, S.One, z, pole, order)


def _named(z: Symbol, inside: Residues) -> Letters:
    return tuple((Symbol(f"{z.name}_{j}"), pole) for j, (pole, _) in enumerate(inside, 1))
