"""Piecewise formulas whose branches are not defined beside where they apply."""

import sympy as sp
from sympy.abc import x, y

LOG = sp.Piecewise((sp.log(x), x > 0), (sp.sqrt(-x), x < 0), (7, True))
# Formula, points (x, y); no derivative is infinite there.
PIECEWISE = {
    "log": (sp.Piecewise((sp.log(x), x > 0), (0, True)), [(-1, 1), (0, 1), (2, 1)]),
    "three branches": (LOG, [(-2, 1), (0, 1), (3, 1)]),
    "quotient": (sp.Piecewise((sp.sin(x) / x, sp.Ne(x, 0)), (1, True)), [(0, 1), (2, 1)]),
    "shared": (
        sp.Piecewise((sp.log(x) + 1, x > 1), (sp.log(x) ** 2, x > 0), (x, True)),
        [(2, 1), (0.5, 1), (0, 1), (-1, 1)],
    ),
    "nested": (
        sp.Piecewise(
            (sp.Piecewise((sp.sqrt(y) * sp.log(x), y > 0), (sp.log(x), True)), x > 0),
            (sp.Piecewise((1 / y, y < 0), (sp.exp(y), True)), True),
        ),
        [(2, 3), (2, 0), (-1, -2), (-1, 0), (0, 0)],
    ),
    "overflow": (
        sp.Piecewise((sp.exp(x), x < 10), (x, True)) * y,
        [(1, 2), (1e4, 2)],
    ),
    "power": (
        sp.Piecewise((x**y, x > 0), (0, True)) + sp.Piecewise((x ** sp.Rational(1, 3), x > 1)),
        [(2, 3)],
    ),
    "outside": (
        sp.log(1 + sp.Piecewise((sp.sqrt(x), x > 0), (0, True))),
        [(-1, 1), (0, 1), (4, 1)],
    ),
    "condition of a branch": (
        sp.Piecewise((sp.log(x), (x > 0) & (sp.log(x) < 1)), (x, True)),
        [(-1, 1), (1, 1), (5, 1), (0, 1)],
    ),
    "each needs the other": (
        sp.Piecewise(
            (sp.Piecewise((sp.sqrt(sp.log(x)), sp.log(y) > 0), (1, True)), x > 1),
            (sp.Piecewise((sp.sqrt(-sp.log(y)), sp.log(x) < 0), (2, True)), (y < 1) & (x > 0)),
            (x + y, True),
        ),
        [(2, 2), (2, 0.5), (0.5, 0.5), (0.5, 3), (-1, -1), (0, 0)],
    ),
    "far": (sp.Piecewise((sp.acosh(x - 5), x > 6), (sp.asin(x / 9), True)), [(7, 1), (0, 1)]),
}  # fmt: skip


def branch_values(formula, point):
    """The value and both derivatives of what applies at a point, by exact substitution."""
    here = dict(zip((x, y), map(sp.Rational, point), strict=True))

    def applying(expression):
        while expression.has(sp.Piecewise):
            walk = sp.preorder_traversal(expression)
            outermost = next(node for node in walk if isinstance(node, sp.Piecewise))
            cases = outermost.args
            chosen = next((value for value, holds in cases if holds.subs(here) == True), sp.nan)
            expression = expression.xreplace({outermost: chosen})
        return expression

    smooth = applying(formula)
    return [float(sp.N(f.subs(here), 20)) for f in (smooth, smooth.diff(x), smooth.diff(y))]
