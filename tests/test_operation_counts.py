"""How many operations formulas and their derivatives take: exact figures, which may only fall."""

from itertools import pairwise

import pytest
import sympy as sp
from sympy.abc import x, y

from lambdify_bridge.differentiation.programs import gradient, hessian
from lambdify_bridge.lowering import lower

LETTERS = sp.symbols("x:50")
ROSENBROCK = sp.Add(*(100 * (b - a**2) ** 2 + (1 - a) ** 2 for a, b in pairwise(LETTERS)))
SIGMOID = 1 / (1 + sp.exp(-x))

# Formula, operations of its program, of its gradient.
# fmt: off
FIGURES = {
    "Gaussian":               (sp.exp(-x**2/2)/sp.sqrt(2*sp.pi), 4, 5),
    "sigmoid cross-entropy":  (-y*sp.log(SIGMOID) - (1 - y)*sp.log(1 - SIGMOID), 7, 10),
    "polynomial":             (3*x**7 - 2*x**5 + x**4 - x**3 + 5*x**2 - 7*x + 1, 13, 24),
    "Lennard-Jones":          (4*(x**-12 - x**-6), 7, 18),
    "Rosenbrock of 50":       (ROSENBROCK, 391, 441),
    "log-sum-exp of 50":      (sp.log(sp.Add(*map(sp.exp, LETTERS))), 253, 302),
}
# fmt: on


@pytest.mark.parametrize("name", FIGURES)
def test_operations(name):
    formula, expected, of_gradient = FIGURES[name]
    program = lower([formula])
    assert sum(program.counts().values()) == expected
    assert sum(gradient(program).counts().values()) == of_gradient
    both = sum(gradient(program, value=True).counts().values())
    assert both <= 3 * expected, "a gradient costs a few times its function"


def test_a_hessian_shares_its_sweeps():
    found = hessian(lower([ROSENBROCK], LETTERS))
    assert len(found.rows) == 148
    assert sum(found.program.counts().values()) == 393


def test_what_is_the_same_is_computed_once():
    f = sp.exp(x * y)
    program = lower([f + 1, f * sp.sin(x), sp.diff(f, x), sp.diff(f, y)], [x, y])
    assert program.counts() == {"mul": 4, "exp": 1, "add": 1, "sin": 1}
