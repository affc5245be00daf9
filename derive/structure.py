"""The shape of a SymPy expression, read without recursion: what is below a node, how deep, of which letters.

SymPy's own walks recurse and visit a shared subexpression once for every path to it; a chain of
5,000 operations overflows them. Everything here is iterative, and linear in the shared graph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sympy import Add, Basic, Derivative, Function, Mul, Pow, Symbol, Tuple
from sympy.core.function import AppliedUndef

Node = Basic

PLAIN = (Add, Mul, Pow, Function)
CACHE_LIMIT = 200_000
# By identity, with the node kept alive: comparing equal deep graphs that are two objects recurses.
_free: dict[int, tuple[Node, frozenset[Symbol]]] = {}


def postorder(expression: Node, stop: Callable[[Node], bool] = lambda node: False) -> Iterator[Node]:
    """Every distinct node below `expression`, arguments before what uses them.

    `stop(node)` true: the node itself comes, nothing below it does.
    """
    seen: set[int] = set()
    stack: list[tuple[Node, bool]] = [(expression, False)]
    while stack:
        node, opened = stack.pop()
        if opened:
            yield node
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            if not stop(node):
                stack.extend((argument, False) for argument in reversed(node.args))


def warm(expression: Node) -> Node:
    """Hash `expression` from its leaves up, so that no later hash of it has to recurse."""
    for node in postorder(expression):
        hash(node)
        node.is_commutative  # noqa: B018  (SymPy remembers the answer, node by node)
    return expression


def depth(expression: Node) -> int:
    """The number of operations on the longest path from `expression` to a leaf."""
    depths: dict[int, int] = {}
    for node in postorder(expression):
        depths[id(node)] = 1 + max((depths[id(a)] for a in node.args), default=-1)
    return depths[id(expression)]


def free_symbols(expression: Node) -> frozenset[Symbol]:
    """The letters that `expression` depends on; SymPy's `free_symbols`, remembered node by node.

    >>> from sympy.abc import x, y
    >>> sorted(map(str, free_symbols(x*y + 1)))
    ['x', 'y']
    """
    found = _free.get(id(expression))
    if found is not None:
        return found[1]
    if len(_free) > CACHE_LIMIT:
        _free.clear()
    for node in postorder(expression, stop=lambda node: id(node) in _free):
        if id(node) not in _free:
            _free[id(node)] = node, _letters_of(node)
    return _free[id(expression)][1]


def _letters_of(node: Node) -> frozenset[Symbol]:
    if not isinstance(node, PLAIN) or not node.args:
        return frozenset(node.free_symbols)
    letters = _free[id(node.args[0])][1]
    for argument in node.args[1:]:
        more = _free[id(argument)][1]
        if not more <= letters:
            letters = letters | more
    return letters


def depends_on(expression: Node, x: Symbol) -> bool:
    return x in free_symbols(expression)


def D(f: Node, x: Symbol, order: int = 1) -> Derivative:
    """`Derivative(f, (x, order))`, exactly as written.

    SymPy's constructor works out derivatives of constants, merges nested ones and sorts the
    variables; a step has to show what its rule said.
    """
    return Basic.__new__(Derivative, f, Tuple(x, order))


def is_unknown(f: Node) -> bool:
    """An unknown function of letters, as in f(x): its derivative is a letter of its own."""
    return isinstance(f, AppliedUndef) and all(a.is_Symbol for a in f.args)


def fresh(name: str, *expressions: Node) -> Symbol:
    """A real letter called `name`, or name_1, name_2, ... when the expressions use it already."""
    taken = {symbol.name for e in expressions for symbol in e.atoms(Symbol)}
    names = (name if k == 0 else f"{name}_{k}" for k in range(len(taken) + 1))
    return Symbol(next(n for n in names if n not in taken))
