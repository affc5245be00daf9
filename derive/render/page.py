r"""A document of LaTeX around what is set."""

from __future__ import annotations

PREAMBLE = r"""\documentclass{article}
\usepackage{amsmath}
\usepackage{amssymb}
\allowdisplaybreaks
"""
# The letters beyond ASCII that LaTeX's standard type has; others are spelled by their numbers.
ACCENTED = "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝßàáâãäåæçèéêëìíîïñòóôõöøùúûüýÿ"


def page(body: str, opening: str = "") -> str:
    """A whole document, which LaTeX makes into pages as it is."""
    text = f"{PREAMBLE}{opening}\\begin{{document}}\n{body}\n\\end{{document}}\n"
    return "".join(map(_printable, text))


def _printable(letter: str) -> str:
    return letter if letter.isascii() or letter in ACCENTED else f"U+{ord(letter):04X}"
