"""The cells of the matrix: what the API answers to each caller, and what it leaves behind.

Each cell is asked inside a transaction of its own that is rolled back, so that none sees what
another one wrote, and thousands take seconds.
"""

import csv
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from backend.core.access import EVERYONE, FAMILY, FIELD, REGULATORS, STAFF, Role
from backend.core.db import transaction
from backend.people import queries as people
from tests.access.scene import OPERATIONS, Asked, Scene, another
from tests.access.world import Standing, World, stands

MATRIX = Path(__file__).parent / "matrix.tsv"
COUNTS = Path(__file__).parents[1] / "house" / "query_counts.tsv"
GROUPS = {
    "everyone": EVERYONE,
    "staff": STAFF,
    "field": FIELD,
    "family": FAMILY,
    "regulators": REGULATORS,
}
NOT_OURS = re.compile(r"^(SAVEPOINT|RELEASE|ROLLBACK)|typeinfo_tree|_config\('jit'|_setting\('jit'")
Matrix = dict[tuple[str, str, str], str]


class Undone(Exception):
    """Why a transaction of a cell is rolled back: it was only asked."""


@dataclass(frozen=True)
class Cell:
    """What happened: the answer, its audit, and how often the database was asked."""

    name: str
    elder: UUID
    answer: httpx.Response
    asked: Asked
    audited: list[dict[str, Any]]
    statements: list[str]

    @property
    def is_about_her(self) -> bool:
        return str(self.elder) in self.answer.text

    @property
    def outcome(self) -> str:
        """`2xx`, with or without her in it, or the status and the code of a refusal."""
        if self.answer.is_success:
            return "2xx about her" if self.is_about_her else "2xx"
        return f"{self.answer.status_code} {self.answer.json()['code']}"


@asynccontextmanager
async def undone() -> AsyncIterator[transaction]:
    """A transaction of which nothing stays."""
    open_one = transaction()
    await open_one.__aenter__()
    try:
        yield open_one
    finally:
        await open_one.__aexit__(Undone, Undone(), None)


async def cell(
    world: World, client: httpx.AsyncClient, name: str, role: Role, standing: Standing
) -> Cell:
    """Ask once."""
    scene = Scene(world, client, role, standing)
    async with undone() as open_one:
        asked = await scene.asked(name)
        open_one.last_words.clear()
        statements: list[str] = []
        with open_one.connection.query_logger(lambda record: statements.append(record.query)):
            answer = await scene.send(name, asked)
        audited = [words for kind, words in open_one.last_words if kind == "audit"]
    return Cell(name, world.elder, answer, asked, audited, list(filter(_is_ours, statements)))


def _is_ours(statement: str) -> bool:
    """Savepoints are this test's way, and looking up a type happens once a connection."""
    return not NOT_OURS.search(statement)


async def missing_instead(
    world: World, client: httpx.AsyncClient, name: str, role: Role, standing: Standing
) -> tuple[httpx.Response, httpx.Response]:
    """What is answered about her things, and about things that do not exist."""
    scene = Scene(world, client, role, standing)
    async with undone():
        asked = await scene.asked(name)
        return await scene.send(name, asked), await scene.send(name, another(asked))


async def statements(world: World, client: httpx.AsyncClient, name: str, role: Role) -> list[str]:
    """What the database is asked when one of her own asks; the session has to be looked up."""
    people.forget_sessions()
    found = await cell(world, client, name, role, stands(role)[0])
    assert found.answer.is_success, found.outcome
    return found.statements


def callers(name: str) -> list[tuple[Role, Standing]]:
    """Everybody who differs: the allowed in each standing, anybody else once."""
    allow = OPERATIONS[name].allow
    return [
        (role, standing)
        for role in sorted(EVERYONE)
        for standing in (stands(role) if role in allow else stands(role)[:1])
    ]


def declared() -> Matrix:
    """The matrix as it was read by a person."""
    matrix: Matrix = {}
    with MATRIX.open(encoding="utf-8") as file:
        for line in csv.DictReader(file, delimiter="\t"):
            for role in _roles(line["roles"]):
                key = (line["operation"], role, line["standing"])
                assert key not in matrix, key
                matrix[key] = line["outcome"]
    return matrix


def write(matrix: Mapping[tuple[str, str, str], str]) -> None:
    """Write it for a person to read: roles that are answered alike on one line."""
    lines: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    order = [str(standing) for standing in Standing]
    for (name, role, standing), said in matrix.items():
        lines[name, standing, said].add(role)
    with MATRIX.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(["operation", "standing", "outcome", "roles"])
        for (name, standing, said), roles in sorted(
            lines.items(), key=lambda each: (each[0][0], order.index(each[0][1]), each[0][2])
        ):
            writer.writerow([name, standing, said, _words(roles)])


def write_counts(counts: Mapping[str, tuple[str, int]]) -> None:
    """Write how often the database is asked, operation by operation."""
    with COUNTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(["operation", "role", "queries"])
        writer.writerows((name, *counts[name]) for name in sorted(counts))


def _roles(said: str) -> set[str]:
    roles: set[str] = set()
    for word in said.split():
        roles |= {str(role) for role in GROUPS.get(word, {word})}
    return roles


def _words(roles: set[str]) -> str:
    left, words = set(roles), []
    for name, group in GROUPS.items():
        if group <= left:
            words.append(name)
            left -= group
    return " ".join([*words, *sorted(left)])
