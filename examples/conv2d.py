"""A convolution with stride and padding, max pooling after it: gradients in index notation.

Run it with `python examples/conv2d.py`.
"""

from __future__ import annotations

from derive.arrays.nodes import variable
from derive.networks import backprop, conv2d, max_pool2d, mse, relu


def main() -> None:
    X, K, b = variable("X", "2,3,6,6"), variable("K", "4,3,3,3"), variable("b", "4")
    Z = conv2d(X, K, b, stride=1, padding=1).named("Z")
    pooled = max_pool2d(relu(Z).named("H"), 2).named("P")
    found = backprop(mse(pooled, variable("Y", "2,4,3,3")).named("L"), wrt=["K", "b", "X"])
    found.check(points=1)
    print(found.text(), end="\n\n")
    print(found.to_numpy().source)


if __name__ == "__main__":
    main()
