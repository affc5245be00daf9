"""Causes that are something in the place of another: operands, branches, axes, earlier values."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from lambdify_bridge.program import Operation
from lambdify_bridge.validation.alterations import (
    Alteration,
    always,
    arguments_changed,
    first,
    operations,
)
from lambdify_bridge.validation.chain_rule import candidates, explained
from lambdify_bridge.validation.evidence import Evidence, Sample
from lambdify_bridge.validation.left_out import FUNCTIONS, constant_of
from lambdify_bridge.validation.runs import Changes, Operator, operator_of
from lambdify_bridge.validation.table import CauseTable, Example

EXCHANGED = CauseTable()


# ------------------------------------------------------------------ operands


@EXCHANGED.cause(
    "arguments exchanged",
    example=Example("sum(p*log(p/q))", lambda p, q: np.sum(q * np.log(q / p)),
                    shapes={"p": "n", "q": "n"},
                    options={"domain": {"p": (0.1, 1.0), "q": (0.1, 1.0)}}),
)  # fmt: skip
def arguments_exchanged(evidence: Evidence) -> str | None:
    """Two arguments, or the two sides of an operation, are taken for each other"""
    formula = evidence.formula
    for i, j in itertools.combinations(range(len(formula.arguments)), 2):
        one, two = formula.arguments[i], formula.arguments[j]
        if tuple(one.shape) == tuple(two.shape) and evidence.explains(
            lambda s, k, i=i, j=j: evidence.at(_exchanged(s.inputs, i, j))[k]
        ):
            return f"{one.name} and {two.name}"
    return first(evidence, sides_exchanged(evidence))


def _exchanged(inputs: tuple[Any, ...], i: int, j: int) -> list[Any]:
    found = list(inputs)
    found[i], found[j] = found[j], found[i]
    return found


def sides_exchanged(evidence: Evidence) -> Iterator[Alteration]:
    shapes = evidence.formula.written.program.shapes
    for k, operation in operations(evidence, "div", "power", "atan2", "matmul", "mod"):
        plain = operator_of(operation)
        if operation.name == "matmul" and any(len(shapes[each]) < 2 for each in operation.operands):
            continue
        yield always("the sides of {0}", (k,), {k: lambda a, b, f=plain: f(b, a)})
    for k, operation in operations(evidence, "sub"):
        if constant_of(evidence, operation.operands[0]) == 1.0:
            yield always("{0} stands for {1}", (operation.operands[1], k), {k: lambda _, u: u})


# ------------------------------------------------------------------ cases


@EXCHANGED.cause(
    "branches exchanged",
    example=Example("Piecewise((x**2, Abs(x) < y), (3*y, True))",
                    lambda x, y: np.where(np.abs(x) < y, 3 * y, x**2), positive="y"),
)  # fmt: skip
def branches_exchanged(evidence: Evidence) -> str | None:
    """The cases of a distinction have each other's values"""
    return first(evidence, other_branches(evidence))


def other_branches(evidence: Evidence) -> Iterator[Alteration]:
    for k, operation in operations(evidence, "select", "where"):
        plain = operator_of(operation)
        if operation.name == "where":
            yield always("{0}", (k,), {k: lambda m, a, b, f=plain: f(m, b, a)})
        elif len(operation.operands) == 4:
            yield always("{0}", (k,), {k: lambda m, a, o, b, f=plain: f(m, b, o, a)})


@EXCHANGED.cause(
    "another threshold", example=Example("Max(x, 0)", lambda x: np.where(x > 1, x, 0.0))
)
def other_threshold(evidence: Evidence) -> str | None:
    """The cases of a distinction meet at another place"""
    return first(evidence, other_thresholds(evidence))


THRESHOLDS = (0.0, 1.0, -1.0, 0.5, -0.5, 2.0)
COMPARED = ("lt", "le", "gt", "ge")


def other_thresholds(evidence: Evidence) -> Iterator[Alteration]:
    sides = sorted({operation.operands for _, operation in operations(evidence, *COMPARED)})
    for pair in sides:
        same = [(k, op) for k, op in operations(evidence, *COMPARED) if op.operands == pair]
        for c, place in itertools.product(THRESHOLDS, (0, 1)):
            changes = {k: _with_side(op, place, c) for k, op in same}
            yield always(f"{c:g} in place of {{0}}", (pair[place],), changes)
    for k, operation in operations(evidence, "maximum", "minimum", "heaviside"):
        plain = operator_of(operation)
        for c in THRESHOLDS:
            if operation.name == "heaviside":
                shifted = {k: lambda u, h, f=plain, c=c: f(u - c, h)}
                yield always(f"{c:g} in place of 0 in {{0}}", (k,), shifted)
                continue
            sign = 1 if operation.name == "maximum" else -1
            for low, high in ((0, 1), (1, 0)):
                yield always(
                    f"the cases of {{0}} meet at {c:g}", (k,),
                    {k: lambda *v, s=sign, c=c, i=low, j=high:
                        np.where(s * v[j] > s * c, v[j], v[i])},
                )  # fmt: skip


