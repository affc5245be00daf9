"""Symmetry: odd and even integrands, King's rule x -> a + b - x, x -> c/x, whole periods."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import (
    Abs,
    Add,
    Expr,
    Function,
    Integral,
    Mul,
    Pow,
    Reals,
    S,
    Symbol,
    cancel,
    cos,
    cot,
    exp,
    expand_mul,
    expand_trig,
    log,
    oo,
    pi,
    preorder_traversal,
    sin,
    tan,
    together,
)
from sympy.polys.polyerrors import PolynomialError

from derive.calculus.integrals.continuity import NotReal, breaks
from derive.calculus.integrals.definite.convergent import convergence
from derive.calculus.integrals.definite.matching import binomial, sine_and_cosine_powers
from derive.calculus.integrals.operators import Rules, definite, linear, positive, real
from derive.calculus.integrals.zeros import Unknown, numeric
from derive.rules import Outcome, Rewrite
from derive.structure import depends_on, postorder

x, a = Symbol("x"), Symbol("a")
PARITY = Rules()
DECISIVE = Rules()
A_FACTOR = 3  # what sin(2*x) weighs more than sin(x)
LONGEST = 60  # operations: larger integrands are not added to their mirror image


# ------------------------------------------------------------------ odd and even


@PARITY.definite("odd integrand", example=Integral(x**3 * exp(-(x**2)), (x, -1, 1)))
def odd(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """What an odd function has on the left of zero cancels what it has on the right."""
    if a != -b or b == 0 or parity(f, x) != -1 or not continuous(f, x, a, b):
        return None
    if b.is_infinite:
        return Rewrite(S.Zero, premises=((definite(f, x, S.Zero, oo), Reals),))
    return S.Zero


@PARITY.definite("even integrand", example=Integral(x**2 + 1, (x, -1, 1)))
def even(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """An even function has the same integral on both sides of zero."""
    if a != -b or b == 0 or not numeric(a, b) or parity(f, x) != 1:
        return None
    return 2 * definite(f, x, S.Zero, b) if continuous(f, x, a, b) else None


def parity(f: Expr, x: Symbol) -> int:
    mirrored = f.subs(x, -x)
    if mirrored == f or cancel(mirrored - f) == 0:
        return 1
    return -1 if mirrored == -f or cancel(mirrored + f) == 0 else 0


def continuous(f: Expr, x: Symbol, a: Expr, b: Expr) -> bool:
    try:
        return not breaks(f, x, a, b)
    except (Unknown, NotReal, TypeError):
        return False


# ------------------------------------------------------------------ periods


@DECISIVE.definite("whole periods", example=Integral(1 / (2 + cos(x)), (x, 0, 4 * pi)))
def whole_periods(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """Every period contributes the same."""
    period = _period(f, x)
    if period is None or not numeric(a, b) or not (a.is_finite and b.is_finite):
        return None
    count = (b - a) / period
    if not count.is_Integer or count < 1 or (count == 1 and a == 0):
        return None
    return count * definite(f, x, S.Zero, period)


@DECISIVE.definite(
    "periodic factor beside an exponential", example=Integral(Abs(sin(x)) * exp(-a * x), (x, 0, oo))
)
def periodic_beside_exponential(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """Every period contributes exp(-k*T) times what the one before does: a geometric series."""
    decays = [g for g in Mul.make_args(f) if isinstance(g, exp) and linear(g.args[0], x)]
    if len(decays) != 1 or b != oo or not numeric(a, b) or a.is_infinite:
        return None
    (decay,), wave = decays, Mul(*(g for g in Mul.make_args(f) if g not in decays))
    T, k = _period(wave, x), -(linear(decay.args[0], x) or (S.Zero,))[0]
    given = positive(k)
    if T is None or given == False:
        return None
    return Rewrite(definite(f, x, a, a + T) / (1 - exp(-k * T)), given)


def _period(f: Expr, x: Symbol) -> Expr | None:
    """The smallest period that the circular functions in f show; None if x stands elsewhere too."""
    waves = [g for g in postorder(f) if isinstance(g, (sin, cos, tan, cot)) and depends_on(g, x)]
    slopes = [linear(g.args[0], x) for g in waves]
    outside = f.xreplace(dict.fromkeys(waves, S.One))
    if not waves or None in slopes or depends_on(outside, x):
        return None
    rates = [abs(slope[0]) for slope in slopes]  # type: ignore[index]
    if not all((rate / rates[0]).is_Rational for rate in rates):
        return None
    period = 2 * pi / min(rates, key=lambda rate: rate / rates[0])
    for whole in range(1, 7):
        candidate = period * whole
        if all((rate * candidate / (2 * pi)).is_Integer for rate in rates):
            half = candidate / 2
            return half if _same(f.subs(x, x + half), f) else candidate
    return None


def _same(f: Expr, g: Expr) -> bool:
    return f == g or cancel(f - g) == 0


# ------------------------------------------------------------------ King's rule


@DECISIVE.definite("King's rule", example=Integral(1 / (1 + tan(x) ** a), (x, 0, pi / 2)))
def kings_rule(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """Run through the interval backwards: the integral is half that of f(x) + f(a + b - x)."""
    total = _with_mirror_image(f, x, a, b) if f.has(Function, Pow) else None
    if total is None or _weight(total, x) >= _weight(f, x) or f.is_rational_function(x):
        return None
    return _half(f, total, x, a, b)


@DECISIVE.definite("King's rule for logarithms", example=Integral(log(sin(x)), (x, 0, pi / 2)))
def kings_rule_for_logarithms(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """Run through the interval backwards: the two logarithms are the logarithm of a product."""
    total = _with_mirror_image(f, x, a, b) if has_log_of_function(f, x) else None
    if total is None or _weight(total, x) > _weight(f, x) + A_FACTOR:
        return None
    return _half(f, total, x, a, b)


def has_log_of_function(f: Expr, x: Symbol) -> bool:
    """No antiderivative is elementary then, or hardly ever."""
    inside = [g.args[0] for g in postorder(f) if isinstance(g, log)]
    return any(isinstance(g, Function) and depends_on(g, x) for u in inside for g in postorder(u))


def _half(f: Expr, total: Expr, x: Symbol, a: Expr, b: Expr) -> Rewrite | None:
    """Half the integral of the total; where f has no integral, the total may have one."""
    premises = convergence(f, x, a, b)
    if premises is None:
        return None
    return Rewrite(
        Add(*(definite(term, x, a, b) for term in Add.make_args(total))) / 2, premises=premises
    )


def _weight(f: Expr, x: Symbol) -> int:
    """How much is written in f, functions three times, without constants."""
    f = f.as_independent(x, as_Add=True)[1].as_independent(x, as_Add=False)[1]
    if not depends_on(f, x):
        return 0
    written = list(preorder_traversal(f))
    return len(written) + 2 * sum(1 for g in written if isinstance(g, Function))


def _with_mirror_image(f: Expr, x: Symbol, a: Expr, b: Expr) -> Expr | None:
    """f(x) + f(a + b - x), put together; None where they are the same."""
    if not (a.is_finite and b.is_finite) or f.count_ops() > LONGEST or a == b:
        return None
    image = _angles_apart(f.subs(x, a + b - x), x)
    if _same(image, f):
        return None
    total = combined(f + image, x)
    return total if total is not None and agree(total, f + image, x, a, b) else None


def agree(f: Expr, g: Expr, x: Symbol, a: Expr, b: Expr) -> bool:
    """The same at a few places of the interval: no root was taken on the wrong side."""
    letters = sorted((f.free_symbols | g.free_symbols) - {x}, key=str)
    values = {letter: S(7 + 2 * k) / 5 for k, letter in enumerate(letters)}
    for part in (S(3) / 17, S(8) / 19, S(13) / 14):
        place = {x: (a + (b - a) * part).xreplace(values)}
        difference = (f - g).xreplace(values).subs(place).evalf(20)
        if not difference.is_number or not abs(difference) < 1e-12:
            return False
    return True


def _angles_apart(f: Expr, x: Symbol) -> Expr:
    """Functions of a sum of a multiple of pi and an angle by the addition theorems."""
    sums = [g for g in postorder(f) if isinstance(g, (sin, cos, tan, cot)) and g.args[0].is_Add]
    return f.xreplace({g: cancel(expand_trig(g)) for g in sums if depends_on(g, x)})


def combined(f: Expr, x: Symbol) -> Expr | None:
    """A sum as one fraction, its logarithms as one."""
    f = _logarithms_together(f, x)
    plain = f.replace(tan, lambda u: sin(u) / cos(u)).replace(cot, lambda u: cos(u) / sin(u))
    plain = _powers_apart(plain)
    try:
        found = cancel(together(plain))
    except (PolynomialError, NotImplementedError, AttributeError):
        return None  # SymPy knows no polynomials in these functions
    found = _pythagoras(found, x)
    return found if found.count_ops() <= f.count_ops() else f


def _powers_apart(f: Expr) -> Expr:
    """(u*v)**p as u**p*v**p, where a sign cannot matter: u and v are not negative there."""
    products = [g for g in postorder(f) if isinstance(g, Pow) and g.base.is_Mul]
    return f.xreplace({g: _power_of_product(g) for g in products})


def _power_of_product(power: Pow) -> Expr:
    parts = [factor.as_base_exp() for factor in power.base.args]
    return Mul(*(base ** (e * power.exp) for base, e in parts))


def _pythagoras(f: Expr, x: Symbol) -> Expr:
    """sin(x)**2 + cos(x)**2 is 1, in a denominator or a numerator."""
    changed = f.subs(sin(x) ** 2, 1 - cos(x) ** 2) if f.has(sin) else f
    return cancel(changed) if changed.count_ops() < f.count_ops() else f


def _logarithms_together(f: Expr, x: Symbol) -> Expr:
    """log(u) + log(v) is log(u*v), with sin(x)*cos(x) as sin(2*x)/2, less a constant."""
    terms = Add.make_args(expand_mul(f))
    pairs = [(term / g, g.args[0]) for term in terms for g in _logs(term, x)]
    if len(pairs) < 2 or len(pairs) < len([t for t in terms if t.has(log)]):
        return f
    rest = Add(*(term for term in terms if not _logs(term, x)))
    weights = list(dict.fromkeys(c for c, _ in pairs))
    return rest + Add(*(c * _log(Mul(*(u for k, u in pairs if k == c)), x) for c in weights))


def _logs(term: Expr, x: Symbol) -> list[Expr]:
    return [g for g in Mul.make_args(term) if isinstance(g, log) and depends_on(g, x)]


def _log(product: Expr, x: Symbol) -> Expr:
    product = cancel(together(product))
    doubled = product.subs(sin(x) * cos(x), sin(2 * x) / 2)
    c, moving = doubled.as_independent(x, as_Add=False)
    return log(moving) + log(c) if moving != 1 else log(c)


@DECISIVE.definite("mirror image of a logarithm", example=Integral(log(sin(x)), (x, 0, pi)))
def mirror_image_of_logarithm(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """The right half of the interval is the mirror image of the left one."""
    return _left_half(f, x, a, b) if has_log_of_function(f, x) else None


@DECISIVE.definite("mirror image of a power", example=Integral(sin(x) ** a, (x, 0, pi)))
def mirror_image_of_power(f: Expr, x: Symbol, a: Expr, b: Expr) -> Outcome:
    """The right half of the interval is the mirror image of the left one."""
    found = sine_and_cosine_powers(f, x)
    return None if found is None or found[0].is_integer else _left_half(f, x, a, b)


def _left_half(f: Expr, x: Symbol, a: Expr, b: Expr) -> Expr | None:
    if not numeric(a, b) or not (a.is_finite and b.is_finite) or a == -b:
        return None
    try:
        breaks(f, x, a, b)
    except NotReal:
        return None
    except (Unknown, TypeError):
        pass  # the two halves have the same integral, whatever it is
    image = _angles_apart(f.subs(x, a + b - x), x)
    return 2 * definite(f, x, a, (a + b) / 2) if _same(image, f) else None


# ------------------------------------------------------------------ x -> c/x


@DECISIVE.definite(
    "reciprocal variable", example=Integral(1 / ((1 + x**2) * (1 + x**a)), (x, 0, oo))
)
def reciprocal(f: Expr, x: Symbol, a: Expr, b: Expr) -> Iterator[Rewrite]:
    """Put c/x for x: the integral is half that of f(x) + f(c/x)*c/x**2."""
    if (a, b) != (S.Zero, oo) or f.count_ops() > LONGEST:
        return
    premises = convergence(f, x, a, b)
    if premises is None:
        return
    for c in _scales(f, x):
        image = _with_reciprocals(f, x, c) * c / x**2
        total = _reciprocals_combined(f + image, x)
        if total == 0:
            yield Rewrite(S.Zero, premises=premises)
        elif 2 * _weight(total, x) <= 2 * _weight(f, x) - 3:
            yield Rewrite(definite(total, x, a, b) / 2, premises=premises)


def _scales(f: Expr, x: Symbol) -> list[Expr]:
    """c for which c/x leaves a sum such as x**2 + 4 a power of x times itself."""
    found = [S.One] if f.has(x) else []
    for g in postorder(f):
        shape = binomial(g, x) if g.is_Add else None
        if shape is not None and shape[2].is_Number and real(shape[0] / shape[1]).is_positive:
            found.append((shape[0] / shape[1]) ** (2 / shape[2]))
    return list(dict.fromkeys(reversed(found)))


def _with_reciprocals(f: Expr, x: Symbol, c: Expr) -> Expr:
    """f(c/x) for positive x."""
    t = Symbol(x.name, positive=True)
    image = f.xreplace({x: c / t}).replace(log, _log_of_quotient)
    return _denested(image).xreplace({t: x})


def _log_of_quotient(u: Expr) -> Expr:
    from sympy import expand_log

    return expand_log(log(u))


def _denested(f: Expr) -> Expr:
    """(c/x)**p as c**p*x**-p."""
    powers = [g for g in postorder(f) if isinstance(g, Pow) and g.base.is_Mul]
    return f.xreplace({g: _power_of_product(g) for g in powers})


def _reciprocals_combined(f: Expr, x: Symbol) -> Expr:
    return cancel(together(f))
