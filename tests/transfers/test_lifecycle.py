"""Which move leads where, which reason to which bed, and by when what is owed. Pure."""

from datetime import UTC, datetime, timedelta
from itertools import product

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.beds.lifecycle import LAYERS, BedKind, Layer
from backend.core.problems import CannotMove
from backend.transfers.lifecycle import (
    BACK_FILLED,
    BEFORE_DEPARTURE,
    OPEN,
    OVER,
    PATHS,
    Journey,
    Move,
    Reason,
    Status,
    Urgency,
    after,
    check_reason,
    deadlines,
    is_hurried,
    journey,
)
from backend.transfers.lifecycle.said import TransferAnswer, TransferDraft, TransferRequest
from backend.transfers.problems import WrongTarget

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)  # 12:00 in Shanghai


@pytest.mark.parametrize(("status", "move"), list(product(Status, Move)))
@pytest.mark.parametrize("is_emergency", [False, True])
def test_a_move_leads_where_the_table_says_or_nowhere(status, move, is_emergency) -> None:
    paths = {**PATHS, **(BACK_FILLED if is_emergency else {})}
    if (status, move) in paths:
        assert after(status, move, is_emergency=is_emergency) is paths[status, move]
    else:
        with pytest.raises(CannotMove):
            after(status, move, is_emergency=is_emergency)


def test_the_way_of_a_planned_transfer() -> None:
    status = Status.DRAFT
    for move, then in (
        (Move.ASSESSMENT, Status.ASSESSED),
        (Move.REQUEST, Status.REQUESTED),
        (Move.DECLINE, Status.REQUESTED),
        (Move.ACCEPTANCE, Status.ACCEPTED),
        (Move.DEPARTURE, Status.IN_TRANSIT),
        (Move.ARRIVAL, Status.ARRIVED),
        (Move.FEEDBACK, Status.FEEDBACK_DONE),
        (Move.CLOSURE, Status.CLOSED),
    ):
        status = after(status, move)
        assert status is then


@pytest.mark.rule("FB-08")
def test_an_emergency_waits_for_no_assessment_and_its_back_filling_changes_no_status() -> None:
    left = after(Status.EMERGENCY_OPENED, Move.DEPARTURE, is_emergency=True)
    assert after(left, Move.ARRIVAL, is_emergency=True) is Status.ARRIVED
    assert all(status is then for (status, _), then in BACK_FILLED.items())
    assert after(Status.EMERGENCY_OPENED, Move.ASSESSMENT) is Status.EMERGENCY_OPENED
    assert {status for status, _ in BACK_FILLED} == {
        Status.IN_TRANSIT,
        Status.ARRIVED,
        Status.FEEDBACK_DONE,
    }


def test_a_transfer_is_cancelled_before_departure_only() -> None:
    cancellable = {status for status, move in PATHS if move is Move.CANCELLATION}
    assert cancellable == set(BEFORE_DEPARTURE)


def test_what_is_over_stays_over_and_death_ends_what_is_open() -> None:
    assert {status for status, _ in PATHS} & OVER == set()
    assert {status for status, move in PATHS if move is Move.DEATH} == set(OPEN)


@given(st.lists(st.sampled_from(list(Move)), max_size=30), st.booleans())
def test_whatever_is_tried_nobody_arrives_who_has_not_left(moves, is_emergency) -> None:
    status = Status.EMERGENCY_OPENED if is_emergency else Status.DRAFT
    made: list[Move] = []
    for move in moves:
        try:
            status = after(status, move, is_emergency=is_emergency)
        except CannotMove:
            continue
        made.append(move)
    if Move.ARRIVAL in made:
        assert Move.DEPARTURE in made[: made.index(Move.ARRIVAL)]
        assert is_emergency or Move.ACCEPTANCE in made
    if Move.DEPARTURE in made and not is_emergency:
        assert Move.ASSESSMENT in made[: made.index(Move.DEPARTURE)]


