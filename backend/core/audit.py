"""Who looked at or changed whose record, in which role, and why they could (RC-07).

A write is noted in its own transaction. A read is noted before its answer leaves: answers that
wait at the same time share one INSERT. A job seals committed rows every second: a hash over the
rows and the seal before it, so that a row changed, removed or moved is named by the verifier.
"""

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from piccolo.columns import BigSerial, Timestamptz
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from backend.core import columns, db
from backend.core.access import Actor
from backend.core.db import action, row, rows

log = logging.getLogger(__name__)

SEALED_AT_ONCE_MAX = 50_000


class AuditRow(Table, tablename="audit"):
    """Beside these, the migration adds `xid`: the transaction that wrote the row."""

    id = BigSerial(primary_key=True)
    at = Timestamptz(default=TimestamptzNow())
    actor_id = columns.plain_id()
    role = columns.word()
    organization_id = columns.plain_id(optional=True)
    session_id = columns.plain_id(optional=True)
    what = columns.word(60)
    subject_id = columns.plain_id(optional=True)
    persons = columns.ids()
    ties = columns.words()
    why = columns.word(200, optional=True)


class AuditSeal(Table, tablename="audit_seals"):
    """Beside these, the migration adds `xid`: the last transaction sealed."""

    id = BigSerial(primary_key=True)
    sealed_at = Timestamptz(default=TimestamptzNow())
    last_id = columns.big()
    sealed_rows = columns.whole()
    previous = columns.digest()
    hash = columns.digest()


def wrote(
    actor: Actor,
    what: str,
    *,
    person_id: UUID | None = None,
    subject_id: UUID | None = None,
    tie: str = "",
) -> None:
    """Note a write; it is kept if, and only if, the open transaction commits."""
    persons = [person_id] if person_id else []
    db.current().last_words.append(
        ("audit", _words(actor, what, persons, [tie] if persons else [], subject_id))
    )


async def seen(
    actor: Actor,
    what: str,
    *,
    persons: Sequence[UUID],
    ties: Sequence[str] = (),
    subject_id: UUID | None = None,
) -> None:
    """Note a read of personal health data; returns when the note is durable.

    `ties[n]` is what let the reader see `persons[n]`. Nobody seen, nothing noted.
    """
    if not persons:
        return
    words = _words(actor, what, persons, ties, subject_id)
    if db.engine().current_transaction.get() is not None:
        db.current().last_words.append(("audit", words))
    else:
        await _together.note(words)


def _words(
    actor: Actor, what: str, persons: Sequence[UUID], ties: Sequence[str], subject: UUID | None
) -> dict[str, Any]:
    return {
        "actor": actor.person_id,
        "role": actor.role.value,
        "organization": actor.organization_id,
        "session": actor.session_id,
        "what": what,
        "subject": subject,
        "persons": list(persons),
        "ties": list(ties),
        "why": actor.why,
    }


READS = """
INSERT INTO audit
  (actor_id, role, organization_id, session_id, what, subject_id, persons, ties, why)
SELECT actor, role, organization, session, what, subject, persons, ties, why
  FROM jsonb_to_recordset($1::jsonb)
    AS a(actor uuid, role text, organization uuid, session uuid, what text, subject uuid,
         persons uuid[], ties text[], why text)
"""


class _Together:
    """One INSERT for all the answers that wait at the same moment."""

    def __init__(self) -> None:
        self.waiting: list[tuple[dict[str, Any], asyncio.Future[None]]] = []
        self.writing: asyncio.Task[None] | None = None

    async def note(self, words: dict[str, Any]) -> None:
        noted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.append((words, noted))
        if self.writing is None or self.writing.done():
            self.writing = asyncio.create_task(self._write())
        await noted

    async def _write(self) -> None:
        while self.waiting:
            batch, self.waiting = self.waiting, []
            try:
                said = msgspec.json.encode([words for words, _ in batch])
                await rows(READS, said.decode())
            except Exception as error:  # noqa: BLE001 - each waiting answer gets the error
                for _, noted in batch:
                    if not noted.done():
                        noted.set_exception(error)
            else:
                for _, noted in batch:
                    if not noted.done():
                        noted.set_result(None)


_together = _Together()

LAST_SEAL = "SELECT id, last_id, xid::text AS xid, hash FROM audit_seals ORDER BY id DESC LIMIT 1"

