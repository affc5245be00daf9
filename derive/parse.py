"""Text -> SymPy. Nothing is ever evaluated as Python: own tokens, own grammar, one function table.

How text is read, where people differ:

- `x^2`, `x**2`, `x²` are powers; `-x^2` is -(x^2); `2^3^2` is 2^(3^2). `x!` is a factorial.
- A decimal is exact: 0.1 is 1/10, so that the steps are exact equations.
- `2x`, `2(x+1)`, `(x+1)(x-1)`, `x sin(x)` are products. `1/2x` is refused: it has two readings.
- `xy` is one symbol. `e`, `E` are Euler's number, `I` is the imaginary unit, `i` a plain symbol.
- `x(x+1)`, `sin x` and `sin^2(x)` are refused; the error says what to write.
- `beta` and `gamma` are symbols unless a bracket follows. `cbrt` and `root` are principal roots.
- `a = b`, or `a == b` as the whole text, is an unevaluated equation. `0 < x < 1` is read.
- `and or not & ~` join conditions; `|` is `or` after a condition in brackets, else a bar of |x|.
- `diff`, `integrate`, `limit`, `det` ... give unevaluated operators. A limit is two-sided unless
  its last argument is a bare sign: `Limit(1/x, x, 0, +)`.
"""

from __future__ import annotations

import difflib
import math
import time
import unicodedata
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import replace
from typing import Any

import sympy
from sympy import S
from sympy.core.function import FunctionClass
from sympy.core.symbol import Str
from sympy.logic.boolalg import Boolean

from derive.tokens import ParseError, Token, tokenize

__all__ = ["CONSTANTS", "FUNCTIONS", "ParseError", "parse", "parse_symbol"]

MAX_DEPTH = 100  # levels of nesting: SymPy 1.14 itself fails to print some expressions 107 deep
MAX_DIGITS = 4000  # of any integer that is computed: Python prints at most 4300
MAX_ROOT_DIGITS = 400  # of the number under a root: SymPy looks for its prime factors
MAX_ARGUMENT_DIGITS = 100  # of a number inside sin(...)
MAX_DEGREE = 1000  # of a power inside sin(...)
MAX_COMPLEX_DEGREE = 20  # of a power inside re(...), which SymPy multiplies out
MAX_BINOMIAL = 100  # for numbers that are not integers: SymPy multiplies k factors out
MAX_EXTREMA = 12  # arguments of one maximum, which SymPy compares pair by pair
MAX_MATRIX_NODES = 20_000  # in a product of matrices that hold letters
MAX_SECONDS = 5.0  # for building all of one text; only a text made to be slow comes near

ASSUMPTIONS = ["positive", "nonnegative", "negative", "nonzero", "real", "rational", "integer"]
ASSUMPTIONS += ["even", "odd"]

Meaning = Any  # what a name stands for: a SymPy object, or a function to call
Rule = Generator[Any, Any, Any]  # a grammar rule: it yields the rules it needs, returns its value


class Refused(ValueError):
    """What a function of the table refuses; the parser adds the position."""

    def __init__(self, problem: str, advice: str):
        super().__init__(problem, advice)
        self.problem, self.advice = problem, advice


def parse(
    text: str,
    assumptions: Mapping[str, Iterable[str] | sympy.Symbol] | None = None,
    *,
    local: Mapping[str, Meaning] | None = None,
) -> Any:
    """The SymPy object that the text describes: expression, matrix, equation, condition, Tuple.

    `assumptions` says what is known of a symbol, or gives the symbol itself; `local` gives names
    their meaning: SymPy objects, or functions (Function classes) to call.

    >>> parse("2x^2 + sin(x)/x")
    2*x**2 + sin(x)/x
    >>> parse("sqrt(n^2)", {"n": ["positive"]})
    n
    >>> parse("f(0.5) = [[1, 2], [3, 4]]", local={"f": sympy.Function("f")}).lhs
    f(1/2)

    Raises ParseError for text that is not read, ValueError for an unknown assumption.
    """
    return Parser(text, meanings(assumptions, local)).parse()


