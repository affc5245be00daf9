"""What a function is validated against: its arguments, and the true outputs for given inputs.

Values come from the formula with many digits; derivatives of a formula that were not derived come
from their definition, difference quotients with many digits. So nothing here rests on the code that
computes gradients elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from types import SimpleNamespace
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from lambdify_bridge.backends import mpmath as many_digits
from lambdify_bridge.differentiation import programs
from lambdify_bridge.problem import Layout, Problem, read
from lambdify_bridge.validation.runs import FINE_STEP, Exact, Runner
from lambdify_bridge.validation.runs import STEP as STEP_OF_FLOATS

KINDS = (
    "value", "gradient", "jacobian", "hessian", "backward", "derivative", "antiderivative",
    "integral", "pdf", "loss",
)  # fmt: skip
DIGITS = (60, 200, 1000)
SETTLED, NO_FLOAT, NO_SLOPE = (mpmath.mpf(10) ** -n for n in (18, 330, 26))
STEP = 0.3  # of the digits: the step of a difference quotient; what is left out is of its square
SECOND_STEP = 0.23
Array = np.ndarray
Truth = Callable[[Sequence[Any]], Sequence[Any]]


@dataclass(frozen=True)
class Given:
    """An argument: its name, its shape (sizes may be letters), what is known of its entries."""

    name: str
    shape: tuple[Any, ...] = ()
    symbols: tuple[Any, ...] = ()  # of a formula of scalars
    node: Any = None  # the variable of an array formula
    moving: bool = True  # False: upstream gradients, and data of a declared structure


@dataclass(frozen=True)
class Formula:
    """Outputs as a function of inputs, one array for each argument.

    `written` computes the outputs as the formula is written, `stable` as well as is known; `exact`
    takes the inputs of their program. `forward` is what was differentiated, by the program inputs
    `wrt`; None where nothing was. `names` are those of the outputs.
    """

    kind: str
    text: str
    arguments: tuple[Given, ...]
    names: tuple[str, ...]
    written: Runner
    stable: Runner
    exact: Truth
    layouts: tuple[Layout | None, ...]
    forward: Runner | None = None
    wrt: tuple[int, ...] = ()
    up_to_constant: bool = False
    loss_first: bool = False
    rebased: Callable[[str], Any] | None = None

    @property
    def of_arrays(self) -> bool:
        return any(given.node is not None for given in self.arguments)

    def flat(self, inputs: Sequence[Array]) -> list[Any]:
        """The inputs of the programs."""
        if self.of_arrays:
            return list(inputs)
        return [entry for x in inputs for entry in np.asarray(x).reshape(-1)]

    def stacked(self, values: Sequence[Any], whole: bool = False) -> list[Array]:
        """The outputs, from what a program gives; `whole`: with the zeros of its structure."""
        outputs, start = [], 0
        for layout in self.layouts:
            if whole and layout is not None:
                layout = Layout(layout.shape)
            if layout is None:
                outputs.append(np.asarray(values[start]))
                start += 1
                continue
            part = [np.asarray(v)[()] for v in values[start : start + layout.entries]]
            start += layout.entries
            entries = np.zeros(math.prod(layout.shape), object)
            places = range(len(entries)) if layout.places is None else layout.places
            for place, value in zip(places, part, strict=True):
                entries[place] = value
            outputs.append(_plainest(entries.reshape(layout.shape)))
        return outputs

    def truth(self, inputs: Sequence[Array]) -> list[Array]:
        """The outputs as numbers of many digits."""
        return self.stacked(self.exact(self.flat(inputs)), whole=True)

    def values(self, inputs: Sequence[Array]) -> list[Array]:
        """The outputs in double precision, as well as is known."""
        return self.stacked(self.stable(self.flat(_double(inputs))))

    def in_base(self, base: str) -> Callable[[Sequence[Array]], list[Array]] | None:
        """The outputs with all logarithms, those of numbers as well, to another base."""
        runner = self.rebased(base) if self.rebased else None
        return (
            None
            if runner is None
            else lambda inputs: self.stacked(runner(self.flat(_double(inputs))))
        )

    def growth(self, inputs: Sequence[Array]) -> list[Array]:
        """How many relative roundings show in each entry: see Runner.growth."""
        return self._grown(self.stable, inputs, STEP_OF_FLOATS)

    def exact_growth(self, inputs: Sequence[Array]) -> list[Array] | None:
        """The same where values in between are out of the range of floats, or where they turn round
        within a step; None if not known."""
        step = STEP_OF_FLOATS if self.of_arrays else FINE_STEP  # inverses are computed in double
        try:
            return self._grown(self.with_many_digits, inputs, step)
        except (ArithmeticError, ValueError, TypeError, AttributeError, np.linalg.LinAlgError):
            return None

    @cached_property
    def with_many_digits(self) -> Exact:
        return Exact(self.stable.program, DIGITS[0])

    def _grown(self, runner: Runner, inputs: Sequence[Array], step: float) -> list[Array]:
        found = self.stacked(runner.growth(self.flat(_double(inputs)), step))
        return [np.asarray(x, float) for x in found]


def _double(inputs: Sequence[Array]) -> list[Array]:
    return [x if np.asarray(x).dtype.kind in "bi" else np.asarray(x, float) for x in inputs]


def _plainest(x: Array) -> Array:
    if any(hasattr(v, "_mpf_") or hasattr(v, "_mpc_") for v in x.flat):
        return x
    return x.astype(float)


# ------------------------------------------------------------------ reading what was given


def formula(
    against: Any, kind: str | None, args: Any = None, names: Sequence[str] = (), wrt: Any = None
) -> Formula:
    """The formula of a SymPy expression, an array, or a derivation (anything with `result`).

    Raises ValueError for what cannot be computed, or is not of that kind.
    """
    if kind is not None and kind not in KINDS:
        raise ValueError(f"the kind is one of {', '.join(KINDS)}, not {kind!r}")
    against = getattr(against, "whole", against)
    if isinstance(against, Mapping):
        against = _several(against)
    subject = getattr(against, "result", against)
    if hasattr(subject, "data") and hasattr(subject, "shape"):
        from lambdify_bridge.validation.array_formulas import array_formula

        return array_formula(against, kind, args)
    return _of_scalars(against, kind, args, names, wrt)


def _several(found: Mapping[str, Any]) -> Any:
    """Gradients by their names as one thing with a result."""
    each = list(found.values())
    definitions = dict(pair for d in each for pair in d.definitions)
    return SimpleNamespace(
        result=tuple(d.result for d in each),
        problem=tuple(d.problem for d in each),
        definitions=tuple(definitions.items()),
        arguments=each[0].arguments,
    )


def _of_scalars(
    against: Any, kind: str | None, args: Any, names: Sequence[str], wrt: Any
) -> Formula:
    derived = hasattr(against, "result")
    if derived and kind in ("gradient", "jacobian", "hessian", "backward"):
        kind = None if type(against.problem).__name__ in ("Derivative", "tuple") else kind
    if isinstance(against, sp.MatrixBase) and against.cols == 1 and against.rows > 1:
        against = against.flat()
    if args is None:
        args = _in_order_of(names, against)
    if kind in DIFFERENTIATED:
        return _differentiated(against, kind, args, wrt)
    exact = read(against, args, exact=True)
    result = _formula(
        kind or (_kind_of(against) if derived else "value"),
        _text(against),
        exact,
        Runner(read(against, args, stable=False).program),
        Runner(read(against, args).program),
        _exact_values(exact),
        exact.layouts,
    )
    if not derived:
        rebased = partial(_in_base, against, [s for a in exact.arguments for s in a.symbols])
        return replace(result, rebased=cache(rebased))
    return _with_forward(result, against, exact)


def _in_base(against: Any, symbols: Sequence[Any], base: str) -> Runner | None:
    items = list(against) if isinstance(against, (list, tuple)) else [against]
    if not all(isinstance(item, (sp.Expr, sp.MatrixBase)) and item.has(sp.log) for item in items):
        return None
    items = [item.replace(sp.log, lambda u: sp.log(u) / sp.log(int(base))) for item in items]
    return Runner(read(items, symbols, stable=False).program)


def _in_order_of(names: Sequence[str], against: Any) -> Any:
    """The names of the function's parameters, where they are the symbols of the formula."""
    try:
        free = read(against).arguments
    except (ValueError, TypeError):
        return None
    known = [argument.name for argument in free]
    if sorted(known) == sorted(names) and all(not argument.shape for argument in free):
        return list(names)
    return None


