"""Formulas of whole arrays: a derivation about arrays, or an array node, as what is true."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lambdify_bridge.arrays.points import structure_of
from lambdify_bridge.arrays.problem import problem, read
from lambdify_bridge.validation.formulas import Formula, Given
from lambdify_bridge.validation.runs import Exact, Runner

DIGITS = 34
GRADIENTS = ("Gradient", "Gradients")


def array_formula(against: Any, kind: str | None, args: Any = None) -> Formula:
    """The formula of a derivation about arrays, or of an array.

    Raises ValueError for a kind that has to be derived first.
    """
    derived = hasattr(against, "result")
    is_gradient = derived and type(against.lhs).__name__ in GRADIENTS
    if kind in ("gradient", "jacobian", "hessian", "backward") and not derived:
        raise ValueError(
            f"derive the {kind} first, as with derive.gradient, and validate against it"
        )
    if is_gradient and kind in ("value", "loss"):
        asked = problem([against.lhs.args[0]], read(against, args).given)
    else:
        asked = read(against, args)
    forward = None
    goals = against.lhs.args[1:] if is_gradient else ()
    if is_gradient and kind not in ("value", "loss"):
        forward = Runner(problem([against.lhs.args[0]], asked.given).program)
    given = tuple(_given(node, name) for node, name in zip(asked.given, asked.names, strict=True))
    positions = {str(node): k for k, node in enumerate(asked.given)}
    names: Sequence[str] = [f"d/d{g}" for g in goals] if forward else []
    several = not asked.single
    names = (["the loss"] if several else []) + list(names) if forward else ["the result"]
    exact, stable = Exact(asked.program, DIGITS), Runner(asked.program)
    return Formula(
        kind or ("gradient" if is_gradient else "value"),
        _text(against),
        given,
        tuple(names),
        stable,
        stable,
        exact,
        tuple(None for _ in asked.program.outputs),
        forward,
        tuple(positions[str(g)] for g in goals if str(g) in positions) if forward else (),
        loss_first=several and forward is not None,
    )


def _text(against: Any) -> str:
    """What it is about, in one line; a loss as its formula, not by its name."""
    subject, what = getattr(against, "lhs", against), ""
    if type(subject).__name__ in GRADIENTS:
        what, subject = "the gradient of ", subject.args[0]
    if type(subject).__name__ == "Named" and not _mentions_names(subject.args[0]):
        subject = subject.args[0]
    text = what + " ".join(str(subject).split())
    return text if len(text) <= 70 else text[:66] + " ..."


def _mentions_names(node: Any) -> bool:
    """Whether other named quantities are part of it, which a reader would not know."""
    stack, seen = [node], set[Any]()
    while stack:
        each = stack.pop()
        if type(each).__name__ == "Named":
            return True
        if each not in seen:
            seen.add(each)
            stack.extend(each.args)
    return False


def _given(node: Any, name: str) -> Given:
    return Given(name, tuple(node.shape), (), node, not structure_of(node))
