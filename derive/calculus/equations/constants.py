"""The constants of a family of solutions from initial values: linear equations by row operations,
one other equation by isolating the constant.
"""

from __future__ import annotations

from sympy import (
    Abs,
    Expr,
    Integer,
    Lt,
    Ne,
    Pow,
    S,
    Symbol,
    Tuple,
    asin,
    asinh,
    atan,
    atanh,
    cancel,
    cos,
    exp,
    expand,
    expand_log,
    factor,
    log,
    nan,
    oo,
    pi,
    powsimp,
    sin,
    sinh,
    solve,
    sqrt,
    tan,
    tanh,
    together,
    true,
    zoo,
)
from sympy.logic.boolalg import Boolean

from derive.calculus.equations.operators import (
    Constant,
    Fitted,
    ImplicitSolution,
    LevelCurve,
    Member,
    Solution,
)
from derive.calculus.integrals.operators import linear, positive, real
from derive.linear_algebra.elimination import Matrix, is_zero, tidy
from derive.linear_algebra.inverses import Augmented
from derive.rules import Outcome, Rewrite, RuleTable
from derive.structure import depends_on

x, y, C, C1, C2 = Symbol("x"), Symbol("y"), Symbol("C"), Symbol("C1"), Symbol("C2")
THREE_AT_0 = (Tuple(C), y, x, Integer(0), Tuple(Integer(3)))
AT_REST = (Tuple(C1, C2), y, x, Integer(0), Tuple(Integer(2), Integer(0)))
SQUARES = C1**2 * exp(x * C2)


def shorter(result: Expr) -> Expr:
    """Exponentials put together, a root of one, which is real, without the root; as one fraction in
    lowest terms, where that is shorter."""
    rooted = (p for p in result.atoms(Pow) if isinstance(p.base, exp) and p.exp.is_Rational)
    together = powsimp(result.xreplace({p: exp(p.exp * p.base.args[0]) for p in rooted}))
    forms = [together, factor(together)]
    if together.has(log):
        forms.append(expand_log(together.replace(log, _log_of_exponential)))
    return min(forms, key=lambda e: e.count_ops())


def _log_of_exponential(inside: Expr) -> Expr:
    """log(exp(u)) is u, for real u."""
    return inside.args[0] if isinstance(inside, exp) else log(inside)


FITTED = RuleTable(Fitted, lambda goal: goal.args, "constants from initial values", tidy=shorter)
MEMBERS = RuleTable(Member, lambda goal: goal.args, "members of families", tidy=shorter)
CONSTANTS = RuleTable(Constant, lambda goal: goal.args, "equations for a constant")


# ------------------------------------------------------------------ equations for the constants


def equations(goal: Fitted) -> list[tuple[Expr, Expr]] | None:
    """What the initial values say: pairs of equal expressions, of the constants and without them;
    None where the family is no formula with all of its constants, or has no value there."""
    Y, constants, _, x, x0, values = goal.args
    if Y.has(Solution, ImplicitSolution, LevelCurve, Fitted):
        return None
    if not all(depends_on(Y, c) for c in constants.args):
        return None
    slopes = [Y.diff(x, k).subs(x, x0) for k in range(len(values.args))]
    if any(slope.has(nan, zoo, oo) for slope in slopes):
        return None
    return list(zip(slopes, values.args, strict=True))


@FITTED.rule(
    "linear equations for the constants",
    example=Fitted(C1 * exp(x) + C2 * exp(-2 * x), *AT_REST),
    whole=True,
)
def linear_equations(goal: Fitted) -> Outcome:
    """The initial values are linear equations for the constants: solve them by row operations."""
    told, constants = equations(goal), goal.args[1].args
    if told is None or len(constants) < 2:
        return None
    told = [(tidy(expand(left)), right) for left, right in told]
    rows = [[tidy(left.diff(c)) for c in constants] for left, _ in told]
    if any(depends_on(entry, c) for row in rows for entry in row for c in constants):
        return None
    without = [left.subs(dict.fromkeys(constants, 0)) for left, _ in told]
    column = [tidy(right - rest) for (_, right), rest in zip(told, without, strict=True)]
    return Rewrite(
        Member(goal.args[0], goal.args[1], Augmented(Matrix(rows), Matrix(column))),
        where=tuple(told),
    )


@FITTED.rule("equation for the constant", example=Fitted(C * exp(x**2), *THREE_AT_0), whole=True)
def equation_for_the_constant(goal: Fitted) -> Outcome:
    """Put the initial value in: an equation for the constant."""
    told, constants = equations(goal), goal.args[1]
    if told is None or len(constants.args) != 1 or not one_in_each_period(goal.args[0], *constants):
        return None
    ((left, right),) = told
    return Member(goal.args[0], constants, Constant(left, right, *constants.args))


def one_in_each_period(Y: Expr, c: Expr) -> bool:
    """Whether constants that differ by a period of the tangent give the same member."""
    turns = sorted((t for t in Y.atoms(tan) if depends_on(t, c)), key=str)
    if not turns:
        return True
    rest = Y.xreplace(dict.fromkeys(turns, S.One))
    steps = {t.args[0].diff(c) for t in turns}
    return not depends_on(rest, c) and len(steps) == 1 and steps.pop().is_number


