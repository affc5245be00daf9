"""Differential equations from textbooks, and what is asked for wrongly.

Most are from Boyce and DiPrima, Elementary Differential Equations, chapters 2 and 3.
"""

from __future__ import annotations

import mpmath
import pytest
from sympy import (
    Derivative,
    Eq,
    Expr,
    Function,
    Gt,
    ImmutableMatrix,
    Ne,
    S,
    Symbol,
    Tuple,
    exp,
    log,
    simplify,
    sqrt,
    symbols,
)

import derive
from derive.calculus.equations.operators import (
    Constant,
    FromRoots,
    HigherOrder,
    ImplicitFunction,
    ImplicitSolution,
    Member,
    Solution,
)
from derive.calculus.equations.solve import TABLES
from derive.command_line import main
from derive.engine import Budget, search
from derive.parse import parse
from lambdify_bridge import Undecided, Undefined, check, estimate, value
from lambdify_bridge.damped_newton import zero

x, y, C, C1, C2 = symbols("x y C C1 C2")

GENERAL = [
    # equation, solution, rules among those that find it
    ("y' = x^3", "x^4/4 + C", {"linear equation"}),
    ("y' = -2*x*y", "C*exp(-x^2)", {"integrating factor"}),
    ("y' + 2y = x*exp(-2x)", "(C + x^2/2)*exp(-2x)", {"integrating factor"}),
    ("y' + y/x = x^2", "C/x + x^3/4", {"integrating factor"}),
    ("y' - 2y = 4 - x", "C*exp(2x) + x/2 - 7/4", {"linear equation"}),
    ("y' = a*y + b", "C*exp(a*x) - b/a", {"linear equation"}),
    ("y' = x*y^2", "-2/(2C + x^2)", {"separate the variables"}),
    ("y' = 1 + y^2", "tan(x + C)", {"inverse function"}),
    ("y' = x^2/y", "sqrt(2C + 2x^3/3)", {"complete the square"}),
    ("y' = y*(1 - y)", "C*exp(x)/(C*exp(x) + 1)", {"exponential of both sides"}),
    ("y' = x*y^2 - y", "1/(C*exp(x) + x + 1)", {"Bernoulli's equation"}),
    ("y' + y = x*y^3", "1/sqrt(C*exp(2x) + x + 1/2)", {"Bernoulli's equation"}),
    ("x*y' = y + sqrt(x^2 + y^2)", "x*sinh(C + log(abs(x)))", {"homogeneous equation"}),
    ("dy/dx = (x^2 + x*y + y^2)/x^2", "x*tan(C + log(abs(x)))", {"homogeneous equation"}),
    ("y'' - y = 0", "C1*exp(x) + C2*exp(-x)", {"two real roots"}),
    ("y'' + 4y' + 4y = 0", "C1*exp(-2x) + C2*x*exp(-2x)", {"double root"}),
    ("y'' + 2y' + 5y = 0", "exp(-x)*(C1*cos(2x) + C2*sin(2x))", {"two complex roots"}),
    ("x^2*y'' + 4x*y' + 2y = 0", "C1/x + C2/x^2", {"two powers of the variable"}),
    ("x^2*y'' + 3x*y' + y = 0", "(C1 + C2*log(x))/x", {"one power of the variable"}),
    (
        "x^2*y'' + x*y' + 4y = x",
        "C1*cos(2*log(x)) + C2*sin(2*log(x)) + x/5",
        {"waves of the logarithm"},
    ),
    (
        "x^2*y'' + 4x*y' + 2y = log(x)",
        "C1/x + C2/x^2 + log(x)/2 - 3/4",
        {"two powers of the variable"},
    ),
    ("y'' - 3y' - 4y = 3*exp(2x)", "C1*exp(4x) + C2*exp(-x) - exp(2x)/2", {"two real roots"}),
    ("y'' - 2y' + y = exp(x)", "(C1 + C2*x + x^2/2)*exp(x)", {"double root"}),
    ("y'' + 4y = 3*sin(2x)", "C1*cos(2x) + C2*sin(2x) - 3*x*cos(2x)/4", {"two complex roots"}),
    (
        "y'' + y = 1/cos(x)",
        "C1*cos(x) + C2*sin(x) + x*sin(x) + log(abs(cos(x)))*cos(x)",
        {"two complex roots"},
    ),
]

