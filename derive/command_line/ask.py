"""The command line's way to any of the public functions: `derive ask kl_divergence ...`."""

from __future__ import annotations

import argparse
import json
from re import split
from typing import Any

WORDS = 'any function of the package: ask newtons_method "x**2 - 2" x; alone, what there is'


def _add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("call", nargs="?", help="the name of the function")
    parser.add_argument("args", nargs="*", metavar="ARG", help="text, or JSON: x**2, 3, [1, 2]")
    parser.add_argument("--option", action="append", default=[], metavar="name=value",
                        help="what the function takes by name")  # fmt: skip


def _asked(options: argparse.Namespace, read: Any) -> Any:
    from derive.batch_answers import called

    by_name = dict(map(_named, options.option))
    if {"timeout", "memory"} & set(by_name):
        raise ValueError("the time allowed is --timeout")
    args = [_value(word) for word in options.args]
    return called(options.call, args, {**by_name, "timeout": options.timeout}, read.facts)


def listing() -> str:
    """The functions, each with the first sentence of its words."""
    import derive
    from derive.batch_answers import calls

    width = max(map(len, calls()))
    return "\n".join(f"{name:{width}}  {_sentence(getattr(derive, name))}" for name in calls())


def _sentence(function: Any) -> str:
    words = " ".join(function.__doc__.split("\n\n")[0].split())
    return split(r"(?<!\.)\. (?=[A-Z`])", words)[0].rstrip(".")


def _named(word: str) -> tuple[str, Any]:
    name, equals, value = word.partition("=")
    if not equals:
        raise ValueError(f"--option {word}: write a name and its value, such as order=2")
    return name.strip(), _value(value)


def _value(word: str) -> Any:
    """JSON where it is some, else text as it stands."""
    try:
        return json.loads(word, parse_constant=_no_number)
    except ValueError:
        return word.strip()


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is text")


SUBJECTS = (("ask", WORDS, _asked, _add),)
