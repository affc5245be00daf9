"""exp, log and what is made of them: sums of exponentials, sigmoids, hyperbolic functions."""

from __future__ import annotations

from typing import Any

import sympy as sp

from lambdify_bridge.stable.functions import (
    expm1,
    greatest,
    log1p,
    quotient,
    sigmoid,
    softplus,
    total,
)
from lambdify_bridge.stable.table import RULES, choice, factors, is_real, p, q, r, s, terms, x, y, z

Found = Any


def exponents(f: Any) -> tuple[dict[Any, Any], Any]:
    """A sum as {u: c} for its terms c*exp(u) and what is left."""
    found, rest = dict[Any, Any](), []
    for c, g in terms(f):
        if isinstance(g, sp.exp):
            found[g.args[0]] = c
        else:
            rest.append(c * g)
    return found, sp.Add(*rest)


def number_in(f: Any) -> tuple[Any, Any]:
    """A sum as its number and the rest."""
    return f.as_coeff_Add()


def one_and_exp(f: Any) -> tuple[Any, Any] | None:
    """c and u where f is c*(1 + exp(u))."""
    found, rest = exponents(f)
    if len(found) == 1 and rest.is_Number and not rest.is_zero:
        ((u, c),) = found.items()
        return (c, u) if c == rest else None
    return None


# -- sums -----------------------------------------------------------------------------------------


@RULES.rule(
    "exponentials of both signs less two", sp.Add, example=lambda: sp.exp(x) - 2 + sp.exp(-x)
)
def exponentials_less_two(f: Any) -> Found:
    """e^u - 2 + e^-u is 4 sinh(u/2)^2. (Hamming, Numerical Methods, problem 3.3.7)"""
    found, rest = exponents(f)
    if len(found) != 2:
        return None
    (u, c), (v, d) = found.items()
    if c != d or not sp.expand(u + v).is_zero:
        return None
    number, rest = number_in(rest)
    return 4 * c * sp.sinh(u / 2) ** 2 + rest if number == -2 * c else None


@RULES.rule("a hyperbolic sine", sp.Add, example=lambda: sp.exp(x) - sp.exp(-x))
def hyperbolic_sine(f: Any) -> Found:
    """e^u - e^-u is 2 sinh(u). (Muller, Elementary Functions, ch. 1)"""
    found, rest = exponents(f)
    if len(found) != 2:
        return None
    (u, c), (v, d) = found.items()
    if c != -d or not sp.expand(u + v).is_zero:
        return None
    return 2 * c * sp.sinh(u) + rest


@RULES.rule("the difference of two exponentials", sp.Add, example=lambda: sp.exp(r + s) - sp.exp(r),
            measured=True)  # fmt: skip
def difference_of_exponentials(f: Any) -> Found:
    """e^u - e^v is the larger one times 1 - e^-|u-v|, for real u and v. (Higham, section 1.14)"""
    found, rest = exponents(f)
    if len(found) != 2 or not rest.is_zero or not is_real(f):
        return None
    (u, c), (v, d) = found.items()
    difference = sp.expand(u - v)
    if c != -d or difference.is_Add or difference.is_zero:
        return None
    larger = u if difference.is_positive else v if difference.is_negative else sp.Max(u, v)
    return -c * sp.sign(difference) * sp.exp(larger) * expm1(-sp.Abs(difference))


@RULES.rule("an exponential less one", sp.Add, example=lambda: sp.exp(x) - 1)
def exponential_less_one(f: Any) -> Found:
    """e^u - 1 is expm1(u). (Kahan; Higham, Accuracy and Stability, section 1.14.1)"""
    number, rest = number_in(f)
    found, others = exponents(rest)
    for u, c in found.items():
        if c == -number:
            left = {v: d for v, d in found.items() if v != u}
            return c * expm1(u) + sp.Add(others, *(d * sp.exp(v) for v, d in left.items()))
    return None


