"""Index notation as it is printed, put to numbers: Σ_mn Z[i, k - m + 1] K[m, n] [k = 2*m + n].

An index outside of an array stands for 0. Shares nothing with the packages.
"""

from __future__ import annotations

import ast
import itertools
import operator
import re
from collections.abc import Mapping

import numpy as np

ENTRY = r"(?P<name>[^\s\[\]]+)\[(?P<index>[^\]]*)\]"
WITHIN = r"\[0 <= (?P<inside>[^<\]]+) < (?P<size>\d+)\]"
FACTOR = re.compile(ENTRY + "|" + WITHIN + r"|\[(?P<left>[^=\]]+) = (?P<right>[^\]]+)\]")
SUM = re.compile(r"Σ_([a-z]+|\([^)]*\)) (.*)")
Values = Mapping[str, np.ndarray]
OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul}


def value(text: str, values: Values, shape: tuple[int, ...]) -> np.ndarray:
    """The array whose entry at i, j, k, ... the text gives."""
    head, body = SUM.match(text).groups() if text.startswith("Σ_") else ("", text)
    summed, out = re.findall("[a-z]", head), list("ijklmnpq"[: len(shape)])
    factors = list(FACTOR.finditer(body))
    assert " ".join(f.group() for f in factors) == body, f"not read: {body}"
    sizes = dict(zip(out, shape, strict=True))
    sizes |= {letter: int(n) for letter, n in re.findall(r"([a-z])<(\d+)", head)}
    for factor in factors:
        if factor["name"]:
            axes = zip(factor["index"].split(","), values[factor["name"]].shape, strict=True)
            sizes.update({index.strip(): n for index, n in axes if index.strip() in summed})
    result = np.zeros(shape)
    for place in itertools.product(*(range(sizes[letter]) for letter in [*out, *summed])):
        at = dict(zip([*out, *summed], place, strict=True))
        result[place[: len(shape)]] += np.prod([_factor(f, at, values) for f in factors])
    return result


def _factor(factor: re.Match[str], at: Mapping[str, int], values: Values) -> float:
    if factor["inside"]:
        return float(0 <= _index(factor["inside"], at) < int(factor["size"]))
    if not factor["name"]:
        return float(_index(factor["left"], at) == _index(factor["right"], at))
    x = values[factor["name"]]
    place = tuple(_index(text, at) for text in factor["index"].split(","))
    inside = all(0 <= k < n for k, n in zip(place, x.shape, strict=True))
    return float(x[place]) if inside else 0.0


def _index(text: str, at: Mapping[str, int]) -> int:
    def of(node: ast.AST) -> int:
        match node:
            case ast.Constant(value=int(n)):
                return n
            case ast.Name(id=letter):
                return at[letter]
            case ast.BinOp(left=a, op=op, right=b):
                return int(OPERATORS[type(op)](of(a), of(b)))
            case ast.UnaryOp(op=ast.USub(), operand=a):
                return -of(a)
        raise ValueError(f"not read: {text}")

    return of(ast.parse(text.strip(), mode="eval").body)
