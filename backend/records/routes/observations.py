"""Taking readings, and looking at them."""

from datetime import datetime
from uuid import UUID

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from backend.core.access import FAMILY, FIELD, STAFF, Actor, Role
from backend.core.pages import LIMIT_DEFAULT, After, Limit
from backend.core.wire import Page, answer
from backend.records import actions, queries
from backend.records.lifecycle.vitals import VitalSign
from backend.records.schemas import Observation, Reading, Void


@put(
    "/observations/{observation_id:uuid}",
    allow=FIELD | FAMILY | {Role.INST_NURSE},
    tags=["records"],
)
async def take_observation(
    observation_id: FromPath[UUID],
    data: JSONBody[Reading],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[Observation]:
    """Record one reading.

    Show `alerts` at once: they say what is the matter and what to do, in both languages. `news2`
    is there when this reading completed the seven inputs of its visit, or of its half hour. A
    value that cannot be is refused (`observation_implausible`), an unusual one is flagged. A
    relative needs UPLOAD_READINGS.
    """
    kept = actions.observe(observation_id=observation_id, actor=actor, said=data.said(), now=now)
    return await answer(kept, Observation.of)


@put(
    "/observations/{observation_id:uuid}/void",
    allow=FIELD | FAMILY | {Role.INST_NURSE},
    tags=["records"],
)
async def void_observation(
    observation_id: FromPath[UUID],
    data: JSONBody[Void],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[Observation]:
    """Say that a reading is wrong: one's own, or as a doctor any.

    It stays in the list, marked with `voided_at`, and counts no more.
    """
    kept = actions.void_observation(
        observation_id=observation_id, actor=actor, reason=data.reason, now=now
    )
    return await answer(kept, Observation.of)


@get("/observations/{observation_id:uuid}", allow=STAFF | FAMILY, tags=["records"])
async def get_observation(
    observation_id: FromPath[UUID],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Observation:
    """Read one reading."""
    return Observation.of(
        await queries.observation(observation_id=observation_id, actor=actor, now=now)
    )


@get("/observations", allow=STAFF | FAMILY, tags=["records"])
async def list_observations(
    *,
    person_id: FromQuery[UUID],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    code: FromQuery[VitalSign | None] = None,
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[Observation]:
    """List a person's readings, newest first; of one `code`, or of all. Voided ones are marked."""
    page = await queries.observations(
        person_id=person_id, code=code, actor=actor, limit=limit, after=after, now=now
    )
    return Page(items=[Observation.of(found) for found in page.items], next=page.next)


ROUTES = [take_observation, void_observation, get_observation, list_observations]
