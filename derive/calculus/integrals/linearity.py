"""Sums and constant factors, and the algebra that brings an integrand into such a form."""

from __future__ import annotations

from collections.abc import Callable

from sympy import (
    Abs,
    Add,
    Dummy,
    Expr,
    Integral,
    Mul,
    Poly,
    Pow,
    S,
    Symbol,
    Wild,
    asinh,
    atan,
    cos,
    cosh,
    default_sort_key,
    exp,
    expand,
    expand_mul,
    factor_list,
    log,
    pi,
    sign,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)

from derive.calculus.integrals.operators import (
    Rules,
    antiderivative,
    definite,
    linear,
    nonzero,
    real,
)
from derive.rules import Outcome, Rewrite
from derive.structure import depends_on, fresh, postorder

x = Symbol("x")
RULES = Rules()
ALGEBRA = Rules()
EXPANSION = Rules()
MANY_TERMS = 40
HIGH = 3  # powers of a sum up to this one are multiplied out


@RULES.indefinite("sum rule", example=Integral(x**2 + sin(x), x), on=Add)
def sum_rule(f: Expr, x: Symbol) -> Outcome:
    """Integrate a sum term by term."""
    fixed, moving = f.as_independent(x, as_Add=True)
    terms = [fixed] if fixed != 0 else []
    return Add(*(antiderivative(term, x) for term in (*terms, *Add.make_args(moving))))


@RULES.indefinite("constant multiple", example=Integral(3 * sin(x), x), on=Mul)
def constant_multiple(f: Expr, x: Symbol) -> Outcome:
    """A constant factor stays in front."""
    fixed, moving = f.as_independent(x, as_Add=False)
    return fixed * antiderivative(moving, x) if fixed != 1 else None


@RULES.indefinite("multiply out", example=Integral(x * (x + 1), x), on=(Mul, Pow))
def polynomial(f: Expr, x: Symbol) -> Outcome:
    """Multiply the polynomial out and integrate its powers."""
    if not f.is_polynomial(x) or any(p.exp > HIGH for p in f.atoms(Pow) if p.base.is_Add):
        return None
    return _terms(Poly(f, x).as_expr(), f, x)


def _terms(expanded: Expr, f: Expr, x: Symbol) -> Outcome:
    if expanded == f or len(Add.make_args(expanded)) > MANY_TERMS:
        return None
    return antiderivative(expanded, x)


@RULES.indefinite("powers of a line", example=Integral(x * (1 - x) ** 4, x), on=Mul)
def powers_of_a_line(f: Expr, x: Symbol) -> Outcome:
    """Write the other factor in powers of the linear one as well, and integrate each of them."""
    powers = [q for q in Mul.make_args(f) if q.is_Pow and q.exp.is_Integer and q.exp > HIGH]
    lines = [(q, found) for q in powers if (found := linear(q.base, x)) and found[0].is_number]
    if not lines or not f.is_polynomial(x):
        return None
    power, (a, b) = max(lines, key=lambda line: line[0].exp)
    t = Dummy("t")
    rest = Poly((f / power).subs(x, (t - b) / a), t)
    terms = [c * power.base ** (power.exp + k) for (k,), c in rest.terms()]
    return _terms(Add(*terms), f, x)


# ------------------------------------------------------------------ algebra, tried before methods


@ALGEBRA.indefinite("root of a square", example=Integral(sqrt(x**2), x))
def root_of_a_square(f: Expr, x: Symbol) -> Outcome:
    """The root of a square is the absolute value: what is squared comes out of the root."""
    changed = without_roots_of_squares(f, x)
    return None if changed == f else antiderivative(changed, x)


def without_roots_of_squares(f: Expr, x: Symbol) -> Expr:
    return _replaced(f, x, lambda node: _without_squares(node, x))


def _replaced(f: Expr, x: Symbol, rewrite: Callable[[Expr], Expr | None]) -> Expr:
    changes = {}
    for node in postorder(f):
        if depends_on(node, x):
            new = rewrite(node)
            if new is not None and new != node:
                changes[node] = new
    return f.xreplace(changes) if changes else f


def _without_squares(node: Expr, x: Symbol) -> Expr | None:
    if not node.is_Pow or not node.exp.is_Rational or node.exp.q != 2:
        return None
    base, power = node.args
    base = trigonometric_square(base)
    c, factors = _factors(base, x)
    even = [(g, k) for g, k in factors if k % 2 == 0]
    if not even:
        return None
    outside = Mul(*(_magnitude(g) ** (k * power) for g, k in even))
    inside = Mul(c, *(g**k for g, k in factors if k % 2))
    return outside * inside**power


def trigonometric_square(base: Expr) -> Expr:
    """a + a*cos(2*t), 1 - sin(t)**2, cosh(t)**2 - 1 and their like as squares, times a constant."""
    c, plain = base.factor().as_coeff_Mul() if base.is_Add else (S.One, base)
    fixed = Mul(*(p for p in Mul.make_args(plain) if not p.has(*WAVES)))
    for pattern, square in SQUARES:
        for side in (1, -1):
            found = (side * plain / fixed).match(pattern)
            if found and len(found) == 1:
                return side * c * fixed * square.xreplace(found)
    return base


