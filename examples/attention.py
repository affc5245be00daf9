"""Scaled dot-product attention: the gradients by queries, keys and values.

Run it with `python examples/attention.py`.
"""

from __future__ import annotations

from derive.arrays.along import sum_
from derive.arrays.nodes import variable
from derive.networks import attention, backprop


def main() -> None:
    Q, K, V = variable("Q", "n,d"), variable("K", "m,d"), variable("V", "m,p")
    O = attention(Q, K, V, name="1").named("O")
    loss = sum_(variable("R", "n,p") * O).named("L")
    found = backprop(loss, wrt=["Q", "K", "V"])
    found.check()
    print(found.text(), end="\n\n")
    print(found.latex("align*"))


if __name__ == "__main__":
    main()
