r"""LaTeX -> tokens. Every command is one of the tables of words.py, or refused by name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from derive.functions import FUNCTIONS as KNOWN
from derive.latex_input import words
from derive.tokens import (
    ParseError,
    Token,
    refuse_invisible,
    refuse_long_number,
    refuse_long_text,
    refuse_name,
)

NUMBER = re.compile(r"(?:[0-9]{1,3}(?:\{,\}[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?|\.[0-9]+")
COMMAND = re.compile(r"\\(?:[A-Za-z]+\*?|[^A-Za-z])")
GROUP = re.compile(r"\s*\{([^{}\\]*)\}|\s*([A-Za-z0-9+-])")
WORD = re.compile(r"[A-Za-z]+[0-9]*", re.ASCII)
DELIMITER = re.compile(r"\s*(\\[A-Za-z]+|\\.|.)")
WRAPPERS = (("$$", "$$"), ("$", "$"), (r"\[", r"\]"), (r"\(", r"\)"))
LEFT = {"|": "|(", r"\vert": "|(", r"\lvert": "|(", ".": "(."}
RIGHT = {"|": ")|", r"\vert": ")|", r"\rvert": ")|", ".": ").."}
UPRIGHT = {r"\mathrm", r"\operatorname", r"\operatorname*", r"\mathit", r"\mathop", r"\rm"}
OPERATORS = set("+-*/^_!<>=()[],|{}&'")
ONE_DIGIT = {"^", "_", *words.FRACTIONS, *words.BINOMIALS, r"\sqrt"}


def tokenize(text: str) -> list[Token]:
    r"""All tokens of the text; the last one is of kind "end".

    >>> [token.text for token in tokenize(r"\int_0^1 x\,\mathrm{d}x")]
    ['\\int', '_', '0', '^', '1', 'x', 'd', 'x', '']
    """
    refuse_long_text(text)
    refuse_invisible(text)
    start, end = unwrapped(text)
    found = list(Scanner(text, start, end).tokens())
    return [*found, Token("end", "", end)]


def unwrapped(text: str) -> tuple[int, int]:
    """Where the formula begins and ends: without dollars or brackets of displays."""
    start, end = len(text) - len(text.lstrip()), len(text.rstrip())
    for opening, closing in WRAPPERS:
        inside = text[start:end]
        if len(inside) > len(opening + closing) and inside.startswith(opening):
            if not inside.endswith(closing):
                raise ParseError(f"'{opening}' is not closed", text, start, f"write {closing}")
            return start + len(opening), end - len(closing)
    return start, end


class Scanner:
    """One formula, from its first sign to its last."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text, self.position, self.end = text, start, end
        self.before: list[Token] = []  # the last two tokens

    def tokens(self) -> Iterator[Token]:
        while self.position < self.end:
            start = self.position
            c = self.text[start]
            if c.isspace() or c == "~":
                self.position += 1
                continue
            for token in self.scan(c, start):
                self.before = [*self.before[-1:], token]
                yield token

    def scan(self, c: str, start: int) -> Iterator[Token]:
        if c == "\\":
            yield from self.command(start)
        elif match := NUMBER.match(self.text, start, self.end):
            yield from self.number(match[0], start)
        elif c.isascii() and c.isalpha():
            self.position += 1
            yield Token("letter", c, start)
        elif c in OPERATORS:
            self.position += 1
            yield Token("operator", c, start)
        else:
            advice = "write it as a command of LaTeX"
            raise self.error(f"character '{c}' (U+{ord(c):04X}) is not read", start, advice)

    def number(self, written: str, start: int) -> Iterator[Token]:
        """A number; after ^, _, \\frac and \\sqrt TeX takes one digit."""
        self.position += len(written)
        before = self.before[-1].text if self.before else ""
        number = written.replace("{,}", "")
        refuse_long_number(number, self.text, start)
        if before not in ONE_DIGIT or len(written) == 1:
            yield Token("number", number, start)
        elif before in words.FRACTIONS | words.BINOMIALS and re.fullmatch("[0-9]{2}", written):
            yield Token("number", written[0], start)
            yield Token("number", written[1], start + 1)
        else:
            advice = f"write {before}{{{written}}} or {before}{{{written[0]}}}{written[1:]}"
            raise self.error("several digits without braces", start, advice)

    def command(self, start: int) -> Iterator[Token]:
        match = COMMAND.match(self.text, start, self.end)
        if not match:
            raise self.error("a backslash at the end", start, "delete it")
        name = match[0]
        self.position = match.end()
        if name in words.SPACING:
            return
        if name in (r"\left", r"\right"):
            yield self.delimiter(name, start)
        elif name in UPRIGHT:
            yield self.upright(start)
        elif name in (r"\text", r"\textrm", r"\mbox"):
            yield Token("text", self.argument(start).strip(), start)
        elif name in (r"\begin", r"\end"):
            yield Token(name[1:], self.argument(start).strip(), start)
        elif name in words.SIGNS:
            yield Token("operator", words.SIGNS[name], start)
        elif name in words.FUNCTIONS:
            yield Token("function", words.FUNCTIONS[name], start)
        elif name in words.COMMANDS:
            yield Token("command", name, start)
        elif name in words.CONSTANTS:
            yield Token("constant", words.CONSTANTS[name], start)
        elif name in words.LETTERS:
            yield Token("letter", words.LETTERS[name], start)
        elif name in words.REFUSED:
            problem, advice = words.REFUSED[name]
            raise self.error(problem, start, advice)
        else:
            advice = "write the formula without it"
            raise self.error(f"the command '{name[:30]}' is not read", start, advice)

    def delimiter(self, name: str, start: int) -> Token:
        match = DELIMITER.match(self.text, self.position, self.end)
        if not match:
            raise self.error(f"'{name}' without a bracket", start, "write the bracket")
        self.position = match.end()
        sign = match[1]
        sided = (LEFT if name == r"\left" else RIGHT).get(sign)
        sign = sided or words.SIGNS.get(sign, sign)
        if not sided and sign not in ("(", ")", "[", "]", "\\{", "\\}", "⌊", "⌋", "⌈", "⌉"):
            raise self.error(f"'{name}{match[1]}' is not read", start, "write ( ) or [ ]")
        return Token("operator", sign, start)

    def upright(self, start: int) -> Token:
        r"""\mathrm{d} is a differential, \operatorname{erf} a function, \mathit{loss} a letter."""
        word = self.argument(start).strip()
        if not WORD.fullmatch(word):
            raise self.error(f"the name '{word[:20]}' is not read", start, "write letters only")
        if word in ("d", "i", "e"):
            return Token({"d": "differential"}.get(word, "constant"),
                         {"i": "I", "e": "E"}.get(word, word), start)  # fmt: skip
        name = words.UPRIGHT.get(word, word)
        if (name in KNOWN and len(word) > 1) or word in words.UPRIGHT:
            return Token("function", name, start)
        refuse_name(word, self.text, start)
        return Token("letter", word, start)

    def argument(self, start: int) -> str:
        match = GROUP.match(self.text, self.position, self.end)
        if not match:
            raise self.error("words that are not read", start, "write {letters}")
        self.position = match.end()
        return match[2] if match[1] is None else match[1]

    def error(self, problem: str, position: int, advice: str) -> ParseError:
        return ParseError(problem, self.text, position, advice)
