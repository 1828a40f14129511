"""Who may add to a person's record: care that was given is never refused its place in it."""

from datetime import datetime
from uuid import UUID

from backend.core.access import FAMILY, Actor
from backend.core.db import value
from backend.core.problems import Missing
from backend.people import queries as people
from backend.people.lifecycle import Scope
from backend.people.problems import TieEnded

ENDED = "ended"
CENTER = "center"
EMERGENCY = "emergency"

HOLD = "SELECT true FROM persons WHERE id = $1 FOR NO KEY UPDATE"


async def hold_person(person_id: UUID) -> None:
    """Lock a person's record until the transaction ends, so that readings see one another.

    :raises Missing:
    """
    if not await value(HOLD, person_id):
        raise Missing


IS_OF_CENTER = "SELECT true FROM persons WHERE id = $1 AND center = $2"
CALLED_FOR = "SELECT true FROM emergencies WHERE person = $1 AND raised_by = $2 LIMIT 1"


async def tie_to_record(*, actor: Actor, person_id: UUID, now: datetime) -> str:
    """The word of what lets the actor record something of this person.

    Beside whoever may see the person: whoever was ever tied to them, field staff of their center,
    and whoever called for help for them. What a phone recorded offline always finds its place.

    :raises Missing: :raises DelegationEnded: :raises ScopeMissing:
    """
    try:
        return await people.tie(
            actor=actor, person_id=person_id, now=now, scope=Scope.UPLOAD_READINGS
        )
    except TieEnded:
        if actor.role in FAMILY:
            raise
        return ENDED
    except Missing:
        if actor.role in FAMILY:
            raise
        if actor.is_field and await value(IS_OF_CENTER, person_id, actor.organization_id):
            return CENTER
        if await value(CALLED_FOR, person_id, actor.person_id):
            return EMERGENCY
        raise
