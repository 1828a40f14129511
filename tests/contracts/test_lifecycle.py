"""States, dates and panels, without a database."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.lifecycle import (
    PATHS,
    Move,
    Panel,
    Standing,
    Status,
    after,
    contract_year,
    ends_on,
    lacks_contact,
    last_day,
    next_month,
    panel,
    standing,
)
from backend.core.problems import CannotMove

DAYS = st.dates(date(2020, 1, 1), date(2034, 12, 31))


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("move", Move)
def test_a_move_leads_where_the_table_says_or_nowhere(status: Status, move: Move) -> None:
    if (status, move) in PATHS:
        assert after(status, move) is PATHS[status, move]
    else:
        with pytest.raises(CannotMove):
            after(status, move)


def test_both_sides_sign_before_it_is_signed() -> None:
    assert after(after(Status.DRAFT, Move.SIGN), Move.SIGN) is Status.SIGNED


def test_whoever_edits_takes_back_what_was_signed() -> None:
    assert after(Status.NEGOTIATING, Move.EDIT) is Status.DRAFT


def test_nothing_leads_out_of_an_end() -> None:
    assert [move for status, move in PATHS if status is Status.TERMINATED] == []


FROM, UNTIL = date(2026, 3, 1), date(2027, 3, 1)


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2026, 2, 28), Standing.SIGNED),
        (date(2026, 3, 1), Standing.ACTIVE),
        (date(2027, 1, 29), Standing.ACTIVE),
        (date(2027, 1, 30), Standing.EXPIRING),
        (date(2027, 2, 28), Standing.EXPIRING),
        (date(2027, 3, 1), Standing.EXPIRED),
    ],
)
def test_what_a_signed_contract_is_follows_from_the_day(on: date, expected: Standing) -> None:
    said = standing(Status.SIGNED, on=on, valid_from=FROM, until_on=UNTIL, notice_days=30)
    assert said is expected


def test_who_has_renewed_is_not_expiring_and_is_renewed_in_the_end() -> None:
    near, over = date(2027, 2, 10), date(2027, 3, 2)
    said: dict[Any, Any] = {
        on: standing(
            Status.SIGNED, on=on, valid_from=FROM, until_on=UNTIL, is_renewed=True, notice_days=30
        )
        for on in (near, over)
    }
    assert said == {near: Standing.ACTIVE, over: Standing.RENEWED}


def test_a_terminated_contract_is_in_force_until_it_takes_effect() -> None:
    until = date(2026, 7, 1)
    said = [
        standing(Status.TERMINATED, on=on, valid_from=FROM, until_on=until)
        for on in (date(2026, 6, 30), until)
    ]
    assert said == [Standing.ACTIVE, Standing.TERMINATED]


@given(DAYS, DAYS, st.integers(1, 3), st.sampled_from(Status))
def test_a_day_has_one_standing_and_only_days_within_are_in_force(on, start, years, status) -> None:
    until = last_day(start, years) + timedelta(days=1)
    said = standing(status, on=on, valid_from=start, until_on=until)
    signed = status in (Status.SIGNED, Status.TERMINATED)
    assert (said is Standing.ACTIVE) == (signed and start <= on < until)


@pytest.mark.rule("FD-06")
@pytest.mark.parametrize(
    ("start", "years", "last"),
    [
        (date(2026, 3, 1), 1, date(2027, 2, 28)),
        (date(2026, 3, 1), 3, date(2029, 2, 28)),
        (date(2024, 2, 29), 1, date(2025, 2, 27)),
        (date(2026, 1, 1), 1, date(2026, 12, 31)),
    ],
)
def test_a_term_ends_the_day_before_its_anniversary(start: date, years: int, last: date) -> None:
    assert last_day(start, years) == last


@given(DAYS, DAYS)
def test_a_day_lies_in_its_year_of_the_contract(start: date, on: date) -> None:
    if on < start:
        return
    first, end = contract_year(start, on)
    assert first <= on < end
    assert 365 <= (end - first).days <= 366


@pytest.mark.rule("FD-09")
@pytest.mark.parametrize(
    ("on", "first"),
    [
        (date(2026, 12, 31), date(2027, 1, 1)),
        (date(2026, 1, 31), date(2026, 2, 1)),
        (date(2026, 2, 1), date(2026, 3, 1)),
    ],
)
def test_what_changes_with_the_next_month_changes_on_its_first(on: date, first: date) -> None:
    assert next_month(on) == first


@given(DAYS, DAYS, st.integers(1, 3), st.booleans())
def test_an_ending_is_never_outside_the_contract(on, start, years, at_once) -> None:
    until = last_day(start, years) + timedelta(days=1)
    end = ends_on(on=on, valid_from=start, until_on=until, is_at_once=at_once)
    assert start <= end <= until
    if at_once and start <= on < until:
        assert end == on


@pytest.mark.rule("FD-07")
@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (0, Panel.OPEN),
        (1799, Panel.OPEN),
        (1800, Panel.NEARLY_FULL),
        (1999, Panel.NEARLY_FULL),
        (2000, Panel.FULL),
        (2400, Panel.FULL),
    ],
)
def test_a_team_of_two_thousand_is_nearly_full_at_ninety_percent(count, expected) -> None:
    assert panel(count, cap=2000, warn_pct=90, block_pct=100) is expected


@pytest.mark.rule("FD-10")
@pytest.mark.parametrize(
    ("on", "contacts", "flagged"),
    [
        (date(2026, 6, 29), 0, True),
        (date(2026, 6, 28), 0, False),
        (date(2026, 6, 29), 1, False),
    ],
)
def test_half_a_year_without_a_contact_is_flagged(on, contacts, flagged) -> None:
    said = lacks_contact(
        contacts=contacts,
        contacts_min=1,
        on=on,
        valid_from=date(2025, 12, 31),
        within=timedelta(days=180),
    )
    assert said is flagged
