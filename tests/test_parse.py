"""What people type, read as SymPy; what is refused, where, and with which advice; hostile text."""

import pickle
import time

import pytest
import sympy
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sympy import E, Eq, I, ImmutableMatrix, Rational, oo, pi, sqrt

from derive.limits_of_input import InputLimits
from derive.parse import CONSTANTS, FUNCTIONS, ParseError, parse, parse_symbol

x, y, z, n, xy, x1, θ = sympy.symbols("x y z n xy x1 θ")
f = sympy.Function("f")
MAX_DEPTH = InputLimits().depth
SECONDS = 2  # no short text may take longer, however hostile; most take milliseconds

# fmt: off
ACCEPTED = [
    ("2x",                       2*x),
    ("2 x",                      2*x),
    ("2(x+1)",                   2*x + 2),
    ("(x+1)(x-1)",               (x + 1)*(x - 1)),
    ("(x+1)x",                   x*(x + 1)),
    ("x sin(x)",                 x*sympy.sin(x)),
    ("2sin(x)cos(y)",            2*sympy.sin(x)*sympy.cos(y)),
    ("2x^2y",                    2*x**2*y),
    ("x^2(x+1)",                 x**2*(x + 1)),
    ("x^2",                      x**2),
    ("x**2",                     x**2),
    ("-x^2",                     -(x**2)),
    ("2^3^2",                    sympy.Integer(512)),
    ("2^-1",                     Rational(1, 2)),
    ("2^-x^2",                   2**(-x**2)),
    ("1 - 2 - 3",                sympy.Integer(-4)),
    ("8/4/2",                    sympy.Integer(1)),
    ("x/y*z",                    x*z/y),
    ("2x/3",                     2*x/3),
    ("-x*y + z",                 z - x*y),
    ("-(x+y)*z",                 -((x + y)*z)),
    ("2*-x",                     -2*x),
    ("x - -y",                   x + y),
    ("+x",                       x),
    ("x!",                       sympy.factorial(x)),
    ("-3!",                      sympy.Integer(-6)),
    ("2^3!",                     sympy.Integer(64)),
    ("|x|",                      sympy.Abs(x)),
    ("||x|-1|",                  sympy.Abs(sympy.Abs(x) - 1)),
    ("2|x||y|",                  2*sympy.Abs(x)*sympy.Abs(y)),
    ("|x|^2 + |y|",              sympy.Abs(x)**2 + sympy.Abs(y)),
    ("xy",                       xy),
    ("e^x + E",                  sympy.exp(x) + E),
    ("exp(-x^2/2)",              sympy.exp(-x**2/2)),
    ("pi + π",                   2*pi),
    ("-∞",                       -oo),
    ("infinity",                 oo),
    ("I^2",                      sympy.Integer(-1)),
    ("i",                        sympy.Symbol("i")),
    ("0.1",                      Rational(1, 10)),
    (".5 + 1.",                  Rational(3, 2)),
    ("1e-3",                     Rational(1, 1000)),
    ("2.5E2",                    sympy.Integer(250)),
    ("2e",                       2*E),
    ("x·y × 2 − z ÷ 3",          2*x*y - z/3),
    ("√2 + 3√(x+1)",             sqrt(2) + 3*sqrt(x + 1)),
    ("x² + x⁻¹",                 x**2 + 1/x),
    ("xⁿ⁺¹",                     x**(n + 1)),
    ("x²!",                      sympy.factorial(x**2)),
    ("sin(x)²",                  sympy.sin(x)**2),
    ("θ + x₁",                   θ + x1),
    ("𝑥",                        x),
    ("beta*gamma",               sympy.Symbol("beta")*sympy.Symbol("gamma")),
    ("gamma(5)",                 sympy.Integer(24)),
    ("beta(x, y)",               sympy.beta(x, y)),
    ("x ≤ 2",                    x <= 2),
    ("x ≠ 2",                    sympy.Ne(x, 2)),
    ("x >= 2",                   x >= 2),
    ("x = x",                    Eq(x, x, evaluate=False)),
    ("x == 1 + 1",               Eq(x, 2, evaluate=False)),
    ("x! = 2",                   Eq(sympy.factorial(x), 2)),
    ("0 < x <= 1",               sympy.And(sympy.S.Zero < x, x <= 1)),
    ("x > 0 and not y > 1",      sympy.And(x > 0, y <= 1)),
    ("x > 0 & y > 1",            sympy.And(x > 0, y > 1)),
    ("(x > 1) | (x < 0)",        sympy.Or(x > 1, x < 0)),
    ("x > 1 or x < 0 and y < 0", sympy.Or(x > 1, sympy.And(x < 0, y < 0))),
    ("~(x > 0)",                 x <= 0),
    ("Piecewise((x, x>0), (0, True))", sympy.Piecewise((x, x > 0), (0, True))),
    ("[[1,2],[3,4]]",            ImmutableMatrix([[1, 2], [3, 4]])),
    ("Matrix([[1,2],[3,4]])",    ImmutableMatrix([[1, 2], [3, 4]])),
    ("[1, 2, x]",                ImmutableMatrix([1, 2, x])),
    ("[[0,1],[1,0]]*[x,y]",      ImmutableMatrix([y, x])),
    ("[x,y] - 2*[1,1]",          ImmutableMatrix([x - 2, y - 2])),
    ("[[2,0],[0,4]]^-1",         ImmutableMatrix([[Rational(1, 2), 0], [0, Rational(1, 4)]])),
    ("det([[x,1],[1,y]])",       sympy.Determinant(ImmutableMatrix([[x, 1], [1, y]]))),
    ("(x, 0, 1)",                sympy.Tuple(x, 0, 1)),
    ("(x,)",                     sympy.Tuple(x)),
    ("ln(x) + log(x)",           2*sympy.log(x)),
    ("log(x, 3)",                sympy.log(x)/sympy.log(3)),
    ("log10(1000) + log2(8)",    sympy.Integer(6)),
    ("cbrt(x)*root(y, 4)",       x**Rational(1, 3)*y**Rational(1, 4)),
    ("arcsin(x) + asinh(x)",     sympy.asin(x) + sympy.asinh(x)),
    ("max(x, y) + Min(x, 1)",    sympy.Max(x, y) + sympy.Min(x, 1)),
    ("binomial(5, 2)",           sympy.Integer(10)),
    ("Derivative(x^2, x)",       sympy.Derivative(x**2, x)),
    ("diff(x^2, x, 2)",          sympy.Derivative(x**2, (x, 2))),
    ("Integral(x, (x, 0, oo))",  sympy.Integral(x, (x, 0, oo))),
    ("Limit(1/x, x, 0)",         sympy.Limit(1/x, x, 0, dir="+-")),
    ("limit(1/x, x, 0, -)",      sympy.Limit(1/x, x, 0, dir="-")),
    ("Sum(1/n^2, (n, 1, oo))",   sympy.Sum(1/n**2, (n, 1, oo))),
    ("re(2 + 3I)",               sympy.Integer(2)),
    ("x**(10**50)",              x**(10**50)),
    ("exp(10**8)",               sympy.exp(10**8)),
    ("10^0.301029995",           sympy.Integer(10)**Rational(301029995, 10**9)),
    ("(10**300)**(1/3)",         sympy.Integer(10)**100),
]

