"""Organizations, whom they employ, and the medical units that institutions file."""

from datetime import date, timedelta
from typing import Any

import pytest

from backend.core import calendar, clock
from backend.core.access import Actor, Role
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.people import actions, queries
from tests.builders import DANING, a_person, an_organization, staff_of

pytestmark = pytest.mark.anyio

TODAY = calendar.on(clock.now())
CREDIT_CODE = "12310106425000001W"


def facts(**changed) -> dict[str, Any]:
    return {
        "name": "静安示例养老院",
        "kinds": ["ELDER_CARE_INSTITUTION"],
        "street_code": DANING,
        "address": "示例路8号",
        "point": {"lat": 31.22162, "lon": 121.4498, "datum": "gcj02"},
        "beds": 120,
    } | changed


async def a_regulator() -> Actor:
    return await staff_of(await an_organization(kinds=("REGULATOR",)), Role.REGULATOR_WJ)


async def test_the_commission_enrols_and_everybody_finds(db, client_for) -> None:
    regulator = client_for(await a_regulator())
    organization_id = uuid7()
    path = f"/v1/organizations/{organization_id}"
    made = await regulator.put(path, json=facts())
    assert made.status_code == 201, made.text
    assert (await regulator.put(path, json=facts())).status_code == 200
    point = made.json()["point"]
    assert (round(point["lat"], 4), round(point["lon"], 4)) == (31.2235, 121.4452)

    nurse = client_for(await staff_of(await an_organization(), Role.NURSE))
    found = await nurse.get(
        "/v1/organizations", params={"kind": "ELDER_CARE_INSTITUTION", "street_code": DANING}
    )
    assert [each["id"] for each in found.json()["items"]] == [str(organization_id)]
    assert (await nurse.get(path)).json() == made.json()
    everywhere = await nurse.get("/v1/organizations", params={"limit": 1})
    assert everywhere.json()["next"] is not None


@pytest.mark.rule("HB-03")
async def test_a_center_says_which_streets_it_serves_beside_its_own(db, client_for) -> None:
    regulator = client_for(await a_regulator())
    path = f"/v1/organizations/{uuid7()}"
    said = facts(kinds=["COMMUNITY_HEALTH_CENTER"], also_serves=["310106101", "310106101"])
    made = await regulator.put(path, json=said)
    assert made.json()["also_serves"] == ["310106101"]
    assert (await regulator.put(path, json=said)).status_code == 200
    wrong = await regulator.put(f"/v1/organizations/{uuid7()}", json=facts(also_serves=["静安"]))
    assert wrong.status_code == 400


async def test_an_organization_keeps_itself_up_to_date_and_no_other(db, client_for) -> None:
    home = await an_organization(kinds=("ELDER_CARE_INSTITUTION",))
    admin = client_for(await staff_of(home, Role.INST_ADMIN))
    path = f"/v1/organizations/{home}"
    assert (await admin.put(path, json=facts())).status_code == 428
    assert (await admin.put(path, json=facts(), headers={"If-Match": "4"})).status_code == 412
    edited = await admin.put(path, json=facts(), headers={"If-Match": "1"})
    assert (edited.status_code, edited.json()["version"]) == (200, 2)
    other = f"/v1/organizations/{await an_organization()}"
    assert (await admin.put(other, json=facts())).status_code == 403
    assert (await admin.put(f"/v1/organizations/{uuid7()}", json=facts())).status_code == 404
    hospital = facts(kinds=["HOSPITAL"])
    assert (await admin.put(path, json=hospital, headers={"If-Match": "2"})).status_code == 403


@pytest.mark.rule("ID-02")
async def test_a_wrong_credit_code_is_refused(db, client_for) -> None:
    regulator = client_for(await a_regulator())
    wrong = facts(credit_code=CREDIT_CODE[:17] + ("A" if CREDIT_CODE[17] != "A" else "B"))
    refused = await regulator.put(f"/v1/organizations/{uuid7()}", json=wrong)
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_credit_code")


def employment(person_id, **changed) -> dict[str, Any]:
    return {
        "person_id": str(person_id),
        "roles": ["GP"],
        "employed_from": "2020-01-01",
        "title": "主治医师",
        "licence_no": "110310000012345",
        "practising_since": "2019-07-01",
        "registered_here": True,
        "home_service_authorised_on": "2026-01-01",
        "certificates": [{"kind": "rescue", "number": "A-1", "valid_to": "2027-01-01"}],
    } | changed


