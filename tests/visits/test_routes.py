"""Visits over HTTP: 201 then 200, 404 before 403, 400, 409 with the stored one, problem+json."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from backend.core import calendar, clock
from backend.core.access import Actor, Role
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.visits.lifecycle.codes import attestation_code
from backend.visits.lifecycle.plans import Going
from tests.builders import a_delegation, a_person, a_tie, acting, an_organization, staff_of
from tests.visits import world as world_of
from tests.visits.world import AT_THE_DOOR, World, a_round, a_world

pytestmark = pytest.mark.anyio

Phone = Callable[[Actor], httpx.AsyncClient]
START = clock.now().replace(microsecond=0) - timedelta(minutes=10)  # of a visit that is on now
AT = START.isoformat()
PROOF = {"client_time": AT, "method": "GPS", "point": AT_THE_DOOR}
FAR = {**PROOF, "point": {**AT_THE_DOOR, "lat": 31.23}, "reason_code": "ADDRESS_WRONG"}


@pytest.fixture
async def world(db: None) -> World:
    return await a_world()


async def a_visit(world: World, **changed: Any) -> UUID:
    """By two, so that it is the same by night."""
    team = [Going(person_id=each.person_id) for each in (world.doctor, world.nurse)]
    said = {"start": START, "staff": team, "now": START - timedelta(days=2), **changed}
    return await world_of.a_visit(world, **said)


async def twice(phone: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """201 first, 200 again, with the same answer."""
    first, again = await phone.put(path, json=body), await phone.put(path, json=body)
    assert (first.status_code, again.status_code) == (201, 200), first.text
    assert first.json() == again.json()
    answered: dict[str, Any] = first.json()
    return answered


def refused(answer: httpx.Response) -> tuple[int, str]:
    """Every refusal has the shape of RFC 9457, and names no path and no value."""
    assert answer.headers["content-type"].startswith("application/problem+json")
    problem = answer.json()
    assert {"type", "title", "status", "code", "facts"} <= problem.keys()
    assert problem["status"] == answer.status_code
    return answer.status_code, problem["code"]


def a_plan(world: World, **changed: Any) -> dict[str, Any]:
    return {
        "kind": "NURSING",
        "person_id": str(world.elder),
        "place": {"kind": "home"},
        "planned_start": AT,
        "planned_end": (START + timedelta(minutes=40)).isoformat(),
        "staff": [{"person_id": str(world.doctor.person_id)}],
        "items": [{"code": "S108"}],
        "reason": "压疮换药",
        **changed,
    }


async def test_a_visit_is_planned_changed_and_read(world: World, client_for: Phone) -> None:
    phone, path = client_for(world.dispatcher), f"/v1/visits/{uuid7()}"
    planned = await twice(phone, path, a_plan(world))
    assert planned["items"] == [
        {
            "code": "S108",
            "name": planned["items"][0]["name"],
            "minutes": planned["items"][0]["minutes"],
            "needs_consent": True,
            "has_consent": False,
        }
    ]
    assert planned["needs_two"] is True
    assert planned["person_phone"] is None
    assert planned["attestation_code"] is None

    changed = a_plan(world, items=[])
    assert refused(await phone.put(path, json=changed)) == (428, "needs_version")
    stale = await phone.put(path, json=changed, headers={"if-match": '"9"'})
    assert refused(stale) == (412, "stale_version")
    edited = await phone.put(path, json=changed, headers={"if-match": '"1"'})
    assert (edited.status_code, edited.json()["version"]) == (200, 2)
    assert (await phone.get(path)).json() == edited.json()
    taken = await phone.put(f"/v1/visits/{uuid7()}", json=a_plan(world))
    assert refused(taken) == (409, "slot_taken")


async def test_every_move_is_said_once(world: World, client_for: Phone) -> None:
    visit_id = await a_visit(world)
    path, phone = f"/v1/visits/{visit_id}", client_for(world.doctor)

    bag = await twice(phone, f"{path}/bag-check", {"client_time": AT, "present": ["torch"]})
    left = await twice(phone, f"{path}/departure", {"client_time": AT})
    begun = await twice(phone, f"{path}/check-in", PROOF)
    way = {"datum": "wgs84", "points": [{"at": AT, "lat": 31.2, "lon": 121.4}]}
    track = await twice(phone, f"{path}/tracks/{uuid7()}", way)
    over = {**PROOF, "client_time": clock.now().isoformat(), "items": ["S105"]}
    ended = await twice(phone, f"{path}/check-out", over)

    assert "thermometer" in bag["missing"]
    assert [each["status"] for each in (left, begun, ended)] == [
        "ON_THE_WAY",
        "CHECKED_IN",
        "CHECKED_OUT",
    ]
    assert (begun["verification"], begun["distance_m"]) == ("AUTO", 0)
    assert ended["items"] == ["S105"]
    assert "points" not in track
    shown = (await phone.get(path)).json()
    assert [each["move"] for each in shown["moves"]] == [
        "bag_check",
        "departure",
        "check_in",
        "check_out",
    ]


async def test_a_refusal_and_a_shut_door_are_said_once(world: World, client_for: Phone) -> None:
    phone, path = client_for(world.doctor), f"/v1/visits/{await a_visit(world)}"
    shut = {"client_time": AT, "attempts": 2}
    assert (await twice(phone, f"{path}/no-access", shut))["status"] == "NO_ACCESS"
    said = {"client_time": AT, "reason": "不愿意"}
    assert (await twice(phone, f"{path}/refusal", said))["status"] == "REFUSED"
    one_knock = await phone.put(
        f"/v1/visits/{await a_visit(world)}/no-access", json={**shut, "attempts": 1}
    )
    assert refused(one_knock) == (422, "too_few_attempts")


@pytest.mark.rule("EV-02")
async def test_what_is_odd_names_its_rule_and_what_would_clear_it(
    world: World, client_for: Phone
) -> None:
    answered = await twice(
        client_for(world.doctor), f"/v1/visits/{await a_visit(world)}/check-in", FAR
    )
    assert answered["verification"] == "EXCEPTION"
    (finding,) = answered["findings"]
    assert (finding["code"], finding["rule"]) == ("FAR", "EV-02")
    assert finding["evidence"] == {"distance_m": answered["distance_m"], "fence_m": 200}
    assert finding["clears"]


async def test_another_body_is_refused_with_what_is_stored_as_it_was_answered(
    world: World, client_for: Phone
) -> None:
    phone = client_for(world.doctor)
    path = f"/v1/visits/{await a_visit(world)}/check-in"
    stored = await twice(phone, path, FAR)
    answer = await phone.put(path, json=PROOF)
    assert refused(answer) == (409, "already_different")
    assert answer.json()["facts"]["stored"] == stored


@pytest.mark.rule("EV-08")
async def test_the_elder_is_shown_a_code_and_confirms_with_it(
    world: World, client_for: Phone
) -> None:
    visit_id = await a_visit(world)
    phone = client_for(await acting(world.elder, Role.ELDER))
    shown = (await phone.get(f"/v1/visits/{visit_id}")).json()
    assert shown["attestation_code"] == attestation_code(visit_id, clock.now())
    assert shown["care_flags"] == []
    path = f"/v1/visits/{visit_id}/attestation"
    wrong = {"client_time": AT, "method": "code", "code": "0000"}
    if shown["attestation_code"] != "0000":
        assert refused(await phone.put(path, json=wrong)) == (422, "wrong_code")
    await twice(phone, path, {**wrong, "code": shown["attestation_code"]})
    shown = (await phone.get(f"/v1/visits/{visit_id}")).json()
    assert shown["is_attested"] is True


async def test_a_cancellation_says_whether_it_is_free(world: World, client_for: Phone) -> None:
    start = clock.now() + timedelta(days=1)
    visit_id = await a_visit(world, now=clock.now(), start=start)
    said = {"client_time": clock.now().isoformat(), "reason_code": "IN_HOSPITAL"}
    phone = client_for(await acting(world.elder, Role.ELDER))
    answered = await twice(phone, f"/v1/visits/{visit_id}/cancellation", said)
    assert (answered["status"], answered["is_free"]) == ("CANCELLED", True)


async def test_a_round_is_planned_walked_and_read(world: World, client_for: Phone) -> None:
    resident = await a_person(name="钱素芬", residence_id=world.house)
    await a_tie(resident, world.center, kind="organization")
    path = f"/v1/rounds/{uuid7()}"
    plan = {
        "institution_id": str(world.house),
        "planned_start": AT,
        "planned_end": (START + timedelta(hours=2)).isoformat(),
        "staff": [{"person_id": str(world.doctor.person_id)}],
    }
    await twice(client_for(world.dispatcher), path, plan)
    phone = client_for(world.doctor)
    await twice(phone, f"{path}/departure", {"client_time": AT})
    await twice(phone, f"{path}/check-in", PROOF)
    entry = {"client_time": AT, "status": "seen", "minutes": 6}
    seen = await twice(phone, f"{path}/entries/{resident}", entry)
    await twice(phone, f"{path}/check-out", {**PROOF, "items": []})

    assert (seen["status"], seen["made_by"]) == ("seen", str(world.doctor.person_id))
    answer = await phone.put(f"{path}/entries/{resident}", json={**entry, "status": "away"})
    assert refused(answer) == (409, "already_different")
    assert answer.json()["facts"]["stored"] == seen
    shown = (await client_for(world.house_nurse).get(path)).json()
    assert shown["status"] == "CHECKED_OUT"
    (line,) = shown["residents"]
    assert (line["person_name"], line["status"], line["is_documented"]) == ("钱素芬", "seen", False)


async def test_the_code_of_a_house_is_for_the_house(world: World, client_for: Phone) -> None:
    path = f"/v1/organizations/{world.house}/check-in-token"
    shown = (await client_for(world.house_nurse).get(path)).json()
    assert shown["token"]
    elsewhere = await an_organization(kinds=("ELDER_CARE_INSTITUTION",), name="另一家")
    stranger = client_for(await staff_of(elsewhere, Role.INST_NURSE))
    assert refused(await stranger.get(path)) == (404, "missing")
    assert refused(await client_for(world.doctor).get(path)) == (403, "forbidden")


async def test_an_exception_is_decided_appealed_and_read(world: World, client_for: Phone) -> None:
    doctor, admin = client_for(world.doctor), client_for(world.admin)
    await twice(doctor, f"/v1/visits/{await a_visit(world)}/check-in", FAR)
    (listed,) = (await admin.get("/v1/visit-exceptions?status=open")).json()["items"]
    path = f"/v1/visit-exceptions/{listed['id']}"

    rejection = {"decision": "reject", "reason_code": "NO_EVIDENCE", "reason": "照片不清"}
    decided = await twice(admin, f"{path}/decisions/{uuid7()}", rejection)
    appealed = await twice(doctor, f"{path}/appeal", {"reason": "老人可以作证"})
    again = await admin.put(
        f"{path}/decisions/{uuid7()}", json={"decision": "approve", "reason_code": "OK"}
    )

    assert decided["decided_by"] == str(world.admin.person_id)
    assert appealed["appealed_by"] == str(world.doctor.person_id)
    assert refused(again) == (403, "somebody_else_decides")
    shown = (await doctor.get(path)).json()
    assert (shown["status"], shown["said_because"]) == ("open", "ADDRESS_WRONG")
    assert [each["reason"] for each in shown["decisions"]] == ["照片不清"]
    assert refused(await client_for(world.nurse).get(path)) == (404, "missing")


async def test_who_goes_is_changed_over_http(world: World, client_for: Phone) -> None:
    path = f"/v1/visits/{await a_visit(world)}/assignments/{uuid7()}"
    other = await staff_of(world.center, Role.NURSE)
    said = {
        "staff_id": str(other.person_id),
        "replaces_id": str(world.doctor.person_id),
        "reason": "ill",
    }
    office = client_for(world.dispatcher)
    assigned = await twice(office, path, said)
    assert (assigned["role"], assigned["until_at"]) == ("NURSE", None)
    answer = await office.put(path, json={**said, "reason": "other"})
    assert answer.json()["facts"]["stored"] == assigned


async def test_absences_and_alarms_are_said_once_and_read(world: World, client_for: Phone) -> None:
    absence, alarm = f"/v1/absences/{uuid7()}", f"/v1/staff-alarms/{uuid7()}"
    until = (START + timedelta(days=1)).isoformat()
    doctor, admin = client_for(world.doctor), client_for(world.admin)
    said = {"absent_from": AT, "absent_until": until, "reason": "ill"}
    absent = await twice(doctor, absence, said)
    raised = await twice(doctor, alarm, {"client_time": AT, "point": AT_THE_DOOR})

    for phone in (doctor, admin):
        assert (await phone.get(absence)).json() == absent
        assert (await phone.get(alarm)).json() == raised
        assert (await phone.get("/v1/absences")).json()["items"] == [absent]
    assert (await admin.get("/v1/staff-alarms")).json()["items"] == [raised]
    query = {"lasting_after": (START + timedelta(days=2)).isoformat()}
    assert (await admin.get("/v1/absences", params=query)).json()["items"] == []
    assert refused(await doctor.get("/v1/staff-alarms")) == (403, "forbidden")
    for path in (absence, alarm):
        assert refused(await client_for(world.nurse).get(path)) == (404, "missing")
    backwards = await doctor.put(
        f"/v1/absences/{uuid7()}", json={**said, "absent_until": AT, "absent_from": until}
    )
    assert refused(backwards) == (400, "malformed")


async def test_the_day_is_a_page(world: World, client_for: Phone) -> None:
    visit_id = await a_visit(world)
    other = await a_person(name="吴桂兰", center_id=world.center)
    await a_tie(other, world.center, kind="organization")
    later = await a_visit(world, person_id=other)
    phone = client_for(world.doctor)
    query = {"on": str(calendar.on(START)), "assigned_to": "me", "limit": "1"}
    first = (await phone.get("/v1/visits", params=query)).json()
    second = (await phone.get("/v1/visits", params={**query, "after": first["next"]})).json()
    assert [each["id"] for each in first["items"] + second["items"]] == [str(visit_id), str(later)]
    assert first["items"][0]["person_name"] == "周秀英"
    assert second["next"] is None
    for wrong in ({}, {"on": "soon"}, {**query, "limit": "0"}, {**query, "after": "x"}):
        assert refused(await phone.get("/v1/visits", params=wrong)) == (400, "malformed")


async def test_foreign_things_are_missing_and_foreign_roles_find_no_door(
    world: World, client_for: Phone
) -> None:
    visit_id = await a_visit(world)
    stranger = client_for(await staff_of(await an_organization(name="别处"), Role.GP))
    for target in (visit_id, uuid7()):
        path = f"/v1/visits/{target}"
        assert refused(await stranger.get(path)) == (404, "missing")
        assert refused(await stranger.put(f"{path}/check-in", json=PROOF)) == (404, "missing")
        departed = await stranger.put(f"{path}/departure", json={"client_time": AT})
        assert refused(departed) == (404, "missing")
    office = client_for(world.dispatcher)
    checked = await office.put(f"/v1/visits/{visit_id}/check-in", json=PROOF)
    assert refused(checked) == (403, "forbidden")
    courier = client_for(await acting(await a_person(), Role.COURIER))
    assert refused(await courier.get("/v1/visits?on=2026-11-24")) == (403, "forbidden")


FOREVER = "9999-12-31T23:59:59Z"
MOMENTS = [
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00Z",
    FOREVER,
    "9999-12-31T23:59:59-12:00",
]


@pytest.mark.parametrize("moment", MOMENTS)
async def test_no_moment_breaks_us(world: World, client_for: Phone, moment: str) -> None:
    visit_id = await a_visit(world)
    phone, office = client_for(world.doctor), client_for(world.dispatcher)
    path, said = f"/v1/visits/{visit_id}", {"client_time": moment}
    far_off = {"planned_start": AT, "planned_end": moment}
    once = {"planned_start": moment, "planned_end": AT}
    answers = [
        await phone.put(f"{path}/bag-check", json={**said, "present": []}),
        await phone.put(f"{path}/departure", json=said),
        await phone.put(f"{path}/check-in", json={**PROOF, **said}),
        await phone.put(f"{path}/check-out", json={**PROOF, **said, "items": ["S108"]}),
        await phone.put(f"{path}/no-access", json={**said, "attempts": 2}),
        await phone.put(f"{path}/refusal", json={**said, "reason": "不"}),
        await phone.put(
            f"{path}/tracks/{uuid7()}",
            json={"datum": "wgs84", "points": [{"at": moment, "lat": 1, "lon": 1}]},
        ),
        await phone.put(f"/v1/staff-alarms/{uuid7()}", json=said),
        await phone.put(
            f"/v1/absences/{uuid7()}",
            json={"absent_from": AT, "absent_until": moment, "reason": "ill"},
        ),
        await office.put(f"/v1/visits/{uuid7()}", json=a_plan(world, **far_off)),
        await office.put(f"/v1/visits/{uuid7()}", json=a_plan(world, **once)),
        await office.get("/v1/absences", params={"lasting_after": moment}),
        await office.put(f"{path}/cancellation", json={"client_time": moment, "reason_code": "X"}),
    ]
    assert [each.text for each in answers if each.status_code >= 500] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"method": "GUESS"},
        {"point": {"lat": 91, "lon": 0, "datum": "wgs84"}},
        {"point": {"lat": 31, "lon": 121}},
        {"point": {"lat": 31, "lon": 121, "datum": "bd09"}},
        {"photo_id": "-" * 36},
        {"client_time": "2026-11-24T09:00:00"},
        {"battery_pct": 101},
        {"monotonic_ms": 2**63},
        {"reason": ""},
        {"reason": "a\u0000b"},
        {"visited": True},
    ],
)
async def test_a_check_in_that_cannot_be_read_is_malformed(
    world: World, client_for: Phone, wrong: dict[str, Any]
) -> None:
    answer = await client_for(world.doctor).put(
        f"/v1/visits/{await a_visit(world)}/check-in", json={**PROOF, **wrong}
    )
    assert refused(answer) == (400, "malformed")
    assert await value("SELECT count(*) FROM visit_moves") == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "WARD_ROUND"},
        {"planned_end": AT},
        {"staff": []},
        {"staff": [{"person_id": str(UUID(int=1))}] * 2},
        {"place": {"kind": "street"}},
        {"items": [{"code": "S105", "minutes": 0}]},
    ],
)
async def test_a_plan_that_cannot_be_read_is_malformed(
    world: World, client_for: Phone, wrong: dict[str, Any]
) -> None:
    answer = await client_for(world.dispatcher).put(
        f"/v1/visits/{uuid7()}", json=a_plan(world, **wrong)
    )
    assert refused(answer) == (400, "malformed")


async def test_no_word_about_anybody_stands_in_what_we_log_owe_or_tell(
    world: World, client_for: Phone
) -> None:
    """S5: names, reasons and places stay out of events, jobs and the audit."""
    phone, path = client_for(world.doctor), f"/v1/visits/{uuid7()}"
    await twice(client_for(world.dispatcher), path, a_plan(world))
    await twice(phone, f"{path}/check-in", {**FAR, "reason": "住在十二号楼"})
    await a_round_with_words(world)
    written = msgspec.json.encode(
        [
            [str(each) for each in await rows(f"SELECT * FROM {table}")]
            for table in ("journal", "jobs", "audit")
        ]
    ).decode()
    for word in ("周秀英", "沈明", "压疮", "十二号楼", "示例弄", "31.2"):
        assert word not in written


async def a_round_with_words(world: World) -> None:
    resident = await a_person(name="周秀英", residence_id=world.house)
    await a_tie(resident, world.center, kind="organization")
    await a_round(world)


@pytest.mark.rule("RC-03")
async def test_a_relatives_summary_shows_no_door(world: World, client_for: Phone) -> None:
    """As on the person's own page; who may see all is shown the way."""
    path = f"/v1/visits/{await a_visit(world)}"

    async def door(*scopes: str) -> tuple[str, str | None, bool]:
        relative = await acting(await a_person(name="周敏"), Role.RELATIVE)
        await a_delegation(world.elder, relative.person_id, *scopes)
        shown = (await client_for(relative).get(path)).json()
        return shown["address"], shown["room"], shown["point"] is not None

    assert await door("VIEW_SUMMARY") == ("***", None, False)
    assert await door("VIEW_FULL") == ("示例弄12号", "501", True)
