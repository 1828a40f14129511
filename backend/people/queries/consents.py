"""Questions about consents (RC-02)."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend.core import audit, pages
from backend.core.access import Actor
from backend.core.db import row, rows, value
from backend.core.problems import Missing
from backend.people.lifecycle import Scope
from backend.people.queries.ties import tie

CONSENTS = """
SELECT * FROM consents
 WHERE person = $1 AND ($2::text IS NULL OR purpose = $2) AND ($3::uuid IS NULL OR id < $3)
 ORDER BY id DESC LIMIT $4
"""

LIVE = """
SELECT EXISTS (SELECT 1 FROM consents
  WHERE person = $1 AND purpose = $2 AND happened_at <= $3
    AND (withdrawn_at IS NULL OR withdrawn_at > $3))
"""


async def consent(consent_id: UUID) -> Record | None:
    return await row("SELECT * FROM consents WHERE id = $1", consent_id)


async def hold_consent(consent_id: UUID) -> Record | None:
    return await row("SELECT * FROM consents WHERE id = $1 FOR NO KEY UPDATE", consent_id)


async def has_consented(*, person_id: UUID, purpose: str, now: datetime) -> bool:
    """RC-02: whether a consent for this purpose lives at that moment."""
    return bool(await value(LIVE, person_id, purpose, now))


async def see_consent(*, consent_id: UUID, actor: Actor, now: datetime) -> Record:
    """:raises Missing: :raises DelegationEnded: :raises TieEnded: :raises ScopeMissing:"""
    found = await consent(consent_id)
    if found is None:
        raise Missing
    word = await tie(actor=actor, person_id=found["person"], now=now, scope=Scope.VIEW_FULL)
    await audit.seen(actor, "people.consent", persons=[found["person"]], ties=[word])
    return found


async def consents(
    *,
    actor: Actor,
    person_id: UUID,
    purpose: str | None,
    limit: int,
    after: str | None,
    now: datetime,
) -> pages.Cut:
    """What was consented to, newest first.

    :raises Missing: :raises DelegationEnded: :raises TieEnded: :raises ScopeMissing:
    """
    word = await tie(actor=actor, person_id=person_id, now=now, scope=Scope.VIEW_FULL)
    (last,) = pages.read("people.consents", after, UUID)
    found = await rows(CONSENTS, person_id, purpose, last, limit + 1)
    await audit.seen(actor, "people.consents", persons=[person_id], ties=[word])
    return pages.cut(found, limit=limit, listing="people.consents", key=lambda each: (each["id"],))
