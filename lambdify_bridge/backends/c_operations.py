"""What each operation of a `Program` is in C; `@` ends the name of a function of this precision."""

from __future__ import annotations

# fmt: off
OPERATIONS: dict[str, str] = {                  # of numbers, giving a number
    "add":       "{0} + {1}",
    "sub":       "{0} - {1}",
    "mul":       "{0} * {1}",
    "div":       "{0} / {1}",
    "neg":       "-{0}",
    "square":    "{0} * {0}",
    "re":        "{0}",
    "conjugate": "{0}",
    "im":        "0",
    "arg":       "atan2@(0, {0})",
    "abs":       "fabs@({0})",
    "ceiling":   "ceil@({0})",
    "power":     "pow@({0}, {1})",
    "gamma":     "tgamma@({0})",
    "mod":       "modulo@({0}, {1})",
} | {name: f"{name}@({{0}})" for name in (
    "sqrt", "floor", "exp", "expm1", "log", "log1p", "sin", "cos", "tan", "asin", "acos", "atan",
    "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "erf", "erfc",
    "sign", "sigmoid", "softplus", "sinc", "loggamma",
)} | {name: f"{name}@({{0}}, {{1}})" for name in (
    "atan2", "hypot", "heaviside", "maximum", "minimum",
)}

COMPARISONS: dict[str, str] = {                 # of numbers, giving a mask
    "lt": "{0} < {1}", "le": "{0} <= {1}", "gt": "{0} > {1}", "ge": "{0} >= {1}",
    "eq": "{0} == {1}", "differs": "({0} < {1}) | ({0} > {1})",
}
LOGICAL: dict[str, str] = {"and": "{0} & {1}", "or": "{0} | {1}"}
# fmt: on

# Functions that C lacks: of the operations by their names.
OWN: dict[str, str] = {
    "sign": "real sign@(real a) { return a > 0 ? 1 : (a < 0 ? -1 : a + 0); }",
    "sigmoid": """real sigmoid@(real a) {
    const real small = exp@(-fabs@(a));
    return (a >= 0 ? 1 : small) / (1 + small);
}""",
    "softplus": "real softplus@(real a) { return (a < 0 ? 0 : a) + log1p@(exp@(-fabs@(a))); }",
    "sinc": """real sinc@(real a) {
    const real quotient = sin@(a) / a;
    return a == 0 ? 1 : quotient;
}""",
    "loggamma": "real loggamma@(real a) { return a < 0 ? NAN : lgamma@(a); }",
    "mod": """real modulo@(real a, real b) {
    const real rest = fmod@(a, b), moved = (b < 0) != (rest < 0) ? rest + b : rest;
    return rest == 0 && b != 0 ? copysign@(0, b) : moved;
}""",
    "heaviside": """real heaviside@(real a, real at_zero) {
    return a != a ? a : (a == 0 ? at_zero : (a < 0 ? 0 : 1));
}""",
    "maximum": "real maximum@(real a, real b) { return (a >= b) | (a != a) ? a : b; }",
    "minimum": "real minimum@(real a, real b) { return (a <= b) | (a != a) ? a : b; }",
}

# Functions that glibc has for vectors too: the version that brought them.
VECTOR: dict[str, tuple[int, int]] = {          # name: number of operands, minor version of glibc 2
    "exp":   (1, 22), "log":   (1, 22), "sin":  (1, 22), "cos":   (1, 22), "pow":   (2, 22),
    "tan":   (1, 35), "asin":  (1, 35), "acos": (1, 35), "atan":  (1, 35), "atan2": (2, 35),
    "sinh":  (1, 35), "cosh":  (1, 35), "tanh": (1, 35), "asinh": (1, 35), "acosh": (1, 35),
    "atanh": (1, 35), "expm1": (1, 35), "log1p": (1, 35), "hypot": (2, 35), "erf":  (1, 35),
    "erfc":  (1, 35),
}  # fmt: skip
