"""定向转介: receivers are asked in order, and each answers for itself."""

from datetime import datetime
from uuid import UUID

from backend.core import crypto, jobs
from backend.core.access import Actor
from backend.core.db import action, rows
from backend.core.ids import uuid7
from backend.core.journal import publish
from backend.core.problems import CannotMove, Forbidden, Missing
from backend.core.wire import Kept, check_same, fingerprint
from backend.transfers import policies, queries
from backend.transfers.actions import closing, moving, referral
from backend.transfers.actions.assess import check_consent
from backend.transfers.actions.moving import Moving
from backend.transfers.events import TransferAccepted, TransferAsked, TransferDeclined
from backend.transfers.lifecycle import Decision, Move, Status, deadlines
from backend.transfers.lifecycle.held import Answered, Held, Made
from backend.transfers.lifecycle.journeys import RUN_BY
from backend.transfers.lifecycle.said import TransferAnswer, TransferRequest
from backend.transfers.problems import WrongReceiver
from backend.transfers.schemas import AnswerDetail

INVITE = """
INSERT INTO transfer_receivers (id, transfer, organization, place) VALUES ($1, $2, $3, $4)
"""

ASK = """
UPDATE transfer_receivers SET asked_at = $3, answer_due_at = $4
 WHERE transfer = $1 AND organization = $2
"""

ANSWER = """
UPDATE transfer_receivers
   SET decision = $3, bed_no = $4, reason = $5, alternative = $6, answered_at = $7,
       answered_by = $8, fingerprint = $9
 WHERE transfer = $1 AND organization = $2
"""


@action
async def request(
    *, transfer_id: UUID, actor: Actor, said: TransferRequest, now: datetime
) -> Kept[Made]:
    """Ask the first of these receivers; the next one when it declines.

    :raises Missing: :raises Forbidden: :raises CannotMove: :raises AlreadyDifferent:
    :raises NeedsConsent: :raises WrongReceiver: :raises NeedsReferral:
    """
    step = await moving.moving(transfer_id, actor=actor, said=said, now=now)
    digest = fingerprint(said)
    if made := await moving.again(step.held, Move.REQUEST, fingerprint=digest):
        return made
    if not policies.may_decide_for_sender(actor, step.held):
        raise Forbidden
    referred_by: UUID | None = None
    if step.held.status is Status.ASSESSED:
        await check_consent(step.held, step.held.consent_id, now=now)
        await _check_receivers(step.held, said)
        referred_by = await referral.check_group(step.held, said.receivers, actor=actor, now=now)
    due_at = deadlines.answer_by(now, is_hurried=step.held.is_hurried)
    held, moved = await moving.write(
        step,
        Move.REQUEST,
        fingerprint=digest,
        said={"receivers": said.receivers, "referred_by": referred_by},
        sets={"due_at": due_at},
    )
    for place, organization_id in enumerate(said.receivers, start=1):
        await rows(INVITE, uuid7(), transfer_id, organization_id, place)
    await closing.tie_streets(held, now=now)
    await _ask(held, said.receivers[0], place=1, due_at=due_at, now=now)
    return Kept(moved, first=True)


async def _check_receivers(held: Held, said: TransferRequest) -> None:
    fit = await queries.able_to_run(organization_ids=said.receivers, kinds=RUN_BY[held.to_bed])
    for organization_id in said.receivers:
        if organization_id not in fit:
            raise WrongReceiver(organization_id=organization_id)


async def _ask(
    held: Held, organization_id: UUID, *, place: int, due_at: datetime, now: datetime
) -> None:
    await rows(ASK, held.id, organization_id, now, due_at)
    jobs.enqueue(
        "look_for_transfer_answer",
        key=f"{held.id}:{place}",
        due_at=due_at,
        transfer_id=held.id,
        place=place,
    )
    publish(
        TransferAsked(
            subject_id=held.id,
            person_id=held.person,
            organization_id=organization_id,
            due_at=due_at,
        )
    )


