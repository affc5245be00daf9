"""What sets g = 0 are like, and functions on them: bounded, regular, continuous, bent one way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from itertools import combinations, product

from sympy import (
    Add,
    Expr,
    ImmutableMatrix,
    Mul,
    Poly,
    Rational,
    Symbol,
    Tuple,
    expand,
    gcd,
    groebner,
    reduced,
)
from sympy.functions import atan, cos, cosh, exp, sin, sinh, tanh

from derive.structure import depends_on

x, y, z = Symbol("x"), Symbol("y"), Symbol("z")
CONTINUOUS = (exp, sin, cos, sinh, cosh, tanh, atan)  # everywhere
SMALL = (0, 1, -1, Rational(1, 2), -Rational(1, 2), 2, -2)


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
            if group and keeps_in_bounds(g, group)
        ), None)  # fmt: skip
        if more is None:
            return False
        held.update(more)
    return True


def _polynomials(letters: Tuple, constraints: Tuple) -> list[Expr]:
    return [g for g in constraints if g.is_polynomial(*letters)]


def keeps_in_bounds(g: Expr, group: list[Symbol]) -> bool:
    """The terms of highest degree grow in every direction, with numbers as coefficients."""
    p = Poly(g, *group)
    degree = p.total_degree()
    top = [(powers, c) for powers, c in p.terms() if sum(powers) == degree]
    if not all(c.is_number and c.is_real for _, c in top):
        return False
    if len(group) == 1:
        return degree > 0
    leading = leading_terms(g, group)
    return any(_grows(side * leading, group, degree) for side in (1, -1))


def grows_far_away(f: Expr, letters: Tuple) -> bool:
    """Whether the terms of highest degree of a polynomial are positive in every direction.

    >>> grows_far_away(x**2 + x*y + y**2 - 7*x, Tuple(x, y)), grows_far_away(x**2 + y, Tuple(x, y))
    (True, False)
    """
    if not of_rationals((f,), letters):
        return False
    return _grows(leading_terms(f, list(letters)), list(letters), degree_in(f, letters))


def leading_terms(f: Expr, group: list[Symbol]) -> Expr:
    terms = Poly(f, *group).terms()
    degree = max(sum(powers) for powers, _ in terms)
    return Add(
        *(
            c * Mul(*(s**k for s, k in zip(group, powers, strict=True)))
            for powers, c in terms
            if sum(powers) == degree
        )
    )


def _grows(form: Expr, group: list[Symbol], degree: int) -> bool:
    if degree == 2:
        half = bends(form, Tuple(*group))
        return half is not None and all(
            half[:k, :k].det().is_positive for k in range(1, len(group) + 1)
        )
    terms = Poly(form, *group).terms()
    even = all(k % 2 == 0 for powers, _ in terms for k in powers)
    alone = {s for powers, _ in terms for s, k in zip(group, powers, strict=True) if k == degree}
    return even and len(alone) == len(group) and all(c.is_positive for _, c in terms)


def is_regular(letters: Tuple, constraints: Tuple) -> bool:
    """Whether the gradients of the constraints are independent on all of the set: one minor of
    their Jacobian is nowhere 0, or 1 is a combination of the constraints and the minors (Hilbert's
    Nullstellensatz).

    >>> is_regular(Tuple(x, y), Tuple(x**2 + y**2 - 1)), is_regular(Tuple(x, y), Tuple(x**2 - y**3))
    (True, False)
    """
    minors = minors_of(letters, constraints)
    if any(m.is_nonzero for m in minors):
        return True
    return of_rationals((*constraints, *minors), letters) and common_basis(
        (*constraints, *minors), letters
    ) == [1]


def minors_of(letters: Tuple, constraints: Tuple) -> list[Expr]:
    """Those of the Jacobian of the constraints: all 0 where the gradients are dependent.

    >>> minors_of(Tuple(x, y), Tuple(x**2 - y**3))
    [2*x, -3*y**2]
    """
    slopes = ImmutableMatrix([[g.diff(s) for s in letters] for g in constraints])
    columns = combinations(range(len(letters)), len(constraints))
    minors = (slopes.extract(list(range(slopes.rows)), list(k)).det() for k in columns)
    return [expand(m) for m in minors if expand(m) != 0]


def of_rationals(formulas: Iterable[Expr], letters: Iterable[Symbol]) -> bool:
    """Whether these are polynomials with rational coefficients."""
    every = list(formulas)
    if not all(e.is_polynomial(*letters) for e in every):
        return False
    return all(c.is_Rational for e in every for c in Poly(e, *letters).coeffs())


def common_basis(formulas: Iterable[Expr], letters: Tuple) -> list[Expr]:
    """A Gröbner basis: polynomials that vanish where the others do."""
    return list(groebner([e for e in formulas if e != 0], *letters, domain="QQ").exprs)


def value_on(f: Expr, formulas: Iterable[Expr], letters: Tuple) -> Expr | None:
    """The number that f is wherever these polynomials are 0; None where that is not seen.

    >>> value_on(x**2 + y**2 + 3, [x**2 + y**2 - 1], Tuple(x, y))
    4
    """
    every = list(formulas)
    if not of_rationals((f, *every), letters):
        return None
    rest = reduced(f, common_basis(every, letters), *letters)[1]
    return rest if rest.is_number else None


def has_a_real_point(formulas: Iterable[Expr], letters: Tuple) -> bool:
    """Whether there is a point where these polynomials are 0: letters that stand alone are put in,
    then all others but one are small numbers.

    >>> has_a_real_point([x + y, y**2 + x*z - 2], Tuple(x, y, z)), has_a_real_point([x**2 + 1],
    ...                                                                             Tuple(x, y))
    (True, False)
    """
    left, free = [e for e in common_basis(formulas, letters) if e != 0], list(letters)
    while found := next(_alone(left, free), None):
        letter, value = found
        free.remove(letter)
        left = [e for e in (expand(e.subs(letter, value)) for e in left) if e != 0]
    return any(_solvable(left, last, [s for s in free if s != last]) for last in free) or not left


def _alone(formulas: list[Expr], letters: list[Symbol]) -> Iterator[tuple[Symbol, Expr]]:
    """A letter in a formula that is linear in it, times a number, and what it is then."""
    for e in formulas:
        for s in letters:
            slope = e.diff(s)
            if slope.is_number and slope != 0:
                yield s, expand(s - e / slope)


def _solvable(formulas: list[Expr], last: Symbol, others: list[Symbol]) -> bool:
    for values in product(SMALL, repeat=len(others)):
        there = (e.subs(dict(zip(others, values, strict=True))) for e in formulas)
        left = [Poly(e, last) for e in there if e != 0]
        common = reduce(gcd, left) if left else None
        if common is None or (common.degree() > 0 and common.count_roots() > 0):
            return True
    return False


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


def degree_in(g: Expr, letters: Tuple) -> int:
    return Poly(g, *letters).total_degree() if g.is_polynomial(*letters) else -1


def bends(f: Expr, letters: Tuple) -> ImmutableMatrix | None:
    """The Hessian of a quadratic function with numbers as coefficients."""
    if degree_in(f, letters) != 2:
        return None
    found = ImmutableMatrix([[f.diff(s, t) for t in letters] for s in letters])
    return found if all(entry.is_Rational for entry in found) else None


def nowhere_negative(matrix: ImmutableMatrix) -> bool:
    """All principal minors, not only the leading ones, are positive or zero."""
    sizes = range(1, matrix.rows + 1)
    chosen = (list(k) for size in sizes for k in combinations(range(matrix.rows), size))
    return all(matrix.extract(k, k).det().is_nonnegative for k in chosen)
