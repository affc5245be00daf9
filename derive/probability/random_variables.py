"""How a random variable is given: a RandomSymbol of sympy.stats, or `"X ~ Normal(mu, sigma)"`.

A letter that stands for a parameter gets what its place in the distribution demands of it (a
standard deviation is positive); other letters are real.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sympy import Basic, Expr, ImmutableMatrix, MatrixBase, Symbol, Tuple
from sympy.logic.boolalg import Boolean
from sympy.printing.str import StrPrinter
from sympy.stats.rv import RandomSymbol

from derive.asked import refuse_large, scalar
from derive.calculus.integrals.integrate import exact
from derive.parse import parse, parse_symbol
from derive.probability import distributions
from derive.probability.distributions import (
    BY_NAME,
    DISTRIBUTIONS,
    KINDS,
    Distribution,
    law_of,
    plain,
    row_of,
)
from derive.structure import free_symbols

WRITTEN = re.compile(
    r"\s*(?P<letters>[^~()]+?)\s*~\s*(?P<name>[\w \-]+?)\s*\((?P<inside>.*)\)\s*", re.S
)
TOO_LONG = 10_000


@dataclass(frozen=True)
class RandomVariable:
    """A letter (several, of a joint distribution) and the sympy.stats object it is drawn from.

    >>> X = random_variable("X ~ Normal(mu, sigma)")
    >>> X.letter, X.support, X.density(X.letter)
    (X, Interval(-oo, oo), sqrt(2)*exp(-(X - mu)**2/(2*sigma**2))/(2*sqrt(pi)*sigma))
    """

    letters: tuple[Symbol, ...]
    law: Basic

    @property
    def letter(self) -> Symbol:
        if len(self.letters) != 1:
            raise ValueError(f"{self} is several numbers: ask of one of them")
        return self.letters[0]

    @property
    def discrete(self) -> bool:
        return distributions.is_discrete(self.law)

    @property
    def parameters(self) -> tuple[Any, ...]:
        return distributions.parameters(self.law)

    @property
    def support(self) -> Any:
        return distributions.support(self.law)

    @property
    def bounds(self) -> tuple[Expr, Expr]:
        """The ends of the integral, or of the sum, over the support."""
        return distributions.bounds(self.law)

    @property
    def outcomes(self) -> distributions.Outcomes | None:
        """Values and their probabilities, where they are listed one by one; else None."""
        return distributions.outcomes(self.law)

    @property
    def given(self) -> Boolean:
        """The conditions on the parameters, as far as their letters do not say so."""
        return distributions.conditions(self.law)

    def density(self, *places: Any) -> Expr:
        """The density, or probability of the value, in the support, as SymPy writes it."""
        return distributions.density(self.law, *places)

    def __str__(self) -> str:
        return (
            f"{', '.join(map(str, self.letters))} ~ {distributions.in_text(StrPrinter(), self.law)}"
        )


def random_variable(question: Any) -> RandomVariable:
    """The random variable that a RandomSymbol of sympy.stats or a text describes.

    Raises ValueError, in one line, for a distribution that is not known, a wrong number of
    parameters, or values that the distribution does not allow.

    >>> str(random_variable("X ~ Poisson(3)"))
    'X ~ Poisson(3)'
    """
    if isinstance(question, RandomVariable):
        return question
    if isinstance(question, RandomSymbol):
        return _of_sympy(question)
    if not isinstance(question, str):
        raise TypeError(
            f"{question} is no random variable: write 'X ~ Normal(mu, sigma)' or give a "
            "RandomSymbol of sympy.stats"
        )
    return _of_text(question)


def _of_sympy(variable: RandomSymbol) -> RandomVariable:
    law = refuse_large(law_of(variable))
    row = row_of(law)
    name = variable.symbol.name
    many = len(distributions.parameters(law)[0]) if row and row.joint else 1
    known = _letter(row.discrete if row else distributions.is_discrete(law))
    names = [name] if many == 1 else [f"{name}_{k}" for k in range(1, many + 1)]
    return _allowed(RandomVariable(tuple(Symbol(each, **known) for each in names), law))


def _letter(discrete: bool) -> dict[str, bool]:
    return {"integer": True} if discrete else {"real": True}


def _of_text(text: str) -> RandomVariable:
    if len(text) > TOO_LONG:
        raise ValueError("a random variable is one line: 'X ~ Normal(mu, sigma)'")
    found = WRITTEN.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is no random variable: write 'X ~ Normal(mu, sigma)'")
    row = BY_NAME.get(plain(found["name"]))
    if row is None:
        known = ", ".join(each.name for each in DISTRIBUTIONS)
        raise ValueError(f"no distribution is called {found['name']}; these are known: {known}")
    names = [parse_symbol(name).name for name in found["letters"].split(",")]
    values = _values(row, found["inside"])
    law = law_of(row.make(names[0], *_with_assumptions(row, values)))
    return _allowed(RandomVariable(_letters(row, names, law), law))


def _letters(row: Distribution, names: list[str], law: Basic) -> tuple[Symbol, ...]:
    many = len(distributions.parameters(law)[0]) if row.joint else 1
    if many > 1 and len(names) == 1:
        names = [f"{names[0]}_{k}" for k in range(1, many + 1)]
    if len(names) != many or len(set(names)) != many:
        raise ValueError(
            f"{row.name} gives {many} numbers here: name each of them once, or one for all"
        )
    return tuple(Symbol(name, **_letter(row.discrete)) for name in names)


def _values(row: Distribution, inside: str) -> list[Basic]:
    """The parameters as written, plain letters in them."""
    read = parse(f"({inside},)") if inside.strip() else Tuple()
    values = [exact(value) for value in read]
    if row.name == "Dirichlet" and not isinstance(values[0], MatrixBase):
        values = [ImmutableMatrix(values)]
    if len(values) != len(row.parameters):
        many = len(row.parameters)
        raise ValueError(
            f"{row.name} has {many} parameter{'s' * (many > 1)}: write {row.signature}"
        )
    for parameter, value in zip(row.parameters, values, strict=True):
        _of_kind(row, parameter.kind, value)
    return values


def _of_kind(row: Distribution, kind: str, value: Basic) -> None:
    matrix = kind in ("vector", "matrix", "weights", "chances")
    if matrix != isinstance(value, MatrixBase) or not (matrix or isinstance(value, Expr)):
        raise ValueError(f"{value} is not what {row.signature} asks for: [1, 2] is a vector")


def _with_assumptions(row: Distribution, values: list[Basic]) -> list[Basic]:
    """The values with letters of which is known what their place demands; other ones are real."""
    facts: dict[Symbol, dict[str, bool]] = {}
    for parameter, value in zip(row.parameters, values, strict=True):
        bare = list(value) if isinstance(value, MatrixBase) else [value]
        for letter in sorted(free_symbols(value), key=str):
            known = KINDS[parameter.kind] if letter in bare else {"real": True}
            facts[letter] = facts.get(letter, {}) | known
    known_letters = {x: Symbol(x.name, **kinds) for x, kinds in facts.items()}
    return [value.xreplace(known_letters) for value in values]


def _allowed(variable: RandomVariable) -> RandomVariable:
    if variable.given == False:
        shown = " ".join(str(variable).split())
        raise ValueError(f"{shown} has parameters that its distribution does not allow")
    return variable


def formula_of(question: Any, *variables: RandomVariable) -> Expr:
    """A formula in the letters of random variables and of their parameters; other ones are real.

    >>> X = random_variable("X ~ Normal(mu, sigma)")
    >>> formula_of("X**2 + sqrt(sigma**2)", X)
    X**2 + sigma
    """
    g = exact(scalar(question))
    drawn = {
        s: v.letter
        for s in g.atoms(RandomSymbol)
        for v in variables
        if s.symbol.name == str(v.letter)
    }
    g = g.xreplace(drawn)
    meant: dict[str, Symbol] = {}
    for v in variables:
        meant |= {s.name: s for s in sorted(free_symbols(v.law), key=str)}
    for v in variables:
        meant |= {s.name: s for s in v.letters}
    plain_letters = (s for s in sorted(free_symbols(g), key=str) if s.is_real is None)
    return g.xreplace({s: meant.get(s.name, Symbol(s.name, real=True)) for s in plain_letters})
