"""SymPy expressions to numbers of any precision, by our own table; operators from their definition.

SymPy's `evalf` returns an exact 0 for some numbers that are not 0, and decides by assumptions.
Here every function is mpmath's, every node is evaluated once a point, and nothing recurses into
deep expressions. An unevaluated operator goes to its estimator (see estimate.py).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import mpmath
from sympy import Basic, Symbol
from sympy.core.function import AppliedUndef
from sympy.matrices import MatrixBase

Number = Any  # mpf, mpc, float, complex, bool or an mpmath matrix
Matrix = mpmath.matrices.matrices._matrix  # what the matrices of every mpmath context are


HUGE = 4000


class Undefined(ArithmeticError):
    """The expression has no value at this point."""


class Undecided(ArithmeticError):
    """No estimate could be made, for the reason given."""


# fmt: off
FUNCTIONS: dict[str, Callable[..., Number]] = {
    "sin":   lambda c, x: c.sin(x),      "asin":  lambda c, x: c.asin(x),
    "cos":   lambda c, x: c.cos(x),      "acos":  lambda c, x: c.acos(x),
    "tan":   lambda c, x: c.tan(x),      "atan":  lambda c, x: c.atan(x),
    "cot":   lambda c, x: c.cot(x),      "acot":  lambda c, x: c.acot(x),
    "sec":   lambda c, x: c.sec(x),      "asec":  lambda c, x: c.asec(x),
    "csc":   lambda c, x: c.csc(x),      "acsc":  lambda c, x: c.acsc(x),
    "sinh":  lambda c, x: c.sinh(x),     "asinh": lambda c, x: c.asinh(x),
    "cosh":  lambda c, x: c.cosh(x),     "acosh": lambda c, x: c.acosh(x),
    "tanh":  lambda c, x: c.tanh(x),     "atanh": lambda c, x: c.atanh(x),
    "coth":  lambda c, x: c.coth(x),     "acoth": lambda c, x: c.acoth(x),
    "sech":  lambda c, x: c.sech(x),     "asech": lambda c, x: c.asech(x),
    "csch":  lambda c, x: c.csch(x),     "acsch": lambda c, x: c.acsch(x),
    "exp":   lambda c, x: c.exp(x),      "log":   lambda c, x: c.log(x),
    "erf":   lambda c, x: c.erf(x),      "erfc":  lambda c, x: c.erfc(x),
    "erfi":  lambda c, x: c.erfi(x),     "gamma": lambda c, x: c.gamma(x),
    "Ei":    lambda c, x: c.ei(x),       "li":    lambda c, x: c.li(x),
    "Si":    lambda c, x: c.si(x),       "Ci":    lambda c, x: c.ci(x),
    "Shi":   lambda c, x: c.shi(x),      "Chi":   lambda c, x: c.chi(x),
    "atan2": lambda c, y, x: c.atan2(y, x),
    "loggamma":  lambda c, x: c.loggamma(x),
    "polygamma": lambda c, n, x: c.polygamma(int(c.re(n)), x),
    "digamma":   lambda c, x: c.psi(0, x),
    "beta":      lambda c, x, y: c.beta(x, y),
    "uppergamma": lambda c, s, x: c.gammainc(s, x),
    "lowergamma": lambda c, s, x: c.gammainc(s, 0, x),
    "expint":    lambda c, n, x: c.expint(n, x),
    "fresnels":  lambda c, x: c.fresnels(x),
    "fresnelc":  lambda c, x: c.fresnelc(x),
    "zeta":      lambda c, s, *a: c.zeta(s, *a),
    "polylog":   lambda c, s, z: c.polylog(s, z),
    "LambertW":  lambda c, x, *k: c.lambertw(x, *(int(c.re(j)) for j in k)),
    "besselj":   lambda c, n, x: c.besselj(n, x),
    "bessely":   lambda c, n, x: c.bessely(n, x),
    "besseli":   lambda c, n, x: c.besseli(n, x),
    "besselk":   lambda c, n, x: c.besselk(n, x),
    "factorial": lambda c, n: c.factorial(n),
    "binomial":  lambda c, n, k: c.binomial(n, k),
    "harmonic":  lambda c, n, m=1: _harmonic(c, n, m),
    "catalan":   lambda c, n: c.binomial(2 * n, n) / (n + 1),
    "fibonacci": lambda c, n: c.fibonacci(n),
    "sinc":      lambda c, x: c.sinc(x),
    "Abs":       lambda c, x: abs(x),
    "sign":      lambda c, x: c.sign(x),
    "re":        lambda c, z: c.re(z),
    "im":        lambda c, z: c.im(z),
    "arg":       lambda c, z: c.arg(z),
    "conjugate": lambda c, z: c.conj(z),
    "floor":     lambda c, x: c.floor(x),
    "frac":      lambda c, x: x - c.floor(x),
    "ceiling":   lambda c, x: c.ceil(x),
    "Mod":       lambda c, x, y: x - y * c.floor(x / y),
    "Heaviside": lambda c, x, at0=None: c.one if _real(c, x) > 0 else c.zero if x < 0 else at0,
    "Max":       lambda c, *xs: max(_real(c, x) for x in xs),
    "Min":       lambda c, *xs: min(_real(c, x) for x in xs),
    "sigmoid":   lambda c, x: 1 / (1 + c.exp(-x)),
    "softplus":  lambda c, x: c.log(1 + c.exp(x)),
    "relu":      lambda c, x: max(_real(c, x), c.zero),
    # relations and logic
    "StrictGreaterThan": lambda c, a, b: _real(c, a) > _real(c, b),
    "GreaterThan":       lambda c, a, b: _real(c, a) >= _real(c, b),
    "StrictLessThan":    lambda c, a, b: _real(c, a) < _real(c, b),
    "LessThan":          lambda c, a, b: _real(c, a) <= _real(c, b),
    "Equality":          lambda c, a, b: a == b,
    "Unequality":        lambda c, a, b: a != b,
    "And":               lambda c, *p: all(p),
    "Or":                lambda c, *p: any(p),
    "Not":               lambda c, p: not p,
}

CONSTANTS: dict[str, Callable[[Any], Number]] = {
    "Pi":               lambda c: +c.pi,
    "Exp1":             lambda c: +c.e,
    "EulerGamma":       lambda c: +c.euler,
    "Catalan":          lambda c: +c.catalan,
    "GoldenRatio":      lambda c: +c.phi,
    "ImaginaryUnit":    lambda c: c.mpc(0, 1),
    "Infinity":         lambda c: c.inf,
    "NegativeInfinity": lambda c: c.ninf,
    "BooleanTrue":      lambda c: True,
    "BooleanFalse":     lambda c: False,
}
# fmt: on


def _harmonic(c: Any, n: Number, m: Number) -> Number:
    """1 + 2**-m + ... + n**-m, for real n by what is left of the whole sum."""
    return c.harmonic(n) if m == 1 else c.zeta(m) - c.zeta(m, n + 1)


def _real(c: Any, x: Number) -> Number:
    """The real number x; an imaginary part of rounding errors alone is dropped."""
    if not isinstance(x, (c.mpc, complex)):
        return x
    if abs(x.imag) > 1e3 * c.eps * abs(x.real):
        raise Undefined("a complex number has no place in an ordering")
    return x.real


def is_real(value: Number) -> bool:
    if isinstance(value, Matrix):
        return all(is_real(entry) for entry in value)
    if isinstance(value, tuple):
        return all(is_real(entry) for entry in value)
    imaginary, real = abs(getattr(value, "imag", 0)), abs(getattr(value, "real", 0))
    return bool(imaginary <= 1e-15 * max(real, 1e-10))


class Evaluator:
    """The values of expressions at one point, each distinct subexpression computed once.

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
        root: Evaluator | None = None,
    ) -> None:
        if root is None:
            self.ctx = mpmath.MPContext()
            self.ctx.dps = digits
            self.accuracy = 0.0  # the least accurate estimate that any value here rests on
            self.noise = 0.0  # the largest rounding error of a sum that cancels, in absolute size
            self.anchors: dict[Basic, Number] = {}  # where indefinite integrals start
            self.root = self
        else:
            self.ctx, self.root = root.ctx, root
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
        key = tuple(changes.items())
        if key not in self.children:
            self.children[key] = Evaluator(
                {**self.given, **changes}, self.definitions, root=self.root
            )
        return self.children[key]

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
        try:
            return self._value(expression)
        except (ZeroDivisionError, OverflowError, mpmath.libmp.NoConvergence, ValueError) as error:
            raise Undefined(str(error) or "no value here") from error

    def _total(self, values: list[Number]) -> Number:
        total = sum(values[1:], values[0])
        if isinstance(total, self.ctx.mpf) and self.ctx.isnan(total):
            raise Undefined("infinities of both signs do not add up")
        return total

    def _refuse_huge(self, values: list[Number]) -> None:
        """exp(exp(t)) far out would compute for ever: its argument has millions of digits."""
        for value in values:
            finite = value and hasattr(value, "imag") and self.ctx.isfinite(value)
            if finite and self.ctx.mag(value) > HUGE:
                raise Undefined(f"an argument above 2**{HUGE}")

    def _value(self, expression: Basic) -> Number:
        memo = self.memo
        stack = [expression]
        while stack:
            node = stack[-1]
            if node in memo:
                stack.pop()
                continue
            waiting = [] if _is_lazy(node) else [a for a in node.args if a not in memo]
            if waiting:
                stack.extend(waiting)
            else:
                memo[node] = self._apply(node)
                stack.pop()
        return memo[expression]

    def _apply(self, node: Basic) -> Number:
        name = type(node).__name__
        if _is_lazy(node):
            return LAZY[name](node, self) if name in LAZY else _matrix(node, self)
        values = [self.memo[a] for a in node.args]
        if name in ("Add", "MatAdd"):
            return self._total(values)
        if name in ("Mul", "MatMul"):
            return _product(values)
        if name == "Pow":
            self._refuse_huge(values[1:])
            return _power(self.ctx, *values)
        if getattr(node, "is_Rational", False):
            return self.ctx.mpf(int(node.p)) / int(node.q)
        if getattr(node, "is_Float", False):
            return self.ctx.make_mpf(node._mpf_)
        if name in CONSTANTS:
            return CONSTANTS[name](self.ctx)
        if isinstance(node, AppliedUndef):
            return stand_in(self.ctx, node.func.__name__, values)
        if name in FUNCTIONS:
            if name != "log":
                self._refuse_huge(values)
            return FUNCTIONS[name](self.ctx, *values)
        if hasattr(node, "definition"):
            return self(node.definition())
        if name in ("Tuple", "FiniteSet"):
            return tuple(values)
        if isinstance(node, Symbol):
            raise Undecided(f"no value is given for {node}")
        raise Undecided(f"{name} has no estimator and no numerical value")


