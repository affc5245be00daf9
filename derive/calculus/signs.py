"""The sign of a function on a whole interval, from what is known of its letters.

The variable is written by a letter that is positive, so that SymPy's assumptions know as much as
the interval says; where they do not settle the sign, the conditions on the other letters that do.
"""

from __future__ import annotations

from collections.abc import Iterable

from sympy import (
    Add,
    And,
    Dummy,
    Expr,
    Gt,
    I,
    Intersection,
    Lt,
    Mul,
    Ne,
    Poly,
    Pow,
    S,
    Set,
    Symbol,
    Tuple,
    exp,
    expand,
    factor,
    log,
    oo,
    true,
)
from sympy.logic.boolalg import Boolean

from derive.asked import in_order
from derive.structure import depends_on, postorder

SMOOTH = {"exp", "sin", "cos", "sinh", "cosh", "tanh", "atan", "erf", "erfc", "sigmoid", "softplus"}
LARGEST = 150  # operations of what is brought over one denominator


def positive_if(f: Expr, x: Symbol, a: Expr, b: Expr) -> Boolean | None:
    """A condition on the other letters under which f > 0 for all a < x < b; None: not seen.

    >>> from sympy.abc import p, x
    >>> positive_if(1/x - 1, x, S(0), S(1))
    True
    >>> positive_if(p/x**2, x, S(0), oo)
    p > 0
    >>> positive_if(x - 1, x, S(0), oo) is None
    True
    """
    inner = Dummy("s", real=True) if (a, b) == (-oo, oo) else Dummy("s", positive=True)
    letters = {s: Dummy(s.name, real=True) for s in in_order(Tuple(f, a, b)) if s.is_real is None}
    back = {real: plain for plain, real in letters.items()}
    low, high = (end.xreplace(letters) for end in (a, b))
    moved = f.xreplace(letters).subs(x.xreplace(letters), _between(low, high, inner))
    found = [_sign_if(form, 1, inner) for form in _forms(moved)]
    seen = [condition for condition in found if condition is not None]
    return min(seen, key=lambda c: len(_parts(c))).xreplace(back) if seen else None


def negative_if(f: Expr, x: Symbol, a: Expr, b: Expr) -> Boolean | None:
    """A condition on the other letters under which f < 0 for all a < x < b; None: not seen.

    >>> from sympy.abc import c, x
    >>> negative_if(-1/(1 - c) - x**2, x, -oo, oo)
    c < 1
    """
    return positive_if(Add(*(-term for term in Add.make_args(f))), x, a, b)


def between_if(value: Expr, a: Expr, b: Expr) -> Boolean | None:
    """The condition under which a < value < b: true where it is known; None where it is false.

    >>> from sympy.abc import a
    >>> between_if(1/a, S(0), S(2))
    (1/a > 0) & (1/a < 2)
    """
    if value.is_extended_real is False or value.has(I):
        return None
    nowhere = Dummy("x")
    found = []
    for end, gap, relation in ((a, value - a, Gt(value, a)), (b, b - value, Lt(value, b))):
        known = end.is_infinite or positive_if(gap, nowhere, -oo, oo) is true
        found.append(true if known else relation)
    both = And(*found)
    return None if both == False else both


def smooth_if(f: Expr, x: Symbol, a: Expr, b: Expr) -> Boolean | None:
    """A condition under which f is real and has all its derivatives for a < x < b; None: not seen.

    >>> from sympy.abc import x
    >>> from sympy import sqrt
    >>> smooth_if(log(x) + sqrt(1 - x), x, S(0), S(1))
    True
    >>> smooth_if(log(x), x, S(-1), S(1)) is None
    True
    """
    found: list[Boolean] = []
    for node in postorder(f):
        if not depends_on(node, x) or isinstance(node, (Symbol, Add, Mul)):
            continue
        given = _smooth_node_if(node, x, a, b)
        if given is None:
            return None
        found.append(given)
    return And(*found)


def _smooth_node_if(node: Expr, x: Symbol, a: Expr, b: Expr) -> Boolean | None:
    if isinstance(node, Pow) and not depends_on(node.exp, x):
        base, n = node.args
        if n.is_integer and n.is_nonnegative:
            return true
        return never_zero_if(base, x, a, b) if n.is_integer else positive_if(base, x, a, b)
    if isinstance(node, Pow):
        return positive_if(node.base, x, a, b)
    if isinstance(node, log):
        return positive_if(node.args[0], x, a, b)
    return true if type(node).__name__ in SMOOTH else None


def never_zero_if(f: Expr, x: Symbol, a: Expr, b: Expr) -> Boolean | None:
    """A condition under which f is not zero between a and b; None: not seen."""
    above = positive_if(f, x, a, b)
    return negative_if(f, x, a, b) if above is None else above


def never_holds(condition: Boolean) -> bool:
    """Whether the parts of a condition exclude each other, as far as that is seen.

    >>> from sympy.abc import a, b
    >>> never_holds(And(a > 1, a < 0, evaluate=False))
    True
    >>> never_holds(And(a > 0, b > 0, -a/b > 0))
    True
    """
    parts = sorted(_parts(condition), key=str)
    letters = sorted({s for part in parts for s in part.free_symbols}, key=str)
    positive = {s: Dummy(s.name, positive=True) for s in letters if (s > 0) in parts}
    signs = [_gap(part).xreplace(positive) for part in parts if isinstance(part, Gt | Lt)]
    groups = ([part for part in parts if part.free_symbols == {s}] for s in letters)
    return any(factor(gap).is_nonpositive for gap in signs) or any(map(_no_common, groups))


