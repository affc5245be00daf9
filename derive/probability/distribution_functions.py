"""Distribution functions: the probability up to a place, by integrals and sums of the density."""

from __future__ import annotations

from collections.abc import Callable

from sympy import (
    Add,
    And,
    Basic,
    Expr,
    Integral,
    S,
    Symbol,
    besseli,
    binomial,
    exp,
    floor,
    gamma,
    oo,
    pi,
    sin,
    stats,
)

from derive.probability.distributions import (
    bounds,
    conditions,
    drawn,
    is_discrete,
    outcomes,
    parameters,
    place_of,
    row_of,
    single,
    written_out,
)
from derive.probability.medians import is_mirrored, middles
from derive.probability.moments import Laws, Moment, tidied, unpack
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import fresh, sigma

X, K = Symbol("X", real=True), Symbol("K", integer=True)
a, b = Symbol("a", positive=True), Symbol("b", positive=True)
n = Symbol("n", integer=True, positive=True)
mu = Symbol("mu", real=True)


class DistributionFunction(Moment):
    """The probability of a value up to a place: DistributionFunction(place, (x, law))."""

    name = "F"
    is_extended_real = True

    @property
    def free_symbols(self) -> set[Basic]:
        return self.args[0].free_symbols | self.args[1].args[1].free_symbols


FUNCTIONS = RuleTable(DistributionFunction, unpack, "distribution functions", tidy=tidied)
PLACE = Symbol("x", positive=True)


@FUNCTIONS.rule(
    "Fourier series of the density",
    example=DistributionFunction(PLACE, drawn(X, stats.VonMises("X", mu, a))),
)
def fourier_series(place: Expr, laws: Laws) -> Outcome:
    """The density of the angle as its Fourier series, which converges uniformly, integrated term
    by term from zero."""
    one = single(laws)
    row = row_of(one[1]) if one else None
    if not one or row is None or row.name != "VonMises":
        return None
    middle, k = parameters(one[1])
    j = Symbol(fresh("n", place, one[1]).name, integer=True, positive=True)
    waves = (sin(j * (place - middle)) + sin(j * middle)) / j
    series = sigma(besseli(j, k) / besseli(0, k) / pi * waves, j, S.One, oo)
    return Rewrite(place / (2 * pi) + series, And(conditions(one[1]), _inside(place, one[1])))


@FUNCTIONS.rule(
    "from the middle of symmetry",
    example=DistributionFunction(mu, drawn(X, stats.StudentT("X", a))),
)
def from_the_middle(place: Expr, laws: Laws) -> Outcome:
    """The density is the same on both sides of its middle: one half up to there, and the integral
    from there on."""
    one = single(laws)
    row = row_of(one[1]) if one else None
    if not one or row is None or row.name != "StudentT" or parameters(one[1])[0].is_Integer:
        return None  # of whole numbers the whole integral is elementary
    u = place_of(*one, place)
    f = written_out(one[1], u)
    found = (m for m in middles(one[1]) if is_mirrored(f, u, m))
    wholes = (S.Half + Integral(f, (u, m, place)) for m in found)
    return next((Rewrite(whole, conditions(one[1])) for whole in wholes), None)


@FUNCTIONS.rule(
    "the density integrated",
    example=DistributionFunction(b, drawn(X, stats.Exponential("X", a))),
)
def density_integrated(place: Expr, laws: Laws) -> Outcome:
    """The integral of the density from the least value up to the place."""
    one = single(laws)
    if not one or is_discrete(one[1]):
        return None
    letter, law = one
    u = place_of(letter, law, place)
    whole = Integral(written_out(law, u), (u, bounds(law)[0], place))
    return Rewrite(whole, And(conditions(law), _inside(place, law)))


def _inside(place: Expr, law: Basic) -> Basic:
    low, high = bounds(law)
    return And(*(c for c in (place > low, place < high) if c != True))


@FUNCTIONS.rule(
    "the listed probabilities added up",
    example=DistributionFunction(S(1) / 2, drawn(K, stats.Bernoulli("K", S(1) / 3))),
)
def listed_probabilities_added_up(place: Expr, laws: Laws) -> Outcome:
    """The probabilities of the values that are not above the place."""
    one = single(laws)
    listed = outcomes(one[1]) if one else None
    if not one or listed is None or not place.is_comparable:
        return None
    return Rewrite(Add(*(p for value, p in listed if value <= place)), conditions(one[1]))


# fmt: off
# What the sum up to n comes to: the integral over t of these, between these ends.
TELESCOPED: dict[str, Callable[..., tuple[Expr, Expr, Expr]]] = {
    "Poisson":          lambda n, t, lamda: (t**n*exp(-t)/gamma(n + 1), lamda, oo),
    "Binomial":         lambda n, t, m, p:
        ((m - n)*binomial(m, n)*(1 - t)**n*t**(m - n - 1), S.Zero, 1 - p),
    "NegativeBinomial": lambda n, t, r, p:
        (gamma(n + r + 1)/gamma(r)/gamma(n + 1)*(1 - t)**n*t**(r - 1), S.Zero, p),
}
# fmt: on


@FUNCTIONS.rule(
    "the slope by the parameter telescopes",
    example=DistributionFunction(n, drawn(K, stats.Poisson("K", a))),
)
def slope_telescopes(place: Expr, laws: Laws) -> Outcome:
    """Differentiated by the parameter, all terms of the sum cancel but for one; that one is
    integrated from the parameter to where the sum is zero."""
    one = single(laws)
    row = row_of(one[1]) if one else None
    if not one or row is None or row.name not in TELESCOPED or place.is_number:
        return None
    if not place.is_integer:
        return None
    values = parameters(one[1])
    t = Symbol(fresh("t", place, one[1]).name, positive=True)
    f, low, high = TELESCOPED[row.name](place, t, *values)
    first, last = bounds(one[1])
    inside = And(*(c for c in (place >= first, place < last) if c != True))
    return Rewrite(Integral(f, (t, low, high)), And(conditions(one[1]), inside))


@FUNCTIONS.rule(
    "the probabilities added up",
    example=DistributionFunction(n, drawn(K, stats.Geometric("K", S(1) / 3))),
)
def probabilities_added_up(place: Expr, laws: Laws) -> Outcome:
    """The sum of the probabilities from the least value to the last whole number that is not above
    the place."""
    one = single(laws)
    if not one or not is_discrete(one[1]) or outcomes(one[1]) is not None:
        return None
    k = place_of(*one, place)
    low, high = bounds(one[1])
    last = floor(place)
    if (last - high).is_nonnegative:
        return Rewrite(S.One, conditions(one[1]))
    if (last - low).is_negative:
        return Rewrite(S.Zero, conditions(one[1]))
    inside = And(*(c for c in (last >= low, last <= high) if c != True))
    return Rewrite(sigma(written_out(one[1], k), k, low, last), And(conditions(one[1]), inside))
