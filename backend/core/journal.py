"""What happened, in one append-only table: the outbox of the workers and the feed of the phones.

Nothing is sent from inside a transaction. An event, a job and an audit row wait in the open
transaction and go out in one statement just before COMMIT, so a 2xx means that all of them are
kept. Readers follow `(xid, id)` up to the oldest running transaction: a sequence or a timestamp
would skip what commits late.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import count
from typing import Any, NamedTuple

import msgspec
from piccolo.columns import BigSerial, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from backend.core import columns, db


class Event(msgspec.Struct, frozen=True):
    """Something that happened, named in the past tense. Carries ids, never a clinical word.

    `person_id` names whose care it is about, `subject_id` the thing it happened to.
    """


class Entry(Table, tablename="journal"):
    """Beside these, the migration adds `xid`: the transaction that wrote the row."""

    id = BigSerial(primary_key=True)
    recorded_at = Timestamptz(default=TimestamptzNow())
    topic = columns.word(60)
    subject_id = columns.plain_id(optional=True)
    person_id = columns.plain_id(optional=True)
    body = columns.snapshot()


class RelayCursor(Table, tablename="relay_cursors"):
    """How far a reader of the journal has come."""

    reader = Varchar(length=40, primary_key=True, default=None)
    last_id = columns.big()


class Words(NamedTuple):
    """How words of one kind are kept: a table, its columns, and the columns' types."""

    table: str
    columns: str
    types: dict[str, str]
    unless_known: str = ""


WORDS = {
    "event": Words(
        "journal",
        "topic, subject_id, person_id, body",
        {"topic": "text", "subject": "uuid", "person": "uuid", "body": "jsonb"},
    ),
    "job": Words(
        "jobs",
        "task, key, due_at, args",
        {"task": "text", "key": "text", "due_at": "timestamptz", "args": "jsonb"},
        unless_known="ON CONFLICT (key) DO NOTHING",
    ),
    "audit": Words(
        "audit",
        "actor_id, role, organization_id, session_id, what, subject_id, persons, ties, why",
        {
            "actor": "uuid",
            "role": "text",
            "organization": "uuid",
            "session": "uuid",
            "what": "text",
            "subject": "uuid",
            "persons": "uuid[]",
            "ties": "text[]",
            "why": "text",
        },
    ),
}
# What most actions say. More than so many of a kind go as one text, which PostgreSQL takes apart.
FEW = 4


def publish(event: Event) -> None:
    """Let it be known when, and only if, the open transaction commits."""
    db.current().last_words.append(
        (
            "event",
            {
                "topic": type(event).__name__,
                "subject": getattr(event, "subject_id", None),
                "person": getattr(event, "person_id", None),
                "body": event,
            },
        )
    )


async def write_down(
    last_words: list[tuple[str, dict[str, Any]]], *, with_: db.Written | None = None
) -> None:
    """Write what waits in the transaction, and the write that waits with it, in one statement."""
    if not last_words and with_ is None:
        return
    said = {kind: [words for name, words in last_words if name == kind] for kind in WORDS}
    parts, args = with_ or ("", ())
    counts = tuple((kind, min(len(words), FEW + 1)) for kind, words in said.items() if words)
    given = [each for kind, words in said.items() for each in _given(WORDS[kind], words)]
    await db.rows(_statement(parts, len(args), counts), *args, *given)


def _given(kept: Words, words: list[dict[str, Any]]) -> Iterator[Any]:
    if len(words) > FEW:
        yield _json(words)
        return
    for each in words:
        for name, type_ in kept.types.items():
            yield _json(each[name]) if type_ == "jsonb" else each[name]


@lru_cache(maxsize=512)  # one for each write and what can be said with it
def _statement(parts: str, taken: int, counts: tuple[tuple[str, int], ...]) -> str:
    places = (f"${n}" for n in count(taken + 1))
    said = (
        f"{kind}_ AS (INSERT INTO {WORDS[kind].table} ({WORDS[kind].columns})"
        f" {_values(WORDS[kind].types, number, places)} {WORDS[kind].unless_known})"
        for kind, number in counts
    )
    return f"WITH {', '.join(filter(None, (parts, *said)))} SELECT"


def _values(types: dict[str, str], number: int, places: Iterator[str]) -> str:
    if number > FEW:
        typed = ", ".join(f"{name} {type_}" for name, type_ in types.items())
        names = ", ".join(types)
        return f"SELECT {names} FROM jsonb_to_recordset({next(places)}::jsonb) AS w({typed})"  # noqa: S608 - text of our own
    rows = (
        ", ".join(f"{next(places)}::{type_}" for type_ in types.values()) for _ in range(number)
    )
    return "VALUES " + ", ".join(f"({row})" for row in rows)


def _json(said: object) -> str:
    return msgspec.json.encode(said).decode()
