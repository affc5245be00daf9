"""Derivations to data and back: every rule's example, real derivations, and data made to harm."""

from __future__ import annotations

import copy
import json
import pickle
import random
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
import sympy
from sympy import (
    Basic,
    Dummy,
    Float,
    Function,
    MatrixSymbol,
    Symbol,
    cos,
    symbols,
)
from sympy.core.parameters import evaluate

import derive
from derive import SavedError, TooLarge, rulebook
from derive.core import Derivation, Step
from derive.saved import types
from derive.saved.entries import FORMAT, fewest_facts

x, y = symbols("x y")
NEURON = ["z = w*x + b", "a = sigmoid(z)", "L = (a - y)^2/2"]

# fmt: off
CALLS: dict[str, Callable[[], Any]] = {
    "diff":         lambda: derive.diff("x^2*sin(x)/(x+1)", "x"),
    "by definition": lambda: derive.diff("x^3", "x", method="definition"),
    "limit":        lambda: derive.limit("sin(x)/x", "x", 0),
    "no limit":     lambda: derive.limit("1/x", "x", 0),
    "integrate":    lambda: derive.integrate("x^2*exp(x)", "x"),
    "by parts":     lambda: derive.integrate("exp(x)*sin(x)", "x"),
    "definite":     lambda: derive.integrate("x*exp(-x^2)", ("x", 0, "oo")),
    "substitution": lambda: derive.integrate("2*x*cos(x^2)", "x"),
    "series":       lambda: derive.series("exp(x)*cos(x)", "x", 0, 4),
    "summation":    lambda: derive.summation("1/n^2", ("n", 1, "oo")),
    "convergence":  lambda: derive.convergence("1/n^2", "n"),
    "radius":       lambda: derive.radius_of_convergence("1/n", "n"),
    "product":      lambda: derive.product("1 - 1/n^2", ("n", 2, "oo")),
    "dsolve":       lambda: derive.dsolve("y' = 2*x*y", "y", "x"),
    "implicit":     lambda: derive.implicit_diff("x^2 + y^2 = 1", "y", "x"),
    "argmax":       lambda: derive.argmax("x - x^2", "x", (0, 1)),
    "determinant":  lambda: derive.determinant([[1, "a"], ["b", 4]]),
    "inverse":      lambda: derive.inverse([[1, 2], [3, 4]]),
    "eigenvalues":  lambda: derive.eigen([[2, 1], [1, 2]])[0],
    "gradient":     lambda: derive.gradient("norm(A @ x - b)**2", "x",
                                            {"A": "m,n", "x": "n", "b": "m"}),
    "softmax":      lambda: derive.gradient("-sum(y*log_softmax(A @ x, axis=0))", "A",
                                            {"A": "m,n", "x": "n", "y": "m"}),
    "jacobian":     lambda: derive.jacobian("softmax(x, axis=0)", "x", {"x": "n"}),
    "hessian":      lambda: derive.hessian("logsumexp(x, axis=0)", "x", {"x": "n"}),
    "backprop":     lambda: next(iter(derive.backprop(NEURON, "L").values())),
}
# fmt: on


def different(a: Derivation, b: Derivation) -> str:
    """Where two derivations differ, step by step; empty where they do not."""
    if len(a.steps) != len(b.steps):
        return f"{len(a.steps)} and {len(b.steps)} steps"
    numbers = [{id(s): k for k, s in enumerate(d.steps)} for d in (a, b)]
    for k, (s, t) in enumerate(zip(a.steps, b.steps, strict=True)):
        for name in ("goal", "equals", "result", "given", "where", "rule", "sentence"):
            one, other = getattr(s, name), getattr(t, name)
            if one != other or str(one) != str(other):
                return f"step {k}, {name}: {one} and {other}"
        for name in ("parts", "premises"):
            below = [
                [n[id(p)] for p in getattr(q, name)] for n, q in zip(numbers, (s, t), strict=True)
            ]
            if below[0] != below[1]:
                return f"step {k}, {name}"
    for name in ("problem", "result", "given", "definitions", "arguments", "several"):
        if getattr(a, name) != getattr(b, name):
            return name
    return ""


def there_and_back(d: Derivation) -> Derivation:
    return Derivation.from_json(d.to_json())


BOOK = tuple(rulebook.entries())


@pytest.mark.one_in(4)
@pytest.mark.checked_by("tests/test_rules.py::test_is_true_on_its_own_example")
@pytest.mark.parametrize("entry", BOOK, ids=[f"{e.title}: {e.rule.name}" for e in BOOK])
def test_every_rules_example_comes_back(entry: rulebook.Entry) -> None:
    rewrite, goal = entry.gives, entry.rule.example
    assert rewrite is not None
    root = Step(
        goal, entry.rule.name, rewrite.equals, rewrite.equals, rewrite.given, rewrite.where,
        sentence=entry.rule.sentence,
    )  # fmt: skip
    d = Derivation(root, goal)
    back = there_and_back(d)
    assert not different(d, back)
    assert back.text() == d.text()
    assert back.latex() == d.latex()


