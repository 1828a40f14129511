"""Transfers over HTTP: 201 then 200, what each side is shown, whom it is told, the timeline."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx
import pytest

from backend.core import clock
from backend.core.access import Actor, Role
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.notifications import actions as notifications
from backend.transfers import actions
from backend.visits.lifecycle.plans import Going
from tests.builders import a_delegation, a_person, acting, an_organization, staff_of
from tests.transfers import world as of
from tests.transfers.world import HOUR, World, a_world
from tests.visits.world import a_visit
from workers.listeners import LISTENERS

pytestmark = pytest.mark.anyio

Phone = Callable[[Actor], httpx.AsyncClient]
NOW = clock.now().replace(microsecond=0) - HOUR
AT = NOW.isoformat()
FORM = {
    "client_time": AT,
    "vitals": {"resp": 22, "spo2": 93, "o2_flow": 0, "sbp": 118, "pulse": 96, "temp": 38.4},
    "consciousness": "A",
    "barthel": 35,
    "tubes_and_wounds": [],
    "infection": "无",
    "diagnoses": [{"icd10": "J18.9", "name": "肺炎"}],
    "medicines": [],
    "allergies": ["青霉素"],
    "carer": "女儿",
    "transport": "STRETCHER",
    "recommendation": "建议住院",
}


@pytest.fixture
async def world(db: None) -> World:
    return await a_world()


async def a_daughter(world: World, *scopes: str) -> Actor:
    daughter = await a_person(name="周敏")
    await a_delegation(world.elder, daughter, *scopes)
    return await acting(daughter, Role.RELATIVE)


async def twice(phone: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """201 first, 200 again, with the same answer."""
    first, again = await phone.put(path, json=body), await phone.put(path, json=body)
    assert (first.status_code, again.status_code) == (201, 200), first.text
    assert first.json() == again.json()
    answered: dict[str, Any] = first.json()
    return answered


async def test_a_transfer_from_draft_to_feedback(world: World, client_for: Phone) -> None:
    team = [Going(person_id=each.person_id) for each in (world.doctor, world.beds.nurse)]
    start = clock.now() + 24 * HOUR
    visit_id = await a_visit(world.beds.for_visits, start=start, now=NOW, staff=team)
    doctor, ward = client_for(world.doctor), client_for(world.ward)
    path = f"/v1/transfers/{uuid7()}"
    body = {"person_id": str(world.elder), "to_bed": "HOSPITAL", "reason_code": "WORSE"}
    drafted = await twice(doctor, path, {**body, "reason": "气促加重"})
    assert (drafted["status"], drafted["from_bed"]) == ("DRAFT", "OWN_HOME")
    consent_id = str(await of.consent(world, at=NOW))
    assessed = await twice(doctor, f"{path}/assessment", {**FORM, "consent_id": consent_id})
    assert assessed["news2"]["total"] == 6
    receivers = {"client_time": AT, "receivers": [str(world.hospital)]}
    await twice(doctor, f"{path}/request", receivers)
    listed = (await ward.get("/v1/transfers", params={"direction": "in"})).json()["items"]
    assert [each["status"] for each in listed] == ["REQUESTED"]
    accept = {"client_time": AT, "decision": "accept", "bed_no": "12"}
    await twice(ward, f"{path}/answers/{world.hospital}", accept)
    await twice(doctor, f"{path}/departure", {"client_time": AT, "transport": "AMBULANCE"})
    package = (await ward.get(f"{path}/package")).json()
    assert package["content"]["assessment"]["allergies"] == ["青霉素"]
    arrived = await twice(ward, f"{path}/arrival", {"client_time": AT})
    assert arrived["outcomes"] == [
        {"slice": "visits", "what": "visit", "thing_id": str(visit_id), "outcome": "cancel"}
    ]
    await twice(ward, f"{path}/feedback", {"client_time": AT, "result": "已收治"})
    seen = (await doctor.get(path)).json()
    assert (seen["status"], seen["outcomes"]) == ("CLOSED", arrived["outcomes"])


async def test_a_relative_sees_how_far_it_is_and_no_clinical_word(
    world: World, client_for: Phone
) -> None:
    transfer_id = await of.in_transit(world, at=NOW)
    daughter = client_for(await a_daughter(world, "NOTIFY"))
    seen = await daughter.get(f"/v1/transfers/{transfer_id}")
    assert seen.json()["status"] == "IN_TRANSIT"
    assert seen.json()["assessment"] is None
    assert seen.json()["reason_code"] is None
    for word in ("肺炎", "青霉素", "WORSE", "建议住院", "导尿管"):
        assert word not in seen.text
    package = await daughter.get(f"/v1/transfers/{transfer_id}/package")
    assert package.status_code == 403
    stranger = client_for(await a_daughter(world, "PAY"))
    refused = await stranger.get(f"/v1/transfers/{transfer_id}")
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")


async def test_outcomes_stand_on_the_timeline(world: World, client_for: Phone) -> None:
    transfer_id = await of.in_transit(world, at=NOW)
    visit_id = await a_visit(
        world.beds.for_visits,
        start=NOW + 30 * HOUR,
        now=NOW,
        staff=[Going(person_id=each.person_id) for each in (world.doctor, world.beds.nurse)],
    )
    await of.arrive(transfer_id, world.ward, at=NOW)
    page = await client_for(world.doctor).get(
        f"/v1/persons/{world.elder}/timeline", params={"level": "full"}
    )
    (entry,) = [each for each in page.json()["items"] if each["said"] == "已到达"]
    assert (entry["kind"], entry["thing"]["status"]) == ("transfer", "ARRIVED")
    assert [each["thing_id"] for each in entry["thing"]["outcomes"]] == [str(visit_id)]


async def test_an_emergency_needs_nothing_said(world: World, client_for: Phone) -> None:
    emergency_id = await of.an_emergency(world, at=NOW)
    opened = await twice(client_for(world.doctor), f"/v1/emergencies/{emergency_id}/transfer", {})
    assert (opened["id"], opened["status"]) == (str(emergency_id), "EMERGENCY_OPENED")


async def tell(event: str, transfer_id: UUID) -> set[UUID]:
    """Whom the worker tells of it."""
    (body,) = (await of.told(event))[-1:]
    assert LISTENERS[event][0] in ("tell", "tell_at_once")
    await rows("DELETE FROM notifications")
    await notifications.tell_of(event=event, key=str(transfer_id), args=body, now=clock.now())
    return {each["recipient"] for each in await rows("SELECT recipient FROM notifications")}


async def test_both_sides_and_the_family_are_told_and_the_duty_list_at_last(world: World) -> None:
    daughter = (await a_daughter(world, "NOTIFY")).person_id
    await a_daughter(world, "PAY")
    bureau = await an_organization(kinds=("REGULATOR",), name="静安区民政局")
    duty = await staff_of(bureau, Role.REGULATOR_MZ)
    await rows(
        "UPDATE organizations SET street_code = '310115001' WHERE id = $1",
        (elsewhere := await an_organization(kinds=("REGULATOR",), name="浦东新区民政局")),
    )
    await staff_of(elsewhere, Role.REGULATOR_MZ)
    family = {world.elder, daughter}
    transfer_id = await of.requested(world, at=NOW)
    assert await tell("TransferAsked", transfer_id) == {world.ward.person_id, *family}
    await actions.look_for_answer(transfer_id=transfer_id, place=1, now=NOW + 24 * HOUR)
    sides = {world.ward.person_id, world.beds.admin.person_id}
    assert await tell("TransferUnanswered", transfer_id) == sides
    await actions.tell_duty_list(transfer_id=transfer_id, place=1, now=NOW + 26 * HOUR)
    assert await tell("TransferStillUnanswered", transfer_id) == {duty.person_id}
    await of.answer(transfer_id, world.ward, at=NOW)
    await of.depart(transfer_id, world.doctor, at=NOW)
    await of.arrive(transfer_id, world.ward, at=NOW)
    told = await tell("TransferArrived", transfer_id)
    assert told == {world.beds.admin.person_id, *family}


async def test_with_a_death_one_task_ends_all() -> None:
    assert LISTENERS["PersonDied"] == ("end_open_work",)


async def test_the_audit_names_role_and_tie_of_every_move(world: World) -> None:
    transfer_id = await of.in_transit(world, at=NOW)
    await of.arrive(transfer_id, world.ward, at=NOW)
    audited = await value(
        "SELECT count(*) FROM audit WHERE subject_id = $1 AND what LIKE 'transfers.%'"
        " AND cardinality(ties) = 1 AND role <> ''",
        transfer_id,
    )
    moves = await value("SELECT count(*) FROM transfer_moves WHERE transfer = $1", transfer_id)
    assert audited == moves + 1  # and the draft
