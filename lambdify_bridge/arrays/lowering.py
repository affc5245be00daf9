"""An array graph among the operations of a program: every node once, in order.

The value of a node may lack axes along which nothing changes (a bias that is the same for every
row); they are filled in where an operation needs them, and at the end.
"""

from __future__ import annotations

import keyword
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

import sympy as sp

from lambdify_bridge.arithmetic import added, signed
from lambdify_bridge.arrays.builder import ArrayBuilder
from lambdify_bridge.arrays.contraction import Labels, Term, contracted, spread
from lambdify_bridge.arrays.gathering import Chosen, without_rows
from lambdify_bridge.arrays.walk import below, needed, spelled
from lambdify_bridge.lowering import in_enough_digits
from lambdify_bridge.program import Program
from lambdify_bridge.shapes import ArrayVariable

RESERVED = {*keyword.kwlist, *keyword.softkwlist, "np", "linalg", "special", "runtime", "function"}

# fmt: off
OPERATIONS = {  # functions of whole arrays; their data is the payload
    "Inverse":          "inverse",
    "Determinant":      "determinant",
    "LogDeterminant":   "logdet",
    "Exponential":      "expm",
    "SquareRoot":       "sqrtm",
    "Eigenvalues":      "eigenvalues",
    "Eigenvectors":     "eigenvectors",
    "Cholesky":         "cholesky",
    "Norm":             "norm",
    "NuclearNorm":      "nuclear_norm",
    "SpectralNorm":     "spectral_norm",
    "Polar":            "polar",
    "LeadingPair":      "leading_pair",
    "ExpmDerivative":   "expm_derivative",
    "Sylvester":        "sylvester",
    "Lower":            "lower_half",
    "Standardized":     "standardized",
    "InverseDeviation": "inverse_deviation",
}
ALONG = {  # along one axis
    "LogSumExp":  "logsumexp",
    "Normalised": "normalise",
    "Lengths":    "lengths",
    "AtLargest":  "at_max",
    "AtSmallest": "at_min",
}
REDUCED = {"Largest": "max", "Smallest": "min"}
REARRANGED = {  # and which of their data are sizes
    "Placed":     ("place", slice(1, 3)),
    "Windows":    ("windows", slice(1, 2)),
    "Overlapped": ("overlap", slice(1, 2)),
}
# fmt: on


def lowered(
    outputs: Sequence[Any],
    given: Sequence[Any],
    meaning: Mapping[Any, Any] | None = None,
    whole_names: bool = False,
    exact: bool = False,
) -> Graph:
    """The graph that leads to some nodes, as a program whose outputs they are.

    `given` nodes are not computed: they are its inputs. `meaning` says how adjoints are computed,
    where they are not given. `whole_names`: named quantities have all of their axes, and their
    values are outputs as well, as are those of all other nodes. `exact`: constants are not rounded.
    """
    if exact:
        return Graph(None, outputs, given, meaning, whole_names)
    return in_enough_digits(lambda digits: Graph(digits, outputs, given, meaning, whole_names))


