"""The institution's code, absences, and the silent alarm."""

from datetime import UTC, datetime
from uuid import UUID

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from backend import policy
from backend.core.access import FIELD, Actor, Role
from backend.core.pages import LIMIT_DEFAULT, After, Limit
from backend.core.wire import Moment, Page, answer
from backend.visits import actions, policies, queries
from backend.visits.lifecycle import token
from backend.visits.lifecycle.absences import AbsenceSaid, AlarmSaid
from backend.visits.schemas.resolving import AbsenceDetail, AlarmDetail, CheckInToken

OFFICE = frozenset({Role.DISPATCHER, Role.CHC_ADMIN})


@get(
    "/organizations/{organization_id:uuid}/check-in-token",
    allow={Role.INST_NURSE, Role.INST_ADMIN},
    tags=["visits"],
)
async def get_check_in_token(
    organization_id: FromPath[UUID],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> CheckInToken:
    """The code to show as a QR on your institution's screen. Ask again at `turns_at`."""
    policies.check_own_house(actor, organization_id)
    lasts = policy.span(now, "ev.checkin_token_s")
    step = token.step_of(now, lasts=lasts)
    return CheckInToken(
        organization_id=organization_id,
        token=token.token(organization_id, step=step),
        turns_at=datetime.fromtimestamp((step + 1) * lasts.total_seconds(), UTC),
    )


@put("/absences/{absence_id:uuid}", allow=FIELD | {Role.CHC_ADMIN}, tags=["visits"])
async def record_absence(
    absence_id: FromPath[UUID],
    data: JSONBody[AbsenceSaid],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[AbsenceDetail]:
    """You cannot come: your visits go to colleagues right after; what nobody can take is told."""
    return await answer(
        actions.record_absence(absence_id=absence_id, actor=actor, said=data, now=now),
        AbsenceDetail.of,
    )


@get("/absences/{absence_id:uuid}", allow=FIELD | OFFICE, tags=["visits"])
async def get_absence(absence_id: FromPath[UUID], actor: NamedDependency[Actor]) -> AbsenceDetail:
    """One absence: your own, or of your center."""
    return AbsenceDetail.of(await queries.see_absence(absence_id=absence_id, actor=actor))


@get("/absences", allow=FIELD | OFFICE, tags=["visits"])
async def list_absences(
    actor: NamedDependency[Actor],
    lasting_after: FromQuery[Moment | None] = None,
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[AbsenceDetail]:
    """Your own absences, or, for the office, your center's; the latest to begin first."""
    page = await queries.absences(actor=actor, after_moment=lasting_after, limit=limit, after=after)
    return Page(items=[AbsenceDetail.of(each) for each in page.items], next=page.next)


@put("/staff-alarms/{alarm_id:uuid}", allow=FIELD | {Role.COURIER}, tags=["visits"])
async def raise_staff_alarm(
    alarm_id: FromPath[UUID],
    data: JSONBody[AlarmSaid],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[AlarmDetail]:
    """Silent alarm (EM-05): your supervisor is told at once. Show nothing on the screen."""
    return await answer(
        actions.raise_alarm(alarm_id=alarm_id, actor=actor, said=data, now=now), AlarmDetail.of
    )


@get("/staff-alarms/{alarm_id:uuid}", allow=FIELD | OFFICE | {Role.COURIER}, tags=["visits"])
async def get_staff_alarm(alarm_id: FromPath[UUID], actor: NamedDependency[Actor]) -> AlarmDetail:
    """One alarm, and where it was raised: your own, or of your center."""
    return AlarmDetail.of(await queries.see_alarm(alarm_id=alarm_id, actor=actor))


@get("/staff-alarms", allow=OFFICE, tags=["visits"])
async def list_staff_alarms(
    actor: NamedDependency[Actor],
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[AlarmDetail]:
    """The alarms of your center's staff, the newest first."""
    page = await queries.alarms(actor=actor, limit=limit, after=after)
    return Page(items=[AlarmDetail.of(each) for each in page.items], next=page.next)


ROUTES = [
    get_check_in_token,
    record_absence,
    get_absence,
    list_absences,
    raise_staff_alarm,
    get_staff_alarm,
    list_staff_alarms,
]
