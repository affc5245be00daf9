r"""The grammar of formulas in LaTeX: letters, functions, scripts, brackets."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from itertools import pairwise
from typing import Any, ClassVar

import sympy
from sympy import S

from derive.functions import FUNCTIONS, is_matrix, multiply, power
from derive.grammar import PRODUCT, SUM, Meaning, Parser, Rule
from derive.latex_input import words
from derive.latex_input.tokens import tokenize
from derive.reader import CLOSING
from derive.tokens import ParseError, Token

OF_ONE = {"{": "}", "\\{": "\\}", "|(": ")|", "⌊": "⌋", "⌈": "⌉", "(.": ")|"}
ROUNDED = {"⌊": "floor", "⌈": "ceiling"}
CONSTANTS = {"pi": S.Pi, "oo": S.Infinity, "I": S.ImaginaryUnit, "E": S.Exp1}
USUAL_FUNCTIONS = "fgFG"
ALONE = ("letter", "number", "constant", "command")  # what a script may be without braces
PLAIN_FACTORS = {*words.FRACTIONS, r"\sqrt"}


class Formulas(Parser):
    """Formulas without operators; those are in operators.py."""

    closing: ClassVar[Mapping[str, str]] = {**CLOSING, **OF_ONE}

    def __init__(self, text: str, names: dict[str, Meaning], functions: Collection[str]) -> None:
        super().__init__(text, names)
        self.declared = functions
        self.bound: list[str] = []  # indices of the operators around
        self.commands: dict[str, Callable[[Token], Rule]] = {
            **dict.fromkeys(words.FRACTIONS, self.fraction),
            **dict.fromkeys(words.BINOMIALS, self.binomial),
            **dict.fromkeys(words.ACCENTS, self.letter),
            r"\sqrt": self.root,
            r"\overline": self.conjugate,
        }

    def scan(self, text: str) -> list[Token]:
        return tokenize(text)

    # How tightly tokens bind

    def binding(self, left: Any) -> int:
        if self.at("^") and self.sign_follows():
            return 0
        return super().binding(left)

    def starts_factor(self) -> bool:
        kinds = ("number", "letter", "function", "constant", "command", "begin")
        opening = ("(", "[", "{", "\\{", "|", "|(", "⌊", "⌈", "(.")
        return self.current.kind in kinds or self.at(*opening)

    def refuse_implicit(self, token: Token, divided: bool) -> None:
        if token.text == "[":
            return
        if token.kind == "number" and self.tokens[self.index - 1].kind == "number":
            raise self.error(token, "a number right after a number", r"write \cdot for a product")
        if divided:
            advice = r"write \frac{1}{2 x} or \frac{1}{2} x"
            raise self.error(token, "two readings of a product right after a division", advice)

    def power(self, base: Any) -> Rule:
        token = self.advance()
        if is_matrix(base) and self.transposes():
            self.index += 1 if self.current.text == "T" else 3
            return self.build(token, sympy.transpose, base)
        before = self.tokens[self.index - 2]
        if before.kind == "letter" and self.transposes():
            advice = r"write its entries, or x^{(T)} for a power"
            raise self.error(token, "two readings: a transpose or a power", advice)
        exponent = yield self.script()
        if self.at("^", "'"):
            raise self.error(self.current, "a power of a power", "write {x^2}^3")
        if isinstance(base, sympy.MatrixBase) and exponent == -1:
            return self.build(token, sympy.Inverse, base)
        return self.build(token, power, base, self.arithmetic(token, exponent))

    def unexpected(self, token: Token) -> ParseError:
        if token.text == "^" and self.sign_follows():
            return self.error(token, "braces are missing", "write x^{-1}")
        return super().unexpected(token)

    def transposes(self) -> bool:
        """Whether T is all of the exponent."""
        texts = [token.text for token in self.tokens[self.index : self.index + 3]]
        return texts[:1] == ["T"] or texts == ["{", "T", "}"]

    def sign_follows(self) -> bool:
        """A bare sign as exponent, as in 0^+."""
        if self.index + 1 >= len(self.tokens):
            return False
        token, *after = self.tokens[self.index + 1 : self.index + 4]
        if token.text == "{" and len(after) == 2:
            return after[0].text in ("+", "-") and after[1].text == "}"
        return token.text in ("+", "-")

    def script(self) -> Rule:
        """What TeX takes as one argument: a group, or one sign."""
        token = self.current
        if token.text == "{" and token.kind == "operator":
            return (yield self.braces(self.advance()))
        if token.kind not in ALONE:
            raise self.error(token, "braces are missing", "write x^{-1}, x_{12}")
        self.advance()
        if token.kind == "number":
            return sympy.Rational(token.text)
        if token.kind == "letter":
            return self.named_letter(token, token.text)
        if token.kind == "constant":
            return CONSTANTS[token.text]
        return (yield self.command(token))

    def braces(self, token: Token) -> Rule:
        self.open.append(token)
        value = yield self.nested(token, self.expression())
        self.close("}")
        return value

    # Operands

    def operand(self, floor: int) -> Rule:
        token = self.current
        if token.kind == "operator" and token.text in ("+", "-"):
            self.advance()
            value = yield self.nested(token, self.expression(max(floor, SUM)))
            return self.negative(token, value) if token.text == "-" else value
        self.advance()
        if token.kind == "number":
            return sympy.Rational(token.text)
        if token.kind == "letter":
            return (yield self.letter(token))
        if token.kind == "constant":
            return CONSTANTS[token.text]
        if token.kind == "function":
            return (yield self.applied(token))
        if token.kind == "command":
            return (yield self.command(token))
        if token.kind == "operator":
            return (yield self.bracketed(token))
        if token.kind == "begin":
            return (yield self.environment(token))
        self.index -= 1
        raise self.unexpected(token)

    def environment(self, token: Token) -> Rule:
        raise NotImplementedError

    def command(self, token: Token) -> Rule:
        return (yield self.commands[token.text](token))

    def bracketed(self, token: Token) -> Rule:
        if token.text in ("(", "[", "\\{"):
            return (yield self.group(token))
        if token.text == "{":
            value = yield self.braces(token)
            if self.at("(") and not self.text[self.current.position - 1].isspace():
                advice = r"write \cdot for a product"
                raise self.error(token, "two readings: a factor, or a function", advice)
            return value
        if token.text in ("|", "|("):
            return (yield self.bars(token))
        if token.text in ROUNDED:
            self.open.append(token)
            value = yield self.nested(token, self.expression())
            self.close(self.closing[token.text])
            return self.call(token, FUNCTIONS[ROUNDED[token.text]][0], [value], "floor")
        if token.text == "not":
            return (yield self.negation(token))
        self.index -= 1
        raise self.unexpected(token)

    def group(self, token: Token) -> Rule:
        items = yield self.items(token)
        return items[0] if len(items) == 1 else sympy.Tuple(*items)

    def items(self, opening: Token) -> Rule:
        self.open.append(opening)
        items: list[Any] = []
        while not items or self.at(","):
            if items:
                self.advance()
            items.append((yield self.nested(opening, self.expression())))
        self.close(self.closing[opening.text])
        return items

    def bars(self, token: Token) -> Rule:
        self.open.append(token)
        value = yield self.nested(token, self.expression())
        self.close(self.closing[token.text])
        if isinstance(value, sympy.MatrixBase):
            return self.build(token, sympy.Determinant, value)
        return self.build(token, FUNCTIONS["abs"][0], self.scalar(token, value))

    # Letters

    def letter(self, token: Token) -> Rule:
        name = token.text
        if name in words.ACCENTS:
            name = self.accented(token)
        if self.at("_"):
            self.advance()
            name = f"{name}_{self.subscript()}"
        primes = self.primes()
        called = name not in self.declared and (self.at("(") or self.powered_call())
        if name in words.CALLED and called:
            function = Token("function", words.CALLED[name], token.position)
            return (yield self.applied(function))
        if self.applies(token, name, primes):
            return (yield self.unknown(token, name, primes))
        if primes:
            advice = r"write \frac{dy}{dx}, or y'(x)"
            raise self.error(token, "a derivative by a variable that is not named", advice)
        return self.named_letter(token, name)

    def named_letter(self, token: Token, name: str) -> Any:
        if name == "e" and name not in self.names:
            return S.Exp1
        if name == "i" and name not in self.bound and name not in self.names:
            return S.ImaginaryUnit
        value = self.names.get(name)
        return sympy.Symbol(name) if value is None else value

    def accented(self, token: Token) -> str:
        braced = self.at("{")
        if braced:
            self.advance()
        letter = self.advance()
        if letter.kind != "letter" or (braced and not self.at("}")):
            raise self.error(token, "an accent over more than a letter", "name it by one letter")
        if braced:
            self.advance()
        return letter.text + words.ACCENTS[token.text]

    def subscript(self) -> str:
        """The letters, digits and signs of a subscript, as a part of the name."""
        token = self.advance()
        if token.text != "{" or token.kind != "operator":
            if token.kind in ("letter", "number", "text"):
                return token.text
            raise self.error(token, "a subscript that is not read", "write x_{12}")
        parts, signed = [""], False
        while not self.at("}"):
            token = self.advance()
            if token.kind == "end":
                raise self.error(token, "'{' is still open", "write '}'")
            if token.text == ",":
                parts.append("")
            elif token.kind in ("letter", "number", "text", "function") and token.text.isalnum():
                word = token.kind in ("letter", "function") and len(token.text) > 1
                parts += [token.text] if word and parts[-1] else []
                parts[-1] = token.text if word or not parts[-1] else parts[-1] + token.text
            elif token.text in ("+", "-") and len(parts) == 1:
                parts[-1] += token.text
                signed = True
            else:
                raise self.error(token, "a subscript that is not read", "write x_{12}")
        self.advance()
        name = "_".join(filter(None, parts))
        if not name:
            raise self.error(token, "an empty subscript", "write x_1")
        return f"({name})" if signed else name

    def primes(self) -> int:
        count = 0
        while self.at("'"):
            self.advance()
            count += 1
        return count

    # Functions of no table

    def applies(self, token: Token, name: str, primes: int) -> bool:
        """Whether a bracket after a letter holds its arguments; refused where it may or may not."""
        if self.printed_call():
            self.refuse_unknown(token, name)
            return True
        if self.at("^") and name in self.declared:
            raise self.error(token, "a power of a function", "write f(x)^2")
        if not self.at("(", "["):
            return False
        inside = self.inside()
        spaced = self.text[self.current.position - 1].isspace()
        usual = name in USUAL_FUNCTIONS and (len(inside) == 1 or not spaced)
        if self.at("(") and (primes or name in self.declared or usual):
            return True
        self.refuse_unknown(token, name)
        if self.at("(") and any(each.text == "," for each in inside):
            return True
        lone = len(inside) == 1
        latin = token.kind == "letter" and len(token.text) == 1 and name == token.text
        product = latin and token.text.islower() and name not in USUAL_FUNCTIONS
        repeated = name in [each.text for each in inside]
        if lone or token.text == "Delta" or not (product or spaced or repeated):
            advice = rf"write \cdot for a product, or declare it: functions=['{name}']"
            raise self.error(token, f"two readings: {name} times a bracket, or a function", advice)
        return False

    def refuse_unknown(self, token: Token, name: str) -> None:
        word = token.text
        if len(word) > 1 and word not in words.GREEK and name not in self.declared:
            advice = f"declare it: functions=['{name}']"
            raise self.error(token, f"unknown function '{word[:30]}'", advice)

    def printed_call(self) -> bool:
        r"""f{\left(x \right)}, as SymPy prints a function."""
        following = self.tokens[self.index : self.index + 2]
        return [token.text for token in following] == ["{", "("] and self.closes_with_brace()

    def powered_call(self) -> bool:
        r"""\Gamma^{n}(k): a power between a function and its argument."""
        if not self.at("^"):
            return False
        depth = 0
        for token, after in pairwise(self.tokens[self.index + 1 :]):
            depth += {"{": 1, "}": -1}.get(token.text, 0)
            if not depth:
                return after.text == "("
        return False

    def closes_with_brace(self) -> bool:
        depth = 0
        for k, token in enumerate(self.tokens[self.index + 1 :], self.index + 1):
            depth += {"(": 1, ")": -1}.get(token.text, 0)
            if not depth:
                return self.tokens[k + 1].text == "}"
        return False

    def inside(self) -> list[Token]:
        """The tokens of the bracket that opens here, but for brackets inside of it."""
        depth, inside = 0, []
        for token in self.tokens[self.index :]:
            depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(token.text, 0)
            if not depth:
                break
            if depth == 1 or token.text != ",":
                inside.append(token)
        return inside[1:]

    def unknown(self, token: Token, name: str, primes: int) -> Rule:
        arguments = yield self.listed()
        declared = self.names.get(name)
        function = declared if callable(declared) else sympy.Function(name)
        if name == "gamma" and declared is None and len(arguments) == 2 and not primes:
            function = sympy.lowergamma  # the only thing that is written so
        if not primes:
            return self.build(token, function, *arguments)
        if len(arguments) != 1:
            advice = r"write \frac{\partial}{\partial x}"
            raise self.error(token, "a prime of a function of several variables", advice)
        x = arguments[0]
        if isinstance(x, sympy.Symbol):
            return self.build(token, sympy.Derivative, function(x), (x, primes))
        t = sympy.Symbol("t") if not x.has(sympy.Symbol("t")) else sympy.Dummy("t")
        derivative = sympy.Derivative(function(t), (t, primes))
        return self.build(token, lambda: sympy.Subs(derivative, t, x))

    def listed(self) -> Rule:
        """The arguments in a bracket, which may stand in braces."""
        braced = self.at("{")
        outer = self.advance() if braced else None
        if outer:
            self.open.append(outer)
        values = yield self.items(self.advance())
        if outer:
            self.close("}")
        return values

    # Functions of the table

    def applied(self, token: Token) -> Rule:
        r"""\sin x, \sin^2 x, \sin{\left(x \right)}, \log_2 x, \max(a, b)."""
        name, base, exponent = token.text, None, None
        while self.at("_", "^"):
            if self.advance().text == "_":
                base = yield self.script()
            else:
                exponent = yield self.script()
        if exponent is not None and exponent == -1 and name in words.INVERSE:
            name, exponent = "a" + name, None
        elif exponent is not None and exponent.is_number and exponent.is_negative:
            raise self.error(token, "two readings: an inverse or a power", r"write \frac{1}{...}")
        if self.printed_call() or self.at("(", "[", "\\{"):
            values = yield self.listed()
        elif self.at("{"):
            values = [(yield self.braces(self.advance()))]
            if self.at("^"):
                raise self.error(self.current, "two readings of a power", r"write \sin^2(x)")
        else:
            values = [(yield self.bare(token))]
        if base is not None:
            values = self.with_base(token, name, base, values)
        value = self.call(token, FUNCTIONS["det" if name == "det" else name][0], values, name)
        return value if exponent is None else self.build(token, power, value, exponent)

    def with_base(self, token: Token, name: str, base: Any, values: list[Any]) -> list[Any]:
        if name == "log":
            return [*values, base]
        if name == "Li":
            return [base, *values]
        raise self.error(token, f"a subscript of '{name}'", "leave it out")

    def call(self, token: Token, function: Callable, arguments: list[Any], name: str = "") -> Any:
        known = Token("function", name or token.text, token.position)
        return super().call(known, function, arguments)

    def bare(self, token: Token) -> Rule:
        r"""The argument of \sin 2 \pi x: a number and letters; what has two readings is refused."""
        factors: list[Any] = []
        simple = True  # nothing yet but numbers and letters
        while self.begins_bare(simple, factors):
            first = self.current
            factors.append((yield self.expression(PRODUCT)))
            plain = first.kind in ("number", "letter", "constant")
            powered = self.tokens[self.index - 1] is not first and not self.is_subscripted(first)
            if not (plain and not powered):
                simple = False
        if not factors:
            raise self.error(self.current, f"'{token.text}' of nothing", "write its argument")
        if self.at("(", "[", "{", "|", "|(", "/", "!"):
            advice = rf"write \{token.text}(...) with brackets"
            raise self.error(self.current, "two readings of where an argument ends", advice)
        return self.build(token, multiply, *factors)

    def is_subscripted(self, first: Token) -> bool:
        k = self.tokens.index(first)
        return self.tokens[k + 1].text == "_" and "^" not in [
            token.text for token in self.tokens[k : self.index]
        ]

    def begins_bare(self, simple: bool, factors: list[Any]) -> bool:
        token = self.current
        if not factors:
            return token.kind in ("number", "letter", "constant") or (
                token.text in (*PLAIN_FACTORS, "|", "|(", *words.ACCENTS) or token.kind == "begin"
            )
        if self.binding(factors[-1]) != PRODUCT or self.at("*", "/"):
            return False
        if token.kind == "function" or token.kind == "begin":
            return False
        if token.kind == "command" and token.text not in PLAIN_FACTORS:
            return False
        if token.text in ("(", "[", "{", "|", "|("):
            return False
        if (
            not simple
            or token.text == "e"
            or (token.kind == "command" and any(factor.free_symbols for factor in factors))
        ):
            advice = "write the argument in brackets"
            raise self.error(token, "two readings of where an argument ends", advice)
        return True

    # Commands

    def argument(self) -> Rule:
        if self.current.kind == "function":
            return (yield self.applied(self.advance()))
        return (yield self.script())

    def fraction(self, token: Token) -> Rule:
        above = yield self.argument()
        below = yield self.argument()
        self.arithmetic(token, above)
        inverse = self.build(token, power, self.scalar(token, below), S.NegativeOne)
        if inverse in (S.ComplexInfinity, S.NaN):
            raise self.error(token, "division by zero", "divide by something that is not 0")
        return self.build(token, multiply, above, inverse)

    def binomial(self, token: Token) -> Rule:
        n = yield self.argument()
        k = yield self.argument()
        return self.call(token, FUNCTIONS["binomial"][0], [n, k], "binomial")

    def root(self, token: Token) -> Rule:
        degree = None
        if self.at("["):
            (degree,) = yield self.items(self.advance())
        value = self.scalar(token, (yield self.argument()))
        if degree is None:
            return self.build(token, FUNCTIONS["sqrt"][0], value)
        return self.build(token, FUNCTIONS["root"][0], value, degree)

    def conjugate(self, token: Token) -> Rule:
        value = yield self.argument()
        return self.call(token, FUNCTIONS["conjugate"][0], [value], "conjugate")
