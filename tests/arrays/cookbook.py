"""Derivatives of The Matrix Cookbook (Petersen and Pedersen, version of November 15, 2012).

All of chapter 2, numbers as printed there, and what section 9.7 adds. The layout is the book's: a
gradient has the shape of its variable. Where the book says "for every n" one n stands for all; a
differential is worked out along a direction V, or by a number t that the matrices depend on. What
differences refute in the book is corrected here, with the printed formula next to it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Identity:
    """`kind` of the derivative of `f` by `wrt` is `expected`.

    `shapes` are written "X m,n; a m", a structure after the sizes. `printed` is what the book has,
    where that is false, or meant for entries on and above the diagonal (`note` says which).
    """

    number: str
    kind: str
    f: str
    wrt: str
    shapes: str
    expected: str
    printed: str = ""
    note: str = ""


@dataclass(frozen=True)
class LeftOut:
    number: str
    what: str
    why: str


SQUARE = "X n,n; A n,n; B n,n; C n,n; V n,n"
OF_T = "A m,n; B m,n; C n,k; D n,k; t"
SQUARE_OF_T = "A n,n; B n,n; t"
FLAT = "X m,n; a m; b n; V m,n"
TALL = "X m,n; A n,n; B m,m symmetric; C m,m symmetric"
FREE_ENTRIES = "printed for the entries on and above the diagonal alone, the others following"

# fmt: off
IDENTITIES = [
    # ---------------------------------------------------------------- differentials
    Identity("34", "jvp", "alpha*X", "X", "alpha; X m,n; V m,n", "alpha*V"),
    Identity("35", "jacobian", "(A + t*B) + (C + t*D)", "t", "A m,n; B m,n; C m,n; D m,n; t",
             "B + D"),
    Identity("36", "jvp", "trace(X)", "X", SQUARE, "trace(V)"),
    Identity("37", "jacobian", "(A + t*B) @ (C + t*D)", "t", OF_T,
             "B @ (C + t*D) + (A + t*B) @ D"),
    Identity("38", "jacobian", "(A + t*B)*(C + t*D)", "t", "A m,n; B m,n; C m,n; D m,n; t",
             "B*(C + t*D) + (A + t*B)*D"),
    Identity("39", "jacobian", "kron(A + t*B, C + t*D)", "t", OF_T,
             "kron(B, C + t*D) + kron(A + t*B, D)"),
    Identity("40", "jvp", "inv(X)", "X", SQUARE, "-inv(X) @ V @ inv(X)"),
    Identity("42", "jvp", "det(X)", "X", SQUARE, "det(X)*trace(inv(X) @ V)"),
    Identity("43", "jvp", "log(det(X))", "X", SQUARE, "trace(inv(X) @ V)"),
    Identity("44", "jvp", "X.T", "X", "X m,n; V m,n", "V.T"),
    # ---------------------------------------------------------------- determinants
    Identity("46", "gradient", "det(A + t*B)", "t", SQUARE_OF_T,
             "det(A + t*B)*trace(inv(A + t*B) @ B)"),
    Identity("48", "hessian", "det(A + t*B)", "t", SQUARE_OF_T,
             "det(A + t*B)*(trace(inv(A + t*B) @ B)*trace(inv(A + t*B) @ B)"
             " - trace(inv(A + t*B) @ B @ inv(A + t*B) @ B))"),
    Identity("49", "gradient", "det(X)", "X", SQUARE, "det(X)*inv(X).T"),
    Identity("51", "gradient", "det(A @ X @ B)", "X", SQUARE, "det(A @ X @ B)*inv(X).T"),
    Identity("52", "gradient", "det(X.T @ A @ X)", "X", SQUARE, "2*det(X.T @ A @ X)*inv(X).T"),
    Identity("53", "gradient", "det(X.T @ A @ X)", "X", "X m,n; A m,m symmetric",
             "2*det(X.T @ A @ X)*A @ X @ inv(X.T @ A @ X)"),
    Identity("54", "gradient", "det(X.T @ A @ X)", "X", "X m,n; A m,m",
             "det(X.T @ A @ X)*(A @ X @ inv(X.T @ A @ X) + A.T @ X @ inv(X.T @ A.T @ X))"),
    Identity("55", "gradient", "log(det(X.T @ X))", "X", "X m,n", "2*X @ inv(X.T @ X)",
             note="printed with the pseudoinverse inv(X.T @ X) @ X.T, here written out"),
    Identity("57", "gradient", "log(abs(det(X)))", "X", SQUARE, "inv(X).T"),
    Identity("57", "gradient", "logdet(X)", "X", SQUARE, "inv(X).T"),
    Identity("58", "gradient", "det(matrix_power(X, 3))", "X", SQUARE,
             "3*det(matrix_power(X, 3))*inv(X).T"),
    # ---------------------------------------------------------------- inverses
    Identity("59", "jacobian", "inv(A + t*B)", "t", SQUARE_OF_T,
             "-inv(A + t*B) @ B @ inv(A + t*B)"),
    Identity("60", "jacobian", "inv(X)", "X", SQUARE, '-einsum("ki,jl->klij", inv(X), inv(X))'),
    Identity("61", "gradient", "a.T @ inv(X) @ b", "X", "X n,n; a n; b n",
             "-inv(X).T @ a @ b.T @ inv(X).T"),
    Identity("62", "gradient", "det(inv(X))", "X", SQUARE, "-det(inv(X))*inv(X).T"),
    Identity("63", "gradient", "trace(A @ inv(X) @ B)", "X", "X n,n; A m,n; B n,m",
             "-(inv(X) @ B @ A @ inv(X)).T"),
    Identity("64", "gradient", "trace(inv(X + A))", "X", SQUARE,
             "-(inv(X + A) @ inv(X + A)).T"),
    # ---------------------------------------------------------------- eigenvalues
    Identity("65", "gradient", "sum(eigvalsh(X))", "X", "X n,n symmetric", "eye(n)"),
    Identity("65", "gradient", "trace(X)", "X", SQUARE, "eye(n)"),
    Identity("67", "jvp", "eigvalsh(A)", "A", "A n,n symmetric; V n,n symmetric",
             "diagonal(eigvecsh(A).T @ V @ eigvecsh(A))"),
    # ---------------------------------------------------------------- first order
    Identity("69", "gradient", "x.T @ a", "x", "x n; a n", "a"),
    Identity("69", "gradient", "a.T @ x", "x", "x n; a n", "a"),
    Identity("70", "gradient", "a.T @ X @ b", "X", FLAT, "a @ b.T"),
    Identity("71", "gradient", "a.T @ X.T @ b", "X", "X m,n; a n; b m", "b @ a.T"),
    Identity("72", "gradient", "a.T @ X @ a", "X", "X n,n; a n", "a @ a.T"),
    Identity("72", "gradient", "a.T @ X.T @ a", "X", "X n,n; a n", "a @ a.T"),
    Identity("73", "jacobian", "X", "X", "X m,n", 'einsum("ki,lj->klij", eye(m), eye(n))'),
    Identity("74", "jacobian", "X @ A", "X", "X m,n; A n,k",
             'einsum("im,nj->ijmn", eye(m), A)'),
    Identity("75", "jacobian", "X.T @ A", "X", "X m,n; A m,k",
             'einsum("in,mj->ijmn", eye(n), A)'),
    # ---------------------------------------------------------------- second order
    Identity("76", "gradient", "sum(X)*sum(X)", "X", "X m,n", "2*sum(X)*ones(m, n)"),
    Identity("77", "gradient", "b.T @ X.T @ X @ c", "X", "X m,n; b n; c n",
             "X @ (b @ c.T + c @ b.T)"),
    Identity("78", "gradient", "(B @ x + b).T @ C @ (D @ x + d)", "x",
             "B m,n; C m,k; D k,n; x n; b m; d k",
             "B.T @ C @ (D @ x + d) + D.T @ C.T @ (B @ x + b)"),
    Identity("79", "jacobian", "X.T @ B @ X", "X", "X m,n; B m,m",
             'einsum("lj,ki->klij", eye(n), X.T @ B) + einsum("kj,il->klij", eye(n), B @ X)'),
    Identity("80", "jvp", "X.T @ B @ X", "X", "X m,n; B m,m; V m,n",
             "X.T @ B @ V + V.T @ B @ X"),
    Identity("81", "gradient", "x.T @ B @ x", "x", "x n; B n,n", "(B + B.T) @ x"),
    Identity("82", "gradient", "b.T @ X.T @ D @ X @ c", "X", "X m,n; D m,m; b n; c n",
             "D.T @ X @ b @ c.T + D @ X @ c @ b.T"),
    Identity("83", "gradient", "(X @ b + c).T @ D @ (X @ b + c)", "X", "X m,n; D m,m; b n; c m",
             "(D + D.T) @ (X @ b + c) @ b.T"),
    Identity("84", "gradient", "(x - A @ s).T @ W @ (x - A @ s)", "s",
             "W m,m symmetric; A m,n; x m; s n", "-2*A.T @ W @ (x - A @ s)"),
    Identity("85", "gradient", "(x - s).T @ W @ (x - s)", "x", "W m,m symmetric; x m; s m",
             "2*W @ (x - s)"),
    Identity("86", "gradient", "(x - s).T @ W @ (x - s)", "s", "W m,m symmetric; x m; s m",
             "-2*W @ (x - s)"),
    Identity("87", "gradient", "(x - A @ s).T @ W @ (x - A @ s)", "x",
             "W m,m symmetric; A m,n; x m; s n", "2*W @ (x - A @ s)"),
    Identity("88", "gradient", "(x - A @ s).T @ W @ (x - A @ s)", "A",
             "W m,m symmetric; A m,n; x m; s n", "-2*W @ (x - A @ s) @ s.T"),
    # ---------------------------------------------------------------- higher order
    Identity("90", "jvp", "matrix_power(X, 3)", "X", SQUARE,
             "V @ X @ X + X @ V @ X + X @ X @ V"),
    Identity("91", "gradient", "a.T @ matrix_power(X, 3) @ b", "X", "X n,n; a n; b n",
             "a @ b.T @ (X @ X).T + X.T @ a @ b.T @ X.T + (X @ X).T @ a @ b.T"),
    Identity("92", "gradient", "a.T @ matrix_power(X, 2).T @ matrix_power(X, 2) @ b", "X",
             "X n,n; a n; b n",
             "(X @ a @ b.T @ (X @ X).T + a @ b.T @ (X @ X).T @ X).T"
             " + X @ X @ a @ b.T @ X.T + X.T @ X @ X @ a @ b.T",
             printed="X @ a @ b.T @ (X @ X).T + a @ b.T @ (X @ X).T @ X"
             " + X @ X @ a @ b.T @ X.T + X.T @ X @ X @ a @ b.T",
             note="the first term of the sum lacks a transpose"),
    Identity("94", "gradient", "((A @ x).T @ (A @ x))/((B @ x).T @ (B @ x))", "x",
             "A m,n; B k,n; x n",
             "2*A.T @ A @ x/(x.T @ B.T @ B @ x)"
             " - 2*(x.T @ A.T @ A @ x)*(B.T @ B @ x)/(x.T @ B.T @ B @ x)**2"),
    Identity("97", "gradient", "x.T @ A @ x + b.T @ x", "x", "A n,n; x n; b n",
             "(A + A.T) @ x + b"),
    Identity("98", "hessian", "x.T @ A @ x + b.T @ x", "x", "A n,n; x n; b n", "A + A.T"),
    # ---------------------------------------------------------------- traces, first order
    Identity("99", "gradient", "trace(X)", "X", SQUARE, "eye(n)"),
    Identity("100", "gradient", "trace(X @ A)", "X", "X m,n; A n,m", "A.T"),
    Identity("101", "gradient", "trace(A @ X @ B)", "X", "A k,m; X m,n; B n,k", "A.T @ B.T"),
    Identity("102", "gradient", "trace(A @ X.T @ B)", "X", "A k,n; X m,n; B m,k", "B @ A"),
    Identity("103", "gradient", "trace(X.T @ A)", "X", "X m,n; A m,n", "A"),
    Identity("104", "gradient", "trace(A @ X.T)", "X", "X m,n; A m,n", "A"),
    Identity("105", "gradient", "trace(kron(A, X))", "X", "A m,m; X n,n", "trace(A)*eye(n)"),
    # ---------------------------------------------------------------- traces, second order
    Identity("106", "gradient", "trace(matrix_power(X, 2))", "X", SQUARE, "2*X.T"),
    Identity("107", "gradient", "trace(matrix_power(X, 2) @ B)", "X", SQUARE,
             "(X @ B + B @ X).T"),
    Identity("108", "gradient", "trace(X.T @ B @ X)", "X", "X m,n; B m,m", "B @ X + B.T @ X"),
    Identity("109", "gradient", "trace(B @ X @ X.T)", "X", "X m,n; B m,m", "B @ X + B.T @ X"),
    Identity("110", "gradient", "trace(X @ X.T @ B)", "X", "X m,n; B m,m", "B @ X + B.T @ X"),
    Identity("111", "gradient", "trace(X @ B @ X.T)", "X", "X m,n; B n,n", "X @ B.T + X @ B"),
    Identity("112", "gradient", "trace(B @ X.T @ X)", "X", "X m,n; B n,n", "X @ B.T + X @ B"),
    Identity("113", "gradient", "trace(X.T @ X @ B)", "X", "X m,n; B n,n", "X @ B.T + X @ B"),
    Identity("114", "gradient", "trace(A @ X @ B @ X)", "X", "A n,m; X m,n; B n,m",
             "A.T @ X.T @ B.T + B.T @ X.T @ A.T"),
    Identity("115", "gradient", "trace(X.T @ X)", "X", "X m,n", "2*X"),
    Identity("115", "gradient", "trace(X @ X.T)", "X", "X m,n", "2*X"),
    Identity("116", "gradient", "trace(B.T @ X.T @ C @ X @ B)", "X", "X m,n; C m,m; B n,k",
             "C.T @ X @ B @ B.T + C @ X @ B @ B.T"),
    Identity("117", "gradient", "trace(X.T @ B @ X @ C)", "X", "X m,n; B m,m; C n,n",
             "B @ X @ C + B.T @ X @ C.T"),
    Identity("118", "gradient", "trace(A @ X @ B @ X.T @ C)", "X", "A k,m; X m,n; B n,n; C m,k",
             "A.T @ C.T @ X @ B.T + C @ A @ X @ B"),
    Identity("119", "gradient", "trace((A @ X @ B + C) @ (A @ X @ B + C).T)", "X",
             "A k,m; X m,n; B n,p; C k,p", "2*A.T @ (A @ X @ B + C) @ B.T"),
    Identity("120", "gradient", "trace(kron(X, X))", "X", SQUARE, "2*trace(X)*eye(n)"),
    Identity("120", "gradient", "trace(X)*trace(X)", "X", SQUARE, "2*trace(X)*eye(n)"),
    # ---------------------------------------------------------------- traces, higher order
    Identity("121", "gradient", "trace(matrix_power(X, 4))", "X", SQUARE,
             "4*matrix_power(X, 3).T"),
    Identity("122", "gradient", "trace(A @ matrix_power(X, 3))", "X", SQUARE,
             "(A @ X @ X + X @ A @ X + X @ X @ A).T"),
    Identity("123", "gradient", "trace(B.T @ X.T @ C @ X @ X.T @ C @ X @ B)", "X",
             "X m,n; C m,m; B n,k",
             "C @ X @ X.T @ C @ X @ B @ B.T + C.T @ X @ B @ B.T @ X.T @ C.T @ X"
             " + C @ X @ B @ B.T @ X.T @ C @ X + C.T @ X @ X.T @ C.T @ X @ B @ B.T"),
    Identity("124", "gradient", "trace(A @ inv(X) @ B)", "X", "X n,n; A m,n; B n,m",
             "-inv(X).T @ A.T @ B.T @ inv(X).T"),
    Identity("125", "gradient", "trace(inv(X.T @ C @ X) @ A)", "X", TALL,
             "-(C @ X @ inv(X.T @ C @ X)) @ (A + A.T) @ inv(X.T @ C @ X)"),
    Identity("126", "gradient", "trace(inv(X.T @ C @ X) @ (X.T @ B @ X))", "X", TALL,
             "-2*C @ X @ inv(X.T @ C @ X) @ X.T @ B @ X @ inv(X.T @ C @ X)"
             " + 2*B @ X @ inv(X.T @ C @ X)"),
    Identity("127", "gradient", "trace(inv(A + X.T @ C @ X) @ (X.T @ B @ X))", "X",
             "X m,n; A n,n symmetric; B m,m symmetric; C m,m symmetric",
             "-2*C @ X @ inv(A + X.T @ C @ X) @ X.T @ B @ X @ inv(A + X.T @ C @ X)"
             " + 2*B @ X @ inv(A + X.T @ C @ X)",
             note="printed for any A; it holds for a symmetric A"),
    Identity("2.5", "gradient", "trace(expm(X))", "X", SQUARE, "expm(X).T",
             note="Tr(F(X)) has the gradient f(X).T for the derivative f of F; F = exp"),
    # ---------------------------------------------------------------- norms
    Identity("129", "gradient", "norm(x - a)", "x", "x n; a n", "(x - a)/norm(x - a)"),
    Identity("130", "jacobian", "(x - a)/norm(x - a)", "x", "x n; a n",
             "eye(n)/norm(x - a) - (x - a) @ (x - a).T/norm(x - a)**3"),
    Identity("131", "gradient", "norm(x)**2", "x", "x n", "2*x"),
    Identity("131", "gradient", "x.T @ x", "x", "x n", "2*x"),
    Identity("132", "gradient", "norm(X)**2", "X", "X m,n", "2*X"),
    Identity("132", "gradient", "trace(X @ X.T)", "X", "X m,n", "2*X"),
    # ---------------------------------------------------------------- structured matrices
    Identity("139", "gradient", "trace(A @ X)", "X", "A n,n; X n,n symmetric", "(A + A.T)/2",
             printed="A + A.T - A*eye(n)", note=FREE_ENTRIES),
    Identity("140", "gradient", "det(X)", "X", "X n,n symmetric", "det(X)*inv(X)",
             printed="det(X)*(2*inv(X) - inv(X)*eye(n))", note=FREE_ENTRIES),
    Identity("141", "gradient", "log(det(X))", "X", "X n,n positive definite", "inv(X)",
             printed="2*inv(X) - inv(X)*eye(n)", note=FREE_ENTRIES),
    Identity("142", "gradient", "trace(A @ X)", "X", "A n,n; X n,n diagonal", "A*eye(n)"),
    Identity("9.7.5", "gradient", "x.T @ A @ X @ B @ x", "X", "x n; A n,k; X k,p; B p,n",
             "A.T @ x @ x.T @ B.T"),
]

COMPLEX = "complex values"
ABSTRACT = "of functions that are not given: there is nothing to differentiate"
TOEPLITZ = "no Toeplitz structure"
LEFT_OUT = [
    LeftOut("33", "the differential of a constant", "turned down: it does not depend on X"),
    LeftOut("41", "the differential of det X by the adjugate", "no adjugate; 42 has X⁻¹"),
    LeftOut("45", "the differential of the conjugate transpose", COMPLEX),
    LeftOut("47", "sums of det' times X", "no derivative, a product with that of 49"),
    LeftOut("50", "sums of det' times X", "the same as 47"),
    LeftOut("56", "by the pseudoinverse of X", "X⁺ is no variable"),
    LeftOut("2.2", "dJ/dA by dJ/dA⁻¹", ABSTRACT),
    LeftOut("66", "the product of the eigenvalues", "no product over entries; det X is 49"),
    LeftOut("68", "the differential of an eigenvector", "no pseudoinverse"),
    LeftOut("89", "the square of a - xᴴb", COMPLEX),
    LeftOut("93", "s(x)ᵀ A r(x)", ABSTRACT),
    LeftOut("128", "the trace of sin X", "no sine of a matrix"),
    LeftOut("133", "f(A) by the entries of a structured A", ABSTRACT),
    LeftOut("134", "the structure matrix", "a definition"),
    LeftOut("135", "the chain rule", ABSTRACT),
    LeftOut("136", "the chain rule, by entries", ABSTRACT),
    LeftOut("137", "the chain rule, as a trace", ABSTRACT),
    LeftOut("138", "any f of a symmetric matrix", ABSTRACT),
    LeftOut("143", "trace(A T) by a Toeplitz T", TOEPLITZ),
    LeftOut("144", "trace(A T) by a symmetric Toeplitz T", TOEPLITZ),
    LeftOut("9.7.6", "structure matrices", "73 without a structure; else a definition"),
]
# fmt: on
