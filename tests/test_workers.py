"""Hard limits: work in a process of its own is ended in time, and what it told comes back."""

from __future__ import annotations

import importlib
import inspect
import json
import math
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest
from sympy import (
    Add,
    Basic,
    Derivative,
    Dummy,
    Eq,
    Expr,
    Float,
    Function,
    I,
    ImmutableMatrix,
    Integral,
    Interval,
    Matrix,
    MatrixSymbol,
    Piecewise,
    Symbol,
    exp,
    oo,
    pi,
    sin,
    tan,
)
from sympy.core.parameters import evaluate

import derive
import lambdify_bridge
from derive.answers import named_derivations
from derive.batch_answers import calls
from derive.calculus.sums.behaviour import ABSOLUTELY, CONDITIONALLY, DIVERGES
from derive.calls import limited
from derive.engine import DOES_NOT_EXIST, Budget, search
from derive.rules import Outcome, RuleTable
from lambdify_bridge import to_numpy, validate
from lambdify_bridge.extras import MissingExtra
from lambdify_bridge.transport import dumps, loads
from lambdify_bridge.workers import MemoryExceeded, Stopped, TimeExceeded, WorkerDied, shared
from tests.support.public_calls import ASKED

x, y = Symbol("x"), Symbol("y", real=True)
OVERRUN = 0.5  # seconds past the limit, at most


@pytest.fixture(scope="module", autouse=True)
def a_worker_is_ready() -> Iterator[None]:
    shared.run(math.sqrt, (4.0,))
    yield
    shared.stop()


class Stuck(Expr):
    """A stand-in operator: Stuck(0) hangs inside C, Stuck(n) is 1 + Stuck(n - 1)."""

    def __new__(cls, n: Any) -> Stuck:
        return Expr.__new__(cls, Add(n))


STUCK = RuleTable(Stuck, lambda goal: goal.args, "work inside C")


@STUCK.rule("one less", example=Stuck(3))
def one_less(n: Expr) -> Outcome:
    """One less."""
    return 1 + Stuck(n - 1) if n != 0 else None


@STUCK.rule("one long operation", example=Stuck(0))
def one_long_operation(n: Expr) -> Outcome:
    """One operation that Python cannot interrupt."""
    return Add(math.factorial(10**8))


@limited
def stuck(n: int, timeout: float = 20.0) -> derive.Derivation:
    return derive.Derivation(search(Stuck(n), {Stuck: STUCK}, Budget(seconds=timeout)), Stuck(n))


@limited
def ends(how: int, timeout: float = 20.0) -> None:
    os.kill(os.getpid(), how)


@limited
def hoards(size: int, timeout: float = 20.0) -> int:
    return len(bytes(size))


# ------------------------------------------------------------------ the same answers


def faces(found: Any) -> list[tuple[str, ...]]:
    return [
        (name, d.text(), d.latex(), json.dumps(d.to_dict())) for name, d in named_derivations(found)
    ]


@pytest.mark.one_in(8)
@pytest.mark.parametrize(("name", "args", "options"), ASKED, ids=[a[0] for a in ASKED])
def test_a_worker_gives_the_same_answer(
    name: str, args: tuple[Any, ...], options: dict[str, Any]
) -> None:
    call = getattr(derive, name)
    assert faces(call(*args, **options, timeout=30)) == faces(call(*args, **options))


def test_every_public_call_takes_the_limits() -> None:
    other = {"allowing", "batch", "from_latex", "parse", "relu", "report", "sigmoid", "softplus"}
    asked = [name for name in derive.__all__ if inspect.isfunction(getattr(derive, name))]
    assert calls() == [name for name in asked if name not in other]
    assert {name for name, _, _ in ASKED} == set(calls())
    for name in calls():
        call = getattr(derive, name)
        taken = inspect.signature(call).parameters
        assert taken["timeout"].default is taken["memory"].default is None
        assert "`timeout` (seconds) and `memory` (MiB)" in call.__doc__


