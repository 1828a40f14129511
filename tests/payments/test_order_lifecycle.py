"""What a channel's word means, for every word and every standing; and the equations of the legs."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.problems import CannotMove
from backend.payments.lifecycle.ledger import Account, balance
from backend.payments.lifecycle.legs import (
    Added,
    Addition,
    Legs,
    MixType,
    Reduced,
    Reduction,
    of_sources,
)
from backend.payments.lifecycle.orders import (
    Heard,
    Outcome,
    Parts,
    captured,
    decide,
    given_back,
    hear,
    next_ask,
    taken,
)
from backend.payments.lifecycle.refunds import needs_approval
from backend.payments.lifecycle.statuses import (
    ORDER_PATHS,
    PAYABLE_PATHS,
    REFUND_PATHS,
    ChannelName,
    LegStatus,
    OrderMove,
    OrderStatus,
    PayableMove,
    PayableStatus,
    RefundMove,
    RefundStatus,
    after,
)
from backend.payments.problems import LegsDisagree
from tests.payments.family import NOW

FEN = st.integers(0, 1_000_000)


@dataclass(frozen=True)
class Word:
    cash: LegStatus
    insurance: LegStatus
    cash_fen: int | None
    insurance_fen: int | None
    is_over: bool


WORDS = [
    Word(cash, insurance, cash_fen, insurance_fen, over)
    for cash, insurance, cash_fen, insurance_fen, over in product(
        LegStatus, LegStatus, (None, 100, 99), (None, 50, 49), (True, False)
    )
]
OWED = [Parts(cash_fen=100), Parts(gov_fen=50), Parts(cash_fen=100, gov_fen=30, self_fen=20)]


@pytest.mark.rule("PY-04")
@given(FEN, FEN, FEN, FEN, FEN, FEN)
def test_the_three_equations_hold_of_whatever_can_be_made(
    gov: int, own: int, other: int, cash: int, added: int, reduced: int
) -> None:
    said: dict[str, Any] = {
        "gov_fen": gov,
        "self_fen": own,
        "other_fen": other,
        "ins_cash_fen": cash,
        "add": [Added(Addition.FREIGHT, added)],
        "reduce": [Reduced(Reduction.DISCOUNT, reduced)],
    }
    if reduced > cash + added:
        with pytest.raises(LegsDisagree):
            of_sources(**said)
        return
    legs = of_sources(**said)
    assert legs.total_fen == gov + own + other + legs.pay_cash_fen + reduced
    assert legs.total_fen == gov + own + other + cash + added
    assert legs.pay_cash_fen == cash + added - reduced
    with pytest.raises(LegsDisagree):
        Legs(pay_cash_fen=legs.pay_cash_fen + 1, total_fen=legs.pay_cash_fen)


@pytest.mark.rule("PY-05")
def test_the_kind_of_an_order_follows_from_its_legs() -> None:
    kinds = {
        MixType.CASH_ONLY: of_sources(gov_fen=0, self_fen=0, other_fen=0, ins_cash_fen=1),
        MixType.INSURANCE_ONLY: of_sources(gov_fen=1, self_fen=0, other_fen=0, ins_cash_fen=0),
        MixType.CASH_AND_INSURANCE: of_sources(gov_fen=0, self_fen=1, other_fen=0, ins_cash_fen=1),
    }
    assert {kind: legs.mix_type for kind, legs in kinds.items()} == {kind: kind for kind in kinds}


@pytest.mark.rule("PY-07")
@pytest.mark.parametrize("owed", OWED, ids=["cash", "insurance", "both"])
def test_success_is_every_leg_to_the_fen_and_nothing_else(owed: Parts) -> None:
    for word in WORDS:
        heard = hear(owed, word)
        cash = word.cash is LegStatus.SUCCESS
        insured = word.insurance is LegStatus.SUCCESS
        right = (
            cash == bool(owed.cash_fen)
            and insured == bool(owed.insured_fen)
            and (not cash or word.cash_fen == owed.cash_fen)
            and (not insured or word.insurance_fen == owed.insured_fen)
        )
        assert (heard is Heard.SUCCESS) == right, word
        if heard is Heard.HALF:
            assert cash != insured
            assert taken(owed, word).fen in (owed.cash_fen, owed.insured_fen)
        if heard in (Heard.OVER, Heard.WAITING) and not (cash or insured):
            assert taken(owed, word).fen == 0
        if heard is Heard.OVER:
            assert not (cash or insured)


@pytest.mark.rule("PY-09")
def test_money_is_captured_where_owed_and_kept_apart_elsewhere() -> None:
    for heard, order, was, payable, known in product(
        Heard, OrderStatus, (True, False), PayableStatus, (True, False)
    ):
        outcome = decide(heard, order=order, was_captured=was, payable=payable, is_known=known)
        if outcome in (Outcome.CAPTURE, Outcome.UNDUE):
            assert heard is Heard.SUCCESS
            assert not was
            after(ORDER_PATHS, order, OrderMove.SUCCEED)
        if outcome is Outcome.CAPTURE:
            after(PAYABLE_PATHS, payable, PayableMove.CAPTURE)
        if outcome is Outcome.REVERSE:
            assert heard is Heard.HALF
            after(ORDER_PATHS, order, OrderMove.HALF)
        if outcome is Outcome.END:
            assert known
            for move in (OrderMove.FAIL, OrderMove.EXPIRE, OrderMove.CANCEL):
                after(ORDER_PATHS, order, move)
        if heard is Heard.SUCCESS and outcome is Outcome.NOTHING:
            assert order in (OrderStatus.PAID, OrderStatus.RETURNED)


@given(FEN, FEN, FEN, FEN, FEN, st.booleans(), st.sampled_from(ChannelName))
def test_what_comes_and_goes_back_leaves_nothing_but_the_reduction(
    cash: int, gov: int, own: int, other: int, reduced: int, undue: bool, channel: ChannelName
) -> None:
    parts = Parts(cash_fen=cash, gov_fen=gov, self_fen=own, other_fen=other)
    came = captured(parts, channel=channel, reduced_fen=reduced, is_undue=undue)
    source = Account.UNDUE if undue else Account.RECEIVABLE
    assert balance(came, source) == -(parts.fen + (0 if undue else reduced))
    went = given_back(parts, channel=channel, is_undue=undue)
    for account in set(Account) - {Account.REDUCED, Account.RECEIVABLE, Account.REVENUE}:
        assert balance([*came, *went], account) == 0


@pytest.mark.rule("PY-06")
def test_asking_goes_on_as_far_apart_as_the_last_step() -> None:
    steps = [timedelta(seconds=each) for each in (5, 15, 30, 60, 300)]
    asks, now = [], NOW
    for _ in range(7):
        now = next_ask(since=NOW, now=now, steps=steps)
        asks.append((now - NOW).total_seconds())
    assert asks == [5, 15, 30, 60, 300, 600, 900]


@pytest.mark.rule("PY-08")
@given(FEN, FEN, st.integers(0, 20_000))
def test_a_second_person_is_asked_above_the_limit(asked: int, before: int, over: int) -> None:
    assert needs_approval(asked, unapproved_fen=before, over_fen=over) == (asked + before > over)


@pytest.mark.parametrize(
    ("paths", "statuses", "moves"),
    [
        (ORDER_PATHS, OrderStatus, OrderMove),
        (PAYABLE_PATHS, PayableStatus, PayableMove),
        (REFUND_PATHS, RefundStatus, RefundMove),
    ],
    ids=["order", "payable", "refund"],
)
def test_whatever_the_table_does_not_name_leads_nowhere(paths, statuses, moves) -> None:
    """C3."""
    for status, move in product(statuses, moves):
        if (status, move) in paths:
            assert after(paths, status, move) is paths[status, move]
        else:
            with pytest.raises(CannotMove):
                after(paths, status, move)
