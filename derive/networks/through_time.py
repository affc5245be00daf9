"""Backpropagation through time at any step t: a recurrent cell as recurrences, forward and back.

An unrolled derivation is the same at every step but for the indices. Its lines are derived for a
few steps, written with t in place of the number, and compared: what is not the same at every step
is no recurrence, and is told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from inspect import Parameter, signature
from itertools import zip_longest
from typing import Any

from sympy import Basic

from derive.arrays.adjoints import substituted
from derive.arrays.along import sum_
from derive.arrays.gradient import one_sweep
from derive.arrays.nodes import Array, Named, Sum, Variable, postorder, variable, variables
from derive.arrays.product import is_zero, zeros
from derive.arrays.sums import total
from derive.arrays.textbook import textbook
from derive.arrays.unevaluated import CLOSED, Adjoint, Differential, Gradient
from derive.core import Derivation, Letters, Step
from derive.networks.backward import Backward, backward
from derive.networks.recurrent import Unrolled, inputs

COMPARED, CHECKED = 4, 3  # steps whose lines are compared, and at which numbers check them
INDEXED = re.compile(r"(.+)_([0-9]+)")  # a quantity of one step, and a letter for that of any
AT_ANY = re.compile(r"(.+)_(?:t|\(t([+-][0-9]+)\))")
LOSS = variable("L")
Cell = Callable[..., Unrolled]
Instead = Callable[[Array], Array]
Line = tuple[Any, ...]


def through_time(cell: Cell, X: str = "N,d", state: str = "N,h") -> ThroughTime:
    """The backward pass of a recurrent cell as recurrences in t.

    `cell` is `rnn`, `gru`, `lstm` or a function like them, which gives the quantities of step t
    names that end in _t; `X` and `state` are the shapes of its inputs and states. The loss is any
    function of the states h_1, ..., h_T: G_t is its gradient by h_t, the other states held.
    Raises TypeError (no cell), ValueError (the steps are not alike), ShapeError.

    >>> from derive.networks.recurrent import rnn
    >>> found = through_time(rnn)
    >>> for step in found.steps[2:4]:
    ...     print(step.goal, "=", step.equals)
    h_t_bar = G_t + z_(t+1)_bar @ U.T
    z_t_bar = h_t_bar*(1 - h_t**2)
    >>> found.unrolled(2)["U"].result
    h_1.T @ z_2_bar + h_0.T @ z_1_bar
    """
    return _recurrence(Unrolling(cell, X, state, COMPARED))


@dataclass(frozen=True, eq=False)
class ThroughTime(Derivation):
    """A recurrent cell at any step t: `definitions` forward, `steps` back.

    `check()` puts t = T, ..., 1 into every line and compares it with differences of the loss.
    """

    unrolling: Unrolling = field(kw_only=True, repr=False)

    def unrolled(self, T: int) -> Backward:
        """The derivation for T steps."""
        if not isinstance(T, int) or T < 1:
            raise ValueError(f"{T} is no number of steps: write 1, 2, ...")
        return replace(self.unrolling, steps=T).found

    def at_each_step(self, T: int) -> Derivation:
        """The lines with t = T, ..., 1 put into each, and the sums written out."""
        return _put_into(self.root, replace(self.unrolling, steps=T))

    def check(self, **options: Any) -> Any:
        found = self.at_each_step(CHECKED).check(**options)
        report = replace(found, reason=f"with t = {CHECKED}, ..., 1: {found.reason}")
        self._reports.append(report)
        return report

    def to_numpy(self, args: Any = None, **options: Any) -> Any:
        raise ValueError("choose the number of steps: write unrolled(T).to_numpy()")


class OverTime(Basic):
    """The sum over all steps of an array with the index t."""

    prints_itself = True

    @property
    def term(self) -> Any:
        return self.args[0]

    def _sympystr(self, printer: Any) -> str:
        return f"Σ_{{t=1}}^T {self._inside(printer, '({})')}"

    def _latex(self, printer: Any) -> str:
        return r"\sum_{t=1}^{T} " + self._inside(printer, r"\left({}\right)")

    def _inside(self, printer: Any, brackets: str) -> str:
        text = str(printer._print(self.term))
        return brackets.format(text) if isinstance(self.term, Sum) else text


# ------------------------------------------------------------------ a cell over some steps


@dataclass(frozen=True)
class Unrolling:
    """A cell over some steps; the loss is the inner product of each state with a given array."""

    cell: Cell
    x: str
    state: str
    steps: int

    @cached_property
    def initial(self) -> list[Variable]:
        return [variable(f"{name}_0", self.state) for name in _states(self.cell)]

    @cached_property
    def inputs(self) -> list[Variable]:
        return inputs(self.steps, self.x)

    @cached_property
    def unrolled(self) -> Unrolled:
        unrolled = self.cell(self.inputs, *self.initial)
        if not isinstance(unrolled, Unrolled):
            raise TypeError(f"the cell gives no Unrolled, as rnn does, but {unrolled!r}")
        return unrolled

    @cached_property
    def parameters(self) -> list[Variable]:
        there = variables(*self.unrolled.states)
        return [v for v in self.unrolled.parameters.values() if v in there]

    @cached_property
    def handed(self) -> list[Variable]:
        """What the loss hands to the state of each step by itself."""
        taken = {v.name.partition("_")[0] for v in variables(*self.unrolled.states)}
        name = next(name for name in ("G", "V", "Q", "handed") if name not in taken)
        return [variable(f"{name}_{t}", h.shape) for t, h in enumerate(self.unrolled.states, 1)]

    @cached_property
    def found(self) -> Backward:
        pairs = zip(self.handed, self.unrolled.states, strict=True)
        loss = total([sum_(G * h) for G, h in pairs]).named("L")
        there = variables(loss)
        moving = [v for v in (*self.inputs, *self.parameters, *self.initial) if v in there]
        return backward(loss, moving)

    @property
    def loss(self) -> Array:
        return self.found.whole.problem.args[0]

    @cached_property
    def by_name(self) -> dict[str, Any]:
        """What has an index: quantities, inputs, initial states, what the loss hands over."""
        quantities = [quantity for quantity, _ in self.found.whole.definitions[:-1]]
        nodes = [*quantities, *self.inputs, *self.initial, *self.handed]
        return {node.name: node for node in nodes}

    @cached_property
    def constants(self) -> list[Variable]:
        """The variables that are the same at every step."""
        return [v for v in variables(self.loss) if self.by_name.get(v.name) is not v]

    def of_step(self, step: int) -> list[Named]:
        """The quantities of a step, in the order of computing them."""
        named = [node for node in self.by_name.values() if isinstance(node, Named)]
        return [node for node in named if _index(node)[1] == step]

    def at_t(self, formula: Array, step: int) -> Array:
        """A formula with letters for its quantities; those of the step have the index t."""
        return _with(formula, lambda node: self.letter(node, step), LOSS)

    def letter(self, node: Array, step: int) -> Array:
        if self.by_name.get(node.name) is not node:
            return node
        base, index = _index(node)
        return _letter(f"{base}_{_spelled(index - step)}", node)

    def at_the_start(self, formula: Array) -> Array:
        """A formula with letters for its quantities, which keep their indices."""
        return _with(formula, lambda n: _letter(n.name, n) if n.name in self.by_name else n, LOSS)

    def at(self, formula: Array, t: int) -> Array:
        """A formula with letters, with a step put in for t; what comes after the last is zero."""
        return _with(formula, lambda letter: self.quantity(letter, t), self.loss)

    def quantity(self, letter: Array, t: int) -> Array:
        if letter in self.constants or letter is LOSS:
            return letter
        found = AT_ANY.fullmatch(letter.name)
        name = f"{found[1]}_{t + int(found[2] or 0)}" if found else letter.name
        return self.by_name.get(name) or zeros(letter.shape)


def _states(cell: Cell) -> list[str]:
    """The names of a cell's states: its arguments after the inputs. Raises TypeError."""
    if not callable(cell):
        raise TypeError(f"{cell!r} is no cell: write rnn, lstm, gru or a function like them")
    given = [p.name for p in signature(cell).parameters.values() if p.default is Parameter.empty]
    if len(given) < 2:
        raise TypeError(f"a cell takes inputs and states, as rnn(X, h); it takes {given}")
    return given[1:]


