"""What a function does close to a point, as far as its parts decide it.

`nearby(f, x, x0, side)` gives the value that `f` tends to, from which side, and how fast it grows
or shrinks: the rules of limits look here before they choose. The approach is always t -> oo, with
x = t, -t, x0 + 1/t or x0 - 1/t.
"""

from __future__ import annotations

from functools import lru_cache

from sympy import (
    Abs,
    Add,
    Expr,
    Heaviside,
    I,
    Max,
    Min,
    Mul,
    Piecewise,
    Pow,
    S,
    Symbol,
    acos,
    acosh,
    acot,
    asin,
    asinh,
    atan,
    atanh,
    cancel,
    ceiling,
    cos,
    cosh,
    cot,
    coth,
    csc,
    csch,
    erf,
    erfc,
    erfi,
    exp,
    expand_log,
    factorial,
    floor,
    frac,
    gamma,
    log,
    loggamma,
    nan,
    oo,
    pi,
    sec,
    sech,
    sign,
    sin,
    sinh,
    tan,
    tanh,
    zoo,
)

from derive.calculus import growth as g
from derive.calculus.asymptotics import (
    BOUNDED,
    UNKNOWN,
    Nearby,
    dominant,
    finite,
    fixed_power,
    from_growth,
    infinite,
    product,
    sign_of,
    trend_of_logarithm,
)
from derive.calculus.continuity import (
    continuity,
    is_zero,
    leading_term,
)
from derive.calculus.growth import Growth
from derive.calculus.jumps import replaced, step_value
from derive.calculus.stirling import binet
from derive.elementary import relu, sigmoid, softplus
from derive.holes import rebuild
from derive.structure import depends_on, postorder

# fmt: off
# What a function tends to at -oo and at oo: (value, side), None where it oscillates or is not real.
ENDS: dict[type, tuple[tuple[Expr, int | None] | None, tuple[Expr, int | None] | None]] = {
    exp:       ((S.Zero, 1),        (oo, None)),
    log:       (None,               (oo, None)),
    atan:      ((-pi/2, 1),         (pi/2, -1)),
    acot:      ((S.Zero, -1),       (S.Zero, 1)),
    tanh:      ((-S.One, 1),        (S.One, -1)),
    coth:      ((-S.One, -1),       (S.One, 1)),
    sech:      ((S.Zero, 1),        (S.Zero, 1)),
    csch:      ((S.Zero, -1),       (S.Zero, 1)),
    sinh:      ((-oo, None),        (oo, None)),
    cosh:      ((oo, None),         (oo, None)),
    asinh:     ((-oo, None),        (oo, None)),
    acosh:     (None,               (oo, None)),
    erf:       ((-S.One, 1),        (S.One, -1)),
    erfc:      ((S(2), -1),         (S.Zero, 1)),
    erfi:      ((-oo, None),        (oo, None)),
    sigmoid:   ((S.Zero, 1),        (S.One, -1)),
    softplus:  ((S.Zero, 1),        (oo, None)),
    relu:      ((S.Zero, 0),        (oo, None)),
    sign:      ((-S.One, 0),        (S.One, 0)),
    Heaviside: ((S.Zero, 0),        (S.One, 0)),
    Abs:       ((oo, None),         (oo, None)),
    gamma:     (None,               (oo, None)),
    factorial: (None,               (oo, None)),
    loggamma:  (None,               (oo, None)),
    floor:     ((-oo, None),        (oo, None)),
    ceiling:   ((-oo, None),        (oo, None)),
    binet:     (None,               (S.Zero, 1)),
}

# What a function tends to where its argument comes to the edge of the domain: (edge, side): value.
EDGES: dict[type, dict[tuple[Expr, int], Expr]] = {
    log:       {(S.Zero, 1): -oo},
    atanh:     {(S.One, -1): oo, (-S.One, 1): -oo},
    gamma:     {(S.Zero, 1): oo, (S.Zero, -1): -oo},
    factorial: {(-S.One, 1): oo, (-S.One, -1): -oo},
    loggamma:  {(S.Zero, 1): oo},
    acot:      {(S.Zero, 1): pi/2, (S.Zero, -1): -pi/2},
    coth:      {(S.Zero, 1): oo, (S.Zero, -1): -oo},
    csch:      {(S.Zero, 1): oo, (S.Zero, -1): -oo},
}

