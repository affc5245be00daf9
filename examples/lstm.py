"""Long short-term memory through time: at any step t, and unrolled over three steps.

Run it with `python examples/lstm.py`.
"""

from __future__ import annotations

from derive.arrays.nodes import variable
from derive.networks import backprop
from derive.networks.losses import mse
from derive.networks.recurrent import inputs, lstm
from derive.networks.through_time import through_time

STEPS = 3


def main() -> None:
    h, c = variable("h_0", "N,h"), variable("c_0", "N,h")
    unrolled = lstm(inputs(STEPS), h, c)
    loss = mse(unrolled.last, variable("Y", "N,h")).named("L")
    found = backprop(loss, wrt=["W_i", "U_f", "b_o", "c_0"])
    found.check(points=2)
    print(found.text(), end="\n\n")
    recurrence = through_time(lstm)
    recurrence.check(points=2)
    print(recurrence.text())


if __name__ == "__main__":
    main()