SUBSTITUTED = [
    ("y' = (x + y)^2", "tan(x + C) - x", {"sum as the unknown"}),
    ("y' = (2x - y + 3)/(x + y)", "sqrt(2C + 3x^2 + 6x) - x", {"exact equation"}),
    ("y' = y^2 - 2/x^2", "1/(C*x^4 + x/3) - 2/x", {"Riccati's equation"}),
    ("y' = 1/x^2 - y/x - y^2", "1/(C/x + x/2) - 1/x", {"Riccati's equation"}),
    ("y' = sqrt(1 - y^2)", "sin(x + C)", {"inverse function"}),
    ("y' = exp(-x)*y^2 + y - exp(x)", "1/(C*exp(x) + exp(-x)/2) - exp(x)", {"Riccati's equation"}),
    ("y'' = y'^2", "C2 - log(abs(C1 + x))", {"unknown function is missing"}),
    ("(1 + x^2)*y'' + 2x*y' = 0", "C1*atan(x) + C2", {"unknown function is missing"}),
    ("y*y'' = y'^2", "C2*exp(C1*x)", {"variable is missing"}),
    ("y*y'' + y'^2 = 0", "sqrt(2*C1*x + 2*C2)", {"variable is missing"}),
]
HIGHER = [
    ("y''' - 6y'' + 11y' - 6y = 0", "C1*exp(x) + C2*exp(2x) + C3*exp(3x)"),
    ("y'''' - y = 0", "C1*exp(-x) + C2*exp(x) + C3*cos(x) + C4*sin(x)"),
    ("y''' + 3y'' + 3y' + y = exp(-x)", "(C1 + C2*x + C3*x^2 + x^3/6)*exp(-x)"),
    ("y''' = x", "C1 + C2*x + C3*x^2 + x^4/24"),
    ("y''' - y = x", "C1*exp(x) + exp(-x/2)*(C2*cos(sqrt(3)*x/2) + C3*sin(sqrt(3)*x/2)) - x"),
    ("x^3*y''' + x^2*y'' - 2x*y' + 2y = log(x)", "C1/x + C2*x + C3*x^2 + log(x)/2 + 1/4"),
    ("x^3*y''' + 3x^2*y'' + x*y' = x^2", "C1 + C2*log(x) + C3*log(x)^2 + x^2/8"),
]

HIGHER_WITH_LETTERS = [
    ("y''' - a^2*y' = 0", "C1 + C2*exp(a*x) + C3*exp(-a*x)", "a != 0"),
    ("y''' + w^2*y' = 0", "C1 + C2*cos(w*x) + C3*sin(w*x)", "w != 0"),
    ("y''' + k*y' = 0", "C1 + C2*cos(sqrt(k)*x) + C3*sin(sqrt(k)*x)", "k > 0"),
    (
        "y''' - 3a*y'' + 3a^2*y' - a^3*y = x",
        "(C1 + C2*x + C3*x^2)*exp(a*x) - x/a^3 - 3/a^4",
        "a != 0",
    ),
    ("y'''' + 2w^2*y'' + w^4*y = 0", "(C1 + C3*x)*cos(w*x) + (C2 + C4*x)*sin(w*x)", "w != 0"),
    ("y'''' - k^4*y = 0", "C1*exp(k*x) + C2*exp(-k*x) + C3*cos(k*x) + C4*sin(k*x)", "k != 0"),
]

