"""What each operation of a `Program` is in LLVM's language."""

from __future__ import annotations

import math
from collections.abc import Callable

from lambdify_bridge.backends.llvm_division import divide
from lambdify_bridge.backends.llvm_instructions import Function, Kernel
from lambdify_bridge.backends.special_functions import PREFIX
from lambdify_bridge.backends.vector_math import LIBRARY

LARGEST_ORDER = 2.0**31


def sign(k: Kernel, a: str) -> str:
    """-1, 0 or 1; NaN stays."""
    zero = k.constant(0.0)
    negative = k.choose(k.compare("olt", a, zero), k.constant(-1.0), k.arithmetic("fadd", a, zero))
    return k.choose(k.compare("ogt", a, zero), k.constant(1.0), negative)


def extreme(how: str) -> Callable[[Kernel, str, str], str]:
    """The larger or smaller operand; NaN where one is NaN."""

    def of(k: Kernel, a: str, b: str) -> str:
        first = k.logical("or", k.compare(how, a, b), k.compare("uno", a, a))
        return k.choose(first, a, b)

    return of


def heaviside(k: Kernel, a: str, at_zero: str) -> str:
    zero = k.constant(0.0)
    beside = k.choose(k.compare("olt", a, zero), zero, k.constant(1.0))
    beside = k.choose(k.compare("oeq", a, zero), at_zero, beside)
    return k.choose(k.compare("uno", a, a), a, beside)


def mod(k: Kernel, a: str, b: str) -> str:
    """The remainder with the sign of `b`, as in Python."""
    zero = k.constant(0.0)
    rest = k.elementary("fmod", a, b)
    other = k.logical("xor", k.compare("olt", b, zero), k.compare("olt", rest, zero))
    moved = k.choose(other, k.arithmetic("fadd", rest, b), rest)
    exact = k.logical("and", k.compare("oeq", rest, zero), k.compare("one", b, zero))
    return k.choose(exact, k.intrinsic("copysign", zero, b), moved)


def exp_of_minus_abs(k: Kernel, a: str) -> str:
    return k.elementary("exp", k.arithmetic("fneg", k.intrinsic("fabs", a)))


def sigmoid(k: Kernel, a: str) -> str:
    """1/(1 + exp(-a)), and exp(a)/(1 + exp(a)) for a < 0: no overflow, no lost digits."""
    one, small = k.constant(1.0), exp_of_minus_abs(k, a)
    above = k.choose(k.compare("oge", a, k.constant(0.0)), one, small)
    return divide(k, above, k.arithmetic("fadd", one, small))


def softplus(k: Kernel, a: str) -> str:
    """max(a, 0) + log(1 + exp(-|a|))."""
    positive = k.choose(k.compare("olt", a, k.constant(0.0)), k.constant(0.0), a)
    return k.arithmetic("fadd", positive, k.elementary("log1p", exp_of_minus_abs(k, a)))


def sinc(k: Kernel, a: str) -> str:
    quotient = divide(k, k.elementary("sin", a), a)
    return k.choose(k.compare("oeq", a, k.constant(0.0)), k.constant(1.0), quotient)


def argument(k: Kernel, a: str) -> str:
    """The angle of a real number: 0 or pi."""
    return k.elementary("atan2", k.constant(0.0), a)


def _instruction(name: str) -> Callable[..., str]:
    return lambda k, *operands: k.arithmetic(name, *operands)


def _intrinsic(name: str) -> Callable[..., str]:
    return lambda k, *operands: k.intrinsic(name, *operands)


def _elementary(name: str) -> Callable[..., str]:
    return lambda k, *operands: k.elementary(name, *operands)


def _special(name: str, operands: int = 1, results: int = 0, which: int = 0) -> Callable[..., str]:
    function = Function(f"{PREFIX}{name}", "d" * operands, results, which)
    return lambda k, *given: k.scalar(function, *given)


def _right_of_zero(name: str, which: int) -> Callable[..., str]:
    """A function that is complex left of 0: NaN there."""
    of = _special(name, 1, 2, which)

    def function(k: Kernel, a: str) -> str:
        return k.choose(k.compare("olt", a, k.constant(0.0)), k.constant(math.nan), of(k, a))

    return function


def _of_integer_order(name: str, parameters: str) -> Callable[..., str]:
    """A function whose first operand has to be an integer; NaN for the others."""
    of = Function(f"{PREFIX}{name}", parameters)

    def function(k: Kernel, n: str, a: str) -> str:
        small = k.compare("ole", k.intrinsic("fabs", n), k.constant(LARGEST_ORDER))
        whole = k.logical("and", small, k.compare("oeq", k.intrinsic("floor", n), n))
        order = k.choose(whole, n, k.constant(0.0))
        return k.choose(whole, k.scalar(of, order, a), k.constant(math.nan))

    return function


def _of_gamma(name: str) -> Callable[..., str]:
    """gamma(s) times a regularised incomplete one."""
    gamma, part = _special("gamma"), _special(name, 2)
    return lambda k, s, a: k.arithmetic("fmul", gamma(k, s), part(k, s, a))


