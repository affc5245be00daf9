"""Answers of several derivations: what can be asked of one can be asked of all."""

from __future__ import annotations

import pickle

import pytest

import derive
from derive import Answers
from derive.core import Derivation
from lambdify_bridge import NotVerified

SEVERAL = [
    lambda: derive.eigen([[2, 1], [1, 2]]),
    lambda: derive.qr([[3, 1], [4, 2]]),
    lambda: derive.newton_cotes(3),
    lambda: derive.t_test([2, 3, 7], mean=4),
    lambda: derive.taylor_remainder("exp(x)", "x", 0, 3),
]


@pytest.fixture(params=range(len(SEVERAL)))
def answer(request: pytest.FixtureRequest) -> Answers:
    found = SEVERAL[request.param]()
    assert isinstance(found, Answers)
    return found


def test_it_unpacks_like_a_tuple(answer: Answers) -> None:
    assert len(answer) == len(tuple(answer)) == len(vars(answer))
    assert [answer[k] for k in range(len(answer))] == list(answer) == list(vars(answer).values())


def test_all_are_checked(answer: Answers) -> None:
    assert answer.verdict == "undecided"
    assert answer.check().verdict == answer.verdict == "confirmed"
    assert all(each.verdict == "confirmed" for each in answer.derivations.values())
    assert answer.verify().passed


def test_the_weakest_verdict_is_that_of_all() -> None:
    answer = derive.finite_difference(1, [-1, 1])
    wrong = Derivation(derive.diff("x**2", "x").root, derive.diff("x**3", "x").problem)
    mixed = type(answer)(answer.formula, wrong)
    assert mixed.check().verdict == mixed.verdict == "refuted"
    with pytest.raises(NotVerified):
        mixed.verify()


def test_all_are_shown(answer: Answers) -> None:
    shown = answer.text()
    for name, each in answer.derivations.items():
        assert f"{name}:\n{each.text()}" in shown
        assert each.latex(label=f"a-{name.replace(' ', '-')}") in answer.latex(label="a")
        assert each.markdown() in answer.markdown()
    assert str(answer) == shown == answer._repr_mimebundle_()["text/plain"]
    assert answer.to_html().count("<section") == len(answer.derivations)
    assert answer.show().text == shown


def test_names_of_several_of_a_kind() -> None:
    names = list(derive.eigen([[2, 1], [1, 2]]).derivations)
    assert names == [
        "characteristic polynomial", "values", "vectors 1", "vectors 2", "trace", "determinant",
    ]  # fmt: skip


def test_it_is_sent_to_other_processes(answer: Answers) -> None:
    back = pickle.loads(pickle.dumps(answer))
    for name, each in answer.derivations.items():
        assert back.derivations[name].result == each.result
