"""Plans over HTTP: what each side reads, on the timeline and the work list too."""

from datetime import timedelta

import pytest

from backend.core import calendar, clock
from backend.core.access import Role
from backend.core.ids import uuid7
from tests.builders import a_delegation, a_person, acting
from tests.careplans.world import DRESSING, World, a_consent, a_world, an_assessment

pytestmark = pytest.mark.anyio


def said(world, *items: str, **changed: object) -> dict[str, object]:
    start = calendar.on(clock.now()) + timedelta(days=1)
    return {
        "person_id": str(world.elder),
        "doctor_id": str(world.doctor.person_id),
        "problems": ["高血压"],
        "goals": [{"text": "血压平稳", "measure": "<140/90"}],
        "interventions": [
            {
                "id": str(uuid7()),
                "item_code": item,
                "frequency": "FREQ=WEEKLY;COUNT=1;BYDAY=MO,TU,WE,TH,FR,SA,SU",
                "start_on": start.isoformat(),
                "at": "10:00:00",
            }
            for item in items or ("S105",)
        ],
        **changed,
    }


async def a_town() -> World:
    world = await a_world()
    await an_assessment(world, clock.now() - timedelta(days=3))
    return world


async def test_a_plan_from_proposal_to_end(client_for, db) -> None:
    world = await a_town()
    nurse, doctor = client_for(world.nurse), client_for(world.doctor)
    path = f"/v1/care-plans/{uuid7()}"

    drafted = await nurse.put(path, json=said(world))
    assert (drafted.status_code, drafted.json()["status"]) == (201, "DRAFT")
    assert (await nurse.put(path, json=said(world, "S115"))).status_code == 428

    activated = await doctor.put(f"{path}/activation", json={"version": 1})
    assert activated.status_code == 201, activated.text
    assert (activated.json()["visits_planned"], activated.json()["uncovered"]) == (1, [])
    again = await doctor.put(f"{path}/activation", json={"version": 1})
    assert (again.status_code, again.json()) == (200, activated.json())

    revision = {k: v for k, v in said(world, "S115").items() if not k.endswith("_id")}
    revised = await doctor.put(f"{path}/revisions/2", json={**revision, "reason": "病情平稳"})
    assert revised.status_code == 201, revised.text
    assert revised.json()["visits_called_off"] == 1

    detail = (await nurse.get(path)).json()
    assert [each["number"] for each in detail["versions"]] == [1, 2]
    assert detail["versions"][0]["content"]["interventions"][0]["item_code"] == "S105"
    assert detail["versions"][1]["reason"] == "病情平稳"
    assert [each["item_code"] for each in detail["ahead"]] == ["S115"]
    assert detail["ahead"][0]["visit_id"] is not None

    ended = await doctor.put(f"{path}/end", json={"reason_code": "GOALS_REACHED"})
    assert (ended.status_code, ended.json()["status"]) == (201, "ENDED")


@pytest.mark.rule("HC-10")
async def test_the_plan_shows_which_consent_is_missing(client_for, db) -> None:
    world = await a_town()
    doctor = client_for(world.doctor)
    path = f"/v1/care-plans/{uuid7()}"
    await doctor.put(path, json=said(world, DRESSING, "S105"))

    async def consents() -> list[tuple[bool, bool]]:
        shown = (await doctor.get(path)).json()["interventions"]
        return [(each["needs_consent"], each["has_consent"]) for each in shown]

    assert await consents() == [(True, False), (False, False)]
    refused = await doctor.put(f"{path}/activation", json={"version": 1})
    assert (refused.status_code, refused.json()["rule"]) == (422, "HC-10")
    assert refused.json()["facts"]["items"] == [DRESSING]
    await a_consent(world, DRESSING)
    assert await consents() == [(True, True), (False, False)]


async def test_the_family_reads_no_draft_and_needs_view_full(client_for, db) -> None:
    world = await a_town()
    doctor, elder = client_for(world.doctor), client_for(await acting(world.elder, Role.ELDER))
    daughter = await a_person(name="周晓")
    await a_delegation(world.elder, daughter, "VIEW_SUMMARY")
    relative = client_for(await acting(daughter, Role.RELATIVE))
    path, listed = f"/v1/care-plans/{uuid7()}", f"/v1/care-plans?person_id={world.elder}"
    await doctor.put(path, json=said(world))

    assert (await elder.get(path)).status_code == 404
    assert (await elder.get(listed)).json()["items"] == []
    assert len((await doctor.get(listed)).json()["items"]) == 1
    await doctor.put(f"{path}/activation", json={"version": 1})
    assert (await elder.get(path)).json()["problems"] == ["高血压"]
    assert (await relative.get(path)).json()["code"] == "scope_missing"
    happened = (await elder.get(f"/v1/persons/{world.elder}/timeline")).json()["items"]
    assert "care_plan" in {each["kind"] for each in happened}


async def test_what_waits_is_on_the_lists_of_who_can_do_it(client_for, db) -> None:
    world = await a_town()
    doctor, senior = client_for(world.doctor), client_for(world.senior)
    path = f"/v1/care-plans/{uuid7()}"
    today = calendar.on(clock.now()).isoformat()
    await doctor.put(path, json=said(world, "S301", is_hospice=True, review_on=today))

    async def work(client) -> set[str]:
        return {each["kind"] for each in (await client.get("/v1/work")).json()["items"]}

    assert "plan_to_countersign" in await work(senior)
    assert "plan_to_countersign" not in await work(doctor)
    signed = await senior.put(f"{path}/countersignature", json={"version": 1})
    assert signed.status_code == 201, signed.text
    assert "plan_to_countersign" not in await work(senior)
    activated = await doctor.put(f"{path}/activation", json={"version": 1})
    assert len(activated.json()["uncovered"]) == 1
    assert "uncovered_care" in await work(client_for(world.dispatcher))
    assert "uncovered_care" in await work(client_for(world.admin))
    assert "plan_to_review" in await work(doctor)


@pytest.mark.parametrize(
    "frequency", ["FREQ=SECONDLY", "FREQ=DAILY;COUNT=99999999999999", "FREQ=DAILY;INTERVAL=0"]
)
async def test_a_hostile_frequency_is_refused_by_its_rule(client_for, db, frequency) -> None:
    world = await a_town()
    body = said(world)
    body["interventions"][0]["frequency"] = frequency  # type: ignore[index]
    refused = await client_for(world.doctor).put(f"/v1/care-plans/{uuid7()}", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "plan_wrong")
    assert refused.json()["rule"] == "HB-21"
