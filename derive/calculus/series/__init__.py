"""Taylor and Laurent series by algebra of known series."""

from derive.calculus.series.series import series

__all__ = ["series"]