WITH_VALUES = [
    ("x*y' + 2y = 4x^2", ["y(1) = 2"], "x^2 + 1/x^2"),
    ("y' = y*cos(x)", ["y(0) = 1"], "exp(sin(x))"),
    ("y' = (3x^2 + 4x + 2)/(2*(y - 1))", ["y(0) = -1"], "1 - sqrt(x^3 + 2x^2 + 2x + 4)"),
    ("y' = x/y", ["y(0) = -2"], "-sqrt(x^2 + 4)"),
    ("y' = y^2", ["y(0) = 1/2"], "1/(2 - x)"),
    ("y' = y*(1 - y)", ["y(2) = 1"], "1"),
    ("y'' + 5y' + 6y = 0", ["y(0) = 2", "y'(0) = 3"], "9*exp(-2x) - 7*exp(-3x)"),
    ("4y'' - 8y' + 3y = 0", ["y'(0) = 1/2", "y(0) = 2"], "-exp(3x/2)/2 + 5*exp(x/2)/2"),
    ("x^2*y'' + 4x*y' + 2y = 0", ["y(1) = 1", "y'(1) = 0"], "2/x - 1/x^2"),
    ("y'' + 4y = x", ["y(0) = 0", "y'(0) = 1"], "3*sin(2x)/8 + x/4"),
    (
        "x^3*y''' + x^2*y'' - 2x*y' + 2y = 0",
        ["y(1) = 1", "y'(1) = 0", "y''(1) = 0"],
        "x - x^2/3 + 1/(3x)",
    ),
    ("y' = (x + y)^2", ["y(0) = 1"], "tan(x + pi/4) - x"),
    ("y'' = 2y*y'", ["y(0) = 0", "y'(0) = 1"], "tan(x)"),
    ("y'' = 1 + y'^2", ["y(0) = 1", "y'(0) = 0"], "1 - log(abs(cos(x)))"),
    ("y'' = -sin(y)", ["y(0) = pi", "y'(0) = 0"], "pi"),
    ("y'' = exp(2y)", ["y(0) = 0", "y'(0) = 1"], "-log(1 - x)"),
    (
        "y''' - y' = exp(2x)",
        ["y(0) = 0", "y'(0) = 1", "y''(0) = 0"],
        "exp(2x)/6 + 1/2 - 2*exp(-x)/3",
    ),
]


def same(found: Expr, known: str) -> bool:
    return simplify(found - parse(known)) == 0


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("equation", "known", "rules"), GENERAL)
def test_general_solutions(equation: str, known: str, rules: set[str]) -> None:
    d = derive.dsolve(equation, "y", "x")
    assert same(d.result, known), d.result
    assert rules <= {step.rule for step in d.steps}
    assert d.check(points=2).verdict == "confirmed", d.report


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("equation", "known", "rules"), SUBSTITUTED)
def test_equations_that_become_others(equation: str, known: str, rules: set[str]) -> None:
    test_general_solutions(equation, known, rules)


def test_two_lines_that_meet() -> None:
    d = derive.dsolve("y' = (x + y - 2)/(x - y)", "y", "x")
    assert "homogeneous about a point" in {step.rule for step in d.steps}
    assert d.check(points=2).verdict == "confirmed", d.report


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("equation", "known"), HIGHER)
def test_higher_order(equation: str, known: str) -> None:
    d = derive.dsolve(equation, "y", "x")
    assert same(d.result, known), d.result
    assert d.check(points=2).verdict == "confirmed", d.report


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("equation", "known", "given"), HIGHER_WITH_LETTERS)
def test_higher_order_with_letters(equation: str, known: str, given: str) -> None:
    d = derive.dsolve(equation, "y", "x")
    assert same(d.result, known), d.result
    letter, relation, _ = given.split()
    assert d.given == {"!=": Ne, ">": Gt}[relation](Symbol(letter), 0)
    assert d.check(points=2).verdict == "confirmed", d.report


def test_roots_with_letters_are_distinct_under_a_condition() -> None:
    a, b, c = symbols("a b c")
    d = derive.dsolve("y''' - (a+b+c)*y'' + (a*b+a*c+b*c)*y' - a*b*c*y = 0", "y", "x")
    assert d.given == Ne(a - b, 0) & Ne(a - c, 0) & Ne(b - c, 0)


@pytest.mark.false_on_purpose
def test_small_mistakes_beside_large_solutions_are_refuted() -> None:
    a, w = symbols("a w")
    cubed = derive.dsolve("y''' - 3a*y'' + 3a^2*y' - a^3*y = x", "y", "x")
    wrong = cubed.result + 1 / a**4
    assert check(Eq(cubed.problem, wrong, evaluate=False)).verdict == "refuted"
    wave = derive.dsolve("y''' + w^2*y' = 0", "y", "x")
    slower = wave.result.subs(w, w * (1 + S(10) ** -6))
    assert check(Eq(wave.problem, slower, evaluate=False)).verdict == "refuted"


