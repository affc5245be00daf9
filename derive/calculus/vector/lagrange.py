"""Extrema under constraints, by Lagrange's multipliers and the bordered Hessian."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from sympy import (
    Add,
    And,
    Basic,
    Derivative,
    Determinant,
    Eq,
    Expr,
    ImmutableMatrix,
    Mul,
    Poly,
    Rational,
    S,
    Symbol,
    Tuple,
    default_sort_key,
    groebner,
    simplify,
)
from sympy.functions import atan, cos, cosh, exp, sin, sinh, tanh

from derive.asked import asked, in_order
from derive.calculus.derivatives import RULES as DERIVATIVES
from derive.calculus.integrals.integrate import holding_somewhere
from derive.calculus.vector.constrained import (
    AbsoluteMaximum,
    AbsoluteMinimum,
    ClassifiedOn,
    ConstrainedExtrema,
    ConstrainedMaximum,
    ConstrainedMinimum,
    ConstrainedSaddle,
    ConstrainedUndecided,
    KindByBorderedMinors,
    KindOn,
    KindOnSet,
)
from derive.calculus.vector.fields import VALUES, mixed
from derive.calculus.vector.operators import ValueAt
from derive.calculus.vector.points import AllPoints, RealSolutions
from derive.calculus.vector.reading import formula, letters_of
from derive.calculus.vector.systems import SYSTEMS, UNIONS, simpler
from derive.core import Derivation
from derive.engine import Budget, NoRuleApplies, derive, limited
from derive.linear_algebra.determinants import RULES as DETERMINANTS
from derive.linear_algebra.determinants import det
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import D, depends_on, fresh

x, y, z, multiplier = Symbol("x"), Symbol("y"), Symbol("z"), Symbol("lambda")
CONTINUOUS = (exp, sin, cos, sinh, cosh, tanh, atan)  # everywhere

EXTREMA = RuleTable(ConstrainedExtrema, lambda goal: goal.args, "extrema under constraints")
POINTS = RuleTable(ClassifiedOn, lambda goal: goal.args, "kinds of several points on a set")
KINDS = RuleTable(KindOn, lambda goal: goal.args, "kinds of points on a set")
MINORS = RuleTable(KindByBorderedMinors, lambda goal: goal.args, "bordered Hessian test")
TABLES = {
    ConstrainedExtrema: EXTREMA,
    ClassifiedOn: POINTS,
    KindOn: KINDS,
    KindByBorderedMinors: MINORS,
    RealSolutions: SYSTEMS,
    AllPoints: UNIONS,
    ValueAt: VALUES,
    Derivative: DERIVATIVES,
    Determinant: DETERMINANTS,
}


@EXTREMA.rule("Lagrange multipliers", example=ConstrainedExtrema(x * y, (x, y), (x + 2 * y - 3,)))
def lagrange_rule(f: Expr, letters: Tuple, constraints: Tuple) -> Outcome:
    """Along the set f stands still where its gradient is a combination of those of the constraints:
    there all derivatives of the Lagrangian L are zero."""
    multipliers = _multipliers(Tuple(f, letters, constraints), len(constraints))
    L = lagrangian(f, constraints, multipliers)
    equations = [*(D(L, letter) for letter in letters), *constraints]
    points = RealSolutions(equations, (*letters, *multipliers))
    where = ((Symbol("L"), L),)
    return Rewrite(ClassifiedOn(f, letters, constraints, multipliers, points), where=where)


def _multipliers(taken: Basic, count: int) -> Tuple:
    if count == 1:
        return Tuple(fresh("lambda", taken))
    return Tuple(*(fresh(f"lambda_{k}", taken) for k in range(1, count + 1)))


def lagrangian(f: Expr, constraints: Tuple, multipliers: Tuple) -> Expr:
    return f - Add(*(m * g for m, g in zip(multipliers, constraints, strict=True)))


def points_of_the_circle(f: Expr, half: Expr, turned: int = 1) -> ClassifiedOn:
    """On x**2 + y**2 = 2, at (1, 1) and (-1, -1)."""
    points = ImmutableMatrix([[1, -1], [turned, -turned], [half, -half]])
    return ClassifiedOn(f, (x, y), (x**2 + y**2 - 2,), (multiplier,), points)


@POINTS.rule("values on a bounded set", example=points_of_the_circle(x + y, S.Half))
def values_on_a_bounded_set(
    f: Expr, letters: Tuple, constraints: Tuple, multipliers: Tuple, points: Basic
) -> Outcome:
    """The set is bounded and closed and the gradients of its constraints are independent: the
    continuous f is largest and smallest at some of the candidates; their values are compared."""
    places = _columns(points)
    closed = not any(s.is_positive for s in letters)
    justified = closed and is_bounded(letters, constraints) and is_regular(letters, constraints)
    if not places or not justified or not is_continuous(f, letters):
        return None
    values = [_value(f, letters, place) for place in places]
    if not all(v.is_number and v.is_extended_real for v in values):
        return None
    highest = [not any(v < w for w in values) for v in values]
    lowest = [not any(v > w for w in values) for v in values]
    if all(highest):
        return None
    return Tuple(*(
        AbsoluteMaximum(place, _there(f, letters, place)) if highest[k]
        else AbsoluteMinimum(place, _there(f, letters, place)) if lowest[k]
        else KindOn(f, letters, constraints, multipliers, tuple(points.col(k)))
        for k, place in enumerate(places[: points.cols])
        for place in [place.args[: len(letters)]]
    ))  # fmt: skip


@POINTS.rule(
    "bent one way over a plane",
    example=ClassifiedOn(
        x**2 + 3 * y**2, (x, y), (x + y - 4,), (multiplier,), ImmutableMatrix([3, 1, 6])
    ),
)
def bent_one_way(
    f: Expr, letters: Tuple, constraints: Tuple, multipliers: Tuple, points: Basic
) -> Outcome:
    """Over lines and planes a quadratic f that nowhere bends down is smallest where it stands
    still, and one that nowhere bends up is largest there."""
    places, bends = _columns(points), _bends(f, letters)
    plane = all(_degree(g, letters) == 1 for g in constraints)
    if not places or not plane or bends is None:
        return None
    kinds = ((1, AbsoluteMinimum), (-1, AbsoluteMaximum))
    kind = next((kind for side, kind in kinds if _nowhere_negative(side * bends)), None)
    if kind is None:
        return None
    there = [place.args[: len(letters)] for place in places]
    return Tuple(*(kind(place, _there(f, letters, place)) for place in there))


@POINTS.rule(
    "one point after the other",
    example=ClassifiedOn(
        x * y, (x, y), (x**2 - y - 3,), (multiplier,), ImmutableMatrix([[1, -1], [-2, -2], [-1, 1]])
    ),
)
def one_point_after_the_other(
    f: Expr, letters: Tuple, constraints: Tuple, multipliers: Tuple, points: Basic
) -> Outcome:
    """Each point has a kind of its own."""
    if points == S.EmptySet:
        return Tuple()
    return Tuple(
        *(KindOn(f, letters, constraints, multipliers, place) for place in _columns(points))
    )


def in_lowest_terms(result: Basic) -> Basic:
    """Coordinates and values in their shortest forms.

    >>> from sympy import sqrt
    >>> in_lowest_terms(AbsoluteMaximum((1, 2), 3/(2*(sqrt(2) + 2)) + sqrt(2)/4))
    AbsoluteMaximum((1, 2), 3/2 - sqrt(2)/2)
    """
    if isinstance(result, KindOnSet):
        point, value = result.args
        return result.func([simpler(entry) for entry in point], simpler(value))
    return Tuple(*map(in_lowest_terms, result)) if isinstance(result, Tuple) else result


POINTS.tidy = MINORS.tidy = in_lowest_terms


def _columns(points: Basic) -> list[Tuple]:
    if not isinstance(points, ImmutableMatrix):
        return []
    return [Tuple(*points.col(k)) for k in range(points.cols)]


def _there(f: Expr, letters: Tuple, place: tuple[Expr, ...]) -> ValueAt:
    return ValueAt(f, letters, place)


def _value(f: Expr, letters: Tuple, place: Tuple) -> Expr:
    return simplify(f.subs(dict(zip(letters, place, strict=False))))


# ------------------------------------------------------------------ one point


@KINDS.rule(
    "minors of the bordered Hessian",
    example=KindOn(cosh(3 * x) + cosh(y) + z, (x, y, z), (z - x * y,), (multiplier,), (0, 0, 0, 1)),
)
def minors_of_the_bordered_hessian(
    f: Expr, letters: Tuple, constraints: Tuple, multipliers: Tuple, point: Tuple
) -> Outcome:
    """The Hessian of the Lagrangian, bordered by the gradients of the constraints: its last leading
    minors tell the kind, with letters first by which the constraints can be solved."""
    every = (*letters, *multipliers)
    L, m, n = lagrangian(f, constraints, multipliers), len(constraints), len(letters)
    order = _solvable_first(letters, constraints, point)
    if order is None or n <= m:
        return None

    def entry(i: int, j: int) -> Expr:
        if i < m:
            return _at(D(constraints[i], order[j - m]), every, point) if j >= m else S.Zero
        if j < m:
            return entry(j, i)
        first, second = sorted((order[i - m], order[j - m]), key=letters.index)
        return _at(mixed(L, first, second), every, point)

    minors = [det(ImmutableMatrix(size, size, entry)) for size in range(2 * m + 1, m + n + 1)]
    place = point.args[:n]
    where = ((Symbol("L"), L),)
    found = KindByBorderedMinors(minors, place, _there(f, letters, place), m)
    return Rewrite(found, where=where)


def _at(slope: Expr, letters: tuple[Symbol, ...], point: Tuple) -> ValueAt:
    return ValueAt(slope, letters, point)


def _solvable_first(letters: Tuple, constraints: Tuple, point: Tuple) -> list[Symbol] | None:
    """The letters in an order in which the first ones have independent columns of gradients."""
    values = dict(zip(letters, point, strict=False))
    slopes = ImmutableMatrix(
        [[simplify(g.diff(s).subs(values)) for s in letters] for g in constraints]
    )
    pivots = slopes.rref()[1]
    if len(pivots) < len(constraints):
        return None
    return [letters[k] for k in pivots] + [s for k, s in enumerate(letters) if k not in pivots]


def bordered(*minors: int, constraints: int = 1) -> KindByBorderedMinors:
    return KindByBorderedMinors(minors, (0,) * (len(minors) + 1), 5, constraints)


def _turned(minors: Tuple, count: Expr) -> list[Expr]:
    """With the sign that makes all of them positive where the Hessian is so along the set."""
    return [-v if count % 2 else v for v in minors]


def _alternating(minors: Tuple, count: Expr) -> list[Expr]:
    """With the signs that make all of them positive where the Hessian is negative along the set."""
    return [v if k % 2 else -v for k, v in enumerate(_turned(minors, count))]


@MINORS.rule("positive along the set", example=bordered(-2, -6))
def positive_along_the_set(minors: Tuple, point: Tuple, value: Expr, count: Expr) -> Outcome:
    """Where all these minors have the sign (-1)**m, for m constraints, f bends up along the set."""
    positive = all(v.is_positive for v in _turned(minors, count))
    return ConstrainedMinimum(point, value) if positive else None


@MINORS.rule("negative along the set", example=bordered(2, -6))
def negative_along_the_set(minors: Tuple, point: Tuple, value: Expr, count: Expr) -> Outcome:
    """Where the minors alternate, the last one with the sign (-1)**n, for n letters, f bends down
    along the set."""
    negative = all(v.is_positive for v in _alternating(minors, count))
    return ConstrainedMaximum(point, value) if negative else None


@MINORS.rule("up one way and down another", example=bordered(-2, 6))
def up_one_way(minors: Tuple, point: Tuple, value: Expr, count: Expr) -> Outcome:
    """Where the last minor is not zero and there is neither pattern f rises along the set and
    falls."""
    known = all(v.is_positive or v.is_negative or v.is_zero for v in minors)
    return ConstrainedSaddle(point, value) if known and not minors[-1].is_zero else None


@MINORS.rule("singular along the set", example=bordered(3, 0))
def singular_along_the_set(minors: Tuple, point: Tuple, value: Expr, count: Expr) -> Outcome:
    """Where the last minor is zero, second derivatives do not decide."""
    return ConstrainedUndecided(point, value) if minors[-1].is_zero else None


@MINORS.rule(
    "negative for these letters", example=KindByBorderedMinors((3 * x, -x * y), (0, 0, 0), 5, 1)
)
def negative_for_these_letters(minors: Tuple, point: Tuple, value: Expr, count: Expr) -> Outcome:
    """The letters decide: positive letters can give the minors alternating signs; where they do, f
    bends down along the set."""
    letters = sorted(minors.free_symbols, key=default_sort_key)
    expected = {s: Rational(3 + 2 * k, 7) for k, s in enumerate(letters)}
    signs = _alternating(minors, count)
    if not all(v.subs(expected).is_positive for v in signs):
        return None
    given = And(*(v > 0 for v in signs))
    return None if given == False else Rewrite(ConstrainedMaximum(point, value), given)


@MINORS.rule(
    "positive for these letters", example=KindByBorderedMinors((-3 * x, -x * y), (0, 0, 0), 5, 1)
)
def positive_for_these_letters(minors: Tuple, point: Tuple, value: Expr, count: Expr) -> Outcome:
    """The letters decide: where they give all minors this sign f bends up along the set."""
    given = And(*(v > 0 for v in _turned(minors, count)))
    return None if given == False else Rewrite(ConstrainedMinimum(point, value), given)


# ------------------------------------------------------------------ what sets are like


def is_bounded(letters: Tuple, constraints: Tuple) -> bool:
    """Whether constraints keep one group of letters after the other in bounds.

    >>> is_bounded(Tuple(x, y, z), Tuple(x**2 + y**2 - 1, x + y + z))
    True
    >>> is_bounded(Tuple(x, y), Tuple(x*y - 1))
    False
    """
    held: set[Symbol] = set()
    while len(held) < len(letters):
        groups = (
            [s for s in letters if s not in held and depends_on(g, s)]
            for g in constraints
            if g.is_polynomial(*letters)
        )
        more = next((
            group for g, group in zip(_polynomials(letters, constraints), groups, strict=True)
            if group and _keeps_in_bounds(g, group)
        ), None)  # fmt: skip
        if more is None:
            return False
        held.update(more)
    return True


def _polynomials(letters: Tuple, constraints: Tuple) -> list[Expr]:
    return [g for g in constraints if g.is_polynomial(*letters)]


def _keeps_in_bounds(g: Expr, group: list[Symbol]) -> bool:
    """The terms of highest degree grow in every direction, with numbers as coefficients."""
    p = Poly(g, *group)
    degree = p.total_degree()
    top = [(powers, c) for powers, c in p.terms() if sum(powers) == degree]
    if not all(c.is_number and c.is_real for _, c in top):
        return False
    if len(group) == 1:
        return degree > 0
    leading = Add(
        *(c * Mul(*(s**k for s, k in zip(group, powers, strict=True))) for powers, c in top)
    )
    return any(_grows(side * leading, group, degree) for side in (1, -1))


def _grows(form: Expr, group: list[Symbol], degree: int) -> bool:
    if degree == 2:
        half = _bends(form, Tuple(*group))
        return half is not None and all(
            half[:k, :k].det().is_positive for k in range(1, len(group) + 1)
        )
    terms = Poly(form, *group).terms()
    even = all(k % 2 == 0 for powers, _ in terms for k in powers)
    alone = {s for powers, _ in terms for s, k in zip(group, powers, strict=True) if k == degree}
    return even and len(alone) == len(group) and all(c.is_positive for _, c in terms)


def is_regular(letters: Tuple, constraints: Tuple) -> bool:
    """Whether the gradients of the constraints are independent on all of the set: 1 is a
    combination of the constraints and the minors of their Jacobian (Hilbert's Nullstellensatz).

    >>> is_regular(Tuple(x, y), Tuple(x**2 + y**2 - 1)), is_regular(Tuple(x, y), Tuple(x**2 - y**3))
    (True, False)
    """
    every = [g for g in constraints if g.is_polynomial(*letters)]
    if len(every) < len(constraints) or any(
        not c.is_Rational for g in every for c in Poly(g, *letters).coeffs()
    ):
        return False
    slopes = ImmutableMatrix([[g.diff(s) for s in letters] for g in constraints])
    columns = combinations(range(len(letters)), len(constraints))
    minors = [slopes.extract(list(range(slopes.rows)), list(k)).det() for k in columns]
    return groebner([*every, *(m for m in minors if m != 0)], *letters).exprs == [1]


def is_continuous(f: Expr, letters: Tuple) -> bool:
    """Everywhere: made of letters and numbers by sums, products, whole powers, exp, sin, ...

    >>> is_continuous(x*exp(y), Tuple(x, y)), is_continuous(1/x, Tuple(x, y))
    (True, False)
    """
    if not any(depends_on(f, s) for s in letters):
        return True
    whole = f.is_Pow and f.exp.is_Integer and f.exp.is_positive
    inside = f.is_Symbol or f.is_Add or f.is_Mul or whole or isinstance(f, CONTINUOUS)
    return bool(inside and all(is_continuous(a, letters) for a in f.args))


def _degree(g: Expr, letters: Tuple) -> int:
    return Poly(g, *letters).total_degree() if g.is_polynomial(*letters) else -1


def _bends(f: Expr, letters: Tuple) -> ImmutableMatrix | None:
    """The Hessian of a quadratic function with numbers as coefficients."""
    if _degree(f, letters) != 2:
        return None
    found = ImmutableMatrix([[f.diff(s, t) for t in letters] for s in letters])
    return found if all(entry.is_Rational for entry in found) else None


def _nowhere_negative(matrix: ImmutableMatrix) -> bool:
    """All principal minors, not only the leading ones, are positive or zero."""
    sizes = range(1, matrix.rows + 1)
    chosen = (list(k) for size in sizes for k in combinations(range(matrix.rows), size))
    return all(matrix.extract(k, k).det().is_nonnegative for k in chosen)


# ------------------------------------------------------------------ what the user calls


@limited
def lagrange_multipliers(
    f: Any, constraints: Any, variables: Any, positive: bool = False, timeout: float = 20.0
) -> Derivation:
    """The extrema of `f` on the set that `constraints` leave: equations, or g for g = 0.

    The result is a Tuple of points, each with the value there: `ConstrainedMaximum((x, y), f)`,
    `ConstrainedMinimum`, `ConstrainedSaddle`, by the bordered Hessian, or `ConstrainedUndecided`
    where it is singular; `AbsoluteMaximum` and `AbsoluteMinimum` where no point of the set can have
    a larger or smaller value: on bounded closed sets, and for quadratics over lines and planes.
    `positive`: all letters are positive. Points where the gradients of the constraints depend on
    each other are no candidates. Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> lagrange_multipliers("x*y", ["x + y = 1"], ["x", "y"]).result
    (ConstrainedMaximum((1/2, 1/2), 1/4),)
    >>> lagrange_multipliers("x + y", ["x**2 + y**2 = 2"], ["x", "y"]).result
    (AbsoluteMaximum((1, 1), 2), AbsoluteMinimum((-1, -1), -2))
    """
    expression, sides = formula(f), [_as_zero(g) for g in _listed(constraints)]
    letters = letters_of(variables, Tuple(expression, *sides))
    if len(sides) >= len(letters):
        raise ValueError(f"{len(sides)} constraints on {len(letters)} letters leave no way to move")
    for g in sides:
        if not any(depends_on(g, s) for s in letters):
            raise ValueError(f"{g} = 0 does not constrain {', '.join(map(str, letters))}")
    goal = ConstrainedExtrema(expression, letters, sides)
    if positive:
        goal = goal.xreplace({s: Symbol(s.name, positive=True) for s in letters})
    root = derive(goal, TABLES, Budget(seconds=timeout))
    found = holding_somewhere(Derivation(root, goal, arguments=in_order(goal)))
    if found.result == Tuple() and not is_regular(*goal.args[1:]):
        why = "no candidates where the gradients of the constraints are independent, which is not "
        raise NoRuleApplies(why + "seen to be so on all of the set", goal, partial=found)
    return found


def _listed(constraints: Any) -> list[Any]:
    listed = constraints if isinstance(constraints, (list, tuple, Tuple)) else [constraints]
    if not len(listed):
        raise ValueError("without a constraint these are critical points: call critical_points")
    return list(listed)


def _as_zero(constraint: Any) -> Expr:
    read = asked(constraint)
    return formula(read.lhs - read.rhs) if isinstance(read, Eq) else formula(read)
