"""The command line: read the question, call one function, show its answer.

Exit codes: 0 worked out, and its check passed; 1 a check refuted it, or could not decide; 2 wrong
usage or unreadable input; 3 no rule applies, or out of time.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from derive import __version__
from derive.command_line_arrays import SUBJECTS as ARRAYS
from derive.command_line_arrays import add_shapes, declared
from derive.command_line_extrema import SUBJECTS as EXTREMA
from derive.command_line_series import SUBJECTS as SERIES
from derive.deadline import OutOfTime, within

if TYPE_CHECKING:
    from derive.core import Derivation

SHOWN_DIGITS = 15
WORKED_OUT, NOT_CONFIRMED, WRONG_USAGE, NOT_WORKED_OUT = 0, 1, 2, 3
PASSED = ("proved", "certified", "confirmed")
SLACK = 0.25  # seconds after which a call that does not look at its own budget is interrupted

EXAMPLES = """examples:
  derive diff "x**2*sin(x)" x                derive limit "sin(x)/x" x 0 --dir +
  derive diff "x**x" x --method logarithmic  derive integrate "x*exp(x)" x
  derive determinant "[[a,b],[c,d]]"         derive integrate "exp(-x^2)" x -oo oo
  derive eigen "[[2,1],[1,2]]"               derive rules "by parts"
  derive gradient "norm(A @ x - b)**2" x --shape A=m,n --shape x=n --shape b=m
  derive backprop "z = w*x + b" "a = sigmoid(z)" "L = (a - y)**2/2" --wrt w,b

exit codes:
  0 worked out, check passed    1 check refuted it or could not decide
  2 input that is not read      3 no rule applies, or out of time
"""

DEMO = (
    ("diff", "x**2*sin(x)", "x"),
    ("diff", "x**2", "x", "--method", "definition"),
    ("limit", "sin(x)/x", "x", "0"),
    ("integrate", "x*exp(x)", "x"),
    ("integrate", "x**2", "x", "0", "1"),
    ("summation", "1/k^2", "k", "1", "oo"),
    ("series", "exp(sin(x))", "x", "0"),
    ("determinant", "[[2,1,0],[1,3,1],[0,1,4]]"),
    ("inverse", "[[2,1],[5,3]]"),
    ("eigen", "[[2,1],[1,2]]"),
    ("gradient", "norm(A @ x - b)**2", "x", "--shape", "A=m,n", "--shape", "x=n", "--shape", "b=m"),
    ("backprop", "z = w*x + b", "a = sigmoid(z)", "L = (a - y)**2/2", "--wrt", "w,b"),
)


# ------------------------------------------------------------------ what can be asked


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="derive",
        description="Closed forms derived step by step, and checked against numbers.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"derive {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    shown, asked = _shown(), _asked()

    def command(name: str, summary: str, run: Callable[..., int], *parents: Any) -> Any:
        added = commands.add_parser(name, help=summary, description=summary, parents=list(parents))
        added.set_defaults(run=run)
        return added

    for name, summary, question, add in SUBJECTS:
        added = command(name, summary, _answer, shown, asked)
        added.set_defaults(question=question)
        add(added)
    demo = command("demo", "one derivation of each subject, with its check", _demo)
    demo.add_argument("--timeout", type=_seconds, default=20.0, help="seconds for each (20)")
    rules = command("rules", "the rule book", _rules, shown)
    rules.add_argument("word", nargs="?", default="", help="only the rules that mention it")
    return parser


def _shown() -> argparse.ArgumentParser:
    parent = argparse.ArgumentParser(add_help=False)
    form = parent.add_mutually_exclusive_group()
    for name in ("latex", "markdown", "json"):
        form.add_argument(f"--{name}", dest="form", action="store_const", const=name)
    parent.set_defaults(form="text")
    return parent


def _asked() -> argparse.ArgumentParser:
    parent = argparse.ArgumentParser(add_help=False)
    parent.add_argument("--at", action="append", default=[], metavar="x=2", help="values there")
    parent.add_argument("--check", action=argparse.BooleanOptionalAction, default=True)
    parent.add_argument("--timeout", type=_seconds, default=20.0, help="seconds (20)")
    for fact in ("positive", "real", "integer"):
        parent.add_argument(f"--{fact}", default="", metavar="x,y", help=f"letters that are {fact}")
    return parent


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < 1e6:
        raise argparse.ArgumentTypeError(f"{text} is no number of seconds")
    return seconds


# ------------------------------------------------------------------ the questions


class Reader:
    """Text to SymPy, with what the options say of the letters."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.facts: dict[str, list[str]] = {}
        for fact in ("positive", "real", "integer"):
            for name in getattr(options, fact).replace(",", " ").split():
                self.facts.setdefault(name, []).append(fact)

    def __call__(self, text: str) -> Any:
        from derive.elementary import FUNCTIONS
        from derive.parse import parse

        return parse(text, self.facts, local=FUNCTIONS)

    def letter(self, text: str) -> Any:
        from derive.parse import parse_symbol

        return parse_symbol(text, self.facts)


