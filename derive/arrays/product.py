"""Products of arrays with sums over labels: what is multilinear is one kind of node.

`product(c, [(A, "ij"), (B, "jk")], "ik")` is the matrix product c A B: factors that carry the same
label run together, and a label that is not in the result is summed over. Matrix products,
transposes, traces, diagonals, outer and elementwise products, sums and broadcasting are all of this
form; so one rule differentiates them.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from functools import lru_cache
from itertools import count, permutations
from itertools import product as choices
from math import isfinite
from typing import Any

from sympy import Abs, Expr, Float, Rational, S, sign, sympify

from derive.arrays.nodes import (
    PLACES,
    Array,
    Identity,
    Map,
    Ones,
    Power,
    Product,
    Shape,
    Sum,
    Variable,
    ones,
)
from derive.arrays.nodes import identity as identity_matrix
from derive.arrays.unevaluated import CLOSED

Label = Hashable
Factor = tuple[Array, tuple[Label, ...]]
MOST_OPENED = 64  # factors of a product that are taken one by one into another product
MOST_TURNED = 40  # nodes inside one another of a sum whose terms are transposed one by one
MOST_TIES = 24  # orders of equal factors that are tried for the canonical one


def product(coefficient: Any, factors: Iterable[tuple[Array, Any]], out: Any) -> Array:
    """The product as a node, simplified; every label of `out` is carried by a factor.

    >>> from derive.arrays.nodes import variable
    >>> A, x = variable("A", "m,n"), variable("x", "n")
    >>> product(2, [(A, "ij"), (x, "j")], "i")
    2*A @ x
    """
    work = _Work(
        sympify(coefficient, strict=True), [(a, tuple(labels)) for a, labels in factors], tuple(out)
    )
    work.simplify()
    return work.node()


def exactly(value: Any) -> Expr:
    """A number as it is written: 0.1 is 1/10, wherever it stands in a formula of sizes.

    >>> exactly(0.1)
    1/10
    """
    if isinstance(value, str):
        raise TypeError(f"{value!r} is a text: write a number")
    if isinstance(value, float) and isfinite(value):
        return Rational(str(value))
    formula = sympify(value, strict=True)
    return formula.xreplace({each: Rational(str(each)) for each in formula.atoms(Float)})


def number(value: Any) -> Array:
    """A number, or a formula in sizes, as an array of rank 0. Raises ValueError: not real.

    >>> number(3)
    3
    """
    exact = exactly(value)
    if exact.is_finite is False or exact.is_real is False:
        raise ValueError(f"{exact} is no real number: check where the formula is defined")
    return product(exact, (), ())


@lru_cache(maxsize=1000)
def zeros(shape: Shape) -> Array:
    return product(0, [(ones(n), (k,)) for k, n in enumerate(shape)], range(len(shape)))


def scaled(coefficient: Any, array: Array) -> Array:
    labels = range(array.rank)
    return product(coefficient, [(array, labels)], labels)


def permuted(array: Array, axes: Sequence[int]) -> Array:
    """The array with its axes in another order, as in NumPy's `transpose`."""
    return product(1, [(array, range(array.rank))], axes)


def is_zero(array: Array) -> bool:
    return isinstance(array, Product) and array.coefficient == 0


def is_number(array: Array) -> bool:
    return isinstance(array, Product) and not array.args


def coefficient_of(array: Array) -> Expr:
    return array.coefficient if isinstance(array, Product) else S.One


def split(array: Array) -> tuple[Expr, tuple[Any, ...]]:
    """The coefficient of an array, and a key that is equal for equal rests."""
    if not isinstance(array, Product):
        return S.One, (array,)
    if len(array.args) == 1 and array.labels[0] == array.out:
        return array.coefficient, array.args
    return array.coefficient, key(array)


