"""How far an optimiser moves once it has seen the same gradient in every step."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Symbol

from derive.core import Derivation
from derive.engine import Budget, limited, search
from derive.optimizers.iterates import TABLES as ITERATES
from derive.optimizers.letters import named, values_of
from derive.optimizers.operators import Assigned, Iterate
from derive.optimizers.updates import RULES, g, t, theta
from derive.optimizers.updates import TABLES as UPDATES

TABLES = {**ITERATES, **UPDATES}
OPTIMISERS = {
    name: RULES[name]
    for name in ("gradient descent", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw")
}
n = Symbol("n", integer=True, nonnegative=True)
steady = Symbol("g", real=True)


@limited
def steady_step(name: str, timeout: float = 20.0, **given: Any) -> Derivation:
    """The t-th step of an optimiser whose gradient was g in every step: theta's change.

    It shows what an optimiser makes of the size of a gradient: Adam's step is eta, whatever g is;
    Adagrad's shrinks like 1/sqrt(t); momentum's grows to 1/(1 - beta) times that of gradient
    descent. Names and letters as in `update_rule`; averages and velocity start at 0.

    >>> steady_step("adam", epsilon=1).result
    (-eta*g/(Abs(g) + 1),)
    >>> steady_step("momentum", t=2).result
    (-eta*g*(1 - beta**2)/(1 - beta),)
    """
    arguments, (moved, *_), assignments = named(name, OPTIMISERS, "optimiser with a steady step")
    steps = [_of_all_steps(*each) for each in assignments]
    goal = Assigned((moved - theta,), *steps).xreplace({g: steady})
    letters = [x for x in dict.fromkeys((*arguments, steady, t)) if x in goal.free_symbols]
    values = values_of(name, letters, given)
    goal = goal.xreplace(values)
    root = search(goal, TABLES, Budget(seconds=timeout))
    return Derivation(root, goal, arguments=tuple(x for x in letters if x not in values))


def _of_all_steps(letter: Symbol, formula: Expr) -> tuple[Symbol, Expr]:
    """The assignment; of a state, which is made from what it was before, the t-th from 0 on."""
    before = [x for x in formula.free_symbols if f"{x.name}_t" == letter.name and x != theta]
    return letter, Iterate(formula, before[0], n, 0, t) if before else formula