def _diff(options: argparse.Namespace, read: Reader) -> Any:
    from derive import diff

    by = [int(v) if v.strip().isdecimal() else read.letter(v) for v in options.variables]
    method = options.method or "rules"
    return diff(read(options.f), *by, method=method, timeout=options.timeout)


def _limit(options: argparse.Namespace, read: Reader) -> Any:
    from derive import limit

    f, names, point = read(options.f), options.x.split(","), options.point.split(",")
    if len(names) > 1:
        letters, places = tuple(map(read.letter, names)), tuple(map(read, point))
        return limit(f, letters, places, dir=options.dir, timeout=options.timeout)
    x, x0 = read.letter(options.x), read(options.point)
    return limit(f, x, x0, dir=options.dir, timeout=options.timeout)


def _integrate(options: argparse.Namespace, read: Reader) -> Any:
    from derive import integrate

    if len(options.bounds) not in (0, 2):
        raise ValueError("an integral has no bounds or two: integrate f x, or integrate f x a b")
    x = read.letter(options.x)
    over = (x, *map(read, options.bounds)) if options.bounds else x
    return integrate(read(options.f), over, method=options.method, timeout=options.timeout)


def _determinant(options: argparse.Namespace, read: Reader) -> Any:
    from derive import determinant

    method = options.method or "auto"
    return determinant(read(options.A), method=method, timeout=options.timeout)


def _inverse(options: argparse.Namespace, read: Reader) -> Any:
    from derive import inverse

    return inverse(read(options.A), method=options.method or "auto", timeout=options.timeout)


def _eigen(options: argparse.Namespace, read: Reader) -> Any:
    from derive import eigen

    return eigen(read(options.A), timeout=options.timeout)


def _backprop(options: argparse.Namespace, read: Reader) -> Any:
    from derive import backprop

    if options.shape:
        return _network(options)
    equations = [read(text) for text in options.equations]
    wrt = [read.letter(name) for name in options.wrt.replace(",", " ").split()] or None
    return backprop(equations, wrt=wrt, timeout=options.timeout)


def _network(options: argparse.Namespace) -> Any:
    from derive.networks.backward import backward

    return backward(options.equations, options.wrt or None, *declared(options)).whole


