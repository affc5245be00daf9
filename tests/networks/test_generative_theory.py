"""The discriminator of a GAN, the distributions of a diffusion model: as the papers have them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sympy import Eq, Expr, simplify, sqrt

from derive.core import Derivation
from derive.networks import diffusion_marginal, diffusion_posterior, optimal_discriminator
from derive.networks.adversarial import p, q
from derive.networks.diffusion import alpha_t, alphabar_s, x_0, x_t
from lambdify_bridge import check

ALL: list[Callable[[], Any]] = [optimal_discriminator, diffusion_marginal, diffusion_posterior]
beta_t, alphabar_t = 1 - alpha_t, alpha_t * alphabar_s


@pytest.mark.one_in(3)
@pytest.mark.parametrize("question", ALL)
def test_every_step_is_confirmed(question: Callable[[], Any]) -> None:
    for d in question():
        assert d.check().verdict == "confirmed", d.report
        assert all(report.verdict == "confirmed" for report in d.report.steps)


def same(d: Derivation, formula: Expr) -> bool:
    return bool(simplify(d.result - formula) == 0)


def test_proposition_1_of_goodfellow() -> None:
    best = optimal_discriminator()
    assert same(best.discriminator, p / (p + q))
    assert best.discriminator.given == True
    at_a_draw = best.value.result.subs(q, p)
    assert float(at_a_draw.subs(p, 1)) == pytest.approx(-np.log(4))


def test_equation_4_of_ho() -> None:
    after = diffusion_marginal()
    assert same(after.mean, sqrt(alphabar_t) * x_0)
    assert same(after.variance, 1 - alphabar_t)


def test_equations_6_and_7_of_ho() -> None:
    between = diffusion_posterior()
    first = sqrt(alphabar_s) * beta_t / (1 - alphabar_t) * x_0
    second = sqrt(alpha_t) * (1 - alphabar_s) / (1 - alphabar_t) * x_t
    assert same(between.mean, first + second)
    assert same(between.variance, (1 - alphabar_s) / (1 - alphabar_t) * beta_t)


def mixed_up() -> list[tuple[Expr, Expr]]:
    """Slips that are made with these formulas."""
    best, after, between = optimal_discriminator(), diffusion_marginal(), diffusion_posterior()
    swap = {alpha_t: alphabar_s, alphabar_s: alpha_t}
    return [
        (best.discriminator.problem, q / (p + q)),
        (best.value.problem, best.discriminator.result),
        (after.variance.problem, beta_t),
        (after.mean.problem, alphabar_t * x_0),
        (between.mean.problem, between.mean.result.xreplace({x_0: x_t, x_t: x_0})),
        (between.variance.problem, between.variance.result.xreplace(swap) * alpha_t),
        (between.variance.problem, beta_t),
    ]


def test_slips_are_refuted() -> None:
    for problem, slip in mixed_up():
        assert check(Eq(problem, slip, evaluate=False)).verdict == "refuted", (problem, slip)


def test_they_agree_with_samples() -> None:
    """A Markov chain of two steps; the posterior by regression of the middle on the end."""
    random, kept, kept_before, start = np.random.default_rng(3), 0.8, 0.6, 1.5
    middle = np.sqrt(kept_before) * start + np.sqrt(1 - kept_before) * random.normal(size=10**6)
    end = np.sqrt(kept) * middle + np.sqrt(1 - kept) * random.normal(size=10**6)
    values = {alpha_t: kept, alphabar_s: kept_before, x_0: start}
    after, between = diffusion_marginal(), diffusion_posterior()
    assert np.isclose(end.mean(), float(after.mean.result.subs(values)), atol=5e-3)
    assert np.isclose(end.var(), float(after.variance.result.subs(values)), atol=5e-3)
    slope, offset = np.polyfit(end, middle, 1)
    mean = between.mean.result.subs(values)
    assert np.isclose(slope, float(mean.diff(x_t)), atol=5e-3)
    assert np.isclose(offset, float(mean.subs(x_t, 0)), atol=5e-3)
    left = (middle - slope * end - offset).var()
    assert np.isclose(left, float(between.variance.result.subs(values)), atol=5e-3)


def test_latex_has_the_notation_of_the_paper() -> None:
    shown = diffusion_posterior().mean.latex()
    law = r"\mathcal{N}\left(x_{t};\, \sqrt{\alpha_{t}} x_{s},\, 1 - \alpha_{t}\right)"
    assert law in shown
    shown = optimal_discriminator().discriminator.latex()
    assert r"\operatorname*{arg\,max}_{0 < D < 1}" in shown
