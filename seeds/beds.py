"""Where everybody of the town is, and two home-sickbeds that were opened yesterday."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec

from backend.beds import actions as beds
from backend.beds.actions.open_bed import PURPOSES
from backend.beds.lifecycle import BedKind, Part
from backend.beds.lifecycle.episodes import Criterion
from backend.beds.lifecycle.said import (
    Application,
    AssessmentForm,
    Assignment,
    Contact,
    Decision,
    Diagnosis,
    Opening,
    StaySaid,
)
from backend.core.access import Actor, Role
from backend.core.calendar import SHANGHAI
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
from seeds.elders import Elder
from seeds.ids import seed_id
from seeds.places import FLAGSHIP
from seeds.planting import TEXT_VERSION, keep

HOME_SICKBEDS = 2
LASTS = timedelta(minutes=30)
NEEDED = (Instrument.BARTHEL, Instrument.MORSE, Instrument.BRADEN, Instrument.MNA_SF)


class Bed(msgspec.Struct, frozen=True):
    """A home-sickbed to open: whose, and the hours of that day."""

    elder: Elder
    on: date
    number: int

    def at(self, hour: int, minute: int = 0) -> datetime:
        """No two of them at once, as one doctor goes to both."""
        begins = datetime.combine(self.on, time(hour, minute), SHANGHAI)
        return begins + timedelta(hours=self.number)


def opened(town: list[Elder], *, yesterday: date) -> list[Bed]:
    """The first at home at Dr. 沈's center who speak for themselves."""
    theirs = [
        elder
        for elder in town
        if elder.center == FLAGSHIP and elder.house is None and not elder.lacks_capacity
    ]
    return [Bed(elder, yesterday, number) for number, elder in enumerate(theirs[:HOME_SICKBEDS])]


async def place(who: Elder, *, yesterday: date, now: datetime) -> None:
    """The house says who lives in its beds, the center who lives at home."""
    role, at = (Role.INST_ADMIN, who.house) if who.house else (Role.CHC_ADMIN, who.center)
    said = StaySaid(
        client_time=datetime.combine(yesterday, time(6), SHANGHAI),
        person_id=who.id,
        kind=BedKind.INSTITUTION if who.house else BedKind.OWN_HOME,
        bed_no=who.bed,
    )
    stay_id = seed_id("stay", who.key)
    await keep(
        beds.keep_stay(stay_id=stay_id, actor=acting(first_of(role, at)), said=said, now=now)
    )


async def home_sickbed(bed: Bed, *, now: datetime) -> None:
    """Asked for, assessed at the bedside, passed, consented to, opened, and seen the same day."""
    doctor, bed_id = acting(first_of(Role.GP, FLAGSHIP)), seed_id("home-sickbed", bed.elder.key)
    asking = speaking_for(bed.elder)
    await keep(
        beds.apply(
            home_sickbed_id=bed_id, actor=asking, said=_application(bed), if_match=None, now=now
        )
    )
    await _give(bed, bed_id, Part.ASSESSOR, Role.GP, now=now)
    visit_id = await _visit(bed, Kind.ASSESSMENT, doctor, bed.at(8, 30), now=now)
    await _measure(bed, doctor, visit_id, now=now)
    await keep(
        beds.assess(
            home_sickbed_id=bed_id,
            actor=doctor,
            said=_form(bed, visit_id),
            if_match=None,
            now=now,
        )
    )
    passed = Decision(client_time=bed.at(9, 10), is_passed=True)
    await keep(beds.decide(home_sickbed_id=bed_id, actor=doctor, said=passed, now=now))
    await _give(bed, bed_id, Part.DOCTOR, Role.GP, now=now)
    await _give(bed, bed_id, Part.NURSE, Role.NURSE, now=now)
    await _consent(bed, now=now)
    await _visit(bed, Kind.HOMEBED_ROUND, doctor, bed.at(15), now=now)
    opening = Opening(client_time=bed.at(13), bed_no=f"J-{bed.number + 1}")
    await keep(beds.open_bed(home_sickbed_id=bed_id, actor=doctor, said=opening, now=now))


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


async def _give(bed: Bed, bed_id: UUID, part: Part, role: Role, *, now: datetime) -> None:
    center = acting(first_of(Role.CHC_ADMIN, FLAGSHIP))
    said = Assignment(part=part, staff_id=first_of(role, FLAGSHIP).id)
    await keep(
        beds.assign(
            home_sickbed_id=bed_id,
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
        place=Place(kind=PlaceKind.HOME),
        planned_start=start,
        planned_end=start + LASTS,
        staff=[Going(person_id=doctor.person_id)],
    )
    dispatcher = acting(first_of(Role.DISPATCHER, FLAGSHIP))
    await keep(visits.plan(visit_id=visit_id, actor=dispatcher, said=plan, if_match=None, now=now))
    await keep(visits.check_in(visit_id=visit_id, actor=doctor, proof=_proof(bed, start), now=now))
    left = _proof(bed, start + LASTS)
    await keep(visits.check_out(visit_id=visit_id, actor=doctor, proof=left, items=[], now=now))
    return visit_id


def _proof(bed: Bed, at: datetime) -> Proof:
    point = Point(lat=bed.elder.lat, lon=bed.elder.lon, datum="wgs84", accuracy_m=15)
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
