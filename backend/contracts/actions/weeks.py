"""Why a week was missed, and what both sides are told on Sunday evening; the training log."""

from datetime import MAXYEAR, date, datetime
from uuid import UUID

from asyncpg import Record

from backend import policy
from backend.contracts import policies, queries
from backend.contracts.events import WeekKept, WeekNotKept
from backend.contracts.lifecycle import Reason, Side, WeekStanding
from backend.contracts.lifecycle.said import MissedBecause, Training
from backend.contracts.lifecycle.weeks import is_long_holiday, monday_of
from backend.contracts.problems import HolidayTooShort, NoReasonNeeded, NotTheirTraining
from backend.contracts.schemas.institution import MissedWeekDetail, TrainingDetail
from backend.core import audit, calendar, crypto
from backend.core.access import Actor
from backend.core.db import action, rows
from backend.core.ids import is_uuid7
from backend.core.journal import publish
from backend.core.problems import Forbidden, Malformed, Missing
from backend.core.wire import Kept, check_same, fingerprint

STATE = """
INSERT INTO missed_weeks (contract, iso_week, reason, note, organization_id, stated_by,
                          recorded_at, fingerprint)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""

LOG = """
INSERT INTO contract_trainings (id, contract, held_on, topic, minutes, trainer_ids, trainee_ids,
                                recorded_by, recorded_at, fingerprint)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""

SHORT = frozenset({WeekStanding.MISSED, WeekStanding.MAKE_UP_DUE, WeekStanding.RUNNING})


@action
async def state_reason(
    *, contract_id: UUID, week: str, actor: Actor, said: MissedBecause, now: datetime
) -> Kept[Record]:
    """Say why a week was not kept (IC-04): one of the allowed reasons, once, by either side.

    :raises Missing: :raises AlreadyDifferent: :raises NoReasonNeeded: :raises HolidayTooShort:
    """
    held = await queries.hold_institution_contract(contract_id)
    if held is None or policies.side_of(actor, held) is None:
        raise Missing
    if stored := await queries.missed_week(contract_id, week=week):
        check_same(fingerprint(said), stored["fingerprint"], lambda: MissedWeekDetail.of(stored))
        return Kept(stored, first=False)
    monday = _monday(week)
    weeks = {each.monday: each for each in await queries.weeks_of(held, now=now)}
    if monday not in weeks:
        raise Missing
    if weeks[monday].standing not in SHORT:
        raise NoReasonNeeded(standing=weeks[monday].standing)
    days_min = queries.limits(monday).long_holiday_days
    weekdays = [each.weekday for each in queries.agreed_visits(held)]
    if said.reason is Reason.PUBLIC_HOLIDAY and not is_long_holiday(
        monday, weekdays=weekdays, days_min=days_min
    ):
        raise HolidayTooShort(days_min=days_min, policy_version=policy.version(monday))
    await rows(
        STATE,
        contract_id,
        week,
        said.reason,
        crypto.seal(said.note, "missed_weeks.note") if said.note else None,
        actor.organization_id,
        actor.person_id,
        now,
        fingerprint(said),
    )
    audit.wrote(actor, "contracts.state_reason", subject_id=contract_id)
    made = await queries.missed_week(contract_id, week=week)
    assert made is not None
    return Kept(made, first=True)


@action
async def tell_of_weeks(*, now: datetime) -> int:
    """BG-18: how this week went, to both sides of every contract. How many were told of."""
    monday, end = calendar.week_of(calendar.on(now))
    told = 0
    for held in await queries.contracts_in_force(first=monday, end=end):
        weeks = {each.monday: each for each in await queries.weeks_of(held, now=now)}
        this = weeks.get(monday)
        if this is None or this.standing is WeekStanding.NOT_DUE:
            continue
        kind = WeekKept if this.standing is WeekStanding.FULFILLED else WeekNotKept
        publish(
            kind(
                subject_id=held["id"],
                organizations=(held["institution"], held["provider"]),
                stage=int(this.name.replace("-W", "")),
            )
        )
        told += 1
    return told


@action
async def log_training(
    *, contract_id: UUID, training_id: UUID, actor: Actor, said: Training, now: datetime
) -> Kept[Record]:
    """Log what the provider taught the institution's staff (IC-09). The provider says it.

    :raises Missing: :raises Forbidden: :raises AlreadyDifferent: :raises NotTheirTraining:
    """
    held = await queries.hold_institution_contract(contract_id)
    side = policies.side_of(actor, held) if held is not None else None
    if held is None or side is None:
        raise Missing
    if side is not Side.PROVIDER:
        raise Forbidden
    if stored := await queries.training(training_id):
        if stored["contract"] != contract_id:
            raise Missing
        check_same(fingerprint(said), stored["fingerprint"], lambda: TrainingDetail.of(stored))
        return Kept(stored, first=False)
    if not is_uuid7(training_id):
        raise Malformed(field="training_id")
    for field, persons, organization_id in (
        ("trainer_ids", said.trainer_ids, held["provider"]),
        ("trainee_ids", said.trainee_ids, held["institution"]),
    ):
        if await queries.strangers(
            persons=persons, organization_id=organization_id, in_the_field=False, now=now
        ):
            raise NotTheirTraining(field=field)
    if said.held_on > calendar.on(now):
        raise NotTheirTraining(field="held_on")
    await rows(
        LOG,
        training_id,
        contract_id,
        said.held_on,
        said.topic,
        said.minutes,
        sorted(set(said.trainer_ids)),
        sorted(set(said.trainee_ids)),
        actor.person_id,
        now,
        fingerprint(said),
    )
    audit.wrote(actor, "contracts.log_training", subject_id=contract_id)
    made = await queries.training(training_id)
    assert made is not None
    return Kept(made, first=True)


def _monday(week: str) -> date:
    """:raises Missing: there is no such week"""
    try:
        monday = monday_of(week)
    except ValueError:
        raise Missing from None
    # The edge of the calendar has no next week.
    if monday.year == MAXYEAR:
        raise Missing
    return monday
