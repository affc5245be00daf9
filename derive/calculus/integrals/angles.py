"""Circular and hyperbolic functions of several angles, under roots and in absolute values."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import (
    Abs,
    Dummy,
    Expr,
    Function,
    I,
    Integral,
    Mul,
    Pow,
    S,
    Symbol,
    acos,
    asin,
    cancel,
    cos,
    cosh,
    cot,
    coth,
    csc,
    csch,
    default_sort_key,
    exp,
    expand_mul,
    floor,
    pi,
    sec,
    sign,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
    together,
)

from derive.calculus.integrals.operators import (
    Rules,
    antiderivative,
    definite,
    linear,
    nonzero,
    size,
    substitution,
)
from derive.calculus.integrals.trigonometric import (
    CIRCULAR,
    HYPERBOLIC,
    IN_SINE_AND_COSINE,
    c,
    common_angle,
    s,
)
from derive.rules import Outcome, Rewrite
from derive.structure import depends_on, fresh

x, a, b = Symbol("x"), Symbol("a"), Symbol("b")
ALGEBRA = Rules()
RULES = Rules()
LARGE = 100


# ------------------------------------------------------------------ absolute values


@ALGEBRA.indefinite(
    "absolute value of what has no zero", example=Integral(Abs(csc(x)) ** 3, x), on=(Mul, Pow, Abs)
)
def sign_in_front(f: Expr, x: Symbol) -> Outcome:
    """Where there is no zero the sign is constant: it comes out of the integral."""
    powers = [p.as_base_exp() for p in Mul.make_args(f) if depends_on(p, x)]
    found = [(g, k) for g, k in powers if isinstance(g, Abs)]
    if len(found) != 1:
        return None
    ((magnitude, k),) = found
    (g,) = magnitude.args
    never = isinstance(g, (sec, csc, csch, coth, exp)) or (k.is_negative and k.is_Integer)
    if not never or not k.is_Integer:
        return None
    rest = f / magnitude**k
    inside = antiderivative(rest * g**k, x)
    return sign(g) * inside if k % 2 else inside


@ALGEBRA.indefinite(
    "absolute value of a wave", example=Integral(Abs(sin(x)), x), on=(Mul, Pow, Abs)
)
def absolute_wave(f: Expr, x: Symbol) -> Outcome:
    """Each arch adds the same area: the floor counts the arches that are complete."""
    waves = [p for p in Mul.make_args(f) if isinstance(p.as_base_exp()[0], Abs)]
    waves = [p for p in waves if depends_on(p, x)]
    if len(waves) != 1:
        return None
    magnitude, k = waves[0].as_base_exp()
    (g,), rest = magnitude.args, f / waves[0]
    line = linear(g.args[0], x) if isinstance(g, (sin, cos)) else None
    if line is None or not k.is_Integer or k < 1 or k % 2 == 0:
        return None
    (a, b), t = line, fresh("t", f)
    middle = pi / 2 if isinstance(g, sin) else S.Zero  # of the arch over which the floor is zero
    if not _same_on_every_arch(rest.subs(x, (t - b) / a), t, middle):
        return None
    u = fresh("t", f, t)
    smooth = (rest * g**k).subs(x, u)
    half = pi / 2
    start, low, high = ((v - b) / a for v in (middle, middle - half, middle + half))
    arch = definite(smooth, u, low, high)
    turns = floor((a * x + b - middle) / pi + S.Half)
    inside = sign(g) * definite(smooth, u, start, x)
    return Rewrite(inside + turns * arch, nonzero(a))


def _same_on_every_arch(rest: Expr, t: Symbol, middle: Expr) -> bool:
    """Whether `rest` has the period pi and is even about the middle of an arch."""
    shifted, mirrored = rest.subs(t, t + pi), rest.subs(t, 2 * middle - t)
    return all(cancel(other - rest) == 0 for other in (shifted, mirrored))


@ALGEBRA.indefinite("sign of a wave", example=Integral(sign(sin(x)), x), on=sign)
def sign_of_wave(f: Expr, x: Symbol) -> Outcome:
    """It rises where the wave is positive and falls where it is negative: a triangle wave."""
    (g,) = f.args
    line = linear(g.args[0], x) if isinstance(g, (sin, cos)) else None
    if line is None:
        return None
    t = g.args[0]
    triangle = acos(cos(t)) if isinstance(g, sin) else asin(sin(t))
    return Rewrite(triangle / line[0], nonzero(line[0]))


# ------------------------------------------------------------------ angles


@RULES.indefinite(
    "addition theorem", example=Integral(sin(x + a) * cot(x + b) ** 2, x), on=(Mul, Pow)
)
def addition_theorem(f: Expr, x: Symbol) -> Outcome:
    """Angles that differ by a constant: write the sine and cosine of one by those of the other."""
    calls = sorted(
        (g for g in f.atoms(Function) if type(g) in CIRCULAR + HYPERBOLIC and depends_on(g, x)),
        key=default_sort_key,
    )
    angles = list(dict.fromkeys(g.args[0] for g in calls))
    main = next((g.args[0] for g in calls if not isinstance(g, (sin, cos, sinh, cosh))), None)
    main = angles[0] if main is None and angles else main
    others = [t for t in angles if t != main]
    if not others or any(depends_on((t - main).expand(), x) for t in others):
        return None
    changes = {g: _about(g, main) for g in calls if g.args[0] in others}
    if None in changes.values():
        return None
    return antiderivative(f.xreplace(changes).expand(), x)


def _about(g: Expr, main: Expr) -> Expr | None:
    d = (g.args[0] - main).expand()
    if isinstance(g, sin):
        return sin(main) * cos(d) + cos(main) * sin(d)
    if isinstance(g, cos):
        return cos(main) * cos(d) - sin(main) * sin(d)
    if isinstance(g, sinh):
        return sinh(main) * cosh(d) + cosh(main) * sinh(d)
    if isinstance(g, cosh):
        return cosh(main) * cosh(d) + sinh(main) * sinh(d)
    return None


# ------------------------------------------------------------------ roots


@RULES.indefinite(
    "roots in sine and cosine", example=Integral(cos(x) / (2 + cos(x) ** 2) ** (S(3) / 2), x)
)
def roots_in_waves(f: Expr, x: Symbol) -> Iterator[Rewrite]:
    """Odd in the sine: take u = cos. Odd in the cosine: u = sin. Otherwise u = tan."""
    calls = sorted((g for g in f.atoms(Function) if depends_on(g, x)), key=default_sort_key)
    hyperbolic = all(type(g) in HYPERBOLIC for g in calls)
    t = common_angle([g.args[0] for g in calls], x)
    line = linear(t, x) if t is not None else None
    if line is None or not (hyperbolic or all(type(g) in CIRCULAR for g in calls)):
        return
    u = fresh("u", f, x)
    R = f.xreplace({g: _homogeneous(g, t, hyperbolic) for g in calls})
    if depends_on(R, x) or size(R) > LARGE or R.is_rational_function(s, c):
        return
    first, second, third = (sinh, cosh, tanh) if hyperbolic else (sin, cos, tan)
    for h, g, outside in _odd_even(R, u, hyperbolic):
        Iu, letters = substitution(_tidy(h), u, (first, second, third)[g](t), x)
        yield Rewrite(outside.subs(c, second(t)) * Iu / line[0], nonzero(line[0]), where=letters)


def _homogeneous(g: Expr, t: Expr, hyperbolic: bool) -> Expr:
    """A wave of k*t as a homogeneous form in the sine and cosine of t, by de Moivre's formula."""
    k = cancel(g.args[0] / t)
    plus = ((c + (s if hyperbolic else I * s)) ** abs(k)).expand()
    minus = plus.subs(s, -s)
    above = (plus - minus).expand() / 2 * (1 if hyperbolic else -I) * sign(k)
    values = {s: above.expand(), c: ((plus + minus) / 2).expand()}
    return IN_SINE_AND_COSINE[type(g)].xreplace(values)


