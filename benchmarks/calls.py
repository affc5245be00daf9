"""What a call costs beside its derivation: the time limit, and the look at the result.

    python benchmarks/calls.py

Then the lines that a reader sees, beside the steps of SymPy's `manualintegrate`.
"""

from __future__ import annotations

import dataclasses
import statistics
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sympy import Symbol
from sympy.core.cache import clear_cache
from sympy.integrals.manualintegrate import AlternativeRule, Rule, integral_steps

sys.path.insert(0, str(Path(__file__).parent.parent))

import derive
from derive.deadline import within
from derive.render.outline import outline

INTEGRALS = """x*exp(x) | x**2*exp(3*x) | exp(x)*sin(x) | x/(x**2 + 1) | 1/(x**3 + 1)
sin(x)**4 | sin(x)**2*cos(x)**3 | x**3*log(x) | x*sqrt(x + 1) | 1/(x**2*(x + 1)) | x*atan(x)
3*x**4 - 2*x + 5/x | 1/(x*log(x)) | tan(x)**3 | x**2/(x**2 + 4) | exp(x)/(1 + exp(2*x)) | log(x)**2
(x + 1)/(x**2 + 2*x + 5) | x*cos(x**2) | exp(sqrt(x)) | sec(x)**3 | sin(3*x)*cos(2*x) """
DEFINITE = (("x**2", 0, 1), ("sin(x)**2", 0, "pi"), ("log(x)", 0, 1), ("sqrt(4 - x**2)", 0, 2))
LIMITS = (("sin(x)/x", 0), ("(1 - cos(x))/x**2", 0), ("sqrt(x**2 + x) - x", "oo"), ("x**x", 0))


def seconds(work: Callable[[], Any], times: int = 3) -> float:
    found = []
    for _ in range(times):
        clear_cache()
        begun = time.perf_counter()
        work()
        found.append(time.perf_counter() - begun)
    return min(found)


def each_limit(times: int = 500) -> float:
    begun = time.perf_counter()
    for _ in range(times):
        with within(10):
            pass
    return (time.perf_counter() - begun) / times


def look(asked: list[tuple[Any, ...]], question: Callable[..., Any]) -> str:
    """Seconds for the look at the result over those for the derivation."""
    ratios = []
    for arguments in asked:
        plain = seconds(lambda a=arguments: question(*a, check=False))
        whole = seconds(lambda a=arguments: question(*a))
        ratios.append(whole / plain - 1)
    return f"{statistics.median(ratios):5.2f}  {max(ratios):5.2f}"


def limit(f: str, at: Any, check: bool = True) -> Any:
    from sympy import Limit, sympify

    from derive.calculus.limits import RULES, lim
    from derive.engine import search

    goal = lim(derive.parse(f), Symbol("x"), sympify(at), "+")
    return search(goal, {Limit: RULES}, check=check)


def rules_in(answer: Any) -> int:
    """The rules of a tree of `manualintegrate`, of alternatives the first."""
    if isinstance(answer, AlternativeRule):
        return rules_in(answer.alternatives[0])
    if isinstance(answer, Rule):
        return 1 + sum(rules_in(getattr(answer, f.name)) for f in dataclasses.fields(answer))
    return sum(map(rules_in, answer)) if isinstance(answer, (list, tuple)) else 0


def main() -> None:
    print(f"a time limit, main thread   {1e6 * min(each_limit() for _ in range(5)):6.1f} us")
    found: list[float] = []
    thread = threading.Thread(target=lambda: found.append(min(each_limit() for _ in range(5))))
    thread.start()
    thread.join()
    print(f"a time limit, other thread  {1e6 * found[0]:6.1f} us")
    integrals = [f.strip() for line in INTEGRALS.splitlines() for f in line.split("|")]
    print("\nlook at the result / derivation (median, worst)")
    print("antiderivatives   ", look([(f, "x") for f in integrals], derive.integrate))
    print("definite integrals", look([(f, ("x", a, b)) for f, a, b in DEFINITE], derive.integrate))
    print("limits            ", look(list(LIMITS), limit))
    x = Symbol("x")
    ours = [len(outline(derive.integrate(f, "x")).lines) for f in integrals]
    theirs = [rules_in(integral_steps(derive.parse(f), x)) for f in integrals]
    print("\nlines shown / rules of manualintegrate (medians)")
    print(statistics.median(ours), "/", statistics.median(theirs))


if __name__ == "__main__":
    main()
