"""对账单: each sees their own money, by day and month, and never what was done."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.access import Actor, Role
from backend.core.db import rows
from backend.core.problems import Malformed, Missing
from backend.payments import queries
from backend.payments.lifecycle.ledger import Account, Why
from backend.payments.lifecycle.statements import Line, days_of, totals
from backend.payments.queries.statements import Statement
from backend.payments.schemas.statements import StatementDetail
from tests.builders import a_person, acting
from tests.payments.ledgers import NOW, World, a_bill, a_world, booked

R, C, F, P = Account.RECEIVABLE, Account.CLEARING, Account.FUND, Account.PREPAID
DAY, MONTH = "2026-11-24", "2026-11"


async def see(actor: Actor, period: str = MONTH, person_id: UUID | None = None) -> Statement:
    return await queries.see_statement(actor=actor, period=period, person_id=person_id, now=NOW)


def test_a_period_is_a_day_or_a_month_of_the_calendar() -> None:
    assert days_of("2026-12") == (date(2026, 12, 1), date(2027, 1, 1))
    assert days_of("2026-02") == (date(2026, 2, 1), date(2026, 3, 1))
    assert days_of("2026-12-31") == (date(2026, 12, 31), date(2027, 1, 1))
    for wrong in ("2026-13", "2026-02-29", "9999-12-31", "0000-01"):
        with pytest.raises(Malformed):
            days_of(wrong)


accounts = st.sampled_from(list(Account))
some_lines = st.lists(
    st.builds(
        Line,
        booked_on=st.none(),
        why=st.sampled_from([Why.CAPTURE, Why.REFUND]),
        debit=accounts,
        credit=accounts,
        channel=st.none(),
        fen=st.integers(1, 10**9),
        entries=st.just(1),
    ).filter(lambda line: line.debit is not line.credit),
    max_size=20,
)


@given(some_lines)
def test_the_totals_sum_as_the_ledger_does(lines: list[Line]) -> None:
    found = totals(lines)
    silent = {Account.RECEIVABLE, Account.REVENUE, Account.UNDUE}
    elsewhere = sum(line.fen * ((line.credit in silent) - (line.debit in silent)) for line in lines)
    assert (
        found.cash_fen
        + found.fund_fen
        + found.account_fen
        + found.other_fen
        + found.reduced_fen
        + found.prepaid_fen
    ) == elsewhere


async def a_paid_month(world: World) -> UUID:
    """One bill: the fund paid 50.00, the daughter 30.00, of which 6.00 went back to her."""
    bill = await a_bill(world, 8000, classes=("DRUG", "VISIT"))
    payer: dict[str, Any] = {"payer_id": world.daughter.person_id, "channel": "wechat"}
    await booked(bill, (C, R, 3000), (F, R, 5000), **payer)
    back = (Account.REVENUE, C, 600)
    await booked(bill, back, why=Why.REFUND, **payer, now=NOW + timedelta(days=2))
    return bill


@pytest.mark.anyio
@pytest.mark.usefixtures("db")
class TestOfPeople:
    async def test_the_elder_sees_what_was_billed_and_who_paid_from_which_source(self) -> None:
        world = await a_world()
        bill = await a_paid_month(world)
        found = StatementDetail.of(await see(world.herself))
        assert (found.from_on, found.until_on) == (date(2026, 11, 1), date(2026, 11, 30))
        assert {each.payable_id for each in found.lines} == {bill}
        assert found.totals.billed_fen == 8000
        assert (found.totals.cash_fen, found.totals.fund_fen) == (2400, 5000)
        assert found.totals.given_back_fen == 600
        today = StatementDetail.of(await see(world.herself, DAY))
        assert (today.totals.cash_fen, today.totals.given_back_fen) == (3000, 0)

    @pytest.mark.rule("PY-10")
    async def test_a_relative_sees_what_they_paid_and_nothing_else(self) -> None:
        world = await a_world()
        await a_paid_month(world)
        found = await see(world.daughter)
        assert [(each.debit, each.credit, each.fen) for each in found.lines] == [
            (C, R, 3000),
            (Account.REVENUE, C, 600),
        ]
        assert (await see(world.son)).lines == []

    async def test_what_one_paid_stays_ones_own_when_the_delegation_has_ended(self) -> None:
        world = await a_world()
        await a_paid_month(world)
        await rows(
            "UPDATE delegations SET revoked_at = $2, revoked_by = person WHERE delegate = $1",
            world.daughter.person_id,
            NOW,
        )
        found = await see(world.daughter)
        assert sum(each.fen for each in found.lines) == 3600
        assert {(each.person_id, each.payable_id) for each in found.lines} == {(None, None)}

    async def test_an_elder_sees_nobody_elses_and_a_guardian_says_whose(self) -> None:
        world = await a_world()
        await a_paid_month(world)
        with pytest.raises(Missing):
            await see(world.herself, person_id=world.resident)
        guardian = await acting(await a_person(name="监护人"), Role.GUARDIAN)
        with pytest.raises(Malformed):
            await see(guardian)
        with pytest.raises(Missing):
            await see(guardian, person_id=world.elder)

    async def test_the_last_minute_of_a_month_is_of_that_month(self) -> None:
        world = await a_world()
        new_year = datetime.fromisoformat("2027-01-01T00:00:00+08:00")
        await a_bill(world, 100, now=new_year - timedelta(seconds=1))
        await a_bill(world, 200, now=new_year)
        assert totals((await see(world.herself, "2026-12")).lines).billed_fen == 100
        assert totals((await see(world.herself, "2027-01-01")).lines).billed_fen == 200


@pytest.mark.anyio
@pytest.mark.usefixtures("db")
class TestOfHouses:
    @pytest.mark.rule("PY-13")
    async def test_an_institution_sees_its_account_by_resident_and_class_alone(self) -> None:
        world = await a_world()
        another = await a_person(name="顾阿婆", residence_id=world.house)
        mine: dict[str, Any] = {"institution_id": world.house, "classes": ("NURSING",)}
        first = await a_bill(world, 5000, person_id=world.resident, **mine)
        second = await a_bill(world, 700, person_id=another, **mine)
        await booked(first, (P, R, 5000), channel="prepaid")
        await booked(second, (C, R, 700), channel="wechat", payer_id=world.son.person_id)
        found = await see(world.house_admin, DAY)
        assert [(each.person_id, each.fen, each.classes) for each in found.lines] == [
            (world.resident, 5000, ("NURSING",))
        ]
        assert {each.payable_id for each in found.lines} == {None}
        assert totals(found.lines).prepaid_fen == 5000

    async def test_a_month_of_an_institution_is_a_line_a_resident(self) -> None:
        world = await a_world()
        for days in range(3):
            now = NOW + timedelta(days=days)
            bill = await a_bill(
                world, 100, person_id=world.resident, institution_id=world.house, now=now
            )
            await booked(bill, (P, R, 100), channel="prepaid", now=now)
        (line,) = (await see(world.house_admin)).lines
        assert (line.booked_on, line.fen, line.entries) == (None, 300, 3)

    async def test_a_center_sees_its_books_without_a_person_in_them(self) -> None:
        world = await a_world()
        await a_paid_month(world)
        found = await see(world.finance)
        assert {each.person_id for each in found.lines} == {None}
        assert {each.payable_id for each in found.lines} == {None}
        assert totals(found.lines).fund_fen == 5000

    async def test_over_the_wire_and_in_the_audit(self, client_for) -> None:
        world = await a_world()
        await a_paid_month(world)
        answer = await client_for(world.daughter).get(f"/v1/statements?period={MONTH}")
        assert answer.status_code == 200, answer.text
        assert answer.json()["totals"]["cash_fen"] == 2400
        assert "DRUG" in answer.json()["lines"][0]["classes"]
        seen = await rows("SELECT * FROM audit WHERE what = 'payments.my_payments'")
        assert [each["persons"] for each in seen] == [[world.elder]]
        wrong = await client_for(world.daughter).get("/v1/statements?period=2026-02-31")
        assert wrong.status_code == 400
