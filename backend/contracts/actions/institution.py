"""Institution contracts: drafted and signed by both sides."""

from datetime import date, datetime
from uuid import UUID

import asyncpg
import msgspec
from asyncpg import Record

from backend import policy
from backend.contracts import policies, queries
from backend.contracts.actions import moving
from backend.contracts.actions.signing import midnight
from backend.contracts.events import (
    InstitutionContractDrafted,
    InstitutionContractSigned,
)
from backend.contracts.lifecycle import Move, Side, Status, after
from backend.contracts.lifecycle.said import (
    InstitutionDraft,
    InstitutionSignature,
)
from backend.contracts.problems import (
    AlreadyContracted,
    AlreadySigned,
    ContractIncomplete,
    NotAParty,
    NotOfTheProvider,
)
from backend.contracts.schemas.institution import Content
from backend.core import audit, jobs
from backend.core.access import Actor
from backend.core.db import action, rows
from backend.core.ids import is_uuid7
from backend.core.journal import publish
from backend.core.problems import AlreadyDifferent, Forbidden, Malformed, Missing, Stale
from backend.core.wire import Kept, check_version, fingerprint
from backend.people.lifecycle import MEDICAL, OrganizationKind

INSERT = """
INSERT INTO institution_contracts (id, content, visits, visits_min, valid_from, until_on,
                                   policy_version, fingerprint, institution, provider, status,
                                   drafted_by, version, recorded_at)
VALUES ($1, $2::jsonb, $3::jsonb, $4, $5, $6, $7, $8, $9, $10, 'DRAFT', $11, 1, $12)
"""

REPLACE = """
UPDATE institution_contracts
   SET content = $2::jsonb, visits = $3::jsonb, visits_min = $4, valid_from = $5, until_on = $6,
       policy_version = $7, fingerprint = $8, status = $9, version = version + 1
 WHERE id = $1
"""


@action
async def draft_institution_contract(
    *, contract_id: UUID, actor: Actor, said: InstitutionDraft, if_match: str | None, now: datetime
) -> Kept[UUID]:
    """Draft a contract, or change one that is not signed (with `If-Match`). Either side may.

    Changing takes back what one side has signed. The same body again is the same contract.

    :raises Missing: :raises Forbidden: :raises AlreadyDifferent: :raises CannotMove:
    :raises Stale: :raises NeedsVersion: :raises NotAParty: :raises NotOfTheProvider:
    """
    sides = {"institution": said.institution_id, "provider": said.provider_id}
    stored = await queries.hold_institution_contract(contract_id)
    status = Status.DRAFT
    if stored is not None:
        if policies.side_of(actor, stored) is None:
            raise Missing
        if any(stored[side] != said_id for side, said_id in sides.items()):
            raise AlreadyDifferent
        if stored["fingerprint"] == fingerprint(said):
            return Kept(contract_id, first=False)
        status = after(Status(stored["status"]), Move.EDIT)
        check_version(if_match, stored["version"])
    elif policies.side_of(actor, sides) is None:
        raise Forbidden(field="institution_id")
    elif not is_uuid7(contract_id):
        raise Malformed(field="contract_id")
    await _check(said, now)
    columns = _columns(contract_id, said, now)
    if stored is None:
        await rows(INSERT, *columns, said.institution_id, said.provider_id, actor.person_id, now)
    else:
        await rows(REPLACE, *columns, status)
    other = next(each for each in sides.values() if each != actor.organization_id)
    publish(InstitutionContractDrafted(subject_id=contract_id, organization_id=other))
    audit.wrote(actor, "contracts.draft_institution", subject_id=contract_id)
    return Kept(contract_id, first=stored is None)


