"""Closed forms that are right, and wrong ones made of them: what a check has to tell apart.

The right ones are textbook formulas and the answers of the literature in tests/calculus/data; a
wrong one is a right one with one fault of a named kind.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sympy import (
    And,
    Basic,
    Derivative,
    Expr,
    Integral,
    Limit,
    Product,
    Rational,
    S,
    Sum,
    Symbol,
    diff,
    floor,
    log,
    oo,
    pi,
    sign,
    sin,
    true,
)
from sympy.functions.elementary.complexes import Abs

from derive.engine import DOES_NOT_EXIST
from derive.parse import parse
from lambdify_bridge.evaluate import Evaluator, Undecided, Undefined, is_real
from tests.support.literature import problems
from tests.support.random_functions import X, elementary

DATA = Path(__file__).parent.parent / "calculus" / "data"
RANDOM_DERIVATIVES = 60
x, a, b, n, m = Symbol("x"), Symbol("a"), Symbol("b"), Symbol("n"), Symbol("m")


@dataclass(frozen=True)
class Claim:
    """`lhs = rhs` where `given` holds; `fault` names what was made wrong with it."""

    kind: str
    lhs: Basic
    rhs: Basic
    given: Any = true
    fault: str = ""
    source: str = ""

    @property
    def group(self) -> str:
        """What it is counted with: limits of towers of exponentials apart from the others."""
        return "limit (Gruntz's table)" if self.source == "Gruntz" else self.kind

    @property
    def name(self) -> str:
        return f"{self.kind}: {self.lhs} = {self.rhs} {self.fault}".strip()


# ------------------------------------------------------------------ right ones

ANTIDERIVATIVES = """
    x^5 | x^6/6
    1/x | log(abs(x))
    1/x^3 | -1/(2x^2)
    sqrt(x) | 2x^(3/2)/3
    1/sqrt(x) | 2sqrt(x)
    1/(x-2) | log(abs(x-2))
    1/(x^2-1) | log(abs((x-1)/(x+1)))/2
    1/(x^2+1) | atan(x)
    1/(x^2+2x+5) | atan((x+1)/2)/2
    x/(x^2+1) | log(x^2+1)/2
    x/(x^2-4) | log(abs(x^2-4))/2
    1/(x*(x+1)) | log(abs(x/(x+1)))
    1/(x^4-1) | log(abs((x-1)/(x+1)))/4 - atan(x)/2
    x^2/(x^3+1) | log(abs(x^3+1))/3
    1/(x-1)^2 | -1/(x-1)
    exp(3x) | exp(3x)/3
    x*exp(x) | (x-1)*exp(x)
    x^2*exp(-x) | -(x^2+2x+2)*exp(-x)
    x*exp(-x^2) | -exp(-x^2)/2
    exp(-x^2) | sqrt(pi)*erf(x)/2
    1/(1+exp(x)) | x - log(1+exp(x))
    exp(x)*sin(x) | exp(x)*(sin(x)-cos(x))/2
    exp(-2x)*cos(3x) | exp(-2x)*(3sin(3x)-2cos(3x))/13
    2^x | 2^x/log(2)
    log(abs(x)) | x*log(abs(x)) - x
    x*log(x) | x^2*log(x)/2 - x^2/4
    log(x)/x | log(x)^2/2
    log(x)^2 | x*log(x)^2 - 2x*log(x) + 2x
    1/(x*log(x)) | log(abs(log(x)))
    log(1+x^2) | x*log(1+x^2) - 2x + 2atan(x)
    sin(x) | -cos(x)
    cos(2x) | sin(2x)/2
    sin(x)^2 | x/2 - sin(2x)/4
    cos(x)^3 | sin(x) - sin(x)^3/3
    sin(x)*cos(x) | sin(x)^2/2
    tan(x) | -log(abs(cos(x)))
    1/cos(x)^2 | tan(x)
    tan(x)^2 | tan(x) - x
    x*sin(x) | sin(x) - x*cos(x)
    x^2*cos(x) | (x^2-2)*sin(x) + 2x*cos(x)
    1/sin(x) | log(abs(tan(x/2)))
    1/cos(x) | log(abs(tan(x/2+pi/4)))
    sin(3x)*cos(2x) | -cos(x)/2 - cos(5x)/10
    sinh(x) | cosh(x)
    tanh(x) | log(cosh(x))
    1/cosh(x)^2 | tanh(x)
    x*cosh(x) | x*sinh(x) - cosh(x)
    atan(x) | x*atan(x) - log(1+x^2)/2
    asin(x) | x*asin(x) + sqrt(1-x^2)
    x*atan(x) | (x^2+1)*atan(x)/2 - x/2
    1/sqrt(1-x^2) | asin(x)
    1/sqrt(x^2+1) | asinh(x)
    sqrt(1-x^2) | (x*sqrt(1-x^2) + asin(x))/2
    sqrt(x^2+1) | (x*sqrt(x^2+1) + asinh(x))/2
    x/sqrt(x^2+1) | sqrt(x^2+1)
    x*sqrt(x+1) | 2(x+1)^(5/2)/5 - 2(x+1)^(3/2)/3
    sqrt(x)/(1+x) | 2sqrt(x) - 2atan(sqrt(x))
    abs(x) | x*abs(x)/2
    abs(x-1) | (x-1)*abs(x-1)/2
    sin(x)/x | Si(x)
    exp(x)/x | Ei(x)
    exp(a*x) | exp(a*x)/a
    x*exp(a*x) | (a*x-1)*exp(a*x)/a^2
    1/(a^2+x^2) | atan(x/a)/a
    1/(a+b*x) | log(abs(a+b*x))/b
    sin(a*x)*cos(b*x) | -cos((a+b)*x)/(2(a+b)) - cos((a-b)*x)/(2(a-b))
    exp(a*x)*sin(b*x) | exp(a*x)*(a*sin(b*x)-b*cos(b*x))/(a^2+b^2)
    (a+b*x)^5 | (a+b*x)^6/(6b)
