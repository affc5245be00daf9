"""Arguments of a declared structure: derivatives are those by entries that keep it.

With the projection of the argument in its place, the free gradient is the projected one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lambdify_bridge.differentiation.shaped import ShapedBuilder
from lambdify_bridge.lowering import in_enough_digits
from lambdify_bridge.program import Program

Projection = Callable[[ShapedBuilder, int], int]


def _symmetric(b: ShapedBuilder, x: int) -> int:
    return b.div(b.add(x, b.transpose(x, (1, 0))), b.constant(2))


def _diagonal(b: ShapedBuilder, x: int) -> int:
    shape = b.shape(x)
    return b.mul(x, b.sized("eye", shape, [], shape[:1]))


def _triangle(which: str) -> Projection:
    def projection(b: ShapedBuilder, x: int) -> int:
        shape = b.shape(x)
        return b.mul(x, b.sized("triangle", (which, shape), [], shape))

    return projection


PROJECTIONS: dict[str, Projection] = {
    "symmetric": _symmetric,
    "positive definite": _symmetric,
    "diagonal": _diagonal,
    "lower triangular": _triangle("tril"),
    "upper triangular": _triangle("triu"),
}


def projected(program: Program, structures: Mapping[int, str]) -> Program:
    """The same program, which reads the inputs at some positions through their projections."""
    kinds = {k: PROJECTIONS[s] for k, s in structures.items() if s in PROJECTIONS}
    return in_enough_digits(lambda digits: _through(digits, program, kinds)) if kinds else program


def _through(digits: int, program: Program, kinds: Mapping[int, Projection]) -> Program:
    b = ShapedBuilder(digits)
    inputs = [b.input(symbol) for symbol in program.inputs]
    place = [kinds[k](b, x) if k in kinds else x for k, x in enumerate(inputs)]
    for name, operands, payload in program.operations[len(inputs) :]:
        if name == "constant":
            place.append(b.constant(b.constants.exact(payload)))
        else:
            of = inputs if name == "size" and operands[0] < len(inputs) else place
            place.append(b.emit(name, *(of[k] for k in operands), payload=payload))
    return b.program([place[k] for k in program.outputs], program.inputs)
