"""What every backend of machine code has to do: each operation, each kind of array."""

from __future__ import annotations

import copy
import itertools
import pickle
import random
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp
from sympy.abc import x, y

from lambdify_bridge.backends import numpy as with_numpy
from lambdify_bridge.backends.registration import MOST_OPERANDS
from lambdify_bridge.constants import FOLD
from lambdify_bridge.lowering import lower
from lambdify_bridge.program import Operation, Program

SEED = 20240607
INFINITE = float("inf")

# fmt: off
SPECIAL = np.array([
    0.0, -0.0, 1.0, -1.0, INFINITE, -INFINITE, float("nan"), 5e-324, -5e-324, 2.3e-308, -1e-310,
    1e308, -1e308, 1.7976931348623157e308, 1e-300, 0.5, -0.5, 2.0, -2.0, 3.0, 1e15, 1e22, -1e22,
    709.9, -708.0, -745.2, 750.0, -750.0, 710.4, 20.0, -20.0, 1e-8, -1e-8, 0.9999999999999999,
    1.0000000000000002, 36.0, -36.0, 4503599627370497.5, 0.4999999999999999,
])
TWO = {"power", "atan2", "hypot", "mod", "heaviside", "maximum", "minimum", "differs", "beta",
       "binomial", "poch", "lowergamma", "uppergamma", "expint", "besselj", "bessely", "besseli",
       "besselk", "legendre", "chebyshevt", "chebyshevu", "hermite", "laguerre", "polygamma",
       "polylog", "polylog_re", "lambertw", "hyp0f1", *with_numpy.OPERATORS}
ARITY = dict.fromkeys(TWO, 2) | {"hyp1f1": 3, "hyp2f1": 4, "hyperu": 3, "betainc": 3}
# Functions whose first operand is an integer; and those that NumPy computes less accurately than
# the C library, or at the ends of their range not at all.
OF_ORDER = {"besselj", "bessely", "besseli", "besselk", "expint", "hermite", "laguerre", "legendre",
            "chebyshevt", "chebyshevu"}
UNIT = {"asin", "acos", "atanh", "erfinv", "elliptic_k", "hyp2f1", "legendre",
        "betainc"}
ROUNDED_BY_SCIPY = {"erf", "erfc", "sigmoid", "gamma", "loggamma"}
# fmt: on
NUMBERS = sorted({*with_numpy.CALLS, *with_numpy.OPERATORS, "neg"} - {"and", "or"})
ULPS = 4  # what the vector library promises of one function
COMPOSED = {"sigmoid": 6, "softplus": 6, "sinc": 6}  # functions made of several
LIBRARY_ULPS = {"gamma": 12, "loggamma": 12}


def program_of(name: str) -> Program:
    """One operation of its inputs."""
    arity = ARITY.get(name, 1)
    inputs = tuple(Operation("input", (), k) for k in range(arity))
    operations = (*inputs, Operation(name, tuple(range(arity))))
    return Program(tuple(sp.symbols(f"x:{arity}")), operations, (arity,))


def with_numpy_alone(program: Program) -> Any:
    function = with_numpy.compile_source(with_numpy.source(program))

    def run(*values: Any) -> Any:
        with np.errstate(all="ignore"):
            return function(*values)[0]

    return run


def quiet(function: Any, *values: Any, **options: Any) -> Any:
    """A call in which nothing warns."""
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        return function(*values, **options)


def spacing(values: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):
        return np.spacing(np.maximum(np.abs(values), np.finfo(values.dtype).tiny))


def agrees_at_special_points(compiled: Any, name: str) -> None:
    """Infinities, NaN, signed zeros, subnormal and huge values as NumPy."""
    if ARITY.get(name, 1) > 2 or name in OF_ORDER:
        return
    columns = list(np.array(list(itertools.product(SPECIAL, repeat=ARITY.get(name, 1)))).T)
    program = program_of(name)
    found = quiet(compiled(program).ufunc, *columns)
    expected = np.asarray(with_numpy_alone(program)(*columns))
    if found.dtype == bool:
        np.testing.assert_array_equal(found, expected)
        return
    with np.errstate(invalid="ignore", over="ignore"):
        away = np.abs(found - expected)
    tolerance = dict.fromkeys(ROUNDED_BY_SCIPY, 4000).get(name, 8) * spacing(expected)
    subnormal = np.abs(found) < np.finfo(float).tiny  # SciPy gives 0 there, too early
    same = (found == expected) | (np.isnan(found) & np.isnan(expected)) | (away <= tolerance)
    same |= subnormal & (expected == 0) & np.isin(name, [*ROUNDED_BY_SCIPY])
    assert same.all(), [(c[~same][:5], found[~same][:5], expected[~same][:5]) for c in columns]
    zeros = (expected == 0) & (found == 0)
    if name not in ("maximum", "minimum"):
        np.testing.assert_array_equal(np.signbit(found[zeros]), np.signbit(expected[zeros]))


