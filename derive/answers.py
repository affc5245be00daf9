"""Several derivations that answer one question, each by its name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from derive.core import Derivation

if TYPE_CHECKING:
    from os import PathLike

    from derive.render.html.page import Shown
    from lambdify_bridge.report import Report


Named = tuple[str, Derivation]


@dataclass(frozen=True)
class Answers:
    """The answer to a question that takes several derivations; each is an attribute.

    It unpacks like a tuple; what can be asked of one derivation can be asked of all.

    >>> import derive
    >>> answer = derive.finite_difference(1, [-1, 1])
    >>> formula, error = answer
    >>> formula is answer.formula
    True
    >>> answer.check().verdict
    'confirmed'
    """

    def __iter__(self) -> Iterator[Any]:
        return (getattr(self, each.name) for each in fields(self))

    def __len__(self) -> int:
        return len(fields(self))

    def __getitem__(self, number: int) -> Any:
        return tuple(self)[number]

    @property
    def derivations(self) -> dict[str, Derivation]:
        """Every derivation by its name; of several of one name, with a number."""
        return dict(named_derivations(self))

    @property
    def verdict(self) -> str:
        """The weakest verdict of the last checks; "undecided" before there was one."""
        from lambdify_bridge.report import VERDICTS

        return min((d.verdict for d in self.derivations.values()), key=VERDICTS.index)

    def check(self, **options: Any) -> Report:
        """The weakest report of all derivations, each of which is checked as by its `check`."""
        from lambdify_bridge.report import weakest

        return weakest([each.check(**options) for each in self.derivations.values()])

    def verify(self, level: str = "confirmed", **options: Any) -> Report:
        """The weakest report of checks that all reach `level`.

        Raises lambdify_bridge.NotVerified.
        """
        return self.check(level=level, **options).require(level)

    def text(self, detail: str = "normal") -> str:
        """The text of each derivation below its name."""
        return as_text(self.derivations.items(), detail)

    def latex(self, env: str = "", *, label: str = "", **options: Any) -> str:
        """The rows of each derivation, after each other; a `label` has the name after it."""
        return "\n\n".join(
            each.latex(env, label=f"{label}-{name.replace(' ', '-')}" * bool(label), **options)
            for name, each in self.derivations.items()
        )

    def markdown(self, detail: str = "normal", **options: Any) -> str:
        """Each derivation below its name."""
        parts = (
            (name, each.markdown(detail, **options)) for name, each in self.derivations.items()
        )
        return below_names(parts)

    def to_html(
        self, path: str | PathLike[str] | None = None, *, title: str = "", plots: bool = False
    ) -> str:
        """One page with a section for each derivation, as by `derive.report`."""
        from derive.render.html.page import report

        return report(self, path, title=title, plots=plots)

    def show(self) -> Shown:
        """HTML for a notebook, whose steps open and close; needs the extra "html"."""
        from derive.render.html.page import show

        return show(self)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return for_a_notebook(tuple(self.derivations.items()))

    def __str__(self) -> str:
        return self.text()


def named_derivations(found: Any, name: str = "") -> Iterator[Named]:
    """The derivations in an answer, with the names they go by in it."""
    if isinstance(found, Derivation):
        yield name, found
    elif isinstance(found, (Answers, Mapping)):
        by_name = found if isinstance(found, Mapping) else vars(found)
        for key, each in by_name.items():
            yield from named_derivations(each, str(key).replace("_", " "))
    elif isinstance(found, (tuple, list)):
        for number, each in enumerate(found, 1):
            yield from named_derivations(each, f"{name} {number}".strip())


def as_text(named: Iterable[Named], detail: str = "normal") -> str:
    return "\n\n".join(
        f"{name}:\n{each.text(detail)}" if name else each.text(detail) for name, each in named
    )


def below_names(parts: Iterable[tuple[str, str]]) -> str:
    """Markdown, each part below its name."""
    from derive.render.markdown import escaped

    return "\n\n".join(f"**{escaped(name)}**\n\n" * bool(name) + part for name, part in parts)


def for_a_notebook(named: Sequence[Named]) -> dict[str, str]:
    from derive.render.markdown import numbered_markdown

    shown = below_names((name, numbered_markdown(each)) for name, each in named)
    return {"text/plain": as_text(named), "text/markdown": shown}
