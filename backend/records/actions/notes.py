"""Write a note, and sign it."""

from datetime import datetime
from uuid import UUID

import msgspec
from asyncpg import Record

from backend import policy
from backend.core import audit, crypto, signatures, times
from backend.core.access import Actor
from backend.core.db import action, row, value
from backend.core.jobs import enqueue
from backend.core.journal import publish
from backend.core.problems import AlreadyDifferent, Forbidden, Invalid, Missing, Stale
from backend.core.wire import Kept, check_same, check_version, fingerprint
from backend.people import queries as people
from backend.records import policies, queries, schemas
from backend.records.events import NoteDrafted, NoteOverdue, NoteSigned
from backend.records.lifecycle import notes
from backend.records.lifecycle.facts import Draft, Signature
from backend.records.lifecycle.notes import Content, Move, NoteKind, NoteStatus
from backend.records.tables import NoteSignature

INSERT = """
INSERT INTO notes (id, person, kind, visit_id, text, content, amend_reason, due_at, client_time,
  happened_at, fingerprint, recorded_at, amends, author, organization_id, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 1)
"""

# The first writing decides whose note it is, about whom, and what it amends.
UPDATE = """
UPDATE notes
   SET kind = $3, visit_id = $4, text = $5, content = $6, amend_reason = $7, due_at = $8,
       client_time = $9, happened_at = $10, fingerprint = $11, recorded_at = $12,
       version = version + 1
 WHERE id = $1 AND person = $2
"""

SIGN = "UPDATE notes SET signed_at = $2 WHERE id = $1"
DEVICE_KEY = "SELECT public_key FROM devices WHERE id = $1 AND person = $2"


class WrongSignature(Invalid):
    """The device's signature is not over this note's digest, or not by this device."""

    code = "signature_wrong"
    title = "设备签名与记录内容不符"
    title_en = "The device's signature does not match the note."


@action
async def write_note(
    *, note_id: UUID, actor: Actor, said: Draft, version: str | None, now: datetime
) -> Kept[Record]:
    """Write a draft, or change one's own; `version` is what `If-Match` says.

    :raises Missing: :raises Forbidden: :raises AlreadyDifferent: :raises NoteSigned:
    :raises NeedsVersion: :raises Stale: :raises WrongAmendment:
    """
    await queries.hold_person(said.person_id)
    stored = await queries.find_note(note_id)
    tie = await _tie_to_write(actor, said, stored, now)
    if stored is not None:
        if stored["person"] != said.person_id:
            raise AlreadyDifferent
        if not policies.is_author(actor, author_id=stored["author"]):
            raise Forbidden
        if stored["fingerprint"] == fingerprint(said):
            return Kept(stored, first=False)
        if stored["signed_at"] is not None:
            raise notes.NoteSigned
        check_version(version, stored["version"])
        if stored["amends"] != said.amends:
            raise notes.WrongAmendment(amends=stored["amends"])
    if not policies.may_write(actor, said.kind):
        raise Forbidden(kind=said.kind)
    await _check_amended(said)

    written = await _written(note_id, said, actor=actor, now=now)
    if stored is None:
        await row(INSERT, *written, said.amends, actor.person_id, actor.organization_id)
    else:
        await row(UPDATE, *written)
    publish(NoteDrafted(person_id=said.person_id, subject_id=note_id, visit_id=said.visit_id))
    audit.wrote(actor, "records.write_note", person_id=said.person_id, subject_id=note_id, tie=tie)
    kept = await queries.find_note(note_id)
    assert kept is not None
    if kept["due_at"] is not None:
        # A draft that comes late from offline is given time for its signature to follow.
        look_at = max(kept["due_at"], now + policy.span(now, "bg.record_deadlines_every_hours"))
        drafted = kept["version"]
        enqueue(
            "look_for_signature",
            key=f"{note_id}:{drafted}",
            due_at=look_at,
            note_id=note_id,
            version=drafted,
        )
    return Kept(kept, first=stored is None)


