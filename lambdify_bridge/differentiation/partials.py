"""The partial derivatives of every operation: one row each, read as mathematics.

A row holds, for each operand, `t` times the derivative by it, as a function of t, the value y of
the operation, and the operands. Both modes use it: t is the adjoint of y in a reverse sweep, the
tangent of the operand in a forward one. DLMF is https://dlmf.nist.gov.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp

from lambdify_bridge.builder import Builder
from lambdify_bridge.constants import ExactConstants
from lambdify_bridge.differentiation.leibniz import under_operator
from lambdify_bridge.lowering import value_of
from lambdify_bridge.numeric.methods import METHODS


class Value:
    """The value of an operation, written with operators."""

    __slots__ = ("builder", "index")

    def __init__(self, builder: Builder, index: int) -> None:
        self.builder, self.index = builder, index

    def of(self, other: Any) -> int:
        return other.index if type(other) is Value else self.builder.constant(other)

    def __add__(self, other: Any) -> Value:
        return Value(self.builder, self.builder.add(self.index, self.of(other)))

    def __sub__(self, other: Any) -> Value:
        return Value(self.builder, self.builder.sub(self.index, self.of(other)))

    def __rsub__(self, other: Any) -> Value:
        return Value(self.builder, self.builder.sub(self.of(other), self.index))

    def __mul__(self, other: Any) -> Value:
        return Value(self.builder, times(self.builder, self.index, self.of(other)))

    def __truediv__(self, other: Any) -> Value:
        return Value(self.builder, over(self.builder, self.index, self.of(other)))

    def __neg__(self) -> Value:
        return Value(self.builder, negated(self.builder, self.index))

    __radd__, __rmul__ = __add__, __mul__

    def call(self, name: str, *others: Any) -> Value:
        """An operation, with this value as its last operand."""
        operands = [self.of(other) for other in others]
        return Value(self.builder, self.builder.apply(name, *operands, self.index))

    def number(self, constant: sp.Expr) -> Value:
        b = self.builder
        is_exact = isinstance(b.constants, ExactConstants)
        return Value(b, value_of(b, constant, {}) if is_exact else b.number(constant))


def times(b: Builder, p: int, q: int) -> int:
    """The product; factors that are numbers meet, and a minus sign goes to the front."""
    known, operations = b.known, b.operations
    if q in known:
        p, q = q, p
    if p in known:
        if b.is_number(p, -1):
            return negated(b, q)
        name, operands, _ = operations[q]
        if name == "mul" and operands[0] in known:
            return b.mul(b.mul(p, operands[0]), operands[1])
    elif operations[p][0] == "neg":
        return negated(b, times(b, operations[p][1][0], q))
    if operations[q][0] == "neg":
        return negated(b, times(b, operations[q][1][0], p))
    return b.mul(p, q)


def over(b: Builder, p: int, q: int) -> int:
    """The quotient; a minus sign goes to the front."""
    name, operands, _ = b.operations[p]
    return negated(b, b.div(operands[0], q)) if name == "neg" else b.div(p, q)


def negated(b: Builder, p: int) -> int:
    name, operands, _ = b.operations[p]
    return operands[0] if name == "neg" else b.apply("neg", p)


def choose(*cases: tuple[Value, Value]) -> Value:
    """The value of the case whose condition holds: at most one may."""
    b = cases[0][0].builder
    return Value(b, b.emit("select", *(each.index for case in cases for each in case)))


def _away_from_zero(t: Value, x: Value, slope: Value, at_zero: Any) -> Value:
    """t times a slope whose formula is 0/0 at 0."""
    zero = x.builder.constant(0)
    at = Value(x.builder, zero)
    there = Value(x.builder, x.builder.constant(at_zero))
    return t * choose((x.call("differs", at), slope), (x.call("eq", at), there))


def _larger(t: Value, p: Value, q: Value) -> Value:
    """t where p is the larger one, half of it at a tie: the derivative that SymPy gives to Max."""
    zero = Value(t.builder, t.builder.constant(0))
    return choose((q.call("gt", p), t), (q.call("lt", p), zero), (q.call("eq", p), t / 2))


def _polylogarithm(t: Value, s: Value, z: Value, name: str) -> Value:
    """z Li_s'(z) = Li_(s-1)(z), DLMF 25.12.10; Li_0(z) = z/(1 - z)."""
    if s.builder.is_number(s.index, 1):
        return t / (1 - z)
    return t * (z.call(name, s - 1) / z)


