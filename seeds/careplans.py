"""Care plans of the town: some in force, one that waits for a senior doctor."""

from datetime import date, datetime

import msgspec

from backend.careplans import actions
from backend.careplans.lifecycle import Goal, Intervention, PlanActivationSaid, PlanSaid
from backend.core import calendar
from backend.core.access import Role
from backend.people import actions as people
from backend.people.actions.facts import ConsentFacts
from backend.people.lifecycle import ConsentMethod
from backend.policy import terminology
from backend.records import actions as records
from backend.records.lifecycle.facts import Sheet
from backend.records.lifecycle.scores import Instrument, items
from seeds import stages
from seeds.actors import acting, first_of, speaking_for
from seeds.elders import Elder
from seeds.ids import seed_id
from seeds.places import FLAGSHIP, HOUSE
from seeds.planting import TEXT_VERSION, keep

# Item, how often, and by whom where the item leaves it open.
Line = tuple[str, str, Role | None]
AFTER_A_STROKE: tuple[Line, ...] = (
    ("S115", "FREQ=WEEKLY;BYDAY=TH", None),
    ("S201", "FREQ=WEEKLY;BYDAY=MO,FR", None),
    ("S208", "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", None),  # two go
    ("S306", "FREQ=WEEKLY;BYDAY=SA", None),
    ("S402", "FREQ=MONTHLY;BYDAY=1MO", None),  # the dispatcher sees that nobody goes for it
)
BLOOD_PRESSURE: tuple[Line, ...] = (
    ("S105", "FREQ=WEEKLY;BYDAY=WE", Role.NURSE),
    ("S607", "FREQ=MONTHLY;BYMONTHDAY=10", Role.TCM_DOCTOR),
    ("S403", "FREQ=MONTHLY;BYDAY=2FR", None),
)
COMFORT: tuple[Line, ...] = (
    ("S501", "FREQ=WEEKLY;BYDAY=TU,FR", Role.GP),
    ("S503", "FREQ=DAILY;INTERVAL=2", None),
    ("S504", "FREQ=WEEKLY;BYDAY=TH", Role.SOCIAL_WORKER),
)


class Plan(msgspec.Struct, frozen=True):
    elder: Elder
    problems: list[str]
    goal: str
    lines: tuple[Line, ...]
    is_hospice: bool = False


def wanted(town: list[Elder]) -> list[Plan]:
    """Who has an open home-sickbed, the first two of the house, and somebody who is dying."""
    opened = [
        each.elder
        for each in stages.wanted(town, yesterday=date.min)
        if each.stage is stages.Stage.OPEN
    ]
    housed = [each for each in town if each.house == HOUSE and not each.lacks_capacity]
    dying = next(each for each in housed[2:] if "C34.9" in each.conditions)
    return [
        *(Plan(each, ["卧床，压疮风险"], "皮肤完整", AFTER_A_STROKE) for each in opened),
        *(Plan(each, ["血压波动"], "血压平稳", BLOOD_PRESSURE) for each in housed[:2]),
        Plan(dying, ["疼痛", "进食少"], "疼痛不超过3分", COMFORT, is_hospice=True),
    ]


async def keep_plan(plan: Plan, *, now: datetime) -> None:
    """Written by the doctor and in force; for hospice proposed by the nurse, and countersigned."""
    doctor, nurse = acting(first_of(Role.GP, FLAGSHIP)), acting(first_of(Role.NURSE, FLAGSHIP))
    plan_id = seed_id("care-plan", plan.elder.key)
    said = _said(plan, now=now)
    await _assess(plan, now=now)
    await _consent(plan, now=now)
    by = nurse if plan.is_hospice else doctor
    await keep(actions.write(plan_id=plan_id, actor=by, said=said, if_match=None, now=now))
    if not plan.is_hospice:
        activation = PlanActivationSaid(version=1)
        await keep(actions.activate(plan_id=plan_id, actor=doctor, said=activation, now=now))


def _said(plan: Plan, *, now: datetime) -> PlanSaid:
    """From the first of the year on, so that planting again finds the same plan."""
    return PlanSaid(
        person_id=plan.elder.id,
        doctor_id=first_of(Role.GP, FLAGSHIP).id,
        problems=plan.problems,
        goals=[Goal(text=plan.goal)],
        interventions=[
            Intervention(
                id=seed_id("intervention", plan.elder.key, code),
                item_code=code,
                frequency=frequency,
                start_on=calendar.on(now).replace(month=1, day=1),
                role=role,
            )
            for code, frequency, role in plan.lines
        ],
        is_hospice=plan.is_hospice,
    )


async def _assess(plan: Plan, *, now: datetime) -> None:
    """HC-04."""
    asked = [each for each in items(Instrument.BARTHEL) if each.instead_of is None]
    sheet = Sheet(
        person_id=plan.elder.id,
        client_time=now,
        instrument=Instrument.BARTHEL,
        answers={each.id: sorted(each.scale)[len(each.scale) // 2] for each in asked},
    )
    await keep(
        records.assess(
            assessment_id=seed_id("plan-score", plan.elder.key),
            actor=acting(first_of(Role.GP, FLAGSHIP)),
            said=sheet,
            version=None,
            now=now,
        )
    )


async def _consent(plan: Plan, *, now: datetime) -> None:
    """HC-10: what of this plan asks for a consent."""
    known = terminology.service_items()
    said = ConsentFacts(
        person_id=plan.elder.id,
        purpose="care_plan",
        text_version=TEXT_VERSION,
        given_by=plan.elder.id,
        method=ConsentMethod.APP,
        client_time=now,
        items=sorted(code for code, _, _ in plan.lines if known[code].needs_consent),
    )
    await keep(
        people.consent(
            consent_id=seed_id("consent", plan.elder.key, "care_plan"),
            actor=speaking_for(plan.elder),
            said=said,
            now=now,
        )
    )
