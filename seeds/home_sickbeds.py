"""The home-sickbeds of the town, as far as each had come by yesterday evening."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from backend.beds import actions as beds
from backend.beds.actions.open_bed import PURPOSES
from backend.beds.lifecycle import Part
from backend.beds.lifecycle.episodes import Criterion, SuspensionReason
from backend.beds.lifecycle.said import (
    Application,
    AssessmentForm,
    Assignment,
    Contact,
    Decision,
    Diagnosis,
    Opening,
    Suspension,
)
from backend.core.access import Actor, Role
from backend.core.wire import Point
from backend.people import actions as people
from backend.people.actions.facts import ConsentFacts
from backend.people.lifecycle import ConsentMethod
from backend.records import actions as records
from backend.records.lifecycle.facts import Reading, Sheet
from backend.records.lifecycle.scores import Instrument, items
from backend.records.lifecycle.vitals import VitalSign, vital
from backend.visits import actions as visits
from backend.visits.lifecycle import Kind, PlaceKind, Proof
from backend.visits.lifecycle.plans import Going, Place, VisitPlan
from seeds.actors import acting, first_of, speaking_for
from seeds.ids import seed_id
from seeds.places import FLAGSHIP, places
from seeds.planting import TEXT_VERSION, keep
from seeds.stages import Bed, Stage

LASTS = timedelta(minutes=30)
AWAY_DAYS = 5
NEEDED = (Instrument.BARTHEL, Instrument.MORSE, Instrument.BRADEN, Instrument.MNA_SF)


async def keep_bed(bed: Bed, *, now: datetime) -> None:
    """Asked for, assessed at the bedside, decided, consented to, opened, and seen the same day."""
    await keep(
        beds.apply(
            home_sickbed_id=bed.id,
            actor=speaking_for(bed.elder),
            said=_application(bed),
            if_match=None,
            now=now,
        )
    )
    if bed.stage >= Stage.ASSESSING:
        await _give(bed, Part.ASSESSOR, Role.GP, now=now)
    if bed.stage >= Stage.REJECTED:
        await _assess(bed, now=now)
    if bed.stage >= Stage.APPROVED:
        await _give(bed, Part.DOCTOR, Role.GP, now=now)
        await _give(bed, Part.NURSE, Role.NURSE, now=now)
        await _consent(bed, now=now)
    if bed.stage >= Stage.OPEN:
        await _open(bed, now=now)
    if bed.stage is Stage.SUSPENDED:
        await _travels(bed, now=now)


async def _assess(bed: Bed, *, now: datetime) -> None:
    doctor = acting(first_of(Role.GP, FLAGSHIP))
    visit_id = await _visit(bed, Kind.ASSESSMENT, doctor, bed.at(8, 30), now=now)
    await _measure(bed, doctor, visit_id, now=now)
    await keep(
        beds.assess(
            home_sickbed_id=bed.id,
            actor=doctor,
            said=_form(bed, visit_id),
            if_match=None,
            now=now,
        )
    )
    passes = bed.stage is not Stage.REJECTED
    decision = Decision(
        client_time=bed.at(9, 10),
        is_passed=passes,
        reason=None if passes else "病情稳定，能自行就诊，暂不需要建床",
        advice=None if passes else "继续家庭医生签约随访，变化时再申请",
    )
    await keep(beds.decide(home_sickbed_id=bed.id, actor=doctor, said=decision, now=now))


async def _open(bed: Bed, *, now: datetime) -> None:
    doctor = acting(first_of(Role.GP, FLAGSHIP))
    await _visit(bed, Kind.HOMEBED_ROUND, doctor, bed.at(15), now=now)
    opening = Opening(client_time=bed.at(13), bed_no=f"J-{bed.number + 1}")
    await keep(beds.open_bed(home_sickbed_id=bed.id, actor=doctor, said=opening, now=now))


async def _travels(bed: Bed, *, now: datetime) -> None:
    """To a daughter's for some days: nobody goes there, and the bed is kept."""
    said = Suspension(
        client_time=bed.at(16),
        reason=SuspensionReason.TRAVEL,
        expected_return_on=bed.on + timedelta(days=AWAY_DAYS),
    )
    await keep(
        beds.suspend(
            home_sickbed_id=bed.id,
            suspension_id=seed_id("suspension", bed.elder.key, bed.on.isoformat()),
            actor=acting(first_of(Role.GP, FLAGSHIP)),
            said=said,
            now=now,
        )
    )


def _application(bed: Bed) -> Application:
    contact = bed.elder.kin[0]
    return Application(
        client_time=bed.at(7),
        person_id=bed.elder.id,
        reason="行动不便，需连续治疗和护理",
        contact=Contact(name=contact.name, phone=contact.phone),
        diagnoses=_diagnoses(bed),
    )


