"""Limits by growth, L'Hopital's rule and Taylor's theorem, logarithms, one side after the other.

These are the rules for forms such as 0/0, oo/oo, 0*oo and oo - oo that algebra has not resolved.
"""

from __future__ import annotations

from sympy import (
    Add,
    And,
    Derivative,
    Eq,
    Expr,
    Function,
    Mul,
    Ne,
    Pow,
    S,
    Subs,
    Symbol,
    cos,
    exp,
    log,
    oo,
    powdenest,
    sin,
    sqrt,
    tan,
    together,
)

from derive.calculus import growth as g
from derive.calculus import limit_laws  # noqa: F401  (its rules come first)
from derive.calculus.asymptotics import Nearby, dominant
from derive.calculus.continuity import leading_term
from derive.calculus.jumps import JUMPS
from derive.calculus.limit_algebra import cancelled
from derive.calculus.limit_forms import names_the_form
from derive.calculus.limit_table import INFINITE, RULES, lim, look, powers, quotient
from derive.calculus.nearby import nearby
from derive.engine import DOES_NOT_EXIST
from derive.holes import rebuild
from derive.rules import ZERO, Outcome, Rewrite
from derive.structure import D, depends_on, fresh, postorder

x, u, v = Symbol("x"), Symbol("u"), Symbol("v")


# ------------------------------------------------------------------ growth


