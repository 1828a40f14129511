"""HB-16: the estimate of who pays what."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.payments.lifecycle.legs import of_sources
from backend.payments.lifecycle.shares import Cover, cover, estimate

NINE = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
FEN = st.integers(0, 10**9)
COVERS = st.builds(
    Cover, fund_pct=st.integers(0, 100), deductible_fen=FEN, day_cap_fen=st.none() | FEN
)


@pytest.mark.rule("HB-16")
def test_of_an_insured_employee_the_fund_pays_four_fifths_then_the_account_then_cash() -> None:
    shares = estimate(8000, cover(NINE), own_account_fen=1000)
    assert (shares.gov_fen, shares.self_fen, shares.cash_fen) == (6400, 1000, 600)


@pytest.mark.rule("HB-16")
def test_another_city_has_a_deductible_and_a_cap_a_day() -> None:
    ours = Cover(fund_pct=80, deductible_fen=50000, day_cap_fen=20000)
    assert estimate(40000, ours).gov_fen == 0
    assert estimate(60000, ours).gov_fen == 8000
    assert estimate(60000, ours, deducted_fen=50000).gov_fen == 20000
    assert estimate(60000, ours, deducted_fen=50000, fund_paid_today_fen=15000).gov_fen == 5000


@pytest.mark.rule("PY-02b")
def test_ones_own_surplus_goes_before_a_relatives() -> None:
    """The worked example of the daughter: 40.00 of his own, then 62.56 of hers."""
    ours = Cover(fund_pct=60, deductible_fen=0, day_cap_fen=None)
    alone = estimate(25640, ours, own_account_fen=4000)
    assert (alone.gov_fen, alone.self_fen, alone.cash_fen) == (15384, 4000, 6256)
    with_hers = estimate(25640, ours, own_account_fen=4000, aid_account_fen=10**6)
    assert (with_hers.self_fen, with_hers.aid_fen, with_hers.cash_fen) == (10256, 6256, 0)


@pytest.mark.rule("HB-16")
@given(FEN, COVERS, FEN, FEN, FEN, FEN)
def test_the_shares_are_money_and_sum_to_the_whole(
    insured: int, ours: Cover, own: int, aid: int, deducted: int, used: int
) -> None:
    shares = estimate(
        insured,
        ours,
        own_account_fen=own,
        aid_account_fen=aid,
        deducted_fen=deducted,
        fund_paid_today_fen=used,
    )
    assert min(shares.gov_fen, shares.self_fen, shares.aid_fen, shares.cash_fen) >= 0
    assert shares.gov_fen + shares.self_fen + shares.cash_fen == insured
    assert shares.self_fen <= own + aid
    assert shares.aid_fen == 0 or shares.self_fen - shares.aid_fen == own
    legs = of_sources(
        gov_fen=shares.gov_fen,
        self_fen=shares.self_fen,
        other_fen=0,
        ins_cash_fen=shares.cash_fen,
    )
    assert legs.total_fen == insured
