"""Institution contracts: two sides sign, and what was agreed becomes rounds."""

from datetime import date, time, timedelta
from typing import Any

import pytest

from backend.contracts import actions, queries
from backend.contracts.lifecycle import Standing
from backend.contracts.lifecycle.said import (
    AgreedVisit,
    InstitutionSignature,
    Lifting,
    Price,
    Suspension,
    Termination,
    Training,
)
from backend.contracts.problems import (
    AlreadyContracted,
    AlreadySuspended,
    ContractIncomplete,
    NotAParty,
    NotOfTheProvider,
    NotTheirTraining,
)
from backend.contracts.schemas import InstitutionContractDetail
from backend.core import calendar
from backend.core.access import Role
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.core.problems import AlreadyDifferent, CannotMove, Forbidden, Missing, Stale
from tests.builders import a_person, staff_of
from tests.contracts.world import (
    NOW,
    TODAY,
    World,
    a_world,
    an_agreement,
    an_institution_contract,
    an_institution_draft,
    at,
    events,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world(db: None) -> World:
    return await a_world()


async def detail(contract_id, *, now=NOW) -> InstitutionContractDetail:
    found = await queries.institution_contract(contract_id)
    return InstitutionContractDetail.of(found, now=now)


def a_signature(version: int = 1) -> InstitutionSignature:
    return InstitutionSignature(client_time=NOW, version=version)


def ending() -> Termination:
    return Termination(client_time=NOW, reason_code="other")


def a_suspension(first: date, end: date | None = None) -> Suspension:
    return Suspension(client_time=NOW, from_on=first, until_on=end, reason="院内感染防控")


@pytest.mark.rule("IC-01")
async def test_it_is_active_when_both_sides_have_signed(world: World) -> None:
    contract_id = await an_institution_draft(world)
    said: dict[str, Any] = {"contract_id": contract_id, "said": a_signature(), "now": NOW}
    await actions.sign_institution_contract(**said, signature_id=uuid7(), actor=world.house_admin)
    assert (await detail(contract_id)).standing is Standing.NEGOTIATING
    await actions.sign_institution_contract(**said, signature_id=uuid7(), actor=world.admin)
    assert (await detail(contract_id)).standing is Standing.ACTIVE


@pytest.mark.rule("IC-01")
async def test_the_sides_are_an_institution_and_any_medical_institution(world: World) -> None:
    hospital = await staff_of(world.municipal, Role.HOSPITAL_STAFF)
    contract_id = uuid7()
    await actions.draft_institution_contract(
        contract_id=contract_id,
        actor=hospital,
        said=an_agreement(world, provider_id=world.municipal, visits=[]),
        if_match=None,
        now=NOW,
    )
    assert (await detail(contract_id)).provider_id == world.municipal
    for changed in (
        {"institution_id": world.municipal, "provider_id": world.center},
        {"institution_id": world.center, "provider_id": world.house},
    ):
        with pytest.raises((NotAParty, Forbidden)):
            await actions.draft_institution_contract(
                contract_id=uuid7(),
                actor=world.admin,
                said=an_agreement(world, **changed),
                if_match=None,
                now=NOW,
            )


@pytest.mark.rule("IC-02")
@pytest.mark.parametrize("missing", ["services", "cost_sharing", "responsibilities"])
async def test_nobody_signs_what_does_not_say_enough(world: World, missing: str) -> None:
    left_out: Any = [] if missing == "services" else None
    contract_id = await an_institution_draft(world, now=NOW, **{missing: left_out})
    with pytest.raises(ContractIncomplete) as refused:
        await actions.sign_institution_contract(
            contract_id=contract_id,
            signature_id=uuid7(),
            actor=world.admin,
            said=a_signature(),
            now=NOW,
        )
    assert refused.value.facts["missing"] == [missing]


@pytest.mark.rule("IC-03")
async def test_whoever_is_to_come_works_for_the_provider(world: World) -> None:
    stranger = await staff_of(world.municipal, Role.GP)
    line = AgreedVisit(weekday=2, starts=time(9), ends=time(10), team=[stranger.person_id])
    with pytest.raises(NotOfTheProvider):
        await an_institution_draft(world, visits=[line])


@pytest.mark.rule("IC-06", "IC-08")
async def test_prices_and_a_station_in_the_house_are_part_of_it(world: World) -> None:
    price = Price(code="P01", name="送药上门", unit="次", price_fen=2000)
    contract_id = await an_institution_draft(world, prices=[price], station="doctor_studio")
    said = await detail(contract_id)
    assert (said.prices, said.station) == ([price], "doctor_studio")


async def test_either_side_edits_and_both_sign_the_new_version(world: World) -> None:
    contract_id = await an_institution_draft(world)
    signing: dict[str, Any] = {"contract_id": contract_id, "now": NOW, "actor": world.admin}
    await actions.sign_institution_contract(**signing, signature_id=uuid7(), said=a_signature())
    await actions.draft_institution_contract(
        contract_id=contract_id,
        actor=world.admin,
        said=an_agreement(world, visits_min=2),
        if_match='"1"',
        now=NOW,
    )
    assert (await detail(contract_id)).standing is Standing.DRAFT
    with pytest.raises(Stale):
        await actions.sign_institution_contract(**signing, signature_id=uuid7(), said=a_signature())


async def test_one_pair_has_one_contract_at_a_time(world: World) -> None:
    await an_institution_contract(world)
    with pytest.raises(AlreadyContracted):
        await an_institution_contract(world)


async def test_others_know_nothing_of_it(world: World) -> None:
    contract_id = await an_institution_contract(world)
    elsewhere = await staff_of(world.municipal, Role.HOSPITAL_STAFF)
    with pytest.raises(Missing):
        await queries.see_institution_contract(contract_id=contract_id, actor=elsewhere)
    assert await queries.see_institution_contract(contract_id=contract_id, actor=world.commission)


async def agreed(contract_id) -> dict[date, str]:
    found = await queries.agreed_rounds(contract_id, first=date(2026, 1, 1), end=date(2028, 1, 1))
    return {each["on_day"]: each["why_not"] or each["status"] for each in found}


@pytest.mark.rule("IC-03")
async def test_agreed_visits_become_rounds_two_weeks_ahead_and_only_once(world: World) -> None:
    contract_id = await an_institution_contract(world)
    assert await actions.plan_ahead(contract_id=contract_id, now=NOW) == 2
    assert await actions.plan_ahead(contract_id=contract_id, now=NOW) == 0
    assert await agreed(contract_id) == {TODAY: "PLANNED", date(2026, 12, 1): "PLANNED"}
    found = await rows("SELECT * FROM visits ORDER BY planned_start")
    assert found[0]["planned_start"] == at(TODAY, 14)
    going = await value("SELECT count(*) FROM visit_assignments WHERE visit = $1", found[0]["id"])
    assert going == 2
    assert await value("SELECT count(*) FROM round_entries WHERE person = $1", world.resident) == 2
    tomorrow = NOW + timedelta(days=7)
    assert await actions.plan_all_ahead(now=tomorrow) == 1


async def test_what_has_begun_today_is_not_planned_any_more(world: World) -> None:
    contract_id = await an_institution_contract(world)
    assert await actions.plan_ahead(contract_id=contract_id, now=at(TODAY, 14)) == 1


@pytest.mark.rule("IC-03")
async def test_public_holidays_are_left_out_and_say_so(world: World) -> None:
    now = at(date(2026, 2, 9), 9)
    contract_id = await an_institution_contract(world, valid_from=date(2026, 2, 9), now=now)
    assert await actions.plan_ahead(contract_id=contract_id, now=now) == 1
    assert await agreed(contract_id) == {
        date(2026, 2, 10): "PLANNED",
        date(2026, 2, 17): "public_holiday",
    }
    assert await events("AgreedRoundNotPlanned") == 0


async def test_the_week_over_the_year_has_its_round(world: World) -> None:
    now = at(date(2026, 12, 28), 9)
    friday = AgreedVisit(weekday=7, starts=time(9), ends=time(10), team=[world.doctor.person_id])
    contract_id = await an_institution_contract(world, visits=[friday], now=now)
    await actions.plan_ahead(contract_id=contract_id, now=now)
    found = await queries.agreed_rounds(contract_id, first=date(2026, 12, 1), end=date(2027, 2, 1))
    assert [each["iso_week"] for each in found] == ["2026-W53", "2027-W01"]


async def test_what_cannot_be_planned_is_told_once_and_tried_again(world: World) -> None:
    contract_id = await an_institution_contract(world)
    await rows("UPDATE staff SET registered_here = false")
    assert await actions.plan_ahead(contract_id=contract_id, now=NOW) == 0
    assert set((await agreed(contract_id)).values()) == {"not_qualified"}
    await actions.plan_ahead(contract_id=contract_id, now=NOW)
    assert await events("AgreedRoundNotPlanned") == 2
    await rows("UPDATE staff SET registered_here = true")
    assert await actions.plan_ahead(contract_id=contract_id, now=NOW) == 2


async def test_a_suspension_calls_rounds_off_and_lifting_brings_them_back(world: World) -> None:
    contract_id, suspension_id = await an_institution_contract(world), uuid7()
    await actions.plan_ahead(contract_id=contract_id, now=NOW)
    said: dict[str, Any] = {"contract_id": contract_id, "actor": world.commission, "now": NOW}
    await actions.suspend(**said, suspension_id=suspension_id, said=a_suspension(TODAY))
    assert (await detail(contract_id)).standing is Standing.SUSPENDED
    assert await value("SELECT count(*) FROM visits WHERE status = 'CANCELLED'") == 2
    assert await actions.plan_ahead(contract_id=contract_id, now=NOW) == 0
    with pytest.raises(AlreadySuspended):
        await actions.suspend(**said, suspension_id=uuid7(), said=a_suspension(date(2026, 12, 1)))
    lifting = Lifting(client_time=NOW, until_on=date(2026, 11, 30))
    await actions.lift(**said, suspension_id=suspension_id, lifting_id=uuid7(), said=lifting)
    assert await actions.plan_ahead(contract_id=contract_id, now=NOW) == 1
    assert await agreed(contract_id) == {date(2026, 12, 1): "PLANNED"}
    assert (await detail(contract_id)).standing is Standing.SUSPENDED
    november = at(date(2026, 11, 30), 0)
    assert (await detail(contract_id, now=november)).standing is Standing.ACTIVE


async def test_the_institution_does_not_suspend_and_another_administration_neither(
    world: World,
) -> None:
    contract_id = await an_institution_contract(world)
    other = await staff_of(world.municipal, Role.CHC_ADMIN)
    for actor in (world.house_admin, other):
        with pytest.raises(Missing):
            await actions.suspend(
                contract_id=contract_id,
                suspension_id=uuid7(),
                actor=actor,
                said=a_suspension(TODAY),
                now=NOW,
            )


async def test_ending_it_calls_off_the_rounds_behind(world: World) -> None:
    contract_id = await an_institution_contract(world)
    await actions.plan_ahead(contract_id=contract_id, now=NOW)
    said: dict[str, Any] = {"contract_id": contract_id, "actor": world.house_admin, "now": NOW}
    await actions.terminate_institution_contract(**said, said=ending())
    assert not (await actions.terminate_institution_contract(**said, said=ending())).first
    assert await agreed(contract_id) == {TODAY: "PLANNED"}
    end = calendar.day(date(2026, 12, 1))[0]
    assert (await detail(contract_id, now=end)).standing is Standing.TERMINATED
    with pytest.raises(CannotMove):
        await actions.suspend(
            contract_id=contract_id,
            suspension_id=uuid7(),
            actor=world.admin,
            said=a_suspension(TODAY),
            now=NOW,
        )


@pytest.mark.rule("BG-17")
async def test_both_sides_are_told_before_it_ends(world: World) -> None:
    contract_id = await an_institution_contract(world)
    owed = await rows("SELECT due_at FROM jobs WHERE task = 'remind_contract_ending'")
    assert len(owed) == 2
    said: dict[str, Any] = {"contract_id": contract_id, "until_on": date(2027, 11, 23), "days": 7}
    assert await actions.remind_ending(**said, now=owed[0]["due_at"])
    await actions.terminate_institution_contract(
        contract_id=contract_id, actor=world.admin, said=ending(), now=NOW
    )
    assert not await actions.remind_ending(**said, now=owed[0]["due_at"])


@pytest.mark.rule("IC-09")
async def test_the_provider_logs_whom_it_trained(world: World) -> None:
    contract_id, training_id = await an_institution_contract(world), uuid7()
    learner = await staff_of(world.house, Role.INST_NURSE)
    said = Training(
        held_on=TODAY,
        topic="压疮预防",
        minutes=90,
        trainer_ids=[world.nurse.person_id],
        trainee_ids=[learner.person_id],
    )
    logging: dict[str, Any] = {"contract_id": contract_id, "training_id": training_id, "now": NOW}
    assert (await actions.log_training(**logging, actor=world.admin, said=said)).first
    assert not (await actions.log_training(**logging, actor=world.admin, said=said)).first
    with pytest.raises(Forbidden):
        await actions.log_training(**logging, actor=world.house_admin, said=said)
    longer = Training(**{name: getattr(said, name) for name in said.__struct_fields__})
    longer.minutes = 120
    with pytest.raises(AlreadyDifferent):
        await actions.log_training(**logging, actor=world.admin, said=longer)
    stranger = await a_person(name="别人")
    longer.trainee_ids = [stranger]
    with pytest.raises(NotTheirTraining):
        await actions.log_training(
            **{**logging, "training_id": uuid7()}, actor=world.admin, said=longer
        )
    page = await queries.trainings(
        contract_id=contract_id, actor=world.house_admin, limit=50, after=None
    )
    assert [each["id"] for each in page.items] == [training_id]
