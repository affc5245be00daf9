"""What was seen of a function: its results beside the true ones, and how far they may differ.

The tolerance of an entry is a multiple of the unit roundoff times the condition of the formula
there: how much the entry moves when every input and every intermediate value is off by one relative
rounding (that is the condition number by each input and the growth over the operations in one), and
the size of the entry itself. What is below the rounding of the function's usual size counts only
where the input is small: a vanished gradient is no mistake, log(1 + 1e-9) without digits is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from lambdify_bridge.validation.calls import Caller, Result
from lambdify_bridge.validation.formulas import Formula
from lambdify_bridge.validation.inputs import FAR, SMALL, USUAL, WHOLE, Domain, Place, places
from lambdify_bridge.validation.runs import STEP, Changes

ROUNDINGS = 32.0  # how many times the estimated rounding error is allowed
MOST_USUAL = 14
SPARE = 2.0**20  # floats below so many of the smallest normal ones lose digits on their way
NEGLIGIBLE = 0.03  # of the usual size of an output: what is smaller says little of a cause
CONDITIONS = 3
ASIDE = 1e-9  # how far beside a kink the formula is evaluated
KINK = 1e-5
LARGEST = 1e-8  # of the largest float: values that are compared are smaller
DIFFERENTIATED = ("gradient", "derivative", "jacobian", "hessian", "backward")
SATURATED = 0.25  # of a value: what a step moves it by says nothing of a smaller one
FAILURES = (  # of a formula that was altered: it is none
    ArithmeticError, AttributeError, ValueError, IndexError, TypeError, np.linalg.LinAlgError,
)  # fmt: skip
Array = np.ndarray
Arrays = tuple[Array, ...]


@dataclass(frozen=True, eq=False)
class Sample:
    """One call: inputs, the true outputs, what is allowed between, and the result.

    `sides` are the least and the greatest value beside the point, where there is a kink or a jump.
    """

    place: Place
    exact: Arrays
    expected: Arrays
    tolerance: Arrays
    result: Result
    sides: tuple[Arrays, Arrays] | None = None

    @property
    def region(self) -> str:
        return self.place.region

    @property
    def inputs(self) -> Arrays:
        return self.place.inputs

    def off(self, k: int) -> Array:
        """The absolute error of each entry of an output; infinite where there is none."""
        exact = self.exact[k]
        outputs = self.result.outputs
        if outputs is None or k >= len(outputs) or len(outputs) != len(self.exact):
            return np.full(exact.shape, np.inf)
        got = outputs[k]
        if got.shape != exact.shape:
            return np.full(exact.shape, np.inf)
        if self.sides is not None:
            low, high = self.sides[0][k], self.sides[1][k]
            return _finite(np.maximum(np.maximum(low - got, got - high), 0.0))
        return distance(got, exact)

    def misses(self, k: int) -> Array:
        return ~(self.off(k) <= self.tolerance[k])

    @cached_property
    def is_wrong(self) -> bool:
        return any(bool(self.misses(k).any()) for k in range(len(self.exact)))

    def excess(self, k: int) -> float:
        """The worst error over its tolerance."""
        with np.errstate(all="ignore"):
            return float(
                np.max(np.nan_to_num(self.off(k) / self.tolerance[k], nan=np.inf), initial=0.0)
            )


def distance(got: Array, exact: Array) -> Array:
    """|got - exact|, the difference formed with many digits."""
    out = np.full(exact.shape, np.inf)
    for place in np.ndindex(exact.shape):
        g = got[place]
        if np.isfinite(g) and not (np.iscomplexobj(g) and g.imag):
            e = exact[place]
            out[place] = float(abs(float(np.real(g)) - e))
    return out


def _finite(x: Array) -> Array:
    return np.where(np.isnan(x), np.inf, x)


@dataclass
class Evidence:
    """A function beside a formula at all samples; what it does when it is called again."""

    formula: Formula
    caller: Caller
    dtype: np.dtype
    seed: int = 0
    domain: Domain = field(default_factory=dict)
    kept: slice = field(default_factory=lambda: slice(None))
    arrays: bool | None = None  # whether the function has to take arrays; None: as it looks
    samples: list[Sample] = field(default_factory=list)
    dropped: int = 0
    shift: Arrays = ()  # of a function that is right up to a constant
    remembered: dict[str, Any] = field(default_factory=dict)

    # -- collecting ----------------------------------------------------------------------------

    @property
    def unit(self) -> float:
        return float(np.finfo(self.dtype).eps) / 2

    @property
    def largest(self) -> float:
        """Larger values are left out: what is computed on the way would be out of range."""
        return float(np.finfo(self.dtype).max) * LARGEST

    def collect(self) -> None:
        true = list(self._with_truth())
        sizes = self._sizes([each for place, each, _ in true if place.region == USUAL])
        for place, exact, sides in true:
            tolerance = self.tolerance(place, exact, sizes)
            if tolerance is None:
                self.dropped += 1
                continue
            sample = self.called(place, exact, tolerance, sides)
            if self.formula.up_to_constant and sample.result.outputs is not None:
                self.shift = self.shift or _shift(sample)
                sample = _shifted(sample, self.shift)
            self.samples.append(sample)

    def called(self, place: Place, exact: Arrays, tolerance: Arrays, sides: Any = None) -> Sample:
        expected = tuple(as_floats(x) for x in exact)
        return Sample(place, exact, expected, tolerance, self.caller(place.inputs), sides)

    def _with_truth(self) -> Iterator[tuple[Place, Arrays, Any]]:
        usual = 0
        for place in places(self.formula, self.dtype, self.seed, self.domain):
            if place.region == USUAL and usual >= MOST_USUAL:
                continue
            found = self.truth(place.inputs)
            if found is None:
                self.dropped += 1
                continue
            usual += place.region == USUAL
            yield place, found, self.beside(place, found)

    def truth(self, inputs: Sequence[Array]) -> Arrays | None:
        """The true outputs that are compared; None where they are not real, or no floats."""
        try:
            found = tuple(self.formula.truth(inputs)[self.kept])
        except (ArithmeticError, ValueError, np.linalg.LinAlgError, IndexError, TypeError):
            return None
        real = tuple(_real(x, self.largest) for x in found)
        if any(x is None for x in real):
            return None
        return tuple(x for x in real if x is not None)

    def beside(self, place: Place, found: Arrays) -> tuple[Arrays, Arrays] | None:
        """The range of the values on all sides, where there is a kink or a jump."""
        if place.region != WHOLE:
            return None
        around = [self.truth(moved) for moved in _nudged(place.inputs, self.seed)]
        kept = [as_all_floats(each) for each in around if each is not None]
        if len(kept) < 2:
            return None
        low = tuple(np.min(each, axis=0) for each in zip(*kept, strict=True))
        high = tuple(np.max(each, axis=0) for each in zip(*kept, strict=True))
        gap = max(
            float(np.max((h - l) / (np.abs(h) + np.abs(l) + 1e-3), initial=0.0))
            for l, h in zip(low, high, strict=True)
        )
        if gap <= KINK:
            return None
        here = as_all_floats(found)
        low = tuple(np.minimum(a, b) for a, b in zip(low, here, strict=True))
        high = tuple(np.maximum(a, b) for a, b in zip(high, here, strict=True))
        return low, high

    def _sizes(self, usual: Sequence[Arrays]) -> list[float]:
        """The usual size of each output; of derivatives the largest."""
        if not usual:
            return []
        most = [[float(np.max(np.abs(as_floats(x)), initial=0.0)) for x in each] for each in usual]
        typical = np.max if self.formula.kind in DIFFERENTIATED else np.median
        return [float(typical(column)) for column in zip(*most, strict=True)]

    def tolerance(self, place: Place, exact: Arrays, sizes: Sequence[float]) -> Arrays | None:
        """What is allowed at each entry; None where the condition of the formula is not known."""
        try:
            growth: list[Array] | None = self.formula.growth(place.inputs)[self.kept]
            if place.region != WHOLE and not _is_known(growth, exact):
                growth = self.formula.exact_growth(place.inputs)
                growth = growth[self.kept] if growth is not None else None
                if not _all_finite(growth):
                    growth = self.condition(place, exact)
        except (ArithmeticError, ValueError, np.linalg.LinAlgError, IndexError, TypeError):
            return None
        if growth is None:
            return None
        allowed = []
        tiny = float(np.finfo(self.dtype).tiny) * SPARE
        sizes = sizes or [0.0] * len(exact)
        for x, grown, size in zip(exact, growth, sizes, strict=True):
            plain = np.abs(as_floats(x))
            grown = np.where(np.isfinite(grown), grown, plain)
            bound = grown + plain + size * self.leeway(place)
            allowed.append(np.broadcast_to(ROUNDINGS * self.unit * bound + tiny, x.shape))
        if self.formula.kind in ("hessian",):
            return tuple(a + 1e-20 for a in allowed)
        return tuple(allowed)

    def leeway(self, place: Place) -> float:
        """How much of the usual size of an output counts as its size, where it is smaller.

        A derivative far out is next to nothing, the difference of two numbers of a usual size times
        what is large there; that is no mistake. A value is judged by its own size.
        """
        if place.region == SMALL:
            return place.size
        if self.formula.kind in DIFFERENTIATED:
            return 1.0 + max(
                (float(np.max(np.abs(x), initial=0.0)) for x in place.inputs), default=0.0
            )
        return 0.0 if place.region == FAR else 1.0

    def condition(self, place: Place, exact: Arrays) -> list[Array] | None:
        """How much relative changes of the inputs change the outputs."""
        most = [np.zeros(x.shape) for x in exact]
        for turn in range(CONDITIONS):
            random = np.random.default_rng([11, turn])
            moved = [
                x
                if x.dtype.kind in "bi"
                else x.astype(float) * (1 + ASIDE * random.choice([-1, 1], x.shape))
                for x in place.inputs
            ]
            found = self.truth(moved)
            if found is None:
                return None
            most = [
                np.maximum(m, np.abs(as_floats(a - b)) / ASIDE * CONDITIONS)
                for m, a, b in zip(most, found, exact, strict=True)
            ]
        return most

    # -- looking -------------------------------------------------------------------------------

    @cached_property
    def wrong(self) -> list[Sample]:
        return [sample for sample in self.samples if sample.is_wrong]

    @cached_property
    def usual(self) -> list[Sample]:
        return [s for s in self.samples if s.region == USUAL and s.result.outputs is not None]

    @cached_property
    def failing(self) -> tuple[int, ...]:
        """The outputs that are wrong at some usual input."""
        count = len(self.samples[0].exact) if self.samples else 0
        return tuple(k for k in range(count) if any(s.misses(k).any() for s in self.usual))

    @property
    def errors(self) -> list[Exception]:
        return [s.result.error for s in self.samples if s.result.error is not None]

    def explains(
        self,
        alternative: Callable[..., Any],
        slack: float | None = None,
        outputs: Sequence[int] | None = None,
        seen: Callable[[Array], Any] = np.asarray,
    ) -> bool:
        """Whether an alternative gives what the function gives, at every usual input.

        `seen` is what is looked at of the function's output. At one input at least the function
        has to be wrong, so that the alternative tells itself from the truth.
        """
        chosen = self.failing if outputs is None else outputs
        if not chosen or not self.usual:
            return False
        slack = slack or self.slack
        wrong = 0
        for sample in self.usual:
            outs = sample.result.outputs
            if outs is None or len(outs) != len(sample.exact):
                return False
            for k in chosen:
                try:
                    with np.errstate(all="ignore"):
                        value = alternative(sample, k)
                except FAILURES:
                    return False
                if value is None or not agree(
                    seen(outs[k]), value, slack, sample.tolerance[k], self.usual_size[k]
                ):
                    return False
                wrong += bool(sample.misses(k).any())
        return wrong > 0

    @cached_property
    def usual_size(self) -> list[float]:
        return self._sizes([s.exact for s in self.usual])

    @property
    def slack(self) -> float:
        return 1e-7 if self.dtype.itemsize == 8 else 2e-4

    def changed(self, sample: Sample, changes: Changes) -> list[Array]:
        """The outputs of the formula with some operations replaced."""
        flat = self.formula.flat([_in_double(x) for x in sample.inputs])
        return self.formula.stacked(self.formula.written(flat, changes))[self.kept]

    def values(self, sample: Sample) -> list[Any]:
        """All values of the formula as it is written, one for each operation."""
        known = self.remembered.setdefault("values", {})
        if id(sample) not in known:
            flat = self.formula.flat([_in_double(x) for x in sample.inputs])
            known[id(sample)] = self.formula.written.values(flat)
        found: list[Any] = known[id(sample)]
        return found

    def at(self, inputs: Sequence[Any]) -> list[Array]:
        """The outputs of the formula at other inputs, in double precision."""
        return self.formula.values([np.asarray(x) for x in inputs])[self.kept]

    def again(self, sample: Sample) -> Result:
        result = self.caller(sample.inputs)
        if not self.shift or result.outputs is None:
            return result
        return _shifted(replace(sample, result=result), self.shift).result


def agree(got: Any, value: Any, slack: float, tolerance: Any = 0.0, usual: float = 0.0) -> bool:
    """Whether two arrays are the same, entry by entry, but for rounding."""
    got, value = np.asarray(got), np.asarray(value)
    if got.shape != value.shape:
        return False
    got, value = got.astype(float), value.astype(float)
    if not (np.isfinite(got).all() and np.isfinite(value).all()):
        return False
    most = float(np.max(np.abs(value), initial=0.0))
    room = slack * (np.abs(value) + 1e-3 * most + NEGLIGIBLE * usual)
    if np.shape(tolerance) == got.shape:
        room = room + 4 * np.asarray(tolerance)
    return bool((np.abs(got - value) <= room).all())


def _is_known(growth: Sequence[Array] | None, exact: Arrays) -> bool:
    """Whether the growth is that of a small step: finite, and not as large as the values."""
    return (
        growth is not None
        and _all_finite(growth)
        and all(
            bool((grown * STEP <= SATURATED * np.abs(as_floats(x))).all())
            for grown, x in zip(growth, exact, strict=True)
        )
    )


def _all_finite(each: Sequence[Array] | None) -> bool:
    return each is not None and all(bool(np.isfinite(x).all()) for x in each)


def as_floats(x: Array) -> Array:
    return np.asarray(x).astype(float)


def as_all_floats(each: Arrays) -> Arrays:
    return tuple(as_floats(x) for x in each)


def _in_double(x: Any) -> Array:
    x = np.asarray(x)
    return x if x.dtype.kind in "bi" else x.astype(float)


def _real(x: Array, largest: float) -> Array | None:
    """The array without imaginary parts; None where it is complex or too large for floats."""
    out = np.empty(x.shape, object)
    for place in np.ndindex(x.shape):
        v = x[place]
        if getattr(v, "imag", 0) != 0:
            return None
        v = getattr(v, "real", v)
        if not abs(v) < largest:  # NaN as well
            return None
        out[place] = v
    return out


def _nudged(inputs: Sequence[Array], seed: int) -> Iterator[list[Array]]:
    random = np.random.default_rng([seed, 5])
    for turn in range(6):
        moved = []
        for x in inputs:
            if x.dtype.kind in "bi":
                moved.append(x)
                continue
            signs = (
                random.choice([-1.0, 1.0], x.shape)
                if turn > 1
                else np.full(x.shape, 1.0 - 2 * turn)
            )
            moved.append(x.astype(float) + ASIDE * signs * np.maximum(np.abs(x), 1.0))
        yield moved


def _shift(sample: Sample) -> Arrays:
    outputs = sample.result.outputs or ()
    return tuple(np.asarray(g - e, float) for g, e in zip(outputs, sample.expected, strict=False))


def _shifted(sample: Sample, shift: Arrays) -> Sample:
    outputs = sample.result.outputs or ()
    if any(g.shape != c.shape for g, c in zip(outputs, shift, strict=False)):
        return sample
    moved = tuple(g - c for g, c in zip(outputs, shift, strict=False))
    wider = tuple(
        t + 2**-48 * (np.abs(c) + np.abs(e))
        for t, c, e in zip(sample.tolerance, shift, sample.expected, strict=False)
    )
    return replace(sample, result=replace(sample.result, outputs=moved), tolerance=wider)
