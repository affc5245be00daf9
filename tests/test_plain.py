"""Without precautions where nothing overflows, with them where something does; and no detours."""

import pickle
import sys
import warnings

import numpy as np
import pytest
import sympy as sp
from sympy.abc import x, y, z

from lambdify_bridge import to_numpy
from lambdify_bridge.backends.blocks import planned
from lambdify_bridge.backends.plain import plain
from lambdify_bridge.calls import watchful
from lambdify_bridge.lowering import lower

SIGMOID = 1 / (1 + sp.exp(-x))
EXPONENTIALS = sp.exp(x) + sp.exp(y) + sp.exp(z)
CROSS_ENTROPY = -(y * sp.log(SIGMOID) + (1 - y) * sp.log(1 - SIGMOID))

# Formula, calls of NumPy for small arrays, and for tiny ones where they are fewer.
# fmt: off
CALLS = {
    "softplus":          (sp.log(1 + sp.exp(x)), 2, None),
    "sigmoid":           (SIGMOID, 4, None),
    "sigmoid's slope":   (sp.diff(SIGMOID, x), 6, None),
    "cross-entropy's slope": (sp.diff(CROSS_ENTROPY, x), 9, None),
    "log-sum-exp of 3":  (sp.log(EXPONENTIALS), 6, 2),
    "softmax of 3":      (sp.exp(y) / EXPONENTIALS, 6, None),
    "norm of 3":         (sp.sqrt(x**2 + y**2 + z**2), 6, 2),
    "norm and its square": (sp.sqrt(x**2 + y**2) + x**2 + y**2, 5, None),
    "Gaussian's slope":  (sp.diff(sp.exp(-x**2/2)/sp.sqrt(2*sp.pi), x), 5, None),
    "real part":         (sp.re(x)*y + sp.conjugate(x), 2, None),
}
# fmt: on
by_name = pytest.mark.parametrize("name", CALLS)
WORST = [-1e37, -800.0, -740.0, -1e-200, 5e-324, 0.0, 1e-160, 1e160, 710.0, 800.0, np.inf, -np.inf]


def compiled(name):
    formula, *counts = CALLS[name]
    letters = sorted(formula.free_symbols, key=str)
    return to_numpy(formula, letters, backend="numpy"), len(letters), counts


def careful(f, *values):
    with np.errstate(all="ignore"):
        return f._function(*values)[0]


@pytest.fixture(autouse=True)
def _warnings_are_errors():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@by_name
def test_calls_of_numpy(name):
    f, many, (small, tiny) = compiled(name)
    plan = f._trial.plan if f._trial else f._plan
    assert len(plan.steps) == small
    f(*[np.ones(3)] * many)
    assert (f._tiny is None) == (tiny is None)
    if tiny:
        brief = plain(f.program, brief=True).program
        assert sum(brief.counts().values()) == tiny


@by_name
def test_no_detour(name):
    """Two functions of Python's are entered: the one that looks at the types, and the work."""
    f, many, _ = compiled(name)
    values = [np.full(100, 0.5)] * many
    f(*values)
    entered = []
    sys.setprofile(lambda frame, event, _: entered.append(frame) if event == "call" else None)
    try:
        f(*values)
    finally:
        sys.setprofile(None)
    assert len(entered) == 2


@by_name
@pytest.mark.parametrize("size", [1, 20, 1000, 50_000])
def test_plain_where_nothing_overflows(name, size):
    f, many, _ = compiled(name)
    rng = np.random.default_rng(31)
    for scale in (1.0, 200.0):
        values = [rng.uniform(-scale, scale, size) for _ in range(many)]
        np.testing.assert_allclose(f(*values), careful(f, *values), rtol=4e-15, atol=1e-15)


