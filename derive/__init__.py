"""Closed forms derived step by step, each step an equation that is checked against numbers.

>>> import derive
>>> d = derive.diff("x**2*sin(x)", "x")
>>> d.result
x**2*cos(x) + 2*x*sin(x)
>>> d.check().verdict
'confirmed'

Names load when they are first used: `import derive` alone does not import SymPy.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType

TYPE_CHECKING = False  # as type checkers know it: to import typing takes as long as all the rest
if TYPE_CHECKING:
    from typing import Any

__version__ = "0.1.0"

# fmt: off
_MODULE_OF = {
    "diff":            "derive.calculus.differentiation",
    "limit":           "derive.calculus.limits",
    "limit_of_recursion": "derive.calculus.limits",
    "integrate":       "derive.calculus.integrals",
    "alternatives":    "derive.calculus.integrals",
    "series":          "derive.calculus.series",
    "taylor_remainder": "derive.calculus.series",
    "summation":       "derive.calculus.sums",
    "product":         "derive.calculus.sums",
    "convergence":     "derive.calculus.sums",
    "radius_of_convergence": "derive.calculus.sums",
    "dsolve":          "derive.calculus.equations",
    "from_latex":      "derive.latex_input.reading",
    "work_out":        "derive.questions",
    "implicit_diff":   "derive.calculus.curves",
    "parametric_diff": "derive.calculus.curves",
    "argmax":          "derive.calculus.extrema",
    "argmin":          "derive.calculus.extrema",
    "maximum":         "derive.calculus.extrema",
    "determinant":     "derive.linear_algebra",
    "inverse":         "derive.linear_algebra",
    "eigen":           "derive.linear_algebra",
    "null_space":      "derive.linear_algebra",
    "dot":             "derive.linear_algebra",
    "outer":           "derive.linear_algebra",
    "matmul":          "derive.linear_algebra",
    "entrywise":       "derive.linear_algebra",
    "norm":            "derive.linear_algebra",
    "power_iteration": "derive.linear_algebra",
    "principal_components": "derive.linear_algebra",
    "matrix_exponential": "derive.linear_algebra",
    "linear_flow":    "derive.linear_algebra",
    "condition_number": "derive.linear_algebra",
    "singular_values": "derive.linear_algebra",
    "svd":            "derive.linear_algebra",
    "diagonalise":    "derive.linear_algebra",
    "pseudo_inverse": "derive.linear_algebra",
    "projection":     "derive.linear_algebra",
    "least_squares":  "derive.linear_algebra",
    "cholesky":       "derive.linear_algebra",
    "lu":             "derive.linear_algebra",
    "qr":             "derive.linear_algebra",
    "gram_schmidt":   "derive.linear_algebra",
    "solve_linear":   "derive.linear_algebra",
    "column_space":   "derive.linear_algebra",
    "rank":           "derive.linear_algebra",
    "row_reduce":     "derive.linear_algebra",
    "jordan_form": "derive.linear_algebra",
    "gradient":        "derive.gradients",
    "jacobian":        "derive.gradients",
    "hessian":         "derive.gradients",
    "jacobian_determinant": "derive.calculus.vector.fields",
    "directional_derivative": "derive.calculus.vector.fields",
    "divergence":      "derive.calculus.vector.fields",
    "curl":            "derive.calculus.vector.fields",
    "laplacian":       "derive.calculus.vector.fields",
    "total_derivative": "derive.calculus.vector.chain_rule",
    "velocity": "derive.calculus.vector.chain_rule",
    "taylor_polynomial": "derive.calculus.vector.taylor",
    "critical_points": "derive.calculus.vector.critical_points",
    "implicit_jacobian": "derive.calculus.vector.implicit",
    "divergence_theorem": "derive.calculus.vector.integrals.theorems",
    "stokes_theorem": "derive.calculus.vector.integrals.theorems",
    "greens_theorem": "derive.calculus.vector.integrals.theorems",
    "potential": "derive.calculus.vector.integrals.potentials",
    "change_of_variables": "derive.calculus.vector.integrals.regions",
    "region_integral": "derive.calculus.vector.integrals.regions",
    "surface_area": "derive.calculus.vector.integrals.surfaces",
    "surface_integral": "derive.calculus.vector.integrals.surfaces",
    "line_integral": "derive.calculus.vector.integrals.lines",
    "arc_length": "derive.calculus.vector.integrals.lines",
    "lagrange_multipliers": "derive.calculus.vector.lagrange",
    "jvp":             "derive.arrays.jacobian",
    "vjp":             "derive.arrays.jacobian",
    "backprop":        "derive.networks.backprop",
    "update_rule":     "derive.optimizers.updates",
    "penalised_weight": "derive.optimizers.regularisation",
    "penalised_weights": "derive.optimizers.shrinkage",
    "early_stopping": "derive.optimizers.regularisation",
    "dropout_mean": "derive.optimizers.regularisation",
    "dropout_variance": "derive.optimizers.regularisation",
    "expected_average": "derive.optimizers.moving_averages",
    "bias_correction": "derive.optimizers.moving_averages",
    "sure_decrease": "derive.optimizers.descent_lemma",
    "surest_step": "derive.optimizers.descent_lemma",
    "largest_sure_decrease": "derive.optimizers.descent_lemma",
    "gradient_descent": "derive.optimizers.trajectories",
    "quadratic_descent": "derive.optimizers.trajectories",
    "largest_step":    "derive.optimizers.step_sizes",
    "best_step":       "derive.optimizers.step_sizes",
    "best_momentum":   "derive.optimizers.step_sizes",
    "convergence_rate": "derive.optimizers.step_sizes",
    "learning_rate":   "derive.optimizers.schedules",
    "square_error": "derive.optimizers.noisy_descent",
    "steady_step": "derive.optimizers.steady_steps",
    "stochastic_gradient": "derive.optimizers.sampling",
    "batch_variance": "derive.optimizers.sampling",
    "newton_step": "derive.optimizers.newton_steps",
    "gauss_newton_step": "derive.optimizers.newton_steps",
    "conjugate_gradient": "derive.optimizers.conjugate_directions",
    "update_difference": "derive.optimizers.differences",
    "finite_difference": "derive.numerical_computing.finite_differences",
    "best_difference_step": "derive.numerical_computing.finite_differences",
    "quadrature_rule": "derive.numerical_computing.quadrature",
    "newton_cotes": "derive.numerical_computing.quadrature",
    "gauss_legendre": "derive.numerical_computing.gauss",
    "composite_rule": "derive.numerical_computing.composite",
    "newtons_method": "derive.numerical_computing.iterations",
    "secant_method": "derive.numerical_computing.iterations",
    "contraction": "derive.numerical_computing.contractions",
    "fixed_point": "derive.numerical_computing.iterations",
    "fixed_point_bound": "derive.numerical_computing.iterations",
    "bisection_error": "derive.numerical_computing.iterations",
    "condition_of": "derive.numerical_computing.rounding",
    "relative_error": "derive.numerical_computing.rounding",
    "unit_roundoff": "derive.numerical_computing.rounding",
    "roundoff_of_sum": "derive.numerical_computing.rounding",
    "richardson": "derive.numerical_computing.extrapolation",
    "order_conditions": "derive.numerical_computing.runge_kutta",
    "runge_kutta_order": "derive.numerical_computing.runge_kutta",
    "stability_region": "derive.numerical_computing.stability_regions",
    "stability_function": "derive.numerical_computing.runge_kutta",
    "expectation": "derive.probability.expectations",
    "variance": "derive.probability.expectations",
    "moment": "derive.probability.expectations",
    "normalisation": "derive.probability.expectations",
    "moment_generating_function": "derive.probability.expectations",
    "characteristic_function": "derive.probability.expectations",
    "conditional_entropy": "derive.probability.information",
    "cross_entropy": "derive.probability.information",
    "kl_divergence": "derive.probability.information",
    "mutual_information": "derive.probability.information",
    "shannon_entropy": "derive.probability.information",
    "gaussian_divergence": "derive.probability.gaussian_divergence",
    "bayes_table": "derive.probability.bayes",
    "evidence": "derive.probability.bayes",
    "posterior_density": "derive.probability.bayes",
    "conjugate_posterior": "derive.probability.bayes",
    "estimator_bias": "derive.statistics.estimation",
    "estimator_error": "derive.statistics.squares_variance",
    "best_shrinkage": "derive.statistics.squares_variance",
    "mle": "derive.statistics.likelihood",
    "fisher_information": "derive.statistics.fisher_information",
    "cramer_rao_bound": "derive.statistics.fisher_information",
    "joint_mle":       "derive.statistics.joint_likelihood",
    "mean_interval": "derive.statistics.mean_intervals",
    "multinomial_mle": "derive.statistics.multinomial",
    "law_information": "derive.statistics.law_information",
    "map_estimate":    "derive.statistics.posterior_mode",
    "moment_estimate": "derive.statistics.moment_estimates",
    "sufficient_statistics": "derive.statistics.sufficiency",
    "z_test":          "derive.statistics.mean_tests",
    "t_test":          "derive.statistics.mean_tests",
    "chi_squared_test": "derive.statistics.count_tests",
    "f_test":          "derive.statistics.variance_tests",
    "variance_test":   "derive.statistics.variance_tests",
    "likelihood_ratio_test": "derive.statistics.likelihood_ratio",
    "mode": "derive.probability.characteristics",
    "median": "derive.probability.characteristics",
    "entropy": "derive.probability.characteristics",
    "distribution_function": "derive.probability.characteristics",
    "circular_mean": "derive.probability.directional",
    "circular_variance": "derive.probability.directional",
    "density_of_sum": "derive.probability.sums_of_variables",
    "covariance_of_combinations": "derive.probability.combinations",
    "mean_of_combination": "derive.probability.combinations",
    "variance_of_combination": "derive.probability.combinations",
    "conditional_normal": "derive.probability.gaussian_vectors",
    "linear_map_of_normal": "derive.probability.gaussian_vectors",
    "independence": "derive.probability.independence",
    "density_of_product": "derive.probability.ratios_of_variables",
    "density_of_ratio": "derive.probability.ratios_of_variables",
    "dirichlet_mean": "derive.probability.dirichlet",
    "dirichlet_covariance": "derive.probability.dirichlet",
    "dirichlet_posterior": "derive.probability.dirichlet",
    "markov_bound": "derive.probability.inequalities",
    "chebyshev_bound": "derive.probability.inequalities",
    "jensen_gap": "derive.probability.inequalities",
    "jensen_bound": "derive.probability.inequalities",
    "maximum_entropy_density": "derive.probability.maximum_entropy",
    "maximum_entropy_table": "derive.probability.maximum_entropy",
    "marginal": "derive.probability.joint",
    "conditional_density": "derive.probability.joint",
    "conditional_expectation": "derive.probability.joint",
    "conditional_variance": "derive.probability.joint",
    "joint_expectation": "derive.probability.joint",
    "joint_variance": "derive.probability.joint",
    "covariance": "derive.probability.joint",
    "correlation": "derive.probability.joint",
    "law_of_total_expectation": "derive.probability.joint",
    "law_of_total_variance": "derive.probability.joint",
    "density_of_function": "derive.probability.transformations",
    "batch":           "derive.batch",
    "report":          "derive.render.html.page",
    "parse":           "derive.parse",
    "allowing":        "derive.limits_of_input",
    "InputLimits":     "derive.limits_of_input",
    "TooLarge":        "derive.limits_of_input",
    "Answers":         "derive.answers",
    "Derivation":      "derive.core",
    "Document":        "derive.render.document",
    "Notation":        "derive.render.notation",
    "SavedError":      "derive.saved.entries",
    "Step":            "derive.core",
    "Rule":            "derive.rules",
    "RuleTable":       "derive.rules",
    "Rewrite":         "derive.rules",
    "NoRuleApplies":   "derive.engine",
    "BudgetExceeded":  "derive.engine",
    "DerivationError": "derive.engine",
    "TimeExceeded":    "derive.budget",
    "MemoryExceeded":  "derive.budget",
    "WorkerDied":      "derive.budget",
    "ParseError":      "derive.tokens",
    "sigmoid":         "derive.elementary",
    "softplus":        "derive.elementary",
    "relu":            "derive.elementary",
}
# fmt: on

if TYPE_CHECKING:
    from derive.answers import Answers
    from derive.arrays.jacobian import jvp, vjp
    from derive.batch import batch
    from derive.budget import MemoryExceeded, TimeExceeded, WorkerDied
    from derive.calculus.curves import implicit_diff, parametric_diff
    from derive.calculus.differentiation import diff
    from derive.calculus.equations import dsolve
    from derive.calculus.extrema import argmax, argmin, maximum
    from derive.calculus.integrals import alternatives, integrate
    from derive.calculus.limits import limit, limit_of_recursion
    from derive.calculus.series import series, taylor_remainder
    from derive.calculus.sums import convergence, product, radius_of_convergence, summation
    from derive.calculus.vector.chain_rule import total_derivative, velocity
    from derive.calculus.vector.critical_points import critical_points
    from derive.calculus.vector.fields import (
        curl,
        directional_derivative,
        divergence,
        jacobian_determinant,
        laplacian,
    )
    from derive.calculus.vector.implicit import implicit_jacobian
    from derive.calculus.vector.integrals.lines import arc_length, line_integral
    from derive.calculus.vector.integrals.potentials import potential
    from derive.calculus.vector.integrals.regions import change_of_variables, region_integral
    from derive.calculus.vector.integrals.surfaces import surface_area, surface_integral
    from derive.calculus.vector.integrals.theorems import (
        divergence_theorem,
        greens_theorem,
        stokes_theorem,
    )
    from derive.calculus.vector.lagrange import lagrange_multipliers
    from derive.calculus.vector.taylor import taylor_polynomial
    from derive.core import Derivation, Step
    from derive.elementary import relu, sigmoid, softplus
    from derive.engine import BudgetExceeded, DerivationError, NoRuleApplies
    from derive.gradients import gradient, hessian, jacobian
    from derive.latex_input.reading import from_latex
    from derive.limits_of_input import InputLimits, TooLarge, allowing
    from derive.linear_algebra import (
        cholesky,
        column_space,
        condition_number,
        determinant,
        diagonalise,
        dot,
        eigen,
        entrywise,
        gram_schmidt,
        inverse,
        jordan_form,
        least_squares,
        linear_flow,
        lu,
        matmul,
        matrix_exponential,
        norm,
        null_space,
        outer,
        power_iteration,
        principal_components,
        projection,
        pseudo_inverse,
        qr,
        rank,
        row_reduce,
        singular_values,
        solve_linear,
        svd,
    )
    from derive.networks.backprop import backprop
    from derive.numerical_computing.composite import composite_rule
    from derive.numerical_computing.contractions import contraction
    from derive.numerical_computing.extrapolation import richardson
    from derive.numerical_computing.finite_differences import (
        best_difference_step,
        finite_difference,
    )
    from derive.numerical_computing.gauss import gauss_legendre
    from derive.numerical_computing.iterations import (
        bisection_error,
        fixed_point,
        fixed_point_bound,
        newtons_method,
        secant_method,
    )
    from derive.numerical_computing.quadrature import (
        newton_cotes,
        quadrature_rule,
    )
    from derive.numerical_computing.rounding import (
        condition_of,
        relative_error,
        roundoff_of_sum,
        unit_roundoff,
    )
    from derive.numerical_computing.runge_kutta import (
        order_conditions,
        runge_kutta_order,
        stability_function,
    )
    from derive.numerical_computing.stability_regions import stability_region
    from derive.optimizers.conjugate_directions import conjugate_gradient
    from derive.optimizers.descent_lemma import largest_sure_decrease, sure_decrease, surest_step
    from derive.optimizers.differences import update_difference
    from derive.optimizers.moving_averages import bias_correction, expected_average
    from derive.optimizers.newton_steps import gauss_newton_step, newton_step
    from derive.optimizers.noisy_descent import square_error
    from derive.optimizers.regularisation import (
        dropout_mean,
        dropout_variance,
        early_stopping,
        penalised_weight,
    )
    from derive.optimizers.sampling import batch_variance, stochastic_gradient
    from derive.optimizers.schedules import learning_rate
    from derive.optimizers.shrinkage import penalised_weights
    from derive.optimizers.steady_steps import steady_step
    from derive.optimizers.step_sizes import (
        best_momentum,
        best_step,
        convergence_rate,
        largest_step,
    )
    from derive.optimizers.trajectories import gradient_descent, quadratic_descent
    from derive.optimizers.updates import update_rule
    from derive.parse import parse
    from derive.probability.bayes import (
        bayes_table,
        conjugate_posterior,
        evidence,
        posterior_density,
    )
    from derive.probability.characteristics import distribution_function, entropy, median, mode
    from derive.probability.combinations import (
        covariance_of_combinations,
        mean_of_combination,
        variance_of_combination,
    )
    from derive.probability.directional import circular_mean, circular_variance
    from derive.probability.dirichlet import (
        dirichlet_covariance,
        dirichlet_mean,
        dirichlet_posterior,
    )
    from derive.probability.expectations import (
        characteristic_function,
        expectation,
        moment,
        moment_generating_function,
        normalisation,
        variance,
    )
    from derive.probability.gaussian_divergence import gaussian_divergence
    from derive.probability.gaussian_vectors import (
        conditional_normal,
        linear_map_of_normal,
    )
    from derive.probability.independence import (
        independence,
    )
    from derive.probability.inequalities import (
        chebyshev_bound,
        jensen_bound,
        jensen_gap,
        markov_bound,
    )
    from derive.probability.information import (
        conditional_entropy,
        cross_entropy,
        kl_divergence,
        mutual_information,
        shannon_entropy,
    )
    from derive.probability.joint import (
        conditional_density,
        conditional_expectation,
        conditional_variance,
        correlation,
        covariance,
        joint_expectation,
        joint_variance,
        law_of_total_expectation,
        law_of_total_variance,
        marginal,
    )
    from derive.probability.maximum_entropy import maximum_entropy_density, maximum_entropy_table
    from derive.probability.ratios_of_variables import (
        density_of_product,
        density_of_ratio,
    )
    from derive.probability.sums_of_variables import density_of_sum
    from derive.probability.transformations import density_of_function
    from derive.questions import work_out
    from derive.render.document import Document
    from derive.render.html.page import report
    from derive.render.notation import Notation
    from derive.rules import Rewrite, Rule, RuleTable
    from derive.saved.entries import SavedError
    from derive.statistics.count_tests import chi_squared_test
    from derive.statistics.estimation import estimator_bias
    from derive.statistics.fisher_information import cramer_rao_bound, fisher_information
    from derive.statistics.joint_likelihood import joint_mle
    from derive.statistics.law_information import law_information
    from derive.statistics.likelihood import mle
    from derive.statistics.likelihood_ratio import likelihood_ratio_test
    from derive.statistics.mean_intervals import mean_interval
    from derive.statistics.mean_tests import t_test, z_test
    from derive.statistics.moment_estimates import moment_estimate
    from derive.statistics.multinomial import multinomial_mle
    from derive.statistics.posterior_mode import map_estimate
    from derive.statistics.squares_variance import best_shrinkage, estimator_error
    from derive.statistics.sufficiency import sufficient_statistics
    from derive.statistics.variance_tests import f_test, variance_test
    from derive.tokens import ParseError

__all__ = [
    "Answers",
    "BudgetExceeded",
    "Derivation",
    "DerivationError",
    "Document",
    "InputLimits",
    "MemoryExceeded",
    "NoRuleApplies",
    "Notation",
    "ParseError",
    "Rewrite",
    "Rule",
    "RuleTable",
    "SavedError",
    "Step",
    "TimeExceeded",
    "TooLarge",
    "WorkerDied",
    "__version__",
    "allowing",
    "alternatives",
    "arc_length",
    "argmax",
    "argmin",
    "backprop",
    "batch",
    "batch_variance",
    "bayes_table",
    "best_difference_step",
    "best_momentum",
    "best_shrinkage",
    "best_step",
    "bias_correction",
    "bisection_error",
    "change_of_variables",
    "characteristic_function",
    "chebyshev_bound",
    "chi_squared_test",
    "cholesky",
    "circular_mean",
    "circular_variance",
    "column_space",
    "composite_rule",
    "condition_number",
    "condition_of",
    "conditional_density",
    "conditional_entropy",
    "conditional_expectation",
    "conditional_normal",
    "conditional_variance",
    "conjugate_gradient",
    "conjugate_posterior",
    "contraction",
    "convergence",
    "convergence_rate",
    "correlation",
    "covariance",
    "covariance_of_combinations",
    "cramer_rao_bound",
    "critical_points",
    "cross_entropy",
    "curl",
    "density_of_function",
    "density_of_product",
    "density_of_ratio",
    "density_of_sum",
    "determinant",
    "diagonalise",
    "diff",
    "directional_derivative",
    "dirichlet_covariance",
    "dirichlet_mean",
    "dirichlet_posterior",
    "distribution_function",
    "divergence",
    "divergence_theorem",
    "dot",
    "dropout_mean",
    "dropout_variance",
    "dsolve",
    "early_stopping",
    "eigen",
    "entropy",
    "entrywise",
    "estimator_bias",
    "estimator_error",
    "evidence",
    "expectation",
    "expected_average",
    "f_test",
    "finite_difference",
    "fisher_information",
    "fixed_point",
    "fixed_point_bound",
    "from_latex",
    "gauss_legendre",
    "gauss_newton_step",
    "gaussian_divergence",
    "gradient",
    "gradient_descent",
    "gram_schmidt",
    "greens_theorem",
    "hessian",
    "implicit_diff",
    "implicit_jacobian",
    "independence",
    "integrate",
    "inverse",
    "jacobian",
    "jacobian_determinant",
    "jensen_bound",
    "jensen_gap",
    "joint_expectation",
    "joint_mle",
    "joint_variance",
    "jordan_form",
    "jvp",
    "kl_divergence",
    "lagrange_multipliers",
    "laplacian",
    "largest_step",
    "largest_sure_decrease",
    "law_information",
    "law_of_total_expectation",
    "law_of_total_variance",
    "learning_rate",
    "least_squares",
    "likelihood_ratio_test",
    "limit",
    "limit_of_recursion",
    "line_integral",
    "linear_flow",
    "linear_map_of_normal",
    "lu",
    "map_estimate",
    "marginal",
    "markov_bound",
    "matmul",
    "matrix_exponential",
    "maximum",
    "maximum_entropy_density",
    "maximum_entropy_table",
    "mean_interval",
    "mean_of_combination",
    "median",
    "mle",
    "mode",
    "moment",
    "moment_estimate",
    "moment_generating_function",
    "multinomial_mle",
    "mutual_information",
    "newton_cotes",
    "newton_step",
    "newtons_method",
    "norm",
    "normalisation",
    "null_space",
    "order_conditions",
    "outer",
    "parametric_diff",
    "parse",
    "penalised_weight",
    "penalised_weights",
    "posterior_density",
    "potential",
    "power_iteration",
    "principal_components",
    "product",
    "projection",
    "pseudo_inverse",
    "qr",
    "quadratic_descent",
    "quadrature_rule",
    "radius_of_convergence",
    "rank",
    "region_integral",
    "relative_error",
    "relu",
    "report",
    "richardson",
    "roundoff_of_sum",
    "row_reduce",
    "runge_kutta_order",
    "secant_method",
    "series",
    "shannon_entropy",
    "sigmoid",
    "singular_values",
    "softplus",
    "solve_linear",
    "square_error",
    "stability_function",
    "stability_region",
    "steady_step",
    "stochastic_gradient",
    "stokes_theorem",
    "sufficient_statistics",
    "summation",
    "sure_decrease",
    "surest_step",
    "surface_area",
    "surface_integral",
    "svd",
    "t_test",
    "taylor_polynomial",
    "taylor_remainder",
    "total_derivative",
    "unit_roundoff",
    "update_difference",
    "update_rule",
    "variance",
    "variance_of_combination",
    "variance_test",
    "velocity",
    "vjp",
    "work_out",
    "z_test",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from derive.deadline import whole

    with whole():  # rules that were loaded by half would be there twice
        value = getattr(import_module(_MODULE_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__


def load_ipython_extension(shell: Any) -> None:
    """What `%load_ext derive` calls: the magics `%derive` and `%%derive`."""
    from derive.notebook import register

    register(shell)


class _Package(ModuleType):
    """Importing the submodule of a function's name must not hide the function."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _MODULE_OF and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
