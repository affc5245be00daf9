"""Sums, products and convergence: the answers of the literature, conditions, and bad input."""

from __future__ import annotations

import pytest
from sympy import Abs, I, S, Sum, Symbol, oo, pi, symbols

import derive
from derive.calculus.sums.behaviour import ABSOLUTELY, CONDITIONALLY, DIVERGES
from derive.calculus.sums.telescoping import antidifference, gosper
from derive.engine import NoRuleApplies
from lambdify_bridge import to_numpy
from tests.support.book_answers import NO_VALUE, ask, compared, questions

k, n = symbols("k n", integer=True)


def asked_and_compared(kind: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for question in questions(kind):
        try:
            answer = compared(kind, question, ask(kind, question).result)
        except NoRuleApplies:
            answer = "refused"
        except ValueError:
            answer = "right" if question.get("value") == NO_VALUE else "refused"
        assert answer not in ("wrong", "undecided"), question
        found[answer] = found.get(answer, 0) + 1
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "at_least"), [("sums", 60), ("products", 20), ("convergence", 30), ("series", 40)]
)
def test_the_answers_of_the_literature(kind: str, at_least: int) -> None:
    found = asked_and_compared(kind)
    assert found["right"] >= at_least
    assert found["right"] >= 0.95 * sum(found.values())


# ------------------------------------------------------------------ the rule that is named


@pytest.mark.parametrize(
    ("f", "a", "b", "rule"),
    [
        ("k^3", 1, "n", "power sum (Faulhaber)"),
        ("k*k!", 1, "n", "Gosper's algorithm"),
        ("1/(k*(k+1))", 1, "oo", "partial fractions"),
        ("binomial(n,k)*p^k*(1-p)^(n-k)", 0, "n", "binomial theorem"),
        ("1/k^2", 1, "oo", "zeta value"),
        ("(-1)^k/(2k+1)^2", 0, "oo", "Dirichlet's beta"),
        ("x^k/k!", 0, "oo", "known series: exponential"),
        ("binomial(n,k)^2", 0, "n", "Vandermonde's sum"),
        ("1/k", 1, "oo", "divergent series"),
        ("sin(k*t)/k", 1, "oo", "Fourier series of the sawtooth"),
        ("cos(k*t)/k", 1, "oo", "Fourier series of the logarithm"),
        ("sin(k*t)/k^3", 1, "oo", "Bernoulli polynomials"),
    ],
)
def test_the_method_is_named(f: str, a: object, b: object, rule: str) -> None:
    assert derive.summation(f, ("k", a, b)).root.rule == rule


@pytest.mark.parametrize(
    ("f", "rule"),
    [
        ("1/n^2", "p-series"),
        ("(1/2)^n", "geometric series"),
        ("n/(n+1)", "nth-term test"),
        ("2^n/n!", "ratio test"),
        ("(n/(2n+1))^n", "root test"),
        ("(n+1)/(n^3+2)", "limit comparison"),
        ("sin(n)/n^2", "direct comparison"),
        ("(-1)^n/n", "alternating series (Leibniz)"),
        ("sin(n)/n", "Dirichlet's test"),
        ("cos(2n+1)/log(n+1)", "Dirichlet's test"),
        ("binomial(2n,n)/(4^n*n)", "Raabe's test"),
        ("exp(-sqrt(n))/sqrt(n)", "integral test"),
        ("1/(n*log(n))", "Cauchy's condensation"),
    ],
)
def test_the_test_is_named(f: str, rule: str) -> None:
    assert derive.convergence(f, "n").root.rule == rule


# ------------------------------------------------------------------ conditions, forms


def test_a_geometric_series_says_where_it_converges() -> None:
    d = derive.summation("x^k", ("k", 0, "oo"))
    assert d.given == (Abs(Symbol("x")) < 1)
    assert d.result == 1 / (1 - Symbol("x"))


def test_a_finite_geometric_sum_excludes_one() -> None:
    assert str(derive.summation("q^k", ("k", 0, "n")).given) == "Ne(q, 1)"


def test_the_sawtooth_holds_within_one_turn() -> None:
    t = Symbol("t")
    assert derive.summation("sin(k*t)/k", ("k", 1, "oo")).given == ((t > 0) & (t < 2 * pi))
    assert derive.summation("(-1)^k*sin(k*t)/k", ("k", 1, "oo")).given == ((t < pi) & (t > -pi))