@pytest.mark.rule("HC-05", "HC-06")
async def test_a_center_says_whom_it_sends(db, client_for) -> None:
    center = await an_organization()
    admin = client_for(await staff_of(center, Role.CHC_ADMIN))
    doctor, path = await a_person(name="沈明"), f"/v1/staff/{uuid7()}"
    made = await admin.put(path, json=employment(doctor))
    assert made.status_code == 201, made.text
    assert made.json()["licence_no"] == "110310000012345"
    assert made.json()["certificates"][0]["number"] == "A-1"
    assert (await admin.put(path, json=employment(doctor))).json() == made.json()
    sent = await queries.staff_member(person_id=doctor, organization_id=center, now=clock.now())
    assert sent is not None
    assert sent.years_in_practice is not None
    assert sent.years_in_practice >= 7
    assert sent.is_registered_here

    twice = await admin.put(f"/v1/staff/{uuid7()}", json=employment(doctor))
    assert (twice.status_code, twice.json()["code"]) == (409, "already_different")
    promoted = employment(doctor, title="副主任医师")
    assert (await admin.put(path, json=promoted)).status_code == 428
    edited = await admin.put(path, json=promoted, headers={"If-Match": "1"})
    assert edited.json()["title"] == "副主任医师"
    listed = (await admin.get("/v1/staff", params={"role": "GP"})).json()["items"]
    assert [each["person_name"] for each in listed] == ["沈明"]


async def test_another_organization_does_not_see_nor_change_whom_we_employ(db, client_for) -> None:
    admin = client_for(await staff_of(await an_organization(), Role.CHC_ADMIN))
    path, doctor = f"/v1/staff/{uuid7()}", await a_person()
    await admin.put(path, json=employment(doctor))
    other = client_for(await staff_of(await an_organization(), Role.CHC_ADMIN))
    assert (await other.get(path)).status_code == 404
    assert (await other.put(path, json=employment(doctor))).status_code == 404


@pytest.mark.parametrize("role", ["REGULATOR_WJ", "ELDER", "MEDIATOR"])
async def test_nobody_is_employed_as_regulator_or_family(db, client_for, role) -> None:
    admin = client_for(await staff_of(await an_organization(), Role.CHC_ADMIN))
    said = employment(await a_person(), roles=[role])
    assert (await admin.put(f"/v1/staff/{uuid7()}", json=said)).status_code == 403


async def test_an_institution_makes_no_administrator_of_a_center(db, client_for) -> None:
    admin = client_for(await staff_of(await an_organization(), Role.INST_ADMIN))
    path, person_id = f"/v1/staff/{uuid7()}", await a_person()
    refused = await admin.put(path, json=employment(person_id, roles=["GP", "CHC_ADMIN"]))
    assert refused.status_code == 403
    doctor_of_the_unit = employment(person_id, roles=["GP", "INST_NURSE"])
    assert (await admin.put(path, json=doctor_of_the_unit)).status_code == 201


async def test_a_leaver_is_signed_out_at_once(db, client_for) -> None:
    center = await an_organization()
    admin = client_for(await staff_of(center, Role.CHC_ADMIN))
    doctor = await staff_of(center, Role.GP)
    staff_id = await value("SELECT id FROM staff WHERE person = $1", doctor.person_id)
    assert (await client_for(doctor).get("/v1/organizations")).status_code == 200
    left = employment(doctor.person_id, employed_until=str(TODAY - timedelta(days=1)))
    await admin.put(f"/v1/staff/{staff_id}", json=left, headers={"If-Match": "1"})
    assert (await client_for(doctor).get("/v1/organizations")).status_code == 401
    assert "StaffLeft" in await value("SELECT array_agg(topic) FROM journal")


async def test_a_role_that_was_taken_away_opens_nothing_any_more(db, client_for) -> None:
    center = await an_organization()
    admin = client_for(await staff_of(center, Role.CHC_ADMIN))
    doctor = await staff_of(center, Role.GP)
    staff_id = await value("SELECT id FROM staff WHERE person = $1", doctor.person_id)
    said = employment(doctor.person_id, roles=["QC"])
    await admin.put(f"/v1/staff/{staff_id}", json=said, headers={"If-Match": "1"})
    assert (await client_for(doctor).get("/v1/organizations")).status_code == 401


async def test_whose_last_day_has_passed_is_signed_out_in_the_night(db, client_for) -> None:
    doctor = await staff_of(await an_organization(), Role.GP)
    await rows("UPDATE staff SET employed_until = $1", TODAY - timedelta(days=1))
    await actions.let_leavers_go(now=clock.now())
    assert (await client_for(doctor).get("/v1/organizations")).status_code == 401


async def test_a_leaver_who_is_not_signed_in_is_told_of_too(db) -> None:
    """Their visits need somebody else, and a phone that is switched off tells nobody."""
    doctor = await staff_of(await an_organization(), Role.GP)
    await rows("UPDATE staff SET employed_until = $1", TODAY - timedelta(days=1))
    await rows("UPDATE sessions SET ended_at = now(), end_reason = 'signed_out'")
    for days in range(3):
        await actions.let_leavers_go(now=clock.now() + timedelta(days=days))
    left = await rows("SELECT body->>'staff_id' AS id FROM journal WHERE topic = 'StaffLeft'")
    assert [each["id"] for each in left] == [str(doctor.person_id)]


