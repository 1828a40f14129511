"""白名单代付 (PY-12): proposed by who would pay, agreed to by the elder, ended by either."""

from datetime import date, datetime
from uuid import UUID

from asyncpg import Record

from backend import policy
from backend.core import audit, calendar, crypto, wire
from backend.core.access import Actor, Role
from backend.core.db import action, rows
from backend.core.ids import is_uuid7, uuid7
from backend.core.journal import publish
from backend.core.problems import AlreadyDifferent, Malformed, Missing
from backend.core.wire import Kept
from backend.payments.events import (
    StandingPayerApproved,
    StandingPayerProposed,
    StandingPayerRevoked,
)
from backend.payments.lifecycle.payers import StandingChannel, StandingProposal
from backend.payments.lifecycle.standing import Standing
from backend.payments.lifecycle.statuses import (
    STANDING_PATHS,
    StandingMove,
    StandingStatus,
    after,
)
from backend.payments.problems import CapTooHigh, NeedsAgreement, ProposalLapsed
from backend.payments.queries import standing
from backend.payments.schemas.payers import StandingPayerDetail
from backend.people import queries as people
from backend.people.lifecycle import Scope
from backend.people.problems import Deceased, NeedsGuardian

PROPOSE = """
INSERT INTO standing_payers (id, person, payer, institution, channel, agreement, scopes,
                             single_cap_fen, month_cap_fen, valid_from, until_on, status,
                             proposed_by, approve_by, policy_version, version, recorded_at,
                             fingerprint)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'PENDING', $12, $13, $14, 1, $15, $16)
"""

MOVED = """
WITH moved AS (
  INSERT INTO standing_payer_moves (id, standing_payer, move, made_by, role, from_status,
                                    to_status, recorded_at, fingerprint)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '')
)
UPDATE standing_payers
   SET status = $7, version = version + 1,
       approved_by = CASE WHEN $9 THEN $4 ELSE approved_by END,
       approved_at = CASE WHEN $9 THEN $8 ELSE approved_at END
 WHERE id = $2
"""


@action
async def propose_standing_payer(
    *, standing_payer_id: UUID, actor: Actor, said: StandingProposal, now: datetime
) -> Kept[Record]:
    """Offer to pay an elder's small bills. It waits for their word, a few days.

    :raises Missing: :raises DelegationEnded: :raises ScopeMissing: :raises TieEnded:
    :raises AlreadyDifferent: :raises Malformed: :raises Deceased: :raises CapTooHigh:
    :raises NeedsAgreement:
    """
    person = await people.hold_person(said.person_id)
    tie = await people.tie(actor=actor, person_id=said.person_id, now=now, scope=Scope.PAY)
    assert person is not None
    is_house = actor.role is Role.INST_ADMIN
    if is_house and person["residence"] != actor.organization_id:
        raise Missing
    if stored := await standing.standing_payer(standing_payer_id, now=now):
        if not standing.is_payer(actor, stored) or stored["person"] != said.person_id:
            raise AlreadyDifferent
        wire.check_same(
            wire.fingerprint(said),
            stored["fingerprint"],
            lambda: StandingPayerDetail.of(stored, now=now),
        )
        return Kept(stored, first=False)
    if not is_uuid7(standing_payer_id):
        raise Malformed(field="standing_payer_id")
    if person["died_on"] is not None:
        raise Deceased
    _check(said, is_house=is_house, now=now)
    await rows(
        PROPOSE,
        standing_payer_id,
        said.person_id,
        None if is_house else actor.person_id,
        actor.organization_id if is_house else None,
        said.channel,
        crypto.seal(said.agreement, "standing_payers.agreement") if said.agreement else None,
        sorted(set(said.scopes)),
        said.single_cap_fen,
        said.month_cap_fen,
        said.valid_from,
        said.valid_to + said.valid_to.resolution,
        actor.person_id,
        now + policy.span(now, "py.whitelist_pending_days"),
        policy.version(now),
        now,
        wire.fingerprint(said),
    )
    await _write(standing_payer_id, StandingMove.PROPOSE, None, StandingStatus.PENDING, actor, now)
    publish(StandingPayerProposed(subject_id=standing_payer_id, person_id=said.person_id))
    audit.wrote(
        actor,
        "payments.propose_standing_payer",
        person_id=said.person_id,
        subject_id=standing_payer_id,
        tie=tie,
    )
    return Kept(await _stored(standing_payer_id, now), first=True)


