"""The operations of a formula: which ones, and their values against mpmath at random points."""

import pickle
import time
import warnings

import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy.abc import x, y, z
from sympy.codegen.cfunctions import expm1, hypot, log1p
from sympy.functions.elementary.piecewise import ExprCondPair

from lambdify_bridge.backends.numpy import CALLS, OPERATORS, source
from lambdify_bridge.constants import FOLD
from lambdify_bridge.functions import BY_NAME, FUNCTIONS
from lambdify_bridge.lowering import lower
from lambdify_bridge.to_numpy import to_numpy
from tests.support.function_cases import SEED, TABLE, case_of, exact
from tests.support.functions_by_name import KNOWN, cases


@pytest.mark.parametrize("kind", TABLE, ids=lambda kind: kind.__name__)
def test_every_function_of_the_table(kind):
    expression, symbols, points = case_of(kind)
    f = to_numpy(expression, symbols)
    expected = [exact(expression, symbols, point) for point in points]
    assert all(value.imag == 0 for value in expected), "the domain is real"
    columns = np.array(points).T
    np.testing.assert_allclose(f(*columns), np.real(expected), rtol=2e-13, atol=1e-15)
    np.testing.assert_allclose([f(*p) for p in points], f(*columns), rtol=1e-14)
    assert f(*columns.astype(np.float32)).dtype == np.float32


COMPLEX = [sp.exp, sp.log, sp.sin, sp.cos, sp.tan, sp.asin, sp.acos, sp.atan, sp.sinh, sp.cosh,
           sp.tanh, sp.asinh, sp.acosh, sp.atanh, sp.sinc, sp.Abs, sp.sign, sp.floor, sp.ceiling,
           sp.re, sp.im, sp.conjugate, sp.arg, sp.gamma, sp.loggamma, sp.digamma, sp.erf, sp.erfc,
           sp.erfi, sp.Ei, sp.Si, sp.Ci, sp.fresnels, sp.fresnelc, sp.airyai, sp.LambertW, sp.sec,
           sp.csc, sp.cot, sp.asec, sp.acsc, sp.acot, sp.sech, sp.csch, sp.coth, sp.asech,
           sp.acsch, sp.acoth]  # fmt: skip


@pytest.mark.parametrize("kind", COMPLEX, ids=lambda kind: kind.__name__)
def test_complex_values(kind):
    points = np.array([0.6 + 0.7j, 1.3 - 0.4j, -0.7 + 1.1j])
    expected = [
        complex(kind(x).subs(x, sp.Rational(p.real) + sp.I * sp.Rational(p.imag)).evalf(20))
        for p in points
    ]
    np.testing.assert_allclose(to_numpy(kind(x))(points), expected, rtol=1e-12, atol=1e-14)


def test_tables_fit_together():
    """Whatever the tables lower to can be printed; whatever can be printed can be folded."""
    printed = {*CALLS, *OPERATORS, "neg"}
    assert {name for name, _ in FUNCTIONS.values()} <= printed
    assert set(FOLD) - {"lt"} <= printed
    assert printed - {"and", "or"} <= set(FOLD)


class sigmoid(sp.Function):
    pass


class softplus(sp.Function):
    pass


class relu(sp.Function):
    pass


class swish(sp.Function):
    def definition(self):
        return self.args[0] * sigmoid(self.args[0])


def test_functions_of_the_sister_package_by_name():
    assert set(BY_NAME) == {*KNOWN, "hyperu"}  # which tests/test_tricomi.py is about
    values = np.array([-800.0, -1.0, 0.0, 2.0, 800.0])
    with np.errstate(over="ignore"):
        logistic = 1 / (1 + np.exp(-values))
    np.testing.assert_allclose(to_numpy(sigmoid(x))(values), logistic, rtol=1e-14)
    np.testing.assert_allclose(to_numpy(swish(x))(values), values * logistic, rtol=1e-14)
    np.testing.assert_array_equal(to_numpy(relu(x))(values), values * (values > 0))
    expected = [0.0, np.log1p(np.exp(-1)), np.log(2), np.log(1 + np.exp(2)), 800.0]
    np.testing.assert_allclose(to_numpy(softplus(x))(values), expected, rtol=1e-14)
    assert to_numpy(sigmoid(0) + softplus(0) + relu(2), [])() == pytest.approx(2.5 + np.log(2))