POLES = {
    tan: lambda u: (sin(u), cos(u)),
    cot: lambda u: (cos(u), sin(u)),
    sec: lambda u: (S.One, cos(u)),
    csc: lambda u: (S.One, sin(u)),
}
# fmt: on

BOUNDED_FUNCTIONS = (
    sin, cos, atan, acot, tanh, erf, erfc, sech, sign, Heaviside, sigmoid, frac, asin, acos,
)  # fmt: skip


def path(x: Symbol, x0: Expr, side: str) -> tuple[Expr, Symbol]:
    """x as a function of a positive letter t that goes to oo; both."""
    whole = {"integer": True} if x.is_integer else {}
    t = Symbol(f"{x.name}_t", positive=True, **whole)
    if x0 in (oo, -oo):
        return (t if x0 == oo else -t), t
    return (x0 + 1 / t if side == "+" else x0 - 1 / t), t


@lru_cache(maxsize=4096)
def nearby(f: Expr, x: Symbol, x0: Expr, side: str) -> Nearby:
    """What `f` does near `x0` on one side, "+" or "-".

    >>> from sympy.abc import x
    >>> found = nearby(exp(-1/x), x, S(0), "+")
    >>> found.value, found.side, found.growth
    (0, 1, {(1, 0, 0): -1})
    """
    along, t = path(x, x0, side)
    try:
        moved = rebuild(f, {x: along}, set()) if x0 != oo or x != t else f
    except (TypeError, ValueError):
        return UNKNOWN
    return _walk(moved, t)


def both(f: Expr, x: Symbol, x0: Expr, side: str) -> Nearby:
    """The same for a two-sided limit: what the two sides agree on."""
    if side != "+-":
        return nearby(f, x, x0, side)
    right, left = nearby(f, x, x0, "+"), nearby(f, x, x0, "-")
    if right.value is None or left.value is None or right.value != left.value:
        return Nearby(bounded=right.bounded and left.bounded)
    side_ = right.side if right.side == left.side else None
    growth = right.growth if right.growth == left.growth else None
    return Nearby(right.value, side_, growth, right.bounded and left.bounded)


def _walk(f: Expr, t: Symbol) -> Nearby:
    known: dict[int, Nearby] = {}
    stop = lambda n: not depends_on(n, t) or isinstance(n, (Piecewise, Max, Min))
    for node in postorder(f, stop=stop):
        known[id(node)] = _one(node, t, [known.get(id(a), UNKNOWN) for a in node.args])
    return known[id(f)]


def _one(node: Expr, t: Symbol, parts: list[Nearby]) -> Nearby:
    if node == t:
        return infinite(1, g.power(S.One), S.One)
    if not isinstance(node, Expr):
        return UNKNOWN
    if not depends_on(node, t):
        return finite(node, 0) if not node.has(oo, -oo, zoo, nan, I) else UNKNOWN
    if isinstance(node, (Piecewise, Max, Min)):
        chosen = on_side_of(node, t)
        return _walk(chosen, t) if chosen is not None and chosen != node else UNKNOWN
    if isinstance(node, Add):
        return _sum(node, t, parts)
    if isinstance(node, Mul):
        return product(parts)
    if isinstance(node, Pow):
        return _power(node, t, *parts)
    return _function(node, t, parts)


# ------------------------------------------------------------------ sums and products


def _sum(node: Add, t: Symbol, parts: list[Nearby]) -> Nearby:
    values = [p.value for p in parts]
    largest = dominant(parts)
    if None not in values and not (oo in values and -oo in values):
        if any(p.infinite for p in parts):
            sign = 1 if oo in values else -1
            return infinite(sign, *((largest.growth, largest.lead) if largest else ()))
        total = _plain_number(Add(*values))
        sides = sorted({p.side for p in parts} - {0}, key=str) or [0]
        side = sides[0] if len(sides) == 1 else None
        return _vanishing(node, t, largest, side) if is_zero(total) else finite(total, side)
    if largest is None or largest.growth is None:
        return Nearby(bounded=all(p.bounded for p in parts))
    return from_growth(largest.growth, largest.sign, largest.lead)


def _plain_number(v: Expr) -> Expr:
    """Numbers over sums, such as pi/(2 - 24*pi) - 12*pi**2/(2 - 24*pi), as -pi/2."""
    if not (isinstance(v, Add) and v.is_number):
        return v
    over_sums = any(isinstance(n, Pow) and isinstance(n.base, Add) for n in postorder(v))
    return cancel(v) if over_sums else v


