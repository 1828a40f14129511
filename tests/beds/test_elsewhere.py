"""23.1 step 17: the insurance knows of a stay in another hospital, and a bed waits for its end."""

from datetime import timedelta

import pytest

from backend.beds import actions
from backend.beds.problems import InpatientOpen, TeamMissing
from backend.core import calendar, crypto
from backend.core.db import row, rows, value
from backend.local.gateway.memory import Claim
from backend.payments import channels
from backend.payments.queries.payers import digest
from tests.beds.world import DAY, NINE, World, a_ready, a_world, an_approved, open_it, status_of
from tests.gateways.money import Money

pytestmark = pytest.mark.anyio

NUMBER = "31010619420301002X"
TOMORROW = calendar.day(calendar.on(NINE))[1]
JOBS = "SELECT key, due_at FROM jobs WHERE task = 'ask_for_stay' ORDER BY due_at"
TOLD = "SELECT count(*) FROM journal WHERE topic = 'HomeSickbedCanOpen'"


@pytest.fixture
async def world(db: None, gateway: Money) -> World:
    """The elder's number is known, so that the insurance can be asked."""
    found = await a_world()
    await rows(
        "UPDATE persons SET identity_number = $2, identity_key = $3 WHERE id = $1",
        found.elder,
        crypto.seal(NUMBER, "persons.identity_number"),
        found.elder.bytes,
    )
    return found


def lies_in(gateway: Money, hospital: str) -> None:
    gateway.provider.memory.put(digest(NUMBER), Claim(id_digest=digest(NUMBER), hospital=hospital))


async def test_a_bed_is_not_opened_while_its_elder_lies_in_a_hospital(world, gateway):
    home_sickbed_id = await a_ready(world)
    lies_in(gateway, "静安示例区域医疗中心")
    for _ in range(2):
        with pytest.raises(InpatientOpen) as refusal:
            await open_it(world, home_sickbed_id)
        assert refusal.value.facts == {"organization": "静安**中心"}
    assert await status_of(home_sickbed_id) == "APPROVED"
    [job] = await rows(JOBS)
    assert job["due_at"] == TOMORROW


async def test_it_is_asked_each_day_until_the_stay_is_closed(world, gateway):
    home_sickbed_id = await a_ready(world)
    lies_in(gateway, "静安示例区域医疗中心")
    again = await actions.ask_for_stay(home_sickbed_id=home_sickbed_id, now=TOMORROW)
    assert again == TOMORROW + DAY
    gateway.fault("insurance_away")
    gateway.provider.memory.drop(Claim, digest(NUMBER))
    again = await actions.ask_for_stay(home_sickbed_id=home_sickbed_id, now=TOMORROW + DAY)
    assert again == TOMORROW + 2 * DAY
    assert await value(TOLD) == 0
    assert await actions.ask_for_stay(home_sickbed_id=home_sickbed_id, now=again) is None
    told = await row("SELECT body FROM journal WHERE topic = 'HomeSickbedCanOpen'")
    assert told is not None
    assert str(world.doctor.person_id) in str(told["body"])
    await open_it(world, home_sickbed_id)
    assert await actions.ask_for_stay(home_sickbed_id=home_sickbed_id, now=again) is None
    assert await value(TOLD) == 1


@pytest.mark.parametrize("fault", ["away", "no port", "no number"])
async def test_care_is_never_refused_because_the_insurance_is_away(world, gateway, fault):
    lies_in(gateway, "静安示例区域医疗中心")
    home_sickbed_id = await a_ready(world)
    match fault:
        case "away":
            gateway.fault("insurance_away")
        case "no port":
            channels.use({}, insurance=None)
        case "no number":
            await rows("UPDATE persons SET identity_number = NULL WHERE id = $1", world.elder)
    await open_it(world, home_sickbed_id)
    assert await status_of(home_sickbed_id) == "OPEN"
    assert await rows(JOBS) == []


async def test_the_insurance_is_asked_by_whoever_may_open_it_alone(world, gateway, monkeypatch):
    asked = []
    answer = gateway.gateway.insurance.stays

    def hear(said):
        asked.append(said)
        return answer(said)

    monkeypatch.setitem(gateway.gateway.insurance.methods, "5201", hear)
    approved = await an_approved(world, at=NINE - DAY)
    world.doctor, doctor = world.nurse, world.doctor
    with pytest.raises(Exception):  # noqa: B017 - whatever it is, nobody was asked
        await open_it(world, approved)
    assert asked == []
    world.doctor = doctor
    with pytest.raises(TeamMissing):
        await open_it(world, approved)
    assert len(asked) == 1
    seen = "SELECT actor_id FROM audit WHERE what = 'payments.inpatient_claim'"
    assert [each["actor_id"] for each in await rows(seen)] == [doctor.person_id]


async def test_opening_again_asks_nobody(world, gateway, monkeypatch):
    home_sickbed_id = await a_ready(world)
    await open_it(world, home_sickbed_id)
    lies_in(gateway, "静安示例区域医疗中心")
    assert not (await open_it(world, home_sickbed_id)).first


async def test_a_day_ends_in_shanghai(world, gateway):
    home_sickbed_id = await a_ready(world)
    lies_in(gateway, "静安示例区域医疗中心")
    almost = TOMORROW - timedelta(seconds=1)
    assert await actions.ask_for_stay(home_sickbed_id=home_sickbed_id, now=almost) == TOMORROW
    at_year_end = calendar.day(calendar.on(NINE).replace(month=12, day=31))[0]
    again = await actions.ask_for_stay(home_sickbed_id=home_sickbed_id, now=at_year_end)
    assert again == at_year_end + DAY