def _check(said: StandingProposal, *, is_house: bool, now: datetime) -> None:
    if (said.channel is StandingChannel.PREPAID) != is_house:
        raise Malformed(field="channel")
    if is_house == (said.agreement is not None):
        raise NeedsAgreement
    # The day behind the last one has to exist.
    if not max(said.valid_from, calendar.on(now)) <= said.valid_to < date.max:
        raise Malformed(field="valid_to")
    if said.month_cap_fen < said.single_cap_fen:
        raise Malformed(field="month_cap_fen")
    # PY-12: nobody lets more be taken than this, whatever they say.
    single = policy.whole(now, "py.whitelist_single_cap_fen")
    month = policy.whole(now, "py.whitelist_month_cap_fen")
    if said.single_cap_fen > single or said.month_cap_fen > month:
        raise CapTooHigh(
            single_max_fen=single, month_max_fen=month, policy_version=policy.version(now)
        )


@action
async def approve_standing_payer(
    *, standing_payer_id: UUID, actor: Actor, now: datetime
) -> Kept[Record]:
    """The elder's or the guardian's word, which nobody can give for them. Twice is once.

    :raises Missing: :raises TieEnded: :raises NeedsGuardian: :raises ProposalLapsed:
    :raises CannotMove:
    """
    held = await standing.hold_standing_payer(standing_payer_id, now=now)
    if held is None:
        raise Missing
    tie = await people.speaks_for(actor=actor, person_id=held["person"], now=now)
    if held["approved_at"] is not None and held["status"] == StandingStatus.ACTIVE:
        return Kept(held, first=False)
    if held["lacks_capacity"] and actor.role is not Role.GUARDIAN:
        raise NeedsGuardian
    if standing.standing_of(held, now=now) is Standing.LAPSED:
        raise ProposalLapsed(approve_by=held["approve_by"])
    await _move(held, StandingMove.APPROVE, actor, now)
    _make_known(StandingPayerApproved, held, "payments.approve_standing_payer", actor, tie)
    return Kept(await _stored(standing_payer_id, now), first=True)


@action
async def revoke_standing_payer(
    *, standing_payer_id: UUID, actor: Actor, now: datetime
) -> Kept[Record]:
    """End it, from either side: nothing is begun any more from this moment on. Twice is once.

    :raises Missing: :raises TieEnded:
    """
    held = await standing.hold_standing_payer(standing_payer_id, now=now)
    tie = await standing.party(actor=actor, found=held, now=now)
    assert held is not None
    if held["status"] == StandingStatus.REVOKED:
        return Kept(held, first=False)
    await _move(held, StandingMove.REVOKE, actor, now)
    _make_known(StandingPayerRevoked, held, "payments.revoke_standing_payer", actor, tie)
    return Kept(await _stored(standing_payer_id, now), first=True)


def _make_known(
    event: type[StandingPayerApproved | StandingPayerRevoked],
    held: Record,
    what: str,
    actor: Actor,
    tie: str,
) -> None:
    publish(
        event(
            subject_id=held["id"],
            person_id=held["person"],
            to_id=held["payer"],
            organization_id=held["institution"],
        )
    )
    audit.wrote(actor, what, person_id=held["person"], subject_id=held["id"], tie=tie)


async def _move(held: Record, move: StandingMove, actor: Actor, now: datetime) -> None:
    """:raises CannotMove:"""
    was = StandingStatus(held["status"])
    await _write(held["id"], move, was, after(STANDING_PATHS, was, move), actor, now)


async def _write(
    standing_payer_id: UUID,
    move: StandingMove,
    was: StandingStatus | None,
    status: StandingStatus,
    actor: Actor,
    now: datetime,
) -> None:
    await rows(
        MOVED,
        uuid7(),
        standing_payer_id,
        move,
        actor.person_id,
        actor.role.value,
        was,
        status,
        now,
        move is StandingMove.APPROVE,
    )


async def _stored(standing_payer_id: UUID, now: datetime) -> Record:
    found = await standing.standing_payer(standing_payer_id, now=now)
    assert found is not None
    return found
