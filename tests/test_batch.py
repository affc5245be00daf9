"""Many questions: nothing lost, nothing twice, whatever is stopped, and the same bytes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

import derive
from derive.batch import IN_FLIGHT, answer
from derive.command_line import main
from lambdify_bridge.extras import MissingExtra

ROOT = Path(__file__).parent.parent
MIXED: list[Any] = [
    {"call": "diff", "args": ["x**2*sin(x)", "x"]},
    {"id": "parts", "call": "integrate", "args": ["x*exp(x)", "x"]},
    {"call": "integrate", "args": ["exp(-x**2)", ["x", "-oo", "oo"]]},
    {"call": "limit", "args": ["(1 + 1/n)**n", "n", "oo"], "assume": {"n": "integer positive"}},
    {"call": "limit", "args": ["1/x", "x", 0], "options": {"dir": "+"}},
    {"call": "summation", "args": ["1/k**2", ["k", 1, "oo"]]},
    {"call": "determinant", "args": [[["a", 1], [2, "b"]]]},
    {"call": "eigen", "args": ["[[2,1],[1,2]]"]},
    {"call": "backprop", "args": [["z = w*x + b", "L = (z - y)**2"]]},
    {"call": "gradient", "args": ["norm(A @ x)**2", "x"],
     "options": {"shapes": {"A": "m,n", "x": "n"}}},
    {"call": "dsolve", "args": ["y' = y", "y", "x"]},
    {"call": "integrate", "args": ["x**x", "x"]},
    {"call": "diff", "args": ["sn(x)", "x"]},
    '{"call": "diff", "args": ["x**3", "x"]}',
    {"call": "system", "args": ["ls"]},
    {"call": "diff", "args": ["x", "x"], "options": {"timeout": 1e9}},
    {"call": "diff", "args": "x**2"},
    {"call": "diff", "arguments": ["x**2", "x"]},
    "{torn",
    "[1, 2]",
]  # fmt: skip
COUNTS = {"confirmed": 12, "not read": 7, "no rule applies": 1}


def cheap(count: int) -> Iterator[dict[str, Any]]:
    for k in range(count):
        yield {"id": k, "call": "diff", "args": [f"x**{k % 50 + 2}", "x"]}


def ordered(path: Path) -> list[str]:
    """The lines, by id; each id comes once."""
    lines = path.read_text().splitlines()
    named = {str(json.loads(line)["id"]): line for line in lines}
    assert len(named) == len(lines)
    return [named[name] for name in sorted(named)]


# ------------------------------------------------------------------ answers


def test_the_answers_of_a_corpus(tmp_path: Path) -> None:
    asked = tmp_path / "corpus.jsonl"
    asked.write_text("\n".join(q if isinstance(q, str) else json.dumps(q) for q in MIXED) + "\n\n")
    found = {}
    for workers in (1, 2):
        out = tmp_path / f"{workers}.jsonl"
        done = derive.batch(asked, workers=workers, checkpoint=out)
        assert dict(done.counts) == COUNTS
        assert len(done) == len(list(done)) == len(MIXED)
        found[workers] = ordered(out)
    assert found[1] == found[2]
    here = derive.batch(MIXED, workers=2)
    assert sorted(map(json.dumps, here)) == sorted(found[1])
    parts = next(result for result in here if result["id"] == "parts")
    assert (parts["outcome"], parts["result"]) == ("confirmed", "x*exp(x) - exp(x)")
    assert str(here).startswith("20 questions: 12 confirmed, 7 not read")


def test_steps_and_no_check() -> None:
    (found,) = derive.batch(MIXED[:1], workers=1, check=False, steps=True)
    assert found["outcome"] == "not checked"
    assert found["steps"][0]["rule"] == "product rule"


def test_only_public_calls_are_made() -> None:
    for name in ("parse", "batch", "__import__", "core", "Derivation", "", None, ["diff"]):
        found = answer({"id": 1, "call": name, "args": ["x"]}, check=False)
        assert found["outcome"] == "not read"
        (found,) = derive.batch([{"call": name, "args": ["x"]}], workers=1)
        assert found["outcome"] == "not read"


def test_two_questions_with_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match="two questions have the id 1"):
        derive.batch([{"id": 1, **MIXED[0]}, {"id": 1, **MIXED[2]}], workers=1)


def test_the_limits_hold_for_each_question(tmp_path: Path) -> None:
    slow = {"call": "integrate", "args": ["sin(x)**40*cos(x)**38*exp(x)*x**9", "x"]}
    begun = time.monotonic()
    done = derive.batch([{"id": "a", **slow}, *cheap(3), {"id": "b", **slow}], workers=1, timeout=1)
    assert time.monotonic() - begun < 15
    outcomes = {str(result["id"]): result["outcome"] for result in done}
    assert {outcomes["a"], outcomes["b"]} <= {"out of time", "no rule applies"}
    assert {outcomes[k] for k in "012"} == {"confirmed"}


# ------------------------------------------------------------------ stopped, and gone on with


def test_a_torn_line_is_asked_again_and_the_rest_is_not(tmp_path: Path) -> None:
    out = tmp_path / "results.jsonl"
    derive.batch(cheap(6), workers=1, checkpoint=out)
    whole = ordered(out)
    out.write_bytes(out.read_bytes()[:-20])
    new: list[Any] = []
    done = derive.batch(cheap(8), workers=1, checkpoint=out, each=new.append)
    assert len(new) == 3
    assert len(done) == 8
    assert ordered(out)[:6] == whole


def test_a_checkpoint_of_other_questions_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "results.jsonl"
    derive.batch(cheap(2), workers=1, checkpoint=out)
    with pytest.raises(ValueError, match="holds another question with id 1"):
        derive.batch([{"id": 1, **MIXED[0]}], workers=1, checkpoint=out)
    out.write_text('{"id": 1}\n')
    with pytest.raises(ValueError, match="line 1 is no result"):
        derive.batch(cheap(2), workers=1, checkpoint=out)


@pytest.mark.one_in(2)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_stopped_run_goes_on_where_it_was(number: signal.Signals, tmp_path: Path) -> None:
    asked, out = tmp_path / "corpus.jsonl", tmp_path / "results.jsonl"
    asked.write_text("".join(json.dumps(q) + "\n" for q in cheap(150)))
    command = [sys.executable, "-m", "derive", "batch", str(asked), "--out", str(out)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    running = subprocess.Popen(
        [*command, "--workers", "2"], env=environment, stderr=subprocess.PIPE, text=True
    )
    while not (out.exists() and out.read_bytes().count(b"\n") > 20):
        time.sleep(0.02)
        assert running.poll() is None
    running.send_signal(number)
    assert running.communicate(timeout=30)[1].count("Traceback") == 0
    before = out.read_bytes()
    assert 20 < before.count(b"\n") < 150
    done = derive.batch(asked, workers=2, checkpoint=out)
    assert dict(done.counts) == {"confirmed": 150}
    assert out.read_bytes().startswith(before[: before.rfind(b"\n") + 1])
    assert len(ordered(out)) == 150


def test_two_runs_do_not_write_to_one_file(tmp_path: Path) -> None:
    out = tmp_path / "results.jsonl"

    def meanwhile() -> Iterator[dict[str, Any]]:
        yield from cheap(1)
        with pytest.raises(ValueError, match="another run writes"):
            derive.batch(cheap(1), workers=1, checkpoint=out)

    assert len(derive.batch(meanwhile(), workers=1, checkpoint=out)) == 1


# ------------------------------------------------------------------ executors


class AtOnce(Executor):
    """Counts how many questions it holds; answers them in the order that is worst."""

    def __init__(self) -> None:
        self.held: list[tuple[Future[Any], Any]] = []
        self.most = 0

    def submit(self, function: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.held.append((future, args[0]))
        self.most = max(self.most, len(self.held))
        if len(self.held) == IN_FLIGHT:
            for future_, question in reversed(self.held):
                future_.set_result({**question, "outcome": "confirmed"})
            self.held.clear()
        return future


def test_questions_in_flight_are_bounded() -> None:
    executor = AtOnce()
    done = derive.batch(cheap(10 * IN_FLIGHT), executor)
    assert len(done) == 10 * IN_FLIGHT
    assert executor.most == IN_FLIGHT


@pytest.mark.parametrize("kind", ["threads", "processes", "loky"])
def test_any_executor(kind: str, tmp_path: Path) -> None:
    out, expected = tmp_path / "results.jsonl", tmp_path / "expected.jsonl"
    derive.batch(MIXED, workers=1, checkpoint=expected)
    with _executor(kind) as executor:
        done = derive.batch(MIXED, executor, checkpoint=out)
    assert dict(done.counts) == COUNTS
    assert ordered(out) == ordered(expected)


class Lacking(Executor):
    """Its processes have not all that the questions need."""

    def submit(self, function: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_exception(MissingExtra("timeout= needs the package pebble"))
        return future


def test_a_package_that_is_missing_there_is_said_at_once() -> None:
    with pytest.raises(MissingExtra, match="pebble"):
        derive.batch(MIXED, Lacking())


def _executor(kind: str) -> Executor:
    if kind == "threads":
        return ThreadPoolExecutor(2)
    if kind == "processes":
        return ProcessPoolExecutor(2, mp_context=get_context("forkserver"))
    loky = pytest.importorskip("loky")
    return loky.ProcessPoolExecutor(2)


@pytest.mark.filterwarnings("ignore")
def test_a_worker_of_dask_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    out = tmp_path / "results.jsonl"
    killed: list[int] = []

    def kill_one(result: dict[str, Any]) -> None:
        if len(done := out.read_bytes().splitlines()) >= 30 and not killed:
            pids = client.run(os.getpid)
            killed.append(sorted(pids.values())[0])
            os.kill(killed[0], signal.SIGKILL)
            assert len(done) < 120

    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None,
        local_directory=str(tmp_path),
    )  # fmt: skip
    with cluster, distributed.Client(cluster) as client:
        done = derive.batch(cheap(120), client.get_executor(), checkpoint=out, each=kill_one)
    assert killed
    assert dict(done.counts) == {"confirmed": 120}
    assert len(ordered(out)) == 120


# ------------------------------------------------------------------ size


MEASURED = """
import resource, derive
from tests.test_batch import cheap
from derive.batch_answers import answer
from concurrent.futures import Future

