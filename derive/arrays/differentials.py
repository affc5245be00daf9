"""Differentials: how a function of arrays changes, to first order, when its arguments do.

A rule says what dY is, linear in the dX of what Y is made of. Everything else follows from these:
directional derivatives by putting a direction in, gradients by moving the linear map to the other
side of an inner product (`pairings`), Jacobians by putting unit arrays in.

Magnus and Neudecker, Matrix Differential Calculus, and Giles, Collected matrix derivative results
for forward and reverse mode algorithmic differentiation, are the sources of what is not a line.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from sympy import DiracDelta, Expr, Rational, S, Symbol, tanh

from derive.arrays import along as a
from derive.arrays import matrix as m
from derive.arrays.elementwise import elementwise, hadamard, power
from derive.arrays.gather import OneHot, one_hot
from derive.arrays.linear_maps import Lower, expm_derivative, lower, sylvester
from derive.arrays.nodes import (
    PLACES,
    Array,
    Identity,
    Map,
    Named,
    Ones,
    Power,
    Product,
    Sum,
    Variable,
    ones,
    variable,
)
from derive.arrays.normalised import Lengths, Normalised, norm, normalise
from derive.arrays.product import is_zero, permuted, product, scaled, zeros
from derive.arrays.rearranged import Placed, Reshaped, Taken
from derive.arrays.standardized import (
    InverseDeviation,
    Standardized,
    inverse_deviation,
    many,
    standardized,
)
from derive.arrays.sums import total
from derive.arrays.unevaluated import Differential
from derive.arrays.windows import Overlapped, Windows
from derive.rules import RuleTable

HALF = Rational(1, 2)


# Of what the variables move; None: of everything.
_moving: ContextVar[Container[Array] | None] = ContextVar("moving", default=None)


@contextmanager
def only(moving: Container[Array]) -> Iterator[None]:
    """Meanwhile the differentials of all arrays but those of `moving` are zero."""
    token = _moving.set(moving)
    try:
        yield
    finally:
        _moving.reset(token)


def d(X: Array) -> Array:
    """dX, of the shape of X."""
    moving = _moving.get()
    if moving is not None and X not in moving:
        return zeros(X.shape)
    return Differential.make((X,), (), X.shape)


RULES = RuleTable(
    Differential,
    lambda goal: (goal.of,),
    "differentials",
    final=lambda goal: isinstance(goal.of, (Variable, Named)),
)

A, B, X = variable("A", "m,n"), variable("B", "n,p"), variable("X", "n,n")
S_, P = variable("S", "n,n", "symmetric"), variable("P", "n,n", "positive definite")
i = variable("i", "m", "indices")
x, y, Z = variable("x", "n"), variable("y", "n"), variable("Z", "m,n")


def inner(U: Array, V: Array) -> Array:
    """The inner product of two arrays of one shape: the sum of the products of their entries."""
    labels = range(U.rank)
    return product(1, [(U, labels), (V, labels)], ())


# ------------------------------------------------------------------ sums and products


@RULES.rule("differential of a constant", on=(Ones, Identity), example=d(ones("n")))
def constant(Y: Array) -> Array:
    """What is made of no variable does not change."""
    return zeros(Y.shape)


@RULES.rule("differential of a sum", on=Sum, example=d(A + Z))
def sum_rule(Y: Sum) -> Array:
    """Term by term."""
    return total([d(term) for term in Y.args])


@RULES.rule("differential of a product", on=Product, example=d(A @ B))
def product_rule(Y: Product) -> Array:
    """One factor changes at a time, the others stay: the product, sums over labels included, is
    linear in each of its factors."""
    if not Y.args:
        return zeros(Y.shape)
    factors = list(Y.factors)
    terms = []
    for k, (factor, labels) in enumerate(factors):
        change = d(factor)
        if not is_zero(change):
            changed = [*factors[:k], (change, labels), *factors[k + 1 :]]
            terms.append(product(Y.coefficient, changed, Y.out))
    return total(terms) if terms else zeros(Y.shape)


# ------------------------------------------------------------------ entry by entry


@RULES.rule("differential of a power", on=Power, example=d(power(x, S(3))))
def power_rule(Y: Power) -> Array:
    """Entry by entry: p times the power p - 1, times the change of the entry."""
    (base,) = Y.args
    return hadamard([power(base, Y.exponent - 1), d(base)], Y.exponent)


@RULES.rule(
    "differential entry by entry", on=Map, example=d(elementwise(tanh(PLACES[0]), {PLACES[0]: x}))
)
def map_rule(Y: Map) -> Array:
    """Each entry changes by the derivative of the function there, times the change of the entry."""
    letters = dict(zip(PLACES, Y.args, strict=False))
    value = Symbol("y", real=True)
    terms = []
    for place, argument in letters.items():
        slope = slope_of(Y.function, place, value)
        if slope != 0:
            terms.append(hadamard([elementwise(slope, {**letters, value: Y}), d(argument)]))
    return total(terms) if terms else zeros(Y.shape)


@lru_cache(maxsize=1000)
def slope_of(function: Expr, place: Symbol, value: Symbol) -> Expr:
    """The derivative of a scalar function, with the letter `value` for the function itself.

    Where it jumps it has none; elsewhere the step it takes there has no part in it.
    """
    slope = function.diff(place).replace(DiracDelta, lambda *at: S.Zero)
    return slope.subs(function, value)


# ------------------------------------------------------------------ along an axis


def _weighted(Y: a.AlongAxis, weights: Array, V: Array) -> Array:
    """The sum of weights times V along the axis of Y."""
    labels = list(range(V.rank))
    out = [k for k in labels if k != Y.axis]
    return product(1, [(weights, labels), (V, labels)], out)


def _spread(Y: a.AlongAxis, V: Array) -> Array:
    """V, without the axis of Y, repeated along it."""
    labels = list(range(Y.rank))
    own = [k for k in labels if k != Y.axis]
    return product(1, [(V, own), (ones(Y.shape[Y.axis]), (Y.axis,))], labels)


@RULES.rule("differential of logsumexp", on=a.LogSumExp, example=d(a.logsumexp(x)))
def logsumexp_rule(Y: a.LogSumExp) -> Array:
    """The mean of the changes, weighted by the softmax."""
    (of,) = Y.args
    return _weighted(Y, a.softmax(of, Y.axis), d(of))


@RULES.rule("differential of softmax", on=a.Softmax, example=d(a.softmax(x)))
def softmax_rule(Y: a.Softmax) -> Array:
    """P times the change, less its mean weighted by P."""
    change = d(Y.args[0])
    return hadamard([Y, total([change, scaled(-1, _spread(Y, _weighted(Y, Y, change)))])])


@RULES.rule("differential of log-softmax", on=a.LogSoftmax, example=d(a.log_softmax(x)))
def log_softmax_rule(Y: a.LogSoftmax) -> Array:
    """The change, less its mean weighted by the softmax."""
    change = d(Y.args[0])
    mean = _weighted(Y, a.softmax(Y.args[0], Y.axis), change)
    return total([change, scaled(-1, _spread(Y, mean))])


@RULES.rule("differential of the largest entry", on=a.Largest, example=d(a.amax(x)))
def largest_rule(Y: a.Largest) -> Array:
    """The change of the largest entry, where there is one only."""
    return _weighted(Y, a.along(a.AtLargest, Y.args[0], Y.axis), d(Y.args[0]))


@RULES.rule("differential of the smallest entry", on=a.Smallest, example=d(a.amin(x)))
def smallest_rule(Y: a.Smallest) -> Array:
    """The change of the smallest entry, where there is one only."""
    return _weighted(Y, a.along(a.AtSmallest, Y.args[0], Y.axis), d(Y.args[0]))


@RULES.rule(
    "which entry is the largest does not change",
    on=(a.AtLargest, a.AtSmallest),
    example=d(a.along(a.AtLargest, x, 0)),
)
def position_rule(Y: Array) -> Array:
    """A small change leaves the place of the largest or smallest entry, where there is one only."""
    return zeros(Y.shape)


@RULES.rule("which entries are chosen does not change", on=OneHot, example=d(one_hot(i, "n")))
def one_hot_rule(Y: OneHot) -> Array:
    """Indices are whole numbers: they do not move."""
    return zeros(Y.shape)


# ------------------------------------------------------------------ lengths


@RULES.rule("differential of normalising", on=Normalised, example=d(normalise(x)))
def normalise_rule(Y: Normalised) -> Array:
    """The change, less its part along Y, over the norm; where that is not zero."""
    (of,) = Y.args
    change, labels = d(of), range(Y.rank)
    across = total([change, scaled(-1, hadamard([Y, _spread(Y, _weighted(Y, Y, change))]))])
    kept = [k for k in labels if k != Y.axis]
    length = power(norm(of, axis=Y.axis), S.NegativeOne)
    return product(1, [(length, kept), (across, labels)], labels)


@RULES.rule("differential of lengths", on=Lengths, example=d(norm(Z, axis=1)))
def lengths_rule(Y: Lengths) -> Array:
    """The part of the change along the normalised array, where the length is not zero."""
    (of,) = Y.args
    return _weighted(Y, normalise(of, Y.axis), d(of))


# ------------------------------------------------------------------ standardized entries


def _mean(Y: Any, V: Array, weights: Array | None = None) -> Array:
    """The mean of V, or of weights times V, over the axes of Y, repeated along them."""
    axes, labels = Y.over[0], list(range(V.rank))
    inside: list[Any] = [("mean", k) if k in axes else k for k in labels]
    factors = [(V, inside)] + ([(weights, inside)] if weights is not None else [])
    spread = [(ones(V.shape[k]), (k,)) for k in axes]
    return product(1 / many(V, axes), [*factors, *spread], labels)


@RULES.rule("differential of standardized entries", on=Standardized, example=d(standardized(Z)))
def standardized_rule(Y: Standardized) -> Array:
    """The change, less its mean, less the entries times their mean product with it; all times r."""
    axes, eps, centred = Y.over
    change, kept = d(Y.args[0]), [k for k in range(Y.rank) if k not in Y.over[0]]
    terms = [change, scaled(-1, hadamard([Y, _mean(Y, change, Y)]))]
    if centred:
        terms.insert(1, scaled(-1, _mean(Y, change)))
    r = inverse_deviation(Y.args[0], axes, eps, centred)
    labels = range(Y.rank)
    return product(1, [(r, kept), (total(terms), labels)], labels)


@RULES.rule(
    "differential of the inverse deviation", on=InverseDeviation, example=d(inverse_deviation(Z))
)
def inverse_deviation_rule(Y: InverseDeviation) -> Array:
    """Minus r² times the mean product of the standardized entries with the change."""
    (of,) = Y.args
    axes = Y.over[0]
    labels = range(of.rank)
    kept = [k for k in labels if k not in axes]
    factors = [(Y, kept), (Y, kept), (standardized(of, *Y.over), labels), (d(of), labels)]
    return product(-1 / many(of, axes), factors, kept)


# ------------------------------------------------------------------ whole matrices


@RULES.rule("differential of the inverse", on=m.Inverse, example=d(m.inv(X)))
def inverse_rule(Y: m.Inverse) -> Array:
    """From X X⁻¹ = I: dX X⁻¹ + X d(X⁻¹) = 0."""
    return -(Y @ d(Y.args[0]) @ Y)


@RULES.rule("differential of the determinant", on=m.Determinant, example=d(m.det(X)))
def determinant_rule(Y: m.Determinant) -> Array:
    """Jacobi's formula: the determinant times the trace of X⁻¹ dX."""
    (of,) = Y.args
    return Y * m.trace(m.inv(of) @ d(of))


