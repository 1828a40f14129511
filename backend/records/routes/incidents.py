"""Reporting incidents, and calling for help."""

from datetime import datetime
from uuid import UUID

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.core.access import FAMILY, FIELD, STAFF, Actor, Role
from backend.core.wire import answer
from backend.records import actions, queries
from backend.records.schemas import Emergency, EmergencyCall, Incident, IncidentReport

REPORTERS = FIELD | {Role.INST_NURSE, Role.INST_STAFF}
CALLERS = STAFF | {Role.INST_STAFF, Role.COURIER}


@put("/incidents/{incident_id:uuid}", allow=REPORTERS, tags=["records"])
async def report_incident(
    incident_id: FromPath[UUID],
    data: JSONBody[IncidentReport],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[Incident]:
    """Report a fall, or a change of condition.

    Show `alerts` at once: a red sign is there for injuries, and for any fall on an anticoagulant.
    """
    kept = actions.report_incident(incident_id=incident_id, actor=actor, said=data.said(), now=now)
    return await answer(kept, Incident.of)


@get("/incidents/{incident_id:uuid}", allow=STAFF | FAMILY | REPORTERS, tags=["records"])
async def get_incident(
    incident_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> Incident:
    """Read one incident."""
    return Incident.of(await queries.incident(incident_id=incident_id, actor=actor, now=now))


@put("/emergencies/{emergency_id:uuid}", allow=CALLERS, tags=["records"])
async def raise_emergency(
    emergency_id: FromPath[UUID],
    data: JSONBody[EmergencyCall],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[Emergency]:
    """Call for help: a person and a point are enough, from anybody at any door.

    Dial 120 first; this tells everybody else. Without a network keep it and send it later: it is
    taken whenever it comes. The answer says until when a rescue note is due.
    """
    kept = actions.raise_emergency(
        emergency_id=emergency_id, actor=actor, said=data.said(), now=now
    )
    return await answer(kept, Emergency.of)


@get("/emergencies/{emergency_id:uuid}", allow=CALLERS | FAMILY, tags=["records"])
async def get_emergency(
    emergency_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> Emergency:
    """Read one call for help: one's own, or of a person one cares for."""
    return Emergency.of(await queries.emergency(emergency_id=emergency_id, actor=actor, now=now))


ROUTES = [report_incident, get_incident, raise_emergency, get_emergency]