def _gap(relation: Gt | Lt) -> Expr:
    """What a relation says to be positive."""
    return relation.gts - relation.lts


def _no_common(parts: list[Boolean]) -> bool:
    """Whether conditions on one letter have no value of it in common."""
    try:
        return Intersection(*(part.as_set() for part in parts)) == S.EmptySet
    except (NotImplementedError, TypeError):
        return False


class PositiveOn(Set):
    """The functions of x that are positive for all a < x < b, where `given` holds."""

    def __new__(cls, x: Symbol, a: Expr, b: Expr, given: Boolean = true) -> PositiveOn:
        return Set.__new__(cls, x, a, b, given)

    def _contains(self, f: Expr) -> Boolean | None:
        *place, given = self.args
        needed = self.needed(f, *place)
        return true if needed is not None and _parts(needed) <= _parts(given) else None

    def needed(self, f: Expr, x: Symbol, a: Expr, b: Expr) -> Boolean | None:
        return positive_if(f, x, a, b)


class NegativeOn(PositiveOn):
    """The functions of x that are negative for all a < x < b, where `given` holds."""

    def needed(self, f: Expr, x: Symbol, a: Expr, b: Expr) -> Boolean | None:
        return negative_if(f, x, a, b)


class NegativeConstants(NegativeOn):
    """What does not depend on x, and is negative where `given` holds."""

    def needed(self, f: Expr, x: Symbol, a: Expr, b: Expr) -> Boolean | None:
        return None if depends_on(f, x) else negative_if(f, x, a, b)


def _parts(condition: Boolean) -> set[Boolean]:
    return set(And.make_args(condition)) - {true}


# ------------------------------------------------------------------ the interval as a letter


def _between(a: Expr, b: Expr, s: Symbol) -> Expr:
    """What runs from a to b as s runs over its values."""
    if a == -oo:
        return s if b == oo else b - s
    return a + s if b == oo else (a + b * s) / (1 + s)


def _forms(f: Expr) -> Iterable[Expr]:
    """Term by term, each in factors; over one denominator; that multiplied out above and below."""
    if f.count_ops() > LARGEST:
        return
    yield Add(*(factor(term) for term in Add.make_args(f)))
    whole = factor(f)
    yield whole
    above, below = whole.as_numer_denom()
    yield expand(above) / below


# ------------------------------------------------------------------ signs of sums and products


def _sign_if(f: Expr, sign: int, s: Symbol) -> Boolean | None:
    """When sign*f > 0 for all s; None where no condition on the other letters is seen."""
    known = f.is_positive if sign > 0 else f.is_negative
    if known is not None:
        return true if known else None
    if isinstance(f, exp):
        return true if sign > 0 and _is_real(f.args[0]) else None
    if isinstance(f, Mul):
        return _of_product(f, sign, s)
    if isinstance(f, Pow):
        return _of_power(f, sign, s)
    if isinstance(f, Add) and (depends_on(f, s) or not f.is_polynomial()):
        return _of_sum(f, sign, s)
    return None if depends_on(f, s) else _relation(f, sign)


def _is_real(f: Expr) -> bool:
    """Real for real letters, wherever it has a value: SymPy does not say so of 1/(1 - c)."""
    return all(map(_is_real_node, postorder(f)))


def _is_real_node(node: Expr) -> bool:
    if isinstance(node, (Add, Mul)):
        return True
    if isinstance(node, Pow):
        return bool(node.exp.is_integer or node.base.is_nonnegative)
    return bool(node.is_real) or type(node).__name__ in SMOOTH


def _of_sum(f: Add, sign: int, s: Symbol) -> Boolean | None:
    """Every term has the sign, or is zero at most where another one is not."""
    weak = [term for term in f.args if _at_least_zero(sign * term)]
    found = [_sign_if(term, sign, s) for term in f.args if term not in weak]
    strict = found or [_sign_if(term, sign, s) for term in weak[:1]]
    return None if None in strict else And(*(c for c in strict if c is not None))


def _at_least_zero(term: Expr) -> bool:
    return bool(term.is_nonnegative) and not term.is_positive


def _of_product(f: Mul, sign: int, s: Symbol) -> Boolean | None:
    """Factors of unknown sign are to be positive; one alone may have to be negative."""
    sign *= -1 if sum(bool(k.is_negative) for k in f.args) % 2 else 1
    open_ones = [k for k in f.args if not (k.is_positive or k.is_negative)]
    if sign < 0 and len(open_ones) != 1:
        return None
    found = [_sign_if(k, sign, s) for k in open_ones]
    return None if None in found else And(*(c for c in found if c is not None))


def _of_power(f: Pow, sign: int, s: Symbol) -> Boolean | None:
    base, n = f.args
    if n.is_integer and n.is_even and base.is_real:
        return Ne(base, 0) if sign > 0 and not depends_on(base, s) else None
    if n.is_integer and n.is_odd:
        return _sign_if(base, sign, s)
    return _sign_if(base, 1, s) if sign > 0 and n.is_real else None


def _relation(f: Expr, sign: int) -> Boolean:
    """sign*f > 0, solved for a letter that stands alone in it: c < 1 for 1 - c > 0."""
    letters = sorted(f.free_symbols, key=str)
    if len(letters) == 1 and f.is_polynomial(*letters):
        (c,) = letters
        steps = Poly(f, c)
        if steps.degree() == 1 and steps.LC().is_number:
            bound = -steps.eval(0) / steps.LC()
            return Gt(c, bound) if sign * steps.LC() > 0 else Lt(c, bound)
    return Gt(f, S.Zero) if sign > 0 else Lt(f, S.Zero)
