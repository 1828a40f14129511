"""Drafts: who proposes, what may stand in them, and a senior doctor's signature."""

from datetime import timedelta

import pytest

from backend.careplans import actions
from backend.careplans.lifecycle import PlanCountersignatureSaid, encode
from backend.careplans.problems import (
    FirstDoseAtHome,
    InfusionAtHome,
    NeedsCountersignature,
    NoInfusionRoom,
    NotForHomes,
    NotTheDoctor,
    NotYourOwnPlan,
    PlanWrong,
    ReviewTooLate,
    SkinTestAtHome,
    WrongRole,
)
from backend.careplans.schemas import SEALED
from backend.core import calendar, crypto
from backend.core.access import Role
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.core.problems import (
    AlreadyDifferent,
    CannotMove,
    Forbidden,
    Missing,
    NeedsVersion,
    Stale,
)
from tests.builders import a_person, a_tie, staff_of
from tests.careplans.world import (
    DAY,
    INJECTIONS,
    INVASIVE,
    MORNING,
    World,
    a_consent,
    a_draft,
    a_plan,
    a_world,
    activate,
    an_active_plan,
    an_intervention,
    countersign,
    revise,
)

pytestmark = pytest.mark.anyio


async def write(world: World, said, *, plan_id=None, by=None, if_match=None, now=MORNING):
    return await actions.write(
        plan_id=plan_id or uuid7(),
        actor=by or world.doctor,
        said=said,
        if_match=if_match,
        now=now,
    )


async def test_writing_twice_is_writing_once(db) -> None:
    world, plan_id = await a_world(), uuid7()
    said = a_plan(world)

    first = await write(world, said, plan_id=plan_id)
    again = await write(world, said, plan_id=plan_id, now=MORNING + DAY)

    assert (first.first, again.first) == (True, False)
    assert first.thing["fingerprint"] == again.thing["fingerprint"]
    assert await value("SELECT count(*) FROM care_plan_moves") == 1
    assert await value("SELECT count(*) FROM visits") == 0


async def test_a_draft_is_sealed(db) -> None:
    world = await a_world()
    await a_draft(world)
    assert "高血压".encode() not in await value("SELECT content FROM care_plans")


async def test_a_changed_draft_says_which_version_it_changes(db) -> None:
    world = await a_world()
    plan_id = await a_draft(world)
    changed = a_plan(world, problems=["高血压"])

    with pytest.raises(NeedsVersion):
        await write(world, changed, plan_id=plan_id)
    with pytest.raises(Stale):
        await write(world, changed, plan_id=plan_id, if_match='"7"')
    kept = await write(world, changed, plan_id=plan_id, if_match='"1"')
    assert (kept.first, kept.thing["version"]) == (False, 2)


async def test_a_nurse_proposes_and_names_the_doctor(db) -> None:
    world = await a_world()
    with pytest.raises(NotTheDoctor):
        await a_draft(world, by=world.nurse)
    with pytest.raises(NotTheDoctor):
        await a_draft(world, by=world.nurse, doctor_id=world.nurse.person_id)
    plan_id = await a_draft(world, by=world.nurse, doctor_id=world.doctor.person_id)
    with pytest.raises(Forbidden):
        await activate(world, plan_id, by=world.nurse)
    assert (await activate(world, plan_id)).first


async def test_a_draft_is_its_authors_and_the_doctors(db) -> None:
    world = await a_world()
    colleague = await staff_of(world.center, Role.GP, name="许辰")
    plan_id = await a_draft(world)
    changed = a_plan(world, problems=["高血压"])
    with pytest.raises(Forbidden):
        await write(world, changed, plan_id=plan_id, by=colleague, if_match='"1"')
    with pytest.raises(Forbidden):
        await activate(world, plan_id, by=colleague)


async def test_a_stranger_learns_of_no_plan(db) -> None:
    world = await a_world()
    plan_id = await a_draft(world)
    stranger = await staff_of(world.house, Role.GP, name="外人")
    for said in (a_plan(world), a_plan(world, problems=["x"])):
        with pytest.raises(Missing):
            await write(world, said, plan_id=plan_id, by=stranger)
    with pytest.raises(Missing):
        await activate(world, plan_id, by=stranger)
    with pytest.raises(Missing):
        await activate(world, uuid7())


async def test_a_plan_is_of_one_person_and_once_active_is_revised(db) -> None:
    world = await a_world()
    other = await a_person(center_id=world.center)
    await a_tie(other, world.center, kind="organization")
    plan_id = await an_active_plan(world)
    with pytest.raises(AlreadyDifferent):
        await write(world, a_plan(world, person_id=other), plan_id=plan_id)
    with pytest.raises(CannotMove):
        await write(world, a_plan(world, problems=["x"]), plan_id=plan_id, if_match='"1"')


@pytest.mark.rule("HB-21")
@pytest.mark.parametrize(
    "changed",
    [
        {"frequency": "FREQ=MINUTELY"},
        {"frequency": "FREQ=DAILY;COUNT=99999999"},
        {"end_on": calendar.on(MORNING - DAY)},
        {"start_on": calendar.on(MORNING).replace(year=1900)},
        {"start_on": calendar.on(MORNING).replace(year=9999)},
    ],
)
async def test_a_frequency_that_is_none_is_refused(db, changed) -> None:
    world = await a_world()
    with pytest.raises(PlanWrong):
        await a_draft(world, an_intervention(**changed))


async def test_two_interventions_do_not_share_an_id(db) -> None:
    world, same = await a_world(), uuid7()
    with pytest.raises(PlanWrong):
        await a_draft(world, an_intervention(id=same), an_intervention("S115", id=same))


