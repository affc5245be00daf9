"""Gradient, Jacobian and Hessian: by letters, from the rules of differentiation; or by an array.

By letters the result is a SymPy column or matrix, by an array an array of this project.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import Tuple

from derive.core import Derivation
from derive.engine import limited


@limited
def gradient(
    f: Any,
    wrt: Any,
    shapes: Mapping[str, Any] | None = None,
    structures: Mapping[str, str] | None = None,
    at: Any = None,
    timeout: float = 20.0,
) -> Derivation:
    """The gradient of the scalar `f`.

    `wrt` a list of letters: `f` is a formula in them, the gradient the column of its partial
    derivatives, `at` a point (a list, or `{"x": 1, "y": 2}`) if wanted.
    `wrt` the name of an array: the gradient has its shape; `f` is an array, a SymPy matrix
    expression, or text in NumPy's spelling, with the `shapes` of its variables ("m,n", and "" for a
    number) and what is known of them (`structures`: "symmetric", "positive definite" ...).
    Raises ShapeError, ValueError (a loss that is not a number, a variable that it does not depend
    on), ParseError, NoRuleApplies.

    >>> gradient("x**2*y", ["x", "y"]).result
    Matrix([
    [2*x*y],
    [ x**2]])
    >>> shapes = {"A": "m,n", "x": "n", "b": "m"}
    >>> gradient("norm(A @ x - b)**2", "x", shapes).result
    2*A.T @ (A @ x - b)
    """
    if _are_letters(wrt, at, shapes=shapes, structures=structures):
        from derive.calculus.vector.fields import gradient_of

        return gradient_of(f, wrt, at, timeout)
    from derive.arrays.gradient import gradient_by

    return gradient_by(f, wrt, shapes, structures)


@limited
def jacobian(
    f: Any,
    wrt: Any,
    shapes: Mapping[str, Any] | None = None,
    structures: Mapping[str, str] | None = None,
    form: str | None = None,
    at: Any = None,
    timeout: float = 20.0,
) -> Derivation:
    """All partial derivatives of `f` by `wrt`.

    `wrt` a list of letters: `f` is the list of the components of a map, and row i of the Jacobian
    holds the partial derivatives of component i; `at` a point if wanted.
    `wrt` the name of an array: input and errors as for `gradient`, but `f` may have any shape. In
    the `form` "index" (the usual one) it is an array whose axes are those of `f`, then those of
    `wrt`; "operator" is what the derivative makes of a change V of `wrt`; "vec" the matrix M with
    vec(df) = M vec(dX), in Kronecker products; vec puts columns under one another,
    K vec(X) = vec(Xᵀ) is the commutation matrix (Magnus and Neudecker,
    Matrix differential calculus, chapter 9).

    >>> jacobian(["x*y", "x + y"], ["x", "y"]).result
    Matrix([
    [y, x],
    [1, 1]])
    >>> jacobian("A @ x", "x", {"A": "m,n", "x": "n"}).result
    A
    >>> shapes = {"A": "m,n", "X": "n,p"}
    >>> jacobian("A @ X @ X.T", "X", shapes, form="operator").result
    A @ (V @ X.T + X @ V.T)
    >>> jacobian("A @ X @ X.T", "X", shapes, form="vec").result
    kron(X, A) + kron(eye(n), A @ X) @ commutation(n, p)
    """
    if _are_letters(wrt, at, shapes=shapes, structures=structures, form=form):
        from derive.calculus.vector.fields import jacobian_of

        return jacobian_of(f, wrt, at, timeout)
    from derive.arrays.jacobian import jacobian_by

    return jacobian_by(f, wrt, shapes, structures, "index" if form is None else form)


@limited
def hessian(
    f: Any,
    wrt: Any,
    shapes: Mapping[str, Any] | None = None,
    structures: Mapping[str, str] | None = None,
    form: str | None = None,
    at: Any = None,
    timeout: float = 20.0,
) -> Derivation:
    """All second partial derivatives of the scalar `f`: the Jacobian of its gradient.

    `wrt` a list of letters, or the name of an array: as for `gradient`, with the forms of
    `jacobian`; "vec" is the Hessian by vec(X), a matrix.

    >>> hessian("x**2*y", ["x", "y"]).result
    Matrix([
    [2*y, 2*x],
    [2*x,   0]])
    >>> hessian("x.T @ A @ x", "x", {"A": "n,n", "x": "n"}).result
    A + A.T
    >>> hessian("norm(A @ X)**2", "X", {"A": "m,n", "X": "n,p"}, form="vec").result
    2*kron(eye(p), A.T @ A)
    """
    if _are_letters(wrt, at, shapes=shapes, structures=structures, form=form):
        from derive.calculus.vector.fields import hessian_of

        return hessian_of(f, wrt, at, timeout)
    from derive.arrays.jacobian import hessian_by

    return hessian_by(f, wrt, shapes, structures, "index" if form is None else form)


def _are_letters(wrt: Any, at: Any, **of_arrays: Any) -> bool:
    """Whether a list of letters is meant; what belongs to the other way is refused."""
    letters = isinstance(wrt, (list, tuple, Tuple))
    if letters and (strange := next((k for k, v in of_arrays.items() if v is not None), None)):
        raise ValueError(f"{strange} is for an array; {wrt} are letters")
    if not letters and at is not None:
        raise ValueError(f"at is for a list of letters, ['{wrt}']; {wrt} is an array")
    return letters
