"""Names of letters and functions, made harmless: they come from users, and may be anything."""

from __future__ import annotations

import re
import unicodedata

from sympy.core.alphabets import greeks
from sympy.printing.conventions import split_super_sub
from sympy.printing.latex import translate

PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:_{1,2}[A-Za-z0-9]+)*'*", re.ASCII)
SHIFTED = re.compile(r"(?:([A-Za-z][A-Za-z0-9]*)_)?\(([A-Za-z][+-][0-9]+)\)", re.ASCII)  # h_(t-1)
IN_TEXT = re.compile(r"[A-Za-z0-9 '(),.:;=+!?/-]+", re.ASCII)
# Commands of mathematics mode: LaTeX, MathJax and KaTeX agree on them, and not on those of \text.
# A tag of HTML cannot start with the brace that follows the angle bracket.
SIGNS = {
    "\\": r"\backslash ",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "<": "{<}",
    ">": "{>}",
    "*": r"{\ast}",
    "~": r"{\sim}",
    "^": r"{\wedge}",
    "|": r"\vert ",
}


def plain_text(name: str) -> str:
    """The name on one line, with what cannot be seen spelled out.

    >>> print(plain_text("a\\nb"))
    a\\nb
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)


# fmt: off
# Indeterminate forms, which are names and not values: in text, and in LaTeX.
FORMS = {
    "0/0":     ("0/0",   r"0/0"),            "oo/oo": ("∞/∞", r"\infty/\infty"),
    "0*oo":    ("0·∞",   r"0 \cdot \infty"), "1**oo": ("1^∞", r"1^{\infty}"),
    "oo - oo": ("∞ - ∞", r"\infty - \infty"), "0**0": ("0^0", r"0^{0}"),
    "oo**0":   ("∞^0",   r"\infty^{0}"),
}
# fmt: on


def words(text: str) -> str:
    r"""Words inside a formula: letters in \text, signs as commands outside of it.

    >>> print(words("L'Hopital's rule"))
    \text{L'Hopital's rule}
    >>> print(words(r"\input{x}"))
    \backslash \text{input}\{\text{x}\}
    """
    pieces: list[str] = []
    position = 0
    while position < len(text):
        run = _run(text, position)
        if run:
            pieces.append(rf"\text{{{run}}}")
            position += len(run)
        else:
            pieces.append(_sign(text[position]))
            position += 1
    return "".join(pieces)


def _run(text: str, start: int) -> str:
    end = start
    while end < len(text) and (IN_TEXT.match(text[end]) or _letter(text[end])):
        end += 1
    return text[start:end]


def _letter(character: str) -> bool:
    if ord(character) < 128 or character in _GREEK:
        return False
    return unicodedata.category(character) in ("Ll", "Lu", "Lo", "Lt")


def _sign(character: str) -> str:
    if character in _GREEK:
        return translate(_GREEK[character]) + " "
    return SIGNS.get(character) or rf"\text{{U+{ord(character):04X}}}"


def latex_name(name: str) -> str:
    r"""A letter in mathematics: plain names as SymPy prints them, all others spelled out.

    >>> print(latex_name("x_max"), latex_name("alpha1"), latex_name("loss"), latex_name("h_(t-1)"))
    x_{\mathrm{max}} \alpha_{1} \mathit{loss} h_{t-1}
    """
    shifted = SHIFTED.fullmatch(name)
    if shifted:
        base, index = shifted.groups()
        return f"{latex_name(base)}_{{{index}}}" if base else index
    name = _greek_spelled(name)
    if not PLAIN.fullmatch(name):
        return words(name) or r"\text{(no name)}"
    primes = len(name) - len(name.rstrip("'"))
    base, above, below = split_super_sub(name.rstrip("'"))
    text = _base(base) + "'" * primes
    text += f"^{{{' '.join(map(_index, above))}}}" if above else ""
    return text + (f"_{{{' '.join(map(_index, below))}}}" if below else "")


def _base(word: str) -> str:
    return rf"\mathit{{{word}}}" if len(word) > 1 and translate(word) == word else translate(word)


def _index(word: str) -> str:
    letters_only = len(word) > 1 and word.isalpha() and translate(word) == word
    return rf"\mathrm{{{word}}}" if letters_only else translate(word)


def _greek_spelled(name: str) -> str:
    """A Greek letter by its name, which every LaTeX can print."""
    first, rest = name[:1], name[1:]
    alone = not rest or rest[0] in "_'" or rest[0].isdigit()
    return _GREEK[first] + rest if first in _GREEK and alone else name


def _greek_letters() -> dict[str, str]:
    found: dict[str, str] = {}
    for word in greeks:
        for case, spelled in (("SMALL", word), ("CAPITAL", word.capitalize())):
            name = word.upper().replace("LAMBDA", "LAMDA")  # as Unicode spells it
            try:
                letter = unicodedata.lookup(f"GREEK {case} LETTER {name}")
            except KeyError:
                continue
            found.setdefault(letter, spelled)
    return found


_GREEK = _greek_letters()


def function_name(name: str) -> str:
    r"""An unknown function's name: one letter as a letter, a word upright.

    >>> print(function_name("f"), function_name("step"))
    f \operatorname{step}
    """
    if len(name) > 1 and name.isascii() and name.isalpha() and translate(name) == name:
        return rf"\operatorname{{{name}}}"
    return latex_name(name)
