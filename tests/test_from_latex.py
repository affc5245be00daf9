r"""LaTeX as input: what papers write, what our printer writes, and what is refused."""

from __future__ import annotations

import json
import random
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import sympy
from sympy import Basic, Expr, Symbol, preorder_traversal

import derive
from derive import ParseError, from_latex, parse, work_out
from derive.answers import named_derivations
from derive.batch_answers import called
from derive.command_line import main
from derive.command_line.codes import WORKED_OUT, WRONG_USAGE
from derive.latex_input import words
from derive.render.formula import formula
from derive.rulebook import tables

ROOT = Path(__file__).resolve().parent.parent
LOCAL = {"f": sympy.Function("f"), "i": Symbol("i")}

# What the text means, in the spelling of `parse`.
# fmt: off
READ = (
    (r"\int_0^1 x^2 e^x\,dx",                    "Integral(x^2*e^x, (x, 0, 1))"),
    (r"\int x \sin x \, dx",                     "Integral(x*sin(x), x)"),
    (r"\int \frac{1}{1+x^2} dx",                 "Integral(1/(1+x^2), x)"),
    (r"\int \frac{dx}{x}",                       "Integral(1/x, x)"),
    (r"\int \frac{x\,dx}{1+x^2}",                "Integral(x/(1+x^2), x)"),
    (r"\int_{-\infty}^{\infty} e^{-x^2} \, dx",  "Integral(e^(-x^2), (x, -oo, oo))"),
    (r"\int_0^1 \int_0^x y \, dy \, dx",         "Integral(y, (y, 0, x), (x, 0, 1))"),
    (r"\iint xy \,dx\,dy",                       "Integral(x*y, x, y)"),
    (r"\int_0^{2\pi} \sin^2\theta \, d\theta",   "Integral(sin(theta)^2, (theta, 0, 2*pi))"),
    (r"\int\limits_0^\infty \frac{\sin(ax)}{x}\,\mathrm{d}x", "Integral(sin(a*x)/x, (x, 0, oo))"),
    (r"\int e^{ax}\cos bx \, dx",                "Integral(e^(a*x)*cos(b*x), x)"),
    (r"\int x + 1 \, dx",                        "Integral(x + 1, x)"),
    (r"\int x\,dx + 1",                          "Integral(x, x) + 1"),
    (r"2\int_0^1 x \, dx",                       "2*Integral(x, (x, 0, 1))"),
    (r"\int \ln x \, dx",                        "Integral(log(x), x)"),
    (r"\frac{d}{dx} x^2 \sin x",                 "Derivative(x^2*sin(x), x)"),
    (r"\frac{d}{dx}\left(x^2 + \sin(x)\right)",  "Derivative(x^2 + sin(x), x)"),
    (r"\frac{d}{dx} \left[ x^3 - 2x \right]",    "Derivative(x^3 - 2x, x)"),
    (r"\frac{d^2}{dx^2} \sin(x)",                "Derivative(sin(x), x, x)"),
    (r"\frac{d^2 y}{dx^2}",                      "Derivative(y(x), x, x)"),
    (r"\frac{dy}{dx} + y(x) = 0",                "Derivative(y(x), x) + y(x) = 0"),
    (r"\frac{\partial}{\partial x} x^2 y",       "Derivative(x^2*y, x)"),
    (r"\frac{\partial^2}{\partial x \partial y} x^2 y^3", "Derivative(x^2*y^3, y, x)"),
    (r"\frac{\mathrm{d}}{\mathrm{d}t} e^{-\alpha t}",     "Derivative(e^(-alpha*t), t)"),
    (r"\frac{d}{dx} \int_0^x t \, dt",           "Derivative(Integral(t, (t, 0, x)), x)"),
    (r"f'(x)",                                   "Derivative(f(x), x)"),
    (r"f''(x) + f(x) = 0",                       "Derivative(f(x), x, x) + f(x) = 0"),
    (r"\lim_{x \to 0} \frac{\sin x}{x}",         "Limit(sin(x)/x, x, 0)"),
    (r"\lim_{x\to 0^+} x \ln x",                 "Limit(x*log(x), x, 0, +)"),
    (r"\lim_{x \rightarrow 2^{-}} \frac{1}{x-2}", "Limit(1/(x-2), x, 2, -)"),
    (r"\lim_{n \to \infty} \left(1 + \frac{1}{n}\right)^n", "Limit((1 + 1/n)^n, n, oo)"),
    (r"\lim_{h \to 0} \frac{f(x+h)-f(x)}{h}",    "Limit((f(x+h) - f(x))/h, h, 0)"),
    (r"\lim_{x \to 0} (x + x^2)",                "Limit(x + x^2, x, 0)"),
    (r"\sum_{k=1}^{\infty} \frac{1}{k^2}",       "Sum(1/k^2, (k, 1, oo))"),
    (r"\sum_{n=0}^\infty \frac{x^n}{n!}",        "Sum(x^n/n!, (n, 0, oo))"),
    (r"\sum_{i=1}^n i^2",                        "Sum(i^2, (i, 1, n))"),
    (r"\sum_{k=0}^{n} \binom{n}{k} x^k + 1",     "Sum(binomial(n, k)*x^k, (k, 0, n)) + 1"),
    (r"\prod_{k=1}^n k",                         "Product(k, (k, 1, n))"),
    (r"\log x + \ln x",                          "2*log(x)"),
    (r"\log_2 x",                                "log(x, 2)"),
    (r"\log_{10} x",                             "log(x, 10)"),
    (r"e^{i\pi}",                                "-1"),
    (r"\mathrm{e}^{\mathrm{i} x}",               "exp(I*x)"),
    (r"\sin^2 x + \cos^2 x",                     "sin(x)^2 + cos(x)^2"),
    (r"\sin^{-1} x",                             "asin(x)"),
    (r"\sin 2x",                                 "sin(2*x)"),
    (r"\sin x \cos x",                           "sin(x)*cos(x)"),
    (r"\sin x^2",                                "sin(x^2)"),
    (r"\sin(x)^2",                               "sin(x)^2"),
    (r"\sin(x) e^x",                             "sin(x)*e^x"),
    (r"\cos 2\pi x",                             "cos(2*pi*x)"),
    (r"\sin\frac{x}{2}",                         "sin(x/2)"),
    (r"\exp(-x) \tanh x \arctan x",              "exp(-x)*tanh(x)*atan(x)"),
    (r"\operatorname{erf}(x) + \operatorname{sgn}(x)", "erf(x) + sign(x)"),
    (r"\sqrt[3]{x} + \sqrt2",                    "root(x, 3) + sqrt(2)"),
    (r"\frac12 x + \frac1x + \tfrac{3}{4}",      "x/2 + 1/x + 3/4"),
    (r"f(x+1)",                                  "f(x + 1)"),
    (r"x(x+1)",                                  "x*(x + 1)"),
    (r"X^2 + x",                                 "X^2 + x"),
    (r"xy + \alpha\beta",                        "x*y + alpha*beta"),
    (r"x_{12} + x_1^2 + \theta_{\mathrm{max}}",  "x_12 + x_1^2 + theta_max"),
    (r"\mathit{loss}",                           "loss"),
    (r"e^{-\frac{x^2}{2\sigma^2}}",              "exp(-x^2/(2*sigma^2))"),
    (r"\frac{1}{\sigma\sqrt{2\pi}} e^{-x^2/2}",  "1/(sigma*sqrt(2*pi))*exp(-x^2/2)"),
    (r"|x-1| + \left|\frac{x}{2}\right| + |x||y|", "abs(x-1) + abs(x/2) + abs(x)*abs(y)"),
    (r"\max(a, b) + \lfloor x \rfloor",          "Max(a, b) + floor(x)"),
    (r"n! + \Gamma(n+1) + \binom{n}{2}",         "n! + gamma(n+1) + binomial(n, 2)"),
    (r"\Gamma^{2}\left(k\right) + \Gamma^n(k)",   "gamma(k)^2 + gamma(k)^n"),
    (r"3 \times 10^5 \cdot a + 1{,}000 + 0.1",   "300000*a + 1000 + 1/10"),
    (r"2^{3^2} x^{-1} 10^{-3}",                  "512/x/1000"),
    (r"-x^2",                                    "-x^2"),
    (r"\theta(1-\theta)",                        "theta*(1 - theta)"),
    (r"\begin{pmatrix} 1 & 2 \\ 3 & x \end{pmatrix}", "[[1, 2], [3, x]]"),
    (r"\det \begin{bmatrix} a & b \\ c & d \end{bmatrix}", "det([[a, b], [c, d]])"),
    (r"\begin{vmatrix} a & b \\ c & d \end{vmatrix}", "det([[a, b], [c, d]])"),
    (r"\begin{bmatrix} 2 & 1 \\ 5 & 3 \end{bmatrix}^T", "[[2, 5], [1, 3]]"),
    (r"\begin{cases} x & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases}",
     "Piecewise((x, x > 0), (0, True))"),
    (r"0 < x \le 1",                             "0 < x <= 1"),
    (r"$$ \frac{x^2-1}{x-1} $$",                 "(x^2-1)/(x-1)"),
    (r"\[ x^{12} \]",                            "x^12"),
)
REFUSED = (
    (r"x^12",                          "several digits without braces at character 3"),
    (r"\sin x e^x",                    "two readings of where an argument ends"),
    (r"\sin x/2",                      "two readings of where an argument ends"),
    (r"1/2x",                          "two readings of a product right after a division"),
    (r"\lim_{x \to 0} x + x^2",        "two readings of where an operator ends"),
    (r"\sum_{k=1}^n k + k^2",          "two readings of where an operator ends"),
    (r"P(x+1)",                        "two readings: P times a bracket, or a function"),
    (r"x(2)",                          "two readings: x times a bracket, or a function"),
    (r"\theta\left(x-1\right)",        "two readings: theta times a bracket, or a function"),
    (r"\Delta \left(x^2 + y\right)",   "two readings"),
    (r"T_{5}\left[e^x\right]",         "two readings"),
    (r"\operatorname{rank}(x)",        "unknown function 'rank'"),
    (r"\frac{d}{dx} y",                "two readings: y is a number, or a function"),
    (r"\frac{\partial f}{\partial x}", "a partial derivative of a letter"),
    (r"\frac{d^2}{dx} x",              "orders above and below that differ"),
    (r"\sum_{n=0}^\infty a_n x^n",     "'a_n' may depend on n"),
    (r"\int x_t \, dt",                "'x_t' may depend on t"),
    (r"y' + y = 0",                    "a derivative by a variable that is not named"),
    (r"\int x",                        "an integral without its differential"),
    (r"\int_0 x\,dx",                  "one bound"),
    (r"\lim_{(x,y)\to(0,0)} x y",      "a variable is expected"),
    (r"X^T X",                         "two readings: a transpose or a power"),
    (r"\mathbf{x}",                    "a vector or matrix without entries"),
    (r"x^-1",                          "braces are missing at character 2: write x^{-1}"),
    (r"x^a^b",                         "a power of a power"),
    (r"\sin^{-2} x",                   "two readings: an inverse or a power"),
    (r"\frac{1}{0}",                   "division by zero"),
    (r"\frac{}{x}",                    "not expected here"),
    (r"\left( x \right]",              "is still open"),
    (r"{x",                            "is still open"),
    (r"x \pm 1",                       r"'\pm' is not read"),
    (r"1 + 2 + \cdots + n",            "dots are not read"),
    (r"x \in \mathbb{R}",              "a statement about a set"),
    (r"\write18{ls}",                  r"the command '\write' is not read"),
    (r"\input{/etc/passwd}",           r"the command '\input' is not read"),
    (r"\def\x{1}",                     r"the command '\def' is not read"),
    ("x\N{ZERO WIDTH SPACE}y",         "invisible character U+200B"),
    ("\N{CYRILLIC SMALL LETTER HA}",   "is not read"),
    (r"\mathit{lambda}",               "a word of Python"),
    (r"9^{9^{9^{9}}}",                 "digits"),
    (r"100000000!",                    "digits"),
    ("",                               "empty text"),
    (r"\\",                            "not expected here"),
    ("\\",                             "a backslash at the end"),
    ("{" * 300 + "x" + "}" * 300,      "nested deeper"),
    ("x + " * 60_000 + "x",            "text too long"),
)
# fmt: on


