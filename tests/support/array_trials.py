"""Array formulas put to the test: what the packages say of them against numbers of our own.

A trial reads a text, compares its value, gradients by several variables, and their printed forms
with the evaluator of `array_values`, and lets the derivation be checked. It says what came of it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import derive
from derive.arrays.nodes import Array, Named, postorder, variable, variables
from derive.arrays.reading import read
from derive.arrays.unevaluated import Adjoint
from lambdify_bridge.arrays.function import ArrayFunction
from tests.support.array_values import Formula as Numbers
from tests.support.random_arrays import SIZES, Formula, formula, value_of

REFUSALS = (
    derive.NoRuleApplies,
    ValueError,
    ZeroDivisionError,
)  # ParseError, ShapeError among them
VALUE, SLOPE = 1e-9, 1e-6  # relative tolerances
LARGEST = 1e4
MOST_ENTRIES, DIRECTIONS, MOST_VARIABLES = 10, 2, 3
UNMOVED = ("orthogonal", "one-hot", "mask", "indices")  # no derivatives by these
Values = dict[str, np.ndarray]


class Wrong(AssertionError):
    """Two numbers that should be the same are not."""


@dataclass
class Outcome:
    """`kind`: right, refused, no value, rough, WRONG or CRASH; `verdicts` of the derivations."""

    kind: str
    detail: str = ""
    verdicts: list[tuple[str, str]] = field(default_factory=list)
    gradients: int = 0
    read_back: int = 0
    by_numpy: int = 0


def trial(f: Formula, seed: int, check: bool = True) -> Outcome:
    """What came of one formula; nothing is raised but what stops Python itself."""
    found = Outcome("right")
    try:
        _trial(f, seed, check, found)
    except Stop as stop:
        found.kind, found.detail = stop.args
    except Wrong as error:
        found.kind, found.detail = "WRONG", str(error)
    except Exception as error:  # what it is, is what is being looked for
        found.kind, found.detail = "CRASH", f"{type(error).__name__}: {error}"
    return found


def second_derivatives(seed: int) -> Outcome:
    """The Jacobian of a small formula and the Hessian of its squares, against differences."""
    found = Outcome("right")
    f = formula(seed, depth=2, rank=seed % 3)
    try:
        _second_derivatives(f, seed, found)
    except Stop as stop:
        found.kind, found.detail = stop.args
    except Wrong as error:
        found.kind, found.detail = "WRONG", f"{f}: {error}"
    except Exception as error:  # what it is, is what is being looked for
        found.kind, found.detail = "CRASH", f"{f}: {type(error).__name__}: {error}"
    return found


def _second_derivatives(f: Formula, seed: int, found: Outcome) -> None:
    numbers = Numbers(f.text)
    point = _point(f, numbers, seed)
    node = refusable(lambda: read(f.text, f.shapes, f.structures))
    if point is None:
        raise Stop("no value", "")
    free = [v.name for v in variables(node) if v.structure == "" and point[v.name].size < 7]
    for name in free[:2]:
        J = refusable(lambda name=name: derive.jacobian(f.text, name, f.shapes, f.structures))
        compared(J, name, numbers, point, f"the Jacobian by {name}", found)
        loss = f"sum(({f.text})**2)" if node.rank else f.text
        more = (loss, name, f.shapes, f.structures)
        H = refusable(lambda more=more: derive.hessian(*more))
        g = derive.gradient(*more).to_numpy()
        compared(H, name, lambda at, _, g=g: _called(g, at), point, f"the Hessian by {name}", found)


def compared(d: Any, name: str, f: Any, point: Values, what: str, found: Outcome) -> None:
    """A derivative by all entries of one variable against differences of f."""
    x = point[name]
    with np.errstate(all="ignore"):
        ours = np.asarray(_called(d.to_numpy(), point))
    scale = max(float(np.max(np.abs(ours), initial=0.0)), 1e-3)
    for place in np.ndindex(x.shape):
        V = np.zeros(x.shape)
        V[place] = 1.0
        slope, rough = differences(lambda t, V=V: f({**point, name: x + t * V}, SIZES))
        if not rough < 1e-5 * max(scale, float(np.max(np.abs(slope), initial=0.0))):
            raise Stop("rough", f"+- {rough}")
        said = ours[(..., *place)]
        if np.shape(said) != np.shape(slope):
            raise Wrong(f"{what} has shape {ours.shape}")
        if not np.max(np.abs(said - slope), initial=0.0) <= SLOPE * scale + 10 * rough:
            bends(lambda t, V=V: f({**point, name: x + t * V}, SIZES), slope, said)
            raise Wrong(f"{what} at {place}: {np.ravel(slope)[:4]}, claimed {np.ravel(said)[:4]}")
    found.gradients += 1
    report = d.check()
    found.verdicts.append((report.verdict, report.reason))
    if report.verdict == "refuted":
        raise Wrong(f"{what} is refuted though right: {report.reason}")


class Stop(Exception):
    """Nothing more can be said: the kind of outcome and the detail."""


def refusable(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except REFUSALS as error:
        first = str(error).split("\n")[0]
        if len(first) > 400:
            raise Wrong(f"a refusal of {len(first)} characters: {first[:100]}") from error
        raise Stop("refused", f"{type(error).__name__}: {first}") from error


def _trial(f: Formula, seed: int, check: bool, found: Outcome) -> None:
    numbers = Numbers(f.text)
    try:
        point = _point(f, numbers, seed)
    except ValueError as error:
        node = refusable(lambda: read(f.text, f.shapes, f.structures))
        raise Wrong(f"{node} was read, of shape {node.shape}; NumPy: {error}") from error
    node = refusable(lambda: read(f.text, f.shapes, f.structures))
    if point is None:
        raise Stop("no value", "")
    expected = numbers(point, SIZES)
    if numbers_of(node.shape) != expected.shape:
        raise Wrong(f"shape {node.shape}, NumPy has {expected.shape}")
    same("the value", value(node, point, sized=variables_of(f)), expected)
    printed(node, point, f, found, "the formula")
    gradients(f, node, point, seed, check, found)


def numbers_of(shape: Any) -> tuple[int, ...]:
    """Sizes as whole numbers; letters by their names."""
    return tuple(int(n.subs({s: SIZES[s.name] for s in n.free_symbols})) for n in shape)


def same(what: str, ours: Any, theirs: Any, tolerance: float = VALUE) -> None:
    if np.shape(ours) != np.shape(theirs):
        raise Wrong(f"{what}: shapes {np.shape(ours)} and {np.shape(theirs)}")
    scale = max(float(np.max(np.abs(theirs), initial=0.0)), 1e-3)
    worst = np.max(np.abs(ours - theirs), initial=0.0)
    if not worst <= tolerance * scale:
        raise Wrong(f"{what} is {np.ravel(ours)[:4]}, should be {np.ravel(theirs)[:4]}")


def value(
    node: Array, point: Values, meaning: Any = None, sized: Sequence[Array] = ()
) -> np.ndarray:
    """By the package's own code; `sized` are arrays that only give their sizes."""
    given = list(dict.fromkeys((*_all_variables(node, meaning or {}), *sized)))
    with np.errstate(all="ignore"):
        function = refusable(lambda: ArrayFunction([node], given, meaning))
        return np.asarray(_called(function, point))


