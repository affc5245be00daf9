"""One network, derived by one peer, in a process of its own: prints its size and seconds as JSON.

    python benchmarks/depth_peers.py SYSTEM NETWORK DEPTH LIMIT

The system kills it after LIMIT seconds of CPU.

Sizes are the objects that the gradients by all parameters consist of, a shared one counted once;
of tensorgrad's compiler, the tensor operations of its program for the loss and all gradients.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from resource import RLIMIT_CPU, setrlimit
from typing import Any

import sympy

Gradients = tuple[int, float]


def objects(roots: list[Any], below: Callable[[Any], Iterator[Any]]) -> int:
    """How many objects there are, found by identity: comparing deep ones may take forever."""
    seen: dict[int, Any] = {}
    stack = list(roots)
    while stack:
        node = stack.pop()
        if id(node) not in seen:
            seen[id(node)] = node
            stack.extend(below(node))
    return len(seen)


# ------------------------------------------------------------------ SymPy, entry by entry


def matrix(name: str, rows: int, columns: int) -> Any:
    """A matrix of real letters; the networks have width 2 and one example."""
    return sympy.Matrix(rows, columns, sympy.symbols(f"{name}_:{rows}_:{columns}", real=True))


def sympy_network(network: str, depth: int) -> tuple[Any, list[Any]]:
    H, Y = matrix("X", 1, 2), matrix("Y", 1, 2)
    parameters: list[Any] = []
    if network == "RNN":
        H = matrix("h", 1, 2)
        W, U, b = matrix("W", 2, 2), matrix("U", 2, 2), matrix("b", 1, 2)
        parameters = [W, U, b]
    for k in range(1, depth + 1):
        if network == "RNN":
            H = (matrix(f"X{k}", 1, 2) * W + H * U + b).applyfunc(sympy.tanh)
            continue
        W, b = matrix(f"W{k}", 2, 2), matrix(f"b{k}", 1, 2)
        if network == "MLP":
            H = (H * W + b).applyfunc(lambda z: sympy.Max(z, 0))
            parameters += [W, b]
        else:
            H = H + (H * W).applyfunc(sympy.tanh)
            parameters += [W]
    loss = sum(e**2 for e in H - Y) / 2
    return loss, [letter for each in parameters for letter in each]


def by_sympy(network: str, depth: int) -> Gradients:
    began = time.process_time()
    loss, letters = sympy_network(network, depth)
    found = [loss.diff(letter) for letter in letters]
    seconds = time.process_time() - began
    return objects(found, lambda node: iter(node.args)), seconds


# ------------------------------------------------------------------ tensorgrad


def tensorgrad_network(network: str, depth: int) -> tuple[Any, list[Any]]:
    import tensorgrad as tg
    import tensorgrad.functions as F

    N, h = sympy.symbols("N h")
    Y = tg.Variable("Y", N, i=h)
    H = tg.Variable("X", N, i=h)
    parameters = []
    if network == "RNN":
        H = tg.Variable("h_0", N, i=h)
        W, U, b = (tg.Variable("W", i=h, j=h), tg.Variable("U", i=h, j=h), tg.Variable("b", j=h))
        parameters = [W, U, b]
    for k in range(1, depth + 1):
        if network == "RNN":
            z = tg.Variable(f"X_{k}", N, i=h) @ W + H @ U + b
            H = F.tanh(z).rename(j="i")
            continue
        W = tg.Variable(f"W_{k}", i=h, j=h)
        if network == "MLP":
            b = tg.Variable(f"b_{k}", j=h)
            H = F.relu(H @ W + b).rename(j="i")
            parameters += [W, b]
        else:
            H = H + F.tanh(H @ W).rename(j="i")
            parameters += [W]
    return tg.frobenius2(H - Y), parameters


def inside(node: Any) -> Iterator[Any]:
    """What a tensor is made of."""
    for several in ("factors", "terms", "inputs"):
        yield from getattr(node, several, ())
    if hasattr(node, "tensor"):
        yield node.tensor


def by_tensorgrad(network: str, depth: int, expand: bool = True) -> Gradients:
    """As its README does it: `full_simplify`."""
    import tensorgrad  # noqa: F401  (before the clock runs)

    began = time.process_time()
    loss, parameters = tensorgrad_network(network, depth)
    found = [loss.grad(p).full_simplify(expand=expand) for p in parameters]
    seconds = time.process_time() - began
    return objects(found, inside), seconds


def by_tensorgrad_unexpanded(network: str, depth: int) -> Gradients:
    return by_tensorgrad(network, depth, expand=False)


def by_tensorgrad_compiler(network: str, depth: int) -> Gradients:
    from tensorgrad.compiler import compile_to_callable
    from tensorgrad.compiler.ir import ConstNode, InputNode, toposort

    began = time.process_time()
    loss, parameters = tensorgrad_network(network, depth)
    program = compile_to_callable(loss, *[loss.grad(p) for p in parameters])
    seconds = time.process_time() - began
    nodes = toposort([node for node, _ in program.outputs])
    return sum(not isinstance(node, (InputNode, ConstNode)) for node in nodes), seconds


SYSTEMS: dict[str, Callable[[str, int], Gradients]] = {
    "SymPy": by_sympy,
    "tensorgrad": by_tensorgrad,
    "unexpanded": by_tensorgrad_unexpanded,
    "compiled": by_tensorgrad_compiler,
}


def main() -> None:
    system, network, depth, limit = sys.argv[1:]
    setrlimit(RLIMIT_CPU, (int(limit), int(limit)))
    sys.setrecursionlimit(10**5)
    size, seconds = SYSTEMS[system](network, int(depth))
    print(json.dumps({"size": size, "seconds": seconds}))


if __name__ == "__main__":
    main()