REFUSED = [                      # text, 0-based position, part of the advice
    ("",                         0,  "write an expression"),
    ("   ",                      3,  "write an expression"),
    ("x(x+1)",                   0,  "x*(x+1)"),
    ("f(x)",                     0,  "declare f as a function"),
    ("2 + sni(x)",               4,  "sin("),
    ("pi(x)",                    0,  "pi*(x)"),
    ("sin x",                    0,  "sin(x)"),
    ("x*sin",                    2,  "sin(x)"),
    ("sin^2(x)",                 0,  "sin(x)**2"),
    ("sin²(x)",                  0,  "sin(x)**2"),
    ("sin()",                    0,  "1 argument"),
    ("atan2(x)",                 0,  "2 arguments"),
    ("log(x, 2, 3)",             0,  "1 to 2"),
    ("1/2x",                     3,  "1/(2*x)"),
    ("x 2",                      2,  "* for a product"),
    ("1 000",                    2,  "*"),
    ("1_000",                    1,  "1000"),
    ("0x1F",                     0,  "decimal"),
    ("x.y",                      1,  "x.y are not read"),
    ("1.real",                   1,  "attributes"),
    ("x[0]",                     1,  "x0"),
    ("'x'",                      0,  "Derivative"),
    ('"x"',                      0,  "without quotes"),
    ("lambda x: x",              0,  "λ"),
    ("[x for x in y]",           3,  "another name"),
    ("import os",                0,  "another name"),
    ("__import__(x)",            0,  "double underscores"),
    ("x.__class__",              1,  "not read"),
    ("(x := 2)",                 3,  "with ="),
    ("a = b = c",                6,  "one equation"),
    ("1 < x > 2",                6,  "one equation"),
    ("f(a=1)",                   0,  "declare"),
    ("sin(a=1)",                 5,  "f(a=1)"),
    ("x; y",                     1,  "one expression"),
    ("\\frac{1}{2}",             0,  "LaTeX"),
    ("{x}",                      0,  "( and )"),
    ("a @ b",                    2,  "*"),
    ("5 % 2",                    2,  "floor"),
    ("5 // 2",                   2,  "floor"),
    ("∫ x",                      0,  "Integral"),
    ("90°",                      2,  "pi/180"),
    ("½",                        0,  "plain letters"),
    ("x\u200b",                  1,  "delete"),
    ("x\u202ey",                 1,  "delete"),
    ("x\x00",                    1,  "delete"),
    ("\u3164",                   0,  "delete"),
    ("x"*65,                     0,  "64"),
    ("x"*10_001,            10_000,  "10000"),
    ("9"*1001,                   0,  "1000"),
    ("1e999999999",              0,  "1000"),
    ("1/0",                      1,  "not 0"),
    ("0^-1",                     1,  "not 0"),
    ("x/(y-y)",                  1,  "not 0"),
    ("oo - oo",                  3,  "Limit"),
    ("log(0)",                   0,  "Limit"),
    ("sin(oo)",                  0,  "Limit"),
    ("nan",                      0,  "leave it out"),
    ("sin(x",                    3,  "')'"),
    ("(x]",                      0,  "')'"),
    ("x)",                       1,  "delete"),
    ("|x",                       0,  "'|'"),
    ("x > 0 | x < 1",            6,  "in brackets"),
    ("x, y",                     1,  "tuple"),
    ("x +",                      3,  "missing"),
    ("x ** * 2",                 5,  "value"),
    ("()",                       1,  "between"),
    ("x!!",                      2,  "factorial"),
    ("√x^2",                     2,  "sqrt(x)^2"),
    ("[[1,2],[3]]",              0,  "[[1, 2], [3, 4]]"),
    ("[[[1]]]",                  0,  "[[1, 2], [3, 4]]"),
    ("[1,2]*[1,2]",              5,  "arguments"),
    ("1 + [1,2]",                2,  "[[1, 0], [0, 1]]"),
    ("2[1,2]",                   1,  "* for a product"),
    ("Limit(x, 5, 0)",           0,  "limit(f, x, a)"),
    ("sin([1,2])",               0,  "number"),
    ("(x > 0) + 1",              8,  "Piecewise"),
    ("Piecewise(x)",             0,  "Piecewise("),
    ("Sum(x, n)",                0,  "(n, a, b)"),
    ("sin(+)",                   5,  "value"),
    ("("*101 + "x" + ")"*101,  100,  "inner parts"),
    ("-"*5000 + "x",           100,  "inner parts"),
    ("9**9**9**9",               4,  "smaller"),
    ("2^(3^(4^5))",              1,  "smaller"),
    ("(10^100)!",                8,  "smaller"),
    ("gamma(10**9)",             0,  "smaller"),
    ("gamma((10^6+1)/2)",        0,  "smaller"),
    ("binomial(10**8, 10**7)",   0,  "smaller"),
    ("(1/3)**(10**8)",           5,  "smaller"),
    ("(2x)**(10**9)",            4,  "smaller"),
    ("exp(10**9*log(2x))",       0,  "smaller"),
    ("2**(x+10**9)*2**(-x)",     1,  "smaller"),
    ("exp(exp(exp(100))) + 1",   0,  "smaller"),
    ("sin(exp(exp(100))) + 1",   0,  "smaller"),
    ("binomial(10^50, 2/3)",     0,  "smaller"),
    ("binomial(I, 10^300)",      0,  "smaller"),
    ("erfi(tanh(y^(10^9) - 1))", 5,  "smaller"),
    ("Eq(2/(y+1)^10^300, 3I)",   0,  "smaller"),
    ("exp(exp(100)) > 1",       14,  "smaller"),
    ("arg((e/y)^99)",            0,  "smaller"),
    ("atan2(10^100, -7)",        0,  "smaller"),
    ("polygamma(pi/4, 2)",       0,  "integers"),
    ("12^0.123456789",           2,  "fewer decimals"),
    ("(-1/99)^(3/7^99)",         7,  "fewer decimals"),
    ("floor(exp(1000000))",      0,  "smaller"),
    ("arg((1+I)^(10^50))",       0,  "smaller"),
]

