"""Extrema under constraints, by Lagrange's multipliers and the bordered Hessian."""

from __future__ import annotations

from typing import Any

from sympy import (
    Add,
    And,
    Basic,
    Derivative,
    Determinant,
    Dummy,
    Eq,
    Expr,
    ImmutableMatrix,
    Mul,
    Pow,
    Rational,
    S,
    Symbol,
    Tuple,
    default_sort_key,
    expand,
    factor,
    powsimp,
    simplify,
)
from sympy.functions import cosh

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
    KindAlongBranches,
    KindAtSingular,
    KindByBorderedMinors,
    KindOn,
    KindOnSet,
    SingularPoint,
)
from derive.calculus.vector.constraint_sets import (
    bends,
    common_basis,
    degree_in,
    grows_far_away,
    is_bounded,
    is_continuous,
    is_regular,
    minors_of,
    nowhere_negative,
    value_on,
)
from derive.calculus.vector.fields import VALUES, mixed
from derive.calculus.vector.operators import ValueAt
from derive.calculus.vector.points import AllPoints, PointsWith, RealSolutions
from derive.calculus.vector.reading import formula, letters_of
from derive.calculus.vector.singular_points import BRANCHES, SINGULAR
from derive.calculus.vector.systems import SYSTEMS, UNIONS, parts_of, simpler
from derive.core import Derivation
from derive.engine import Budget, NoRuleApplies, derive, limited
from derive.linear_algebra.determinants import RULES as DETERMINANTS
from derive.linear_algebra.determinants import det
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import D, depends_on, fresh

x, y, z, multiplier = Symbol("x"), Symbol("y"), Symbol("z"), Symbol("lambda")

EXTREMA = RuleTable(ConstrainedExtrema, lambda goal: goal.args, "extrema under constraints")
POINTS = RuleTable(ClassifiedOn, lambda goal: goal.args, "kinds of several points on a set")
KINDS = RuleTable(KindOn, lambda goal: goal.args, "kinds of points on a set")
MINORS = RuleTable(KindByBorderedMinors, lambda goal: goal.args, "bordered Hessian test")
TABLES = {
    ConstrainedExtrema: EXTREMA,
    ClassifiedOn: POINTS,
    KindOn: KINDS,
    KindByBorderedMinors: MINORS,
    KindAtSingular: SINGULAR,
    KindAlongBranches: BRANCHES,
    RealSolutions: SYSTEMS,
    AllPoints: UNIONS,
    ValueAt: VALUES,
    Derivative: DERIVATIVES,
    Determinant: DETERMINANTS,
}


CUSP = x**3 - y**2
COUNT_WITHOUT_SINGULAR = 5  # arguments of ClassifiedOn


@EXTREMA.rule(
    "multipliers and singular points", example=ConstrainedExtrema(x**2 + y, (x, y), (CUSP,))
)
def with_singular_points(f: Expr, letters: Tuple, constraints: Tuple) -> Outcome:
    """Along the set f stands still where its gradient is a combination of those of the constraints.
    Where these depend on each other there may be no such combination: those points are candidates
    as well."""
    minors = minors_of(letters, constraints)
    plane = all(degree_in(g, letters) == 1 for g in constraints)
    curved = not plane and all(g.is_polynomial(*letters) for g in constraints)
    if not curved or is_regular(letters, constraints):
        return None
    sure = Add(*(m**2 for m in minors))
    singular = RealSolutions((*constraints, *minors), letters)
    return _candidates(f, letters, constraints, (sure,), (singular,))


@EXTREMA.rule("Lagrange multipliers", example=ConstrainedExtrema(x * y, (x, y), (x + 2 * y - 3,)))
def lagrange_rule(f: Expr, letters: Tuple, constraints: Tuple) -> Outcome:
    """Along the set f stands still where its gradient is a combination of those of the constraints:
    there all derivatives of the Lagrangian L are zero."""
    return _candidates(f, letters, constraints)


def _candidates(
    f: Expr,
    letters: Tuple,
    constraints: Tuple,
    off: tuple[Expr, ...] = (),
    singular: tuple[Basic, ...] = (),
) -> Rewrite:
    multipliers = _multipliers(Tuple(f, letters, constraints), len(constraints))
    L = lagrangian(f, constraints, multipliers)
    equations = [*(D(L, letter) for letter in letters), *constraints]
    points = RealSolutions(equations, (*letters, *multipliers), off)
    found = ClassifiedOn(f, letters, constraints, multipliers, points, *singular)
    return Rewrite(found, where=((Symbol("L"), L),))


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


