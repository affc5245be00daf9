"""Limits of sequences: the variable is a whole number, and that is used.

Squeezed powers of -1, subsequences, ratios of consecutive terms, whole turns of a wave, sums by the
theorem of Stolz and Cesaro. A limit over the real numbers is one over the whole numbers as well,
so that every other rule may be used too.
"""

from __future__ import annotations

from math import lcm

from sympy import (
    Add,
    Eq,
    Expr,
    FiniteSet,
    Interval,
    Mul,
    Ne,
    Pow,
    Rational,
    Reals,
    S,
    Sum,
    Symbol,
    Union,
    binomial,
    ceiling,
    combsimp,
    cos,
    factorial,
    floor,
    frac,
    oo,
    pi,
    powsimp,
    sin,
    sqrt,
)

from derive.calculus import limit_bounded  # noqa: F401  (its rules come first)
from derive.calculus.limit_table import RULES, lim, look
from derive.engine import DOES_NOT_EXIST
from derive.holes import rebuild
from derive.rules import Outcome, Rewrite
from derive.structure import depends_on, fresh, postorder

n, k = Symbol("n", integer=True, positive=True), Symbol("k", integer=True, positive=True)
u, v = Symbol("u"), Symbol("v")
LONGEST_PERIOD = 12
BELOW_ONE = Interval.Ropen(0, 1)
ABOVE_ONE = Union(Interval.open(1, oo), FiniteSet(oo))
NOT_NEGATIVE = Union(Interval(0, oo), FiniteSet(oo))
EXTENDED = Union(Reals, FiniteSet(oo, -oo))


def whole_letter(name: str, *expressions: Expr) -> Symbol:
    return Symbol(fresh(name, *expressions).name, integer=True, positive=True)


def shifted(f: Expr, n: Symbol, by: int = 1) -> Expr:
    return rebuild(f, {n: n + by}, set())


# ------------------------------------------------------------------ subsequences


@RULES.rule("subsequences", example=lim((-1) ** n, n, oo))
def subsequences(f: Expr, n: Symbol, n0: Expr, d: str) -> Outcome:
    """A sequence has a limit only if its subsequences share it; a few that cover it are enough."""
    period = _period(f, n) if n.is_integer and n0 == oo else 1
    if not 1 < period <= LONGEST_PERIOD:
        return None
    m = whole_letter("m", f)
    found = [lim(_at_places(f, n, period * m + r), m, oo) for r in range(period)]
    first, *others = dict.fromkeys(found)
    where = ((n, period * m + Symbol("r")),)
    if not others:
        return Rewrite(first, where=where)
    differ = [
        Rewrite(DOES_NOT_EXIST, where=where, premises=(Ne(first, other),)) for other in others
    ]
    agree = tuple(Eq(first, other) for other in others)
    return [*differ, Rewrite(first, where=where, premises=agree)]


def _at_places(f: Expr, n: Symbol, place: Expr) -> Expr:
    """`f` at whole numbers of one remainder, with the arguments of waves multiplied out."""
    moved = rebuild(f, {n: place}, set())
    inner = [w for w in postorder(moved) if isinstance(w, (sin, cos, floor, ceiling, frac))]
    moved = rebuild(moved, {w: w.func(w.args[0].expand()) for w in inner}, set())
    signs = {p: _with_sign(p) for p in postorder(moved) if isinstance(p, Pow)}
    return rebuild(moved, {p: new for p, new in signs.items() if new is not None}, set())


def _with_sign(p: Pow) -> Expr | None:
    """(-b)**odd = -b**odd."""
    if not p.base.is_negative or not p.exp.free_symbols:
        return None
    return -((-p.base) ** p.exp) if p.exp.is_odd else None


def _period(f: Expr, n: Symbol) -> int:
    """After how many steps the jumping parts of `f` come back to the same."""
    periods = [p for node in postorder(f) if (p := _period_of(node, n)) is not None]
    return lcm(*periods) if periods else 1


def _period_of(node: Expr, n: Symbol) -> int | None:
    if isinstance(node, Pow) and node.base.is_negative and depends_on(node.exp, n):
        slope = _slope(node.exp, n)
        return 2 if slope is not None and slope.is_odd else None
    if isinstance(node, (sin, cos)):
        slope = _slope(node.args[0] / pi, n)
        turns = slope / 2 if slope is not None else None
    elif isinstance(node, (floor, ceiling, frac)):
        turns = _slope(node.args[0], n)
    else:
        return None
    return int(turns.q) if isinstance(turns, Rational) and turns != 0 else None


def _slope(g: Expr, n: Symbol) -> Expr | None:
    """The a of g = a*n + b, a rational number."""
    a = g.expand().coeff(n)
    rest = (g - a * n).expand()
    return a if isinstance(a, Rational) and not depends_on(rest, n) else None


