"""The most rapidly varying part of a function of x -> oo, and its leading term in that part.

D. Gruntz, On Computing Limits in a Symbolic Manipulation System, ETH Zurich 1996, chapter 3: of all
subexpressions x and exp(u) with u -> +-oo, those of the highest comparability class are the most
rapidly varying set. One of them, or its reciprocal, is the small letter w; the others are
powers of w times something slower, and the first term of the series in w decides the limit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from sympy import (
    Ei,
    Expr,
    Float,
    Function,
    I,
    Integer,
    Mul,
    Pow,
    Rational,
    S,
    Symbol,
    acosh,
    acot,
    acoth,
    acsch,
    asech,
    asinh,
    atan,
    atanh,
    cosh,
    coth,
    csch,
    default_sort_key,
    erf,
    erfc,
    erfi,
    exp,
    expand,
    expand_log,
    expand_mul,
    factorial,
    gamma,
    log,
    loggamma,
    oo,
    sech,
    simplify,
    sinh,
    sqrt,
    tanh,
)

from derive.calculus.asymptotic_series import (
    CannotTell,
    Scale,
    leading_term,
    sign_of_number,
)
from derive.calculus.continuity import as_real
from derive.calculus.nearby import nearby
from derive.calculus.stirling import IN_ELEMENTARY_TERMS, binet
from derive.elementary import sigmoid, softplus
from derive.holes import rebuild
from derive.structure import depends_on, postorder

TRIED_AT = (Rational(37, 13), Rational(733, 101), Rational(16, 13))
FAR_OUT = Integer(10**1000 + 7)  # where logarithms of logarithms are real
DIGITS = 30
DEEPEST = 12
LARGEST = 200

# fmt: off
BY_EXPONENTIALS: dict[type, Callable[[Expr], Expr]] = {
    sinh:     lambda u: (exp(u) - exp(-u)) / 2,
    cosh:     lambda u: (exp(u) + exp(-u)) / 2,
    tanh:     lambda u: (1 - exp(-2*u)) / (1 + exp(-2*u)),
    coth:     lambda u: (1 + exp(-2*u)) / (1 - exp(-2*u)),
    sech:     lambda u: 2 / (exp(u) + exp(-u)),
    csch:     lambda u: 2 / (exp(u) - exp(-u)),
    asinh:    lambda u: log(u + sqrt(u**2 + 1)),
    acosh:    lambda u: log(u + sqrt(u**2 - 1)),
    atanh:    lambda u: (log(1 + u) - log(1 - u)) / 2,
    acoth:    lambda u: (log(u + 1) - log(u - 1)) / 2,
    asech:    lambda u: log(1/u + sqrt(1/u**2 - 1)),
    acsch:    lambda u: log(1/u + sqrt(1/u**2 + 1)),
    sigmoid:  lambda u: 1 / (1 + exp(-u)),
    softplus: lambda u: log(1 + exp(u)),
}

# The logarithm of how fast a function and its derivatives vary at infinity.
GROWTH: dict[type, Callable[[Expr], Expr]] = {
    erf:      lambda u: u**2,
    erfc:     lambda u: u**2,
    erfi:     lambda u: u**2,
    Ei:       lambda u: u,
}
# fmt: on

# They and their derivatives grow no faster than powers of their arguments.
AS_THEIR_ARGUMENTS = (atan, acot, binet)


@dataclass(frozen=True)
class Leading:
    """f = coefficient*w**exponent*(1 + o(1)): what w is, and the set that it is taken from."""

    exponent: Expr
    coefficient: Expr
    small: Expr
    rapid: tuple[Expr, ...]


# ------------------------------------------------------------------ the form that is worked with


def in_exponentials(f: Expr, x: Symbol) -> Expr:
    """`f` by exponentials and logarithms: powers with x above, hyperbolic and gamma functions.

    >>> x = Symbol("x", positive=True)
    >>> in_exponentials(x**x, x)
    exp(x*log(x))
    """
    for _ in range(DEEPEST):
        node = next((n for n in postorder(f) if _by_exponentials(n, x) is not None), None)
        if node is None:
            return _with_plain_logarithms(f)
        f = rebuild(f, {node: _by_exponentials(node, x)}, set())
    return f


def _with_plain_logarithms(f: Expr) -> Expr:
    """log(16*x) as 4*log(2) + log(x), so that exponents are seen to cancel."""
    logs = [n for n in postorder(f) if isinstance(n, log) and not n.args[0].is_Symbol]
    return rebuild(f, {n: expand_log(n, deep=False) for n in logs}, set())


def _by_exponentials(node: Expr, x: Symbol) -> Expr | None:
    if not isinstance(node, Expr) or not depends_on(node, x):
        return None
    if isinstance(node, Pow) and depends_on(node.exp, x) and not isinstance(node, exp):
        return exp(node.exp * log(node.base))
    if type(node) in BY_EXPONENTIALS:
        return BY_EXPONENTIALS[type(node)](node.args[0])
    if type(node) in IN_ELEMENTARY_TERMS and _grows(node.args[-1], x):
        return IN_ELEMENTARY_TERMS[type(node)](*node.args)
    if isinstance(node, (gamma, factorial, loggamma)):
        return _shifted(node, x)
    return None


def by_stirling(f: Expr, x: Symbol) -> Expr:
    """`f` with the gamma functions of large arguments in elementary terms and Binet's function."""
    for _ in range(DEEPEST):
        heads = (n for n in postorder(f) if type(n) in IN_ELEMENTARY_TERMS and depends_on(n, x))
        node = next((n for n in heads if _grows(n.args[-1], x)), None)
        if node is None:
            return f
        f = rebuild(f, {node: IN_ELEMENTARY_TERMS[type(node)](*node.args)}, set())
    return f


