"""What supports a subsidy for an in-house unit: facts of a period, and no money."""

from datetime import date

import httpx
import pytest

from backend.core.access import Role
from backend.core.db import rows
from backend.core.ids import uuid7
from backend.people.lifecycle import Employment, Profession, tally
from tests.builders import an_organization, staff_of
from tests.people.test_insurance import an_operating_unit
from tests.people.test_organizations import a_filing
from tests.people.test_units import a_house

pytestmark = pytest.mark.anyio

YEAR = {"first_on": "2026-01-01", "last_on": "2026-12-31"}


async def employed(house, role: Role, **columns) -> None:
    worker = await staff_of(house, role)
    for column, said in columns.items():
        text = f"UPDATE staff SET {column} = $2 WHERE person = $1"
        await rows(text, worker.person_id, said)


async def civil_affairs(client_for) -> httpx.AsyncClient:
    office = await an_organization(kinds=("REGULATOR",))
    phone: httpx.AsyncClient = client_for(await staff_of(office, Role.REGULATOR_MZ))
    return phone


@pytest.mark.rule("IM-10")
async def test_the_evidence_has_facts_and_no_sum(db, client_for) -> None:
    house, _, path = await an_operating_unit(client_for)
    admin = client_for(await staff_of(house, Role.INST_ADMIN))
    insurance = client_for(
        await staff_of(await an_organization(kinds=("REGULATOR",)), Role.REGULATOR_YB)
    )
    await admin.put(f"{path}/insurance-application", json={"applied_on": "2026-06-01"})
    decision = {"decided_on": "2026-07-01", "is_granted": True}
    await insurance.put(f"{path}/insurance-decision", json=decision)
    await employed(house, Role.GP, licence_no=b"sealed")
    await employed(house, Role.INST_STAFF, employed_from=date(2026, 5, 1))
    await employed(house, Role.INST_NURSE, employed_until=date(2025, 12, 31))

    read = await (await civil_affairs(client_for)).get(f"{path}/subsidy-evidence", params=YEAR)
    assert read.status_code == 200, read.text
    evidence = read.json()
    assert (evidence["status"], evidence["operating_since"]) == ("operating", "2026-02-28")
    assert evidence["is_designated"] is True
    by = {each.pop("profession"): each for each in evidence["staff"]}
    assert by["DOCTOR"] == {"employed": 1, "licensed": 1, "certified": 0, "newly_employed": 0}
    assert by["CARE_WORKER"] == {"employed": 1, "licensed": 0, "certified": 0, "newly_employed": 1}
    assert by["NURSE"]["employed"] == 0  # gone before the period
    assert [each["profession"] for each in evidence["employments"]] == ["DOCTOR", "CARE_WORKER"]
    assert "fen" not in read.text

    before = {"first_on": "2026-01-01", "last_on": "2026-06-30"}
    early = (await admin.get(f"{path}/subsidy-evidence", params=before)).json()
    assert early["is_designated"] is False


@pytest.mark.rule("IM-10")
async def test_the_evidence_is_for_the_house_and_for_civil_affairs(db, client_for) -> None:
    house, admin = await a_house(client_for)
    path = f"/v1/in-house-units/{uuid7()}"
    await admin.put(path, json=a_filing(house))
    evidence = f"{path}/subsidy-evidence"
    assert (await admin.get(evidence, params=YEAR)).json()["is_designated"] is False
    backwards = {"first_on": "2026-12-31", "last_on": "2026-01-01"}
    assert (await admin.get(evidence, params=backwards)).status_code == 400
    _, stranger = await a_house(client_for)
    assert (await stranger.get(evidence, params=YEAR)).status_code == 404
    center = client_for(await staff_of(await an_organization(), Role.CHC_ADMIN))
    assert (await center.get(evidence, params=YEAR)).status_code == 403


@pytest.mark.rule("IM-10")
@pytest.mark.parametrize(
    ("until", "certified"),
    [((), 0), ((None,), 1), ((date(2025, 12, 31),), 0), ((date(2026, 1, 1),), 1)],
)
def test_a_certificate_counts_while_it_is_valid(until, certified: int) -> None:
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    said = Employment(Profession.NURSE, True, until, first)
    counted = {each.profession: each for each in tally([said], first_on=first, last_on=last)}
    assert counted[Profession.NURSE] == (Profession.NURSE, 1, 1, certified, 1)
    assert counted[Profession.DOCTOR].employed == 0
