"""Limits that are read off: constants, continuity, one side of a jump, the standard limits."""

from __future__ import annotations

from collections.abc import Callable

from sympy import (
    Abs,
    Add,
    Eq,
    Expr,
    Mul,
    Ne,
    Piecewise,
    Pow,
    S,
    Symbol,
    asin,
    asinh,
    atan,
    atanh,
    cos,
    cosh,
    erf,
    erfi,
    exp,
    log,
    oo,
    pi,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)

from derive.calculus.continuity import continuity, positive
from derive.calculus.jumps import has_jumps
from derive.calculus.limit_forms import names_the_form
from derive.calculus.limit_table import ONE, RULES, apart, finite_premises, lim, look, powers, tends
from derive.calculus.nearby import nearby, on_one_side
from derive.engine import DOES_NOT_EXIST
from derive.rules import ZERO, Outcome, Rewrite, Rule
from derive.structure import depends_on

x, u = Symbol("x"), Symbol("u")


@RULES.rule("constant", example=lim(S(5), x, 0))
def constant(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """What does not depend on the variable stays what it is."""
    return f if not depends_on(f, x) else None


@RULES.rule("the variable itself", example=lim(x, x, 2), on=Symbol)
def variable(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """The variable tends to its point."""
    return x0 if f == x else None


@RULES.rule("direct substitution", example=lim(x**2 + cos(x), x, 0))
def direct_substitution(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """The function is continuous at the point: its limit is its value there."""
    if x0 in (oo, -oo):
        return None
    found = continuity(f, x, x0)
    return Rewrite(*found) if found else None


@RULES.rule("the function on this side", example=lim(Abs(x) / x, x, 0, "+"))
def on_this_side(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """Near the point and on this side the function is given by a simpler expression."""
    if not has_jumps(f):
        return None
    if d != "+-":
        simpler = on_one_side(f, x, x0, d)
    else:
        simpler = on_one_side(f, x, x0, "+")
        if simpler is not None and simpler != on_one_side(f, x, x0, "-"):
            return None
    return lim(simpler, x, x0, d) if simpler is not None and simpler != f else None


def _values(f: Expr, x: Symbol, x0: Expr) -> tuple[Expr | None, Expr | None]:
    """What the parts of `f` say about its limits from the right and from the left."""
    return nearby(f, x, x0, "+").value, nearby(f, x, x0, "-").value


@RULES.rule("different on the two sides", example=lim(Abs(x) / x, x, 0))
def different_sides(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """The one-sided limits differ, or one is missing: the two-sided limit does not exist."""
    if d != "+-":
        return None
    right, left = _values(f, x, x0)
    if not has_jumps(f) if None in (right, left) else right == left:
        return None
    return Rewrite(DOES_NOT_EXIST, premises=(Ne(lim(f, x, x0, "+"), lim(f, x, x0, "-")),))


@RULES.rule("the same on both sides", example=lim(Piecewise((x + 1, x > 0), (cos(x), True)), x, 0))
def same_sides(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    """The limits from the right and from the left agree: this is the two-sided limit."""
    if d != "+-" or not has_jumps(f):
        return None
    right = lim(f, x, x0, "+")
    return Rewrite(right, premises=(Eq(right, lim(f, x, x0, "-")),))


@RULES.rule("constant factor", example=lim(3 * sin(x) / x, x, 0), on=Mul)
def constant_factor(f: Mul, x: Symbol, x0: Expr, d: str) -> Outcome:
    """A constant factor stays in front."""
    fixed, moving = apart(f, x)
    if fixed == 1 or moving == 1:
        return None
    inside, whole = look(moving, x, x0, d), look(f, x, x0, d)
    if inside.infinite:
        if not whole.infinite:
            return None
        return Rewrite(whole.value, premises=tends(moving, inside, x, x0, d))
    return Rewrite(
        fixed * lim(moving, x, x0, d), premises=finite_premises([moving], fixed * x, x, x0, d)
    )


# ------------------------------------------------------------------ the standard limits

# A factor g that tends to zero like c*u**k, as (u, c).
Small = tuple[Expr, Expr] | None
Match = Callable[[Expr, Symbol], Small]


def _function_itself(head: type[Expr], c: Expr) -> Match:
    return lambda g, x: (g.args[0], c) if type(g) is head else None


def _minus_its_value_at_zero(read: Callable[[Expr, Symbol], Small]) -> Match:
    """g = m*(F - 1), where `read` gives u and c for F."""

    def match(g: Expr, x: Symbol) -> Small:
        if not isinstance(g, Add):
            return None
        rest, moving = g.as_independent(x, as_Add=True)
        m, function = moving.as_independent(x, as_Add=False)
        found = read(function, x) if m == -rest else None
        return (found[0], m * found[1]) if found else None

    return match


def _of(head: type[Expr], c: Expr) -> Callable[[Expr, Symbol], Small]:
    return lambda F, x: (F.args[0], c) if type(F) is head else None


def _constant_base(F: Expr, x: Symbol) -> Small:
    if isinstance(F, Pow) and not depends_on(F.base, x):
        return F.exp, log(F.base)
    return None


def _constant_exponent(F: Expr, x: Symbol) -> Small:
    if isinstance(F, Pow) and not depends_on(F.exp, x):
        return (F.base - 1).expand(), F.exp
    return None


def _moving_power(F: Expr, x: Symbol) -> Small:
    if isinstance(F, Pow) and depends_on(F.base, x) and depends_on(F.exp, x):
        return F.exp * log(F.base), S.One
    return None


def _logarithm(g: Expr, x: Symbol) -> Small:
    return ((g.args[0] - 1).expand(), S.One) if isinstance(g, log) else None


a = Symbol("a", positive=True)

# fmt: off
STANDARD: tuple[tuple[str, Expr, int, Match], ...] = (
    ("sin(u)/u",           sin(x)/x,             1, _function_itself(sin, S.One)),
    ("tan(u)/u",           tan(x)/x,             1, _function_itself(tan, S.One)),
    ("(1 - cos(u))/u**2",  (1 - cos(x))/x**2,    2, _minus_its_value_at_zero(_of(cos, -S.Half))),
    ("(exp(u) - 1)/u",     (exp(x) - 1)/x,       1, _minus_its_value_at_zero(_of(exp, S.One))),
    ("(a**u - 1)/u",       (2**x - 1)/x,         1, _minus_its_value_at_zero(_constant_base)),
    ("(v**w - 1)/(w*log(v))", (x**x - 1)/(x*log(x)), 1, _minus_its_value_at_zero(_moving_power)),
    ("log(1 + u)/u",       log(1 + x)/x,         1, _logarithm),
    ("((1 + u)**a - 1)/u", ((1 + x)**a - 1)/x,   1, _minus_its_value_at_zero(_constant_exponent)),
    ("asin(u)/u",          asin(x)/x,            1, _function_itself(asin, S.One)),
    ("atan(u)/u",          atan(x)/x,            1, _function_itself(atan, S.One)),
    ("sinh(u)/u",          sinh(x)/x,            1, _function_itself(sinh, S.One)),
    ("tanh(u)/u",          tanh(x)/x,            1, _function_itself(tanh, S.One)),
    ("(cosh(u) - 1)/u**2", (cosh(x) - 1)/x**2,   2, _minus_its_value_at_zero(_of(cosh, S.Half))),
    ("asinh(u)/u",         asinh(x)/x,           1, _function_itself(asinh, S.One)),
    ("atanh(u)/u",         atanh(x)/x,           1, _function_itself(atanh, S.One)),
    ("erf(u)/u",           erf(x)/x,             1, _function_itself(erf, 2/sqrt(pi))),
    ("erfi(u)/u",          erfi(x)/x,            1, _function_itself(erfi, 2/sqrt(pi))),
)
# fmt: on


def small_factor(g: Expr, x: Symbol, x0: Expr, d: str) -> tuple[Expr, Expr, int] | None:
    """`u, c, k` with g/u**k -> c for u -> 0, by the table."""
    for _, _, k, match in STANDARD:
        found = match(g, x)
        if found and depends_on(found[0], x) and look(found[0], x, x0, d).value == 0:
            return *found, k
    return None


def _standard(name: str, example: Expr, k: int, match: Match) -> None:
    """One row of the table as a rule."""

    def row(f: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
        for g, exponent in powers(f):
            found = match(g, x) if exponent == 1 else None
            if found and Mul(f, found[0] ** k, 1 / g) == 1 and depends_on(found[0], x):
                return _read_off(g, *found, x, x0, d)
        return None

    sentence = f"A standard limit: {name} for u tending to 0."
    side = "+" if example.has(x**x) else "+-"
    RULES.add(Rule(f"standard limit {name}", row, lim(example, x, 0, side), sentence))


def _read_off(g: Expr, inner: Expr, c: Expr, x: Symbol, x0: Expr, d: str) -> Outcome:
    if look(inner, x, x0, d).value != 0:
        return None
    given = positive(c.args[0]) if isinstance(c, log) else S.true
    if given is None:
        return None
    return Rewrite(c, given, where=((u, inner),), premises=((lim(inner, x, x0, d), ZERO),))


for _row in STANDARD:
    _standard(*_row)


@RULES.rule("standard limit (1 + a/u)**u", example=lim((1 + a / x) ** x, x, oo), on=Pow)
@names_the_form
def compound_interest(f: Pow, x: Symbol, x0: Expr, d: str) -> Outcome:
    """A base that tends to 1 like 1 + w, under an exponent k/w, gives e to the power k."""
    if not depends_on(f.base, x) or not depends_on(f.exp, x):
        return None
    w = (f.base - 1).expand()
    k = (f.exp * w).expand()
    if depends_on(k, x) or look(w, x, x0, d).value != 0:
        return None
    return Rewrite(exp(k), where=((Symbol("w"), w),), premises=((lim(w, x, x0, d), ZERO),))


@RULES.rule("one to an infinite power", example=lim(cos(x) ** (1 / x**2), x, 0), on=Pow)
@names_the_form
def one_to_infinity(f: Pow, x: Symbol, x0: Expr, d: str) -> Outcome:
    """For u tending to 1, log(u) behaves as u - 1: u**v tends to exp of the limit of v*(u - 1)."""
    if not depends_on(f.base, x) or not depends_on(f.exp, x):
        return None
    if look(f.base, x, x0, d).value != 1 or look(f.exp, x, x0, d).finite:
        return None
    goal = lim((f.exp * (f.base - 1)), x, x0, d)
    premises = ((lim(f.base, x, x0, d), ONE),)
    return Rewrite(exp(goal), where=((u, f.base), (Symbol("v"), f.exp)), premises=premises)
