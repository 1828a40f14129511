"""Questions about what an elder lets others see and do, and who decides for whom."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from asyncpg import Record

from backend.core import audit, calendar, pages
from backend.core.access import Actor, Role
from backend.core.db import row, rows, value
from backend.core.problems import Missing
from backend.people.queries.ties import GUARDED, tie


class Side(StrEnum):
    GIVEN = "given"
    RECEIVED = "received"


COLUMNS = """
d.*, p.name AS person_name, r.name AS delegate_name,
ARRAY (SELECT DISTINCT unnest(s.scopes) FROM scope_requests s
        WHERE s.delegation = d.id AND NOT s.scopes <@ d.scopes) AS asked_scopes
"""
DELEGATION = f"""
SELECT {COLUMNS} FROM delegations d
  JOIN persons p ON p.id = d.person JOIN persons r ON r.id = d.delegate
"""  # noqa: S608 - text of our own
ONE = f"{DELEGATION} WHERE d.id = $1"
GIVEN = f"""{DELEGATION}
 WHERE (d.person = $1 OR d.person IN (
   SELECT person FROM guardianships WHERE guardian = $2
    AND $3::date BETWEEN valid_from AND coalesce(valid_to, 'infinity')))
   AND ($4::uuid IS NULL OR d.id < $4) ORDER BY d.id DESC LIMIT $5"""  # noqa: S608
RECEIVED = f"""{DELEGATION}
 WHERE d.delegate = $1 AND ($2::uuid IS NULL OR d.id < $2) ORDER BY d.id DESC LIMIT $3"""


async def delegation(delegation_id: UUID) -> Record | None:
    return await row(ONE, delegation_id)


async def hold_delegation(delegation_id: UUID) -> Record | None:
    await rows("SELECT 1 FROM delegations WHERE id = $1 FOR NO KEY UPDATE", delegation_id)
    return await delegation(delegation_id)


async def see_delegation(*, delegation_id: UUID, actor: Actor, now: datetime) -> Record:
    """The delegation, to the two it is between and to the guardian.

    :raises Missing:
    """
    found = await delegation(delegation_id)
    if found is None:
        raise Missing
    if found["delegate"] != actor.person_id:
        await speaks_for(actor=actor, person_id=found["person"], now=now)
    return found


async def delegations(
    *, actor: Actor, side: Side, limit: int, after: str | None, now: datetime
) -> pages.Cut:
    """What one has given, or one's ward has; or what one has received. Newest first."""
    listing = f"people.delegations.{side}"
    (last,) = pages.read(listing, after, UUID)
    if side is Side.RECEIVED:
        found = await rows(RECEIVED, actor.person_id, last, limit + 1)
    else:
        elder = actor.person_id if actor.role is Role.ELDER else None
        guardian = actor.person_id if actor.role is Role.GUARDIAN else None
        found = await rows(GIVEN, elder, guardian, calendar.on(now), last, limit + 1)
    return pages.cut(found, limit=limit, listing=listing, key=lambda each: (each["id"],))


async def speaks_for(*, actor: Actor, person_id: UUID, now: datetime) -> str:
    """RC-03, RC-04: the word of the elder's or the guardian's right to decide.

    :raises Missing: for everybody else :raises TieEnded: a guardian whose proof ran out
    """
    if actor.role not in {Role.ELDER, Role.GUARDIAN}:
        raise Missing
    return await tie(actor=actor, person_id=person_id, now=now)


async def is_guardian(*, guardian_id: UUID, person_id: UUID, now: datetime) -> bool:
    """RC-04: whether this is a live guardian of that person."""
    return bool(await value(GUARDED, person_id, guardian_id, calendar.on(now)))


GUARDIANSHIP = """
SELECT g.*, p.name AS person_name, r.name AS guardian_name FROM guardianships g
  JOIN persons p ON p.id = g.person JOIN persons r ON r.id = g.guardian
 WHERE g.id = $1
"""

GUARDIANSHIPS = """
SELECT g.*, p.name AS person_name, r.name AS guardian_name FROM guardianships g
  JOIN persons p ON p.id = g.person JOIN persons r ON r.id = g.guardian
 WHERE g.person = $1 AND ($2::uuid IS NULL OR g.id < $2) ORDER BY g.id DESC LIMIT $3
"""


async def guardianship(guardianship_id: UUID) -> Record | None:
    return await row(GUARDIANSHIP, guardianship_id)


async def see_guardianship(*, guardianship_id: UUID, actor: Actor, now: datetime) -> Record:
    """:raises Missing: :raises TieEnded:"""
    found = await guardianship(guardianship_id)
    if found is None:
        raise Missing
    word = await tie(actor=actor, person_id=found["person"], now=now)
    await audit.seen(actor, "people.guardianship", persons=[found["person"]], ties=[word])
    return found


async def guardianships(
    *, actor: Actor, person_id: UUID, limit: int, after: str | None, now: datetime
) -> pages.Cut:
    """:raises Missing: :raises TieEnded:"""
    word = await tie(actor=actor, person_id=person_id, now=now)
    (last,) = pages.read("people.guardianships", after, UUID)
    found = await rows(GUARDIANSHIPS, person_id, last, limit + 1)
    await audit.seen(actor, "people.guardianships", persons=[person_id], ties=[word])
    return pages.cut(
        found, limit=limit, listing="people.guardianships", key=lambda each: (each["id"],)
    )


KIN = "kin"
KINSHIP = """
SELECT k.*, r.name AS relative_name, r.phone AS relative_phone
  FROM kinships k JOIN persons r ON r.id = k.relative
"""
ONE_KINSHIP = f"{KINSHIP} WHERE k.id = $1"
KINSHIPS = f"""{KINSHIP}
 WHERE k.person = $1 AND ($2::uuid IS NULL OR k.id > $2) ORDER BY k.id LIMIT $3"""


async def kinship(*, kinship_id: UUID) -> Record | None:
    return await row(ONE_KINSHIP, kinship_id)


async def see_kinship(*, kinship_id: UUID, actor: Actor, now: datetime) -> Record:
    """:raises Missing: :raises DelegationEnded: :raises TieEnded:"""
    found = await kinship(kinship_id=kinship_id)
    if found is None:
        raise Missing
    word = await tie(actor=actor, person_id=found["person"], now=now)
    await audit.seen(
        actor, "people.kinship", persons=[found["person"], found["relative"]], ties=[word, KIN]
    )
    return found


async def kinships(
    *, actor: Actor, person_id: UUID, limit: int, after: str | None, now: datetime
) -> pages.Cut:
    """A person's family and emergency contacts, in the order they were named.

    :raises Missing: :raises DelegationEnded: :raises TieEnded:
    """
    word = await tie(actor=actor, person_id=person_id, now=now)
    (last,) = pages.read("people.kinships", after, UUID)
    found = await rows(KINSHIPS, person_id, last, limit + 1)
    page = pages.cut(found, limit=limit, listing="people.kinships", key=lambda each: (each["id"],))
    relatives = [each["relative"] for each in page.items]
    await audit.seen(
        actor,
        "people.kinships",
        persons=[person_id, *relatives],
        ties=[word, *[KIN] * len(relatives)],
    )
    return page
