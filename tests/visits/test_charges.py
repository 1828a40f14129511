"""What of a visit is charged, and what never is (HB-15)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.access import Role
from backend.core.ids import uuid7
from backend.payments.lifecycle.tariffs import DOORS, ROUNDS, Fee
from backend.visits.lifecycle import Kind, PlaceKind, Status
from backend.visits.lifecycle.charges import Lived, Stay, charges, charges_of_entry
from backend.visits.lifecycle.statuses import ExceptionStatus
from tests.builders import TUESDAY_NINE as NINE

MINUTE = timedelta(minutes=1)
STAYS = st.builds(
    Stay,
    staff_id=st.builds(uuid7),
    role=st.sampled_from([Role.GP, Role.SENIOR_GP, Role.NURSE, Role.THERAPIST]),
    came_at=st.integers(0, 60).map(lambda minutes: NINE + minutes * MINUTE),
    left_at=st.none() | st.integers(61, 120).map(lambda minutes: NINE + minutes * MINUTE),
    items=st.lists(st.sampled_from(["S105", "S113", "S115", "S116"]), max_size=4),
)
LIVED = st.builds(
    Lived,
    id=st.builds(uuid7),
    kind=st.sampled_from(sorted(set(Kind) - {Kind.WARD_ROUND})).map(Kind),
    status=st.sampled_from(Status),
    place=st.sampled_from(PlaceKind),
    stays=st.lists(STAYS, max_size=3),
    exceptions=st.lists(st.sampled_from(ExceptionStatus), max_size=3),
)


@pytest.mark.rule("HB-15")
@given(LIVED)
def test_nothing_is_charged_of_what_is_not_verified(visit: Lived) -> None:
    counts = {ExceptionStatus.APPROVED, ExceptionStatus.CLEARED}
    is_verified = (
        visit.status is Status.CHECKED_OUT
        and len(visit.stays) > 0
        and all(stay.left_at is not None for stay in visit.stays)
        and all(each in counts for each in visit.exceptions)
    )
    charged = charges(visit)
    assert is_verified or charged == []
    entry = charges_of_entry(visit, seen_by=uuid7(), seen_at=NINE)
    assert bool(entry) is is_verified
    assert all(each.is_optional for each in entry)


@pytest.mark.rule("HB-15")
@pytest.mark.parametrize("minutes", [0, -1])
def test_a_stay_without_length_is_charged_without_minutes(minutes: int) -> None:
    """A phone that lost its clock may say so; whoever approved the visit knows that they came."""
    stay = Stay(
        staff_id=uuid7(),
        role=Role.NURSE,
        came_at=NINE,
        left_at=NINE + minutes * MINUTE,
        items=["S105"],
    )
    visit = Lived(
        id=uuid7(),
        kind=Kind.NURSING,
        status=Status.CHECKED_OUT,
        place=PlaceKind.HOME,
        stays=[stay],
        exceptions=[ExceptionStatus.APPROVED],
    )
    assert [(each.item, each.until_at) for each in charges(visit)] == [
        ("S105", None),
        (Fee.DOOR, None),
    ]


@pytest.mark.rule("HB-15")
@given(LIVED)
def test_a_round_is_charged_to_doctors_of_rounds_and_names_its_visit(visit: Lived) -> None:
    doctors = {stay.staff_id for stay in visit.stays if stay.role in (Role.GP, Role.SENIOR_GP)}
    is_round = visit.kind in (Kind.HOMEBED_ROUND, Kind.SUPERIOR_ROUND)
    charged = charges(visit)
    for each in charged:
        assert each.visit_id == visit.id
        assert each.item not in ROUNDS or (is_round and each.done_by in doctors)
    if is_round:
        assert not DOORS & {each.item for each in charged}
    elif charged:
        door = Fee.DOOR if visit.place is PlaceKind.HOME else Fee.DOOR_OF_A_HOUSE
        assert [each.item for each in charged if each.item in DOORS] == [door]
    rounds = [each for each in charged if each.item in ROUNDS]
    assert len({each.done_by for each in rounds}) == len(rounds)
