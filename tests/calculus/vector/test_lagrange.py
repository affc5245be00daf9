"""Extrema under constraints: points, kinds and what is called largest, and mistakes refuted."""

from __future__ import annotations

from typing import Any

import pytest
from sympy import Rational, S, Symbol, Tuple, cbrt, log, pi, simplify, sqrt, symbols

import derive
from derive.calculus.vector.constrained import (
    AbsoluteMaximum,
    AbsoluteMinimum,
    ConstrainedExtrema,
    ConstrainedMaximum,
    ConstrainedMinimum,
    ConstrainedSaddle,
    ConstrainedUndecided,
    IsolatedPoint,
    SingularPoint,
)
from derive.calculus.vector.points import PointsWith
from lambdify_bridge import check
from lambdify_bridge.check import Claim

x, y, z = (Symbol(s) for s in "xyz")
third, half = Rational(1, 3), S.Half

ASKED: list[tuple[str, list[str], list[str], list[Any]]] = [
    ("x*y", ["x + y = 1"], ["x", "y"], [ConstrainedMaximum((half, half), S(1) / 4)]),
    ("x + y", ["x^2 + y^2 = 2"], ["x", "y"],
     [AbsoluteMinimum((-1, -1), -2), AbsoluteMaximum((1, 1), 2)]),
    ("(x - 1)^2 + (y - 2)^2 + (z - 3)^2", ["x + y + z = 0"], ["x", "y", "z"],
     [AbsoluteMinimum((-1, 0, 1), 12)]),
    ("x^2 + x*y + y^2", ["x^2 + y^2 = 2"], ["x", "y"],
     [AbsoluteMaximum((-1, -1), 3), AbsoluteMaximum((1, 1), 3),
      AbsoluteMinimum((-1, 1), 1), AbsoluteMinimum((1, -1), 1)]),
    ("x + 2*y + 3*z", ["x^2 + y^2 = 1", "x - y + z = 1"], ["x", "y", "z"],
     [AbsoluteMaximum((-2/sqrt(29), 5/sqrt(29), 1 + 7*sqrt(29)/29), 3 + sqrt(29)),
      AbsoluteMinimum((2/sqrt(29), -5/sqrt(29), 1 - 7*sqrt(29)/29), 3 - sqrt(29))]),
    ("x*y*z", ["x + y + z = 1"], ["x", "y", "z"],
     [ConstrainedSaddle((1, 0, 0), 0), ConstrainedSaddle((0, 1, 0), 0),
      ConstrainedSaddle((0, 0, 1), 0), ConstrainedMaximum((third, third, third), S(1) / 27)]),
    ("x^3 + y", ["y = 0"], ["x", "y"], [ConstrainedUndecided((0, 0), 0)]),
]  # fmt: skip


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("f", "constraints", "letters", "kinds"), ASKED, ids=[a[0] for a in ASKED])
def test_worked_out(f: str, constraints: list[str], letters: list[str], kinds: list[Any]) -> None:
    d = derive.lagrange_multipliers(f, constraints, letters)
    assert set(d.result) == set(kinds)
    assert d.check().verdict == "confirmed", d.report


OF_POSITIVE: list[tuple[str, str, list[str], Any]] = [
    ("-p*log(p) - q*log(q) - r*log(r)", "p + q + r = 1", ["p", "q", "r"],
     ConstrainedMaximum((third, third, third), log(3))),
    ("x^(1/3)*y^(2/3)", "2x + 3y = 12", ["x", "y"],
     ConstrainedMaximum((2, S(8) / 3), 4 * cbrt(6) / 3)),
    ("2pi*r^2 + 2pi*r*h", "pi*r^2*h = 1", ["r", "h"],
     ConstrainedMinimum((cbrt(4) / (2 * cbrt(pi)), cbrt(4) / cbrt(pi)), 3 * cbrt(2 * pi))),
]  # fmt: skip


