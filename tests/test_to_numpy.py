"""What to_numpy promises on types, shapes, names and calls."""

import copy
import inspect
import pickle
import types
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import sympy as sp
from sympy.abc import n, x, y, z

from lambdify_bridge.to_numpy import to_numpy

SEED = 20240601
# -- shapes and types -----------------------------------------------------------------------------


def test_constant_is_broadcast():
    value = to_numpy(sp.Integer(1), [x])(np.zeros(3))
    assert value.shape == (3,)
    assert value.flags.writeable
    assert to_numpy(x, [x, y])(np.zeros(3), np.zeros((2, 1))).shape == (2, 3)


def test_scalar_in_scalar_out():
    for value in (2, 2.0, True + 1):
        assert type(to_numpy(x**2)(value)) is float
    for value in (np.float64(2), np.array(2.0), np.int8(2)):
        assert type(to_numpy(x**2)(value)) is np.float64
    assert type(to_numpy(x > 1)(2.0)) is bool
    assert type(to_numpy(x**2)(np.float32(2))) is np.float32
    assert type(to_numpy(x**2)(2j)) is np.complex128
    assert type(to_numpy(sp.Piecewise((1, x > 0), (0, True)))(np.float32(2))) is np.float32


def test_integers_become_floats():
    f = to_numpy(x**25 + x**-2)
    assert f(np.array([10, 2])).tolist() == [1e25, 2.0**25 + 0.25]
    assert f(np.array([2], dtype=np.uint8)).dtype == np.float64
    assert to_numpy(2 * x)(np.array([200], np.uint8)).tolist() == [400.0]
    assert to_numpy(x)(10**30) == 1e30
    assert to_numpy(x / 2)([10**30, 1]).tolist() == [5e29, 0.5]


def test_precision_follows_the_inputs():
    f = to_numpy(sp.sin(x) * sp.pi + y / 3 + sp.polygamma(2, y) + sp.LambertW(y))
    single, double = np.ones(2, np.float32), np.ones(2)
    assert f(single, single).dtype == np.float32
    assert f(single, double).dtype == np.float64
    assert f(single, 2.0).dtype == np.float32
    assert f(single, np.arange(1, 3)).dtype == np.float64
    assert to_numpy(sp.pi, [x])(single).dtype == np.float32
    assert to_numpy(sp.pi, [x])(single * 1j).dtype == np.complex64
    assert to_numpy(x * y)(single, 1j).dtype == np.complex64
    assert to_numpy(sp.Abs(x))(single * 1j).dtype == np.float32
    assert to_numpy(sp.I * x)(single).dtype == np.complex64


def test_real_inputs_stay_real():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isnan(to_numpy(sp.sqrt(x))(-1.0))
        assert np.isnan(to_numpy(x ** sp.Rational(1, 3))(-8.0))
        assert np.isnan(to_numpy(sp.LambertW(x))(-1.0))
        assert np.isnan(to_numpy(sp.Ci(x))(np.array([-1.0]))).all()
        assert to_numpy(1 / x)(np.zeros(2)).tolist() == [np.inf, np.inf]
        assert to_numpy(sp.exp(x))(np.array([1e4, 1e308])).tolist() == [np.inf, np.inf]


def test_orders_that_scipy_lacks_are_nan():
    for kind in (sp.polygamma, sp.hermite, sp.expint):
        f = to_numpy(kind(n, x), [n, x])
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert np.isnan(f([2.5, np.nan, 2.0], 1.5)).tolist() == [True, True, False]


def test_dtype_converts_the_inputs():
    assert to_numpy(sp.sqrt(x), dtype=complex)(-1) == 1j
    assert to_numpy(x, dtype=np.float32)([1, 2]).dtype == np.float32
    assert to_numpy(x, dtype="c8")(1.0).dtype == np.complex64
    assert to_numpy(sp.sqrt(x), dtype=complex)(np.array([-1.0])).tolist() == [1j]
    assert to_numpy(x + 1, dtype=np.float32)(np.ones(2)).dtype == np.float32
    with pytest.raises(TypeError, match="complex value"):
        to_numpy(x, dtype=float)(1j)
    for refused in (object, int, "U3"):
        with pytest.raises(ValueError, match="floating or complex"):
            to_numpy(x, dtype=refused)


