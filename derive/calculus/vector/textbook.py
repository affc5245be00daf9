"""The form in which results are left: the shortest of a few, entry by entry."""

from __future__ import annotations

from sympy import Add, Basic, Expr, ImmutableMatrix, Tuple, cancel, factor_terms, simplify

SIMPLIFIED = 60  # operations, up to which other forms are looked at


def in_short(result: Basic) -> Basic:
    """Each term with its common factors in front; another form where that is shorter.

    >>> from sympy.abc import t
    >>> from sympy import cos, sin
    >>> in_short(t*cos(t)**2 + t*sin(t)**2)
    t
    """
    if isinstance(result, ImmutableMatrix):
        return result.applyfunc(in_short)
    if isinstance(result, Tuple):
        return Tuple(*map(in_short, result))
    if not isinstance(result, Expr):
        return result
    forms = [Add(*map(factor_terms, Add.make_args(result)))]
    if forms[0].count_ops() <= SIMPLIFIED and forms[0].free_symbols:
        forms += [cancel(result)] if result.is_rational_function() else [simplify(result)]
    return min(forms, key=lambda form: form.count_ops())
