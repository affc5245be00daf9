"""A new variable in a definite integral: the bounds change with it, nothing is put back."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import (
    Add,
    Dummy,
    Expr,
    Integral,
    Mul,
    Pow,
    S,
    Symbol,
    atan,
    cancel,
    cos,
    cot,
    exp,
    expand_mul,
    log,
    oo,
    pi,
    sin,
    sinc,
    sqrt,
    tan,
    together,
)
from sympy.simplify.fu import TR8

from derive.calculus.integrals.definite.symmetry import agree, combined, has_log_of_function
from derive.calculus.integrals.operators import Between, Rules, definite, linear
from derive.calculus.integrals.zeros import numeric
from derive.core import Letters
from derive.rules import Outcome, Rewrite
from derive.structure import depends_on, fresh, postorder

x = Symbol("x")
WAVY = x**2 + 3 + sin(x)  # where it is zero on the half line is not found out
EARLY = Rules()
RULES = Rules()


def changed(f: Expr, x: Symbol, g: Expr, u: Symbol, a: Expr, b: Expr) -> tuple[Expr, Letters]:
    """The integral of f(x) at x = g(u), from u = a to u = b, and the letters of the change."""
    positive = Dummy(u.name, positive=True)
    h = f.xreplace({x: g.xreplace({u: positive})}) * g.diff(u).xreplace({u: positive})
    h = _tidy(h.xreplace({positive: u}), u)
    return definite(h, u, a, b), ((x, g), (Symbol(f"d{x.name}"), g.diff(u) * Symbol(f"d{u.name}")))


def _tidy(h: Expr, u: Symbol) -> Expr:
    forms = [h, together(h), cancel(together(h))]
    return min(forms, key=lambda form: form.count_ops())


@EARLY.definite("logarithm as the variable", example=Integral(log(log(1 / x)), (x, 0, 1)))
def logarithm_as_variable(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """With x = exp(-t) the interval from 0 to 1 becomes the half line."""
    logs = [g for g in postorder(f) if isinstance(g, log) and g.args[0] in (x, 1 / x)]
    if (a, b) != (S.Zero, S.One) or not logs or not _needs_it(f, x, logs):
        return None
    t = fresh("t", f, x)
    known = Dummy("t", positive=True)
    places = {g: -known if g.args[0] == x else known for g in logs}
    h = f.xreplace(places).xreplace({x: exp(-known)}) * exp(-known)
    h = expand_mul(h) if h.is_Mul and any(g.is_Add for g in h.args) else h
    integral = definite(h.xreplace({known: t}), t, S.Zero, oo)
    return Rewrite(integral, where=((x, exp(-t)), (Symbol(f"d{x.name}"), -exp(-t) * Symbol("dt"))))


def _needs_it(f: Expr, x: Symbol, logs: list[Expr]) -> bool:
    """A logarithm or a fractional power of a logarithm is in it: parts lead nowhere."""
    for g in postorder(f):
        if isinstance(g, log) and any(inner in g.args[0].atoms(log) for inner in logs):
            return True
        if isinstance(g, Pow) and g.has(*logs) and not g.exp.is_integer:
            return True
    return False


@EARLY.definite("scale the variable", example=Integral(log(sin(2 * x)), (x, 0, pi / 2)))
def scale(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """Take the multiple of x that stands under the logarithm as the variable."""
    if not has_log_of_function(f, x):
        return None
    functions = [g for g in postorder(f) if g.is_Function and depends_on(g, x)]
    inner = [g.args[0] for g in functions if not g.args[0].has(*functions)]
    lines = [linear(u, x) for u in inner]
    if not lines or None in lines or any(line[1] != 0 for line in lines):  # type: ignore[index]
        return None
    k = lines[0][0]  # type: ignore[index]
    if k == 1 or not k.is_positive or any(line[0] != k for line in lines):  # type: ignore[index]
        return None
    u = fresh("u", f, x)
    integral = definite(f.subs(x, u / k), u, a * k, b * k)
    return Rewrite(
        integral / k, where=((u, k * x), (Symbol(f"d{u.name}"), k * Symbol(f"d{x.name}")))
    )


@EARLY.definite("tangent as the variable", example=Integral(log(1 + x) / (1 + x**2), (x, 0, 1)))
def tangent(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """With x = tan(t), dx/(1 + x**2) is dt."""
    bounds = [atan(end) for end in (a, b)]
    if not isinstance(f * (1 + x**2), log):
        return None
    t = fresh("t", f, x)
    h = (f * (1 + x**2)).subs(x, tan(t)).subs(1 + tan(t) ** 2, cos(t) ** -2)
    return Rewrite(definite(h, t, *bounds), where=((x, tan(t)),))


@EARLY.definite(
    "sine as the variable, for a quotient under the root",
    example=Integral(sqrt((1 - x) / (1 + x)), (x, -1, 1)),
)
def sine_for_quotient(f: Expr, x: Symbol, a: Expr, b: Expr) -> Iterator[Rewrite]:
    """With x = r*sin(t), the root of (r - x)/(r + x) is (1 - sin(t))/cos(t)."""
    if any(isinstance(g, Pow) and _is_quotient(g.base, x) for g in postorder(f)):
        yield from _with_sine(f, x, a, b)


def _is_quotient(base: Expr, x: Symbol) -> bool:
    return depends_on(together(base).as_numer_denom()[1], x)


@EARLY.definite("sine as the variable", example=Integral(1 / (x + sqrt(1 - x**2)), (x, 0, 1)))
def sine(f: Expr, x: Symbol, a: Expr, b: Expr) -> Iterator[Rewrite]:
    """With x = r*sin(t), sqrt(r**2 - x**2) is r*cos(t)."""
    sums = [g for g in postorder(f) if g.is_Add and depends_on(g, x)]
    if any(isinstance(term, Pow) and not term.exp.is_integer for g in sums for term in g.args):
        yield from _with_sine(f, x, a, b)


def _with_sine(f: Expr, x: Symbol, a: Expr, b: Expr) -> Iterator[Rewrite]:
    for radius, root in _roots(f, x):
        if (b - radius).is_zero and (a == 0 or (a + radius).is_zero):
            t = fresh("t", f, x)
            low = S.Zero if a == 0 else -pi / 2
            h = f.xreplace(root).subs(x, radius * sin(t)).subs(_C, cos(t)) * radius * cos(t)
            h = combined(h, t) or h
            original = f.subs(x, radius * sin(t)) * radius * cos(t)
            if agree(h, original, t, low, pi / 2):
                yield Rewrite(definite(h, t, low, pi / 2), where=((x, radius * sin(t)),))


_C = Dummy("cosine", positive=True)


def _roots(f: Expr, x: Symbol) -> Iterator[tuple[Expr, dict[Expr, Expr]]]:
    """The radius, and what the roots of r**2 - x**2, (r - x)/(r + x) are with r*cos(t)."""
    for g in postorder(f):
        if not (isinstance(g, Pow) and g.exp.is_Rational and g.exp.q == 2):
            continue
        square = (g.base + x**2).expand()
        if not depends_on(square, x) and square.is_positive:
            radius = sqrt(square)
            yield radius, {g: (radius * _C) ** (2 * g.exp)}
        top, bottom = together(g.base).as_numer_denom()
        for above, below, sign in ((top, bottom, 1), (bottom, top, -1)):
            radius = (above + x).expand()
            if not depends_on(radius, x) and (below - radius - x).expand() == 0 and bottom != 1:
                root = (radius - x) / (radius * _C)
                yield radius, {g: root ** (2 * g.exp * sign)}


# ------------------------------------------------------------------ sums, constant factors


@RULES.definite("sum rule, definite", example=Integral(sinc(x) + x, (x, 0, 1)))
def sum_rule(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """Integrate a sum term by term, where every term has an integral."""
    terms = Add.make_args(f if f.is_Add else expand_mul(f))
    if len(terms) < 2 or len(terms) > 8:
        return None
    return Add(*(definite(term, x, a, b) for term in terms))


@RULES.definite("constant multiple, definite", example=Integral(3 * sinc(x), (x, 0, 1)))
def constant_multiple(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """A constant factor stays in front."""
    fixed, moving = f.as_independent(x, as_Add=False)
    return fixed * definite(moving, x, a, b) if fixed != 1 and isinstance(f, Mul) else None


@RULES.definite(
    "logarithm of a product, definite", example=Integral(log(x**2 * sinc(x)), (x, 0, 1))
)
def logarithm_of_product(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """The logarithm of a product is a sum of logarithms, where the factors are positive."""
    changes = {}
    for g in postorder(f):
        if isinstance(g, log) and depends_on(g, x) and (g.args[0].is_Mul or g.args[0].is_Pow):
            parts = [factor.as_base_exp() for factor in Mul.make_args(g.args[0])]
            changes[g] = Add(*(power * log(base) for base, power in parts))
    if not changes:
        return None
    h = f.xreplace(changes)
    return definite(expand_mul(h), x, a, b) if agree(h, f, x, a, b) else None


# ------------------------------------------------------------------ waves, exponentials, parts


@RULES.definite(
    "products to sums, definite", example=Integral(sin(x) ** 2 * exp(-x) / WAVY, (x, 0, oo))
)
def products_to_sums(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """Write the product of sines and cosines as a sum, and integrate term by term."""
    waves = Mul(*(g for g in Mul.make_args(f) if isinstance(g.as_base_exp()[0], (sin, cos))))
    flat = TR8(waves)
    if waves == f or flat == waves or not flat.is_Add:
        return None
    terms = [term * f / waves for term in flat.args]
    return Add(*(definite(term, x, a, b) for term in terms))


@EARLY.definite(
    "exponential as the variable", example=Integral(exp(x / 3) / (1 + exp(x)), (x, -oo, oo))
)
def exponential_as_variable(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """With u = exp(x) the whole line becomes the half line."""
    powers = sorted((g for g in f.atoms(exp) if depends_on(g, x)), key=str)
    rates = {g: g.args[0] / x for g in powers}
    if (a, b) != (-oo, oo) or len(powers) < 2 or any(depends_on(k, x) for k in rates.values()):
        return None
    u = fresh("u", f, x)
    h = f.xreplace({g: u**k for g, k in rates.items()})
    if depends_on(h, x):
        return None
    where = ((u, exp(x)), (Symbol(f"d{u.name}"), exp(x) * Symbol(f"d{x.name}")))
    return Rewrite(definite(h / u, u, S.Zero, oo), where=where)


@EARLY.definite(
    "parts against a cotangent", example=Integral(x / tan(x), (x, 0, pi / 2)), on=(Mul, Pow)
)
def parts_against_cotangent(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """Integrate by parts: log|sin(x)| has the cotangent as its derivative."""
    if not numeric(a, b):
        return None
    for wave, G in ((tan(x) ** -1, log(sin(x))), (cot(x), log(sin(x))), (tan(x), -log(cos(x)))):
        power = cancel(f / wave) if f.has(wave) else x**0
        if power.is_polynomial(x) and depends_on(power, x):
            rest = definite(power.diff(x) * G, x, a, b)
            return Rewrite(Between(power * G, x, a, b) - rest, where=((Symbol("v"), G),))
    return None
