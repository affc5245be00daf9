"""The page of HTML: what it says, that nothing in it runs or is fetched, how a browser shows it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path

import pytest
from sympy import Basic, Function, Symbol, sin, symbols

import derive
from derive.core import Derivation, Step
from derive.render.html.page import piece
from derive.render.html.section import DEEPEST, section
from derive.render.markdown import numbered_markdown
from derive.render.mathml import mathml
from derive.render.names import plain_text
from lambdify_bridge.extras import MissingExtra
from tests.support.chromium import PROGRAM, Browser, browser
from tests.test_render import HOSTILE, deep, derivation, harmless_latex, one_step

x, y = symbols("x y")
MOST_BYTES = 200_000  # of a page of 20 steps and a plot
EMPTY_ELEMENTS = {"meta", "link", "img", "path", "circle", "polyline", "mspace"}
NAMES = """
    html head title style body header h1 h2 h3 nav ol li a span main section div p details
    summary table thead tbody tr th td pre code figure svg g text math semantics annotation mrow
    mi mo mn ms mtext mfrac msqrt mroot msub msup msubsup munder mover munderover mtable mtr mtd
    mpadded mphantom mstyle menclose mmultiscripts
"""
ELEMENTS = EMPTY_ELEMENTS | set(NAMES.split())


class Page(HTMLParser):
    """The elements of a page in order, its text, and whether every element is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(text)
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ELEMENTS, tag
        self.elements.append((tag, dict(attrs)))
        if tag not in EMPTY_ELEMENTS:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ELEMENTS, tag
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in EMPTY_ELEMENTS:
            assert self.open.pop() == tag, (tag, self.open)

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.elements)


def harmless_page(text: str) -> Page:
    """Known elements only, all closed; no script, no handler, no address but of the page itself."""
    page = Page(text)
    for tag, attributes in page.elements:
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            assert name not in ("src", "action", "srcset", "srcdoc"), (tag, name)
            if name == "href":
                assert str(value).startswith(("#", "data:,")), value
    assert not re.search(r"url\((?!data:font/woff2;)|@import|https?://", text)
    return page


# ------------------------------------------------------------------ what it says


def test_a_page_has_the_question_the_steps_the_reasons_and_the_check() -> None:
    d = derive.diff("x**2*log(x)", "x")
    before = harmless_page(d.to_html()).text
    assert "not checked" in before
    assert "confirmed" not in before
    d.check()
    page = harmless_page(d.to_html(title="A product"))
    assert page.count("h1") == 1
    assert page.text.count("A product") == 2
    for step in d.steps:
        assert step.rule in page.text
        assert step.sentence.split("\n")[0] in page.text
    assert "✓ confirmed" in page.text
    assert d.report is not None
    assert d.report.reason in page.text
    assert page.text.count("4 points") == len(d.report.steps)
    assert all(f"{row.error:.2e}" in page.text for row in d.report.orders)
    assert page.count("circle") == len([row for row in d.report.orders if row.error > 0])
    assert r"x \neq 0" in page.text or r"x > 0" in page.text
    assert d.latex() in page.text.replace("&amp;", "&")


def test_steps_stand_inside_of_the_step_that_needs_them() -> None:
    shown = section(derivation(x * sin(x)))
    (first,) = shown.steps
    assert [part.number for part in first.parts] == [2, 3]
    assert first.altogether is not None
    assert [part.altogether for part in first.parts] == [None, None]


@pytest.mark.parametrize("f", ["exp(x)*sin(x)", "x**3*exp(x)", "sqrt(1 - x**2)"])
def test_every_step_is_there_once(f: str) -> None:
    d = derive.integrate(f, "x")
    page = harmless_page(d.to_html())
    numbers = [int(str(a["value"])) for tag, a in page.elements if tag == "li" and "value" in a]
    assert sorted(numbers) == list(range(1, section(d).count + 1))


