"""Determinants, inverses and null spaces against their definitions, in numbers; errors."""

from __future__ import annotations

import doctest
import importlib
import time

import numpy as np
import pytest
from sympy import (
    Abs,
    I,
    ImmutableMatrix,
    Matrix,
    Mul,
    Ne,
    Rational,
    Symbol,
    cos,
    exp,
    expand,
    latex,
    pretty,
    sin,
    sqrt,
    symbols,
)

from derive.core import Step
from derive.engine import BudgetExceeded
from derive.linear_algebra import SingularMatrix, determinant, eigen, inverse, null_space
from derive.linear_algebra.eigen import CharacteristicPolynomial, Eigenvalues
from derive.linear_algebra.elimination import is_zero, tidy
from derive.linear_algebra.inverses import Augmented
from derive.linear_algebra.null_space import NullSpace
from derive.linear_algebra.polynomials import Roots
from derive.rules import RuleTable
from tests.support.operators_in_numpy import check, floats, holds, points, value

NAMES = ("determinants", "eigen", "elimination", "inverses", "null_space", "polynomials")
MODULES = {name: importlib.import_module(f"derive.linear_algebra.{name}") for name in NAMES}

a, b, c, d, t, x, y, z, lam = symbols("a b c d t x y z lambda")


# ------------------------------------------------------------------ the rules

TABLES = {
    f"{name}.{key}": table
    for name, module in MODULES.items()
    for key, table in vars(module).items()
    if isinstance(table, RuleTable) and table.rules[0].function.__module__ == module.__name__
}
RULES = [(key, rule) for key, table in TABLES.items() for rule in table]


@pytest.mark.parametrize(("key", "rule"), RULES, ids=[f"{k}-{r.name}" for k, r in RULES])
def test_a_rule_is_the_first_on_its_example_and_true_there(key, rule):
    only = frozenset({rule.name}) if rule.on_request else None
    first, rewrite = next(TABLES[key].rewrites(rule.example, only))
    assert first is rule
    step = Step(rule.example, rule.name, rewrite.equals, rewrite.equals)
    for at in points(rule.example):
        assert holds(step, at)


def test_all_tables_were_found():
    assert len(TABLES) == 12
    assert all(rule.sentence.endswith(".") for _, rule in RULES)


@pytest.mark.parametrize("name", NAMES)
def test_docstring_examples(name):
    assert doctest.testmod(MODULES[name]).failed == 0


# ------------------------------------------------------------------ determinants

GENERIC = {n: Matrix(n, n, symbols(f"a:{n}:{n}")) for n in (2, 3, 4)}
DETERMINANTS = {
    "one": [[-7]],
    "two": [[1, 2], [3, 4]],
    "zero pivot": [[0, 2, 1], [3, 0, 4], [5, 6, 0]],
    "singular": [[1, 2, 3], [4, 5, 6], [7, 8, 9]],
    "fractions": [[Rational(1, 2), Rational(1, 3)], [Rational(2, 5), 3]],
    "dense": [[2, -1, 3, 5], [4, 1, -2, 3], [-3, 5, 2, 2], [1, 7, 4, -6]],
    "five": [[3, 1, -2, 4, 5], [2, 0, 7, 1, 1], [1, 1, 1, 6, 0], [5, 2, 3, 0, 4], [2, 9, 1, 3, 2]],
    "zeros in a corner": [[0, 0, 2, 1], [0, 0, 3, 5], [1, 4, 0, 0], [2, 9, 0, 0]],
    "blocks": [[1, 2, 5, a], [3, 4, b, 6], [0, 0, a, b], [0, 0, 7, 8]],
    "Vandermonde": [[1, x, x**2], [1, y, y**2], [1, z, z**2]],
    "letters and numbers": [[1, a, 2, 0], [a, 1, b, 3], [2, b, 1, a], [0, 3, a, 1]],
    "fractions of letters": [[1 / a, 1], [1, 1 / b]],
    "rotation": [[cos(t), -sin(t), 0], [sin(t), cos(t), 0], [0, 0, 1]],
    "roots": [[sqrt(2), sqrt(3)], [sqrt(6), 3]],
    "complex": [[1 + I, 2], [3, 4 - I]],
}


@pytest.mark.parametrize("method", ["auto", "cofactor", "elimination"])
@pytest.mark.parametrize("name", DETERMINANTS)
def test_determinant_every_step(name, method):
    found = determinant(DETERMINANTS[name], method=method)
    check(found)
    for at in points(found.problem):
        A = floats(found.problem.args[0], at)
        assert np.allclose(value(found.result, at), np.linalg.det(A))


@pytest.mark.parametrize("n", [2, 3, 4])
def test_determinant_of_letters(n):
    started = time.perf_counter()
    found = determinant(GENERIC[n], method="cofactor")
    assert time.perf_counter() - started < 2
    assert found.given == True
    check(found)


@pytest.mark.parametrize("n", [2, 3])
def test_elimination_with_letters_says_which_pivots(n):
    found = determinant(GENERIC[n], method="elimination")
    assert found.given.has(*GENERIC[n][:1])
    check(found)


