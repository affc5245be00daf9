"""Limits over whole numbers, of recursions, and in several variables: value, rule and check."""

from __future__ import annotations

import pytest
from sympy import E, Function, Rational, S, Symbol, oo, sqrt

from derive.calculus.limits import limit, limit_of_recursion
from derive.core import walk
from derive.engine import DOES_NOT_EXIST, NoRuleApplies
from derive.parse import parse

NONE = DOES_NOT_EXIST

# fmt: off
SEQUENCES = [  # terms, limit, rule of the first step, verdict of the check
    ("(-1)^n",                      NONE,           "subsequences",               "confirmed"),
    ("(-1)^n/n",                    0,              "squeeze",                    "confirmed"),
    ("sin(pi*n/2)",                 NONE,           "subsequences",               "confirmed"),
    ("n^2*(-1)^n",                  NONE,           "subsequences",               "confirmed"),
    ("(-2)^n",                      NONE,           "subsequences",               "confirmed"),
    ("(n + (-1)^n)/n",              1,              None,                         "confirmed"),
    ("n - 2*floor(n/2)",            NONE,           None,                         "confirmed"),
    ("cos(n)",                      NONE,           "oscillation",                "confirmed"),
    ("sin(n)/n",                    0,              "squeeze",                    "confirmed"),
    ("n^(1/n)",                     1,              "logarithm of a power",       "confirmed"),
    ("(1 + 1/n)^n",                 E,              "standard limit (1 + a/u)**u", "confirmed"),
    ("2^n/factorial(n)",            0,              "ratio of consecutive terms", "confirmed"),
    ("factorial(n)/n^n",            0,              "ratio of consecutive terms", "confirmed"),
    ("factorial(n)/5^n",            oo,             "ratio of consecutive terms", "confirmed"),
    ("factorial(n)^(1/n)/n",        1/E,            "root of the ratio",          "confirmed"),
    ("binomial(2*n, n)/4^n",        0,              None,                         "confirmed"),
    ("Sum(k, (k, 1, n))/n^2",       Rational(1, 2), "theorem of Stolz and Cesaro", "confirmed"),
    ("Sum(1/k, (k, 1, n))/log(n)",  1,              "theorem of Stolz and Cesaro", "undecided"),
    ("n*sin(2*pi*sqrt(n^2 + 1))",   S.Pi,           None,                         "confirmed"),
]

RECURSIONS = [  # next term, first term, limit, rule of the first step
    ("sqrt(2 + a)",   0,              2,                 "monotone and bounded"),
    ("sqrt(6 + a)",   10,             3,                 "monotone and bounded"),
    ("a^2",           Rational(1, 2), 0,                 "monotone and bounded"),
    ("(a + 2/a)/2",   1,              sqrt(2),           "contraction"),
    ("1 + 1/a",       1,              (1 + sqrt(5))/2,   "begin one term later"),
    ("a^2 - 2",       2,              2,                 "a fixed point from the start"),
    ("1 - a",         0,              NONE,              "two values in turn"),
    ("a^2 + 1",       1,              oo,                "rising without a fixed point"),
    ("-a/2",          1,              0,                 "contraction"),
]

IN_THE_PLANE = [  # f, point, limit, rule of the first step
    ("x*y/(x^2 + y^2)",                 (0, 0), NONE,  "two paths"),
    ("x^2*y/(x^4 + y^2)",               (0, 0), NONE,  "two paths"),
    ("x^2*y^2/(x^2*y^2 + (x - y)^2)",   (0, 0), NONE,  "two paths"),
    ("x/y",                             (0, 0), NONE,  "two paths"),
    ("(1 - cos(x*y))/(x^2*y^2)",        (0, 0), Rational(1, 2), "one combination of the variables"),
    ("(1 - cos(x^2*y^2))/(x^4*y^4)",    (0, 0), Rational(1, 2), "one combination of the variables"),
    ("x^2*y/(x^2 + y^2)",               (0, 0), 0,     "polar bound"),
    ("x^3/(x^2 + 2*y^2)",               (0, 0), 0,     "polar bound"),
    ("x*sin(1/y)",                      (0, 0), 0,     "polar bound"),
    ("(x - 1)*(y - 2)^2/((x - 1)^2 + (y - 2)^2)", (1, 2), 0, "polar bound"),
    ("(x^2 + y^2 + x^3)/(x^2 + y^2)",   (0, 0), 1,     "take off the value along one path"),
    ("sin(x*y)/(x*y)",                  (0, 0), 1,     "one combination of the variables"),
    ("1/(x^2 + y^2)",                   (0, 0), oo,    "one combination of the variables"),
    ("sin(x)*sin(2*y)/(x*y)",           (0, 0), 2,     "one variable at a time"),
    ("log(x + y)",                      (1, 0), 0,     "continuous at the point"),
]
# fmt: on


