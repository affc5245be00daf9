"""Derivatives of integrals, sums and products: the operator and the derivative change places.

By a bound of an integral it is the integrand there. What is under the operator must be continuous:
a jump that moves with a letter would count, and is refused.
"""

from __future__ import annotations

from lambdify_bridge.builder import Builder
from lambdify_bridge.constants import ExactConstants
from lambdify_bridge.numeric.methods import METHODS, Method, inlined
from lambdify_bridge.program import Operation, Program

JUMPS = {"sign", "floor", "ceiling", "heaviside", "mod", "select", "arg", "gt", "lt", "ge", "le"}


def under_operator(b: Builder, index: int, slot: int) -> int:
    """The derivative of an operation of METHODS by one of its operands.

    Raises ValueError where it is not known.
    """
    name, operands, method = b.operations[index]
    bounds = METHODS[name]
    if slot < len(bounds):
        return _by_bound(b, name, operands, slot, method)
    letters = operands[len(bounds) :]
    position = slot - len(bounds) + 1  # among the inputs of the body, after the bound variable
    if name == "slope":
        raise ValueError("a numerical derivative is not differentiated again: raise its order")
    body = method.original
    if name == "integral" and _jumps(body, position):
        raise ValueError(
            "the derivative of an integral whose integrand jumps at a place that depends on the "
            "argument is not known: split the integral there"
        )
    slope = _derivative(body, position, isinstance(b.constants, ExactConstants))
    if name == "product":  # P' = P times the sum of f'/f
        payload = Method(_quotient(slope, body))
        return b.mul(index, b.emit("series", *operands[:2], *letters, payload=payload))
    payload = Method(slope, method.breaks)
    operation = "integral" if name == "integral" else "series"
    return b.emit(operation, *operands[:2], *letters, payload=payload)


def _by_bound(b: Builder, name: str, operands: tuple[int, ...], slot: int, method: Method) -> int:
    if name != "integral":
        raise ValueError(f"no derivative of a {name} by its {METHODS[name][slot]!r} is known")
    (value,) = inlined(b, method.original, [operands[slot], *operands[2:]])
    return value if slot == 1 else b.apply("neg", value)


def _derivative(body: Program, position: int, exact: bool) -> Program:
    """That of the only output by one input, as a program of the same inputs."""
    from lambdify_bridge.differentiation.programs import gradient

    return gradient(body, [position], exact=exact)


def _quotient(above: Program, below: Program) -> Program:
    """The quotient of two programs of the same inputs."""
    count = len(above.inputs)
    shift = len(above.operations) - count
    operations = list(above.operations)
    for name, operands, payload in below.operations[count:]:
        moved = tuple([k if k < count else k + shift for k in operands])
        operations.append(Operation(name, moved, payload))
    (divisor,) = below.outputs
    place = divisor if divisor < count else divisor + shift
    operations.append(Operation("div", (above.outputs[0], place)))
    return Program(above.inputs, tuple(operations), (len(operations) - 1,))


def _jumps(body: Program, position: int) -> bool:
    """Whether an operation that may jump depends on both the bound variable and a letter."""
    on_variable, on_letter = {0}, {position}
    for k, (name, operands, _) in enumerate(body.operations):
        for depend in (on_variable, on_letter):
            if not depend.isdisjoint(operands):
                depend.add(k)
        if name in JUMPS and k in on_variable and k in on_letter:
            return True
    return False
