"""Taylor and Laurent series by algebra of known series."""

from derive.calculus.series.remainder import TaylorRemainder, taylor_remainder
from derive.calculus.series.series import series

__all__ = ["TaylorRemainder", "series", "taylor_remainder"]
