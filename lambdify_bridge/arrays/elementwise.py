"""A scalar function of the entries of arrays as NumPy code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sympy as sp

from lambdify_bridge.arrays.contraction import Labels, Term

HALF = sp.Rational(1, 2)
# Functions that SymPy gives no number for, by what they are
BY_DEFINITION = (lambda e: hasattr(e, "definition"), lambda e: e.definition())

# fmt: off
CALLS = {
    "exp": "np.exp({0})", "log": "np.log({0})", "Abs": "np.abs({0})", "sign": "np.sign({0})",
    "sin": "np.sin({0})", "cos": "np.cos({0})", "tan": "np.tan({0})", "asin": "np.arcsin({0})",
    "acos": "np.arccos({0})", "atan": "np.arctan({0})", "sinh": "np.sinh({0})",
    "cosh": "np.cosh({0})", "tanh": "np.tanh({0})", "asinh": "np.arcsinh({0})",
    "acosh": "np.arccosh({0})", "atanh": "np.arctanh({0})", "floor": "np.floor({0})",
    "ceiling": "np.ceil({0})", "erf": "special.erf({0})", "erfc": "special.erfc({0})",
    "gamma": "special.gamma({0})", "loggamma": "special.gammaln({0})",
    "polygamma": "special.polygamma({0}, {1})", "sigmoid": "special.expit({0})",
    "softplus": "np.logaddexp(0.0, {0})", "relu": "np.maximum({0}, 0.0)",
    "Max": "np.maximum({0}, {1})", "Min": "np.minimum({0}, {1})",
    "Heaviside": "np.heaviside({0}, {1})", "atan2": "np.arctan2({0}, {1})",
}
RELATIONS = {"StrictGreaterThan": ">", "GreaterThan": ">=", "StrictLessThan": "<", "LessThan": "<=",
             "Equality": "==", "Unequality": "!="}
# fmt: on


def entry_by_entry(
    node: Any, arguments: Sequence[Term], labels: Labels, sizes: Mapping[sp.Symbol, str]
) -> Term:
    """The code for a `Map` or `Power` of values with the same axes; `sizes` have names in it."""
    if type(node).__name__ == "Power":
        return power(arguments[0], node.data[0], labels, sizes)
    places = (sp.Symbol(f"t{k}", real=True) for k in range(1, len(arguments) + 1))
    letters = {letter: Term(name, ()) for letter, name in sizes.items()}
    given = letters | dict(zip(places, arguments, strict=True))
    condition = _indicated(node.data[0])
    if condition is not None:  # five times as fast as np.where
        holds = f"({_formula(condition, given)})"
        return Term(f"1.0 * {holds}", labels, atom=False, condition=holds)
    code = _formula(node.data[0], given)
    return Term(code, labels, atom=code.endswith(")") and code[0] != "(")


def _indicated(formula: Any) -> Any:
    """The condition where a formula is 1 where it holds, and 0 elsewhere."""
    if type(formula).__name__ != "Piecewise" or [value for value, _ in formula.args] != [1, 0]:
        return None
    (_, condition), (_, otherwise) = formula.args
    return condition if otherwise == True else None


def scalar(formula: Any, sizes: Mapping[sp.Symbol, str]) -> str:
    """The code for a number made of sizes."""
    return _formula(formula, {letter: Term(name, ()) for letter, name in sizes.items()})


def power(base: Term, exponent: Any, labels: Labels, sizes: Mapping[sp.Symbol, str]) -> Term:
    if exponent == HALF:
        return Term(f"np.sqrt({base.code})", labels)
    if exponent == -1:
        return Term(f"1.0 / {base.bracketed}", labels, atom=False)
    if exponent == -HALF:
        return Term(f"1.0 / np.sqrt({base.code})", labels, atom=False)
    if exponent == 2:
        return Term(f"np.square({base.code})", labels)
    if exponent.is_Integer and 0 < exponent <= 4:
        return Term(f"{base.bracketed}**{int(exponent)}", labels, atom=False)
    text = repr(float(exponent)) if exponent.is_number else scalar(exponent, sizes)
    return Term(f"{base.bracketed}**({text})", labels, atom=False)


def _formula(formula: Any, arguments: dict[sp.Symbol, Term]) -> str:
    if formula in arguments:
        return arguments[formula].code
    if formula.is_number:
        return repr(float(formula.replace(*BY_DEFINITION)))
    kind = type(formula).__name__
    if kind == "Piecewise":
        return _cases(formula, arguments)
    inner = [_formula(a, arguments) for a in formula.args]
    if kind in CALLS:
        return _call(CALLS[kind], inner)
    if kind in RELATIONS:
        left, right = (each if each.isidentifier() or _is_number(each) else f"({each})"
                       for each in inner)  # fmt: skip
        return f"{left} {RELATIONS[kind]} {right}"
    if kind in ("And", "Or"):
        return (" & " if kind == "And" else " | ").join(f"({each})" for each in inner)
    if kind == "Not":
        return f"~({inner[0]})"
    if formula.is_Pow and not formula.exp.is_number:
        return f"({inner[0]})**({inner[1]})"
    if formula.is_Pow:
        return power(Term(inner[0], (), atom=False), formula.exp, (), {}).code
    if formula.is_Add:
        return " + ".join(f"({each})" for each in inner)
    if formula.is_Mul:
        return " * ".join(f"({each})" for each in inner)
    if hasattr(formula, "definition"):
        return f"({_formula(formula.definition(), arguments)})"
    raise NotImplementedError(f"there is no NumPy code for the function {kind}")


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()


def _call(template: str, inner: Sequence[str]) -> str:
    """A call; a function of two takes more of them two at a time."""
    if "{1}" in template and len(inner) > 2:
        return template.format(inner[0], _call(template, inner[1:]))
    return template.format(*inner)


def _cases(formula: Any, arguments: dict[sp.Symbol, Term]) -> str:
    *cases, last = formula.args
    code = _formula(last[0], arguments) if last[1] == True else "np.nan"
    if last[1] != True:
        cases.append(last)
    for value, condition in reversed(cases):
        code = f"np.where({_formula(condition, arguments)}, {_formula(value, arguments)}, {code})"
    return code
