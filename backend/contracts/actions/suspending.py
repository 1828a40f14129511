"""An institution contract is suspended and lifted, or ends; and who is told before."""

from datetime import date, datetime
from uuid import UUID

import asyncpg
from asyncpg import Record

from backend.contracts import policies, queries
from backend.contracts.actions import moving, terminating
from backend.contracts.actions.agreed import call_off
from backend.contracts.actions.institution import hold_own, sides_of
from backend.contracts.events import (
    InstitutionContractEnded,
    InstitutionContractExpiring,
    InstitutionContractSuspended,
)
from backend.contracts.lifecycle import Move, Status, after
from backend.contracts.lifecycle.said import Lifting, Suspension, Termination
from backend.contracts.problems import AlreadySuspended
from backend.core import audit, jobs
from backend.core.access import Actor
from backend.core.db import action, rows
from backend.core.journal import publish
from backend.core.problems import Missing
from backend.core.wire import Kept


@action
async def suspend(
    *, contract_id: UUID, suspension_id: UUID, actor: Actor, said: Suspension, now: datetime
) -> Kept[Record]:
    """Nobody is expected to come on these days; rounds planned for them are called off.

    :raises Missing: :raises AlreadyDifferent: :raises CannotMove: :raises AlreadySuspended:
    """
    held = await _hold(contract_id, actor)
    if made := await moving.again(held, Move.SUSPEND, move_id=suspension_id, said=said):
        return made
    status = after(Status(held["status"]), Move.SUSPEND)
    kept = await moving.write(
        held, Move.SUSPEND, move_id=suspension_id, status=status, actor=actor, said=said, now=now
    )
    try:
        await rows(
            "INSERT INTO contract_suspensions (id, contract, from_on, until_on)"
            " VALUES ($1, $2, $3, $4)",
            suspension_id,
            contract_id,
            said.from_on,
            said.until_on,
        )
    except asyncpg.ExclusionViolationError as error:
        raise AlreadySuspended from error
    await call_off(held, first=said.from_on, end=said.until_on, actor=actor, now=now)
    publish(InstitutionContractSuspended(subject_id=contract_id, organizations=sides_of(held)))
    audit.wrote(actor, "contracts.suspend", subject_id=contract_id)
    return kept


@action
async def lift(
    *,
    contract_id: UUID,
    suspension_id: UUID,
    lifting_id: UUID,
    actor: Actor,
    said: Lifting,
    now: datetime,
) -> Kept[Record]:
    """A suspension is over from that day on: the agreed rounds are planned again.

    :raises Missing: :raises AlreadyDifferent: :raises CannotMove: :raises AlreadySuspended:
    """
    held = await _hold(contract_id, actor)
    if made := await moving.again(held, Move.LIFT, move_id=lifting_id, said=said):
        return made
    found = await queries.suspension(suspension_id)
    if found is None or found["contract"] != contract_id:
        raise Missing
    status = after(Status(held["status"]), Move.LIFT)
    until_on = max(said.until_on, found["from_on"])
    kept = await moving.write(
        held,
        Move.LIFT,
        move_id=lifting_id,
        status=status,
        actor=actor,
        said=said,
        now=now,
        follows={"suspension_id": suspension_id},
    )
    try:
        await rows(
            "UPDATE contract_suspensions SET until_on = $2 WHERE id = $1", suspension_id, until_on
        )
    except asyncpg.ExclusionViolationError as error:
        raise AlreadySuspended from error
    jobs.enqueue(
        "plan_rounds_of_contract", key=str(lifting_id), due_at=now, contract_id=contract_id
    )
    audit.wrote(actor, "contracts.lift", subject_id=contract_id)
    return kept


@action
async def terminate_institution_contract(
    *, contract_id: UUID, actor: Actor, said: Termination, now: datetime
) -> Kept[Record]:
    """Either side ends it, with the next month; a draft is given up. Twice is once.

    :raises Missing: :raises AlreadyDifferent: :raises CannotMove:
    """
    held, _ = await hold_own(contract_id, actor)
    if made := await queries.ending(contract_id):
        return moving.same(made, said)
    kept, until_on = await terminating.write_end(
        held, terminating.END_OF_AN_INSTITUTION_CONTRACT, actor=actor, said=said, now=now
    )
    await call_off(held, first=until_on, end=None, actor=actor, now=now)
    if held["signed_at"] is not None:
        publish(InstitutionContractEnded(subject_id=contract_id, organizations=sides_of(held)))
    audit.wrote(actor, "contracts.terminate_institution", subject_id=contract_id)
    return kept


@action
async def remind_ending(*, contract_id: UUID, until_on: date, days: int, now: datetime) -> bool:
    """BG-17: so many days before the end; not when it was ended since. Whether it was told."""
    found = await queries.institution_contract(contract_id)
    if not terminating.nears_end(found, until_on=until_on, now=now):
        return False
    publish(
        InstitutionContractExpiring(
            subject_id=contract_id, organizations=sides_of(found), stage=days
        )
    )
    return True


async def _hold(contract_id: UUID, actor: Actor) -> Record:
    """The contract, to whoever may suspend it.

    :raises Missing:
    """
    held = await queries.hold_institution_contract(contract_id)
    if held is None or not policies.may_suspend(actor, held):
        raise Missing
    return held