class Quick:
    def submit(self, function, question, **limits):
        future = Future()
        future.set_result({**question, "outcome": "confirmed", "result": "x" * 200})
        return future

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

derive.batch(cheap(200), Quick(), checkpoint=PATH + "0")
before = peak()
derive.batch(cheap(10_000), Quick(), checkpoint=PATH)
print(peak() - before)
"""


def test_ten_thousand_questions_take_little_memory(tmp_path: Path) -> None:
    code = MEASURED.replace("PATH", repr(str(tmp_path / "out")))
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 8 * 1024 * (1024 if sys.platform == "darwin" else 1)


@pytest.mark.slow
def test_thousands_of_questions_take_little_memory_in_the_workers_as_well(tmp_path: Path) -> None:
    psutil = pytest.importorskip("psutil")
    sizes: list[int] = []
    done: list[Any] = []

    def each(result: dict[str, Any]) -> None:
        done.append(result["id"])
        if len(done) % 500 == 0:
            children = psutil.Process().children(recursive=True)
            sizes.append(sum(child.memory_info().rss for child in children))

    out = tmp_path / "results.jsonl"
    found = derive.batch(cheap(4000), workers=2, checkpoint=out, check=False, each=each)
    assert dict(found.counts) == {"not checked": 4000}
    assert sizes[-1] - sizes[0] < 60 * 2**20, sizes


# ------------------------------------------------------------------ the command line


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked, out = tmp_path / "corpus.jsonl", tmp_path / "results.jsonl"
    asked.write_text("".join(json.dumps(q) + "\n" for q in cheap(4)))
    words = ["batch", str(asked), "--workers", "1", "--timeout", "30"]
    assert main([*words, "--out", str(out), "--progress"]) == 0
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.splitlines()[-1] == "4 questions: 4 confirmed"
    assert "4 questions: 4 confirmed; " in shown.err
    assert main([*words, "--no-check"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert sorted(json.loads(line)["id"] for line in lines) == [0, 1, 2, 3]
    asked.write_text('{"call": "integrate", "args": ["x**x", "x"]}\n')
    assert main(words) == 3
    assert main(["batch", str(tmp_path / "none")]) == 2
    assert "No such file" in capsys.readouterr().err
