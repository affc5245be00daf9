"""Where to look: seeded points that respect what is known of the letters."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from fractions import Fraction

from sympy import Rational, Symbol

CANDIDATES = 40


def points(letters: Iterable[Symbol], seed: int = 0) -> Iterator[dict[Symbol, Rational]]:
    """Candidate points, small and plain at first: all positive, then of any sign, then larger.

    Fractions with an odd denominator, so that no letter is an integer or a root of one by chance.
    """
    ordered = sorted(letters, key=lambda s: (s.name, str(s.assumptions0)))
    generator = random.Random(seed)
    for k in range(CANDIDATES):
        yield {letter: _value(letter, k, generator) for letter in ordered}


def _value(letter: Symbol, k: int, generator: random.Random) -> Rational:
    if letter.is_integer:
        return Rational(_integer(letter, k, generator))
    size = Fraction(generator.randint(100, 1000 + 500 * (k % 4)), 997)
    if k >= CANDIDATES // 2:
        size *= generator.choice([Fraction(1, 20), Fraction(3), Fraction(12)])
    negative = letter.is_negative or (k % 2 and not letter.is_positive and generator.random() < 0.6)
    if letter.is_nonnegative:
        negative = False
    return Rational(-size.numerator if negative else size.numerator, size.denominator)


def _integer(letter: Symbol, k: int, generator: random.Random) -> int:
    value = generator.randint(2, 4 + k // 2)
    if letter.is_even is True:
        value *= 2
    if letter.is_odd is True:
        value = 2 * value + 1
    may_be_negative = not (letter.is_positive or letter.is_nonnegative)
    return -value if letter.is_negative or (may_be_negative and k % 3 == 2) else value
