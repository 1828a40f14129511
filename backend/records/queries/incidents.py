"""Questions about incidents and emergencies."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend.core import audit
from backend.core.access import Actor
from backend.core.db import row
from backend.core.problems import Missing
from backend.people import queries as people
from backend.people.lifecycle import Scope
from backend.records import policies

INCIDENT = """
SELECT i.*, ARRAY(SELECT a.code FROM alerts a WHERE a.subject_id = i.id) AS alerts
  FROM incidents i WHERE i.id = $1
"""

EMERGENCY = "SELECT * FROM emergencies WHERE id = $1"


async def find_incident(incident_id: UUID) -> Record | None:
    """The row as it is, for an action that has asked whose it is."""
    return await row(INCIDENT, incident_id)


async def find_emergency(emergency_id: UUID) -> Record | None:
    """The row as it is, for an action."""
    return await row(EMERGENCY, emergency_id)


async def incident(*, incident_id: UUID, actor: Actor, now: datetime) -> Record:
    """:raises Missing: :raises DelegationEnded: :raises TieEnded: :raises ScopeMissing:"""
    found = await find_incident(incident_id)
    if found is None:
        raise Missing
    person_id = found["person"]
    tie = await people.tie(actor=actor, person_id=person_id, now=now, scope=Scope.VIEW_SUMMARY)
    await audit.seen(
        actor, "records.incident", persons=[person_id], ties=[tie], subject_id=incident_id
    )
    return found


async def emergency(*, emergency_id: UUID, actor: Actor, now: datetime) -> Record:
    """For whoever called, and whoever may see the person.

    :raises Missing: :raises DelegationEnded: :raises TieEnded: :raises ScopeMissing:
    """
    found = await find_emergency(emergency_id)
    if found is None:
        raise Missing
    person_id, tie = found["person"], "author"
    if not policies.is_author(actor, author_id=found["raised_by"]):
        tie = await people.tie(actor=actor, person_id=person_id, now=now, scope=Scope.VIEW_SUMMARY)
        if not policies.may_read_clinical_words(actor):
            raise Missing
    await audit.seen(
        actor, "records.emergency", persons=[person_id], ties=[tie], subject_id=emergency_id
    )
    return found