def _text(against: Any) -> str:
    problem = getattr(against, "problem", against)
    text = " ".join(sp.sstr(problem, order="none").split()) if isinstance(problem, sp.Basic) else ""
    text = text or " ".join(str(problem).split())
    return text if len(text) <= 70 else text[:66] + " ..."


def _kind_of(derivation: Any) -> str:
    name = type(derivation.problem).__name__
    if name == "Integral":
        bounded = all(len(limit.args) > 1 for limit in derivation.problem.limits)
        return "integral" if bounded else "antiderivative"
    return {"Derivative": "derivative", "tuple": "gradient"}.get(name, "value")


def _formula(
    kind: str,
    text: str,
    problem: Problem,
    written: Runner,
    stable: Runner,
    exact: Any,
    layouts: Sequence[Layout],
    **more: Any,
) -> Formula:
    arguments = tuple(Given(a.name, a.shape, a.symbols) for a in problem.arguments)
    names = more.pop("names", tuple(f"output {k + 1}" for k in range(len(layouts))))
    return Formula(
        kind, text, arguments, names, written, stable, exact, tuple(layouts),
        up_to_constant=kind == "antiderivative", **more,
    )  # fmt: skip


def _exact_values(problem: Problem) -> Truth:
    return settled(lambda digits: _valued(problem, digits), NO_FLOAT)