def random_points(name: str, count: int = 120) -> list[np.ndarray]:
    rng = np.random.default_rng(SEED)
    arity = ARITY.get(name, 1)
    low, high = (0.01, 0.99) if name in UNIT else (0.05, 4.0)
    if name == "acosh":
        low = 1.01
    columns = [rng.uniform(low, high, count) for _ in range(arity)]
    if name in OF_ORDER:
        columns[0] = rng.integers(0, 5, count).astype(float)
        columns[1] = rng.uniform(0.05, 0.95 if name in UNIT else 3.0, count)
    if name == "erfcinv":
        columns = [column / 2.1 for column in columns]
    return columns


def agrees_with_mpmath(compiled: Any, name: str) -> None:
    """Within a few units in the last place, of doubles and of floats."""
    columns, program = random_points(name), program_of(name)
    ufunc = compiled(program).ufunc
    for kind in (np.float64, np.float32):
        given = [column.astype(kind) for column in columns]
        found = quiet(ufunc, *given)
        exact = [_exact(name, point) for point in zip(*given, strict=True)]
        if found.dtype == bool:
            np.testing.assert_array_equal(found, exact)
            continue
        assert found.dtype == kind
        expected = np.array([float(value) for value in exact]).astype(kind)
        ulps = [abs(value - float(f)) / float(s)
                for value, f, s in zip(exact, found, spacing(expected), strict=True)]  # fmt: skip
        # SciPy's functions are as accurate as they are: here only the call is ours.
        by_scipy = name in FAR or name in OF_ORDER
        most = 20_000 if by_scipy else ({**COMPOSED, **LIBRARY_ULPS}.get(name, ULPS))
        assert max(ulps) <= most, (name, kind, max(ulps), SEED)


# fmt: off
FAR = {"digamma", "beta", "binomial", "poch", "lowergamma", "uppergamma", "erfi", "erfinv",
       "erfcinv", "Ei", "Si", "Ci", "Shi", "Chi", "fresnels", "fresnelc", "airyai", "airybi",
       "airyaiprime", "airybiprime", "hyp1f1", "hyp2f1", "elliptic_k", "gamma", "loggamma",
       "betainc"}
# fmt: on


def _exact(name: str, point: Any) -> Any:
    context = mpmath.MPContext()
    context.dps = 40
    fold = FOLD[name]
    values = [context.mpf(float(value)) for value in point]
    return fold(context, *values) if callable(fold) else getattr(context, fold)(*values)


# -- arrays ---------------------------------------------------------------------------------------

LENGTHS = [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 200, 1000]


def two_argument_ufunc(compiled: Any) -> tuple[Any, Any]:
    """A formula with a division, a root and a function; and NumPy's way of it."""
    ufunc = compiled(lower([sp.exp(-(x**2)) / (1 + y**2) + sp.sqrt(y)]), "demo").ufunc
    return ufunc, lambda a, b: np.exp(-(a**2)) / (1 + b**2) + np.sqrt(b)


def any_length_and_stride(compiled: Any) -> None:
    ufunc, exact = two_argument_ufunc(compiled)
    rng = np.random.default_rng(SEED)
    for n, kind in itertools.product(LENGTHS, (np.float64, np.float32)):
        a, b = rng.uniform(0.1, 2.0, (2, 3 * n)).astype(kind)
        for part in (
            slice(None),
            slice(None, None, 3),
            slice(None, None, -1),
            slice(None, None, -2),
        ):
            found = ufunc(a[part], b[part])
            assert found.dtype == kind
            rtol = 1e-14 if kind is np.float64 else 1e-5
            np.testing.assert_allclose(found, exact(a[part], b[part]), rtol=rtol)
            np.testing.assert_array_equal(found, ufunc(a, b)[part])