def _of_function(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("f", help="the function, as text: x**2*sin(x)")


def _of_matrix(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("A", help="the matrix by rows: [[2,1],[1,2]]")


def _with_method(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--method", help="how to go about it")


def _add_diff(parser: argparse.ArgumentParser) -> None:
    _of_function(parser)
    parser.add_argument("variables", nargs="*", metavar="x", help="by what: x, or x 2, or x y")
    _with_method(parser)


def _add_limit(parser: argparse.ArgumentParser) -> None:
    _of_function(parser)
    parser.add_argument("x", help="the variable (a sequence: --integer n), or several: x,y")
    parser.add_argument("point", help="what it tends to: 0, oo; of several variables 0,0")
    parser.add_argument("--dir", default="+-", choices=("+", "-", "+-"), help="the side (+-)")


def _add_integrate(parser: argparse.ArgumentParser) -> None:
    _of_function(parser)
    parser.add_argument("x", help="the variable")
    parser.add_argument("bounds", nargs="*", metavar="a b", help="from a to b")
    _with_method(parser)


def _add_matrix_with_method(parser: argparse.ArgumentParser) -> None:
    _of_matrix(parser)
    _with_method(parser)


def _add_backprop(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("equations", nargs="+", help="z = w*x + b, ...; the last is the loss")
    parser.add_argument("--wrt", default="", metavar="w,b", help="by which letters (all inputs)")
    add_shapes(parser)


SUBJECTS = (
    ("diff", "a derivative: diff f x", _diff, _add_diff),
    ("limit", "a limit: limit f x point", _limit, _add_limit),
    ("integrate", "an integral: integrate f x, or integrate f x a b", _integrate, _add_integrate),
    *SERIES,
    *EXTREMA,
    ("determinant", "the determinant of a matrix", _determinant, _add_matrix_with_method),
    ("inverse", "the inverse of a matrix", _inverse, _add_matrix_with_method),
    ("eigen", "eigenvalues and eigenvectors of a matrix", _eigen, _of_matrix),
    *ARRAYS,
    ("backprop", "gradients of a loss, equation by equation", _backprop, _add_backprop),
)


# ------------------------------------------------------------------ the answer


def _answer(options: argparse.Namespace) -> int:
    import sympy  # noqa: F401  (its import is not part of the time allowed)

    with within(options.timeout + SLACK):
        read = Reader(options)
        at = _values(options.at, read)
        answers = list(_titled(options.question(options, read)))
        values = [_values_at(answer, at) for _, answer in answers] if at else []
    late = options.check and not _checked([answer for _, answer in answers], options.timeout)
    _show(options.form, answers, values)
    if late:
        _complain("out of time: the answer was worked out, but its check did not finish")
        return NOT_WORKED_OUT
    return _code([answer for _, answer in answers]) if options.check else WORKED_OUT


def _titled(answer: Any, title: str = "") -> Iterator[tuple[str, Derivation]]:
    """The derivations in an answer, with the names they go by in it."""
    if hasattr(answer, "_asdict"):
        answer = answer._asdict()
    if isinstance(answer, Mapping):
        for name, each in answer.items():
            yield from _titled(each, str(name).replace("_", " "))
    elif isinstance(answer, tuple):
        for number, each in enumerate(answer, 1):
            yield from _titled(each, f"{title} {number}")
    else:
        yield title, answer


def _checked(answers: Sequence[Derivation], seconds: float) -> bool:
    """Check the answers; False when that took too long."""
    try:
        with within(seconds + SLACK):
            for answer in answers:
                answer.check()
    except OutOfTime:
        return False
    return True


def _code(answers: Sequence[Derivation]) -> int:
    return WORKED_OUT if all(a.verdict in PASSED for a in answers) else NOT_CONFIRMED


def _values(settings: Sequence[str], read: Reader) -> dict[Any, Any]:
    values = {}
    for setting in settings:
        for part in setting.split(","):
            name, equals, value = part.partition("=")
            if not equals:
                raise ValueError(f"--at {part}: write a letter and its value, such as x=2")
            values[read.letter(name)] = read(value)
    return values


def _values_at(answer: Derivation, at: Mapping[Any, Any]) -> dict[str, str]:
    """The result there, and beside it the estimate of the question from its definition."""
    from mpmath import nstr

    from lambdify_bridge import Undecided, Undefined, estimate, value

    shown = {"at": ", ".join(f"{letter} = {number}" for letter, number in at.items())}
    try:
        shown["result"] = nstr(value(answer, at), SHOWN_DIGITS)
    except (Undecided, Undefined) as why:
        shown["result"] = f"none: {why}"
    try:
        found = estimate(answer.problem, at)
        shown |= {"estimate": nstr(found.value, SHOWN_DIGITS), "method": found.method}
        shown["error"] = f"{float(found.error):.1g}"
    except (Undecided, Undefined, ValueError) as why:
        shown |= {"estimate": f"none: {why}"}
    return shown


# ------------------------------------------------------------------ showing it


def _show(
    form: str, answers: Sequence[tuple[str, Derivation]], values: Sequence[dict[str, str]]
) -> None:
    if form == "json":
        _write(_json(_data(answers, values)))
        return
    blocks = []
    for k, (title, answer) in enumerate(answers):
        if title:
            blocks.append(_comment(form, f"{title}:"))
        blocks.append(getattr(answer, form)())
        if form == "latex":
            blocks.append(_comment(form, f"{answer.verdict}{_reason(answer)}"))
        if values:
            blocks.append(_comment(form, _value_line(values[k])))
    _write("\n".join(blocks))


def _comment(form: str, words: str) -> str:
    from derive.render.names import plain_text

    words = plain_text(words)
    if form == "markdown":
        from derive.render.markdown import escaped

        return f"\n{escaped(words)}\n"
    return f"% {words}" if form == "latex" else words


def _reason(answer: Derivation) -> str:
    report = answer.report
    return f": {report.reason}" if report else ": not checked"


def _value_line(value: Mapping[str, str]) -> str:
    error = f" +- {value['error']} ({value['method']})" if "error" in value else ""
    return f"at {value['at']}: result {value['result']}, estimate {value['estimate']}{error}"


def _data(
    answers: Sequence[tuple[str, Derivation]], values: Sequence[dict[str, str]]
) -> dict[str, Any]:
    each = [answer.to_dict() for _, answer in answers]
    for data, value in zip(each, values, strict=False):
        data["value"] = value
    if len(each) == 1 and not answers[0][0]:
        return each[0]
    return {"answers": [{"name": t} | d for (t, _), d in zip(answers, each, strict=True)]}


def _json(data: Any) -> str:
    """JSON that may stand in a page: no tag can start or end in it."""
    return json.dumps(data, indent=2).replace("<", "\\u003c").replace(">", "\\u003e")


def _write(shown: str) -> None:
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        shown.encode(encoding)
    except UnicodeEncodeError:
        from derive.render.text import in_ascii

        shown = in_ascii(shown)
    print(shown, flush=True)


def _complain(problem: str) -> None:
    line = " ".join(str(problem).split())
    line = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in line)
    print(f"derive: {line.encode('ascii', 'backslashreplace').decode()}", file=sys.stderr)


# ------------------------------------------------------------------ demo, rules


def _demo(options: argparse.Namespace) -> int:
    codes = []
    for words in DEMO:
        _write("$ derive " + shlex.join(words))
        codes.append(main([*words, "--timeout", str(options.timeout)]))
        _write("")
    return max(codes)


def _rules(options: argparse.Namespace) -> int:
    from derive import rulebook

    if options.form == "json":
        _write(_json(rulebook.data(options.word)))
        return WORKED_OUT
    shown = rulebook.text if options.form == "text" else rulebook.markdown
    book = shown(options.word)
    if not book:
        raise ValueError(f"no rule mentions {options.word!r}")
    _write(book)
    return WORKED_OUT


# ------------------------------------------------------------------ errors


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code.

    >>> main(["diff", "x**2", "x", "--no-check"])
    d/dx(x²)
      1. d/dx(x²) = 2x                                                power rule
    Result: d/dx(x²) = 2x
    not checked
    0
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        options = _parser().parse_args([_guarded(word) for word in arguments])
    except SystemExit as leave:
        return int(leave.code or 0)
    try:
        return int(options.run(options))
    except BrokenPipeError:
        # Whoever read the output has seen enough; Python must not fail on the rest at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return WORKED_OUT
    except OutOfTime:
        _complain(f"out of time ({options.timeout:g} s)")
    except (ValueError, TypeError) as problem:
        _complain(str(problem))
        return WRONG_USAGE
    except (RecursionError, MemoryError):
        _complain("too large to work out")
    except Exception as problem:
        if not _from_engine(problem):
            traceback.print_exc()  # a mistake of ours, to be seen in full
        _complain(str(problem))
    return NOT_WORKED_OUT


def _from_engine(problem: Exception) -> bool:
    from derive.engine import DerivationError

    return isinstance(problem, (DerivationError, NotImplementedError))


def _guarded(word: str) -> str:
    """A value that starts with a minus, such as -oo: argparse reads what has a space as a value."""
    value = word.startswith("-") and not word.startswith("--") and word not in ("-h", "-")
    return f" {word}" if value else word
