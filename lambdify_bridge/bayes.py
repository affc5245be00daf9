"""What an observation says of hypotheses and parameters, from the definition of a conditional
probability."""

from __future__ import annotations

from typing import Any

from sympy import Dummy, Integral, Tuple

from lambdify_bridge.evaluate import LAZY, Evaluator, Number, Undefined, estimator
from lambdify_bridge.nodes import nodes
from lambdify_bridge.remembered import remembered


def _cells(node: Any, at: Evaluator) -> list[tuple[Number, Number]]:
    """Of each hypothesis: with the observation, and without it."""
    priors, likelihoods = (at(part) for part in node.args)
    cells = [(a * b, a * (1 - b)) for a, b in zip(priors, likelihoods, strict=True)]
    if any(seen < 0 or unseen < 0 for seen, unseen in cells):
        raise Undefined("a probability lies between 0 and 1")
    return cells


@estimator("Joint")
def joint(node: Any, at: Evaluator) -> Number:
    """The share of a hypothesis in the whole table, less what comes without the observation."""
    cells = _cells(node, at)
    return tuple([(seen + unseen) - unseen for seen, unseen in cells])


@estimator("Evidence")
def evidence(node: Any, at: Evaluator) -> Number:
    """The whole table without the cells in which nothing was observed."""
    priors = at(node.args[0])
    return at.ctx.fsum(priors) - at.ctx.fsum(unseen for _, unseen in _cells(node, at))


@estimator("Posterior")
def posterior(node: Any, at: Evaluator) -> Number:
    """The share of a hypothesis in the cells with the observation."""
    cells = _cells(node, at)
    total = at.ctx.fsum(seen for seen, _ in cells)
    if total == 0:
        raise Undefined("what was observed is impossible")
    return tuple([seen / total for seen, _ in cells])


@estimator("PosteriorDensity")
@remembered
def posterior_density(node: Any, at: Evaluator) -> Number:
    prior, likelihood, *where = node.args
    return _density(at, prior * likelihood, *where)


@estimator("DensityOfKernel")
@remembered
def density_of_kernel(node: Any, at: Evaluator) -> Number:
    return _density(at, *node.args)


def _density(at: Evaluator, kernel: Any, t: Any, a: Any, b: Any) -> Number:
    """The kernel at the letter, over its integral by quadrature."""
    if not at(a) < at(t) < at(b):
        raise Undefined("outside of where the parameter lives")
    kernel, at = _with_fixed_values(kernel, t, at)
    return at(kernel) / at(Integral(kernel, Tuple(t, a, b)))


def _with_fixed_values(kernel: Any, t: Any, at: Evaluator) -> tuple[Any, Evaluator]:
    """Operators in the kernel that t is not in are worked out once, not at every node."""
    found = [n for n in nodes(kernel) if type(n).__name__ in LAZY and t not in n.free_symbols]
    names = {n: Dummy(f"c_{k}", real=True) for k, n in enumerate(found)}
    return kernel.xreplace(names), at.at({name: at(n) for n, name in names.items()})
