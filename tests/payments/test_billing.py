"""From what was done to the lines of a bill."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.ids import uuid7
from backend.payments.lifecycle.billing import Bill, Done, Minutes, Round, lines
from backend.payments.lifecycle.statuses import ServiceClass
from backend.payments.lifecycle.tariffs import Fee, Price, Prices
from backend.payments.problems import NoTariff

NINE = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai
TEN = NINE + timedelta(hours=1)
TUESDAY = date(2026, 11, 24)
ELDER, DOCTOR, SENIOR = uuid7(), uuid7(), uuid7()


def a_bill(**changed: Any) -> Bill:
    said: dict[str, Any] = {
        "subject_id": uuid7(),
        "person_id": ELDER,
        "is_outpatient": False,
        "rounds_max": 1,
    }
    return Bill(**{**said, **changed})


def a_price(fen: int = 8000) -> Price:
    return Price(
        tariff_id=uuid7(), price_fen=fen, service_class=ServiceClass.VISIT, is_insured=True
    )


def prices(on: date = TUESDAY, **fen: int) -> dict[tuple[str, date], Price]:
    return {(item, on): a_price(each) for item, each in fen.items()}


def a_round(by: UUID = DOCTOR, item: str = Fee.ROUND, at: datetime = NINE) -> Done:
    return Done(item=item, from_at=at, done_by=by, visit_id=uuid7())


ROUND_PRICES = prices(S115=8000, S116=9000)


@pytest.mark.rule("PY-03")
def test_an_amount_is_the_price_times_the_quantity_in_whole_fen() -> None:
    done = Done(item="S113", from_at=NINE, quantity=3)
    (line,) = lines(a_bill(), [done], prices(S113=1234))
    assert (line.amount_fen, line.quantity, line.price_fen, line.rule) == (3702, 3, 1234, "HB-17")


@pytest.mark.rule("HB-17")
def test_without_a_price_nothing_of_a_bill_is_charged() -> None:
    done = [Done(item=each, from_at=NINE) for each in ("S113", "S114", "S115", "S114")]
    with pytest.raises(NoTariff) as refused:
        lines(a_bill(), done, prices(S113=1234))
    assert refused.value.facts["items"] == {"S114": TUESDAY, "S115": TUESDAY}


@pytest.mark.rule("HB-17")
def test_the_price_is_that_of_the_shanghai_day_it_was_done_on() -> None:
    """23:59 and 00:01 in Shanghai, both of one UTC day."""
    late = datetime(2025, 12, 31, 15, 59, tzinfo=UTC)
    done = [
        Done(item="S113", from_at=late, visit_id=uuid7()),
        Done(item="S113", from_at=late + timedelta(minutes=2), visit_id=uuid7()),
    ]
    of_years = prices(date(2025, 12, 31), S113=1000) | prices(date(2026, 1, 1), S113=1100)
    assert [each.price_fen for each in lines(a_bill(), done, of_years)] == [1000, 1100]


def test_what_is_part_of_the_agreement_is_charged_only_where_it_has_a_price() -> None:
    done = [Done(item=Fee.WARD_ROUND, from_at=NINE, is_optional=True)]
    assert lines(a_bill(), done, {}) == []
    assert len(lines(a_bill(), done, prices(WARD_ROUND=500))) == 1


@pytest.mark.rule("HB-15")
def test_a_doctor_is_billed_one_round_a_day() -> None:
    assert len(lines(a_bill(), [a_round(), a_round()], ROUND_PRICES)) == 1
    assert (
        lines(a_bill(rounds=[Round(Fee.ROUND, DOCTOR, TUESDAY)]), [a_round()], ROUND_PRICES) == []
    )
    before = [Round(Fee.ROUND, DOCTOR, TUESDAY - timedelta(days=1))]
    assert len(lines(a_bill(rounds=before), [a_round()], ROUND_PRICES)) == 1


@pytest.mark.rule("HB-15")
def test_a_superior_round_on_the_same_day_is_billed_once() -> None:
    superior = a_round(SENIOR, Fee.SUPERIOR_ROUND)
    both = lines(a_bill(), [a_round(), superior], ROUND_PRICES)
    assert [each.item for each in both] == [Fee.ROUND, Fee.SUPERIOR_ROUND]
    another = a_round(uuid7(), Fee.SUPERIOR_ROUND)
    assert len(lines(a_bill(), [superior, another], ROUND_PRICES)) == 1
    same_doctor = [a_round(SENIOR), a_round(SENIOR, Fee.SUPERIOR_ROUND)]
    assert [each.item for each in lines(a_bill(), same_doctor, ROUND_PRICES)] == [Fee.ROUND]


@pytest.mark.rule("HB-15")
@given(st.lists(st.tuples(st.sampled_from([DOCTOR, SENIOR]), st.booleans(), st.integers(0, 2))))
def test_however_rounds_come_none_is_billed_twice(made: list[tuple[UUID, bool, int]]) -> None:
    """Billed one at a time, each knowing what was billed before."""
    billed: list[Round] = []
    keys: list[str] = []
    for doctor, is_superior, day in made:
        item = Fee.SUPERIOR_ROUND if is_superior else Fee.ROUND
        at = NINE + timedelta(days=day)
        on = TUESDAY + timedelta(days=day)
        table: Prices = {(item, on): a_price()}
        for line in lines(a_bill(rounds=billed), [a_round(doctor, item, at)], table):
            billed.append(Round(line.item, line.done_by, on))
            keys.append(line.charge_key)
    assert len(set(keys)) == len(keys)
    by_doctor = [(each.done_by, each.on) for each in billed]
    assert len(set(by_doctor)) == len(by_doctor)
    superior = [each.on for each in billed if each.item == Fee.SUPERIOR_ROUND]
    assert len(set(superior)) == len(superior)


@pytest.mark.rule("HB-15")
def test_a_bed_is_opened_once_an_episode() -> None:
    bill = a_bill()
    opening = Done(item=Fee.OPENING, from_at=NINE)
    table: Prices = {(Fee.OPENING, TUESDAY): a_price(10000)}
    first, again = (lines(bill, [opening], table)[0].charge_key for _ in range(2))
    (other,) = lines(a_bill(), [opening], table)
    assert first == again != other.charge_key


@pytest.mark.rule("IM-06")
@pytest.mark.parametrize("door", [Fee.DOOR, Fee.DOOR_OF_A_HOUSE])
def test_an_in_house_unit_asks_no_door_fee(door: Fee) -> None:
    done = [Done(item="S113", from_at=NINE), Done(item=door, from_at=NINE)]
    table = prices(S113=1000) | {(door, TUESDAY): a_price(2500)}
    said = lines(a_bill(is_outpatient=True), done, table)
    assert [(each.amount_fen, each.rule) for each in said] == [(1000, "HB-17"), (0, "IM-06")]
    assert [each.amount_fen for each in lines(a_bill(), done, table)] == [1000, 2500]


@pytest.mark.rule("LT-02")
@pytest.mark.parametrize(
    ("item", "from_min", "until_min", "is_billed"),
    [
        ("S201", 0, 30, False),
        ("S201", 59, 90, False),
        ("S201", -30, 1, False),
        ("S201", 60, 90, True),
        ("S201", -30, 0, True),
        ("S202", 0, 60, True),
    ],
)
def test_the_same_minutes_of_an_item_are_billed_to_one_insurance(
    item: str, from_min: int, until_min: int, is_billed: bool
) -> None:
    begins, ends = (NINE + timedelta(minutes=minutes) for minutes in (from_min, until_min))
    bill = a_bill(taken=[Minutes(item, begins, ends)])
    done = Done(item="S201", from_at=NINE, until_at=TEN)
    assert bool(lines(bill, [done], prices(S201=1000))) is is_billed
