"""The question whether a series converges, its three answers, and what the tests ask of terms."""

from __future__ import annotations

from typing import Any

from sympy import (
    Abs,
    Add,
    Basic,
    Expr,
    Float,
    Integer,
    Mul,
    Pow,
    S,
    Symbol,
    acos,
    atan,
    binomial,
    cos,
    exp,
    factorial,
    gamma,
    oo,
    pi,
    sin,
)
from sympy.core.expr import AtomicExpr

from derive.calculus.limit_table import look
from derive.calculus.sums.operators import real_letter
from derive.structure import depends_on


class Convergence(Expr):
    """How the series of f from n = a on behaves: it diverges, or converges in one of two ways.

    >>> from sympy.abc import n
    >>> Convergence(1/n, n, 1)
    Convergence(1/n, n, 1)
    """

    is_commutative = True

    def __new__(cls, f: Any, n: Symbol, a: Any) -> Convergence:
        return Expr.__new__(cls, S(f), n, S(a))

    @property
    def bound_symbols(self) -> list[Symbol]:
        return [self.args[1]]

    @property
    def free_symbols(self) -> set[Basic]:
        return self.args[0].free_symbols - {self.args[1]}

    def _latex(self, printer: Any) -> str:
        f, n, a = (printer._print(part) for part in self.args)
        body = rf"\left({f}\right)" if self.args[0].is_Add else f
        return rf"\sum_{{{n}={a}}}^{{\infty}} {body}"


_answers: dict[int, SeriesBehaviour] = {}


class SeriesBehaviour(AtomicExpr):
    """An answer; its number is what the numerical check of the bridge counts."""

    __slots__ = ("number", "words")
    number: int
    words: str

    def __new__(cls, number: int, words: str) -> SeriesBehaviour:
        if number not in _answers:  # each answer is one object, from wherever it comes
            self = AtomicExpr.__new__(cls)
            self.number, self.words = number, words
            _answers[number] = self
        return _answers[number]

    def _hashable_content(self) -> tuple[Any, ...]:
        return (self.number,)

    def __getnewargs__(self) -> tuple[Any, ...]:
        return self.number, self.words

    def definition(self) -> Expr:
        return Integer(self.number)

    def _sympystr(self, printer: Any) -> str:
        return self.words

    def _pretty(self, printer: Any) -> Any:
        return printer._print_Symbol(Symbol(self.words))

    def _latex(self, printer: Any) -> str:
        return rf"\text{{{self.words}}}"


DIVERGES = SeriesBehaviour(0, "diverges")
CONDITIONALLY = SeriesBehaviour(1, "converges conditionally")
ABSOLUTELY = SeriesBehaviour(2, "converges absolutely")


# ------------------------------------------------------------------ what the tests ask of terms


def signs_apart(f: Expr, n: Symbol) -> tuple[bool, Expr]:
    """Whether f has a factor (-1)**n, and the other factors.

    >>> from sympy import Symbol
    >>> n = Symbol("n", integer=True)
    >>> signs_apart((-1)**(n + 1)/n, n)
    (True, 1/n)
    """
    swaps, rest = 0, []
    for part in Mul.make_args(f):
        slope = _sign_slope(part, n)
        if slope is None:
            rest.append(part)
        else:
            swaps += slope
    return bool(swaps % 2), Mul(*rest)


def _sign_slope(part: Expr, n: Symbol) -> int | None:
    """1 for (-1)**n or cos(pi*n), 0 for what is 1 or -1 throughout; None for anything else."""
    if isinstance(part, Pow) and part.base is S.NegativeOne and depends_on(part.exp, n):
        slope = (part.exp.subs(n, n + 1) - part.exp).expand()
        return int(slope) if slope.is_Integer else None
    if isinstance(part, cos) and part.args[0] == pi * n:
        return 1
    return 0 if part in (1, -1) else None


def sign_far_out(f: Expr, n: Symbol) -> int | None:
    """1 or -1 where f has this sign for all large n; None where that is not known."""
    sign = 1
    for part in Mul.make_args(f):
        found = _sign_of_factor(part, n)
        if found is None:
            return None
        sign *= found
    return sign


def _sign_of_factor(part: Expr, n: Symbol) -> int | None:
    base, power = part.as_base_exp()
    if not depends_on(part, n):
        real = part.xreplace({s: Symbol(s.name, real=True) for s in part.free_symbols})
        return 1 if real.is_positive else -1 if real.is_negative else None
    if isinstance(base, (factorial, gamma, binomial, exp)):
        return 1
    if base != part:
        sign = 1 if base == n else sign_far_out(base, n)
        return sign if sign == 1 or (sign and power.is_odd) else 1 if power.is_even else None
    x = real_letter(n)
    return look(part.xreplace({n: x}), x, oo, "-").sign


def falls(f: Expr, n: Symbol) -> bool:
    """Whether f decreases from some n on: its derivative is negative far out."""
    x = real_letter(n)
    slope = f.xreplace({n: x}).diff(x)
    if look(slope, x, oo, "-").sign == -1 or _ratio_of_slope(f.xreplace({n: x}), x):
        return True
    return not slope.has(*SWINGING) and _negative_far_out(slope, x)


SWINGING = (sin, cos, factorial, gamma, binomial)


def _negative_far_out(slope: Expr, x: Symbol) -> bool:
    """Without sines the sign of a derivative does not change far out: look at it there."""
    values = [slope.xreplace({x: Float(10, 80) ** k}) for k in (6, 9, 12)]
    return all(bool(v.is_Float and v < 0) for v in values)


def _ratio_of_slope(f: Expr, x: Symbol) -> bool:
    """The same from the sum f'/f of the slopes of its factors."""
    parts = [part.diff(x) / part for part in Mul.make_args(f)]
    return bool(look(Add(*parts).together(), x, oo, "-").sign == -1)


def without_swings(f: Expr, n: Symbol) -> Expr | None:
    """A bound of |f| with the sines, cosines and arctangents in it replaced by what bounds them."""
    bounds: list[Expr] = []
    for part in Mul.make_args(f):
        base, power = part.as_base_exp()
        if isinstance(base, (sin, cos)) and power.is_positive:
            bounds.append(S.One)
        elif isinstance(base, (atan, acos)) and power.is_positive:
            bounds.append((pi / 2) ** power)
        else:
            bounds.append(part)
    changed = Mul(*bounds)
    return changed if changed != f else None


def size_bound(f: Expr, n: Symbol) -> Expr | None:
    """`without_swings`, also of a bounded sum such as 2 + sin(n)."""
    parts = []
    for part in Mul.make_args(f):
        swings = part.is_Add and any(without_swings(term, n) is not None for term in part.args)
        if swings:
            terms = [without_swings(term, n) or term for term in part.args]
            if any(depends_on(term, n) for term in terms):
                return None
            parts.append(Add(*(Abs(term) for term in terms)))
        else:
            parts.append(part)
    changed = Mul(*parts)
    bound = without_swings(changed, n)
    return bound if bound is not None else changed if changed != f else None
