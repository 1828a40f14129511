"""Every status under every move, and every limit at its edge. Pure: no database, no clock."""

from datetime import datetime, time, timedelta
from itertools import product
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.calendar import SHANGHAI
from backend.core.geo import Coordinates, as_wgs84
from backend.core.problems import CannotMove
from backend.core.times import Times
from backend.people.lifecycle import CareFlag
from backend.visits.lifecycle import (
    CLEARS,
    ENDED,
    PATHS,
    RULES,
    Code,
    ExceptionStatus,
    Journey,
    Limits,
    Move,
    Plan,
    Proof,
    Seen,
    Status,
    after,
    distance_m,
    end_findings,
    findings,
    missing_from_bag,
    needs_two,
    resolving,
    statuses,
    token,
)
from tests.builders import TUESDAY_NINE

MINUTE = timedelta(minutes=1)
DOOR = Coordinates(31.2235, 121.4452)
LIMITS = Limits(
    fence_m=200,
    accuracy_max_m=100,
    early=60 * MINUTE,
    late=30 * MINUTE,
    skew_max=timedelta(seconds=300),
    offline_max=timedelta(hours=72),
    speed_max_kmh=80,
    shortest=10 * MINUTE,
    longest=240 * MINUTE,
)
PLAN = Plan(
    start=TUESDAY_NINE,
    end=TUESDAY_NINE + 40 * MINUTE,
    place=DOOR,
    institution_id=None,
    is_assigned=True,
    is_ended=False,
    is_alone=False,
    token_holds=None,
    before=None,
)
FIELD_MOVES = st.lists(st.sampled_from(sorted(statuses.DONE)), max_size=8)


def a_proof(metres: float = 0, **changed) -> Proof:
    """So far north of the door."""
    point = {"lat": DOOR.lat + metres / 111_195, "lon": DOOR.lon, "datum": "wgs84"}
    said = {"client_time": TUESDAY_NINE.isoformat(), "method": "GPS", "point": point}
    return msgspec.convert({**said, **changed}, Proof)


def times_at(moment: datetime = TUESDAY_NINE, *, waited=timedelta(), skew=timedelta()) -> Times:
    return Times(moment + skew, moment, moment + waited, skew)


def codes(proof: Proof | None = None, *, times: Times | None = None, **plan) -> set[Code]:
    proof = proof or a_proof()
    whole = msgspec.structs.replace(PLAN, **plan)
    found = findings(
        proof,
        times=times or times_at(),
        plan=whole,
        limits=LIMITS,
        away_m=distance_m(proof, whole.place),
    )
    return {each.code for each in found}


def end_codes(minutes: float, *, unconsented=(), meanwhile: str | None = None) -> set[Code]:
    found = end_findings(
        a_proof(),
        times=times_at(TUESDAY_NINE + minutes * MINUTE),
        plan=msgspec.structs.replace(PLAN, meanwhile=meanwhile),
        limits=LIMITS,
        away_m=0,
        began_at=TUESDAY_NINE,
        unconsented=unconsented,
    )
    return {each.code for each in found}


def walk(moves: list[Move], status: Status = Status.PLANNED) -> Status:
    for move in moves:
        status = after(status, move)
    return status


@pytest.mark.rule("EV-03", "EV-05")
@given(moves=FIELD_MOVES, data=st.data())
def test_what_was_done_leads_to_the_same_status_in_any_order_and_however_often(moves, data) -> None:
    shuffled = data.draw(st.permutations(moves + moves))
    assert walk(shuffled) == walk(moves)


@pytest.mark.rule("EV-03")
@pytest.mark.parametrize(("status", "move"), [*product(Status, statuses.DONE)])
def test_care_lands_wherever_the_visit_stood(status, move) -> None:
    assert after(status, move) in {status, statuses.DONE[move]}


@pytest.mark.parametrize(("status", "move"), [*product(Status, statuses.NOTED)])
def test_a_note_moves_nothing(status, move) -> None:
    assert after(status, move) is status


@pytest.mark.parametrize(("status", "move"), [*product(Status, statuses.DECIDED)])
def test_an_office_decides_only_about_what_has_not_been_lived(status, move) -> None:
    if status in (Status.PLANNED, Status.ON_THE_WAY):
        assert after(status, move) is statuses.DECIDED[move]
    else:
        with pytest.raises(CannotMove) as refused:
            after(status, move)
        assert refused.value.facts == {"status": status, "move": move}


def test_every_status_can_be_reached_and_every_move_leads_somewhere() -> None:
    assert {Status.PLANNED, *PATHS.values()} == set(Status)
    assert {move for _, move in PATHS} == set(Move)
    assert set(Status) - ENDED == {Status.PLANNED, Status.ON_THE_WAY, Status.CHECKED_IN}