@action
async def sign_institution_contract(
    *,
    contract_id: UUID,
    signature_id: UUID,
    actor: Actor,
    said: InstitutionSignature,
    now: datetime,
) -> Kept[Record]:
    """Sign for one's organization. With the other side's it is signed, and rounds are planned.

    :raises Missing: :raises AlreadyDifferent: :raises CannotMove: :raises Stale:
    :raises ContractIncomplete: :raises AlreadySigned: :raises AlreadyContracted:
    """
    held, side = await hold_own(contract_id, actor)
    if made := await moving.again(held, Move.SIGN, move_id=signature_id, said=said):
        return made
    status = after(Status(held["status"]), Move.SIGN)
    if said.version != held["version"]:
        raise Stale(version=held["version"])
    if await queries.has_signed(contract_id, side=side, version=held["version"]):
        raise AlreadySigned(side=side)
    _check_complete(held)
    kept = await moving.write(
        held,
        Move.SIGN,
        move_id=signature_id,
        status=status,
        actor=actor,
        said=said,
        side=side,
        now=now,
    )
    try:
        await rows(
            "UPDATE institution_contracts SET status = $2, signed_at = $3 WHERE id = $1",
            contract_id,
            status,
            now if status is Status.SIGNED else None,
        )
    except asyncpg.ExclusionViolationError as error:
        raise AlreadyContracted from error
    if status is Status.SIGNED:
        _owe(held, now)
        publish(InstitutionContractSigned(subject_id=contract_id, organizations=sides_of(held)))
    audit.wrote(actor, "contracts.sign_institution", subject_id=contract_id)
    return kept


async def hold_own(contract_id: UUID, actor: Actor) -> tuple[Record, Side]:
    """The contract, and for which side the actor speaks.

    :raises Missing:
    """
    held = await queries.hold_institution_contract(contract_id)
    side = policies.side_of(actor, held) if held is not None else None
    if held is None or side is None:
        raise Missing
    return held, side


def sides_of(contract: Record) -> tuple[UUID, UUID]:
    return contract["institution"], contract["provider"]


def _columns(contract_id: UUID, said: InstitutionDraft, now: datetime) -> tuple[object, ...]:
    """In the order of both statements."""
    content = Content(
        services=said.services,
        cost_sharing=said.cost_sharing,
        responsibilities=said.responsibilities,
        prices=said.prices,
        station=said.station,
        station_unit_id=said.station_unit_id,
    )
    return (
        contract_id,
        msgspec.json.encode(content).decode(),
        msgspec.json.encode(said.visits).decode(),
        said.visits_min or policy.whole(said.valid_from, "ic.weekly_visit_min"),
        said.valid_from,
        said.valid_to + date.resolution,
        policy.version(now),
        fingerprint(said),
    )


async def _check(said: InstitutionDraft, now: datetime) -> None:
    """IC-01: who the sides are. IC-03: whoever is to come works for the provider."""
    kinds = await queries.kinds_of([said.institution_id, said.provider_id])
    house = kinds.get(said.institution_id, frozenset())
    if OrganizationKind.ELDER_CARE_INSTITUTION not in house:
        raise NotAParty(field="institution_id")
    if not kinds.get(said.provider_id, frozenset()) & MEDICAL:
        raise NotAParty(field="provider_id")
    going = {each for visit in said.visits for each in visit.team}
    strangers = await queries.strangers(
        persons=sorted(going), organization_id=said.provider_id, in_the_field=True, now=now
    )
    if strangers:
        raise NotOfTheProvider(staff_id=strangers[0])


def _check_complete(held: Record) -> None:
    """IC-02: nobody signs what does not say what is done, who pays, and who answers for what."""
    content = msgspec.json.decode(held["content"], type=Content)
    said = {
        "services": content.services,
        "cost_sharing": content.cost_sharing,
        "responsibilities": content.responsibilities,
    }
    missing = [name for name, each in said.items() if not each]
    if missing:
        raise ContractIncomplete(missing=missing)


def _owe(held: Record, now: datetime) -> None:
    """The first rounds, and who is told before it ends (BG-17)."""
    jobs.enqueue(
        "plan_rounds_of_contract",
        key=f"{held['id']}:{held['version']}",
        due_at=now,
        contract_id=held["id"],
    )
    for before in policy.spans(held["until_on"], "bg.expiring_days_before"):
        jobs.enqueue(
            "remind_contract_ending",
            key=f"{held['id']}:{held['until_on']}:{before.days}",
            due_at=midnight(held["until_on"] - date.resolution - before),
            contract_id=held["id"],
            until_on=held["until_on"].isoformat(),
            days=before.days,
        )
