"""Text -> tokens, and the error that both the tokenizer and the parser raise.

Every character is either part of a token or refused by name; nothing is skipped except spaces.
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from derive.limits_of_input import most, to_raise


class ParseError(ValueError):
    """Text that is not read: what is wrong, where (0-based `position`), what to write instead.

    >>> str(ParseError("unknown function 'sn'", "sn(x)", 0, "write sin(x)"))
    "unknown function 'sn' at character 1: write sin(x)"
    """

    def __init__(self, problem: str, text: str, position: int, advice: str):
        super().__init__(problem, text, position, advice)  # all four, so that it pickles
        self.problem, self.text, self.position, self.advice = problem, text, position, advice

    def __str__(self) -> str:
        return one_line(f"{self.problem} at character {self.position + 1}: {self.advice}")


def one_line(message: str) -> str:
    """The message with line breaks, control and invisible characters spelled out."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in message)


@dataclass(frozen=True, slots=True)
class Token:
    kind: str  # "number", "name", "operator" or "end"
    text: str  # normalised spelling: "**" is "^", "≤" is "<="
    position: int  # 0-based, in the text as typed


NUMBER = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
OPERATOR = re.compile(r"\*\*|<=|>=|==|!=|[-+*/^!<>=()\[\],|&~√]")
BASE_PREFIX = re.compile(r"0[xXbBoO][0-9a-fA-F]")
WORD_OPERATORS = {"and": "and", "or": "or", "not": "not"}

# fmt: off
SPELLINGS = {                                   # what people paste -> what the parser reads
    "**": "^",
    "·": "*", "⋅": "*", "×": "*", "∗": "*",
    "−": "-", "–": "-",
    "÷": "/", "∕": "/", "⁄": "/",
    "≤": "<=", "≥": ">=", "≠": "!=",
    "∧": "and", "∨": "or", "¬": "not", "&": "and", "~": "not",
}
REFUSED = {                                     # first characters that match -> (problem, advice)
    "//": ("'//' is not read",                  "write floor(a/b)"),
    ":=": ("':=' is not read",                  "write one equation with ="),
    ".":  ("a point without digits",            "write 0.5 for a decimal; x.y is not read"),
    ":":  ("':' is not read",                   "write a range as (x, a, b)"),
    ";":  ("';' is not read",                   "give one expression at a time"),
    "'":  ("a quote is not read",               "write Derivative(f(x), x) for f'"),
    "’":  ("a quote is not read",               "write Derivative(f(x), x) for f'"),
    "′":  ("a prime is not read",               "write Derivative(f(x), x)"),
    '"':  ("a quote is not read",               "give names and numbers without quotes"),
    "`":  ("a quote is not read",               "give names and numbers without quotes"),
    "\\": ("a backslash is not read",           "write sqrt(x), not \\sqrt{x}; LaTeX is not read"),
    "$":  ("'$' is not read",                   "write the formula without $; LaTeX is not read"),
    "{":  ("a brace is not read",               "write ( and ) to group, [1, 2] for a vector"),
    "}":  ("a brace is not read",               "write ( and ) to group, [1, 2] for a vector"),
    "@":  ("'@' is not read",                   "write * for a matrix product"),
    "%":  ("'%' is not read",                   "write x/100, or a - b*floor(a/b) for a remainder"),
    "#":  ("'#' is not read",                   "leave out comments"),
    "?":  ("'?' is not read",                   "leave it out"),
    "∂":  ("'∂' is not read",                   "write Derivative(f, x)"),
    "∇":  ("'∇' is not read",                   "write Derivative(f, x)"),
    "∫":  ("'∫' is not read",                   "write Integral(f, x) or Integral(f, (x, a, b))"),
    "∑":  ("'∑' is not read",                   "write Sum(f, (n, a, b))"),
    "∏":  ("'∏' is not read",                   "write Product(f, (n, a, b))"),
    "°":  ("degrees are not read",              "write *pi/180"),
    "º":  ("degrees are not read",              "write *pi/180"),
    "±":  ("'±' is not read",                   "write the two expressions one at a time"),
}
# fmt: on