def _index(node: Any) -> tuple[str, int]:
    """z_3 as (z, 3). Raises ValueError."""
    found = INDEXED.fullmatch(node.name)
    if found is None:
        raise ValueError(f"{node.name} has no index: {ADVICE}")
    return found[1], int(found[2])


ADVICE = 'give each quantity of step t a name with its index, as (X_t @ W).named(f"z_{t}")'


def _letter(name: str, like: Array) -> Variable:
    return Variable.make((), (name, "", like.shape), like.shape)


def _spelled(offset: int) -> str:
    """t, (t-1) or (t+1)."""
    return f"(t{offset:+d})" if offset else "t"


def _with(formula: Array, instead: Instead, loss: Array) -> Array:
    """The formula with other quantities; inside of adjoints and differentials as well."""
    leaves = [n for n in postorder(formula, into=CLOSED) if isinstance(n, (Variable, *CLOSED))]
    return substituted(formula, {leaf: _leaf(leaf, instead, loss) for leaf in leaves})


def _leaf(leaf: Array, instead: Instead, loss: Array) -> Array:
    if not isinstance(leaf, (Adjoint, Differential)):
        return instead(leaf)
    of = instead(leaf.of)
    if is_zero(of):
        return of
    return type(leaf).make((loss, of) if isinstance(leaf, Adjoint) else (of,), (), leaf.shape)