def _with_side(operation: Operation, place: int, c: float) -> Operator:
    plain = operator_of(operation)
    return lambda *values: plain(*[c if j == place else v for j, v in enumerate(values)])


# ------------------------------------------------------------------ order


@EXCHANGED.cause(
    "operations in another order",
    example=Example("x/(sqrt(v) + y)", lambda v, x, y: x / np.sqrt(v + y), positive="v y",
                    options={"args": ["v", "x", "y"]}),
)  # fmt: skip
def another_order(evidence: Evidence) -> str | None:
    """A term, a sum or a mean stands inside of a function where it is meant outside, or reversed"""
    return first(evidence, other_orders(evidence))


INSIDE = ("sqrt", "square", *FUNCTIONS)


def other_orders(evidence: Evidence) -> Iterator[Alteration]:
    program = evidence.formula.written.program
    for k, operation in operations(evidence, "add", "sub"):
        for place, each in enumerate(operation.operands):
            inner = program.operations[each]
            if inner.name in INSIDE:
                yield _drawn_in(evidence, k, operation, place, each, inner)
            elif inner.name == "mul" and {program.operations[j].name for j in inner.operands} == {
                "sqrt"
            }:
                yield _into_a_root(k, operation, place, each)
    for k, operation in operations(evidence, *INSIDE):
        within = operation.operands[0]
        inner = program.operations[within]
        if inner.name in ("add", "sub"):
            for place in (0, 1):
                yield _put_out(evidence, k, operation, inner, place)
        yield from _past_a_sum(evidence, k, operation, within)
    yield from _other_brackets(evidence)


def _drawn_in(
    evidence: Evidence, k: int, outer: Operation, place: int, each: int, inner: Operation
) -> Alteration:
    """g(u) + e as g(u + e)."""
    join, g, u = operator_of(outer), operator_of(inner), inner.operands[0]

    def at(sample: Sample) -> Changes:
        base = evidence.values(sample)
        return {k: lambda *v: g(join(*[base[u] if j == place else w for j, w in enumerate(v)]))}

    return Alteration("{0} stands inside of {1}", (outer.operands[1 - place], each), at)


def _into_a_root(k: int, outer: Operation, place: int, each: int) -> Alteration:
    """sqrt(u)*sqrt(v) + e as sqrt(u*v + e)."""
    join = operator_of(outer)

    def joined(*values: Any) -> Any:
        return np.sqrt(join(*[w**2 if j == place else w for j, w in enumerate(values)]))

    return always("{0} stands inside of {1}", (outer.operands[1 - place], each), {k: joined})


def _put_out(
    evidence: Evidence, k: int, outer: Operation, inner: Operation, place: int
) -> Alteration:
    """g(u + e) as g(u) + e."""
    join, g = operator_of(inner), operator_of(outer)

    def at(sample: Sample) -> Changes:
        values = [evidence.values(sample)[each] for each in inner.operands]
        values[place] = g(values[place])
        return {k: lambda *_: join(*values)}

    return Alteration("{0} stands outside of {1}", (inner.operands[1 - place], k), at)


def _other_brackets(evidence: Evidence) -> Iterator[Alteration]:
    """a*(u + v) as a*u + v, and the reverse."""
    program = evidence.formula.written.program
    for k, outer in operations(evidence, "mul", "div"):
        for place, each in enumerate(outer.operands):
            inner, factor = program.operations[each], outer.operands[1 - place]
            if inner.name in ("add", "sub") and (outer.name == "mul" or place == 0):
                for term in (0, 1):
                    at = partial(_for_one_term, evidence, k, place, term)
                    yield Alteration("{0} counts for one term of {1} only", (factor, each), at)
    for k, outer in operations(evidence, "add", "sub"):
        for place, each in enumerate(outer.operands):
            inner = program.operations[each]
            if inner.name in ("mul", "div"):
                for term in (0, 1) if inner.name == "mul" else (0,):
                    at = partial(_for_all_terms, evidence, k, place, term)
                    factor = inner.operands[1 - term]
                    yield Alteration("{0} counts for all terms of {1}", (factor, k), at)


