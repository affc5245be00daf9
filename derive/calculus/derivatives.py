"""Derivatives of scalar functions: the rules of differentiation and the table they end in.

A rule takes `f, x` of `Derivative(f, x)`. The table of elementary functions is written for
f(x); the chain rule uses the same rows for f(u).
"""

from __future__ import annotations

from collections.abc import Callable

from sympy import (
    Abs,
    Add,
    And,
    Basic,
    Derivative,
    Ei,
    Eq,
    Expr,
    Function,
    Gt,
    Heaviside,
    Integral,
    Limit,
    Lt,
    Max,
    Min,
    Mul,
    Ne,
    Or,
    Piecewise,
    Pow,
    S,
    Subs,
    Symbol,
    Tuple,
    acos,
    acosh,
    acot,
    acoth,
    acsc,
    acsch,
    asec,
    asech,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    ceiling,
    cos,
    cosh,
    cot,
    coth,
    csc,
    csch,
    default_sort_key,
    digamma,
    erf,
    erfc,
    exp,
    floor,
    gamma,
    im,
    log,
    loggamma,
    pi,
    polygamma,
    sec,
    sech,
    sign,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)
from sympy.core.function import AppliedUndef, ArgumentIndexError
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from derive.elementary import relu, sigmoid, softplus
from derive.rules import Outcome, Rewrite, Rule, RuleTable
from derive.structure import D, depends_on, fresh, is_unknown, stays_real

x, t, u = Symbol("x"), Symbol("t"), Symbol("u")
f = Function("f")


def unpack(goal: Derivative) -> tuple[Basic, Basic]:
    """`f, x`; of a repeated or mixed derivative, `f, all the variables`."""
    expression, *variables = goal.args
    if len(variables) == 1 and variables[0].args[1] == 1:
        return expression, variables[0].args[0]
    return expression, Tuple(*variables)


def final(goal: Derivative) -> bool:
    """The derivative of an unknown function by its own letters is an answer."""
    return is_unknown(goal.args[0]) and all(v.args[0] in goal.args[0].args for v in goal.args[1:])


RULES = RuleTable(Derivative, unpack, "derivatives", final)


@RULES.rule("repeated derivative", example=Derivative(x**3, x, x), whole=True)
def repeated_derivative(goal: Derivative) -> Outcome:
    """Differentiate by one variable after the other."""
    expression, (first, count), *rest = goal.args
    if len(rest) == 0 and count == 1:
        return None
    if not count.is_Integer:
        return None
    inner = D(expression, first)
    left = ([Tuple(first, count - 1)] if count > 1 else []) + list(rest)
    return Basic.__new__(Derivative, inner, *left)


@RULES.rule("constant", example=Basic.__new__(Derivative, S(5), Tuple(x, 1)))
def constant(f: Expr, x: Symbol) -> Outcome:
    """What does not depend on the variable has derivative zero."""
    if not depends_on(f, x):
        return S.Zero
    return None


@RULES.rule("identity", example=Derivative(x, x), on=Symbol)
def identity(f: Expr, x: Symbol) -> Outcome:
    """The variable grows at rate one."""
    return S.One if f == x else None


@RULES.rule("sum rule", example=Derivative(x**2 + sin(x), x), on=Add)
def sum_rule(f: Add, x: Symbol) -> Outcome:
    """Differentiate a sum term by term; constants drop out."""
    return Add(*(D(term, x) for term in f.args if depends_on(term, x)))


@RULES.rule("constant multiple", example=Derivative(3 * sin(x), x), on=Mul)
def constant_multiple(f: Mul, x: Symbol) -> Outcome:
    """A constant factor stays in front."""
    fixed = [factor for factor in f.args if not depends_on(factor, x)]
    if not fixed:
        return None
    rest = Mul(*(factor for factor in f.args if depends_on(factor, x)))
    return Mul(*fixed, D(rest, x))


@RULES.rule("quotient rule", example=Derivative(sin(x) / (x**2 + 1), x), on=Mul)
def quotient_rule(f: Mul, x: Symbol) -> Outcome:
    """Bottom times derivative of top, minus top times derivative of bottom, over bottom squared."""
    below = [p for p in f.args if p.is_Pow and p.exp.is_Integer and p.exp < 0]
    above = [p for p in f.args if not (p.is_Pow and p.exp.is_Integer and p.exp < 0)]
    if not below or not above:
        return None
    g, v = Mul(*above), Mul(*(Pow(p.base, -p.exp) for p in below))
    equals = (v * D(g, x) - g * D(v, x)) / v**2
    return Rewrite(equals, Ne(v, 0), where=((Symbol("u"), g), (Symbol("v"), v)))


