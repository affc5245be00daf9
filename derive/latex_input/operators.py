r"""Integrals, derivatives, limits, sums, products, matrices and cases in LaTeX."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import sympy
from sympy import S

from derive.functions import add, over_ranges, piecewise
from derive.grammar import PRODUCT, RELATION, SUM, Meaning, Rule
from derive.latex_input import words
from derive.latex_input.grammar import Formulas
from derive.limits_of_input import most, to_raise
from derive.tokens import Token

SIDES = ("+", "-")
USUALLY_UNKNOWN = ("y", "f", "g", "u", "v", "w", "z")


class Open:
    """An integral whose differentials are still to come."""

    def __init__(self, depth: int, missing: int) -> None:
        self.depth, self.missing = depth, missing
        self.variables: list[sympy.Symbol] = []


class LatexParser(Formulas):
    """One formula in LaTeX."""

    def __init__(self, text: str, names: dict[str, Meaning], functions: Collection[str]) -> None:
        super().__init__(text, names, functions)
        self.integrals: list[Open] = []
        self.ended: tuple[int, sympy.Symbol | None] = (-1, None)
        self.commands |= {
            **dict.fromkeys(words.INTEGRALS, self.integral),
            r"\lim": self.limit,
            r"\sum": self.sum_or_product,
            r"\prod": self.sum_or_product,
        }

    # Where what is left open ends

    def binding(self, left: Any) -> int:
        if self.is_closed():
            return 0
        return PRODUCT if self.at_differential() else super().binding(left)

    def is_closed(self) -> bool:
        """The last differential of the innermost integral has just been read."""
        last = self.integrals[-1] if self.integrals else None
        return last is not None and not last.missing and last.depth == len(self.open)

    def at_differential(self) -> bool:
        if not (self.integrals and self.integrals[-1].missing):
            return False
        following = self.tokens[self.index + 1 : self.index + 2]
        return self.is_d(self.current) and bool(following) and following[0].kind == "letter"

    @staticmethod
    def is_d(token: Token) -> bool:
        return token.kind == "differential" or (token.kind == "letter" and token.text == "d")

    def operand(self, floor: int) -> Rule:
        if self.at_differential():
            self.advance()
            self.integrals[-1].missing -= 1
            self.integrals[-1].variables.append(self.variable())
            return S.One
        return (yield super().operand(floor))

    def variable(self) -> sympy.Symbol:
        """A letter with its subscript."""
        token = self.advance()
        if token.kind != "letter":
            raise self.error(token, "a variable is expected", "write one letter, such as x")
        name = token.text
        if self.at("_"):
            self.advance()
            name = f"{name}_{self.subscript()}"
        symbol = self.names.get(name)
        return symbol if isinstance(symbol, sympy.Symbol) else sympy.Symbol(name)

    def sum(self, first: Any) -> Rule:
        """Terms; what follows a limit or a sum without brackets does not hold its variable."""
        watched = [self.ended[1]] if self.ended[0] == self.index else []
        token, terms = self.current, [first]
        while self.binding(terms[-1]) == SUM:
            sign = self.advance()
            term = yield self.expression(SUM)
            if any(letter in term.free_symbols for letter in watched):
                advice = "write brackets around all that it acts on"
                raise self.error(sign, "two readings of where an operator ends", advice)
            if self.ended[0] == self.index:
                watched.append(self.ended[1])
            terms.append(self.negative(sign, term) if sign.text == "-" else term)
        for term in terms:
            self.arithmetic(token, term)
        return self.build(token, add, *terms)

    # Integrals

    def integral(self, token: Token) -> Rule:
        count = words.INTEGRALS[token.text]
        bounds = yield self.bounds(token)
        if bounds and count > 1:
            raise self.error(token, "an integral over a region", "write its bounds one by one")
        here = Open(len(self.open), count)
        self.integrals.append(here)
        body = self.arithmetic(token, (yield self.nested(token, self.expression(RELATION))))
        if here.missing:
            raise self.error(self.current, "an integral without its differential", "end it with dx")
        self.integrals.pop()
        for x in here.variables:
            self.refuse_subscripts(token, x, body)
        limits = [(x, *bounds) if bounds else (x,) for x in here.variables]
        return self.build(token, sympy.Integral, body, *limits)

    def bounds(self, token: Token) -> Rule:
        scripts: dict[str, Any] = {}
        while self.at("_", "^") and self.current.text not in scripts:
            sign = self.advance().text
            scripts[sign] = self.scalar(token, (yield self.outside()))
        if len(scripts) == 1:
            raise self.error(token, "one bound", "write both, or none")
        return [scripts["_"], scripts["^"]] if scripts else []

    def outside(self) -> Rule:
        """A script, in which no differential of the integrals around can stand."""
        kept, self.integrals = self.integrals, []
        value = yield self.script()
        self.integrals = kept
        return value

    def refuse_subscripts(self, token: Token, x: sympy.Symbol, body: Any) -> None:
        """a_n depends on n, which its name does not tell."""
        for letter in sorted(body.free_symbols, key=str):
            if x.name in letter.name.split("_")[1:]:
                advice = f"write a function: {letter.name.split('_')[0]}({x}), declared as one"
                raise self.error(token, f"'{letter}' may depend on {x}", advice)

    # Limits, sums, products

    def limit(self, token: Token) -> Rule:
        self.expect("_", "write \\lim_{x \\to 0}")
        opening = self.expect("{", "write \\lim_{x \\to 0}")
        self.open.append(opening)
        x = self.variable()
        self.expect("→", "write \\lim_{x \\to 0}")
        point = self.scalar(token, (yield self.nested(token, self.expression(RELATION))))
        side = self.side()
        self.close("}")
        body = yield self.body(token, x)
        value = self.build(token, lambda: sympy.Limit(body, x, point, dir=side))
        self.ended = (self.index, x)
        return value

    def side(self) -> str:
        if not self.at("^"):
            return "+-"
        self.advance()
        braced = self.at("{")
        sign = [self.advance(), self.advance()][-1] if braced else self.advance()
        if sign.text not in SIDES:
            raise self.error(sign, "a side that is no sign", "write 0^+ or 0^-")
        if braced:
            self.advance()
        return sign.text

    def expect(self, text: str, advice: str) -> Token:
        if not self.at(text):
            raise self.error(self.current, f"'{text}' is missing", advice)
        return self.advance()

    def body(self, token: Token, x: sympy.Symbol) -> Rule:
        self.bound.append(x.name)
        body = self.arithmetic(token, (yield self.nested(token, self.expression(SUM))))
        self.bound.pop()
        self.refuse_subscripts(token, x, body)
        return body

    def sum_or_product(self, token: Token) -> Rule:
        advice = rf"write {token.text}_{{k=1}}^{{n}}"
        above = None
        if self.at("^"):
            self.advance()
            above = yield self.outside()
        self.expect("_", advice)
        self.open.append(self.expect("{", advice))
        k = self.variable()
        self.expect("=", advice)
        below = yield self.nested(token, self.expression(RELATION))
        self.close("}")
        if above is None:
            self.expect("^", advice)
            above = yield self.outside()
        body = yield self.body(token, k)
        operator = sympy.Sum if token.text == r"\sum" else sympy.Product
        value = self.build(token, over_ranges(operator), body, sympy.Tuple(k, below, above))
        self.ended = (self.index, k)
        return value

    # Derivatives

    def fraction(self, token: Token) -> Rule:
        if self.is_derivative():
            return (yield self.derivative(token))
        return (yield super().fraction(token))

    def is_derivative(self) -> bool:
        r"""d or \partial begins both groups, and a letter follows in the lower one."""
        if not (self.at("{") and self.operates(self.index + 1)):
            return False
        depth = 0
        for k in range(self.index, len(self.tokens) - 3):
            depth += {"{": 1, "}": -1}.get(self.tokens[k].text, 0)
            if not depth:
                letter = self.tokens[k + 3].kind == "letter"
                return self.tokens[k + 1].text == "{" and self.operates(k + 2) and letter
        return False

    def operates(self, k: int) -> bool:
        return self.is_d(self.tokens[k]) or self.tokens[k].text == "∂"

    def derivative(self, token: Token) -> Rule:
        kept, self.integrals = self.integrals, []
        self.open.append(self.advance())
        partial = self.advance().text == "∂"
        order = (yield self.count()) if self.at("^") else S.One
        inside = None if self.at("}") else (yield self.nested(token, self.expression()))
        self.close("}")
        variables = yield self.denominator(token, order)
        self.integrals = kept
        if inside is None:
            inside = yield self.nested(token, self.expression(SUM))
            self.refuse_bare_letter(token, inside, variables[0][0])
        elif isinstance(inside, sympy.Symbol):
            if partial:
                advice = "write its arguments, f(x, y)"
                raise self.error(token, "a partial derivative of a letter", advice)
            inside = sympy.Function(inside.name)(variables[0][0])
        self.arithmetic(token, inside)
        if self.at("["):
            advice = r"write \cdot for a product"
            raise self.error(self.current, "a bracket after a derivative", advice)
        return self.build(token, sympy.Derivative, inside, *variables)

    def refuse_bare_letter(self, token: Token, inside: Any, x: sympy.Symbol) -> None:
        if isinstance(inside, sympy.Symbol) and inside != x and inside.name in USUALLY_UNKNOWN:
            advice = rf"write \frac{{d{inside}}}{{d{x}}} for a function of {x}, or another letter"
            raise self.error(token, f"two readings: {inside} is a number, or a function", advice)

    def count(self) -> Rule:
        token = self.advance()
        order = yield self.script()
        if not (order.is_Integer and order > 0) and not order.is_Symbol:
            raise self.error(token, "an order that is no whole number", "write d^2")
        if order.is_Integer and order > most("order"):
            advice = f"ask for order {most('order')} at most, {to_raise('order')}"
            raise self.error(token, "a derivative of too high an order", advice)
        return order

    def denominator(self, token: Token, order: Any) -> Rule:
        self.open.append(self.advance())
        variables = []
        while not self.at("}"):
            if not self.operates(self.index):
                raise self.error(self.current, "a derivative by what is no letter", "write dx dy")
            self.advance()
            x = self.variable()
            variables.append((x, (yield self.count()) if self.at("^") else S.One))
        self.close("}")
        if sum(count for _, count in variables) != order:
            advice = r"write \frac{d^2}{dx^2}, \frac{\partial^2}{\partial x \partial y}"
            raise self.error(token, "orders above and below that differ", advice)
        return variables[::-1]

    # Values at a place

    def bracketed(self, token: Token) -> Rule:
        if token.text == "(.":
            return (yield self.evaluated(token))
        return (yield super().bracketed(token))

    def evaluated(self, token: Token) -> Rule:
        r"""\left. f \right|_{x = a}."""
        self.open.append(token)
        value = yield self.nested(token, self.expression())
        self.close(")|")
        advice = r"write \left. f \right|_{x = 0}"
        self.expect("_", advice)
        self.open.append(self.expect("{", advice))
        pairs: list[tuple[sympy.Symbol, Any]] = []
        while not pairs or self.at(","):
            if pairs:
                self.advance()
            x = self.variable()
            self.expect("=", advice)
            pairs.append((x, (yield self.nested(token, self.expression(RELATION)))))
        self.close("}")
        if self.at("^"):
            raise self.error(self.current, "a difference of values", "write both values")
        letters, places = zip(*pairs, strict=True)
        return self.build(token, sympy.Subs, value, letters, places)

    # Matrices and cases

    def environment(self, token: Token) -> Rule:
        if token.text == "cases":
            return (yield self.cases(token))
        if token.text not in words.MATRICES:
            name = token.text[:20]
            raise self.error(token, f"the environment '{name}' is not read", "write the formula")
        if token.text == "array" and self.at("{"):
            self.columns()
        rows = yield self.rows(token, self.cell)
        if len({len(row) for row in rows}) > 1:
            raise self.error(token, "rows of different lengths", r"write 1 & 2 \\ 3 & 4")
        if (entries := len(rows) * len(rows[0])) > most("matrix_entries"):
            advice = f"name its blocks, {to_raise('matrix_entries')}"
            raise self.error(token, f"a matrix of {entries} entries", advice)
        matrix = self.build(token, sympy.ImmutableMatrix, rows)
        return self.build(token, sympy.Determinant, matrix) if token.text == "vmatrix" else matrix

    def columns(self) -> None:
        r"""The {cc} of an array; a line between columns is a part of another notation."""
        while not self.at("}"):
            token = self.advance()
            if token.kind != "letter":
                raise self.error(token, "columns that are not read", "write a matrix")
        self.advance()

    def cell(self) -> Rule:
        token = self.current
        return self.scalar(token, (yield self.nested(token, self.expression())))

    def rows(self, token: Token, cell: Callable[[], Rule]) -> Rule:
        self.open.append(Token("operator", "{", token.position))
        rows = [[(yield cell())]]
        while self.at("&", "\\\\"):
            sign = self.advance()
            if sign.text == "&":
                rows[-1].append((yield cell()))
            elif not self.ends(token):
                rows.append([(yield cell())])
        self.open.pop()
        if not self.ends(token):
            raise self.error(self.current, f"'{token.text}' is still open", "write its \\end")
        self.advance()
        return rows

    def ends(self, token: Token) -> bool:
        return self.current.kind == "end" and self.current.text == token.text

    def cases(self, token: Token) -> Rule:
        rows = yield self.rows(token, self.case)
        if any(len(row) != 2 for row in rows):
            raise self.error(token, "a case without its condition", r"write x & \text{if } x > 0")
        return self.build(token, piecewise, *(sympy.Tuple(*row) for row in rows))

    def case(self) -> Rule:
        token = self.current
        if token.kind == "text":
            self.advance()
            if token.text in ("otherwise", "else", "otherwise."):
                return S.true
            if token.text not in ("if", "for", "when", "if ", "for "):
                raise self.error(token, f"the words '{token.text[:20]}' are not read", "write if")
        return (yield self.nested(token, self.expression()))
