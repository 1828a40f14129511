"""Drafting a family-doctor contract: whom, by whom, for how long, with which services."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from backend import policy
from backend.contracts import policies, queries
from backend.contracts.events import DoctorContractDrafted
from backend.contracts.lifecycle import Move, Status, after, last_day
from backend.contracts.lifecycle.said import DoctorDraft
from backend.contracts.problems import NobodyToSign, NotAFamilyDoctor, NotAGroup, TermTooLong
from backend.core import audit, crypto
from backend.core.access import Actor
from backend.core.db import action, rows
from backend.core.ids import is_uuid7
from backend.core.journal import publish
from backend.core.problems import AlreadyDifferent, Malformed, Missing
from backend.core.wire import Kept, check_version, fingerprint
from backend.people import queries as people
from backend.people.lifecycle import OrganizationKind

INSERT = """
INSERT INTO doctor_contracts (id, doctor, team_id, district_hospital, municipal_hospital,
                              contract_no, lines, is_chronic, valid_from, until_on, policy_version,
                              fingerprint, person, center, status, renews, drafted_by, version,
                              recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'DRAFT', $15, $16, 1,
        $17)
"""

REPLACE = """
UPDATE doctor_contracts
   SET doctor = $2, team_id = $3, district_hospital = $4, municipal_hospital = $5, contract_no = $6,
       lines = $7, is_chronic = $8, valid_from = $9, until_on = $10, policy_version = $11,
       fingerprint = $12, status = $13, version = version + 1
 WHERE id = $1
"""

HOSPITALS = frozenset({OrganizationKind.HOSPITAL, OrganizationKind.DISTRICT_MEDICAL_CENTER})


@action
async def draft(
    *, contract_id: UUID, actor: Actor, said: DoctorDraft, if_match: str | None, now: datetime
) -> Kept[UUID]:
    """Draft a contract of one's center, or change one that is not signed (with `If-Match`).

    Changing takes back what one side has signed. The same body again is the same contract. Holds
    the person first.

    :raises Missing: :raises TieEnded: :raises AlreadyDifferent: :raises CannotMove:
    :raises Stale: :raises NeedsVersion: :raises NobodyToSign: :raises NotAFamilyDoctor:
    :raises NotAGroup: :raises TermTooLong:
    """
    person = await people.hold_person(said.person_id)
    tie = await people.tie(actor=actor, person_id=said.person_id, now=now)
    stored = await queries.hold_doctor_contract(contract_id)
    status = Status.DRAFT
    if stored is not None:
        if not policies.may_draft(actor, stored):
            raise Missing
        if stored["person"] != said.person_id:
            raise AlreadyDifferent
        if stored["fingerprint"] == fingerprint(said):
            return Kept(contract_id, first=False)
        status = after(Status(stored["status"]), Move.EDIT)
        check_version(if_match, stored["version"])
    elif not is_uuid7(contract_id):
        raise Malformed(field="contract_id")
    assert person is not None
    assert actor.organization_id is not None
    if person["died_on"] is not None:
        raise NobodyToSign
    await _check(said, center_id=actor.organization_id, now=now)
    columns = _columns(contract_id, said, now)
    if stored is None:
        await rows(
            INSERT,
            *columns,
            said.person_id,
            actor.organization_id,
            None,
            actor.person_id,
            now,
        )
    else:
        await rows(REPLACE, *columns, status)
    publish(DoctorContractDrafted(subject_id=contract_id, person_id=said.person_id))
    audit.wrote(actor, "contracts.draft", person_id=said.person_id, subject_id=contract_id, tie=tie)
    return Kept(contract_id, first=stored is None)


async def draft_renewal(
    contract_id: UUID,
    said: DoctorDraft,
    *,
    center_id: UUID,
    renews: UUID,
    actor: Actor,
    now: datetime,
) -> None:
    """Write the draft of a renewal, in the caller's transaction.

    :raises NotAFamilyDoctor: :raises NotAGroup: :raises TermTooLong:
    """
    await _check(said, center_id=center_id, now=now)
    await rows(
        INSERT,
        *_columns(contract_id, said, now),
        said.person_id,
        center_id,
        renews,
        actor.person_id,
        now,
    )


def _columns(contract_id: UUID, said: DoctorDraft, now: datetime) -> tuple[object, ...]:
    """In the order of both statements."""
    return (
        contract_id,
        said.doctor_id,
        said.team_id or said.doctor_id,
        said.district_hospital_id,
        said.municipal_hospital_id,
        said.contract_no,
        crypto.seal(msgspec.json.encode(said.lines).decode(), "doctor_contracts.lines"),
        said.is_chronic,
        said.valid_from,
        _last_day(said) + date.resolution,
        policy.version(now),
        fingerprint(said),
    )


def _last_day(said: DoctorDraft) -> date:
    years = policy.whole(said.valid_from, "fd.contract_years_default")
    return said.valid_to or last_day(said.valid_from, years)


async def _check(said: DoctorDraft, *, center_id: UUID, now: datetime) -> None:
    """FD-01 and FD-06: a group of three, a doctor of the center, and not for too long."""
    years_max = policy.whole(said.valid_from, "fd.contract_years_max")
    if _last_day(said) > last_day(said.valid_from, years_max):
        raise TermTooLong(years_max=years_max, policy_version=policy.version(now))
    for field, doctor_id in (("doctor_id", said.doctor_id), ("team_id", said.team_id)):
        if doctor_id is not None and not await queries.is_doctor(
            person_id=doctor_id, center_id=center_id, now=now
        ):
            raise NotAFamilyDoctor(field=field)
    district, municipal = said.district_hospital_id, said.municipal_hospital_id
    kinds = await queries.kinds_of([center_id, district, municipal])
    if OrganizationKind.COMMUNITY_HEALTH_CENTER not in kinds[center_id]:
        raise NotAGroup(field="center_id")
    if not kinds.get(district, frozenset()) & HOSPITALS:
        raise NotAGroup(field="district_hospital_id")
    if OrganizationKind.HOSPITAL not in kinds.get(municipal, frozenset()) or district == municipal:
        raise NotAGroup(field="municipal_hospital_id")
