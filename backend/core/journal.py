"""What happened, in one append-only table: the outbox of the workers and the feed of the phones.

Nothing is sent from inside a transaction. An event, a job and an audit row wait in the open
transaction and go out in one statement just before COMMIT, so a 2xx means that all of them are
kept. Readers follow `(xid, id)` up to the oldest running transaction: a sequence or a timestamp
would skip what commits late.
"""

from typing import Any

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


LAST_WORDS = """
WITH events AS (
  INSERT INTO journal (topic, subject_id, person_id, body)
  SELECT topic, subject, person, body::jsonb
    FROM unnest($1::text[], $2::uuid[], $3::uuid[], $4::text[]) AS e(topic, subject, person, body)
), owed AS (
  INSERT INTO jobs (task, key, due_at, args)
  SELECT task, key, due_at, args::jsonb
    FROM unnest($5::text[], $6::text[], $7::timestamptz[], $8::text[]) AS j(task, key, due_at, args)
  ON CONFLICT (key) DO NOTHING
)
INSERT INTO audit
  (actor_id, role, organization_id, session_id, what, subject_id, persons, ties, why)
SELECT actor, role, organization, session, what, subject, persons::uuid[], ties::text[], why
  FROM unnest($9::uuid[], $10::text[], $11::uuid[], $12::uuid[], $13::text[], $14::uuid[],
              $15::text[], $16::text[], $17::text[])
       AS a(actor, role, organization, session, what, subject, persons, ties, why)
"""

WIDTHS = {"event": 4, "job": 4, "audit": 9}


def publish(event: Event) -> None:
    """Let it be known when, and only if, the open transaction commits."""
    body = msgspec.to_builtins(event)
    db.current().last_words.append(
        (
            "event",
            (
                type(event).__name__,
                getattr(event, "subject_id", None),
                getattr(event, "person_id", None),
                msgspec.json.encode(body).decode(),
            ),
        )
    )


async def write_down(last_words: list[tuple[str, tuple[Any, ...]]]) -> None:
    """Write what waits in the transaction, in one statement."""
    arguments: list[list[Any]] = []
    for kind, width in WIDTHS.items():
        said = [words for name, words in last_words if name == kind]
        arguments += [[words[n] for words in said] for n in range(width)]
    await db.rows(LAST_WORDS, *arguments)
