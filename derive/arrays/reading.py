"""Text in NumPy's spelling to arrays: parsed by Python's own parser, never evaluated."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import sympy
from sympy import Piecewise, Rational, oo, pi

from derive.arrays import (
    along,
    gather,
    kronecker,
    linear_maps,
    matrix,
    normalised,
    operators,
    rearranged,
    standardized,
    triangles,
    windows,
)
from derive.arrays.elementwise import elementwise
from derive.arrays.large import refuse_large, refuse_long_call, refuse_long_power
from derive.arrays.nodes import PLACES, Array, identity, ones, size, variable
from derive.arrays.operators import array, broadcast, broadcast_shape, short
from derive.arrays.product import is_number, number, permuted, product, scaled, split
from derive.elementary import FUNCTIONS as OURS
from derive.functions import Refused
from derive.limits_of_input import most, to_raise
from derive.tokens import (
    NUMBER,
    ParseError,
    look_alike,
    refuse_invisible,
    refuse_long_number,
    refuse_long_text,
)


def _each(function: Any) -> Callable[[Any], Any]:
    def applied(x: Any) -> Any:
        t = PLACES[0]
        return operators.as_written(elementwise(function(t), {t: array(x)}), x)

    return applied


def _both(function: Any) -> Callable[[Any, Any], Any]:
    def applied(x: Any, y: Any) -> Any:
        a, b = operators.same_way(x, y, ",")
        shape, (s, t) = broadcast_shape(a, b, ","), PLACES[:2]
        if is_number(a):
            result = elementwise(function(split(a)[0], t), {t: b})
        elif is_number(b):
            result = elementwise(function(s, split(b)[0]), {s: a})
        else:
            result = elementwise(function(s, t), {s: broadcast(a, shape), t: broadcast(b, shape)})
        return operators.as_written(result, x, y)

    return applied


def _of_arrays(function: Any) -> Callable[..., Array]:
    return lambda *arrays: function(*map(array, arrays))


def _along(cls: type[along.AlongAxis]) -> Callable[..., Array]:
    return lambda x, axis: along.along(cls, array(x), axis)


def where(condition: Condition, x: Any, y: Any) -> Array:
    """Entries of x where the condition holds, of y elsewhere."""
    if not isinstance(condition, Condition):
        raise TypeError("the first argument is a comparison, as in where(x > 0, x, y)")
    a, b = array(x), array(y)
    left, right = condition.left, condition.right
    whole = a
    for other in (b, left, right):
        whole = broadcast(whole, broadcast_shape(whole, other, ","))
    arrays = dict(zip(PLACES, (a, b, left, right), strict=False))
    s, t, u, v = (split(x)[0] if is_number(x) else letter for letter, x in arrays.items())
    formula = Piecewise((s, condition.relation(u, v)), (t, True))
    parts = {letter: x for letter, x in arrays.items() if not is_number(x)}
    if not parts:
        return number(formula)
    return elementwise(formula, {k: broadcast(x, whole.shape) for k, x in parts.items()})


class Condition:
    """A comparison entry by entry, which only `where` takes."""

    def __init__(self, relation: Any, left: Any, right: Any) -> None:
        self.relation, self.left, self.right = relation, array(left), array(right)


def diag(x: Any) -> Array:
    """The matrix with a vector on its diagonal; of a matrix, as in NumPy, its diagonal."""
    x = array(x)
    if x.rank == 2:
        return diagonal(x)
    if x.rank != 1:
        raise operators.ShapeError(f"diag({short(x)}) needs a vector")
    return product(1, [(x, "i"), (identity(x.shape[0]), "ij")], "ij")


def diagonal(X: Any) -> Array:
    return product(1, [(matrix.square(X, "diagonal"), "ii")], "i")


def transposed(x: Any, axes: Any = None) -> Array:
    x = array(x)
    if axes is None:
        return permuted(x, range(x.rank)[::-1])
    order = [along.axis_of(x, k, "transpose") for k in axes]
    if sorted(order) != list(range(x.rank)):
        raise operators.ShapeError(
            f"transpose({short(x)}, {tuple(axes)}): name each of the {x.rank} axes once"
        )
    return permuted(x, order)


def kron(A: Any, B: Any) -> Array:
    A, B = matrix.of_rank(A, 2, "kron"), matrix.of_rank(B, 2, "kron")
    (m, n), (p, q) = A.shape, B.shape
    blocks = product(1, [(A, "ik"), (B, "jl")], "ijkl")
    return rearranged.reshaped(blocks, (m * p, n * q))


def vec(X: Any) -> Array:
    """The columns of a matrix under one another."""
    X = matrix.of_rank(X, 2, "vec")
    m, n = X.shape
    return rearranged.reshaped(permuted(X, (1, 0)), (m * n,))


def dot(x: Any, y: Any) -> Any:
    return operators.matmul(array(x), array(y))


def outer(x: Any, y: Any) -> Array:
    return product(1, [(matrix.of_rank(each, 1, "outer"), label) for each, label in
                       ((x, "i"), (y, "j"))], "ij")  # fmt: skip


def einsum(spec: str, *arrays: Any) -> Array:
    """As in NumPy, with an arrow."""
    if not isinstance(spec, str):
        raise TypeError('the labels come first, as in einsum("ij,jk->ik", A, B)')
    into, arrow, out = spec.replace(" ", "").partition("->")
    labels = into.split(",")
    if not arrow or len(labels) != len(arrays):
        raise ValueError(f'einsum("{spec}") of {len(arrays)} arrays: write "ij,jk->ik"')
    sizes: dict[str, Any] = {}
    for own, each in zip(labels, map(array, arrays), strict=True):
        if len(own) != each.rank:
            raise operators.ShapeError(f'einsum: "{own}" for {short(each)} of {each.rank} axes')
        for letter, n in zip(own, each.shape, strict=True):
            if sizes.setdefault(letter, n) != n:
                raise operators.ShapeError(
                    f"einsum: the label {letter} has sizes {sizes[letter]} and {n}"
                )
    missing = [letter for letter in out if letter not in sizes]
    if missing or len(set(out)) != len(out):
        raise ValueError(f'einsum("{spec}"): each label of the result stands once, and before')
    return product(1, zip(map(array, arrays), labels, strict=True), out)


def full_ones(*sizes: Any) -> Array:
    if len(sizes) == 1 and isinstance(sizes[0], list):
        sizes = tuple(sizes[0])
    factors = [(ones(n), (k,)) for k, n in enumerate(sizes)]
    return product(1, factors, range(len(sizes)))


def full_zeros(*sizes: Any) -> Array:
    return scaled(0, full_ones(*sizes))


# fmt: off
ELEMENTWISE = {
    "exp": sympy.exp, "log": sympy.log, "sqrt": sympy.sqrt, "abs": sympy.Abs, "sign": sympy.sign,
    "sin": sympy.sin, "cos": sympy.cos, "tan": sympy.tan, "arcsin": sympy.asin,
    "arccos": sympy.acos, "arctan": sympy.atan, "sinh": sympy.sinh, "cosh": sympy.cosh,
    "tanh": sympy.tanh, "arcsinh": sympy.asinh, "arccosh": sympy.acosh, "arctanh": sympy.atanh,
    "erf": sympy.erf, "erfc": sympy.erfc, "gammaln": sympy.loggamma,
    "log1p": lambda t: sympy.log(1 + t), "expm1": lambda t: sympy.exp(t) - 1,
    "square": lambda t: t**2, "reciprocal": lambda t: 1 / t,
    **OURS,
}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: _each(function) for name, function in ELEMENTWISE.items()},
    "asin": _each(sympy.asin), "acos": _each(sympy.acos), "atan": _each(sympy.atan),
    "asinh": _each(sympy.asinh), "acosh": _each(sympy.acosh), "atanh": _each(sympy.atanh),
    "Abs": _each(sympy.Abs), "loggamma": _each(sympy.loggamma),
    "maximum": _both(sympy.Max), "minimum": _both(sympy.Min),
    "heaviside": _both(sympy.Heaviside), "polygamma": _both(sympy.polygamma),
    "trace": matrix.trace, "tr": matrix.trace, "det": matrix.det, "inv": matrix.inv,
    "logdet": matrix.logdet, "matrix_power": matrix.matrix_power, "norm": normalised.norm,
    "expm": matrix.expm, "sqrtm": matrix.sqrtm, "cholesky": matrix.cholesky,
    "eigvalsh": matrix.eigvalsh, "eigvecsh": matrix.eigvecsh, "solve": matrix.solve,
    "nuclear_norm": matrix.nuclear_norm, "spectral_norm": matrix.spectral_norm,
    "polar": matrix.polar, "leading_pair": matrix.leading_pair,
    "softmax": along.softmax, "log_softmax": along.log_softmax, "logsumexp": along.logsumexp,
    "sum": along.sum_, "mean": along.mean, "max": along.amax, "min": along.amin,
    "normalise": normalised.normalise, "take": gather.take, "one_hot": gather.one_hot,
    "arange": gather.arange, "at_max": _along(along.AtLargest), "at_min": _along(along.AtSmallest),
    "expm_frechet": _of_arrays(linear_maps.expm_derivative), "placed": rearranged.placed_at,
    "solve_sylvester": _of_arrays(linear_maps.sylvester),
    "lower_half": _of_arrays(linear_maps.lower),
    "diag": diag, "diagonal": diagonal, "transpose": transposed, "kron": kron, "vec": vec,
    "dot": dot, "outer": outer, "einsum": einsum, "where": where,
    "eye": identity, "ones": full_ones, "zeros": full_zeros,
    "commutation": kronecker.commutation,
    "tril": triangles.tril, "triu": triangles.triu, "concatenate": rearranged.concatenate,
    "windows": windows.sliding, "overlapped": windows.added_up,
    "sliding_window_view": lambda x, size, axis: windows.sliding(x, axis, size),
    "standardized": standardized.standardized,
    "inverse_deviation": standardized.inverse_deviation,
    "reshape": lambda x, shape: rearranged.reshaped(array(x), shape),
}
OPERATORS = {
    ast.Add: operators.add, ast.Sub: operators.subtract, ast.Mult: operators.multiply,
    ast.Div: operators.divide, ast.Pow: operators.power, ast.MatMult: operators.matmul,
}
RELATIONS = {ast.Gt: sympy.Gt, ast.GtE: sympy.Ge, ast.Lt: sympy.Lt, ast.LtE: sympy.Le}
CONSTANTS = {"pi": pi, "inf": oo, "oo": oo}
ARRAYS_FIRST = {  # how many of the arguments are arrays, where the others are sizes, axes, texts
    "ones": 0, "zeros": 0, "eye": 0, "commutation": 0, "reshape": 1, "transpose": 1, "sum": 1,
    "mean": 1, "max": 1, "min": 1, "softmax": 1, "log_softmax": 1, "logsumexp": 1, "norm": 1,
    "matrix_power": 1, "concatenate": 1, "at_max": 1, "at_min": 1, "placed": 1,
    "windows": 1, "overlapped": 1, "sliding_window_view": 1, "standardized": 1,
    "inverse_deviation": 1, "normalise": 1, "take": 2, "one_hot": 1, "arange": 0,
}
# fmt: on


def read(
    text: str, shapes: Mapping[str, Any], structures: Mapping[str, str] | None = None
) -> Array:
    """The array that the text describes; names are variables with their `shapes`.

    Raises ParseError, ShapeError, ValueError.

    >>> read("x.T @ A @ x", {"x": "n", "A": "n,n"})
    x.T @ A @ x
    """
    value = read_with(text, declared(shapes, structures or {}))
    if not isinstance(value, (Array, operators.Row)):
        raise ParseError("this is no array", text, 0, "write x.T @ A @ x")
    return array(value)


def declared(shapes: Mapping[str, Any], structures: Mapping[str, str]) -> dict[str, Array]:
    """The variables by name. Raises ValueError where a name would mean two things."""
    strange = next((name for name in structures if name not in shapes), None)
    if strange:
        raise ValueError(
            f'{strange} has a structure and no shape: write shapes={{"{strange}": ...}}'
        )
    made = [variable(name, shape, structures.get(name, "")) for name, shape in shapes.items()]
    sizes = {str(letter) for each in made for n in each.shape for letter in n.free_symbols}
    for each in made:
        if each.name in sizes:
            raise ValueError(f"{each.name} is a variable and a size: give one another letter")
        if each.name in CONSTANTS:
            raise ValueError(f"{each.name} is a number: give the variable another name")
    return {each.name: each for each in made}


def read_with(text: str, known: Mapping[str, Array]) -> Any:
    """The same for names that stand for arrays already."""
    refuse_long_text(text)
    refuse_invisible(text)
    text = text.strip()
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        at = max(0, (getattr(error, "offset", 1) or 1) - 1)
        problem = "this is no formula in NumPy's spelling"
        raise ParseError(problem, text, at, "write x.T @ A @ x") from None
    if sum(1 for _ in ast.walk(tree)) > most("array_nodes"):
        advice = f"name its parts, {to_raise('array_nodes')}"
        raise ParseError("the formula is too long", text, 0, advice)
    try:
        return _Reader(text, known, set(_texts(tree))).value(tree.body)
    except RecursionError:
        raise ParseError("the formula is nested too deeply", text, 0, "name its parts") from None
    except TypeError as error:
        raise ParseError(f"this is no array: {error}", text, 0, "write x.T @ A @ x") from None


class _Reader:
    """One text being read; every refusal names its place."""

    def __init__(
        self, text: str, known: Mapping[str, Array], texts: Collection[ast.AST] = ()
    ) -> None:
        self.text, self.known, self.texts = text, known, texts
        self.sizes = {str(s) for a in known.values() for n in a.shape for s in n.free_symbols}

    def error(self, node: ast.AST, problem: str, advice: str) -> ParseError:
        return ParseError(problem, self.text, getattr(node, "col_offset", 0), advice)

    def refuse_text(self, node: ast.Constant) -> None:
        """Quoted text stands only where a function takes it: labels, and the names of norms."""
        if isinstance(node.value, (str, bytes)) and node not in self.texts:
            raise self.error(node, "quoted text is not read here", "write it without quotes")

    def value(self, node: ast.AST) -> Any:
        if isinstance(node, ast.Constant):
            return self.constant(node)
        if isinstance(node, ast.Name):
            return self.name(node)
        if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
            return self.operator(node)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitXor):
            raise self.error(node, "^ is not a power here", "write ** for a power")
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
            value = self.value(node.operand)
            if not isinstance(value, operators.Row):
                value = array(value)
            return -1 * value if isinstance(node.op, ast.USub) else value
        if isinstance(node, ast.Attribute) and node.attr == "T":
            value = self.value(node.value)
            return (value if isinstance(value, operators.Row) else array(value)).T
        if isinstance(node, ast.Call):
            return self.call(node)
        if isinstance(node, ast.Subscript):
            return array(self.value(node.value))[self.index(node.slice)]
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in RELATIONS:
            sides = self.value(node.left), self.value(node.comparators[0])
            return Condition(RELATIONS[type(node.ops[0])], *sides)
        if isinstance(node, (ast.Tuple, ast.List)):
            return [self.value(each) for each in node.elts]
        raise self.error(node, "this is not read", "write operators, functions and variables")

    def operator(self, node: ast.BinOp) -> Any:
        left, right = self.value(node.left), self.value(node.right)
        try:
            if isinstance(node.op, ast.Pow):
                refuse_long_power(left, right)
            return refuse_large(OPERATORS[type(node.op)](left, right))
        except Refused as refusal:
            raise self.error(node, refusal.problem, refusal.advice) from None
        except TypeError as error:
            raise self.error(node, str(error), "write where(condition, x, y) for cases") from None

    def constant(self, node: ast.Constant) -> Any:
        self.refuse_text(node)
        if isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
            return number(Rational(self.literal(node)))
        if isinstance(node.value, str) or node.value is None:
            return node.value
        raise self.error(node, f"{node.value!r} is not a number", "write a real number")

    def literal(self, node: ast.Constant) -> str:
        """A number as typed, so that 0.1 is 1/10."""
        typed = (ast.get_source_segment(self.text, node) or "").replace("_", "")
        if not NUMBER.fullmatch(typed):
            raise self.error(node, "a number in another base", "write it in decimal")
        refuse_long_number(typed, self.text, node.col_offset)
        return typed

    def name(self, node: ast.Name) -> Any:
        word = node.id
        if word in self.known:
            return self.known[word]
        if word in self.sizes:
            return number(size(word))
        if word in CONSTANTS:
            value = CONSTANTS[word]
            return value if value is oo else number(value)
        if word in FUNCTIONS:
            raise self.error(node, f"'{word}' is a function", f"write {word}(...)")
        if advice := look_alike(word):
            raise self.error(node, "a letter of another alphabet", advice)
        raise self.error(node, f"{word} has no shape", f'write shapes={{"{word}": "n"}}')

    def call(self, node: ast.Call) -> Any:
        word = self.function_name(node.func)
        function, arrays = FUNCTIONS[word], ARRAYS_FIRST.get(word, len(node.args))
        arguments = [self.value(a) for a in node.args[:arrays]]
        arguments += [self.plain(a) for a in node.args[arrays:]]
        options = {}
        for keyword in node.keywords:
            if keyword.arg is None:
                raise self.error(keyword, "** is not read in a call", "write axis=1")
            options[keyword.arg] = self.plain(keyword.value)
        try:
            refuse_long_call(word, arguments)
            return refuse_large(function(*arguments, **options))
        except Refused as refusal:
            raise self.error(node, refusal.problem, refusal.advice) from None
        except TypeError as error:
            raise self.error(node, f"{word}: {_plainly(error)}", "check its arguments") from None

    def function_name(self, node: ast.AST) -> str:
        """`f`, or `np.f`, `np.linalg.f` with the module left out."""
        word = _last_name(node)
        if isinstance(node, ast.Attribute) and self.module(node.value) not in MODULES:
            raise self.error(node, f"a method .{word}()", f"write {word}(...)")
        if word not in FUNCTIONS:
            close = difflib.get_close_matches(word, FUNCTIONS, n=1)
            advice = (
                f"write {close[0]}(...)" if close else f"there are {', '.join(sorted(FUNCTIONS))}"
            )
            raise self.error(node, f"unknown function '{word}'", advice)
        return word

    def module(self, node: ast.AST) -> str:
        if isinstance(node, ast.Attribute):
            return f"{self.module(node.value)}.{node.attr}"
        return getattr(node, "id", "")

    def plain(self, node: ast.AST) -> Any:
        """A size, an axis, a text: no array."""
        if isinstance(node, (ast.Tuple, ast.List)):
            return [self.plain(each) for each in node.elts]
        if isinstance(node, ast.Name) and node.id in self.sizes:
            return size(node.id)
        if isinstance(node, ast.Constant) and isinstance(node.value, (str, bool, int)):
            self.refuse_text(node)
            return node.value
        value = self.value(node)
        if value is None or value is oo or isinstance(value, str):
            return value
        plain = getattr(value, "coefficient", None)
        if not isinstance(value, Array) or value.args or plain is None:
            raise self.error(node, f"{value} is not a number", "write a number")
        return int(plain) if plain.is_Integer else plain

    def index(self, node: ast.AST) -> Any:
        if isinstance(node, ast.Tuple):
            return tuple(self.index(each) for each in node.elts)
        if isinstance(node, ast.Slice):
            return slice(*(None if end is None else self.plain(end) for end in _ends(node)))
        if isinstance(node, ast.Constant) and node.value in (None, Ellipsis):
            return node.value
        if isinstance(node, (ast.Name, ast.Call, ast.Subscript)):
            value = self.value(node)
            if gather.is_index(value):
                return value
            if isinstance(value, Array) and value.rank:
                problem = f"{short(value)} is not a number, and holds no indices"
                raise self.error(node, problem, 'declare it: structures={"i": "indices"}')
        return self.plain(node)


# What quoted text may say, by the function that takes it.
TAKE_TEXT = {"einsum": re.compile(r"[A-Za-z, ]*->[A-Za-z ]*"), "norm": re.compile(r"fro|nuc")}


def _texts(tree: ast.AST) -> Iterator[ast.AST]:
    """The quoted texts that stand where a function takes them."""
    for call in ast.walk(tree):
        allowed = TAKE_TEXT.get(_last_name(call.func)) if isinstance(call, ast.Call) else None
        if isinstance(call, ast.Call) and allowed:
            for node in (*call.args, *(keyword.value for keyword in call.keywords)):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield from [node] if allowed.fullmatch(node.value) else []


def _last_name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


MODULES = ("np", "numpy", "np.linalg", "numpy.linalg", "scipy.special", "scipy.linalg")


def _ends(node: ast.Slice) -> Iterator[Any]:
    yield from (node.lower, node.upper, node.step)


def _plainly(error: TypeError) -> str:
    return str(error).split("()", 1)[-1].strip()
