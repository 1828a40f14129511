"""The code as the tests of the house look at it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
BACKEND = ROOT / "backend"
FOUNDATIONS = {"core", "local", "migrations", "openapi", "policy", "decisions"}
# In this order: each may import what stands before it, inside its slice.
SLICE_FILES = (
    "lifecycle",
    "tables",
    "policies",
    "events",
    "problems",
    "queries",
    "actions",
    "schemas",
    "routes",
    "changes",
)


class Source(NamedTuple):
    """A file of Python, read."""

    file: Path
    tree: ast.Module

    @property
    def name(self) -> str:
        return str(self.file.relative_to(ROOT))

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Those that others may call: of a package, what it gives out."""
        given_out = _given_out(self.file.parent / "__init__.py")
        for node in self.tree.body:
            if (
                isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
                and node.name[0] != "_"
                and (given_out is None or node.name in given_out)
            ):
                yield node


def slices() -> list[Path]:
    """Every slice's folder."""
    found = [folder for folder in BACKEND.iterdir() if (folder / "__init__.py").exists()]
    return sorted(folder for folder in found if folder.name not in FOUNDATIONS)


def sources(*folders: str) -> list[Source]:
    """Every file below these folders of the project."""
    files = [file for folder in folders for file in (ROOT / folder).rglob("*.py")]
    return [_read(file) for file in sorted(files)]


def parts(part: str) -> list[Source]:
    """That part of every slice, such as `actions`: a module or a package of verbs."""
    files: list[Path] = []
    for folder in slices():
        files += [folder / f"{part}.py", *(folder / part).rglob("*.py")]
    return [_read(file) for file in files if file.exists()]


def _given_out(package: Path) -> frozenset[str] | None:
    """What `__all__` of the package of verbs names; None when the folder is a slice."""
    if package.parent.parent == BACKEND or not package.exists():
        return None
    for node in _read(package).tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id="__all__")], value=names):
                return frozenset(ast.literal_eval(names))
    return frozenset()


@cache
def _read(file: Path) -> Source:
    return Source(file, ast.parse(file.read_text("utf-8")))
