"""SymPy expressions -> a `Program`, in one iterative pass.

No recursion, and linear in the size of the shared graph: a formula may be as deep as it likes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeVar

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.logic.boolalg import BooleanAtom

from lambdify_bridge.builder import EXACT, Builder
from lambdify_bridge.collector import paused
from lambdify_bridge.constants import PRECISIONS, LostDigits, is_negative
from lambdify_bridge.functions import BY_NAME, FUNCTIONS, RELATIONS, REWRITES
from lambdify_bridge.program import Program
from lambdify_bridge.stability import CANDIDATES, Stability

T = TypeVar("T")
# fmt: off
UNFINISHED = ("Derivative", "Integral", "Limit", "Sum", "Product", "Subs", "Order", "RootSum",
              "Determinant", "Trace", "Inverse")
# fmt: on
FEWEST_TERMS = 3  # of a polynomial, and its degree, for Horner's rule to save operations
LONGEST_CHAIN = 16  # terms: more are added in pairs, which rounds less and is not as deep
LONGEST_PRODUCT = 16  # x**n up to here is a product of squares, several times as fast as np.power


def lower(
    expressions: Sequence[Any],
    arguments: Sequence[sp.Symbol] | None = None,
    definitions: Iterable[tuple[sp.Symbol, Any]] = (),
    *,
    exact: bool = False,
    stable: bool = True,
    real: bool = False,
) -> Program:
    """The Program of scalar or Boolean SymPy expressions.

    `arguments` are its inputs in order (default: the free symbols by name); `definitions` are
    named intermediates, computed first, that later ones and the expressions may mention.
    `exact`: constants are not rounded to floats, but Fractions, and operations for what is
    irrational (constants.NAMED; "root" of a polynomial), for backends of any precision. Otherwise,
    with `stable`, what loses digits is computed in another form (see stability.py); `real` promises
    real inputs, as symbols that are declared real do.
    Raises ValueError for what has no numerical operation.
    """
    expressions = [sp.sympify(expression, strict=True) for expression in expressions]
    definitions = [(symbol, sp.sympify(value, strict=True)) for symbol, value in definitions]

    def program(digits: int | None) -> Program:
        walk = _Walk(Builder(digits), Stability(real) if stable and not exact else None)
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

    def __init__(self, builder: Builder, stability: Stability | None = None) -> None:
        self.builder, self.stability = builder, stability
        # By id(): hash() of a deep SymPy expression recurses.  The node is kept, so its id stays.
        self.values: dict[int, Any] = {}
        self.kept: list[Any] = []
        self.defined: dict[sp.Symbol, Any] = {}
        self.expanded: dict[int, Any] = {}

    def value(self, root: Any) -> Any:
        """The value of `root`: an index, or for a Boolean a pair (holds, is known not to hold)."""
        values, kept, known = self.values, self.kept, TRANSLATORS
        candidates = {} if self.stability is None else CANDIDATES
        stack = [root]
        while stack:
            node = stack[-1]
            if id(node) in values:
                stack.pop()
                continue
            translator = known.get(type(node))
            children = self.children(node) if translator is None else node.args
            waiting = [child for child in children if id(child) not in values]
            if waiting:
                waiting.reverse()
                stack += waiting
                continue
            stack.pop()
            operands = [values[id(child)] for child in children]
            kept.append(node)
            may_lose = candidates.get(type(node))
            stable = self.stable(node) if may_lose is not None and may_lose(node) else None
            if stable is not None:
                values[id(node)] = stable
            elif translator is None:
                values[id(node)] = self.translate(node, operands)
            else:
                values[id(node)] = translator(self.builder, node, operands)
        return values[id(root)]

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
        walk = _Walk(self.builder, inside)
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
        if isinstance(node, sp.CRootOf):
            return ()
        kind = type(node).__name__
        if kind in UNFINISHED:
            raise ValueError(f"the expression holds an unevaluated {kind}: work it out first")
        if isinstance(node, sp.hyper):
            return (*node.ap, *node.bq, node.argument)
        if isinstance(node, sp.Basic) and (not node.args or _translator(node)):
            return node.args
        expanded = self.expanded[id(node)] = _definition(node)
        if expanded is None:
            raise ValueError(f"{kind!r} has no numerical operation here: rewrite the expression")
        return (expanded,)

    def translate(self, node: Any, operands: list[Any]) -> Any:
        if not node.args:
            return self.atom(node)
        if isinstance(node, sp.CRootOf):
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
        if symbol in self.defined:
            return self.defined[symbol]
        return self.builder.input(symbol)

    def define(self, symbol: sp.Symbol, value: Any) -> None:
        if symbol in self.builder.symbols:
            raise ValueError(f"the definition of {symbol.name!r} comes after its first use")
        if symbol in self.defined:
            raise ValueError(f"{symbol.name!r} is defined twice")
        self.defined[symbol] = value


# -- SymPy nodes with an arithmetic of their own --------------------------------------------------


def _product(b: Builder, node: Any, values: list[Any]) -> int:
    """constant * numerators / denominators: -a, 2*a and 1/a come apart."""
    constant, above, below = b.constant(1), list[int](), list[int]()
    for value in map(b.scalar, values):
        if value in b.known:
            constant = b.mul(constant, value)
            continue
        name, operands, _ = b.operations[value]
        if name == "neg":
            constant = b.mul(constant, b.constant(-1))
            above.append(operands[0])
        elif name in ("mul", "div") and operands[0] in b.known:
            constant = b.mul(constant, operands[0])
            (above if name == "mul" else below).append(operands[1])
        else:
            above.append(value)
    numerator = _scaled(b, constant, above, shared=bool(below))
    return b.div(numerator, _times(b, below)) if below else numerator


def _times(b: Builder, factors: list[int]) -> int:
    if len(factors) > LONGEST_CHAIN:
        return b.balanced(b.mul, factors)
    result, *rest = factors
    for factor in rest:
        result = b.mul(result, factor)
    return result


def _scaled(b: Builder, constant: int, factors: list[int], shared: bool) -> int:
    """The product of the factors times a constant; x/3 stays a quotient, which rounds once."""
    if not factors:
        return constant
    result, number = _times(b, factors), b.value_of(constant)
    if b.is_number(constant, -1):
        return b.apply("neg", result)
    if type(number) is Fraction and abs(number.numerator) == 1 and not shared:
        divisor = number.denominator
        if divisor & (divisor - 1):  # a power of two is exact as a factor, and faster
            return b.div(result, b.constant(divisor * number.numerator))
    return b.mul(constant, result)


def _negated(b: Builder, value: int) -> int | None:
    """The value without its minus sign, or None if it shows none."""
    name, operands, number = b.operations[value]
    if name == "constant":
        return b.apply("neg", value) if is_negative(number) else None
    if name == "neg":
        return operands[0]
    if name not in ("mul", "div"):
        return None
    first, second = operands
    number = b.value_of(second if name == "div" else first)
    if number is not None and is_negative(number):
        if name == "div":
            return b.div(first, b.apply("neg", second))
        return b.mul(b.apply("neg", first), second)
    if name == "div" and b.operations[first].name != "div":
        numerator = _negated(b, first)
        return None if numerator is None else b.div(numerator, second)
    return None


def _sum(b: Builder, node: Any, values: list[Any]) -> int:
    if len(values) >= FEWEST_TERMS and (horner := _horner(b, node)) is not None:
        return horner
    plus, minus = signed(b, values)
    if len(plus) + len(minus) > LONGEST_CHAIN:
        total = b.balanced(b.add, plus)
        return b.sub(total, b.balanced(b.add, minus)) if minus else total
    return added(b, plus, minus)


def signed(b: Builder, values: Sequence[Any]) -> tuple[list[int], list[int]]:
    """Terms with a plus sign, the constant; and those with a minus sign, without it."""
    constant, plus, minus = b.constant(0), list[int](), list[int]()
    scalars = [b.scalar(value) for value in values]
    for value in scalars:
        if b.value_of(value) is not None:
            constant = b.apply("add", constant, value)
        elif (positive := _negated(b, value)) is not None:
            minus.append(positive)
        else:
            plus.append(value)
    if not b.is_number(constant, 0):
        negative = _negated(b, constant) if plus else None
        if negative is None:
            plus.append(constant)
        else:
            minus.append(negative)
    if not plus and minus:  # all have a minus sign: the first keeps it
        plus = [next(value for value in scalars if b.value_of(value) is None)]
        minus = minus[1:]
    return plus or [constant], minus


def added(b: Builder, plus: Sequence[int], minus: Sequence[int]) -> int:
    """Those with a minus sign are subtracted last."""
    result = plus[0]
    for term in plus[1:]:
        result = b.add(result, term)
    for term in minus:
        result = b.sub(result, term)
    return result


def _horner(b: Builder, node: Any) -> int | None:
    """A polynomial in one symbol with numbers for coefficients: ((a*x + b)*x + c)*x + d.

    Higham, Accuracy and Stability of Numerical Algorithms, chapter 5.
    """
    coefficients: dict[int, Any] = {}
    letter: Any = None
    for term in node.args:
        number, base, exponent = _monomial(term)
        if exponent and letter not in (None, base):
            return None
        if number is None or not 0 <= exponent <= LONGEST_CHAIN:
            return None
        letter = base if exponent else letter
        coefficients[int(exponent)] = number
    if letter is None or len(coefficients) < len(node.args) or max(coefficients) < FEWEST_TERMS:
        return None
    return _nested(b, b.symbols[letter], coefficients) if letter in b.symbols else None


def _monomial(term: Any) -> tuple[Any, Any, Any]:
    """Number, symbol and exponent of a term; None in place of the number for another term."""
    if term.is_Number:
        return term, None, 0
    number, power = term.args if term.is_Mul and len(term.args) == 2 else (sp.S.One, term)
    base, exponent = power.args if power.is_Pow else (power, sp.S.One)
    fits = number.is_Number and base.is_Symbol and exponent.is_Integer
    return (number, base, exponent) if fits else (None, None, 0)


def _nested(b: Builder, x: int, coefficients: dict[int, Any]) -> int:
    """The highest power first; missing ones are jumped over."""
    degrees = sorted(coefficients, reverse=True)
    result = b.number(coefficients[degrees[0]])
    for degree, below in zip(degrees, [*degrees[1:], 0], strict=True):
        if degree > below:
            power = _integer_power(b, x, degree - below)
            result = b.apply("neg", power) if b.is_number(result, -1) else b.mul(result, power)
        if below != degree and below in coefficients:
            number = b.number(coefficients[below])
            negative = _negated(b, number)
            result = b.add(result, number) if negative is None else b.sub(result, negative)
    return result


def _power(b: Builder, node: Any, values: list[Any]) -> int:
    base, exponent = map(b.scalar, values)
    if node.base is sp.S.Exp1:
        return b.apply("exp", exponent)
    number = b.value_of(exponent)
    if base not in b.known and type(number) in EXACT and number.denominator <= 2:
        whole, half = divmod(abs(2 * number), 2)
        if whole <= LONGEST_PRODUCT:
            factors = [_integer_power(b, base, int(whole))] + [b.apply("sqrt", base)] * int(half)
            result = _times(b, factors if whole else factors[1:] or factors)
            return b.reciprocal(result) if number < 0 else result
    return b.apply("power", base, exponent)


def _integer_power(b: Builder, base: int, n: int) -> int:
    """By halving, so that the powers of a polynomial share their factors."""
    if n <= 1:
        return base if n else b.constant(1)
    if n % 2:
        return b.mul(_integer_power(b, base, n - 1), base)
    return b.apply("square", _integer_power(b, base, n // 2))


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


TRANSLATORS: dict[type, Callable[[Builder, Any, list[Any]], Any]] = {
    sp.Add: _sum,
    sp.Mul: _product,
    sp.Pow: _power,
    sp.Piecewise: lambda b, node, cases: b.cases(cases),
    ExprCondPair: lambda b, node, values: (b.scalar(values[0]), b.truth(values[1])),
    sp.And: _and,
    sp.Or: _or,
    sp.Not: _not,
    sp.Xor: _xor,
    sp.ITE: _ite,
    sp.Implies: lambda b, node, values: _or(b, node, [_not(b, node, values[:1]), values[1]]),
    sp.Equivalent: _equivalent,
} | dict.fromkeys(RELATIONS, _relation)


def _translator(node: Any) -> Callable[[Builder, Any, list[Any]], Any] | None:
    """That of a node whose children are its arguments, or of a hypergeometric function."""
    kind = type(node)
    if kind in TRANSLATORS or kind is sp.hyper:
        return TRANSLATORS.get(kind, _hyper)
    rewrite = REWRITES.get(kind)
    if rewrite is None and kind not in FUNCTIONS and isinstance(node, sp.Function):
        rewrite = BY_NAME.get(kind.__name__)
    if rewrite is not None:
        return lambda b, node, values: rewrite(b, *map(b.scalar, values))
    if kind in FUNCTIONS:
        return lambda b, node, values: b.apply(FUNCTIONS[kind][0], *map(b.scalar, values))
    return None


def _definition(node: Any) -> Any:
    """What a function class that the tables lack says it equals, if it says so."""
    definition = getattr(node, "definition", None)
    if not callable(definition):
        return None
    expanded = sp.sympify(definition(), strict=True)
    if expanded.func is node.func and len(expanded.args) == len(node.args):
        raise ValueError(f"the definition of {type(node).__name__!r} holds itself")
    return expanded