LONG = [                         # within the length limit: read, or refused, in little time
    "+".join(f"a{k}" for k in range(1600)),
    "*".join(f"(x+{k})" for k in range(1300)),
    "x" + "+x"*4999,
    "x "*5000,
    "*".join(f"√{k}" for k in range(2, 1700)),
    "+".join(f"1/{k}" for k in range(1, 1400)),
    "+".join(f"√(9^300+{k})" for k in range(800)),
    "*".join(["[[x,1],[1,x]]"]*700),
    "[" + ",".join("x"*4999) + "]",
    "("*MAX_DEPTH + "x" + ")"*MAX_DEPTH,
    "sqrt("*90 + "10^300+7" + ")"*90,
    "^".join("x"*2000),
    "|"*9999,
    "max(" + ",".join(f"min(x{k},y{k})" for k in range(12)) + ")",
    " or ".join(f"x{k}>{k}" for k in range(99)),
]
# fmt: on


@pytest.mark.parametrize(("text", "expected"), ACCEPTED, ids=[text for text, _ in ACCEPTED])
def test_accepted(text, expected):
    value = parse(text)
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("text", "position", "advice"), REFUSED, ids=[row[0][:30] for row in REFUSED]
)
def test_refused(text, position, advice):
    start = time.monotonic()
    with pytest.raises(ParseError) as caught:
        parse(text)
    error = caught.value
    assert (error.position, error.text) == (position, text)
    assert advice in error.advice
    assert f"at character {position + 1}: " in str(error)
    assert len(str(error).splitlines()) == 1
    assert time.monotonic() - start < SECONDS