@RULES.rule("a power less one", sp.Add, example=lambda: (1 + p) ** q - 1)
def power_less_one(f: Any) -> Found:
    """a^b - 1 is expm1(b log a) for positive a. (Goldberg 1991, theorem 4: compound interest)"""
    number, rest = number_in(f)
    for c, g in terms(rest):
        is_power = isinstance(g, sp.Pow) and not g.exp.is_Number
        if c == -number and is_power and g.base.is_positive:
            return c * expm1(g.exp * sp.log(g.base)) + (rest - c * g)
    return None


@RULES.rule("half of a tanh", sp.Add, example=lambda: 2 / (1 + sp.exp(-2 * x)) - 1)
def logistic_less_half(f: Any) -> Found:
    """2/(1 + e^u) - 1 is -tanh(u/2). (Muller, ch. 1)"""
    number, rest = number_in(f)
    for c, g in terms(rest):
        if isinstance(g, sp.Pow) and g.exp == -1 and (found := one_and_exp(g.base)):
            d, u = found
            if 2 * number == -c / d:
                return number * sp.tanh(u / 2) + (rest - c * g)
    return None


@RULES.rule("one less a sigmoid", sp.Add, example=lambda: 1 - 1 / (1 + sp.exp(x)))
def one_less_sigmoid(f: Any) -> Found:
    """1 - 1/(1 + e^u) is the sigmoid of u. (Blanchard, Higham, Higham 2021)"""
    number, rest = number_in(f)
    for c, g in terms(rest):
        if isinstance(g, sp.Pow) and g.exp == -1 and (found := one_and_exp(g.base)):
            d, u = found
            if number == -c / d:
                return number * sigmoid(u) + (rest - c * g)
    return None


ONE_LESS = {
    sp.cos: lambda u: 2 * sp.sin(u / 2) ** 2,
    sp.cosh: lambda u: -2 * sp.sinh(u / 2) ** 2,
    sp.tanh: lambda u: 2 * sigmoid(-2 * u),
    sp.erf: lambda u: sp.erfc(u),
}


@RULES.rule("one less a function near one", sp.Add, example=lambda: 1 - sp.cos(x))
def one_less(f: Any) -> Found:
    """1 - cos u is 2 sin(u/2)^2; likewise cosh, tanh and erf. (Higham, section 1.7)"""
    number, rest = number_in(f)
    for c, g in terms(rest):
        if type(g) in ONE_LESS and c == -number:
            return number * ONE_LESS[type(g)](g.args[0]) + (rest - c * g)
    return None


# -- logarithms -----------------------------------------------------------------------------------


@RULES.rule("softplus", sp.log, example=lambda: sp.log(1 + sp.exp(x)))
def log_of_one_and_exp(f: Any) -> Found:
    """log(1 + e^u) is softplus, without overflow. (Mächler 2012; Blanchard, Higham, Higham 2021)"""
    found = one_and_exp(f.args[0])
    return softplus(found[1]) if found and found[0] == 1 else None


@RULES.rule("the log of a sigmoid", sp.log, example=lambda: sp.log(1 / (1 + sp.exp(x))))
def log_of_sigmoid(f: Any) -> Found:
    """log(1/(1 + e^u)) is -softplus(u), far out too. (Mächler 2012)"""
    g = f.args[0]
    if isinstance(g, sp.Pow) and g.exp == -1:
        found = one_and_exp(g.base)
        return -softplus(found[1]) if found and found[0] == 1 else None
    other = one_less_sigmoid(g) if g.is_Add else None
    return -softplus(-other.args[0]) if isinstance(other, sigmoid) else None


@RULES.rule("the log of one less an exponential", sp.log, example=lambda: sp.log(1 - sp.exp(r)))
def log_of_one_less_exp(f: Any) -> Found:
    """log(1 - e^u) is log(-expm1(u)) near 0 and log1p(-e^u) further left. (Mächler 2012)"""
    number, rest = number_in(f.args[0])
    found, others = exponents(rest)
    if number != 1 or len(found) != 1 or not others.is_zero or not is_real(f):
        return None
    ((u, c),) = found.items()
    if c != -1:
        return None
    return choice((sp.log(-expm1(u)), u > sp.Rational(-7, 10)), (log1p(-sp.exp(u)), True))


