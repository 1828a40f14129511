"""What in-house medical units rest on, what they lack, and when insurance may be applied for."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core import calendar, clock
from backend.core.access import Role
from backend.core.db import rows
from backend.core.ids import uuid7
from backend.people.lifecycle import (
    RestsOn,
    Subject,
    UnitDoctors,
    UnitHas,
    UnitKind,
    UnitLimits,
    may_rest,
    months_later,
    unit_lacks,
)
from tests.builders import an_organization, staff_of
from tests.people.test_organizations import a_filing, facts

pytestmark = pytest.mark.anyio

TODAY = calendar.on(clock.now())
PARTY = {"name": "示例医学检验所", "licence_no": "PDY00001X"}
LIMITS = UnitLimits(1, 1, 100, 40, 10, 2, 1, 1, 2.5, 30)


def basis(subject: str, rests_on: str, **more: Any) -> dict[str, Any]:
    return {"subject": subject, "rests_on": rests_on} | more


def whole_infirmary(organization_id, **changed) -> dict[str, Any]:
    whole = {
        "subjects": ["general_practice", "laboratory"],
        "bases": [
            basis("general_practice", "main_site_doctor"),
            basis("laboratory", "service_agreement", party=PARTY),
        ],
        "experienced_doctors": 1,
        "consulting_room_m2": 12,
        "treatment_room_m2": 10,
        "disposal_room_m2": 10,
    }
    return a_filing(organization_id, **whole | changed)


def whole_station(organization_id, **changed) -> dict[str, Any]:
    whole = {
        "kind": "NURSING_STATION",
        "subjects": ["rehabilitation"],
        "main_site_doctors": 0,
        "multi_site_doctors": 1,
        "bases": [basis("rehabilitation", "multi_site_doctor")],
        "nurses": 2,
        "chief_nurses": 1,
        "rehabilitation_workers": 1,
        "care_workers": 5,
        "area_m2": 30,
    }
    return a_filing(organization_id, **whole | changed)


async def a_house(client_for, *, beds: int = 80):
    house = await an_organization(kinds=("ELDER_CARE_INSTITUTION",))
    await rows("UPDATE organizations SET beds = $2 WHERE id = $1", house, beds)
    return house, client_for(await staff_of(house, Role.INST_ADMIN))


@pytest.mark.rule("IM-01")
async def test_a_house_next_to_a_health_center_needs_no_unit_of_its_own(db, client_for) -> None:
    house, admin = await a_house(client_for)
    path, center = f"/v1/organizations/{house}", await an_organization()
    alone = await admin.put(path, json=facts(beds=100), headers={"If-Match": "1"})
    assert alone.json()["should_have_unit"] is True
    said = facts(beds=100, next_to_id=str(center))
    near = await admin.put(path, json=said, headers={"If-Match": "2"})
    assert near.status_code == 200, near.text
    assert (near.json()["should_have_unit"], near.json()["next_to_id"]) == (False, str(center))
    few = await admin.put(path, json=facts(beds=99), headers={"If-Match": "3"})
    assert (few.json()["should_have_unit"], few.json()["next_to_id"]) == (False, None)


@pytest.mark.rule("IM-01")
async def test_only_a_medical_institution_next_door_excuses(db, client_for) -> None:
    house, admin = await a_house(client_for)
    other = await an_organization(kinds=("ELDER_CARE_INSTITUTION",))
    codes = []
    for neighbour in (other, house, uuid7()):
        said = facts(next_to_id=str(neighbour))
        refused = await admin.put(
            f"/v1/organizations/{house}", json=said, headers={"If-Match": "1"}
        )
        assert refused.status_code == 422
        codes.append(refused.json()["code"])
    assert codes == ["neighbour_not_medical", "neighbour_not_medical", "unknown_reference"]


@pytest.mark.rule("IM-04")
@pytest.mark.parametrize(
    "bases",
    [
        [basis("general_practice", "main_site_doctor")],
        [
            basis("general_practice", "service_agreement", party=PARTY),
            basis("laboratory", "service_agreement", party=PARTY),
        ],
        [basis("general_practice", "main_site_doctor"), basis("laboratory", "service_agreement")],
        [
            basis("general_practice", "main_site_doctor"),
            basis("laboratory", "multi_site_doctor"),
        ],
        [
            basis("general_practice", "main_site_doctor"),
            basis("laboratory", "main_site_doctor"),
            basis("imaging", "main_site_doctor"),
        ],
    ],
    ids=["none", "not_by_agreement", "nobody_named", "no_such_doctor", "not_filed"],
)
async def test_a_subject_without_a_basis_that_carries_it_is_refused(db, client_for, bases) -> None:
    house, admin = await a_house(client_for)
    said = whole_infirmary(house, bases=bases)
    refused = await admin.put(f"/v1/in-house-units/{uuid7()}", json=said)
    assert (refused.status_code, refused.json()["rule"]) == (422, "IM-04"), refused.text
    assert refused.json()["facts"]["field"] == "bases"


@pytest.mark.rule("IM-04")
@pytest.mark.parametrize("kind", ["HEALTH_ROOM", "INFIRMARY"])
async def test_doctors_of_other_sites_alone_do_not_make_an_infirmary(db, client_for, kind) -> None:
    house, admin = await a_house(client_for)
    alone = whole_infirmary(
        house,
        kind=kind,
        main_site_doctors=0,
        multi_site_doctors=2,
        subjects=["surgery"],
        bases=[basis("surgery", "multi_site_doctor")],
    )
    path = f"/v1/in-house-units/{uuid7()}"
    refused = await admin.put(path, json=alone)
    assert (refused.status_code, refused.json()["rule"]) == (422, "IM-04")
    assert (await admin.put(path, json=alone | {"main_site_doctors": 1})).status_code == 201


@pytest.mark.rule("IM-04")
@given(
    st.sampled_from(Subject),
    st.sampled_from(RestsOn),
    st.builds(UnitDoctors, st.integers(0, 2), st.integers(0, 2)),
    st.booleans(),
)
def test_a_basis_is_a_doctor_or_an_agreement_for_machines(subject, on, doctors, names) -> None:
    carries = may_rest(subject, on, doctors=doctors, names_party=names)
    has = {RestsOn.MAIN_SITE_DOCTOR: doctors.main_site, RestsOn.MULTI_SITE_DOCTOR: doctors[1]}
    by_agreement = subject in {"imaging", "laboratory"} and names
    assert carries == (has[on] > 0 and not names if on in has else by_agreement)


@pytest.mark.rule("IM-04", "IM-05")
async def test_a_whole_filing_lacks_nothing_and_is_read_back(db, client_for) -> None:
    house, admin = await a_house(client_for)
    for said in (whole_infirmary(house), whole_station(house)):
        path = f"/v1/in-house-units/{uuid7()}"
        filed = await admin.put(path, json=said)
        assert filed.status_code == 201, filed.text
        assert (filed.json()["findings"], filed.json()["lacking"]) == ([], [])
        read = (await admin.get(path)).json()
        kept = {field: read[field] for field in said.keys() - {"bases"}}
        assert kept == {field: said[field] for field in kept}
        assert [{k: v for k, v in each.items() if v} for each in read["bases"]] == said["bases"]


@pytest.mark.rule("IM-05")
@pytest.mark.parametrize(
    ("said", "lacks"),
    [
        (whole_infirmary, {"nurses": 0, "finding": "few_nurses", "needs": 1}),
        (whole_infirmary, {"area_m2": 39, "finding": "small", "needs": 40}),
        (
            whole_infirmary,
            {"experienced_doctors": 0, "finding": "no_experienced_doctor", "needs": 1},
        ),
        (whole_infirmary, {"disposal_room_m2": 9, "finding": "small_disposal_room", "needs": 10}),
        (whole_station, {"chief_nurses": 0, "finding": "no_chief_nurse", "needs": 1}),
        (
            whole_station,
            {"rehabilitation_workers": 0, "finding": "no_rehabilitation_worker", "needs": 1},
        ),
        (whole_station, {"care_workers": 4, "finding": "few_care_workers", "needs": 5}),
        (whole_station, {"area_m2": 29, "finding": "small", "needs": 30}),
    ],
)
async def test_what_a_unit_lacks_is_said_and_refuses_nothing(db, client_for, said, lacks) -> None:
    house, admin = await a_house(client_for)
    (field, has), (_, finding), (_, needs) = lacks.items()
    filed = await admin.put(f"/v1/in-house-units/{uuid7()}", json=said(house, **{field: has}))
    assert filed.status_code == 201, filed.text
    assert filed.json()["findings"] == [finding]
    assert filed.json()["lacking"] == [
        {"finding": finding, "rule": "IM-05", "needs": needs, "has": has}
    ]


@pytest.mark.rule("IM-05")
async def test_what_an_older_phone_does_not_say_is_missing(db, client_for) -> None:
    house, admin = await a_house(client_for)
    filed = await admin.put(f"/v1/in-house-units/{uuid7()}", json=a_filing(house))
    assert filed.status_code == 201
    assert {each["has"] for each in filed.json()["lacking"]} == {None}
    assert filed.json()["findings"] == [
        "no_experienced_doctor",
        "small_consulting_room",
        "small_treatment_room",
        "small_disposal_room",
        "no_bases",
    ]


@pytest.mark.rule("IM-05")
@given(nurses=st.integers(0, 60), carers=st.integers(0, 200))
def test_a_station_has_five_carers_to_two_nurses(nurses: int, carers: int) -> None:
    unit = UnitHas(0, nurses, 30, 0, 1, 1, carers, None, None, None)
    lacks = unit_lacks(UnitKind.NURSING_STATION, unit, subjects=1, bases=1, limits=LIMITS)
    few = "few_care_workers" in {each.finding for each in lacks}
    assert few == (2 * carers < 5 * nurses)


async def years_in_practice(doctor, since: date) -> None:
    await rows("UPDATE staff SET practising_since = $2 WHERE person = $1", doctor.person_id, since)


@pytest.mark.rule("IM-05")
async def test_a_doctor_of_an_infirmary_has_practised_for_five_years(db, client_for) -> None:
    house, admin = await a_house(client_for)
    path = f"/v1/in-house-units/{uuid7()}"
    await admin.put(path, json=whole_infirmary(house))
    doctor = await staff_of(house, Role.GP)
    since = months_later(TODAY, -5 * 12)
    await years_in_practice(doctor, since)
    assert (await admin.get(path)).json()["findings"] == []
    await years_in_practice(doctor, since + timedelta(days=2))
    assert (await admin.get(path)).json()["lacking"] == [
        {"finding": "no_experienced_doctor", "rule": "IM-05", "needs": 1, "has": 0}
    ]


@pytest.mark.rule("IM-05")
async def test_whom_a_house_employs_counts_more_than_what_it_filed(db, client_for) -> None:
    house, admin = await a_house(client_for, beds=200)
    path = f"/v1/in-house-units/{uuid7()}"
    filed = await admin.put(path, json=whole_infirmary(house, nurses=3))
    assert filed.json()["findings"] == []
    nurse = await staff_of(house, Role.INST_NURSE)
    left = await staff_of(house, Role.NURSE)
    await rows("UPDATE staff SET employed_until = '2026-01-31' WHERE person = $1", left.person_id)
    read = (await admin.get(path)).json()
    assert read["lacking"] == [{"finding": "few_nurses", "rule": "IM-05", "needs": 3, "has": 1}]
    figures = {each.pop("figure"): each for each in read["staff"]}
    assert figures["nurses"] == {"stated": 3, "employed": 1, "counted": 1}
    # No doctor is employed here: what was filed is all that is known.
    assert figures["main_site_doctors"] == {"stated": 1, "employed": None, "counted": 1}
    assert figures["chief_nurses"] == {"stated": None, "employed": 0, "counted": 0}
    await rows("UPDATE staff SET title = '主管护师' WHERE person = $1", nurse.person_id)
    chief = {each["figure"]: each["counted"] for each in (await admin.get(path)).json()["staff"]}
    assert chief["chief_nurses"] == 1
