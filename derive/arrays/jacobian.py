"""Jacobians, Hessians and derivatives along a direction, forward through the equations.

The differential of the whole is worked out in the differentials of its variables; a direction in
their place gives the directional derivative, unit arrays the Jacobian.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain, count
from typing import Any

from derive.arrays.adjoints import differential, substituted
from derive.arrays.differentials import d
from derive.arrays.equations import equations
from derive.arrays.gradient import asked, chosen, gradients, scalar_loss
from derive.arrays.kronecker import between_vectors, of_vectors
from derive.arrays.nodes import Array, Named, Product, Sum, Variable, identity, postorder, variables
from derive.arrays.nodes import variable as named_variable
from derive.arrays.operators import ShapeError, short
from derive.arrays.product import product, zeros
from derive.arrays.rearranged import Placed, Reshaped, Taken, reshaped
from derive.arrays.structured import along_structure, keeps
from derive.arrays.sums import total
from derive.arrays.textbook import textbook
from derive.arrays.unevaluated import CLOSED, Directional, Hessian, Jacobian, VecJacobian
from derive.core import Derivation, Step, parts_first
from derive.engine import NoRuleApplies, limited

FORMS = ("index", "operator", "vec")
CONSTANT = "It does not change with the variable."
STACKED = (
    "Columns are put under one another: vec(A dX B) = (Bᵀ ⊗ A) vec(dX), vec(dXᵀ) = K vec(dX), "
    "vec(W ∘ dX) = diag(vec W) vec(dX); dX is projected where it keeps a structure."
)
UNIT_ARRAYS = (
    "The entries of the Jacobian are the changes for unit arrays in place of dX, projected where "
    "dX keeps a structure."
)


def jacobian_by(
    f: Any,
    wrt: Any,
    shapes: Mapping[str, Any] | None = None,
    structures: Mapping[str, str] | None = None,
    form: str = "index",
) -> Derivation:
    """All partial derivatives of the array `f` by the variable `wrt`, in one of the `FORMS`."""
    array = asked(f, shapes, structures)
    (variable,) = chosen(array, [wrt])
    return _derivation(_in_form(form, array, variable))


def hessian_by(
    f: Any,
    wrt: Any,
    shapes: Mapping[str, Any] | None = None,
    structures: Mapping[str, str] | None = None,
    form: str = "index",
) -> Derivation:
    """The Jacobian of the gradient of the number `f`, in one of the `FORMS`."""
    loss = scalar_loss(f, shapes, structures)
    (variable,) = chosen(loss, [wrt])
    slope = gradients(loss, [variable])[variable]
    written_out = _without_names(_without_adjoints(slope))
    inner = _in_form(form, written_out, variable)
    if isinstance(inner.goal, (Directional, VecJacobian)):
        goal = inner.goal.with_of(slope.problem)
    else:
        goal = Hessian.make((loss, variable), (), variable.shape * 2)
    root = Step(goal, "the Jacobian of the gradient", inner.goal, inner.result, parts=(inner,),
                where=((slope.problem, written_out),),
                sentence="Second derivatives are the derivatives of the gradient.")  # fmt: skip
    return _derivation(root)


@limited
def jvp(
    f: Any,
    wrt: Any,
    along: Any,
    shapes: Mapping[str, Any] | None = None,
    structures: Mapping[str, str] | None = None,
    timeout: float = 20.0,
) -> Derivation:
    """The derivative of `f` along the direction `along`, which has the shape of `wrt`.

    >>> jvp("inv(X)", "X", "V", {"X": "n,n", "V": "n,n"}).result
    -inv(X) @ V @ inv(X)
    """
    array = asked(f, shapes, structures)
    (variable,) = chosen(array, [wrt])
    direction = asked(along, shapes, structures)
    if direction.shape != variable.shape:
        raise ShapeError(
            f"the direction {short(direction)} has shape {direction.shape}, "
            f"{variable.name} has {variable.shape}: they have to be the same"
        )
    if not keeps(direction, variable):
        kind = variable.structure.replace("positive definite", "symmetric")
        raise ValueError(
            f"{variable.name} is {variable.structure}, the direction {short(direction)} is not "
            f"{kind}: declare it {kind}, or {variable.name} without a structure"
        )
    return _derivation(_along(array, variable, direction))


@limited
def vjp(
    f: Any,
    wrt: Any,
    cotangent: Any,
    shapes: Mapping[str, Any] | None = None,
    structures: Mapping[str, str] | None = None,
    timeout: float = 20.0,
) -> Derivation:
    """The adjoint of the derivative of `f` applied to `cotangent`, which has the shape of `f`.

    It is the gradient of the inner product of both.

    >>> vjp("A @ x", "x", "u", {"A": "m,n", "x": "n", "u": "m"}).result
    A.T @ u
    """
    array, u = asked(f, shapes, structures), asked(cotangent, shapes, structures)
    if u.shape != array.shape:
        raise ShapeError(
            f"the cotangent {short(u)} has shape {u.shape}, {short(array)} has {array.shape}: "
            "they have to be the same"
        )
    (variable,) = chosen(array, [wrt])
    labels = range(u.rank)
    loss = product(1, [(u, labels), (array, labels)], ())
    return gradients(loss, [variable])[variable]


def _derivation(root: Step) -> Derivation:
    return Derivation(root, root.goal, arguments=tuple(variables(root.goal)))


def _in_form(form: str, f: Array, variable: Variable) -> Step:
    """The derivative of `f` in one of the forms, from its differential."""
    if form not in FORMS:
        raise ValueError(f"{form!r} is no form of a derivative: write {', '.join(FORMS)}")
    if form == "operator":
        return _along(f, variable, _direction(f, variable))
    shape = f.shape + variable.shape
    goal = of_vectors(f, variable) if form == "vec" else Jacobian.make((f, variable), (), shape)
    if variable not in variables(f):
        return Step(goal, "a constant", zeros(goal.shape), zeros(goal.shape), sentence=CONSTANT)
    change = _forward(f, variable)
    entries = _by_entries(change.result, variable)
    if form == "vec":
        stacked = between_vectors(entries, f.rank)
        return Step(goal, "columns under one another", stacked, stacked, parts=(change,),
                    sentence=STACKED)  # fmt: skip
    return Step(goal, "unit arrays for the change", entries, entries, parts=(change,),
                sentence=UNIT_ARRAYS)  # fmt: skip


def _along(f: Array, variable: Variable, direction: Array) -> Step:
    """The directional derivative, from the differential."""
    goal = Directional.make((f, variable, direction), (), f.shape)
    if variable not in variables(f):
        return Step(goal, "a constant", zeros(goal.shape), zeros(goal.shape), sentence=CONSTANT)
    change = _forward(f, variable)
    result = textbook(substituted(change.result, {d(variable): direction}))
    return Step(goal, "the direction for the change", result, result, parts=(change,),
                sentence="The differential is linear: put the direction in.")  # fmt: skip


def _direction(f: Array, of: Variable) -> Variable:
    """A variable for a change: V, or the first of V_1, V_2, ... that `f` does not have."""
    taken = {each.name for each in (of, *variables(f))}
    names = chain(["V"], (f"V_{k}" for k in count(1)))
    structure = of.structure.replace("positive definite", "symmetric")
    return named_variable(next(n for n in names if n not in taken), of.shape, structure)


def _forward(array: Array, variable: Variable) -> Step:
    """d(array) in terms of d(variable), through the equations that it is made of."""
    found: dict[Array, Array] = {}
    made: dict[Array, Step] = {}
    forward = equations(array, [variable], name="f")
    moving = {variable, *forward}
    for equation in forward:
        change, rule, sentence = differential(equation.definition, moving)
        inside = [n for n in postorder(change, into=CLOSED) if n in found]
        result = substituted(change, {n: found[n] for n in inside})
        goal, given = d(_without_names(equation)), {n: d(_without_names(n.of)) for n in inside}
        plain = _without_names(substituted(change, given))
        parts = tuple(made[n] for n in inside)
        found[d(equation)] = _without_names(result)
        made[d(equation)] = Step(goal, rule, plain, textbook(found[d(equation)]), parts=parts,
                                 sentence=sentence)  # fmt: skip
    return made[d(forward[-1])]


def _without_adjoints(slope: Derivation) -> Array:
    """A gradient in its variables alone: an adjoint moves with them."""
    values: dict[Array, Array] = {}
    for step in parts_first([slope.root]):
        values[step.goal] = substituted(step.result, values)
    return values[slope.problem]


def _without_names(array: Array) -> Array:
    """Every name replaced by what it stands for."""
    new: dict[Array, Array] = {}
    for node in postorder(array):
        args = tuple(new[a] for a in node.args)
        if isinstance(node, Named):
            new[node] = args[0]
        else:
            new[node] = node if args == node.args else node.with_args(args)
    return new[array]


def _by_entries(change: Array, variable: Variable) -> Array:
    return textbook(along_structure(unit_arrays(change, d(variable)), variable))


def unit_arrays(E: Array, leaf: Array) -> Array:
    """A linear expression as an array: its axes, then those of the differential in it."""
    if E is leaf:
        axes = range(E.rank)
        units = [(identity(n), (k, E.rank + k)) for k, n in enumerate(E.shape)]
        return product(1, units, [*axes, *(E.rank + k for k in axes)])
    if leaf not in postorder(E, into=CLOSED):
        return zeros(E.shape + leaf.shape)
    if isinstance(E, Sum):
        return total([unit_arrays(term, leaf) for term in E.args])
    new = [("new", k) for k in range(leaf.rank)]
    if isinstance(E, Product):
        factors: list[Any] = list(E.factors)
        k = next(k for k, (f, _) in enumerate(factors) if leaf in postorder(f, into=CLOSED))
        factor, labels = factors[k]
        factors[k] = unit_arrays(factor, leaf), (*labels, *new)
        return product(E.coefficient, factors, [*E.out, *new])
    if isinstance(E, (Taken, Placed)):
        return E.with_args((unit_arrays(E.args[0], leaf),))
    if isinstance(E, Reshaped):
        return reshaped(unit_arrays(E.args[0], leaf), E.shape + leaf.shape)
    raise NoRuleApplies(
        f"the Jacobian has no closed form: {short(E)} is no product; ask for jvp or vjp", E
    )
