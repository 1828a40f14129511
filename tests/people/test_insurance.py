"""When an in-house unit may apply for insurance designation, and when that must be decided."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from backend.core import calendar, clock
from backend.core.access import Role
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.people import actions, queries
from backend.people.actions.facts import InsuranceApplication, InsuranceDecision
from backend.people.schemas.units import UnitDetail
from tests.builders import an_organization, staff_of
from tests.people.test_organizations import a_regulator
from tests.people.test_units import TODAY, a_house, whole_infirmary

pytestmark = pytest.mark.anyio

FEBRUARY = {"operating_since": "2026-02-28"}


async def an_operating_unit(client_for) -> tuple[UUID, UUID, str]:
    house, admin = await a_house(client_for)
    unit_id = uuid7()
    path = f"/v1/in-house-units/{unit_id}"
    await admin.put(path, json=whole_infirmary(house))
    regulator = client_for(await a_regulator())
    assert (await regulator.put(f"{path}/confirmation", json=FEBRUARY)).status_code == 201
    return house, unit_id, path


async def an_application(client_for, *, on: date, now: datetime) -> UUID:
    house, unit_id, _ = await an_operating_unit(client_for)
    await actions.apply_for_insurance(
        unit_id=unit_id,
        actor=await staff_of(house, Role.INST_ADMIN),
        said=InsuranceApplication(applied_on=on),
        now=now,
    )
    return unit_id


async def undecided() -> int:
    return int(await value("SELECT count(*) FROM journal WHERE topic = 'InsuranceUndecided'"))


async def is_overdue(unit_id: UUID, now: datetime) -> bool:
    found = UnitDetail.of(await queries.kept_unit(unit_id, now=now), now=now)
    assert found.insurance_application is not None
    return found.insurance_application.is_overdue


@pytest.mark.rule("IM-08")
async def test_insurance_is_applied_for_three_months_after_the_unit_opened(db, client_for) -> None:
    house, admin = await a_house(client_for)
    regulator = client_for(await a_regulator())
    path = f"/v1/in-house-units/{uuid7()}"
    apply = f"{path}/insurance-application"
    early = {"applied_on": "2026-05-30"}
    assert (await admin.put(apply, json=early)).status_code == 404
    await admin.put(path, json=whole_infirmary(house))
    closed = await admin.put(apply, json=early)
    assert (closed.status_code, closed.json()["code"]) == (409, "cannot_move")

    since = {"operating_since": "2026-02-28"}
    assert (await regulator.put(f"{path}/confirmation", json=since)).status_code == 201
    refused = await admin.put(apply, json={"applied_on": "2026-05-27"})
    assert (refused.status_code, refused.json()["rule"]) == (422, "IM-08")
    assert refused.json()["facts"]["eligible_from"] == "2026-05-28"
    tomorrow = {"applied_on": str(TODAY + timedelta(days=1))}
    assert (await admin.put(apply, json=tomorrow)).json()["code"] == "not_yet"

    made = await admin.put(apply, json={"applied_on": "2026-05-28"})
    assert made.status_code == 201, made.text
    assert made.json()["insurance_application"] == {
        "applied_on": "2026-05-28",
        "decision_due_on": str(date(2026, 8, 28)),
        "decided_on": None,
        "is_granted": None,
        "is_overdue": date(2026, 8, 28) < TODAY,
    }
    again = await admin.put(apply, json={"applied_on": "2026-05-28"})
    assert (again.status_code, again.json()) == (200, made.json())
    other = await admin.put(apply, json={"applied_on": "2026-05-29"})
    assert (other.status_code, other.json()["code"]) == (409, "already_different")


@pytest.mark.rule("IM-08")
async def test_nobody_applies_for_the_unit_of_another_house(db, client_for) -> None:
    house, admin = await a_house(client_for)
    _, stranger = await a_house(client_for)
    path = f"/v1/in-house-units/{uuid7()}"
    await admin.put(path, json=whole_infirmary(house))
    said = {"applied_on": "2026-05-28"}
    assert (await stranger.put(f"{path}/insurance-application", json=said)).status_code == 404


@pytest.mark.rule("IM-08")
async def test_on_the_day_a_decision_is_due_the_house_is_reminded_once(db, client_for) -> None:
    """30 November: February has no such day, so it must be decided on its last."""
    applied, due = date(2026, 11, 30), date(2027, 2, 28)
    begin, end = calendar.day(due)
    unit_id = await an_application(client_for, on=applied, now=calendar.day(applied)[0])
    planted = await rows("SELECT due_at FROM jobs WHERE task = 'look_for_insurance_decision'")
    assert [each["due_at"] for each in planted] == [begin]

    early = begin - timedelta(seconds=1)
    assert not await actions.look_for_insurance_decision(unit_id=unit_id, now=early)
    assert await undecided() == 0
    assert await actions.look_for_insurance_decision(unit_id=unit_id, now=begin)
    assert await undecided() == 1
    assert not await is_overdue(unit_id, end - timedelta(seconds=1))
    assert await is_overdue(unit_id, end)


@pytest.mark.rule("IM-08")
async def test_what_was_decided_reminds_nobody_and_is_never_overdue(db, client_for) -> None:
    applied = date(2026, 6, 1)
    late, _ = calendar.day(date(2026, 9, 2))
    unit_id = await an_application(client_for, on=applied, now=calendar.day(applied)[0])
    insurance = await staff_of(await an_organization(kinds=("REGULATOR",)), Role.REGULATOR_YB)
    assert await is_overdue(unit_id, late)
    said = InsuranceDecision(decided_on=date(2026, 8, 30), is_granted=True)
    made = await actions.decide_insurance(unit_id=unit_id, actor=insurance, said=said, now=late)
    again = await actions.decide_insurance(unit_id=unit_id, actor=insurance, said=said, now=late)
    assert (made.first, again.first) == (True, False)
    assert not await is_overdue(unit_id, late)
    assert not await actions.look_for_insurance_decision(unit_id=unit_id, now=late)
    assert await undecided() == 0


@pytest.mark.rule("IM-08")
async def test_only_what_was_applied_for_is_decided_and_once(db, client_for) -> None:
    house, _, path = await an_operating_unit(client_for)
    admin = client_for(await staff_of(house, Role.INST_ADMIN))
    insurance = client_for(
        await staff_of(await an_organization(kinds=("REGULATOR",)), Role.REGULATOR_YB)
    )
    decide = f"{path}/insurance-decision"
    said = {"decided_on": "2026-07-01", "is_granted": False}
    assert (await insurance.put(decide, json=said)).json()["code"] == "cannot_move"
    await admin.put(f"{path}/insurance-application", json={"applied_on": "2026-06-01"})
    before = {**said, "decided_on": "2026-05-31"}
    assert (await insurance.put(decide, json=before)).json()["code"] == "not_yet"
    ahead = {**said, "decided_on": str(calendar.on(clock.now()) + timedelta(days=1))}
    assert (await insurance.put(decide, json=ahead)).json()["code"] == "not_yet"
    made = await insurance.put(decide, json=said)
    assert made.status_code == 201, made.text
    assert made.json()["insurance_application"]["is_granted"] is False
    assert (await insurance.put(decide, json=said)).status_code == 200
    other = await insurance.put(decide, json={**said, "is_granted": True})
    assert (other.status_code, other.json()["code"]) == (409, "already_different")
    assert (await admin.put(decide, json=said)).status_code == 403
