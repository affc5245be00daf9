"""What the papers on GANs and diffusion models state, derived: every line an equation, checked.

Run it with `python examples/generative.py`.
"""

from __future__ import annotations

from derive.networks import diffusion_marginal, diffusion_posterior, optimal_discriminator


def main() -> None:
    best, after, between = optimal_discriminator(), diffusion_marginal(), diffusion_posterior()
    for title, d in {
        "The discriminator that plays best, where the densities are p and q": best.discriminator,
        "What the game is worth to it there": best.value,
        "Diffusion: the mean after one more step": after.mean,
        "The variance after one more step": after.variance,
        "The mean of the step before, given both ends": between.mean,
        "The variance of the step before, given both ends": between.variance,
    }.items():
        d.check()
        print(f"{title}:\n{d.text()}\n")


if __name__ == "__main__":
    main()
