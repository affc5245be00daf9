"""Systems of equations in several letters: factors, elimination, one letter after the other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from sympy import (
    Add,
    And,
    Basic,
    Dummy,
    Expr,
    ImmutableMatrix,
    Mul,
    Poly,
    S,
    Symbol,
    Tuple,
    exp,
    expand,
    expand_mul,
    factor_list,
    groebner,
    log,
    pi,
    powsimp,
    simplify,
    sqrt,
    sqrtdenest,
    together,
    true,
)
from sympy.logic.boolalg import Boolean
from sympy.polys.polyerrors import PolynomialError

from derive.calculus.integrals.operators import real
from derive.calculus.vector.constraint_sets import (
    common_basis,
    has_a_real_point,
    of_rationals,
    value_on,
)
from derive.calculus.vector.points import AllPoints, PointsWith, RealSolutions
from derive.engine import not_zero
from derive.numbered_roots import real_zeros
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import depends_on

x, y = Symbol("x"), Symbol("y")
MOST_LETTERS = 3  # whose signs are tried
MOST_ZEROS = 12  # degree of an equation in one letter that has no other form

SYSTEMS = RuleTable(RealSolutions, lambda goal: goal.args, "systems of equations")
UNIONS = RuleTable(AllPoints, lambda goal: (goal.args,), "sets of points")


def system(*equations: Expr, off: tuple[Expr, ...] = ()) -> RealSolutions:
    return RealSolutions(equations, (x, y), off)


# ------------------------------------------------------------------ what equations say at once


@SYSTEMS.rule("nothing to fulfil", example=system(x - 1, y - 2, S.Zero))
def nothing_to_fulfil(equations: Tuple, letters: Tuple, off: Tuple) -> Outcome:
    """An equation that always holds, or stands twice, asks for nothing."""
    kept = list(dict.fromkeys(e for e in equations if not vanishes(e)))
    return RealSolutions(kept, letters, off) if len(kept) < len(equations) else None


@SYSTEMS.rule("contradiction", example=system(x - 1, S(3)))
def contradiction(equations: Tuple, letters: Tuple, off: Tuple) -> Outcome:
    """An equation without the letters that does not hold leaves no solution."""
    fixed = [e for e in equations if not moves(e, letters)]
    return Rewrite(S.EmptySet, not_zero(fixed[0])) if fixed else None


@SYSTEMS.rule("never zero", example=system(x**2 + 3 * y**2 + 2, y - 1))
def never_zero(equations: Tuple, letters: Tuple, off: Tuple) -> Outcome:
    """Even powers with a positive constant add up to no zero."""
    return S.EmptySet if any(is_never_zero(e, letters, off) for e in equations) else None


@SYSTEMS.rule(
    "divide by an exponential",
    example=system((x - 2 * x * y) * exp(-x * y), y * exp(x - y) - exp(x - y)),
)
def divide_by_an_exponential(equations: Tuple, letters: Tuple, off: Tuple) -> Outcome:
    """Exponentials are never zero: divide each equation by the one that all its terms have."""
    divided = [_without_exponential(e, letters) for e in equations]
    return RealSolutions(divided, letters, off) if divided != list(equations) else None


def _without_exponential(e: Expr, letters: Tuple) -> Expr:
    """
    >>> _without_exponential(x * exp(-x) - exp(-x), Tuple(x))
    x - 1
    """
    if not e.has(exp):
        return e
    terms = [powsimp(term) for term in Add.make_args(expand_mul(e))]
    held = [{f for f in Mul.make_args(term) if isinstance(f, exp)} for term in terms]
    common = set.intersection(*held)
    if not any(moves(f, letters) for f in common):
        return e
    return Add(*(Mul(*(f for f in Mul.make_args(term) if f not in common)) for term in terms))


@SYSTEMS.rule("clear denominators", example=system(y - 1 / x**2, x - 1 / y**2))
def clear_denominators(equations: Tuple, letters: Tuple, off: Tuple) -> Outcome:
    """A fraction is zero where its numerator is and its denominator is not."""
    done = solved_for(equations, letters)
    for k, e in enumerate(equations):
        if any(letter - e == value for letter, value in done.items()):
            continue
        above, below = together(e).as_numer_denom()
        if moves(below, letters):
            rest = (*equations[:k], above, *equations[k + 1 :])
            bases = [f for f, _ in split(below, letters) if f not in off.args]
            return RealSolutions(rest, letters, (*off, *bases))
    return None


@SYSTEMS.rule("read the solution off", example=system(x - 3, y - 2))
def read_the_solution_off(equations: Tuple, letters: Tuple, off: Tuple) -> Outcome:
    """Each letter has its value."""
    values = solved_for(equations, letters)
    if len(values) < len(letters) or len(equations) > len(letters):
        return None
    if any(moves(value, letters) for value in values.values()):
        return None
    sizes = [simplify(f.subs(values)) for f in off]
    if any(vanishes(size) for size in sizes):
        return S.EmptySet
    point = [simpler(values[letter]) for letter in letters]
    signs = [p for letter, p in zip(letters, point, strict=True) if letter.is_positive]
    if any(_never_positive(p) for p in signs):
        return S.EmptySet
    known = (p > 0 for p in signs if not p.is_positive)
    return Rewrite(ImmutableMatrix(point), And(*map(not_zero, sizes), *known))


def _never_positive(value: Expr) -> bool:
    """Whatever the signs of its letters are: -sqrt(a) is negative, 0 or not real.

    >>> _never_positive(-sqrt(x)), _never_positive(1 - x)
    (True, False)
    """
    letters = sorted(value.free_symbols, key=str)
    if len(letters) > MOST_LETTERS:
        return bool(value.is_nonpositive)
    cases = ([Dummy(positive=True), Dummy(negative=True), S.Zero] for _ in letters)
    put_in = (value.subs(dict(zip(letters, case, strict=True))) for case in product(*cases))
    return all(there.is_nonpositive or there.is_real is False for there in put_in)


P, Q = Symbol("p", positive=True), Symbol("q", positive=True)


def of_positive(*equations: Expr) -> RealSolutions:
    return RealSolutions(equations, (P, Q), ())


@SYSTEMS.rule(
    "divide by a power",
    example=of_positive(2 * P ** (x - 1) * Q**y - 3 * P**x * Q ** (y - 1), P + Q - 5),
)
def divide_by_a_power(equations: Tuple, letters: Tuple, off: Tuple) -> Outcome:
    """Powers of positive numbers are not zero: divide by those of the first term."""
    for k, e in enumerate(equations):
        terms = expand(e).as_ordered_terms()
        powers = terms[0].as_independent(*letters, as_Add=False)[1]
        if e.is_rational_function(*letters) or not real(powers).is_positive:
            continue
        divided = Add(*(powsimp(expand(t / powers)) for t in terms))
        if divided.is_rational_function(*letters) and moves(divided, letters):
            return RealSolutions((*equations[:k], divided, *equations[k + 1 :]), letters, off)
    return None


@SYSTEMS.rule("one of the factors is zero", example=system(x * (y - 2), x**2 + 3 * y - 7))
def one_of_the_factors(equations: Tuple, letters: Tuple, off: Tuple) -> Outcome:
    """A product is zero where one of its factors is; what is never zero drops out."""
    for k, e in enumerate(equations):
        factors = split(e, letters)
        kept = [f for f, _ in factors if not is_never_zero(f, letters, off)]
        if len(factors) == 1 and factors[0][1] == 1 and len(kept) == 1:
            continue
        if not factors:
            continue
        systems = [
            RealSolutions((*equations[:k], f, *equations[k + 1 :]), letters, off) for f in kept
        ]
        if not systems:
            return S.EmptySet
        return systems[0] if len(systems) == 1 else AllPoints(*systems)
    return None


# ------------------------------------------------------------------ one letter less


@SYSTEMS.rule("quadratic equation", example=system(x**2 - 3 * x + 1, y - 2 * x))
def quadratic_equation(equations: Tuple, letters: Tuple, off: Tuple) -> Outcome:
    """An equation of degree 2 in one letter has two zeros, one, or none."""
    for k, (p, letter) in in_one_letter(equations, letters):
        if p.degree() != 2:
            continue
        a, b, c = p.all_coeffs()
        under = simplify(b**2 - 4 * a * c)
        if under.is_negative:
            return S.EmptySet
        given: Boolean = And(not_zero(a), true if under.is_nonnegative else under >= 0)
        roots = [simpler((-b + sign * sqrt(under)) / (2 * a)) for sign in (-1, 1)]
        systems = [
            RealSolutions((*equations[:k], letter - root, *equations[k + 1 :]), letters, off)
            for root in dict.fromkeys(roots)
        ]
        return Rewrite(AllPoints(*systems) if len(systems) > 1 else systems[0], given)
    return None


@SYSTEMS.rule("equal logarithms", example=of_positive(2 * log(P) - 2 * log(Q), P + Q - 3))
def equal_logarithms(equations: Tuple, letters: Tuple, off: Tuple) -> Outcome:
    """Positive numbers have the same logarithm only where they are equal."""
    for k, e in enumerate(equations):
        c, rest = expand(e).as_independent(*letters, as_Add=False)
        logs = rest.primitive()[1] if c == 1 else rest
        pair = sorted(logs.args, key=str) if logs.is_Add and len(logs.args) == 2 else []
        u, v = ((-t if t.could_extract_minus_sign() else t) for t in pair) if pair else (e, e)
        if isinstance(u, log) and isinstance(v, log) and logs in (u - v, v - u):
            sides = u.args[0], v.args[0]
            if all(side.is_positive for side in sides):
                rest = (*equations[:k], sides[0] - sides[1], *equations[k + 1 :])
                return RealSolutions(rest, letters, off)
    return None


@SYSTEMS.rule("solve for a letter", example=system(2 * y - x - 3, x**2 + y**2 - 5))
def solve_for_a_letter(equations: Tuple, letters: Tuple, off: Tuple) -> Outcome:
    """An equation that is linear in a letter gives it; put it into the others."""
    found = sorted(_linear(equations, letters), key=lambda each: each[0])
    if not found:
        return None
    _, k, letter, value, given = found[0]
    others = [
        e if j == k else expanded(e.xreplace({letter: value})) for j, e in enumerate(equations)
    ]
    others[k] = letter - value
    forbidden = [f.xreplace({letter: value}) for f in off]
    return Rewrite(RealSolutions(others, letters, forbidden), given)


def _linear(
    equations: Tuple, letters: Tuple
) -> Iterator[tuple[tuple[bool, bool, int, int], int, Symbol, Expr, Boolean]]:
    """How good, equation, letter, its value, condition; solved ones not.

    Best is a letter that no root or logarithm holds, multiplied by a number, with a short value.
    What it is multiplied by holds letters only where no basis can be found.
    """
    done, by_basis = solved_for(equations, letters), of_rationals(equations, letters)
    for k, e in enumerate(equations):
        if any(letter - e == value for letter, value in done.items()):
            continue
        for letter in letters:
            p = polynomial(e, letter)
            if letter in done or p is None or p.degree() != 1:
                continue
            slope, rest = p.all_coeffs()
            moving = moves(slope, letters)
            if not moving or (slope.is_nonzero and not by_basis):
                value = simpler(-rest / slope)
                size = len([s for s in letters if depends_on(value, s)])
                bends = not all(other.is_polynomial(letter) for other in equations)
                order = bends, moving, size, value.count_ops()
                yield order, k, letter, value, true if moving else not_zero(slope)


@SYSTEMS.rule("root of a number", example=system(pi * x**3 - 2, y - 2))
def root_of_a_number(equations: Tuple, letters: Tuple, off: Tuple) -> Outcome:
    """A power is a number: of odd powers one root is real, of even ones two, of opposite signs."""
    for k, (p, letter) in in_one_letter(equations, letters):
        a, *middle, c = p.all_coeffs()
        value = simplify(-c / a)
        if p.degree() < 3 or any(middle) or not value.is_real or value == 0:
            continue
        even = p.degree() % 2 == 0
        if even and not value.is_positive:
            return S.EmptySet if value.is_negative else None
        if not (value.is_positive or value.is_negative):
            return None
        size = abs(value) ** (S.One / p.degree())
        roots = [-size, size] if even else [size if value.is_positive else -size]
        systems = [
            RealSolutions((*equations[:k], letter - root, *equations[k + 1 :]), letters, off)
            for root in roots
        ]
        return AllPoints(*systems) if even else systems[0]
    return None


@SYSTEMS.rule("numbered zeros", example=system(x**5 - 2 * x - 6, y - 2))
def numbered_zeros(equations: Tuple, letters: Tuple, off: Tuple) -> Outcome:
    """A polynomial in one letter has its real zeros, in order, where no formula is at hand."""
    for k, (p, letter) in in_one_letter(equations, letters):
        rational = all(c.is_Rational for c in p.all_coeffs())
        if not 2 < p.degree() <= MOST_ZEROS or not rational:
            continue
        systems = [
            RealSolutions((*equations[:k], letter - zero, *equations[k + 1 :]), letters, off)
            for zero in real_zeros(p)
        ]
        if not systems:
            return S.EmptySet
        return systems[0] if len(systems) == 1 else AllPoints(*systems)
    return None


@SYSTEMS.rule("elimination", example=system(2 * x * y - 1, x**2 + y**2 - 3))
def elimination(equations: Tuple, letters: Tuple, off: Tuple) -> Outcome:
    """A Gröbner basis has the same zeros; its last polynomial holds the fewest letters."""
    if not of_rationals(equations, letters):
        return None
    order = tuple(reversed(letters))
    basis = groebner([e.as_expr() for e in equations], *order, order="lex").exprs
    found = RealSolutions(basis, letters, off)
    return None if set(basis) == set(equations.args) else found


u, v, w = Symbol("u"), Symbol("v"), Symbol("w")


@SYSTEMS.rule(
    "a whole curve",
    example=RealSolutions((u - 1, v**2 + 3 * w**2 - 4), (u, v, w), (u + 2,)),
)
def a_whole_curve(equations: Tuple, letters: Tuple, off: Tuple) -> Outcome:
    """Fewer equations than letters are left and points fulfil them: no single points but curves
    or surfaces."""
    fixed = any(letter.is_positive for letter in letters)
    if fixed or len(equations) >= len(letters) or not of_rationals((*equations, *off), letters):
        return None
    if any(_is_zero_on(f, equations, letters) for f in off):
        return S.EmptySet
    apart = all(common_basis((*equations, f), letters) == [1] for f in off)
    found = apart and has_a_real_point(equations, letters)
    return PointsWith(equations.args, letters) if found else None


def _is_zero_on(f: Expr, equations: Tuple, letters: Tuple) -> bool:
    return value_on(f, equations, letters) == 0


@UNIONS.rule(
    "all together",
    example=AllPoints(ImmutableMatrix([1, 2]), ImmutableMatrix([3, 4]), S.EmptySet),
)
def all_together(sets: tuple[Basic, ...]) -> Outcome:
    """The points of all cases, each once."""
    parts = dict.fromkeys(part for each in sets for part in parts_of(each))
    every = [part for part in parts if isinstance(part, PointsWith)]
    curves = [c for k, c in enumerate(every) if not any(_is_part(c, b) for b in every[k + 1 :])]
    curves = [c for k, c in enumerate(curves) if not any(_is_part(c, b) for b in curves[:k])]
    points = [part for part in parts if isinstance(part, ImmutableMatrix)]
    distinct = [p for p in points if not any(_is_on(curve, p) for curve in curves)]
    together = [ImmutableMatrix.hstack(*distinct)] if distinct else []
    if not curves:
        return together[0] if together else S.EmptySet
    return curves[0] if [*together, *curves] == curves[:1] else Tuple(*together, *curves)


def _is_part(curve: PointsWith, other: PointsWith) -> bool:
    equations, letters = curve.args
    return all(_is_zero_on(e, equations, letters) for e in other.args[0])


def _is_on(curve: PointsWith, point: ImmutableMatrix) -> bool:
    equations, letters = curve.args
    there = dict(zip(letters, point, strict=True))
    return all(vanishes(expand(e.subs(there))) for e in equations)


def parts_of(points: Basic) -> list[ImmutableMatrix | PointsWith]:
    """The columns of a set of points, and the curves of it.

    >>> parts_of(Tuple(ImmutableMatrix([[1, 2]]), PointsWith((x - y,), (x, y))))
    [Matrix([[1]]), Matrix([[2]]), PointsWith((x - y,), (x, y))]
    """
    if isinstance(points, ImmutableMatrix):
        return [points.col(k) for k in range(points.cols)]
    if isinstance(points, Tuple):
        return [part for each in points for part in parts_of(each)]
    return [points] if isinstance(points, PointsWith) else []


# ------------------------------------------------------------------ reading equations


def moves(e: Expr, letters: Tuple) -> bool:
    return any(depends_on(e, letter) for letter in letters)


def vanishes(e: Expr) -> bool:
    return bool(e == 0 or (e.is_number and e.equals(0)))


def expanded(e: Expr) -> Expr:
    """Over no denominator that is a number; roots multiplied out."""
    return expand(e)


def simpler(value: Expr) -> Expr:
    short = sqrtdenest(simplify(value)) if value.is_number else simplify(value)
    return short if short.count_ops() <= value.count_ops() else value


def polynomial(e: Expr, letter: Symbol) -> Poly | None:
    try:
        return Poly(e, letter) if e.is_polynomial(letter) and depends_on(e, letter) else None
    except PolynomialError:
        return None


def in_one_letter(equations: Tuple, letters: Tuple) -> Iterator[tuple[int, tuple[Poly, Symbol]]]:
    """The equations with one letter only, of degree 2 and above."""
    for k, e in enumerate(equations):
        there = [letter for letter in letters if depends_on(e, letter)]
        p = polynomial(e, there[0]) if len(there) == 1 else None
        if p is not None and p.degree() > 1:
            yield k, (p, there[0])


def solved_for(equations: Tuple, letters: Tuple) -> dict[Symbol, Expr]:
    """The letters that stand alone in one equation, `letter - value`, and nowhere else."""
    found: dict[Symbol, Expr] = {}
    for letter in letters:
        inside = [e for e in equations if depends_on(e, letter)]
        if len(inside) == 1 and not depends_on(letter - inside[0], letter):
            value = letter - inside[0]
            if not any(depends_on(value, other) for other in found):
                found[letter] = value
    return found


def split(e: Expr, letters: Tuple) -> list[tuple[Expr, int]]:
    """The factors that hold letters, with their powers; exponentials as they are."""
    stands = {node: Dummy(f"e{k}") for k, node in enumerate(sorted(e.atoms(exp), key=str))}
    back = {dummy: node for node, dummy in stands.items()}
    plain = expand(e).xreplace(stands) if stands else e
    try:
        factors = factor_list(together(plain).as_numer_denom()[0])[1]
    except PolynomialError:
        factors = [(f.as_base_exp()) for f in Mul.make_args(e)]
    found = [(f.xreplace(back), k) for f, k in factors]
    return [(f, k) for f, k in found if moves(f, letters)]


def is_never_zero(e: Expr, letters: Tuple, off: Tuple) -> bool:
    """exp(u), what is not zero as it is, and even powers with a positive constant."""
    if e in off.args or isinstance(e, exp) or e.is_nonzero:
        return True
    if not e.is_polynomial(*letters):
        return False
    terms = Poly(e, *letters).terms()
    even = all(k % 2 == 0 for powers, _ in terms for k in powers)
    constant = any(not any(powers) for powers, _ in terms)
    signs = {c.is_positive for _, c in terms} | {not c.is_negative for _, c in terms}
    return even and constant and len(signs) == 1
