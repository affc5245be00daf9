"""Input that is not what it should be: one line that says what is wrong and what to write."""

from __future__ import annotations

from typing import Any

import pytest
from sympy import Function, I, Integral, Symbol, nan, oo, pi, zoo

import derive
from derive import NoRuleApplies, diff, integrate, limit
from lambdify_bridge import estimate

x, y, t = Symbol("x"), Symbol("y"), Symbol("t")
f = Function("f")
NO_LETTER = "is not a variable: write a name such as 'x' or a Symbol"
ONE_NAME = "expected the name of one variable at character 1: write one name, such as x"
UNKNOWN = (
    "unknown function 'sn' at character 1: write sin(...), or write sn*(x) for a product, "
    "or declare sn as a function: derive.parse(..., local=)"
)

REFUSED = (
    # the integrand
    (integrate, ("sn(x)", "x"), UNKNOWN),
    (integrate, ("5",), "by which variable? 5 has none: write integrate(f, x)"),
    (integrate, ("x*y",), "by which variable? x*y has 2: write integrate(f, x)"),
    (integrate, ("", "x"), "empty text at character 1: write an expression, such as x^2 + 1"),
    (integrate, (oo * x, "x"), "oo*x is not finite: write a formula without infinities"),
    (integrate, (None, "x"), "cannot read a NoneType: write text or a SymPy expression"),
    (integrate, ("x = 1", "x"), "Eq(x, 1) is not a scalar expression: write one formula"),
    (
        integrate,
        ("[[x, 1], [2, 3]]", "x"),
        "Matrix([[x, 1], [2, 3]]) is not a scalar expression: write one formula",
    ),
    # the variable
    (integrate, ("x", 2), "2 is not a variable: write a range as one, (x, 0, 1)"),
    (integrate, ("x", "x", 0, 1), "0 is not a variable: write a range as one, (x, 0, 1)"),
    (integrate, ("x", pi), f"pi {NO_LETTER}"),
    (integrate, ("x", x**2), f"x**2 {NO_LETTER}"),
    (integrate, ("x", None), f"None {NO_LETTER}"),
    (integrate, ("x", "x*y"), ONE_NAME),
    (integrate, ("x", ("2", 0, 1)), ONE_NAME),
    (integrate, ("x", "pi"), "'pi' is not a variable but pi at character 1: choose another name"),
    # the bounds
    (integrate, ("x", ("x", 0)), "('x', 0) is no range: write (x, 0, 1)"),
    (integrate, ("x", ("x", 0, 1, 2)), "('x', 0, 1, 2) is no range: write (x, 0, 1)"),
    (integrate, ("x", ("x", nan, 1)), "nan has no value: there is a division by zero in it"),
    (integrate, ("x", ("x", 0, zoo)), "zoo has no value: there is a division by zero in it"),
    (
        integrate,
        ("x", ("x", 0, "1/0")),
        "division by zero at character 2: divide by something that is not 0",
    ),
    (integrate, ("x", ("x", 0, I)), "I is not on the real line: bounds and limit points are real"),
    (integrate, ("x", ("x", 0, "x")), "the bound x moves with x: name one of them otherwise"),
    (integrate, ("x", ("x", "2*x", 1)), "the bound 2*x moves with x: name one of them otherwise"),
    (
        integrate,
        ("x*y", ("y", 0, 1), ("x", 0, "y")),
        "x up to y: write this range first, that of y after it",
    ),
    # limits
    (limit, ("sn(x)", "x", 0), UNKNOWN),
    (limit, ("x", 2, 0), f"2 {NO_LETTER}"),
    (limit, ("x", "x", I), "I is not on the real line: bounds and limit points are real"),
    (limit, ("x", "x", zoo), "zoo has no value: there is a division by zero in it"),
    (limit, ("x", "x", "nan"), "'nan' is not a value at character 1: leave it out"),
    (limit, ("x", "x", "x"), "the point x moves with the variable x"),
    (limit, ("x", "x", 0, "left"), "dir is 'left'; write one of +, -, +-"),
    # derivatives
    (diff, ("sn(x)", "x"), UNKNOWN),
    (diff, ("x*y",), "by which variable? x*y has 2: write diff(f, x)"),
    (diff, ("x", f(x)), f"f(x) {NO_LETTER}"),
    (diff, ("x", "x + 1"), ONE_NAME),
    (diff, ("x", "x", 0), "0 is no order of a derivative; write diff(f, x, 2)"),
    (diff, ("x", ("x", 2, 3)), "(2, 3) is no order of a derivative; write diff(f, x, 2)"),
    (diff, ("1/0", "x"), "division by zero at character 2: divide by something that is not 0"),
)


