"""Arrays of any rank as a graph in which each distinct array is one object.

A node has a shape (sizes are whole numbers or letters), what it is made of (`args`), and what else
says which one it is (`data`). Two equal nodes are the same object, so that comparing and looking
up never walk a graph, however deep. What nodes mean stands in their classes; they are built by the
functions of the other files of this room, which simplify.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Lock
from typing import Any, ClassVar
from weakref import WeakValueDictionary

from sympy import Abs, Basic, Expr, Integer, S, Symbol

from derive.arrays.arithmetic import Arithmetic
from derive.arrays.names import plain_name
from derive.limits_of_input import TooLarge, most, to_raise

Shape = tuple[Expr, ...]
Labels = tuple[int, ...]

_known: WeakValueDictionary[tuple[Any, ...], Array] = WeakValueDictionary()
_one_at_a_time = Lock()


class Array(Arithmetic, Basic):
    """A node: `args` are arrays, `data` is anything that can be hashed, `shape` follows from them.

    `moving`: there is a differential in it, not counting what stands behind a name.
    """

    __slots__ = ("__weakref__", "data", "facts", "moving", "shape")
    prints_itself: ClassVar[bool] = True  # renderers leave it whole
    is_commutative = True
    args: tuple[Array, ...]
    data: tuple[Any, ...]
    shape: Shape
    moving: bool
    facts: dict[Any, Any]

    @classmethod
    def make(cls, args: tuple[Array, ...], data: tuple[Any, ...], shape: Shape) -> Any:
        """The node with these parts: the same object whenever they are the same."""
        key = (cls, args, data, tuple(map(type, data)), shape)
        with _one_at_a_time:
            node = _known.get(key)
            if node is None:
                node = Basic.__new__(cls, *args)
                node.data, node.shape = data, shape
                node.moving, node.facts = cls.is_differential(args), {}
                _known[key] = node
        return node

    @classmethod
    def is_differential(cls, args: tuple[Array, ...]) -> bool:
        return True in [argument.moving for argument in args]

    @property
    def rank(self) -> int:
        return len(self.shape)

    def with_args(self, args: tuple[Array, ...]) -> Array:
        """The same operation on other arrays of the same shapes, simplified anew."""
        return type(self).make(args, self.data, self.shape)

    # -- facts that products use ---------------------------------------------------------------

    def is_symmetric(self) -> bool:
        """Whether it is surely a matrix equal to its transpose."""
        if "symmetric" not in self.facts and self.shape != self.shape[1:] + self.shape[:1]:
            self.facts["symmetric"] = False
        return bool(_known_below(self, "symmetric", lambda node: node.looks_symmetric()))

    def total(self, axis: int) -> Expr | None:
        """c, where the sum over an axis is surely c times an array of ones."""
        found = _known_below(self, axis, lambda node: node.looks_total(axis))
        return found if isinstance(found, Expr) else None

    @property
    def height(self) -> int:
        """How many nodes are inside one another, not counting what stands behind a name."""
        return int(_known_below(self, "height", lambda node: node.looks_high()))

    def looks_high(self) -> int:
        return 1 + max((argument.facts["height"] for argument in self.args), default=0)

    def looks_symmetric(self) -> bool:
        """`is_symmetric`, asked once of each node, and of its arguments before."""
        return False

    def looks_total(self, axis: int) -> Expr | None:
        """`total`, likewise."""
        return None

    def square(self) -> list[tuple[Array, Labels]] | None:
        """Factors of the entries' squares, where these are simpler; labels as in a Product."""
        return None

    def is_undone(self) -> bool:
        """Whether its product with another array may be the identity matrix."""
        return False

    def undoes(self, other: Array) -> bool:
        """Whether it is surely the inverse matrix of another."""
        return False

    def is_orthogonal(self) -> bool:
        """Whether it is surely a square matrix whose inverse is its transpose."""
        return False

    def absorbed(self, axis: int, matrix: Array, end: int) -> Array | None:
        """What it becomes, joined at `axis` with the axis `end` of a matrix, if that is simpler."""
        return None

    def traced(self) -> tuple[Array, Labels] | None:
        """An array and its labels whose sum is the trace of this matrix, if that is simpler."""
        return None

    # -- equal is the same object --------------------------------------------------------------

    __eq__ = object.__eq__
    __ne__ = object.__ne__
    __hash__ = object.__hash__  # sets of nodes are asked, never walked: their order is no order

    def __reduce__(self) -> Any:
        return type(self).make, (self.args, self.data, self.shape)

    def named(self, name: str) -> Named:
        """The same array as a quantity of its own: derivations keep its name."""
        return Named.make((self,), (name,), self.shape)

    @property
    def free_symbols(self) -> set[Basic]:
        return set(variables(self))

    def _sympystr(self, printer: Any) -> str:
        from derive.arrays.spelled import NumPy, Plain

        return (Plain if getattr(printer, "as_on_paper", False) else NumPy)()(self)

    _sympyrepr = _sympystr

    def _latex(self, printer: Any) -> str:
        from derive.arrays.latex import Latex

        return Latex(printer)(self)