def parse_symbol(
    text: str, assumptions: Mapping[str, Iterable[str] | sympy.Symbol] | None = None
) -> sympy.Symbol:
    """The symbol that the text names.

    >>> parse_symbol("x", {"x": ["positive"]}).is_positive
    True
    """
    parser = Parser(text, meanings(assumptions, None))
    token = parser.tokens[0]
    if token.kind != "name" or len(parser.tokens) != 2:
        raise parser.error(token, "expected the name of one variable", "write one name, such as x")
    symbol = parser.meaning(token)
    if not isinstance(symbol, sympy.Symbol):
        problem = f"'{token.text}' is not a variable but {symbol}"
        raise parser.error(token, problem, "choose another name")
    return symbol


def meanings(assumptions: Any, local: Any) -> dict[str, Meaning]:
    known = {word: symbol(word, facts) for word, facts in (assumptions or {}).items()}
    known |= local or {}
    return {unicodedata.normalize("NFKC", word): meaning for word, meaning in known.items()}


def symbol(word: str, facts: Iterable[str] | sympy.Symbol) -> sympy.Symbol:
    if isinstance(facts, sympy.Symbol):
        return facts
    facts = facts.replace(",", " ").split() if isinstance(facts, str) else list(facts)
    for fact in facts:
        if fact not in ASSUMPTIONS:
            known = ", ".join(ASSUMPTIONS)
            raise ValueError(f"unknown assumption {fact!r} about {word!r}: choose from {known}")
    return sympy.Symbol(word, **dict.fromkeys(facts, True))


# --- Powers and functions that are safe to build: sizes are checked before SymPy computes ---------


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


def power(base: Any, exponent: Any) -> Any:
    """base**exponent, refused where the number would be too long to compute or to print."""
    if is_matrix(base):
        return matrix_power(base, exponent)
    if is_matrix(exponent):
        raise Refused("a matrix as exponent", "write a number or a letter as exponent")
    if base == 0 and exponent.is_number and exponent.is_negative:
        raise Refused("division by zero", "divide by something that is not 0")
    if base is S.Exp1 and exponent.has(sympy.log) and size(exponent) > math.log10(MAX_DIGITS):
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
    if digits(base) * abs(number) > MAX_DIGITS:
        raise too_long("a power")
    if not number.is_Integer:
        refuse_long_root(base, number)


def refuse_long_root(base: Any, exponent: Any) -> None:
    """12**(1/q) is rewritten with powers up to 2**q unless its primes are equally frequent."""
    if digits(base) > MAX_ROOT_DIGITS:
        raise Refused("a root of too long a number", f"use at most {MAX_ROOT_DIGITS} digits")
    for n in (abs(base.p), base.q):
        frequencies = set(sympy.Integer(n).factors(limit=2**15).values())
        if len(frequencies) > 1 and exponent.q * digits(base) * max(frequencies) > MAX_DIGITS:
            raise Refused("a root too fine to compute", "use fewer decimals, or a letter")


def refuse_tower(base: Any, exponent: Any) -> None:
    """exp(exp(exp(100))): SymPy asks for its sign in every sum, and never returns."""
    if exponent.is_number and size(exponent) > 300 and not base.free_symbols and abs(base) != 1:
        raise too_long("a power")


def too_long(what: str) -> Refused:
    return Refused(f"{what} of more than {MAX_DIGITS} digits", "use smaller numbers, or a letter")


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
            if n.is_Rational and log_gamma_digits(n) > MAX_DIGITS:
                raise too_long("a factorial")
        return function(*arguments)

    return checked


def polygamma(n: Any, x: Any) -> Any:
    order_is_read = (n.is_Integer and 0 <= n <= 100) or not n.is_number
    if not order_is_read or (x.is_Rational and abs(x) > 100):
        raise Refused("a polygamma function of such numbers", "use integers up to 100")
    return sympy.polygamma(n, x)


