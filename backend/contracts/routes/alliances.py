"""Alliances: members, the joint team, and the elders who joined."""

from datetime import datetime
from uuid import UUID

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from backend.contracts import actions, queries
from backend.contracts.lifecycle.said import AllianceSaid, Joining, Leaving
from backend.contracts.schemas import AllianceDetail, AllianceElderDetail
from backend.core.access import REGULATORS, Actor, Role
from backend.core.pages import LIMIT_DEFAULT, After, Limit
from backend.core.wire import IfMatch, Page, answer, kept_as

MEMBERS = frozenset({Role.CHC_ADMIN, Role.INST_ADMIN, Role.HOSPITAL_STAFF})
RESIDENT = frozenset({Role.ELDER, Role.GUARDIAN})
JOINING = RESIDENT | {Role.INST_ADMIN}
LOOKERS = MEMBERS | REGULATORS


async def _whole(alliance_id: UUID, actor: Actor) -> AllianceDetail:
    found = await queries.see_alliance(alliance_id=alliance_id, actor=actor)
    return AllianceDetail.of(found, actor=actor)


@put("/alliances/{alliance_id:uuid}", allow=MEMBERS, tags=["contracts"])
async def keep_alliance(
    alliance_id: FromPath[UUID],
    data: JSONBody[AllianceSaid],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[AllianceDetail]:
    """Found a five-bed alliance that your organization is in, or change it with `If-Match`.

    The order of `team` is the order in which they are called; every member has somebody in it.
    """
    kept = await actions.keep_alliance(
        alliance_id=alliance_id, actor=actor, said=data, if_match=if_match, now=now
    )
    return kept_as(await _whole(alliance_id, actor), first=kept.first)


@get("/alliances", allow=LOOKERS, tags=["contracts"])
async def list_alliances(
    actor: NamedDependency[Actor],
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[AllianceDetail]:
    """The alliances of your organization; for regulators everybody's. Newest first."""
    page = await queries.alliances(actor=actor, limit=limit, after=after)
    return Page(items=[AllianceDetail.of(each, actor=actor) for each in page.items], next=page.next)


@get("/alliances/{alliance_id:uuid}", allow=LOOKERS | RESIDENT, tags=["contracts"])
async def get_alliance(
    alliance_id: FromPath[UUID], actor: NamedDependency[Actor]
) -> AllianceDetail:
    """One alliance, what its members bring, and what who signs has free of charge."""
    return await _whole(alliance_id, actor)


@put("/alliances/{alliance_id:uuid}/elders/{person_id:uuid}", allow=JOINING, tags=["contracts"])
async def join_alliance(
    alliance_id: FromPath[UUID],
    person_id: FromPath[UUID],
    data: JSONBody[Joining],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[AllianceElderDetail]:
    """Sign the five-bed agreement with a member institution, for yourself or your ward.

    The institution may witness a signature on paper: say whose hand (`signer`) and the file.
    """
    return await answer(
        actions.join_alliance(
            alliance_id=alliance_id, person_id=person_id, actor=actor, said=data, now=now
        ),
        AllianceElderDetail.of,
    )


@put(
    "/alliances/{alliance_id:uuid}/elders/{person_id:uuid}/leaving",
    allow=JOINING,
    tags=["contracts"],
)
async def leave_alliance(
    alliance_id: FromPath[UUID],
    person_id: FromPath[UUID],
    data: JSONBody[Leaving],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[AllianceElderDetail]:
    """No longer take part, at once."""
    return await answer(
        actions.leave_alliance(
            alliance_id=alliance_id, person_id=person_id, actor=actor, said=data, now=now
        ),
        AllianceElderDetail.of,
    )


@get("/alliances/{alliance_id:uuid}/elders", allow=MEMBERS, tags=["contracts"])
async def list_alliance_elders(
    alliance_id: FromPath[UUID],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[AllianceElderDetail]:
    """Who takes part, of those whom you may see."""
    page = await queries.elders(
        alliance_id=alliance_id, actor=actor, limit=limit, after=after, now=now
    )
    return Page(items=[AllianceElderDetail.of(each) for each in page.items], next=page.next)


ROUTES = [
    keep_alliance,
    list_alliances,
    get_alliance,
    join_alliance,
    leave_alliance,
    list_alliance_elders,
]
