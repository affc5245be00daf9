"""The entries of saved data: each is what it should be, or is refused in one line."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from re import Pattern
from typing import Any

from sympy.core.assumptions import StdFactKB, _assume_defined

from derive.limits_of_input import TooLarge, most
from derive.tokens import is_invisible, look_alike, one_line

FORMAT = "derivation 1"
HOSTILE = frozenset('\\$%&#<>{}"`;@~')  # what LaTeX, Markdown, HTML or a shell act on
ASSUMPTIONS = frozenset(_assume_defined)
COMMON = {"commutative": True}  # of a letter of which nothing is said
TELLING = (
    "real",
    "rational",
    "nonzero",
    "nonpositive",
    "nonnegative",
    "negative",
    "positive",
    "zero",
    "integer",
    "even",
    "odd",
    "prime",
)  # fmt: skip  (what says more, later)


class SavedError(ValueError):
    """Data that is no saved derivation, or a derivation that cannot be saved: one line says why."""

    def __init__(self, problem: str):
        super().__init__(one_line(problem)[:300])


def is_a(value: Any, kind: type, where: str) -> Any:
    if type(value) is not kind:
        raise SavedError(f"{where} is {type(value).__name__}, not {kind.__name__}")
    return value


def a_list(value: Any, where: str) -> list[Any]:
    found: list[Any] = is_a(value, list, where)
    return found


def keys(value: Any, where: str, allowed: set[str], needed: set[str]) -> dict[str, Any]:
    found: dict[str, Any] = is_a(value, dict, where)
    if strange := next((key for key in found if key not in allowed), None):
        raise SavedError(f"{where} has the unknown key {str(strange)[:40]!r}")
    if missing := next((key for key in sorted(needed) if key not in found), None):
        raise SavedError(f"{where} has no {missing!r}")
    return found


def of_types(row: list[Any], kinds: tuple[type, ...], where: str) -> list[Any]:
    if len(row) != len(kinds):
        raise SavedError(f"{where} has {len(row)} parts, not {len(kinds)}")
    return [is_a(value, kind, where) for value, kind in zip(row, kinds, strict=True)]


def refuse_misfit(pattern: Pattern[str], codes: str, where: str) -> None:
    if not pattern.fullmatch(codes):
        raise SavedError(f"{where} has arguments that do not fit")


def whole_number(digits: str, where: str) -> int:
    if len(digits) > most("digits") + 1:
        raise TooLarge(f"{where}, a number of {len(digits)} digits,", "digits")
    plain = digits.removeprefix("-")
    if not (plain.isascii() and plain.isdecimal()):
        raise SavedError(f"{where} is no whole number")
    return int(digits)


def facts_of(facts: dict[str, Any], where: str) -> dict[str, bool]:
    for name, value in facts.items():
        if name not in ASSUMPTIONS or not isinstance(value, bool):
            raise SavedError(f"{where}: {name[:40]!r} is no assumption that is read")
    return facts


def fewest_facts(facts: Mapping[str, bool | None]) -> dict[str, bool]:
    """The fewest facts from which all of these follow: equal letters are equal data.

    SymPy holds letters for equal that were made of other words, and hands out either.

    >>> fewest_facts({"real": True, "positive": True, "integer": True})
    {'integer': True, 'positive': True}
    """
    return dict(_fewest(frozenset((name, v) for name, v in facts.items() if v is not None)))


@cache
def _fewest(facts: frozenset[tuple[str, bool]]) -> tuple[tuple[str, bool], ...]:
    kept = everything = dict(StdFactKB({**COMMON, **dict(facts)}))
    for name in sorted(everything, key=lambda fact: (*_telling(fact, everything[fact]), fact)):
        fewer = {other: value for other, value in kept.items() if other != name}
        if dict(StdFactKB({**COMMON, **fewer})) == everything:
            kept = fewer
    return tuple(sorted(kept.items()))


def _telling(fact: str, holds: bool) -> tuple[bool, int]:
    """What holds says more than what does not; that it is not real more than not even."""
    rank = TELLING.index(fact) if fact in TELLING else -1
    return holds, rank if holds or rank < 0 else len(TELLING) - rank


def plain_name(name: str, where: str) -> str:
    """A name that looks like what it is: what LaTeX, HTML or a terminal would act on is none."""
    if len(name) > most("name_length"):
        raise TooLarge(f"{where}, a name of {len(name)} characters,", "name_length")
    strange = next((c for c in name if c in HOSTILE or is_invisible(c)), None)
    if strange is not None:
        raise SavedError(f"{where}: U+{ord(strange):04X} in a name is not read")
    if advice := look_alike(name):
        raise SavedError(f"{where}: {advice}")
    return name


def plain_words(text: Any, where: str) -> str:
    found: str = is_a(text, str, where)
    if len(found) > most("characters"):
        raise TooLarge(f"{where}, a text of {len(found)} characters,", "characters")
    if any(is_invisible(c) for c in found):
        raise SavedError(f"{where}: an invisible character in a text is not read")
    return found
