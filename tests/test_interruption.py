"""Ctrl-C at any moment: the same call gives the same answer afterwards, and no process is left."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

psutil = pytest.importorskip("psutil")

SEEDS = (0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2)))
PRELUDE = """
import json, sys, threading, time
import derive

ASKED = [("exp(x)*sin(x) + x/(x**2 + 1)", "x"), ("1/(x**3 + 1)", "x"), ("x**3*log(x)", "x")]

def answers(**limits):
    return json.dumps([derive.integrate(*q, **limits).to_dict() for q in ASKED])

def say(word):
    print(word, flush=True)
"""

# Interrupted again and again; every answer that comes through is the same. A signal that comes
# while the program itself is at work, not the call, counts when the next call begins.
HERE = """
import signal
found, armed, missed = set(), False, False

def ring(number, frame):
    global missed
    if armed:
        raise KeyboardInterrupt
    missed = True

signal.signal(signal.SIGINT, ring)
say("ready")
for _ in range(TIMES):
    begin()
    try:
        armed = True
        if missed:
            raise KeyboardInterrupt
        while True:
            found.add(answers())
    except KeyboardInterrupt:
        armed = missed = False
    end()
    say("interrupted")
found.add(answers())
thread = threading.Thread(target=lambda: found.add(answers()))
thread.start()
thread.join()
found |= {answers() for _ in range(50)}
say(len(found))
say(found.pop())
"""
ALONE = "begin = end = lambda: None" + HERE.replace("TIMES", "8")
IN_A_WORKER = ALONE.replace("answers()", "answers(timeout=60)")

# Other threads work at the same time, and go on.
IN_THREADS = """
def begin():
    global threads
    threads = [threading.Thread(target=lambda: found.add(answers())) for _ in range(3)]
    for thread in threads:
        thread.start()

def end():
    for thread in threads:
        thread.join()
""" + HERE.replace("TIMES", "8")

# Interrupted once while it waits for one long operation inside C; then the program ends by itself.
ENDED = """
say("ready")
derive.integrate("exp(x)", "x", timeout=60)
import math
from lambdify_bridge.workers import shared
say("working")
shared.run(math.factorial, (10**8,), timeout=60)
"""


def program(body: str) -> subprocess.Popen[str]:
    run = [sys.executable, "-W", "error", "-c", PRELUDE + body]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)}
    return subprocess.Popen(run, text=True, env=environment, start_new_session=True, **pipes)


def interrupted(body: str, times: int, seed: int, longest: float) -> tuple[int, str]:
    """How many different answers there were, and one of them."""
    chance = random.Random(seed)
    running = program(body)
    assert running.stdout is not None
    try:
        assert running.stdout.readline() == "ready\n"
        for _ in range(times):
            time.sleep(chance.uniform(0, longest))
            running.send_signal(signal.SIGINT)
            assert running.stdout.readline() == "interrupted\n", f"seed {seed}"
        out, err = running.communicate(timeout=120)
    finally:
        running.kill()
    assert running.returncode == 0, err
    count, answer = out.splitlines()
    return int(count), answer


def left_of(session: int, seconds: float = 3.0) -> list[str]:
    """The processes of a session that are still there after a moment."""
    until = time.monotonic() + seconds
    while True:
        found = [p for p in psutil.process_iter() if _session(p.pid) == session]
        if not found or time.monotonic() > until:
            return [" ".join(p.cmdline()) for p in found]
        time.sleep(0.05)


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except (ProcessLookupError, PermissionError):
        return None


@pytest.fixture(scope="module")
def undisturbed() -> str:
    done = program("say(answers())").communicate(timeout=60)
    return done[0].strip()


@pytest.mark.one_in(2)
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("body", "longest"),
    [(ALONE, 0.5), (ALONE, 0.05), (IN_A_WORKER, 0.5), (IN_THREADS, 0.3)],
    ids=["here", "here, early", "in a worker", "in threads"],
)
def test_answers_are_the_same_after_any_interruption(
    body: str, longest: float, seed: int, undisturbed: str
) -> None:
    assert interrupted(body, 8, seed, longest) == (1, undisturbed)


@pytest.mark.one_in(2)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("after", [0.0, 0.3])
def test_no_process_is_left(number: signal.Signals, after: float) -> None:
    running = program(ENDED)
    assert running.stdout is not None
    words = [running.stdout.readline() for _ in range(2 if after else 1)]
    assert words[-1] == ("working\n" if after else "ready\n")
    time.sleep(after)
    running.send_signal(number)
    running.communicate(timeout=20)
    assert running.returncode != 0
    assert left_of(running.pid) == []


def test_a_key_pressed_reaches_all_processes_of_the_terminal() -> None:
    running = program(ENDED)
    assert running.stdout is not None
    assert [running.stdout.readline() for _ in range(2)] == ["ready\n", "working\n"]
    os.killpg(running.pid, signal.SIGINT)
    _, err = running.communicate(timeout=20)
    assert err.rstrip().endswith("KeyboardInterrupt")
    assert left_of(running.pid) == []
