"""A differential equation as people write it: y' = -2*x*y, y'' + 2y' + 5y = 0, y'(0) = 2."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from sympy import (
    Basic,
    Derivative,
    Dummy,
    Eq,
    Expr,
    Mul,
    Symbol,
    Tuple,
    cancel,
    expand,
    factor,
)
from sympy.core.function import AppliedUndef

from derive.asked import asked, letter, place, scalar
from derive.calculus.equations.operators import (
    ByPowers,
    HigherOrder,
    Reducible,
    SecondOrder,
    Solution,
)
from derive.calculus.integrals.integrate import exact
from derive.structure import depends_on, fresh

HIGHEST = 6
PRIME = "\N{MODIFIER LETTER PRIME}"  # a letter, as wide as a prime: errors point at what was typed
PRIMES = str.maketrans({"’": "'", "′": "'"})
TOO_HIGH = f"the order of an equation is a whole number from 1 to {HIGHEST} here"
CONDITION = re.compile(r"\s*(\w+)('*)\s*\(([^=]*)\)\s*=(.*)")


class Equation(NamedTuple):
    """A family of solutions, and its constants."""

    family: Expr
    constants: Tuple


def read_equation(equation: Any, y: Any, x: Any) -> Equation:
    """The family that the equation asks for; without a derivative in it, it is y' = equation."""
    up, along = letter(y), letter(x)
    if up == along:
        raise ValueError(f"{up} is the function and the variable: use two letters")
    slopes = tuple(Symbol(up.name + PRIME * k) for k in range(1, HIGHEST + 2))
    told = _told(equation, up, along, slopes)
    zero = exact(told.lhs - told.rhs if isinstance(told, Eq) else told)
    if not isinstance(told, Eq) and not any(depends_on(zero, s) for s in slopes):
        zero = slopes[0] - zero
    if depends_on(zero, slopes[HIGHEST]):
        raise ValueError(TOO_HIGH)
    order = max((k for k in range(3, HIGHEST + 1) if depends_on(zero, slopes[k - 1])), default=0)
    if order:
        return _higher_order(zero, up, along, slopes[:order])
    if depends_on(zero, slopes[1]):
        return _second_order(zero, up, along, slopes)
    if not depends_on(zero, slopes[0]):
        raise ValueError(f"there is no derivative of {up} in it: write {up}' = -2*{along}*{up}")
    return _first_order(zero, up, along, slopes[0])


def _told(equation: Any, y: Symbol, x: Symbol, slopes: tuple[Symbol, ...]) -> Basic:
    """The equation with letters for the derivatives of y."""
    if isinstance(equation, str):
        equation = _with_letters(equation, y, x, slopes)
    told = asked(equation)
    for side in told.args if isinstance(told, Eq) else (told,):
        scalar(side)
    unknown = {f for f in told.atoms(AppliedUndef) if f.func.__name__ == y.name}
    changes: dict[Basic, Basic] = {}
    for node in told.atoms(Derivative):
        if node.args[0] in unknown | {y} and len(node.args) == 2 and node.args[1][0] == x:
            order = node.args[1][1]
            if not order.is_Integer or order > HIGHEST:
                raise ValueError(TOO_HIGH)
            changes[node] = slopes[int(order) - 1]
    return told.xreplace(changes).xreplace(dict.fromkeys(unknown, y))


def _with_letters(text: str, y: Symbol, x: Symbol, slopes: tuple[Symbol, ...]) -> str:
    """Letters for y', y'', dy/dx; y for y(x)."""
    name, by = re.escape(y.name), re.escape(x.name)
    text = text.translate(PRIMES)
    text = re.sub(rf"(?<![^\W\d])d{name}\s*/\s*d{by}(?!\w)", f"{y.name}'", text)
    text = re.sub(rf"(?<![^\W\d])({name}'*)\(\s*{by}\s*\)", r"\1", text)

    def primes(found: re.Match[str]) -> str:
        return slopes[min(len(found[1]), len(slopes)) - 1].name

    return re.sub(rf"(?<![^\W\d]){name}('+)", primes, text)


def _first_order(zero: Expr, y: Symbol, x: Symbol, slope: Symbol) -> Equation:
    zero = expand(zero)
    by_slope = zero.coeff(slope, 1)
    rest = expand(zero - by_slope * slope)
    if depends_on(rest, slope) or by_slope == 0:
        raise ValueError(f"{y}' is not alone: solve the equation for {y}' first")
    C = fresh("C", zero, y, x)
    return Equation(Solution(factor(-rest / by_slope), y, x, C), Tuple(C))


def _second_order(zero: Expr, y: Symbol, x: Symbol, slopes: tuple[Symbol, ...]) -> Equation:
    zero = expand(zero)
    lead, a, b = (zero.coeff(s, 1) for s in (slopes[1], slopes[0], y))
    g = expand(-(zero - lead * slopes[1] - a * slopes[0] - b * y))
    moving = (y, *slopes)
    linear = not any(depends_on(c, s) for c in (g, lead, a, b) for s in moving)
    by_powers = (cancel(a * x / lead), cancel(b * x**2 / lead))
    constant = not any(depends_on(c, x) for c in (cancel(a / lead), cancel(b / lead)))
    if not linear or not (constant or not any(depends_on(c, x) for c in by_powers)):
        return _reducible(zero, y, x, slopes)
    constants = fresh("C1", zero, y, x), fresh("C2", zero, y, x)
    family = SecondOrder(cancel(a / lead), cancel(b / lead), expand(g / lead), y, x, *constants)
    return Equation(family, Tuple(*constants))


