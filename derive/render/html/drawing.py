"""The picture of a derivation (extra `plot`) as an image that is inside of the page."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from io import BytesIO

from derive.core import Derivation

WIDTH, HEIGHT = 5.5, 3.4  # inches
ID = re.compile(r'\bid="([^"]+)"')
PATH = re.compile(r'(?<= d=")[^"]+')
LONG = re.compile(r"(\.\d\d)\d+")  # a hundredth of a point is not seen
LEFT_OUT = re.compile(r"<!--.*?-->|<\?xml.*?\?>|<!DOCTYPE.*?>|<metadata>.*?</metadata>", re.S)


@dataclass(frozen=True)
class Drawing:
    """An image as a data URL, and what is seen in it, in words."""

    source: str
    words: str


def drawing(derivation: Derivation) -> Drawing | None:
    """None where the derivation has no picture. Raises MissingExtra without matplotlib."""
    try:
        axes = derivation.plot()
    except ValueError:  # of nothing that can be drawn, or with letters that have no values
        return None
    axes.set_title("")  # the section has it
    axes.figure.set_size_inches(WIDTH, HEIGHT)
    written = BytesIO()
    axes.figure.savefig(written, format="svg", metadata={"Date": None})
    seen = [line.get_label() for line in axes.lines if not line.get_label().startswith("_")]
    picture = base64.b64encode(reproducible(written.getvalue().decode()).encode()).decode()
    return Drawing(f"data:image/svg+xml;base64,{picture}", ", ".join(seen) or "a picture")


def reproducible(svg: str) -> str:
    """The same image with identifiers that are numbered, in place of random ones.

    >>> reproducible('<!-- of today --><g id="m9f3"/><use href="#m9f3"/>')
    '<g id="i0"/><use href="#i0"/>'
    """
    svg = PATH.sub(lambda path: LONG.sub(r"\1", path[0]), LEFT_OUT.sub("", svg).strip())
    for number, name in enumerate(dict.fromkeys(ID.findall(svg))):
        svg = re.sub(rf'(\bid="|#){re.escape(name)}(?=["\)])', rf"\g<1>i{number}", svg)
    return svg