def test_functions_known_by_name():
    for expression, at, expected in cases(np.array([-50.0, -0.5, 0.0, 1e-9, 2.0, 50.0])):
        np.testing.assert_allclose(to_numpy(expression)(at), expected, rtol=1e-14)


def test_functions_of_sympy_codegen_by_name():
    small = np.array([-1e-12, 3e-20, 0.25])
    np.testing.assert_allclose(to_numpy(log1p(x))(small), np.log1p(small), rtol=1e-15)
    np.testing.assert_allclose(to_numpy(expm1(x))(small), np.expm1(small), rtol=1e-15)
    assert to_numpy(hypot(x, y))(3e200, 4e200) == pytest.approx(5e200, rel=1e-15)
    assert to_numpy(log1p(sp.Rational(1, 10**20)) + expm1(0))() == 1e-20


# -- composite formulas against mpmath ------------------------------------------------------------

FORMULAS = [
    sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi),
    sp.sqrt(1 + x**2) * sp.log(2 + y**2) / (3 + sp.cos(x * y)),
    (x - y) / (x**2 + y**2 + 1) - sp.Rational(2, 3) * x**-3 + y**7 - x / 3,
    sp.exp(-x) - sp.exp(-y) - 1,
    x ** sp.Rational(-3, 2) + x ** sp.Rational(1, 3) + x ** sp.Float(0.5) + 2**y + x**y,
    -(sp.tanh(x) ** 2) - sp.sin(y) + sp.EulerGamma * x + sp.Catalan + sp.GoldenRatio * sp.E**y,
    1 / (1 / x + 1 / y) - x / (2 * y) + 5 * x / (7 * sp.sin(y)),
    sp.Mul(-1, sp.Add(x, -y, evaluate=False), evaluate=False),
    x**25 / 3**40 + x**-20,
    sp.besselj(0, x) * sp.erf(y) - sp.gamma(x + 1) / sp.pi**10,
]


@pytest.mark.parametrize("formula", FORMULAS, ids=range(len(FORMULAS)))
def test_formulas_against_mpmath(formula):
    rng = np.random.default_rng(SEED)
    points = rng.uniform(0.2, 2.5, (2, 40))
    reference = sp.lambdify([x, y], formula, "mpmath")
    with mpmath.workdps(30):
        expected = [float(reference(mpmath.mpf(a), mpmath.mpf(b))) for a, b in points.T]
    np.testing.assert_allclose(to_numpy(formula, [x, y])(*points), expected, rtol=3e-14)


# -- constants ------------------------------------------------------------------------------------

CONSTANTS = [
    sp.pi, sp.E, sp.EulerGamma, sp.Catalan, sp.GoldenRatio, sp.Rational(1, 3), sp.Float("0.1"),
    sp.sqrt(2) + sp.log(3), sp.exp(-sp.pi) / sp.gamma(sp.Rational(1, 3)), sp.zeta(3), sp.I * sp.pi,
    sp.Rational(2**53 + 1), sp.sqrt(10**40 + 1) - 10**20, sp.besselj(1, 2) + sp.Ei(1) + sp.Si(2),
    sp.Heaviside(0), sp.Mod(sp.sqrt(50), 3), sp.polygamma(2, 5), sp.LambertW(1), sp.atan2(1, 3),
    sp.beta(sp.Rational(1, 2), 3), sp.catalan(sp.Rational(1, 3)), sp.erfinv(sp.Rational(1, 4)),
    sp.exp(1000) * sp.exp(-sp.sqrt(10**6 + 1)),
]  # fmt: skip


@pytest.mark.parametrize("constant", CONSTANTS, ids=str)
def test_constants_are_the_nearest_float(constant):
    f = to_numpy(constant)
    assert f.program.counts() == {}, "all is folded"
    assert f() == complex(constant.evalf(40)) == to_numpy(constant, [x])(1.0)


def test_constants_that_lose_digits():
    assert to_numpy(sp.sqrt(10**160 + 1) - 10**80)() == 5e-81
    assert to_numpy(1 + sp.I / 10**10)() == 1 + 1e-10j
    real = list(sp.roots(x**3 - 3 * x + 1, x))  # written with I, yet real
    assert all(root.has(sp.I) for root in real)
    values = [to_numpy(root)() for root in real]
    assert all(type(value) is float for value in values)
    np.testing.assert_allclose(sorted(values), 2 * np.cos(np.pi * np.array([8, 4, 2]) / 9))


