"""No call runs past its time, whatever SymPy does, and what is interrupted leaves no trace."""

from __future__ import annotations

import gc
import json
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import mpmath
import pytest
from sympy import Expr, Integral, Symbol, exp, sin, sympify
from sympy.core.cache import clear_cache
from sympy.core.parameters import evaluate, global_parameters

import derive
from derive.budget import Budget
from derive.calculus.integrals import RULES
from derive.calls import limited
from derive.deadline import OutOfTime, whole, within
from derive.engine import BudgetExceeded, search
from derive.engine import derive as work_out
from derive.rules import Outcome, RuleTable

x = Symbol("x")


class Long(Expr):
    """A stand-in operator: Long(0) takes for ever, Long(n) is 1 + Long(n - 1)."""

    def __new__(cls, n: int | Expr) -> Long:
        return Expr.__new__(cls, sympify(n))


LONG = RuleTable(Long, lambda goal: goal.args, "long work")


@LONG.rule("for minutes", example=Long(0))
def for_minutes(n: Expr) -> Outcome:
    """One call of SymPy after the other, none of which looks at the clock."""
    if n != 0:
        return None
    while True:
        ((1 + x + sin(x)) ** 9).expand().subs(x, exp(x))


@LONG.rule("one less", example=Long(3))
def one_less(n: Expr) -> Outcome:
    """One less."""
    return 1 + Long(n - 1)


