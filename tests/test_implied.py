"""Conditions that others settle are not told, and no other one is left out."""

from __future__ import annotations

import random

import pytest
from sympy import And, Ge, Gt, Le, Lt, Ne, symbols
from sympy.logic.boolalg import Boolean

import derive
from derive.implied import without_implied

a, b, p, x = symbols("a b p x")

# fmt: off
CONDITIONS: list[tuple[list[Boolean], list[Boolean]]] = [
    ([a > 0, b > 0, Ne(a + b, 0), a/(a + b) > 0, a/(a + b) < 1],     [a > 0, b > 0]),
    ([a > 1, b > 1, Ne(2 - a - b, 0), (1 - a)/(2 - a - b) > 0],      [a > 1, b > 1]),
    ([a > 0, And(a > 0, Ne(b, 0))],                                  [a > 0, Ne(b, 0)]),
    ([a > 0, a > 1],                                                 [a > 1]),
    ([a < 3, a < 1],                                                 [a < 1]),
    ([p > 0, p < 1, 1 - p > 0, Ne(p*(1 - p), 0)],                    [p > 0, p < 1]),
    ([a > 0, Ne(a, 0)],                                              [a > 0]),
    ([x - b > 0, Ne(b, x)],                                          [x - b > 0]),
    # nothing to leave out
    ([a >= 0, Ne(a, 0)],                                             [a >= 0, Ne(a, 0)]),
    ([a > 0, a*b > 0],                                               [a > 0, a*b > 0]),
    ([a > 0, a <= 1, Ne(a, 1)],                                      [a > 0, a <= 1, Ne(a, 1)]),
    ([a > 1, a <= 1],                                                [a > 1, a <= 1]),
    ([a > 0, b > 0, Ne(a - b, 0)],                                   [a > 0, b > 0, Ne(a - b, 0)]),
    ([a > -1, a**2 > 0],                                             [a > -1, a**2 > 0]),
]
# fmt: on


@pytest.mark.parametrize(("conditions", "told"), CONDITIONS, ids=str)
def test_what_is_told(conditions: list[Boolean], told: list[Boolean]) -> None:
    assert list(without_implied(conditions)) == told


def test_what_is_left_out_holds_where_the_others_do() -> None:
    r = random.Random(3)
    letters = (a, b)
    kinds = (Gt, Ge, Lt, Le)
    for _ in range(40):
        bounds = [r.choice(kinds)(s, r.randint(-2, 2)) for s in r.choices(letters, k=3)]
        sides = [r.randint(-2, 2) * a + r.randint(-2, 2) * b + r.randint(-3, 3) for _ in range(2)]
        others = [r.choice((*kinds, Ne))(side * (a + r.randint(0, 2)), 0) for side in sides]
        asked = [c for c in (*bounds, *others) if c not in (True, False)]
        told = And(*without_implied(asked))
        for _ in range(20):
            at = {s: r.choice((-2, -1, 0, 1, 2, r.uniform(-4, 4))) for s in letters}
            assert told.subs(at) == And(*asked).subs(at), (asked, told, at)


def test_of_a_derivation() -> None:
    d = derive.argmax("x^a*(1 - x)^b", "x", (0, 1))
    assert d.given == (a > 0) & (b > 0)
    assert d.text().splitlines()[-2].endswith("= a/(a + b) (if a > 0, b > 0)")