def _known_below(root: Array, fact: Any, ask: Callable[[Array], Any]) -> Any:
    """A fact about a node, worked out for what it is made of first: never deep in Python."""
    stack = [] if fact in root.facts else [root]
    while stack:
        node = stack[-1]
        below = [] if isinstance(node, Named) else [a for a in node.args if fact not in a.facts]
        if below and fact not in node.facts:
            stack.extend(below)
        else:
            node.facts[fact] = node.facts[fact] if fact in node.facts else ask(node)
            stack.pop()
    return root.facts[fact]


# ------------------------------------------------------------------ leaves


class Variable(Array):
    """An array by its name, with what is known of it: "symmetric", "positive definite" ..."""

    __slots__ = ()

    @property
    def name(self) -> str:
        return str(self.data[0])

    @property
    def structure(self) -> str:
        return str(self.data[1])

    def is_undone(self) -> bool:
        return self.structure == "orthogonal"

    def looks_symmetric(self) -> bool:
        return self.structure in ("symmetric", "positive definite", "diagonal")

    def is_orthogonal(self) -> bool:
        return self.structure == "orthogonal"

    def looks_total(self, axis: int) -> Expr | None:
        return S.One if self.structure == "one-hot" and axis == self.rank - 1 else None


class Named(Array):
    """A quantity of its own, equal to its `definition`: nothing is simplified across it."""

    __slots__ = ()

    @classmethod
    def is_differential(cls, args: tuple[Array, ...]) -> bool:
        return False

    @property
    def name(self) -> str:
        return str(self.data[0])

    @property
    def definition(self) -> Array:
        return self.args[0]

    def looks_high(self) -> int:
        return 1


class Ones(Array):
    """The vector of n ones."""

    __slots__ = ()


class Identity(Array):
    """The n by n identity matrix."""

    __slots__ = ()

    def looks_symmetric(self) -> bool:
        return True


# ------------------------------------------------------------------ what is made of others


class Product(Array):
    r"""A coefficient times the factors' entries, summed over the labels that `out` does not have.

    Labels are whole numbers: `labels[k][a]` is that of axis a of factor k, and `out` is
    (0, 1, ...). Without factors it is a number.
    """

    __slots__ = ("_key",)

    @property
    def coefficient(self) -> Expr:
        return self.data[0]

    @property
    def labels(self) -> tuple[Labels, ...]:
        return self.data[1]

    @property
    def out(self) -> Labels:
        return tuple(range(self.rank))

    @property
    def factors(self) -> Iterator[tuple[Array, Labels]]:
        return zip(self.args, self.labels, strict=True)

    def with_args(self, args: tuple[Array, ...]) -> Array:
        from derive.arrays.product import product

        return product(self.coefficient, zip(args, self.labels, strict=True), self.out)

    def looks_symmetric(self) -> bool:
        from derive.arrays.product import is_symmetric

        return is_symmetric(self)

    def looks_total(self, axis: int) -> Expr | None:
        if len(self.args) != 1 or self.labels[0] != self.out:
            return None
        found = self.args[0].total(axis)
        return None if found is None else self.coefficient * found


class Sum(Array):
    """The sum of arrays of one shape."""

    __slots__ = ()

    def with_args(self, args: tuple[Array, ...]) -> Array:
        from derive.arrays.sums import total

        return total(args)

    def looks_symmetric(self) -> bool:
        return all(term.is_symmetric() for term in self.args)

    def looks_total(self, axis: int) -> Expr | None:
        totals = [term.total(axis) for term in self.args]
        if None in totals:
            return None
        return sum((each for each in totals if each is not None), S.Zero)