def test_special_constants():
    assert to_numpy(sp.oo)() == np.inf
    assert to_numpy(-sp.oo)() == -np.inf
    assert np.isnan(to_numpy(sp.nan)())
    assert np.isnan(to_numpy(sp.zoo)())
    assert np.isnan(to_numpy(sp.Pow(0, -1, evaluate=False))())
    zero = sp.Add(sp.sqrt(2) * sp.sqrt(3), -sp.sqrt(6), evaluate=False)
    assert to_numpy(x + zero)(1.0) == 1.0
    assert to_numpy(3)() == 3.0
    assert to_numpy(2.5, [x])([1, 2]).tolist() == [2.5, 2.5]


# -- Piecewise and conditions ---------------------------------------------------------------------


@pytest.fixture
def strict():
    """Warnings are errors, whatever np.errstate says."""
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        yield


def test_unused_branches_are_not_computed(strict):
    f = to_numpy(sp.Piecewise((sp.log(x), x > 0), (sp.sqrt(-x), x < 0), (7, True)))
    points = np.array([[1.0, np.e], [-4.0, 0.0]])
    np.testing.assert_allclose(f(points), [[0, 1], [2, 7]])
    assert [f(p) for p in (1.0, -4.0, 0.0)] == [0, 2, 7]
    branches = source(lower([sp.Piecewise((sp.log(x), x > 0), (0, True))])).split("\n\n")
    assert "log" in branches[0]
    assert "log" not in branches[1]


def test_a_branch_sees_the_selected_elements_only(monkeypatch):
    from lambdify_bridge.backends import numpy as backend

    seen = []
    monkeypatch.setitem(backend.HELPERS, "sinc", lambda v: seen.append(np.array(v)) or v)
    f = to_numpy(sp.Piecewise((sp.sinc(x) + y, x > 0), (0, True)))
    f(np.array([1.0, -2.0, 3.0]), 1.0)
    assert [v.tolist() for v in seen] == [[1.0, 3.0]]
    f(-1.0, 1.0)
    assert len(seen) == 1


def test_where_no_condition_holds_there_is_nan(strict):
    f = to_numpy(sp.Piecewise((1, x > 1), (2, x < -1)))
    np.testing.assert_array_equal(f([2.0, 0.0, -2.0]), [1, np.nan, 2])
    assert np.isnan(f(0.0))
    assert type(f(0.0)) is float


@pytest.mark.parametrize(
    "condition",
    [x > 0, x <= 0, sp.Ne(x, 1), sp.Eq(x, 1), (x > 0) & (x < 2), (x > 0) | (x < -1),
     sp.Xor(x > 0, x < 2), sp.Not((x > 0) & (y > 0)), sp.ITE(x > 0, x < 2, x > -1),
     sp.Implies(x > 0, y > 0), sp.Equivalent(x > 0, y > 0)],
    ids=str,
)  # fmt: skip
def test_conditions(condition, strict):
    """The truth value at points; unknown at NaN, so that no branch is taken there."""
    f = to_numpy(sp.Piecewise((1, condition), (0, True)), [x, y])
    denied = sp.Not(condition, evaluate=False)  # twice, as a bare Eq is refused
    truth = to_numpy(sp.Not(denied, evaluate=False), [x, y])
    for point in [(-2, 1), (-1, -1), (0, 1), (1, 1), (1, -1), (2, -3), (3, 0)]:
        expected = bool(condition.subs(dict(zip((x, y), point, strict=True))))
        assert f(*point) == expected
        assert truth(*point) == expected
        assert f(np.full(2, point[0]), point[1]).tolist() == [expected] * 2
    assert np.isnan(f(np.nan, np.nan))
    assert np.isnan(f(np.array([np.nan]), np.nan)).all()
    assert not truth(np.nan, np.nan)
    assert truth(np.array([1.0]), 1.0).dtype == bool


def test_a_known_false_outweighs_an_unknown():
    f = to_numpy(sp.Piecewise((1, (x > 0) & (sp.log(x) < 1)), (0, True)))
    assert f(-1.0) == 0
    assert f(1.0) == 1
    assert f(4.0) == 0


def test_symbol_as_condition():
    a = sp.Symbol("a")
    f = to_numpy(sp.Piecewise((x, a), (-x, True)), [a, x])
    assert f(np.array([True, False]), 2.0).tolist() == [2, -2]


