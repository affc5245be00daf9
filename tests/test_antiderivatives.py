"""Antiderivatives by method, judged without the project's own check: differentiated back at 40
digits, finite and real in NumPy wherever the integrand is, without a jump where it has none."""

from __future__ import annotations

import pytest
from sympy import S, Symbol

from derive.asked import scalar
from derive.calculus.integrals import integrate
from derive.calculus.integrals.inverses import in_the_triangle
from derive.calculus.integrals.real_factors import real_factors
from tests.support.judge import judge

x = Symbol("x")

# fmt: off
# integrand, the method that it belongs to, and the first rule
BY_METHOD = [
    # polynomials: few terms, and never Gauss's function
    ("x*(1 - x)**4",                   "powers of a line"),
    ("x**2*(2*x + 3)**11",             "powers of a line"),
    ("(x**2 + x + 1)**5",              "expand"),
    # fractions over the reals
    ("(x**4 - 3*x**2 + 6)/(x**6 - 5*x**4 + 5*x**2 + 4)", "logarithms by their residues"),
    ("1/(x**3 + x + 1)**2",            "Ostrogradsky's method"),
    ("1/(x**4 - 2)**2",                "Ostrogradsky's method"),
    ("x/(x**5 + 2)",                   "zeros on a circle"),
    ("1/(x**7 - 1)",                   "zeros on a circle"),
    ("1/(x**4 + 2*x**3 + x**2 + 1)",   "real quadratic factors"),
    ("1/(x**3 - 3*x + 1)",             "real quadratic factors"),
    ("1/(x**5 - x - 1)",               "named zeros"),
    ("1/(a + b*x**4)",                 "scale to a binomial of numbers"),
    ("1/(x**4 + a*x**2 + b)",          "biquadratic with letters"),
    # roots
    ("sqrt(x + 1)/((x + 3)*sqrt(x + 2))", "quotient of roots"),
    ("sqrt(2*x + 1)*(5*x + 3)**(5/2)/(3*x + 2)**2", "quotient of roots"),
    ("x**2*sqrt(1 - x)*sqrt(1 + x)",   "one root of a product"),
    ("sqrt(x + 1)*sqrt(x + 3)",        "one root after the other"),
    ("1/(1 + sqrt(x) + sqrt(x + 1))",  None),
    ("(x**4 + 1)**(-5/4)",             "Chebyshev's substitution"),
    ("(x**4 + 1)**(3/4)/(x**4 + 2)**2", "Chebyshev's substitution"),
    ("1/(x + sqrt(x**2 + x + 2))",     "free the denominator of the root"),
    ("1/((x**2 + x + 1)*sqrt(x**2 + x + 2))", "Euler's substitution"),
    ("1/((x**2 + 3)*sqrt(2 - x - x**2))", "Euler's substitution"),
    # inverse functions
    ("exp(asin(x))",                   "substitute the inverse function"),
    ("acoth(x)**2/(1 - x**2)**2",      "substitute the inverse function"),
    ("asin(x)**2",                     None),
    ("exp(3*atanh(2*x))/(1 + 2*x)",    "exponential of an inverse hyperbolic function"),
    ("exp(n*acoth(a*x))/(1 - a**2*x**2)**2", None),
    # waves
    ("abs(csc(x))**3",                 "absolute value of what has no zero"),
    ("abs(cos(2*x))**3",               "absolute value of a wave"),
    ("sqrt(1 + sin(x))",               "root of a square"),
    ("cos(x)*sqrt(1 + cos(x))",        "root of a square"),
    ("sin(x + a)*cot(x + b)**2",       "addition theorem"),
    ("cos(x)/(2 + cos(x)**2)**(3/2)",  "roots in sine and cosine"),
    ("cos(x)/sqrt(cos(2*x))",          "roots in sine and cosine"),
    ("sqrt(cos(2*x))/cos(x)",          "roots in sine and cosine"),
    ("(sin(x) + cos(x))/sqrt(sin(2*x))", "roots in sine and cosine"),
    ("1/(cos(x)*sqrt(sin(2*x)))",      "roots in sine and cosine"),
    ("cosh(x)*sqrt(sinh(2*x))",        "roots in sine and cosine"),
    ("sin(3*x)/sqrt(cos(x))",          "roots in sine and cosine"),
    ("sign(cos(3*x + 1))",             "sign of a wave"),
    ("cosh(x)**(5/2)",                 "power of a wave"),
    ("1/(2 + cos(x))",                 "join the branches"),
    ("1/(1 + a**2*tan(x)**2)",         None),
    ("1/(3 + 2*sin(x))**2",            "join the branches"),
    ("(sin(x) - 2*cot(x)**2)/(5*tan(x)**2 + 1)**(3/2)", None),
    # pieces
    ("Max(x, 1)",                      "piece by piece"),
    ("abs(x**2 - 1)*exp(x)",           "piece by piece"),
    # logarithms
    ("cos(log(3*x**2))",               "substitute the logarithm of a power"),
    ("sin(x/(x + 1))",                 "substitute the denominator"),
    ("exp(x)*(1/x - 1/x**2)",          "undetermined coefficients"),
    ("(1 - log(x))/(x*(x + log(x)))",  None),
    ("exp(x)*(1 + sin(x))/(1 + cos(x))", "undetermined coefficients"),
    ("x**3*sin(2*x)",                  "tabular integration by parts"),
    ("1/(sqrt(x)*(1 + x)**(3/2))",     None),
    # special functions
    ("sin(2*x + 1)/(x + 3)",           "divided by another line"),
    ("sin(x**2 + x + 1)",              "Fresnel integral of a quadratic"),
    ("x**2*sin(x**2)",                 "parts with the inner derivative"),
    ("log(1 + x)/x",                   "polylogarithm"),
    ("log(x)*atan(x)/x",               "parts towards a polylogarithm"),
    ("log(2 + 3*x)/(x + 1)",           "logarithm over a line"),
    ("log(abs(x - 1))/(x + 3)",        "logarithm of a power over a line"),
    ("log(x)/(x*sqrt(1 + x))",         "root beside a logarithm"),
    ("log(1 + 2*x)/((1 + 2*x)*sqrt(3 + x))", "root beside a logarithm"),
    ("log(3*x**2 - 2)/(x - 1)",        "logarithm of a product"),
    ("log(x + 3)/(x**2 - 2)",          "logarithm over real zeros"),
    ("log(3*x**2)/(x + 1)",            "logarithm of a power over a line"),
    ("log(x**2 + x + 1)**2",           None),
    ("x/(exp(x) + 1)",                 "power times a fraction of exponentials"),
    ("x**2/(exp(2*x) - 3)",            "power times a fraction of exponentials"),
    ("x/(2 + cos(x))",                 "power times a fraction of exponentials"),
    ("x**3*tan(x)",                    "power times a fraction of exponentials"),
    ("x*log(cosh(x))",                 "power times a logarithm of exponentials"),
    ("x**m*exp(b*x)",                  "Kummer's function"),
    ("x/sqrt(1 - x**3)",               "Gauss's function"),
    ("x*Ei(2*x)",                      "integration by parts"),
    ("floor(x)",                       "integral of floor"),
]
# fmt: on