def test_any_array_is_taken():
    f, whole = to_numpy(x + 1), np.arange(12.0).reshape(3, 4)
    whole.flags.writeable = False
    assert f(whole).tolist() == (whole + 1).tolist()
    assert f(whole[::2, ::-1]).tolist() == (whole[::2, ::-1] + 1).tolist()
    assert f(np.empty((0, 3))).shape == (0, 3)
    assert to_numpy(sp.Piecewise((sp.log(x), x > 0)))(np.empty((0, 3))).shape == (0, 3)
    for refused in ("text", [None], ["a", 1], np.array(["1"], object), np.array("2020", "M8[D]")):
        with pytest.raises(TypeError, match="numbers are needed"):
            f(refused)
    with pytest.raises(ValueError, match=r"(?s)^[^\n]*broadcast[^\n]*$"):
        to_numpy(x + y)(np.zeros(2), np.zeros(3))


def test_results_share_no_memory():
    values = np.ones(3)
    first, second, third = to_numpy((x, x, sp.re(x)))(values)
    first += 1
    second += 2
    third += 3
    assert values.tolist() == [1, 1, 1]
    assert first.tolist() == [2, 2, 2]
    assert second.tolist() == [3, 3, 3]
    twice = to_numpy([x + 1, x + 1])(values)
    assert not np.may_share_memory(*twice)


def test_matrix_shape_comes_last():
    matrix = sp.Matrix([[x, 1, 0], [y, x * y, sp.pi]])
    f = to_numpy(matrix)
    np.testing.assert_array_equal(f(2.0, 3.0), [[2, 1, 0], [3, 6, np.pi]])
    many = f(np.arange(4.0), np.ones((5, 1)))
    assert many.shape == (5, 4, 2, 3)
    np.testing.assert_array_equal(many[3, 2], f(2.0, 1.0))
    assert to_numpy(sp.Array([[[x], [1]]]))(np.zeros(4)).shape == (4, 1, 2, 1)
    assert to_numpy(sp.zeros(0, 3), [x])(np.zeros(4)).shape == (4, 0, 3)
    assert to_numpy(sp.ImmutableSparseMatrix(2, 2, {(0, 1): x}))(5).tolist() == [[0, 5], [0, 0]]


def test_list_gives_a_tuple():
    result = to_numpy([x, sp.Matrix([x, 1]), 7])(np.ones(2))
    assert isinstance(result, tuple)
    assert [value.shape for value in result] == [(2,), (2, 2, 1), (2,)]
    assert to_numpy([x])(1.0) == (1.0,)
    assert to_numpy([], [x])(1.0) == ()


def test_blocks_change_nothing():
    f = to_numpy([sum(sp.sin(k * x) * y**k for k in range(1, 9)), sp.Integer(2), x > y])
    assert sum(f.program.counts().values()) > 10
    values = np.random.default_rng(SEED).normal(size=(7, 20_001))
    whole = f(values, 0.5)
    assert whole[2].dtype == bool
    for k, row in enumerate(values):
        for a, b in zip(f(row, 0.5), whole, strict=True):
            np.testing.assert_allclose(a, b[k], rtol=1e-13)
    np.testing.assert_allclose(f(values.T, values.T)[0], f(values, values)[0].T, rtol=1e-13)


# -- names ----------------------------------------------------------------------------------------

HOSTILE = [
    r"\input{x}", "x; import os", "__import__('os')", "lambda", "np", "\n", "'", '"', "x\ny", "é",
    "\uff45val", "special", "select", "print", "None", "match", "function", "_1", "_branch1", "x0",
    "", " ", "#", "x):\n    raise SystemExit\n#", "a" * 500, "__class__", "\\", "\x00", "self",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE, ids=repr)
