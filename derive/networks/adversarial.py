"""The game of a generative adversarial network, played by the best discriminator.

At one place the data have the density p and the samples of the generator the density q; D is the
probability that the discriminator gives to "data" there.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Symbol, log

from derive.answers import Answers
from derive.calculus.extrema import worked_out
from derive.calculus.intervals import ArgMax, Maximum
from derive.core import Derivation

p, q = Symbol("p", positive=True), Symbol("q", positive=True)
D = Symbol("D", real=True)


@dataclass(frozen=True)
class OptimalDiscriminator(Answers):
    """The best D, and the value of the game with it, both at one place."""

    discriminator: Derivation
    value: Derivation


def game() -> Expr:
    """p log D + q log(1 - D), what the discriminator raises at each place."""
    return p * log(D) + q * log(1 - D)


def optimal_discriminator() -> OptimalDiscriminator:
    """The D in (0, 1) that raises p log D + q log(1 - D) as far as possible, and the value there.

    Goodfellow et al., Generative adversarial nets, 2014, proposition 1 and equation 4.

    >>> best = optimal_discriminator()
    >>> best.discriminator.result
    p/(p + q)
    >>> best.value.result
    p*log(p/(p + q)) + q*log(q/(p + q))
    """
    return OptimalDiscriminator(
        worked_out(ArgMax(game(), D, 0, 1)), worked_out(Maximum(game(), D, 0, 1))
    )
