"""Reverse mode: one sweep over the equations, from the loss back, gives every adjoint.

The adjoint Ȳ of a quantity is the gradient of the loss with respect to it, all that is computed
from it following. An equation y = e(v, w) hands its adjoint on: ⟨Ȳ, de⟩ = ⟨V̄, dv⟩ + ⟨W̄, dw⟩. What a
quantity is handed by all equations that use it, added up, is its adjoint.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from derive.arrays.differentials import RULES as DIFFERENTIALS
from derive.arrays.differentials import d, only
from derive.arrays.nodes import Array, Named, Product, Sum, Variable, postorder
from derive.arrays.pairings import RULES as PAIRINGS
from derive.arrays.pairings import pairing
from derive.arrays.product import is_zero, number, zeros
from derive.arrays.sums import total
from derive.arrays.unevaluated import CLOSED, Adjoint, Differential, Pairing
from derive.engine import NoRuleApplies


@dataclass(frozen=True)
class Handed:
    """What one equation hands to one quantity: ⟨before⟩ = ⟨after⟩, by a rule."""

    equation: Named
    rule: str
    sentence: str
    before: Array
    after: Pairing


@dataclass
class Sweep:
    """The adjoints of everything between `moving` and the last of `equations`."""

    equations: Sequence[Named]
    moving: Sequence[Variable]
    handed: dict[Array, list[Handed]] = field(default_factory=dict)

    @property
    def loss(self) -> Named:
        return self.equations[-1]

    def run(self) -> None:
        on_the_way = frozenset((*self.moving, *self.equations))
        for equation in reversed(self.equations):
            if equation is not self.loss and equation not in self.handed:
                continue
            change, rule, sentence = differential(equation.definition, on_the_way)
            named = equation is not self.loss
            if named and not isinstance(equation.definition, (Product, Sum)):
                change = substituted(change, {equation.definition: equation})
            bar = number(1) if equation is self.loss else self.bar(equation)
            terms = terms_with(change)
            for after in paired(bar, change):
                moved = [only_of(term, after.linear) for term in terms[after.linear]]
                before = pairing(bar, total(moved))
                step = Handed(equation, rule, sentence, before, after)
                self.handed.setdefault(after.linear.of, []).append(step)

    def bar(self, quantity: Array) -> Array:
        """The adjoint of a quantity, as a letter."""
        return Adjoint.make((self.loss, quantity), (), quantity.shape)

    def value(self, quantity: Array) -> Array:
        """The adjoint of a quantity in terms of the adjoints of what is computed from it."""
        handed = self.handed.get(quantity)
        return total([h.after.cotangent for h in handed]) if handed else zeros(quantity.shape)


def differential(Y: Array, moving: Iterable[Array]) -> tuple[Array, str, str]:
    """dY in the differentials of `moving`, the rest held; the first rule and its sentence.

    Raises NoRuleApplies for an operation that has no differential.
    """
    free = moving if isinstance(moving, frozenset) else frozenset(moving)
    with only(_touched(Y, free)):
        change, rule, sentence = _first_rule(d(Y), free)
        while True:
            inner = [node for node in differentials_in(change) if node.of not in free]
            if not inner:
                return change, rule, sentence
            worked_out = {node: _first_rule(node, free)[0] for node in inner}
            change = substituted(change, worked_out)


def _touched(Y: Array, free: frozenset[Array]) -> set[Array]:
    """The nodes of a formula that depend on one of `free`, themselves included."""
    found: set[Array] = set()
    for node in postorder(Y, into=CLOSED):
        if node in free or (
            not isinstance(node, CLOSED) and any(argument in found for argument in node.args)
        ):
            found.add(node)
    return found


def _first_rule(goal: Array, free: frozenset[Array]) -> tuple[Array, str, str]:
    if not isinstance(goal, Differential):
        return goal, "held constant", "It does not depend on the variable."
    if goal.of in free:
        return goal, "the variable itself", "The quantity itself changes."
    for rule, rewrite in DIFFERENTIALS.rewrites(goal):
        return rewrite.equals, rule.name, rule.sentence
    what = type(goal.of).__name__
    raise NoRuleApplies(f"{what} has no differential here: {goal.of}", goal)


def differentials_in(E: Array) -> list[Differential]:
    if isinstance(E, Differential):
        return [E]
    found: dict[Differential, None] = {}
    stack: list[Array] = [E] if E.moving else []
    while stack:
        for argument in reversed(stack.pop().args):
            if isinstance(argument, Differential):
                found[argument] = None
            elif argument.moving:
                stack.append(argument)
    return list(found)


def paired(U: Array, E: Array) -> list[Pairing]:
    """⟨U, E⟩ as pairings with single differentials, one for each."""
    waiting = [pairing(U, E)] if not is_zero(E) else []
    done: dict[Array, list[Array]] = {}
    while waiting:
        goal = waiting.pop()
        if isinstance(goal.linear, Differential):
            done.setdefault(goal.linear, []).append(goal.cotangent)
            continue
        waiting.extend(_taken_apart(goal))
    return [pairing(total(each), E) for E, each in done.items()]


def _taken_apart(goal: Pairing) -> list[Pairing]:
    for _, rewrite in PAIRINGS.rewrites(goal):
        found = rewrite.equals
        terms = found.args if isinstance(found, Sum) else (found,)
        return [term for term in reversed(terms) if isinstance(term, Pairing)]
    what = type(goal.linear).__name__
    raise NoRuleApplies(f"{what} has no adjoint here: {goal.linear}", goal)


def terms_with(E: Array) -> dict[Array, list[Array]]:
    """The terms of a linear expression in which each differential is."""
    found: dict[Array, list[Array]] = {}
    for term in E.args if isinstance(E, Sum) else (E,):
        for leaf in differentials_in(term):
            found.setdefault(leaf, []).append(term)
    return found


def only_of(E: Array, leaf: Array) -> Array:
    """A linear expression with every differential but one put to zero."""
    if isinstance(E, Sum):
        return total([only_of(term, leaf) for term in E.args if leaf in differentials_in(term)])
    others = [node for node in differentials_in(E) if node is not leaf]
    return substituted(E, {node: zeros(node.shape) for node in others}) if others else E


def substituted(array: Array, values: dict[Array, Array]) -> Array:
    """The array with some nodes replaced, simplified anew."""
    new: dict[Array, Array] = dict(values)
    for node in postorder(array, into=CLOSED):
        if node in new:
            continue
        args = tuple(new.get(a, a) for a in node.args)
        same = args == node.args or isinstance(node, CLOSED)
        new[node] = node if same else node.with_args(args)
    return new[array]
