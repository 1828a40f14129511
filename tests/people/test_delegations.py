"""What an elder lets relatives do, who is kin, and who decides for whom."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from backend.core import calendar, clock
from backend.core.access import Actor, Role
from backend.core.db import rows, value
from backend.core.ids import uuid7
from tests.builders import a_person, a_tie, acting, an_organization, staff_of

pytestmark = pytest.mark.anyio

TODAY = calendar.on(clock.now())


def facts(elder, relative, **changed) -> dict[str, Any]:
    return {
        "person_id": str(elder),
        "delegate_id": str(relative),
        "scopes": ["VIEW_SUMMARY", "NOTIFY"],
        "valid_from": TODAY.isoformat(),
        "valid_to": (TODAY + timedelta(days=300)).isoformat(),
    } | changed


async def a_family() -> tuple[UUID, UUID, Actor, Actor]:
    elder, daughter = await a_person(), await a_person(name="周敏")
    return elder, daughter, await acting(elder, Role.ELDER), await acting(daughter, Role.RELATIVE)


@pytest.mark.rule("RC-03")
async def test_an_elder_lets_a_daughter_in_and_out_again(db, client_for) -> None:
    elder, daughter, mother, relative = await a_family()
    path = f"/v1/delegations/{uuid7()}"
    made = await client_for(mother).put(path, json=facts(elder, daughter))
    assert made.status_code == 201, made.text
    assert made.json()["sensitive_chapters"] == []
    again = await client_for(mother).put(path, json=facts(elder, daughter))
    assert (again.status_code, again.json()) == (200, made.json())

    person = f"/v1/persons/{elder}"
    assert (await client_for(relative).get(person)).status_code == 200
    ended = await client_for(mother).put(f"{path}/revocation")
    assert ended.status_code == 201
    refused = await client_for(relative).get(person)
    assert (refused.status_code, refused.json()["code"]) == (403, "delegation_ended")
    assert (await client_for(mother).put(f"{path}/revocation")).json() == ended.json()
    edited = facts(elder, daughter, scopes=["PAY"])
    late = await client_for(mother).put(path, json=edited, headers={"If-Match": "1"})
    assert (late.status_code, late.json()["code"]) == (409, "cannot_move")


@pytest.mark.rule("RC-03")
@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"valid_to": (TODAY + timedelta(days=400)).isoformat()}, 422, "delegation_too_long"),
        ({"valid_to": (TODAY - timedelta(days=1)).isoformat()}, 422, "delegation_over"),
        ({"scopes": []}, 400, "malformed"),
        ({"scopes": ["CONSENT"]}, 400, "malformed"),
        ({"delegate_id": str(uuid7())}, 422, "unknown_reference"),
    ],
)
async def test_what_a_delegation_cannot_be(db, client_for, changed, status, code) -> None:
    elder, daughter, mother, _ = await a_family()
    said = facts(elder, daughter, **changed)
    refused = await client_for(mother).put(f"/v1/delegations/{uuid7()}", json=said)
    assert (refused.status_code, refused.json()["code"]) == (status, code)


@pytest.mark.rule("RC-03")
async def test_nobody_delegates_for_an_elder(db, client_for) -> None:
    elder, daughter, _, relative = await a_family()
    other = await acting(await a_person(name="陈阿大"), Role.ELDER)
    nurse = await staff_of(await an_organization(), Role.NURSE)
    await a_tie(elder, nurse.person_id)
    path = f"/v1/delegations/{uuid7()}"
    statuses = [
        (await client_for(actor).put(path, json=facts(elder, daughter))).status_code
        for actor in (other, nurse, relative)
    ]
    assert statuses == [404, 403, 403]


@pytest.mark.rule("RC-03")
async def test_a_relative_asks_for_more_and_the_elder_answers(db, client_for) -> None:
    elder, daughter, mother, relative = await a_family()
    path = f"/v1/delegations/{uuid7()}"
    await client_for(mother).put(path, json=facts(elder, daughter))
    request = f"{path}/scope-requests/{uuid7()}"
    asked = await client_for(relative).put(request, json={"scopes": ["VIEW_FULL"]})
    assert asked.status_code == 201
    assert (await client_for(relative).put(request, json={"scopes": ["VIEW_FULL"]})).json() == (
        asked.json()
    )
    other = await client_for(relative).put(request, json={"scopes": ["PAY"]})
    assert (other.status_code, other.json()["code"]) == (409, "already_different")

    seen = (await client_for(mother).get(path)).json()
    assert seen["asked_scopes"] == ["VIEW_FULL"]
    more = facts(elder, daughter, scopes=["VIEW_FULL", "NOTIFY"])
    assert (await client_for(mother).put(path, json=more)).status_code == 428
    given = await client_for(mother).put(path, json=more, headers={"If-Match": "1"})
    assert (given.status_code, given.json()["asked_scopes"]) == (200, [])
    stranger = await acting(await a_person(), Role.RELATIVE)
    assert (await client_for(stranger).get(path)).status_code == 404


async def test_given_and_received_are_two_lists(db, client_for) -> None:
    elder, daughter, mother, relative = await a_family()
    for _ in range(2):
        await client_for(mother).put(f"/v1/delegations/{uuid7()}", json=facts(elder, daughter))
    given = (await client_for(mother).get("/v1/delegations", params={"limit": 1})).json()
    rest = await client_for(mother).get("/v1/delegations", params={"after": given["next"]})
    received = await client_for(relative).get("/v1/delegations", params={"as": "received"})
    assert given["items"] + rest.json()["items"] == received.json()["items"]
    nothing = await client_for(relative).get("/v1/delegations", params={"as": "given"})
    assert nothing.json()["items"] == []


@pytest.mark.rule("RC-04")
async def test_without_capacity_a_guardian_with_proof_decides(db, client_for) -> None:
    elder, daughter, mother, _ = await a_family()
    center = await an_organization()
    admin = await staff_of(center, Role.CHC_ADMIN)
    guardian = await acting(daughter, Role.GUARDIAN)
    son = await a_person(name="周强")
    await rows("UPDATE persons SET lacks_capacity = true WHERE id = $1", elder)

    path, said = f"/v1/delegations/{uuid7()}", facts(elder, son)
    refused = await client_for(mother).put(path, json=said)
    assert (refused.status_code, refused.json()["code"]) == (422, "needs_guardian")
    assert (await client_for(guardian).put(path, json=said)).status_code == 404

    proven = {
        "person_id": str(elder),
        "guardian_id": str(daughter),
        "basis": "court",
        "proof_id": str(uuid7()),
        "valid_from": "2026-01-01",
    }
    proof = f"/v1/guardianships/{uuid7()}"
    assert (await client_for(admin).put(proof, json=proven)).status_code == 404
    await a_tie(elder, center, kind="organization")
    assert (await client_for(admin).put(proof, json=proven)).status_code == 201
    assert (await client_for(admin).put(proof, json=proven)).status_code == 200
    assert (await client_for(guardian).put(path, json=said)).status_code == 201

    ended = proven | {"valid_to": "2026-02-01"}
    assert (await client_for(admin).put(proof, json=ended)).status_code == 428
    await client_for(admin).put(proof, json=ended, headers={"If-Match": "1"})
    over = await client_for(guardian).put(f"{path}/revocation")
    assert (over.status_code, over.json()["code"]) == (403, "tie_ended")


@pytest.mark.rule("RC-03")
async def test_a_delegation_of_the_last_of_all_days_is_one_day_long(db, client_for) -> None:
    elder, daughter, mother, _ = await a_family()
    last = {"valid_from": "9999-12-31", "valid_to": "9999-12-31"}
    given = await client_for(mother).put(
        f"/v1/delegations/{uuid7()}", json=facts(elder, daughter) | last
    )
    assert given.status_code == 201


@pytest.mark.rule("RC-08")
async def test_nothing_is_delegated_after_a_death(db, client_for) -> None:
    elder, daughter, mother, _ = await a_family()
    await rows("UPDATE persons SET died_on = '2026-11-01' WHERE id = $1", elder)
    refused = await client_for(mother).put(
        f"/v1/delegations/{uuid7()}", json=facts(elder, daughter)
    )
    assert (refused.status_code, refused.json()["rule"]) == (422, "RC-08")


async def test_kin_is_a_fact_and_lets_nobody_in(db, client_for) -> None:
    elder, daughter, mother, relative = await a_family()
    path = f"/v1/kinships/{uuid7()}"
    said = {"person_id": str(elder), "relative_id": str(daughter), "relation": "3"}
    made = await client_for(mother).put(path, json=said)
    assert (made.status_code, made.json()["relative_name"]) == (201, "周敏")
    assert (await client_for(mother).put(path, json=said)).status_code == 200
    assert (await client_for(relative).get(f"/v1/persons/{elder}")).status_code == 404
    again = await client_for(mother).put(f"/v1/kinships/{uuid7()}", json=said)
    assert (again.status_code, again.json()["code"]) == (409, "already_different")

    to_call = said | {"is_emergency_contact": True}
    edited = await client_for(mother).put(path, json=to_call, headers={"If-Match": "1"})
    assert edited.json()["is_emergency_contact"]
    nurse = await staff_of(await an_organization(), Role.NURSE)
    listed = f"/v1/kinships?person_id={elder}"
    assert (await client_for(nurse).get(listed)).status_code == 404
    await a_tie(elder, nurse.person_id)
    assert len((await client_for(nurse).get(listed)).json()["items"]) == 1
    assert await value("SELECT count(*) FROM audit WHERE what = 'people.kinships'") == 1
