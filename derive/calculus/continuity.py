"""Where a function is continuous: the condition under which its limit is its value.

`continuity(f, x, x0)` looks at every operation of `f` at the value that reaches it. Letters stand
for real numbers; what depends on them ends in the condition.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from sympy import (
    Abs,
    Add,
    And,
    E,
    Expr,
    Ge,
    Gt,
    Heaviside,
    I,
    LambertW,
    Le,
    Max,
    Min,
    Mul,
    Ne,
    Piecewise,
    Pow,
    Rational,
    S,
    Si,
    Symbol,
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
    atanh,
    ceiling,
    cos,
    cosh,
    cot,
    coth,
    csc,
    csch,
    digamma,
    erf,
    erfc,
    erfi,
    exp,
    expand,
    factorial,
    floor,
    frac,
    gamma,
    log,
    loggamma,
    nan,
    oo,
    polylog,
    radsimp,
    sec,
    sech,
    sign,
    simplify,
    sin,
    sinh,
    tan,
    tanh,
    zoo,
)
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean, BooleanFunction

from derive.elementary import relu, sigmoid, softplus
from derive.holes import rebuild
from derive.implied import without_implied
from derive.structure import depends_on, postorder

Condition: TypeAlias = Boolean | None

EVERYWHERE = (
    sin, cos, exp, sinh, cosh, tanh, sech, atan, asinh, erf, erfc, erfi, Si, Abs, Max, Min,
    sigmoid, softplus, relu,
)  # fmt: skip


def as_real(v: Expr) -> Expr:
    """`v` with its letters known to be real numbers."""
    plain = [letter for letter in v.free_symbols if letter.is_extended_real is None]
    return v.xreplace({letter: Symbol(letter.name, real=True) for letter in plain}) if plain else v


def is_zero(v: Expr) -> bool | None:
    """Whether `v` is zero whatever its letters are; None where it depends on them."""
    v = as_real(v)
    if v.is_zero is not None:
        return v.is_zero
    reduced = expand(v)
    if reduced.is_zero is not None:
        return reduced.is_zero
    if not reduced.free_symbols:
        return _is_zero_number(reduced)
    return True if _looks_zero(reduced) and reduced.equals(0) else None


def _is_zero_number(v: Expr) -> bool | None:
    """Digits show that a number is not zero, algebra that it is."""
    digits = v.evalf(30)
    if digits.is_Float and digits != 0 and digits._prec > 30:
        return False
    return True if v.equals(0) or radsimp(simplify(v)) == 0 else None


def _looks_zero(v: Expr) -> bool:
    """Whether `v` is zero to 20 digits at some point without structure."""
    letters = sorted(v.free_symbols, key=lambda s: s.name)
    at = {letter: Rational(7 + 3 * k, 5 + 2 * k) for k, letter in enumerate(letters)}
    return abs(v.xreplace(at).evalf(20)) < Rational(1, 10**12)


def nonzero(v: Expr) -> Condition:
    """The condition that `v` is not zero; None where it never holds."""
    known = is_zero(v)
    if known is not None:
        return None if known else S.true
    if isinstance(v, Mul):
        return And(*(nonzero(factor) for factor in v.args))
    return nonzero(v.base) if isinstance(v, Pow) and v.exp.is_number else Ne(v, 0)


def positive(v: Expr) -> Condition:
    """The condition that `v` is positive; None where it never holds."""
    real = as_real(v)
    if real.is_positive:
        return S.true
    if not v.free_symbols or real.is_nonpositive or v.has(I):
        return None
    return None if is_zero(v) else Gt(v, 0)


def between(low: Expr, v: Expr, high: Expr) -> Condition:
    """low <= v <= high."""
    below, above = Le(low, v), Le(v, high)
    found = And(below, above)
    return None if found == False else found


def _not_integer(v: Expr) -> Condition:
    return S.true if v.is_real and v.is_integer is False else None


def _off_its_poles(v: Expr) -> Condition:
    return S.true if v.is_integer is False or v.is_positive else None


def _outside(v: Expr) -> Condition:
    return S.true if (v - 1).is_positive or (v + 1).is_negative else None


# fmt: off
WHERE: dict[type, Callable[[Expr], Condition]] = {
    log:       positive,
    tan:       lambda v: nonzero(cos(v)),
    sec:       lambda v: nonzero(cos(v)),
    cot:       lambda v: nonzero(sin(v)),
    csc:       lambda v: nonzero(sin(v)),
    coth:      nonzero,
    csch:      nonzero,
    acot:      nonzero,
    acsch:     nonzero,
    asin:      lambda v: between(S.NegativeOne, v, S.One),
    acos:      lambda v: between(S.NegativeOne, v, S.One),
    atanh:     lambda v: S.true if (1 - v).is_positive and (1 + v).is_positive else None,
    acosh:     lambda v: S.true if (v - 1).is_nonnegative else None,
    acoth:     _outside,
    asec:      _outside,
    acsc:      _outside,
    asech:     lambda v: S.true if v.is_positive and (1 - v).is_nonnegative else None,
    sign:      nonzero,
    Heaviside: nonzero,
    floor:     _not_integer,
    ceiling:   _not_integer,
    frac:      _not_integer,
    gamma:     _off_its_poles,
    loggamma:  lambda v: S.true if v.is_positive else None,
    digamma:   _off_its_poles,
    factorial: lambda v: _off_its_poles(v + 1),
    polylog:   lambda v: positive(1 - v),
    LambertW:  lambda v: positive(1 + E*v),
}
OF_ARGUMENT = {polylog: 1}  # by which argument a function of several is continuous there
# fmt: on


def continuity(f: Expr, x: Symbol, x0: Expr) -> tuple[Expr, Boolean] | None:
    """The value of `f` at `x0` and the condition under which `f` is continuous there, or None.

    >>> from sympy.abc import a, x
    >>> continuity(1/(x + a), x, 1)
    (1/(a + 1), Ne(a + 1, 0))
    """
    chosen = without_branches(f, x, S(x0))
    if chosen is None or (not S(x0).is_finite and S(x0).is_finite is not None):
        return None
    values: dict[int, Expr] = {}
    conditions: list[Boolean] = []
    for node in postorder(chosen, stop=lambda node: not depends_on(node, x)):
        found = _at(node, x, S(x0), [values[id(a)] for a in node.args if id(a) in values])
        if found is None or found[0].has(nan, zoo, oo, -oo):
            return None
        values[id(node)] = found[0]
        conditions.append(found[1])
    given = And(*without_implied(conditions))
    return None if given == False else (values[id(chosen)], given)


def _moving(node: Expr, x: Symbol) -> list[int]:
    return [k for k, argument in enumerate(node.args) if depends_on(argument, x)]


def _at(node: Expr, x: Symbol, x0: Expr, values: list[Expr]) -> tuple[Expr, Boolean] | None:
    """The value of one operation, and where it is continuous."""
    if node == x:
        return x0, S.true
    if not depends_on(node, x):
        return node, S.true
    if len(values) != len(node.args) or any(v.is_extended_real is False for v in values):
        return None
    if isinstance(node, (Add, Mul)) or type(node) in EVERYWHERE:
        return node.func(*values), S.true
    if isinstance(node, Pow):
        base, exponent = values
        condition = _power(base, exponent, depends_on(node.exp, x))
    elif type(node) in WHERE and _moving(node, x) == [OF_ARGUMENT.get(type(node), 0)]:
        condition = WHERE[type(node)](values[OF_ARGUMENT.get(type(node), 0)])
    else:
        return None
    return None if condition is None else (node.func(*values), condition)


def _power(base: Expr, exponent: Expr, moving: bool) -> Condition:
    if exponent.is_integer and not moving:
        return S.true if exponent.is_nonnegative else nonzero(base)
    if exponent.is_positive and not moving and base.is_nonnegative:
        return S.true
    return positive(base)


# ------------------------------------------------------------------ functions given by cases


def without_branches(f: Expr, x: Symbol, x0: Expr) -> Expr | None:
    """`f` with every Piecewise replaced by its branch around `x0`; None on a border."""
    return replace_branches(f, x, lambda relation: _truth_at(relation, x, x0))


def replace_branches(f: Expr, x: Symbol, truth: Callable[[Relational], bool | None]) -> Expr | None:
    while True:
        inner = next(
            (n for n in postorder(f) if isinstance(n, Piecewise) and depends_on(n, x)), None
        )
        if inner is None:
            return f
        branch = _branch(inner, truth)
        if branch is None:
            return None
        f = rebuild(f, {inner: branch}, set())


def _branch(f: Piecewise, truth: Callable[[Relational], bool | None]) -> Expr | None:
    for branch, condition in f.args:
        holds = _decide(condition, truth)
        if holds is None:
            return None
        if holds:
            return branch
    return None


def _decide(condition: Boolean, truth: Callable[[Relational], bool | None]) -> bool | None:
    relations = condition.atoms(Relational)
    known = {relation: truth(relation) for relation in relations}
    if None in known.values() or not isinstance(condition, (Relational, BooleanFunction)):
        return bool(condition) if condition in (True, False) else None
    decided = condition.xreplace({r: S.true if v else S.false for r, v in known.items()})
    return bool(decided) if decided in (True, False) else None


def _truth_at(relation: Relational, x: Symbol, x0: Expr) -> bool | None:
    """Whether `relation` holds all around `x0`."""
    if relation.lhs.has(Piecewise) or relation.rhs.has(Piecewise):
        return None
    found = continuity(relation.lhs - relation.rhs, x, x0)
    if found is None or found[1] != True:
        return None
    return compared(relation, found[0])


def compared(relation: Relational, difference: Expr) -> bool | None:
    """`relation` when its left side minus its right side is `difference`, not zero."""
    if relation.rel_op == "!=" or relation.rel_op == "==":
        return (relation.rel_op == "!=") if is_zero(difference) is False else None
    greater = isinstance(relation, (Gt, Ge))
    if difference.is_positive:
        return greater
    return not greater if difference.is_negative else None


# ------------------------------------------------------------------ the first Taylor term

LONGEST_SERIES = 8
LARGEST_DERIVATIVE = 300


def leading_term(f: Expr, x: Symbol, x0: Expr) -> tuple[int, Expr] | None:
    """`k, c` with f = c*(x - x0)**k + o((x - x0)**k) and c not zero, or None.

    Taylor's theorem with Peano's remainder: every derivative up to the k-th is continuous at x0.
    """
    divisor = S.One
    for order in range(LONGEST_SERIES):
        if order:
            f, divisor = f.diff(x), divisor * order
        if f.count_ops() > LARGEST_DERIVATIVE:
            return None
        found = continuity(f, x, x0)
        if found is None or found[1] != True:
            return None
        zero = is_zero(found[0])
        if zero is None:
            return None
        if not zero:
            return order, found[0] / divisor
    return None
