"""The values of expressions at one point, to any precision; operators from their definition.

Nothing recurses into deep expressions. Every function is mpmath's (see values.py); an unevaluated
operator goes to its estimator (see estimate.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

import mpmath
from sympy import Basic, Symbol
from sympy.matrices import MatrixBase

from lambdify_bridge.formula import LAZY, estimator, formula, operation, sees_its_arguments
from lambdify_bridge.values import Matrix, Number, Undecided, Undefined

__all__ = [
    "LAZY",
    "Evaluator",
    "Matrix",
    "Number",
    "Undecided",
    "Undefined",
    "estimator",
    "is_real",
]

NO_VALUE = (ZeroDivisionError, OverflowError, mpmath.libmp.NoConvergence, ValueError)
MOST_IDLE = 8  # contexts kept for each number of digits


def is_real(value: Number) -> bool:
    if isinstance(value, Matrix):
        return all(is_real(entry) for entry in value)
    if isinstance(value, tuple):
        return all(is_real(entry) for entry in value)
    imaginary, real = abs(getattr(value, "imag", 0)), abs(getattr(value, "real", 0))
    return bool(imaginary <= 1e-15 * max(real, 1e-10))


class Ground:
    """What all evaluators of one point have in common: mpmath's context, and how exact they are.

    A context is used by one ground at a time, and again by the next one of as many digits: it takes
    milliseconds to make, and remembers the nodes of its quadratures.
    """

    idle: ClassVar[dict[int, list[Any]]] = {}

    def __init__(self, digits: int) -> None:
        waiting = self.idle.get(digits)
        self.digits = digits
        self.ctx = waiting.pop() if waiting else mpmath.MPContext()
        self.ctx.dps = digits
        self.accuracy = 0.0  # the least accurate estimate that any value here rests on
        self.noise = 0.0  # the largest rounding error of a sum that cancels, in absolute size
        self.anchors: dict[Basic, Number] = {}  # where indefinite integrals start
        self.ways: dict[Any, Any] = {}  # solutions that were followed, and how far

    def __del__(self) -> None:
        # A number that outlives the ground keeps the digits that it had.
        self.ctx.dps = self.digits
        waiting = self.idle.setdefault(self.digits, [])
        if len(waiting) < MOST_IDLE:
            waiting.append(self.ctx)


class Evaluator:
    """The values of expressions at one point; one that was asked for is remembered.

    `values` gives the free letters, `definitions` named intermediates in order (a letter that is
    in `values` as well is held at that value: that is what a partial derivative asks for).

    >>> from sympy import Symbol, sin
    >>> x = Symbol("x")
    >>> float(Evaluator({x: 2})(sin(x) * x))
    1.8185948536513634
    """

    def __init__(
        self,
        values: Mapping[Symbol, Any],
        definitions: Iterable[tuple[Symbol, Basic]] = (),
        digits: int = 30,
        root: Ground | None = None,
    ) -> None:
        self.on_the_way = root is not None  # a place beside the point that was asked for
        self.root = root or Ground(digits)
        self.ctx = self.root.ctx
        self.definitions = tuple(definitions)
        self.given = {letter: self._number(value) for letter, value in values.items()}
        self.memo: dict[Basic, Number] = dict(self.given)
        self.children: dict[Any, Evaluator] = {}
        for letter, expression in self.definitions:
            if letter not in self.memo:
                self.memo[letter] = self(expression)

    def _number(self, value: Any) -> Number:
        if isinstance(value, Basic):
            return Evaluator({}, root=self.root)(value)
        return self.ctx.convert(value)

    def at(self, changes: Mapping[Symbol, Number]) -> Evaluator:
        """The same point with some letters changed; asked for twice it is the same object."""
        key = tuple([(letter, getattr(v, "_mpf_", v)) for letter, v in changes.items()])
        found = self.children.get(key)
        if found is None:
            there = {**self.given, **changes}
            found = self.children[key] = Evaluator(there, self.definitions, root=self.root)
        return found

    @contextmanager
    def digits(self, digits: int) -> Iterator[Evaluator]:
        """The same point, with nothing remembered, while the precision is another."""
        with self.ctx.workdps(digits):
            yield Evaluator(self.given, self.definitions, root=self.root)

    def rests_on(self, accuracy: float, noise: float = 0.0) -> None:
        self.root.accuracy = max(self.root.accuracy, accuracy)
        self.root.noise = max(self.root.noise, noise)

    def __call__(self, expression: Basic) -> Number:
        """The value of `expression`. Raises Undefined, Undecided."""
        found = self.memo.get(expression)
        if found is not None:
            return found
        try:
            return self._value(expression)
        except NO_VALUE as error:
            raise Undefined(str(error) or "no value here") from error

    def _value(self, expression: Basic) -> Number:
        short = formula(expression)
        if short is None:
            return self._node_by_node(expression)
        value = self.memo[expression] = short(self)
        return value

    def _node_by_node(self, expression: Basic) -> Number:
        """Each distinct node once for all expressions: large ones share what is below them."""
        memo = self.memo
        stack = [expression]
        while stack:
            node = stack[-1]
            if node in memo:
                stack.pop()
                continue
            arguments = () if sees_its_arguments(node) else node.args
            waiting = [a for a in arguments if a not in memo]
            if waiting:
                stack.extend(waiting)
            else:
                values = [memo[a] for a in arguments]
                memo[node] = operation(node, range(len(values)))(self, values)
                stack.pop()
        return memo[expression]

    def letter(self, letter: Symbol) -> Number:
        found = self.memo.get(letter)
        if found is None:
            raise Undecided(f"no value is given for {letter}")
        return found

    def estimated(self, node: Basic) -> Number:
        """The value of an operator from its definition, of a matrix entry by entry."""
        found = self.memo.get(node)
        if found is None:
            own = LAZY.get(type(node).__name__, _matrix)
            found = self.memo[node] = own(node, self)
        return found


# ------------------------------------------------------------------ nodes that see their arguments


def _matrix(node: MatrixBase, at: Evaluator) -> Number:
    return at.ctx.matrix([[at(entry) for entry in row] for row in node.tolist()])


@estimator("ComplexRootOf")
def _root_of(node: Any, at: Evaluator) -> Number:
    """A numbered zero of a polynomial, by Newton's method from where SymPy isolates it."""
    coefficients = [at(c) for c in node.poly.all_coeffs()]
    start = at.ctx.mpc(complex(node.eval_approx(15)))
    zero = at.ctx.findroot(lambda z: at.ctx.polyval(coefficients, z), start)
    return zero.real if node.is_real else zero


@estimator("hyper")
def _hyper(node: Any, at: Evaluator) -> Number:
    above, below = ([at(a) for a in parameters] for parameters in (node.ap, node.bq))
    return at.ctx.hyper(above, below, at(node.argument))


@estimator("Piecewise")
def _piecewise(node: Basic, at: Evaluator) -> Number:
    for branch, condition in node.args:
        if at(condition):
            return at(branch)
    raise Undefined("no condition of the Piecewise holds")


@estimator("Subs")
def _subs(node: Any, at: Evaluator) -> Number:
    values = (at(value) for value in node.point)
    return at.at(dict(zip(node.variables, values, strict=True)))(node.expr)
