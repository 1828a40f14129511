"""Every file stands where the house says, does what its name says, and is short."""

import ast
import re

import pytest

from tests.house.code import BACKEND, ROOT, SLICE_FILES, Source, parts, slices, sources

LINES_MAX = 300
TEST_LINES_MAX = 500  # a test module tells one story, with its cast
OURS = ("backend", "workers", "seeds", "tests")
GENERATED = re.compile(r"backend/migrations/")
# Words that say nothing, or say it short.
EMPTY_WORDS = re.compile(
    r"(^|_)(helper|helpers|manager|service|services|utils?|common|misc|data|info)(_|$|\.)"
)
ASKS_THE_TIME = {"datetime.now", "datetime.utcnow", "date.today", "time.time", "time.time_ns"}


@pytest.mark.parametrize("folder", slices(), ids=lambda folder: folder.name)
def test_a_slice_has_the_files_of_a_slice(folder) -> None:
    """What is particular to one slice goes into a package of verbs: `lifecycle/check_in.py`."""
    names = {path.stem for path in folder.iterdir() if path.suffix == ".py" or path.is_dir()}
    particular = names - {*SLICE_FILES, "__init__", "__pycache__"}
    if folder.name == "files":
        particular -= {"contents"}  # bytes come and go beside the JSON
    if folder.name == "notifications":
        particular -= {"transports"}  # one file each way out
    if folder.name == "payments":
        particular -= {"channels"}  # one file a channel
    if folder.name == "transfers":
        particular -= {"carry"}  # one line a slice with open work
    assert particular == set()


@pytest.mark.parametrize("source", sources(*OURS), ids=lambda source: source.name)
def test_a_module_opens_with_what_it_is_and_is_short(source: Source) -> None:
    if not GENERATED.match(source.name):
        assert ast.get_docstring(source.tree)
        lines_max = TEST_LINES_MAX if source.name.startswith("tests/") else LINES_MAX
        assert len(source.file.read_text("utf-8").splitlines()) <= lines_max


def test_no_file_is_called_by_an_empty_word() -> None:
    assert [each.name for each in sources(*OURS) if EMPTY_WORDS.search(each.file.name)] == []


def test_only_the_clock_asks_the_time() -> None:
    asking = [
        f"{source.name}:{node.lineno}"
        for source in sources("backend", "workers")
        if source.file != BACKEND / "core" / "clock.py"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ASKS_THE_TIME
    ]
    assert asking == []


def test_every_action_is_whole_or_says_whose_transaction_it_joins() -> None:
    """A public function of `actions` is an `@action`; a plain one has a docstring that says why."""
    found = [
        f"{source.name}:{function.lineno} {function.name}"
        for source in parts("actions")
        for function in source.functions()
        if "action" not in {ast.unparse(each) for each in function.decorator_list}
        and not ast.get_docstring(function)
    ]
    assert found == []


@pytest.mark.parametrize(("part", "positional_max"), [("actions", 0), ("queries", 1)])
def test_what_others_call_is_called_by_keywords(part: str, positional_max: int) -> None:
    """One argument cannot be mistaken for another; `hold(visit_id, actor=actor)` reads well."""
    found = [
        f"{source.name}:{function.lineno} {function.name}"
        for source in parts(part)
        for function in source.functions()
        if len(function.args.args) > positional_max
        and len(function.args.args) + len(function.args.kwonlyargs) > 1
    ]
    assert found == []


def test_a_lifecycle_imports_nothing_that_waits() -> None:
    waits = [
        f"{source.name}:{node.lineno}"
        for source in parts("lifecycle")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.AsyncFunctionDef | ast.Await)
    ]
    assert waits == []


def test_nothing_of_ours_is_left_to_do() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX)\b")
    left = [
        source.name
        for source in sources(*OURS)
        if source.file != ROOT / "tests/house/test_tree.py"
        and marks.search(source.file.read_text("utf-8"))
    ]
    assert left == []
