"""Richardson extrapolation: values at steps h, h/q, h/q^2, ... whose errors cancel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Basic, Expr, S, Symbol, Tuple, symbols

from derive.answers import Answers
from derive.asked import in_order, scalar
from derive.calculus.integrals.integrate import exact
from derive.core import Derivation
from derive.engine import Budget, limited, search
from derive.linear_algebra.elimination import Matrix
from derive.linear_algebra.inverses import AUGMENTED, Augmented
from derive.linear_algebra.operators import Number, Operator
from derive.linear_algebra.products import DOTS, Dot
from derive.numerical_computing.letters import distinct, positive
from derive.rules import Outcome, RuleTable

h, c = Symbol("h", positive=True), Symbol("c")
A_0, A_1, A_2 = symbols("A_0:3")
SQUARES = Tuple(S(2), S(4))
MOST_POWERS = 4


# ------------------------------------------------------------------ operators


class RichardsonWeights(Operator):
    """The weights of A(h), A(h/q), ... that add up to 1 and lead from errors h^p to none.

    RichardsonWeights(powers, q). Numerically: by eliminating one power after the other.
    """

    word = "richardson_weights"


class Extrapolated(Number):
    """The A with A(h/q^i) = A + c_1 h^p_1/q^(i p_1) + ... for these values: (powers, q, values).

    Numerically: by eliminating one power after the other from the values.
    """

    word = "extrapolated"


class RichardsonError(Number):
    """A minus what is extrapolated from A + c h^s: RichardsonError(powers, q, s, c, h).

    Where A(h) has errors of the powers and next one with c h^s. Numerically: extrapolated from
    values with that error alone.
    """

    word = "richardson_error"


def table(operator: type, title: str) -> RuleTable:
    return RuleTable(operator, lambda goal: goal.args, title)


WEIGHTS = table(RichardsonWeights, "weights of Richardson extrapolation")
VALUES = table(Extrapolated, "extrapolated values")
ERRORS = table(RichardsonError, "errors of Richardson extrapolation")


# ------------------------------------------------------------------ rules


def can_be_told_apart(powers: Tuple, q: Expr) -> bool:
    return bool(len(set(powers.args)) == len(powers.args) and q.is_positive and q != 1)


@WEIGHTS.rule("errors cancel", example=RichardsonWeights(SQUARES, S(2)))
def errors_cancel(powers: Tuple, q: Expr) -> Outcome:
    """The weights w_i add up to 1, and for each power p the sum of w_i/q^(i p) is 0."""
    if not can_be_told_apart(powers, q):
        return None
    size = len(powers.args) + 1
    rows = [[q ** (-i * power) for i in range(size)] for power in (S.Zero, *powers.args)]
    return Augmented(Matrix(rows), Matrix([1] + [0] * (size - 1)))


@VALUES.rule("weigh the values", example=Extrapolated(Tuple(S(2)), S(2), Tuple(A_0, A_1)))
def weigh_the_values(powers: Tuple, q: Expr, values: Tuple) -> Outcome:
    """The errors cancel in a weighted sum of the values."""
    if len(values.args) != len(powers.args) + 1:
        return None
    return Dot(Matrix(values.args), RichardsonWeights(powers, q))


@ERRORS.rule("the next power", example=RichardsonError(Tuple(S(2)), S(2), S(4), c, h))
def the_next_power(powers: Tuple, q: Expr, s: Expr, c: Expr, h: Expr) -> Outcome:
    """An error c h^s of A(h) is one of c h^s/q^(i s) at h/q^i; it is weighed like the values."""
    if s in powers.args:
        return S.Zero
    ratios = Matrix([q ** (-i * s) for i in range(len(powers.args) + 1)])
    return -c * h**s * Dot(ratios, RichardsonWeights(powers, q))


TABLES: dict[type, RuleTable] = {
    Augmented: AUGMENTED,
    Dot: DOTS,
    RichardsonWeights: WEIGHTS,
    Extrapolated: VALUES,
    RichardsonError: ERRORS,
}


# ------------------------------------------------------------------ what the user calls


@dataclass(frozen=True)
class Richardson(Answers):
    """The limit is `formula` plus `error`: of the order of its power of h."""

    formula: Derivation
    error: Derivation


@limited
def richardson(powers: Any, then: Any = None, ratio: Any = 2, timeout: float = 20.0) -> Richardson:
    """The limit of A(h) from A_0 = A(h), A_1 = A(h/ratio), ... without errors of these powers of h.

    `powers`: one, or a list of them; `then` is the next power, with the factor c; where it is not
    given, the next in the same distance. `formula.to_numpy()` takes the values A_0, A_1, ...
    Raises ValueError, ParseError, NoRuleApplies, BudgetExceeded.

    >>> d = richardson(2)
    >>> d.formula.result, d.error.result
    (-A_0/3 + 4*A_1/3, c*h**4/4)
    """
    several = powers if isinstance(powers, (list, tuple, range, Tuple)) else [powers]
    each, q = distinct(several, "the powers"), exact(scalar(ratio))
    if len(each) > MOST_POWERS or not all(power.is_positive for power in each):
        raise ValueError(f"the powers are positive numbers, at most {MOST_POWERS} of them")
    if not q.is_number or not q.is_positive or q == 1:
        raise ValueError(f"the ratio of two steps is a positive number that is not 1; not {ratio}")
    following = next_power(each) if then is None else positive(then)
    if following in each.args:
        raise ValueError(f"the error with the power {following} is gone: take another next one")
    values = symbols(f"A_0:{len(each.args) + 1}")
    formula = worked_out(Extrapolated(each, q, Tuple(*values)), timeout, values)
    return Richardson(formula, worked_out(RichardsonError(each, q, following, c, h), timeout))


def next_power(powers: Tuple) -> Expr:
    """In the same distance: 6 after 2 and 4; twice the power where it is alone."""
    last = powers.args[-1]
    return last + (last - powers.args[-2] if len(powers.args) > 1 else last)


def worked_out(goal: Basic, timeout: float, arguments: Any = None) -> Derivation:
    root = search(goal, TABLES, Budget(seconds=timeout))
    return Derivation(root, goal, arguments=arguments or in_order(root.result))