@RULES.rule("product rule", example=Derivative(x**2 * sin(x), x), on=Mul)
def product_rule(f: Mul, x: Symbol) -> Outcome:
    """Differentiate one factor at a time and keep the others."""
    factors = f.args
    terms = (Mul(*factors[:k], D(p, x), *factors[k + 1 :]) for k, p in enumerate(factors))
    return Rewrite(Add(*terms), where=tuple(zip(_letters(len(factors)), factors, strict=True)))


def _letters(count: int) -> list[Symbol]:
    if count <= 3:
        return [Symbol(name) for name in "uvw"[:count]]
    return [Symbol(f"u_{k + 1}") for k in range(count)]


# ------------------------------------------------------------------ the table, for f(x)

Row = Callable[[Expr], Expr]

# fmt: off
TABLE: dict[type, tuple[str, Row]] = {
    sin:      ("sine",                        lambda x: cos(x)),
    cos:      ("cosine",                      lambda x: -sin(x)),
    tan:      ("tangent",                     lambda x: 1 + tan(x)**2),
    cot:      ("cotangent",                   lambda x: -1 - cot(x)**2),
    sec:      ("secant",                      lambda x: sec(x)*tan(x)),
    csc:      ("cosecant",                    lambda x: -csc(x)*cot(x)),
    asin:     ("arcsine",                     lambda x: 1/sqrt(1 - x**2)),
    acos:     ("arccosine",                   lambda x: -1/sqrt(1 - x**2)),
    atan:     ("arctangent",                  lambda x: 1/(1 + x**2)),
    asec:     ("arcsecant",                   lambda x: 1/(x**2*sqrt(1 - 1/x**2))),
    acsc:     ("arccosecant",                 lambda x: -1/(x**2*sqrt(1 - 1/x**2))),
    sinh:     ("hyperbolic sine",             lambda x: cosh(x)),
    cosh:     ("hyperbolic cosine",           lambda x: sinh(x)),
    tanh:     ("hyperbolic tangent",          lambda x: 1 - tanh(x)**2),
    coth:     ("hyperbolic cotangent",        lambda x: 1 - coth(x)**2),
    sech:     ("hyperbolic secant",           lambda x: -sech(x)*tanh(x)),
    csch:     ("hyperbolic cosecant",         lambda x: -csch(x)*coth(x)),
    asinh:    ("inverse hyperbolic sine",     lambda x: 1/sqrt(x**2 + 1)),
    acosh:    ("inverse hyperbolic cosine",   lambda x: 1/(sqrt(x - 1)*sqrt(x + 1))),
    atanh:    ("inverse hyperbolic tangent",  lambda x: 1/(1 - x**2)),
    acoth:    ("inverse hyperbolic cotangent", lambda x: 1/(1 - x**2)),
    asech:    ("inverse hyperbolic secant",   lambda x: -1/(x*sqrt(1 - x**2))),
    acsch:    ("inverse hyperbolic cosecant", lambda x: -1/(x**2*sqrt(1 + 1/x**2))),
    exp:      ("exponential",                 lambda x: exp(x)),
    erf:      ("error function",              lambda x: 2*exp(-x**2)/sqrt(pi)),
    erfc:     ("complementary error function", lambda x: -2*exp(-x**2)/sqrt(pi)),
    gamma:    ("gamma function",              lambda x: gamma(x)*digamma(x)),
    loggamma: ("log-gamma function",          lambda x: digamma(x)),
    sigmoid:  ("sigmoid",                     lambda x: sigmoid(x)*(1 - sigmoid(x))),
    softplus: ("softplus",                    lambda x: sigmoid(x)),
}

# What holds only off the points where the function jumps or has a kink, or inside its domain.
CONDITIONAL: dict[type, tuple[str, Row, Callable[[Expr], Boolean]]] = {
    log:       ("natural logarithm", lambda x: 1/x,           lambda x: Ne(x, 0)),
    acot:      ("arccotangent",      lambda x: -1/(1 + x**2), lambda x: Ne(x, 0)),
    Abs:       ("absolute value",    lambda x: sign(x),       lambda x: real_and_not_zero(x)),
    sign:      ("sign",              lambda x: S.Zero,        lambda x: real_and_not_zero(x)),
    Heaviside: ("unit step",         lambda x: S.Zero,        lambda x: Ne(x, 0)),
    relu:      ("relu",              lambda x: Heaviside(x),  lambda x: Ne(x, 0)),
    floor:     ("floor",             lambda x: S.Zero,        lambda x: Ne(x, floor(x))),
    ceiling:   ("ceiling",           lambda x: S.Zero,        lambda x: Ne(x, ceiling(x))),
}
# fmt: on