@pytest.mark.rule("EV-09")
@pytest.mark.parametrize(
    ("status", "move"), [*product(ExceptionStatus, [*resolving.Decision, "clear", "appeal"])]
)
def test_an_exception_is_decided_once_and_only_a_rejection_is_appealed(status, move) -> None:
    undecided = status in (ExceptionStatus.OPEN, ExceptionStatus.ASKED)
    if (move == "appeal" and status is ExceptionStatus.REJECTED) or (
        move != "appeal" and undecided
    ):
        assert isinstance(resolving.after(status, move), ExceptionStatus)
    else:
        with pytest.raises(CannotMove):
            resolving.after(status, move)


@pytest.mark.rule("EV-02")
@pytest.mark.parametrize(
    ("metres", "accuracy_m", "is_far"),
    [(200, None, False), (201.5, None, True), (220, 20, False), (222, 20, True), (300, 100, False)],
)
def test_the_fence_is_as_wide_as_the_phone_is_unsure(metres, accuracy_m, is_far) -> None:
    proof = a_proof(metres)
    assert proof.point is not None
    point = msgspec.structs.replace(proof.point, accuracy_m=accuracy_m)
    assert (Code.FAR in codes(msgspec.structs.replace(proof, point=point))) is is_far


@pytest.mark.rule("EV-02")
def test_a_phone_that_knows_nothing_widens_the_fence_by_a_hundred_metres_at_most() -> None:
    proof = a_proof(302)
    assert proof.point is not None
    point = msgspec.structs.replace(proof.point, accuracy_m=5_000)
    found = codes(msgspec.structs.replace(proof, point=point))
    assert found == {Code.FAR, Code.LOW_ACCURACY}


@pytest.mark.rule("EV-02")
@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(-3601, {Code.EARLY}), (-3600, set()), (1800, set()), (1801, {Code.LATE})],
)
def test_the_window_around_the_start(seconds, expected) -> None:
    assert codes(times=times_at(TUESDAY_NINE + timedelta(seconds=seconds))) == expected


@pytest.mark.rule("EV-05")
@pytest.mark.parametrize(
    ("hours", "expected"), [(72, set()), (72.001, {Code.OFFLINE_LATE}), (0, set())]
)
def test_three_days_offline_are_fine(hours, expected) -> None:
    assert codes(times=times_at(waited=timedelta(hours=hours))) == expected


@pytest.mark.rule("EV-05")
@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(300, set()), (301, {Code.CLOCK_SKEW}), (-300, set()), (-301, {Code.CLOCK_SKEW})],
)
def test_five_minutes_of_skew_are_fine(seconds, expected) -> None:
    assert codes(times=times_at(skew=timedelta(seconds=seconds))) == expected


@pytest.mark.rule("EV-05")
def test_a_phone_that_speaks_of_tomorrow_has_a_wrong_clock_even_without_a_handshake() -> None:
    said = Times(TUESDAY_NINE + timedelta(days=1), TUESDAY_NINE, TUESDAY_NINE)
    assert codes(times=said) == {Code.CLOCK_SKEW}


@pytest.mark.rule("EV-02")
@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        ({"is_assigned": False}, {Code.WRONG_PERSON}),
        ({"is_ended": True}, {Code.ENDED}),
        ({"is_alone": True}, {Code.ALONE}),
        ({"place": None}, {Code.NO_LOCATION}),
        ({"token_holds": False}, {Code.BAD_TOKEN}),
        ({"token_holds": True}, set()),
    ],
)
def test_what_does_not_fit_the_plan_is_odd(plan, expected) -> None:
    assert codes(**plan) == expected


@pytest.mark.rule("EV-01", "EV-02")
@pytest.mark.parametrize("method", ["GPS", "QR", "NFC", "PHONE_CALL", "MANUAL"])
def test_without_a_place_no_method_proves_an_arrival(method) -> None:
    """A photographed code can be sent to somebody who is somewhere else."""
    assert codes(a_proof(method=method, point=None), token_holds=True) == {Code.NO_LOCATION}


def seen(**changed) -> Seen:
    here = {"at": TUESDAY_NINE - 10 * MINUTE, "place": DOOR, "visit_id": "v", "is_open": False}
    return Seen(**{"institution_id": None, **here, **changed})


@pytest.mark.rule("EV-07")
@pytest.mark.parametrize(("metres", "is_odd"), [(13_300, False), (13_400, True)])
def test_eighty_kilometres_an_hour_are_the_fastest(metres, is_odd) -> None:
    before = seen(place=Coordinates(DOOR.lat + metres / 111_195, DOOR.lon))
    assert (Code.IMPOSSIBLE_SPEED in codes(before=before)) is is_odd


@pytest.mark.rule("EV-07")
def test_a_phone_that_lies_still_and_trembles_does_not_speed() -> None:
    before = seen(at=TUESDAY_NINE, place=Coordinates(DOOR.lat + 0.0009, DOOR.lon))
    assert codes(before=before) == set()


@pytest.mark.rule("EV-06")
@pytest.mark.parametrize(
    ("house", "other", "expected"),
    [(None, None, {Code.OVERLAP}), ("a", "a", set()), ("a", "b", {Code.OVERLAP})],
)
def test_only_the_same_house_may_be_visited_twice_at_once(house, other, expected) -> None:
    before = seen(is_open=True, institution_id=other)
    assert codes(before=before, institution_id=house) == expected


