"""Persons: registering and finding them, and who may and did look."""

from datetime import datetime
from uuid import UUID

from litestar import Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from backend.core.access import FAMILY, STAFF, Actor, Role
from backend.core.pages import LIMIT_DEFAULT, After, Limit
from backend.core.wire import Page, answer
from backend.people import actions, queries
from backend.people.actions.facts import PersonFacts
from backend.people.routes.parameters import IfMatch
from backend.people.schemas.accesses import CareTeamEntry, Look
from backend.people.schemas.persons import PersonDetail, PersonFound, PersonSearch

READERS = STAFF | FAMILY


@post("/person-searches", status_code=200, allow=STAFF, tags=["people"])
async def search_persons(
    data: JSONBody[PersonSearch], actor: NamedDependency[Actor]
) -> list[PersonFound]:
    """Look for a person by a whole ID number, a whole phone number, or name and street.

    Answers are masked, noted in the access log of each person found, and at most 30 a minute.
    """
    found = await queries.search(
        actor=actor,
        identity_number=data.identity_number,
        phone=data.phone,
        name=data.name,
        street_code=data.street_code,
    )
    return [PersonFound.of(each) for each in found]


@get("/persons", allow=READERS | {Role.INST_STAFF}, tags=["people"])
async def list_persons(
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    residence_id: FromQuery[UUID | None] = None,
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[PersonFound]:
    """List everybody I may see, such as the residents of an institution. Masked."""
    page = await queries.cared_for(
        actor=actor, residence_id=residence_id, limit=limit, after=after, now=now
    )
    return Page(items=[PersonFound.of(each) for each in page.items], next=page.next)


@put("/persons/{person_id:uuid}", allow=STAFF, tags=["people"])
async def register_person(
    person_id: FromPath[UUID],
    data: JSONBody[PersonFacts],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[PersonDetail]:
    """Register a person, or edit one with `If-Match: "<version>"`.

    409 `person_already_known` when the ID number is registered: use the person it names. Leave
    `identity_number` out of an edit to keep it. Setting `died_on` ends every delegation at once.
    """
    kept = actions.register(person_id=person_id, actor=actor, said=data, if_match=if_match, now=now)
    return await answer(kept, PersonDetail.of)


@get("/persons/{person_id:uuid}", allow=READERS, tags=["people"])
async def get_person(
    person_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> PersonDetail:
    """Read one person. A relative with VIEW_SUMMARY gets the phone and the address masked."""
    seen = await queries.see_person(person_id=person_id, actor=actor, now=now)
    return PersonDetail.of(seen.person, in_full=seen.in_full)


@get("/persons/{person_id:uuid}/care-team", allow=READERS, tags=["people"])
async def list_care_team(
    person_id: FromPath[UUID],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[CareTeamEntry]:
    """List who may see this person, why, and until when. What has ended stays listed."""
    page = await queries.care_team(
        actor=actor, person_id=person_id, limit=limit, after=after, now=now
    )
    return Page(items=[CareTeamEntry.of(each) for each in page.items], next=page.next)


@get(
    "/persons/{person_id:uuid}/access-log",
    allow=FAMILY | {Role.CHC_ADMIN},
    tags=["people"],
)
async def list_looks(
    person_id: FromPath[UUID],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[Look]:
    """List who looked at or wrote about this person, when, and why they could. Newest first."""
    return Look.page(
        await queries.access_log(
            actor=actor, person_id=person_id, limit=limit, after=after, now=now
        )
    )


ROUTES = [
    search_persons,
    list_persons,
    register_person,
    get_person,
    list_care_team,
    list_looks,
]