def _odd_even(R: Expr, u: Symbol, hyperbolic: bool) -> Iterator[tuple[Expr, int, Expr]]:
    """h(u) with R dx = h(u) du, whether u is the sine, the cosine or the tangent, and a factor."""
    squares = (c**2 - 1, 1 + s**2) if hyperbolic else (1 - c**2, 1 - s**2)
    h = _in_squares(expand_mul(R / c), c, squares[1])
    if h is not None:
        yield h.subs(s, u), 0, S.One
    h = _in_squares(expand_mul(R / s), s, squares[0])
    if h is not None:
        yield h.subs(c, u) * (1 if hyperbolic else -1), 1, S.One
    yield from _by_tangent(R, u, hyperbolic)


def _by_tangent(R: Expr, u: Symbol, hyperbolic: bool) -> Iterator[tuple[Expr, int, Expr]]:
    """With w = |cos|: the sign of the cosine, constant between its zeros, comes to the front."""
    turned, w = R.subs({s: -s, c: -c}, simultaneous=True), Dummy("w", positive=True)
    even, odd = (turned - R).expand() == 0, (turned + R).expand() == 0
    if not (even or odd):
        return
    h = (R.subs({s: u * w, c: w}, simultaneous=True) * w**2).factor()
    square = 1 - u**2 if hyperbolic else 1 + u**2  # w is one over its root
    powers = {p: square ** (-p.exp / 2) for p in h.atoms(Pow) if p.base == w}
    h = h.xreplace(powers).xreplace({w: 1 / sqrt(square)})
    yield h, 2, sign(c) if odd and not hyperbolic else S.One


def _in_squares(R: Expr, w: Symbol, square: Expr) -> Expr | None:
    """R with `square` for w**2, if no other power of w is in it."""
    changes = {}
    for p in R.atoms(Pow):
        if p.base == w:
            if not p.exp.is_even:
                return None
            changes[p] = square ** (p.exp / 2)
    new = R.xreplace(changes)
    return None if new.has(w) else new


def _tidy(h: Expr) -> Expr:
    """The radicands over one denominator."""
    roots = {p for p in h.atoms(Pow) if not p.exp.is_Integer}
    changes = {p: cancel(together(p.base)) ** p.exp for p in roots if p.base.is_Add}
    return h.xreplace(changes)
