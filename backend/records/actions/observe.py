"""Take a reading, and say at once what it means."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec
from asyncpg import Record

from backend import policy
from backend.core import audit, times
from backend.core.access import FAMILY, Actor, Role
from backend.core.db import action
from backend.core.journal import publish
from backend.core.problems import AlreadyDifferent
from backend.core.wire import Kept, check_same, fingerprint
from backend.records import queries, tables
from backend.records.actions.alarm import keep_alerts
from backend.records.events import AlarmRaised, CallBackAsked, ObservationTaken, Subject
from backend.records.lifecycle import alerts, news2, red_signs, vitals
from backend.records.lifecycle.alerts import MEANINGS, AlertCode, Severity
from backend.records.lifecycle.facts import Reading
from backend.records.lifecycle.news2 import News2
from backend.records.lifecycle.vitals import Level, Source
from backend.records.queries import Moment
from backend.records.schemas import Observation

SOURCES = {
    Role.GP: Source.GP,
    Role.SENIOR_GP: Source.GP,
    Role.NURSE: Source.NURSE,
    Role.INST_NURSE: Source.INST_NURSE,
    Role.ELDER: Source.ELDER,
    Role.RELATIVE: Source.RELATIVE,
    Role.GUARDIAN: Source.RELATIVE,
}


@action
async def observe(
    *, observation_id: UUID, actor: Actor, said: Reading, now: datetime
) -> Kept[Record]:
    """Keep one reading, whoever took it, with its alerts; with the last of seven inputs, NEWS2.

    :raises Missing: :raises DelegationEnded: :raises ScopeMissing: :raises AlreadyDifferent:
    :raises Implausible: :raises WrongUnit:
    """
    await queries.hold_person(said.person_id)
    tie = await queries.tie_to_record(actor=actor, person_id=said.person_id, now=now)
    if (stored := await queries.find_observation(observation_id)) is not None:
        if stored["person"] != said.person_id:
            raise AlreadyDifferent
        check_same(fingerprint(said), stored["fingerprint"], lambda: Observation.of(stored))
        return Kept(stored, first=False)

    flags = vitals.flags_of(said.code, said.value, said.unit)
    when = await times.of(device_id=actor.device_id, client_time=said.client_time, now=now)
    moment = _moment(said, when.happened_at)
    score = await _score(said, moment, at=when.happened_at)
    limits = _limits(when.happened_at)
    codes = alerts.of_reading(said.code, said.value, said.symptoms, score=score, limits=limits)

    # What is already said of this moment is not said again: 186/112 is one alarm, not two.
    told = await queries.alerts_of(person_id=said.person_id, moment=moment)
    level = said.value if isinstance(said.value, Level) else None
    await tables.Observation.insert(
        tables.Observation(
            id=observation_id,
            person=said.person_id,
            code=said.code,
            value=None if level else float(said.value),
            value_code=level,
            unit=said.unit,
            body_site=said.body_site,
            posture=said.posture,
            source=source_of(actor.role, said.device),
            device=said.device,
            symptoms=sorted(said.symptoms),
            visit_id=said.visit_id,
            author=actor.person_id,
            organization_id=actor.organization_id,
            client_time=when.client_time,
            happened_at=when.happened_at,
            recorded_at=when.recorded_at,
            flags=list(flags),
            news2=msgspec.json.encode(score).decode() if score else None,
            policy_version=policy.version(when.happened_at),
            fingerprint=fingerprint(said),
        )
    )
    await keep_alerts(subject_id=observation_id, person_id=said.person_id, codes=codes, now=now)
    _tell(observation_id, said, codes, told=told, now=now)
    audit.wrote(
        actor, "records.observe", person_id=said.person_id, subject_id=observation_id, tie=tie
    )
    kept = await queries.find_observation(observation_id)
    assert kept is not None
    return Kept(kept, first=True)


def source_of(role: Role, device: str | None) -> Source:
    """A family's device speaks for itself; a carer answers for the one they hold."""
    if role in FAMILY and device is not None:
        return Source.DEVICE
    return SOURCES.get(role, Source.FIELD_STAFF)


def _moment(said: Reading, happened_at: datetime) -> Moment:
    window = policy.span(happened_at, "em.news2_window_min")
    return Moment(said.visit_id, happened_at - window, happened_at + window)


async def _score(said: Reading, moment: Moment, *, at: datetime) -> News2 | None:
    """EV-11: NEWS2, once all seven inputs were read at this moment."""
    if said.code not in news2.INPUTS:
        return None
    readings = await queries.readings_of(person_id=said.person_id, moment=moment)
    complete = news2.Readings.of(readings | {said.code: said.value})
    if complete is None:
        return None
    return news2.score(
        complete,
        scale2_ordered=await queries.has_saturation_target(person_id=said.person_id, at=at),
        thresholds=news2.Thresholds(
            high_min=policy.whole(at, "em.news2_emergency"),
            medium_min=policy.whole(at, "em.news2_urgent"),
            single_min=policy.whole(at, "em.news2_single_urgent"),
        ),
    )


def _limits(at: datetime) -> alerts.Limits:
    def limit(key: str) -> Decimal:
        return Decimal(str(policy.number(at, key)))

    return alerts.Limits(
        htn_sbp=limit("fu.htn_emergency_sbp"),
        htn_dbp=limit("fu.htn_emergency_dbp"),
        glucose_low=limit("fu.dm_emergency_low"),
        glucose_high=limit("fu.dm_emergency_high"),
        red=red_signs.Limits(
            sbp=limit("em.red_sbp"),
            dbp=limit("em.red_dbp"),
            glucose_low=limit("em.red_glucose_low"),
            glucose_high=limit("em.red_glucose_high"),
        ),
    )


def _tell(
    observation_id: UUID,
    said: Reading,
    codes: list[AlertCode],
    *,
    told: frozenset[AlertCode],
    now: datetime,
) -> None:
    ids = Subject(person_id=said.person_id, subject_id=observation_id, visit_id=said.visit_id)
    publish(ObservationTaken(**ids))
    severities = {MEANINGS[code].severity for code in codes if code not in told}
    if Severity.EMERGENCY in severities:
        publish(AlarmRaised(**ids))
    elif Severity.URGENT in severities:
        due_at = now + policy.span(now, "em.call_back_min")
        publish(CallBackAsked(**ids, due_at=due_at))