def test_determinant_results_as_in_textbooks():
    assert determinant([[a, b], [c, d]]).result == a * d - b * c
    assert determinant([[cos(t), -sin(t)], [sin(t), cos(t)]]).result == 1
    assert determinant([[0.1, 0.2], [0.3, 0.4]]).result == Rational(-1, 50)
    assert determinant("[[1, 2], [3, 4]]").result == -2
    assert determinant(np.array([[1.5, 2.0], [3.0, 4.0]])).result == 0
    assert determinant(Matrix([[1, 1], [1, 1 + a]])).result == a
    spherical = Matrix([x * sin(y) * cos(z), x * sin(y) * sin(z), x * cos(y)]).jacobian([x, y, z])
    assert determinant(spherical).result == x**2 * sin(y)


# fmt: off
IN_FACTORS = {
    "Vandermonde":     ([[1, a, a**2], [1, b, b**2], [1, c, c**2]], 3),
    "powers as rows":  ([[1, 1, 1, 1], [a, b, c, d], [a**2, b**2, c**2, d**2],
                         [a**3, b**3, c**3, d**3]], 6),
    "circulant":       ([[a, b, c], [c, a, b], [b, c, a]], 2),
    "circulant, four": ([[a, b, c, d], [d, a, b, c], [c, d, a, b], [b, c, d, a]], 3),
    "equal beside":    ([[a, b, b, b], [b, a, b, b], [b, b, a, b], [b, b, b, a]], 2),
    "rank one more":   ([[1 + a, b, c], [a, 1 + b, c], [a, b, 1 + c]], 1),
    "rows that add up": ([[a, b, c], [b, c, a], [a + b, b + c, c + a]], 0),
}
# fmt: on


@pytest.mark.parametrize("name", IN_FACTORS)
def test_determinant_in_factors(name):
    A, count = IN_FACTORS[name]
    found = determinant(A)
    check(found)
    factors = [f for f in Mul.make_args(found.result) if f.free_symbols]
    assert len(factors) == count
    assert expand(found.result - Matrix(A).det(method="berkowitz")) == 0


def test_no_condition_on_what_is_never_zero():
    assert inverse([[cos(t), -sin(t)], [sin(t), cos(t)]]).given == True
    assert inverse([[a**2 + 1, 0], [b, 1]]).given == True
    assert inverse([[a**2, 0], [b, 2]]).given == Ne(a, 0)


def test_methods_use_their_rules():
    dense = DETERMINANTS["dense"]
    rules = {m: {s.rule for s in determinant(dense, m).steps} for m in ("cofactor", "elimination")}
    assert "cofactor expansion" in rules["cofactor"]
    assert "add a multiple of a row" not in rules["cofactor"]
    assert rules["elimination"] == {"add a multiple of a row", "triangular matrix", "swap two rows"}


def test_a_row_operation_is_written_with_the_names_of_rows():
    first = determinant([[1, 2], [3, 4]], method="elimination").root
    R_1, R_2 = symbols("R_1 R_2")
    assert first.where == ((Symbol("R_2'"), R_2 - 3 * R_1),)


# ------------------------------------------------------------------ inverses

INVERSES = {
    "one": [[4]],
    "two": [[1, 2], [3, 4]],
    "zero pivot": [[0, 2, 1], [3, 0, 4], [5, 6, 0]],
    "permutation": [[0, 1, 0], [0, 0, 1], [1, 0, 0]],
    "fractions": [[Rational(1, 2), Rational(1, 3)], [Rational(2, 5), 3]],
    "letters": [[a, b], [c, d]],
    "three letters": [[a, 1, 0], [b, a, 2], [0, c, 1]],
    "rotation": [[cos(t), -sin(t)], [sin(t), cos(t)]],
    "roots": [[sqrt(2), 1], [3, sqrt(5)]],
    "complex": [[1 + I, 2], [3, 4 - I]],
    "four": [[2, -1, 3, 5], [4, 1, -2, 3], [-3, 5, 2, 2], [1, 7, 4, -6]],
}


@pytest.mark.parametrize("method", ["auto", "gauss-jordan", "adjugate"])
@pytest.mark.parametrize("name", INVERSES)
def test_inverse_every_step(name, method):
    found = inverse(INVERSES[name], method=method)
    check(found)
    for at in points(found.problem):
        A, X = floats(found.problem.args[0], at), floats(found.result, at)
        assert np.allclose(A @ X, np.eye(len(A)))


def test_inverse_of_six_by_six_is_fast_and_exact():
    A = ImmutableMatrix(6, 6, lambda i, j: (7 * i * i + 3 * j + 5 * i * j * j) % 19 - 9)
    started = time.perf_counter()
    found = inverse(A)
    assert time.perf_counter() - started < 2
    assert found.result * A == ImmutableMatrix.eye(6)


def test_conditions_of_inverses():
    A = [[a, b], [c, d]]
    assert inverse(A).given == Ne(a * d - b * c, 0)
    assert inverse(A, method="gauss-jordan").given.atoms(Symbol) == {a, b, c, d}
    assert inverse([[1, 2], [3, 4]]).given == True


