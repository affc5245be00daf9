"""Derivations to plain data and back: a closed list of node types, built without evaluating.

Reading runs nothing that the data says: names are looked up in the tables of `saved_types`, every
number is a reference to an earlier entry, so that nothing can be cyclic, and SymPy's evaluation is
not called. What was read has not been checked, whatever the data says of a verdict.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from sympy import Basic, Dummy, Expr, Float, Function, Integer, Rational, Symbol
from sympy.core.symbol import Str
from sympy.logic.boolalg import Boolean

from derive.core import Derivation, Step
from derive.deadline import OutOfTime, within
from derive.limits_of_input import TooLarge, most
from derive.saved.entries import (
    FORMAT,
    SavedError,
    a_list,
    facts_of,
    is_a,
    keys,
    of_types,
    plain_name,
    plain_words,
    refuse_misfit,
    whole_number,
)
from derive.saved.nodes import built, code, data_code, is_size, warm
from derive.saved.types import Kind, constant, named

WHOLE = {"format", "nodes", "steps", "problem", "root", "definitions", "arguments", "several"}
OF_STEP = {"goal", "rule", "equals", "result", "given", "where", "parts", "premises", "sentence"}
# The part of `Derivation.to_dict()` that people and programs read; it is made anew from "saved".
READABLE = {
    "question", "result", "question_latex", "result_latex", "constant", "verdict", "reason",
    "given", "definitions", "abbreviations", "steps", "steps_left_out",
}  # fmt: skip


def from_json(text: str) -> Derivation:
    """The derivation that `Derivation.to_json` wrote. Raises SavedError, TooLarge."""
    if not isinstance(text, str):
        raise SavedError(f"expected JSON text, got {type(text).__name__}")
    if len(text) > most("file_characters"):
        raise TooLarge(f"a file of {len(text)} characters", "file_characters")
    try:
        data = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except SavedError:
        raise
    except (ValueError, RecursionError) as error:
        raise SavedError(f"this is no JSON: {error}") from None
    return from_dict(data)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise SavedError("a key stands twice in the same object")
    return found


def _no_number(word: str) -> Any:
    raise SavedError(f"{word} is no number in JSON")


def from_dict(data: Any) -> Derivation:
    """The derivation in `Derivation.to_dict()`; not checked. Raises SavedError, TooLarge.

    >>> import derive
    >>> d = from_dict(derive.diff("x**2", "x").to_dict())
    >>> d.result, d.verdict
    (2*x, 'undecided')
    """
    whole = keys(data, "the data", READABLE | {"saved"}, needed={"saved"})["saved"]
    if isinstance(whole, str):
        raise SavedError(f"this derivation was not saved: {whole}")
    whole = keys(whole, "saved", WHOLE, needed=WHOLE)
    if whole["format"] != FORMAT:
        raise SavedError(f"format {whole['format']!r} is not read: it is {FORMAT!r} here")
    try:
        with within(most("seconds")):
            found = _Reader(whole).derivation()
            _refuse_what_cannot_be_shown(found)
            return found
    except (SavedError, TooLarge):
        raise
    except OutOfTime:
        raise TooLarge("a derivation that takes so long to read", "seconds") from None
    except Exception as error:  # SymPy raises nearly everything for arguments that do not fit
        raise SavedError(f"this is no derivation ({type(error).__name__}: {error})") from None


def _refuse_what_cannot_be_shown(derivation: Derivation) -> None:
    """What raises within a second of printing is no derivation; long ones are not waited for."""
    with suppress(OutOfTime), within(1):
        derivation.text()


class _Reader:
    """One saved derivation being read; every refusal names the entry."""

    def __init__(self, whole: dict[str, Any]) -> None:
        self.whole = whole
        self.nodes: list[Basic] = []
        self.steps: list[Step] = []
        self.dummies: dict[tuple[str, int], Dummy] = {}

    def derivation(self) -> Derivation:
        for name, limit in (("nodes", "nodes"), ("steps", "steps")):
            if len(a_list(self.whole[name], name)) > most(limit):
                raise TooLarge(f"{len(self.whole[name])} {name}", limit)
        for k, row in enumerate(self.whole["nodes"]):
            node = warm(self.node(a_list(row, f"node {k}"), f"node {k}"))
            self.nodes.append(node)
        for k, row in enumerate(self.whole["steps"]):
            self.steps.append(self.step(row, f"step {k}"))
        arguments = [self.at(k, "arguments") for k in a_list(self.whole["arguments"], "arguments")]
        if not all(code(each) in "SA" for each in arguments):
            raise SavedError("arguments: one of them is no letter")
        return Derivation(
            self.earlier(self.whole["root"], self.steps, "root"),
            self.at(self.whole["problem"], "problem"),
            self.pairs(self.whole["definitions"], "definitions"),
            tuple(arguments),
            is_a(self.whole["several"], bool, "several"),
        )

    # References: only to what came before

    def earlier(self, k: Any, entries: list[Any], where: str) -> Any:
        if type(k) is not int or not 0 <= k < len(entries):
            raise SavedError(f"{where} refers to {k!r:.30}, which is no earlier entry")
        return entries[k]

    def at(self, k: Any, where: str) -> Basic:
        found: Basic = self.earlier(k, self.nodes, where)
        return found

    def pairs(self, rows: Any, where: str) -> tuple[tuple[Basic, Basic], ...]:
        pairs = [a_list(row, where) for row in a_list(rows, where)]
        if any(len(pair) != 2 for pair in pairs):
            raise SavedError(f"{where}: a letter and what it stands for are two")
        return tuple((self.at(a, where), self.at(b, where)) for a, b in pairs)

    def step(self, row: Any, where: str) -> Step:
        row = keys(row, where, OF_STEP, needed=OF_STEP)
        given = self.at(row["given"], f"given of {where}")
        if code(given) != "B" or not isinstance(given, Boolean):
            raise SavedError(f"given of {where} is no condition")
        below = {
            name: tuple(self.earlier(k, self.steps, where) for k in a_list(row[name], where))
            for name in ("parts", "premises")
        }
        return Step(
            self.at(row["goal"], where),
            plain_words(row["rule"], where),
            self.at(row["equals"], where),
            self.at(row["result"], where),
            given,
            self.pairs(row["where"], where),
            below["parts"],
            below["premises"],
            plain_words(row["sentence"], where),
        )

    # Nodes

    def node(self, row: list[Any], where: str) -> Basic:
        name = row[0] if row else None
        if not isinstance(name, str):
            raise SavedError(f"{where} has no type")
        if name in LEAVES:
            return LEAVES[name](self, row[1:], where)
        if (found := constant(name)) is not None and len(row) == 1:
            return found
        kind = named(name)
        if kind is None:
            raise SavedError(f"{where}: {name[:40]!r} is not a type that is read")
        if kind.data is not None:
            return self.array(kind, row[1:], where)
        arguments = [self.at(k, where) for k in row[1:]]
        refuse_misfit(kind.arguments, "".join(map(code, arguments)), f"{where}, {name}")
        return built(kind.cls, arguments, where)

    def array(self, kind: Kind, row: list[Any], where: str) -> Basic:
        where = f"{where}, {kind.name}"
        if len(row) != 3:
            raise SavedError(f"{where}: arguments, data and shape are three")
        arguments = tuple(self.at(k, where) for k in a_list(row[0], where))
        refuse_misfit(kind.arguments, "".join(map(code, arguments)), where)
        data, shape = (tuple(self.datum(d, where) for d in a_list(r, where)) for r in row[1:])
        assert kind.data is not None
        refuse_misfit(kind.data, "".join(map(data_code, data)), where)
        if len(shape) > 2 * most("axes") or not all(is_size(n) for n in shape):
            raise SavedError(f"{where}: the shape is none")
        return kind.cls.make(arguments, data, shape)

    def datum(self, value: Any, where: str, depth: int = 0) -> Any:
        if isinstance(value, list) and depth < 3:
            return tuple(self.datum(each, where, depth + 1) for each in value)
        if isinstance(value, dict):
            return self.at(keys(value, where, {"node"}, needed={"node"})["node"], where)
        if isinstance(value, str):
            return plain_name(value, where)
        if type(value) in (bool, int) and abs(value) < 10**6:
            return value
        raise SavedError(f"{where}: {type(value).__name__} is no data of an array")

    def symbol(self, row: list[Any], where: str) -> Basic:
        name, facts = of_types(row, (str, dict), where)
        return Symbol(plain_name(name, where), **facts_of(facts, where))

    def dummy(self, row: list[Any], where: str) -> Basic:
        """A new letter of its own, the same for the same name and number in this file."""
        name, facts, number = of_types(row, (str, dict, int), where)
        if (name, number) not in self.dummies:
            self.dummies[name, number] = Dummy(plain_name(name, where), **facts_of(facts, where))
        return self.dummies[name, number]

    def unknown(self, row: list[Any], where: str) -> Basic:
        name, facts = of_types(row[:2], (str, dict), where)
        arguments = [self.at(k, where) for k in row[2:]]
        if not arguments or not all(isinstance(each, Expr) for each in arguments):
            raise SavedError(f"{where}: a function of no expressions")
        return built(Function(plain_name(name, where), **facts_of(facts, where)), arguments, where)

    def integer(self, row: list[Any], where: str) -> Basic:
        (digits,) = of_types(row, (str,), where)
        return Integer(whole_number(digits, where))

    def rational(self, row: list[Any], where: str) -> Basic:
        above, below = (whole_number(digits, where) for digits in of_types(row, (str, str), where))
        if below < 2 or Rational(above, below).q != below:
            raise SavedError(f"{where} is no fraction in lowest terms")
        return Rational(above, below)

    def float(self, row: list[Any], where: str) -> Basic:
        sign, digits, exponent, bits = of_types(row, (int, str, int, int), where)
        mantissa = whole_number(digits, where)
        if sign not in (0, 1) or mantissa < 0 or not 1 <= bits <= 20_000 or abs(exponent) > 10**6:
            raise SavedError(f"{where} is no number in floating point")
        return Float((sign, mantissa, exponent, mantissa.bit_length()), precision=bits)

    def text(self, row: list[Any], where: str) -> Basic:
        (name,) = of_types(row, (str,), where)
        return Str(plain_name(name, where))


LEAVES: dict[str, Callable[[_Reader, list[Any], str], Basic]] = {
    "Symbol": _Reader.symbol, "Dummy": _Reader.dummy, "Unknown": _Reader.unknown,
    "Integer": _Reader.integer, "Rational": _Reader.rational, "Float": _Reader.float,
    "Str": _Reader.text,
}  # fmt: skip
