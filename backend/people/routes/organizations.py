"""Organizations, whom they employ, and the medical units they file."""

from datetime import datetime
from functools import partial
from uuid import UUID

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from backend.core.access import EVERYONE, REGULATORS, STAFF, Actor, Role
from backend.core.pages import LIMIT_DEFAULT, After, Limit
from backend.core.wire import Page, answer
from backend.people import actions, queries
from backend.people.actions.facts import (
    InsuranceApplication,
    OrganizationFacts,
    StaffFacts,
    StreetCode,
    UnitConfirmation,
    UnitFacts,
)
from backend.people.lifecycle import OrganizationKind, UnitStatus
from backend.people.routes.parameters import IfMatch
from backend.people.schemas.organizations import OrganizationDetail, StaffDetail, UnitDetail

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


@put("/in-house-units/{unit_id:uuid}", allow=frozenset({Role.INST_ADMIN}), tags=["people"])
async def file_unit(
    unit_id: FromPath[UUID],
    data: JSONBody[UnitFacts],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[UnitDetail]:
    """File an in-house medical unit, or file it again with what changed.

    Filing is not approval: `findings` say what its standard asks for and it lacks.
    """
    kept = actions.file_unit(unit_id=unit_id, actor=actor, said=data, if_match=if_match, now=now)
    return await answer(kept, partial(UnitDetail.of, now=now))


@get(
    "/in-house-units/{unit_id:uuid}",
    allow=EMPLOYERS | REGULATORS | {Role.INST_NURSE},
    tags=["people"],
)
async def get_unit(
    unit_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> UnitDetail:
    """Read one unit."""
    return UnitDetail.of(await queries.see_unit(unit_id=unit_id, actor=actor), now=now)


@get("/in-house-units", allow=EMPLOYERS | REGULATORS | {Role.INST_NURSE}, tags=["people"])
async def list_units(
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    status: FromQuery[UnitStatus | None] = None,
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[UnitDetail]:
    """List units: an institution its own, a regulator or a center all."""
    page = await queries.units(actor=actor, status=status, limit=limit, after=after)
    return Page(items=[UnitDetail.of(each, now=now) for each in page.items], next=page.next)


@put("/in-house-units/{unit_id:uuid}/confirmation", allow=COMMISSION, tags=["people"])
async def confirm_unit(
    unit_id: FromPath[UUID],
    data: JSONBody[UnitConfirmation],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[UnitDetail]:
    """Confirm a filing: the unit operates."""
    kept = actions.confirm_unit(unit_id=unit_id, actor=actor, said=data, now=now)
    return await answer(kept, partial(UnitDetail.of, now=now))


@put(
    "/in-house-units/{unit_id:uuid}/insurance-application",
    allow=frozenset({Role.INST_ADMIN}),
    tags=["people"],
)
async def apply_for_insurance(
    unit_id: FromPath[UUID],
    data: JSONBody[InsuranceApplication],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[UnitDetail]:
    """Say that my unit applied for insurance designation, not before `insurance_from`.

    `insurance_application.decision_due_on` is the day by which it must be decided.
    """
    kept = actions.apply_for_insurance(unit_id=unit_id, actor=actor, said=data, now=now)
    return await answer(kept, partial(UnitDetail.of, now=now))


@put("/in-house-units/{unit_id:uuid}/rectification", allow=COMMISSION, tags=["people"])
async def order_rectification(
    unit_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> Response[UnitDetail]:
    """Order a unit to put things right; it then files again."""
    kept = actions.order_rectification(unit_id=unit_id, actor=actor)
    return await answer(kept, partial(UnitDetail.of, now=now))


@put("/in-house-units/{unit_id:uuid}/closing", allow=frozenset({Role.INST_ADMIN}), tags=["people"])
async def close_unit(
    unit_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> Response[UnitDetail]:
    """Give a unit up."""
    kept = actions.close_unit(unit_id=unit_id, actor=actor)
    return await answer(kept, partial(UnitDetail.of, now=now))


ROUTES = [
    list_organizations,
    get_organization,
    keep_organization,
    keep_staff,
    get_staff,
    list_staff,
    file_unit,
    get_unit,
    list_units,
    confirm_unit,
    apply_for_insurance,
    order_rectification,
    close_unit,
]