# Letters and marks that draw nothing (Unicode: Default_Ignorable_Code_Point outside category Cf,
# and the braille blank): two names that look the same must be the same.
BLANK_LETTERS = {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0} | {
    *range(0x180B, 0x1810),
    *range(0xFE00, 0xFE10),
    *range(0xE0000, 0xE1000),
}


# Letters of other alphabets that look like Latin ones: in a formula they would be another letter.
LOOK_ALIKES = dict(zip(
    "АВЕЅІЈКМНОРСТУХаеѕіјорсухһԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧοϲϳ",
    "ABESIJKMHOPCTYXaesijopcyxhdqwABEZHIKMNOPTYXocj",
    strict=True,
))  # fmt: skip


def tokenize(text: str) -> list[Token]:
    """All tokens of the text; the last one is of kind "end".

    >>> [token.text for token in tokenize("2x² ≤ 1")]
    ['2', 'x', '^(', '2', ')^', '<=', '1', '']
    """
    refuse_long_text(text)
    refuse_invisible(text)
    return [*scan(text), Token("end", "", len(text))]


def refuse_long_text(text: str) -> None:
    longest = most("characters")
    if len(text) > longest:
        advice = f"give at most {longest} characters; this text has {len(text)}"
        advice += f", {to_raise('characters')}"
        raise ParseError("text too long", text, longest, advice)


def refuse_invisible(text: str) -> None:
    for position, c in enumerate(text):
        if not c.isascii() or not c.isprintable():
            if c in "\t\n\r" or not is_invisible(c):
                continue
            problem = f"invisible character U+{ord(c):04X}"
            raise ParseError(problem, text, position, "delete it and type the text by hand")


def is_invisible(c: str) -> bool:
    return unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} or (
        ord(c) in BLANK_LETTERS
    )


def scan(text: str) -> Iterator[Token]:
    position = 0
    while position < len(text):
        c = text[position]
        if c.isspace():
            position += 1
        elif NUMBER.match(text, position):
            token = number(text, position)
            yield token
            position += len(token.text)
        elif is_superscript(c):
            end = end_of(is_superscript, text, position)
            yield from superscript(text, position, end)
            position = end
        elif c == "∞":
            yield Token("name", "oo", position)
            position += 1
        elif is_letter(c):
            end = end_of(continues_name, text, position)
            yield name(text, position, end)
            position = end
        else:
            spelling = operator(text, position)
            yield Token("operator", SPELLINGS.get(spelling, spelling), position)
            position += len(spelling)


def end_of(belongs: Callable[[str], bool], text: str, position: int) -> int:
    while position < len(text) and belongs(text[position]):
        position += 1
    return position


def number(text: str, start: int) -> Token:
    match = NUMBER.match(text, start)
    assert match
    following = text[match.end() : match.end() + 1]
    if BASE_PREFIX.match(text, start):
        raise ParseError("a number in another base", text, start, "write it in decimal")
    if following == "_":
        raise ParseError("'_' in a number", text, match.end(), "write 1000, not 1_000")
    if match[0].endswith(".") and following and (is_letter(following) or following == "."):
        advice = "write 1.0*x or 0.5; attributes such as 1.real are not read"
        raise ParseError("a point without digits", text, match.end() - 1, advice)
    refuse_long_number(match[0], text, start)
    return Token("number", match[0], start)


def refuse_long_number(literal: str, text: str, start: int) -> None:
    mantissa, _, exponent = literal.lower().partition("e")
    size = len(mantissa)
    if len(exponent) <= 6:  # int() of a longer one would itself be the attack
        size += abs(int(exponent or 0))
    longest = most("literal_digits")
    if len(exponent) > 6 or size > longest:
        advice = f"write a number of at most {longest} digits, or a power such as 10**50"
        advice += f", {to_raise('literal_digits')}"
        raise ParseError("number too long", text, start, advice)


