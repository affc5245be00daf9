"""The table that the rules sit in: which sum, product, power or logarithm loses digits.

A rule takes the shallow structure of a node (parts that are too deep are letters) and returns what
is equal to it wherever it is defined, or None.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sympy as sp

Form = Any
Heads = tuple[type, ...]


@dataclass(frozen=True)
class Rule:
    """`shown` makes the example, when asked: to make all of them takes longer than most formulas.

    `measured`: whether it gains depends on the parts, so each new pattern is measured first.

    `loses` says which digits may be lost at some points for those that are gained at others.
    """

    name: str
    function: Callable[[Any], Form]
    heads: Heads
    shown: Callable[[], Any]
    measured: bool = False
    loses: str = ""

    @property
    def example(self) -> Any:
        return self.shown()

    @property
    def sentence(self) -> str:
        return " ".join((self.function.__doc__ or "").split())

    def __call__(self, f: Any) -> Form:
        return self.function(f)


class Table:
    """The rules in the order in which they are tried."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []

    def rule(
        self,
        name: str,
        *heads: type,
        example: Callable[[], Any],
        measured: bool = False,
        loses: str = "",
    ) -> Callable[[Callable[[Any], Form]], Callable[[Any], Form]]:
        def register(function: Callable[[Any], Form]) -> Callable[[Any], Form]:
            self.rules.append(Rule(name, function, heads, example, measured, loses))
            return function

        return register


RULES = Table()
x, y, z = sp.symbols("x y z")
r, s = sp.symbols("r s", real=True)
p, q = sp.symbols("p q", positive=True)


def choice(*cases: tuple[Any, Any]) -> Any:
    """A Piecewise as it is: SymPy would rewrite its conditions."""
    return sp.Piecewise(*cases, evaluate=False)


def terms(f: Any) -> list[tuple[Any, Any]]:
    """The terms of a sum as number and rest; the rest of a number is 1."""
    return [term.as_coeff_Mul() for term in sp.Add.make_args(f)]


def factors(f: Any) -> list[tuple[Any, Any]]:
    """The factors of a product as base and exponent; exp(u) is a base of its own."""
    return [
        factor.args if isinstance(factor, sp.Pow) else (factor, sp.S.One)
        for factor in sp.Mul.make_args(f)
    ]


def is_real(f: Any) -> bool:
    """Whether real inputs are promised: equations of principal values may fail for complex ones."""
    return all(letter.is_extended_real for letter in f.free_symbols)