def test_hostile_names(name):
    symbol, other = sp.Symbol(name), sp.Symbol("x1")
    f = to_numpy(sp.sin(symbol) * 2 + other, [symbol, other])
    assert f(1.0, 3.0) == np.sin(1.0) * 2 + 3
    assert f(**{name: 1.0, "x1": 3.0}) == f(1.0, 3.0)
    parameters = list(inspect.signature(f).parameters)
    assert f.source.count("\n") == 5
    assert f.source.isascii()
    assert f.source.split("\n")[3] == f"def function({', '.join(parameters)}):"
    assert f._function.__globals__["__builtins__"] == {}
    assert name in ("x0", "self", "function") or name not in parameters


def test_names_of_functions_do_not_reach_the_source():
    evil = sp.Function("__import__('os').system")
    with pytest.raises(ValueError, match="is not defined") as error:
        to_numpy(evil(x))
    assert "\n" not in str(error.value)
    with pytest.raises(ValueError, match="'exp' is not defined"):
        to_numpy(sp.Function("exp")(x))


def test_plain_names_are_kept():
    f = to_numpy(sp.Symbol("alpha_1") + sp.Symbol("t0"))
    assert "def function(alpha_1, t0)" in f.source


def test_symbols_of_the_same_name():
    a, b = sp.Symbol("a"), sp.Symbol("a", positive=True)
    f = to_numpy(a - b, [a, b])
    assert f(3.0, 1.0) == 2
    assert len(set(inspect.signature(f).parameters)) == 2
    p, q = sp.Dummy("p"), sp.Dummy("p")
    assert to_numpy(p / q, [q, p])(2.0, 8.0) == 4
    with pytest.raises(ValueError, match="several symbols"):
        to_numpy(a - b, ["a"])
    with pytest.raises(ValueError, match="other assumptions"):
        to_numpy(b, [a])


# -- the call -------------------------------------------------------------------------------------


def test_arguments():
    assert [s.name for s in to_numpy(z * x + y).args] == ["x", "y", "z"]
    assert to_numpy(x - y, "y, x")(1, 3) == 2 == to_numpy(x - y, ["y", "x"])(1, 3)
    assert to_numpy(x - y, [y, x])(x=3, y=1) == 2 == to_numpy(x - y, [y, x])(1, x=3)
    assert to_numpy(x**2, x)(3) == 9 == to_numpy(x**2, "x")(3) == to_numpy(x**2, sp.Tuple(x))(3)
    with pytest.raises(ValueError, match="'y' is not among"):
        to_numpy(x - y, [x])
    with pytest.raises(ValueError, match="twice"):
        to_numpy(x, [x, x])
    with pytest.raises(TypeError, match="a symbol or a name"):
        to_numpy(x, [x, 1])


def test_wrong_calls():
    f = to_numpy(x - y)
    with pytest.raises(TypeError, match=r"^f\(\) takes 2 positional arguments but 3 were given$"):
        f(1, 2, 3)
    with pytest.raises(
        TypeError, match=r"^f\(\) missing 2 required positional arguments: 'x' and 'y'$"
    ):
        f()
    for values, named, message in [
        ((1,), {"x": 2}, "multiple values for argument 'x'"),
        ((1,), {"w": 2}, "unexpected keyword argument 'w'"),
        ((), {"y": 2}, "missing 1 required positional argument: 'x'"),
        ((1, 2, 3), {"y": 2}, "multiple values for argument 'y'"),
    ]:  # fmt: skip
        with pytest.raises(TypeError, match=message):
            f(*values, **named)
    with pytest.raises(TypeError, match="cannot be computed of these types"):
        to_numpy(sp.atan2(x, y))(1j, 1.0)


def test_description():
    f = to_numpy(x**2 + y, [y, x])
    assert str(inspect.signature(f)) == "(y, x)"
    assert "f(y, x) = x**2 + y" in f.__doc__
    assert repr(f) == "NumpyFunction(y, x: x**2 + y)"
    body = "def function(y, x):\n    return (y + np.square(x),)\n"
    assert f.source == f"import numpy as np\n\n\n{body}"


def test_the_source_runs_by_itself():
    for formula in (
        sp.gamma(x) + sp.sinc(y) / 3,
        sp.Piecewise((sp.log(x), x > y), (sp.sqrt(-x), True)),
        sp.sqrt(x**2 + y**2) + sp.polylog(2, x) * sp.I,
    ):
        f = to_numpy(formula, [x, y])
        space = {}
        exec(f.source, space)
        values = np.array([0.3, 0.7]), np.array([0.5, 0.2])
        with np.errstate(all="ignore"):
            np.testing.assert_array_equal(space["function"](*values)[0], f(*values))


