"""A stay as a house, a hospital or a center says it, over HTTP too."""

from typing import Any

import msgspec
import pytest

from backend.beds import actions, queries
from backend.beds.lifecycle import BedKind, Layer
from backend.beds.lifecycle.said import StayEnd, StaySaid, Terminal
from backend.beds.problems import Deceased, NotTerminal
from backend.beds.schemas import BedLedger
from backend.core.access import Actor
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.core.problems import AlreadyDifferent, CannotMove, Forbidden, Missing
from backend.people import queries as people
from backend.people.problems import TieEnded
from tests.beds.world import DAY, HOUR, NINE, World, a_world, an_open, consent
from tests.builders import a_tie

pytestmark = pytest.mark.anyio


async def keep(world: World, by: Actor, kind: BedKind, *, stay_id=None, at=NINE, **said):
    return await actions.keep_stay(
        stay_id=stay_id or uuid7(),
        actor=by,
        said=StaySaid(client_time=at, person_id=world.elder, kind=kind, **said),
        now=at,
    )


async def test_each_keeps_the_beds_it_runs_and_no_other(db) -> None:
    world = await a_world()
    kept = await keep(world, world.house_admin, BedKind.INSTITUTION, bed_no="301-1")
    assert kept.thing["organization"] == world.house
    await keep(world, world.ward, BedKind.HOSPITAL, at=NINE + DAY)
    for by, kind in (
        (world.house_admin, BedKind.HOSPITAL),
        (world.ward, BedKind.INSTITUTION),
        (world.admin, BedKind.HOME_CARE),
    ):
        with pytest.raises(Forbidden):
            await keep(world, by, kind, at=NINE + 2 * DAY)


async def test_said_twice_is_said_once_also_when_the_tie_is_over(db) -> None:
    world, stay_id = await a_world(), uuid7()
    assert (await keep(world, world.ward, BedKind.HOSPITAL, stay_id=stay_id)).first
    assert not (await keep(world, world.ward, BedKind.HOSPITAL, stay_id=stay_id)).first
    with pytest.raises(AlreadyDifferent):
        await keep(world, world.ward, BedKind.HOSPITAL, stay_id=stay_id, bed_no="9")
    await rows("UPDATE care_team SET until_at = $2 WHERE member_id = $1", world.hospital, NINE)
    said: dict[str, Any] = {"stay_id": stay_id, "actor": world.ward, "now": NINE + DAY}
    leaving = StayEnd(client_time=NINE + DAY)
    assert (await actions.end_stay(said=leaving, **said)).first
    assert not (await actions.end_stay(said=leaving, **said)).first
    with pytest.raises(Missing):
        await actions.end_stay(said=leaving, **{**said, "actor": world.house_admin})


@pytest.mark.rule("FB-09")
async def test_hospice_needs_a_doctors_word_and_consent(db) -> None:
    world = await a_world()
    with pytest.raises(NotTerminal) as refused:
        await keep(world, world.ward, BedKind.HOSPICE)
    assert refused.value.facts == {"missing": "confirmation"}
    word = Terminal(confirmed_by=world.doctor.person_id, expected_months=6)
    for wrong in (
        msgspec.structs.replace(word, expected_months=7),
        msgspec.structs.replace(word, confirmed_by=world.nurse.person_id),
    ):
        with pytest.raises(NotTerminal):
            await keep(world, world.ward, BedKind.HOSPICE, terminal=wrong)
    confirmed = {"terminal": word}
    with pytest.raises(NotTerminal) as refused:
        await keep(world, world.ward, BedKind.HOSPICE, **confirmed)
    assert refused.value.facts == {"missing": "consent"}
    await consent(world, at=NINE, purposes=("hospice",))
    await keep(world, world.ward, BedKind.HOSPICE, at=NINE + HOUR, **confirmed)
    assert (await queries.current(world.elder))[Layer.INPATIENT].kind is BedKind.HOSPICE


