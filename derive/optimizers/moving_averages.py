"""What a moving average of draws is expected to be, and how Adam corrects it."""

from __future__ import annotations

from typing import Any

from sympy import Basic, Expr, S, Symbol, expand, factor

from derive.asked import in_order, scalar
from derive.calculus.integrals.integrate import exact
from derive.calculus.roots_between import textbook
from derive.calculus.sums.convergence import tables as sum_tables
from derive.core import Derivation
from derive.engine import Budget, limited, not_zero, search
from derive.optimizers.trajectories import count
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import depends_on, fresh, sigma

m, g, G = Symbol("m"), Symbol("g"), Symbol("G")
k = Symbol("k", integer=True, nonnegative=True)
beta = Symbol("beta", positive=True)


class OfDraws(Expr):
    """An operator on m(n+1) = f(m(n), g(n)), m(0) = start, whose g(n) are expected to be G.

    Operator(f, m, g, G, start, k): after k draws.
    """

    is_commutative = True
    is_extended_real = True
    name = ""

    def __new__(cls, f: Any, m: Symbol, g: Symbol, G: Any, start: Any, k: Any) -> OfDraws:
        return Expr.__new__(cls, S(f), m, g, *map(S, (G, start, k)))

    @property
    def bound_symbols(self) -> list[Symbol]:
        return [self.args[1], self.args[2]]

    @property
    def free_symbols(self) -> set[Basic]:
        f, m, g, *others = self.args
        return (f.free_symbols - {m, g}).union(*(part.free_symbols for part in others))

    def _sympystr(self, printer: Any) -> str:
        f, m, g, G, start, k = map(printer._print, self.args)
        if not getattr(printer, "as_on_paper", False):
            return f"{type(self).__name__}({f}, {m}, {g}, {G}, {start}, {k})"
        return f"{self.name}({m}_{{{k}}}) [{m} <- {f}, {m}_0 = {start}, E({g}) = {G}]"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        f, m, g, G, start, k = map(printer._print, self.args)
        power = f"^{{{exp}}}" if exp else ""
        under = (
            rf"{m} \leftarrow {f},\ {m}_{{0}} = {start},\ \operatorname{{E}}\left[{g}\right] = {G}"
        )
        return rf"\operatorname{{{self.name}}}_{{{under}}}{power}\left[{m}_{{{k}}}\right]"


class ExpectedIterate(OfDraws):
    """The expected value of m(k)."""

    name = "E"


class BiasCorrection(OfDraws):
    """The number c for which c*m(k) is expected to be G."""

    name = "correction"


def average(operator: type[OfDraws], k: Expr) -> OfDraws:
    return operator(beta * m + (1 - beta) * g, m, g, G, 0, k)


EXPECTED = RuleTable(
    ExpectedIterate, lambda goal: goal.args, "expected values of iterates", tidy=textbook
)
CORRECTIONS = RuleTable(BiasCorrection, lambda goal: goal.args, "bias corrections", tidy=textbook)
TABLES = {**sum_tables(), ExpectedIterate: EXPECTED, BiasCorrection: CORRECTIONS}


@EXPECTED.rule("weights fall with age", example=average(ExpectedIterate, k))
def weights_fall_with_age(f: Expr, m: Symbol, g: Symbol, G: Expr, start: Expr, k: Expr) -> Outcome:
    """A draw of n steps ago has the weight c*q**n; expected values add up with their weights."""
    flat = expand(f)
    q, c = flat.coeff(m, 1), flat.coeff(g, 1)
    rest = expand(flat - q * m - c * g)
    if any(depends_on(part, letter) for part in (q, c, rest) for letter in (m, g)):
        return None
    age = Symbol(fresh("n", f, G, start, k).name, integer=True, nonnegative=True)
    each = factor(c) * G + rest
    where = ((Symbol("q"), q), (Symbol("c"), factor(c)))
    return Rewrite(q**k * start + sigma(each * q**age, age, S.Zero, k - 1), where=where)


@CORRECTIONS.rule("divide by what is missing", example=average(BiasCorrection, k + 1))
def divide_by_what_is_missing(
    f: Expr, m: Symbol, g: Symbol, G: Expr, start: Expr, k: Expr
) -> Outcome:
    """A constant factor comes out of the expected value: it is G over the expected value."""
    return Rewrite(G / ExpectedIterate(f, m, g, G, start, k), not_zero(G))


# ------------------------------------------------------------------ what the user calls


@limited
def expected_average(beta: Any = "beta", steps: Any = "t", timeout: float = 20.0) -> Derivation:
    """What Adam's m (or v) is expected to be after `steps` steps, of G expected at each of them.

    m <- beta*m + (1 - beta)*g from m = 0 on; the gradients (for v: their squares) have the expected
    value G.

    >>> expected_average().result
    G*(1 - beta**t)
    """
    return _worked_out(ExpectedIterate, beta, count(steps), timeout)


@limited
def bias_correction(beta: Any = "beta", steps: Any = "t", timeout: float = 20.0) -> Derivation:
    """What Adam multiplies its moving averages with, so that they are expected to be right.

    >>> bias_correction().result
    1/(1 - beta**t)
    >>> bias_correction(0.9, 1).result
    10
    """
    steps = count(steps)
    if steps == 0:
        raise ValueError("before the first step there is nothing to correct")
    return _worked_out(BiasCorrection, beta, steps, timeout)


def _worked_out(operator: type[OfDraws], keep: Any, steps: Expr, timeout: float) -> Derivation:
    value = exact(scalar(keep))
    plain = {x: Symbol(x.name, positive=True) for x in in_order(value) if x.is_real is None}
    goal = average(operator, steps).xreplace({beta: value.xreplace(plain)})
    if value.is_number and not 0 <= value < 1:
        raise ValueError(f"beta lies between 0 and 1, not at {value}")
    root = search(goal, TABLES, Budget(seconds=timeout))
    return Derivation(root, goal, arguments=in_order(root.result))
