"""Integrals between bounds: Taylor polynomials in interval arithmetic, with what they leave out.

On a cell about a place the integrand is its Taylor polynomial there and a remainder; the remainder
is bounded by the coefficient of the next power over the whole cell (Moore, Kearfott and Cloud,
Introduction to Interval Analysis, 2009, section 9.3). Nothing here is rounded to nearest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce
from typing import Any

from mpmath import libmp
from sympy import Basic, Expr, Rational, Symbol

from lambdify_bridge.enclosure import FUNCTIONS, Interval, enclosing, numbers_between
from lambdify_bridge.values import Undefined

ORDER = 16  # even: the remainder has one sign
DIGITS = 40
LEFT_OUT = Rational(1, 10**22)  # of the integral on one cell
NARROWEST = Rational(1, 2**80)
MOST_CELLS = 400
SHOWN = 12  # digits of a place
HALVINGS, NEWTON = 12, 3

Series = list[Interval]
Bounds = tuple[Rational, Rational]
HALF = Rational(1, 2)


class Cells:
    """The integral of f from `low` on, cell by cell; f is (x - low)**power times g(x)."""

    def __init__(self, f: Expr, x: Symbol, low: Rational) -> None:
        self.context = enclosing(DIGITS)
        self.f, self.x, self.low = f, x, low
        self.power, self.g = _apart(f, x, low)

    def up_to(self, end: Rational) -> Interval:
        return self.further(self.low, end, self.context.mpf(0))

    def further(self, begin: Rational, end: Rational, known: Interval) -> Interval:
        """Bounds of the integral up to a place, from another one up to which it is known."""
        return sum((part for *_, part in self._parts(begin, end)), known)

    def half_way(self) -> tuple[Rational, Rational, Interval]:
        """The cell in which the integral reaches 1/2, and how large it is at its lower end."""
        whole = self.context.mpf(0)
        for begin, end, part in self._parts(self.low, None):
            if ends(whole + part)[1] >= HALF:
                return begin, end, whole
            whole += part
        raise Undefined("the integral does not come so far")

    def _parts(self, begin: Rational, end: Rational | None) -> Iterator[tuple[Any, Any, Interval]]:
        """Cells that double in width as long as next to nothing is left out."""
        width, grows = Rational(1) if end is None else end - begin, True
        for _ in range(MOST_CELLS):
            reach = begin + width if end is None else min(begin + width, end)
            part = self._between(begin, reach)
            if part is not None:
                yield begin, reach, part
                begin, width, grows = reach, width * (1 + grows), True
            else:
                width, grows = width / 2, False
            if begin == end:
                return
            if width < NARROWEST:
                break
        raise Undefined("the integral is not enclosed")

    def _between(self, a: Rational, b: Rational) -> Interval | None:
        """Bounds of the integral over a cell; None where they are too wide."""
        ways = (self._from_low,) if a == self.low else (self._by_its_size, self._about_the_middle)
        for way in ways:
            try:
                part = way(a, b)
                below, above = ends(part)
            except (ZeroDivisionError, ValueError, OverflowError):
                return None
            if above - below < LEFT_OUT:
                return part
        return None

    def _by_its_size(self, a: Rational, b: Rational) -> Interval:
        """Where the integrand is next to nothing."""
        over = {self.x: _joined(self.context, self._number(a), self._number(b))}
        return numbers_between(self.context, self.f, over) * self._number(b - a)

    def _from_low(self, a: Rational, b: Rational) -> Interval:
        """Powers of the distance from the lower end, also where they are not whole."""
        low, far = self._number(a), self._number(b)
        near = self._series(self.g, low)
        over = self._series(self.g, _joined(self.context, low, far))
        e, width = self._number(self.power), self._number(b - a)
        terms, whole = [*near[:ORDER], over[ORDER]], range(ORDER + 1)
        powers = (_positive_power(self.context, width, e + k + 1) / (e + k + 1) for k in whole)
        return _added(self.context, (c * p for c, p in zip(terms, powers, strict=True)))

    def _about_the_middle(self, a: Rational, b: Rational) -> Interval:
        """Odd powers of the distance from the middle cancel."""
        near = self._series(self.f, self._number((a + b) / 2))
        over = self._series(self.f, _joined(self.context, self._number(a), self._number(b)))
        r = self._number((b - a) / 2)
        terms = [*near[:ORDER], over[ORDER]]
        even = range(0, ORDER + 1, 2)
        return _added(self.context, (2 * terms[k] * r ** (k + 1) / (k + 1) for k in even))

    def value(self, place: Rational) -> Rational:
        """The integrand, about."""
        return ends(self._series(self.f, self._number(place))[0])[0]

    def _number(self, value: Rational) -> Interval:
        return self.context.mpf(int(value.p)) / int(value.q)

    def _series(self, node: Expr, place: Interval) -> Series:
        known: dict[Basic, Series] = {self.x: [place, self.context.mpf(1)]}
        known[self.x] += [self.context.mpf(0)] * (ORDER - 1)
        return _taylor(self.context, node, known)


NOT_ENCLOSED = Undefined, ZeroDivisionError, ValueError, TypeError, KeyError


def half_of(f: Expr, x: Symbol, low: Rational) -> Bounds | None:
    """Two neighbouring decimals about where the integral of f from `low` on reaches 1/2; None where
    that is not seen. What the integral is up to each of them is for `integral_up_to` to say."""
    try:
        cells = Cells(f, x, low)
        return _neighbours(_solved(cells, *cells.half_way()))
    except NOT_ENCLOSED:
        return None


def integral_up_to(f: Expr, x: Symbol, low: Rational, place: Rational) -> Bounds | None:
    """Bounds of the integral of f from `low` to a place; None where there are none here."""
    try:
        return ends(Cells(f, x, low).up_to(place))
    except NOT_ENCLOSED:
        return None


def ends(u: Interval) -> Bounds:
    """The bounds, exactly. Raises ValueError where one is not finite."""
    if any(raw in (libmp.finf, libmp.fninf, libmp.fnan) for raw in u._mpi_):
        raise ValueError("an interval without an end")
    low, high = (Rational(*libmp.to_rational(raw)) for raw in u._mpi_)
    return low, high


def _solved(cells: Cells, a: Rational, b: Rational, known: Interval) -> Rational:
    """About where: the cell is halved, then Newton's method."""
    begin = a
    for _ in range(HALVINGS):
        middle = (a + b) / 2
        below = ends(cells.further(begin, middle, known))[0] < HALF
        a, b = (middle, b) if below else (a, middle)
    x = (a + b) / 2
    for _ in range(NEWTON):
        missing = ends(cells.further(begin, x, known))[0] - HALF
        x -= _decimal(missing / cells.value(x))
    return x