@pytest.mark.slow
def test_mistakes_about_higher_orders_are_refuted() -> None:
    C3 = Symbol("C3")
    equation = HigherOrder(Tuple(S(-1), S(0), S(0)), x, y, x, C1, C2, C3)
    right = derive.dsolve("y''' = y + x", "y", "x").result
    assert check(Eq(equation, right, evaluate=False)).verdict == "confirmed"
    for fewer in (right.subs(C1, C2), right.subs(C3, 0)):
        assert check(Eq(equation, fewer, evaluate=False)).verdict == "undecided"
    assert check(Eq(equation, right + x / 9, evaluate=False)).verdict == "refuted"
    roots = FromRoots(Tuple(S(1), S(2), S(3)), *equation.args[1:])
    assert check(Eq(equation, roots, evaluate=False)).verdict == "refuted"


WITH_LETTERS = [
    ("y' = y", ["y(0) = C"], "C*exp(x)", {"linear in the constant"}),
    ("y' = x/y", ["y(0) = b"], "sqrt(x^2 + b^2)", {"undo a power"}),
    ("y' = y^2", ["y(0) = a"], "1/(1/a - x)", {"multiply by the denominator"}),
    ("y' = 1 + y^2", ["y(0) = a"], "tan(x + atan(a))", {"undo a function"}),
    (
        "y'' + w^2*y = 0",
        ["y(0) = a", "y'(0) = b"],
        "a*cos(w*x) + b*sin(w*x)/w",
        {"linear equations for the constants", "scale a row", "read off the solution"},
    ),
    (
        "y'' - 3y' + 2y = 0",
        ["y(t) = a", "y'(t) = b"],
        "(2a - b)*exp(x - t) + (b - a)*exp(2x - 2t)",
        {"linear equations for the constants", "add a multiple of a row"},
    ),
]


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("equation", "values", "known", "rules"), WITH_LETTERS)
def test_constants_from_initial_values(
    equation: str, values: list[str], known: str, rules: set[str]
) -> None:
    d = derive.dsolve(equation, "y", "x", *values)
    assert same(d.result, known), d.result
    assert rules <= {step.rule for step in d.steps}
    assert "constants by computer algebra" not in {step.rule for step in d.steps}
    assert d.check(points=2).verdict == "confirmed", d.report


def test_a_root_is_not_negative() -> None:
    with pytest.raises(derive.NoRuleApplies):
        search(Constant(sqrt(C + 1), S(-2), C), TABLES, Budget())


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (Eq(Constant(exp(2 * C) + 1, S(4), C), log(3) / 2, evaluate=False), "confirmed"),
        (Eq(Constant(exp(2 * C) + 1, S(4), C), log(4) / 2, evaluate=False), "refuted"),
        (Eq(Constant(C**2, S(4), C), S(-2), evaluate=False), "confirmed"),  # one of two
        (Eq(Member(C1 + C2 * x, Tuple(C1, C2), ImmutableMatrix([2, 3])), 2 + 3 * x), "confirmed"),
        (Eq(Member(C1 + C2 * x, Tuple(C1, C2), ImmutableMatrix([2, 3])), 3 + 2 * x), "refuted"),
    ],
    ids=str,
)
def test_claims_about_constants(claim: Eq, verdict: str) -> None:
    assert check(claim).verdict == verdict


@pytest.mark.one_in(4)
@pytest.mark.parametrize(("equation", "values", "known"), WITH_VALUES)
def test_initial_values(equation: str, values: list[str], known: str) -> None:
    d = derive.dsolve(equation, "y", "x", *values)
    assert same(d.result, known), d.result
    assert d.check(points=2).verdict == "confirmed", d.report


