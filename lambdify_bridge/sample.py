"""Where to look: seeded points that respect what is known of the letters."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import combinations
from typing import Any

from sympy import (
    And,
    Basic,
    Derivative,
    Expr,
    Ge,
    Gt,
    I,
    Integer,
    Le,
    Limit,
    Lt,
    Rational,
    Subs,
    Symbol,
    re,
)
from sympy.concrete.expr_with_limits import ExprWithLimits

from lambdify_bridge.evaluate import Evaluator
from lambdify_bridge.nodes import nodes
from lambdify_bridge.peaks import places

CANDIDATES = 40


def by_name(letters: Iterable[Symbol]) -> list[Symbol]:
    """Letters in one order; those of one name by what is known of them, in whatever words."""
    return sorted(letters, key=lambda s: (s.name, sorted(s.assumptions0.items()), s.sort_key()))


def points(letters: Iterable[Symbol], seed: int = 0) -> Iterator[dict[Symbol, Expr]]:
    """Candidate points, small and plain at first: all positive, then of any sign, then larger.

    Fractions with an odd denominator, so that no letter is an integer or a root of one by chance.
    """
    ordered = by_name(letters)
    generator = random.Random(seed)
    for k in range(CANDIDATES):
        yield {letter: _value(letter, k, generator) for letter in ordered}


def points_inside(
    letters: Iterable[Symbol], condition: Basic, seed: int = 0
) -> Iterator[dict[Symbol, Expr]]:
    """Points moved to where `condition` holds: a letter below a bound is a share of it, one above a
    bound is that much more."""
    generator, relations = random.Random(seed + 4), And.make_args(condition)
    for values in points(letters, seed):
        for _ in relations:  # a bound may hold a letter that is moved itself
            for relation in relations:
                values |= _moved_inside(values, relation, generator)
        if condition.xreplace(values) == True:
            yield values


def _moved_inside(
    values: dict[Symbol, Expr], relation: Basic, generator: random.Random
) -> dict[Symbol, Expr]:
    if not isinstance(relation, (Lt, Le, Gt, Ge)) or relation.xreplace(values) != False:
        return {}
    low, high = relation.lts, relation.gts
    share = Rational(generator.randint(100, 900), 997)
    below, above = high.xreplace(values), low.xreplace(values)
    if low in values and not low.is_integer and below.is_Rational and below > 0:
        return {low: share * below}
    if high in values and not high.is_integer and above.is_Rational:
        return {high: above + share}
    return {}


LARGE, SMALL = (6, 60), (Fraction(1, 900), Fraction(1, 90))
HUGE, TINY = (2_000, 90_000), (Fraction(1, 10**7), Fraction(1, 10**6))
SPECIAL = (0, 1, -1, 2)
MOST_LETTERS = 3  # whose special values are looked at


def far_and_special_points(
    letters: Iterable[Symbol],
    seed: int = 0,
    *,
    moving: Symbol | None = None,
    slow: bool = False,
    plain_sides: bool = False,
) -> Iterator[dict[Symbol, Expr]]:
    """Large, small and negative ones; then each letter at 0, 1, -1 and 2, and letters that meet.

    A formula that holds near (1, 1, 1) may have lost a branch, or the case m = n. `moving` is what
    a derivative is taken by, which has no value at a kink; `slow`: without small ones.
    `plain_sides`: huge and tiny ones cost little.
    """
    ordered = by_name(letters)
    generator = random.Random(seed + 1)
    small = () if slow else ((*SMALL, 1), (*SMALL, -1))
    for low, high, sign in ((*LARGE, 1), (*LARGE, -1), *small, (1, 3, -1)):
        yield {s: _allowed(s, _between(low, high, generator), sign) for s in ordered}
    for (low, high), sign in ((r, s) for r in (HUGE, TINY) for s in (1, -1) if plain_sides):
        if not any(s.is_integer for s in ordered):
            yield {s: _allowed(s, _between(low, high, generator), sign) for s in ordered}
    plain = {s: _value(s, 0, generator) for s in ordered}
    cut = [s for s in ordered if is_complex(s)]  # most branch cuts lie along the negative reals
    for side in (1, -1) if cut else ():
        beside = [_allowed(s, _between(1, 3, generator), -1) for s in cut]
        yield {**plain, **{s: re(v) + side * I / 1000 for s, v in zip(cut, beside, strict=True)}}
    for letter in [s for s in ordered if s != moving][:MOST_LETTERS]:
        yield from ({**plain, letter: Rational(v)} for v in SPECIAL if _fits(letter, Rational(v)))
    for one, other in combinations(ordered[:MOST_LETTERS], 2):
        for sign in (1, -1):
            if _fits(other, sign * plain[one]):
                yield {**plain, other: sign * plain[one]}


MOST_OF_THE_FORMULA = 12
RUN = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 31, 53, 101, -1, -2, -3, -7)
LARGEST_NUMBER = 400


def points_of_the_formula(
    letters: Iterable[Symbol],
    sides: Iterable[Basic],
    seed: int = 0,
    moving: Symbol | None = None,
) -> Iterator[dict[Symbol, Expr]]:
    """Where the numbers and letters in a formula say that something may happen.

    Where a linear part of it vanishes (a = 2*b), and on both sides; next to where the argument of a
    function does, as near as that is wide; whole letters at the whole numbers in it, and in their
    ratios. `moving`, which a derivative is taken by, stays beside of where it may have a kink.
    """
    ordered = by_name(letters)
    generator = random.Random(seed + 2)
    plain = {s: _value(s, 0, generator) for s in ordered}
    found: dict[tuple[Symbol, Expr], None] = {}
    for letter in ordered[:MOST_LETTERS]:
        values = _telling(letter, list(sides), plain, letter == moving)
        found |= {(letter, v): None for v in values if _fits(letter, v)}
    yield from ({**plain, letter: v} for letter, v in list(found)[:MOST_OF_THE_FORMULA])


def _telling(
    letter: Symbol, sides: list[Basic], plain: dict[Symbol, Expr], beside: bool
) -> Iterator[Expr]:
    if letter.is_integer:
        numbers = {n for side in sides for n in side.atoms(Integer) if 2 < abs(n) < LARGEST_NUMBER}
        yield from sorted(numbers, key=int)[:4]
        others = [s for s in plain if s.is_integer and s != letter]
        ratios = {n for side in sides for n in side.atoms(Integer) if 1 < abs(n) < 6}
        yield from (plain[s] * n for s in others for n in sorted(ratios, key=int))
    for zero in dict.fromkeys(z for side in sides for z in _zeros(side, letter, plain)):
        yield from [zero] * (not beside)
        if not letter.is_integer:
            yield from (zero + Rational(61, 83), zero - Rational(59, 83))
    if letter.is_integer or is_complex(letter):
        return
    at = Evaluator({s: v for s, v in plain.items() if s != letter})
    for side in sides:
        for place, width in places(at, letter, side):
            if width < WIDE:
                yield Rational(Fraction(place) + Fraction(width) * Fraction(37, 97))


WIDE = 0.05


def _zeros(side: Basic, letter: Symbol, plain: dict[Symbol, Expr]) -> Iterator[Expr]:
    """Where sums and comparisons that are linear in the letter are 0, or hold with equality."""
    others = {s: v for s, v in plain.items() if s != letter}
    for node in nodes(side):
        linear = node.args[0] - node.args[1] if node.is_Relational else node
        if not (node.is_Relational or node.is_Add) or letter not in linear.free_symbols:
            continue
        if not linear.free_symbols <= set(plain) or not linear.is_polynomial(letter):
            continue
        if linear.has(ExprWithLimits, Derivative, Limit, Subs):  # letters that stand for variables
            continue
        here = linear.xreplace(others).as_poly(letter)
        if here is not None and here.degree() == 1:
            zero = -here.nth(0) / here.nth(1)
            if zero.is_Rational:
                yield zero


def runs_of_whole_numbers(letters: Iterable[Symbol], seed: int = 0) -> Iterator[dict[Symbol, Expr]]:
    """A whole letter at one number after the other, and at some larger ones."""
    ordered = by_name(letters)
    plain = {s: _value(s, 0, random.Random(seed + 3)) for s in ordered}
    for letter in [s for s in ordered if s.is_integer][:1]:
        yield from ({**plain, letter: Rational(v)} for v in RUN if _fits(letter, Rational(v)))


def _between(low: Any, high: Any, generator: random.Random) -> Fraction:
    return low + (high - low) * Fraction(generator.randint(1, 996), 997)


def _allowed(letter: Symbol, size: Fraction, sign: int) -> Expr:
    """That number, or the nearest kind of one that the letter may be."""
    if letter.is_nonnegative:
        sign = 1
    if letter.is_nonpositive:
        sign = -1
    if not letter.is_integer:
        number = Rational(sign * size.numerator, size.denominator)
        return number * (1 + 2 * I) if is_complex(letter) else number
    whole = max(2, round(size) if size < 10 else round(size / 5))
    whole += whole % 2 if letter.is_even else 1 - whole % 2 if letter.is_odd else 0
    return Rational(sign * whole)


def _fits(letter: Symbol, value: Rational) -> bool:
    """Whether what is known of the letter allows the value."""
    known = letter.assumptions0
    return all(getattr(value, f"is_{fact}") is not (not holds) for fact, holds in known.items())


def _value(letter: Symbol, k: int, generator: random.Random) -> Expr:
    if letter.is_integer:
        return Rational(_integer(letter, k, generator))
    if is_complex(letter):
        return _complex(k, generator)
    size = Fraction(generator.randint(100, 1000 + 500 * (k % 4)), 997)
    if k >= CANDIDATES // 2:
        size *= generator.choice([Fraction(1, 20), Fraction(3), Fraction(12)])
    negative = letter.is_negative or (k % 2 and not letter.is_positive and generator.random() < 0.6)
    if letter.is_nonnegative:
        negative = False
    return Rational(-size.numerator if negative else size.numerator, size.denominator)


def is_complex(letter: Symbol) -> bool:
    """Whether it is declared complex, and not real."""
    return bool(letter.is_complex and letter.is_real is None)


def _complex(k: int, generator: random.Random) -> Expr:
    """In all four quadrants, and beyond the strip |Im z| < pi where log(exp(z)) is z."""
    real, imaginary = (Fraction(generator.randint(100, 1500), 997) for _ in range(2))
    imaginary *= 1 if k % 4 < 2 else 5
    x, y = (Rational(part.numerator, part.denominator) for part in (real, imaginary))
    return (x if k % 2 else -x) + I * (y if k % 3 else -y)


def _integer(letter: Symbol, k: int, generator: random.Random) -> int:
    value = generator.randint(2, 4 + k // 2)
    if letter.is_even is True:
        value *= 2
    if letter.is_odd is True:
        value = 2 * value + 1
    may_be_negative = not (letter.is_positive or letter.is_nonnegative)
    return -value if letter.is_negative or (may_be_negative and k % 3 == 2) else value
