"""Functions of PyTorch tensors: values, derivatives, precision, and what PyTorch does not have."""

import numpy as np
import pytest
import sympy as sp
from sympy.abc import n, x, y

from lambdify_bridge.backends.torch import compiled, source
from lambdify_bridge.lowering import lower
from tests.support.function_cases import TABLE, case_of, exact
from tests.support.functions_by_name import cases
from tests.support.piecewise_cases import PIECEWISE, branch_values
from tests.support.slopes import slopes

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
pytestmark = [
    pytest.mark.torch,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]

# What PyTorch lacks, and those of an order that has to be 0 or 1.
LACKING = {
    sp.Ei, sp.li, sp.Li, sp.Si, sp.Ci, sp.Shi, sp.Chi, sp.erfi, sp.expint, sp.fresnels, sp.fresnelc,
    sp.airyai, sp.airybi, sp.airyaiprime, sp.airybiprime, sp.polylog, sp.LambertW, sp.legendre,
    sp.chebyshevt, sp.chebyshevu, sp.hermite, sp.laguerre, sp.elliptic_k,
    sp.besselj, sp.bessely, sp.besseli, sp.besselk, sp.betainc_regularized,
}  # fmt: skip
PRESENT = [kind for kind in TABLE if kind not in LACKING]
# Whose first arguments PyTorch does not differentiate by: it says so.
FIXED = {sp.lowergamma: 1, sp.uppergamma: 1, sp.zeta: 1}
# Step functions: their second derivative is 0, and not on autograd's tape.
STEPS = {sp.floor, sp.ceiling, sp.sign, sp.Heaviside, sp.arg, sp.im, sp.re, sp.conjugate}


def of(expression, symbols=None):
    function = compiled(lower([expression], symbols))
    return lambda *values: function(*values)[0]


def double(values, **options):
    return torch.tensor(np.array(values, float), **options)


def gradients(function, *columns):
    inputs = [double(column, requires_grad=True) for column in columns]
    found = torch.autograd.grad(function(*inputs).sum(), inputs, allow_unused=True)
    return [np.zeros(len(inputs[0])) if g is None else g.numpy() for g in found]


@pytest.mark.parametrize("kind", TABLE, ids=lambda kind: kind.__name__)
def test_every_function_of_the_table(kind):
    expression, symbols, points = case_of(kind)
    if kind in LACKING:
        with pytest.raises(ValueError, match="PyTorch has no"):
            compiled(lower([expression], symbols))
        return
    f = of(expression, symbols)
    columns = [double(column) for column in np.array(points).T]
    expected = [exact(expression, symbols, point).real for point in points]
    np.testing.assert_allclose(f(*columns).numpy(), expected, rtol=2e-12, atol=1e-14)
    assert f(*(column.float() for column in columns)).dtype == torch.float32


@pytest.mark.parametrize("kind", PRESENT, ids=lambda kind: kind.__name__)
def test_gradients(kind):
    expression, symbols, points = case_of(kind)
    f, fixed = of(expression, symbols), FIXED.get(kind, 0)
    columns = [double(c, requires_grad=k >= fixed) for k, c in enumerate(np.array(points).T)]
    result = f(*columns)
    expected = np.array([slopes(expression, symbols, point) for point in points]).T
    if not result.requires_grad:  # of real inputs it is constant, or it cannot be differentiated
        np.testing.assert_allclose(expected[fixed:], 0, atol=1e-20)
        assert fixed or kind in STEPS
        return
    found = torch.autograd.grad(result.sum(), columns[fixed:], allow_unused=True)
    for k, gradient in enumerate(found):
        np.testing.assert_allclose(
            0 if gradient is None else gradient + 0.0, expected[fixed + k], rtol=1e-8, atol=1e-11
        )
    if kind not in STEPS:
        assert torch.autograd.gradcheck(f, columns)


@pytest.mark.parametrize(
    "expression",
    [sp.besseli(0, x), sp.besseli(1, x), sp.besselk(0, x), sp.besselk(1, x)],
    ids=str,
)
def test_bessel_functions_of_order_zero_and_one(expression):
    f, points = of(expression), [0.3, 2.5, 7.0]
    inputs = double(points, requires_grad=True)
    expected = [exact(expression, [x], [point]).real for point in points]
    np.testing.assert_allclose(f(inputs).detach(), expected, rtol=1e-12)
    slope = [slopes(expression, [x], [point])[0] for point in points]
    np.testing.assert_allclose(gradients(f, points)[0], slope, rtol=1e-10)
    np.testing.assert_allclose(torch.vmap(torch.func.grad(f))(double(points)), slope, rtol=1e-10)
    assert torch.autograd.gradgradcheck(f, [inputs])


@pytest.mark.parametrize("name", PIECEWISE)
def test_piecewise_and_its_derivatives(name):
    formula, points = PIECEWISE[name]
    f = of(formula, [x, y])
    a, b = zip(*points, strict=True)
    expected = np.array([branch_values(formula, point) for point in points]).T
    np.testing.assert_allclose(f(double(a), double(b)), expected[0], rtol=1e-13)
    for k in (0, 1):
        found = gradients(f, a, b)[k]
        np.testing.assert_allclose(found, expected[k + 1], rtol=1e-12, atol=1e-300)
        by = torch.vmap(torch.func.grad(f, k))(double(a), double(b))
        np.testing.assert_allclose(by, expected[k + 1], rtol=1e-12, atol=1e-300)
        forward = torch.vmap(torch.func.jacfwd(f, k))(double(a), double(b))
        np.testing.assert_allclose(forward, expected[k + 1], rtol=1e-12, atol=1e-300)
    single = f(double(a).float(), double(b).float())
    assert single.dtype == torch.float32