@pytest.mark.rule("HC-01", "HC-02")
async def test_an_item_is_of_the_list_and_done_by_who_does_it(db) -> None:
    world = await a_world()
    with pytest.raises(NotForHomes):
        await a_draft(world, an_intervention("S999"))
    with pytest.raises(WrongRole):
        await a_draft(world, an_intervention("S108", role=Role.GP))
    await a_draft(world, an_intervention("S105", role=Role.SENIOR_GP))
    await a_draft(world, an_intervention("S105", role=Role.NURSE))


@pytest.mark.rule("HB-19")
async def test_nobody_is_given_an_infusion_at_home(db) -> None:
    world = await a_world()
    with pytest.raises(InfusionAtHome):
        await a_draft(world, an_intervention("IV_INFUSION"))


@pytest.mark.rule("HB-19")
@pytest.mark.parametrize("code", INJECTIONS)
async def test_an_injection_at_home_is_no_first_dose_and_needs_no_skin_test(db, code) -> None:
    world, today = await a_world(), calendar.on(MORNING)
    for first_dose_on in (None, today + DAY):
        with pytest.raises(FirstDoseAtHome):
            await a_draft(world, an_intervention(code, first_dose_on=first_dose_on))
    for needs_skin_test in (None, True):
        with pytest.raises(SkinTestAtHome):
            await a_draft(world, an_intervention(code, needs_skin_test=needs_skin_test))
    plan_id = await a_draft(world, an_intervention(code, first_dose_on=today))

    await a_consent(world, code)
    await activate(world, plan_id)
    with pytest.raises(FirstDoseAtHome):
        await revise(world, plan_id, an_intervention(code, first_dose_on=None))


@pytest.mark.rule("HB-19")
async def test_what_was_drafted_before_injections_said_more_is_not_activated(db) -> None:
    world = await a_world()
    await a_consent(world, "S108")
    plan_id = await a_draft(world)
    said = a_plan(world, an_intervention("S108", first_dose_on=None)).content()
    sealed = crypto.seal(encode(said), SEALED)
    await rows("UPDATE care_plans SET content = $2 WHERE id = $1", plan_id, sealed)
    with pytest.raises(FirstDoseAtHome):
        await activate(world, plan_id)


@pytest.mark.rule("IM-07")
async def test_an_infusion_in_an_institution_needs_its_infusion_room(db) -> None:
    world = await a_world()
    await rows("UPDATE persons SET residence = $2 WHERE id = $1", world.elder, world.house)
    with pytest.raises(NoInfusionRoom):
        await a_draft(world, an_intervention("IV_INFUSION"))
    await rows(
        "INSERT INTO in_house_units (id, organization, kind, subjects, main_site_doctors, nurses,"
        " area_m2, has_infusion_room, status, filed_at, version, fingerprint)"
        " VALUES ($1, $2, 'INFIRMARY', '{}', 1, 2, 60, true, 'filed', $3, 1, '')",
        uuid7(),
        world.house,
        MORNING,
    )
    with pytest.raises(NoInfusionRoom):
        await a_draft(world, an_intervention("IV_INFUSION"))
    await rows("UPDATE in_house_units SET status = 'operating'")
    plan_id = await an_active_plan(world, an_intervention("IV_INFUSION"))
    # It is given in the room, by who works there: nobody travels for it.
    assert await value("SELECT count(*) FROM care_plan_visits WHERE plan = $1", plan_id) == 0


@pytest.mark.rule("HB-23")
async def test_a_review_is_never_later_than_the_next_stage_summary(db) -> None:
    world, today = await a_world(), calendar.on(MORNING)
    for on in (today - DAY, today + 31 * DAY):
        with pytest.raises(ReviewTooLate):
            await a_draft(world, review_on=on)
    await a_draft(world, review_on=today + 30 * DAY)


async def test_a_plan_for_hospice_is_countersigned(db) -> None:
    world = await a_world()
    plan_id = await a_draft(world, is_hospice=True)
    with pytest.raises(NeedsCountersignature):
        await activate(world, plan_id)

    first, again = await countersign(world, plan_id), await countersign(world, plan_id)

    assert (first.first, again.first) == (True, False)
    assert first.thing == again.thing
    assert (await activate(world, plan_id)).first


async def test_many_invasive_items_are_countersigned_and_few_are_not(db) -> None:
    world = await a_world()
    await a_consent(world, *INVASIVE)
    few = await a_draft(world, *(an_intervention(code) for code in INVASIVE[:2]))
    assert (await activate(world, few)).first
    many = await a_draft(world, *(an_intervention(code) for code in INVASIVE))
    with pytest.raises(NeedsCountersignature):
        await activate(world, many)
    assert await value("SELECT count(*) FROM journal WHERE topic = 'CountersignatureAsked'") == 1


async def test_nobody_countersigns_their_own_plan(db) -> None:
    world = await a_world()
    plan_id = await a_draft(world, by=world.senior, is_hospice=True)
    with pytest.raises(NotYourOwnPlan):
        await countersign(world, plan_id)


async def test_whoever_changes_a_draft_takes_the_signature_off(db) -> None:
    world = await a_world()
    plan_id = await a_draft(world, is_hospice=True)
    await countersign(world, plan_id)
    changed = a_plan(world, problems=["疼痛"], is_hospice=True)
    await write(world, changed, plan_id=plan_id, if_match='"1"')

    with pytest.raises(NeedsCountersignature):
        await activate(world, plan_id)
    with pytest.raises(Stale):
        await actions.countersign(
            plan_id=plan_id,
            actor=await staff_of(world.center, Role.SENIOR_GP, name="顾言"),
            said=PlanCountersignatureSaid(version=7),
            now=MORNING + timedelta(hours=1),
        )
    await countersign(world, plan_id)
    assert (await activate(world, plan_id)).first