def broadcasting(compiled: Any) -> None:
    ufunc, exact = two_argument_ufunc(compiled)
    rng = np.random.default_rng(SEED)
    grid, row, column = rng.random((5, 37)), rng.random(37), rng.random((5, 1))
    for a, b in [(grid, row), (row, column), (grid, 0.5), (0.5, grid.T), (grid[:, ::2], 2),
                 (np.asfortranarray(grid), grid), (0.25, 0.5), (np.array(0.25), row)]:  # fmt: skip
        np.testing.assert_allclose(ufunc(a, b), exact(a, np.asarray(b)), rtol=1e-14)
    assert isinstance(ufunc(0.25, 0.5), np.float64)
    assert ufunc(np.empty((0, 3)), 1.0).shape == (0, 3)
    assert ufunc(np.float32([1, 2]), 0.5).dtype == np.float32, "Python's numbers are weak"
    np.testing.assert_allclose(
        ufunc(np.arange(3), [1, 2, 3]), exact(np.arange(3), np.array([1, 2, 3]))
    )
    assert ufunc(np.int32([1]), 1).dtype == np.float64
    with pytest.raises(TypeError, match="demo"):
        ufunc(1j, 1.0)


def outputs_in_place(compiled: Any) -> None:
    ufunc, exact = two_argument_ufunc(compiled)
    rng = np.random.default_rng(SEED)
    for n in LENGTHS:
        a, b = rng.uniform(0.1, 2.0, (2, n))
        expected = exact(a, b)
        np.testing.assert_allclose(ufunc(a, b, out=np.empty(n)), expected, rtol=1e-14)
        spaced = np.zeros(2 * n)
        ufunc(a, b, out=spaced[::2])
        np.testing.assert_allclose(spaced[::2], expected, rtol=1e-14)
        assert not spaced[1::2].any(), "nothing beside the output is written"
        in_place = a.copy()
        ufunc(in_place, b, out=in_place)
        np.testing.assert_allclose(in_place, expected, rtol=1e-14)
    room = rng.uniform(0.1, 2.0, 201)
    expected = exact(room[:-1].copy(), 0.5)
    ufunc(room[:-1], 0.5, out=room[1:])
    np.testing.assert_allclose(room[1:], expected, rtol=1e-14)
    masked = np.full(40, -1.0)
    ufunc(np.ones(40), 1.0, out=masked, where=np.arange(40) % 3 == 0)
    np.testing.assert_array_equal(masked != -1.0, np.arange(40) % 3 == 0)
    constant = np.ones(20)
    constant.flags.writeable = False
    assert ufunc(constant, constant).flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        ufunc(constant, 1.0, out=constant)


def reductions(compiled: Any) -> None:
    """Each step of a reduction sees the one before it."""
    ufunc = compiled(lower([x + y / 2])).ufunc
    values = np.random.default_rng(SEED).random((6, 50))
    total, running = values[0, 0], [values[0, 0]]
    for value in values[0, 1:]:
        total = total + value / 2
        running.append(total)
    np.testing.assert_array_equal(ufunc.accumulate(values[0]), running)
    np.testing.assert_array_equal(ufunc.reduce(values, axis=1)[0], total)
    columns = values[0]
    for row in values[1:]:
        columns = columns + row / 2
    np.testing.assert_array_equal(ufunc.reduce(values, axis=0), columns)
    np.testing.assert_array_equal(ufunc.outer([1.0, 2.0], [4.0, 6.0, 8.0]), [[3, 4, 5], [4, 5, 6]])


def independent_of_position(compiled: Any, name: str) -> None:
    """A value is the same wherever it stands and whatever stands beside it."""
    ufunc = compiled(program_of(name)).ufunc
    columns = random_points(name, 70)
    whole = ufunc(*columns)
    for k in (0, 3, 17, 69):
        alone = ufunc(*(column[k] for column in columns))
        beside = [np.concatenate([SPECIAL[:k % 9], column[k : k + 1], SPECIAL[9:20]])
                  for column in columns]  # fmt: skip
        np.testing.assert_array_equal(alone, whole[k])
        if name not in OF_ORDER:
            np.testing.assert_array_equal(quiet(ufunc, *beside)[k % 9], whole[k])


def several_outputs(compiled: Any) -> None:
    made = compiled(lower([x + y, x < y, sp.exp(x), sp.pi, x]))
    assert made.ufunc.nin == 2
    assert made.ufunc.nout == 5
    assert made.ufunc.types == ["ff->f?fff", "dd->d?ddd"]
    a, b = np.random.default_rng(SEED).random((2, 77))
    total, less, grown, constant, same = made.ufunc(a, b)
    np.testing.assert_array_equal(total, a + b)
    np.testing.assert_array_equal(less, a < b)
    np.testing.assert_allclose(grown, np.exp(a), rtol=1e-15)
    np.testing.assert_array_equal(constant, np.full(77, np.pi))
    np.testing.assert_array_equal(same, a)
    np.testing.assert_array_equal(made(a, b)[0], total)


