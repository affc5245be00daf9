"""Sums and products from their definition: terms added up, and what is left beyond them.

An infinite sum is taken only where two methods agree that share nothing but the terms (Levin's
transformation and an integral for the tail, or another pair for alternating signs), and only
after the terms far out have shown that it converges.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Any

from sympy import Basic

from lambdify_bridge import decay
from lambdify_bridge.decay import ABSOLUTELY, CLOSE, DIVERGES, Behaviour
from lambdify_bridge.evaluate import Evaluator, Number, Undecided, Undefined, estimator, is_real
from lambdify_bridge.remembered import remembered
from lambdify_bridge.sequence import NoLimit, close
from lambdify_bridge.waves import Waves, waves_of

AGREEMENT = 1e-10
LONGEST = 20_000  # terms of a finite sum
DIRECT = 400  # terms of an infinite sum that are simply added up, where that is enough
SKIPPED = 48  # terms before an integral takes over
FARTHEST = 2500  # the logarithm of the last place of a tail
WORKING = 50  # digits while a transformation cancels


class Terms:
    """The terms f(a), f(a + 1), ... of a series at one point of its letters."""

    def __init__(self, at: Evaluator, function: Basic, n: Any, first: Number) -> None:
        self.at, self.function, self.n, self.first = at, function, n, first
        self.known: dict[Any, Number] = {}
        self.there = Evaluator({}, (), root=at.root)
        self.letters = {s: v for s, v in at.memo.items() if s.is_Symbol and s != n}

    @property
    def ctx(self) -> Any:
        return self.at.ctx

    def __call__(self, k: Any) -> Number:
        """f(a + k); `k` may be a real number as well, where the function allows it."""
        key = k, self.ctx.dps
        if key not in self.known:
            self.known[key] = self._value_at(self.first + self.ctx.convert(k))
        return self.known[key]

    def _value_at(self, place: Number) -> Number:
        """One evaluator for all places, which forgets: there are thousands of them."""
        there = self.there
        there.given = {**self.letters, self.n: place}
        there.memo = dict(there.given)
        there.children = {}
        return there(self.function)

    @cached_property
    def waves(self) -> Waves | None:
        """The waves of the terms, where their signs do not repeat."""
        found = waves_of(self, infinite)
        return None if found is None or found.steady else found

    @cached_property
    def behaviour(self) -> Behaviour:
        return self.waves.behaviour if self.waves else decay.behaviour(self.ctx, self)


@estimator("Sum")
@remembered
def total(node: Any, at: Evaluator) -> Number:
    """A finite sum term by term; an infinite one by two methods that have to agree."""
    function, *limits = node.args
    if len(limits) > 1:
        inner, *outer = limits
        return total(
            Basic.__new__(type(node), Basic.__new__(type(node), function, inner), *outer), at
        )
    n, a, b = _range(node, at)
    if at.ctx.isinf(b):
        return infinite(Terms(at, function, n, a))
    return finite(Terms(at, function, n, a), _count(at, b - a))


def _range(node: Any, at: Evaluator) -> tuple[Any, Number, Number]:
    n, *bounds = node.args[1].args
    if len(bounds) != 2:
        raise Undecided("a sum without bounds has no value")
    a, b = (at(bound) for bound in bounds)
    if at.ctx.isinf(a):
        raise Undecided("a sum from minus infinity is not estimated")
    return n, a, b


def _count(at: Evaluator, length: Number) -> int:
    """How many steps from the first place to the last; they have to be whole."""
    if not is_real(length) or abs(length - at.ctx.nint(length)) > 1e-12:
        raise Undefined("the bounds are not a whole number apart")
    return int(at.ctx.nint(length))


def finite(term: Terms, last: int) -> Number:
    """f(a) + ... + f(a + last); backwards, as Karr (1981) has it, minus the terms between."""
    if abs(last) > LONGEST:
        raise Undecided(f"a sum of more than {LONGEST} terms is not added up")
    if last >= 0:
        return sum((term(k) for k in range(last + 1)), term.ctx.zero)
    return -sum((term(k) for k in range(last + 1, 0)), term.ctx.zero)


# ------------------------------------------------------------------ infinite sums


def infinite(term: Terms) -> Number:
    """The sum of all terms; +-oo or NoLimit where it diverges. Raises Undecided."""
    c = term.ctx
    value = _direct(term, DIRECT)
    if value is not None:
        return value
    found = term.behaviour
    if found.kind == DIVERGES:
        return _divergent(term)
    if c.isinf(found.sizes.p):
        value = _direct(term, LONGEST)
        if value is not None:
            return value
        if _rises_far_out(term):
            raise Undecided(f"the largest terms come after {LONGEST} others")
    term.at.rests_on(AGREEMENT)
    with c.workdps(WORKING):
        return +_agreed(c, term.waves.methods() if term.waves else _methods(term, found.signs))


def _agreed(c: Any, methods: list[Callable[[], Number]]) -> Number:
    """The value that two of the methods have in common."""
    values: list[Number] = []
    for method in methods:
        try:
            value = method()
        except (Undecided, Undefined, ZeroDivisionError):
            continue
        if any(close(c, value, other, AGREEMENT) for other in values):
            return value
        values.append(value)
    raise Undecided("no two methods of summation agree")


def _direct(term: Terms, count: int) -> Number | None:
    """The plain sum, where the terms fall to nothing beside the largest one and stay there."""
    c = term.ctx
    total, largest, small, nothing = c.zero, c.zero, 0, c.mpf(10) ** (-c.dps - 3)
    looked = 0
    for k in range(count):
        value = term(k)
        total += value
        largest = max(largest, abs(value))
        small = small + 1 if abs(value) <= nothing * largest else 0
        if k == 40 and abs(value) > abs(term(20)) / 10 > 0 and count == DIRECT:
            return None  # too slow to be added up in so few terms
        if small >= 12 and k >= 2 * looked:
            if _stays_small(term, k, nothing * largest):
                return total
            looked = k  # the hump may come yet
    return None


def _stays_small(term: Terms, k: int, target: Number) -> bool:
    """Terms farther out, at places with no pattern, are smaller and smaller.

    Where they rise again there is a hump ahead, however small they are before it.
    """
    last = [abs(term(k - j)) for j in range(12)]
    if max(last[:6]) > max(last[6:]):
        return False
    sizes: list[Number] = []
    for j in (2 * k + 1, 4 * k + 3, 7 * k + 2, 15 * k, 31 * k, 66 * k + 1, 250 * k, 1000 * k):
        try:
            size = max(abs(term(j)), abs(term(j + 1)))
        except (Undefined, Undecided, MemoryError):
            break  # the terms cannot be evaluated so far out: x**(2**k), integrals of fast waves
        if size * j > target * 100 or (sizes and size > sizes[-1]):
            return False
        sizes.append(size)
    return bool(sizes)


def _rises_far_out(term: Terms) -> bool:
    """Whether the terms still grow beyond those that are added up."""
    try:
        return bool(abs(term(2 * LONGEST)) > abs(term(LONGEST - 1)))
    except (Undefined, Undecided, MemoryError):
        return False


def _divergent(term: Terms) -> Number:
    """To plus or minus infinity where the terms, or their groups, have one sign at last."""
    signs = set(term.behaviour.signs or ()) - {0}
    if len(signs) == 1:
        return term.ctx.inf if signs == {1} else term.ctx.ninf
    raise NoLimit("the partial sums do not come together")


def _methods(term: Terms, signs: tuple[int, ...] | None) -> list[Callable[[], Number]]:
    """Ways to sum terms whose signs repeat like this, none of which builds on another."""
    if signs is None:
        raise Undecided("signs without a pattern, and terms that fade too slowly to add up")
    period = len(signs)
    if period == 2:
        return [lambda: _levin(term), lambda: _averaged(term), lambda: _levin_of_pairs(term)]
    if period > 2:
        group = _Groups(term, period)
        return [lambda: _levin(group), lambda: _with_powers(group)]
    fall = term.behaviour.sizes
    tails = [lambda: _with_tail(term, SKIPPED), lambda: _with_tail(term, 83)]
    if abs(fall.q) > 1e-3 or abs(fall.r) > 1e-2:
        if abs(fall.p - 1) < CLOSE and fall.q < 1.5:
            raise Undecided("the terms fade too slowly for an integral of the tail")
        return tails  # where there are logarithms the others have been seen to agree on nonsense
    return [lambda: _levin(term), tails[0], lambda: _with_powers(term), tails[1]]


def _levin(term: Terms, count: int = 34) -> Number:
    """Levin's u transformation (1973) of the partial sums; two orders have to agree."""
    return _transformed(term.ctx, [term(k) for k in range(count)])


