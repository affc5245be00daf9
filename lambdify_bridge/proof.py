"""Equations proved by exact rewriting: what both sides reduce to is the same expression.

Derivatives are worked out by SymPy's own rules, which share nothing with the equation's. An
antiderivative is differentiated back, a finite sum proved by induction, a matrix compared entry by
entry; then the difference has to cancel as a quotient of polynomials in its functions, taken as
independent: that never finds 0 for what is not. What does not cancel is not proved; it may be true.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy import (
    Abs,
    And,
    Basic,
    Derivative,
    Determinant,
    Dummy,
    Expr,
    Integral,
    Inverse,
    Limit,
    Ne,
    Product,
    Subs,
    Sum,
    Symbol,
    cancel,
    cosh,
    coth,
    exp,
    expand,
    fraction,
    rem,
    sign,
    sinh,
    tanh,
    together,
)
from sympy.core.function import AppliedUndef
from sympy.functions.elementary.trigonometric import TrigonometricFunction
from sympy.matrices import MatrixBase
from sympy.polys.polyerrors import PolynomialError

from lambdify_bridge.nodes import nodes

LARGEST = 400  # nodes of what is rewritten
HYPERBOLIC = (sinh, cosh, tanh, coth)
EXACT = (Derivative, Subs, Determinant, Inverse)
BY_DEFINITION_ONLY = (Limit, Product, Sum)  # no rule of another kind works them out


def proof(lhs: Basic, rhs: Basic, given: Any = True) -> str:
    """How `lhs = rhs` is proved, in words; empty where it is not.

    >>> from sympy import Derivative, Integral, Symbol, sin, cos, tan
    >>> x = Symbol("x")
    >>> proof(Derivative(tan(x), x), 1 + tan(x)**2)
    'worked out by other rules, the sides differ by 0'
    >>> proof(Integral(sin(x)**2, x), x/2 - sin(x)*cos(x)/2)
    'differentiated, the right side gives the integrand'
    >>> proof(Derivative(sin(x), x), -cos(x))
    ''
    """
    seen = [node for side in (lhs, rhs) for node in nodes(side)]
    if len(seen) > LARGEST or any(getattr(node, "is_Float", False) for node in seen):
        return ""
    letters = _real_letters(lhs, rhs, given)
    try:
        return next(_ways(lhs.xreplace(letters), rhs.xreplace(letters)), "")
    except (PolynomialError, NotImplementedError, TypeError, ValueError, RecursionError):
        return ""  # SymPy could not rewrite it: nothing is proved


def _real_letters(lhs: Basic, rhs: Basic, given: Any) -> dict[Basic, Symbol]:
    """A letter of which nothing is said stands for a real number; conditions say more."""
    known = And.make_args(given) if isinstance(given, Basic) else ()
    positive = {c.gts for c in known if getattr(c, "lts", None) == 0 and c.is_Relational}
    nonzero = {c.lhs for c in known if isinstance(c, Ne) and c.rhs == 0}
    letters: dict[Basic, Symbol] = {}
    for letter in sorted(lhs.atoms(Symbol) | rhs.atoms(Symbol), key=lambda s: s.sort_key()):
        facts = {k: v for k, v in letter._assumptions_orig.items() if v is not None}
        facts.setdefault("real", True)
        if letter in positive:
            facts["positive"] = True
        elif letter in nonzero:
            facts["nonzero"] = True
        letters[letter] = Dummy(letter.name, **facts)
    return letters


def _ways(lhs: Any, rhs: Any) -> Iterator[str]:
    if isinstance(lhs, Integral) and all(len(limit.args) == 1 for limit in lhs.limits):
        back = rhs
        for limit in lhs.limits:
            back = back.diff(limit.args[0])
        if is_zero(back - lhs.function):
            yield "differentiated, the right side gives the integrand"
        return
    if isinstance(lhs, Sum) and len(lhs.limits) == 1 and _by_induction(lhs, rhs):
        yield "by induction over the last term"
        return
    if lhs.has(*BY_DEFINITION_ONLY) or rhs.has(*BY_DEFINITION_ONLY) or _definite(lhs, rhs):
        return
    left, right = _worked_out(lhs), _worked_out(rhs)
    if isinstance(left, MatrixBase) and isinstance(right, MatrixBase):
        if left.shape == right.shape and all(is_zero(entry) for entry in left - right):
            yield "worked out by other rules, all entries differ by 0"
    elif isinstance(left, Expr) and isinstance(right, Expr) and is_zero(left - right):
        yield "worked out by other rules, the sides differ by 0"


def _definite(*sides: Any) -> bool:
    limits = (limit for side in sides for i in side.atoms(Integral) for limit in i.limits)
    return any(len(limit.args) > 1 for limit in limits)


def _by_induction(sum_: Sum, claim: Expr) -> bool:
    """S(a) is the first term, and S(n) - S(n - 1) the last one."""
    k, low, high = sum_.limits[0]
    if not isinstance(high, Symbol) or high in low.free_symbols or sum_.function.has(high):
        return False
    first = claim.xreplace({high: low}) - sum_.function.xreplace({k: low})
    last = claim - claim.xreplace({high: high - 1}) - sum_.function.xreplace({k: high})
    return is_zero(first) and is_zero(last)


def _worked_out(expression: Any) -> Any:
    """Derivatives, substitutions, determinants and inverses by SymPy's own, innermost first."""
    replaced: dict[Basic, Any] = {}
    for node in reversed(list(nodes(expression))):
        if isinstance(node, EXACT):
            replaced[node] = _one(node.xreplace(replaced))
    found = expression.xreplace(replaced)
    return found.doit() if type(found).__name__ in ("MatMul", "MatAdd", "MatPow") else found


