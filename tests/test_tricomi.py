"""Tricomi's function: the array function against mpmath, slopes, integrals that it names."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from sympy import I, Symbol, exp, expint, oo, symbols

import derive
from derive.elementary import hyperu
from lambdify_bridge import to_numpy
from lambdify_bridge.backends import confluent

a, b, t, z = symbols("a b t z")
x = Symbol("x", positive=True)
SIZES = 1e-6, 0.03, 1.7, 40.0, 900.0
TURNS = 0, 0.3, -0.8, 1, -1  # of a right angle
# fmt: off
ORDERS = [(0.02, 0.9), (0.5, -1.5), (1, 1), (1.5, -6.5), (7, 2.2), (7.5, -8), (-0.5, -1.7),
          (-2.5, -4)]
# fmt: on


@pytest.mark.parametrize(("p", "q"), ORDERS)
def test_values_are_those_of_mpmath(p: float, q: float) -> None:
    places = np.array([r * np.exp(0.5j * np.pi * turn) for r in SIZES for turn in TURNS])
    places.real[np.abs(places.real) < 1e-9 * np.abs(places)] = 0
    exact = np.array([complex(mpmath.hyperu(p, q, complex(place))) for place in places])
    assert to_numpy(hyperu(a, b, z), [a, b, z])(p, q, places) == pytest.approx(exact, rel=1e-10)


def test_at_zero_and_where_it_is_not_computed() -> None:
    value = to_numpy(hyperu(a, b, z), [a, b, z])
    assert value(1.5, -1.5, 0.0) == pytest.approx(float(mpmath.hyperu(1.5, -1.5, 0)))
    assert value(1.5, 1.5, 0.0) == np.inf
    assert np.isnan(value(1.5, -1.5, -1.0))
    assert np.isnan(value(-1.5, 1.5, 1.0))


def test_exponential_integrals_of_complex_numbers() -> None:
    value = to_numpy(expint(a, -I * t), [a, t])
    for order, place in ((4, 0.7), (1, -2.0), (2.5, 9.0), (48.4, 481.0)):
        exact = complex(mpmath.expint(order, -1j * place))
        assert value(order, place) == pytest.approx(exact, rel=1e-11)


def test_the_slope_is_that_of_the_values() -> None:
    slope, value = to_numpy(hyperu(a, b, z).diff(z), [a, b, z]), confluent.hyperu
    quotient = (value(1.5, -0.5, 0.8 + 1e-5) - value(1.5, -0.5, 0.8 - 1e-5)) / 2e-5
    assert slope(1.5, -0.5, 0.8) == pytest.approx(quotient, rel=1e-8)


@pytest.mark.one_in(2)
@pytest.mark.parametrize(
    ("f", "given"),
    [
        (x ** (a - 1) * (b + x) ** (-a - 2) * exp(-z * x), [a, b, z]),
        (x ** (a - 1) * (b + x) ** (-a - 2) * exp(I * t * x), [a, b]),
    ],
    ids=str,
)
def test_integrals_on_the_half_line(f: object, given: list[Symbol]) -> None:
    d = derive.integrate(f, (x, 0, oo))
    assert d.result.has(hyperu)
    assert {s.name for s in d.given.free_symbols} == {s.name for s in given}
    assert d.check().verdict == "confirmed"


def test_beside_a_wave_the_powers_have_to_fall() -> None:
    d = derive.integrate(exp(I * t * x) * x ** (a - 1) * (1 + x) ** (b - a), (x, 0, oo))
    assert d.given.subs({a: 1, b: 2, t: 3}) == False
    assert d.given.subs({a: 1, b: -2, t: 3}) == True
