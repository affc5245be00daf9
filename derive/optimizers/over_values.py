"""The largest of what a formula is for each of some values."""

from __future__ import annotations

from typing import Any

from sympy import (
    Abs,
    Basic,
    Expr,
    Max,
    Min,
    Piecewise,
    S,
    Symbol,
    Tuple,
    cancel,
    expand,
    factor,
    radsimp,
    together,
)

from derive.rules import Outcome, RuleTable

a = Symbol("a")
TWO = Tuple(S(1), S(4))


class LargestOver(Expr):
    """The largest of f(x) for the x in `values`: LargestOver(f, x, values)."""

    is_commutative = True
    is_extended_real = True

    def __new__(cls, f: Any, x: Symbol, values: Basic) -> LargestOver:
        return Expr.__new__(cls, S(f), x, values)

    @property
    def bound_symbols(self) -> list[Symbol]:
        return [self.args[1]]

    @property
    def free_symbols(self) -> set[Basic]:
        f, x, values = self.args
        return (f.free_symbols - {x}) | values.free_symbols

    def _sympystr(self, printer: Any) -> str:
        f, x, values = map(printer._print, self.args)
        if not getattr(printer, "as_on_paper", False):
            return f"LargestOver({f}, {x}, {values})"
        return f"max_{{{x} in {values}}}({f})"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        f, x, values = map(printer._print, self.args)
        power = f"^{{{exp}}}" if exp else ""
        return rf"\max{power}_{{{x} \in {values}}} {f}"


def tidy(value: Basic) -> Basic:
    """Fractions over one denominator, in factors, inside of sizes and maxima as well."""
    if isinstance(value, Tuple):
        return Tuple(*map(tidy, value.args))
    if isinstance(value, (Max, Min)):
        return type(value)(*map(tidy, value.args))
    if isinstance(value, Abs):
        return Abs(tidy(value.args[0]))
    if isinstance(value, Piecewise):
        return Piecewise(*((tidy(piece), where) for piece, where in value.args))
    return expand(radsimp(value)) if value.is_number else factor(cancel(together(value)))


VALUES = RuleTable(LargestOver, lambda goal: goal.args, "largest of", tidy=tidy)
TABLES = {LargestOver: VALUES}


@VALUES.rule("put each in", example=LargestOver(Abs(1 - a / 3), a, TWO))
def put_each_in(f: Expr, x: Symbol, values: Tuple) -> Outcome:
    """The largest of the values at each place."""
    return Max(*(tidy(f.xreplace({x: value})) for value in values.args))
