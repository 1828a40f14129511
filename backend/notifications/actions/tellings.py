"""Who is told of what happened: one page, an event a line."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from backend.core.access import Role
from backend.notifications import queries
from backend.notifications.actions.tell import tell

AGREEING = frozenset({Role.CHC_ADMIN, Role.INST_ADMIN, Role.HOSPITAL_STAFF})
SUPERVISORS = frozenset({Role.DISPATCHER, Role.CHC_ADMIN})
ADMINS = frozenset({Role.CHC_ADMIN, Role.INST_ADMIN})
CENTER = frozenset({Role.CHC_ADMIN})


class Fact(msgspec.Struct, frozen=True):
    """What an event may say: ids, by the names that all events use."""

    subject_id: UUID | None = None
    person_id: UUID | None = None
    visit_id: UUID | None = None
    organization_id: UUID | None = None
    organizations: tuple[UUID, ...] = ()
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


async def planned_start(fact: Fact) -> datetime | None:
    return await queries.planned_start(visit_id=fact.subject_id) if fact.subject_id else None


async def agreement_end(fact: Fact) -> datetime | None:
    return await queries.contract_end(contract_id=fact.subject_id) if fact.subject_id else None


async def due(fact: Fact) -> datetime | None:
    return fact.due_at


async def no_time(_fact: Fact) -> datetime | None:
    return None


class Telling(NamedTuple):
    """A kind of notification, and who is told."""

    kind: str
    who: Who
    when: When = no_time


INSIDE = workers_in(SUPERVISORS)

TELLINGS: Mapping[str, tuple[Telling, ...]] = {
    "VisitPlanned": (Telling("visit_planned", family, planned_start),),
    "VisitReassigned": (
        Telling("visit_given", one("to_id"), planned_start),
        Telling("visit_taken", one("from_id"), planned_start),
    ),
    "VisitBegan": (Telling("visit_begun", family),),
    "VisitEnded": (Telling("visit_ended", family),),
    "VisitRefused": (Telling("visit_refused", family, planned_start),),
    "NobodyOpened": (Telling("nobody_opened", family),),
    "VisitCancelled": (
        Telling("visit_cancelled", family, planned_start),
        Telling("visit_cancelled", carers, planned_start),
    ),
    "VisitLate": (Telling("visit_late", INSIDE, planned_start),),
    "VisitMissed": (
        Telling("visit_missed", family, planned_start),
        Telling("visit_missed", carers, planned_start),
    ),
    "VisitUncovered": (
        Telling("visit_uncovered", INSIDE, planned_start),
        Telling("visit_to_rearrange", family, planned_start),
    ),
    "ExceptionRaised": (Telling("exception_to_decide", INSIDE),),
    "ExceptionDecided": (Telling("exception_decided", one("author_id")),),
    "ExceptionAppealed": (Telling("exception_appealed", INSIDE),),
    "StaffAlarmRaised": (Telling("staff_alarm", INSIDE),),
    "AlarmRaised": (
        Telling("alarm", doctors),
        Telling("alarm", workers_around(frozenset({Role.INST_NURSE}))),
        Telling("alarm_family", family_at_once),
    ),
    "EmergencyRaised": (
        Telling("emergency", doctors),
        Telling("emergency", workers_around(frozenset({Role.DISPATCHER, Role.INST_NURSE}))),
        Telling("emergency_family", family_at_once),
    ),
    "CallBackAsked": (Telling("call_back", doctors, due),),
    "IncidentReported": (
        Telling("incident_reported", workers_around(ADMINS | {Role.QC})),
        Telling("incident_reported", doctors),
    ),
    "NoteOverdue": (Telling("note_overdue", one("author_id")),),
    "RescueNoteMissed": (
        Telling("rescue_note_missed", doctors),
        Telling("rescue_note_missed", workers_around(frozenset({Role.QC}))),
    ),
    "DeviceAsked": (Telling("device_waiting", workers_in(ADMINS)),),
    "DeviceTrusted": (Telling("device_trusted", one("person_id")),),
    "RefreshTokenReused": (Telling("account_copied", one("person_id")),),
    "NumberChanged": (Telling("number_changed", family),),
    "DelegationGiven": (Telling("delegation_given", one("delegate_id")),),
    "DelegationChanged": (Telling("delegation_changed", one("delegate_id")),),
    "DelegationRevoked": (Telling("delegation_revoked", one("delegate_id")),),
    "ScopesWereAsked": (Telling("scopes_asked", one("person_id")),),
    "GuardianRecorded": (
        Telling("guardian_recorded", one("guardian_id")),
        Telling("guardian_recorded", one("person_id")),
    ),
    "ConsentWithdrawn": (Telling("consent_withdrawn", doctors),),
    "BreakGlassOpened": (
        Telling("record_opened", family),
        Telling("break_glass_to_judge", workers_in(CENTER)),
    ),
    "BreakGlassReviewOverdue": (Telling("break_glass_to_judge", workers_in(CENTER)),),
    "BreakGlassReviewed": (Telling("break_glass_judged", one("person_id")),),
    "CopyAsked": (Telling("copy_asked", workers_around(CENTER)),),
    "CopyReady": (Telling("copy_ready", asker_of_copy),),
    "AddressCorrectionAsked": (Telling("correction_asked", judges_of_correction),),
    "AddressCorrected": (Telling("correction_decided", asker_of_correction),),
    "AddressCorrectionRejected": (Telling("correction_decided", asker_of_correction),),
    "StaffLeft": (Telling("staff_left", INSIDE),),
    "DoctorContractSigned": (
        Telling("contract_signed", family),
        Telling("contract_signed", one("staff_id")),
    ),
    "DoctorContractEnded": (
        Telling("contract_ended", family),
        Telling("contract_ended", one("staff_id")),
    ),
    "DoctorContractExpiring": (
        Telling("contract_expiring", family, agreement_end),
        Telling("contract_expiring", one("staff_id"), agreement_end),
    ),
    "DoctorChanged": (
        Telling("doctor_changed", family),
        Telling("doctor_changed", one("from_id")),
        Telling("doctor_changed", one("to_id")),
    ),
    "PanelNearlyFull": (
        Telling("panel_nearly_full", one("staff_id")),
        Telling("panel_nearly_full", workers_in(CENTER)),
    ),
    "InstitutionContractDrafted": (Telling("agreement_to_read", workers_in(AGREEING)),),
    "InstitutionContractSigned": (Telling("agreement_signed", workers_in(AGREEING)),),
    "InstitutionContractSuspended": (Telling("agreement_suspended", workers_in(AGREEING)),),
    "InstitutionContractEnded": (Telling("agreement_ended", workers_in(AGREEING)),),
    "InstitutionContractExpiring": (
        Telling("agreement_expiring", workers_in(AGREEING), agreement_end),
    ),
    "AgreedRoundNotPlanned": (Telling("round_not_planned", INSIDE),),
    "WeekKept": (Telling("week_kept", workers_in(AGREEING)),),
    "WeekNotKept": (Telling("week_not_kept", workers_in(AGREEING | SUPERVISORS)),),
    "AllianceJoined": (
        Telling("alliance_joined", family),
        Telling("alliance_joined", workers_in(frozenset({Role.INST_ADMIN}))),
    ),
    "AllianceLeft": (
        Telling("alliance_left", family),
        Telling("alliance_left", workers_in(frozenset({Role.INST_ADMIN}))),
    ),
    "UnitConfirmed": (Telling("unit_confirmed", workers_in(frozenset({Role.INST_ADMIN}))),),
}

# EM-05: the carer is called, then the supervisors, then the police are suggested.
OVERDUE: Mapping[int, Telling] = {
    1: Telling("check_out_overdue", one("staff_id")),
    2: Telling("carer_overdue", INSIDE),
}
BEYOND_OVERDUE = Telling("carer_silent", INSIDE)

TOLD = TELLINGS.keys() | {"CheckOutOverdue"}

# A worker that was killed after it looked will look again, and say so again: these can be true but
# once of what they name, whichever event says it.
ONCE = frozenset(
    {
        "CheckOutOverdue",
        "RescueNoteMissed",
        "BreakGlassReviewOverdue",
        "DoctorContractExpiring",
        "InstitutionContractExpiring",
        "WeekKept",
        "WeekNotKept",
    }
)

NOT_WAITING = frozenset({"AlarmRaised", "EmergencyRaised", "StaffAlarmRaised", "CheckOutOverdue"})


async def tell_of(*, event: str, key: str, args: Mapping[str, Any], now: datetime) -> None:
    """Tell of an event whoever is to be told by now. Telling twice is telling once."""
    fact = msgspec.convert(args, Fact)
    if event == "CheckOutOverdue":
        tellings: tuple[Telling, ...] = (OVERDUE.get(fact.stage, BEYOND_OVERDUE),)
    else:
        tellings = TELLINGS[event]
    for telling in tellings:
        await tell(
            recipients=await telling.who(fact, now),
            kind=telling.kind,
            event_key=f"{fact.subject_id}:{fact.staff_id}:{fact.stage}" if event in ONCE else key,
            person_id=fact.person_id,
            subject_id=fact.subject_id,
            when=await telling.when(fact),
            now=now,
        )
