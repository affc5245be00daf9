"""Zeros without a sign on the cuts of complex functions, as SymPy has none.

-x is -2 - 0j at x = 2 + 0j, and NumPy takes the root of that below the cut: what was computed is
+0 there. A -0.0 that the caller gives is kept.
"""

from __future__ import annotations

from lambdify_bridge.program import Operation, Program

# Operations with a cut along the real axis, on which SymPy is continuous from above.
CUTS = {"sqrt", "log", "log1p", "power", "arg", "acosh", "loggamma", "lambertw"}


def unsigned(program: Program) -> Program:
    """The same program, in which operands on a cut have no -0.0: 0.0 is added to them.

    >>> from sympy import sqrt
    >>> from sympy.abc import x
    >>> from lambdify_bridge.lowering import lower
    >>> for operation in unsigned(lower([sqrt(-x)])).operations: print(*operation)
    input () 0
    neg (0,) None
    constant () 0.0
    add (1, 2) None
    sqrt (3,) None
    """
    operations: list[Operation] = []
    place: list[int] = []
    added: dict[int, int] = {}
    for name, operands, payload in program.operations:
        moved = [place[k] for k in operands]
        has_cut = name in CUTS and not (name == "power" and _is_whole(operations[moved[1]]))
        if has_cut and operations[moved[0]].name not in ("input", "constant"):
            if moved[0] not in added:
                operations.append(Operation("constant", (), 0.0))
                operations.append(Operation("add", (moved[0], len(operations) - 1)))
                added[moved[0]] = len(operations) - 1
            moved[0] = added[moved[0]]
        place.append(len(operations))
        operations.append(Operation(name, tuple(moved), payload))
    return Program(program.inputs, tuple(operations), tuple([place[k] for k in program.outputs]))


def _is_whole(exponent: Operation) -> bool:
    """Whether it is that of a power without a cut."""
    return isinstance(exponent.payload, float) and exponent.payload.is_integer()
