"""The table of rules for sums in the order in which they are tried, and the public function."""

from __future__ import annotations

from typing import Any

from sympy import Basic, Expr, Pow, S, Sum, Symbol, Tuple, factor

from derive.asked import in_order, letter, place, scalar
from derive.calculus.integrals.integrate import exact
from derive.calculus.sums import (
    basics,
    divergent,
    fourier,
    generating,
    powers,
    telescoping,
    trigonometric,
    zeta,
)
from derive.calculus.sums.convergence import tables
from derive.calculus.sums.operators import FIRST_TERMS, counting, unpack
from derive.core import Derivation
from derive.engine import Budget, limited, search
from derive.rules import RuleTable
from derive.structure import depends_on, free_symbols

# Special before general, cheap and decisive before what branches.
IN_ORDER = (
    basics.RULES,
    powers.RULES,
    telescoping.RULES,
    trigonometric.RULES,
    fourier.RULES,
    zeta.RULES,
    zeta.HARMONIC,
    generating.BINOMIALS,
    basics.LINEARITY,
    powers.MIXED,
    telescoping.GOSPER,
    generating.RULES,
    generating.FRACTIONS,
    telescoping.PARTS,
    divergent.RULES,
    basics.LATE,
)


def tidy(result: Expr) -> Expr:
    """A polynomial in its factors: n*(n + 1)/2 rather than n**2/2 + n/2."""
    result = result.replace(_is_sign, _one_sign)
    letters = free_symbols(result)
    plain = letters and result.is_Add and result.is_polynomial(*letters)
    return factor(result) if plain else result


def _is_sign(node: Basic) -> bool:
    return isinstance(node, Pow) and node.base is S.NegativeOne and node.exp.is_Add


def _one_sign(node: Pow) -> Expr:
    """(-1)**(n + 1) is -(-1)**n."""
    number, letters = node.exp.as_coeff_Add()
    return (-1) ** number * (-1) ** letters


RULES = RuleTable(Sum, unpack, "sums", tidy=tidy)
for _method in IN_ORDER:
    for _rule in _method:
        RULES.add(_rule)


@limited
def summation(f: Expr | str, *ranges: Any, timeout: float = 20.0) -> Derivation:
    """The sum of `f`, step by step: `summation(f, (k, 1, n))`, `summation(f, (k, 0, oo))`.

    The index and the letters in its bounds are integers. Several ranges make sums in sums, the
    first one innermost. A divergent sum is found to be oo, -oo, or not to exist, with the test
    that shows it. Raises NoRuleApplies, BudgetExceeded, ValueError, ParseError.

    >>> summation("k^2", ("k", 1, "n")).result
    n*(n + 1)*(2*n + 1)/6
    >>> summation("1/k^2", ("k", 1, "oo")).result
    pi**2/6
    """
    goal = asked_for(Sum, scalar(f), ranges, "summation")
    root = search(goal, tables(), Budget(seconds=timeout))
    return Derivation(root, goal, arguments=in_order(goal))


def asked_for(operator: type, f: Expr, ranges: tuple[Any, ...], name: str) -> Expr:
    """The sum or product as written, with integers for the letters that count."""
    if not ranges:
        raise ValueError(f"over which range? write {name}(f, (k, 1, n))")
    f = exact(f)
    limits = [_range(each, f, name) for each in ranges]
    if len(limits) == 1:
        _has_values(f, *limits[0])
    letters: set[Symbol] = set()
    for limit in limits:
        letters |= free_symbols(limit)
    integers = counting(f, letters)
    goal = Basic.__new__(operator, *(part.xreplace(integers) for part in (f, *limits)))
    goal.is_commutative = True
    return goal


def _has_values(f: Expr, k: Symbol, a: Expr, b: Expr) -> None:
    """Refuse a term without a value, such as 1/(k - 1) at k = 1."""
    if not a.is_Integer:
        return
    last = min(int(a) + FIRST_TERMS, int(b) + 1) if b.is_Integer else int(a) + FIRST_TERMS
    for first in range(int(a), last):
        if f.subs(k, first).has(S.ComplexInfinity, S.NaN):
            raise ValueError(f"{f} has no value at {k} = {first}: begin after it")


def _range(each: Any, within: Expr, name: str) -> Tuple:
    if not isinstance(each, (tuple, list, Tuple)) or len(each) != 3:
        raise ValueError(f"{each} is no range: write {name}(f, (k, 1, n))")
    k, a, b = letter(each[0], within), *(exact(place(end)) for end in each[1:])
    if depends_on(a, k) or depends_on(b, k):
        raise ValueError(f"the bounds {a}, {b} move with the index {k}: use another letter")
    if any(end.is_number and end.is_finite and not end.is_integer for end in (a, b)):
        raise ValueError(f"the bounds {a}, {b} of a sum are integers, or oo")
    return Tuple(k, a, b)
