"""Where methods are after k steps: on a function of one letter, and on a quadratic."""

from __future__ import annotations

from typing import Any

from sympy import Add, Basic, Expr, FiniteSet, ImmutableMatrix, S, Symbol, Tuple

from derive.asked import asked, in_order, letter, scalar
from derive.calculus.integrals.integrate import exact
from derive.core import Derivation
from derive.engine import Budget, derive, limited, search
from derive.linear_algebra.eigen import TABLES as EIGEN
from derive.linear_algebra.eigen import Eigenspace, Eigenvalues
from derive.optimizers.methods import PLAIN, DampedNewton, Method, by_name
from derive.optimizers.operators import GradientDescent, Iterate
from derive.optimizers.second_order_iterates import TABLES as RECURSIONS
from derive.optimizers.second_order_iterates import SecondOrderIterate
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import depends_on

n = Symbol("n", integer=True, nonnegative=True)
k = Symbol("k", integer=True, nonnegative=True)
eta = Symbol("eta", positive=True)
y = Symbol("y")
Vector = Any


class QuadraticDescent(Basic):
    """Where a method is on x'Ax/2 - b'x after k steps: QuadraticDescent(A, b, x0, eta, k, method).

    Without a method it is gradient descent, x(n+1) = x(n) - eta*(A*x(n) - b).
    """

    def __new__(cls, *args: Any) -> QuadraticDescent:
        return Basic.__new__(cls, *args, *([PLAIN] if len(args) == 5 else []))

    def _sympystr(self, printer: Any) -> str:
        A, b, start, eta, k, by = map(printer._print, self.args)
        if not getattr(printer, "as_on_paper", False):
            return f"QuadraticDescent({A}, {b}, {start}, {eta}, {k}, {by})"
        if self.args[-1] == PLAIN:
            return f"x_{{{k}}} [x_{{n+1}} = x_n - {eta}·({A}·x_n - {b}), x_0 = {start}]"
        return f"x_{{{k}}} [{by}, step {eta}, gradient {A}·x - {b}, x_0 = {start}]"

    def _latex(self, printer: Any) -> str:
        A, b, start, eta, k, by = map(printer._print, self.args)
        inside = rf"x \mapsto x - {eta} \left({A} x - {b}\right),\ x_{{0}} = {start}"
        if self.args[-1] != PLAIN:
            gradient = rf"\nabla = {A} x - {b}"
            inside = rf"{by},\ \eta = {eta},\ {gradient},\ x_{{0}} = {start}"
        return rf"\left.x_{{{k}}}\right|_{{{inside}}}"


DESCENTS = RuleTable(QuadraticDescent, lambda goal: goal.args, "gradient descent on quadratics")
TABLES = {**EIGEN, **RECURSIONS, QuadraticDescent: DESCENTS}


@DESCENTS.rule(
    "eigenbasis",
    example=QuadraticDescent(
        ImmutableMatrix([[3, 1], [1, 3]]), ImmutableMatrix([1, 5]), ImmutableMatrix([4, -1]),
        S(1) / 5, k,
    ),
)  # fmt: skip
def eigenbasis(
    A: ImmutableMatrix, b: ImmutableMatrix, start: ImmutableMatrix, eta: Expr, k: Expr, by: Method
) -> Outcome:
    """Along orthogonal eigenvectors the coordinates do not mix: each has a recursion of its own."""
    if A != A.T:
        return None
    values = derive(Eigenvalues(A), EIGEN).result
    distinct = list(dict.fromkeys(values.args))
    spaces = [derive(Eigenspace(A, value), EIGEN).result for value in distinct]
    terms = [
        _coordinate(value, v, b, start, eta, k, by) * v
        for value, space in zip(distinct, spaces, strict=True)
        for v in orthogonal([space.col(j) for j in range(space.cols)])
    ]
    premises = [(Eigenvalues(A), FiniteSet(values))]
    rows = [Add(*(term[i] for term in terms)) for i in range(A.rows)]
    return Rewrite(ImmutableMatrix(rows), premises=tuple(premises))