def piecewise(value, condition, otherwise):
    """Built raw: SymPy rewrites a condition that holds a Piecewise, exponentially in its depth."""
    first = sp.Basic.__new__(ExprCondPair, value, condition)
    return sp.Basic.__new__(sp.Piecewise, first, ExprCondPair(otherwise, True))


def test_nested_piecewise_is_linear(strict):
    u = x
    for k in range(200):
        u = piecewise(u, sp.Gt(u, -k, evaluate=False), 0)
        u = sp.Add(u, sp.Rational(1, 4), evaluate=False)
    f = to_numpy(u)
    assert f.program.counts()["select"] == 200
    assert f(np.array([-500.0, 1.0])).tolist() == [50.0, 51.0]
    assert f(1.0) == 51.0
    assert np.isnan(f(np.nan))


def test_branches_inside_branches(strict):
    """Deeper than branches go: the rest is computed at once, without an error or a warning."""
    u = sp.log(x)
    for k in range(1500):
        u = piecewise(sp.Add(u, 1, evaluate=False), x > -k, -k)
    f = to_numpy(u)
    np.testing.assert_allclose(f(np.array([1.0, -1.5, -200.0])), [1500, -1 + 1498, -200 + 1299])
    np.testing.assert_allclose([f(1.0), f(-200.0)], [1500, 1099])


def test_select_broadcasts():
    f = to_numpy(sp.Piecewise((x * y, x > 0), (x + y, y > 0), (z, True)))
    a, b, c = np.array([[1.0], [-1.0]]), np.array([2.0, -2.0, 3.0]), np.float64(9)
    rows, columns = np.broadcast_arrays(a, b)
    expected = np.where(rows > 0, rows * columns, np.where(columns > 0, rows + columns, 9))
    np.testing.assert_array_equal(f(a, b, c), expected)


def test_piecewise_of_complex_branches():
    f = to_numpy(sp.Piecewise((sp.I, x > 0), (x, True)))
    assert f([1.0, -2.0]).tolist() == [1j, -2]
    assert f(np.float32([-1.0, -2.0])).dtype == np.complex64


# -- the program ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "counts"),
    [
        (x + 1, {"add": 1}),
        (x - y, {"sub": 1}),
        (x / y, {"div": 1}),
        (1 - x, {"sub": 1}),
        (-x, {"neg": 1}),
        (x**2, {"square": 1}),
        (x**-1, {"div": 1}),
        (sp.sqrt(x), {"sqrt": 1}),
        (1 / sp.sqrt(x), {"sqrt": 1, "div": 1}),
        (x**7, {"square": 2, "mul": 2}),
        (x**100, {"power": 1}),
        (-2 * x - 3 * y, {"mul": 2, "sub": 1}),
        (-2 * x / y + 1, {"mul": 1, "div": 1, "sub": 1}),
        (x / 3, {"div": 1}),
        (sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi), {"square": 1, "mul": 2, "exp": 1}),
        (sp.sin(x + y) + sp.cos(x + y) * (x + y), {"add": 2, "sin": 1, "cos": 1, "mul": 1}),
        (sum(x**k for k in range(9)), {"mul": 7, "add": 8}),
        (sp.Max(x, y, 0), {"maximum": 2}),
        (3 * x**3 - x**2 + 2 * x - 5, {"mul": 3, "add": 1, "sub": 2}),
        (x**6 - 2 * x**2 / 3 + 1, {"square": 2, "mul": 1, "sub": 1, "add": 1}),
        (sp.Add(*sp.symbols("a:40")), {"add": 39}),
        (sp.Piecewise((x, x > 0), (0, True)), {"gt": 1, "le": 1, "select": 1}),
        (sp.Add(sp.Mul(x, y), sp.Mul(y, x, evaluate=False), evaluate=False), {"mul": 1, "add": 1}),
    ],
    ids=str,
)
def test_operation_counts(expression, counts):
    assert lower([expression]).counts() == counts


def test_shared_between_outputs():
    f = to_numpy([sp.exp(x) + 1, sp.exp(x) * 2, sp.sin(sp.exp(x))])
    assert f.program.counts() == {"exp": 1, "add": 1, "mul": 1, "sin": 1}