"""

# integrand, from, to, value, condition
WITH_PARAMETERS = """
    exp(-a*x) | 0 | oo | 1/a | a > 0
    exp(-a*x^2) | -oo | oo | sqrt(pi/a) | a > 0
    x*exp(-a*x) | 0 | oo | 1/a^2 | a > 0
    exp(-a*x)*sin(b*x) | 0 | oo | b/(a^2+b^2) | a > 0
    exp(-a*x)*cos(b*x) | 0 | oo | a/(a^2+b^2) | a > 0
    1/(x^2+a^2) | -oo | oo | pi/abs(a) | a != 0
    sin(a*x)/x | 0 | oo | pi*sign(a)/2 | True
    cos(a*x)/(1+x^2) | 0 | oo | pi*exp(-abs(a))/2 | True
    1/(2+cos(x)) | 0 | 2*pi | 2*pi/sqrt(3) | True
    1/(a+cos(x)) | 0 | 2*pi | 2*pi/sqrt(a^2-1) | a > 1
    abs(x-a) | 0 | 1 | ((1-a)*abs(1-a)+a*abs(a))/2 | True
    x^a | 0 | 1 | 1/(a+1) | a > -1
    log(x)*x^a | 0 | 1 | -1/(a+1)^2 | a > -1
    exp(-abs(x)*a) | -oo | oo | 2/a | a > 0
    cos(a*x) | 0 | 1 | sin(a)/a | a != 0
    x^2 | a | b | (b^3-a^3)/3 | True
    exp(-a*x)-exp(-b*x) | 0 | oo | 1/a-1/b | (a > 0) & (b > 0)
"""

DERIVATIVES = """
    x^3 | 3x^2
    abs(x) | sign(x)
    x*abs(x) | 2abs(x)
    sqrt(x^2+1) | x/sqrt(x^2+1)
    log(abs(x)) | 1/x
    x^x | x^x*(log(x)+1)
    exp(-x^2/2) | -x*exp(-x^2/2)
    1/(1+exp(-x)) | exp(-x)/(1+exp(-x))^2
    log(1+exp(x)) | 1/(1+exp(-x))
    max(x,3) | Heaviside(x-3)
    abs(x-5) | sign(x-5)
    tanh(x) | 1-tanh(x)^2
    atan(1/x) | -1/(1+x^2)
    sqrt(x) | 1/(2sqrt(x))
    sin(x)/x | cos(x)/x - sin(x)/x^2
    erf(x) | 2exp(-x^2)/sqrt(pi)
    x^a | a*x^(a-1)
    a^x | a^x*log(a)
    sin(a*x+b) | a*cos(a*x+b)
    log(x^2) | 2/x
    sqrt(x^2) | x/abs(x)
    abs(x)^3 | 3x*abs(x)
    atan2(x,1) | 1/(1+x^2)
    gamma(x) | gamma(x)*digamma(x)
