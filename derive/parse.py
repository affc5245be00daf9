"""Text -> SymPy. Nothing is ever evaluated as Python: own tokens, own grammar, one function table.

How text is read, where people differ:

- `x^2`, `x**2`, `x²` are powers; `-x^2` is -(x^2); `2^3^2` is 2^(3^2). `x!` is a factorial.
- A decimal is exact: 0.1 is 1/10, so that the steps are exact equations.
- `2x`, `2(x+1)`, `(x+1)(x-1)`, `x sin(x)` are products. `1/2x` is refused: it has two readings.
- `xy` is one symbol. `e`, `E` are Euler's number, `I` is the imaginary unit, `i` a plain symbol.
- `x(x+1)`, `sin x` and `sin^2(x)` are refused; the error says what to write.
- `beta` and `gamma` are symbols unless a bracket follows. `cbrt` and `root` are principal roots.
- `a = b`, or `a == b` as the whole text, is an unevaluated equation. `0 < x < 1` is read.
- `and or not & ~` join conditions; `|` is `or` after a condition in brackets, else a bar of |x|.
- `diff`, `integrate`, `limit`, `det` ... give unevaluated operators. A limit is two-sided unless
  its last argument is a bare sign: `Limit(1/x, x, 0, +)`.

Behind this face: tokens.py, functions.py (what may be called, and limits), reader.py, grammar.py.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

import sympy

from derive.functions import CONSTANTS, FUNCTIONS
from derive.grammar import Meaning, Parser
from derive.tokens import ParseError

__all__ = ["CONSTANTS", "FUNCTIONS", "ParseError", "parse", "parse_symbol"]

ASSUMPTIONS = ["positive", "nonnegative", "negative", "nonzero", "real", "rational", "integer"]
ASSUMPTIONS += ["even", "odd"]


def parse(
    text: str,
    assumptions: Mapping[str, Iterable[str] | sympy.Symbol] | None = None,
    *,
    local: Mapping[str, Meaning] | None = None,
) -> Any:
    """The SymPy object that the text describes: expression, matrix, equation, condition, Tuple.

    `assumptions` says what is known of a symbol, or gives the symbol itself; `local` gives names
    their meaning: SymPy objects, or functions (Function classes) to call.

    >>> parse("2x^2 + sin(x)/x")
    2*x**2 + sin(x)/x
    >>> parse("sqrt(n^2)", {"n": ["positive"]})
    n
    >>> parse("f(0.5) = [[1, 2], [3, 4]]", local={"f": sympy.Function("f")}).lhs
    f(1/2)

    Raises ParseError for text that is not read, ValueError for an unknown assumption.
    """
    return Parser(text, meanings(assumptions, local)).parse()


def parse_symbol(
    text: str, assumptions: Mapping[str, Iterable[str] | sympy.Symbol] | None = None
) -> sympy.Symbol:
    """The symbol that the text names.

    >>> parse_symbol("x", {"x": ["positive"]}).is_positive
    True
    """
    parser = Parser(text, meanings(assumptions, None))
    token = parser.tokens[0]
    if token.kind != "name" or len(parser.tokens) != 2:
        raise parser.error(token, "expected the name of one variable", "write one name, such as x")
    symbol = parser.meaning(token)
    if not isinstance(symbol, sympy.Symbol):
        problem = f"'{token.text}' is not a variable but {symbol}"
        raise parser.error(token, problem, "choose another name")
    return symbol


def meanings(assumptions: Any, local: Any) -> dict[str, Meaning]:
    known = {word: symbol(word, facts) for word, facts in (assumptions or {}).items()}
    known |= local or {}
    return {unicodedata.normalize("NFKC", word): meaning for word, meaning in known.items()}


def symbol(word: str, facts: Iterable[str] | sympy.Symbol) -> sympy.Symbol:
    if isinstance(facts, sympy.Symbol):
        return facts
    facts = facts.replace(",", " ").split() if isinstance(facts, str) else list(facts)
    for fact in facts:
        if fact not in ASSUMPTIONS:
            known = ", ".join(ASSUMPTIONS)
            raise ValueError(f"unknown assumption {fact!r} about {word!r}: choose from {known}")
    return sympy.Symbol(word, **dict.fromkeys(facts, True))