@by_name
@pytest.mark.parametrize("size", [5, 1000, 150_000])
def test_careful_where_something_does(name, size):
    """One place in all, at which nothing but the careful form has digits."""
    f, many, _ = compiled(name)
    rng = np.random.default_rng(32)
    for worst in WORST:
        values = [rng.uniform(-3, 3, size) for _ in range(many)]
        for value in values:
            value[size // 2] = worst
        expected = careful(f, *values)
        # inf - inf, 0/0, and shifts beyond what they may be: the plain form need not have them.
        lost = np.isnan(expected) | (np.isinf(expected) & np.isfinite(worst))
        found = f(*values)
        np.testing.assert_allclose(found[~lost], expected[~lost], rtol=4e-15, atol=1e-15)


@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_tails_keep_their_digits(kind):
    """Relative to the value: these are as small as floats get."""
    far = np.linspace(-700.0, -500.0, 40_000).astype(kind) / (1 if kind is np.float64 else 8)
    truth = np.exp(far.astype(np.longdouble)).astype(kind)
    for formula in (SIGMOID, sp.log(1 + sp.exp(x)), sp.diff(SIGMOID, x)):
        f = to_numpy(formula, backend="numpy")
        np.testing.assert_allclose(f(far), truth, rtol=8 * np.finfo(kind).eps)
        np.testing.assert_allclose(f(far[:9]), truth[:9], rtol=8 * np.finfo(kind).eps)
    small = to_numpy(sp.sqrt(x**2 + y**2), backend="numpy")
    legs = [
        np.full(40_000, side * (1e-160 if kind is np.float64 else 1e-22), kind) for side in (3, 4)
    ]
    np.testing.assert_allclose(small(*legs), legs[0] / 3 * 5, rtol=4 * np.finfo(kind).eps)
    sums = to_numpy(sp.log(sp.exp(x) + sp.exp(y)), backend="numpy")
    depth = -740.0 if kind is np.float64 else -100.0
    low = np.full(40_000, depth, kind)
    np.testing.assert_allclose(sums(low, low), depth + np.log(2), rtol=2 * np.finfo(kind).eps)
    np.testing.assert_allclose(sums(low[:9], low[:9]), depth + np.log(2), rtol=2e-7)


def test_a_sigmoid_that_vanishes_divides_nothing():
    f = to_numpy(sp.diff(CROSS_ENTROPY, x), [x, y], backend="numpy")
    far = np.array([40.0, 700.0, 708.0])
    np.testing.assert_allclose(f(far, np.full(3, 0.25)), 0.75, rtol=1e-15)


def test_shapes_that_differ():
    f = to_numpy(sp.log(EXPONENTIALS), [x, y, z], backend="numpy")
    row, column = np.linspace(0, 1, 7), np.linspace(0, 1, 7)[:, None]
    expected = careful(f, row, column, 0.5)
    np.testing.assert_allclose(f(row, column, np.array(0.5)), expected, rtol=1e-15)
    np.testing.assert_allclose(f(row, column, np.full(7, 0.5)), expected, rtol=1e-15)
    with pytest.raises(ValueError, match="shape"):
        f(np.ones(6), np.ones((2, 3)), np.ones(6))
    only_x = to_numpy(x**2, [x, y], backend="numpy")
    assert only_x(np.ones(6), np.ones((2, 3, 1))).shape == (2, 3, 6)
    assert only_x(np.ones(6), np.ones((6, 1))).shape == (6, 6)
    assert to_numpy(x > y, [x, y])(np.ones(20_000), np.zeros(20_000)).dtype == bool
    assert isinstance(to_numpy(sp.sin(x) + x**2)(np.array(0.5)), np.float64)


def test_what_is_watched():
    assert plain(lower([sp.sin(x) / x])).flags == frozenset()
    assert plain(lower([SIGMOID])).flags == {"over"}
    assert plain(lower([sp.log(EXPONENTIALS)])).flags == {"over", "under"}
    assert watchful(frozenset({"over", "under"})) is not None
    by_math = plain(lower([sp.log(EXPONENTIALS) + sp.sqrt(x**2 + y**2)]), vanishing=False)
    assert by_math.flags == frozenset()
    assert by_math.program.counts()["hypot"] == by_math.program.counts()["floor"] == 1


def test_a_floor_of_ones_own_stays():
    u = sp.floor(sp.Min(sp.Max(x, -(10**38)), 10**38))
    assert plain(lower([u * y])).program.counts()["floor"] == 1
    assert planned(plain(lower([u * y])).program)


def test_copies():
    f = to_numpy(sp.log(EXPONENTIALS), [x, y, z])
    values = [np.ones(5)] * 3
    first = f(*values)
    assert pickle.loads(pickle.dumps(f))(*values).tolist() == first.tolist()
    assert f.program.counts()["floor"] == 1
    assert "np.maximum" in f.source