@pytest.mark.rule("FB-04", "FB-05", "FB-06", "FB-07")
@pytest.mark.parametrize(
    ("reason", "to"),
    [
        (Reason.ENVIRONMENT, {"HOME_CARE", "INSTITUTION", "OWN_HOME"}),
        (Reason.WORSE, {"HOME_SICK", "HOSPITAL"}),
        (Reason.BETTER, {"HOME_CARE", "INSTITUTION", "OWN_HOME", "HOME_SICK"}),
        (Reason.TERMINAL, {"HOSPICE", "HOME_HOSPICE"}),
        (Reason.EMERGENCY, {"HOSPITAL"}),
    ],
)
def test_each_reason_leads_to_its_beds_and_to_no_other(reason, to) -> None:
    for bed in BedKind:
        if bed in to:
            check_reason(reason, bed)
        else:
            with pytest.raises(WrongTarget):
                check_reason(reason, bed)


@pytest.mark.rule("FB-07")
def test_who_is_dying_is_answered_as_fast_as_an_urgent_one() -> None:
    assert is_hurried(Reason.TERMINAL, Urgency.ROUTINE)
    assert is_hurried(Reason.WORSE, Urgency.URGENT)
    assert not is_hurried(Reason.WORSE, Urgency.ROUTINE)


@pytest.mark.parametrize("to", BedKind)
@pytest.mark.parametrize("was_inpatient", [False, True])
def test_every_move_is_some_journey(to, was_inpatient) -> None:
    found = journey(was_inpatient=was_inpatient, to=to)
    if LAYERS[to] is Layer.INPATIENT:
        assert found in {Journey.ADMITTED, Journey.ONWARD}
    assert (found is Journey.BACK) == (was_inpatient and LAYERS[to] is not Layer.INPATIENT)


NEW_YEARS_EVE = datetime(2026, 2, 16, 10, tzinfo=UTC)  # 18:00 in Shanghai, in the Spring Festival
LATE = datetime(2026, 12, 31, 15, 30, tzinfo=UTC)  # 23:30 on the last day of the year


@pytest.mark.rule("BG-19")
@pytest.mark.parametrize("moment", [NOON, NEW_YEARS_EVE, LATE])
def test_deadlines_run_through_nights_holidays_and_the_end_of_the_year(moment) -> None:
    hour = timedelta(hours=1)
    assert deadlines.assess_by(moment) == moment + 72 * hour
    assert deadlines.answer_by(moment, is_hurried=False) == moment + 24 * hour
    assert deadlines.answer_by(moment, is_hurried=True) == moment + 2 * hour
    assert deadlines.package_by(moment, is_emergency=False) == moment + 24 * hour
    assert deadlines.package_by(moment, is_emergency=True) == moment + 2 * hour
    assert deadlines.feedback_by(moment) == moment + 48 * hour
    assert deadlines.access_until(moment) == moment + 30 * 24 * hour


@pytest.mark.rule("FB-06")
@pytest.mark.parametrize(
    ("back_at", "until"),
    [
        (NOON, datetime(2026, 12, 1, 16, tzinfo=UTC)),  # the end of 1 December in Shanghai
        (LATE, datetime(2027, 1, 7, 16, tzinfo=UTC)),
        (LATE + timedelta(minutes=31), datetime(2027, 1, 8, 16, tzinfo=UTC)),  # after midnight
        (NEW_YEARS_EVE, datetime(2026, 2, 23, 16, tzinfo=UTC)),
    ],
)
def test_the_first_visit_is_due_by_the_end_of_a_day_in_shanghai(back_at, until) -> None:
    assert deadlines.first_visit_by(back_at) == until


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (TransferAnswer, {"client_time": NOON, "decision": "decline"}),
        (TransferAnswer, {"client_time": NOON, "decision": "decline", "reason": "无床"}),
        (TransferRequest, {"client_time": NOON, "receivers": []}),
        (
            TransferRequest,
            {"client_time": NOON, "receivers": ["0192aaaa-0000-7000-8000-000000000001"] * 2},
        ),
        (
            TransferDraft,
            {
                "person_id": "0192aaaa-0000-7000-8000-000000000001",
                "to_bed": "HOSPITAL",
                "reason_code": "EMERGENCY",
            },
        ),
    ],
)
def test_what_says_nothing_is_not_a_request(kind, said) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(said, kind)
