"""Fourier series that have a closed form: waves of the multiples of an angle over powers."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import (
    Abs,
    Add,
    And,
    Expr,
    Ge,
    Gt,
    Le,
    Lt,
    Mul,
    Ne,
    Pow,
    S,
    Symbol,
    atan,
    bernoulli,
    cos,
    factorial,
    floor,
    log,
    oo,
    pi,
    sin,
)
from sympy.logic.boolalg import Boolean

from derive.calculus.integrals.trigonometric import fourier
from derive.calculus.sums.behaviour import Convergence
from derive.calculus.sums.convergence import CONVERGENT
from derive.calculus.sums.operators import Rules, ratio, smaller_than_one
from derive.calculus.sums.telescoping import in_fractions
from derive.calculus.sums.trigonometric import steady_angle
from derive.calculus.sums.zeta import FARTHEST, reciprocal_power
from derive.rules import Outcome, Rewrite
from derive.structure import depends_on, free_symbols, sigma

x, r = Symbol("x"), Symbol("r")
k = Symbol("k", integer=True)
RULES = Rules()
MOST = 8  # sines and cosines in one product


@dataclass(frozen=True)
class Harmonics:
    """Terms factor*q**j*wave(j*step + phase)/j**s, from j = first on in strides of one or two."""

    factor: Expr
    q: Expr
    wave: type
    step: Expr
    phase: Expr
    s: Expr
    first: int
    stride: int

    def term(self, j: Expr) -> Expr:
        wave = self.wave(j * self.step + self.phase)
        return self.factor * self.q**j * wave / S(j) ** self.s

    def before(self) -> Expr:
        """The terms from j = 1 on that come before the first one."""
        return sum(self.term(j) for j in range(1, self.first, self.stride))

    def needs(self, wave: type) -> bool:
        """Whether the addition theorem for j*step + phase leaves this wave of j*step."""
        left = cos(self.phase) if wave is self.wave else sin(self.phase)
        return left != 0

    def added(self, cosines: Expr, sines: Expr) -> Expr:
        """The whole series, by the addition theorem from that of cos(j*step) and of sin(j*step)."""
        u, v = cos(self.phase), sin(self.phase)
        whole = v * cosines + u * sines if self.wave is sin else u * cosines - v * sines
        return self.factor * whole


def apart(f: Expr, k: Symbol) -> tuple[list[Expr], Expr, Expr]:
    """The waves among the factors of f, its powers with the index above, and the rest."""
    factors = Mul.make_args(f)
    waves = [p for p in factors if _is_wave(p, k)]
    powers = [p for p in factors if isinstance(p, Pow) and depends_on(p.exp, k)]
    return waves, Mul(*powers), Mul(*(p for p in factors if p not in waves and p not in powers))


def _is_wave(p: Expr, k: Symbol) -> bool:
    """A sine or cosine of equally spaced angles, or a power of one."""
    base, power = p.as_base_exp()
    return bool(steady_angle(base, k) and power.is_Integer and power > 0)


def harmonics(f: Expr, k: Symbol, a: Expr) -> Harmonics | None:
    """The terms f as waves of the multiples of an angle over a power of the multiple."""
    waves, powers, rest = apart(f, k)
    q = ratio(powers, k)
    if len(waves) != 1 or q is None or depends_on(q, k):
        return None
    below = reciprocal_power(rest, k)
    if below is None or below[1] not in (1, 2) or not (below[3].is_Integer and below[3] > 0):
        return None
    factor, stride, shift, s = below
    first, factor = stride * a + shift, factor * powers.subs(k, 0)
    if not (shift.is_Integer and 1 <= first <= FARTHEST and (first - 1) % stride == 0):
        return None
    angle = steady_angle(waves[0], k)
    if angle is None:
        return None
    step, phase = angle
    if q == -1:  # (-1)**k*sin(k*x + y) is sin(k*(x + pi) + y)
        step, q = step + pi, S.One
    if q != 1 and stride != 1:
        return None
    step, phase = step / stride, (phase - step * shift / stride).expand()
    return Harmonics(factor / q**shift, q, waves[0].func, step, phase, s, int(first), int(stride))


def _whole(f: Expr, k: Symbol, a: Expr) -> Harmonics | None:
    """The same, where all multiples occur."""
    found = harmonics(f, k, a)
    return found if found and found.stride == 1 else None


# ------------------------------------------------------------------ where they hold


def between(angle: Expr, closed: bool) -> tuple[Expr, Boolean] | None:
    """The angle in one turn and the condition that it lies there; None on the ends of the turn.

    >>> between(S(7), False)
    (7 - 2*pi, True)
    >>> between(2*x, False)
    (2*x, (x > 0) & (x < pi))
    """
    above, below = (Ge, Le) if closed else (Gt, Lt)
    if not free_symbols(angle):
        turn = (angle - 2 * pi * floor(angle / (2 * pi))).expand()
        return None if turn == 0 else (turn, S.true)
    start, moving = angle.as_coeff_add(*free_symbols(angle))
    rate, letters = Add(*moving).as_coeff_Mul()
    if not rate.is_positive:
        return None
    low, high = -start / rate, (2 * pi - start) / rate
    return angle, And(above(letters, low), below(letters, high))


def _not_whole_turns(angle: Expr) -> Boolean:
    """Whether the angle is no multiple of 2*pi."""
    half = sin(angle / 2)
    return Ne(half, 0) if free_symbols(half) else S(half != 0)


# ------------------------------------------------------------------ over the first power


@RULES.infinite("Fourier series of the logarithm", example=sigma(cos(k * x) / k, k, 1, oo), on=Mul)
def logarithm(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """The real part of -log(1 - z), the sum of z**k/k, on the circle z = cos(x) + i*sin(x)."""
    terms = _whole(f, k, a)
    if terms is None or terms.s != 1 or terms.q != 1 or terms.needs(sin):
        return None
    given = _not_whole_turns(terms.step)
    value = -log(2 * Abs(sin(terms.step / 2)))
    return Rewrite(terms.added(value, S.Zero) - terms.before(), given) if given != False else None


@RULES.infinite("Fourier series of the sawtooth", example=sigma(sin(k * x) / k, k, 1, oo), on=Mul)
def sawtooth(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """The imaginary part of -log(1 - z): in one turn of z it falls from pi/2 to -pi/2."""
    terms = _whole(f, k, a)
    if terms is None or terms.s != 1 or terms.q != 1:
        return None
    turn = between(terms.step, closed=False)
    if turn is None:
        return None
    angle, given = turn
    cosines = -log(2 * Abs(sin(angle / 2)))
    return Rewrite(terms.added(cosines, (pi - angle) / 2) - terms.before(), given)


@RULES.infinite(
    "powers times waves over the index", example=sigma(r**k * sin(k * x) / k, k, 1, oo), on=Mul
)
def logarithm_inside(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """The real and the imaginary part of -log(1 - z), at z = q*(cos(x) + i*sin(x))."""
    terms = _whole(f, k, a)
    if terms is None or terms.s != 1 or terms.q == 1:
        return None
    q, angle, given = terms.q, terms.step, smaller_than_one(terms.q)
    cosines = -log(1 - 2 * q * cos(angle) + q**2) / 2
    sines = atan(q * sin(angle) / (1 - q * cos(angle)))
    if given == False:
        return None
    return Rewrite(terms.added(cosines, sines) - terms.before(), given)


# ------------------------------------------------------------------ made into such series


@RULES.any("products of waves", example=sigma(cos(k * x) ** 2 / k**2, k, 1, oo), on=(Mul, Pow))
def products_of_waves(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """Write products and powers of sines and cosines as sums of sines and cosines."""
    waves = apart(f, k)[0]
    if not 1 < sum(p.as_base_exp()[1] for p in waves) <= MOST:
        return None
    rest = Mul(*(p for p in Mul.make_args(f) if p not in waves))
    terms = Add.make_args(fourier(waves).expand())
    plain = b == oo and any(not depends_on(term, k) for term in terms)
    premises = ((Convergence(rest, k, a), CONVERGENT),) if plain else ()
    return Rewrite(Add(*(sigma(rest * term, k, a, b) for term in terms)), premises=premises)


@RULES.infinite(
    "partial fractions beside a wave", example=sigma(sin(k * x) / (k**2 + k), k, 1, oo), on=Mul
)
def fractions_beside_a_wave(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """Take the rational factor apart, and sum each part: by Dirichlet's test it converges."""
    waves, powers, rest = apart(f, k)
    angle = steady_angle(waves[0], k) if len(waves) == 1 else None
    parts = in_fractions(rest, k) if rest.is_rational_function(k) else None
    q = ratio(powers, k)
    if angle is None or parts is None or q not in (1, -1):
        return None
    given = _not_whole_turns(angle[0] if q == 1 else angle[0] + pi)
    if given == False:
        return None
    wave = waves[0] * powers
    return Rewrite(Add(*(sigma(part * wave, k, a, b) for part in parts.args)), given)


