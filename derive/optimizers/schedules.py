"""Learning rates that change from step to step: what a step does to the rate, and the formula."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Min, Symbol, cos, floor, pi

from derive.core import Derivation
from derive.engine import Budget, limited, search
from derive.optimizers.iterates import TABLES, n
from derive.optimizers.letters import named, values_of
from derive.optimizers.operators import Iterate

rate = Symbol("r")
eta, gamma = (Symbol(s, positive=True) for s in ("eta", "gamma"))
lowest = Symbol("eta_min", nonnegative=True)
t = Symbol("t", integer=True, nonnegative=True)
T = Symbol("T", integer=True, positive=True)


def _difference(f: Expr) -> Expr:
    """What f(n) grows by in one step."""
    return f.subs(n, n + 1) - f


# fmt: off
SCHEDULES: dict[str, tuple[Expr, Expr, tuple[Symbol, ...]]] = {
    # name: the next rate, the first one, the letters
    "exponential": (gamma * rate,                                           eta, (eta, gamma)),
    "step":        (gamma ** _difference(floor(n / T)) * rate,              eta, (eta, gamma, T)),
    "cosine":      (rate + (eta - lowest) / 2 * _difference(cos(pi * n / T)),
                                                                            eta, (eta, lowest, T)),
    "warm-up":     (rate + eta / T * _difference(Min(n, T)),                0 * eta, (eta, T)),
}
# fmt: on


@limited
def learning_rate(name: str, timeout: float = 20.0, **given: Any) -> Derivation:
    """The learning rate after t steps, from what one step does to it.

    `name`: "step" (times gamma at every T-th step), "exponential" (times gamma at each), "cosine"
    (half a wave from eta down to eta_min in T steps; Loshchilov and Hutter 2017) or "warm-up"
    (eta/T is added T times, from 0 on). Letters may be given values: `eta=0.1`.

    >>> learning_rate("step").result
    eta*gamma**floor(t/T)
    >>> learning_rate("warm-up", eta=0.1, T=50).to_numpy()([0, 10, 80])
    array([0.  , 0.02, 0.1 ])
    """
    following, first, letters = named(name, SCHEDULES, "schedule")
    values = values_of(name, letters, given)
    goal = Iterate(following, rate, n, first, t).xreplace(values)
    root = search(goal, TABLES, Budget(seconds=timeout))
    left = tuple(letter for letter in letters if letter not in values)
    return Derivation(root, goal, arguments=(t, *left))
