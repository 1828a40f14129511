"""Consent: one purpose, one text, by the elder or a guardian; staff only witness."""

from typing import Any

import pytest

from backend.core import clock
from backend.core.access import Role
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.people import queries
from tests.builders import (
    TUESDAY_NINE,
    a_delegation,
    a_person,
    a_tie,
    acting,
    an_organization,
    staff_of,
)

pytestmark = [pytest.mark.anyio, pytest.mark.rule("RC-02")]


def facts(elder, **changed) -> dict[str, Any]:
    return {
        "person_id": str(elder),
        "purpose": "location_tracks",
        "text_version": "2026.1",
        "given_by": str(elder),
        "method": "app",
        "client_time": "2026-11-20T09:00:00+08:00",
    } | changed


async def test_a_consent_lives_until_it_is_withdrawn(db, client_for) -> None:
    elder = await a_person()
    client = client_for(await acting(elder, Role.ELDER))
    path, said = f"/v1/consents/{uuid7()}", facts(elder)
    made = await client.put(path, json=said)
    assert made.status_code == 201, made.text
    assert (await client.put(path, json=said)).json() == made.json()
    other = await client.put(path, json=facts(elder, purpose="photos"))
    assert (other.status_code, other.json()["code"]) == (409, "already_different")
    assert other.json()["facts"]["stored"]["purpose"] == "location_tracks"

    asked: dict[str, Any] = {"person_id": elder, "purpose": "location_tracks"}
    assert await queries.has_consented(**asked, now=clock.now())
    assert not await queries.has_consented(person_id=elder, purpose="photos", now=clock.now())
    withdrawn = await client.put(f"{path}/withdrawal")
    assert withdrawn.status_code == 201
    assert not await queries.has_consented(**asked, now=clock.now())
    assert (await client.put(f"{path}/withdrawal")).json() == withdrawn.json()
    assert (await client.put(path, json=said)).status_code == 200
    assert not await queries.has_consented(**asked, now=clock.now())


async def test_a_consent_keeps_three_times(db, client_for) -> None:
    elder = await a_person()
    client = client_for(await acting(elder, Role.ELDER))
    made = (await client.put(f"/v1/consents/{uuid7()}", json=facts(elder))).json()
    assert made["client_time"] == made["happened_at"] == "2026-11-20T01:00:00Z"
    assert made["recorded_at"] > made["happened_at"]


async def test_staff_witness_and_never_consent(db, client_for) -> None:
    elder = await a_person()
    nurse = await staff_of(await an_organization(), Role.NURSE)
    client, path = client_for(nurse), f"/v1/consents/{uuid7()}"
    assert (await client.put(path, json=facts(elder))).status_code == 404
    await a_tie(elder, nurse.person_id)
    bare = await client.put(path, json=facts(elder))
    theirs = await client.put(path, json=facts(elder, given_by=str(nurse.person_id)))
    assert {bare.json()["code"], theirs.json()["code"]} == {"only_as_witness"}
    made = await client.put(path, json=facts(elder, method="signature", evidence_id=str(uuid7())))
    assert (made.status_code, made.json()["witness_id"]) == (201, str(nurse.person_id))
    assert (await client.put(f"{path}/withdrawal")).status_code == 403


async def test_a_fingerprint_needs_a_witness_and_their_photo(db, client_for) -> None:
    """23.1, step 16: the right hand is paralysed, so she can neither write nor tap."""
    elder = await a_person()
    nurse = await staff_of(await an_organization(), Role.NURSE)
    await a_tie(elder, nurse.person_id)
    path, page, photo = f"/v1/consents/{uuid7()}", str(uuid7()), str(uuid7())
    printed = facts(elder, method="fingerprint", evidence_id=page, witness_photo_id=photo)

    own = client_for(await acting(elder, Role.ELDER))
    alone = await own.put(path, json=printed)
    assert (alone.json()["code"], alone.json()["facts"]) == (
        "witness_missing",
        {"field": "witness_id"},
    )
    unseen = await client_for(nurse).put(path, json={**printed, "witness_photo_id": None})
    assert unseen.json()["facts"] == {"field": "witness_photo_id"}
    bare = await client_for(nurse).put(path, json={**printed, "evidence_id": None})
    assert bare.json()["code"] == "only_as_witness"

    made, again = [await client_for(nurse).put(path, json=printed) for _ in range(2)]
    assert (made.status_code, again.status_code) == (201, 200)
    assert made.json() == again.json()
    said = made.json()
    assert (said["method"], said["evidence_id"], said["witness_photo_id"]) == (
        "fingerprint",
        page,
        photo,
    )
    assert (said["given_by_id"], said["witness_id"]) == (str(elder), str(nurse.person_id))


@pytest.mark.rule("RC-04")
async def test_without_capacity_the_guardian_consents(db, client_for) -> None:
    elder, son, stranger = await a_person(), await a_person(name="周强"), await a_person()
    await rows("UPDATE persons SET lacks_capacity = true WHERE id = $1", elder)
    await rows(
        "INSERT INTO guardianships (id, person, guardian, basis, proof_id, valid_from, recorded_by,"
        " recorded_at, version, fingerprint)"
        " VALUES ($1, $2, $3, 'court', $1, '2026-01-01', $3, $4, 1, '')",
        uuid7(),
        elder,
        son,
        TUESDAY_NINE,
    )
    path = f"/v1/consents/{uuid7()}"
    refused = await client_for(await acting(elder, Role.ELDER)).put(path, json=facts(elder))
    assert (refused.status_code, refused.json()["code"]) == (422, "needs_guardian")
    doctor = await staff_of(await an_organization(), Role.GP)
    await a_tie(elder, doctor.person_id)
    by_stranger = facts(elder, given_by=str(stranger), evidence_id=str(uuid7()))
    refused = await client_for(doctor).put(path, json=by_stranger)
    assert (refused.status_code, refused.json()["code"]) == (422, "consent_not_theirs")
    guardian = client_for(await acting(son, Role.GUARDIAN))
    made = await guardian.put(path, json=facts(elder, given_by=str(son)))
    assert made.status_code == 201
    assert (await guardian.put(f"{path}/withdrawal")).status_code == 201


async def test_who_may_read_consents(db, client_for) -> None:
    elder, daughter = await a_person(), await a_person(name="周敏")
    path = f"/v1/consents/{uuid7()}"
    await client_for(await acting(elder, Role.ELDER)).put(path, json=facts(elder))
    relative = client_for(await acting(daughter, Role.RELATIVE))
    assert (await relative.get(path)).status_code == 404
    await a_delegation(elder, daughter, "VIEW_SUMMARY")
    assert (await relative.get(path)).json()["code"] == "scope_missing"
    await a_delegation(elder, daughter, "VIEW_FULL")
    listed = await relative.get("/v1/consents", params={"person_id": str(elder)})
    assert [each["purpose"] for each in listed.json()["items"]] == ["location_tracks"]
    assert (await relative.get(path)).json() == listed.json()["items"][0]
    assert await value("SELECT count(*) FROM audit WHERE what LIKE 'people.consent%'") == 3