def binomial(n: Any, k: Any) -> Any:
    if not n.is_number and (k.is_Integer or not k.is_number):
        return sympy.binomial(n, k)  # stays as it is
    if n.is_Integer and k.is_Integer:
        steps = min(k, n - k) if 0 <= k <= n else abs(k)
        too_much = steps * digits(abs(n) + abs(k)) > MAX_DIGITS
    else:
        numbers = [a for a in (n, k) if a.is_number]
        too_much = not all(a.is_finite and abs(a) <= MAX_BINOMIAL for a in numbers)
    if too_much:
        raise too_long("a binomial coefficient")
    return sympy.binomial(n, k)


def refuse_long_argument(x: Any, degree: int) -> None:
    """sin(exp(exp(100))) needs as many digits as its argument is long; SymPy factors the long
    numbers and expands the high powers that it finds in arguments."""
    if x.is_number and size(x) > MAX_DIGITS:
        raise too_long("an argument")
    if any(digits(n) > MAX_ARGUMENT_DIGITS for n in x.atoms(sympy.Rational)):
        raise Refused("too long a number in an argument", "use smaller numbers, or a letter")
    if any(p.exp.is_Integer and abs(p.exp) > degree for p in x.atoms(sympy.Pow)):
        raise Refused("too high a power in an argument", "use smaller numbers, or a letter")


def extremum(function: Any) -> Callable:
    def checked(*arguments: Any) -> Any:
        flat = [a for x in arguments for a in (x.args if isinstance(x, function) else [x])]
        if len(flat) > MAX_EXTREMA:
            raise Refused("too many arguments", f"compare at most {MAX_EXTREMA} values")
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
                refuse_long_argument(side, MAX_DEGREE)
        return relation(left, right)

    return checked


def piecewise(*pieces: Any) -> Any:
    for piece in pieces:
        if not (isinstance(piece, sympy.Tuple) and len(piece) == 2 and is_condition(piece[1])):
            raise Refused("a piece without a condition", "write Piecewise((x, x > 0), (0, True))")
    return sympy.Piecewise(*pieces)


# --- Matrices ------------------------------------------------------------------------------------


def is_matrix(value: Any) -> bool:
    return isinstance(value, (sympy.MatrixBase, sympy.MatrixExpr))


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
    if B.shape[1] * nodes(A) + A.shape[0] * nodes(B) > MAX_MATRIX_NODES:
        raise Refused("a matrix product too large", "name the parts and derive them in turn")
    return A * B


def matrix_power(A: Any, n: Any) -> Any:
    if not isinstance(A, sympy.MatrixBase):
        return A**n
    if not n.is_Integer:
        raise Refused("a matrix power that is not an integer", "write A^2 or A^-1")
    entries = [a for a in A if not a.is_Rational]
    longest = max((digits(a) for a in A if a.is_Rational), default=0)
    too_big = A.rows > 20 or abs(n) * A.rows * (longest + 1) > MAX_DIGITS
    if entries:
        too_big = abs(n) * A.rows > 12 or (n < 0 and A.rows > 4) or nodes(A) > 200
    if too_big:
        raise Refused("a matrix power too large", "name the matrix and derive its parts in turn")
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
    "Max":        (extremum(sympy.Max),          1, MAX_EXTREMA),
    "max":        (extremum(sympy.Max),          1, MAX_EXTREMA),
    "Min":        (extremum(sympy.Min),          1, MAX_EXTREMA),
    "min":        (extremum(sympy.Min),          1, MAX_EXTREMA),
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
RELATIONS = {"<": sympy.Lt, "<=": sympy.Le, ">": sympy.Gt, ">=": sympy.Ge, "!=": sympy.Ne,
             "=": sympy.Eq, "==": sympy.Eq}
CLOSING = {"(": ")", "[": "]", "|": "|"}

OR, AND, NOT, RELATION, SUM, PRODUCT, POWER, POSTFIX = 10, 20, 30, 40, 50, 60, 70, 80
BINDING = {
    "or": OR, "and": AND,
    "<": RELATION, "<=": RELATION, ">": RELATION, ">=": RELATION,
    "=": RELATION, "==": RELATION, "!=": RELATION,
    "+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT,
    "^": POWER, "^(": POSTFIX, "!": POSTFIX,
}
# fmt: on


