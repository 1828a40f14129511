"""A center, an institution, two hospitals, an elder at each place, and who speaks for whom."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import msgspec

from backend.contracts import actions
from backend.contracts.lifecycle.said import (
    AgreedVisit,
    DoctorDraft,
    DoctorSignature,
    InstitutionDraft,
    InstitutionSignature,
    PackageLine,
)
from backend.core import calendar
from backend.core.access import Actor, Role
from backend.core.calendar import SHANGHAI
from backend.core.db import rows
from backend.core.ids import uuid7
from backend.visits import actions as visits
from backend.visits.lifecycle import Proof
from backend.visits.lifecycle.plans import Going, RoundPlan
from backend.visits.schemas import CheckOut
from tests.builders import TUESDAY_NINE, a_person, a_tie, acting, an_organization, staff_of

NOW = TUESDAY_NINE
TODAY = calendar.on(NOW)
AT_THE_DOOR = {"lat": 31.2235, "lon": 121.4452, "datum": "wgs84", "accuracy_m": 15}


class World(msgspec.Struct):
    center: UUID
    house: UUID
    district: UUID
    municipal: UUID
    doctor: Actor
    colleague: Actor
    nurse: Actor
    admin: Actor
    house_admin: Actor
    commission: Actor
    elder: UUID
    resident: UUID

    async def herself(self) -> Actor:
        return await acting(self.elder, Role.ELDER)


async def a_world() -> World:
    """The elder lives at home, registered at the center; the resident is registered nowhere."""
    center = await an_organization()
    house = await an_organization(kinds=("ELDER_CARE_INSTITUTION",), name="静安示例养老院")
    elder = await a_person(center_id=center)
    await a_tie(elder, center, kind="organization")
    return World(
        center=center,
        house=house,
        district=await an_organization(kinds=("DISTRICT_MEDICAL_CENTER",), name="区中心医院"),
        municipal=await an_organization(kinds=("HOSPITAL",), name="市级医院"),
        doctor=await staff_of(center, Role.GP),
        colleague=await staff_of(center, Role.GP, name="秦岚"),
        nurse=await staff_of(center, Role.NURSE, name="唐静"),
        admin=await staff_of(center, Role.CHC_ADMIN),
        house_admin=await staff_of(house, Role.INST_ADMIN),
        commission=await staff_of(
            await an_organization(kinds=("REGULATOR",), name="卫健委"), Role.REGULATOR_WJ
        ),
        elder=elder,
        resident=await a_person(name="金桂花", residence_id=house),
    )


def a_draft(world: World, **changed: Any) -> DoctorDraft:
    said: dict[str, Any] = {
        "person_id": world.elder,
        "doctor_id": world.doctor.person_id,
        "district_hospital_id": world.district,
        "municipal_hospital_id": world.municipal,
        "lines": [
            PackageLine(item="健康评估", times=1, period="year", payer="public_health_fund"),
            PackageLine(item="上门随访", times=4, period="year", payer="insurance"),
        ],
        "valid_from": TODAY,
    }
    return DoctorDraft(**{**said, **changed})


async def a_drafted(world: World, *, now: datetime = NOW, **changed: Any) -> UUID:
    contract_id = uuid7()
    await actions.draft(
        contract_id=contract_id,
        actor=world.doctor,
        said=a_draft(world, **changed),
        if_match=None,
        now=now,
    )
    return contract_id


def a_signature(side: str = "center", *, now: datetime = NOW, **changed: Any) -> DoctorSignature:
    said = {"client_time": now, "side": side, "version": 1, "signature": "c2lnbmVk"}
    return DoctorSignature(**{**said, **changed})


async def a_contract(world: World, *, now: datetime = NOW, **changed: Any) -> UUID:
    """Drafted by the doctor, signed by the elder and the doctor."""
    contract_id = await a_drafted(world, now=now, **changed)
    await sign_both(world, contract_id, now=now, person_id=changed.get("person_id"))
    return contract_id


async def sign_both(
    world: World, contract_id: UUID, *, now: datetime = NOW, person_id: UUID | None = None
) -> None:
    elder = await acting(person_id or world.elder, Role.ELDER)
    for actor, side in ((elder, "resident"), (world.doctor, "center")):
        await actions.sign(
            contract_id=contract_id,
            signature_id=uuid7(),
            actor=actor,
            said=a_signature(side, now=now),
            now=now,
        )


def an_agreement(world: World, **changed: Any) -> InstitutionDraft:
    """Tuesdays from two to four, the doctor and the nurse."""
    said: dict[str, Any] = {
        "institution_id": world.house,
        "provider_id": world.center,
        "valid_from": TODAY - timedelta(days=TODAY.weekday()),
        "valid_to": date(2027, 11, 22),
        "services": ["巡诊", "用药指导"],
        "cost_sharing": "巡诊由社区卫生服务中心承担",
        "responsibilities": "中心负责诊疗，机构负责照护与陪同",
        "visits": [
            AgreedVisit(
                weekday=2,
                starts=time(14),
                ends=time(16),
                team=[world.doctor.person_id, world.nurse.person_id],
            )
        ],
    }
    return InstitutionDraft(**{**said, **changed})


async def an_institution_draft(world: World, *, now: datetime = NOW, **changed: Any) -> UUID:
    contract_id = uuid7()
    await actions.draft_institution_contract(
        contract_id=contract_id,
        actor=world.house_admin,
        said=an_agreement(world, **changed),
        if_match=None,
        now=now,
    )
    return contract_id


async def an_institution_contract(world: World, *, now: datetime = NOW, **changed: Any) -> UUID:
    """Drafted by the institution, signed by both."""
    contract_id = await an_institution_draft(world, now=now, **changed)
    for actor in (world.house_admin, world.admin):
        await actions.sign_institution_contract(
            contract_id=contract_id,
            signature_id=uuid7(),
            actor=actor,
            said=InstitutionSignature(client_time=now, version=1),
            now=now,
        )
    return contract_id


async def a_round_made(
    world: World, start: datetime, *, minutes: int = 45, staff: Actor | None = None
) -> UUID:
    """A round that somebody went on: checked in at the start, out after so long."""
    actor = staff or world.doctor
    round_id = uuid7()
    dispatcher = await staff_of(world.center, Role.DISPATCHER)
    await a_tie(world.resident, world.center, kind="organization")
    await visits.plan_round(
        round_id=round_id,
        actor=dispatcher,
        said=RoundPlan(
            institution_id=world.house,
            planned_start=start,
            planned_end=start + timedelta(hours=1),
            staff=[Going(person_id=actor.person_id)],
        ),
        if_match=None,
        now=start - timedelta(days=1),
    )
    proof = {"client_time": start.isoformat(), "method": "GPS", "point": AT_THE_DOOR}
    await visits.check_in(
        visit_id=round_id, actor=actor, proof=msgspec.convert(proof, Proof), now=start
    )
    end = start + timedelta(minutes=minutes)
    await visits.check_out(
        visit_id=round_id,
        actor=actor,
        proof=msgspec.convert({**proof, "client_time": end.isoformat()}, CheckOut).proof(),
        items=[],
        now=end,
    )
    return round_id


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """That time of that day in Shanghai."""
    return datetime.combine(day, time(hour, minute), SHANGHAI)


async def ties(person_id: UUID) -> list[tuple[UUID, datetime, datetime]]:
    """The ties of contracts, in the order in which they begin."""
    found = await rows(
        "SELECT member_id, from_at, until_at FROM care_team WHERE person = $1 AND why = 'contract'"
        " ORDER BY from_at, member_id",
        person_id,
    )
    return [(each["member_id"], each["from_at"], each["until_at"]) for each in found]


async def events(topic: str) -> int:
    found = await rows("SELECT count(*) FROM journal WHERE topic = $1", topic)
    return int(found[0][0])