def _transformed(c: Any, values: list[Number]) -> Number:
    sums = list(accumulate(values))
    found = [_u_transform(c, values, sums, order) for order in (len(values) - 7, len(values) - 3)]
    if not close(c, found[0], found[1], AGREEMENT / 10):
        raise Undecided("Levin's transformation does not settle")
    return found[1]


def _u_transform(c: Any, values: list[Number], sums: list[Number], order: int) -> Number:
    above, below = c.zero, c.zero
    for j in range(order + 1):
        k = j + 1
        if values[k] == 0:
            raise Undecided("Levin's transformation needs terms that are not 0")
        weight = (-1) ** j * c.binomial(order, j) * c.mpf(k + 1) ** (order - 2) / values[k]
        above += weight * sums[k]
        below += weight
    return above / below


class _Groups(Terms):
    """The sums of the terms of one period each."""

    def __init__(self, term: Terms, period: int) -> None:
        super().__init__(term.at, term.function, term.n, term.first)
        self.period = period

    def __call__(self, k: Any) -> Number:
        return sum(super(_Groups, self).__call__(self.period * k + j) for j in range(self.period))


def _levin_of_pairs(term: Terms) -> Number:
    return _levin(_Groups(term, 2))


DOUBLINGS = 8


def _with_powers(term: Terms) -> Number:
    """Richardson's extrapolation of the sums of 16, 32, 64, ... terms.

    What is missing falls like n**(1 - p), n**(-p), ... for terms that fall like n**-p.
    """
    c = term.ctx
    p = decay.decay(c, term).p
    sums, total, done = [], c.zero, 0
    for k in range(4, 4 + DOUBLINGS):
        total += sum(term(j) for j in range(done, 2**k))
        done = 2**k
        sums.append(total)
    power = c.mpf(round(float(24 * p))) / 24 - 1
    for column in range(DOUBLINGS - 1):
        factor = c.mpf(2) ** (power + column)
        sums = [(factor * b - a) / (factor - 1) for a, b in pairwise(sums)]
        if len(sums) == 2 and not close(c, sums[0], sums[1], AGREEMENT / 10):
            raise Undecided("the extrapolation does not settle")
    return sums[0]


