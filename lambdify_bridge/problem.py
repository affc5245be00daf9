"""What is to be compiled: a program, its arguments, and the shapes of its results."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import sympy as sp

from lambdify_bridge.formula_text import FormulaText
from lambdify_bridge.given import given
from lambdify_bridge.lowering import lower
from lambdify_bridge.program import Program

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Argument:
    """One argument of a function: a symbol, or an array of symbols, row by row."""

    name: str
    symbols: tuple[sp.Symbol, ...]
    shape: Shape = ()


@dataclass(frozen=True)
class Layout:
    """One result at a point: its shape, and where its entries belong; all others are 0.

    `places` are those in the flat array, None for all of them in order.
    """

    shape: Shape = ()
    places: tuple[int, ...] | None = None
    sparse: bool = False  # a scipy.sparse matrix

    @property
    def entries(self) -> int:
        return math.prod(self.shape) if self.places is None else len(self.places)


@dataclass(frozen=True)
class Problem:
    """A program, whose inputs are the symbols of the arguments in order, and its results."""

    program: Program
    arguments: tuple[Argument, ...]
    layouts: tuple[Layout, ...]
    single: bool  # the result is not a tuple
    formula: FormulaText

    @property
    def of_scalars(self) -> bool:
        return all(not argument.shape for argument in self.arguments)

    def computing(
        self, program: Program, layouts: Sequence[Layout], single: bool, formula: FormulaText
    ) -> Problem:
        """Other results of the same arguments."""
        return replace(
            self, program=program, layouts=tuple(layouts), single=single, formula=formula
        )


def read(
    expression: Any,
    args: Any = None,
    *,
    stable: bool = True,
    real: bool = False,
    exact: bool = False,
    numeric: bool = False,
) -> Problem:
    """The problem of an expression, or of something with a `result`: see `to_numpy`.

    The other options are those of `lower`.
    """
    result, definitions, given = parts_of(expression)
    single = not isinstance(result, list | tuple | sp.Tuple)
    items = [entries_of(item) for item in ([result] if single else result)]
    scalars = [scalar for _, elements in items for scalar in elements]
    wanted = (given or None) if args is None else args
    form = partial(lower, stable=stable, real=real, exact=exact, numeric=numeric)
    if wanted is None:
        program = form(scalars, definitions=definitions)
        arguments = tuple([Argument(symbol.name, (symbol,)) for symbol in program.inputs])
    elif _is_named(wanted):  # a name means a symbol of the expression
        program = form(scalars, definitions=definitions)
        arguments = _arguments(wanted, program.inputs, definitions)
        program = program.with_inputs(_symbols(arguments))
    else:
        arguments = _arguments(wanted, (), definitions)
        program = form(scalars, _symbols(arguments), definitions)
    layouts = tuple([Layout(shape) for shape, _ in items])
    formula = FormulaText(result, sum(program.counts().values()))
    return Problem(program, arguments, layouts, single, formula)


def _symbols(arguments: Sequence[Argument]) -> list[sp.Symbol]:
    return [symbol for argument in arguments for symbol in argument.symbols]


def _is_named(wanted: Any) -> bool:
    """Whether an argument is given by its name."""
    if isinstance(wanted, list | tuple):
        return any(map(_is_named, wanted))
    return isinstance(wanted, str)


def parts_of(expression: Any) -> tuple[Any, tuple[Any, ...], tuple[Any, ...]]:
    """The expression, its named intermediates and its arguments in order, if it knows them."""
    if isinstance(expression, sp.Basic | sp.MatrixBase) or not hasattr(expression, "result"):
        return expression, (), ()
    definitions = tuple(getattr(expression, "definitions", None) or ())
    arguments = tuple(getattr(expression, "arguments", None) or ())
    return expression.result, definitions, arguments


def entries_of(item: Any) -> tuple[Shape, list[Any]]:
    """The shape of one result and its scalar expressions, row by row."""
    if isinstance(item, sp.MatrixBase):
        return item.shape, item.flat()
    if isinstance(item, sp.MatrixExpr):
        return entries_of(item.as_explicit())
    if isinstance(item, sp.NDimArray):
        return item.shape, list(sp.flatten(item.tolist()))
    if isinstance(item, sp.Eq):
        raise ValueError("an equation is not a function: pass one of its sides")
    try:
        return (), [given(item)]
    except sp.SympifyError:
        kind = type(item).__name__
        raise TypeError(f"a SymPy expression is needed, not {kind!r}: convert it first") from None


def _arguments(args: Any, free: Sequence[sp.Symbol], definitions: Any) -> tuple[Argument, ...]:
    """The arguments in order; a name means the free symbol of that name."""
    if isinstance(args, str):
        known = any(symbol.name == args for symbol in free)
        args = [args] if known else [name for name in re.split(r"[,\s]+", args) if name]
    alone = isinstance(args, sp.Basic) and not isinstance(args, sp.Tuple | sp.NDimArray)
    listed = [args] if alone or isinstance(args, sp.MatrixBase | sp.NDimArray) else list(args)
    arguments = tuple([_argument(arg, k, free) for k, arg in enumerate(listed)])
    symbols = _symbols(arguments)
    twice = [symbol for symbol, count in Counter(symbols).items() if count > 1]
    if twice:
        raise ValueError(f"the argument {twice[0].name!r} is given twice")
    defined = {symbol for symbol, _ in definitions}.intersection(symbols)
    if defined:
        first = next(symbol for symbol in symbols if symbol in defined)
        raise ValueError(f"{first.name!r} has a definition, so it is no argument")
    return arguments


def _argument(arg: Any, position: int, free: Sequence[sp.Symbol]) -> Argument:
    """A symbol or its name; a list, a matrix or an array of these is one argument."""
    if isinstance(arg, sp.Symbol | str):
        symbol = _symbol(arg, free)
        return Argument(symbol.name, (symbol,))
    if isinstance(arg, list | tuple | sp.Tuple):
        symbols = tuple([_symbol(each, free) for each in arg])
        return Argument(_common_name(symbols, position), symbols, (len(symbols),))
    if isinstance(arg, sp.MatrixBase | sp.NDimArray):
        symbols = tuple([_symbol(each, free) for each in sp.flatten(arg.tolist())])
        return Argument(_common_name(symbols, position), symbols, tuple(map(int, arg.shape)))
    raise TypeError(f"an argument is a symbol or a name, not {type(arg).__name__!r}")


def _common_name(symbols: Sequence[sp.Symbol], position: int) -> str:
    """What the names of the symbols begin with: x of x0, x1, x2."""
    stems = {symbol.name.rstrip("_0123456789") for symbol in symbols}
    stem = stems.pop() if len(stems) == 1 else ""
    return stem or f"v{position}"


def _symbol(arg: Any, free: Sequence[sp.Symbol]) -> sp.Symbol:
    if isinstance(arg, sp.Symbol):
        return arg
    if not isinstance(arg, str):
        raise TypeError(f"an argument is a symbol or a name, not {type(arg).__name__!r}")
    same_name = [symbol for symbol in free if symbol.name == arg]
    if len(same_name) > 1:
        raise ValueError(f"several symbols are named {arg!r}: pass the symbols instead")
    return same_name[0] if same_name else sp.Symbol(arg)