@pytest.mark.parametrize(("text", "meaning"), READ, ids=[text for text, _ in READ])
def test_what_papers_write(text: str, meaning: str) -> None:
    unknown = ["y"] if "y(" in meaning else []
    local = LOCAL | {name: sympy.Function(name) for name in unknown}
    assert from_latex(text, functions=unknown) == parse(meaning, local=local)


@pytest.mark.parametrize(("text", "said"), REFUSED, ids=[text[:40] for text, _ in REFUSED])
def test_refused_in_one_line(text: str, said: str) -> None:
    with pytest.raises(ParseError) as refusal:
        from_latex(text)
    assert said in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_letters_can_be_declared() -> None:
    assert from_latex("P(x+1)", functions=["P"]) == sympy.Function("P")(Symbol("x") + 1)
    assert from_latex(r"\sqrt{n^2}", {"n": ["positive"]}) == Symbol("n", positive=True)
    assert from_latex("e + i", {"e": [], "i": []}) == Symbol("e") + Symbol("i")


@pytest.mark.parametrize("bad", [1, None, b"x"])
def test_only_text_is_read(bad: Any) -> None:
    with pytest.raises(TypeError):
        from_latex(bad)


SIGNS = [*words.COMMANDS, *words.SIGNS, *words.FUNCTIONS, *"{}()[]^_'!|,=+-/*&~ xdyfein12"]
SIGNS += [r"\left(", r"\right)", r"\left.", r"\right|", r"\begin{matrix}", r"\end{matrix}"]
SIGNS += [r"\mathrm{d}", "dx", r"\text{if }", r"\frac{d}{dx}", "{x}", "^{2}", "_{1}", r"\int_0^1"]


