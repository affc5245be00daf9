"""How integrals read: routine steps on one line, fractions in front, the constant at the end."""

from __future__ import annotations

import pytest
from sympy import Rational, Symbol, sqrt, symbols

import derive
from derive.core import Derivation, walk
from derive.render.formula import formula
from derive.render.outline import outline
from derive.render.reading import readings
from derive.render.text import one_line
from lambdify_bridge import check
from lambdify_bridge.check import Claim

x, C = symbols("x C")

# fmt: off
LINES = (
    ("3*x**4 - 2*x + 5/x",  ("3x⁵/5 - x² + 5·log(|x|)",)),
    ("x**3*log(x)",         ("x⁴·log(x)/4 - ∫ x³/4 dx", "x⁴/16")),
    ("1/(x**2*(x + 1))",    ("∫ (1/(x + 1) - 1/x + 1/x²) dx", "-log(|x|) + log(|x + 1|) - 1/x")),
    ("x*sqrt(x + 1)",       ("[∫ (2u⁴ - 2u²) du]_{u=√(x + 1)}", "2u⁵/5 - 2u³/3")),
    ("sqrt(1 - x**2)",      ("x·√(1 - x²)/2 + 1/2·∫ 1/√(1 - x²) dx", "asin(x)")),
    ("x**2*exp(3*x)",       ("x²·exp(3x)/3 - ∫ 2x·exp(3x)/3 dx", "2/3·∫ x·exp(3x) dx",
                             "x·exp(3x)/3 - ∫ exp(3x)/3 dx", "exp(3x)/9")),
)
# fmt: on


@pytest.mark.parametrize(("f", "lines"), LINES, ids=[f for f, _ in LINES])
def test_routine_steps_share_a_line(f: str, lines: tuple[str, ...]) -> None:
    shown = outline(derive.integrate(f, "x")).lines
    assert tuple(one_line(line.equals) for line in shown) == lines
    assert [line.number for line in shown] == list(range(1, len(lines) + 1))


@pytest.mark.parametrize("f", ["a*x**n + b/x + sin(c*x)", "1/(x**3 + 1)", "x*atan(x) + 3*x**2"])
def test_a_merged_line_is_true_and_says_on_what_it_rests(f: str) -> None:
    d = derive.integrate(f, "x")
    merged = readings(d)
    assert len(merged) < len(d.steps)
    for line in merged:
        assert check(Claim(line.step.goal, line.equals, line.given)).verdict == "confirmed"
        assert all(each.given in (True, *_parts(line.given)) for each in line.steps)
    used = {each.rule for line in merged for each in line.steps}
    assert used == {step.rule for step in walk(d.root)}
    assert all(f"**{name}**" in d.markdown() for name in used)


def _parts(given: object) -> tuple[object, ...]:
    return (given, *getattr(given, "args", ()))


def test_data_has_every_step() -> None:
    d = derive.integrate("3*x**4 - 2*x + 5/x", "x")
    steps = d.to_dict()["steps"]
    assert len(steps) == len(d.steps) > len(outline(d).lines)
    assert [step["rule"] for step in steps] == [step.rule for step in d.steps]


def test_an_equation_comes_before_its_solution() -> None:
    rules = [line.rule for line in outline(derive.integrate("exp(x)*sin(x)", "x")).lines]
    assert rules[-1] == "solve for the integral that came back"
    assert rules[0] == "integration by parts"


def test_differentials_and_fractions() -> None:
    dx = Symbol("dx")
    from sympy import Integral, log, sin

    assert one_line(-sin(x) * dx) == "-sin(x) dx"
    assert one_line(2 * log(x) / x * dx) == "2·log(x)/x dx"
    assert one_line(dx / x) == "dx/x"
    assert one_line((x + 1) * dx) == "(x + 1) dx"
    assert formula(-sin(x) * dx) == r"- \sin{\left(x \right)} \, \mathit{dx}"
    part = Rational(-2, 3) * Integral(sqrt(x), x)
    assert one_line(part) == "-2/3·∫ √x dx"
    assert formula(part).startswith(r"- \frac{2}{3} \int \sqrt{x}")


# ------------------------------------------------------------------ the constant of integration


def faces(d: Derivation) -> dict[str, str]:
    return {
        "text": d.text().splitlines()[-2],
        "latex": d.latex().splitlines()[-2],
        "markdown": d.markdown().split(r"\end{aligned}")[0].splitlines()[-1],
    }


def test_the_constant_stands_in_the_last_line_of_every_face_only() -> None:
    d = derive.integrate("x*exp(x)", "x")
    for face, last in faces(d).items():
        assert " + C" in last, face
    assert d.text().count("+ C") == d.latex().count("+ C") == d.markdown().count("+ C") == 1
    assert d.to_dict()["constant"] == "C"
    assert C not in d.result.free_symbols
    assert all(C not in step.equals.free_symbols for step in d.steps)


def test_the_constant_is_named_otherwise_where_the_letter_is_taken() -> None:
    d = derive.integrate("C*x + C_1", "x")
    assert all(" + C_{2}" in last or " + C_2" in last for last in faces(d).values())
    assert d.to_dict()["constant"] == "C_2"


def test_a_condition_comes_after_the_constant() -> None:
    last = faces(derive.integrate("x**n", "x"))
    assert last["text"].endswith(" + C (if n ≠ -1)")
    assert last["latex"].index("+ C") < last["latex"].index(r"\neq")


@pytest.mark.parametrize("over", [("x", 0, 1)])
def test_a_number_has_no_constant(over: tuple[str, int, int]) -> None:
    d = derive.integrate("x**2", over)
    assert "+ C" not in d.text() + d.latex() + d.markdown()
    assert d.to_dict()["constant"] is None