@RULES.rule("log-sum-exp", sp.log, example=lambda: sp.log(sp.exp(x) + sp.exp(y) + sp.exp(z)))
def log_sum_exp(f: Any) -> Found:
    """Exponentials are shifted by the largest exponent. (Blanchard, Higham, Higham 2021)"""
    found, number = exponents(f.args[0])
    if len(found) + (not number.is_zero) < 2 or not number.is_Number or number.is_negative:
        return None
    if not all(c.is_positive for c in found.values()):
        return None
    m = _largest([*found, *([sp.S.Zero] if number else [])])
    shifted = sp.Add(*(c * sp.exp(u - m) for u, c in found.items()), number * sp.exp(-m))
    return m + sp.log(shifted)


def _largest(exponents_: list[Any]) -> Any:
    """The largest real part: an imaginary part that is shifted would turn the logarithm."""
    # Not evaluated: SymPy's real part of 1/y is y/y**2 in real parts, NaN at infinity.
    return greatest(*(u if u.is_real else sp.re(u, evaluate=False) for u in exponents_))


@RULES.rule("an inverse hyperbolic sine", sp.log, example=lambda: sp.log(x + sp.sqrt(x**2 + 1)))
def log_as_asinh(f: Any) -> Found:
    """log(u + sqrt(u^2 + 1)) is asinh(u). (Abramowitz, Stegun 4.6.20; Kahan 1987)"""
    return sp.asinh(u) if (u := _beside_root(f.args[0], 1)) is not None else None


@RULES.rule("an inverse hyperbolic cosine", sp.log, example=lambda: sp.log(r + sp.sqrt(r**2 - 1)))
def log_as_acosh(f: Any) -> Found:
    """log(u + sqrt(u^2 - 1)) is acosh(u) for real u. (Abramowitz, Stegun 4.6.21; Kahan 1987)"""
    u = _beside_root(f.args[0], -1)
    return sp.acosh(u) if u is not None and is_real(f) else None


def _beside_root(f: Any, number: int) -> Any:
    """u where f is u + sqrt(u**2 + number)."""
    for term in sp.Add.make_args(f):
        if isinstance(term, sp.Pow) and term.exp == sp.S.Half:
            u = f - term
            return u if sp.expand(term.base - u**2) == number else None
    return None


@RULES.rule("the log of a quotient near one", sp.log, example=lambda: sp.log((1 - x) / (1 + x)))
def log_as_atanh(f: Any) -> Found:
    """log((c + u)/(c - u)) is 2 atanh(u/c). (Hamming, problem 3.4.3)"""
    above, below = sp.fraction(f.args[0])
    if not (above.is_Add and below.is_Add):
        return None
    centre, half = sp.expand((above + below) / 2), sp.expand((above - below) / 2)
    if centre.is_Add or half.is_Add or centre.is_zero or half.is_zero:
        return None
    if not centre.is_Number:
        return None
    return 2 * sp.atanh(half / centre)


@RULES.rule("the log of a quotient of neighbours", sp.log, example=lambda: sp.log((x + 1) / x),
            measured=True)  # fmt: skip
def log_of_quotient(f: Any) -> Found:
    """log(a/b) is log1p((a - b)/b) where a - b is simple. (Hamming, problem 3.3.6)"""
    above, below = sp.fraction(f.args[0])
    if below.is_Number or not (above.is_Add or below.is_Add):
        return None
    difference = sp.expand(above - below)
    if difference.is_Add or difference.is_zero:
        return None
    return log1p(quotient(difference, below))


