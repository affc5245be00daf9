"""What a call in a worker costs, how far it runs past its limit, and how many a batch answers.

python benchmarks/workers.py
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable
from contextlib import suppress

import derive
import derive.everything  # loading it is no part of a call
from lambdify_bridge.workers import Stopped, shared

LIMIT = 0.5
HARD = [
    lambda s: derive.integrate("sin(x)**40*cos(x)**38*exp(x)*x**9", "x", timeout=s),
    lambda s: derive.integrate("1/(x**12 + 3*x**5 + x + 7)", ("x", 0, "oo"), timeout=s),
    lambda s: derive.integrate("exp(sin(x)**2)/(x**4 + x + 1)", ("x", 0, 1), timeout=s),
    lambda s: derive.diff("x**x**x**x*sin(x)**cos(x)**tan(x)", "x", 9, timeout=s),
    lambda s: derive.limit("(gamma(x + 1/x) - gamma(x))*exp(-x)/log(x)**9", "x", "oo", timeout=s),
    lambda s: shared.run(math.factorial, (10**8,), timeout=s),
    lambda s: shared.run(pow, (3, 10**9), timeout=s),
]


def seconds(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    with suppress(Stopped, derive.DerivationError):
        call()
    return time.perf_counter() - begun


def median(call: Callable[[], object], times: int = 200) -> float:
    return statistics.median(seconds(call) for _ in range(times))


def main() -> None:
    first = seconds(lambda: shared.run(math.sqrt, (4.0,), timeout=60))
    print(f"first call, with the start of the server     {first:8.3f} s")
    warm = median(lambda: shared.run(math.sqrt, (4.0,), timeout=60))
    print(f"warm call                                    {warm * 1e3:8.3f} ms")

    def alike(timeout: float | None) -> float:
        return median(lambda: derive.diff("x**2*sin(x)", "x", timeout=timeout), 50)

    alike(60)
    there, here = alike(60), alike(None)
    print(
        f"a derivative in a worker, and here           {there * 1e3:8.3f} ms {here * 1e3:8.3f} ms"
    )
    after = []
    for _ in range(10):
        seconds(lambda: shared.run(math.factorial, (10**8,), timeout=0.05))
        after.append(seconds(lambda: shared.run(math.sqrt, (4.0,), timeout=60)))
    print(f"first call after a kill                      {statistics.median(after) * 1e3:8.3f} ms")
    late = [seconds(lambda call=call: call(LIMIT)) - LIMIT for call in HARD for _ in range(3)]
    print(f"past a limit of {LIMIT} s, at most               {max(late):8.3f} s")
    asked = [{"call": "diff", "args": [f"x**{k % 50 + 2}*sin(x)", "x"]} for k in range(600)]
    for check in (False, True):
        for workers in (1, 2):
            count = len(asked) if not check else 100
            took = seconds(
                lambda w=workers, c=check, n=count: derive.batch(asked[:n], workers=w, check=c)
            )
            what = "checked" if check else "not checked"
            print(f"batch, {workers} workers, {what:11}               {count / took:8.1f} a second")


if __name__ == "__main__":
    main()
