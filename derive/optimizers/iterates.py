"""The k-th term of a recursion in closed form: sums, products, powers about the fixed point."""

from __future__ import annotations

from sympy import Add, Derivative, Expr, Mul, S, Sum, Symbol, cancel, expand, factor, simplify

from derive.calculus.derivatives import RULES as DERIVATIVES
from derive.calculus.intervals import RootBetween
from derive.calculus.roots_between import RULES as ROOTS
from derive.calculus.sums.convergence import tables as sum_tables
from derive.calculus.sums.operators import product_of
from derive.engine import not_zero
from derive.optimizers.operators import GradientDescent, Iterate
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import D, depends_on, fresh, sigma

a, b, c, q, x = (Symbol(s) for s in ("a", "b", "c", "q", "x"))
n = Symbol("n", integer=True, nonnegative=True)
k = Symbol("k", integer=True, nonnegative=True)
eta = Symbol("eta", positive=True)

ITERATES = RuleTable(Iterate, lambda goal: goal.args, "iterates")
DESCENTS = RuleTable(GradientDescent, lambda goal: goal.args, "gradient descent")


@DESCENTS.rule("update rule", example=GradientDescent(x**2 - 3 * x, x, S(1) / 5, 1, 3))
def update_rule(f: Expr, x: Symbol, eta: Expr, start: Expr, k: Expr) -> Outcome:
    """Each step goes against the derivative, as far as the step size says."""
    step = Symbol(fresh("n", f, eta, start, k).name, integer=True, nonnegative=True)
    return Iterate(x - eta * D(f, x), x, step, start, k)


@ITERATES.rule("no step", example=Iterate(3 * x + 1, x, n, 5, 0))
def no_step(f: Expr, x: Symbol, n: Symbol, start: Expr, k: Expr) -> Outcome:
    """Before the first step the term is the start."""
    return start if k == 0 else None


@ITERATES.rule("increments add up", example=Iterate(x + 2 * n + 1, x, n, 5, k))
def increments_add_up(f: Expr, x: Symbol, n: Symbol, start: Expr, k: Expr) -> Outcome:
    """Each step adds a term without x: the terms add up to a sum."""
    terms = Add.make_args(f)
    increment = Add(*(t for t in terms if t != x)) if x in terms else expand(f - x)
    if depends_on(increment, x):
        return None
    if depends_on(increment, n):
        return start + sigma(increment, n, S.Zero, k - 1)
    return start + k * increment


@ITERATES.rule("factors multiply", example=Iterate(x * (n + 2) / (n + 1), x, n, 5, k))
def factors_multiply(f: Expr, x: Symbol, n: Symbol, start: Expr, k: Expr) -> Outcome:
    """Each step multiplies by a factor without x: the factors make a product or a power."""
    parts = Mul.make_args(f)
    times = Mul(*(p for p in parts if p != x)) if x in parts else cancel(f / x)
    if depends_on(times, x):
        return None
    if depends_on(times, n):
        return start * product_of(times, n, S.Zero, k - 1)
    return start * times**k


@ITERATES.rule("distance from the fixed point", example=Iterate(x / 3 + 2, x, n, 5, k))
def distance_from_the_fixed_point(f: Expr, x: Symbol, n: Symbol, start: Expr, k: Expr) -> Outcome:
    """Each step multiplies the distance from the fixed point by the slope of a linear map."""
    slope, constant = _linear(f, x) or (S.One, S.One)
    if depends_on(slope, n) or depends_on(constant, n) or cancel(slope - 1) == 0:
        return None
    point = RootBetween(simplify(f - x), x)
    where = ((Symbol("q"), slope),)
    reached = point * (1 - slope**k) if start == 0 else point + slope**k * (start - point)
    return Rewrite(reached, not_zero(factor(1 - slope)), where)


@ITERATES.rule("weights fall with age", example=Iterate(x / 3 + n, x, n, 5, k))
def weights_fall_with_age(f: Expr, x: Symbol, n: Symbol, start: Expr, k: Expr) -> Outcome:
    """A linear recursion unrolled: what step j added has been multiplied once in each later one."""
    found = _linear(f, x)
    if found is None or depends_on(found[0], n) or not depends_on(found[1], n):
        return None
    slope, constant = found
    return slope**k * start + sigma(slope ** (k - 1 - n) * constant, n, S.Zero, k - 1)


def _linear(f: Expr, x: Symbol) -> tuple[Expr, Expr] | None:
    """Slope and constant of a function that is linear in x, as short as they are written."""
    if not f.is_polynomial(x):
        return None
    flat = expand(f)
    slope, constant = flat.coeff(x, 1), flat.coeff(x, 0)
    return None if depends_on(cancel(flat - slope * x), x) else (slope, constant)


TABLES = {
    **sum_tables(),
    Iterate: ITERATES,
    GradientDescent: DESCENTS,
    RootBetween: ROOTS,
    Derivative: DERIVATIVES,
}
UNROLLED = {kind: table for kind, table in TABLES.items() if kind is not Sum}