def piecewise(compiled: Any) -> None:
    """Both branches are computed, one is taken: no warning, NaN where no condition is known."""
    branches = sp.Piecewise((sp.log(x), x > 1), (1 / x, x < 0), (sp.sqrt(x) * y, True))
    a = np.array([-2.0, 0.0, 0.25, 1.0, 2.0, np.inf, -np.inf, np.nan, -1e308])
    found = quiet(compiled(lower([branches])).ufunc, a, 3.0)
    expected = [-0.5, 0.0, 1.5, 3.0, np.log(2), np.inf, -0.0, np.nan, 1 / -1e308]
    np.testing.assert_allclose(found, expected, rtol=1e-15)
    joined = compiled(lower([sp.Piecewise((1, (x > 1) & (y > 1)), (2, (x > 1) | (y > 1)))])).ufunc
    np.testing.assert_array_equal(joined([2.0, 2, 0, 0], [2.0, 0, 2, 0]), [1, 2, 2, np.nan])
    mask = (Operation("input", (), 0), Operation("input", (), 1), Operation("lt", (0, 1)))
    counted = Program((x, y), (*mask, Operation("add", (2, 0))), (3,))
    np.testing.assert_array_equal(compiled(counted).ufunc([1.0, 5.0], 3.0), [2.0, 5.0])


def constants(compiled: Any) -> None:
    """Every float exactly; float32 loops use the nearest float32."""
    numbers = [0.1, 1 / 3, -1e-320, 1e300, -0.0, 123456.789, 2.5, 1e22, 6.02e23, 999999.9995]
    inputs = (Operation("input", (), 0),)
    constant = tuple(Operation("constant", (), number) for number in numbers)
    program = Program((x,), inputs + constant, tuple(range(1, len(numbers) + 1)))
    ufunc = compiled(program).ufunc
    np.testing.assert_array_equal(np.array(ufunc(1.0)), numbers)
    assert np.signbit(ufunc(1.0)[4])
    with np.errstate(over="ignore"):
        short = np.array(numbers).astype(np.float32)
    np.testing.assert_array_equal(np.array(ufunc(np.float32(1.0))), short)


def refusals(compiled: Any) -> None:
    with pytest.raises(ValueError, match="complex"):
        compiled(lower([x + sp.I]))
    with pytest.raises(ValueError, match="polylog"):
        compiled(lower([sp.polylog(3, x)]))
    with pytest.raises(ValueError, match="too many"):
        compiled(lower([sum(sp.symbols(f"x:{MOST_OPERANDS}"))]))
    with pytest.raises(ValueError, match="without arguments"):
        compiled(lower([sp.pi]))
    chain = [Operation("input", (), 0), *(Operation("square", (k,)) for k in range(20_000))]
    with pytest.raises(ValueError, match="operations take"):
        compiled(Program((x,), tuple(chain), (20_000,)))


def survives(compiled: Any) -> None:
    """The ufunc alone keeps its code alive; copies are made from the program."""
    made = compiled(lower([sp.sin(x) + y]), "wave", "sin(x) + y")
    assert made.ufunc.__name__ == "wave"
    assert "sin(x) + y" in made.ufunc.__doc__
    expected = made.ufunc(1.0, 2.0)
    for twin in (pickle.loads(pickle.dumps(made)), copy.deepcopy(made)):
        assert twin.source == made.source
        assert twin.ufunc(1.0, 2.0) == expected
        assert twin.ufunc.__name__ == "wave"
    ufunc = made.ufunc
    del made
    for _ in range(50):
        compiled(lower([sp.cos(x) * random.random()]))
    assert ufunc(1.0, 2.0) == expected


def threads(compiled: Any) -> None:
    ufunc, exact = two_argument_ufunc(compiled)
    values = np.random.default_rng(SEED).uniform(0.1, 2.0, (8, 5000))
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda row: [ufunc(row, 0.5) for _ in range(20)], values))
    for row, several in zip(values, found, strict=True):
        for one in several:
            np.testing.assert_allclose(one, exact(row, 0.5), rtol=1e-14)


ALL = [any_length_and_stride, broadcasting, outputs_in_place, reductions, several_outputs,
       piecewise, constants, refusals, survives, threads]  # fmt: skip
