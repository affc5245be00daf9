"""Sixty correct functions, as people write them, and mistakes in them, each with its cause.

A row: name, formula, arguments, code, options, mistakes as (cause, wrong code). Mistakes that any
function admits are made in seeded_mistakes.py.
"""

# ruff: noqa: E501  (the code of a case is one line)

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import special

import derive
from derive.arrays.operators import array
from derive.arrays.reading import declared, read_with
from derive.elementary import FUNCTIONS
from derive.parse import parse

CHAIN, POINT = "chain-rule factor missing or counted twice", "inner derivative at the wrong point"
PRODUCT, OVERFLOW, CANCELS = "product rule with one term only", "overflow", "cancellation"
LOGIT, MEAN, VARIANCE = (
    "natural parameter against logit",
    "missing or extra 1/N",
    "population against sample variance",
)
BATCH, AXIS, BROADCAST = (
    "batch not summed",
    "wrong axis summed",
    "broadcasting that should have been a sum",
)
DIAGONAL, TRANSPOSED, DEGREES = (
    "softmax Jacobian replaced by its diagonal",
    "transposed",
    "degrees against radians",
)
SIGN, TWO, BASE, KINK = "sign", "factor 2 or 1/2", "log base", "kink at the sampled point"
SCALE, TERM = "another scale parameter", "a term is missing"


@dataclass(frozen=True)
class Case:
    name: str
    text: str
    args: str
    code: str
    mistakes: tuple[tuple[str, str], ...] = ()
    kind: str | None = None
    shapes: dict[str, str] | None = None
    by: str = ""
    upstream: str = ""
    positive: str = ""
    integer: str = ""
    domain: dict[str, tuple[float, float]] = field(default_factory=dict)
    structures: dict[str, str] = field(default_factory=dict)

    @property
    def function(self) -> Callable[..., Any]:
        return written(self.args, self.code)

    def against(self) -> Any:
        """The formula, or the derivation."""
        if self.shapes is None:
            facts = {s: ["positive"] for s in self.positive.split()}
            facts |= {s: ["integer", "positive"] for s in self.integer.split()}
            return parse(self.text, facts, local=FUNCTIONS)
        if self.upstream:
            return derive.vjp(self.text, self.by, self.upstream, shapes=self.shapes)
        if self.kind == "jacobian":
            return derive.jacobian(self.text, self.by, self.shapes)
        if self.by and "," in self.by:
            from derive.networks.backward import backward

            return backward(self.text, self.by, self.shapes, self.structures)
        if self.by:
            return derive.gradient(self.text, self.by, self.shapes, self.structures)
        return array(read_with(self.text, declared(self.shapes, self.structures)))

    @property
    def options(self) -> dict[str, Any]:
        of_formula = self.kind if self.shapes is None else None
        args = self.args.replace(",", " ").split() if self.kind != "backward" else None
        return {"kind": of_formula, "domain": self.domain} | ({"args": args} if args else {})


def sin_of_degrees(x: Any) -> Any:
    return np.sin(np.radians(x))


def cos_of_degrees(x: Any) -> Any:
    return np.cos(np.radians(x))


NAMES = {"np": np, "special": special, "sind": sin_of_degrees, "cosd": cos_of_degrees}


def written(args: str, code: str) -> Callable[..., Any]:
    """The function of some code: one expression, or lines with a return."""
    if "return" not in code:
        code = f"return {code}"
    lines = "\n".join(f"    {line.strip()}" for line in code.split(";"))
    space: dict[str, Any] = dict(NAMES)
    exec(f"def function({args}):\n{lines}\n", space)
    found: Callable[..., Any] = space["function"]
    return found


