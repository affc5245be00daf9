"""Derivatives of formulas: derive, compile and call once, beside CasADi, symengine and SymPy.

    python benchmarks/gradients.py [--sympy]

Seconds of process time, medians of interleaved runs. Ours begins with the SymPy expression, the
peers' with an expression of their own, which they build. SymPy's own `diff` and `lambdify` take
minutes beyond a hundred variables: `--sympy` runs them on the smallest sizes.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import sympy as sp

sys.path.insert(0, str(Path(__file__).parent.parent))

from lambdify_bridge import (
    gradient_function,
    hessian_function,
    jacobian_function,
    to_numpy,
    value_and_gradient,
)


class Language(NamedTuple):
    """The functions that a workload is written in."""

    sin: Any
    cos: Any
    exp: Any
    log: Any
    tanh: Any
    total: Callable[[Sequence[Any]], Any]


def chained(terms: Sequence[Any]) -> Any:
    result = terms[0]
    for term in terms[1:]:
        result = result + term
    return result


def rosenbrock(m: Language, x: Sequence[Any]) -> Any:
    return m.total([100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in zip(x, x[1:], strict=False)])


def logsumexp(m: Language, x: Sequence[Any]) -> Any:
    return m.log(m.total([m.exp(each) for each in x]))


def random_graph(m: Language, x: Sequence[Any]) -> Any:
    """Five times as many operations as variables, each of two earlier values."""
    rng, values = random.Random(len(x)), list(x)
    for k in range(4 * len(x)):
        a, b = values[rng.randrange(len(values))], values[-1 - rng.randrange(min(40, len(values)))]
        values.append((a * b, m.sin(a) + b, m.tanh(a - b), m.cos(a) * 0.5 + b * 0.3)[k % 4])
    return m.total(values[-max(len(x) // 2, 1) :])


def tanh_chain(m: Language, x: Sequence[Any]) -> Any:
    value = x[0]
    for k in range(1, len(x)):
        value = m.tanh(value + x[k])
    return value


def arm(m: Language, x: Sequence[Any]) -> list[Any]:
    """Place and direction of the hand of an arm with a joint for each variable, in space."""
    frame = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    place = [0.0, 0.0, 0.0]
    for k, angle in enumerate(x):
        c, s = m.cos(angle), m.sin(angle)
        a, b = (k % 3, (k + 1) % 3)
        turned = [list(row) for row in frame]
        for row, old in zip(turned, frame, strict=True):
            row[a], row[b] = old[a] * c + old[b] * s, old[b] * c - old[a] * s
        frame = turned
        place = [p + 0.5 * row[0] + 0.1 * row[2] for p, row in zip(place, frame, strict=True)]
    return [*place, frame[0][0], frame[1][1], frame[2][2]]


def kinetics(m: Language, x: Sequence[Any]) -> list[Any]:
    """Mass action of random reactions, three for each species."""
    rng, n = random.Random(7), len(x)
    rates: list[Any] = [0.0] * n
    for _ in range(3 * n):
        a, b, c = (rng.randrange(n) for _ in range(3))
        rate = rng.uniform(0.1, 2.0) * x[a] * x[b] / (1 + x[c])
        rates[a], rates[b], rates[c] = rates[a] - rate, rates[b] - rate, rates[c] + 2 * rate
    return rates


def eight(m: Language, x: Sequence[Any]) -> Any:
    products = [m.exp(-a * b) * m.sin(a + b) for a in x for b in x]
    return m.total(products) / (1 + m.total([a * a for a in x]))


def lotka_volterra(m: Language, x: Sequence[Any]) -> Any:
    """The squared distance from a point after steps of Euler's method."""
    *rates, u, v = x
    for _ in range(100):
        du, dv = rates[0] * u - rates[1] * u * v, rates[2] * u * v - rates[3] * v
        u, v = u + 0.01 * du, v + 0.01 * dv
    return (u - 1) ** 2 + (v - 2) ** 2


# fmt: off
WORK = [  # name, formula, variables, kind of derivative
    *((f"Rosenbrock {n}", rosenbrock, n, "gradient") for n in (10, 100, 1000, 10_000)),
    *((f"log-sum-exp {n}", logsumexp, n, "gradient") for n in (10, 100, 1000, 10_000)),
    *((f"random graph {n}", random_graph, n, "gradient") for n in (10, 100, 1000, 10_000)),
    *((f"tanh chain {n}", tanh_chain, n, "gradient") for n in (10, 40, 1000, 20_000)),
    ("Lotka-Volterra, 100 steps", lotka_volterra, 6, "gradient"),
    ("arm of 6 joints", arm, 6, "Jacobian"),
    ("kinetics of 50 species", kinetics, 50, "Jacobian"),
    ("8 variables", eight, 8, "Hessian"),
]
# fmt: on

OURS = {"gradient": gradient_function, "Jacobian": jacobian_function, "Hessian": hessian_function}


def sympy_sum(terms: Sequence[Any]) -> Any:
    return sp.Add(*terms)