def outer(function: Expr) -> tuple[Expr, Boolean] | None:
    """The derivative of f(u) by its argument u, with its condition: a row of the table at u."""
    head, argument = type(function), function.args[0] if function.args else None
    if head in TABLE and len(function.args) == 1:
        return TABLE[head][1](argument), S.true
    if head in CONDITIONAL:
        _, row, condition = CONDITIONAL[head]
        return row(argument), condition(argument)
    if head is polygamma and function.args[0].is_Integer:
        order, argument = function.args
        return polygamma(order + 1, argument), S.true
    return None


def real_and_not_zero(u: Expr) -> Boolean:
    """Where |u| is u or -u; arccos(x), say, is not real everywhere, but |arccos(x)| is."""
    return Ne(u, 0) if stays_real(u) else And(Ne(u, 0), Eq(im(u), 0))


def _inner(function: Expr) -> Expr:
    return function.args[-1] if isinstance(function, polygamma) else function.args[0]


@RULES.rule("logarithm of an absolute value", example=Derivative(log(Abs(x)), x), on=log)
def logarithm_of_absolute_value(f: Expr, x: Symbol) -> Outcome:
    """On both sides of zero, log|u| grows like the derivative of u over u."""
    if len(f.args) == 1 and isinstance(f.args[0], Abs):
        inner = f.args[0].args[0]
        return Rewrite(D(inner, x) / inner, real_and_not_zero(inner), where=((Symbol("u"), inner),))
    return None


def _row(name: str, head: type) -> None:
    """One row of the table as a rule: it fires where the argument is the variable itself."""

    def row(f: Expr, x: Symbol) -> Outcome:
        found = outer(f) if _inner(f) == x else None
        return Rewrite(*found) if found else None

    example = D(polygamma(1, x) if head is polygamma else head(x), x)
    sentence = f"The table of derivatives: {name}."
    RULES.add(Rule(name, row, example, sentence, (head,)))


for _head, (_name, _slope) in TABLE.items():
    _row(_name, _head)
for _head, (_name, _slope, _condition) in CONDITIONAL.items():
    _row(_name, _head)
_row("polygamma function", polygamma)


@RULES.rule("power rule", example=Derivative(x**5, x), on=Pow)
def power_rule(f: Pow, x: Symbol) -> Outcome:
    """The exponent comes down in front and drops by one."""
    base, n = f.args
    if base == x and not depends_on(n, x):
        return n * x ** (n - 1)
    return None


@RULES.rule("exponential with a constant base", example=Derivative(2**x, x), on=Pow)
def constant_base(f: Pow, x: Symbol) -> Outcome:
    """A constant base brings its logarithm, and the exponent its derivative."""
    base, v = f.args
    if not depends_on(base, x):
        return f * log(base) * (S.One if v == x else D(v, x))
    return None


@RULES.rule("chain rule", example=Derivative(sin(x**2), x), on=(Function, Pow))
def chain_rule(f: Expr, x: Symbol) -> Outcome:
    """Differentiate the outer function at the inner one, times the derivative of the inner one."""
    if f.is_Pow:
        inner, power = f.args
        if depends_on(power, x):
            return None
        slope = Mul(power, inner ** (power - 1), D(inner, x))
        return Rewrite(slope, where=((u, inner),))
    found = outer(f)
    if found is None or any(depends_on(a, x) for a in f.args if a is not _inner(f)):
        return None
    inner = _inner(f)
    return Rewrite(found[0] * D(inner, x), found[1], where=((u, inner),))


@RULES.rule("general power", example=Derivative(x**x, x), on=Pow)
def general_power(f: Pow, x: Symbol) -> Outcome:
    """Write u**v as exp(v*log(u)): the power itself, times the derivative of v*log(u)."""
    base, v = f.args
    return Rewrite(f * D(v * log(base), x), base > 0, where=((u, base), (Symbol("v"), v)))


@RULES.rule("larger or smaller of several", example=Derivative(Max(x, x**2), x), on=(Max, Min))
def extremes(f: Expr, x: Symbol) -> Outcome:
    """Differentiate whichever argument is the extreme one."""
    beats = Gt if isinstance(f, Max) else Lt
    *others, last = f.args
    branches = [(D(a, x), And(*(beats(a, b) for b in f.args if b is not a))) for a in others]
    apart = And(*(Ne(a, b) for k, a in enumerate(f.args) for b in f.args[:k]))
    return Rewrite(Piecewise(*branches, (D(last, x), True)), apart)


@RULES.rule("branch by branch", example=Derivative(Piecewise((x**2, x > 1), (x, True)), x))
def branch_by_branch(f: Expr, x: Symbol) -> Outcome:
    """Differentiate each branch where it holds; the points between two branches are left out."""
    if not isinstance(f, Piecewise):
        return None
    borders = {r for _, condition in f.args for r in condition.atoms(Relational)}
    inside = And(*(Ne(r.lhs, r.rhs) for r in sorted(borders, key=default_sort_key)))
    return Rewrite(Piecewise(*((D(e, x), condition) for e, condition in f.args)), inside)