@action
async def sign_note(*, note_id: UUID, actor: Actor, said: Signature, now: datetime) -> Kept[Record]:
    """Sign one's own note: from now it never changes (RC-06). Late is marked, never refused.

    :raises Missing: :raises Forbidden: :raises AlreadyDifferent: :raises Stale:
    :raises NoteIncomplete: :raises WrongSignature:
    """
    note = await queries.hold_note(note_id)
    if note is None:
        raise Missing
    if not policies.is_author(actor, author_id=note["author"]):
        await people.tie(actor=actor, person_id=note["person"], now=now)
        raise Forbidden
    if (stored := await queries.find_signature(note_id)) is not None:
        check_same(fingerprint(said), stored["fingerprint"], lambda: schemas.Signature.of(stored))
        return Kept(stored, first=False)
    if said.version is not None and said.version != note["version"]:
        raise Stale(version=note["version"])

    notes.after(NoteStatus.DRAFT, Move.SIGN)
    notes.check_complete(NoteKind(note["kind"]), _content(note))
    await _check_device(actor, said.signature, note["fingerprint"])
    when = await times.of(device_id=actor.device_id, client_time=said.client_time, now=now)
    await NoteSignature.insert(
        NoteSignature(
            note=note_id,
            signed_by=actor.person_id,
            device_id=actor.device_id,
            text_digest=note["fingerprint"],
            signature=said.signature,
            client_time=when.client_time,
            happened_at=when.happened_at,
            recorded_at=when.recorded_at,
            lateness=notes.lateness(
                due_at=note["due_at"], signed_at=when.happened_at, recorded_at=when.recorded_at
            ),
            policy_version=policy.version(when.happened_at),
            fingerprint=fingerprint(said),
        )
    )
    await row(SIGN, note_id, now)
    publish(NoteSigned(person_id=note["person"], subject_id=note_id, visit_id=note["visit_id"]))
    audit.wrote(
        actor,
        "records.sign_note",
        person_id=note["person"],
        subject_id=note_id,
        tie="author",
    )
    kept = await queries.find_signature(note_id)
    assert kept is not None
    return Kept(kept, first=True)


@action
async def look_for_signature(*, note_id: UUID, version: int, now: datetime) -> None:
    """Say that a draft is overdue, when its time is over and it is not signed (BG-04).

    A late job acts on what is there now: a signature, or a later draft, silences it.
    """
    note = await queries.hold_note(note_id)
    assert note is not None, "a note is never deleted"
    if note["signed_at"] is not None or note["version"] != version:
        return
    if note["due_at"] is not None and note["due_at"] <= now:
        publish(NoteOverdue(person_id=note["person"], subject_id=note_id, author_id=note["author"]))


async def _tie_to_write(actor: Actor, said: Draft, stored: Record | None, now: datetime) -> str:
    if stored is not None and stored["author"] == actor.person_id:
        return "author"
    return await queries.tie_to_record(actor=actor, person_id=said.person_id, now=now)


async def _check_amended(said: Draft) -> None:
    """RC-06: an amendment stands on a signed note.

    :raises WrongAmendment:
    """
    if said.amends is None:
        return
    amended = await queries.find_note(said.amends)
    is_same_person = amended is not None and amended["person"] == said.person_id
    if amended is None or not is_same_person:
        raise notes.WrongAmendment(amends=said.amends)
    notes.check_amendment(
        status=NoteStatus.DRAFT if amended["signed_at"] is None else NoteStatus.SIGNED,
        kind=NoteKind(amended["kind"]),
        same_person=is_same_person,
        amending=said.kind,
        reason=said.amend_reason,
    )


async def _written(
    note_id: UUID, said: Draft, *, actor: Actor, now: datetime
) -> tuple[object, ...]:
    """The twelve columns that a first writing and a change have in common, in their order."""
    when = await times.of(device_id=actor.device_id, client_time=said.client_time, now=now)
    rescue_within = policy.span(when.happened_at, "hb.late_record_emergency_hours")
    reason = said.amend_reason
    return (
        note_id,
        said.person_id,
        said.kind,
        said.visit_id,
        crypto.seal(said.text, "notes.text"),
        _sealed_content(said.content),
        crypto.seal(reason, "notes.amend_reason") if reason else None,
        notes.due_at(said.kind, when.happened_at, rescue_within=rescue_within),
        when.client_time,
        when.happened_at,
        fingerprint(said),
        when.recorded_at,
    )


def _sealed_content(content: Content) -> bytes | None:
    if content == Content():
        return None
    return crypto.seal(msgspec.json.encode(content).decode(), "notes.content")


def _content(note: Record) -> Content:
    sealed = note["content"]
    if sealed is None:
        return Content()
    return msgspec.json.decode(crypto.unseal(sealed, "notes.content"), type=Content)


async def _check_device(actor: Actor, signature: str | None, digest: bytes) -> None:
    """:raises WrongSignature:"""
    if signature is None:
        return
    key = await value(DEVICE_KEY, actor.device_id, actor.person_id)
    signed = signatures.decode(signature)
    if key is None or not signatures.signed_by(key, content=digest.hex(), signature=signed):
        raise WrongSignature
