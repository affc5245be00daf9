# ruff: noqa: E402  (threads are set before anything is imported)
"""Elementwise formulas: our backends beside lambdify, numexpr, numba, jax, heyoka, symengine and C.

    python benchmarks/elementwise.py [--sizes 10 1000 100000 10000000] [--rounds 7] [--only NAME]

Every contender that is installed computes the same doubles on one core; runs are interleaved and
the median of the process time is shown, in microseconds for a call.  "limit" is the formula as one
writes it in C, compiled with -O3 for this machine and glibc's vector functions, into a given array;
"ufunc out" writes into a given array too, all others make theirs.
"""

from __future__ import annotations

import os
import sys

sys.path.pop(0)  # a neighbour of this file is named coverage, as a package that numba looks for
for threads in ("OMP_NUM_THREADS", "NUMEXPR_NUM_THREADS", "NUMBA_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[threads] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["JAX_ENABLE_X64"] = "1"
os.environ["JAX_PLATFORMS"] = "cpu"

import argparse
import ctypes
import statistics
import time
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np
import sympy as sp

from lambdify_bridge import to_numpy
from lambdify_bridge.backends import c, c_compiler, ufunc
from lambdify_bridge.lowering import lower

x, y, z = sp.symbols("x y z")
SHORTEST = 0.004  # seconds of one measurement: a call is repeated until it takes so long
OURS = ("numpy", "ufunc", "ufunc out", "c")
PEERS = ("numexpr", "numba", "jax", "heyoka", "symengine")


class Formula(NamedTuple):
    expression: sp.Expr
    in_c: str  # as one writes it by hand: inputs x, y, z, statements before the last value


def _black_scholes_delta() -> sp.Expr:
    """The derivative of a call's price by the price of the stock, x; strike y, time z."""
    rate, spread = sp.Rational(3, 100), sp.Rational(1, 5)
    d1 = (sp.log(x / y) + (rate + spread**2 / 2) * z) / (spread * sp.sqrt(z))
    normal = lambda t: (1 + sp.erf(t / sp.sqrt(2))) / 2
    price = x * normal(d1) - y * sp.exp(-rate * z) * normal(d1 - spread * sp.sqrt(z))
    return sp.diff(price, x)


def _logistic_map(times: int) -> sp.Expr:
    value = x
    for _ in range(times):
        value = sp.Rational(37, 10) * value * (1 - value)
    return value


_logistic = 1 / (1 + sp.exp(-x))

# fmt: off
FORMULAS = {
    "Gaussian'": Formula(
        sp.diff(sp.exp(-x**2 / 2) / sp.sqrt(2 * sp.pi), x),
        "-0.3989422804014327 * x * exp(-0.5 * x * x)"),
    "Black-Scholes delta": Formula(
        _black_scholes_delta(),
        "const double w = 0.2 * sqrt(z), d1 = (log(x / y) + 0.05 * z) / w, d2 = d1 - w;"
        "0.5 * (1 + erf(0.7071067811865476 * d1)) + 0.3989422804014327 / w * exp(-0.5 * d1 * d1)"
        "- 0.3989422804014327 * y / (x * w) * exp(-0.03 * z) * exp(-0.5 * d2 * d2)"),
    "sigmoid cross-entropy'": Formula(
        sp.diff(-(y * sp.log(_logistic) + (1 - y) * sp.log(1 - _logistic)), x),
        "const double e = exp(-x), s = 1 / (1 + e);"
        "(1 - y) * e * s * s / (1 - s) - y * e * s"),
    "polynomial'": Formula(
        sp.diff(sum((k + 1) * x**k for k in range(9)), x),
        "const double p = x * x, q = p * p;"
        "2 + 6 * x + 12 * p + 20 * (p * x) + 30 * q + 42 * (q * x) + 56 * (q * p)"
        "+ 72 * (q * p * x)"),
    "log-sum-exp of 3": Formula(
        sp.log(sp.exp(x) + sp.exp(y) + sp.exp(z)), "log(exp(x) + exp(y) + exp(z))"),
    "Planck's law": Formula(
        2 * x**3 / (sp.exp(x / y) - 1), "2 * (x * x * x) / (exp(x / y) - 1)"),
    "softplus": Formula(sp.log(1 + sp.exp(x)), "log(1 + exp(x))"),
    "norm of 3": Formula(sp.sqrt(x**2 + y**2 + z**2), "sqrt(x * x + y * y + z * z)"),
    "Lennard-Jones force": Formula(
        24 * (2 / x**13 - 1 / x**7),
        "const double p = x * x, r6 = p * p * p, r7 = r6 * x;"
        "48 / (r6 * r7) - 24 / r7"),
    "rational": Formula(
        (1 / (1 + x) + x / (x**2 + 2)) / (3 + 1 / (x + y)) + y / (4 + x),
        "(1 / (1 + x) + x / (x * x + 2)) / (3 + 1 / (x + y)) + y / (4 + x)"),
    "logistic map, 8 times": Formula(
        _logistic_map(8),
        "double a = x; for (int k = 0; k < 8; k++) a = 3.7 * a * (1 - a); a"),
    "trigonometric product": Formula(
        sp.sin(x) * sp.cos(y) * sp.sin(x + y), "sin(x) * cos(y) * sin(x + y)"),
}
# fmt: on
DIVISION = {"rational", "Lennard-Jones force", "Planck's law", "sigmoid cross-entropy'"}


# -- contenders: each makes a function of arrays ---------------------------------------------------

Function = Callable[..., Any]
Contender = Callable[[Formula, list[sp.Symbol], list[np.ndarray]], Callable[[], Any]]


def by_lambdify(f: Formula, args: list[sp.Symbol], values: list[np.ndarray]) -> Function:
    function = sp.lambdify(args, f.expression, ["scipy", "numpy"], cse=True)
    return lambda: function(*values)


def by_numpy(f: Formula, args: list[sp.Symbol], values: list[np.ndarray]) -> Function:
    function = to_numpy(f.expression, args, backend="numpy")
    return lambda: function(*values)


def by_ufunc(f: Formula, args: list[sp.Symbol], values: list[np.ndarray]) -> Function:
    function = ufunc.compiled(lower([f.expression], args)).ufunc
    return lambda: function(*values)


def by_ufunc_into_out(f: Formula, args: list[sp.Symbol], values: list[np.ndarray]) -> Function:
    function, out = ufunc.compiled(lower([f.expression], args)).ufunc, np.empty_like(values[0])
    return lambda: function(*values, out=out)


def by_c(f: Formula, args: list[sp.Symbol], values: list[np.ndarray]) -> Function:
    function = c.compiled(lower([f.expression], args)).ufunc
    return lambda: function(*values)


def by_hand_in_c(f: Formula, args: list[sp.Symbol], values: list[np.ndarray]) -> Function:
    """A plain loop over restricted pointers: what the compiler makes of it is the limit."""
    *statements, value = f.in_c.rsplit(";", 1)
    names = [symbol.name for symbol in args]
    lines = [
        "#include <math.h>",
        "#include <stddef.h>",
        "/* _GLIBC_VECTORS */",
        *(f'__attribute__((simd("notinbranch"))) double {name}(double);'
          for name in ("exp", "log", "sin", "cos", "erf")),
        "void function(size_t n, "
        + ", ".join(f"const double *restrict {n}s" for n in names) + ", double *restrict out) {",
        "    for (size_t i = 0; i < n; i++) {",
        *(f"        const double {name} = {name}s[i];" for name in names),
        *(f"        {statement};" for statement in statements),
        f"        out[i] = {value};",
        "    }",
        "}",
    ]  # fmt: skip
    function = c_compiler.library("\n".join(lines)).function
    function.argtypes = [ctypes.c_size_t] + [ctypes.c_void_p] * (len(args) + 1)
    out = np.empty_like(values[0])
    pointers = [value.ctypes.data for value in (*values, out)]

    def run() -> Any:
        function(len(out), *pointers)
        return out

    return run


def by_numexpr(f: Formula, args: list[sp.Symbol], values: list[np.ndarray]) -> Function:
    import numexpr

    numexpr.set_num_threads(1)
    function = sp.lambdify(args, f.expression, "numexpr", cse=False)
    return lambda: function(*values)


def by_numba(f: Formula, args: list[sp.Symbol], values: list[np.ndarray]) -> Function:
    """One loop over scalar code with shared subexpressions."""
    import numba

    scalar = numba.njit(error_model="numpy")(sp.lambdify(args, f.expression, "math", cse=True))
    names = [symbol.name for symbol in args]
    text = (
        f"def function({', '.join(names)}):\n"
        f"    out = np.empty_like({names[0]})\n"
        f"    for i in range(len(out)):\n"
        f"        out[i] = scalar({', '.join(f'{name}[i]' for name in names)})\n"
        f"    return out\n"
    )
    namespace: dict[str, Any] = {"np": np, "scalar": scalar}
    exec(text, namespace)
    function = numba.njit(error_model="numpy")(namespace["function"])
    return lambda: function(*values)


def by_jax(f: Formula, args: list[sp.Symbol], values: list[np.ndarray]) -> Function:
    import jax

    modules = [{"erf": jax.scipy.special.erf}, "jax"]
    function = jax.jit(sp.lambdify(args, f.expression, modules, cse=True))
    given = [jax.device_put(value) for value in values]
    return lambda: function(*given).block_until_ready()


def by_heyoka(f: Formula, args: list[sp.Symbol], values: list[np.ndarray]) -> Function:
    import heyoka

    variables = heyoka.make_vars(*(symbol.name for symbol in args))
    variables = [variables] if len(args) == 1 else list(variables)
    fractions = [r for r in f.expression.atoms(sp.Rational) if r.q & (r.q - 1)]
    expression = f.expression.xreplace({r: sp.Float(r, 17) for r in fractions})
    function = heyoka.cfunc([heyoka.from_sympy(expression)], variables)
    given = np.array(values)
    return lambda: function(given)[0]


def by_symengine(f: Formula, args: list[sp.Symbol], values: list[np.ndarray]) -> Function:
    import symengine

    try:
        function = symengine.Lambdify(args, [f.expression], backend="llvm", cse=True)
    except ValueError:  # this build of it has no LLVM
        function = symengine.Lambdify(args, [f.expression], cse=True)
    given = np.ascontiguousarray(np.array(values).T)
    return lambda: function(given).reshape(-1)


CONTENDERS: dict[str, Contender] = {
    "lambdify": by_lambdify, "numpy": by_numpy, "ufunc": by_ufunc, "ufunc out": by_ufunc_into_out,
    "c": by_c, "limit": by_hand_in_c, "numexpr": by_numexpr, "numba": by_numba, "jax": by_jax,
    "heyoka": by_heyoka, "symengine": by_symengine,
}  # fmt: skip


# -- measuring ------------------------------------------------------------------------------------


def installed(name: str) -> bool:
    return name not in PEERS or find_spec(name) is not None


def prepared(f: Formula, size: int) -> dict[str, Callable[[], Any]]:
    """The contenders that can compute the formula, each seen to be right."""
    args = sorted(f.expression.free_symbols, key=str)
    values = [np.random.default_rng(k).uniform(0.5, 2.0, size) for k in range(len(args))]
    found, expected = {}, by_numpy(f, args, values)()
    for name in filter(installed, CONTENDERS):
        try:
            run = CONTENDERS[name](f, args, values)
            result = np.asarray(run())
        except (TypeError, KeyError, NotImplementedError, RuntimeError, ValueError) as error:
            print(f"<!-- {name}: {type(error).__name__} {str(error)[:90]!r} -->")
            continue
        np.testing.assert_allclose(result, expected, rtol=1e-11, atol=1e-14, err_msg=name)
        found[name] = run
    return found


def measured(runs: dict[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """The median seconds of a call, interleaved."""
    repeats = {
        name: max(1, int(SHORTEST / max(_seconds(run, 1), 1e-7))) for name, run in runs.items()
    }
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            times[name].append(_seconds(run, repeats[name]))
    return {name: statistics.median(found) for name, found in times.items()}


def _seconds(run: Callable[[], Any], repeats: int) -> float:
    begun = time.process_time()
    for _ in range(repeats):
        run()
    return (time.process_time() - begun) / repeats


def _shown(seconds: float | None) -> str:
    return (
        "–"
        if seconds is None
        else f"{1e6 * seconds:.3g}"
        if seconds < 1e-3
        else f"{1e6 * seconds:.0f}"
    )


def report(size: int, table: dict[str, dict[str, float]]) -> None:
    names = [name for name in CONTENDERS if any(name in row for row in table.values())]
    print(f"\n### {size:,} points, microseconds\n")
    print("| formula | " + " | ".join(names) + " |")
    print("|---" * (len(names) + 1) + "|")
    for formula, row in table.items():
        print(f"| {formula} | " + " | ".join(_shown(row.get(name)) for name in names) + " |")
    print("\n| ratios | lambdify/numpy | lambdify/ufunc | ufunc out/limit | ufunc/limit "
          "| c/limit | best peer/ufunc |")  # fmt: skip
    print("|---" * 7 + "|")
    for formula, row in table.items():
        best = (
            min((row[name], name) for name in PEERS if name in row)
            if set(PEERS) & set(row)
            else None
        )
        ratios = [
            row["lambdify"] / row["numpy"], row["lambdify"] / row["ufunc"],
            row["ufunc out"] / row["limit"], row["ufunc"] / row["limit"], row["c"] / row["limit"],
        ]  # fmt: skip
        last = f"{best[0] / row['ufunc']:.2f} ({best[1]})" if best else "–"
        print(f"| {formula} | " + " | ".join(f"{ratio:.2f}" for ratio in ratios) + f" | {last} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 1000, 10**5, 10**7])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    warnings.simplefilter("ignore")
    for size in asked.sizes:
        table = {}
        for name, formula in FORMULAS.items():
            if asked.only in name:
                table[name] = measured(prepared(formula, size), asked.rounds)
        report(size, table)


if __name__ == "__main__":
    main()
