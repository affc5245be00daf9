"""Linear algebra of explicit vectors and matrices: products, norms, determinants, inverses, null
spaces, eigenvalues."""

from derive.linear_algebra.determinants import determinant
from derive.linear_algebra.eigen import Eigen, eigen
from derive.linear_algebra.exponential import matrix_exponential
from derive.linear_algebra.inverses import SingularMatrix, inverse
from derive.linear_algebra.jordan_chains import Jordan, jordan_form
from derive.linear_algebra.least_squares import least_squares, projection, pseudo_inverse
from derive.linear_algebra.linear_flows import linear_flow
from derive.linear_algebra.norms import norm
from derive.linear_algebra.null_space import null_space
from derive.linear_algebra.orthogonal import gram_schmidt
from derive.linear_algebra.power_iteration import PowerIteration, power_iteration
from derive.linear_algebra.principal_components import PrincipalComponents, principal_components
from derive.linear_algebra.products import dot, entrywise, matmul, outer
from derive.linear_algebra.qr_factors import QR, DependentColumns, qr
from derive.linear_algebra.spectral import (
    SVD,
    Diagonalisation,
    condition_number,
    diagonalise,
    singular_values,
    svd,
)
from derive.linear_algebra.systems import column_space, rank, row_reduce, solve_linear
from derive.linear_algebra.triangular import LU, cholesky, lu

__all__ = [
    "LU",
    "QR",
    "SVD",
    "DependentColumns",
    "Diagonalisation",
    "Eigen",
    "Jordan",
    "PowerIteration",
    "PrincipalComponents",
    "SingularMatrix",
    "cholesky",
    "column_space",
    "condition_number",
    "determinant",
    "diagonalise",
    "dot",
    "eigen",
    "entrywise",
    "gram_schmidt",
    "inverse",
    "jordan_form",
    "least_squares",
    "linear_flow",
    "lu",
    "matmul",
    "matrix_exponential",
    "norm",
    "null_space",
    "outer",
    "power_iteration",
    "principal_components",
    "projection",
    "pseudo_inverse",
    "qr",
    "rank",
    "row_reduce",
    "singular_values",
    "solve_linear",
    "svd",
]