def _grows(u: Expr, x: Symbol) -> bool:
    try:
        return limit_at_infinity(u, x) == oo
    except CannotTell:
        return False


def _shifted(node: Expr, x: Symbol) -> Expr | None:
    """gamma(u) = gamma(u + 1)/u takes the pole at zero out of the function."""
    u = node.args[0]
    if not isinstance(node, gamma) or nearby(u, x, oo, "-").value != 0:
        return None
    return gamma(u + 1) / u


# ------------------------------------------------------------------ zero, sign, limit


@lru_cache(maxsize=4096)
def vanishes(c: Expr) -> bool:
    """Whether `c` is zero for all x: numbers show that it is not, algebra that it is."""
    if c.is_zero is not None:
        return bool(c.is_zero)
    if isinstance(c, (exp, binet)):
        return False
    if isinstance(c, Mul):
        return any(vanishes(factor) for factor in c.args)
    if isinstance(c, Pow):
        return vanishes(c.base)
    letters = sorted(c.free_symbols, key=lambda s: s.name)
    for k in range(len(TRIED_AT)):
        at = {s: TRIED_AT[(k + j) % len(TRIED_AT)] for j, s in enumerate(letters)}
        if _is_real_number_not_zero(c.xreplace(at)):
            return False
    if c.count_ops() > LARGEST:
        raise CannotTell("whether a long coefficient is zero")
    if _by_logarithms(c) and _is_real_number_not_zero(c.xreplace(dict.fromkeys(letters, FAR_OUT))):
        return False
    for form in (expand, lambda e: expand(expand_log(e, force=True)), simplify):
        if form(c) == 0:
            return True
    raise CannotTell(f"whether {c} is zero")


def _by_logarithms(c: Expr) -> bool:
    return all(isinstance(head, log) for head in c.atoms(Function))


def _is_real_number_not_zero(c: Expr) -> bool:
    value = c.evalf(DIGITS)
    return isinstance(value, Float) and value != 0 and value._prec > DIGITS


@lru_cache(maxsize=4096)
def sign_at_infinity(f: Expr, x: Symbol) -> int:
    """1 or -1: the sign of `f` for all large x; 0 for zero. Raises CannotTell."""
    if f.is_positive or f.is_negative:
        return 1 if f.is_positive else -1
    if not depends_on(f, x):
        if vanishes(f):
            return 0
        value = f.evalf(DIGITS)
        if not isinstance(value, Float):
            raise CannotTell(f"the sign of {f}")
        return 1 if value > 0 else -1
    known = nearby(f, x, oo, "-").sign
    if known in (1, -1):
        return known
    return sign_at_infinity(leading(f, x).coefficient, x)


def _nonzero(c: Expr, x: Symbol) -> bool:
    """Whether no letter beside x can make the coefficient zero."""
    return as_real(c).is_zero is False or not c.free_symbols - {x}


@lru_cache(maxsize=4096)
def limit_at_infinity(f: Expr, x: Symbol) -> Expr:
    """The limit of `f`, a number or +-oo. Raises CannotTell."""
    if not depends_on(f, x):
        return f
    known = nearby(f, x, oo, "-").value
    if known is not None:
        return known
    first = leading(f, x)
    if first.coefficient == f:
        raise CannotTell(f"{f} is its own leading term")
    towards = sign_of_number(first.exponent)
    if towards == 0:
        return limit_at_infinity(first.coefficient, x)
    if towards == 1:
        return S.Zero
    return oo * sign_at_infinity(first.coefficient, x)


# ------------------------------------------------------------------ the most rapidly varying set


def most_rapid(f: Expr, x: Symbol) -> frozenset[Expr]:
    """The subexpressions x and exp(u), u -> +-oo, of the highest comparability class."""
    known: dict[Expr, frozenset[Expr]] = {}
    for node in postorder(f, stop=lambda n: not depends_on(n, x)):
        known[node] = _rapid(node, x, [known.get(a, frozenset()) for a in node.args])
    return known[f]


def _rapid(node: Expr, x: Symbol, below: list[frozenset[Expr]]) -> frozenset[Expr]:
    if node == x:
        return frozenset({x})
    if not depends_on(node, x):
        return frozenset()
    found = frozenset[Expr]()
    for other in below:
        found = _faster(found, other, x)
    if isinstance(node, exp) and limit_at_infinity(node.args[0], x).is_infinite:
        return _faster(frozenset({node}), found, x)
    return found


