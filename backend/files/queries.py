"""Which files there are, and where one is fetched."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend.core import audit
from backend.core.access import Actor, Role
from backend.core.db import row, value
from backend.core.media import Media
from backend.core.problems import Missing, Problem
from backend.files import policies
from backend.files.lifecycle import File, Level, Purpose, Status
from backend.people import queries as people
from backend.people.lifecycle import Scope

COPY = "copy"
COLUMNS = (
    "id, purpose, media_type, size_bytes, sha256, owner, owner_role, organization_id, person,"
    " level, status, recorded_at, stored_at, kept_bytes, content, key, fingerprint"
)


async def find(*, file_id: UUID) -> File | None:
    """Any file, without asking who wants to know: for who holds an address that we signed."""
    found = await row(f"SELECT {COLUMNS} FROM files WHERE id = $1", file_id)  # noqa: S608 - ours
    return of(found) if found else None


async def hold(*, file_id: UUID) -> File:
    """The same, and nobody changes it until the transaction ends.

    :raises Missing:
    """
    sql = f"SELECT {COLUMNS} FROM files WHERE id = $1 FOR NO KEY UPDATE"  # noqa: S608 - ours
    found = await row(sql, file_id)
    if found is None:
        raise Missing
    return of(found)


async def seen_by(*, file_id: UUID, actor: Actor, now: datetime) -> File:
    """A file that the actor may fetch; that they asked is noted when it is about a person.

    :raises Missing: there is none, or it is not theirs to know
    :raises DelegationEnded: :raises TieEnded: :raises ScopeMissing: what let them see has ended
    """
    file = await find(file_id=file_id)
    if file is None or not policies.may_see(actor, file):
        raise Missing
    if file.person is not None:
        tie = await _tie(file.id, file.person, actor, now)
        await audit.seen(
            actor, "files.fetch", persons=[file.person], ties=[tie], subject_id=file.id
        )
    return file


async def _tie(file_id: UUID, person_id: UUID, actor: Actor, now: datetime) -> str:
    """What lets the actor see the person, or the copy of the record that was made for them."""
    try:
        return await people.tie(actor=actor, person_id=person_id, now=now, scope=Scope.VIEW_FULL)
    except Problem:
        if await people.has_copy(person_id=person_id, file_id=file_id, actor=actor):
            return COPY
        raise


async def check_may_bring(
    *, actor: Actor, purpose: Purpose, person_id: UUID, now: datetime
) -> None:
    """Ask before a file is brought that is about a person.

    RC-08: after a death close kin bring the proof of it, though nothing else lets them in.

    :raises Missing: nobody whom the actor may bring a file about
    :raises DelegationEnded: :raises TieEnded: what let them has ended
    """
    if purpose is Purpose.IDENTITY_PROOF and await people.is_bereaved(
        person_id=person_id, actor=actor
    ):
        return
    if not policies.may_bring_untied(actor):
        await people.tie(actor=actor, person_id=person_id, now=now)
    elif not await value("SELECT true FROM persons WHERE id = $1", person_id):
        raise Missing


def of(found: Record) -> File:
    """Read a row of all the columns."""
    words = {
        "purpose": Purpose(found["purpose"]),
        "media_type": Media(found["media_type"]),
        "owner_role": Role(found["owner_role"]),
        "level": Level(found["level"]),
        "status": Status(found["status"]),
    }
    return File(**{**found, **words})