@pytest.mark.one_in(4)
@pytest.mark.parametrize("name", CALLS)
def test_every_kind_of_derivation_comes_back_and_is_not_checked(name: str) -> None:
    d = CALLS[name]()
    before = d.check().verdict
    back = there_and_back(d)
    assert not different(d, back)
    assert back.verdict == "undecided"
    assert back.report is None
    assert "not checked" in back.text()
    assert back.check().verdict == before
    assert "saved" in d.to_dict()
    assert there_and_back(back).to_dict() == there_and_back(d).to_dict()


@pytest.mark.parametrize(
    "expression",
    [
        Float("0.1", 30) * x,
        Symbol("x", positive=True) ** 2,
        Function("g")(x, y),
        Function("g", real=True)(x),
        2 * MatrixSymbol("A", 2, 3).T,
        sympy.Add(y, x, evaluate=False),
        sympy.Mul(x, x + 1, x, evaluate=False),
        sympy.Pow(sympy.Pow(x, 2, evaluate=False), 3, evaluate=False),
        (x > 0) & (y < 1),
        -(10**3999) * x,
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.false_on_purpose
def test_expressions_come_back_as_they_were(expression: Basic) -> None:
    d = Derivation(Step(expression, "a rule", expression, expression), expression)
    back = there_and_back(d)
    assert not different(d, back)
    pairs = [(d.result, back.result)]
    while pairs:
        a, b = pairs.pop()
        assert type(a).__name__ == type(b).__name__
        assert a.args == b.args
        pairs += zip(a.args, b.args, strict=True)


@pytest.mark.false_on_purpose
def test_a_letter_of_its_own_stays_one() -> None:
    a, b = Dummy("t"), Dummy("t")
    back = there_and_back(Derivation(Step(a + b, "a rule", a + b, a + b), a))
    assert len(back.result.free_symbols) == 2
    assert back.problem in back.result.free_symbols


@pytest.mark.false_on_purpose
def test_equal_letters_are_equal_data() -> None:
    """SymPy holds them for equal and may hand out either, whichever it has remembered."""
    n, again = Symbol("n", positive=True, integer=True), Symbol("n", integer=True, positive=True)
    told = Symbol("n", integer=True, positive=True, real=True, nonnegative=True)
    assert n == again == told
    saved = [json.dumps(derive.diff(x**2 * letter, x).to_dict()) for letter in (n, again, told)]
    assert len(set(saved)) == 1
    assert fewest_facts({"real": False}) == {"real": False}
    assert fewest_facts({"real": True, "zero": False}) == {"nonzero": True}


def test_what_is_not_saved_is_said() -> None:
    own = type("own", (Function,), {})(x)
    d = Derivation(Step(own, "a rule", own, own), own)
    assert d.to_dict()["saved"] == "own is not a type that is saved"
    with pytest.raises(SavedError, match="was not saved: own is not a type"):
        there_and_back(d)


@pytest.mark.false_on_purpose
def test_deep_and_shared_derivations_come_back() -> None:
    with evaluate(False):
        f: Basic = x
        for _ in range(150):
            f = cos(f) + x
    d = derive.diff(f, "x")
    back = there_and_back(d)
    assert len(back.steps) == len(d.steps)
    assert back.text() == d.text()


# ------------------------------------------------------------------ harm


def data() -> dict[str, Any]:
    return json.loads(derive.diff("x^2*sin(x)", "x").to_json())


def put(*path: Any, value: Any) -> Callable[[dict[str, Any]], None]:
    def changed(whole: dict[str, Any]) -> None:
        place: Any = whole["saved"]
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value

    return changed


def add(row: Any) -> Callable[[dict[str, Any]], None]:
    """One more node, which the problem is."""

    def changed(whole: dict[str, Any]) -> None:
        whole["saved"]["nodes"].append(row)
        whole["saved"]["problem"] = len(whole["saved"]["nodes"]) - 1

    return changed


# fmt: off
HARM: list[tuple[Callable[[dict[str, Any]], None], str]] = [
    # keys and types
    (lambda d: d.update(extra=1),                      "unknown key 'extra'"),
    (lambda d: d.pop("saved"),                         "has no 'saved'"),
    (lambda d: d["saved"].update(__class__="os"),      "unknown key '__class__'"),
    (lambda d: d["saved"].pop("nodes"),                "has no 'nodes'"),
    (put("format", value="derivation 2"),              "format 'derivation 2' is not read"),
    (put("format", value=["derivation 1"]),            "is not read"),
    (put("nodes", value={}),                           "nodes is dict, not list"),
    (put("nodes", 0, value="Symbol x"),                "node 0 is str, not list"),
    (put("nodes", 0, value=[]),                        "node 0 has no type"),
    (put("several", value=1),                          "several is int, not bool"),
    (put("root", value=True),                          "which is no earlier entry"),
    (put("root", value=10**9),                         "which is no earlier entry"),
    (put("steps", 0, "given", value=1),                "is no condition"),
    (put("steps", 0, "rule", value=["a"]),             "step 0 is list, not str"),
    (put("steps", 0, "extra", value=1),                "unknown key 'extra'"),
    (put("arguments", value=[1]),                      "one of them is no letter"),
    (put("definitions", value=[[0]]),                  "are two"),
    # cycles
    (put("nodes", 2, value=["Pow", 2, 2]),             "node 2 refers to 2"),
    (put("nodes", 2, value=["Pow", 0, 5]),             "node 2 refers to 5"),
    (put("nodes", 2, value=["Pow", 0, -1]),            "node 2 refers to -1"),
    (put("steps", 0, "parts", value=[0]),              "step 0 refers to 0"),
    # types that are not there
    (add(["os.system", 0]),                            "'os.system' is not a type"),
    (add(["lambdify", 0]),                             "'lambdify' is not a type"),
    (add(["sympify", 0]),                              "'sympify' is not a type"),
    (add(["Lambda", 0, 0]),                            "'Lambda' is not a type"),
    (add(["parse_expr", 0]),                           "'parse_expr' is not a type"),
    (add(["__import__", 0]),                           "'__import__' is not a type"),
    (add(["arrays.Array", [], [], []]),                "'arrays.Array' is not a type"),
    (add(["arrays.nodes", [], [], []]),                "'arrays.nodes' is not a type"),
    (add(["derive.core.Derivation", 0]),               "is not a type"),
    # arguments that do not fit
    (add(["Pow", 0]),                                  "Pow has arguments that do not fit"),
    (add(["Derivative", 0, 0]),                        "do not fit"),
    (add(["sin"]),                                     "do not fit"),
    (add(["And", 0]),                                  "do not fit"),
    (add(["sin", "x"]),                                "refers to 'x'"),
    (add(["Pi", 0]),                                   "'Pi' is not a type"),
    (add(["Symbol", "x"]),                             "has 1 parts, not 2"),
    (add(["Symbol", 5, {}]),                           "is int, not str"),
    (add(["Symbol", "x", {"positive": 1}]),            "no assumption that is read"),
    (add(["Symbol", "x", {"cls": True}]),              "no assumption that is read"),
    (add(["Symbol", "x", {"positive": True, "negative": True}]), "this is no derivation"),
    (add(["Unknown", "f", {}]),                        "a function of no expressions"),
    (add(["Integer", "0x1F"]),                         "no whole number"),
    (add(["Integer", "1_000"]),                        "no whole number"),
    (add(["Integer", "٣"]),                            "no whole number"),
    (add(["Integer", "--1"]),                          "no whole number"),
    (add(["Integer", 5]),                              "is int, not str"),
    (add(["Rational", "1", "0"]),                      "lowest terms"),
    (add(["Rational", "2", "4"]),                      "lowest terms"),
    (add(["Float", 2, "1", 1, 53]),                    "floating point"),
    (add(["Float", 0, "1", 10**9, 53]),                "floating point"),
    (add(["Float", 0, "1", 1, 10**9]),                 "floating point"),
    (add(["ImmutableDenseMatrix", 1, 1, 0]),           "do not fit"),
    (add(["arrays.Softmax", [], [0], []]),             "do not fit"),
    (add(["arrays.Variable", [], ["x", "", []]]),      "are three"),
    (add(["arrays.Variable", [], ["x", "", []], [{"node": 1}, {"node": 0}]]), "shape is none"),
    (add(["arrays.Variable", [], ["x", {"code": 1}, []], []]), "unknown key 'code'"),
    (add(["arrays.Variable", [], ["x", None, []], []]), "no data of an array"),
    (add(["arrays.Variable", [], ["x", [[[[[]]]]], []], []]), "no data of an array"),
    # names
    (add(["Symbol", "\\input{/etc/passwd}", {}]),      "U\\+005C in a name is not read"),
    (add(["Symbol", "\\write18{x}", {}]),              "in a name is not read"),
    (add(["Symbol", "$x$", {}]),                       "in a name is not read"),
    (add(["Symbol", "<script>", {}]),                  "in a name is not read"),
    (add(["Symbol", "a\nb", {}]),                      "U\\+000A in a name"),
    (add(["Symbol", "a\x00", {}]),                     "U\\+0000 in a name"),
    (add(["Symbol", "a\u202eb", {}]),                  "U\\+202E in a name"),
    (add(["Str", "`rm`"]),                             "in a name is not read"),
    (add(["Unknown", "f;g", {}, 0]),                   "in a name is not read"),
    (add(["arrays.Variable", [], ["<b>", "", []], []]), "in a name is not read"),
    (put("steps", 0, "rule", value="a\u202eb"),        "invisible character"),
    (put("steps", 0, "sentence", value="a\x1b[31m"),   "invisible character"),
]
LARGE: list[tuple[Callable[[dict[str, Any]], None], str]] = [
    (add(["Symbol", "x"*65, {}]),                      "name_length"),
    (add(["Integer", "9"*4002]),                       "digits"),
    (add(["Integer", "9"*10**6]),                      "digits"),
    (put("nodes", value=[["Pi"]]*200_001),             "nodes"),
    (put("steps", value=[{}]*100_001),                 "steps"),
    (put("steps", 0, "sentence", value="a"*10_001),    "characters"),
]
# fmt: on


@pytest.mark.parametrize(("harm", "said"), HARM, ids=[said for _, said in HARM])
def test_harm_is_refused_in_one_line(harm: Callable[..., None], said: str) -> None:
    whole = data()
    harm(whole)
    started = time.monotonic()
    for read in (Derivation.from_dict, lambda d: Derivation.from_json(json.dumps(d))):
        with pytest.raises(SavedError, match=said) as caught:
            read(copy.deepcopy(whole))
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) <= 300
    assert time.monotonic() - started < 1


@pytest.mark.parametrize(("harm", "limit"), LARGE, ids=[limit for _, limit in LARGE])
def test_too_much_names_the_limit(harm: Callable[..., None], limit: str) -> None:
    whole = data()
    harm(whole)
    with pytest.raises(TooLarge, match=rf"derive.allowing\({limit}=...\)") as caught:
        Derivation.from_dict(whole)
    assert caught.value.limit == limit


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "this is no JSON"),
        ("[" * 100_000, "this is no JSON"),
        ("null", "the data is NoneType, not dict"),
        ('{"saved": 1, "saved": 2}', "a key stands twice"),
        ('{"saved": {"format": NaN}}', "NaN is no number"),
        ("9" * 10_000, "this is no JSON"),
        (pickle.dumps({}).decode("latin-1"), "this is no JSON"),
    ],
    ids=str,
)
def test_what_is_no_json(text: str, said: str) -> None:
    with pytest.raises(SavedError, match=said):
        Derivation.from_json(text)