def variables_of(f: Formula) -> list[Array]:
    return [variable(n, shape, f.structures.get(n, "")) for n, shape in f.shapes.items()]


def _called(function: ArrayFunction, point: Values) -> Any:
    """By position: names that are Python's are changed in the code."""
    values = [point[str(node.data[0])] for node in function.given]
    return function(*values)


def _all_variables(node: Array, meaning: dict[Array, Array]) -> list[Any]:
    """The variables below a node and below what its adjoints mean."""
    seen: set[Array] = set()
    found: list[Any] = []
    waiting = [node]
    while waiting:
        for each in postorder(waiting.pop()):
            if each not in seen:
                seen.add(each)
                if isinstance(each, Adjoint) and each in meaning:
                    waiting.append(meaning[each])
                if not each.args and each.__class__.__name__ == "Variable":
                    found.append(each)
    return found


# ------------------------------------------------------------------ points


def _point(f: Formula, numbers: Numbers, seed: int) -> Values | None:
    """Random values at which the formula is finite and not large."""
    for turn in range(6):
        random_numbers = np.random.default_rng([seed, turn])
        values = {
            name: _random(name, spelled, f.structures.get(name, ""), random_numbers)
            for name, spelled in f.shapes.items()
        }
        try:
            found = numbers(values, SIZES)
        except np.linalg.LinAlgError:
            continue
        if np.max(np.abs(found), initial=0.0) < LARGEST:
            return values
    return None