def _power_of_base(t: Value, x: Value, n: Value) -> Value:
    return t * (n * (n - 1).call("power", x))


def _neighbours(x: Value, name: str, n: Value) -> tuple[Value, Value]:
    """A Bessel function of the orders below and above."""
    return x.call(name, n - 1), x.call(name, n + 1)


def _difference(t: Value, x: Value, name: str, n: Value) -> Value:
    below, above = _neighbours(x, name, n)
    return t * ((below - above) / 2)


def _mean(t: Value, x: Value, name: str, n: Value) -> Value:
    below, above = _neighbours(x, name, n)
    return t * ((below + above) / 2)


def _bell(x: Value) -> Value:
    """exp(-x**2), the exponent of one operation."""
    return (-(x * x)).call("exp")


def _root(x: Value) -> Value:
    return x.call("sqrt")


Slope = Callable[..., Any]
NONE = None  # the operand is an order or a branch, by which no derivative is known here
FLAT = "flat"  # the derivative is 0 wherever there is one
TWO_OVER_ROOT_PI = 2 / sp.sqrt(sp.pi)

# fmt: off
# Nine of ten operations are of these: their rows work on the builder's values themselves.
ARITHMETIC: dict[str, tuple[Slope, ...]] = {
    "add":     (lambda b, t, y, p, q: t,               lambda b, t, y, p, q: t),
    "sub":     (lambda b, t, y, p, q: t,               lambda b, t, y, p, q: negated(b, t)),
    "mul":     (lambda b, t, y, p, q: times(b, t, q),  lambda b, t, y, p, q: times(b, t, p)),
    "div":     (lambda b, t, y, p, q: over(b, t, q),
                lambda b, t, y, p, q: negated(b, over(b, times(b, t, y), q))),
    "neg":     (lambda b, t, y, x: negated(b, t),),
    "square":  (lambda b, t, y, x: times(b, times(b, b.constant(2), t), x),),
    "sqrt":    (lambda b, t, y, x: over(b, t, times(b, b.constant(2), y)),),
    "exp":     (lambda b, t, y, x: times(b, t, y),),
    "log":     (lambda b, t, y, x: over(b, t, x),),
    "sin":     (lambda b, t, y, x: times(b, t, b.apply("cos", x)),),
    "cos":     (lambda b, t, y, x: negated(b, times(b, t, b.apply("sin", x))),),
    "tanh":    (lambda b, t, y, x: times(b, t, b.sub(b.constant(1), b.mul(y, y))),),
}

