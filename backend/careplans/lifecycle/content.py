"""What a plan says: problems, goals, interventions. Pure shapes and what they imply."""

from collections.abc import Collection
from datetime import date, datetime, time
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from backend.careplans.lifecycle import frequency
from backend.careplans.lifecycle.frequency import Frequency
from backend.core import calendar
from backend.core.access import Role
from backend.core.wire import Code, Day, Request, Text200, Version
from backend.policy import terminology
from backend.visits.lifecycle import Kind

# 静脉输液: no item of the home-care list, as nobody does it on a visit (IM-07, HB-19).
IV_INFUSION = "IV_INFUSION"

_ROUNDS = {"S115": Kind.HOMEBED_ROUND, "S116": Kind.SUPERIOR_ROUND}
_HOSPICE, _ASSESSING = "PALL", "健康评估"
YEARS_MAX = 5  # not policy: a rule is walked from its first day, which is not long ago


class Goal(Request, kw_only=True):
    """What is to become better, by what it is measured, and until when."""

    text: Text200
    measure: Text200 | None = None
    due_on: Day | None = None


class Intervention(Request, kw_only=True):
    """One item, done this often. `id` is yours, and stays when the plan is revised.

    `at` is the time of the day it should be done at; without one, some time of the working day.
    `end_on` is its last day. An injection says when the first dose was given under observation
    (`first_dose_on`), and that the drug needs no skin test (HB-19).
    """

    id: UUID
    item_code: Code
    frequency: Annotated[str, Meta(max_length=200, description="an RRULE: DAILY, WEEKLY, MONTHLY")]
    start_on: Day
    role: Role | None = None
    end_on: Day | None = None
    at: time | None = None
    minutes: Annotated[int, Meta(ge=1, le=240)] | None = None
    order_id: UUID | None = None
    first_dose_on: Day | None = None
    needs_skin_test: bool | None = None

    def rule(self) -> Frequency:
        return frequency.read(self.frequency)

    @property
    def is_infusion(self) -> bool:
        return self.item_code == IV_INFUSION

    @property
    def goes_as(self) -> Role:
        """The role that does it: as said, or the first that the item names."""
        if self.role is not None:
            return self.role
        roles = terminology.service_items()[self.item_code].roles
        return next(role for role in Role if role.value in roles)

    @property
    def lasts_min(self) -> int:
        return self.minutes or terminology.service_items()[self.item_code].usual_minutes


class PlanContent(Request, kw_only=True):
    """What a version of a plan says."""

    problems: Annotated[list[Text200], Meta(min_length=1, max_length=20)]
    goals: Annotated[list[Goal], Meta(max_length=20)] = []
    interventions: Annotated[list[Intervention], Meta(min_length=1, max_length=20)]
    review_on: Day | None = None


class PlanSaid(PlanContent, kw_only=True):
    """A draft. `doctor_id` answers for it: you, when nothing is said and you are a doctor."""

    person_id: UUID
    doctor_id: UUID | None = None
    because_id: UUID | None = None
    is_hospice: bool = False

    def content(self) -> PlanContent:
        return PlanContent(
            problems=self.problems,
            goals=self.goals,
            interventions=self.interventions,
            review_on=self.review_on,
        )


class PlanCountersignatureSaid(Request, kw_only=True):
    """The version of the draft that was read."""

    version: Version


class PlanActivationSaid(Request, kw_only=True):
    """The version of the draft that was read, so that nobody activates what they did not read."""

    version: Version


class PlanRevisionSaid(PlanContent, kw_only=True):
    """All that holds from now, not only what changes; and why."""

    reason: Text200

    def content(self) -> PlanContent:
        return PlanContent(
            problems=self.problems,
            goals=self.goals,
            interventions=self.interventions,
            review_on=self.review_on,
        )


class PlanTakeoverSaid(Request, kw_only=True):
    """Which doctor answers for it from now on, and the version that was read."""

    doctor_id: UUID
    version: Version


class PlanEndSaid(Request, kw_only=True):
    reason_code: Code
    reason: Text200 | None = None


def kind_of(items: Collection[str], role: Role) -> Kind:
    """What a visit for these items is called."""
    for code, kind in _ROUNDS.items():
        if code in items:
            return kind
    known = [terminology.service_items()[code] for code in items]
    if any(each.category == _HOSPICE for each in known):
        return Kind.PALLIATIVE
    if role is Role.NURSE:
        return Kind.NURSING
    is_assessing = all(each.subcategory_name == _ASSESSING for each in known)
    return Kind.ASSESSMENT if is_assessing else Kind.FOLLOW_UP


def invasive(content: PlanContent, *, named: Collection[str]) -> set[str]:
    return {each.item_code for each in content.interventions} & set(named)


def needs_countersignature(
    content: PlanContent, *, is_hospice: bool, invasive_items: Collection[str], from_items: int
) -> bool:
    """20A.1: a plan for hospice, or with so many invasive items."""
    return is_hospice or len(invasive(content, named=invasive_items)) >= from_items


def why_wrong(content: PlanContent, *, today: date) -> str | None:
    """What is wrong with the shape of the interventions; None when nothing is."""
    if len({each.id for each in content.interventions}) < len(content.interventions):
        return "two interventions have one id"
    for each in content.interventions:
        if abs(each.start_on.year - today.year) > YEARS_MAX:
            return "an intervention begins about now"
        if each.end_on is not None and each.end_on < each.start_on:
            return "an intervention ends before it begins"
        if each.at is not None and each.at.tzinfo is not None:
            return "a time of the day is one of Shanghai, without an offset"
        try:
            each.rule()
        except ValueError as error:
            return str(error)
    return None


def encode(content: PlanContent) -> str:
    return msgspec.json.encode(content).decode()


def decode(text: str) -> PlanContent:
    return msgspec.json.decode(text, type=PlanContent)


def moment(on: date, at: time) -> datetime:
    """That time of that day in Shanghai."""
    return datetime.combine(on, at, calendar.SHANGHAI)
