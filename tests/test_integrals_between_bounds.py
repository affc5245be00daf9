"""Integrals between bounds: against quadrature and known divergence, what is not real is refused,
growth on continuous pieces, and the places where a function breaks off."""

from __future__ import annotations

import mpmath
import pytest
from sympy import (
    Abs,
    E,
    Expr,
    Heaviside,
    LambertW,
    Limit,
    Lt,
    Max,
    Min,
    Piecewise,
    S,
    Symbol,
    asin,
    atan,
    cos,
    exp,
    floor,
    log,
    oo,
    pi,
    polylog,
    sec,
    sign,
    sin,
    sqrt,
    symbols,
    tan,
)
from sympy import Rational as Q

from derive.calculus.integrals import BETWEEN, Between, integrate
from derive.calculus.integrals.continuity import NotReal, breaks
from derive.calculus.integrals.zeros import Unknown, zeros
from derive.calculus.limits import RULES as LIMITS
from derive.elementary import sigmoid, softplus
from derive.engine import DOES_NOT_EXIST, NoRuleApplies, search
from tests.support.difference_quotients import number

x, t = symbols("x t")
a = Symbol("a")

# fmt: off
# integrand                        from       to     value; None: by quadrature between the breaks
DEFINITE = [
    (x*exp(x),                     0,         1,     1),
    (sin(x)**2,                    0,         pi,    pi/2),
    (x**2,                         3,         1,     None),
    (x**2,                         2,         2,     0),
    (atan(x),                      0,         1,     None),
    (asin(x),                      0,         1,     None),
    (tan(x),                       0,         pi/4,  None),
    (log(x),                       1,         2,     None),
    (log(x),                       0,         1,     -1),
    (x*log(x),                     0,         1,     -Q(1, 4)),
    (LambertW(x),                  0,         E,     E - 1),
    (softplus(x),                  -1,        1,     polylog(2, -exp(-1)) - polylog(2, -E)),
    (softplus(x),                  -oo,       0,     pi**2/12),
    (log(x)**2,                    0,         1,     2),
    (1/(x**2 + 2*x + 5),           -1,        1,     pi/8),
    (x/sqrt(x**2 + 1),             0,         1,     sqrt(2) - 1),
    (sqrt(1 - x**2),               -1,        1,     pi/2),
    (1/sqrt(x),                    0,         1,     2),
    (1/sqrt(1 - x**2),             0,         1,     pi/2),
    (1/sqrt(x*(1 - x)),            0,         1,     pi),
    (sin(x)**4*cos(x)**2,          0,         pi/2,  pi/32),
    (1/(sqrt(2) + cos(x)),         0,         2*pi,  2*pi),
    (1/(2 + cos(x)),               0,         2*pi,  2*pi/sqrt(3)),
    (1/(5 + 4*sin(x)),             0,         2*pi,  2*pi/3),
    (1/(1 + cos(x)**2),            0,         2*pi,  sqrt(2)*pi),
    (1/(1 + sin(x)),               0,         pi,    2),
    (1/(1 + sin(x)**2),            -pi,       3*pi,  4*pi/sqrt(2)),
    (sqrt(1 + cos(2*x)),           0,         pi,    2*sqrt(2)),
    (sqrt(1 + (Q(3, 10)*x + Q(27, 10))**2), 1, 4,    None),
    (Abs(sin(2*x)),                0,         2*pi,  4),
    (sqrt(sin(x)**2),              0,         2*pi,  4),
    (sqrt(x**2),                   -1,        2,     Q(5, 2)),
    (Abs(x - 1) + Abs(x + 1),      -2,        2,     10),
    (1/sqrt(Abs(x)),               -1,        1,     4),
    (log(Abs(x)),                  -1,        1,     -2),
    (sign(x),                      -1,        2,     1),
    (Heaviside(x - 1),             0,         3,     2),
    (floor(x),                     0,         Q(5, 2), 2),
    (Max(x, 1 - x),                0,         1,     Q(3, 4)),
    (Min(x**2, x),                 -1,        2,     None),
    (Piecewise((x, x < 1), (x**2, True)), 0,  2,     Q(17, 6)),
    (x**3,                         -1,        1,     0),
    (sin(x)/(1 + x**2),            -1,        1,     0),
    (atan(1/x),                    -1,        1,     0),
    (sigmoid(x),                   0,         1,     None),
    (exp(-x),                      0,         oo,    1),
    (x**3*exp(-x),                 0,         oo,    6),
    (exp(-x)*sin(x),               0,         oo,    Q(1, 2)),
    (exp(-x**2),                   -oo,       oo,    sqrt(pi)),
    (x**2*exp(-x**2),              -oo,       oo,    sqrt(pi)/2),
    (1/(1 + x**2),                 -oo,       oo,    pi),
    (1/(x**4 + 1),                 0,         oo,    pi/(2*sqrt(2))),
    (1/(x**3 + 1),                 0,         oo,    2*pi/(3*sqrt(3))),
    (1/x**2,                       1,         oo,    1),
    (1/(x*log(x)**2),              2,         oo,    1/log(2)),
    (1/(exp(x) + 1),               0,         oo,    log(2)),
    (1/sqrt(x**2 - 1),             1,         2,     log(2 + sqrt(3))),
    (1/(x*sqrt(x**2 - 1)),         1,         oo,    pi/2),
    (1/sqrt(x**2 - 1),             -3,        -2,    None),
    (sqrt(x**2 - 1)/x,             -2,        -1,    None),
    (1/(x**2*sqrt(x**2 + 1)),      -2,        -1,    None),
    (x**2/(x**2 - 1),              -Q(1, 2),  Q(1, 2), None),
    (1/(sin(x) + cos(x)),          0,         pi/2,  None),
    (1/x**2,                       -1,        1,     oo),
    (1/x,                          1,         oo,    oo),
    (1/x,                          0,         1,     oo),
    (S.One,                        0,         oo,    oo),
    (x,                            oo,        0,     -oo),
    (1/x,                          3,         1,     -log(3)),
    (1/x,                          2,         -1,    DOES_NOT_EXIST),
    (1/(x*log(x)),                 2,         oo,    oo),
    (sec(x)**2,                    0,         pi,    oo),
    (exp(1/x)/x**2,                -1,        1,     oo),
    (1/x,                          -1,        1,     DOES_NOT_EXIST),
    (1/x**3,                       -1,        1,     DOES_NOT_EXIST),
    (tan(x),                       0,         pi,    DOES_NOT_EXIST),
    (1/(x - 1),                    0,         2,     DOES_NOT_EXIST),
    (1/(x**2 - 1),                 0,         2,     DOES_NOT_EXIST),
    (x/(1 + x**2),                 -oo,       oo,    DOES_NOT_EXIST),
    (sin(x),                       0,         oo,    DOES_NOT_EXIST),
]
# fmt: on