@RULES.rule("the log of one plus little", sp.log, example=lambda: sp.log(1 + x))
def log_of_one_plus(f: Any) -> Found:
    """log(1 + u) is log1p(u). (Kahan; Goldberg 1991, theorem 4)"""
    number, rest = number_in(f.args[0])
    if number != 1 or rest.is_zero:
        return None
    inner = f.args[0]
    if any(rule(inner) is not None for rule in RULES.rules if sp.Add in rule.heads):
        return None  # the sum itself has a better form
    return log1p(rest)


# -- products and powers --------------------------------------------------------------------------


@RULES.rule("a hyperbolic tangent", sp.Mul,
            example=lambda: (sp.exp(x) - sp.exp(-x)) / (sp.exp(x) + sp.exp(-x)))  # fmt: skip
def hyperbolic_tangent(f: Any) -> Found:
    """(e^u - e^-u)/(e^u + e^-u) is tanh(u), without overflow. (Muller, ch. 1)"""
    for above, n in factors(f):
        for below, m in factors(f):
            if above.is_Add and below.is_Add and n == -m and n.is_positive:
                one, two = exponents(above), exponents(below)
                ratio = _tanh(one[0], two[0])
                if ratio is not None and one[1].is_zero and two[1].is_zero:
                    return ratio**n * (f / above**n / below**m)
    return None


def _tanh(above: dict[Any, Any], below: dict[Any, Any]) -> Any:
    if len(above) != 2 or set(above) != set(below):
        return None
    u, v = sorted(above, key=sp.default_sort_key)
    if not sp.expand(u + v).is_zero or below[u] != below[v] or above[u] != -above[v]:
        return None
    return above[u] / below[u] * sp.tanh(u)


@RULES.rule("one less an exponential of twice the exponent", sp.Mul,
            example=lambda: (sp.exp(2 * x) - 1) / (sp.exp(x) - 1))  # fmt: skip
def quotient_of_exponentials(f: Any) -> Found:
    """(e^2u - 1)/(e^u - 1) is e^u + 1. (Hamming, problem 3.4.4)"""
    below = {base: n for base, n in factors(f) if n.is_negative and base.is_Add}
    for above, n in factors(f):
        if not (above.is_Add and n.is_positive):
            continue
        for b, m in below.items():
            (one, c), (two, d) = exponents(above), exponents(b)
            if m == -n and len(one) == len(two) == 1 and c.is_Number and d.is_Number:
                ((v, k),), ((u, h),) = one.items(), two.items()
                if k == -c and h == -d and sp.expand(v - 2 * u).is_zero:
                    return (k / h * (sp.exp(u) + 1)) ** n * (f / above**n / b**m)
    return None


@RULES.rule("softmax", sp.Mul, example=lambda: sp.exp(x) / (sp.exp(x) + sp.exp(y) + sp.exp(z)),
            loses="as many as the bits of the largest difference of exponents")  # fmt: skip
def softmax(f: Any) -> Found:
    """Exponentials are shifted by the largest exponent. (Blanchard, Higham, Higham 2021)"""
    above = [g for g, n in factors(f) if isinstance(g, sp.exp)]
    for base, n in factors(f):
        if n != -1 or not base.is_Add or not above:
            continue
        found, rest = exponents(base)
        u = above[0].args[0]
        if len(found) < 2 or not rest.is_zero or u not in found:
            continue
        if not all(c.is_positive for c in found.values()):
            continue
        others = [v for v in found if v != u]
        if len(others) == 1 and found[others[0]] == found[u]:
            return sigmoid(u - others[0]) / found[u] * (f * base / above[0])
        m = _largest(list(found))
        shifted = sp.Add(*(c * sp.exp(v - m) for v, c in found.items()))
        return quotient(sp.exp(u - m), shifted) * (f * base / above[0])
    return None


