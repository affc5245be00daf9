# ruff: noqa: E501
"""Published wrong results of computer algebra systems: an operator, what came back, what is right.

Each row names the public thread that it is from, a project and the number of its issue, or
"textbook" where the fault is one that books warn of. Letters are as they were declared there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sympy import (
    Abs,
    Basic,
    Derivative,
    Determinant,
    E,
    Ei,
    Eq,
    EulerGamma,
    Function,
    Heaviside,
    I,
    ImmutableMatrix,
    Integral,
    Inverse,
    LambertW,
    Limit,
    Max,
    Mod,
    Ne,
    Piecewise,
    Product,
    Rational,
    S,
    Si,
    Sum,
    Symbol,
    acos,
    acosh,
    arg,
    asin,
    asinh,
    atan,
    atan2,
    besselj,
    binomial,
    ceiling,
    conjugate,
    cos,
    cot,
    digamma,
    erf,
    erfc,
    exp,
    factorial,
    floor,
    gamma,
    harmonic,
    hyper,
    log,
    loggamma,
    oo,
    pi,
    sign,
    sin,
    sinc,
    sqrt,
    tan,
    tanh,
    true,
    uppergamma,
    zeta,
)  # fmt: skip

import derive

x, y, a, b, c, t, u = (Symbol(name) for name in "xyabctu")
R = {name: Symbol(name, real=True) for name in "xyabt"}
P = {name: Symbol(name, positive=True) for name in "xyabcnRLst"}
k, m, n = (Symbol(name, integer=True) for name in "kmn")
K, M, N = (Symbol(name, integer=True, positive=True) for name in "kmn")
z, w = Symbol("z", complex=True), Symbol("w", complex=True)
f = Function("f")
HALF, THIRD = Rational(1, 2), Rational(1, 3)


class Published(NamedTuple):
    """`lhs = wrong` was returned; `right` is None where there is no closed form at hand."""

    thread: str
    lhs: Basic
    wrong: Any
    right: Any = None
    given: Any = true
    lost: bool = False  # whether the condition is what the published result has lost

    @property
    def name(self) -> str:
        return f"{self.thread}: {self.lhs} = {self.wrong}".replace("\n", " ")

    def claims(self) -> Iterator[tuple[bool, Any]]:
        """(whether it is right, the equation)."""
        yield False, Claim(self.lhs, _sympy(self.wrong), true if self.lost else self.given)
        if self.right is not None:
            yield True, Claim(self.lhs, _sympy(self.right), self.given)


def _sympy(side: Any) -> Any:
    return side if hasattr(side, "data") else S(side)


class Claim(NamedTuple):
    lhs: Basic
    rhs: Any
    given: Any = true


def both(function: Any, variable: Symbol, place: Any) -> Limit:
    return Limit(function, variable, place, "+-")


# fmt: off
INTEGRALS = [
    # ----------------------------------------------- jumps of an antiderivative, lost pieces
    Published("sympy 2354", Integral(1/(2 + cos(x)), (x, 0, 2*pi)), 0, 2*pi/sqrt(3)),
    Published("sympy 30084", Integral(1/(sqrt(2) + cos(x)), (x, 0, 2*pi)), 0, 2*pi),
    Published("sympy 23613", Integral(1/(a + cos(x)), (x, 0, 2*pi)), 0, 2*pi/sqrt(a**2 - 1), a > 1),
    Published("sympy 30319 (1)", Integral(Abs(sin(2*x)), (x, 0, 2*pi)), 2, 4),
    Published("sympy 30319 (1b)", Integral(Abs(sin(3*x)), (x, 0, 3*pi)), Rational(2, 3), 6),
    Published("sympy 30319 (2)", Integral(sin(4*x)/sin(x), (x, 0, pi/2)), Rational(4, 3) - 2*pi, Rational(4, 3)),
    Published("sympy 30319 (3)", Integral(((x**3 - 4*x)*sin(x) + (3*x**2 - 4)*cos(x))/((x**3 - 4*x)**2 + cos(x)**2), (x, -oo, oo)), 0, -3*pi),
    Published("sympy 30319 (4)", Integral(atan((3*x - x**3)/(1 - 3*x**2)), (x, 0, sqrt(3))), pi*sqrt(3) - 3*log(2), pi/sqrt(3) - 3*log(2)),
    Published("sympy 29072", Integral(Abs(sin(x)*cos(x)), (x, 0, 2*pi)), 1, 2),
    Published("sympy 27050", Integral(sqrt(cos(u)**2)*cos(u)/(1 + sin(u)**2), (u, -pi/2, pi/2)), 0, (sqrt(2) - 1)*pi),
    Published("sympy 7337", Integral(x*sqrt(2*x + 3), (x, -1, 1)), -Rational(2, 5), Rational(2, 5)),
    Published("sympy 21665", Integral(-4*(1 - x**2)**Rational(3, 2)/3 + 2*sqrt(1 - x**2)*(2 - 2*x**2), (x, -1, 1)), -pi/2, pi),
    Published("sympy 2975", Integral(1/(y**2 + P["c"])**Rational(3, 2), (y, -P["b"]/2, P["b"]/2)), 0, P["b"]/(P["c"]*sqrt(P["c"] + P["b"]**2/4))),
    Published("textbook", Integral((cos(x**2) - cos(x))/x**2, (x, -oo, oo)), 0, pi - sqrt(2*pi)),
    Published("sympy 28657", Integral(400*pi**2*x**2/(1600*pi**4*x**4 - 796*pi**2*x**2 + 100), (x, 0, oo)), 5, Rational(5, 2)),
    Published("sympy 29792", Integral(sqrt(2 - x)*sqrt(1/(2 - x)), (x, 0, 1)), -1, None),
    Published("sympy 6369", Integral(x*sqrt(1 + 2*x), (x, 0, 1)), 2*sqrt(3)/5, 2*sqrt(3)/5 + Rational(1, 15)),
    Published("sympy 8932", Integral(t*cos(t), t), 0, t*sin(t) + cos(t)),
    Published("sympy 8685", Integral(sqrt(1 + (Rational(26666, 50000)*x)**2), (x, 5, 10)), 0),
    Published("sympy.github.com 157", Integral(1/((2 - x)*sqrt(1 - x)), (x, 0, 1)), -pi/2, pi/2),
    Published("textbook", Integral(sin(x)*atan2(sin(x), cos(x)), (x, -pi, pi)), -2*pi, 2*pi),
    Published("sympy 24004 (b)", Integral(sin(x)*atan2(sin(x), cos(x)), (x, 0, 2*pi)), -2*pi, 2*pi),
    Published("sympy 21166", Integral(sin(x/sqrt(Abs(x))), (x, -1, 1)), 4*sin(1) - 4*cos(1), 0),
    Published("sympy 21342", Integral(1/(exp(I*t) - 2), (t, 0, 2*pi)), -I*pi, -pi),
    Published("sympy 30404", Integral(sqrt(1 - x)*log(1 - x), (x, 0, 1)), 0, -Rational(4, 9)),
    Published("sympy 30484", Integral(-sqrt(1/(x + 1))/(x*sqrt(1 - x)), (x, Rational(1, 5), HALF)), -Rational(97547, 10**5) + Rational(13719, 10**4)*I, acosh(2) - acosh(5)),
    Published("sympy 15810", Integral(1/(2**(2*t/3) + 1), (t, 0, oo)), HALF, Rational(3, 2)),
    Published("sympy 24821", Integral(x**2*(cos(x)/x**2 - sin(x)/x**3)**3, (x, 0, oo)), oo, -5*pi/192),
    Published("sympy 21721", Integral(1/(pi*(1 + (x - a)**2)), (x, -oo, oo)), 0, 1),
    Published("sympy 13609", Integral(exp(6*I*pi*t)/(exp(2*I*pi*t) - HALF), (t, 0, 1)), 0, Rational(1, 4)),
    Published("sympy 25786", Integral(exp(-x**2), (x, -2, 0)), -sqrt(pi)*erf(2)/2, sqrt(pi)*erf(2)/2),
    Published("textbook", Integral(log(1 + x**2)/(1 + x**2), (x, 0, oo)), pi*log(2)/2, pi*log(2)),
    Published("textbook", Integral(t**4*sqrt(1 - t**2), (t, 0, 1)), 0, pi/32),
    Published("sympy 26071", Integral((HALF - t)*Heaviside(t - HALF), (t, 0, HALF)), Rational(1, 8), 0),
    Published("sympy 24274", Integral(Heaviside(x - y)**2, (x, 0, 1), (y, 0, 1)), 1, HALF),
    Published("textbook", Integral(Heaviside(x - a), (x, 0, 1)), 1 - a, 1 - a*Heaviside(a) + (a - 1)*Heaviside(a - 1)),
    Published("textbook", Integral(1/(1 + exp(-x)), (x, -oo, 0)), -log(2), log(2)),
    Published("textbook", Integral(sin(log(x)), (x, 0, 1)), HALF, -HALF),
    Published("textbook", Integral(sinc(pi*t), (t, -1, 1)), 0, 2*Si(pi)/pi),
    Published("sage 35406", Integral(cos(2*pi*n*t), (t, 0, 1)), 0, Piecewise((1, Eq(n, 0)), (0, True))),
    Published("sage 33034", Integral((x + cos(x))*exp(-I*x) - x*exp(-I*x) - exp(-I*x)*cos(x), (x, 0, 2*pi)), -pi, 0),
    Published("sage 38593", Integral(1/(2*x - 1 - sqrt(1 + 4*I)), (x, 0, 1)), (log(Abs(1 - sqrt(1 + 4*I))) - log(Abs(1 + sqrt(1 + 4*I))))/2),
    Published("wxmaxima 974", Integral(2*a*b/(x**2 + b**2), (x, -oo, oo)), -2*pi*a, 2*pi*a, b > 0),
    Published("wxmaxima 1270", Integral(exp(x**3), (x, 1, 2)), -Rational(1377554918816658, 10**13)),
    Published("textbook", Integral(log(1 + Rational(4, 5)*sin(x)), (x, -pi, pi)), 0, 2*pi*log(Rational(4, 5))),
    Published("textbook", Integral(log(sin(x)), (x, 0, pi)), pi*log(2), -pi*log(2)),
    Published("textbook", Integral(1/(1 + cos(x)**2), (x, 0, 2*pi)), 0, sqrt(2)*pi),
    Published("textbook", Integral(1/(2 - cos(1 - x)), (x, 0, 2*pi)), 0, 2*pi/sqrt(3)),
    Published("textbook", Integral(Abs(x - y)**3, (x, 0, 1), (y, 0, 1)), Rational(1, 20), Rational(1, 10)),
    Published("textbook", Integral(sin(x)**3*cos(x), x), cos(2*x)/8 + cos(4*x)/32, sin(x)**4/4),
    Published("textbook", Integral((3*x**2 + 1)/(x**2*(x**2 - 1)**2 + 1), (x, -3, 2)), atan(6) + atan(24) - 2*pi),
    Published("textbook", Integral(3/(5 - 4*cos(x)), (x, 0, 4*pi)), 0, 4*pi),
    Published("textbook", Integral((x**4 - 3*x**2 + 6)/(x**6 - 5*x**4 + 5*x**2 + 4), (x, 1, 2)), atan(Rational(2, 1)) - 5*pi/4, None),
    # ----------------------------------------------- divergent, with a value
    Published("sympy 14400", Integral(1/(1 - x**2), (x, 0, 3)), log(2)/2 + I*pi/2),
    Published("sympy 8440", Integral(1/(x + 1), (x, -2, 3)), log(4) - I*pi),
    Published("textbook", Integral(1/(x + 1), (x, -2, 3)), log(4)),
    Published("textbook", Integral(1/(1 - sqrt(2)*sin(x)), (x, pi/4, pi/3)), -Rational(7, 2), -oo),
    Published("sympy 14146", Integral(tan(x), (x, 0, 9)), -log(1 - sin(9)**2)/2),
    Published("textbook", Integral(cos(x), (x, 0, oo)), 0),
    Published("textbook", Integral(cos(x)**2/(x**2*(x**2 + 1)), (x, 0, oo)), -pi*(1 + 3*exp(-2))/4, oo),
    Published("textbook", Integral(1/x**2, (x, -1, 1)), -2, oo),
    Published("textbook", Integral(1/(x - 1)**2, (x, 0, 3)), -Rational(3, 2), oo),
    Published("textbook", Integral(exp(-x**2)/x, (x, 0, oo)), EulerGamma/2, oo),
    Published("textbook", Integral(tan(x)**2, (x, 0, pi)), -pi, oo),
    Published("textbook", Integral(1/(x*log(x)), (x, HALF, 2)), 0),
    Published("textbook", Integral(1/x**3, (x, -2, 2)), 0),
    # ----------------------------------------------- antiderivatives
    Published("textbook", Integral(sin(x)/a + x, x), x**2/2 + cos(x)/a, x**2/2 - cos(x)/a),
    Published("textbook", Integral(1/(5 + 3*cos(x) + 4*sin(x)), x), tan(x/2)/(2*tan(x/2) + 4) + x/9, -1/(tan(x/2) + 2)),
    Published("sympy 22757", Integral(sin(x), y), -cos(x), y*sin(x)),
    Published("textbook", Integral(atan(tan(x)), x), x*atan(tan(x)) - x**2/2),
    Published("textbook", Integral(1/Abs(x), x), -log(Abs(x)), sign(x)*log(Abs(x))),
    Published("textbook", Integral(1/(1 + sqrt(1 - x**2)), x), -x/sqrt(1 - x**2) + asin(x) - 1/x),
    Published("textbook", Integral(1/(x**2 + a**2)**Rational(3, 2), x), x/(a**4*sqrt(1 + x**2/a**2)), x/(a**2*sqrt(x**2 + a**2))),
    Published("wxmaxima 443", Integral((x - 1)/((x + 1)*sqrt(x**3 + x**2 + x)), x), asinh((2*x + 1)/sqrt(3)) - 2*asinh((x - 1)/(sqrt(3)*Abs(x + 1))), 2*atan(sqrt(x + 1 + 1/x)), x > 0),
    Published("textbook", Integral(cos(x)/(1 - b**2*sin(x - a)**2)**Rational(3, 2), x), ((2 - b**2)*sin(x) - b**2*sin(2*a - x))/(2*(1 - b**2)*sqrt(1 - b**2*sin(a - x)**2)), ((2 - b**2)*sin(x) + b**2*sin(2*a - x))/(2*(1 - b**2)*sqrt(1 - b**2*sin(a - x)**2)), Abs(b) < 1),
    Published("textbook", Integral(x**2/(4*x**4 - 5*x**2 + 5), x), log((2*x**2 - 3*x + sqrt(5))/(2*x**2 + 3*x + sqrt(5)))/12),
    Published("textbook", Integral(x**a, x), x**(a + 1)/a, x**(a + 1)/(a + 1), x > 0),
    Published("textbook", Integral(Max(x, 2), x), Max(x**2/2, 2*x)),
    Published("textbook", Integral(1/(a + b*x), x), log(Abs(a + b*x)), log(Abs(a + b*x))/b),
    Published("textbook", Integral(sqrt(x**2 - 1), x), x*sqrt(x**2 - 1)/2 - acosh(x)/2),
    Published("textbook", Integral(sqrt(-x**2 - 4*x), x), (x + 2)*sqrt(-x**2 - 4*x)/2 + asin((x + 2)/2), (x + 2)*sqrt(-x**2 - 4*x)/2 + 2*asin((x + 2)/2)),
    Published("textbook", Integral(cos(x)**2/(1 - sin(x)), x), x + cos(x), x - cos(x)),
    Published("textbook", Integral(sqrt(x)*log(x), x), 2*sqrt(x**3)*log(x)/3 + 4*sqrt(x**3)/9, 2*sqrt(x**3)*log(x)/3 - 4*sqrt(x**3)/9),
]

LIMITS = [
    Published("sympy 25885", Limit((1 + 1/x)**(x**2)/exp(x), x, oo), 1, exp(-HALF)),
    Published("sympy 21724", Limit(x*(1 + 1/x)**x - E*x, x, oo), 0, -E/2),
    Published("sympy 17380", Limit(x*(((x + 1)**2 + 1)/(x**2 + 1) - 1), x, oo), 0, 2),
    Published("sympy 17380 (b)", Limit(x*(-1 + (x + log(x + 1) + 1)/(x + log(x))), x, oo), 0, 1),
    Published("sympy 13403", Limit(x*(-1 + (x + log(x + 1) + 1)/(x + log(x))), x, oo), oo, 1),
    Published("sympy 13416", Limit((-x**3*log(x)**3 + (x - 1)*(x + 1)**2*log(x + 1)**3)/(x**2*log(x)**3), x, oo), -1, 1),
    Published("textbook", Limit(2*P["n"]*(1 - (1 - 1/(2*P["n"]))**P["a"]), P["n"], oo), P["a"]/2, P["a"]),
    Published("sympy 21310", Limit(x*floor(1/x), x, 0, "+"), oo, 1),
    Published("sympy 18399", Limit((-x)**x, x, oo), 0),
    Published("sympy 18969", both(LambertW(x), x, 1), 1, LambertW(1)),
    Published("sympy 23525", Limit(Derivative(sqrt(1 - cos(x)), x), x, 0, "+"), 0),
    Published("sympy 10058", Limit(2/sqrt(tanh(1/x)**2 - 1), x, 0, "+"), 2),
    Published("sympy 18378", Limit(log(exp(3*x) + x)/log(exp(x) + x**100), x, oo), 9, 3),
    Published("sympy 15055", Limit(x**3*((-x - 1)*sin(1/x) + (x + 2)*sin(1/(x + 1)))/(1 - x), x, oo), -oo, 1),
    Published("sympy 27236", both(Piecewise((1, x < 0), (-1, True)), x, 0), -1),
    Published("sympy 27236 (b)", Limit(Piecewise((1, x < 0), (-1, True)), x, 0, "-"), -1, 1),
    Published("sympy 26313", Limit(Piecewise((x**2, x <= 2), (5*x - 7, True)), x, 2, "+"), 4, 3),
    Published("sympy 29835", Limit(Piecewise((0, y <= 0), (-6/y**2, True)), y, 0, "+"), 0, -oo),
    Published("sympy 14355", Limit(floor((x**3 + x)/(x**2 - x)), x, 0, "+"), -1, -2),
    Published("sympy 14355 (b)", Limit(floor(sin(x)/x), x, 0, "+"), 1, 0),
    Published("sympy 14355 (c)", Limit(floor((cos(x) - 1)/x), x, 0, "+"), 0, -1),
    Published("sympy 14355 (d)", Limit(ceiling((cos(x) - 1)/x), x, 0, "-"), 0, 1),
    Published("sympy 14355 (e)", Limit(floor(-tan(x)/x), x, 0, "-"), -1, -2),
    Published("diofant 74", Limit(sign(log(x)), x, 1, "-"), 0, -1),
    Published("diofant 74 (b)", Limit(sign(cos(x)), x, pi/2, "+"), 0, -1),
    Published("sympy 19026", Limit(Abs(log(x) + 1)/log(x), x, oo), -1, 1),
    Published("sympy 12555", Limit((3**x + 2*x**10)/(x**10 + exp(x)), x, -oo), 0, 2),
    Published("mathics 686", both(x/Abs(x), x, 0), -1),
    Published("sympy 20482", both((2*x + 12)/Abs(x + 6), x, -6), 2),
    Published("textbook", Limit((x + cos(x))/x, x, oo), 0, 1),
    Published("sympy 29576", Limit(x*(sin(x + 1/x) - sin(x)), x, oo), oo),
    Published("textbook", Limit(sin(x + HALF), x, oo), 0),
    Published("diofant 1433", Limit(Ei(-x)*exp(x), x, oo), -oo*I, 0),
    Published("diofant 1213", Limit(erfc(log(1/x)), x, oo), 0, 2),
    Published("sympy 17431", Limit((n + 2)**2*factorial(n)/((n + 1)*(n + 3)*factorial(n + 1)), n, oo), 1, 0),
    Published("sympy 13571", Limit(uppergamma(x, 1)/gamma(x), x, oo), 0, 1),
    Published("sympy 14793", Limit(((x + HALF)*log(x) - x + log(2*pi)/2 - loggamma(x + 1) + 1/(12*x))*x**3, x, oo), -oo, Rational(1, 360)),
    Published("sympy 17792", Limit(factorial(n)/sqrt(n)*(E/n)**n, n, oo), 0, sqrt(2*pi)),
    Published("sympy 15146", Limit((x/2)*(-2*x**3 - 2*(x**3 - 1)*x**2*digamma(x**3 + 1) + 2*(x**3 - 1)*x**2*digamma(x**3 + x + 1) + x + 3), x, oo), Rational(5, 6), THIRD),
    Published("diofant 56", Limit((log(x) - 1)**(1 - sqrt(x)), x, E, "+"), 0, oo),
    Published("textbook", Limit(2**(1/x), x, 0, "-"), oo, 0),
    Published("sympy 30249", Limit(Piecewise((0, Ne(a, 0)), (x, True)), x, a, "+"), a, 0, Ne(a, 0)),
    Published("textbook", both(a/x, x, 0), oo),
    Published("textbook", Limit(erf(a - x) + erf(a + x), x, oo), 1, 0),
    Published("textbook", both(exp(1/x), x, 0), oo),
    Published("textbook", Limit(P["x"]**a, P["x"], oo), 0, None, a > 0),
    Published("textbook", Limit((1 + a/x)**x, x, oo), exp(1), exp(a)),
    Published("textbook", Limit(n**2*sin(1/n)/(n + 1), n, oo), 0, 1),
    Published("mathgroup 2004", Limit(harmonic(n, 3), n, oo), oo, zeta(3)),
    Published("textbook", Limit(((x + 5)**a - x**a)/5, x, 0, "+"), a*5**(a - 1), 5**(a - 1), a > 1),
    Published("textbook", Limit((-4)**n/9**n, n, oo), oo, 0),
    Published("textbook", Limit(x**Rational(999, 1000)/log(x)**1000, x, oo), 0, oo),
    Published("textbook", Limit((-1)**n, n, oo), 1),
    Published("textbook", Limit(floor(x)/x, x, oo), 0, 1),
    Published("textbook", Limit(log(sin(x)**2 + 1)/x**2, x, 0, "+"), 0, 1),
    Published("textbook", Limit(factorial(n)/((n/exp(1))**n*sqrt(n)), n, oo), 1, sqrt(2*pi)),
]

SUMS = [
    Published("diofant 236", Sum(n/((n + 2)*(n + 4)*(n + 8)), (n, 1, oo)), Rational(521, 25200), Rational(4, 35)),
    Published("sympy 13902", Sum(binomial(2, k)*k**2, (k, 0, N)), -(N + 1)**2*binomial(2, N + 1), Piecewise((2, Eq(N, 1)), (6, True))),
    Published("sympy 8016", Sum(binomial(M, k)*binomial(M, N - k)*(-1)**k, (k, 0, N)), 0),
    Published("textbook", Sum(binomial(N, k)*factorial(N - k), (k, 0, N)), E*factorial(N), None),
    Published("textbook", Sum(factorial(4*n)/factorial(4*n + 4), (n, 1, oo)), 0, log(2)/4 - pi/24 - Rational(1, 24)),
    Published("textbook", Sum(1/(1 - 4*k**2)**2, (k, 0, oo)), pi**2/8, pi**2/16 + HALF),
    Published("textbook", Sum(1/(n*(n + 1)*(2*n + 1)), (n, 1, oo)), 4*log(2) - 2, 3 - 4*log(2)),
    Published("textbook", Sum(n**(-HALF), (n, 1, oo)), zeta(HALF), oo),
    Published("textbook", Sum((-1)**k, (k, 0, oo)), HALF),
    Published("textbook", Sum(sin(n), (n, 1, oo)), cot(HALF)/2),
    Published("textbook", Sum(1/n - 3/(3*n + 2), (n, 1, oo)), oo, None),
    Published("mathgroup 1997", Sum(exp(-k)/(1 + k**3), (k, 0, oo)), Rational(5344386, 10**7)),
    Published("textbook", Sum(x**k, (k, 0, oo)), 1/(1 - x), 1/(1 - x), Abs(x) < 1, True),
    Published("sympy 14036", Product(1 - a**2/(n*pi)**2, (n, 1, oo)), 0, sinc(a)),
    Published("sympy 13546", Product(N + 1/S(2)**k, (k, 0, N - 1)), 2**(N*(1 - N)/2) + N**N),
    Published("sympy 13546 (b)", Product(k**Rational(2, 3) + 1, (k, 0, N - 1)), 1),
    Published("textbook", Sum(k, (k, M, N)), N*(N + 1)/2, (N - M + 1)*(N + M)/2),
    Published("textbook", Sum(binomial(N, k)*(-1)**k, (k, 0, N)), 2**N, 0),
    Published("textbook", Sum(binomial(n, k)*(-1)**k, (k, 0, n)), 0, Piecewise((1, Eq(n, 0)), (0, True)), n >= 0),
    Published("textbook", Sum(n, (n, 1, oo)), -Rational(1, 12), oo),
    Published("textbook", Sum(n, (n, 10, 1)), 55, -44),
    Published("textbook", Sum(log(n)/n**3, (n, 1, oo)), -zeta(3), None),
    Published("textbook", Sum(x**n/n, (n, 1, oo)), log(1 - x), -log(1 - x), (Abs(x) < HALF)),
    Published("textbook", Sum((-1)**n/n, (n, 1, oo)), log(2), -log(2)),
    Published("textbook", Sum((-1)**k*x**(2*k)/(2*k + 1), (k, 0, oo)), atan(x), atan(x)/x, Abs(x) < HALF),
    Published("textbook", Sum(x**(2*k)/factorial(k), (k, 0, oo)), exp(x), exp(x**2)),
    Published("textbook", Sum(1/(k*(k - 2)), (k, 3, N + 2)), Rational(3, 4), Rational(3, 4) - (2*N + 3)/(2*(N + 1)*(N + 2))),
    Published("textbook", Sum(k*binomial(N, k), (k, 0, N)), N*2**N, N*2**(N - 1)),
    Published("textbook", Product(1 + 1/k, (k, 1, N)), N, N + 1),
]

DERIVATIVES = [
    Published("sympy 9994", Derivative(-cos(t)**5/5, t), 5*sin(t)*cos(t)**4, sin(t)*cos(t)**4),
    Published("sympy 11646", Derivative(sin(x) + cos(x), x, x), -sin(x) + cos(x), -sin(x) - cos(x)),
    Published("symengine.py 224", Derivative(x**2, x), 0, 2*x),
    Published("textbook", Derivative(sign(x)*x, x), 0, sign(x)),
    Published("textbook", Derivative(Abs(R["x"]), R["x"]), 1, sign(R["x"])),
    Published("textbook", Derivative(atan2(R["y"], Abs(R["x"])), R["x"]), -R["y"]/(R["x"]**2 + R["y"]**2), -R["y"]*sign(R["x"])/(R["x"]**2 + R["y"]**2)),
    Published("textbook", Derivative(Piecewise((sin(x), x < 0), (x**2, True)), x), cos(x), Piecewise((cos(x), x < 0), (2*x, True))),
    Published("textbook", Derivative(Piecewise((sin(x), x < 0), (HALF, True)), x), 0, Piecewise((cos(x), x < 0), (0, True))),
    Published("textbook", Derivative(sqrt(x**2), x), 1, sign(x)),
    Published("textbook", Derivative(log(Abs(x)), x), 1/Abs(x), 1/x),
    Published("textbook", Derivative(Abs(x - 3)**3, x), 3*(x - 3)**2, 3*(x - 3)**2*sign(x - 3)),
    Published("textbook", Derivative(Sum(a**k, (k, 0, 5)), a), Sum(k*a**k, (k, 0, 5)), 1 + 2*a + 3*a**2 + 4*a**3 + 5*a**4),
    Published("textbook", Derivative(Integral(sin(x*t), (t, 0, x)), x), sin(x**2), sin(x**2) + Integral(t*cos(x*t), (t, 0, x))),
    Published("textbook", Derivative(x**x, x), x*x**(x - 1), x**x*(log(x) + 1), x > 0),
    Published("textbook", Derivative(Product(x + k, (k, 1, 3)), x), 3, 3*x**2 + 12*x + 11),
    Published("textbook", Derivative((x*y)**2, x), 2*x*y, 2*x*y**2),
    Published("textbook", Derivative(log(x)**log(x), x), log(x)**log(x)*log(log(x))/x, log(x)**log(x)*(log(log(x)) + 1)/x, x > 1),
    Published("textbook", Derivative(floor(x)*x**2, x), 2*x, 2*x*floor(x)),
    Published("textbook", Derivative(x**y*y**x, y), x**y*y**x*(log(x) + x), x**y*y**x*(log(x) + x/y), (x > 0) & (y > 0)),
    Published("textbook", Derivative(Mod(x, 2)*x, x), Mod(x, 2), Mod(x, 2) + x),
    Published("textbook", Derivative(Max(x, y), x), Heaviside(y - x), Heaviside(x - y)),
    Published("textbook", Derivative(exp(-a*x**2), x, x), (4*a**2*x**2 + 2*a)*exp(-a*x**2), (4*a**2*x**2 - 2*a)*exp(-a*x**2)),
    Published("textbook", Derivative(Abs(x**2), x), 2*Abs(x), 2*x),
    Published("textbook", Derivative(besselj(0, x), x), besselj(1, x), -besselj(1, x)),
    Published("textbook", Derivative(asin(sin(x)), x), 1, sign(cos(x))),
]

IDENTITIES = [
    Published("angourimath 801", sqrt(z)*sqrt(w), sqrt(z*w)),
    Published("angourimath 902", log(exp(z)), z),
    Published("angourimath 752", sqrt(x**2), x, Abs(x)),
    Published("angourimath 752 (b)", sqrt(-z), I*sqrt(z)),
    Published("angourimath 752 (c)", (x**2)**(-HALF), 1/x, 1/Abs(x)),
    Published("angourimath 884", asin(sin(x)), x),
    Published("angourimath 884 (b)", atan(tan(x)), x),
    Published("angourimath 884 (c)", acos(cos(x)), x),
    Published("sympy 24676", log(z) + log(1/z), 0),
    Published("textbook", sqrt((I*P["x"] + R["a"])*(I*P["y"] + R["a"])), sqrt(I*P["x"] + R["a"])*sqrt(I*P["y"] + R["a"])),
    Published("alkahest 251", log(exp(sqrt(-20))), sqrt(-20)),
    Published("herbie 1220", sqrt(-4*(z*w)), 2*I*sqrt(z*w)),
    Published("textbook", sin(x)**2 - cos(x)**2, cos(2*x), -cos(2*x)),
    Published("sympy 20430", cos(b/2)*sin(b/2)*cos(b)*cos(a)**2*sin(a), (cos(2*b - 2*a) - cos(2*b + 2*a))/16, cos(a)*(cos(2*b - 2*a) - cos(2*b + 2*a))/16),
    Published("sympy 23086", 180*acos(Rational(7823207, 7823209))/pi, 0),
    Published("sympy 24390", sin(acos((98 - 14*cos(pi**2/2160))/(14*sqrt(50 - 14*cos(pi**2/2160))))), 0),
    Published("symengine.py 460", I*exp(-I*pi/4), I, (1 + I)/sqrt(2)),
    Published("diofant 203", hyper((-6, -7, -5), (-6, -6), 1), 0),
    Published("symengine 806", digamma(Rational(1, 4)), -pi/3 - 3*log(2) - EulerGamma, -pi/2 - 3*log(2) - EulerGamma),
    Published("textbook", atan(1/z), pi/2 - atan(z)),
    Published("textbook", sqrt(z - 1)*sqrt(z + 1), sqrt(z**2 - 1)),
    Published("textbook", log(z**2), 2*log(z)),
    Published("textbook", log(z*w), log(z) + log(w)),
    Published("textbook", conjugate(log(z)), log(z)),
    Published("textbook", (exp(z))**w, exp(z*w)),
    Published("textbook", sqrt(1/z), 1/sqrt(z)),
    Published("textbook", (z**3)**THIRD, z),
    Published("textbook", (x**3)**THIRD, x),
    Published("textbook", atan(x) + atan(y), atan((x + y)/(1 - x*y))),
    Published("textbook", atan2(y, x), atan(y/x)),
    Published("textbook", Abs(x + y), Abs(x) + Abs(y)),
    Published("textbook", floor(2*x), 2*floor(x)),
    Published("textbook", (x**2)**a, x**(2*a)),
    Published("textbook", arg(z*w), arg(z) + arg(w)),
    Published("textbook", gamma(x)*gamma(1 - x), pi/sin(x), pi/sin(pi*x)),
    Published("textbook", sin(x/2), sqrt((1 - cos(x))/2)),
    Published("textbook", tan(x/2), sqrt((1 - cos(x))/(1 + cos(x))), sin(x)/(1 + cos(x))),
    Published("textbook", log(x**2)/2, log(x), log(Abs(x))),
    Published("sympy 19407", sign(sqrt(2)*(y - x) - sqrt(2)*(x - y)), sign(x - y), sign(y - x)),
]

_A = ImmutableMatrix([[a, 1], [1, a]])
_B = ImmutableMatrix([[1, x, x**2], [1, y, y**2], [1, a, a**2]])
MATRICES = [
    Published("textbook", Inverse(_A), ImmutableMatrix([[a, 1], [1, a]])/(a**2 - 1), ImmutableMatrix([[a, -1], [-1, a]])/(a**2 - 1)),
    Published("textbook", Inverse(ImmutableMatrix([[1, x**2], [x**3, x**4]])), ImmutableMatrix([[x**4, -x**2], [-x**3, 1]])/(x**4 + x**5), ImmutableMatrix([[x**4, -x**2], [-x**3, 1]])/(x**4 - x**5)),
    Published("mpmath 269", Determinant(ImmutableMatrix([[Rational(1, 10**12), 10**11], [-I/10**11, -I*10**10]])), 0, -I/100 + I),
    Published("sage 41126", Determinant(ImmutableMatrix([[1, x], [x, x**2 + y/10**20]])), 0, y/10**20),
    Published("textbook", Determinant(_B), (x - y)*(y - a)*(a - x)*-1, (y - x)*(a - x)*(a - y)),
    Published("textbook", Determinant(ImmutableMatrix([[a, b], [b, c]])), a*c + b**2, a*c - b**2),
]
# fmt: on


def _gradients() -> Iterator[Published]:
    """Gradients of matrix expressions that came back as 0."""
    for thread, text, variable in GRADIENTS_THAT_WERE_ZERO:
        shapes = {name: shape for name, shape in SHAPES.items() if name in text}
        derived = derive.gradient(text, variable, shapes)
        yield Published(thread, derived.lhs, 0 * derived.result, derived.result)


SHAPES = {"A": "n,n", "B": "n,n", "U": "n,k", "V": "k,m", "M": "n,m", "x": "n"}
GRADIENTS_THAT_WERE_ZERO = [
    ("sympy 26561", "trace(A)**2 + 1", "A"),
    ("sympy 26561 (b)", "trace(A) + 1", "A"),
    ("sympy 26585", "trace((M - U @ V).T @ (M - U @ V))/2 + trace(M.T @ M)/2", "U"),
    ("sympy 27406", "trace(A.T @ A) + trace(B.T @ B)", "A"),
    ("sympy 30527", "trace(eye(n) - A)**2", "A"),
    ("textbook", "log(det(A))", "A"),
    ("textbook", "sum(x/(x @ x))", "x"),
]

PUBLISHED = [*INTEGRALS, *LIMITS, *SUMS, *DERIVATIVES, *IDENTITIES, *MATRICES, *_gradients()]