def _vanishing(node: Add, t: Symbol, largest: Nearby | None, side: int | None) -> Nearby:
    """A sum that tends to zero: its side and growth from the largest term, or from Taylor."""
    if largest is not None and largest.value == 0 and largest.sign:
        return largest
    s = Symbol(t.name + "_s", positive=True)
    found = leading_term(rebuild(node, {t: 1 / s}, set()), s, S.Zero)
    if found is None:
        return Nearby(S.Zero, side, None, True)
    order, c = found
    sign = sign_of(c)
    return Nearby(S.Zero, side if sign is None else sign, g.power(S(-order)), True, c)


# ------------------------------------------------------------------ powers


def _power(node: Pow, t: Symbol, base: Nearby, exponent: Nearby) -> Nearby:
    if exponent.side == 0 and exponent.value is not None:
        return fixed_power(base, exponent.value)
    if base.sign == 1 and not (base.value == 1 and base.side != 0):
        return _moving_power(node, t, base, exponent)
    return _alternating(node, t) if base.side == 0 and base.sign == -1 else UNKNOWN


def _alternating(node: Pow, t: Symbol) -> Nearby:
    """A negative base under a whole exponent: the size is known, the sign alternates."""
    size = _walk((-node.base) ** node.exp, t) if node.exp.is_integer else UNKNOWN
    if node.base == -1 and node.exp.is_integer:
        return BOUNDED
    return Nearby(S.Zero if size.value == 0 else None, None, size.growth, size.bounded)


def _exponential(p: Expr, t: Symbol) -> tuple[Growth | None, Expr | None]:
    """Growth and leading factor of exp(p)."""
    split = expand_log(p, force=True)  # letters are positive here
    growth, rest = g.of_exponential(split, t, lambda term: _walk(term, t).bounded)
    value = _walk(Add(*rest), t) if growth is not None else UNKNOWN
    return growth, exp(value.value) if value.finite else None


def _moving_power(node: Pow, t: Symbol, base: Nearby, exponent: Nearby) -> Nearby:
    growth, lead = _exponential(node.exp * log(node.base), t)
    towards = trend_of_logarithm(base, exponent)
    if towards is None or base.value is None or exponent.value is None:
        return from_growth(growth, 1, lead) if growth is not None else UNKNOWN
    if towards == 1:
        return infinite(1, growth, lead)
    if towards == -1:
        return Nearby(S.Zero, 1, growth, True, lead)
    over = sign_of(base.value - 1)
    value = base.value**exponent.value
    if base.side != 0 or exponent.side is None or over is None:
        return finite(value, None)
    return finite(value, over * exponent.side)


# ------------------------------------------------------------------ functions


def _function(node: Expr, t: Symbol, parts: list[Nearby]) -> Nearby:
    head, u = type(node), parts[0] if len(parts) == 1 or isinstance(node, Heaviside) else UNKNOWN
    oscillates = BOUNDED if head in BOUNDED_FUNCTIONS else UNKNOWN
    if head in (asin, acos) and u.value is None:
        return UNKNOWN
    if u.value is None:
        return _from_bounded(head, u, oscillates)
    if u.infinite:
        end = ENDS.get(head, (None, None))[u.value == oo]
        if end is None:
            return oscillates
        known = _growth_of(node, t, u)
        if end[0] in (oo, -oo):
            return infinite(1 if end[0] == oo else -1, *known)
        return finite(*end, *known)
    edge = at_the_edge(head, u)
    if edge is not None:
        known = _growth_of(node, t, u)
        if edge in (oo, -oo):
            return infinite(1 if edge == oo else -1, *known)
        return finite(edge, None)
    if head in POLES:
        above, below = POLES[head](node.args[0])
        if is_zero(_at(below, node.args[0], u.value)):
            return product([_walk_over(above, u, t), fixed_power(_walk_over(below, u, t), S(-1))])
    return _smooth(node, t, u)


def at_the_edge(head: type, u: Nearby) -> Expr | None:
    """What a function tends to where its argument comes to the edge of the domain, if it does."""
    if u.value is None or u.side is None:
        return None
    return EDGES.get(head, {}).get((u.value, u.side))


def _from_bounded(head: type, u: Nearby, otherwise: Nearby) -> Nearby:
    if u.bounded and head in (exp, sinh, cosh, Abs, asinh, floor, ceiling, softplus, relu):
        return BOUNDED
    return otherwise


