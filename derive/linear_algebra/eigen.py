"""Eigenvalues and eigenvectors of explicit matrices, from the characteristic polynomial."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sympy import (
    Add,
    Basic,
    CRootOf,
    Determinant,
    Expr,
    Mul,
    Poly,
    Pow,
    Rational,
    S,
    Symbol,
    Trace,
    Tuple,
    cos,
    expand,
    pi,
    symbols,
)
from sympy.functions.elementary.trigonometric import TrigonometricFunction

from derive.answers import Answers
from derive.asked import in_order
from derive.core import Derivation, Step
from derive.engine import Budget, NoRuleApplies, derive, limited, shown
from derive.linear_algebra.determinants import RULES as DETERMINANTS
from derive.linear_algebra.determinants import det, determinant
from derive.linear_algebra.elimination import (
    Matrix,
    far_from_zero,
    identity,
    is_zero,
    square,
    tidy,
)
from derive.linear_algebra.null_space import RULES as NULL_SPACES
from derive.linear_algebra.null_space import NullSpace
from derive.linear_algebra.polynomials import COLLECT, Collected, Roots
from derive.linear_algebra.polynomials import RULES as ROOTS
from derive.rules import Outcome, RuleTable
from derive.structure import fresh

a, b, c, d, lam = symbols("a b c d lambda")


# ------------------------------------------------------------------ operators


class CharacteristicPolynomial(Expr):
    """The determinant of lam*I - A.

    Numerically: that determinant at the value of lam.
    """

    def __new__(cls, A: Basic, lam: Symbol) -> CharacteristicPolynomial:
        return Basic.__new__(cls, A, lam)

    def _latex(self, printer: Any) -> str:
        A, lam = map(printer._print, self.args)
        return rf"\chi\left({A}, {lam}\right)"

    def _sympystr(self, printer: Any) -> str:
        return "characteristic_polynomial({}, {})".format(*map(printer._print, self.args))


class Eigenvalues(Basic):
    """The eigenvalues of A, each as often as its algebraic multiplicity, as a Tuple.

    Numerically: a multiset, the roots of det(lam*I - A).
    """

    def __new__(cls, A: Basic) -> Eigenvalues:
        return Basic.__new__(cls, A)

    def _latex(self, printer: Any) -> str:
        return rf"\operatorname{{eig}}\left({printer._print(self.args[0])}\right)"

    def _sympystr(self, printer: Any) -> str:
        return f"eigenvalues({printer._print(self.args[0])})"


class Eigenspace(Basic):
    """All X with A X = value*X, as a matrix whose columns are a basis.

    Numerically: the null space of A - value*I.
    """

    def __new__(cls, A: Basic, value: Expr) -> Eigenspace:
        return Basic.__new__(cls, A, value)

    def _latex(self, printer: Any) -> str:
        A, value = map(printer._print, self.args)
        return rf"E_{{{value}}}\left({A}\right)"

    def _sympystr(self, printer: Any) -> str:
        return "eigenspace({}, {})".format(*map(printer._print, self.args))


# ------------------------------------------------------------------ rules

example = Matrix([[2, 1], [1, 2]])

POLYNOMIALS = RuleTable(
    CharacteristicPolynomial, lambda goal: goal.args, "characteristic polynomials"
)


@POLYNOMIALS.rule("characteristic polynomial", example=CharacteristicPolynomial(example, lam))
def characteristic_polynomial(A: Matrix, lam: Symbol) -> Outcome:
    """The determinant of lambda times the identity minus the matrix, by powers of lambda."""
    return Collected(det(lam * identity(A.rows) - A), lam)


RULES = RuleTable(Eigenvalues, lambda goal: goal.args, "eigenvalues")


@RULES.rule("roots of the characteristic polynomial", example=Eigenvalues(example))
def roots_of_characteristic_polynomial(A: Matrix) -> Outcome:
    """The eigenvalues are the roots of the characteristic polynomial."""
    letter = fresh("lambda", A)
    return Roots(CharacteristicPolynomial(A, letter), letter)


SPACES = RuleTable(Eigenspace, lambda goal: goal.args, "eigenvectors")


@SPACES.rule("null space of A - lambda I", example=Eigenspace(example, S(3)))
def shifted_null_space(A: Matrix, value: Expr) -> Outcome:
    """The eigenvectors are the vectors that A minus the eigenvalue sends to zero."""
    if all(e.is_Rational for e in A) and by_no_plain_root(value):
        return None
    return NullSpace((A - value * identity(A.rows)).applyfunc(tidy))


@SPACES.rule(
    "column of the adjugate",
    example=Eigenspace(Matrix([[0, 1, 0], [0, 0, 1], [-1, 3, 0]]), 2 * cos(2 * pi / 9)),
)
def column_of_adjugate(A: Matrix, value: Expr) -> Outcome:
    """A simple eigenvalue: (A - lambda I) adj(A - lambda I) = 0, so take a column that is not 0."""
    letter = fresh("lambda", A)
    M = A - letter * identity(A.rows)
    p = Poly(M.det(method="berkowitz"), letter)
    if not (p.domain.is_ZZ or p.domain.is_QQ) or not p.is_sqf or not vanishes(p, value):
        return None
    for row in range(A.rows):
        column = Matrix([expand(M.cofactor(row, j, method="berkowitz")) for j in range(A.rows)])
        if any(not zero_at(entry, letter, value) for entry in column):
            return column.subs(letter, value)
    return None


def by_no_plain_root(value: Expr) -> bool:
    """Row operations cannot be trusted to see which entries with such numbers are zero: roots of
    sums with roots, as of a cubic or a quartic by its formula, numbered roots."""
    if value.has(CRootOf, TrigonometricFunction):
        return True
    nested = (p for p in value.atoms(Pow) if p.exp.is_Rational and p.exp.q in (2, 3))
    return any(not p.base.is_Rational for p in nested)


def zero_at(entry: Expr, letter: Symbol, value: Expr) -> bool:
    """Whether a polynomial is zero at an algebraic number; exactly for a numbered root."""
    if isinstance(value, CRootOf):
        return Poly(entry, letter).rem(Poly(value.poly.as_expr(letter), letter)).is_zero
    return not far_from_zero(entry.subs(letter, value))


def vanishes(p: Poly, value: Expr) -> bool:
    if isinstance(value, CRootOf):
        return zero_at(p.as_expr(), p.gen, value)
    return abs(p.as_expr().subs(p.gen, value).evalf(60, maxn=200)) < Rational(1, 10**40)


TABLES = {
    Eigenspace: SPACES,
    CharacteristicPolynomial: POLYNOMIALS,
    Collected: COLLECT,
    Determinant: DETERMINANTS,
    Eigenvalues: RULES,
    Roots: ROOTS,
    NullSpace: NULL_SPACES,
}


# ------------------------------------------------------------------ what the user calls


@dataclass(frozen=True)
class Eigen(Answers):
    """The answer of `eigen`: derivations, and for each distinct eigenvalue its eigenvectors.

    `vectors[k].result` is a matrix whose columns are a basis for the eigenvalue `distinct[k]`.
    `trace` and `determinant` show the sum and the product of the eigenvalues.
    """

    characteristic_polynomial: Derivation
    values: Derivation
    vectors: tuple[Derivation, ...]
    trace: Derivation
    determinant: Derivation

    @property
    def distinct(self) -> tuple[Expr, ...]:
        return distinct(self.values.result)

    @property
    def multiplicities(self) -> tuple[tuple[int, int], ...]:
        """Algebraic and geometric multiplicity of each distinct eigenvalue."""
        values = self.values.result
        spaces = (each.result for each in self.vectors)
        counted = zip(self.distinct, spaces, strict=True)
        return tuple((sum(same(v, each) for v in values), s.cols) for each, s in counted)

    @property
    def defective(self) -> bool:
        """Whether there are fewer independent eigenvectors than rows."""
        return any(geometric < algebraic for algebraic, geometric in self.multiplicities)


def in_closed_form(found: Eigen) -> Eigen:
    """The eigenpairs. Raises NoRuleApplies where eigenvalues are roots that are numbered only."""
    values = found.values
    if values.result.has(CRootOf):
        polynomial = shown(found.characteristic_polynomial.result)
        text = f"no closed form here for the roots of {polynomial}: they are numbered only"
        raise NoRuleApplies(text, values.problem, partial=values)
    return found


def distinct(values: Tuple) -> tuple[Expr, ...]:
    found: list[Expr] = []
    for value in values:
        if not any(same(value, other) for other in found):
            found.append(value)
    return tuple(found)


def same(u: Expr, v: Expr) -> bool:
    """Equal as written, or equal numbers; values with letters may agree at some points still."""
    if isinstance(u, CRootOf) or isinstance(v, CRootOf):
        return u == v  # roots of different irreducible polynomials, or with different numbers
    numbers = not (u.free_symbols or v.free_symbols)
    return u == v or (numbers and is_zero(u - v))


@limited
def eigen(A: Any, timeout: float = 20.0) -> Eigen:
    """Eigenvalues and eigenvectors of a square matrix, step by step.

    Where the characteristic polynomial of a matrix of rationals has no formula (an irreducible
    factor of degree four, or five and more) the roots are numbered, each in a disc that exact
    arithmetic certifies. Raises ValueError for a matrix that is not square, NoRuleApplies where
    that of other matrices has no roots in closed form here, BudgetExceeded.

    >>> answer = eigen([[2, 1], [1, 2]])
    >>> answer.values.result
    (1, 3)
    >>> answer.vectors[0].result
    Matrix([
    [-1],
    [ 1]])
    """
    M = square(A, "an eigenvalue problem")
    ask = Asked(M, Budget(seconds=timeout))
    polynomial = ask(CharacteristicPolynomial(M, fresh("lambda", M)))
    values = eigenvalues(ask, polynomial.result)
    vectors = tuple(ask(Eigenspace(M, value)) for value in distinct(values.result))
    product = determinant(M, timeout=timeout).result
    return Eigen(
        polynomial,
        values,
        vectors,
        fact(Basic.__new__(Trace, M), TRACE, Add, Add(*M.diagonal()), values),
        fact(det(M), PRODUCT, Mul, product, values),
    )


@dataclass(frozen=True)
class Asked:
    """Several questions about one matrix, within one budget; shared parts are derived once."""

    M: Matrix
    budget: Budget
    done: dict[Basic, Step] = field(default_factory=dict)

    def __call__(self, goal: Basic) -> Derivation:
        root = derive(goal, TABLES, self.budget, done=self.done)
        return Derivation(root, goal, arguments=in_order(self.M))


def eigenvalues(ask: Asked, polynomial: Expr) -> Derivation:
    try:
        return ask(Eigenvalues(ask.M))
    except NoRuleApplies as error:
        text = f"no closed form here for the roots of {shown(polynomial)}"
        raise NoRuleApplies(text, error.goal, error.trail, error.tried, error.partial) from None


TRACE = "sum of the eigenvalues", "The trace is the sum of the eigenvalues."
PRODUCT = "product of the eigenvalues", "The determinant is the product of the eigenvalues."


def fact(
    goal: Basic, rule: tuple[str, str], join: type, value: Expr, values: Derivation
) -> Derivation:
    """`goal`, as a sum or product of the eigenvalues; `value` is what it is without them."""
    joined = join(*values.result, evaluate=False)
    result = value if agree(joined, value) else joined
    root = Step(
        goal=goal,
        rule=rule[0],
        equals=joined,
        result=result,
        given=values.given,
        premises=(values.root,),
        sentence=rule[1],
    )
    return Derivation(root, goal, arguments=values.arguments)


def agree(joined: Expr, value: Expr) -> bool:
    """Exactly where letters are left; numbers to forty digits, as the fact itself is a theorem."""
    if joined.has(CRootOf):
        return True
    if not (joined.free_symbols or value.free_symbols):
        return not far_from_zero(joined.doit() - value)
    try:
        return is_zero(joined.doit() - value)
    except ValueError:
        return False
