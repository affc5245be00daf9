"""What the user handed in, as SymPy objects: text is parsed, never evaluated."""

from __future__ import annotations

from typing import Any

from sympy import (
    Basic,
    Expr,
    I,
    ImmutableMatrix,
    MatrixBase,
    Rational,
    Symbol,
    Tuple,
    nan,
    sympify,
    zoo,
)

from derive.elementary import FUNCTIONS
from derive.limits_of_input import TooLarge, most
from derive.structure import free_symbols, postorder


def asked(question: Any) -> Basic:
    """An expression, matrix or equation from text, a SymPy object, a number or nested lists.

    >>> asked("2x + sigmoid(x)")
    2*x + sigmoid(x)
    """
    if isinstance(question, str):
        from derive.parse import parse

        return parse(question, local=FUNCTIONS)
    if isinstance(question, MatrixBase):
        refuse_large_matrix(*question.shape)
        return refuse_large(ImmutableMatrix(question))
    if isinstance(question, (list, tuple)) and question and isinstance(question[0], (list, tuple)):
        refuse_large_matrix(len(question), max(map(len, question)))
        return ImmutableMatrix([[asked(entry) for entry in row] for row in question])
    if isinstance(question, (Basic, int, float, complex)) or hasattr(question, "_sympy_"):
        return refuse_large(sympify(question, strict=True, rational=isinstance(question, float)))
    raise TypeError(f"cannot read a {type(question).__name__}: write text or a SymPy expression")


def refuse_large_matrix(rows: int, columns: int) -> None:
    if rows * columns > most("matrix_entries"):
        raise TooLarge(f"a matrix of {rows} by {columns}", "matrix_entries")


def refuse_large(expression: Basic) -> Basic:
    """The expression. Raises TooLarge: its parts, letters and digits are counted, not walked deep.

    >>> refuse_large(Symbol("x") + 1)
    x + 1
    """
    letters, longest = 0, 10 ** most("digits")
    for count, node in enumerate(postorder(expression)):
        if count > most("nodes"):
            raise TooLarge("an expression of so many parts", "nodes")
        letters += isinstance(node, Symbol)
        if letters > most("symbols"):
            raise TooLarge(f"an expression of more than {letters - 1} letters", "symbols")
        if isinstance(node, Rational) and max(abs(node.p), node.q) >= longest:
            raise TooLarge("a number of so many digits", "digits")
    return expression


def of_low_order(variables: list[Tuple]) -> list[Tuple]:
    """The variables of a derivative and how often each. Raises TooLarge."""
    order = sum(int(count) for _, count in variables)
    if order > most("order"):
        raise TooLarge(f"a derivative of order {order}", "order")
    return variables


def scalar(question: Any) -> Expr:
    """`asked`, where a number or a formula for one is needed.

    >>> scalar("x^2 + 1")
    x**2 + 1
    """
    expression = asked(question)
    if not isinstance(expression, Expr) or isinstance(expression, MatrixBase):
        raise ValueError(f"{expression} is not a scalar expression: write one formula")
    if any(node is nan or node is zoo for node in postorder(expression)):
        raise ValueError(f"{expression} has no value: there is a division by zero in it")
    return expression


def place(question: Any) -> Expr:
    """`scalar`, where a point of the real line is needed: the end of a range, a limit point."""
    expression = scalar(question)
    if expression.has(I):
        raise ValueError(f"{expression} is not on the real line: bounds and limit points are real")
    return expression


def letter(name: Any, within: Basic | None = None) -> Symbol:
    """One variable, from its name or as it is; a name means the letter of that name `within`.

    >>> letter("x", within=Symbol("x", positive=True)**2).is_positive
    True
    """
    if isinstance(name, str):
        from derive.parse import parse_symbol

        return _meant(parse_symbol(name), within)
    if isinstance(name, Symbol):
        return name
    raise TypeError(f"{name} is not a variable: write a name such as 'x' or a Symbol")


def _meant(plain: Symbol, within: Basic | None) -> Symbol:
    free = in_order(within) if within is not None else ()
    namesakes = [s for s in free if s.name == plain.name]
    if plain in namesakes or not namesakes:
        return plain
    if len(namesakes) > 1:
        raise ValueError(f"{len(namesakes)} letters are named {plain}: give the Symbol itself")
    return namesakes[0]


def in_order(expression: Basic) -> tuple[Symbol, ...]:
    """The free letters, sorted by name: the arguments of a NumPy function made of it."""
    return tuple(sorted(free_symbols(expression), key=_by_name))


def _by_name(letter: Symbol) -> tuple[Any, ...]:
    """Letters of one name come by what is known of them, in whatever words."""
    return letter.name, sorted(letter.assumptions0.items()), letter.sort_key()
