"""A formula as source code: what the compiled backends run, and plain Python and C to keep."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import sympy as sp
from sympy.printing.c import C99CodePrinter
from sympy.printing.c import reserved_words as C_RESERVED
from sympy.printing.codeprinter import PrintMethodNotImplementedError
from sympy.printing.pycode import PythonCodePrinter

from lambdify_bridge.arrays.problem import is_about_arrays
from lambdify_bridge.arrays.problem import read as array_problem
from lambdify_bridge.backends.numpy import plain_names
from lambdify_bridge.problem import entries_of, parts_of, read
from lambdify_bridge.to_numpy import to_numpy

LIBRARIES = ("jax", "torch")  # their modules print without them
C_HEAD = "#define _XOPEN_SOURCE 700\n#include <math.h>\n"
C_WORDS = {*C_RESERVED, "inline", "restrict", "function", "out", "main"}


def source(expression: Any, language: str, args: Any = None) -> str:
    """The text of `function(args...)` in "numpy", "python", "c", "jax" or "torch".

    `expression` and `args` are those of `to_numpy`. Results that are matrices or several come as
    their entries, row by row: a tuple, and in C the array `out`. The text of "numpy", "jax" and
    "torch" is what the compiled backends run, vectorised; "python" and "c" work on numbers.

    Raises ValueError for another language, and for a formula that the language has no name for.

    >>> from sympy.abc import x
    >>> print(source(x**2 * sp.sin(x), "python"))
    import math
    <BLANKLINE>
    <BLANKLINE>
    def function(x):
        return x**2*math.sin(x)
    <BLANKLINE>
    >>> print(source(x**2 * sp.sin(x), "c").splitlines()[-2].strip())
    return pow(x, 2)*sin(x);
    """
    if language not in LANGUAGES:
        raise ValueError(f"the language is one of {', '.join(LANGUAGES)}, not {language!r}")
    return LANGUAGES[language](expression, args)


def _numpy(expression: Any, args: Any) -> str:
    return str(to_numpy(expression, args, backend="numpy").source)


def _of_library(name: str) -> Callable[[Any, Any], str]:
    def printed(expression: Any, args: Any) -> str:
        arrays = is_about_arrays(expression)
        problem = array_problem(expression, args) if arrays else read(expression, args)
        module = f"lambdify_bridge.backends.{name}{'_arrays' if arrays else ''}"
        return str(import_module(module).source(problem.program))

    return printed


def _python(expression: Any, args: Any) -> str:
    names, definitions, entries, single = _scalars(expression, args, "python")
    printer = PythonCodePrinter({"strict": True, "standard": "python3"})
    lines = [f"{name} = {_printed(printer, value)}" for name, value in definitions]
    values = [_printed(printer, entry) for entry in entries]
    lines.append(f"return {values[0] if single else '(' + ', '.join(values) + ',)'}")
    body = "".join(f"    {line}\n" for line in lines)
    head = "import math\n\n\n" if "math." in body else ""
    return f"{head}def function({', '.join(names)}):\n{body}"


def _c(expression: Any, args: Any) -> str:
    names, definitions, entries, single = _scalars(expression, args, "c")
    printer = C99CodePrinter({"strict": True})
    lines = [f"const double {name} = {_printed(printer, value)};" for name, value in definitions]
    values = [_printed(printer, entry) for entry in entries]
    taken = [f"double {name}" for name in names]
    if single:
        lines.append(f"return {values[0]};")
    else:
        taken.append("double *out")
        lines += [f"out[{k}] = {value};" for k, value in enumerate(values)]
    head = f"{'double' if single else 'void'} function({', '.join(taken) or 'void'})"
    return C_HEAD + f"\n{head} {{\n" + "".join(f"    {line}\n" for line in lines) + "}\n"


LANGUAGES: dict[str, Callable[[Any, Any], str]] = {
    "numpy": _numpy,
    "python": _python,
    "c": _c,
    "jax": _of_library("jax"),
    "torch": _of_library("torch"),
}


def _scalars(expression: Any, args: Any, language: str) -> tuple[Any, ...]:
    """Names of arguments, definitions, entries of the results, and whether there is just one.

    Letters are renamed where their names are no names of the language.
    """
    if is_about_arrays(expression):
        raise ValueError(f"a formula about arrays has no source in {language!r}: numpy, jax, torch")
    result, definitions, _ = parts_of(expression)
    arguments = [s for each in read(expression, args).arguments for s in each.symbols]
    several = isinstance(result, (list, tuple, sp.Tuple))
    items = [entries_of(item) for item in (result if several else [result])]
    entries = [entry for _, each in items for entry in each]
    letters = [*arguments, *(name for name, _ in definitions)]
    named = dict(zip(letters, map(sp.Symbol, _names(letters)), strict=True))
    return (
        [named[letter].name for letter in arguments],
        [(named[name].name, value.xreplace(named)) for name, value in definitions],
        [entry.xreplace(named) for entry in entries],
        not several and items[0][0] == (),
    )


def _names(letters: Sequence[sp.Symbol]) -> tuple[str, ...]:
    """Names that Python and C have no other meaning for."""
    own = [letter.name for letter in letters]
    reserved = C_WORDS | {"math"} | _names_of_c()
    return plain_names([f"{name}_" if name in reserved else name for name in own])


def _names_of_c() -> frozenset[str]:
    known = C99CodePrinter().known_functions.values()
    return frozenset(name for name in known if isinstance(name, str))


def spelled_out(expression: sp.Basic) -> sp.Basic:
    """Functions that SymPy lacks, by their definitions: sigmoid(x) is 1/(1 + exp(-x))."""
    return expression.replace(lambda node: hasattr(node, "definition"), lambda f: f.definition())


def _printed(printer: Any, expression: sp.Basic) -> str:
    try:
        return str(printer.doprint(spelled_out(expression)))
    except (PrintMethodNotImplementedError, NotImplementedError, ValueError, TypeError) as error:
        why = " ".join(str(error).split())
        raise ValueError(
            f"{printer.language} has no name for a part of the formula: {why}"
        ) from None
