"""Division in kernels that do little else: every other quotient by multiplications.

The divider of a processor works on one vector at a time, for as long as some twenty multiplications
take, so half of the quotients of such a kernel are made without it.  They are the same to the last
bit (P. Markstein, IBM J. Res. Dev. 34, 1990; J.-M. Muller et al., Handbook of Floating-Point
Arithmetic, section 4.7): the reciprocal that Newton's method gives is correctly rounded unless the
divisor's digits are all ones, and then so is the corrected quotient, as long as nothing over- or
underflows on the way.  Where that is not sure, the divider is asked.
"""

from __future__ import annotations

from collections.abc import Iterable

from lambdify_bridge.backends.llvm_instructions import Kernel

ESTIMATE = "llvm.x86.avx512.rcp14.pd.512"  # of 1/b, with a relative error below 2**-14
CORRECTIONS = 3  # 14, 28, 56 digits; the last one rounds correctly
LARGEST, SMALLEST = 2.0**500, 2.0**-500  # quotients in this range, of numbers above 2**-900
MOST_DIVISIONS = 64
SMALLEST_DIVIDEND = 2.0**-900

# fmt: off
ARITHMETIC = {"input", "constant", "add", "sub", "mul", "div", "neg", "square", "abs", "select",
              "lt", "le", "gt", "ge", "eq", "differs", "and", "or", "maximum", "minimum"}
# fmt: on


def waits_for_divisions(names: Iterable[str]) -> bool:
    """Whether these operations are arithmetic with several divisions, so few that it compiles."""
    names = list(names)
    return 1 < names.count("div") <= MOST_DIVISIONS and ARITHMETIC.issuperset(names)


def divide(k: Kernel, a: str, b: str) -> str:
    k.divisions += 1
    by_newton = k.divides and k.divisions % 2 and k.machine.bits == 512 and k.kind == "double"
    return quotient(k, a, b) if by_newton else k.arithmetic("fdiv", a, b)


def quotient(k: Kernel, a: str, b: str) -> str:
    """a/b by Newton's method for 1/b, and one correction."""
    one, minus = k.constant(1.0), k.arithmetic("fneg", b)
    y = k.estimate(ESTIMATE, b)
    for _ in range(CORRECTIONS):
        y = k.intrinsic("fma", y, k.intrinsic("fma", minus, y, one), y)
    q = k.arithmetic("fmul", a, y)
    q = k.intrinsic("fma", k.intrinsic("fma", minus, q, a), y, q)
    return k.unless(_sure(k, a, b, q), q, lambda: k.arithmetic("fdiv", a, b))


def _sure(k: Kernel, a: str, b: str, q: str) -> str:
    """Where the quotient is known to be the nearest: never for infinities, zeros and NaN."""
    size = k.intrinsic("fabs", q)
    small = k.compare("olt", size, k.constant(LARGEST))
    normal = k.logical("and", small, k.compare("ogt", size, k.constant(SMALLEST)))
    large = k.compare("ogt", k.intrinsic("fabs", a), k.constant(SMALLEST_DIVIDEND))
    return k.logical("and", k.logical("and", normal, large), k.not_all_ones(b))
