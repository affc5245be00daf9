"""What the integral rules share: the goals, the operator [F]_a^b, what a rule sees of a goal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from sympy import (
    Abs,
    And,
    Basic,
    Expr,
    Gt,
    I,
    Integral,
    Lt,
    Mul,
    Ne,
    Poly,
    S,
    Subs,
    Symbol,
    Tuple,
    cancel,
    log,
    radsimp,
    sign,
)
from sympy.logic.boolalg import Boolean

from derive.core import Letters
from derive.rules import Outcome, Rule, RuleTable
from derive.structure import depends_on, free_symbols

Function = Callable[..., Outcome]


class Between(Expr):
    """[F]_a^b: by how much F grows from a to b, summed over the pieces on which F is continuous.

    So it is the integral of F' from a to b, whether or not F jumps on the way.

    >>> from sympy import Symbol, log
    >>> x = Symbol("x")
    >>> Between(log(x), x, 1, 2)
    Between(log(x), x, 1, 2)
    """

    is_commutative = True

    def __new__(cls, F: Expr, x: Symbol, a: Any, b: Any) -> Between:
        return Expr.__new__(cls, F, x, S(a), S(b))

    @property
    def bound_symbols(self) -> list[Symbol]:
        return [self.args[1]]

    @property
    def free_symbols(self) -> set[Basic]:
        F, x, a, b = self.args
        return (F.free_symbols - {x}) | a.free_symbols | b.free_symbols

    def _eval_subs(self, old: Basic, new: Basic) -> Basic | None:
        F, x, a, b = self.args
        inside = F if old == x else F._subs(old, new)
        return Between(inside, x, a._subs(old, new), b._subs(old, new))

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        F, x, a, b = (printer._print(part) for part in self.args)
        power = f"^{{{exp}}}" if exp else ""
        return rf"\left[{F}\right]_{{{x}={a}}}^{{{b}}}{power}"


def antiderivative(f: Expr, x: Symbol) -> Integral:
    """`Integral(f, x)`, exactly as written: SymPy's constructor merges nested integrals."""
    return _written(f, Tuple(x))


def definite(f: Expr, x: Symbol, a: Expr, b: Expr) -> Integral:
    return _written(f, Tuple(x, a, b))


def _written(f: Expr, *limits: Tuple) -> Integral:
    integral = Basic.__new__(Integral, f, *limits)
    integral.is_commutative = f.is_commutative
    return integral


def iterated(f: Expr, limits: tuple[Tuple, ...]) -> Integral:
    """One integral inside the other, the first limit innermost."""
    for limit in limits:
        f = _written(f, limit)
    return f


def unpack(goal: Integral) -> tuple[Basic, Basic]:
    """`f, x` of an indefinite integral, `f, (x, a, b)` of a definite one."""
    f, *limits = goal.args
    if len(limits) > 1:
        return f, Tuple(*limits)
    (limit,) = limits
    return f, limit[0] if len(limit) == 1 else limit


class Rules:
    """The rules of one method, in the order in which they are tried; `integrate` joins them."""

    def __init__(self) -> None:
        self.table = RuleTable(Integral, unpack, "integrals by one method")

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.table)

    def names(self) -> frozenset[str]:
        return frozenset(self.table.names())

    def indefinite(self, name: str, **options: Any) -> Callable[[Function], Function]:
        """Add a rule that takes `f, x`."""

        def add(function: Function) -> Function:
            @wraps(function)
            def rule(f: Expr, x: Basic) -> Outcome:
                return function(f, x) if x.is_Symbol else None

            return self.table.rule(name, **options)(rule)

        return add

    def definite(self, name: str, **options: Any) -> Callable[[Function], Function]:
        """Add a rule that takes `f, x, a, b`."""

        def add(function: Function) -> Function:
            @wraps(function)
            def rule(f: Expr, limit: Basic) -> Outcome:
                one = isinstance(limit, Tuple) and len(limit) == 3 and limit[0].is_Symbol
                return function(f, *limit) if one else None

            return self.table.rule(name, **options)(rule)

        return add


# ------------------------------------------------------------------ what rules ask of expressions


def real(expression: Basic) -> Basic:
    """The same with letters of unknown kind taken as real, to ask for signs."""
    plain = [s for s in free_symbols(expression) if s.is_extended_real is None]
    if not plain:
        return expression
    return expression.xreplace({s: Symbol(s.name, real=True) for s in plain})


def derivative(f: Expr, x: Symbol) -> Expr:
    """f' for real letters: the derivative of log|v| is v'/v."""
    if not f.has(Abs, sign):
        return f.diff(x)
    logs = {g: log(g.args[0].args[0]) for g in f.atoms(log) if isinstance(g.args[0], Abs)}
    letters = {s: real(s) for s in free_symbols(f)}
    slope = f.xreplace(logs).xreplace(letters).diff(real(x))
    return slope.xreplace({r: s for s, r in letters.items()})


def nonzero(a: Expr) -> Boolean:
    """The condition that a is not zero: true where that is known."""
    if real(a).is_zero is False:
        return S.true
    primitive = a.as_content_primitive()[1]
    return Ne(-primitive if primitive.could_extract_minus_sign() else primitive, 0)


def nonzero_factors(a: Expr) -> Boolean:
    """The condition that a is not zero, factor by factor."""
    return And(*(nonzero(p.as_base_exp()[0]) for p in Mul.make_args(a.factor())))


def positive(a: Expr) -> Boolean:
    """The condition that a is positive: true or false where that is known, and short."""
    known = real(a).is_positive
    if known is not None:
        return S.true if known else S.false
    primitive = a.as_content_primitive()[1]
    if primitive.could_extract_minus_sign():
        return Lt(-primitive, 0)
    return Gt(primitive, 0)


def real_part(a: Expr) -> Expr:
    """The real part, the letters being real."""
    return real(a).as_real_imag()[0] if a.has(I) else a


def likely(a: Expr) -> Expr:
    """The same for positive letters: the case that a reader expects first."""
    plain = [s for s in free_symbols(a) if s.is_positive is None]
    return a.xreplace({s: Symbol(s.name, positive=True) for s in plain})


def linear(u: Expr, x: Symbol) -> tuple[Expr, Expr] | None:
    """`a, b` of u = a*x + b."""
    if u == x:
        return S.One, S.Zero
    if not (u.is_Add or u.is_Mul) or not depends_on(u, x) or not u.is_polynomial(x):
        return None
    coefficients = Poly(u, x).all_coeffs()
    return tuple(coefficients) if len(coefficients) == 2 else None


def quadratic(q: Expr, x: Symbol) -> tuple[Expr, Expr, Expr] | None:
    """`a, b, c` of q = a*x**2 + b*x + c."""
    if not q.is_polynomial(x):
        return None
    coefficients = Poly(q, x).all_coeffs()
    return tuple(coefficients) if len(coefficients) == 3 else None


def substitution(
    h: Expr, u: Symbol, g: Expr, x: Symbol, dg: Expr | None = None
) -> tuple[Expr, Letters]:
    """The integral of h(u) at u = g(x), and the letters of the change of variable."""
    du = (Symbol(f"d{u.name}"), (derivative(g, x) if dg is None else dg) * Symbol(f"d{x.name}"))
    return Subs(antiderivative(h, u), u, g), ((u, g), du)


def lowest_terms(expression: Expr) -> Expr:
    """A fraction of letters cancelled, a number without roots below the line."""
    return cancel(expression) if expression.free_symbols else radsimp(expression.expand())


def size(f: Expr) -> int:
    return f.count_ops()