FROM_THE_START = [
    # equation, initial values, solution, where it holds and where it does not
    ("y' = sqrt(1 - y^2)", ["y(0) = 0"], "sin(x)", (1, 2)),
    ("y' = x*sqrt(1 - y^2)", ["y(0) = 1/2"], "sin(x^2/2 + pi/6)", (1, 2)),
    ("y' = sqrt(y)", ["y(0) = 1"], "(x + 2)^2/4", (1, -3)),
    ("y'' = 1/y^3", ["y(0) = 1", "y'(0) = 0"], "sqrt(1 + x^2)", (1, None)),
    ("y'' = exp(y)", ["y(0) = 0", "y'(0) = 0"], "-2*log(cos(x/sqrt(2)))", (1, 3)),
    ("y'' = 3*y^2/2", ["y(0) = 1", "y'(0) = 1"], "4/(x - 2)^2", (1, 3)),
]


@pytest.mark.one_in(6)
@pytest.mark.parametrize(("equation", "values", "known", "places"), FROM_THE_START)
def test_solutions_from_the_start(
    equation: str, values: list[str], known: str, places: tuple[int, int | None]
) -> None:
    d = derive.dsolve(equation, "y", "x", *values)
    inside, outside = places
    for place in (S(inside) / 3, S(inside)):
        assert abs((d.result - parse(known)).subs(x, place).evalf()) < 1e-12
        assert d.given.subs(x, place) == True
    assert outside is None or d.given.subs(x, outside) == False
    assert d.check(points=2).verdict == "confirmed", d.report


@pytest.mark.slow
def test_a_motion_whose_time_has_no_inverse_is_left_as_an_equation() -> None:
    d = derive.dsolve("y'' = -1/y^2", "y", "x", "y(0) = 1", "y'(0) = 0")
    assert isinstance(d.result, ImplicitFunction)
    assert d.check(points=2).verdict == "confirmed", d.report


def test_no_rest_where_it_is_not_in_balance() -> None:
    d = derive.dsolve("y'' = y^3 - y", "y", "x", "y(0) = 1", "y'(0) = 0")
    assert d.result == 1


def test_what_cannot_be_solved_for_y_is_left_as_an_equation() -> None:
    d = derive.dsolve("y' = y*cos(x)/(1 + 2y^2)", "y", "x")
    assert isinstance(d.result, ImplicitSolution)
    assert d.check(points=2).verdict == "confirmed", d.report
    assert "= sin(x) + C}" in d.text()


@pytest.mark.one_in(2)
@pytest.mark.parametrize("values", [[], ["y(0) = 1", "y'(0) = 1"]], ids=str)
def test_energy_of_a_fall_towards_a_centre(values: list[str]) -> None:
    d = derive.dsolve("y'' = -1/y^2", "y", "x", *values)
    assert isinstance(d.result, ImplicitFunction if values else ImplicitSolution)
    assert d.check(points=2).verdict == "confirmed", d.report


def test_an_implicit_solution_through_a_place() -> None:
    d = derive.dsolve("y' = (1 + 3x^2)/(3y^2 - 6y)", "y", "x", "y(0) = 1")
    assert d.text().splitlines()[-2].endswith("y{y³ - 3y² = x³ + x - 2, y(0) = 1}")
    assert d.check(points=2).verdict == "confirmed", d.report
    assert abs(float(estimate(d.problem, {"x": 0.5})) - float(value(d, {"x": 0.5}))) < 1e-9


def test_the_ways_to_write_an_equation_are_one() -> None:
    t, u = symbols("t u")
    f = Function("u")(t)
    told = ["u' = -u", "du/dt + u = 0", "-u", "u'(t) + u(t) = 0", "u′ = -u"]
    told += [Eq(Derivative(f, t), -f), -u]
    assert {derive.dsolve(each, "u", "t").result for each in told} == {C * exp(-t)}


def test_constants_get_out_of_the_way() -> None:
    result = derive.dsolve("y' = C*y", "y", "x").result
    assert result == Symbol("C_1") * exp(C * x)


def test_a_letter_of_the_coefficients_needs_its_condition() -> None:
    d = derive.dsolve("y'' - k*y = 0", "y", "x")
    assert d.given == (Symbol("k") > 0)


@pytest.mark.parametrize(
    ("claimed", "verdict"),
    [
        (C / x + x**3 / 4, "confirmed"),
        (C / x + x**3 / 3, "refuted"),
        (C + x**3 / 4, "refuted"),
        (x**3 / 4, "undecided"),  # one solution is not all of them
    ],
)
def test_a_claimed_solution_is_put_into_the_equation(claimed: Expr, verdict: str) -> None:
    claim = Eq(Solution(x**2 - y / x, y, x, C), claimed, evaluate=False)
    assert check(claim).verdict == verdict