def _valued(problem: Problem, digits: int) -> Truth:
    compiled = many_digits.compiled(problem.program, digits)
    return lambda flat: [_entry(v) for v in compiled(*[_plain_number(v) for v in flat])]


def settled(at: Callable[[int], Truth], negligible: mpmath.mpf) -> Truth:
    """Values that are the same with more digits; NaN where they never are.

    Log(1 + exp(-200)) is 0 with 60 digits. What stays below `negligible` is believed to be small.
    """
    with_digits = cache(at)

    def values(flat: Sequence[Any]) -> Sequence[Any]:
        before = with_digits(DIGITS[0])(flat)
        for digits in DIGITS[1:]:
            after = with_digits(digits)(flat)
            if all(_same(a, b, negligible) for a, b in zip(before, after, strict=True)):
                return after
            before = after
        return [mpmath.nan for _ in before]

    return values


def _same(a: Any, b: Any, negligible: mpmath.mpf) -> bool:
    if a != a or b != b:
        return a != a and b != b
    if a == b:
        return True
    return bool(abs(a - b) <= SETTLED * abs(b) or max(abs(a), abs(b)) <= negligible)


def _plain_number(value: Any) -> Any:
    return value.item() if isinstance(value, (np.generic, np.ndarray)) else value


def _entry(value: Any) -> Any:
    return value[()] if isinstance(value, np.ndarray) else value


