"""Which bed follows which, which move follows which status, and what is due when. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.beds.lifecycle import (
    LAYERS,
    PATHS,
    BedKind,
    Due,
    Facts,
    Layer,
    Move,
    Outcome,
    Stage,
    Status,
    Stay,
    What,
    after,
    check_way,
    dues,
    reminders,
)
from backend.beds.lifecycle.ledger import admission, check_bed, leaving, of_layer
from backend.beds.lifecycle.limits import limits
from backend.beds.problems import (
    InpatientOpen,
    NoSuchStay,
    NoWay,
    OutOfOrder,
    OverlayOpen,
    WrongBed,
)
from backend.core.calendar import SHANGHAI
from backend.core.ids import uuid7
from backend.core.problems import CannotMove

TUESDAY = datetime(2026, 3, 3, 9, tzinfo=SHANGHAI)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WHO = uuid7()


def midnight_after(on: date) -> datetime:
    return datetime.combine(on + DAY, time(), SHANGHAI)


def a_stay(kind: BedKind, *, at: datetime = TUESDAY, until: datetime | None = None) -> Stay:
    return Stay(
        id=uuid7(),
        person_id=WHO,
        kind=kind,
        layer=LAYERS[kind],
        organization_id=None if kind is BedKind.OWN_HOME else UUID(int=1),
        address_id=None,
        bed_no=None,
        from_at=at,
        until_at=until,
        held_until=None,
        because_id=None,
    )


@pytest.mark.rule("FB-01")
def test_five_kinds_of_bed_lie_in_three_layers() -> None:
    beds = set(BedKind) - {BedKind.OWN_HOME, BedKind.HOME_HOSPICE}
    assert len(beds) == 5
    assert {LAYERS[kind] for kind in BedKind} == set(Layer)


@pytest.mark.rule("FB-01")
def test_only_the_ways_of_the_graph_are_open() -> None:
    check_way([BedKind.OWN_HOME], BedKind.HOSPITAL)
    check_way([BedKind.INSTITUTION, BedKind.HOSPITAL], BedKind.OWN_HOME)
    check_way([], BedKind.HOME_SICK)
    with pytest.raises(NoWay):
        check_way([BedKind.INSTITUTION, BedKind.HOSPICE], BedKind.HOME_SICK)


def test_only_ones_own_home_belongs_to_nobody() -> None:
    check_bed(BedKind.OWN_HOME, organization_id=None, bed_no=None)
    with pytest.raises(WrongBed):
        check_bed(BedKind.INSTITUTION, organization_id=None, bed_no="1")
    with pytest.raises(WrongBed):
        check_bed(BedKind.OWN_HOME, organization_id=None, bed_no="1")


@pytest.mark.rule("FB-02")
def test_an_inpatient_stay_holds_the_place_and_suspends_the_overlay() -> None:
    place, overlay = a_stay(BedKind.INSTITUTION), a_stay(BedKind.HOME_SICK)
    plan = admission([place, overlay], BedKind.HOSPITAL, at=TUESDAY + DAY)
    assert (plan.ends, plan.holds, plan.suspends) == ((), (place,), (overlay,))

    ward = a_stay(BedKind.HOSPITAL, at=TUESDAY + DAY)
    plan = leaving([place, overlay, ward], Layer.INPATIENT, at=TUESDAY + 2 * DAY)
    assert (plan.ends, plan.resumes) == ((ward,), (overlay,))


@pytest.mark.rule("FB-02")
def test_an_overlay_waits_for_the_hospital_and_for_the_overlay_before() -> None:
    place = a_stay(BedKind.OWN_HOME)
    with pytest.raises(InpatientOpen):
        admission([place, a_stay(BedKind.HOSPITAL)], BedKind.HOME_SICK, at=TUESDAY + DAY)
    with pytest.raises(OverlayOpen):
        admission([place, a_stay(BedKind.HOME_SICK)], BedKind.HOME_HOSPICE, at=TUESDAY + DAY)


def test_nothing_ends_before_it_began_and_nobody_leaves_their_own_home_for_nowhere() -> None:
    place = a_stay(BedKind.INSTITUTION)
    with pytest.raises(OutOfOrder):
        admission([place], BedKind.HOME_CARE, at=TUESDAY)
    over = a_stay(BedKind.HOSPITAL, until=TUESDAY + DAY)
    with pytest.raises(OutOfOrder):
        admission([place, over], BedKind.HOSPITAL, at=TUESDAY + HOUR)
    with pytest.raises(NoSuchStay):
        leaving([a_stay(BedKind.OWN_HOME)], Layer.PLACE, at=TUESDAY + DAY)


@pytest.mark.rule("FB-02")
@given(st.lists(st.one_of(st.sampled_from(BedKind), st.sampled_from(Layer)), max_size=30))
def test_whatever_happens_there_is_one_place_one_overlay_one_ward(wishes) -> None:
    stays, at = [a_stay(BedKind.OWN_HOME)], TUESDAY
    for wish in wishes:
        at += HOUR
        try:
            is_leaving = isinstance(wish, Layer)
            plan = leaving(stays, wish, at=at) if is_leaving else admission(stays, wish, at=at)
        except (NoWay, InpatientOpen, OverlayOpen, NoSuchStay):
            continue
        ended = {each.id for each in plan.ends}
        stays = [
            msgspec.structs.replace(each, until_at=at) if each.id in ended else each
            for each in stays
        ]
        kind = wish if isinstance(wish, BedKind) else None
        if kind is None and wish is Layer.PLACE:
            kind = BedKind.OWN_HOME
        if kind is not None:
            stays.append(a_stay(kind, at=at))
        for layer in Layer:
            assert sum(each.is_open and each.layer is layer for each in stays) <= 1
        assert of_layer(stays, Layer.PLACE) is not None


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("move", Move)
def test_every_status_and_every_move(status: Status, move: Move) -> None:
    if (status, move) in PATHS:
        assert after(status, move) is PATHS[status, move]
    else:
        with pytest.raises(CannotMove):
            after(status, move)


@pytest.mark.rule("HB-12")
def test_only_a_discharge_record_closes_and_closed_is_final() -> None:
    assert {move for (_, move), to in PATHS.items() if to is Status.CLOSED} == {Move.CLOSE}
    finals = (Status.CLOSED, Status.REJECTED, Status.WITHDRAWN)
    assert not [move for (status, move) in PATHS if status in finals]


def by_what(facts: Facts, at: datetime = TUESDAY) -> dict[What, datetime]:
    return {due.what: due.at for due in dues(facts, limits(at))}


@pytest.mark.rule("HB-04")
@pytest.mark.parametrize(
    ("applied_at", "last_day"),
    [
        (TUESDAY, date(2026, 3, 6)),
        (datetime(2026, 3, 5, 23, 59, tzinfo=SHANGHAI), date(2026, 3, 10)),
        (datetime(2026, 3, 6, 0, 0, tzinfo=SHANGHAI), date(2026, 3, 11)),
        # Spring Festival is 15 to 23 February; Saturday the 14th and the 28th are worked.
        (datetime(2026, 2, 13, 10, tzinfo=SHANGHAI), date(2026, 2, 25)),
        # Over the year's end: 1 to 3 January is the holiday, Sunday the 4th is worked.
        (datetime(2025, 12, 30, 10, tzinfo=SHANGHAI), date(2026, 1, 5)),
    ],
)
def test_the_assessment_follows_within_three_working_days(applied_at, last_day) -> None:
    due = by_what(Facts(status=Status.APPLIED, applied_at=applied_at))
    assert due == {What.ASSESSMENT: midnight_after(last_day)}
    assessed = Facts(status=Status.ASSESSING, applied_at=applied_at, assessed_at=applied_at)
    assert by_what(assessed) == {}


def in_bed(**changed) -> Facts:
    said = {"status": Status.OPEN, "applied_at": TUESDAY - 3 * DAY, "opened_at": TUESDAY}
    return Facts(**{**said, **changed})


@pytest.mark.rule("HB-06", "HB-07", "HB-08", "HB-10", "HB-11")
def test_what_a_new_bed_owes() -> None:
    assert by_what(in_bed()) == {
        What.OPENING_RECORD: TUESDAY + DAY,
        What.ROUND: TUESDAY + DAY,
        What.SUPERIOR_ROUND: midnight_after(date(2026, 3, 6)),
        What.STAGE_SUMMARY: midnight_after(date(2026, 4, 2)),
        What.CYCLE_END: datetime(2026, 6, 1, tzinfo=SHANGHAI),
    }


@pytest.mark.rule("HB-07")
def test_rounds_are_weekly_fortnightly_when_stable_and_at_once_after_a_change() -> None:
    seen = TUESDAY + HOUR
    assert by_what(in_bed(round_at=seen))[What.ROUND] == midnight_after(date(2026, 3, 10))
    stable = in_bed(round_at=seen, stable_at=seen + HOUR)
    assert by_what(stable)[What.ROUND] == midnight_after(date(2026, 3, 17))

    changed = msgspec.structs.replace(stable, changed_at=seen + DAY)
    due = by_what(changed)
    assert due[What.EXTRA_ROUND] == seen + 2 * DAY
    assert due[What.ROUND] == midnight_after(date(2026, 3, 10))
    answered = msgspec.structs.replace(changed, round_at=seen + DAY + HOUR)
    assert What.EXTRA_ROUND not in by_what(answered)


@pytest.mark.rule("HB-08")
def test_after_a_change_of_condition_the_superior_doctor_comes_again_soon() -> None:
    seen = TUESDAY + HOUR
    monthly = midnight_after(date(2026, 4, 2))
    calm = in_bed(round_at=seen, superior_round_at=seen)
    assert by_what(calm)[What.SUPERIOR_ROUND] == monthly

    changed = msgspec.structs.replace(calm, changed_at=seen + DAY)
    assert by_what(changed)[What.SUPERIOR_ROUND] == midnight_after(date(2026, 3, 7))
    back = msgspec.structs.replace(changed, resumed_at=seen + 5 * DAY)
    assert by_what(back)[What.SUPERIOR_ROUND] == midnight_after(date(2026, 3, 11))
    answered = msgspec.structs.replace(changed, superior_round_at=seen + DAY + HOUR)
    assert by_what(answered)[What.SUPERIOR_ROUND] == midnight_after(date(2026, 4, 3))
    never = msgspec.structs.replace(changed, superior_round_at=None)
    assert by_what(never)[What.SUPERIOR_ROUND] == midnight_after(date(2026, 3, 6))


@pytest.mark.rule("HB-07")
def test_the_week_turns_at_midnight_in_shanghai_holiday_or_not() -> None:
    late = datetime(2026, 2, 9, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai
    assert by_what(in_bed(round_at=late, opened_at=late - DAY))[What.ROUND] == midnight_after(
        date(2026, 2, 16)
    )
    one_minute_on = late + timedelta(minutes=1)
    assert by_what(in_bed(round_at=one_minute_on, opened_at=late - DAY))[
        What.ROUND
    ] == midnight_after(date(2026, 2, 17))


@pytest.mark.rule("BG-06")
def test_who_is_away_owes_no_round_and_must_be_back() -> None:
    away = in_bed(status=Status.SUSPENDED, suspended_at=TUESDAY, recorded_at=TUESDAY)
    assert by_what(away) == {
        What.RETURN: midnight_after(date(2026, 3, 17)),
        What.CYCLE_END: datetime(2026, 6, 1, tzinfo=SHANGHAI),
    }
    back = in_bed(round_at=TUESDAY, resumed_at=TUESDAY + 10 * DAY)
    assert by_what(back)[What.ROUND] == midnight_after(date(2026, 3, 20))


@pytest.mark.rule("HB-13")
def test_closing_owes_a_discharge_record_and_then_a_contact() -> None:
    closing = in_bed(status=Status.CLOSING, closing_at=TUESDAY, recorded_at=TUESDAY)
    assert by_what(closing) == {What.DISCHARGE_RECORD: TUESDAY + DAY}
    closed = in_bed(status=Status.CLOSED, closed_at=TUESDAY, outcome=Outcome.BETTER)
    assert by_what(closed) == {What.CONTACT: midnight_after(date(2026, 3, 10))}
    assert by_what(msgspec.structs.replace(closed, contacted_at=TUESDAY)) == {}
    assert by_what(msgspec.structs.replace(closed, outcome=Outcome.DIED)) == {}


@pytest.mark.rule("HB-11")
def test_a_cycle_runs_over_the_year_end() -> None:
    opened = datetime(2025, 12, 31, 23, 30, tzinfo=SHANGHAI)
    assert by_what(in_bed(opened_at=opened))[What.CYCLE_END] == datetime(
        2026, 3, 31, tzinfo=SHANGHAI
    )


def said_of(what: What, at: datetime) -> list[tuple[Stage, datetime]]:
    found = reminders(
        Due(at, what),
        hour=time(6, 30),
        escalate=DAY,
        cycle_before=(14 * DAY, 7 * DAY, DAY, 0 * DAY),
    )
    return [(each.stage, each.at) for each in found]


@pytest.mark.rule("BG-03", "BG-04")
def test_a_round_is_said_in_the_morning_and_again_a_day_late_a_record_when_it_is_late() -> None:
    at = midnight_after(date(2026, 3, 10))
    morning = datetime(2026, 3, 10, 6, 30, tzinfo=SHANGHAI)
    assert said_of(What.ROUND, at) == [(Stage.DUE, morning), (Stage.LATE, at + DAY)]
    assert said_of(What.OPENING_RECORD, TUESDAY) == [(Stage.LATE, TUESDAY)]
    at_night = datetime(2026, 3, 10, 3, tzinfo=SHANGHAI)
    assert said_of(What.EXTRA_ROUND, at_night)[0] == (Stage.DUE, at_night)


@pytest.mark.rule("BG-05")
def test_the_end_of_a_cycle_is_said_three_times_and_then_it_is_there() -> None:
    at = datetime(2026, 6, 1, tzinfo=SHANGHAI)
    assert [moment for _, moment in said_of(What.CYCLE_END, at)] == [
        datetime(2026, 5, 18, 6, 30, tzinfo=SHANGHAI),
        datetime(2026, 5, 25, 6, 30, tzinfo=SHANGHAI),
        datetime(2026, 5, 31, 6, 30, tzinfo=SHANGHAI),
        at,
    ]
