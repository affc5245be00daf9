"""Methods by name: one for each file of rules, and every rule by its own name."""

from __future__ import annotations

from derive.rules import Rule, RuleTable

# What may come before the method that is asked for.
BEFORE = ("linearity", "bounds", "kinks", "fundamental_theorem", "improper", "multiple")


def methods(table: RuleTable) -> dict[str, frozenset[str]]:
    """The names of the rules, by the file that they stand in: by_parts, substitution, ...

    >>> from derive.calculus.integrals import RULES
    >>> "integration by parts" in methods(RULES)["by_parts"]
    True
    """
    found: dict[str, list[str]] = {}
    for rule in table:
        found.setdefault(_file(rule), []).append(rule.name)
    return {file: frozenset(names) for file, names in sorted(found.items())}


def _file(rule: Rule) -> str:
    return rule.function.__module__.rpartition(".")[2]


def named(method: str, table: RuleTable) -> frozenset[str]:
    """The rules that `method` means: a file's, or those that have its words in their name.

    Raises ValueError for other words.

    >>> from derive.calculus.integrals import RULES
    >>> "partial fractions" in named("partial-fractions", RULES)
    True
    """
    files = methods(table)
    words = _words(str(method))
    for file, names in files.items():
        if _words(file) == words:
            return names
    meant = frozenset(rule.name for rule in table if f" {words} " in f" {_words(rule.name)} ")
    if not words or not meant:
        others = "or the name of a rule, such as 'partial fractions'"
        raise ValueError(f"method is {method!r}; write one of {', '.join(files)}, {others}")
    return meant


def _words(name: str) -> str:
    return " ".join(name.lower().replace("'s", "").replace("_", " ").replace("-", " ").split())


def before(table: RuleTable) -> frozenset[str]:
    """The rules that take an integral apart, or prepare it, before a method is chosen."""
    files = methods(table)
    return frozenset().union(*(files[file] for file in BEFORE if file in files))


def method_of(name: str, table: RuleTable) -> str:
    """The method that a rule belongs to: the name of its file."""
    return next(file for file, names in methods(table).items() if name in names)
