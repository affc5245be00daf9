"""The grammar: which values the tokens describe, operators by how tightly they bind, names."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Any

import sympy
from sympy import S
from sympy.core.function import FunctionClass
from sympy.core.symbol import Str

from derive.functions import (
    ANY_SIZE,
    COMPLEX_PARTS,
    CONSTANTS,
    FUNCTIONS,
    LETTERS,
    NOT_VALUES,
    STRUCTURED,
    add,
    digits,
    is_condition,
    is_scalar,
    multiply,
    power,
    refuse_long_argument,
    safely,
    too_long,
)
from derive.limits_of_input import most, to_raise
from derive.reader import Reader, kind
from derive.tokens import ParseError, Token

Meaning = Any  # what a name stands for: a SymPy object, or a function to call
Rule = Generator[Any, Any, Any]  # a grammar rule: it yields the rules it needs, returns its value

# fmt: off
RELATIONS = {"<": sympy.Lt, "<=": sympy.Le, ">": sympy.Gt, ">=": sympy.Ge, "!=": sympy.Ne,
             "=": sympy.Eq, "==": sympy.Eq}

OR, AND, NOT, RELATION, SUM, PRODUCT, POWER, POSTFIX = 10, 20, 30, 40, 50, 60, 70, 80
BINDING = {
    "or": OR, "and": AND,
    "<": RELATION, "<=": RELATION, ">": RELATION, ">=": RELATION,
    "=": RELATION, "==": RELATION, "!=": RELATION,
    "+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT,
    "^": POWER, "^(": POSTFIX, "!": POSTFIX,
}
# fmt: on


class Parser(Reader):
    """One text. Every grammar rule is a generator: `yield rule` means "read this for me".

    So the rules read like recursive descent, and deep text does not deepen Python's stack.
    """

    def __init__(self, text: str, names: dict[str, Meaning]):
        super().__init__(text)
        self.names = names
        self.depth = 0

    def parse(self) -> Any:
        if self.current.kind == "end":
            raise self.error(self.current, "empty text", "write an expression, such as x^2 + 1")
        value = run(self.expression())
        if self.current.kind != "end":
            raise self.unexpected(self.current)
        return self.finished(value)

    def finished(self, value: Any) -> Any:
        """The value, once more looked through for what SymPy made of it behind our back."""
        start = self.tokens[0]
        entries = list(value) if isinstance(value, sympy.MatrixBase) else [value]
        if any(entry.has(S.NaN, S.ComplexInfinity) for entry in entries):
            raise self.error(start, "undefined value", "divide by something that is not 0")
        numbers = (n for entry in entries for n in entry.atoms(sympy.Rational))
        if any(digits(n) > most("digits") for n in numbers):
            raise self.error(start, *too_long("a number").args)
        return value

    def nested(self, token: Token, rule: Rule) -> Rule:
        self.depth += 1
        if self.depth > most("depth"):
            problem = f"nested deeper than {most('depth')} levels"
            advice = f"name the inner parts and derive them in turn, {to_raise('depth')}"
            raise self.error(token, problem, advice)
        value = yield rule
        self.depth -= 1
        return value

    # Operators, from the loosest to the tightest

    def expression(self, floor: int = 0) -> Rule:
        """Everything that binds tighter than `floor`."""
        start = self.index
        value = yield self.operand(floor)
        while (strength := self.binding(value)) > floor:
            if strength in (OR, AND):
                value = yield self.logic(value, strength)
            elif strength == RELATION:
                value = yield self.relation(value, start)
            elif strength == SUM:
                value = yield self.sum(value)
            elif strength == PRODUCT:
                value = yield self.product(value)
            elif strength == POWER:
                value = yield self.power(value)
            else:
                value = yield self.postfix(value)
        return value

    def binding(self, left: Any) -> int:
        """How tightly the current token joins `left` to what follows; 0 if it does not."""
        if self.at("|") and self.in_bars():
            return 0
        if self.at("|") and not is_scalar(left):
            return OR
        if self.starts_factor():
            return PRODUCT
        return BINDING.get(self.current.text, 0) if self.current.kind == "operator" else 0

    def in_bars(self) -> bool:
        return bool(self.open) and self.open[-1].text == "|"

    def starts_factor(self) -> bool:
        """A value right after a value: an implicit product, as in 2x."""
        return self.current.kind in ("number", "name") or self.at("(", "[", "√", "|")

    def logic(self, first: Any, strength: int) -> Rule:
        join, words = (sympy.Or, ("or", "|")) if strength == OR else (sympy.And, ("and",))
        token, conditions = self.current, [first]
        while self.at(*words):
            self.advance()
            conditions.append((yield self.expression(strength)))
        for condition in conditions:
            if not is_condition(condition):
                problem = f"{kind(condition)} where a condition is expected"
                raise self.error(token, problem, "write a comparison, such as x > 0")
        self.refuse_many(token, conditions, "too many conditions")
        return self.build(token, join, *conditions)

    def relation(self, left: Any, start: int) -> Rule:
        """lhs = rhs, a comparison, or a chain such as 0 < x <= 1."""
        sides, signs = [left], []
        while self.at(*RELATIONS):
            signs.append(self.advance())
            sides.append((yield self.expression(RELATION)))
        whole = start == 0 and not self.depth and self.current.kind == "end"
        self.refuse_chain(signs, whole)
        links = [self.compare(*link, whole) for link in zip(signs, sides, sides[1:], strict=False)]
        return links[0] if len(links) == 1 else self.build(signs[0], sympy.And, *links)

    def refuse_chain(self, signs: list[Token], whole: bool) -> None:
        for sign in signs:
            if sign.text == "=" and not whole:
                raise self.unexpected(sign)
        if len(signs) > 1 and {s.text[0] for s in signs} not in ({"<"}, {">"}):
            raise self.error(signs[1], "a chain of relations", "write one equation at a time")
        self.refuse_many(signs[0], signs, "too many comparisons")

    def refuse_many(self, token: Token, joined: list[Any], problem: str) -> None:
        fewest = most("conditions")
        if len(joined) > fewest:
            advice = f"join at most {fewest}, {to_raise('conditions')}"
            raise self.error(token, problem, advice)

    def compare(self, sign: Token, left: Any, right: Any, whole: bool) -> Any:
        relation = RELATIONS[sign.text]
        for side in (left, right):
            self.arithmetic(sign, side)
        if whole and relation is sympy.Eq:
            return self.build(sign, lambda: sympy.Eq(left, right, evaluate=False))
        return self.build(sign, safely(relation), left, right)

    def sum(self, first: Any) -> Rule:
        """All terms at once: adding 3000 terms one by one would take a minute."""
        token, terms = self.current, [first]
        while self.at("+", "-"):
            sign = self.advance()
            term = yield self.expression(SUM)
            terms.append(self.negative(sign, term) if sign.text == "-" else term)
        for term in terms:
            self.arithmetic(token, term)
        return self.build(token, add, *terms)

    def negative(self, sign: Token, term: Any) -> Any:
        return self.build(sign, lambda: -self.arithmetic(sign, term))

    def product(self, first: Any) -> Rule:
        token, factors, divided = self.current, [first], False
        while self.binding(factors[-1]) == PRODUCT:
            sign = self.current
            if sign.text in ("*", "/") and sign.kind == "operator":
                self.advance()
            else:
                self.refuse_implicit(sign, divided)
            factor = self.arithmetic(sign, (yield self.expression(PRODUCT)))
            divided = sign.text == "/"
            factors.append(self.build(sign, power, factor, S.NegativeOne) if divided else factor)
        self.arithmetic(token, first)
        return self.build(token, multiply, *factors)

    def refuse_implicit(self, token: Token, divided: bool) -> None:
        if token.text == "[":
            raise self.error(token, "indexing", "write x0 or x_0 for a component, * for a product")
        if token.kind == "number":
            advice = "write * for a product, ^ for a power"
            raise self.error(token, "a number right after a value", advice)
        if divided:
            advice = "write 1/(2*x) or (1/2)*x"
            raise self.error(token, "two readings of a product right after a division", advice)

    def power(self, base: Any) -> Rule:
        token = self.advance()
        exponent = yield self.nested(token, self.expression(POWER - 1))  # right associative
        self.arithmetic(token, base)
        return self.build(token, power, base, self.arithmetic(token, exponent))

    def postfix(self, value: Any) -> Rule:
        token = self.advance()
        self.arithmetic(token, value)
        if token.text == "^(":
            self.open.append(Token("operator", "(", token.position))
            exponent = yield self.nested(token, self.expression())
            self.close(")^")
            return self.build(token, power, value, self.arithmetic(token, exponent))
        if self.at("!"):
            raise self.unexpected(self.current)
        return self.build(token, FUNCTIONS["factorial"][0], self.scalar(token, value))

    # Operands

    def operand(self, floor: int) -> Rule:
        token = self.current
        if token.kind == "end":
            raise self.unexpected(token)
        self.advance()
        if token.kind == "number":
            return sympy.Rational(token.text)
        if token.kind == "name":
            return (yield self.named(token))
        rule = {
            "(": self.group,
            "[": self.matrix,
            "|": self.bars,
            "√": self.radical,
            "not": self.negation,
        }.get(token.text)
        if rule:
            return (yield rule(token))
        if token.text not in ("+", "-"):
            raise self.unexpected(token)
        value = yield self.nested(token, self.expression(max(floor, SUM)))
        return self.negative(token, value) if token.text == "-" else self.arithmetic(token, value)

    def negation(self, token: Token) -> Rule:
        condition = yield self.nested(token, self.expression(NOT))
        if not is_condition(condition):
            raise self.error(token, "'not' before a value", "write a comparison, such as not x > 0")
        return self.build(token, sympy.Not, condition)

    def radical(self, token: Token) -> Rule:
        """√ takes one number, name, call or bracket; √x^2 has two readings."""
        bracketed = self.at("(")
        value = yield self.nested(token, self.expression(POSTFIX))
        if not bracketed and self.at("^", "^(", "!"):
            raise self.error(self.current, "two readings after √", "write sqrt(x^2) or sqrt(x)^2")
        return self.build(token, FUNCTIONS["sqrt"][0], self.scalar(token, value))

    def bars(self, token: Token) -> Rule:
        self.open.append(token)
        value = yield self.nested(token, self.expression())
        self.close("|")
        return self.build(token, FUNCTIONS["abs"][0], self.scalar(token, value))

    def group(self, token: Token) -> Rule:
        """A bracket, or a Tuple: (x, 0, 1)."""
        items = yield self.items(token)
        if len(items) == 1 and self.tokens[self.index - 2].text != ",":
            return items[0]
        return sympy.Tuple(*items)

    def items(self, opening: Token) -> Rule:
        """The values up to the bracket that closes `opening`."""
        self.open.append(opening)
        if self.at(self.closing[opening.text]):
            raise self.error(self.current, "empty brackets", "write a value between them")
        items: list[Any] = []
        while not items or self.at(","):
            if items:
                self.advance()
                if items and self.at(")") and opening.text == "(":  # (x,) is a Tuple
                    break
            items.append((yield self.nested(opening, self.item(opening))))
        self.close(self.closing[opening.text])
        return items

    def item(self, opening: Token) -> Rule:
        """A value; in [ ] also a row; in a limit also a bare sign, as in Limit(f, x, 0, +)."""
        if opening.text == "[" and self.at("["):
            return (yield self.items(self.advance()))
        if self.at("+", "-") and opening.kind == "limit" and self.sign_ends():
            signs = [self.advance().text]
            while self.at("-"):
                signs.append(self.advance().text)
            return Str("".join(signs))
        return (yield self.expression())

    def sign_ends(self) -> bool:
        following = [token.text for token in self.tokens[self.index + 1 : self.index + 3]]
        return following[:1] == [")"] or following == ["-", ")"]

    def matrix(self, token: Token) -> Rule:
        """[1, 2] is a column, [[1, 2], [3, 4]] a matrix by rows."""
        items = yield self.items(token)
        rows = [item if isinstance(item, list) else [item] for item in items]
        nested = {isinstance(item, list) for item in items}
        if len(nested) > 1 or len({len(row) for row in rows}) > 1:
            raise self.error(token, "rows of different lengths", "write [[1, 2], [3, 4]]")
        for entry in (entry for row in rows for entry in row):
            if isinstance(entry, list):
                raise self.error(token, "brackets three deep", "write [[1, 2], [3, 4]]")
            self.scalar(token, entry)
        if (entries := len(rows) * len(rows[0])) > most("matrix_entries"):
            advice = f"name its blocks, {to_raise('matrix_entries')}"
            raise self.error(token, f"a matrix of {entries} entries", advice)
        return self.build(token, sympy.ImmutableMatrix, rows)

    # Names

    def named(self, token: Token) -> Rule:
        if not self.at("("):
            return self.meaning(token)
        function = self.function(token)
        arguments = yield self.arguments(token)
        if token.text in self.names:
            return self.build(token, function, *arguments)
        return self.call(token, function, arguments)

    def arguments(self, function: Token) -> Rule:
        opening = self.advance()
        if self.at(")"):
            self.advance()
            return []
        if function.text in ("Limit", "limit"):
            opening = replace(opening, kind="limit")
        return (yield self.items(opening))

    def meaning(self, token: Token) -> Any:
        """What a name stands for where no bracket follows it."""
        word = token.text
        value = self.names.get(word, CONSTANTS.get(word))
        if value is None:
            self.refuse_bare_function(token)
            return sympy.Symbol(word)
        if not isinstance(value, sympy.Basic | sympy.MatrixBase):
            raise self.error(token, f"'{word}' is a function", f"write {word}(x)")
        return value

    def refuse_bare_function(self, token: Token) -> None:
        word = token.text
        if word in NOT_VALUES:
            raise self.error(token, f"'{word}' is not a value", "leave it out")
        if word not in FUNCTIONS or word in LETTERS:
            return
        if self.at("^", "^("):
            raise self.error(token, f"a power of the function '{word}'", f"write {word}(x)**2")
        raise self.error(token, f"'{word}' is a function", f"write {word}(x)")

    def function(self, token: Token) -> Callable:
        word = token.text
        declared = self.names.get(word)
        if isinstance(declared, FunctionClass | sympy.Lambda):
            return declared
        if callable(declared) and not isinstance(declared, sympy.Basic):
            return declared
        if word in self.names or word not in FUNCTIONS:
            raise self.unknown_function(token)
        return FUNCTIONS[word][0]

    def unknown_function(self, token: Token) -> ParseError:
        word = token.text
        product = f"write {word}*{self.bracket_text()} for a product"
        declare = f"declare {word} as a function: derive.parse(..., local=)"
        if word in self.names or word in CONSTANTS:
            return self.error(token, f"'{word}' is not a function", product)
        close = difflib.get_close_matches(word, FUNCTIONS, n=1, cutoff=0.6) if word[1:] else []
        advice = f"write {close[0]}(...), or {product}" if close else product
        return self.error(token, f"unknown function '{word}'", f"{advice}, or {declare}")

    def call(self, token: Token, function: Callable, arguments: list[Any]) -> Any:
        word = token.text
        _, fewest, most = FUNCTIONS[word]
        if not fewest <= len(arguments) <= most:
            takes = f"{fewest}" if fewest == most else f"{fewest} to {most}"
            problem = f"'{word}' of {len(arguments)} arguments"
            raise self.error(token, problem, f"write {takes} argument{'s' * (takes != '1')}")
        if word not in STRUCTURED:
            for argument in arguments:
                self.scalar(token, argument)
                if word not in ANY_SIZE:
                    degree = "complex_degree" if word in COMPLEX_PARTS else "degree"
                    self.build(token, refuse_long_argument, argument, degree)
        return self.build(token, function, *arguments)


def run(rule: Rule) -> Any:
    """Run a grammar rule and the rules that it yields, on a stack of our own."""
    stack, value = [rule], None
    while stack:
        try:
            child = stack[-1].send(value)
        except StopIteration as finished:
            stack.pop()
            value = finished.value
        else:
            stack.append(child)
            value = None
    return value