# ------------------------------------------------------------------ unknown functions, integrals


@RULES.rule("chain rule, unknown function", example=D(f(x**2), x), on=AppliedUndef)
def unknown_function(f: Expr, x: Symbol) -> Outcome:
    """The derivative of an unknown function stays a name, taken at the inner function."""
    if is_unknown(f) or len(set(f.args)) < len(f.args):  # SymPy confuses slots of equal values
        return None
    terms = [_partial(f, k) * D(a, x) for k, a in enumerate(f.args) if depends_on(a, x)]
    return Rewrite(Add(*terms), where=tuple(zip(_letters(len(f.args)), f.args, strict=True)))


def _partial(f: Expr, k: int) -> Expr:
    """The partial derivative of f by its k-th argument, at its arguments."""
    letters = [fresh(f"u_{j + 1}" if len(f.args) > 1 else "u", f) for j in range(len(f.args))]
    slot = D(f.func(*letters), letters[k])
    return Subs(slot, tuple(letters), f.args)


@RULES.rule("fundamental theorem of calculus", example=D(Integral(sin(x) ** 2, x), x), on=Integral)
def derivative_of_antiderivative(f: Integral, x: Symbol) -> Outcome:
    """Differentiation undoes integration."""
    if len(f.limits) == 1 and f.limits[0].args == (x,):
        return f.function
    return None


@RULES.rule(
    "Leibniz integral rule",
    example=D(Integral(sin(x * t), (t, x, x**2)), x),
    on=Integral,
)
def leibniz(f: Integral, x: Symbol) -> Outcome:
    """The bounds contribute the integrand there times their speed; inside, differentiate by x."""
    if len(f.limits) != 1 or len(f.limits[0]) != 3:
        return None
    (t, a, b), inside = f.limits[0], f.function
    terms = [inside.subs(t, b) * D(b, x)] if depends_on(b, x) else []
    terms += [-inside.subs(t, a) * D(a, x)] if depends_on(a, x) else []
    inner = depends_on(inside, x) and t != x
    terms += [Integral(D(inside, x), (t, a, b))] if inner else []
    return Add(*terms)


@RULES.rule("special function", example=D(Ei(x**2), x), on=Function)
def special_function(f: Expr, x: Symbol) -> Outcome:
    """A tabulated special function: its derivative by each argument, times that of the argument."""
    if isinstance(f, AppliedUndef) or type(f) in TABLE:
        return None
    moving = [k for k, a in enumerate(f.args) if depends_on(a, x)]
    slopes = [_tabulated_slope(f, k) for k in moving]
    if None in slopes:
        return None
    terms = (s * D(f.args[k], x) for s, k in zip(slopes, moving, strict=True))
    # The angle jumps by 2 pi across the negative half of the first axis.
    given = Or(f.args[1] > 0, Ne(f.args[0], 0)) if isinstance(f, atan2) else S.true
    return Rewrite(Add(*terms), given, where=tuple(zip(_letters(len(f.args)), f.args, strict=True)))


def _tabulated_slope(f: Expr, k: int) -> Expr | None:
    """SymPy's table entry for the derivative by the k-th argument, if it has one."""
    try:
        slope = f.fdiff(k + 1)
    except ArgumentIndexError:
        return None
    return None if slope.has(Derivative, Subs) else slope


# ------------------------------------------------------------------ on request


@RULES.rule("definition of the derivative", example=Derivative(x**2, x), on_request=True)
def by_definition(f: Expr, x: Symbol) -> Outcome:
    """The derivative is the limit of the difference quotient."""
    if isinstance(x, Tuple):
        return None
    h = fresh("h", f, x)
    return Basic.__new__(Limit, (f.subs(x, x + h) - f) / h, h, S.Zero, Symbol("+-"))


@RULES.rule("logarithmic differentiation", example=Derivative(x**x, x), on_request=True)
def logarithmic_differentiation(f: Expr, x: Symbol) -> Outcome:
    """Take the logarithm first: products become sums, powers become products."""
    if isinstance(x, Tuple):
        return None
    bases = [p.base for p in Mul.make_args(f) if p.is_Pow and depends_on(p.exp, x)]
    return Rewrite(f * D(logarithm(f), x), And(Ne(f, 0), *(base > 0 for base in bases)))


def logarithm(f: Expr) -> Expr:
    """log|f| with products and powers taken apart, for real factors."""
    if f.is_Mul:
        return Add(*(logarithm(factor) for factor in f.args))
    if f.is_Pow:
        return f.exp * logarithm(f.base)
    if isinstance(f, exp):
        return f.args[0]
    return log(f) if f.is_positive else log(Abs(f))
