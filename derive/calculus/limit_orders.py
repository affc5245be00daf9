"""Limits at infinity by orders of magnitude: terms and factors compared with each other.

A rule chooses its terms by a look far out (`far`); what it used of that look stands among its
premises, which are worked out like any other limit. The rules are asked for by name, by `limit`
when the others have led nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sympy import (
    Add,
    Ei,
    Expr,
    FiniteSet,
    Function,
    Mul,
    Pow,
    S,
    Symbol,
    erfc,
    erfi,
    exp,
    expand_mul,
    factorial,
    gamma,
    log,
    loggamma,
    oo,
    pi,
    polygamma,
    sqrt,
)

from derive.calculus import limit_first_term  # noqa: F401  (its rules come first)
from derive.calculus.asymptotic_series import CannotTell
from derive.calculus.limit_algebra import cancelled
from derive.calculus.limit_forms import names_the_form
from derive.calculus.limit_table import RULES, lim, powers, quotient
from derive.calculus.most_rapid import limit_at_infinity, sign_at_infinity
from derive.holes import rebuild
from derive.rules import Outcome, Rewrite
from derive.structure import depends_on, postorder

x, u, v = Symbol("x"), Symbol("u"), Symbol("v")
LARGEST = 200  # operations of what is looked at
Premise = tuple[Expr, FiniteSet]


# ------------------------------------------------------------------ a look far out


def at_large(f: Expr, x: Symbol) -> tuple[Expr, Symbol]:
    """`f` in a letter that is positive, as large x are; the letter."""
    t = Symbol(x.name, positive=True)
    return rebuild(f, {x: t}, set()), t


def far(f: Expr, x: Symbol) -> Expr | None:
    """The limit of `f` for x -> oo as far as it can be told: what rules choose by."""
    if not depends_on(f, x):
        return f
    if f.count_ops() > LARGEST:
        return None
    try:
        return limit_at_infinity(*at_large(f, x))
    except CannotTell:
        return None


def _is_positive_far_out(f: Expr, x: Symbol) -> bool:
    try:
        return f.count_ops() <= LARGEST and sign_at_infinity(*at_large(f, x)) == 1
    except CannotTell:
        return False


def shown(f: Expr, value: Expr, x: Symbol) -> tuple[Premise, ...]:
    """The premise that `f` has the limit that was seen."""
    return ((lim(f, x, oo), FiniteSet(value)),) if depends_on(f, x) else ()


def over(f: Expr, g: Expr, x: Symbol) -> Expr:
    """f/g for large x."""
    (above, t), (below, _) = at_large(f, x), at_large(g, x)
    return rebuild(one_exponential(above / below), {t: x}, set())


def one_exponential(f: Expr) -> Expr:
    """A product with its exponentials in one, and the powers that move with them."""
    moving = [k for k in Mul.make_args(f) if isinstance(k, exp) or _is_positive_power(k)]
    bases = {k.base for k in moving}
    if len(moving) < 2 or (len(bases) > 1 and S.Exp1 not in bases):
        return f
    others = Mul(*(k for k in Mul.make_args(f) if k not in moving))
    if len(bases) == 1:
        return others * moving[0].base ** expand_mul(Add(*(k.exp for k in moving)))
    return others * exp(expand_mul(Add(*(k.exp * log(k.base) for k in moving))))


def _is_positive_power(factor: Expr) -> bool:
    return isinstance(factor, Pow) and not factor.exp.is_number and bool(factor.base.is_positive)


def largest(terms: Sequence[Expr], x: Symbol) -> tuple[Expr, list[tuple[Expr, Expr]]] | None:
    """A term that no other outgrows, and the others beside it: (quotient, its limit)."""
    best = terms[0]
    for term in terms[1:]:
        ratio = far(over(term, best, x), x)
        if ratio is None:
            return None
        best = term if ratio.is_infinite else best
    beside = [over(term, best, x) for term in terms if term is not best]
    values = [far(ratio, x) for ratio in beside]
    if any(value is None or not value.is_finite for value in values):
        return None
    return best, list(zip(beside, values, strict=True))


def leading(total: Add, x: Symbol) -> tuple[Expr, Expr, tuple[Premise, ...]] | None:
    """`d, c, premises` with total/d -> c, which is not zero."""
    found = largest(total.args, x)
    if found is None:
        return None
    d, others = found
    c = 1 + Add(*(value for _, value in others))
    if c.is_zero is not False or c.is_real is not True:
        return None
    return d, c, sum((shown(ratio, value, x) for ratio, value in others), ())


# ------------------------------------------------------------------ the limit laws


@RULES.rule(
    "limits of the terms", example=lim(exp(-x) * log(x) + 2, x, oo), on=Add, on_request=True
)
def limits_of_terms(f: Add, x: Symbol, x0: Expr, d: str) -> Outcome:
    """Every term has a limit, and where some are infinite they have one sign."""
    if x0 != oo:
        return None
    values = [far(term, x) for term in f.args]
    if None in values or (oo in values and -oo in values):
        return None
    if oo not in values and -oo not in values:
        return Add(*(lim(t, x, oo) if depends_on(t, x) else t for t in f.args))
    pairs = zip(f.args, values, strict=True)
    premises = sum((shown(term, value, x) for term, value in pairs), ())
    return Rewrite(oo if oo in values else -oo, premises=premises)


@RULES.rule(
    "limits of the factors", example=lim(exp(x) * (log(x) - x), x, oo), on=Mul, on_request=True
)
def limits_of_factors(f: Mul, x: Symbol, x0: Expr, d: str) -> Outcome:
    """Every factor has a limit, and none that is infinite meets one that is zero."""
    if x0 != oo:
        return None
    values = [value for factor in f.args if (value := far(factor, x)) is not None]
    if len(values) < len(f.args):
        return None
    if oo not in values and -oo not in values:
        return Mul(*(lim(g, x, oo) if depends_on(g, x) else g for g in f.args))
    if not all(value.is_extended_positive or value.is_extended_negative for value in values):
        return None  # zero, or a letter
    pairs = zip(f.args, values, strict=True)
    premises = sum((shown(factor, value, x) for factor, value in pairs), ())
    return Rewrite(Mul(*values), premises=premises)


# ------------------------------------------------------------------ the largest term


@RULES.rule(
    "the largest term decides", example=lim(exp(sqrt(x)) - exp(x), x, oo), on=Add, on_request=True
)
@names_the_form
def largest_decides(f: Add, x: Symbol, x0: Expr, d: str) -> Outcome:
    """Divided by the term that grows fastest, the sum tends to a number that is not zero."""
    found = leading(f, x) if x0 == oo else None
    if found is None or far(found[0], x) not in (oo, -oo):
        return None
    term, c, premises = found
    value = far(term, x)
    return Rewrite(value * c, where=((u, term),), premises=(*shown(term, value, x), *premises))


@RULES.rule(
    "factors by their largest terms",
    example=lim((exp(x) + x) * exp(-x), x, oo),
    on=(Mul, Pow),
    on_request=True,
)
@names_the_form
def factors_by_largest(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """Divided by its largest term, a factor tends to a number that is not zero."""
    if x0 != oo:
        return None
    result, letters = f, []
    premises: tuple[Premise, ...] = ()
    for base, p in powers(f):
        found = leading(base, x) if isinstance(base, Add) and not depends_on(p, x) else None
        if found is None or not (p.is_integer or _is_positive_far_out(base, x)):
            continue
        term, c, shows = found
        result = result / base**p * (c * term) ** p
        letters.append((base, c * term))
        premises += shows
    return Rewrite(lim(result, x, oo), where=tuple(letters), premises=premises) if letters else None


@RULES.rule(
    "cancel far out",
    example=lim(exp(x) * (1 - 1 / (1 + exp(-x))), x, oo),
    on=(Add, Mul),
    on_request=True,
)
@names_the_form
def cancel_far_out(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """Over one denominator the terms that cancel are gone."""
    if x0 != oo:
        return None
    for g, p in powers(f):
        if depends_on(p, x) or not isinstance(g, Add) or not _has_fractions(g, x):
            continue
        if leading(g, x) is not None:
            continue
        whole = cancelled(g)
        above = quotient(whole)[0] if whole is not None and whole != g else g
        if all(not isinstance(k, Add) or leading(k, x) for k, _ in powers(above)):
            return lim(f / g**p * whole**p, x, oo)
    return None


def _has_fractions(total: Add, x: Symbol) -> bool:
    return any(
        isinstance(base, Add) and depends_on(base, x) and p.is_Integer and p.is_negative
        for term in total.args
        for base, p in powers(term)
    )


# What a function of u is equivalent to for u -> oo: their quotient tends to 1.
# fmt: off
EQUIVALENTS: dict[type, Callable[..., Expr]] = {
    loggamma:  lambda u: u * log(u),
    polygamma: lambda m, u: log(u) if m == 0 else (-1)**(m + 1) * factorial(m - 1) / u**m,
    Ei:        lambda u: exp(u) / u,
    erfc:      lambda u: exp(-u**2) / (sqrt(pi) * u),
    erfi:      lambda u: exp(u**2) / (sqrt(pi) * u),
}
# fmt: on


@RULES.rule(
    "equivalent functions", example=lim(polygamma(0, x) / log(x**2 + 1), x, oo), on_request=True
)
@names_the_form
def equivalent_functions(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """A factor may be replaced by what it is equivalent to: their quotient tends to one."""
    if x0 != oo:
        return None
    found = [(base, p, _equivalent(base, x)) for base, p in powers(f) if not depends_on(p, x)]
    changes = [(base, p, known) for base, p, known in found if known is not None]
    if not changes:
        return None
    new = Mul(f, *((simpler / base) ** p for base, p, (simpler, _) in changes))
    letters = tuple((base, simpler) for base, _, (simpler, _) in changes)
    premises = sum((shown(u, oo, x) for _, _, (_, u) in changes), ())
    return Rewrite(lim(new, x, oo), where=letters, premises=premises)


def _equivalent(g: Expr, x: Symbol) -> tuple[Expr, Expr] | None:
    """What `g` is equivalent to, and the argument that has to tend to infinity."""
    if not depends_on(g, x):
        return None
    if isinstance(g, log):
        inner = _equivalent(g.args[0], x) if far(g.args[0], x) == oo else None
        return (_plain_logarithm(inner[0], x), inner[1]) if inner is not None else None
    known = type(g) in EQUIVALENTS and not any(depends_on(a, x) for a in g.args[:-1])
    if not known or far(g.args[-1], x) != oo:
        return None
    return EQUIVALENTS[type(g)](*g.args), g.args[-1]


# ------------------------------------------------------------------ exponents and logarithms


@RULES.rule(
    "one exponential in every term",
    example=lim(exp(x) * exp(exp(-x)) - exp(x), x, oo),
    on=(Add, Mul),
    on_request=True,
)
def exponentials_of_terms(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """A product of exponentials is the exponential of the sum."""
    if x0 != oo:
        return None
    large, t = at_large(f, x)
    new = rebuild(Mul(*(_by_terms(base) ** p for base, p in powers(large))), {t: x}, set())
    return lim(new, x, oo) if new != f else None


def _by_terms(g: Expr) -> Expr:
    return Add(*(one_exponential(term) for term in g.args)) if isinstance(g, Add) else g


@RULES.rule(
    "limit of the exponent",
    example=lim(exp(x) * x ** (-log(x)), x, oo),
    on=(Mul, Pow, exp),
    on_request=True,
)
@names_the_form
def limit_of_exponent(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """A product of powers and exponentials is one exponential: the limit goes to its exponent."""
    if x0 != oo:
        return None
    fixed, moving = f.as_independent(x, as_Add=False)
    factors = Mul.make_args(moving)
    logs = [_logarithm(factor, x) for factor in factors]
    if None in logs or fixed.free_symbols or not any(_moves_above(k, x) for k in factors):
        return None
    exponent = Add(*logs)
    value = far(exponent, x)
    if value is None:
        return None
    if value.is_finite:
        return Rewrite(fixed * exp(lim(exponent, x, oo)), where=((u, exponent),))
    premises = shown(exponent, value, x)
    return Rewrite(fixed * exp(value), where=((u, exponent),), premises=premises)


def _moves_above(factor: Expr, x: Symbol) -> bool:
    return isinstance(factor, (exp, Pow)) and depends_on(factor.as_base_exp()[1], x)


def _logarithm(factor: Expr, x: Symbol) -> Expr | None:
    """log(factor) for a factor that is positive far out, and no fixed power of a sum."""
    if isinstance(factor, exp):
        return factor.args[0]
    base, p = factor.as_base_exp()
    if isinstance(base, Add) and not depends_on(p, x):
        return None
    if isinstance(base, Function) and far(base, x) == 0:
        return None  # a small quantity is better replaced by a power
    if isinstance(base, gamma) and _is_positive_far_out(base.args[0], x):
        return p * loggamma(base.args[0])
    return _log_of_factor(factor, x)


@RULES.rule(
    "in logarithms, take out the largest term",
    example=lim(log(x + exp(2 * x)) - 2 * x, x, oo),
    on_request=True,
)
@names_the_form
def logarithms_by_largest(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """The logarithm of a sum is that of its largest term and that of a factor near a number."""
    if x0 != oo:
        return None
    nodes = [n for n in dict.fromkeys(postorder(f)) if isinstance(n, log) and depends_on(n, x)]
    sums = [n for n in nodes if isinstance(n.args[0], Add)]
    changes = {n: new for n in sums if (new := _apart(n.args[0], x)) is not None}
    if not changes:
        return None
    products = [n for n in nodes if isinstance(n.args[0], (Mul, Pow))]
    changes |= {n: new for n in products if (new := _plain_logarithm(n.args[0], x)) != n}
    return Rewrite(lim(rebuild(f, changes, set()), x, oo), where=tuple(changes.items()))


def _apart(total: Add, x: Symbol) -> Expr | None:
    """log(total) as log(d) + log(total/d), d the largest term, unless total has a plain limit."""
    found = leading(total, x) if far(total, x) in (oo, S.Zero) else None
    if found is None or not found[1].is_positive:
        return None
    d = found[0].as_independent(x, as_Add=False)[1]
    if not _is_positive_far_out(d, x):
        return None
    beside = Add(*(over(term, d, x) for term in total.args))
    return _plain_logarithm(d, x) + log(beside)


def _plain_logarithm(f: Expr, x: Symbol) -> Expr:
    """log(f) by the factors of `f`, where they are positive far out."""
    logs = [_log_of_factor(factor, x) for factor in Mul.make_args(f)]
    return log(f) if None in logs else Add(*logs)


def _log_of_factor(factor: Expr, x: Symbol) -> Expr | None:
    if isinstance(factor, exp):
        return factor.args[0]
    base, p = factor.as_base_exp()
    return p * log(base) if _is_positive_far_out(base, x) else None