def _faster(a: frozenset[Expr], b: frozenset[Expr], x: Symbol) -> frozenset[Expr]:
    """The set of the higher comparability class; both together where it is the same."""
    if not a or not b or a == b:
        return a | b
    p, q = (min(side, key=default_sort_key) for side in (a, b))
    ratio = limit_at_infinity(_log(p) / _log(q), x)
    if ratio == 0:
        return b
    return a if ratio.is_infinite else a | b


def _refuse_other_growth(f: Expr, rapid: frozenset[Expr], x: Symbol) -> None:
    """Functions of an infinite argument are coefficients only where they vary more slowly."""
    for node in postorder(f, stop=lambda n: not depends_on(n, x)):
        plain = isinstance(node, (exp, log)) or not node.is_Function or not depends_on(node, x)
        if plain or limit_at_infinity(node.args[0], x).is_finite:
            continue
        if type(node) in AS_THEIR_ARGUMENTS:
            continue
        if type(node) not in GROWTH:
            raise CannotTell(f"how fast {node} varies")
        growth = GROWTH[type(node)](node.args[0])
        ratio = limit_at_infinity(growth / _log(min(rapid, key=default_sort_key)), x)
        if ratio != 0:
            raise CannotTell(f"{node} varies as fast as the rest")


def _log(rapid: Expr) -> Expr:
    return rapid.args[0] if isinstance(rapid, exp) else log(rapid)


# ------------------------------------------------------------------ rewriting, leading term


@lru_cache(maxsize=1024)
def leading(f: Expr, x: Symbol) -> Leading:
    """The leading term of `f` in its most rapidly varying part. Raises CannotTell."""
    f = in_exponentials(f, x)
    if f.has(I):
        raise CannotTell(f"{f} is not real")
    rapid = most_rapid(f, x)
    if not rapid:
        raise CannotTell(f"{f} does not vary")
    _refuse_other_growth(f, rapid, x)
    if rapid == {x} and not depends_on(rebuild(f, {log(x): Symbol("t", positive=True)}, set()), x):
        return _in_logarithm(leading(rebuild(f, {log(x): x}, set()), x), x)
    w = Symbol("w", positive=True)
    large = _large(rapid, x)
    new = _rewritten(f, rapid, large, w, x)
    scale = Scale(
        w,
        -large,
        is_zero=vanishes,
        sign=lambda c: sign_at_infinity(c, x),
        nonzero=lambda c: _nonzero(c, x),
        limit=lambda c: limit_at_infinity(c, x),
    )
    e, c = leading_term(new, scale)
    return Leading(e, c, exp(-large), tuple(sorted(rapid, key=default_sort_key)))


def _in_logarithm(inner: Leading, x: Symbol) -> Leading:
    """What was found for x, with log(x) for x."""
    e, c, small = (_at_log(part, x) for part in (inner.exponent, inner.coefficient, inner.small))
    rapid = tuple(_at_log(part, x) for part in inner.rapid)
    return Leading(e, c, small, rapid)


def _at_log(f: Expr, x: Symbol) -> Expr:
    return rebuild(f, {x: log(x)}, set())


def _slower(rest: Expr, large: Expr, x: Symbol, by_powers: bool) -> Expr:
    """What is left in the exponent; beside log(x) as a product, or SymPy would make a power."""
    rest = expand_mul(rest)
    return large * expand_mul(rest / large) if by_powers and rest.has(log(x)) else rest


def _large(rapid: frozenset[Expr], x: Symbol) -> Expr:
    """The u -> oo with w = exp(-u), from the simplest element."""
    if x in rapid:
        return log(x)
    ordered = sorted(rapid, key=lambda g: (g.count_ops(), default_sort_key(g)))
    inner = lambda g: [other for other in ordered if other != g and g.has(other)]
    chosen = next(g for g in ordered if not inner(g))
    u = chosen.args[0]
    return u if sign_at_infinity(u, x) == 1 else -u


def _rewritten(f: Expr, rapid: frozenset[Expr], large: Expr, w: Symbol, x: Symbol) -> Expr:
    """`f` with every element exp(s) of the set as exp(s - c*large)*w**-c, where s/large -> c."""
    new: dict[Expr, Expr] = {}
    for node in postorder(f, stop=lambda n: not depends_on(n, x)):
        if node == x and x in rapid:
            new[node] = 1 / w
        elif node in rapid:
            c = limit_at_infinity(node.args[0] / large, x)
            rest = _rewritten(node.args[0] - c * large, rapid, large, w, x)
            new[node] = exp(_slower(rest, large, x, x in rapid)) * w ** (-c)
        elif node == log(x) and x in rapid:
            new[node] = node
        elif depends_on(node, x):
            changed = [new.get(a, a) for a in node.args]
            new[node] = node if changed == list(node.args) else node.func(*changed)
        else:
            new[node] = node
    return new[f]
