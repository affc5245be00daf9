"""The straight-line form of a formula: operations in order, each computed once.

`lower` turns SymPy expressions into a `Program` in one iterative pass (no recursion, linear in the
size of the shared graph).  Backends print it, others may differentiate it; it holds no SymPy
expression but the symbols of its inputs.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import mpmath
import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.logic.boolalg import BooleanAtom


class Operation(NamedTuple):
    """One value: `name` applied to earlier values.

    An "input" carries its position as payload, a "constant" its float, complex or bool.
    """

    name: str
    operands: tuple[int, ...] = ()
    payload: Any = None


@dataclass(frozen=True)
class Program:
    """Operations in order; an operand or output `k` is the value of `operations[k]`.

    The first `len(inputs)` operations are the inputs.  "select" has the operands mask, value, mask,
    value, ...: at most one mask holds at a point, and where none does the value is NaN.

    >>> from sympy.abc import x
    >>> for operation in lower([x**2 + 1/x**2]).operations: print(*operation)
    input () 0
    square (0,) None
    constant () 1.0
    div (2, 1) None
    add (3, 1) None
    """

    inputs: tuple[sp.Symbol, ...]
    operations: tuple[Operation, ...]
    outputs: tuple[int, ...]

    def counts(self) -> Counter[str]:
        """How often each operation occurs, inputs and constants left out."""
        names = (operation.name for operation in self.operations)
        return Counter(name for name in names if name not in ("input", "constant"))

    def with_inputs(self, arguments: Sequence[sp.Symbol]) -> Program:
        """The same program as a function of `arguments`, in this order; more than it uses may be.

        Raises ValueError for an input that is not among them.
        """
        named = {symbol.name for symbol in arguments}
        position = {symbol: k for k, symbol in enumerate(arguments)}
        for symbol in self.inputs:
            if symbol not in position:
                other = " (one of that name has other assumptions)" if symbol.name in named else ""
                raise ValueError(f"the symbol {symbol.name!r} is not among the arguments{other}")
        shift = len(arguments) - len(self.inputs)
        place = [position[symbol] for symbol in self.inputs]
        place += range(len(arguments), len(self.operations) + shift)
        operations = [Operation("input", (), k) for k in range(len(arguments))]
        for name, operands, payload in self.operations[len(self.inputs):]:
            operations.append(Operation(name, tuple(place[k] for k in operands), payload))
        outputs = tuple(place[k] for k in self.outputs)
        return Program(tuple(arguments), tuple(operations), outputs)


# One row for a SymPy class whose arguments are the operands: class, operation, and the mpmath
# function (a name, or a function of an mpmath context and the arguments) that folds constants.
# fmt: off
FUNCTIONS: dict[type, tuple[str, Any]] = {
    sp.exp:        ("exp",        "exp"),
    sp.log:        ("log",        "log"),
    sp.sin:        ("sin",        "sin"),
    sp.cos:        ("cos",        "cos"),
    sp.tan:        ("tan",        "tan"),
    sp.asin:       ("asin",       "asin"),
    sp.acos:       ("acos",       "acos"),
    sp.atan:       ("atan",       "atan"),
    sp.sinh:       ("sinh",       "sinh"),
    sp.cosh:       ("cosh",       "cosh"),
    sp.tanh:       ("tanh",       "tanh"),
    sp.asinh:      ("asinh",      "asinh"),
    sp.acosh:      ("acosh",      "acosh"),
    sp.atanh:      ("atanh",      "atanh"),
    sp.atan2:      ("atan2",      "atan2"),
    sp.sinc:       ("sinc",       "sinc"),
    sp.Abs:        ("abs",        "fabs"),
    sp.sign:       ("sign",       "sign"),
    sp.floor:      ("floor",      "floor"),
    sp.ceiling:    ("ceiling",    "ceil"),
    sp.Mod:        ("mod",        lambda m, a, b: a - b*m.floor(a/b)),
    sp.Heaviside:  ("heaviside",  lambda m, a, at_zero: (m.sign(a) + 1)/2 if a else at_zero),
    sp.re:         ("re",         "re"),
    sp.im:         ("im",         "im"),
    sp.conjugate:  ("conjugate",  "conj"),
    sp.arg:        ("arg",        "arg"),
    sp.gamma:      ("gamma",      "gamma"),
    sp.loggamma:   ("loggamma",   "loggamma"),
    sp.digamma:    ("digamma",    "digamma"),
    sp.polygamma:  ("polygamma",  lambda m, n, a: m.psi(int(n), a)),
    sp.beta:       ("beta",       "beta"),
    sp.binomial:   ("binomial",   "binomial"),
    sp.RisingFactorial: ("poch",  "rf"),
    sp.lowergamma: ("lowergamma", lambda m, s, a: m.gammainc(s, 0, a)),
    sp.uppergamma: ("uppergamma", lambda m, s, a: m.gammainc(s, a)),
    sp.erf:        ("erf",        "erf"),
    sp.erfc:       ("erfc",       "erfc"),
    sp.erfi:       ("erfi",       "erfi"),
    sp.erfinv:     ("erfinv",     "erfinv"),
    sp.erfcinv:    ("erfcinv",    lambda m, a: m.erfinv(1 - a)),
    sp.Ei:         ("Ei",         "ei"),
    sp.Si:         ("Si",         "si"),
    sp.Ci:         ("Ci",         "ci"),
    sp.Shi:        ("Shi",        "shi"),
    sp.Chi:        ("Chi",        "chi"),
    sp.expint:     ("expint",     "expint"),
    sp.fresnels:   ("fresnels",   "fresnels"),
    sp.fresnelc:   ("fresnelc",   "fresnelc"),
    sp.besselj:    ("besselj",    "besselj"),
    sp.bessely:    ("bessely",    "bessely"),
    sp.besseli:    ("besseli",    "besseli"),
    sp.besselk:    ("besselk",    "besselk"),
    sp.airyai:     ("airyai",     "airyai"),
    sp.airybi:     ("airybi",     "airybi"),
    sp.airyaiprime: ("airyaiprime", lambda m, a: m.airyai(a, derivative=1)),
    sp.airybiprime: ("airybiprime", lambda m, a: m.airybi(a, derivative=1)),
    sp.zeta:       ("zeta",       "zeta"),
    sp.LambertW:   ("lambertw",   lambda m, a, k: m.lambertw(a, int(k))),
    sp.legendre:   ("legendre",   "legendre"),
    sp.chebyshevt: ("chebyshevt", "chebyt"),
    sp.chebyshevu: ("chebyshevu", "chebyu"),
    sp.hermite:    ("hermite",    "hermite"),
    sp.laguerre:   ("laguerre",   lambda m, n, a: m.laguerre(n, 0, a)),
    sp.elliptic_k: ("elliptic_k", "ellipk"),
}

# What the rows below are written in; `b` is the builder, operands are values.
REWRITES: dict[type, Callable[..., int]] = {
    sp.sec:        lambda b, a: b.reciprocal(b.apply("cos", a)),
    sp.csc:        lambda b, a: b.reciprocal(b.apply("sin", a)),
    sp.cot:        lambda b, a: b.reciprocal(b.apply("tan", a)),
    sp.asec:       lambda b, a: b.apply("acos", b.reciprocal(a)),
    sp.acsc:       lambda b, a: b.apply("asin", b.reciprocal(a)),
    sp.acot:       lambda b, a: b.apply("atan", b.reciprocal(a)),
    sp.sech:       lambda b, a: b.reciprocal(b.apply("cosh", a)),
    sp.csch:       lambda b, a: b.reciprocal(b.apply("sinh", a)),
    sp.coth:       lambda b, a: b.reciprocal(b.apply("tanh", a)),
    sp.asech:      lambda b, a: b.apply("acosh", b.reciprocal(a)),
    sp.acsch:      lambda b, a: b.apply("asinh", b.reciprocal(a)),
    sp.acoth:      lambda b, a: b.apply("atanh", b.reciprocal(a)),
    sp.frac:       lambda b, a: b.sub(a, b.apply("floor", a)),
    sp.beta:       lambda b, p, q=None: b.apply("beta", p, p if q is None else q),
    sp.factorial:  lambda b, a: b.apply("gamma", b.add(a, b.constant(1))),
    sp.harmonic:   lambda b, a: b.add(b.apply("digamma", b.add(a, b.constant(1))),
                                      b.number(sp.EulerGamma)),
    sp.polygamma:  lambda b, n, a: (b.apply("digamma", a) if b.is_number(n, 0)
                                    else b.apply("polygamma", n, a)),
    sp.LambertW:   lambda b, a, k=None: b.apply("lambertw", a, b.constant(0) if k is None else k),
    sp.li:         lambda b, a: b.apply("Ei", b.apply("log", a)),
    sp.Li:         lambda b, a: b.sub(b.apply("Ei", b.apply("log", a)), b.number(sp.li(2))),
    sp.erf2:       lambda b, p, q: b.sub(b.apply("erf", q), b.apply("erf", p)),
    sp.Max:        lambda b, *terms: b.chain("maximum", terms),
    sp.Min:        lambda b, *terms: b.chain("minimum", terms),
}

# Functions of the sister package, known by the name of their class only.
BY_NAME: dict[str, Callable[..., int]] = {
    "sigmoid":     lambda b, a: b.apply("sigmoid", a),
    "relu":        lambda b, a: b.chain("maximum", (b.constant(0), a)),
    "softplus":    lambda b, a: b.apply("softplus", a),
}

# The operations that no SymPy function stands for, as mpmath computes them.
FOLD: dict[str, Any] = {name: function for name, function in FUNCTIONS.values()} | {
    "add":         lambda m, a, b: a + b,
    "sub":         lambda m, a, b: a - b,
    "mul":         lambda m, a, b: a*b,
    "div":         lambda m, a, b: a/b,
    "neg":         lambda m, a: -a,
    "square":      lambda m, a: a*a,
    "power":       lambda m, a, b: m.power(a, b),
    "sqrt":        lambda m, a: m.sqrt(a),
    "maximum":     lambda m, a, b: max(a, b),
    "minimum":     lambda m, a, b: min(a, b),
    "sigmoid":     lambda m, a: 1/(1 + m.exp(-a)),
    "softplus":    lambda m, a: m.log(1 + m.exp(a)),
    "lt":          lambda m, a, b: a < b,
    "le":          lambda m, a, b: a <= b,
    "gt":          lambda m, a, b: a > b,
    "ge":          lambda m, a, b: a >= b,
    "eq":          lambda m, a, b: a == b,
    "differs":     lambda m, a, b: a != b and a == a and b == b,
}

RELATIONS: dict[type, tuple[str, str]] = {   # when it holds, when it is known not to
    sp.Lt: ("lt", "ge"), sp.Le: ("le", "gt"), sp.Gt: ("gt", "le"), sp.Ge: ("ge", "lt"),
    sp.Eq: ("eq", "differs"), sp.Ne: ("differs", "eq"),
}
# fmt: on

EXACT = {"add", "sub", "mul", "div", "neg", "square", "lt", "le", "gt", "ge", "eq", "differs"}
UNFINISHED = ("Derivative", "Integral", "Limit", "Sum", "Product", "Subs", "Order", "RootSum",
              "Determinant", "Trace", "Inverse")
PRECISIONS = (40, 160, 640)  # digits to compute constants with, until they suffice
COMMUTATIVE = {"add", "mul", "maximum", "minimum", "and", "or", "eq", "differs"}
LONGEST_PRODUCT = 16  # x**n up to here is a product of squares, several times as fast as np.power


class LostDigits(Exception):
    """A constant has fewer correct digits than a float holds (cancellation)."""


class Rounded(NamedTuple):
    """An irrational constant at two precisions; where they differ, digits were lost."""

    low: Any
    high: Any


def lower(
    expressions: Sequence[Any],
    arguments: Sequence[sp.Symbol] | None = None,
    definitions: Iterable[tuple[sp.Symbol, Any]] = (),
) -> Program:
    """The Program of scalar or Boolean SymPy expressions.

    `arguments` are its inputs in order (default: the free symbols by name); `definitions` are
    named intermediates, computed first, that later ones and the expressions may mention.
    Raises ValueError for what has no numerical operation.
    """
    expressions = [sp.sympify(expression, strict=True) for expression in expressions]
    definitions = [(symbol, sp.sympify(value, strict=True)) for symbol, value in definitions]
    for digits in PRECISIONS:
        try:
            builder = _Builder(digits)
            for symbol, expression in definitions:
                builder.define(symbol, builder.lower(expression))
            outputs = [builder.scalar(builder.lower(e)) for e in expressions]
            program = builder.program(outputs)
            return program if arguments is None else program.with_inputs(arguments)
        except LostDigits:
            continue
    raise ValueError("a constant cannot be computed to 17 digits: simplify the expression first")


class _Builder:
    """Operations so far, each once, and what every visited SymPy node became."""

    def __init__(self, digits: int) -> None:
        self.digits = digits
        self.operations: list[Operation] = []
        self.index: dict[Any, int] = {}
        # By id(): hash() of a deep SymPy expression recurses.  The node is kept, so its id stays.
        self.values: dict[int, tuple[Any, Any]] = {}
        self.symbols: dict[sp.Symbol, int] = {}
        self.defined: dict[sp.Symbol, Any] = {}
        self.expanded: dict[int, Any] = {}
        self._contexts: list[Any] = []

    # -- the walk ------------------------------------------------------------------------------

    def lower(self, root: Any) -> Any:
        """The value of `root`: an index, or for a Boolean a pair (holds, is known not to hold)."""
        stack = [(root, iter(self.children(root)))] if id(root) not in self.values else []
        while stack:
            node, children = stack[-1]
            for child in children:
                if id(child) not in self.values:
                    stack.append((child, iter(self.children(child))))
                    break
            else:
                stack.pop()
                self.values[id(node)] = (node, self.translate(node))
        return self.values[id(root)][1]

    def children(self, node: Any) -> Sequence[Any]:
        """What has to be lowered before `node`; refuses what has no numerical operation."""
        if isinstance(node, AppliedUndef):
            raise ValueError(
                f"the function {node.func.__name__!r} is not defined: put a formula in its place"
            )
        kind = type(node).__name__
        if kind in UNFINISHED:
            raise ValueError(f"the expression holds an unevaluated {kind}: work it out first")
        if isinstance(node, sp.Basic) and (not node.args or _translator(node)):
            return node.args
        expanded = self.expanded[id(node)] = _definition(node)
        if expanded is None:
            raise ValueError(f"{kind!r} has no numerical operation here: rewrite the expression")
        return (expanded,)

    def translate(self, node: Any) -> Any:
        if not node.args:
            return self.atom(node)
        translator = _translator(node)
        if translator is None:
            return self.values[id(self.expanded[id(node)])][1]
        return translator(self, node, [self.values[id(child)][1] for child in node.args])

    def atom(self, node: Any) -> Any:
        if isinstance(node, BooleanAtom):
            return self.constant(bool(node)), self.constant(not node)
        if isinstance(node, sp.Symbol):
            return self.symbol(node)
        if isinstance(node, sp.Expr) and node.is_Atom and node.is_number is not False:
            return self.number(node)
        raise ValueError(f"{type(node).__name__!r} is neither a number nor a symbol")

    def symbol(self, symbol: sp.Symbol) -> Any:
        if symbol in self.defined:
            return self.defined[symbol]
        if symbol not in self.symbols:
            self.symbols[symbol] = self.emit("input", payload=symbol)
        return self.symbols[symbol]

    def define(self, symbol: sp.Symbol, value: Any) -> None:
        if symbol in self.symbols:
            raise ValueError(f"the definition of {symbol.name!r} comes after its first use")
        if symbol in self.defined:
            raise ValueError(f"{symbol.name!r} is defined twice")
        self.defined[symbol] = value

    # -- constants -----------------------------------------------------------------------------

    @property
    def contexts(self) -> list[Any]:
        """Two mpmath contexts of our own: the global one is shared between threads."""
        if not self._contexts:
            self._contexts = [mpmath.MPContext(), mpmath.MPContext()]
            self._contexts[0].dps, self._contexts[1].dps = self.digits, 2 * self.digits
        return self._contexts

    def number(self, number: Any) -> int:
        """A SymPy number without arguments: rational ones exactly, others at two precisions."""
        if isinstance(number, sp.Rational):
            return self.constant(Fraction(int(number.p), int(number.q)))
        if isinstance(number, sp.Float):
            return self.constant(Fraction(*map(int, sp.Rational(number).as_numer_denom())))
        if number in (sp.oo, -sp.oo, sp.nan, sp.zoo):
            return self.constant(float(number) if number is not sp.zoo else math.nan)
        low, high = (context.make_mpf(number._to_mpmath(int(context.prec) + 5)._mpf_)
                     if number is not sp.I else context.j for context in self.contexts)
        return self.constant(Rounded(+low, +high))

    def constant(self, value: Any) -> int:
        if type(value) is int:
            value = Fraction(value)
        return self.emit("constant", payload=value)

    def value_of(self, index: int) -> Any:
        """The constant that a value is, or None."""
        operation = self.operations[index]
        return operation.payload if operation.name == "constant" else None

    def is_number(self, index: int, number: int) -> bool:
        value = self.value_of(index)
        return isinstance(value, Fraction) and value == number

    def rounded(self, value: Any) -> float | complex | bool:
        """The float of a constant; an irrational one that is 0 is so in many digits."""
        if isinstance(value, Rounded) and value.high == 0 and self.digits < PRECISIONS[-1]:
            raise LostDigits
        return _to_float(value)

    def fold(self, name: str, constants: Sequence[Any]) -> int:
        if name in EXACT and all(isinstance(value, Fraction) for value in constants):
            with_fractions = _guarded(FOLD[name], None, constants)
            if not isinstance(with_fractions, Fraction) or _is_short(with_fractions):
                return self.constant(with_fractions)
        low, high = (
            _guarded(_in_context(FOLD[name]), context,
                     [_to_mp(value, k, context) for value in constants])
            for k, context in enumerate(self.contexts)
        )
        if isinstance(high, bool | float):
            return self.constant(high)
        return self.constant(Rounded(low, high))

    # -- operations ----------------------------------------------------------------------------

    def emit(self, name: str, *operands: int, payload: Any = None) -> int:
        key = (name, operands, type(payload), payload)
        if name in COMMUTATIVE and key not in self.index:
            swapped = (name, operands[::-1], type(payload), payload)
            key = swapped if swapped in self.index else key
        if key not in self.index:
            self.index[key] = len(self.operations)
            self.operations.append(Operation(name, operands, payload))
        return self.index[key]

    def apply(self, name: str, *operands: int) -> int:
        constants = [self.value_of(operand) for operand in operands]
        if name in FOLD and all(value is not None for value in constants):
            return self.fold(name, constants)
        return self.emit(name, *operands)

    def chain(self, name: str, terms: Sequence[int]) -> int:
        result, *rest = terms
        for term in rest:
            result = self.apply(name, result, term)
        return result

    def add(self, a: int, b: int) -> int:
        if self.is_number(a, 0) or self.is_number(b, 0):
            return b if self.is_number(a, 0) else a
        return self.apply("add", a, b)

    def sub(self, a: int, b: int) -> int:
        return a if self.is_number(b, 0) else self.apply("sub", a, b)

    def mul(self, a: int, b: int) -> int:
        if self.is_number(a, 1) or self.is_number(b, 1):
            return b if self.is_number(a, 1) else a
        if a == b:
            return self.apply("square", a)
        return self.apply("mul", a, b)

    def div(self, a: int, b: int) -> int:
        return a if self.is_number(b, 1) else self.apply("div", a, b)

    def reciprocal(self, a: int) -> int:
        return self.div(self.constant(1), a)

    def scalar(self, value: Any) -> int:
        """A Boolean as a value is where it holds."""
        return value[0] if isinstance(value, tuple) else value

    # -- masks ---------------------------------------------------------------------------------

    def both(self, a: int, b: int) -> int:
        return self._mask("and", a, b, neutral=True)

    def either(self, a: int, b: int) -> int:
        return self._mask("or", a, b, neutral=False)

    def _mask(self, name: str, a: int, b: int, neutral: bool) -> int:
        for this, other in ((a, b), (b, a)):
            value = self.value_of(this)
            if value is not None:
                return other if value is neutral else this
        return a if a == b else self.emit(name, a, b)

    def truth(self, value: Any) -> tuple[int, int]:
        """A number as a condition: true where it is not 0."""
        if isinstance(value, tuple):
            return value
        zero = self.constant(0)
        return self.apply("differs", value, zero), self.apply("eq", value, zero)

    # -- the end -------------------------------------------------------------------------------

    def program(self, outputs: Sequence[int]) -> Program:
        """The operations that the outputs depend on, renumbered; inputs sorted by name."""
        inputs = sorted(self.symbols, key=lambda symbol: (symbol.name, symbol.sort_key()))
        place = {self.symbols[symbol]: k for k, symbol in enumerate(inputs)}
        operations = [Operation("input", (), k) for k in range(len(inputs))]
        for index in _needed(self.operations, outputs):
            name, operands, payload = self.operations[index]
            if name != "input":
                place[index] = len(operations)
                payload = self.rounded(payload) if name == "constant" else payload
                operations.append(Operation(name, tuple(place[k] for k in operands), payload))
        return Program(tuple(inputs), tuple(operations), tuple(place[k] for k in outputs))


def _needed(operations: Sequence[Operation], outputs: Sequence[int]) -> Iterator[int]:
    """The operations that an output depends on, in order."""
    needed = set(outputs)
    for index in range(len(operations) - 1, -1, -1):
        if index in needed:
            needed.update(operations[index].operands)
    return iter(sorted(needed))


# -- SymPy nodes with an arithmetic of their own --------------------------------------------------


def _factors(b: _Builder, value: int) -> tuple[int, list[int], list[int]]:
    """A factor of a product as constant, numerator, denominator: -a, 2*a and 1/a come apart."""
    if b.value_of(value) is not None:
        return value, [], []
    name, operands, _ = b.operations[value]
    if name == "neg":
        return b.constant(-1), [operands[0]], []
    if name == "mul" and b.value_of(operands[0]) is not None:
        return operands[0], [operands[1]], []
    if name == "div" and b.value_of(operands[0]) is not None:
        return operands[0], [], [operands[1]]
    return b.constant(1), [value], []


def _product(b: _Builder, node: Any, values: list[Any]) -> int:
    """constant * numerators / denominators."""
    constant, above, below = b.constant(1), [], []
    for value in values:
        factor, numerators, denominators = _factors(b, b.scalar(value))
        constant = b.mul(constant, factor)
        above += numerators
        below += denominators
    numerator = _scaled(b, constant, above, shared=bool(below))
    return b.div(numerator, _times(b, below)) if below else numerator


def _times(b: _Builder, factors: list[int]) -> int:
    result, *rest = factors
    for factor in rest:
        result = b.mul(result, factor)
    return result


def _scaled(b: _Builder, constant: int, factors: list[int], shared: bool) -> int:
    """The product of the factors times a constant; x/3 stays a quotient, which rounds once."""
    if not factors:
        return constant
    result, number = _times(b, factors), b.value_of(constant)
    if b.is_number(constant, -1):
        return b.apply("neg", result)
    if isinstance(number, Fraction) and abs(number.numerator) == 1 and not shared:
        divisor = number.denominator
        if divisor & (divisor - 1):  # a power of two is exact as a factor, and faster
            return b.div(result, b.constant(divisor * number.numerator))
    return b.mul(constant, result)


def _negated(b: _Builder, value: int) -> int | None:
    """The value without its minus sign, or None if it shows none."""
    number = b.value_of(value)
    if number is not None:
        return b.apply("neg", value) if _is_negative(number) else None
    name, operands, _ = b.operations[value]
    if name == "neg":
        return operands[0]
    if name not in ("mul", "div"):
        return None
    first, second = operands
    number = b.value_of(second if name == "div" else first)
    if number is not None and _is_negative(number):
        if name == "div":
            return b.div(first, b.apply("neg", second))
        return b.mul(b.apply("neg", first), second)
    if name == "div" and b.operations[first].name != "div":
        numerator = _negated(b, first)
        return None if numerator is None else b.div(numerator, second)
    return None


def _sum(b: _Builder, node: Any, values: list[Any]) -> int:
    """Terms with a plus sign, the constant, then those with a minus sign subtracted."""
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
        plus, minus = (plus + [constant], minus) if negative is None else (plus, minus + [negative])
    if not plus and minus:  # all have a minus sign: the first keeps it
        plus = [next(value for value in scalars if b.value_of(value) is None)]
        minus = minus[1:]
    if not plus:
        return constant
    result = plus[0]
    for term in plus[1:]:
        result = b.add(result, term)
    for term in minus:
        result = b.sub(result, term)
    return result


def _power(b: _Builder, node: Any, values: list[Any]) -> int:
    base, exponent = map(b.scalar, values)
    if node.base is sp.S.Exp1:
        return b.apply("exp", exponent)
    number = b.value_of(exponent)
    if b.value_of(base) is None and isinstance(number, Fraction) and number.denominator <= 2:
        whole, half = divmod(abs(2 * number), 2)
        if whole <= LONGEST_PRODUCT:
            factors = [_integer_power(b, base, int(whole))] + [b.apply("sqrt", base)] * int(half)
            result = _times(b, factors if whole else factors[1:] or factors)
            return b.reciprocal(result) if number < 0 else result
    return b.apply("power", base, exponent)


def _integer_power(b: _Builder, base: int, n: int) -> int:
    """By halving, so that the powers of a polynomial share their factors."""
    if n <= 1:
        return base if n else b.constant(1)
    if n % 2:
        return b.mul(_integer_power(b, base, n - 1), base)
    return b.apply("square", _integer_power(b, base, n // 2))


def _piecewise(b: _Builder, node: Any, cases: list[Any]) -> int:
    """Each value where its condition holds and all before it are known not to hold."""
    remaining, operands = b.constant(True), list[int]()
    for value, (holds, fails) in cases:
        mask = b.both(remaining, holds)
        if b.value_of(mask) is not False:
            operands += [mask, value]
        remaining = b.both(remaining, fails)
    if not operands:
        return b.constant(math.nan)
    return operands[1] if b.value_of(operands[0]) is True else b.emit("select", *operands)


def _relation(b: _Builder, node: Any, values: list[Any]) -> tuple[int, int]:
    """Neither holds nor is known not to hold where a side is NaN."""
    holds, fails = RELATIONS[type(node)]
    left, right = map(b.scalar, values)
    return b.apply(holds, left, right), b.apply(fails, left, right)


def _and(b: _Builder, node: Any, values: list[Any]) -> tuple[int, int]:
    holds, fails = b.constant(True), b.constant(False)
    for this_holds, this_fails in map(b.truth, values):
        holds, fails = b.both(holds, this_holds), b.either(fails, this_fails)
    return holds, fails


def _not(b: _Builder, node: Any, values: list[Any]) -> tuple[int, int]:
    holds, fails = b.truth(values[0])
    return fails, holds


def _or(b: _Builder, node: Any, values: list[Any]) -> tuple[int, int]:
    return _not(b, node, [_and(b, node, [_not(b, node, [value]) for value in values])])


def _xor(b: _Builder, node: Any, values: list[Any]) -> tuple[int, int]:
    result = b.truth(values[0])
    for value in values[1:]:
        different = (_and(b, node, [result, _not(b, node, [value])]),
                     _and(b, node, [_not(b, node, [result]), value]))
        result = _or(b, node, list(different))
    return result


def _ite(b: _Builder, node: Any, values: list[Any]) -> tuple[int, int]:
    condition, then, otherwise = values
    cases = [_and(b, node, [condition, then]),
             _and(b, node, [_not(b, node, [condition]), otherwise])]
    return _or(b, node, cases)


def _equivalent(b: _Builder, node: Any, values: list[Any]) -> tuple[int, int]:
    none = _and(b, node, [_not(b, node, [value]) for value in values])
    return _or(b, node, [_and(b, node, values), none])


TRANSLATORS: dict[type, Callable[[_Builder, Any, list[Any]], Any]] = {
    sp.Add: _sum,
    sp.Mul: _product,
    sp.Pow: _power,
    sp.Piecewise: _piecewise,
    ExprCondPair: lambda b, node, values: (b.scalar(values[0]), b.truth(values[1])),
    sp.And: _and,
    sp.Or: _or,
    sp.Not: _not,
    sp.Xor: _xor,
    sp.ITE: _ite,
    sp.Implies: lambda b, node, values: _or(b, node, [_not(b, node, values[:1]), values[1]]),
    sp.Equivalent: _equivalent,
} | dict.fromkeys(RELATIONS, _relation)


def _translator(node: Any) -> Callable[[_Builder, Any, list[Any]], Any] | None:
    kind = type(node)
    if kind in TRANSLATORS:
        return TRANSLATORS[kind]
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


# -- constants ------------------------------------------------------------------------------------


def _guarded(function: Callable[..., Any], first: Any, values: Sequence[Any]) -> Any:
    """The value, or NaN at a pole and wherever mpmath finds none."""
    try:
        return function(first, *values)
    except (ArithmeticError, ValueError, TypeError, mpmath.libmp.NoConvergence):
        return math.nan


def _in_context(function: Any) -> Callable[..., Any]:
    if callable(function):
        return function
    return lambda context, *values: getattr(context, function)(*values)


def _to_mp(value: Any, which: int, context: Any) -> Any:
    if isinstance(value, Fraction):
        return context.mpf(value.numerator) / value.denominator
    return value[which] if isinstance(value, Rounded) else context.mpf(value)


def _is_short(value: Fraction) -> bool:
    """Exact arithmetic stops where repeated squares would double the digits without end."""
    return value.numerator.bit_length() + value.denominator.bit_length() < 4096


def _is_negative(number: Any) -> bool:
    number = number.high if isinstance(number, Rounded) else number
    return not isinstance(number, bool) and not hasattr(number, "_mpc_") and number < 0


def _to_float(value: Any) -> float | complex | bool:
    """The nearest float, or complex where an imaginary part is left."""
    if isinstance(value, Fraction):
        return _nearest(value.numerator, value.denominator)
    if not isinstance(value, Rounded):
        return value
    low, high = value
    real = _checked(low.real, high.real, abs(high))
    imaginary = _checked(low.imag, high.imag, abs(high))
    return complex(real, imaginary) if imaginary else real


def _checked(low: Any, high: Any, size: Any) -> float:
    """The float that both precisions agree on; next to `size`, parts below 1e-35 are rounding."""
    if not mpmath.isfinite(high):
        return float(high)
    if abs(high) < 1e-35 * size or abs(high) < mpmath.mpf("1e-330"):
        return 0.0
    if abs(low - high) > 1e-18 * abs(high):
        raise LostDigits
    if abs(high) > mpmath.mpf("1e310"):
        raise ValueError(f"a constant is beyond the range of floats: {mpmath.nstr(high, 5)}")
    return _nearest(*map(int, mpmath.libmp.to_rational(high._mpf_)))


def _nearest(numerator: int, denominator: int) -> float:
    try:
        return numerator / denominator  # of ints: correctly rounded
    except OverflowError:
        digits = len(str(sp.Integer(numerator) // denominator)) if numerator else 0
        raise ValueError(
            f"a constant of {digits} digits is beyond the range of floats: scale the expression"
        ) from None
