"""A formula as equations between named quantities, each with one operation that is not linear.

What a user named keeps its name. What has a derivative of its own, what goes into a function, and
what is used several times gets one. So a derivation is as long as the network is deep, however
often its parts are used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count

from derive.arrays.nodes import Array, Named, Ones, Product, Sum, Variable, postorder
from derive.arrays.rearranged import Placed, Reshaped, Taken
from derive.arrays.windows import Overlapped, Windows

LINEAR = (Product, Sum, Taken, Placed, Reshaped, Windows, Overlapped)
LETTERS = "suUT"  # for numbers, vectors, matrices and what has more axes


def equations(root: Array, moving: Sequence[Variable], name: str = "L") -> list[Named]:
    """The quantities between the variables and `root`, in the order of computing them.

    Only what depends on a variable of `moving` gets a name here. The last one is `root` itself.
    """
    order = postorder(root)
    depends = _dependents(order, moving)
    names = _Names(order)
    own = {node.definition for node in order if isinstance(node, Named)}
    wanted = _worth_a_name(order, depends) - own
    new: dict[Array, Array] = {}
    found: list[Named] = []
    for node in order:
        args = tuple(new[argument] for argument in node.args)
        made: Array = node
        if isinstance(node, Named):
            made = args[0].named(node.name)
        elif args != node.args:
            made = node.with_args(args)
        if node in depends and node in wanted and node is not root:
            made = made.named(names.next(made.rank))
        new[node] = made
        if isinstance(made, Named) and node in depends and made not in found[-1:]:
            found.append(made)
    last = new[root]
    if not isinstance(last, Named):
        found.append(last.named(names.free(name)))
    return found


def _dependents(order: Sequence[Array], moving: Sequence[Variable]) -> set[Array]:
    found: set[Array] = set(moving)
    for node in order:
        if any(argument in found for argument in node.args):
            found.add(node)
    return found


def _worth_a_name(order: Sequence[Array], depends: set[Array]) -> set[Array]:
    """What has a derivative of its own, goes into a function, is long or is used again."""
    times: Counter[Array] = Counter()
    found: set[Array] = set()
    for node in order:
        times.update(node.args)
        if node in depends and not isinstance(node, (*LINEAR, Variable, Named)):
            found.add(node)
            found.update(a for a in node.args if isinstance(a, LINEAR))
        if isinstance(node, (Sum, Product)):  # one inside another is too long to be opened
            found.update(a for a in node.args if type(a) is type(node) and a in depends)
    return found | {node for node in order if times[node] > 1 and _is_work(node)}


def _is_work(node: Array) -> bool:
    """A sum, or a product of several arrays: not one array turned, scaled or repeated."""
    if isinstance(node, Product):
        return sum(not isinstance(factor, Ones) for factor in node.args) > 1
    return isinstance(node, Sum)


class _Names:
    """Letters that nothing else is called."""

    def __init__(self, order: Sequence[Array]) -> None:
        self.taken = {node.name for node in order if isinstance(node, (Variable, Named))}
        self.numbered: dict[str, Iterator[int]] = {letter: count(1) for letter in LETTERS}

    def next(self, rank: int) -> str:
        letter = LETTERS[min(rank, 3)]
        return next(n for k in self.numbered[letter] if (n := f"{letter}_{k}") not in self.taken)

    def free(self, name: str) -> str:
        names = (name, *(f"{name}_{k}" for k in range(1, len(self.taken) + 2)))
        return next(n for n in names if n not in self.taken)
