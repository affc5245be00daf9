"""Densities and supports as the objects of sympy.stats give them, and places with their weights.

A law of one letter makes an integral or a sum. Of several letters at once every law gives places
and weights: the double exponential rule for densities (Takahasi and Mori 1974), the values
themselves for probabilities.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate, pairwise
from typing import Any

from sympy import (
    Abs,
    Basic,
    Dummy,
    Expr,
    I,
    Integral,
    Intersection,
    Interval,
    Lambda,
    Piecewise,
    ProductSet,
    Range,
    S,
    Symbol,
    cos,
    exp,
    oo,
    sin,
)

from lambdify_bridge.evaluate import Evaluator, Number, Undecided, is_real
from lambdify_bridge.linear_recursion import lowest
from lambdify_bridge.oscillation import real_and_imaginary
from lambdify_bridge.sequence import NoLimit

Weights = list[tuple[Number, Number]]
MOST_VALUES = 600
TINY = EXACTLY = 1e-18
STEPS = ("0.04", "0.035")
AGREEMENT = 1e-9
KNOWN, NEXT_TO_NOTHING = 1e-3, 1e-12  # how well an average below 1 is known at least
FINER = (("0.02", "0.0175"), ("0.01", "0.0087"))
LADDER = (("0.16", "0.125"), ("0.08", "0.07"), ("0.04", "0.03"))
CLOSELY = 1e-14
HEAVY = 1e-3  # of the probability may lie further out, where it falls off as a power
ENDS = 1e-16
NARROWINGS = 100
HALF_THE_DIGITS = 1e-13
WAVES = I, cos, sin
UPPER = Dummy("b", real=True)
SEEN = 1e-6
SAME_POWER = 1e-3
LARGER, STEADILY = 10**9, 1e-9
_WEIGHTS: dict[Any, Weights] = {}
MOST_KNOWN = 500
_PLACES: dict[tuple[float, ...], Weights] = {}
TWICE = 60  # digits
REACH = 4  # of the double exponential rule: beyond it weights are below TINY


def is_law(part: Basic) -> bool:
    return not isinstance(part, Expr)


def density(law: Any, letter: Symbol) -> Expr:
    """The density, or the probability of a value, inside of the support."""
    found = law.pmf(letter) if hasattr(law, "pmf") else law.pdf(letter)
    found = found(letter) if isinstance(found, Lambda) else found
    if isinstance(found, Piecewise):
        inside = [value for value, _ in found.args if value != 0]
        return inside[0] if len(inside) == 1 else found
    return found


def ends(law: Any) -> tuple[Expr, Expr]:
    """The ends of the support."""
    support = law.set
    if isinstance(support, Intersection):  # the whole numbers of an interval
        support = next(part for part in support.args if isinstance(part, Interval))
    if isinstance(support, Interval):
        return support.start, support.end
    if isinstance(support, Range):
        return support.start, support.stop - 1
    if support in (S.Naturals, S.Naturals0):
        return support.inf, S.Infinity
    raise Undecided("the support of the law is not known")


def is_listed(law: Any) -> bool:
    return isinstance(law.set, (set, frozenset)) or type(law.set).__name__ == "FiniteSet"


def mean(at: Evaluator, g: Any, letter: Symbol, law: Any) -> Number:
    """The expected value: by the double exponential rule where it ends in nothing, twice.

    What falls off slower, as a power does, is left to the integral itself: it may not exist.
    """
    if isinstance(law.set, ProductSet):
        raise Undecided("a law of several numbers")
    bent = kinks(law, letter) is None or g.has(Abs)
    if bent and isinstance(law.set, Interval):  # the rule does not see these
        return _by_its_integral(g, letter, law, at, bent=True)
    for steps in (STEPS, *FINER):
        rules = [weights(at, letter, law, at.ctx.mpf(h)) for h in steps]
        if not all(_sees(at, law, rule) for rule in rules):
            return _by_its_integral(g, letter, law, at)
        coarse, fine = (_weighted(g, letter, at, law, rule) for rule in rules)
        if coarse is None or fine is None:
            return _by_its_integral(g, letter, law, at)
        error = abs(coarse - fine) / max(abs(fine), 1)
        noise = 10 * float(error) if abs(fine) < 1 else 0.0  # else relative to its size
        is_fine = noise <= max(NEXT_TO_NOTHING, KNOWN * abs(fine))
        if error <= AGREEMENT and is_fine:
            at.rests_on(max(1e-14, float(error)), noise)
            return fine
        if g.has(*WAVES):  # far out its places are wider apart than these
            return _by_its_integral(g, letter, law, at)
        if not isinstance(law.set, Interval):
            break  # the values themselves have no step
    raise Undecided("two quadratures with different nodes disagree")


def _sees(at: Evaluator, law: Any, rule: Weights) -> bool:
    """Whether the places see all of the density; Undecided where they miss most of it."""
    missed = abs(at.ctx.fsum(w for _, w in rule) - 1)
    if not missed <= HEAVY:
        raise Undecided("the density is not seen at the places looked at")
    return bool(missed <= AGREEMENT)


def all_weights(at: Evaluator, letter: Symbol, law: Any, step: Number) -> Weights:
    """The places and weights, where these see all of the probability."""
    rule = weights(at, letter, law, step)
    if not _sees(at, law, rule):
        raise Undecided("the density is not seen at the places looked at")
    return rule


def _weighted(g: Any, letter: Symbol, at: Evaluator, law: Any, rule: Weights) -> Number | None:
    """The sum; None where what is at the ends of the support counts."""
    with at.ctx.workdps(_digits(at, law)):
        parts = [w * Evaluator({**at.given, letter: x}, root=at.root)(g) for x, w in rule]
    size = at.ctx.fsum(map(abs, parts))
    if isinstance(law.set, Interval):
        ends_in = max(abs(parts[0]), abs(parts[-1]))
    else:
        ends_in = at.ctx.zero if breaks_off(law) else abs(parts[-1])
    return None if ends_in > ENDS * size else at.ctx.fsum(parts)


def _digits(at: Evaluator, law: Any) -> int:
    """Between two ends a density may be large where 1 - x has lost all of the usual digits."""
    if not isinstance(law.set, Interval) or any(abs(at(end)) == at.ctx.inf for end in ends(law)):
        return int(at.ctx.dps)
    return max(TWICE, int(at.ctx.dps))


def breaks_off(law: Any) -> bool:
    """Whether the last of the values has a probability of its own."""
    endless = isinstance(law.set, Interval) or law.set in (S.Naturals, S.Naturals0)
    return is_listed(law) or not endless


def _by_its_integral(g: Any, letter: Symbol, law: Any, at: Evaluator, bent: bool = False) -> Number:
    """The integral, of what falls off as a power, or has kinks."""
    f = density(law, letter)
    if bent and abs(at(Integral(f, (letter, *ends(law)))) - 1) <= AGREEMENT:
        return at(Integral(g * f, (letter, *ends(law))))
    if not isinstance(law.set, Interval) or law.set.end != oo:
        raise Undecided("too much is at the ends of the support")
    falls = f if g.has(*WAVES) else g * f  # a wave is no power
    if _grows(falls, letter, at):
        return at.ctx.inf
    far = [_steepness(falls, letter, at, at.ctx.mpf(10) ** k) for k in (15, 25, 35)]
    if max(far) - min(far) > SAME_POWER:
        raise Undecided("too much is at the ends of the support")
    waves = _waves(g, letter)
    try:
        if waves and ends(law)[0] == -oo:
            return at.ctx.fdot((unit, _folded(wave * f, letter, at)) for unit, wave in waves)
        return _in_two_parts(g * f, letter, law, at)
    except NoLimit as error:
        if waves:  # what is no larger than 1 has an expected value
            raise Undecided("waves too fast for the quadrature of a heavy tail") from error
        raise


def _waves(g: Expr, letter: Symbol) -> list[tuple[complex, Expr]] | None:
    """The cosines and sines of what is no larger than 1, each with 1 or i in front."""
    if isinstance(g, (cos, sin)):
        return [(1, g)]
    parts = real_and_imaginary(g, letter) if isinstance(g, exp) else None
    plain = parts and all(isinstance(part, (cos, sin)) for part in parts)
    return [(1, parts[0]), (1j, parts[1])] if parts and plain else None


def _folded(f: Expr, letter: Symbol, at: Evaluator) -> Number:
    """Both halves of the line at once: the integral over it converges absolutely."""
    return _integral(f + f.xreplace({letter: -letter}), letter, S.Zero, oo, at)


def _integral(f: Expr, letter: Symbol, low: Expr, high: Expr, at: Evaluator) -> Number:
    """What does not depend on the letter is worked out once, and not at every node. Its size stays
    inside: x**(-50) beyond 50 would seem to be nothing."""
    fixed, moving = f.as_independent(letter, as_Add=False)
    size, height = abs(value := at(fixed)), Dummy("height", positive=True)
    if size == 0:
        return at.ctx.zero
    found: Number = at.at({height: size})(Integral(height * moving, (letter, low, high)))
    return value / size * found


def _grows(f: Expr, letter: Symbol, at: Evaluator) -> bool:
    """Whether what is integrated up to infinity is larger the further out it is looked at, and
    rises no less steeply there: that of a log-normal letter falls in the end."""
    far = [at.ctx.mpf(10) ** k for k in (6, 9, 12, 15)]
    seen = [Evaluator({**at.given, letter: x}, root=at.root)(f) for x in far]
    if not (all(map(is_real, seen)) and seen[0] > 0):
        return False
    rises = [at.ctx.log(b / a) if b > a else at.ctx.zero for a, b in pairwise(seen)]
    steady = all(later >= earlier * (1 - STEADILY) for earlier, later in pairwise(rises))
    return bool(steady and min(rises) > at.ctx.log(LARGER))


def _in_two_parts(f: Expr, letter: Symbol, law: Any, at: Evaluator) -> Number:
    """The integral over the support; on the whole line both halves have to exist."""
    low, high = ends(law)
    if low != -oo:
        return _integral(f, letter, low, high, at)
    left, right = (_integral(f, letter, *part, at) for part in ((low, S.Zero), (S.Zero, high)))
    if abs(left) == abs(right) == at.ctx.inf and left != right:
        raise NoLimit("infinite on both sides, with other signs")
    return left + right


def _steepness(f: Expr, letter: Symbol, at: Evaluator, place: Number) -> Number:
    """The exponent of the power that f is like about a place."""
    there = [Evaluator({**at.given, letter: x}, root=at.root)(f) for x in (place, place * 2)]
    if 0 in there:
        raise Undecided("too much is at the ends of the support")
    return at.ctx.log(abs(there[1] / there[0])) / at.ctx.log(2)


def total(at: Evaluator, letter: Symbol, law: Any) -> Number:
    """The integral or sum of the density, by two rules."""
    if kinks(law, letter) is None:
        return at(Integral(density(law, letter), (letter, *ends(law))))
    rules = (weights(at, letter, law, at.ctx.mpf(h)) for h in STEPS)
    coarse, fine = (at.ctx.fsum(w for _, w in rule) for rule in rules)
    error = abs(coarse - fine)
    if not (error <= AGREEMENT and abs(fine) > SEEN):
        raise Undecided("the density is not seen at the places looked at")
    at.rests_on(max(1e-12, float(error)))
    return fine


def most_likely(at: Evaluator, letter: Symbol, law: Any) -> Number:
    """The place of the highest density: about the highest of many places, then closer by."""
    rule = weights(at, letter, law, at.ctx.mpf(STEPS[0]))
    f = density(law, letter)

    def height(x: Number) -> Number:
        return Evaluator({**at.given, letter: x}, root=at.root)(f)

    heights = [height(x) for x, _ in rule]
    top = max(range(len(rule)), key=heights.__getitem__)
    if is_listed(law) or not isinstance(law.set, Interval):
        return rule[top][0]
    if top in (0, len(rule) - 1):
        return at(ends(law)[bool(top)])
    at.rests_on(HALF_THE_DIGITS, 1e-10 * float(rule[top + 1][0] - rule[top - 1][0]))
    return lowest(lambda x: -height(x), rule[top - 1][0], rule[top + 1][0], NARROWINGS)[0]


def in_the_middle(at: Evaluator, letter: Symbol, law: Any) -> Number:
    """The place with half of the probability below it, between two of many places."""
    c = at.ctx
    if is_listed(law) or not isinstance(law.set, Interval):
        return _first_beyond_half(at, letter, law)
    rule = weights(at, letter, law, c.mpf(STEPS[0]))
    near = next((k for k, w in enumerate(accumulate(w for _, w in rule)) if w > 0.5), 0)
    if not _sees(at, law, rule) or not 2 <= near < len(rule) - 2:
        raise Undecided("the density is not seen at the places looked at")

    def beyond(x: Number) -> Number:
        return below(at, x, letter, law) - c.mpf(1) / 2

    around = rule[near - 2][0], rule[near + 2][0]
    at.rests_on(HALF_THE_DIGITS, 1e-10 * float(around[1] - around[0]))
    return c.findroot(beyond, around, solver="anderson", tol=1e-32)


def _first_beyond_half(at: Evaluator, letter: Symbol, law: Any) -> Number:
    """The value up to which there is more than one half; the middle of it and the one before, where
    that has one half exactly."""
    rule = sorted(weights(at, letter, law, at.ctx.mpf(STEPS[0])))
    sums = list(accumulate(w for _, w in rule))
    for (x, _), (beyond, _), total in zip(rule, rule[1:] + rule[-1:], sums, strict=True):
        if abs(total - 0.5) < EXACTLY:
            return (x + beyond) / 2
        if abs(total - 0.5) < HALF_THE_DIGITS:
            raise Undecided("two values may have one half of the probability on each side")
        if total > 0.5:
            return x
    raise Undecided("the probability is not seen at the values looked at")


def below(at: Evaluator, x: Number, letter: Symbol, law: Any) -> Number:
    """The integral of the density up to a place, by two rules; of values their probabilities."""
    if is_listed(law) or not isinstance(law.set, Interval):
        rule = weights(at, letter, law, at.ctx.mpf(STEPS[0]))
        at.rests_on(HALF_THE_DIGITS)
        return at.ctx.fsum(w for value, w in rule if value <= x)
    f, begin = density(law, letter), at(ends(law)[0])
    if f.has(Abs):
        return at.at({UPPER: x})(Integral(f, (letter, ends(law)[0], UPPER)))
    coarse, fine = (_below(at, f, letter, begin, x, at.ctx.mpf(h)) for h in STEPS)
    if not abs(coarse - fine) <= AGREEMENT:
        raise Undecided("two quadratures with different nodes disagree")
    if min(fine, 1 - fine) < SEEN and not _is_rest(at, f, letter, x, at(ends(law)[1]), 1 - fine):
        raise Undecided("the density is not seen at the places looked at")
    at.rests_on(max(HALF_THE_DIGITS, 100 * float(abs(coarse - fine))))
    return fine


def _is_rest(at: Evaluator, f: Expr, letter: Symbol, x: Number, end: Number, rest: Number) -> bool:
    """Whether the integral from a place to the end is what is left of 1."""
    parts = _places(at.ctx, x, end, at.ctx.mpf(STEPS[1]))
    each = (
        w * Evaluator({**at.given, letter: y}, root=at.root)(f) for y, w in parts if x < y < end
    )
    return bool(abs(at.ctx.fsum(each) - rest) <= AGREEMENT)


def _below(
    at: Evaluator, f: Expr, letter: Symbol, begin: Number, x: Number, step: Number
) -> Number:
    count = int(REACH / step)
    parts = (_up_to(at.ctx, begin, x, u * step) for u in range(-count, count + 1))
    each = (w * Evaluator({**at.given, letter: y}, root=at.root)(f) for y, w in parts if w)
    return at.ctx.fsum(each) * step


def _up_to(c: Any, low: Number, high: Number, u: Number) -> tuple[Number, Number]:
    if low > -c.inf:
        place, weight = place_of(c, low, high, u)
        return (place, weight) if low < place < high else (high, c.zero)
    place, weight = place_of(c, c.zero, c.inf, u)
    return high - place, weight


def above(at: Evaluator, x: Number, letter: Symbol, law: Any) -> Number:
    """The integral of the density from a place on, by two rules, to its own size."""
    if not isinstance(law.set, Interval) or law.set.end != oo:
        raise Undecided("a law that ends somewhere")
    f = density(law, letter)
    return agreeing(at, lambda step: _above(at, f, letter, x, step))


def agreeing(at: Evaluator, rule: Callable[[Number], Number]) -> Number:
    """What a rule of two steps agrees on, to its own size; of finer ones, where it does not."""
    for steps in LADDER:
        coarse, fine = (rule(at.ctx.mpf(step)) for step in steps)
        error = abs(coarse - fine) / (abs(fine) or 1)
        if error <= CLOSELY:
            at.rests_on(HALF_THE_DIGITS)
            return fine
    raise Undecided("two quadratures with different nodes disagree")


def _above(at: Evaluator, f: Expr, letter: Symbol, low: Number, step: Number) -> Number:
    parts = ((low + at.ctx.exp(u), w * at.ctx.exp(u)) for u, w in double_exponential(at.ctx, step))
    each = (w * Evaluator({**at.given, letter: y}, root=at.root)(f) for y, w in parts if y > low)
    return at.ctx.fsum(each)


def double_exponential(c: Any, step: Number) -> Weights:
    """Places on the line and their weights, for what falls off exponentially."""
    key = c.prec, float(step)
    if key not in _PLACES:
        us = [k * step for k in range(-int(REACH / step), int(REACH / step) + 1)]
        half = c.pi / 2
        _PLACES[key] = [(half * c.sinh(u), step * half * c.cosh(u)) for u in us]
    return [(c.convert(u), c.convert(w)) for u, w in _PLACES[key]]


def weights(at: Evaluator, letter: Symbol, law: Any, step: Number) -> Weights:
    """Places in the support, and how much of the probability each stands for.

    For the same values of its parameters a law has the same ones, whatever is averaged.
    """
    values: list[Any] = [at.memo.get(s) for s in sorted(law.free_symbols - {letter}, key=str)]
    if at.definitions or not all(hasattr(v, "_mpf_") for v in values):
        return _weights(at, letter, law, step)
    key = letter, law, tuple(v._mpf_ for v in values), float(step), at.ctx.prec
    if key not in _WEIGHTS:
        if len(_WEIGHTS) >= MOST_KNOWN:
            _WEIGHTS.clear()
        _WEIGHTS[key] = _weights(at, letter, law, step)
    return [(at.ctx.convert(x), at.ctx.convert(w)) for x, w in _WEIGHTS[key]]


def _weights(at: Evaluator, letter: Symbol, law: Any, step: Number) -> Weights:
    f = density(law, letter)

    def value(place: Number) -> Number:
        return Evaluator({**at.given, letter: place}, root=at.root)(f)

    if is_listed(law):
        return [(at(S(v)), value(at(S(v)))) for v in sorted(law.set, key=str)]
    low, high = (at(end) for end in ends(law))
    if not isinstance(law.set, Interval):
        return _values(at, value, low, high)
    with at.ctx.workdps(_digits(at, law)):
        return _over_interval(at, letter, law, value, step)


def _over_interval(at: Evaluator, letter: Symbol, law: Any, value: Any, step: Number) -> Weights:
    low, high = (at(end) for end in ends(law))
    inner = sorted(x for x in map(at, kinks(law, letter) or ()) if low < x < high)
    found: Weights = []
    for a, b in pairwise([low, *inner, high]):
        near = sorted((x, w) for x, w in _places(at.ctx, a, b, step) if a < x < b)
        found += [(x, w * value(x)) for x, w in near]
    return found


def _places(c: Any, low: Number, high: Number, step: Number) -> Weights:
    """The double exponential rule from low to high: that of a standard range, moved and scaled."""
    if low == -c.inf and high == c.inf:
        return _on_standard_range(c, low, high, step)
    if high == c.inf:
        return [(low + x, w) for x, w in _on_standard_range(c, c.zero, high, step)]
    if low == -c.inf:
        return [(high + x, w) for x, w in _on_standard_range(c, low, c.zero, step)]
    middle, half = (low + high) / 2, (high - low) / 2
    unit = _on_standard_range(c, -c.one, c.one, step)
    return [(middle + half * x, half * w) for x, w in unit]


def _on_standard_range(c: Any, low: Number, high: Number, step: Number) -> Weights:
    key = c.prec, float(step), float(low), float(high)
    if key not in _PLACES:
        us = [k * step for k in range(-int(REACH / step), int(REACH / step) + 1)]
        _PLACES[key] = [(x, w * step) for x, w in (place_of(c, low, high, u) for u in us)]
    return [(c.convert(x), c.convert(w)) for x, w in _PLACES[key]]


def kinks(law: Any, letter: Symbol) -> list[Expr] | None:
    """Where an absolute value in the density is zero; None where that is not known."""
    bent = sorted(density(law, letter).atoms(Abs), key=str)
    inside = [u.args[0].expand() for u in bent if u.has(letter)]
    slopes = [u.coeff(letter) for u in inside]
    if any((u - s * letter).has(letter) or s == 0 for u, s in zip(inside, slopes, strict=True)):
        return None
    return [(letter - u / s).expand() for u, s in zip(inside, slopes, strict=True)]


def _values(at: Evaluator, value: Any, low: Number, high: Number) -> Weights:
    """One value after the other until next to nothing is left, and then as many again."""
    found: Weights = []
    left, last = at.ctx.one, MOST_VALUES
    for k in range(MOST_VALUES):
        if low + k > high or k > last:
            return found
        found.append((low + k, value(low + k)))
        left -= found[-1][1]
        if abs(left) < TINY and last == MOST_VALUES:
            last = 2 * k + 20
    raise Undecided("too many values are likely")


def place_of(c: Any, low: Number, high: Number, u: Number) -> tuple[Number, Number]:
    """Where u lies in the support, by the double exponential change of variables, and dx/du."""
    inside, slope = c.pi / 2 * c.sinh(u), c.pi / 2 * c.cosh(u)
    if low == -c.inf and high == c.inf:
        return c.sinh(inside), slope * c.cosh(inside)
    if high == c.inf:
        return low + c.exp(inside), slope * c.exp(inside)
    if low == -c.inf:
        return high - c.exp(inside), slope * c.exp(inside)
    middle, half = (low + high) / 2, (high - low) / 2
    return middle + half * c.tanh(inside), half * slope / c.cosh(inside) ** 2
