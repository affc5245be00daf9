"""Functions that jump, turn a corner or are given by cases: what they are on one side of a point.

Who asks says how a part of the function behaves there (`look`), and nothing here knows a limit.
"""

from __future__ import annotations

from collections.abc import Callable

from sympy import (
    Abs,
    Expr,
    Heaviside,
    Max,
    Min,
    Piecewise,
    Pow,
    S,
    Symbol,
    ceiling,
    default_sort_key,
    floor,
    frac,
    sign,
)
from sympy.core.relational import Relational

from derive.calculus.asymptotics import Nearby
from derive.calculus.continuity import compared, replace_branches
from derive.elementary import relu
from derive.holes import rebuild
from derive.structure import depends_on, postorder

JUMPS = (Abs, sign, Heaviside, floor, ceiling, frac, Max, Min, Piecewise, relu)
Look = Callable[[Expr], Nearby]


def is_jump(node: Expr) -> bool:
    """A function that may be given by different expressions on the two sides of a point."""
    if isinstance(node, Pow) and isinstance(node.base, Pow):
        return bool(node.base.exp.is_even and not node.exp.is_integer)
    return isinstance(node, JUMPS)


def has_jumps(f: Expr) -> bool:
    return any(is_jump(node) for node in postorder(f))


def step_value(head: type, u: Nearby) -> Expr | None:
    """The constant that a step function is near the point."""
    if head in (sign, Heaviside) and u.sign in (1, -1):
        return S(u.sign) if head is sign else S((1 + u.sign) // 2)
    c = u.value
    if head in (floor, ceiling) and c is not None and u.finite and c.is_real:
        if c.is_integer is False:
            return head(c)
        if c.is_integer and u.side in (1, -1):
            above = u.side == 1
            return c - (not above) if head is floor else c + above
    return None


def replaced(f: Expr, x: Symbol, look: Look) -> Expr | None:
    """`f` with jumps, corners and cases replaced by what they are where `look` looks."""

    def truth(relation: Relational) -> bool | None:
        found = look(relation.lhs - relation.rhs)
        if found.sign in (1, -1):
            return compared(relation, S(found.sign))
        if found.sign == 0 and found.value == 0:
            return relation.rel_op in ("==", "<=", ">=")
        return None

    chosen = replace_branches(f, x, truth)
    if chosen is None:
        return None
    while True:
        nodes = [n for n in postorder(chosen) if is_jump(n) and depends_on(n, x)]
        found = next(((n, r) for n in nodes if (r := _simpler(n, look)) is not None), None)
        if found is None:
            return chosen
        chosen = rebuild(chosen, dict([found]), set())


def _simpler(node: Expr, look: Look) -> Expr | None:
    if isinstance(node, (Max, Min)):
        return _extreme(node, look)
    inner = node.args[0]
    if isinstance(node, Pow):
        u = look(inner.base)
        return None if u.sign is None else (u.sign * inner.base) ** (inner.exp * node.exp)
    u = look(inner)
    if isinstance(node, Abs) and u.sign is not None:
        return inner * u.sign
    if isinstance(node, relu) and u.sign is not None:
        return inner if u.sign == 1 else S.Zero
    if isinstance(node, frac):
        whole = step_value(floor, u)
        return None if whole is None else inner - whole
    return step_value(type(node), u)


def _extreme(node: Expr, look: Look) -> Expr | None:
    """The argument of Max or Min that wins near the point."""
    candidates = sorted(node.args, key=default_sort_key)
    beats = (0, 1) if isinstance(node, Max) else (0, -1)
    for a in candidates:
        signs = [look(a - b).sign for b in candidates if b is not a]
        if all(s in beats for s in signs):
            return a
    return None