class Graph:
    """What every node of a graph became."""

    def __init__(
        self,
        digits: int | None,
        outputs: Sequence[Any],
        given: Sequence[Any],
        meaning: Mapping[Any, Any] | None,
        whole_names: bool,
    ) -> None:
        self.builder, self.whole_names = ArrayBuilder(digits), whole_names
        self.meaning: Mapping[Any, Any] = meaning or {}
        self.values: dict[Any, Term] = {}
        self.logs: dict[Any, Term] = {}  # log-softmax of an array along an axis
        self.taken: set[str] = set()
        self.numbers: Counter[str] = Counter()
        order = needed(outputs, given, self.meaning)
        self.slices = [node for node in order if _is_cut_from_a_letter(node)]
        self.rows = [node for node in order if type(node).__name__ == "OneHot"]
        self.inputs = self.given(given, order)
        for node in order:
            if node not in self.values:
                self.values[node] = self.kept(node, self.value(node))
                self.remember_log(node)
        self.outputs = [self.full(node) for node in outputs]
        self.places, self.program = self.finished(outputs)

    def finished(self, outputs: Sequence[Any]) -> tuple[dict[Any, int], Program]:
        """Where the values of nodes are among the operations of the program, and the program."""
        values = [*zip(outputs, self.outputs, strict=True)]
        if self.whole_names:
            known = {*outputs, *self.rows}
            values += [
                (node, term.value) for node, term in self.values.items() if node not in known
            ]
        letters = [s for s in self.builder.symbols if isinstance(s, sp.Symbol)]
        wanted = [value for _, value in values]
        program = self.builder.program(wanted, [*self.inputs, *letters])
        nodes = [node for node, _ in values]
        return dict(zip(nodes, program.outputs, strict=True)), program

    # -- names ---------------------------------------------------------------------------------

    def free(self, name: str) -> str:
        """A name that nothing else has."""
        plain = re.sub(r"\W", "_", name, flags=re.ASCII).strip("_") or "v"
        plain = f"v_{plain}" if plain in RESERVED or plain[0].isdigit() else plain
        chosen = plain
        while chosen in self.taken:
            self.numbers[plain] += 1
            chosen = f"{plain}_{self.numbers[plain]}"
        self.taken.add(chosen)
        return chosen

    def given(self, given: Sequence[Any], order: Sequence[Any]) -> list[ArrayVariable]:
        """Inputs, and the sizes that are read off their shapes."""
        b, names = self.builder, self.letters((*given, *order))
        inputs = []
        for node in given:
            inputs.append(ArrayVariable(self.free(spelled(node)), node.shape))
            value = b.input(inputs[-1])
            self.values[node] = Term(value, tuple(range(len(node.shape))))
            for axis, n in enumerate(node.shape):
                if n.is_Symbol and n not in b.letters:
                    size = b.emit("size", value, payload=axis)
                    b.letters[n] = b.emit("named", size, payload=names[n])
        return inputs

    def letters(self, nodes: Sequence[Any]) -> dict[sp.Symbol, str]:
        """What sizes are called."""
        formulas = (
            n
            for node in nodes
            for n in (*node.shape, *(each for each in node.data if isinstance(each, sp.Expr)))
        )
        names: dict[sp.Symbol, str] = {}
        for n in dict.fromkeys(formulas):
            for letter in sorted(n.free_symbols, key=str):
                if letter.is_integer and letter not in names:
                    names[letter] = self.free(letter.name)
        return names

    def kept(self, node: Any, value: Term) -> Term:
        """A quantity with a name of its own is a value of its own."""
        if type(node).__name__ != "Named" and node not in self.meaning:
            return value
        if self.whole_names:
            self.values[node] = value
            value = Term(self.full(node), tuple(range(len(node.shape))))
        name = self.free(spelled(node))
        return Term(self.builder.emit("named", value.value, payload=name), value.labels)

    def remember_log(self, node: Any) -> None:
        """Where a log-softmax is: the softmax is its exponential, without another sum."""
        of = node.args[0] if type(node).__name__ == "Named" else node
        if type(of).__name__ == "LogSoftmax":
            self.logs[of.args[0], of.data] = self.values[node]

    # -- one node ------------------------------------------------------------------------------

    def value(self, node: Any) -> Term:
        kind, b = type(node).__name__, self.builder
        every = tuple(range(len(node.shape)))
        if kind == "Named" or node in self.meaning:
            return self.values[below(node, self.meaning)[0]]
        if kind == "Product":
            return self.product(node)
        if kind == "Sum":
            parts, labels = self.aligned(node)
            return Term(added(b, *signed(b, parts)), labels)
        if kind in ("Map", "Power"):
            return self.entry_by_entry(node)
        if kind == "Ones":
            return Term(b.constant(1), ())
        if kind == "Softmax" and (node.args[0], node.data) in self.logs:
            log = self.logs[node.args[0], node.data]
            return Term(b.apply("exp", log.value), log.labels)
        return Term(self.whole(node, kind, [self.full(a) for a in node.args]), every)

    def whole(self, node: Any, kind: str, of: Sequence[int]) -> int:
        """A function of whole arrays."""
        b, shape = self.builder, node.shape
        if kind in OPERATIONS:
            return b.emit(OPERATIONS[kind], *of, payload=node.data or None)
        if kind in ALONG:
            return b.emit(ALONG[kind], *of, payload=node.data[0])
        if kind in REDUCED:
            return b.reduce(REDUCED[kind], of[0], node.data)
        if kind in REARRANGED:
            name, sizes = REARRANGED[kind]
            return b.sized(name, node.data, of, node.data[sizes])
        if kind == "Taken":
            _, start, count, step = node.data
            return b.sized("slice", node.data, of, (start, start + (count - 1) * step + 1))
        if kind == "Reshaped":
            return b.sized("reshape", shape, of, shape)
        if kind == "Identity":
            return b.sized("eye", shape, of, shape[:1])
        if kind == "Triangle":
            return b.sized("triangle", (node.data[0], shape), of, shape)
        if kind == "OneHot":
            return b.sized("one_hot", shape[-1], of, shape[-1:])
        if kind == "Pairing":
            return b.reduce("sum", b.mul(*of), None)
        if kind in ("Softmax", "LogSoftmax"):
            return self.softmax(kind, of[0], node.data)
        raise NotImplementedError(f"there is no NumPy code for {kind}")

    def softmax(self, kind: str, x: int, axis: Sequence[int]) -> int:
        """Shifted by the largest entry, so that no exponential is too large.

        The result is the same whatever the shift: its derivative by it is 0.
        """
        b = self.builder
        shifted = b.sub(x, b.reduce("shift", x, axis, kept=True))
        powers = b.apply("exp", shifted)
        total = b.reduce("sum", powers, axis, kept=True)
        return (
            b.sub(shifted, b.apply("log", total)) if kind == "LogSoftmax" else b.div(powers, total)
        )

    def entry_by_entry(self, node: Any) -> Term:
        values, labels = self.aligned(node)
        places = [sp.Symbol(f"t{k}", real=True) for k in range(1, len(values) + 1)]
        formula = node.data[0] if type(node).__name__ == "Map" else places[0] ** node.data[0]
        try:
            known = dict(zip(places, values, strict=True))
            return Term(self.builder.formula(formula, known), labels)
        except ValueError as why:
            raise NotImplementedError(str(why)) from None

    def full(self, node: Any) -> int:
        """The value with all axes."""
        value, every, b = self.values[node], tuple(range(len(node.shape))), self.builder
        if value.labels == every:
            return value.value
        return b.sized("broadcast", node.shape, [spread(b, value, every).value], node.shape)

    def aligned(self, node: Any) -> tuple[list[int], Labels]:
        """The values that a node is made of, with the same axes."""
        parts = [self.values[a] for a in node.args]
        labels = tuple(sorted({i for part in parts for i in part.labels}))
        return [spread(self.builder, part, labels).value for part in parts], labels

    # -- products ------------------------------------------------------------------------------

    def product(self, node: Any) -> Term:
        out = tuple(range(len(node.shape)))
        terms: list[Term] = []
        sizes: dict[int, Any] = {}
        rows: list[Chosen] = []
        for factor, labels in zip(node.args, node.data[1], strict=True):
            sizes.update(zip(labels, factor.shape, strict=True))
            own = self.values[factor]
            if type(factor).__name__ == "OneHot":
                indices, n = self.full(factor.args[0]), factor.shape[-1]
                rows.append(Chosen(indices, labels[:-1], labels[-1], n, own.value))
            elif own.labels or not self.builder.is_number(own.value, 1):
                terms.append(Term(own.value, tuple(labels[a] for a in own.labels)))
        carried = {i for term in terms for i in term.labels}
        carried |= {i for each in rows for i in (*each.labels, each.place)}
        terms = without_rows(self.builder, rows, terms, out)
        coefficient = node.data[0]
        for label, n in sizes.items():
            if label not in carried and label not in out:
                coefficient *= n
        arrays = [term for term in terms if term.labels]
        scalars = [term.value for term in terms if not term.labels]
        of = contracted(self.builder, arrays, out) if arrays else None
        return self.scaled(coefficient, scalars, of)

    def scaled(self, coefficient: Any, scalars: Sequence[int], of: Term | None) -> Term:
        """Numbers first: a matrix is multiplied once."""
        b, factors = self.builder, [*scalars, *([of.value] if of else [])]
        if not factors or coefficient not in (1, -1):
            factors.insert(0, b.formula(coefficient))
        elif coefficient == -1:
            factors[0] = b.apply("neg", factors[0])
        return Term(reduce(b.mul, factors), of.labels if of else ())


def _is_cut_from_a_letter(node: Any) -> bool:
    return type(node).__name__ == "Taken" and bool(node.args[0].shape[node.data[0]].free_symbols)
