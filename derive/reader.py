"""One text being read: the token where we are, and every refusal with its place in the text."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import sympy
from sympy import S

from derive.functions import Refused, is_condition, is_matrix, is_scalar
from derive.limits_of_input import most, to_raise
from derive.tokens import ParseError, Token, tokenize

CLOSING = {"(": ")", "[": "]", "|": "|"}


class Reader:
    """The tokens of one text, from the first to the last."""

    closing: ClassVar[Mapping[str, str]] = CLOSING

    def __init__(self, text: str):
        if not isinstance(text, str):
            raise TypeError(f"expected text, got {type(text).__name__}")
        self.text = text
        self.tokens = self.scan(text)
        self.index = 0
        self.open: list[Token] = []  # brackets and bars not closed yet
        self.deadline = time.monotonic() + most("seconds")

    def scan(self, text: str) -> list[Token]:
        """The tokens of the text, of which the last one is its end."""
        return tokenize(text)

    @property
    def current(self) -> Token:
        return self.tokens[self.index]

    def advance(self) -> Token:
        token = self.current
        self.index += 1
        return token

    def at(self, *texts: str) -> bool:
        return self.current.kind == "operator" and self.current.text in texts

    def close(self, text: str) -> None:
        if not self.at(text):
            raise self.unexpected(self.current)
        self.advance()
        self.open.pop()

    # Refusals

    def error(self, token: Token, problem: str, advice: str) -> ParseError:
        return ParseError(problem, self.text, token.position, advice)

    def unexpected(self, token: Token) -> ParseError:
        """What to say of a token that fits nowhere."""
        if token.kind == "end":
            if self.open:
                return self.unclosed(token)
            return self.error(token, "the text ends too early", "write the missing value")
        if token.text in (")", "]"):
            if self.open and self.closing[self.open[-1].text] != token.text:
                return self.unclosed(token)
            if not self.open:
                return self.error(token, f"'{token.text}' closes nothing", "delete it")
        advice = {
            ",": "write (a, b) for a tuple, 0.5 for a decimal",
            "=": "write one equation, lhs = rhs, and == inside a condition; f(a=1) is not read",
            "|": "write abs(x), and conditions in brackets: (x > 0) | (x < -1)",
            "!": "write factorial(factorial(x)) for a repeated factorial",
        }.get(token.text, "write a value here")
        typed = self.text[token.position] if token.text in ("^(", ")^") else token.text
        return self.error(token, f"'{typed}' is not expected here", advice)

    def unclosed(self, token: Token) -> ParseError:
        opening = self.open[-1]
        found = f"'{token.text}'" if token.text else "the end"
        problem = f"'{opening.text}' is still open where {found} comes"
        advice = f"write '{self.closing[opening.text]}' before character {token.position + 1}"
        if opening.text == "|":
            advice += ", or join conditions in brackets: (x > 0) | (x < -1)"
        return self.error(opening, problem, advice)

    def bracket_text(self) -> str:
        """The text of the bracket that opens here, if it is short."""
        depth = 0
        for token in self.tokens[self.index :]:
            depth += {"(": 1, ")": -1}.get(token.text, 0)
            if not depth and token.position - self.current.position < 40:
                return self.text[self.current.position : token.position + 1]
        return "(...)"

    # Values

    def build(self, token: Token, function: Callable, *arguments: Any) -> Any:
        """function(*arguments), with SymPy's and our own refusals placed in the text."""
        if time.monotonic() > self.deadline:
            advice = f"give the parts one at a time, {to_raise('seconds')}"
            raise self.error(token, "too long to build", advice)
        try:
            value = function(*arguments)
        except ParseError:
            raise
        except Refused as refusal:
            raise self.error(token, refusal.problem, refusal.advice) from None
        except Exception as error:  # SymPy raises nearly everything on bad arguments
            said = " ".join(f"{type(error).__name__}: {error}".split())[:120]
            problem = f"'{token.text}' cannot be built here ({said})"
            raise self.error(token, problem, "check its arguments") from error
        if value is S.ComplexInfinity and token.text in ("/", "^", "^("):
            raise self.error(token, "division by zero", "divide by something that is not 0")
        if value in (S.ComplexInfinity, S.NaN) or isinstance(value, sympy.AccumBounds):
            advice = "write a Limit if one is meant"
            raise self.error(token, f"'{token.text}' has no value here", advice)
        return value

    def scalar(self, token: Token, value: Any) -> Any:
        if is_scalar(value):
            return value
        raise self.error(token, f"{kind(value)} where a number is expected", advice_for(value))

    def arithmetic(self, token: Token, value: Any) -> Any:
        return value if is_matrix(value) else self.scalar(token, value)


def kind(value: Any) -> str:
    if is_matrix(value):
        return "a matrix"
    if isinstance(value, sympy.Tuple | list):
        return "a tuple"
    return "a condition" if is_condition(value) else "a bare sign"


def advice_for(value: Any) -> str:
    if is_condition(value):
        return "write Piecewise((1, x > 0), (0, True)) to compute with a condition"
    return "write a number, a letter or a formula"