def zeta(k: Kernel, s: str, a: str | None = None) -> str:
    """1 + zetac(s), and left of 0 the reflection of DLMF 25.4.1, where that loses digits.

    There 2 (2 pi)^(s-1) gamma(1-s) is the product of two factors that do not overflow.
    """
    if a is not None:
        raise ValueError("Hurwitz's zeta function has no machine code: stay with NumPy")
    one, half = k.constant(1.0), k.constant(0.5)
    zetac, gamma = _special("zetac"), _special("gamma")
    mirror = k.arithmetic("fsub", one, s)
    right = k.compare("ogt", s, k.constant(-0.01))
    value = k.arithmetic("fadd", one, zetac(k, k.choose(right, s, mirror)))
    nearest = k.intrinsic("floor", k.arithmetic("fadd", k.arithmetic("fmul", s, half), half))
    rest = k.arithmetic("fsub", s, k.arithmetic("fmul", nearest, k.constant(2.0)))
    wave = k.elementary("sin", k.arithmetic("fmul", rest, k.constant(math.pi / 2)))
    is_odd = k.compare("one", nearest, k.arithmetic("fmul", k.constant(2.0), k.intrinsic(
        "floor", k.arithmetic("fmul", nearest, half))))  # fmt: skip
    wave = k.choose(is_odd, k.arithmetic("fneg", wave), wave)
    exponent = k.arithmetic("fmul", half, k.arithmetic("fsub", s, k.constant(1.5)))
    scale = k.elementary("power", k.constant(math.pi), exponent)
    left = k.arithmetic("fmul", wave, value)
    for argument in (mirror, k.arithmetic("fadd", mirror, one)):
        factor = k.arithmetic("fmul", scale, gamma(k, k.arithmetic("fmul", half, argument)))
        left = k.arithmetic("fmul", left, factor)
    left = k.choose(k.compare("oeq", wave, k.constant(0.0)), k.constant(0.0), left)
    return k.choose(right, value, left)


# fmt: off
OPERATIONS: dict[str, Callable[..., str]] = {   # of numbers, giving a number
    "add":       _instruction("fadd"),
    "sub":       _instruction("fsub"),
    "mul":       _instruction("fmul"),
    "div":       divide,
    "neg":       _instruction("fneg"),
    "square":    lambda k, a: k.arithmetic("fmul", a, a),
    "sqrt":      _intrinsic("sqrt"),
    "abs":       _intrinsic("fabs"),
    "floor":     _intrinsic("floor"),
    "ceiling":   _intrinsic("ceil"),
    "re":        lambda k, a: a,
    "conjugate": lambda k, a: a,
    "im":        lambda k, a: k.constant(0.0),
    "arg":       argument,
    "sign":      sign,
    "mod":       mod,
    "heaviside": heaviside,
    "maximum":   extreme("oge"),
    "minimum":   extreme("ole"),
    "sigmoid":   sigmoid,
    "softplus":  softplus,
    "sinc":      sinc,
    # one value at a time
    "gamma":       _special("gamma"),
    "loggamma":    _special("loggamma"),
    "digamma":     _special("psi"),
    "beta":        _special("beta", 2),
    "binomial":    _special("binom", 2),
    "poch":        _special("poch", 2),
    "lowergamma":  _of_gamma("gammainc"),
    "uppergamma":  _of_gamma("gammaincc"),
    "betainc":     _special("betainc", 3),
    "erfi":        _special("erfi"),
    "erfinv":      _special("erfinv"),
    "erfcinv":     _special("erfcinv"),
    "Ei":          _special("expi"),
    "Si":          _special("sici", 1, 2, 0),
    "Ci":          _right_of_zero("sici", 1),
    "Shi":         _special("shichi", 1, 2, 0),
    "Chi":         _right_of_zero("shichi", 1),
    "expint":      _of_integer_order("expn", "nd"),
    "fresnels":    _special("fresnel", 1, 2, 0),
    "fresnelc":    _special("fresnel", 1, 2, 1),
    "besselj":     _special("jv", 2),
    "bessely":     _special("yv", 2),
    "besseli":     _special("iv", 2),
    "besselk":     _special("kv", 2),
    "airyai":      _special("airy", 1, 4, 0),
    "airyaiprime": _special("airy", 1, 4, 1),
    "airybi":      _special("airy", 1, 4, 2),
    "airybiprime": _special("airy", 1, 4, 3),
    "zeta":        zeta,
    "hyp1f1":      _special("hyp1f1", 3),
    "hyp2f1":      _special("hyp2f1", 4),
    "legendre":    _special("eval_legendre", 2),
    "chebyshevt":  _special("eval_chebyt", 2),
    "chebyshevu":  _special("eval_chebyu", 2),
    "hermite":     _of_integer_order("eval_hermite", "nd"),
    "laguerre":    _special("eval_laguerre", 2),
    "elliptic_k":  _special("ellipk"),
}
OPERATIONS.update((name, _elementary(name)) for name in LIBRARY if name != "fmod")

COMPARISONS = {                                 # of numbers, giving a mask
    "lt": "olt", "le": "ole", "gt": "ogt", "ge": "oge", "eq": "oeq", "differs": "one",
}
LOGICAL = {"and", "or"}                         # of masks
# fmt: on
