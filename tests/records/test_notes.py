"""Notes: whole when signed, late when late, never changed."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from backend.records.lifecycle import notes
from backend.records.lifecycle.notes import (
    Content,
    Lateness,
    Move,
    NoteIncomplete,
    NoteKind,
    NoteSigned,
    NoteStatus,
    WrongAmendment,
)

SIX_HOURS = timedelta(hours=6)
# 16:10 in Shanghai.
AFTERNOON = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.rule("RC-06")
@pytest.mark.parametrize(("status", "move"), list(product(NoteStatus, Move)))
def test_every_move_is_on_the_map_or_refused(status: NoteStatus, move: Move) -> None:
    if (status, move) in notes.PATHS:
        assert notes.after(status, move) is notes.PATHS[status, move]
    else:
        with pytest.raises(NoteSigned):
            notes.after(status, move)


@pytest.mark.rule("RC-06")
def test_nothing_leaves_a_signed_note() -> None:
    assert not [move for move in Move if (NoteStatus.SIGNED, move) in notes.PATHS]


@pytest.mark.rule("RC-06")
def test_an_amendment_names_a_signed_note_of_the_same_person_and_kind_and_a_reason() -> None:
    def check(**changed: object) -> None:
        notes.check_amendment(
            **{  # type: ignore[arg-type]
                "status": NoteStatus.SIGNED,
                "kind": NoteKind.ROUND,
                "same_person": True,
                "amending": NoteKind.ROUND,
                "reason": "剂量写错",
                **changed,
            }
        )

    check()
    for wrong in (
        {"status": NoteStatus.DRAFT},
        {"same_person": False},
        {"amending": NoteKind.VISIT},
        {"reason": None},
        {"reason": ""},
    ):
        with pytest.raises(WrongAmendment):
            check(**wrong)


@pytest.mark.rule("HB-09")
@pytest.mark.parametrize("kind", list(NoteKind))
def test_what_is_signed_must_be_whole(kind: NoteKind) -> None:
    whole = dict.fromkeys(notes.NEEDED.get(kind, ()), "有")

    notes.check_complete(kind, Content(**whole))  # type: ignore[arg-type]
    for part in whole:
        for nothing in (None, "  "):
            with pytest.raises(NoteIncomplete) as refusal:
                notes.check_complete(kind, Content(**whole | {part: nothing}))  # type: ignore[arg-type]
            assert refusal.value.facts == {"missing": [part]}


@pytest.mark.rule("EM-04")
def test_a_rescue_note_is_due_within_six_hours() -> None:
    due_at = notes.due_at(NoteKind.RESCUE, AFTERNOON, rescue_within=SIX_HOURS)

    assert due_at == AFTERNOON + SIX_HOURS


@pytest.mark.rule("HB-09")
@pytest.mark.parametrize("kind", sorted(notes.SAME_DAY))
def test_the_note_of_a_round_is_due_on_the_same_day_in_shanghai(kind: NoteKind) -> None:
    assert notes.due_at(kind, AFTERNOON, rescue_within=SIX_HOURS) == MIDNIGHT
    assert notes.due_at(kind, MIDNIGHT, rescue_within=SIX_HOURS) == MIDNIGHT + timedelta(days=1)


def test_an_order_is_never_late() -> None:
    assert notes.due_at(NoteKind.SPO2_TARGET, AFTERNOON, rescue_within=SIX_HOURS) is None


@pytest.mark.rule("EM-04", "EV-05")
@pytest.mark.parametrize(
    ("signed", "recorded", "expected"),
    [
        (timedelta(), timedelta(), Lateness.IN_TIME),
        (-SECOND, SECOND, Lateness.RECEIVED_LATE),
        (timedelta(), SECOND, Lateness.RECEIVED_LATE),
        (SECOND, SECOND, Lateness.LATE),
    ],
)
def test_a_signature_is_late_by_its_own_time_and_marked_when_only_ours_is(
    signed: timedelta, recorded: timedelta, expected: Lateness
) -> None:
    found = notes.lateness(
        due_at=MIDNIGHT, signed_at=MIDNIGHT + signed, recorded_at=MIDNIGHT + recorded
    )

    assert found is expected


def test_what_has_no_limit_is_always_in_time() -> None:
    found = notes.lateness(due_at=None, signed_at=AFTERNOON, recorded_at=AFTERNOON)

    assert found is Lateness.IN_TIME
