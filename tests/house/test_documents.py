"""What people read is true: links lead somewhere, and what is named is there."""

import json
import re
from pathlib import Path

import pytest

from tests.house.code import ROOT
from tests.house.documents import GUIDE, documents, links, missing_tests

CONTRACT = json.loads((ROOT / "openapi" / "v1.json").read_text("utf-8"))
TARGETS = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
CALL = re.compile(r"\b(GET|PUT|POST)\s+(/v1/[\w/{}-]+)")
# A refusal: `403 device_waits`, `409` of which the code is told, or `code` in a program.
CODE = re.compile(r"\b[45]\d\d `(\w+)`")

named = pytest.mark.parametrize(
    "document", documents(), ids=lambda document: str(document.relative_to(ROOT))
)


@named
def test_a_link_leads_somewhere(document: Path) -> None:
    assert [link for link in links(document) if not (document.parent / link).exists()] == []


@named
def test_a_test_that_is_named_is_there(document: Path) -> None:
    assert missing_tests(document.read_text("utf-8")) == []


@named
def test_what_make_is_told_is_what_it_knows(document: Path) -> None:
    said = set(re.findall(r"`make (\w+)", document.read_text("utf-8")))
    assert said <= TARGETS


@pytest.mark.parametrize("page", sorted(GUIDE.glob("*.md")), ids=lambda page: page.stem)
def test_the_guide_names_what_the_contract_has(page: Path) -> None:
    text = page.read_text("utf-8")
    known = {
        (method.upper(), without_names(path))
        for path, methods in CONTRACT["paths"].items()
        for method in methods
    }
    assert {(method, without_names(path)) for method, path in CALL.findall(text)} <= known
    assert set(CODE.findall(text)) <= CONTRACT["x-problems"].keys()


def without_names(path: str) -> str:
    return re.sub("{[^}]*}", "{}", path)
