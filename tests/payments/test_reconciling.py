"""The comparison alone: every difference is found, named once, and nothing else is."""

from collections.abc import Callable
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.payments.lifecycle.reconciling import (
    Difference,
    DifferenceKind,
    Number,
    Ours,
    Theirs,
    compare,
)

CENTER = UUID(int=7)
LONG, SHORT, AMOUNT = DifferenceKind


def ours(about: str, trade_no: str, fen: int, **changed: object) -> Ours:
    said = Ours(
        number=Number(about, trade_no),
        fen=fen,
        booked_fen=fen,
        is_done=True,
        is_of_day=True,
        organization_id=CENTER,
        order_id=UUID(int=len(trade_no)),
    )
    return msgspec.structs.replace(said, **changed)


def theirs(about: str, trade_no: str, fen: int) -> Theirs:
    return Theirs(number=Number(about, trade_no), fen=fen)


def kinds(found: list[Difference]) -> list[DifferenceKind]:
    return [each.kind for each in found]


def test_what_both_have_alike_is_no_difference() -> None:
    assert compare([theirs("payment", "A", 5)], [ours("payment", "A", 5)]) == []


def test_what_they_alone_have_is_long_and_what_we_alone_have_is_short() -> None:
    found = compare([theirs("payment", "A", 5)], [ours("payment", "B", 6)])
    assert [(each.kind, each.number.trade_no) for each in found] == [(LONG, "A"), (SHORT, "B")]
    assert [(each.theirs_fen, each.ours_fen) for each in found] == [(5, None), (None, 6)]
    assert [each.organization_id for each in found] == [None, CENTER]


def test_what_is_in_flight_with_us_and_paid_with_them_is_to_be_asked() -> None:
    (found,) = compare([theirs("payment", "A", 5)], [ours("payment", "A", 5, is_done=False)])
    assert (found.kind, found.can_be_asked) == (LONG, True)


def test_the_ledger_is_the_third_side() -> None:
    (found,) = compare([theirs("payment", "A", 5)], [ours("payment", "A", 5, booked_fen=0)])
    assert (found.kind, found.theirs_fen, found.ours_fen) == (AMOUNT, 5, 0)


def test_a_number_billed_twice_was_charged_twice() -> None:
    (found,) = compare([theirs("payment", "A", 5)] * 2, [ours("payment", "A", 5)])
    assert (found.kind, found.theirs_fen) == (AMOUNT, 10)


def test_a_payment_and_a_refund_of_one_number_are_two_things() -> None:
    found = compare([theirs("refund", "A", 5)], [ours("payment", "A", 5)])
    assert sorted(kinds(found)) == [LONG, SHORT]


def test_around_midnight_nothing_is_missing() -> None:
    of_another_day = ours("payment", "A", 5, is_of_day=False)
    assert compare([theirs("payment", "A", 5)], [of_another_day]) == []
    assert compare([], [of_another_day]) == []
    assert compare([], [ours("refund", "A", 5)], before=[Number("refund", "A")]) == []


def test_what_has_no_cash_is_in_no_bill() -> None:
    assert compare([], [ours("payment", "A", 0)]) == []


entries = st.dictionaries(
    st.tuples(st.sampled_from(["payment", "refund"]), st.text("ABCDEF", min_size=1, max_size=4)),
    st.integers(1, 9_999_999),
    max_size=30,
)
Spoil = Callable[[Ours], tuple[list[Theirs], list[Ours], DifferenceKind]]
SPOILS: list[Spoil] = [
    lambda it: ([Theirs(number=it.number, fen=it.fen)], [], LONG),
    lambda it: (
        [Theirs(number=it.number, fen=it.fen)],
        [msgspec.structs.replace(it, is_done=False)],
        LONG,
    ),
    lambda it: ([], [it], SHORT),
    lambda it: ([Theirs(number=it.number, fen=it.fen + 1)], [it], AMOUNT),
    lambda it: ([Theirs(number=it.number, fen=it.fen - 1)], [it], AMOUNT),
    lambda it: ([Theirs(number=it.number, fen=it.fen)] * 2, [it], AMOUNT),
    lambda it: (
        [Theirs(number=it.number, fen=it.fen)],
        [msgspec.structs.replace(it, booked_fen=it.fen + 1)],
        AMOUNT,
    ),
]


@pytest.mark.rule("PY-15")
@given(entries, st.data())
def test_whatever_is_planted_is_found_and_nothing_else(entries, data) -> None:
    bill: list[Theirs] = []
    books: list[Ours] = []
    planted: dict[Number, DifferenceKind] = {}
    for (about, trade_no), fen in entries.items():
        it = ours(about, trade_no, fen)
        spoil = data.draw(st.sampled_from([None, *SPOILS]))
        if spoil is None:
            bill.append(Theirs(number=it.number, fen=fen))
            books.append(it)
        else:
            their_lines, our_rows, planted[it.number] = spoil(it)
            bill += their_lines
            books += our_rows
    shuffled = data.draw(st.permutations(bill))
    found = compare(shuffled, books)
    assert {each.number: each.kind for each in found} == planted
    assert len(found) == len(planted)
