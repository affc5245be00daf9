r"""Formulas that are wider than the page, in several lines.

A line breaks before a plus, a minus or a relation; inside of brackets only where it has to, and
then the bracket is closed and opened again by `\right.` and `\left.`. A fraction that is too wide
is written with a stroke.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from derive.render.width import (
    DELIMITER,
    NO_DELIMITER,
    SCRIPT,
    SMALLEST,
    Piece,
    columns_apart,
    pieces,
    smaller,
    total,
)

NEVER = 1000
WHOLE = ("", "sum", "relation", "head", "stop", "gap", "word", "table")  # have no parts
BEFORE = {"gap": 0, "relation": 1, "sum": 2, "word": 3}  # the cost of a break before such a piece
STROKE, BETWEEN_FACTORS = 4, 6
DEEPER = 3  # the cost of each bracket that a break interrupts
MARK = re.compile(r"(?<!\\)[\^_]")  # of a power or an index, not the sign of that name
SHORTEST = 0.35  # of the width: a line is not broken before that


@dataclass(frozen=True)
class _Bit:
    tex: str
    width: float
    cost: int  # of a break before it
    opens: bool = False
    closes: bool = False
    word: bool = False


def broken(tex: str, limit: float, first: float | None = None) -> list[str]:
    r"""The formula as lines of at most `limit` points, the first one of `first`.

    What has no place to break (a wide matrix) stays whole, wider than that.

    >>> broken("a + b + c", 30)
    ['a + b ', '{} + c']
    """
    row = pieces(tex)
    if total(row) <= (limit if first is None else first):
        return [tex]
    return list(_filled(list(_bits(row, limit, 0)), limit, limit if first is None else first))


def tightened(tex: str, limit: float, indent: float) -> list[str]:
    """The formula as lines of at most `limit` points, those after the first one moved right."""
    return broken(tex, limit - indent, limit)


def _bits(row: list[Piece], limit: float, depth: int) -> Iterator[_Bit]:
    before = "relation"
    for place, piece in enumerate(row):
        cost = _cost(piece, before, depth) if place or depth else NEVER
        alone = _ends_a_term(row[place + 1 :]) and not (place and _is_name(row[place - 1]))
        before = piece.kind
        whole = piece.kind in WHOLE or (piece.width <= limit / 2 and piece.kind != "words")
        if whole and not (piece.kind == "table" and piece.width > limit):
            yield _Bit(piece.tex + piece.tail, piece.width, cost, word=piece.kind == "word")
        else:
            yield from _opened(piece, limit, depth, cost, alone)


def _ends_a_term(after: list[Piece]) -> bool:
    return not after or after[0].kind in ("sum", "relation", "stop", "gap")


def _is_name(piece: Piece) -> bool:
    return piece.kind == "head" and piece.tex.startswith("\\")


def _cost(piece: Piece, before: str, depth: int) -> int:
    if before in ("relation", "sum", "head", "gap") or piece.kind == "stop":
        return NEVER
    return BEFORE.get(piece.kind, BETWEEN_FACTORS) + DEEPER * depth


def _opened(piece: Piece, limit: float, depth: int, cost: int, alone: bool) -> Iterator[_Bit]:
    """What is too wide to stay on one line, part by part; `alone`: no factor follows it."""
    if piece.kind == "fraction" and piece.tex.startswith(r"\frac"):
        yield from _with_stroke(piece, limit, depth, cost, alone)
    elif piece.kind == "root":
        power = "^{1/" + (piece.ends[0].strip("[]") or "2") + "}"
        yield from _fenced(piece.inside[0], ("(", ")"), power + piece.tail, limit, depth, cost)
    elif piece.kind == "table" and piece.width * SMALLEST > limit:
        for k, column in enumerate(columns_apart(piece)):
            yield _Bit(column.tex, column.width, STROKE + DEEPER * depth if k else cost)
    elif piece.kind == "table":
        yield _Bit(smaller(piece, limit) + piece.tail, min(piece.width, limit), cost)
    elif piece.kind == "fence":
        yield from _fenced(piece.inside[0], piece.ends, piece.tail, limit, depth, cost)
    elif piece.kind in ("group", "words") and not piece.tail.strip():
        first, *others = _bits(piece.inside[0], limit, depth)
        yield replace(first, cost=cost)
        yield from others
    else:
        yield _Bit(piece.tex + piece.tail, piece.width, cost)


def _with_stroke(
    fraction: Piece, limit: float, depth: int, cost: int, alone: bool
) -> Iterator[_Bit]:
    """The fraction on one line, in brackets where what follows would seem to be below it."""
    above, below = fraction.inside
    inner = depth if alone else depth + 1
    if not alone:
        yield _Bit(r"\left(", DELIMITER + NO_DELIMITER, cost, opens=True)
    yield from _fenced(above, ("(", ")"), "", limit, inner, cost if alone else NEVER)
    yield _Bit(r"\Big/ ", 8.0, STROKE + DEEPER * inner)
    yield from _fenced(below, ("(", ")"), fraction.tail if alone else "", limit, inner, NEVER)
    if not alone:
        yield _Bit(rf"\right){fraction.tail}", DELIMITER + NO_DELIMITER, NEVER, closes=True)


def _fenced(
    inside: list[Piece], ends: tuple[str, str], tail: str, limit: float, depth: int, cost: int
) -> Iterator[_Bit]:
    opening, closing = (e + " " if e[-1].isalpha() else e for e in ends)
    before, after = (NO_DELIMITER + DELIMITER * (e != ".") for e in ends)
    tail = _below_one_another(tail, limit / 2) if _tail_width(tail) > limit / 2 else tail
    after += _tail_width(tail)
    if total(inside) <= limit / 2:
        whole = "".join(piece.tex + piece.tail for piece in inside)
        wide = before + total(inside) + after
        yield _Bit(rf"\left{opening}{whole}\right{closing}{tail}", wide, cost)
        return
    yield _Bit(rf"\left{opening}", before, cost, opens=True)
    first, *others = _bits(inside, limit, depth + 1) if inside else [_Bit("", 0.0, NEVER)]
    yield replace(first, cost=NEVER)
    yield from others
    yield _Bit(rf"\right{closing}{tail}", after, NEVER, closes=True)


def _below_one_another(tail: str, limit: float) -> str:
    """The values below a bar, each on a line of its own; on several where one is too wide."""
    if not tail.startswith("_{") or not tail.rstrip().endswith("}"):
        return tail
    lines = [""]
    for piece in pieces(tail.rstrip()[2:-1]):
        if piece.kind == "gap":
            lines.append("")
        else:
            lines[-1] += piece.tex + piece.tail
    stack = r" \\ ".join(part for line in lines for part in broken(line, limit / SCRIPT))
    return rf"_{{\substack{{{stack}}}}}"


def _tail_width(tail: str) -> float:
    return SCRIPT * total(pieces(MARK.sub("", tail))) if tail.strip() else 0.0


def _filled(bits: list[_Bit], limit: float, first: float) -> Iterator[str]:
    """Lines as full as they can be, broken where it costs least."""
    start, room, depth = 0, first, 0
    while start < len(bits):
        end = _end(bits, start, room, depth)
        line = bits[start:end]
        after = depth + sum(bit.opens for bit in line) - sum(bit.closes for bit in line)
        tex = r"\left. " * depth + ("{} " if start else "")
        yield tex + _joined(line) + r"\right. " * after
        start, room, depth = end, limit, after


def _joined(line: list[_Bit]) -> str:
    """The bits one after the other; words that belong together share their braces again."""
    tex = ""
    for k, bit in enumerate(line):
        together = k and bit.word and line[k - 1].word
        tex = tex[:-1] + bit.tex.removeprefix(r"\text{") if together else tex + bit.tex
    return tex


def _end(bits: list[_Bit], start: int, room: float, depth: int) -> int:
    """Where the line that starts at `start` ends: the cheapest break of those that fit."""
    wide, best, cheapest = NO_DELIMITER * depth, 0, NEVER
    for k in range(start, len(bits)):
        if k > start and bits[k].cost < NEVER:
            far = wide >= SHORTEST * room
            if not best or (far and bits[k].cost <= cheapest) or not _far(bits, start, best, room):
                best, cheapest = k, bits[k].cost
        wide += bits[k].width
        depth += bits[k].opens - bits[k].closes
        if wide + NO_DELIMITER * depth > room and best:
            return best
    return len(bits)


def _far(bits: list[_Bit], start: int, end: int, room: float) -> bool:
    return sum(bit.width for bit in bits[start:end]) >= SHORTEST * room
