"""How many open beds a doctor carries (HB-18)."""

import pytest

from backend.beds.lifecycle import Part
from backend.beds.problems import DoctorIsFull
from backend.core.db import rows
from backend.core.ids import uuid7
from tests.beds.world import (
    APPLIED_AT,
    World,
    a_ready,
    a_world,
    an_approved,
    another_approved,
    give,
    open_it,
)
from tests.builders import a_person

pytestmark = pytest.mark.anyio


@pytest.mark.rule("HB-18")
async def test_a_doctor_carries_thirty_beds_and_is_warned_from_twenty_five(db) -> None:
    world = await a_world()
    await carry(world, 29)
    home_sickbed_id = await an_approved(world)
    given = await give(world, home_sickbed_id, Part.DOCTOR, world.doctor)
    assert given.thing.open_beds == 30
    await rows("UPDATE home_sickbeds SET doctor = $1 WHERE id = $2", world.senior.person_id,
               home_sickbed_id)  # fmt: skip
    elder = await a_person(name="老人", center_id=world.center)
    await rows("UPDATE home_sickbeds SET status = 'OPEN', opened_at = now(), episode_no = 'x',"
               " doctor = $1 WHERE id = $2", world.doctor.person_id, home_sickbed_id)  # fmt: skip
    other = await another_approved(world, elder)
    with pytest.raises(DoctorIsFull):
        await give(world, other, Part.DOCTOR, world.doctor)


async def carry(world: World, beds: int) -> None:
    """So many open beds are the doctor's already."""
    for number in range(beds):
        elder = await a_person(name="老人", center_id=world.center)
        await rows(
            "INSERT INTO home_sickbeds (id, person, center, status, application, consent_ids,"
            " applied_by, applied_at, opened_at, episode_no, doctor, policy_version, version,"
            " fingerprint, recorded_at) VALUES ($1, $2, $3, 'OPEN', '', '{}', $2, $4, $4, $5, $6,"
            " 'x', 1, '', $4)",
            uuid7(),
            elder,
            world.center,
            APPLIED_AT,
            f"2026-9{number:03}",
            world.doctor.person_id,
        )


@pytest.mark.rule("HB-18")
async def test_a_doctor_who_is_full_by_now_opens_no_bed_that_was_theirs_before(db) -> None:
    world = await a_world()
    home_sickbed_id = await a_ready(world)
    await carry(world, 30)
    with pytest.raises(DoctorIsFull) as refused:
        await open_it(world, home_sickbed_id)
    assert refused.value.facts == {"open_beds": 30}
    await rows("UPDATE home_sickbeds SET status = 'CLOSED' WHERE episode_no = '2026-9000'")
    assert (await open_it(world, home_sickbed_id)).first