def test_deep_derivations_are_nested_no_deeper_than_a_window_has_room_for() -> None:
    levels = deepest = 0
    page = derivation(deep(12)).to_html()
    harmless_page(page)
    for line in page.splitlines():
        levels += line.count('<ol class="steps">') - line.count("</ol>")
        deepest = max(deepest, levels)
    assert deepest == DEEPEST + 1
    assert "more steps" in derivation(deep(110)).to_html()


def test_refuted_and_undecided_are_never_shown_as_a_pass() -> None:
    d = derive.diff("x**2", "x")
    d.check()
    report = d.report
    assert report is not None
    for verdict in ("refuted", "undecided"):
        d._reports.append(type(report)("x = y", verdict, "because"))
        text = harmless_page(d.to_html()).text
        assert f"{verdict}: because" in text
        assert "✓" not in text


def test_the_latex_of_each_formula_can_be_copied() -> None:
    assert r'encoding="application/x-tex">\frac{1}{2}</annotation>' in mathml(r"\frac{1}{2}")
    assert mathml(r"\href{a}{<b>}") == r'<code class="tex">\href{a}{&lt;b&gt;}</code>'


@pytest.mark.parametrize(
    ("tex", "shows"),
    [
        (r"\sum_{\substack{1 \leq j\\1 \leq k}} j k", "<mtable"),
        (r"\operatorname{\mathit{Word}}\left(k\right)", "<mi>Word</mi>"),
    ],
)
def test_what_sympy_prints_and_math_core_lacks(tex: str, shows: str) -> None:
    assert shows in mathml(tex)


# ------------------------------------------------------------------ files, several, a notebook


def test_a_page_is_written_whole(tmp_path: Path) -> None:
    d, path = derive.diff("x**2", "x"), tmp_path / "page.html"
    path.write_text("old")
    shown = d.to_html(path)
    assert path.read_text(encoding="utf-8") == shown == d.to_html()
    assert [each.name for each in tmp_path.iterdir()] == ["page.html"]
    with pytest.raises(OSError, match="nowhere"):
        d.to_html(tmp_path / "nowhere" / "page.html")


def test_a_report_of_several_has_a_table_of_contents(tmp_path: Path) -> None:
    one, other = derive.diff("x**2", "x"), derive.limit("sin(x)/x", "x", 0)
    one.check()
    page = harmless_page(derive.report([("squares", one), other], tmp_path / "r.html", title="T"))
    assert page.count("nav") == page.count("h1") == 1
    assert page.count("section") == page.count("h2") == 2
    anchors = [str(a["id"]) for _, a in page.elements if "id" in a]
    assert len(anchors) == len(set(anchors))
    links = [str(a["href"])[1:] for tag, a in page.elements if tag == "a"]
    assert set(links) <= set(anchors)
    assert links[:2] == ["d1", "d2"]
    assert "squares ✓ confirmed" in " ".join(page.text.split())
    assert derive.report(one).count("<section") == 1


def test_a_report_of_an_answer_in_several_parts() -> None:
    several = derive.report(derive.eigen("[[2,1],[1,2]]"))
    assert "characteristic polynomial</a>" in several
    assert "vectors 2</a>" in several
    assert "<h1>one</h1>" in derive.report({"one": derivation(x**2)})


@pytest.mark.parametrize("wrong", ["x**2", [1], [("a", 2)], 3, {"a": "b"}, None, [b"x"]])
def test_a_report_is_of_derivations(wrong: object) -> None:
    with pytest.raises(TypeError, match="a report is of derivations"):
        derive.report(wrong)
    with pytest.raises(ValueError, match="at least one"):
        derive.report([])


def test_a_notebook_shows_steps_that_open_and_close() -> None:
    d = derive.diff("x**2*sin(x)", "x")
    shown = d.show()
    page = harmless_page(shown._repr_html_())
    assert page.count("details") >= 3
    assert page.count("html") == page.count("h1") == 0
    assert repr(shown) == d.text()
    assert piece(section(d)) == shown.html
    for rule in re.findall(r"^([^{}@]+)\{", shown.html.split("</style>")[0], re.MULTILINE)[1:]:
        assert ".derivation" in rule or ".verdict" in rule or "nav" in rule, rule