def _one(node: Any) -> Any:
    if isinstance(node, Determinant):
        return node.arg.det(method="berkowitz")
    if isinstance(node, Inverse):
        matrix = node.arg
        return matrix.adjugate() / matrix.det(method="berkowitz")
    return node.doit(deep=False)


def is_zero(difference: Expr) -> bool:
    """Whether it cancels, its functions taken as independent of each other.

    >>> from sympy import Symbol, sin, cos, exp, sqrt
    >>> x = Symbol("x", real=True)
    >>> is_zero(sin(x)**2 + cos(x)**2 - 1), is_zero(1/(1 + exp(-x)) - exp(x)/(1 + exp(x)))
    (True, True)
    >>> is_zero(sin(2*x) - 2*sin(x))
    False
    """
    if difference == 0:
        return True
    if sum(1 for _ in nodes(difference)) > LARGEST or difference.has(AppliedUndef):
        return bool(cancel(together(expand(difference))) == 0)
    return any(_cancels(form) for form in _forms(_with_signs(difference)))


def _forms(difference: Expr) -> Iterator[Expr]:
    """The same in other functions: as it is, expanded, waves and hyperbolic ones by exp."""
    yield difference
    yield expand(difference, force=False)
    waves = difference.replace(
        lambda e: isinstance(e, (TrigonometricFunction, *HYPERBOLIC)), lambda e: e.rewrite(exp)
    )
    yield expand(waves, force=False)
    yield expand(together(expand(waves, force=False)), force=False)


SIGN = "sign"


def _with_signs(difference: Expr) -> Expr:
    """|u| as s*u with s*s = 1, wherever u is not 0; there, a point, nothing is said."""
    signs: dict[Expr, Symbol] = {}

    def sign_of(u: Expr) -> Symbol:
        return signs.setdefault(u, Dummy(SIGN, real=True, nonzero=True))

    unsigned = difference.replace(Abs, lambda u: sign_of(u) * u if u.is_real else Abs(u))
    return unsigned.replace(sign, lambda u: sign_of(u) if u.is_real else sign(u))


def _cancels(form: Expr) -> bool:
    above, below = fraction(cancel(together(form)))
    for s in sorted((s for s in above.free_symbols if s.name == SIGN), key=lambda s: s.sort_key()):
        above = rem(expand(above), s**2 - 1, s)
    return bool(expand(above) == 0 and below != 0)
