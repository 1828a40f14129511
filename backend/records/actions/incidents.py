"""Report an incident, and call for help."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend import policy
from backend.core import audit, crypto, times
from backend.core.access import Actor
from backend.core.db import action
from backend.core.jobs import enqueue
from backend.core.journal import publish
from backend.core.problems import AlreadyDifferent
from backend.core.wire import Kept, check_same, fingerprint
from backend.records import queries, schemas
from backend.records.actions.alarm import keep_alerts
from backend.records.events import (
    AlarmRaised,
    EmergencyRaised,
    IncidentReported,
    RescueNoteMissed,
    Subject,
)
from backend.records.lifecycle import alerts, facts, incidents, notes
from backend.records.tables import Emergency, Incident


@action
async def report_incident(
    *, incident_id: UUID, actor: Actor, said: facts.Incident, now: datetime
) -> Kept[Record]:
    """Keep what happened; a red sign in it alarms the doctor and the family (EM-02).

    :raises Missing: :raises AlreadyDifferent:
    """
    await queries.hold_person(said.person_id)
    tie = await queries.tie_to_record(actor=actor, person_id=said.person_id, now=now)
    if (stored := await queries.find_incident(incident_id)) is not None:
        if stored["person"] != said.person_id:
            raise AlreadyDifferent
        check_same(fingerprint(said), stored["fingerprint"], lambda: schemas.Incident.of(stored))
        return Kept(stored, first=False)

    signs = incidents.signs_of(said.kind, said.symptoms, on_anticoagulant=said.on_anticoagulant)
    codes = alerts.of_signs(signs)
    when = await times.of(device_id=actor.device_id, client_time=said.client_time, now=now)
    await Incident.insert(
        Incident(
            id=incident_id,
            person=said.person_id,
            kind=said.kind,
            symptoms=sorted(said.symptoms),
            on_anticoagulant=said.on_anticoagulant,
            text=crypto.seal(said.text, "incidents.text") if said.text else None,
            visit_id=said.visit_id,
            author=actor.person_id,
            organization_id=actor.organization_id,
            client_time=when.client_time,
            happened_at=when.happened_at,
            recorded_at=when.recorded_at,
            fingerprint=fingerprint(said),
        )
    )
    await keep_alerts(subject_id=incident_id, person_id=said.person_id, codes=codes, now=now)
    ids = Subject(person_id=said.person_id, subject_id=incident_id, visit_id=said.visit_id)
    publish(IncidentReported(**ids))
    if codes:
        publish(AlarmRaised(**ids))
    audit.wrote(
        actor, "records.report_incident", person_id=said.person_id, subject_id=incident_id, tie=tie
    )
    kept = await queries.find_incident(incident_id)
    assert kept is not None
    return Kept(kept, first=True)


@action
async def raise_emergency(
    *, emergency_id: UUID, actor: Actor, said: facts.Call, now: datetime
) -> Kept[Record]:
    """Call for help: no tie is asked for, a person and a place are enough (EM-03).

    :raises Missing: no such person :raises AlreadyDifferent:
    """
    await queries.hold_person(said.person_id)
    if (stored := await queries.find_emergency(emergency_id)) is not None:
        if stored["raised_by"] != actor.person_id:
            raise AlreadyDifferent
        check_same(fingerprint(said), stored["fingerprint"], lambda: schemas.Emergency.of(stored))
        return Kept(stored, first=False)

    when = await times.of(device_id=actor.device_id, client_time=said.client_time, now=now)
    rescue_within = policy.span(when.happened_at, "hb.late_record_emergency_hours")
    due_at = notes.due_at(notes.NoteKind.RESCUE, when.happened_at, rescue_within=rescue_within)
    point = said.point
    await Emergency.insert(
        Emergency(
            id=emergency_id,
            person=said.person_id,
            kind=said.kind,
            onset_at=said.onset_at,
            lat=point.lat if point else None,
            lon=point.lon if point else None,
            datum=point.datum if point else None,
            accuracy_m=point.accuracy_m if point else None,
            text=crypto.seal(said.text, "emergencies.text") if said.text else None,
            visit_id=said.visit_id,
            raised_by=actor.person_id,
            organization_id=actor.organization_id,
            client_time=when.client_time,
            happened_at=when.happened_at,
            recorded_at=when.recorded_at,
            rescue_note_due_at=due_at,
            policy_version=policy.version(when.happened_at),
            fingerprint=fingerprint(said),
        )
    )
    publish(
        EmergencyRaised(person_id=said.person_id, subject_id=emergency_id, visit_id=said.visit_id)
    )
    assert due_at is not None
    # EM-04: if nobody has signed a rescue note by then, that is said.
    enqueue("look_for_rescue_note", key=str(emergency_id), due_at=due_at, emergency_id=emergency_id)
    audit.wrote(
        actor,
        "records.raise_emergency",
        person_id=said.person_id,
        subject_id=emergency_id,
        tie="emergency",
    )
    kept = await queries.find_emergency(emergency_id)
    assert kept is not None
    return Kept(kept, first=True)


@action
async def look_for_rescue_note(*, emergency_id: UUID) -> None:
    """Say that a rescue note is missing, when its hours are over and it is (EM-04).

    A late job acts on what is there now: a note signed meanwhile silences it.
    """
    found = await queries.find_emergency(emergency_id)
    if found is None:
        return
    person_id, since = found["person"], found["happened_at"]
    if not await queries.has_rescue_note(person_id=person_id, since=since):
        publish(RescueNoteMissed(person_id=person_id, subject_id=emergency_id))
