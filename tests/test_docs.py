"""The pages of the documentation: their Python runs as printed, and every public name is on one."""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import derive
import lambdify_bridge
from derive import networks

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
sys.path.append(str(DOCS))

import made  # noqa: E402


def python_of(page: Path) -> str:
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return "\n".join(blocks)


WRITTEN = sorted(p for p in DOCS.rglob("*.md") if not {"made", "built"} & set(p.parts))
WITH_CODE = [page for page in WRITTEN if ">>>" in python_of(page)]
PRINTED_AS = doctest.NORMALIZE_WHITESPACE


def failures(page: Path) -> int:
    test = doctest.DocTestParser().get_doctest(python_of(page), {}, page.name, None, 0)
    runner = doctest.DocTestRunner(optionflags=PRINTED_AS)
    runner.run(test)
    return runner.summarize(verbose=False).failed


def test_there_are_pages_with_code() -> None:
    names = {page.stem for page in WITH_CODE}
    assert {"tutorial", "extending", "latex", "check_gradient", "backprop", "compile"} <= names


@pytest.mark.one_in(3)
@pytest.mark.parametrize("page", WITH_CODE, ids=lambda page: page.stem)
def test_python_runs_as_printed(page: Path) -> None:
    """In a process of its own: a page may add a rule to a table."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.test_docs", str(page)],
        cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.stem)
def test_links_lead_to_files(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+\.md)\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_public_name_is_in_the_reference() -> None:
    reference = "\n".join(made.api().values())
    documented = re.findall(r"^\.\. auto\w+:: (.*)$", reference, flags=re.M)
    promised = [f"derive.{name}" for name in derive.__all__ if name != "__version__"]
    promised += [f"lambdify_bridge.{name}" for name in lambdify_bridge.__all__]
    promised += [f"derive.networks.{name}" for name in networks.__all__]
    assert sorted(set(promised) - set(documented)) == []
    assert len(documented) == len(set(documented))


def test_what_makes_the_pages_has_true_examples() -> None:
    found = doctest.testmod(made)
    assert found.attempted
    assert not found.failed


def test_no_page_names_a_machine() -> None:
    for page in WRITTEN:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"/(home|work|tmp|Users)/|localhost|https?://", text), page.name


if __name__ == "__main__":
    sys.exit(failures(Path(sys.argv[1])))