def nested(depth, u=None):
    """A graph of 3*depth operations whose tree has 2**depth leaves.

    A fresh letter, as SymPy's cache would compare equal graphs, and recurse.
    """
    u = sp.Dummy("x") if u is None else u
    for _ in range(depth):
        u = sp.Add(sp.sin(u, evaluate=False), sp.Mul(u, y, evaluate=False), evaluate=False)
    return u


def test_deep_graphs_take_linear_time():
    def seconds(depth):
        expression, start = nested(depth), time.perf_counter()
        f = to_numpy(expression)
        assert f.program.counts() == {"sin": depth, "mul": depth, "add": depth}
        assert np.isfinite(f(0.1, 0.5))
        return time.perf_counter() - start

    seconds(500)
    # Three tries, as the machine may be busy with other tests.
    assert any(seconds(10_000) / seconds(5_000) < 3 for _ in range(3))


def test_long_sums_and_products_are_shallow():
    letters = sp.symbols("a:1000")
    for expression in (sp.Add(*letters), sp.Mul(*letters)):
        depth = []
        for _, operands, _ in lower([expression]).operations:
            depth.append(1 + max((depth[k] for k in operands), default=-1))
        assert max(depth) == 10


def test_deep_graph_against_a_loop():
    value = 0.3
    for _ in range(1000):
        value = np.sin(value) + value * 0.25
    assert to_numpy(nested(1000))(0.3, 0.25) == pytest.approx(value, rel=1e-10)


def test_repeated_squares_of_a_number():
    """Exact arithmetic would double the digits at every level."""
    u = sp.Rational(3, 4)
    for _ in range(60):
        u = sp.Mul(u, u, evaluate=False)
    assert to_numpy(x + u)(1.0) == 1.0


def test_deep_graph_has_a_short_name_and_is_pickled():
    # A letter of its own: SymPy's cache compares equal graphs, by recursion.
    f = to_numpy(nested(5000, sp.Symbol("w")))
    assert repr(f) == "NumpyFunction(w, y: <15000 operations>)"
    assert pickle.loads(pickle.dumps(f))(0.1, 0.2) == f(0.1, 0.2) != 0


def test_same_program_in_every_order_of_symbols():
    first, second = lower([x * y + z]), lower([x * y + z], [z, y, x])
    assert [s.name for s in first.inputs] == ["x", "y", "z"]
    assert [s.name for s in second.inputs] == ["z", "y", "x"]
    assert hash(first) != hash(second) or first != second


# -- properties -----------------------------------------------------------------------------------

LEAVES = st.sampled_from([x, y, sp.Integer(2), sp.Rational(-1, 3), sp.pi])


def _grow(children):
    pairs = st.tuples(children, children)
    return st.one_of(
        pairs.map(lambda p: p[0] + p[1]),
        pairs.map(lambda p: p[0] - p[1]),
        pairs.map(lambda p: p[0] * p[1]),
        pairs.map(lambda p: p[0] / (p[1] ** 2 + 1)),
        pairs.map(lambda p: sp.Piecewise((p[0], x > y), (p[1], True))),
        children.map(sp.sin),
        children.map(lambda u: sp.sqrt(u**2 + 1)),
        children.map(lambda u: sp.exp(-(u**2))),
    )


EXPRESSIONS = st.recursive(LEAVES, _grow, max_leaves=6)


@settings(max_examples=40, deadline=None)
@given(EXPRESSIONS, st.sampled_from([((), ()), ((3,), ()), ((2, 1), (3,)), ((0,), (1,))]))
def test_vectorised_equals_scalar_loop(expression, shapes):
    rng = np.random.default_rng(SEED)
    a, b = (rng.normal(size=shape) for shape in shapes)
    f = to_numpy(expression, [x, y])
    whole = np.asarray(f(a, b))
    assert whole.shape == np.broadcast_shapes(*shapes)
    assert whole.dtype == np.float64
    loop = [f(p, q) for p, q in np.broadcast(a, b)]
    np.testing.assert_allclose(whole.ravel(), loop, rtol=1e-12, atol=1e-13)


@settings(max_examples=40, deadline=None)
@given(EXPRESSIONS, st.floats(-2, 2), st.floats(-2, 2))
def test_random_expression_against_exact_substitution(expression, a, b):
    expected = exact(expression, [x, y], [a, b])
    computed = to_numpy(expression, [x, y])(a, b)
    assert computed == pytest.approx(expected.real, rel=1e-9, abs=1e-9)
