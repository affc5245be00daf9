"""What each face of a derivation costs once it is imported, and how large a page of HTML is.

Times are those of the processor, medians of 15.

python benchmarks/faces.py
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import derive
from derive.core import Derivation

TERMS = "x**2*sin(3*x)*exp(x)/(x**4 + 1)", "log(x)*cos(x**2)*tan(x)", "sqrt(x**3 + 1)", "atan(x)"
MORE = "(x**5 + 2)**7*asin(x/9)", "exp(x**2)*sinh(x)*cosh(2*x)", "log(x**2 + 5)/(x + 3)"
LAST = "tan(x**3)**2", "acos(x/5)**3*cos(5*x)"
FACES = ("text", "latex", "markdown", "to_dict", "to_html")


def milliseconds(call: Callable[[], object], times: int = 15) -> float:
    call()  # the first one loads templates and packages
    taken = []
    for _ in range(times):
        begun = time.process_time()
        call()
        taken.append(time.process_time() - begun)
    return statistics.median(taken) * 1e3


def asked(terms: tuple[str, ...]) -> Derivation:
    d = derive.diff(" + ".join(terms), "x")
    d.check()
    return d


def main() -> None:
    for terms in (TERMS, TERMS + MORE + LAST):
        d = asked(terms)
        print(f"{len(d.steps)} steps, checked, with a plot: ", end="")
        print(f"{len(d.to_html().encode()) / 1e3:.0f} kB of HTML")
        for face in FACES:
            print(f"  {face:10} {milliseconds(getattr(d, face)):8.2f} ms")


if __name__ == "__main__":
    main()