@pytest.mark.parametrize(
    ("function", "arguments", "said"), REFUSED, ids=[f"{g.__name__}{a}" for g, a, _ in REFUSED]
)
def test_one_line_says_what_to_write(function: Any, arguments: Any, said: str) -> None:
    with pytest.raises((ValueError, TypeError)) as caught:
        function(*arguments)
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("integral", "said"),
    [
        (Integral(x, (x, 0, t)), "no value is given for t: write at={'t': 1}"),
        (Integral(x, (x, 0, I)), "I is not on the real line: the ends of a range are real"),
        (Integral(1 / x, (x, 0, 1)), "1/x has no value at x = 0: write method='definition'"),
        (Integral(x, x), "method='trapezoid' estimates a definite integral"),
    ],
)
def test_a_trapezoid_needs_ends_that_are_numbers(integral: Integral, said: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  (the message follows)
        estimate(integral, method="trapezoid")
    assert str(caught.value) == said


def test_an_unknown_function_is_named() -> None:
    for over in (x, (x, 0, 1)):
        with pytest.raises(NoRuleApplies) as caught:
            integrate(1 + f(x), over)
        assert str(caught.value).endswith(": f(x) is unknown; write its formula instead")


def test_a_method_that_does_not_apply_names_those_that_do() -> None:
    with pytest.raises(NoRuleApplies) as caught:
        integrate("x*exp(x)", "x", method="rational")
    said = str(caught.value)
    assert said.startswith("'rational' does not work out Integral(x*exp(x), x); methods that do: ")
    assert "by_parts" in said
    with pytest.raises(ValueError, match=r"method is 'magic'; write one of .*by_parts, .*table"):
        integrate("x", "x", method="magic")


def test_a_letter_that_is_not_in_the_integrand_is_a_constant() -> None:
    d = integrate("sin(t)", "x")
    assert d.result == x * derive.parse("sin(t)")
    assert d.root.rule == "constant"


@pytest.mark.parametrize(
    ("over", "value"), [(("x", 0, 1), oo), (("x", -1, 0), -oo), (("x", -1, 1), None)]
)
def test_at_a_singular_bound_the_integral_is_said_to_diverge(over: Any, value: Any) -> None:
    result = integrate("1/x", over).result
    assert result == value if value is not None else str(result) == "does not exist"


@pytest.mark.parametrize(
    "method", ["by_parts", "By Parts", "by-parts", "parts", "integration by parts"]
)
def test_a_method_may_be_spelt_in_several_ways(method: str) -> None:
    assert (
        integrate("3*x*exp(x) + 1", "x", method=method).result
        == integrate("3*x*exp(x) + 1", "x", method="by_parts").result
    )
    rules = [step.rule for step in integrate("3*x*exp(x) + 1", "x", method=method).steps]
    assert "integration by parts" in rules
    assert rules[0] == "sum rule"


def test_alternatives_are_other_derivations_checked_and_the_shortest_first() -> None:
    first = integrate("sin(x)**2", "x")
    others = derive.alternatives("sin(x)**2", "x")
    assert len(others) >= 2
    assert all(other.verdict == "confirmed" for other in others)
    trees = [tuple((s.goal, s.rule, s.equals) for s in d.steps) for d in (first, *others)]
    assert len(set(trees)) == len(trees)
    assert [len(tree) for tree in trees[1:]] == sorted(len(tree) for tree in trees[1:])
    begun = [d.root.premises[0] if d.root.rule == "join the branches" else d.root for d in others]
    assert len({step.rule for step in begun}) == len(others)
