"""Kinds of points where the gradients of the constraints depend on each other: cusps, corners,
crossings, isolated points. There the set is followed along its branches."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Expr, Poly, S, Symbol, Tuple, cancel, simplify, sqrt
from sympy.polys.polyerrors import PolynomialError

from derive.calculus.vector.constrained import (
    ConstrainedMaximum,
    ConstrainedMinimum,
    ConstrainedSaddle,
    IsolatedPoint,
    KindAlongBranches,
    KindAtSingular,
    SingularPoint,
)
from derive.calculus.vector.operators import ValueAt
from derive.rules import Outcome, RuleTable
from derive.structure import fresh

x, y, t = Symbol("x"), Symbol("y"), Symbol("t", positive=True)
HIGHEST = 8  # derivatives of f along a branch that are looked at

SINGULAR = RuleTable(KindAtSingular, lambda goal: goal.args, "kinds of singular points")
BRANCHES = RuleTable(KindAlongBranches, lambda goal: goal.args, "kinds along branches")


@SINGULAR.rule(
    "branches of a curve", example=KindAtSingular(x + y, (x, y), (y**2 - x**3 - x**4,), (0, 0))
)
def branches_of_a_curve(f: Expr, letters: Tuple, constraints: Tuple, point: Tuple) -> Outcome:
    """The equation is quadratic in one letter: its two roots are the branches, real where the
    discriminant is positive. With t for the square root of the way along the other letter, f
    grows along each by the first of its Taylor terms that is not 0."""
    if len(letters) != 2 or len(constraints) != 1:
        return None
    root = Symbol(fresh("t", f, letters, constraints).name, positive=True)
    for across in (1, 0):
        found = _branches(constraints[0], letters, point, across, root)
        if found is None:
            continue
        growths = [_growth(f, dict(zip(letters, branch, strict=True)), root) for branch in found]
        if all(growth is not None for growth in growths):
            return KindAlongBranches(growths, root, point, ValueAt(f, letters, point))
    return None


def _branches(
    g: Expr, letters: Tuple, point: Tuple, across: int, t: Symbol
) -> list[tuple[Expr, Expr]] | None:
    """Both coordinates along the branches from the point, as functions of t >= 0."""
    v, u = letters[across], letters[1 - across]
    try:
        p = Poly(g, v)
    except PolynomialError:
        return None
    if p.degree() != 2 or not all(c.is_polynomial(u) for c in p.all_coeffs()):
        return None
    a, b, c = p.all_coeffs()
    start = point[1 - across]
    if simplify(a.subs(u, start)) == 0:
        return None
    branches = []
    for way in (1, -1):
        along = start + way * t**2
        under = cancel((b**2 - 4 * a * c).subs(u, along))
        if under == 0:
            return None
        power = min(k for (k,), _ in Poly(under, t).terms())
        rest = cancel(under / t**power)
        first = rest.subs(t, 0)
        if not (first.is_positive or first.is_negative):
            return None
        for side in (1, -1) if first.is_positive else ():
            height = (-b.subs(u, along) + side * t ** (power // 2) * sqrt(rest)) / (
                2 * a.subs(u, along)
            )
            branches.append((along, height) if across else (height, along))
    return branches


def _growth(f: Expr, branch: dict[Symbol, Expr], t: Symbol) -> Expr | None:
    """The first term of f less its value at the start."""
    followed = f.subs(branch, simultaneous=True)
    factor = S.One
    for k in range(1, HIGHEST + 1):
        followed, factor = followed.diff(t), factor / k
        here = simplify(followed.subs(t, 0))
        if here.is_positive or here.is_negative:
            return here * factor * t**k
        if here != 0:
            return None
    return None


@SINGULAR.rule(
    "gradients that depend on each other",
    example=KindAtSingular(x + y, (x, y), (y**3 - x**4 - y**4,), (0, 0)),
)
def dependent_gradients(f: Expr, letters: Tuple, constraints: Tuple, point: Tuple) -> Outcome:
    """The set is not smooth there: derivatives along it do not tell the kind."""
    return SingularPoint(point, ValueAt(f, letters, point))


def along(*growths: Expr) -> KindAlongBranches:
    return KindAlongBranches(growths, t, (1, 0), 5)


def _signs(growths: Tuple, t: Symbol) -> Iterator[int]:
    return (1 if (growth / t).subs(t, 1).is_positive else -1 for growth in growths)


@BRANCHES.rule("no branch", example=along())
def no_branch(growths: Tuple, t: Symbol, point: Tuple, value: Expr) -> Outcome:
    """The discriminant is negative on both sides: no point of the set is near."""
    return None if growths else IsolatedPoint(point, value)


@BRANCHES.rule("up along every branch", example=along(3 * t**2, t))
def up_along_every_branch(growths: Tuple, t: Symbol, point: Tuple, value: Expr) -> Outcome:
    """f grows along every branch of the set."""
    return ConstrainedMinimum(point, value) if set(_signs(growths, t)) == {1} else None


@BRANCHES.rule("down along every branch", example=along(-3 * t**2, -t))
def down_along_every_branch(growths: Tuple, t: Symbol, point: Tuple, value: Expr) -> Outcome:
    """f falls along every branch of the set."""
    return ConstrainedMaximum(point, value) if set(_signs(growths, t)) == {-1} else None


@BRANCHES.rule("up along one branch and down along another", example=along(3 * t**2, -t))
def up_and_down(growths: Tuple, t: Symbol, point: Tuple, value: Expr) -> Outcome:
    """f grows along one branch and falls along another."""
    return ConstrainedSaddle(point, value) if len(set(_signs(growths, t))) == 2 else None
