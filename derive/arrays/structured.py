"""Gradients with respect to variables of a declared structure: differentiate freely, then project.

The gradient of f on the matrices of a linear structure is the orthogonal projection of the
unrestricted gradient onto them; for symmetric ones (G + Gᵀ)/2. Its inner product with any change
that keeps the structure is the change of f. In the same way a Jacobian or Hessian is projected on
the axes of the variable. (Tables that vary the entries on and above the diagonal
only have G + Gᵀ - G∘I in its place.)
"""

from __future__ import annotations

from collections.abc import Callable

from sympy import Rational

from derive.arrays.nodes import Array, Variable, identity
from derive.arrays.product import permuted, product, scaled
from derive.arrays.sums import total
from derive.arrays.textbook import textbook
from derive.arrays.triangles import triangle
from derive.core import Step

HALF = Rational(1, 2)


def symmetric_part(G: Array) -> Array:
    *others, i, j = range(G.rank)
    return scaled(HALF, total([G, permuted(G, (*others, j, i))]))


def diagonal_part(G: Array) -> Array:
    return _masked(G, identity(G.shape[-1]))


def lower_part(G: Array) -> Array:
    return _masked(G, triangle("tril", G.shape[-1]))


def upper_part(G: Array) -> Array:
    return _masked(G, triangle("triu", G.shape[-1]))


def _masked(G: Array, mask: Array) -> Array:
    *_, i, j = range(G.rank)
    return product(1, [(G, range(G.rank)), (mask, (i, j))], range(G.rank))


# fmt: off
PROJECTIONS: dict[str, tuple[Callable[[Array], Array], str, str]] = {
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
    return structure in ("symmetric", "positive definite") and G.is_symmetric()


def along_structure(J: Array, variable: Variable) -> Array:
    """A Jacobian by all entries of a variable, along the changes that keep its structure."""
    if variable.structure not in PROJECTIONS:
        return J
    return PROJECTIONS[variable.structure][0](J)


def keeps(direction: Array, variable: Variable) -> bool:
    """Whether a variable that moves along the direction surely keeps its structure."""
    structure = variable.structure
    if structure not in PROJECTIONS or _has_it(direction, structure):
        return True
    return getattr(direction, "structure", "") in (structure, "diagonal")
