"""Which backend computes a formula: by name, by itself, and what is said when it cannot."""

import copy
import inspect
import pickle
import subprocess
import sys

import numpy as np
import pytest
import sympy as sp
from sympy.abc import x, y

from lambdify_bridge import gradient_function, hessian_function, to_numpy

FORMULA = sp.exp(-x * y) * sp.sin(x) + sp.Piecewise((sp.log(x), x > 0), (0, True))
MATRIX = sp.Matrix([[FORMULA, 1], [y, x * y]])
POINTS = np.random.default_rng(11).normal(size=(3, 2))


def machine_code():
    pytest.importorskip("llvmlite")
    return "ufunc"


@pytest.fixture(params=["ufunc", "c"])
def compiled(request):
    if request.param == "ufunc":
        pytest.importorskip("llvmlite")
    elif sys.platform == "win32":
        pytest.skip("the C backend is for POSIX")
    return request.param


def test_machine_code_gives_what_numpy_gives(compiled):
    for expression in (FORMULA, MATRIX, [x, FORMULA, x > y]):
        expected = to_numpy(expression, [x, y], backend="numpy")(POINTS[:, 0], POINTS[:, 1])
        found = to_numpy(expression, [x, y], backend=compiled)(POINTS[:, 0], POINTS[:, 1])
        pairs = (
            zip(found, expected, strict=True) if isinstance(found, tuple) else [(found, expected)]
        )
        for a, b in pairs:
            assert a.dtype == b.dtype
            np.testing.assert_allclose(a, b, rtol=1e-13)


def test_machine_code_of_derivatives(compiled):
    for make in (gradient_function, hessian_function):
        expected = make(FORMULA, [[x, y]], backend="numpy")(POINTS)
        np.testing.assert_allclose(
            make(FORMULA, [[x, y]], backend=compiled)(POINTS), expected, rtol=1e-12
        )


def test_a_real_ufunc():
    f = to_numpy(FORMULA, backend=machine_code())
    values, whole = np.linspace(0.1, 3, 50), np.zeros(50)
    assert isinstance(f.ufunc, np.ufunc)
    assert f(values, 2.0, out=whole) is whole
    np.testing.assert_array_equal(whole, f(values, 2.0))
    assert f(values.astype(np.float32), np.float32(2)).dtype == np.float32
    for g in (pickle.loads(pickle.dumps(f)), copy.deepcopy(f)):
        np.testing.assert_array_equal(g(values, 2.0), whole)
    assert str(inspect.signature(f)) == "(x, y)"
    assert "define" in f.source


def test_machine_code_comes_when_it_pays():
    machine_code()
    f, fixed = to_numpy(FORMULA), to_numpy(FORMULA, backend="numpy")
    values = np.random.default_rng(12).normal(size=2_000_000)
    first = f(values, 2.0)
    for _ in range(10):
        last = f(values, 2.0)
        fixed(values, 2.0)
    assert isinstance(f.ufunc, np.ufunc)
    np.testing.assert_allclose(first, last, rtol=1e-13, atol=1e-15)
    with pytest.raises(AttributeError, match="no machine code"):
        _ = fixed.ufunc


WITHOUT = """
import sys


class Absent:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] == "llvmlite":
            raise ModuleNotFoundError("No module named 'llvmlite'", name="llvmlite")


sys.meta_path.insert(0, Absent)
import numpy as np, sympy as sp
from lambdify_bridge import to_numpy
from lambdify_bridge.extras import MissingExtra

x = sp.Symbol("x")
f = to_numpy(x**2 + sp.sin(x))
f._spent = 1.0
assert f(np.ones(3)).tolist() == [1 + np.sin(1)] * 3
assert f._native is None
try:
    to_numpy(x, backend="ufunc")
except MissingExtra as error:
    print(error)
"""


def test_without_the_extra_numpy_goes_on():
    asked = [sys.executable, "-c", WITHOUT]
    said = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=120).stdout
    assert 'pip install "derive-bridge[fast]"' in said


def test_what_has_no_machine_code_stays_with_numpy():
    machine_code()
    f = to_numpy(sp.polygamma(1, x))
    f._spent = 1.0
    assert f(np.full(3, 1.0)) == pytest.approx(np.full(3, np.pi**2 / 6))  # trigamma(1)
    assert f._native is None
    with pytest.raises(ValueError, match="polygamma"):
        to_numpy(sp.polygamma(1, x), backend="ufunc")


def test_many_digits():
    f = to_numpy(FORMULA, [x, y], backend="mpmath", digits=40)
    assert str(f(sp.Integer(2).__int__(), 1)).startswith("0.81620")
    assert to_numpy(MATRIX, [[x, y]], backend="mpmath")([[1, 2], [3, 4]]).shape == (2, 2, 2)
    assert repr(f).endswith("mpmath)")
    assert pickle.loads(pickle.dumps(f))(2, 1) == f(2, 1)
    with pytest.raises(TypeError, match="takes 2 arguments, not 1"):
        f(1)


def test_refusals():
    with pytest.raises(ValueError, match="the backend is one of numpy, ufunc, c, jax"):
        to_numpy(x, backend="fortran")
    with pytest.raises(ValueError, match="`digits` are those of"):
        to_numpy(x, digits=30)


@pytest.mark.parametrize("name", ["jax", "torch"])
def test_arrays_of_other_libraries(name):
    library = pytest.importorskip("jax.numpy" if name == "jax" else "torch")
    f = to_numpy(MATRIX, [[x, y]], backend=name)
    found = f(library.asarray(POINTS.astype(np.float32)))
    expected = to_numpy(MATRIX, [[x, y]])(POINTS.astype(np.float32))
    assert tuple(found.shape) == (3, 2, 2)
    np.testing.assert_allclose(np.asarray(found), expected, rtol=2e-5)
    sparse = to_numpy(sp.diag(x, y), [x, y], backend=name)
    assert tuple(sparse(library.ones(4), library.ones(4)).shape) == (4, 2, 2)
