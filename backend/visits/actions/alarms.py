"""静默报警 (EM-05): a carer in danger."""

from datetime import datetime
from uuid import UUID

from backend.core import audit, times
from backend.core.access import Actor
from backend.core.db import action, rows
from backend.core.journal import publish
from backend.core.problems import Missing
from backend.core.wire import Kept, check_same, fingerprint
from backend.visits import queries
from backend.visits.events import StaffAlarmRaised
from backend.visits.lifecycle.absences import Alarm, AlarmSaid
from backend.visits.schemas.resolving import AlarmDetail

INSERT = """
INSERT INTO staff_alarms (id, staff, organization_id, visit_id, lat, lon, datum, client_time,
                          happened_at, recorded_at, fingerprint)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""


@action
async def raise_alarm(
    *, alarm_id: UUID, actor: Actor, said: AlarmSaid, now: datetime
) -> Kept[Alarm]:
    """Tell the supervisor at once, and nobody near the carer.

    :raises Missing: the id is somebody else's :raises AlreadyDifferent:
    """
    digest = fingerprint(said)
    stored = await queries.alarm(alarm_id)
    if stored is not None:
        if stored.staff_id != actor.person_id:
            raise Missing
        check_same(digest, stored.fingerprint, lambda: AlarmDetail.of(stored))
        return Kept(stored, first=False)
    three = await times.of(device_id=actor.device_id, client_time=said.client_time, now=now)
    await rows(
        INSERT,
        alarm_id,
        actor.person_id,
        actor.organization_id,
        said.visit_id,
        said.point.lat if said.point else None,
        said.point.lon if said.point else None,
        said.point.datum if said.point else None,
        three.client_time,
        three.happened_at,
        three.recorded_at,
        digest,
    )
    publish(
        StaffAlarmRaised(
            subject_id=alarm_id,
            staff_id=actor.person_id,
            organization_id=actor.organization_id,
        )
    )
    audit.wrote(actor, "visits.alarm", subject_id=alarm_id)
    made = await queries.alarm(alarm_id)
    assert made is not None
    return Kept(made, first=True)
