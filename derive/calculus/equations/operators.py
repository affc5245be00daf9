"""The unevaluated solutions of differential equations, and what solves an equation F(y) = G(x).

`Solution` and its kin are families: each value of the constants C, C1, C2 gives one solution.
"""

from __future__ import annotations

from typing import Any, ClassVar

from sympy import Basic, Expr, Symbol


class _Family(Expr):
    """A family of functions of x; what its equation calls y is bound."""

    is_commutative = True
    orders: ClassVar[int] = 1

    @property
    def count(self) -> int:
        """How many constants there are."""
        return self.orders

    @property
    def constants(self) -> tuple[Symbol, ...]:
        return self.args[-self.count :]

    @property
    def variable(self) -> Symbol:
        return self.args[-self.count - 1]

    @property
    def unknown(self) -> Symbol:
        return self.args[-self.count - 2]

    @property
    def bound_symbols(self) -> list[Symbol]:
        return [self.unknown]

    @property
    def free_symbols(self) -> set[Basic]:
        return super().free_symbols - {self.unknown}

    def equation(self, shown: Any) -> str:
        raise NotImplementedError

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        power = f"^{{{exp}}}" if exp else ""
        y = printer._print(self.unknown)
        return rf"{y}\left\{{{self.equation(printer._print)}\right\}}{power}"

    def _sympystr(self, printer: Any) -> str:
        return f"{printer._print(self.unknown)}{{{self.equation(printer._print)}}}"


class Solution(_Family):
    """The solutions of y' = f(x, y): Solution(f, y, x, C)."""

    def equation(self, shown: Any) -> str:
        return f"{shown(self.unknown)}' = {shown(self.args[0])}"


class IntegratingFactor(_Family):
    """The solutions of y' + A'(x)*y = q, by the factor exp(A): IntegratingFactor(A, q, y, x, C)."""

    def equation(self, shown: Any) -> str:
        A, q, y = map(shown, self.args[:3])
        return f"{y}' + ({A})'{y} = {q}"


class ImplicitSolution(_Family):
    """The functions y of x with F(y) = G(x) + C: ImplicitSolution(F, G, y, x, C)."""

    def equation(self, shown: Any) -> str:
        F, G, _, _, C = map(shown, self.args)
        return f"{F} = {G} + {C}"


class ExactEquation(_Family):
    """The solutions of M + N*y' = 0 where M_y = N_x: ExactEquation(M, N, y, x, C)."""

    def equation(self, shown: Any) -> str:
        M, N, y = map(shown, self.args[:3])
        return f"{M} + ({N}){y}' = 0"


class Multiplied(_Family):
    """The same, to be multiplied by exp(A): Multiplied(M, N, A, y, x, C)."""

    def equation(self, shown: Any) -> str:
        M, N, A, y = map(shown, self.args[:4])
        return f"e^({A})({M} + ({N}){y}') = 0"


class LevelCurve(_Family):
    """The functions y of x with F(x, y) = C: LevelCurve(F, y, x, C)."""

    def equation(self, shown: Any) -> str:
        F, _, _, C = map(shown, self.args)
        return f"{F} = {C}"


class _OfAnUnknown(Expr):
    """A number that an equation determines; the unknown stands third."""

    is_commutative = True

    @property
    def bound_symbols(self) -> list[Symbol]:
        return [self.args[2]]

    @property
    def free_symbols(self) -> set[Basic]:
        return super().free_symbols - {self.args[2]}


class ImplicitFunction(_OfAnUnknown):
    """The y with F = G(x) that is y0 at x0: ImplicitFunction(F, G, y, x, x0, y0)."""

    def _sympystr(self, printer: Any) -> str:
        F, G, y, _, x0, y0 = map(printer._print, self.args)
        return f"{y}{{{F} = {G}, {y}({x0}) = {y0}}}"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        F, G, y, _, x0, y0 = map(printer._print, self.args)
        power = f"^{{{exp}}}" if exp else ""
        return rf"{y}\left\{{{F} = {G},\ {y}({x0}) = {y0}\right\}}{power}"


