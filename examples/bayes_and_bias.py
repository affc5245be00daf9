"""Bayes' update of a test result, the divergence of two Gaussians, two biases and their cure.

Run it with `python examples/bayes_and_bias.py`.
"""

from __future__ import annotations

import derive

PREVALENCE = ["1/100", "99/100"]  # ill, healthy
POSITIVE = ["9/10", "1/10"]  # how likely the test is positive for each


def main() -> None:
    for title, derivation in (
        ("ill or healthy after a positive test", derive.bayes_table(PREVALENCE, POSITIVE)),
        (
            "KL of N(m, s) from N(mu, sigma)",
            derive.gaussian_divergence("m", "s^2", "mu", "sigma^2"),
        ),
        ("bias of the variance with 1/n", derive.estimator_bias("population variance")),
        ("bias of the variance with 1/(n - 1)", derive.estimator_bias("sample variance")),
        ("what Adam divides its averages by", derive.bias_correction()),
    ):
        derivation.check()
        print(f"# {title}", derivation.text(), sep="\n", end="\n\n")


if __name__ == "__main__":
    main()