def test_bytes_are_never_read() -> None:
    with pytest.raises(SavedError, match="expected JSON text, got bytes"):
        Derivation.from_json(pickle.dumps({}))  # type: ignore[arg-type]
    with derive.allowing(file_characters=10), pytest.raises(TooLarge, match="file_characters"):
        Derivation.from_json(" " * 11)


def test_a_tower_of_powers_is_read_and_never_computed() -> None:
    rows = [["Integer", "9"], *(["Pow", 0, k] for k in range(40))]
    step = {"goal": 40, "equals": 40, "result": 40, "given": 41, "rule": "r", "sentence": ""}
    whole = {
        "format": FORMAT, "nodes": [*rows, ["true"]], "problem": 40, "root": 0, "several": False,
        "definitions": [], "arguments": [],
        "steps": [{**step, "where": [], "parts": [], "premises": []}],
    }  # fmt: skip
    started = time.monotonic()
    with suppress(SavedError, TooLarge):
        Derivation.from_dict({"saved": whole})
    assert time.monotonic() - started < 1


@pytest.mark.false_on_purpose
@pytest.mark.parametrize("seed", range(150))
def test_any_change_is_read_or_refused(seed: int) -> None:
    """Random entries are replaced by others; only declared errors come out."""
    chance = random.Random(seed)
    name = chance.choice(["diff", "substitution", "gradient", "determinant", "dsolve"])
    if name not in _made:
        _made[name] = CALLS[name]().to_json()
    whole = json.loads(_made[name])
    for _ in range(chance.randint(1, 3)):
        _spoil(whole["saved"], chance)
    with suppress(SavedError, TooLarge):
        Derivation.from_dict(whole)


_made: dict[str, str] = {}
NAMES = [*types.OF_SYMPY, *types.CONSTANTS, *(f"arrays.{name}" for name in types.ARRAYS), "Symbol"]


def _spoil(place: Any, chance: random.Random) -> None:
    while True:
        key = chance.choice(list(place) if isinstance(place, dict) else range(len(place)))
        if isinstance(place[key], (dict, list)) and place[key] and chance.random() < 0.9:
            place = place[key]
            continue
        others = [0, 1, -1, 7, 10**20, "x", "", None, True, [], {}, 1.5, chance.choice(NAMES)]
        place[key] = chance.choice(others)
        return
