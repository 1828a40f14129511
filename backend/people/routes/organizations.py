"""Organizations, and whom they employ."""

from datetime import datetime
from uuid import UUID

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from backend.core.access import EVERYONE, REGULATORS, STAFF, Actor, Role
from backend.core.pages import LIMIT_DEFAULT, After, Limit
from backend.core.wire import Page, answer
from backend.people import actions, queries
from backend.people.actions.facts import OrganizationFacts, StaffFacts, StreetCode
from backend.people.lifecycle import OrganizationKind
from backend.people.routes.parameters import IfMatch
from backend.people.schemas.organizations import OrganizationDetail, StaffDetail

EMPLOYERS = frozenset({Role.CHC_ADMIN, Role.INST_ADMIN})
COMMISSION = frozenset({Role.REGULATOR_WJ})


@get("/organizations", allow=EVERYONE, tags=["people"])
async def list_organizations(
    now: NamedDependency[datetime],
    kind: FromQuery[OrganizationKind | None] = None,
    street_code: FromQuery[StreetCode | None] = None,
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[OrganizationDetail]:
    """List health centers, institutions, in-house units, pharmacies and hospitals."""
    page = await queries.organizations(
        kind=kind, street_code=street_code, limit=limit, after=after, now=now
    )
    return Page(items=[OrganizationDetail.of(each) for each in page.items], next=page.next)


@get("/organizations/{organization_id:uuid}", allow=EVERYONE, tags=["people"])
async def get_organization(
    organization_id: FromPath[UUID], now: NamedDependency[datetime]
) -> OrganizationDetail:
    """Read one organization."""
    return OrganizationDetail.of(
        await queries.see_organization(organization_id=organization_id, now=now)
    )


@put("/organizations/{organization_id:uuid}", allow=EMPLOYERS | COMMISSION, tags=["people"])
async def keep_organization(
    organization_id: FromPath[UUID],
    data: JSONBody[OrganizationFacts],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[OrganizationDetail]:
    """Keep my organization up to date; the health commission enrols new ones and their kinds."""
    kept = actions.keep_organization(
        organization_id=organization_id, actor=actor, said=data, if_match=if_match, now=now
    )
    return await answer(kept, OrganizationDetail.of)


@put("/staff/{staff_id:uuid}", allow=EMPLOYERS, tags=["people"])
async def keep_staff(
    staff_id: FromPath[UUID],
    data: JSONBody[StaffFacts],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[StaffDetail]:
    """Employ somebody, or change title, licence, years and roles with `If-Match`.

    A role taken away, or a last day that has passed, ends the sessions it opened.
    """
    kept = actions.employ(staff_id=staff_id, actor=actor, said=data, if_match=if_match, now=now)
    return await answer(kept, StaffDetail.of)


@get("/staff/{staff_id:uuid}", allow=STAFF | REGULATORS, tags=["people"])
async def get_staff(staff_id: FromPath[UUID], actor: NamedDependency[Actor]) -> StaffDetail:
    """Read one employment of my organization, or my own."""
    return StaffDetail.of(await queries.see_employment(staff_id=staff_id, actor=actor))


@get("/staff", allow=STAFF, tags=["people"])
async def list_staff(
    actor: NamedDependency[Actor],
    role: FromQuery[Role | None] = None,
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[StaffDetail]:
    """List whom my organization employs."""
    page = await queries.employments(actor=actor, role=role, limit=limit, after=after)
    return Page(items=[StaffDetail.of(each) for each in page.items], next=page.next)


ROUTES = [
    list_organizations,
    get_organization,
    keep_organization,
    keep_staff,
    get_staff,
    list_staff,
]