@FITTED.rule("constants by computer algebra", example=Fitted(SQUARES, *AT_REST), whole=True)
def constants_by_computer_algebra(goal: Fitted) -> Outcome:
    """Put the initial values in; SymPy's `solve` finds the constants, which give one member."""
    told, (Y, constants) = equations(goal), goal.args[:2]
    if told is None:
        return None
    try:
        found = solve([left - right for left, right in told], list(constants.args), dict=True)
    except NotImplementedError:  # SymPy says so of equations that it cannot solve
        return None
    members = [Y.subs(each) for each in found]
    if not found or set(found[0]) != set(constants.args) or any(m != members[0] for m in members):
        return None
    where = tuple((c, found[0][c]) for c in constants.args)
    return Rewrite(members[0], where=where)


@MEMBERS.rule("put the constants in", example=Member(C * exp(x), Tuple(C), Integer(3)))
def put_the_constants_in(Y: Expr, constants: Tuple, values: Expr) -> Outcome:
    """Write the values in place of the constants."""
    if not isinstance(values, Matrix) and values.has(Constant, Augmented):
        return None
    column = list(values) if isinstance(values, Matrix) else [values]
    pairs = tuple(zip(constants.args, column, strict=True))
    return Rewrite(Y.subs(dict(pairs)), where=pairs)


# ------------------------------------------------------------------ isolating one constant


def not_zero(value: Expr) -> Boolean | None:
    """The condition that it is not zero; None where it is."""
    known = real(value)
    if known.is_nonzero or (known.is_number and not is_zero(known)):
        return true
    return None if value == 0 else Ne(without_number(factor(value))[1], 0)


def above_zero(value: Expr) -> Boolean:
    """The condition that it is positive; a positive number that it is multiplied by is left out."""
    number, rest = without_number(value)
    return positive(rest if number.is_positive else value)


def without_number(value: Expr) -> tuple[Expr, Expr]:
    return value.as_independent(*value.free_symbols, as_Add=False)


@CONSTANTS.rule("linear in the constant", example=Constant(2 * C * exp(1) + 3, S(7), C))
def linear_in_the_constant(left: Expr, right: Expr, C: Symbol) -> Outcome:
    """Subtract what is free of the constant, and divide by what it is multiplied by."""
    if left == C:
        return right
    found = linear(expand(left), C)
    if found is None:
        return None
    slope, rest = found
    given = not_zero(slope)
    return None if given is None else Rewrite(tidy((right - rest) / slope), given)


@CONSTANTS.rule("multiply by the denominator", example=Constant((C + 1) / (C - 1), S(3), C))
def multiply_by_the_denominator(left: Expr, right: Expr, C: Symbol) -> Outcome:
    """p/q = r says p - r*q = 0, for p and q without a common zero."""
    above, below = cancel(together(left)).as_numer_denom()
    if not (depends_on(below, C) and above.is_polynomial(C) and below.is_polynomial(C)):
        return None
    return Constant(expand(above - right * below), S.Zero, C)


@CONSTANTS.rule("move what is free of the constant", example=Constant(3 - tan(C + 1), S(2), C))
def move_the_rest(left: Expr, right: Expr, C: Symbol) -> Outcome:
    """Subtract a summand, or divide by a factor, that is free of the constant."""
    for form in (left, factor(left)):
        rest, moving = form.as_independent(C, as_Add=True)
        if rest != 0:
            return Constant(moving, tidy(right - rest), C)
        rest, moving = form.as_independent(C, as_Add=False)
        given = not_zero(rest)
        if rest != 1 and given is not None:
            return Rewrite(Constant(moving, tidy(right / rest), C), given)
    return None


# fmt: off
INVERSE = {                         # g: its inverse, where the values of g lie
    log:   (exp,   lambda r: true),
    exp:   (log,   lambda r: above_zero(r)),
    tan:   (atan,  lambda r: true),
    atan:  (tan,   lambda r: below(r, pi / 2)),
    asin:  (sin,   lambda r: below(r, pi / 2)),
    sinh:  (asinh, lambda r: true),
    asinh: (sinh,  lambda r: true),
    tanh:  (atanh, lambda r: below(r, S.One)),
    atanh: (tanh,  lambda r: true),
}
# fmt: on


def below(r: Expr, bound: Expr) -> Boolean:
    return Lt(Abs(real(r)), bound).xreplace({real(s): s for s in r.free_symbols})


@CONSTANTS.rule("undo a function", example=Constant(tan(C + 1), sin(1), C))
def undo_a_function(left: Expr, right: Expr, C: Symbol) -> Outcome:
    """Apply the inverse function to both sides."""
    if type(left) not in INVERSE:
        return None
    inverse, inside = INVERSE[type(left)]
    given = inside(right)
    return None if given == S.false else Rewrite(Constant(left.args[0], inverse(right), C), given)


@CONSTANTS.rule("undo a power", example=Constant(sqrt(2 * C + cos(1)), S(3), C))
def undo_a_power(left: Expr, right: Expr, C: Symbol) -> Outcome:
    """Take the root that is the inverse of the power; of a root, the power, where the right side is
    not negative."""
    if not (isinstance(left, Pow) and left.exp.is_Rational) or depends_on(left.exp, C):
        return None
    u, q = left.args
    odd = q.is_Integer and q.p % 2 == 1
    if q.is_Integer and not odd:  # two roots: two constants
        return None
    if odd and real(right).is_negative:
        return Constant(u, -(expand(-right) ** (1 / q)), C)
    if right == 0:
        return Constant(u, S.Zero, C) if q > 0 else None
    given = above_zero(right)
    return None if given == S.false else Rewrite(Constant(u, expand(right ** (1 / q)), C), given)
