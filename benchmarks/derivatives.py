"""`derive.diff` with all its steps beside SymPy's `diff`, and its growth with depth.

    python benchmarks/derivatives.py

Both are timed in one run, in turn, on a cleared SymPy cache; what counts is the ratio.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import sympy
from sympy import Derivative, Expr, preorder_traversal
from sympy.core.cache import clear_cache
from sympy.core.parameters import evaluate

sys.path.insert(0, str(Path(__file__).parent.parent))

from derive.calculus.derivatives import RULES
from derive.engine import derive
from derive.structure import D
from tests.support.random_functions import X, elementary

SIZES = ((100, 200), (200, 400), (400, 1000))
EACH = 6


def medium(low: int, high: int, count: int) -> list[Expr]:
    """Random elementary functions with a number of nodes in the range."""
    found: list[Expr] = []
    seed = 0
    while len(found) < count:
        generator = random.Random(seed)
        parts = [elementary(5, generator) for _ in range(max(2, low // 25))]
        expression = sum(parts[1:], parts[0])
        if low <= sum(1 for _ in preorder_traversal(expression)) < high:
            found.append(expression)
        seed += 1
    return found


def seconds(work: Callable[[], object]) -> float:
    clear_cache()
    begun = time.process_time()
    work()
    return time.process_time() - begun


def ratio(expression: Expr) -> float:
    pairs = [
        (
            seconds(lambda: derive(D(expression, X), {Derivative: RULES})),
            seconds(lambda: sympy.diff(expression, X)),
        )
        for _ in range(3)
    ]
    return statistics.median(ours / theirs for ours, theirs in pairs)


def chain(n: int) -> Expr:
    f: Expr = X
    with evaluate(False):
        for _ in range(n):
            f = sympy.sin(f) + X
    return f


def main() -> None:
    print("nodes        derive.diff / sympy.diff (median, worst)")
    for low, high in SIZES:
        ratios = [ratio(expression) for expression in medium(low, high, EACH)]
        print(f"{low:4}-{high:<6}  {statistics.median(ratios):5.2f}  {max(ratios):5.2f}")
    print("\nnested operations   seconds, microseconds per operation")
    for n in (1250, 2500, 5000):
        f = chain(n)
        taken = seconds(lambda f=f: derive(D(f, X), {Derivative: RULES}))
        print(f"{2 * n:17}   {taken:.2f} {1e6 * taken / (2 * n):8.0f}")


if __name__ == "__main__":
    main()