def test_a_notebook_lists_the_steps_with_their_numbers() -> None:
    d = derive.integrate("x**2*log(x)", "x")
    shown = d._repr_mimebundle_()["text/markdown"]
    found = re.findall(r"^(\d+)\. \*\*(.*?)\*\*", shown, re.MULTILINE)
    assert [int(number) for number, _ in found] == list(range(1, len(found) + 1))
    assert found[0][1] == d.root.rule
    assert "(if $x \\neq 0$)" in derive.diff("log(x)", "x")._repr_mimebundle_()["text/markdown"]
    assert shown.count("$$") == 2 * (len(found) + 1)
    assert derive.limit("1/x", "x", 0)._repr_mimebundle_()["text/markdown"].count("exist") >= 1


def test_without_the_packages_the_error_says_which_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    from derive.render import mathml as adapter
    from derive.render.html import page

    for module, cached in (("jinja2", page._templates), ("math_core", adapter._converter)):
        with monkeypatch.context() as without:
            without.setitem(sys.modules, module, None)
            cached.cache_clear()
            with pytest.raises(MissingExtra, match=r"derive-bridge\[html\]"):
                derive.diff("x", "x").to_html()


# ------------------------------------------------------------------ hostile names, size


@pytest.mark.parametrize("name", [*HOSTILE, "<img src=x onerror=alert(1)>", "{{ 7*7 }}", "]]>"])
def test_hostile_names_are_text(name: str) -> None:
    letter = Symbol(name)
    whole: Basic = Function(name or "f")(letter) ** 2
    root = Step(whole, name, whole, whole, where=((letter, whole),), sentence=name)
    d = Derivation(root, whole)
    harmless_page(d.to_html(title=name))
    harmless_page(derive.report([(name, d), d], title=name))
    harmless_page(d.show().html)
    harmless_latex(numbered_markdown(one_step(whole, whole, where=((letter, whole),))))
    assert "<" not in re.sub(r"\{<\}", "", numbered_markdown(d))
    assert plain_text(name) in Page(d.to_html(title=name)).text


def twenty_steps() -> Derivation:
    f = "x**2*sin(3*x)*exp(x)/(x**4 + 1) + log(x)*cos(x**2)*tan(x) + sqrt(x**3 + 1) + atan(x)"
    d = derive.diff(f, "x")
    assert 18 <= len(d.steps) <= 30
    d.check()
    return d


def test_a_page_of_twenty_steps_and_a_plot_is_small() -> None:
    page = twenty_steps().to_html()
    assert "<polyline" in page
    assert len(page.encode()) < MOST_BYTES
    assert page == twenty_steps().to_html()


def test_a_page_with_pictures_is_one_small_file_and_the_same_twice() -> None:
    pytest.importorskip("matplotlib")
    page = twenty_steps().to_html(plots=True)
    (drawn,) = (given for name, given in Page(page).elements if name == "img")
    assert str(drawn["src"]).startswith("data:image/svg+xml;base64,")
    assert "tangent" in str(drawn["alt"])
    assert len(page.encode()) < MOST_BYTES
    assert page == twenty_steps().to_html(plots=True)
    without = derive.determinant([[1, 2], [3, 4]]).to_html(plots=True)
    assert "<img" not in without


# ------------------------------------------------------------------ in a browser


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if PROGRAM is None:
        pytest.skip("there is no Chromium")
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    matrix = derive.determinant("[[2,1,0,a],[1,3,1,b],[0,1,4,1],[a,b,1,2]]")
    hostile = one_step(Symbol("</script>") ** 2, Symbol("$") ** 2, sentence="<b>")
    answers = [twenty_steps(), derive.integrate("exp(x)*sin(x)", "x"), matrix, hostile]
    plots = find_spec("matplotlib") is not None
    derive.report([*answers, derive.limit("1/x", "x", 0)], path, plots=plots)
    return path


