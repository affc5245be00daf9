"""Functions of a whole matrix: inverse, determinant, norms, spectral functions, factorisations.

Each is a node of its own with a rule of its own in `differentials`; what is built here is only
simplified where that is plain to see.
"""

from __future__ import annotations

from typing import Any, ClassVar

from sympy import Expr, Integer, S, oo, sympify

from derive.arrays.along import amax
from derive.arrays.elementwise import elementwise, power
from derive.arrays.nodes import PLACES, Array, Identity, Labels, Product, Shape, Variable, identity
from derive.arrays.operators import Row, ShapeError, array, short
from derive.arrays.product import number, permuted, product, scaled, transposes

MOST_FACTORS = 16  # of a power written as a product


class MatrixFunction(Array):
    """A function of one array as a whole; `name` as NumPy or SciPy spell it."""

    __slots__ = ()
    name: ClassVar[str] = ""
    keeps_symmetry: ClassVar[bool] = False

    def with_args(self, args: tuple[Array, ...]) -> Array:
        return BUILT_BY[type(self)](*args)

    def looks_symmetric(self) -> bool:
        return self.keeps_symmetry and self.args[0].is_symmetric()


class Inverse(MatrixFunction):
    __slots__ = ()
    name = "inv"
    keeps_symmetry = True

    def is_undone(self) -> bool:
        return True

    def undoes(self, other: Array) -> bool:
        return self.args[0] is other

    def absorbed(self, axis: int, matrix: Array, end: int) -> Array | None:
        """B (A B)⁻¹ = A⁻¹ and (A B)⁻¹ A = B⁻¹, where A and B are square."""
        (of,) = self.args
        if not isinstance(of, Product) or matrix.shape[0] != matrix.shape[1]:
            return None
        at = 1 - axis  # where the argument ends with the matrix, or begins
        ends = (end, 1 - end) if matrix.is_symmetric() else (end,)
        for k, (factor, labels) in enumerate(of.factors):
            if factor is matrix and at in [labels[e] for e in ends]:
                inner = labels[1 - labels.index(at)]
                others = [f for n, f in enumerate(of.factors) if n != k]
                uses = sum(own.count(inner) for _, own in others)
                if inner != axis and uses == 1 and all(at not in own for _, own in others):
                    out = (0, inner) if at == 1 else (inner, 1)
                    return inv(product(of.coefficient, others, out))
        return None


class Determinant(MatrixFunction):
    __slots__ = ()
    name = "det"


class LogDeterminant(MatrixFunction):
    """log|det X|: real for every invertible matrix."""

    __slots__ = ()
    name = "logdet"


class Exponential(MatrixFunction):
    __slots__ = ()
    name = "expm"
    keeps_symmetry = True


class SquareRoot(MatrixFunction):
    """The principal square root: S S = X."""

    __slots__ = ()
    name = "sqrtm"
    keeps_symmetry = True


class Eigenvalues(MatrixFunction):
    """The eigenvalues of a symmetric matrix, in rising order."""

    __slots__ = ()
    name = "eigvalsh"


class Eigenvectors(MatrixFunction):
    """Orthonormal eigenvectors of a symmetric matrix as columns, in the order of eigenvalues."""

    __slots__ = ()
    name = "eigvecsh"

    def is_orthogonal(self) -> bool:
        return True

    def is_undone(self) -> bool:
        return True


class Cholesky(MatrixFunction):
    """The lower triangular L with L Lᵀ = X."""

    __slots__ = ()
    name = "cholesky"


class Norm(MatrixFunction):
    """The root of the sum of squares: Euclidean of a vector, Frobenius of a matrix."""

    __slots__ = ()
    name = "norm"

    def square(self) -> list[tuple[Array, Labels]]:
        return [(self.args[0], tuple(range(self.args[0].rank)))] * 2


class NuclearNorm(MatrixFunction):
    """The sum of the singular values."""

    __slots__ = ()
    name = "nuclear_norm"


class SpectralNorm(MatrixFunction):
    """The largest singular value."""

    __slots__ = ()
    name = "spectral_norm"


class Polar(MatrixFunction):
    """U Vᵀ of the singular value decomposition U Σ Vᵀ, the nearest with orthonormal columns."""

    __slots__ = ()
    name = "polar"


class LeadingPair(MatrixFunction):
    """u vᵀ of the largest singular value."""

    __slots__ = ()
    name = "leading_pair"


# ------------------------------------------------------------------ how they are built


def inv(X: Any) -> Array:
    """The inverse matrix; a transpose is taken outside, a coefficient too.

    >>> from derive.arrays.nodes import variable
    >>> inv(2*variable("X", "n,n").T)
    inv(X).T/2
    """
    X = square(X, "inv")
    if isinstance(X, Inverse):
        return X.args[0]
    if isinstance(X, Identity):
        return X
    if isinstance(X, Variable) and X.structure == "orthogonal":
        return permuted(X, (1, 0))
    if isinstance(X, Product) and _is_scaled_matrix(X):
        inner = inv(X.args[0])
        turned = permuted(inner, (1, 0)) if X.labels[0] == (1, 0) else inner
        return scaled(1 / X.coefficient, turned)
    plain = _plainer(X)
    inverse = Inverse.make((plain,), (), X.shape)
    return inverse if plain is X else permuted(inverse, (1, 0))


def solve(A: Any, b: Any) -> Any:
    """The solution of A x = b."""
    return inv(A) @ (b.T if isinstance(b, Row) else array(b))


def det(X: Any) -> Array:
    X = square(X, "det")
    if isinstance(X, Identity):
        return number(1)
    if isinstance(X, Inverse):
        return power(det(X.args[0]), S.NegativeOne)
    if isinstance(X, Product) and _is_scaled_matrix(X):
        n = X.shape[0]
        return scaled(X.coefficient**n, det(X.args[0]))
    return Determinant.make((_plainer(X),), (), ())


