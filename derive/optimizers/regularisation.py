"""What penalties, early stopping and dropout do to a weight.

Along an eigenvector of curvature a the loss is a*(w - w0)**2/2, with its minimum at w0.
"""

from __future__ import annotations

from typing import Any

from sympy import Abs, Add, And, Basic, Expr, Gt, Lt, Mul, S, Symbol, Tuple, oo

from derive.asked import in_order, scalar
from derive.calculus.extrema import TABLES as EXTREMA
from derive.calculus.integrals.integrate import exact
from derive.calculus.intervals import ArgMin, RootBetween
from derive.calculus.roots_between import textbook
from derive.core import Derivation
from derive.engine import Budget, limited, search
from derive.optimizers.operators import GradientDescent
from derive.optimizers.trajectories import TABLES as DESCENTS
from derive.optimizers.trajectories import count, step_size
from derive.rules import Outcome, Rewrite, RuleTable

w, w0 = Symbol("w"), Symbol("w_0")
a, decay = Symbol("a", positive=True), Symbol("lambda", positive=True)
eta, p = Symbol("eta", positive=True), Symbol("p", positive=True)
k = Symbol("k", integer=True, positive=True)
PENALTIES = {"l1": decay * Abs(w), "l2": decay * w**2 / 2}


class EquivalentDecay(Expr):
    """The lambda whose penalty lambda*w**2/2 leaves as much of a weight as k steps from 0 reach.

    EquivalentDecay(a, eta, k): for a curvature a and steps of eta.
    """

    is_commutative = True
    is_extended_real = True

    def __new__(cls, *args: Any) -> EquivalentDecay:
        return Expr.__new__(cls, *map(S, args))

    def _sympystr(self, printer: Any) -> str:
        on_paper = getattr(printer, "as_on_paper", False)
        name = "equivalent decay" if on_paper else "EquivalentDecay"
        return f"{name}({', '.join(map(printer._print, self.args))})"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        inside = r",\ ".join(map(printer._print, self.args))
        power = f"^{{{exp}}}" if exp else ""
        return rf"\operatorname{{equivalent~decay}}{power}\left({inside}\right)"


class WithDropout(Expr):
    """An operator on the sum of `terms`, each kept with probability p and divided by p, or 0."""

    is_commutative = True
    is_extended_real = True
    name = ""

    def __new__(cls, terms: Any, p: Any) -> WithDropout:
        return Expr.__new__(cls, Tuple(*terms), S(p))

    def _sympystr(self, printer: Any) -> str:
        terms, p = map(printer._print, self.args)
        if not getattr(printer, "as_on_paper", False):
            return f"{type(self).__name__}({terms}, {p})"
        return f"{self.name}(sum of {terms}, each kept with probability {p})"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        p, power = printer._print(self.args[1]), f"^{{{exp}}}" if exp else ""
        total = " + ".join(
            rf"\frac{{b_{{{i}}}}}{{{p}}} {printer._print(t)}" for i, t in enumerate(self.args[0], 1)
        )
        drawn = rf"b_i \sim \text{{Bernoulli}}\left({p}\right)"
        return rf"\operatorname{{{self.name}}}_{{{drawn}}}{power}\left[{total}\right]"


class DropoutMean(WithDropout):
    """The expected value of the sum."""

    name = "E"


class DropoutVariance(WithDropout):
    """The variance of the sum."""

    name = "Var"


def _has_a_sign(node: Basic) -> bool:
    return isinstance(node, Mul) and any(f.is_Pow and f.base == -1 for f in node.args)


def _one_power(product: Mul) -> Expr:
    """(-1)**k*(b - 1)**k is (1 - b)**k, for whole numbers k."""
    parts = list(product.args)
    for sign in [f for f in parts if f.is_Pow and f.base == -1 and f.exp.is_integer]:
        same = [f for f in parts if f.is_Pow and f.exp == sign.exp and f.base != -1]
        if same:
            parts = [f for f in parts if f not in (sign, same[0])] + [(-same[0].base) ** sign.exp]
    return Mul(*parts)


DECAYS = RuleTable(EquivalentDecay, lambda goal: goal.args, "equivalent decays")
DECAYS.tidy = lambda value: value.replace(_has_a_sign, _one_power)
MEANS = RuleTable(DropoutMean, lambda goal: goal.args, "means with dropout")
VARIANCES = RuleTable(DropoutVariance, lambda goal: goal.args, "variances with dropout")
TABLES = {
    **DESCENTS,
    **EXTREMA,
    EquivalentDecay: DECAYS,
    DropoutMean: MEANS,
    DropoutVariance: VARIANCES,
}


