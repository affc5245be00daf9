"""Derivatives of formulas: derive, compile and call once, beside CasADi, symengine and SymPy.

    python benchmarks/gradients.py [--sympy] [--only WORDS]

Milliseconds of process time, medians of interleaved runs, ours and CasADi's each after an
untimed one of its own where the sizes are small. What each clock holds:

- ours: from a SymPy expression, which exists already, to the numbers: it is walked through and
  becomes a program, the program is differentiated, and its function is made and called once.
- "casadi from SymPy": the same task with CasADi, from the same SymPy expression: it is walked
  through once, each distinct node becoming one of CasADi's by its operators (the fastest way that
  we know of; `lambdify` would print shared parts again and again); then as the next one.
- "casadi": the formula is written with CasADi's own operators from Python, and no SymPy is there
  at all; it is differentiated, its Function is made and called once.
- symengine: as "casadi", with symengine's operators, `diff` and `Lambdify` with `cse`.
- SymPy (`--sympy`): from the expression by `diff` and `lambdify` with `cse`. It takes minutes
  beyond a hundred variables, so it runs on the smallest sizes alone.

The last column is the number of operations of value and gradient together over those of the value.
"""

from __future__ import annotations

import argparse
import math
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from itertools import pairwise
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
    return m.total([100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in pairwise(x)])


def logsumexp(m: Language, x: Sequence[Any]) -> Any:
    return m.log(m.total([m.exp(each) for each in x]))


STEPS = (
    lambda m, a, b: a * b,
    lambda m, a, b: m.sin(a) + b,
    lambda m, a, b: m.tanh(a - b),
    lambda m, a, b: m.cos(a) * 0.5 + b * 0.3,
)


def random_graph(m: Language, x: Sequence[Any]) -> Any:
    """Five times as many operations as variables, each of two earlier values."""
    rng, values = random.Random(len(x)), list(x)
    for k in range(4 * len(x)):
        a, b = values[rng.randrange(len(values))], values[-1 - rng.randrange(min(40, len(values)))]
        values.append(STEPS[k % 4](m, a, b))
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


class Plain:
    """A SymPy expression, written with operators that do not search for terms that are alike."""

    def __init__(self, expression: Any) -> None:
        self.expression = plain(expression)

    def __add__(self, other: Any) -> Plain:
        return Plain(sp.Add(self.expression, plain(other), evaluate=False))

    def __mul__(self, other: Any) -> Plain:
        return Plain(sp.Mul(self.expression, plain(other), evaluate=False))

    def __sub__(self, other: Any) -> Plain:
        return self + other * sp.Integer(-1) if isinstance(other, Plain) else self + -other

    def __rsub__(self, other: Any) -> Plain:
        return self * sp.Integer(-1) + other

    def __neg__(self) -> Plain:
        return self * sp.Integer(-1)

    def __pow__(self, n: int) -> Plain:
        return Plain(sp.Pow(self.expression, n, evaluate=False))

    def __truediv__(self, other: Plain) -> Plain:
        return self * other**-1

    __radd__, __rmul__ = __add__, __mul__


def plain(of: Any) -> Any:
    """The SymPy expression, or a list of them."""
    if isinstance(of, list):
        return [plain(each) for each in of]
    return of.expression if isinstance(of, Plain) else sp.sympify(of)


def applied(function: Any) -> Callable[[Any], Plain]:
    return lambda of: Plain(function(of.expression, evaluate=False))


def plain_sum(terms: Sequence[Plain]) -> Plain:
    return Plain(sp.Add._from_args([plain(term) for term in terms]))


SYMPY = Language(*map(applied, (sp.sin, sp.cos, sp.exp, sp.log, sp.tanh)), plain_sum)


def ours(kind: str, formula: Any, letters: Any, point: Any) -> Any:
    return OURS[kind](sp.Matrix(formula) if isinstance(formula, list) else formula, [letters])(
        point
    )


def of_casadi(kind: str, build: Any, n: int, point: Any) -> Any:
    import casadi as ca

    m = Language(ca.sin, ca.cos, ca.exp, ca.log, ca.tanh, chained)
    x = ca.SX.sym("x", n)
    return casadi_derivative(kind, build(m, [x[k] for k in range(n)]), x, point)


def of_casadi_from_sympy(kind: str, formula: Any, letters: Any, point: Any) -> Any:
    import casadi as ca

    x = ca.SX.sym("x", len(letters))
    known = {id(letter): x[k] for k, letter in enumerate(letters)}
    several = isinstance(formula, list)
    found = [in_casadi(each, known) for each in (formula if several else [formula])]
    return casadi_derivative(kind, found if several else found[0], x, point)


