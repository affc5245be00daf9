r"""How wide a formula is in LaTeX's standard type, without running LaTeX: an upper estimate.

A formula is read into pieces, each with its width in points at 10pt. Widths are those of Computer
Modern (Knuth, Computer Modern Typefaces), rounded up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|\s+|[^\\\s]", re.DOTALL)
COLUMNS = re.compile(r"^\{[lcr|@{}]*\}")
SCRIPT, SMALLEST = 0.72, 0.55
NO_DELIMITER = 1.7  # the space around one, which an empty one takes as well
DELIMITER = 8.0  # one that has grown with what it encloses

# fmt: off
LETTERS = {
    "f": 6.1, "i": 3.5, "j": 5.2, "l": 3.2, "m": 8.9, "w": 7.3, "r": 4.8, "t": 3.7, "u": 5.8,
    "n": 6.1, "p": 5.1, "x": 5.8, "z": 5.2, "M": 10.9, "W": 11.0, "I": 5.2,
    ",": 4.5, ".": 2.8, ";": 4.5, ":": 8.4, "!": 2.8, "'": 3.0, "|": 2.8, "(": 3.9, ")": 3.9,
    "[": 2.8, "]": 2.8, "/": 5.0, "=": 13.4, "<": 13.4, ">": 13.4, "+": 12.3, "-": 12.3, "*": 9.5,
}
COMMANDS = {
    r"\,": 1.7, r"\;": 3.4, r"\:": 2.9, r"\!": 0.0, r"\ ": 3.4, r"\quad": 10.0, r"\qquad": 20.0,
    r"\int": 12.0, r"\sum": 16.2, r"\prod": 14.6, r"\infty": 10.0, r"\cdot": 7.3, r"\times": 12.3,
    r"\to": 15.6, r"\cdots": 16.0, r"\ldots": 14.0, r"\top": 7.8, r"\partial": 6.0, r"\neq": 13.4,
    r"\leq": 13.4, r"\geq": 13.4, r"\in": 12.3, r"\wedge": 11.2, r"\vee": 11.2, r"\sim": 13.4,
    r"\approx": 13.4, r"\odot": 12.3, r"\otimes": 12.3, r"\mapsto": 15.6, r"\nabla": 8.4,
    r"\vert": 2.8, r"\left": 0.0, r"\right": 0.0, r"\langle": 3.9, r"\rangle": 3.9,
    r"\displaystyle": 0.0, r"\limits": 0.0, r"\infty/": 15.0, r"\middle": 0.0, r"\lVert": 5.0,
    r"\rVert": 5.0, r"\|": 5.0, r"\Rightarrow": 15.6, r"\rightarrow": 15.6,
}
# fmt: on
STOPS = ",.;:!'|)]"  # start no line
OTHER_LETTER, CAPITAL, DIGIT, SYMBOL = 5.4, 8.3, 5.0, 13.4


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


NAMED = _names(
    "sin cos tan cot sec csc sinh cosh tanh coth arcsin arccos arctan log ln exp lim det max min "
    "sup inf gcd deg arg Pr"
)
GREEK = _names(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho "
    "sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi "
    "Omega backslash"
)
ACCENTED = _names(
    "bar hat tilde dot ddot overline widehat vec underline mathbb mathcal mathring acute check "
    "grave breve"
)
BIG = frozenset((r"\int", r"\sum", r"\prod", r"\lim", r"\max", r"\min"))
RELATIONS = frozenset(("=", r"\neq", r"\leq", r"\geq", r"\approx", r"\sim", r"\to", r"\in"))
UPRIGHT = (r"\mathrm", r"\mathit", r"\mathbf", r"\boldsymbol")
OPERATOR = (r"\operatorname", r"\operatorname*")
FRACTIONS = (r"\frac", r"\dfrac", r"\tfrac", r"\binom")
ACCENTS = tuple(rf"\{name}" for name in sorted(ACCENTED))


@dataclass
class Piece:
    """A part of a formula that is set in one go, unless `inside` says how it comes apart.

    `kind`: "", "sum" (a plus or minus), "relation", "fence", "fraction", "root", "table", "group",
    "gap" (a space), "words", "word", "stop" (what must not start a line) or "head" (what must not
    end one: the sign of an operator, the name of a function).
    """

    tex: str
    width: float
    kind: str = ""
    inside: tuple[list[Piece], ...] = ()
    ends: tuple[str, str] = ("", "")
    tail: str = ""
    tail_width: float = 0.0


def width(tex: str) -> float:
    r"""The width of a formula in points, rather too large than too small.

    >>> width("x") < width("x + y") < width(r"\frac{x + y}{2} + z") < 70
    True
    """
    return total(pieces(tex))


def total(row: list[Piece]) -> float:
    return sum(piece.width for piece in row)


def pieces(tex: str) -> list[Piece]:
    """A formula as pieces, read from left to right."""
    return _row(_Tokens(tex), until=None)


class _Tokens:
    def __init__(self, tex: str) -> None:
        self.tokens = TOKEN.findall(tex)
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def next(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1]

    def spaces(self) -> None:
        while self.peek().isspace():
            self.at += 1

    def group(self) -> str:
        """What stands in the braces that follow, or the one token without them."""
        self.spaces()
        if self.peek() != "{":
            return self.next() if self.peek() else ""
        start, depth = self.at + 1, 0
        while True:
            token = self.next()
            depth += {"{": 1, "}": -1}.get(token, 0)
            if depth == 0:
                return "".join(self.tokens[start : self.at - 1])


def _row(tokens: _Tokens, until: str | None) -> list[Piece]:
    row: list[Piece] = []
    while tokens.peek() and tokens.peek() != until:
        token = tokens.next()
        if token in ("^", "_"):
            _script(row, token, tokens)
        elif token.isspace():
            if row:
                row[-1].tail += " "
        elif token.isdigit() and row and row[-1].tex[-1].isdigit() and not row[-1].tail:
            row[-1].tex += token
            row[-1].width += DIGIT
        else:
            row.append(_piece(token, tokens, first=not row or row[-1].kind == "relation"))
    return row


def _script(row: list[Piece], mark: str, tokens: _Tokens) -> None:
    script = tokens.group()
    base = row[-1] if row else Piece("{}", 0.0)
    if not row:
        row.append(base)
    wide = SCRIPT * width(script) + 0.5
    base.tail = base.tail.rstrip(" ") + f"{mark}{{{script}}}"
    base.tail_width += wide
    base.width += wide


def _piece(token: str, tokens: _Tokens, first: bool) -> Piece:
    read = READ.get(token)
    if read:
        return read(token, tokens)
    if token in ("+", "-", r"\pm", r"\mp"):
        return Piece(token, 8.0 if first else 12.3, "head" if first else "sum")
    if token in RELATIONS:
        return Piece(token, 15.6, "relation")
    if token in (r"\ ", r"\quad", r"\qquad"):
        return Piece(token, COMMANDS[token], "gap")
    if not token.startswith("\\"):
        return Piece(token, _letter_width(token), "stop" if token in STOPS else "")
    if token[1:] in NAMED:
        return Piece(token, 5.6 * len(token) - 3, "head")
    return Piece(token, _command_width(token), "head" if token in BIG else "")


def _command_width(token: str) -> float:
    greek = CAPITAL if token[1:2].isupper() else 7.0
    letter = token[1:] in GREEK or len(token) == 2
    return COMMANDS.get(token, greek if letter else SYMBOL)


def _group(token: str, tokens: _Tokens) -> Piece:
    tokens.at -= 1
    inner = tokens.group()
    inside = pieces(inner)
    return Piece(f"{{{inner}}}", total(inside), "group", (inside,))


def _fraction(token: str, tokens: _Tokens) -> Piece:
    above, below = tokens.group(), tokens.group()
    parts = pieces(above), pieces(below)
    wide = max(map(total, parts)) + (18.0 if token == r"\binom" else 2.6)
    return Piece(rf"{token}{{{above}}}{{{below}}}", wide, "fraction", parts)


def _upright(token: str, tokens: _Tokens) -> Piece:
    inner = tokens.group()
    plain = sum(map(_text_width, inner)) if inner.isalnum() else width(inner)
    return Piece(f"{token}{{{inner}}}", 1.2 * plain)


def _operator(token: str, tokens: _Tokens) -> Piece:
    inner = tokens.group()
    return Piece(f"{token}{{{inner}}}", sum(map(_text_width, inner)) + 1.7, "head")


def _words(token: str, tokens: _Tokens) -> Piece:
    inner = tokens.group()
    each = re.findall(r"\S*\s*", inner)[:-1] or [inner]
    inside = [Piece(rf"\text{{{word}}}", sum(map(_text_width, word)), "word") for word in each]
    return Piece(rf"\text{{{inner}}}", total(inside), "words", (inside,))


def _accent(token: str, tokens: _Tokens) -> Piece:
    inner = tokens.group()
    return Piece(f"{token}{{{inner}}}", width(inner) * 1.1 + 2)


def _stack(token: str, tokens: _Tokens) -> Piece:
    inner = tokens.group()
    wide = max(sum(map(width, row)) for row in _cells(inner))
    return Piece(rf"{token}{{{inner}}}", wide)


def _letter_width(letter: str) -> float:
    if letter in LETTERS:
        return LETTERS[letter]
    if letter.isdigit():
        return DIGIT
    return CAPITAL if letter.isupper() else OTHER_LETTER


def _text_width(letter: str) -> float:
    if letter == " ":
        return 3.4
    return {"m": 8.4, "w": 7.3, "W": 10.3, "M": 9.2}.get(letter) or (
        7.8 if letter.isupper() else 2.9 if letter in "il.,:;'!|" else 5.6
    )


def _delimiter(tokens: _Tokens) -> str:
    tokens.spaces()
    return tokens.next()


def _fence(token: str, tokens: _Tokens) -> Piece:
    opening = _delimiter(tokens)
    start = tokens.at
    inside = _row(tokens, r"\right")
    source = "".join(tokens.tokens[start : tokens.at])
    tokens.next()
    closing = _delimiter(tokens)
    tex = rf"\left{_spaced(opening)}{source}\right{closing}"
    wide = 2 * NO_DELIMITER + total(inside) + DELIMITER * ((opening != ".") + (closing != "."))
    return Piece(tex, wide, "fence", (inside,), (opening, closing))


def _spaced(delimiter: str) -> str:
    return delimiter + " " if delimiter[-1].isalpha() else delimiter


def _root(token: str, tokens: _Tokens) -> Piece:
    index = ""
    if tokens.peek() == "[":
        while tokens.peek() != "]":
            index += tokens.next()
        index += tokens.next()
    inner = tokens.group()
    inside = pieces(inner)
    return Piece(rf"\sqrt{index}{{{inner}}}", total(inside) + 11, "root", (inside,), (index, ""))


def _environment(token: str, tokens: _Tokens) -> Piece:
    start, name = tokens.at - 1, tokens.group()
    depth = 1
    inner_start = tokens.at
    while depth:
        token = tokens.next()
        depth += {r"\begin": 1, r"\end": -1}.get(token, 0)
    inner_end = tokens.at - 1
    tokens.group()
    inner = "".join(tokens.tokens[inner_start:inner_end])
    wide = sum(_columns(inner)) + 6
    return Piece("".join(tokens.tokens[start : tokens.at]), wide, "table", (), (name, inner))


def smaller(table: Piece, limit: float) -> str:
    """A matrix that is too wide, in smaller type."""
    name, inner = table.ends
    columns = COLUMNS.match(inner)
    style = r"\scriptstyle " if table.width * SCRIPT <= limit else r"\scriptscriptstyle "
    rows = r" \\ ".join(" & ".join(style + cell for cell in row) for row in _cells(inner))
    return rf"\begin{{{name}}}{columns[0] if columns else ''}{rows}\end{{{name}}}"


def columns_apart(table: Piece) -> Iterator[Piece]:
    """The columns of a matrix that even small type leaves too wide, each as a small matrix."""
    rows = _cells(table.ends[1])
    style = r"\scriptscriptstyle "
    for k in range(max(map(len, rows))):
        cells = [row[k] if k < len(row) else "" for row in rows]
        wide = SMALLEST * (max(map(width, cells)) + 10)
        body = r" \\ ".join(style + cell for cell in cells)
        yield Piece(rf"\begin{{matrix}}{body}\end{{matrix}}\ ", wide + 15, "table")


def _columns(inner: str) -> Iterator[float]:
    r"""The widths of the columns, of what `&` and `\\` part outside of all braces."""
    rows = [[width(cell) + 10 for cell in row] for row in _cells(inner)]
    most = max(map(len, rows), default=0)
    for k in range(most):
        yield max(row[k] for row in rows if k < len(row))


def _cells(inner: str) -> list[list[str]]:
    rows, cell, depth = [[""]], "", 0
    for token in TOKEN.findall(COLUMNS.sub("", inner)):
        depth += {"{": 1, "}": -1, r"\begin": 1, r"\end": -1}.get(token, 0)
        if depth == 0 and token in ("&", r"\\"):
            rows[-1][-1], cell = cell, ""
            if token == "&":
                rows[-1].append("")
            else:
                rows.append([""])
        else:
            cell += token
    rows[-1][-1] = cell
    return rows


READ = {
    "{": _group,
    r"\left": _fence,
    r"\sqrt": _root,
    r"\begin": _environment,
    r"\text": _words,
    r"\substack": _stack,
    r"\phantom": _accent,
    **dict.fromkeys(FRACTIONS, _fraction),
    **dict.fromkeys(UPRIGHT, _upright),
    **dict.fromkeys(OPERATOR, _operator),
    **dict.fromkeys(ACCENTS, _accent),
}