def a_filing(organization_id, **changed) -> dict[str, Any]:
    return {
        "organization_id": str(organization_id),
        "kind": "INFIRMARY",
        "subjects": ["general_practice", "rehabilitation"],
        "main_site_doctors": 1,
        "nurses": 2,
        "area_m2": 60,
    } | changed


@pytest.mark.rule("IM-02", "IM-03", "IM-08")
async def test_a_unit_is_filed_confirmed_and_operates(db, client_for) -> None:
    home = await an_organization(kinds=("ELDER_CARE_INSTITUTION",))
    admin, regulator = (
        client_for(await staff_of(home, Role.INST_ADMIN)),
        client_for(await a_regulator()),
    )
    path = f"/v1/in-house-units/{uuid7()}"
    filed = await admin.put(path, json=a_filing(home))
    assert (filed.status_code, filed.json()["status"]) == (201, "filed")
    assert filed.json()["standard"] == "国卫办医发〔2014〕57号"
    assert (await admin.put(path, json=a_filing(home))).status_code == 200
    waiting = (await regulator.get("/v1/in-house-units", params={"status": "filed"})).json()
    assert len(waiting["items"]) == 1

    since = {"operating_since": "2026-08-31"}
    confirmed = await regulator.put(f"{path}/confirmation", json=since)
    assert (confirmed.status_code, confirmed.json()["status"]) == (201, "operating")
    # IM-08: three months after it began to operate.
    assert date.fromisoformat(confirmed.json()["insurance_from"]) == date(2026, 11, 30)
    assert (await regulator.put(f"{path}/confirmation", json=since)).status_code == 200
    other = await regulator.put(f"{path}/confirmation", json={"operating_since": "2026-09-01"})
    assert (other.status_code, other.json()["code"]) == (409, "already_different")

    assert (await regulator.put(f"{path}/rectification")).json()["status"] == "rectifying"
    again = a_filing(home, nurses=3)
    refiled = await admin.put(path, json=again, headers={"If-Match": "3"})
    assert refiled.json()["status"] == "filed"
    assert (await admin.put(f"{path}/closing")).json()["status"] == "closed"
    late = await regulator.put(f"{path}/confirmation", json=since)
    assert (late.status_code, late.json()["code"]) == (409, "cannot_move")


@pytest.mark.rule("IM-04")
@pytest.mark.parametrize(
    ("changed", "status"),
    [({"main_site_doctors": 0}, 422), ({"subjects": ["ophthalmology"]}, 400)],
)
async def test_an_infirmary_has_its_own_doctor_and_allowed_subjects(
    db, client_for, changed, status
) -> None:
    home = await an_organization(kinds=("ELDER_CARE_INSTITUTION",))
    admin = client_for(await staff_of(home, Role.INST_ADMIN))
    said = a_filing(home, **changed)
    refused = await admin.put(f"/v1/in-house-units/{uuid7()}", json=said)
    assert refused.status_code == status


@pytest.mark.rule("IM-01", "IM-05")
async def test_beds_ask_for_a_unit_and_for_nurses_as_hints(db, client_for) -> None:
    home = await an_organization(kinds=("ELDER_CARE_INSTITUTION",))
    await rows("UPDATE organizations SET beds = 220 WHERE id = $1", home)
    admin = client_for(await staff_of(home, Role.INST_ADMIN))
    before = (await admin.get(f"/v1/organizations/{home}")).json()
    filed = await admin.put(f"/v1/in-house-units/{uuid7()}", json=a_filing(home, area_m2=30))
    after = (await admin.get(f"/v1/organizations/{home}")).json()
    assert (before["should_have_unit"], after["should_have_unit"]) == (True, False)
    assert filed.status_code == 201
    assert {"few_nurses", "small"} <= set(filed.json()["findings"])


async def test_an_institution_files_for_itself_alone(db, client_for) -> None:
    home, other = await an_organization(), await an_organization()
    admin = client_for(await staff_of(home, Role.INST_ADMIN))
    path = f"/v1/in-house-units/{uuid7()}"
    assert (await admin.put(path, json=a_filing(other))).status_code == 403
    await admin.put(path, json=a_filing(home))
    stranger = client_for(await staff_of(other, Role.INST_ADMIN))
    assert (await stranger.get(path)).status_code == 404
    assert (await stranger.put(path, json=a_filing(other))).status_code == 404
    assert (await stranger.get("/v1/in-house-units")).json()["items"] == []
