"""Powers of the variable times a fraction, or a logarithm, of exponentials: circular and hyperbolic
functions among them. By parts, each pole gives a ladder of polylogarithms."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import NamedTuple

from sympy import (
    Abs,
    Add,
    And,
    Dummy,
    Expr,
    I,
    Integral,
    Mul,
    Poly,
    S,
    Symbol,
    arg,
    atan,
    cancel,
    cos,
    cosh,
    cot,
    coth,
    csc,
    csch,
    exp,
    ff,
    im,
    log,
    polylog,
    radsimp,
    re,
    sec,
    sech,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
    together,
)

from derive.calculus.integrals.operators import Rules, linear, nonzero, size
from derive.rules import Rewrite
from derive.structure import depends_on, free_symbols, fresh

x = Symbol("x")
RULES = Rules()
LARGE = 60


class Fraction(NamedTuple):
    """R(u), rational, with u = exp(k*x + b), k real or imaginary."""

    R: Expr
    k: Expr
    b: Expr

    @property
    def turns(self) -> bool:
        """Whether u goes around the unit circle."""
        return self.k.has(I)

    @property
    def rate(self) -> Expr:
        return self.k / I if self.turns else self.k


# fmt: off
IN_EXPONENTIALS = {
    sin:  lambda u: (u - 1/u)/(2*I),            cos:  lambda u: (u + 1/u)/2,
    tan:  lambda u: (u**2 - 1)/(I*(u**2 + 1)),  cot:  lambda u: I*(u**2 + 1)/(u**2 - 1),
    sec:  lambda u: 2*u/(u**2 + 1),             csc:  lambda u: 2*I*u/(u**2 - 1),
    sinh: lambda u: (u - 1/u)/2,                cosh: lambda u: (u + 1/u)/2,
    tanh: lambda u: (u**2 - 1)/(u**2 + 1),      coth: lambda u: (u**2 + 1)/(u**2 - 1),
    sech: lambda u: 2*u/(u**2 + 1),             csch: lambda u: 2*u/(u**2 - 1),
    exp:  lambda u: u,
}
# fmt: on
CIRCULAR = (sin, cos, tan, cot, sec, csc)


def fraction(f: Expr, x: Symbol, u: Symbol) -> Fraction | None:
    """f as a rational function of one exponential."""
    calls = sorted((g for g in f.atoms(*IN_EXPONENTIALS) if depends_on(g, x)), key=str)
    lines = [line for g in calls if (line := linear(g.args[0], x))]
    if not calls or size(f) > LARGE or len(lines) < len(calls):
        return None
    if len({isinstance(g, CIRCULAR) for g in calls}) > 1:
        return None
    whole = (line for line in lines if all(cancel(s / line[0]).is_Integer for s, _ in lines))
    k, b = next(whole, (S.Zero, S.Zero))
    if k == 0 or any(cancel(t - s / k * b) != 0 for s, t in lines):
        return None
    multiples = [u ** cancel(s / k) for s, _ in lines]
    changes = {g: IN_EXPONENTIALS[type(g)](v) for g, v in zip(calls, multiples, strict=True)}
    R = f.xreplace(changes)
    if depends_on(R, x) or not R.is_rational_function(u):
        return None
    i = I if isinstance(calls[0], CIRCULAR) else S.One
    return Fraction(cancel(together(R)), i * k, i * b)


def halved(found: Fraction, u: Symbol) -> tuple[int, Fraction]:
    """n, R with u**n*R(u**2) for R(u): the square as u, which is twice as fast."""
    over, under = (Poly(p, u) for p in found.R.as_numer_denom())
    parities = [{n % 2 for (n,) in p.monoms()} for p in (over, under)]
    if any(len(parity) > 1 for parity in parities):
        return 0, found
    n = parities[0].pop() - parities[1].pop()
    R = cancel(found.R / u**n).subs(u, sqrt(u))
    return n, Fraction(R, 2 * found.k, 2 * found.b)


def with_real_letters(rule: Callable[..., Rewrite | None]) -> Callable[..., Rewrite | None]:
    """The rule for letters known to be real, so that real parts can be taken."""

    @wraps(rule)
    def wrapped(f: Expr, x: Symbol) -> Rewrite | None:
        plain = [s for s in free_symbols(f) if s != x and s.is_extended_real is None]
        known = {s: Dummy(s.name, real=True) for s in sorted(plain, key=str)}
        back = {r: s for s, r in known.items()}
        found = rule(f.xreplace(known), x)
        if found is None:
            return None
        where = tuple((letter, value.xreplace(back)) for letter, value in found.where)
        return Rewrite(found.equals.xreplace(back), found.given.xreplace(back), where)

    return wrapped


@RULES.indefinite(
    "power times a fraction of exponentials", example=Integral(x / (exp(x) + 1), x), on=Mul
)
@with_real_letters
def power_times_fraction(f: Expr, x: Symbol) -> Rewrite | None:
    """Split into partial fractions of the exponential; by parts each gives polylogarithms."""
    powers = [p for p in f.args if p.as_base_exp()[0] == x]
    m = powers[0].as_base_exp()[1] if len(powers) == 1 else S.Zero
    if not m.is_Integer or m < 1:
        return None
    u = fresh("u", f, x)
    found = fraction(f / powers[0], x, u)
    if found is None:
        return None
    n, twice = halved(found, u)
    found = twice if n == 0 else found
    parts = partial_fractions(found, u)
    if parts is None:
        return None
    whole, poles = parts
    terms = [_smooth(c, n, found, m, x) for c, n in whole]
    terms += [_ladder(_above(c, r, found), 0, m, x) for c, r in poles]
    terms += [_constant_part(c / r, m, x) for c, r in poles if not _inside(r, found)]
    given = And(nonzero(found.rate), *(nonzero(r.as_numer_denom()[0]) for _, r in poles))
    return Rewrite(Add(*terms), given, where=((u, exp(found.k * x + found.b)),))


def _constant_part(c: Expr, m: Expr, x: Symbol) -> Expr:
    return -_plain(re(_plain(c))) * x ** (m + 1) / (m + 1)


Parts = tuple[list[tuple[Expr, Expr]], list[tuple[Expr, Expr]]]


def partial_fractions(found: Fraction, u: Symbol) -> Parts | None:
    """R = sum of c*u**n and of c/(u - r), as pairs c, n and c, r; None for multiple poles."""
    over, under = found.R.as_numer_denom()
    low = min(n for (n,) in Poly(under, u).monoms())
    rest = Poly(cancel(under / u**low), u)
    zeros = _zeros(rest, found)
    if not zeros:
        return None
    poles = [(_plain((over / (u**low * rest.diff(u).as_expr())).subs(u, r)), r) for r in zeros]
    poles_alone = Add(*(c / (u - r) for c, r in poles))
    smooth = cancel(together(over / (u**low * rest.as_expr()) - poles_alone))
    pairs = [term.as_coeff_exponent(u) for term in Add.make_args(smooth.expand())]
    if any(depends_on(c, u) for c, _ in pairs):
        return None
    return [(_plain(c), n) for c, n in pairs if c != 0], poles


def _zeros(p: Poly, found: Fraction) -> list[Expr] | None:
    """The zeros of p, simple ones, of factors up to degree two over the rationals."""
    zeros: list[Expr] = []
    for factor, power in p.factor_list()[1]:
        if power > 1 or factor.degree() > 2:
            return None
        if factor.degree() == 1:
            zeros.append(_plain(-factor.nth(0) / factor.nth(1)))
        else:
            q, b, c = factor.all_coeffs()
            root = sqrt(_plain(b**2 - 4 * q * c))
            zeros += [_plain((-b + s * root) / (2 * q)) for s in (1, -1)]
    # With letters in it a zero has to be real, and there must be no circle that it may lie in.
    letters = (r for r in zeros if r.free_symbols)
    known = (not found.turns and r.is_rational_function(*r.free_symbols) for r in letters)
    return zeros if all(known) else None


def _plain(c: Expr) -> Expr:
    return cancel(c) if c.free_symbols else radsimp(c.expand(complex=True)).expand()


def _smooth(c: Expr, n: Expr, found: Fraction, m: Expr, x: Symbol) -> Expr:
    """The integral of the real part of c*x**m*u**n."""
    if n == 0:
        return re(c) * x ** (m + 1) / (m + 1)
    k, angle = n * found.rate, n * (found.k * x + found.b)
    total = S.Zero
    for j in range(int(m) + 1):
        outside = (-1) ** j * ff(m, j) * x ** (m - j) / k ** (j + 1)
        if found.turns:
            p, q = _plain(c / I ** (j + 1)).as_real_imag()
            total += outside * (p * cos(angle / I) - q * sin(angle / I))
        else:
            total += outside * re(c) * exp(angle)
    return total


# ------------------------------------------------------------------ ladders


class Rung(NamedTuple):
    """The real part of c*Li_s(z), z = factor*exp(k*x + b)."""

    c: Expr
    factor: Expr
    k: Expr
    b: Expr

    @property
    def turns(self) -> bool:
        return self.k.has(I)


def _inside(r: Expr, found: Fraction) -> bool:
    """Whether a pole lies inside the circle on which u goes around."""
    return found.turns and (1 - Abs(r)).is_positive is True


def _above(c: Expr, r: Expr, found: Fraction) -> Rung:
    """c/(u - r) is -(c/r)*(1 + Li_0(u/r)), or (c/r)*Li_0(r/u) inside the circle."""
    if _inside(r, found):
        return Rung(_plain(c / r), r, -found.k, -found.b)
    return Rung(_plain(-c / r), _plain(1 / r), found.k, found.b)


def _ladder(rung: Rung, s: int, m: Expr, x: Symbol) -> Expr:
    """The integral of x**m times the real part of c*Li_s(z): by parts, Li_s goes to Li_(s+1)/k."""
    total = S.Zero
    for j in range(int(m) + 1):
        c = _plain(rung.c / rung.k ** (j + 1))
        total += (-1) ** j * ff(m, j) * x ** (m - j) * _real_part(c, s + j + 1, rung, x)
    return total


def _real_part(c: Expr, s: int, rung: Rung, x: Symbol) -> Expr:
    """Of c*Li_s(z)."""
    z = rung.factor * exp(rung.k * x + rung.b)
    p, q = (_plain(part) for part in c.as_real_imag())
    total = S.Zero
    if p != 0:
        total += p * (_minus_log_distance(rung, z, x) if s == 1 else _re(polylog(s, z), rung))
    if q != 0:
        total -= q * (_minus_angle(rung, z, x) if s == 1 else im(polylog(s, z)))
    return total


def _minus_angle(rung: Rung, z: Expr, x: Symbol) -> Expr:
    """-arg(1 - z), which is the imaginary part of Li_1(z)."""
    p, q = rung.factor.as_real_imag()
    if rung.turns:
        t = ((rung.k * x + rung.b) / I).expand()
        return atan((p * sin(t) + q * cos(t)) / (1 - p * cos(t) + q * sin(t)))
    if p.is_nonpositive:
        e = exp(rung.k * x + rung.b)
        return atan(q * e / (1 - p * e))
    return -arg(1 - z)


def _re(value: Expr, rung: Rung) -> Expr:
    """The real part; of a negative z the value itself."""
    return value if rung.factor.is_negative and not rung.turns else re(value)


def _minus_log_distance(rung: Rung, z: Expr, x: Symbol) -> Expr:
    """-log|1 - z|."""
    if not rung.turns:
        if rung.factor.is_real is False:
            return -log(_square_distance(rung, x)) / 2
        return -log(1 - z if rung.factor.is_negative else Abs(1 - z))
    turn = Abs(rung.factor)
    if turn == 1:
        angle = (rung.k * x + rung.b) / I + arg(rung.factor)
        return -log(2 * Abs(sin(angle / 2)))
    return -log(_square_distance(rung, x)) / 2


def _square_distance(rung: Rung, x: Symbol) -> Expr:
    """|1 - z|**2 of z = factor*exp(k*x + b)."""
    p, q = rung.factor.as_real_imag()
    if rung.turns:
        t = ((rung.k * x + rung.b) / I).expand()
        return 1 - 2 * (p * cos(t) - q * sin(t)) + p**2 + q**2
    e = exp(rung.k * x + rung.b)
    return (1 - p * e) ** 2 + (q * e) ** 2


@RULES.indefinite(
    "power times a logarithm of exponentials", example=Integral(x * log(cosh(x)), x), on=(Mul, log)
)
@with_real_letters
def power_times_logarithm(f: Expr, x: Symbol) -> Rewrite | None:
    """Each factor of the argument gives a logarithm, and by parts a ladder of polylogarithms."""
    c, moving = f.as_independent(x, as_Add=False)
    logs = [p for p in Mul.make_args(moving) if isinstance(p, log)]
    m = (moving / logs[0]).as_coeff_exponent(x) if len(logs) == 1 else (S.Zero, S.Zero)
    if m[0] != 1 or not m[1].is_Integer or m[1] < 0:
        return None
    (inside,), u, m = logs[0].args, fresh("u", f, x), m[1]
    inside = inside.args[0] if isinstance(inside, Abs) else inside
    found = fraction(inside, x, u)
    if found is None:
        return None
    n, found = halved(found, u)
    sums = _factored(found, u)
    if sums is None:
        return None
    lead, power, zeros = sums
    # log|lead*u**n| and log|u - r| = log|r| - Re Li_1(u/r) for every zero
    outside = [r for r, _ in zeros if not _inside(r, found)]
    ahead = sum(e for r, e in zeros if _inside(r, found)) + power + S(n) / 2
    constant = log(Mul(Abs(lead), *(Abs(r) ** e for r, e in zeros if r in outside)))
    total = constant * x ** (m + 1) / (m + 1)
    if not found.turns:
        total += ahead * (found.k * x ** (m + 2) / (m + 2) + found.b * x ** (m + 1) / (m + 1))
    for r, e in zeros:
        rung = _above(-r if r in outside else r, r, found)
        total -= e * _ladder(rung, 1, m, x)
    given = And(nonzero(found.rate), *(nonzero(r.as_numer_denom()[0]) for r, _ in zeros))
    return Rewrite(c * total, given, where=((u, exp(found.k * x + found.b)),))


def _factored(found: Fraction, u: Symbol) -> tuple[Expr, int, list[tuple[Expr, int]]] | None:
    """lead, n and the zeros r with exponents e: R = lead*u**n*prod((u - r)**e)."""
    over, under = found.R.as_numer_denom()
    lead, n, zeros = S.One, 0, []
    for p, sign in ((Poly(over, u), 1), (Poly(under, u), -1)):
        lead *= p.LC() ** sign
        for factor, power in p.factor_list()[1]:
            if factor.as_expr() == u:
                n += sign * power
                continue
            found_zeros = _zeros(factor, found)
            if found_zeros is None:
                return None
            zeros += [(r, sign * power) for r in found_zeros]
    return (lead, n, zeros) if zeros else None


@RULES.indefinite(
    "power times a polylogarithm",
    example=Integral(x * re(polylog(2, exp(x) / 2)), x),
    on=(Mul, re, im, polylog),
)
@with_real_letters
def power_times_polylogarithm(f: Expr, x: Symbol) -> Rewrite | None:
    """By parts: of an exponential, each polylogarithm integrates to the next one."""
    c, moving = f.as_independent(x, as_Add=False)
    found = [p for p in Mul.make_args(moving) if isinstance(p, (re, im, polylog))]
    rest = (moving / found[0]).as_coeff_exponent(x) if len(found) == 1 else (S.Zero, S.Zero)
    if rest[0] != 1 or not rest[1].is_Integer or rest[1] < 0:
        return None
    inner = found[0] if isinstance(found[0], polylog) else found[0].args[0]
    if not isinstance(inner, polylog) or not inner.args[0].is_Integer:
        return None
    s, z = inner.args
    factor, power = z.as_independent(x, as_Add=False)
    line = linear(power.args[0], x) if isinstance(power, exp) else None
    if line is None:
        return None
    # im(w) is the real part of -i*w
    rung = Rung(-I if isinstance(found[0], im) else S.One, factor, *line)
    k = line[0] / I if rung.turns else line[0]
    return Rewrite(c * _ladder(rung, int(s), rest[1], x), nonzero(k))
