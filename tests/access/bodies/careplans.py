"""Care plans."""

from datetime import timedelta
from itertools import count
from uuid import UUID

from backend.core import calendar
from backend.core.access import DOCTORS, Role
from backend.core.db import rows
from backend.core.ids import uuid7
from tests.access.scene import Asked, Json, Scene

# A carer is given only so many visits a day, so each plan sends somebody on a day of its own.
DAYS = 10
_numbers = count()


def _doctor(scene: Scene) -> UUID:
    """Who answers for it: the caller, where they are her doctor; her doctor otherwise."""
    is_theirs = scene.role in DOCTORS and scene.standing is scene.standing.OWN
    return scene.world.caller(scene.role if is_theirs else Role.GP).person_id


def _content(scene: Scene, *, later: int = 0) -> Json:
    day = calendar.on(scene.now) + timedelta(days=3 + next(_numbers) % DAYS + later)
    return {
        "problems": ["高血压"],
        "goals": [{"text": "血压平稳", "measure": "<140/90"}],
        "interventions": [
            {
                "id": str(uuid7()),
                "item_code": "S105",
                "frequency": "FREQ=DAILY;COUNT=1",
                "start_on": day.isoformat(),
            }
        ],
    }


async def write_care_plan(scene: Scene) -> Asked:
    body = {
        "person_id": str(scene.world.elder),
        "doctor_id": str(_doctor(scene)),
        **_content(scene),
    }
    return Asked({"plan_id": uuid7()}, body)


async def _draft(scene: Scene) -> Asked:
    return await scene.done("write_care_plan", doctor_id=str(_doctor(scene)))


async def _active(scene: Scene) -> Asked:
    """Put in force by who answers for it."""
    return await scene.done("activate_care_plan", by=scene.author_of("activate_care_plan"))


async def activate_care_plan(scene: Scene) -> Asked:
    await scene.done("assess_person", by=Role.NURSE)
    return Asked((await _draft(scene)).ids, {"version": 1})


async def get_care_plan(scene: Scene) -> Asked:
    return Asked((await _active(scene)).ids)


async def list_care_plans(scene: Scene) -> Asked:
    await _active(scene)
    return Asked(query={"person_id": str(scene.world.elder)})


async def countersign_care_plan(scene: Scene) -> Asked:
    draft = await scene.as_own(Role.GP).done("write_care_plan", is_hospice=True)
    return Asked(draft.ids, {"version": 1})


async def revise_care_plan(scene: Scene) -> Asked:
    """To begin when nothing is planned yet: however often it is tried, nobody's day is full."""
    active, revised = await _active(scene), _content(scene, later=30)
    return Asked({**active.ids, "number": "2"}, {**revised, "reason": "血压平稳"})


async def end_care_plan(scene: Scene) -> Asked:
    return Asked((await _draft(scene)).ids, {"reason_code": "GOALS_REACHED"})


async def take_over_care_plan(scene: Scene) -> Asked:
    """Handed over by an arrival, and waiting."""
    draft = await _draft(scene)
    await rows("UPDATE care_plans SET to_take_since = now() WHERE id = $1", draft.ids["plan_id"])
    return Asked(draft.ids, {"doctor_id": str(_doctor(scene)), "version": 1})


BODIES = {
    builder.__name__: builder
    for builder in (
        write_care_plan,
        get_care_plan,
        list_care_plans,
        countersign_care_plan,
        activate_care_plan,
        revise_care_plan,
        take_over_care_plan,
        end_care_plan,
    )
}
