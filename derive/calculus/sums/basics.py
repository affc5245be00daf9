"""Sums that are read off: none, one or a few terms, constants, linearity, several indices."""

from __future__ import annotations

from sympy import Add, Expr, Mul, Pow, S, Sum, Symbol, binomial, expand, expand_mul, oo

from derive.calculus.sums.operators import Rules, at_places, sigma
from derive.rules import Outcome, Rewrite
from derive.structure import depends_on

x, y = Symbol("x"), Symbol("y")
k, j, n = (Symbol(name, integer=True) for name in "kjn")
RULES = Rules()
LINEARITY = Rules()
LATE = Rules()

FEW, MANY = 4, 60
LARGEST_BELOW = 6


@RULES.table.rule(
    "one index after the other", example=Sum(x * j * k, (j, 1, k), (k, 1, n)), whole=True
)
def iterated_sum(goal: Sum) -> Outcome:
    """Sum over the innermost index first; the others are constants there."""
    f, *ranges = goal.args
    if len(ranges) < 2:
        return None
    for each in ranges:
        f = sigma(f, *each)
    return f


@RULES.finite("no terms", example=sigma(x**k, k, n + 1, n))
def no_terms(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """There is nothing to add up."""
    return S.Zero if (b - a + 1).expand() == 0 else None


@RULES.any("zeros", example=sigma(S.Zero, k, 1, oo))
def zeros(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """A sum of zeros is zero."""
    return S.Zero if f == 0 else None


@RULES.finite("one term", example=sigma(x**k / (k + 1), k, n, n))
def one_term(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """The only term is the sum."""
    return f.subs(k, a) if a == b else None


@RULES.finite("a few terms", example=sigma(x**k / (k + 1), k, 0, 3))
def few_terms(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """Add the few terms up."""
    length = b - a
    if not length.is_Integer or not 0 < length < FEW:
        return None
    return Add(*at_places(f, k, a, int(length) + 1))


@RULES.finite("constant terms", example=sigma(x, k, 1, n))
def constant_terms(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """The same term again and again: it times their number."""
    return f * (b - a + 1).expand() if not depends_on(f, k) else None


@LINEARITY.any("constant factor", example=sigma(3 * x / k**2, k, 1, oo), on=Mul)
def constant_factor(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """A constant factor stays in front."""
    fixed, moving = f.as_independent(k, as_Add=False)
    return fixed * sigma(moving, k, a, b) if fixed != 1 and moving != 1 else None


@LINEARITY.any("sum rule", example=sigma(1 / k**2 + 1 / k**4, k, 1, oo), on=Add)
def sum_rule(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """Sum term by term."""
    fixed, moving = f.as_independent(k, as_Add=True)
    terms = [fixed] if fixed != 0 else []
    return Add(*(sigma(term, k, a, b) for term in (*terms, *Add.make_args(moving))))


@LINEARITY.any("binomial coefficient as a polynomial", example=sigma(1 / binomial(k, 2), k, 2, oo))
def small_binomial(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """A binomial coefficient with a small number below is a polynomial."""
    found = [c for c in f.atoms(binomial) if c.args[1].is_Integer]
    small = {c: c.expand(func=True) for c in found if 0 < c.args[1] <= LARGEST_BELOW}
    changed = f.xreplace(small)
    return sigma(changed, k, a, b) if changed != f else None


@LINEARITY.any("multiply out", example=sigma(k * (k + 1), k, 1, n), on=(Mul, Pow))
def multiply_out(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """Multiply out, and sum term by term."""
    expanded = expand_mul(expand(f, power_exp=False, power_base=False, log=False, func=False))
    if not expanded.is_Add or len(expanded.args) > 30:
        return None
    return sigma(expanded, k, a, b)


@LATE.finite("add the terms up", example=sigma(1 / (k**2 + x), k, 1, 8))
def add_up(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """No formula is needed: add the terms up one by one."""
    length = b - a
    if not length.is_Integer or not 0 < length < MANY:
        return None
    return Add(*at_places(f, k, a, int(length) + 1))


@LATE.finite("backwards", example=sigma(x**k / (k**2 + 20), k, 5, 0))
def backwards(f: Expr, k: Symbol, a: Expr, b: Expr) -> Outcome:
    """From above to below: minus the terms strictly between (Karr's convention)."""
    length = b - a
    if not length.is_Integer or length > -2:
        return None
    return Rewrite(-sigma(f, k, b + 1, a - 1))
