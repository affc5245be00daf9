"""Names of arrays and sizes: what Python would read as one name, and no word of its own."""

from __future__ import annotations

from keyword import iskeyword
from unicodedata import normalize

from derive.tokens import MAX_NAME_LENGTH

INSTEAD = {"lambda": "lamda"}  # as SymPy spells it


def plain_name(text: str, what: str) -> str:
    """The name in the form that Python gives it when it reads a formula. Raises ValueError.

    >>> plain_name(" x_1", "a name")
    'x_1'
    """
    name = normalize("NFKC", text.strip())
    if iskeyword(name):
        instead = INSTEAD.get(name, f"{name}_")
        raise ValueError(f"{name!r} is a word of Python's, not {what}: write {instead}")
    if not name.isidentifier():
        raise ValueError(f"{name[:40]!r} is not {what}: write letters, digits and underscores")
    if len(name) > MAX_NAME_LENGTH:
        raise ValueError(f"{name[:20]}... is too long: write {MAX_NAME_LENGTH} letters at most")
    return name
