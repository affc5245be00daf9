"""The shape of a SymPy expression, read without recursion: what is below, how deep, which letters.

SymPy's own walks recurse and visit a shared subexpression once for every path to it; a chain of
5,000 operations overflows them. Everything here is iterative, and linear in the shared graph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from sympy import Add, Basic, Derivative, Expr, Function, Mul, Pow, S, Sum, Symbol, Tuple
from sympy.core.function import AppliedUndef

PLAIN = (Add, Mul, Pow, Function)
DEEP = 80  # SymPy's own constructors recurse: below this depth they are asked not to evaluate
CACHE_LIMIT = 200_000
REAL_FUNCTIONS = frozenset({
    "sin", "cos", "tan", "cot", "sec", "csc", "atan", "acot", "sinh", "cosh", "tanh", "coth",
    "sech", "csch", "asinh", "exp", "erf", "erfc", "Abs", "sign", "Heaviside", "floor", "ceiling",
    "Max", "Min", "sigmoid", "softplus", "relu", "gamma",
})  # fmt: skip


def postorder(
    expression: Basic, stop: Callable[[Basic], bool] = lambda node: False
) -> Iterator[Basic]:
    """Every distinct node below `expression`, arguments before what uses them.

    `stop(node)` true: the node itself comes, nothing below it does.
    """
    seen: set[int] = set()
    stack: list[tuple[Basic, bool]] = [(expression, False)]
    while stack:
        node, opened = stack.pop()
        if opened:
            yield node
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            if not stop(node):
                stack.extend((argument, False) for argument in reversed(node.args))


def warm(expression: Basic) -> Basic:
    """Hash `expression` from its leaves up, so that no later hash of it has to recurse."""
    for node in postorder(expression):
        hash(node)
        node.is_commutative  # noqa: B018  (SymPy remembers the answer, node by node)
    return expression


Known = dict[int, tuple[Basic, Any]]


def remembered(of: Callable[[Basic, list[Any]], Any]) -> Callable[[Basic], Any]:
    """A property of a node from those of its arguments, worked out once a node.

    Remembered by identity, with the node kept alive: comparing two equal deep graphs recurses.
    """
    newest: list[Known] = [{}]

    @wraps(of)
    def found(expression: Basic) -> Any:
        known = newest[0]
        if id(expression) not in known:
            if len(known) > CACHE_LIMIT:  # another thread may be reading the old one
                known = newest[0] = {}
            for node in postorder(expression, stop=lambda node: id(node) in known):
                if id(node) not in known:
                    known[id(node)] = node, of(node, [known[id(a)][1] for a in node.args])
        return known[id(expression)][1]

    return found


@remembered
def depth(node: Basic, below: list[int]) -> int:
    """The number of operations on the longest path from a node to a leaf."""
    return 1 + max(below, default=-1)


@remembered
def free_symbols(node: Basic, below: list[frozenset[Symbol]]) -> frozenset[Symbol]:
    """The letters that a node depends on; SymPy's `free_symbols`, without recursion.

    >>> from sympy.abc import x, y
    >>> sorted(map(str, free_symbols(x*y + 1)))
    ['x', 'y']
    """
    if isinstance(node, Derivative):
        return below[0]
    if not isinstance(node, PLAIN) or not below:
        return frozenset(node.free_symbols)
    letters = max(below, key=len)
    return letters if all(more <= letters for more in below) else letters.union(*below)


@remembered
def stays_real(node: Basic, below: list[bool]) -> bool:
    """Surely real wherever its letters are: no logarithm or root that could leave the real line."""
    if isinstance(node, Symbol):
        return not node.is_imaginary
    if not below:
        return bool(node.is_extended_real)
    if isinstance(node, Pow):
        return all(below) and bool(node.exp.is_integer)
    return all(below) and (node.is_Add or node.is_Mul or type(node).__name__ in REAL_FUNCTIONS)


def depends_on(expression: Basic, x: Symbol) -> bool:
    return x in free_symbols(expression)


def D(f: Basic, x: Symbol, order: int = 1) -> Derivative:
    """`Derivative(f, (x, order))`, exactly as written.

    SymPy's constructor works out derivatives of constants, merges nested ones and sorts the
    variables; a step has to show what its rule said.
    """
    return Basic.__new__(Derivative, f, Tuple(x, order))


def sigma(f: Basic, k: Symbol, a: Basic, b: Basic) -> Sum:
    """`Sum(f, (k, a, b))`, exactly as written."""
    total = Basic.__new__(Sum, f, Tuple(k, a, b))
    total.is_commutative = True
    return total


def is_unknown(f: Basic) -> bool:
    """An unknown function of letters, as in f(x): its derivative is a letter of its own."""
    return isinstance(f, AppliedUndef) and all(a.is_Symbol for a in f.args)


def fresh(name: str, *expressions: Basic) -> Symbol:
    """A real letter called `name`, or name_1, name_2, ... when the expressions use it already."""
    taken = {symbol.name for e in expressions for symbol in e.atoms(Symbol)}
    names = (name if k == 0 else f"{name}_{k}" for k in range(len(taken) + 1))
    return Symbol(next(n for n in names if n not in taken))


class BetweenBounds(Expr):
    """An operator on f(x) between two bounds; the letter x is not free in it."""

    is_commutative = True

    def __new__(cls, f: Any, x: Symbol, a: Any, b: Any) -> BetweenBounds:
        return Expr.__new__(cls, S(f), x, S(a), S(b))

    def _eval_subs(self, old: Basic, new: Basic) -> Basic | None:
        f, x, a, b = self.args
        inside = f if old == x else f._subs(old, new)
        return self.func(inside, x, a._subs(old, new), b._subs(old, new))

    @property
    def bound_symbols(self) -> list[Symbol]:
        return [self.args[1]]

    @property
    def free_symbols(self) -> set[Basic]:
        f, x, a, b = self.args
        return (f.free_symbols - {x}) | a.free_symbols | b.free_symbols