@pytest.mark.rule("EV-06")
@pytest.mark.parametrize(
    ("minutes", "expected"),
    [(9.9, {Code.TOO_SHORT}), (10, set()), (240, set()), (240.1, {Code.TOO_LONG})],
)
def test_the_length_of_a_visit(minutes, expected) -> None:
    assert end_codes(minutes) == expected


@pytest.mark.rule("EV-06", "HC-10")
def test_what_is_odd_about_an_end() -> None:
    assert end_codes(30, unconsented=["S108"]) == {Code.NO_CONSENT}
    assert end_codes(30, meanwhile="another") == {Code.OVERLAP}


def test_every_code_says_its_rule_and_what_would_clear_it() -> None:
    assert set(CLEARS) == set(Code)
    assert set(RULES) <= set(Code)


@pytest.mark.rule("EV-04")
def test_the_sample_check_in_is_at_the_door_and_half_a_kilometre_off_in_the_other_datum() -> None:
    """The golden vector of the domain, as the sample payload sends it."""
    assert pytest.approx(as_wgs84(31.22162, 121.44980, "gcj02"), abs=1e-4) == DOOR
    sample = {"lat": 31.22162, "lon": 121.44980, "accuracy_m": 22}
    honest = a_proof(point={**sample, "datum": "gcj02"})
    mixed_up = a_proof(point={**sample, "datum": "wgs84"})

    assert (distance_m(honest, DOOR) or 0) <= 10
    assert codes(honest) == set()
    assert 440 <= (distance_m(mixed_up, DOOR) or 0) <= 500
    assert codes(mixed_up) == {Code.FAR}


HOUSE, OTHER_HOUSE = UUID(int=1), UUID(int=2)
EVERY_MINUTE = timedelta(seconds=60)


@pytest.mark.rule("EV-02")
@pytest.mark.parametrize(
    ("seconds", "is_good"), [(-61, False), (-1, True), (0, True), (119, True), (120, False)]
)
def test_a_code_is_good_in_its_minute_and_the_ones_beside_it(ready, seconds, is_good) -> None:
    shown_at = TUESDAY_NINE
    said = token.token(HOUSE, step=token.step_of(shown_at, lasts=EVERY_MINUTE))
    at = shown_at + timedelta(seconds=seconds)
    assert token.holds(said, HOUSE, at=at, lasts=EVERY_MINUTE, drift_steps=1) is is_good
    assert not token.holds(said, OTHER_HOUSE, at=at, lasts=EVERY_MINUTE, drift_steps=1)


NIGHT = time(20), time(7)


def at(hour: int, minute: int = 0, day: int = 24) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


MORNING, LATER = at(9), at(10)


def a_journey(start: datetime = MORNING, end: datetime = LATER, **changed) -> Journey:
    calm = {"items": frozenset(), "care_flags": frozenset(), "sex": "F"}
    alone = {"staff_sexes": frozenset({"F"}), "is_first_visit": True}
    return Journey(start=start, end=end, **{**calm, **alone, **changed})


ALONE = frozenset({CareFlag.LIVES_ALONE})
MAN = frozenset({"M"})


@pytest.mark.rule("HC-09")
@pytest.mark.parametrize(
    ("journey", "expected"),
    [
        (a_journey(), False),
        (a_journey(at(19), at(20)), False),
        (a_journey(at(19, 30), at(20, 1)), True),
        (a_journey(at(20), at(21)), True),
        (a_journey(at(6, 59), at(8)), True),
        (a_journey(at(7), at(8)), False),
        (a_journey(at(19), at(8, day=25)), True),
        (a_journey(care_flags=frozenset({CareFlag.AGGRESSION})), True),
        (a_journey(items=frozenset({"S108"})), True),
        (a_journey(items=frozenset({"S105"})), False),
        (a_journey(care_flags=ALONE, staff_sexes=MAN), True),
        (a_journey(care_flags=ALONE, staff_sexes=frozenset("MF")), True),
        (a_journey(care_flags=ALONE), False),
        (a_journey(care_flags=ALONE, staff_sexes=MAN, is_first_visit=False), False),
        (a_journey(staff_sexes=MAN), False),
        (a_journey(care_flags=ALONE, staff_sexes=MAN, sex=None), False),
    ],
)
def test_when_two_must_go(journey, expected) -> None:
    assert needs_two(journey, night=NIGHT, invasive={"S108"}) is expected


@pytest.mark.rule("HC-08")
def test_what_the_bag_lacks_is_told_in_the_order_of_the_list() -> None:
    minimum = ("stethoscope", "thermometer", "torch")
    assert missing_from_bag({"thermometer", "glucometer"}, minimum=minimum) == [
        "stethoscope",
        "torch",
    ]
    assert missing_from_bag(minimum, minimum=minimum) == []
