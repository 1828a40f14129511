"""Whom an event tells, by the ties of the moment."""

from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from backend.core.access import Role
from backend.core.db import rows
from backend.core.ids import uuid7
from backend.notifications import actions
from tests.builders import (
    TUESDAY_NINE,
    a_delegation,
    a_person,
    a_tie,
    an_organization,
    staff_of,
)
from tests.notifications.builders import told
from workers.listeners import LISTENERS, TELL
from workers.tasks import TASKS

pytestmark = pytest.mark.anyio


async def tell_of(event: str, **said: UUID | int | str) -> None:
    args = msgspec.to_builtins(said)
    await actions.tell_of(event=event, key=f"tell:event:{event}", args=args, now=TUESDAY_NINE)


async def a_relative(elder: UUID, *scopes: str) -> UUID:
    relative = await a_person(name="李娜")
    await a_delegation(elder, relative, *scopes)
    return relative


async def test_the_family_hears_that_a_visit_began_and_ended(db) -> None:
    elder = await a_person()
    daughter = await a_relative(elder, "NOTIFY")
    son = await a_relative(elder, "VIEW_SUMMARY")
    for event in ("VisitBegan", "VisitEnded", "VisitBegan"):
        await tell_of(event, subject_id=uuid7(), person_id=elder, staff_id=uuid7())
    assert await told(elder) == await told(daughter) == ["visit_begun", "visit_ended"]
    assert await told(son) == []


@pytest.mark.rule("EM-01")
async def test_an_alarm_reaches_the_doctors_and_the_emergency_contacts(db) -> None:
    center = await an_organization()
    elder = await a_person(center_id=center)
    doctor = await staff_of(center, Role.GP)
    other = await staff_of(center, Role.GP)
    await a_tie(elder, doctor.person_id)
    contact = await a_person(name="李娜")
    await rows(
        "INSERT INTO kinships (id, person, relative, relation, is_emergency_contact, version,"
        " fingerprint, recorded_at) VALUES ($1, $2, $3, '3', true, 1, '', $4)",
        uuid7(),
        elder,
        contact,
        TUESDAY_NINE,
    )
    await tell_of("AlarmRaised", subject_id=uuid7(), person_id=elder)
    assert await told(doctor.person_id) == ["alarm"]
    assert await told(contact) == ["alarm_family"]
    assert await told(other.person_id) == []
    assert await told(elder) == []


async def test_without_a_doctor_of_ones_own_the_centers_doctors_are_told(db) -> None:
    center = await an_organization()
    elder = await a_person(center_id=center)
    doctor = await staff_of(center, Role.GP)
    dispatcher = await staff_of(center, Role.DISPATCHER)
    await tell_of("EmergencyRaised", subject_id=uuid7(), person_id=elder)
    assert await told(doctor.person_id) == await told(dispatcher.person_id) == ["emergency"]


@pytest.mark.rule("RC-05")
async def test_an_opened_record_is_told_to_its_person_and_to_who_judges(db) -> None:
    center = await an_organization()
    elder, admin = await a_person(), await staff_of(center, Role.CHC_ADMIN)
    await tell_of("BreakGlassOpened", subject_id=uuid7(), person_id=elder, organization_id=center)
    assert await told(elder) == ["record_opened"]
    assert await told(admin.person_id) == ["break_glass_to_judge"]


@pytest.mark.rule("EM-05")
@pytest.mark.parametrize(
    ("stage", "carer", "supervisor"),
    [(1, ["check_out_overdue"], []), (2, [], ["carer_overdue"]), (3, [], ["carer_silent"])],
)
async def test_a_carer_who_does_not_come_out_is_called_then_looked_for(
    db, stage, carer, supervisor
) -> None:
    center = await an_organization()
    nurse = await staff_of(center, Role.NURSE)
    dispatcher = await staff_of(center, Role.DISPATCHER)
    await tell_of(
        "CheckOutOverdue",
        subject_id=uuid7(),
        staff_id=nurse.person_id,
        organization_id=center,
        stage=stage,
    )
    assert await told(nurse.person_id) == carer
    assert await told(dispatcher.person_id) == supervisor


async def test_who_left_the_organization_is_not_told_any_more(db) -> None:
    center = await an_organization()
    admin = await staff_of(center, Role.CHC_ADMIN)
    await rows("UPDATE staff SET employed_until = '2026-11-01'")
    await tell_of("BreakGlassOpened", subject_id=uuid7(), organization_id=center)
    assert await told(admin.person_id) == []


@pytest.mark.parametrize("event", TELL)
async def test_every_event_can_be_told_when_nobody_is_there(db, event) -> None:
    await tell_of(event, subject_id=uuid7(), person_id=uuid7(), organization_id=uuid7())


def test_every_listener_is_a_task() -> None:
    assert {task for tasks in LISTENERS.values() for task in tasks} <= set(TASKS)


@pytest.mark.rule("BG-17")
@pytest.mark.parametrize(("days", "expected"), [(30, 1), (29, 0), (7, 1), (0, 0)])
async def test_a_permission_that_runs_out_is_said_in_time(db, days, expected) -> None:
    elder = await a_person()
    relative = await a_relative(elder, "NOTIFY")
    ends_on = (TUESDAY_NINE + timedelta(days=days)).date()
    await rows("UPDATE delegations SET valid_to = $1", ends_on)
    await actions.tell_of_endings(now=TUESDAY_NINE)
    await actions.tell_of_endings(now=TUESDAY_NINE)
    assert await told(elder) == await told(relative) == ["delegation_expiring"] * expected


@pytest.mark.rule("BG-20")
async def test_a_year_without_holidays_is_told_to_the_administration(db) -> None:
    admin = await staff_of(await an_organization(), Role.CHC_ADMIN)
    await actions.look_for_calendar(now=TUESDAY_NINE.replace(month=6))
    assert await told(admin.person_id) == []
    await actions.look_for_calendar(now=TUESDAY_NINE)
    await actions.look_for_calendar(now=TUESDAY_NINE)
    assert await told(admin.person_id) == ["calendar_missing"]


@pytest.mark.rule("RC-03")
async def test_who_is_let_in_no_more_keeps_nothing_in_the_inbox(db) -> None:
    elder = await a_person()
    daughter = await a_relative(elder, "NOTIFY")
    await tell_of("VisitBegan", subject_id=uuid7(), person_id=elder, staff_id=uuid7())
    await tell_of("DelegationRevoked", subject_id=uuid7(), person_id=elder, delegate_id=daughter)
    await actions.withdraw(recipient=daughter, person_id=elder)
    assert await told(daughter) == ["delegation_revoked"]
    assert await told(elder) == ["visit_begun"]


@pytest.mark.rule("EM-05")
async def test_what_is_looked_for_again_is_told_once(db) -> None:
    """A worker was killed between what it found and noting that it had looked."""
    center = await an_organization()
    admin = await staff_of(center, Role.CHC_ADMIN)
    said = {"subject_id": uuid7(), "staff_id": uuid7(), "organization_id": center}
    for event, stage in enumerate((2, 2, 3, 3)):
        args = msgspec.to_builtins({**said, "stage": stage})
        await actions.tell_of(
            event="CheckOutOverdue", key=f"tell:event:{event}", args=args, now=TUESDAY_NINE
        )
    assert await told(admin.person_id) == ["carer_overdue", "carer_silent"]