@POINTS.rule("values on a bounded set", example=points_of_the_circle(x + y, S.Half), whole=True)
def values_on_a_bounded_set(goal: ClassifiedOn) -> Outcome:
    """The set is bounded and closed and all points where its constraints are not independent are
    candidates: the continuous f is largest and smallest at some of the candidates; their values
    are compared."""
    f, letters, constraints, *_ = goal.args
    if not is_bounded(letters, constraints) or not is_continuous(f, letters):
        return None
    return _compared(goal, smallest=True, largest=True)


@POINTS.rule(
    "growing far away",
    example=ClassifiedOn(
        x**2 + y**2, (x, y), (CUSP.subs(x, x - 1),), (multiplier,), S.EmptySet,
        ImmutableMatrix([1, 0]),
    ),
    whole=True,
)  # fmt: skip
def growing_far_away(goal: ClassifiedOn) -> Outcome:
    """The set is closed and f grows without bound far away in all directions: f is smallest at one
    of the candidates."""
    f, letters, *_ = goal.args
    sides = [side for side in (1, -1) if grows_far_away(side * f, letters)]
    return _compared(goal, smallest=sides == [1], largest=sides == [-1]) if sides else None


@POINTS.rule(
    "bent one way over a plane",
    example=ClassifiedOn(3 * x**2, (x, y), (x + y - 4,), (multiplier,), ImmutableMatrix([0, 4, 0])),
    whole=True,
)
def bent_one_way(goal: ClassifiedOn) -> Outcome:
    """Over lines and planes a quadratic f that nowhere bends down is smallest where it stands
    still, and one that nowhere bends up is largest there."""
    f, letters, constraints, *_ = goal.args
    bent, places = bends(f, letters), _places(goal)
    plane = all(degree_in(g, letters) == 1 for g in constraints)
    if not places or not plane or bent is None:
        return None
    kinds = ((1, AbsoluteMinimum), (-1, AbsoluteMaximum))
    kind = next((kind for side, kind in kinds if nowhere_negative(side * bent)), None)
    if kind is None:
        return None
    values = [_there(f, letters, place) for place, _ in places]
    if any(value is None for value in values):
        return None
    return Tuple(*(kind(place, v) for (place, _), v in zip(places, values, strict=True)))


@POINTS.rule(
    "one point after the other",
    example=ClassifiedOn(
        x * y, (x, y), (x**2 - y - 3,), (multiplier,), ImmutableMatrix([[1, -1], [-2, -2], [-1, 1]])
    ),
    whole=True,
)
def one_point_after_the_other(goal: ClassifiedOn) -> Outcome:
    """Each point has a kind of its own."""
    kinds = [kind for _, kind in _places(goal)]
    return None if None in kinds else Tuple(*kinds)


def _places(goal: ClassifiedOn) -> list[tuple[Basic, Basic | None]]:
    """Each candidate, a Tuple or a curve, with the operator for its kind, None where there is no
    way to it."""
    f, letters, constraints, multipliers, points, *singular = goal.args
    found: list[tuple[Basic, Basic | None]] = []
    for part in parts_of(points):
        if isinstance(part, PointsWith):
            curve = _without(multipliers, part, letters, constraints)
            value = _there(f, letters, curve)
            found.append((curve, None if value is None else ConstrainedUndecided(curve, value)))
        else:
            kind = KindOn(f, letters, constraints, multipliers, tuple(part))
            found.append((Tuple(*part[: len(letters)]), kind))
    for part in parts_of(singular[0]) if singular else ():
        if isinstance(part, PointsWith):
            value = _there(f, letters, part)
            found.append((part, None if value is None else SingularPoint(part, value)))
        else:
            found.append((Tuple(*part), KindAtSingular(f, letters, constraints, tuple(part))))
    return found


def _without(
    multipliers: Tuple, curve: PointsWith, letters: Tuple, constraints: Tuple
) -> PointsWith:
    """The curve in the letters of the set, by its planes and the constraints where that will do."""
    equations = [e for e in curve.args[0] if not any(depends_on(e, m) for m in multipliers)]
    flat = [e for e in equations if degree_in(e, letters) == 1]
    known = tuple(dict.fromkeys((*flat, *constraints)))
    same = common_basis(known, letters) == common_basis(equations, letters)
    return PointsWith(known if same else equations, letters)


