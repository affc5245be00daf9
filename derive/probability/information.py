"""Entropy, cross-entropy, Kullback-Leibler divergence and mutual information of tables.

The surprise at an outcome is minus the logarithm of its probability (Cover and Thomas, Elements of
Information Theory, chapter 2). Outcomes of probability zero add nothing.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Add,
    E,
    Expr,
    ImmutableMatrix,
    S,
    Symbol,
    Tuple,
    count_ops,
    expand,
    expand_log,
    factor,
    log,
    oo,
)
from sympy.logic.boolalg import Boolean
from sympy.stats.rv import RandomSymbol

from derive.asked import scalar
from derive.calculus.integrals.integrate import exact
from derive.core import Derivation
from derive.engine import limited
from derive.probability.gaussian_divergence import of_normal_vector
from derive.probability.law_divergence import LawCrossEntropy, LawDivergence, of_laws
from derive.probability.quantities import (
    Quantity,
    all_positive,
    numbers,
    probabilities,
    rows_of_numbers,
    worked_out,
)
from derive.rules import Outcome, Rewrite, RuleTable

a, p, q = Symbol("a", positive=True), Symbol("p", positive=True), Symbol("q", positive=True)


class ShannonEntropy(Quantity):
    """The expected surprise, in units of log(base): ShannonEntropy(p, base)."""

    name = "H"


class CrossEntropy(Quantity):
    """The expected surprise of who expects q where p holds: CrossEntropy(p, q, base)."""

    name = "cross-entropy"


class RelativeEntropy(Quantity):
    """The expected logarithm of p/q where p holds: RelativeEntropy(p, q, base)."""

    name = "KL"


class MutualInformation(Quantity):
    """What one variable of a joint table tells about the other: MutualInformation(P, base)."""

    name = "I"


class ConditionalEntropy(Quantity):
    """The entropy of the column where the row is known: ConditionalEntropy(P, base)."""

    name = "H(column|row)"


def tidy(value: Expr) -> Expr:
    """Logarithms of numbers in logarithms of primes; multiplied out where that is shorter."""
    apart = expand_log(value)
    flat = expand_log(expand(apart))
    return flat if flat.is_number or count_ops(flat) < count_ops(apart) else apart


def table(operator: type, title: str) -> RuleTable:
    return RuleTable(operator, lambda goal: goal.args, title, tidy=tidy)


ENTROPIES, CROSS = table(ShannonEntropy, "entropies"), table(CrossEntropy, "cross-entropies")
DIVERGENCES = table(RelativeEntropy, "divergences")
SHARED = table(MutualInformation, "mutual information")
CONDITIONAL = table(ConditionalEntropy, "conditional entropies")

COIN, OTHER = (p, 1 - p), (S(1) / 4, S(3) / 4)
JOINT = ImmutableMatrix([[S(1) / 2, S(1) / 8], [S(1) / 8, S(1) / 4]])


def expected(weights: Tuple, values: list[Expr], base: Expr) -> Rewrite:
    terms = (w * v / log(base) for w, v in zip(weights, values, strict=True) if w != 0)
    return Rewrite(Add(*terms), factors_positive(weights))


def logarithm(w: Expr) -> Expr:
    """The sum of the logarithms of its factors, which are positive."""
    return Add(*(n * log(f) for f, n in factors(w)))


def factors(w: Expr) -> list[tuple[Expr, Expr]]:
    """The factors that are positive where their letters are small, as 1 - p is; the whole where
    one of them is not."""
    pairs = list(w.as_powers_dict().items())
    small = (f.xreplace(dict.fromkeys(f.free_symbols, S.Zero)) for f, _ in pairs)
    one_by_one = all(f.is_positive or at.is_positive
                     for (f, _), at in zip(pairs, small, strict=True))  # fmt: skip
    return pairs if one_by_one else [(w, S.One)]


def factors_positive(weights: Tuple) -> Boolean:
    """The condition that all that has a logarithm is positive."""
    return all_positive(f for w in weights if w != 0 for f, _ in factors(w))


@ENTROPIES.rule("expected surprise", example=ShannonEntropy(COIN, E))
def expected_surprise(p: Tuple, base: Expr) -> Outcome:
    """The surprise at an outcome is -log(p); entropy is its expected value."""
    return expected(p, [S.Zero if w == 0 else -logarithm(w) for w in p], base)


def excludes(p: Tuple, q: Tuple) -> bool:
    """Whether q gives no probability to an outcome that surely has one."""
    return any(w.is_positive and v == 0 for w, v in zip(p, q, strict=True))


@CROSS.rule("an excluded outcome", example=CrossEntropy(OTHER, (1, 0), E))
def an_excluded_outcome(p: Tuple, q: Tuple, base: Expr) -> Outcome:
    """The surprise at what was taken to be impossible is infinite."""
    return oo if excludes(p, q) else None


@CROSS.rule("expected surprise of the other", example=CrossEntropy(COIN, OTHER, E))
def expected_surprise_of_the_other(p: Tuple, q: Tuple, base: Expr) -> Outcome:
    """The surprises are those of q, the weights with which they come those of p."""
    found = expected(
        p, [S.Zero if w == 0 else -logarithm(v) for w, v in zip(p, q, strict=True)], base
    )
    return Rewrite(found.equals, found.given & factors_positive(q))


@CROSS.rule("entropy and divergence", example=CrossEntropy(COIN, OTHER, E), on_request=True)
def entropy_and_divergence(p: Tuple, q: Tuple, base: Expr) -> Outcome:
    """-log(q) is -log(p) and log(p/q): the surprise that is there anyhow, and the one on top."""
    given = factors_positive(p) & factors_positive(q)
    return Rewrite(ShannonEntropy(p, base) + RelativeEntropy(p, q, base), given)


@DIVERGENCES.rule("an excluded outcome", example=RelativeEntropy(OTHER, (1, 0), E))
def an_excluded_ratio(p: Tuple, q: Tuple, base: Expr) -> Outcome:
    """Where q excludes what p allows, the ratio p/q is infinite."""
    return oo if excludes(p, q) else None


@DIVERGENCES.rule("expected log ratio", example=RelativeEntropy(COIN, OTHER, E))
def expected_log_ratio(p: Tuple, q: Tuple, base: Expr) -> Outcome:
    """The expected value, under p, of log(p) - log(q)."""
    ratios = [S.Zero if w == 0 else logarithm(w) - logarithm(v) for w, v in zip(p, q, strict=True)]
    found = expected(p, ratios, base)
    return Rewrite(found.equals, found.given & factors_positive(q))


def marginals(P: ImmutableMatrix) -> tuple[list[Expr], list[Expr]]:
    """Of the rows, and of the columns."""
    rows = [factor(Add(*P.row(i))) for i in range(P.rows)]
    return rows, [factor(Add(*P.col(j))) for j in range(P.cols)]


@SHARED.rule("entropies of the marginals", example=MutualInformation(JOINT, E))
def entropies_of_the_marginals(P: ImmutableMatrix, base: Expr) -> Outcome:
    """How far the joint table is from the product of its marginals, the expected value of log p -
    log r - log c: the surprise at the row and that at the column, less that at both."""
    rows, columns = (ShannonEntropy(each, base) for each in marginals(P))
    return Rewrite(rows + columns - ShannonEntropy(tuple(P), base), factors_positive(tuple(P)))


@CONDITIONAL.rule("chain rule", example=ConditionalEntropy(JOINT, E))
def chain_rule(P: ImmutableMatrix, base: Expr) -> Outcome:
    """The surprise at both is that at the row and that at the column, the row known."""
    return ShannonEntropy(tuple(P), base) - ShannonEntropy(marginals(P)[0], base)


TABLES: dict[type, RuleTable] = {
    ShannonEntropy: ENTROPIES,
    CrossEntropy: CROSS,
    RelativeEntropy: DIVERGENCES,
    MutualInformation: SHARED,
    ConditionalEntropy: CONDITIONAL,
}


# ------------------------------------------------------------------ what the user calls


def _base(base: Any) -> Expr:
    value = E if base == "e" else exact(scalar(base))
    if not value.is_positive or value == 1:
        raise ValueError(f"the base of a logarithm is positive and not 1: {base} is none")
    return value


@limited
def shannon_entropy(p: Any, base: Any = "e", timeout: float = 20.0) -> Derivation:
    """The entropy of a table of probabilities, in nats, or in bits with `base=2`.

    Letters are positive, and the probabilities add up to 1: write `["p", "1 - p"]`.
    Raises ValueError where they do not.

    >>> shannon_entropy(["1/2", "1/4", "1/4"], base=2).result
    3/2
    """
    return worked_out(ShannonEntropy(probabilities(numbers(p)), _base(base)), TABLES, timeout)


def _are_laws(p: Any, q: Any) -> bool:
    return all(isinstance(law, RandomSymbol) or (isinstance(law, str) and "~" in law)
               for law in (p, q))  # fmt: skip


def _two(p: Any, q: Any) -> tuple[Tuple, Tuple]:
    first, second = probabilities(numbers(p)), probabilities(numbers(q))
    if len(first) != len(second):
        raise ValueError(f"{len(first)} and {len(second)} outcomes: the tables have the same ones")
    return first, second


@limited
def cross_entropy(
    p: Any, q: Any, base: Any = "e", method: str = "surprise", timeout: float = 20.0
) -> Derivation:
    """The expected surprise of who expects `q` where `p` holds: the loss of a classifier.

    Tables of probabilities, or laws, "X ~ Exponential(a)". Of tables, `method="divergence"` gets
    there by the entropy of p and the divergence of q from p.

    >>> cross_entropy([1, 0], ["q", "1 - q"]).result
    -log(q)
    """
    methods = {"surprise": None, "divergence": frozenset({"entropy and divergence"})}
    if method not in methods:
        raise ValueError(f"the method is {method!r}; write one of {', '.join(methods)}")
    if _are_laws(p, q):
        return of_laws(LawCrossEntropy, p, q, _base(base), timeout)
    goal = CrossEntropy(*_two(p, q), _base(base))
    return worked_out(goal, TABLES, timeout, methods[method])


@limited
def kl_divergence(p: Any, q: Any, base: Any = "e", timeout: float = 20.0) -> Derivation:
    """The Kullback-Leibler divergence of the table, or the law, `q` from `p`: KL(p || q).

    >>> kl_divergence([1, 0], ["1/2", "1/2"]).result
    log(2)
    >>> kl_divergence("X ~ Exponential(2)", "X ~ Exponential(1)").result
    -1/2 + log(2)
    """
    if _are_laws(p, q):
        return of_laws(LawDivergence, p, q, _base(base), timeout)
    return worked_out(RelativeEntropy(*_two(p, q), _base(base)), TABLES, timeout)


def _joint(P: Any) -> ImmutableMatrix:
    rows = rows_of_numbers(P)
    flat = probabilities([entry for row in rows for entry in row])
    return ImmutableMatrix(len(rows), len(rows[0]), list(flat))


@limited
def mutual_information(P: Any, base: Any = "e", timeout: float = 20.0) -> Derivation:
    """What the row of a joint table of probabilities tells about the column; of a normal law of
    several letters, what the first one tells about the others.

    >>> mutual_information([["1/2", 0], [0, "1/2"]], base=2).result
    1
    >>> mutual_information("X, Y ~ MultivariateNormal([0, 0], [[2, 1], [1, 2]])").result
    log(2*sqrt(3)/3)
    """
    if isinstance(P, str) and "~" in P:
        return of_normal_vector(P, _base(base), timeout)
    return worked_out(MutualInformation(_joint(P), _base(base)), TABLES, timeout)


@limited
def conditional_entropy(P: Any, base: Any = "e", timeout: float = 20.0) -> Derivation:
    """The entropy of the column of a joint table of probabilities where the row is known.

    >>> conditional_entropy([["1/4", "1/4"], ["1/4", "1/4"]], base=2).result
    1
    """
    return worked_out(ConditionalEntropy(_joint(P), _base(base)), TABLES, timeout)