def is_letter(c: str) -> bool:
    return c == "_" or (unicodedata.category(c)[0] == "L" and c not in REFUSED)


def continues_name(c: str) -> bool:
    """Letters, digits, subscripts and combining marks, but no superscript: x² is a power."""
    if is_superscript(c):
        return False
    category = unicodedata.category(c)
    subscript = unicodedata.decomposition(c).startswith("<sub>") and category == "No"
    return is_letter(c) or subscript or category in {"Mn", "Mc", "Nd"}


def is_superscript(c: str) -> bool:
    """Raised digits, signs, brackets and modifier letters (ⁿ); not ª or ™."""
    return unicodedata.decomposition(c).startswith("<super>") and (
        unicodedata.category(c) in {"No", "Sm", "Ps", "Pe", "Lm"}
    )


def superscript(text: str, start: int, end: int) -> Iterator[Token]:
    """A raised run is a power in brackets of its own: x⁻¹ is x ^( -1 )^."""
    yield Token("operator", "^(", start)
    raised = unicodedata.normalize("NFKC", text[start:end])
    try:
        for token in scan(raised):
            yield Token(token.kind, token.text, start + min(token.position, end - start - 1))
    except ParseError as error:
        raise ParseError(error.problem, text, start, error.advice) from None
    yield Token("operator", ")^", end - 1)


def name(text: str, start: int, end: int) -> Token:
    # NFKC makes x₁ and x1, 𝑥 and x, µ (micro) and μ (mu) one name each, as Python does.
    word = unicodedata.normalize("NFKC", text[start:end])
    if word in WORD_OPERATORS:
        return Token("operator", WORD_OPERATORS[word], start)
    refuse_name(word, text, start)
    if text[end : end + 1] == ".":
        advice = "write a * for a product, ^ for a power; attributes such as x.y are not read"
        raise ParseError("attribute access", text, end, advice)
    return Token("name", word, start)


def look_alike(word: str) -> str:
    """What to write instead of a letter of another alphabet that looks Latin; empty without one.

    >>> look_alike("\\N{CYRILLIC SMALL LETTER HA}")
    'U+0445 looks like x: write x'
    """
    strange = next((c for c in word if c in LOOK_ALIKES), "")
    latin = LOOK_ALIKES.get(strange)
    return f"U+{ord(strange):04X} looks like {latin}: write {latin}" if strange else ""


def refuse_name(word: str, text: str, start: int) -> None:
    if advice := look_alike(word):
        raise ParseError("a letter of another alphabet", text, start, advice)
    if keyword.iskeyword(word) and word not in {"True", "False"}:
        advice = "write λ or lamda" if word == "lambda" else "choose another name"
        raise ParseError(f"'{word}' is a word of Python", text, start, advice)
    if word.startswith("__") or word.endswith("__"):
        advice = "use a name without double underscores"
        raise ParseError(f"name '{word[:20]}' is not read", text, start, advice)
    if len(word) > most("name_length"):
        advice = f"use at most {most('name_length')} characters, {to_raise('name_length')}"
        raise ParseError(f"name '{word[:20]}...' too long", text, start, advice)
    if not word.isidentifier():
        raise ParseError(f"name '{word[:20]}' is not read", text, start, "use letters and digits")


def operator(text: str, position: int) -> str:
    for spelling, (problem, advice) in REFUSED.items():
        if text.startswith(spelling, position):
            raise ParseError(problem, text, position, advice)
    match = OPERATOR.match(text, position)
    if match:
        return match[0]
    if text[position] in SPELLINGS:
        return text[position]
    problem = f"character '{text[position]}' (U+{ord(text[position]):04X}) is not read"
    raise ParseError(problem, text, position, "write it in plain letters, digits and + - * / ^ ( )")
