"""The operators of the room: what is reached after k steps, and what one step assigns."""

from __future__ import annotations

from typing import Any

from sympy import Basic, Expr, S, Symbol, Tuple


class ByName:
    """What is printed as name(argument, ...) on paper, by its class elsewhere."""

    name = ""
    args: tuple[Basic, ...]

    @property
    def shown(self) -> tuple[Basic, ...]:
        """The arguments that are printed on paper."""
        return self.args

    def _sympystr(self, printer: Any) -> str:
        on_paper = getattr(printer, "as_on_paper", False)
        inside = ", ".join(map(printer._print, self.shown if on_paper else self.args))
        return f"{self.name if on_paper else type(self).__name__}({inside})"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        inside = r",\ ".join(map(printer._print, self.shown))
        power = f"^{{{exp}}}" if exp else ""
        return rf"\operatorname{{{self.name.replace(' ', '~')}}}{power}\left({inside}\right)"


class Iterate(Expr):
    """The k-th term of x(n+1) = f(x(n), n), x(0) = start: Iterate(f, x, n, start, k).

    >>> from sympy.abc import k, n, x
    >>> Iterate(x/2, x, n, 1, k)
    Iterate(x/2, x, n, 1, k)
    """

    is_commutative = True
    is_extended_real = True

    def __new__(cls, f: Any, x: Symbol, n: Symbol, start: Any, k: Any) -> Iterate:
        return Expr.__new__(cls, S(f), x, n, S(start), S(k))

    @property
    def bound_symbols(self) -> list[Symbol]:
        return [self.args[1], self.args[2]]

    @property
    def free_symbols(self) -> set[Basic]:
        f, x, n, start, k = self.args
        return (f.free_symbols - {x, n}) | start.free_symbols | k.free_symbols

    def _eval_subs(self, old: Basic, new: Basic) -> Basic:
        f, x, n, start, k = self.args
        inside = f if old in (x, n) else f._subs(old, new)
        return self.func(inside, x, n, start._subs(old, new), k._subs(old, new))

    def _sympystr(self, printer: Any) -> str:
        f, x, n, start, k = map(printer._print, self.args)
        if not getattr(printer, "as_on_paper", False):
            return f"Iterate({f}, {x}, {n}, {start}, {k})"
        return f"{x}_{{{k}}} [{x}_{{{n}+1}} = {f}, {x}_0 = {start}; {x} = {x}_{n}]"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        f, x, n, start, k = map(printer._print, self.args)
        inside = rf"{{{x}}} \mapsto {f},\ {{{x}}}_{{0}} = {start},\ {n} = 0, 1, \ldots"
        term = rf"\left.{{{x}}}_{{{k}}}\right|_{{{inside}}}"
        return rf"\left({term}\right)^{{{exp}}}" if exp else term


class GradientDescent(Expr):
    """The k-th iterate of x(n+1) = x(n) - eta*f'(x(n)): GradientDescent(f, x, eta, start, k)."""

    is_commutative = True
    is_extended_real = True

    def __new__(cls, f: Any, x: Symbol, eta: Any, start: Any, k: Any) -> GradientDescent:
        return Expr.__new__(cls, S(f), x, S(eta), S(start), S(k))

    @property
    def bound_symbols(self) -> list[Symbol]:
        return [self.args[1]]

    @property
    def free_symbols(self) -> set[Basic]:
        f, x, *others = self.args
        return (f.free_symbols - {x}).union(*(part.free_symbols for part in others))

    def _sympystr(self, printer: Any) -> str:
        f, x, eta, start, k = map(printer._print, self.args)
        if not getattr(printer, "as_on_paper", False):
            return f"GradientDescent({f}, {x}, {eta}, {start}, {k})"
        return f"GD_{{{x}: {start}, {k} steps of {eta}}}({f})"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        f, x, eta, start, k = map(printer._print, self.args)
        power = f"^{{{exp}}}" if exp else ""
        return (
            rf"\operatorname{{GD}}{power}_{{{x}_0 = {start},\ {k} \text{{ steps of }} {eta}}}"
            rf"\left({f}\right)"
        )


class Assigned(Basic):
    """What the letters `outputs` are after the assignments, in order.

    Assigned(outputs, (letter, formula), ...): a formula may use the letters assigned before it.
    No letter is assigned twice, or used before.
    """

    def __new__(cls, outputs: Any, *assignments: Any) -> Assigned:
        used: set[Basic] = set()
        for letter, formula in assignments:
            used |= formula.free_symbols
            if letter in used:
                raise ValueError(f"{letter} is assigned after it was used: take another letter")
            used.add(letter)
        return Basic.__new__(cls, Tuple(*outputs), *(Tuple(*each) for each in assignments))

    @property
    def bound_symbols(self) -> list[Symbol]:
        return [each.args[0] for each in self.args[1:]]

    @property
    def free_symbols(self) -> set[Basic]:
        free: set[Basic] = set(self.args[0].free_symbols)
        for letter, formula in reversed([each.args for each in self.args[1:]]):
            free = (free - {letter}) | formula.free_symbols
        return free

    def _sympystr(self, printer: Any) -> str:
        if not getattr(printer, "as_on_paper", False):
            return f"Assigned({', '.join(map(printer._print, self.args))})"
        lines = "; ".join(
            f"{printer._print(a)} <- {printer._print(f)}"
            for a, f in (e.args for e in self.args[1:])
        )
        return f"[{lines}: {', '.join(map(printer._print, self.args[0]))}]"

    def _latex(self, printer: Any) -> str:
        lines = r",\ ".join(
            rf"{printer._print(a)} \leftarrow {printer._print(f)}"
            for a, f in (e.args for e in self.args[1:])
        )
        outputs = r",\ ".join(map(printer._print, self.args[0]))
        return rf"\left.\left({outputs}\right)\right|_{{{lines}}}"
