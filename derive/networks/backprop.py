"""Backpropagation through a network written as named scalar equations.

The goal is an adjoint: the derivative of the loss by one quantity, when everything computed from
that quantity follows it. Its rule is the chain rule over the equations that use the quantity
directly, so one adjoint is worked out once however many paths lead through it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from sympy import Add, Basic, Derivative, Eq, Expr, Mul, S, Symbol, Tuple, factor_terms

from derive.arrays.nodes import Array
from derive.asked import asked, letter
from derive.calculus.derivatives import RULES as DERIVATIVES
from derive.core import Derivation, Letters, Step, parts_first
from derive.elementary import sigmoid
from derive.engine import Budget, derive, limited
from derive.holes import Tables
from derive.networks.backward import Backward, backward
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import D, free_symbols


class Adjoint(Expr):
    """dL/dv in a network: the derivative of `loss` by `variable`, all that follows following.

    `equations` is a Tuple of Tuple(letter, expression) in the order of the forward pass. The
    quantity `variable` is moved and what is computed from it moves along; what it was computed
    from stays.
    """

    def __new__(cls, loss: Symbol, variable: Symbol, equations: Tuple) -> Adjoint:
        return Expr.__new__(cls, loss, variable, equations)

    loss = property(lambda self: self.args[0])
    variable = property(lambda self: self.args[1])

    @property
    def definitions(self) -> Letters:
        return tuple((pair.args[0], pair.args[1]) for pair in self.args[2].args)

    @property
    def free_symbols(self) -> set[Symbol]:
        return {self.loss, self.variable}

    is_commutative = True

    def _sympystr(self, printer: Any) -> str:
        return f"d{printer._print(self.loss)}/d{printer._print(self.variable)}"

    def _latex(self, printer: Any) -> str:
        above, below = printer._print(self.loss), printer._print(self.variable)
        return rf"\frac{{\partial {above}}}{{\partial {below}}}"


def unpack(goal: Adjoint) -> tuple[Basic, Basic, Basic]:
    return goal.args


RULES = RuleTable(Adjoint, unpack, "backpropagation")

w, x, y, b, z, a, L = (Symbol(name) for name in "wxybzaL")
NEURON = Tuple(Tuple(z, w * x + b), Tuple(a, sigmoid(z)), Tuple(L, (a - y) ** 2 / 2))


@RULES.rule("seed", example=Adjoint(L, L, NEURON))
def seed(loss: Symbol, variable: Symbol, equations: Tuple) -> Outcome:
    """The loss moves at rate one with itself."""
    return S.One if loss == variable else None


@RULES.rule("no path to the loss", example=Adjoint(L, Symbol("v"), NEURON))
def no_path(loss: Symbol, variable: Symbol, equations: Tuple) -> Outcome:
    """Nothing on the way to the loss is computed from it."""
    return None if variable in uses(loss, equations) else S.Zero


@RULES.rule("chain rule over the equations that use it", example=Adjoint(L, w, NEURON))
def chain_rule(loss: Symbol, variable: Symbol, equations: Tuple) -> Outcome:
    """Add up, over every equation that uses the quantity directly, its adjoint times the slope."""
    used = uses(loss, equations).get(variable, ())
    terms = [Adjoint(loss, name, equations) * D(e, variable) for name, e in used]
    return Rewrite(Add(*terms), where=tuple(used))


@lru_cache(maxsize=64)
def uses(loss: Symbol, equations: Tuple) -> dict[Symbol, list[tuple[Symbol, Basic]]]:
    """For every quantity that the loss is computed from: the equations that use it directly."""
    found: dict[Symbol, list[tuple[Symbol, Basic]]] = {loss: []}
    for name, expression in reversed([pair.args for pair in equations.args]):
        if name in found:
            for quantity in free_symbols(expression):
                found.setdefault(quantity, []).append((name, expression))
    return {quantity: users[::-1] for quantity, users in found.items()}


def named(definitions: Letters) -> dict[Basic, Basic]:
    """Expressions that have a name: sigmoid(z) is a, once a = sigmoid(z) is an equation."""
    return {expression: name for name, expression in definitions if not expression.is_Atom}


@limited
def backprop(
    equations: Any,
    loss: Any = None,
    wrt: Sequence[Any] | str | None = None,
    timeout: float = 20.0,
    shapes: Mapping[str, Any] | None = None,
    structures: Mapping[str, str] | None = None,
) -> dict[Symbol, Derivation] | Backward:
    """The derivative of the loss by each letter of `wrt`, with every adjoint on the way as a step.

    Arrays: `equations` is a loss built of arrays (`derive.networks`), or text in NumPy's spelling
    with the `shapes` of its variables; then the answer is a `Backward`, gradients by name.

    >>> shapes = {"X": "N,d", "W": "d,k", "Y": "N,k"}
    >>> found = backprop(["Z = X @ W", "L = norm(Z - Y)**2/2"], wrt=["W"], shapes=shapes)
    >>> print(found["W"].result)
    X.T @ Z_bar

    Numbers only, without `shapes`:

    `equations`: "z = w*x + b" as text, `Eq(z, w*x + b)`, or pairs, in the order of the forward
    pass. `loss`: a name, by default that of the last equation. `wrt`: letters, by default those
    that no equation defines and the loss depends on. Results are in terms of the named
    quantities; `to_numpy()` is a function of the letters that no equation defines.
    Raises ValueError (what is wrong with the equations), NoRuleApplies, ParseError.

    >>> found = backprop(["z = w*x + b", "a = sigmoid(z)", "L = (a - y)**2/2"], wrt=["w"])
    >>> found[Symbol("w")].result
    a*x*(1 - a)*(a - y)
    """
    if isinstance(equations, Array) or shapes is not None:
        return backward(equations, wrt, shapes, structures)
    definitions = tuple(read(equation) for equation in equations)
    inputs = consistent(definitions)
    names = [name for name, _ in definitions]
    target = letter(loss, Tuple(*names)) if loss is not None else names[-1]
    if target not in names:
        raise ValueError(f"no equation defines the loss {target}; the last one is {names[-1]}")
    packed = Tuple(*(Tuple(*pair) for pair in definitions))
    on_the_way = uses(target, packed)
    wanted = [letter(v, packed) for v in _list(wrt)] or [v for v in inputs if v in on_the_way]
    for variable in wanted:
        if variable not in on_the_way:
            raise ValueError(f"{target} does not depend on {variable}: check its spelling")
    goals = [Adjoint(target, variable, packed) for variable in wanted]
    tables: Tables = {Adjoint: RULES, Derivative: DERIVATIVES}
    budget = Budget(seconds=timeout)
    done: dict[Basic, Step] = {}
    roots = [derive(goal, tables, budget, done=done) for goal in goals]
    tidied = textbook(roots, definitions)
    return {
        goal.variable: Derivation(tidied[id(root)], goal, definitions, inputs)
        for goal, root in zip(goals, roots, strict=True)
    }


def textbook(roots: list[Step], definitions: Letters) -> dict[int, Step]:
    """The same steps, by their identity, with results in the network's letters: sigmoid(z) is a."""
    names = named(definitions)
    tidied: dict[int, Step] = {}
    for step in parts_first(roots):
        parts = tuple(tidied[id(part)] for part in step.parts)
        tidied[id(step)] = replace(step, parts=parts, result=in_names(step.result, names))
    return tidied


