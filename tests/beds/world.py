"""An elder at home, the center that cares for her, a house, a hospital; a bed at each stage."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from backend.beds import actions
from backend.beds.actions.open_bed import PURPOSES
from backend.beds.lifecycle import BedKind, Changes, Outcome, Part
from backend.beds.lifecycle.beds import OF_HOSPICE
from backend.beds.lifecycle.episodes import CloseReason, Criterion
from backend.beds.lifecycle.said import (
    Application,
    AssessmentForm,
    Assignment,
    Closure,
    Contact,
    Decision,
    Diagnosis,
    Opening,
    Terminal,
)
from backend.core.access import Actor, Role
from backend.core.db import rows
from backend.core.ids import uuid7
from backend.people import actions as people
from backend.people.actions.facts import ConsentFacts
from backend.people.lifecycle import ConsentMethod
from backend.records import actions as records
from backend.records.lifecycle.scores import Instrument, items
from backend.visits import actions as visits
from backend.visits.lifecycle import Kind
from backend.visits.lifecycle.plans import Going
from tests.builders import TUESDAY_NINE, a_person, a_tie, acting, an_organization, staff_of
from tests.records.said import a_reading, a_sheet
from tests.visits.world import World as VisitWorld
from tests.visits.world import a_proof, a_visit

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NINE = TUESDAY_NINE
APPLIED_AT = NINE - 2 * DAY


class World(msgspec.Struct):
    center: UUID
    house: UUID
    hospital: UUID
    elder: UUID
    herself: Actor
    doctor: Actor
    senior: Actor
    nurse: Actor
    admin: Actor
    dispatcher: Actor
    house_admin: Actor
    house_nurse: Actor
    ward: Actor

    @property
    def for_visits(self) -> VisitWorld:
        return VisitWorld(
            center=self.center,
            house=self.house,
            doctor=self.doctor,
            nurse=self.nurse,
            dispatcher=self.dispatcher,
            admin=self.admin,
            house_nurse=self.house_nurse,
            elder=self.elder,
        )


async def a_world() -> World:
    center = await an_organization()
    house = await an_organization(kinds=("ELDER_CARE_INSTITUTION",), name="静安示例养老院")
    hospital = await an_organization(kinds=("HOSPITAL",), name="静安示例医院")
    elder = await a_person(center_id=center)
    for organization in (center, house, hospital):
        await a_tie(elder, organization, kind="organization")
    return World(
        center=center,
        house=house,
        hospital=hospital,
        elder=elder,
        herself=await acting(elder, Role.ELDER),
        doctor=await staff_of(center, Role.GP),
        senior=await staff_of(center, Role.SENIOR_GP, name="顾卫国"),
        nurse=await staff_of(center, Role.NURSE, name="李燕", sex="F"),
        admin=await staff_of(center, Role.CHC_ADMIN),
        dispatcher=await staff_of(center, Role.DISPATCHER),
        house_admin=await staff_of(house, Role.INST_ADMIN),
        house_nurse=await staff_of(house, Role.INST_NURSE),
        ward=await staff_of(hospital, Role.HOSPITAL_STAFF),
    )


async def admit(
    world: World,
    kind: BedKind,
    *,
    at: datetime,
    by: Actor | None = None,
    elder: UUID | None = None,
    bed_no: str | None = None,
) -> Changes:
    terminal = None
    if kind in OF_HOSPICE:
        who = elder or world.elder
        theirs = msgspec.structs.replace(world, elder=who, herself=await acting(who, Role.ELDER))
        await consent(theirs, at=at, purposes=("hospice",))
        terminal = Terminal(confirmed_by=world.doctor.person_id, expected_months=3)
    houses: Mapping[BedKind, UUID | None] = {
        BedKind.OWN_HOME: None,
        BedKind.HOSPITAL: world.hospital,
        BedKind.HOSPICE: world.hospital,
        BedKind.INSTITUTION: world.house,
        BedKind.HOME_CARE: world.house,
    }
    return await actions.admit(
        person_id=elder or world.elder,
        kind=kind,
        organization_id=houses.get(kind, world.center),
        address_id=None,
        bed_no=bed_no,
        at=at,
        because_id=None,
        actor=by or world.admin,
        now=at,
        terminal=terminal,
    )


def an_application(world: World, *, at: datetime = APPLIED_AT, **changed: Any) -> Application:
    said: dict[str, Any] = {
        "client_time": at,
        "person_id": world.elder,
        "reason": "脑梗后长期卧床",
        "contact": Contact(name="周敏", phone="13800001234"),
        "diagnoses": [Diagnosis(icd10="I69.3", name="脑梗死后遗症", is_primary=True)],
    }
    return Application(**{**said, **changed})


async def an_applied(world: World, *, at: datetime = APPLIED_AT, **changed: Any) -> UUID:
    home_sickbed_id = uuid7()
    await actions.apply(
        home_sickbed_id=home_sickbed_id,
        actor=world.herself,
        said=an_application(world, at=at, **changed),
        if_match=None,
        now=at,
    )
    return home_sickbed_id


async def give(
    world: World, home_sickbed_id: UUID, part: Part, who: Actor, *, at: datetime = APPLIED_AT
) -> Any:
    return await actions.assign(
        home_sickbed_id=home_sickbed_id,
        assignment_id=uuid7(),
        actor=world.admin,
        said=Assignment(part=part, staff_id=who.person_id),
        now=at,
    )


async def a_visit_for_assessment(world: World, *, at: datetime = NINE - DAY) -> UUID:
    """Checked in; four instruments filled in, one vital sign taken."""
    visit_id = await a_visit(
        world.for_visits,
        kind=Kind.ASSESSMENT,
        start=at,
        staff=[Going(person_id=world.doctor.person_id)],
        now=at - HOUR,
    )
    await visits.check_in(visit_id=visit_id, actor=world.doctor, proof=a_proof(at), now=at)
    for instrument in (
        Instrument.BARTHEL,
        Instrument.MORSE,
        Instrument.BRADEN,
        Instrument.MNA_SF,
    ):
        answers = {
            item.id: max(item.scale) for item in items(instrument) if item.instead_of is None
        }
        await records.assess(
            assessment_id=uuid7(),
            actor=world.doctor,
            said=a_sheet(world.elder, instrument=instrument, answers=answers, client_time=at),
            version=None,
            now=at,
        )
    await records.observe(
        observation_id=uuid7(),
        actor=world.doctor,
        said=a_reading(world.elder, visit_id=visit_id, client_time=at),
        now=at,
    )
    return visit_id


def a_form(visit_id: UUID, *, at: datetime = NINE - DAY, **changed: Any) -> AssessmentForm:
    said: dict[str, Any] = {
        "client_time": at,
        "visit_id": visit_id,
        "diagnoses": [Diagnosis(icd10="I69.3", name="脑梗死后遗症")],
        "cognition": "清楚",
        "pain": 2,
        "skin_and_tubes": [],
        "medicines": [],
        "allergies": [],
        "home": ["有人照护"],
        "carer": "女儿",
        "risks": [],
        "criteria": list(Criterion),
        "exclusions": [],
        "conclusion": "符合建床条件",
    }
    return AssessmentForm(**{**said, **changed})


async def an_assessed(world: World, *, at: datetime = NINE - DAY, **changed: Any) -> UUID:
    """The assessor has written the form."""
    home_sickbed_id = await an_applied(world, at=at - DAY)
    await give(world, home_sickbed_id, Part.ASSESSOR, world.doctor, at=at - DAY)
    visit_id = await a_visit_for_assessment(world, at=at)
    await actions.assess(
        home_sickbed_id=home_sickbed_id,
        actor=world.doctor,
        said=a_form(visit_id, at=at, **changed),
        if_match=None,
        now=at,
    )
    return home_sickbed_id


async def an_approved(world: World, *, at: datetime = NINE - DAY) -> UUID:
    home_sickbed_id = await an_assessed(world, at=at)
    await actions.decide(
        home_sickbed_id=home_sickbed_id,
        actor=world.doctor,
        said=Decision(client_time=at, is_passed=True),
        now=at,
    )
    return home_sickbed_id


async def another_approved(world: World, elder: UUID) -> UUID:
    """An application of somebody else that nobody has a part in yet."""
    other = uuid7()
    await rows(
        "INSERT INTO home_sickbeds (id, person, center, status, application, consent_ids,"
        " applied_by, applied_at, policy_version, version, fingerprint, recorded_at)"
        " VALUES ($1, $2, $3, 'APPROVED', '', '{}', $2, $4, 'x', 1, '', $4)",
        other,
        elder,
        world.center,
        APPLIED_AT,
    )
    await rows(
        "INSERT INTO care_team (id, person, member_kind, member_id, why, because_id, from_at)"
        " VALUES (uuidv7(), $1, 'organization', $2, 'registration', $2, $3)",
        elder,
        world.center,
        APPLIED_AT - DAY,
    )
    return other


async def consent(world: World, *, at: datetime, purposes: tuple[str, ...] = PURPOSES) -> None:
    for purpose in purposes:
        await people.consent(
            consent_id=uuid7(),
            actor=world.herself,
            said=ConsentFacts(
                person_id=world.elder,
                purpose=purpose,
                text_version="2026.1",
                given_by=world.elder,
                method=ConsentMethod.APP,
                client_time=at,
            ),
            now=at,
        )


async def a_ready(world: World, *, at: datetime = NINE) -> UUID:
    """Approved; the team is named, the consents given, the first round planned."""
    home_sickbed_id = await an_approved(world, at=at - DAY)
    await give(world, home_sickbed_id, Part.DOCTOR, world.doctor, at=at - DAY)
    await give(world, home_sickbed_id, Part.NURSE, world.nurse, at=at - DAY)
    await consent(world, at=at - HOUR)
    await a_visit(world.for_visits, start=at + 2 * HOUR, now=at - HOUR)
    return home_sickbed_id


async def open_it(
    world: World, home_sickbed_id: UUID, *, at: datetime = NINE, bed_no: str = "J-1"
) -> Any:
    return await actions.open_bed(
        home_sickbed_id=home_sickbed_id,
        actor=world.doctor,
        said=Opening(client_time=at, bed_no=bed_no),
        now=at,
    )


async def an_open(world: World, *, at: datetime = NINE) -> UUID:
    home_sickbed_id = await a_ready(world, at=at)
    await open_it(world, home_sickbed_id, at=at)
    return home_sickbed_id


def a_closure(at: datetime, **changed: Any) -> Closure:
    said: dict[str, Any] = {
        "client_time": at,
        "reason": CloseReason.RECOVERED,
        "outcome": Outcome.BETTER,
        "course": "病情稳定，可自理",
        "follow_up_plan": "一周内随访",
    }
    return Closure(**{**said, **changed})


async def status_of(home_sickbed_id: UUID) -> str:
    found = await rows("SELECT status FROM home_sickbeds WHERE id = $1", home_sickbed_id)
    return str(found[0]["status"])


async def tied(world: World, who: UUID) -> bool:
    found = await rows(
        "SELECT 1 FROM care_team WHERE person = $1 AND member_id = $2 AND why = 'home_sickbed'"
        " AND until_at IS NULL",
        world.elder,
        who,
    )
    return bool(found)
