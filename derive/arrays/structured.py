"""Gradients with respect to variables of a declared structure: differentiate freely, then project.

The gradient of f on the matrices of a linear structure is the orthogonal projection of the
unrestricted gradient onto them; for symmetric ones (G + Gᵀ)/2. Its inner product with any change
that keeps the structure is the change of f. (Tables that vary the entries on and above the diagonal
only have G + Gᵀ - G∘I in its place.)
"""

from __future__ import annotations

from collections.abc import Callable

from sympy import Rational

from derive.arrays.linear_maps import lower
from derive.arrays.nodes import Array, Variable, identity
from derive.arrays.product import permuted, product, scaled
from derive.arrays.sums import total
from derive.arrays.textbook import textbook
from derive.core import Step
from derive.engine import NoRuleApplies

HALF = Rational(1, 2)


def symmetric_part(G: Array) -> Array:
    return scaled(HALF, total([G, permuted(G, (1, 0))]))


def diagonal_part(G: Array) -> Array:
    return product(1, [(G, "ij"), (identity(G.shape[0]), "ij")], "ij")


def lower_part(G: Array) -> Array:
    return total([lower(G), scaled(HALF, diagonal_part(G))])


def upper_part(G: Array) -> Array:
    return permuted(lower_part(permuted(G, (1, 0))), (1, 0))


def tangent_part(G: Array, Q: Array) -> Array:
    return scaled(HALF, total([G, scaled(-1, Q @ permuted(G, (1, 0)) @ Q)]))


FIXED = ("one-hot", "mask")  # entries that are 0 or 1 and do not move
# fmt: off
PROJECTIONS: dict[str, tuple[Callable[..., Array], str, str]] = {
    "symmetric":         (symmetric_part, "project onto the symmetric matrices",
                          "The unrestricted gradient G becomes (G + Gᵀ)/2."),
    "positive definite": (symmetric_part, "project onto the symmetric matrices",
                          "The unrestricted gradient G becomes (G + Gᵀ)/2."),
    "diagonal":          (diagonal_part, "project onto the diagonal matrices",
                          "The unrestricted gradient keeps its diagonal."),
    "lower triangular":  (lower_part, "project onto the lower triangular matrices",
                          "The unrestricted gradient keeps its lower triangle."),
    "upper triangular":  (upper_part, "project onto the upper triangular matrices",
                          "The unrestricted gradient keeps its upper triangle."),
    "orthogonal":        (tangent_part, "project onto what keeps the columns orthonormal",
                          "The unrestricted gradient G becomes (G - Q Gᵀ Q)/2."),
}
# fmt: on


def projected(step: Step, variable: Variable, bar: Array) -> Step:
    """The step for an unrestricted gradient, projected where that does something.

    Raises NoRuleApplies for entries that do not move.
    """
    if variable.structure in FIXED:
        raise NoRuleApplies(
            f"{variable.name} is {variable.structure}: its entries do not move; declare it without "
            "a structure to differentiate by it", step.goal
        )  # fmt: skip
    if variable.structure not in PROJECTIONS or _has_it(step.result, variable.structure):
        return step
    project, rule, sentence = PROJECTIONS[variable.structure]
    more = (variable,) if variable.structure == "orthogonal" else ()
    free = Step(bar, step.rule, step.equals, step.result, where=step.where, parts=step.parts,
                sentence=step.sentence)  # fmt: skip
    result = textbook(project(step.result, *more))
    return Step(step.goal, rule, project(bar, *more), result, parts=(free,), sentence=sentence)


def _has_it(G: Array, structure: str) -> bool:
    return structure in ("symmetric", "positive definite") and G.is_symmetric()
