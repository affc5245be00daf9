"""The steps in the order in which they read, with the routine ones of an integral on one line.

A view of the tree, which stays as it is: what a line says is true because the steps in it are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sympy import Basic, Derivative, Integral

from derive.core import Derivation, Step, conjoined, walk

# What goes without saying where a derivative is one line of many.
PLAIN = {"repeated derivative", "sum rule", "constant multiple", "identity", "constant"}


@dataclass(frozen=True)
class Reading:
    """One line: `goal = equals` by the rule `label`, which uses the rules of `steps`.

    `depth` counts the lines above it whose parts or premises it belongs to.
    """

    step: Step
    equals: Basic
    label: str
    steps: tuple[Step, ...]
    below: tuple[Step, ...]
    depth: int = 0

    @property
    def given(self) -> Basic:
        return conjoined(step.given for step in self.steps)


def readings(derivation: Derivation, merged: bool = True) -> list[Reading]:
    """Each step once, what a line leaves open after it; `merged`: routine steps in one line."""
    shown: list[Reading] = []
    seen: set[int] = set()
    at_once = getattr(derivation.problem, "differentiates_in_one_line", False)
    root = derivation.root
    first = root.premises + root.parts if merged and derivation.several else (root,)
    stack = [(step, False, 0) for step in reversed(first)]
    while stack:
        step, opened, depth = stack.pop()
        if id(step) in seen and not opened:
            continue
        seen.add(id(step))
        line = _reading(step, at_once) if merged else _as_it_is(step)
        if opened or not _came_back(step):
            shown.append(replace(line, depth=depth))
        else:
            stack.append((step, True, depth))  # an equation is shown before it is solved
        if not opened:
            stack.extend((below, False, depth + 1) for below in reversed(line.below))
    return shown


def main_lines(lines: list[Reading]) -> list[Reading]:
    """What a textbook keeps: the first line, and those that choose letters or need a premise."""
    return [line for line in lines if line.depth == 0 or _is_main(line)]


def _is_main(line: Reading) -> bool:
    return bool(line.below and (line.step.where or line.step.premises))


def _came_back(step: Step) -> bool:
    return any(part.goal == step.goal for part in step.parts)


def _as_it_is(step: Step) -> Reading:
    return Reading(step, step.equals, step.rule, (step,), step.premises + step.parts)


def _reading(step: Step, at_once: bool = False) -> Reading:
    if at_once and isinstance(step.goal, Derivative):
        return _differentiated(step)
    folded = [part for part in step.parts if _routine(part)] if _takes_apart(step) else []
    if not folded:
        return _as_it_is(step)
    below = tuple(part for part in step.parts if part not in folded)
    values = {part.goal: part.result for part in folded}
    equals = step.equals.xreplace(values) if below else step.result
    inside = [each for part in folded for each in walk(part)]
    return Reading(step, equals, _label(step, inside), (step, *inside), below)


def _differentiated(step: Step) -> Reading:
    """A derivative on the way to something else: its rules and its result."""
    inside = tuple(walk(step))
    given = tuple(each for each in inside if each is not step)
    names = dict.fromkeys(each.rule for each in inside if each.rule not in PLAIN)
    return Reading(step, step.result, "derivative: " + ", ".join(names), (step, *given), ())


def _label(step: Step, inside: list[Step]) -> str:
    names = ", ".join(dict.fromkeys(each.rule for each in inside if not each.parts))
    return f"term by term: {names}" if len(step.parts) > 1 else names


def _routine(step: Step) -> bool:
    """Read off a table, or a sum of multiples of what is."""
    if not isinstance(step.goal, Integral) or step.premises or step.where:
        return False
    if not step.parts:
        return step.equals == step.result
    return _takes_apart(step) and all(map(_routine, step.parts))


def _takes_apart(step: Step) -> bool:
    """An integral becomes a sum of multiples of integrals, the integrand staying as it is."""
    if not isinstance(step.goal, Integral) or step.premises or not step.parts:
        return False
    f, limits = step.goal.args[0], step.goal.args[1:]
    if any(type(p.goal) is not Integral or p.goal.args[1:] != limits for p in step.parts):
        return False
    inside = {part.goal: part.goal.args[0] for part in step.parts}
    return step.equals not in inside and bool(step.equals.xreplace(inside) == f)
