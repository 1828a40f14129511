"""Whom an event may name, and when it was: what each line of the tellings is made of."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

import msgspec

from backend.core.access import Role
from backend.notifications import queries

AGREEING = frozenset({Role.CHC_ADMIN, Role.INST_ADMIN, Role.HOSPITAL_STAFF})
SUPERVISORS = frozenset({Role.DISPATCHER, Role.CHC_ADMIN})
ADMINS = frozenset({Role.CHC_ADMIN, Role.INST_ADMIN})
CENTER = frozenset({Role.CHC_ADMIN})
PAYING = frozenset({Role.INST_ADMIN})
FINANCE = frozenset({Role.FINANCE})
BOOKKEEPERS = frozenset({Role.FINANCE, Role.CHC_ADMIN})


class Fact(msgspec.Struct, frozen=True):
    """What an event may say: ids, by the names that all events use."""

    subject_id: UUID | None = None
    person_id: UUID | None = None
    visit_id: UUID | None = None
    organization_id: UUID | None = None
    organizations: tuple[UUID, ...] = ()
    recipients: tuple[UUID, ...] = ()
    staff_id: UUID | None = None
    author_id: UUID | None = None
    from_id: UUID | None = None
    to_id: UUID | None = None
    delegate_id: UUID | None = None
    guardian_id: UUID | None = None
    address_id: UUID | None = None
    stage: int = 1
    due_at: datetime | None = None


Who = Callable[[Fact, datetime], Awaitable[list[UUID]]]
When = Callable[[Fact], Awaitable[datetime | None]]


def one(field: str) -> Who:
    """The person that the event names so."""

    async def who(fact: Fact, _now: datetime) -> list[UUID]:
        named = getattr(fact, field)
        return [named] if named else []

    return who


def workers_in(roles: frozenset[Role]) -> Who:
    """Those with these roles in the organizations that the event names."""

    async def who(fact: Fact, now: datetime) -> list[UUID]:
        named = [*fact.organizations, *([fact.organization_id] if fact.organization_id else [])]
        return await queries.staff_of(organizations=named, roles=roles, now=now)

    return who


def workers_around(roles: frozenset[Role]) -> Who:
    """Those with these roles in the person's center and in the institution they live in."""

    async def who(fact: Fact, now: datetime) -> list[UUID]:
        if fact.person_id is None:
            return []
        houses = await queries.houses_of(person_id=fact.person_id)
        return await queries.staff_of(organizations=houses, roles=roles, now=now)

    return who


async def family(fact: Fact, now: datetime) -> list[UUID]:
    return await queries.family_of(person_id=fact.person_id, now=now) if fact.person_id else []


async def payers(fact: Fact, now: datetime) -> list[UUID]:
    """Who may pay for the person: they themselves, relatives with PAY, guardians."""
    return await queries.payers_for(person_id=fact.person_id, now=now) if fact.person_id else []


def family_unless_by_a_plan(*, called_off: bool = False) -> Who:
    """Two weeks of visits come and go with a care plan: that is told once, not of each."""

    async def who(fact: Fact, now: datetime) -> list[UUID]:
        if fact.subject_id and await queries.is_by_a_plan(
            visit_id=fact.subject_id, called_off=called_off
        ):
            return []
        return await family(fact, now)

    return who


async def family_at_once(fact: Fact, now: datetime) -> list[UUID]:
    """EM-01: the emergency contacts too."""
    if fact.person_id is None:
        return []
    told = await queries.family_of(person_id=fact.person_id, now=now, in_an_emergency=True)
    return [each for each in told if each != fact.person_id]


async def doctors(fact: Fact, now: datetime) -> list[UUID]:
    return await queries.doctors_of(person_id=fact.person_id, now=now) if fact.person_id else []


async def carers(fact: Fact, _now: datetime) -> list[UUID]:
    return await queries.carers_on(visit_id=fact.subject_id) if fact.subject_id else []


async def asker_of_copy(fact: Fact, _now: datetime) -> list[UUID]:
    return await queries.asker_of_copy(copy_id=fact.subject_id) if fact.subject_id else []


async def asker_of_correction(fact: Fact, _now: datetime) -> list[UUID]:
    if fact.subject_id is None:
        return []
    return await queries.asker_of_correction(correction_id=fact.subject_id)


async def judges_of_correction(fact: Fact, now: datetime) -> list[UUID]:
    if fact.subject_id is None:
        return []
    houses = await queries.houses_of_correction(correction_id=fact.subject_id)
    return await queries.staff_of(organizations=houses, roles=CENTER, now=now)


async def recipients(fact: Fact, _now: datetime) -> list[UUID]:
    """Whom the event itself names."""
    return list(fact.recipients)


async def planned_start(fact: Fact) -> datetime | None:
    return await queries.planned_start(visit_id=fact.subject_id) if fact.subject_id else None


async def agreement_end(fact: Fact) -> datetime | None:
    return await queries.contract_end(contract_id=fact.subject_id) if fact.subject_id else None


async def due(fact: Fact) -> datetime | None:
    return fact.due_at


async def no_time(_fact: Fact) -> datetime | None:
    return None


async def duty_list(fact: Fact, now: datetime) -> list[UUID]:
    """区民政: whoever is on duty for the district in which the person lives."""
    return await queries.duty_list(person_id=fact.person_id, now=now) if fact.person_id else []


INSIDE = workers_in(SUPERVISORS)
SIDES = workers_in(ADMINS | {Role.HOSPITAL_STAFF})
