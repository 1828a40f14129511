"""Registering and finding persons, who reads what of them, and who looked."""

from typing import Any

import pytest

from backend.core.access import Role
from backend.core.db import value
from backend.core.ids import uuid7
from backend.settings import Mode, Settings
from tests.builders import DANING, a_delegation, a_person, a_tie, acting, an_organization, staff_of

pytestmark = pytest.mark.anyio

# ID-03: county 310999 does not exist.


def with_check_digit(seventeen: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(seventeen, weights, strict=True))
    return seventeen + "10X98765432"[total % 11]


WOMAN = with_check_digit("31099919420301002")
MAN = with_check_digit("31099919420301001")


def facts(**changed) -> dict[str, Any]:
    return {
        "name": "周秀英",
        "sex": "F",
        "identity_number": WOMAN,
        "phone": "13800001234",
        "home": {
            "line": "上海市静安区大宁路街道示例弄12号",
            "room": "501",
            "street_code": DANING,
            "point": {"lat": 31.2235, "lon": 121.4452, "datum": "wgs84"},
        },
    } | changed


async def test_who_moved_to_another_center_is_no_more_the_first_ones_to_see(db, client_for) -> None:
    """Also not by the tie of the desk at which they were registered."""
    first, second = await an_organization(), await an_organization()
    desk, path = client_for(await staff_of(first, Role.NURSE)), f"/v1/persons/{uuid7()}"
    await desk.put(path, json=facts(center_id=str(first)))
    moved = facts(center_id=str(second))
    kept = await desk.put(path, json=moved, headers={"If-Match": '"1"'})

    again = await desk.put(path, json=moved)
    seen = await desk.get(path)
    elsewhere = await client_for(await staff_of(second, Role.NURSE)).get(path)

    assert (kept.status_code, again.status_code, again.json()) == (200, 200, kept.json())
    assert (seen.status_code, seen.json()["code"]) == (403, "tie_ended")
    assert elsewhere.status_code == 200


async def test_registering_ties_the_center_the_institution_and_who_registered(
    db, client_for
) -> None:
    desk, center, home = [await an_organization() for _ in range(3)]
    nurse = await staff_of(desk, Role.NURSE)
    person_id = uuid7()
    body = facts(center_id=str(center), residence_id=str(home), bed="3-02")

    made = await client_for(nurse).put(f"/v1/persons/{person_id}", json=body)

    assert made.status_code == 201, made.text
    assert made.json()["identity_number"] == WOMAN[:3] + "*" * 11 + WOMAN[-4:]
    assert made.json()["born_on"] == "1942-03-01"
    ties = await value("SELECT array_agg(why || ':' || member_id ORDER BY why, id) FROM care_team")
    assert set(ties) == {f"registration:{desk}", f"registration:{center}", f"residence:{home}"}
    again = await client_for(nurse).put(f"/v1/persons/{person_id}", json=body)
    assert (again.status_code, again.json()) == (200, made.json())
    assert await value("SELECT count(*) FROM audit WHERE what = 'people.register'") == 1


async def test_an_edit_needs_the_version_that_was_read(db, client_for) -> None:
    client = client_for(await staff_of(await an_organization(), Role.NURSE))
    path = f"/v1/persons/{uuid7()}"
    made = await client.put(path, json=facts())
    changed = facts(phone="13900001234", identity_number=None)

    assert (await client.put(path, json=changed)).status_code == 428
    stale = await client.put(path, json=changed, headers={"If-Match": '"7"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    edited = await client.put(path, json=changed, headers={"If-Match": '"1"'})

    assert edited.status_code == 200
    assert edited.json()["phone"] == "13900001234"
    assert edited.json()["identity_number"].startswith("310")
    assert edited.json()["version"] == 2
    assert edited.json()["home"]["id"] == made.json()["home"]["id"]


async def test_moving_house_is_another_door_and_another_institution(db, client_for) -> None:
    center, old, new = [await an_organization() for _ in range(3)]
    client = client_for(await staff_of(center, Role.NURSE))
    path = f"/v1/persons/{uuid7()}"
    made = await client.put(path, json=facts(residence_id=str(old)))
    moved = facts(residence_id=str(new), home=facts()["home"] | {"room": "502"})
    edited = await client.put(path, json=moved, headers={"If-Match": '"1"'})

    assert edited.json()["home"]["id"] != made.json()["home"]["id"]
    live = "SELECT array_agg(member_id) FROM care_team WHERE why = 'residence' AND until_at IS NULL"
    assert await value(live) == [new]


@pytest.mark.rule("ID-02")
@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (
            {"identity_number": WOMAN[:17] + ("0" if WOMAN[17] != "0" else "1")},
            "bad_identity_number",
        ),
        ({"identity_number": MAN}, "identity_disagrees"),
        ({"born_on": "1950-01-01"}, "identity_disagrees"),
        ({"died_on": "2999-01-01"}, "not_yet"),
        ({"residence_id": "0192d3f0-0000-7000-8000-000000000000"}, "unknown_reference"),
    ],
)
async def test_what_the_card_does_not_say_is_refused(db, client_for, changed, code) -> None:
    client = client_for(await staff_of(await an_organization(), Role.NURSE))
    refused = await client.put(f"/v1/persons/{uuid7()}", json=facts(**changed))
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert WOMAN not in refused.text


