"""Moving a linear map to the other side of an inner product: ⟨U, A dX⟩ = ⟨Aᵀ U, dX⟩.

A pairing is the inner product of a cotangent U with a linear expression in differentials. Its rules
take the expression apart until only differentials are left; what they are paired with is what the
quantity's gradient consists of.
"""

from __future__ import annotations

from typing import Any

from sympy import S

from derive.arrays.differentials import d
from derive.arrays.linear_maps import (
    ExpmDerivative,
    Lower,
    Sylvester,
    expm_derivative,
    lower,
    sylvester,
)  # fmt: skip
from derive.arrays.matrix import expm
from derive.arrays.nodes import Array, Product, Sum, identity, ones, variable
from derive.arrays.product import is_zero, permuted, product, zeros
from derive.arrays.rearranged import Placed, Reshaped, Taken, placed, reshaped, taken
from derive.arrays.sums import total
from derive.arrays.unevaluated import Differential, Pairing
from derive.arrays.windows import Overlapped, Windows, overlapped, windows
from derive.rules import RuleTable


def pairing(U: Array, E: Array) -> Array:
    return Pairing.make((U, E), (), ())


def unpack(goal: Pairing) -> tuple[Array, Array]:
    """The linear expression first: its class selects the rules."""
    return goal.linear, goal.cotangent


RULES = RuleTable(
    Pairing, unpack, "adjoints of linear maps", final=lambda g: isinstance(g.linear, Differential)
)

A, B, X = variable("A", "m,n"), variable("B", "n,p"), variable("X", "n,n")
U, V, W = variable("U", "m,p"), variable("V", "n,n"), variable("W", "n,n")
u, x = variable("u", "k"), variable("x", "n")


@RULES.rule("pairing with a sum", on=Sum, example=pairing(X, d(V) + d(W)))
def with_sum(E: Sum, U: Array) -> Array:
    """Term by term."""
    return total([pairing(U, term) for term in E.args if term.moving])


@RULES.rule("pairing with a product", on=Product, example=pairing(U, A @ d(B)))
def with_product(E: Product, U: Array) -> Array | None:
    """The factors that do not change go to the other side: the sum over all labels is the same."""
    if is_zero(E):
        return zeros(())
    factors = list(E.factors)
    k = next((k for k, (factor, _) in enumerate(factors) if factor.moving), None)
    if k is None:
        return None
    changing, labels = factors[k]
    others: list[Any] = [*factors[:k], *factors[k + 1 :]]
    out = _distinct(labels)
    carried = {i for _, own in others for i in own} | set(E.out)
    for n, label, own in zip(changing.shape, labels, out, strict=True):
        if label != own:
            others.append((identity(n), (label, own)))
        elif label not in carried:
            others.append((ones(n), (label,)))
    moved = product(E.coefficient, [(U, E.out), *others], out)
    return pairing(moved, changing)


def _distinct(labels: tuple[int, ...]) -> tuple[Any, ...]:
    """A label that comes again gets a name of its own there."""
    return tuple(i if labels.index(i) == k else ("again", k) for k, i in enumerate(labels))


@RULES.rule("pairing with entries taken", on=Taken, example=pairing(u[1:], d(u)[1:]))
def with_taken(E: Taken, U: Array) -> Array:
    """What is paired with entries taken is put back where they came from."""
    (of,) = E.args
    axis, start, _, step = E.where
    return pairing(placed(U, axis, start, of.shape[axis], step), of)


@RULES.rule("pairing with entries placed", on=Placed,
            example=pairing(x, placed(d(x)[1:], 0, S.One, x.shape[0], 1)))  # fmt: skip
def with_placed(E: Placed, U: Array) -> Array:
    """What is paired with entries placed is taken from there."""
    (of,) = E.args
    axis, start, _, step = E.where
    return pairing(taken(U, axis, start, of.shape[axis], step), of)


w, z = variable("w", "4,3"), variable("z", "6")


@RULES.rule("pairing with windows", on=Windows, example=pairing(w, windows(d(z), 0, S(3))))
def with_windows(E: Windows, U: Array) -> Array:
    """What is paired with windows is added up where they overlap."""
    (of,) = E.args
    axis, _, stride, dilation = E.where
    return pairing(overlapped(U, axis, of.shape[axis], stride, dilation), of)


@RULES.rule(
    "pairing with overlapping windows", on=Overlapped, example=pairing(z, overlapped(d(w), 0, S(6)))
)
def with_overlapped(E: Overlapped, U: Array) -> Array:
    """What is paired with the sum over overlapping windows is seen in each window."""
    (of,) = E.args
    axis, _, stride, dilation = E.where
    return pairing(windows(U, axis, of.shape[-1], stride, dilation), of)


v, M = variable("v", "6"), variable("M", "2,3")


@RULES.rule(
    "pairing with a reshaped array", on=Reshaped, example=pairing(v, reshaped(d(M), (S(6),)))
)
def with_reshaped(E: Reshaped, U: Array) -> Array:
    """The entries are the same, so the other side is reshaped back."""
    (of,) = E.args
    return pairing(reshaped(U, of.shape), of)


@RULES.rule("pairing with the lower triangle", on=Lower, example=pairing(V, lower(d(X))))
def with_lower(E: Lower, U: Array) -> Array:
    """Taking the lower triangle, with half of the diagonal, is its own adjoint."""
    return pairing(lower(U), E.args[0])


@RULES.rule("pairing with the derivative of expm", on=ExpmDerivative,
            example=pairing(V, expm_derivative(X, d(W))))  # fmt: skip
def with_expm(E: ExpmDerivative, U: Array) -> Array:
    """The adjoint of the Fréchet derivative at X is the one at Xᵀ."""
    X, direction = E.args
    return pairing(expm_derivative(permuted(X, (1, 0)), U), direction)


@RULES.rule("pairing with a solution of Sylvester's equation", on=Sylvester,
            example=pairing(V, sylvester(expm(X), expm(X), d(W))))  # fmt: skip
def with_sylvester(E: Sylvester, U: Array) -> Array:
    """The adjoint of solving A Z + Z B = C is solving Aᵀ Z + Z Bᵀ = U."""
    A, B, C = E.args
    return pairing(sylvester(permuted(A, (1, 0)), permuted(B, (1, 0)), U), C)