def test_pickle_and_copy():
    f = to_numpy((sp.Piecewise((sp.log(x), x > 0), (0, True)), sp.Matrix([x, y])), dtype=complex)
    values = np.array([-1.0, 2.0])
    for g in (pickle.loads(pickle.dumps(f)), copy.copy(f), copy.deepcopy(f)):
        assert g.source == f.source
        assert repr(g) == repr(f)
        assert g.args == f.args
        for a, b in zip(g(values, 1.0), f(values, 1.0), strict=True):
            np.testing.assert_array_equal(a, b)


def test_threads():
    logarithm = sp.Piecewise((sp.log(x), x > 0), (0, True))
    f = to_numpy(sum(sp.sin(k * x) for k in range(12)) + logarithm)
    inputs = [np.random.default_rng(k).normal(size=70_000) for k in range(16)]
    alone = [f(values) for values in inputs]
    with ThreadPoolExecutor(8) as pool:
        for a, b in zip(pool.map(f, inputs), alone, strict=True):
            np.testing.assert_array_equal(a, b)


def test_definitions_of_a_derivation():
    u, v = sp.symbols("u v")
    problem = types.SimpleNamespace(
        result=u * v + x, definitions=((u, sp.exp(x)), (v, u + y)), arguments=(y, x)
    )
    f = to_numpy(problem)
    assert [s.name for s in f.args] == ["y", "x"]
    assert f(2.0, 1.0) == pytest.approx(np.e * (np.e + 2) + 1)
    assert f.program.counts() == {"exp": 1, "add": 2, "mul": 1}
    assert to_numpy(problem, [x, y])(1.0, 2.0) == f(2.0, 1.0)
    assert to_numpy(types.SimpleNamespace(result=sp.Matrix([x])))(2.0).tolist() == [[2.0]]
    with pytest.raises(ValueError, match="has a definition"):
        to_numpy(problem, [x, y, u])
    problem.definitions = ((v, u + y), (u, x))
    with pytest.raises(ValueError, match="after its first use"):
        to_numpy(problem)


M = sp.MatrixSymbol("M", 2, 2)


@pytest.mark.parametrize(
    ("expression", "error", "message"),
    [
        (sp.Eq(x, y), ValueError, "one of its sides"),
        ([x, sp.Eq(x, y)], ValueError, "one of its sides"),
        (sp.Derivative(sp.sin(x), x), ValueError, "unevaluated Derivative: work it out first"),
        (1 + sp.Integral(sp.sin(x), x), ValueError, "unevaluated Integral"),
        (sp.Limit(1 / x, x, 0), ValueError, "unevaluated Limit"),
        (sp.Sum(1 / n, (n, 1, x)), ValueError, "unevaluated Sum"),
        (sp.Function("f")(x), ValueError, "the function 'f' is not defined"),
        (sp.DiracDelta(x), ValueError, "'DiracDelta' has no numerical operation"),
        (sp.hyper([1, 1, 1], [2, 2], x), ValueError, "no numerical operation"),
        (sp.Indexed("a", 1), ValueError, "no numerical operation"),
        (M[0, 1], ValueError, "no numerical operation"),
        (M, ValueError, "no numerical operation"),
        (sp.Integer(10) ** 400 * x, ValueError, "beyond the range of floats"),
        (sp.exp(1000) * x, ValueError, "beyond the range of floats"),
        ("x + 1", TypeError, "SymPy expression is needed, not 'str'"),
        (None, TypeError, "SymPy expression is needed"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_refused(expression, error, message):
    with pytest.raises(error, match=message) as raised:
        to_numpy(expression)
    assert "\n" not in str(raised.value)


def test_a_definition_that_holds_itself_is_refused():
    class endless(sp.Function):
        def definition(self):
            return endless(self.args[0] + 1)

    with pytest.raises(ValueError, match="holds itself"):
        to_numpy(endless(x))