class _FromPlace(Expr):
    """A solution through a place: its last arguments are y, x, x0, y0."""

    is_commutative = True

    @property
    def bound_symbols(self) -> list[Symbol]:
        return [self.args[-4]]

    @property
    def free_symbols(self) -> set[Basic]:
        return super().free_symbols - {self.args[-4]}

    def told(self, shown: Any) -> str:
        raise NotImplementedError

    def _sympystr(self, printer: Any) -> str:
        shown = printer._print
        y, _, x0, y0 = map(shown, self.args[-4:])
        return f"{y}{{{self.told(shown)}, {y}({x0}) = {y0}}}"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        shown, power = printer._print, f"^{{{exp}}}" if exp else ""
        y, _, x0, y0 = map(shown, self.args[-4:])
        return rf"{y}\left\{{{self.told(shown)},\ {y}({x0}) = {y0}\right\}}{power}"


class FromStart(_FromPlace):
    """The y with F(y) - F(y0) = G(x) - G(x0): FromStart(F, G, y, x, x0, y0)."""

    def told(self, shown: Any) -> str:
        F, G = map(shown, self.args[:2])
        return f"{F} - ({F})_0 = {G} - ({G})_0"


class Motion(_FromPlace):
    """The y with y'' = P'(y), y(x0) = y0 and y'(x0) = p0: Motion(P, p0, y, x, x0, y0)."""

    def told(self, shown: Any) -> str:
        P, p0, y = map(shown, self.args[:3])
        return f"({y}')^2 - 2({P}) = ({p0})^2 - 2({P})_0"


class FromRest(_FromPlace):
    """The y with (F(y) - F(y0))**2 = (x - x0)**2: FromRest(F, y, x, x0, y0)."""

    def told(self, shown: Any) -> str:
        F, _, x, x0, _ = map(shown, self.args)
        return f"({F} - ({F})_0)^2 = ({x} - {x0})^2"


class SecondOrder(_Family):
    """The solutions of y'' + a*y' + b*y = g(x): SecondOrder(a, b, g, y, x, C1, C2)."""

    orders = 2

    @property
    def singular(self) -> bool:
        """Whether the coefficients move with x, as those of Euler and Cauchy do: not at 0."""
        return any(self.variable in coefficient.free_symbols for coefficient in self.args[:2])

    def equation(self, shown: Any) -> str:
        a, b, g, y = self.args[:4]
        name = shown(y)
        left = f"{name}''"
        for factor, letter in ((a, f"{name}'"), (b, name)):
            minus = factor.could_extract_minus_sign()
            size = shown(-factor if minus else factor)
            size = f"({size})" if factor.is_Add or "/" in size else size
            if factor != 0:
                left += f" {'-' if minus else '+'} {'' if size == '1' else size}{letter}"
        return f"{left} = {shown(g)}"


class Reducible(_Family):
    """The solutions of y'' = f(x, y, p) with p = y': Reducible(f, p, y, x, C1, C2)."""

    orders = 2

    @property
    def bound_symbols(self) -> list[Symbol]:
        return [self.unknown, self.args[1]]

    @property
    def free_symbols(self) -> set[Basic]:
        return super().free_symbols - {self.args[1]}

    def equation(self, shown: Any) -> str:
        f, p, y = map(shown, self.args[:3])
        return f"{y}'' = {f}, {p} = {y}'"


class _OfOrder(_Family):
    """A family with as many constants as its equation has derivatives: (what, g, y, x, C1, ...)."""

    @property
    def count(self) -> int:
        return len(self.args) - 4


class HigherOrder(_OfOrder):
    """The solutions of y^(n) + ... + a_1*y' + a_0*y = g(x): HigherOrder((a_0, a_1, ...), g, y, x,
    C1, C2, ...), for constant a_k."""

    def equation(self, shown: Any) -> str:
        coefficients, g, y = self.args[:3]
        left = _primed(shown(y), self.count)
        for k, factor in reversed(list(enumerate(coefficients.args))):
            minus = factor.could_extract_minus_sign()
            size = shown(-factor if minus else factor)
            size = f"({size})" if factor.is_Add or "/" in size else size
            if factor != 0:
                times = f"{'' if size == '1' else size}{_primed(shown(y), k)}"
                left += f" {'-' if minus else '+'} {times}"
        return f"{left} = {shown(g)}"


