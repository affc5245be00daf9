"""The kinds of the values of programs, against the values themselves."""

import numpy as np
import pytest
import sympy as sp
from sympy.abc import x, y

from lambdify_bridge.backends.numpy import CALLS, OPERATORS, compile_source, source
from lambdify_bridge.differentiation.programs import gradient
from lambdify_bridge.dtypes import MASKS, RULES
from lambdify_bridge.lowering import lower
from lambdify_bridge.program import Program

n, k = sp.symbols("n k", integer=True)
w = sp.Symbol("w", imaginary=True)

# fmt: off
KINDS = {
    n + 2*k - 3:                   int,
    n**25:                         int,
    n**-2:                         float,
    n**k:                          float,
    n / 2:                         float,
    n + x:                         float,
    sp.Float(0.5) * n:             float,
    sp.Abs(n) * sp.sign(k):        int,
    sp.floor(x) + sp.ceiling(y):   int,
    sp.Max(n, k, 3):               int,
    sp.Max(n, x):                  float,
    sp.sin(n):                     float,
    sp.pi * n:                     float,
    sp.I * x:                      complex,
    sp.Abs(sp.I * x + 1):          float,
    sp.re(sp.sin(sp.I * x + y)):   float,
    sp.exp(w):                     complex,
    sp.Lt(x, y):                   bool,
    sp.And(x < y, n > 0):          bool,
    sp.Piecewise((n, x > 0)):      float,
}
# fmt: on


@pytest.mark.parametrize("formula", KINDS, ids=str)
def test_the_kind_of_a_result(formula):
    for exact in (False, True):
        program = lower([formula], exact=exact)
        assert program.dtypes[program.outputs[0]] is KINDS[formula]


@pytest.mark.parametrize("formula", KINDS, ids=str)
def test_the_kinds_hold_the_values(formula):
    """Of every operation, at whole numbers for n and k, and of the gradient."""
    programs = [lower([formula])]
    if KINDS[formula] is float and not formula.has(sp.I, sp.re):
        programs.append(gradient(programs[0]))
    for program in programs:
        everything = tuple(range(len(program.operations)))
        function = compile_source(source(Program(program.inputs, program.operations, everything)))
        rng = np.random.default_rng(5)
        columns = [
            rng.integers(1, 9, 20).astype(float) if symbol.is_integer else rng.normal(size=20)
            for symbol in program.inputs
        ]
        with np.errstate(all="ignore"):
            values = function(
                *[v * 1j if s is w else v for v, s in zip(columns, program.inputs, strict=True)]
            )
        for value, kind in zip(map(np.asarray, values), program.dtypes, strict=True):
            if kind is bool or kind is complex:
                assert value.dtype == kind
            else:
                assert value.dtype == float
            if kind is int:
                np.testing.assert_array_equal(value, np.floor(value))


def test_the_rules_are_those_of_operations_that_exist():
    from lambdify_bridge.shapes import SHAPES

    of_arrays = {*SHAPES, "where", "indicator"}
    elsewhere = {"constant", "ImaginaryUnit", "root", "select", "guard", "neg", "named"}
    assert set(RULES) <= {*CALLS, *OPERATORS, *of_arrays, *elsewhere}
    assert set(OPERATORS) - {"add", "sub", "mul", "div"} | {"differs"} == MASKS