@pytest.mark.filterwarnings("ignore:Anomaly Detection")
@pytest.mark.parametrize("name", PIECEWISE)
def test_branches_that_do_not_apply_make_no_nan_on_the_way(name):
    formula, points = PIECEWISE[name]
    with torch.autograd.detect_anomaly():
        assert np.isfinite(gradients(of(formula, [x, y]), *zip(*points, strict=True))).all()


@pytest.mark.parametrize("name", ["nested", "shared", "condition of a branch"])
def test_second_derivatives_of_piecewise(name):
    formula, points = PIECEWISE[name]
    f = of(formula, [x, y])
    a, b = (double(column) for column in zip(*points, strict=True))
    second = torch.vmap(torch.func.hessian(f, (0, 1)))(a, b)
    for i, first in enumerate((x, y)):
        for j, other in enumerate((x, y)):
            derivative = sp.diff(formula, first, other)
            expected = [branch_values(derivative, point)[0] for point in points]
            np.testing.assert_allclose(second[i][j], expected, rtol=1e-12, atol=1e-300)


def test_where_no_condition_holds_there_is_nan():
    f = of(sp.Piecewise((1, x > 1), (2, x < -1)))
    values = f(double([2.0, 0.0, -2.0, np.nan]))
    np.testing.assert_array_equal(values, [1, np.nan, 2, np.nan])


def test_first_and_second_derivatives_of_a_formula():
    f = of(sp.exp(-x * y) * sp.sqrt(1 + x**2) / (2 + sp.sin(y)) + sp.Max(x, y) + sp.sinc(x))
    inputs = [double([0.3, 1.2], requires_grad=True), double([0.7, 2.5], requires_grad=True)]
    assert torch.autograd.gradcheck(f, inputs)
    assert torch.autograd.gradgradcheck(f, inputs)
    np.testing.assert_allclose(torch.func.hessian(of(sp.sinc(x)))(double(0.0)), -1 / 3, rtol=1e-15)


def test_precision_and_device_of_the_inputs_are_kept():
    formula = sp.sqrt(2) * x + sp.Piecewise((sp.pi, x > 0), (1, True)) + sp.Max(x, 1) / 3
    f = compiled(lower([formula, sp.pi, x**2 + y], [x, y]))
    single = torch.ones(3)
    assert {result.dtype for result in f(single, single)} == {torch.float32}
    assert {result.dtype for result in f(single, 2.0)} == {torch.float32}
    assert {result.dtype for result in f(single, double([1.0]))} == {torch.float64}
    assert {result.dtype for result in f(2.0, double(1.0))} == {torch.float64}
    assert {result.shape for result in f(single, torch.ones(2, 1))} == {(2, 3)}
    assert f(torch.arange(3), 1)[2].tolist() == [1, 2, 5]
    abstract = torch.ones(3, device="meta")
    assert {result.device.type for result in f(abstract, abstract)} == {"meta"}
    # A constant branch has the digits of the inputs, whatever PyTorch's default is.
    branch = of(sp.Piecewise((sp.pi, x > 0), (sp.Rational(1, 3), True)))
    assert branch(double([1.0, -1.0])).tolist() == [np.pi, 1 / 3]


def test_complex_values():
    f = of(sp.exp(sp.I * x) * sp.sqrt(y) + sp.conjugate(y) + sp.im(y) + sp.im(x))
    value = f(double(1.0), torch.tensor(-4 + 1j, dtype=torch.complex128)).item()
    assert value == pytest.approx(np.exp(1j) * np.sqrt(-4 + 1j) + (-4 - 1j) + 1, rel=1e-15)


def test_no_branches_of_python_depend_on_data():
    formula, points = PIECEWISE["nested"]
    f = of(formula, [x, y])
    a, b = (double(column) for column in zip(*points, strict=True))
    graph = torch.fx.experimental.proxy_tensor.make_fx(f)(a, b)
    np.testing.assert_array_equal(graph(a, b), f(a, b))
    np.testing.assert_array_equal(torch.vmap(f)(a, b), f(a, b))
    traced = torch.compile(f, backend="eager", fullgraph=True)
    np.testing.assert_array_equal(traced(a, b), f(a, b))


def test_what_pytorch_does_not_have():
    with pytest.raises(ValueError, match="PyTorch has no 'Ei'"):
        compiled(lower([sp.Ei(x)]))
    with pytest.raises(ValueError, match=r"'besselk' of an order other than 0, 1"):
        compiled(lower([sp.besselk(2, x)]))
    with pytest.raises(ValueError, match=r"'polygamma' of a fixed order only"):
        compiled(lower([sp.polygamma(n, x)]))
    with pytest.raises(NotImplementedError, match="zeta"):
        gradients(of(sp.zeta(x)), [2.5])


def test_functions_known_by_name():
    for expression, given, expected in cases(np.array([-50.0, -0.5, 0.0, 1e-9, 2.0, 50.0])):
        found = of(expression)(double(given.tolist()))
        np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_the_source_runs_by_itself():
    """Hostile names do not reach it; words of its own are not shadowed by symbols."""
    symbols = sp.symbols("torch nan lambda unit x0")
    hostile = sp.Symbol("__import__('os')")
    formula = sum(symbols) + sp.Piecewise((sp.log(hostile), hostile > 0), (1, True))
    text = source(lower([formula + sp.Max(symbols[3], 1)], [*symbols, hostile]))
    assert "__import__" not in text
    namespace = {}
    exec(text, namespace)
    (value,) = namespace["function"](*(torch.tensor(float(k)) for k in (1, 2, 3, 4, 5, 1)))
    assert value == 19