@pytest.mark.parametrize("text", LONG, ids=[text[:20] for text in LONG])
def test_long_text_takes_little_time(text):
    assert read_or_refused(text) < 5


def read_or_refused(text):
    """Seconds; what is read also has to print."""
    start = time.monotonic()
    value = value_or_refusal(text)
    assert len(str(value).splitlines()) == 1 or not isinstance(value, ParseError)
    return time.monotonic() - start


def value_or_refusal(text):
    try:
        return parse(text)
    except ParseError as error:
        return error


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_says_how_many_arguments_it_takes(name):
    _, fewest, _ = FUNCTIONS[name]
    with pytest.raises(ParseError, match="argument"):
        parse(f"{name}({', '.join(['x'] * (fewest - 1))})")


@pytest.mark.parametrize("name", CONSTANTS)
def test_every_constant(name):
    assert parse(name) == CONSTANTS[name]
    assert parse(name, {name: ["real"]}) == sympy.Symbol(name, real=True)


def test_assumptions():
    p = sympy.Symbol("p", positive=True)
    assert parse("sqrt(p^2)", {"p": "positive"}) == p
    assert parse("p + q", {"p": p}) == p + sympy.Symbol("q")
    with pytest.raises(ValueError, match="choose from"):
        parse("p", {"p": ["posittive"]})


def test_local_names():
    A = sympy.MatrixSymbol("A", 2, 2)
    sigmoid = type("sigmoid", (sympy.Function,), {"nargs": 1})
    assert parse("f(x)*sigmoid(2)", local={"f": f, "sigmoid": sigmoid}) == f(x) * sigmoid(2)
    assert parse("A^2*A", local={"A": A}) == A**3
    assert parse("Derivative(f(x), x)", local={"f": f}) == f(x).diff(x)
    with pytest.raises(ParseError, match=r"f\(x\)"):
        parse("f + 1", local={"f": f})
    with pytest.raises(ParseError, match="sigmoid"):
        parse("sigmoid(x, y)", local={"sigmoid": sigmoid})


