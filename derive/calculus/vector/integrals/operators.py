"""The operators: lengths, areas and integrals over what parameters run through.

A curve, surface or region is the Tuple `r` of its coordinates, formulas in the parameters; the
`limits` are a Tuple of ranges (t, a, b), the innermost first, whose ends may hold the parameters
further out. A field has as many components as there are letters.
"""

from __future__ import annotations

from typing import Any

from sympy import Basic, Symbol, Tuple

from derive.calculus.vector.operators import OfFields, ScalarOfFields


def parameters(limits: Tuple) -> list[Symbol]:
    return [limit.args[0] for limit in limits]


class OverParameters(ScalarOfFields):
    """An operator whose last argument are the ranges of its parameters."""

    sign = r"\int"
    sees_to_its_variable = True  # what is integrated is worked out for all places within the ranges

    def __new__(cls, *parts: Any) -> OverParameters:
        *others, limits = parts
        return super().__new__(cls, *others, Tuple(*(Tuple(*limit) for limit in limits)))

    @property
    def bound_symbols(self) -> list[Symbol]:
        return [*self._letters(), *parameters(self.args[-1])]

    def _letters(self) -> list[Symbol]:
        return []

    @property
    def free_symbols(self) -> set[Basic]:
        free: set[Basic] = set().union(*(a.free_symbols for a in self.args))
        return free - set(self.bound_symbols)

    def _sympystr(self, printer: Any) -> str:
        if not getattr(printer, "as_on_paper", False):
            return f"{type(self).__name__}({', '.join(map(printer._print, self.args))})"
        return f"{self.name} {self._what(printer)}{_ranges(printer, self.args[-1])}"

    def _what(self, printer: Any) -> str:
        return str(printer._print(self.args[0]))

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        power = f"^{{{exp}}}" if exp else ""
        ranges = r",\ ".join(
            rf"{x} \in \left[{a}, {b}\right]"
            for x, a, b in (map(printer._print, limit) for limit in self.args[-1])
        )
        inside = r",\ ".join(map(printer._print, self.args[:-1]))
        return rf"{self.sign}_{{{ranges}}}\left[{inside}\right]{power}"


def _ranges(printer: Any, limits: Tuple) -> str:
    parts = (tuple(map(printer._print, limit)) for limit in limits)
    return "".join(f", {x} from {a} to {b}" for x, a, b in parts)


class ParameterIntegral(OverParameters):
    """The integral of a formula over its ranges: ParameterIntegral(f, limits)."""

    name = "integral of"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        power = f"^{{{exp}}}" if exp else ""
        limits = [tuple(map(printer._print, limit)) for limit in self.args[-1]]
        signs = "".join(rf"\int_{{{a}}}^{{{b}}}" for _, a, b in reversed(limits))
        ends = r"\, ".join(f"d{x}" for x, _, _ in limits)
        return rf"\left({signs} {printer._print(self.args[0])}\, {ends}\right){power}"


class ArcLength(OverParameters):
    """The length of a curve, of ever finer polygons on it: ArcLength(r, limits)."""

    name, sign = "length of", r"\operatorname{length}"


class OfLetters(OverParameters):
    """An operator on a function or field of letters: Operator(f, letters, r, limits)."""

    def _letters(self) -> list[Symbol]:
        return list(self.args[1].args)

    @property
    def free_symbols(self) -> set[Basic]:
        f, letters, r, limits = self.args
        free = (f.free_symbols - set(letters.args)) | r.free_symbols | limits.free_symbols
        return free - set(parameters(limits))

    def _what(self, printer: Any) -> str:
        f, letters, r, _ = self.args
        pairs = zip(letters.args, r.args, strict=True)
        equations = ", ".join(f"{printer._print(x)} = {printer._print(v)}" for x, v in pairs)
        return f"{printer._print(f)} [{equations}]"


