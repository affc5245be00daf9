"""Parameters whose law has given moments, and solutions of equations: looked for from many starts.

The moments are sums over the places of the double exponential rule, in double precision.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise, product
from typing import Any

import numpy as np
from sympy import Abs, Interval, S, Tuple, expand_log, gamma, log, loggamma, oo

from lambdify_bridge import laws
from lambdify_bridge.evaluate import Evaluator, Number, Undecided, Undefined, estimator
from lambdify_bridge.nodes import nodes
from lambdify_bridge.remembered import remembered

STARTS = (0.3, 2.0, -1.5)
MOST_CALLS = 80
MOST_VALUES = 3000
STEP = 0.01
SOLVED, ACCURACY, CLOSE = 1e-11, 1e-9, 1e-10
PLACES = np.arange(-360, 361) * STEP
MOMENTS = ("Expectation", "Variance")  # of the letter itself
Point = Any


@estimator("MomentEstimate")
@remembered
def moment_estimate(node: Any, at: Evaluator) -> Number:
    letters, one, *wanted = node.args
    moments = _moments(one, list(letters), at)
    targets = np.array([float(at(w)) for w in wanted[: len(letters)]])
    return _solution(letters, lambda point: moments(point)[: len(targets)] / targets - 1, True, at)


def _moments(one: Any, letters: list[Any], at: Evaluator) -> Callable[[Point], Any]:
    """Mean and variance of a law as functions of its parameters."""
    from lambdify_bridge.to_numpy import as_written

    x, law = one.args
    if not isinstance(law.set, Interval):
        return _discrete_moments(one, letters, at)
    others = {s: float(v) for s, v in at.given.items() if s not in letters}
    f = as_written(laws.density(law, x).xreplace(others), [x, *letters])
    low, high = laws.ends(law)
    places = (low, *_kinks(laws.density(law, x).xreplace(others), x), high)
    ends: list[Any] = [end if end in (oo, -oo) else as_written(end, letters) for end in places]

    def of(point: Point) -> Any:
        cuts = [end if end in (oo, -oo) else float(end(*point)) for end in ends]
        if not all(low < high for low, high in pairwise(cuts)):
            return np.full(2, np.nan)
        rules = [_rule(low, high) for low, high in pairwise(cuts)]
        places, weights = (np.stack(each, axis=-1) for each in zip(*rules, strict=True))
        weights = weights * np.nan_to_num(f(places, *point))  # nothing is left far out
        fine, coarse = _two(places, weights), _two(places[::2], 2 * weights[::2])
        return fine if np.allclose(fine, coarse, rtol=CLOSE, atol=0) else np.full(2, np.nan)

    return of


def _kinks(f: Any, x: Any) -> list[Any]:
    """Where lines within absolute values are zero."""
    lines = (node.args[0].as_poly(x) for node in nodes(f) if isinstance(node, Abs))
    return [-line.nth(0) / line.nth(1) for line in lines if line is not None and line.degree() == 1]


def _discrete_moments(one: Any, letters: list[Any], at: Evaluator) -> Callable[[Point], Any]:
    """The same by adding up over the values, or over so many of them that hold all."""
    from lambdify_bridge.to_numpy import as_written

    x, law = one.args
    others = {s: float(v) for s, v in at.given.items() if s not in letters}
    if laws.is_listed(law):
        values = sorted(law.set, key=str)
        each = [as_written(S(law.pmf(v)).xreplace(others), letters) for v in values]
        places = np.array([float(at(S(v))) for v in values])
        return lambda point: _two(places, np.array([float(f(*point)) for f in each]))
    low, high = laws.ends(law)
    if not low.is_Integer:
        raise Undecided("values that start at a letter")
    if high != oo and not high.xreplace(others).is_number:
        raise Undecided("how many values there are is asked for")
    last = float(high.xreplace(others)) if high != oo else MOST_VALUES
    places = np.arange(float(low), min(last, MOST_VALUES) + 1)
    f = as_written(_in_logarithms(laws.density(law, x).xreplace(others)), [x, *letters])
    return lambda point: _two(places, np.exp(f(places, *point)))


def _in_logarithms(f: Any) -> Any:
    """Factorials of large numbers are numbers only in logarithms."""
    found = expand_log(log(f.rewrite(gamma)), force=True)
    return found.replace(
        lambda node: isinstance(node, log) and isinstance(node.args[0], gamma),
        lambda node: loggamma(node.args[0].args[0]),
    )


def _two(places: Any, weights: Any) -> Any:
    """Mean and variance; not a number where the probability is not all seen."""
    mean = np.sum(weights * places)
    seen = abs(np.sum(weights) - 1) < CLOSE
    return np.array([mean, np.sum(weights * (places - mean) ** 2)]) * (1 if seen else np.nan)


def _rule(low: Any, high: Any) -> tuple[Any, Any]:
    inside, slope = np.pi / 2 * np.sinh(PLACES), np.pi / 2 * np.cosh(PLACES) * STEP
    if low == -oo and high == oo:
        return np.sinh(inside), slope * np.cosh(inside)
    if low == -oo:
        return float(high) - np.exp(inside), slope * np.exp(inside)
    if high == oo:
        return float(low) + np.exp(inside), slope * np.exp(inside)
    half = (float(high) - float(low)) / 2
    return float(low) + half * (1 + np.tanh(inside)), half * slope / np.cosh(inside) ** 2


@estimator("SolvedFor")
@remembered
def solved_for(node: Any, at: Evaluator) -> Number:
    letter, letters, equations, holds = node.args
    found = _solution(letters, _residuals(letters, equations, at), holds, at)
    return found[letters.args.index(letter)]


@estimator("SolutionFor")
@remembered
def solution_for(node: Any, at: Evaluator) -> Number:
    t, equation, holds = node.args
    residuals = _residuals(Tuple(t), Tuple(equation), at)
    return _solution(Tuple(t), residuals, holds, at)[0]


def _residuals(letters: Any, equations: Any, at: Evaluator) -> Callable[[Point], Any]:
    """Means and variances that are still to be worked out are those of the quadrature."""
    inside = [node for e in equations for node in nodes(e) if type(node).__name__ in MOMENTS]
    each = {node: _moments(node.args[1], list(letters), at) for node in inside}

    def of(point: Point) -> Any:
        here = dict(zip(letters.args, map(at.ctx.mpf, point), strict=True))
        there = Evaluator({**at.given, **here}, root=at.root)
        for node, moments in each.items():
            which = MOMENTS.index(type(node).__name__)
            there.memo[node] = at.ctx.mpf(float(moments(point)[which]))
        return [float(there(e)) for e in equations]

    return of


def _solution(
    letters: Any, residuals: Callable[[Point], Any], holds: Any, at: Evaluator
) -> tuple[Number, ...]:
    """The first zero that is found where the letters may be."""
    from scipy.optimize import root

    positive = np.array([bool(s.is_positive) for s in letters])

    def there(u: Point) -> Point:
        return np.where(positive, np.exp(np.clip(u, -50, 50)), u)

    def missed(u: Point) -> Any:
        try:
            return np.nan_to_num(np.asarray(residuals(there(u)), float), nan=1e3, posinf=1e3)
        except (ArithmeticError, ValueError):
            return np.full(len(positive), 1e3)

    at.rests_on(ACCURACY)
    for start in product(STARTS, repeat=len(positive)):
        with np.errstate(all="ignore"):
            found = root(missed, start, tol=1e-14, options={"maxfev": MOST_CALLS})
            point = there(found.x)
            solved = np.max(np.abs(missed(found.x))) < SOLVED and _crosses(missed, found.x)
        here = dict(zip(letters.args, map(at.ctx.mpf, point), strict=True))
        if solved and (holds is True or Evaluator({**at.given, **here}, root=at.root)(holds)):
            return tuple(at.ctx.mpf(float(value)) for value in point)
    raise Undefined("no parameters are found")


def _crosses(missed: Callable[[Point], Any], u: Point) -> bool:
    """Not only small, as far out: a thousandth further on it is much larger."""
    here = np.max(np.abs(missed(u)))
    beside = (missed(u + 1e-3 * one) for one in np.eye(len(u)))
    return all(np.max(np.abs(each)) > 1e6 * here for each in beside)
