"""Programs in blocks and by levels give what the printed source gives, to the last bit.

Formulas with precautions against overflow are tried without them: those give it to the last bits.
"""

import itertools
import warnings

import numpy as np
import pytest
import sympy as sp
from sympy.abc import x, y

from lambdify_bridge import to_numpy
from lambdify_bridge.backends.blocks import planned
from lambdify_bridge.backends.levels import levelled
from lambdify_bridge.lowering import lower

FORMULAS = [
    -x * sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi),
    sp.Max(x, y) * sp.Min(x, 2) + sp.Abs(x - y) - sp.sign(x),
    sp.Piecewise((x**2, x > 1), (sp.sin(y), x > y), (0, x < -1)),
    sp.log(1 + sp.exp(x)) + sp.sqrt(x**2 + y**2) - 1 / (1 + sp.exp(-y)),
    sp.log(sp.exp(x) + sp.exp(y) + 1),
    sp.erf(x) * sp.gamma(y**2 + 1) + sp.Si(x) - sp.besselj(1, y),
    sum(sp.sin(k * x) * y**k for k in range(9)),
]
SIZES = [(20_000,), (3, 7001), (5000, 1)]


def by_source(f, *values):
    with np.errstate(all="ignore"):
        return f._function(*values)


@pytest.fixture(autouse=True)
def _warnings_are_errors():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.mark.parametrize("kind", [np.float64, np.float32])
@pytest.mark.parametrize("formula", FORMULAS, ids=range(len(FORMULAS)))
def test_blocks_are_the_source(formula, kind):
    f = to_numpy([formula, x > y, x, 2, formula], [x, y], backend="numpy")
    assert f._plan
    rng = np.random.default_rng(21)
    for shape in SIZES:
        values = [rng.normal(scale=2, size=shape).astype(kind) for _ in range(2)]
        for found, expected in zip(f(*values), by_source(f, *values), strict=True):
            assert found.dtype == (bool if found.dtype == bool else kind)
            # The plain form of what is computed with precautions is rounded elsewhere.
            few = 8 * np.finfo(kind).eps if f._trial else 0
            expected = np.broadcast_to(expected, shape)
            np.testing.assert_allclose(found, expected, rtol=few, atol=few)


@pytest.mark.parametrize("formula", FORMULAS, ids=range(len(FORMULAS)))
def test_any_strides(formula):
    f = to_numpy(formula, [x, y], backend="numpy")
    rng = np.random.default_rng(22)
    wide = rng.normal(size=(120, 300))
    for first, second in [
        (wide.T, wide.T.copy()), (wide[::-1, ::2], wide[:, :150]), (wide, wide[:1]),
        (wide[:, :1], wide[:1]), (wide, 0.5), (wide[::2].astype(np.float32), wide[1::2]),
    ]:  # fmt: skip
        whole = np.broadcast_arrays(first, second)
        expected = by_source(f, *(np.array(each, float) for each in whole))[0]
        found = f(first, second)
        assert found.flags.c_contiguous
        np.testing.assert_allclose(found, expected, rtol=1e-15, atol=1e-15 if f._trial else 0)


def test_threads_share_the_work():
    one, four = (to_numpy(FORMULAS[0], threads=n, backend="numpy") for n in (1, 4))
    values = np.random.default_rng(23).normal(size=200_003)
    np.testing.assert_array_equal(one(values), four(values))


def test_buffers_are_reused():
    u = x
    for k in range(1, 40):
        u = sp.sin(u + k, evaluate=False)
    plan = planned(lower([u]))
    assert not plan.buffers, "the output itself serves"


def test_slow_branches_are_left_to_their_points():
    assert planned(lower([sp.Piecewise((sp.besselj(1, x), x > 0), (0, True))])) is None
    assert planned(lower([sp.I * x])) is None


def test_levels_are_the_source():
    letters = sp.symbols("x:400")
    rng = np.random.default_rng(24)
    terms = [sp.tanh(a * b) + sp.Max(a, 0) * sp.exp(-b) for a, b in itertools.pairwise(letters)]
    program = lower(terms, letters)
    levels = levelled(program)
    assert len(levels.groups) < 12
    f = to_numpy(terms, letters, backend="numpy")
    values = rng.normal(size=(400, 6))
    np.testing.assert_array_equal(levels(values), by_source(f, *values))


def test_norms_neither_overflow_nor_vanish():
    f = to_numpy(sp.sqrt(x**2 + y**2), backend="numpy")
    a = np.array([3e200, 3e-200, 0.0, np.inf, np.nan, 3.0, 5e-324, 1e-170] * 700)
    b = np.array([4e200, 4e-200, 0.0, np.nan, 1.0, 4.0, 0.0, 1.0] * 700)
    with np.errstate(all="ignore"):
        expected = np.hypot(a, b)
    np.testing.assert_allclose(f(a, b), expected, rtol=3e-16)
    np.testing.assert_allclose(f(a[:8], b[:8]), expected[:8], rtol=3e-16)