@DECAYS.rule("stopped where the penalty leads", example=EquivalentDecay(2, S(1) / 5, 3))
def stopped_where_the_penalty_leads(a: Expr, eta: Expr, k: Expr) -> Outcome:
    """Both pull a weight towards 1 and stop short of it: the same place gives the penalty."""
    loss = a * (w - 1) ** 2 / 2
    given = And(*(c for c in (Gt(eta * a, 0), Lt(eta * a, 1)) if c != True))
    if given == False:
        return None
    missing = ArgMin(loss + PENALTIES["l2"], w) - GradientDescent(loss, w, eta, 0, k)
    return Rewrite(RootBetween(missing, decay, 0, oo), given)


@MEANS.rule("each term has its mean", example=DropoutMean((S(3), S(-5)), S(3) / 4))
def each_term_has_its_mean(terms: Tuple, p: Expr) -> Outcome:
    """A term is t/p with probability p, else 0; expected values add up."""
    return Add(*(p * (t / p) + (1 - p) * 0 for t in terms.args))


@VARIANCES.rule("independent terms", example=DropoutVariance((S(3), S(-5)), S(3) / 4))
def variances_of_independent_terms(terms: Tuple, p: Expr) -> Outcome:
    """Terms are dropped independently: the variances add up, each E[t**2] - E[t]**2."""
    return Add(*(p * (t / p) ** 2 - DropoutMean((t,), p) ** 2 for t in terms.args), evaluate=False)


VARIANCES.tidy = textbook


# ------------------------------------------------------------------ what the user calls


def _worked_out(goal: Basic, timeout: float) -> Derivation:
    root = search(goal, TABLES, Budget(seconds=timeout))
    return Derivation(root, goal, arguments=in_order(goal))


@limited
def penalised_weight(penalty: str = "l2", timeout: float = 20.0) -> Derivation:
    """Where a*(w - w_0)**2/2 with a penalty is smallest: "l1", lambda*|w|; "l2", lambda*w**2/2.

    L2 shrinks each coordinate in the eigenbasis, the flat ones most; L1 moves each by lambda/a, and
    to 0 what is closer (soft threshold).

    >>> penalised_weight("l2").result
    a*w_0/(a + lambda)
    """
    if penalty not in PENALTIES:
        raise ValueError(f"the penalty is {penalty!r}; write one of {', '.join(PENALTIES)}")
    return _worked_out(ArgMin(a * (w - w0) ** 2 / 2 + PENALTIES[penalty], w), timeout)


@limited
def early_stopping(eta: Any = "eta", steps: Any = "k", timeout: float = 20.0) -> Derivation:
    """The L2 penalty that leaves what `steps` steps of gradient descent from 0 reach.

    For a curvature a, and 0 < eta*a < 1.

    >>> early_stopping().result
    a*(-a*eta + 1)**k/(1 - (-a*eta + 1)**k)
    """
    number = count(steps)
    if number.is_zero:
        raise ValueError("without a step no finite penalty is as strong")
    plain = Symbol(number.name, integer=True, positive=True) if number.is_Symbol else number
    return _worked_out(EquivalentDecay(a, step_size(eta), plain), timeout)


def _dropped(terms: Any, p: Any) -> tuple[list[Expr], Expr]:
    values, keep = [exact(scalar(term)) for term in terms], exact(scalar(p))
    if keep.is_number and not 0 < keep <= 1:
        raise ValueError(f"a term is kept with a probability between 0 and 1, not {keep}")
    if keep.is_Symbol and keep.is_real is None:
        keep = Symbol(keep.name, positive=True)
    return values, keep


@limited
def dropout_mean(terms: Any, p: Any = "p", timeout: float = 20.0) -> Derivation:
    """The expected value of a linear unit's sum with dropout: terms are kept with probability p.

    A term that is kept is divided by p.

    >>> dropout_mean(["w_1*x_1", "w_2*x_2"]).result
    w_1*x_1 + w_2*x_2
    """
    return _worked_out(DropoutMean(*_dropped(terms, p)), timeout)


@limited
def dropout_variance(terms: Any, p: Any = "p", timeout: float = 20.0) -> Derivation:
    """The variance of a linear unit's sum with dropout, as in `dropout_mean`.

    >>> dropout_variance(["w*x"]).result
    w**2*x**2*(1 - p)/p
    """
    return _worked_out(DropoutVariance(*_dropped(terms, p)), timeout)
