"""Names of arrays and sizes: what Python would read as one name, and no word of its own."""

from __future__ import annotations

from keyword import iskeyword
from unicodedata import normalize

from derive.limits_of_input import most, to_raise
from derive.tokens import is_invisible, look_alike

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
    if not name.isidentifier() or any(map(is_invisible, text.strip())):
        raise ValueError(f"{name[:40]!r} is not {what}: write letters, digits and underscores")
    if advice := look_alike(name):
        raise ValueError(f"{name[:40]!r} is not {what}: {advice}")
    if len(name) > most("name_length"):
        raise ValueError(
            f"{name[:20]}... is too long: write {most('name_length')} letters at most, "
            f"{to_raise('name_length')}"
        )
    return name