@RULES.rule(
    "an exponential over one and itself", sp.Mul, example=lambda: sp.exp(x) / (1 + sp.exp(x)) ** 2
)
def logistic(f: Any) -> Found:
    """e^u/(1 + e^u) is the sigmoid of u, for both signs. (Blanchard, Higham, Higham 2021)"""
    for above in (g for g, n in factors(f) if isinstance(g, sp.exp)):
        for base, n in factors(f):
            if not (n.is_Integer and n.is_negative and base.is_Add):
                continue
            found = one_and_exp(base)
            if found is None or found[1] != above.args[0]:
                continue
            c, u = found
            return c**n * sigmoid(u) * sigmoid(-u) ** (-n - 1) * (f / above / base**n)
    return None


@RULES.rule("an exponential over itself less one", sp.Mul,
            example=lambda: sp.exp(x) / (sp.exp(x) - 1),
            loses="results below the least normal float")  # fmt: skip
def exponential_over_itself_less_one(f: Any) -> Found:
    """e^u/(e^u - 1) is -1/expm1(-u), without overflow. (Hamming, section 3.11)"""
    for above in (g for g, n in factors(f) if isinstance(g, sp.exp)):
        for base, n in factors(f):
            if n != -1 or not base.is_Add:
                continue
            found, number = exponents(base)
            c = found.get(above.args[0])
            if len(found) == 1 and c is not None and number == -c:
                return -1 / (c * expm1(-above.args[0])) * (f / above * base)
    return None


@RULES.rule("an exponential less one over two", sp.Mul,
            example=lambda: (sp.exp(r + s) - 1) / ((sp.exp(r) - 1) * (sp.exp(s) - 1)),
            measured=True)  # fmt: skip
def addition_of_exponentials(f: Any) -> Found:
    """(e^(u+v) - 1)/((e^u - 1)(e^v - 1)) is 1/expm1(u) - 1/expm1(-v): large exponents stay apart.

    Where u + v is small, or u < 0, the difference would cancel. (Hamming, problem 3.4.2)
    """
    found = {base: (n, _less_one(base)) for base, n in factors(f) if base.is_Add}
    above = [(base, part) for base, (n, part) in found.items() if n == 1 and part]
    below = [(base, part) for base, (n, part) in found.items() if n == -1 and part]
    if len(above) != 1 or len(below) != 2 or not is_real(f):
        return None
    (top, (c, w)), ((one, (d, u)), (other, (g, v))) = above[0], below
    if not sp.expand(w - u - v).is_zero:
        return None
    rest = f / top * one * other * c / (d * g)
    together = quotient(quotient(expm1(w), expm1(u)), expm1(v))
    apart, swapped = (quotient(1, expm1(t)) - quotient(1, expm1(-k)) for t, k in ((u, v), (v, u)))
    return rest * choice((together, sp.Abs(w) < 1), (apart, u > 0), (swapped, True))


def _less_one(f: Any) -> tuple[Any, Any] | None:
    """c and u where f is c*(exp(u) - 1)."""
    found, number = exponents(f)
    ((u, c),) = found.items() if len(found) == 1 else ((f, -number),)
    return (c, u) if found and number == -c else None


@RULES.rule("a power of one plus little", sp.Pow, example=lambda: (1 + p) ** q, measured=True)
def power_of_one_plus(f: Any) -> Found:
    """(1 + u)^t is e^(t log1p(u)) where u is small: 1 + u would be rounded, and t magnifies that.

    (Higham, section 1.11: the interest that is compounded; Hamming, problem 3.4.6)
    """
    number, u = f.base.as_coeff_Add()
    if number != 1 or f.exp.is_Number or not u.is_nonnegative:
        return None
    return choice((sp.exp(f.exp * log1p(u)), u < 1), (total(1, u) ** f.exp, True))


@RULES.rule("the sigmoid", sp.Pow, example=lambda: 1 / (1 + sp.exp(-x)))
def reciprocal_logistic(f: Any) -> Found:
    """1/(1 + e^-u) is the sigmoid of u, for both signs. (Blanchard, Higham, Higham 2021)"""
    if not (f.exp.is_Integer and f.exp.is_negative and f.base.is_Add):
        return None
    found = one_and_exp(f.base)
    return None if found is None else found[0] ** f.exp * sigmoid(-found[1]) ** -f.exp