@pytest.mark.one_in(2)
@pytest.mark.parametrize(("terms", "value", "rule", "verdict"), SEQUENCES, ids=str)
def test_sequence(terms: str, value: object, rule: str | None, verdict: str) -> None:
    n = Symbol("n", integer=True, positive=True)
    found = limit(parse(terms, {"n": ["integer", "positive"]}), n, oo)
    assert found.result == value
    assert rule is None or found.root.rule == rule
    assert found.check().verdict == verdict


def test_a_letter_is_taken_as_whole_where_that_is_asked_for() -> None:
    assert limit("sin(pi*n)", "n", "oo", over="integers").result == 0
    assert limit("sin(pi*x)", "x", "oo").result == NONE


@pytest.mark.parametrize(("f", "start", "value", "rule"), RECURSIONS, ids=str)
def test_recursion(f: str, start: object, value: object, rule: str) -> None:
    found = limit_of_recursion(f, "a", start)
    assert found.result == value or (found.result - value).equals(0)
    assert found.root.rule == rule
    assert found.check().verdict == "confirmed"


@pytest.mark.parametrize(("f", "start"), [("4*a*(1 - a)", Rational(1, 3)), ("cos(a)", 1)])
def test_a_recursion_that_is_not_understood_is_refused(f: str, start: object) -> None:
    with pytest.raises(NoRuleApplies):
        limit_of_recursion(f, "a", start)


@pytest.mark.parametrize(("f", "point", "value", "rule"), IN_THE_PLANE, ids=str)
def test_several_variables(f: str, point: tuple, value: object, rule: str) -> None:
    found = limit(f, ("x", "y"), point)
    assert found.result == value
    assert found.root.rule == rule
    assert found.check().verdict == "confirmed"


def test_the_two_paths_and_their_limits_are_shown() -> None:
    found = limit("x*y/(x^2 + y^2)", ("x", "y"), (0, 0))
    assert [step.result for step in found.root.premises] == [0, Rational(1, 2)]
    assert [str(way) for _, way in found.root.where] == ["(t, 0)", "(t, t)"]
    assert len(list(walk(found.root))) == 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("x", "x", 0, "left"), "write one of"),
        (("n", "n", 3, "+-", 20, "integers"), "its limit is at oo"),
        (("x", "x", 0, "+-", 20, "complex"), "over is 'complex'"),
        (("x*y", ("x", "y"), (0,)), "coordinates"),
        (("x*y", ("x", "x"), (0, 0)), "each of them once"),
        (("x*y", ("x", "y"), (0, "oo")), "finite"),
        (("x*y", ("x", "y"), (0, 0), "+"), "all sides"),
        ((Function("f")(Symbol("x")), "x", 0), "nothing is known of f"),
    ],
    ids=str,
)
def test_bad_input_is_one_line(arguments: tuple, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        limit(*arguments)
    assert "\n" not in str(caught.value)


def test_bad_recursions() -> None:
    with pytest.raises(ValueError, match="give b a value"):
        limit_of_recursion("a/2 + b", "a", 0)
    with pytest.raises(ValueError, match="not an infinity"):
        limit_of_recursion("a/2", "a", oo)
