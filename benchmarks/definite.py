"""`derive.integrate` on definite integrals beside `sympy.integrate`, in one run.

    python benchmarks/definite.py [text ...]

The problems are in tests/calculus/data/definite.json; with text, those whose integrand has it.
Each runs in a process of its own, 10 s at most; an answer is right if its value is, to 12 digits,
under conditions that hold there.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import mpmath
import sympy

sys.path.insert(0, str(Path(__file__).parent.parent))

from derive.asked import asked
from derive.calculus.integrals import integrate
from lambdify_bridge import value

DATA = Path(__file__).parent.parent / "tests" / "calculus" / "data" / "definite.json"
CAP = 10.0
SLACK = 30.0  # for the check, and for SymPy's slow numerical values
Answer = tuple[str, float, str]  # how it came out, seconds, verdict


def place(problem: dict[str, Any]) -> dict[sympy.Symbol, sympy.Expr]:
    return {sympy.Symbol(name): sympy.S(number) for name, number in problem["at"].items()}


def judged(result: sympy.Expr, problem: dict[str, Any]) -> str:
    if result.has(sympy.Integral):
        return "refused"
    try:
        found = value(sympy.sympify(result).xreplace(place(problem)))
    except ArithmeticError:
        found = mpmath.mpmathify(result.xreplace(place(problem)).evalf(20))
    truth = mpmath.mpf(problem["value"])
    return "right" if abs(found - truth) < 1e-12 * (1 + abs(truth)) else "wrong"


def ours(problem: dict[str, Any]) -> Answer:
    begun = time.perf_counter()
    try:
        derivation = integrate(problem["f"], *map(tuple, problem["over"]), timeout=CAP)
    except Exception:
        return "refused", time.perf_counter() - begun, ""
    seconds = time.perf_counter() - begun
    held = derivation.given.xreplace(place(problem)) != False
    kind = judged(derivation.result, problem) if held else "wrong"
    return kind, seconds, derivation.check(points=2).verdict


def theirs(problem: dict[str, Any]) -> Answer:
    """SymPy is told the signs of the letters: that is what it works best with."""
    letters = {
        s: sympy.Symbol(s.name, positive=True) if v > 0 else sympy.Symbol(s.name, negative=True)
        for s, v in place(problem).items()
    }
    f = asked(problem["f"]).xreplace(letters)
    ranges = [tuple(asked(part) for part in over) for over in problem["over"]]
    begun = time.perf_counter()
    result = sympy.integrate(f, *ranges)
    if isinstance(result, sympy.Piecewise):
        result = result.args[0][0]
    result = result.xreplace({known: s for s, known in letters.items()})
    return judged(result, problem), time.perf_counter() - begun, ""


def alone(work: Any, problem: dict[str, Any]) -> Answer:
    context = get_context("fork")
    queue = context.Queue()
    begun = time.perf_counter()
    process = context.Process(target=lambda: queue.put(work(problem)))
    process.start()
    try:
        found: Answer = queue.get(timeout=CAP + (SLACK if work is ours else 0))
    except Exception:
        found = "time", time.perf_counter() - begun, ""
    process.kill()
    process.join()
    return found


def main() -> None:
    words = sys.argv[1:]
    problems = [
        p for p in json.loads(DATA.read_text()) if not words or any(w in p["f"] for w in words)
    ]
    counts: dict[str, dict[str, int]] = {"ours": {}, "SymPy": {}}
    verdicts: dict[str, int] = {}
    both: list[tuple[float, float]] = []
    print(f"{'integrand':42}  {'ours':8} {'s':>6}  {'verdict':10}  {'SymPy':8} {'s':>6}")
    for problem in problems:
        mine, yours = alone(ours, problem), alone(theirs, problem)
        for name, answer in (("ours", mine), ("SymPy", yours)):
            counts[name][answer[0]] = counts[name].get(answer[0], 0) + 1
        verdicts[mine[2]] = verdicts.get(mine[2], 0) + 1
        if mine[0] == yours[0] == "right":
            both.append((mine[1], yours[1]))
        shown = f"{problem['f'][:42]:42}  {mine[0]:8} {mine[1]:6.2f}  {mine[2]:10}"
        print(f"{shown}  {yours[0]:8} {yours[1]:6.2f}", flush=True)
    print(f"\n{len(problems)} problems")
    for name, each in counts.items():
        print(f"{name:6}", ", ".join(f"{n} {kind}" for kind, n in sorted(each.items())))
    print("verdicts:", ", ".join(f"{n} {v}" for v, n in sorted(verdicts.items()) if v))
    if both:
        mine_, yours_ = (statistics.median(column) for column in zip(*both, strict=True))
        print(f"median seconds where both are right: ours {mine_:.2f}, SymPy {yours_:.2f}")


if __name__ == "__main__":
    main()