# ------------------------------------------------------------------ over higher powers


@RULES.infinite("Bernoulli polynomials", example=sigma(cos(k * x) / k**2, k, 1, oo), on=Mul)
def bernoulli_polynomials(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """Integrated again and again, the sawtooth becomes the Bernoulli polynomials."""
    terms = _whole(f, k, a)
    if terms is None or terms.s == 1 or terms.q != 1:
        return None
    known, other = (cos, sin) if terms.s % 2 == 0 else (sin, cos)
    turn = None if terms.needs(other) else between(terms.step, closed=True)
    if turn is None:
        return None
    value = bernoulli_wave(int(terms.s), turn[0])
    series = terms.added(value, S.Zero) if known is cos else terms.added(S.Zero, value)
    return Rewrite(series - terms.before(), turn[1])


def bernoulli_wave(s: int, angle: Expr) -> Expr:
    """The sum of cos(k*x)/k**s for even s, of sin(k*x)/k**s for odd s, for x in [0, 2*pi].

    Abramowitz and Stegun 23.1.17 and 23.1.18.

    >>> bernoulli_wave(2, x)
    x**2/4 - pi*x/2 + pi**2/6
    """
    sign = (-1) ** (s // 2 - 1)
    scale = sign * (2 * pi) ** s / (2 * factorial(s))
    return (scale * bernoulli(s, angle / (2 * pi))).expand()


@RULES.infinite(
    "odd multiples of an angle", example=sigma(sin((2 * k + 1) * x) / (2 * k + 1), k, 0, oo), on=Mul
)
def odd_multiples(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """All multiples without the even ones."""
    terms = harmonics(f, k, a)
    if terms is None or terms.stride != 2:
        return None
    every, even = sigma(terms.term(k), k, S.One, oo), sigma(terms.term(2 * k), k, S.One, oo)
    return every - even - terms.before()
