"""Laws of two letters together: a density on a region of the plane, or a table of probabilities."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy import (
    Abs,
    Basic,
    Expr,
    ImmutableMatrix,
    Integral,
    MatrixBase,
    S,
    Symbol,
    Tuple,
    exp,
    expand,
    oo,
    powsimp,
    simplify,
)

from derive.asked import place, scalar
from derive.calculus.integrals.integrate import exact
from derive.calculus.integrals.operators import definite
from derive.core import Derivation
from derive.probability.branches import branches, is_below
from derive.probability.distributions import in_latex, in_text
from derive.probability.plane_maps import ranges_of
from derive.probability.quantities import Quantity, numbers, part, probabilities, rows_of_numbers
from derive.probability.random_variables import random_variable
from derive.structure import depends_on, free_symbols


class JointLaw(Basic):
    """A density f(x, y), up to a factor: JointLaw(f, (x, a, b), (y, c, d)); c, d may have x."""

    def __new__(cls, f: Any, *ranges: Any) -> JointLaw:
        return Basic.__new__(cls, part(f), *(Tuple(*map(part, r)) for r in ranges))

    @property
    def letters(self) -> tuple[Symbol, ...]:
        return tuple(r.args[0] for r in self.args[1:])

    @property
    def free_symbols(self) -> set[Basic]:
        return set().union(*(p.free_symbols for p in self.args)) - set(self.letters)

    def other(self, letter: Symbol) -> Symbol:
        x, y = self.letters
        return y if letter == x else x

    def _sympystr(self, printer: Any) -> str:
        if not getattr(printer, "as_on_paper", False):
            return f"{type(self).__name__}({', '.join(map(printer._print, self.args))})"
        return self._shown(printer, "{} < {} < {}", "; ")

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return self._shown(printer, r"{} < {} < {}", r",\ ")

    def _shown(self, printer: Any, within: str, comma: str) -> str:
        f, *ranges = self.args
        where = (within.format(*map(printer._print, (a, x, b))) for x, a, b in ranges)
        return comma.join([printer._print(f), *where])


class JointTable(JointLaw):
    """JointTable(P, (x, values), (y, values)): P has a row for every value of x."""

    def _shown(self, printer: Any, within: str, comma: str) -> str:
        P, *letters = self.args
        return comma.join(
            [printer._print(P), *(f"{printer._print(x)}: {printer._print(v)}" for x, v in letters)]
        )

    def cells(self) -> Iterator[tuple[dict[Symbol, Expr], Expr]]:
        """The values of both letters, and how probable they are."""
        P, (x, xs), (y, ys) = self.args
        for i, value in enumerate(xs):
            yield from (({x: value, y: other}, P[i, j]) for j, other in enumerate(ys))

    def row(self, letter: Symbol, value: Expr) -> list[tuple[dict[Symbol, Expr], Expr]]:
        """The cells where the letter has the value."""
        return [(values, p) for values, p in self.cells() if values[letter] == value]


class OfJoint(Quantity):
    """An operator on a joint law, which is its last part; `given` parts are (letter, place)."""

    @property
    def law(self) -> JointLaw:
        return self.args[-1]

    @property
    def bound_symbols(self) -> list[Symbol]:
        return list(self.law.letters)

    @property
    def free_symbols(self) -> set[Basic]:
        drawn = set(self.law.letters)
        free: set[Basic] = set(self.law.free_symbols)
        for each in self.args[:-1]:
            if isinstance(each, Tuple):
                free |= each.args[1].free_symbols
            else:
                free |= each.free_symbols - drawn
        return free

    def _eval_subs(self, old: Basic, new: Basic) -> Basic | None:
        drawn = self.law.letters
        if old not in drawn:
            return None
        return self.func(*(
            Tuple(p.args[0], p.args[1]._subs(old, new)) if isinstance(p, Tuple) else p
            for p in self.args
        ))  # fmt: skip

    def _sympystr(self, printer: Any) -> str:
        if not getattr(printer, "as_on_paper", False):
            return super()._sympystr(printer)
        inside = ", ".join(self._parts(printer, "{} = {}"))
        return f"{self.name}_{{{printer._print(self.law)}}}[{inside}]"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        inside = r",\ ".join(self._parts(printer, "{} = {}"))
        power = f"^{{{exp}}}" if exp else ""
        below = printer._print(self.law)
        return rf"\operatorname{{{self.name}}}{power}_{{{below}}}\left[{inside}\right]"

    def _parts(self, printer: Any, equation: str) -> list[str]:
        found = []
        for each in self.args[:-1]:
            if isinstance(each, Tuple):
                letter, where = map(printer._print, each.args)
                found.append(letter if letter == where else equation.format(letter, where))
            else:
                found.append(printer._print(each))
        return found


class PairDensity(Quantity):
    """The density of g and h together at (u, v): PairDensity((g, h), (u, v), laws...).

    The laws are (x, law) and (y, law) of two independent letters, or one law of both together.
    """

    @property
    def bound_symbols(self) -> list[Symbol]:
        laws = self.args[2:]
        return list(laws[0].letters) if len(laws) == 1 else [law.args[0] for law in laws]

    def _sympystr(self, printer: Any) -> str:
        if not getattr(printer, "as_on_paper", False):
            return super()._sympystr(printer)
        of_law = ", ".join(self._laws(printer, "{} ~ {}", in_text))
        return f"density_{{{of_law}}}[{', '.join(self._equations(printer))}]"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        power = f"^{{{exp}}}" if exp else ""
        below = r",\, ".join(self._laws(printer, r"{} \sim {}", in_latex))
        inside = r",\, ".join(self._equations(printer))
        return rf"\operatorname{{density}}_{{{below}}}{power}\left[{inside}\right]"

    def _laws(self, printer: Any, drawn: str, written: Any) -> list[str]:
        laws = self.args[2:]
        if len(laws) == 1:
            return [printer._print(laws[0])]
        return [drawn.format(printer._print(x), written(printer, law)) for x, law in laws]

    def _equations(self, printer: Any) -> list[str]:
        pairs = zip(*self.args[:2], strict=True)
        return [f"{printer._print(g)} = {printer._print(place)}" for g, place in pairs]


# ------------------------------------------------------------------ integrals over the region


def ranges(law: JointLaw, outer: Symbol) -> tuple[Tuple, Tuple] | None:
    """The range of the other letter, whose ends may depend on the outer one, and that of this.

    >>> x, y = Symbol("x", positive=True), Symbol("y", positive=True)
    >>> ranges(JointLaw(1, (x, 0, 1), (y, 0, x)), y)
    ((x, y, 1), (y, 0, 1))
    """
    first, second = law.args[1:]
    if first[0] == outer:
        return second, first
    if not any(depends_on(end, first[0]) for end in second[1:]):
        return first, second
    return _turned(*first.args, *second.args)


def _turned(x: Symbol, a: Expr, b: Expr, y: Symbol, c: Expr, d: Expr) -> tuple[Tuple, Tuple] | None:
    """c < y < d with one of the ends a monotone function of x, or -d < y < d, as a range of x."""
    if c == -d and depends_on(d, x):
        return _about_zero(x, a, b, y, d)
    moving, fixed = (d, c) if depends_on(d, x) else (c, d)
    ways = branches(moving, x, a, b, y)
    if depends_on(fixed, x) or not ways or len(ways) != 1:
        return None
    (way,) = ways
    meets = way.low if moving == d else way.high
    if meets != fixed:
        return None
    after = way.rises == (moving == d)
    inner = (way.back, b) if after else (a, way.back)
    return Tuple(x, *inner), Tuple(y, way.low, way.high)


def _about_zero(x: Symbol, a: Expr, b: Expr, y: Symbol, d: Expr) -> tuple[Tuple, Tuple] | None:
    """|y| < d(x), a monotone function that is zero at one of its ends."""
    ways = branches(d, x, a, b, Abs(y))
    if not ways or len(ways) != 1 or ways[0].low != 0:
        return None
    (way,) = ways
    inner = (way.back, b) if way.rises else (a, way.back)
    return Tuple(x, *inner), Tuple(y, -way.high, way.high)


def over(f: Expr, *limits: Tuple) -> Integral:
    """One integral in the other, the first limit innermost."""
    for limit in limits:
        f = definite(powsimp(f), *limit)
    return f


# ------------------------------------------------------------------ what the user writes


def joint_law(*written: Any) -> JointLaw:
    """From a density and the ranges of its letters, a table and the values, or a named law.

    >>> joint_law("6*x", ("x", 0, 1), ("y", 0, "1 - x"))
    JointLaw(6*x, (x, 0, 1), (y, 0, 1 - x))
    """
    if len(written) == 1 and isinstance(written[0], JointLaw):
        return written[0]
    if len(written) == 1 and isinstance(written[0], Derivation):
        return _of_density(written[0])
    if len(written) == 1:
        return _of_variables(written[0])
    if len(written) != 3 or not all(isinstance(w, (list, tuple, Tuple)) for w in written[1:]):
        raise ValueError(
            "a joint law is a density and two ranges, 'x*y', ('x', 0, 1), ('y', 0, 2), or a table "
            "of probabilities and the values, [[...]], ('x', [0, 1]), ('y', [0, 1])"
        )
    if isinstance(written[0], (list, tuple, MatrixBase)):
        return _table(*written)
    return _density(*written)


def _of_density(found: Derivation) -> JointLaw:
    """The law that the density of two functions together was worked out for."""
    goal = found.root.goal
    if not isinstance(goal, PairDensity):
        raise ValueError(f"{goal} is no density of two functions together")
    places = goal.args[1]
    within = ranges_of(found.given, places.args)
    if within is None:
        raise ValueError(f"no range of one letter by the other is known for {found.given}")
    return JointLaw(found.result, *within)


def _table(P: Any, *letters: Any) -> JointTable:
    rows = rows_of_numbers(P)
    flat = probabilities([entry for row in rows for entry in row])
    size = len(rows), len(rows[0])
    found = []
    for (name, values), count in zip(letters, size, strict=True):
        listed = numbers(values)
        if len(listed) != count or len(set(listed)) != count:
            raise ValueError(f"{name} has {count} different values in the table: list these")
        found.append((_letter(name, S.NegativeOne), listed))
    return JointTable(ImmutableMatrix(*size, list(flat)), *found)


def _letter(name: Any, low: Expr) -> Symbol:
    known = {"positive": True} if is_below(S.Zero, low) else {"real": True}
    return Symbol(str(scalar(name)), **known)


def _density(f: Any, *limits: Any) -> JointLaw:
    if any(len(limit) != 3 for limit in limits):
        raise ValueError("the range of a letter of a density is written ('x', 0, 1)")
    (x, a, b), (y, c, d) = limits
    ends = Tuple(*(exact(place(end)) for end in (a, b, c, d)))
    formula = exact(scalar(f))
    plain = {s: Symbol(s.name, positive=True) for s in _open(Tuple(formula, ends))}
    first = _letter(x, ends[0])
    known = plain | {s: first for s in plain if s.name == first.name}
    second = _letter(y, ends[2].xreplace(known))
    known |= {s: second for s in plain if s.name == second.name}
    if first.name == second.name:
        raise ValueError("the two letters have the same name")
    low, high, least, most = ends.xreplace(known)
    if any(depends_on(end, s) for end in (low, high) for s in (first, second)):
        raise ValueError(f"the range of {first} depends on {second}: write the other one first")
    if depends_on(least, second) or depends_on(most, second):
        raise ValueError(f"the range of {second} depends on itself")
    return JointLaw(formula.xreplace(known), (first, low, high), (second, least, most))


def _open(expression: Basic) -> list[Symbol]:
    return [s for s in sorted(free_symbols(expression), key=str) if s.is_real is None]


def _of_variables(question: Any) -> JointLaw:
    v = random_variable(question)
    if len(v.letters) != 2 or (v.law.set.args and not v.law.set.is_subset(S.Reals**2)):
        raise ValueError(f"{v} is no joint law of two numbers")
    x, y = v.letters
    spreads = {d.base for d in v.parameters[1].diagonal() if d.is_Pow and d.exp == 2}
    known = {s: Symbol(s.name, positive=True) for s in spreads if s.is_Symbol}
    f = simplify(v.density(x, y).xreplace(known))
    f = f.replace(lambda node: isinstance(node, exp), lambda node: exp(expand(node.args[0])))
    return JointLaw(f, (x, -oo, oo), (y, -oo, oo))


def formula_in(question: Any, law: JointLaw) -> Expr:
    """A formula in the letters of the law, and in those of its parameters; others are real."""
    g = exact(scalar(question))
    meant = {s.name: s for s in sorted(law.free_symbols, key=str)}
    meant |= {s.name: s for s in law.letters}
    return g.xreplace({s: meant.get(s.name, Symbol(s.name, real=True)) for s in _open(g)})
