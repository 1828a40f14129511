"""In-house medical units: filed, confirmed, insured, with what they stock."""

from datetime import datetime
from functools import partial
from uuid import UUID

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from backend.core.access import REGULATORS, Actor, Role
from backend.core.pages import LIMIT_DEFAULT, After, Limit
from backend.core.wire import Day, Page, answer
from backend.people import actions, queries
from backend.people.actions.facts import (
    FormularyFacts,
    InsuranceApplication,
    InsuranceDecision,
    UnitConfirmation,
    UnitFacts,
)
from backend.people.lifecycle import UnitStatus
from backend.people.routes.organizations import COMMISSION, EMPLOYERS
from backend.people.routes.parameters import IfMatch
from backend.people.schemas.evidence import SubsidyEvidence
from backend.people.schemas.formulary import FormularyDetail
from backend.people.schemas.units import UnitDetail


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
    return UnitDetail.of(await queries.see_unit(unit_id=unit_id, actor=actor, now=now), now=now)


@get("/in-house-units", allow=EMPLOYERS | REGULATORS | {Role.INST_NURSE}, tags=["people"])
async def list_units(
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    status: FromQuery[UnitStatus | None] = None,
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[UnitDetail]:
    """List units: an institution its own, a regulator or a center all."""
    page = await queries.units(actor=actor, status=status, limit=limit, after=after, now=now)
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

    `insurance_application.decision_due_on` is the day by which it must be decided; on that day
    you are reminded, and afterwards `is_overdue` is true until it is decided.
    """
    kept = actions.apply_for_insurance(unit_id=unit_id, actor=actor, said=data, now=now)
    return await answer(kept, partial(UnitDetail.of, now=now))


@put(
    "/in-house-units/{unit_id:uuid}/insurance-decision",
    allow=frozenset({Role.REGULATOR_YB}),
    tags=["people"],
)
async def decide_insurance(
    unit_id: FromPath[UUID],
    data: JSONBody[InsuranceDecision],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[UnitDetail]:
    """Say whether a unit that applied is designated by the medical insurance, and since when."""
    kept = actions.decide_insurance(unit_id=unit_id, actor=actor, said=data, now=now)
    return await answer(kept, partial(UnitDetail.of, now=now))


@put("/in-house-units/{unit_id:uuid}/rectification", allow=COMMISSION, tags=["people"])
async def order_rectification(
    unit_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> Response[UnitDetail]:
    """Order a unit to put things right; it then files again."""
    kept = actions.order_rectification(unit_id=unit_id, actor=actor, now=now)
    return await answer(kept, partial(UnitDetail.of, now=now))


@put("/in-house-units/{unit_id:uuid}/closing", allow=frozenset({Role.INST_ADMIN}), tags=["people"])
async def close_unit(
    unit_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> Response[UnitDetail]:
    """Give a unit up."""
    kept = actions.close_unit(unit_id=unit_id, actor=actor, now=now)
    return await answer(kept, partial(UnitDetail.of, now=now))


@put(
    "/in-house-units/{unit_id:uuid}/formulary",
    allow=frozenset({Role.INST_ADMIN, Role.INST_NURSE}),
    tags=["people"],
)
async def keep_formulary(
    unit_id: FromPath[UUID],
    data: JSONBody[FormularyFacts],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[FormularyDetail]:
    """Say which drugs my unit stocks: the whole list each time, by the ids of the drug list.

    `missing` names the classes of common and chronic drugs that it has none of: show it as a hint.
    """
    kept = actions.keep_formulary(
        unit_id=unit_id, actor=actor, said=data, if_match=if_match, now=now
    )
    return await answer(kept, FormularyDetail.of)


@get(
    "/in-house-units/{unit_id:uuid}/formulary",
    allow=EMPLOYERS | REGULATORS | {Role.INST_NURSE},
    tags=["people"],
)
async def get_formulary(
    unit_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> FormularyDetail:
    """Read what a unit stocks; 404 when it never said."""
    return FormularyDetail.of(await queries.see_formulary(unit_id=unit_id, actor=actor, now=now))


@get(
    "/in-house-units/{unit_id:uuid}/subsidy-evidence",
    allow=frozenset({Role.INST_ADMIN, Role.REGULATOR_MZ}),
    tags=["people"],
)
async def get_subsidy_evidence(
    unit_id: FromPath[UUID],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    first_on: FromQuery[Day],
    last_on: FromQuery[Day],
) -> SubsidyEvidence:
    """Read what supports a subsidy for a unit in a period, both days included: facts, no sums."""
    unit, staff = await queries.see_evidence(
        unit_id=unit_id, first_on=first_on, last_on=last_on, actor=actor, now=now
    )
    return SubsidyEvidence.of(unit, staff, first_on=first_on, last_on=last_on, now=now)


ROUTES = [
    file_unit,
    get_unit,
    list_units,
    confirm_unit,
    apply_for_insurance,
    decide_insurance,
    order_rectification,
    close_unit,
    keep_formulary,
    get_formulary,
    get_subsidy_evidence,
]
