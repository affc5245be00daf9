"""Every kind of rule that limits are known for: it fires first where it is meant to."""

from __future__ import annotations

import pytest
from sympy import Piecewise, S, Symbol, floor, gamma, log, oo, pi, sin

from derive.calculus.limits import limit
from derive.core import walk
from derive.engine import DOES_NOT_EXIST

x = Symbol("x")
NONE = DOES_NOT_EXIST

# fmt: off
FORMS = [  # f, point, form, value, first rule
    ("(x^2 - 4)/(x - 2)",       2,    "0/0",     4,         "cancel a common factor"),
    ("(sqrt(x + 7) - 3)/(x - 2)", 2,  "0/0",     S(1)/6,    "multiply by the conjugate"),
    ("(x - sin(x))/x^3",        0,    "0/0",     S(1)/6,    "L'Hopital's rule"),
    ("(3*x^2 + 1)/(2*x^2 - x)", "oo", "oo/oo",   S(3)/2,    "take out the dominant term"),
    ("x^5*exp(-x)",             "oo", "oo/oo",   0,         "comparison of growth"),
    ("sqrt(x^2 + x) - x",       "oo", "oo - oo", S(1)/2,    "multiply by the conjugate"),
    ("1/x - 1/sin(x)",          0,    "oo - oo", 0,         "one denominator"),
    ("(1 + 1/x)^(x^2)",         "oo", "1**oo",   oo,        "one to an infinite power"),
    ("x^(1/x)",                 "oo", "oo**0",   1,         "logarithm of a power"),
]

CORNERS = [  # f, point, direction, value
    (2 ** (1/x),                                0,     "-",  0),
    (2 ** (1/x),                                0,     "+",  oo),
    (2 ** (1/x),                                0,     "+-", NONE),
    (Piecewise((x + 1, x > 1), (x, True)),      1,     "+",  2),
    (Piecewise((x + 1, x > 1), (x, True)),      1,     "-",  1),
    (floor(sin(x)),                             0,     "-",  -1),
    (floor(x),                                  3,     "+-", NONE),
    (floor(sin(x)/x),                           0,     "+-", 0),
    (gamma(x),                                  0,     "+-", NONE),
    (sin(1/x),                                  0,     "+-", NONE),
    (sin(x)*x,                                  oo,    "+-", NONE),
    (1/log(log(x)),                             oo,    "+-", 0),
    (log(log(log(x)))/log(log(x)),              oo,    "+-", 0),
    (sin(pi*x)/(x - 1),                         1,     "+-", -pi),
]
# fmt: on


@pytest.mark.parametrize(("f", "to", "form", "value", "rule"), FORMS, ids=str)
def test_the_indeterminate_form_is_named(
    f: str, to: object, form: str, value: object, rule: str
) -> None:
    found = limit(f, "x", to)
    assert found.result == value
    assert found.root.rule == rule
    assert {str(letter): str(v) for letter, v in found.root.where}["form"] == form


def test_the_form_zero_to_the_zero_and_zero_times_infinity() -> None:
    found = limit("x^x", "x", 0, dir="+")
    forms = [str(v) for step in walk(found.root) for k, v in step.where if str(k) == "form"]
    assert forms == ["0**0", "0*oo"]


@pytest.mark.parametrize(("f", "to", "way", "value"), CORNERS, ids=str)
def test_bad_corners(f: object, to: object, way: str, value: object) -> None:
    found = limit(f, x, to, way)
    assert found.result == value
    assert found.check().verdict == "confirmed"


def test_a_determinate_form_is_not_called_indeterminate() -> None:
    for step in walk(limit("x^2 + cos(x)", "x", 0).root):
        assert "form" not in {str(letter) for letter, _ in step.where}
