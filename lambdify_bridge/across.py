"""Places across the real line where an equation is looked at, and growth between them.

Four points near the origin see one branch of a formula. Here the line is cut wherever a part of
either side has a pole, a kink or a border, and every piece is looked at, close to both its ends
as well. An antiderivative also has to grow by the integral from each place to the next: that shows
a jump, which no derivative shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from sympy import Basic, Derivative, Integral, Limit, Product, Sum, Symbol, Tuple, oo

from lambdify_bridge.breaks import breaks
from lambdify_bridge.evaluate import Evaluator, Number, Undecided, Undefined, is_real
from lambdify_bridge.nodes import nodes
from lambdify_bridge.quadrature import definite
from lambdify_bridge.sample import is_complex

REACH = 24  # as far as this from the origin, on both sides
MOST_BREAKS = 12
MOST_LETTERS = 2
BESIDE = 1 / 97  # of a piece of length 1, how near to its ends
GROWTH = 1e-9
BRANCHES = {"Piecewise", "Max", "Min", "Abs", "sign", "Heaviside", "relu"}


def is_antiderivative(operator: Basic) -> bool:
    """Whether it is an indefinite integral by one variable."""
    return isinstance(operator, Integral) and [len(limit.args) for limit in operator.limits] == [1]


def variable(operator: Basic) -> Symbol | None:
    """What a derivative or an antiderivative is taken by."""
    local = isinstance(operator, Derivative) or is_antiderivative(operator)
    return operator.args[1].args[0] if local else None


def is_slow_near_zero(operator: Basic) -> bool:
    """Whether a small letter in it makes what is looked at turn very far out."""
    endless = (limit.args[-1] == oo for s in operator.atoms(Sum) for limit in s.limits)
    return operator.has(Limit) or any(endless)


def is_cheap(operator: Basic) -> bool:
    """Whether its values take little time: a difference quotient, or no operator at all."""
    return is_antiderivative(operator) or not operator.has(Integral, Limit, Sum, Product)


def is_counted(operator: Basic) -> bool:
    """Whether it is a sum or product of as many terms as its letters say, or no operator."""
    if isinstance(operator, Sum | Product):
        return all(
            len(limit.args) == 3 and limit.args[-1].is_finite is not False
            for limit in operator.limits
        )
    return not operator.has(Integral, Limit, Sum, Product)


def places(
    at: Evaluator, lhs: Basic, rhs: Basic, given: Any, letters: list[Symbol]
) -> Iterator[tuple[Symbol, list[Number]]]:
    """For each of the first letters places in every piece of its line, in order.

    The borders of the condition `given` are among the cuts: it is looked at on both sides. The
    variable of a derivative or an antiderivative comes first, and is looked at near the ends of
    the pieces as well.
    """
    conditions = (given,) if isinstance(given, Basic) else ()
    x = variable(lhs)
    first = [x, *(s for s in letters if s != x)] if x in letters else letters
    for letter in first[:MOST_LETTERS]:
        if not (letter.is_integer or is_complex(letter)):
            sides = (lhs.args[0], rhs, *conditions) if letter == x else (rhs, *conditions)
            closely = letter == x or bool(conditions)
            pieces = pairwise(_cut(at, letter, sides))
            yield letter, [p for piece in pieces for p in _inside(at, *piece, closely)]


def _cut(at: Evaluator, x: Symbol, sides: tuple[Basic, ...]) -> list[Number]:
    """The ends of the line that is looked at, and the breaks nearest to the origin, in order."""
    c, reach = at.ctx, at.ctx.mpf(REACH)
    low, high = (c.zero if x.is_nonnegative else -reach), (c.zero if x.is_nonpositive else reach)
    cuts = set(_breaks(at, x, Tuple(*sides), low, high))
    if any(type(node).__name__ in BRANCHES for side in sides for node in nodes(side)):
        ends = (c.zero if low == 0 else c.ninf), (c.zero if high == 0 else c.inf)
        cuts |= set(_breaks(at, x, Tuple(*sides), *ends))
    near = sorted(sorted(cuts, key=abs)[:MOST_BREAKS])
    if len(cuts) > MOST_BREAKS:
        return near
    return [min([low, *(2 * cut for cut in near)]), *near, max([high, *(2 * cut for cut in near)])]


def _breaks(at: Evaluator, x: Symbol, sides: Tuple, low: Number, high: Number) -> list[Number]:
    try:
        return [at.ctx.re(place) for place in breaks(at, x, sides, low, high)]
    except (Undefined, Undecided):
        return []


def _inside(at: Evaluator, low: Number, high: Number, closely: bool) -> Iterator[Number]:
    gap, middle = min(high - low, at.ctx.one) * BESIDE, at.ctx.mpf("0.4853")
    if high - low > 1e-6:
        yield from [low + gap] * closely
        yield low + (high - low) * middle
        yield from [high - gap] * closely


def growth(
    at: Evaluator, integral: Integral, claim: Basic, between: list[Number], given: Basic
) -> tuple[str, str]:
    """What speaks against `claim` as an antiderivative: (verdict, why), both empty if nothing does.

    It has to be real where the integrand is, and to grow by the integral between neighbouring
    places, wherever that is finite.
    """
    f, x = integral.args[0], integral.args[1].args[0]
    real = {p for p in between if _holds(at, x, given, p) and _real(at, x, f, p) is not None}
    for p in between:
        if p in real and _real(at, x, claim, p) is None and _defined(at, x, claim, p):
            return "undecided", f"at {x} = {float(p):.6g} the integrand is real, the claim is not"
    for p, q in pairwise(between):
        left, right = (_real(at, x, claim, place) for place in (p, q))
        if left is None or right is None or not {p, q} <= real:
            continue
        try:
            grown, noise = definite(at, x, f, p, q), GROWTH * (abs(left) + abs(right))
        except (Undefined, Undecided):
            continue
        if not at.ctx.isfinite(grown) or not is_real(grown):
            continue
        if abs(right - left - grown) > GROWTH * abs(grown) + noise + 1e-18:
            place = f"from {x} = {float(p):.6g} to {float(q):.6g}"
            seen, asked = (at.ctx.nstr(v, 10) for v in (right - left, grown))
            return "refuted", f"{place} it grows by {seen}, the integral is {asked}: it jumps"
    return "", ""


def _holds(at: Evaluator, x: Symbol, given: Any, place: Number) -> bool:
    try:
        return not isinstance(given, Basic) or at.at({x: place})(given) == True
    except (Undefined, Undecided):
        return False


def _real(at: Evaluator, x: Symbol, f: Basic, place: Number) -> Number | None:
    try:
        value = at.at({x: place})(f)
    except (Undefined, Undecided):
        return None
    return at.ctx.re(value) if at.ctx.isfinite(value) and is_real(value) else None


def _defined(at: Evaluator, x: Symbol, f: Basic, place: Number) -> bool:
    try:
        return bool(at.ctx.isfinite(at.at({x: place})(f)))
    except (Undefined, Undecided):
        return False
