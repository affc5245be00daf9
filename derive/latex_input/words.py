r"""What the commands of LaTeX mean: letters, functions, signs, spacing, and what is refused."""

from __future__ import annotations

from sympy.core.alphabets import greeks

# fmt: off
LETTERS = {rf"\{word}": word for word in greeks}
LETTERS |= {rf"\{word.capitalize()}": word.capitalize() for word in greeks}
LETTERS |= {rf"\var{word}": f"var{word}" for word in
            ("epsilon", "theta", "phi", "rho", "sigma", "kappa")}
LETTERS |= {r"\lambda": "lamda", r"\Lambda": "Lamda", r"\ell": "ell", r"\hbar": "hbar"}

GREEK = frozenset(LETTERS.values())

CONSTANTS = {r"\pi": "pi", r"\infty": "oo", r"\imath": "I"}

FUNCTIONS = {rf"\{word}": word for word in (
    "sin", "cos", "tan", "sec", "csc", "cot", "sinh", "cosh", "tanh", "coth", "arcsin", "arccos",
    "arctan", "exp", "log", "ln", "max", "min", "det", "arg",
)}
FUNCTIONS |= {r"\Re": "re", r"\Im": "im"}
CALLED = {"Gamma": "gamma", "zeta": "zeta"}  # letters that a bracket makes a function of the table
UPRIGHT = {"Re": "re", "Im": "im", "B": "beta", "sgn": "sign", "tr": "trace", "Tr": "trace"}
INVERSE = {"sin", "cos", "tan", "sec", "csc", "cot", "sinh", "cosh", "tanh", "coth", "sech", "csch"}

SIGNS = {
    r"\cdot": "*", r"\times": "*", r"\ast": "*", r"\div": "/",
    r"\le": "<=", r"\leq": "<=", r"\leqslant": "<=",
    r"\ge": ">=", r"\geq": ">=", r"\geqslant": ">=",
    r"\lt": "<", r"\gt": ">", r"\ne": "!=", r"\neq": "!=",
    r"\land": "and", r"\wedge": "and", r"\lor": "or", r"\vee": "or",
    r"\lnot": "not", r"\neg": "not",
    r"\lfloor": "⌊", r"\rfloor": "⌋", r"\lceil": "⌈", r"\rceil": "⌉",
    r"\lvert": "|(", r"\rvert": ")|", r"\vert": "|",
    r"\{": "\\{", r"\}": "\\}", r"\lbrace": "\\{", r"\rbrace": "\\}",
    r"\to": "→", r"\rightarrow": "→", r"\longrightarrow": "→", "\\\\": "\\\\", r"\cr": "\\\\",
    r"\lbrack": "[", r"\rbrack": "]", r"\partial": "∂",
}
SPACING = {
    r"\,", r"\;", r"\:", r"\!", r"\ ", r"\>", r"\quad", r"\qquad", r"\limits", r"\nolimits",
    r"\displaystyle", r"\textstyle", r"\thinspace", r"\medspace", r"\big", r"\Big", r"\bigg",
    r"\Bigg", r"\bigl", r"\bigr", r"\Bigl", r"\Bigr", r"\biggl", r"\biggr", r"\Biggl", r"\Biggr",
}
FRACTIONS = {r"\frac", r"\dfrac", r"\tfrac", r"\cfrac"}
BINOMIALS = {r"\binom", r"\dbinom", r"\tbinom"}
INTEGRALS = {r"\int": 1, r"\iint": 2, r"\iiint": 3}
ACCENTS = {r"\hat": "hat", r"\bar": "bar", r"\tilde": "tilde", r"\widehat": "hat",
           r"\widetilde": "tilde"}
COMMANDS = {r"\sqrt", r"\lim", r"\sum", r"\prod", r"\overline"} | FRACTIONS | BINOMIALS
COMMANDS |= set(INTEGRALS) | set(ACCENTS)
MATRICES = {"matrix", "pmatrix", "bmatrix", "Bmatrix", "smallmatrix", "vmatrix", "array"}

VECTORS = "write its components, or ask derive.gradient for arrays"
REFUSED = {
    r"\mathbf": ("a vector or matrix without entries", VECTORS),
    r"\boldsymbol": ("a vector or matrix without entries", VECTORS),
    r"\bm": ("a vector or matrix without entries", VECTORS),
    r"\vec": ("a vector or matrix without entries", VECTORS),
    r"\nabla": (r"'\nabla' is not read", r"write \frac{\partial}{\partial x}"),
    r"\oint": ("an integral along a curve", "ask derive.line_integral"),
    r"\dot": ("a derivative by a variable that is not named", r"write \frac{dx}{dt}"),
    r"\ddot": ("a derivative by a variable that is not named", r"write \frac{d^2x}{dt^2}"),
    r"\pm": (r"'\pm' is not read", "write the two expressions one at a time"),
    r"\mp": (r"'\mp' is not read", "write the two expressions one at a time"),
    r"\lg": (r"'\lg' has several readings", r"write \log_{10} or \log_{2}"),
    r"\ldots": ("dots are not read", r"write a \sum or a \prod"),
    r"\cdots": ("dots are not read", r"write a \sum or a \prod"),
    r"\dots": ("dots are not read", r"write a \sum or a \prod"),
    r"\in": ("a statement about a set", "give what is known of letters beside the formula"),
    r"\|": ("a norm", "ask derive.norm"),
    r"\lVert": ("a norm", "ask derive.norm"),
    r"\circ": (r"'\circ' is not read", r"write f(g(x)), and \pi/180 for degrees"),
    r"\approx": ("an approximation", "write = for an equation"),
    r"\mid": (r"'\mid' is not read", "write | for a size"),
    r"\prime": ("a prime is not read here", "write f'(x)"),
    r"\top": ("a transpose of what has no entries", VECTORS),
}
# fmt: on