def in_a_thread(work: Callable[[], None]) -> None:
    """Run `work` in a thread of its own; what it raises is raised here."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(30)
    assert not thread.is_alive()
    if raised:
        raise raised[0]


def here(work: Callable[[], None]) -> None:
    work()


def tree(f: str, over: Any = "x") -> str:
    return json.dumps(derive.integrate(f, over).to_dict())


def interrupted(seconds: float, f: str) -> None:
    with pytest.raises((BudgetExceeded, OutOfTime)), within(seconds):
        derive.integrate(f, "x")


def for_ever() -> None:
    while True:
        pass


# ------------------------------------------------------------------ the time is kept


@pytest.mark.parametrize("run", [here, in_a_thread])
@pytest.mark.parametrize("how", [search, work_out])
def test_a_call_that_never_looks_at_the_clock_is_ended(how: Any, run: Any) -> None:
    begun = time.monotonic()
    with pytest.raises(BudgetExceeded, match=r"out of budget \(0\.5 s\)") as caught:
        run(lambda: how(Long(3), {Long: LONG}, Budget(seconds=0.5)))
    assert time.monotonic() - begun < 1.2 * 0.5
    assert caught.value.partial is not None
    assert caught.value.partial.problem == Long(3)
    assert caught.value.partial.result.has(Long)


@pytest.mark.parametrize("run", [here, in_a_thread])
def test_the_trees_are_the_same_after_an_interruption_as_before(run: Any) -> None:
    asked = "exp(x)*sin(x) + x/(x**2 + 1)"
    before = tree(asked)
    for seconds in (0.003, 0.01, 0.03, 0.05):
        clear_cache()
        run(lambda s=seconds: interrupted(s, f"x**30*({asked})"))
        assert tree(asked) == before
    assert all(tree(asked) == before for _ in range(5))


@pytest.mark.parametrize("run", [here, in_a_thread])
def test_nothing_is_raised_where_it_would_be_lost(run: Any, monkeypatch: Any) -> None:
    lost: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", lost.append)

    def called_by_the_collector(phase: str, info: Any) -> None:
        for _ in range(2000):
            pass

    def with_garbage() -> None:
        while True:
            gc.collect(0)
            sum(k for k in range(4000))

    def work() -> None:
        with pytest.raises(OutOfTime), within(0.05):
            with_garbage()

    gc.callbacks.append(called_by_the_collector)
    try:
        for _ in range(5):
            run(work)
    finally:
        gc.callbacks.remove(called_by_the_collector)
    assert not lost


def test_two_threads_at_once_find_the_same_trees() -> None:
    asked = ["exp(x)*sin(x)", "x**3*log(x)", "1/(x**3 + 1)", "sqrt(1 - x**2)"]
    alone = [tree(f) for f in asked]
    deep: Expr = x
    with evaluate(False):
        for _ in range(150):
            deep = sin(deep) + x
    found: dict[int, list[str]] = {}

    def work(number: int) -> None:
        clear_cache()
        found[number] = []
        for f in asked:
            derive.diff(deep, x)  # works with SymPy's evaluation switched off
            found[number].append(tree(f))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert found == {0: alone, 1: alone}


def test_another_thread_is_waited_for_no_longer_than_the_time() -> None:
    began = threading.Event()

    def busy() -> None:
        with within(1):
            began.set()
            time.sleep(0.5)

    thread = threading.Thread(target=busy)
    thread.start()
    began.wait(5)
    with pytest.raises(BudgetExceeded):
        search(Integral(x, x), {Integral: RULES}, Budget(seconds=0.1))
    thread.join()
    assert derive.integrate("x", "x").result == x**2 / 2


def test_reading_and_finishing_are_part_of_the_time() -> None:
    @limited
    def question(f: str, timeout: float = 0.2) -> None:
        for_ever()

    begun = time.monotonic()
    for _ in range(2):
        with pytest.raises(BudgetExceeded, match=r"0\.2 s"):
            question("x")
    assert time.monotonic() - begun < 1


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), "soon"])
def test_a_timeout_is_a_number_of_seconds(timeout: Any) -> None:
    with pytest.raises(ValueError, match="write a number of seconds"):
        derive.integrate("x", "x", timeout=timeout)


# ------------------------------------------------------------------ what is left behind


@pytest.mark.parametrize("run", [here, in_a_thread])
def test_settings_are_as_before_and_no_thread_is_left(run: Any) -> None:
    threads, handler = threading.active_count(), signal.getsignal(signal.SIGALRM)
    prec = mpmath.mp.prec

    def changed() -> None:
        mpmath.mp.prec = 200
        global_parameters.evaluate = False
        for_ever()

    def interrupted() -> None:
        with pytest.raises(OutOfTime), within(0.05):
            changed()
        assert global_parameters.evaluate
        assert mpmath.mp.prec == prec

    run(interrupted)
    assert threading.active_count() == threads
    assert signal.getsignal(signal.SIGALRM) is handler
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


@pytest.mark.parametrize("run", [here, in_a_thread])
def test_limits_may_be_nested(run: Any) -> None:
    def inside(begun: float) -> None:
        with pytest.raises(OutOfTime), within(0.1):
            for_ever()
        assert 0.1 <= time.monotonic() - begun < 0.2
        with within(10):
            for_ever()

    def nested() -> None:
        begun = time.monotonic()
        with pytest.raises(OutOfTime), within(0.3):
            inside(begun)
        assert 0.3 <= time.monotonic() - begun < 0.45

    run(nested)


@pytest.mark.parametrize("run", [here, in_a_thread])
def test_what_swallows_the_interruption_is_interrupted_again(run: Any) -> None:
    def stubborn() -> None:
        for _ in range(3):
            try:
                for_ever()
            except BaseException:
                continue

    def ended() -> None:
        with within(0.05):
            stubborn()

    begun = time.monotonic()
    run(ended)
    assert time.monotonic() - begun < 0.5


def test_a_timer_of_the_user_goes_on() -> None:
    rung = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(time.monotonic()))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with pytest.raises(OutOfTime), within(0.3):
            for_ever()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert len(rung) == 1


def test_an_interruption_by_hand_goes_through() -> None:
    threading.Timer(0.1, signal.raise_signal, (signal.SIGINT,)).start()
    with pytest.raises(KeyboardInterrupt):
        search(Long(0), {Long: LONG}, Budget(seconds=10))
    assert search(Integral(x, x), {Integral: RULES}).result == x**2 / 2


def test_an_interruption_by_hand_that_is_swallowed_comes_again() -> None:
    def stubborn() -> None:
        for _ in range(3):
            try:
                for_ever()
            except BaseException:
                continue
        for_ever()

    threading.Timer(0.1, signal.raise_signal, (signal.SIGINT,)).start()
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt), within(5):
        stubborn()
    assert time.monotonic() - begun < 1
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_interruption_by_hand_waits_for_what_must_be_whole() -> None:
    done: list[str] = []

    def work() -> None:
        with whole():
            signal.raise_signal(signal.SIGINT)
            done.append("whole")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["whole"]


def test_a_handler_of_the_user_is_called_once() -> None:
    rung = []
    before = signal.signal(signal.SIGINT, lambda *_: rung.append(time.monotonic()))
    try:
        threading.Timer(0.05, signal.raise_signal, (signal.SIGINT,)).start()
        with pytest.raises(OutOfTime), within(0.3):
            for_ever()
    finally:
        signal.signal(signal.SIGINT, before)
    assert len(rung) == 1


def test_a_limit_costs_little() -> None:
    def each(n: int = 200) -> float:
        begun = time.perf_counter()
        for _ in range(n):
            with within(10):
                pass
        return (time.perf_counter() - begun) / n

    assert min(each() for _ in range(5)) < 2e-4
