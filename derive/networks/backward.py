"""Backpropagation through networks of arrays: one sweep, all gradients, every line a step.

A network is written as on paper, with Python operators on variables, with the layers of this
package, or as equations in NumPy's spelling.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from derive.arrays.gradient import asked, chosen, gradients, scalar_loss, together
from derive.arrays.nodes import Array, Named, Variable, variables
from derive.arrays.operators import array, short
from derive.arrays.reading import declared, read_with
from derive.core import Derivation, Step
from derive.tokens import ParseError


class Backward(Mapping[str, Derivation]):
    """The gradients of a loss by name, and together as one derivation.

    `text()`, `latex()`, `markdown()` show all equations, forward and back; `check()` checks every
    line; `to_numpy()` is a function of all variables that returns the loss and the gradients.
    With values of all variables, `forward(X=...)` is the loss, `backward(X=...)` the gradients by
    name.

    >>> from derive.arrays.nodes import variable
    >>> L = (variable("w", "n").T @ variable("x", "n")).named("L")
    >>> found = backward(L, "w")
    >>> print(found.forward(w=[1, 2], x=[3, 4]), found.backward(w=[1, 2], x=[3, 4]))
    11.0 {'w': array([3., 4.])}
    """

    def __init__(self, found: Mapping[Variable, Derivation]) -> None:
        self._found = {v.name: d for v, d in found.items()}
        self._by_variable = dict(found)

    def __getitem__(self, name: Any) -> Derivation:
        return self._found[name.name if isinstance(name, Variable) else name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    @cached_property
    def whole(self) -> Derivation:
        """One derivation whose result is the list of the gradients."""
        return together(self._by_variable)

    def text(self, detail: str = "normal") -> str:
        return self.whole.text(detail)

    def latex(self, env: str = "", **options: Any) -> str:
        return self.whole.latex(env, **options)

    def markdown(self, detail: str = "normal") -> str:
        return self.whole.markdown(detail)

    def check(self, *, points: int = 4, seed: int = 0) -> Any:
        return self.whole.check(points=points, seed=seed)

    def forward(self, /, *values: Any, **arrays: Any) -> Any:
        """The loss, from arrays by position or by name, as `to_numpy()` takes them."""
        return self._loss(*values, **arrays)

    def backward(self, /, *values: Any, **arrays: Any) -> dict[str, Any]:
        """The gradients by the names of the variables, from arrays as `forward` takes them."""
        _, *slopes = self._loss_and_slopes(*values, **arrays)
        return dict(zip(self, slopes, strict=True))

    @cached_property
    def _loss(self) -> Any:
        loss, definition = self.whole.definitions[-1]
        step = Step(loss, "definition", definition, definition)
        return Derivation(step, loss, arguments=self.whole.arguments).to_numpy()

    @cached_property
    def _loss_and_slopes(self) -> Any:
        return self.to_numpy()

    def to_numpy(self, args: Any = None) -> Any:
        return self.whole.to_numpy(args)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return self.whole._repr_mimebundle_(include, exclude)

    def __repr__(self) -> str:
        return f"<Backward: by {', '.join(self)}; {self.whole.verdict}>"


def backward(
    loss: Any,
    wrt: Sequence[Any] | str | None = None,
    shapes: Mapping[str, Any] | None = None,
    structures: Mapping[str, str] | None = None,
) -> Backward:
    """The gradients of `loss` by `wrt`; by default by all variables without a structure.

    `loss` is an array of rank 0, text, or equations "Z = X @ W + b" whose last one is the loss.
    """
    if isinstance(loss, (list, tuple)):
        loss = last_of(loss, shapes or {}, structures or {})
    else:
        loss = asked(loss, shapes, structures)
    loss = scalar_loss(loss, shapes, structures)
    names = wrt.replace(",", " ").split() if isinstance(wrt, str) else wrt
    moving = chosen(loss, names) if names else [v for v in variables(loss) if not v.structure]
    if not moving:
        raise ValueError(f"{short(loss)} has no variable to differentiate by")
    return Backward(gradients(loss, moving))


def last_of(
    texts: Sequence[str], shapes: Mapping[str, Any], structures: Mapping[str, str]
) -> Array:
    """The last of several equations, read one after the other; each name is a quantity.

    Raises ParseError, ValueError.
    """
    known = declared(shapes, structures)
    quantity: Array | None = None
    for text in texts:
        name, equals, formula = text.partition("=")
        name = name.strip()
        if not equals or not name.isidentifier():
            raise ParseError("this is no equation", text, 0, "write Z = X @ W + b")
        if name in known:
            what = "is defined twice" if isinstance(known[name], Named) else "has a shape"
            raise ValueError(f"{name} {what}: an equation gives a new name")
        quantity = known[name] = array(read_with(formula, known)).named(name)
    if quantity is None:
        raise ValueError("there are no equations; write them as 'Z = X @ W + b'")
    return quantity
