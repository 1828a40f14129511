"""Arriving and leaving: always accepted, said once, and what is odd is kept."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from backend.core.access import Role
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.core.problems import AlreadyDifferent, Missing
from backend.records import actions as records
from backend.visits import actions, queries
from backend.visits.lifecycle import Code
from backend.visits.lifecycle.doorstep import Attestation
from backend.visits.lifecycle.staffing import AssignmentSaid
from backend.visits.schemas import VisitDetail
from tests.builders import TUESDAY_NINE, a_person, a_tie, acting, an_organization, staff_of
from tests.records.said import a_draft
from tests.visits.world import World, a_proof, a_visit, a_world

pytestmark = pytest.mark.anyio

HALF_AN_HOUR = timedelta(minutes=30)


def codes(kept) -> set[str]:
    return {each.code for each in kept.thing.findings}


@pytest.mark.rule("EV-01", "EV-02")
async def test_checking_in_at_the_door_is_accepted_by_itself(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)

    kept = await actions.check_in(
        visit_id=visit_id, actor=world.doctor, proof=a_proof(), now=TUESDAY_NINE
    )

    assert kept.first
    assert kept.thing.findings == []
    assert await value("SELECT status FROM visits WHERE id = $1", visit_id) == "CHECKED_IN"
    (proof,) = await rows("SELECT * FROM visit_proofs")
    assert (proof["datum"], proof["accuracy_m"], proof["distance_m"]) == ("wgs84", 15, 0)


async def test_checking_in_twice_is_checking_in_once(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)

    first = await actions.check_in(
        visit_id=visit_id, actor=world.doctor, proof=a_proof(), now=TUESDAY_NINE
    )
    again = await actions.check_in(
        visit_id=visit_id,
        actor=world.doctor,
        proof=a_proof(),
        now=TUESDAY_NINE + timedelta(hours=1),
    )

    assert (first.first, again.first) == (True, False)
    assert first.thing == again.thing
    assert await value("SELECT count(*) FROM journal WHERE topic = 'VisitBegan'") == 1


async def test_another_body_is_a_conflict_that_shows_what_is_stored(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    await actions.check_in(visit_id=visit_id, actor=world.doctor, proof=a_proof(), now=TUESDAY_NINE)

    with pytest.raises(AlreadyDifferent) as refused:
        await actions.check_in(
            visit_id=visit_id,
            actor=world.doctor,
            proof=a_proof(method="MANUAL"),
            now=TUESDAY_NINE,
        )

    stored: Any = refused.value.facts["stored"]
    assert stored["move"] == "check_in"


async def test_twenty_phones_that_say_the_same_at_once_say_it_once(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)

    kept = await asyncio.gather(
        *(
            actions.check_in(
                visit_id=visit_id, actor=world.doctor, proof=a_proof(), now=TUESDAY_NINE
            )
            for _ in range(20)
        )
    )

    assert sum(each.first for each in kept) == 1
    assert len({each.thing.id for each in kept}) == 1
    assert await value("SELECT count(*) FROM visit_moves") == 1


@pytest.mark.rule("EV-02", "EV-04")
async def test_a_phone_that_speaks_the_other_datum_is_not_far(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    said = {"lat": 31.22162, "lon": 121.44980, "datum": "gcj02", "accuracy_m": 22}

    kept = await actions.check_in(
        visit_id=visit_id, actor=world.doctor, proof=a_proof(point=said), now=TUESDAY_NINE
    )

    assert kept.thing.findings == []
    assert kept.thing.said["distance_m"] < 10


@pytest.mark.rule("EV-02", "EV-03")
@pytest.mark.parametrize(
    ("changed", "minutes", "code"),
    [
        ({"point": {"lat": 31.2276, "lon": 121.4452, "datum": "wgs84"}}, 0, Code.FAR),
        (
            {"point": {"lat": 31.2235, "lon": 121.4452, "datum": "wgs84", "accuracy_m": 900}},
            0,
            Code.LOW_ACCURACY,
        ),
        ({"is_mock": True}, 0, Code.MOCK),
        ({"point": None, "method": "MANUAL"}, 0, Code.NO_LOCATION),
        ({"method": "QR", "token": "NOTTHEONE"}, 0, Code.BAD_TOKEN),
        ({}, -61, Code.EARLY),
        ({}, 31, Code.LATE),
    ],
)
async def test_what_is_odd_is_recorded_and_never_refused(db, changed, minutes, code) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    at = TUESDAY_NINE + timedelta(minutes=minutes)

    kept = await actions.check_in(
        visit_id=visit_id, actor=world.doctor, proof=a_proof(at, **changed), now=at
    )

    assert code in codes(kept)
    assert await value("SELECT status FROM visits WHERE id = $1", visit_id) == "CHECKED_IN"
    (odd,) = await rows("SELECT * FROM visit_exceptions WHERE code = $1", code.value)
    assert (odd["status"], odd["author"]) == ("open", world.doctor.person_id)
    assert odd["due_at"] == at + timedelta(hours=24)


@pytest.mark.rule("EV-02")
@pytest.mark.parametrize(("minutes", "is_odd"), [(-60, False), (30, False)])
async def test_the_window_includes_its_edges(db, minutes, is_odd) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    at = TUESDAY_NINE + timedelta(minutes=minutes)
    kept = await actions.check_in(visit_id=visit_id, actor=world.doctor, proof=a_proof(at), now=at)
    assert bool(codes(kept)) is is_odd


@pytest.mark.rule("EV-05")
async def test_a_doctor_reassigned_while_offline_still_lands_the_visit(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    other = await staff_of(world.center, Role.GP, name="王强")
    await actions.assign(
        visit_id=visit_id,
        assignment_id=uuid7(),
        actor=world.dispatcher,
        said=AssignmentSaid(
            staff_id=other.person_id, replaces_id=world.doctor.person_id, reason="ill"
        ),
        now=TUESDAY_NINE - timedelta(hours=1),
    )
    await actions.check_in(visit_id=visit_id, actor=other, proof=a_proof(), now=TUESDAY_NINE)

    late = await actions.check_in(
        visit_id=visit_id,
        actor=world.doctor,
        proof=a_proof(),
        now=TUESDAY_NINE + timedelta(hours=3),
    )

    assert late.first
    assert Code.WRONG_PERSON in codes(late)
    assert await value("SELECT count(*) FROM visit_moves WHERE move = 'check_in'") == 2


@pytest.mark.rule("EV-05")
async def test_an_offline_check_in_after_three_days_needs_a_supervisor(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    kept = await actions.check_in(
        visit_id=visit_id,
        actor=world.doctor,
        proof=a_proof(),
        now=TUESDAY_NINE + timedelta(hours=73),
    )
    assert codes(kept) == {Code.OFFLINE_LATE}
    assert kept.thing.happened_at == TUESDAY_NINE
    assert kept.thing.recorded_at == TUESDAY_NINE + timedelta(hours=73)


@pytest.mark.rule("EV-05")
async def test_a_phone_with_a_wrong_clock_is_corrected_and_flagged(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    fast = timedelta(minutes=20)
    await rows(
        "INSERT INTO device_handshakes (device_id, at, skew_s) VALUES ($1, $2, 1200)",
        world.doctor.device_id,
        TUESDAY_NINE - timedelta(hours=2),
    )

    kept = await actions.check_in(
        visit_id=visit_id,
        actor=world.doctor,
        proof=a_proof(TUESDAY_NINE + fast),
        now=TUESDAY_NINE + timedelta(minutes=1),
    )

    assert codes(kept) == {Code.CLOCK_SKEW}
    assert kept.thing.client_time == TUESDAY_NINE + fast
    assert kept.thing.happened_at == TUESDAY_NINE


@pytest.mark.rule("EV-07")
async def test_nobody_crosses_the_city_in_a_minute(db) -> None:
    world = await a_world()
    first = await a_visit(world)
    second = await a_visit(world, start=TUESDAY_NINE + timedelta(hours=1))
    await actions.check_in(visit_id=first, actor=world.doctor, proof=a_proof(), now=TUESDAY_NINE)
    at = TUESDAY_NINE + timedelta(minutes=5)
    await actions.check_out(
        visit_id=first,
        actor=world.doctor,
        proof=a_proof(at, reason_code="asleep"),
        items=[],
        now=at,
    )
    far = {"lat": 31.40, "lon": 121.4452, "datum": "wgs84", "accuracy_m": 10}

    kept = await actions.check_in(
        visit_id=second,
        actor=world.doctor,
        proof=a_proof(at + timedelta(minutes=1), point=far),
        now=at + timedelta(minutes=1),
    )

    assert Code.IMPOSSIBLE_SPEED in codes(kept)


@pytest.mark.rule("EV-06")
@pytest.mark.parametrize(
    ("minutes", "code"), [(8, Code.TOO_SHORT), (10, None), (240, None), (241, Code.TOO_LONG)]
)
async def test_a_visit_lasts_between_ten_minutes_and_four_hours(db, minutes, code) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    await actions.check_in(visit_id=visit_id, actor=world.doctor, proof=a_proof(), now=TUESDAY_NINE)
    at = TUESDAY_NINE + timedelta(minutes=minutes)

    kept = await actions.check_out(
        visit_id=visit_id, actor=world.doctor, proof=a_proof(at), items=["S105"], now=at
    )

    assert codes(kept) == ({code} if code else set())
    assert await value("SELECT status FROM visits WHERE id = $1", visit_id) == "CHECKED_OUT"


@pytest.mark.rule("EV-06")
async def test_two_visits_at_once_overlap(db) -> None:
    world = await a_world()
    first = await a_visit(world)
    second = await a_visit(world, start=TUESDAY_NINE + timedelta(minutes=50))
    await actions.check_in(visit_id=first, actor=world.doctor, proof=a_proof(), now=TUESDAY_NINE)
    at = TUESDAY_NINE + timedelta(minutes=50)
    kept = await actions.check_in(visit_id=second, actor=world.doctor, proof=a_proof(at), now=at)
    assert Code.OVERLAP in codes(kept)


async def test_leaving_without_having_arrived_is_kept_and_odd(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    kept = await actions.check_out(
        visit_id=visit_id, actor=world.doctor, proof=a_proof(), items=[], now=TUESDAY_NINE
    )
    assert codes(kept) == {Code.NO_CHECK_IN}


async def test_a_nurse_of_another_center_cannot_tell_that_the_visit_exists(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    stranger = await staff_of(await an_organization(name="别处"), Role.NURSE)
    with pytest.raises(Missing):
        await actions.check_in(visit_id=visit_id, actor=stranger, proof=a_proof(), now=TUESDAY_NINE)
    assert await value("SELECT count(*) FROM visit_moves") == 0


async def test_everything_about_a_check_in_commits_together(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    await rows("DELETE FROM journal")
    await rows("DELETE FROM jobs")
    await rows("DELETE FROM audit")
    await actions.check_in(visit_id=visit_id, actor=world.doctor, proof=a_proof(), now=TUESDAY_NINE)
    assert await value("SELECT count(*) FROM journal") == 1
    assert await value("SELECT array_agg(task) FROM jobs") == ["watch_check_out"]
    assert await value("SELECT persons FROM audit") == [world.elder]


async def a_consent(person_id: UUID, *items: str, at: datetime, until: datetime | None = None):
    await rows(
        "INSERT INTO consents (id, person, purpose, items, text_version, given_by, method,"
        " client_time, happened_at, recorded_at, withdrawn_at, fingerprint)"
        " VALUES ($1, $2, 'HOME_SERVICE', $3, '1', $2, 'signature', $4, $4, $4, $5, '')",
        uuid7(),
        person_id,
        list(items),
        at,
        until,
    )


async def codes_of_an_end(world: World, *items: str) -> set[str]:
    visit_id = await a_visit(world)
    await actions.check_in(visit_id=visit_id, actor=world.doctor, proof=a_proof(), now=TUESDAY_NINE)
    at = TUESDAY_NINE + HALF_AN_HOUR
    kept = await actions.check_out(
        visit_id=visit_id, actor=world.doctor, proof=a_proof(at), items=list(items), now=at
    )
    assert kept.thing.said["items"] == list(items)
    return codes(kept)


@pytest.mark.rule("HC-10")
async def test_what_was_done_without_the_consent_it_asks_for_is_kept_and_asked_after(db) -> None:
    world = await a_world()
    assert await codes_of_an_end(world, "S108", "S105", "S204") == {Code.NO_CONSENT}
    (odd,) = await rows("SELECT * FROM visit_exceptions")
    assert odd["evidence"] == '{"items": "S108 S204"}'


@pytest.mark.rule("HC-10")
async def test_a_live_consent_to_the_item_is_enough(db) -> None:
    world = await a_world()
    await a_consent(world.elder, "S108", at=TUESDAY_NINE - timedelta(days=90))
    await a_consent(world.elder, "S204", at=TUESDAY_NINE + HALF_AN_HOUR)
    assert await codes_of_an_end(world, "S108", "S204", "S105") == set()


@pytest.mark.rule("HC-10")
@pytest.mark.parametrize(
    ("minutes", "until", "expected"),
    [(31, None, {Code.NO_CONSENT}), (-60, 29, {Code.NO_CONSENT}), (-60, 31, set())],
)
async def test_a_consent_given_after_or_withdrawn_before_does_not_count(
    db, minutes, until, expected
) -> None:
    world = await a_world()
    minute = timedelta(minutes=1)
    withdrawn_at = TUESDAY_NINE + until * minute if until is not None else None
    await a_consent(world.elder, "S108", at=TUESDAY_NINE + minutes * minute, until=withdrawn_at)
    assert await codes_of_an_end(world, "S108") == expected


@pytest.mark.rule("HC-10")
async def test_the_consent_of_somebody_else_does_not_count(db) -> None:
    world = await a_world()
    await a_consent(world.doctor.person_id, "S108", at=TUESDAY_NINE - HALF_AN_HOUR)
    assert await codes_of_an_end(world, "S108") == {Code.NO_CONSENT}


async def walk(world: World, visit_id: UUID, start: int, end: int, *, now: datetime | None = None):
    """In and out, so many minutes after nine."""
    begin, over = (TUESDAY_NINE + timedelta(minutes=each) for each in (start, end))
    first = await actions.check_in(
        visit_id=visit_id, actor=world.doctor, proof=a_proof(begin), now=now or begin
    )
    last = await actions.check_out(
        visit_id=visit_id, actor=world.doctor, proof=a_proof(over), items=[], now=now or over
    )
    return codes(first) | codes(last)


@pytest.mark.rule("EV-06")
@pytest.mark.parametrize("is_in_order", [True, False])
async def test_visits_that_crossed_are_found_in_whatever_order_they_arrive(db, is_in_order) -> None:
    """Two visits of an offline morning, the second begun twenty minutes before the first ended."""
    world = await a_world()
    first = await a_visit(world)
    second = await a_visit(world, start=TUESDAY_NINE + timedelta(minutes=40))
    morning = [(first, 0, 40), (second, 20, 60)]
    later = TUESDAY_NINE + timedelta(hours=3)
    found = [
        await walk(world, visit_id, start, end, now=later)
        for visit_id, start, end in (morning if is_in_order else morning[::-1])
    ]
    assert sorted(map(len, found)) == [0, 1]
    assert {Code.OVERLAP} in found


@pytest.mark.rule("EV-06")
async def test_one_visit_after_another_is_no_overlap(db) -> None:
    world = await a_world()
    first = await a_visit(world)
    second = await a_visit(world, start=TUESDAY_NINE + timedelta(minutes=40))
    assert await walk(world, first, 0, 40) == set()
    assert await walk(world, second, 40, 60) == set()


@pytest.mark.rule("EV-03", "EV-08", "EV-09", "HB-07")
async def test_documented_attested_and_verified_are_concluded_from_what_happened(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)

    async def concluded() -> tuple[bool, bool, bool]:
        found = await queries.one(visit_id=visit_id, actor=world.doctor, now=TUESDAY_NINE)
        shown = VisitDetail.of(found, actor=world.doctor, now=TUESDAY_NINE)
        return shown.is_documented, shown.is_attested, shown.is_verified

    assert await concluded() == (False, False, False)
    await walk(world, visit_id, 0, 30)
    assert await concluded() == (False, False, True)
    elder = await acting(world.elder, Role.ELDER)
    tapped = Attestation(client_time=TUESDAY_NINE, method="tap")
    await actions.attest(visit_id=visit_id, actor=elder, said=tapped, now=TUESDAY_NINE)
    assert await concluded() == (False, True, True)
    neighbour = await a_person(name="吴桂兰", center_id=world.center)
    await a_tie(neighbour, world.center, kind="organization")
    for person_id, is_hers in ((neighbour, False), (world.elder, True)):
        note_id = uuid7()
        await records.write_note(
            note_id=note_id,
            actor=world.doctor,
            said=a_draft(person_id, visit_id=visit_id),
            version=None,
            now=TUESDAY_NINE,
        )
        assert await concluded() == (False, True, True)
        await rows("UPDATE notes SET signed_at = $2 WHERE id = $1", note_id, TUESDAY_NINE)
        assert await concluded() == (is_hers, True, True)