PARTIALS: dict[str, tuple[Slope | str | None, ...]] = {
    "power":   (lambda t, y, x, n: _power_of_base(t, x, n),
                lambda t, y, x, n: t * y * x.call("log")),
    "hypot":   (lambda t, y, p, q: t * p / y,     lambda t, y, p, q: t * q / y),
    "expm1":   (lambda t, y, x: t * x.call("exp"),),
    "log1p":   (lambda t, y, x: t / (1 + x),),
    "tan":     (lambda t, y, x: t * (1 + y * y),),
    "asin":    (lambda t, y, x: t / _root(1 - x * x),),
    "acos":    (lambda t, y, x: -(t / _root(1 - x * x)),),
    "atan":    (lambda t, y, x: t / (1 + x * x),),
    "sinh":    (lambda t, y, x: t * x.call("cosh"),),
    "cosh":    (lambda t, y, x: t * x.call("sinh"),),
    "asinh":   (lambda t, y, x: t / _root(1 + x * x),),
    "acosh":   (lambda t, y, x: t / _root(x * x - 1),),
    "atanh":   (lambda t, y, x: t / (1 - x * x),),
    "atan2":   (lambda t, y, p, q: t * q / (p * p + q * q),
                lambda t, y, p, q: -(t * p / (p * p + q * q))),
    "abs":     (lambda t, y, x: t * x.call("sign"),),
    "sign":    (FLAT,),
    "floor":   (FLAT,),
    "ceiling": (FLAT,),
    "heaviside": (FLAT, FLAT),
    "mod":     (lambda t, y, p, q: t,             lambda t, y, p, q: -(t * (p / q).call("floor"))),
    "maximum": (lambda t, y, p, q: _larger(t, p, q), lambda t, y, p, q: _larger(t, q, p)),
    "minimum": (lambda t, y, p, q: _larger(t, q, p), lambda t, y, p, q: _larger(t, p, q)),
    "sinc":    (lambda t, y, x: _away_from_zero(t, x, (x.call("cos") - y) / x, 0),),
    "softplus": (lambda t, y, x: t * x.call("sigmoid"),),
    "sigmoid": (lambda t, y, x: t * (y * (-x).call("sigmoid")),),  # 1 - y would lose digits
    # DLMF 5.2, 5.12, 5.15
    "gamma":    (lambda t, y, x: t * (y * x.call("digamma")),),
    "loggamma": (lambda t, y, x: t * x.call("digamma"),),
    "digamma":  (lambda t, y, x: t * x.call("polygamma", 1),),
    "polygamma": (NONE, lambda t, y, n, x: t * x.call("polygamma", n + 1)),
    "beta":     (lambda t, y, p, q: t * (y * (p.call("digamma") - (p + q).call("digamma"))),
                 lambda t, y, p, q: t * (y * (q.call("digamma") - (p + q).call("digamma")))),
    "binomial": (lambda t, y, n, k: t*(y*((n + 1).call("digamma") - (n - k + 1).call("digamma"))),
                 lambda t, y, n, k: t*(y*((n - k + 1).call("digamma") - (k + 1).call("digamma")))),
    "poch":     (lambda t, y, a, n: t * (y * ((a + n).call("digamma") - a.call("digamma"))),
                 lambda t, y, a, n: t * (y * (a + n).call("digamma"))),
    "lowergamma": (NONE, lambda t, y, s, x: t * ((s - 1).call("power", x) * (-x).call("exp"))),
    "uppergamma": (NONE, lambda t, y, s, x: -(t * ((s - 1).call("power", x) * (-x).call("exp")))),
    "betainc":  (NONE, NONE,                      # DLMF 8.17
                 lambda t, y, p, q, x: t * ((p - 1).call("power", x) * (q - 1).call("power", 1 - x)
                                            / q.call("beta", p))),
    # DLMF 7.2
    "erf":     (lambda t, y, x: t * (x.number(TWO_OVER_ROOT_PI) * _bell(x)),),
    "erfc":    (lambda t, y, x: -(t * (x.number(TWO_OVER_ROOT_PI) * _bell(x))),),
    "erfi":    (lambda t, y, x: t * (x.number(TWO_OVER_ROOT_PI) * (x * x).call("exp")),),
    "erfinv":  (lambda t, y, x: t * (x.number(1 / TWO_OVER_ROOT_PI) * (y * y).call("exp")),),
    "erfcinv": (lambda t, y, x: -(t * (x.number(1 / TWO_OVER_ROOT_PI) * (y * y).call("exp"))),),
    "fresnels": (lambda t, y, x: t * (x.number(sp.pi / 2) * (x * x)).call("sin"),),
    "fresnelc": (lambda t, y, x: t * (x.number(sp.pi / 2) * (x * x)).call("cos"),),
    # DLMF 6.2, 8.19
    "Ei":      (lambda t, y, x: t * (x.call("exp") / x),),
    "Si":      (lambda t, y, x: t * x.call("sinc"),),
    "Ci":      (lambda t, y, x: t * (x.call("cos") / x),),
    "Shi":     (lambda t, y, x: _away_from_zero(t, x, x.call("sinh") / x, 1),),
    "Chi":     (lambda t, y, x: t * (x.call("cosh") / x),),
    "expint":  (NONE, lambda t, y, n, x: -(t * x.call("expint", n - 1))),
    # DLMF 10.6, 10.29, 9.2
    "besselj": (NONE, lambda t, y, n, x: _difference(t, x, "besselj", n)),
    "bessely": (NONE, lambda t, y, n, x: _difference(t, x, "bessely", n)),
    "besseli": (NONE, lambda t, y, n, x: _mean(t, x, "besseli", n)),
    "besselk": (NONE, lambda t, y, n, x: -_mean(t, x, "besselk", n)),
    "airyai":  (lambda t, y, x: t * x.call("airyaiprime"),),
    "airybi":  (lambda t, y, x: t * x.call("airybiprime"),),
    "airyaiprime": (lambda t, y, x: t * (x * x.call("airyai")),),
    "airybiprime": (lambda t, y, x: t * (x * x.call("airybi")),),
    # DLMF 15.5, 13.3, 16.3
    "hyp0f1":  (NONE, lambda t, y, b, z: t * (z.call("hyp0f1", b + 1) / b)),
    "hyp1f1":  (NONE, NONE, lambda t, y, a, b, z: t * (a / b * z.call("hyp1f1", a + 1, b + 1))),
    "hyp2f1":  (NONE, NONE, NONE,
                lambda t, y, a, b, c, z: t * (a * b / c * z.call("hyp2f1", a + 1, b + 1, c + 1))),
    "hyperu":  (NONE, NONE, lambda t, y, a, b, z: -(t * (a * z.call("hyperu", a + 1, b + 1)))),
    "polylog": (NONE, lambda t, y, s, z: _polylogarithm(t, s, z, "polylog")),
    "polylog_re": (NONE, lambda t, y, s, z: _polylogarithm(t, s, z, "polylog_re")),
    "lambertw": (lambda t, y, x, k: t / (x + y.call("exp")), NONE),
    "zeta":    (NONE, NONE),
    "elliptic_k": (NONE,),
    # DLMF 18.9
    "legendre": (NONE, lambda t, y, n, x: t * (n * (x * y - x.call("legendre", n - 1))
                                               / (x * x - 1))),
    "chebyshevt": (NONE, lambda t, y, n, x: t * (n * x.call("chebyshevu", n - 1))),
    "chebyshevu": (NONE, lambda t, y, n, x: t * (((n + 1) * x.call("chebyshevt", n + 1) - x * y)
                                                 / (x * x - 1))),
    "hermite": (NONE, lambda t, y, n, x: t * (2 * n * x.call("hermite", n - 1))),
    "laguerre": (NONE, lambda t, y, n, x: t * (n * (y - x.call("laguerre", n - 1)) / x)),
    # masks, which jump; parts of complex numbers have no complex derivative
    "lt": (FLAT, FLAT), "le": (FLAT, FLAT), "gt": (FLAT, FLAT), "ge": (FLAT, FLAT),
    "eq": (FLAT, FLAT), "differs": (FLAT, FLAT), "and": (FLAT, FLAT), "or": (FLAT, FLAT),
    "re": (NONE,), "im": (NONE,), "conjugate": (NONE,), "arg": (NONE,),
}
# fmt: on


def depends(name: str, slot: int) -> bool:
    """Whether a change of an operand changes the value at all."""
    return name in ARITHMETIC or name not in PARTIALS or PARTIALS[name][slot] != FLAT


def contribution(b: Builder, index: int, slot: int, t: int) -> int:
    """t times the derivative of an operation by one of its operands.

    Raises ValueError where none is known.
    """
    name, operands, _ = b.operations[index]
    if name in ARITHMETIC:
        return ARITHMETIC[name][slot](b, t, index, *operands)
    if name in METHODS:
        return times(b, t, under_operator(b, index, slot))
    row = PARTIALS.get(name)
    slope = row[slot] if row else None
    if not callable(slope):
        by = f" by its argument {slot + 1}" if len(operands) > 1 else ""
        raise ValueError(f"no derivative of {name!r}{by} is known here")
    values = [Value(b, operand) for operand in operands]
    return slope(Value(b, t), Value(b, index), *values).index
