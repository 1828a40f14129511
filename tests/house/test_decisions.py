"""Each big choice is one page, and the test or lint that it names holds it."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from tests.house.code import ROOT, sources
from tests.house.documents import DECISIONS, missing_tests

PAGES = sorted(DECISIONS.glob("*.md"))
PARTS = ["Context", "Decision", "What it costs", "Held by"]
LINES_MAX = 60
WIDTH_MAX = 110
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
CONTRACTS = {each["id"] for each in SETTINGS["importlinter"]["contracts"]}
HOLDS = re.compile(r"`([\w/]+\.(?:py|toml))(?:::\w+)?`")
LOSES_WRITES = {"save", "get_or_create", "batch"}

pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


def parts_of(page: Path) -> dict[str, str]:
    """What stands under each heading."""
    _, *parts = re.split(r"^## (.+)$", page.read_text("utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def held_by(page: Path) -> str:
    return parts_of(page)["Held by"]


def test_the_pages_are_numbered_without_a_gap() -> None:
    numbers = [page.name.partition("-")[0] for page in PAGES]
    assert numbers == [f"{number:04}" for number in range(1, len(PAGES) + 1)]


@pages
def test_a_decision_is_one_page_with_its_parts(page: Path) -> None:
    lines = page.read_text("utf-8").splitlines()
    assert re.match(rf"# {page.name[:4]}\. \S", lines[0])
    assert list(parts_of(page)) == PARTS
    assert all(text.strip() for text in parts_of(page).values())
    assert len(lines) <= LINES_MAX
    assert max(map(len, lines)) <= WIDTH_MAX


@pages
def test_what_holds_a_decision_exists(page: Path) -> None:
    named = [Path(path) for path in HOLDS.findall(held_by(page))]
    assert named
    assert {path.name.partition("_")[0] for path in named} <= {"test", "pyproject.toml"}
    assert missing_tests(held_by(page)) == []


@pages
def test_the_contract_that_holds_a_decision_exists(page: Path) -> None:
    for line in held_by(page).splitlines():
        if "import-linter" in line:
            named = set(re.findall(r"`(\w+)`", line))
            assert named
            assert named <= CONTRACTS


@pages
def test_a_decision_refers_to_another_that_exists(page: Path) -> None:
    referred = set(re.findall(r"\((\d{4})\)", page.read_text("utf-8")))
    assert referred <= {other.name[:4] for other in PAGES}


def test_sql_from_pieces_is_refused_without_a_reason() -> None:
    assert SETTINGS["ruff"]["lint"]["select"] == ["ALL"]
    assert not any(
        rule.startswith("S6") or rule == "S" for rule in SETTINGS["ruff"]["lint"]["ignore"]
    )


def test_nobody_uses_the_verbs_of_the_orm_that_lose_writes() -> None:
    """`save()` of a picture is another one: it is given a place to write to."""
    used = [
        f"{source.name}:{node.lineno}"
        for source in sources("backend", "workers", "seeds")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in LOSES_WRITES
        and (node.func.attr != "save" or not node.args)
    ]
    assert used == []
