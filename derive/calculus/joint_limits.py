"""Limits in several variables at once: by continuity, polar bounds, or two paths that disagree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy import (
    Abs,
    Add,
    Basic,
    Expr,
    FiniteSet,
    Limit,
    Mul,
    Ne,
    Poly,
    PolynomialError,
    S,
    Symbol,
    Tuple,
    atan,
    cos,
    cosh,
    exp,
    expand,
    gcd,
    nan,
    pi,
    sin,
    sqrt,
    together,
    zoo,
)

from derive.calculus.continuity import continuity
from derive.calculus.limit_table import FINITE, lim
from derive.calculus.nearby import nearby
from derive.engine import DOES_NOT_EXIST
from derive.holes import rebuild
from derive.numbered_roots import real_zeros
from derive.rules import ZERO, Outcome, Rewrite, RuleTable
from derive.structure import fresh, postorder


class JointLimit(Expr):
    """The limit of a function of several variables at a point: JointLimit(f, (x, y), (a, b))."""

    is_commutative = True

    @property
    def bound_symbols(self) -> list[Basic]:
        return list(self.args[1].args)

    @property
    def free_symbols(self) -> set[Basic]:
        f, letters, point = self.args
        return (f.free_symbols - set(letters.args)) | point.free_symbols

    def _sympystr(self, printer: Any) -> str:
        f, letters, point = (printer._print(part) for part in self.args)
        return f"lim_{{{letters} -> {point}}} {f}"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        f, letters, point = (printer._print(part) for part in self.args)
        return rf"\lim_{{{letters} \to {point}}} {f}"


def joint(f: Expr, letters: Tuple, point: Tuple) -> JointLimit:
    return Basic.__new__(JointLimit, f, letters, point)


RULES = RuleTable(JointLimit, lambda goal: goal.args, "limits in several variables")

x, y, r = Symbol("x"), Symbol("y"), Symbol("r")
PLANE, ORIGIN = Tuple(x, y), Tuple(S.Zero, S.Zero)
SLOPES = (S.Zero, S.One, S.NegativeOne, S(2))
# Small quantities that have nothing to do with each other: none cancels against another.
MOVES = (sin, lambda t: exp(t) - 1, atan, lambda t: t * cosh(t))
MOST_BOUND = 60  # operations of what is bounded in polar coordinates


@RULES.rule("continuous at the point", example=joint(x * y + cos(x - y), PLANE, Tuple(1, 2)))
def continuous_there(f: Expr, letters: Tuple, point: Tuple) -> Outcome:
    """The function is continuous at the point: its limit is its value there."""
    t = fresh("t", f, point)
    moving = zip(letters.args, point.args, MOVES, strict=False)
    along = {letter: a + move(t) for letter, a, move in moving}
    if len(along) < len(letters.args):
        return None
    found = continuity(rebuild(f, along, set()), t, S.Zero)
    return Rewrite(*found) if found else None


@RULES.rule("one combination of the variables", example=joint(sin(x * y) / (x * y), PLANE, ORIGIN))
def one_combination(f: Expr, letters: Tuple, point: Tuple) -> Outcome:
    """The variables are there in one combination only, which has a limit: take it as variable."""
    for inner in _combinations(f, letters):
        t = fresh("t", f, point)
        outer = _in_terms_of(f, inner, t, letters)
        if outer.free_symbols & set(letters.args):
            continue
        way = "+" if _is_sum_of_squares(inner, letters, point) else "+-"
        at = joint(inner, letters, point)
        value = rebuild(inner, dict(zip(letters.args, point.args, strict=True)), set())
        premises = ((at, FiniteSet(value)),)
        return Rewrite(lim(outer, t, value, way), where=((t, inner),), premises=premises)
    return None


def _in_terms_of(f: Expr, inner: Expr, t: Symbol, letters: Tuple) -> Expr:
    """`f` with t for the inner expression; a product x*y may stand there as factors apart."""
    outer = rebuild(f, {inner: t}, set())
    last = letters.args[-1]
    if outer.free_symbols & set(letters.args) and isinstance(inner, Mul) and last in inner.args:
        outer = rebuild(f, {last: t / (inner / last)}, set())
    return outer


def _combinations(f: Expr, letters: Tuple) -> list[Expr]:
    """Polynomials in all the variables that are arguments of functions, powers or products."""
    whole = set(letters.args)
    nodes = [n for n in postorder(f) if isinstance(n, (Add, Mul)) and n != f]
    polynomials = [n for n in nodes if n.is_polynomial(*letters.args)]
    roots = [_root(n) for n in polynomials if isinstance(n, Mul)]
    return [n for n in dict.fromkeys([*polynomials, *roots]) if whole <= n.free_symbols]


def _root(product: Mul) -> Expr:
    """x*y of x**2*y**2: the product of which it is a power, up to a number."""
    powers = [each.as_base_exp() for each in product.args if not each.is_Number]
    common = gcd([power for _, power in powers])
    return Mul(*(base ** (power / common) for base, power in powers))


def _is_sum_of_squares(g: Expr, letters: Tuple, point: Tuple) -> bool:
    """Zero at the point and positive around it: a sum of even powers of the distances."""
    terms = [t.as_coeff_Mul() for t in Add.make_args(g)]
    bases = {v - a for v, a in zip(letters.args, point.args, strict=True)}
    even = [t.as_base_exp() for _, t in terms]
    return all(c.is_positive for c, _ in terms) and all(b in bases and p.is_even for b, p in even)


@RULES.rule("one variable at a time", example=joint(sin(x) * sin(2 * y) / (x * y), PLANE, ORIGIN))
def one_variable_at_a_time(f: Expr, letters: Tuple, point: Tuple) -> Outcome:
    """Each factor depends on one variable: the limit is the product of their limits."""
    result, rest, premises = S.One, f, []
    for letter, a in zip(letters.args, point.args, strict=True):
        rest, own = rest.as_independent(letter, as_Add=False)
        if own.free_symbols & (set(letters.args) - {letter}):
            return None
        goal = lim(own, letter, a)
        premises.append((goal, FINITE))
        result *= goal
    return Rewrite(rest * result, premises=tuple(premises))


# ------------------------------------------------------------------ paths


def paths(letters: Tuple, point: Tuple, t: Symbol) -> Iterator[dict[Expr, Expr]]:
    """Ways into the point, for t -> 0 from above: lines, then parabolas and a cubic."""
    (v, w), (a, b) = letters.args, point.args
    for slope in SLOPES:
        yield {v: a + t, w: b + slope * t}
    yield {v: a, w: b + t}
    yield {v: a - t, w: b}
    for p, q in ((1, 2), (2, 1), (1, 3), (3, 1)):
        yield {v: a + t**p, w: b + t**q}
        yield {v: a + t**p, w: b - t**q}


@RULES.rule("two paths", example=joint(x * y / (x**2 + y**2), PLANE, ORIGIN))
def two_paths(f: Expr, letters: Tuple, point: Tuple) -> Outcome:
    """Along two ways into the point the function tends to different values: there is no limit."""
    if len(letters.args) != 2:
        return None
    t = fresh("t", f, point)
    along = ((way, _along(f, way)) for way in paths(letters, point, t))
    found = [(way, lim(g, t, S.Zero, "+")) for way, g in along if not g.has(nan, zoo)]
    values = {goal: nearby(goal.args[0], t, S.Zero, "+").value for _, goal in found}
    if not found:
        return None
    first_way, first = found[0]
    pairs = [(first_way, first, way, goal) for way, goal in found[1:] if goal != first]
    known = [p for p in pairs if None not in (values[p[1]], values[p[3]])]
    likely = [p for p in known if values[p[1]] != values[p[3]]]
    open_ = [p for p in pairs if p not in known]
    return [_disagreement(letters, *pair) for pair in likely[:2] + open_]


def _along(f: Expr, way: dict[Expr, Expr]) -> Expr:
    moved = rebuild(f, way, set())
    if moved.count_ops() > MOST_BOUND:
        return moved
    return moved if not moved.is_rational_function() else together(expand(moved)).cancel()


def _disagreement(
    letters: Tuple, way: dict[Expr, Expr], one: Limit, other_way: dict[Expr, Expr], other: Limit
) -> Rewrite:
    where = tuple((letters, Tuple(*w.values())) for w in (way, other_way))
    return Rewrite(DOES_NOT_EXIST, where=where, premises=(Ne(one, other),))


# ------------------------------------------------------------------ polar coordinates


@RULES.rule("polar bound", example=joint(x**2 * y / (x**2 + y**2), PLANE, ORIGIN))
def polar_bound(f: Expr, letters: Tuple, point: Tuple) -> Outcome:
    """In polar coordinates the function is at most a bound that tends to zero with the distance."""
    if len(letters.args) != 2 or f.count_ops() > MOST_BOUND:
        return None
    found = _bound(f, letters, point)
    if found is None:
        return None
    p, constant = found
    limit_of_bound = lim(constant * r**p, r, S.Zero, "+")
    phi = fresh("phi", f)
    (v, w), (a, b) = letters.args, point.args
    where = ((v, a + r * cos(phi)), (w, b + r * sin(phi)), (Abs(f), constant * r**p))
    return Rewrite(S.Zero, where=where, premises=((limit_of_bound, ZERO),))


def _bound(f: Expr, letters: Tuple, point: Tuple) -> tuple[Expr, Expr] | None:
    """`p, M` with |f| <= M*r**p close to the point and p > 0."""
    total, constant = S.Zero, S.One
    moved = rebuild(f, {v: v + a for v, a in zip(letters.args, point.args, strict=True)}, set())
    for factor in Mul.make_args(moved):
        found = _bound_of_factor(factor, letters)
        if found is None:
            return None
        total, constant = total + found[0], constant * found[1]
    return (total, constant) if total.is_positive else None


def _bound_of_factor(factor: Expr, letters: Tuple) -> tuple[Expr, Expr] | None:
    if not factor.free_symbols & set(letters.args):
        return S.Zero, Abs(factor)
    if isinstance(factor, (sin, cos)):
        return _small_sine(factor, letters) or (S.Zero, S.One)
    if isinstance(factor, atan):
        return S.Zero, pi / 2
    base, exponent = factor.as_base_exp()
    if not exponent.is_Rational:
        return None
    inner = _lowest(base, letters) if exponent > 0 else _from_below(base, letters)
    return None if inner is None else (inner[0] * exponent, inner[1] ** exponent)


def _small_sine(factor: Expr, letters: Tuple) -> tuple[Expr, Expr] | None:
    """|sin(u)| <= |u|."""
    return _bound_of_factor(factor.args[0], letters) if isinstance(factor, sin) else None


def _lowest(g: Expr, letters: Tuple) -> tuple[Expr, Expr] | None:
    """|g| <= M*r**k for r <= 1: the lowest degree of a polynomial, the sum of its coefficients."""
    g = g.args[0] if isinstance(g, Abs) else g
    try:
        terms = Poly(g, *letters.args).terms()
    except PolynomialError:
        return None
    return S(min(sum(k) for k, _ in terms)), Add(*(Abs(c) for _, c in terms))


def _from_below(g: Expr, letters: Tuple) -> tuple[Expr, Expr] | None:
    """g >= m*r**k with m > 0, for a form that vanishes at the point only."""
    try:
        form = Poly(g, *letters.args)
    except PolynomialError:
        return None
    if not form.is_homogeneous or any(k % 2 for powers, _ in form.terms() for k in powers):
        return None
    s = Symbol("s", positive=True)  # the square of the sine: cos(phi)**2 = 1 - s
    on_circle = form.as_expr().xreplace(
        dict(zip(letters.args, (sqrt(1 - s), sqrt(s)), strict=True))
    )
    least = _least_value(expand(on_circle), s)
    return None if least is None else (S(form.total_degree()), least)


def _least_value(g: Expr, s: Symbol) -> Expr | None:
    """The least value of a polynomial on [0, 1], where it is positive."""
    polynomial = g.as_poly(s) if g.has(s) else None
    if polynomial is None:
        return g if not g.has(s) and g.is_positive else None
    if any(not c.is_Rational for c in polynomial.all_coeffs()) or polynomial.count_roots(0, 1):
        return None
    ends = [polynomial.eval(0), polynomial.eval(1)]
    inside = [polynomial.eval(z) for z in real_zeros(polynomial.diff()) if 0 < z < 1]
    least = min([*ends, *inside])
    return least if least > 0 else None


@RULES.rule(
    "take off the value along one path",
    example=joint((x**2 + y**2 + x**3) / (x**2 + y**2), PLANE, ORIGIN),
)
def take_off_value(f: Expr, letters: Tuple, point: Tuple) -> Outcome:
    """Only the value along the axis can be the limit: what is left has to tend to zero."""
    if len(letters.args) != 2 or f.count_ops() > MOST_BOUND:
        return None
    t = fresh("t", f, point)
    along = _along(f, next(paths(letters, point, t)))
    if along.has(nan, zoo):
        return None
    value = nearby(along, t, S.Zero, "+").value
    if value is None or value == 0 or not value.is_finite:
        return None
    return value + joint(together(f - value).factor(), letters, point)


@RULES.rule(
    "sum of the limits", example=joint(x**2 * y / (x**2 + y**2) + x * y, PLANE, ORIGIN), on=Add
)
def sum_of_joint_limits(f: Add, letters: Tuple, point: Tuple) -> Outcome:
    """The limit of a sum is the sum of the limits, where all of them are finite."""
    moving = [term for term in f.args if term.free_symbols & set(letters.args)]
    rest = Add(*(term for term in f.args if term not in moving))
    return rest + Add(*(joint(term, letters, point) for term in moving))