class _Work:
    """A product while it is being simplified."""

    def __init__(self, coefficient: Expr, factors: list[Factor], out: tuple[Label, ...]) -> None:
        self.coefficient, self.out = coefficient, out
        self.fresh = (("", k) for k in count())
        self.factors: list[Factor] = []
        self.add(factors)

    def add(self, factors: Iterable[Factor]) -> None:
        """Put factors in; what is a product itself, factor by factor."""
        for array, labels in factors:
            if not isinstance(array, Product) or len(array.args) > MOST_OPENED:
                self.factors.append((array, labels))
                continue
            self.coefficient *= array.coefficient
            names: dict[int, Label] = dict(enumerate(labels))
            for factor, inner in array.factors:
                for label in inner:
                    if label not in names:
                        names[label] = next(self.fresh)
                self.factors.append((factor, tuple(names[label] for label in inner)))

    def is_plain(self) -> bool:
        """Whether it is a product of different letters, in which nothing simplifies."""
        plain = all(_is_letter(array) for array, _ in self.factors)
        return plain and len(set(self.factors)) == len(self.factors)

    def simplify(self) -> None:
        if self.coefficient is not S.Zero and self.is_plain():
            return
        steps = (
            self.identities, self.cancelled, self.absorbed, self.traced, self.powers, self.signs,
            self.summed, self.all_ones,
        )  # fmt: skip
        while self.coefficient is not S.Zero and any(step() for step in steps):
            pass
        if self.coefficient is S.Zero:
            sizes = self.sizes()
            self.factors = [(ones(sizes[label]), (label,)) for label in self.out]

    def has(self, kind: type[Array]) -> bool:
        return any(isinstance(array, kind) for array, _ in self.factors)

    def uses(self, label: Label) -> int:
        return sum(labels.count(label) for _, labels in self.factors)

    def sizes(self) -> dict[Label, Expr]:
        pairs = ((labels, array.shape) for array, labels in self.factors)
        return {label: n for labels, shape in pairs for label, n in zip(labels, shape, strict=True)}

    # -- each of these does one simplification, and says whether it did -------------------------

    def identities(self) -> bool:
        """An identity matrix renames a label; between two labels of the result it stays."""
        for k, (array, labels) in enumerate(self.factors):
            if not isinstance(array, Identity):
                continue
            i, j = labels
            others = self.factors[:k] + self.factors[k + 1 :]
            if i in self.out and j in self.out and i != j:
                moved = _renamed(others, j, i)
                if moved != others:
                    self.factors = [*moved[:k], (array, labels), *moved[k:]]
                    return True
                continue
            keep, drop = (j, i) if i not in self.out else (i, j)
            self.factors = [*_renamed(others, drop, keep), (ones(array.shape[0]), (keep,))]
            return True
        return False

    def all_ones(self) -> bool:
        """A one where something else carries the label changes nothing; a sum of ones counts."""
        for k, (array, labels) in enumerate(self.factors):
            if isinstance(array, Ones):
                alone = self.uses(labels[0]) == 1
                if alone and labels[0] in self.out:
                    continue
                self.coefficient *= array.shape[0] if alone else 1
                del self.factors[k]
                return True
        return False

    def summed(self) -> bool:
        """Rows that sum to one (softmax, one-hot), summed."""
        for k, (array, labels) in enumerate(self.factors):
            for axis, label in enumerate(labels):
                if label in self.out or self.uses(label) > 1:
                    continue
                total = array.total(axis)
                if total is not None:
                    rest = [(ones(array.shape[a]), (i,)) for a, i in enumerate(labels) if a != axis]
                    self.coefficient *= total
                    self.factors = self.factors[:k] + rest + self.factors[k + 1 :]
                    return True
        return False

    def cancelled(self) -> bool:
        """X⁻¹X = I, and QᵀQ = I for an orthogonal Q."""
        matrices = [(k, a, ls) for k, (a, ls) in enumerate(self.factors) if a.is_undone()]
        if not matrices:
            return False
        matrices = [(k, a, ls) for k, (a, ls) in enumerate(self.factors) if len(ls) == 2]
        for (k, a, own), (m, b, others) in permutations(matrices, 2):
            for left, inner, met, right in _meetings(a, own, b, others):
                if inner == met and inner not in self.out and self.uses(inner) == 2:
                    rest = [f for n, f in enumerate(self.factors) if n not in (k, m)]
                    self.factors = [*rest, (identity_matrix(a.shape[0]), (left, right))]
                    return True
        return False

    def absorbed(self) -> bool:
        """B (A B)⁻¹ = A⁻¹ for square matrices."""
        absorbing = [k for k, (a, _) in enumerate(self.factors) if a.is_undone()]
        if not absorbing:
            return False
        matrices = [m for m, (a, _) in enumerate(self.factors) if a.rank == 2]
        for k, m, axis, end in choices(absorbing, matrices, (0, 1), (0, 1)):
            (array, own), (matrix, others) = self.factors[k], self.factors[m]
            met = own[axis]
            if m == k or met != others[end] or met in self.out or self.uses(met) != 2:
                continue
            found = array.absorbed(axis, matrix, end)
            if found is not None:
                left = (others[1 - end], own[1]) if axis == 0 else (own[0], others[1 - end])
                self.factors = [f for n, f in enumerate(self.factors) if n not in (k, m)]
                self.add([(found, left)])
                return True
        return False

    def traced(self) -> bool:
        """The trace of a matrix that is another array, reshaped."""
        for k, (array, labels) in enumerate(self.factors):
            if array.rank != 2 or labels[0] != labels[1]:
                continue
            found = array.traced() if self.uses(labels[0]) == 2 else None
            if found is not None and labels[0] not in self.out:
                inner = {i: next(self.fresh) for i in found[1]}
                self.factors = [f for n, f in enumerate(self.factors) if n != k]
                self.add([(found[0], tuple(inner[i] for i in found[1]))])
                return True
        return False

    def signs(self) -> bool:
        """sign(x) x = |x|, and sign(x) |x|ᵖ = xᵖ for an odd p."""
        from derive.arrays.elementwise import elementwise, power

        if len(self.factors) < 2 or not self.has(Map):
            return False
        for (k, (a, own)), (m, (b, others)) in permutations(enumerate(self.factors), 2):
            if own != others or not isinstance(a, Map) or a.function != sign(PLACES[0]):
                continue
            (x,) = a.args
            size, p = elementwise(Abs(PLACES[0]), {PLACES[0]: x}), _exponent(b)
            if b is x:
                found = size
            elif p.is_odd and (b.args[0] if isinstance(b, Power) else b) is size:
                found = power(x, p)
            else:
                continue
            self.factors = [f for n, f in enumerate(self.factors) if n not in (k, m)]
            self.add([(found, own)])
            return True
        return False

    def powers(self) -> bool:
        """Powers of one base at the same labels are one power."""
        if len(set(self.factors)) == len(self.factors) and not self.has(Power):
            return False
        groups: dict[tuple[Array, tuple[Label, ...]], list[int]] = {}
        for k, (array, labels) in enumerate(self.factors):
            base = array.args[0] if isinstance(array, Power) else array
            groups.setdefault((base, labels), []).append(k)
        for (base, labels), places in groups.items():
            factors = [self.factors[k][0] for k in places]
            exponent = sum((_exponent(factor) for factor in factors), S.Zero)
            put = self.raised(base, exponent, labels)
            if [factor for factor, _ in put] != factors:
                rest = [f for k, f in enumerate(self.factors) if k not in places]
                self.factors = [*rest[: places[0]]]
                self.add(put)
                self.factors += rest[places[0] :]
                return True
        return False

    def raised(self, base: Array, exponent: Expr, labels: tuple[Label, ...]) -> list[Factor]:
        if isinstance(base, Ones):
            return [(base, labels)]
        if exponent == 0:
            return [(ones(n), (i,)) for n, i in zip(base.shape, labels, strict=True)]
        square = base.square() if exponent == 2 else None
        if square is not None:
            inner = {i: next(self.fresh) for _, own in square for i in own if i >= base.rank}
            names: dict[int, Label] = dict(enumerate(labels)) | inner
            return [(array, tuple(names[i] for i in own)) for array, own in square]
        if exponent == 1 or (exponent == 2 and not isinstance(base, Product)):
            return [(base, labels)] * int(exponent)
        return [(Power.make((base,), (exponent,), base.shape), labels)]

    # -- the end -------------------------------------------------------------------------------

    def node(self) -> Array:
        if len(self.factors) == 1:
            ((array, labels),) = self.factors
            if labels == self.out[::-1] and array.is_symmetric():
                self.factors = [(array, self.out)]
            elif labels != self.out and isinstance(array, Sum) and self.is_turned(array, labels):
                return self.term_by_term(array, labels)
        if self.coefficient is S.One and len(self.factors) == 1 and self.factors[0][1] == self.out:
            return self.factors[0][0]
        sizes, number_of = self.sizes(), {label: k for k, label in enumerate(self.out)}
        args = tuple(array for array, _ in self.factors)
        labels = tuple(
            tuple(number_of.setdefault(i, len(number_of)) for i in own) for _, own in self.factors
        )
        shape = tuple(sizes[label] for label in self.out)
        return Product.make(args, (self.coefficient, labels), shape)

    def is_turned(self, array: Sum, labels: tuple[Label, ...]) -> bool:
        """Whether it has its axes in another order; deep sums are left as they are."""
        return set(labels) == set(self.out) and array.height <= MOST_TURNED

    def term_by_term(self, array: Sum, labels: tuple[Label, ...]) -> Array:
        """A sum with its axes in another order: each term is turned."""
        from derive.arrays.sums import total

        known = "turned", tuple(labels.index(label) for label in self.out)
        if known not in array.facts:
            terms = [product(1, [(term, labels)], self.out) for term in array.args]
            array.facts[known] = total(terms)
        return scaled(self.coefficient, array.facts[known])