@RULES.rule("differential of log det", on=m.LogDeterminant, example=d(m.logdet(X)))
def logdet_rule(Y: m.LogDeterminant) -> Array:
    """Jacobi's formula, divided by the determinant."""
    (of,) = Y.args
    return m.trace(m.inv(of) @ d(of))


@RULES.rule("differential of the norm", on=m.Norm, example=d(m.norm(x)))
def norm_rule(Y: m.Norm) -> Array:
    """The inner product with X over the norm, from the differential of the square."""
    (of,) = Y.args
    return inner(of, d(of)) / Y


@RULES.rule("differential of the nuclear norm", on=m.NuclearNorm, example=d(m.nuclear_norm(A)))
def nuclear_norm_rule(Y: m.NuclearNorm) -> Array:
    """The inner product with U Vᵀ of the singular value decomposition, where the rank is full."""
    (of,) = Y.args
    return inner(m.polar(of), d(of))


@RULES.rule("differential of the spectral norm", on=m.SpectralNorm, example=d(m.spectral_norm(A)))
def spectral_norm_rule(Y: m.SpectralNorm) -> Array:
    """The inner product with u vᵀ of the largest singular value, where it is simple."""
    (of,) = Y.args
    return inner(m.leading_pair(of), d(of))


@RULES.rule("differential of the matrix exponential", on=m.Exponential, example=d(m.expm(X)))
def expm_rule(Y: m.Exponential) -> Array:
    """The Fréchet derivative, which is no product where X and dX do not commute."""
    return expm_derivative(Y.args[0], d(Y.args[0]))


