"""Incidents, and calls for help from anybody at any door."""

from datetime import timedelta

import pytest

from backend.core.access import Role
from backend.core.db import row, rows, value
from backend.core.ids import uuid7
from backend.core.problems import AlreadyDifferent, Missing
from backend.records import actions, queries
from backend.records.lifecycle import facts
from backend.records.lifecycle.incidents import EmergencyKind, IncidentKind
from backend.records.lifecycle.notes import Content, NoteKind
from backend.records.schemas import Emergency, Incident
from tests.builders import TUESDAY_NINE, a_tie, an_organization, staff_of
from tests.records.conftest import Cast
from tests.records.said import a_call, a_draft, a_fall, topics

pytestmark = pytest.mark.anyio

NOW = TUESDAY_NINE + timedelta(minutes=5)
HERE = facts.Place(lat=31.2235, lon=121.4452, datum="wgs84", accuracy_m=12)


@pytest.mark.rule("EM-02")
async def test_a_fall_on_an_anticoagulant_alarms(cast: Cast) -> None:
    kept = await actions.report_incident(
        incident_id=uuid7(),
        actor=cast.nurse,
        said=a_fall(cast.elder_id, on_anticoagulant=True, text="在卫生间滑倒"),
        now=NOW,
    )

    incident = Incident.of(kept.thing)
    assert [(alert.code, alert.rule) for alert in incident.alerts] == [("FALL_INJURY", "EM-02")]
    assert "120" in incident.alerts[0].text
    assert incident.text == "在卫生间滑倒"
    assert await topics() == ["IncidentReported", "AlarmRaised"]


async def test_a_change_of_condition_is_reported_by_a_care_worker_of_the_institution(
    cast: Cast,
) -> None:
    institution_id = await an_organization(kinds=("ELDER_CARE_INSTITUTION",), name="静安养老院")
    worker = await staff_of(institution_id, Role.INST_STAFF, name="王姐", sex="F")
    said = a_fall(cast.elder_id, kind=IncidentKind.CHANGE_OF_CONDITION, text="今晨嗜睡")
    incident_id = uuid7()
    with pytest.raises(Missing):
        await actions.report_incident(incident_id=incident_id, actor=worker, said=said, now=NOW)

    await a_tie(cast.elder_id, institution_id, why="residence", kind="organization")
    first = await actions.report_incident(incident_id=incident_id, actor=worker, said=said, now=NOW)
    again = await actions.report_incident(incident_id=incident_id, actor=worker, said=said, now=NOW)

    assert (first.first, again.first) == (True, False)
    assert Incident.of(again.thing) == Incident.of(first.thing)
    assert await topics() == ["IncidentReported"]
    with pytest.raises(AlreadyDifferent):
        await actions.report_incident(
            incident_id=incident_id, actor=worker, said=a_fall(cast.elder_id), now=NOW
        )
    read = await queries.incident(incident_id=incident_id, actor=worker, now=NOW)
    assert Incident.of(read).text == "今晨嗜睡"


@pytest.mark.rule("EM-03")
async def test_a_courier_calls_for_help_with_a_person_and_a_point(cast: Cast) -> None:
    company_id = await an_organization(kinds=("DELIVERY_COMPANY",), name="快送公司")
    courier = await staff_of(company_id, Role.COURIER, name="陈小")

    kept = await actions.raise_emergency(
        emergency_id=uuid7(), actor=courier, said=a_call(cast.elder_id, point=HERE), now=NOW
    )

    emergency = Emergency.of(kept.thing)
    assert emergency.kind is EmergencyKind.OTHER
    assert emergency.point is not None
    assert (emergency.point.lat, emergency.point.datum) == (31.2235, "wgs84")
    assert "120" in emergency.advice
    assert await topics() == ["EmergencyRaised"]
    read = await queries.emergency(emergency_id=emergency.id, actor=courier, now=NOW)
    assert Emergency.of(read) == emergency


async def test_a_courier_tied_by_a_parcel_reads_no_word_of_an_illness(cast: Cast) -> None:
    company_id = await an_organization(kinds=("DELIVERY_COMPANY",), name="快送公司")
    courier = await staff_of(company_id, Role.COURIER, name="陈小")
    await a_tie(cast.elder_id, courier.person_id, why="delivery")
    emergency_id = uuid7()
    await actions.raise_emergency(
        emergency_id=emergency_id, actor=cast.nurse, said=a_call(cast.elder_id), now=NOW
    )

    with pytest.raises(Missing):
        await queries.emergency(emergency_id=emergency_id, actor=courier, now=NOW)


@pytest.mark.rule("EM-03")
async def test_an_emergency_is_readable_to_its_caller_and_the_care_team_alone(cast: Cast) -> None:
    emergency_id = uuid7()
    await actions.raise_emergency(
        emergency_id=emergency_id, actor=cast.nurse, said=a_call(cast.elder_id), now=NOW
    )

    await queries.emergency(emergency_id=emergency_id, actor=cast.doctor, now=NOW)
    await queries.emergency(emergency_id=emergency_id, actor=cast.daughter, now=NOW)
    with pytest.raises(Missing):
        await queries.emergency(emergency_id=emergency_id, actor=cast.stranger, now=NOW)


async def test_an_emergency_of_nobody_is_nothing(cast: Cast) -> None:
    with pytest.raises(Missing):
        await actions.raise_emergency(
            emergency_id=uuid7(), actor=cast.nurse, said=a_call(uuid7()), now=NOW
        )


@pytest.mark.rule("EM-03")
async def test_calling_twice_is_calling_once(cast: Cast) -> None:
    emergency_id, said = uuid7(), a_call(cast.elder_id, kind=EmergencyKind.STROKE)

    first, again = [
        await actions.raise_emergency(
            emergency_id=emergency_id, actor=cast.doctor, said=said, now=NOW
        )
        for _ in range(2)
    ]

    assert (first.first, again.first) == (True, False)
    assert Emergency.of(again.thing) == Emergency.of(first.thing)
    assert await topics() == ["EmergencyRaised"]
    with pytest.raises(AlreadyDifferent) as refusal:
        await actions.raise_emergency(
            emergency_id=emergency_id, actor=cast.stranger, said=said, now=NOW
        )
    assert refusal.value.facts == {}


@pytest.mark.rule("EM-04")
async def test_a_missing_rescue_note_is_said_after_six_hours_and_a_signed_one_is_not(
    cast: Cast,
) -> None:
    emergency_id = uuid7()
    await actions.raise_emergency(
        emergency_id=emergency_id, actor=cast.doctor, said=a_call(cast.elder_id), now=NOW
    )
    job = await row("SELECT task, key, due_at FROM jobs")
    assert job is not None
    assert (job["task"], job["due_at"]) == (
        "look_for_rescue_note",
        TUESDAY_NINE + timedelta(hours=6),
    )

    await actions.look_for_rescue_note(emergency_id=emergency_id)
    assert (await topics())[-1] == "RescueNoteMissed"

    note_id = uuid7()
    said = a_draft(cast.elder_id, NoteKind.RESCUE, content=Content(present="沈明"))
    await actions.write_note(note_id=note_id, actor=cast.doctor, said=said, version=None, now=NOW)
    signature = facts.Signature(client_time=NOW)
    await actions.sign_note(note_id=note_id, actor=cast.doctor, said=signature, now=NOW)
    await rows("DELETE FROM journal")
    await actions.look_for_rescue_note(emergency_id=emergency_id)
    assert await value("SELECT count(*) FROM journal") == 0
