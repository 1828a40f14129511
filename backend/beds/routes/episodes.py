"""The home-sickbed, from the application to the opening."""

from datetime import datetime
from uuid import UUID

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from backend import policy
from backend.beds import actions, queries
from backend.beds.lifecycle import Status
from backend.beds.lifecycle.held import Given
from backend.beds.lifecycle.said import (
    Application,
    AssessmentForm,
    Assignment,
    Decision,
    Opening,
    Withdrawal,
)
from backend.beds.schemas import (
    AssessmentDetail,
    AssignmentDetail,
    HomeSickbedDetail,
    HomeSickbedLine,
    MoveDetail,
)
from backend.core.access import FAMILY, STAFF, Actor, Role
from backend.core.pages import LIMIT_DEFAULT, After, Limit
from backend.core.wire import IfMatch, Page, answer, kept_as

APPLICANTS = FAMILY | {Role.INST_NURSE, Role.GP}
DOCTOR = frozenset({Role.GP})


async def _whole(home_sickbed_id: UUID, actor: Actor, now: datetime) -> HomeSickbedDetail:
    found = await queries.one(home_sickbed_id=home_sickbed_id, actor=actor, now=now)
    return HomeSickbedDetail.of(found, now=now)


@get("/home-sickbeds", allow={Role.GP, Role.NURSE, Role.CHC_ADMIN}, tags=["beds"])
async def list_home_sickbeds(
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    status: FromQuery[Status | None] = None,
    doctor_id: FromQuery[UUID | None] = None,
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[HomeSickbedLine]:
    """Your center's applications and beds with what each owes, the most overdue first."""
    page = await queries.works(
        actor=actor, status=status, doctor_id=doctor_id, limit=limit, after=after, now=now
    )
    return Page(items=[HomeSickbedLine.of(each, now=now) for each in page.items], next=page.next)


@get("/home-sickbeds/{home_sickbed_id:uuid}", allow=STAFF | FAMILY, tags=["beds"])
async def get_home_sickbed(
    home_sickbed_id: FromPath[UUID],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> HomeSickbedDetail:
    """One episode: what it went through, what it owes; for who may see all, also its words."""
    return await _whole(home_sickbed_id, actor, now)


@put("/home-sickbeds/{home_sickbed_id:uuid}", allow=APPLICANTS, tags=["beds"])
async def apply_home_sickbed(
    home_sickbed_id: FromPath[UUID],
    data: JSONBody[Application],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[HomeSickbedDetail]:
    """Apply, or keep a draft (`is_draft`) and apply later with `If-Match`.

    A renewal names `previous_episode_id`. A relative needs REQUEST_SERVICE.
    """
    kept = await actions.apply(
        home_sickbed_id=home_sickbed_id, actor=actor, said=data, if_match=if_match, now=now
    )
    return kept_as(await _whole(home_sickbed_id, actor, now), first=kept.first)


@put("/home-sickbeds/{home_sickbed_id:uuid}/withdrawal", allow=FAMILY, tags=["beds"])
async def withdraw_home_sickbed(
    home_sickbed_id: FromPath[UUID],
    data: JSONBody[Withdrawal],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[MoveDetail]:
    """Take the application back before the bed is open; a relative only their own."""
    return await answer(
        actions.withdraw(home_sickbed_id=home_sickbed_id, actor=actor, said=data, now=now),
        MoveDetail.of,
    )


@put(
    "/home-sickbeds/{home_sickbed_id:uuid}/assignments/{assignment_id:uuid}",
    allow={Role.CHC_ADMIN},
    tags=["beds"],
)
async def assign_home_sickbed(
    home_sickbed_id: FromPath[UUID],
    assignment_id: FromPath[UUID],
    data: JSONBody[Assignment],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[AssignmentDetail]:
    """Name the assessor, later the responsible DOCTOR and NURSE; `is_near_cap` warns (HB-18)."""
    warn_from = policy.whole(now, "hb.warn_open_per_doctor")

    def represent(given: Given) -> AssignmentDetail:
        return AssignmentDetail.of(given, warn_from=warn_from)

    return await answer(
        actions.assign(
            home_sickbed_id=home_sickbed_id,
            assignment_id=assignment_id,
            actor=actor,
            said=data,
            now=now,
        ),
        represent,
    )


@put("/home-sickbeds/{home_sickbed_id:uuid}/assessment", allow=DOCTOR, tags=["beds"])
async def assess_home_sickbed(
    home_sickbed_id: FromPath[UUID],
    data: JSONBody[AssessmentForm],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[AssessmentDetail]:
    """The assessment form (HB-05), on the ASSESSMENT visit where you checked in.

    Record vitals and the four scores (BARTHEL, MORSE, BRADEN, MNA_SF) first: they are taken over.
    Edit it with `If-Match` until you decide.
    """
    return await answer(
        actions.assess(
            home_sickbed_id=home_sickbed_id, actor=actor, said=data, if_match=if_match, now=now
        ),
        AssessmentDetail.of,
    )


@put("/home-sickbeds/{home_sickbed_id:uuid}/decision", allow=DOCTOR, tags=["beds"])
async def decide_home_sickbed(
    home_sickbed_id: FromPath[UUID],
    data: JSONBody[Decision],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[MoveDetail]:
    """Pass or fail, by the assessor. To fail somebody say why, and what else may help."""
    return await answer(
        actions.decide(home_sickbed_id=home_sickbed_id, actor=actor, said=data, now=now),
        MoveDetail.of,
    )


@put("/home-sickbeds/{home_sickbed_id:uuid}/opening", allow=DOCTOR, tags=["beds"])
async def open_home_sickbed(
    home_sickbed_id: FromPath[UUID],
    data: JSONBody[Opening],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[MoveDetail]:
    """Open the bed.

    The four consents are given since the application (`home_sickbed_notice`, `_fees`,
    `_emergency`, `_data`), doctor and nurse are named, the first round is done or planned within
    a day, and the elder is in no hospital: by our own beds, and by what the insurance knows. A
    stay that only it knows of is asked after each day; the doctor is told when it is closed.
    """
    return await answer(
        actions.open_bed(home_sickbed_id=home_sickbed_id, actor=actor, said=data, now=now),
        MoveDetail.of,
    )


ROUTES = [
    list_home_sickbeds,
    get_home_sickbed,
    apply_home_sickbed,
    withdraw_home_sickbed,
    assign_home_sickbed,
    assess_home_sickbed,
    decide_home_sickbed,
    open_home_sickbed,
]
