"""One step of each optimiser: its assignments in order, and the formula that they amount to.

A step against the gradient is where a model of the loss is smallest: its tangent, and a parabola
that keeps the step short.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Symbol, Tuple, sqrt

from derive.calculus.extrema import TABLES as EXTREMA
from derive.calculus.intervals import ArgMin
from derive.core import Derivation
from derive.engine import Budget, limited, search
from derive.optimizers.letters import named, values_of
from derive.optimizers.operators import Assigned
from derive.rules import Outcome, RuleTable

theta, g, m, velocity = (Symbol(s) for s in ("theta", "g", "m", "v"))
m_next, m_hat, v_next, velocity_next = (Symbol(s) for s in ("m_t", "m_hat", "v_t", "v_t"))
slope_of_draw = Symbol("g_i")
theta_next, g_next, d = Symbol("theta_t"), Symbol("g_t"), Symbol("d")
v, v_hat, r, r_next = (Symbol(s, nonnegative=True) for s in ("v", "v_hat", "r", "r_t"))
eta, decay, curvature = (Symbol(s, positive=True) for s in ("eta", "lambda", "h"))
omega = Symbol("omega", positive=True)
beta, beta_1, beta_2, rho = (Symbol(s, positive=True) for s in ("beta", "beta_1", "beta_2", "rho"))
epsilon = Symbol("epsilon", positive=True)
t = Symbol("t", integer=True, positive=True)

UPDATES = RuleTable(
    Assigned, lambda goal: (goal.args[0], goal.args[1:]), "update rules of optimisers"
)
TABLES = {**EXTREMA, Assigned: UPDATES}


def step_against(slope: Expr, curvature: Expr) -> Expr:
    """theta, and from there the step d for which slope*d + curvature*d**2/2 is smallest."""
    return theta + ArgMin(slope * d + curvature * d**2 / 2, d)


@UPDATES.rule(
    "put in the last assignment",
    example=Assigned((theta_next, 2 * theta_next), (theta_next, theta - 3 * g)),
)
def put_in_the_last(outputs: Tuple, assignments: tuple[Tuple, ...]) -> Outcome:
    """The letter assigned last stands for its formula."""
    *earlier, (letter, formula) = (each.args for each in assignments)
    written = [output.xreplace({letter: formula}) for output in outputs.args]
    return Assigned(written, *earlier) if earlier else Tuple(*written)


# fmt: off
AVERAGES = (
    (m_next, beta_1 * m + (1 - beta_1) * g),
    (v_next, beta_2 * v + (1 - beta_2) * g**2),
    (m_hat,  m_next / (1 - beta_1**t)),
    (v_hat,  v_next / (1 - beta_2**t)),
)
ADAM_STEP = step_against(m_hat, (sqrt(v_hat) + epsilon) / eta)
RULES: dict[str, tuple[tuple[Any, ...], tuple[Any, ...], tuple[Any, ...]]] = {
    # name: arguments, outputs, assignments
    "gradient descent": (
        (theta, g, eta),
        (theta_next,),
        ((theta_next, step_against(g, 1 / eta)),),
    ),
    "momentum": (
        (theta, g, velocity, eta, beta),
        (theta_next, velocity_next),
        ((velocity_next, beta * velocity - eta * g), (theta_next, theta + velocity_next)),
    ),
    "nesterov": (
        (theta, g, velocity, eta, beta),
        (theta_next, velocity_next, theta_next + beta * velocity_next),
        ((velocity_next, beta * velocity - eta * g), (theta_next, theta + velocity_next)),
    ),
    "adagrad": (
        (theta, g, r, eta, epsilon),
        (theta_next, r_next),
        ((r_next, r + g**2), (theta_next, step_against(g, (epsilon + sqrt(r_next)) / eta))),
    ),
    "rmsprop": (
        (theta, g, r, eta, rho, epsilon),
        (theta_next, r_next),
        ((r_next, rho * r + (1 - rho) * g**2),
         (theta_next, step_against(g, sqrt(epsilon + r_next) / eta))),
    ),
    "adam": (
        (theta, g, m, v, t, eta, beta_1, beta_2, epsilon),
        (theta_next, m_next, v_next),
        (*AVERAGES, (theta_next, ADAM_STEP)),
    ),
    "adamw": (
        (theta, g, m, v, t, eta, decay, beta_1, beta_2, epsilon),
        (theta_next, m_next, v_next),
        (*AVERAGES, (theta_next, ADAM_STEP - eta * decay * theta)),
    ),
    "adam with l2": (
        (theta, g, m, v, t, eta, decay, beta_1, beta_2, epsilon),
        (theta_next, m_next, v_next),
        ((g_next, g + decay * theta), *((x, f.xreplace({g: g_next})) for x, f in AVERAGES),
         (theta_next, ADAM_STEP)),
    ),
    "sgd": (
        (theta, slope_of_draw, eta),
        (theta_next,),
        ((theta_next, step_against(slope_of_draw, 1 / eta)),),
    ),
    "weight decay": (
        (theta, g, eta, omega),
        (theta_next,),
        ((theta_next, step_against(g, 1 / eta) - omega * theta),),
    ),
    "l2 penalty": (
        (theta, g, eta, decay),
        (theta_next,),
        ((g_next, g + decay * theta), (theta_next, step_against(g_next, 1 / eta))),
    ),
    "newton": (
        (theta, g, curvature),
        (theta_next,),
        ((theta_next, step_against(g, curvature)),),
    ),
}
# fmt: on


@limited
def update_rule(name: str, timeout: float = 20.0, **given: Any) -> Derivation:
    """One step of an optimiser: the new parameter and the new state, worked out step by step.

    `name`: "gradient descent", "sgd" (g_i: the slope of the loss that was drawn, or its mean over a
    mini-batch), "momentum", "nesterov" (whose gradient is taken at the place that the step before
    gave third), "adagrad", "rmsprop" (Goodfellow et al. 2016, chapter 8), "adam" (Kingma and Ba
    2015), "adamw" (Loshchilov and Hutter 2019: the decay stays out of the averages), "adam with l2"
    (the slope of the penalty is in the gradient, and divided like it), "weight decay" and "l2
    penalty" (gradient descent with either), "newton" (of one variable, or of each). Letters may be
    given values: `eta=0.01`. `.to_numpy()` is the step as a function of theta, g, the state and
    what else was given no value, in the order of `.arguments`.

    >>> update_rule("momentum", beta=0.9).result
    (-eta*g + theta + 9*v/10, -eta*g + 9*v/10)
    >>> update_rule("gradient descent", eta=0.1).to_numpy()(1.0, 2.0)
    (0.8,)
    """
    arguments, outputs, assignments = named(name, RULES, "optimiser")
    values = values_of(name, arguments, given)
    goal = Assigned(outputs, *assignments).xreplace(values)
    root = search(goal, TABLES, Budget(seconds=timeout))
    left = tuple(letter for letter in arguments if letter not in values)
    return Derivation(root, goal, arguments=left)