def _diagnoses(bed: Bed) -> list[Diagnosis]:
    return [
        Diagnosis(icd10=code, name=f"诊断 {code}", is_primary=number == 0)
        for number, code in enumerate(bed.elder.conditions)
    ]


async def _give(bed: Bed, part: Part, role: Role, *, now: datetime) -> None:
    center = acting(first_of(Role.CHC_ADMIN, FLAGSHIP))
    said = Assignment(part=part, staff_id=first_of(role, FLAGSHIP).id)
    await keep(
        beds.assign(
            home_sickbed_id=bed.id,
            assignment_id=seed_id("bed-part", bed.elder.key, part),
            actor=center,
            said=said,
            now=now,
        )
    )


async def _visit(bed: Bed, kind: Kind, doctor: Actor, start: datetime, *, now: datetime) -> UUID:
    """A visit that was made: planned, arrived, left."""
    visit_id = seed_id("bed-visit", bed.elder.key, kind)
    plan = VisitPlan(
        kind=kind,
        person_id=bed.elder.id,
        place=Place(kind=PlaceKind.INSTITUTION if bed.elder.house else PlaceKind.HOME),
        planned_start=start,
        planned_end=start + LASTS,
        staff=_team(bed, doctor),
    )
    dispatcher = acting(first_of(Role.DISPATCHER, FLAGSHIP))
    await keep(visits.plan(visit_id=visit_id, actor=dispatcher, said=plan, if_match=None, now=now))
    await keep(visits.check_in(visit_id=visit_id, actor=doctor, proof=_proof(bed, start), now=now))
    left = _proof(bed, start + LASTS)
    await keep(visits.check_out(visit_id=visit_id, actor=doctor, proof=left, items=[], now=now))
    return visit_id


def _team(bed: Bed, doctor: Actor) -> list[Going]:
    """HC-09: a nurse goes along to who lives alone."""
    going = [Going(person_id=doctor.person_id)]
    if bed.elder.lives_alone:
        going.append(Going(person_id=first_of(Role.NURSE, FLAGSHIP).id, is_lead=False))
    return going


def _proof(bed: Bed, at: datetime) -> Proof:
    door = places()[bed.elder.house] if bed.elder.house else bed.elder
    point = Point(lat=door.lat, lon=door.lon, datum="wgs84", accuracy_m=15)
    return Proof(client_time=at, method="GPS", point=point)


async def _measure(bed: Bed, doctor: Actor, visit_id: UUID, *, now: datetime) -> None:
    """HB-05: four scores, and a vital sign."""
    for instrument in NEEDED:
        asked = [item for item in items(instrument) if item.instead_of is None]
        sheet = Sheet(
            person_id=bed.elder.id,
            client_time=bed.at(8, 40),
            visit_id=visit_id,
            instrument=instrument,
            answers={item.id: sorted(item.scale)[len(item.scale) // 2] for item in asked},
        )
        await keep(
            records.assess(
                assessment_id=seed_id("bed-score", bed.elder.key, instrument),
                actor=doctor,
                said=sheet,
                version=None,
                now=now,
            )
        )
    reading = Reading(
        person_id=bed.elder.id,
        client_time=bed.at(8, 45),
        visit_id=visit_id,
        code=VitalSign.SBP,
        value=Decimal(132),
        unit=vital(VitalSign.SBP).unit,
    )
    reading_id = seed_id("bed-reading", bed.elder.key)
    await keep(records.observe(observation_id=reading_id, actor=doctor, said=reading, now=now))


def _form(bed: Bed, visit_id: UUID) -> AssessmentForm:
    return AssessmentForm(
        client_time=bed.at(8, 50),
        visit_id=visit_id,
        diagnoses=_diagnoses(bed),
        cognition="清楚",
        pain=2,
        skin_and_tubes=["皮肤完整"],
        medicines=[],
        allergies=[],
        home=["有人照护", "电源可靠"],
        carer="家属",
        risks=["跌倒"],
        criteria=list(Criterion),
        exclusions=[],
        conclusion="符合建床条件",
    )


async def _consent(bed: Bed, *, now: datetime) -> None:
    """RC-02: one consent a purpose."""
    for purpose in PURPOSES:
        said = ConsentFacts(
            person_id=bed.elder.id,
            purpose=purpose,
            text_version=TEXT_VERSION,
            given_by=bed.elder.id,
            method=ConsentMethod.APP,
            client_time=bed.at(11),
        )
        await keep(
            people.consent(
                consent_id=seed_id("consent", bed.elder.key, purpose),
                actor=speaking_for(bed.elder),
                said=said,
                now=now,
            )
        )
