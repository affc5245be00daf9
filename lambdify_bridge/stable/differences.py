"""Differences of the same function at neighbouring places: roots, powers, logs, angles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy as sp

from lambdify_bridge.stable.functions import expm1, hypot, log1p, quotient, root, total
from lambdify_bridge.stable.table import RULES, choice, factors, is_real, p, r, s, terms, x, y

Found = Any
MOST_TERMS = 6  # of a sum that is looked at pair by pair
HIGHEST = 6  # power or root that is factored


def simple_difference(a: Any, b: Any) -> Any:
    """a - b where the parts that they share are gone, or None."""
    difference = sp.expand(a - b)
    count = len(sp.Add.make_args(difference))
    if difference.is_zero or (count > 1 and count >= max(map(_count, (a, b)))):
        return None
    return difference


def _count(a: Any) -> int:
    return len(sp.Add.make_args(sp.expand(a)))


def pairs(f: Any, *kinds: type) -> Iterator[tuple[Any, Any, Any, Any]]:
    """c, g, h and the rest for a sum c*g - c*h + rest of two nodes of the same kind."""
    listed = terms(f)
    if len(listed) > MOST_TERMS:
        return
    for i, (c, g) in enumerate(listed):
        for d, h in listed[i + 1 :]:
            if c == -d and type(g) is type(h) and isinstance(g, kinds):
                if c.is_negative:
                    c, g, h = d, h, g
                yield c, g, h, f - c * g + c * h


# -- powers and roots -----------------------------------------------------------------------------


@RULES.rule(
    "the difference of reciprocals", sp.Add, example=lambda: 1 / (x + 1) - 1 / x, measured=True
)
def difference_of_reciprocals(f: Any) -> Found:
    """Over the common denominator what cancels is gone. (Hamming, problems 3.3.1 and 3.3.3)"""
    listed = sp.Add.make_args(f)
    if len(listed) > 4 or not all(map(_is_reciprocal, listed)):
        return None
    above, below = sp.fraction(sp.together(f))
    above = sp.factor_terms(sp.expand(above))
    if above.is_Add or above.is_zero or not all(b.is_Add or b.is_Symbol for b, _ in factors(below)):
        return None
    for base, n in factors(below):
        for _ in range(int(n)):
            above = quotient(above, base)
    return above


def _is_reciprocal(term: Any) -> bool:
    above, below = sp.fraction(term)
    return above.is_Number and not below.is_Number and _is_rational(below)


def _is_rational(f: Any) -> bool:
    return all(n.is_Integer and 0 < n < 4 for _, n in factors(f)) and f.is_polynomial()


@RULES.rule(
    "the difference of powers", sp.Add, example=lambda: sp.sqrt(x + 1) - sp.sqrt(x), measured=True
)
def difference_of_powers(f: Any) -> Found:
    """a^n - b^n is (a - b)(a^(n-1) + ... + b^(n-1)), and roots are bases of such powers.

    (Hamming, example 3.1 and problem 3.3.4; Higham, section 1.7)
    """
    for c, g, h, rest in pairs(f, sp.Pow):
        if g.exp != h.exp or not g.exp.is_Rational:
            continue
        n, m = abs(g.exp.p), g.exp.q
        difference = simple_difference(g.base, h.base)
        if max(n, m) > HIGHEST or difference is None or n == m:
            continue
        a, b = (g.base, h.base) if m == 1 else (_root(g.base, m), _root(h.base, m))
        result = _product(difference, _sum_of_powers(a, b, n), _sum_of_powers(a, b, m), m)
        if result is None:
            continue
        if g.exp.is_negative:
            result = quotient(-result, a**n * b**n)
        return c * result + rest
    return None


def _product(difference: Any, above: Any, below: Any, m: int) -> Any:
    if m == 1:
        return difference * above
    if difference.is_nonzero:
        return quotient(difference, below) * above
    if m == 2:  # both roots are 0 where their sum is
        return choice((0, sp.Eq(below, 0)), (quotient(difference, below) * above, True))
    return None


def _root(a: Any, m: int) -> Any:
    return sp.sqrt(a) if m == 2 else root(a, m)


def _sum_of_powers(a: Any, b: Any, n: int) -> Any:
    """(a**n - b**n)/(a - b)."""
    return sp.Add(*(a**k * b ** (n - 1 - k) for k in range(n)))


@RULES.rule("the difference of powers with a small exponent", sp.Add,
            example=lambda: (p + 1) ** (1 / y) - p ** (1 / y), measured=True)  # fmt: skip
def difference_of_small_powers(f: Any) -> Found:
    """a^t - b^t is b^t (e^(t log(a/b)) - 1) where that exponent is small.

    (Hamming, problem 3.4.6)
    """
    for c, g, h, rest in pairs(f, sp.Pow):
        difference = simple_difference(g.base, h.base)
        if g.exp != h.exp or g.exp.is_Number or difference is None:
            continue
        if not h.base.is_nonnegative or not g.base.is_nonnegative:
            continue
        exponent = g.exp * log1p(quotient(difference, h.base))
        near = sp.Abs(exponent) < 1
        return rest + c * choice((h * expm1(exponent), near), (total(g, -h), True))
    return None


@RULES.rule("the difference of squares", sp.Add, example=lambda: x**2 - y**2)
def difference_of_squares(f: Any) -> Found:
    """a^2 - b^2 is (a - b)(a + b). (Goldberg 1991, section 1.4; Kahan)"""
    listed = terms(f)
    if len(listed) != 2:
        return None
    (c, g), (d, h) = listed
    if c.is_negative:
        (c, g), (d, h) = (d, h), (c, g)
    a, b = _square_root(c, g), _square_root(-d, h)
    if a is None or b is None:
        return None
    return (a - b) * (a + b)


def _square_root(c: Any, g: Any) -> Any:
    if not (c.is_Rational and c.is_positive):
        return None
    number = sp.sqrt(c)
    if g == 1:
        return number if number.is_Rational else None
    ok = number.is_Rational and isinstance(g, sp.Pow) and g.exp == 2
    return number * g.base if ok else None


@RULES.rule("a sum beside a root", sp.Add, example=lambda: sp.sqrt(x**2 + y) - x, measured=True)
def sum_beside_root(f: Any) -> Found:
    """w + sqrt(w^2 + v) is v/(sqrt(w^2 + v) - w) for negative w: quadratic roots for either sign.

    (Hamming, p. 42; Higham, section 1.8; Goldberg 1991, section 1.4)
    """
    for d, g in terms(f):
        if not (isinstance(g, sp.Pow) and g.exp == sp.S.Half):
            continue
        w = sp.Add(f, -d * g) / d
        v = sp.expand(g.base - w**2)
        if v.is_Add or v.is_zero or w.is_Number or w.is_zero:
            continue
        if sp.expand(w).could_extract_minus_sign() is None:
            continue
        away = _over(v, total(g, -w))
        if w.is_negative:
            return d * away
        if w.is_nonnegative:
            return None
        return d * choice((total(g, w), w >= 0), (away, True))
    return None


def _over(v: Any, below: Any) -> Any:
    """v/below; a square divides before it is multiplied, as it may overflow."""
    c, g = v.as_coeff_Mul()
    if isinstance(g, sp.Pow) and g.exp == 2:
        return c * g.base * quotient(g.base, below)
    return quotient(v, below)


# -- norms ----------------------------------------------------------------------------------------


@RULES.rule("a root of a sum beside a root", sp.Pow,
            example=lambda: sp.sqrt(sp.sqrt(r**2 + s**2) + r))  # fmt: skip
def root_of_sum_beside_root(f: Any) -> Found:
    """sqrt(w + sqrt(w^2 + v^2)) is |v|/sqrt(sqrt(w^2 + v^2) - w) for negative w.

    (Kahan 1987, Branch Cuts: the complex square root)
    """
    if f.exp != sp.S.Half or not is_real(f):
        return None
    c, inner = f.base.as_content_primitive()
    for d, g in terms(inner):
        if not (isinstance(g, sp.Pow) and g.exp == sp.S.Half and d == 1):
            continue
        w = sp.Add(inner, -g)
        v = sp.sqrt(sp.expand(g.base - w**2))
        if (not isinstance(v, sp.Abs) and not v.is_Symbol) or w.is_zero:
            continue
        norm = hypot(w, v)
        far = sp.sqrt(total(norm, -w))
        return sp.sqrt(c) * choice(
            (sp.sqrt(total(norm, w)), w >= 0), (quotient(sp.Abs(v), far), True)
        )
    return None


@RULES.rule("a norm", sp.Pow, example=lambda: sp.sqrt(x**2 + y**2))
def norm(f: Any) -> Found:
    """sqrt(x^2 + y^2) is hypot(x, y), whose squares do not overflow. (Higham, section 27.8)"""
    if f.exp != sp.S.Half or not f.base.is_Add:
        return None
    roots = [_square_root(c, g) for c, g in terms(f.base)]
    if None in roots or any(a.is_Number for a in roots) or len(roots) > MOST_TERMS:
        return None
    result = roots[0]
    for a in roots[1:]:
        result = hypot(result, a)
    return result


# -- logarithms and angles ------------------------------------------------------------------------


@RULES.rule("the difference of logarithms", sp.Add, example=lambda: sp.log(x + 1) - sp.log(x),
            measured=True)  # fmt: skip
def difference_of_logs(f: Any) -> Found:
    """log(a) - log(b) is log1p((a - b)/b) where a - b is simple. (Hamming, problem 3.3.6)"""
    for c, g, h, rest in pairs(f, sp.log):
        a, b = g.args[0], h.args[0]
        difference = simple_difference(a, b)
        # Both logarithms have the same imaginary part where a - b is real.
        if difference is None or not (difference.is_real or is_real(f)):
            continue
        if difference.is_negative:
            return rest - c * log1p(quotient(-difference, a))
        return rest + c * log1p(quotient(difference, b))
    return None


@RULES.rule("the difference of a log a", sp.Add,
            example=lambda: (x + 1) * sp.log(x + 1) - x * sp.log(x) - 1, measured=True)  # fmt: skip
def difference_of_entropies(f: Any) -> Found:
    """a log(a) - b log(b) is (a - b) log(a) + b log1p((a - b)/b). (Hamming, example 3.8)"""
    products = [g for g in sp.Add.make_args(f) if g.is_Mul]
    for g in products:
        for h in products:
            one, two = (next((k for k in t.args if isinstance(k, sp.log)), None) for t in (g, h))
            if one is None or two is None or g is h:
                continue
            a, b = one.args[0], two.args[0]
            difference = simple_difference(a, b)
            if difference is None or not (difference.is_real or is_real(f)):
                continue
            c = g / one / a
            if c.is_Number and c == -h / two / b and not difference.is_negative:
                return f - g - h + c * (difference * one + b * log1p(quotient(difference, b)))
    return None


@RULES.rule(
    "the difference of sines", sp.Add, example=lambda: sp.sin(x + y) - sp.sin(x), measured=True
)
def difference_of_sines(f: Any) -> Found:
    """sin(x+e) - sin(x) is 2 sin(e/2) cos(x + e/2), x + e/2 not rounded. (Hamming, example 3.3)"""
    return _difference_of_waves(f, sp.sin)


@RULES.rule(
    "the difference of cosines", sp.Add, example=lambda: sp.cos(x + y) - sp.cos(x), measured=True
)
def difference_of_cosines(f: Any) -> Found:
    """cos(x+e) - cos(x) is -2 sin(e/2) sin(x + e/2), the angle not rounded.

    (Hamming, problem 3.3.5)
    """
    return _difference_of_waves(f, sp.cos)


def _difference_of_waves(f: Any, kind: Any) -> Found:
    for c, g, h, rest in pairs(f, kind):
        a, b = g.args[0], h.args[0]
        e = simple_difference(a, b)
        if e is None or e.is_Add:
            continue
        if e.could_extract_minus_sign():
            e, b, c = -e, a, -c
        half, (sine, cosine) = e / 2, (sp.sin(b), sp.cos(b))
        if kind is sp.sin:
            middle = cosine * sp.cos(half) - sine * sp.sin(half)
        else:
            middle = -(sine * sp.cos(half) + cosine * sp.sin(half))
        return rest + 2 * c * sp.sin(half) * middle
    return None


@RULES.rule(
    "the difference of tangents", sp.Add, example=lambda: sp.tan(x + y) - sp.tan(x), measured=True
)
def difference_of_tangents(f: Any) -> Found:
    """tan(x+e) - tan(x) is tan(e) (1 + tan(x)^2)/(1 - tan(x) tan(e)). (Hamming, problem 3.3.2)"""
    for c, g, h, rest in pairs(f, sp.tan):
        e = simple_difference(g.args[0], h.args[0])
        if e is None or e.is_Add:
            continue
        if e.could_extract_minus_sign():
            e, h, c = -e, g, -c
        t = sp.tan(e)
        return rest + c * t * quotient(1 + h**2, 1 - h * t)
    return None


@RULES.rule("the difference of arc tangents", sp.Add, example=lambda: sp.atan(r + 1) - sp.atan(r),
            measured=True)  # fmt: skip
def difference_of_arc_tangents(f: Any) -> Found:
    """atan(a) - atan(b) is the angle of 1 + ab + i(a - b), for real ones. (Hamming, example 3.5)"""
    for c, g, h, rest in pairs(f, sp.atan):
        a, b = g.args[0], h.args[0]
        difference = simple_difference(a, b)
        if difference is None or not is_real(f):
            continue
        return rest + c * sp.atan2(difference, 1 + a * b)
    return None


@RULES.rule("the tangent of half an angle", sp.Mul, example=lambda: (1 - sp.cos(x)) / sp.sin(x))
def half_angle_tangent(f: Any) -> Found:
    """(1 - cos u)/sin u is tan(u/2). (Hamming, example 3.4)"""
    found = dict(factors(f))
    for base, n in found.items():
        if (u := _one_less_cosine(base)) is not None and n == 1 and found.get(sp.sin(u[1])) == -1:
            return u[0] * sp.tan(u[1] / 2) * (f / base * sp.sin(u[1]))
    return None


@RULES.rule("one less a cosine over a square", sp.Mul, example=lambda: (1 - sp.cos(x)) / x**2)
def one_less_cosine_over_square(f: Any) -> Found:
    """(1 - cos u)/w^2 is 2 (sin(u/2)/w)^2: what is tiny is divided first. (Higham, section 1.7)"""
    for base, n in factors(f):
        u = _one_less_cosine(base) if n == 1 else None
        for w, m in factors(f):
            if u is not None and m == -2 and w.is_Symbol:
                return 2 * u[0] * quotient(sp.sin(u[1] / 2), w) ** 2 * (f / base * w**2)
    return None


def _one_less_cosine(f: Any) -> tuple[Any, Any] | None:
    """c and u where f is c*(1 - cos(u))."""
    number, rest = f.as_coeff_Add()
    c, g = rest.as_coeff_Mul()
    return (number, g.args[0]) if isinstance(g, sp.cos) and c == -number else None
