"""An array graph as lines of NumPy: every node once, in order, named quantities by their names.

The value of a node may lack axes along which nothing changes (a bias that is the same for every
row); they are filled in where an operation needs them, and at the end.
"""

from __future__ import annotations

import keyword
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sympy as sp

from lambdify_bridge.arrays.contraction import Labels, Term, contracted, spread
from lambdify_bridge.arrays.elementwise import entry_by_entry, scalar
from lambdify_bridge.arrays.gathering import Chosen, without_rows

# What is given a value by itself: derivatives get theirs from their definitions.
LEAVES = (
    "Variable", "Adjoint", "Gradient", "Differential", "Directional", "Jacobian", "Hessian",
    "VecJacobian",
)  # fmt: skip
INLINE = 60  # characters of a value that is used once and needs no line of its own
RESERVED = {*keyword.kwlist, *keyword.softkwlist, "np", "linalg", "special", "runtime", "function"}

# fmt: off
CALLS = {  # functions of whole arrays: {0}, {1}, ... are the arguments
    "Inverse":        "np.linalg.inv({0})",
    "Determinant":    "np.linalg.det({0})",
    "LogDeterminant": "np.linalg.slogdet({0})[1]",
    "Exponential":    "linalg.expm({0})",
    "SquareRoot":     "linalg.sqrtm({0}).real",
    "Eigenvalues":    "np.linalg.eigvalsh(runtime.symmetric({0}))",
    "Eigenvectors":   "np.linalg.eigh(runtime.symmetric({0}))[1]",
    "Cholesky":       "np.linalg.cholesky(runtime.symmetric({0}))",
    "Norm":           "np.linalg.norm({0})",
    "NuclearNorm":    'np.linalg.norm({0}, "nuc")',
    "SpectralNorm":   "np.linalg.norm({0}, 2)",
    "Polar":          "runtime.polar({0})",
    "LeadingPair":    "runtime.leading_pair({0})",
    "ExpmDerivative": "linalg.expm_frechet({0}, {1}, compute_expm=False)",
    "Sylvester":      "linalg.solve_sylvester({0}, {1}, {2})",
    "Lower":          "runtime.lower_half({0})",
    "Pairing":        "np.sum(({0}) * ({1}))",
}
ALONG = {  # along the axis {axis}
    "LogSumExp":  "special.logsumexp({0}, axis={axis})",
    "Normalised": "runtime.normalise({0}, {axis})",
    "Lengths":    "np.linalg.norm({0}, axis={axis})",
    "Largest":    "np.max({0}, {axis})",
    "Smallest":   "np.min({0}, {axis})",
    "AtLargest":  "runtime.at_max({0}, {axis})",
    "AtSmallest": "runtime.at_min({0}, {axis})",
}
# fmt: on


@dataclass(frozen=True)
class Line:
    """One assignment; `node` is whose value it is, None for a step on the way to one."""

    name: str
    code: str
    node: Any = None