class ByPowers(_OfOrder):
    """The solutions of y^(n) + ... + a_1*y'/x^(n-1) + a_0*y/x^n = g(x) for x > 0, with constant
    a_k: ByPowers((a_0, a_1, ...), g, y, x, C1, C2, ...)."""

    singular = True  # at x = 0

    def equation(self, shown: Any) -> str:
        coefficients, g, y, x = self.args[:4]
        left = _primed(shown(y), self.count)
        for k, factor in reversed(list(enumerate(coefficients.args))):
            minus = factor.could_extract_minus_sign()
            below = shown(x ** (self.count - k))
            if factor != 0:
                size = shown(-factor if minus else factor)
                size = f"({size})" if factor.is_Add or "/" in size else size
                times = f"{'' if size == '1' else size}{_primed(shown(y), k)}"
                left += f" {'-' if minus else '+'} {times}/{below}"
        return f"{left} = {shown(g)}"


class FromRoots(_OfOrder):
    """The solutions of (D - r_1)...(D - r_n) y = g(x), D the derivative by x:
    FromRoots((r_1, ...), g, y, x, C1, C2, ...)."""

    def equation(self, shown: Any) -> str:
        roots, g, y = self.args[:3]
        return f"D in {shown(roots)}: {shown(y)} -> {shown(g)}"


def _primed(y: str, order: int) -> str:
    return y + "'" * order


class _WithValues(Expr):
    """A family with the values that fix its constants: (family, constants, y, x, x0, values)."""

    is_commutative = True

    @property
    def bound_symbols(self) -> list[Symbol]:
        return [*self.args[1].args, self.args[2]]

    @property
    def free_symbols(self) -> set[Basic]:
        return super().free_symbols - set(self.bound_symbols)

    def conditions(self, shown: Any) -> str:
        *_, x0, values = self.args
        y = shown(self.unknown)
        each = (f"{y}{chr(39) * k}({shown(x0)}) = {shown(v)}" for k, v in enumerate(values.args))
        return ", ".join(each)

    @property
    def unknown(self) -> Symbol:
        return self.args[2]


class Member(Expr):
    """The member of a family Y whose constants are the entries of a column, or one value:
    Member(Y, constants, column)."""

    is_commutative = True

    @property
    def bound_symbols(self) -> list[Symbol]:
        return list(self.args[1].args)

    @property
    def free_symbols(self) -> set[Basic]:
        Y, constants, values = self.args
        return (Y.free_symbols - set(constants.args)) | values.free_symbols

    def _sympystr(self, printer: Any) -> str:
        Y, constants, values = self.args
        names = ", ".join(map(printer._print, constants.args))
        return f"[{printer._print(Y)}]_{{{names} = {printer._print(values)}}}"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        Y, constants, values = self.args
        names = ", ".join(map(printer._print, constants.args))
        power = f"^{{{exp}}}" if exp else ""
        inside = printer._print(Y)
        return rf"\left[{inside}\right]_{{{names} = {printer._print(values)}}}{power}"


class Constant(_OfAnUnknown):
    """A C with left = right, where right is free of C: Constant(left, right, C)."""

    def _sympystr(self, printer: Any) -> str:
        left, right, C = map(printer._print, self.args)
        return f"{C}{{{left} = {right}}}"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        left, right, C = map(printer._print, self.args)
        power = f"^{{{exp}}}" if exp else ""
        return rf"{C}\left\{{{left} = {right}\right\}}{power}"


class InitialValues(_WithValues):
    """The one solution of a differential equation with the values at x0."""

    def _sympystr(self, printer: Any) -> str:
        shown = printer._print
        inside = f"{self.args[0].equation(shown)}, {self.conditions(shown)}"
        return f"{shown(self.unknown)}{{{inside}}}"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        shown, power = printer._print, f"^{{{exp}}}" if exp else ""
        inside = rf"{self.args[0].equation(shown)},\ {self.conditions(shown)}"
        return rf"{shown(self.unknown)}\left\{{{inside}\right\}}{power}"


class Fitted(_WithValues):
    """The member of a family of functions that has the values at x0."""

    def _sympystr(self, printer: Any) -> str:
        shown = printer._print
        return f"[{shown(self.args[0])}]_{{{self.conditions(shown)}}}"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        shown, power = printer._print, f"^{{{exp}}}" if exp else ""
        return rf"\left[{shown(self.args[0])}\right]_{{{self.conditions(shown)}}}{power}"
