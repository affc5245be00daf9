"""A derivation to plain data: rows of nodes and steps, each distinct one once."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sympy import Basic, Dummy, Float, Integer, Rational, Symbol
from sympy.core.function import AppliedUndef
from sympy.core.symbol import Str

from derive.core import Derivation, Step
from derive.saved.entries import FORMAT, SavedError, fewest_facts
from derive.saved.types import CONSTANTS, constant, kind_of
from derive.structure import postorder


def saved(derivation: Derivation) -> dict[str, Any]:
    """The derivation as lists, numbers and text. Raises SavedError for a type that is not saved.

    >>> import derive
    >>> data = saved(derive.diff("x**2", "x"))
    >>> data["nodes"][:4]
    [['Symbol', 'x', {}], ['Integer', '2'], ['Pow', 0, 1], ['Integer', '1']]
    """
    if type(derivation) is not Derivation:
        raise SavedError(f"a {type(derivation).__name__} is not saved, only a plain Derivation")
    writer = _Writer()
    order = below_first(derivation.root)
    place = {id(step): k for k, step in enumerate(order)}
    return {
        "format": FORMAT,
        "problem": writer.node(derivation.problem),
        "definitions": writer.pairs(derivation.definitions),
        "arguments": [writer.node(letter) for letter in derivation.arguments],
        "several": derivation.several,
        "steps": [_step(step, writer, place) for step in order],
        "root": place[id(derivation.root)],
        "nodes": writer.rows,
    }


def saved_or_why_not(derivation: Derivation) -> dict[str, Any] | str:
    """What `saved` gives, or the reason why there is none."""
    try:
        return saved(derivation)
    except SavedError as error:
        return str(error)


def below_first(root: Step) -> list[Step]:
    """The distinct steps below `root`, each after its parts and its premises."""
    order: list[Step] = []
    seen: set[int] = set()
    stack = [(root, False)]
    while stack:
        step, opened = stack.pop()
        if opened:
            order.append(step)
        elif id(step) not in seen:
            seen.add(id(step))
            stack.append((step, True))
            stack.extend((below, False) for below in reversed(step.premises + step.parts))
    return order


def _step(step: Step, writer: _Writer, place: dict[int, int]) -> dict[str, Any]:
    return {
        "goal": writer.node(step.goal),
        "rule": step.rule,
        "equals": writer.node(step.equals),
        "result": writer.node(step.result),
        "given": writer.node(step.given),
        "where": writer.pairs(step.where),
        "parts": [place[id(part)] for part in step.parts],
        "premises": [place[id(premise)] for premise in step.premises],
        "sentence": step.sentence,
    }


class _Writer:
    """Rows of nodes, each distinct object once, arguments before what uses them."""

    def __init__(self) -> None:
        self.rows: list[list[Any]] = []
        self.known: dict[int, tuple[int, Basic]] = {}  # the node is kept, so that its id stays
        self.rows_by_text: dict[str, int] = {}

    def node(self, expression: Basic) -> int:
        for each in postorder(expression, stop=lambda node: id(node) in self.known):
            if id(each) not in self.known:
                self.known[id(each)] = self.place(self.row(each)), each
        return self.known[id(expression)][0]

    def place(self, row: list[Any]) -> int:
        """Where the row stands; equal ones stand once."""
        text = json.dumps(row)
        if text not in self.rows_by_text:
            self.rows_by_text[text] = len(self.rows)
            self.rows.append(row)
        return self.rows_by_text[text]

    def pairs(self, letters: Iterable[tuple[Basic, Basic]]) -> list[list[int]]:
        return [[self.node(letter), self.node(value)] for letter, value in letters]

    def row(self, node: Basic) -> list[Any]:
        leaf = _leaf(node)
        if leaf is not None:
            return leaf
        below = [self.known[id(argument)][0] for argument in node.args]
        if isinstance(node, AppliedUndef):
            facts = fewest_facts(type(node)._kwargs or {})
            return ["Unknown", type(node).__name__, facts, *below]
        kind = kind_of(type(node))
        if kind is None:
            raise SavedError(f"{type(node).__name__} is not a type that is saved")
        if kind.data is None:
            return [kind.name, *below]
        made: Any = node
        data, shape = [[self.datum(d) for d in each] for each in (made.data, made.shape)]
        return [kind.name, below, data, shape]

    def datum(self, value: Any) -> Any:
        """What an array is made of besides arrays."""
        if isinstance(value, tuple):
            return [self.datum(each) for each in value]
        return {"node": self.node(value)} if isinstance(value, Basic) else value


def _leaf(node: Basic) -> list[Any] | None:
    if isinstance(node, Symbol):
        facts = fewest_facts(node._assumptions_orig)
        index = [node.dummy_index] if isinstance(node, Dummy) else []
        if not index and type(node) is not Symbol:
            raise SavedError(f"{type(node).__name__} is not a type that is saved")
        return ["Dummy" if index else "Symbol", node.name, facts, *index]
    if isinstance(node, Integer):
        return ["Integer", str(node.p)]
    if isinstance(node, Rational):
        return ["Rational", str(node.p), str(node.q)]
    if isinstance(node, Float):
        sign, mantissa, exponent, _ = node._mpf_
        return ["Float", int(sign), str(mantissa), int(exponent), int(node._prec)]
    if isinstance(node, Str):
        return ["Str", node.name]
    if not node.args:
        return next(([name] for name in CONSTANTS if _is(node, name)), None)
    return None


def _is(node: Basic, name: str) -> bool:
    """Whether a node is a constant, without importing what is not loaded."""
    return CONSTANTS[name][0].split(".")[0] in type(node).__module__ and node is constant(name)
