"""One timeline over everything that happened to a person, by level."""

import pytest

from backend.core.access import Role
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.records import actions as records
from backend.records.lifecycle.scores import Instrument, items
from backend.visits import actions as visits
from tests.builders import (
    TUESDAY_NINE,
    a_delegation,
    a_person,
    a_tie,
    acting,
    an_organization,
    staff_of,
)
from tests.records.said import a_reading, a_sheet
from tests.visits.world import World, a_proof, a_round, a_visit, a_world

pytestmark = pytest.mark.anyio


async def a_morning(world: World) -> None:
    """A visit was planned and begun; blood pressure was taken; GDS-15 was filled in."""
    visit_id = await a_visit(world)
    await visits.check_in(visit_id=visit_id, actor=world.doctor, proof=a_proof(), now=TUESDAY_NINE)
    await records.observe(
        observation_id=uuid7(), actor=world.doctor, said=a_reading(world.elder), now=TUESDAY_NINE
    )
    answers = {item.id: max(item.scale) for item in items(Instrument.GDS_15)}
    await records.assess(
        assessment_id=uuid7(),
        actor=world.doctor,
        said=a_sheet(world.elder, instrument=Instrument.GDS_15, answers=answers),
        version=None,
        now=TUESDAY_NINE,
    )


async def test_the_doctor_reads_it_newest_first_with_the_things(db, client_for) -> None:
    world = await a_world()
    await a_morning(world)
    client, path = client_for(world.doctor), f"/v1/persons/{world.elder}/timeline"
    page = (await client.get(path, params={"level": "full"})).json()
    assert [each["kind"] for each in page["items"]] == [
        "assessment",
        "observation",
        "visit",
        "visit",
    ]
    began = page["items"][2]
    assert began["said"] == "医护人员已到达"
    assert began["happened_at"] == "2026-11-24T01:00:00Z"
    assert began["thing"]["status"] == "CHECKED_IN"
    assert page["items"][1]["thing"]["value"] == 128

    first = (await client.get(path, params={"limit": 3})).json()
    rest = (await client.get(path, params={"after": first["next"]})).json()
    assert [each["said"] for each in rest["items"]] == ["安排上门服务"]
    assert rest["next"] is None
    assert all(each["thing"] is None for each in first["items"])
    noted = await value("SELECT array_agg(what || ties[1]) FROM audit WHERE what LIKE 'sync.%'")
    assert len(noted) == 3


@pytest.mark.rule("RC-03")
async def test_a_summary_says_that_it_happened_and_no_more(db, client_for) -> None:
    world = await a_world()
    await a_morning(world)
    daughter = await a_person(name="周敏")
    client = client_for(await acting(daughter, Role.RELATIVE))
    path = f"/v1/persons/{world.elder}/timeline"
    assert (await client.get(path)).status_code == 404

    delegation = await a_delegation(world.elder, daughter, "VIEW_SUMMARY")
    summary = await client.get(path)
    assert [each["said"] for each in summary.json()["items"]] == [
        "记录一次测量",
        "医护人员已到达",
        "安排上门服务",
    ]
    assert "128" not in summary.text
    refused = await client.get(path, params={"level": "full"})
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")

    await rows("UPDATE delegations SET revoked_at = now() WHERE id = $1", delegation)
    ended = await client.get(path)
    assert (ended.status_code, ended.json()["code"]) == (403, "delegation_ended")


@pytest.mark.rule("RC-03")
async def test_a_sensitive_score_shows_once_its_chapter_is_ticked(db, client_for) -> None:
    world = await a_world()
    await a_morning(world)
    daughter = await a_person(name="周敏")
    client = client_for(await acting(daughter, Role.RELATIVE))
    path = f"/v1/persons/{world.elder}/timeline?level=full"
    delegation = await a_delegation(world.elder, daughter, "VIEW_FULL")
    kinds = {each["kind"] for each in (await client.get(path)).json()["items"]}
    assert "assessment" not in kinds
    await rows(
        "UPDATE delegations SET sensitive_chapters = '{mental_health}' WHERE id = $1", delegation
    )
    kinds = {each["kind"] for each in (await client.get(path)).json()["items"]}
    assert "assessment" in kinds


async def test_permissions_are_the_familys_to_see(db, client_for) -> None:
    world = await a_world()
    elder = client_for(await acting(world.elder, Role.ELDER))
    said = {
        "person_id": str(world.elder),
        "purpose": "location_tracks",
        "text_version": "2026.1",
        "given_by": str(world.elder),
        "method": "app",
        "client_time": "2026-11-20T09:00:00+08:00",
    }
    await elder.put(f"/v1/consents/{uuid7()}", json=said)
    stranger = await staff_of(await an_organization(), Role.NURSE)
    await client_for(stranger).put(
        f"/v1/persons/{world.elder}/break-glass/{uuid7()}", json={"reason": "老人倒地"}
    )
    path = f"/v1/persons/{world.elder}/timeline"
    seen = [each["kind"] for each in (await elder.get(path)).json()["items"]]
    assert seen == ["break_glass", "consent"]
    by_doctor = (await client_for(world.doctor).get(path)).json()["items"]
    assert [each["kind"] for each in by_doctor] == ["consent"]


async def test_a_round_stands_in_the_timeline_of_each_resident(db, client_for) -> None:
    world = await a_world()
    await rows("UPDATE persons SET residence = $2 WHERE id = $1", world.elder, world.house)
    other = await a_person(residence_id=world.house)
    await a_tie(other, world.center, kind="organization")
    round_id = await a_round(world, world.elder, other)
    seen_at = TUESDAY_NINE.isoformat()
    answer = await client_for(world.doctor).put(
        f"/v1/rounds/{round_id}/entries/{world.elder}",
        json={"client_time": seen_at, "status": "seen", "minutes": 12},
    )
    assert answer.status_code == 201, answer.text
    path = f"/v1/persons/{world.elder}/timeline?level=full"
    (entry,) = (await client_for(world.doctor).get(path)).json()["items"]
    assert (entry["kind"], entry["thing"]["status"]) == ("round", "seen")