@pytest.mark.parametrize("turns", [-2, 0, 1])
def test_a_known_angle_is_brought_into_one_turn(turns: int) -> None:
    d = derive.summation(f"sin(k*(1 + 2*{turns}*pi))/k", ("k", 1, "oo"))
    assert d.result == (pi - 1) / 2


def test_no_fourier_series_at_whole_turns() -> None:
    assert derive.summation("cos(2*pi*k)/k", ("k", 1, "oo")).result == oo


def test_waves_over_the_square_that_are_not_elementary_are_refused() -> None:
    with pytest.raises(NoRuleApplies):
        derive.summation("sin(k*t)/k^2", ("k", 1, "oo"))


def test_dirichlets_test_says_at_which_angles() -> None:
    assert str(derive.convergence("sin(n*x)/n", "n").given) == "Ne(sin(x), 0)"


def test_letters_that_count_are_integers() -> None:
    d = derive.summation("(-1)^(2k)", ("k", 1, "n"))
    assert d.result == n


def test_power_series_behave_by_the_size_of_the_letter() -> None:
    d = derive.convergence("x^n/n", "n")
    x = Symbol("x")
    assert d.result.subs(x, S.Half) == ABSOLUTELY
    assert d.result.subs(x, 2) == DIVERGES


def test_the_three_answers_differ() -> None:
    assert len({ABSOLUTELY, CONDITIONALLY, DIVERGES}) == 3
    assert [str(b) for b in (DIVERGES, CONDITIONALLY)] == ["diverges", "converges conditionally"]


def test_series_that_behave_alike_are_not_said_to_be_equal() -> None:
    text = derive.convergence("log(n)/n", "n").text()
    assert "behaves as" in text
    assert "log(n)/n =" not in text


def test_the_sum_becomes_a_numpy_function() -> None:
    f = to_numpy(derive.summation("x^k/k!", ("k", 0, "oo")))
    assert f(1.0) == pytest.approx(2.718281828459045)


def test_several_ranges() -> None:
    d = derive.summation("j*k", ("j", 1, "k"), ("k", 1, "n"))
    assert d.result.subs(n, 4) == sum(j * i for i in range(1, 5) for j in range(1, i + 1))


def test_gosper_finds_nothing_where_there_is_nothing() -> None:
    assert gosper(1 / k, k) is None
    assert antidifference(1 / k + 1 / (k + 1), k) is None


def test_divergence_to_minus_infinity() -> None:
    assert derive.summation("-1/k", ("k", 1, "oo")).result == -oo


@pytest.mark.parametrize(
    ("a_n", "radius"), [("n!", 0), ("1/n!", oo), ("2^n", S.Half), ("binomial(2n,n)", S.One / 4)]
)
def test_radius_of_convergence(a_n: str, radius: object) -> None:
    assert derive.radius_of_convergence(a_n, "n").result == radius


def test_a_conditional_sum_is_not_split_into_divergent_ones() -> None:
    d = derive.summation("1/k - 1/(k+1)", ("k", 1, "oo"))
    assert d.result == 1
    assert not any(s.result in (oo, -oo) for s in d.steps if isinstance(s.goal, Sum))


# ------------------------------------------------------------------ bad input


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: derive.summation("k"), "over which range"),
        (lambda: derive.summation("k", ("k", 1)), "is no range"),
        (lambda: derive.summation("k", ("k", 1, "k")), "move with the index"),
        (lambda: derive.summation("k", ("k", 1, "5/2")), "integers, or oo"),
        (lambda: derive.summation("k", ("k", 1, I)), "real line"),
        (lambda: derive.product("k", ("k", 1, 2), ("j", 1, 2)), "one range"),
        (lambda: derive.convergence("x", "n"), "does not depend on n"),
        (lambda: derive.convergence("1/n", "n", pi), "write an integer"),
        (lambda: derive.radius_of_convergence("0", "n"), "all coefficients are 0"),
    ],
)
def test_bad_input_is_told_what_to_do(call: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()


def test_a_term_without_a_value_is_told() -> None:
    with pytest.raises(ValueError, match="has no value at k = 1"):
        derive.summation("1/(k^2-k)", ("k", 1, "oo"))


def test_what_cannot_be_summed_is_refused() -> None:
    with pytest.raises(NoRuleApplies):
        derive.summation("sin(k)/k^(1/3)", ("k", 1, "oo"))
