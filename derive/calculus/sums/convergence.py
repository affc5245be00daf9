"""Convergence tests: nth term, geometric, p-series, ratio, root, comparison, integral, Leibniz,
Dirichlet, Raabe, condensation. What a test asks of a limit is shown as a premise of its step.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy import (
    Abs,
    Add,
    Expr,
    FiniteSet,
    Float,
    Gt,
    Integral,
    Interval,
    Limit,
    Lt,
    Mul,
    Ne,
    Piecewise,
    Poly,
    Pow,
    Product,
    Rational,
    S,
    Sum,
    Symbol,
    binomial,
    cancel,
    cos,
    exp,
    expand_log,
    expand_power_base,
    expand_power_exp,
    factor,
    factorial,
    gamma,
    log,
    oo,
    powdenest,
    powsimp,
    sign,
    sin,
    sqrt,
)

from derive.asked import in_order, letter, scalar
from derive.calculus.integrals import BETWEEN, Between
from derive.calculus.integrals import RULES as INTEGRALS
from derive.calculus.integrals.definite.poles import RULES as RESIDUES
from derive.calculus.integrals.definite.poles import Residue
from derive.calculus.integrals.integrate import exact
from derive.calculus.integrals.operators import definite
from derive.calculus.limit_table import FINITE
from derive.calculus.limits import RULES as LIMITS
from derive.calculus.sums.behaviour import (
    ABSOLUTELY,
    CONDITIONALLY,
    DIVERGES,
    Convergence,
    falls,
    sign_far_out,
    signs_apart,
    size_bound,
)
from derive.calculus.sums.operators import counting, far_out, ratio, real_letter, unequal
from derive.calculus.sums.trigonometric import steady_angle
from derive.core import Derivation
from derive.engine import DOES_NOT_EXIST, Budget, limited, search
from derive.rules import ZERO, Outcome, Rewrite, RuleTable
from derive.structure import depends_on, free_symbols, postorder

x, p = Symbol("x"), Symbol("p")
n = Symbol("n", integer=True)
q = Symbol("q")
NOT_ZERO = Interval(-oo, 0, True, True) + Interval(0, oo, True, True) + FiniteSet(oo, -oo)
BELOW_ONE, ABOVE_ONE = Interval(0, 1, False, True), Interval(1, oo, True) + FiniteSet(oo)
POSITIVE = Interval(0, oo, True, True)
FAR = (100, 200)  # exponents of ten: places far out, where a logarithm no longer looks like a power
CONVERGENT, DIVERGENT = FiniteSet(ABSOLUTELY), FiniteSet(DIVERGES)

RULES = RuleTable(Convergence, lambda goal: goal.args, "convergence tests")


@RULES.rule("constant factor", example=Convergence(3 / n**2, n, 1), on=Mul)
def constant_factor(f: Expr, n: Symbol, a: Expr) -> Outcome:
    """A constant factor other than 0 changes nothing."""
    fixed, moving = f.as_independent(n, as_Add=False)
    if fixed == 1 or moving == 1:
        return None
    given = S.true if fixed.is_number else Ne(fixed, 0)
    return Rewrite(Convergence(moving, n, a), given)


@RULES.rule("geometric series", example=Convergence(Rational(2, 3) ** n, n, 0))
def geometric(f: Expr, n: Symbol, a: Expr) -> Outcome:
    """Each term is q times the one before: it converges for |q| < 1 only."""
    r = ratio(f, n)
    if r is None or depends_on(r, n):
        return None
    size = Abs(r)
    if free_symbols(r):
        answer = Piecewise((ABSOLUTELY, Lt(size, 1)), (DIVERGES, True))
        return Rewrite(answer, where=((q, r),))
    return Rewrite(ABSOLUTELY if size < 1 else DIVERGES, where=((q, r),))


@RULES.rule("p-series", example=Convergence(1 / n**2, n, 1), on=Pow)
def p_series(f: Expr, n: Symbol, a: Expr) -> Outcome:
    """The sum of 1/n**p converges for p > 1 and diverges for p <= 1."""
    base, power = f.as_base_exp()
    if not base.is_polynomial(n) or depends_on(power, n) or Poly(base, n).degree() != 1:
        return None
    s = -power
    if sign_far_out(base, n) != 1:
        return None
    if s.is_number:
        return Rewrite(ABSOLUTELY if s > 1 else DIVERGES, where=((p, s),))
    return Rewrite(Piecewise((ABSOLUTELY, Gt(s, 1)), (DIVERGES, True)), where=((p, s),))


@RULES.rule("nth-term test", example=Convergence((-1) ** n * n / (n + 1), n, 1))
def nth_term(f: Expr, n: Symbol, a: Expr) -> Iterator[Rewrite]:
    """The terms do not tend to 0: the series diverges."""
    _, size = signs_apart(f, n)
    if not _may_stay_away_from_zero(size, n):
        return
    limit = far_out(size, n)
    yield Rewrite(DIVERGES, premises=((limit, NOT_ZERO),))
    yield Rewrite(DIVERGES, premises=((limit, FiniteSet(DOES_NOT_EXIST)),))


def _may_stay_away_from_zero(size: Expr, n: Symbol) -> bool:
    """A quick look at two places far out: whether the limit is worth asking for."""
    near, far = (size_at(size, n, k) for k in (3, 6))
    if near is None or far is None:
        return not free_symbols(size) - {n}
    return bool(far > S("0.2") * near or far > 1)


def size_at(f: Expr, n: Symbol, k: int) -> Expr | None:
    """|f| at n = 10**k, as a floating-point number: whole numbers would be worked out in full."""
    value = abs(f.xreplace({n: Float(10, 60 + 4 * k) ** k}))
    return value if value.is_Float else None


@RULES.rule("sum of two series", example=Convergence(1 / n**2 + 1 / 2**n, n, 1), on=Add)
def sum_of_two(f: Expr, n: Symbol, a: Expr) -> Iterator[Rewrite]:
    """All parts converge absolutely, or all but one do and that one decides."""
    parts = [Convergence(term, n, a) for term in Add.make_args(f)]
    yield Rewrite(ABSOLUTELY, premises=tuple((part, CONVERGENT) for part in parts))
    for k, part in enumerate(parts):
        others = tuple((other, CONVERGENT) for other in parts[:k] + parts[k + 1 :])
        yield Rewrite(part, premises=others)


@RULES.rule("absolute convergence", example=Convergence((-1) ** n / n**2, n, 1))
def absolute(f: Expr, n: Symbol, a: Expr) -> Outcome:
    """The sizes of the terms have a finite sum."""
    swaps, size = signs_apart(f, n)
    if not swaps or not _fades_fast(size, n):
        return None
    return Rewrite(ABSOLUTELY, premises=((Convergence(size, n, a), CONVERGENT),))


def _fades_fast(size: Expr, n: Symbol) -> bool:
    """A quick look far out: faster than 1/n, or with letters in it."""
    near, far = (size_at(size, n, k) for k in FAR)
    return near is None or far is None or bool(far < near * Float(10) ** Float("-105"))


@RULES.rule("alternating series (Leibniz)", example=Convergence((-1) ** n / n, n, 1))
def leibniz(f: Expr, n: Symbol, a: Expr) -> Outcome:
    """Signs alternate and sizes decrease to 0: it converges; but the sizes have no finite sum."""
    swaps, size = signs_apart(f, n)
    seen = _sign_seen(size, n) if swaps else None
    if seen is None or not falls(seen * size, n):
        return None
    premises = ((far_out(size, n), ZERO), (Convergence(size, n, a), DIVERGENT))
    return Rewrite(CONDITIONALLY, where=((Symbol("b_n"), size),), premises=premises)


@RULES.rule("Dirichlet's test", example=Convergence(sin(n) / n, n, 1), on=Mul)
def dirichlet(f: Expr, n: Symbol, a: Expr) -> Outcome:
    """The sums of the waves stay bounded, and the other factor decreases to 0: it converges.

    Not absolutely: |sin| is at least sin**2, whose mean is not 0, and the other factor alone has
    no finite sum.
    """
    swaps, rest = signs_apart(f, n)
    waves = [part for part in Mul.make_args(rest) if steady_angle(part, n)]
    size = Mul(*(part for part in Mul.make_args(rest) if part not in waves))
    seen = _sign_seen(size, n) if len(waves) == 1 else None
    if seen is None or _fades_fast(size, n) or not falls(seen * size, n):
        return None
    step = (steady_angle(waves[0], n) or (S.Zero,))[0]
    given = unequal(sin(step), S.Zero)
    if given == False or sin(step) == 0:
        return None
    bound = 1 / Abs(cos(step / 2) if swaps else sin(step / 2))
    premises = ((far_out(size, n), ZERO), (Convergence(size, n, a), DIVERGENT))
    where = ((Symbol("b_n"), size), (Symbol("B"), bound))
    return Rewrite(CONDITIONALLY, given, where, premises)


@RULES.rule("direct comparison", example=Convergence(sin(n) / n**2, n, 1))
def direct_comparison(f: Expr, n: Symbol, a: Expr) -> Outcome:
    """The terms are no larger than those of an absolutely convergent series."""
    bound = size_bound(signs_apart(f, n)[1], n)
    if bound is None:
        return None
    return Rewrite(ABSOLUTELY, premises=((Convergence(bound, n, a), CONVERGENT),))


# ------------------------------------------------------------------ ratio, root, Raabe


def _grows_fast(f: Expr, n: Symbol) -> bool:
    """Factorials or powers with the index in the exponent: what the ratio test is for."""
    return any(
        isinstance(node, (factorial, gamma, binomial))
        or (isinstance(node, Pow) and depends_on(node.exp, n))
        or node.func.__name__ == "exp"
        for node in postorder(f)
        if depends_on(node, n)
    )


def quotient_of_neighbours(f: Expr, n: Symbol) -> Expr | None:
    """f(n + 1)/f(n), put together.

    >>> quotient_of_neighbours(factorial(n)/n**n, n)
    (n/(n + 1))**n
    """
    r = ratio(f, n)
    if r is not None:
        return r
    result: Expr = S.One
    for part in Mul.make_args(f):
        plain = ratio(part, n)
        result *= plain if plain is not None else _neighbours(part, n)
    return powsimp(powdenest(result, force=True))


def _neighbours(part: Expr, n: Symbol) -> Expr:
    base, power = part.as_base_exp()
    slope = (power.subs(n, n + 1) - power).expand()
    if depends_on(slope, n) or not base.is_rational_function(n):
        return part.subs(n, n + 1) / part
    after = base.subs(n, n + 1)
    if power.could_extract_minus_sign():
        return cancel(base / after) ** (-power) * after**slope
    return cancel(after / base) ** power * after**slope


@RULES.rule("root test", example=Convergence((n / (2 * n + 1)) ** n, n, 1))
def root_test(f: Expr, n: Symbol, a: Expr) -> Iterator[Rewrite]:
    """The nth root of the size tends to less than 1: absolute; to more than 1: none."""
    _, size = signs_apart(f, n)
    parts = [part for part in Mul.make_args(size) if depends_on(part, n)]
    if not any(
        isinstance(p, Pow) and depends_on(p.exp, n) and depends_on(p.base, n) for p in parts
    ):
        return
    if not all(isinstance(p, Pow) and cancel(p.exp / n).is_polynomial(n) for p in parts):
        return
    root = Mul(*(_nth_root(part, n) for part in Mul.make_args(size)))
    yield from _compared_with_one(far_out(root, n), size_at(root, n, 12))


def _nth_root(part: Expr, n: Symbol) -> Expr:
    base, power = part.as_base_exp()
    return base ** cancel(power / n)


@RULES.rule("ratio test", example=Convergence(2**n / factorial(n), n, 0))
def ratio_test(f: Expr, n: Symbol, a: Expr) -> Iterator[Rewrite]:
    """The quotient of neighbouring terms tends to less than 1: absolute; to more than 1: none."""
    _, size = signs_apart(f, n)
    if not _grows_fast(size, n) or free_symbols(size) - {n}:
        return
    r = quotient_of_neighbours(size, n)
    if r is None or not depends_on(r, n):
        return
    yield from _compared_with_one(far_out(r, n), size_at(r, n, 12))


def _compared_with_one(limit: Limit, seen: Expr | None) -> Iterator[Rewrite]:
    """What the limit says; a quick look tells where it is 1, and says nothing."""
    if seen is None or seen < Float("0.999"):
        yield Rewrite(ABSOLUTELY, premises=((limit, BELOW_ONE),))
    if seen is None or seen > Float("1.001"):
        yield Rewrite(DIVERGES, premises=((limit, ABOVE_ONE),))


@RULES.rule("ratio test with a letter", example=Convergence(x**n / n, n, 1))
def ratio_with_letter(f: Expr, n: Symbol, a: Expr) -> Outcome:
    """The quotient of neighbouring terms tends to a multiple of |x|, which decides."""
    _, size = signs_apart(f, n)
    letters = free_symbols(size) - {n}
    r = quotient_of_neighbours(size, n) if letters else None
    if r is None or not depends_on(r, n):
        return None
    fixed, moving = factor(r).as_independent(n, as_Add=False)
    if free_symbols(moving) - {n} or sign_far_out(moving, n) != 1:
        return None
    seen = size_at(moving, n, FAR[0])
    if seen is None or seen > Float(10) ** 9:
        return Rewrite(DIVERGES, Ne(fixed, 0), premises=((far_out(moving, n), FiniteSet(oo)),))
    whole = Abs(fixed) * far_out(moving, n)
    answer = Piecewise((ABSOLUTELY, Lt(whole, 1)), (DIVERGES, True))
    return Rewrite(answer, Ne(whole, 1))


@RULES.rule("Raabe's test", example=Convergence(binomial(2 * n, n) / (4**n * n), n, 1))
def raabe(f: Expr, n: Symbol, a: Expr) -> Iterator[Rewrite]:
    """With n*(a_n/a_(n+1) - 1) tending to more than 1: absolute; to less than 1: none."""
    swaps, size = signs_apart(f, n)
    r = ratio(size, n) if _grows_fast(size, n) else None
    if swaps or r is None or not depends_on(r, n):
        return
    limit = far_out(cancel(n * (1 / r - 1)), n)
    yield Rewrite(ABSOLUTELY, premises=((limit, ABOVE_ONE),))
    yield Rewrite(DIVERGES, premises=((limit, Interval(-oo, 1, True, True)),))


# ------------------------------------------------------------------ comparison, integral


def _power_of_decay(size: Expr, n: Symbol) -> Rational | None:
    """p with size about n**-p far out, as a fraction: a guess, that a limit has to bear out."""
    near, far = (size_at(size, n, k) for k in FAR)
    if not near or not far:
        return None
    return Rational(round(float(-24 * log(far / near, 10) / (FAR[1] - FAR[0]))), 24)


@RULES.rule("limit comparison", example=Convergence((n + 1) / (n**3 + 2), n, 1))
def limit_comparison(f: Expr, n: Symbol, a: Expr) -> Iterator[Rewrite]:
    """Its terms behave like 1/n**p, up to a positive factor: both series do the same."""
    swaps, size = signs_apart(f, n)
    sign = None if swaps or free_symbols(size) - {n} else _sign_seen(size, n)
    if sign is None or (_grows_fast(size, n) and not _plain_at_infinity(size, n)):
        return
    s = _power_of_decay(size, n)
    if s is None or not 0 < s < 50:
        return
    like = Convergence(n**-s, n, 1)
    near, far = (size_at(size * n**s, n, k) for k in FAR)
    if like.args[0] != size and far and abs(near / far - 1) < Float("0.01"):
        yield Rewrite(like, premises=((far_out(_quotient(sign * size, s, n), n), POSITIVE),))
    between = (s + 1) / 2
    if s > 1:
        smaller = (far_out(sign * size * n**between, n), ZERO)
        rest = (Convergence(n**-between, n, 1), CONVERGENT)
        yield Rewrite(ABSOLUTELY, premises=(smaller, rest))
    if s < 1:
        larger = (far_out(sign * size * n**between, n), FiniteSet(oo))
        yield Rewrite(DIVERGES, premises=(larger, (Convergence(n**-between, n, 1), DIVERGENT)))


def _sign_seen(size: Expr, n: Symbol) -> int | None:
    """The sign at a place far out: the limit of the quotient has to bear it out."""
    value = size.xreplace({n: Float(10, 60) ** 12})
    return int(sign(value)) if value.is_Float and value != 0 else None


def _quotient(size: Expr, s: Rational, n: Symbol) -> Expr:
    """size/n**-s, or the power of it that has no roots left."""
    for r in (1, 2, 3, 4, 6):
        power = cancel(size**r * n ** (s * r)) if (size**r).is_rational_function(n) else None
        if power is not None and power.is_rational_function(n):
            return power
    return powsimp(expand_power_exp(size.expand()) * n**s)


def _plain_at_infinity(size: Expr, n: Symbol) -> bool:
    """Only exponents that tend to 0, as in 2**(1/n) - 1."""
    return not any(
        isinstance(node, (factorial, gamma, binomial))
        or (isinstance(node, Pow) and depends_on(node.exp, n) and node.exp.is_polynomial(n))
        for node in postorder(size)
    )


@RULES.rule(
    "Cauchy's condensation", example=Convergence(1 / (n * log(n) * sqrt(log(log(n)))), n, 3)
)
def condensation(f: Expr, n: Symbol, a: Expr) -> Outcome:
    """Decreasing terms may be replaced by 2**k times the term at 2**k."""
    if not f.has(log) or signs_apart(f, n)[0] or sign_far_out(f, n) != 1 or not falls(f, n):
        return None
    k = Symbol("k", integer=True, positive=True)
    moved = expand_log((2**k * f.subs(n, 2**k)), force=True)
    moved = powsimp(expand_power_exp(expand_power_base(moved, force=True)))
    index = Symbol("k", integer=True)
    return Convergence(powdenest(moved, force=True).xreplace({k: index}), index, a)


@RULES.rule("integral test", example=Convergence(exp(-sqrt(n)) / sqrt(n), n, 1))
def integral_test(f: Expr, n: Symbol, a: Expr) -> Iterator[Rewrite]:
    """The terms are positive and decrease: the series converges exactly if the integral does."""
    if signs_apart(f, n)[0] or sign_far_out(f, n) != 1 or not falls(f, n):
        return
    if f.has(factorial, gamma, binomial):
        return
    x = real_letter(n)
    area = definite(f.xreplace({n: x}), x, a, oo)
    yield Rewrite(ABSOLUTELY, premises=((area, FINITE),))
    yield Rewrite(DIVERGES, premises=((area, FiniteSet(oo)),))


# ------------------------------------------------------------------ what the user calls


@limited
def convergence(f: Expr | str, n: Any, start: Any = 1, timeout: float = 20.0) -> Derivation:
    """Whether the series of `f` over n = start, start + 1, ... converges, and by which test.

    The result diverges, converges conditionally or converges absolutely; with letters in the
    terms it says for which of their values. Raises NoRuleApplies, BudgetExceeded, ValueError,
    ParseError.

    >>> convergence("(-1)^n/n", "n").result
    converges conditionally
    >>> convergence("n!/n^n", "n").result
    converges absolutely
    """
    expression = exact(scalar(f))
    index = letter(n, expression)
    begin = exact(scalar(start))
    if not begin.is_integer:
        raise ValueError(f"start is {begin}: write an integer, from which the terms are added up")
    if not depends_on(expression, index):
        raise ValueError(f"{expression} does not depend on {index}: by which index is it summed?")
    letters = counting(expression, {index})
    index_, terms = letters.get(index, index), expression.xreplace(letters)
    goal = Convergence(terms, index_, _defined_from(terms, index_, begin))
    root = search(goal, tables(), Budget(seconds=timeout))
    return Derivation(root, goal, arguments=in_order(goal))


def _defined_from(f: Expr, n: Symbol, start: Expr) -> Expr:
    """The first place from `start` on at which the term has a value: 1/log(n) begins at 2."""
    for place in range(int(start), int(start) + 10) if start.is_Integer else ():
        value = f.subs(n, place)
        if not value.has(S.NaN, S.ComplexInfinity, oo, -oo):
            return S(place)
    return start


def tables() -> dict[type, RuleTable]:
    from derive.calculus.sums.products import RULES as PRODUCTS
    from derive.calculus.sums.summation import RULES as SUMS

    return {
        Convergence: RULES,
        Sum: SUMS,
        Product: PRODUCTS,
        Limit: LIMITS,
        Integral: INTEGRALS,
        Between: BETWEEN,
        Residue: RESIDUES,
    }
