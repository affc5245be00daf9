"""Walking SymPy expressions without recursion, each distinct node once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from sympy import Basic, Integral, Limit, Symbol


def nodes(expression: Basic, stop: Callable[[Basic], bool] = lambda node: False) -> Iterator[Basic]:
    """The distinct nodes, parents first, in an order that only the expression decides."""
    seen: set[int] = set()
    stack = [expression]
    while stack:
        node = stack.pop()
        if id(node) not in seen:
            seen.add(id(node))
            yield node
            if not stop(node):
                stack.extend(reversed(node.args))


class Facts(NamedTuple):
    """What a check has to know of an expression before it looks for points."""

    letters: frozenset[Symbol] = frozenset()  # those that need a value
    antiderivative: bool = False  # an indefinite integral is in it
    network: tuple[tuple[Symbol, Basic], ...] = ()  # the equations that an adjoint belongs to
    size: int = 1  # nodes as printed: a shared one counts wherever it stands


class FactsOf:
    """The facts of expressions that share their parts; each distinct node is looked at once."""

    def __init__(self) -> None:
        # By identity, with the node kept alive: comparing equal deep graphs recurses.
        self.known: dict[int, tuple[Basic, Facts]] = {}

    def __call__(self, expression: Basic) -> Facts:
        stack = [expression]
        while stack:
            node = stack[-1]
            waiting = [a for a in node.args if id(a) not in self.known]
            if waiting and id(node) not in self.known:
                stack.extend(waiting)
                continue
            stack.pop()
            self.known.setdefault(id(node), (node, self._of(node)))
        return self.known[id(expression)][1]

    def _of(self, node: Basic) -> Facts:
        below = [self.known[id(a)][1] for a in node.args]
        antiderivative = _is_indefinite(node) or any(facts.antiderivative for facts in below)
        network_of_its_own = getattr(node, "definitions", ())
        network = network_of_its_own or next(
            (facts.network for facts in below if facts.network), ()
        )
        size = 1 + sum(facts.size for facts in below)
        if isinstance(node, Symbol):
            return Facts(frozenset({node}))
        if getattr(node, "bound_symbols", ()) or isinstance(node, Limit) or network_of_its_own:
            return Facts(frozenset(node.free_symbols), antiderivative, network, size)
        return Facts(_union([facts.letters for facts in below]), antiderivative, network, size)


def _union(sets: list[frozenset[Symbol]]) -> frozenset[Symbol]:
    """One of the sets itself where it holds the others: a deep chain shares one object."""
    largest = max(sets, key=len, default=frozenset())
    return largest if all(s <= largest for s in sets) else largest.union(*sets)


def _is_indefinite(node: Basic) -> bool:
    return isinstance(node, Integral) and any(len(limit.args) == 1 for limit in node.limits)