def _growth_of(node: Expr, t: Symbol, u: Nearby) -> tuple[Growth | None, Expr | None]:
    """Growth and leading factor of a function at the end of its domain."""
    inner = node.args[0]
    if isinstance(node, exp):
        return _exponential(inner, t)
    if isinstance(node, (sinh, cosh)):
        growth, lead = _exponential(inner if u.value == oo else -inner, t)
        sign = -1 if isinstance(node, sinh) and u.value == -oo else 1
        return growth, None if lead is None else sign * lead / 2
    if isinstance(node, (log, asinh, acosh)) and u.growth and u.sign == 1:
        return g.of_logarithm(u.growth)
    if isinstance(node, (Abs, floor, ceiling, softplus, relu)) and u.value == oo:
        return u.growth, u.lead
    if isinstance(node, (gamma, factorial)) and inner == t:
        stirling = {(S.One, S.One, S.Zero): S.One, (S.One, S.Zero, S.Zero): -S.One}
        half = S.Half if isinstance(node, factorial) else -S.Half
        return {**stirling, g.POWER: half}, (2 * pi) ** S.Half
    return None, None


def _at(f: Expr, u: Expr, value: Expr) -> Expr:
    return rebuild(f, {u: value}, set())


def _walk_over(f: Expr, u: Nearby, t: Symbol) -> Nearby:
    """sin or cos of an argument of which the behaviour is known."""
    return _smooth(f, t, u) if depends_on(f, t) else finite(f, 0)


def _smooth(node: Expr, t: Symbol, u: Nearby) -> Nearby:
    """F(u) for u -> c where F is continuous: F(c), and the side from the slope of F."""
    head = type(node)
    if head in (floor, ceiling, frac, sign, Heaviside) or (head in (Abs, relu) and u.value == 0):
        return _step_function(head, u)
    letter = Symbol("u", real=True)
    found = continuity(head(letter), letter, u.value)
    free = u.value is not None and u.value.free_symbols
    if found is None or (found[1] != True and not free):
        return UNKNOWN
    if u.side == 0:
        return finite(found[0], 0)
    growth, lead = _near_a_zero(node, t, u, found[0], head(letter), letter)
    side = _side_of(head(letter), letter, u)
    if side is None and lead is not None:
        side = sign_of(lead)
    return finite(found[0], side, growth, lead)


def _near_a_zero(
    node: Expr, t: Symbol, u: Nearby, value: Expr, f: Expr, letter: Symbol
) -> tuple[Growth | None, Expr | None]:
    """Growth and leading factor of F(u) with F(c) = 0: F behaves as its first Taylor term."""
    if not is_zero(value):
        return None, None
    change = leading_term(f, letter, u.value)
    around = u if u.value == 0 else _walk((node.args[0] - u.value).expand(), t)
    if change is None or around.growth is None or around.lead is None:
        return None, None
    order, c = change
    return g.scaled(around.growth, S(order)), c * around.lead**order


def _side_of(f: Expr, letter: Symbol, u: Nearby) -> int | None:
    if not u.side:
        return None
    change = leading_term(f.diff(letter), letter, u.value)
    if change is None:
        return None
    order, c = change
    slope = sign_of(c)
    return None if slope is None else slope * u.side ** (order + 1)


def _step_function(head: type, u: Nearby) -> Nearby:
    value = step_value(head, u)
    if value is not None:
        return finite(value, 0)
    if head is Abs:
        return Nearby(S.Zero, 1 if u.side else None, u.growth, True)
    if head is relu and u.side in (1, -1):
        return Nearby(S.Zero, 1, u.growth, True) if u.side == 1 else finite(S.Zero, 0)
    c = u.value
    if head is frac and c is not None and c.is_integer is not None and u.side in (1, -1):
        whole = floor(c) if not c.is_integer or u.side == 1 else c - 1
        return finite(c - whole, u.side)
    return Nearby(bounded=head in BOUNDED_FUNCTIONS)


# ------------------------------------------------------------------ what a function is on one side


def on_side_of(f: Expr, t: Symbol) -> Expr | None:
    return replaced(f, t, lambda part: _walk(part, t))


def on_one_side(f: Expr, x: Symbol, x0: Expr, side: str) -> Expr | None:
    """`f` with jumps, corners and cases replaced by what they are near `x0` on that side.

    >>> from sympy.abc import x
    >>> on_one_side(Abs(x)/x, x, S(0), "-")
    -1
    """
    return replaced(f, x, lambda part: nearby(part, x, x0, side))