@pytest.mark.one_in(2)
@pytest.mark.parametrize(
    ("f", "g", "letters", "kind"), OF_POSITIVE, ids=[each[0] for each in OF_POSITIVE]
)
def test_of_positive_letters(f: str, g: str, letters: list[str], kind: Any) -> None:
    d = derive.lagrange_multipliers(f, [g], letters, positive=True)
    assert d.result == Tuple(kind)
    assert d.check().verdict == "confirmed", d.report


def test_shares_of_a_budget() -> None:
    a, b, m, p, q = symbols("a b m p q", positive=True)
    d = derive.lagrange_multipliers("x^a*y^b", ["p*x + q*y = m"], ["x", "y"], positive=True)
    (found,) = d.result
    assert isinstance(found, ConstrainedMaximum)
    known = {Symbol(s.name): s for s in (a, b, m, p, q)}
    place = [simplify(entry.xreplace(known)) for entry in found.args[0]]
    assert place == [simplify(a * m / (p * (a + b))), simplify(b * m / (q * (a + b)))]
    shares = {"a": 1, "b": 2, "m": 12, "p": 2, "q": 3}
    assert d.given.subs({Symbol(name): value for name, value in shares.items()}) == True


def test_positive_letters_leave_one_point() -> None:
    d = derive.lagrange_multipliers("x*y*z", ["x + y + z = 1"], ["x", "y", "z"], positive=True)
    assert d.result == Tuple(ConstrainedMaximum((third, third, third), S(1) / 27))


@pytest.mark.parametrize(
    ("f", "g", "wrong"),
    [
        (x * y, x + y - 1, ConstrainedMinimum((half, half), S(1) / 4)),
        (x * y, x + y - 1, AbsoluteMinimum((half, half), S(1) / 4)),
        (x * y, x + y - 1, ConstrainedMaximum((third, 2 * third), S(2) / 9)),
        (x * y, x + y - 1, ConstrainedMaximum((half, half), S(1) / 3)),
        (x**3 - 3 * x + y, y, (ConstrainedMaximum((-1, 0), 2), AbsoluteMinimum((1, 0), -2))),
        (x + y, x**2 + y**2 - 2, AbsoluteMaximum((1, 1), 2)),
    ],
)  # fmt: skip
def test_mistakes_are_refuted(f: Any, g: Any, wrong: Any) -> None:
    claim = Tuple(*wrong) if isinstance(wrong, tuple) else Tuple(wrong)
    report = check(Claim(ConstrainedExtrema(f, (x, y), (g,)), claim))
    assert report.verdict == "refuted", report


def test_no_value_is_called_largest_on_a_set_without_end() -> None:
    d = derive.lagrange_multipliers("x^3 - 3*x + y", ["y = 0"], ["x", "y"])
    assert set(d.result) == {ConstrainedMaximum((-1, 0), 2), ConstrainedMinimum((1, 0), -2)}
    cusp = derive.lagrange_multipliers("x + y**2", ["x**2 - y**4 = 1"], ["x", "y"])
    assert not any(isinstance(k, (AbsoluteMaximum, AbsoluteMinimum)) for k in cusp.result)


def test_a_letter_in_the_constraint_may_be_large() -> None:
    d = derive.lagrange_multipliers("x*y", ["2*x + 2*y = P"], ["x", "y"])
    P = Symbol("P")
    assert d.result == Tuple(ConstrainedMaximum((P / 4, P / 4), P**2 / 16))
    assert d.check(points=2).verdict == "confirmed", d.report


def test_an_open_set_has_no_absolute_extrema_here() -> None:
    d = derive.lagrange_multipliers("x + y", ["x**2 + y**2 = 2"], ["x", "y"], positive=True)
    assert d.result == Tuple(ConstrainedMaximum((1, 1), 2))


def test_what_cannot_be_asked() -> None:
    with pytest.raises(ValueError, match="critical_points"):
        derive.lagrange_multipliers("x*y", [], ["x", "y"])
    with pytest.raises(ValueError, match="no way to move"):
        derive.lagrange_multipliers("x*y", ["x = 1", "y = 1"], ["x", "y"])
    with pytest.raises(ValueError, match="does not constrain"):
        derive.lagrange_multipliers("x*y", ["a = 1"], ["x", "y"])