def in_names(result: Basic, names: dict[Basic, Basic]) -> Basic:
    """Named expressions by their names; common factors in front."""
    renamed = result.xreplace(names)
    return factor_terms(renamed) if isinstance(renamed, (Add, Mul)) else renamed


# ------------------------------------------------------------------ reading the equations


def read(equation: Any) -> tuple[Symbol, Basic]:
    """One equation as (name, expression)."""
    if isinstance(equation, str):
        equation = asked(equation)
    if isinstance(equation, Eq):
        name, expression = equation.lhs, equation.rhs
    elif isinstance(equation, (tuple, list)) and len(equation) == 2:
        name, expression = letter(equation[0]), asked(equation[1])
    else:
        raise ValueError(f"{equation} is not an equation: write 'z = w*x + b'")
    if not isinstance(name, Symbol):
        raise ValueError(f"{name} = ... : the left side has to be one name, as in 'z = w*x + b'")
    return name, expression


def consistent(definitions: Letters) -> tuple[Symbol, ...]:
    """The letters that no equation defines, sorted; ValueError where the order does not work."""
    if not definitions:
        raise ValueError("there are no equations; write them as 'z = w*x + b'")
    names = [name for name, _ in definitions]
    inputs: set[Symbol] = set()
    for k, (name, expression) in enumerate(definitions):
        if name in names[:k]:
            raise ValueError(f"{name} is defined twice; give the second one another name")
        late = sorted(free_symbols(expression) & set(names[k:]), key=str)
        if late:
            raise ValueError(f"{name} uses {late[0]} before it is defined; put its equation first")
        inputs |= free_symbols(expression) - set(names)
    return tuple(sorted(inputs, key=str))


def _list(wrt: Any) -> list[Any]:
    if wrt is None:
        return []
    return [v.strip() for v in wrt.split(",")] if isinstance(wrt, str) else list(wrt)