def test_nothing_but_a_refusal_comes_of_any_text() -> None:
    chance = random.Random(7)
    for number in range(4000):
        if number % 2:
            text = "".join(chance.choices(SIGNS, k=chance.randint(1, 12)))
        else:
            text = chance.choice(READ)[0]
            at = chance.randrange(len(text))
            text = text[:at] + chance.choice(SIGNS) + text[at + chance.randint(0, 3) :]
        with suppress(ParseError):
            from_latex(text)


# ------------------------------------------------------------------ what our printer writes

TOPICS = [
    json.loads(line)
    for path in sorted((ROOT / "examples/data/topics").glob("*.jsonl"))
    for line in path.read_text("utf-8").splitlines()
]
OTHER_ROOMS = ("sympy.stats", "sympy.sets", "sympy.vector", "sympy.matrices.expressions.matexpr")


def is_of_sympy(expression: Basic) -> bool:
    """Functions, operators and explicit matrices of SymPy, without operators of this project."""
    kinds = (str(type(node).__module__ or "sympy.") for node in preorder_traversal(expression))
    return all(kind.startswith("sympy.") and not kind.startswith(OTHER_ROOMS) for kind in kinds)


def as_printed(expression: Basic) -> Basic:
    """The expression in the letters that print the same, and evaluated as SymPy does."""
    if isinstance(expression, sympy.Tuple) and len(expression) == 1:
        return as_printed(expression[0])  # a bracket around one value is that value
    letters = {s: from_latex(formula(s)) for s in expression.atoms(Symbol) if s.name not in "+-"}
    return evaluated(expression.xreplace(letters))


