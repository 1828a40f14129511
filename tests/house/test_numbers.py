"""Numbers of care and money are policy: a slice asks `policy.whole(now, "ev.geofence_home_m")`.

Welcome in code are 0, 1, 2 and 100, indices, the widths in tables and on the wire, and HTTP
statuses. Another number that is none of care or money says so on its line:
`# not policy: how often the relay looks`. A time span is never written out.
"""

import ast
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from backend import policy

TODAY = date(2026, 11, 21)
ROOT = Path(__file__).parents[2]
FOUNDATIONS = {"core", "local", "migrations", "policy"}
OF_WIDTHS = {"tables", "schemas"}
PLAIN = {0, 1, 2, 100}
WIDTHS = {"ge", "le", "length", "limit", "max_length", "min_length", "status_code"}
EXCUSE = "# not policy: "
SQL_SPAN = re.compile(r"\binterval\s+'\d", re.IGNORECASE)


def test_no_slice_keeps_a_number_of_care_or_money() -> None:
    found = {
        f"{file.relative_to(ROOT)}:{line}": text
        for file in _files()
        for line, text in refused(file.read_text("utf-8"))
    }
    assert found == {}


@pytest.mark.parametrize(
    "code",
    [
        "late = minutes > 30",
        "fee_fen = 8000",
        "due_at = now + timedelta(hours=24)",
        "due_at = now + timedelta(days=1)",
        "due_at = now + timedelta(days=1)  # not policy: a day is a day",
        "rounds = await rows(\"SELECT id FROM visits WHERE at > now() - interval '7 days'\")",
        "def late(minutes: int = 30) -> bool: ...",
    ],
)
def test_a_number_of_care_or_money_is_refused(code: str) -> None:
    assert list(refused(code)) == [(1, code)]


@pytest.mark.parametrize(
    "code",
    [
        "share = total * percent // 100",
        "half = count / 2",
        "last = parts[-1], parts[3], text[:16]",
        "class TooLate(Problem): status = 409",
        "Name = Annotated[str, Meta(min_length=1, max_length=40)]",
        "POLL_S = 0.05  # not policy: how often the relay looks",
        "due_at = now + policy.span(now, 'ev.exception_decide_hours')",
        "no_time = timedelta()",
    ],
)
def test_any_other_number_is_welcome(code: str) -> None:
    assert list(refused(code)) == []


def test_every_number_that_is_asked_for_is_written_and_of_that_type() -> None:
    for file in _files():
        for question, key in asked(file.read_text("utf-8")):
            assert getattr(policy, question)(TODAY, key) is not None, f"{file}: {key}"


def asked(source: str) -> Iterator[tuple[str, str]]:
    """Each `policy.whole(…, "ev.geofence_home_m")`: what is asked, and of which number."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="policy"), attr=question),
                args=[_, ast.Constant(value=str(key))],
            ):
                yield question, key


def refused(source: str) -> Iterator[tuple[int, str]]:
    """The lines that keep a number they should ask policy for."""
    lines = [line.strip() for line in source.splitlines()]
    for node in _looked_at(ast.parse(source)):
        line = lines[node.lineno - 1]
        if _is_span(node) or (_is_number(node) and EXCUSE not in line):
            yield node.lineno, line


def _looked_at(node: ast.AST) -> Iterator[ast.expr]:
    """Every expression but indices, widths, statuses, and what is inside a span."""
    if isinstance(node, ast.expr):
        yield node
    if _is_span(node) or _is_status(node):
        return
    for child in ast.iter_child_nodes(node):
        is_index = isinstance(node, ast.Subscript) and child is node.slice
        is_width = isinstance(child, ast.keyword) and child.arg in WIDTHS
        if not is_index and not is_width:
            yield from _looked_at(child)


def _is_number(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Constant)
        and type(node.value) in {int, float}
        and node.value not in PLAIN
    )


def _is_span(node: ast.AST) -> bool:
    """Whether a time span is written out, in Python or in SQL."""
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("timedelta"):
        said = [*node.args, *(keyword.value for keyword in node.keywords)]
        return any(isinstance(each, ast.Constant) for each in said)
    return isinstance(node, ast.Constant) and bool(SQL_SPAN.search(str(node.value)))


def _is_status(node: ast.AST) -> bool:
    """`status = 409` in a problem."""
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "status"


def _files() -> Iterator[Path]:
    slices = [folder for folder in (ROOT / "backend").iterdir() if folder.name not in FOUNDATIONS]
    for folder in [*slices, ROOT / "workers"]:
        for file in sorted(folder.rglob("*.py")):
            if not OF_WIDTHS & {file.stem, file.parent.name}:
                yield file
