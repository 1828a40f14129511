"""A visit of an elder of its own, so that lives do not meet."""

from datetime import timedelta
from uuid import UUID

from backend.core import clock
from backend.visits.lifecycle.plans import Going
from tests.builders import a_person, a_tie
from tests.visits.world import AT_THE_DOOR, World, a_visit

FAR_AWAY = {**AT_THE_DOOR, "lat": 31.30}


async def an_own_visit(world: World) -> UUID:
    """In three days; the doctor and the nurse are to go."""
    elder = await a_person(center_id=world.center)
    await a_tie(elder, world.center, kind="organization")
    return await a_visit(
        world,
        now=clock.now(),
        start=clock.now() + timedelta(days=3),
        person_id=elder,
        staff=[Going(person_id=world.doctor.person_id), Going(person_id=world.nurse.person_id)],
    )
