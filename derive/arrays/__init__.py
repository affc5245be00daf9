"""Arrays: matrix and tensor expressions of any rank, and their derivatives."""
