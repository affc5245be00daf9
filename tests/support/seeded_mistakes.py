"""Mistakes that nearly any function admits, and the measure: refuted, cause right, false alarms."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from lambdify_bridge.validation import ValidationReport, validate
from tests.support import array_functions_to_validate as of_arrays
from tests.support.functions_to_validate import DENSITIES, GRADIENTS, VALUES, Case, written

CASES: list[Case] = [
    *VALUES, *DENSITIES, *GRADIENTS, *of_arrays.STATISTICS, *of_arrays.LOSSES, *of_arrays.LAYERS,
    *of_arrays.ARRAY_GRADIENTS,
]  # fmt: skip
MOST = 20  # mistakes in one function

# Two names for one mistake: which of them is meant cannot be seen from values.
ALSO = {
    "sign": {"sign of a term"},
    "factor 2 or 1/2": {"factor of a term"},
}
Function = Callable[..., Any]


def each(how: Callable[[Any], Any], f: Function) -> Function:
    """The function with every output changed."""

    def changed(*inputs: Any) -> Any:
        found = f(*inputs)
        return tuple(how(x) for x in found) if isinstance(found, tuple) else how(found)

    return changed


def in_place(f: Function) -> Function:
    def changed(*inputs: Any) -> Any:
        found = f(*inputs)
        for x in inputs:
            if isinstance(x, np.ndarray) and x.ndim and x.dtype.kind == "f":
                x -= x.mean()
        return found

    return changed


def noisy(f: Function) -> Function:
    random = np.random.default_rng(1)
    return each(lambda x: x * (1 + 1e-2 * random.standard_normal(np.shape(x))), f)


def dropping_out(f: Function) -> Function:
    random = np.random.default_rng(2)
    return each(lambda x: x * (random.random(np.shape(x)) < 0.5) * 2, f)


def cached_for_good(f: Function) -> Function:
    known: dict[Any, Any] = {}

    def changed(*inputs: Any) -> Any:
        key = tuple(np.shape(x) for x in inputs)
        if key not in known:
            known[key] = f(*inputs)
        return known[key]

    return changed


def running_mean(f: Function) -> Function:
    before: list[Any] = [0.0]

    def changed(*inputs: Any) -> Any:
        found = f(*inputs)
        whole = found[0] if isinstance(found, tuple) else found
        shift, before[0] = before[0], 0.1 * float(np.mean(np.abs(whole)))
        rest = found[1:] if isinstance(found, tuple) else ()
        return (whole + shift, *rest) if isinstance(found, tuple) else whole + shift

    return changed


def counting(f: Function) -> Function:
    calls = itertools.count()

    def changed(*inputs: Any) -> Any:
        n = next(calls)
        return each(lambda x: x * (1 + 0.01 * n), f)(*inputs)

    return changed


def in_single(f: Function) -> Function:
    def changed(*inputs: Any) -> Any:
        given = [
            np.asarray(x, np.float32) if np.asarray(x).dtype.kind == "f" else x for x in inputs
        ]
        return f(*[x[()] if isinstance(x, np.ndarray) else x for x in given])

    return changed


def in_single_at_the_end(f: Function) -> Function:
    return each(lambda x: np.asarray(x, np.float32).astype(float)[()], f)


def like_the_input(f: Function) -> Function:
    def changed(*inputs: Any) -> Any:
        def cut(x: Any) -> Any:
            x = np.asarray(x)
            kind = np.result_type(*[np.asarray(i).dtype for i in inputs])
            return np.asarray(x, kind)[()] if np.isfinite(x).all() else x

        return each(cut, f)(*inputs)

    return changed


def whole_numbers(f: Function) -> Function:
    return each(lambda x: np.floor(x), f)


def with_if(f: Function) -> Function:
    def changed(*inputs: Any) -> Any:
        if inputs[0] > 0:
            return f(*inputs)
        return each(lambda x: 1.0 * x, f)(*inputs)

    return changed


def with_max(f: Function) -> Function:
    def changed(*inputs: Any) -> Any:
        first = inputs[0] + max(0.0 * inputs[0], 0.0 * inputs[0] - 0.0)
        return f(first, *inputs[1:])

    return changed


# fmt: off
ANYWHERE: list[tuple[str, Callable[[Function], Function]]] = [
    ("sign",                                 lambda f: each(lambda x: -x, f)),
    ("factor 2 or 1/2",                      lambda f: each(lambda x: 2*x, f)),
    ("factor 2 or 1/2",                      lambda f: each(lambda x: x/2, f)),
    ("random output",                        noisy),
    ("random output",                        dropping_out),
    ("stale cache or state between calls",   cached_for_good),
    ("stale cache or state between calls",   running_mean),
    ("stale cache or state between calls",   counting),
    ("float32 precision",                    in_single),
    ("float32 precision",                    in_single_at_the_end),
    ("integer division or dtype",            like_the_input),
    ("integer division or dtype",            whole_numbers),
]
OF_NUMBERS: list[tuple[str, Callable[[Function], Function]]] = [
    ("in-place modification of the input",   in_place),
    ("Python max or if on arrays",           with_if),
    ("Python max or if on arrays",           with_max),
]
OF_ARRAYS: list[tuple[str, Callable[[Function], Function]]] = [
    ("in-place modification of the input",   in_place),
]
SPELLED = [  # what stands in the code, and the same with a mistake
    ("log base",                "np.log(",  "np.log10("),
    ("log base",                "np.log(",  "np.log2("),
    ("degrees against radians", "np.sin(",  "sind("),
    ("degrees against radians", "np.cos(",  "cosd("),
]
# fmt: on


@dataclass(frozen=True)
class Mistake:
    cause: str
    function: Function
    how: str


def mistakes(case: Case) -> Iterator[Mistake]:
    """The mistakes of a case, its own first, at most MOST."""
    yield from itertools.islice(_mistakes(case), MOST)


def own_mistakes(case: Case) -> Iterator[Mistake]:
    """Those that were written for this case."""
    for cause, code in case.mistakes:
        yield Mistake(cause, written(case.args, code), code)


def _mistakes(case: Case) -> Iterator[Mistake]:
    yield from own_mistakes(case)
    told = {code for _, code in case.mistakes}
    for cause, right, wrong in SPELLED:
        code = case.code.replace(right, wrong)
        if right in case.code and code not in told and case.shapes is None:
            yield Mistake(cause, written(case.args, code), code)
    more = OF_ARRAYS if case.shapes is not None else OF_NUMBERS
    for cause, wrap in [*more, *ANYWHERE]:
        if admits(case, wrap):
            yield Mistake(cause, wrap(case.function), wrap.__name__)


def admits(case: Case, wrap: Any) -> bool:
    """Whether the mistake makes a difference: rounded inputs may be exact, or not be numbers."""
    if case.kind == "backward" and wrap in (with_if, with_max, in_place):
        return False
    if case.name == "absolute value" and wrap in UNSEEN_IN_SIGNS:
        return False
    no_integers = any(low > 0 and high < 1 for low, high in case.domain.values())
    return not (wrap is like_the_input and (case.name in WHOLE_FOR_WHOLE or no_integers))


UNSEEN_IN_SIGNS = (in_single, in_single_at_the_end, whole_numbers, running_mean)
# Of whole numbers their results are whole: nothing is cut off.
WHOLE_FOR_WHOLE = {
    "squared distance", "quadratic form", "linear layer", "Gram matrix", "square layer",
    "relu layer", "ridge gradient", "quadratic form gradient", "absolute value", "relu of a line",
    "Rosenbrock",
}  # fmt: skip


def is_right(report: ValidationReport, cause: str) -> bool:
    """Whether the first cause is the one that was seeded."""
    return report.cause is not None and report.cause.name in {cause} | ALSO.get(cause, set())


def judged(case: Case, against: Any, function: Function, **options: Any) -> ValidationReport:
    return validate(function, against, library="numpy", **{**case.options, **options})