def test_an_initial_value_problem_is_followed_from_its_start() -> None:
    d = derive.dsolve("y' = y^2", "y", "x", "y(0) = 1/2")
    assert abs(float(estimate(d.problem, {"x": 1})) - 1) < 1e-9
    with pytest.raises(Undefined, match="ends before"):
        estimate(d.problem, {"x": 3})
    family = derive.dsolve("y' = y^2", "y", "x").problem
    with pytest.raises(Undecided, match="no value of its own"):
        estimate(family, {"x": 1, "C": 1})


def test_it_reads_well() -> None:
    d = derive.dsolve("y'' - 3y' + y/2 = x", "y", "x", "y(0) = 1", "y'(0) = 0")
    assert d.text().startswith("y{y'' - 3y' + (1/2)y = x, y(0) = 1, y'(0) = 0}")
    assert r"y\left\{y'' - 3y'" in d.latex()
    assert d.result.subs(x, 0).equals(S.One)
    assert d.result.has(sqrt(7))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: derive.dsolve("x^2 = y", "y", "x"), "no derivative of y"),
        (lambda: derive.dsolve("y''''''' = y", "y", "x"), "from 1 to 6"),
        (lambda: derive.dsolve("y''' = x*y", "y", "x"), "order above 2"),
        (lambda: derive.dsolve("y'^2 = y", "y", "x"), "not alone"),
        (lambda: derive.dsolve("y'' = y^2 + x", "y", "x"), "linear in y"),
        (lambda: derive.dsolve("y'' + x*y = 0", "y", "x"), "have to be constant"),
        (
            lambda: derive.dsolve("x^2*y'' = 2y", "y", "x", "y(-1) = 1", "y'(-1) = 0"),
            "at a positive x",
        ),
        (lambda: derive.dsolve("y' = y", "y", "y"), "use two letters"),
        (lambda: derive.dsolve("y' = y", "y", "x", "y(0) > 1"), "no initial value"),
        (lambda: derive.dsolve("y' = y", "y", "x", "y(0) = 1", "y'(0) = 1"), "takes 1 initial"),
        (lambda: derive.dsolve("y'' = y", "y", "x", "y(0) = 1", "y'(1) = 1"), "not at one place"),
        (lambda: derive.dsolve("y' = y", "y", "x", "y(0) = x"), "does not depend on x"),
        (lambda: derive.dsolve("y' = y", "y", "x", "y(oo) = 1"), "finite place"),
        (lambda: derive.dsolve("y' = y^(1/3)", "y", "x", "y(0) = 0"), "more than one solution"),
        (lambda: derive.dsolve("y' = x*sqrt(y-1)", "y", "x", "y(0) = 1"), "more than one solution"),
        (lambda: derive.dsolve("y' = 1/0", "y", "x"), "at character 7"),
        (lambda: derive.dsolve("y' = [[1, 2], [3, 4]]", "y", "x"), "write"),
    ],
)
def test_bad_input_says_what_to_do(call: object, message: str) -> None:
    with pytest.raises(ValueError, match=message) as error:
        call()
    assert "\n" not in str(error.value)


def test_what_no_rule_solves_is_refused() -> None:
    with pytest.raises(derive.NoRuleApplies, match=r"y' = sin\(x\*y\)"):
        derive.dsolve("y' = sin(x*y)", "y", "x")


def test_a_search_for_constants_ends_where_the_equations_have_no_value() -> None:
    def misses(x: mpmath.mpf, y: mpmath.mpf) -> list[mpmath.mpf]:
        return [x * y + 1, mpmath.log(x) + 9 if x <= 1 else mpmath.nan]  # no slope

    with pytest.raises(ValueError, match="does not come to a zero"):
        zero(mpmath.mp, misses, (mpmath.mpf(1), mpmath.mpf(1)))


def test_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dsolve", "y' = x/y", "y", "x", "y(0) = -2"]) == 0
    out = capsys.readouterr().out
    assert "turn the unknown over, u = -y" in out
    assert "= -√(x² + 4)" in out
