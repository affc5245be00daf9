"""Random array formulas as text with declared shapes: seeded, typed by shape, of a given depth.

Sizes are letters (`n`, `m`, `k`) and numbers, some of which are the values of letters; an axis of
size 1 is among them. A formula is right in its types as written; where it has a value is for the
caller to find out.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Callable
from dataclasses import dataclass, field

SIZES = {"n": 3, "m": 4, "k": 2}  # what the letters stand for
NAMED = ("n", "n", "m", "m", "k", "2", "3", "1")
Shape = tuple[str, ...]

# fmt: off
LETTERS = {"symmetric": "S", "positive definite": "P", "diagonal": "D", "orthogonal": "Q",
           "lower triangular": "L", "upper triangular": "U", "": ""}  # by structure
SMOOTH = ["sin", "cos", "tanh", "arctan", "arcsinh", "erf", "erfc", "sigmoid", "softplus", "expm1",
          "exp", "cosh", "sinh", "square", "atan", "asinh"]
INSIDE = [  # where an argument has to be kept in a domain
    "log(1.5 + {}**2)", "sqrt(1 + {}**2)", "log1p({}**2)", "arcsin(0.8*tanh({}))",
    "arccos(0.7*sin({}))", "arctanh(0.9*tanh({}))", "arccosh(1.5 + {}**2)", "gammaln(1.3 + {}**2)",
    "reciprocal(2 + {}**2)", "asin(0.8*tanh({}))", "acos(0.7*sin({}))", "polygamma(1, 1.3 + {}**2)",
    "loggamma(1.3 + {}**2)", "acosh(1.5 + {}**2)", "atanh(0.9*tanh({}))", "1/(1 + exp(-{}))",
    "tan(0.5*tanh({}))", "(2 + {}**2)**0.5",
    "(1 + {}**2)**-1.5", "log(cosh({}))", "exp(-{}**2)", "{}**3", "{}**2", "(1.5 + sin({}))**1.7",
]
KINKED = ["abs({})", "relu({})", "maximum({}, 0.1)", "sign({})", "Abs({})",
          "heaviside({}, 0.5)"]
# fmt: on


@dataclass
class Formula:
    """A text, the shapes and structures of its variables, and its own shape."""

    text: str
    shape: Shape
    shapes: dict[str, str]
    structures: dict[str, str]


def formula(seed: int, depth: int | None = None, rank: int | None = None) -> Formula:
    """The formula of a seed."""
    r = random.Random(f"array {seed}")
    g = Generator(r)
    shape = g.shape(r.choice([0, 0, 1, 1, 2, 2, 3, 4]) if rank is None else rank)
    text = g.array(shape, r.randint(2, 5) if depth is None else depth)
    used = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    shapes = {name: own for name, own in g.shapes.items() if name in used}
    structures = {name: own for name, own in g.structures.items() if name in used}
    return Formula(text, shape, shapes, structures)


def value_of(size: str) -> int:
    return SIZES[size] if size in SIZES else int(size)


@dataclass
class Generator:
    r: random.Random
    shapes: dict[str, str] = field(default_factory=dict)
    structures: dict[str, str] = field(default_factory=dict)

    def shape(self, rank: int) -> Shape:
        return tuple(self.r.choice(NAMED) for _ in range(rank))

    # -- leaves --------------------------------------------------------------------------------

    def variable(self, shape: Shape, structure: str = "") -> str:
        spelled = ",".join(shape)
        known = [
            name for name, own in self.shapes.items()
            if own == spelled and self.structures.get(name, "") == structure
        ]  # fmt: skip
        if known and (self.r.random() < 0.65 or len(self.shapes) > 7):
            return self.r.choice(known)
        if not structure and len(shape) == 2 and shape[0] == shape[1] and self.r.random() < 0.15:
            return self.variable(shape, self.r.choice([*LETTERS][:-1]))
        letter = ("s", "x", "A", "T", "H")[len(shape)]
        letter = "i" if structure == "indices" else LETTERS[structure] or letter
        names = (letter, *(f"{letter}{k}" for k in range(1, 500)))
        name = next(each for each in names if each not in self.shapes)
        self.shapes[name] = spelled
        if structure:
            self.structures[name] = structure
        return name

    def number(self) -> str:
        return self.r.choice(["2", "3", "0.5", "1.5", "7", "0.1", "pi", "1e-1"])

    def letters(self) -> list[str]:
        return sorted({n for own in self.shapes.values() for n in own.split(",") if n in SIZES})

    def leaf(self, shape: Shape) -> str:
        if not shape and self.r.random() < 0.25:
            return self.r.choice([self.number(), self.number(), *self.letters()])
        if self.r.random() < 0.06:
            if len(shape) == 2 and shape[0] == shape[1]:
                return f"eye({shape[0]})"
            if shape:
                return f"ones({', '.join(shape)})"
        return self.variable(shape)

    # -- any shape -----------------------------------------------------------------------------

    def array(self, shape: Shape, depth: int) -> str:
        """The text of an array of a shape, in brackets where it is no atom."""
        if depth <= 0 or self.r.random() < 0.07:
            return self.leaf(shape)
        options: list[Callable[[Shape, int], str | None]] = [*ANY, *ANY]
        options += BY_RANK[min(len(shape), 3)] * 2
        if len(shape) == 2 and shape[0] == shape[1]:
            options += SQUARE * 4
        while True:
            found = self.r.choice(options)(self, shape, depth - 1)  # type: ignore[arg-type,call-arg]
            if found is not None:
                return found

    def some(self, shape: Shape, depth: int) -> str:
        """An array that broadcasts to a shape."""
        cut = self.r.choice([0, 0, 0, 1, 2, 9])
        own = shape[min(cut, len(shape)) :]
        own = tuple("1" if self.r.random() < 0.1 else n for n in own)
        return self.array(own, depth)

    def added(self, shape: Shape, depth: int) -> str:
        a, b = self.array(shape, depth), self.some(shape, self.r.randint(0, depth))
        a, b = self.r.choice([(a, b), (b, a)])
        return f"({a} {self.r.choice('+-')} {b})"

    def multiplied(self, shape: Shape, depth: int) -> str:
        a, b = self.array(shape, depth), self.some(shape, self.r.randint(0, depth))
        a, b = self.r.choice([(a, b), (b, a)])
        return f"({a}*{b})"

    def divided(self, shape: Shape, depth: int) -> str:
        a, b = self.array(shape, depth), self.some(shape, self.r.randint(0, depth))
        return self.r.choice([f"({a}/(2 + {b}**2))", f"({a}/cosh({b}))", f"({a}/{self.number()})"])

    def scaled(self, shape: Shape, depth: int) -> str:
        a = self.array(shape, depth)
        return self.r.choice([f"(-{a})", f"({self.number()}*{a})", f"(1 - {a})", f"(({a} + 2)/3)"])

    def smooth(self, shape: Shape, depth: int) -> str:
        return f"{self.r.choice(SMOOTH)}({self.array(shape, depth)})"

    def inside(self, shape: Shape, depth: int) -> str:
        return f"({self.r.choice(INSIDE).format(f'({self.array(shape, depth)})')})"

    def kinked(self, shape: Shape, depth: int) -> str:
        return self.r.choice(KINKED).format(self.array(shape, depth))

    def compared(self, shape: Shape, depth: int) -> str:
        a, b = self.array(shape, depth), self.some(shape, depth - 1)
        if self.r.random() < 0.5:
            return f"{self.r.choice(['maximum', 'minimum'])}({a}, {b})"
        c, d = self.some(shape, depth - 1), self.some(shape, 0)
        return f"where({a} {self.r.choice(['>', '<', '>=', '<='])} {b}, {c}, {d})"

    def exponent(self, shape: Shape, depth: int) -> str:
        return f"((1.5 + sin({self.array(shape, depth)}))**{self.some(shape, 0)})"

    def reduced(self, shape: Shape, depth: int) -> str | None:
        """One more axis, taken away again."""
        if len(shape) > 3:
            return None
        k = self.r.randint(0, len(shape))
        whole = (*shape[:k], self.r.choice(NAMED[:-1]), *shape[k:])
        name = self.r.choice(["sum", "mean", "logsumexp", "max", "min", "sum", "norm"])
        axis = k if self.r.random() < 0.6 else k - len(whole)
        return f"{name}({self.array(whole, depth)}, axis={axis})"

    def reduced_twice(self, shape: Shape, depth: int) -> str | None:
        if len(shape) > 2:
            return None
        whole = (*shape, "k", self.r.choice(NAMED))
        axes = self.r.choice([f"({len(shape)}, -1)", f"[{len(shape)}, {len(shape) + 1}]"])
        return f"{self.r.choice(['sum', 'mean'])}({self.array(whole, depth)}, axis={axes})"

    def entry(self, shape: Shape, depth: int) -> str | None:
        if len(shape) > 3:
            return None
        k = self.r.randint(0, len(shape))
        size = self.r.choice(["n", "m", "2", "3", "1"])
        whole = (*shape[:k], size, *shape[k:])
        place = str(self.r.choice([0, value_of(size) - 1 if size.isdigit() else 1, -1]))
        index = ", ".join([":"] * k + [place])
        if self.r.random() < 0.3:
            index = ", ".join(["...", place, *[":"] * (len(shape) - k)])
        return f"{self.array(whole, depth)}[{index}]"

    def einsum(self, shape: Shape, depth: int) -> str:
        letters = dict(zip("abcd", shape, strict=False))
        inner = {c: self.r.choice(NAMED) for c in "ij"[: self.r.randint(0, 2)]}
        sizes = {**letters, **inner}
        pools: list[list[str]] = [[] for _ in range(self.r.randint(1, 3))]
        for c in sizes:
            for pool in self.r.sample(pools, self.r.choice([1, 1, min(2, len(pools))])):
                pool.append(c)
        pools = [p[:4] for p in pools]
        used = {c for p in pools for c in p}
        if not set(letters) <= used:
            return self.leaf(shape)
        for p in pools:
            self.r.shuffle(p)
            if p and len(p) < 3 and self.r.random() < 0.1:
                p.append(p[0])
        arrays = [self.array(tuple(sizes[c] for c in p), self.r.randint(0, depth)) for p in pools]
        spec = ",".join("".join(p) for p in pools) + "->" + "".join(letters)
        return f'einsum("{spec}", {", ".join(arrays)})'

    # -- with axes -----------------------------------------------------------------------------

    def along(self, shape: Shape, depth: int) -> str:
        axis = self.r.randrange(-len(shape), len(shape))
        name = self.r.choice(["softmax", "log_softmax", "softmax", "normalise"])
        return f"{name}({self.array(shape, depth)}, axis={axis})"

    def kept_axis(self, shape: Shape, depth: int) -> str | None:
        if "1" not in shape:
            return None
        k = shape.index("1")
        whole = (*shape[:k], self.r.choice(NAMED), *shape[k + 1 :])
        name = self.r.choice(["sum", "mean"])
        return f"{name}({self.array(whole, depth)}, axis={k}, keepdims=True)"

    def new_axis(self, shape: Shape, depth: int) -> str | None:
        if "1" not in shape:
            return None
        k = self.r.choice([k for k, n in enumerate(shape) if n == "1"])
        index = ", ".join([":"] * k + ["None"])
        if self.r.random() < 0.3:
            index = ", ".join(["...", "None", *[":"] * (len(shape) - k - 1)])
        return f"{self.array(shape[:k] + shape[k + 1 :], depth)}[{index}]"

    def centred(self, shape: Shape, depth: int) -> str:
        """What broadcasts against itself."""
        a, k = self.array(shape, depth), self.r.randrange(len(shape))
        return f"({a} - mean({a}, axis={k}, keepdims=True))"

    def sliced(self, shape: Shape, depth: int) -> str | None:
        places = [k for k, n in enumerate(shape) if n in ("1", "2")]
        if not places:
            return None
        k = self.r.choice(places)
        if shape[k] == "1":
            size = self.r.choice(["2", "3", "n", "m"])
            part = self.r.choice(["0:1", ":1", "1:2", "-1:"])
        else:
            size = "3"
            part = self.r.choice(["1:", ":2", "::2", ":-1", "-2:", "0:3:2"])
        whole = (*shape[:k], size, *shape[k + 1 :])
        return f"{self.array(whole, depth)}[{', '.join([':'] * k + [part])}]"

    def gathered(self, shape: Shape, depth: int) -> str | None:
        """Entries at indices, each of which is 0 or 1."""
        a = self.r.randrange(len(shape))
        b = self.r.choice([a, a + 1, a + 1, min(a + 2, len(shape))])
        size, i = self.r.choice(["n", "m", "k", "2", "3"]), self.variable(shape[a:b], "indices")
        if len(shape) == 1 and b == 1 and self.r.random() < 0.4:
            first, j = self.r.choice([(shape[0], f"arange({shape[0]})"),
                                      ("m", self.variable(shape, "indices"))])  # fmt: skip
            return f"{self.array((first, size), depth)}[{j}, {i}]"
        whole = (*shape[:a], size, *shape[b:])
        if len(whole) > 4:
            return None
        of = self.array(whole, depth)
        if self.r.random() < 0.3:
            return f"take({of}, {i}, axis={a - len(whole)})"
        return f"{of}[{', '.join([':'] * a + [i])}]"

    def concatenated(self, shape: Shape, depth: int) -> str | None:
        places = [k for k, n in enumerate(shape) if n in ("2", "3")]
        if not places:
            return None
        k = self.r.choice(places)
        sizes = {"2": ("1", "1"), "3": self.r.choice([("1", "2"), ("2", "1"), ("1", "1", "1")])}
        pieces = [(*shape[:k], n, *shape[k + 1 :]) for n in sizes[shape[k]]]
        inside = ", ".join(self.array(piece, self.r.randint(0, depth)) for piece in pieces)
        axis = k if self.r.random() < 0.6 else k - len(shape)
        return f"concatenate([{inside}], axis={axis})"

    def reshaped(self, shape: Shape, depth: int) -> str:
        whole = list(shape)
        self.r.shuffle(whole)
        if self.r.random() < 0.3:
            whole.insert(self.r.randint(0, len(whole)), "1")
        spelled = f"({', '.join(shape)},)"
        inside = self.array(tuple(whole) if len(whole) < 5 else shape, depth)
        return f"reshape({inside}, {spelled})"

    # -- by rank -------------------------------------------------------------------------------

    def of_vectors(self, shape: Shape, depth: int) -> str:
        n = self.r.choice(NAMED)
        x, y = self.array((n,), depth), self.array((n,), depth - 1)
        A = self.array((n, n), depth - 1)
        forms = [f"({x} @ {y})", f"({x}.T @ {y})", f"({x}.T @ {A} @ {y})", f"dot({x}, {y})",
                 f"norm({x})", f"norm({x}, 1)", f"norm({x}, 3)", f"norm({x})**2", f"sum({x})",
                 f"max({x})", f"logsumexp({x})", f"norm({x}, inf)", f"mean({x})", f"min({x})",
                 f"norm({x}, 1.5)", f"norm({x}, 2)", f"norm({x} - {y}, {self.number()})",
                 f"norm({x} - {y})**3", f"norm({x})/({y} @ {y} + 1)"]  # fmt: skip
        return self.r.choice(forms)

    def of_matrix(self, shape: Shape, depth: int) -> str:
        n, m = self.r.choice(NAMED), self.r.choice(NAMED)
        A = self.array((n, m), depth)
        forms = [f"norm({A})", f"norm({A})**2", f"sum({A})", f"mean({A})", f'norm({A}, "fro")',
                 f'norm({A}, "nuc")', f"norm({A}, 2)", f"trace({A}.T @ {A})", f"sum({A}*{A})",
                 f"trace({A} @ {A}.T)", f"nuclear_norm({A})", f"spectral_norm({A})"]  # fmt: skip
        return self.r.choice(forms)

    def of_square(self, shape: Shape, depth: int) -> str:
        n = self.r.choice(["n", "k", "2", "3", "m"])
        A = self.array((n, n), depth)
        B = self.array((n, n), self.r.randint(0, depth))
        P = self.definite(n, depth)
        forms = [f"trace({A})", f"tr({A} @ {B})", f"det({A})", f"det({A} + 2*eye({n}))",
                 f"logdet({P})", f"logdet({A} + 3*eye({n}))",
                 f"trace(inv({P}) @ {A})", f"sum(eigvalsh({P})**2)",
                 f"sum(log(eigvalsh({P})))", f"trace(sqrtm({P}))", f"log(det({P}))",
                 f"trace(expm(0.3*{A}) @ {B})", f"sum(sqrtm({P})*{B})", f"sum(cholesky({P})*{B})",
                 f"det(expm(0.2*{A}))", f"det({P})*{self.leaf(())}", f"logdet({P} + {P})",
                 f"sum(solve({P}, {A}))", f"tr(inv({A} + 3*eye({n})) @ {B})",
                 f'norm({A} @ {B}, "nuc")', f"norm(inv({P}), 2)", f"norm(expm(0.2*{A}))",
                 f"sum(exp(-eigvalsh({self.symmetric(n, depth)})))",
                 f"max(eigvalsh({self.symmetric(n, depth)}))"]  # fmt: skip
        return self.r.choice(forms)

    def of_any(self, shape: Shape, depth: int) -> str:
        x = self.array(self.shape(self.r.choice([1, 2, 3, 4])), depth)
        return self.r.choice([f"sum({x})", f"mean({x})", f"norm({x})", f"sum({x}**2)"])

    def differences(self, shape: Shape, depth: int) -> str:
        """Sizes that are n - 1, n + 1 or m*n on the way."""
        n, m = self.r.choice(["n", "m", "3"]), self.r.choice(["n", "m", "2"])
        x, A = self.array((n,), depth), self.array((n, m), depth)
        s = self.array((), 0)
        forms = [f"sum(({x}[1:] - {x}[:-1])**2)", f"norm({A}[1:] - {A}[:-1])", f"norm(vec({A}))",
                 f"sum(concatenate([{x}, {A}[:, 0]])**3)", f"sum(kron({A}, {A}.T)**2)",
                 f"norm({A}[:, 1:])", f"logsumexp(vec({A}))", f"{x}[1:] @ {x}[:-1]",
                 f"sum(softmax(concatenate([{x}, {x}*{s}])))", f"norm(reshape({A}, ({m}*{n},)), 3)",
                 f"sum(tanh(kron({A}, eye(2))))", f"norm(outer({x}, {A}[0]))",
                 f"vec({A}) @ vec({A} + 1)"]  # fmt: skip
        return f"({self.r.choice(forms)})"

    def applied(self, shape: Shape, depth: int) -> str:
        (n,) = shape
        m = self.r.choice(NAMED)
        A, B, x = (self.array((n, m), depth), self.array((m, n), depth - 1),
                   self.array((m,), depth - 1))  # fmt: skip
        C, b = self.array((n, n), depth - 1), self.array((n,), depth - 1)
        forms = [f"({A} @ {x})", f"({x} @ {B})", f"({x}.T @ {B})", f"({B}.T @ {x})",
                 f"diagonal({C})", f"solve({C} + 3*eye({n}), {b})",
                 f"inv({self.definite(n, depth)}) @ {b}",
                 f"eigvalsh({self.symmetric(n, depth)})", f"vec({self.array((n, '1'), depth)})",
                 f"({b} @ {b})*{b}", f"{b}/norm({b})", f"diag({C})", f"({A} @ {B}) @ {b}",
                 f"expm(0.3*{C}) @ {b}", f"sqrtm({self.definite(n, depth)}) @ {b}",
                 f"cholesky({self.definite(n, depth)}) @ {b}", f"diagonal(expm(0.2*{C}))",
                 f"solve({self.definite(n, depth)}, {b})", f"{b}*det({C})",
                 f"{b} + logdet({self.definite(n, depth)})",
                 f"reshape(kron({A}, {x}[:, None]), (-1,))[:{n}]"
                 if m == n else f"kron({A}, ones(1, {m}))[:, 0]",
                 f"matrix_power({C}, 2) @ {b}", f"{A}[:, 0]"]  # fmt: skip
        return f"({self.r.choice(forms)})"

    def matrix(self, shape: Shape, depth: int) -> str:
        m, n = shape
        k = self.r.choice(NAMED)
        A, B = self.array((m, k), depth), self.array((k, n), depth - 1)
        C, x, y = (self.array((n, m), depth), self.array((m,), depth - 1),
                   self.array((n,), depth - 1))  # fmt: skip
        forms = [f"({A} @ {B})", f"{C}.T", f"outer({x}, {y})", f"({x} @ {y}.T)",
                 f"transpose({C})", f"({A} @ ({B}))", f"diag({x}) @ {C}.T", f"{C}.T @ diag({y})",
                 f"kron({A}, {self.array(('1', '1'), 0)}) @ {B}", f"({x}[:, None] + {y})",
                 f"{x}[:, None]*{y}[None, :]", f"({C} @ {A}).T @ {self.array((n, n), 0)}"
                 if k == m else f"({C}.T + {C}.T)", f"dot({A}, {B})",
                 f"tril({C}.T) - triu({C})" if m == n else f"{C}.T/(1 + norm({C}, 2))",
                 f"tril({A}) @ {B}" if m == k else f"{A} @ {B}/norm({B})"]  # fmt: skip
        return f"({self.r.choice(forms)})"

    def tensor(self, shape: Shape, depth: int) -> str:
        axes = list(range(len(shape)))
        self.r.shuffle(axes)
        inverse = [axes.index(k) for k in range(len(shape))]
        turned = tuple(shape[k] for k in inverse)
        batch = (*shape[:-1], "k"), self.r.choice([("k", shape[-1]), (shape[-3], "k", shape[-1])])
        if self.r.random() < 0.5:
            return f"transpose({self.array(turned, depth)}, ({', '.join(map(str, axes))}))"
        return f"({self.array(batch[0], depth)} @ {self.array(batch[1], depth - 1)})"

    # -- square matrices -----------------------------------------------------------------------

    def square(self, shape: Shape, depth: int) -> str:
        n = shape[0]
        A, P = self.array(shape, depth), self.definite(n, depth)
        B = self.array(shape, depth - 1)
        forms = [f"inv({A} + 3*eye({n}))", f"inv({P})", f"matrix_power({A}, 2)", f"expm(0.3*{A})",
                 f"matrix_power({B}, 3)", f"diag({self.array((n,), depth)})", f"sqrtm({P})",
                 f"cholesky({P})", f"(eye({n}) - {A})", f"({A} @ {B} - {B} @ {A})",
                 f"solve({P}, {B})", f"({A}.T @ {A})", f"matrix_power({P}, -1)", f"({A}*eye({n}))",
                 f"expm(-{P})", f"sqrtm({P}) @ {B}", f"cholesky({P}) @ {B}", f"det({P})*{A}",
                 f"solve({A} + 3*eye({n}), {B})", f"diag(eigvalsh({self.symmetric(n, depth)}))",
                 f"{A}/(1 + norm({B}, 2))", f"kron({A}, {self.array(('1', '1'), 0)})",
                 f"tril({A}) @ triu({B})", f"matrix_power({A}, 0) + {A}",
                 f"({A} + {A}.T)/2", f"(inv({P}) @ {P} @ {B})", f"expm({B} - {B}.T)"]  # fmt: skip
        return f"({self.r.choice(forms)})"

    def symmetric(self, n: str, depth: int) -> str:
        """A symmetric matrix."""
        A = self.array((n, n), depth - 1)
        return self.r.choice([f"({A} + {A}.T)", self.definite(n, depth),
                              self.variable((n, n), "symmetric")])  # fmt: skip

    def definite(self, n: str, depth: int) -> str:
        """A positive definite matrix."""
        P = self.variable((n, n), "positive definite")
        if depth < 1:
            return P
        A, x = self.array((n, n), depth - 1), self.array((n,), depth - 1)
        forms = [P, f"({P} + {A}.T @ {A})", f"({A} @ {A}.T + eye({n}))", f"({P} + diag(exp({x})))",
                 f"(eye({n}) + outer({x}, {x}))"]  # fmt: skip
        return self.r.choice(forms)


G = Generator
ANY = [G.added, G.added, G.multiplied, G.multiplied, G.divided, G.scaled, G.smooth, G.inside,
       G.kinked, G.compared, G.exponent, G.reduced, G.reduced_twice, G.entry, G.einsum]  # fmt: skip
WITH_AXES = [
    G.along,
    G.kept_axis,
    G.new_axis,
    G.centred,
    G.sliced,
    G.gathered,
    G.concatenated,
    G.reshaped,
]
BY_RANK = [
    [G.of_vectors, G.of_vectors, G.of_matrix, G.of_square, G.of_any, G.differences] * 2,
    [*WITH_AXES, *[G.applied] * 6],
    [*WITH_AXES, *[G.matrix] * 4],
    [*WITH_AXES, *[G.tensor] * 3],
]
SQUARE = [G.square, G.square, G.square]
