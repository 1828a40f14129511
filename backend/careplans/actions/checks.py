"""What must be true of a plan's content, and before something is ordered by it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from backend import policy
from backend.careplans import queries
from backend.careplans.lifecycle import (
    IV_INFUSION,
    Intervention,
    PlanContent,
    needs_countersignature,
    why_wrong,
)
from backend.careplans.problems import (
    FirstDoseAtHome,
    InfusionAtHome,
    NeedsAssessment,
    NeedsConsent,
    NoInfusionRoom,
    NotForHomes,
    NotTheDoctor,
    PlanWrong,
    ReviewTooLate,
    SkinTestAtHome,
    WrongRole,
)
from backend.core import calendar
from backend.core.access import DOCTORS, Role
from backend.policy import terminology
from backend.visits.problems import NobodyToVisit


async def check_content(content: PlanContent, *, person: Mapping[str, Any], now: datetime) -> None:
    """Whether this may stand in a plan for that person at all.

    :raises NobodyToVisit: :raises PlanWrong: :raises NotForHomes: :raises WrongRole:
    :raises InfusionAtHome: :raises NoInfusionRoom: :raises FirstDoseAtHome:
    :raises SkinTestAtHome: :raises ReviewTooLate:
    """
    if person["died_on"] is not None:
        raise NobodyToVisit
    today = calendar.on(now)
    if (why := why_wrong(content, today=today)) is not None:
        raise PlanWrong(why=why)
    known = terminology.service_items()
    injections = policy.texts(now, "hb.injection_items")
    for each in content.interventions:
        if each.is_infusion:
            await _check_infusion(person["residence"])
        elif each.item_code not in known:
            raise NotForHomes(code=each.item_code)
        elif each.role is not None and not _does(each.role, known[each.item_code].roles):
            raise WrongRole(code=each.item_code, roles=sorted(known[each.item_code].roles))
        elif each.item_code in injections:
            _check_injection(each, today)
    last = calendar.on(now + policy.span(now, "hb.stage_summary_interval_days"))
    if content.review_on is not None and not today <= content.review_on <= last:
        # HB-23: a plan is reviewed with each stage summary, so never later than that.
        raise ReviewTooLate(latest=last)


async def _check_infusion(institution_id: UUID | None) -> None:
    """IM-07: in the infusion room of the institution's unit; HB-19: never at home."""
    if institution_id is None:
        raise InfusionAtHome(code=IV_INFUSION)
    if not await queries.has_infusion_room(institution_id=institution_id):
        raise NoInfusionRoom(institution_id=institution_id)


def _check_injection(said: Intervention, today: date) -> None:
    """HB-19, as far as a plan can say it before there are prescriptions that name the drug.

    In an institution too: a visit finds nothing for a first reaction at that bedside either.
    """
    if said.first_dose_on is None or said.first_dose_on > today:
        raise FirstDoseAtHome(code=said.item_code)
    if said.needs_skin_test is not False:
        raise SkinTestAtHome(code=said.item_code)


def _does(role: Role, roles: frozenset[str]) -> bool:
    return role.value in roles or (role in DOCTORS and Role.GP.value in roles)


async def check_doctor(doctor_id: UUID, *, organization_id: UUID, now: datetime) -> None:
    """:raises NotTheDoctor:"""
    if not await queries.is_doctor_of(
        person_id=doctor_id, organization_id=organization_id, now=now
    ):
        raise NotTheDoctor(doctor_id=doctor_id)


async def is_assessed(person_id: UUID, now: datetime) -> datetime | None:
    """HC-04: the last assessment, if it is young enough to order something by."""
    at = await queries.assessed_at(person_id=person_id)
    return at if at and at > now - policy.span(now, "hc.assessment_valid_days") else None


async def check_orders(content: PlanContent, *, person_id: UUID, now: datetime) -> None:
    """Whether this may be ordered now.

    :raises NeedsAssessment: :raises NeedsConsent:
    """
    if await is_assessed(person_id, now) is None:
        raise NeedsAssessment(assessed_at=await queries.assessed_at(person_id=person_id))
    items = {each.item_code for each in content.interventions}
    if missing := await queries.unconsented(person_id=person_id, items=items, now=now):
        raise NeedsConsent(items=missing)


def asks_a_senior(content: PlanContent, *, is_hospice: bool, now: datetime) -> bool:
    return needs_countersignature(
        content,
        is_hospice=is_hospice,
        invasive_items=policy.texts(now, "hc.invasive_items"),
        from_items=policy.whole(now, "hb.countersign_invasive_items"),
    )