# fmt: off
VALUES = [
    Case("sine times power", "x**2*sin(y)", "x, y", "x**2*np.sin(y)", (
        (DEGREES, "x**2*np.sin(np.deg2rad(y))"),)),
    Case("swish", "x*sigmoid(x)", "x", "x*special.expit(x)", (
        (OVERFLOW, "x*np.exp(x)/(1 + np.exp(x))"),)),
    Case("softplus", "log(1 + exp(x))", "x", "np.logaddexp(0, x)", (
        (OVERFLOW, "np.log1p(np.exp(x))"), (BASE, "np.logaddexp(0, x)/np.log(2)"),
        (CANCELS, "np.where(x > 500, x, np.log(1 + np.exp(np.minimum(x, 500))))"))),
    Case("log of one plus square", "log(1 + x**2)", "x", "np.log1p(x**2)", (
        (BASE, "np.log10(1 + x**2)"), (BASE, "np.log2(1 + x**2)"), (CANCELS, "np.log(1 + x**2)"))),
    Case("exponential less one", "exp(x) - 1", "x", "np.expm1(x)", (
        (CANCELS, "np.exp(x) - 1"), (BASE, "2**x - 1"))),
    Case("entropy of a bit", "-p*log(p) - (1 - p)*log(1 - p)", "p", "-p*np.log(p) - (1 - p)*np.log1p(-p)", (
        (BASE, "-p*np.log2(p) - (1 - p)*np.log2(1 - p)"),
        (LOGIT, "q = special.expit(p);return -q*np.log(q) - (1 - q)*np.log1p(-q)")),
        domain={"p": (0.01, 0.99)}),
    Case("cross-entropy of a bit", "-y*log(p) - (1 - y)*log(1 - p)", "y, p",
        "-y*np.log(p) - (1 - y)*np.log1p(-p)", (
        (LOGIT, "np.logaddexp(0, p) - y*p"), (BASE, "-y*np.log2(p) - (1 - y)*np.log2(1 - p)")),
        domain={"p": (0.05, 0.95), "y": (0, 1)}),
    Case("damped wave", "exp(-a*t)*cos(w*t)", "a, t, w", "np.exp(-a*t)*np.cos(w*t)", (
        (DEGREES, "np.exp(-a*t)*np.cos(np.radians(w*t))"), (BASE, "10**(-a*t)*np.cos(w*t)")),
        positive="a t w"),
    Case("logistic growth", "K/(1 + exp(-r*t))", "K, r, t", "K*special.expit(r*t)", (
        (OVERFLOW, "K*np.exp(r*t)/(1 + np.exp(r*t))"),), positive="K r"),
    Case("distance", "sqrt(x**2 + y**2)", "x, y", "np.hypot(x, y)"),
    Case("difference of roots", "sqrt(x + 1) - sqrt(x)", "x", "1/(np.sqrt(x + 1) + np.sqrt(x))", (
        (CANCELS, "np.sqrt(x + 1) - np.sqrt(x)"),), positive="x"),
    Case("sinc-like", "(1 - cos(x))/x**2", "x", "2*(np.sin(x/2)/x)**2", (
        (CANCELS, "(1 - np.cos(x))/x**2"),), domain={"x": (-6, 6)}),
    Case("log-cosh", "log(cosh(x))", "x", "a = np.abs(x);return np.where(a < 0.5, 0.5*np.log1p(np.sinh(np.minimum(a, 1))**2), a - 0.6931471805599453 + np.log1p(np.exp(-2*a)))", (
        (OVERFLOW, "a = np.abs(x);return np.where(a < 0.5, 0.5*np.log1p(np.sinh(np.minimum(a, 1))**2), np.log(np.cosh(x)))"),
        (BASE, "a = np.abs(x);return np.where(a < 0.5, 0.5*np.log1p(np.sinh(np.minimum(a, 1))**2), a - 0.6931471805599453 + np.log1p(np.exp(-2*a)))/np.log(10)"))),
    Case("bearing", "atan2(y, x)", "y, x", "np.arctan2(y, x)", (
        (DEGREES, "np.degrees(np.arctan2(y, x))"),)),
    Case("compound interest", "P*(1 + r/n)**(n*t)", "P, r, n, t", "P*np.exp(n*t*np.log1p(r/n))",
        positive="P r t", integer="n"),
]

