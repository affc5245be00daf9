"""A variational autoencoder with one linear layer each way: its evidence bound differentiated.

Run it with `python examples/vae.py`.
"""

from __future__ import annotations

from derive.arrays.nodes import variable
from derive.networks import backprop, negative_elbo, reparameterised


def main() -> None:
    X, E = variable("X", "N,d", "mask"), variable("E", "N,k")
    M, S, D = variable("M", "d,k"), variable("S", "d,k"), variable("D", "k,d")
    mu, log_variance = (X @ M).named("m"), (X @ S).named("v")
    Z = reparameterised(mu, log_variance, E).named("Z")
    loss = negative_elbo((Z @ D).named("A"), X, mu, log_variance).named("L")
    found = backprop(loss, wrt=["D", "M", "S"])
    found.check()
    print(found.text())


if __name__ == "__main__":
    main()
