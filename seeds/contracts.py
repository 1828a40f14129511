"""What the town has agreed: family doctors, one institution contract, one five-bed alliance."""

from datetime import date, datetime, time
from typing import Literal

from backend.contracts import actions
from backend.contracts.lifecycle.said import (
    AgreedVisit,
    AllianceSaid,
    Colleague,
    DoctorDraft,
    DoctorSignature,
    InstitutionDraft,
    InstitutionSignature,
    Joining,
    PackageLine,
    Partner,
    Price,
)
from backend.core import calendar
from backend.core.access import Actor, Role
from seeds.actors import acting, first_of, speaking_for
from seeds.cast import Worker, played_by
from seeds.elders import Elder
from seeds.ids import seed_id
from seeds.places import FLAGSHIP, HOSPITAL, HOUSE, places
from seeds.planting import keep

MUNICIPAL = "hospital-internet"
PACKAGE = [
    PackageLine(item="健康评估", times=1, period="year", payer="public_health_fund"),
    PackageLine(item="随访", times=4, period="year", payer="public_health_fund"),
    PackageLine(item="上门服务", times=2, period="month", payer="insurance"),
]


def _year(now: datetime) -> tuple[date, date]:
    """Contracts run with the calendar year, so that planting again finds them."""
    on = calendar.on(now)
    return on.replace(month=1, day=1), on.replace(month=12, day=31)


def _signed_at(first: date) -> datetime:
    return datetime.combine(first, time(9), calendar.SHANGHAI)


async def doctor_contract(who: Elder, *, now: datetime) -> None:
    """The elder and the first doctor of their center; who lacks capacity has a guardian for it."""
    if who.lacks_capacity:
        return
    first, last = _year(now)
    doctor = acting(first_of(Role.GP, who.center))
    contract_id = seed_id("doctor-contract", who.key, str(first.year))
    said = DoctorDraft(
        person_id=who.id,
        doctor_id=doctor.person_id,
        district_hospital_id=places()[HOSPITAL].id,
        municipal_hospital_id=places()[MUNICIPAL].id,
        lines=PACKAGE,
        valid_from=first,
        valid_to=last,
        is_chronic=bool(who.conditions),
    )
    await keep(
        actions.draft(contract_id=contract_id, actor=doctor, said=said, if_match=None, now=now)
    )
    hands: dict[Literal["resident", "center"], Actor] = {
        "resident": speaking_for(who),
        "center": doctor,
    }
    for side, actor in hands.items():
        signature = DoctorSignature(client_time=_signed_at(first), side=side, version=1)
        await keep(
            actions.sign(
                contract_id=contract_id,
                signature_id=seed_id("signature", str(contract_id), side),
                actor=actor,
                said=signature,
                now=now,
            )
        )


async def institution_contract(house: str, *, now: datetime) -> None:
    """Dr. 沈 and nurse 唐 come on Tuesday afternoons."""
    first, last = _year(now)
    sides = (acting(first_of(Role.INST_ADMIN, house)), acting(first_of(Role.CHC_ADMIN, FLAGSHIP)))
    contract_id = seed_id("institution-contract", house, str(first.year))
    said = InstitutionDraft(
        institution_id=places()[house].id,
        provider_id=places()[FLAGSHIP].id,
        valid_from=first,
        valid_to=last,
        services=["每周巡诊", "用药指导", "健康档案管理"],
        cost_sharing="巡诊由社区卫生服务中心承担，增购服务由机构承担",
        responsibilities="中心负责诊疗与转介，机构负责照护、陪同与场地",
        visits=[
            AgreedVisit(
                weekday=2,
                starts=time(14),
                ends=time(16),
                team=[played_by("shen").id, played_by("tang").id],
            )
        ],
        prices=[Price(code="P01", name="增购康复指导", unit="次", price_fen=8000)],
    )
    await keep(
        actions.draft_institution_contract(
            contract_id=contract_id, actor=sides[0], said=said, if_match=None, now=now
        )
    )
    for actor in sides:
        await keep(
            actions.sign_institution_contract(
                contract_id=contract_id,
                signature_id=seed_id("signature", str(contract_id), str(actor.person_id)),
                actor=actor,
                said=InstitutionSignature(client_time=_signed_at(first), version=1),
                now=now,
            )
        )


async def alliance(residents: list[Elder], *, now: datetime) -> None:
    """The house, the center and the hospital, under one team; some residents take part."""
    first, last = _year(now)
    leader = first_of(Role.INST_ADMIN, HOUSE)
    alliance_id = seed_id("alliance", HOUSE, str(first.year))
    said = AllianceSaid(
        name="大宁五床联动",
        members=[
            Partner(organization_id=places()[HOUSE].id, beds=["INSTITUTION", "HOME_CARE"]),
            Partner(organization_id=places()[FLAGSHIP].id, beds=["HOME_SICK"]),
            Partner(organization_id=places()[HOSPITAL].id, beds=["HOSPITAL", "HOSPICE"]),
        ],
        team=[
            _colleague(leader, "lead"),
            _colleague(played_by("shen"), "doctor"),
            _colleague(played_by("xu"), "transfer"),
        ],
        valid_from=first,
        valid_to=last,
    )
    await keep(
        actions.keep_alliance(
            alliance_id=alliance_id, actor=acting(leader), said=said, if_match=None, now=now
        )
    )
    for who in residents:
        joining = Joining(
            client_time=_signed_at(first), institution_id=places()[HOUSE].id, bed="INSTITUTION"
        )
        await keep(
            actions.join_alliance(
                alliance_id=alliance_id,
                person_id=who.id,
                actor=speaking_for(who),
                said=joining,
                now=now,
            )
        )


def _colleague(who: Worker, duty: Literal["lead", "doctor", "transfer"]) -> Colleague:
    return Colleague(person_id=who.id, organization_id=places()[who.at].id, duty=duty)
