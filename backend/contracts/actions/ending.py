"""How a family-doctor contract ends: by either side, by a death; and who is told before."""

from datetime import date, datetime
from uuid import UUID

from asyncpg import Record

from backend.contracts import policies, queries
from backend.contracts.actions import moving, terminating
from backend.contracts.actions.signing import midnight
from backend.contracts.events import (
    DoctorContractEnded,
    DoctorContractExpiring,
)
from backend.contracts.lifecycle import (
    Status,
)
from backend.contracts.lifecycle.said import (
    Termination,
)
from backend.core import audit
from backend.core.access import SYSTEM, Actor
from backend.core.db import action, rows
from backend.core.journal import publish
from backend.core.problems import Missing
from backend.core.wire import Kept
from backend.people import actions as care_team
from backend.people import queries as people


@action
async def terminate(
    *, contract_id: UUID, actor: Actor, said: Termination, now: datetime
) -> Kept[Record]:
    """Either side ends it: with the next month, after a death at once. A draft is given up.

    The ties of the contract end with it. Twice is once.

    :raises Missing: :raises TieEnded: :raises AlreadyDifferent: :raises CannotMove:
    """
    held, tie = await hold(contract_id, actor, now)
    if made := await queries.ending(contract_id):
        return moving.same(made, said)
    kept = await _terminate(held, actor=actor, said=said, now=now)
    audit.wrote(
        actor, "contracts.terminate", person_id=held["person"], subject_id=contract_id, tie=tie
    )
    return kept


@action
async def end_after_death(*, person_id: UUID, now: datetime) -> int:
    """Contracts end with a life, at once. How many did; twice is once."""
    ended = 0
    for contract_id in await queries.contracts_of_the_dead(person_id):
        held = await queries.hold_doctor_contract(contract_id)
        if held is None or held["status"] == Status.TERMINATED:
            continue
        said = Termination(client_time=now, reason_code="death")
        await _terminate(held, actor=SYSTEM, said=said, now=now)
        audit.wrote(
            SYSTEM, "contracts.terminate", person_id=person_id, subject_id=contract_id, tie="system"
        )
        ended += 1
    return ended


@action
async def remind_renewal(*, contract_id: UUID, until_on: date, days: int, now: datetime) -> bool:
    """BG-17: so many days before the end; not when it was ended or renewed since. Whether told."""
    found = await queries.doctor_contract(contract_id=contract_id, now=now)
    if not terminating.nears_end(found, until_on=until_on, now=now) or found["is_renewed"]:
        return False
    publish(
        DoctorContractExpiring(
            subject_id=contract_id,
            person_id=found["person"],
            staff_id=found["doctor_now"],
            stage=days,
        )
    )
    return True


async def hold(contract_id: UUID, actor: Actor, now: datetime) -> tuple[Record, str]:
    """The contract, to the elder's side and the center that it is of.

    :raises Missing: :raises TieEnded:
    """
    held = await queries.hold_doctor_contract(contract_id)
    if held is None:
        raise Missing
    tie = await people.tie(actor=actor, person_id=held["person"], now=now)
    if not policies.may_end(actor, held):
        raise Missing
    return held, tie


async def _terminate(
    held: Record, *, actor: Actor, said: Termination, now: datetime
) -> Kept[Record]:
    kept, until_on = await terminating.write_end(
        held,
        terminating.END_OF_A_DOCTOR_CONTRACT,
        actor=actor,
        said=said,
        now=now,
        is_at_once=said.reason_code == "death",
    )
    await end_terms(held, on=until_on)
    await care_team.leave_care_team(
        person_id=held["person"],
        member_id=held["center"],
        because_id=held["id"],
        now=midnight(until_on),
    )
    if held["signed_at"] is not None:
        publish(
            DoctorContractEnded(
                subject_id=held["id"],
                person_id=held["person"],
                staff_id=held["doctor"],
                organization_id=held["center"],
            )
        )
    return kept


async def end_terms(held: Record, *, on: date) -> None:
    """Nobody of before is the doctor from that day on; their ties end with it."""
    for term in await queries.terms_of(held["id"]):
        await rows(
            "UPDATE doctor_terms SET until_on = greatest(from_on, least(until_on, $2))"
            " WHERE id = $1",
            term["id"],
            on,
        )
        for member_id in sorted({term["doctor"], term["team_id"]}):
            await care_team.leave_care_team(
                person_id=held["person"],
                member_id=member_id,
                because_id=term["id"],
                now=midnight(max(on, term["from_on"])),
            )