def _for_one_term(evidence: Evidence, k: int, place: int, term: int, sample: Sample) -> Changes:
    program, base = evidence.formula.written.program, evidence.values(sample)
    outer = program.operations[k]
    inner = program.operations[outer.operands[place]]
    terms = [base[each] for each in inner.operands]
    taken = [base[each] for each in outer.operands]
    taken[place] = terms[term]
    terms[term] = operator_of(outer)(*taken)
    return {k: lambda *_: operator_of(inner)(*terms)}


def _for_all_terms(evidence: Evidence, k: int, place: int, term: int, sample: Sample) -> Changes:
    program, base = evidence.formula.written.program, evidence.values(sample)
    outer = program.operations[k]
    inner = program.operations[outer.operands[place]]
    terms = [base[each] for each in outer.operands]
    taken = [base[each] for each in inner.operands]
    terms[place] = taken[term]
    taken[term] = operator_of(outer)(*terms)
    return {k: lambda *_: operator_of(inner)(*taken)}


def _past_a_sum(evidence: Evidence, k: int, outer: Operation, within: int) -> Iterator[Alteration]:
    """g(mean(u)) as mean(g(u)), and the reverse."""
    program, g = evidence.formula.written.program, operator_of(outer)
    factor, total = _mean_of(evidence, within)
    if total is not None:
        inner = program.operations[total]

        def inside(sample: Sample) -> Changes:
            base = evidence.values(sample)
            c = 1.0 if factor is None else base[factor]
            return {k: lambda *_: c * operator_of(inner)(g(base[inner.operands[0]]))}

        yield Alteration("the function is taken before the sum in {0}", (k,), inside)
    for top in range(k + 1, len(program.operations)):
        factor, total = _mean_of(evidence, top)
        if total is None or program.operations[total].operands != (k,):
            continue

        def outside(sample: Sample, top: int = top, total: int = total, f: Any = factor) -> Changes:
            base = evidence.values(sample)
            c = 1.0 if f is None else base[f]
            add = operator_of(program.operations[total])
            return {top: lambda *_: g(c * add(base[within]))}

        yield Alteration("the function is taken after the sum in {0}", (top,), outside)


def _mean_of(evidence: Evidence, k: int) -> tuple[int | None, int | None]:
    """The factor and the sum of a mean; the sum alone of a sum."""
    operations = evidence.formula.written.program.operations
    if operations[k].name == "sum":
        return None, k
    if operations[k].name == "mul":
        a, b = operations[k].operands
        if operations[b].name == "sum":
            return a, b
    return None, None


# ------------------------------------------------------------------ axes


@EXCHANGED.cause(
    "transposed",
    example=Example("tanh(A @ x) + A @ y", lambda A, x, y: np.tanh(A @ x) + A.T @ y,
                    shapes={"A": "n,n", "x": "n", "y": "n"}),
)  # fmt: skip
def factor_transposed(evidence: Evidence) -> str | None:
    """Rows and columns are exchanged"""
    return first(evidence, transposed_factors(evidence))


def transposed_factors(evidence: Evidence) -> Iterator[Alteration]:
    for k, operation in operations(evidence, "matmul", "mul", "add", "sub"):
        plain, shapes = operator_of(operation), evidence.formula.written.program.shapes
        for place, each in enumerate(operation.operands):
            shape = shapes[each]
            if len(shape) == 2 and shape[0] == shape[1]:
                yield always("the transpose of {0} in {1}", (each, k),
                             {k: lambda *v, f=plain, p=place:
                                 f(*[w.T if j == p else w for j, w in enumerate(v)])})  # fmt: skip


@EXCHANGED.cause(
    "broadcasting that should have been a sum",
    example=Example("D - mean(D, axis=1, keepdims=True)", lambda D: D - D.mean(1),
                    shapes={"D": "n,n"}),
)  # fmt: skip
def broadcast_elsewhere(evidence: Evidence) -> str | None:
    """Arrays of different axes are combined entry by entry with each other, or a sum is left out"""
    return first(evidence, other_broadcasts(evidence))


def other_broadcasts(evidence: Evidence) -> Iterator[Alteration]:
    for k, operation in operations(evidence, "expand", "sum", "max", "shift", "lengths"):
        plain = operator_of(operation)
        yield always("{0} lies along the other axis: keepdims", (k,),
                     {k: lambda *v, f=plain: _flat(f(*v)).T})  # fmt: skip


def _flat(x: Any) -> np.ndarray:
    x = np.asarray(x)
    if x.ndim != 2 or 1 not in x.shape:
        raise ValueError("no single row or column")
    return x


# ------------------------------------------------------------------ earlier values


_KEPT: list[Any] = []