REFUSED = [(log(x), -1, 1), (sqrt(x), -1, 1), (asin(x), 0, 2), (log(sin(x)), 0, 2 * pi)]


def test_bounds_of_unknown_order_are_a_condition() -> None:
    derivation = integrate(log(x), (x, 0, a))
    assert derivation.result.equals(a * log(a) - a)
    assert derivation.given == Lt(0, a)


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("f", "low", "high", "value"), DEFINITE, ids=str)
def test_definite(f: Expr, low, high, value) -> None:
    result = integrate(f, (x, low, high)).result
    if value is None:
        ends = [mpmath.mpmathify((low + (high - low) * Q(k, 12)).evalf(20)) for k in range(13)]
        value = mpmath.quad(number(f, x), ends)
        assert abs(mpmath.mpmathify(number(result)()) - value) < 1e-9
    elif value in (oo, -oo, DOES_NOT_EXIST):
        assert result == value
    else:
        assert abs((result - value).evalf(20)) < 1e-15


@pytest.mark.parametrize(("f", "low", "high"), REFUSED, ids=str)
def test_refuses_what_is_not_real(f: Expr, low, high) -> None:
    with pytest.raises(NoRuleApplies):
        integrate(f, (x, low, high))


def test_text_and_iterated_integrals() -> None:
    assert integrate("x*y", ("x", 0, "y"), ("y", 0, 1)).result == Q(1, 8)
    assert integrate("1", ("y", 0, "sqrt(1 - x**2)"), ("x", -1, 1)).result == pi / 2
    assert integrate(x**2, x, x).result == x**4 / 12
    assert integrate("t**2").result == Symbol("t") ** 3 / 3


def test_bounds_with_letters_state_where_the_formula_holds() -> None:
    derivation = integrate(1 / x, (x, 1, t))
    assert derivation.given == (t > 0)
    assert derivation.result == log(Abs(t))
    assert integrate(Abs(x), (x, -1, t)).result.subs(t, -Q(1, 2)) == Q(3, 8)


# ------------------------------------------------------------------ growth between bounds, zeros

# fmt: off
GROWTH = [
    (atan(tan(x)),       0,   2*pi,  2*pi),
    (floor(x),           0,   5,     0),
    (log(Abs(x)),        1,   2,     log(2)),
    (sign(x)*x,          -1,  2,     1),
    (1/x,                1,   oo,    -1),
    (log(Abs(x)),        -1,  1,     DOES_NOT_EXIST),
    (-1/x,               -1,  1,     oo),
]

BREAKS = [
    (tan(x),             0,   pi,    [pi/2]),
    (log(x**2 - 1),      2,   5,     []),
    (1/(x**2 - 2),       -2,  2,     [-sqrt(2), sqrt(2)]),
    (atan(1/x),          -1,  1,     [0]),
    (1/(exp(x) - 2),     0,   1,     [log(2)]),
    (1/(2 + sin(x)),     0,   9,     []),
    (1/(1 + 2*cos(x)),   0,   pi,    [2*pi/3]),
    (floor(2*x),         Q(1, 4), Q(5, 4), [Q(1, 2), 1]),
    (1/(x - a),          0,   1,     [a]),
]
# fmt: on


@pytest.mark.parametrize(("F", "low", "high", "growth"), GROWTH, ids=str)
def test_between_is_the_growth_on_the_continuous_pieces(F: Expr, low, high, growth) -> None:
    step = search(Between(F, x, low, high), {Between: BETWEEN, Limit: LIMITS})
    assert step.result == growth


@pytest.mark.parametrize(("F", "low", "high", "expected"), BREAKS, ids=str)
def test_breaks(F: Expr, low, high, expected) -> None:
    assert breaks(F, x, S(low), S(high)) == expected


def test_what_is_unknown_is_not_continuous() -> None:
    with pytest.raises(Unknown):
        zeros(tan(x), x, S.Zero, oo)
    with pytest.raises(NotReal):
        breaks(log(x), x, -S.One, S.One)


def test_between_leaves_its_own_letter_alone() -> None:
    growth = Between(t * x, x, 0, t)
    assert growth.subs(x, 5) == growth
    assert growth.subs(t, 2) == Between(2 * x, x, 0, 2)
    assert growth.free_symbols == {t}