@pytest.mark.one_in(6)
@pytest.mark.parametrize(("text", "rule"), BY_METHOD)
def test_by_method(text: str, rule: str | None) -> None:
    f = scalar(text)
    derivation = integrate(f, x)
    assert rule is None or derivation.root.rule == rule
    letters = sorted(f.free_symbols - {x}, key=str)
    found = judge(derivation.result, f, x, S(derivation.given), derivation.to_numpy([x, *letters]))
    assert found.verdict == "verified", found
    assert found.finite
    assert not found.jumps


def test_trigonometric_substitution_on_request() -> None:
    """The same antiderivative, up to a constant, by the right triangle."""
    f = scalar("sqrt(4 - x**2)/x**2")
    by_triangle = integrate(f, x, method="trigonometric substitution")
    assert by_triangle.root.rule == "trigonometric substitution"
    found = judge(by_triangle.result, f, x, S.true, by_triangle.to_numpy([x]))
    assert found.verdict == "verified"
    assert found.finite


@pytest.mark.parametrize(
    ("text", "letter", "value"),
    [
        ("x**n", "n", -1),
        ("exp(a*x)*x", "a", 0),
        ("sin(a*x)*sin(b*x)", "a", Symbol("b")),
        ("1/((x - a)*(x - b))", "a", Symbol("b")),
    ],
)
def test_cases_are_derived_as_well(text: str, letter: str, value: object) -> None:
    """The branch of the special value is an antiderivative there, and the others elsewhere."""
    f = scalar(text)
    derivation = integrate(f, x, cases=True)
    assert derivation.root.rule == "by cases"
    special = {Symbol(letter): value}
    found = judge(derivation.result.subs(special), f.subs(special), x, S.true, None)
    assert found.verdict == "verified"
    assert judge(derivation.result, f, x, S(derivation.given), None).verdict == "verified"


def test_conditions_are_in_the_letters_of_the_problem() -> None:
    """What is required of the new variable u is said of the g(x) that it stands for."""
    derivation = integrate("tan(x)/(1 + a*tan(x)^2)^2", "x")
    inner = {s for s in derivation.given.free_symbols if s.name.startswith("u")}
    assert not inner


def test_the_judge_sees_a_wrong_factor_a_jump_and_a_number_that_is_not_real() -> None:
    """A judge that cannot say no says nothing."""
    from sympy import atan, cos, log, tan

    from lambdify_bridge import to_numpy

    right = 1 / (2 + cos(x))
    jumping = 2 * atan(tan(x / 2) / S(3) ** S.Half) / S(3) ** S.Half
    assert judge(jumping, right, x, S.true, to_numpy(jumping, [x])).jumps
    wrong = S("1.0001") * log(x)
    assert judge(wrong, 1 / x, x, S.true, to_numpy(wrong, [x])).verdict == "wrong"
    assert not judge(log(x), 1 / x, x, S.true, to_numpy(log(x), [x])).finite


@pytest.mark.parametrize(
    "text",
    [
        "x**8 + 1", "x**6 + x**3 + 1", "x**5 - 3", "x**4 - 10*x**2 + 1", "x**3 - 3*x + 1",
        "x**4 + x**3 + x**2 + x + 1", "(x**4 - 2)**2", "x**4 + 4*x**3 + 8*x**2 + 8*x + 2",
    ],
)  # fmt: skip
def test_real_factors_multiply_back(text: str) -> None:
    p = scalar(text)
    factors = real_factors(p, x)
    assert factors is not None
    assert all(q.as_poly(x).degree() <= 2 for q, _ in factors)
    for at in (S(13) / 7, -S(5) / 3):
        product = S.One
        for q, k in factors:
            product *= q.subs(x, at) ** k
        assert abs((product - p.subs(x, at)).evalf(30)) < S(10) ** -25


def test_a_polynomial_without_closed_factors_has_none() -> None:
    assert real_factors(scalar("x**5 - x - 1"), x) is None


def test_the_right_triangle() -> None:
    assert in_the_triangle(scalar("sin(2*asin(x))")) == scalar("2*x*sqrt(1 - x**2)")