def test_parse_symbol():
    assert parse_symbol(" x ") == x
    assert parse_symbol("x", {"x": ["positive"]}).is_positive
    for text in ("", "2", "x y", "x+1", "pi", "sin", "lambda"):
        with pytest.raises(ParseError):
            parse_symbol(text)


def test_errors_survive_pickling():
    with pytest.raises(ParseError) as caught:
        parse("1/0")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert str(copy) == str(caught.value)
    assert copy.position == 1


def test_nothing_is_evaluated(monkeypatch):
    def forbidden(*_, **__):
        raise AssertionError("evaluated")

    monkeypatch.setattr("builtins.eval", forbidden)
    monkeypatch.setattr("builtins.exec", forbidden)
    assert parse("sin(x)^2*[1, 2] = f(2)", local={"f": f}).has(x)
    for text in ("eval(x)", "exec(x)", "open(x)", "().__class__.__bases__", "f'{x}'"):
        with pytest.raises(ParseError):
            parse(text)


NUMBERS = st.fractions(-50, 50, max_denominator=20).map(
    lambda q: Rational(q.numerator, q.denominator)
)
LEAVES = st.one_of(NUMBERS, st.sampled_from([x, y, z, pi, E, I]))
UNARY = [sympy.sin, sympy.cos, sympy.tan, sympy.exp, sympy.log, sqrt, sympy.Abs, sympy.atan]


def larger(children):
    return st.one_of(
        st.tuples(children, children).map(sum),
        st.tuples(children, children).map(lambda pair: pair[0] * pair[1]),
        st.tuples(children, st.integers(-3, 4)).map(lambda pair: pair[0] ** pair[1]),
        st.tuples(st.sampled_from(UNARY), children).map(lambda pair: pair[0](pair[1])),
    )


@settings(max_examples=300, deadline=None)
@example((1 - I) / (2 * (x + y)))
@given(st.recursive(LEAVES, larger, max_leaves=8))
def test_what_sympy_prints_is_read_back(expression):
    expression = sympy.sympify(expression)
    if expression.has(sympy.nan, sympy.zoo, oo, sympy.AccumBounds):
        return
    # SymPy's own constructors, bottom up, as reading text does: some expressions are not their own
    # fixed point (2*(x + 1) inside an unevaluated product).
    rebuilt = rebuild(expression)
    value = value_or_refusal(str(rebuilt))
    if isinstance(value, ParseError):
        assert "smaller numbers" in value.advice  # exp(exp(50**4)) is refused, and may be
    else:
        assert same(value, rebuilt)


def same(a, b):
    """Written alike, or equal at a point: SymPy makes 2*x + 2*y of the denominator 2*(x + y)."""
    if rebuild(a) == rebuild(b):
        return True
    point = {x: Rational(7, 10), y: Rational(13, 9), z: Rational(-5, 11)}
    return abs(sympy.N((a / b).subs(point), 30) - 1) < 1e-20


def rebuild(expression):
    if not expression.args:
        return expression
    return expression.func(*map(rebuild, expression.args))


# fmt: off
PIECES = [
    "x", "y", "2", "0", "10", "99", ".5", "1e9", "e", "pi", "I", "oo", "θ", "√", "²", "⁻", "¹",
    "+", "-", "*", "/", "^", "**", "!", "(", ")", "[", "]", ",", "|", "<", "=", "==",
    " and ", "not ",
    "sin(", "log(", "exp(", "abs(", "floor(", "gamma(", "max(", "Limit(", "Piecewise(", "Sum(",
    ".", "'", '"', "\\", "{", ":", ";", "@", "_", "__", " ", "\n", "\u200b",
]
# fmt: on


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.lists(st.sampled_from(PIECES), max_size=14).map("".join), st.text(max_size=30)))
def test_any_text_is_read_or_refused_soon(text):
    assert read_or_refused(text) < SECONDS