def test_critical_points_with_roots_of_higher_degree() -> None:
    d = derive.critical_points("x**5 - 5*x**2 + x*y + y**2", ["x", "y"])
    assert len(d.result) == 2
    assert d.check().verdict == "confirmed", d.report


SINGULAR: list[tuple[str, str, list[Any]]] = [
    ("x", "y^2 = x^3", [ConstrainedMinimum((0, 0), 0)]),
    ("x^2 + y^2", "(x - 1)^3 = y^2", [AbsoluteMinimum((1, 0), 1)]),
    ("y", "y^2 = x^2*(x - 1)", [IsolatedPoint((0, 0), 0)]),
    ("x", "x^3 + y^3 = 3*x*y",
     [ConstrainedMaximum((cbrt(4), cbrt(2)), cbrt(4)), SingularPoint((0, 0), 0)]),
]  # fmt: skip


@pytest.mark.one_in(2)
@pytest.mark.parametrize(("f", "g", "kinds"), SINGULAR, ids=[a[1] for a in SINGULAR])
def test_where_the_gradient_of_the_constraint_is_0(f: str, g: str, kinds: list[Any]) -> None:
    d = derive.lagrange_multipliers(f, [g], ["x", "y"])
    assert set(d.result) == set(kinds)
    assert d.check().verdict == "confirmed", d.report


def on(*equations: Any) -> PointsWith:
    return PointsWith(equations, (x, y, z))


SPHERE = x**2 + y**2 + z**2 - 1
ON_CURVES: list[Any] = [
    ("x^2 + y^2 + 2*z^2",
     [AbsoluteMaximum((0, 0, 1), 2), AbsoluteMaximum((0, 0, -1), 2),
      AbsoluteMinimum(on(z, SPHERE), 1)]),
    ("2*x*y + 2*y*z + 2*z*x",
     [AbsoluteMaximum((sqrt(3) / 3,) * 3, 2), AbsoluteMaximum((-sqrt(3) / 3,) * 3, 2),
      AbsoluteMinimum(on(x + y + z, SPHERE), -1)]),
    pytest.param("x^2 + y^2 + z^2",
                 [AbsoluteMaximum(on(SPHERE), 1), AbsoluteMinimum(on(SPHERE), 1)],
                 marks=pytest.mark.slow),
]  # fmt: skip


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("f", "kinds"), ON_CURVES)
def test_a_double_eigenvalue_is_taken_on_a_circle(f: str, kinds: list[Any]) -> None:
    d = derive.lagrange_multipliers(f, ["x^2 + y^2 + z^2 = 1"], ["x", "y", "z"])
    assert set(d.result) == set(kinds)
    assert d.check().verdict == "confirmed", d.report


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("f", "g", "wrong"),
    [
        (x, y**2 - x**3, ConstrainedMaximum((0, 0), 0)),
        (x, y**2 - x**3, IsolatedPoint((0, 0), 0)),
        (x, x**2 + y**2 - 1, SingularPoint((1, 0), 1)),
        (x**2 + y**2 - z, SPHERE, AbsoluteMaximum(on(2 * z + 1, SPHERE), S(4) / 3)),
        (x**2 + y**2 - z, SPHERE, AbsoluteMaximum(on(3 * z + 1, SPHERE), S(5) / 4)),
    ],
)  # fmt: skip
def test_mistakes_about_curves_and_singular_points_are_refuted(f: Any, g: Any, wrong: Any) -> None:
    letters = (x, y, z) if g == SPHERE else (x, y)
    others = (
        [] if g != SPHERE else [AbsoluteMinimum((0, 0, 1), -1), ConstrainedMinimum((0, 0, -1), 1)]
    )
    if wrong == SingularPoint((1, 0), 1):
        others = [AbsoluteMinimum((-1, 0), -1)]
    report = check(Claim(ConstrainedExtrema(f, letters, (g,)), Tuple(wrong, *others)))
    assert report.verdict == "refuted", report


def test_the_check_meets_singular_systems() -> None:
    d = derive.lagrange_multipliers("1/x", ["x**2 + y**2 = 1"], ["x", "y"])
    assert d.check().verdict == "confirmed"