def _product(values: list[Number]) -> Number:
    product = values[0]
    for value in values[1:]:
        product = product * value
    return product


def _power(c: Any, base: Number, exponent: Number) -> Number:
    if isinstance(base, Matrix):
        return base ** int(exponent)
    if exponent == c.mpf(1) / 2:
        return c.sqrt(base)
    if base == 0 and c.re(exponent) < 0:
        raise Undefined("division by zero")
    return base**exponent


def stand_in(c: Any, name: str, values: list[Number]) -> Number:
    """A smooth function to put for an unknown one; which one depends on the name alone."""
    seed = zlib.crc32(name.encode()) % 1000
    phase = c.mpf(seed) / 700
    total = sum((k + 1 + phase) * v / 2 for k, v in enumerate(values))
    return c.sin(total + phase) + total**2 / 3 + total


# ------------------------------------------------------------------ nodes that see their arguments


Lazy = Callable[[Any, Evaluator], Number]
LAZY: dict[str, Lazy] = {}


def estimator(*names: str) -> Callable[[Lazy], Lazy]:
    """Register how operators of these class names become numbers, from their definition."""

    def register(function: Lazy) -> Lazy:
        LAZY.update(dict.fromkeys(names, function))
        return function

    return register


def _is_lazy(node: Basic) -> bool:
    return type(node).__name__ in LAZY or isinstance(node, MatrixBase)


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
