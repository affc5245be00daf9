"""Antiderivatives that jump where the integrand does not: their branches joined.

A function of tan(t) may come to two values at a pole of the tangent, L from the left and R from the
right, while the integrand is continuous there; floor(t/pi + 1/2) counts the poles, so the sum with
(L - R)*floor(t/pi + 1/2) is continuous (D. J. Jeffrey and A. D. Rich, The evaluation of
trigonometric integrals avoiding spurious discontinuities, ACM TOMS 20, 1994).
"""

from __future__ import annotations

from sympy import (
    Abs,
    Add,
    Expr,
    Integral,
    Rational,
    S,
    Symbol,
    atan,
    cancel,
    cos,
    cot,
    default_sort_key,
    floor,
    log,
    oo,
    pi,
    sign,
    tan,
)

from derive.calculus.integrals.operators import linear
from derive.calculus.nearby import nearby
from derive.core import Step
from derive.rules import Rule
from derive.structure import depends_on, fresh

_X = Symbol("x")
JOINED = Rule(
    "join the branches",
    lambda: None,
    example=Integral(1 / (2 + cos(_X)), _X),
    sentence="The integrand is continuous where the tangent has a pole: the floor counts the jumps "
    "of the antiderivative, so that together they are continuous.",
)


def joined(root: Step) -> Step:
    """The step, or one more that makes its result continuous where the integrand is."""
    goal = root.goal
    if not isinstance(goal, Integral) or any(len(limit) > 1 for limit in goal.limits):
        return root
    (x,) = goal.variables if len(goal.variables) == 1 else (None,)
    result = continuous(root.result, x) if x is not None else root.result
    if result == root.result:
        return root
    return Step(goal, JOINED.name, result, result, premises=(root,), sentence=JOINED.sentence)


def continuous(F: Expr, x: Symbol) -> Expr:
    """F without jumps at the poles of its tangents.

    >>> from sympy.abc import x
    >>> continuous(atan(2*tan(x)), x)
    atan(2*tan(x)) + pi*floor(x/pi + 1/2)
    >>> continuous(atan(tan(x/2)), x)
    x/2
    """
    F = _undone(F, x)
    angles = sorted({g.args[0] for g in F.atoms(tan, cot)}, key=default_sort_key)
    for angle in angles:
        if linear(angle, x) is not None:
            jump = _jump(F, angle, x)
            if jump != 0:
                F = F + jump * floor((angle / pi).expand() + Rational(1, 2))
    return F


def _undone(F: Expr, x: Symbol) -> Expr:
    """atan(tan(t)) in the terms of F as t, which differs from it by a constant on each branch."""
    terms = []
    for term in Add.make_args(F):
        c, moving = term.as_independent(x, as_Add=False)
        whole = isinstance(moving, atan) and isinstance(moving.args[0], tan)
        terms.append(c * moving.args[0].args[0] if whole else term)
    return Add(*terms)


def _jump(F: Expr, angle: Expr, x: Symbol) -> Expr:
    """What F falls by at a pole of tan(angle); 0 where that is not known, or F has a pole too."""
    u, total = fresh("u", F), S.Zero
    for term in Add.make_args(F.expand() if F.is_Mul else F):
        changed = term.xreplace({tan(angle): u, cot(angle): 1 / u})
        if depends_on(changed, x) or not depends_on(changed, u):
            continue
        fall = _fall(changed, u)
        if fall is None:
            return S.Zero
        total += fall
    return cancel(total)


def _fall(term: Expr, u: Symbol) -> Expr | None:
    """The limit at oo less the limit at -oo; of a logarithm, which has none, the limit of that."""
    c, moving = term.as_independent(u, as_Add=False)
    if isinstance(moving, log):
        (inside,) = moving.args
        inside = inside.args[0] if isinstance(inside, Abs) else inside
        if inside.is_rational_function(u):
            return S.Zero
    if isinstance(moving, atan):
        slope = linear(moving.args[0], u)
        if slope is not None:
            return c * pi * sign(slope[0])
    ends = nearby(moving, u, oo, "-"), nearby(moving, u, -oo, "+")
    if not all(end.finite for end in ends):
        return None
    above, below = (end.value or S.Zero for end in ends)
    return c * (above - below)