@dataclass
class Lines:
    """The lines for some nodes. `given` nodes are not computed: their values are arguments.

    `meaning` says how adjoints are computed, where they are not given.
    """

    outputs: Sequence[Any]
    given: Sequence[Any]
    meaning: Mapping[Any, Any] = field(default_factory=dict)
    names: dict[Any, str] = field(default_factory=dict)
    sizes: dict[Any, str] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    values: dict[Any, Term] = field(default_factory=dict)
    whole_names: bool = False  # named quantities with all of their axes

    def __post_init__(self) -> None:
        order = needed(self.outputs, self.given, self.meaning)
        self.logs: dict[Any, str] = {}  # log-softmax of an array along an axis, by its name
        self.taken: set[str] = set()
        self.numbers: Counter[str] = Counter()
        self.times = Counter(a for node in order for a in below(node, self.meaning))
        self.times.update(self.outputs)
        self.slices = [node for node in order if _is_cut_from_a_letter(node)]
        self.rows = [node for node in order if type(node).__name__ == "OneHot"]
        self.letters(order)
        for node in self.given:
            self.names[node] = self.free(spelled(node))
            self.values[node] = Term(self.names[node], tuple(range(len(node.shape))))
        made = _needed_as_arrays(order, self.outputs, self.meaning)
        for node in order:
            if node not in self.values and node in made:
                self.values[node] = self.kept(node, self.value(node))
                self.remember_log(node)

    def remember_log(self, node: Any) -> None:
        """The name of a log-softmax: the softmax is its exponential, without another sum."""
        of = node.args[0] if type(node).__name__ == "Named" else node
        if type(of).__name__ == "LogSoftmax" and self.values[node].code.isidentifier():
            self.logs[of.args[0], of.data] = self.values[node].code

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

    def letters(self, order: Sequence[Any]) -> None:
        """Sizes that are letters: read off the shapes of what is given."""
        for node in (*self.given, *order):
            for n in (*node.shape, *_formulas(node)):
                for letter in sorted(n.free_symbols, key=str):
                    if letter.is_integer and letter not in self.sizes:
                        self.sizes[letter] = self.free(letter.name)

    def size(self, n: Any) -> str:
        """A size as code."""
        return str(sp.pycode(n.xreplace({s: sp.Symbol(name) for s, name in self.sizes.items()})))

    def whole(self, n: Any) -> str:
        text = self.size(n)
        return text if n.is_Symbol or n.is_Integer else f"int({text})"

    # -- lines ---------------------------------------------------------------------------------

    def put(self, code: str, name: str = "v", node: Any = None) -> str:
        chosen = self.free(name)
        self.lines.append(Line(chosen, code, node))
        return chosen

    def kept(self, node: Any, value: Term) -> Term:
        """The value on a line of its own, unless it is short and used once."""
        own = type(node).__name__ == "Named" or node in self.meaning
        if own and self.whole_names and value.labels != tuple(range(len(node.shape))):
            self.values[node] = value
            value = Term(self.full(node), tuple(range(len(node.shape))))
        if not own and (value.code in self.taken or self.is_inline(node, value)):
            return value
        return Term(self.put(value.code, spelled(node) if own else "v", node), value.labels)

    def is_inline(self, node: Any, value: Term) -> bool:
        return (self.times[node] < 2 and len(value.code) < INLINE) or not node.args

    # -- one node ------------------------------------------------------------------------------

    def value(self, node: Any) -> Term:
        kind = type(node).__name__
        every = tuple(range(len(node.shape)))
        if kind == "Named" or node in self.meaning:
            return self.values[below(node, self.meaning)[0]]
        if kind == "Product":
            return self.product(node)
        parts = [self.values[a] for a in node.args]
        if kind == "Sum":
            return self.sum(parts)
        if kind in ("Map", "Power"):
            return entry_by_entry(node, *self.aligned(parts), self.sizes)
        if kind == "Ones":
            return Term("1.0", ())
        if kind == "Identity":
            return Term(f"np.eye({self.whole(node.shape[0])})", every)
        if kind == "OneHot":
            return Term(self.one_hot(node), every)
        if kind == "Triangle":
            return Term(f"np.{node.data[0]}(np.ones({self.shape(node)}))", every)
        full = [self.full(a) for a in node.args]
        if kind in CALLS:
            return Term(CALLS[kind].format(*full), every)
        if kind in ("Softmax", "LogSoftmax"):
            return self.softmax(node, kind, full[0])
        if kind in ALONG:
            return Term(ALONG[kind].format(*full, axis=node.data[0]), every)
        if kind in ("Standardized", "InverseDeviation"):
            axes, eps, centred = node.data
            name = "standardized" if kind == "Standardized" else "inverse_deviation"
            return Term(f"runtime.{name}({full[0]}, {axes}, {float(eps)!r}, {centred})", every)
        return Term(self.rearranged(node, kind, full[0]), every)

    def softmax(self, node: Any, kind: str, of: str) -> Term:
        """Shifted by the largest entry, so that no exponential is too large."""
        every, along = tuple(range(len(node.shape))), f"({node.data[0]}, keepdims=True)"
        log = self.logs.get((node.args[0], node.data))
        if log is not None:  # worked out already
            return Term(f"np.exp({log})", every)
        x = of if of.isidentifier() else self.put(of)
        shifted = f"{x} - {x}.max{along}"
        if kind == "LogSoftmax":
            v = self.put(shifted)
            return Term(f"{v} - np.log(np.exp({v}).sum{along})", every, atom=False)
        v = self.put(f"np.exp({shifted})")
        return Term(f"{v} / {v}.sum{along}", every, atom=False)

    def rearranged(self, node: Any, kind: str, of: str) -> str:
        if kind == "Reshaped":
            return f"np.reshape({of}, ({', '.join(map(self.whole, node.shape))},))"
        axis, start, count, step = node.data
        begin = self.whole(start)
        if kind == "Windows":
            return f"runtime.windows({of}, {axis}, {begin}, {count}, {step})"
        if kind == "Overlapped":
            return f"runtime.overlapped({of}, {axis}, {begin}, {count}, {step})"
        if kind == "Placed":
            return f"runtime.placed({of}, {axis}, {begin}, {self.whole(count)}, {step})"
        if kind == "Taken":
            end = self.whole(start + (count - 1) * step + 1)
            by = f":{step}" if step > 1 else ""
            return f"({of})[{':, ' * axis}{begin}:{end}{by}]"
        raise NotImplementedError(f"there is no NumPy code for {kind}")

    def full(self, node: Any) -> str:
        """The value with all axes."""
        value, every = self.values[node], tuple(range(len(node.shape)))
        if value.labels == every:
            return value.code
        return f"np.broadcast_to({spread(value, every).code}, {self.shape(node)})"

    def shape(self, node: Any) -> str:
        return f"({', '.join(map(self.whole, node.shape))},)"

    def aligned(self, parts: Sequence[Term]) -> tuple[list[Term], Labels]:
        """Values with the same axes."""
        labels = tuple(sorted({i for part in parts for i in part.labels}))
        return [spread(part, labels) for part in parts], labels

    def sum(self, parts: Sequence[Term]) -> Term:
        aligned, labels = self.aligned(parts)
        code = aligned[0].code
        for term in aligned[1:]:
            more = term.code if term.atom or " + " not in term.code else term.bracketed
            code += f" - {more[1:]}" if more.startswith("-") else f" + {more}"
        return Term(code, labels, atom=False)

    def product(self, node: Any) -> Term:
        out = tuple(range(len(node.shape)))
        terms: list[Term] = []
        sizes: dict[int, Any] = {}
        rows: list[Chosen] = []
        for factor, labels in zip(node.args, node.data[1], strict=True):
            sizes.update(zip(labels, factor.shape, strict=True))
            if type(factor).__name__ == "OneHot":
                rows.append(self.chosen(factor, labels))
                continue
            own = self.values[factor]
            if own.labels or own.code != "1.0":
                at = tuple(labels[a] for a in own.labels)
                terms.append(replace(own, labels=at))
        carried = {i for term in terms for i in term.labels}
        carried |= {i for each in rows for i in (*each.labels, each.place)}
        terms = without_rows(rows, terms, out, self.put)
        coefficient = node.data[0]
        for label, n in sizes.items():
            if label not in carried and label not in out:
                coefficient *= n
        scalars = [term for term in terms if not term.labels]
        arrays = [term for term in terms if term.labels]
        if not arrays:
            return self.scaled(coefficient, scalars, None)
        return self.scaled(coefficient, scalars, contracted(arrays, out, self.put))

    def chosen(self, node: Any, labels: Labels) -> Chosen:
        """One-hot rows as a factor of a product; as an array only if nothing else will do."""
        (of,) = node.args
        if not self.full(of).isidentifier():
            self.values[of] = Term(self.put(self.full(of)), tuple(range(len(of.shape))))

        def matrix() -> str:
            if node not in self.values:
                self.values[node] = Term(self.put(self.one_hot(node)), labels)
            return self.values[node].code

        return Chosen(self.full(of), labels[:-1], labels[-1], self.whole(node.shape[-1]), matrix)

    def one_hot(self, node: Any) -> str:
        return f"runtime.one_hot({self.full(node.args[0])}, {self.whole(node.shape[-1])})"

    def scaled(self, coefficient: Any, scalars: Sequence[Term], of: Term | None) -> Term:
        """Numbers first: a matrix is multiplied once."""
        sign = "-" if coefficient == -1 and (scalars or of) else ""
        numbers = [] if coefficient in (1, -1) and (scalars or of) else [self.number(coefficient)]
        numbers += [term.bracketed for term in scalars]
        front = sign + " * ".join(numbers)
        if of is None:
            return Term(front, (), atom=len(numbers) == 1 and not sign)
        if not numbers:
            return Term(sign + (of.bracketed if sign else of.code), of.labels, of.atom and not sign)
        return Term(f"{front} * {of.bracketed}", of.labels, atom=False)

    def number(self, coefficient: Any) -> str:
        if coefficient.is_number:
            value = scalar(coefficient, {})
            return f"({value})" if value.startswith("-") else value
        above, below = coefficient.as_numer_denom()
        if above.is_number and below.is_Symbol:
            return f"({float(above)!r} / {self.sizes[below]})"
        return f"({scalar(coefficient, self.sizes)})"