def evaluated(expression: Basic) -> Basic:
    """What SymPy makes of it at once."""
    if not expression.args:
        return expression
    if isinstance(expression, (sympy.MatMul, sympy.MatAdd)):
        return expression.as_explicit()
    if isinstance(expression, sympy.Trace):
        return expression.doit()
    return expression.func(*map(evaluated, expression.args))


def is_equal(read: Basic, printed: Basic) -> bool:
    both = isinstance(read, Expr) and isinstance(printed, Expr)
    return both and sympy.expand(evaluated(read) - evaluated(printed)) == 0


def outcome(expression: Basic) -> str:
    """What becomes of an expression that is printed and read again."""
    try:
        read = from_latex(formula(expression))
        printed = as_printed(expression)
    except ParseError:
        return "refused"
    if read == printed:
        return "the same"
    if isinstance(read, sympy.MatrixBase) and isinstance(printed, sympy.MatrixBase):
        same = read.shape == printed.shape and all(map(is_equal, read, printed))
    else:
        same = is_equal(read, printed)
    return "the same" if same else "another one"


def counted(expressions: list[Basic]) -> dict[str, list[Basic]]:
    found: dict[str, list[Basic]] = {"the same": [], "refused": [], "another one": []}
    for expression in dict.fromkeys(filter(is_of_sympy, expressions)):
        found[outcome(expression)].append(expression)
    return found