@pytest.mark.parametrize("method", ["auto", "gauss-jordan", "adjugate"])
@pytest.mark.parametrize("A", [[[0]], [[1, 2], [2, 4]], [[a, b], [2 * a, 2 * b]]])
def test_singular(A, method):
    with pytest.raises(ValueError, match="singular: its determinant is 0") as caught:
        inverse(A, method=method)
    assert isinstance(caught.value, SingularMatrix)
    assert caught.value.determinant.result == 0


def test_augmented_matrices_print_with_their_bar():
    goal = Augmented(ImmutableMatrix([[1, 2], [3, 4]]), ImmutableMatrix.eye(2))
    assert str(goal) == "[1, 2 | 1, 0; 3, 4 | 0, 1]"
    assert r"\begin{array}{cc|cc}1 & 2 & 1 & 0 \\ 3 & 4 & 0 & 1\end{array}" in latex(goal)
    assert pretty(goal, use_unicode=False).count("|") >= 2
    assert goal.shape == (2, 2)
    assert goal.free_symbols == set()


# ------------------------------------------------------------------ null spaces

NULL_SPACES = {
    "line": ([[1, 2], [2, 4]], 1),
    "only zero": ([[1, 2], [3, 4]], 0),
    "all": ([[0, 0, 0]], 3),
    "wide": ([[0, 2, 4, 1], [1, 1, 1, 1], [1, 3, 5, 2]], 2),
    "tall": ([[1, 2], [2, 4], [3, 6]], 1),
    "fractions": ([[Rational(1, 2), Rational(1, 3), 1]], 2),
    "letters": ([[a, b], [a * c, b * c]], 1),
    "roots": ([[1, sqrt(2)], [sqrt(2), 2]], 1),
}


@pytest.mark.parametrize("name", NULL_SPACES)
def test_null_space_every_step(name):
    M, dimension = NULL_SPACES[name]
    found = null_space(M)
    check(found)
    assert found.result.shape == (found.problem.args[0].cols, dimension)
    for at in points(found.problem):
        assert np.allclose(floats(found.problem.args[0], at) @ floats(found.result, at), 0)


# ------------------------------------------------------------------ entries, errors, limits


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (sqrt(2) * sqrt(3) - sqrt(6), True),
        (1 / (1 + sqrt(2)) - sqrt(2) + 1, True),
        (sqrt(5 + 2 * sqrt(6)) - sqrt(2) - sqrt(3), True),
        (1 / (1 + I) - (1 - I) / 2, True),
        (cos(t) ** 2 + sin(t) ** 2 - 1, True),
        ((a**2 - b**2) / (a - b) - a - b, True),
        (sum(exp(2 * I * k * Rational(355, 113) / 5) for k in range(5)), False),
        (sqrt(2) - Rational(141421356237, 100000000000), False),
        (a - b, False),
        (sqrt(a) - sqrt(b), False),
    ],
)
def test_is_zero(entry, expected):
    assert is_zero(entry) is expected


def test_what_is_not_certain_is_no_pivot():
    u = Symbol("u")
    with pytest.raises(ValueError, match="cannot decide whether") as caught:
        is_zero(Abs(u) - sqrt(u**2))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: determinant([[1, 2, 3], [4, 5, 6]]), ValueError, "2 by 3"),
        (lambda: inverse([[1, 2]]), ValueError, "1 by 2"),
        (lambda: eigen([[1], [2]]), ValueError, "2 by 1"),
        (lambda: determinant([[1]], method="magic"), ValueError, "magic"),
        (lambda: inverse([[1]], method="magic"), ValueError, "magic"),
        (lambda: determinant([[1, float("inf")], [0, 1]]), ValueError, "finite"),
        (lambda: determinant(x), ValueError, "not a matrix"),
        (lambda: determinant({1: 2}), TypeError, "dict"),
        (lambda: determinant(GENERIC[4], timeout=1e-9), BudgetExceeded, "out of budget"),
    ],
)
def test_errors_in_one_line(call, error, text):
    with pytest.raises(error) as caught:
        call()
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)


def test_operators_know_their_letters():
    A = ImmutableMatrix([[a, 1], [2, b]])
    assert Roots(a * z**2 + b, z).free_symbols == {a, b}
    assert Eigenvalues(A).free_symbols == {a, b}
    assert CharacteristicPolynomial(A, lam).free_symbols == {a, b, lam}
    assert NullSpace(A).free_symbols == Augmented(A, A).free_symbols == {a, b}
    polynomial = CharacteristicPolynomial(A, lam)
    for operator in (Roots(z**2, z), Eigenvalues(A), polynomial, NullSpace(A)):
        assert operator.func(*operator.args) == operator
        assert all((str(operator), pretty(operator), latex(operator)))


def test_tidy_keeps_one_fraction():
    assert tidy(1 / (1 + sqrt(2))) == sqrt(2) - 1
    assert tidy(a / b + c / d) == (a * d + b * c) / (b * d)
