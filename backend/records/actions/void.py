"""Void a wrong reading: it stays where it is, and counts no more."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record

from backend.core import audit, crypto
from backend.core.access import Actor
from backend.core.db import action, row
from backend.core.journal import publish
from backend.core.problems import Forbidden, Missing
from backend.core.wire import Kept, check_same, fingerprint
from backend.people import queries as people
from backend.records import policies, queries
from backend.records.events import ObservationVoided
from backend.records.schemas import Observation

VOID = """
UPDATE observations
   SET voided_at = $2, voided_by = $3, void_reason = $4, void_fingerprint = $5
 WHERE id = $1
"""


@action
async def void_observation(
    *, observation_id: UUID, actor: Actor, reason: str, now: datetime
) -> Kept[Record]:
    """Say that a reading is wrong, and why. The first reason stands.

    Its author may always say so, even when the tie by which it was entered has ended.

    :raises Missing: :raises Forbidden: :raises AlreadyDifferent:
    """
    found = await queries.hold_observation(observation_id)
    if found is None:
        raise Missing
    tie = "author"
    if found["author"] != actor.person_id:
        tie = await people.tie(actor=actor, person_id=found["person"], now=now)
    if not policies.may_void(actor, author_id=found["author"]):
        raise Forbidden
    if found["voided_at"] is not None:
        said = fingerprint(reason)
        check_same(said, found["void_fingerprint"], lambda: Observation.of(found))
        return Kept(found, first=False)

    sealed = crypto.seal(reason, "observations.void_reason")
    await row(VOID, observation_id, now, actor.person_id, sealed, fingerprint(reason))
    publish(ObservationVoided(person_id=found["person"], subject_id=observation_id))
    audit.wrote(
        actor,
        "records.void_observation",
        person_id=found["person"],
        subject_id=observation_id,
        tie=tie,
    )
    kept = await queries.find_observation(observation_id)
    assert kept is not None
    return Kept(kept, first=True)
