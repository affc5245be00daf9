"""Markdown: equations, reasons and verdict; labels in the flavors that have them."""

from __future__ import annotations

import re

import pytest
from sympy import sin

from tests.test_render import derivation, x


def test_markdown_has_equations_reasons_and_verdict() -> None:
    shown = derivation(x * sin(x)).markdown()
    assert shown.startswith("$$\n\\begin{aligned}\n")
    assert "\n\\end{aligned}\n$$\n" in shown
    assert "- **product rule**: Differentiate one factor at a time" in shown
    assert shown.count("**sine**") == 1


@pytest.mark.parametrize(
    ("flavor", "mark"), [("myst", "$$ (square)"), ("quarto", "$$ {#eq-square}")]
)
def test_the_equations_have_the_label_of_their_flavor(flavor: str, mark: str) -> None:
    plain, labelled = (
        derivation(x**2).markdown(**options)
        for options in ({}, {"flavor": flavor, "label": "square"})
    )
    assert mark in labelled.splitlines()
    assert labelled.replace(mark, "$$") == plain


def test_myst_reads_its_label() -> None:
    markdown_it = pytest.importorskip("markdown_it")
    dollarmath = pytest.importorskip("mdit_py_plugins.dollarmath")
    parser = markdown_it.MarkdownIt().use(dollarmath.dollarmath_plugin)
    text = derivation(x**2).markdown(flavor="myst", label="square")
    (found,) = [t for t in parser.parse(text) if t.type == "math_block_label"]
    assert found.info == "square"
    assert found.content.strip().startswith(r"\begin{aligned}")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"flavor": "word"}, "write one of myst, quarto"),
        ({"label": "square"}, 'flavor="myst"'),
        ({"flavor": "myst", "label": "a) $x"}, "is no label"),
        ({"flavor": "quarto", "label": "a}"}, "is no label"),
    ],
)
def test_what_is_no_label(options: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        derivation(x**2).markdown(**options)