def _decimal(value: Rational) -> Rational:
    return Rational(str(value.evalf(DIGITS)))


def _neighbours(x: Rational) -> tuple[Rational, Rational]:
    """The decimals of SHOWN digits below and above."""
    before = len(str(int(x))) if x >= 1 else -_zeros(x)
    unit = Rational(10) ** (before - SHOWN)
    low = (x // unit) * unit
    return low, low + unit


def _zeros(x: Rational) -> int:
    """Zeros behind the point."""
    count = 0
    while x * 10 < 1:
        x, count = x * 10, count + 1
    return count


# ------------------------------------------------------------------ Taylor coefficients


def _apart(f: Expr, x: Symbol, low: Rational) -> tuple[Rational, Expr]:
    """The power of x - low, and what is left."""
    if low != 0:
        return Rational(0), f
    power, rest = Rational(0), []
    for factor in f.args if f.is_Mul else (f,):
        base, exponent = factor.as_base_exp()
        if base == x and exponent.is_Rational:
            power += exponent
        else:
            rest.append(factor)
    return power, f.func(*rest) if f.is_Mul else (f if rest else f / f)


def _taylor(context: Any, node: Any, known: dict[Basic, Series]) -> Series:
    if node not in known:
        if node.free_symbols:
            known[node] = _of(context, node, known)
        else:
            known[node] = [numbers_between(context, node)] + [context.mpf(0)] * ORDER
    return known[node]


def _of(context: Any, node: Any, known: dict[Basic, Series]) -> Series:
    fixed = [k for k in node.args if not k.free_symbols] if node.is_Mul else []
    if fixed:
        size = numbers_between(context, node.func(*fixed))
        moving = node.func(*(k for k in node.args if k.free_symbols))
        return [size * c for c in _taylor(context, moving, known)]
    parts = [_taylor(context, argument, known) for argument in node.args]
    if node.is_Add:
        return [_added(context, column) for column in zip(*parts, strict=True)]
    if node.is_Mul:
        return reduce(lambda u, v: _times(context, u, v), parts)
    if node.is_Pow:
        return _power(context, parts[0], node.exp, parts[1][0])
    return SERIES[type(node).__name__](context, parts[0])


def _times(context: Any, u: Series, v: Series) -> Series:
    pairs = ([u[j] * v[k - j] for j in range(k + 1)] for k in range(ORDER + 1))
    return [_added(context, terms) for terms in pairs]


def _power(context: Any, u: Series, exponent: Expr, e: Interval) -> Series:
    """u*p' = e*u'*p, coefficient by coefficient; small whole powers by products."""
    if exponent.is_Integer and 0 < exponent <= 3:
        found = u
        for _ in range(int(exponent) - 1):
            found = _times(context, found, u)
        return found
    if not exponent.is_number:
        raise ValueError("a power with the variable in its exponent")
    first = u[0] ** int(exponent) if exponent.is_Integer else _positive_power(context, u[0], e)
    found = [first]
    for k in range(1, ORDER + 1):
        terms = ((e * j - (k - j)) * u[j] * found[k - j] for j in range(1, k + 1))
        found.append(_added(context, terms) / (k * u[0]))
    return found


def _positive_power(context: Any, base: Interval, e: Interval) -> Interval:
    return FUNCTIONS["exp"](context, e * FUNCTIONS["log"](context, base))


def _exp(context: Any, u: Series) -> Series:
    found = [FUNCTIONS["exp"](context, u[0])]
    for k in range(1, ORDER + 1):
        found.append(_added(context, (j * u[j] * found[k - j] for j in range(1, k + 1))) / k)
    return found


def _waves(context: Any, u: Series) -> tuple[Series, Series]:
    """Of the cosine and the sine: each is the other one's derivative, but for a sign."""
    c, s = ([FUNCTIONS[name](context, u[0])] for name in ("cos", "sin"))
    for k in range(1, ORDER + 1):
        down = _added(context, (-j * u[j] * s[k - j] for j in range(1, k + 1))) / k
        up = _added(context, (j * u[j] * c[k - j] for j in range(1, k + 1))) / k
        c.append(down)
        s.append(up)
    return c, s


SERIES: dict[str, Callable[[Any, Series], Series]] = {
    "exp": _exp,
    "cos": lambda context, u: _waves(context, u)[0],
    "sin": lambda context, u: _waves(context, u)[1],
}


def _added(context: Any, terms: Any) -> Interval:
    whole = context.mpf(0)
    for term in terms:
        whole += term
    return whole


def _joined(context: Any, a: Interval, b: Interval) -> Interval:
    return context.mpf([a.a, b.b])
