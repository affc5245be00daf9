"""The gradient of a scalar with respect to arrays, as a derivation by reverse mode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any
from unicodedata import normalize

from sympy import Basic, Tuple

from derive.arrays.adjoints import Handed, Sweep, substituted
from derive.arrays.equations import equations
from derive.arrays.nodes import Array, Named, Variable, postorder, variables
from derive.arrays.operators import Row, array, short
from derive.arrays.structured import projected
from derive.arrays.textbook import size_of, textbook
from derive.arrays.unevaluated import CLOSED, Adjoint, Gradient, Gradients, Listed
from derive.core import Derivation, Letters, Step, walk

CURVED = ("orthogonal", "one-hot")  # no linear space: what they simplify holds nowhere near them
WHOLE = "indices"  # whole numbers
MOST_WRITTEN_OUT = 60  # nodes of a result without the names that were given on the way


def gradient_by(
    f: Any,
    wrt: Any,
    shapes: Mapping[str, Any] | None = None,
    structures: Mapping[str, str] | None = None,
) -> Derivation:
    """The gradient of the number `f`, an array of the shape of the variable `wrt`."""
    loss = scalar_loss(f, shapes, structures)
    (variable,) = chosen(loss, [wrt])
    return gradients(loss, [variable])[variable]


def gradients(loss: Array, wrt: Sequence[Variable]) -> dict[Variable, Derivation]:
    """The gradients by all of `wrt` from one sweep; the derivations share their steps."""
    made = _swept(loss, wrt)
    arguments = tuple(variables(loss))
    return {
        v: Derivation(made.root(v), made.problem(v), made.definitions, arguments=arguments)
        for v in wrt
    }


def together(found: Mapping[Variable, Derivation]) -> Derivation:
    """Gradients from one sweep as one derivation; its result is the list of them."""
    first = next(iter(found.values()))
    loss = first.problem.args[0]
    roots = [derivation.root for derivation in found.values()]
    adjoints = swept(roots, loss, first.definitions)
    root = one_sweep(loss, adjoints, roots)
    return Derivation(root, root.goal, first.definitions, first.arguments, several=True)


def one_sweep(loss: Array, adjoints: Sequence[Step], gradients: Sequence[Step]) -> Step:
    """The step that lists several gradients, which follow from the same adjoints."""
    goals = tuple(step.goal for step in gradients)
    results = tuple(step.result for step in gradients)
    goal = Gradients.make((loss, *(each.of for each in goals)), (), ())
    arrays = all(isinstance(result, Array) for result in results)
    return Step(
        goal,
        "one sweep back from the loss",
        Listed.make(goals, (), ()),
        Listed.make(results, (), ()) if arrays else Tuple(*results),
        parts=tuple(gradients),
        premises=tuple(adjoints),
        sentence="All gradients follow from the same adjoints.",
    )


def swept(roots: Sequence[Step], loss: Array, definitions: Letters) -> tuple[Step, ...]:
    """The steps of the adjoints below `roots`, from the last of the definitions to the first."""
    told: dict[Basic, Step] = {}
    for step in chain.from_iterable(map(walk, roots)):
        told.setdefault(step.goal, step)
    bars = (Adjoint.make((loss, e), (), e.shape) for e, _ in reversed(definitions))
    return tuple(told[bar] for bar in bars if bar in told)


def _swept(loss: Array, wrt: Sequence[Variable]) -> _Steps:
    sweep = Sweep(equations(loss, wrt), wrt)
    sweep.run()
    return _Steps(sweep, _given_names(loss))


def scalar_loss(
    f: Any, shapes: Mapping[str, Any] | None, structures: Mapping[str, str] | None
) -> Array:
    """The loss as an array of rank 0. Raises ValueError."""
    loss = asked(f, shapes, structures)
    if loss.rank:
        raise ValueError(
            f"{short(loss)} is no number: it has shape ({', '.join(map(str, loss.shape))}); "
            "take the sum or a norm of it, or ask for the jacobian"
        )
    return loss


def asked(
    f: Any, shapes: Mapping[str, Any] | None = None, structures: Mapping[str, str] | None = None
) -> Array:
    """An array from text or as it is; a row is the vector that it is the transpose of."""
    from derive.arrays.reading import read

    if isinstance(f, str):
        return read(f, shapes or {}, structures or {})
    if not isinstance(f, (Array, Row)) and isinstance(f, Basic):
        from derive.arrays.sympy_matrices import from_sympy

        f = from_sympy(f)
    return array(f)


def chosen(f: Array, wrt: Sequence[Any]) -> list[Variable]:
    """The variables meant, of which `f` has to depend on each. Raises ValueError."""
    known = {v.name: v for v in variables(f)}
    found = []
    for each in wrt:
        name = normalize("NFKC", each if isinstance(each, str) else each.name)
        if name not in known:
            there = ", ".join(known) or "none"
            raise ValueError(
                f"{short(f)} does not depend on {name}: its variables are {there}; "
                "check the spelling"
            )
        if known[name].structure == WHOLE:
            raise ValueError(f"{name} holds indices, whole numbers that do not move")
        if known[name].structure in CURVED:
            raise ValueError(
                f"{name} is {known[name].structure}: it cannot move entry by entry; "
                "declare it without a structure"
            )
        found.append(known[name])
    return found


def _given_names(loss: Array) -> set[str]:
    return {node.name for node in postorder(loss) if isinstance(node, Named)}


class _Steps:
    """The lines of a sweep as steps, each made once."""

    def __init__(self, sweep: Sweep, kept: set[str]) -> None:
        self.sweep = sweep
        self.made: dict[Array, Step] = {}
        self.sizes: dict[Array, int] = {}
        self.written_out: dict[Array, Array] = {}
        self.kept = kept
        self.definitions = tuple((e, e.definition) for e in sweep.equations)
        for equation in sweep.equations[:-1]:
            if equation.name not in kept:
                self.written_out[equation] = self.without_names(equation.definition)
        self.run()

    def without_names(self, array: Array) -> Array:
        """The array with the names that were given on the way written out, if it stays short."""
        inside = [n for n in postorder(array, into=CLOSED) if n in self.written_out]
        if not inside:
            return array
        sizes = self.sizes
        grown = size_of(array, sizes) + sum(size_of(self.written_out[n], sizes) for n in inside)
        if grown > MOST_WRITTEN_OUT:
            return array
        return substituted(array, {n: self.written_out[n] for n in inside})

    def problem(self, v: Variable) -> Gradient:
        return Gradient.make((self.sweep.loss, v), (), v.shape)

    def root(self, v: Variable) -> Step:
        return projected(self.step(v, self.problem(v)), v, self.sweep.bar(v))

    def run(self) -> None:
        """The steps of all adjoints, in the order of the sweep."""
        for equation in reversed(self.sweep.equations[:-1]):
            if equation not in self.sweep.handed:
                continue
            bar = self.sweep.bar(equation)
            step = self.step(equation, bar)
            if equation.name in self.kept:
                step = _simplified(step)
            else:
                self.written_out[bar] = self.without_names(self.sweep.value(equation))
            self.made[bar] = step

    def step(self, quantity: Array, goal: Array) -> Step:
        handed = self.sweep.handed.get(quantity, [])
        value = self.sweep.value(quantity)
        written_out = self.without_names(value)
        equals = textbook(value)
        bars = [n for n in postorder(equals, into=CLOSED) if isinstance(n, Adjoint)]
        return Step(
            goal=goal,
            rule=_label(handed),
            equals=equals,
            result=equals if written_out is value else textbook(written_out),
            where=tuple((h.before, h.after) for h in handed),
            parts=tuple(self.made[bar] for bar in bars if bar in self.made),
            sentence=" ".join(dict.fromkeys(h.sentence for h in handed)),
        )


def _simplified(step: Step) -> Step:
    """What the user named is told in what the user named, before the way there."""
    if step.result == step.equals:
        return step
    return Step(step.goal, "the adjoints put in", step.result, step.result, parts=(step,),
                sentence="What is known of the adjoints on the way, put in.")  # fmt: skip


def _label(handed: Sequence[Handed]) -> str:
    return ", ".join(dict.fromkeys(h.rule for h in handed)) or "no path to the loss"
