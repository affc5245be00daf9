"""Gradients with respect to variables of a declared structure: differentiate freely, then project.

The gradient of f on the matrices of a linear structure is the orthogonal projection of the
unrestricted gradient onto them; for symmetric ones (G + Gᵀ)/2. Its inner product with any change
that keeps the structure is the change of f. (Tables that vary the entries on and above the diagonal
only have G + Gᵀ - G∘I in its place.)
"""

from __future__ import annotations

from collections.abc import Callable

from sympy import Rational

from derive.arrays.nodes import Array, Variable, identity
from derive.arrays.product import permuted, product, scaled
from derive.arrays.sums import total
from derive.arrays.textbook import textbook
from derive.core import Step

HALF = Rational(1, 2)


def symmetric_part(G: Array) -> Array:
    return scaled(HALF, total([G, permuted(G, (1, 0))]))


def diagonal_part(G: Array) -> Array:
    return product(1, [(G, "ij"), (identity(G.shape[0]), "ij")], "ij")


# fmt: off
PROJECTIONS: dict[str, tuple[Callable[[Array], Array], str, str]] = {
    "symmetric":         (symmetric_part, "project onto the symmetric matrices",
                          "The unrestricted gradient G becomes (G + Gᵀ)/2."),
    "positive definite": (symmetric_part, "project onto the symmetric matrices",
                          "The unrestricted gradient G becomes (G + Gᵀ)/2."),
    "diagonal":          (diagonal_part, "project onto the diagonal matrices",
                          "The unrestricted gradient keeps its diagonal."),
}
# fmt: on


def projected(step: Step, variable: Variable, bar: Array) -> Step:
    """The step for an unrestricted gradient, projected where that does something."""
    if variable.structure not in PROJECTIONS or _has_it(step.result, variable.structure):
        return step
    project, rule, sentence = PROJECTIONS[variable.structure]
    free = Step(bar, step.rule, step.equals, step.result, where=step.where, parts=step.parts,
                sentence=step.sentence)  # fmt: skip
    result = textbook(project(step.result))
    return Step(step.goal, rule, project(bar), result, parts=(free,), sentence=sentence)


def _has_it(G: Array, structure: str) -> bool:
    return structure != "diagonal" and G.is_symmetric()