DENSITIES = [
    Case("normal density", "exp(-(x - m)**2/(2*s**2))/(s*sqrt(2*pi))", "m, s, x",
        "np.exp(-((x - m)/s)**2/2)/(s*np.sqrt(2*np.pi))", (
        (SCALE, "np.exp(-(x - m)**2/s/2)/np.sqrt(2*np.pi*s)"),), kind="pdf", positive="s"),
    Case("normal log-density", "-(x - m)**2/(2*s**2) - log(s) - log(2*pi)/2", "m, s, x",
        "-((x - m)/s)**2/2 - np.log(s) - np.log(2*np.pi)/2", (
        (SCALE, "-(x - m)**2/(2*s) - np.log(s)/2 - np.log(2*np.pi)/2"),
        (BASE, "-((x - m)/s)**2/2 - np.log10(s) - np.log10(2*np.pi)/2"),
        (LOGIT, "np.exp(-((x - m)/s)**2/2)/(s*np.sqrt(2*np.pi))"),
        (TERM, "-((x - m)/s)**2/2 - np.log(2*np.pi)/2")), positive="s"),
    Case("exponential density", "r*exp(-r*x)", "r, x", "r*np.exp(-r*x)", (
        (SCALE, "np.exp(-x/r)/r"),), kind="pdf", positive="r x"),
    Case("Laplace density", "exp(-Abs(x - m)/b)/(2*b)", "b, m, x", "np.exp(-np.abs(x - m)/b)/(2*b)", (
        (SCALE, "b*np.exp(-np.abs(x - m)*b)/2"),), kind="pdf", positive="b"),
    Case("Cauchy density", "1/(pi*g*(1 + (x/g)**2))", "g, x", "1/(np.pi*g*(1 + (x/g)**2))", (
        (SCALE, "g/(np.pi*(1 + (x*g)**2))"),), kind="pdf", positive="g"),
    Case("logistic density", "exp(-x)/(1 + exp(-x))**2", "x", "special.expit(x)*special.expit(-x)", (
        (OVERFLOW, "np.exp(-x)/(1 + np.exp(-x))**2"),), kind="pdf"),
    Case("Poisson log-probability", "k*log(r) - r - loggamma(k + 1)", "k, r",
        "k*np.log(r) - r - special.gammaln(k + 1)", (
        (LOGIT, "k*r - np.exp(r) - special.gammaln(k + 1)"),), positive="r", integer="k",
        domain={"k": (1, 30)}),
    Case("normal distribution function", "(1 + erf(x/sqrt(2)))/2", "x", "special.ndtr(x)",
        domain={"x": (-3, 3)}),
]

