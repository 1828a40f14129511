"""What is done to a file: ask to bring it, and store what came."""

from datetime import datetime
from uuid import UUID

from backend.core import audit, wire
from backend.core.access import Actor
from backend.core.db import action, row
from backend.core.ids import is_uuid7
from backend.core.media import Media
from backend.core.problems import Malformed, Missing
from backend.core.wire import Kept
from backend.files import lifecycle, queries
from backend.files.lifecycle import File, Purpose, Status

ASK = f"""
INSERT INTO files (id, purpose, media_type, size_bytes, sha256, owner, owner_role, organization_id,
                   person, level, status, recorded_at, fingerprint)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'asked', $11, $12)
ON CONFLICT (id) DO NOTHING RETURNING {queries.COLUMNS}
"""  # noqa: S608 - text of our own

STORE = f"""
UPDATE files SET status = 'stored', content = $2, key = $3, kept_bytes = $4, stored_at = $5
 WHERE id = $1 RETURNING {queries.COLUMNS}
"""  # noqa: S608 - text of our own


@action
async def ask(
    *,
    file_id: UUID,
    actor: Actor,
    purpose: Purpose,
    person_id: UUID | None,
    media_type: Media,
    size_bytes: int,
    sha256: bytes,
    now: datetime,
) -> Kept[File]:
    """Say that a file will come, and what it is.

    :raises Malformed: :raises Missing: :raises AlreadyDifferent:
    :raises DelegationEnded: :raises TieEnded:
    """
    said = wire.fingerprint((purpose, person_id, media_type, size_bytes, sha256))
    if file := await queries.find(file_id=file_id):
        return _again(file, actor, said)
    if not is_uuid7(file_id):
        raise Malformed(field="file_id")
    if person_id is None and lifecycle.needs_person(purpose):
        raise Malformed(field="person_id")
    if person_id is not None:
        await queries.check_may_bring(actor=actor, purpose=purpose, person_id=person_id, now=now)
    made = await row(
        ASK,
        file_id,
        purpose,
        media_type,
        size_bytes,
        sha256,
        actor.person_id,
        actor.role,
        actor.organization_id,
        person_id,
        lifecycle.level_of(purpose, person_id),
        now,
        said,
    )
    if made is None:  # the same phone, at the same moment
        return _again(await queries.hold(file_id=file_id), actor, said)
    audit.wrote(actor, "files.ask", person_id=person_id, subject_id=file_id)
    return Kept(queries.of(made), first=True)


@action
async def store(
    *, file_id: UUID, content: bytes, key: bytes, kept_bytes: int, now: datetime
) -> Kept[File]:
    """Say that the content has come and lies in the store; of two at once, the first is kept.

    :raises Missing:
    """
    file = await queries.hold(file_id=file_id)
    if file.status is Status.STORED:
        return Kept(file, first=False)
    made = await row(STORE, file_id, content, key, kept_bytes, now)
    assert made is not None, "it is held"
    # Who holds the address acts for who asked for it.
    owner = Actor(
        person_id=file.owner,
        role=file.owner_role,
        organization_id=file.organization_id,
        session_id=None,
    )
    audit.wrote(owner, "files.store", person_id=file.person, subject_id=file_id)
    return Kept(queries.of(made), first=True)


def _again(file: File, actor: Actor, said: bytes) -> Kept[File]:
    if file.owner != actor.person_id:
        raise Missing
    wire.check_same(said, file.fingerprint, lambda: {"id": file.id, "status": file.status})
    return Kept(file, first=False)