def _compared(goal: ClassifiedOn, smallest: bool, largest: bool) -> Outcome:
    """Whether one of the candidates has the smallest value, or the largest, was seen before."""
    f, letters, constraints, *_ = goal.args
    places = _places(goal)
    complete = len(goal.args) > COUNT_WITHOUT_SINGULAR or is_regular(letters, constraints)
    if not places or not complete or any(s.is_positive for s in letters):
        return None
    found = [_value(f, letters, place) for place, _ in places]
    values = [v for v in found if v is not None and v.is_number and v.is_extended_real]
    if len(values) < len(places):
        return None
    kinds: list[Basic | None] = []
    for (place, kind), v in zip(places, values, strict=True):
        there = _there(f, letters, place)
        highest = largest and not any(v < w for w in values)
        lowest = smallest and not any(v > w for w in values)
        kinds += [AbsoluteMaximum(place, there)] * highest
        kinds += [AbsoluteMinimum(place, there)] * lowest
        kinds += [] if highest or lowest else [kind]
    return None if None in kinds else Tuple(*kinds)


def in_lowest_terms(result: Basic) -> Basic:
    """Coordinates and values in their shortest forms.

    >>> from sympy import sqrt
    >>> in_lowest_terms(AbsoluteMaximum((1, 2), 3/(2*(sqrt(2) + 2)) + sqrt(2)/4))
    AbsoluteMaximum((1, 2), 3/2 - sqrt(2)/2)
    """
    if isinstance(result, KindOnSet):
        point, value = result.args
        short = Tuple(*map(simpler, point)) if isinstance(point, Tuple) else point
        return result.func(short, simpler(value))
    return Tuple(*map(in_lowest_terms, result)) if isinstance(result, Tuple) else result


POINTS.tidy = MINORS.tidy = in_lowest_terms


def _there(f: Expr, letters: Tuple, place: Basic) -> Expr | None:
    """f at a place; on a curve the number that it is there, if it is one."""
    if isinstance(place, PointsWith):
        return value_on(f, place.args[0], letters)
    return ValueAt(f, letters, place)


def _value(f: Expr, letters: Tuple, place: Basic) -> Expr | None:
    if isinstance(place, PointsWith):
        return _there(f, letters, place)
    return simplify(f.subs(dict(zip(letters, place, strict=True))))


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
    "powers of positive numbers",
    example=KindByBorderedMinors((2 * x**y * z**3 + 5 * x ** (y - 1) * z,), (x, z), 5, 1),
)
def powers_of_positive_numbers(minors: Tuple, point: Tuple, value: Expr, count: Expr) -> Outcome:
    """Powers of coordinates that are positive do not change a sign: divide by them."""
    divided = [_without_powers(v, point) for v in minors]
    if divided == list(minors):
        return None
    bases = [c for c in point if not c.is_positive]
    return Rewrite(KindByBorderedMinors(divided, point, value, count), And(*(c > 0 for c in bases)))


def _without_powers(v: Expr, point: Tuple) -> Expr:
    """Divided by the powers, with letters in their exponents, that its first term holds."""
    stands = {c: Dummy(positive=True) for c in point if c.free_symbols}
    back = {stand: c for c, stand in stands.items()}
    powers = [p for p in v.atoms(Pow) if p.base in stands and not p.exp.is_number]
    moved = expand(v.xreplace({p: stands[p.base] ** p.exp for p in powers}))
    first = Add.make_args(moved)[0]
    common = [p for p in first.atoms(Pow) if p.base in back and not p.exp.is_number]
    if not common:
        return v
    terms = (powsimp(t / Mul(*common)) for t in Add.make_args(moved))
    return factor(simplify(Add(*terms).xreplace(back)))


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


# ------------------------------------------------------------------ what the user calls


@limited
def lagrange_multipliers(
    f: Any, constraints: Any, variables: Any, positive: bool = False, timeout: float = 20.0
) -> Derivation:
    """The extrema of `f` on the set that `constraints` leave: equations, or g for g = 0.

    The result is a Tuple of points, each with the value there: `ConstrainedMaximum((x, y), f)`,
    `ConstrainedMinimum`, `ConstrainedSaddle`, by the bordered Hessian, or `ConstrainedUndecided`
    where it is singular; `AbsoluteMaximum` and `AbsoluteMinimum` where no point of the set can have
    a larger or smaller value: on bounded closed sets, for quadratics over lines and planes, and
    for what grows in all directions far away. In place of a point there may be a whole curve,
    `PointsWith(equations, letters)`. Points where the gradients of polynomial constraints depend on
    each other are candidates as well: what derivatives do not decide there is a `SingularPoint`, or
    an `IsolatedPoint`. `positive`: all letters are positive.
    Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

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
