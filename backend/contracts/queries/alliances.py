"""Questions about alliances, and who joined them."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend.contracts import policies
from backend.core import audit, pages
from backend.core.access import FAMILY, REGULATORS, Actor
from backend.core.db import row, rows
from backend.core.problems import Missing
from backend.people import queries as people

ALLIANCE = """
SELECT a.*,
       (SELECT count(*) FROM alliance_elders e WHERE e.alliance = a.id AND e.left_at IS NULL)
         AS elders,
       (SELECT coalesce(json_agg(json_build_object('id', o.id, 'name', o.name)), '[]')
          FROM organizations o WHERE o.id = ANY (a.member_ids)) AS names,
       (SELECT coalesce(array_agg(u.organization), '{}') FROM in_house_units u
         WHERE u.organization = ANY (a.member_ids) AND u.status = 'operating') AS with_units
  FROM alliances a
"""
ONE = f"{ALLIANCE} WHERE a.id = $1"
LISTED = f"""{ALLIANCE}
 WHERE ($1::uuid IS NULL OR $1 = ANY (a.member_ids)) AND ($2::uuid IS NULL OR a.id < $2)
 ORDER BY a.id DESC LIMIT $3"""


async def alliance(alliance_id: UUID) -> Record | None:
    return await row(ONE, alliance_id)


async def hold_alliance(alliance_id: UUID) -> Record | None:
    """Lock the alliance until the transaction ends."""
    await rows("SELECT FROM alliances WHERE id = $1 FOR NO KEY UPDATE", alliance_id)
    return await alliance(alliance_id)


async def hold_elders(alliance_id: UUID) -> list[Record]:
    """Lock who takes part, so that nobody leaves meanwhile; the alliance is held."""
    return await rows(
        "SELECT id, person, institution FROM alliance_elders"
        " WHERE alliance = $1 AND left_at IS NULL ORDER BY id FOR NO KEY UPDATE",
        alliance_id,
    )


async def see_alliance(*, alliance_id: UUID, actor: Actor) -> Record:
    """One, to its members and the regulators; to families, what they may sign.

    :raises Missing:
    """
    found = await alliance(alliance_id)
    if found is None or not (
        actor.role in FAMILY or policies.may_see_alliance(actor, found["member_ids"])
    ):
        raise Missing
    return found


async def alliances(*, actor: Actor, limit: int, after: str | None) -> pages.Cut:
    """Those of one's organization; for regulators everybody's. Newest first."""
    (last,) = pages.read("contracts.alliances", after, UUID)
    own = None if actor.role in REGULATORS else actor.organization_id
    found = await rows(LISTED, own, last, limit + 1)
    return pages.cut(
        found, limit=limit, listing="contracts.alliances", key=lambda each: (each["id"],)
    )


ELDER = """
SELECT e.*, a.member_ids, p.name AS person_name FROM alliance_elders e
  JOIN alliances a ON a.id = e.alliance JOIN persons p ON p.id = e.person
"""


async def elder(alliance_id: UUID, *, person_id: UUID) -> Record | None:
    """How somebody takes part, or did."""
    return await row(f"{ELDER} WHERE e.alliance = $1 AND e.person = $2", alliance_id, person_id)


ASKER = 4  # not policy: where the six of the asker begin
ELDERS = f"""
SELECT * FROM (
  SELECT seen.*, {people.tie_of(person="seen.person", at=ASKER)} AS tie
    FROM ({ELDER} WHERE e.alliance = $1 AND e.left_at IS NULL
           AND ($2::uuid IS NULL OR e.id > $2)) AS seen) AS tied
 WHERE tie IS NOT NULL ORDER BY id LIMIT $3
"""  # noqa: S608 - text of our own


async def elders(
    *, alliance_id: UUID, actor: Actor, limit: int, after: str | None, now: datetime
) -> pages.Cut:
    """Of those who take part, whom the actor may see.

    :raises Missing:
    """
    await see_alliance(alliance_id=alliance_id, actor=actor)
    (last,) = pages.read("contracts.alliance_elders", after, UUID)
    found = await rows(ELDERS, alliance_id, last, limit + 1, *people.asker(actor=actor, now=now))
    page = pages.cut(
        found, limit=limit, listing="contracts.alliance_elders", key=lambda each: (each["id"],)
    )
    await audit.seen(
        actor,
        "contracts.alliance_elders",
        persons=[each["person"] for each in page.items],
        ties=[each["tie"] for each in page.items],
        subject_id=alliance_id,
    )
    return page