@RULES.rule("comparison of growth", example=lim(x**5 / exp(x), x, oo), on=(Mul, Pow))
@names_the_form
def comparison_of_growth(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """Exponentials outgrow powers, and powers outgrow logarithms."""
    if any(isinstance(base, Add) for base, _ in powers(f)):
        return None
    found = look(f, x, x0, d)
    if found.value not in (S.Zero, oo, -oo) or found.growth is None:
        return None
    return found.value


@RULES.rule("take out the dominant term", example=lim((3 * x**2 + 1) / (2 * x**2 - x), x, oo))
@names_the_form
def dominant_term(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """Take the fastest growing term out of every sum; what is left beside it tends to zero."""
    if x0 != oo or not isinstance(f, (Add, Mul, Pow)):
        return None
    if isinstance(f, Add):
        found = _taken_out(f, x)
        return _rewritten(f, found[0] * found[1], found[2], x) if found else None
    result, given = S.One, S.true
    for base, p in powers(f):
        found = _taken_out(base, x) if isinstance(base, Add) and not depends_on(p, x) else None
        if found is None:
            result *= base**p
        else:
            result *= positive_power(found[0], p, x) * found[1] ** p
            given = And(given, found[2])
    return _rewritten(f, result, given, x)


def _rewritten(f: Expr, new: Expr, given: Expr, x: Symbol) -> Outcome:
    new = positive_power(new, S.One, x) if not new.has(Add) else new
    return Rewrite(lim(new, x, oo), given) if new != f else None


def _taken_out(total: Add, x: Symbol) -> tuple[Expr, Expr, Expr] | None:
    """total = d*rest with d the fastest growing term, without its constant factor."""
    if not depends_on(total, x):
        return None
    terms = [_flat(term, x) for term in total.args]
    parts = [nearby(term, x, oo, "-") for term in terms]
    largest = dominant(parts)
    if largest is None:
        return _by_degree(total, x)
    if not largest.growth:
        return None
    best = _index_of(largest.growth, parts)
    d = terms[best].as_independent(x, as_Add=False)[1]
    d = Mul(*(b**p for b, p in powers(d) if not _settles(b**p, x)))
    if d == 1:
        return None
    return d, Add(*(positive_power(term / d, S.One, x) for term in terms)), S.true


def _index_of(largest: g.Growth, parts: list[Nearby]) -> int:
    """The first term that grows as fast as the largest."""
    same = (p.growth is not None and g.compared(p.growth, largest) == 0 for p in parts)
    return list(same).index(True)


def _settles(factor: Expr, x: Symbol) -> bool:
    found = nearby(factor, x, oo, "-")
    return found.finite and found.value != 0


def _by_degree(total: Add, x: Symbol) -> tuple[Expr, Expr, Expr] | None:
    """The same for a polynomial with letters in it: its leading coefficient must not vanish."""
    if not total.is_polynomial(x):
        return None
    whole = total.as_poly(x)
    if whole is None or whole.degree() == 0:
        return None
    d = x ** whole.degree()
    return d, Add(*(c * x ** k[0] / d for k, c in whole.terms())), Ne(whole.LC(), 0)


def _flat(term: Expr, x: Symbol) -> Expr:
    """A term whose roots have their own dominant terms taken out: sqrt(x**2 + 1) = x*sqrt(...)."""
    result = S.One
    for base, p in powers(term):
        found = None
        if isinstance(base, Add) and not depends_on(p, x):
            found = _taken_out_plain(base, x)
        result *= base**p if found is None else positive_power(found[0], p, x) * found[1] ** p
    return result


def _taken_out_plain(total: Add, x: Symbol) -> tuple[Expr, Expr] | None:
    parts = [nearby(term, x, oo, "-") for term in total.args]
    largest = dominant(parts)
    if largest is None or not largest.growth:
        return None
    best = _index_of(largest.growth, parts)
    d = total.args[best].as_independent(x, as_Add=False)[1]
    return d, Add(*(positive_power(term / d, S.One, x) for term in total.args))


def positive_power(f: Expr, p: Expr, x: Symbol) -> Expr:
    """f**p simplified for a large x, which is positive."""
    t = Symbol(x.name, positive=True)
    moved = rebuild(f, {x: t}, set()) ** p
    moved = powdenest(moved, force=True) if moved.has(Pow) else moved
    return rebuild(moved, {t: x}, set())


@RULES.rule(
    "inside the logarithm, take out the dominant term", example=lim(log(1 + exp(x)) - x, x, oo)
)
@names_the_form
def logarithm_of_dominant(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """log(d*(1 + r)) = log(d) + log(1 + r), with r tending to zero."""
    if x0 != oo or not isinstance(f, (Add, Mul)):
        return None
    inner = [n for n in postorder(f) if isinstance(n, log) and isinstance(n.args[0], Add)]
    changes = {}
    for node in inner:
        found = _taken_out_plain(node.args[0], x) if depends_on(node, x) else None
        if found is not None and nearby(node.args[0], x, oo, "-").sign == 1:
            changes[node] = _plain_log(found[0], x) + log(found[1])
    if not changes:
        return None
    return lim(rebuild(f, changes, set()).expand(), x, x0, d)


def _plain_log(f: Expr, x: Symbol) -> Expr:
    """log(f) for a product of powers of positive things."""
    terms = []
    for base, p in powers(f):
        terms.append(base.args[0] * p if isinstance(base, exp) else p * log(base))
    return Add(*terms)


@RULES.rule("the other way round", example=lim((x + 1) / sqrt(x**2 + 1), x, -oo))
def other_way_round(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """Replace x by -t, so that t tends to plus infinity."""
    if x0 != -oo:
        return None
    t = fresh("t", f)
    return Rewrite(lim(rebuild(f, {x: -t}, set()), t, oo), where=((x, -t),))


# ------------------------------------------------------------------ Taylor and L'Hopital

LARGEST = 60  # operations of what is differentiated
TEDIOUS = 4  # so often L'Hopital's rule would have to be used: Taylor's theorem is shorter


@RULES.rule("reciprocal variable", example=lim(x**3 * (1 / x - sin(1 / x)), x, oo))
def reciprocal_variable(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """Put x = 1/t: infinity becomes zero from the right."""
    functions = (n for n in postorder(f) if isinstance(n, Function))
    if x0 != oo or not any(_in_reciprocal(n, x) for n in functions):
        return None
    t = fresh("t", f)
    return Rewrite(lim(rebuild(f, {x: 1 / t}, set()), t, S.Zero, "+"), where=((x, 1 / t),))


def _in_reciprocal(f: Expr, x: Symbol) -> bool:
    return any(isinstance(n, Pow) and n.base == x and n.exp.is_negative for n in postorder(f))


def _quotients(f: Expr, x: Symbol, x0: Expr, d: str) -> list[tuple[Expr, Expr]]:
    """Ways to write f as u/v of the form 0/0 or oo/oo."""
    above, below = quotient(f)
    found = [(above, below)] if depends_on(below, x) and depends_on(above, x) else []
    if isinstance(f, Mul):
        logs = Mul(*(factor for factor in f.args if factor.has(log)))
        if logs != 1 and logs != f:
            found.append((logs, logs / f))
        for factor in f.args:
            if depends_on(factor, x) and factor != f:
                found.append((factor, factor / f))
                found.append((f / factor, 1 / factor))
    return [pair for pair in dict.fromkeys(found) if _indeterminate(*pair, x, x0, d)]


def _indeterminate(above: Expr, below: Expr, x: Symbol, x0: Expr, d: str) -> bool:
    top, bottom = look(above, x, x0, d), look(below, x, x0, d)
    if bottom.value == 0:
        return top.value == 0
    return bottom.infinite and not top.finite


@RULES.rule("L'Hopital's rule", example=lim((x - sin(x)) / x**3, x, 0), on=(Mul, Pow))
@names_the_form
def lhopital(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """Both tend to zero, or the denominator to infinity: take the quotient of the derivatives."""
    if f.has(*JUMPS) or f.count_ops() > LARGEST:
        return None
    if x0 in (oo, -oo) and (_oscillates(f, x, x0, d) or _is_tower(f, x)):
        return None
    terms = _first_terms(f, x, x0)
    if terms and max(order for _, _, order, _ in terms) >= TEDIOUS:
        return None
    found = [r for pair in _quotients(f, x, x0, d) if (r := _derivatives(f, *pair, x, x0, d))]
    return sorted(found, key=lambda r: r.equals.args[0].count_ops())[:2]


def _oscillates(f: Expr, x: Symbol, x0: Expr, d: str) -> bool:
    nodes = (n for n in postorder(f) if isinstance(n, (sin, cos, tan)) and depends_on(n, x))
    return any(not look(n.args[0], x, x0, d).finite for n in nodes)


def _is_tower(f: Expr, x: Symbol) -> bool:
    """An exponential of an exponential: the derivatives only grow."""
    outer = (n for n in postorder(f) if isinstance(n, exp) and depends_on(n, x))
    inner = (m for n in outer for m in postorder(n.args[0]) if isinstance(m, exp))
    return any(depends_on(m, x) for m in inner)


def _derivatives(f: Expr, above: Expr, below: Expr, x: Symbol, x0: Expr, d: str) -> Rewrite | None:
    du, dv = above.diff(x), below.diff(x)
    if dv == 0 or du.has(Derivative, Subs) or dv.has(Derivative, Subs):
        return None
    new = _shortest(du, dv)
    if new.count_ops() > 3 * f.count_ops() + 10 or not depends_on(new / f, x):
        return None
    kind = ZERO if look(below, x, x0, d).value == 0 else INFINITE
    premises = ((lim(above, x, x0, d), kind), (lim(below, x, x0, d), kind))
    where = ((u, above), (v, below), (D(u, x), du), (D(v, x), dv))
    return Rewrite(lim(new, x, x0, d), where=where, premises=premises)


def _shortest(du: Expr, dv: Expr) -> Expr:
    plain = du / dv
    forms = [plain, together(plain)]
    smaller = cancelled(plain)
    forms += [smaller] if smaller is not None else []
    return min(forms, key=lambda form: form.count_ops())


@RULES.rule("Taylor's theorem", example=lim((cos(x) - 1 + x**2 / 2) / x**4, x, 0), on=(Mul, Pow))
@names_the_form
def taylor(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """Near the point each factor behaves as the first term of its Taylor series."""
    terms = _first_terms(f, x, x0)
    if terms is None:
        return None
    leading = [(base, p, c * (x - x0) ** order) for base, p, order, c in terms]
    result = Mul(*(term**p for _, p, term in leading))
    where = tuple((base, term) for base, _, term in leading)
    if result == f:
        return None
    return Rewrite(lim(result, x, x0, d) if depends_on(result, x) else result, where=where)


def _first_terms(f: Expr, x: Symbol, x0: Expr) -> list[tuple[Expr, Expr, int, Expr]] | None:
    """base, exponent, order and coefficient of the first Taylor term of every factor."""
    if x0 in (oo, -oo) or f.has(*JUMPS):
        return None
    found = []
    for base, p in powers(f):
        term = leading_term(base, x, x0) if p.is_Integer else None
        if term is None:
            return None
        found.append((base, p, *term))
    return found


# ------------------------------------------------------------------ powers, change of variable


@RULES.rule("logarithm of a power", example=lim(x**x, x, 0, "+"), on=Pow)
@names_the_form
def logarithm_of_power(f: Pow, x: Symbol, x0: Expr, d: str) -> Outcome:
    """Write u**v as exp(v*log(u)) and take the limit of the exponent."""
    base, p = f.args
    if not (depends_on(base, x) and depends_on(p, x)):
        return None
    known = look(base, x, x0, d)
    if known.sign != 1:
        return None
    return Rewrite(exp(lim(p * log(base), x, x0, d)), where=((u, base), (v, p)))


# ------------------------------------------------------------------ one side after the other


@RULES.rule("both one-sided limits", example=lim((1 + exp(1 / x)) ** (x**2), x, 0))
def both_sides(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """The two-sided limit is what the limits from the right and from the left have in common."""
    if d != "+-":
        return None
    right, left = lim(f, x, x0, "+"), lim(f, x, x0, "-")
    agree = Rewrite(right, premises=(Eq(right, left),))
    return [agree, Rewrite(DOES_NOT_EXIST, premises=(Ne(right, left),))]
