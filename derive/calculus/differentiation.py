"""What the user calls to differentiate: `diff`, by the rules, by definition or by a logarithm."""

from __future__ import annotations

from sympy import Basic, Derivative, Expr, Integer, Limit, Tuple

from derive.asked import in_order, letter, of_low_order, scalar
from derive.calculus.derivatives import RULES
from derive.calculus.limits import RULES as LIMITS
from derive.core import Derivation
from derive.engine import Budget, derive, limited, search, shown

METHODS = {
    "rules": None,
    "definition": frozenset({"definition of the derivative"}),
    "logarithmic": frozenset({"logarithmic differentiation"}),
}


@limited
def diff(
    f: Expr | str, *variables: object, method: str = "rules", timeout: float = 20.0
) -> Derivation:
    """The derivative of `f`, step by step: `diff(f, x, 2)`, `diff(f, x, y)`, as in SymPy.

    `method`: "rules", "definition" (the limit of the difference quotient) or "logarithmic".
    Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError (for text that cannot be read).

    >>> diff("x**2*sin(x)", "x").result
    x**2*cos(x) + 2*x*sin(x)
    >>> diff("x**2", "x", method="definition").root.rule
    'definition of the derivative'
    """
    if method not in METHODS:
        raise ValueError(f"method is {method!r}; write one of {', '.join(METHODS)}")
    expression = scalar(f)
    goal = Basic.__new__(Derivative, expression, *of_low_order(_counted(expression, variables)))
    budget, only = Budget(seconds=timeout), METHODS[method]
    if method == "definition":
        # L'Hopital's rule differentiates: with it the definition would argue in a circle.
        tables = {Derivative: RULES, Limit: LIMITS.without("L'Hopital's rule", "Taylor's theorem")}
        root = search(goal, tables, budget, only, through=frozenset({"repeated derivative"}))
    else:
        root = derive(goal, {Derivative: RULES}, budget, only)
    return Derivation(root, goal, arguments=in_order(expression))


def _counted(expression: Expr, variables: tuple[object, ...]) -> list[Tuple]:
    """SymPy's ways of saying by what and how often: x, (x, 2), or x, 2."""
    if not variables:
        letters = in_order(expression)
        if len(letters) != 1:
            raise ValueError(
                f"by which variable? {shown(expression)} has {len(letters)}: write diff(f, x)"
            )
        return [Tuple(letters[0], 1)]
    counted: list[Tuple] = []
    for item in variables:
        if isinstance(item, (int, Integer)):
            if not counted or item < 1:
                raise ValueError(f"{item} is no order of a derivative; write diff(f, x, 2)")
            counted[-1] = Tuple(counted[-1].args[0], int(item))
        else:
            name, *counts = item if isinstance(item, (tuple, Tuple)) else (item, 1)
            count = counts[0] if len(counts) == 1 else tuple(counts)
            if not isinstance(count, (int, Integer)) or count < 1:
                raise ValueError(f"{count} is no order of a derivative; write diff(f, x, 2)")
            counted.append(Tuple(letter(name, expression), int(count)))
    return counted
