"""Programs as NumPy ufuncs of machine code."""

import mpmath
import numpy as np
import pytest
import sympy as sp
from sympy.abc import x

from lambdify_bridge.backends import vector_math
from lambdify_bridge.lowering import lower
from lambdify_bridge.program import Operation, Program
from lambdify_bridge.to_numpy import to_numpy
from tests.support import compiled_operations as shared

pytest.importorskip("llvmlite", reason="compiled ufuncs need llvmlite")

from lambdify_bridge.backends import ufunc
from lambdify_bridge.backends.llvm_instructions import Machine
from lambdify_bridge.backends.llvm_operations import COMPARISONS, OPERATIONS

COMPILED = [name for name in shared.NUMBERS if name in OPERATIONS or name in COMPARISONS]
# SciPy has no C function for these; its hyp0f1 divides by zero as Python does.
ONLY_NUMPY = {"polygamma", "polylog", "polylog_re", "lambertw", "hyp0f1", "hyperu"}


def test_the_tables_cover_numpy():
    assert set(shared.NUMBERS) - set(COMPILED) == ONLY_NUMPY


@pytest.mark.parametrize("name", COMPILED)
def test_against_mpmath(name):
    if name in ("re", "im", "conjugate", "arg"):
        return
    shared.agrees_with_mpmath(ufunc.compiled, name)


@pytest.mark.parametrize("name", COMPILED)
def test_special_points(name):
    shared.agrees_at_special_points(ufunc.compiled, name)


@pytest.mark.parametrize("name", COMPILED)
def test_position(name):
    shared.independent_of_position(ufunc.compiled, name)


@pytest.mark.parametrize("property_", shared.ALL, ids=lambda p: p.__name__)
def test_arrays(property_):
    property_(ufunc.compiled)


@pytest.mark.parametrize("bits", [128, 256])
def test_narrower_vectors(monkeypatch, bits):
    if bits > ufunc.host().bits:
        pytest.skip("this machine has no such vectors")
    monkeypatch.setattr(ufunc, "host", lambda: Machine(bits))
    shared.any_length_and_stride(ufunc.compiled)
    for name in ("exp", "log", "sin", "power", "erf", "tanh", "floor", "maximum", "mod"):
        shared.agrees_with_mpmath(ufunc.compiled, name)
        shared.agrees_at_special_points(ufunc.compiled, name)


def test_without_the_vector_library(monkeypatch):
    monkeypatch.setattr(vector_math, "vector_symbol", lambda *asked: None)
    text = ufunc.source(lower([sp.exp(x) + sp.erf(x)]))
    assert "_ZGV" not in text
    shared.any_length_and_stride(ufunc.compiled)
    for name in ("exp", "atan2", "erfc"):
        shared.agrees_with_mpmath(ufunc.compiled, name)
        shared.agrees_at_special_points(ufunc.compiled, name)


def test_nothing_is_contracted():
    """x*x - (x*x rounded) is 0 unless the product and the difference are one operation."""
    a = np.random.default_rng(1).random(100)
    fused = ufunc.compiled(lower([x * sp.Symbol("y") - sp.Symbol("z")])).ufunc
    np.testing.assert_array_equal(fused(a, a, a * a), np.zeros(100))


def quotients_by_multiplication():
    """A ufunc of a/b and b/a, the first of which is made by Newton's method where that pays."""
    inputs = Operation("input", (), 0), Operation("input", (), 1)
    quotients = Operation("div", (0, 1)), Operation("div", (1, 0))
    return ufunc.compiled(Program(sp.symbols("x y"), inputs + quotients, (2, 3)))


def hardest_quotients(count):
    """Quotients as close as can be to the middle of two doubles: b*m = a*2**54 + 1 or - 1."""
    rng, found = np.random.default_rng(shared.SEED), []
    while len(found) < count:
        few = len(found) < count // 4  # these divisors end in nearly all ones
        b = 2**53 - 1 - 2 * int(rng.integers(0, 50)) if few else int(rng.integers(2**52, 2**53)) | 1
        inverse = pow(b, -1, 2**54)
        for m, one in ((inverse, 1), (2**54 - inverse, -1)):
            if m >= 2**53:
                found.append((float((b * m - one) // 2**54), float(b)))
    return np.array(found).T


def test_quotients_are_the_nearest():
    divide = quotients_by_multiplication().ufunc
    a, b = hardest_quotients(4000)
    np.testing.assert_array_equal(divide(a, b)[0], a / b)
    rng = np.random.default_rng(shared.SEED)
    a, b = rng.uniform(1, 2, (2, 200_000)) * 2.0 ** rng.integers(-1060, 1020, (2, 200_000))
    special = [
        np.tile(shared.SPECIAL, len(shared.SPECIAL)),
        np.repeat(shared.SPECIAL, len(shared.SPECIAL)),
    ]
    for x_, y_ in ((a, b), special, (b[:1000], 1.0), (1e-5, a[:1000])):
        with np.errstate(all="ignore"):
            expected = np.divide(x_, y_)
        found = shared.quiet(divide, x_, y_)[0]
        np.testing.assert_array_equal(found, expected)
        np.testing.assert_array_equal(np.signbit(found), np.signbit(expected))


@pytest.mark.skipif(ufunc.host().bits < 512, reason="needs vectors of 512 bits")
def test_half_of_the_quotients_are_products():
    text = quotients_by_multiplication().source
    assert "rcp14" in text
    assert text.count("fdiv <8 x double>") == 2  # one, and one for the rare places
    assert "rcp14" not in ufunc.source(lower([sp.exp(x) / x + 1 / (x + 1)]))


def test_source_is_repeatable():
    formula = sp.exp(x) * sp.gamma(x) + sp.sin(x)
    assert ufunc.source(lower([formula])) == ufunc.source(lower([formula]))
    assert ufunc.compiled(lower([formula])).source == ufunc.source(lower([formula]))


def test_long_programs_are_compiled():
    formula = x
    for k in range(300):
        formula = sp.sin(formula, evaluate=False) + k
    found = ufunc.compiled(lower([formula])).ufunc(np.linspace(0, 1, 33))
    expected = np.linspace(0, 1, 33)
    for k in range(300):
        expected = np.sin(expected) + k
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("f", [
    sp.polygamma(1, x), sp.polylog(2, x), sp.LambertW(x), sp.hyper([], [2], x), sp.zeta(2, x),
], ids=str)  # fmt: skip
def test_what_has_no_machine_code_stays_with_numpy(f):
    with pytest.raises(ValueError, match="NumPy"):
        to_numpy(f, backend="ufunc")
    function, points = to_numpy(f), np.linspace(0.1, 0.9, 5)
    before = function(points)
    function._spent = 1e9  # machine code would pay by now
    np.testing.assert_array_equal(function(points), before)
    np.testing.assert_array_equal(function(points), before)


def test_zeta_left_of_zero_is_accurate_beside_its_zeros():
    f = to_numpy(sp.zeta(x), backend="ufunc")
    points = np.concatenate([np.linspace(-169.7, 50.3, 400), np.arange(-20, 0, 2) * (1 + 1e-9)])
    right = [float(mpmath.zeta(point)) for point in points]
    np.testing.assert_allclose(f(points), right, rtol=1e-12)
    np.testing.assert_array_equal(f([-2.0, -400.0, 1.0]), [0, 0, np.inf])