def _averaged(term: Terms, count: int = 64) -> Number:
    """Cohen, Rodriguez Villegas and Zagier (2000), algorithm 1, for alternating signs.

    The first terms are added up plainly; Chebyshev weights on the others.
    """
    c = term.ctx
    start = 16
    scale = (3 + c.sqrt(8)) ** count
    scale = (scale + 1 / scale) / 2
    b, weight, rest = c.mpf(-1), -scale, c.zero
    for k in range(count):
        weight = b - weight
        rest += weight * (-1) ** k * term(start + k)
        b *= c.mpf((k + count) * (k - count)) / ((k + c.mpf(1) / 2) * (k + 1))
    return finite(term, start - 1) + rest / scale


# ------------------------------------------------------------------ the tail as an integral

# Gregory's coefficients: sum of f(N), f(N+1), ... = integral + sum of G[j] * (j-th difference).
GREGORY = 14


def _with_tail(term: Terms, skipped: int) -> Number:
    """The terms before `skipped`, and the integral from there with Gregory's corrections."""
    c = term.ctx
    area = _area(term, skipped)
    differences = [term(skipped + k) for k in range(GREGORY)]
    correction = c.zero
    for weight in _gregory(c):
        correction += weight * differences[0]
        differences = [b - a for a, b in pairwise(differences)]
    return finite(term, skipped - 1) + area + correction


def _area(term: Terms, start: int) -> Number:
    """The integral from `start` on, in t = log n, where powers of n are exponentials."""
    c = term.ctx
    begin = c.mpf(start)

    gap = term.behaviour.sizes.p - 1
    fast = gap > 2 * CLOSE
    farthest = min(FARTHEST, 80 / gap) if fast else c.inf

    def integrand(t: Number) -> Number:
        if t > farthest:
            return c.zero  # below 10**-30 of the whole, and functions may refuse such places
        with c.workdps(30 + int(t) if fast else 30):  # what cancels in 1 - cos(1/n) far out
            return term(begin + (c.exp(t) - 1)) * c.exp(t)

    cuts = [[0, c.inf], [0, c.mpf("2.7"), c.inf]]
    with c.workdps(30):
        first, second = (c.quad(integrand, cut) for cut in cuts)
    if not close(c, first, second, AGREEMENT / 10):
        raise Undecided("two quadratures of the tail disagree")
    return second


