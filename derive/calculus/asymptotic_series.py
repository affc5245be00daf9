"""Series in a small positive w: sums of c*w**e with rising real exponents e.

The coefficients are free of w; they may depend on a letter against which w is smaller than every
power of theirs (D. Gruntz, On Computing Limits in a Symbolic Manipulation System, 1996, chapter 3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cmp_to_key, lru_cache

from sympy import (
    Abs,
    Ei,
    Expr,
    Heaviside,
    Integer,
    Max,
    Min,
    Piecewise,
    S,
    Symbol,
    acot,
    atan,
    ceiling,
    conjugate,
    exp,
    expand_log,
    factorial,
    ff,
    floor,
    frac,
    log,
    oo,
    pi,
    polygamma,
    sign,
    simplify,
)
from sympy.core.function import AppliedUndef

from derive.calculus.continuity import continuity
from derive.calculus.stirling import asymptotic_terms, binet
from derive.elementary import relu
from derive.structure import depends_on, postorder

Terms = tuple[tuple[Expr, Expr], ...]
NOT_ANALYTIC = (Abs, sign, Heaviside, floor, ceiling, frac, Max, Min, Piecewise, relu, conjugate)
SMOOTH_RIGHT_OF_ZERO = (Ei, binet, polygamma)
DIGITS = 30
COUNTS = (2, 3, 5, 8, 12)  # terms asked of every part, until one is left that does not cancel


class CannotTell(ArithmeticError):
    """A sign, a zero or a series was asked for that these methods do not decide."""


@dataclass(frozen=True)
class Series:
    """(exponent, coefficient) of all terms whose exponent is below `bound`, in rising order."""

    terms: Terms
    bound: Expr = oo

    @property
    def order(self) -> Expr:
        """The first exponent; the bound where no term is known."""
        return self.terms[0][0] if self.terms else self.bound


@dataclass(frozen=True)
class Scale:
    """What is small, its logarithm, and how coefficients are judged."""

    w: Symbol
    log_w: Expr
    is_zero: Callable[[Expr], bool]
    sign: Callable[[Expr], int]
    nonzero: Callable[[Expr], bool] = lambda c: True
    limit: Callable[[Expr], Expr] = lambda c: c


def leading_term(f: Expr, scale: Scale) -> tuple[Expr, Expr]:
    """`e, c` with f = c*w**e*(1 + o(1)). Raises CannotTell.

    >>> w = Symbol("w", positive=True)
    >>> plain = Scale(w, log(w), lambda c: c == 0, lambda c: 1 if c > 0 else -1)
    >>> leading_term(exp(w) - 1 - w, plain)
    (2, 1/2)
    """
    for count in COUNTS:
        found = _Expansion(scale, count).of(f)
        if found.terms:
            return found.terms[0]
        if found.bound == oo:
            return S.Zero, S.Zero
    raise CannotTell(f"the first terms of {f} all cancel")


def _less(a: Expr, b: Expr) -> bool:
    if a == b or oo in (a, b):
        return bool(a != b and b == oo)
    return sign_of_number(a - b) == -1


@lru_cache(maxsize=4096)
def sign_of_number(a: Expr) -> int:
    """1, 0 or -1. SymPy's `is_negative` is not asked of sums of logarithms: it may be wrong.

    >>> sign_of_number(4*log(2)/log(16) - 1)
    0
    """
    if a.is_Rational:
        return int(a.p > 0) - int(a.p < 0)
    if a.free_symbols:
        if a.is_positive or a.is_negative:
            return 1 if a.is_positive else -1
        raise CannotTell(f"the sign of {a}")
    value = a.evalf(DIGITS)
    if value.is_Float and value != 0 and value._prec > DIGITS:
        return 1 if value > 0 else -1
    if simplify(expand_log(a)) == 0:
        return 0
    raise CannotTell(f"the sign of {a}")


def _same(a: Expr, b: Expr) -> bool:
    return bool(a == b or (not (a - b).is_Rational and sign_of_number(a - b) == 0))


def _least(values: Iterable[Expr]) -> Expr:
    least, *others = values
    for value in others:
        least = value if _less(value, least) else least
    return least


def _smooth(f: Expr, letter: Symbol, c: Expr) -> bool:
    """Whether `f` is analytic around a finite `c`; how it behaves far out is asked elsewhere."""
    if c.is_infinite or (isinstance(f, SMOOTH_RIGHT_OF_ZERO) and c.is_positive):
        return True
    found = continuity(f, letter, c)
    return found is not None and found[1] == True


class _Expansion:
    """Series of the parts of one expression, each to so many terms."""

    def __init__(self, scale: Scale, count: int) -> None:
        self.scale, self.count = scale, count
        self.known: dict[Expr, Series] = {}

    def of(self, f: Expr) -> Series:
        fixed = lambda node: not depends_on(node, self.scale.w)
        for node in postorder(f, stop=fixed):
            if node not in self.known:
                self.known[node] = self._node(node)
        return self.known[f]

    def _node(self, node: Expr) -> Series:
        if node == self.scale.w:
            return Series(((S.One, S.One),))
        if not depends_on(node, self.scale.w):
            return self.series([(S.Zero, node)], oo)
        parts = [self.known[a] for a in node.args]
        if node.is_Add:
            return self.plus(parts)
        if node.is_Mul:
            return self.product(parts)
        if node.is_Pow and not depends_on(node.exp, self.scale.w):
            return self.power(parts[0], node.exp)
        if isinstance(node, exp):
            return self.exponential(parts[0])
        if isinstance(node, log):
            return self.logarithm(parts[0])
        if node.is_Function and all(not depends_on(a, self.scale.w) for a in node.args[1:]):
            return self.function(node, parts[0])
        raise CannotTell(f"no series is known for {type(node).__name__}")

    # -- arithmetic ----------------------------------------------------------------------------

    def series(self, terms: Iterable[tuple[Expr, Expr]], bound: Expr) -> Series:
        """Terms collected, sorted, without those that vanish or lie beyond the bound."""
        total: dict[Expr, Expr] = {}
        for e, c in terms:
            known = next((k for k in total if _same(k, e)), e)
            total[known] = total.get(known, S.Zero) + c
        rising = sorted(total, key=cmp_to_key(lambda a, b: -1 if _less(a, b) else int(a != b)))
        kept: list[tuple[Expr, Expr]] = []
        for e in rising:
            if not _less(e, bound):
                break
            if len(kept) == self.count:
                return Series(tuple(kept), e)
            if not self.scale.is_zero(total[e]):
                kept.append((e, total[e]))
        return Series(tuple(kept), bound)

    def plus(self, parts: Sequence[Series]) -> Series:
        bound = _least(part.bound for part in parts)
        return self.series((term for part in parts for term in part.terms), bound)

    def product(self, parts: Sequence[Series]) -> Series:
        result, *others = parts
        for other in others:
            result = self.times(result, other)
        return result

    def times(self, a: Series, b: Series) -> Series:
        bound = _least((a.bound + b.order, b.bound + a.order))
        return self.series(((e + k, c * d) for e, c in a.terms for k, d in b.terms), bound)

    def scaled(self, a: Series, e: Expr, c: Expr) -> Series:
        """a*c*w**e."""
        return Series(tuple((k + e, d * c) for k, d in a.terms), a.bound + e)

    # -- compositions --------------------------------------------------------------------------

    def taylor(self, small: Series, coefficient: Callable[[int], Expr]) -> Series:
        """The sum of coefficient(k)*small**k; `small` tends to zero."""
        if not small.terms and small.bound == oo:
            return self.series([(S.Zero, coefficient(0))], oo)
        total = self.series([(S.Zero, coefficient(0))], small.order * self.count)
        power = Series(((S.Zero, S.One),))
        for k in range(1, self.count):
            power = self.times(power, small)
            c = coefficient(k)
            if c != 0:
                total = self.plus([total, self.scaled(power, S.Zero, c)])
        return total

    def split(self, u: Series) -> tuple[Expr, Expr, Series]:
        """`e, c, small` with u = c*w**e*(1 + small)."""
        if not u.terms:
            raise CannotTell("more terms are needed")
        (e, c), *rest = u.terms
        if not self.scale.nonzero(c):
            raise CannotTell(f"whether {c} is zero")
        return e, c, self.scaled(Series(tuple(rest), u.bound), -e, 1 / c)

    def power(self, u: Series, p: Expr) -> Series:
        if p.is_Integer and p > 0 and not u.terms:
            return Series((), u.bound * p)
        e, c, small = self.split(u)
        if not p.is_integer and self.scale.sign(c) != 1:
            raise CannotTell("a root of what is not positive")
        inner = self.taylor(small, lambda k: ff(p, k) / factorial(k))
        if p.is_Integer and 0 < p < self.count and u.bound == oo:
            inner = Series(inner.terms, oo)  # the binomial theorem ends by itself
        return self.scaled(inner, e * p, c**p)

    def constant_and_small(self, u: Series) -> tuple[Expr, Series]:
        if _less(u.order, S.Zero):
            raise CannotTell("an argument that is infinite against the scale")
        if not _less(S.Zero, u.bound):
            raise CannotTell("more terms are needed")
        c = u.terms[0][1] if u.terms and u.terms[0][0] == 0 else S.Zero
        return c, Series(tuple(term for term in u.terms if term[0] != 0), u.bound)

    def exponential(self, u: Series) -> Series:
        c, small = self.constant_and_small(u)
        inner = self.taylor(small, lambda k: 1 / factorial(k))
        return self.scaled(inner, S.Zero, exp(c))

    def logarithm(self, u: Series) -> Series:
        e, c, small = self.split(u)
        if self.scale.sign(c) != 1:
            raise CannotTell("a logarithm of what is not positive")
        inner = self.taylor(small, lambda k: Integer(-1) ** (k + 1) / k if k else S.Zero)
        return self.plus([self.series([(S.Zero, log(c) + e * self.scale.log_w)], oo), inner])

    def function(self, node: Expr, u: Series) -> Series:
        """An analytic function by its derivatives, or by what it is near infinity."""
        if _less(u.order, S.Zero):
            return self._at_infinity(node, u)
        if isinstance(node, (*NOT_ANALYTIC, AppliedUndef)):
            raise CannotTell(f"{type(node).__name__} has no series")
        c, small = self.constant_and_small(u)
        letter = Symbol("u", positive=True) if c.is_positive else Symbol("u", real=True)
        inner = node.func(letter, *node.args[1:])
        if not _smooth(inner, letter, self.scale.limit(c)):
            raise CannotTell(f"whether {node.func.__name__} is smooth at {c}")
        derivatives = [inner]

        def coefficient(k: int) -> Expr:
            while len(derivatives) <= k:
                derivatives.append(derivatives[-1].diff(letter))
            value = derivatives[k].xreplace({letter: c}) / factorial(k)
            if value.is_finite is False or value.is_extended_real is False:
                raise CannotTell(f"{node.func.__name__} is not smooth there")
            return value

        return self.taylor(small, coefficient)

    def _at_infinity(self, node: Expr, u: Series) -> Series:
        if isinstance(node, (atan, acot)):
            turned = self.function(atan(self.scale.w), self.power(u, S.NegativeOne))
            if isinstance(node, acot):
                return turned
            quarter = self.series([(S.Zero, self.scale.sign(u.terms[0][1]) * pi / 2)], oo)
            return self.plus([quarter, self.scaled(turned, S.Zero, S.NegativeOne)])
        if isinstance(node, binet) and self.scale.sign(u.terms[0][1]) == 1:
            terms = asymptotic_terms(node.order, self.count + 1)
            powers = [self.scaled(self.power(u, Integer(p)), S.Zero, c) for c, p in terms]
            found = self.plus(powers[:-1])
            return Series(found.terms, _least((found.bound, powers[-1].order)))
        raise CannotTell(f"no series of {node.func.__name__} is known near infinity")