@RULES.rule(
    "whole turns", example=lim(sin(2 * pi * sqrt(n**2 + 1)), n, oo), on=(Mul, Add, sin, cos)
)
def whole_turns(f: Expr, n: Symbol, n0: Expr, d: str) -> Outcome:
    """Sine and cosine do not see whole turns: take off as many as the argument makes."""
    if not n.is_integer or n0 != oo:
        return None
    waves = [w for w in postorder(f) if isinstance(w, (sin, cos)) and depends_on(w, n)]
    changes = {w: w.func(less) for w in waves if (less := _less_turns(w.args[0], n)) is not None}
    return lim(rebuild(f, changes, set()), n, oo) if changes else None


def _less_turns(argument: Expr, n: Symbol) -> Expr | None:
    turns = look(argument / (2 * pi * n), n, oo, "-").value
    if turns is None or not turns.is_integer or turns == 0:
        return None
    # As a product: SymPy takes whole turns off a sum again.
    return 2 * pi * ((argument / (2 * pi)).expand() - turns * n)


# ------------------------------------------------------------------ ratios


def _is_product_of_powers(f: Expr, n: Symbol) -> bool:
    """Factorials and powers with n above, and no sums among the factors."""
    found = [_moves_above(factor, n) for factor in Mul.make_args(f)]
    return None not in found and any(found)


def _moves_above(factor: Expr, n: Symbol) -> bool | None:
    base, exponent = factor.as_base_exp()
    if not exponent.is_polynomial(n):
        return None
    if isinstance(base, (factorial, binomial)):
        return True
    return depends_on(exponent, n) if base == n or not depends_on(base, n) else None


@RULES.rule("ratio of consecutive terms", example=lim(2**n / factorial(n), n, oo), on=(Mul, Pow))
def ratio_of_terms(f: Expr, n: Symbol, n0: Expr, d: str) -> Outcome:
    """Positive terms that shrink by a fixed ratio tend to zero; that grow by it, to infinity."""
    if not n.is_integer or n0 != oo or not f.is_positive or not _is_product_of_powers(f, n):
        return None
    ratio = _ratio(f, n)
    if ratio.has(factorial):
        return None
    goal, where = lim(ratio, n, oo), ((Symbol("q"), ratio),)
    return [
        Rewrite(S.Zero, where=where, premises=((goal, BELOW_ONE),)),
        Rewrite(oo, where=where, premises=((goal, ABOVE_ONE),)),
    ]


def _ratio(f: Expr, n: Symbol) -> Expr:
    return powsimp(combsimp(shifted(f, n) / f))


@RULES.rule("root of the ratio", example=lim(factorial(n) ** (1 / n) / n, n, oo), on=(Mul, Pow))
def root_by_ratio(f: Expr, n: Symbol, n0: Expr, d: str) -> Outcome:
    """If the ratio of consecutive terms has a limit, the n-th root of the terms has the same."""
    if not n.is_integer or n0 != oo:
        return None
    roots = [r for r in Mul.make_args(f) if isinstance(r, Pow) and n * r.exp in (1, -1)]
    if not any(r.base.has(factorial) and depends_on(r.base, n) for r in roots):
        return None
    rest = Mul(f, *(1 / r for r in roots))
    terms = Mul(*(r.base ** (n * r.exp) for r in roots), rest**n)
    goal = lim(_ratio(terms, n), n, oo)
    return Rewrite(goal, where=((u, terms),), premises=((goal, NOT_NEGATIVE),))


# ------------------------------------------------------------------ sums


@RULES.rule(
    "theorem of Stolz and Cesaro", example=lim(Sum(k, (k, 1, n)) / n**2, n, oo), on=(Mul, Pow)
)
def stolz_cesaro(f: Expr, n: Symbol, n0: Expr, d: str) -> Outcome:
    """The denominator grows beyond all bounds: take the quotient of the consecutive differences."""
    if not n.is_integer or n0 != oo or not f.has(Sum):
        return None
    above = Mul(*(part for part in Mul.make_args(f) if part.has(Sum)))
    below = above / f
    rise, run = _difference(above, n), _difference(below, n)
    if rise is None or run is None or look(below.diff(n), n, oo, "-").sign != 1:
        return None
    goal = lim(rise / run, n, oo)
    premises = ((lim(below, n, oo), FiniteSet(oo)), (goal, EXTENDED))
    return Rewrite(goal, where=((u, above), (v, below)), premises=premises)


def _difference(a: Expr, n: Symbol) -> Expr | None:
    """a(n + 1) - a(n); of a sum up to n it is the next term."""
    if isinstance(a, Sum):
        (letter, low, high), *more = a.limits
        plain = not more and high == n and not depends_on(a.function, n) and not depends_on(low, n)
        return rebuild(a.function, {letter: n + 1}, set()) if plain else None
    return None if a.has(Sum) else (shifted(a, n) - a).expand()