def _kept_for_good(x: Any) -> Any:
    if not _KEPT:
        _KEPT.append(np.exp(x))
    return _KEPT[0]


@EXCHANGED.cause(
    "stale cache or state between calls",
    example=Example("exp(x)*y", lambda x, y: _kept_for_good(x) * y),
)
def earlier_value(evidence: Evidence) -> str | None:
    """The result depends on the calls made before, not on the input alone"""
    return first(evidence, earlier_values(evidence))


def earlier_values(evidence: Evidence) -> Iterator[Alteration]:
    usual = evidence.usual
    shapes = [tuple(np.shape(x) for x in s.inputs) for s in usual]
    first_of = {id(s): usual[shapes.index(own)] for s, own in zip(usual, shapes, strict=True)}
    before = {id(s): usual[max(k - 1, 0)] for k, s in enumerate(usual)}
    for word, source in (("the first call", first_of), ("the call before", before)):
        for k, operation in operations(evidence):
            if not operation.operands or operation.name in ("size", "named"):
                continue

            def at(sample: Sample, k: int = k, source: Any = source) -> Changes:
                value = evidence.values(source[id(sample)])[k]
                return {k: lambda *_: value}

            yield Alteration(f"{{0}} is that of {word}", (k,), at)


@EXCHANGED.cause(
    "integer division or dtype",
    example=Example("sin(x) + x*y/3", lambda x, y: np.sin(x) + x * y // 3),
)
def cut_inside(evidence: Evidence) -> str | None:
    """Integer input, or an integer array inside, cuts off the fraction of the result"""
    return first(evidence, cuts(evidence))


def cuts(evidence: Evidence) -> Iterator[Alteration]:
    symbols = evidence.formula.written.program.inputs
    whole = [k for k, each in enumerate(symbols) if getattr(each, "is_integer", False)]
    yield from arguments_changed(evidence, "{0}//2 stands for {0}/2", whole, lambda n: 2 * (n // 2))
    for k, operation in operations(evidence, "div", "mul", "sqrt"):
        plain = operator_of(operation)
        yield always("{0} is cut off to a whole number", (k,),
                     {k: lambda *v, f=plain: np.floor(f(*v))})  # fmt: skip


# ------------------------------------------------------------------ approximations


@EXCHANGED.cause(
    "an approximation of the formula",
    example=Example("x*(1 + erf(x/sqrt(2)))/2",
                    lambda x: x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))) / 2),
)  # fmt: skip
def approximated(evidence: Evidence) -> str | None:
    """A function is computed by a formula that is near it, and not the same"""
    if (found := first(evidence, approximations(evidence))) is not None:
        return found
    for k, operation in candidates(evidence):
        for name, near in NEAR.get(operation.name, {}).items():
            if explained(evidence, partial(_near, k, near)):
                return f"{operation.name} as {name}"
    return None


def _near(k: int, near: Operator, base: Any, moved: Any) -> Changes:
    return {k: near}


def approximations(evidence: Evidence) -> Iterator[Alteration]:
    for k, operation in operations(evidence, *NEAR):
        for name, near in NEAR[operation.name].items():
            yield always(f"{{0}} as {name}", (k,), {k: near})


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def _erf_by_tanh(z: Any) -> Any:
    return np.tanh(2 / math.sqrt(math.pi) * (z + 2 * 0.044715 * z**3))


NEAR: dict[str, dict[str, Callable[..., Any]]] = {
    "erf": {
        "a tanh": _erf_by_tanh,
        "a sigmoid": lambda z: 2 * _sigmoid(1.702 * math.sqrt(2) * z) - 1,
    },
    "erfc": {
        "a tanh": lambda z: 1 - _erf_by_tanh(z),
        "a sigmoid": lambda z: 2 * _sigmoid(-1.702 * math.sqrt(2) * z),
    },
    "sigmoid": {
        "straight lines": lambda x: np.clip(x / 6 + 0.5, 0, 1),
        "straight lines of slope 0.2": lambda x: np.clip(0.2 * x + 0.5, 0, 1),
    },
    "tanh": {"straight lines": lambda x: np.clip(x, -1, 1)},
    "gamma": {
        "Stirling's formula": lambda x: np.sqrt(2 * np.pi / x) * (x / math.e) ** x,
    },
    "sin": {"its argument": lambda x: x, "two terms of its series": lambda x: x - x**3 / 6},
    "cos": {"two terms of its series": lambda x: 1 - x**2 / 2},
    "exp": {"two terms of its series": lambda x: 1 + x,
            "three terms of its series": lambda x: 1 + x + x**2 / 2},
}  # fmt: skip
