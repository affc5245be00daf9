"""How much of the published integrals the rules work out, and how true the answers are.

    python benchmarks/coverage.py [--write] [--set textbook] [--ids 6 20]

Reads ../shared/data/integrals.json, half of a fixed sample of the Rubi test suite (MIT licence).
Each problem has a process and 10 seconds of its own; each answer is checked step by step, and
judged without that check as well: differentiated back at 40 digits, asked to be finite and real
in NumPy wherever the integrand is, and held against quadrature. Beside it, in the same run,
SymPy's `manualintegrate`. `--write` puts the table into docs/coverage.md.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import multiprocessing
import queue
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sympy import Integral, S, Symbol, sympify
from sympy.core.cache import clear_cache
from sympy.integrals.manualintegrate import AlternativeRule, Rule, integral_steps

sys.path.insert(0, str(Path(__file__).parent.parent))

import derive
from tests.support.judge import judge

ROOT = Path(__file__).parent.parent
DATA = ROOT.parent / "shared" / "data" / "integrals.json"
CAP = 10.0
SETS = {"T-textbook": "textbook", "R-rubi-chapters": "chapters", "P-parameters": "parameters"}


@dataclasses.dataclass
class Outcome:
    """What came of one problem; `rival_*` is manualintegrate on the same problem."""

    id: int
    set: str
    integrand: str
    elementary: bool
    solved: bool = False
    seconds: float = CAP
    steps: int = 0
    result: str = ""
    given: str = ""
    check: str = ""
    verdict: str = ""
    finite: bool = True
    jumps: int = 0
    reason: str = ""
    rival: bool = False
    rival_seconds: float = CAP
    rival_steps: int = 0


def attempt(problem: dict[str, Any]) -> Iterator[Outcome]:
    """What came of it, first without the peer, who may hang, then with it."""
    f = sympify(problem["integrand"])
    x = Symbol(problem["variable"])
    out = Outcome(
        problem["id"], SETS[problem["set"]], problem["integrand"], problem["reference_elementary"]
    )
    _ours(out, f, x)
    yield out
    _rival(out, f, x)
    yield out


def _ours(out: Outcome, f: Any, x: Symbol) -> None:
    begun = time.perf_counter()
    try:
        d = derive.integrate(f, x, timeout=CAP)
    except derive.DerivationError as error:
        out.reason = str(error)[:300]
        return
    finally:
        out.seconds = time.perf_counter() - begun
    out.solved, out.steps, out.result, out.given = True, len(d.steps), str(d.result), str(d.given)
    report = d.check()
    out.check = report.verdict
    try:
        function = d.to_numpy([x, *sorted(f.free_symbols - {x}, key=str)])
    except ValueError as error:
        function, out.reason = None, str(error)
    found = judge(d.result, f, x, S(d.given), function)
    out.verdict, out.finite, out.jumps = found.verdict, found.finite, found.jumps
    out.reason = (
        found.reason or out.reason or ("" if report.verdict == "confirmed" else str(report))
    )


def _rival(out: Outcome, f: Any, x: Symbol) -> None:
    clear_cache()
    begun = time.perf_counter()
    try:
        tree = integral_steps(f, x)
        out.rival = not tree.contains_dont_know() and not tree.eval().has(Integral)
    except Exception as error:  # whatever the peer raises is its own failure
        out.reason = out.reason or f"manualintegrate: {type(error).__name__}"
    out.rival_seconds = time.perf_counter() - begun
    out.rival_steps = _nodes(tree) if out.rival else 0


def _nodes(tree: Any) -> int:
    """The steps that are shown of a tree: of alternatives the first."""
    if isinstance(tree, AlternativeRule):
        return _nodes(tree.alternatives[0])
    below = [getattr(tree, field.name) for field in dataclasses.fields(tree)]
    lists = [b if isinstance(b, list) else [b] for b in below]
    return 1 + sum(_nodes(b) for several in lists for b in several if isinstance(b, Rule))


def run(problem: dict[str, Any], results: Any) -> None:
    for outcome in attempt(problem):
        results.put(outcome)


def in_a_process(problem: dict[str, Any]) -> Outcome:
    results = multiprocessing.Queue()
    worker = multiprocessing.Process(target=run, args=(problem, results))
    worker.start()
    outcome = Outcome(
        problem["id"], SETS[problem["set"]], problem["integrand"], problem["reference_elementary"],
        reason="no answer in time",
    )  # fmt: skip
    try:
        outcome = results.get(timeout=12 * CAP)  # the check and the judge take their time as well
        outcome = results.get(timeout=CAP)
    except queue.Empty:
        pass  # what came so far is what counts: the process hung, or died
    finally:
        worker.kill()
        worker.join()
    return outcome


def share(part: int, whole: int) -> str:
    return f"{part}/{whole} ({100 * part / whole:.0f} %)" if whole else "-"


def table(outcomes: list[Outcome]) -> str:
    rows = [
        "| set | solved and verified | elementary ones | wrong | false steps | undecided "
        "| finite in NumPy | jumps | manualintegrate |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name in (*SETS.values(), "all"):
        these = [o for o in outcomes if name in ("all", o.set)]
        if not these:
            continue
        solved = [o for o in these if o.solved]
        good = [o for o in solved if o.verdict == "verified"]
        plain = [o for o in these if o.elementary]
        cells = (
            name,
            share(len(good), len(these)),
            share(sum(o in good for o in plain), len(plain)),
            sum(o.verdict == "wrong" for o in solved),
            sum(o.check == "refuted" for o in solved),
            sum(o.check == "undecided" for o in solved),
            share(sum(o.finite for o in solved), len(solved)),
            sum(o.jumps > 0 for o in solved),
            share(sum(o.rival for o in these), len(these)),
        )
        rows.append("| " + " | ".join(map(str, cells)) + " |")
    both = [o for o in outcomes if o.solved and o.rival]
    if both:
        ratio = statistics.median(o.seconds / o.rival_seconds for o in both)
        ours, theirs = (
            statistics.median(getattr(o, name) for o in both) for name in ("steps", "rival_steps")
        )
        rows += [
            "",
            f"On the {len(both)} problems that both solve: median time to a full derivation "
            f"{ratio:.2f} of manualintegrate's, median number of steps {ours:g} against "
            f"{theirs:g}.",
        ]
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write docs/coverage.md")
    parser.add_argument("--set", choices=sorted(SETS.values()))
    parser.add_argument("--ids", type=int, nargs="*")
    parser.add_argument("--verbose", action="store_true", help="a line for every problem")
    options = parser.parse_args()
    if not DATA.exists():
        print(f"skipped: there is no {DATA.name} beside the project (it is not part of it)")
        return
    problems = json.loads(DATA.read_text())["problems"]
    if options.set:
        problems = [p for p in problems if SETS[p["set"]] == options.set]
    if options.ids:
        problems = [p for p in problems if p["id"] in options.ids]
    list(attempt({**problems[0], "integrand": "x*exp(x)"}))  # what loads once is not timed
    outcomes = []
    for problem in problems:
        outcomes.append(in_a_process(problem))
        if options.verbose:
            o = outcomes[-1]
            marks = ("" if o.finite else "NOT FINITE", f"{o.jumps} jumps" if o.jumps else "")
            print(o.id, o.set, o.integrand, "|", o.verdict or "unsolved", o.check, *marks,
                  f"{o.seconds:.2f}", o.steps, o.rival_steps, "|", o.result, "|", o.given, "|",
                  o.reason, flush=True)  # fmt: skip
    text = table(outcomes)
    print(text)
    if options.write:
        (ROOT / "docs").mkdir(exist_ok=True)
        (ROOT / "docs" / "coverage.md").write_text(
            "# Coverage of indefinite integrals\n\n"
            "Printed by `python benchmarks/coverage.py --write`.\n\n" + text + "\n"
        )


if __name__ == "__main__":
    main()