def _formulas(node: Any) -> list[Any]:
    """The scalar formulas that say which node it is: a coefficient, an exponent, a function."""
    return [each for each in node.data if isinstance(each, sp.Expr)]


def _needed_as_arrays(
    order: Sequence[Any], outputs: Sequence[Any], meaning: Mapping[Any, Any]
) -> set[Any]:
    """All nodes but one-hot rows that are factors of products only."""
    others = [node for node in order if node in meaning or type(node).__name__ != "Product"]
    used = {a for node in others for a in below(node, meaning)} | {*outputs}
    return {node for node in order if type(node).__name__ != "OneHot"} | used


def _is_cut_from_a_letter(node: Any) -> bool:
    return type(node).__name__ == "Taken" and bool(node.args[0].shape[node.data[0]].free_symbols)


def below(node: Any, meaning: Mapping[Any, Any]) -> Sequence[Any]:
    """What a node is computed from."""
    if node in meaning:
        return (meaning[node],)
    return () if type(node).__name__ in LEAVES else node.args


def needed(
    outputs: Sequence[Any], given: Sequence[Any], meaning: Mapping[Any, Any] | None = None
) -> list[Any]:
    """The nodes below the outputs, arguments first; nothing below what is given."""
    stop, meaning = set(given), meaning or {}
    order: list[Any] = []
    seen: set[Any] = set()
    stack = [(node, False) for node in reversed(outputs)]
    while stack:
        node, opened = stack.pop()
        if opened:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            if node not in stop:
                stack.extend((a, False) for a in reversed(below(node, meaning)))
    return order