@RULES.rule("differential of the matrix square root", on=m.SquareRoot, example=d(m.sqrtm(P)))
def sqrtm_rule(Y: m.SquareRoot) -> Array:
    """From S S = X: S dS + dS S = dX, Sylvester's equation."""
    return sylvester(Y, Y, d(Y.args[0]))


@RULES.rule("differential of eigenvalues", on=m.Eigenvalues, example=d(m.eigvalsh(S_)))
def eigenvalues_rule(Y: m.Eigenvalues) -> Array:
    """vᵀ dX v for each eigenvector v of length one, where the eigenvalue is simple."""
    (of,) = Y.args
    V = m.eigvecsh(of)
    return product(1, [(V, "ik"), (d(of), "ij"), (V, "jk")], "k")


@RULES.rule("differential of the Cholesky factor", on=m.Cholesky, example=d(m.cholesky(P)))
def cholesky_rule(Y: m.Cholesky) -> Array:
    """From L Lᵀ = X: L⁻¹ dL is the lower triangle of L⁻¹ dX L⁻ᵀ, with half of its diagonal."""
    change = d(Y.args[0])
    back = m.inv(Y)
    symmetric = scaled(HALF, total([change, permuted(change, (1, 0))]))
    return Y @ lower(back @ symmetric @ back.T)


# ------------------------------------------------------------------ linear maps


@RULES.rule(
    "differential of a rearrangement",
    on=(Taken, Placed, Reshaped, Windows, Overlapped, Lower),
    example=d(x[1:]),
)
def rearrangement_rule(Y: Array) -> Array:
    """Entries taken, placed or looked at again: the same is done to the changes."""
    return Y.with_args((d(Y.args[0]),))