# Fields are length-prefixed: no two different rows can read the same.
ROW_HASH = """
sha256(convert_to(concat_ws('',
  format('%s:%s;', length(a.id::text), a.id), format('%s:%s;', length(a.xid::text), a.xid),
  format('%s:%s;', length(extract(epoch FROM a.at)::text), extract(epoch FROM a.at)),
  format('%s:%s;', length(a.actor_id::text), a.actor_id), format('%s:%s;', length(a.role), a.role),
  format('%s:%s;', coalesce(length(a.organization_id::text), -1), a.organization_id),
  format('%s:%s;', coalesce(length(a.session_id::text), -1), a.session_id),
  format('%s:%s;', length(a.what), a.what),
  format('%s:%s;', coalesce(length(a.subject_id::text), -1), a.subject_id),
  format('%s:%s;', length(a.persons::text), a.persons),
  format('%s:%s;', length(a.ties::text), a.ties),
  format('%s:%s;', coalesce(length(a.why), -1), a.why)), 'UTF8'))
"""

SEALABLE = f"""
SELECT count(*)::int AS sealed_rows, max(id) FILTER (WHERE place = rows) AS last_id,
       max(xid::text) FILTER (WHERE place = rows) AS xid,
       string_agg(hash, ''::bytea ORDER BY place) AS hashes
  FROM (SELECT a.id, a.xid, {ROW_HASH} AS hash, row_number() OVER w AS place,
               count(*) OVER () AS rows
          FROM (SELECT * FROM audit
                 WHERE (xid, id) > ($1::text::xid8, $2::bigint)
                   AND xid < pg_snapshot_xmin(pg_current_snapshot())
                 ORDER BY xid, id LIMIT $3) AS a
        WINDOW w AS (ORDER BY a.xid, a.id)) AS sealable
"""  # noqa: S608 - text of our own


@action
async def seal() -> int:
    """Seal what has been committed since the last seal; how many rows.

    The seal's hash also goes to the log, so that a cut-off tail shows.
    """
    if not (await row("SELECT pg_try_advisory_xact_lock(hashtext('audit.seal')) AS mine"))["mine"]:  # type: ignore[index]
        return 0
    last = await row(LAST_SEAL)
    xid, last_id, previous = (last["xid"], last["last_id"], last["hash"]) if last else ("0", 0, b"")
    found = await row(SEALABLE, xid, last_id, SEALED_AT_ONCE_MAX)
    assert found is not None
    if not found["sealed_rows"]:
        return 0
    hashed = hashlib.sha256(previous + found["hashes"]).digest()
    await rows(
        "INSERT INTO audit_seals (last_id, xid, sealed_rows, previous, hash)"
        " VALUES ($1, $2::text::xid8, $3, $4, $5)",
        found["last_id"],
        found["xid"],
        found["sealed_rows"],
        previous,
        hashed,
    )
    # Whoever writes only appends to the index's list; sorting it in is our work, once a second.
    await rows("SELECT gin_clean_pending_list('audit_by_person')")
    log.info("audit sealed rows=%d hash=%s", found["sealed_rows"], hashed.hex())
    return int(found["sealed_rows"])


async def first_broken_seal() -> int | None:
    """The first seal that the rows no longer match; None when the whole log holds.

    Reads every row: for the verifier and the regulator, not for a request.
    """
    xid, last_id, previous = "0", 0, b""
    for seal_ in await rows("SELECT *, xid::text AS xid_text FROM audit_seals ORDER BY id"):
        found = await row(
            f"""SELECT string_agg({ROW_HASH}, ''::bytea ORDER BY a.xid, a.id) AS hashes,
                       count(*)::int AS sealed_rows
                  FROM audit AS a
                 WHERE (a.xid, a.id) > ($1::text::xid8, $2::bigint)
                   AND (a.xid, a.id) <= ($3::text::xid8, $4::bigint)""",  # noqa: S608
            xid,
            last_id,
            seal_["xid_text"],
            seal_["last_id"],
        )
        assert found is not None
        hashed = hashlib.sha256(previous + (found["hashes"] or b"")).digest()
        if (found["sealed_rows"], hashed, previous) != (
            seal_["sealed_rows"],
            seal_["hash"],
            seal_["previous"],
        ):
            return int(seal_["id"])
        xid, last_id, previous = seal_["xid_text"], seal_["last_id"], seal_["hash"]
    return None