GRADIENTS = [
    Case("slope of sin of square", "sin(x**2)", "x", "2*x*np.cos(x**2)", (
        (CHAIN, "np.cos(x**2)"), (POINT, "2*x*np.cos(x)"), (DEGREES, "2*x*np.cos(np.radians(x**2))"),
        (CHAIN, "4*x**2*np.cos(x**2)")), kind="gradient"),
    Case("slope of a product", "x**3*sin(x)", "x", "3*x**2*np.sin(x) + x**3*np.cos(x)", (
        (PRODUCT, "3*x**2*np.sin(x)"), (PRODUCT, "x**3*np.cos(x)")), kind="gradient"),
    Case("slope of tanh of line", "tanh(w*x + b)", "b, w, x",
        "d = 1 - np.tanh(w*x + b)**2;return np.array([d, d*x, d*w])", (
        (POINT, "d = 1 - np.tanh(np.tanh(w*x + b))**2;return np.array([d, d*x, d*w])"),
        (CHAIN, "d = 1 + 0*(w*x + b);return np.array([d, d*x, d*w])"),
        (CHAIN, "d = (1 - np.tanh(w*x + b)**2)**2;return np.array([d, d*x, d*w])"),
        (CHAIN, "d = 1 - np.tanh(w*x + b)**2;return np.array([d, d, d])")), kind="gradient"),
    Case("neuron", "(sigmoid(w*x + b) - y)**2/2", "b, w, x, y",
        "s = special.expit(w*x + b);d = (s - y)*s*(1 - s);return (d, d*x, d*w, y - s)", (
        (CHAIN, "s = special.expit(w*x + b);d = (s - y);return (d, d*x, d*w, y - s)"),
        (POINT, "s = special.expit(w*x + b);t = special.expit(s);d = (s - y)*t*(1 - t);return (d, d*x, d*w, y - s)"),
        (CHAIN, "s = special.expit(w*x + b);d = (s - y)*s*(1 - s);return (d, d, d, y - s)"),
        (CHAIN, "s = special.expit(w*x + b);d = (s - y)*(s*(1 - s))**2;return (d, d*x, d*w, y - s)"),
        (SIGN, "s = special.expit(w*x + b);d = (y - s)*s*(1 - s);return (d, d*x, d*w, s - y)")),
        kind="gradient"),
    Case("slope of exp of sine", "exp(sin(x))", "x", "np.exp(np.sin(x))*np.cos(x)", (
        (CHAIN, "np.exp(np.sin(x))"), (POINT, "np.exp(x)*np.cos(x)"),
        (CHAIN, "np.exp(np.sin(x))*np.cos(x)**2")), kind="gradient", domain={"x": (-3, 3)}),
    Case("Gaussian bump", "exp(-(x**2 + y**2)/2)", "x, y",
        "g = np.exp(-(x**2 + y**2)/2);return (-x*g, -y*g)", (
        (SIGN, "g = np.exp(-(x**2 + y**2)/2);return (x*g, y*g)"),
        (CHAIN, "g = np.exp(-(x**2 + y**2)/2);return (g, g)")), kind="gradient"),
    Case("quotient", "x/(1 + y**2)", "x, y", "q = 1 + y**2;return (1/q, -2*x*y/q**2)", (
        (CHAIN, "q = 1 + y**2;return (1/q, -x/q**2)"),
        (SIGN, "q = 1 + y**2;return (1/q, 2*x*y/q**2)"),
        (TWO, "q = 1 + y**2;return (1/q, -x*y/q**2)")), kind="gradient"),
    Case("log-likelihood of a normal", "-log(s) - (x - m)**2/(2*s**2)", "m, s, x",
        "z = (x - m)/s;return (z/s, (z**2 - 1)/s, -z/s)", (
        (TWO, "z = (x - m)/s;return (z/s, (z**2 - 1)/(2*s), -z/s)"),
        (SIGN, "z = (x - m)/s;return (-z/s, (z**2 - 1)/s, z/s)")), kind="gradient", positive="s"),
    Case("absolute value", "Abs(x)", "x", "np.sign(x)", ((KINK, "x/np.abs(x)"),), kind="gradient"),
    Case("relu of a line", "relu(w*x + b)", "b, w, x",
        "d = 1.0*(w*x + b > 0);return (d, d*x, d*w)", (
        (CHAIN, "d = 1.0*(w*x + b > 0);return (d, d, d*w)"),
        (CHAIN, "d = 1.0 + 0*(w*x + b);return (d, d*x, d*w)")), kind="gradient"),
    Case("power of a sine", "sin(x)**3", "x", "3*np.sin(x)**2*np.cos(x)", (
        (CHAIN, "3*np.sin(x)**2"), (CHAIN, "3*np.sin(x)**2*np.cos(x)**2"),
        (PRODUCT, "np.sin(x)**2*np.cos(x)")), kind="gradient"),
    Case("polar to Cartesian", "[r*cos(t), r*sin(t)]", "r, t",
        "np.array([[np.cos(t), -r*np.sin(t)], [np.sin(t), r*np.cos(t)]])", (
        (TRANSPOSED, "np.array([[np.cos(t), np.sin(t)], [-r*np.sin(t), r*np.cos(t)]])"),
        (DEGREES, "np.array([[cosd(t), -r*sind(t)], [sind(t), r*cosd(t)]])")), kind="jacobian"),
    Case("Rosenbrock", "(1 - x)**2 + 100*(y - x**2)**2", "x, y",
        "np.array([-2*(1 - x) - 400*x*(y - x**2), 200*(y - x**2)])", (
        (CHAIN, "np.array([-2*(1 - x) + 200*(y - x**2), 200*(y - x**2)])"),
        (SIGN, "np.array([-2*(1 - x) + 400*x*(y - x**2), 200*(y - x**2)])"),
        (CHAIN, "np.array([2*(1 - x) - 400*x*(y - x**2), 200*(y - x**2)])")), kind="gradient"),
    Case("softmax of two", "[exp(x)/(exp(x) + exp(y)), exp(y)/(exp(x) + exp(y))]", "x, y",
        "d = special.expit(x - y)*special.expit(y - x);return np.array([[d, -d], [-d, d]])", (
        (DIAGONAL, "d = special.expit(x - y)*special.expit(y - x);return np.array([[d, 0*d], [0*d, d]])"),),
        kind="jacobian"),
    Case("backward pass of a product", "[x*y, x/y]", "x, y, up",
        "a, b = up;return (a*y + b/y, a*x - b*x/y**2)", (
        (SIGN, "a, b = up;return (a*y + b/y, a*x + b*x/y**2)"),), kind="backward"),
]
# fmt: on