WAVES = (sin, cos, tan, sinh, cosh)
_V = Wild("v", properties=[lambda v: v != 0])
# fmt: off
SQUARES = (
    (1 + cos(_V),       2*cos(_V/2)**2),   (1 - cos(_V),       2*sin(_V/2)**2),
    (1 + sin(_V),       2*sin(_V/2 + pi/4)**2), (1 - sin(_V),  2*cos(_V/2 + pi/4)**2),
    (1 - cos(_V)**2,    sin(_V)**2),       (1 - sin(_V)**2,    cos(_V)**2),
    (1 + tan(_V)**2,    cos(_V)**-2),      (1 + sinh(_V)**2,   cosh(_V)**2),
    (cosh(_V)**2 - 1,   sinh(_V)**2),      (cosh(_V) + 1,      2*cosh(_V/2)**2),
    (cosh(_V) - 1,      2*sinh(_V/2)**2),
)
# fmt: on


def _magnitude(g: Expr) -> Expr:
    return g if isinstance(g, cosh) or real(g).is_nonnegative else Abs(g)


def _factors(base: Expr, x: Symbol) -> tuple[Expr, list[tuple[Expr, int]]]:
    if base.is_polynomial(x) and base.is_Add and len(base.free_symbols) == 1:
        return factor_list(base, x)
    c, rest = base.as_independent(x, as_Add=False)
    pairs = [factor.as_base_exp() for factor in Mul.make_args(rest)]
    whole = [(g, int(k)) for g, k in pairs if k.is_Integer and not isinstance(g, type(exp(1)))]
    return (c, whole) if len(whole) == len(pairs) else (c, [])


@ALGEBRA.indefinite("power of an exponential", example=Integral(sqrt(exp(x)), x))
def power_of_exponential(f: Expr, x: Symbol) -> Outcome:
    """A power of an exponential multiplies its exponent, a product adds the exponents."""
    changed = _replaced(f, x, _joined_exponents)
    return None if changed == f else antiderivative(changed, x)


def _joined_exponents(node: Expr) -> Expr | None:
    if node.is_Mul:
        powers = [p for p in node.args if isinstance(p, exp) and p.args[0].is_polynomial()]
        rest = Mul(*(p for p in node.args if p not in powers))
        return rest * exp(Add(*(p.args[0] for p in powers))) if len(powers) > 1 else None
    if node.is_Pow and isinstance(node.base, exp) and node.exp.is_real:
        return exp(node.base.args[0] * node.exp)
    return None


@ALGEBRA.indefinite("logarithm of a power", example=Integral(log(x**2), x))
def logarithm_of_power(f: Expr, x: Symbol) -> Outcome:
    """The logarithm of a power brings the exponent in front."""
    changed = _replaced(f, x, _exponent_in_front)
    return None if changed == f else antiderivative(changed, x)


def _exponent_in_front(node: Expr) -> Expr | None:
    if not isinstance(node, log) or len(node.args) != 1:
        return None
    (inside,) = node.args
    if isinstance(inside, exp):
        return inside.args[0]
    if not inside.is_Pow or not inside.exp.is_Rational:
        return None
    base, power = inside.args
    return power * log(Abs(base) if power.is_Integer and power % 2 == 0 else base)


@ALGEBRA.indefinite("absolute value", example=Integral(x * Abs(x - 1), x), on=(Mul, Abs, Pow))
def absolute_value(f: Expr, x: Symbol) -> Outcome:
    """Take the absolute value apart at its zero, where the two antiderivatives are joined."""
    found = [(p, line) for p in f.atoms(Abs) if (line := linear(_rising(p.args[0]), x))]
    if len(found) != 1:
        return None
    ((magnitude, (a, b)),) = found
    (g,), k = magnitude.args, _power_of(f, magnitude)
    rest = f / magnitude**k if k else None
    if rest is None or not k.is_Integer or k < 1 or k % 2 == 0 or rest.has(Abs, sign):
        return None
    if not rest.subs(x, -b / a).is_finite:
        return None
    t = fresh("t", f, x)
    joined = sign(_rising(g)) * definite((rest * g**k).subs(x, t), t, -b / a, x)
    return Rewrite(joined, nonzero(a))


def _rising(g: Expr) -> Expr:
    """An expression with the sign of g, in which g rises or falls steadily."""
    return g.args[0] if isinstance(g, (sinh, tanh, asinh, atan)) else g


def _power_of(f: Expr, base: Expr) -> Expr:
    return next((k for g, k in (p.as_base_exp() for p in Mul.make_args(f)) if g == base), S.Zero)


# ------------------------------------------------------------------ expansion, tried after methods


@EXPANSION.indefinite("expand", example=Integral(sin(x) * (x + exp(x)), x), on=(Mul, Pow))
def multiply_out(f: Expr, x: Symbol) -> Outcome:
    """Multiply out, and integrate term by term."""
    if any(p.base.is_Add and p.exp.is_Integer and p.exp > 6 for p in f.atoms(Pow)):
        return None
    # (x + 1)**(3/2) stays one power: SymPy would make x*sqrt(x + 1) + sqrt(x + 1) of it.
    roots = sorted((p for p in f.atoms(Pow) if not p.exp.is_Integer), key=default_sort_key)
    masks = {p: Dummy(f"p{k}") for k, p in enumerate(roots)}
    masked = f.xreplace(masks)
    expanded = expand_mul(expand(masked, power_exp=False, power_base=False, log=False, func=False))
    expanded = expanded.xreplace({mask: p for p, mask in masks.items()})
    return _terms(expanded, f, x) if expanded.is_Add else None
