"""The table of distributions: how each is named in text, its sympy.stats object, its parameters.

A distribution is the object of sympy.stats; the density is what that object says of a place in
the support. What is stated here is what such an object does not say: names, bounds, conditions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sympy import (
    And,
    Basic,
    Eq,
    Expr,
    FiniteSet,
    Gt,
    ImmutableMatrix,
    Integer,
    Interval,
    Lambda,
    Le,
    Lt,
    MatrixBase,
    Piecewise,
    Range,
    S,
    Set,
    Symbol,
    Tuple,
    beta,
    catalan,
    default_sort_key,
    expand_power_base,
    gamma,
    oo,
    pi,
    powdenest,
    powsimp,
    true,
)
from sympy import stats as s
from sympy.logic.boolalg import Boolean

from derive.structure import fresh

Bounds = tuple[Expr, Expr]
Outcomes = tuple[tuple[Expr, Expr], ...]

# What is known of a letter that stands for a parameter of this kind.
KINDS: dict[str, dict[str, bool]] = {
    "real": {"real": True},
    "positive": {"positive": True},
    "probability": {"positive": True},
    "count": {"integer": True, "positive": True},
    "integer": {"integer": True},
    "vector": {"real": True},
    "matrix": {"real": True},
    "weights": {"positive": True},
    "chances": {"positive": True},
}


@dataclass(frozen=True)
class Parameter:
    name: str
    kind: str

    def holds(self, value: Any) -> Boolean:
        """What has to be true of the value of the parameter."""
        if self.kind in ("positive", "count"):
            return Gt(value, 0)
        if self.kind == "probability":
            return And(Gt(value, 0), Lt(value, 1))
        if self.kind in ("weights", "chances"):
            in_all = Eq(sum(value), 1) if self.kind == "chances" else true
            return And(*(Gt(each, 0) for each in value), in_all)
        if self.kind == "matrix":
            minors = (value[:k, :k].det() for k in range(1, value.rows + 1))
            return And(*(Gt(minor, 0) for minor in minors), Eq(value, value.T))
        return true


@dataclass(frozen=True)
class Distribution:
    """A row: the first of the `names` is the one that is printed.

    `support`: the ends of the support in terms of the parameters; `dimension` None: a number.
    """

    names: tuple[str, ...]
    make: Callable[..., Any]
    parameters: tuple[Parameter, ...]
    support: Callable[..., Bounds]
    discrete: bool = False
    joint: bool = False
    also: Callable[..., Boolean] = lambda *values: true

    @property
    def name(self) -> str:
        return self.names[0]

    @property
    def signature(self) -> str:
        return f"{self.name}({', '.join(p.name for p in self.parameters)})"


def categorical(name: Any, weights: Any) -> Any:
    """The values 0, 1, 2, ... with these probabilities."""
    return s.FiniteRV(name, {Integer(k): w for k, w in enumerate(weights)})


def integers_between(name: Any, a: Expr, b: Expr) -> Any:
    """Each of the integers from a to b, equally likely."""
    if Lt(b, a) == True:
        raise ValueError("the first of the integers is above the last")
    k = Symbol(str(name), integer=True)
    return s.DiscreteRV(k, 1 / (b - a + 1), set=Range(a, b + 1))


def dirichlet(name: Any, *concentrations: Any) -> Any:
    if len(concentrations) == 1 and isinstance(concentrations[0], MatrixBase):
        concentrations = tuple(concentrations[0])
    return s.MultivariateBeta(name, *concentrations)


def real_line(*values: Any) -> Bounds:
    return -oo, oo


def half_line(*values: Any) -> Bounds:
    return S.Zero, oo


def unit(*values: Any) -> Bounds:
    return S.Zero, S.One


def from_one(*values: Any) -> Bounds:
    return S.One, oo


def between(a: Expr, b: Expr) -> Bounds:
    return a, b


def up_to_first(n: Expr, *values: Any) -> Bounds:
    return S.Zero, n


def from_first(a: Expr, *values: Any) -> Bounds:
    return a, oo


def whole_turn(*values: Any) -> Bounds:
    return S.Zero, 2 * pi


def entries(weights: Any) -> Bounds:
    return S.Zero, Integer(len(weights) - 1)


def _row(names: str, make: Any, letters: str, support: Any, **more: Any) -> Distribution:
    known = tuple(Parameter(*each.split()) for each in letters.split(", "))
    return Distribution(tuple(names.split()), make, known, support, **more)


def _mass(*cells: Any, **more: Any) -> Distribution:
    return _row(*cells, discrete=True, **more)


def _joint(*cells: Any) -> Distribution:
    return _row(*cells, joint=True)


# fmt: off
DISTRIBUTIONS = (
    _mass("Bernoulli",           s.Bernoulli,          "p probability",               unit),
    _mass("Binomial",            s.Binomial,           "n count, p probability",      up_to_first),
    _mass("Categorical",         categorical,          "p chances",                   entries),
    _mass("Geometric",           s.Geometric,          "p probability",               from_one),
    _mass("NegativeBinomial",    s.NegativeBinomial,   "r positive, p probability",   half_line),
    _mass("Poisson",             s.Poisson,            "lamda positive",              half_line),
    _mass("DiscreteUniform",     integers_between,     "a integer, b integer",  between, also=Le),
    _row("Uniform",              s.Uniform,            "a real, b real",        between, also=Lt),
    _row("Exponential",          s.Exponential,        "lamda positive",              half_line),
    _row("Gamma",                s.Gamma,              "k positive, theta positive",  half_line),
    _row("Beta",                 s.Beta,               "a positive, b positive",      unit),
    _row("Normal Gaussian",      s.Normal,             "mu real, sigma positive",     real_line),
    _row("LogNormal",            s.LogNormal,          "mu real, sigma positive",     half_line),
    _row("StudentT T",           s.StudentT,           "nu positive",                 real_line),
    _row("ChiSquared Chi2",      s.ChiSquared,         "k positive",                  half_line),
    _row("F FDistribution",      s.FDistribution,      "d1 positive, d2 positive",    half_line),
    _row("Cauchy",               s.Cauchy,             "x0 real, gamma positive",     real_line),
    _row("Laplace",              s.Laplace,            "mu real, b positive",         real_line),
    _row("Logistic",             s.Logistic,           "mu real, s positive",         real_line),
    _row("Pareto",               s.Pareto,             "xm positive, alpha positive", from_first),
    _row("Weibull",              s.Weibull,            "lamda positive, k positive",  half_line),
    _row("VonMises",             s.VonMises,           "mu real, k positive",         whole_turn),
    _joint("MultivariateNormal", s.MultivariateNormal, "mu vector, Sigma matrix",     real_line),
    _joint("Dirichlet",          dirichlet,            "alpha weights",               unit),
)
# fmt: on


def plain(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())


BY_NAME = {plain(name): row for row in DISTRIBUTIONS for name in row.names}


def _example(row: Distribution) -> Basic:
    values = {
        "vector": ImmutableMatrix([0, 0]),
        "matrix": ImmutableMatrix([[1, 0], [0, 1]]),
        "weights": ImmutableMatrix([S.Half, S.Half]),
        "chances": ImmutableMatrix([S.Half, S.Half]),
        "probability": S.Half,
    }
    return law_of(
        row.make("X", *(values.get(p.kind, S(k + 1)) for k, p in enumerate(row.parameters)))
    )


def law_of(variable: Any) -> Basic:
    """The distribution of a RandomSymbol of sympy.stats."""
    return variable.pspace.distribution


BY_CLASS = {type(_example(row)): row for row in DISTRIBUTIONS}


def row_of(law: Basic) -> Distribution | None:
    return BY_CLASS.get(type(law))


def parameters(law: Basic) -> tuple[Any, ...]:
    """The values of the parameters, as they stand in text."""
    row = row_of(law)
    if row is None:
        return law.args
    if row.name == "Categorical":
        return (ImmutableMatrix([weight for _, weight in outcomes(law) or ()]),)
    if row.name == "DiscreteUniform":
        return law.args[1].start, law.args[1].stop - 1
    return law.args[: len(row.parameters)]


def is_discrete(law: Basic) -> bool:
    row = row_of(law)
    return row.discrete if row else not isinstance(law.set, Interval)


def bounds(law: Basic) -> Bounds:
    """The ends of the support of a number: of the integral or sum that makes an expected value."""
    row = row_of(law)
    if row:
        return row.support(*parameters(law))
    if isinstance(law.set, (set, frozenset)):
        return min(law.set), max(law.set)
    return law.set.inf, law.set.sup


def outcomes(law: Basic) -> Outcomes | None:
    """The values with their probabilities, where they are listed one by one."""
    row = row_of(law)
    if row and row.name == "Bernoulli":
        p, success, failure = law.args
        return (failure, 1 - p), (success, p)
    if row and row.name == "Categorical":
        return tuple((value, weight) for value, weight in law.args[0].items())
    if row is None and isinstance(law.set, (set, frozenset)):
        return tuple((value, law.pmf(value)) for value in sorted(law.set, key=default_sort_key))
    return None


def density(law: Basic, *places: Any) -> Expr:
    """The density, or the probability of a value, inside of the support, as SymPy writes it.

    >>> from sympy.abc import x
    >>> density(law_of(s.Exponential("X", 2)), x)
    2*exp(-2*x)
    """
    row = row_of(law)
    if row and row.joint:
        return S(law.pdf(*places))
    (place,) = places
    letter = Symbol("x", integer=True) if is_discrete(law) else Symbol("x", real=True)
    written = law.pmf(letter) if hasattr(law, "pmf") else law.pdf(letter)
    found = _inside(written(letter) if isinstance(written, Lambda) else written)
    return found.xreplace({letter: S(place)})


def _inside(found: Expr) -> Expr:
    """The branch that is not 0, where there is only one."""
    if not isinstance(found, Piecewise):
        return S(found)
    branches = [value for value, _ in found.args if value != 0]
    return branches[0] if len(branches) == 1 else found


def conditions(law: Basic) -> Boolean:
    """What has to hold of the parameters, as far as it is not known of their letters."""
    row = row_of(law)
    if row is None:
        return true
    values = parameters(law)
    if row.name == "Dirichlet":
        return row.parameters[0].holds(values[0])
    each = (p.holds(value) for p, value in zip(row.parameters, values, strict=True))
    return And(*each, row.also(*values))


def drawn(name: Symbol, law: Any) -> tuple[Symbol, Basic]:
    return name, law_of(law)


def place_of(letter: Symbol, law: Basic, *within: Basic) -> Symbol:
    """A letter for the values: the small one, of which is known what the support says of it."""
    name = fresh(letter.name.lower(), *within, law).name
    if is_discrete(law):
        return Symbol(name, integer=True)
    return Symbol(name, positive=True) if bounds(law)[0].is_nonnegative else Symbol(name, real=True)


def single(laws: tuple[Tuple, ...]) -> tuple[Symbol, Basic] | None:
    """The one letter and its law, where it is one of sympy.stats for a single number."""
    if len(laws) != 1 or isinstance(laws[0].args[1], Expr):
        return None
    letter, law = laws[0].args
    row = row_of(law)
    return None if row and row.joint else (letter, law)


def support(law: Basic) -> Set:
    """Where the density is not 0."""
    listed = outcomes(law)
    if listed is not None:
        return FiniteSet(*(value for value, _ in listed))
    return law.set


def in_text(printer: Any, law: Basic) -> str:
    """The law as a printer writes it, Normal(0, 1)."""
    return f"{_name(law)}({', '.join(map(printer._print, parameters(law)))})"


def in_latex(printer: Any, law: Basic) -> str:
    inside = r",\, ".join(map(printer._print, parameters(law)))
    return rf"\operatorname{{{_name(law)}}}\left({inside}\right)"


def _name(law: Basic) -> str:
    row = row_of(law)
    return row.name if row else type(law).__name__.removesuffix("Distribution")


def written_out(law: Basic, *places: Symbol) -> Expr:
    """The density with gamma functions for beta functions, and powers of positive factors apart."""
    f = density(law, *places)
    named = (beta, catalan)  # SymPy writes some beta functions by numbers of Catalan
    f = f.replace(lambda node: isinstance(node, named), lambda node: node.rewrite(gamma))
    return powsimp(expand_power_base(powdenest(f)), combine="exp")
