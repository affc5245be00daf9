"""What is asked of tables, samples and densities: operators, and how they print.

`Quantity` is a number, `Listed` several numbers in a row; lists among the parts become tuples.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sympy import Add, And, Basic, Expr, Gt, ImmutableMatrix, MatrixBase, S, Symbol, Tuple, simplify
from sympy.logic.boolalg import Boolean

from derive.asked import asked, in_order, place, scalar
from derive.calculus.integrals.integrate import exact, holding_somewhere
from derive.core import Derivation, Step
from derive.engine import Budget, search
from derive.rules import RuleTable
from derive.structure import free_symbols


def part(value: Any) -> Basic:
    if isinstance(value, (list, tuple)):
        return Tuple(*map(part, value))
    return ImmutableMatrix(value) if isinstance(value, MatrixBase) else S(value)


class Printed(Basic):
    """An operator that prints as its name and its parts; `bound`: where its own letters stand."""

    name = ""
    bound: tuple[int, ...] = ()

    def __new__(cls, *parts: Any) -> Printed:
        return Basic.__new__(cls, *map(part, parts))

    @property
    def bound_symbols(self) -> list[Symbol]:
        own: list[Symbol] = []
        for k in self.bound:
            letters = self.args[k]
            own += list(letters.args) if isinstance(letters, Tuple) else [letters]
        return own

    @property
    def free_symbols(self) -> set[Basic]:
        return set().union(*(p.free_symbols for p in self.args)) - set(self.bound_symbols)

    def _eval_subs(self, old: Basic, new: Basic) -> Basic | None:
        return self if old in self.bound_symbols else None

    def _sympystr(self, printer: Any) -> str:
        on_paper = getattr(printer, "as_on_paper", False)
        inside = ", ".join(map(printer._print, self.args))
        return f"{self.name if on_paper else type(self).__name__}({inside})"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        inside = r",\ ".join(map(printer._print, self.args))
        power = f"^{{{exp}}}" if exp else ""
        name = self.name.replace(" ", "~").replace("-", r"{-}")
        return rf"\operatorname{{{name}}}{power}\left({inside}\right)"


class Listed(Printed):
    """An operator whose value is several numbers in a row."""


class Quantity(Printed, Expr):
    """An operator whose value is a number."""

    is_commutative = True
    is_extended_real = True


# ------------------------------------------------------------------ what the user writes


def with_positive_letters(value: Basic) -> Basic:
    """Letters of which nothing is known are taken to be positive.

    >>> with_positive_letters(Symbol("p") + 1).is_positive
    True
    """
    plain = [s for s in sorted(free_symbols(value), key=str) if s.is_real is None]
    return value.xreplace({s: Symbol(s.name, positive=True) for s in plain})


def with_real_letters(value: Basic) -> Basic:
    plain = [s for s in sorted(free_symbols(value), key=str) if s.is_real is None]
    return value.xreplace({s: Symbol(s.name, real=True) for s in plain})


def numbers(question: Any) -> list[Expr]:
    """A row of numbers and formulas, from a list or its text, exactly."""
    read = asked(question) if isinstance(question, str) else question
    if isinstance(read, MatrixBase):
        return [finite(entry) for entry in read]
    if not isinstance(read, (list, tuple, Tuple)) or not len(read):
        raise ValueError(f"{question} is no list of numbers: write [1, 2, 3]")
    return [finite(entry) for entry in read]


def finite(question: Any) -> Expr:
    """A finite real number, or a formula for one, exactly.

    >>> finite("0.1")
    1/10
    """
    value = exact(scalar(question))
    if with_real_letters(value).is_real is False:
        raise ValueError(f"{value} is no finite real number")
    return value


def ascending(given: Any) -> Tuple:
    """The two ends of an interval, the lower one first, where that is known.

    >>> ascending((0, "oo"))
    (0, oo)
    """
    if not isinstance(given, (list, tuple, Tuple)) or len(given) != 2:
        raise ValueError(f"{given} is no interval: write (0, 1)")
    low, high = (exact(place(end)) for end in given)
    if (high - low).is_extended_positive is False:
        raise ValueError(f"the interval ({low}, {high}) does not end above its start")
    return Tuple(low, high)


def rows_of_numbers(question: Any) -> list[list[Expr]]:
    """A table, row by row."""
    read = asked(question) if isinstance(question, str) else question
    rows = read.tolist() if isinstance(read, MatrixBase) else read
    if not isinstance(rows, (list, tuple, Tuple)) or not all(
        isinstance(row, (list, tuple, Tuple)) for row in rows
    ):
        raise ValueError(f"{question} is no table: write [[1, 2], [3, 4]]")
    found = [numbers(row) for row in rows]
    if len({len(row) for row in found}) != 1:
        raise ValueError("the rows of the table differ in length")
    return found


def probabilities(values: Iterable[Expr], what: str = "the probabilities") -> Tuple:
    """Positive or zero, and 1 together; letters are positive.

    >>> probabilities([Symbol("p"), 1 - Symbol("p")])
    (p, 1 - p)
    """
    found = [with_positive_letters(value) for value in values]
    wrong = [value for value in found if value.is_negative]
    if wrong:
        raise ValueError(f"{wrong[0]} is no probability: it is negative")
    total = simplify(Add(*found))
    if total != 1:
        raise ValueError(
            f"{what} add up to {total}, not to 1: write the last as 1 minus the others"
        )
    return Tuple(*found)


def all_positive(values: Iterable[Expr]) -> Boolean:
    """The condition that those of unknown sign are positive."""
    return And(*(Gt(value, 0) for value in values if not value.is_nonnegative))


def worked_out(
    goal: Basic,
    tables: dict[type, RuleTable],
    timeout: float,
    only: frozenset[str] | None = None,
) -> Derivation:
    """The derivation of the goal; the arguments of its function are the letters of the goal."""
    return possible(search(goal, tables, Budget(seconds=timeout), only), goal)


def possible(root: Step, goal: Basic) -> Derivation:
    """The derivation, where its conditions do not exclude each other."""
    return holding_somewhere(Derivation(root, goal, arguments=in_order(goal)))