class CurveIntegral(OfLetters):
    """Of a function along a curve, by length: CurveIntegral(f, letters, r, limits)."""

    name, sign = "line integral of", r"\int^{ds}"


class WorkIntegral(OfLetters):
    """Of a field along a curve, F times the way: WorkIntegral(F, letters, r, limits)."""

    name, sign = "work of", r"\int^{d\mathbf{r}}"


class PotentialGrowth(OfLetters):
    """By how much a potential grows along a curve: PotentialGrowth(phi, letters, r, limits)."""

    name, sign = "growth of", r"\Delta"


class RegionIntegral(OfLetters):
    """Of a function over a region, by area or volume: RegionIntegral(f, letters, r, limits)."""

    name, sign = "integral over the region of", r"\int^{dV}"


class SurfaceIntegral(OfLetters):
    """Of a function over a surface in space, by area: SurfaceIntegral(f, letters, r, limits)."""

    name, sign = "surface integral of", r"\iint^{dS}"


class Flux(OfLetters):
    """Of a field through a surface, in the direction of r_u x r_v: Flux(F, letters, r, limits)."""

    name, sign = "flux of", r"\iint^{d\mathbf{S}}"


class Circulation(OfLetters):
    """Work around the border of a region in the plane, which lies on the left, or of a surface.

    Circulation(F, letters, r, limits): around a surface so that r_u x r_v points to the viewer.
    """

    name, sign = "circulation around the border of", r"\oint^{d\mathbf{r}}"


class BorderWork(Circulation):
    """The same, to be worked out edge by edge."""

    name = "work along the border of"


class OutwardFlux(OfLetters):
    """Of a field out of a region in space: OutwardFlux(F, letters, r, limits)."""

    name, sign = "flux out of the region of", r"\oint^{d\mathbf{S}}"


class BorderFlux(OutwardFlux):
    """The same, to be worked out face by face."""

    name = "flux through the border of"


class Speed(ScalarOfFields):
    """The length of the velocity of a curve: Speed(r, t)."""

    name, sign = "speed", r"\left|\tfrac{d}{dt}\right|"


class NormalVector(OfFields):
    """r_u x r_v of a surface in space, as a column: NormalVector(r, (u, v))."""

    name, sign = "normal", r"\mathbf{N}"


class AreaFactor(ScalarOfFields):
    """The length of the normal vector: AreaFactor(r, (u, v))."""

    name, sign = "area factor", r"\left|\mathbf{N}\right|"


class InProduct(ScalarOfFields):
    """The sum of the products of entries: InProduct(F, v)."""

    name, sign = "dot", r"\operatorname{dot}"


class Potential(ScalarOfFields):
    """A function whose gradient is F, up to a constant: Potential(F, letters)."""

    name, sign = "potential", r"\nabla^{-1}"


class InOtherVariables(OverParameters):
    """The integral of f over the ranges `old`, with a map from other letters onto them.

    InOtherVariables(f, old, letters, r, limits).
    """

    name = "integral of"

    def __new__(cls, f: Any, old: Any, letters: Any, r: Any, limits: Any) -> InOtherVariables:
        ranges = Tuple(*(Tuple(*limit) for limit in old))
        return super().__new__(cls, f, ranges, letters, r, limits)

    def _letters(self) -> list[Symbol]:
        return list(self.args[2].args)

    @property
    def free_symbols(self) -> set[Basic]:
        f, old, letters, r, limits = self.args
        new = (r.free_symbols | limits.free_symbols) - set(parameters(limits))
        return ((f.free_symbols | old.free_symbols) - set(letters.args)) | new

    def _what(self, printer: Any) -> str:
        f, old, letters, r, _ = self.args
        pairs = zip(letters.args, r.args, strict=True)
        equations = ", ".join(f"{printer._print(x)} = {printer._print(v)}" for x, v in pairs)
        return f"{printer._print(f)}{_ranges(printer, old)}; with {equations}"