def is_scalar(value: Any) -> bool:
    return isinstance(value, sympy.Expr) and not is_matrix(value)


def is_condition(value: Any) -> bool:
    return isinstance(value, Boolean)  # a Symbol is one too


class Parser:
    """One text. Every grammar rule is a generator: `yield rule` means "read this for me".

    So the rules read like recursive descent, and deep text does not deepen Python's stack.
    """

    def __init__(self, text: str, names: dict[str, Meaning]):
        if not isinstance(text, str):
            raise TypeError(f"expected text, got {type(text).__name__}")
        self.text, self.names = text, names
        self.tokens = tokenize(text)
        self.index = 0
        self.depth = 0
        self.open: list[Token] = []  # brackets and bars not closed yet
        self.deadline = time.monotonic() + MAX_SECONDS

    def parse(self) -> Any:
        if self.current.kind == "end":
            raise self.error(self.current, "empty text", "write an expression, such as x^2 + 1")
        value = run(self.expression())
        if self.current.kind != "end":
            raise self.unexpected(self.current)
        return self.finished(value)

    def finished(self, value: Any) -> Any:
        """The value, once more looked through for what SymPy made of it behind our back."""
        start = self.tokens[0]
        entries = list(value) if isinstance(value, sympy.MatrixBase) else [value]
        if any(entry.has(S.NaN, S.ComplexInfinity) for entry in entries):
            raise self.error(start, "undefined value", "divide by something that is not 0")
        numbers = (n for entry in entries for n in entry.atoms(sympy.Rational))
        if any(digits(n) > MAX_DIGITS for n in numbers):
            raise self.error(start, *too_long("a number").args)
        return value

    # Tokens

    @property
    def current(self) -> Token:
        return self.tokens[self.index]

    def advance(self) -> Token:
        token = self.current
        self.index += 1
        return token

    def at(self, *texts: str) -> bool:
        return self.current.kind == "operator" and self.current.text in texts

    def error(self, token: Token, problem: str, advice: str) -> ParseError:
        return ParseError(problem, self.text, token.position, advice)

    def unexpected(self, token: Token) -> ParseError:
        """What to say of a token that fits nowhere."""
        if token.kind == "end":
            if self.open:
                return self.unclosed(token)
            return self.error(token, "the text ends too early", "write the missing value")
        if token.text in (")", "]"):
            if self.open and CLOSING[self.open[-1].text] != token.text:
                return self.unclosed(token)
            if not self.open:
                return self.error(token, f"'{token.text}' closes nothing", "delete it")
        advice = {
            ",": "write (a, b) for a tuple, 0.5 for a decimal",
            "=": "write one equation, lhs = rhs, and == inside a condition; f(a=1) is not read",
            "|": "write abs(x), and conditions in brackets: (x > 0) | (x < -1)",
            "!": "write factorial(factorial(x)) for a repeated factorial",
        }.get(token.text, "write a value here")
        typed = self.text[token.position] if token.text in ("^(", ")^") else token.text
        return self.error(token, f"'{typed}' is not expected here", advice)

    def unclosed(self, token: Token) -> ParseError:
        opening = self.open[-1]
        found = f"'{token.text}'" if token.text else "the end"
        problem = f"'{opening.text}' is still open where {found} comes"
        advice = f"write '{CLOSING[opening.text]}' before character {token.position + 1}"
        if opening.text == "|":
            advice += ", or join conditions in brackets: (x > 0) | (x < -1)"
        return self.error(opening, problem, advice)

    def build(self, token: Token, function: Callable, *arguments: Any) -> Any:
        """function(*arguments), with SymPy's and our own refusals placed in the text."""
        if time.monotonic() > self.deadline:
            raise self.error(token, "too long to build", "give the parts one at a time")
        try:
            value = function(*arguments)
        except ParseError:
            raise
        except Refused as refusal:
            raise self.error(token, refusal.problem, refusal.advice) from None
        except Exception as error:  # SymPy raises nearly everything on bad arguments
            said = " ".join(f"{type(error).__name__}: {error}".split())[:120]
            problem = f"'{token.text}' cannot be built here ({said})"
            raise self.error(token, problem, "check its arguments") from error
        if value is S.ComplexInfinity and token.text in ("/", "^", "^("):
            raise self.error(token, "division by zero", "divide by something that is not 0")
        if value in (S.ComplexInfinity, S.NaN) or isinstance(value, sympy.AccumBounds):
            advice = "write a Limit if one is meant"
            raise self.error(token, f"'{token.text}' has no value here", advice)
        return value

    def scalar(self, token: Token, value: Any) -> Any:
        if is_scalar(value):
            return value
        raise self.error(token, f"{kind(value)} where a number is expected", advice_for(value))

    def arithmetic(self, token: Token, value: Any) -> Any:
        return value if is_matrix(value) else self.scalar(token, value)

    def nested(self, token: Token, rule: Rule) -> Rule:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            problem = f"nested deeper than {MAX_DEPTH} levels"
            raise self.error(token, problem, "name the inner parts and derive them in turn")
        value = yield rule
        self.depth -= 1
        return value

    # Operators, from the loosest to the tightest

    def expression(self, floor: int = 0) -> Rule:
        """Everything that binds tighter than `floor`."""
        start = self.index
        value = yield self.operand(floor)
        while (strength := self.binding(value)) > floor:
            if strength in (OR, AND):
                value = yield self.logic(value, strength)
            elif strength == RELATION:
                value = yield self.relation(value, start)
            elif strength == SUM:
                value = yield self.sum(value)
            elif strength == PRODUCT:
                value = yield self.product(value)
            elif strength == POWER:
                value = yield self.power(value)
            else:
                value = yield self.postfix(value)
        return value

    def binding(self, left: Any) -> int:
        """How tightly the current token joins `left` to what follows; 0 if it does not."""
        if self.at("|") and self.in_bars():
            return 0
        if self.at("|") and not is_scalar(left):
            return OR
        if self.starts_factor():
            return PRODUCT
        return BINDING.get(self.current.text, 0) if self.current.kind == "operator" else 0

    def in_bars(self) -> bool:
        return bool(self.open) and self.open[-1].text == "|"

    def starts_factor(self) -> bool:
        """A value right after a value: an implicit product, as in 2x."""
        return self.current.kind in ("number", "name") or self.at("(", "[", "√", "|")

    def logic(self, first: Any, strength: int) -> Rule:
        join, words = (sympy.Or, ("or", "|")) if strength == OR else (sympy.And, ("and",))
        token, conditions = self.current, [first]
        while self.at(*words):
            self.advance()
            conditions.append((yield self.expression(strength)))
        for condition in conditions:
            if not is_condition(condition):
                problem = f"{kind(condition)} where a condition is expected"
                raise self.error(token, problem, "write a comparison, such as x > 0")
        if len(conditions) > 100:
            raise self.error(token, "too many conditions", "join at most 100")
        return self.build(token, join, *conditions)

    def relation(self, left: Any, start: int) -> Rule:
        """lhs = rhs, a comparison, or a chain such as 0 < x <= 1."""
        sides, signs = [left], []
        while self.at(*RELATIONS):
            signs.append(self.advance())
            sides.append((yield self.expression(RELATION)))
        whole = start == 0 and not self.depth and self.current.kind == "end"
        self.refuse_chain(signs, whole)
        links = [self.compare(*link, whole) for link in zip(signs, sides, sides[1:], strict=False)]
        return links[0] if len(links) == 1 else self.build(signs[0], sympy.And, *links)

    def refuse_chain(self, signs: list[Token], whole: bool) -> None:
        for sign in signs:
            if sign.text == "=" and not whole:
                raise self.unexpected(sign)
        if len(signs) > 1 and {s.text[0] for s in signs} not in ({"<"}, {">"}):
            raise self.error(signs[1], "a chain of relations", "write one equation at a time")
        if len(signs) > 100:
            raise self.error(signs[100], "too many comparisons", "join at most 100")

    def compare(self, sign: Token, left: Any, right: Any, whole: bool) -> Any:
        relation = RELATIONS[sign.text]
        for side in (left, right):
            self.arithmetic(sign, side)
        if whole and relation is sympy.Eq:
            return self.build(sign, lambda: sympy.Eq(left, right, evaluate=False))
        return self.build(sign, safely(relation), left, right)

    def sum(self, first: Any) -> Rule:
        """All terms at once: adding 3000 terms one by one would take a minute."""
        token, terms = self.current, [first]
        while self.at("+", "-"):
            sign = self.advance()
            term = yield self.expression(SUM)
            terms.append(self.negative(sign, term) if sign.text == "-" else term)
        for term in terms:
            self.arithmetic(token, term)
        return self.build(token, add, *terms)

    def negative(self, sign: Token, term: Any) -> Any:
        return self.build(sign, lambda: -self.arithmetic(sign, term))

    def product(self, first: Any) -> Rule:
        token, factors, divided = self.current, [first], False
        while self.binding(factors[-1]) == PRODUCT:
            sign = self.current
            if sign.text in ("*", "/") and sign.kind == "operator":
                self.advance()
            else:
                self.refuse_implicit(sign, divided)
            factor = self.arithmetic(sign, (yield self.expression(PRODUCT)))
            divided = sign.text == "/"
            factors.append(self.build(sign, power, factor, S.NegativeOne) if divided else factor)
        self.arithmetic(token, first)
        return self.build(token, multiply, *factors)

    def refuse_implicit(self, token: Token, divided: bool) -> None:
        if token.text == "[":
            raise self.error(token, "indexing", "write x0 or x_0 for a component, * for a product")
        if token.kind == "number":
            advice = "write * for a product, ^ for a power"
            raise self.error(token, "a number right after a value", advice)
        if divided:
            advice = "write 1/(2*x) or (1/2)*x"
            raise self.error(token, "two readings of a product right after a division", advice)

    def power(self, base: Any) -> Rule:
        token = self.advance()
        exponent = yield self.nested(token, self.expression(POWER - 1))  # right associative
        self.arithmetic(token, base)
        return self.build(token, power, base, self.arithmetic(token, exponent))

    def postfix(self, value: Any) -> Rule:
        token = self.advance()
        self.arithmetic(token, value)
        if token.text == "^(":
            self.open.append(Token("operator", "(", token.position))
            exponent = yield self.nested(token, self.expression())
            self.close(")^")
            return self.build(token, power, value, self.arithmetic(token, exponent))
        if self.at("!"):
            raise self.unexpected(self.current)
        return self.build(token, FUNCTIONS["factorial"][0], self.scalar(token, value))

    # Operands

    def operand(self, floor: int) -> Rule:
        token = self.current
        if token.kind == "end":
            raise self.unexpected(token)
        self.advance()
        if token.kind == "number":
            return sympy.Rational(token.text)
        if token.kind == "name":
            return (yield self.named(token))
        rule = {
            "(": self.group,
            "[": self.matrix,
            "|": self.bars,
            "√": self.radical,
            "not": self.negation,
        }.get(token.text)
        if rule:
            return (yield rule(token))
        if token.text not in ("+", "-"):
            raise self.unexpected(token)
        value = yield self.nested(token, self.expression(max(floor, SUM)))
        return self.negative(token, value) if token.text == "-" else self.arithmetic(token, value)

    def negation(self, token: Token) -> Rule:
        condition = yield self.nested(token, self.expression(NOT))
        if not is_condition(condition):
            raise self.error(token, "'not' before a value", "write a comparison, such as not x > 0")
        return self.build(token, sympy.Not, condition)

    def radical(self, token: Token) -> Rule:
        """√ takes one number, name, call or bracket; √x^2 has two readings."""
        bracketed = self.at("(")
        value = yield self.nested(token, self.expression(POSTFIX))
        if not bracketed and self.at("^", "^(", "!"):
            raise self.error(self.current, "two readings after √", "write sqrt(x^2) or sqrt(x)^2")
        return self.build(token, FUNCTIONS["sqrt"][0], self.scalar(token, value))

    def bars(self, token: Token) -> Rule:
        self.open.append(token)
        value = yield self.nested(token, self.expression())
        self.close("|")
        return self.build(token, FUNCTIONS["abs"][0], self.scalar(token, value))

    def group(self, token: Token) -> Rule:
        """A bracket, or a Tuple: (x, 0, 1)."""
        items = yield self.items(token)
        if len(items) == 1 and self.tokens[self.index - 2].text != ",":
            return items[0]
        return sympy.Tuple(*items)

    def items(self, opening: Token) -> Rule:
        """The values up to the bracket that closes `opening`."""
        self.open.append(opening)
        if self.at(CLOSING[opening.text]):
            raise self.error(self.current, "empty brackets", "write a value between them")
        items: list[Any] = []
        while not items or self.at(","):
            if items:
                self.advance()
                if items and self.at(")") and opening.text == "(":  # (x,) is a Tuple
                    break
            items.append((yield self.nested(opening, self.item(opening))))
        self.close(CLOSING[opening.text])
        return items

    def item(self, opening: Token) -> Rule:
        """A value; in [ ] also a row; in a limit also a bare sign, as in Limit(f, x, 0, +)."""
        if opening.text == "[" and self.at("["):
            return (yield self.items(self.advance()))
        if self.at("+", "-") and opening.kind == "limit" and self.sign_ends():
            signs = [self.advance().text]
            while self.at("-"):
                signs.append(self.advance().text)
            return Str("".join(signs))
        return (yield self.expression())

    def sign_ends(self) -> bool:
        following = [token.text for token in self.tokens[self.index + 1 : self.index + 3]]
        return following[:1] == [")"] or following == ["-", ")"]

    def close(self, text: str) -> None:
        if not self.at(text):
            raise self.unexpected(self.current)
        self.advance()
        self.open.pop()

    def matrix(self, token: Token) -> Rule:
        """[1, 2] is a column, [[1, 2], [3, 4]] a matrix by rows."""
        items = yield self.items(token)
        rows = [item if isinstance(item, list) else [item] for item in items]
        nested = {isinstance(item, list) for item in items}
        if len(nested) > 1 or len({len(row) for row in rows}) > 1:
            raise self.error(token, "rows of different lengths", "write [[1, 2], [3, 4]]")
        for entry in (entry for row in rows for entry in row):
            if isinstance(entry, list):
                raise self.error(token, "brackets three deep", "write [[1, 2], [3, 4]]")
            self.scalar(token, entry)
        return self.build(token, sympy.ImmutableMatrix, rows)

    # Names

    def named(self, token: Token) -> Rule:
        if not self.at("("):
            return self.meaning(token)
        function = self.function(token)
        arguments = yield self.arguments(token)
        if token.text in self.names:
            return self.build(token, function, *arguments)
        return self.call(token, function, arguments)

    def arguments(self, function: Token) -> Rule:
        opening = self.advance()
        if self.at(")"):
            self.advance()
            return []
        if function.text in ("Limit", "limit"):
            opening = replace(opening, kind="limit")
        return (yield self.items(opening))

    def meaning(self, token: Token) -> Any:
        """What a name stands for where no bracket follows it."""
        word = token.text
        value = self.names.get(word, CONSTANTS.get(word))
        if value is None:
            self.refuse_bare_function(token)
            return sympy.Symbol(word)
        if not isinstance(value, sympy.Basic | sympy.MatrixBase):
            raise self.error(token, f"'{word}' is a function", f"write {word}(x)")
        return value

    def refuse_bare_function(self, token: Token) -> None:
        word = token.text
        if word in NOT_VALUES:
            raise self.error(token, f"'{word}' is not a value", "leave it out")
        if word not in FUNCTIONS or word in LETTERS:
            return
        if self.at("^", "^("):
            raise self.error(token, f"a power of the function '{word}'", f"write {word}(x)**2")
        raise self.error(token, f"'{word}' is a function", f"write {word}(x)")

    def function(self, token: Token) -> Callable:
        word = token.text
        declared = self.names.get(word)
        if isinstance(declared, FunctionClass | sympy.Lambda):
            return declared
        if callable(declared) and not isinstance(declared, sympy.Basic):
            return declared
        if word in self.names or word not in FUNCTIONS:
            raise self.unknown_function(token)
        return FUNCTIONS[word][0]

    def unknown_function(self, token: Token) -> ParseError:
        word = token.text
        product = f"write {word}*{self.bracket_text()} for a product"
        declare = f"declare {word} as a function (functions=)"
        if word in self.names or word in CONSTANTS:
            return self.error(token, f"'{word}' is not a function", product)
        close = difflib.get_close_matches(word, FUNCTIONS, n=1, cutoff=0.6) if word[1:] else []
        advice = f"write {close[0]}(...), or {product}" if close else product
        return self.error(token, f"unknown function '{word}'", f"{advice}, or {declare}")

    def bracket_text(self) -> str:
        """The text of the bracket that opens here, if it is short."""
        depth = 0
        for token in self.tokens[self.index :]:
            depth += {"(": 1, ")": -1}.get(token.text, 0)
            if not depth and token.position - self.current.position < 40:
                return self.text[self.current.position : token.position + 1]
        return "(...)"

    def call(self, token: Token, function: Callable, arguments: list[Any]) -> Any:
        word = token.text
        _, fewest, most = FUNCTIONS[word]
        if not fewest <= len(arguments) <= most:
            takes = f"{fewest}" if fewest == most else f"{fewest} to {most}"
            problem = f"'{word}' of {len(arguments)} arguments"
            raise self.error(token, problem, f"write {takes} argument{'s' * (takes != '1')}")
        if word not in STRUCTURED:
            for argument in arguments:
                self.scalar(token, argument)
                if word not in ANY_SIZE:
                    degree = MAX_COMPLEX_DEGREE if word in COMPLEX_PARTS else MAX_DEGREE
                    self.build(token, refuse_long_argument, argument, degree)
        return self.build(token, function, *arguments)