@pytest.mark.rule("ID-02")
async def test_an_old_number_is_the_same_number(db, client_for) -> None:
    client = client_for(await staff_of(await an_organization(), Role.NURSE))
    old = WOMAN[:6] + WOMAN[8:17]
    await client.put(f"/v1/persons/{uuid7()}", json=facts(identity_number=old))
    found = await client.post("/v1/person-searches", json={"identity_number": WOMAN})
    assert found.status_code == 200
    assert len(found.json()) == 1


@pytest.mark.rule("ID-02", "ID-03")
async def test_the_same_number_twice_shows_the_masked_one(db, client_for) -> None:
    client = client_for(await staff_of(await an_organization(), Role.NURSE))
    first = uuid7()
    await client.put(f"/v1/persons/{first}", json=facts())
    refused = await client.put(f"/v1/persons/{uuid7()}", json=facts(name="周秀芳"))
    assert (refused.status_code, refused.json()["code"]) == (409, "person_already_known")
    known = refused.json()["facts"]["person"]
    assert (known["id"], known["name"], known["phone"]) == (str(first), "周*", "138****1234")


@pytest.mark.rule("ID-03")
async def test_numbers_of_tests_stay_out_of_production(db, client_for, monkeypatch) -> None:
    monkeypatch.setattr(
        "backend.people.actions.persons.settings", lambda: Settings(mode=Mode.PRODUCTION)
    )
    client = client_for(await staff_of(await an_organization(), Role.NURSE))
    refused = await client.put(f"/v1/persons/{uuid7()}", json=facts())
    assert (refused.status_code, refused.json()["rule"]) == (422, "ID-03")


async def test_names_and_numbers_are_sealed_where_they_lie(db, client_for) -> None:
    client = client_for(await staff_of(await an_organization(), Role.NURSE))
    await client.put(f"/v1/persons/{uuid7()}", json=facts())
    secrets = ("周秀英", WOMAN, "13800001234", "示例弄")
    for table in ("persons", "addresses", "audit", "journal", "jobs"):
        kept = await value(f"SELECT string_agg(t::text, ' ') FROM {table} t") or ""
        assert not any(each in kept or each.encode().hex() in kept for each in secrets)


async def test_a_stranger_learns_nothing_not_even_by_writing(db, client_for) -> None:
    person_id = await a_person()
    client = client_for(await staff_of(await an_organization(), Role.GP))
    assert (await client.get(f"/v1/persons/{person_id}")).status_code == 404
    assert (await client.put(f"/v1/persons/{person_id}", json=facts())).status_code == 404
    assert (await client.get(f"/v1/persons/{uuid7()}")).status_code == 404


@pytest.mark.rule("RC-03")
async def test_a_summary_masks_what_a_relative_reads(db, client_for) -> None:
    nurse = await staff_of(await an_organization(), Role.NURSE)
    person_id = uuid7()
    await client_for(nurse).put(f"/v1/persons/{person_id}", json=facts())
    son, daughter = await a_person(name="周强", sex="M"), await a_person(name="周敏")
    await a_delegation(person_id, son, "VIEW_SUMMARY")
    await a_delegation(person_id, daughter, "VIEW_FULL")

    summary = await client_for(await acting(son, Role.RELATIVE)).get(f"/v1/persons/{person_id}")
    whole = await client_for(await acting(daughter, Role.RELATIVE)).get(f"/v1/persons/{person_id}")

    assert summary.json()["phone"] == "138****1234"
    assert summary.json()["home"]["line"] == "上海市静安区大宁路街道***"
    assert summary.json()["home"]["room"] is None
    assert whole.json()["phone"] == "13800001234"
    assert whole.json()["home"]["room"] == "501"
    assert whole.json()["identity_number"] == summary.json()["identity_number"]


async def test_searches_answer_masked_and_are_noted(db, client_for) -> None:
    elder = await a_person(phone="13800001234")
    client = client_for(await staff_of(await an_organization(), Role.DISPATCHER))
    by_phone = await client.post("/v1/person-searches", json={"phone": "+8613800001234"})
    by_name = await client.post(
        "/v1/person-searches", json={"name": "周秀英", "street_code": DANING}
    )
    assert by_phone.json() == by_name.json()
    assert by_phone.json()[0]["name"] == "周*"
    noted = "SELECT count(*) FROM audit WHERE what = 'people.search' AND persons @> ARRAY[$1::uuid]"
    assert await value(noted, elder) == 2
    for body in ({}, {"name": "周秀英"}, {"phone": "13800001234", "identity_number": WOMAN}):
        assert (await client.post("/v1/person-searches", json=body)).status_code == 400


