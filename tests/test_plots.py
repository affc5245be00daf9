"""Pictures: what is drawn is what the derivation says, read back from the axes."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
from sympy import Symbol

import derive
from derive.core import Derivation
from lambdify_bridge import validate
from lambdify_bridge.extras import MissingExtra
from lambdify_bridge.plots.table import PICTURES

matplotlib = pytest.importorskip("matplotlib")


def called(axes: Any) -> dict[str, Any]:
    """The lines by their labels."""
    return {line.get_label(): line.get_xydata().T for line in axes.lines}


def test_the_tangent_touches_the_curve_and_no_more() -> None:
    axes = derive.diff("x**2*sin(x)", "x").plot(at=1.0, over=(0, 2))
    seen = called(axes)
    (name,) = (label for label in seen if label.startswith("tangent"))
    x, y = seen[name]
    assert np.allclose(np.interp(1.0, x, y), np.sin(1))
    step = 1e-6
    f = lambda t: t**2 * np.sin(t)
    assert np.isclose((y[1] - y[0]) / (x[1] - x[0]), (f(1 + step) - f(1 - step)) / (2 * step))
    assert np.allclose(seen["f"][1], f(seen["f"][0]))


def test_a_second_derivative_has_no_tangent() -> None:
    assert set(called(derive.diff("x**4", ("x", 2)).plot())) == {"f", "f''"}


def test_a_curve_is_cut_at_its_poles() -> None:
    axes = derive.diff("tan(x)", "x").plot(at=0.5)
    assert np.isnan(called(axes)["f"][1]).any()
    low, high = axes.get_ylim()
    assert high - low < 100


def test_only_where_the_function_is_real() -> None:
    places, _ = called(derive.diff("log(x)", "x").plot())["f"]
    assert places.min() > 0
    with pytest.raises(ValueError, match=r"nothing to draw between -3 and -1: write over="):
        derive.diff("log(x)", "x").plot(over=(-3, -1))


def test_trapezoids_are_those_that_numpy_adds_up() -> None:
    axes = derive.integrate("x**2*exp(-x)", ("x", 0, 3)).plot(count=5)
    nodes = np.linspace(0, 3, 6)
    estimate = np.trapezoid(nodes**2 * np.exp(-nodes), nodes)
    assert f"5 trapezoids: {estimate:.6g}" in called(axes)
    assert f"{2 - 17 * np.exp(-3):.6g}" in axes.get_xlabel()


def test_of_an_infinite_range_a_part_is_drawn_and_that_is_said() -> None:
    axes = derive.integrate("exp(-x**2)", ("x", "-oo", "oo")).plot()
    assert "drawn from -5 to 5" in axes.get_xlabel()
    assert not any("trapezoids" in label for label in called(axes))


def test_an_antiderivative_has_the_integrand_for_its_slope() -> None:
    seen = called(derive.integrate("x*exp(-x)", "x").plot(over=(0, 3)))
    x, y = seen["F"]
    assert np.allclose(np.gradient(y, x)[1:-1], seen["f"][1][1:-1], atol=1e-4)


@pytest.mark.parametrize(
    ("f", "at", "side", "signs"),
    [("sin(x)/x", "0", "+-", {-1, 1}), ("x*log(x)", "0", "+", {1}), ("(1+1/x)**x", "oo", "-", {1})],
)
def test_limits_are_approached_from_the_sides_that_are_asked(
    f: str, at: str, side: str, signs: set[int]
) -> None:
    d = derive.limit(f, "x", at) if at == "oo" else derive.limit(f, "x", at, side)
    axes = d.plot()
    places = np.concatenate([line.get_xdata() for line in axes.lines if line.get_marker() == "o"])
    assert set(np.sign(places)) == signs
    height = next(y for label, (_, y) in called(axes).items() if "limit" in label)
    assert np.allclose(height, float(d.result))


@pytest.mark.parametrize("f", ["1/x", "sin(1/x)", "abs(x)/x"])
def test_where_there_is_no_limit_no_line_is_drawn(f: str) -> None:
    assert not any("limit" in label for label in called(derive.limit(f, "x", 0).plot()))


def test_an_infinite_sum_and_area_are_drawn_without_a_value() -> None:
    assert list(called(derive.summation("1/k", ("k", 1, "oo")).plot())) == ["partial sums"]
    assert "is oo" in derive.integrate("1/x", ("x", 0, 1)).plot().get_xlabel()


def test_partial_sums_and_products() -> None:
    n = np.arange(1, 31)
    sums = derive.summation("1/k^2", ("k", 1, "oo")).plot()
    assert np.allclose(called(sums)["partial sums"], [n, np.cumsum(1 / n**2)])
    factors = derive.product("1-1/k^2", ("k", 2, "oo")).plot(count=4)
    assert np.allclose(called(factors)["partial products"][1], [3 / 4, 2 / 3, 5 / 8, 3 / 5])


def test_eigenvectors_lie_on_both_curves_stretched_by_their_values() -> None:
    axes = derive.eigen([[2, 1], [1, 2]]).values.plot()
    seen = called(axes)
    x, y = seen["eigenvalue 3"]
    assert np.allclose(x, y)  # along (1, 1)
    assert np.isclose(np.hypot(x, y).max(), 3)
    turned = derive.eigen([[0, -1], [1, 0]]).values.plot()
    assert not any("eigenvalue" in label for label in called(turned))
    assert "no real eigenvector" in turned.get_legend().get_title().get_text()


def test_the_path_is_the_one_that_is_really_stepped() -> None:
    A, b = np.array([[3, 1], [1, 3]]), np.array([1, 5])
    x, places = np.array([4.0, -1.0]), []
    for _ in range(8):
        places.append(x)
        x = x - 0.2 * (A @ x - b)
    d = derive.quadratic_descent(A.tolist(), b.tolist(), [4, -1])
    assert np.allclose(
        called(d.plot(values={"eta": 0.2}, count=7))["7 steps"], np.transpose(places)
    )
    with pytest.raises(ValueError, match=r"eta: no value; write plot\(values=\{'eta': 1, ...\}\)"):
        d.plot()


def test_points_are_named_by_their_kinds() -> None:
    axes = derive.critical_points("x**3-3*x+y**2", ["x", "y"]).plot()
    assert np.allclose(called(axes)["saddle point"], [[-1], [0]])
    held = derive.lagrange_multipliers("x + y", ["x**2+y**2=2"], ["x", "y"]).plot()
    assert np.allclose(called(held)["absolute maximum"], [[1], [1]])


def test_the_convergence_has_a_slope_and_a_floor() -> None:
    seen = called(derive.diff("x**2*sin(x)", "x").plot("convergence"))
    steps, errors = np.log(seen["order 2"])
    assert np.allclose(np.diff(errors) / np.diff(steps), 2)
    assert seen["round-off takes over"][1][0] == seen["error of the estimate"][1].min()


def test_a_result_of_one_letter_is_a_curve() -> None:
    d = derive.moment_generating_function("X ~ Exponential(lamda)")
    t, value = d.plot(values={"lamda": 2}, over=(-3, 1)).lines[0].get_xydata().T
    assert np.allclose(value, 2 / (2 - t))
    with pytest.raises(ValueError, match="one letter has to be without a value"):
        d.plot()


# ------------------------------------------------------------------ a function that is validated


def test_the_error_map_shows_where_a_function_is_wrong() -> None:
    x = Symbol("x")
    report = validate(lambda x: x**2 + (x > 3), x**2, args=["x"])
    (drawn, *_) = report.plot().lines
    places, excess = drawn.get_xydata().T
    assert (places[excess > 1] > 3).all()
    assert (excess > 1).any()
    assert "seen" not in report.to_dict()


def test_two_inputs_are_a_plane() -> None:
    x, y = Symbol("x"), Symbol("y")
    axes = validate(lambda x, y: x * y, x * y, args=["x", "y"]).plot()
    (spots,) = axes.collections
    assert spots.get_array().max() <= 0


# ------------------------------------------------------------------ manners


def test_each_row_is_told_in_a_sentence_and_each_kind_can_be_asked() -> None:
    assert all(p.draw.__doc__ for p in PICTURES)
    said = " ".join((Derivation.plot.__doc__ or "").split())
    assert [p.kind for p in PICTURES if f'"{p.kind}"' not in said] == []


def test_on_given_axes_and_without_any_global_state() -> None:
    from matplotlib.figure import Figure

    axes = Figure().add_subplot()
    assert derive.diff("x**2", "x").plot(axes=axes) is axes
    assert "matplotlib.pyplot" not in sys.modules or not matplotlib.pyplot.get_fignums()


def test_a_title_is_text(tmp_path: Any) -> None:
    axes = derive.diff("x**2", "x").plot()
    axes.set_title(r"$\input{x}$ $", parse_math=False)
    axes.figure.savefig(tmp_path / "picture.svg")
    assert r"\input" in (tmp_path / "picture.svg").read_text()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kind": "cake"}, "no picture 'cake' of this; write one of tangent, convergence"),
        ({"over": (1, 0)}, "the smaller one first"),
        ({"count": 0}, "whole number from 1"),
        ({"values": {"a": "os.exit()"}}, "no real number"),
        ({"at": 0.0, "over": (-1, 1), "kind": "approach"}, "no picture 'approach'"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_one_line(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message) as raised:
        derive.diff("x**2", "x").plot(**options)
    assert "\n" not in str(raised.value)


def test_what_has_no_picture() -> None:
    with pytest.raises(ValueError, match="there is no picture of Determinant"):
        derive.determinant([[1, 2], [3, 4]]).plot()


def test_without_matplotlib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        raise ModuleNotFoundError(name="matplotlib")

    monkeypatch.setattr("lambdify_bridge.extras.import_module", absent)
    with pytest.raises(MissingExtra, match=r"derive-bridge\[plot\]"):
        derive.diff("x**2", "x").plot()
