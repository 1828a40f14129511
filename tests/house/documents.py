"""What people read, as the tests of the house look at it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.code import ROOT

GUIDE = ROOT / "openapi" / "guide"
DECISIONS = ROOT / "backend" / "decisions"
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def documents() -> list[Path]:
    """Everything that is written for people, but what a program writes."""
    folders = (ROOT / "openapi", ROOT / "backend", ROOT / "seeds", ROOT / "tests")
    return [ROOT / "README.md", *(file for folder in folders for file in folder.rglob("*.md"))]


def links(document: Path) -> Iterator[str]:
    """Those that lead to a file of ours."""
    for link in LINK.findall(document.read_text("utf-8")):
        if "://" not in link:
            yield link


def missing_tests(text: str) -> list[str]:
    """The tests that a text names and that are not there."""
    return [
        f"{path}::{test}" if test else path
        for path, test in TEST.findall(text)
        if not (ROOT / path).is_file() or (test and test not in functions(ROOT / path))
    ]


def functions(file: Path) -> set[str]:
    return {
        node.name
        for node in ast.parse(file.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def snippets(language: str) -> str:
    """All the code of the guide in that language, page by page."""
    pages = "\n".join(page.read_text("utf-8") for page in sorted(GUIDE.glob("[0-9]-*.md")))
    fence = re.compile(rf"^```{language}$\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    return "\n".join(fence.findall(pages))
