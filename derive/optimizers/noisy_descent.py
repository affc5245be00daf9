"""Stochastic gradient descent on a parabola: how far from the minimum it is expected to be."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Lt, S, Symbol, oo

from derive.asked import in_order, scalar
from derive.calculus.integrals.integrate import exact
from derive.calculus.intervals import RootBetween
from derive.core import Derivation
from derive.engine import Budget, limited, search
from derive.optimizers.iterates import TABLES as ITERATES
from derive.optimizers.operators import ByName, Iterate
from derive.optimizers.trajectories import count, step_size
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import fresh

a, eta, v = (Symbol(name, positive=True) for name in ("a", "eta", "v"))
k = Symbol("k", integer=True, nonnegative=True)


class SquareError(ByName, Expr):
    """E x(k)**2 for x(n+1) = x(n) - eta*(a*x(n) + noise): SquareError(a, eta, v, x(0), k).

    The noise of each step is independent of all before it, has the mean 0 and the variance v.
    k may be oo: what the expected square tends to.
    """

    is_commutative = True
    is_extended_real = True
    name = "E square"

    def __new__(cls, *args: Any) -> SquareError:
        return Expr.__new__(cls, *map(S, args))

    def _sympystr(self, printer: Any) -> str:
        if not getattr(printer, "as_on_paper", False):
            return super()._sympystr(printer)
        a, eta, v, start, k = map(printer._print, self.args)
        return (
            f"E(x_{{{k}}}²) [x_{{n+1}} = x_n - {eta}*({a}*x_n + ξ_n), Var ξ = {v}, x_0 = {start}]"
        )

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        a, eta, v, start, k = map(printer._print, self.args)
        rule = rf"x \mapsto x - {eta} \left({a} x + \xi\right),\ \operatorname{{Var}} \xi = {v}"
        under = rf"{rule},\ x_{{0}} = {start}"
        term = rf"\left.\operatorname{{E}}\left[x_{{{k}}}^{{2}}\right]\right|_{{{under}}}"
        return rf"\left({term}\right)^{{{exp}}}" if exp else term


ERRORS = RuleTable(SquareError, lambda goal: goal.args, "stochastic gradient descent")
TABLES = {**ITERATES, SquareError: ERRORS}


def one_step(a: Expr, eta: Expr, v: Expr, square: Expr) -> Expr:
    return (1 - eta * a) ** 2 * square + eta**2 * v


@ERRORS.rule("noise is independent of the place", example=SquareError(2, S(1) / 5, 3, 4, k))
def noise_is_independent(a: Expr, eta: Expr, v: Expr, start: Expr, k: Expr) -> Outcome:
    """The product of place and noise is expected to be 0: the squares of both parts add up."""
    if k is S.Infinity:
        return None
    square = fresh("s", a, eta, v, start, k)
    n = Symbol(fresh("n", a, eta, v, start, k).name, integer=True, nonnegative=True)
    return Iterate(one_step(a, eta, v, square), square, n, start**2, k)


@ERRORS.rule("what a step leaves as it is", example=SquareError(2, S(1) / 5, 3, 4, oo))
def what_a_step_leaves(a: Expr, eta: Expr, v: Expr, start: Expr, k: Expr) -> Outcome:
    """As |1 - eta*a| < 1, the expected square tends to the one that a step does not change."""
    if k is not S.Infinity:
        return None
    square = fresh("s", a, eta, v, start)
    return Rewrite(
        RootBetween(one_step(a, eta, v, square) - square, square),
        Lt(0, eta * a) & Lt(eta * a, 2),
    )


# ------------------------------------------------------------------ what the user calls


@limited
def square_error(
    a: Any = "a",
    variance: Any = "v",
    start: Any = "x0",
    eta: Any = "eta",
    steps: Any = "k",
    batch: Any = 1,
    timeout: float = 20.0,
) -> Derivation:
    """The expected square of the distance from the minimum after `steps` steps of SGD on a*x^2/2.

    Slopes are a*x and noise with `variance`, over a `batch` its mean; steps="oo" is where the
    expected square tends to, which is not 0. Raises ValueError, BudgetExceeded, ParseError.

    >>> square_error(steps="oo").result
    eta*v/(a*(-a*eta + 2))
    >>> square_error(1, 1, 0, "1/2", "oo").result
    1/3
    """
    curvature, spread, size = (_positive(each) for each in (a, variance, batch))
    number = exact(scalar(steps)) if str(steps) == "oo" else count(steps)
    goal = SquareError(curvature, step_size(eta), spread / size, exact(scalar(start)), number)
    root = search(goal, TABLES, Budget(seconds=timeout))
    return Derivation(root, goal, arguments=in_order(goal))


def _positive(question: Any) -> Expr:
    found = exact(scalar(question))
    if found.is_positive is False:
        raise ValueError(f"curvature, variance and batch are positive, {found} is not")
    plain = {x: Symbol(x.name, positive=True) for x in in_order(found) if x.is_real is None}
    return found.xreplace(plain)
