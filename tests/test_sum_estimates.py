"""Sums, products and convergence from their definition: known values, and nothing wrong."""

from __future__ import annotations

import mpmath
import pytest
from sympy import (
    Basic,
    E,
    Expr,
    Integer,
    Product,
    Rational,
    Sum,
    Symbol,
    binomial,
    cos,
    exp,
    factorial,
    harmonic,
    log,
    oo,
    pi,
    sin,
    sqrt,
    zeta,
)

from lambdify_bridge import sums  # noqa: F401
from lambdify_bridge.evaluate import Evaluator, Undecided, Undefined
from lambdify_bridge.sequence import NoLimit

n, k = Symbol("n", integer=True), Symbol("k", integer=True)


class Convergence(Expr):
    """What the bridge knows by its name alone."""


class RadiusOfConvergence(Expr):
    pass


def value(operator: Basic) -> mpmath.mpf:
    return Evaluator({})(operator)


# fmt: off
KNOWN = [
    (Sum(1/n**2, (n, 1, oo)),                       "1.64493406684822643647"),
    (Sum(n**Rational(-3, 2), (n, 1, oo)),           "2.61237534868548834335"),
    (Sum(1/(n*log(n)**2), (n, 2, oo)),              "2.10974280123689197448"),
    (Sum(log(n)/n**2, (n, 1, oo)),                  "0.93754825431584375370"),
    (Sum((-1)**n/sqrt(n), (n, 1, oo)),              "-0.6048986434216303702"),
    (Sum((-1)**n/log(n), (n, 2, oo)),               "0.92429989722293885596"),
    (Sum(cos(pi*n/2)/n, (n, 1, oo)),                "-0.3465735902799726547"),
    (Sum(binomial(2*n, n)/4**n/(2*n + 1), (n, 0, oo)), "1.5707963267948966192"),
    (Sum((-1)**(n + 1)*harmonic(n)/n, (n, 1, oo)),  "0.58224052646501250590"),
    (Sum(zeta(n) - 1, (n, 2, oo)),                  "1"),
    (Sum(Rational(99, 100)**n, (n, 0, oo)),         "100"),
    (Sum(n*7737**n*exp(-7737)/factorial(n), (n, 0, oo)), "7737"),
    (Sum(exp(-3000)*3000**n/factorial(n) + 2**(-n), (n, 0, oo)), "3"),
    (Sum(sin(n)/n, (n, 1, oo)),                     "1.07079632679489661923"),
    (Sum(cos(n/7)/n**2, (n, 1, oo)),                "1.42563663240813916434"),
    (Sum((-1)**n*sin(n/3)/n, (n, 1, oo)),           "-0.1666666666666666667"),
    (Sum(sin(n)**2/n**2, (n, 1, oo)),               "1.07079632679489661923"),
    (Product(1 - 1/n**2, (n, 2, oo)),               "0.5"),
    (Product(1 + 1/n**2, (n, 1, oo)),               "3.67607791037497772069"),
    (Product(1 - 1/n**4, (n, 2, oo)),               "0.9190194775937444301"),
    (Product(1 - 1/n, (n, 2, oo)),                  "0"),
    (Product(1 - 25/n**2, (n, 1, oo)),              "0"),
    (Sum(n, (n, 1, 100)),                           "5050"),
    (Sum(n, (n, 5, 1)),                             "-9"),
    (Product(n, (n, 1, 5)),                         "120"),
]
# fmt: on


@pytest.mark.one_in(2)
@pytest.mark.parametrize(("operator", "known"), KNOWN, ids=lambda p: str(p)[:50])
def test_known_values(operator: Basic, known: str) -> None:
    assert abs(value(operator) - mpmath.mpf(known)) < 1e-14 * max(1, mpmath.mpf(known))


def test_a_small_sum_is_known_to_its_own_size() -> None:
    assert value(Sum(Rational(1, 10**40) / 2**n, (n, 0, oo))) == pytest.approx(2e-40, rel=1e-14)


def test_a_hump_that_is_too_far_out_is_not_taken_for_nothing() -> None:
    hump = Sum((10**6) ** n * exp(-(10**6)) / factorial(n), (n, 0, oo))
    with pytest.raises(Undecided, match="largest terms"):
        value(hump)


@pytest.mark.parametrize("f", [1 / n, 1 / (n * log(n)), sqrt(n), binomial(2 * n, n) / 4**n, n**n])
def test_sums_that_grow_without_bound(f: Expr) -> None:
    assert value(Sum(f, (n, 2, oo))) == mpmath.inf
    assert value(Sum(-f, (n, 2, oo))) == -mpmath.inf


@pytest.mark.parametrize("f", [(-1) ** n, (-1) ** n * n / (n + 1), cos(pi * n / 3)])
def test_sums_that_swing(f: Expr) -> None:
    with pytest.raises(NoLimit):
        value(Sum(f, (n, 1, oo)))


@pytest.mark.parametrize("f", [1 / (n * log(n) * log(log(n)) ** 2), sin(n**2) / n])
def test_what_cannot_be_told_is_not_told(f: Expr) -> None:
    with pytest.raises(Undecided):
        value(Sum(f, (n, 3, oo)))


def test_bounds_are_a_whole_number_apart() -> None:
    with pytest.raises(Undefined):
        value(Sum(n, (n, 1, Rational(5, 2))))


# fmt: off
BEHAVIOUR = [
    (1/n, 0), (1/n**2, 2), ((-1)**n/n, 1), (1/(n*log(n)), 0), (1/(n*log(n)**2), 2),
    (factorial(n)/n**n, 2), (n**n/factorial(n)/E**n, 0), (sin(n)/n**2, 2), ((-1)**n*n, 0),
    (cos(n*pi/3)/n, 1), (exp(-sqrt(n)), 2), (log(n)**-log(n), 2), (log(n)**-10, 0),
    ((-1)**n/n**Rational(11, 10), 2), (1 - cos(1/n), 2), (sin(1/n), 0), ((1 + 1/n)**n, 0),
    (sin(n)/n, 1), (sin(n)**2/n, 0), (sin(n)/n**2, 2), (sin(n)*cos(2*n)/log(n), 1),
    ((-1)**n*(n**(1/n) - 1), 1), (n**(1/n) - 1, 0), (Rational(2, 3)**n, 2),
]
# fmt: on


@pytest.mark.parametrize(("f", "kind"), BEHAVIOUR, ids=lambda p: str(p))
def test_behaviour(f: Expr, kind: int) -> None:
    assert value(Convergence(f, n, Integer(3))) == kind


@pytest.mark.parametrize(
    ("f", "known"),
    [(2**n, "0.5"), (1 / factorial(n), "inf"), (factorial(n), "0"), (binomial(2 * n, n), "0.25"),
     (n**n / factorial(n), "0.367879441171442"), (n**5 / 3**n, "3")],
)  # fmt: skip
def test_radius_of_convergence(f: Expr, known: str) -> None:
    found = value(RadiusOfConvergence(f, n))
    assert found == mpmath.mpf(known) or abs(found - mpmath.mpf(known)) < 1e-8
