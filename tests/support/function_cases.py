"""Every function of the bridge's tables, with points in its domain and their exact values."""

import random

import sympy as sp
from sympy.abc import n

from lambdify_bridge.functions import FUNCTIONS, REWRITES

SEED = 20240601

# The intervals that a function is tested on; an int stands for itself (an order).
# fmt: off
UNIT, ABOVE_ONE, POSITIVE, REAL = (0.05, 0.95), (1.05, 4.0), (0.1, 4.0), (-3.0, 3.0)
DOMAIN = {
    sp.asin: [UNIT], sp.acos: [UNIT], sp.atanh: [UNIT], sp.asech: [UNIT], sp.erfinv: [UNIT],
    sp.acosh: [ABOVE_ONE], sp.asec: [ABOVE_ONE], sp.acsc: [ABOVE_ONE], sp.acoth: [ABOVE_ONE],
    sp.log: [POSITIVE], sp.loggamma: [POSITIVE], sp.Ci: [POSITIVE], sp.Chi: [POSITIVE],
    sp.li: [ABOVE_ONE], sp.Li: [ABOVE_ONE], sp.zeta: [ABOVE_ONE], sp.erfcinv: [(1.05, 1.9)],
    sp.gamma: [POSITIVE], sp.factorial: [POSITIVE], sp.digamma: [POSITIVE],
    sp.harmonic: [POSITIVE], sp.elliptic_k: [UNIT], sp.LambertW: [POSITIVE],
    sp.beta: [POSITIVE, POSITIVE], sp.binomial: [(4.0, 6.0), POSITIVE],
    sp.RisingFactorial: [POSITIVE, POSITIVE], sp.polygamma: [2, POSITIVE],
    sp.lowergamma: [POSITIVE, POSITIVE], sp.uppergamma: [POSITIVE, POSITIVE],
    sp.betainc_regularized: [POSITIVE, POSITIVE, (0.05, 0.4), (0.5, 0.95)],
    sp.expint: [2, POSITIVE], sp.Mod: [REAL, POSITIVE], sp.atan2: [REAL, REAL],
    sp.besselj: [2, POSITIVE], sp.bessely: [2, POSITIVE], sp.besseli: [2, POSITIVE],
    sp.besselk: [2, POSITIVE], sp.erf2: [REAL, REAL], sp.Max: [REAL, REAL], sp.Min: [REAL, REAL],
    sp.legendre: [n, UNIT], sp.chebyshevt: [n, UNIT], sp.chebyshevu: [n, UNIT],
    sp.polylog: [3, UNIT], sp.hermite: [n, UNIT], sp.laguerre: [n, UNIT], sp.Heaviside: [REAL],
}
# fmt: on
TABLE = sorted({*FUNCTIONS, *REWRITES}, key=lambda kind: kind.__name__)


def case_of(kind):
    """The function of fresh symbols, and five points in its domain."""
    rng = random.Random(SEED + sum(map(ord, kind.__name__)))
    intervals = DOMAIN.get(kind, [REAL])
    symbols = [i if isinstance(i, int) else sp.Symbol(f"a{k}") for k, i in enumerate(intervals)]
    free = [s for s in symbols if isinstance(s, sp.Symbol)]
    draw = {tuple: lambda i: rng.uniform(*i), sp.Symbol: lambda i: float(rng.randint(2, 5))}
    sampled = [i for i in intervals if not isinstance(i, int)]
    points = [[draw[type(i)](i) for i in sampled] for _ in range(5)]
    return kind(*symbols), free, points


def exact(expression, symbols, point):
    """The value by substitution of the very rational that each float is."""
    values = {s: sp.Rational(v) for s, v in zip(symbols, point, strict=True)}
    value = expression.subs(values)
    if isinstance(value, sp.erf2 | sp.erfcinv):  # SymPy computes these by another name only
        value = value.rewrite(sp.erf if isinstance(value, sp.erf2) else sp.erfinv)
    return complex(value.evalf(25))
