"""Integrals over parameters: along curves, over regions and surfaces, by the factor of each.

Lengths, areas and volumes near a point are those in the parameters times a factor: the speed, the
length of the normal vector, the determinant of the Jacobian.
"""

from __future__ import annotations

from sympy import (
    Abs,
    Add,
    Basic,
    Derivative,
    Dummy,
    Expr,
    ImmutableMatrix,
    Integral,
    Limit,
    MatrixBase,
    Sum,
    Symbol,
    Tuple,
    cos,
    exp,
    factor,
    simplify,
    sin,
    sqrt,
)

from derive.calculus.derivatives import RULES as DERIVATIVES
from derive.calculus.integrals.definite.multiple import polar
from derive.calculus.integrals.integrate import TABLES as INTEGRALS
from derive.calculus.limits import RULES as LIMITS
from derive.calculus.sums.summation import RULES as SUMS
from derive.calculus.vector.fields import TABLES as FIELDS
from derive.calculus.vector.integrals.operators import (
    ArcLength,
    AreaFactor,
    CurveIntegral,
    Flux,
    InProduct,
    NormalVector,
    ParameterIntegral,
    RegionIntegral,
    Speed,
    SurfaceIntegral,
    WorkIntegral,
    parameters,
)
from derive.calculus.vector.operators import AtPoint, JacobianDeterminant, OfFields, ValueAt
from derive.calculus.vector.textbook import SIMPLIFIED, in_short
from derive.rules import Outcome, RuleTable
from derive.structure import D

x, y, z, t = Symbol("x"), Symbol("y"), Symbol("z"), Symbol("t")
u, v = Symbol("u", nonnegative=True), Symbol("v", nonnegative=True)
PLANE, SPACE = Tuple(x, y), Tuple(x, y, z)
PARABOLA, SHEET = Tuple(t, t**2), Tuple(u, v, 3 * u * v)
STRETCH, SQUARE = ((t, 0, 2),), ((u, 0, 1), (v, 0, 2))


def unpack(goal: OfFields) -> tuple[Basic, ...]:
    return goal.args


BOXES = RuleTable(ParameterIntegral, unpack, "integrals over parameters")
LENGTHS = RuleTable(ArcLength, unpack, "arc lengths")
CURVES = RuleTable(CurveIntegral, unpack, "line integrals by length")
WORKS = RuleTable(WorkIntegral, unpack, "line integrals of fields")
REGIONS = RuleTable(RegionIntegral, unpack, "integrals over regions")
SURFACES = RuleTable(SurfaceIntegral, unpack, "surface integrals")
FLUXES = RuleTable(Flux, unpack, "flux through surfaces")
SPEEDS = RuleTable(Speed, unpack, "speed along curves")
NORMALS = RuleTable(NormalVector, unpack, "normal vectors")
AREAS = RuleTable(AreaFactor, unpack, "area factors")
PRODUCTS = RuleTable(InProduct, unpack, "products of fields and directions")


@LENGTHS.rule("speed times time", example=ArcLength((t, t**2), STRETCH))
def speed_times_time(r: Tuple, limits: Tuple) -> Outcome:
    """Short chords are the speed times the time; their sum becomes an integral."""
    return ParameterIntegral(Speed(r, parameters(limits)[0]), limits)


@CURVES.rule("speed times time", example=CurveIntegral(x + 3 * y, PLANE, PARABOLA, STRETCH))
def value_by_speed(f: Expr, letters: Tuple, r: Tuple, limits: Tuple) -> Outcome:
    """Each short chord is the speed times the time; the function is taken on the curve."""
    return ParameterIntegral(ValueAt(f, letters, r) * Speed(r, parameters(limits)[0]), limits)


@WORKS.rule("field along the velocity", example=WorkIntegral((y, x**2), PLANE, PARABOLA, STRETCH))
def field_along_the_velocity(F: Basic, letters: Tuple, r: Tuple, limits: Tuple) -> Outcome:
    """Each short way is the velocity times the time; the field is taken on the curve."""
    if not isinstance(F, (Tuple, MatrixBase)):
        return None
    (t,) = parameters(limits)
    terms = [ValueAt(f, letters, r) * D(way, t) for f, way in zip(F, r, strict=True)]
    return ParameterIntegral(Add(*terms), limits)


@REGIONS.rule(
    "change of variables",
    example=RegionIntegral(x * y, PLANE, (u**2 - v, 3 * u * v), ((u, 0, 1), (v, 0, u + 1))[::-1]),
)
def change_of_variables(f: Expr, letters: Tuple, r: Tuple, limits: Tuple) -> Outcome:
    """Small boxes of parameters become small bodies, larger by the size of the determinant of the
    Jacobian; each part of the region is counted as often as the parameters reach it."""
    factor = JacobianDeterminant(r, parameters(limits))
    return ParameterIntegral(ValueAt(f, letters, r) * Abs(factor), limits)


@SURFACES.rule("area factor", example=SurfaceIntegral(x + z, SPACE, SHEET, SQUARE))
def by_the_area_factor(f: Expr, letters: Tuple, r: Tuple, limits: Tuple) -> Outcome:
    """Small squares of parameters become small pieces of the surface, larger by the length of the
    normal vector."""
    factor = AreaFactor(r, parameters(limits))
    return ParameterIntegral(ValueAt(f, letters, r) * factor, limits)


