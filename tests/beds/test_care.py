"""While the bed is open, and how it closes."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from backend.beds import actions, queries
from backend.beds.lifecycle import BedKind, Layer, Part, RecordKind, Status, SuspensionReason, What
from backend.beds.lifecycle.episodes import CloseReason, Outcome
from backend.beds.lifecycle.said import (
    Closing,
    RecordFiled,
    StableOrder,
    Suspension,
    SuspensionEnd,
)
from backend.beds.problems import InpatientOpen, NoteNotSigned, ReasonDoesNotHold, SeniorCloses
from backend.core.access import Actor, Role
from backend.core.db import row, rows, transaction, value
from backend.core.ids import uuid7
from backend.core.problems import AlreadyDifferent, CannotMove, Forbidden, Missing
from backend.people import actions as people
from backend.people.lifecycle import MemberKind, Tie
from backend.people.problems import TieEnded
from backend.records import actions as records
from backend.records.lifecycle.facts import Signature
from backend.records.lifecycle.incidents import IncidentKind
from backend.visits import actions as visits
from backend.visits.lifecycle import Kind
from backend.visits.lifecycle.plans import Going
from backend.visits.lifecycle.rounds import EntrySaid
from tests.beds.world import (
    DAY,
    HOUR,
    NINE,
    World,
    a_closure,
    a_world,
    admit,
    an_applied,
    an_open,
    give,
    open_it,
    status_of,
    tied,
)
from tests.builders import a_person, a_tie, acting, staff_of
from tests.careplans import world as of_plans
from tests.records.said import a_draft, a_fall
from tests.visits.world import a_proof, a_round, a_visit

pytestmark = pytest.mark.anyio


async def owes(home_sickbed_id, *, now: datetime = NINE) -> dict[What, datetime]:
    found = await queries.facts(home_sickbed_id)
    return {due.what: due.at for due in queries.due_of(found, now=now)}


async def a_made_round(
    world: World, *, at: datetime, by: Actor | None = None, kind: Kind = Kind.HOMEBED_ROUND
) -> None:
    doctor = by or world.doctor
    visit_id = await a_visit(
        world.for_visits,
        start=at,
        kind=kind,
        staff=[Going(person_id=doctor.person_id)],
        now=at - HOUR,
    )
    end = at + HOUR / 2
    await visits.check_in(visit_id=visit_id, actor=doctor, proof=a_proof(at), now=at)
    await visits.check_out(visit_id=visit_id, actor=doctor, proof=a_proof(end), items=[], now=end)


async def a_signed_note(world: World, *, at: datetime = NINE + HOUR, **changed):
    note_id = uuid7()
    await records.write_note(
        note_id=note_id,
        actor=world.doctor,
        said=a_draft(world.elder, client_time=at, **changed),
        version=None,
        now=at,
    )
    await records.sign_note(
        note_id=note_id, actor=world.doctor, said=Signature(client_time=at), now=at
    )
    return note_id


@pytest.mark.rule("HB-07", "HB-08")
async def test_a_visit_that_ended_is_the_round(db) -> None:
    world = await a_world()
    home_sickbed_id = await an_open(world)
    assert (await owes(home_sickbed_id))[What.ROUND] == NINE + DAY

    await a_made_round(world, at=NINE + 4 * HOUR)
    await a_made_round(world, at=NINE + 6 * HOUR, by=world.senior, kind=Kind.SUPERIOR_ROUND)
    owed = await owes(home_sickbed_id)
    assert owed[What.ROUND] == datetime(2026, 12, 1, 16, tzinfo=UTC)
    assert owed[What.SUPERIOR_ROUND] == datetime(2026, 12, 24, 16, tzinfo=UTC)


@pytest.mark.rule("HB-07", "IC-05")
async def test_an_entry_of_a_ward_round_counts_when_its_note_is_signed(db) -> None:
    world = await a_world()
    await admit(world, BedKind.INSTITUTION, at=NINE - 9 * DAY, bed_no="301-1")
    home_sickbed_id = await an_open_in_the_house(world)
    at = NINE + 3 * HOUR
    round_id = await a_round(world.for_visits, world.elder, start=at)
    await visits.check_in(visit_id=round_id, actor=world.doctor, proof=a_proof(at), now=at)
    await visits.enter(
        round_id=round_id,
        person_id=world.elder,
        actor=world.doctor,
        said=EntrySaid(client_time=at, status="seen"),
        now=at,
    )
    assert (await owes(home_sickbed_id))[What.ROUND] == NINE + DAY
    await a_signed_note(world, at=at, visit_id=round_id)
    assert (await owes(home_sickbed_id))[What.ROUND] == datetime(2026, 12, 1, 16, tzinfo=UTC)


async def an_open_in_the_house(world: World):
    """The same path, its visits inside the house."""
    from tests.beds import world as made  # noqa: PLC0415

    home_sickbed_id = await an_applied(world, at=NINE - 2 * DAY)
    await rows(
        "UPDATE home_sickbeds SET status = 'APPROVED', doctor = $2, nurse = $3 WHERE id = $1",
        home_sickbed_id,
        world.doctor.person_id,
        world.nurse.person_id,
    )
    await give(world, home_sickbed_id, Part.DOCTOR, world.doctor)
    await made.consent(world, at=NINE - HOUR)
    await a_round(world.for_visits, world.elder, start=NINE + 20 * HOUR)
    await open_it(world, home_sickbed_id)
    return home_sickbed_id


@pytest.mark.rule("HB-07")
async def test_a_senior_says_stable_and_a_change_takes_it_back(db) -> None:
    world = await a_world()
    home_sickbed_id = await an_open(world)
    await a_made_round(world, at=NINE + 4 * HOUR)
    order_id = uuid7()

    async def order(by: Actor, *, is_stable: bool = True, order_id=order_id):
        return await actions.order(
            home_sickbed_id=home_sickbed_id,
            order_id=order_id,
            actor=by,
            said=StableOrder(client_time=NINE + 5 * HOUR, is_stable=is_stable),
            now=NINE + 5 * HOUR,
        )

    with pytest.raises(Forbidden):
        await order(world.doctor)
    assert (await order(world.senior)).first
    assert not (await order(world.senior)).first
    with pytest.raises(AlreadyDifferent):
        await order(world.senior, is_stable=False)
    assert (await owes(home_sickbed_id))[What.ROUND] == datetime(2026, 12, 8, 16, tzinfo=UTC)

    at = NINE + 2 * DAY
    await records.report_incident(
        incident_id=uuid7(),
        actor=world.nurse,
        said=a_fall(world.elder, kind=IncidentKind.CHANGE_OF_CONDITION, client_time=at),
        now=at,
    )
    owed = await owes(home_sickbed_id)
    assert owed[What.EXTRA_ROUND] == at + DAY
    assert owed[What.ROUND] == datetime(2026, 12, 1, 16, tzinfo=UTC)


@pytest.mark.rule("HB-06", "HB-10", "HB-23")
async def test_a_signed_note_is_filed_as_opening_record_and_stage_summary(db) -> None:
    world = await a_world()
    home_sickbed_id = await an_open(world)
    draft = uuid7()

    async def file(kind: RecordKind, note_id, *, at=NINE + HOUR):
        return await actions.file_record(
            home_sickbed_id=home_sickbed_id,
            record_id=uuid7(),
            actor=world.doctor,
            said=RecordFiled(client_time=at, kind=kind, note_id=note_id),
            now=at,
        )

    with pytest.raises(NoteNotSigned):
        await file(RecordKind.OPENING, draft)
    await of_plans.an_active_plan(world.for_visits, now=NINE)
    note_id = await a_signed_note(world)
    await file(RecordKind.OPENING, note_id)
    await file(RecordKind.STAGE_SUMMARY, note_id, at=NINE + 20 * DAY)
    assert await value("SELECT review_at FROM care_plans") == NINE + 20 * DAY
    owed = await owes(home_sickbed_id)
    assert What.OPENING_RECORD not in owed
    assert owed[What.STAGE_SUMMARY] == datetime(2027, 1, 13, 16, tzinfo=UTC)


async def suspend(world: World, home_sickbed_id, suspension_id, *, by=None, at=NINE + DAY):
    return await actions.suspend(
        home_sickbed_id=home_sickbed_id,
        suspension_id=suspension_id,
        actor=by or world.doctor,
        said=Suspension(
            client_time=at, reason=SuspensionReason.TRAVEL, expected_return_on=at.date() + 3 * DAY
        ),
        now=at,
    )


async def end(world: World, home_sickbed_id, suspension_id, *, at):
    return await actions.end_suspension(
        home_sickbed_id=home_sickbed_id,
        suspension_id=suspension_id,
        actor=world.doctor,
        said=SuspensionEnd(client_time=at),
        now=at,
    )


@pytest.mark.rule("BG-06")
async def test_away_and_back_and_away_again(db) -> None:
    world, first, second = await a_world(), uuid7(), uuid7()
    home_sickbed_id = await an_open(world)
    assert (await suspend(world, home_sickbed_id, first, by=world.house_nurse)).first
    assert not (await suspend(world, home_sickbed_id, first, by=world.house_nurse)).first
    with pytest.raises(CannotMove):
        await suspend(world, home_sickbed_id, second)
    with pytest.raises(Missing):
        await end(world, home_sickbed_id, second, at=NINE + 3 * DAY)
    await end(world, home_sickbed_id, first, at=NINE + 3 * DAY)
    assert not (await end(world, home_sickbed_id, first, at=NINE + 3 * DAY)).first
    assert await status_of(home_sickbed_id) == "OPEN"
    await suspend(world, home_sickbed_id, second, at=NINE + 4 * DAY)
    made = await end(world, home_sickbed_id, second, at=NINE + 20 * DAY)
    assert made.thing.status is Status.CLOSING


async def test_who_is_in_hospital_is_not_back(db) -> None:
    world, suspension_id = await a_world(), uuid7()
    home_sickbed_id = await an_open(world)
    await suspend(world, home_sickbed_id, suspension_id)
    await admit(world, BedKind.HOSPITAL, at=NINE + 2 * DAY)
    with pytest.raises(InpatientOpen):
        await end(world, home_sickbed_id, suspension_id, at=NINE + 3 * DAY)
    await actions.leave(
        person_id=world.elder,
        layer=Layer.INPATIENT,
        at=NINE + 4 * DAY,
        actor=world.ward,
        now=NINE + 4 * DAY,
    )
    assert await status_of(home_sickbed_id) == "SUSPENDED"  # still travelling


async def close(world: World, home_sickbed_id, *, by=None, at=NINE + 10 * DAY, **changed):
    return await actions.close(
        home_sickbed_id=home_sickbed_id,
        actor=by or world.doctor,
        said=a_closure(at, **changed),
        now=at,
    )


@pytest.mark.rule("HB-12", "HB-13")
async def test_a_discharge_record_closes_the_bed_and_ends_every_tie(db) -> None:
    world = await a_world()
    home_sickbed_id = await an_open(world)
    assert (await close(world, home_sickbed_id)).first
    assert not (await close(world, home_sickbed_id)).first
    assert await status_of(home_sickbed_id) == "CLOSED"
    assert set(await queries.current(world.elder)) == {Layer.PLACE}
    assert not await tied(world, world.nurse.person_id)
    ties = await rows("SELECT until_at FROM care_team WHERE why = 'home_sickbed'")
    last_day = datetime(2026, 12, 11, 16, tzinfo=UTC)  # center and doctor owe a contact still
    assert sorted(each["until_at"] for each in ties) == [NINE + 10 * DAY, last_day, last_day]
    assert await owes(home_sickbed_id) == {What.CONTACT: datetime(2026, 12, 11, 16, tzinfo=UTC)}
    await a_made_round(world, at=NINE + 12 * DAY, kind=Kind.FOLLOW_UP)
    assert await owes(home_sickbed_id) == {}


@pytest.mark.rule("HB-12")
@pytest.mark.parametrize(
    ("reason", "why"),
    [
        (CloseReason.DEATH, "nobody_died"),
        (CloseReason.BEYOND_HOME, "referral_first"),
        (CloseReason.CYCLE_END, "cycle_not_over"),
        (CloseReason.UNREACHABLE, "too_few_failed_visits"),
        (CloseReason.AWAY_TOO_LONG, "not_away_so_long"),
    ],
)
async def test_a_reason_must_be_borne_out(db, reason, why) -> None:
    world = await a_world()
    home_sickbed_id = await an_open(world)
    with pytest.raises(ReasonDoesNotHold) as refused:
        await close(world, home_sickbed_id, reason=reason)
    assert refused.value.facts == {"why": why}


@pytest.mark.rule("HB-12")
async def test_beyond_home_names_a_transfer_of_this_elder_that_somebody_has_taken(db) -> None:
    world = await a_world()
    home_sickbed_id, referral_id = await an_open(world), uuid7()
    neighbour = await a_person(name="王桂芳", center_id=world.center)
    said = {"reason": CloseReason.BEYOND_HOME, "referral_id": referral_id}
    for whose, until in ((None, None), (neighbour, None), (world.elder, NINE + 2 * DAY)):
        if whose is not None:
            await a_referral(referral_id, whose, world.hospital, until=until)
        with pytest.raises(ReasonDoesNotHold) as refused:
            await close(world, home_sickbed_id, at=NINE + 3 * DAY, **said)
        assert refused.value.facts == {"why": "no_such_referral"}
    await a_referral(referral_id, world.elder, world.hospital)
    await close(world, home_sickbed_id, at=NINE + 3 * DAY, **said)


async def a_referral(referral_id: UUID, person_id: UUID, to: UUID, *, until=None) -> None:
    async with transaction():
        await people.join_care_team(
            person_id=person_id,
            member_id=to,
            member_kind=MemberKind.ORGANIZATION,
            why=Tie.TRANSFER,
            because_id=referral_id,
            now=NINE + DAY,
            until=until,
        )


@pytest.mark.rule("HB-12")
async def test_so_soon_after_an_adverse_event_a_senior_closes(db) -> None:
    world = await a_world()
    home_sickbed_id = await an_open(world)
    fell_at = NINE + 4 * DAY
    await records.report_incident(
        incident_id=uuid7(),
        actor=world.nurse,
        said=a_fall(world.elder, client_time=fell_at),
        now=fell_at,
    )
    with pytest.raises(SeniorCloses):
        await close(world, home_sickbed_id)
    said = Closing(client_time=NINE + 10 * DAY, reason=CloseReason.FAMILY_ASKS)
    await actions.begin_closing(
        home_sickbed_id=home_sickbed_id, actor=world.senior, said=said, now=NINE + 10 * DAY
    )
    assert (await owes(home_sickbed_id))[What.DISCHARGE_RECORD] == NINE + 11 * DAY
    await close(world, home_sickbed_id, at=NINE + 12 * DAY)


async def test_a_doctor_elsewhere_or_of_another_role_moves_nothing(db) -> None:
    world = await a_world()
    home_sickbed_id = await an_open(world)
    stranger = await staff_of(world.hospital, Role.GP)
    with pytest.raises(Forbidden):
        await close(world, home_sickbed_id, by=stranger)
    with pytest.raises(Missing):
        await close(world, home_sickbed_id, by=await acting(uuid7_person(world), Role.GP))


def uuid7_person(world: World):
    return world.admin.person_id


async def test_who_never_cared_for_her_finds_nothing_and_who_did_is_told_so(db) -> None:
    world = await a_world()
    home_sickbed_id = await an_open(world)
    await rows("DELETE FROM care_team WHERE member_id = $1 AND why <> 'home_sickbed'", world.center)
    await close(world, home_sickbed_id)
    with pytest.raises(TieEnded):
        await queries.one(home_sickbed_id=home_sickbed_id, actor=world.nurse, now=NINE + 20 * DAY)
    await a_tie(world.elder, world.nurse.person_id)
    found = await queries.one(
        home_sickbed_id=home_sickbed_id, actor=world.nurse, now=NINE + 11 * DAY
    )
    assert found["outcome"] == Outcome.BETTER


async def works(world: World, *, now, limit=50, after=None, **narrowed):
    said = {"status": None, "doctor_id": None, **narrowed}
    return await queries.works(actor=world.doctor, limit=limit, after=after, now=now, **said)


async def test_the_center_sees_the_most_overdue_first_page_by_page(db) -> None:
    world = await a_world()
    home_sickbed_id = await an_open(world)
    first = await works(world, now=NINE + HOUR)
    assert [each["id"] for each in first.items] == [home_sickbed_id]
    assert first.items[0]["due"][0].what in (What.OPENING_RECORD, What.ROUND)
    from tests.builders import a_person  # noqa: PLC0415

    other = await a_person(name="钱素芬", center_id=world.center)
    await a_tie(other, world.center, kind="organization")
    applied = uuid7()
    await actions.apply(
        home_sickbed_id=applied,
        actor=await acting(other, Role.ELDER),
        said=an_application_of(world, other),
        if_match=None,
        now=NINE - 9 * DAY,
    )
    page = await works(world, now=NINE + HOUR, limit=1)
    assert [each["id"] for each in page.items] == [applied]
    page = await works(world, now=NINE + HOUR, limit=1, after=page.next)
    assert [each["id"] for each in page.items] == [home_sickbed_id]
    only = await works(world, now=NINE + HOUR, status=Status.OPEN)
    assert [each["id"] for each in only.items] == [home_sickbed_id]
    assert await value("SELECT count(*) FROM audit WHERE what = 'beds.home_sickbeds'") == 4


def an_application_of(world: World, other):
    from tests.beds.world import an_application  # noqa: PLC0415

    return an_application(world, at=NINE - 9 * DAY, person_id=other)


async def look(home_sickbed_id, *, now: datetime) -> int:
    return await actions.look(home_sickbed_id=home_sickbed_id, now=now)


async def said_of(topic: str) -> int:
    return int(await value("SELECT count(*) FROM journal WHERE topic = $1", topic))


@pytest.mark.rule("BG-03", "BG-04")
async def test_what_is_due_is_said_once_to_the_right_person(db) -> None:
    world = await a_world()
    home_sickbed_id = await an_open(world)
    assert await look(home_sickbed_id, now=NINE + HOUR) == 0
    await a_made_round(world, at=NINE + 3 * HOUR)
    assert await look(home_sickbed_id, now=NINE + 25 * HOUR) == 1
    assert await look(home_sickbed_id, now=NINE + 25 * HOUR) == 0
    late = await row("SELECT body FROM journal WHERE topic = 'HomeSickbedRecordLate'")
    assert late
    assert str(world.doctor.person_id) in late["body"]

    on_the_day = datetime(2026, 11, 30, 22, 30, tzinfo=UTC)  # 06:30 of 1 December
    await look(home_sickbed_id, now=on_the_day - HOUR)
    before = await said_of("HomeSickbedWorkDue")
    await look(home_sickbed_id, now=on_the_day)
    assert await said_of("HomeSickbedWorkDue") == before + 1
    await look(home_sickbed_id, now=on_the_day + 3 * DAY)
    assert await said_of("HomeSickbedWorkLate") > 0


async def test_each_look_plans_the_next_morning_at_the_latest(db) -> None:
    world = await a_world()
    home_sickbed_id = await an_open(world)
    await rows("DELETE FROM jobs")
    await look(home_sickbed_id, now=NINE + HOUR)
    planned = await value("SELECT due_at FROM jobs WHERE task = 'watch_home_sickbed'")
    assert planned == datetime(2026, 11, 24, 22, 30, tzinfo=UTC)


@pytest.mark.rule("BG-05", "HB-11")
async def test_a_cycle_is_announced_three_times_and_then_begins_to_close(db) -> None:
    world = await a_world()
    home_sickbed_id = await an_open(world)
    cycle_end = datetime(2027, 2, 21, 16, tzinfo=UTC)  # 90 days on, midnight in Shanghai
    assert (await owes(home_sickbed_id))[What.CYCLE_END] == cycle_end
    for days, times in ((15, 0), (13, 1), (6, 2), (0.5, 3)):
        await look(home_sickbed_id, now=cycle_end - timedelta(days=days))
        assert await said_of("HomeSickbedCycleEnding") == times
    assert await status_of(home_sickbed_id) == "OPEN"
    for _ in range(2):
        await look(home_sickbed_id, now=cycle_end)
    assert await status_of(home_sickbed_id) == "CLOSING"
    await look(home_sickbed_id, now=cycle_end + 30 * DAY)
    assert await status_of(home_sickbed_id) == "CLOSING"  # never closed by itself


@pytest.mark.rule("BG-06")
async def test_away_too_long_is_said_to_the_doctor(db) -> None:
    world = await a_world()
    home_sickbed_id = await an_open(world)
    await suspend(world, home_sickbed_id, uuid7())
    await look(home_sickbed_id, now=NINE + 14 * DAY)
    assert await said_of("HomeSickbedAwayTooLong") == 0
    await look(home_sickbed_id, now=NINE + 16 * DAY)
    await look(home_sickbed_id, now=NINE + 17 * DAY)
    assert await said_of("HomeSickbedAwayTooLong") == 1


async def test_a_look_at_nothing_or_at_what_is_over_does_no_harm(db) -> None:
    world = await a_world()
    assert await look(uuid7(), now=NINE) == 0
    home_sickbed_id = await an_open(world)
    await close(world, home_sickbed_id)
    assert await look(home_sickbed_id, now=NINE + 30 * DAY) == 2  # the contact: due, and late
    await rows("DELETE FROM jobs WHERE task = 'watch_home_sickbed'")
    assert await look(home_sickbed_id, now=NINE + 40 * DAY) == 0
    assert await value("SELECT count(*) FROM jobs WHERE task = 'watch_home_sickbed'") == 0