def _with_forward(found: Formula, derivation: Any, problem: Problem) -> Formula:
    """The formula with what was differentiated, where the derivation is a first derivative."""
    goals = derivation.problem if isinstance(derivation.problem, tuple) else (derivation.problem,)
    if not all(isinstance(g, sp.Derivative) and len(g.variables) == 1 for g in goals):
        return found
    symbols = [s for argument in problem.arguments for s in argument.symbols]
    definitions = tuple(getattr(derivation, "definitions", ()))
    subject = SimpleNamespace(result=goals[0].expr, definitions=definitions, arguments=())
    try:
        program = read(subject, symbols, stable=False).program
        wrt = tuple(symbols.index(g.variables[0]) for g in goals)
    except ValueError:
        return found
    names = tuple(f"d/d{g.variables[0]}" for g in goals)
    more = {"names": names} if len(names) == len(found.layouts) else {}
    return Formula(**{**found.__dict__, "forward": Runner(program), "wrt": wrt, **more})


# ------------------------------------------------------------------ derivatives by definition


def _differentiated(against: Any, kind: str, args: Any, wrt: Any) -> Formula:
    exact = read(against, args, exact=True)
    plain, stable = read(against, args, stable=False), read(against, args)
    chosen = _chosen(exact, wrt)
    positions = tuple(p for _, places in chosen for p in places)
    problem, written, layouts, names = DIFFERENTIATED[kind](plain, chosen, positions)
    _, improved, _, _ = DIFFERENTIATED[kind](stable, chosen, positions)
    count = len(exact.program.inputs)
    truth = settled(lambda digits: _quotients(kind, exact, digits, count, positions), NO_SLOPE)
    return _formula(
        kind, _text(against), problem, Runner(written), Runner(improved), truth, layouts,
        names=names, forward=Runner(plain.program), wrt=positions,
    )  # fmt: skip


Chosen = list[tuple[Any, list[int]]]


def _chosen(problem: Problem, wrt: Any) -> Chosen:
    """The arguments to differentiate by, and where their symbols are among the inputs."""
    wanted = (
        None
        if wrt is None
        else [str(w) for w in ([wrt] if isinstance(wrt, (str, sp.Symbol)) else wrt)]
    )
    chosen, start = [], 0
    for argument in problem.arguments:
        if wanted is None or argument.name in wanted:
            chosen.append((argument, list(range(start, start + len(argument.symbols)))))
        start += len(argument.symbols)
    if not chosen:
        raise ValueError(f"{', '.join(map(str, wanted or []))} is no argument of the formula")
    return chosen


def _gradient(problem: Problem, chosen: Chosen, positions: Sequence[int]) -> Any:
    if len(problem.program.outputs) != 1:
        raise ValueError("a gradient is that of one scalar formula: ask for the Jacobian")
    layouts = [Layout(argument.shape) for argument, _ in chosen]
    names = tuple(f"d/d{argument.name}" for argument, _ in chosen)
    return problem, programs.gradient(problem.program, positions), layouts, names


def _jacobian(problem: Problem, chosen: Chosen, positions: Sequence[int]) -> Any:
    of = problem.layouts[0].shape if problem.single else (len(problem.layouts),)
    found = programs.jacobian(problem.program, positions)
    return problem, found.program, [_matrix(found, of, chosen)], ("the Jacobian",)


def _hessian(problem: Problem, chosen: Chosen, positions: Sequence[int]) -> Any:
    found = programs.hessian(problem.program, positions)
    inner = _shape_of(chosen)
    return problem, found.program, [_matrix(found, inner, chosen)], ("the Hessian",)


def _shape_of(chosen: Chosen) -> tuple[int, ...]:
    if len(chosen) == 1:
        return tuple(chosen[0][0].shape)
    return (sum(len(places) for _, places in chosen),)


def _matrix(found: Any, of: tuple[int, ...], chosen: Chosen) -> Layout:
    _rows, columns = found.shape
    places = [i * columns + j for i, j in zip(found.rows, found.columns, strict=True)]
    return Layout((*of, *_shape_of(chosen)), tuple(places))


