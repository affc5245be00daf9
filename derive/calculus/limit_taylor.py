"""Taylor's theorem with its remainder, for functions of arguments that come close far out.

F(A) is the Taylor polynomial of F at B in A - B, and what it leaves out is small beside the rest.
The remainder is F^(n+1)(xi)*(A - B)^(n+1)/(n+1)!, xi between A and B (J. L. Lagrange).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sympy import (
    Add,
    Derivative,
    Ei,
    Expr,
    Function,
    Mul,
    Pow,
    S,
    Subs,
    Symbol,
    cos,
    erf,
    erfc,
    erfi,
    exp,
    expand_mul,
    factorial,
    gamma,
    log,
    loggamma,
    oo,
    polygamma,
    sin,
)

from derive.calculus import limit_orders  # noqa: F401  (its rules come first)
from derive.calculus.continuity import continuity
from derive.calculus.limit_first_term import first_term
from derive.calculus.limit_forms import names_the_form
from derive.calculus.limit_orders import Premise, far, largest, leading, shown
from derive.calculus.limit_table import RULES, lim, powers
from derive.calculus.stirling import binet
from derive.holes import rebuild
from derive.rules import Outcome, Rewrite
from derive.structure import depends_on, fresh, postorder

x = Symbol("x")
HIGHEST = 3

# Far out F^(n)(A)/F^(n)(B) tends to 1 where (A - B)*rate(B) tends to 0.
# fmt: off
RATES: dict[type, Callable[[Expr], Expr]] = {
    exp:       lambda B: S.One,
    Ei:        lambda B: S.One,
    log:       lambda B: 1 / B,
    Pow:       lambda B: 1 / B,
    loggamma:  lambda B: 1 / B,
    polygamma: lambda B: 1 / B,
    binet:     lambda B: 1 / B,
    gamma:     log,
    erf:       lambda B: B,
    erfc:      lambda B: B,
    erfi:      lambda B: B,
}
# fmt: on


@dataclass(frozen=True)
class Expansion:
    """F(A) around B: the node, and F as a function of its argument."""

    node: Expr
    F: Callable[[Expr], Expr]
    A: Expr
    B: Expr

    @property
    def small(self) -> Expr:
        return expand_mul(self.A - self.B)

    def derivative(self, n: int, at: Expr) -> Expr:
        letter = Symbol("u", positive=True)
        return self.F(letter).diff(letter, n).xreplace({letter: at})

    def term(self, n: int, at: Expr) -> Expr:
        return self.derivative(n, at) / factorial(n) * self.small**n

    def polynomial(self, n: int) -> Expr:
        return Add(*(self.term(k, self.B) for k in range(n + 1)))


def _function(node: Expr, x: Symbol) -> tuple[Callable[[Expr], Expr], Expr] | None:
    """F and A with node = F(A)."""
    if not depends_on(node, x):
        return None
    if isinstance(node, Pow) and not isinstance(node, exp):
        base, p = node.args
        moving = not depends_on(p, x) and isinstance(base, Add) and not (p.is_Integer and p > 0)
        return (lambda w: w**p, base) if moving else None
    if isinstance(node, polygamma) and not depends_on(node.args[0], x):
        return (lambda w: polygamma(node.args[0], w)), node.args[1]
    return (node.func, node.args[0]) if isinstance(node, Function) and len(node.args) == 1 else None


# ------------------------------------------------------------------ around what


def _expansions(f: Expr, x: Symbol) -> Iterator[Expansion]:
    """The functions in `f`, around the argument of another one, a slower part, or a number."""
    nodes = dict.fromkeys(postorder(f))
    found = [(node, *pair) for node in nodes if (pair := _function(node, x)) is not None]
    for node, F, A in reversed(found):
        for other, _, B in found:
            if other != node and type(other) is type(node) and far(A - B, x) == 0:
                yield Expansion(node, F, A, B)
    for node, F, A in reversed(found):
        c = far(A, x)
        for B in (*_slower_parts(A, x), *([c] if c is not None and c.is_finite else [])):
            yield Expansion(node, F, A, B)


def _slower_parts(A: Expr, x: Symbol) -> list[Expr]:
    """A without its terms that tend to zero."""
    if not isinstance(A, Add):
        return []
    small = [term for term in A.args if far(term, x) == 0]
    rest = A - Add(*small)
    return [rest] if small and depends_on(rest, x) else []


# ------------------------------------------------------------------ the remainder


def _remainder(e: Expansion, n: int, K: Expr, x: Symbol) -> tuple[Premise, ...] | None:
    """Premises by which K times the remainder of order n tends to zero; None where it does not."""
    c = far(e.B, x)
    if c is None or (c.is_infinite and type(e.node) not in RATES):
        return None
    if isinstance(e.node, exp) or c == oo:
        close, bound = e.small * RATES[type(e.node)](e.B), K * e.term(n + 1, e.B)
    elif c.is_finite and _is_smooth(e, n, c):
        close, bound = e.small, K * e.small ** (n + 1)
    else:
        return None
    if far(close, x) != 0 or far(bound, x) != 0:
        return None
    at = () if isinstance(e.node, exp) else shown(e.B, c, x)
    return (*at, *shown(close, S.Zero, x), *shown(bound, S.Zero, x))


def _is_smooth(e: Expansion, n: int, c: Expr) -> bool:
    """Whether F has a continuous derivative of order n + 1 around c."""
    letter = fresh("u", e.node)
    derivative = e.F(letter).diff(letter, n + 1)
    if derivative.has(Derivative, Subs):
        return False
    found = [continuity(f, letter, c) for f in (e.F(letter), derivative)]
    return all(value is not None and value[1] == True for value in found)


def _expanded(f: Expr, e: Expansion, n: int) -> Expr:
    return expand_mul(rebuild(f, {e.node: e.polynomial(n)}, set()))


def _factor_of(node: Expr, f: Expr) -> Expr | None:
    """K with f = K*node + rest; None where f is not of this form."""
    letter = fresh("y", f)
    K = rebuild(f, {node: letter}, set()).diff(letter)
    return K if K != 0 and not depends_on(K, letter) else None


@RULES.rule(
    "Taylor's theorem in a sum",
    example=lim(exp(x + exp(-x)) - exp(x), x, oo),
    on=Add,
    on_request=True,
)
@names_the_form
def taylor_in_sum(f: Add, x: Symbol, x0: Expr, d: str) -> Outcome:
    """A function is replaced by its Taylor polynomial: the remainder tends to zero."""
    if x0 != oo:
        return None
    for e in _expansions(f, x):
        K = _factor_of(e.node, f)
        for n in range(HIGHEST + 1) if K is not None else ():
            premises = _remainder(e, n, K, x)
            if premises is not None:
                letters = ((e.node, e.polynomial(n)),)
                return Rewrite(lim(_expanded(f, e, n), x, oo), where=letters, premises=premises)
    return None


@RULES.rule(
    "first term of a factor",
    example=lim(exp(x) / (exp(1 / x) - cos(1 / x)), x, oo),
    on=Mul,
    on_request=True,
)
@names_the_form
def first_term_of_factor(f: Mul, x: Symbol, x0: Expr, d: str) -> Outcome:
    """A sum in which the largest terms cancel is equivalent to the first term of its series."""
    if x0 != oo:
        return None
    for g, p in powers(f):
        whole = isinstance(g, Add) and p.is_Integer and leading(g, x) is None
        first = first_term(g, x) if whole else None
        if first is not None and not first.has(Add):
            return Rewrite(lim(f / g**p * first**p, x, oo), where=((g, first),))
    return None


@RULES.rule(
    "Taylor's theorem in a factor",
    example=lim(exp(x) * (sin(1 / x + exp(-x)) - sin(1 / x)), x, oo),
    on=Mul,
    on_request=True,
)
@names_the_form
def taylor_in_factor(f: Mul, x: Symbol, x0: Expr, d: str) -> Outcome:
    """A function is replaced by its Taylor polynomial: beside the rest the remainder is small."""
    if x0 != oo:
        return None
    for g, p in powers(f):
        found = _smaller(g, x) if _cancels(g, x) and not depends_on(p, x) else None
        if found is not None:
            new, e, n, premises = found
            letters = ((e.node, e.polynomial(n)),)
            return Rewrite(lim(f / g**p * new**p, x, oo), where=letters, premises=premises)
    return None


def _cancels(g: Expr, x: Symbol) -> bool:
    """A sum without a largest term, or a function that tends to zero."""
    if isinstance(g, Add):
        return leading(g, x) is None
    return isinstance(g, Function) and not isinstance(g, exp) and far(g, x) == 0


def _smaller(g: Expr, x: Symbol) -> tuple[Expr, Expansion, int, tuple[Premise, ...]] | None:
    """`g` with the remainder of one of its functions left out, as far as g/new -> 1."""
    for e in _expansions(g, x):
        K = _factor_of(e.node, g)
        for n in range(HIGHEST + 1) if K is not None else ():
            new = _expanded(g, e, n)
            premises = _remainder(e, n, K / new, x) if depends_on(new, x) else None
            if premises is not None:
                return new, e, n, premises
    return None


@RULES.rule(
    "take out the largest term",
    example=lim(exp(x + 1 / x) - exp(x), x, oo),
    on=Add,
    on_request=True,
)
@names_the_form
def take_out_largest(f: Add, x: Symbol, x0: Expr, d: str) -> Outcome:
    """The fastest growing terms cancel in part: what they leave is a factor that tends to zero."""
    found = largest(expand_mul(f).args, x) if x0 == oo else None
    if found is None or far(found[0], x) not in (oo, -oo):
        return None
    term, others = found
    rest = 1 + Add(*(ratio for ratio, _ in others))
    return Rewrite(lim(term * rest, x, oo), where=((Symbol("u"), term),))