def _is_letter(array: Array) -> bool:
    return isinstance(array, CLOSED) or (isinstance(array, Variable) and not array.structure)


def _renamed(factors: list[Factor], old: Label, new: Label) -> list[Factor]:
    return [(a, tuple(new if i == old else i for i in labels)) for a, labels in factors]


def _exponent(factor: Array) -> Expr:
    return factor.exponent if isinstance(factor, Power) else S.One


def _meetings(a: Array, own: Any, b: Array, others: Any) -> list[tuple[Label, ...]]:
    """How two matrices that undo one another may stand: outer label, inner ones, outer label."""
    (i, j), (p, q) = own, others
    if a is b and a.is_orthogonal():
        return [(j, i, p, q), (i, j, q, p)]
    if not a.undoes(b):
        return []
    straight = [(i, j, p, q), (j, i, q, p)]
    return straight + ([(i, j, q, p), (j, i, p, q)] if b.is_symmetric() else [])


def transposes(array: Array) -> int:
    """How many transposed matrices a chain, or a sum of chains, is written with."""
    if isinstance(array, Sum):
        return sum(map(transposes, array.args))
    if not isinstance(array, Product) or array.rank != 2:
        return 0
    found, at, left = 0, 0, list(array.factors)
    while left:
        k = next((k for k, (_, own) in enumerate(left) if at in own), None)
        factor, labels = left.pop(k if k is not None else 0)
        if k is None or factor.rank != 2:
            return 0
        found += labels[0] != at and not factor.is_symmetric()
        at = labels[0] if labels[1] == at else labels[1]
    return found


