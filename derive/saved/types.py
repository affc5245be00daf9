"""What a saved derivation may be made of: every type by name, and what its arguments may be.

Nothing else is ever built from a file. Arguments are told apart by a letter each: S a symbol, E
another scalar, M a matrix, B a condition, T a tuple, C a case of a Piecewise, A an array, K other;
a pattern is a regular expression in these letters. `data` of arrays: i a whole number, b true or
false, s text, E an expression, brackets around what belongs together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

# fmt: off
FUNCTIONS_OF_ONE = [
    "sin", "cos", "tan", "cot", "sec", "csc", "asin", "acos", "atan", "acot", "asec", "acsc",
    "sinh", "cosh", "tanh", "coth", "sech", "csch",
    "asinh", "acosh", "atanh", "acoth", "asech", "acsch",
    "exp", "Abs", "sign", "re", "im", "arg", "conjugate", "floor", "ceiling", "frac", "sinc",
    "factorial", "factorial2", "gamma", "loggamma", "erf", "erfc", "erfi", "erfinv", "erfcinv",
    "Ei", "li", "Li", "Si", "Ci", "Shi", "Chi", "fresnels", "fresnelc", "dirichlet_eta",
    "airyai", "airybi",
]
FUNCTIONS_OF_SEVERAL = [
    "Max", "Min", "atan2", "LambertW", "log", "Heaviside", "DiracDelta", "binomial",
    "RisingFactorial", "FallingFactorial", "polygamma", "beta", "lowergamma", "uppergamma",
    "betainc_regularized",
    "expint", "zeta", "polylog", "lerchphi", "harmonic", "bernoulli", "besselj", "bessely",
    "besseli", "besselk", "elliptic_k", "elliptic_f", "elliptic_e", "elliptic_pi",
    "KroneckerDelta", "fibonacci", "legendre", "hermite", "laguerre", "chebyshevt", "chebyshevu",
]
LAWS_OF_ONE = ["Exponential", "StudentT", "ChiSquared"]
LAWS_OF_TWO = [
    "Normal", "LogNormal", "Gamma", "Beta", "Cauchy", "Laplace", "Logistic", "Pareto", "Weibull",
    "VonMises", "Uniform", "FDistribution",
]
OF_SYMPY = {                                                     # name: pattern
    **dict.fromkeys(FUNCTIONS_OF_ONE, "[SE]"),
    **dict.fromkeys(FUNCTIONS_OF_SEVERAL, "[SE]{1,}"),
    "Add": "[SEM]{1,}",      "Mul": "[SEM]{1,}",     "Pow": "[SEM]{2}",   "Tuple": ".*",
    "Derivative": "[SEM]T+", "Integral": "[SEM]T+",  "Sum": "[SEM]T+",    "Product": "[SEM]T+",
    "Limit": "[SE]S[SE]S",   "Subs": "[SE]TT",       "hyper": "TT[SE]",
    "Eq": "[SEMBTA]{2}",     "Ne": "[SEMBTA]{2}",
    "Lt": "[SE]{2}",         "Le": "[SE]{2}",        "Gt": "[SE]{2}",     "Ge": "[SE]{2}",
    "And": "[BS]{2,}",       "Or": "[BS]{2,}",       "Not": "[BS]",
    "Piecewise": "C+",       "FiniteSet": "[SET]+",  "Interval": "[SE]{2}B{2}",
    "Determinant": "[SMK]",   "Trace": "M",           "Transpose": "M",    "Inverse": "ME",
    "MatMul": "[SEM]{1,}",   "MatAdd": "M{2,}",      "MatPow": "M[SE]",
    "MatrixSymbol": "K[SE]{2}",
    "ImmutableDenseMatrix": "EET",
    "ComplexRootOf": "EE",
}
ELSEWHERE_IN_SYMPY = {                                           # name: module, pattern
    "ExprCondPair": ("sympy.functions.elementary.piecewise", "[SEMA][BS]"),
    "TupleArg":     ("sympy.functions.special.hyper",        "[SE]+"),
    **{f"{name}Distribution": ("sympy.stats.crv_types", "[SE]") for name in LAWS_OF_ONE},
    **{f"{name}Distribution": ("sympy.stats.crv_types", "[SE]{2}") for name in LAWS_OF_TWO},
    "PoissonDistribution":   ("sympy.stats.drv_types", "[SE]"),
    "GeometricDistribution": ("sympy.stats.drv_types", "[SE]"),
    "NegativeBinomialDistribution": ("sympy.stats.drv_types", "[SE]{2}"),
    "BernoulliDistribution":        ("sympy.stats.frv_types", "[SE]{3}"),
    "BinomialDistribution":         ("sympy.stats.frv_types", "[SE]{4}"),
}
OURS = {                                                         # module: name: pattern
    "derive.elementary":                 {"sigmoid": "[SE]", "softplus": "[SE]", "relu": "[SE]",
                                          "hyperu": "[SE]{3}"},
    "derive.calculus.stirling":          {"binet": "[SE]"},
    "derive.calculus.curves": {
        "ImplicitDerivative": ".{3}", "ParametricDerivative": ".{3}",
    },
    "derive.calculus.equations.operators": {
        "Solution": ".{4}", "ExactEquation": ".{5}", "Multiplied": ".{6}",
        "LevelCurve": ".{4}", "IntegratingFactor": ".{5}", "ImplicitSolution": ".{5}",
        "ImplicitFunction": ".{6}", "FromStart": ".{6}", "FromRest": ".{5}", "Motion": ".{6}",
        "SecondOrder": ".{7}", "Fitted": ".{6,}",
        "InitialValues": ".{6,}", **dict.fromkeys(("HigherOrder", "ByPowers"), "T.{3}S{3,}"),
        "FromRoots": "..{3}S{3,}",
        "Reducible": ".{6}", "Member": "...", "Constant": "[SE]{2}S",
    },
    "derive.calculus.integrals.definite.poles": {"Residue": "[SE]S[SE]"},
    "derive.calculus.integrals.definite.principal_value": {
        "PrincipalValue": "[SE]S[SE]{2}", "SymmetricGrowth": "[SE]S[SE]{2}",
    },
    "derive.calculus.integrals.operators": {"Between": "[SE]S[SE]{2}"},
    "derive.calculus.intervals": dict.fromkeys(
        ("ArgMax", "ArgMin", "Maximum", "RootBetween", "IsolatedRoot"), "[SE]S[SE]{2}"),
    "derive.calculus.joint_limits":      {"JointLimit": "[SE]TT"},
    "derive.calculus.recursions":        {"LimitOfRecursion": "[SE]S[SE]"},
    "derive.calculus.series.operators":  {"Truncated": "[SE]S[SE]{2}"},
    "derive.calculus.series.remainder":  {"LargestSize": "[SE]S[SE]{2}"},
    "derive.calculus.sums.behaviour":    {"Convergence": "[SE]S[SE]"},
    "derive.calculus.sums.radius":       {"RadiusOfConvergence": "[SE]S"},
    "derive.calculus.vector.constrained": {
        "ConstrainedExtrema": "[SE]TT", "ClassifiedOn": "[SE]TTT..?", "KindOn": "[SE]T{4}",
        "KindByBorderedMinors": "TT[SE]{2}", "KindAtSingular": "[SE]TTT",
        "KindAlongBranches": "TST[SE]",
        **dict.fromkeys(
            ("ConstrainedMinimum", "ConstrainedMaximum", "ConstrainedSaddle",
             "ConstrainedUndecided", "AbsoluteMinimum", "AbsoluteMaximum", "SingularPoint",
             "IsolatedPoint"), ".[SE]"),
    },
    "derive.calculus.vector.implicit":   {"ImplicitJacobian": "TTT"},
    "derive.calculus.vector.integrals.operators": {
        **dict.fromkeys(
            ("CurveIntegral", "WorkIntegral", "PotentialGrowth", "RegionIntegral",
             "SurfaceIntegral", "Flux", "Circulation", "BorderWork", "OutwardFlux", "BorderFlux"),
            ".TTT"),
        "ParameterIntegral": "[SE]T", "ArcLength": "TT", "Speed": "TS", "InProduct": "..",
        **dict.fromkeys(("NormalVector", "AreaFactor", "Potential"), "TT"),
        "InOtherVariables": "[SE]T{4}",
    },
    "derive.calculus.vector.operators": {
        **dict.fromkeys(("GradientVector", "HessianMatrix", "Laplacian"), "[SE]T"),
        **dict.fromkeys(
            ("JacobianMatrix", "JacobianDeterminant", "Divergence", "Curl", "PlaneCurl"), "TT"),
        **dict.fromkeys(("AtPoint", "ValueAt"), ".TT"), "DirectionalDerivative": "[SE]TT",
        "AlongCurve": "[SE]TTS", "Velocity": "TS", "TaylorPolynomial": "[SE]TTE",
    },
    "derive.calculus.vector.points": {
        "RealSolutions": "TTT", "PointsWith": "TT", "AllPoints": ".*", "CriticalPoints": "[SE]T",
        "WithKinds": "[SE]T.", "KindOf": "[SE]TT", "KindByMinors": "TT",
        "KindAlongCurves": "TST", "KindByLowestTerms": "[SE]TT",
        **dict.fromkeys(
            ("LocalMinimum", "LocalMaximum", "SaddlePoint", "UndecidedPoint"), "[SE]+"),
    },
    "derive.linear_algebra.block_determinants": {"SchurComplement": ".{4}", "Difference": ".."},
    "derive.linear_algebra.eigen": {
        "CharacteristicPolynomial": "MS", "Eigenspace": "[MK][SE]", "Eigenvalues": "[MK]",
    },
    "derive.linear_algebra.exponential": {
        "MatrixExponential": ".", "ExponentialIn": "..", "Times": "..", "BlockDiagonal": ".+",
    },
    "derive.linear_algebra.linear_flows": {"LinearFlow": ".{3}[SE]", "FirstRows": ".E"},
    "derive.linear_algebra.householder": {"Reflection": ".", "UnitaryReflection": ".."},
    "derive.linear_algebra.inverses":    {"Adjugate": "M", "Augmented": "[MK]{2}"},
    "derive.linear_algebra.jordan_chains": {
        "JordanChains": "M[SE]", "ChainsIn": ".{2,}", "JordanBasis": "MT", "InBasis": "..T",
    },
    "derive.linear_algebra.norms": {
        "VectorNorm": "[MK][SE]", "MatrixNorm": "M[EK]",
        "LargestOf": "[TKE]", "SumOfRoots": "[TKE]",
    },
    "derive.linear_algebra.least_squares": {
        "LeastSquares": "..", "Projection": "..", "PseudoInverse": ".",
    },
    "derive.linear_algebra.null_space":  {"NullSpace": "."},
    "derive.linear_algebra.orthogonal": dict.fromkeys(
        ("GramSchmidt", "UnitColumns", "OrthogonalFactor", "TriangularFactor", "Transposed",
         "ConjugateTransposed"), "."),
    "derive.linear_algebra.triangular": {
        "LowerFactor": ".", "UpperFactor": ".", "CholeskyFactor": ".", "Bordered": "...",
    },
    "derive.linear_algebra.polynomials": {"Collected": "[SE]S", "Joined": ".+", "Roots": "[SE]S"},
    "derive.linear_algebra.power_iteration": {
        "PowerIterate": "...", "IterateIn": "....", "ConvergenceRate": ".", "SecondOverFirst": ".",
    },
    "derive.linear_algebra.principal_components": dict.fromkeys(
        ("Centred", "Covariance", "LargestVariance", "StationaryVariances"), "."),
    "derive.linear_algebra.products": {
        "Dot": "..", "Outer": "..", "MatrixProduct": "..", "Entrywise": "..", "ShapeOf": ".",
    },
    "derive.linear_algebra.spectral": {
        "Eigenvectors": ".T", "SideBySide": ".+", "SingularValues": ".", "RootsOfNonzero": ".",
        "RightVectors": ".T", "LeftVectors": "..T", "ConditionNumber": ".", "Ratio": ".",
    },
    "derive.linear_algebra.systems": {
        "ReducedForm": ".", "Rank": ".", "NonzeroRows": ".", "ColumnSpace": ".",
        "PivotColumns": "..", "Solutions": "..T",
    },
    "derive.networks.backprop":          {"Adjoint": "SST"},
    "derive.numerical_computing.composite": dict.fromkeys(
        ("CompositeRule", "CompositeError"), "[SE]S[SE]{3}T[SE]{2}"),
    "derive.numerical_computing.contractions": {
        "ValuesBetween": "[SE]S[SE]{2}", "ContractionConstant": "[SE]S[SE]{2}",
        "FurthestFromZero": ".", "StepsForTolerance": "[SE]{3}",
    },
    "derive.numerical_computing.extrapolation": {
        "RichardsonWeights": "T[SE]", "Extrapolated": "T[SE]T", "RichardsonError": "T[SE]{4}",
    },
    "derive.numerical_computing.finite_differences": {
        "DifferenceWeights": "ET", "DifferenceFormula": "ETT[SE]",
        "DifferenceError": "[SE]S[SE]ET", "BestDifferenceStep": "ET[SE]{2}",
    },
    "derive.numerical_computing.gauss": {
        "LegendrePolynomial": "E[SE]", "GaussNodes": "E", "AtEach": "[SE]ST",
    },
    "derive.numerical_computing.iterations": {
        "NewtonStep": "[SE]S", "NewtonError": "[SE]S[SE]{2}", "SecantError": "[SE]S[SE]{3}",
        "FixedPointError": "[SE]S[SE]{2}", "ContractionRate": "[SE]S[SE]",
        "FixedPointBound": "[SE]{3}", "BisectionError": "[SE]{3}",
    },
    "derive.numerical_computing.quadrature": {
        "QuadratureWeights": "T[SE]{2}", "QuadratureFormula": "T[SE]{2}T[SE]",
        "QuadratureError": "[SE]S[SE]T[SE]{2}",
    },
    "derive.numerical_computing.rounding": {
        "RelativeCondition": "[SE]S", "RelativeErrorBound": "[SE]T[SE]", "FirstOrder": "E",
        **dict.fromkeys(
            ("Spacing", "UnitRoundoff", "RecursiveSum", "PairwiseSum", "Gamma"), "[SE]{2}"),
    },
    "derive.numerical_computing.stability_regions": {
        "SquaredSize": "[SE]S[SE]{2}", "ImaginaryLimit": "[SE]S",
    },
    "derive.numerical_computing.runge_kutta": {
        "OrderCondition": "TMM", "OrderConditions": "TMM", "RungeKuttaOrder": "MM",
        "OrderFrom": "T+", "StabilityFunction": "MM[SE]", "StabilityLimit": "[SE]S",
    },
    "derive.optimizers.conjugate_directions": {
        "ConjugateGradients": "MMME", "AlongDirection": "MMMME", "NextDirection": "MMMME",
    },
    "derive.optimizers.descent_lemma": {
        "SureDecrease": "[SE]{3}", "SurestStep": "[SE]{2}", "LargestSureDecrease": "[SE]{2}",
    },
    "derive.optimizers.moving_averages": dict.fromkeys(
        ("BiasCorrection", "ExpectedIterate"), "[SE]SS[SE]{3}"),
    "derive.optimizers.newton_steps": {"MatrixNewtonStep": "[SE]T", "GaussNewtonStep": "TT"},
    "derive.optimizers.noisy_descent":   {"SquareError": "[SEK]{5}"},
    "derive.optimizers.operators": {
        "Assigned": "T+", "GradientDescent": "[SE]S[SE]{3}", "Iterate": "[SE]SS[SE]{2}",
    },
    "derive.optimizers.regularisation": {
        "EquivalentDecay": "[SE]{3}", "DropoutMean": "T[SE]", "DropoutVariance": "T[SE]",
    },
    "derive.optimizers.sampling": {
        **dict.fromkeys(("BatchGradient", "BatchVariance"), "TS[SE]."), "VarianceOfDraw": "T",
    },
    "derive.optimizers.methods": {
        "Descent": "", "DampedNewton": "", **dict.fromkeys(("Momentum", "Nesterov"), "[SE]?"),
    },
    "derive.optimizers.best_steps":
        dict.fromkeys(("BestStep", "BestRate", "BestMomentum"), "[MKT]K"),
    "derive.optimizers.over_values":     {"LargestOver": "[SE]S[KT]"},
    "derive.optimizers.rates":           {"LargestStep": "[MKT]K", "Rate": "[MKT][SE]K"},
    "derive.optimizers.second_order_iterates": {"SecondOrderIterate": "[SE]{6}"},
    "derive.optimizers.shrinkage":       {"PenalisedMinimum": "MM[SE]"},
    "derive.optimizers.trajectories":    {"QuadraticDescent": "MMM[SE]{2}K"},
    "derive.probability.bayes": {
        **dict.fromkeys(("Evidence", "Joint", "Posterior"), "TT"),
        "PosteriorDensity": "[SE]{2}S[SE]{2}", "DensityOfKernel": "[SE]S[SE]{2}",
    },
    "derive.probability.gaussian_divergence": {
        "GaussianDivergence": "[SE]{4}", "MatrixGaussianDivergence": "M{4}",
        "GaussianInformation": "M[SE]{2}",
        "MeanSquare": "[SE]{3}", "MeanForm": ".M{3}", "TraceOf": ".",
    },
    "derive.probability.gaussian_vectors": {
        "MappedMean": "MMM", "MappedCovariance": "MM",
        "KnownPartMean": "TTMM", "KnownPartCovariance": "TM",
    },
    "derive.probability.independence": {"Dependence": "TTK", "TableDependence": "K"},
    "derive.probability.information": {
        "ShannonEntropy": "T[SE]", "CrossEntropy": "TT[SE]", "RelativeEntropy": "TT[SE]",
        "MutualInformation": "M[SE]", "ConditionalEntropy": "M[SE]",
    },
    "derive.probability.law_divergence": dict.fromkeys(
        ("LawDivergence", "LawCrossEntropy"), "TK[SE]"),
    "derive.probability.moments": {
        "normal_density": "[SE]{3}", "Expectation": "[SE]T+", "Variance": "[SE]T+",
    },
    "derive.probability.expectations": {"TotalProbability": "T+"},
    "derive.probability.characteristics": dict.fromkeys(
        ("Mode", "Median", "EntropyOfLaw"), "[SE]T"),
    "derive.probability.directional": {
        **dict.fromkeys(("CircularMean", "CircularVariance"), "[SE]T"),
        **dict.fromkeys(("Direction", "Length"), "[SE]"),
    },
    "derive.probability.distribution_functions": {"DistributionFunction": "[SE]T"},
    "derive.probability.median_roots": {"SideOfHalf": "[SE]T"},
    "derive.probability.sums_of_variables": {"DensityOfSum": "[SE]TT"},
    "derive.probability.ratios_of_variables": dict.fromkeys(
        ("DensityOfRatio", "DensityOfProduct"), "[SE]TT"),
    "derive.probability.transformations": {"TransformedDensity": "[SE]{2}T"},
    "derive.probability.combinations": {
        "MeanOfCombination": "[SE]TT", "VarianceOfCombination": "[SE]TM",
        "CovarianceOfCombinations": "[SE]{2}TM", "LawCovariance": "TT+",
    },
    "derive.probability.dirichlet": {
        "DirichletIntegral": "T", "DirichletMoment": "TT", "DirichletVariance": "EET",
        "DirichletPosterior": "TTT",
    },
    "derive.probability.inequalities": {
        **dict.fromkeys(("LargestTail", "LargestDeviation"), "[SE]{2}"),
        "JensenGap": "[SE]T", "LeastJensenGap": "[SE]S[SE]{2}",
    },
    "derive.probability.joint_laws": {
        "JointLaw": "[SE]TT", "JointTable": "MTT", "PairDensity": "TT(TT|K)",
    },
    "derive.probability.joint_moments": {
        **dict.fromkeys(("MarginalDensity", "MarginalProbabilities"), "TK"),
        **dict.fromkeys(("JointExpectation", "JointVariance"), "[SE]K"),
        **dict.fromkeys(("JointCovariance", "JointCorrelation"), "[SE]{2}K"),
        "ConditionalDensity": "TTK",
        **dict.fromkeys(("ConditionalExpectation", "ConditionalVariance"), "[SE]TK"),
    },
    "derive.probability.maximum_entropy": {
        **dict.fromkeys(("MaximumEntropyDensity", "Multiplier"), "[SE]{2}S[SE]{2}"),
        "KernelMean": "[SE]{2}S[SE]{2}", "MaximumEntropyTable": "T[SE]?", "GibbsFactor": "T[SE]",
    },
    "derive.statistics.count_tests": {
        "ExpectedCounts": "M", "ChiSquaredStatistic": "T[TK][SE]", "IndependenceStatistic": "M",
    },
    "derive.statistics.estimation": {
        **dict.fromkeys(("EstimatorMean", "EstimatorVariance"), "[SE]SS[SE]{3,4}"),
        **dict.fromkeys(("Bias", "MeanSquaredError"), "[SE]SS[SE]{4,5}"),
    },
    "derive.statistics.likelihood": {
        "MaximumLikelihood": "[SE]SST[SE]{2}",
    },
    "derive.statistics.fisher_information": {
        "FisherInformation": "[SE]SS[SE]{2}", "CramerRaoBound": "[SE]SS[SE]{3,4}",
    },
    "derive.statistics.joint_likelihood": {
        "JointMaximumLikelihood": "[SE]ST{4}", "ProfileMaximum": "[SE]S[SE]{2}",
    },
    "derive.statistics.law_information": {"LawInformation": "[SE]T"},
    "derive.statistics.multinomial": {"LikeliestProbabilities": "T", "CountsMultiplier": "T"},
    "derive.statistics.posterior_mode": {"PosteriorMode": "[SE]{2}SST[SE]{2}"},
    "derive.statistics.squares_variance": {
        "SquaresVariance": "[SE]{3}", "SumsMoment": "[SE]{5}", "BestFactor": "[SE]SS[SE]{4,5}",
    },
    "derive.statistics.sufficiency": dict.fromkeys(
        ("JointDensity", "JointLogDensity"), "[SE]ST[TK]"),
    "derive.statistics.likelihood_ratio": {"LikelihoodRatio": "[SE]SST[SE]{3}"},
    "derive.statistics.mean_intervals": {
        "MeanInterval": "[TK][SE]{1,2}", "CriticalValue": "[SE]K",
    },
    "derive.statistics.mean_tests": {
        "ZStatistic": "[TK][SE]{2}", "TwoSampleZ": "[TK]{2}[SE]{3}", "TStatistic": "[TK][SE]",
        **dict.fromkeys(("PairedT", "PooledT", "WelchT"), "[TK]{2}[SE]"),
        **dict.fromkeys(("PooledVariance", "WelchDegrees"), "[TK]{2}"),
    },
    "derive.statistics.moment_estimates": {
        "MomentEstimate": "TT[SE]{2}", "SolvedFor": "STTB", "SolutionFor": "S[SE]B",
    },
    "derive.statistics.p_values":       dict.fromkeys(("PValue", "LimitingPValue"), "[SE]{2}"),
    "derive.statistics.samples": {
        **dict.fromkeys(("Sums", "Summary"), "[SE]{3}"), "Totals": "[SE]ST{2}",
        **dict.fromkeys(
            ("SampleMean", "SquaresAboutMean", "SampleVariance", "SquaredError"), "[TK]"),
    },
    "derive.statistics.tails": dict.fromkeys(("UpperTail", "LowerTail", "TwoSided"), "[SE]K"),
    "derive.statistics.variance_tests": {
        "VarianceRatio": "[TK]{2}",
        **dict.fromkeys(
            ("GrandMean", "SquaresWithin", "SquaresBetween", "AnalysisOfVariance"), "T"),
    },
}
ARRAYS = {                                                       # name: module, arguments, data
    "Variable":         ("nodes",        "",      r"ss\(E*\)"),
    "Named":            ("nodes",        "A",     "s"),
    "Ones":             ("nodes",        "",      "E"),
    "Identity":         ("nodes",        "",      "E"),
    "Product":          ("nodes",        "A*",    r"E\((\(i*\))*\)"),
    "Sum":              ("nodes",        "A{2,}", ""),
    "Power":            ("nodes",        "A",     "E"),
    "Map":              ("nodes",        "A+",    "E"),
    "Differential":     ("unevaluated",  "A",     ""),
    "Adjoint":          ("unevaluated",  "AA",    ""),
    "Gradient":         ("unevaluated",  "AA",    ""),
    "Gradients":        ("unevaluated",  "A+",    ""),
    "Listed":           ("unevaluated",  "A+",    ""),
    "Pairing":          ("unevaluated",  "AA",    ""),
    "Directional":      ("unevaluated",  "AAA",   ""),
    "Jacobian":         ("unevaluated",  "AA",    ""),
    "Hessian":          ("unevaluated",  "AA",    ""),
    "VecJacobian":      ("unevaluated",  "AA",    ""),
    "Softmax":          ("along",        "A",     "i"),
    "LogSoftmax":       ("along",        "A",     "i"),
    "LogSumExp":        ("along",        "A",     "i"),
    "Largest":          ("along",        "A",     "i"),
    "Smallest":         ("along",        "A",     "i"),
    "AtLargest":        ("along",        "A",     "i"),
    "AtSmallest":       ("along",        "A",     "i"),
    "Normalised":       ("normalised",   "A",     "i"),
    "Lengths":          ("normalised",   "A",     "i"),
    "Inverse":          ("matrix",       "A",     ""),
    "Determinant":      ("matrix",       "A",     ""),
    "LogDeterminant":   ("matrix",       "A",     ""),
    "Exponential":      ("matrix",       "A",     ""),
    "SquareRoot":       ("matrix",       "A",     ""),
    "Eigenvalues":      ("matrix",       "A",     ""),
    "Eigenvectors":     ("matrix",       "A",     ""),
    "Cholesky":         ("matrix",       "A",     ""),
    "Norm":             ("matrix",       "A",     ""),
    "NuclearNorm":      ("matrix",       "A",     ""),
    "SpectralNorm":     ("matrix",       "A",     ""),
    "Polar":            ("matrix",       "A",     ""),
    "LeadingPair":      ("matrix",       "A",     ""),
    "OneHot":           ("gather",       "A",     "E"),
    "ExpmDerivative":   ("linear_maps",  "AA",    ""),
    "Sylvester":        ("linear_maps",  "AAA",   ""),
    "Lower":            ("linear_maps",  "A",     ""),
    "Taken":            ("rearranged",   "A",     "iEEi"),
    "Placed":           ("rearranged",   "A",     "iEEi"),
    "Reshaped":         ("rearranged",   "A",     r"\(E*\)"),
    "Standardized":     ("standardized", "A",     r"\(i*\)Eb"),
    "InverseDeviation": ("standardized", "A",     r"\(i*\)Eb"),
    "Windows":          ("windows",      "A",     "iEii"),
    "Overlapped":       ("windows",      "A",     "iEii"),
    "Triangle":         ("triangles",    "",      "s"),
}
CONSTANTS = {                                                    # name: module, name there
    **{name: ("sympy", f"S.{name}") for name in (
        "Pi", "Exp1", "ImaginaryUnit", "Infinity", "NegativeInfinity", "ComplexInfinity", "NaN",
        "EulerGamma", "GoldenRatio", "Catalan", "true", "false", "Reals", "EmptySet")},
    "DoesNotExist":         ("derive.values", "DOES_NOT_EXIST"),
    "ConvergesAbsolutely":  ("derive.calculus.sums.behaviour", "ABSOLUTELY"),
    "ConvergesConditionally": ("derive.calculus.sums.behaviour", "CONDITIONALLY"),
    "Diverges":             ("derive.calculus.sums.behaviour", "DIVERGES"),
}
# fmt: on


@dataclass(frozen=True)
class Kind:
    """A type that is saved: its name in files, the class, what its arguments and data may be."""

    name: str
    cls: Any
    arguments: re.Pattern[str]
    data: re.Pattern[str] | None = None


@cache
def named(name: str) -> Kind | None:
    """The type of this name in a file; only modules of the tables are imported."""
    if name.startswith("arrays.") and name[7:] in ARRAYS:
        module, arguments, data = ARRAYS[name[7:]]
        cls = _class(f"derive.arrays.{module}", name[7:])
        return Kind(name, cls, re.compile(arguments), re.compile(data))
    if name in OF_SYMPY:
        return Kind(name, _class("sympy", name), re.compile(OF_SYMPY[name]))
    if name in ELSEWHERE_IN_SYMPY:
        module, pattern = ELSEWHERE_IN_SYMPY[name]
        return Kind(name, _class(module, name), re.compile(pattern))
    for module, names in OURS.items():
        if name in names:
            return Kind(name, _class(module, name), re.compile(names[name]))
    return None


def kind_of(cls: type) -> Kind | None:
    """The type of an object, where it is one that is saved."""
    prefix = "arrays." if cls.__module__.startswith("derive.arrays.") else ""
    found = named(prefix + SHORT.get(cls.__name__, cls.__name__))
    return found if found and found.cls is cls else None


SHORT = {
    "Equality": "Eq", "Unequality": "Ne", "StrictLessThan": "Lt", "LessThan": "Le",
    "StrictGreaterThan": "Gt", "GreaterThan": "Ge",
}  # fmt: skip


@cache
def constant(name: str) -> Any:
    """The constant of this name in a file, or None."""
    if name not in CONSTANTS:
        return None
    module, path = CONSTANTS[name]
    found: Any = import_module(module)
    for part in path.split("."):
        found = getattr(found, part)
    return found


def _class(module: str, name: str) -> type:
    found = getattr(import_module(module), name)
    assert isinstance(found, type), name
    return found
