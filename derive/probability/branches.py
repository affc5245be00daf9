"""The ways back from y = g(x): g in steps that are rows of a table, each undone on its pieces.

A branch is a piece of the domain on which g rises, or falls: what x is there in terms of y, and
between which values y lies.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sympy import (
    Abs,
    Add,
    Expr,
    Function,
    Mul,
    Pow,
    S,
    Symbol,
    acos,
    apart,
    asin,
    asinh,
    atan,
    atanh,
    cos,
    exp,
    log,
    oo,
    pi,
    sin,
    sinh,
    tan,
    tanh,
)

from derive.elementary import sigmoid
from derive.structure import depends_on

Back = Callable[[Expr], Expr]


@dataclass(frozen=True)
class Piece:
    """From low to high, where the function goes from `start` to `end`; `back` undoes it."""

    low: Expr
    high: Expr
    start: Expr
    end: Expr
    back: Back


@dataclass(frozen=True)
class Branch:
    """x is `back` for y between `low` and `high`; it `rises` with y, or falls."""

    back: Expr
    low: Expr
    high: Expr
    rises: bool


@dataclass(frozen=True)
class Link:
    """One of the functions that make g, and the pieces on which it is undone."""

    forward: Back
    pieces: tuple[Piece, ...]


def _row(low: Any, high: Any, start: Any, end: Any, back: Back) -> Piece:
    return Piece(S(low), S(high), S(start), S(end), back)


def _of_sine(k: int) -> Piece:
    """Where sin(x) rises for even k, and falls for odd ones."""
    side = (-1) ** k
    return _row(pi * k - pi / 2, pi * k + pi / 2, -side, side, lambda y: pi * k + side * asin(y))


def _of_cosine(k: int) -> Piece:
    side = (-1) ** k
    return _row(pi * k, pi * k + pi, side, -side, lambda y: pi * k + acos(side * y))


# fmt: off
PIECES: dict[type[Function], tuple[Piece, ...]] = {
    exp:     (_row(-oo, oo, 0, oo, log),),
    log:     (_row(0, oo, -oo, oo, exp),),
    sigmoid: (_row(-oo, oo, 0, 1, lambda y: log(y / (1 - y))),),
    sinh:    (_row(-oo, oo, -oo, oo, asinh),),
    asinh:   (_row(-oo, oo, -oo, oo, sinh),),
    tanh:    (_row(-oo, oo, -1, 1, atanh),),
    atanh:   (_row(-1, 1, -oo, oo, tanh),),
    atan:    (_row(-oo, oo, -pi/2, pi/2, tan),),
    tan:     (_row(-pi/2, pi/2, -oo, oo, atan),),
    asin:    (_row(-1, 1, -pi/2, pi/2, sin),),
    acos:    (_row(-1, 1, pi, 0, cos),),
    Abs:     (_row(-oo, 0, oo, 0, lambda y: -y), _row(0, oo, 0, oo, lambda y: y)),
    sin:     tuple(_of_sine(k) for k in range(-2, 4)),
    cos:     tuple(_of_cosine(k) for k in range(-3, 4)),
}
# fmt: on


def power_pieces(n: Expr) -> tuple[Piece, ...] | None:
    """Of x**n, on both sides of zero for whole n."""
    if n.is_positive is None or not n.is_real:
        return None
    near, far = (S.Zero, oo) if n.is_positive else (oo, S.Zero)
    right = Piece(S.Zero, oo, near, far, lambda y: y ** (1 / n))
    if not n.is_integer:
        return (right,)
    if n.is_even:
        return Piece(-oo, S.Zero, far, near, lambda y: -(y ** (1 / n))), right
    if n.is_odd:
        return Piece(-oo, S.Zero, -far, -near, lambda y: -((-y) ** (1 / n))), right
    return (right,)


def line(forward: Back, back: Back, rises: bool) -> Link:
    ends = (-oo, oo) if rises else (oo, -oo)
    return Link(forward, (Piece(-oo, oo, *ends, back),))


def links(g: Expr, x: Symbol) -> list[Link] | None:
    """The functions that make g of x, the innermost first; None: g is no chain of these."""
    found: list[Link] = []
    while g != x:
        step = _outermost(g, x)
        if step is None:
            return None
        link, g = step
        found.append(link)
    return found[::-1]


def _outermost(g: Expr, x: Symbol) -> tuple[Link, Expr] | None:
    if isinstance(g, (Add, Mul)):
        return _of_line(g, x)
    if isinstance(g, Pow) and not depends_on(g.exp, x):
        pieces, n = power_pieces(g.exp), g.exp
        return (Link(lambda u: u**n, pieces), g.base) if pieces else None
    if isinstance(g, Pow) and g.base.is_positive and not depends_on(g.base, x):
        return Link(exp, PIECES[exp]), g.exp * log(g.base)
    if type(g) in PIECES:
        return Link(g.func, PIECES[type(g)]), g.args[0]
    return None


def _of_line(g: Expr, x: Symbol) -> tuple[Link, Expr] | None:
    """c + u, or c*u, with x in u alone."""
    fixed, moving = g.as_independent(x)
    if isinstance(g, Add) and fixed != 0:
        return line(lambda u: u + fixed, lambda y: y - fixed, True), moving
    if isinstance(g, Mul) and fixed != 1:
        if fixed.is_positive is None or fixed.is_zero is not False:
            return None
        return line(lambda u: fixed * u, lambda y: y / fixed, bool(fixed.is_positive)), moving
    simpler = _with_x_once(g, x)
    return None if simpler is None else _outermost(simpler, x)


def _with_x_once(g: Expr, x: Symbol) -> Expr | None:
    """The square completed, or a fraction of linear parts divided out."""
    if g.is_polynomial(x):
        a, b = (g.as_poly(x).nth(k) for k in (2, 1))
        found = a * (x + b / (2 * a)) ** 2 + g.subs(x, -b / (2 * a)) if a != 0 else g.expand()
        same = (found - g).expand() == 0
    else:
        found, same = g, g.is_rational_function(x)
        found = apart(g, x) if same else g
    return found if same and found.count(x) == 1 and found != g else None


# ------------------------------------------------------------------ the branches of a domain


def is_below(a: Expr, b: Expr) -> bool | None:
    """Whether a <= b; None: not known."""
    if a == b or a == -oo or b == oo:
        return True
    if oo in (a,) or b == -oo:
        return False
    return (b - a).is_nonnegative


def branches(g: Expr, x: Symbol, low: Expr, high: Expr, y: Symbol) -> tuple[Branch, ...] | None:
    """All ways back from y = g(x), low < x < high; None where they are not known.

    >>> x, y = Symbol("x"), Symbol("y")
    >>> [(b.back, b.low, b.high) for b in branches(x**2, x, -oo, oo, y)]
    [(-sqrt(y), 0, oo), (sqrt(y), 0, oo)]
    """
    chain = links(g, x)
    if chain is None:
        return None
    ways: list[Piece] = [Piece(low, high, low, high, lambda y: y)]
    for link in chain:
        parts = [_cut(way, link) for way in ways]
        if any(part is None for part in parts):
            return None
        ways = [piece for part in parts for piece in part or ()]
    return tuple(_branch(way, y) for way in ways)


def _branch(way: Piece, y: Symbol) -> Branch:
    rises = is_below(way.start, way.end)
    low, high = (way.start, way.end) if rises else (way.end, way.start)
    return Branch(way.back(y), low, high, bool(rises))


def _cut(way: Piece, link: Link) -> list[Piece] | None:
    """The ways through a link; None unless its pieces cover where the way has led so far."""
    falls = is_below(way.start, way.end) is False
    a, b = (way.end, way.start) if falls else (way.start, way.end)
    found, reached = [], a
    for piece in link.pieces:
        outside = is_below(b, piece.low), is_below(piece.high, a)
        if None in outside:
            return None
        if True in outside:
            continue
        first, last = is_below(piece.low, a), is_below(b, piece.high)
        if first is None or last is None or not (first or reached == piece.low):
            return None
        start = _at(link, piece, a) if first else piece.start
        end = _at(link, piece, b) if last else piece.end
        back = _after(piece.back, way.back)
        ends = (end, start) if falls else (start, end)
        found.append(Piece(S.Zero, S.Zero, *ends, back))
        reached = b if last else piece.high
    return found if reached == b else None


def _after(first: Back, then: Back) -> Back:
    return lambda y: then(first(y))


def _at(link: Link, piece: Piece, place: Expr) -> Expr:
    if place == piece.low:
        return piece.start
    return piece.end if place == piece.high else link.forward(place)
