"""Linear algebra of explicit matrices: determinants, inverses, null spaces, eigenvalues."""

from derive.linear_algebra.determinants import determinant
from derive.linear_algebra.eigen import Eigen, eigen
from derive.linear_algebra.inverses import SingularMatrix, inverse
from derive.linear_algebra.null_space import null_space

__all__ = ["Eigen", "SingularMatrix", "determinant", "eigen", "inverse", "null_space"]