@action
async def answer(
    *, transfer_id: UUID, organization_id: UUID, actor: Actor, said: TransferAnswer, now: datetime
) -> Kept[Answered]:
    """Accept with a bed, or decline with a reason and an alternative; for one's own house alone.

    :raises Missing: :raises CannotMove: :raises AlreadyDifferent:
    """
    held = await queries.hold(transfer_id)
    if organization_id != actor.organization_id:
        raise Missing
    mine, behind = _mine_and_next(await queries.receivers(transfer_id), organization_id)
    digest = fingerprint(said)
    if mine.fingerprint is not None:
        check_same(digest, mine.fingerprint, lambda: AnswerDetail.of(mine))
        return Kept(mine, first=False)
    if held.status is not Status.REQUESTED:
        raise CannotMove(status=held.status, move=said.decision)
    step = await moving.moving(transfer_id, actor=actor, said=said, now=now, held=held)
    await rows(
        ANSWER,
        transfer_id,
        organization_id,
        said.decision.value,
        said.bed_no,
        _sealed(said.reason, "reason"),
        _sealed(said.alternative, "alternative"),
        step.times.recorded_at,
        actor.person_id,
        digest,
    )
    if said.decision is Decision.ACCEPT:
        await _accept(step, said, digest, now=now)
    elif behind is not None:
        await _pass_on(step, behind, digest, now=now)
    else:
        await _decline(step, digest, now=now)
    kept, _ = _mine_and_next(await queries.receivers(transfer_id), organization_id)
    return Kept(kept, first=True)


def _mine_and_next(
    receivers: list[Answered], organization_id: UUID
) -> tuple[Answered, Answered | None]:
    """:raises Missing: whoever was not asked yet does not know of it"""
    for place, each in enumerate(receivers, start=1):
        if each.organization_id == organization_id and each.asked_at is not None:
            return each, next(iter(receivers[place:]), None)
    raise Missing


async def _accept(step: Moving, said: TransferAnswer, digest: bytes, *, now: datetime) -> None:
    due_at = deadlines.package_by(now, is_emergency=False)
    organization_id = step.actor.organization_id
    held, _ = await moving.write(
        step,
        Move.ACCEPTANCE,
        fingerprint=digest,
        move_id=organization_id,
        sets={"to_organization": organization_id, "bed_no": said.bed_no, "due_at": due_at},
    )
    await closing.tie_receiver(held, now=now)
    owe_package(held, due_at=due_at)
    publish(
        TransferAccepted(
            subject_id=held.id, person_id=held.person, organization_id=held.from_organization
        )
    )


def owe_package(held: Held, *, due_at: datetime) -> None:
    jobs.enqueue("look_for_transfer_package", key=str(held.id), due_at=due_at, transfer_id=held.id)


async def _pass_on(step: Moving, behind: Answered, digest: bytes, *, now: datetime) -> None:
    due_at = deadlines.answer_by(now, is_hurried=step.held.is_hurried)
    held, _ = await moving.write(
        step,
        Move.DECLINE,
        fingerprint=digest,
        move_id=step.actor.organization_id,
        sets={"due_at": due_at},
    )
    await _ask(held, behind.organization_id, place=behind.place, due_at=due_at, now=now)


async def _decline(step: Moving, digest: bytes, *, now: datetime) -> None:
    """Nobody is left to ask: it is over, and no reason to know of the elder any more."""
    held, _ = await moving.write(
        step,
        Move.LAST_DECLINE,
        fingerprint=digest,
        move_id=step.actor.organization_id,
        sets={"closed_at": now},
    )
    await closing.let_go(held, until=now, now=now)
    publish(
        TransferDeclined(
            subject_id=held.id, person_id=held.person, organization_id=held.from_organization
        )
    )


def _sealed(text: str | None, name: str) -> bytes | None:
    return crypto.seal(text, f"transfer_receivers.{name}") if text else None