class Power(Array):
    """Each entry raised to one number."""

    __slots__ = ()

    @property
    def exponent(self) -> Expr:
        return self.data[0]

    def with_args(self, args: tuple[Array, ...]) -> Array:
        from derive.arrays.elementwise import power

        return power(args[0], self.exponent)


class Map(Array):
    """A scalar function of the entries of arrays of one shape, entry by entry.

    `function` is a SymPy expression in the letters `PLACES`.
    """

    __slots__ = ()

    @property
    def function(self) -> Expr:
        return self.data[0]

    def with_args(self, args: tuple[Array, ...]) -> Array:
        from derive.arrays.elementwise import elementwise

        return elementwise(self.function, dict(zip(PLACES, args, strict=False)))

    def square(self) -> list[tuple[Array, Labels]] | None:
        if self.function != Abs(PLACES[0]):
            return None
        return [(self.args[0], tuple(range(self.rank)))] * 2


PLACES = tuple(Symbol(f"t{k}", real=True) for k in range(1, 9))


# ------------------------------------------------------------------ walks


def postorder(*roots: Array, into: type | tuple[type, ...] = ()) -> list[Array]:
    """Every distinct node below the roots, arguments before what uses them.

    Nodes of the classes `into` are not entered, unless they are roots.
    """
    order: list[Array] = []
    seen: set[Array] = set()
    stack: list[Array | None] = list(reversed(roots))
    opened: list[Array] = []
    while stack:
        node = stack.pop()
        if node is None:  # all that the last one opened is made of has come
            order.append(opened.pop())
        elif node not in seen:
            seen.add(node)
            if not node._args or (isinstance(node, into) and node not in roots):
                order.append(node)
            else:
                opened.append(node)
                stack.append(None)
                stack.extend(reversed(node._args))
    return order


def variables(*roots: Array) -> list[Variable]:
    """The variables below the roots, in the order in which they first appear."""
    return [node for node in postorder(*roots) if isinstance(node, Variable)]


# ------------------------------------------------------------------ leaves as they are written


def size(text: Any) -> Expr:
    """A size: a whole number, or a letter that stands for one.

    >>> size("n"), size(3)
    (n, 3)
    """
    if isinstance(text, Expr):
        return text
    spelled = str(text).strip()
    if len(spelled) > most("argument_digits"):
        problem = f"a size of {len(spelled)} characters is too long: write a letter"
        raise ValueError(f"{problem}, {to_raise('argument_digits')}")
    if spelled.isascii() and spelled.isdecimal() and int(spelled) > 0:
        return Integer(int(spelled))
    if not spelled[:1].isalpha():
        raise ValueError(f"{spelled!r} is not a size: write a letter, or a whole number from 1 on")
    return Symbol(plain_name(spelled, "a size"), integer=True, positive=True)


def ones(n: Any) -> Array:
    n = size(n)
    return Ones.make((), (n,), (n,))


def identity(n: Any) -> Array:
    n = size(n)
    return Identity.make((), (n,), (n, n))


STRUCTURES = (
    "symmetric", "positive definite", "diagonal", "lower triangular", "upper triangular",
    "orthogonal", "one-hot", "mask", "indices",
)  # fmt: skip
SQUARE = frozenset(STRUCTURES[:6])


def variable(name: str, shape: Any = (), structure: str = "") -> Variable:
    """An array by its name and shape: `variable("X", "m,n")`; without a shape, a number.

    Raises ValueError for a name, size or structure that is none.

    >>> variable("A", "m,3").shape
    (m, 3)
    """
    name = plain_name(name, "a name")
    sizes = shape.split(",") if isinstance(shape, str) else shape
    if isinstance(sizes, (int, Expr)):
        sizes = (sizes,)
    if not isinstance(sizes, (list, tuple)):
        raise ValueError(f"{shape!r} is no shape for {name}: write m,n (nothing for a number)")
    if len(sizes) > most("axes"):
        raise TooLarge(f"{name} with {len(sizes)} axes", "axes")
    axes = tuple(size(each) for each in sizes if each != "")
    if structure and structure not in STRUCTURES:
        raise ValueError(f"{structure!r} is not a structure: write {', '.join(STRUCTURES)}")
    if structure in SQUARE and (len(axes) != 2 or axes[0] != axes[1]):
        raise ValueError(f"{name} cannot be {structure}: it is not a square matrix")
    return Variable.make((), (name, structure, axes), axes)