def _random(name: str, spelled: str, structure: str, r: np.random.Generator) -> np.ndarray:
    shape = tuple(value_of(n) for n in spelled.split(",")) if spelled else ()
    if structure == "indices":  # of any axis with two entries
        return np.asarray(r.integers(0, 2, shape))
    x = np.asarray(r.normal(size=shape) * 0.8)
    if structure == "positive definite":
        return x @ x.T + np.eye(len(x))
    if structure == "orthogonal":
        return np.linalg.qr(x)[0]
    if structure == "one-hot":
        return np.eye(shape[-1])[r.integers(0, shape[-1], shape[:-1])]
    return _in(structure, x)


def _in(structure: str, x: np.ndarray) -> np.ndarray:
    """Projected onto a linear structure."""
    if structure in ("symmetric", "positive definite"):
        return (x + x.T) / 2
    if structure == "diagonal":
        return np.diag(np.diag(x))
    if structure == "lower triangular":
        return np.tril(x)
    return np.triu(x) if structure == "upper triangular" else x


# ------------------------------------------------------------------ gradients


def gradients(
    f: Formula, node: Array, point: Values, seed: int, check: bool, found: Outcome
) -> None:
    weights = np.random.default_rng(seed).normal(size=numbers_of(node.shape))
    loss, shapes = f.text, dict(f.shapes)
    if node.rank:
        shapes["w_0"] = tuple(node.shape)
        loss, point = f"sum(w_0*({f.text}))", {**point, "w_0": weights}
    numbers = Numbers(loss)
    there = [v.name for v in variables(node) if v.structure not in UNMOVED]
    random.Random(seed).shuffle(there)
    for name in there[:MOST_VARIABLES]:
        try:
            d = refusable(lambda name=name: derive.gradient(loss, name, shapes, f.structures))
        except Wrong as error:
            raise Wrong(f"gradient by {name}: {error}") from error
        gradient(d, name, numbers, point, f, seed, found)
        for render in (d.text, d.latex, d.markdown, d.to_dict):
            render()
        if check:
            report = d.check()
            found.verdicts.append((report.verdict, report.reason))
            if report.verdict == "refuted":
                raise Wrong(f"refuted though right by {name}: {report.reason}")


def gradient(
    d: Any, name: str, numbers: Numbers, point: Values, f: Formula, seed: int, found: Outcome
) -> None:
    meaning = {step.goal: step.equals for step in d.steps}
    function = refusable(d.to_numpy)
    try:
        with np.errstate(all="ignore"):
            ours = np.asarray(_called(function, point))
    except np.linalg.LinAlgError as error:  # det(X) inv(X).T of a singular X
        raise Stop("no value", f"gradient by {name}: {error}") from error
    if ours.shape != point[name].shape:
        raise Wrong(f"gradient by {name} has shape {ours.shape}")
    structure = f.structures.get(name, "")
    if np.all(np.isfinite(ours)):
        same(f"the structure of the gradient by {name}", ours, _in(structure, ours))
    scale = max(float(np.max(np.abs(ours), initial=0.0)), 1e-3)
    for path, V in _paths(point[name], structure, seed):
        slope, rough = differences(lambda t, path=path: numbers({**point, name: path(t)}, SIZES))
        size = max(scale, abs(slope))
        if not rough < 1e-5 * size:
            raise Stop("rough", f"{slope} +- {rough}")
        said = float(np.sum(ours * V))
        if not abs(said - slope) <= SLOPE * size + 10 * rough:
            bends(lambda t, path=path: numbers({**point, name: path(t)}, SIZES), slope, said)
            raise Wrong(f"gradient by {name}: along a path {slope:.10g}, claimed {said:.10g}")
    found.gradients += 1
    printed(d.result, point, f, found, f"the gradient by {name}", meaning)


