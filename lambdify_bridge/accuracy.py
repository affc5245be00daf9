"""How many bits a formula loses in single and double precision, as written and as a stable form.

Inputs are drawn by their representation: each float of the domain is as likely as any other, so
small and large ones are seen alike. The truth is mpmath's, node by node, with ever more digits
until two results agree; it shares nothing with the code under test.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from lambdify_bridge.backends.numpy import compile_source, source
from lambdify_bridge.evaluate import Evaluator, Undecided, Undefined
from lambdify_bridge.given import given
from lambdify_bridge.lowering import lower

DIGITS = (40, 120, 400, 1200)  # of the truth, until two agree
TRIES = 1000  # draws for each point that is looked for
Domain = Mapping[Any, tuple[float, float]]
Point = tuple[float, ...]


@dataclass(frozen=True)
class Loss:
    """Bits of error of one program at the points: 0 is correctly rounded, 53 (24) is all of them.

    `overflows`: infinite where the truth is finite; `underflows`: 0 where it is not; `undefined`:
    NaN where there is a real value.
    """

    median: float
    worst: float
    at: tuple[float, ...]
    overflows: int
    underflows: int
    undefined: int

    def __str__(self) -> str:
        lost = zip(
            (self.overflows, self.underflows, self.undefined),
            ("overflow", "underflow", "NaN"),
            strict=True,
        )
        counts = "".join(f", {count} {what}" for count, what in lost if count)
        return f"median {self.median:4.1f}, worst {self.worst:4.1f} bits{counts}"


@dataclass(frozen=True)
class Accuracy:
    """Before and after; `points` were looked at, `undecided` gave no value to compare with."""

    expression: str
    dtype: str
    arguments: tuple[str, ...]
    points: int
    undecided: int
    before: Loss
    after: Loss

    def __str__(self) -> str:
        inputs = zip(self.arguments, self.after.at, strict=True)
        where = ", ".join(f"{name} = {value!r}" for name, value in inputs)
        return (
            f"{self.expression} ({self.dtype}, {self.points} points)\n"
            f"  as written: {self.before}\n  stable:     {self.after}\n  worst at    {where}"
        )


def accuracy(
    expression: Any,
    domain: Domain | None = None,
    *,
    dtype: Any = np.float64,
    points: int = 256,
    seed: int = 0,
    where: Callable[..., bool] | None = None,
) -> Accuracy:
    """Bits of error of a real expression as it is written and as its stable form.

    domain
        The interval (low, high) of each symbol or name; default: all finite floats.
    where
        A condition on the inputs, in the order of the symbols by name: other points are not drawn.

    Raises ValueError where no point of the domain gives a real value.

    >>> from sympy import sqrt
    >>> from sympy.abc import x
    >>> report = accuracy(sqrt(x + 1) - sqrt(x), {x: (1, 1e300)}, points=40)
    >>> report.before.worst > 50, report.after.worst < 3
    (True, True)
    """
    expression = given(expression)
    kind = np.dtype(dtype)
    if kind not in (np.float32, np.float64):
        raise ValueError(f"accuracy is measured for float32 and float64, not {kind}")
    symbols = sorted(expression.free_symbols, key=lambda symbol: symbol.name)
    drawn = _drawn_points(symbols, domain or {}, kind, seed, where)
    sampled, truths, undecided = _with_values(expression, symbols, drawn, kind, points)
    if not sampled:
        raise ValueError("the expression has no real value at the points of this domain")
    losses = [
        _loss(_computed(expression, symbols, sampled, kind, stable), sampled, truths, kind)
        for stable in (False, True)
    ]
    names = tuple(symbol.name for symbol in symbols)
    return Accuracy(str(expression), str(kind), names, len(sampled), undecided, *losses)


def _drawn_points(
    symbols: Sequence[Any],
    domain: Domain,
    kind: np.dtype,
    seed: int,
    where: Callable[..., bool] | None,
) -> Iterator[Point]:
    generator = random.Random(seed)
    bounds = [_bounds(symbol, domain, kind) for symbol in symbols]
    while True:
        point = tuple(float(_drawn(generator, *bound, kind)) for bound in bounds)
        if where is None or where(*point):
            yield point
        else:
            yield ()


def _with_values(
    expression: Any, symbols: Sequence[Any], drawn: Iterator[Point], kind: np.dtype, points: int
) -> tuple[list[Point], list[Any], int]:
    """Points where there is a real value that is a float, the values, and how many gave none."""
    found, truths, undecided = list[Point](), list[Any](), 0
    largest = float(np.finfo(kind).max)
    for point in islice(drawn, TRIES * points):
        if len(found) >= points:
            break
        if not point and symbols:
            continue
        truth = true_value(expression, dict(zip(symbols, point, strict=True)))
        if truth is None:
            undecided += 1
        elif abs(truth) <= largest:
            found.append(point)
            truths.append(truth)
    return found, truths, undecided


# -- floats by representation ---------------------------------------------------------------------


def _bounds(symbol: Any, domain: Domain, kind: np.dtype) -> tuple[int, int]:
    """The places of the least and of the greatest float of a symbol's domain."""
    largest = float(np.finfo(kind).max)
    low, high = domain.get(symbol, domain.get(symbol.name, (-largest, largest)))
    if symbol.is_nonnegative:
        low = max(low, 0.0)
    if symbol.is_positive:
        low = max(low, float(np.nextafter(kind.type(0), kind.type(1))))
    low, high = max(low, -largest), min(high, largest)
    first, last = _place(kind.type(low)), _place(kind.type(high))
    if first > last:
        raise ValueError(f"the domain of {symbol.name!r} is empty")
    return first, last


