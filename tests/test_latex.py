"""LaTeX to be printed: levels of detail, numbers and labels, broken lines, notation, documents."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sympy import Basic, MatrixSymbol, Rational, Symbol, cos, exp, log, sin, sqrt, symbols

import derive
from derive import Document, Notation, rulebook
from derive.core import Derivation, Step
from derive.render.breaking import broken
from derive.render.files import write
from derive.render.formula import formula
from derive.render.page import page
from derive.render.width import width

x, y = symbols("x y")
LATEX = shutil.which("pdflatex")
TRUE_ELSEWHERE = pytest.mark.checked_by("tests/test_rules.py::test_is_true_on_its_own_example")


def of_each_rule() -> Iterator[Derivation]:
    """One step for each rule of the book, with all that a face may show of it."""
    for entry in rulebook.entries():
        found, goal = entry.gives, entry.rule.example
        assert found is not None
        told = {"given": found.given, "where": found.where, "sentence": entry.rule.sentence}
        yield Derivation(Step(goal, entry.rule.name, found.equals, found.equals, **told), goal)


def one_step(goal: Basic, equals: Basic, **more: object) -> Derivation:
    return Derivation(Step(goal, "a rule", equals, equals, **more), goal)


# ------------------------------------------------------------------ levels of detail


def test_brief_keeps_the_main_lines_and_full_says_what_each_rule_does() -> None:
    d = derive.integrate("x**2*exp(x)", "x")
    brief, normal, full = (d.text(detail) for detail in ("brief", "normal", "full"))
    assert normal == d.text()
    assert [brief.count(rule) for rule in ("by parts", "constant multiple")] == [2, 0]
    assert [normal.count(rule) for rule in ("by parts", "constant multiple")] == [2, 1]
    assert "A constant factor stays in front." not in normal
    assert full.count("A constant factor stays in front.") == 1
    last = {shown.splitlines()[-2] for shown in (brief, normal, full)}
    assert len(last) == 1


def test_every_face_has_the_same_levels() -> None:
    d = derive.integrate("x**2*exp(x)", "x")
    for shown in (d.text, d.latex, d.markdown):
        sizes = [len(shown(detail=detail)) for detail in ("brief", "normal", "full")]
        assert sizes == sorted(set(sizes))
        assert shown(detail="normal") == shown()
        with pytest.raises(ValueError, match="brief, normal, full"):
            shown(detail="most")


def test_brief_has_the_conditions_at_the_result_only() -> None:
    d = derive.diff("x**2*log(x)", "x")
    assert d.text("normal").count("(if x ≠ 0)") == 2
    assert d.text("brief").count("(if x ≠ 0)") == 1


def test_full_gives_a_line_to_each_step() -> None:
    d = derive.integrate("2*x + 3*cos(x)", "x")
    assert len(re.findall(r"^ +\d+\. ", d.text("full"), re.M)) == len(d.steps)


# ------------------------------------------------------------------ numbers and labels


def test_rows_are_numbered_and_labelled_in_order() -> None:
    d = derive.diff("x*sin(x)", "x")
    labels = re.findall(r"\\label\{(.*?)\}", d.latex(label="eq:a"))
    assert labels == ["eq:a:1", "eq:a:2", "eq:a:3", "eq:a:result"]


def test_premises_are_referred_to_by_their_labels() -> None:
    shown = derive.limit("sin(x)/x", "x", 0).latex(label="lim")
    assert r"\text{shown by }\eqref{lim:2}" in shown
    assert r"\label{lim:2}" in shown
    assert r"\text{(1)" not in shown


def test_definitions_have_no_numbers() -> None:
    d = Derivation(Step(x, "a rule", x, x), x, definitions=((y, x**2),))
    assert r"y &= x^{2} && \text{definition} \notag" in d.latex(label="a")


@pytest.mark.parametrize("label", ["}", "a b", r"\input", "a_b", ":", "é"])
def test_labels_that_are_none_are_refused(label: str) -> None:
    with pytest.raises(ValueError, match="is no label"):
        derive.diff("x**2", "x").latex(label=label)


def test_what_has_no_numbers_has_no_labels() -> None:
    for env in ("aligned", "align*"):
        with pytest.raises(ValueError, match="no numbers to label"):
            derive.diff("x**2", "x").latex(env, label="a")


# ------------------------------------------------------------------ lines


def put_together(lines: list[str]) -> str:
    """The lines as one, without what breaking them added; spaces do not count."""
    return re.sub(r"[\s{}]|\\left\. |\\right\. ", "", "".join(lines))


def random_sum(r: random.Random, depth: int) -> Basic:
    if depth == 0:
        return r.choice([x, y, Symbol("beta_1"), Rational(r.randint(1, 4000)), sin(x), exp(x * y)])
    parts = [random_sum(r, depth - 1) for _ in range(r.randint(2, 4))]
    return r.choice([sum(parts), parts[0] * sum(parts[1:]), cos(sum(parts)), parts[0] - parts[1]])


@pytest.mark.parametrize("seed", range(40))
def test_broken_lines_fit_and_say_the_same(seed: int) -> None:
    r = random.Random(seed)
    tex, limit = formula(random_sum(r, 4)), r.choice([200.0, 260.0, 345.0])
    lines = broken(tex, limit)
    assert all(width(line) <= limit for line in lines), lines
    same = re.sub(r"[\s{}]", "", tex)
    assert put_together(lines) == same


def test_signs_of_a_name_below_a_bar_are_not_marks() -> None:
    name = formula(Symbol("x_{n+1}"))
    assert name == r"\text{x}\_\{\text{n+1}\}"
    lines = broken(rf"\left. {' + '.join(['z'] * 60)} \right|_{{x = {name}}}", 150)
    assert len(lines) > 3
    assert name in lines[-1]


def test_a_number_is_not_broken() -> None:
    assert broken("1234567890 x y z", 30)[0].startswith("1234567890")


def test_a_fraction_with_a_stroke_is_not_misread() -> None:
    long = sum(x**k for k in range(1, 12))
    top, below = formula(long), formula(long + y)
    alone = "".join(broken(rf"\frac{{{top}}}{{{below}}}", 150))
    assert alone.startswith(r"\left(x^{11}")
    assert r"\Big/ " in alone
    factor = broken(rf"\frac{{{top}}}{{{below}}} z", 150)
    assert factor[0].startswith(r"\left(\left(x^{11}")
    assert factor[-1].endswith(r"\right)\right) z")
    root = "".join(broken(formula(sqrt(long)), 100))
    assert r"\right)^{1/2}" in root
    assert r"\sqrt" not in root


def test_short_derivations_stay_in_columns() -> None:
    shown = derive.diff("x**2 + x", "x").latex(label="a")
    assert shown.count("&=") == shown.count(r"\label{") == 4
    assert derive.diff("x**2", "x").latex("align*", width=30).count("&=") == 0


# ------------------------------------------------------------------ notation


def test_each_notation() -> None:
    d = derive.diff("log(x)", "x")
    assert r"\log" in d.latex()
    assert r"\ln{\left(x \right)}" in d.latex(notation=Notation(log="ln"))
    assert r"\log" not in d.latex(notation=Notation(log="ln"))
    assert r"\frac{\partial}{\partial x}" in d.latex(notation=Notation(derivatives="partial"))
    several = derive.diff("a*x**2", "x")
    assert r"\partial" not in several.latex(notation=Notation(derivatives="total"))
    A = MatrixSymbol("A", 2, 2)
    M = one_step(A.T, A.T)
    assert "A^{T}" in M.latex()
    assert r"A^{\top}" in M.latex(notation=Notation(transpose=r"\top"))
    assert r"\mathbf{A}^{T}" in M.latex(notation=Notation(vectors="bold")).replace(
        r"\boldsymbol", r"\mathbf"
    )
    square = derive.determinant("[[a,b],[c,d]]")
    assert square.latex(notation=Notation(brackets="round")) != "" != square.latex()
    inverse = derive.inverse("[[a,b],[c,d]]")
    assert r"\left(\begin{matrix}" in inverse.latex(notation=Notation(brackets="round"))
    assert r"\left[\begin{matrix}" not in inverse.latex(notation=Notation(brackets="round"))


def test_letters_of_arrays_are_bold_where_that_is_chosen() -> None:
    shapes = {"X": "n,d", "w": "d", "y": "n", "a": ""}
    d = derive.gradient("a*norm(X @ w - y)**2", "w", shapes)
    bold = d.latex("align*", notation=Notation(vectors="bold"))
    last = bold.splitlines()[-2]
    assert last.startswith(r"\frac{\partial L}{\partial \boldsymbol{w}}")
    assert (
        r"2 a \boldsymbol{X}^{\top} \left(\boldsymbol{X} \boldsymbol{w} - \boldsymbol{y}\right)"
        in last
    )
    assert r"\bar{\boldsymbol{u}}_{1}" in bold
    assert "boldsymbol" not in d.latex("align*")
    assert r"\boldsymbol{u}_{1} &=" in bold


def test_the_transpose_of_arrays_is_written_as_chosen() -> None:
    found = derive.backprop("w.T @ x", wrt=["w"], shapes={"w": "n", "x": "n"})
    assert r"^{\top}" in found.latex()
    assert r"^{\top}" not in found.latex(notation=Notation(transpose="T"))


@pytest.mark.parametrize("field", ["log", "vectors", "brackets", "transpose", "derivatives"])
def test_other_notations_are_refused(field: str) -> None:
    with pytest.raises(ValueError, match=f"{field} is"):
        Notation(**{field: r"\input{x}"})


# ------------------------------------------------------------------ hints and explanations


def test_a_hint_does_not_give_the_result_away() -> None:
    d = derive.diff("x*sin(x)", "x")
    assert d.hint(1).splitlines() == [
        "d/dx(x·sin(x)): product rule",
        "Differentiate one factor at a time and keep the others.",
    ]
    assert "cos" not in d.hint(2)
    for number in (0, 4):
        with pytest.raises(ValueError, match="numbered 1 to 3"):
            d.hint(number)


def test_an_explanation_has_the_rule_its_letters_and_the_equation() -> None:
    d = derive.integrate("x**2*exp(x)", "x")
    shown = d.explain(1).splitlines()
    assert shown[0] == "integration by parts"
    assert shown[1].startswith("Move the derivative from one factor to the other")
    assert shown[2].startswith("In the rule book: ∫ x·exp(x) dx = ")
    assert shown[3].startswith("Here: u = x²")
    assert shown[4].startswith("∫ x²·exp(x) dx = ")
    assert d.explain(d.root) == d.explain(1)
    with pytest.raises(ValueError, match="take one of its"):
        d.explain(derive.diff("x**2", "x").root)


def test_an_explanation_says_when_the_rule_holds() -> None:
    assert "It holds if x ≠ 0." in derive.diff("log(x)", "x").explain(1)
    assert "shown by 2" in derive.limit("sin(x)/x", "x", 0).explain(1)


def test_every_step_can_be_explained() -> None:
    for d in (derive.integrate("x**2*exp(x)", "x"), derive.determinant("[[1,2],[3,4]]")):
        assert all(step.rule in d.explain(step) for step in d.steps)


# ------------------------------------------------------------------ documents and files


def test_a_document_has_a_section_for_each_and_no_label_twice() -> None:
    one, two = derive.diff("x**2*sin(x)", "x"), derive.diff("x**3", "x")
    tex = Document([one, two, one], title="100 % of $x$").latex()
    assert tex.count(r"\section{") == 3
    assert r"\tableofcontents" in tex
    assert r"\title{100 \% of \$x\$}" in tex
    labels = re.findall(r"\\label\{(.*?)\}", tex)
    assert len(labels) == len(set(labels))
    assert set(re.findall(r"\\usepackage\{(.*?)\}", tex)) == {"amsmath", "amssymb"}
    assert "not checked" in tex


def test_documents_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Document([])
    with pytest.raises(ValueError, match="2 headings for 1"):
        Document([derive.diff("x**2", "x")], headings=["a", "b"])


def test_a_file_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    d, path = derive.diff("x**2", "x"), tmp_path / "d.tex"
    assert d.to_tex(path) == path
    assert path.read_text(encoding="utf-8") == d.latex(standalone=True)
    before = path.read_text(encoding="utf-8")

    def fails(*_: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr(os, "replace", fails)
    with pytest.raises(OSError, match="no space"):
        write("other", path)
    assert path.read_text(encoding="utf-8") == before
    assert os.listdir(tmp_path) == ["d.tex"]


# ------------------------------------------------------------------ read by others


def displays(d: Derivation) -> tuple[str, ...]:
    full = d.latex(label="a", detail="full")
    return d.latex(), d.latex("align*", width=150), full


@TRUE_ELSEWHERE
def test_every_rule_passes_a_parser_of_latex() -> None:
    math_core = pytest.importorskip("math_core")
    stacked = {"substack": r"\begin{matrix}#1\end{matrix}"}  # of amsmath, which it has not
    parser = math_core.LatexToMathML(macros=stacked, fancy_error=False)
    for d in of_each_rule():
        for tex in displays(d):
            parser.convert_with_local_state(tex, displaystyle=True)
    with pytest.raises(math_core.LatexError):
        parser.convert_with_local_state(r"\frac{a}", displaystyle=True)


def complaints(tex: str, folder: Path) -> list[str]:
    """What LaTeX says of a document: errors, and boxes that are too wide or too high."""
    (folder / "d.tex").write_text(tex, encoding="utf-8")
    run = [str(LATEX), "-interaction=nonstopmode", "-no-shell-escape", "d.tex"]
    for _ in range(2):  # the second time with the table of contents
        subprocess.run(run, cwd=folder, capture_output=True, timeout=120, check=False)
    log = (folder / "d.log").read_text(encoding="latin1")
    assert (folder / "d.pdf").exists()
    return re.findall(r"^(?:!|Overfull|LaTeX Warning: .*(?:undefined|multiply)).*", log, re.M)


@pytest.mark.latex
@pytest.mark.skipif(not LATEX, reason="pdflatex is not installed")
@TRUE_ELSEWHERE
@pytest.mark.parametrize("detail", ["brief", "full"])
def test_every_rule_compiles_without_a_box_too_wide(detail: str, tmp_path: Path) -> None:
    shown = (d.latex(label=f"d{k}", detail=detail) for k, d in enumerate(of_each_rule()))
    assert complaints(page("\n\n".join(shown)), tmp_path) == []


@pytest.mark.latex
@pytest.mark.skipif(not LATEX, reason="pdflatex is not installed")
def test_documents_compile(tmp_path: Path) -> None:
    many = "x**2*sin(x)*exp(y)*log(x)*atan(x)/(x + a)**3"
    found = [
        derive.diff(many, "x"),
        derive.integrate("1/(x**3 + 1)", "x"),
        derive.limit("sin(x)/x", "x", 0),
        derive.inverse("[[a,b,1],[c,d,2],[1,2,3]]"),
        derive.backprop("w.T @ x", wrt=["w"], shapes={"w": "n", "x": "n"}).whole,
    ]
    for detail in ("brief", "normal", "full"):
        document = Document(found, title="Five é 中 \\input{x} $", detail=detail)
        assert complaints(document.latex(), tmp_path) == []
    for env in ("", "aligned", "align*"):
        assert complaints(found[0].latex(env, standalone=True), tmp_path) == []


@pytest.mark.latex
@pytest.mark.skipif(not LATEX, reason="pdflatex is not installed")
def test_hostile_names_compile(tmp_path: Path) -> None:
    names = [r"\input{x}", "$", "a\nb", "}{", "%", "&", "#1", "^", "~", "", "é", "中", "ð", "λ"]
    whole = sum(Symbol(name) ** 2 for name in names)
    d = one_step(whole, whole, where=((Symbol("$"), log(whole)),))
    document = Document([d] * 2, title="$%", headings=[r"\end{document}", "a_b^c"])
    assert complaints(document.latex(), tmp_path) == []


def test_the_check_of_documents_sees_what_is_wrong(tmp_path: Path) -> None:
    if not LATEX:
        pytest.skip("pdflatex is not installed")
    assert complaints(page(r"\[ x^{2}^{3} \]"), tmp_path)
    assert complaints(page(r"\[ " + "x + " * 60 + r"x \]"), tmp_path)
