"""Backpropagation through named equations, against finite differences of the whole forward pass."""

from __future__ import annotations

import numpy as np
import pytest
from sympy import Eq, Symbol, exp, factor, symbols, tanh

from derive import NoRuleApplies, ParseError, backprop, sigmoid
from derive.core import walk
from derive.networks.backprop import Adjoint

w, b, x, y, z, a, L = symbols("w b x y z a L")
NEURON = ["z = w*x + b", "a = sigmoid(z)", "L = (a - y)**2/2"]


def test_a_neuron_as_a_textbook_prints_it() -> None:
    found = backprop(NEURON, wrt=["w", "b"])
    assert found[w].result == (a - y) * a * (1 - a) * x
    assert found[b].result == (a - y) * a * (1 - a)
    goals = [str(step.goal) for step in found[w].steps if isinstance(step.goal, Adjoint)]
    assert goals == ["dL/dw", "dL/dz", "dL/da", "dL/dL"]
    assert found[w].check().verdict == "confirmed"


def test_the_slope_of_sigmoid_is_in_the_letters_of_the_network() -> None:
    (step,) = [s for s in backprop(NEURON)[w].steps if s.rule == "sigmoid"]
    assert step.result == a * (1 - a)


def test_adjoints_are_shared_between_the_parameters() -> None:
    found = backprop(NEURON, wrt=["w", "b"])
    by_goal = {str(s.goal): s for s in walk(found[w].root)}
    for step in walk(found[b].root):
        if str(step.goal) in ("dL/dz", "dL/da"):
            assert step is by_goal[str(step.goal)]


def test_a_quantity_used_twice_adds_its_paths() -> None:
    equations = ["h = tanh(w*x)", "s = h^2 + h*w", "L = exp(s)"]
    d = backprop(equations)[w]
    assert d.check().verdict == "confirmed"
    f = d.to_numpy()
    value = np.array([0.3, -0.7, 1.1])

    def forward(w: np.ndarray, x: float) -> np.ndarray:
        h = np.tanh(w * x)
        return np.exp(h**2 + h * w)

    step = 1e-6
    slope = (forward(value + step, 0.8) - forward(value - step, 0.8)) / (2 * step)
    np.testing.assert_allclose(f(w=value, x=0.8), slope, rtol=1e-8)


def test_two_layers_and_every_letter() -> None:
    equations = [
        "z1 = w1*x + b1",
        "h = softplus(z1)",
        "z2 = w2*h + b2",
        "p = sigmoid(z2)",
        "L = -(y*log(p) + (1 - y)*log(1 - p))",
    ]
    found = backprop(equations)
    assert set(map(str, found)) == {"w1", "b1", "w2", "b2", "x", "y"}
    for d in found.values():
        assert d.check(points=2).verdict == "confirmed"


def test_equations_as_sympy_and_as_pairs() -> None:
    as_eq = backprop([Eq(z, w * x + b), Eq(a, sigmoid(z)), Eq(L, (a - y) ** 2 / 2)], wrt=[w])
    as_pairs = backprop([(z, w * x + b), ("a", "sigmoid(z)"), (L, (a - y) ** 2 / 2)], wrt="w")
    assert as_eq[w].result == as_pairs[w].result == backprop(NEURON)[w].result


def test_the_loss_can_be_any_of_the_equations() -> None:
    d = backprop(["z = w*x", "a = tanh(z)", "c = a^2"], loss="a")[w]
    assert factor(d.result - x * (1 - a**2)) == 0


@pytest.mark.slow
def test_steps_grow_linearly_with_depth() -> None:
    def steps(depth: int) -> int:
        equations = [Eq(symbols("h0"), tanh(w * x))]
        for k in range(1, depth):
            equations.append(Eq(Symbol(f"h{k}"), tanh(w * Symbol(f"h{k - 1}")) + exp(-x)))
        return len(backprop(equations, wrt=[w])[w].steps)

    assert steps(40) - steps(30) == steps(20) - steps(10)


def test_a_dead_end_is_zero_only_where_nothing_leads_on() -> None:
    from sympy import Tuple

    packed = Tuple(Tuple(z, w * x), Tuple(L, z**2))
    assert Adjoint(L, w, packed).free_symbols == {L, w}
    found = backprop(["z = w*x", "unused = w^5", "L = z^2"])
    assert found[w].result == 2 * x * z


@pytest.mark.parametrize(
    ("equations", "options", "words"),
    [
        ([], {}, "no equations"),
        (["a = b", "a = c"], {}, "defined twice"),
        (["a = b*c", "b = 2"], {}, "before it is defined"),
        (["a = b"], {"loss": "q"}, "no equation defines the loss q"),
        (["a = b"], {"wrt": ["q"]}, "does not depend on q"),
        (["a + 1 = b"], {}, "one name"),
        (["a*b"], {}, "not an equation"),
        ([3], {}, "not an equation"),
    ],
)
def test_bad_networks_get_one_line(equations, options, words) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        backprop(equations, **options)
    assert "\n" not in str(caught.value)


def test_unreadable_text_and_unknown_functions() -> None:
    with pytest.raises(ParseError):
        backprop(["z = w*x +"])
    with pytest.raises((ParseError, NoRuleApplies)):
        backprop(["z = magic(w)"])