# ------------------------------------------------------------------ the lines at any step


def _recurrence(cell: Unrolling) -> ThroughTime:
    forward = _alike([_forward(cell, t) for t in range(1, cell.steps + 1)])
    back = _alike([_back(cell, t) for t in range(1, cell.steps)])
    lines = [_as_step(*line) for line in back]
    ends = dict.fromkeys(bar for line in lines for bar in _bars(line.equals) if _is_next(bar))
    gradients = [line for line in lines if isinstance(line.goal, Gradient)]
    gradients += [_over_time(cell, W) for W in cell.parameters if W.name in cell.found]
    gradients += [_first(cell, h) for h in cell.initial if h.name in cell.found]
    adjoints = [*map(_end, ends), *(line for line in lines if not isinstance(line.goal, Gradient))]
    G, h = cell.handed[0], cell.unrolled.states[0]
    loss = OverTime(cell.at_t(sum_(G * h), 1))
    root = one_sweep(LOSS, adjoints, gradients)
    definitions = (*forward, (LOSS, loss))
    return ThroughTime(root, root.goal, definitions, several=True, unrolling=cell)


def _forward(cell: Unrolling, t: int) -> list[Line]:
    """What is computed at a step."""
    return [(cell.at_t(q, t), cell.at_t(q.definition, t)) for q in cell.of_step(t)]


def _back(cell: Unrolling, t: int) -> list[Line]:
    """The adjoints of a step, from the last quantity to the first; the gradient by its input."""
    told = {step.goal: step for step in cell.found.whole.root.premises}
    bars = [Adjoint.make((cell.loss, q), (), q.shape) for q in reversed(cell.of_step(t))]
    steps = [told[bar] for bar in bars if bar in told]
    steps += [cell.found[x].root for x in cell.inputs[t - 1 : t] if x.name in cell.found]
    return [_line(step, lambda formula: cell.at_t(formula, t)) for step in steps]


def _line(step: Step, put: Instead) -> Line:
    where = tuple((put(before), put(after)) for before, after in step.where)
    return put(step.goal), textbook(put(step.equals)), where, step.rule, step.sentence


def _as_step(goal: Any, equals: Any, where: Letters, rule: str, sentence: str) -> Step:
    return Step(goal, rule, equals, equals, where=where, sentence=sentence)


