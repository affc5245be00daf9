"""The unevaluated operators in an expression: found, and replaced by what they were worked out to.

Both walks are iterative and stop at what is known to hold no operator, so that all of them
together are linear in the size of a derivation's graph.
"""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Basic, Derivative, Dummy, Integral, Limit, Subs, Sum, Symbol
from sympy.concrete.expr_with_limits import ExprWithLimits

from derive.rules import RuleTable
from derive.structure import postorder

AS_WRITTEN = (Derivative, Integral, Limit, Sum)
Tables = Mapping[type, RuleTable]


def holes(expression: Basic, tables: Tables, clean: set[Basic]) -> list[Basic]:
    """The innermost operators that a table can work out, in order.

    `clean` remembers the nodes with no operator in or below them; it makes all calls of one
    derivation together linear in the size of the graph.
    """
    found: list[Basic] = []
    dirty: set[int] = set()
    for node in postorder(expression, stop=clean.__contains__):
        if node in clean:
            continue
        below = any(id(argument) in dirty for argument in node.args)
        table = tables.get(type(node))
        if table is not None and not below and not table.final(node):
            found.append(node)
            below = True
        if below:
            dirty.add(id(node))
        else:
            clean.add(node)
    return list(dict.fromkeys(found))


def rebuild(expression: Basic, results: Mapping[Basic, Basic], clean: set[Basic]) -> Basic:
    """`expression` with the worked-out operators replaced; what is clean is not walked again."""
    new: dict[int, Basic] = {}
    for node in postorder(expression, stop=lambda node: node in results or node in clean):
        if node in results:
            new[id(node)] = results[node]
        elif node in clean or all(new[id(a)] is a for a in node.args):
            new[id(node)] = node
        else:
            new[id(node)] = remake(node, [new[id(a)] for a in node.args])
    return new[id(expression)]


def remake(node: Basic, arguments: list[Basic]) -> Basic:
    """`node` with other arguments. Operators stay as written; SymPy would merge nested ones."""
    if isinstance(node, AS_WRITTEN):
        new = Basic.__new__(type(node), *arguments)
        if isinstance(node, ExprWithLimits):
            new.is_commutative = arguments[0].is_commutative
        return new
    if isinstance(node, Subs):
        return substituted(*arguments)
    return node.func(*arguments)


def substituted(expression: Basic, letters: Basic, values: Basic) -> Basic:
    """Put the values in, once the expression has no operator left in which to put them.

    Letters are real numbers meanwhile: log|exp(x)| is x, not log(exp(re(x))).
    """
    if expression.has(*AS_WRITTEN):
        return Subs(expression, letters, values)
    plain = [s for s in values.atoms(Symbol) if s.is_extended_real is None]
    known = {s: Dummy(s.name, real=True) for s in sorted(plain, key=str)}
    changes = dict(zip(letters.args, values.xreplace(known).args, strict=True))
    changed = expression.subs(changes, simultaneous=True)
    return changed.xreplace({real: s for s, real in known.items()})
