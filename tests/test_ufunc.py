"""Programs as NumPy ufuncs of machine code."""

import numpy as np
import pytest
import sympy as sp
from sympy.abc import x

from lambdify_bridge.backends import vector_math
from lambdify_bridge.lowering import lower
from tests.support import compiled_operations as shared

pytest.importorskip("llvmlite", reason="compiled ufuncs need llvmlite")

from lambdify_bridge.backends import ufunc
from lambdify_bridge.backends.llvm_instructions import Machine
from lambdify_bridge.backends.llvm_operations import COMPARISONS, OPERATIONS

COMPILED = [name for name in shared.NUMBERS if name in OPERATIONS or name in COMPARISONS]
ONLY_NUMPY = {"polygamma", "zeta", "polylog", "polylog_re", "lambertw", "hyp0f1"}


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