def run(rule: Rule) -> Any:
    """Run a grammar rule and the rules that it yields, on a stack of our own."""
    stack, value = [rule], None
    while stack:
        try:
            child = stack[-1].send(value)
        except StopIteration as finished:
            stack.pop()
            value = finished.value
        else:
            stack.append(child)
            value = None
    return value


def add(*terms: Any) -> Any:
    if any(map(is_matrix, terms)):
        if not all(map(is_matrix, terms)):
            raise Refused("a number added to a matrix", "write x*[[1, 0], [0, 1]] for the number")
        return fold(lambda A, B: A + B, terms)
    exact = [t for t in terms if t.is_Rational]
    total = S.Zero
    for number in exact:
        total += number
        if digits(total) > MAX_DIGITS:
            raise too_long("a sum")
    return sympy.Add(total, *(t for t in terms if not t.is_Rational))


def multiply(*factors: Any) -> Any:
    if any(map(is_matrix, factors)):
        return fold(matrix_product, factors)
    if sum(digits(c) for f in factors for c in f.as_coeff_Mul()[:1] if c.is_Rational) > MAX_DIGITS:
        raise too_long("a product")
    return sympy.Mul(*factors)


def fold(join: Callable, values: Iterable[Any]) -> Any:
    first, *others = values
    for value in others:
        first = join(first, value)
    return first


def kind(value: Any) -> str:
    if is_matrix(value):
        return "a matrix"
    if isinstance(value, sympy.Tuple | list):
        return "a tuple"
    return "a condition" if is_condition(value) else "a bare sign"


def advice_for(value: Any) -> str:
    if is_condition(value):
        return "write Piecewise((1, x > 0), (0, True)) to compute with a condition"
    return "write a number, a letter or a formula"