@pytest.mark.rule("FB-09", "FB-02")
async def test_a_center_keeps_hospice_at_home_and_sees_the_elder_as_long(db) -> None:
    world = await a_world()
    await rows("DELETE FROM care_team WHERE member_id = $1", world.center)
    await a_tie(world.elder, world.admin.person_id)
    word = Terminal(confirmed_by=world.doctor.person_id, expected_months=2)
    with pytest.raises(NotTerminal):
        await keep(world, world.admin, BedKind.HOME_HOSPICE, terminal=word)
    await consent(world, at=NINE, purposes=("hospice",))
    stay_id, at = uuid7(), NINE + HOUR
    kept = await keep(
        world, world.admin, BedKind.HOME_HOSPICE, stay_id=stay_id, at=at, terminal=word
    )
    assert kept.thing["organization"] == world.center
    stands = await queries.current(world.elder)
    assert {each.kind for each in stands.values()} == {BedKind.OWN_HOME, BedKind.HOME_HOSPICE}
    assert await people.tie(actor=world.doctor, person_id=world.elder, now=NINE + DAY)
    await keep(world, world.ward, BedKind.HOSPITAL, at=NINE + DAY)
    said: dict[str, Any] = {"stay_id": stay_id, "actor": world.admin, "now": NINE + 3 * DAY}
    leaving = StayEnd(client_time=NINE + 3 * DAY)
    assert (await actions.end_stay(said=leaving, **said)).first
    assert Layer.OVERLAY not in await queries.current(world.elder)
    with pytest.raises(TieEnded):
        await people.tie(actor=world.doctor, person_id=world.elder, now=NINE + 4 * DAY)


async def test_nobody_who_has_died_is_admitted(db) -> None:
    world = await a_world()
    await rows("UPDATE persons SET died_on = '2026-11-20' WHERE id = $1", world.elder)
    with pytest.raises(Deceased):
        await keep(world, world.ward, BedKind.HOSPITAL)


async def test_an_overlay_is_ended_by_its_episode_alone(db) -> None:
    world = await a_world()
    await an_open(world)
    overlay = (await queries.current(world.elder))[Layer.OVERLAY]
    with pytest.raises(Missing):
        await actions.end_stay(
            stay_id=overlay.id, actor=world.ward, said=StayEnd(client_time=NINE), now=NINE
        )
    with pytest.raises(CannotMove):
        await actions.end_stay(
            stay_id=overlay.id, actor=world.admin, said=StayEnd(client_time=NINE), now=NINE + DAY
        )


async def test_the_ledger_shows_each_layer_and_the_read_is_noted(db) -> None:
    world = await a_world()
    await an_open(world)
    await keep(world, world.ward, BedKind.HOSPITAL, at=NINE + DAY)
    found = await queries.beds_of(person_id=world.elder, actor=world.doctor, now=NINE + DAY)
    ledger = BedLedger.of(world.elder, found)
    assert ledger.place and ledger.place.held_until
    assert ledger.overlay and ledger.overlay.is_suspended
    assert ledger.inpatient and ledger.inpatient.organization_name == "静安示例医院"
    assert await value("SELECT count(*) FROM audit WHERE what = 'beds.ledger'") == 1


async def test_the_timeline_tells_of_beds(db, client_for) -> None:
    world = await a_world()
    await an_open(world)
    await keep(world, world.ward, BedKind.HOSPITAL, at=NINE + DAY)
    client = client_for(world.doctor)
    page = (await client.get(f"/v1/persons/{world.elder}/timeline")).json()
    said = [each["said"] for each in page["items"]]
    for words in ("家庭病床建床", "家庭病床暂停", "入住床位", "申请家庭病床"):
        assert words in said


async def test_over_http_a_bed_is_listed_whole_and_due(db, client_for) -> None:
    world = await a_world()
    home_sickbed_id = await an_open(world)
    client = client_for(world.doctor)
    listed = (await client.get("/v1/home-sickbeds")).json()["items"]
    assert [each["id"] for each in listed] == [str(home_sickbed_id)]
    assert listed[0]["due"][0]["is_overdue"] in (True, False)
    whole = (await client.get(f"/v1/home-sickbeds/{home_sickbed_id}")).json()
    assert whole["episode_no"] == "2026-0001"
    assert whole["application"]["reason"] == "脑梗后长期卧床"
    assert [each["move"] for each in whole["moves"]] == ["submit", "pass", "open"]
    assert whole["cycle_end_on"] == "2027-02-22"
