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


# Three texts rather than seventeen arrays: they are quicker to write, on both sides.
LAST_WORDS = """
WITH events AS (
  INSERT INTO journal (topic, subject_id, person_id, body)
  SELECT topic, subject, person, body
    FROM jsonb_to_recordset($1::jsonb) AS e(topic text, subject uuid, person uuid, body jsonb)
), owed AS (
  INSERT INTO jobs (task, key, due_at, args)
  SELECT task, key, due_at, args
    FROM jsonb_to_recordset($2::jsonb)
      AS j(task text, key text, due_at timestamptz, args jsonb)
  ON CONFLICT (key) DO NOTHING
)
INSERT INTO audit
  (actor_id, role, organization_id, session_id, what, subject_id, persons, ties, why)
SELECT actor, role, organization, session, what, subject, persons, ties, why
  FROM jsonb_to_recordset($3::jsonb)
    AS a(actor uuid, role text, organization uuid, session uuid, what text, subject uuid,
         persons uuid[], ties text[], why text)
"""


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


async def write_down(last_words: list[tuple[str, dict[str, Any]]]) -> None:
    """Write what waits in the transaction, in one statement."""
    said = (
        [words for name, words in last_words if name == kind] for kind in ("event", "job", "audit")
    )
    await db.rows(LAST_WORDS, *(msgspec.json.encode(each).decode() for each in said))