def _coordinate(
    value: Expr, v: Vector, b: Vector, start: Vector, eta: Expr, k: Expr, by: Method
) -> Expr:
    """How much of v there is after k steps."""
    push, first = (vector.dot(v) / v.dot(v) for vector in (b, start))
    slope = value * y - push
    if isinstance(by, DampedNewton):
        return Iterate(y - eta * slope / value, y, n, first, k)
    if not by.has_momentum:
        return Iterate(y - eta * slope, y, n, first, k)
    p, r = by.coordinate(value, eta)
    return SecondOrderIterate(p, -r, eta * push, first, first - eta * (value * first - push), k)


def orthogonal(vectors: list[Vector]) -> list[Vector]:
    """What each vector adds to those before it (Gram and Schmidt), not brought to length 1."""
    found: list[Vector] = []
    for v in vectors:
        found.append(v - sum((u * (v.dot(u) / u.dot(u)) for u in found), v * 0))
    return found


# ------------------------------------------------------------------ what the user calls


def count(question: Any) -> Expr:
    """The number of steps: a whole number, or a letter for one."""
    found = scalar(question)
    if isinstance(found, Symbol) and found.is_integer is None:
        found = Symbol(found.name, integer=True, nonnegative=True)
    if found.is_integer is False or found.is_negative:
        raise ValueError(f"the number of steps is a whole number that is not negative, not {found}")
    return found


def step_size(question: Any) -> Expr:
    """A step size; a letter of which nothing is known is positive."""
    found = exact(scalar(question))
    plain = {x: Symbol(x.name, positive=True) for x in in_order(found) if x.is_real is None}
    if found.is_positive is False:
        raise ValueError(f"a step size is positive, not {found}")
    return found.xreplace(plain)


@limited
def gradient_descent(
    f: Any, x: Any, start: Any, eta: Any = "eta", steps: Any = "k", timeout: float = 20.0
) -> Derivation:
    """Where gradient descent is after `steps` steps of `eta`, in closed form for a quadratic f.

    Raises NoRuleApplies where there is no closed form here, BudgetExceeded, ValueError, ParseError.

    >>> gradient_descent("a*x^2/2", "x", start="x0").result
    x0*(-a*eta + 1)**k
    """
    expression = exact(scalar(f))
    variable = letter(x, expression)
    if not depends_on(expression, variable):
        raise ValueError(f"{expression} does not depend on {variable}")
    goal = GradientDescent(expression, variable, step_size(eta), exact(scalar(start)), count(steps))
    root = search(goal, TABLES, Budget(seconds=timeout))
    return Derivation(root, goal, arguments=in_order(goal))


@limited
def quadratic_descent(
    A: Any,
    b: Any,
    start: Any,
    eta: Any = "eta",
    steps: Any = "k",
    method: str = "gradient descent",
    beta: Any = None,
    timeout: float = 20.0,
) -> Derivation:
    """Where a method is on x'Ax/2 - b'x after `steps` steps, along A's eigenvectors.

    method: "gradient descent", "momentum" or "nesterov" (from rest, with `beta`), "newton" (eta
    shortens its step). Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> list(quadratic_descent([[2, 1], [1, 2]], [3, 3], [1, 3]).result)
    [(1 - 3*eta)**k - (1 - eta)**k + 1, (1 - 3*eta)**k + (1 - eta)**k + 1]
    >>> list(quadratic_descent([[1]], [0], [8], "1/4", method="momentum", beta="1/4").result)
    [(4*k + 8)/2**k]
    """
    matrix = asked(A)
    if not isinstance(matrix, ImmutableMatrix) or matrix != matrix.T:
        raise ValueError("a quadratic has a symmetric matrix")
    columns = [ImmutableMatrix([exact(scalar(entry)) for entry in each]) for each in (b, start)]
    if any(column.rows != matrix.rows for column in columns):
        raise ValueError(f"b and the start have {matrix.rows} entries each")
    entries = matrix.applyfunc(exact)
    if method == "newton" and entries.det().is_zero:
        raise ValueError("Newton's step needs a matrix that has an inverse")
    by = by_name(method, beta)
    goal = QuadraticDescent(entries, *columns, step_size(eta), count(steps), by)
    root = search(goal, TABLES, Budget(seconds=timeout))
    return Derivation(root, goal, arguments=in_order(Tuple(*goal.args)))
