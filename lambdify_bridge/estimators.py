"""Every estimator, registered by being imported: who needs them all imports this module."""

from lambdify_bridge import (  # noqa: F401
    central_difference,
    expectation,
    extremes,
    initial_value,
    laurent,
    optimum,
    paths,
    principal_value,
    quadrature,
    residual,
    sequence,
    sums,
)