def spelled(node: Any) -> str:
    """What a given value is called in the code."""
    kind = type(node).__name__
    if kind == "Adjoint":
        return f"{spelled(node.args[1])}_bar"
    if kind == "Differential":
        return f"d{spelled(node.args[0])}"
    return str(node.data[0]) if kind in ("Variable", "Named") else "given"


def source(lines: Lines, outputs: Mapping[str, Any] | Sequence[Any]) -> str:
    """The lines as a function that returns a tuple of the outputs."""
    arguments = [lines.names[node] for node in lines.given]
    body = [f"    {line}" for line in size_lines(lines)]
    body += [f"    {line.name} = {line.code}" for line in lines.lines]
    results = [_output(lines, node) for node in outputs]
    body.append(f"    return ({', '.join(results)},)")
    return "\n".join([f"def function({', '.join(arguments)}):", *body])


def _output(lines: Lines, node: Any) -> str:
    return lines.full(node)


def size_lines(lines: Lines) -> list[str]:
    """Where the letters for sizes come from: axes of the arguments."""
    found: dict[Any, str] = {}
    for node in lines.given:
        for axis, n in enumerate(node.shape):
            if n in lines.sizes and n not in found:
                found[n] = f"{lines.sizes[n]} = {lines.names[node]}.shape[{axis}]"
    used = [*(line.code for line in lines.lines), *(lines.full(node) for node in lines.outputs)]
    words = set(re.findall(r"\w+", " ".join(used)))
    unknown = [n for n, name in lines.sizes.items() if name in words and n not in found]
    if unknown:
        raise ValueError(
            f"{unknown[0]} is the size of no argument: there is no function without it"
        )
    return [line for n, line in found.items() if lines.sizes[n] in words]