OPEN_ALL = "document.querySelectorAll('details').forEach(each => each.open = true)"
FONT = "[...document.fonts].map(font => font.family + ' ' + font.status)"
EMPTY_FORMULAS = """
[...document.querySelectorAll('math, code.tex')].filter(each => {
    const box = each.getBoundingClientRect();
    return !(box.width > 0 && box.height > 0);
}).length"""
WIDE_BOXES = """
[...document.querySelectorAll('body *')].filter(each =>
    each.scrollWidth > each.clientWidth + 1
    && ['auto', 'scroll'].includes(getComputedStyle(each).overflowX)).length"""
HIDDEN_IN_PRINT = """
[...document.querySelectorAll('.why')].filter(each => !each.checkVisibility(
    {contentVisibilityAuto: true, checkVisibilityCSS: true})).length"""
CONTRAST = """
(() => {
    const parts = c => c.match(/[\\d.]+/g).map(Number).slice(0, 3);
    const light = c => parts(c).map(v => v / 255)
        .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
        .reduce((sum, v, k) => sum + v * [.2126, .7152, .0722][k], 0);
    const back = light(getComputedStyle(document.body).backgroundColor);
    return Math.min(...['body', 'h1', '.verdict', 'p.why', 'nav a', 'math'].map(name => {
        const front = light(getComputedStyle(document.querySelector(name)).color);
        return (Math.max(front, back) + .05) / (Math.min(front, back) + .05);
    }));
})()"""


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [500, 1000])
def test_a_browser_shows_the_page(
    chromium: Browser, report: Path, tmp_path: Path, width: int, scheme: str
) -> None:
    chromium.open(report, width, scheme)
    chromium.value(OPEN_ALL)
    assert chromium.value("document.querySelectorAll('math').length") > 100
    assert chromium.value(EMPTY_FORMULAS) == 0
    assert chromium.value("document.documentElement.scrollWidth") <= width
    assert chromium.value(CONTRAST) >= 4.5
    dark = chromium.value("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    assert dark == (scheme == "dark")
    assert chromium.complaints() == []
    assert [url for url in chromium.requests() if not url.startswith("data:")] == [report.as_uri()]
    assert chromium.value(FONT) == ["STIX Two Math Subset loaded"]
    chromium.screenshot(tmp_path / f"report-{width}-{scheme}.png")
    assert (tmp_path / f"report-{width}-{scheme}.png").stat().st_size > 10_000


@pytest.mark.browser
def test_all_steps_are_open_in_print_and_nothing_scrolls(chromium: Browser, report: Path) -> None:
    chromium.open(report)
    assert chromium.value(HIDDEN_IN_PRINT) > 0
    chromium.open(report, scheme="dark", media="print")
    assert chromium.value(HIDDEN_IN_PRINT) == 0
    assert chromium.value(EMPTY_FORMULAS) == 0
    assert chromium.value(WIDE_BOXES) == 0
    assert chromium.value("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


@pytest.mark.browser
def test_the_keyboard_opens_a_step(chromium: Browser, report: Path) -> None:
    chromium.open(report)
    closed = "document.querySelectorAll('li > details:not([open])')"
    before = chromium.value(f"{closed}.length")
    chromium.value(f"{closed}[0].querySelector('summary').focus({{focusVisible: true}})")
    assert chromium.value("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    for kind in ("keyDown", "keyUp"):
        chromium.do("Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", text="\r",
                    windowsVirtualKeyCode=13)  # fmt: skip
    assert chromium.value(f"{closed}.length") == before - 1


@pytest.mark.browser
def test_a_screen_reader_is_told_headings_steps_and_formulas(
    chromium: Browser, report: Path
) -> None:
    chromium.open(report)
    chromium.do("Accessibility.enable")
    nodes = chromium.do("Accessibility.getFullAXTree")["nodes"]
    roles = [node["role"]["value"] for node in nodes if not node.get("ignored")]
    assert roles.count("heading") == 1 + 5 + 5 * 4
    told = {"navigation", "main", "list", "listitem", "MathMLMath", "DisclosureTriangle"}
    assert told - set(roles) == set()
    summaries = [n["name"]["value"] for n in nodes if n["role"]["value"] == "DisclosureTriangle"]
    assert all(summaries)