def assert_nearly_all_are_read(found: dict[str, list[Basic]]) -> None:
    assert found["another one"] == []
    number = sum(map(len, found.values()))
    assert len(found["refused"]) <= 0.05 * number, [formula(e) for e in found["refused"]]


def test_examples_of_the_rules_are_read_as_they_were() -> None:
    found = counted([rule.example for table in tables() for rule in table.rules])
    assert_nearly_all_are_read(found)
    assert len(found["the same"]) > 300


def expressions_of(topic: dict[str, Any]) -> list[Basic]:
    options = {**topic.get("options", {}), "timeout": 20.0}
    found = called(topic["call"], topic["args"], options, topic.get("assume"))
    steps = [step for _, answer in named_derivations(found) for step in answer.steps]
    return [each for step in steps for each in (step.goal, step.equals, step.result)]


def test_some_derivations_are_read_as_they_were() -> None:
    quick = [topic for topic in TOPICS if topic["call"] in ("diff", "integrate", "limit")][::4]
    found = counted([each for topic in quick for each in expressions_of(topic)])
    assert_nearly_all_are_read(found)


def test_the_incomplete_gamma_function() -> None:
    k, x = sympy.symbols("k x")
    assert from_latex(r"\gamma\left(k, x\right)") == sympy.lowergamma(k, x)
    assert from_latex(r"\gamma x") == sympy.Symbol("gamma") * x


@pytest.mark.slow
def test_all_topics_are_read_as_they_were() -> None:
    found = counted([each for topic in TOPICS for each in expressions_of(topic)])
    assert_nearly_all_are_read(found)
    assert len(found["the same"]) > 2000


# ------------------------------------------------------------------ and worked out


@pytest.mark.parametrize(
    ("text", "result"),
    [
        (r"\int_0^1 x^2 e^x\,dx", "e - 2"),
        (r"\frac{d}{dx} x^2 \sin x", "x^2*cos(x) + 2x*sin(x)"),
        (r"\lim_{n \to \infty} \left(1 + \frac{1}{n}\right)^n", "e"),
        (r"\sum_{k=1}^{\infty} \frac{1}{k^2}", "pi^2/6"),
        (r"\prod_{k=1}^n \left(1 + \frac{1}{k}\right)", "n + 1"),
        (r"\begin{vmatrix} a & b \\ c & d \end{vmatrix}", "a*d - b*c"),
        (r"\begin{bmatrix} 2 & 1 \\ 5 & 3 \end{bmatrix}^{-1}", "[[3, -1], [-5, 2]]"),
    ],
)
def test_questions_are_worked_out(text: str, result: str) -> None:
    found = work_out(from_latex(text))
    names = {s.name: s for s in found.result.free_symbols}
    assert found.result == parse(result, local=names)
    assert work_out(text).result == found.result
    assert found.check(points=2).verdict in ("confirmed", "certified", "proved")


def test_what_asks_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="asks nothing: give one of Derivative, Integral"):
        work_out("x^2")


def test_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("latex", "--from-latex"):
        assert main([command, r"\int_0^1 x^2\,dx", "--no-check"]) == WORKED_OUT
        out, err = capsys.readouterr()
        assert err == "derive: understood: ∫_0^1 x² dx\n"
        assert "= 1/3" in out
    assert main(["latex", r"\sin x e^x"]) == WRONG_USAGE
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)


def test_what_was_understood_is_said_before_work_starts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stuck(*_: object, **__: object) -> None:
        assert "understood: d/dx(x²)" in capsys.readouterr().err
        raise ValueError("stuck")

    monkeypatch.setattr("derive.work_out", stuck)
    assert main(["latex", r"\frac{d}{dx} x^2"]) == WRONG_USAGE
    assert derive.from_latex is from_latex
