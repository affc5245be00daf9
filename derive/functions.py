"""What text may call and name: the tables, and functions that are safe to build.

SymPy computes while it builds, and some of it never returns: every function here checks the sizes
first and raises Refused for what would be too long to compute or to print.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import reduce
from typing import Any

import sympy
from sympy import S
from sympy.logic.boolalg import Boolean

from derive.limits_of_input import most, to_raise


class Refused(ValueError):
    """What a function of the table refuses; the parser adds the position."""

    def __init__(self, problem: str, advice: str):
        super().__init__(problem, advice)
        self.problem, self.advice = problem, advice


# --- What a value is -----------------------------------------------------------------------------


def is_matrix(value: Any) -> bool:
    return isinstance(value, (sympy.MatrixBase, sympy.MatrixExpr))


def is_scalar(value: Any) -> bool:
    return isinstance(value, sympy.Expr) and not is_matrix(value)


def is_condition(value: Any) -> bool:
    return isinstance(value, Boolean)  # a Symbol is one too


# --- Sizes ---------------------------------------------------------------------------------------


def digits(number: sympy.Rational) -> float:
    """Decimal digits of the longer one of numerator and denominator."""
    return max(abs(number.p), number.q).bit_length() * math.log10(2)


def ten_to(size: float) -> float:
    return 10.0**size if size < 300 else math.inf


def size(expr: Any) -> float:
    """About |log10 |expr||, letters counted as 1; inf for a tower of powers no memory can hold."""
    if not isinstance(expr, sympy.Expr):
        return 0.0
    if expr.is_Rational:
        return math.log10(max(abs(expr.p), expr.q))
    if expr.is_Add:
        return max(map(size, expr.args)) + math.log10(len(expr.args))
    if expr.is_Mul:
        return sum(map(size, expr.args))
    if expr.is_Pow or isinstance(expr, sympy.exp):
        base, exponent = expr.as_base_exp()
        base_size = size(base)
        return base_size * ten_to(size(exponent)) if base_size else 0.0
    if isinstance(expr, FAST_GROWING):
        return ten_to(max(map(size, expr.args)))
    if expr is S.Exp1 or expr is S.Pi:
        return math.log10(expr)
    return max(map(size, expr.args), default=0.0)


FAST_GROWING: tuple[Any, ...] = (sympy.sinh, sympy.cosh, sympy.gamma, sympy.factorial)
FAST_GROWING += (sympy.sech, sympy.csch, sympy.erfc, sympy.erfi, sympy.Ei)
FAST_GROWING += (sympy.beta, sympy.binomial)


def too_long(what: str) -> Refused:
    advice = f"use smaller numbers, or a letter, {to_raise('digits')}"
    return Refused(f"{what} of more than {most('digits')} digits", advice)


# --- Sums, products, powers ----------------------------------------------------------------------


def add(*terms: Any) -> Any:
    if any(map(is_matrix, terms)):
        if not all(map(is_matrix, terms)):
            raise Refused("a number added to a matrix", "write x*[[1, 0], [0, 1]] for the number")
        return reduce(lambda A, B: A + B, terms)
    exact = [t for t in terms if t.is_Rational]
    total = S.Zero
    for number in exact:
        total += number
        if digits(total) > most("digits"):
            raise too_long("a sum")
    return sympy.Add(total, *(t for t in terms if not t.is_Rational))


def multiply(*factors: Any) -> Any:
    if any(map(is_matrix, factors)):
        return reduce(matrix_product, factors)
    if sum(digits(c) for f in factors for c in f.as_coeff_Mul()[:1] if c.is_Rational) > most(
        "digits"
    ):
        raise too_long("a product")
    return sympy.Mul(*factors)


def power(base: Any, exponent: Any) -> Any:
    """base**exponent, refused where the number would be too long to compute or to print."""
    if is_matrix(base):
        return matrix_power(base, exponent)
    if is_matrix(exponent):
        raise Refused("a matrix as exponent", "write a number or a letter as exponent")
    if base == 0 and exponent.is_number and exponent.is_negative:
        raise Refused("division by zero", "divide by something that is not 0")
    if base is S.Exp1 and exponent.has(sympy.log) and size(exponent) > math.log10(most("digits")):
        raise too_long("a power")
    for factor in sympy.Mul.make_args(base):
        refuse_long_power(factor, exponent)
    refuse_tower(base, exponent)
    return sympy.Pow(base, exponent)


def refuse_long_power(factor: Any, exponent: Any) -> None:
    """SymPy computes rational powers of rational factors: 2**(10**9), (2*x)**(10**9)."""
    base, inner = factor.as_base_exp()
    total = exponent if inner == 1 else sympy.Mul(inner, exponent)
    number = total.as_coeff_Add()[0]
    if not (base.is_Rational and number.is_Rational and abs(base) not in (0, 1)):
        return
    if digits(base) * abs(number) > most("digits"):
        raise too_long("a power")
    if not number.is_Integer:
        refuse_long_root(base, number)


def refuse_long_root(base: Any, exponent: Any) -> None:
    """12**(1/q) is rewritten with powers up to 2**q unless its primes are equally frequent."""
    if digits(base) > most("root_digits"):
        advice = f"use at most {most('root_digits')} digits, {to_raise('root_digits')}"
        raise Refused("a root of too long a number", advice)
    for n in (abs(base.p), base.q):
        frequencies = set(sympy.Integer(n).factors(limit=2**15).values())
        if len(frequencies) > 1 and exponent.q * digits(base) * max(frequencies) > most("digits"):
            advice = f"use fewer decimals, or a letter, {to_raise('digits')}"
            raise Refused("a root too fine to compute", advice)


def refuse_tower(base: Any, exponent: Any) -> None:
    """exp(exp(exp(100))): SymPy asks for its sign in every sum, and never returns."""
    if exponent.is_number and size(exponent) > 300 and not base.free_symbols and abs(base) != 1:
        raise too_long("a power")


# --- Functions -----------------------------------------------------------------------------------


def exponential(x: Any) -> Any:
    return power(sympy.E, x)


def principal_root(n: int) -> Callable:
    return lambda x: power(x, sympy.Rational(1, n))


def root(x: Any, n: Any) -> Any:
    return power(x, power(n, S.NegativeOne))


def logarithm(x: Any, base: Any = None) -> Any:
    if base in (0, 1):
        raise Refused(f"a logarithm to the base {base}", "use another base")
    return sympy.log(x) if base is None else sympy.log(x, base)


def log_gamma_digits(n: Any) -> float:
    """Digits of gamma(n) for a rational n, which SymPy computes for integers and halves."""
    return math.lgamma(abs(float(n)) + 2) / math.log(10) if abs(n) < 10**9 else math.inf


def factorial_like(function: Callable) -> Callable:
    """The function, refused where it would compute a factorial that is too long."""

    def checked(*arguments: Any) -> Any:
        for n in arguments:
            if n.is_Rational and log_gamma_digits(n) > most("digits"):
                raise too_long("a factorial")
        return function(*arguments)

    return checked


def polygamma(n: Any, x: Any) -> Any:
    largest = most("polygamma")
    order_is_read = (n.is_Integer and 0 <= n <= largest) or not n.is_number
    if not order_is_read or (x.is_Rational and abs(x) > largest):
        advice = f"use integers up to {largest}, {to_raise('polygamma')}"
        raise Refused("a polygamma function of such numbers", advice)
    return sympy.polygamma(n, x)


def binomial(n: Any, k: Any) -> Any:
    if not n.is_number and (k.is_Integer or not k.is_number):
        return sympy.binomial(n, k)  # stays as it is
    if n.is_Integer and k.is_Integer:
        steps = min(k, n - k) if 0 <= k <= n else abs(k)
        too_much = steps * digits(abs(n) + abs(k)) > most("digits")
    else:
        numbers = [a for a in (n, k) if a.is_number]
        too_much = not all(a.is_finite and abs(a) <= most("binomial") for a in numbers)
    if too_much:
        raise too_long("a binomial coefficient")
    return sympy.binomial(n, k)


def refuse_long_argument(x: Any, degree: str) -> None:
    """sin(exp(exp(100))) needs as many digits as its argument is long; SymPy factors the long
    numbers and expands the high powers that it finds in arguments."""
    if x.is_number and size(x) > most("digits"):
        raise too_long("an argument")
    if any(digits(n) > most("argument_digits") for n in x.atoms(sympy.Rational)):
        advice = f"use smaller numbers, or a letter, {to_raise('argument_digits')}"
        problem = f"a number of more than {most('argument_digits')} digits in an argument"
        raise Refused(problem, advice)
    if any(p.exp.is_Integer and abs(p.exp) > most(degree) for p in x.atoms(sympy.Pow)):
        advice = f"use smaller numbers, or a letter, {to_raise(degree)}"
        raise Refused(f"a power above {most(degree)} in an argument", advice)


def extremum(function: Any) -> Callable:
    def checked(*arguments: Any) -> Any:
        flat = [a for x in arguments for a in (x.args if isinstance(x, function) else [x])]
        if len(flat) > most("extrema"):
            advice = f"compare at most {most('extrema')} values, {to_raise('extrema')}"
            raise Refused("too many arguments", advice)
        return function(*arguments)

    return checked


def limit(f: Any, x: Any, a: Any, direction: Any = None) -> sympy.Limit:
    if direction is not None and str(direction) not in ("+", "-", "+-"):
        raise Refused("a direction that is not a sign", "write + or - or +- as the last argument")
    if not isinstance(x, sympy.Symbol):
        raise Refused("a limit in something that is not a letter", "write limit(f, x, a)")
    return sympy.Limit(f, x, a, dir=str(direction or "+-"))


def over_ranges(operator: Callable) -> Callable:
    """Sum or Product, whose every range is (n, a, b)."""

    def checked(f: Any, *ranges: Any) -> Any:
        for r in ranges:
            if not (isinstance(r, sympy.Tuple) and len(r) == 3):
                raise Refused("a range without bounds", "write (n, a, b)")
        return operator(f, *ranges)

    return checked


def safely(relation: Callable) -> Callable:
    """The relation, refused where SymPy would compare sides that are too long."""

    def checked(left: Any, right: Any) -> Any:
        for side in (left, right):
            if is_scalar(side):
                refuse_long_argument(side, "degree")
        return relation(left, right)

    return checked


def piecewise(*pieces: Any) -> Any:
    for piece in pieces:
        if not (isinstance(piece, sympy.Tuple) and len(piece) == 2 and is_condition(piece[1])):
            raise Refused("a piece without a condition", "write Piecewise((x, x > 0), (0, True))")
    return sympy.Piecewise(*pieces)


# --- Matrices ------------------------------------------------------------------------------------


def of_matrix(operator: Callable) -> Callable:
    def checked(A: Any) -> Any:
        if not is_matrix(A):
            raise Refused("expected a matrix", "write [[1, 2], [3, 4]]")
        return operator(A)

    return checked


def nodes(A: Any) -> int:
    return sum(1 for entry in A for _ in sympy.preorder_traversal(entry))


def matrix_product(A: Any, B: Any) -> Any:
    """A*B; entries that hold letters double in length with every factor."""
    explicit = isinstance(A, sympy.MatrixBase) and isinstance(B, sympy.MatrixBase)
    if not explicit or not (A.free_symbols or B.free_symbols):
        return A * B
    if B.shape[1] * nodes(A) + A.shape[0] * nodes(B) > most("matrix_nodes"):
        advice = f"name the parts and derive them in turn, {to_raise('matrix_nodes')}"
        raise Refused("a matrix product too large", advice)
    return A * B


def matrix_power(A: Any, n: Any) -> Any:
    if not isinstance(A, sympy.MatrixBase):
        return A**n
    if not n.is_Integer:
        raise Refused("a matrix power that is not an integer", "write A^2 or A^-1")
    entries = [a for a in A if not a.is_Rational]
    longest = max((digits(a) for a in A if a.is_Rational), default=0)
    too_big = A.rows > 20 or abs(n) * A.rows * (longest + 1) > most("digits")
    if entries:
        too_big = abs(n) * A.rows > 12 or (n < 0 and A.rows > 4) or nodes(A) > 200
    if too_big:
        advice = f"name the matrix and derive its parts in turn, {to_raise('digits')}"
        raise Refused("a matrix power too large", advice)
    return A**n


# --- The tables ----------------------------------------------------------------------------------

MANY = 1000
# fmt: off
FUNCTIONS: dict[str, tuple[Callable, int, int]] = {    # name: (callable, fewest, most arguments)
    "exp":        (exponential,                  1, 1),
    "log":        (logarithm,                    1, 2),
    "ln":         (logarithm,                    1, 1),
    "log10":      (lambda x: logarithm(x, 10),   1, 1),
    "log2":       (lambda x: logarithm(x, 2),    1, 1),
    "sqrt":       (principal_root(2),            1, 1),
    "cbrt":       (principal_root(3),            1, 1),
    "root":       (root,                         2, 2),
    "atan2":      (sympy.atan2,                  2, 2),
    "arctan2":    (sympy.atan2,                  2, 2),
    "sinc":       (sympy.sinc,                   1, 1),
    "erf":        (sympy.erf,                    1, 1),
    "erfc":       (sympy.erfc,                   1, 1),
    "erfi":       (sympy.erfi,                   1, 1),
    "erfinv":     (sympy.erfinv,                 1, 1),
    "Ei":         (sympy.Ei,                     1, 1),
    "li":         (sympy.li,                     1, 1),
    "Si":         (sympy.Si,                     1, 1),
    "Ci":         (sympy.Ci,                     1, 1),
    "LambertW":   (sympy.LambertW,               1, 1),
    "gamma":      (factorial_like(sympy.gamma),     1, 1),
    "loggamma":   (factorial_like(sympy.loggamma),  1, 1),
    "beta":       (factorial_like(sympy.beta),      2, 2),
    "factorial":  (factorial_like(sympy.factorial), 1, 1),
    "binomial":   (binomial,                     2, 2),
    "harmonic":   (sympy.harmonic,               1, 2),
    "zeta":       (sympy.zeta,                   1, 2),
    "polylog":    (sympy.polylog,                2, 2),
    "polygamma":  (polygamma,                    2, 2),
    "digamma":    (lambda x: polygamma(S.Zero, x), 1, 1),
    "abs":        (sympy.Abs,                    1, 1),
    "Abs":        (sympy.Abs,                    1, 1),
    "sign":       (sympy.sign,                   1, 1),
    "floor":      (sympy.floor,                  1, 1),
    "ceiling":    (sympy.ceiling,                1, 1),
    "ceil":       (sympy.ceiling,                1, 1),
    "re":         (sympy.re,                     1, 1),
    "im":         (sympy.im,                     1, 1),
    "arg":        (sympy.arg,                    1, 1),
    "conjugate":  (sympy.conjugate,              1, 1),
    "Heaviside":  (sympy.Heaviside,              1, 1),
    "DiracDelta": (sympy.DiracDelta,             1, 1),
    "Max":        (extremum(sympy.Max),          1, MANY),
    "max":        (extremum(sympy.Max),          1, MANY),
    "Min":        (extremum(sympy.Min),          1, MANY),
    "min":        (extremum(sympy.Min),          1, MANY),
    "Piecewise":  (piecewise,                    1, 100),
    "And":        (sympy.And,                    1, 100),
    "Or":         (sympy.Or,                     1, 100),
    "Not":        (sympy.Not,                    1, 1),
    "Eq":         (safely(sympy.Eq),             2, 2),
    "Ne":         (safely(sympy.Ne),             2, 2),
    "Derivative": (sympy.Derivative,             2, MANY),
    "diff":       (sympy.Derivative,             2, MANY),
    "Integral":   (sympy.Integral,               2, MANY),
    "integrate":  (sympy.Integral,               2, MANY),
    "Limit":      (limit,                        3, 4),
    "limit":      (limit,                        3, 4),
    "Sum":        (over_ranges(sympy.Sum),       2, MANY),
    "Product":    (over_ranges(sympy.Product),   2, MANY),
    "Matrix":     (of_matrix(lambda A: A),       1, 1),
    "det":        (of_matrix(sympy.Determinant), 1, 1),
    "transpose":  (of_matrix(lambda A: A.T),     1, 1),
    "trace":      (of_matrix(sympy.trace),       1, 1),
}
for _f in ["sin", "cos", "tan", "sec", "csc", "cot"]:
    FUNCTIONS[_f] = (getattr(sympy, _f), 1, 1)
    FUNCTIONS[_f + "h"] = (getattr(sympy, _f + "h"), 1, 1)
    FUNCTIONS["a" + _f] = FUNCTIONS["arc" + _f] = (getattr(sympy, "a" + _f), 1, 1)
    FUNCTIONS["a" + _f + "h"] = FUNCTIONS["ar" + _f + "h"] = (getattr(sympy, "a" + _f + "h"), 1, 1)
    FUNCTIONS["arc" + _f + "h"] = FUNCTIONS["a" + _f + "h"]

CONSTANTS: dict[str, sympy.Basic] = {
    "pi": S.Pi, "π": S.Pi, "e": S.Exp1, "E": S.Exp1, "I": S.ImaginaryUnit,
    "oo": S.Infinity, "inf": S.Infinity, "infinity": S.Infinity,
    "True": S.true, "False": S.false,
    "EulerGamma": S.EulerGamma, "GoldenRatio": S.GoldenRatio, "Catalan": S.Catalan,
}

# Functions whose arguments need not all be scalars; they check, or SymPy does.
STRUCTURED = {"Piecewise", "And", "Or", "Not", "Eq", "Ne", "Derivative", "diff", "Integral",
              "integrate", "Limit", "limit", "Sum", "Product", "Matrix", "det", "transpose",
              "trace"}
ANY_SIZE = {"exp", "log", "ln", "log10", "log2", "sqrt", "cbrt", "root"}
COMPLEX_PARTS = {"re", "im", "arg", "Heaviside", "DiracDelta"}
LETTERS = {"beta", "gamma"}                 # functions that are also names of parameters
NOT_VALUES = {"nan", "zoo"}
# fmt: on
