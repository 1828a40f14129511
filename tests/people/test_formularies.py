"""What in-house units stock, and which classes of common drugs they have none of."""

from uuid import UUID

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.access import Role
from backend.core.ids import uuid7
from backend.people.lifecycle import missing_classes
from backend.policy import terminology
from tests.builders import an_organization, staff_of
from tests.people.test_organizations import a_filing, a_regulator
from tests.people.test_units import a_house

pytestmark = pytest.mark.anyio

AMLODIPINE, NIFEDIPINE, METFORMIN, MORPHINE = "D001", "D003", "D035", "D118"
LISTED = terminology.drugs()


async def a_unit(client_for) -> tuple[UUID, httpx.AsyncClient, str]:
    house, admin = await a_house(client_for)
    path = f"/v1/in-house-units/{uuid7()}"
    assert (await admin.put(path, json=a_filing(house))).status_code == 201
    return house, admin, f"{path}/formulary"


@pytest.mark.rule("IM-09")
async def test_a_formulary_is_kept_and_says_which_classes_are_missing(db, client_for) -> None:
    house, admin, path = await a_unit(client_for)
    assert (await admin.get(path)).status_code == 404
    said = {"drug_ids": [METFORMIN, AMLODIPINE]}
    made = await admin.put(path, json=said)
    assert made.status_code == 201, made.text
    assert made.json()["drug_ids"] == [AMLODIPINE, METFORMIN]
    missing = {each["atc"]: each for each in made.json()["missing"]}
    # One calcium antagonist and one biguanide will do; a sartan is missing, and any of them helps.
    assert {"C08CA", "A10BA"}.isdisjoint(missing)
    assert missing["C09CA"]["is_chronic"] is True
    assert {"id": "D008", "name": "氯沙坦钾片"} in missing["C09CA"]["drugs"]
    nurse = client_for(await staff_of(house, Role.INST_NURSE))
    again = await nurse.put(path, json=said)
    assert (again.status_code, again.json()) == (200, made.json())
    assert (await nurse.get(path)).json() == made.json()


@pytest.mark.rule("IM-09")
async def test_a_formulary_changes_with_its_version(db, client_for) -> None:
    _, admin, path = await a_unit(client_for)
    await admin.put(path, json={"drug_ids": [AMLODIPINE]})
    other = {"drug_ids": [AMLODIPINE, METFORMIN]}
    assert (await admin.put(path, json=other)).status_code == 428
    assert (await admin.put(path, json=other, headers={"If-Match": '"7"'})).status_code == 412
    changed = await admin.put(path, json=other, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)


@pytest.mark.rule("IM-09")
async def test_a_drug_that_the_list_does_not_know_is_refused(db, client_for) -> None:
    _, admin, path = await a_unit(client_for)
    refused = await admin.put(path, json={"drug_ids": ["D999", AMLODIPINE]})
    assert (refused.status_code, refused.json()["rule"]) == (422, "IM-09"), refused.text
    assert refused.json()["facts"]["drug_ids"] == ["D999"]


async def test_a_formulary_is_its_own_house_s_and_the_commission_reads_it(db, client_for) -> None:
    _, admin, path = await a_unit(client_for)
    _, stranger = await a_house(client_for)
    said = {"drug_ids": [AMLODIPINE]}
    assert (await stranger.put(path, json=said)).status_code == 404
    await admin.put(path, json=said)
    assert (await stranger.get(path)).status_code == 404
    assert (await client_for(await a_regulator()).get(path)).status_code == 200
    center = client_for(await staff_of(await an_organization(), Role.NURSE))
    assert (await center.get(path)).status_code == 403


async def test_a_unit_that_was_closed_stocks_nothing(db, client_for) -> None:
    _, admin, path = await a_unit(client_for)
    assert (await admin.put(path.replace("formulary", "closing"))).is_success
    refused = await admin.put(path, json={"drug_ids": [AMLODIPINE]})
    assert (refused.status_code, refused.json()["code"]) == (409, "cannot_move")


@pytest.mark.rule("IM-09")
@given(st.sets(st.sampled_from(sorted(LISTED))))
def test_a_class_is_missing_exactly_when_none_of_it_is_stocked(stocked: set[str]) -> None:
    missing = {each.atc for each in missing_classes(stocked, listed=LISTED.values())}
    has = {LISTED[each].atc[:5] for each in stocked}
    asked = {each.atc[:5] for each in LISTED.values() if each.atc and not each.is_controlled}
    assert missing == asked - has
    assert not any(LISTED[MORPHINE].atc.startswith(each) for each in missing)
