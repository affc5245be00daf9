"""Other methods that lead to the same: each is another derivation, and passes its check."""

from __future__ import annotations

import time

import pytest
from sympy import simplify

import derive
from derive.other_ways import PASSED, Way, other_ways

# fmt: off
WAYS = (
    ("diff",        ("x**2", "x"),              {"definition", "logarithmic"}),
    ("diff",        ("x*exp(x)", "x", 2),       {"definition"}),
    ("integrate",   ("1/(x**2 - 1)", "x"),      {"rational"}),
    ("integrate",   ("x*exp(x)", "x"),          {"undetermined"}),
    ("limit",       ("(1 - cos(x))/x**2", "x", 0), {"L'Hopital's rule", "Taylor's theorem"}),
    ("limit",       ("x/exp(x)", "x", "oo"),    {"L'Hopital's rule"}),
    ("determinant", ([["a", "b", 1], ["c", "d", 2], [1, 2, 3]],), {"elimination"}),
    ("inverse",     ([[2, 1], [5, 3]],),        {"adjugate"}),
)
# fmt: on


@pytest.mark.parametrize(("call", "args", "methods"), WAYS, ids=[f"{c} {a[0]}" for c, a, _ in WAYS])
def test_other_methods_lead_to_the_same(call: str, args: tuple, methods: set[str]) -> None:
    d = getattr(derive, call)(*args)
    ways = d.alternatives()
    assert methods <= {way.method for way in ways}
    assert [way.length for way in ways] == sorted(len(way.derivation.steps) for way in ways)
    for way in ways:
        other = way.derivation
        assert other.problem == d.problem
        assert other.verdict in PASSED
        assert [s.rule for s in other.steps] != [s.rule for s in d.steps] or other.root != d.root
        if call != "integrate":  # antiderivatives may differ by a constant
            assert simplify(other.result - d.result) in (0, simplify(d.result - d.result))


def test_the_usual_way_is_another_one_where_a_method_was_asked_for() -> None:
    d = derive.diff("x**2", "x", method="definition")
    assert "rules" in {way.method for way in d.alternatives()}


def test_a_way_says_its_method_and_its_length() -> None:
    (first, *_) = derive.diff("x**2", "x").alternatives()
    assert isinstance(first, Way)
    assert repr(first) == f"<definition: {first.length} steps>"


def test_a_problem_of_one_known_way_is_refused() -> None:
    with pytest.raises(ValueError, match="only one way is known for Sum; several for Derivative"):
        derive.summation("1/k^2", ("k", 1, "oo")).alternatives()


def test_what_time_allows() -> None:
    d = derive.integrate("x*sqrt(x + 1)", ("x", 0, 1))
    started = time.monotonic()
    other_ways(d, 0.3)
    assert time.monotonic() - started < 3


def test_higher_derivatives_from_the_definition() -> None:
    d = derive.diff("x**3", "x", 2, method="definition")
    assert [s.rule for s in d.steps].count("definition of the derivative") == 2
    assert d.result == derive.diff("x**3", "x", 2).result
    with pytest.raises(derive.NoRuleApplies):
        derive.diff("x**3", "x", 2, method="logarithmic")