def quick_sum(terms: Sequence[Any]) -> Any:
    """Without SymPy's search for terms that are alike."""
    return sp.Add._from_args(list(terms))


SYMPY = Language(sp.sin, sp.cos, sp.exp, sp.log, sp.tanh, quick_sum)


def ours(kind: str, formula: Any, letters: Any, point: Any) -> Any:
    return OURS[kind](sp.Matrix(formula) if isinstance(formula, list) else formula, [letters])(point)


def of_casadi(kind: str, build: Any, n: int, point: Any) -> Any:
    import casadi as ca

    m = Language(ca.sin, ca.cos, ca.exp, ca.log, ca.tanh, chained)
    x = ca.SX.sym("x", n)
    formula = build(m, [x[k] for k in range(n)])
    whole = ca.vertcat(*formula) if isinstance(formula, list) else formula
    derivative = {
        "gradient": ca.gradient, "Jacobian": ca.jacobian, "Hessian": lambda f, x: ca.hessian(f, x)[0],
    }[kind](whole, x)  # fmt: skip
    return np.array(ca.Function("f", [x], [derivative])(point))


def of_symengine(kind: str, build: Any, n: int, point: Any) -> Any:
    import symengine as se

    m = Language(se.sin, se.cos, se.exp, se.log, se.tanh, lambda terms: se.Add(*terms))
    # Its common subexpressions are called x0, x1, ..., and overwrite arguments of these names.
    x = [se.Symbol(f"q{k}") for k in range(n)]
    formula = build(m, x)
    if kind == "Jacobian":
        derivative = se.Matrix(formula).jacobian(se.Matrix(x))
    elif kind == "gradient":
        derivative = [formula.diff(each) for each in x]
    else:
        derivative = [formula.diff(a).diff(b) for a in x for b in x]
    return se.Lambdify(x, derivative, cse=True)(point)


def of_sympy(kind: str, formula: Any, letters: Any, point: Any) -> Any:
    if kind == "Jacobian":
        derivative: Any = sp.Matrix(formula).jacobian(letters)
    elif kind == "gradient":
        derivative = [sp.diff(formula, each) for each in letters]
    else:
        derivative = sp.hessian(formula, letters)
    return sp.lambdify(letters, derivative, "numpy", cse=True)(*point)


LIMIT = 0.3  # seconds after which larger sizes of the same family are left out for a peer


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.process_time()
    value = work()
    return time.process_time() - begun, value


def table(with_sympy: bool) -> None:
    peers = [name for name in ("casadi", "symengine") if find_spec(name)]
    peers += ["sympy"] if with_sympy else []
    slow: set[tuple[str, Any]] = set()
    print("| | ours, ms | " + " | ".join(f"{p}, ms" for p in peers) + " | gradient/function |")
    print("|---|---|" + "---|" * (len(peers) + 1))
    for name, build, n, kind in WORK:
        letters = sp.symbols(f"x:{n}", real=True)
        formula = build(SYMPY, letters)
        point = np.random.default_rng(1).uniform(0.5, 1.5, n)
        times: dict[str, list[float]] = {each: [] for each in ("ours", *peers)}
        for _ in range(5 if n < 5000 else 3):
            spent, expected = seconds(lambda: ours(kind, formula, letters, point))
            times["ours"].append(spent)
            for peer in peers:
                if (peer, build) in slow:
                    continue
                if peer == "sympy":
                    work = lambda: of_sympy(kind, formula, letters, point)
                else:
                    of = of_casadi if peer == "casadi" else of_symengine
                    work = lambda of=of: of(kind, build, n, point)
                try:
                    spent, found = seconds(work)
                except RecursionError:
                    slow.add((peer, build))
                    continue
                times[peer].append(spent)
                same = np.reshape(found, -1) - np.reshape(expected, -1)
                assert np.abs(same).max() <= 1e-8 * (1 + np.abs(expected).max()), (name, peer)
                if spent > LIMIT:
                    slow.add((peer, build))
        cells = [f"{1e3 * statistics.median(t):.1f}" if t else "-" for t in times.values()]
        ratio = f"{cost(formula, letters, point):.2f}" if kind == "gradient" else ""
        print(f"| {name} ({kind}) | {' | '.join(cells)} | {ratio} |", flush=True)


def cost(formula: Any, letters: Any, point: Any) -> float:
    """Operations of value and gradient over those of the value."""
    function, both = (make(formula, [letters]).program for make in (to_numpy, value_and_gradient))
    return sum(both.counts().values()) / sum(function.counts().values())


def depth() -> None:
    print("\nmicroseconds a level, tanh nested in tanh: derive, compile, call once")
    for levels in (10, 100, 1000, 10_000, 20_000):
        u = sp.Symbol(f"w{levels}", real=True)
        w = u
        for _ in range(levels):
            u = sp.tanh(u, evaluate=False)
        spent, _ = seconds(lambda u=u, w=w: gradient_function(u, [w])(0.5))
        print(f"{levels:>8} {1e6 * spent / levels:8.1f}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sympy", action="store_true", help="SymPy's own diff as well")
    table(parser.parse_args().sympy)
    depth()