async def test_who_fishes_for_numbers_is_slowed_down(db, client_for) -> None:
    client = client_for(await staff_of(await an_organization(), Role.NURSE))
    body = {"phone": "13800001234"}
    answers = [await client.post("/v1/person-searches", json=body) for _ in range(31)]
    assert [each.status_code for each in answers] == [200] * 30 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0


async def test_everybody_lists_whom_they_may_see(db, client_for) -> None:
    home = await an_organization(kinds=("ELDER_CARE_INSTITUTION",))
    nurse = await staff_of(home, Role.INST_NURSE)
    residents = [await a_person(residence_id=home) for _ in range(3)]
    await a_person()
    for resident in residents:
        await a_tie(resident, home, why="residence", kind="organization")
    client = client_for(nurse)
    first = (await client.get("/v1/persons", params={"limit": 2})).json()
    rest = (await client.get("/v1/persons", params={"after": first["next"]})).json()
    listed = [each["id"] for each in first["items"] + rest["items"]]
    assert listed == sorted(map(str, residents))
    assert rest["next"] is None
    elsewhere = await client.get("/v1/persons", params={"residence_id": str(uuid7())})
    assert elsewhere.json()["items"] == []


@pytest.mark.rule("RC-07", "ID-01")
async def test_the_family_sees_who_looked_in_which_role_and_why(db, client_for) -> None:
    elder, daughter = await a_person(), await a_person(name="周敏")
    doctor = await staff_of(await an_organization(), Role.GP, name="沈明")
    await a_tie(elder, doctor.person_id, why="visit")
    await client_for(doctor).get(f"/v1/persons/{elder}")

    path = f"/v1/persons/{elder}/access-log"
    looked = (await client_for(await acting(elder, Role.ELDER)).get(path)).json()["items"]
    assert [(each["actor_name"], each["role"], each["tie"]) for each in looked] == [
        ("沈明", "GP", "visit")
    ]

    relative = client_for(await acting(daughter, Role.RELATIVE))
    assert (await relative.get(path)).status_code == 404
    await a_delegation(elder, daughter, "VIEW_SUMMARY")
    refused = await relative.get(path)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    await a_delegation(elder, daughter, "VIEW_FULL")
    page = (await relative.get(path, params={"limit": 1})).json()
    assert page["items"][0]["what"] == "people.access_log"
    rest = (await relative.get(path, params={"after": page["next"]})).json()["items"]
    assert [each["what"] for each in rest] == ["people.person"]


async def test_the_care_team_says_who_why_and_until_when(db, client_for) -> None:
    elder, center = await a_person(), await an_organization()
    doctor = await staff_of(center, Role.GP, name="沈明")
    await a_tie(elder, doctor.person_id, why="visit")
    await a_tie(elder, center, kind="organization")
    client = client_for(await acting(elder, Role.ELDER))
    team = (await client.get(f"/v1/persons/{elder}/care-team")).json()["items"]
    assert {(each["name"], each["why"], each["is_live"]) for each in team} == {
        ("沈明", "visit", True),
        ("大宁路街道社区卫生服务中心", "registration", True),
    }


@pytest.mark.rule("RC-08")
async def test_a_death_ends_what_the_elder_allowed_at_once(db, client_for) -> None:
    nurse = await staff_of(await an_organization(), Role.NURSE)
    client, person_id = client_for(nurse), uuid7()
    await client.put(f"/v1/persons/{person_id}", json=facts())
    daughter = await a_person(name="周敏")
    await a_delegation(person_id, daughter, "VIEW_FULL")
    relative = client_for(await acting(daughter, Role.RELATIVE))
    assert (await relative.get(f"/v1/persons/{person_id}")).status_code == 200

    elder = client_for(await acting(person_id, Role.ELDER))
    assert (await elder.get(f"/v1/persons/{person_id}")).status_code == 200
    died = facts(died_on="2026-11-20")
    await client.put(f"/v1/persons/{person_id}", json=died, headers={"If-Match": "1"})

    refused = await relative.get(f"/v1/persons/{person_id}")
    assert (refused.status_code, refused.json()["code"]) == (403, "delegation_ended")
    assert (await elder.get(f"/v1/persons/{person_id}")).status_code == 401
    topics = await value("SELECT array_agg(topic) FROM journal")
    assert {"PersonDied", "DelegationRevoked"} <= set(topics)


async def test_a_changed_number_signs_the_person_out_and_is_told(db, client_for) -> None:
    center = await an_organization()
    desk = client_for(await staff_of(center, Role.NURSE))
    person_id = uuid7()
    await desk.put(f"/v1/persons/{person_id}", json=facts())
    elder = client_for(await acting(person_id, Role.ELDER))
    assert (await elder.get("/v1/me")).status_code == 200

    changed = facts(phone="13900001234")
    edited = await desk.put(f"/v1/persons/{person_id}", json=changed, headers={"If-Match": '"1"'})

    assert edited.status_code == 200
    assert (await elder.get("/v1/me")).status_code == 401
    assert await value("SELECT count(*) FROM journal WHERE topic = 'NumberChanged'") == 1
