"""SymPy expressions -> a `Program`, in one iterative pass.

No recursion, and linear in the size of the shared graph: a formula may be as deep as it likes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.logic.boolalg import BooleanAtom

from lambdify_bridge.arithmetic import power_of, product_of, sum_of
from lambdify_bridge.builder import Builder
from lambdify_bridge.collector import paused
from lambdify_bridge.constants import PRECISIONS, LostDigits
from lambdify_bridge.functions import BY_NAME, FUNCTIONS, RELATIONS, REWRITES
from lambdify_bridge.given import given
from lambdify_bridge.numeric.deltas import OUTSIDE
from lambdify_bridge.numeric.methods import Inlined, Numerical, emitted, inlined
from lambdify_bridge.program import Program
from lambdify_bridge.stability import CANDIDATES, Stability

T = TypeVar("T")
# fmt: off
UNFINISHED = ("Derivative", "Integral", "Limit", "Sum", "Product", "Subs", "Order", "RootSum",
              "Determinant", "Trace", "Inverse")
# fmt: on


def lower(
    expressions: Sequence[Any],
    arguments: Sequence[sp.Symbol] | None = None,
    definitions: Iterable[tuple[sp.Symbol, Any]] = (),
    *,
    exact: bool = False,
    stable: bool = True,
    real: bool = False,
    numeric: bool = False,
) -> Program:
    """The Program of scalar or Boolean SymPy expressions.

    `arguments` are its inputs in order (default: the free symbols by name); `definitions` are
    named intermediates, computed first, that later ones and the expressions may mention.
    `exact`: constants are not rounded to floats, but Fractions, and operations for what is
    irrational (constants.NAMED; "root" of a polynomial), for backends of any precision. Otherwise,
    with `stable`, what loses digits is computed in another form (see stability.py); `real` promises
    real inputs, as symbols that are declared real do. `numeric`: an unevaluated Integral, Sum,
    Product or Derivative becomes an operation that a numerical method computes.
    Raises ValueError for what has no numerical operation.
    """
    expressions = [given(expression) for expression in expressions]
    definitions = [(symbol, given(value)) for symbol, value in definitions]
    body = partial(lower, exact=exact, stable=stable, real=real, numeric=True) if numeric else None

    def program(digits: int | None) -> Program:
        walk = _Walk(Builder(digits), Stability(real) if stable and not exact else None, body)
        for symbol, value in definitions:
            walk.define(symbol, walk.value(value))
        b = walk.builder
        return b.program([b.scalar(walk.value(e)) for e in expressions], arguments)

    return program(None) if exact else in_enough_digits(program)


def in_enough_digits(make: Callable[[int], T]) -> T:
    """What is made with constants of so many digits: as few as leave 17 of each."""
    for digits in PRECISIONS:
        try:
            with paused():
                return make(digits)
        except LostDigits:
            continue
    raise ValueError("a constant cannot be computed to 17 digits: simplify the expression first")


def value_of(b: Builder, expression: Any, known: Mapping[sp.Symbol, int]) -> int:
    """An expression among the operations of a builder, where the values of symbols are known."""
    walk = _Walk(b)
    walk.defined.update(known)
    return b.scalar(walk.value(expression))


class _Walk:
    """What every visited SymPy node became."""

    def __init__(
        self,
        builder: Builder,
        stability: Stability | None = None,
        body: Callable[..., Program] | None = None,
    ) -> None:
        """`body` compiles what stands under an operator, where a numerical method is wanted."""
        self.builder, self.stability, self.body = builder, stability, body
        # By id(): hash() of a deep SymPy expression recurses.  The node is kept, so its id stays.
        self.values: dict[int, Any] = {}
        self.kept: list[Any] = []
        self.defined: dict[sp.Symbol, Any] = {}
        self.expanded: dict[int, Any] = {}

    def value(self, root: Any) -> Any:
        """The value of `root`: an index, or for a Boolean a pair (holds, is known not to hold)."""
        values, keep = self.values, self.kept.append
        candidates = {} if self.stability is None else CANDIDATES
        stack, opened = [root], list[Any]()
        while stack:
            node = stack.pop()
            if node is None:  # all that the last opened node waits for is known
                node, translator, children = opened.pop()
            elif id(node) in values:
                continue
            else:
                translator = TRANSLATORS.get(type(node))
                children = self.children(node) if translator is None else node.args
                if waiting := self.waiting(children):
                    opened.append((node, translator, children))
                    stack += (None, *waiting)
                    continue
            keep(node)
            may_lose = candidates.get(type(node))
            value = self.stable(node) if may_lose is not None and may_lose(node) else None
            if value is None:
                operands = list(map(values.__getitem__, map(id, children)))
                if translator is None:
                    value = self.translate(node, operands)
                else:
                    value = translator(self.builder, node, operands)
            values[id(node)] = value
        return values[id(root)]

    def waiting(self, children: Sequence[Any]) -> list[Any]:
        """Those whose values are not known yet, the last one first; leaves get theirs here."""
        values, found = self.values, list[Any]()
        for child in children:
            if id(child) not in values:
                leaf = LEAVES.get(type(child))
                if leaf is None:
                    found.append(child)
                else:
                    values[id(child)] = leaf(self, child)
                    self.kept.append(child)
        if len(found) > 1:
            found.reverse()
        return found

    def stable(self, node: Any) -> Any:
        """The value of a form of `node` that loses fewer digits, if a rule knows one."""
        if self.stability is None:
            return None
        value = self.stability.of_long_sum(self, node)
        if value is not None:
            return value
        found = self.stability.form(self, node)
        if found is None:
            return None
        form, letters, inside = found
        walk = _Walk(self.builder, inside, self.body)
        walk.values = letters
        return walk.value(form)

    def children(self, node: Any) -> Sequence[Any]:
        """What has to be lowered before `node`; refuses what has no numerical operation."""
        if isinstance(node, sp.Symbol | sp.Number):
            return ()
        if isinstance(node, AppliedUndef):
            raise ValueError(
                f"the function {node.func.__name__!r} is not defined: put a formula in its place"
            )
        if _is_root(node):
            return ()
        kind = type(node).__name__
        if kind in UNFINISHED:
            return (self.unfinished(node),)
        if isinstance(node, sp.DiracDelta):
            raise ValueError(OUTSIDE)
        if isinstance(node, sp.hyper):
            return (*node.ap, *node.bq, node.argument)
        if isinstance(node, sp.Basic) and (not node.args or _translator(node)):
            return node.args
        expanded = self.expanded[id(node)] = _definition(node)
        if expanded is None:
            raise ValueError(f"{kind!r} has no numerical operation here: rewrite the expression")
        return (expanded,)

    def unfinished(self, node: Any) -> Any:
        """What stands for an unevaluated operator."""
        if self.body is None:
            raise ValueError(
                f"the expression holds an unevaluated {type(node).__name__}: work it out first, or "
                "compute it by a numerical method with to_numpy(..., numeric=True)"
            )
        if id(node) not in self.expanded:
            from lambdify_bridge.numeric.reading import numerical

            self.expanded[id(node)] = numerical(node, self.body)
        return self.expanded[id(node)]

    def translate(self, node: Any, operands: list[Any]) -> Any:
        if not node.args:
            return self.atom(node)
        if _is_root(node):
            return self.builder.number(node)
        translator = _translator(node)
        return operands[0] if translator is None else translator(self.builder, node, operands)

    def atom(self, node: Any) -> Any:
        if isinstance(node, sp.Symbol):
            return self.symbol(node)
        if isinstance(node, BooleanAtom):
            return self.builder.constant(bool(node)), self.builder.constant(not node)
        if isinstance(node, sp.Expr) and node.is_Atom and node.is_number is not False:
            return self.builder.number(node)
        raise ValueError(f"{type(node).__name__!r} is neither a number nor a symbol")

    def symbol(self, symbol: sp.Symbol) -> Any:
        if self.defined and symbol in self.defined:
            return self.defined[symbol]
        return self.builder.input(symbol)

    def define(self, symbol: sp.Symbol, value: Any) -> None:
        if symbol in self.builder.symbols:
            raise ValueError(f"the definition of {symbol.name!r} comes after its first use")
        if symbol in self.defined:
            raise ValueError(f"{symbol.name!r} is defined twice")
        self.defined[symbol] = value


# -- SymPy nodes with an arithmetic of their own --------------------------------------------------


def _relation(b: Builder, node: Any, values: list[Any]) -> tuple[int, int]:
    """Neither holds nor is known not to hold where a side is NaN."""
    holds, fails = RELATIONS[type(node)]
    left, right = map(b.scalar, values)
    return b.apply(holds, left, right), b.apply(fails, left, right)


def _and(b: Builder, node: Any, values: list[Any]) -> tuple[int, int]:
    holds, fails = b.constant(True), b.constant(False)
    for this_holds, this_fails in map(b.truth, values):
        holds, fails = b.both(holds, this_holds), b.either(fails, this_fails)
    return holds, fails


def _not(b: Builder, node: Any, values: list[Any]) -> tuple[int, int]:
    holds, fails = b.truth(values[0])
    return fails, holds


def _or(b: Builder, node: Any, values: list[Any]) -> tuple[int, int]:
    return _not(b, node, [_and(b, node, [_not(b, node, [value]) for value in values])])


def _xor(b: Builder, node: Any, values: list[Any]) -> tuple[int, int]:
    result = b.truth(values[0])
    for value in values[1:]:
        different = (
            _and(b, node, [result, _not(b, node, [value])]),
            _and(b, node, [_not(b, node, [result]), value]),
        )
        result = _or(b, node, list(different))
    return result


def _ite(b: Builder, node: Any, values: list[Any]) -> tuple[int, int]:
    condition, then, otherwise = values
    cases = [
        _and(b, node, [condition, then]),
        _and(b, node, [_not(b, node, [condition]), otherwise]),
    ]
    return _or(b, node, cases)


def _equivalent(b: Builder, node: Any, values: list[Any]) -> tuple[int, int]:
    none = _and(b, node, [_not(b, node, [value]) for value in values])
    return _or(b, node, [_and(b, node, values), none])


HYPERGEOMETRIC = {(0, 1): "hyp0f1", (1, 1): "hyp1f1", (2, 1): "hyp2f1"}


def _hyper(b: Builder, node: Any, values: list[Any]) -> int:
    name = HYPERGEOMETRIC.get((len(node.ap), len(node.bq)))
    if name is None:
        raise ValueError(
            f"a hypergeometric function of {len(node.ap)} and {len(node.bq)} parameters has no "
            "numerical operation here: rewrite the expression"
        )
    return b.apply(name, *map(b.scalar, values))


def _applied(name: str) -> Callable[[Builder, Any, list[Any]], int]:
    return lambda b, node, values: b.apply(name, *map(b.scalar, values))


def _rewritten(rewrite: Callable[..., int]) -> Callable[[Builder, Any, list[Any]], int]:
    return lambda b, node, values: rewrite(b, *map(b.scalar, values))


def _inlined(b: Builder, node: Any, values: list[Any]) -> int:
    return inlined(b, node.program, list(map(b.scalar, values)))[0]


TRANSLATORS: dict[type, Callable[[Builder, Any, list[Any]], Any]] = (
    {kind: _applied(name) for kind, (name, _) in FUNCTIONS.items()}
    | {kind: _rewritten(rewrite) for kind, rewrite in REWRITES.items()}
    | dict.fromkeys(RELATIONS, _relation)
    | {
        sp.Add: sum_of,
        sp.Mul: product_of,
        sp.Pow: power_of,
        sp.Piecewise: lambda b, node, cases: b.cases(cases),
        Numerical: emitted,
        Inlined: _inlined,
        ExprCondPair: lambda b, node, values: (b.scalar(values[0]), b.truth(values[1])),
        sp.And: _and,
        sp.Or: _or,
        sp.Not: _not,
        sp.Xor: _xor,
        sp.ITE: _ite,
        sp.Implies: lambda b, node, values: _or(b, node, [_not(b, node, values[:1]), values[1]]),
        sp.Equivalent: _equivalent,
    }
)

NUMBERS = {sp.Integer, sp.Rational, sp.Float} | {
    type(number) for number in (sp.S.Zero, sp.S.One, sp.S.NegativeOne, sp.S.Half)
}

# What has no arguments to look at first.
LEAVES: dict[type, Callable[[_Walk, Any], Any]] = {
    **dict.fromkeys([sp.Symbol, sp.Dummy], _Walk.symbol),
    **dict.fromkeys(NUMBERS, lambda walk, number: walk.builder.number(number)),
}


def _translator(node: Any) -> Callable[[Builder, Any, list[Any]], Any] | None:
    """That of a node whose children are its arguments, or of a hypergeometric function."""
    kind = type(node)
    if kind is sp.hyper:
        return _hyper
    if kind not in TRANSLATORS and isinstance(node, sp.Function):
        rewrite = BY_NAME.get(kind.__name__)
        return None if rewrite is None else _rewritten(rewrite)
    return TRANSLATORS.get(kind)


def _is_root(node: Any) -> bool:
    """A number that is said to be the root of a function."""
    return isinstance(node, sp.CRootOf) or type(node).__name__ == "IsolatedRoot"


def _definition(node: Any) -> Any:
    """What a function class that the tables lack says it equals, if it says so."""
    definition = getattr(node, "definition", None)
    if not callable(definition):
        return None
    expanded = given(definition())
    if expanded.func is node.func and len(expanded.args) == len(node.args):
        raise ValueError(f"the definition of {type(node).__name__!r} holds itself")
    return expanded