def _alike(each: Sequence[list[Line]]) -> list[Line]:
    """The lines that are the same at every step. Raises ValueError: they are not."""
    first, *others = each
    for lines in others:
        for one, two in zip_longest(first, lines):
            if one != two:
                goal = (one or two)[0]
                raise ValueError(f"the equation of {goal} is another one at each step: {ADVICE}")
    if not first:
        raise ValueError(f"nothing at step t has a name: {ADVICE}")
    return first


def _over_time(cell: Unrolling, W: Variable) -> Step:
    """The gradient by a parameter: what all steps hand to it."""
    step = cell.found[W].root
    if W.structure:
        raise ValueError(f"{W.name} is {W.structure}: declare it without a structure")
    handed: dict[int, list[Any]] = {t: [] for t in range(1, cell.steps + 1)}
    for before, after in step.where:
        handed[_index(before.cotangent.of)[1]].append((before, after))
    (line,) = _alike([[_handed(cell, t, pairs)] for t, pairs in handed.items()])
    goal = Gradient.make((LOSS, W), (), W.shape)
    return _as_step(goal, OverTime(line[0]), line[1], step.rule, step.sentence)


def _handed(cell: Unrolling, t: int, pairs: list[Any]) -> Line:
    where = tuple((cell.at_t(before, t), cell.at_t(after, t)) for before, after in pairs)
    return textbook(total([after.cotangent for _, after in where])), where


def _first(cell: Unrolling, h: Variable) -> Step:
    """The gradient by the state before the first step."""
    return _as_step(*_line(cell.found[h].root, cell.at_the_start))


def _bars(formula: Any) -> list[Adjoint]:
    return [n for n in postorder(formula, into=CLOSED) if isinstance(n, Adjoint)]


def _is_next(bar: Adjoint) -> bool:
    return str(bar.of.name).endswith(f"_{_spelled(1)}")


def _end(bar: Adjoint) -> Step:
    after = _letter(bar.of.name.replace(_spelled(1), "(T+1)"), bar)
    goal, zero = Adjoint.make((LOSS, after), (), bar.shape), zeros(bar.shape)
    sentence = "Nothing is computed after the last step."
    return Step(goal, "no step after the last", zero, zero, sentence=sentence)


# ------------------------------------------------------------------ the lines put at every step


def _put_into(root: Step, cell: Unrolling) -> Derivation:
    times = range(cell.steps, 0, -1)
    lines = [step for step in root.premises if not is_zero(step.equals)]
    adjoints = [_put(step, cell, t) for t in times for step in lines]
    gradients: list[Step] = []
    for step in root.parts:
        if isinstance(step.equals, OverTime):
            gradients.append(_written_out(step, cell, times))
        else:
            at = times if AT_ANY.fullmatch(step.goal.of.name) else (0,)
            gradients += [_put(step, cell, t) for t in at]
    put, whole = one_sweep(cell.loss, adjoints, gradients), cell.found.whole
    return Derivation(put, put.goal, whole.definitions, whole.arguments, several=True)


def _put(step: Step, cell: Unrolling, t: int) -> Step:
    goal, equals = (cell.at(side, t) for side in (step.goal, step.equals))
    return replace(step, goal=goal, equals=equals, result=equals, where=_pairings(step, cell, t))


def _pairings(step: Step, cell: Unrolling, t: int) -> Letters:
    """The inner products at a step, but for those with an adjoint after the last step."""
    pairs = [(cell.at(before, t), cell.at(after, t)) for before, after in step.where]
    return tuple((before, after) for before, after in pairs if not is_zero(after.cotangent))


def _written_out(step: Step, cell: Unrolling, times: Sequence[int]) -> Step:
    equals = total([cell.at(step.equals.term, t) for t in times])
    where = tuple(pair for t in times for pair in _pairings(step, cell, t))
    return replace(step, goal=cell.at(step.goal, 0), equals=equals, result=equals, where=where)