def test_errors_come_back_as_they_are() -> None:
    with pytest.raises(derive.NoRuleApplies) as here:
        derive.integrate("x**x", "x")
    with pytest.raises(derive.NoRuleApplies) as there:
        derive.integrate("x**x", "x", timeout=20)
    assert str(there.value) == str(here.value)
    assert there.value.goal == Integral(x**x, x)
    assert "integrate.py" in str(there.value.__cause__)
    with pytest.raises(derive.ParseError, match="unknown function"):
        derive.diff("sn(x)", "x", timeout=20)


def test_what_cannot_be_sent_is_refused() -> None:
    with pytest.raises(TypeError, match="cannot be sent to a worker process"):
        derive.diff(lambda t: t, "x", timeout=20)


def test_a_function_of_the_main_module_is_refused_with_advice() -> None:
    own = FunctionType((lambda t: t).__code__, {"__name__": "__main__"}, "own")
    with pytest.raises(TypeError, match="is defined in the main module"):
        validate(own, Symbol("x"), timeout=20)


def test_a_function_that_never_comes_back_is_not_confirmed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "endless_function.py").write_text("def f(x):\n    while True:\n        pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    function = importlib.import_module("endless_function").f
    begun = time.monotonic()
    report = validate(function, Symbol("x"), timeout=1.5)
    assert report.verdict == "undecided"
    assert report.reason == "the validation ran out of time"
    assert time.monotonic() - begun < 2.5


def test_a_compiled_formula_comes_back_from_a_worker() -> None:
    f = to_numpy(sin(Symbol("x")) ** 2, timeout=20)
    assert f(2.0) == pytest.approx(math.sin(2.0) ** 2)


def test_a_check_in_a_worker() -> None:
    found = derive.integrate("x*exp(x)", "x")
    report = found.check(timeout=30)
    assert report.verdict == found.verdict == "confirmed"
    assert report == found.check()
    equation = Eq(Derivative(sin(x), x), tan(x), evaluate=False)
    assert lambdify_bridge.check(equation, timeout=30).verdict == "refuted"


def test_a_check_that_is_not_over_in_time_is_undecided() -> None:
    nested: Basic = exp(-(x**2))
    for name in "abc":
        nested = Integral(nested * sin(Symbol(name) * x), (Symbol(name), 0, x))
    begun = time.monotonic()
    report = lambdify_bridge.check(Eq(nested, x, evaluate=False), timeout=0.03)
    assert time.monotonic() - begun < 0.03 + OVERRUN
    assert (report.verdict, report.reason) == ("undecided", "the check ran out of time")


# ------------------------------------------------------------------ the time


LONG = [
    partial(derive.integrate, "sin(x)**40*cos(x)**38*exp(x)*x**9", "x"),
    partial(derive.integrate, "1/(x**12 + 3*x**5 + x + 7)", ("x", 0, "oo")),
    partial(derive.diff, "x**x**x**x*sin(x)**cos(x)**tan(x)", "x", 9),
    partial(derive.limit, "(gamma(x + 1/x) - gamma(x))*exp(-x)/log(x)**9", "x", "oo"),
    partial(stuck, 3),
]


@pytest.mark.alone
@pytest.mark.parametrize("seconds", [0.2, 1.0])
@pytest.mark.parametrize("call", LONG)
def test_the_time_is_kept(call: Any, seconds: float) -> None:
    begun = time.monotonic()
    with suppress(derive.TimeExceeded, derive.NoRuleApplies):
        call(timeout=seconds)
    assert time.monotonic() - begun < seconds + OVERRUN
    assert derive.diff("x**2", "x", timeout=20).result == 2 * x


def test_an_operation_inside_c_is_ended_with_what_was_derived_so_far() -> None:
    with pytest.raises(derive.TimeExceeded, match=r"out of budget \(2 s\) at Stuck\(0\)") as caught:
        stuck(3, timeout=2)
    error = caught.value
    assert isinstance(error, (derive.BudgetExceeded, TimeoutError))
    assert error.goal == Stuck(0)
    assert error.trail == (Stuck(3), Stuck(2), Stuck(1))
    assert "one long operation" in error.tried
    assert error.partial is not None
    assert error.partial.problem == Stuck(3)
    assert error.partial.result == 1 + Stuck(2)
    assert error.partial.steps[0].rule == "one less"


def test_two_threads_at_once() -> None:
    late: list[float] = []

    def work() -> None:
        begun = time.monotonic()
        with pytest.raises(derive.TimeExceeded):
            stuck(1, timeout=0.5)
        late.append(time.monotonic() - begun)
        assert derive.diff("x**2", "x", timeout=20).result == 2 * x

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(late) == 3
    assert max(late) < 0.5 + 2 * OVERRUN  # three at work on two processors


def test_a_call_inside_a_call_stays_in_its_process() -> None:
    assert shared.run(derive.diff, ("x**2", "x"), {"timeout": 5}).result == 2 * x


# ------------------------------------------------------------------ memory, and the end of workers


def test_memory_is_limited_for_one_call() -> None:
    with pytest.raises(derive.MemoryExceeded, match=r"out of memory \(200 MiB\)") as caught:
        hoards(10**9, memory=200)
    assert isinstance(caught.value, MemoryError)
    assert hoards(10**8, memory=200) == 10**8
    assert hoards(10**9, timeout=20) == 10**9


@pytest.mark.parametrize("how", [signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL])
def test_a_worker_that_dies_is_an_exception(how: signal.Signals) -> None:
    with pytest.raises(derive.WorkerDied, match=how.name):
        ends(int(how), timeout=20)
    assert derive.diff("x**2", "x", timeout=20).result == 2 * x


@pytest.mark.parametrize("code", [0, 3])
def test_a_worker_that_leaves_is_noticed(code: int) -> None:
    with pytest.raises(WorkerDied):
        shared.run(os._exit, (code,))


def test_the_errors_of_the_bridge() -> None:
    with pytest.raises(TimeExceeded):
        shared.run(math.factorial, (10**8,), timeout=0.3)
    with pytest.raises(MemoryExceeded):
        shared.run(bytes, (10**9,), memory=100)
    assert issubclass(derive.TimeExceeded, Stopped)


def test_the_extra_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pebble", None)
    with pytest.raises(MissingExtra, match=r'pip install "derive-bridge\[parallel\]"'):
        derive.diff("x**2", "x", timeout=20)
    assert derive.diff("x**2", "x").result == 2 * x


# ------------------------------------------------------------------ what is sent


def structure(node: Any) -> Any:
    return (type(node).__name__, *map(structure, node.args)) if node.args else repr(node)


SENT = [
    Add(x, x, evaluate=False), Function("f")(x), Function("g", real=True)(y), Dummy("u") + 1,
    Matrix([[x, 1], [2, 3]]), ImmutableMatrix([[x, y]]), MatrixSymbol("A", 2, 3).T,
    Piecewise((x, x > 0), (0, True)), Integral(x, (x, 0, 1)), (x > 0) & (x < 1), 1 + I * pi, oo,
    Float("0.1", 30) * x, Symbol("n", integer=True) ** 2, Interval(0, 1), Derivative(x**2, x),
]  # fmt: skip


@pytest.mark.parametrize("sent", SENT, ids=str)
def test_expressions_arrive_as_they_were(sent: Any) -> None:
    come = loads(dumps(sent))
    assert come == sent
    assert type(come) is type(sent) or isinstance(type(sent), type(type(come)))
    if isinstance(sent, Basic):
        assert structure(come) == structure(sent)
        assert hash(come) == hash(sent)
        assert come.is_commutative == sent.is_commutative


def test_answers_that_are_one_object_stay_one() -> None:
    for answer in (DOES_NOT_EXIST, ABSOLUTELY, CONDITIONALLY, DIVERGES):
        assert loads(dumps(answer)) is answer
        assert pickle.loads(pickle.dumps(answer)) is answer


def test_deep_expressions_arrive() -> None:
    deep: Expr = x
    with evaluate(False):
        for _ in range(2000):
            deep = sin(deep) + x
    come: Any = loads(dumps(deep))
    for _ in range(2000):
        (come,) = (next(a for a in come.args if a != x)).args
    assert come == x


def test_derivations_can_be_pickled() -> None:
    for found in (derive.integrate("exp(x)*sin(x)", "x"), derive.diff("x*sin(x)", "x")):
        found.check()
        come = pickle.loads(pickle.dumps(found))
        assert faces(come) == faces(found)
        assert come.report == found.report