def logdet(X: Any) -> Array:
    X = square(X, "logdet")
    if isinstance(X, Identity):
        return number(0)
    if isinstance(X, Inverse):
        return scaled(-1, logdet(X.args[0]))
    if isinstance(X, Product) and _is_scaled_matrix(X) and X.coefficient in (1, -1):
        return logdet(X.args[0])
    return LogDeterminant.make((_plainer(X),), (), ())


def _is_scaled_matrix(X: Product) -> bool:
    """Whether it is a number times a matrix or its transpose, not a slice through more axes."""
    return len(X.args) == 1 and X.args[0].rank == 2


def _plainer(X: Array) -> Array:
    """The matrix or its transpose, whichever is written with fewer transposes."""
    turned = permuted(X, (1, 0))
    return turned if transposes(turned) < transposes(X) else X


def trace(X: Any) -> Array:
    """The sum of the diagonal entries."""
    return product(1, [(square(X, "trace"), "ii")], "")


def matrix_power(X: Any, k: Any) -> Array:
    """X multiplied with itself k times; the inverse for k = -1."""
    X, times = square(X, "matrix_power"), _whole(k)
    if times < 0:
        X, times = inv(X), -times
    result = identity(X.shape[0])
    for _ in range(times):
        result = result @ X
    return result


def _whole(k: Any) -> int:
    exponent = getattr(k, "coefficient", None) if isinstance(k, Array) else sympify(k, strict=True)
    if not isinstance(exponent, Integer) or abs(int(exponent)) > MOST_FACTORS:
        raise ValueError(f"matrix_power takes a whole number of at most {MOST_FACTORS}, not {k}")
    return int(exponent)


def expm(X: Any) -> Array:
    return _with_transpose_outside(Exponential, X)


def sqrtm(X: Any) -> Array:
    return _with_transpose_outside(SquareRoot, X)


def _with_transpose_outside(cls: type[MatrixFunction], X: Any) -> Array:
    X = square(X, cls.name)
    plain = _plainer(X)
    found = _of_square(cls, plain)
    return found if plain is X else permuted(found, (1, 0))


def cholesky(X: Any) -> Array:
    return _of_square(Cholesky, X)


def eigvalsh(X: Any) -> Array:
    X = square(X, "eigvalsh")
    return Eigenvalues.make((X,), (), X.shape[:1])


def eigvecsh(X: Any) -> Array:
    return _of_square(Eigenvectors, X)


def polar(X: Any) -> Array:
    X = of_rank(X, 2, "polar")
    return Polar.make((X,), (), X.shape)


def leading_pair(X: Any) -> Array:
    X = of_rank(X, 2, "leading_pair")
    return LeadingPair.make((X,), (), X.shape)


def nuclear_norm(X: Any) -> Array:
    return NuclearNorm.make((of_rank(X, 2, "nuclear_norm"),), (), ())


def spectral_norm(X: Any) -> Array:
    return SpectralNorm.make((of_rank(X, 2, "spectral_norm"),), (), ())


def norm(x: Any, ord: Any = None) -> Array:
    """As `numpy.linalg.norm`: of a vector, or of a matrix with None, "fro", "nuc" or 2.

    Of a vector: 2, 1, oo, or any p > 0.
    """
    x = array(x)
    if ord is None or ord == "fro" or (ord == 2 and x.rank == 1):
        return _euclidean(x)
    if x.rank == 2:
        named = {"nuc": nuclear_norm, 2: spectral_norm}
        if ord not in named:
            raise ValueError(f'the norm {ord!r} of a matrix: write "fro", "nuc" or 2')
        return named[ord](x)
    p = None if isinstance(ord, str) else sympify(ord, strict=True)
    if x.rank != 1 or not isinstance(p, Expr) or not p.is_extended_positive:
        raise ValueError(f"the norm {ord!r} of {short(x)}: write 1, 2, oo or a number p > 0")
    sizes = elementwise(abs(PLACES[0]), {PLACES[0]: x})
    if p is oo:
        return amax(sizes)
    return power(product(1, [(power(sizes, p), "i")], ""), 1 / p)


def _euclidean(x: Array) -> Array:
    if x.rank == 0:
        return elementwise(abs(PLACES[0]), {PLACES[0]: x})
    if isinstance(x, Product) and len(x.args) == 1 and sorted(x.labels[0]) == list(x.out):
        return scaled(abs(x.coefficient), _euclidean(x.args[0]))
    return Norm.make((x,), (), ())


def square(X: Any, name: str) -> Array:
    X = of_rank(X, 2, name)
    if X.shape[0] != X.shape[1]:
        n, m = X.shape
        raise ShapeError(f"{name}({short(X)}) needs a square matrix: its axes have sizes {n}, {m}")
    return X


def of_rank(X: Any, rank: int, name: str) -> Array:
    X = array(X)
    if X.rank != rank:
        raise ShapeError(f"{name}({short(X)}) needs {rank} axes: {short(X)} has {X.rank}")
    return X


def _of_square(cls: type[MatrixFunction], X: Any) -> Array:
    X = square(X, cls.name)
    shape: Shape = X.shape
    return cls.make((X,), (), shape)


BUILT_BY: dict[type, Any] = {
    Inverse: inv, Determinant: det, LogDeterminant: logdet, Exponential: expm,
    SquareRoot: sqrtm, Eigenvalues: eigvalsh, Eigenvectors: eigvecsh, Cholesky: cholesky,
    Norm: _euclidean, NuclearNorm: nuclear_norm, SpectralNorm: spectral_norm, Polar: polar,
    LeadingPair: leading_pair,
}  # fmt: skip
