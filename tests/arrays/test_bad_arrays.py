"""Bad questions about arrays: one line that names the expression and says what to write instead."""

from __future__ import annotations

from typing import Any

import pytest

import derive
from derive.arrays.reading import read

SHAPES = {
    "A": "m,n", "B": "p,q", "X": "n,n", "x": "n", "y": "n", "b": "m", "T": "2,3,4",
    "s": "", "v": "4",
}  # fmt: skip

# fmt: off
BAD = [  # formula, variable, the error, what it says
    # unknown shapes
    ("norm(A @ x - c)**2",  "x", derive.ParseError, "c has no shape at character 14: write shape"),
    ("foo(A)",              "A", derive.ParseError, "unknown function 'foo'"),
    ("nrom(A)",             "A", derive.ParseError, "write norm"),
    # a loss that is no number
    ("A @ x",               "x", ValueError, r"A @ x is no number: .*take the sum or a norm"),
    ("x @ x.T",             "x", ValueError, r"x @ x.T is no number: it has shape \(n, n\)"),
    # what the loss does not depend on
    ("norm(A @ x)**2",      "b", ValueError, "does not depend on b: its variables are A, x"),
    ("norm(A @ x)**2",      "z", ValueError, "does not depend on z: .* check the spelling"),
    # dividing by a matrix
    ("norm(x/X)",           "x", ValueError, r"x / X divides by a matrix: write inv\(X\) @"),
    ("norm(1/X)",           "X", ValueError, r"reciprocal\(X\) for each entry"),
    ("norm(X**-1)",         "X", ValueError, r"write matrix_power\(X, -1\)"),
    # shapes that do not fit: both axes, both sizes
    ("norm(A @ B)",         "A", ValueError, "axis 1 of A has size n, axis 0 of B has size p"),
    ("norm(A + B)",         "A", ValueError, "axis 1 of A has size n, axis 1 of B has size q"),
    ("norm(A + b)",         "A", ValueError, r"axis 0 of b has size m; .* write b\[:, None\]"),
    ("x.T @ A @ x",         "x", ValueError, "axis 0 of x has size n, axis 0 of A has size m"),
    ("trace(A)",            "A", ValueError, r"trace\(A\) needs a square matrix"),
    ("inv(x)",              "x", ValueError, r"inv\(x\) needs 2 axes: x has 1"),
    ("sum(A, axis=5)",      "A", ValueError, "has no axis 5: A has 2 axes"),
    # transposes that could mean two things
    ("norm(T.T)",           "T", ValueError, r"write transpose\(T, \(0, 2, 1\)\)"),
    ("norm(x.T + x)",       "x", ValueError, r"x.T \+ x joins a row and a column: write x \+ x"),
    ("sum(x * x.T)",        "x", ValueError, r"x\[:, None\] \* x for all pairs"),
    # no formula
    ("norm(A)**",           "A", derive.ParseError, "this is no formula in NumPy's spelling"),
    ("",                    "x", derive.ParseError, "this is no formula"),
    ("norm(X^2)",           "X", derive.ParseError, r"\^ is not a power here .* write \*\*"),
    ("norm(x) > 0",         "x", derive.ParseError, "this is no array"),
    ("__import__('os')",    "x", derive.ParseError, "unknown function '__import__'"),
    ("x.sum()",             "x", derive.ParseError, r"write sum\(...\)"),
    ("x.shape",             "x", derive.ParseError, "not read"),
    ("norm(A, 7)",          "A", ValueError, 'write "fro", "nuc" or 2'),
    ("norm(x, 0)",          "x", ValueError, "a number p > 0"),
]
BAD_SHAPES: list[tuple[Any, Any, str]] = [
    ({"lambda": "n"},  {}, "a word of Python's"),
    ({"x" * 100: "n"}, {}, "too long"),
    ({"pi": "n"},      {}, "is a number"),
    ({"x y": ""},      {}, "not a name"),
    ({"x": "0"},     {}, "write a letter, or a whole number from 1 on"),
    ({"x": "2.5"},   {}, "'2.5' is not a size"),
    ({"x": None},    {}, "None is no shape for x: write m,n"),
    ({"x": "x"},     {}, "x is a variable and a size"),
    ({"1x": "n"},    {}, "'1x' is not a name"),
    ({"x": "n"},     {"x": "symmetric"}, "it is not a square matrix"),
    ({"x": "n,n"},   {"x": "round"},     "'round' is not a structure: write symmetric"),
    ({"x": "n"},     {"y": "symmetric"}, "y has a structure and no shape"),
]
# fmt: on


@pytest.mark.parametrize(("f", "wrt", "error", "says"), BAD)
def test_a_bad_question_says_what_to_write(
    f: str, wrt: str, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says) as caught:
        derive.gradient(f, wrt, SHAPES)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("shapes", "structures", "says"), BAD_SHAPES)
def test_a_bad_shape_says_what_to_write(shapes: Any, structures: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        derive.gradient("norm(x)**2", "x", shapes, structures)


def test_a_size_may_be_a_number_by_itself() -> None:
    assert str(derive.gradient("norm(x)**2", "x", {"x": 3}).result) == "2*x"


# fmt: off
REFUSED = [
    ("sqrt(-1)*x",          "I is no real number"),     ("x*inf",          "oo is no real number"),
    ("1/(x - x)",           "division by zero"),        ("(x > y)*x",      "write where"),
    ("x + None",            "cannot read a NoneType"),  ("None.T",         "no array"),
    ("where(x, x, y)",      "is a comparison"),         ("eye(x)",         "not a number"),
    ("kron(x, A)",          "needs 2 axes"),            ("x[x]",           "not a number"),
    ("x[0.5]",              "whole numbers"),           ("x[5:5]",         "has 0 entries"),
    ("x[-1:1]",             "2 - n entries"),           ("sum(A, (0, 0))", "names an axis twice"),
    ("softmax(A)",          "write axis="),             ("max(A, axis=1.5)", "whole number"),
    ("transpose(A, (0, 0))", "each of the 2 axes once"), ("concatenate(x)", "a list of arrays"),
    ("concatenate([s, s])", "no axis 0"),               ("reshape(A, (-1, 7))", "no size for -1"),
    ("einsum(A, A)",        "the labels come first"),   ("norm(x, s)",     "not a number"),
    ("v[4]",                "no entry 4"),              ("x.T @ y.T",      "axis 0"),
    ("-" * 1500 + "x",      "too deeply|too long|no formula"),
]
# fmt: on


@pytest.mark.parametrize(("text", "says"), REFUSED)
def test_refused_in_one_line(text: str, says: str) -> None:
    with pytest.raises((ValueError, ZeroDivisionError), match=says) as caught:
        read(text, SHAPES)
    assert len(str(caught.value).split("\n")[0]) < 400
