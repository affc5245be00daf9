"""The zero of a function in an interval: what has no zero there is dropped, the rest is solved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy import (
    Add,
    And,
    Basic,
    Dummy,
    Expr,
    LambertW,
    Mul,
    Poly,
    Pow,
    Symbol,
    cancel,
    collect,
    exp,
    expand,
    expand_power_exp,
    factor,
    log,
    oo,
    sqrt,
    together,
    true,
)
from sympy.logic.boolalg import Boolean

from derive.calculus.intervals import RootBetween
from derive.calculus.signs import between_if, never_zero_if, positive_if
from derive.engine import not_zero
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import depends_on

x, p = Symbol("x"), Symbol("p", positive=True)


def textbook(value: Basic) -> Basic:
    """Over one denominator, in lowest terms and in factors: 1 - c rather than c - 1, and a + b - 2
    rather than 2 - a - b.

    >>> p, q = Symbol("p", positive=True), Symbol("q", positive=True)
    >>> textbook(p / (-1 + p) + q / (1 - p))
    (-p + q)/(1 - p)
    """
    above, below = cancel(together(value)).as_numer_denom()
    sign = _sign(below)
    return _in_factors(sign * above) / _in_factors(sign * below)


def _begins_with_minus(f: Expr) -> bool:
    number = f.as_coeff_Add()[0] if isinstance(f, Add) else 0
    return bool(number < 0) if number else f.could_extract_minus_sign()


def _sign(below: Expr) -> int:
    """Which of f and -f is written: 1 or -1."""
    sign = -1 if _begins_with_minus(_in_factors(below)) else 1
    terms = Add.make_args(expand(sign * below))
    minuses = sum(term.could_extract_minus_sign() for term in terms)
    return -sign if 2 * minuses > len(terms) else sign


def _in_factors(f: Expr) -> Expr:
    """In factors; a sum that has none, with the coefficient of each letter in factors."""
    whole = factor(f)
    if not isinstance(whole, Add):
        return _turned(whole)
    letters = [s for s in sorted(whole.free_symbols, key=str) if _is_linear(whole, s)]
    terms = Add.make_args(collect(expand(whole), letters, factor))
    return Add(*map(_turned, terms)) if len(terms) > 1 and letters else _turned(whole)


def _turned(product: Expr) -> Expr:
    """-c*(a - 1) as c*(1 - a)."""
    turned = [k for k in Mul.make_args(product) if isinstance(k, Add) and _begins_with_minus(k)]
    others = [k for k in Mul.make_args(product) if k not in turned]
    return Mul((-1) ** len(turned), *others, *(-k for k in turned))


def _is_linear(above: Expr, letter: Symbol) -> bool:
    return bool(above.is_polynomial(letter)) and Poly(above, letter).degree() == 1


RULES = RuleTable(RootBetween, lambda goal: goal.args, "zeros in an interval", tidy=textbook)


@RULES.rule("a factor without a zero", example=RootBetween(exp(-x) * (2 - x), x, 0, 3), on=Mul)
def factor_without_zero(f: Mul, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """A product is zero where a factor is; those that never are drop out."""
    found = {k: _never_zero_if(k, x, a, b) for k in f.args}
    kept = [k for k in f.args if found[k] is None]
    given = And(*(c for c in found.values() if c is not None))
    return Rewrite(RootBetween(Mul(*kept), x, a, b), given) if 0 < len(kept) < len(f.args) else None


def _never_zero_if(f: Expr, x: Symbol, a: Expr, b: Expr) -> Boolean | None:
    return never_zero_if(f, x, a, b) if depends_on(f, x) else _not_zero(f)


@RULES.rule("clear denominators", example=RootBetween(2 / x - 3 / (1 - x), x, 0, 1), on=Add)
def clear_denominators(f: Add, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """Multiply by the denominator, which has no zero in the interval."""
    above, below = together(expand_power_exp(f)).as_numer_denom()
    if not _of_powers(f, x) or not depends_on(below, x):
        return None
    given = never_zero_if(below, x, a, b)
    return None if given is None else Rewrite(RootBetween(above, x, a, b), given)


def _of_powers(f: Expr, x: Symbol) -> bool:
    """Whether f is a fraction of polynomials in x and powers of x."""
    powers = {
        node: Dummy() for node in f.atoms(Pow) if node.base == x and not depends_on(node.exp, x)
    }
    return bool(f.xreplace(powers).is_rational_function(x, *powers.values()))


@RULES.rule("linear equation", example=RootBetween(5 * x - 2, x, 0, 1))
def linear_equation(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """What is left of the variable moves to the other side; divide by its coefficient."""
    c = _coefficients(f, x, 1)
    if c is None:
        return None
    root = textbook(-c[1] / c[0])
    inside = between_if(root, a, b)
    return None if inside is None else Rewrite(root, And(_not_zero(c[0]), inside))


def _not_zero(f: Expr) -> Boolean:
    """Of a sum of fractions it is the numerator, as it is written in `textbook`."""
    above = expand(together(f).as_numer_denom()[0])
    return not_zero(_in_factors(_sign(above) * above))


@RULES.rule("quadratic formula", example=RootBetween(x**2 + x - 1, x, 0, 1))
def quadratic_formula(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """Of the two zeros one lies in the interval."""
    c = _coefficients(f, x, 2)
    if c is None:
        return None
    root = sqrt(factor(c[1] ** 2 - 4 * c[0] * c[2]))
    both = [(-c[1] + sign * root) / (2 * c[0]) for sign in (1, -1)]
    inside = [between_if(r, a, b) for r in both]
    if sorted(map(str, inside)) == ["None", "True"]:
        return both[inside.index(true)]
    return None


def _coefficients(f: Expr, x: Symbol, degree: int) -> list[Expr] | None:
    """Those of a polynomial of this degree, the highest first."""
    if not f.is_polynomial(x):
        return None
    steps = Poly(f, x)
    return list(steps.all_coeffs()) if steps.degree() == degree else None


@RULES.rule(
    "a zero on either side of 0",
    example=RootBetween((2 - p) * x**2 + (1 - p) * x - p, x, 0, oo),
)
def zero_on_either_side(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """The product of both zeros, the last coefficient by the first, is negative: the one with the
    positive root is positive."""
    c = _coefficients(f, x, 2)
    if c is None or (a, b) != (0, oo):
        return None
    upward, below = positive_if(c[0], x, a, b), positive_if(-c[2], x, a, b)
    if upward is None or below is None:
        return None
    root = sqrt(factor(c[1] ** 2 - 4 * c[0] * c[2]))
    return Rewrite((-c[1] + root) / (2 * c[0]), And(upward, below))


@RULES.rule("take the root", example=RootBetween(2 * x**5 - 3, x, 0, oo), on=Add)
def take_the_root(f: Add, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """u**n = c where u is the root of c, for positive u."""
    for power, c, given in _isolated(f, x, Pow):
        u, n = power.args
        inside, above = positive_if(u, x, a, b), positive_if(c, x, a, b)
        if inside is not None and above is not None and not depends_on(n, x):
            return Rewrite(RootBetween(u - c ** (1 / n), x, a, b), And(given, inside, above))
    return None


@RULES.rule("take the logarithm", example=RootBetween(2 * exp(-3 * x) - 1, x, 0, oo), on=Add)
def take_the_logarithm(f: Add, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """exp(u) = c where u = log(c)."""
    for function, c, given in _isolated(f, x, exp):
        above = positive_if(c, x, a, b)
        if above is not None:
            return Rewrite(RootBetween(function.args[0] - log(c), x, a, b), And(given, above))
    return None


@RULES.rule("take the exponential", example=RootBetween(3 * log(x) - 2, x, 0, oo), on=Add)
def take_the_exponential(f: Add, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """log(u) = c where u = exp(c)."""
    for function, c, given in _isolated(f, x, log):
        return Rewrite(RootBetween(function.args[0] - exp(c), x, a, b), given)
    return None


@RULES.rule("Lambert's W", example=RootBetween(2 * x - exp(-x), x, 0, 1), on=Add)
def lambert(f: Add, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """p*x + r + c*exp(d*x) = 0 is w*exp(w) = q with w = -d*(x + r/p), q = c*d/p*exp(-d*r/p): for
    positive q it has the one solution w = W(q)."""
    whole, t = expand(f), Dummy("t")
    for function in sorted(whole.atoms(exp), key=str):
        d = function.args[0] / x
        straight = _coefficients(whole.xreplace({function: t}), t, 1)
        line = _coefficients(straight[1], x, 1) if straight else None
        if straight is None or line is None or any(depends_on(k, x) for k in (d, straight[0])):
            continue
        (p, r), c = line, straight[0]
        q = c * d / p * exp(-d * r / p)
        root = -r / p - LambertW(q) / d
        above, inside = positive_if(q, x, a, b), between_if(root, a, b)
        if above is not None and inside is not None:
            return Rewrite(root, And(_not_zero(p), above, inside))
    return None


def _isolated(f: Add, x: Symbol, kind: Any) -> Iterator[tuple[Expr, Expr, Boolean]]:
    """`h, c, condition` of the equation f = 0 as h = c, where x stands in the one function h."""
    whole, t = expand(f), Dummy("t")
    for function in sorted(whole.atoms(kind), key=str):
        replaced = whole.xreplace({function: t})
        steps = None if depends_on(replaced, x) else _coefficients(replaced, t, 1)
        if steps is not None and depends_on(function, x):
            yield function, textbook(-steps[1] / steps[0]), _not_zero(steps[0])