def _paths(x: np.ndarray, structure: str, seed: int) -> Iterator[tuple[Any, np.ndarray]]:
    """Curves through x that keep its structure, and their directions at x."""
    r = np.random.default_rng(seed + 1)
    places = list(np.ndindex(x.shape))
    if len(places) > MOST_ENTRIES:
        places = [places[k] for k in sorted(r.choice(len(places), MOST_ENTRIES, replace=False))]
    for k in range(DIRECTIONS + len(places)):
        V = r.normal(size=x.shape)
        if k >= DIRECTIONS:
            V = np.zeros(x.shape)
            V[places[k - DIRECTIONS]] = 1.0
        V = _in(structure, V)
        yield (lambda t, V=V: x + t * V), V


def differences(f: Callable[[float], Any]) -> tuple[Any, float]:
    """f'(0) from three central differences, extrapolated, and how far two of these are apart."""
    best: tuple[Any, float] = (float("nan"), float("inf"))
    for h in (2e-2, 2e-3):
        try:
            one, two, four = ((f(s) - f(-s)) / (2 * s) for s in (h, h / 2, h / 4))
        except np.linalg.LinAlgError:
            continue
        a, b = (4 * two - one) / 3, (4 * four - two) / 3
        c = (16 * b - a) / 15
        rough = float(np.max(np.abs(c - b), initial=0.0))
        if rough < best[1]:
            best = c, rough
    return best


def bends(f: Callable[[float], Any], slope: Any, said: Any) -> None:
    """Raise Stop where f has a kink on the way: nearby it has another slope, the one claimed."""
    h = 1e-6
    near = (f(h) - f(-h)) / (2 * h)
    if np.max(np.abs(near - said)) < np.max(np.abs(near - slope)) / 10:
        raise Stop("rough", f"far away {slope}, nearby {near}")


# ------------------------------------------------------------------ what is printed


def printed(
    node: Any, point: Values, f: Formula, found: Outcome, what: str, meaning: Any = None
) -> None:
    """The NumPy spelling, read back by the package and by our own evaluator."""
    text = str(node)
    if text.startswith("<array of shape"):
        return
    own = dict(point)
    sized = variables_of(f)
    shapes: dict[str, Any] = {v.name: v.shape for v in sized}
    shapes |= {v.name: v.shape for v in _all_variables(node, meaning or {})}
    inside = postorder(node, into=(Named, Adjoint))
    for each in inside:
        if isinstance(each, (Named, Adjoint)):
            shapes[str(each)] = each.shape
            own[str(each)] = value(each, point, meaning, sized)
    expected = value(node, point, meaning, sized)
    try:
        back = read(text, shapes, f.structures)
    except REFUSALS as error:
        raise Wrong(f"{what}: {text[:300]} is not read back: {error}") from error
    same_shape = back.shape == node.shape
    if not same_shape and back.rank:  # a number may stand for an array filled with it
        raise Wrong(f"{what}: {text[:300]} has shape {back.shape}, not {node.shape}")
    again = np.broadcast_to(value(back, own, sized=sized), expected.shape)
    same(f"{what}, read back from {text[:300]},", again, expected)
    found.read_back += 1
    try:
        theirs = Numbers(text)(own, SIZES)
    except Exception as error:
        raise Wrong(
            f"{what}: {text[:300]} is not NumPy's: {type(error).__name__} {error}"
        ) from error
    same(f"{what}, by NumPy from {text[:300]},", np.broadcast_to(theirs, expected.shape), expected)
    found.by_numpy += 1