def _integers(kind: np.dtype) -> Any:
    return np.int64 if kind == np.float64 else np.int32


def _place(value: Any) -> int:
    """How many floats lie between 0 and this one, with its sign."""
    bits = int(abs(value).view(_integers(np.dtype(type(value)))))
    return -bits if value < 0 else bits


def _drawn(generator: random.Random, first: int, last: int, kind: np.dtype) -> Any:
    place = generator.randint(first, last)
    value = np.array(abs(place), _integers(kind)).view(kind)
    return -value if place < 0 else value


# -- the truth ------------------------------------------------------------------------------------


def true_value(expression: Any, point: Mapping[Any, float]) -> Any:
    """The value with many digits, or None where there is no real one or digits do not settle it."""
    values: list[Any] = []
    real: Any
    sizes = [abs(math.log10(abs(float(v)))) for v in point.values() if v and math.isfinite(v)]
    spare = math.ceil(max(sizes, default=0.0))  # so that 1 + x is not 1 in all of them
    for digits in DIGITS:
        try:
            value = Evaluator(point, digits=digits + spare)(expression)
        except (Undefined, Undecided):
            return None
        real, imaginary = getattr(value, "real", value), getattr(value, "imag", 0)
        if imaginary or not math.isfinite(_clipped(real)):
            return None
        if values and abs(real) > 0 and abs(real - values[-1]) <= abs(real) * 1e-25:
            return real
        values.append(real)
    return real if not any(values) else None  # a 0 is believed where all digits say so


def _clipped(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        return 0.0  # finite, though beyond floats


# -- what the programs give -----------------------------------------------------------------------


def _computed(
    expression: Any, symbols: Sequence[Any], points: list[Point], kind: np.dtype, stable: bool
) -> Any:
    function = compile_source(source(lower([expression], symbols, stable=stable)))
    columns = [np.array(column, kind) for column in zip(*points, strict=True)]
    with np.errstate(all="ignore"):
        (values,) = function(*columns)
    return np.broadcast_to(np.asarray(values, kind), (len(points),))


def _loss(values: Any, points: list[Point], truths: list[Any], kind: np.dtype) -> Loss:
    errors = list(_bits(values, truths, kind))
    worst = max(range(len(errors)), key=errors.__getitem__)
    return Loss(
        float(np.median(errors)),
        errors[worst],
        points[worst],
        int(np.isinf(values).sum()),
        sum(1 for v, t in zip(values, truths, strict=True) if v == 0 and kind.type(float(t)) != 0),
        int(np.isnan(values).sum()),
    )


def _bits(values: Any, truths: list[Any], kind: np.dtype) -> Iterator[float]:
    """log2(1 + floats between the value and the truth, a fraction of one included)."""
    info = np.finfo(kind)
    everything = float(info.bits)
    for value, truth in zip(values, truths, strict=True):
        if not np.isfinite(value):
            yield everything
            continue
        unit = max(_clipped(abs(truth)), float(info.tiny))
        spacing = float(np.spacing(kind.type(min(unit, float(info.max)))))
        error = abs(truth - float(value)) / spacing
        yield min(everything, float(_log2(1 + max(error - 0.5, 0))))


def _log2(value: Any) -> float:
    return math.log2(value) if value < 1e300 else 1000.0