@FLUXES.rule("field along the normal", example=Flux((x, y**2, z), SPACE, SHEET, SQUARE))
def field_along_the_normal(F: Basic, letters: Tuple, r: Tuple, limits: Tuple) -> Outcome:
    """Through a small piece of the surface goes the field times the normal vector."""
    listed = isinstance(F, (Tuple, MatrixBase))
    there = [ValueAt(f, letters, r) for f in F] if listed else AtPoint(F, letters, r)
    normal = NormalVector(r, parameters(limits))
    return ParameterIntegral(InProduct(there, normal), limits)


@SPEEDS.rule("length of the velocity", example=Speed((sin(3 * t), exp(t)), t))
def length_of_the_velocity(r: Tuple, t: Symbol) -> Outcome:
    """Pythagoras: the root of the sum of the squares of the entries of the velocity."""
    return sqrt(Add(*(D(entry, t) ** 2 for entry in r)))


@NORMALS.rule(
    "cross product of the partial derivatives",
    example=NormalVector((u * cos(3 * v), u * sin(3 * v), u**2), (u, v)),
)
def cross_product(r: Tuple, letters: Tuple) -> Outcome:
    """The normal vector is the cross product of the partial derivatives by u and by v."""
    (a, b, c), (d, e, f) = ([D(entry, s) for entry in r] for s in letters)
    return ImmutableMatrix([b * f - c * e, c * d - a * f, a * e - b * d])


@AREAS.rule("length of the normal vector", example=AreaFactor((u, v, 3 * u * v), (u, v)))
def length_of_the_normal(r: Tuple, letters: Tuple) -> Outcome:
    """A small parallelogram has the length of the cross product of its sides as area."""
    (a, b, c), (d, e, f) = ([D(entry, s) for entry in r] for s in letters)
    return sqrt((b * f - c * e) ** 2 + (c * d - a * f) ** 2 + (a * e - b * d) ** 2)


@PRODUCTS.rule("sum of products", example=InProduct((x, y), ImmutableMatrix([y, 2])))
def sum_of_products(F: Tuple, v: Basic) -> Outcome:
    """Multiply entry by entry and add."""
    if not all(isinstance(part, (Tuple, MatrixBase)) for part in (F, v)):
        return None
    return Add(*(a * b for a, b in zip(F, v, strict=True)))


@BOXES.rule("one parameter", example=ParameterIntegral(3 * u**2, ((u, 0, 2),)))
def one_parameter(f: Expr, limits: Tuple) -> Outcome:
    """What is left is the integral of a function of one letter."""
    return Integral(f, *limits) if len(limits) == 1 else None


DISC = ((u, -sqrt(4 - x**2), sqrt(4 - x**2)), (x, -2, 2))


@BOXES.rule("over a disc", example=ParameterIntegral(sqrt(1 + x**2 + u**2), DISC))
def over_a_disc(f: Expr, limits: Tuple) -> Outcome:
    """Over a disc, or a half or a quarter of it, it is a double integral for polar coordinates."""
    double = Integral(f, *limits)
    return double if len(limits) == 2 and polar(double) is not None else None


@BOXES.rule(
    "innermost integral first", example=ParameterIntegral(u * v**2, ((u, 0, 3 * v), (v, 0, 2)))
)
def innermost_first(f: Expr, limits: Tuple) -> Outcome:
    """Integrate by one parameter after the other, the others held fixed meanwhile."""
    first, *others = limits
    return ParameterIntegral(Integral(f, first), others)


# ------------------------------------------------------------------ forms of results


def simpler_length(result: Basic) -> Basic:
    """What is under the root simplified and in factors: squares come out.

    >>> from sympy.abc import a
    >>> simpler_length(sqrt(a**2*sin(t)**2 + a**2*cos(t)**2 + 1))
    sqrt(a**2 + 1)
    """
    if not (isinstance(result, Expr) and result.is_Pow and result.count_ops() <= 3 * SIMPLIFIED):
        return in_short(result)
    plain = [s for s in result.free_symbols if s.is_extended_real is None]
    known = {s: Dummy(s.name, real=True) for s in sorted(plain, key=str)}
    inside = simplify(result.base.xreplace(known))
    forms = [sqrt(inside), sqrt(factor(inside))]
    shortest = min(forms, key=lambda form: (form.count_ops(), str(form)))
    return shortest.xreplace({real: s for s, real in known.items()})


SPEEDS.tidy = AREAS.tidy = simpler_length
NORMALS.tidy = PRODUCTS.tidy = in_short

TABLES: dict[type, RuleTable] = {
    **INTEGRALS,
    **FIELDS,
    Derivative: DERIVATIVES,
    Limit: LIMITS,
    Sum: SUMS,
    **{
        table.operator: table
        for table in (
            BOXES, LENGTHS, CURVES, WORKS, REGIONS, SURFACES, FLUXES, SPEEDS, NORMALS, AREAS,
            PRODUCTS,
        )
    },
}  # fmt: skip