def _reducible(zero: Expr, y: Symbol, x: Symbol, slopes: tuple[Symbol, ...]) -> Equation:
    """Solved for y'', with x or y missing from the rest."""
    lead = zero.coeff(slopes[1], 1)
    rest = expand(zero - lead * slopes[1])
    if depends_on(rest, slopes[1]) or depends_on(lead, slopes[1]) or lead == 0:
        raise ValueError(f"{y}'' is not alone: solve the equation for {y}'' first")
    p = fresh("p", zero, y, x)
    f = factor(cancel(-rest / lead)).xreplace({slopes[0]: p})
    if depends_on(f, y) and depends_on(f, x):
        raise ValueError(
            f"an equation of second order has to be linear in {y} and its derivatives, or {x} or "
            f"{y} has to be missing; the coefficients of {y}'', {y}', {y} have to be constant, "
            f"free of {x}, or constants times {x}^2, {x}, 1"
        )
    constants = fresh("C1", zero, y, x), fresh("C2", zero, y, x)
    return Equation(Reducible(f, p, y, x, *constants), Tuple(*constants))


def _higher_order(zero: Expr, y: Symbol, x: Symbol, slopes: tuple[Symbol, ...]) -> Equation:
    """The equation divided by what its highest derivative is multiplied by."""
    zero = expand(zero)
    terms = [zero.coeff(s, 1) for s in (y, *slopes)]
    g = expand(-(zero - sum(c * s for c, s in zip(terms, (y, *slopes), strict=True))))
    *divided, g = (cancel(c / terms[-1]) for c in (*terms[:-1], g))
    scaled = tuple(cancel(c * x ** (len(slopes) - k)) for k, c in enumerate(divided))
    powers = any(depends_on(c, x) for c in divided)
    moving = any(depends_on(c, s) for c in (*divided, g) for s in (y, *slopes))
    if moving or (powers and any(depends_on(c, x) for c in scaled)):
        raise ValueError(
            f"an equation of order above 2 has to be linear in {y} and its derivatives, "
            f"with constant coefficients, or constants times powers of {x} as high as the order"
        )
    names = range(1, len(slopes) + 1)
    constants = Tuple(*(fresh(f"C{k}", zero, y, x) for k in names))
    if powers:
        return Equation(ByPowers(Tuple(*scaled), expand(g), y, x, *constants), constants)
    return Equation(HigherOrder(Tuple(*divided), expand(g), y, x, *constants), constants)


def read_values(conditions: tuple[Any, ...], family: Expr) -> tuple[Expr, Tuple] | None:
    """`x0, (y(x0), y'(x0))`; None where no condition is given."""
    if not conditions:
        return None
    y, needed = family.unknown, family.count
    found = [_condition(text, y) for text in conditions]
    orders = sorted(order for order, _, _ in found)
    if orders != list(range(needed)):
        wanted = " and ".join(f"{y}{chr(39) * k}(0) = 1" for k in range(needed))
        raise ValueError(f"this equation takes {needed} initial value(s): write {wanted}")
    places = {at for _, at, _ in found}
    if len(places) > 1:
        raise ValueError("the initial values are not at one place: give all of them at the same x")
    values = {order: value for order, _, value in found}
    if any(depends_on(e, family.variable) for e in (*places, *values.values())):
        raise ValueError(f"an initial value does not depend on {family.variable}: write {y}(0) = 1")
    (at,) = places
    if isinstance(family, (SecondOrder, ByPowers)) and family.singular and not at.is_positive:
        raise ValueError(
            f"powers of {family.variable} solve it for {family.variable} > 0: give "
            f"the initial values at a positive {family.variable}"
        )
    if isinstance(family, Solution) and _leaves_a_rest(family, values[0]):
        raise ValueError(
            f"{y} = {values[0]} solves it as well, and the slope is not smooth there: more than "
            "one solution begins at this place"
        )
    return at, Tuple(*(values[k] for k in range(needed)))


def _leaves_a_rest(family: Solution, height: Expr) -> bool:
    """Whether the slope is 0 at this height and grows infinitely fast beside it, by a power below 1
    of the distance: the time to get there is finite.

    >>> from sympy import Integer, Rational
    >>> y, C = Symbol("y"), Symbol("C")
    >>> _leaves_a_rest(Solution(y ** Rational(1, 3), y, Symbol("x"), C), Integer(0))
    True
    """
    f, y, *_ = family.args
    beside = Dummy(positive=True)
    near = factor(f.subs(y, height + beside))
    powers = [p for p in Mul.make_args(near) if p.as_base_exp()[0] == beside]
    return len(powers) == 1 and bool(0 < powers[0].as_base_exp()[1] < 1)


def _condition(text: Any, y: Symbol) -> tuple[int, Expr, Expr]:
    found = CONDITION.fullmatch(text.translate(PRIMES)) if isinstance(text, str) else None
    if found is None or found[1] != y.name:
        raise ValueError(f"{text} is no initial value: write {y}(0) = 1")
    at, value = exact(place(found[3])), exact(place(found[4]))
    if at.is_infinite or value.is_infinite:
        raise ValueError(f"{text.strip()} is not at a finite place: write {y}(0) = 1")
    return len(found[2]), at, value