def _gregory(c: Any) -> list[Number]:
    """1/2, -1/12, 1/24, ...: minus the coefficients of 1/log(1 + z) - 1/z, by its recurrence."""
    found = [c.one]
    for n in range(1, GREGORY + 1):
        found.append(-sum((-1) ** (n - k) * found[k] / (n - k + 1) for k in range(n)))
    return found[1:]


# ------------------------------------------------------------------ products, convergence


@estimator("Product")
@remembered
def product(node: Any, at: Evaluator) -> Number:
    """A finite product factor by factor; an infinite one by the sum of the logarithms."""
    n, a, b = _range(node, at)
    factor = Terms(at, node.args[0], n, a)
    if not at.ctx.isinf(b):
        return _finite_product(factor, _count(at, b - a))
    first = [factor(k) for k in range(SKIPPED)]
    if 0 in first:
        return at.ctx.zero
    if all(is_real(value) and at.ctx.re(value) > 0 for value in first):
        return at.ctx.exp(infinite(_Logarithms(factor, 0)))
    return at.ctx.fprod(first) * at.ctx.exp(infinite(_Logarithms(factor, SKIPPED)))


def _finite_product(factor: Terms, last: int) -> Number:
    c = factor.ctx
    if abs(last) > LONGEST:
        raise Undecided(f"a product of more than {LONGEST} factors is not worked out")
    if last >= 0:
        return c.fprod(factor(k) for k in range(last + 1))
    return 1 / c.fprod(factor(k) for k in range(last + 1, 0))


class _Logarithms(Terms):
    """The logarithms of the factors from a place on where they have to be positive."""

    def __init__(self, factor: Terms, skipped: int) -> None:
        super().__init__(factor.at, factor.function, factor.n, factor.first + skipped)

    def __call__(self, k: Any) -> Number:
        """With digits enough that a factor close to 1 keeps its distance from 1."""
        digits = self.ctx.dps
        value = super().__call__(k)
        if abs(value - 1) < self.ctx.mpf(10) ** (-digits // 2):
            with self.ctx.workdps(3 * digits):
                return self._logarithm(super().__call__(k))
        return self._logarithm(value)

    def _logarithm(self, value: Number) -> Number:
        if not is_real(value) or self.ctx.re(value) <= 0:
            raise Undecided("factors that are not positive far out")
        return self.ctx.log(self.ctx.re(value))


@estimator("Convergence")
@remembered
def convergence_of_series(node: Any, at: Evaluator) -> Number:
    """0 for a divergent series, 1 for a conditionally and 2 for an absolutely convergent one."""
    function, n, a = node.args
    terms = Terms(at, function, n, at(a))
    try:
        return at.ctx.mpf(terms.behaviour.kind)
    except Undecided:
        if _direct(terms, DIRECT) is not None:
            return at.ctx.mpf(ABSOLUTELY)
        raise


@estimator("RadiusOfConvergence")
@remembered
def radius(node: Any, at: Evaluator) -> Number:
    """Cauchy and Hadamard: log|a_n|/n far out, without the part that falls like log(n)/n."""
    function, n = node.args
    term = Terms(at, function, n, at.ctx.zero)
    c = term.ctx
    places = [2**m for m in range(24, 44, 2)]
    with c.workdps(60):
        slopes = [_log_growth(term, k) for k in places]
        steps = [abs(b - a) for a, b in pairwise(slopes)]
        if steps[-1] > 0.01:
            return c.inf if slopes[-1] < 0 else c.zero
        at.rests_on(1e-8)
        return c.exp(-slopes[-1])


def _log_growth(term: Terms, n: int) -> Number:
    """The mean growth of log|a_n| between n and 2n: (log|a_2n| - log|a_n|)/n, sharpened once."""
    c = term.ctx
    with c.workdps(60 + 3 * n.bit_length()):
        logs = [c.log(abs(term(k))) for k in (n, 2 * n, 4 * n)]
        first, second = (logs[1] - logs[0]) / n, (logs[2] - logs[1]) / (2 * n)
        return 2 * second - first