def in_casadi(root: Any, known: dict[int, Any]) -> Any:
    """CasADi's form of a SymPy expression; `known`, by id, are those of nodes met before."""
    import casadi as ca

    functions = {sp.sin: ca.sin, sp.cos: ca.cos, sp.exp: ca.exp, sp.log: ca.log, sp.tanh: ca.tanh}
    stack = [root]
    while stack:
        node = stack[-1]
        waiting = [each for each in node.args if id(each) not in known]
        if waiting:
            stack += reversed(waiting)
            continue
        stack.pop()
        if id(node) in known:
            continue
        parts, kind = [known[id(each)] for each in node.args], type(node)
        if kind is sp.Add:
            known[id(node)] = chained(parts)
        elif kind is sp.Mul:
            known[id(node)] = math.prod(parts[1:], start=parts[0])
        elif kind is sp.Pow:
            known[id(node)] = parts[0] ** parts[1]
        else:
            known[id(node)] = functions[kind](*parts) if parts else float(node)
    return known[id(root)]


def casadi_derivative(kind: str, formula: Any, x: Any, point: Any) -> Any:
    import casadi as ca

    whole = ca.vertcat(*formula) if isinstance(formula, list) else formula
    if kind == "Hessian":
        derivative, _ = ca.hessian(whole, x)
    else:
        derivative = {"gradient": ca.gradient, "Jacobian": ca.jacobian}[kind](whole, x)
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


LIMIT = 20.0  # seconds: a peer that took t for n variables is left out where t*(m/n)**3 is more


class Work(NamedTuple):
    name: str
    build: Callable[[Language, Sequence[Any]], Any]
    n: int
    kind: str

    @property
    def times(self) -> int:
        return 5 if self.n < 5000 else 3


def by_sympy(work: Work, formula: Any, letters: Any, point: Any) -> Any:
    return of_sympy(work.kind, formula, letters, point)


def by_casadi(work: Work, formula: Any, letters: Any, point: Any) -> Any:
    return of_casadi(work.kind, work.build, work.n, point)


def by_casadi_from_sympy(work: Work, formula: Any, letters: Any, point: Any) -> Any:
    return of_casadi_from_sympy(work.kind, formula, letters, point)


def by_symengine(work: Work, formula: Any, letters: Any, point: Any) -> Any:
    return of_symengine(work.kind, work.build, work.n, point)


PEERS = {
    "casadi from SymPy": by_casadi_from_sympy,
    "casadi": by_casadi,
    "symengine": by_symengine,
    "sympy": by_sympy,
}
QUICK = ("casadi from SymPy", "casadi")  # whose time grows with the variables, no faster


def table(with_sympy: bool, only: str) -> None:
    peers = [name for name in PEERS if name == "sympy" or find_spec(name.split()[0])]
    peers = peers if with_sympy else [name for name in peers if name != "sympy"]
    before: dict[tuple[str, Any], float] = {}  # seconds over the cube of the variables
    print("| | ours, ms | " + " | ".join(f"{p}, ms" for p in peers) + " | gradient/function |")
    print("|---|---|" + "---|" * (len(peers) + 1))
    for work in (Work(*row) for row in WORK if only in row[0]):
        letters = sp.symbols(f"x:{work.n}", real=True)
        formula = plain(work.build(SYMPY, [Plain(each) for each in letters]))
        point = np.random.default_rng(1).uniform(0.5, 1.5, work.n)
        quick = [p for p in peers if before.get((p, work.build), 0) * work.n**3 < LIMIT]
        quick = [p for p in quick if p in QUICK or work.n <= 100]
        cells = interleaved(work, ["ours", *quick], formula, letters, point)
        before |= {(p, work.build): cells[p] / work.n**3 for p in quick if p not in QUICK}
        shown = [f"{1e3 * cells[p]:.1f}" if p in cells else "-" for p in ("ours", *peers)]
        ratio = f"{cost(formula, letters):.2f}" if work.kind == "gradient" else ""
        print(f"| {work.name} ({work.kind}) | {' | '.join(shown)} | {ratio} |", flush=True)


def interleaved(
    work: Work, who: Sequence[str], formula: Any, letters: Any, point: Any
) -> dict[str, float]:
    """Median seconds; each result is compared with ours."""
    times: dict[str, list[float]] = {name: [] for name in who}
    for _ in range(work.times):
        expected: Any = None
        for name in who:
            if work.n <= 100 and name in (
                "ours",
                *QUICK,
            ):  # what the others left in the caches is not paid for
                run(name, work, formula, letters, point)
            begun = time.process_time()
            found = run(name, work, formula, letters, point)
            times[name].append(time.process_time() - begun)
            expected = found if expected is None else expected
            error = np.abs(np.reshape(found, -1) - np.reshape(expected, -1)).max()
            assert error <= 1e-8 * (1 + np.abs(expected).max()), (work.name, name, error)
    return {name: statistics.median(each) for name, each in times.items()}


def run(name: str, work: Work, formula: Any, letters: Any, point: Any) -> Any:
    if name == "ours":
        return ours(work.kind, formula, letters, point)
    return PEERS[name](work, formula, letters, point)


def cost(formula: Any, letters: Any) -> float:
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
        begun = time.process_time()
        gradient_function(u, [w])(0.5)
        print(f"{levels:>8} {1e6 * (time.process_time() - begun) / levels:8.1f}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sympy", action="store_true", help="SymPy's own diff as well")
    parser.add_argument("--only", default="", help="the workloads whose names hold these words")
    given = parser.parse_args()
    table(given.sympy, given.only)
    if not given.only:
        depth()