def _backward(problem: Problem, chosen: Chosen, positions: Sequence[int]) -> Any:
    from lambdify_bridge.problem import Argument

    program = programs.vector_jacobian(problem.program, positions)
    more = program.inputs[len(problem.program.inputs) :]
    if not problem.single and all(layout.shape == () for layout in problem.layouts):
        return _pulling_back(
            problem, program, chosen, [Argument("upstream", tuple(more), (len(more),))]
        )
    upstream, start = [], 0
    for k, layout in enumerate(problem.layouts):
        symbols = tuple(more[start : start + layout.entries])
        name = "upstream" if problem.single else f"upstream_{k + 1}"
        upstream.append(Argument(name, symbols, layout.shape))
        start += layout.entries
    return _pulling_back(problem, program, chosen, upstream)


def _pulling_back(problem: Problem, program: Any, chosen: Chosen, upstream: Sequence[Any]) -> Any:
    layouts = tuple(Layout(a.shape) for a, _ in chosen)
    wider = Problem(program, (*problem.arguments, *upstream), layouts, False, problem.formula)
    names = tuple(f"gradient by {argument.name}" for argument, _ in chosen)
    return wider, program, list(wider.layouts), names


DIFFERENTIATED: dict[str, Callable[..., Any]] = {
    "gradient": _gradient,
    "jacobian": _jacobian,
    "hessian": _hessian,
    "backward": _backward,
}


def _quotients(
    kind: str, problem: Problem, digits: int, count: int, wrt: Sequence[int]
) -> Callable[..., Sequence[Any]]:
    """The derivatives as difference quotients with many digits, in the order of the programs."""
    f = _valued(problem, digits)
    if kind == "hessian":
        return lambda flat: _second(f, flat, wrt, digits)
    if kind == "backward":
        return lambda flat: _pulled_back(
            _slopes(f, flat[:count], wrt, digits), flat[count:], digits
        )
    return lambda flat: [
        slope for row in zip(*_slopes(f, flat, wrt, digits), strict=True) for slope in row
    ]


def _steps(flat: Sequence[Any], digits: int, share: float) -> tuple[list[Any], list[Any]]:
    """The point, and a small step along each axis."""
    point = [mpmath.mpf(_plain_number(v)) for v in flat]
    small = mpmath.mpf(10) ** -int(share * digits)
    return point, [small * (abs(x) or 1) for x in point]


def _slopes(f: Any, flat: Sequence[Any], wrt: Sequence[int], digits: int) -> list[list[Any]]:
    """For each of `wrt` the derivatives of all outputs."""
    with mpmath.workdps(digits):
        point, steps = _steps(flat, digits, STEP)
        found = []
        for k in wrt:
            ends = [f([*point[:k], point[k] + s * steps[k], *point[k + 1 :]]) for s in (1, -1)]
            found.append([(a - b) / (2 * steps[k]) for a, b in zip(*ends, strict=True)])
        return found


def _second(f: Any, flat: Sequence[Any], wrt: Sequence[int], digits: int) -> list[Any]:
    with mpmath.workdps(digits):
        point, steps = _steps(flat, digits, SECOND_STEP)

        def at(i: int, s: int, j: int, t: int) -> Any:
            moved = list(point)
            moved[i] += s * steps[i]
            moved[j] += t * steps[j]
            return f(moved)[0]

        return [
            (at(i, 1, j, 1) - at(i, 1, j, -1) - at(i, -1, j, 1) + at(i, -1, j, -1))
            / (4 * steps[i] * steps[j])
            for i in wrt
            for j in wrt
        ]


def _pulled_back(slopes: list[list[Any]], upstream: Sequence[Any], digits: int) -> list[Any]:
    with mpmath.workdps(digits):
        weights = [mpmath.mpf(_plain_number(v)) for v in upstream]
        pairs = [zip(weights, each, strict=True) for each in slopes]
        return [sum((w * s for w, s in each), mpmath.mpf(0)) for each in pairs]
