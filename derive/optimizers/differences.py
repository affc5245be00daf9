"""How far apart one step of two optimisers ends: weight decay against a penalty in the gradient."""

from __future__ import annotations

from typing import Any

from sympy import Basic, Expr, Symbol, Tuple, expand, factor

from derive.asked import scalar
from derive.calculus.integrals.integrate import exact
from derive.core import Derivation
from derive.engine import Budget, limited, search
from derive.optimizers.letters import named, values_of
from derive.optimizers.operators import Assigned
from derive.optimizers.updates import RULES, TABLES, UPDATES
from derive.rules import RuleTable

SPELLINGS = {"lambda": ("lambda", "lamda", "λ")}  # a word of Python is not read in text
Assignments = tuple[tuple[Symbol, Expr], ...]


def in_factors(value: Basic) -> Basic:
    """What cancels is cancelled; a polynomial is left in factors."""
    if isinstance(value, Tuple):
        return Tuple(*map(in_factors, value.args))
    flat = expand(value)
    return factor(flat) if flat.is_polynomial(*flat.free_symbols) else value


OF_DIFFERENCES = RuleTable(
    Assigned, UPDATES.unpack, "differences of updates", tidy=in_factors, rules=UPDATES.rules[:]
)


def with_primes(assignments: Assignments, output: Symbol) -> tuple[Assignments, Symbol]:
    """The same with a prime at every letter that is assigned."""
    primed = {letter: Symbol(f"{letter.name}'", **said(letter)) for letter, _ in assignments}
    changed = tuple((primed[letter], formula.xreplace(primed)) for letter, formula in assignments)
    return changed, primed[output]


def said(letter: Symbol) -> dict[str, bool]:
    return {} if letter.is_nonnegative is None else {"nonnegative": True}


ELSEWHERE = {"nesterov"}  # whose gradient is that of another place than theta


@limited
def update_difference(first: str, second: str, timeout: float = 20.0, **given: Any) -> Derivation:
    """What the first optimiser makes of theta, minus what the second one does, in one step.

    Names as in `update_rule`; letters of the same name are the same, and may be given values or
    formulas. Weight decay is an L2 penalty for plain gradient descent, with omega = eta*lambda; for
    Adam it is not, as the penalty's slope is divided by the root of the mean square like the rest
    of the gradient (Loshchilov and Hutter 2019).

    >>> update_difference("weight decay", "l2 penalty").result
    (theta*(eta*lambda - omega),)
    >>> update_difference("weight decay", "l2 penalty", omega="eta*lamda").result
    (0,)
    """
    rows = [named(name, RULES, "optimiser") for name in (first, second)]
    if (first in ELSEWHERE) != (second in ELSEWHERE):
        raise ValueError(f"{first} and {second} take their gradients at different places")
    letters = tuple(dict.fromkeys(letter for arguments, _, _ in rows for letter in arguments))
    values = values_of(f"{first} or {second}", letters, in_letters(letters, given))
    (_, (output, *_), assignments), (_, (other, *_), others) = rows
    primed, other = with_primes(others, other)
    goal = Assigned((output - other,), *assignments, *primed).xreplace(values)
    tables = {**TABLES, Assigned: OF_DIFFERENCES}
    root = search(goal, tables, Budget(seconds=timeout))
    left = tuple(letter for letter in letters if letter not in values)
    return Derivation(root, goal, arguments=left)


def in_letters(letters: tuple[Symbol, ...], given: dict[str, Any]) -> dict[str, Any]:
    """A formula given for a letter may hold the others: they are meant as they are known."""
    known = {Symbol(word): x for x in letters for word in SPELLINGS.get(x.name, (x.name,))}
    return {word: exact(scalar(value)).xreplace(known) for word, value in given.items()}