# ------------------------------------------------------------------ equal products


def is_symmetric(array: Product) -> bool:
    return array.rank == 2 and split(array) == split(permuted(array, (1, 0)))


def key(array: Product) -> tuple[Any, ...]:
    """Equal for products that differ in the order of factors and the names of labels only."""
    try:
        return array._key
    except AttributeError:
        ways = choices(_orders(array), _turns(array))
        array._key = min(_spelled(array, order, turned) for order, turned in ways)
        return array._key


def _orders(array: Product) -> Iterable[list[int]]:
    """The factors in any fixed order; equal ones in every order, unless that would be too many."""
    fixed = sorted(range(len(array.args)), key=lambda k: id(array.args[k]))
    if len(set(array.args)) == len(fixed):
        return [fixed]
    groups: list[list[int]] = []
    for k in fixed:
        if groups and array.args[groups[-1][0]] is array.args[k]:
            groups[-1].append(k)
        else:
            groups.append([k])
    many = 1
    for group in groups:
        for n in range(2, len(group) + 1):
            many *= n
    if many > MOST_TIES:
        return [fixed]
    orders = choices(*(list(permutations(group)) for group in groups))
    return [[k for group in order for k in group] for order in orders]


def _turns(array: Product) -> list[frozenset[int]]:
    """Which of the symmetric factors between summed labels are read from behind: all choices."""
    inner = [k for k, (factor, labels) in enumerate(array.factors)
             if factor.is_symmetric() and not set(labels) & set(array.out)]  # fmt: skip
    if 2 ** len(inner) > MOST_TIES:
        return [frozenset()]
    return [frozenset(k for k, turn in zip(inner, turns, strict=True) if turn)
            for turns in choices((False, True), repeat=len(inner))]  # fmt: skip


def _spelled(array: Product, order: Sequence[int], turned: frozenset[int]) -> tuple[Any, ...]:
    names: dict[int, int] = {label: label for label in array.out}
    spelled: list[Any] = []
    for k in order:
        labels = array.labels[k][::-1] if k in turned else array.labels[k]
        if array.args[k].is_symmetric():
            labels = tuple(sorted(labels, key=lambda i: names.get(i, len(names))))
        numbers = tuple(names.setdefault(label, len(names)) for label in labels)
        spelled.append((id(array.args[k]), numbers))
    return (*spelled, array.rank)