"""


def right() -> Iterator[Claim]:
    yield from _derivatives()
    yield from _antiderivatives()
    yield from _definite()
    yield from _limits()
    yield from _sums()


def _rows(table: str) -> Iterator[list[str]]:
    for line in table.strip().splitlines():
        yield [part.strip() for part in line.split("|")]


def _derivatives() -> Iterator[Claim]:
    for f, slope in _rows(DERIVATIVES):
        yield Claim("derivative", Derivative(parse(f), x), parse(slope))
    r = random.Random(2026)
    for k in range(RANDOM_DERIVATIVES):
        f = elementary(1 + k % 4, r)
        yield Claim("derivative", Derivative(f, X), diff(f, X))


def _antiderivatives() -> Iterator[Claim]:
    for f, antiderivative in _rows(ANTIDERIVATIVES):
        yield Claim("antiderivative", Integral(parse(f), x), parse(antiderivative))


def _definite() -> Iterator[Claim]:
    for f, low, high, found, given in _rows(WITH_PARAMETERS):
        integral = Integral(parse(f), (x, parse(low), parse(high)))
        yield Claim("definite integral", integral, parse(found), _condition(given))
    for row in json.loads((DATA / "definite.json").read_text()):
        if row.get("closed"):
            at = {Symbol(name): S(number) for name, number in row["at"].items()}
            over = [tuple(parse(t).xreplace(at) for t in limits) for limits in row["over"]]
            integral = Integral(parse(row["f"]).xreplace(at), *over)
            yield Claim("definite integral", integral, parse(row["closed"]).xreplace(at))


CONDITIONS = {
    "True": true, "a > 0": a > 0, "a > 1": a > 1, "a > -1": a > -1, "a != 0": S.true,
    "(a > 0) & (b > 0)": And(a > 0, b > 0),
}  # fmt: skip


def _condition(text: str) -> Any:
    return CONDITIONS[text]


def _limits() -> Iterator[Claim]:
    for problem in problems():
        limit = Basic.__new__(Limit, problem.f, problem.x, problem.to, Symbol(problem.dir))
        yield Claim("limit", limit, problem.value, source=problem.source)


WAVES = "sin", "cos"


def _sums() -> Iterator[Claim]:
    for kind, operator in (("sums", Sum), ("products", Product)):
        for row in json.loads((DATA / f"{kind}.json").read_text()):
            k = Symbol(row["index"], integer=True)
            counted = {Symbol(s): Symbol(s, integer=True, positive=True) for s in ("n", "m")}
            counted[Symbol(row["index"])] = k

            def read(text: str, counted: dict[Symbol, Symbol] = counted) -> Expr:
                return parse(text).xreplace(counted)

            value = DOES_NOT_EXIST if row["value"] == "none" else read(row["value"])
            lhs = operator(read(row["f"]), (k, read(row["a"]), read(row["b"])))
            yield Claim(operator.__name__.lower(), lhs, value, _where_the_book_means(row["f"]))


def _where_the_book_means(f: str) -> Any:
    t = Symbol("t")
    if any(wave in f for wave in WAVES) and "t" in f:
        return And(t > 0, t < Rational(3, 2))
    return Abs(x) < Rational(1, 4) if "x" in f else true


# ------------------------------------------------------------------ wrong ones

OFF = Rational(1001, 1000)


def wrong() -> Iterator[Claim]:
    """Wrong closed forms: every fault that makes a difference, on each right one in turn."""
    for k, claim in enumerate(right()):
        made = list(_faults(claim))
        if made:
            yield made[k % len(made)]
    yield from OF_THEIR_OWN


def _faults(claim: Claim) -> Iterator[Claim]:
    if claim.rhs in (oo, -oo, DOES_NOT_EXIST):
        return
    result: Any = claim.rhs

    def fault(name: str, rhs: Any) -> Claim:
        return replace(claim, rhs=rhs, fault=f"[{name}]")

    if result != 0:
        yield fault("sign", -result)
        yield fault("factor 2", 2 * result)
        yield fault("a factor of 1.001", OFF * result)
    if claim.kind == "antiderivative":
        yield fault("a term", result + x / 1000)
        yield fault("a jump", result + sign(x - Rational(1, 3)))
        yield fault("jumps", result + floor(x) / 7)
        if result.has(Abs) and result.has(log):
            unsigned = result.replace(
                lambda e: isinstance(e, log) and isinstance(e.args[0], Abs),
                lambda e: log(e.args[0].args[0]),
            )
            yield fault("wrong domain", unsigned)
        return
    yield fault("a constant", result + Rational(1, 1000))
    letters = sorted(claim.lhs.free_symbols, key=str)
    if letters and not letters[0].is_integer:
        yield fault("vanishes at integers", result + sin(pi * letters[0]) / 50)
        for side in _sides(claim, letters[0]):
            yield fault(
                "missing branch", result + Rational(1, 9) * (1 + side * sign(letters[0] - 5 * side))
            )


def _sides(claim: Claim, letter: Symbol) -> Iterator[int]:
    """On which sides of 0, beyond 5, the claim says something."""
    others = claim.lhs.free_symbols - {letter}
    for side in (1, -1):
        if (side * letter).is_negative:
            continue
        at = Evaluator({**dict.fromkeys(others, Rational(7, 5)), letter: 6 * side})
        with suppress(Undefined, Undecided):
            if is_real(at(claim.rhs)) and at(claim.given):
                yield side


def claim(kind: str, lhs: Basic, rhs: Any, fault: str) -> Claim:
    return Claim(kind, lhs, S(rhs), true, f"[{fault}]")


def _integral(f: str, *over: Any) -> Integral:
    return Integral(parse(f), (x, *over) if over else x)


N = Symbol("n", integer=True)
M = Symbol("m", integer=True)
OF_THEIR_OWN = [
    claim("definite integral", _integral("abs(sin(2x))", 0, 2 * pi), 2, "missing branch"),
    claim("definite integral", _integral("1/(sqrt(2)+cos(x))", 0, 2 * pi), 0, "jump"),
    claim("definite integral", _integral("1/(2+cos(x))", 0, 2 * pi), 0, "jump"),
    claim("definite integral", _integral("1/x^2", -1, 1), -2, "wrong domain"),
    claim("definite integral", _integral("1/x", -1, 2), log(2), "wrong domain"),
    claim("definite integral", _integral("tan(x)", 0, pi), 0, "wrong domain"),
    claim("definite integral", _integral("sqrt(x^2-2x+1)", 0, 2), 0, "missing branch"),
    claim("definite integral", _integral("exp(-a*x)", 0, oo), 1 / a, "missing condition"),
    claim("definite integral", _integral("sin(a*x)/x", 0, oo), pi / 2, "missing branch"),
    claim(
        "definite integral", _integral("cos(a*x)/(1+x^2)", 0, oo), parse("pi*exp(-a)/2"),
        "missing branch",
    ),
    claim("definite integral", _integral("1/(x^2+a^2)", -oo, oo), pi / a, "missing branch"),
    claim(
        "definite integral", _integral("1/(a+cos(x))", 0, 2 * pi), parse("2pi/sqrt(a^2-1)"),
        "missing condition",
    ),
    claim("definite integral", _integral("abs(x-a)", 0, 1), parse("a^2-a+1/2"), "missing branch"),
    claim(
        "definite integral", Integral(sin(N * x) * sin(M * x), (x, 0, 2 * pi)), 0,
        "missing branch",
    ),
    claim("definite integral", Integral(sin(N * x) ** 2, (x, 0, 2 * pi)), pi, "missing branch"),
    claim("derivative", Derivative(parse("abs(x)"), x), 1, "missing branch"),
    claim("derivative", Derivative(parse("abs(x-5)"), x), -1, "missing branch"),
    claim("derivative", Derivative(parse("max(x,-4)"), x), 1, "missing branch"),
    claim("derivative", Derivative(parse("max(x,40)"), x), 0, "missing branch"),
    claim("derivative", Derivative(parse("sqrt(x^2)"), x), 1, "missing branch"),
    claim("derivative", Derivative(parse("atan(tan(x/9))"), x), 0, "factor"),
    claim("derivative", Derivative(parse("floor(x)*x"), x), parse("x"), "factor"),
    claim("antiderivative", _integral("1/(2+cos(x))"), parse("2atan(tan(x/2)/sqrt(3))/sqrt(3)"),
          "jump"),
    claim("antiderivative", _integral("1/(5-4cos(x))"), parse("2atan(3tan(x/2))/3"), "jump"),
    claim("antiderivative", _integral("abs(cos(x))"), parse("sign(cos(x))*sin(x)"), "jump"),
    claim("antiderivative", _integral("1/(1+sin(x)^2)"), parse("atan(sqrt(2)*tan(x))/sqrt(2)"),
          "jump"),
    claim("antiderivative", _integral("abs(x)"), parse("x^2/2"), "missing branch"),
    claim("antiderivative", _integral("abs(x-7)"), parse("7x-x^2/2"), "missing branch"),
    claim(
        "antiderivative", _integral("(x^2+1)/(x^4+1)"),
        parse("atan((x^2-1)/(sqrt(2)*x))/sqrt(2)"), "jump",
    ),
    claim("antiderivative", _integral("floor(x)"), parse("x*floor(x)"), "jump"),
    claim("antiderivative", _integral("sqrt(x^2)"), parse("x^2/2"), "missing branch"),
    claim("antiderivative", _integral("1/x"), parse("log(x)"), "wrong domain"),
    claim("antiderivative", _integral("1/(x^2-1)"), parse("-atanh(x)"), "wrong domain"),
    claim("antiderivative", _integral("1/sqrt(x^2-1)"), parse("acosh(x)"), "wrong domain"),
    claim("antiderivative", _integral("x^n"), parse("x^(n+1)"), "factor"),
]  # fmt: skip
