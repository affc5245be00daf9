"""Lowering what loses digits in another form, by the rules of `lambdify_bridge.stable`.

While a formula is lowered, each sum, product, power and logarithm shows its shallow structure, the
parts below being letters: equal ones (the same value of the program) are the same letter. What the
rules make of such a pattern is remembered. A rule whose gain is certain for any parts (log(1 + u)
is log1p(u)) is proved once, by its test; one whose gain depends on the parts (a - b of what?) is
measured when a pattern is first met, at points, against many digits: some milliseconds, once in a
process.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import sympy as sp
from sympy import Add, Mul, Pow

from lambdify_bridge.functions import BY_NAME

DEPTHS = (6, 3, 2)  # levels of a pattern: fewer where there are too many nodes
FUNCTIONS_DEEP = 2  # functions inside functions
LARGEST = 60  # nodes of a pattern
LONGEST = 6  # terms of a sum, where it is no sum of exponentials
SHORT_ENOUGH = 12  # terms of a sum of exponentials, for a pattern
NESTED = 5  # forms inside forms
REMEMBERED = 4000

ARITHMETIC = {Add, Mul, Pow}
FUNCTIONS = {
    sp.exp, sp.log, sp.sin, sp.cos, sp.tan, sp.cot, sp.csc, sp.atan, sp.atanh, sp.sinh, sp.cosh,
    sp.tanh, sp.coth, sp.csch, sp.erf,
}  # fmt: skip
NUMBERS = {
    sp.Integer, sp.Rational, sp.Float, type(sp.S.One), type(sp.S.NegativeOne), type(sp.S.Half),
}  # fmt: skip
INTEGERS = {sp.Integer, type(sp.S.NegativeOne)}
HALF, MINUS_ONE = sp.S.Half, sp.S.NegativeOne

# fmt: off
LETTERS = {      # what is known of a letter
    "complex":     {},
    "real":        {"real": True},
    "nonnegative": {"nonnegative": True},
    "positive":    {"positive": True},
}
# fmt: on

Key = Any


def _bare(term: Any) -> Any:
    """A term without its number."""
    if type(term) is Mul and len(arguments := term.args) == 2 and type(arguments[0]) in NUMBERS:
        return arguments[1]
    return term


def _is_negative(number: Any) -> bool:
    return number.p < 0 if type(number) is not sp.Float else number < 0


def _is_two(number: Any) -> bool:
    return type(number) is sp.Integer and number.p == 2


def _is_candidate_sum(node: Any) -> bool:
    """Whether terms may cancel: one has a minus sign, or stands beside a root."""
    arguments = node.args
    if len(arguments) > LONGEST:
        return False
    for term in arguments:
        kind = type(term)
        if kind is Mul:
            kind = type(first := term.args[0])
            if kind in NUMBERS and _is_negative(first):
                return _is_telling_sum(arguments)
        elif kind is Pow:
            if term.args[1] is HALF and type(term.args[0]) is Add:
                return True
        elif kind in NUMBERS and _is_negative(term):
            return _is_telling_sum(arguments)
    return False


def _is_telling_sum(arguments: Any) -> bool:
    """Whether the terms are of kinds that the rules know."""
    functions, powers, logs = list[Any](), list[Any](), False
    for term in arguments:
        if type(term) is Mul:
            inner = term.args
            if len(inner) == 2 and type(inner[0]) in NUMBERS:
                term = inner[1]
            else:
                logs = logs or sp.log in map(type, inner)
        kind = type(term)
        if kind is Pow:
            if term.args[1] is HALF and type(term.args[0]) is Add:
                return True
            powers.append(term)
        elif kind in FUNCTIONS:
            functions.append(term)
    if not functions:
        if not powers:
            return logs
        if len(powers) == 1 and type(arguments[0]) not in NUMBERS:
            base, exponent = powers[0].args
            return logs or exponent is MINUS_ONE or type(base) in FUNCTIONS
    if type(arguments[0]) in NUMBERS:  # a number comes first
        return bool(functions or logs or _not_all_small(powers, len(arguments)))
    if len(functions) + len(powers) > 1:
        return True
    letter = _bare(functions[0].args[0])
    bare = map(_bare, arguments)
    return logs or any(_is_same(letter, g.args[0] if type(g) is Pow else g) for g in bare)


def _is_same(one: Any, other: Any) -> bool:
    """Equal symbols may be two objects; what is deep is not compared, which would recurse."""
    return one is other or (one.is_Symbol and one == other)


def _not_all_small(powers: list[Any], terms: int) -> bool:
    """Beside a number: one square, a reciprocal, or a power that is no number."""
    return any(
        not n.is_Number or n is sp.S.NegativeOne or (_is_two(n) and terms == 2)
        for n in (power.args[1] for power in powers)
    )


def _holds_function(node: Any) -> bool:
    return type(node) is Add and any(type(_bare(term)) in FUNCTIONS for term in node.args[:LONGEST])


def _is_candidate_product(node: Any) -> bool:
    """Whether it is a quotient, and above or below is an exponential or a sum of functions."""
    arguments = node.args
    for g in arguments:
        if type(g) is Pow and type(n := g.args[1]) in INTEGERS and n.p < 0:
            parts = (g.args[0] if type(g) is Pow else g for g in arguments)
            return len(arguments) <= LONGEST and any(
                type(part) is sp.exp or _holds_function(part) for part in parts
            )
    return False


def _is_candidate_power(node: Any) -> bool:
    base, exponent = node.args
    if exponent is HALF:
        inner = base.args[-1] if type(base) is Mul else base
        return type(inner) is Add and (_has_root(inner) or _all_squares(inner))
    if type(base) is not Add:
        return False
    if not exponent.is_Number:
        return base.args[0] is sp.S.One
    return exponent.is_Integer and exponent.p < 0 and _has_exp(base)


def _all_squares(node: Any) -> bool:
    squares = (_bare(g) for g in node.args[:LONGEST])
    return all(type(g) is Pow and _is_two(g.args[1]) for g in squares)


def _has_root(node: Any) -> bool:
    roots = (_bare(g) for g in node.args[:LONGEST])
    return any(type(g) is Pow and g.args[1] is HALF for g in roots)


def _has_exp(node: Any) -> bool:
    return any(type(_bare(g)) is sp.exp for g in node.args[:LONGEST])


CANDIDATES = {
    Add: _is_candidate_sum,
    Mul: _is_candidate_product,
    Pow: _is_candidate_power,
    sp.log: lambda node: type(node.args[0]) in ARITHMETIC,
}


class Stability:
    """The rules for one walk through a formula; inside the form of a rule that one is not tried."""

    def __init__(self, real: bool = False, used: tuple[str, ...] = ()) -> None:
        self.real, self.used = real, used
        self.seen, self.complex = 0, False
        self.sums: dict[int, tuple[int, int]] = {}  # by id, as the walk keeps the nodes

    def form(self, walk: Any, node: Any) -> tuple[Any, dict[int, Any], Stability] | None:
        """A better form of `node`, the values that are known in it by id, and the rules inside."""
        if len(self.used) >= NESTED:
            return None
        real = self._is_real(walk.builder)
        for depth in DEPTHS:
            pattern = _Pattern(walk, real)
            key = pattern.key(node, depth, FUNCTIONS_DEEP)
            if pattern.size <= pattern.limit:
                break
        else:
            return None
        found = remembered(key, self.used)
        if found is None:
            return None
        form, name, shared = found
        values = {id(letter(k, kind)): value for value, (k, kind) in pattern.letters.items()}
        values |= {id(part): walk.values[id(pattern.parts[k])] for part, k in shared}
        inside = Stability(self.real, (*self.used, name))
        inside.seen, inside.complex = self.seen, self.complex
        return form, values, inside

    def of_long_sum(self, walk: Any, node: Any) -> int | None:
        """The rules of log-sum-exp and softmax for sums that are too long for a pattern."""
        if type(node) is sp.log:
            found = self._shifted(walk, node.args[0])
            b = walk.builder
            return None if found is None else b.add(found[0], b.apply("log", found[1]))
        if type(node) is Mul and len(node.args) == 2:
            for above, below in (node.args, node.args[::-1]):
                if type(above) is sp.exp and type(below) is Pow and below.args[1] is MINUS_ONE:
                    found = self._shifted(walk, below.args[0])
                    return None if found is None else _share(walk, above, *found)
        return None

    def _shifted(self, walk: Any, node: Any) -> tuple[int, int] | None:
        """The shift of a long sum of exponentials, and the sum with it."""
        if type(node) is not Add or len(node.args) <= LONGEST:
            return None
        if id(node) not in self.sums and all(type(g) is sp.exp for g in node.args):
            b = walk.builder
            exponents = [walk.values[id(g.args[0])] for g in node.args]
            real = self._is_real(b)
            parts = exponents if real else [b.apply("re", u) for u in exponents]
            shift = BY_NAME["greatest"](b, *parts)
            terms = [b.apply("exp", b.sub(u, shift)) for u in exponents]
            self.sums[id(node)] = (shift, b.balanced(b.add, terms))
        return self.sums.get(id(node))

    def _is_real(self, builder: Any) -> bool:
        """Whether all inputs so far are declared real, and no constant is complex."""
        if self.real:
            return True
        operations = builder.operations
        for index in range(self.seen, len(operations)):
            name, _, payload = operations[index]
            if name == "input":
                self.complex = self.complex or payload.is_extended_real is not True
            elif name == "constant":
                self.complex = self.complex or hasattr(getattr(payload, "high", 0), "_mpc_")
        self.seen = len(operations)
        return not self.complex


def _share(walk: Any, above: Any, shift: int, total: int) -> int:
    b = walk.builder
    return b.div(b.apply("exp", b.sub(walk.values[id(above.args[0])], shift)), total)


class _Pattern:
    """The shallow structure of a node as nested tuples; letters are numbered as they are met."""

    def __init__(self, walk: Any, real: bool) -> None:
        self.walk, self.real = walk, real
        self.letters: dict[int, tuple[int, str]] = {}
        self.parts: list[Any] = []
        self.size, self.limit = 0, LARGEST

    def key(self, node: Any, depth: int, functions: int) -> Key:
        self.size += 1
        if self.size > self.limit:
            return None
        kind = type(node)
        if not node.args and node.is_Number:
            return node
        if kind is Add and len(node.args) <= SHORT_ENOUGH and type(node.args[-1]) is sp.exp:
            self.limit = max(self.limit, 8 * len(node.args) + LARGEST)
        elif kind in ARITHMETIC and len(node.args) > LONGEST:
            return self.letter(node)
        if kind in ARITHMETIC and depth:
            self.parts.append(node)
            return (kind, *[self.key(a, depth - 1, functions) for a in node.args])
        if kind in FUNCTIONS and depth and functions:
            self.parts.append(node)
            return (kind, *[self.key(a, depth - 1, functions - 1) for a in node.args])
        return self.letter(node)

    def letter(self, node: Any) -> Key:
        value = self.walk.values[id(node)]
        if type(value) is not int:
            value = value[0]
        if value not in self.letters:
            self.letters[value] = (len(self.letters), self.kind(node))
        return self.letters[value]

    def kind(self, node: Any) -> str:
        if isinstance(node, sp.Symbol):
            if node.is_positive:
                return "positive"
            if node.is_nonnegative:
                return "nonnegative"
        return "real" if self.real else "complex"


@cache
def letter(k: int, kind: str) -> Any:
    """No symbol of a formula is equal to it, whatever its name."""
    return sp.Dummy(f"u{k}", **LETTERS[kind])


# -- what is known of patterns --------------------------------------------------------------------

_remembered: dict[tuple[Key, tuple[str, ...]], Any] = {}


def remembered(key: Key, used: tuple[str, ...]) -> tuple[Any, str, list[tuple[Any, int]]] | None:
    """The better form of a pattern, the rule that found it, and which parts it keeps.

    Those are nodes of the form that are equal to a part of the pattern, and the place of that part.
    """
    asked = (key, used)
    if asked not in _remembered:
        if len(_remembered) >= REMEMBERED:
            _remembered.clear()
        parts = list[Any]()
        better = better_form(expression(key, parts), used)
        if better is None:
            _remembered[asked] = None
        else:
            places = {part: k for k, part in enumerate(parts) if k}  # the first is the node itself
            nodes = sp.preorder_traversal(better[0])
            _remembered[asked] = *better, [(g, places[g]) for g in nodes if g in places]
    return _remembered[asked]


def expression(key: Key, parts: list[Any]) -> Any:
    """The SymPy expression of a pattern; `parts` receives its nodes from the top down."""
    if not isinstance(key, tuple):
        return key
    head, *rest = key
    if isinstance(head, int):
        return letter(head, rest[0])
    place = len(parts)
    parts.append(None)
    parts[place] = head(*[expression(part, parts) for part in rest])
    return parts[place]


def better_form(f: Any, used: tuple[str, ...] = ()) -> tuple[Any, str] | None:
    """What the first rule with a gain makes of `f`, and the name of that rule.

    >>> from sympy import exp, log
    >>> from sympy.abc import x
    >>> better_form(log(1 + exp(x)))
    (softplus(x), 'softplus')
    """
    from lambdify_bridge.stable.rules import RULES

    for rule in RULES.rules:
        if type(f) not in rule.heads or rule.name in used:
            continue
        form = rule(f)
        if form is None or form == f:
            continue
        if rule.measured:
            from lambdify_bridge.stable.gain import gains

            if not gains(f, form):
                continue
        return form, rule.name
    return None
